"""What all tests share: one thread each (two run side by side), no network for models, quiet libraries."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

# Before NumPy and PyTorch are imported. Notebooks are run under roadbook.notebooks.ENVIRONMENT instead.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

PARTS_OF_THE_BOOK = (
    "_config.yml",
    "_toc.yml",
    "_ext",
    "_static",
    "drills",
    "index.md",
    "chapters",
    "exercises",
    "data",
)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book, built once as `make book` does, in a folder of its own that all tests share."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # each worker has a folder below it
    root, copy = Path(__file__).parent.parent, shared / "book"
    with FileLock(shared / "book.lock"):
        if not (copy / "is-built").exists():
            shutil.rmtree(copy, ignore_errors=True)
            copy.mkdir()
            ignored = shutil.ignore_patterns("*.jsonl", ".ipynb_checkpoints", "__pycache__")
            for source in (root / name for name in PARTS_OF_THE_BOOK):
                if source.is_dir():
                    shutil.copytree(source, copy / source.name, ignore=ignored)
                elif source.exists():
                    shutil.copy(source, copy / source.name)
            (copy / "node_modules").symlink_to(root / "node_modules")
            program = Path(sys.executable).parent / "jupyter-book"
            command = [str(program), "build", ".", "-W", "-n", "--keep-going", "--all", "--quiet"]
            done = subprocess.run(command, cwd=copy, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
            (copy / "is-built").touch()
    return copy / "_build" / "html"


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update"]
FLAGS += ["--disable-background-networking", "--disable-sync", "--disable-dev-shm-usage"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium by Playwright, of which a process can hold but one; the tests on other systems do without."""
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "expected Chromium on PATH; `make test` installs it, or: apt-get install chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()
