"""The class page: right figures, wrong answers grouped, names that cannot act, flat memory."""

from __future__ import annotations

import base64
import re
import time
import tracemalloc
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from scipy.stats import binomtest

from roadbook.grading import class_page
from roadbook.grading.class_page import same, wilson
from roadbook.grading.result import Outcome, TaskResult

TITLES = {"mean": "Task 1: mean", "tally": "Task 2: a tally of words that has a long title & more"}


def outcome(student: str, mean: float = 2.0, message: str = "", **more: Any) -> Outcome:
    state = "passed" if mean == 2 else "failed"
    tasks = [
        TaskResult("mean", "mean-tests", TITLES["mean"], mean, 2.0, state, message),
        TaskResult("tally", "tally-tests", TITLES["tally"], 3.0, 3.0, "passed", ""),
        TaskResult("why", "", "Task 3: say why", None, 1.0, "written", ""),
    ]
    base: dict[str, Any] = {"assignment": "91-tiny", "status": "graded", "reason": "", "tasks": tasks}
    return Outcome(student=student, **{**base, **more})


def write(folder: Path, *outcomes: Outcome) -> BeautifulSoup:
    class_page.write(iter(outcomes), folder / "class.html")
    return BeautifulSoup((folder / "class.html").read_text(encoding="utf-8"), "html.parser")


def said(soup: Any) -> str:
    return " ".join(soup.get_text(" ").split())


def plots(soup: BeautifulSoup) -> list[ET.Element]:
    """Return the SVG images, parsed; none holds a script or anything from elsewhere."""
    found = []
    for image in soup.find_all("img"):
        head, _, data = str(image["src"]).partition(",")
        assert head == "data:image/svg+xml;base64" and len(str(image["alt"])) > 20
        found.append(ET.fromstring(base64.b64decode(data)))  # noqa: S314  (our own)
        for element in found[-1].iter():
            assert element.tag.rpartition("}")[2] != "script"
            assert not any(name.lower().startswith("on") for name in element.attrib)
            assert all(v.startswith("#") for k, v in element.attrib.items() if k.endswith("href"))
    return found


def texts(plot: ET.Element) -> list[str]:
    return [element.text or "" for element in plot.iter() if element.tag.endswith("}text")]


def test_what_the_page_says(tmp_path: Path) -> None:
    wrong = [
        outcome(f"s{n}", 0.0, f"expected 3, got {n}.5\nLine {n} of your cell: return {n}") for n in range(3)
    ]
    soup = write(
        tmp_path,
        *wrong,
        outcome("other", 1.0, "expected 3, got None"),
        outcome("Ada", seconds=9.0, cpu_seconds=8.0, peak_bytes=512_000_000),
        outcome("Eve", status="needs_manual", reason="to be marked by a person"),
        Outcome("Bob", "91-tiny", "failed", "no memory on this machine"),
        Outcome("Zoë", "91-tiny", "rejected", "not a notebook"),
        Outcome("Ada", "92-next", "rejected", "not a notebook"),
    )
    words = said(soup)
    assert "8 submissions: 5 graded, 1 wait for manual marks, 1 failed, 1 rejected." in words
    assert "Median 3.5 of 6 points, so far." in words
    assert "Bob failed no memory on this machine" in words and "Zoë rejected not a notebook" in words
    assert "Task 1: mean 2 of 6 10 to 70 % 0.8 of 2" in words
    assert "Task 3: say why not marked yet of 1" in words
    groups = [said(item) for item in soup.select("ol li")]
    assert groups == [
        "failed expected 3, got 0.5 Line 0 of your cell: return 0 3 students s0 , s1 , s2",
        "failed expected 3, got None 1 student other",
    ]
    assert "Slowest Student Seconds CPU seconds Peak MB Ada 9.00 8.00 512" in words
    assert "Waiting for manual marks 1 student Eve" in words
    assert [h.get_text() for h in soup.find_all("h2")] == ["91-tiny", "92-next"]
    distribution, difficulty = plots(soup)
    assert {"students", "points, of 6", "Points"} <= set(texts(distribution))
    assert {"students, %", "Task 1: mean"} <= set(texts(difficulty))
    assert "Task 1: mean 33%" in str(soup.find_all("img")[1]["alt"])


def test_only_whole_students_on_the_axis(tmp_path: Path) -> None:
    for count in (1, 2, 3):
        distribution = plots(write(tmp_path, *[outcome(f"s{n}") for n in range(count)]))[0]
        assert not [text for text in texts(distribution) if re.fullmatch(r"\d*\.\d+", text)]


@pytest.mark.parametrize("status", ["failed", "rejected"])
def test_nobody_was_graded(tmp_path: Path, status: Any) -> None:
    soup = write(tmp_path, *[Outcome(f"s{n}", "91-tiny", status, "a reason") for n in range(3)])
    assert f"3 {status}" in said(soup) and "Median" not in said(soup) and not plots(soup)


def test_nobody_handed_in(tmp_path: Path) -> None:
    assert "No submissions." in said(write(tmp_path))


def test_odd_points(tmp_path: Path) -> None:
    free = [TaskResult("t", "t-tests", "Free", 0.0, 0.0, "failed", "m")]
    assert plots(write(tmp_path, outcome("a", tasks=free)))
    many = [TaskResult("t", "t-tests", "$x_1$ \\", 1234.5, 1000.0, "passed", "")]
    assert "$x_1$ \\" in texts(plots(write(tmp_path, outcome("a", tasks=many)))[1])
    write(tmp_path, outcome("a", tasks=[]))


def test_nothing_a_student_wrote_can_act(tmp_path: Path) -> None:
    evil = "</title></bdi><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\0\ud800"
    soup = write(
        tmp_path,
        outcome(evil, 0.0, evil, status="needs_manual", reason=evil),
        Outcome(evil, evil, "failed", evil),
    )
    assert not soup.find("script") and not soup.find(onerror=True) and len(soup.find_all("title")) == 1
    text = (tmp_path / "class.html").read_text(encoding="utf-8")
    assert "default-src &#39;none&#39;" in text and not {"\u202e", "\0"} & set(text)
    plots(soup)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("got 3.1", "got 3.2", True),
        ("got -1e-05", "got 7", True),
        ("got array([1, 2, 3])", "got array([4, 5])", True),
        ("got array([[1.,\n        2.]])", "got array([[1., 3.]])", True),
        ("<object at 0x7f3a>", "<object at 0x55bc>", True),
        ("no x\nLine 3 of your cell: a", "no x\nLine 9 of your cell: b", True),
        ("dtype float32", "dtype float64", False),
        ("got None", "got 3", False),
        ("name 'x1' is not defined", "name 'x2' is not defined", False),
    ],
)
def test_messages_group_by_their_words(one: str, other: str, together: bool) -> None:
    assert (same(one) == same(other)) is together


def test_wilson_is_scipys() -> None:
    for successes, trials in ((7, 10), (0, 20), (20, 20), (1, 1), (333, 1000)):
        theirs = binomtest(successes, trials).proportion_ci(method="wilson")
        assert wilson(successes, trials) == pytest.approx((theirs.low, theirs.high), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_same_run_gives_the_same_page(tmp_path: Path) -> None:
    some = [outcome("a", 0.0, "x"), outcome("b")]
    first = str(write(tmp_path, *some))
    assert str(write(tmp_path, *some)) == first


def test_a_thousand_submissions_need_little_time_and_memory(tmp_path: Path) -> None:
    def submissions() -> Iterator[Outcome]:
        for number in range(1000):
            notebook = {"cells": [{"source": "x" * 500_000 + str(number)}]}  # 500 MB in all
            yield outcome(f"student {number}", number % 3, f"got {number}", notebook=notebook)

    class_page.write(submissions(), tmp_path / "warm.html")
    tracemalloc.start()
    began = time.process_time()
    class_page.write(submissions(), tmp_path / "class.html")
    spent, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000 and spent < 20
    assert (tmp_path / "class.html").stat().st_size < 500_000


def test_rare_messages_are_counted(tmp_path: Path) -> None:
    letters = "abcdefghijklmnopqrst"
    soup = write(tmp_path, *[outcome(c, 0.0, f"got '{c}'") for c in letters])
    assert len(soup.select("ol li")) == class_page.GROUPS
    assert "8 rarer messages are not shown" in said(soup)
