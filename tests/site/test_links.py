"""What a page points to exists, and what points to a page is right."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from roadbook_site import repairs

from roadbook import course
from tests.book.test_book import pages

SPECIAL = ("search", "404")


@pytest.fixture(scope="module")
def soups(built: Path) -> dict[str, BeautifulSoup]:
    """Every page by its path below the site."""
    found = [path for path in built.rglob("*.html") if "_static" not in path.parts]
    return {
        path.relative_to(built).as_posix(): BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in found
    }


@pytest.fixture(scope="module")
def base(built: Path) -> str:
    return str(json.loads((built / "site.json").read_text(encoding="utf-8"))["base"])


def test_the_site_holds_the_pages_of_the_map_and_no_others(soups: dict[str, BeautifulSoup]) -> None:
    assert set(soups) == {f"{page}.html" for page in [*pages(), *SPECIAL]}


def test_links_and_anchors_exist(built: Path, soups: dict[str, BeautifulSoup], base: str) -> None:
    ids = {page: {str(tag["id"]) for tag in soup.select("[id]")} for page, soup in soups.items()}
    broken, seen = [], 0
    for page, soup in soups.items():
        for tag in soup.select("[href], [src], form[action]"):
            link = str(tag.get("href") or tag.get("src") or tag.get("action"))
            target = urljoin(base + page, link)
            if not target.startswith(base):
                continue
            seen += 1
            path = unquote(urlsplit(target).path).removeprefix(urlsplit(base).path) or "index.html"
            anchor = unquote(urlsplit(target).fragment)
            if not (built / path).is_file():
                broken.append(f"{page}: {link}: no such file")
            elif anchor and path in ids and anchor not in ids[path]:
                broken.append(f"{page}: {link}: no such anchor")
    assert not broken, broken
    assert seen > 1000, "expected over a thousand internal links; was the site read?"


def test_nothing_is_fetched_from_elsewhere(soups: dict[str, BeautifulSoup]) -> None:
    for page, soup in soups.items():
        for tag in soup.select("script[src], img[src], link[rel=stylesheet], link[rel=preload], iframe"):
            assert not urlsplit(str(tag.get("src") or tag.get("href"))).netloc, f"{page}: {tag}"


def test_search_engines_get_sitemap_addresses_and_descriptions(
    built: Path, soups: dict[str, BeautifulSoup], base: str
) -> None:
    tree = ElementTree.parse(built / "sitemap.xml")  # noqa: S314
    listed = [str(node.text) for node in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert sorted(listed) == sorted(base + ("" if page == "index" else f"{page}.html") for page in pages())
    descriptions = []
    for page, soup in soups.items():
        canonical = soup.select_one("link[rel=canonical]")
        if page.removesuffix(".html") in SPECIAL:
            assert canonical is None and soup.select_one("meta[name=robots][content=noindex]"), page
            continue
        assert canonical is not None and canonical["href"] in listed, page
        described = soup.select_one("meta[name=description]")
        assert described is not None and 40 <= len(str(described["content"])) <= 202, f"{page}: {described}"
        descriptions.append(described["content"])
        picture = soup.select_one('meta[property="og:image"]')
        assert picture is not None and str(picture["content"]).startswith(base), page
        assert repairs.png_size(built / str(picture["content"]).removeprefix(base)) == (1200, 630), page
    assert len(set(descriptions)) == len(descriptions), "two pages have the same description"


def test_figures_are_described_sized_and_lazy(soups: dict[str, BeautifulSoup]) -> None:
    for page, soup in soups.items():
        for image in soup.select("img"):
            words = str(image.get("alt") or "")
            assert len(words.split()) >= 5 and ".png" not in words, (
                f"{page}: alt text {words!r} says too little"
            )
            assert image.get("width") and image.get("height") and image.get("loading") == "lazy", (
                f"{page}: {image}"
            )


def test_tables_have_headers_with_a_scope(soups: dict[str, BeautifulSoup]) -> None:
    for page, soup in soups.items():
        for table in soup.select("article table"):
            heads = table.select("th")
            assert heads and all(head.get("scope") for head in heads), f"{page}: {str(table)[:200]}"
            assert all(head.get_text().strip() for head in heads), (
                f"{page}: an empty header: {str(table)[:200]}"
            )


def test_the_road_links_every_chapter_and_tells_the_planned_ones(soups: dict[str, BeautifulSoup]) -> None:
    road = soups["index.html"].select_one(".roads")
    assert road is not None
    pages_of = {
        c.number: c.notebook.relative_to(course.root()).with_suffix(".html").as_posix()
        for c in course.chapters()
    }
    rows = {
        f"{n:02}": f"chapters/front/roadmap.html#chapter-{n:02}" for n in range(1, 34)
    }  # that they exist is tested above
    links = {link.get_text()[:2]: str(link["href"]) for link in road.select("a")}
    assert links == rows | pages_of
    assert len(road.select(".written")) == len(pages_of)
    # a hollow stop without a tick, and a word
    planned = road.select(".planned")
    assert len(planned) == 33 - len(pages_of)
    for stop in planned:
        assert stop.a is not None and str(stop.a["aria-label"]).startswith(stop.a.get_text())
        assert "planned" in str(stop.a["aria-label"]) and not stop.select(".tick")
    assert len(road.select(".project")) == 4


def test_every_page_can_be_mended_and_notebooks_opened_elsewhere(soups: dict[str, BeautifulSoup]) -> None:
    for page in pages():
        soup = soups[f"{page}.html"]
        links = {link.get_text(): str(link["href"]) for link in soup.select(".page-end a, .tools a")}
        assert "/edit/" in links["Suggest an edit"], page
        source = links["Suggest an edit"].partition("/edit/main/")[2]
        assert (course.root() / source).is_file(), f"{page}: {source}"
        footer = soup.select_one("footer.bottom")
        assert footer is not None and "version 0." in footer.get_text(), page
        if source.endswith(".ipynb"):
            commands = soup.select_one("#locally pre")
            assert commands is not None and "git clone --branch" in commands.get_text(), page
            assert "Open in Colab" in links, page
            said = soup.select_one(".tools > span")
            assert said is not None and said.get_text() == f"Version {version('roadbook')}", page
