"""The book builds without a warning, and the pages hold what readers need."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from roadbook import course, notebooks


def pages() -> list[str]:
    toc = yaml.safe_load((course.root() / "_toc.yml").read_text(encoding="utf-8"))
    found = [toc["root"]]
    for part in toc["parts"]:
        for entry in part["chapters"]:
            found += [entry["file"], *(s["file"] for s in entry.get("sections", []))]
    return found


@pytest.mark.xdist_group("book")
def test_every_page_of_the_map_is_built(built: Path) -> None:
    for page in pages():
        soup = BeautifulSoup((built / f"{page}.html").read_text(encoding="utf-8"), "html.parser")
        assert len(soup.select("article h1")) == 1, f"{page}: expected one title"
        assert not soup.select(".problematic, .system-message"), page
        for image in soup.select("article img"):
            assert str(image.get("alt") or "").strip() not in ("", "image"), (
                f"{page}: a figure without alt text"
            )
        text = soup.select_one("article").get_text()  # type: ignore[union-attr]
        assert not re.search(r"Traceback \(most recent|DeprecationWarning|UserWarning", text), page


def test_solutions_are_not_in_the_site(built: Path) -> None:
    assert not list(built.rglob("solutions*"))
    index = (built / "searchindex.js").read_text(encoding="utf-8")
    assert "BEGIN SOLUTION" not in index and "solutions/" not in index


def test_notebooks_open_in_colab(built: Path) -> None:
    for chapter in course.chapters():
        for path in (chapter.notebook, chapter.exercise):
            page = built / path.relative_to(course.root()).with_suffix(".html")
            links = {
                a["href"]
                for a in BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select("a[href]")
                if "colab.research" in a["href"]
            }
            assert links == {notebooks.colab_link(path)}, f"{page.name}: {links}"


def test_written_chapters_have_their_status_on_the_roadmap() -> None:
    roadmap = (course.root() / "chapters/front/roadmap.md").read_text(encoding="utf-8")
    written = {c.number for c in course.chapters()}
    rows = re.findall(r"^\| \[?(\d\d) .*\| (written|planned) \|$", roadmap, re.M)
    assert {number for number, _ in rows} == {f"{n:02}" for n in range(1, 34)}
    assert {number for number, status in rows if status == "written"} == written
