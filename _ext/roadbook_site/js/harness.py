"""Runs an answer and its checks inside the page, and puts into one sentence what went wrong.

The worker hands this file to Pyodide as text and calls `attempt`. It is plain Python, so the tests also call
it without a browser.
"""

import builtins
import contextlib
import io
import json
import linecache
import sys
import traceback
from types import FrameType, TracebackType
from typing import Any

CODE = "your code"
CHECKS = "the checks"
LIMIT = 20_000  # characters of output; more is slow to show and nobody reads it


class TooMuchOutput(BaseException):
    """Not an Exception, so that an answer's own `except Exception` does not swallow it."""


class Asked(Exception):  # noqa: N818 (it is shown to nobody by this name)
    """The code called input()."""


class Capped(io.StringIO):
    def write(self, text: str) -> int:
        room = LIMIT - self.tell()
        super().write(text[:room])
        if len(text) > room:
            raise TooMuchOutput
        return len(text)


def attempt(code: str, checks: str, packages: str = "") -> str:
    """Return as JSON whether the checks pass, the sentence that says why not, the output, the traceback."""
    output = Capped()
    for name, text in ((CODE, code), (CHECKS, checks)):
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    error, phase = _run(code, checks, output)
    sentence = explain(error, phase, packages) if error else ""
    failed_check = isinstance(error, AssertionError) and _line(error) is None
    detail = _detail(error) if error and not failed_check else ""
    return json.dumps(
        {
            "ok": error is None,
            "ran": not _is_syntax(error),
            "message": sentence,
            "output": output.getvalue(),
            "detail": detail,
        }
    )


def _run(code: str, checks: str, output: Capped) -> tuple[BaseException | None, str]:
    names: dict[str, Any] = {"__name__": "__main__"}
    phase = CODE
    # The next answer, and the words about this one, must not meet a `len` that this one replaced.
    space, kept, depth = vars(builtins), dict(vars(builtins)), sys.getrecursionlimit()
    builtins.input = _ask
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            exec(compile(code, CODE, "exec"), names)  # noqa: S102 (the reader's own code, in the reader's page)
            phase = CHECKS
            # A copy: what the checks define stays out of the answer's way.
            exec(compile(checks, CHECKS, "exec"), dict(names))  # noqa: S102
    except BaseException as error:
        return error, phase
    finally:
        space.clear()
        space.update(kept)
        sys.setrecursionlimit(depth)
    return None, phase


def explain(error: BaseException, phase: str = CODE, packages: str = "") -> str:
    """Return one sentence, or two, that tells a learner what happened and what to do."""
    name, words, line = type(error).__name__, str(error), _line(error)
    where = f"line {line}" if line else CHECKS
    if isinstance(error, SyntaxError) and _is_syntax(error):
        kind = "Indentation" if isinstance(error, IndentationError) else "Syntax"
        return f"Line {error.lineno} is not valid Python, so nothing ran. {_end(f'{kind}: {error.msg}')}"
    if isinstance(error, AssertionError) and line is None:
        return words or "A check failed."
    if isinstance(error, AssertionError):
        return f"The assert on line {line} of your code failed{': ' + words if words else '.'}"
    if isinstance(error, TooMuchOutput):
        return (
            f"Stopped: your code printed more than {LIMIT:,} characters. "
            "Print less, or only the first few items."
        )
    if isinstance(error, RecursionError):
        return (
            f"The recursion around {where} never ended. "
            "Does every call come closer to a case that returns without calling again?"
        )
    if isinstance(error, Asked):
        return (
            f"`input()` on {where} has nobody to ask here. "
            "Take the value as an argument, or write it into the code."
        )
    if isinstance(error, ModuleNotFoundError):
        has = f"Python's standard library and {packages}" if packages else "Python's standard library only"
        return f"There is no module `{error.name}` in this page, which has {has}. Solve the drill without it."
    if isinstance(error, MemoryError):
        return (
            f"Your code asked for more memory than a page has, on {where}. "
            "Is something growing without an end?"
        )
    if isinstance(error, SystemExit):
        return "Your code ended Python with `exit()` before the checks could run. Leave that call out."
    if isinstance(error, RuntimeError) and words.startswith("Cannot stack switch"):
        return (
            f"`asyncio.run` on {where} cannot wait in this page, where Python runs one call at a time. "
            "Solve the drill without `await`."
        )
    if isinstance(error, NotImplementedError) and line:
        return f"Line {line} still says `raise NotImplementedError`: put your code in its place."
    if isinstance(error, NameError) and phase == CHECKS and line is None:
        return (
            f"The checks call `{error.name}`, but your code does not define it. "
            "Keep the name that stood in the box."
        )
    if line is None:
        return _end(f"The checks could not use your answer: {name}: {words or 'no message'}")
    return _end(f"{name} on line {line} of your code: {words or 'no message'}")


def _is_syntax(error: BaseException | None) -> bool:
    """Whether the reader's code is no Python, so that nothing of it ran."""
    return isinstance(error, SyntaxError) and error.filename == CODE


def _end(words: str) -> str:
    """Python's own words may end a sentence already: "Perhaps you forgot a comma?"."""
    return words if words.endswith((".", "?", "!", "…")) else f"{words}."


def _ask(*_: object) -> str:
    raise Asked


def _line(error: BaseException) -> int | None:
    """The last line of the answer that the error passed through; None if it arose in the checks."""
    found = None
    if _last(error.__traceback__) == CHECKS:
        return None
    for frame, line in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename == CODE:
            found = line
    return found


def _last(trace: TracebackType | None) -> str:
    frames: list[FrameType] = [frame for frame, _ in traceback.walk_tb(trace)]
    return frames[-1].f_code.co_filename if frames else ""


def _detail(error: BaseException) -> str:
    """The traceback as Python prints it, without this file's own frames, and short."""
    if _is_syntax(error):
        return "".join(traceback.format_exception_only(error)).rstrip()
    if isinstance(error, (TooMuchOutput, SystemExit)):
        return ""
    shown = [f for f in traceback.extract_tb(error.__traceback__) if f.filename in (CODE, CHECKS)]
    if len(shown) > 8:  # a recursion repeats itself
        shown = [*shown[:4], *shown[-4:]]
    lines = traceback.format_list(shown)
    if isinstance(error, (Asked, ModuleNotFoundError)):  # Pyodide's own words lead away from the page
        return "".join(lines).rstrip()
    return "".join([*lines, *traceback.format_exception_only(error)])[-3000:].rstrip()
