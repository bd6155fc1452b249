"""The graders are graded: right answers pass, wrong ones lose exactly their task's points, mutants die."""

from __future__ import annotations

import ast
import json
import os
import re
from pathlib import Path

import nbformat
import pytest

from roadbook import course, notebooks
from roadbook.grading import forbidden, intake
from tests.assignments import mutation, runner

SEEDS = range(int(os.environ.get("ROADBOOK_SEEDS", "5")))
WRITTEN = [c for c in course.chapters() if c.solution.is_file()]
SLUGS = [c.slug for c in WRITTEN]
TASKS = [(slug, name) for slug in SLUGS for name in runner.assignment(slug).tasks]
GIVEN = [
    answer for slug in SLUGS if (runner.ANSWERS / f"{slug}.py").is_file() for answer in runner.answers(slug)
]


@pytest.mark.parametrize("slug", SLUGS)
def test_solution_gets_full_marks_without_noise(slug: str) -> None:
    for seed in SEEDS:
        for name, outcome in runner.run(slug, {}, seed).items():
            assert outcome.passed, f"{name}, seed {seed}: {outcome.message}"
            assert not outcome.noise, f"{name} writes to stderr, for which nbgrader gives 0: {outcome.noise}"


@pytest.mark.parametrize("slug", SLUGS)
def test_release_scores_zero(slug: str) -> None:
    stubs = {name: task.stub for name, task in runner.assignment(slug).tasks.items()}
    for name, outcome in runner.run(slug, stubs).items():
        assert not outcome.passed, f"{name}: the stub passes"
        assert outcome.message.startswith("NotImplementedError"), f"{name}: {outcome.message}"


@pytest.mark.parametrize("answer", [a for a in GIVEN if a.right], ids=str)
def test_right_answer_passes(answer: runner.Answer) -> None:
    for seed in SEEDS:
        only = None if seed == 0 else answer.task  # once beside the other tasks, then by itself
        for name, outcome in runner.run(answer.slug, {answer.task: answer.source}, seed, only).items():
            assert outcome.passed, f"{name}, seed {seed}: {outcome.message}"


@pytest.mark.parametrize("answer", [a for a in GIVEN if not a.right], ids=str)
def test_wrong_answer_loses_its_points_only(answer: runner.Answer) -> None:
    whole = runner.run(answer.slug, {answer.task: answer.source}, 0)
    lost = [name for name, outcome in whole.items() if not outcome.passed]
    assert lost == [answer.task], f"it should lose the points of {answer.task}, it lost those of {lost}"
    for seed in SEEDS:
        outcome = runner.run(answer.slug, {answer.task: answer.source}, seed, only=answer.task)[answer.task]
        assert not outcome.passed, f"passes with seed {seed}"
        assert answer.says and answer.says in outcome.message, f"seed {seed}: {outcome.message}"
    if answer.passes_visible:
        seen = runner.run(answer.slug, {answer.task: answer.source}, visible=True, only=answer.task)[
            answer.task
        ]
        assert seen.passed, f"the visible check says: {seen.message}"


@pytest.mark.parametrize("slug", SLUGS)
def test_enough_answers(slug: str) -> None:
    assert (runner.ANSWERS / f"{slug}.py").is_file(), (
        f"expected answers that grade the grader in tests/assignments/answers/{slug}.py"
    )
    given = runner.answers(slug)
    tasks = runner.assignment(slug).tasks
    assert {a.task for a in given} == set(tasks), (
        "answers for tasks that are not there, or none for one that is"
    )
    for task in tasks:
        mine = [a for a in given if a.task == task]
        assert sum(a.right for a in mine) >= 2, f"{task}: two right answers besides the solution"
        assert sum(not a.right for a in mine) >= 5, f"{task}: five wrong answers"
        assert sum(a.passes_visible for a in mine) >= 2, (
            f"{task}: two wrong answers that pass the visible check"
        )
        assert any(a.forbidden for a in mine), f"{task}: one answer that calls what may not be called"
        sources = [re.sub(r"#.*", "", a.source).split() for a in mine]
        assert all(sources.count(s) == 1 for s in sources), f"{task}: an answer stands twice"


@pytest.mark.parametrize(("slug", "task"), TASKS)
def test_mutants_die(slug: str, task: str) -> None:
    reference = runner.assignment(slug).tasks[task].reference
    listed = mutation.equivalent(slug, task)
    survived = [
        what
        for what, source in mutation.mutants(reference)
        if runner.run(slug, {task: source}, only=task)[task].passed
    ]
    alive = [what for what in survived if what not in listed]
    assert not alive, "mutants that no test kills:\n" + "\n".join(alive)
    stale = set(listed) - set(survived)
    assert not stale, f"listed as equivalent, but dead or gone: {stale}"
    assert all(reason.strip() for reason in listed.values())


@pytest.mark.parametrize("slug", SLUGS)
def test_test_cells_could_be_remote_calls(slug: str) -> None:
    allowed_to_see: set[str] = set()
    for task in runner.assignment(slug).tasks.values():
        tree = ast.parse(task.tests)
        modules = {
            (node.module or "").split(".")[0]
            if isinstance(node, ast.ImportFrom)
            else alias.name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for alias in node.names
        }
        assert not modules & {"inspect", "unittest", "pickle", "sys"}, f"{task.name}: {modules}"
        answered = {
            n.name
            for n in ast.walk(ast.parse(task.reference))
            if isinstance(n, (ast.FunctionDef, ast.ClassDef))
        }
        allowed_to_see |= answered
        calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
        direct = {n.func.id for n in calls if isinstance(n.func, ast.Name)} & answered
        assert not direct, f"{task.name}: {direct} must be called through roadbook.testing.call"
        assert not [
            n for n in calls if isinstance(n.func, ast.Name) and n.func.id in ("print", "id", "exec", "eval")
        ]
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert):
                assert node.msg is not None, (
                    f"{task.name}: an assert without a message: {ast.unparse(node.test)}"
                )
        last = tree.body[-1]
        ends = last if not isinstance(last, (ast.For, ast.With)) else last.body[-1]
        assert isinstance(ends, ast.Assert), f"{task.name}: the test cell must end in an assert"


@pytest.mark.parametrize(
    ("changes", "came"),
    [
        ("#-    b = 2\n#+    b = 3\n", "def f():\n    a = 1\n    b = 3\n    a = 1\n    return b"),
        ("#-    b = 2\n#-    a = 1\n\n#-    return b\n#+    return 0", "def f():\n    a = 1\n    return 0"),
        ("#-    a = 1\n", "found them 2 times"),
        ("#-    b = 2 \n", "found them 0 times"),
        ("    b = 2\n", "expected blocks"),
        ("#+    b = 2\n", "expected blocks"),
    ],
)
def test_an_answer_may_be_another_with_lines_changed(changes: str, came: str) -> None:
    base = "def f():\n    a = 1\n    b = 2\n    a = 1\n    return b\n"
    try:
        assert runner.changed(base, changes) == came
    except ValueError as error:
        assert came in str(error)


@pytest.mark.parametrize("chapter", WRITTEN, ids=lambda c: c.slug)
def test_cells_follow_the_pattern(chapter: course.Chapter) -> None:
    notebook = nbformat.read(chapter.solution, as_version=4)
    marks = [cell.metadata["nbgrader"] for cell in notebook.cells if "nbgrader" in cell.metadata]
    ids = [mark["grade_id"] for mark in marks]
    tasks = list(runner.assignment(chapter.slug).tasks)
    written = [mark["grade_id"] for mark in marks if mark["solution"] and mark["grade"]]
    expected = [
        "introduction",
        "set-up",
        "imports",
        *(x for t in tasks for x in (f"{t}-text", t, f"{t}-tests")),
        *(x for t in written for x in (f"{t}-text", t, f"{t}-rubric")),
        "check",
    ]
    assert ids == expected, f"cells by grade_id: expected {expected}, got {ids}"
    assert 3 <= len(tasks) + len(written) <= 6
    for task in runner.assignment(chapter.slug).tasks.values():
        assert not forbidden.unknown(task.forbidden), (
            f"{task.name} forbids what is not there: {forbidden.unknown(task.forbidden)}"
        )
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells}
    for name, cell in cells.items():
        assert cell.metadata.nbgrader.locked == (name not in (*tasks, *written)), f"{name}: locked?"
        if name.endswith("-text"):
            about = name[:-5]
            points = cells[about if about in written else f"{about}-tests"].metadata.nbgrader.points
            line = rf"^{points} points? · \d+ minutes · (easy|medium|hard)$"
            assert re.search(line, cell.source, re.M), (
                f"{name}: no line like `3 points · 15 minutes · medium`"
            )
            if about in tasks:
                assert "Not to be called here:" in cell.source, f"{name}: what may not be called"
                assert "Worked by hand:" in cell.source, f"{name}: an example worked by hand"
    for found in intake.tasks(chapter):
        if found.name in written:
            assert found.kind == "markdown" and not found.tests and not found.forbidden, (
                f"{found.name}: written?"
            )
            assert found.stub == "*Write your answer here.*", (
                f"{found.name}: the release shows {found.stub!r}"
            )
            given = sum(float(n) for n in re.findall(r"^- (\d+) points?, ", found.rubric, re.M))
            assert given == found.points, f"{found.name}: its rubric gives {given:g} of {found.points:g}"
    assert json.loads(notebook.cells[-1].source.split("(")[1].split(")")[0]) == chapter.slug


def test_exercises_are_what_nbgrader_makes(tmp_path: Path) -> None:
    notebooks.release_to(tmp_path, SLUGS)
    for chapter in WRITTEN:
        made = (tmp_path / chapter.slug / f"{chapter.slug}.ipynb").read_bytes()
        assert chapter.exercise.read_bytes() == made, f"{chapter.slug}: run `make release`"
        assert b"BEGIN HIDDEN TESTS" not in made and b"BEGIN SOLUTION" not in made


@pytest.mark.parametrize("chapter", WRITTEN, ids=lambda c: c.slug)
def test_exercise_runs_up_to_its_stubs(chapter: course.Chapter) -> None:
    notebook = notebooks.execute(chapter.exercise, allow_errors=True)
    failed = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                failed[cell.metadata.nbgrader.grade_id] = output.ename
    tasks = runner.assignment(chapter.slug).tasks
    assert failed == {f"{name}-tests": "NotImplementedError" for name in tasks}
