"""Hostile and broken submissions among honest ones, in the real sandbox: the table of hostile.py.

All of them are graded twice, by root (own user ids, cgroups) and by an ordinary user, who sees the same disk
without /root. Where the tests are not root's, only the user's half runs.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from roadbook.grading import sandbox
from tests.grading import hostile

ROOT = Path(__file__).parents[2]
NOBODY = "65534"
ROLES = ("root", "user")


def as_user(folder: Path) -> list[str]:
    """Return the start of a command that runs as an ordinary user, who may write to the folder alone."""
    if os.getuid() != 0:
        return []
    needed = {
        path.resolve() for path in map(Path, (sys.prefix, sys.base_prefix)) if path.is_relative_to("/root")
    }
    command = [
        "bwrap",
        "--dev-bind",
        "/",
        "/",
        "--perms",
        "0755",
        "--tmpfs",
        "/root",
        "--perms",
        "1777",
        "--tmpfs",
        "/tmp",  # noqa: S108
    ]
    for way, path in (*(("--ro-bind", path) for path in (*sorted(needed), ROOT)), ("--bind", folder)):
        for parent in reversed(path.parents):
            command += ["--perms", "0755", "--dir", str(parent)]
        command += [way, str(path), str(path)]
    command += ["--chdir", str(ROOT)]
    return [*command, *f"setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups env HOME=/tmp".split()]


@pytest.fixture(scope="module", params=ROLES)
def found(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """What came of the batch."""
    if reason := sandbox.why_not():
        pytest.skip(reason)
    if request.param == "root" and os.getuid() != 0:
        pytest.skip("only root can grade as root")
    folder = tmp_path_factory.mktemp(request.param)
    folder.chmod(0o777)
    start = as_user(folder) if request.param == "user" else []
    done = subprocess.run(
        [*start, sys.executable, "-m", "tests.grading.hostile", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    yield {"role": request.param, **json.loads((folder / "came.json").read_text(encoding="utf-8"))}


def printed(outcome: dict[str, Any]) -> str:
    """Return what the answers printed."""
    cells = (outcome["notebook"] or {"cells": []})["cells"]
    outputs = [o for c in cells if hostile.answers(c) for o in c["outputs"]]
    return "\n".join(o.get("text", "") for o in outputs)


@pytest.mark.parametrize("name", hostile.CASES)
def test_attempt(name: str, found: dict[str, Any]) -> None:
    case = hostile.CASES[name]
    if case.only not in ("", found["role"]):
        pytest.skip(f"of no interest to {found['role']}")
    outcome = found["came"][name]
    shown = json.dumps({**outcome, "notebook": None, "printed": printed(outcome)[:3000]}, indent=1)
    assert outcome["status"] == case.status, shown
    points = tuple(t["points"] for t in outcome["tasks"] if t["points"] is not None)
    assert points in ([case.points] if isinstance(case.points, tuple) else case.points), shown
    lost = [t["message"] for t in outcome["tasks"] if t["points"] == 0]
    said = lost[0] if lost else outcome["reason"]
    assert re.search(case.says, said, re.S), shown
    assert "SUCCEEDED" not in printed(outcome), shown
    assert not case.refused or lost or "refused" in printed(outcome), shown
    assert not case.absent or not re.search(case.absent, hostile.told(outcome)), shown
    assert len(json.dumps(outcome)) < 500_000, "a small report, whatever was printed"
    assert outcome["wall"] < hostile.LIMITS.total_seconds + 10, shown


@pytest.mark.parametrize("kind", hostile.HONEST)
def test_honest_submissions_are_unaffected(kind: str, found: dict[str, Any]) -> None:
    """Full marks, and the same report to the letter as alone."""
    alone, honest = found["alone"][kind], [n for n in found["came"] if n.startswith(f"honest-{kind}-")]
    assert len(honest) > 10
    for name in honest:
        outcome = found["came"][name]
        assert [t["points"] for t in outcome["tasks"]][:3] == [2, 3, 1], outcome["tasks"]
        assert all(outcome[key] == alone[key] for key in ("status", "tasks", "remarks", "notebook")), name


def test_nothing_outside_was_touched(found: dict[str, Any]) -> None:
    assert found["connections"] == [], "sockets on this machine were reached"
    assert found["changed"] == found["files"] == found["named"] == []
    assert found["left"] <= 2, "processes besides bubblewrap and the parent"
    workers = hostile.WORKERS * hostile.LIMITS.memory
    assert found["taken"] < 1.5 * workers, "memory that all of them took together"


def test_the_table_is_large_and_named() -> None:
    assert sum(map(len, hostile.FAMILIES.values())) == len(hostile.CASES) > 100
    assert all(case.tries for case in hostile.CASES.values())
