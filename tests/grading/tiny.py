"""A course of one tiny assignment, for tests of the grader: two tasks and a written one.

With `copies=3` the two tasks stand in it three times, the later ones as `mean-2`, `tally-2`, `mean-3`,
`tally-3`: then one check, which takes seconds, tries many answers.
"""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from roadbook import course

v4: Any = nbformat.v4  # untyped
SLUG = "91-tiny"
STOCK = "--NotebookExporter.preprocessors=[]"
"""The option by which `nbgrader autograde` runs in a course of `course init` nevertheless."""

MEAN = "def mean(values):\n    return sum(values) / len(values)"
TALLY = "def tally(words):\n    return {word: words.count(word) for word in words}"


def mark(name: str, **more: Any) -> dict[str, Any]:
    base = {
        "grade": False,
        "grade_id": name,
        "locked": True,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    return {"nbgrader": {**base, **more}}


def cells(solved: bool, copies: int = 1) -> list[Any]:
    """Return the cells of the instructor's notebook, or of the released one."""

    def answer(stub: str, body: str) -> str:
        if not solved:
            return f"{stub}\n    # Write your answer here.\n    raise NotImplementedError()"
        return f"{stub}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"

    def tests(visible: str, hidden: str) -> str:
        return visible + (f"\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS" if solved else "")

    own = {"locked": False, "solution": True}
    graded = {"grade": True}
    made = [
        v4.new_markdown_cell("# Exercise: tiny", metadata=mark("introduction")),
        v4.new_code_cell("import numpy as np\nfrom numpy import average as avg", metadata=mark("imports")),
        v4.new_markdown_cell("## Task 1: mean\n\nThe mean of a list.", metadata=mark("mean-text")),
        v4.new_code_cell(
            answer('def mean(values):\n    """Return the mean."""', "    return sum(values) / len(values)"),
            metadata={
                **mark("mean", **own),
                "roadbook": {"forbidden": ["numpy.mean", "numpy.average", "statistics"]},
            },
        ),
        v4.new_code_cell(
            tests(
                "from roadbook.testing import call\n\ngot = call(mean, [1, 2, 6])\n"
                'assert got.value == 3, f"expected 3 for [1, 2, 6], got {got.shown}"',
                "import numpy as np\n\nsecret = [5.0, 7.0]\n"
                'assert mean(secret) == np.mean(secret), "expected the mean of floats, got another number"\n'
                'assert call(mean, []).error == "ZeroDivisionError", f"an empty list: got {call(mean, []).shown}"',
            ),
            metadata=mark("mean-tests", points=2, **graded),
        ),
        v4.new_markdown_cell("## Task 2: tally\n\nCount words.", metadata=mark("tally-text")),
        v4.new_code_cell(
            answer("def tally(words):", "    return {word: words.count(word) for word in words}"),
            metadata=mark("tally", **own),
        ),
        v4.new_code_cell(
            tests(
                'assert tally(["a", "b", "a"]) == {"a": 2, "b": 1}, "expected {\'a\': 2, \'b\': 1}"\n3',
                'assert tally([]) == {}, "an empty list has no words"',
            ),
            metadata=mark("tally-tests", points=3, **graded),
        ),
        v4.new_markdown_cell("## Task 3: say why\n\nWhen is a median better?", metadata=mark("why-text")),
        v4.new_markdown_cell(
            "Outliers." if solved else "*Write your answer here.*",
            metadata=mark("why", **own, **graded, points=1),
        ),
        v4.new_markdown_cell("One point for outliers.", metadata=mark("why-rubric")),
        v4.new_code_cell(f'import roadbook\n\nroadbook.check("{SLUG}")', metadata=mark("check")),
    ]
    tasks, rest = made[2:8], made[8:]
    for number in range(2, copies + 1):
        for cell in copy.deepcopy(tasks):
            cell.id += f"-{number}"
            marks = cell.metadata.nbgrader
            marks.grade_id = re.sub("^[a-z]+", rf"\g<0>-{number}", marks.grade_id)
            made.insert(-len(rest), cell)
    return made


def notebook(answers: dict[str, str] | None = None, copies: int = 1) -> Any:
    """Return the released notebook with answers by task."""
    made = v4.new_notebook(cells=cells(solved=False, copies=copies))
    for cell in made.cells:
        cell.source = (answers or {}).get(cell.metadata.nbgrader.grade_id, cell.source)
    return made


def build(root: Path, monkeypatch: pytest.MonkeyPatch, copies: int = 1) -> course.Chapter:
    """Write the course to a folder, make it the course of `roadbook`, and return its chapter."""
    for folder, solved in (("solutions", True), ("exercises", False)):
        path = root / folder / SLUG / f"{SLUG}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(v4.new_notebook(cells=cells(solved, copies))), encoding="utf-8")
    chapter = course.Chapter(slug=SLUG, part="tiny")
    monkeypatch.setattr(course, "root", lambda: root)
    monkeypatch.setattr(course, "chapters", lambda: (chapter,))
    return chapter
