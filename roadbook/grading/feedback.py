"""What a learner reads: the state of each task and, in words, what failed. Never a test or a solution."""

from __future__ import annotations

import html
import re
import textwrap
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["passed", "not written yet", "failed", "missing", "timed out", "killed"]
WIDTH = 75
Error = dict[str, Any]
"""An error as `roadbook.grading.student` describes it."""


@dataclass(frozen=True)
class TaskReport:
    """The result of one task."""

    name: str
    title: str
    points: float
    max_points: float
    state: State
    message: str
    """What failed, in words; `""` for a passed task."""
    solution: str
    """Path of the worked solution within the book for a passed task, else `""`."""


@dataclass(frozen=True)
class Written:
    """A task that a person marks; it is shown, not counted."""

    name: str
    title: str
    answered: bool
    rubric: str
    """How to judge the answer, in Markdown; `""` where the exercise does not say."""

    @property
    def state(self) -> str:
        return "written" if self.answered else "not written yet"


@dataclass(frozen=True)
class Report:
    """The result of one exercise. Shown by a notebook as HTML, by `str` as text."""

    slug: str
    tasks: list[TaskReport]
    written: list[Written] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    """What there is to say about the notebook as a whole."""

    @property
    def points(self) -> float:
        return sum(task.points for task in self.tasks)

    @property
    def max_points(self) -> float:
        return sum(task.max_points for task in self.tasks)

    @property
    def complete(self) -> bool:
        """Whether every task that is counted has full marks."""
        return all(task.state == "passed" for task in self.tasks)

    @property
    def headline(self) -> str:
        return f"{self.slug}: {self.points:g} of {self.max_points:g} points"

    @property
    def worked(self) -> str:
        """Where the worked solutions of the passed tasks are, in a line; `""` if no task is passed."""
        passed = [task for task in self.tasks if task.solution]
        names = ", ".join(task.title.partition(":")[0] for task in passed)
        return f"Worked solution of {names}: {passed[0].solution}" if passed else ""

    def entries(self) -> list[tuple[str, str, str, str]]:
        """Return state, points in words, title, and what there is to say of each task, as plain text."""
        counted = [
            (task.state, f"{task.points:g} of {task.max_points:g} points", task.title, task.message)
            for task in self.tasks
        ]
        return counted + [(own.state, "not counted", own.title, own.rubric) for own in self.written]

    def __str__(self) -> str:
        lines = [self.headline]
        for state, points, title, text in self.entries():
            lines += [f"{state:15}  {title} ({points})", *wrapped(text)]
        lines += [self.worked] if self.worked else []
        return "\n".join([*lines, *(f"Note: {remark}" for remark in self.remarks)])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """How IPython shows a report where there is no HTML."""
        printer.text(str(self))

    def _repr_html_(self) -> str:
        # Both exercises/NN-slug/ and work/NN-slug/ lie two folders below solutions/.
        links = {
            task.title: f'<br><a href="../../{html.escape(task.solution)}">Worked solution</a>'
            for task in self.tasks
            if task.solution
        }
        items = []
        for state, points, title, text in self.entries():
            said = f'<br><span style="white-space: pre-wrap">{html.escape(text)}</span>' if text else ""
            head = f"{html.escape(title)}: <strong>{state}</strong>, {points}"
            items.append(f"<li>{head}{said}{links.get(title, '')}</li>")
        notes = "".join(f"<p>Note: {html.escape(remark)}</p>" for remark in self.remarks)
        return f"<p><strong>{html.escape(self.headline)}</strong></p><ul>{''.join(items)}</ul>{notes}"


def wrapped(text: str) -> list[str]:
    """Return indented lines for a terminal of 80 columns; in a long message, `got` begins a line."""
    lines = []
    for line in text.splitlines():
        parts = [line] if len(line) <= WIDTH else re.split(r"(?<=,) (?=got )", line, maxsplit=1)
        for part in parts:
            lines += textwrap.wrap(part, WIDTH, break_on_hyphens=False)
    return [f"    {line}" for line in lines]


def words(
    answer: Error | None, tests: Error | None, functions: set[str], elsewhere: set[str]
) -> tuple[State, str]:
    """Say why a task has no points.

    Args:
        answer: the error of the answer cell itself, if it had one.
        tests: the error of the test cell, if it had one.
        functions: the names that the answer has to define.
        elsewhere: names that the learner defined in cells that are not graded.
    """
    error = answer or tests
    if error is None:
        return (
            "failed",
            "The tests of this task did not finish; check again, and report it if it happens twice.",
        )
    kind, message = error["type"], error["message"]
    if kind == "KeyboardInterrupt":
        return "timed out", _where(error)
    if kind == "NotImplementedError":
        return "not written yet", "Your cell still raises NotImplementedError." + _where(error)
    if kind in ("ForbiddenCall", "OutputLimit"):
        text = message + _where(error)
    elif kind == "SystemExit":
        text = (
            "Your code ends the program (exit, quit or sys.exit): return a value or raise an error."
            + _where(error)
        )
    elif error is tests and kind == "AssertionError" and not error["line"]:
        text = message or "A test of this task failed."
        during = error.get("during")
        if during and during["type"] in text and during["line"]:  # the test quotes an error of the function
            text += _where(during)
    elif error is tests and kind == "NameError" and error.get("name") in functions:
        text = f"Your cell does not define {error['name']}, which the tests call."
    elif error is tests and not error["line"]:
        text = f"The tests cannot use what your code returned: {kind}: {message}"
    else:
        what = "Your cell does not run" if answer else "Your code raised an error"
        text = f"{what}: {kind}: {message}".rstrip(": ") + _where(error)
    return "failed", text + _hint(text, elsewhere)


def _where(error: Error) -> str:
    return f"\nLine {error['line']} of your cell: {error['text']}" if error["line"] else ""


def _hint(text: str, elsewhere: set[str]) -> str:
    """What many learners meet is worth a sentence of its own: input(), and a name defined elsewhere."""
    if "EOF when reading a line" in text:
        return "\nNobody can type while an answer is graded: take what you need as arguments, not by input()."
    names = [name for name in re.findall(r"name '(\w+)' is not defined", text) if name in elsewhere]
    if not names:
        return ""
    return (
        f"\nYou define {names[0]} in another cell. Everything that an answer needs must be in its own cell."
    )
