"""Takes a learner's answers out of any notebook a person really has, and grafts them onto the instructor's.

Only the sources of answer cells are taken; every other cell, all metadata, outputs and the author's name
are left behind. Nothing here runs or imports what a learner wrote.
"""

from __future__ import annotations

import copy
import itertools
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from roadbook import course

MAX_BYTES = 200_000_000  # a notebook with a million printed lines is about 60 MB
DEFINED = re.compile(r"^(?:async\s+def|def|class)\s+(\w+)|^(\w+)\s*(?::[^=\n]+)?=(?!=)", re.M)
IMPORTED = re.compile(r"^(?:import|from)\s+.+$", re.M)
VERSION = re.compile(r"\d[\w.+-]{0,30}")
# Possessive: a hostile text costs no more than an honest one.
STRING = re.compile(rb'"(?:[^"\\]++|\\.?)*+(?:"|\Z)', re.S)
MAX_PARTS = 15_000_000  # brackets and commas: a few bytes of JSON may stand for a hundred of memory
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # make a name read as another


class IntakeError(Exception):
    """A notebook cannot be checked. The message is one line that a learner understands."""


@dataclass(frozen=True)
class Cell:
    """One cell of a learner's notebook: what is left when all that is not needed is dropped."""

    number: int
    """Its place in the notebook, from 1."""
    kind: str
    """`code`, `markdown` or `raw`."""
    source: str
    grade_id: str
    """The mark that nbgrader gave it, `""` if it has none (any more)."""


@dataclass(frozen=True)
class Task:
    """One task of an assignment, as the instructor's notebook has it."""

    name: str
    """The answer cell's grade_id, for example `pairwise-distances`."""
    title: str
    points: float
    kind: str
    """The answer cell's kind: `code` or `markdown`."""
    tests: str
    """The test cell's grade_id; `""` for a task that a person marks."""
    forbidden: tuple[str, ...]
    rubric: str
    """How a written task is judged, in Markdown; `""` where the notebook does not say."""
    stub: str
    """The answer cell as released."""
    after: str
    """The cell after the answer, as released: never the answer."""
    before: str
    """The cell before the answer, as released: where the answer is looked for when all marks are lost."""

    @property
    def functions(self) -> set[str]:
        """The names that the stub defines: functions and classes, which the tests call."""
        return {name for name, _ in DEFINED.findall(self.stub) if name}


@dataclass
class Graft:
    """A learner's answers by task, with what there is to say about where they came from."""

    answers: dict[str, str] = field(default_factory=dict)
    """Source by task; a missing task is not in it."""
    remarks: list[str] = field(default_factory=list)
    elsewhere: set[str] = field(default_factory=set)
    """Names that the learner defined or imported in cells that are not graded."""

    def onto(self, notebook: Any, tasks: Iterable[Task]) -> Any:
        """Return a copy of the instructor's notebook with these answers; a missing one is the stub."""
        whole = copy.deepcopy(notebook)
        sources = {task.name: self.answers.get(task.name, task.stub) for task in tasks}
        for cell in whole["cells"]:
            name = mark(cell).get("grade_id", "")
            cell["source"] = sources.get(name, cell["source"])
        return whole


def ready() -> list[course.Chapter]:
    """Return the chapters whose exercise exists, in the order of the book."""
    return [c for c in course.chapters() if c.solution.is_file() and c.exercise.is_file()]


def find(name: str) -> course.Chapter:
    """Return the chapter whose exercise `name` means: its number, its slug, or the words of its slug.

    Raises:
        IntakeError: there is no such chapter, or its exercise does not exist yet.
    """
    chapters = ready()
    try:
        chapter = course.find(name)
        if chapter in chapters:
            return chapter
        said = f"{chapter.slug} has no exercise yet"
    except LookupError:
        said = f"there is no chapter {name!r}"
    raise IntakeError(f"{said}; the chapters with an exercise are: {', '.join(c.slug for c in chapters)}.")


def read(source: Path | str | Mapping[str, Any]) -> list[Cell]:
    """Return the cells of a notebook: a file of any nbformat, or a notebook that is loaded already.

    Raises:
        IntakeError: there is no such file, or it is no notebook.
    """
    if isinstance(source, Mapping):
        content: Any = source
        name = "the notebook"
    else:
        content, name = _load(Path(source)), shown(Path(source).name)
    cells = content.get("cells") if isinstance(content, Mapping) else None
    if cells is None and isinstance(content, Mapping) and isinstance(content.get("worksheets"), list):
        # nbformat 3 and older
        cells = [c for sheet in content["worksheets"] for c in _field(sheet, "cells", list)]
    if not isinstance(cells, list):
        raise IntakeError(
            f"{name} is not a Jupyter notebook: expected a file with a list of cells, found none; "
            "check the notebook that you work in, saved as .ipynb."
        )
    return [_cell(number, cell) for number, cell in enumerate(cells, 1) if isinstance(cell, Mapping)]


def version(source: Path | str | Mapping[str, Any]) -> str:
    """Return the version of the book that `start` wrote into a learner's copy, `""` where there is none.

    Raises:
        IntakeError: there is no such file, or it is no notebook.
    """
    content = source if isinstance(source, Mapping) else _load(Path(source))
    found = _field(_field(_field(content, "metadata", dict), "roadbook", dict), "version", str)
    return found if VERSION.fullmatch(found) else ""


@dataclass(frozen=True)
class Assignment:
    """An assignment as graders need it."""

    slug: str
    notebook: dict[str, Any]
    """The instructor's notebook; the source of each cell is one string."""
    tasks: list[Task]

    @classmethod
    def make(cls, slug: str, instructor: Mapping[str, Any], released: list[Cell]) -> Assignment:
        """Put the instructor's notebook and the cells of the released one together.

        Raises:
            IntakeError: they break the rules of CONTRIBUTING.md.
        """
        notebook = copy.deepcopy(dict(instructor))
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])
        return cls(slug, notebook, _tasks(slug, notebook["cells"], released))


def assignment(chapter: course.Chapter) -> Assignment:
    """Return a chapter's assignment, from the instructor's and the released notebook.

    Raises:
        IntakeError: the course has no such assignment, or it breaks the rules of CONTRIBUTING.md.
    """
    if chapter not in ready():
        raise IntakeError(
            f"{chapter.slug} has no exercise yet: expected {chapter.exercise} (`make release`)."
        )
    return Assignment.make(chapter.slug, json.loads(chapter.solution.read_bytes()), read(chapter.exercise))


def tasks(chapter: course.Chapter) -> list[Task]:
    """Return the tasks of a chapter's assignment; see `assignment`."""
    return assignment(chapter).tasks


def _tasks(slug: str, cells: list[dict[str, Any]], released: list[Cell]) -> list[Task]:
    _only_tasks(slug, cells)
    texts = {mark(cell).get("grade_id"): cell["source"] for cell in cells}
    released = [Cell(0, "", "", ""), *released, Cell(0, "", "", "")]
    place = {cell.grade_id: index for index, cell in enumerate(released) if cell.grade_id}
    found = []
    for index, cell in enumerate(cells):
        if not mark(cell).get("solution"):
            continue
        name = mark(cell)["grade_id"]
        written = bool(mark(cell).get("grade"))
        graded = mark(cell) if written else next((mark(c) for c in cells[index:] if mark(c).get("grade")), {})
        if not written and graded.get("grade_id") != f"{name}-tests":
            raise IntakeError(f"{slug}: expected the tests of {name} in a cell {name}-tests after it.")
        if name not in place:
            raise IntakeError(f"{slug}: {name} is not in the released notebook; run `make release`.")
        before, stub, after = released[place[name] - 1 : place[name] + 2]
        found.append(
            Task(
                name=name,
                title=_heading(texts.get(f"{name}-text", "")) or name,
                points=float(graded["points"]),
                kind=cell["cell_type"],
                tests="" if written else f"{name}-tests",
                forbidden=tuple(cell["metadata"].get("roadbook", {}).get("forbidden", ())),
                rubric=_rubric(cells[index + 1 : index + 2]) if written else "",
                stub=stub.source,
                before=before.source,
                after=after.source,
            )
        )
    return found


def _only_tasks(slug: str, cells: list[dict[str, Any]]) -> None:
    """Refuse cells that would be run beside a student's code, or left out, without a word.

    Raises:
        IntakeError: a cell is neither a task's answer nor its one cell of tests, and has points, or code
            that would be run after the first answer.
    """
    answers = [mark(cell) for cell in cells if mark(cell).get("solution")]
    known = {"check", *(answer["grade_id"] for answer in answers)}
    known |= {f"{answer['grade_id']}-tests" for answer in answers if not answer.get("grade")}
    begun = False
    for cell in cells:
        marked = mark(cell)
        name = marked.get("grade_id", "")
        begun |= bool(marked.get("solution"))
        if marked.get("task"):
            raise IntakeError(
                f"{slug}: {name} is a task cell of nbgrader's, which is not graded here: "
                "make it a manually graded answer."
            )
        if marked.get("grade") and name not in known:
            raise IntakeError(
                f"{slug}: the tests {name} belong to no answer: expected one cell of tests for each answer "
                "that no person marks, named like it with -tests behind. Put all tests of it into that cell."
            )
        if begun and cell["cell_type"] == "code" and name not in known and cell["source"].strip():
            raise IntakeError(
                f"{slug}: expected code that prepares the tasks before the first answer, found "
                f"{cell['source'].strip()[:60]!r} after one. "
                "Move it up, or into the cell that needs it, or make it Markdown."
            )


def take(cells: list[Cell], wanted: list[Task]) -> Graft:
    """Find the answer of each task: by its mark, else by the names that it defines, else by its place.

    Raises:
        IntakeError: not one task was found.
    """
    graft = Graft()
    used: set[int] = set()
    lost = []
    for task in wanted:
        marked = [cell for cell in cells if cell.grade_id == task.name]
        if not marked:
            lost.append(task)
            continue
        cell = _choose(marked, task)
        if len(marked) > 1:
            graft.remarks.append(
                f'The cell of "{task.title}" stands {len(marked)} times in your notebook; '
                f"the one at position {cell.number} was checked."
            )
        if cell.kind != task.kind:
            graft.remarks.append(
                f'The cell of "{task.title}" is no longer a {task.kind} cell; it was read as one.'
            )
        graft.answers[task.name] = cell.source
        used.add(cell.number)
    marks = {task.name for task in wanted}
    free = [cell for cell in cells if cell.number not in used and cell.grade_id in ("", *marks)]
    for task in lost:
        for cell in [*_by_name(free, task), *_by_place(cells, free, task)][:1]:
            graft.answers[task.name] = cell.source
            used.add(cell.number)
            graft.remarks.append(
                f'The cell of "{task.title}" has lost the mark that says which task it answers; '
                f"the one at position {cell.number} was taken for it."
            )
    if wanted and not graft.answers:
        raise IntakeError(
            "this notebook holds none of the exercise's tasks; "
            "check the notebook that you started with `python -m roadbook start`."
        )
    names: set[str] = set()
    for cell in free:
        if cell.number not in used and cell.kind == "code":
            names |= defined(cell.source)
    graft.elsewhere = names - {name for source in graft.answers.values() for name in defined(source)}
    return graft


def shown(name: str, most: int = 80) -> str:
    """Return a name that others chose as it may stand in a message: one line, not long, no tricks."""
    clean = "".join(f"\\u{ord(c):04x}" if odd(c) else c for c in name)
    return clean if len(clean) <= most else f"{clean[: most // 2]}…{clean[5 - most // 2 :]}"


def odd(character: str) -> bool:
    """Return whether a character may change how what stands around it is read."""
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in TURNING


def mark(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Return the nbgrader metadata of a cell of the instructor's notebook, `{}` if it has none."""
    found: dict[str, Any] = cell["metadata"].get("nbgrader", {})
    return found


def lesson(cells: list[Cell]) -> course.Chapter | None:
    """Return the chapter that this explains: no cell bears a mark, and the title is the chapter's own."""
    title = _title(cells)
    if not title or any(cell.grade_id for cell in cells):
        return None
    written = (chapter for chapter in course.chapters() if chapter.notebook.is_file())
    return next((chapter for chapter in written if _title(read(chapter.notebook)) == title), None)


def which(cells: list[Cell]) -> course.Chapter | None:
    """Return the chapter whose exercise this is, by the marks of its cells, then by its functions."""
    if lesson(cells):
        return None
    marks = {cell.grade_id for cell in cells}
    names = {
        name for cell in cells for name, _ in DEFINED.findall(cell.source) if name and cell.kind == "code"
    }
    best: tuple[int, int, course.Chapter | None] = (0, 0, None)
    for chapter in ready():
        own = tasks(chapter)
        score = (len(marks & {t.name for t in own}), len(names & {f for t in own for f in t.functions}))
        if score > best[:2]:
            best = (*score, chapter)
    return best[2]


def defined(source: str) -> set[str]:
    """Return the names that a cell's top level defines, assigns or imports, even where it does not parse."""
    names = {name for pair in DEFINED.findall(source) for name in pair if name}
    for line in IMPORTED.findall(source):
        for part in line.split("import", 1)[-1].split(","):
            words = part.replace("(", " ").replace(")", " ").split()
            if words:
                names.add(words[-1].split(".")[0])
    return names


def _load(path: Path) -> Any:
    if path.is_dir():
        example = next(iter(sorted(path.glob("*.ipynb"))), path / "04-nearest-neighbours.ipynb")
        raise IntakeError(f"{path} is a folder: name the notebook in it, for example {example}.")
    name = shown(path.name)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise IntakeError(
                f"{name} is larger than {MAX_BYTES // 1_000_000} MB: clear its outputs, then save it."
            )
        content = path.read_bytes()
        if _parts(content) > MAX_PARTS < _parts(STRING.sub(b"", content)):
            raise IntakeError(f"{name} has more parts than any notebook: clear its outputs, then save it.")
        return json.loads(content)  # bytes, so that a BOM and UTF-16 are recognised
    except FileNotFoundError:
        number = next((c.number for c in ready() if c.slug == path.stem), "04")
        raise IntakeError(
            f"there is no file {path}; make one, for example with `python -m roadbook start {number}`."
        ) from None
    except OSError as error:
        raise IntakeError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):  # what is no JSON, or no text
        raise IntakeError(
            f"{name} is not a notebook: its content is not JSON. Was it saved only in part, or is it "
            "another kind of file? Download or save the notebook again, as .ipynb."
        ) from None


def _parts(content: bytes) -> int:
    return sum(content.count(part) for part in (b",", b"[", b"{"))


def _cell(number: int, cell: Mapping[str, Any]) -> Cell:
    source = cell.get("source", cell.get("input", ""))  # nbformat 3 says input
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    grade_id = _field(_field(_field(cell, "metadata", dict), "nbgrader", dict), "grade_id", str)
    return Cell(
        number=number,
        kind=_field(cell, "cell_type", str) or "raw",
        source=_clean(source) if isinstance(source, str) else "",
        grade_id=grade_id,
    )


def _clean(source: str) -> str:
    """Return the source with plain line ends, and without the halves of characters that no file can hold."""
    return source.replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")


def _field(mapping: Any, key: str, kind: type) -> Any:
    """Return a field of a notebook that may be damaged: an empty `kind` where it is not what it should be."""
    value = mapping.get(key) if isinstance(mapping, Mapping) else None
    return value if isinstance(value, Mapping if kind is dict else kind) else kind()


def _heading(text: str) -> str:
    heading = re.search(r"^#+\s+(.+)$", text, re.M)
    return heading[1].strip() if heading else ""


def _title(cells: list[Cell]) -> str:
    return next((h for cell in cells if cell.kind == "markdown" and (h := _heading(cell.source))), "")


def _rubric(following: list[dict[str, Any]]) -> str:
    """Return the cell after a written task if it is about that task: Markdown without an own heading."""
    for cell in following:
        if cell["cell_type"] == "markdown" and not cell["source"].startswith("#"):
            return str(cell["source"])
    return ""


def _choose(same: list[Cell], task: Task) -> Cell:
    """Of several cells take one that differs from the stub and defines its function; of those, the last."""
    written = [cell for cell in same if cell.source.strip() != task.stub.strip()] or same
    whole = [cell for cell in written if task.functions <= defined(cell.source)] or written
    return whole[-1]


def _by_name(free: list[Cell], task: Task) -> list[Cell]:
    same = [cell for cell in free if cell.kind == "code" and task.functions & defined(cell.source)]
    return [_choose(same, task)] if same else []


def _by_place(cells: list[Cell], free: list[Cell], task: Task) -> list[Cell]:
    """Return the free cell of the right kind that follows the task's text."""
    return [
        cell
        for text, cell in itertools.pairwise(cells)
        if text.source.strip() == task.before.strip()
        and cell in free
        and cell.kind == task.kind
        and cell.source.strip() != task.after.strip()
    ]
