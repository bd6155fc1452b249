"""Runs answers against an assignment's tests, in this process: fast enough for hundreds of answers and mutants.

The learner's cells run in one namespace and each test cell in a clean one of its own, in which the learner's
functions are stand-ins that let only values through. So a test cell that would not work as a remote call fails here.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import nbformat
import numpy as np
from IPython.core.inputtransformer2 import TransformerManager

from roadbook import course
from roadbook.grading import forbidden

ANSWERS = Path(__file__).parent / "answers"
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", re.S)
CPU_LIMIT = 30.0  # seconds; a mutant may loop for ever


@dataclass(frozen=True)
class Task:
    name: str
    reference: str
    tests: str
    points: float
    forbidden: list[str]

    @property
    def stub(self) -> str:
        return re.sub(
            r"### BEGIN SOLUTION.*?### END SOLUTION",
            "raise NotImplementedError()",
            self.reference,
            flags=re.S,
        )


@dataclass(frozen=True)
class Assignment:
    slug: str
    prelude: list[str]
    tasks: dict[str, Task]


@dataclass(frozen=True)
class Answer:
    slug: str
    task: str
    right: bool
    title: str
    source: str
    says: str
    passes_visible: bool
    forbidden: bool

    def __str__(self) -> str:
        return f"{self.slug}-{self.task}: {self.title}"


@dataclass
class Outcome:
    passed: bool
    message: str
    noise: str = ""


@dataclass
class _Remote:
    """Lets a test cell call a learner's function as if it ran elsewhere: values in, values out."""

    function: Callable[..., Any]
    seen: list[str] = field(default_factory=list)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        by_value([list(args), kwargs], "an argument")
        try:
            value = self.function(*args, **kwargs)
        except NotImplementedError:
            raise
        except Exception as err:
            # No class crosses the boundary, only its name and the message.
            raise type(type(err).__name__, (Exception,), {})(str(err)) from None
        return by_value(value, "a result")


def by_value(value: Any, what: str) -> Any:
    """Copy a value as a boundary between processes would: tuples become lists; what is no value is refused."""
    import pandas as pd
    import torch

    if value is None or isinstance(value, (bool, int, float, str)):
        return value.item() if isinstance(value, np.generic) else value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            raise TypeError(f"{what} is an array of Python objects, which is not a value")
        return value.copy()
    if isinstance(value, torch.Tensor):
        if value.requires_grad:
            raise TypeError(f"{what} is a tensor that requires grad: detach it")
        return value.clone()
    if isinstance(value, (pd.DataFrame, pd.Series)):
        return value.copy()
    if isinstance(value, (list, tuple)):
        return [by_value(v, what) for v in value]
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError(f"{what} is a dict with keys that are not strings")
        return {key: by_value(v, what) for key, v in value.items()}
    raise TypeError(f"{what} is a {type(value).__name__}, which is not a value")


@cache
def assignment(slug: str) -> Assignment:
    """Read an assignment's tasks from its solution notebook."""
    notebook = nbformat.read(course.find(slug).solution, as_version=4)
    prelude: list[str] = []
    tasks: dict[str, Task] = {}
    answers: dict[str, Any] = {}
    for cell in notebook.cells:
        meta = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or meta.get("grade_id") == "check":
            continue
        if meta.get("solution") and not meta.get("grade"):
            answers[meta["grade_id"]] = cell
        elif meta.get("grade"):
            name = meta["grade_id"].removesuffix("-tests")
            if name not in answers:
                raise ValueError(
                    f"{slug}: the tests {meta['grade_id']!r} have no answer cell with the grade_id {name!r} above them; "
                    f"answer cells found: {', '.join(answers) or 'none'}"
                )
            task_cell = answers[name]
            names = list(task_cell.metadata.get("roadbook", {}).get("forbidden", []))
            tasks[name] = Task(name, task_cell.source, cell.source, meta["points"], names)
        else:
            prelude.append(TransformerManager().transform_cell(cell.source))
    return Assignment(slug, prelude, tasks)


HEADER = re.compile(r"^# %% (?P<verdict>right|wrong) (?P<task>[\w-]+): (?P<title>.+)$", re.M)


@cache
def answers(slug: str) -> list[Answer]:
    """Read the right and wrong answers of an assignment, as CONTRIBUTING.md lays the file out."""
    text = (ANSWERS / f"{slug}.py").read_text(encoding="utf-8")
    heads = list(HEADER.finditer(text))
    odd = [line for line in re.findall(r"^# ?%%.*$", text, re.M) if not HEADER.match(line)]
    if odd:
        raise ValueError(
            f"{slug}.py: expected `# %% right task: title` or `# %% wrong task: title`, got {odd}"
        )
    found = []
    for head, end in zip(heads, [*[h.start() for h in heads[1:]], len(text)], strict=True):
        body = text[head.end() : end].strip("\n")
        directives = re.match(r"(# .*\n)*", body)
        for line in directives[0].splitlines() if directives else []:
            if not re.fullmatch(r"# (says: .+|visible: passes|forbidden)", line):
                raise ValueError(f"{slug}.py, {head['title']}: unknown directive {line!r}")
        says = re.search(r"^# says: (.+)$", body, re.M)
        found.append(
            Answer(
                slug=slug,
                task=head["task"],
                right=head["verdict"] == "right",
                title=head["title"],
                source=body,
                says=says[1].strip() if says else "",
                passes_visible=bool(re.search(r"^# visible: passes$", body, re.M)),
                forbidden=bool(re.search(r"^# forbidden$", body, re.M)),
            )
        )
    return found


class _TooLong(BaseException):
    pass


@contextlib.contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise _TooLong(f"used more than {seconds:.0f} s of processor time")

    previous = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, previous)


def run(
    slug: str, given: dict[str, str], seed: int = 0, only: str | None = None, *, visible: bool = False
) -> dict[str, Outcome]:
    """Run an assignment in which some tasks have other answers than the solution's.

    Args:
        slug: the assignment.
        given: source of the answer cell by task; the tasks left out have the solution's.
        seed: value of ROADBOOK_SEED.
        only: run the tests of this task alone.
        visible: leave the hidden tests out.
    """
    work = assignment(slug)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    outcomes: dict[str, Outcome] = {}
    before_environment = os.environ.get("ROADBOOK_SEED")
    os.environ["ROADBOOK_SEED"] = str(seed)
    noise = io.StringIO()
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(noise),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("default")

            def note(message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
                noise.write(f"{category.__name__}: {message}\n")

            warnings.showwarning = note
            for source in work.prelude:
                exec(source, namespace)
            defined: dict[str, dict[str, Any]] = {}
            for task in work.tasks.values():
                known = dict(namespace)
                source = given.get(task.name, task.reference)
                try:
                    with cpu_limit(CPU_LIMIT):
                        forbidden.run(source, namespace, task.name, task.forbidden)
                except (Exception, forbidden.ForbiddenCall, _TooLong) as err:
                    outcomes[task.name] = Outcome(False, f"{type(err).__name__}: {err}")
                defined[task.name] = {n: v for n, v in namespace.items() if known.get(n) is not v}
            for task in work.tasks.values():
                if task.name in outcomes or only not in (None, task.name):
                    continue
                tests = HIDDEN.sub("", task.tests) if visible else task.tests
                clean = {"__name__": "tests"} | {
                    n: _Remote(v)
                    for n, v in defined[task.name].items()
                    if callable(v) and not n.startswith("__")
                }
                noise.seek(0)
                noise.truncate()
                try:
                    with cpu_limit(CPU_LIMIT):
                        exec(compile(tests, f"<tests {task.name}>", "exec"), clean)
                    outcomes[task.name] = Outcome(True, "", noise.getvalue())
                except AssertionError as err:
                    outcomes[task.name] = Outcome(False, str(err), noise.getvalue())
                except (Exception, forbidden.ForbiddenCall, _TooLong) as err:
                    outcomes[task.name] = Outcome(False, f"{type(err).__name__}: {err}", noise.getvalue())
    finally:
        if before_environment is None:
            del os.environ["ROADBOOK_SEED"]
        else:
            os.environ["ROADBOOK_SEED"] = before_environment
    return outcomes
