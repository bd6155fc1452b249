"""The workflows call what their machines have: nothing of the book runs before it is installed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from roadbook import course

WORKFLOWS = sorted((course.root() / ".github/workflows").glob("*.yml"))
PYTHON = re.compile(r"^(?P<python>python3?|\S+/bin/python) (?!-m pip\b)(?:-m )?\S+")
INSTALLS = re.compile(r"^python3? -m pip install .*-e ")
VENV = re.compile(r"^make (?:book|test|\.venv/\.)")


def commands(steps: list[dict[str, str]]) -> list[str]:
    """Return the lines of a job's steps; a line that ends in a backslash goes on."""
    text = "\n".join(step["run"] for step in steps if "run" in step)
    return [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def too_early(lines: list[str]) -> list[str]:
    """Return the commands that run Python before the book is installed where that Python looks."""
    found = []
    for number, line in enumerate(lines):
        before = lines[:number]
        bare = (called := PYTHON.match(line)) and called["python"] in ("python", "python3")
        if bare and not any(INSTALLS.match(each) for each in before):
            found.append(line)
        if line.startswith(".venv/bin/") and not any(VENV.match(each) for each in before):
            found.append(line)
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_step_runs_the_book_before_it_is_installed(path: Path) -> None:
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    for name, job in jobs.items():
        early = too_early(commands(job["steps"]))
        assert not early, (
            f"{path.name}, job {name}: {early} runs before the book is installed for that Python; "
            "put `make .venv/.book` before it and call .venv/bin/python"
        )


def test_the_rule_notices_a_bare_python() -> None:
    assert too_early(["npm ci", "python _ext/roadbook_site/packages.py # fetch", "make book"])
    assert too_early([".venv/bin/python -m roadbook fetch", "make book"])
    assert not too_early(["make .venv/.book node_modules/.book", ".venv/bin/python -m roadbook fetch"])
    assert not too_early(["python -m pip install -e '.[dev]'", "python -m roadbook fetch"])
