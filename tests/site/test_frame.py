"""What every page does in a browser: it loads little and only from here, and its few controls work."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Request, expect
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from roadbook import course
from tests.book.test_book import pages

CHAPTER = "chapters/foundations/04-nearest-neighbours"
EVERY = [*pages(), "search", "404"]


@pytest.mark.parametrize("page", EVERY)
def test_a_page_is_light_private_and_fits_a_phone(browser: Browser, address: str, page: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    tab = context.new_page()
    said: list[str] = []
    requests: list[Request] = []
    tab.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    tab.on("pageerror", lambda e: said.append(str(e)))
    tab.on("request", lambda r: requests.append(r))
    tab.goto(f"{address}{page}.html", wait_until="networkidle")
    assert not said, said
    elsewhere = [request.url for request in requests if not request.url.startswith(address)]
    assert not elsewhere, elsewhere
    sizes = {r.url: r.sizes()["responseBodySize"] for r in requests if r.resource_type != "image"}
    assert sum(sizes.values()) < 400_000, sizes
    assert not context.cookies()
    width = tab.evaluate("document.documentElement.scrollWidth")
    assert width <= 360, f"{page} is {width} wide on a phone of 360: what sticks out?"
    policy = tab.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content") or ""
    assert policy.startswith("default-src 'none'"), policy
    assert "unsafe-inline" not in policy and "unsafe-eval'" not in policy.replace("'wasm-unsafe-eval'", "")
    context.close()


def test_the_policy_stops_scripts_and_styles_that_the_book_did_not_write(
    browser: Browser, address: str
) -> None:
    tab = browser.new_page()
    tab.goto(address)
    ran = tab.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            const text = document.createElement("p");
            text.innerHTML = '<b style="color: red" onclick="window.ran = true">x</b>';
            document.body.append(script, text);
            text.firstChild.click();
            return [window.ran === true, getComputedStyle(text.firstChild).color === "rgb(255, 0, 0)"];
        }"""
    )
    assert ran == [False, False]
    tab.close()


def test_dark_and_light_are_kept_until_they_agree_with_the_system(browser: Browser, address: str) -> None:
    context = browser.new_context(color_scheme="light")
    tab = context.new_page()
    tab.goto(address)
    button = tab.get_by_role("button", name="Dark page")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    tab.goto(f"{address}{CHAPTER}.html")
    expect(tab.get_by_role("button", name="Dark page")).to_have_attribute("aria-pressed", "true")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 29)"
    tab.get_by_role("button", name="Dark page").click()
    assert tab.evaluate("localStorage.length") == 0
    context.close()


def test_in_the_dark_a_drawing_is_dark_and_a_picture_is_not_a_negative(
    browser: Browser, address: str
) -> None:
    """Chapter 04 has figures of both kinds. On paper all are as they were drawn."""
    context = browser.new_context(color_scheme="dark")
    tab = context.new_page()
    tab.goto(f"{address}chapters/foundations/04-nearest-neighbours.html")

    # Of each figure: does its cell draw pixels; is its lightness turned round? A change of media takes a moment.
    look = """wanted => {
        const found = [...document.querySelectorAll(".cell_output img")].map(f => [
            f.closest(".cell").innerText.includes("imshow"), getComputedStyle(f).filter !== "none"].join());
        return [...new Set(found)].sort().join(" ") === wanted;
    }"""
    paper, dark = "false,false true,false", "false,true true,false"
    tab.wait_for_function(look, arg=dark)
    tab.emulate_media(media="print")
    tab.wait_for_function(look, arg=paper)
    tab.emulate_media(media="screen", color_scheme="light")
    tab.wait_for_function(look, arg=paper)
    tab.get_by_role("button", name="Dark page").click()
    tab.wait_for_function(look, arg=dark)
    context.close()


def test_open_locally_copies_the_commands(browser: Browser, address: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    tab = context.new_page()
    tab.goto(f"{address}exercises/04-nearest-neighbours/04-nearest-neighbours.html")
    tab.get_by_role("button", name="Open locally").click()
    expect(tab.get_by_role("status")).to_have_text("Copied")
    copied = tab.evaluate("navigator.clipboard.readText()")
    assert re.search(r"^\.venv/bin/python -m roadbook start 04$", copied, re.M), copied
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("status")).to_be_hidden()
    tab.locator(".highlight").first.hover()
    tab.get_by_role("button", name="Copy").first.click()
    assert "import numpy as np" in tab.evaluate("navigator.clipboard.readText()")
    context.close()


def test_the_contents_open_on_a_phone_by_keys_and_without_scripts(browser: Browser, address: str) -> None:
    for scripts in (True, False):
        context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=scripts)
        tab = context.new_page()
        tab.goto(f"{address}{CHAPTER}.html")
        tab.keyboard.press("Tab")
        expect(tab.get_by_role("link", name="Skip to the text")).to_be_focused()
        contents = tab.get_by_role("navigation", name="Contents of the book")
        expect(contents).to_be_hidden()
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        expect(contents).to_be_visible()
        expect(contents.get_by_role("link", name="04 Nearest neighbours")).to_have_attribute(
            "aria-current", "page"
        )
        tab.keyboard.press("Escape")
        expect(contents).to_be_hidden()
        expect(tab.locator("button.mode")).to_be_visible(visible=scripts)
        context.close()


def test_the_contents_open_on_a_phone_where_the_reader_is(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    tab = context.new_page()
    tab.goto(f"{address}chapters/llm-project/19-eval-sets.html")
    tab.get_by_role("button", name="Contents").click()
    expect(tab.locator("#book a.current")).to_be_in_viewport()
    context.close()


def test_the_search_puts_chapters_first_and_shows_no_answers(browser: Browser, address: str) -> None:
    tab = browser.new_page()
    said: list[str] = []
    tab.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    tab.goto(f"{address}search.html?q=kappa")
    expect(tab.locator(".search-summary")).to_contain_text("found")
    found = tab.locator("#search-results li > a").evaluate_all("all => all.map(a => a.pathname)")
    assert found[0].endswith("chapters/llm-project/19-eval-sets.html"), found
    order = ("", "/exercises/", "-drills", "coding-round")
    ranks = [max(rank for rank, words in enumerate(order) if words in path) for path in found]
    assert ranks == sorted(ranks) and set(ranks) == {0, 1, 2, 3}, found
    expect(tab.locator("#search-results li p.context").first).to_be_visible()
    said_there = " ".join(tab.locator("#search-results").all_inner_texts())
    assert "solved" not in said_there and "def " not in said_there, said_there
    tab.goto(f"{address}search.html?q=NotImplementedError+stub_of_no_page")
    expect(tab.locator(".search-summary")).to_have_text(re.compile("^No page holds all these words"))
    assert not said, said
    tab.close()


def test_the_search_index_holds_no_code_of_drills(built: Path) -> None:
    index = (built / "searchindex.js").read_text(encoding="utf-8")
    terms = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))
    pages = [n for n, name in enumerate(terms["docnames"]) if "-drills" in name or "coding-round" in name]
    for word in ("notimplementederror", "colab", "json"):
        hits = terms["terms"].get(word, [])
        assert not {*(hits if isinstance(hits, list) else [hits])} & {*pages}, word
    assert terms["terms"]["overflow"]


def test_wide_tables_are_scrolled_on_a_phone_and_not_squeezed(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    tab = context.new_page()
    tab.goto(f"{address}chapters/front/roadmap.html")
    assert tab.locator("table").first.evaluate("t => t.offsetWidth") >= 1000
    assert tab.evaluate("document.documentElement.scrollHeight") < 8500
    context.close()


def test_the_landing_page_leads_to_the_first_chapter(browser: Browser, address: str) -> None:
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.goto(address)
    expect(tab.get_by_role("link", name="how to start")).to_be_in_viewport()
    tab.get_by_role("link", name="chapter 01, Production Python").click()
    expect(tab.locator("h1")).to_contain_text("Production Python")
    tab.close()


def test_the_search_finds_words_and_needs_no_script_elsewhere(browser: Browser, address: str) -> None:
    tab = browser.new_page()
    loaded: list[str] = []
    wrong: list[str] = []
    tab.on("request", lambda r: loaded.append(r.url))
    tab.on("pageerror", lambda e: wrong.append(str(e)))
    tab.goto(address)
    assert not [url for url in loaded if "search" in url]
    tab.keyboard.press("/")
    tab.keyboard.type("kappa")
    tab.keyboard.press("Enter")
    expect(tab.locator("#search-results li p.context", has_text="kappa").first).to_be_visible()
    tab.locator("#search-results li a", has_text="Eval sets").first.click()
    expect(tab.locator("h1")).to_contain_text("val sets")
    assert not wrong, wrong
    tab.close()


def test_motion_stops_where_the_reader_wants_none(browser: Browser, address: str) -> None:
    for wish, behaviour in (("reduce", "auto"), ("no-preference", "smooth")):
        context = browser.new_context(reduced_motion=wish)  # type: ignore[arg-type]
        tab = context.new_page()
        tab.goto(address)
        assert tab.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == behaviour
        context.close()


def test_a_missing_page_says_so_at_any_depth(browser: Browser, address: str) -> None:
    tab = browser.new_page()
    answer = tab.goto(f"{address}chapters/nowhere/at-all.html")
    assert answer is not None and answer.status == 404
    tab.get_by_role("navigation").get_by_role("link", name="Glossary").click()
    expect(tab.locator("h1")).to_contain_text("Glossary")
    tab.close()


def test_pages_read_from_a_file_keep_their_look(browser: Browser, built: Path) -> None:
    tab = browser.new_page()
    tab.goto((built / f"{CHAPTER}.html").as_uri())
    expect(tab.get_by_role("button", name="Dark page")).to_be_visible()  # the script ran
    assert tab.evaluate("getComputedStyle(document.querySelector('.top')).position") == "sticky"
    tab.close()


def small_book(source: Path) -> None:
    """Write two pages, one with formulas, and what the theme reads."""
    (source / "chapters/front").mkdir(parents=True)
    shutil.copy(course.root() / "chapters/front/roadmap.md", source / "chapters/front/roadmap.md")
    (source / "index.md").write_text(
        "# Sum\n\nThe mean $\\bar x$ is\n\n$$\\frac1n\\sum_i x_i$$\n\n```{toctree}\nplain\n```\n",
        encoding="utf-8",
    )
    (source / "plain.md").write_text("# Plain\n\nNo formula.\n", encoding="utf-8")


def build(source: Path, out: Path) -> None:
    if not (source / "node_modules").exists():
        (source / "node_modules").symlink_to(course.root() / "node_modules")
    settings = {
        "extensions": ["myst_parser", "roadbook_site"],
        "myst_enable_extensions": ["dollarmath"],
        "html_theme": "roadbook",
        "exclude_patterns": ["node_modules", "chapters"],
        "html_theme_options": {"repository_url": "https://github.com/owner/name"},
    }
    warnings = StringIO()
    with docutils_namespace():  # what extensions register holds for the whole process otherwise
        app = Sphinx(source, None, out, out / ".trees", "html", settings, status=None, warning=warnings)
        app.build()
    assert app.statuscode == 0 and not warnings.getvalue(), warnings.getvalue()


def test_formulas_are_set_at_build_time_and_only_their_pages_load_the_style(tmp_path: Path) -> None:
    small_book(tmp_path / "source")
    out = tmp_path / "out"
    build(tmp_path / "source", out)
    with_formula = (out / "index.html").read_text(encoding="utf-8")
    assert "<math" in with_formula and "katex/katex.css" in with_formula and "style=" not in with_formula
    assert "katex" not in (out / "plain.html").read_text(encoding="utf-8")
    style = (out / "_static/katex/katex.css").read_text(encoding="utf-8")
    fonts = re.findall(r"url\(([^)]+)\)", style)
    assert fonts and all((out / "_static/katex" / font).is_file() for font in fonts), fonts


@pytest.mark.parametrize("width", [320, 360, 390])
def test_the_bar_at_the_top_fits_and_nothing_in_it_overlaps(
    browser: Browser, address: str, width: int
) -> None:
    tab = browser.new_page(viewport={"width": width, "height": 740})
    tab.goto(f"{address}{CHAPTER}.html")
    boxes = tab.locator(".top > *, .search > *").evaluate_all(
        """parts => parts.filter(part => !part.matches(".search")).map(part => {
            const {left, right, width} = part.getBoundingClientRect();
            return [left, right, width];
        }).filter(([, , width]) => width > 1)"""
    )
    assert len(boxes) >= 5  # contents, home, what to search, search, mode
    ends = [0.0, *(right for _, right, _ in boxes)]
    assert all(left >= end - 0.5 for (left, *_), end in zip(boxes, ends, strict=False)), boxes
    assert ends[-1] <= width
    icons = tab.locator(".top .icon").evaluate_all("icons => icons.map(i => i.getBoundingClientRect().width)")
    assert min(icons) >= 16, icons
    tab.close()


def test_lines_do_not_end_within_a_quantity_or_a_short_piece_of_code(browser: Browser, address: str) -> None:
    tab = browser.new_page(viewport={"width": 360, "height": 740})
    tab.goto(f"{address}chapters/foundations/05-metrics.html")
    text = " ".join(tab.locator("main p").all_inner_texts())
    assert "10.7\N{NO-BREAK SPACE}%" in text and not re.search(r"\d %|hapter \d\d", text)
    tab.goto(f"{address}{CHAPTER}.html")
    heights = tab.locator("code.short").evaluate_all("codes => codes.map(c => c.getClientRects().length)")
    assert heights and set(heights) <= {0, 1}, "0 in a closed fold"
    tab.close()


def test_a_fraction_has_its_numerator_above_the_line(browser: Browser, address: str) -> None:
    tab = browser.new_page(viewport={"width": 390, "height": 844})
    tab.goto(f"{address}exercises/09-project-classifier/09-project-classifier.html")
    boxes = tab.locator(".katex-html .mfrac .vlist").first.evaluate(
        """fraction => [...fraction.querySelectorAll(":scope > span > .mord")].map(part => {
            const box = part.getBoundingClientRect();
            return [box.top, box.bottom, getComputedStyle(part).color];
        })"""
    )
    (below, _, colour), (_, above, _) = boxes  # KaTeX writes the denominator first
    assert above <= below + 1, f"the numerator ends at {above}, the denominator begins at {below}"
    assert colour == tab.locator("main p").first.evaluate("p => getComputedStyle(p).color")
    tab.close()


def test_pages_show_when_they_changed_and_nothing_where_history_is_cut(tmp_path: Path) -> None:
    source, shallow = tmp_path / "source", tmp_path / "shallow"
    small_book(source)
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-C", str(source)]
    dated = {
        **os.environ,
        "GIT_AUTHOR_DATE": "2025-03-04T12:00:00Z",
        "GIT_COMMITTER_DATE": "2025-03-04T12:00:00Z",
    }
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["commit", "-qm", "first"],
        ["commit", "-q", "--allow-empty", "-m", "b"],
    ):
        subprocess.run([*git, *words], check=True, env=dated)
    subprocess.run(["git", "clone", "-q", "--depth", "1", source.as_uri(), str(shallow)], check=True)
    build(source, tmp_path / "out")
    assert 'datetime="2025-03-04"' in (tmp_path / "out/plain.html").read_text(encoding="utf-8")
    assert "<lastmod>2025-03-04</lastmod>" in (tmp_path / "out/sitemap.xml").read_text(encoding="utf-8")
    build(shallow, tmp_path / "shallow-out")
    assert "Last changed" not in (tmp_path / "shallow-out/plain.html").read_text(encoding="utf-8")
