"""The whole book as one PDF: the built pages in their order, printed by Chromium.

    make pdf

The contents are links and the reader's outline, links between pages stay links, each sheet has its number.
Pages that only do something on a screen are left out; links to them lead to the public site.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from html import escape
from importlib.metadata import version
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

SHEET_PIXELS = 673
"""Width of the text on an A4 sheet with margins of 16 mm, in CSS pixels."""
ON_A_SCREEN_ONLY = ("chapters/back/coding-round.html", "chapters/front/progress.html")
"""The first repeats every drill beside a clock, the second lists what the reader's browser has kept."""
STYLE = """
@font-face {
  font-family: Overpass; font-weight: 700; font-display: block; src: url("_static/overpass-700.woff2");
}
.cover { break-after: page; padding-top: 35%; }
.cover h1 { font-size: 34pt; }
.contents { break-after: page; }
.contents li { margin: 0.1rem 0; }
.contents a { text-decoration: none; }
article { break-before: page; }
article, .bd-article :is(p, ul, ol, dl, blockquote, details, h1, h2, h3, h4) { max-width: none; }
"""
FOOTER = (
    '<div style="width:100%;font:8px sans-serif;color:#565d69;padding:0 16mm;display:flex;'
    'justify-content:space-between"><span>{title}</span>'
    '<span><span class="pageNumber"></span> / <span class="totalPages"></span></span></div>'
)


def soup_of(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def anchor(page: str, name: str = "") -> str:
    """The name in the one document of a page, or of a place on it."""
    return re.sub(r"\W+", "-", page) + (f"--{name}" if name else "")


def chapter(site: Path, page: str, pages: list[str], base: str) -> tuple[Tag, str]:
    """Return the article of a page with names and addresses for one document, and the styles it needs.

    What it links and the document does not hold is linked at `base`, the public address.
    """
    soup = soup_of(site / page)
    article = soup.select_one("article")
    assert article is not None, page  # noqa: S101
    for tag in article.select("[id]"):
        tag["id"] = anchor(page, str(tag["id"]))
    for tag in article.select("[for], [aria-describedby], [aria-labelledby]"):
        for name in ("for", "aria-describedby", "aria-labelledby"):
            if tag.has_attr(name):
                tag[name] = anchor(page, str(tag[name]))
    for link in article.select("a[href]"):
        target, _, place = str(link["href"]).partition("#")
        there = normpath(join(dirname(page), target)) if target else page
        if there in pages:
            link["href"] = "#" + anchor(there, place)
        elif not urlsplit(target).scheme:
            link["href"] = base + there + (f"#{place}" if place else "")
    for image in article.select("img"):
        image["src"] = normpath(join(dirname(page), str(image["src"])))
        del image["loading"]  # what is lazy is not on the sheet when it is printed
    for fold in article.select("details"):
        fold["open"] = ""
    for sign in article.select(".headerlink, script"):
        sign.decompose()
    article["id"] = anchor(page)
    root = soup.select_one("html[data-part]")
    if root is not None:
        article["data-part"] = str(root["data-part"])
    own = soup.select_one("head > style")
    return article, f"#{anchor(page)} {{ {own.get_text()} }}" if own is not None else ""


def assemble(site: Path) -> str:
    """Return the whole book as one page, for a file in the site's folder."""
    first = soup_of(site / "index.html")
    title = first.title.get_text() if first.title else ""
    links = first.select("#book a[href]")
    pages = ["index.html", *dict.fromkeys(normpath(str(link["href"])) for link in links)]
    pages = [page for page in pages if (site / page).is_file() and page not in ON_A_SCREEN_ONLY]
    base = json.loads((site / "site.json").read_text(encoding="utf-8"))["base"]
    sheets = {
        normpath(join(dirname(page), str(sheet["href"]).partition("?")[0]))
        for page in pages
        for sheet in soup_of(site / page).select("link[rel=stylesheet]")
    }
    contents = first.select_one("#book")
    assert contents is not None  # noqa: S101
    for link in contents.select("a[href]"):
        page = normpath(str(link["href"]))
        if page in ON_A_SCREEN_ONLY and link.parent is not None:
            link.parent.decompose()
        else:
            link["href"] = "#" + anchor(page)
    articles, styles = zip(*(chapter(site, page, pages, base) for page in pages), strict=True)
    linked = "".join(f'<link rel="stylesheet" href="{escape(sheet)}">' for sheet in sorted(sheets))
    return (
        '<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>{linked}<style>{STYLE}{''.join(styles)}</style></head><body>"
        f'<div class="cover"><h1>{escape(title)}</h1><p>Version {version("roadbook")}</p></div>'
        f'<div class="contents"><h1>Contents</h1>{contents.decode_contents()}</div>'
        f"{''.join(str(article) for article in articles)}</body></html>"
    )


def cut(tab: Any) -> list[str]:
    """Return what sticks out of a sheet's width."""
    found: list[str] = tab.evaluate(
        """(width) => [...document.querySelectorAll("article *")]
            .filter((node) => node.checkVisibility() && node.getBoundingClientRect().right > width + 1)
            .filter((node) => !node.closest("svg, .katex-mathml, [hidden]"))
            .map((node) => node.outerHTML.slice(0, 120))""",
        SHEET_PIXELS,
    )
    return found


def make(site: Path, pdf: Path) -> list[str]:
    """Print the book; return what would not fit a sheet."""
    from playwright.sync_api import sync_playwright

    site, pdf = site.resolve(), pdf.resolve()  # a browser opens no relative address

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("expected Chromium on PATH; apt-get install chromium")
    whole = site / "_whole.html"
    whole.write_text(assemble(site), encoding="utf-8")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            tab = browser.new_page(viewport={"width": SHEET_PIXELS, "height": 1000}, java_script_enabled=True)
            tab.emulate_media(media="print", color_scheme="light")
            tab.goto(whole.as_uri(), wait_until="load")
            too_wide = cut(tab)
            tab.pdf(
                path=pdf,
                format="A4",
                outline=True,
                tagged=True,
                print_background=True,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template=FOOTER.format(title=escape(tab.title())),
                margin={"top": "18mm", "bottom": "20mm", "left": "16mm", "right": "16mm"},
            )
            browser.close()
    finally:
        whole.unlink()
    return too_wide


if __name__ == "__main__":
    left = make(Path(sys.argv[1]), Path(sys.argv[2]))
    for line in left:
        print(f"wider than a sheet: {line}", file=sys.stderr)
    print(f"The PDF is at {sys.argv[2]}")
    sys.exit(bool(left))
