"""Grades a class: every submission once, whatever stops the run in between.

One process owns the course (a lock), threads drive the sandboxes, and this thread alone writes. A submission
is finished when its line is in `.roadbook/journal.jsonl`; that is written last, after the gradebook. A run
that was stopped anywhere, by kill -9 too, is simply started again: what has its line is not run again, what
has none is, and to write the same into the gradebook twice changes nothing.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from roadbook import course as book
from roadbook import progress
from roadbook.grading import class_page, feedback_page, intake
from roadbook.grading.collect import CollectError, Submission, collect
from roadbook.grading.gradebook import Gradebook, GradebookError, Standing, check_name, course_seed
from roadbook.grading.intake import Assignment
from roadbook.grading.result import Outcome, Status
from roadbook.grading.sandbox import Limits, SandboxError

GRADER = 1
"""Raise it whenever the same submission may get another score: then all are graded anew."""
FINISHED: tuple[Status, ...] = ("graded", "needs_manual")
Grade = Callable[[Mapping[str, Any]], Outcome]
"""As `roadbook.grading.engine.grade_submission`: a plain function of plain data."""
Work = tuple[Submission, str, dict[str, Any]]
"""A submission, its key and its job."""


class GradeError(Exception):
    """The class cannot be graded, or not further; one line, with what to do. Nothing is lost."""


@dataclass(frozen=True)
class Run:
    """What came of a run."""

    outcomes: list[Outcome]
    """Of the submissions that were found, without their notebooks, with what persons gave."""
    graded: int
    """How many of them were run now; the others had been before."""
    submitted: Path
    """Where the collected notebooks are."""
    out: Path
    """Where the reports are."""

    @property
    def problems(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.status not in FINISHED]


@dataclass
class Journal:
    """An append-only file with a line for each finished submission; the last line of a submission counts."""

    path: Path
    entries: dict[tuple[str, str], tuple[str, Outcome]] = field(default_factory=dict)
    """By student and assignment: the key, and the outcome without its notebook."""

    @classmethod
    def open(cls, path: Path) -> Journal:
        """Read a journal; a last line that was not written whole is cut off.

        Raises:
            GradeError: it cannot be read or written.
        """
        journal = cls(path)
        try:
            with path.open("a+b") as file:
                file.seek(0)
                whole = 0
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    whole += len(line)
                    with contextlib.suppress(ValueError, KeyError, TypeError):  # then it is graded anew
                        entry = json.loads(line)
                        outcome = Outcome.from_json(entry["outcome"])
                        journal.entries[outcome.student, outcome.assignment] = (entry["key"], outcome)
                file.truncate(whole)
        except OSError as error:
            raise _unwritable(path, error) from None
        return journal

    def add(self, key: str, outcome: Outcome) -> None:
        """Append a line so that it is on the disk when this returns.

        Raises:
            GradeError: it cannot be written; no part of the line is left.
        """
        outcome = replace(outcome, notebook=None)
        line = (json.dumps({"key": key, "outcome": outcome.to_json()}) + "\n").encode()
        try:
            with self.path.open("ab", buffering=0) as file:
                before = file.tell()
                try:
                    if file.write(line) < len(line):
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                    os.fsync(file.fileno())
                except OSError:
                    file.truncate(before)
                    raise
        except OSError as error:
            raise _unwritable(self.path, error) from None
        self.entries[outcome.student, outcome.assignment] = (key, outcome)


def grade_class(
    course: Path,
    source: Path,
    grade_one: Grade,
    *,
    assignments: Sequence[str] | None = None,
    workers: int = 1,
    limits: Limits | None = None,
    unsafe: bool = False,
    db_url: str | None = None,
    out: Path | None = None,
    regrade: bool = False,
    console: Console | None = None,
) -> Run:
    """Grade what a class handed in, write the gradebook, `autograded/` and the reports.

    Args:
        course: a folder that `course_init` made, outside the book's.
        source: `submitted/`, or an LMS's zip.
        grade_one: grades one submission; it is called from several threads.
        assignments: their names, or numbers as `04`; all of the course if None.
        workers: how many submissions are graded at a time.
        limits: for each submission.
        unsafe: do without the sandbox.
        db_url: another database than the course's configuration says.
        out: where the reports go; `graded/` in the course if None.
        regrade: grade what is finished, too.
        console: where the progress is shown; nowhere if None, or if it is no terminal.

    Raises:
        GradeError: it cannot begin or go on.
        KeyboardInterrupt: it was stopped; what is not finished is graded when it is started again.
    """
    if not (course / "nbgrader_config.py").is_file():
        raise GradeError(
            f"{course} is no course folder: expected nbgrader_config.py in it; "
            "`python -m roadbook course init DIR` makes one."
        )
    if course.resolve().is_relative_to(book.root()):
        raise GradeError(
            f"{course} is the book's folder, and students' work must not lie there: "
            "`python -m roadbook course init DIR` makes a folder for a class."
        )
    out = out or course / "graded"
    with _alone(course), _explained(), Gradebook(course, db_url) as gradebook:
        slugs = gradebook.assignments()
        if assignments:  # what is unknown stays as it is, and `load` says so
            slugs = [next((s for s in slugs if name in (s, s[:2], s[3:])), name) for name in assignments]
        loaded = {slug: gradebook.load(slug) for slug in slugs}
        known = {s: Assignment.make(s, i, intake.read(r)) for s, (i, r) in loaded.items()}
        into = course / gradebook.coursedir.submitted_directory
        found = collect(source, slugs, into, lambda cells: _recognised(cells, known))
        for slug in sorted({submission.assignment for submission in found} & set(known)):
            gradebook.add_assignment(known[slug])
        out.mkdir(parents=True, exist_ok=True)
        desk = _Desk(
            gradebook=gradebook,
            journal=Journal.open(course / ".roadbook" / "journal.jsonl"),
            log=out / "log.txt",
            standings={slug: gradebook.standings(slug) for slug in slugs},
        )
        desk.say(f"{len(found)} submissions of {', '.join(slugs)}")
        settings = {
            "seed": course_seed(course, used=any(map(gradebook.standings, gradebook.assignments()))),
            "limits": asdict(limits or Limits()),
            "unsafe": unsafe,
        }
        todo = desk.todo(found, loaded, settings, regrade)
        graded = desk.grade(todo, grade_one, workers, console, len(found))
        here = {(submission.student, submission.assignment) for submission in found}
        # A zip speaks of its own assignment alone.
        outcomes = desk.outcomes(
            here, slugs if source.resolve() == into.resolve() else sorted({s for _, s in here})
        )
        _report(gradebook, desk, outcomes, out)
    mine = [outcome for outcome in outcomes if (outcome.student, outcome.assignment) in here]
    return Run(mine, graded, into, out)


@dataclass
class _Desk:
    """Where results come in and are written, by one thread."""

    gradebook: Gradebook
    journal: Journal
    log: Path
    standings: dict[str, dict[str, Standing]]

    def todo(
        self,
        found: Sequence[Submission],
        loaded: Mapping[str, tuple[dict[str, Any], dict[str, Any]]],
        settings: Mapping[str, Any],
        regrade: bool,
    ) -> Iterator[Work | None]:
        """Yield what has to be graded, and None for each submission that need not be."""
        prints = {
            slug: _hash(json.dumps([GRADER, notebooks, settings, late], sort_keys=True).encode())
            for slug, notebooks in loaded.items()
            for late in [self.gradebook.late_policy(slug)]
        }
        for submission in found:
            student, slug = submission.student, submission.assignment
            reason, content = submission.reason, ""
            if not reason:
                try:
                    check_name(student)
                    assert submission.path is not None  # noqa: S101  (it has no reason)
                    content = _hash(submission.path.read_bytes())
                except OSError as error:
                    reason = f"the file cannot be read: {error.strerror}"
                except ValueError as error:
                    reason = str(error)
            if reason:
                self.finish(f"rejected: {reason}", Outcome(student, slug, "rejected", reason), submission)
                yield None
                continue
            key = _hash(f"{prints[slug]} {submission.timestamp} {content}".encode())
            if not regrade and self.agrees(key, student, slug):
                yield None
                continue
            instructor, released = loaded[slug]
            yield (
                submission,
                key,
                {
                    **{"student": student, "assignment": slug, "submission": str(submission.path)},
                    **{"instructor": instructor, "released": released, **settings},
                },
            )

    def agrees(self, key: str, student: str, slug: str) -> bool:
        """Say whether a submission is finished: in the journal, and with the same points in the gradebook."""
        known, outcome = self.journal.entries.get((student, slug), ("", None))
        if outcome is None or known != key or outcome.status == "failed":
            return False
        if outcome.status == "rejected":
            return True
        standing = self.standings[slug].get(student)
        if standing is None or not self.gradebook.autograded(student, slug).is_file():
            return False
        marks = {task.tests or task.name: task.points for task in outcome.tasks}
        # An answer that is still the stub has no points yet in an outcome, and none in nbgrader's tables.
        return all(
            name in standing.marks and (standing.marks[name].auto or 0.0) == (points or 0.0)
            for name, points in marks.items()
        )

    def grade(
        self,
        todo: Iterable[Work | None],
        grade_one: Grade,
        workers: int,
        console: Console | None,
        total: int,
    ) -> int:
        """Grade with so many threads, and never hold more than a few submissions; return how many."""
        pending: dict[Future[tuple[Outcome, str]], tuple[Submission, str]] = {}
        executor = ThreadPoolExecutor(workers, thread_name_prefix="grade")
        graded = 0
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True, elapsed_when_finished=True),
            console=console,
            disable=console is None or not console.is_terminal,
        )
        try:
            with bar:
                shown = bar.add_task("grading", total=total)

                def collected() -> int:
                    done, _ = wait(pending, return_when=FIRST_COMPLETED)
                    for future in done:
                        submission, key = pending.pop(future)
                        outcome, details = future.result()
                        self.finish(key, outcome, submission, details)
                        bar.advance(shown)
                    return len(done)

                for work in todo:
                    if work is None:
                        bar.advance(shown)
                        continue
                    submission, key, job = work
                    pending[executor.submit(_graded, grade_one, job)] = (submission, key)
                    while len(pending) > 2 * workers:
                        graded += collected()
                while pending:
                    graded += collected()
        except BaseException:
            # Threads that still run are not waited for: what they bring is not written.
            executor.shutdown(wait=False, cancel_futures=True)
            raise
        executor.shutdown()
        return graded

    def finish(self, key: str, outcome: Outcome, submission: Submission, details: str = "") -> None:
        """Write one result: the gradebook first, the journal last."""
        if submission.late:
            outcome = replace(outcome, remarks=[*outcome.remarks, "Your course system says: handed in late."])
        if outcome.status in FINISHED:
            try:
                self.gradebook.write(outcome, submission.timestamp)
            except ValueError as error:
                outcome, details = _failed(outcome.student, outcome.assignment, error)
        points = f", {outcome.score:g} of {outcome.max_score:g}" if outcome.status in FINISHED else ""
        reason = f": {outcome.reason}" if outcome.reason else ""
        who = outcome.student or "of nobody"
        self.say(f"{who}, {outcome.assignment}: {outcome.status}{points}{reason}")
        if details:
            self.say(details)
        entry = self.journal.entries.get((outcome.student, outcome.assignment))
        if outcome.status != "rejected" or entry is None or entry[0] != key:
            self.journal.add(key, outcome)

    def outcomes(self, here: set[tuple[str, str]], slugs: Sequence[str]) -> list[Outcome]:
        """Return all that the course has, in order, with what persons gave in formgrader.

        What was graded before stays, even if its file is gone; what was not goes with its file.

        Args:
            here: students and assignments that were found now.
            slugs: the assignments that were looked for.
        """
        known = {slug for _, slug in self.journal.entries}
        self.standings = {slug: self.gradebook.standings(slug) for slug in known}
        outcomes = []
        for at, (_, outcome) in sorted(self.journal.entries.items()):
            standing = self.standings[outcome.assignment].get(outcome.student)
            if outcome.status in FINISHED:
                outcomes.append(outcome if standing is None else standing.apply(outcome))
            elif at in here or outcome.assignment not in (*slugs, ""):
                if standing is not None:
                    said = f"{outcome.reason} (the gradebook keeps the points of an earlier hand-in)"
                    outcome = replace(outcome, reason=said)
                outcomes.append(outcome)
        return outcomes

    def say(self, text: str) -> None:
        """Append to the log."""
        try:
            with self.log.open("a", encoding="utf-8", errors="replace") as file:
                file.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {text}\n")
        except OSError as error:
            raise _unwritable(self.log, error) from None


def _graded(grade_one: Grade, job: Mapping[str, Any]) -> tuple[Outcome, str]:
    """Grade one submission in a thread; also return the traceback of an error that is the grader's own."""
    began = time.monotonic()
    try:
        return grade_one(job), ""
    except SandboxError:
        raise  # there is no sandbox: that is no single submission's matter
    except Exception as error:
        outcome, details = _failed(job["student"], job["assignment"], error)
        return replace(outcome, seconds=time.monotonic() - began), details


def _failed(student: str, slug: str, error: Exception) -> tuple[Outcome, str]:
    said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    details = "".join(traceback.format_exception(error))
    return Outcome(student, slug, "failed", f"the grader failed, see log.txt: {said}"), details


def _recognised(cells: list[intake.Cell], known: Mapping[str, Assignment]) -> str | None:
    """Say which of the course's assignments a notebook answers: by marks, then by names of functions."""
    marks = {cell.grade_id for cell in cells}
    names = {name for cell in cells if cell.kind == "code" for name in intake.defined(cell.source)}
    best: tuple[int, int, str | None] = (0, 0, None)
    for slug, assignment in known.items():
        tasks = assignment.tasks
        functions = {name for task in tasks for name in task.functions}
        score = (len(marks & {task.name for task in tasks}), len(names & functions))
        if score > best[:2]:
            best = (*score, slug)
    return best[2]


# What comes out -------------------------------------------------------------------------------------------


def _report(gradebook: Gradebook, desk: _Desk, outcomes: list[Outcome], out: Path) -> None:
    """Write report.json, grades.csv, the class page and each student's page; each whole or not at all."""
    from roadbook.grading import lms

    for outcome in outcomes:
        if not outcome.student:
            continue
        standing = desk.standings[outcome.assignment].get(outcome.student)
        comments = {} if standing is None else standing.comments
        feedback_page.write(
            replace(outcome, notebook=_notebook(gradebook, outcome)),
            out / "feedback" / outcome.student / f"{outcome.assignment}.html",
            {name: feedback_page.Mark(comment=said) for name, said in comments.items()},
            outcome.late_penalty,
        )
    text = json.dumps({"version": 1, "submissions": [_entry(o) for o in outcomes]}, indent=1)
    progress.write(out / "report.json", text + "\n")
    lms.write_grades(outcomes, out / "grades.csv")
    class_page.write(outcomes, out / "class.html")
    counts = Counter(outcome.status for outcome in outcomes)
    desk.say(", ".join(f"{number} {status}" for status, number in sorted(counts.items())) or "nothing found")


def _notebook(gradebook: Gradebook, outcome: Outcome) -> dict[str, Any] | None:
    if outcome.status not in FINISHED:
        return None
    try:
        path = gradebook.autograded(outcome.student, outcome.assignment)
        notebook: dict[str, Any] = json.loads(path.read_bytes())
        return notebook
    except (OSError, ValueError):
        return None  # a page without answers


def _entry(outcome: Outcome) -> dict[str, Any]:
    """Return one submission of report.json; `report.schema.json`, beside this file, says what is in it."""
    done = outcome.status in FINISHED
    return {
        "student": outcome.student,
        "assignment": outcome.assignment,
        "status": outcome.status,
        "reason": outcome.reason,
        "score": outcome.score if done else None,  # never a silent 0
        "max_score": outcome.max_score if done else None,
        "late_penalty": outcome.late_penalty,
        "tasks": [asdict(task) for task in outcome.tasks],
        "remarks": outcome.remarks,
        "seconds": round(outcome.seconds, 3),
        "cpu_seconds": round(outcome.cpu_seconds, 3),
        "peak_bytes": outcome.peak_bytes,
        "sandbox": outcome.sandbox,
    }


# Errors ---------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _alone(course: Path) -> Iterator[None]:
    """Hold the course's lock. The system lets go of it when the process ends, however that is."""
    path = course / ".roadbook" / "lock"
    try:
        path.parent.mkdir(exist_ok=True)
        lock = FileLock(path)
        lock.acquire(timeout=0)
    except Timeout:
        raise GradeError(
            f"another grader is at work in {course}: wait until it has ended (it holds {path})."
        ) from None
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (GradebookError, CollectError, SandboxError, intake.IntakeError) as error:
        raise GradeError(str(error)) from error
    except OSError as error:
        raise _unwritable(error.filename or "a file", error) from error


def _unwritable(path: Path | str, error: OSError) -> GradeError:
    return GradeError(
        f"{path} cannot be used ({error.strerror}): mend that, then run the command again: nothing is lost."
    )


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
