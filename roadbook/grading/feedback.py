"""What a learner reads: the state of each task and, in words, what failed. Never a test or a solution."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["passed", "not written yet", "failed", "missing", "timed out", "killed"]
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

    def __str__(self) -> str:
        lines = [self.headline, ""]
        for task in self.tasks:
            lines.append(f"{task.state:>15}  {task.points:g}/{task.max_points:g}  {task.title}")
            after = f"worked solution: {task.solution}" if task.solution else task.message
            lines += [f"{'':15}  {line}" for line in after.splitlines()]
        for own in self.written:
            lines.append(f"{own.state:>15}  not counted  {own.title}")
            lines += [f"{'':15}  {line}" for line in own.rubric.splitlines()]
        lines += ["", *(f"Note: {remark}" for remark in self.remarks)] if self.remarks else []
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        items = []
        for task in self.tasks:
            after = ""
            if task.solution:
                # Both exercises/NN-slug/ and work/NN-slug/ lie two folders below solutions/.
                after = f'<br><a href="../../{html.escape(task.solution)}">worked solution</a>'
            elif task.message:
                after = f'<br><span style="white-space: pre-wrap">{html.escape(task.message)}</span>'
            items.append(
                f"<li>{html.escape(task.title)}: <strong>{task.state}</strong>, "
                f"{task.points:g} of {task.max_points:g} points{after}</li>"
            )
        for own in self.written:
            rubric = (
                f'<br><span style="white-space: pre-wrap">{html.escape(own.rubric)}</span>'
                if own.rubric
                else ""
            )
            items.append(
                f"<li>{html.escape(own.title)}: <strong>{own.state}</strong>, not counted{rubric}</li>"
            )
        notes = "".join(f"<p>Note: {html.escape(remark)}</p>" for remark in self.remarks)
        return f"<p><strong>{html.escape(self.headline)}</strong></p><ul>{''.join(items)}</ul>{notes}"


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
    """A name that is defined, but where the grader does not look, is worth a sentence of its own."""
    names = [name for name in re.findall(r"name '(\w+)' is not defined", text) if name in elsewhere]
    if not names:
        return ""
    return (
        f"\nYou define {names[0]} in another cell. Everything that an answer needs must be in its own cell."
    )
