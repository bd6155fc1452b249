"""What it costs to grade a class: this grader, stock nbgrader and the bare minimum, on the same submissions.

`python benchmarks/grading.py`; `--help` names the rest. A submission holds one of the right and wrong answers
of `tests/assignments/answers`, its other tasks are solved; one is the untouched release. Processor time is
user and system time of the whole process tree. A grader's own cost is what it takes beyond `bare.py`, the
same cells and tests in one warm process.
"""

# ruff: noqa: S101, S311, S603

from __future__ import annotations

import functools
import importlib.metadata
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from roadbook import course  # noqa: E402
from roadbook.grading import class_page, engine, feedback_page, grade, gradebook, intake, sandbox  # noqa: E402  # noqa: E402
from roadbook.notebooks import ENVIRONMENT  # noqa: E402
from tests.assignments import runner  # noqa: E402

ASSIGNMENTS = ("04-nearest-neighbours", "13-attention")
AIMS = {"04-nearest-neighbours": (15, 10), "13-attention": (40, 20)}
"""By assignment: own cost of stock by ours, and whole of stock by ours for submissions of `QUICK` seconds."""
QUICK = 0.05
SEED = 20_260_801
CORES = len(os.sched_getaffinity(0))
console = Console(width=110)
app = typer.Typer(add_completion=False)


# The class ------------------------------------------------------------------------------------------------


def submissions(slug: str, number: int, alone: bool = False) -> dict[str, dict[str, Any]]:
    """Return the notebooks of a class by student: each answer once, then again by chance up to `number`.

    Args:
        alone: the other tasks are as released, not solved.
    """
    chance = random.Random(SEED)
    answers: list[runner.Answer | None] = [None, *runner.answers(slug)]
    chance.shuffle(answers)
    answers = answers[:number] if None in answers[:number] else [None, *answers[: number - 1]]
    answers += chance.choices(answers, k=number - len(answers))
    return {
        f"student-{n:04}": notebook(
            slug,
            {} if answer is None else {answer.task: answer.source},
            solved=answer is not None and not alone,
        )
        for n, answer in enumerate(answers)
    }


def medley(slug: str, number: int) -> dict[str, dict[str, Any]]:
    """Return notebooks in which each task has any of its answers."""
    chance = random.Random(SEED)
    by_task: dict[str, list[str]] = {}
    for answer in runner.answers(slug):
        by_task.setdefault(answer.task, []).append(answer.source)
    return {
        f"student-{n:04}": notebook(
            slug, {task: f"{chance.choice(of)}\n# {n}" for task, of in by_task.items()}, solved=True
        )
        for n in range(number)
    }


def notebook(slug: str, given: dict[str, str], solved: bool) -> dict[str, Any]:
    """Return the released notebook with these answers; the other tasks are solved or left as they are."""
    made: dict[str, Any] = json.loads(course.find(slug).exercise.read_bytes())
    tasks = runner.assignment(slug).tasks
    for cell in made["cells"]:
        mark = cell["metadata"].get("nbgrader", {})
        name = mark.get("grade_id")
        if mark.get("solution") and name in tasks and (solved or name in given):
            cell["source"] = given.get(name, tasks[name].reference)
    return made


def hand_in(folder: Path, slug: str, notebooks: dict[str, dict[str, Any]]) -> None:
    for student, content in notebooks.items():
        path = folder / "submitted" / student / slug / f"{slug}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(content), encoding="utf-8")


# Measuring ------------------------------------------------------------------------------------------------


@dataclass
class Spent:
    """What a command and all its descendants took, in seconds."""

    cpu: float
    wall: float
    lines: list[tuple[float, str]] = field(default_factory=list)
    """What it wrote to stderr, each line with the processor seconds until then."""


class Meter:
    """Counts the processor time of process trees: by a cgroup where there are such, else when they end."""

    def __init__(self) -> None:
        base = Path("/sys/fs/cgroup/cpuacct")
        self.group: Path | None = base / f"benchmark-{os.getpid()}-{id(self)}"
        try:
            self.group.mkdir()
        except OSError:
            self.group = None
        self.how = "cgroup cpuacct" if self.group else "RUSAGE_CHILDREN"

    def cpu(self) -> float:
        if self.group is not None:
            return int((self.group / "cpuacct.usage").read_text()) / 1e9
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    def run(self, *commands: Sequence[str], folder: Sequence[Path], fine: Sequence[int] = (0,)) -> Spent:
        """Run commands side by side, each in its folder, and return what they took together.

        Raises:
            RuntimeError: one ended with a status that is not among `fine`.
        """
        before, began = self.cpu(), time.monotonic()
        lines: list[tuple[float, str]] = []

        def join() -> None:
            if self.group is not None:
                (self.group / "cgroup.procs").write_text(str(os.getpid()))

        def follow(process: subprocess.Popen[str]) -> None:
            assert process.stderr is not None
            lines.extend((self.cpu() - before, line) for line in process.stderr)

        started = [
            subprocess.Popen(
                command,
                cwd=at,
                env=environment(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                preexec_fn=join,
            )
            for command, at in zip(commands, folder, strict=True)
        ]
        followers = [threading.Thread(target=follow, args=[process]) for process in started]
        for thread in followers:
            thread.start()
        for thread in followers:
            thread.join()
        for process in started:
            if process.wait() not in fine:
                said = "".join(line for _, line in lines[-20:])
                raise RuntimeError(f"{process.args!r} ended with {process.returncode}:\n{said}")
        return Spent(self.cpu() - before, time.monotonic() - began, lines)

    def close(self) -> None:
        if self.group is not None:
            self.group.rmdir()


def environment() -> dict[str, str]:
    """Return the variables for all that is measured: the same threads and the same hidden data."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {
        **os.environ,
        **ENVIRONMENT,
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": path,
        "PYTHONPATH": str(ROOT),
        "ROADBOOK_SEED": str(SEED),
    }


# The graders ----------------------------------------------------------------------------------------------


@dataclass
class Result:
    """What one grader took for a class, in seconds a submission; start-up is spread over the class."""

    cpu: float
    wall: float
    """Of the run, by the number of submissions."""
    each: dict[str, float]
    """Processor time by student."""


def bare(meter: Meter, folder: Path, slug: str) -> dict[str, float]:
    command = [sys.executable, str(ROOT / "benchmarks" / "bare.py"), str(folder / "submitted"), slug]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    spent: dict[str, float] = json.loads(done.stdout)
    return spent


def ours(meter: Meter, folder: Path, slug: str, notebooks: dict[str, dict[str, Any]]) -> Result:
    """Grade with `python -m roadbook grade`: sandbox, reports and feedback as they are by default."""
    gradebook.course_init(folder, [slug])
    (folder / ".roadbook" / "seed").write_text(f"{SEED}\n")
    hand_in(folder, slug, notebooks)
    command = [sys.executable, "-m", "roadbook", "grade", "submitted", "--assignment", slug]
    spent = meter.run(command, folder=[folder])
    report = json.loads((folder / "graded" / "report.json").read_text())["submissions"]
    states = {task["state"] for entry in report for task in entry["tasks"]}
    if len(report) != len(notebooks) or states & {"timed out", "killed"}:
        raise RuntimeError(
            f"expected {len(notebooks)} submissions without time-outs, got {len(report)}: {states}"
        )
    known = {entry["student"]: entry["cpu_seconds"] for entry in report}
    rest = (spent.cpu - sum(known.values())) / len(known)
    return Result(
        spent.cpu / len(known), spent.wall / len(known), {name: cpu + rest for name, cpu in known.items()}
    )


def stock_course(meter: Meter, folder: Path, slug: str, notebooks: dict[str, dict[str, Any]]) -> None:
    """Make a course as nbgrader's own manual says, and release the assignment."""
    (folder / "source").mkdir(parents=True)
    shutil.copytree(course.find(slug).solution.parent, folder / "source" / slug)
    text = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if "_directory" not in line]
    (folder / "nbgrader_config.py").write_text("\n".join(kept), encoding="utf-8")
    meter.run(nbgrader("generate_assignment", slug), folder=[folder])
    hand_in(folder, slug, notebooks)


def nbgrader(*words: str) -> list[str]:
    return [sys.executable, "-m", "nbgrader", *words]


def stock(
    meter: Meter, folder: Path, slug: str, notebooks: dict[str, dict[str, Any]], whole: int, cores: int = 1
) -> Result:
    """Grade with `nbgrader autograde`, then `nbgrader generate_feedback`.

    Args:
        whole: the start-up is spread over so many submissions.
        cores: so many nbgrader at a time, each with a course and a gradebook of its own.
    """
    names = list(notebooks)
    folders = [folder / str(core) for core in range(cores)]
    for core, course_folder in enumerate(folders):
        stock_course(meter, course_folder, slug, {name: notebooks[name] for name in names[core::cores]})
    cpu, wall = 0.0, 0.0
    each = dict.fromkeys(names, 0.0)
    for step in ("autograde", "generate_feedback"):
        # 1: it could not grade one of them; how many is counted below
        spent = meter.run(*[nbgrader(step, slug)] * cores, folder=folders, fine=(0, 1))
        # nbgrader says which notebook it comes to; until the first one it starts
        marks = [
            (at, name)
            for at, line in spent.lines
            if "Converting" in line
            for name in names
            if f"/{name}/" in line
        ]
        start = marks[0][0]
        cpu += spent.cpu - start + start * len(names) / whole
        wall += spent.wall
        for (at, name), (end, _) in zip(marks, [*marks[1:], (spent.cpu, "")], strict=True):
            each[name] += end - at
        for name in names:
            each[name] += start / whole
    pages = len(list(folder.glob(f"*/feedback/*/{slug}/*.html")))
    if pages < 0.95 * len(names):
        raise RuntimeError(f"expected {len(names)} pages from stock nbgrader, got {pages}")
    if pages < len(names):  # side by side, two kernels may take the same port
        say(f"stock nbgrader did not grade {len(names) - pages} of {len(names)}")
    return Result(cpu / len(names), wall / len(names), each if cores == 1 else {})


# The comparison -------------------------------------------------------------------------------------------


def ms(values: Sequence[float]) -> str:
    """Return the median in milliseconds and, of several, their range."""
    middle = f"{statistics.median(values) * 1000:,.0f}"
    return middle if len(values) == 1 else f"{middle} ({min(values) * 1000:,.0f}–{max(values) * 1000:,.0f})"


def times(above: Sequence[float], below: Sequence[float]) -> str:
    """Return the ratio of the medians, and between which it lies over all repeats."""
    if not above or not below:
        return "–"
    middle = statistics.median(above) / statistics.median(below)
    low, high = min(above) / max(below), max(above) / min(below)
    return f"{middle:.1f}" if low == high else f"{middle:.1f} ({low:.1f}–{high:.1f})"


def compare(
    slug: str, number: int, sample: int, repeats: int, stock_repeats: int, alone: bool
) -> dict[str, Any]:
    """Measure all graders on one assignment; prints as it goes; return all figures."""
    meter = Meter()
    load = [os.getloadavg()[0]]
    notebooks = submissions(slug, number, alone)
    # of all, those that stock grades: by chance, and the untouched release
    drawn = random.Random(SEED).sample(sorted(notebooks), min(sample, number))
    release = next(name for name in notebooks if notebooks[name] == notebook(slug, {}, solved=False))
    fewer = {name: notebooks[name] for name in sorted({release, *drawn[:-1]} if sample < number else drawn)}
    floors: list[dict[str, float]] = []
    results: dict[str, list[Result]] = {"ours": [], "stock": [], "stock, one a core": []}
    with tempfile.TemporaryDirectory(prefix="roadbook-benchmark-") as name:
        folder = Path(name).resolve()
        hand_in(folder / "bare", slug, notebooks)
        graders: dict[str, tuple[int, Callable[[Path], Result]]] = {
            "ours": (repeats, lambda at: ours(meter, at, slug, notebooks)),
            "stock": (stock_repeats, lambda at: stock(meter, at, slug, fewer, number)),
            "stock, one a core": (stock_repeats, lambda at: stock(meter, at, slug, fewer, number, CORES)),
        }
        for turn in range(repeats):
            floors.append(bare(meter, folder / "bare", slug))
            say(f"{slug}: bare: {ms([statistics.fmean(floors[-1].values())])} ms")
            for grader, (most, grade) in graders.items():
                if turn >= most:
                    continue
                at = folder / "course"
                results[grader].append(grade(at))
                shutil.rmtree(at)
                load.append(os.getloadavg()[0])
                last = results[grader][-1]
                say(f"{slug}: {grader}: {ms([last.cpu])} ms CPU, {ms([last.wall])} ms wall a submission")
    meter.close()
    figures = {
        "assignment": slug,
        "submissions": number,
        "stock_sample": len(fewer),
        "alone": alone,
        "clock": meter.how,
        "load": load,
        "bare": floors,
        "results": {g: [vars(r) for r in found] for g, found in results.items()},
    }
    show(slug, figures)
    return figures


def say(text: str) -> None:
    console.print(f"[dim]{time.strftime('%H:%M:%S')} {text}[/dim]", highlight=False)


def show(slug: str, figures: dict[str, Any]) -> None:
    floor = {n: statistics.median(f[n] for f in figures["bare"]) for n in figures["bare"][0]}
    results = figures["results"]
    sample: dict[str, float] = next((r["each"] for r in results["stock"]), {})
    base = {"ours": statistics.fmean(floor.values())}
    base |= dict.fromkeys(("stock", "stock, one a core"), statistics.fmean(floor[n] for n in sample or floor))
    table = Table("a submission, ms", "CPU", "own CPU", "wall", title=slug)
    floors = [statistics.fmean(f.values()) for f in figures["bare"]]
    table.add_row("bare: cells and tests alone", ms(floors), "0", "")
    own = {}
    for grader, found in results.items():
        own[grader] = [r["cpu"] - base[grader] for r in found]
        if found:
            table.add_row(
                grader, ms([r["cpu"] for r in found]), ms(own[grader]), ms([r["wall"] for r in found])
            )
    console.print(table)
    quick = [n for n in floor if floor[n] < QUICK and n in (sample or floor)]
    table = Table("stock by ours", "times", "aim")
    own_aim, quick_aim = (f"≥ {aim}" for aim in AIMS.get(slug, ("–", "–")))
    table.add_row("own CPU a submission", times(own["stock"], own["ours"]), own_aim)
    whole = {g: [r["cpu"] for r in found] for g, found in results.items()}
    wall = {g: [r["wall"] for r in found] for g, found in results.items()}
    table.add_row("whole CPU, all submissions", times(whole["stock"], whole["ours"]), "")
    ms_quick = {
        g: [statistics.fmean(r["each"][n] for n in quick) for r in results[g]] if quick else []
        for g in ("stock", "ours")
    }
    table.add_row(
        f"whole CPU, the {len(quick)} whose cells take < {QUICK * 1000:.0f} ms",
        times(ms_quick["stock"], ms_quick["ours"]),
        quick_aim,
    )
    table.add_row("wall, one nbgrader", times(wall["stock"], wall["ours"]), "")
    table.add_row("wall, one nbgrader a core", times(wall["stock, one a core"], wall["ours"]), "")
    console.print(table)
    for grader in ("stock", "ours"):
        if results[grader]:
            each = sorted(results[grader][0]["each"].values())
            low, middle, high = statistics.quantiles(each, n=4) if len(each) > 1 else each * 3
            console.print(
                f"{grader}, CPU by submission: median {middle * 1000:,.0f} ms, "
                f"half of them {low * 1000:,.0f} to {high * 1000:,.0f} ms",
                highlight=False,
            )
    console.print(
        f"{figures['submissions']} submissions, stock on {figures['stock_sample']} of them"
        f"{', other tasks as released' if figures['alone'] else ''}; "
        f"CPU by {figures['clock']}; "
        f"load {min(figures['load']):.1f} to {max(figures['load']):.1f}; {machine()}",
        highlight=False,
    )


def machine() -> str:
    versions = ", ".join(
        f"{n} {importlib.metadata.version(n)}" for n in ("nbgrader", "ipython", "numpy", "torch")
    )
    return f"{CORES} CPUs, Linux {os.uname().release}, Python {sys.version.split()[0]}, {versions}"


# Where our time goes --------------------------------------------------------------------------------------


def profile(slug: str, number: int) -> dict[str, Any]:
    """Measure the parts of grading the solution, in milliseconds of processor time a submission."""
    notebook = json.loads(course.find(slug).solution.read_bytes())
    assignment = intake.assignment(course.find(slug))
    graft = intake.take(intake.read(notebook), assignment.tasks)
    cells = engine._cells(assignment, graft, set(), engine.Ran())
    roles = (("fork and kill", ()), ("set-up cells", ("set-up",)), ("answers", ("set-up", "answer")),
             ("calls and tests", ("set-up", "answer", "tests")))  # fmt: skip
    table = Table("of two processes, ms", "student's", "tests'", "both", title=slug)
    figures: dict[str, Any] = {"assignment": slug, "processes": {}}
    before = (0.0, 0.0)
    with sandbox.Sandbox(engine.imports(notebook), sandbox.Limits()) as box:
        for title, wanted in roles:
            job = {"seed": SEED, "seconds": 60, "cells": [cell for cell in cells if cell["role"] in wanted]}
            used = []
            for _ in range(number):
                pair = box.start(0)
                for event in pair.run(job, lambda: 100):
                    if event["event"] == "lost":
                        raise RuntimeError(f"a process was lost: {event}")
                used.append(
                    [box._ask({"op": "end", "pid": pid})["cpu"] for pid in (pair.student, pair.tests)]
                )
                for file in (pair.jobs, pair.events, pair.connection):
                    file.close()
            found = (statistics.median(u[0] for u in used[1:]), statistics.median(u[1] for u in used[1:]))
            more = [max(now - then, 0.0) * 1000 for now, then in zip(found, before, strict=True)]
            table.add_row(title, *(f"{value:.1f}" for value in (*more, sum(more))))
            figures["processes"][title] = more
            before = found
    console.print(table)
    figures["grader"] = grader_profile(slug, number)
    return figures


def grader_profile(slug: str, number: int) -> dict[str, float]:
    """Measure the parts of the grader's own process; each part is what it takes without those inside it."""
    spent: dict[str, float] = {}
    stack = threading.local()

    def timed(owner: Any, name: str, title: str) -> None:
        real = getattr(owner, name)

        @functools.wraps(real)
        def measured(*args: Any, **kwargs: Any) -> Any:
            outer, stack.inner = getattr(stack, "inner", 0.0), 0.0
            began = time.thread_time()
            try:
                return real(*args, **kwargs)
            finally:
                took = time.thread_time() - began
                spent[title] = spent.get(title, 0.0) + took - stack.inner
                stack.inner = outer + took

        setattr(owner, name, measured)

    for owner, names, title in (
        (intake, ("read", "take"), "intake"),
        (intake.Assignment, ("make",), "intake"),
        (engine, ("imports", "report", "graded_notebook"), "words and notebook"),
        (engine, ("run",), "events of the processes"),
        (sandbox.Sandbox, ("__init__",), "start of the sandbox"),
        (sandbox.Sandbox, ("start",), "fork"),
        (sandbox.Pair, ("end",), "kill"),
        (gradebook.Gradebook, ("write",), "gradebook and autograded/"),
        (grade.Journal, ("add",), "journal"),
        (feedback_page, ("write",), "feedback pages"),
        (class_page, ("write",), "class page"),
    ):
        for name in names:
            timed(owner, name, title)
    with tempfile.TemporaryDirectory(prefix="roadbook-benchmark-") as name:
        folder = Path(name).resolve() / "course"
        gradebook.course_init(folder, [slug])
        hand_in(folder, slug, submissions(slug, number))
        spent.clear()
        began = time.process_time()
        grade.grade_class(folder, folder / "submitted", engine.grade_submission, workers=CORES)
        whole = time.process_time() - began
        engine.close()
    spent["the rest"] = whole - sum(spent.values())
    table = Table("of the grader's process, ms", "", title=f"{slug}, {number} submissions")
    for title, seconds in spent.items():
        table.add_row(title, f"{seconds / number * 1000:.1f}")
    console.print(table)
    return {title: seconds / number * 1000 for title, seconds in spent.items()}


def many(slug: str, number: int) -> list[dict[str, float]]:
    """Grade a large class; return seconds and memory for each hundred."""
    rows: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="roadbook-benchmark-") as name:
        folder = Path(name).resolve() / "course"
        gradebook.course_init(folder, [slug])
        hand_in(folder, slug, medley(slug, number))
        journal = folder / ".roadbook" / "journal.jsonl"
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "roadbook", "grade", "submitted", "--assignment", slug],
            cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        table = Table(
            "graded", "seconds", "a submission, ms", "grader, MB", "sandbox's parent, MB", title=slug
        )
        while process.poll() is None:
            time.sleep(0.2)
            done = journal.read_bytes().count(b"\n") if journal.is_file() else 0
            if done // 100 > len(rows):
                now = time.monotonic() - began
                held = [resident(process.pid), max(map(resident, forkers(process.pid)), default=0.0)]
                rows.append({"graded": done, "seconds": now, "grader_mb": held[0], "parent_mb": held[1]})
                last = rows[-2] if len(rows) > 1 else {"graded": 0, "seconds": 0.0}
                pace = (now - last["seconds"]) / (done - last["graded"]) * 1000
                table.add_row(str(done), f"{now:.0f}", f"{pace:.0f}", *(f"{value:.0f}" for value in held))
        if process.returncode not in (0, 1):
            raise RuntimeError(f"the grader ended with {process.returncode}")
        console.print(table)
        total = time.monotonic() - began
        say(f"{number} submissions in {total:.0f} s, reports included; {machine()}")
    return rows


def forkers(pid: int) -> list[int]:
    """Return the sandboxes' parent processes below a grader: Python, started by bubblewrap."""
    found = []
    started = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    for child in " ".join(started).split():
        name = Path(f"/proc/{child}/comm").read_text().strip()
        found += forkers(int(child)) if name == "bwrap" else [int(child)]
    return found


def resident(pid: int) -> float:
    """Return the megabytes that a process holds."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("VmRSS:")).split()[1]) / 1024


@app.command()
def main(
    assignment: Annotated[
        list[str] | None, typer.Option(help="Only this assignment; may be repeated.")
    ] = None,
    number: Annotated[int, typer.Option(help="Submissions in the class.")] = 100,
    sample: Annotated[
        int, typer.Option(help="Run stock nbgrader on so many of them, drawn by chance.")
    ] = 100,
    repeats: Annotated[int, typer.Option(help="Runs of ours and of the bare cells.")] = 3,
    stock_repeats: Annotated[
        int, typer.Option(help="Runs of stock nbgrader, at most as many as repeats.")
    ] = 1,
    alone: Annotated[bool, typer.Option("--alone", help="Leave the other tasks as released.")] = False,
    parts: Annotated[bool, typer.Option("--profile", help="Show where our time goes instead.")] = False,
    large: Annotated[int, typer.Option("--many", help="Grade so many different submissions instead.")] = 0,
    file: Annotated[Path | None, typer.Option("--json", help="Write all figures there.")] = None,
) -> None:
    """Compare what graders cost on the same submissions, in one run."""
    figures: list[Any] = []
    for slug in [course.find(name).slug for name in assignment or ASSIGNMENTS]:
        if parts:
            figures.append(profile(slug, min(number, 30)))
        elif large:
            figures.append({"assignment": slug, "many": many(slug, large)})
        else:
            figures.append(compare(slug, number, sample, repeats, stock_repeats, alone))
        if file is not None:
            file.write_text(json.dumps({"machine": machine(), "figures": figures}, indent=1) + "\n")


if __name__ == "__main__":
    app()
