"""A check of right, wrong and hostile notebooks of a tiny course. A check takes seconds, so one holds many cases."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import roadbook
from roadbook import course, progress
from roadbook.grading.check import CheckError, check
from roadbook.grading.feedback import Report, TaskReport, words
from tests.grading import tiny
from tests.grading.tiny import v4

SOLVED = {"mean": tiny.MEAN, "tally": tiny.TALLY}


@pytest.fixture(autouse=True)
def no_shell() -> None:
    """Another test of this process may have left an IPython shell, to which a report would be displayed."""
    from IPython.core.interactiveshell import InteractiveShell

    InteractiveShell.clear_instance()


@pytest.fixture
def chapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> course.Chapter:
    return tiny.build(tmp_path / "course", monkeypatch)


def test_solved(chapter: course.Chapter, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = sorted(tmp_path.rglob("*"))
    report = check(chapter, tiny.notebook({**SOLVED, "why": "Outliers <b>"}))
    assert report.complete and (report.points, report.max_points) == (5, 5)
    assert [(task.name, task.state, task.message) for task in report.tasks] == [
        (name, "passed", "") for name in SOLVED
    ]
    assert [(w.title, w.answered, w.rubric) for w in report.written] == [
        ("Task 3: say why", True, "One point for outliers.")
    ]
    assert '<a href="../../solutions/91-tiny/91-tiny.ipynb">' in report._repr_html_()
    assert str(report).startswith("91-tiny: 5 of 5 points")
    assert str(report).endswith("\nWorked solution of Task 1, Task 2: solutions/91-tiny/91-tiny.ipynb")
    assert sorted(tmp_path.rglob("*")) == before, "the course was written to"
    assert capfd.readouterr() == ("", ""), "nbgrader's own words are not a learner's business"


KILLED = "Your code ended its own process (os._exit, exit, a crash, or too much memory)."
FLOOD = "Your code printed more than 200 kB and was stopped: remove print() calls."
# Answers by task, the state of the task, and what is said: with an ellipsis, how it begins or ends.
STOPPED = {
    "mean": ("import os\nos.kill(os.getpid(), 9)", "killed", KILLED),
    "tally": ("import os\ndef tally(words):\n    os._exit(0)", "killed", KILLED),
    "mean-2": (  # does not end when it is interrupted
        "def mean(values):\n    while True:\n        try:\n"
        "            while True: pass\n        except BaseException: pass",
        "timed out",
        "Your code was stopped after 2 seconds: look for a loop that never ends.…",
    ),
    "tally-2": (tiny.TALLY, "passed", ""),
    "mean-3": (
        "def mean(values):\n    while True:\n        pass",
        "timed out",
        "Your code was stopped after 2 seconds: look for a loop that never ends.\nLine …",
    ),
}
JUDGED = {
    "tally": (
        "def tally(words):\n    for i in range(1_000_000):\n        print('line', i)",
        "failed",
        f"{FLOOD}\nLine 3 of your cell: print('line', i)",
    ),
    "mean": (  # noise costs nothing
        "import logging, os, subprocess, sys, warnings\n"
        "print('loading')\nwarnings.warn('slow')\nsys.stderr.buffer.write(b'x')\n"
        "def mean(values):\n    warnings.warn('again'); logging.warning('hm'); os.write(2, b'x')\n"
        "    subprocess.run([sys.executable, '-c', 'print(1)'])\n    return sum(values) / len(values)\n%matplotlib inline\n7",
        "passed",
        "",
    ),
    "tally-2": (
        "from IPython.display import display, HTML\ndef tally(words):\n"
        "    for i in range(100):\n        display(HTML('x' * 10_000))",
        "failed",
        f"{FLOOD}…",
    ),
    "mean-2": (
        "def mean(values):\n    return round(sum(values) / 3)",
        "failed",
        "expected the mean of floats, got another number",
    ),
    "tally-3": (
        "import sys\ndef tally(words):\n    sys.exit('bye')",
        "failed",
        "Your code ends the program (exit, quit or sys.exit): return a value or raise an error.\n"
        "Line 3 of your cell: sys.exit('bye')",
    ),
    "mean-3": (
        "\n\ndef mean(values):\n    return helper(values)",
        "failed",
        "expected 3 for [1, 2, 6], got NameError: name 'helper' is not defined\n"
        "Line 4 of your cell: return helper(values)\n"
        "You define helper in another cell. Everything that an answer needs must be in its own cell.",
    ),
    "tally-4": (
        "\nx = 1\ndef tally(words:\n    pass",
        "failed",
        "Your cell does not run: SyntaxError: '(' was never closed\nLine 3 of your cell: def tally(words:",
    ),
    "tally-5": (
        "def tally(words):\n    return words[0] / 2",
        "failed",
        "Your code raised an error: TypeError: unsupported operand type(s) for /: 'str' and 'int'\n"
        "Line 2 of your cell: return words[0] / 2",
    ),
    "mean-6": (
        "def mean(values):\n    return float(input())",
        "failed",
        "expected 3 for [1, 2, 6], got EOFError: EOF when reading a line\n"
        "Line 2 of your cell: return float(input())\n"
        "Nobody can type while an answer is graded: take what you need as arguments, not by input().",
    ),
    "mean-4": ("", "missing", "Your notebook has no cell for this task…"),
    "mean-5": (
        "%reset -f\nimport numpy as np\ndef mean(values):\n    return np.average(values)",
        "failed",
        'Task "mean-5" asks you to write this yourself: numpy.average may not be called here.\n'
        "Line 4 of your cell: return np.average(values)",
    ),
    "tally-6": (
        "import numpy as np\ndef tally(words):\n    return np.ones(10**9).sum()",
        "failed",
        "…Unable to allocate 7.45 GiB…" if sys.platform == "linux" else "…",
    ),
}


def judge(
    root: Path, monkeypatch: pytest.MonkeyPatch, cases: dict[str, tuple[str, str, str]], **options: Any
) -> None:
    """Check all cases at once; each task gets its own state, words and points, whatever the others do."""
    copies = (len(cases) + 1) // 2
    chapter = tiny.build(root, monkeypatch, copies)
    notebook = tiny.notebook({name: answer for name, (answer, _, _) in cases.items()}, copies)
    missing = [name for name, (_, state, _) in cases.items() if state == "missing"]
    notebook.cells = [cell for cell in notebook.cells if cell.metadata.nbgrader.grade_id not in missing]
    notebook.cells.insert(2, v4.new_code_cell("def helper(values): return sum(values) / len(values)"))
    report = check(chapter, notebook, **options)
    tasks = {task.name: task for task in report.tasks}
    for name, (_, state, says) in cases.items():
        task = tasks[name]
        assert task.state == state and re.fullmatch(re.escape(says).replace("…", ".*"), task.message, re.S), (
            f"{name}: {task.state}: {task.message}"
        )
        assert task.points == (task.max_points if state == "passed" else 0)
    shown = f"{report}{report._repr_html_()}"
    assert "secret" not in shown and "Traceback" not in shown, "hidden tests and tracebacks are never shown"


def test_lost_processes_cost_their_own_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judge(tmp_path, monkeypatch, STOPPED, timeout=2)


def test_what_people_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judge(tmp_path, monkeypatch, JUDGED)


def test_colab(
    chapter: course.Chapter, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last cell, with a stand-in for Colab's module: the notebook comes from the page, not from a file."""
    from roadbook.grading import last_cell

    asked = []
    notebook = json.loads(json.dumps(tiny.notebook(SOLVED)))
    notebook["nbformat_minor"] = 0

    def blocking_request(what: str) -> Any:
        asked.append(what)
        return {"ipynb": notebook} if notebook else None

    message = ModuleType("google.colab._message")
    message.blocking_request = blocking_request  # type: ignore[attr-defined]
    colab = ModuleType("google.colab")
    colab._message = message  # type: ignore[attr-defined]
    for name, module in {"google": ModuleType("google"), "google.colab": colab}.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delenv("ROADBOOK_CHECK", raising=False)
    monkeypatch.setattr(
        last_cell, "check", lambda chapter, source: Report(f"{chapter.slug} {source is notebook}", [])
    )
    roadbook.check()
    out = capsys.readouterr().out
    said = f"as it is on the screen, by version {roadbook.__version__} of the book."
    assert said in out and "91-tiny True: 0 of 0 points" in out
    assert asked == ["get_ipynb"] and not progress.folder().exists()
    notebook.clear()
    roadbook.check()
    assert capsys.readouterr().out.startswith(
        "Not checked: Colab did not hand over the notebook (TypeError);"
    )


class TestLastCell:
    """`roadbook.check()` outside Colab, with grading itself replaced: which file does it take?"""

    @pytest.fixture(autouse=True)
    def fast(self, chapter: course.Chapter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        from roadbook.grading import last_cell

        self.checked: list[Path] = []

        def report(chapter: course.Chapter, path: Path) -> Report:
            self.checked.append(path)
            return Report(chapter.slug, [])

        monkeypatch.setattr(last_cell, "check", report)
        monkeypatch.chdir(tmp_path)
        for name in ("ROADBOOK_CHECK", "NBGRADER_EXECUTION", "JPY_SESSION_NAME"):
            monkeypatch.delenv(name, raising=False)

    def save(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(tiny.notebook()), encoding="utf-8")
        return path

    def test_silent_in_ci_and_in_nbgrader(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ROADBOOK_CHECK", "off")
        roadbook.check("nonsense")
        monkeypatch.setenv("ROADBOOK_CHECK", "on")
        monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
        roadbook.check("nonsense")
        assert not self.checked

    def test_started_copy(self, chapter: course.Chapter, capsys: pytest.CaptureFixture[str]) -> None:
        path = self.save(progress.notebook(chapter))
        roadbook.check("91-tiny")
        assert self.checked == [path]
        assert f"Checked {path} as saved at " in capsys.readouterr().out

    def test_jupyter_tells_the_file(
        self, chapter: course.Chapter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        self.save(progress.notebook(chapter))
        path = self.save(tmp_path / "renamed.ipynb")
        monkeypatch.setenv("JPY_SESSION_NAME", str(path))
        roadbook.check()
        roadbook.check("91")
        assert self.checked == [path, path]

    def test_vs_code_tells_the_file(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        from roadbook.grading import last_cell

        path = self.save(tmp_path / "here.ipynb")
        monkeypatch.setattr(last_cell, "_user_namespace", lambda: {"__vsc_ipynb_file__": str(path)})
        roadbook.check()
        assert self.checked == [path]

    def test_errors_are_one_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        for name, says in (
            ("nonsense", "there is no chapter"),
            ("91", "was not found; save it"),
            (None, "save it"),
        ):
            roadbook.check(name)
            out = capsys.readouterr().out
            assert out.startswith("Not checked: ") and says in out and out.count("\n") == 1


def test_the_last_cell_in_a_kernel(chapter: course.Chapter, tmp_path: Path) -> None:
    """In IPython the report is displayed, as HTML and as text."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    from roadbook.grading import last_cell

    InteractiveShell.instance()
    try:
        with capture_output() as captured:
            last_cell._display(Report("91-tiny", [], remarks=["<i>"]))
    finally:
        InteractiveShell.clear_instance()
    (shown,) = captured.outputs
    assert "&lt;i&gt;" in shown.data["text/html"] and "91-tiny: 0 of 0" in shown.data["text/plain"]


def test_a_broken_exercise_is_one_line(chapter: course.Chapter) -> None:
    """The book's own fault, or the machine's, is said in a line; what the processes said is kept apart."""
    notebook = json.loads(chapter.solution.read_text(encoding="utf-8"))
    notebook["cells"][1]["source"] = "import ctypes\nctypes.string_at(0)"  # as a broken package would crash
    chapter.solution.write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(CheckError, match="own cells do not run here") as caught:
        check(chapter, tiny.notebook(SOLVED))
    assert "\n" not in str(caught.value) and "doctor" in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "tests", "state", "says"),
    [
        (None, None, "failed", "did not finish"),
        (None, {"type": "NotImplementedError"}, "not written yet", "still raises NotImplementedError"),
        (None, {"type": "AssertionError"}, "failed", "A test of this task failed."),
        (None, {"type": "NameError", "name": "mean", "message": "…"}, "failed", "does not define mean"),
        (
            None,
            {"type": "AttributeError", "message": "'NoneType' …"},
            "failed",
            "cannot use what your code returned",
        ),
        ({"type": "ModuleNotFoundError", "message": "No module named 'x'"}, None, "failed", "does not run"),
    ],
)
def test_words(answer: dict[str, Any] | None, tests: dict[str, Any] | None, state: str, says: str) -> None:
    plain = {"message": "", "line": 0, "text": ""}
    got = words(answer and {**plain, **answer}, tests and {**plain, **tests}, {"mean"}, set())
    assert got[0] == state and says in got[1]


def test_a_report_fits_80_columns() -> None:
    message = f"for the example worked by hand, expected {[0.5] * 9}, got {[-1.25] * 9}. A sentence.\nLine 2"
    tasks = [TaskReport("mean", "Task 1: mean", 0, 2, "failed", message, "")]
    assert str(Report("91-tiny", tasks)).splitlines()[2:] == [
        "    for the example worked by hand, expected [0.5, 0.5, 0.5, 0.5, 0.5, 0.5,",
        "    0.5, 0.5, 0.5],",
        "    got [-1.25, -1.25, -1.25, -1.25, -1.25, -1.25, -1.25, -1.25, -1.25]. A",
        "    sentence.",
        "    Line 2",
    ]


def test_import_is_light() -> None:
    code = "import sys, roadbook; roadbook.__version__; sys.exit(bool({'nbformat', 'typer', 'numpy'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ})


def test_in_colab_the_import_says_of_which_version_the_book_is() -> None:
    code = "import sys; sys.modules['google.colab'] = sys; import roadbook"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == f"The ML Engineer's Roadbook, version {roadbook.__version__}\n"


def test_what_only_unix_has_is_not_needed() -> None:
    """As on Windows, as far as Linux can play it: the modules that it lacks, and no fork."""
    code = """
import os, runpy, sys
for name in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules[name] = None
del os.fork
sys.argv[1:] = ["start", "no-such-chapter"]
runpy.run_module("roadbook", run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2 and "there is no chapter" in done.stderr, done.stderr
