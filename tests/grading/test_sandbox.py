"""The sandbox itself: what it refuses to do without, what it measures, and what happens when it breaks.

What people may try against it is in test_hostile.py.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from roadbook import course
from roadbook.grading import engine, intake, sandbox
from roadbook.grading.sandbox import Limits, Sandbox, SandboxError
from tests.grading import tiny

LIMITS = Limits(seconds=5, total_seconds=60, memory=2**30)
SOLVED = {"mean": tiny.MEAN, "tally": tiny.TALLY}


@pytest.fixture
def chapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[course.Chapter]:
    yield tiny.build(tmp_path / "course", monkeypatch)
    engine.close()


def job(chapter: course.Chapter, answers: dict[str, str], **more: Any) -> dict[str, Any]:
    path = course.root() / "handed-in.ipynb"
    path.write_text(json.dumps(tiny.notebook(answers)), encoding="utf-8")
    return {
        **{"student": "Ada", "assignment": chapter.slug, "submission": str(path), "seed": 7, "unsafe": False},
        **{"instructor": json.loads(chapter.solution.read_text(encoding="utf-8"))},
        **{"released": json.loads(chapter.exercise.read_text(encoding="utf-8"))},
        **{"limits": asdict(LIMITS)},
        **more,
    }


@pytest.mark.parametrize(
    "written", [c for c in course.chapters() if c.solution.is_file()], ids=lambda c: c.slug
)
def test_each_assignments_solution_gets_full_marks(written: course.Chapter) -> None:
    """What an assignment imports must bear to be forked: Polars, for one, starts threads."""
    instructor = json.loads(written.solution.read_text(encoding="utf-8"))
    try:
        outcome = engine.grade_submission(
            {
                **{"student": "Ada", "assignment": written.slug, "submission": str(written.solution)},
                **{"released": json.loads(written.exercise.read_text(encoding="utf-8"))},
                **{"instructor": instructor, "seed": 7, "unsafe": False, "limits": asdict(Limits())},
            }
        )
    finally:
        engine.close()  # no more than one parent at a time: some hold torch
    assert outcome.status in ("graded", "needs_manual"), outcome.reason
    graded = [task for task in outcome.tasks if task.points is not None]  # the others wait for a person
    assert graded and all(task.state == "passed" for task in graded), graded


def test_a_submission_is_data_in_and_data_out(chapter: course.Chapter) -> None:
    task = job(chapter, {**SOLVED, "why": "Outliers."})
    first = engine.grade_submission(json.loads(json.dumps(task)))
    assert first.status == "needs_manual" and first.score == 5 and first.max_score == 6
    assert {"bubblewrap", "seccomp", "namespaces", "rlimits"} <= set(first.sandbox)
    assert ("own-uid" in first.sandbox) == (os.getuid() == 0)
    assert first.cpu_seconds > 0 and first.peak_bytes > 2**20
    again = engine.grade_submission(task)
    assert (again.tasks, again.notebook) == (first.tasks, first.notebook), "same input, same scores"


@pytest.mark.parametrize("unsafe", [False, True])
def test_random_numbers_are_the_same_each_time(chapter: course.Chapter, unsafe: bool) -> None:
    answer = "import random\nimport numpy as np\nprint(random.random(), np.random.rand())\n" + tiny.MEAN
    outputs = [
        json.dumps(engine.grade_submission(job(chapter, {"mean": answer}, unsafe=unsafe)).notebook)
        for _ in "ab"
    ]
    assert outputs[0] == outputs[1] and "0." in outputs[0]


def test_unsafe_says_so(chapter: course.Chapter) -> None:
    assert engine.grade_submission(job(chapter, SOLVED, unsafe=True)).sandbox == ["unsafe"]


def test_without_bubblewrap_nothing_runs(
    chapter: course.Chapter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match=r"bubblewrap is missing; install it: sudo apt-get install"):
        engine.grade_submission(job(chapter, {"mean": f"open({str(ran)!r}, 'w')\n{tiny.MEAN}"}))
    assert not ran.exists()


def test_a_limit_that_no_answer_could_keep_stops_the_run(chapter: course.Chapter) -> None:
    limits = asdict(Limits(memory=64 * sandbox.MB))
    with pytest.raises(
        SandboxError, match=r"a submission may hold 64 MB, .*: give --memory-limit \d+ or more"
    ):
        engine.grade_submission(job(chapter, SOLVED, limits=limits))


def test_a_system_that_forbids_namespaces_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ubuntu 23.10 and later: bubblewrap is there, and the kernel lets no ordinary user use it."""
    said = "bwrap: setting up uid map: Permission denied"
    fake = tmp_path / "bwrap"
    fake.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n", encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert said in sandbox.why_not()
    setting = tmp_path / "kernel" / "apparmor_restrict_unprivileged_userns"
    setting.parent.mkdir()
    setting.write_text("1\n", encoding="utf-8")
    monkeypatch.setattr(sandbox, "SETTINGS", tmp_path)
    assert "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0" in sandbox.why_not()


def test_a_kernel_that_refuses_a_step_is_told_before_the_first_submission() -> None:
    """As in a container in which bubblewrap runs and nothing may be mounted: here, a size that none can have."""
    with pytest.raises(
        SandboxError, match=r"refuses what a submission's process needs \(.*mount.*Invalid argument"
    ):
        Sandbox([], Limits(disk=-5))


def test_a_parent_that_is_killed_costs_nobody_anything(chapter: course.Chapter) -> None:
    assert engine.grade_submission(job(chapter, SOLVED)).score == 5
    (one,) = engine._pool.sandboxes.values()
    for process in psutil.Process(one.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it went with the one before
            process.send_signal(signal.SIGKILL)
    assert engine.grade_submission(job(chapter, SOLVED)).score == 5


def test_a_submission_that_ends_its_sandbox_each_time_is_one_that_failed(
    chapter: course.Chapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not the end of the run, for everybody."""
    started: list[int] = []

    def start(_: Sandbox, slot: int) -> None:
        started.append(slot)
        raise SandboxError("the sandbox's parent process has ended: ")

    monkeypatch.setattr(Sandbox, "start", start)
    outcome = engine.grade_submission(job(chapter, SOLVED))
    assert (outcome.status, len(started)) == ("failed", 3) and "ended 3 times" in outcome.reason


def test_a_grader_that_has_been_stopped_begins_nothing_anew(
    chapter: course.Chapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else its threads would go on for minutes after the command has said why it ends."""
    started: list[int] = []

    def start(_: Sandbox, slot: int) -> None:
        started.append(slot)
        engine.close()
        raise SandboxError("the sandbox's parent process has ended: ")

    monkeypatch.setattr(Sandbox, "start", start)
    with pytest.raises(SandboxError, match="the grader has been stopped"):
        engine.grade_submission(job(chapter, SOLVED))
    assert len(started) == 1 and not engine._pool.sandboxes


@pytest.mark.parametrize("code", ["print('drawn')\n2 + 3", "import os\nos._exit(0)", "1 / 0"])
def test_code_that_a_person_marks_is_run(chapter: course.Chapter, code: str) -> None:
    notebooks = {}
    for name, source in (("instructor", "print('solved')"), ("released", "# Draw."), ("given", code)):
        made = tiny.v4.new_notebook(cells=tiny.cells(solved=name == "instructor"))
        own = tiny.mark("plot", locked=False, solution=True, grade=True, points=2)
        made.cells.insert(-1, tiny.v4.new_code_cell(source, metadata=own))
        notebooks[name] = made
    task = job(chapter, SOLVED, instructor=notebooks["instructor"], released=notebooks["released"])
    for cell in notebooks["given"].cells:
        cell.source = SOLVED.get(cell.metadata.nbgrader.grade_id, cell.source)
    Path(task["submission"]).write_text(json.dumps(notebooks["given"]), encoding="utf-8")
    outcome = engine.grade_submission(task)
    assert outcome.status == "needs_manual" and outcome.score == 5, outcome.reason
    assert outcome.notebook is not None
    (shown,) = (c["outputs"] for c in outcome.notebook["cells"] if intake.mark(c).get("grade_id") == "plot")
    if "drawn" in code:
        assert shown[0]["text"] == "drawn\n" and shown[1]["data"]["text/plain"] == "5"
    else:
        assert shown[-1]["ename"] == ("killed" if "exit" in code else "ZeroDivisionError")


def test_nothing_outlives_a_grader_that_is_killed(chapter: course.Chapter, tmp_path: Path) -> None:
    name = f"rb-{os.getpid()}"
    deaf = (
        "import ctypes, signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
        f"ctypes.CDLL(None).prctl(15, b'{name}')\ntime.sleep(300)\n"
    )
    (tmp_path / "job.json").write_text(json.dumps(job(chapter, {**SOLVED, "mean": deaf + tiny.MEAN})))
    code = "import json, sys\nfrom roadbook.grading import engine\nengine.grade_submission(json.load(open(sys.argv[1])))"
    grader = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "job.json")])

    def students() -> list[psutil.Process]:
        return [p for p in psutil.process_iter(["name", "status"]) if p.info["name"] == name]

    try:
        assert eventually(students), "the answer has not begun"
    finally:
        grader.kill()
        grader.wait()
    assert eventually(lambda: not students()), "a student's process goes on without a grader"


def eventually(happens: Callable[[], object], seconds: float = 30) -> bool:
    """Wait until something has happened."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if happens():
            return True
        time.sleep(0.05)
    return False


def test_nothing_is_left_behind(chapter: course.Chapter) -> None:
    daemon = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(1000)\n    os._exit(0)\n"
    assert engine.grade_submission(job(chapter, {**SOLVED, "mean": daemon + tiny.MEAN})).score == 5
    (one,) = engine._pool.sandboxes.values()
    parent = psutil.Process(one.process.pid)
    left = [p for p in parent.children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE]
    assert len(left) <= 2, f"more than bubblewrap's own and the parent: {left}"
    engine.close()
    assert not parent.is_running() or parent.status() == psutil.STATUS_ZOMBIE
    assert not list(Path("/sys/fs/cgroup").glob(f"**/roadbook-{os.getpid()}-*"))


def test_several_at_a_time(chapter: course.Chapter) -> None:
    """Threads share a sandbox; each has its own slot."""
    scores: list[float] = []
    task = job(chapter, SOLVED)

    def grade() -> None:
        scores.extend(engine.grade_submission(task).score for _ in range(3))

    threads = [threading.Thread(target=grade) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert scores == [5] * 24


MEASURED = """
from roadbook.testing import call

small, large = (call(mean, [n], memory=True) for n in (1, 2))
slow = call(mean, [3])
raise AssertionError(f"{small.peak_bytes} {large.peak_bytes} {small.cpu_seconds} {slow.cpu_seconds}")
"""
LIAR = """
def mean(values):
    import time
    time.process_time = lambda: 0.0
    import tracemalloc
    tracemalloc.get_traced_memory = lambda: (0, 0)
    if values == [2]:
        big = bytearray(200_000_000)
        big[::4096] = bytes(len(big[::4096]))
    if values == [3]:
        end = time.thread_time() + 0.5
        while time.thread_time() < end:
            pass
"""


def test_memory_and_time_are_measured_from_outside(chapter: course.Chapter) -> None:
    """What a process says of itself is not asked."""
    assignment = intake.assignment(chapter)
    for cell in assignment.notebook["cells"]:
        if intake.mark(cell).get("grade_id") == "mean-tests":
            cell["source"] = MEASURED
    graft = intake.Graft({"mean": LIAR})
    with Sandbox(["numpy"], LIMITS) as box:
        ran = engine.run(assignment, graft, lambda: box.start(0), 0, LIMITS)
    small, large, quick, slow = map(float, ran.errors["mean", "tests"]["message"].split())
    assert small < 20e6 and 190e6 < large < 260e6
    assert quick < 0.2 and slow > 0.2


def test_an_import_that_starts_threads_is_refused(tmp_path: Path) -> None:
    (tmp_path / "threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    )
    box = {**os.environ, "PYTHONPATH": str(tmp_path)}
    code = (
        "from roadbook.grading.sandbox import Limits, Sandbox, SandboxError\n"
        "try:\n    Sandbox(['threaded'], Limits(), unsafe=True)\n"
        "except SandboxError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=box, capture_output=True, text=True)
    assert "started threads (python)" in done.stdout, done.stderr
