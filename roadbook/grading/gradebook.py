"""The course folder and its gradebook: nbgrader's own database and files, written by one process.

nbgrader opens the database for each notebook and each preprocessor, and asks for each cell. Here a submission
is one transaction on nbgrader's own tables; what it holds afterwards is what `nbgrader autograde` would have
left, so formgrader, `nbgrader generate_feedback` and `nbgrader export` work as ever.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import sqlalchemy as sa
from nbgrader import api
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.utils import compute_checksum
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from roadbook import course as book
from roadbook.grading import intake
from roadbook.grading.intake import Assignment
from roadbook.grading.result import Outcome

PATIENCE = 30
"""Seconds to wait for a database that another program has locked."""
MAX_NAME = 128
"""Characters that nbgrader's tables have for a name."""

ASSIGNMENT, NOTEBOOK, COURSE, STUDENT = (
    model.__table__ for model in (api.Assignment, api.Notebook, api.Course, api.Student)
)
CELL, GRADE_CELL, SOURCE_CELL = (m.__table__ for m in (api.BaseCell, api.GradeCell, api.SourceCell))
SUBMISSION, SUBMITTED = api.SubmittedAssignment.__table__, api.SubmittedNotebook.__table__
GRADE, COMMENT = api.Grade.__table__, api.Comment.__table__

CONFIG = """\
from pathlib import Path

c = get_config()  # noqa: F821  (nbgrader provides it)

c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.CourseDirectory.course_id = "roadbook"
# c.CourseDirectory.db_url = "postgresql://..."  # another database than gradebook.db
c.ClearSolutions.code_stub = {"python": "# Write your answer here.\\nraise NotImplementedError()"}
c.ClearSolutions.text_stub = "*Write your answer here.*"
# c.LateSubmissionPlugin.penalty_method = "zero"  # what is late gets no points; the due date is formgrader's
# What students made is shown to those who mark it, but may not act in their browser.
c.HTMLExporter.preprocessors = ["roadbook.grading.formgrader.Harmless"]
# `nbgrader autograde`, and formgrader's icon for it, would run their code with your rights.
c.NotebookExporter.preprocessors = ["roadbook.grading.formgrader.OnlyInTheSandbox"]
"""
IGNORED = "submitted/\nautograded/\nfeedback/\ngraded/\ngradebook.db*\n.roadbook/\n.nbgrader.log\n"
README = """\
# A course

Made by `python -m roadbook course init`. Nothing in here belongs in a public repository: `source/` holds
solutions and hidden tests (yours to change), the folders below hold students' work.

- Give students `release/`. After a change in `source/`: `nbgrader generate_assignment NAME --force`.
- Collect into `submitted/<student>/<assignment>/`, or keep the zip of your LMS as it is.
- Grade, in this folder: `python -m roadbook grade submitted/` (or the zip). Results are in `graded/`.
- Mark by hand with nbgrader's formgrader (`jupyter lab`), then grade again: it only collects your marks.
- `.roadbook/seed` decides the data of the hidden tests. Keep it with your backups, next to `gradebook.db`.
"""


class GradebookError(Exception):
    """The course or its gradebook cannot be read or written; one line, with what to do."""


@dataclass(frozen=True)
class Standing:
    """What the gradebook says of one submission, a person's marks included."""

    marks: dict[str, Mark]
    """By grade_id of the cell that bears the points."""
    comments: dict[str, str]
    """What a person wrote, by grade_id of the answer."""
    late_penalty: float

    def apply(self, outcome: Outcome) -> Outcome:
        """Return the outcome with a person's points in the place of the grader's."""
        tasks = []
        for task in outcome.tasks:
            mark = self.marks.get(task.tests or task.name)
            tasks.append(task if mark is None else replace(task, points=mark.points))
        waiting = sum(mark.waits for mark in self.marks.values())
        return replace(
            outcome,
            tasks=tasks,
            late_penalty=self.late_penalty,
            status="needs_manual" if waiting else "graded",
            reason=(outcome.reason or f"{waiting} to mark by hand") if waiting else "",
        )


@dataclass(frozen=True)
class Mark:
    """One row of nbgrader's table `grade`."""

    auto: float | None
    manual: float | None
    extra: float | None
    waits: bool
    """A person has to look at it."""

    @property
    def points(self) -> float | None:
        """The points, by nbgrader's own rule; None where there are none yet."""
        given = self.auto if self.manual is None else self.manual
        return None if given is None else given + (self.extra or 0.0)


@dataclass(frozen=True)
class _Known:
    """An assignment as it stands in the database."""

    notebook: str
    """Its notebook's id, as all ids 32 hexadecimal digits."""
    graded: dict[str, str]
    """Ids of the cells that bear points, by grade_id."""
    commented: dict[str, str]
    """Ids of the cells that bear comments, by grade_id."""
    sources: dict[str, tuple[str, str]] = field(repr=False)
    """Kind and checksum by grade_id."""


class Gradebook:
    """The one writer of a course's gradebook and of its `autograded/`.

    Args:
        course: the course folder; its `nbgrader_config.py` counts, as does the user's own.
        db_url: another database than the configuration says, as SQLAlchemy writes addresses.

    Raises:
        GradebookError: the database cannot be opened for writing, or its schema is too old.
    """

    def __init__(self, course: Path, db_url: str | None = None) -> None:
        self.config = _config(course)
        if db_url:
            self.config.CourseDirectory.db_url = db_url
        self.log = logging.getLogger("roadbook.grading.gradebook")
        self.log.setLevel(logging.ERROR)  # nbgrader's own parts tell every step
        self.coursedir = CourseDirectory(config=self.config, log=self.log)
        self._known: dict[str, _Known] = {}
        self._late: Any = None
        try:
            self.engine = _engine(self.coursedir.db_url)
        except (SQLAlchemyError, ImportError) as error:  # not an address, or its driver is not installed
            said = f"expected a database as sqlite:///gradebook.db or postgresql://…: {error}"
            raise GradebookError(said.splitlines()[0]) from None
        try:
            with self._transaction() as connection:
                self._prepare(connection)
        except GradebookError:
            self.close()
            raise

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.engine.dispose()

    @property
    def name(self) -> str:
        """The database as it may be shown: without a password."""
        url = self.engine.url
        return url.database or "" if url.drivername == "sqlite" else url.render_as_string(hide_password=True)

    # Assignments ----------------------------------------------------------------------------------------

    def assignments(self) -> list[str]:
        """Return the names of the assignments whose source and release are in the course folder."""
        source = Path(self._path(self.coursedir.source_directory, ".", "x")).parent
        names = sorted(folder.name for folder in source.iterdir()) if source.is_dir() else []
        return [name for name in names if all(path.is_file() for path in self._sources(name))]

    def load(self, slug: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Read an assignment's notebooks from the course folder: the instructor's and the released one.

        Raises:
            GradebookError: there is no such assignment, or it cannot be read.
        """
        source, release = self._sources(slug)
        try:
            return json.loads(source.read_bytes()), json.loads(release.read_bytes())
        except FileNotFoundError:
            known = ", ".join(self.assignments()) or "none"
            missing = source if not source.is_file() else release
            raise GradebookError(
                f"there is no {missing}; the assignments of this course are: {known}."
            ) from None
        except (OSError, ValueError) as error:
            raise GradebookError(f"{source} or {release} cannot be read: {error}") from None

    def add_assignment(self, assignment: Assignment) -> None:
        """Make the database hold the assignment as it is now, with nbgrader's own preprocessors.

        Raises:
            GradebookError: the database cannot be written, or cells were added or removed after students'
                work was graded (nbgrader refuses that too).
        """
        slug = assignment.slug
        check_name(slug)
        with self._transaction() as connection:
            current = self._current(connection, assignment)
        if not current:
            self._save(assignment)
        with self._transaction() as connection:
            notebook = connection.scalar(
                sa.select(NOTEBOOK.c.id)
                .join(ASSIGNMENT, NOTEBOOK.c.assignment_id == ASSIGNMENT.c.id)
                .where(ASSIGNMENT.c.name == slug, NOTEBOOK.c.name == slug)
            )
            cells = connection.execute(
                sa.select(CELL.c.id, CELL.c.name, CELL.c.type).where(CELL.c.notebook_id == notebook)
            ).all()
            sources = connection.execute(
                sa.select(SOURCE_CELL.c.name, SOURCE_CELL.c.cell_type, SOURCE_CELL.c.checksum).where(
                    SOURCE_CELL.c.notebook_id == notebook
                )
            ).all()
        self._known[slug] = _Known(
            notebook=str(notebook),
            graded={name: id for id, name, kind in cells if kind in ("GradeCell", "TaskCell")},
            commented={name: id for id, name, kind in cells if kind in ("SolutionCell", "TaskCell")},
            sources={name: (kind, checksum) for name, kind, checksum in sources},
        )

    def _current(self, connection: sa.Connection, assignment: Assignment) -> bool:
        """Say whether the database holds the assignment as it is now."""
        stubs = {task.name: task.stub for task in assignment.tasks}
        sources, points = {}, {}
        for cell in assignment.notebook["cells"]:
            mark = intake.mark(cell)
            name = mark.get("grade_id", "")
            if mark.get("grade") or mark.get("solution") or mark.get("locked") or mark.get("task"):
                sources[name] = (cell["cell_type"], stubs.get(name, cell["source"]))
            if mark.get("grade"):
                points[name] = float(mark["points"])
        at = sa.and_(NOTEBOOK.c.name == assignment.slug, ASSIGNMENT.c.name == assignment.slug)
        there = NOTEBOOK.join(ASSIGNMENT, NOTEBOOK.c.assignment_id == ASSIGNMENT.c.id)
        saved = connection.execute(
            sa.select(SOURCE_CELL.c.name, SOURCE_CELL.c.cell_type, SOURCE_CELL.c.source)
            .select_from(SOURCE_CELL.join(there, SOURCE_CELL.c.notebook_id == NOTEBOOK.c.id))
            .where(at)
        )
        worth = connection.execute(
            sa.select(CELL.c.name, GRADE_CELL.c.max_score)
            .select_from(CELL.join(GRADE_CELL, CELL.c.id == GRADE_CELL.c.id))
            .join(there, CELL.c.notebook_id == NOTEBOOK.c.id)
            .where(at)
        )
        return {name: (kind, source) for name, kind, source in saved} == sources and {
            name: score for name, score in worth
        } == points

    def _save(self, assignment: Assignment) -> None:
        """Do what `nbgrader generate_assignment` does to the database, and nothing to release/."""
        from nbgrader.converters import GenerateAssignment  # only here: loading nbconvert takes a while
        from nbgrader.preprocessors import SaveCells

        slug, url = assignment.slug, self.coursedir.db_url
        notebook = nbformat.from_dict(assignment.notebook)
        resources = {"nbgrader": {"notebook": slug, "assignment": slug, "student": ".", "db_url": url}}
        converter = GenerateAssignment(coursedir=self.coursedir, config=self.config, log=self.log)
        kinds = converter.preprocessors
        try:
            with api.Gradebook(url, self.coursedir.course_id) as gradebook:
                gradebook.update_or_create_assignment(slug)
            for kind in kinds[: kinds.index(SaveCells) + 1]:
                notebook, resources = kind(parent=converter, log=self.log).preprocess(notebook, resources)
        except RuntimeError as error:
            raise GradebookError(
                f"{error}: put the cells back, or give the changed assignment a name of its own."
            ) from None
        except (SQLAlchemyError, api.InvalidEntry) as error:
            raise self._explained(error) from error

    # Submissions ----------------------------------------------------------------------------------------

    def write(self, outcome: Outcome, timestamp: datetime | None = None) -> None:
        """Put a graded submission into the gradebook and into autograded/.

        The same again changes nothing. What a person gave (points, extra credit, comments) is kept; as in
        nbgrader, points that a person gave before the submission was graded anew wait for another look.

        Args:
            outcome: with its notebook; that of an assignment which was added.
            timestamp: when it was handed in, in UTC without a zone; None keeps what the gradebook has.

        Raises:
            ValueError: it has no notebook, or the student's name cannot be a folder's.
            GradebookError: the gradebook or autograded/ cannot be written; neither has changed.
        """
        if outcome.notebook is None:
            raise ValueError(f"expected an outcome with a notebook, got one that is {outcome.status}")
        check_name(outcome.student)
        known = self._known[outcome.assignment]
        notebook, unanswered = _marked(outcome.notebook, known.sources)
        folder = Path(self._path(self.coursedir.autograded_directory, outcome.student, outcome.assignment))
        path = folder / f"{outcome.assignment}.ipynb"
        if folder.resolve() != Path(os.path.normpath(folder)):
            raise ValueError(f"expected a folder, got a link: {folder}")
        part = path.with_name(f".{path.name}.part")
        try:
            # Written first, and renamed when the database is: no room on the disk leaves both as they were.
            folder.mkdir(parents=True, exist_ok=True)
            _store(part, notebook)
            try:
                self._record(outcome, known, unanswered, timestamp)
            except IntegrityError:  # formgrader has just added the same student or submission
                self._record(outcome, known, unanswered, timestamp)
            part.replace(path)
        except (OSError, SQLAlchemyError) as error:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise self._explained(error) from error

    def _record(
        self, outcome: Outcome, known: _Known, unanswered: set[str], timestamp: datetime | None
    ) -> None:
        auto = {task.tests or task.name: task.points for task in outcome.tasks}
        auto |= dict.fromkeys(unanswered & set(known.graded), 0.0)
        with self.engine.begin() as connection:
            row = connection.execute(
                _FIND, {"student": outcome.student, "assignment": outcome.assignment}
            ).first()
            if row is None or row.notebook != known.notebook:
                raise GradebookError(
                    f"{outcome.assignment} was changed in {self.name} while grading: run the command again."
                )
            if row.student is None:
                connection.execute(sa.insert(STUDENT), {"id": outcome.student})
            submission, submitted, when = row.submission, row.submitted, timestamp or row.timestamp
            if submission is None:
                submission = api.new_uuid()
                values = {"id": submission, "assignment_id": row.assignment, "student_id": outcome.student}
                connection.execute(sa.insert(SUBMISSION), {**values, "timestamp": when})
            elif when != row.timestamp:
                connection.execute(
                    sa.update(SUBMISSION).where(SUBMISSION.c.id == submission).values(timestamp=when)
                )
            rows: dict[str, Any] = {}
            commented: dict[str, str] = {}
            if submitted is None:
                submitted = api.new_uuid()
            else:
                rows = {r.cell_id: r for r in connection.execute(_GRADES, {"notebook": submitted})}
                commented = {r.cell_id: r.id for r in connection.execute(_COMMENTS, {"notebook": submitted})}
            marks = {}
            for name, cell in known.graded.items():
                old, points = rows.get(cell), auto.get(name)
                manual, extra = (None, None) if old is None else (old.manual_score, old.extra_credit)
                marks[cell] = Mark(points, manual, extra, points is None or manual is not None)
            seconds = 0.0
            if when is not None and row.duedate is not None:
                due = row.duedate + row.extension if row.extension is not None else row.duedate
                seconds = (when - due).total_seconds()
            penalty = self._penalty(outcome.student, marks, seconds) if seconds > 0 else None
            if row.submitted is None:
                values = {"id": submitted, "assignment_id": submission, "notebook_id": known.notebook}
                connection.execute(sa.insert(SUBMITTED), {**values, "late_submission_penalty": penalty})
            else:
                connection.execute(
                    sa.update(SUBMITTED)
                    .where(SUBMITTED.c.id == submitted)
                    .values(late_submission_penalty=penalty)
                )
            _upsert(
                connection,
                GRADE,
                submitted,
                {cell: old.id for cell, old in rows.items()},
                {c: {"auto_score": m.auto, "needs_manual_grade": m.waits} for c, m in marks.items()},
            )
            said = {
                cell: {"auto_comment": "No response." if name in unanswered else None}
                for name, cell in known.commented.items()
            }
            _upsert(connection, COMMENT, submitted, commented, said)

    def _penalty(self, student: str, marks: Mapping[str, Mark], seconds: float) -> float | None:
        """Ask nbgrader's own plugin, or the course's."""
        if self._late is None:
            from nbgrader.preprocessors import AssignLatePenalties

            self._late = AssignLatePenalties(config=self.config, log=self.log)
            self._late.init_plugin()
        score = sum(mark.points or 0.0 for mark in marks.values())
        penalty = self._late.plugin_inst.late_submission_penalty(student, score, seconds)
        if penalty is None:
            return None
        return float(self._late._check_late_penalty(SimpleNamespace(score=score), penalty))

    def late_policy(self, slug: str) -> str:
        """Return what decides about late work, as text to compare; not the extensions of single students.

        Raises:
            GradebookError: the database cannot be read.
        """
        with self._transaction() as connection:
            due = connection.scalar(sa.select(ASSIGNMENT.c.duedate).where(ASSIGNMENT.c.name == slug))
        return f"{due} {self.config.LateSubmissionPlugin} {self.config.AssignLatePenalties}" if due else ""

    def standings(self, slug: str) -> dict[str, Standing]:
        """Return what the gradebook says of each student's submission of an assignment, by student.

        Raises:
            GradebookError: the database cannot be read.
        """
        found: dict[str, Standing] = {}
        with self._transaction() as connection:
            for row in connection.execute(_MARKS, {"assignment": slug}):
                standing = found.setdefault(row.student, Standing({}, {}, row.penalty or 0.0))
                standing.marks[row.name] = Mark(
                    row.auto_score, row.manual_score, row.extra_credit, row.needs_manual_grade
                )
            for row in connection.execute(_REMARKS, {"assignment": slug}):
                if row.student in found:
                    found[row.student].comments[row.name] = row.manual_comment
        return found

    def autograded(self, student: str, slug: str) -> Path:
        """Return where the notebook of a graded submission is."""
        check_name(student)
        return Path(self._path(self.coursedir.autograded_directory, student, slug)) / f"{slug}.ipynb"

    # The database ---------------------------------------------------------------------------------------

    def _prepare(self, connection: sa.Connection) -> None:
        """Make an empty database nbgrader's, in one transaction; refuse one of an older nbgrader."""
        columns = {
            table: {column["name"] for column in sa.inspect(connection).get_columns(table)}
            for table in sa.inspect(connection).get_table_names()
        }
        if not columns:
            # nbgrader does it table by table, and calls alembic's command for the version.
            from alembic.script import ScriptDirectory

            api.Base.metadata.create_all(connection)
            connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            version = {"version": ScriptDirectory(ALEMBIC_DIR).get_current_head()}
            connection.execute(sa.text("INSERT INTO alembic_version VALUES (:version)"), version)
        elif any(
            not {column.name for column in table.columns} <= columns.get(table.name, set())
            for table in api.Base.metadata.sorted_tables
        ):
            raise GradebookError(
                f"{self.name} is of an older nbgrader: keep a copy of it, then run `nbgrader db upgrade`."
            )
        name = self.coursedir.course_id
        # Writes even where there is nothing to change: SQLite notices only then that it may not.
        there = connection.execute(sa.update(COURSE).where(COURSE.c.id == name).values(id=name))
        if not there.rowcount:
            connection.execute(sa.insert(COURSE), {"id": name})

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        try:
            with self.engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> GradebookError:
        again = "then run the command again: nothing is lost."
        if isinstance(error, OSError):
            return GradebookError(
                f"{error.filename or self.name} cannot be written ({error.strerror}): mend that, {again}"
            )
        said = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
        code = getattr(getattr(error, "orig", None), "sqlite_errorname", "")
        locked = f"another program has locked it for {PATIENCE} s: close formgrader or nbgrader, {again}"
        words = {
            "READONLY": f"it or its folder is read-only: make both writable, {again}",
            "BUSY": locked,
            "LOCKED": locked,
            "FULL": f"there is no room on its disk: make room, {again}",
            "IOERR": f"its disk cannot be written, or is full: make room, {again}",
            "CANTOPEN": "expected a file that may be opened and written, in a folder that exists.",
            "NOTADB": "it is not a database: restore a backup.",
            "CORRUPT": "it is damaged: restore a backup.",
        }
        cause = next((text for key, text in words.items() if code.startswith(f"SQLITE_{key}")), said[0])
        return GradebookError(f"the gradebook {self.name} cannot be used: {cause}")

    def _path(self, step: str, student: str, slug: str) -> str:
        return str(self.coursedir.format_path(step, student, slug))

    def _sources(self, slug: str) -> tuple[Path, Path]:
        steps = self.coursedir.source_directory, self.coursedir.release_directory
        source, release = (Path(self._path(step, ".", slug)) / f"{slug}.ipynb" for step in steps)
        return source, release


_FIND = (
    sa.select(
        ASSIGNMENT.c.id.label("assignment"),
        ASSIGNMENT.c.duedate,
        NOTEBOOK.c.id.label("notebook"),
        STUDENT.c.id.label("student"),
        SUBMISSION.c.id.label("submission"),
        SUBMISSION.c.timestamp,
        SUBMISSION.c.extension,
        SUBMITTED.c.id.label("submitted"),
    )
    .select_from(
        ASSIGNMENT.join(
            NOTEBOOK,
            sa.and_(NOTEBOOK.c.assignment_id == ASSIGNMENT.c.id, NOTEBOOK.c.name == ASSIGNMENT.c.name),
        )
        .outerjoin(STUDENT, STUDENT.c.id == sa.bindparam("student"))
        .outerjoin(
            SUBMISSION,
            sa.and_(SUBMISSION.c.assignment_id == ASSIGNMENT.c.id, SUBMISSION.c.student_id == STUDENT.c.id),
        )
        .outerjoin(
            SUBMITTED,
            sa.and_(SUBMITTED.c.assignment_id == SUBMISSION.c.id, SUBMITTED.c.notebook_id == NOTEBOOK.c.id),
        )
    )
    .where(ASSIGNMENT.c.name == sa.bindparam("assignment"))
)
_GRADES = sa.select(GRADE.c.id, GRADE.c.cell_id, GRADE.c.manual_score, GRADE.c.extra_credit).where(
    GRADE.c.notebook_id == sa.bindparam("notebook")
)
_COMMENTS = sa.select(COMMENT.c.id, COMMENT.c.cell_id).where(
    COMMENT.c.notebook_id == sa.bindparam("notebook")
)
_THEIRS = (
    ASSIGNMENT.join(SUBMISSION, SUBMISSION.c.assignment_id == ASSIGNMENT.c.id)
    .join(SUBMITTED, SUBMITTED.c.assignment_id == SUBMISSION.c.id)
    .join(
        NOTEBOOK,
        sa.and_(SUBMITTED.c.notebook_id == NOTEBOOK.c.id, NOTEBOOK.c.name == ASSIGNMENT.c.name),
    )
)
_MARKS = (
    sa.select(
        SUBMISSION.c.student_id.label("student"),
        SUBMITTED.c.late_submission_penalty.label("penalty"),
        CELL.c.name,
        GRADE.c.auto_score,
        GRADE.c.manual_score,
        GRADE.c.extra_credit,
        GRADE.c.needs_manual_grade,
    )
    .select_from(
        _THEIRS.join(GRADE, GRADE.c.notebook_id == SUBMITTED.c.id).join(CELL, GRADE.c.cell_id == CELL.c.id)
    )
    .where(ASSIGNMENT.c.name == sa.bindparam("assignment"))
)
_REMARKS = (
    sa.select(SUBMISSION.c.student_id.label("student"), CELL.c.name, COMMENT.c.manual_comment)
    .select_from(
        _THEIRS.join(COMMENT, COMMENT.c.notebook_id == SUBMITTED.c.id).join(
            CELL, COMMENT.c.cell_id == CELL.c.id
        )
    )
    .where(ASSIGNMENT.c.name == sa.bindparam("assignment"), COMMENT.c.manual_comment.is_not(None))
)


def _upsert(
    connection: sa.Connection,
    table: Any,
    submitted: str,
    existing: Mapping[str, str],
    wanted: Mapping[str, dict[str, Any]],
) -> None:
    """Write rows of GRADE or COMMENT by the id of their cell; what `wanted` does not name stays as it is."""
    new = [
        {"id": api.new_uuid(), "notebook_id": submitted, "cell_id": cell, **values}
        for cell, values in wanted.items()
        if cell not in existing
    ]
    old = [{"row": existing[cell], **values} for cell, values in wanted.items() if cell in existing]
    if new:
        connection.execute(sa.insert(table), new)
    if old:
        columns: dict[str, Any] = {name: sa.bindparam(name) for name in old[0] if name != "row"}
        statement = sa.update(table).where(table.c.id == sa.bindparam("row")).values(columns)
        connection.execute(statement, old)


def check_name(name: str) -> None:
    """Check that a student's or an assignment's name can be a folder's and fits nbgrader's tables.

    Raises:
        ValueError: it cannot; one line.
    """
    hidden = not name or name.startswith(".") or name != name.strip()
    control = any(map(intake.odd, name))
    if hidden or control or "/" in name or "\\" in name or len(name) > MAX_NAME:
        raise ValueError(
            f"expected a name of at most {MAX_NAME} characters, without a slash, control characters or a "
            f"leading dot, got {name[:60]!r}"
        )


def _marked(notebook: Mapping[str, Any], sources: Mapping[str, tuple[str, str]]) -> tuple[bytes, set[str]]:
    """Return the notebook as nbgrader keeps it in autograded/, and the answers that are still the stub."""
    cells, unanswered = [], set[str]()
    for cell in notebook["cells"]:
        mark = intake.mark(cell)
        name = mark.get("grade_id", "")
        if name in sources:
            kind, checksum = sources[name]
            mark = {**mark, "cell_type": kind, "checksum": checksum}
            cell = {**cell, "metadata": {**cell["metadata"], "nbgrader": mark}}
            if mark.get("solution"):
                parts = {key: cell[key] for key in ("cell_type", "metadata")}
                source = "".join(cell["source"])
                if compute_checksum(nbformat.from_dict({**parts, "source": source})) == checksum:
                    unanswered.add(name)
        cells.append(cell)
    text = json.dumps({**notebook, "cells": cells}, ensure_ascii=False)
    return text.encode("utf-8", "replace"), unanswered


def _store(path: Path, data: bytes) -> None:
    """Write a file so that it is on the disk when this returns."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _config(course: Path) -> Config:
    """Return nbgrader's configuration: the user's, then the course's, as nbgrader's own commands read it."""
    from jupyter_core.paths import jupyter_config_path

    config = Config()
    for folder in [*reversed(jupyter_config_path()), str(course)]:
        if (Path(folder) / "nbgrader_config.py").is_file():
            config.merge(PyFileConfigLoader("nbgrader_config.py", path=folder).load_config())
    config.CourseDirectory.root = str(course.resolve())
    return config


def _engine(url: str) -> sa.Engine:
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_pre_ping=True)  # a server may have closed it while a class ran
    engine = sa.create_engine(url, connect_args={"timeout": PATIENCE})

    # Python's sqlite3 begins a transaction late and shares its lock at first: then a read-only or a locked
    # database would be noticed in the middle, and CREATE TABLE would not be part of it.
    @sa.event.listens_for(engine, "connect")
    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


# The course folder ----------------------------------------------------------------------------------------


def course_init(folder: Path, assignments: list[str] | None = None) -> list[str]:
    """Make a course folder with the book's assignments and return their names.

    Args:
        folder: must not exist, or be empty, and must not lie in the book's repository.
        assignments: numbers or names, as `04`; all that the book has if None.

    Raises:
        GradebookError: the folder cannot be made; nothing is left of it.
        roadbook.grading.intake.IntakeError: the book has no such assignment.
    """
    chapters = [intake.find(name) for name in assignments] if assignments else intake.ready()
    target = folder.resolve()
    if target.is_relative_to(book.root()):
        raise GradebookError(
            f"{folder} lies in the book's folder, {book.root()}: students' work must not; name another place."
        )
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise GradebookError(f"{folder} is there already: expected a new or an empty folder.")
    part = target.with_name(f".{target.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700, parents=True)  # what students did is between them and who marks it
        for name, text in (
            ("nbgrader_config.py", CONFIG),
            (".gitignore", IGNORED),
            ("README.md", README),
        ):
            (part / name).write_text(text, encoding="utf-8")
        (part / "submitted").mkdir()
        for chapter in chapters:
            shutil.copytree(
                chapter.solution.parent,
                part / "source" / chapter.slug,
                ignore=shutil.ignore_patterns(".*", "__pycache__"),
            )
        course_seed(part)
        _release(part, [chapter.slug for chapter in chapters])
        with Gradebook(part) as gradebook:
            for chapter in chapters:
                instructor, released = gradebook.load(chapter.slug)
                gradebook.add_assignment(Assignment.make(chapter.slug, instructor, intake.read(released)))
        if target.exists():
            part.chmod(target.stat().st_mode & 0o7777)
            target.rmdir()
        part.rename(target)
    except (OSError, RuntimeError) as error:
        raise GradebookError(f"{folder} cannot be made: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return [chapter.slug for chapter in chapters]


def _release(course: Path, slugs: list[str]) -> None:
    from roadbook.notebooks import release_to

    release_to(course / "release", slugs, root=course)


def course_seed(course: Path, used: bool = False) -> int:
    """Return the seed of the course's hidden tests; it is drawn once, and kept in `.roadbook/seed`.

    Args:
        used: whether submissions have been graded by it; then none is drawn.

    Raises:
        GradebookError: it cannot be kept, what is kept is no number, or it is lost.
    """
    path = course / ".roadbook" / "seed"
    try:
        if not path.exists():
            if used:
                raise GradebookError(
                    f"{path} is missing, and submissions have been graded by it: restore it from a backup. "
                    "If there is none, write any whole number into it and grade everybody anew, with "
                    "--regrade: the data of the hidden tests will be others."
                )
            path.parent.mkdir(exist_ok=True)
            part = path.with_name(".seed.part")
            _store(part, f"{secrets.randbelow(2**31)}\n".encode())
            part.replace(path)
        return int(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise GradebookError(f"{path} cannot be read or written: {error.strerror}.") from None
    except ValueError:
        raise GradebookError(f"{path} is damaged: expected a whole number; restore a backup.") from None
