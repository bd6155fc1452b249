"""The map of the course: parts, chapters and assignments, read from `_toc.yml`.

Nothing else lists chapters. In a checkout the map is the checkout's; in an installed wheel (Colab) it is
the copy that the wheel carries in `roadbook/_course/`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

SLUG = re.compile(r"(?P<number>\d\d)-[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Chapter:
    """One lesson: a chapter's notebook and its assignment."""

    slug: str
    """`NN-words`, for example `04-nearest-neighbours`; also the name of the assignment."""
    part: str
    """The folder of the part under `chapters/`, for example `foundations`."""

    @property
    def number(self) -> str:
        return self.slug[:2]

    @property
    def notebook(self) -> Path:
        return root() / "chapters" / self.part / f"{self.slug}.ipynb"

    @property
    def solution(self) -> Path:
        return root() / "solutions" / self.slug / f"{self.slug}.ipynb"

    @property
    def exercise(self) -> Path:
        return root() / "exercises" / self.slug / f"{self.slug}.ipynb"


def root() -> Path:
    """Return the folder that holds `_toc.yml`: the checkout, or the copy inside an installed wheel."""
    package = Path(__file__).resolve().parent
    for folder in (package.parent, package / "_course"):
        if (folder / "_toc.yml").is_file() and (folder / "exercises").is_dir():
            return folder
    raise FileNotFoundError(
        f"expected the course (_toc.yml, exercises/) beside the package in {package.parent}, found none; "
        "install roadbook again from its repository: see README.md"
    )


@cache
def chapters() -> tuple[Chapter, ...]:
    """Return every chapter of `_toc.yml`, in the order of the book."""
    toc = yaml.safe_load((root() / "_toc.yml").read_text(encoding="utf-8"))
    found = []
    for part in toc["parts"]:
        for entry in part["chapters"]:
            page = Path(entry["file"])
            if SLUG.fullmatch(page.name):
                found.append(Chapter(slug=page.name, part=page.parent.name))
    return tuple(found)


def find(name: str) -> Chapter:
    """Return the chapter that `name` means: its number (`4`, `04`), its slug, or the words of its slug.

    Raises:
        LookupError: no chapter, or more than one, goes by that name.
    """
    wanted = name.strip().lower().removesuffix(".ipynb")
    if wanted.isdigit():
        wanted = wanted.zfill(2)
    hits = [c for c in chapters() if wanted in (c.number, c.slug, c.slug[3:])]
    if len(hits) != 1:
        known = ", ".join(c.slug for c in chapters())
        raise LookupError(f"there is no chapter {name!r}; the chapters with an assignment are: {known}")
    return hits[0]
