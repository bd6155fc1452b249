"""Formgrader, in a real browser, on a course that the grader graded: a person reads, marks and is safe."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbgrader import api
from playwright.sync_api import Browser, Page, expect

from roadbook.grading import engine, sandbox
from roadbook.grading.grade import grade_class
from tests.grading import tiny
from tests.grading.test_grade import hand_in, make

TOKEN = secrets.token_hex()
ELSEWHERE = re.compile("^(?!http://127)")  # formgrader asks another server for MathJax
ATTACKS = [
    "<script>window.owned = 1</script>",
    "<img src=nothing onerror='window.owned = 1'>",
    "<iframe srcdoc='<script>parent.owned = 1</script>'></iframe>",
    "<details open ontoggle='window.owned = 1'><summary>s</summary></details>",
]
HOSTILE = f"""
from IPython.display import HTML, Javascript, display

for attack in {ATTACKS!r}:
    display(HTML(attack))
    display({{"image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg'>{{attack}}</svg>"}}, raw=True)
    display({{"text/markdown": attack, "text/latex": attack}}, raw=True)
display(Javascript("window.owned = 1"))
print("</pre>", *{ATTACKS!r})
display(HTML("<table><tr><td>an honest table</td></tr></table>"))
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two students who are right, with something to read; one half right; one who attacks who reads it."""
    made = make(tmp_path_factory.mktemp("formgrader") / "course")
    for student in ("Zoë 王", "ann"):
        hand_in(made, student, "A median is better where there are *outliers*.", tally=tiny.TALLY)
    hand_in(made, "bob", tally="def tally(words):\n    return {}")
    hand_in(
        made, "mallory", "[click](javascript:window.owned=1) " + " ".join(ATTACKS), mean=tiny.MEAN + HOSTILE
    )
    try:
        grade_class(made, made / "submitted", engine.grade_submission, unsafe=bool(sandbox.why_not()))
    finally:
        engine.close()
    return made


@pytest.fixture(scope="module")
def address(course: Path) -> Iterator[str]:
    """Serve the course as an instructor does: `jupyter lab`, in its folder."""
    own = course.parent / "jupyter"
    environment = {
        **os.environ,
        "HOME": str(own),
        "JUPYTER_TOKEN": TOKEN,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        **{f"JUPYTER_{name}_DIR": str(own / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")},
    }
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"]
    log = course.parent / "jupyter.log"
    with log.open("w") as file:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyter", "lab", *options],
            cwd=course,
            env=environment,
            stdout=file,
            stderr=file,
        )
        try:
            until, info = time.monotonic() + 60, own / "runtime" / f"jpserver-{server.pid}.json"
            while not (info.is_file() and info.read_text().endswith("}")):
                assert server.poll() is None and time.monotonic() < until, log.read_text()
                time.sleep(0.05)
            yield json.loads(info.read_text())["url"] + "formgrader"
        finally:
            server.terminate()
            server.wait(20)


@pytest.fixture(scope="module")
def page(address: str, browser: Browser) -> Iterator[Page]:
    page = browser.new_context().new_page()
    page.route(ELSEWHERE, lambda route: route.abort())
    page.set_default_timeout(15_000)
    page.goto(f"{address}/manage_students?token={TOKEN}")
    yield page
    page.context.close()


def scores(course: Path) -> dict[str, tuple[float, bool]]:
    with api.Gradebook(f"sqlite:///{course}/gradebook.db", "roadbook") as book:
        return {s.student.id: (s.score, s.needs_manual_grade) for s in book.assignment_submissions(tiny.SLUG)}


def submission(course: Path, address: str, student: str) -> str:
    with api.Gradebook(f"sqlite:///{course}/gradebook.db", "roadbook") as book:
        return f"{address}/submissions/{book.find_submission_notebook(tiny.SLUG, tiny.SLUG, student).id}/"


def test_lists(course: Path, address: str, page: Page) -> None:
    found = scores(course)
    assert found["Zoë 王"] == (5.0, True) and found["bob"] == (2.0, False) and found["mallory"] == (2.0, True)
    page.goto(f"{address}/manage_students")
    for student, score in (("Zoë 王", "5 / 6"), ("bob", "2 / 6"), ("mallory", "2 / 6")):
        expect(page.get_by_role("row").filter(has_text=student)).to_contain_text(score)
    page.goto(f"{address}/gradebook/{tiny.SLUG}/{tiny.SLUG}")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(4)
    for student, score, waits in (("Zoë 王", "5 / 6", 1), ("bob", "2 / 6", 0)):
        row = rows.filter(has=page.get_by_text(student))
        expect(row).to_contain_text(score)
        expect(row.locator(".needs-manual-grade .glyphicon-ok")).to_have_count(waits)
        expect(row.get_by_text(student)).not_to_be_visible()  # until one asks for the names


def test_a_person_marks(course: Path, address: str, page: Page) -> None:
    page.goto(submission(course, address, "ann"))
    expect(page.locator("#mean-tests")).to_have_attribute("placeholder", "2")
    expect(page.locator("#tally-tests")).to_have_attribute("placeholder", "3")
    written = page.locator(".nbgrader_cell").filter(has=page.locator("#why"))
    expect(written).to_contain_text("A median is better where there are outliers.")
    for control, value in (("#why", "0.5"), ("#why-comment", "And if there are none? <b>王</b>")):
        with page.expect_response(lambda response: response.request.method == "PUT") as answer:
            page.fill(control, value)
            page.press(control, "Tab")
        assert answer.value.ok
    assert scores(course)["ann"] == (5.5, False)
    done = grade_class(course, course / "submitted", engine.grade_submission, unsafe=bool(sandbox.why_not()))
    assert done.graded == 0, "marks are collected, nothing is run again"
    assert {o.student: (o.status, o.score) for o in done.outcomes}["ann"] == ("graded", 5.5)
    feedback = (done.out / "feedback" / "ann" / f"{tiny.SLUG}.html").read_text()
    assert "And if there are none? &lt;b&gt;王&lt;/b&gt;" in feedback


def test_the_icon_for_autograding_runs_nothing(course: Path, address: str, page: Page) -> None:
    """It would run the student's code as the instructor, after removing what was graded."""
    before = {path: path.read_bytes() for path in course.glob("autograded/**/*.ipynb")}
    marks = scores(course)
    page.goto(f"{address}/manage_submissions/{tiny.SLUG}")
    row = page.get_by_role("row").filter(has_text="mallory")
    with page.expect_response(lambda response: response.url.endswith("/autograde")) as answer:
        row.locator(".autograde a").click()
    assert answer.value.json()["success"] is False
    expect(page.locator(".modal-body")).to_contain_text("Nothing was run: this course is graded in a sandbox")
    assert {path: path.read_bytes() for path in course.glob("autograded/**/*.ipynb")} == before
    assert scores(course) == marks


def test_a_hostile_answer_does_not_act(course: Path, address: str, page: Page) -> None:
    owned: Any = "window.owned || 0"
    for attack in ATTACKS:  # each would, in a page that lets it
        page.goto("about:blank")
        page.set_content(f"<!doctype html><body>{attack}</body>")
        page.wait_for_function("window.owned", timeout=5_000)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(submission(course, address, "mallory"))
    expect(page.locator("#mean-tests")).to_have_attribute("placeholder", "2")
    expect(page.get_by_role("cell", name="an honest table")).to_be_visible()
    page.wait_for_timeout(300)  # what would act does so by now, as above
    assert page.evaluate(owned) == 0
    assert not [url for url in requests if url.endswith("nothing")], (
        "a picture of the student's choice was fetched"
    )
    active = ("a[href^=javascript]", "iframe", "script", "svg", "[onerror]", "[ontoggle]")
    assert page.locator(", ".join(f"#notebook-container {each}" for each in active)).count() == 0


def test_who_has_no_token_sees_nothing(address: str, page: Page) -> None:
    browser = page.context.browser
    assert browser is not None
    stranger = browser.new_page()
    stranger.goto(f"{address}/manage_students")
    assert "/login" in stranger.url
    stranger.close()
