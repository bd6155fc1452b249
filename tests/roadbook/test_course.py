"""The map of the course, read from `_toc.yml`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from roadbook import course

TOC = """\
format: jb-book
root: index
parts:
  - caption: Start here
    chapters:
      - file: chapters/front/roadmap
  - caption: Part 1
    chapters:
      - file: chapters/foundations/index
      - file: chapters/foundations/04-nearest-neighbours
        sections:
          - file: exercises/04-nearest-neighbours/04-nearest-neighbours
      - file: chapters/foundations/05-trees
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "_toc.yml").write_text(TOC, encoding="utf-8")
    monkeypatch.setattr(course, "root", lambda: tmp_path)
    course.chapters.cache_clear()
    yield tmp_path
    course.chapters.cache_clear()


def test_chapters_in_the_order_of_the_book(root: Path) -> None:
    assert [(c.slug, c.part, c.number) for c in course.chapters()] == [
        ("04-nearest-neighbours", "foundations", "04"),
        ("05-trees", "foundations", "05"),
    ]
    trees = course.chapters()[1]
    assert trees.notebook == root / "chapters/foundations/05-trees.ipynb"
    assert trees.solution == root / "solutions/05-trees/05-trees.ipynb"
    assert trees.exercise == root / "exercises/05-trees/05-trees.ipynb"


@pytest.mark.parametrize(
    "name", ["4", "04", "04-nearest-neighbours", "nearest-neighbours", " 04-Nearest-Neighbours.ipynb"]
)
def test_find(root: Path, name: str) -> None:
    assert course.find(name).slug == "04-nearest-neighbours"


@pytest.mark.parametrize("name", ["", "44", "neighbours", "../04"])
def test_find_says_what_there_is(root: Path, name: str) -> None:
    with pytest.raises(LookupError, match="04-nearest-neighbours, 05-trees"):
        course.find(name)


def test_the_book_itself() -> None:
    """The real map: every chapter has a number of its own."""
    numbers = [c.number for c in course.chapters()]
    assert numbers and len(set(numbers)) == len(numbers)
    assert (course.root() / "_toc.yml").is_file()
