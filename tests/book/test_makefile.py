"""`make book` with a stand-in for the program that builds: what the Makefile itself does."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from roadbook import course

BUILDER = "#!/bin/sh\nmkdir -p _build/html && echo new > _build/html/index.html\n"
SOURCES = (
    "requirements.txt pyproject.toml package.json package-lock.json .npmrc _config.yml _toc.yml index.md"
)
STAMPS = ".venv/.book node_modules/.book"


def test_a_build_leaves_no_page_of_an_older_one(tmp_path: Path) -> None:
    shutil.copy(course.root() / "Makefile", tmp_path)
    for folder in (".venv/bin", "node_modules", "_build/html", "_build/pyodide-packages"):
        (tmp_path / folder).mkdir(parents=True)
    kept, stale = tmp_path / "_build/pyodide-packages/numpy.whl", tmp_path / "_build/html/genindex.html"
    for path in (kept, stale, *(tmp_path / name for name in [*SOURCES.split(), ".venv/bin/python"])):
        path.write_text("", encoding="utf-8")
    for name in STAMPS.split():  # after what they depend on: nothing is installed
        (tmp_path / name).touch()
    builder = tmp_path / ".venv/bin/jupyter-book"
    builder.write_text(BUILDER, encoding="utf-8")
    builder.chmod(0o755)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(["make", "book"], cwd=tmp_path, env=plain, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "_build/html/index.html").read_text(encoding="utf-8") == "new\n"
    assert not stale.exists() and kept.exists()
