"""Are the scores fair? Every right and wrong answer, graded by this grader and by stock nbgrader.

`python benchmarks/parity.py`; `--help` names the rest. It prints what differs with the reasons, then counts.
Exit status 1: a difference is not listed in tests/grading/parity.yml, an entry there is none any more, or an
answer does not get what it was written to get.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
import yaml
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from roadbook.grading import engine, intake  # noqa: E402
from tests.grading import parity  # noqa: E402

console = Console(width=110)


def main(
    assignment: Annotated[
        list[str] | None, typer.Option(metavar="NN", help="Only this assignment; may be repeated.")
    ] = None,
) -> None:
    """Grade all answers by both graders and compare the points, task by task."""
    compared: list[parity.Compared] = []
    for chapter in [intake.find(name) for name in assignment] if assignment else intake.ready():
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="roadbook-parity-") as folder:
            found = parity.compare(chapter.slug, Path(folder))
        compared += found
        tasks = len({each.task for each in found})
        console.print(f"{chapter.slug}: {len(found) // tasks} notebooks, {time.monotonic() - began:.0f} s")
    engine.close()

    differences = Table("Assignment", "Answer", "Stock", "Ours", "Kind", title="Where the points differ")
    for each in compared:
        if each.stock != each.ours:
            kind = parity.listed(each.slug).get(each.name, {}).get("kind", "not listed")
            differences.add_row(each.slug, each.name, f"{each.stock:g}", f"{each.ours:g}", kind)
    console.print(differences)
    for kind, why in yaml.safe_load(parity.LISTED.read_text(encoding="utf-8"))["kinds"].items():
        console.print(f"{kind}: {why}")
    counts = Table("Assignment", "Answers", "Tasks compared", "Equal", "Listed", "Unlisted")
    wrong = parity.unlisted(compared)
    for slug in sorted({each.slug for each in compared}):
        mine = [each for each in compared if each.slug == slug]
        answers = sum(each.title not in ("", parity.UNTOUCHED, parity.TALKS) for each in mine)
        equal = sum(each.stock == each.ours for each in mine)
        odd = sum(line.startswith(slug) for line in wrong)
        counts.add_row(slug, *map(str, (answers, len(mine), equal, len(mine) - equal - odd, odd)))
    console.print(counts)
    wrong += [
        f"{x.slug}, {x.name}: worth {x.right:g}, ours {x.ours:g}" for x in compared if x.ours != x.right
    ]
    for line in wrong:
        console.print(f"[red]wrong:[/] {line}")
    if wrong:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
