"""Drills: small exercises that run and check themselves in the page. Each is one file, `drills/<name>.py`.

The file is plain Python in sections:

    \"\"\"Title of the drill

    Markdown: what to write and why, a worked example, the edge cases.
    \"\"\"
    # chapter: 04-nearest-neighbours
    # minutes: 5
    # difficulty: easy
    # needs: numpy
    # %% stub
    # %% checks
    # %% hint
    # %% answer
    # %% wrong: the mistake in words
    # says: words that the failed check's message contains

`needs` is left out by a drill that the standard library is enough for. The page, the tests and the coding
round all read a drill through `load` and `all_drills`.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from roadbook import course

DIFFICULTIES = ("easy", "medium", "hard")
PACKAGES = ("numpy", "pandas", "scikit-learn")
"""What a drill may need beyond the standard library."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_HEADER = re.compile(r"^# %% (.+)$", re.M)
_METADATA = ("chapter", "minutes", "difficulty", "needs")
_ONCE = ("stub", "checks", "hint", "answer")

Problem = Callable[[str], "DrillError"]


class DrillError(ValueError):
    """A drill's file is missing or not in the form above; the message names file, place and remedy."""


@dataclass(frozen=True)
class Wrong:
    """A wrong answer that people really write."""

    title: str
    """The mistake in words."""
    says: str
    """Words that the failed check's message contains."""
    source: str


@dataclass(frozen=True)
class Drill:
    """One drill, as its file says it."""

    name: str
    title: str
    text: str
    """Markdown below the title, without directives."""
    chapter: str
    """The chapter that teaches it, as in `_toc.yml` or, while it is planned, in the skill map."""
    minutes: int
    difficulty: str
    """One of `DIFFICULTIES`."""
    needs: tuple[str, ...]
    """Packages of `PACKAGES`; empty where Python alone is enough."""
    stub: str
    checks: str
    hint: str
    """Markdown."""
    answer: str
    wrong: tuple[Wrong, ...]

    @property
    def taught(self) -> course.Chapter | None:
        """The chapter that teaches it, or None while that chapter is only planned."""
        return next((c for c in course.chapters() if c.slug == self.chapter), None)


def folder() -> Path:
    """Return the folder that holds the drills."""
    return course.root() / "drills"


def all_drills() -> tuple[Drill, ...]:
    """Return every drill: in the order of the chapters, within a chapter the short and easy ones first.

    Raises:
        DrillError: one of the files is not a drill.
    """
    drills = [load(path.stem) for path in sorted(folder().glob("*.py"))]
    return tuple(
        sorted(drills, key=lambda d: (d.chapter, DIFFICULTIES.index(d.difficulty), d.minutes, d.name))
    )


def load(name: str) -> Drill:
    """Return the drill of that name.

    Raises:
        DrillError: there is none (the message lists what there is), or its file is not a drill.
    """
    path = folder() / f"{name}.py"
    if not _NAME.fullmatch(name) or not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder().glob("*.py"))) or "none"
        raise DrillError(f"no drill is called {name!r}; there are: {known}")
    return parse(path.read_text(encoding="utf-8"), name)


def parse(source: str, name: str) -> Drill:
    """Read a drill from the text of its file.

    Raises:
        DrillError: the text is not a drill; the message says what is missing and where.
    """

    def wrong(problem: str) -> DrillError:
        return DrillError(f"drills/{name}.py: {problem}")

    try:
        documentation = ast.get_docstring(ast.parse(source))
    except SyntaxError as error:
        raise wrong(f"line {error.lineno} is not Python: {error.msg}") from error
    title, _, text = (documentation or "").partition("\n")
    if not title.strip() or not text.strip():
        raise wrong("expected a docstring at the top: the title, an empty line, the text in Markdown")

    head, *parts = _HEADER.split(source)
    sections = [(header.strip(), body.strip()) for header, body in zip(parts[::2], parts[1::2], strict=True)]
    once = dict.fromkeys(_ONCE, "")
    mistakes = []
    for header, body in sections:
        kind, _, mistake = (word.strip() for word in header.partition(":"))
        if kind == "wrong" and mistake:
            mistakes.append(_mistake(mistake, body, wrong))
        elif header not in once:
            raise wrong(f"no section is called '# %% {header}'; there are {', '.join(_ONCE)}, wrong: …")
        elif once[header]:
            raise wrong(f"'# %% {header}' stands there twice")
        elif not body:
            raise wrong(f"'# %% {header}' is empty")
        else:
            once[header] = body
    for kind, body in once.items():
        if not body:
            raise wrong(f"'# %% {kind}' is missing")
    if not mistakes:
        raise wrong("expected at least one wrong answer, '# %% wrong: the mistake in words'")

    values = _metadata(head, wrong)
    return Drill(
        name=name,
        title=title.strip(),
        text=text.strip(),
        chapter=values["chapter"],
        minutes=int(values["minutes"]),
        difficulty=values["difficulty"],
        needs=tuple(values.get("needs", "").split()),
        stub=once["stub"],
        checks=once["checks"],
        hint=_uncommented(once["hint"], "'# %% hint'", wrong),
        answer=once["answer"],
        wrong=tuple(mistakes),
    )


def attempt(drill: Drill, source: str) -> str | None:
    """Run an answer and then the drill's checks as the page does, in this process.

    The checks see what the answer defines, and what they define themselves stays out of its way: they run in
    a copy of its names. Output is not held back, and an endless loop is not stopped; the page does both.

    Returns:
        None if all checks hold, else the message of the first that does not, or the name and words of
        another error.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    try:
        exec(compile(source, "answer", "exec"), names)  # noqa: S102 (the caller's own code, or a drill's)
        exec(compile(drill.checks, "checks", "exec"), dict(names))  # noqa: S102
    except AssertionError as error:
        return str(error) or "a check failed without a message"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def _metadata(head: str, wrong: Problem) -> dict[str, str]:
    values: dict[str, str] = {}
    docstring = ast.parse(head).body[0]
    for line in filter(str.strip, head.splitlines()[docstring.end_lineno or 0 :]):
        match = re.fullmatch(r"# (\w+): (.+)", line)
        if match is None or match[1] not in _METADATA:
            raise wrong(f"expected '# key: value' with a key of {', '.join(_METADATA)}, got {line!r}")
        if match[1] in values:
            raise wrong(f"'# {match[1]}:' stands there twice")
        values[match[1]] = match[2].strip()
    for key in _METADATA[:3]:
        if key not in values:
            raise wrong(f"'# {key}: …' is missing below the docstring")
    if not course.SLUG.fullmatch(values["chapter"]):
        raise wrong(f"chapter: expected NN-words, as in 04-nearest-neighbours, got {values['chapter']!r}")
    if not re.fullmatch(r"[1-9]\d?", values["minutes"]):
        raise wrong(f"minutes: expected a whole number from 1 to 99, got {values['minutes']!r}")
    if values["difficulty"] not in DIFFICULTIES:
        raise wrong(f"difficulty: expected one of {', '.join(DIFFICULTIES)}, got {values['difficulty']!r}")
    for package in values.get("needs", "").split():
        if package not in PACKAGES:
            raise wrong(f"needs: expected of {', '.join(PACKAGES)}, separated by spaces, got {package!r}")
    return values


def _mistake(title: str, body: str, wrong: Problem) -> Wrong:
    first, _, source = body.partition("\n")
    if not first.startswith("# says: ") or not source.strip():
        raise wrong(f"'# %% wrong: {title}': expected '# says: words of the message', then the code")
    return Wrong(title, first.removeprefix("# says: ").strip(), source.strip())


def _uncommented(body: str, where: str, wrong: Problem) -> str:
    lines = body.splitlines()
    if not all(line.startswith("#") for line in lines):
        raise wrong(f"{where}: expected comment lines only")
    return inspect.cleandoc("\n".join(line.removeprefix("#").removeprefix(" ") for line in lines))
