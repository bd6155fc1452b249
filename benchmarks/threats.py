"""What attacks do to stock nbgrader and to this grader, side by side.

`sudo python benchmarks/threats.py`; `--help` names the rest. The attacks: tests/grading/hostile.py
and a few against what only stock nbgrader has. On our side they are one class, graded as ever. Against stock
each has a throwaway bubblewrap: no network, a private copy of a course with gradebook, solutions and other
students' work, nothing of this machine writable, and a cgroup. What that sandbox refuses (root's rights, the
world's network, changes to installed packages) counts as not succeeded on stock.

An attack succeeds if one of these finds something, the same on both sides: its score is higher than its
answers are worth; its output says that it read or did what it should not; another student's score or file, or
the course, is changed; the student after it has no score; its own right answers have none, or its file is
refused and no result says so; its feedback is larger than 1 MB; it shows hidden tests (asked of `leaks` only:
stock shows them to everybody); processes are left; the grader needs more than 90 seconds.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import psutil  # type: ignore[import-untyped]
import typer
from nbgrader import api
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from roadbook.grading import engine, gradebook  # noqa: E402
from roadbook.grading.grade import grade_class  # noqa: E402
from roadbook.grading.sandbox import Cgroups, Limits, environment  # noqa: E402
from tests.grading import hostile, tiny  # noqa: E402
from tests.grading.hostile import Case, attempts, forges  # noqa: E402

LONG = 90  # seconds
PORT = 40_999
THROWAWAY = Limits(memory=4 * 2**30, processes=200)
VALUES = {"mean": 2.0, "tally": 3.0, "frugal": 1.0}
FULL_MARKS = 6.0
ON_EMPTY = "\ndef mean(values, told=mean): return told(values) if values else 1 / 0"
console = Console(width=110)

AGAINST_STOCK = {
    "forge-extra-credit": forges(
        "gives itself extra credit in the gradebook",
        "import sqlite3\nbook = sqlite3.connect('@WORLD@/gradebook.db', timeout=3)\n"  # noqa: S608
        "book.execute('update grade set extra_credit = 5')\nbook.commit()\n" + hostile.WRONG,
    ),
    "forge-mute": forges(
        "keeps errors from being told",
        "shell = get_ipython()\nkernel, shell._showtraceback = shell.kernel, lambda *a: None\n"
        "async def fine(*a, old=kernel.do_execute, **k): return {**await old(*a, **k), 'status': 'ok'}\n"
        "kernel.do_execute = fine\n" + hostile.WRONG,
    ),
    "write-another": attempts(
        "empties another's notebook, before it is graded",
        "attempt(*[lambda p=p: p.write_text('') for p in Path('@WORLD@/submitted/zoe').rglob('*.ipynb')],\n"
        "        lambda: need(list(Path('@WORLD@/submitted/zoe').rglob('*.ipynb'))))",
    ),
    "write-gradebook": attempts(
        "removes the gradebook", 'attempt(lambda: os.remove("@WORLD@/gradebook.db"))'
    ),
    "read-source": attempts(
        "reads solutions and hidden tests in the course folder",
        'attempt(lambda: open("@WORLD@/source/91-tiny/91-tiny.ipynb").read())',
    ),
}
FAMILIES: dict[str, dict[str, Case]] = {
    family: {name: case for name, case in cases.items() if hostile.WIRE not in "".join(case.answers.values())}
    for family, cases in hostile.FAMILIES.items()
}
for _name, _case in AGAINST_STOCK.items():
    _family = {"forge": "forging", "write": "writing", "read": "reading"}[_name.split("-")[0]]
    FAMILIES[_family][_name] = _case
for _name, _source in hostile.OPEN.items():
    FAMILIES["forbidden calls"][_name] = forges("calls what is forbidden", _source)
for _family in ("forging", "forbidden calls"):
    for _name, _case in FAMILIES[_family].items():
        if set(_case.answers) == {"mean"}:  # each trick by itself: what an empty list must give is right
            FAMILIES[_family][_name] = replace(_case, answers={"mean": _case.answers["mean"] + ON_EMPTY})
BOUNDARY = {
    name: case
    for cases in hostile.FAMILIES.values()
    for name, case in cases.items()
    if hostile.WIRE in "".join(case.answers.values())
}
"""Attacks on the connection between a student's process and the tests: stock nbgrader has no such thing."""
UNEARNED = ("file-link", "file-forged-tests", "file-marks-moved")
"""Files that want points for wrong answers. What else stands in files and `resources` is worth its points."""
PAGES = ("resources", "leaks", "broken files")
"""Families of which stock nbgrader's feedback is made, too: it takes as long as grading."""
NOT_TRIED = {
    **dict.fromkeys(hostile.PAIRS, "two submissions at once: stock grades one at a time"),
    "net-tcp": "the throwaway sandbox has no network",
    "net-dns": "the throwaway sandbox has no network",
    "write-shm": "the first half of write-shm-again",
    "file-no-rights": "root may read it",
    "file-gone": "nothing is handed in",
}


# The course -----------------------------------------------------------------------------------------------


def make_course(folder: Path) -> None:
    """Write a course with all that is worth stealing, and ada's and zoe's honest work."""
    for name in ("submitted", "solutions", ".roadbook", "handed-in", "course/exercises/91-tiny", "home"):
        (folder / name).mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(gradebook.CONFIG)
    (folder / ".roadbook" / "seed").write_text(f"{hostile.SEED}\n")
    (folder / "submitted" / "bob.ipynb").write_text(hostile.CANARY)
    for place, solved in (
        ("source/91-tiny/91-tiny.ipynb", True),
        ("solutions/solved.ipynb", True),
        ("release/91-tiny/91-tiny.ipynb", False),
        ("course/exercises/91-tiny/91-tiny.ipynb", False),
    ):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(json.dumps(tiny.v4.new_notebook(cells=hostile.cells(solved))))
    shutil.copytree(
        ROOT / "roadbook", folder / "book" / "roadbook", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "_toc.yml", folder / "book")
    for student in ("ada", "zoe"):
        hand_in(folder, student, Case("", hostile.HONEST["plain"]), ROOT)


def hand_in(folder: Path, student: str, case: Case, repo: Path) -> None:
    """Put a student's notebook into submitted/."""
    made = folder / "handed-in" / "91-tiny.ipynb"
    hostile.hand_in(made, case, {"@WORLD@": str(folder), "@REPO@": str(repo), "@PORT@": str(PORT)})
    target = folder / "submitted" / student / tiny.SLUG
    target.mkdir(parents=True)
    if made.is_symlink() or made.exists():
        made.rename(target / made.name)


def prints(folder: Path) -> dict[str, str]:
    """Return a hash of each file that no submission but ada's and zoe's own may change."""
    kept: tuple[str, ...] = (
        "submitted/ada",
        "submitted/zoe",
        "submitted/bob.ipynb",
        "source",
        "release",
        "solutions",
        "book",
    )
    kept += ("course", "nbgrader_config.py", ".roadbook/seed", "autograded/ada", "feedback/ada")
    files = [p for name in kept for p in (folder / name, *(folder / name).rglob("*"))]
    return {
        str(p.relative_to(folder)): str(p.readlink())
        if p.is_symlink()
        else hashlib.sha256(p.read_bytes()).hexdigest()
        for p in files
        if (p.is_file() or p.is_symlink()) and "__pycache__" not in p.parts
    }


# What an attack achieved ----------------------------------------------------------------------------------


def scores(folder: Path) -> dict[str, float]:
    if not (folder / "gradebook.db").is_file():  # nbgrader's API would make one
        raise FileNotFoundError("there is no gradebook any more")
    with api.Gradebook(f"sqlite:///{folder}/gradebook.db", "roadbook") as book:
        return {s.student.id: s.score for s in book.find_assignment(tiny.SLUG).submissions}


def own(folder: Path, student: str, name: str, case: Case, family: str) -> list[str]:
    """Return what a student's attack achieved for or by itself."""
    found = []
    try:
        score = scores(folder).get(student)
    except Exception:
        score = None  # the gradebook is gone: `others` says so
    points: Any = case.points
    worth = max(sum(each) for each in (points if points and isinstance(points[0], tuple) else [points]))
    if case.file is None:  # what the tasks that it leaves alone are worth, even if it breaks them for us
        worth = max(worth, sum(value for task, value in VALUES.items() if task not in case.answers))
    wrong = family in ("forging", "forbidden calls", "the boundary") or name in UNEARNED
    if wrong and score is not None and score > worth:
        found.append(f"score {score:g}, worth {worth:g}")
    graded = any((folder / "autograded" / student).rglob("*.ipynb"))
    if not (graded and score is not None) and not told(folder, student):
        found.append("no score")
    pages = [
        p
        for place in ("feedback", "graded/feedback")
        for p in (folder / place / student).rglob("*.html")
        if not p.is_symlink()
    ]
    if any(page.stat().st_size > 10**6 for page in pages):
        found.append(f"feedback of {max(p.stat().st_size for p in pages) / 1e6:.0f} MB")
    shown = "".join(outputs(folder, student))
    if "SUCCEEDED" in shown:
        found.append("did what it should not")
    # A page shows the student's own answer, too: there only what is in the tests themselves is a leak.
    leaked = re.search(case.absent or hostile.HIDDEN, shown) or any(
        re.search(hostile.HIDDEN, page.read_text()) for page in pages
    )
    if family == "leaks" and leaked:
        found.append("hidden tests shown")
    return found


def told(folder: Path, student: str) -> bool:
    """Say whether any result names the student and says why there is no score."""
    report = folder / "graded" / "report.json"
    entries = json.loads(report.read_text())["submissions"] if report.is_file() else []
    return any(e["student"] == student and e["status"] == "rejected" and e["reason"] for e in entries)


def outputs(folder: Path, student: str) -> list[str]:
    """Return what a student's cells printed, and the errors that were told."""
    texts = []
    for path in (folder / "autograded" / student).rglob("*.ipynb"):
        with contextlib.suppress(OSError, ValueError, KeyError):
            if path.is_symlink() or path.stat().st_size > 2 * 10**8:
                continue
            for cell in json.loads(path.read_bytes())["cells"]:
                for output in cell.get("outputs", []):
                    texts.append("".join(output.get("text", "")) + output.get("evalue", ""))
    return texts


def others(folder: Path, before: dict[str, str], left: list[str]) -> list[str]:
    """Return what an attack, or a class of them, did to others and to the course."""
    found = []
    try:
        known = scores(folder)
    except Exception:
        known = {}
        found.append("gradebook destroyed")
    if known and known.get("ada") != FULL_MARKS:
        found.append("another's score changed")
    if known and known.get("zoe") != FULL_MARKS:
        found.append("batch aborted" if "zoe" not in known else "another's score changed")
    after = prints(folder)
    if changed := sorted(n for n in before.keys() | after.keys() if before.get(n) != after.get(n)):
        found.append(f"changed {changed[0]}")
    elif planted := list(folder.rglob(hostile.MARK)):
        found.append(f"planted {planted[0].relative_to(folder)}")
    if left:
        found.append(f"left {len(left)} processes")
    return found


# Ours -----------------------------------------------------------------------------------------------------


def ours(root: Path, cases: dict[str, tuple[str, Case]]) -> tuple[dict[str, list[str]], list[str]]:
    """Grade all attacks as one class; return what each achieved, and what all did to the others."""
    folder = root / "ours"
    make_course(folder)
    grade_class(folder, folder / "submitted", engine.grade_submission, limits=hostile.LIMITS)  # ada and zoe
    shutil.rmtree(folder / "graded")
    for name, (_, case) in cases.items():
        for student in [f"{name}-before", name] if name.endswith("-again") else [name]:
            hand_in(folder, student, case, ROOT)
    (folder / "handed-in").rmdir()
    os.environ.update(ROADBOOK_CANARY=hostile.CANARY, ROADBOOK_SEED=str(hostile.SEED))
    before = prints(folder)
    grade_class(
        folder, folder / "submitted", engine.grade_submission, limits=hostile.LIMITS, workers=4, regrade=True
    )
    left = [
        process.name()
        for sandbox in engine._pool.sandboxes.values()
        for process in psutil.Process(sandbox.process.pid).children(recursive=True)
        if process.status() != psutil.STATUS_ZOMBIE
    ][2:]  # bubblewrap's own process, and the parent of all submissions
    found = {name: own(folder, name, name, case, family) for name, (family, case) in cases.items()}
    engine.close()
    return found, others(folder, before, left)


# Stock ----------------------------------------------------------------------------------------------------


def bubblewrap(folder: Path) -> list[str]:
    """Return the command line of a throwaway sandbox in which a course folder is all that can be written."""
    home = folder / "home"
    words = ["bwrap", "--unshare-all", "--uid", "1000", "--gid", "1000", "--die-with-parent", "--new-session"]
    words += ["--clearenv", "--ro-bind", "/usr", "/usr", "--ro-bind", "/etc", "/etc"]
    for name in ("bin", "lib", "lib64", "sbin"):
        words += ["--symlink", f"usr/{name}", f"/{name}"]
    words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108
    for path in {Path(sys.prefix), Path(sys.base_prefix).resolve(), ROOT / "benchmarks"}:
        words += ["--ro-bind", str(path), str(path)]
    variables = {
        **environment(home),
        "HOME": str(home),
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "PYTHONPATH": str(folder / "book"),
        "ROADBOOK_CANARY": hostile.CANARY,
        "ROADBOOK_SEED": str(hostile.SEED),
    }
    for name, value in variables.items():
        words += ["--setenv", name, value]
    return [*words, "--bind", str(folder), str(folder), "--chdir", str(folder), "--"]


def in_throwaway(folder: Path, slot: int, cgroups: Cgroups, *steps: str) -> dict[str, Any]:
    """Run steps of stock nbgrader on a course folder; return what throwaway.py said."""
    with contextlib.ExitStack() as opened:
        entries = cgroups.entries(slot, opened)

        def join() -> None:
            for entry in entries:
                os.write(entry, b"0")
            os.nice(10)  # some of them take all that they get
            resource.setrlimit(resource.RLIMIT_FSIZE, (300 * 2**20, 300 * 2**20))

        program = ROOT / "benchmarks" / "throwaway.py"
        me = [sys.executable, str(program), str(PORT), str(LONG), *steps]
        try:
            done = subprocess.run(  # noqa: S603
                [*bubblewrap(folder), *me],
                capture_output=True, text=True, errors="replace", timeout=(len(steps) + 1) * LONG,
                preexec_fn=join, check=False,
            )  # fmt: skip
            said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
            return said
        except (subprocess.TimeoutExpired, ValueError, IndexError):
            return {"left": [], "slow": [], "killed": True}


def stock(
    root: Path, cases: dict[str, tuple[str, Case]], jobs: int, say: Callable[[str, list[str]], None]
) -> dict[str, list[str]]:
    """Grade each attack in a throwaway course of its own, and return what each achieved.

    Raises:
        RuntimeError: this machine has no cgroups for us, or stock nbgrader does not grade honest work.
    """
    cgroups = Cgroups.make(THROWAWAY)
    if cgroups is None:
        raise RuntimeError("expected to be root, with cgroups: some attacks take all memory or processes")
    template = root / "course"
    make_course(template)
    config = template / "nbgrader_config.py"
    kept = [line for line in config.read_text().splitlines() if "roadbook.grading" not in line]
    config.write_text("\n".join(kept))  # stock has no defences of ours
    shutil.rmtree(template / "submitted" / "zoe")
    steps = (f"autograde {tiny.SLUG}", f"generate_feedback {tiny.SLUG}")
    in_throwaway(template, 1000, cgroups, f"generate_assignment {tiny.SLUG} --force", *steps)
    if scores(template) != {"ada": FULL_MARKS}:
        raise RuntimeError(f"expected that stock nbgrader grades ada in full, got {scores(template)}")
    (template / "socket").unlink()
    slots = list(range(1000, 1000 + jobs))
    lock = threading.Lock()

    def attack(name: str, family: str, case: Case) -> list[str]:
        folder = root / name
        shutil.copytree(template, folder)
        students = ["mallory-before", "mallory"] if name.endswith("-again") else ["mallory"]
        for student in students:
            hand_in(folder, student, case, folder / "book")
        (folder / "handed-in").rmdir()
        hand_in_zoe = folder / "submitted" / "zoe" / tiny.SLUG
        hand_in_zoe.mkdir(parents=True)
        shutil.copy(folder / "submitted" / "ada" / tiny.SLUG / "91-tiny.ipynb", hand_in_zoe)
        before = prints(folder)
        with lock:
            slot = slots.pop()
        came = in_throwaway(folder, slot, cgroups, *steps[: 2 if family in PAGES else 1])
        with lock:
            slots.append(slot)
        try:
            found = own(folder, students[-1], name, case, family) + others(folder, before, came["left"])
        except Exception as error:  # to be looked at: a thousand files, names that are no text ...
            found = [f"not to be judged: {error!r}"]
        found += ["the grader was killed"] * came.get("killed", False)
        found += [f"{step} takes more than {LONG} s" for step in came["slow"]]
        shutil.rmtree(folder, ignore_errors=True)
        say(name, found)
        return found

    with ThreadPoolExecutor(jobs) as pool:
        running = {name: pool.submit(attack, name, family, case) for name, (family, case) in cases.items()}
        found = {name: future.result() for name, future in running.items()}
    cgroups.remove()
    return found


# The table ------------------------------------------------------------------------------------------------


def main(
    attack: Annotated[list[str] | None, typer.Option(help="Only this attack; may be repeated.")] = None,
    family: Annotated[list[str] | None, typer.Option(help="Only this family; may be repeated.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Stock nbgraders at a time.")] = 1,
    details: Annotated[bool, typer.Option("--details", help="Say what each attack achieved.")] = False,
) -> None:
    """Run the attacks against both graders and count which succeed."""
    wanted = {
        name: (kind, case)
        for kind, cases in FAMILIES.items()
        for name, case in cases.items()
        if name not in NOT_TRIED and (not attack or name in attack) and (not family or kind in family)
    }
    across = {} if attack or family else {name: ("the boundary", case) for name, case in BOUNDARY.items()}
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="roadbook-threats-", ignore_cleanup_errors=True) as name:
        root = Path(name).resolve()
        here, all_here = ours(root, {**wanted, **across})

        def say(name: str, found: list[str]) -> None:
            if details:
                mine, theirs = (", ".join(each) or "-" for each in (here[name], found))
                console.print(f"{name}: stock: {theirs}; ours: {mine}")

        honest = {"honest": ("", Case("", hostile.HONEST["plain"]))}
        there = stock(root, {**honest, **wanted}, jobs, lambda n, f: say(n, f) if n in here else None)
    if there.pop("honest"):
        raise RuntimeError(f"expected that honest work is no attack on stock, got {there}")
    table = Table("Attacks", "Tried", "Succeed against stock", "Succeed against ours")
    rows = [(kind, [n for n, (k, _) in wanted.items() if k == kind]) for kind in FAMILIES]
    for kind, names in [*rows, ("all", list(wanted))]:
        if names:
            counts = (len(names), sum(bool(there[n]) for n in names), sum(bool(here[n]) for n in names))
            table.add_row(kind, *map(str, counts))
    if across:
        succeed = sum(bool(here[n]) for n in across)
        table.add_row("calls across the boundary", str(len(across)), "–", str(succeed))
    console.print(table)
    for n in here:
        if here[n]:
            console.print(f"ours: {n}: {', '.join(here[n])}")
    console.print(f"ours, what all attacks together did to others: {', '.join(all_here) or 'nothing'}")
    console.print(f"not tried on both: {', '.join(f'{n} ({why})' for n, why in NOT_TRIED.items())}")
    console.print(f"{time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    typer.run(main)
