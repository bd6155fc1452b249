"""Any notebook that a person really has is read, or refused in one line."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from roadbook import course
from roadbook.grading import intake
from roadbook.grading.intake import Graft, IntakeError
from tests.grading import tiny
from tests.grading.tiny import v4

ANSWERS = {"mean": tiny.MEAN, "tally": tiny.TALLY, "why": "Because."}


@pytest.fixture
def chapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> course.Chapter:
    return tiny.build(tmp_path, monkeypatch)


def take(chapter: course.Chapter, notebook: Any) -> Graft:
    return intake.take(intake.read(notebook), intake.tasks(chapter))


def position(notebook: Any, name: str) -> int:
    return next(i for i, cell in enumerate(notebook.cells) if cell.metadata.nbgrader.grade_id == name)


def strip(notebook: Any) -> Any:
    for cell in notebook.cells:
        cell.metadata = {}
    return notebook


def test_version_of_a_copy_is_read_where_it_is_one() -> None:
    assert intake.version({"cells": [], "metadata": {"roadbook": {"version": "0.2.0"}}}) == "0.2.0"
    some: tuple[Any, ...] = ({}, [], "0.1", {"version": 1}, {"version": "0.1\x1b[2J"}, {"version": "9" * 99})
    for damaged in some:
        assert intake.version({"cells": [], "metadata": {"roadbook": damaged}}) == ""


def test_tasks_are_read_from_the_course(chapter: course.Chapter) -> None:
    mean, tally, why = intake.tasks(chapter)
    assert (mean.name, mean.title, mean.points, mean.tests) == ("mean", "Task 1: mean", 2, "mean-tests")
    assert mean.forbidden == ("numpy.mean", "numpy.average", "statistics") and mean.functions == {"mean"}
    assert (tally.points, tally.forbidden) == (3, ())
    assert (why.kind, why.tests, why.rubric) == ("markdown", "", "One point for outliers.")
    assert "raise NotImplementedError()" in mean.stub and "SOLUTION" not in mean.stub


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (v4.new_code_cell("assert 1", metadata=tiny.mark("mean-tests-2", grade=True, points=4)), "no answer"),
        (v4.new_markdown_cell("Draw.", metadata=tiny.mark("draw", task=True, points=4)), "a task cell"),
        (v4.new_code_cell("data = [1, 2]", metadata=tiny.mark("data")), "before the first answer"),
        (v4.new_code_cell("print(1)"), "before the first answer"),
    ],
)
def test_cells_that_no_task_owns_are_refused(chapter: course.Chapter, cell: Any, says: str) -> None:
    """In an instructor's own variant: they would be run beside students' code, or their points be lost."""
    instructor = json.loads(chapter.solution.read_text(encoding="utf-8"))
    instructor["cells"].insert(-2, cell)
    with pytest.raises(IntakeError, match=says):
        intake.Assignment.make(chapter.slug, instructor, intake.read(chapter.exercise))


def test_tests_of_an_answer_that_a_person_marks_are_refused(chapter: course.Chapter) -> None:
    instructor = json.loads(chapter.solution.read_text(encoding="utf-8"))
    tests = v4.new_code_cell("assert 1", metadata=tiny.mark("why-tests", grade=True, points=4))
    instructor["cells"].insert(-1, tests)
    with pytest.raises(IntakeError, match="belong to no answer"):
        intake.Assignment.make(chapter.slug, instructor, intake.read(chapter.exercise))


def test_an_empty_cell_is_no_matter(chapter: course.Chapter) -> None:
    instructor = json.loads(chapter.solution.read_text(encoding="utf-8"))
    instructor["cells"].append(v4.new_code_cell(" \n"))
    assert len(intake.Assignment.make(chapter.slug, instructor, intake.read(chapter.exercise)).tasks) == 3


def test_a_name_of_a_file_writes_nothing_of_its_own(chapter: course.Chapter, tmp_path: Path) -> None:
    path = tmp_path / "x\x1b[2J\nbob graded, 20 of 20.ipynb"
    path.write_text("no JSON")
    with pytest.raises(IntakeError) as caught:
        take(chapter, path)
    assert str(caught.value).startswith(r"x\u001b[2J\u000abob graded, 20 of 20.ipynb is not a notebook")


def test_only_answers_are_taken(chapter: course.Chapter) -> None:
    notebook = tiny.notebook(ANSWERS)
    notebook.metadata.authors = [{"name": "Ada"}]
    notebook.cells[position(notebook, "mean-tests")].source = "assert True"
    graft = take(chapter, notebook)
    assert (graft.answers, graft.remarks, graft.elsewhere) == (ANSWERS, [], set())
    whole = graft.onto(intake.assignment(chapter).notebook, intake.tasks(chapter))
    by_name = {cell["metadata"]["nbgrader"]["grade_id"]: cell["source"] for cell in whole["cells"]}
    assert by_name["mean"] == tiny.MEAN and by_name["why"] == "Because."
    assert "HIDDEN" in by_name["mean-tests"], "the tests are the instructor's"
    assert "Ada" not in json.dumps(whole)


def test_colab(chapter: course.Chapter, tmp_path: Path) -> None:
    notebook = tiny.notebook(ANSWERS)
    plain = json.loads(json.dumps(notebook))
    plain["nbformat_minor"] = 0
    plain["metadata"] = {"colab": {"provenance": [], "authorship_tag": "x"}, "accelerator": "GPU"}
    for cell in plain["cells"]:
        cell.pop("id")
        cell["metadata"]["id"] = "q8"
        cell["metadata"]["executionInfo"] = {"user": {"displayName": "Ada Lovelace", "userId": "1"}}
        cell["source"] = cell["source"].splitlines(keepends=True)
    path = tmp_path / "Copy of tiny.ipynb"
    path.write_text(json.dumps(plain), encoding="utf-8")
    graft = take(chapter, path)
    assert graft.answers == ANSWERS and not graft.remarks
    assert "Ada" not in json.dumps(graft.onto(intake.assignment(chapter).notebook, intake.tasks(chapter)))


def test_vs_code(chapter: course.Chapter) -> None:
    notebook = tiny.notebook({**ANSWERS, "mean": tiny.MEAN.replace("\n", "\r\n")})
    for cell in notebook.cells:
        cell.metadata["vscode"] = {"languageId": "python"}
    assert take(chapter, notebook).answers == ANSWERS


def test_nbformat_3(chapter: course.Chapter) -> None:
    cells = [
        {
            "cell_type": c.cell_type,
            "metadata": c.metadata,
            ("input" if c.cell_type == "code" else "source"): c.source,
        }
        for c in tiny.notebook(ANSWERS).cells
    ]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}
    assert take(chapter, old).answers == ANSWERS


@pytest.mark.parametrize("encode", [lambda t: codecs.BOM_UTF8 + t.encode(), lambda t: t.encode("utf-16")])
def test_byte_order_mark(chapter: course.Chapter, tmp_path: Path, encode: Callable[[str], bytes]) -> None:
    path = tmp_path / "bom.ipynb"
    path.write_bytes(encode(json.dumps(tiny.notebook(ANSWERS))))
    assert take(chapter, path).answers == ANSWERS


def test_lost_metadata_names_decide(chapter: course.Chapter) -> None:
    notebook = strip(tiny.notebook(ANSWERS))
    notebook.cells.insert(1, v4.new_code_cell("scratch = 1"))
    notebook.cells.reverse()
    graft = take(chapter, notebook)
    assert (graft.answers["mean"], graft.answers["tally"]) == (tiny.MEAN, tiny.TALLY)
    assert "lost the mark" in graft.remarks[0] and "Task 1: mean" in graft.remarks[0]


def test_lost_metadata_place_decides(chapter: course.Chapter) -> None:
    graft = take(chapter, strip(tiny.notebook({**ANSWERS, "tally": "def tally(words:"})))
    assert graft.answers == {**ANSWERS, "tally": "def tally(words:"}, (
        "the syntax error still defines the name"
    )
    graft = take(chapter, strip(tiny.notebook({**ANSWERS, "tally": "# I do not know"})))
    assert graft.answers["tally"] == "# I do not know"


def test_deleted_cell_is_missing(chapter: course.Chapter) -> None:
    notebook = tiny.notebook(ANSWERS)
    del notebook.cells[position(notebook, "mean")]
    graft = take(chapter, notebook)
    assert set(graft.answers) == {"tally", "why"}
    whole = graft.onto(intake.assignment(chapter).notebook, intake.tasks(chapter))
    assert any("raise NotImplementedError()" in cell["source"] for cell in whole["cells"]), "the stub stays"
    # without marks, the tests that follow the text are not mistaken for the answer
    assert set(take(chapter, strip(notebook)).answers) == {"tally", "why"}


def test_moved_answer_is_found(chapter: course.Chapter) -> None:
    notebook = tiny.notebook(ANSWERS)
    del notebook.cells[position(notebook, "mean")]
    notebook.cells.append(v4.new_code_cell(tiny.MEAN))
    assert take(chapter, notebook).answers == ANSWERS


def test_copied_cell(chapter: course.Chapter) -> None:
    notebook = tiny.notebook({"tally": tiny.TALLY})
    place = position(notebook, "mean")
    for source in (tiny.MEAN, "def mean(values):\n    return 3"):
        copy = v4.new_code_cell(source, metadata=notebook.cells[place].metadata)
        notebook.cells.insert(place, copy)  # above the stub, the last one first
    graft = take(chapter, notebook)
    assert graft.answers["mean"] == tiny.MEAN, "the last that is not the stub"
    assert graft.remarks == [
        'The cell of "Task 1: mean" stands 3 times in your notebook; the one at position 5 was checked.'
    ]


def test_split_cell(chapter: course.Chapter) -> None:
    """Jupyter gives both halves the mark; the half with the function is the answer."""
    notebook = tiny.notebook({"mean": "def mean(values):\n    return total(values) / len(values)"})
    place = position(notebook, "mean")
    helper = v4.new_code_cell("total = sum", metadata=notebook.cells[place].metadata)
    notebook.cells.insert(place + 1, helper)
    graft = take(chapter, notebook)
    assert "def mean" in graft.answers["mean"] and graft.elsewhere == {"total"}


def test_names_of_other_cells_are_known(chapter: course.Chapter) -> None:
    notebook = tiny.notebook(ANSWERS)
    notebook.cells.insert(
        3, v4.new_code_cell("import math as m\nfrom os import path, sep as s\ndef helper(): ...")
    )
    assert take(chapter, notebook).elsewhere == {"m", "path", "s", "helper"}


def test_changed_cell_type(chapter: course.Chapter) -> None:
    notebook = tiny.notebook(ANSWERS)
    notebook.cells[position(notebook, "mean")].cell_type = "markdown"
    graft = take(chapter, notebook)
    assert graft.answers == ANSWERS and "no longer a code cell" in graft.remarks[0]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is not JSON"),
        (b"<html>404</html>", "is not JSON"),
        (b'{"cells": [', "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "not a Jupyter notebook"),
        (b"3", "not a Jupyter notebook"),
        (b'{"a": 1}', "not a Jupyter notebook"),
        (b'{"cells": {}}', "not a Jupyter notebook"),
        (b'{"cells": []}', "none of the exercise's tasks"),
        (
            b'{"cells": [3, {"metadata": 1}, {"cell_type": "code", "source": [1]}]}',
            "none of the exercise's tasks",
        ),
        (b'{"worksheets": [1, {}]}', "none of the exercise's tasks"),
    ],
)
def test_what_is_no_notebook_is_refused_in_one_line(
    chapter: course.Chapter, tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "mine.ipynb"
    path.write_bytes(content)
    with pytest.raises(IntakeError) as caught:
        take(chapter, path)
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_no_file(chapter: course.Chapter, tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match=r"there is no file .*`python -m roadbook start 04`"):
        intake.read(tmp_path / "none.ipynb")
    with pytest.raises(IntakeError, match=r"there is no file .*`python -m roadbook start 91`"):
        intake.read(tmp_path / "91-tiny.ipynb")
    with pytest.raises(IntakeError, match=r"is a folder: .* for example .*/04-nearest-neighbours\.ipynb"):
        intake.read(tmp_path)
    with pytest.raises(IntakeError, match=r"is a folder: .* for example .*/91-tiny/91-tiny\.ipynb"):
        intake.read(chapter.exercise.parent)


def test_the_chapter_is_not_its_exercise(chapter: course.Chapter) -> None:
    cells = [v4.new_markdown_cell("# Tiny means\n\nText."), v4.new_code_cell(tiny.MEAN)]
    chapter.notebook.parent.mkdir(parents=True)
    chapter.notebook.write_text(json.dumps(v4.new_notebook(cells=cells)), encoding="utf-8")
    mine = intake.read(v4.new_notebook(cells=[*cells, v4.new_code_cell("x = 1")]))
    assert intake.lesson(mine) == chapter and intake.which(mine) is None
    for exercise in (tiny.notebook(ANSWERS), strip(tiny.notebook(ANSWERS))):
        assert intake.lesson(intake.read(exercise)) is None
    exercise = tiny.notebook(ANSWERS)
    exercise.cells.insert(0, cells[0])
    assert intake.which(intake.read(exercise)) == chapter, "the marks say more than a title"


def test_which(chapter: course.Chapter) -> None:
    assert intake.which(intake.read(tiny.notebook())) == chapter
    assert intake.which(intake.read(strip(tiny.notebook(ANSWERS)))) == chapter
    assert intake.which(intake.read(v4.new_notebook(cells=[v4.new_code_cell("x = 1")]))) is None
