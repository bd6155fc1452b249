"""A learner's own score: the engine that grades a class, without its sandbox."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from roadbook import __version__, course
from roadbook.grading import engine, intake
from roadbook.grading.feedback import Report
from roadbook.grading.sandbox import Limits
from roadbook.testing import seed

TIMEOUT = 60
"""Seconds that one cell or call may run."""
OUTPUT_LIMIT = Limits.output
"""Characters that one answer, or one call of it, may print or display."""
MEMORY = Limits.memory
"""Bytes of memory that the learner's process may hold (enforced on Linux)."""


class CheckError(Exception):
    """A notebook was read but could not be graded, through no fault of the learner's; one line."""

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details
        """What the processes said, for a bug report."""


def check(
    chapter: course.Chapter,
    notebook: Path | str | Mapping[str, Any],
    *,
    timeout: int = TIMEOUT,
    output_limit: int = OUTPUT_LIMIT,
    memory: int = MEMORY,
) -> Report:
    """Grade a learner's notebook, a file or a notebook that is loaded already, and return the report.

    The learner's answers run in a process of their own, on the instructor's notebook, and the tests in
    another.

    Args:
        chapter: the chapter whose exercise it is.
        notebook: path of a notebook, or its content.
        timeout: seconds that one cell or call may run.
        output_limit: characters that one answer, or one call of it, may print or display.
        memory: bytes of memory that the learner's process may hold; only Linux can enforce it.

    Raises:
        roadbook.grading.intake.IntakeError: this is no notebook, or none of this exercise.
        CheckError: the exercise itself cannot be run on this machine.
    """
    cells = intake.read(notebook)
    if explained := intake.lesson(cells):
        raise intake.IntakeError(
            f"this is the chapter {explained.slug}, not the exercise; "
            f"`python -m roadbook start {explained.number}` makes your copy of the exercise."
        )
    assignment = intake.assignment(chapter)
    graft = intake.take(cells, assignment.tasks)
    limits = Limits(seconds=timeout, output=output_limit, memory=memory)
    with tempfile.TemporaryDirectory(prefix="roadbook-check-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        try:
            ran = engine.run(assignment, graft, lambda: engine.Local(folder, limits), seed(), limits)
        except engine.EngineError as error:
            log = (folder / "log.txt").read_text(encoding="utf-8", errors="replace")
            raise CheckError(
                f"{error}; `python -m roadbook doctor` says what is missing, and "
                "`python -m roadbook check FILE --details` shows what to report.",
                log,
            ) from error
    solution = chapter.solution.relative_to(course.root()).as_posix()
    report = engine.report(assignment, graft, ran, timeout, solution)
    report.remarks.extend(_other_version(chapter, intake.version(notebook)))
    return report


def _other_version(chapter: course.Chapter, of_copy: str) -> list[str]:
    """Say it where a copy was made from another version of the book than the one that checked it."""
    if of_copy in ("", __version__):
        return []
    return [
        f"Your copy is of version {of_copy}, the book is {__version__}: if a task's text does not fit what "
        f"its check says, rename your copy and run `python -m roadbook start {chapter.number}` for today's "
        "text."
    ]
