"""A class is graded once and whole, however often the run is stopped. The engine is a stand-in that is quick."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from filelock import FileLock
from nbgrader import api
from typer.testing import CliRunner

import roadbook.grading
from roadbook import cli
from roadbook import course as book
from roadbook.grading import engine, grade, gradebook, intake
from roadbook.grading.grade import GradeError, Journal, Run, grade_class
from roadbook.grading.intake import Assignment
from roadbook.grading.result import Outcome, TaskResult
from roadbook.grading.sandbox import Limits, SandboxError
from tests.grading import tiny

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((Path(roadbook.grading.__file__).parent / "report.schema.json").read_text())
CLASS = 40
UMASK = os.umask(0)
os.umask(UMASK)


def chance(student: str, of: int) -> int:
    """Return a number below `of` that is a student's own, always the same."""
    return int(hashlib.sha256(student.encode()).hexdigest(), 16) % of


def fake(job: Mapping[str, Any]) -> Outcome:
    """Grade without running anything: points by the student's name; some fail, some are rejected."""
    student, slug = job["student"], job["assignment"]
    made = Assignment.make(slug, job["instructor"], intake.read(job["released"]))
    if student.startswith("crash"):
        raise RuntimeError("the engine\nbroke")
    try:
        graft = intake.take(intake.read(Path(job["submission"])), made.tasks)
    except intake.IntakeError as error:
        return Outcome(student, slug, "rejected", str(error))
    tasks = []
    for number, task in enumerate(made.tasks):
        passed = bool(chance(f"{student}{number}{job['seed']}", 2))
        points = None if not task.tests else task.points if passed else 0.0
        state = "written" if points is None else "passed" if passed else "failed"
        message = "" if state != "failed" else f"expected 3, got {chance(student, 5)}"
        tasks.append(TaskResult(task.name, task.tests, task.title, points, task.points, state, message))
    manual = "why" in graft.answers
    return Outcome(
        student,
        slug,
        "needs_manual" if manual else "graded",
        "to be marked by a person: why" if manual else "",
        tasks,
        notebook=graft.onto(made.notebook, made.tasks),
        sandbox=["none"],
    )


def hand_in(course: Path, student: str, why: str = "", **answers: str) -> None:
    path = course / "submitted" / student / tiny.SLUG / f"{tiny.SLUG}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    given = {"mean": tiny.MEAN, **answers, **({"why": why} if why else {})}
    path.write_text(json.dumps(tiny.notebook(given)))


def make(course: Path, students: int = 0, seed: int = 1) -> Path:
    """Write a course folder, without nbgrader's commands, and what a class handed in."""
    (course / ".roadbook").mkdir(parents=True)
    (course / ".roadbook" / "seed").write_text(f"{seed}\n")
    (course / "nbgrader_config.py").write_text(gradebook.CONFIG)
    for step, solved in (("source", True), ("release", False)):
        path = course / step / tiny.SLUG / f"{tiny.SLUG}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(tiny.v4.new_notebook(cells=tiny.cells(solved))))
    for number in range(students):
        hand_in(course, f"Stüdent {number:02}", "Outliers." if number % 3 == 0 else "")
    return course


@pytest.fixture
def course(tmp_path: Path) -> Path:
    made = make(tmp_path / "course")
    for student, why in (("ann", "Outliers."), ("Zoë 王", ""), ("o'neil, bob", "")):
        hand_in(made, student, why)
    return made


def run(course: Path, grade_one: grade.Grade = fake, **more: Any) -> Run:
    return grade_class(course, course / "submitted", grade_one, workers=2, **more)


def report(course: Path) -> dict[str, dict[str, Any]]:
    """Return the submissions of report.json, which must fit its schema."""
    found = json.loads((course / "graded" / "report.json").read_text())
    jsonschema.validate(found, SCHEMA)
    return {entry["student"]: entry for entry in found["submissions"]}


class Counted:
    """Counts the calls of `fake`."""

    def __init__(self) -> None:
        self.students: list[str] = []

    def __call__(self, job: Mapping[str, Any]) -> Outcome:
        self.students.append(job["student"])
        return fake(job)

    def last(self) -> list[str]:
        found, self.students = sorted(self.students), []
        return found


def test_what_comes_out(course: Path) -> None:
    hand_in(course, "crash")
    for student, content in (("rejected", b"{}"), ("broken", b"\xff")):
        path = course / "submitted" / student / tiny.SLUG / "x.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    (course / "submitted" / "stray.ipynb").write_text("{}")
    done = run(course)
    entries = report(course)
    assert {student: entry["status"] for student, entry in entries.items()} == {
        "": "rejected",
        "Zoë 王": "graded",
        "ann": "needs_manual",
        "broken": "rejected",
        "crash": "failed",
        "o'neil, bob": "graded",
        "rejected": "rejected",
    }
    assert [outcome.student for outcome in done.problems] == ["", "broken", "crash", "rejected"]
    assert entries["crash"]["reason"] == ("the grader failed, see log.txt: RuntimeError: the engine broke")
    assert entries["crash"]["score"] is None and entries["crash"]["max_score"] is None
    assert entries["ann"]["max_score"] == 6 and entries["ann"]["tasks"][2]["points"] is None
    assert entries["Zoë 王"]["tasks"][2]["points"] == 0, "an untouched stub needs nobody"
    log = (course / "graded" / "log.txt").read_text()
    assert 'raise RuntimeError("the engine\\nbroke")' in log and "broken, 91-tiny: rejected: " in log
    assert (
        f"ann, 91-tiny: needs_manual, {entries['ann']['score']:g} of 6: to be marked by a person: why\n"
        in log
    )
    grades = (course / "graded" / "grades.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(grades) == 8 and grades[0].startswith("student,assignment,status,score")
    for student in entries.keys() - {""}:
        assert (course / "graded" / "feedback" / student / f"{tiny.SLUG}.html").is_file()
    modes = {path.stat().st_mode & 0o777 for path in (course / "graded").rglob("*.*") if path.is_file()}
    assert modes == {0o666 & ~UMASK}, "what the umask lets read these, and what was written beside them"
    assert "HIDDEN" not in (course / "graded/feedback/ann" / f"{tiny.SLUG}.html").read_text()
    assert (course / "graded" / "class.html").is_file()
    graded = {path.parent.parent.name for path in course.glob("autograded/*/*/*.ipynb")}
    assert graded == {"Zoë 王", "ann", "o'neil, bob"}


def test_what_is_finished_is_not_run_again(course: Path) -> None:
    hand_in(course, "crash")
    engine = Counted()

    def runs(**more: Any) -> list[str]:
        run(course, engine, **more)
        return engine.last()

    everybody = ["Zoë 王", "ann", "crash", "o'neil, bob"]
    assert runs() == everybody
    first = report(course)
    assert runs() == ["crash"], "what failed is tried again"
    assert report(course).keys() == first.keys()
    assert runs(regrade=True) == everybody
    assert all(entry["score"] == first[student]["score"] for student, entry in report(course).items())

    hand_in(course, "ann", "Outliers.", tally=tiny.TALLY)
    assert runs() == ["ann", "crash"], "another notebook"
    (course / "submitted" / "Zoë 王" / tiny.SLUG / "timestamp.txt").write_text("2026-01-01 10:00:00 UTC")
    assert runs() == ["Zoë 王", "crash"], "another time"
    assert runs(limits=Limits(seconds=5)) == everybody, "other limits"
    assert runs(limits=Limits(seconds=5), unsafe=True) == everybody
    source = course / "source" / tiny.SLUG / f"{tiny.SLUG}.ipynb"
    source.write_text(source.read_text().replace("[5.0, 7.0]", "[5.0, 9.0]"))
    assert runs() == everybody, "another assignment"

    (course / "autograded" / "ann" / tiny.SLUG / f"{tiny.SLUG}.ipynb").unlink()
    assert runs() == ["ann", "crash"]
    (course / "gradebook.db").unlink()
    assert runs() == everybody, "the gradebook was lost"
    with sqlite3.connect(course / "gradebook.db") as database:
        database.execute("UPDATE grade SET auto_score = 99 WHERE auto_score > 0")
    assert len(runs()) > 1 and runs() == ["crash"], "the gradebook did not agree with the journal"
    shutil.rmtree(course / "submitted" / "ann")
    shutil.rmtree(course / "submitted" / "crash")
    assert runs() == []
    assert report(course).keys() == first.keys() - {"crash"}, "what was graded stays in the report"


def test_a_lost_seed_is_not_replaced(course: Path) -> None:
    seed = course / ".roadbook" / "seed"
    run(course)
    kept = seed.read_text()
    seed.unlink()
    with pytest.raises(GradeError, match=r"seed is missing.*restore it from a backup"):
        run(course)
    assert not seed.exists()
    add_another(course)
    with pytest.raises(GradeError, match="seed is missing"):  # nor for an assignment that is graded first now
        run(course, assignments=["92-other"])
    seed.write_text(kept)
    assert run(course).graded == 0


def add_another(course: Path) -> None:
    """Give the course a second assignment."""
    for step in ("source", "release"):
        folder = course / step / "92-other"
        shutil.copytree(course / step / tiny.SLUG, folder)
        (folder / f"{tiny.SLUG}.ipynb").rename(folder / "92-other.ipynb")


def test_a_zip_of_one_assignment_leaves_the_others_results(course: Path, tmp_path: Path) -> None:
    add_another(course)
    hand_in(course, "crash")
    run(course)
    assert report(course)["crash"]["status"] == "failed"
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as packed:
        packed.writestr("dora/92-other/92-other.ipynb", json.dumps(tiny.notebook({"mean": tiny.MEAN})))
    done = grade_class(course, tmp_path / "other.zip", fake, workers=2)
    assert [(o.student, o.assignment) for o in done.outcomes] == [("dora", "92-other")]
    assert report(course)["crash"]["status"] == "failed" and report(course)["dora"]["status"] == "graded"


def test_another_due_date_or_late_policy_counts(course: Path) -> None:
    late = course / "submitted" / "Zoë 王" / tiny.SLUG / "timestamp.txt"
    late.write_text("2026-01-03 00:00:00 UTC")
    run(course)
    with api.Gradebook(f"sqlite:///{course}/gradebook.db", "roadbook") as book:
        book.update_or_create_assignment(tiny.SLUG, duedate="2026-01-02 00:00:00 UTC")
    assert run(course).graded == 3 and report(course)["Zoë 王"]["late_penalty"] == 0
    (course / "nbgrader_config.py").write_text(
        gradebook.CONFIG.replace("# c.LateSubmissionPlugin", "c.LateSubmissionPlugin")
    )
    assert run(course).graded == 3 and run(course).graded == 0
    entry = report(course)["Zoë 王"]
    assert entry["score"] == 0 and entry["late_penalty"] == sum(t["points"] for t in entry["tasks"]) > 0


def test_marks_by_hand(course: Path) -> None:
    run(course)
    before = report(course)
    with api.Gradebook(f"sqlite:///{course}/gradebook.db", "roadbook") as book:
        given = book.find_grade("why", tiny.SLUG, tiny.SLUG, "ann")
        given.manual_score, given.needs_manual_grade = 1.0, False
        book.find_comment("why", tiny.SLUG, tiny.SLUG, "ann").manual_comment = "Well <b>seen</b>"
        book.db.commit()
    engine = Counted()
    run(course, engine)
    assert engine.last() == []
    after = report(course)
    assert (after["ann"]["status"], after["ann"]["reason"]) == ("graded", "")
    assert after["ann"]["score"] == before["ann"]["score"] + 1
    page = (course / "graded" / "feedback" / "ann" / f"{tiny.SLUG}.html").read_text()
    assert "Well &lt;b&gt;seen" in page


def test_a_worse_hand_in_does_not_go_unnoticed(course: Path) -> None:
    run(course)
    (course / "submitted" / "ann" / tiny.SLUG / f"{tiny.SLUG}.ipynb").write_text("{}")
    run(course)
    entry = report(course)["ann"]
    assert entry["status"] == "rejected" and entry["score"] is None
    assert entry["reason"].endswith("(the gradebook keeps the points of an earlier hand-in)")


def test_no_sandbox_is_no_students_fault(course: Path) -> None:
    def none(job: Mapping[str, Any]) -> Outcome:
        raise SandboxError("bubblewrap is missing; install it")

    with pytest.raises(GradeError, match="bubblewrap is missing"):
        run(course, none)
    assert not Journal.open(course / ".roadbook" / "journal.jsonl").entries


def test_few_submissions_are_held_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = make(tmp_path / "course", 30)
    begun, finished, most = 0, 0, 0
    todo, finish = grade._Desk.todo, grade._Desk.finish

    def counted(*arguments: Any) -> Iterator[Any]:
        nonlocal begun, most
        for work in todo(*arguments):
            begun += 1
            most = max(most, begun - finished)
            yield work

    def ended(*arguments: Any) -> None:
        nonlocal finished
        finished += 1
        finish(*arguments)

    monkeypatch.setattr(grade._Desk, "todo", counted)
    monkeypatch.setattr(grade._Desk, "finish", ended)
    names = set()

    def named(job: Mapping[str, Any]) -> Outcome:
        names.add(threading.current_thread().name)
        return fake(job)

    run(course, named)
    assert begun == finished == 30 and most <= 5 and len(names) == 2


# Stopped -----------------------------------------------------------------------------------------------------


def child(what: Callable[..., None], *arguments: object) -> list[str]:
    """Return the command that calls one of this file's functions in a process of its own."""
    words = ", ".join(repr(str(argument)) for argument in arguments)
    call = f"from tests.grading import test_grade; test_grade.{what.__name__}({words})"
    return [sys.executable, "-c", call]


def kill_often(course: str, kills: str, seed: str) -> None:
    """Start the grader and kill it, over and over; then let it finish. A process without other threads."""
    path, chances = Path(course), random.Random(int(seed))
    journal, calls = path / ".roadbook" / "journal.jsonl", path / "calls"
    survived = 0
    for attempt in range(int(kills) + 1):
        lines = journal.read_bytes().split(b"\n")[:-1] if journal.exists() else []
        known = [json.loads(line)["outcome"] for line in lines]
        done = {outcome["student"] for outcome in known if outcome["status"] != "failed"}
        calls.write_bytes(b"")
        pid = os.fork()
        if pid == 0:
            try:
                run(path, remembering(calls))
            finally:
                os._exit(int(sys.exc_info()[0] is not None))
        if attempt < int(kills):
            time.sleep(chances.uniform(0.01, 0.25))
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        killed = os.WIFSIGNALED(status)
        survived += killed
        assert killed or os.WEXITSTATUS(status) == 0
        again = done & set(calls.read_text().splitlines())
        assert not again, f"graded twice: {again}"
        check_whole(path)
    print(f"killed {survived} times")


def remembering(calls: Path) -> grade.Grade:
    def slowly(job: Mapping[str, Any]) -> Outcome:
        time.sleep(0.002 * chance(job["student"], 10))
        with calls.open("a") as file:
            file.write(f"{job['student']}\n")
        return fake(job)

    return slowly


def check_whole(course: Path) -> None:
    """Check that nothing is half written: after a kill, before anything is repaired."""
    for path in (*course.glob("autograded/*/*/*.ipynb"), *course.glob("graded/report.json")):
        json.loads(path.read_bytes())
    for path in course.glob("graded/**/*.html"):
        assert path.read_text().rstrip().endswith("</html>")
    if not (course / "gradebook.db").is_file():
        return
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        rows = database.execute("SELECT student_id FROM submitted_assignment") if tables else []
        students = Counter(student for (student,) in rows)
        assert not students or max(students.values()) == 1
        for table, cells in (("grade", 3), ("comment", 3)) if tables else ():
            found = database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
            assert found == (len(students) * cells,), "a submission is in the gradebook whole or not at all"
    journal = course / ".roadbook" / "journal.jsonl"
    for line in journal.read_bytes().split(b"\n")[:-1] if journal.exists() else []:
        entry = json.loads(line)["outcome"]
        if entry["status"] in grade.FINISHED:
            assert entry["student"] in students, "the journal says so, but the gradebook lacks it"


@pytest.mark.parametrize("seed", [1, 2])
def test_kill_at_any_moment(tmp_path: Path, seed: int) -> None:
    course = make(tmp_path / "course", CLASS)
    hand_in(course, "crash")
    undisturbed = shutil.copytree(course, tmp_path / "undisturbed")
    command = child(kill_often, course, 25, seed)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[1]) > 10, done.stdout
    run(undisturbed)

    def timeless(entries: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {student: {**entry, "seconds": 0} for student, entry in entries.items()}

    assert timeless(report(course)) == timeless(report(undisturbed))
    assert len(report(course)) == CLASS + 1
    assert not [path for path in course.rglob("*") if path.suffix == ".part"]
    for name in ("graded/grades.csv", "graded/feedback/Stüdent 00/91-tiny.html"):
        assert (course / name).read_bytes() == (undisturbed / name).read_bytes()
    dumps = []
    for each in (course, undisturbed):
        with api.Gradebook(f"sqlite:///{each}/gradebook.db", "roadbook") as book:
            submissions = book.find_assignment(tiny.SLUG).submissions
            dumps.append(sorted((s.student.id, s.score, s.needs_manual_grade) for s in submissions))
    assert dumps[0] == dumps[1] and len(dumps[0]) == CLASS


def test_a_half_written_line_is_dropped(course: Path) -> None:
    run(course)
    journal = course / ".roadbook" / "journal.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-20])
    lost = json.loads(whole.splitlines()[-1])["outcome"]["student"]
    engine = Counted()
    run(course, engine)
    assert engine.last() == [lost]
    assert len(journal.read_bytes().splitlines()) == 3
    run(course, engine)
    assert engine.last() == []
    journal.write_bytes(b"not a line\n[]\n" + whole)
    run(course, engine)
    assert engine.last() == []


def slow_command_line(course: str) -> None:
    """Run `python -m roadbook grade` with an engine that needs half a second."""

    def slowly(job: Mapping[str, Any]) -> Outcome:
        time.sleep(0.5)
        return fake(job)

    engine.grade_submission = slowly
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
    os.chdir(course)
    cli.app(["grade", "submitted", "--workers", "2"])


def test_ctrl_c(tmp_path: Path) -> None:
    course = make(tmp_path / "course", 80)  # twenty seconds: a busy machine needs some for what comes here
    journal = course / ".roadbook" / "journal.jsonl"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        child(slow_command_line, course), env=environment, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 60
    while not (journal.is_file() and journal.stat().st_size) and time.monotonic() < until:
        time.sleep(0.05)

    with pytest.raises(GradeError, match=r"another grader is at work in .*: wait"):
        run(course)

    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130 and time.monotonic() - began < 5
    assert said == "Stopped. What was finished is kept; the same command goes on from there.\n"
    check_whole(course)
    before = len(journal.read_bytes().splitlines())
    engine = Counted()
    run(course, engine)
    assert 0 < before < 80 and len(engine.last()) == 80 - before and len(report(course)) == 80


# What stands in the way --------------------------------------------------------------------------------------


def with_little_room(course: str, size: str) -> None:
    """Grade where no file may grow beyond so many bytes, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
    try:
        run(Path(course))
    except GradeError as error:
        print(error)


@pytest.mark.parametrize("size", [1_000, 10_000, 200_000])
def test_no_room(tmp_path: Path, size: int) -> None:
    """The limits stop the database's first page, the journal, and the database in the middle."""
    course = make(tmp_path / "course", 60)
    done = subprocess.run(child(with_little_room, course, size), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1, done.stdout
    assert "make room, then run the command again" in done.stdout or "mend that" in done.stdout
    check_whole(course)
    run(course)
    check_whole(course)
    assert Counter(entry["status"] for entry in report(course).values()) == {"needs_manual": 20, "graded": 40}


@pytest.mark.skipif(os.getuid() != 0 or not shutil.which("mount"), reason="only root can mount a small disk")
def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(disk)], check=False)
    if mounted.returncode:
        pytest.skip("this root may not mount")
    try:
        course = make(disk / "course")
        for number in range(60):
            hand_in(course, f"s{number}")
        with pytest.raises(GradeError, match=r"No space left|no room"):
            run(course)
        check_whole(course)
        subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
        run(course)
        check_whole(course)
        assert len(report(course)) == 60
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_what_cannot_be_graded(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GradeError, match=r"is no course folder: .* course init DIR"):
        run(tmp_path)
    with pytest.raises(GradeError, match=r"there is no .*nothing.*: expected the folder"):
        grade_class(course, tmp_path / "nothing", fake)
    with pytest.raises(GradeError, match=r"there is no .*77.*; the assignments of this course are: 91-tiny"):
        run(course, assignments=["77"])
    with pytest.raises(GradeError, match=r"the gradebook .* cannot be used: expected a file"):
        run(course, db_url=f"sqlite:///{tmp_path}/no/gradebook.db")
    monkeypatch.setattr(book, "root", lambda: tmp_path)
    with pytest.raises(GradeError, match="is the book's folder, and students' work must not lie there"):
        run(course)
    monkeypatch.undo()
    (course / "graded").write_text("")
    with pytest.raises(GradeError, match="graded cannot be used"):
        run(course)
    (course / "graded").unlink()
    run(course, assignments=["91"])
    ro = f"sqlite:///file:{course}/gradebook.db?mode=ro&uri=true"  # what a read-only file does for all but root
    with pytest.raises(GradeError, match="read-only: make both writable"):
        run(course, db_url=ro)


def test_second_grader(course: Path) -> None:
    with (
        FileLock(course / ".roadbook" / "lock"),
        pytest.raises(GradeError, match="another grader is at work"),
    ):
        run(course)
    run(course)


def test_a_reply_that_does_not_fit(course: Path) -> None:
    def confused(job: Mapping[str, Any]) -> Outcome:
        return Outcome(job["student"], job["assignment"], "graded", "")  # without a notebook

    assert {outcome.status for outcome in run(course, confused).outcomes} == {"failed"}


# The command -------------------------------------------------------------------------------------------------


def test_commands(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "grade_submission", fake)
    command = CliRunner()

    def says(*words: str) -> tuple[int, str]:
        done = command.invoke(cli.app, list(words))
        return done.exit_code, done.output

    monkeypatch.chdir(tmp_path)
    code, said = says("grade", "submitted/")
    assert code == 2 and "is no course folder" in said
    monkeypatch.chdir(course)
    code, said = says("grade", "submitted/")
    assert (code, said) == (0, f"2 graded, 1 needs_manual; 3 of them run now. Results: {course}/graded\n")
    code, said = says("grade", "submitted/", "--out", "elsewhere", "--unsafe", "--workers", "1")
    assert code == 0 and "--unsafe: students' code runs without a sandbox" in said
    assert (course / "elsewhere" / "report.json").is_file()
    hand_in(course, "crash")
    code, said = says("grade", "submitted/", "--assignment", "91")
    assert code == 1 and "crash, 91-tiny: failed: the grader failed" in said

    exported = tmp_path / "worksheet.csv"
    exported.write_text(
        "Identifier,Full name,Email address,Status,Grade,Maximum Grade\n"
        "Participant 1,Ann,,Submitted,,6\nParticipant 2,Zoë 王,,Submitted,,6\nParticipant 3,Di,,,,6\n"
    )
    code, said = says("grade", "submitted/", "--lms-gradebook", str(exported))
    assert code == 1 and f"Filled in 1 scores: {course}/graded/worksheet.csv" in said
    for left in ("graded: ann: needs_manual", "graded: o'neil, bob", "graded: crash", "exported: Di"):
        assert f"not filled in, {left}" in said
    score = report(course)["Zoë 王"]["score"]
    assert f"Zoë 王,,Submitted,{score:.2f},6" in (course / "graded" / "worksheet.csv").read_text()
    exported.write_text("Student,ID,Section,Homework (7)\nPoints Possible,,,60\nZoë 王,1,A,\n")
    code, said = says("grade", "submitted/", "--lms-gradebook", str(exported), "--lms-column", "7")
    assert code == 2 and "6 points here and 60 in the LMS" in said and "add --lms-scale" in said
    code, said = says(
        "grade", "submitted/", "--lms-gradebook", str(exported), "--lms-column", "7", "--lms-scale"
    )
    assert code == 1 and "scores were scaled" in said
    assert f"Zoë 王,1,A,{10 * score:.2f}" in (course / "graded" / "worksheet.csv").read_text()
    own = (course / "graded" / "grades.csv").read_text()
    exported = exported.rename(tmp_path / "grades.csv")
    code, said = says(
        "grade", "submitted/", "--lms-gradebook", str(exported), "--lms-column", "7", "--lms-scale"
    )
    assert f"{course}/graded/lms-grades.csv" in said and (course / "graded" / "grades.csv").read_text() == own
    code, said = says("grade", "submitted/", "--lms-gradebook", "missing.csv")
    assert code == 2 and "missing.csv cannot be read" in said

    code, said = says("course", "init", str(course))
    assert code == 2 and "expected a new or an empty folder" in said
