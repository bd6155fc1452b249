"""The maintainer's tools, on a copy of the book."""

from __future__ import annotations

import base64
import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from roadbook import course, notebooks

FILES = (
    *("_config.yml", "_toc.yml", "CITATION.cff", "README.md", "index.md", "nbgrader_config.py"),
    *("pyproject.toml", "requirements-colab.txt"),
)


def test_configure_changes_the_address_everywhere_and_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chapter = course.chapters()[0]
    repository, tag = notebooks.published()
    kept = [*(course.root() / name for name in FILES), chapter.notebook, chapter.solution, chapter.exercise]
    before = {path.relative_to(course.root()): path.read_bytes() for path in kept}
    for name in before:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(course.root() / name, tmp_path / name)
    monkeypatch.setattr(course, "root", lambda: tmp_path)

    done = CliRunner().invoke(notebooks.app, ["configure", "someone/fork", "v1"])  # as `make configure` does
    assert done.exit_code == 0, done.output
    assert notebooks.published() == ("someone/fork", "v1")
    for name in before:
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert repository not in text, name
        assert ("someone/fork" in text) == (repository.encode() in before[name]), name
    exercise = chapter.exercise.read_text(encoding="utf-8")
    assert "raw.githubusercontent.com/someone/fork/v1/requirements-colab.txt" in exercise
    assert notebooks.colab_link(chapter.notebook) in chapter.notebook.read_text(encoding="utf-8")
    assert "someone/fork@v1" in (tmp_path / "requirements-colab.txt").read_text(encoding="utf-8")

    done = CliRunner().invoke(notebooks.app, ["configure", repository, tag])
    assert done.exit_code == 0, done.output
    for name, content in before.items():
        assert (tmp_path / name).read_bytes() == content, name


def test_a_figure_gets_smaller_and_looks_the_same() -> None:
    def png(pixels: np.ndarray) -> str:
        file = io.BytesIO()
        Image.fromarray(pixels.astype(np.uint8)).save(file, "PNG")
        return base64.b64encode(file.getvalue()).decode()

    def seen(text: str) -> np.ndarray:
        image = Image.open(io.BytesIO(base64.b64decode(text))).convert("RGB")
        return np.asarray(image, dtype=int)

    rng = np.random.default_rng(0)
    few = rng.integers(0, 255, size=(60, 3))[rng.integers(0, 60, size=(80, 120))]  # a plot has few colours
    stored = notebooks.smaller(png(few))
    assert len(stored) < 0.6 * len(png(few)) and np.abs(seen(stored) - few).max() <= notebooks.PALETTE_ERROR
    many = png(rng.integers(0, 255, size=(80, 120, 3)))  # more colours than a palette holds
    assert notebooks.smaller(many) == many
