"""The whole book prints: every page, its links and its outline, and nothing sticks out of a sheet."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from roadbook_site import pdf

from tests.book.test_book import pages


def test_the_pdf_holds_every_page_and_cuts_nothing(built: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"  # the printed page is written beside the others for a moment
    shutil.copytree(built, site, ignore=shutil.ignore_patterns("pyodide", "_sources"))
    whole = pdf.assemble(site)
    for page in pages():
        assert f'id="{pdf.anchor(f"{page}.html")}"' in whole, page
    # in a process of its own: Playwright starts once in each
    command = [sys.executable, str(Path(pdf.__file__)), str(site), str(tmp_path / "book.pdf")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    printed = (tmp_path / "book.pdf").read_bytes()
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") > 50
    assert b"/Outlines" in printed and b"/Dest" in printed
    assert not list(site.glob("_whole*"))
