"""The learner's commands, in a tiny course."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from roadbook import cli, course, progress
from roadbook.grading.feedback import Report, TaskReport
from tests.grading import tiny

VERSION = importlib.metadata.version("roadbook")


@pytest.fixture
def chapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> course.Chapter:
    monkeypatch.setenv("COLUMNS", "200")
    return tiny.build(tmp_path, monkeypatch)


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli.app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def report(mean: float, tally: float) -> Report:
    tasks = [
        TaskReport(
            "mean",
            "Task 1: mean",
            mean,
            2,
            "passed" if mean == 2 else "failed",
            "said [1] of mean",
            "s.ipynb",
        ),
        TaskReport("tally", "Task 2: tally", tally, 3, "passed" if tally == 3 else "failed", "", ""),
    ]
    return Report(tiny.SLUG, tasks, remarks=["a remark"])


def test_start_copies_and_never_overwrites(chapter: course.Chapter, tmp_path: Path) -> None:
    done = run("start", "91")
    copy = tmp_path / "work/91-tiny/91-tiny.ipynb"
    assert done.exit_code == 0
    # but for the version of the book, which is written into the copy, it is the exercise as it was
    exercise = json.loads(chapter.exercise.read_bytes())
    exercise["metadata"]["roadbook"] = {"version": VERSION}
    assert json.loads(copy.read_bytes()) == exercise
    assert "python -m roadbook check 91" in done.output
    copy.write_text("mine", encoding="utf-8")
    again = run("start", "tiny")
    assert again.exit_code == 2 and copy.read_text() == "mine"
    assert "is there already" in again.output and again.output.count("\n") == 1


def test_check_end_to_end(chapter: course.Chapter, tmp_path: Path) -> None:
    """The one real check here, of the untouched exercise: no points, exit status 1, the result is kept.

    The copy is of an older version of the book, which is said and hinders nothing.
    """
    run("start", "91")
    copy = progress.notebook(chapter)
    copy.write_text(
        copy.read_text(encoding="utf-8").replace(f'"version": "{VERSION}"', '"version": "0.0.9"'),
        encoding="utf-8",
    )
    done = run("check", "91")
    assert done.exit_code == 1
    assert f"Note: Your copy is of version 0.0.9, the book is {VERSION}: if a task's text" in done.output
    assert "91-tiny: 0 of 5 points" in done.output
    assert done.output.count("not written yet") == 3
    kept = json.loads((tmp_path / "work/progress.json").read_text())
    assert kept == {"version": 1, "best": {"91-tiny": {"mean": 0.0, "tally": 0.0}}}


def test_version_is_said_once_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run("--version")
    assert done.exit_code == 0 and done.output == f"roadbook {VERSION}\n"
    root = Path(cli.__file__).parent.parent
    assert f'version = "{VERSION}"' in (root / "pyproject.toml").read_text(encoding="utf-8")
    assert f"version: {VERSION}\n" in (root / "CITATION.cff").read_text(encoding="utf-8")


def test_check_by_file_and_full_marks(
    chapter: course.Chapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "my own [copy].ipynb"
    file.write_text(json.dumps(tiny.notebook()), encoding="utf-8")
    monkeypatch.setattr(cli, "check_notebook", lambda *_, **__: report(2, 3))
    done = run("check", str(file))
    assert done.exit_code == 0 and "said [1] of mean" in done.output and "Note: a remark" in done.output
    assert done.output.count("s.ipynb") == 1 and "Worked solution of Task 1: s.ipynb" in done.output


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "there is no file"), ("{", "is not JSON"), ('{"cells": []}', "holds no exercise of the book")],
)
def test_unusable_input_is_one_line(
    chapter: course.Chapter, tmp_path: Path, content: str | None, says: str
) -> None:
    file = tmp_path / "x.ipynb"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    done = run("check", str(file))
    assert done.exit_code == 2 and says in done.output and done.output.count("\n") == 1


def test_unknown_or_unstarted_exercise(
    chapter: course.Chapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = course.Chapter(slug="92-planned", part="tiny")
    monkeypatch.setattr(course, "chapters", lambda: (chapter, planned))
    known = "the chapters with an exercise are: 91-tiny."
    for arguments, says in (
        (("check", "77"), f"there is no chapter '77'; {known}"),
        (("start", "77"), f"there is no chapter '77'; {known}"),
        (("check", "92"), f"92-planned has no exercise yet; {known}"),
        (("start", "92"), f"92-planned has no exercise yet; {known}"),
        (("check", "91"), "`python -m roadbook start 91` makes it"),
        (("check", str(tmp_path)), f"{tmp_path} is a folder: name the notebook in it"),
        (("check", "nope.ipynb"), "there is no file nope.ipynb; make one, for example with"),
    ):
        done = run(*arguments)
        assert done.exit_code == 2 and says in done.output and done.output.count("\n") == 1


def test_the_chapter_itself_is_refused(chapter: course.Chapter) -> None:
    cells = [tiny.v4.new_markdown_cell("# Tiny means"), tiny.v4.new_code_cell(tiny.MEAN)]
    chapter.notebook.parent.mkdir(parents=True)
    chapter.notebook.write_text(json.dumps(tiny.v4.new_notebook(cells=cells)), encoding="utf-8")
    done = run("check", str(chapter.notebook))
    assert done.exit_code == 2 and done.output == (
        "this is the chapter 91-tiny, not the exercise; "
        "`python -m roadbook start 91` makes your copy of the exercise.\n"
    )


def test_progress_keeps_the_best(chapter: course.Chapter, tmp_path: Path) -> None:
    assert "Next: `python -m roadbook start 91` (Tiny)." in run("progress").output
    assert progress.record(report(2, 0)) == []
    assert progress.record(report(0, 1)) == []
    done = run("progress")
    assert (
        done.exit_code == 0 and "1 of 2" in done.output and "3 of 5" in done.output and "begun" in done.output
    )
    assert "Best points" in done.output
    run("start", "91")
    assert "Next: Task 2: tally, in 91-tiny." in run("progress").output
    progress.record(report(0, 3))
    assert "Every exercise is done." in run("progress").output
    assert [path.name for path in (tmp_path / "work").iterdir() if path.name.startswith(".")] == []


def test_progress_page_stands_alone(chapter: course.Chapter, tmp_path: Path) -> None:
    progress.record(report(2, 1))
    run("progress")
    page = (tmp_path / "work/progress.html").read_text(encoding="utf-8")
    assert (
        '<html lang="en">' in page and "<caption" in page and 'scope="col"' in page and 'scope="row"' in page
    )
    assert '<label for="all">3 of 5 points</label>' in page and "<li>Task 2: tally: open</li>" in page
    assert not re.search(r"(src|href)=|@import|url\(", page), "it needs nothing else"


@pytest.mark.parametrize(
    "damaged", ["", "{", "[]", '{"best": {"91-tiny": {"mean": "two"}}}', '{"best": 3}', "\udcff"]
)
def test_damaged_progress_is_set_aside(chapter: course.Chapter, tmp_path: Path, damaged: str) -> None:
    path = tmp_path / "work/progress.json"
    path.parent.mkdir()
    path.write_bytes(damaged.encode("utf-8", "surrogateescape"))
    done = run("progress")
    assert done.exit_code == 0 and "was damaged; it is kept as progress.damaged-" in done.output
    (copy,) = path.parent.glob("progress.damaged-*.json")
    assert copy.read_bytes() == damaged.encode("utf-8", "surrogateescape")
    assert progress.record(report(2, 0)) == [] and progress.load()[0][tiny.SLUG]["mean"] == 2


def test_failed_write_leaves_the_old_file(
    chapter: course.Chapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress.record(report(2, 0))
    old = (tmp_path / "work/progress.json").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        progress.record(report(2, 3))
    assert [p.name for p in (tmp_path / "work").iterdir()] == ["progress.json"]
    assert (tmp_path / "work/progress.json").read_bytes() == old


def test_work_lies_in_the_current_folder_of_a_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "root", lambda: Path("/site-packages/roadbook/_course"))
    monkeypatch.chdir(tmp_path)
    assert progress.folder() == tmp_path / "work"


def test_doctor_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    required = [
        'absent-package>=1; extra == "grade"',
        'roadbook[grade]; extra == "learn"',
        'typer; extra == "dev"',
    ]
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: required)
    done = run("doctor")
    assert done.exit_code == 1
    assert "packages for chapters and exercises: without absent-package" in done.output
    assert '-c requirements.txt -e ".[learn]"' in done.output
    assert re.search(r"ok\s+packages for the tests", done.output)


def test_doctor_looks_for_models_and_data(monkeypatch: pytest.MonkeyPatch) -> None:
    from roadbook import data

    monkeypatch.setattr(cli, "_missing", lambda extra: [])
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**11))
    for absent, status in ((["minilm"], 1), ([], 0)):
        monkeypatch.setattr(data, "missing", lambda absent=absent: absent)
        done = run("doctor")
        assert done.exit_code == status, done.output
        assert ("without minilm" in done.output) == bool(absent)


BLOCKED = "this system lets no ordinary user make namespaces (no); allow it: sudo sysctl -w kernel.x=0"
PARTS = ("bubblewrap", "libseccomp", "pyseccomp", "namespaces, which bubblewrap makes")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no sandbox")
@pytest.mark.parametrize(
    ("lacks", "cure"),
    [
        ("", ""),
        ("bubblewrap", "sudo apt-get install -y bubblewrap"),
        ("libseccomp", "sudo apt-get install -y libseccomp2"),
        ("pyseccomp", "python -m pip install pyseccomp"),
        ("namespaces, which bubblewrap makes", BLOCKED),
    ],
)
def test_doctor_looks_for_what_grading_a_class_needs(
    monkeypatch: pytest.MonkeyPatch, lacks: str, cure: str
) -> None:
    from roadbook.grading import sandbox

    monkeypatch.setattr(cli, "_missing", lambda extra: ["all"])
    monkeypatch.setattr(shutil, "which", lambda tool, path="": None if lacks == "bubblewrap" else tool)
    monkeypatch.setattr(cli, "find_library", lambda name: None if lacks == "libseccomp" else name)
    monkeypatch.setattr(cli, "find_spec", lambda name: None if lacks == "pyseccomp" else name)
    monkeypatch.setattr(sandbox, "why_not", lambda: BLOCKED if lacks.startswith("namespaces") else "")
    monkeypatch.setattr(sandbox.Cgroups, "make", lambda limits: None)
    lines = run("doctor").output.splitlines()
    start = next(n for n, line in enumerate(lines) if "for grading a class" in line)
    found = {line.partition("class: ")[2]: line.split()[0] for line in lines[start:] if "class: " in line}
    unknown = {"namespaces, which bubblewrap makes"} if lacks in PARTS[:3] else set()
    states = {part: "absent" if part == lacks else "ok" for part in PARTS if part not in unknown}
    assert found == {**states, "limits on memory, looked at every 0.25 s (root has cgroups for it)": "ok"}
    assert not lacks or f"{'':10}{cure}" in lines


def test_doctor_where_there_is_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_missing", lambda extra: [])
    monkeypatch.setattr(sys, "platform", "freebsd14")
    assert (
        "absent  for grading a class: the sandbox\n          the sandbox needs Linux" in run("doctor").output
    )


def test_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    from roadbook import data

    monkeypatch.setattr(data, "fetch_all", lambda say: say("downloading"))
    assert run("fetch").output == "downloading\nAll models and data are here.\n"

    def offline(_: object) -> None:
        raise data.DataError("no network: try again")

    monkeypatch.setattr(data, "fetch_all", offline)
    done = run("fetch")
    assert (done.exit_code, done.output) == (2, "no network: try again\n")


@pytest.mark.parametrize("encoding", ["ascii", "cp437"])
def test_a_terminal_that_cannot_show_every_sign(encoding: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "roadbook", "start", "κ² ↦ naïve"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    assert done.returncode == 2
    assert b"there is no chapter" in done.stderr and b"?" in done.stderr
    assert b"Traceback" not in done.stderr


def test_help_names_every_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "roadbook", "--help"], capture_output=True, text=True, check=True
    )
    for command in ("start", "check", "progress", "doctor", "fetch", "course", "course init", "grade"):
        assert command.split()[0] in done.stdout
        said = run(*command.split(), "--help").output
        assert "<" not in said and "  --help  " in said, "no types, such as <bool>"
