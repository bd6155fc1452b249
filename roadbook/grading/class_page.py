"""The instructor's page of a run: how a class did, what it found hard, and whom to look after."""

from __future__ import annotations

import base64
import heapq
import io
import math
import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from roadbook import plotting, progress
from roadbook.grading.feedback_page import clean, templates
from roadbook.grading.result import Outcome, Status, TaskResult

GROUPS = 12  # wrong answers shown of a task
LARGEST = 5  # submissions in a list of the slowest
EXAMPLE = 600  # characters of a message
NUMBER = re.compile(r"(?<![\w.])[-+−]?\d[\d_]*(?:\.\d*)?(?:e[-+]?\d+)?(?!\w)|0x[0-9a-f]+", re.I)


@dataclass
class Group:
    """Wrong answers of one task for which the same is said, but for the numbers in it."""

    state: str
    example: str
    students: list[str] = field(default_factory=list)


@dataclass
class Task:
    """What a class did of one task."""

    title: str
    max_points: float
    points: list[float] = field(default_factory=list)
    """Of those that are marked."""
    groups: dict[str, Group] = field(default_factory=dict)

    @property
    def full(self) -> int:
        """How many have full marks."""
        return sum(points >= self.max_points for points in self.points)

    @property
    def common(self) -> list[Group]:
        return sorted(self.groups.values(), key=lambda group: -len(group.students))


@dataclass
class Assignment:
    """What is kept of the submissions of one assignment: numbers and names, no notebooks."""

    name: str
    statuses: Counter[str] = field(default_factory=Counter)
    scores: list[float] = field(default_factory=list)
    """Of those that are graded, or wait for a person only."""
    max_score: float = 0.0
    tasks: dict[str, Task] = field(default_factory=dict)
    reasons: list[tuple[str, str, str]] = field(default_factory=list)
    """Status, student and reason of those that are failed or rejected."""
    waiting: list[str] = field(default_factory=list)
    """Students whose work a person has to mark."""
    costs: list[tuple[str, float, float, int]] = field(default_factory=list)
    """Student, seconds, CPU seconds and peak bytes."""

    def add(self, outcome: Outcome) -> None:
        """Count one submission."""
        student = clean(outcome.student)[:100]
        self.statuses[outcome.status] += 1
        self.costs.append((student, outcome.seconds, outcome.cpu_seconds, outcome.peak_bytes))
        if outcome.status == "needs_manual":
            self.waiting.append(student)
        if outcome.status in ("failed", "rejected"):
            self.reasons.append((outcome.status, student, clean(outcome.reason)[:EXAMPLE]))
        if outcome.status in ("graded", "needs_manual"):
            self.scores.append(outcome.score)
            self.max_score = max(self.max_score, outcome.max_score)
            for result in outcome.tasks:
                self._add_task(student, result)

    def _add_task(self, student: str, result: TaskResult) -> None:
        task = self.tasks.setdefault(result.name, Task(clean(result.title)[:100], result.max_points))
        if result.points is None:
            return
        task.points.append(result.points)
        if result.points < result.max_points:
            message = clean(result.message[:5000])
            new = Group(clean(result.state)[:40], message[:EXAMPLE])
            task.groups.setdefault(f"{result.state} {same(message)}", new).students.append(student)

    @property
    def slowest(self) -> list[tuple[str, float, float, int]]:
        return heapq.nlargest(LARGEST, self.costs, key=lambda cost: cost[1])

    @property
    def fattest(self) -> list[tuple[str, float, float, int]]:
        return heapq.nlargest(LARGEST, self.costs, key=lambda cost: cost[3])


def write(outcomes: Iterable[Outcome], path: Path) -> None:
    """Write the page of a run, whole or not at all.

    Args:
        outcomes: the submissions; read once, and none is kept.
        path: the page.

    Raises:
        OSError: it cannot be written.
    """
    assignments: dict[str, Assignment] = {}
    for outcome in outcomes:
        assignments.setdefault(outcome.assignment, Assignment(clean(outcome.assignment)[:100])).add(outcome)
    progress.write(path, page([found for _, found in sorted(assignments.items())]))


def page(assignments: list[Assignment]) -> str:
    """Return the page as HTML that needs nothing else."""
    return TEMPLATE.render(
        assignments=[_shown(assignment) for assignment in assignments],
        statuses=WORDS,
        groups=GROUPS,
    )


def same(message: str) -> str:
    """Return what messages have in common that differ in numbers, or in the line that raised the error."""
    said = NUMBER.sub("#", " ".join(message.partition("\nLine ")[0].split()))
    return re.sub(r"#(?:[ ,;]+#)+", "#", said)[:EXAMPLE]


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95 % interval of a share after Wilson (1927); (0, 1) without trials."""
    if not trials:
        return 0.0, 1.0
    z, share = 1.96, successes / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials**2))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _shown(found: Assignment) -> dict[str, Any]:
    """Return what the template says of an assignment."""
    marked = [task for task in found.tasks.values() if task.points]
    plots = []
    if found.scores:
        alt = f"Histogram of the points of {len(found.scores)} submissions, out of {found.max_score:g}"
        plots.append((plot(lambda axes: _distribution(axes, found)), alt))
    if marked:
        alt = "Share with full marks, by task: " + "; ".join(
            f"{task.title} {task.full / len(task.points):.0%}" for task in marked
        )
        plots.append((plot(lambda axes: _difficulty(axes, marked), 1.1 + 0.45 * len(marked)), alt))
    return {
        "name": found.name,
        "total": found.statuses.total(),
        "statuses": found.statuses,
        "median": statistics.median(found.scores) if found.scores else None,
        "max_score": found.max_score,
        "plots": plots,
        "tasks": [(task, *wilson(task.full, len(task.points))) for task in found.tasks.values()],
        "reasons": sorted(found.reasons),
        "waiting": sorted(found.waiting),
        "costs": [("Slowest", found.slowest), ("Most memory", found.fattest)],
    }


def plot(draw: Callable[[Any], None], height: float = 2.8) -> str:
    """Return a plot in the house style as the address of an SVG image, the same for the same data.

    As an image and not as an element of the page: its ids and styles are its own, and no script runs in it.

    Args:
        draw: what draws on the axes.
        height: in inches.
    """
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "roadbook", "svg.fonttype": "none"}):
        plotting.style()
        figure = Figure(figsize=(4.7, height))
        draw(figure.subplots())
        file = io.BytesIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return f"data:image/svg+xml;base64,{base64.b64encode(file.getvalue()).decode()}"


def _distribution(axes: Any, found: Assignment) -> None:
    from matplotlib.ticker import MaxNLocator

    highest = max(found.max_score, *found.scores, 1.0)
    step = max(math.ceil(highest / 20), 1)
    edges = [(index - 0.5) * step for index in range(math.ceil(highest / step) + 2)]
    axes.hist(found.scores, bins=edges, rwidth=0.9)
    axes.set(xlabel=f"points, of {found.max_score:g}", ylabel="students", title="Points")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_ylim(bottom=0)
    axes.grid(visible=False, axis="x")
    axes.set_axisbelow(True)


def _difficulty(axes: Any, tasks: list[Task]) -> None:
    shares = [100 * task.full / len(task.points) for task in tasks]
    ranges = [wilson(task.full, len(task.points)) for task in tasks]
    spread = [
        [max(share - 100 * low, 0) for share, (low, _) in zip(shares, ranges, strict=True)],
        [max(100 * high - share, 0) for share, (_, high) in zip(shares, ranges, strict=True)],
    ]
    titles = [title if len(title) <= 26 else f"{title[:25]}…" for title in (task.title for task in tasks)]
    places = range(len(tasks))
    axes.errorbar(shares, places, xerr=spread, fmt="o", capsize=3)
    axes.set(xlabel="students, %", xlim=(-3, 103), title="Full marks (95 % interval)")
    axes.set_yticks(places, titles, parse_math=False)
    axes.set_ylim(len(tasks) - 0.5, -0.5)


WORDS: dict[Status, str] = {
    "graded": "graded",
    "needs_manual": "wait for manual marks",
    "failed": "failed",
    "rejected": "rejected",
}

CLASS = """\
{% extends "page" %}
{% block title %}Class report{% endblock %}
{% macro names(students) %}
<details><summary>{{ students|length }} student{{ "" if students|length == 1 else "s" }}</summary>
<p>{% for student in students %}<bdi>{{ student }}</bdi>{{ "" if loop.last else ", " }}{% endfor %}</p>
</details>
{% endmacro %}
{% block main %}
<h1>Class report</h1>
{% if not assignments %}<p>No submissions.</p>{% endif %}
{% if assignments|length > 1 %}
<ul>{% for found in assignments %}<li><a href="#a{{ loop.index }}">{{ found.name }}</a></li>{% endfor %}</ul>
{% endif %}
{% for found in assignments %}
<section>
<h2 id="a{{ loop.index }}">{{ found.name }}</h2>
<p>{{ found.total }} submission{{ "" if found.total == 1 else "s" }}:
{% for status, said in statuses.items() %}
{{ found.statuses[status] }} {{ said }}{{ "." if loop.last else "," }}
{% endfor %}
{% if found.median is not none %}
Median {{ "%g"|format(found.median) }} of {{ "%g"|format(found.max_score) }} points
{%- if found.statuses["needs_manual"] %}, so far{% endif %}.
{% endif %}</p>
<p>{% for source, alt in found.plots %}<img src="{{ source }}" alt="{{ alt }}">
{% endfor %}</p>
{% if found.waiting %}
<h3>Waiting for manual marks</h3>
{{ names(found.waiting) }}
{% endif %}
{% if found.reasons %}
<h3>Failed or rejected</h3>
<div class="wide" tabindex="0"><table>
<thead><tr><th scope="col">Student</th><th scope="col">Status</th><th scope="col">Reason</th></tr></thead>
<tbody>
{% for status, student, reason in found.reasons %}
<tr><th scope="row"><bdi>{{ student }}</bdi></th><td>{{ status }}</td>
<td>{{ reason }}</td></tr>
{% endfor %}
</tbody></table></div>
{% endif %}
{% if found.tasks %}
<h3>Tasks</h3>
<div class="wide" tabindex="0"><table>
<thead><tr><th scope="col">Task</th><th scope="col">Full marks</th><th scope="col">95 % interval</th>
<th scope="col">Mean points</th></tr></thead>
<tbody>
{% for task, low, high in found.tasks %}
<tr><th scope="row">{{ task.title }}</th>
{% if task.points %}
<td>{{ task.full }} of {{ task.points|length }}</td>
<td>{{ "%.0f"|format(100 * low) }} to {{ "%.0f"|format(100 * high) }} %</td>
<td>{{ "%.1f"|format(task.points|sum / task.points|length) }} of {{ "%g"|format(task.max_points) }}</td>
{% else %}<td>not marked yet</td><td></td><td>of {{ "%g"|format(task.max_points) }}</td>{% endif %}
</tr>
{% endfor %}
</tbody></table></div>
{% for task, low, high in found.tasks if task.groups %}
<h3>Common wrong answers: {{ task.title }}</h3>
<ol>
{% for group in task.common[:groups] %}
<li><strong>{{ group.state }}</strong>{% if group.example %}<p class="said">{{ group.example }}</p>{% endif %}
{{ names(group.students) }}</li>
{% endfor %}
</ol>
{% if task.groups|length > groups %}
<p class="quiet">{{ task.groups|length - groups }} rarer messages are not shown; report.json has them all.</p>
{% endif %}
{% endfor %}
{% endif %}
{% for said, costs in found.costs %}
<h3>{{ said }}</h3>
<div class="wide" tabindex="0"><table>
<thead><tr><th scope="col">Student</th><th scope="col">Seconds</th><th scope="col">CPU seconds</th>
<th scope="col">Peak MB</th></tr></thead>
<tbody>
{% for student, seconds, cpu, peak in costs %}
<tr><th scope="row"><bdi>{{ student }}</bdi></th><td>{{ "%.2f"|format(seconds) }}</td>
<td>{{ "%.2f"|format(cpu) }}</td><td>{{ "%.0f"|format(peak / 1e6) }}</td></tr>
{% endfor %}
</tbody></table></div>
{% endfor %}
</section>
{% endfor %}
{% endblock %}
"""
TEMPLATE = templates(course=CLASS).get_template("course")
