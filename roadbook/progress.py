"""A learner's own folder, `work/`: notebooks in progress, the best results, and a page that shows them."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from roadbook import course
from roadbook.grading import intake
from roadbook.grading.feedback import Report

Best = dict[str, dict[str, float]]
"""Points by chapter and task: the best that was ever checked."""


@dataclass(frozen=True)
class Row:
    """How far a learner is with one chapter's exercise."""

    chapter: course.Chapter
    title: str
    done: list[str]
    """Titles of the tasks with full marks."""
    left: list[str]
    points: float
    max_points: float

    @property
    def state(self) -> str:
        if not self.left:
            return "done"
        return "begun" if self.done or self.points or notebook(self.chapter).is_file() else "not begun"


def folder() -> Path:
    """Return `work/`: in the checkout, or in the current folder where a wheel was installed."""
    root = course.root()
    installed = root.name == "_course"
    return (Path.cwd() if installed else root) / "work"


def notebook(chapter: course.Chapter) -> Path:
    """Return where a learner's copy of an exercise lies."""
    return folder() / chapter.slug / f"{chapter.slug}.ipynb"


def load() -> tuple[Best, list[str]]:
    """Return the best results, and remarks. A damaged file is set aside, and the results start anew.

    Raises:
        OSError: the file cannot be read, or a damaged one not set aside.
    """
    path = folder() / "progress.json"
    if not path.is_file():
        return {}, []
    try:
        content = json.loads(path.read_bytes())
        best = {
            str(slug): {str(task): float(points) for task, points in tasks.items()}
            for slug, tasks in content["best"].items()
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        copy = path.with_name(f"progress.damaged-{datetime.now():%Y%m%d-%H%M%S}.json")
        path.replace(copy)
        return {}, [f"{path} was damaged; it is kept as {copy.name}, and your results start anew."]
    return best, []


def record(report: Report) -> list[str]:
    """Keep the better of each task's old and new points, and return remarks.

    Raises:
        OSError: `work/` cannot be written.
    """
    best, remarks = load()
    mine = best.setdefault(report.slug, {})
    for task in report.tasks:
        mine[task.name] = max(task.points, mine.get(task.name, 0.0))
    write(folder() / "progress.json", json.dumps({"version": 1, "best": best}, indent=1) + "\n")
    return remarks


def rows(best: Best) -> list[Row]:
    """Return a row for each chapter that has an exercise, in the order of the book."""
    found = []
    for chapter in intake.ready():
        tasks = [task for task in intake.tasks(chapter) if task.tests]
        mine = {task.name: min(best.get(chapter.slug, {}).get(task.name, 0.0), task.points) for task in tasks}
        found.append(
            Row(
                chapter=chapter,
                title=chapter.slug[3:].replace("-", " ").capitalize(),
                done=[task.title for task in tasks if mine[task.name] >= task.points],
                left=[task.title for task in tasks if mine[task.name] < task.points],
                points=sum(mine.values()),
                max_points=sum(task.points for task in tasks),
            )
        )
    return found


def next_step(found: list[Row]) -> str:
    """Say in a sentence what to do next."""
    for row in found:
        if row.left:
            if notebook(row.chapter).is_file():
                return f"Next: {row.left[0]}, in {row.chapter.slug}."
            return f"Next: `python -m roadbook start {row.chapter.number}` ({row.title})."
    return "Every exercise is done."


def page(found: list[Row]) -> str:
    """Return the progress as an HTML page that needs nothing else."""
    points, most = sum(row.points for row in found), sum(row.max_points for row in found)
    lines = []
    for row in found:
        items = [f"<li>{html.escape(t)}: done</li>" for t in row.done]
        items += [f"<li>{html.escape(t)}: open</li>" for t in row.left]
        lines.append(
            f'<tr><th scope="row">{row.chapter.number} {html.escape(row.title)}</th><td>{row.state}</td>'
            f"<td>{len(row.done)} of {len(row.done) + len(row.left)}</td>"
            f"<td>{row.points:g} of {row.max_points:g}</td><td><ul>{''.join(items)}</ul></td></tr>"
        )
    return PAGE.format(
        points=f"{points:g}", most=f"{most:g}", rows="\n".join(lines), next=html.escape(next_step(found))
    )


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all, for whom the umask lets read it.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")  # the next run replaces one that was killed
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>My progress: The ML Engineer's Roadbook</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; width: 100%; }}
caption {{ text-align: left; padding-bottom: .5rem; }}
th, td {{ border-bottom: 1px solid GrayText; padding: .4rem .8rem .4rem 0; }}
th, td {{ text-align: left; vertical-align: top; }}
ul {{ margin: 0; padding-left: 1.2rem; }}
progress {{ width: 100%; height: 1rem; }}
</style>
</head>
<body>
<main>
<h1>My progress</h1>
<p><label for="all">{points} of {most} points</label><br>
<progress id="all" value="{points}" max="{most}"></progress></p>
<p>{next}</p>
<div class="wide" tabindex="0" role="region" aria-labelledby="exercises">
<table>
<caption id="exercises">Exercises, with the best result of each task</caption>
<thead><tr><th scope="col">Chapter</th><th scope="col">State</th><th scope="col">Tasks</th>
<th scope="col">Best points</th><th scope="col">Which</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>
</main>
</body>
</html>
"""
