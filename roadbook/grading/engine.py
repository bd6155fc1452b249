"""Grades one submission: the student's cells in one process, the tests in another, and words for the result.

`run` is the engine that `check` and `grade` share; `grade_submission` is the whole for a class, a plain
function of plain data: what it needs is in the job, what comes of it in the `Outcome`.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Protocol

from roadbook.grading import boundary, intake
from roadbook.grading.feedback import Error, Report, State, TaskReport, Written, words
from roadbook.grading.intake import Assignment, Graft, Task
from roadbook.grading.result import Outcome, TaskResult
from roadbook.grading.sandbox import Limits, Sandbox, SandboxError, Usage, environment

MIMES = ("text/plain", "text/html", "text/markdown", "text/latex", "image/png", "image/jpeg", "image/svg+xml")
"""The kinds of output that are kept."""
MAX_CELLS, MAX_ANSWER = 5_000, 1_000_000
"""Of a submission: its cells, and the characters of one answer."""
ATTEMPTS = 3
"""At a submission whose sandbox ends; what fails with another beside it is tried again in the next run."""


class EngineError(Exception):
    """A submission could not be graded, through no fault of the student's."""


class Processes(Protocol):
    """The two processes of one attempt: `roadbook.grading.sandbox.Pair`, or `Local`."""

    def run(self, job: dict[str, Any], seconds: Callable[[], float]) -> Iterator[dict[str, Any]]:
        """Yield the events of a job; each may take so many seconds."""

    def end(self) -> Usage:
        """Stop both and say what they used."""


@dataclass
class Ran:
    """What came of running a submission."""

    passed: dict[str, bool] = field(default_factory=dict)
    """By task, whether its tests passed."""
    errors: dict[tuple[str, str], Error] = field(default_factory=dict)
    """By task and phase (`set-up`, `answer`, `tests`)."""
    outputs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Of the answer cells, by task, in nbformat's form."""
    stopped: dict[str, str] = field(default_factory=dict)
    """By task, why its process was lost: `killed`, `timed out`, or `tests` where the tests' own was."""
    cpu_seconds: float = 0.0
    peak_bytes: int = 0


def run(
    assignment: Assignment, graft: Graft, start: Callable[[], Processes], seed: int, limits: Limits
) -> Ran:
    """Run a submission. A task whose code ends or blocks its process costs another attempt, without it.

    Raises:
        EngineError: the assignment's own cells end the process.
    """
    ran = Ran()
    left_out = {
        task.name
        for task in assignment.tasks
        if graft.answers.get(task.name, task.stub).strip() == task.stub.strip()
    }
    deadline = time.monotonic() + limits.total_seconds
    while True:
        job = {
            **{"seed": seed, "seconds": limits.seconds, "output": limits.output},
            "cells": _cells(assignment, graft, left_out, ran),
        }
        task, why = "", ""
        processes = start()
        try:
            for event in processes.run(
                job, lambda: max(min(deadline - time.monotonic(), 5 * limits.seconds + 10), 0.1)
            ):
                if event["event"] == "begin":
                    task = event["task"]
                elif event["event"] == "lost":
                    why = event["why"]
                else:
                    _note(ran, event)
        except TimeoutError:
            why = "timed out"
        except (boundary.BoundaryError, OSError):
            why = "tests"
        finally:
            used = processes.end()
            ran.cpu_seconds += used.cpu_seconds
            ran.peak_bytes = max(ran.peak_bytes, used.peak_bytes)
        if not why:
            return ran
        if not task:
            raise EngineError(f"the exercise's own cells do not run here: the process was lost ({why})")
        left_out.add(task)
        if task not in ran.passed:
            ran.stopped[task] = why
        if time.monotonic() >= deadline:
            for other in assignment.tasks:
                if other.tests and other.name not in (*ran.passed, *left_out):
                    ran.stopped[other.name] = "timed out"
            return ran


def _cells(assignment: Assignment, graft: Graft, left_out: set[str], ran: Ran) -> list[dict[str, Any]]:
    """Return what is to be run, in the notebook's order, but all tests after all answers."""
    by_answer = {task.name: task for task in assignment.tasks if task.kind == "code"}
    by_tests = {task.tests: task for task in assignment.tasks if task.tests}
    cells = []
    for cell in assignment.notebook["cells"]:
        name = intake.mark(cell).get("grade_id", "")
        if cell["cell_type"] != "code" or name == "check":
            continue
        if name in by_answer:
            task = by_answer[name]
            if name not in left_out:
                source = graft.answers[name]
                cells.append(
                    {"role": "answer", "task": name, "source": source, "forbidden": list(task.forbidden)}
                )
        elif name in by_tests:
            task = by_tests[name]
            if task.name not in left_out and task.name not in ran.passed:
                functions = sorted(task.functions)
                cells.append(
                    {"role": "tests", "task": task.name, "source": cell["source"], "functions": functions}
                )
        elif not intake.mark(cell).get("solution"):
            cells.append({"role": "set-up", "task": "", "source": cell["source"]})
    return sorted(cells, key=lambda cell: bool(cell["role"] == "tests"))


def _note(ran: Ran, event: dict[str, Any]) -> None:
    if event["event"] == "tested":
        ran.passed[event["task"]] = event["passed"]
        if event["error"] is not None:
            ran.errors[event["task"], "tests"] = event["error"]
    elif event["event"] == "ran":
        if event["error"] is not None:
            ran.errors.setdefault((event["task"], event["phase"]), event["error"])
        if event["phase"] == "answer":
            ran.outputs[event["task"]] = _outputs(event["outputs"], event["error"])


def _outputs(found: list[Any], error: Error | None) -> list[dict[str, Any]]:
    """Return outputs in nbformat's form, whatever a student's process sent; the error as the last."""
    kept: list[dict[str, Any]] = []
    for each in found:
        output = each if isinstance(each, dict) else {}
        kind = output.get("output_type")
        if kind == "stream" and isinstance(output.get("text"), str):
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            kept.append({"output_type": "stream", "name": name, "text": output["text"]})
        elif kind in ("display_data", "execute_result") and isinstance(output.get("data"), dict):
            data = {m: output["data"][m] for m in MIMES if isinstance(output["data"].get(m), str)}
            count = {"execution_count": None} if kind == "execute_result" else {}
            kept.append({"output_type": kind, "data": data, "metadata": {}, **count})
    if error is not None:
        where = [f"Line {error['line']}: {error['text']}"] if error["line"] else []
        kept.append(
            {
                "output_type": "error",
                "ename": error["type"],
                "evalue": error["message"],
                "traceback": [*where, f"{error['type']}: {error['message']}"],
            }
        )
    return kept


def report(assignment: Assignment, graft: Graft, ran: Ran, seconds: float, solution: str = "") -> Report:
    """Put the result in words.

    Args:
        seconds: the time limit of one cell or call.
        solution: path of the worked solution within the book, which a passed task links to.
    """
    remarks = list(graft.remarks)
    if broken := ran.errors.get(("", "set-up")):
        remarks.insert(
            0,
            "The exercise's own cells do not run on this machine, so right answers may fail: "
            f"{broken['type']}: {broken['message']}. `python -m roadbook doctor` says what is missing.",
        )
    tasks, written = [], []
    for task in assignment.tasks:
        given = graft.answers.get(task.name)
        if not task.tests:
            answered = given is not None and given.strip() != task.stub.strip()
            written.append(Written(task.name, task.title, answered, task.rubric))
            continue
        state, message = _state(task, given, graft, ran, seconds)
        points = task.points if state == "passed" else 0.0
        link = solution if state == "passed" else ""
        tasks.append(TaskReport(task.name, task.title, points, task.points, state, message, link))
    return Report(assignment.slug, tasks, written, remarks)


def _state(task: Task, given: str | None, graft: Graft, ran: Ran, seconds: float) -> tuple[State, str]:
    if given is None:
        return "missing", "Your notebook has no cell for this task: take it from a fresh copy."
    if given.strip() == task.stub.strip():
        return "not written yet", ""
    if ran.passed.get(task.name):
        return "passed", ""
    why = ran.stopped.get(task.name)
    if why == "killed":
        return "killed", "Your code ended its own process (os._exit, exit, a crash, or too much memory)."
    if why == "tests":
        return "failed", (
            "The tests of this task did not finish: what your code returned is too large, or too slow to use."
        )
    state: State = "timed out"
    message = ""
    if why != "timed out":
        answer, tests = (ran.errors.get((task.name, phase)) for phase in ("answer", "tests"))
        state, message = words(answer, tests, task.functions, graft.elsewhere)
    if state == "timed out":
        message = (
            f"Your code was stopped after {seconds:g} seconds: look for a loop that never ends.{message}"
        )
    return state, message


def graded_notebook(assignment: Assignment, graft: Graft, ran: Ran, found: Report) -> dict[str, Any]:
    """Return the instructor's notebook with the student's answers and their outputs; where a test failed,
    with its message."""
    notebook: dict[str, Any] = graft.onto(assignment.notebook, assignment.tasks)
    said = {f"{task.name}-tests": task for task in found.tasks}
    for cell in notebook["cells"]:
        name = intake.mark(cell).get("grade_id", "")
        if cell["cell_type"] != "code":
            continue
        cell["outputs"] = copy.deepcopy(ran.outputs.get(name, []))
        task = said.get(name)
        state: str
        state, message = (task.state, task.message) if task else ("passed", "")
        if name in ran.stopped and name in {written.name for written in found.written}:
            # A code cell that a person marks: no cell of tests after it says what became of it.
            state, message = ran.stopped[name], "This cell ended its own process, or was stopped."
        if state != "passed":
            message = message or state
            cell["outputs"] = [
                {"output_type": "error", "ename": state, "evalue": message, "traceback": [message]}
            ]
    return notebook


# Without a sandbox --------------------------------------------------------------------------------------


class Local:
    """Processes that are started anew, on any system: for a learner's own code on the learner's machine."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        variables = {**os.environ, **environment(folder)}
        variables.pop("ROADBOOK_SEED", None)
        self.log = (folder / "log.txt").open("ab")  # a file, and not a pipe that nobody empties
        self.command = [sys.executable, "-m", "roadbook.grading.student"]
        self.command += [str(limits.output), str(limits.memory)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "roadbook.grading.tests"],
            cwd=folder,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
        )

    def run(self, job: dict[str, Any], seconds: Callable[[], float]) -> Iterator[dict[str, Any]]:
        jobs, events = self.process.stdin, self.process.stdout
        assert jobs is not None and events is not None  # noqa: S101  (both are pipes)
        boundary.send(jobs, {**job, "command": self.command}, [])
        while True:
            patience = threading.Timer(seconds(), self.process.kill)
            patience.start()
            try:
                event, _ = boundary.receive(events)
            finally:
                patience.cancel()
            yield event
            if event["event"] in ("end", "lost"):
                return

    def end(self) -> Usage:
        for file in (self.process.stdin, self.process.stdout, self.log):
            with contextlib.suppress(OSError):
                if file is not None:
                    file.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return Usage(0.0, 0)


# For a class --------------------------------------------------------------------------------------------


class _Pool:
    """The sandboxes of this process, one for each assignment, and the slots in them that are free."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.sandboxes: dict[str, Sandbox] = {}
        self.slots: set[int] = set()
        self.given_up: set[Sandbox] = set()

    @contextlib.contextmanager
    def slot(self) -> Iterator[int]:
        with self.lock:
            slot = next(n for n in range(len(self.slots) + 1) if n not in self.slots)
            self.slots.add(slot)
        try:
            yield slot
        finally:
            with self.lock:
                self.slots.discard(slot)

    def sandbox(
        self, key: str, modules: list[str], limits: Limits, unsafe: bool, lost: Sandbox | None = None
    ) -> Sandbox:
        """Return the assignment's sandbox, a new one where it has ended or is `lost`: about to end."""
        with self.lock:
            if lost is not None and lost in self.given_up:
                raise SandboxError("the grader has been stopped")
            found = self.sandboxes.get(key)
            if found is not None and (found.broken or found is lost):
                self.sandboxes.pop(key).close()
            if key not in self.sandboxes:
                self.sandboxes[key] = Sandbox(modules, limits, unsafe=unsafe)
            return self.sandboxes[key]

    def close(self) -> None:
        with self.lock:
            self.given_up = set(self.sandboxes.values())  # threads that run one make no new one
            for sandbox in self.sandboxes.values():
                sandbox.close()
            self.sandboxes.clear()


_pool = _Pool()
close = _pool.close
"""End the sandboxes that `grade_submission` has started in this process."""


def grade_submission(job: Mapping[str, Any]) -> Outcome:
    """Grade one submission in the sandbox.

    Args:
        job: plain data: `student` and `assignment`, strings; `submission`, path of the notebook that was
            handed in; `instructor` and `released`, notebooks as dicts; `seed`, an int; `limits`, the fields
            of `roadbook.grading.sandbox.Limits`; `unsafe`, whether to do without the sandbox.

    Raises:
        roadbook.grading.sandbox.SandboxError: there is no sandbox on this machine.
    """
    began = time.monotonic()
    student, slug, limits = job["student"], job["assignment"], Limits(**job["limits"])
    assignment = Assignment.make(slug, job["instructor"], intake.read(job["released"]))
    try:
        graft = _handed_in(Path(job["submission"]), assignment)
    except intake.IntakeError as error:
        return Outcome(student, slug, "rejected", str(error), seconds=time.monotonic() - began)
    modules = imports(job["instructor"])
    key = json.dumps([slug, modules, dict(job["limits"]), job["unsafe"]], sort_keys=True)
    try:
        with _pool.slot() as slot:
            sandbox, said = None, ""
            for _ in range(ATTEMPTS):
                sandbox = _pool.sandbox(key, modules, limits, job["unsafe"], lost=sandbox)
                try:
                    ran = run(assignment, graft, partial(sandbox.start, slot), job["seed"], limits)
                    break
                except SandboxError as error:  # its parent has ended, by this submission or by one beside it
                    said = str(error)
            else:
                said = f"the sandbox ended {ATTEMPTS} times while it ran: {said}"
                return Outcome(student, slug, "failed", said, seconds=time.monotonic() - began)
    except EngineError as error:
        return Outcome(student, slug, "failed", str(error), seconds=time.monotonic() - began)
    found = report(assignment, graft, ran, limits.seconds)
    if ("", "set-up") in ran.errors:
        return Outcome(student, slug, "failed", found.remarks[0], seconds=time.monotonic() - began)
    tasks = [
        TaskResult(t.name, f"{t.name}-tests", t.title, t.points, t.max_points, t.state, t.message)
        for t in found.tasks
    ]
    points = {task.name: task.points for task in assignment.tasks}
    tasks += [TaskResult(w.name, "", w.title, None, points[w.name], w.state, "") for w in found.written]
    manual = [w.title for w in found.written if w.answered]
    return Outcome(
        student=student,
        assignment=slug,
        status="needs_manual" if manual else "graded",
        reason=f"to be marked by a person: {', '.join(manual)}" if manual else "",
        tasks=tasks,
        remarks=found.remarks,
        notebook=graded_notebook(assignment, graft, ran, found),
        seconds=time.monotonic() - began,
        cpu_seconds=ran.cpu_seconds,
        peak_bytes=ran.peak_bytes,
        sandbox=sandbox.features,
    )


def _handed_in(path: Path, assignment: Assignment) -> Graft:
    """Take the answers out of a submission.

    Raises:
        roadbook.grading.intake.IntakeError: it cannot be read, or is larger than any person's work.
    """
    if path.is_symlink() or (path.exists() and not (path.is_file() or path.is_dir())):
        raise intake.IntakeError(f"{intake.shown(path.name)} is a link or a device: expected a regular file.")
    cells = intake.read(path)
    if len(cells) > MAX_CELLS:
        raise intake.IntakeError(f"expected at most {MAX_CELLS} cells, got {len(cells)}.")
    graft = intake.take(cells, assignment.tasks)
    for task in assignment.tasks:
        if len(graft.answers.get(task.name, "")) > MAX_ANSWER:
            raise intake.IntakeError(
                f'The answer of "{task.title}" is longer than {MAX_ANSWER:,} characters: keep data out of it.'
            )
    return graft


def imports(notebook: Mapping[str, Any]) -> list[str]:
    """Return the modules that an instructor's notebook imports, in any of its cells, so that they can be
    loaded once for all submissions."""
    cells = notebook["cells"]
    sources = tuple("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    with _parsing:
        return list(_imports(sources))


_parsing = threading.Lock()  # two threads in ast.parse may end in a SystemError (CPython issue 106905)


@lru_cache
def _imports(sources: tuple[str, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for source in sources:
        with contextlib.suppress(SyntaxError):  # a magic: its cell is imported by nobody
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Import):
                    found.update((alias.name, None) for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found[node.module] = None
                    found.update((f"{node.module}.{alias.name}", None) for alias in node.names)
    if "pandas" in found:
        found["pyarrow"] = None  # tables cross the boundary by it
    return tuple(found)
