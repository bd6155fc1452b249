"""Every notebook is run: stored outputs equal new ones, also under other numerics; figures look the same."""

from __future__ import annotations

import base64
import io
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from PIL import Image

from roadbook import course, notebooks

CHAPTERS = [c for c in course.chapters() if c.notebook.is_file()]
CELL_LIMIT = 120  # seconds
TIMED = "nbval-ignore-output"  # the tag of a cell whose output is a time or a fact of the machine
TIMED_CELLS = 3  # at most, a notebook
LEVELS, CHANGED = 40, 0.005  # a figure may differ by more than 40 of 255 grey levels in 0.5 % of its pixels


def by_slug(chapter: course.Chapter) -> str:
    return chapter.slug


def nbval(path: Path, tmp_path: Path, strict: bool) -> None:
    """Run a notebook under nbval, in a new process with the fixed environment; no cell may be skipped."""
    report = tmp_path / "report.xml"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--nbval" if strict else "--nbval-lax", "--nbval-current-env"),
            *(f"--nbval-cell-timeout={CELL_LIMIT}", f"--junitxml={report}", "-p", "no:cacheprovider", "-q"),
            *("-p", "no:xdist", "-c", os.devnull, f"--rootdir={path.parent}", str(path)),
        ],
        env={**os.environ, **notebooks.ENVIRONMENT},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{path.name} under nbval:\n{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
    suite = ElementTree.parse(report).getroot().find("testsuite")  # noqa: S314  (pytest wrote it)
    assert suite is not None
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    assert int(suite.attrib["tests"]) == len(cells) and suite.attrib["skipped"] == "0", (
        f"{path.name} has {len(cells)} code cells, nbval ran {suite.attrib['tests']}, skipped {suite.attrib['skipped']}"
    )


@pytest.mark.parametrize("chapter", CHAPTERS, ids=by_slug)
def test_chapter_prints_what_is_stored(chapter: course.Chapter, tmp_path: Path) -> None:
    nbval(chapter.notebook, tmp_path, strict=True)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=by_slug)
def test_solution_runs(chapter: course.Chapter, tmp_path: Path) -> None:
    nbval(chapter.solution, tmp_path, strict=False)


def shown(cell: Any) -> tuple[list[str], list[Image.Image]]:
    """Return the texts and the images among a cell's outputs."""
    texts, images = [], []
    for output in cell.outputs:
        if output.output_type == "stream":
            texts.append(f"{output.name}: {output.text}")
        for kind, data in sorted(output.get("data", {}).items()):  # a stored file has another order
            if kind == "image/png":
                images.append(Image.open(io.BytesIO(base64.b64decode(data))).convert("L"))
            elif not (kind == "text/plain" and "image/png" in output.data):
                texts.append(f"{kind}: {data}")
    return texts, images


@pytest.mark.parametrize("chapter", CHAPTERS, ids=by_slug)
def test_other_numerics_and_figures(chapter: course.Chapter) -> None:
    """The second pass: the same texts under other summation orders, and each figure as it is stored."""
    stored = nbformat.read(chapter.notebook, as_version=4)
    new = notebooks.execute(chapter.notebook, notebooks.OTHER_NUMERICS)
    for old_cell, new_cell in zip(stored.cells, new.cells, strict=True):
        if old_cell.cell_type != "code" or TIMED in old_cell.metadata.get("tags", []):
            continue
        where = f"{chapter.slug}, the cell that starts {old_cell.source[:60]!r}"
        old_texts, old_images = shown(old_cell)
        new_texts, new_images = shown(new_cell)
        assert new_texts == old_texts, f"{where}: show fewer digits, or assert a comparison with a margin"
        assert len(new_images) == len(old_images), where
        for old, fresh in zip(old_images, new_images, strict=True):
            assert fresh.size == old.size, f"{where}: the figure is {fresh.size}, stored {old.size}"
            apart = np.abs(np.asarray(fresh, dtype=int) - np.asarray(old, dtype=int)) > LEVELS
            assert apart.mean() <= CHANGED, f"{where}: {apart.mean():.1%} of the figure's pixels differ"


def test_figure_test_sees_a_changed_figure() -> None:
    """A line drawn elsewhere is more than the tolerance of `test_other_numerics_and_figures`."""
    stored = nbformat.read(CHAPTERS[0].notebook, as_version=4)
    image = next(i for cell in stored.cells if cell.cell_type == "code" for i in shown(cell)[1])
    pixels = np.asarray(image, dtype=int)
    apart = np.abs(np.roll(pixels, 6, axis=1) - pixels) > LEVELS
    assert apart.mean() > CHANGED


def test_every_notebook_is_run_and_none_is_left_out() -> None:
    root = course.root()
    on_disk = {
        p.relative_to(root).as_posix()
        for folder in ("chapters", "solutions", "exercises")
        for p in (root / folder).rglob("*.ipynb")
        if ".ipynb_checkpoints" not in p.parts
    }
    listed = {
        p.relative_to(root).as_posix()
        for c in course.chapters()
        for p in (c.notebook, c.solution, c.exercise)
    }
    assert on_disk == listed, "notebooks that _toc.yml does not list, or that it lists and are not there"


@pytest.mark.parametrize("path", notebooks.all_notebooks(), ids=lambda p: "/".join(p.parts[-2:]))
def test_notebook_is_formatted(path: Path) -> None:
    """As `make format` leaves it."""
    raw = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(raw, as_version=4)
    kept = nbformat.writes(notebooks.normalise(notebook, keep_outputs="solutions" not in path.parts))
    assert raw.rstrip("\n") == kept.rstrip("\n"), f"{path.name}: run `make format`"
    tags = [t for cell in notebook.cells for t in cell.metadata.get("tags", [])]
    assert set(tags) <= {TIMED, "remove-cell"}, f"{path.name}: unknown tags {set(tags)}"
    assert tags.count(TIMED) <= TIMED_CELLS, f"{path.name}: more than {TIMED_CELLS} cells without comparison"
    assert sum(notebooks.is_setup(cell) for cell in notebook.cells) == 1, f"{path.name}: one set-up cell"
