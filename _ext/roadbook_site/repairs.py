"""What is done to the text of a page when it is written, so that no reader's browser has to.

Each repair says what it mends. Sphinx, MyST-NB and pandas write the markup that is mended here.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EntitySubstitution
from bs4.formatter import HTMLFormatter

PLAIN_TOKENS = ("n", "p", "o", "w", "pre", "std", "nn", "vm", "gi")
"""Classes of spans that the style gives no colour: three of four spans of a page of code."""
PLAIN_HTML = HTMLFormatter(EntitySubstitution.substitute_xml, void_element_close_prefix="")
TORN = re.compile(
    r"(?<=\d) (?=(?:%|[kMGT]?B|m?s|min|h|px)(?!\w))|(?<=[Cc]hapter) (?=\d\d)|(?<=\d) (?=×)|(?<=×) (?=\d)"
)
"""The spaces at which no line may end."""
SHORT = 16
"""Characters of a piece of code that stays on one line."""
WIDE = 160
"""Columns from which on a line is text, such as a card's, and not code: it is folded where code fits."""
NARROW = 38
"""Columns of code that a phone shows."""


class Page:
    """The text of a page, repaired."""

    def __init__(self, body: str, images: dict[str, Path]) -> None:
        """`images`: the file behind each name in _images/, which Sphinx copies only at the end."""
        self._soup = BeautifulSoup(body, "html.parser")
        self._images = images
        self.first_figure: Path | None = None
        self.sections: list[tuple[str, str]] = []
        self.style = ""
        for repair in (
            self._drop_scripts,
            self._drop_wrappers,
            self._name_heading_links,
            self._size_images,
            self._mend_data_frames,
            self._give_tables_scope,
            self._let_keys_scroll_code,
            self._keep_together,
            self._name_boxes_to_tick,
            self._move_styles,
        ):
            repair()
        self.has_formulas = self._soup.select_one(".katex") is not None

    def html(self) -> str:
        return self._soup.decode(formatter=PLAIN_HTML)

    @property
    def description(self) -> str:
        """The first paragraph, cut at the end of a sentence or a word."""
        for paragraph in self._soup.select("section > p, h1 + p"):
            words = " ".join(paragraph.get_text().split())
            if len(words) > 40:
                if len(words) <= 200:
                    return words
                cut = words[:200]
                end = max(cut.rfind(". "), cut.rfind("? "))
                return cut[: end + 1] if end > 80 else cut[: cut.rfind(" ")].rstrip(",;:") + " …"
        return ""

    def insert_before_first_section(self, html: str) -> None:
        first = self._soup.select_one("section > section")
        if first is not None:
            first.insert_before(BeautifulSoup(html, "html.parser"))

    def name_chapter_rows(self) -> None:
        """Give a chapter's row in the roadmap an address, to which the road on the landing page leads."""
        for row in self._soup.select("tbody tr"):
            if number := re.match(r"\s*(\d\d) ", row.get_text()):
                row["id"] = f"chapter-{number[1]}"

    def _drop_scripts(self) -> None:
        """sphinx-thebe ends each page with scripts for a kernel elsewhere. Data for scripts of ours stay."""
        for script in self._soup.select("script:not([type='application/json'])"):
            script.decompose()

    def _drop_wrappers(self) -> None:
        """Spans and classes that nothing styles or reads make a page of code three times as long."""
        for tag in self._soup.select("span"):
            classes = _classes(tag)
            if (
                classes
                and all(c in PLAIN_TOKENS or c.startswith("std-") for c in classes)
                and not tag.get("id")
            ):
                tag.unwrap()
            elif not tag.attrs and not tag.contents:
                tag.decompose()  # Pygments puts an empty span before each block
        unused = {
            "docutils",
            "literal",
            "notranslate",
            "container",
            "tex2jax_ignore",
            "mathjax_ignore",
            "simple",
        }
        unused |= {"row-odd", "row-even", "head", "reference", "align-default"}
        for tag in self._soup.select("[class]"):
            kept = [c for c in _classes(tag) if c not in unused]
            if kept:
                tag["class"] = " ".join(kept)
            else:
                del tag["class"]

    def _name_heading_links(self) -> None:
        """A title= is not read on a phone or by all screen readers."""
        for link in self._soup.select("a.headerlink"):
            heading = link.parent
            link.attrs = {"class": "headerlink", "href": link["href"], "aria-label": "Link to this section"}
            if heading is not None and heading.name == "h2":
                words = heading.get_text().removesuffix(link.get_text()).strip()
                self.sections.append((str(link["href"]).removeprefix("#"), words))

    def _size_images(self) -> None:
        """With its size known a figure does not push the text away when it arrives."""
        for image in self._soup.select("img[src]"):
            path = self._images.get(str(image["src"]).rpartition("/")[2])
            size = png_size(path) if path else None
            if size:
                image["width"], image["height"] = str(size[0]), str(size[1])
                self.first_figure = self.first_figure or path
            cell = image.find_parent(class_="cell")
            if cell is not None and "imshow" in cell.get_text():
                image["class"] = "pixels"  # its colours mean something: the dark mode leaves them alone
            image["loading"], image["decoding"] = "lazy", "async"
            if cell is not None and image.find_parent("a") is None:  # a phone shows its letters small
                image.wrap(self._soup.new_tag("a", attrs={"class": "figure", "href": str(image["src"])}))

    def _mend_data_frames(self) -> None:
        """Pandas puts a style sheet into each table, sizes in attributes, and empty cells as headers."""
        for style in self._soup.select("div > style"):
            style.decompose()
        for table in self._soup.select("table.dataframe"):
            del table["border"]
            for row in table.select("tr[style]"):
                del row["style"]
            for head in table.select("thead th"):
                if not head.get_text().strip():
                    head.name = "td"
                del head["halign"]

    def _give_tables_scope(self) -> None:
        """A header says whether it heads a row or a column; a wide table is scrolled by keys too."""
        for number, table in enumerate(self._soup.select("table"), start=1):
            for head in table.select("thead th"):
                head["scope"] = "colgroup" if head.has_attr("colspan") else "col"
            for head in table.select("tbody th"):
                head["scope"] = "row"
            box = self._soup.new_tag("div", attrs={"class": "table", "tabindex": "0", "role": "region"})
            before = table.find_previous(["h1", "h2", "h3"])
            words = before.get_text().rstrip("#").strip() if isinstance(before, Tag) else ""
            box["aria-label"] = f"Table {number}: {words}".rstrip(": ")
            table.wrap(box)

    def _keep_together(self) -> None:
        """No line ends between a number and its unit, after "chapter", or within a short piece of code."""
        for text in self._soup.find_all(string=TORN):
            if text.find_parent(["pre", "code", "script", "style", "textarea", "math", "svg"]) is None:
                text.replace_with(TORN.sub("\N{NO-BREAK SPACE}", text))
        for code in self._soup.select(":not(pre) > code"):
            if len(code.get_text()) <= SHORT:
                code["class"] = " ".join([*_classes(code), "short"])

    def _let_keys_scroll_code(self) -> None:
        """What scrolls sideways must be reachable by keys; what fits a phone need not be a stop."""
        for block in self._soup.select("pre"):
            longest = max((len(line) for line in block.get_text().splitlines()), default=0)
            if longest > NARROW:
                block["tabindex"] = "0"
            if longest > WIDE:
                block["class"] = " ".join([*_classes(block), "prose"])

    def _name_boxes_to_tick(self) -> None:
        """A list to tick has boxes without a label: their text is the item's."""
        for box in self._soup.select("input.task-list-item-checkbox"):
            item = box.find_parent("li")
            box["aria-label"] = " ".join(item.get_text().split())[:120] if isinstance(item, Tag) else "to do"

    def _move_styles(self) -> None:
        """Style attributes would need 'unsafe-inline'; as classes of one sheet they need one hash."""
        classes: dict[str, str] = {}
        for tag in self._soup.select("[style]"):
            text = str(tag["style"]).strip().rstrip(";")
            del tag["style"]
            if text:
                name = classes.setdefault(text, f"i{len(classes) + 1}")
                tag["class"] = " ".join([*_classes(tag), name])
        self.style = "".join(f".{name}{{{text}}}" for text, name in classes.items())


def _classes(tag: Tag) -> list[str]:
    found: Any = tag.get("class") or []  # a list where it was parsed, a string where a repair has set it
    return found.split() if isinstance(found, str) else list(found)


def png_size(path: Path) -> tuple[int, int] | None:
    """Return width and height from the header of a PNG."""
    if path.suffix != ".png" or not path.is_file():
        return None
    with path.open("rb") as file:
        header = file.read(24)
    width, height = struct.unpack(">II", header[16:24])
    return int(width), int(height)
