"""Runs answers against an assignment's tests, in this process: fast enough for hundreds of answers and mutants.

It is the grader's own code (`roadbook.grading.student` and `roadbook.grading.tests`) without its processes: values
are encoded and decoded as they are there, so a test cell that would not work as a remote call fails here too.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from roadbook import course
from roadbook.grading import boundary, intake, sandbox, student, tests

ANSWERS = Path(__file__).parent / "answers"
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", re.S)
TIME_LIMIT = 30.0  # seconds; a mutant may loop for ever


@dataclass(frozen=True)
class Task:
    name: str
    reference: str
    tests: str
    points: float
    forbidden: list[str]

    @property
    def functions(self) -> list[str]:
        """The names that the stub defines."""
        return sorted(name for name, _ in intake.DEFINED.findall(self.stub) if name)

    @property
    def stub(self) -> str:
        return re.sub(
            r"### BEGIN SOLUTION.*?### END SOLUTION",
            "raise NotImplementedError()",
            self.reference,
            flags=re.S,
        )


@dataclass(frozen=True)
class Assignment:
    slug: str
    prelude: list[str]
    tasks: dict[str, Task]


@dataclass(frozen=True)
class Answer:
    slug: str
    task: str
    right: bool
    title: str
    source: str
    says: str
    passes_visible: bool
    forbidden: bool

    def __str__(self) -> str:
        return f"{self.slug}-{self.task}: {self.title}"


@dataclass
class Outcome:
    passed: bool
    message: str
    noise: str = ""


@cache
def assignment(slug: str) -> Assignment:
    """Read an assignment's tasks from its solution notebook."""
    notebook = nbformat.read(course.find(slug).solution, as_version=4)
    prelude: list[str] = []
    tasks: dict[str, Task] = {}
    answers: dict[str, Any] = {}
    for cell in notebook.cells:
        meta = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or meta.get("grade_id") == "check":
            continue
        if meta.get("solution") and not meta.get("grade"):
            answers[meta["grade_id"]] = cell
        elif meta.get("grade"):
            name = meta["grade_id"].removesuffix("-tests")
            if name not in answers:
                raise ValueError(
                    f"{slug}: the tests {meta['grade_id']!r} have no answer cell with the grade_id {name!r} above them; "
                    f"answer cells found: {', '.join(answers) or 'none'}"
                )
            task_cell = answers[name]
            names = list(task_cell.metadata.get("roadbook", {}).get("forbidden", []))
            tasks[name] = Task(name, task_cell.source, cell.source, meta["points"], names)
        else:
            prelude.append(TransformerManager().transform_cell(cell.source))  # without magics
    return Assignment(slug, prelude, tasks)


HEADER = re.compile(r"^# %% (?P<verdict>right|wrong) (?P<task>[\w-]+): (?P<title>.+)$", re.M)


@cache
def answers(slug: str) -> list[Answer]:
    """Read the right and wrong answers of an assignment, as CONTRIBUTING.md lays the file out."""
    text = (ANSWERS / f"{slug}.py").read_text(encoding="utf-8")
    heads = list(HEADER.finditer(text))
    odd = [line for line in re.findall(r"^# ?%%.*$", text, re.M) if not HEADER.match(line)]
    if odd:
        raise ValueError(
            f"{slug}.py: expected `# %% right task: title` or `# %% wrong task: title`, got {odd}"
        )
    found: list[Answer] = []
    for head, end in zip(heads, [*[h.start() for h in heads[1:]], len(text)], strict=True):
        body = text[head.end() : end].strip("\n")
        directives = re.match(r"(# .*\n)*", body)
        lines = directives[0].splitlines() if directives else []
        for line in lines:
            if not re.fullmatch(r"# (says: .+|visible: passes|forbidden|like: .+)", line):
                raise ValueError(f"{slug}.py, {head['title']}: unknown directive {line!r}")
        says = re.search(r"^# says: (.+)$", body, re.M)
        like = next((line.removeprefix("# like: ") for line in lines if line.startswith("# like: ")), "")
        if like:
            bases = {each.title: each.source for each in found if each.task == head["task"]}
            bases["the solution"] = assignment(slug).tasks[head["task"]].reference
            if like not in bases:
                raise ValueError(f"{slug}.py, {head['title']}: no answer above it is called {like!r}")
            source = changed(bases[like], body[len("\n".join(lines)) + 1 :])
        else:
            source = body
        found.append(
            Answer(
                slug=slug,
                task=head["task"],
                right=head["verdict"] == "right",
                title=head["title"],
                source=source,
                says=says[1].strip() if says else "",
                passes_visible="# visible: passes" in lines,
                forbidden="# forbidden" in lines,
            )
        )
    return found


CHANGE = re.compile(r"((?:^#-.*\n)+)((?:^#\+.*\n)*)", re.M)


def changed(base: str, changes: str) -> str:
    """Return an answer with some of its lines changed.

    Args:
        changes: blocks with a blank line between them, of lines `#-…` as the answer has them, one after the
            other in one place, and lines `#+…` in their stead.

    Raises:
        ValueError: there is something else, or the lines of a block do not stand in exactly one place.
    """
    changes = changes.rstrip("\n") + "\n"
    if CHANGE.sub("", changes).strip():
        raise ValueError(f"expected blocks of `#-` and `#+` lines, got {CHANGE.sub('', changes).strip()!r}")
    text = f"\n{base.rstrip()}\n"
    for block in CHANGE.finditer(changes):
        old, new = (re.sub(r"^#[-+]", "", part, flags=re.M) for part in block.groups())
        if text.count(f"\n{old}") != 1:
            raise ValueError(
                f"expected these lines once, found them {text.count(chr(10) + old)} times:\n{old}"
            )
        text = text.replace(f"\n{old}", f"\n{new}")
    return text.strip("\n")


class InProcess(tests.Remote):
    """A student's process that is none."""

    def __init__(self) -> None:
        from IPython.core.interactiveshell import InteractiveShell

        InteractiveShell.clear_instance()
        main = sys.modules["__main__"]
        self.student = student.Student(student.make_shell(), sandbox.Limits.output)
        sys.modules["__main__"] = main  # IPython puts its own in its place
        self.shell = self.student.shell
        self.empty = dict(self.shell.user_ns)
        super().__init__(_Nothing(), TIME_LIMIT)

    def ask(
        self, request: dict[str, Any], blobs: list[boundary.Blob]
    ) -> tuple[dict[str, Any], list[boundary.Blob]]:
        answer: list[boundary.Blob] = []
        operation = self.student.operations[request["op"]]
        reply = operation({**request, "seconds": TIME_LIMIT}, through_a_file({}, blobs)[1], answer)
        return through_a_file(reply, answer)


def through_a_file(
    message: dict[str, Any], blobs: list[boundary.Blob]
) -> tuple[dict[str, Any], list[boundary.Blob]]:
    with tempfile.SpooledTemporaryFile(2**20) as file:
        boundary.send(file, message, blobs)
        file.seek(0)
        return boundary.receive(file)


class _Nothing:
    """Measures nothing from outside: the process is ours. Memory is traced instead."""

    requests: IO[bytes] = io.BytesIO()
    replies: IO[bytes] = io.BytesIO()

    def wait(self, seconds: float) -> None: ...

    def cpu(self) -> None: ...

    def peak(self, begin: bool) -> None: ...


@cache
def _remotes() -> dict[str, tuple[InProcess, dict[str, Any]]]:
    return {}


def remote(slug: str) -> InProcess:
    """Return a process in which the assignment's own cells have been run, and nothing else."""
    from IPython.core.getipython import get_ipython

    made = _remotes().get(slug)
    if made is None or get_ipython() is not made[0].shell:
        new = InProcess()
        for source in assignment(slug).prelude:
            error = new.cell(source=source, task="", answer=False)["error"]
            assert error is None, f"{slug}: the assignment's own cell fails: {error}"
        made = (new, dict(new.shell.user_ns))
        _remotes().clear()
        _remotes()[slug] = made
    made[0].shell.user_ns.clear()
    made[0].shell.user_ns.update(made[1])
    return made[0]


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    before = os.environ.get("ROADBOOK_SEED")
    os.environ["ROADBOOK_SEED"] = str(seed)
    sandbox.reproducible()
    try:
        yield
    finally:
        os.environ.pop("ROADBOOK_SEED")
        if before is not None:
            os.environ["ROADBOOK_SEED"] = before


def run(
    slug: str, given: dict[str, str], seed: int = 0, only: str | None = None, *, visible: bool = False
) -> dict[str, Outcome]:
    """Run an assignment in which some tasks have other answers than the solution's.

    Args:
        slug: the assignment.
        given: source of the answer cell by task; the tasks left out have the solution's.
        seed: value of ROADBOOK_SEED.
        only: run the answer and the tests of this task alone.
        visible: leave the hidden tests out.
    """
    outcomes: dict[str, Outcome] = {}
    process, noise = remote(slug), io.StringIO()

    def note(event: dict[str, Any]) -> None:
        if event.get("error") is not None or event["event"] == "tested":
            error = event["error"]
            plain = error is None or error["type"] == "AssertionError"
            words = (
                "" if error is None else error["message"] if plain else f"{error['type']}: {error['message']}"
            )
            outcomes.setdefault(event["task"], Outcome(error is None, words, noise.getvalue()))
        noise.seek(0)
        noise.truncate()

    with seeded(seed), contextlib.redirect_stderr(noise), contextlib.redirect_stdout(io.StringIO()):
        for task in assignment(slug).tasks.values():
            if only not in (None, task.name):
                continue
            source = given.get(task.name, task.reference)
            test = HIDDEN.sub("", task.tests) if visible else task.tests
            cells: list[dict[str, Any]] = [
                {"role": "answer", "task": task.name, "source": source, "forbidden": task.forbidden},
                {"role": "tests", "task": task.name, "source": test, "functions": task.functions},
            ]
            tests.Examiner(process, note).run({"cells": cells})
    return outcomes
