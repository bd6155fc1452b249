"""The same notebooks graded by stock nbgrader and by this grader, compared task by task.

The right and wrong answers of `tests/assignments/answers` are put together, one of each task in a notebook,
until all are in one; one more is the untouched release, and in one the solution's own answers write to stderr.
`parity.yml` lists where the points differ, and why ours are fairer.
"""

from __future__ import annotations

import copy
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from nbgrader import api

from roadbook import course
from roadbook.grading import engine
from roadbook.grading.grade import grade_class
from roadbook.grading.gradebook import course_init, course_seed
from roadbook.grading.sandbox import environment
from tests.assignments import runner
from tests.grading import tiny

ROOT = Path(__file__).resolve().parents[2]
LISTED = Path(__file__).with_suffix(".yml")
UNTOUCHED, TALKS = "untouched", "writes to stderr"
PATIENT = (
    "--ExecutePreprocessor.timeout=300",
    "--ExecutePreprocessor.shutdown_kernel=immediate",
    tiny.STOCK,
)
"""Options of stock nbgrader, for a busy machine and in a course of ours; they change no score."""
TALKING = """

def {name}(*args, told={name}, **kwargs):
    import sys

    print("{name} is called", file=sys.stderr)
    return told(*args, **kwargs)
"""


@dataclass(frozen=True)
class Compared:
    """One task of one notebook."""

    slug: str
    task: str
    title: str
    """Of the answer; "" for the solution's own, which fills up a notebook."""
    stock: float
    ours: float
    right: float
    """What the answer is worth: it was written as a right or as a wrong one."""

    @property
    def name(self) -> str:
        return f"{self.task}: {self.title}"


def hand_ins(slug: str) -> Iterator[list[runner.Answer]]:
    """Yield the notebooks of a class, each as the answers of its tasks."""
    tasks = runner.assignment(slug).tasks.values()
    by_task = [[a for a in runner.answers(slug) if a.task == task.name] for task in tasks]

    def made(task: runner.Task, title: str, source: str, right: bool = True) -> runner.Answer:
        return runner.Answer(slug, task.name, right, title, source, "", False, False)

    for row in itertools.zip_longest(*by_task):
        yield [a or made(task, "", task.reference) for a, task in zip(row, tasks, strict=True)]
    yield [made(task, UNTOUCHED, task.stub, right=False) for task in tasks]
    talking = {task.name: "".join(TALKING.format(name=name) for name in task.functions) for task in tasks}
    yield [made(task, TALKS, task.reference + talking[task.name]) for task in tasks]


def compare(slug: str, folder: Path, workers: int = 2) -> list[Compared]:
    """Grade an assignment's answers by both, and return each task of each notebook.

    Args:
        folder: a new one, for two courses.

    Raises:
        RuntimeError: one of the two does not grade them all.
    """
    ours, stock = folder / "ours", folder / "stock"
    folder.mkdir(exist_ok=True)
    course_init(ours, [slug])
    released = json.loads(course.find(slug).exercise.read_bytes())
    handed_in = {f"student-{number:02}": answers for number, answers in enumerate(hand_ins(slug))}
    for student, answers in handed_in.items():
        sources = {answer.task: answer.source for answer in answers if answer.title != UNTOUCHED}
        for cell in (notebook := copy.deepcopy(released))["cells"]:
            cell["source"] = sources.get(cell["metadata"]["nbgrader"]["grade_id"], cell["source"])
        path = ours / "submitted" / student / slug / f"{slug}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")
    shutil.copytree(ours, stock)
    run = grade_class(ours, ours / "submitted", engine.grade_submission, workers=workers)
    if run.problems:
        raise RuntimeError(f"expected that every notebook is graded: {run.problems}")
    nbgrader(stock, "autograde", slug)
    known, found, theirs = runner.assignment(slug).tasks, scores(ours, slug), scores(stock, slug)
    assert found.keys() == theirs.keys() == handed_in.keys()
    return [
        Compared(
            slug=slug,
            task=answer.task,
            title=answer.title,
            stock=theirs[student][f"{answer.task}-tests"],
            ours=found[student][f"{answer.task}-tests"],
            right=known[answer.task].points if answer.right else 0.0,
        )
        for student, answers in handed_in.items()
        for answer in answers
    ]


def nbgrader(folder: Path, *arguments: str) -> None:
    """Run one of stock nbgrader's commands in a course folder, with that course's hidden data."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    seed = {"ROADBOOK_SEED": str(course_seed(folder)), "PATH": path, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments, *PATIENT],
        cwd=folder,
        env={**os.environ, **environment(folder), **seed},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"nbgrader {' '.join(arguments)} failed:\n{done.stderr[-3000:]}")


def scores(folder: Path, slug: str) -> dict[str, dict[str, float]]:
    """Return the points in a course's gradebook by student and test cell, as nbgrader's API tells them."""
    with api.Gradebook(f"sqlite:///{folder}/gradebook.db", "roadbook") as book:
        return {
            submission.student.id: {grade.name: grade.auto_score for grade in notebook.grades}
            for submission in book.find_assignment(slug).submissions
            for notebook in submission.notebooks
        }


def listed(slug: str) -> dict[str, dict[str, Any]]:
    """Return the exceptions of an assignment, by task and title: `kind`, `stock`, `ours`."""
    known = yaml.safe_load(LISTED.read_text(encoding="utf-8"))
    found: dict[str, dict[str, Any]] = known["answers"].get(slug) or {}
    for name, entry in found.items():
        if set(entry) != {"kind", "stock", "ours"} or entry["kind"] not in known["kinds"]:
            raise ValueError(f"{LISTED.name}, {slug}, {name}: expected a known kind, stock and ours: {entry}")
    return found


def unlisted(compared: list[Compared]) -> list[str]:
    """Return, in words, the differences that are not listed, and the entries that are no differences."""
    wrong = []
    for slug in sorted({each.slug for each in compared}):
        stale = listed(slug)
        for each in compared:
            if each.slug != slug:
                continue
            found = {"stock": each.stock, "ours": each.ours}
            entry = stale.pop(each.name, {})
            expected = {key: entry[key] for key in found} if entry else {}
            if found != expected and (each.stock != each.ours or entry):
                wrong.append(f"{slug}, {each.name}: {found}, listed: {expected or 'no'}")
        wrong += [f"{slug}, {name}: listed, but there is no such answer" for name in stale]
    return wrong
