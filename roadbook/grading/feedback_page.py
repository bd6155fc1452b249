"""A student's page: score, what failed in words, their own answers and outputs. Nothing in it can act.

What a student's code printed or displayed is hostile: it is escaped, or rebuilt from a short list of tags,
and the page's own policy forbids scripts, frames, forms and everything remote besides. Tests, expected
values and other cells of the notebook are never read.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from roadbook import progress
from roadbook.grading.result import Outcome, TaskResult

LIMIT = 300_000
"""Bytes that a page has at most."""
ROOM = 200_000  # of them for messages, answers and outputs; the rest is for what stands around those
RAW = 100_000  # characters of one answer or output that are looked at
OUTPUTS = 100  # a page
HTML, TAGS = 60_000, 3_000  # characters and tags of a page's HTML; the sanitiser is slow for the worst
PIXELS = 20_000_000  # of an image; a browser takes 4 bytes for each

ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls
    "\xad\u200b\u2060-\u2064\ufeff"  # zero width; not the joiners, which some scripts and emoji need
    "\u202a-\u202e\u2066-\u2069"  # changes of direction
    "\ud800-\udfff\U000e0000-\U000e007f]"  # halves of characters; tags
)
# Dropped with what they hold; an unclosed one takes the rest with it. Before the sanitiser, which keeps text.
WHOLE = re.compile(r"<(style|script|title|template|textarea|svg|math)\b.*?(?:</\1\s*>|\Z)", re.S | re.I)
ALLOWED = {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "p", "br", "hr", "pre", "code"}
ALLOWED |= {"b", "strong", "i", "em", "u", "s", "sub", "sup", "ul", "ol", "li", "dl", "dt", "dd"}
MAGIC = {"image/png": (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"), "image/jpeg": (b"\xff\xd8\xff", b"\xff\xd9")}
NEWLINE = "\n</code><code>"  # each line of an answer is a <code>, which the style numbers


@dataclass(frozen=True)
class Mark:
    """What a person gave for a task."""

    points: float | None = None
    """Instead of the tests' points; None leaves those."""
    extra: float = 0.0
    """Extra credit, added to the points."""
    comment: str = ""


@dataclass(frozen=True)
class Part:
    """A message, answer or output, ready for the page."""

    kind: str
    """`message`, `comment`, `answer`, `written`, `text`, `stderr`, `error`, `table`, `image` or `note`."""
    markup: str
    raw: int = 0
    """Characters before anything was cut."""

    @property
    def size(self) -> int:
        return len(self.markup.encode())

    def within(self, limit: float) -> tuple[Markup, int]:
        """Return what of it fits into so many bytes, and how many characters were cut."""
        shown = self.markup
        if self.size > limit:
            if self.kind in ("table", "image"):
                return Markup(), self.raw
            shown = shown.encode()[: int(limit)].decode(errors="ignore")
            shown = re.sub(r"(?:<[^<>]*|&[^&;]{0,6})\Z", "", shown).removesuffix("</code>")
        if self.kind in ("table", "image"):
            return Markup(shown), 0  # noqa: S704  # rebuilt by the sanitiser, or base64
        whole = html.unescape(shown.replace(NEWLINE, "\n"))
        return Markup(shown), self.raw - len(whole)  # noqa: S704  # escaped when the part was made


def page(outcome: Outcome, marks: Mapping[str, Mark] | None = None, penalty: float = 0.0) -> str:
    """Return the page of one submission, at most `LIMIT` bytes for up to 60 tasks.

    Args:
        outcome: the submission, of any status.
        marks: what a person gave, by task.
        penalty: points taken off for lateness.
    """
    marks = marks or {}
    budget = Budget(OUTPUTS // max(len(outcome.tasks), 1))
    cells = answers(outcome.notebook)
    parts = [
        list(_parts(task, marks.get(task.name, Mark()), cells.get(task.name), budget))
        for task in outcome.tasks
    ]
    remarks = [_text("note", remark) for remark in outcome.remarks]
    level = _level([part.size for group in [*parts, remarks] for part in group], ROOM)
    tasks = [
        _shown(task, marks.get(task.name, Mark()), group, level)
        for task, group in zip(outcome.tasks, parts, strict=True)
    ]
    return TEMPLATE.render(
        student=clean(outcome.student)[:200],
        assignment=clean(outcome.assignment)[:200],
        score=max(sum(task["points"] or 0.0 for task in tasks) - penalty, 0.0),
        max_score=outcome.max_score,
        penalty=penalty,
        waiting=sum(task["points"] is None for task in tasks),
        status=outcome.status,
        reason=clean(outcome.reason)[:1000],
        tasks=tasks,
        remarks=[part.within(level) for part in remarks],
    )


def write(
    outcome: Outcome, path: Path, marks: Mapping[str, Mark] | None = None, penalty: float = 0.0
) -> None:
    """Write the page of one submission, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    progress.write(path, page(outcome, marks, penalty))


def clean(text: str, *, terminal: bool = False) -> str:
    """Return text that shows as it is: no colour codes; what is unseen or turns the direction becomes �.

    Args:
        text: anything.
        terminal: a carriage return begins its line again, as progress bars use it.
    """
    text = ANSI.sub("", text).replace("\r\n", "\n")
    text = re.sub(r"(?m)^.*\r(?=.)", "", text).replace("\r", "") if terminal else text.replace("\r", "\n")
    return UNSEEN.sub("\ufffd", text)


def answers(notebook: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    """Return the student's cells by task. No other cell of the notebook is looked at."""
    found: dict[str, Mapping[str, Any]] = {}
    for cell in (notebook or {}).get("cells", []):
        mark = cell.get("metadata", {}).get("nbgrader", {})
        if mark.get("solution") is True:
            found.setdefault(mark.get("grade_id", ""), cell)
    return found


@dataclass
class Budget:
    """What the outputs of a page may still take."""

    outputs: int
    """Shown of one cell."""
    html: int = HTML
    tags: int = TAGS

    def takes(self, source: str) -> bool:
        """Say whether the sanitiser has time for this HTML, and account for it if so."""
        if len(source) > self.html or source.count("<") > self.tags:
            return False
        self.html -= len(source)
        self.tags -= source.count("<")
        return True


def _parts(task: TaskResult, mark: Mark, cell: Mapping[str, Any] | None, budget: Budget) -> Iterator[Part]:
    if task.message:
        yield _text("message", task.message)
    if mark.comment:
        yield _text("comment", mark.comment)
    if cell is None or task.state == "missing":
        return
    if cell.get("cell_type") == "code":
        source = clean(_joined(cell.get("source")))
        escaped = html.escape(source[:RAW]).replace("\n", NEWLINE)
        yield Part("answer", escaped, len(source))
    else:
        yield _text("written", _joined(cell.get("source")))
    outputs = cell.get("outputs")
    outputs = [o for o in outputs if isinstance(o, Mapping)] if isinstance(outputs, list) else []
    for output in outputs[: budget.outputs]:
        part = _output(output, budget)
        if part.markup:
            yield part
    if len(outputs) > budget.outputs:
        yield _text("note", f"{len(outputs) - budget.outputs:,} more outputs are not shown.")


def _output(output: Mapping[str, Any], budget: Budget) -> Part:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "text"
        return _text(name, _joined(output.get("text")), terminal=True)
    if kind == "error":
        said = f"{_joined(output.get('ename'))}: {_joined(output.get('evalue'))}".removesuffix(": ")
        return _text("error", said)
    data = output.get("data")
    data = data if isinstance(data, Mapping) else {}
    for mime in MAGIC:
        encoded = _joined(data.get(mime))
        if len(encoded) > ROOM:
            return _text("note", f"An image of {len(encoded) // 1000:,} kB is too large to be shown here.")
        encoded = re.sub(r"\s", "", encoded)
        if is_image(encoded, mime):
            return Part("image", f"data:{mime};base64,{encoded}", len(encoded))
    source = _joined(data.get("text/html"))
    if source and budget.takes(source):
        table = sanitise(source)
        if table.strip():
            return Part("table", table, len(source))
    for mime in ("text/markdown", "text/plain"):
        if mime in data:
            return _text("text", _joined(data[mime]), terminal=True)
    return _text("note", f"An output that cannot be shown here: {', '.join(map(str, data))[:200]}.")


def _text(kind: str, text: str, *, terminal: bool = False) -> Part:
    """Return a part that shows text; only the first `RAW` characters are looked at."""
    shown = clean(text[:RAW], terminal=terminal).rstrip("\n")
    return Part(kind, html.escape(shown), len(shown) + max(len(text) - RAW, 0))


def _joined(value: Any) -> str:
    """Return a text of nbformat, which is one string or a list of them; `""` for anything else."""
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""


def is_image(encoded: str, mime: str) -> bool:
    """Whether this is base64 of an image of this kind, nothing behind it, and small enough for a browser."""
    if not encoded:
        return False
    from PIL import Image

    head, tail = MAGIC[mime]
    try:
        data = base64.b64decode(encoded, validate=True)
        with Image.open(io.BytesIO(data), formats=[mime.removeprefix("image/").upper()]) as image:
            width, height = image.size
    except Exception:  # whatever a hostile file makes the reader raise
        return False
    return data.startswith(head) and data.endswith(tail) and width * height <= PIXELS


def sanitise(source: str) -> str:
    """Return HTML rebuilt from text, tables and plain formatting: no links, styles, ids or images.

    At most `HTML` characters and `TAGS` tags: the time grows with the square of some inputs.
    """
    try:
        return str(_cleaner().clean(UNSEEN.sub("\ufffd", WHOLE.sub("", source))))
    except Exception:  # its parser has asserts that hostile input can reach
        return ""


@cache
def _cleaner() -> Any:
    # Once a process (27 ms). One thread: its parser has a state.
    from bleach.sanitizer import Cleaner  # type: ignore[import-untyped]

    return Cleaner(tags=ALLOWED, attributes=_is_span, protocols=(), strip=True)


def _is_span(tag: str, name: str, value: str) -> bool:
    cell = tag in ("td", "th") and name in ("colspan", "rowspan")
    return cell and re.fullmatch("[0-9]{1,2}", value) is not None


def _level(sizes: Iterable[int], room: float) -> float:
    """Return the limit within which all parts fit: small ones stay whole, large ones share the rest."""
    ordered = sorted(sizes)
    for done, size in enumerate(ordered):
        share = room / (len(ordered) - done)
        if size > share:
            return share
        room -= size
    return room


def _shown(task: TaskResult, mark: Mark, parts: list[Part], level: float) -> dict[str, Any]:
    """Return what the template says of a task."""
    points = task.points if mark.points is None else mark.points
    if points is None and task.state == "not written yet":  # nothing to wait for
        points = 0.0
    if mark.extra:
        points = (points or 0.0) + mark.extra
    return {
        "title": clean(task.title)[:200],
        "state": clean(task.state)[:40],
        "symbol": {"passed": "✓", "written": "✎", "not written yet": "○"}.get(task.state, "✗"),
        "passed": task.state == "passed",
        "points": points,
        "max_points": task.max_points,
        "extra": mark.extra,
        "parts": [(part.kind, *part.within(level)) for part in parts],
    }


def policy() -> str:
    """Return a Content-Security-Policy: our style and images within the page, nothing else."""
    known = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    rest = "default-src 'none'; base-uri 'none'; form-action 'none'"
    return f"{rest}; img-src data:; style-src 'sha256-{known}'"


STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --quiet: #57606a; --code: #f3f5f7;
  --line: #c9d1d9; --good: #1a6b3c; --bad: #a3263a; }
@media (prefers-color-scheme: dark) { :root { --paper: #15191e; --ink: #e6e9ed; --quiet: #a3adb8;
  --code: #20262d; --line: #414b56; --good: #7fd1a0; --bad: #ff9aa5; } }
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  background: var(--paper); color: var(--ink); overflow-wrap: anywhere; -webkit-text-size-adjust: 100%; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .3rem; }
h3 { font-size: 1rem; margin: 1rem 0 .3rem; }
.score { font-size: 1.2rem; }
.quiet { color: var(--quiet); } .good { color: var(--good); } .bad { color: var(--bad); }
.said { white-space: pre-wrap; border-left: .25rem solid var(--line); padding-left: .8rem; margin: .5rem 0; }
.wide, pre { overflow-x: auto; max-width: 100%; unicode-bidi: isolate; }
pre { font: .875rem/1.45 ui-monospace, monospace; background: var(--code); padding: .6rem .8rem;
  margin: .4rem 0; border-radius: .3rem; overflow-wrap: normal; tab-size: 4; }
pre.written { white-space: pre-wrap; overflow-wrap: anywhere; }
.answer { counter-reset: line; }
.answer code { display: block; counter-increment: line; font: inherit; }
.answer code::before { content: counter(line); display: inline-block; width: 2.2em; margin-right: 1em;
  text-align: right; color: var(--quiet); user-select: none; }
table { border-collapse: collapse; overflow-wrap: normal; }
caption { text-align: left; padding-bottom: .4rem; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .8rem .3rem 0; }
th, td { text-align: left; vertical-align: top; }
img { max-width: 100%; height: auto; background: #fff; }
progress { width: 100%; height: 1rem; }
@media print { body { margin: 0; max-width: none; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  h2, h3 { break-after: avoid; } img { break-inside: avoid; } }
"""

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{% block title %}{% endblock %}</title>
<style>{{ style }}</style>
</head>
<body>
<main>
{% block main %}{% endblock %}
</main>
</body>
</html>
"""

FEEDBACK = """\
{% extends "page" %}
{% block title %}Feedback: {{ assignment }}, {{ student }}{% endblock %}
{% macro cut(count) %}
{% if count > 0 %}<p class="quiet">Cut here: {{ "{:,}".format(count) }} more characters.</p>{% endif %}
{% endmacro %}
{% block main %}
<h1>Feedback: {{ assignment }}</h1>
<p>For <bdi>{{ student }}</bdi></p>
{% if status == "failed" %}
<p class="score"><strong>Not graded yet.</strong></p>
<p>The grader could not finish: {{ reason }}<br>This is not a score of 0. Your instructor sees it too.</p>
{% elif status == "rejected" %}
<p class="score"><strong>Not graded.</strong></p>
<p>What you handed in cannot be read as this assignment: {{ reason }}<br>
Ask your instructor how to hand it in again.</p>
{% else %}
<p class="score"><label for="all">
<strong>{{ "%g"|format(score) }} of {{ "%g"|format(max_score) }} points</strong>
{%- if waiting %} so far;
{{ waiting }} {{ "task waits" if waiting == 1 else "tasks wait" }} for your instructor{% endif %}
</label></p>
<progress id="all" value="{{ [0, score]|max }}" max="{{ max_score or 1 }}"></progress>
{% if penalty %}<p>Points taken off because it was late: {{ "%g"|format(penalty) }}.</p>{% endif %}
{% endif %}
{% for said, more in remarks %}
<p>Note: {{ said }}</p>{{ cut(more) }}
{% endfor %}
{% for task in tasks %}
<section>
<h2>{{ task.title }}</h2>
<p><strong{% if task.passed %} class="good"{% elif task.symbol == "✗" %} class="bad"{% endif %}>
{{- task.symbol }} {{ task.state }}</strong>,
{% if task.points is none %}waits for your instructor, {{ "%g"|format(task.max_points) }} points
{%- else %}{{ "%g"|format(task.points) }} of {{ "%g"|format(task.max_points) }} points{% endif %}
{%- if task.extra %}, of which {{ "%g"|format(task.extra) }} extra{% endif %}</p>
{% set seen = namespace(outputs=false) %}
{% for kind, shown, more in task.parts %}
{% if kind == "message" %}<p class="said">{{ shown }}</p>
{% elif kind == "comment" %}<h3>Your instructor says</h3>
<p class="said">{{ shown }}</p>
{% elif kind == "answer" %}<h3>Your answer</h3>
<pre class="answer" tabindex="0"><code>{{ shown }}
</code></pre>
{% elif kind == "written" %}<h3>Your answer</h3>
<pre class="written">{{ shown }}</pre>
{% else %}
{% if not seen.outputs %}{% set seen.outputs = true %}<h3>What your cell printed and showed</h3>{% endif %}
{% if kind == "note" %}<p class="quiet">{{ shown }}</p>
{% elif kind == "table" and shown %}<div class="wide" tabindex="0">{{ shown }}</div>
{% elif kind == "image" and shown %}<img src="{{ shown }}" alt="A figure that your cell showed">
{% elif kind in ("table", "image") %}<p class="quiet">One {{ kind }} is too large to be shown here.</p>
{% else %}
{% if kind == "error" %}<p class="bad">It ended in an error:</p>
{% elif kind == "stderr" %}<p class="quiet">On stderr:</p>
{% endif %}
<pre tabindex="0">{{ shown }}</pre>
{% endif %}
{% endif %}
{% if kind not in ("table", "image") %}{{ cut(more) }}{% endif %}
{% endfor %}
</section>
{% endfor %}
{% endblock %}
"""


def templates(**more: str) -> jinja2.Environment:
    """Return an environment in which `page` is the frame of every page, and everything is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.DictLoader({"page": PAGE, **more}),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals.update(style=Markup(STYLE), policy=policy())  # noqa: S704  # ours
    return environment


TEMPLATE = templates(feedback=FEEDBACK).get_template("feedback")
