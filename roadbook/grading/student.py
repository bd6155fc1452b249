"""What runs beside a learner's code in its own process: caps on output and memory, and a record of errors.

The check engine puts three kinds of cells around those of the instructor's notebook: `prepare` at the top,
`answer` before each answer cell, `tests` after it. The record is a file of JSON lines, which outlives a
killed process: one line when a phase begins, one for each cell that failed in it.
"""

from __future__ import annotations

import functools
import io
import json
import linecache
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from roadbook import testing
from roadbook.grading import forbidden

MESSAGE = 2000  # characters of an error's message that are kept


class OutputLimit(BaseException):
    """An answer printed or displayed more than any reader wants. Not an `Exception`, so that no
    `except Exception` of the answer hides it."""


class _Output(io.TextIOBase):
    """Counts what is written and keeps nothing: no output can flood the notebook or the gradebook, and a
    warning on stderr, for which nbgrader gives no points, costs nothing."""

    encoding = "utf-8"

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.written = 0
        self.buffer = _Bytes(self)

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() expects a str, got {type(text).__name__}")
        self.count(len(text))
        return len(text)

    def writable(self) -> bool:
        return True

    def count(self, size: int) -> None:
        """Add to what was written.

        Raises:
            OutputLimit: it is more than the limit.
        """
        self.written += size
        if self.written > self.limit:
            raise OutputLimit(
                f"Your code printed more than {self.limit // 1000} kB and was stopped: remove print() calls."
            )


class _Bytes(io.RawIOBase):
    """`sys.stdout.buffer`."""

    def __init__(self, output: _Output) -> None:
        self.output = output

    def write(self, data: Any, /) -> int:
        self.output.count(len(data))
        return len(data)

    def writable(self) -> bool:
        return True


class _Student:
    """The state of one process: where the record is, which task and phase run, what the last call raised."""

    def __init__(self, shell: Any, record: Path, output_limit: int) -> None:
        self.shell = shell
        self.record = record
        self.output = _Output(output_limit)
        self.task = ""
        self.phase = "set-up"
        self.awaited = False
        self.source = ""  # the answer of this task as IPython runs it
        self.lines: list[str] = []  # the same as written
        self.dropped = 0  # blank lines at its top, which IPython drops
        self.raised: dict[str, Any] | None = None

    def begin(self, task: str, phase: str) -> None:
        self.task, self.phase = task, phase
        self.awaited = phase == "answer"
        self.output.written = 0
        self.raised = None
        self.write({"task": task, "phase": phase})

    def write(self, line: dict[str, Any]) -> None:
        with self.record.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def before_cell(self, info: Any) -> None:
        if self.awaited:
            self.awaited = False
            source = getattr(info, "transformed_cell", None)  # Colab's IPython 7 does not tell it
            self.source = (source or self.shell.transform_cell(info.raw_cell)).strip()
            self.lines = info.raw_cell.splitlines()
            self.dropped = next((i for i, line in enumerate(self.lines) if line.strip()), 0)

    def after_cell(self, result: Any) -> None:
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            self.write({"task": self.task, "phase": self.phase, "error": self.describe(error)})

    def shown(self, message: dict[str, Any]) -> None:
        """Count displayed outputs (figures, tables) and send none of them."""
        self.output.count(sum(len(str(value)) for value in message["content"].get("data", {}).values()))

    def describe(self, error: BaseException) -> dict[str, Any]:
        """Put an error in plain data: its type, message, and where in the learner's own cell it arose.

        `line` is 0 where no line of an answer had a part in it. `during` is an error that the last call of a
        test raised and caught: a test that then fails usually fails for it.
        """
        line, text = self.own_line(error.__traceback__)
        message = str(error)
        if isinstance(error, SyntaxError):
            message = str(error.msg)
            if not line and self.phase == "answer":
                line, text = (error.lineno or 0) + self.dropped, (error.text or "").strip()
        described = {"type": type(error).__name__, "message": message[:MESSAGE], "line": line, "text": text}
        if isinstance(error, NameError) and error.name:
            described["name"] = error.name
        if self.raised is not None and isinstance(error, AssertionError) and not line:
            described["during"] = self.raised
        return described

    def own_line(self, traceback: TracebackType | None) -> tuple[int, str]:
        """Return number and text of the innermost line of the answer cell, `(0, "")` if there is none."""
        found = (0, "")
        while traceback is not None:
            run = "".join(linecache.getlines(traceback.tb_frame.f_code.co_filename)).strip()
            if run and run == self.source:
                number = traceback.tb_lineno + self.dropped
                found = (number, self.lines[number - 1].strip() if number <= len(self.lines) else "")
            traceback = traceback.tb_next
        return found

    def remembering(self, call: Callable[..., testing.Call]) -> Callable[..., testing.Call]:
        """Wrap `roadbook.testing.call` so that an error which it turns into a value is still located."""

        @functools.wraps(call)
        def remembering_call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> testing.Call:
            self.raised = None

            def watched(*args: Any, **kwargs: Any) -> Any:
                try:
                    return function(*args, **kwargs)
                except Exception as error:
                    self.raised = self.describe(error)
                    raise

            return call(watched, *args, **kwargs)

        return remembering_call


_student: _Student | None = None


def prepare(record: str, output_limit: int, memory: int) -> None:
    """Make this IPython process ready for a learner's code.

    Args:
        record: the file to which errors are written.
        output_limit: characters that one answer or one test may write or display; all of it is discarded.
        memory: bytes of memory that the process may hold; only Linux can enforce it.
    """
    global _student
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    _student = student = _Student(shell, Path(record), output_limit)
    # What C code or a child process writes reaches the file descriptors without passing sys.stdout.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    sys.stdout = sys.stderr = student.output
    if hasattr(shell.display_pub, "register_hook"):  # a kernel's; a plain shell displays by printing
        shell.display_pub.register_hook(student.shown)
    # A number as the last expression of a test would be partial credit; and no value is shown anyway.
    shell.ast_node_interactivity = "none"
    shell.events.register("pre_run_cell", student.before_cell)
    shell.events.register("post_run_cell", student.after_cell)
    testing.call = student.remembering(testing.call)
    if sys.platform == "linux":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (min(memory, hard) if hard >= 0 else memory, hard))


def answer(task: str, names: Sequence[str]) -> None:
    """Say that the next cell is a learner's answer, which may not call the names."""
    _running().begin(task, "answer")
    forbidden.enter(task, names)


def tests(task: str) -> None:
    """Say that the instructor's cells follow, up to the tests of the task."""
    forbidden.leave()
    _running().begin(task, "tests")


def _running() -> _Student:
    if _student is None:
        raise RuntimeError("expected `student.prepare` to have run in this process, it has not")
    return _student
