"""Every right and wrong answer of chapter 04, the release and answers that write to stderr: our points equal
stock nbgrader's, or are listed with the reason. `benchmarks/parity.py` does the other chapters."""

from __future__ import annotations

from pathlib import Path

from roadbook.grading import engine
from tests.assignments import runner
from tests.grading import parity

SLUG = "04-nearest-neighbours"


def test_points_equal_stock_nbgraders(tmp_path: Path) -> None:
    compared = parity.compare(SLUG, tmp_path / "course")
    engine.close()
    seen = {each.name for each in compared}
    assert {f"{a.task}: {a.title}" for a in runner.answers(SLUG)} <= seen
    assert parity.unlisted(compared) == []
    assert [each for each in compared if each.ours != each.right] == []


def test_what_is_listed_exists() -> None:
    for chapter in ("04-nearest-neighbours", "13-attention", "19-eval-sets"):
        known = {f"{a.task}: {a.title}" for answers in parity.hand_ins(chapter) for a in answers}
        assert parity.listed(chapter).keys() <= known
