"""A learner's own score: `check` grades a notebook with nbgrader in a temporary course."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from roadbook import course
from roadbook.grading import intake, nbgrader_check
from roadbook.grading.feedback import Error, Report, State, TaskReport, Written, words
from roadbook.grading.intake import Graft, Task

TIMEOUT = 60
"""Seconds that one cell may run."""
OUTPUT_LIMIT = 200_000
"""Characters that one answer, or one test of it, may print or display."""
MEMORY = 4 * 2**30
"""Bytes of memory that the learner's process may hold (enforced on Linux)."""
OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}


class CheckError(Exception):
    """A notebook was read but could not be graded, through no fault of the learner's; one line."""

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details
        """What nbgrader logged, for a bug report."""


def check(
    chapter: course.Chapter,
    notebook: Path | str | Mapping[str, Any],
    *,
    timeout: int = TIMEOUT,
    output_limit: int = OUTPUT_LIMIT,
    memory: int = MEMORY,
) -> Report:
    """Grade a learner's notebook, a file or a notebook that is loaded already, and return the report.

    The learner's answers run in a process of their own, on the instructor's notebook.

    Args:
        chapter: the chapter whose exercise it is.
        notebook: path of a notebook, or its content.
        timeout: seconds that one cell may run.
        output_limit: characters that one answer, or one test of it, may print or display.
        memory: bytes of memory that the learner's process may hold; only Linux can enforce it.

    Raises:
        roadbook.grading.intake.IntakeError: this is no notebook, or none of this exercise.
        CheckError: nbgrader is missing or failed.
    """
    cells = intake.read(notebook)
    if explained := intake.lesson(cells):
        raise intake.IntakeError(
            f"this is the chapter {explained.slug}, not the exercise; "
            f"`python -m roadbook start {explained.number}` makes your copy of the exercise."
        )
    wanted = intake.tasks(chapter)
    graft = intake.take(cells, wanted)
    with tempfile.TemporaryDirectory(prefix="roadbook-check-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        record = folder / "record.jsonl"
        source = _instrumented(chapter, wanted, record, output_limit, memory)
        job = nbgrader_check.Job(
            assignment=chapter.slug,
            source=source,
            submission=graft.onto(source, wanted),
            stubs={task.name: task.stub for task in wanted},
            record=str(record),
            timeout=timeout,
        )
        result = _grade(folder, job)
    return _report(chapter, wanted, graft, result, timeout)


def _instrumented(
    chapter: course.Chapter, wanted: list[Task], record: Path, output_limit: int, memory: int
) -> dict[str, Any]:
    """Return the instructor's notebook with the cells that prepare the process and mark its phases."""
    notebook = intake.instructor(chapter)
    answers = {task.name: task for task in wanted if task.tests}
    cells = [_cell(f"prepare({str(record)!r}, {output_limit}, {memory})")]
    for cell in notebook["cells"]:
        task = answers.get(intake.mark(cell).get("grade_id", ""))
        if task is not None:
            cells += [
                _cell(f"answer({task.name!r}, {list(task.forbidden)!r})"),
                cell,
                _cell(f"tests({task.name!r})"),
            ]
        elif cell["cell_type"] != "code" or intake.mark(cell).get("grade_id") != "check":
            cells.append(cell)
    return {**notebook, "cells": cells}


def _cell(call: str) -> dict[str, Any]:
    source = f"import roadbook.grading.student as _student\n\n_student.{call}"
    name = re.sub(r"[^a-z0-9]+", "-", call)[:50]
    return {
        **{"cell_type": "code", "execution_count": None, "id": name, "metadata": {}, "outputs": []},
        "source": source,
    }


def _grade(folder: Path, job: nbgrader_check.Job) -> nbgrader_check.Result:
    """Let nbgrader grade the job in a process of its own, offline and without the user's settings."""
    (folder / "job.json").write_text(json.dumps(asdict(job)), encoding="utf-8")
    environment = {
        **os.environ,
        **OFFLINE,
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "jupyter"),
        "JUPYTER_DATA_DIR": str(folder / "jupyter"),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }
    # Each cell is stopped in time; this is for nbgrader itself.
    most = 120 + (len(job.stubs) + 1) * len(job.source["cells"]) * (job.timeout + 10)
    log = folder / "log.txt"  # a file and not a pipe, which a process that is left over could hold open
    with log.open("wb") as file:
        try:
            subprocess.run(  # noqa: S603
                [sys.executable, "-m", "roadbook.grading.nbgrader_check", str(folder)],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                timeout=most,
                check=True,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            details = log.read_text(encoding="utf-8", errors="replace")
            raise CheckError(_reason(details), details) from error
    return nbgrader_check.Result(**json.loads((folder / "result.json").read_text(encoding="utf-8")))


def _reason(details: str) -> str:
    missing = re.search(r"No module named '(nbgrader|ipykernel)\b", details)
    if missing:
        return f"{missing[1]} is not installed; `python -m roadbook doctor` says how to get it."
    return (
        "nbgrader could not grade this notebook, which is a fault of the book: "
        "report it, with what `python -m roadbook check FILE --details` shows."
    )


def _report(
    chapter: course.Chapter, wanted: list[Task], graft: Graft, result: nbgrader_check.Result, timeout: int
) -> Report:
    errors: dict[tuple[str, str], Error] = {}
    for line in result.record:
        if "error" in line:
            errors.setdefault((line["task"], line["phase"]), line["error"])
    remarks = list(graft.remarks)
    if broken := errors.get(("", "set-up")):
        remarks.insert(
            0,
            "The exercise's own cells do not run on this machine, so right answers may fail: "
            f"{broken['type']}: {broken['message']}. `python -m roadbook doctor` says what is missing.",
        )
    reports, written = [], []
    for task in wanted:
        given = graft.answers.get(task.name)
        if not task.tests:
            answered = given is not None and given.strip() != task.stub.strip()
            written.append(Written(task.name, task.title, answered, task.rubric))
            continue
        points, most = result.points[task.tests]
        state: State
        solution = ""
        if points == most:
            solution = chapter.solution.relative_to(course.root()).as_posix()
            state, message = "passed", ""
        elif given is None:
            state, message = "missing", "Your notebook has no cell for this task: take it from a fresh copy."
        elif given.strip() == task.stub.strip():
            state, message = "not written yet", ""
        elif result.stopped.get(task.name) == "killed":
            state = "killed"
            message = "Your code ended its own process (os._exit, exit, a crash, or too much memory)."
        elif task.name in result.stopped:
            state, message = "timed out", ""
        else:
            answer, tests = (errors.get((task.name, phase)) for phase in ("answer", "tests"))
            state, message = words(answer, tests, task.functions, graft.elsewhere)
        if state == "timed out":
            message = (
                f"Your code was stopped after {timeout} seconds: look for a loop that never ends.{message}"
            )
        reports.append(TaskReport(task.name, task.title, points, most, state, message, solution))
    return Report(chapter.slug, reports, written, remarks)
