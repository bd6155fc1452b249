"""The gradebook against nbgrader's own: the same hand-ins graded by stock nbgrader, then read by its own API."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import nbgrader
import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter
from nbgrader import api
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.server_extensions.formgrader import handlers as formgrader
from traitlets.config import Config

from roadbook.grading import gradebook, intake
from roadbook.grading.formgrader import Harmless
from roadbook.grading.gradebook import Gradebook, GradebookError, check_name, course_init, course_seed
from roadbook.grading.intake import Assignment
from roadbook.grading.result import Outcome, TaskResult
from tests.grading import tiny

WRONG = "def tally(words):\n    return {}"
LATE = "2026-01-02 10:00:00.000 UTC"
# By student: answers by task, points of the two tested tasks, and when it was handed in.
CLASS: dict[str, tuple[dict[str, str], tuple[float, float], str]] = {
    "ann": ({"mean": tiny.MEAN, "tally": tiny.TALLY, "why": "Outliers."}, (2, 3), ""),
    "bob": ({"mean": tiny.MEAN}, (2, 0), "2026-01-01 10:00:00 UTC"),
    "Zoë 王": ({"mean": tiny.MEAN, "tally": WRONG}, (2, 0), LATE),
}


def make(folder: Path) -> Path:
    """Write a course folder of the tiny assignment; nothing is graded yet."""
    folder.mkdir()
    penalty = "c.LateSubmissionPlugin.penalty_method = "
    (folder / "nbgrader_config.py").write_text(gradebook.CONFIG.replace(f"# {penalty}", penalty))
    for step, solved in (("source", True), ("release", False)):
        path = folder / step / tiny.SLUG / f"{tiny.SLUG}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(tiny.v4.new_notebook(cells=tiny.cells(solved))))
    for student, (answers, _, when) in CLASS.items():
        path = folder / "submitted" / student / tiny.SLUG / f"{tiny.SLUG}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(tiny.notebook(answers)))
        if when:
            path.with_name("timestamp.txt").write_text(when)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make(tmp_path / "course")


def assignment(book: Gradebook) -> Assignment:
    instructor, released = book.load(tiny.SLUG)
    return Assignment.make(tiny.SLUG, instructor, intake.read(released))


def outcome(book: Gradebook, student: str, answers: dict[str, str], points: tuple[float, float]) -> Outcome:
    """Return what the engine makes of a hand-in."""
    known = assignment(book)
    given: tuple[float | None, ...] = (*points, None)
    tasks = [
        TaskResult(t.name, t.tests, t.title, p, t.points, "passed" if p else "failed", "")
        for t, p in zip(known.tasks, given, strict=True)
    ]
    notebook = intake.Graft(answers).onto(known.notebook, known.tasks)
    return Outcome(student, tiny.SLUG, "needs_manual", "to mark", tasks, notebook=notebook)


def write_class(book: Gradebook) -> None:
    for student, (answers, points, when) in CLASS.items():
        time = datetime.fromisoformat(when[:19]) if when else None
        book.write(outcome(book, student, answers, points), time)


def nbgrader_does(folder: Path, *arguments: str) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments, "--log-level=WARN", tiny.STOCK],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def due(folder: Path, when: str = "2026-01-01 23:59:00.000000") -> None:
    with sqlite3.connect(folder / "gradebook.db") as database:
        database.execute("UPDATE assignment SET duedate = ?", [when])


def mark_by_hand(folder: Path) -> None:
    """Do what a person does in formgrader."""
    with api.Gradebook(f"sqlite:///{folder}/gradebook.db", "roadbook") as book:
        grade = book.find_grade("why", tiny.SLUG, tiny.SLUG, "ann")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 0.5, 0.25, False
        book.find_grade("tally-tests", tiny.SLUG, tiny.SLUG, "bob").manual_score = 1.5
        book.find_comment("why", tiny.SLUG, tiny.SLUG, "ann").manual_comment = "Which ones?"
        book.db.commit()


def seen(folder: Path) -> dict[str, Any]:
    """Return all that nbgrader's API and formgrader's say of a course, but for ids."""

    def plain(entry: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in entry.items() if key != "id"}

    said: dict[str, Any] = {}
    with api.Gradebook(f"sqlite:///{folder}/gradebook.db", "roadbook") as book:
        known = book.find_assignment(tiny.SLUG)
        said["assignment"] = plain(known.to_dict())
        for kind in ("grade_cells", "solution_cells", "source_cells", "task_cells"):
            cells = getattr(known.notebooks[0], kind)
            said[kind] = sorted((plain(cell.to_dict()) for cell in cells), key=lambda cell: cell["name"])
        for submission in known.submissions:
            (notebook,) = submission.notebooks
            said[submission.student.id] = [
                plain(submission.to_dict()),
                plain(notebook.to_dict()),
                (submission.late_submission_penalty, notebook.late_submission_penalty),
                sorted((plain(g.to_dict()) for g in notebook.grades), key=lambda g: g["name"]),
                sorted((plain(c.to_dict()) for c in notebook.comments), key=lambda c: c["name"]),
            ]
    config = Config()
    config.CourseDirectory.root, config.CourseDirectory.course_id = str(folder), "roadbook"
    formgrader = NbGraderAPI(CourseDirectory(config=config))
    said["formgrader"] = [
        [plain(entry) for entry in formgrader.get_submissions(tiny.SLUG)],
        sorted(
            (plain(e) | {"index": None} for e in formgrader.get_notebook_submissions(tiny.SLUG, tiny.SLUG)),
            key=lambda e: e["student"],
        ),
        sorted(formgrader.get_autograded_students(tiny.SLUG)),
    ]
    return said


def test_same_as_nbgrader(folder: Path, tmp_path: Path) -> None:
    stock = shutil.copytree(folder, tmp_path / "stock")
    nbgrader_does(stock, "generate_assignment", tiny.SLUG, "--force")
    with Gradebook(folder) as book:
        book.add_assignment(assignment(book))
        for course in (stock, folder):
            due(course)
        nbgrader_does(stock, "autograde", tiny.SLUG)
        write_class(book)
        assert seen(folder) == seen(stock)
        assert seen(folder)["Zoë 王"][2] == (2.0, 2.0), "it was late"

        write_class(book)  # the same again
        assert seen(folder) == seen(stock)

        for course in (stock, folder):
            mark_by_hand(course)
        nbgrader_does(stock, "autograde", tiny.SLUG, "--force")
        write_class(book)
        assert seen(folder) == seen(stock)
        assert seen(folder)["ann"][0]["score"] == 5.75, "what a person gave is kept"

    theirs, ours = (
        {
            path.relative_to(course / "autograded"): json.loads(path.read_text())
            for path in course.glob("autograded/*/*/*.ipynb")
        }
        for course in (stock, folder)
    )
    assert theirs.keys() == ours.keys()
    for path, notebook in theirs.items():
        for cell, own in zip(notebook["cells"], ours[path]["cells"], strict=True):
            assert "".join(cell["source"]) == own["source"]
            for key, value in cell["metadata"]["nbgrader"].items():
                assert own["metadata"]["nbgrader"][key] == value
    nbgrader_does(folder, "generate_feedback", tiny.SLUG)
    page = (folder / "feedback" / "ann" / tiny.SLUG / f"{tiny.SLUG}.html").read_text()
    assert "Score: 5.75 / 6.0" in page and "Which ones?" in page


def test_standing(folder: Path) -> None:
    with Gradebook(folder) as book:
        book.add_assignment(assignment(book))
        due(folder)
        write_class(book)
        mark_by_hand(folder)
        standings = book.standings(tiny.SLUG)
        found = {
            student: standings[student].apply(outcome(book, student, answers, points))
            for student, (answers, points, _) in CLASS.items()
        }
    assert {s: (o.score, o.late_penalty, o.status, o.reason) for s, o in found.items()} == {
        "ann": (5.75, 0, "graded", ""),
        "bob": (3.5, 0, "graded", ""),
        "Zoë 王": (0, 2, "graded", ""),
    }
    assert standings["ann"].comments == {"why": "Which ones?"}


def test_an_assignment_that_changed(folder: Path) -> None:
    with Gradebook(folder) as book:
        first = assignment(book)
        book.add_assignment(first)
        write_class(book)
        cells = first.notebook["cells"]
        worth = next(cell for cell in cells if intake.mark(cell).get("grade_id") == "mean-tests")
        worth["metadata"]["nbgrader"]["points"] = 4
        worth["source"] = "assert mean"
        book.add_assignment(first)
        assert seen(folder)["grade_cells"][0]["max_score"] == 4
        assert seen(folder)["source_cells"][4]["source"] == "assert mean"
        assert seen(folder)["ann"][0]["score"] == 5, "the students' work stays"

        del worth["metadata"]["nbgrader"]
        with pytest.raises(GradebookError, match=r"Cannot add or remove cells .* a name of its own"):
            book.add_assignment(first)

        with sqlite3.connect(folder / "gradebook.db") as database:
            database.execute("DELETE FROM notebook")
        with pytest.raises(GradebookError, match=r"was changed in .*: run the command again"):
            write_class(book)


NAMES = ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", " x", "x\n", "x\0", "\ud800", "x" * 129]


@pytest.mark.parametrize("name", NAMES)
def test_names_that_cannot_be_folders(name: str, folder: Path) -> None:
    with pytest.raises(ValueError, match="expected a name"):
        check_name(name)
    with Gradebook(folder) as book:
        book.add_assignment(assignment(book))
        before = sorted(folder.rglob("*"))
        with pytest.raises(ValueError, match="expected a name"):
            book.write(outcome(book, name, *CLASS["ann"][:2]))
    assert sorted(folder.rglob("*")) == before


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "autograded").mkdir()
    (folder / "autograded" / "ann").symlink_to(tmp_path / "elsewhere")
    with Gradebook(folder) as book:
        book.add_assignment(assignment(book))
        with pytest.raises(ValueError, match="got a link"):
            book.write(outcome(book, "ann", *CLASS["ann"][:2]))
    assert not list((tmp_path / "elsewhere").iterdir())


# What stands in the way of a database -----------------------------------------------------------------------


def refused(folder: Path, url: str | None = None) -> str:
    """Open the gradebook, which must be refused in one line that changes nothing; return the line."""
    database = folder / "gradebook.db"
    before = database.read_bytes() if database.is_file() else b""
    with pytest.raises(GradebookError) as error:
        Gradebook(folder, url)
    assert (database.read_bytes() if database.is_file() else b"") == before
    assert "\n" not in str(error.value)
    return str(error.value)


def test_schema_too_old(folder: Path) -> None:
    old = Path(nbgrader.__file__).parent / "tests" / "apps" / "files" / "gradebook.db"
    shutil.copy(old, folder / "gradebook.db")
    assert "older nbgrader: keep a copy of it, then run `nbgrader db upgrade`" in refused(folder)


def test_no_database(folder: Path) -> None:
    (folder / "gradebook.db").write_bytes(b"x" * 5000)
    assert "it is not a database" in refused(folder)
    assert "in a folder that exists" in refused(folder, f"sqlite:///{folder}/no/gradebook.db")
    assert "expected a database as sqlite" in refused(folder, "gradebook.db")
    assert "expected a database as sqlite" in refused(folder, "nosuch://x")
    secret = refused(folder, "postgresql+nosuch://me:hunter2@localhost/x")
    assert "hunter2" not in secret


def test_read_only_and_locked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Gradebook(folder) as book:
        book.add_assignment(assignment(book))
    # what a read-only file does for everybody but root
    said = refused(folder, f"sqlite:///file:{folder}/gradebook.db?mode=ro&uri=true")
    assert "read-only: make both writable" in said
    monkeypatch.setattr(gradebook, "PATIENCE", 0)
    with sqlite3.connect(folder / "gradebook.db") as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "another program has locked it" in refused(folder)


def test_full_disk(folder: Path) -> None:
    with Gradebook(folder) as book:
        book.add_assignment(assignment(book))
        book.write(outcome(book, "ann", *CLASS["ann"][:2]))
        before = seen(folder)
        kept = (folder / "autograded/ann" / tiny.SLUG / f"{tiny.SLUG}.ipynb").read_bytes()

        @sa.event.listens_for(book.engine, "connect")
        def no_more_pages(connection: Any, _: object) -> None:
            connection.execute("PRAGMA max_page_count = 1")  # as many as there are

        book.engine.dispose()
        long = "x" * 100
        with pytest.raises(GradebookError, match="no room on its disk: make room"):
            for number in range(500):
                book.write(outcome(book, f"{long}{number}", *CLASS["ann"][:2]))
        assert (folder / "autograded/ann" / tiny.SLUG / f"{tiny.SLUG}.ipynb").read_bytes() == kept
        assert not list(folder.rglob("*.part"))
        after = seen(folder)
        rows = {student for student in after if student.startswith("x")} | {"ann"}
        assert after["ann"] == before["ann"]
        with sqlite3.connect(folder / "gradebook.db") as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        files = {p.parent.parent.name for p in folder.glob("autograded/*/*/*.ipynb")}
        assert files == rows, "a notebook for each row, and none besides"


def test_a_race_with_formgrader(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Gradebook(folder) as book:
        book.add_assignment(assignment(book))
        record, calls = book._record, []

        def collides(*arguments: Any) -> None:
            calls.append(arguments)
            if len(calls) == 1:
                raise sa.exc.IntegrityError("INSERT", {}, Exception("UNIQUE"))
            record(*arguments)

        monkeypatch.setattr(book, "_record", collides)
        book.write(outcome(book, "ann", *CLASS["ann"][:2]))
        assert book.standings(tiny.SLUG).keys() == {"ann"}


# The course folder ------------------------------------------------------------------------------------------


def test_course_init(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.build(tmp_path / "book", monkeypatch)
    course = tmp_path / "my course"
    course.mkdir()
    assert course_init(course, ["91"]) == [tiny.SLUG]
    name = Path(tiny.SLUG) / f"{tiny.SLUG}.ipynb"
    solved = tmp_path / "book" / "solutions" / name
    assert (course / "source" / name).read_bytes() == solved.read_bytes()
    assert "HIDDEN" not in (course / "release" / name).read_text()
    for ignored in ("submitted/", "autograded/", "graded/", "gradebook.db", ".roadbook/"):
        assert ignored in (course / ".gitignore").read_text()
    seed = course_seed(course)
    assert course_seed(course) == seed and 0 <= seed < 2**31
    assert not [path for path in course.parent.iterdir() if path.name.startswith(".")]
    with Gradebook(course) as book:
        assert book.assignments() == [tiny.SLUG]
        with sqlite3.connect(course / "gradebook.db") as database:
            assert database.execute("SELECT count(*) FROM grade_cells").fetchone() == (3,)
            assert database.execute("SELECT * FROM alembic_version").fetchone()
        with pytest.raises(GradebookError, match=f"there is no .*; the assignments .* {tiny.SLUG}"):
            book.load("99-other")

    with pytest.raises(GradebookError, match="is there already: expected a new or an empty folder"):
        course_init(course)
    with pytest.raises(GradebookError, match="lies in the book's folder"):
        course_init(tmp_path / "book" / "solutions" / "course")
    with pytest.raises(intake.IntakeError, match="there is no chapter"):
        course_init(tmp_path / "other", ["77"])
    solved.write_text("{}")
    with pytest.raises(GradebookError, match="cannot be made"):
        course_init(tmp_path / "other")
    assert not [path for path in tmp_path.iterdir() if "other" in path.name]

    (course / ".roadbook" / "seed").write_text("one")
    with pytest.raises(GradebookError, match="is damaged"):
        course_seed(course)


def test_an_outcome_without_a_notebook(folder: Path) -> None:
    with Gradebook(folder) as book:
        book.add_assignment(assignment(book))
        failed = replace(outcome(book, "ann", *CLASS["ann"][:2]), status="failed", notebook=None)
        with pytest.raises(ValueError, match="expected an outcome with a notebook"):
            book.write(failed)
        assert not book.standings(tiny.SLUG)


# Formgrader -------------------------------------------------------------------------------------------------

ACTS = [
    "<script>act()</script>",
    "<img src=x onerror=act()>",
    "[l](javascript:act())",
    "[l][r]\n\n[r]: javascript:act()",
    "<javascript:act()>",
    "![i](http://elsewhere/act())",
    "$\\href{javascript:act()}{x}$",
]
ACTING_DATA = {
    "text/html": "<script>act()</script><table><tr><td onclick=act()>1</td></tr></table>",
    "image/svg+xml": "<svg onload='act()'></svg>",
    "application/javascript": "act()",
    "text/markdown": "<script>act()</script>",
    "text/latex": "$\\href{javascript:act()}{x}$",
    "image/png": 'x" onerror="act()',
    "text/plain": "<script>act()</script>",
}


def test_a_table_that_takes_too_long_is_shown_as_text() -> None:
    tables = ["<ul><li>" * 8_000, *["<b>x</b>" * 1_400] * 3, "<b>last</b>"]
    outputs = [
        tiny.v4.new_output("display_data", data={"text/html": table, "text/plain": "as text"})
        for table in tables
    ]
    notebook = tiny.v4.new_notebook(cells=[tiny.v4.new_code_cell("", outputs=outputs)])
    shown, _ = Harmless().preprocess(notebook, {})  # type: ignore[no-untyped-call]
    html, text = ["text/html", "text/plain"], ["text/plain"]
    kinds = [sorted(output.data) for output in shown.cells[0].outputs]
    assert kinds == [text, html, text, text, html], "too many tags, then what is left of the budget"


def test_nothing_acts_in_formgrader(folder: Path) -> None:
    own = {"locked": False, "solution": True, "grade": True, "points": 1}
    kept = "Kept: **bold**, $a_1 < b$, `x < y`.\n\n> quoted"
    cells = [tiny.v4.new_markdown_cell("\n\n".join([*ACTS, kept]), metadata=tiny.mark("why", **own))]
    outputs = [
        tiny.v4.new_output("display_data", data={kind: data}, metadata={kind: {"width": "1 onerror=act()"}})
        for kind, data in ACTING_DATA.items()
    ]
    outputs.append(tiny.v4.new_output("error", ename="E", evalue="x", traceback=[ACTS[0]]))
    cells.append(tiny.v4.new_code_cell("x = '<script>act()</script>'", outputs=outputs))
    config = gradebook._config(folder)  # as formgrader reads it
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [formgrader.template_path]
    names = ("base_url", "notebook_id", "assignment_id", "submission_id", "student", "notebook_path")
    resources = {**dict.fromkeys(names, ""), "index": 0, "total": 1, "first_name": None, "last_name": None}
    exporter: Any = HTMLExporter
    page, _ = exporter(config=config).from_notebook_node(tiny.v4.new_notebook(cells=cells), resources)
    body: Any = BeautifulSoup(page, "html.parser").find(id="notebook-container")
    for element in body.find_all(True):
        assert element.name not in ("script", "svg", "iframe"), element
        for key, value in element.attrs.items():
            assert not key.startswith("on") and "act()" not in str(value), element
    assert "\\href" not in body.text
    assert body.find("strong").text == "bold" and body.find("blockquote") and body.find("td").text == "1"
    assert body.find("code").text.replace("\u200b", "") == "x < y"
