"""Pictures made from the book itself: the road on the landing page, and the card that a shared link shows."""

# ruff: noqa: E501 (markup is easier to read unbroken)

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path

ROADMAP = "chapters/front/roadmap"
ROW = re.compile(
    r"^\| (?P<chapter>[^|]+) \|(?:[^|]*\|){3} (?P<month>[^|]+) \| (?P<status>written|planned) \|$", re.M
)
PROJECT = re.compile(r"^\| (?P<name>[^|]+) \| (?P<chapters>\d\d(?: to \d\d)?) \|", re.M)
PART = re.compile(r"^## Part (\d): (.+)$", re.M)
MONTHS = {"1": "months 1 to 3", "2": "months 4 to 6", "3": "months 7 to 12"}


@dataclass(frozen=True)
class Stop:
    """A chapter on the road."""

    number: int
    title: str
    month: str
    written: bool
    link: str
    """Address from the landing page: of its page, or of its row in the roadmap while it is planned."""


def stops(roadmap: str) -> dict[tuple[str, str], list[Stop]]:
    """Read the chapters of each part, (number, name), from the text of the roadmap page."""
    found: dict[tuple[str, str], list[Stop]] = {}
    headings = list(PART.finditer(roadmap))
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        rows = ROW.finditer(roadmap, heading.end(), following.start() if following else len(roadmap))
        part = found.setdefault((heading[1], heading[2]), [])
        for row in rows:
            linked = re.fullmatch(r"\[(.+)\]\(\.\./(.+)\.ipynb\)", row["chapter"])
            words = linked[1] if linked else row["chapter"]
            written = linked is not None and row["status"] == "written"
            row_of_it = f"{ROADMAP}.html#chapter-{words[:2]}"
            link = f"chapters/{linked[2]}.html" if linked and written else row_of_it
            part.append(Stop(int(words[:2]), words[3:], row["month"], written, link))
    return found


def projects(roadmap: str) -> dict[str, tuple[int, int]]:
    """Read the side projects and the chapters that they take, first and last."""
    found = {}
    for row in PROJECT.finditer(roadmap):
        first, _, last = row["chapters"].partition(" to ")
        found[row["name"]] = (int(first), int(last or first))
    return found


def roads(source: Path) -> str:
    """Draw one road for each part. Written chapters are filled and ticked; planned ones hollow and slanted, and said to be so."""
    roadmap = (source / f"{ROADMAP}.md").read_text(encoding="utf-8")
    drawn = "".join(_road(*part, chapters, projects(roadmap)) for part, chapters in stops(roadmap).items())
    return f"""
<div class="roads">{drawn}</div>
<ul class="key">
<li><svg viewBox="0 0 16 16" aria-hidden="true"><circle class="stop written" cx="8" cy="8" r="6"/><path class="tick" d="m5 8 2 2 4-4"/></svg>written</li>
<li><svg viewBox="0 0 16 16" aria-hidden="true"><circle class="stop" cx="8" cy="8" r="6"/></svg>planned</li>
<li><svg viewBox="0 0 16 16" aria-hidden="true"><path class="flag" d="M3 1v14h1.500V9.500L14 6 4.500 2.500V1z"/></svg>a project to show</li>
<li><a href="{ROADMAP}.html">What each chapter holds</a></li>
</ul>
"""


def _road(number: str, name: str, chapters: list[Stop], all_projects: dict[str, tuple[int, int]]) -> str:
    x, step = 42, 30
    y = 34
    rows, places = [], {}
    for month, stops_of_month in groupby(chapters, key=lambda stop: stop.month):
        for nth, stop in enumerate(stops_of_month):
            places[stop.number] = y
            label = f'<text class="month" x="0" y="{y + 4}">{month}</text>' if nth == 0 else ""
            words = f'<text x="{x + 17}" y="{y + 5}">{stop.number:02} {escape(stop.title)}</text>'
            circle = f'<circle class="stop" cx="{x}" cy="{y}" r="7"/>'
            flagged = stop.title.startswith("Project ") or (stop.number, stop.number) in all_projects.values()
            flag = (
                f'<path class="flag" d="M{x + 258} {y - 8}v16h1.500v-6l9-3.500-9-3.500v-3z"/>'
                if flagged
                else ""
            )
            if stop.written:
                tick = f'<path class="tick" d="m{x - 3} {y} 2.200 2.200 4-4.200"/>'
                rows.append(
                    f'{label}<g class="written"><a href="{stop.link}">{circle}{tick}{words}</a>{flag}</g>'
                )
            else:
                said = f"{stop.number:02} {stop.title}, planned{', a project to show' if flagged else ''}"
                link = f'<a href="{stop.link}" aria-label="{escape(said)}">{circle}{words}</a>'
                rows.append(f'{label}<g class="planned">{link}{flag}</g>')
            y += step
            for project, (first, last) in all_projects.items():
                if first == last == stop.number:
                    rows.append(f'<text class="project" x="{x + 17}" y="{y - 7}">{escape(project)}</text>')
                    y += 14
    spans = ""
    for project, (first, last) in all_projects.items():
        if first != last and first in places and last in places:
            top, bottom = places[first] - 8, places[last] + 8
            spans += (
                f'<path class="span" d="M{x + 250} {top}h6v{bottom - top}h-6"/>'
                f'<text class="project" text-anchor="middle" transform="translate({x + 270} {(top + bottom) // 2}) rotate(-90)">'
                f"{escape(project)}: chapters {first} to {last}</text>"
            )
    road = f'<path class="road" d="M{x} {min(places.values())}V{max(places.values())}"/>'
    caption = f"Part {number}: {escape(name)}<small>{MONTHS[number]}, {len(chapters)} chapters</small>"
    return (
        f'<figure data-part="{number}"><figcaption>{caption}</figcaption>'
        f'<svg viewBox="0 0 318 {y - 4}" role="group" aria-label="The road of part {number}">'
        f'<text class="month" x="0" y="12">month</text>{road}{"".join(rows)}{spans}</svg></figure>'
    )


@dataclass(frozen=True)
class Card:
    """What the picture of a shared link shows."""

    title: str
    part: str
    figure: Path | None

    def path(self, page: str) -> str:
        return f"cards/{page.replace('/', '-')}.png"


GROUND = {"": "#2b4c9b", "1": "#0c6b63", "2": "#ac2f46", "3": "#7d5200"}


def draw_card(card: Card, path: Path, face: Path, book: str) -> None:
    """Draw 1200 by 630 points: the title in the part's colour, and the page's first figure if it has one."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (1200, 630), GROUND[card.part])
    pen = ImageDraw.Draw(picture)
    room = 1060
    if card.figure is not None:
        figure = Image.open(card.figure).convert("RGB")
        figure.thumbnail((560, 420))
        left, top = 1200 - figure.width - 40, (630 - figure.height) // 2
        pen.rounded_rectangle((left - 20, top - 20, 1220, top + figure.height + 20), 12, fill="white")
        picture.paste(figure, (left, top))
        room = left - 120
    size = 84
    while True:
        font = ImageFont.truetype(str(face), size)
        lines = [""]
        for word in card.title.split():
            longer = f"{lines[-1]} {word}".strip()
            if pen.textlength(longer, font=font) <= room or not lines[-1]:
                lines[-1] = longer
            else:
                lines.append(word)
        if size <= 40 or (len(lines) <= 4 and all(pen.textlength(line, font=font) <= room for line in lines)):
            break
        size -= 4
    pen.multiline_text((70, 300), "\n".join(lines), font=font, fill="white", anchor="lm", spacing=size // 5)
    pen.text((150, 566), book, font=ImageFont.truetype(str(face), 32), fill="white", anchor="lm")
    # the sign of the book, as in the favicon: start, fork, arrow
    pen.line([(90, 590), (90, 572), (98, 562), (126, 562)], fill="white", width=7, joint="curve")
    pen.line([(116, 552), (126, 562), (116, 572)], fill="white", width=7, joint="curve")
    pen.line([(90, 556), (90, 540)], fill="#ffc94d", width=7)
    pen.ellipse((82, 582, 98, 598), fill="white")
    path.parent.mkdir(exist_ok=True)
    picture.quantize(64).save(path, optimize=True)
