"""A check of right, wrong and hostile notebooks of a tiny course. One check takes seconds, so each holds two cases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import roadbook
from roadbook import course, progress
from roadbook.grading.check import CheckError, check
from roadbook.grading.feedback import Report, words
from tests.grading import tiny
from tests.grading.tiny import v4

SOLVED = {"mean": tiny.MEAN, "tally": tiny.TALLY}


@pytest.fixture
def chapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> course.Chapter:
    return tiny.build(tmp_path / "course", monkeypatch)


def tell(
    chapter: course.Chapter, answers: dict[str, str], **options: Any
) -> tuple[Report, dict[str, tuple[str, str]]]:
    """Check a notebook; return the report, and state and message by task."""
    report = check(chapter, tiny.notebook(answers), **options)
    shown = f"{report}{report._repr_html_()}"
    assert "secret" not in shown and "Traceback" not in shown, "hidden tests and tracebacks are never shown"
    return report, {task.name: (task.state, task.message) for task in report.tasks}


def test_solved(chapter: course.Chapter, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = sorted(tmp_path.rglob("*"))
    report, tasks = tell(chapter, {**SOLVED, "why": "Outliers <b>"})
    assert report.complete and (report.points, report.max_points) == (5, 5)
    assert tasks == {name: ("passed", "Worked solution: solutions/91-tiny/91-tiny.ipynb") for name in SOLVED}
    assert [(w.title, w.answered, w.rubric) for w in report.written] == [
        ("Task 3: say why", True, "One point for outliers.")
    ]
    assert '<a href="../../solutions/91-tiny/91-tiny.ipynb">' in report._repr_html_()
    assert str(report).startswith("91-tiny: 5 of 5 points")
    assert sorted(tmp_path.rglob("*")) == before, "the course was written to"
    assert capfd.readouterr() == ("", ""), "nbgrader's own words are not a learner's business"


def test_killed_kernel_and_unstoppable_loop_cost_their_own_points(chapter: course.Chapter) -> None:
    loop = (
        "def mean(values):\n    while True:\n        try:\n"
        "            while True: pass\n        except BaseException: pass"
    )
    _, tasks = tell(chapter, {"mean": loop, "tally": tiny.TALLY}, timeout=1)
    assert tasks["mean"][0] == "timed out" and "a loop that never ends" in tasks["mean"][1]
    assert tasks["tally"][0] == "passed"


def test_killed_kernels(chapter: course.Chapter) -> None:
    killed = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    _, tasks = tell(chapter, {"mean": killed, "tally": "import os\ndef tally(words):\n    os._exit(0)"})
    assert tasks == {
        name: ("killed", "Your code ended its own process (os._exit, exit, a crash, or too much memory).")
        for name in SOLVED
    }


def test_endless_loop_and_a_million_lines(chapter: course.Chapter) -> None:
    lines = "def tally(words):\n    for i in range(1_000_000):\n        print('line', i)"
    _, tasks = tell(
        chapter, {"mean": "def mean(values):\n    while True:\n        pass", "tally": lines}, timeout=2
    )
    assert tasks["mean"][0] == "timed out"
    assert tasks["mean"][1].startswith(
        "Your code was stopped after 2 seconds: look for a loop that never ends.\nLine "
    )
    assert tasks["tally"] == (
        "failed",
        "Your code printed more than 200 kB and was stopped: remove print() calls.\n"
        "Line 3 of your cell: print('line', i)",
    )


def test_forbidden_call_and_displayed_outputs(chapter: course.Chapter) -> None:
    reset = "%reset -f\nimport numpy as np\ndef mean(values):\n    return np.average(values)"
    flood = (
        "from IPython.display import display, HTML\ndef tally(words):\n"
        "    for i in range(100):\n        display(HTML('x' * 10_000))"
    )
    _, tasks = tell(chapter, {"mean": reset, "tally": flood})
    assert tasks["mean"] == (
        "failed",
        'Task "mean" asks you to write this yourself: numpy.average may not be called here.\n'
        "Line 4 of your cell: return np.average(values)",
    )
    assert tasks["tally"][1].startswith("Your code printed more than 200 kB")


def test_noise_costs_nothing_and_exit_is_explained(chapter: course.Chapter) -> None:
    noisy = (
        "import logging, os, subprocess, sys, warnings\n"
        "print('loading')\nwarnings.warn('slow')\nsys.stderr.buffer.write(b'x')\n"
        "def mean(values):\n    warnings.warn('again'); logging.warning('hm'); os.write(2, b'x')\n"
        "    subprocess.run(['echo', 'x'])\n    return sum(values) / len(values)\n%matplotlib inline\n7"
    )
    _, tasks = tell(chapter, {"mean": noisy, "tally": "import sys\ndef tally(words):\n    sys.exit('bye')"})
    assert tasks["mean"][0] == "passed"
    assert tasks["tally"] == (
        "failed",
        "Your code ends the program (exit, quit or sys.exit): return a value or raise an error.\n"
        "Line 3 of your cell: sys.exit('bye')",
    )


def test_helper_elsewhere_and_syntax_error(chapter: course.Chapter) -> None:
    notebook = tiny.notebook(
        {
            "mean": "\n\ndef mean(values):\n    return helper(values)",
            "tally": "\nx = 1\ndef tally(words:\n    pass",
        }
    )
    notebook.cells.insert(3, v4.new_code_cell("def helper(values): return sum(values) / len(values)"))
    mean, tally = check(chapter, notebook).tasks
    assert mean.message == (
        "expected 3 for [1, 2, 6], got NameError: name 'helper' is not defined\n"
        "Line 4 of your cell: return helper(values)\n"
        "You define helper in another cell. Everything that an answer needs must be in its own cell."
    )
    assert tally.message == (
        "Your cell does not run: SyntaxError: '(' was never closed\nLine 3 of your cell: def tally(words:"
    )


def test_deleted_cell_and_a_wrong_answer(chapter: course.Chapter) -> None:
    notebook = tiny.notebook({"tally": "def tally(words):\n    return words[0] / 2"})
    del notebook.cells[3]
    mean, tally = check(chapter, notebook).tasks
    assert (mean.state, mean.points) == ("missing", 0) and "no cell for this task" in mean.message
    assert tally.message == (
        "Your code raised an error: TypeError: unsupported operand type(s) for /: 'str' and 'int'\n"
        "Line 2 of your cell: return words[0] / 2"
    )


def test_a_hidden_test_speaks_and_memory_is_bounded(chapter: course.Chapter) -> None:
    greedy = "import numpy as np\ndef tally(words):\n    return np.ones(10**9).sum()"
    _, tasks = tell(
        chapter, {"mean": "def mean(values):\n    return round(sum(values) / 3)", "tally": greedy}
    )
    assert tasks["mean"] == ("failed", "expected the mean of floats, got another number")
    if sys.platform == "linux":
        assert "Unable to allocate 7.45 GiB" in tasks["tally"][1]


def test_colab(
    chapter: course.Chapter, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last cell, with a stand-in for Colab's module: the notebook comes from the page, not from a file."""
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
    roadbook.check()
    out = capsys.readouterr().out
    assert "as it is on the screen" in out and "91-tiny: 5 of 5 points" in out
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


def test_nbgrader_missing_or_broken_is_one_line(
    chapter: course.Chapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    for log, says in (
        ("ModuleNotFoundError: No module named 'nbgrader'", "nbgrader is not installed"),
        ("Traceback ... sqlalchemy", "a fault of the book"),
    ):

        def broken(command: list[str], log: str = log, **options: Any) -> None:
            options["stderr"].write(log.encode())
            options["stderr"].flush()
            raise subprocess.CalledProcessError(1, command)

        monkeypatch.setattr(subprocess, "run", broken)
        with pytest.raises(CheckError, match=says) as caught:
            check(chapter, tiny.notebook(SOLVED))
        assert "\n" not in str(caught.value) and caught.value.details == log


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


def test_import_is_light() -> None:
    code = "import sys, roadbook; roadbook.__version__; sys.exit(bool({'nbformat', 'typer', 'numpy'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ})
