"""The whole book prints: every page, its links and its outline, and nothing sticks out of a sheet."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from bs4 import BeautifulSoup
from roadbook_site import pdf

from tests.book.test_book import pages


def test_the_pdf_holds_every_page_and_cuts_nothing(built: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"  # the printed page is written beside the others for a moment
    shutil.copytree(built, site, ignore=shutil.ignore_patterns("pyodide", "_sources"))
    whole = pdf.assemble(site)
    for page in pages():
        held = f'id="{pdf.anchor(f"{page}.html")}"' in whole
        assert held is (f"{page}.html" not in pdf.ON_A_SCREEN_ONLY), page
    # In a process of its own, for Playwright starts once in each; with relative paths, as the Makefile does.
    command = [sys.executable, str(Path(pdf.__file__).resolve()), "site", "book.pdf"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    printed = (tmp_path / "book.pdf").read_bytes()
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") > 50
    assert b"/Outlines" in printed and b"/Dest" in printed
    assert not list(site.glob("_whole*"))


def test_what_is_of_use_on_a_screen_only_is_left_out_and_linked_on_the_site(built: Path) -> None:
    soup = BeautifulSoup(pdf.assemble(built), "html.parser")
    ids = {str(tag["id"]) for tag in soup.select("[id]")}
    links = [str(link["href"]) for link in soup.select("a[href]")]
    assert not [link for link in links if link.startswith("#") and link[1:] not in ids]
    assert not [link for link in links if not link.startswith(("#", "https://", "http://", "mailto:"))]
    assert any(link.endswith("chapters/front/progress.html") for link in links)
    drills = [str(section["id"]) for section in soup.select("section[id*=drill-]")]
    assert drills and not [name for name in drills if "coding-round" in name]
    assert not soup.select(".progress-item")
