"""The learner's and the instructor's commands: `python -m roadbook --help`."""

from __future__ import annotations

import importlib.metadata
import io
import json
import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from ctypes.util import find_library
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from roadbook import __version__, course, progress
from roadbook.grading import intake
from roadbook.grading.check import TIMEOUT, CheckError
from roadbook.grading.check import check as check_notebook
from roadbook.grading.feedback import Report, wrapped

if TYPE_CHECKING:
    from roadbook.grading.grade import Run

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # else the help shows types: --help <bool>
    help="The ML Engineer's Roadbook: start exercises, check your answers, see how far you are.",
)
course_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Make the folder in which a class is graded."
)
app.add_typer(course_app, name="course")
STYLES = {"passed": "green", "written": "green", "not written yet": "dim"}
DISK = 6 * 10**9  # bytes that packages, models and data take


def _say_version(wanted: bool) -> None:
    if wanted:
        _say(f"roadbook {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_say_version, help="Say the book's version.")
    ] = False,
) -> None:
    # A terminal or pipe that cannot show a sign such as ² shows a question mark.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


@app.command()
def start(name: Annotated[str, typer.Argument(metavar="NN", hidden=True)]) -> None:
    """Copy an exercise to work/, to solve it there.

    NN is its number or name: 04, nearest-neighbours. A copy that is there already is never overwritten.
    """
    try:
        chapter = intake.find(name)
    except (intake.IntakeError, FileNotFoundError) as error:
        _fail(str(error))
    target = progress.notebook(chapter)
    if target.exists():
        _fail(f"{target} is there already: open it to go on, or rename it to start afresh.")
    try:
        shutil.copytree(
            chapter.exercise.parent,
            target.parent,
            ignore=shutil.ignore_patterns(".ipynb_checkpoints"),
            dirs_exist_ok=True,
        )
        _sign(target)
    except OSError as error:
        _fail(f"{target} cannot be written: {error.strerror}.")
    _say(f"Copied the exercise to {target}.")
    _say(
        f'Next: open it (`jupyter lab "{target}"`), solve a task, save it, and run '
        f"`python -m roadbook check {chapter.number}`."
    )


def _sign(copy: Path) -> None:
    """Write into a copy of which version of the book it is; `check` says if the book has changed since."""
    notebook = json.loads(copy.read_bytes())
    notebook["metadata"]["roadbook"] = {"version": __version__}
    progress.write(copy, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")


@app.command()
def check(
    name: Annotated[str, typer.Argument(metavar="NN|FILE", hidden=True)],
    timeout: Annotated[
        int, typer.Option(help="How long one cell may run.", min=1, metavar="SECONDS")
    ] = TIMEOUT,
    details: Annotated[
        bool, typer.Option("--details", help="Show what the processes said if grading itself fails.")
    ] = False,
) -> None:
    """Check your answers, task by task.

    You get points for each task, and read what failed in words.
    NN is the exercise's number or name, FILE any notebook with your answers.
    Exit status 0: full marks; 1: points are missing; 2: the notebook cannot be checked.
    """
    file = Path(name)
    try:
        if file.suffix == ".ipynb" or file.is_file():
            cells = intake.read(file)
            found = intake.which(cells) or intake.lesson(cells)
            if found is None:
                _fail(f"{file} holds no exercise of the book; expected a notebook that `start` made.")
            chapter = found
        else:
            try:
                chapter = intake.find(name)
            except intake.IntakeError:
                if file.is_dir():
                    intake.read(file)  # says which file is expected
                raise
            file = progress.notebook(chapter)
            if not file.is_file():
                _fail(f"there is no {file}; `python -m roadbook start {chapter.number}` makes it.")
        report = check_notebook(chapter, file, timeout=timeout)
    except (intake.IntakeError, FileNotFoundError) as error:
        _fail(str(error))
    except CheckError as error:
        if details:
            _say(error.details)
        _fail(str(error))
    _show(report)
    try:
        for remark in progress.record(report):
            _say(remark)
    except OSError as error:
        _fail(f"the result could not be kept in {progress.folder()}: {error.strerror}.")
    if not report.complete:
        raise typer.Exit(1)


@app.command("progress")
def progress_command() -> None:
    """Show which tasks are done and what is next.

    The same is written as a page, work/progress.html. Points are the best that each task ever had.
    """
    try:
        best, remarks = progress.load()
        rows = progress.rows(best)
        target = progress.folder() / "progress.html"
        progress.write(target, progress.page(rows))
    except intake.IntakeError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{progress.folder()} cannot be read or written: {error.strerror}.")
    table = Table("Exercise", "State", "Tasks done", "Best points")
    for row in rows:
        tasks = len(row.done) + len(row.left)
        table.add_row(
            row.chapter.slug,
            row.state,
            f"{len(row.done)} of {tasks}",
            f"{row.points:g} of {row.max_points:g}",
        )
    _console().print(table)
    for remark in remarks:
        _say(remark)
    _say(progress.next_step(rows))
    _say(f"The same as a page: {target}")


@app.command()
def fetch() -> None:
    """Download the models and data that the chapters load, once. What is there is kept."""
    try:
        from roadbook import data

        data.fetch_all(_say)
    except ModuleNotFoundError as error:
        _fail(f"{error.name} is not installed: {_pip('learn')}")
    except data.DataError as error:
        _fail(str(error))
    _say("All models and data are here.")


@app.command()
def doctor() -> None:
    """Say what this machine lacks for the book, and how to get it.

    Exit status 1 if something is missing that a learner needs.
    """
    lacking = False

    def line(good: bool, what: str, cure: str = "", *, needed: bool = True) -> None:
        nonlocal lacking
        lacking = lacking or (needed and not good)
        word, style = ("ok", "green") if good else ("missing", "red") if needed else ("absent", "dim")
        _console().print(Text.assemble((f"{word:>8}", style), f"  {what}"), soft_wrap=True)
        if not good and cure:
            _console().print(Text(f"{'':8}  {cure}"), soft_wrap=True)

    version = ".".join(map(str, sys.version_info[:3]))
    line((3, 11) <= sys.version_info[:2] <= (3, 13), f"Python {version}", "install Python 3.11, 3.12 or 3.13")
    for extra, whom in (
        ("learn", "chapters and exercises"),
        ("book", "building the book"),
        ("dev", "the tests"),
    ):
        missing = _missing(extra)
        what = f"packages for {whom}" + (f": without {', '.join(missing)}" if missing else "")
        line(not missing, what, _pip(extra), needed=extra == "learn")
    beside = str(Path(sys.executable).parent)
    for tool in ("nbgrader", "alembic"):
        there = shutil.which(tool) or shutil.which(tool, path=beside)
        line(bool(there), f"{tool}, which instructors call", f"python -m pip install {tool}", needed=False)
    free = shutil.disk_usage(Path.cwd()).free
    line(free >= DISK, f"disk: {free / 1e9:.0f} GB free", f"the book takes up to {DISK / 1e9:.0f} GB")
    if not _missing("learn"):
        from roadbook import data

        absent = data.missing()
        what = "models and data" + (f": without {', '.join(absent)}" if absent else "")
        line(not absent, what, "`python -m roadbook fetch` brings them, once, with a network")
    for good, what, cure in _sandbox_parts():
        line(good, f"for grading a class: {what}", cure, needed=False)
    if lacking:
        raise typer.Exit(1)


def _sandbox_parts() -> Iterator[tuple[bool, str, str]]:
    """Yield what the sandbox of the class grader is made of: is it there, its name, what to do if not."""
    from roadbook.grading import sandbox

    if sys.platform != "linux":
        yield False, "the sandbox", sandbox.why_not()
        return
    there = shutil.which("bwrap") is not None
    yield there, "bubblewrap", "sudo apt-get install -y bubblewrap"
    package, library = find_spec("pyseccomp") is not None, find_library("seccomp") is not None
    yield library, "libseccomp", "sudo apt-get install -y libseccomp2"
    yield package, "pyseccomp", "python -m pip install pyseccomp"
    if there and library and package:
        reason = sandbox.why_not()
        yield not reason, "namespaces, which bubblewrap makes", reason
    groups = sandbox.Cgroups.make(sandbox.Limits())
    if groups is not None:
        groups.remove()
    how = "cgroups" if groups else f"looked at every {sandbox.WATCH:g} s (root has cgroups for it)"
    yield True, f"limits on memory, {how}", ""


@course_app.command("init")
def course_init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", hidden=True)],
    assignment: Annotated[
        list[str] | None,
        typer.Option("--assignment", metavar="NN", help="Only this assignment; may be repeated."),
    ] = None,
) -> None:
    """Make a private course folder.

    It holds the sources, the releases, the gradebook and the seed of the hidden tests; what a class hands
    in is collected and graded there. DIR is a new folder, outside the book's.
    """
    _lean_nbgrader()
    from roadbook.grading import gradebook

    try:
        slugs = gradebook.course_init(folder, assignment)
    except (gradebook.GradebookError, intake.IntakeError) as error:
        _fail(str(error))
    _say(f"Made {folder} with {', '.join(slugs)}.")
    _say(
        f'Next: give students what is in "{folder / "release"}", collect their notebooks, and grade them, in'
    )
    _say(f"{folder}: `python -m roadbook grade submitted/` or `python -m roadbook grade ZIP-OF-YOUR-LMS`.")


@app.command()
def grade(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", hidden=True)],
    assignment: Annotated[
        list[str] | None,
        typer.Option("--assignment", metavar="NN", help="Only this assignment; may be repeated."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Submissions at a time [default: one a core].")
    ] = None,
    db: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The gradebook's database [default: nbgrader_config.py's]."),
    ] = None,
    time_limit: Annotated[int, typer.Option(min=1, metavar="S", help="Seconds for one cell or call.")] = 60,
    memory_limit: Annotated[
        int, typer.Option(min=64, metavar="MB", help="Megabytes for one submission.")
    ] = 4096,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the reports go [default: graded/].")
    ] = None,
    regrade: Annotated[bool, typer.Option("--regrade", help="Grade what is finished, too.")] = False,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Without the sandbox: students' code can do all that you can.")
    ] = False,
    lms_gradebook: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Fill in a copy of the gradebook that Canvas or Moodle exported."),
    ] = None,
    lms_column: Annotated[
        str,
        typer.Option(metavar="TITLE", help="Its column, where it has not the assignment's name (Canvas)."),
    ] = "",
    lms_scale: Annotated[
        bool, typer.Option("--lms-scale", help="Scale scores to the points that the LMS counts.")
    ] = False,
) -> None:
    """Grade a class, in its course folder.

    SOURCE is submitted/, or the zip that Canvas or Moodle exports. Started again, it goes on where it
    stopped, and leaves alone what is finished. Each submission ends as graded, needs_manual, failed or
    rejected, with the reason. Marks that were given in formgrader are kept, and taken into the reports.
    Exit status 0: all are graded or wait for a person; 1: some failed or were rejected; 2: it could not
    begin or go on; 130: stopped by Ctrl-C.
    """
    _lean_nbgrader()
    from roadbook.grading import engine
    from roadbook.grading import grade as grading
    from roadbook.grading.sandbox import MB, Limits

    if unsafe:
        _warn("--unsafe: students' code runs without a sandbox and can do all that you can.")
    places = [Path.cwd(), *Path.cwd().parents, *source.resolve().parents]
    folder = next((place for place in places if (place / "nbgrader_config.py").is_file()), places[0])
    try:
        run = grading.grade_class(
            folder,
            source,
            engine.grade_submission,
            assignments=assignment,
            workers=workers or _cores(),
            limits=Limits(seconds=time_limit, memory=memory_limit * MB),
            unsafe=unsafe,
            db_url=db,
            out=out,
            regrade=regrade,
            console=Console(stderr=True),
        )
    except grading.GradeError as error:
        engine.close()
        _fail(str(error))
    except KeyboardInterrupt:
        engine.close()
        again = "the same command begins anew" if regrade else "the same command goes on from there"
        _warn(f"Stopped. What was finished is kept; {again}.")
        os._exit(130)  # threads that wait for a student's code would hold the process
    engine.close()
    counts = Counter(outcome.status for outcome in run.outcomes)
    said = ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))
    said = f"{said}; {run.graded} of them run now" if said else f"Nothing was handed in, in {source}"
    _say(f"{said}. Results: {run.out}")
    for outcome in run.problems[:20]:
        _say(f"  {outcome.student or 'of nobody'}, {outcome.assignment}: {outcome.status}: {outcome.reason}")
    if len(run.problems) > 20:
        _say(f"  and {len(run.problems) - 20} more, in {run.out / 'grades.csv'}")
    if lms_gradebook is not None:
        _fill(run, lms_gradebook, lms_column, lms_scale)
    if run.problems:
        raise typer.Exit(1)


def _fill(run: Run, exported: Path, column: str, scale: bool) -> None:
    """Fill in a copy of the LMS's gradebook and say who is not in it."""
    from roadbook.grading import collect, lms

    slugs = sorted({outcome.assignment for outcome in run.outcomes})
    if len(slugs) != 1:
        _fail(f"--lms-gradebook takes one assignment, got {', '.join(slugs) or 'none'}: add --assignment NN.")
    own = {"grades.csv", "report.json", "log.txt", "class.html"}
    target = run.out / (f"lms-{exported.name}" if exported.name in own else exported.name)
    try:
        ids = collect.lms_ids(run.submitted, slugs[0])
        filled = lms.fill(
            exported, run.outcomes, target, assignment=slugs[0], ids=ids, column=column, scale=scale
        )
    except (lms.LmsError, collect.CollectError) as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{target} cannot be written: {error.strerror}.")
    _say(f"Filled in {len(filled.students)} scores: {target}")
    for remark in filled.remarks:
        _say(f"  {remark}")
    for left in filled.left_out:
        _say(f"  not filled in, {left.side}: {left.who}: {left.reason}")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _lean_nbgrader() -> None:
    """Let nbgrader be imported without what a command does not need, two thirds of the time it takes."""
    spec = find_spec("nbgrader")
    if spec is None:
        _fail(f"nbgrader is not installed: {_pip('grade')}")
    # Its own __init__ imports its server's extensions; jsonschema checks IRIs, which no notebook has.
    sys.modules.setdefault("nbgrader", module_from_spec(spec))
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def _missing(extra: str) -> list[str]:
    """Return the packages of one of roadbook's extras that are not installed."""
    missing = []
    for requirement in importlib.metadata.requires("roadbook") or []:
        parts = re.fullmatch(r"""([\w.-]+)(?:\[([\w,]+)\])?.*;\s*extra\s*==\s*['"](\w+)['"]""", requirement)
        if parts is None or parts[3] != extra:
            continue
        if parts[1] == "roadbook":  # an extra of extras
            missing += [name for part in parts[2].split(",") for name in _missing(part)]
            continue
        try:
            importlib.metadata.version(parts[1])
        except importlib.metadata.PackageNotFoundError:
            missing.append(parts[1])
    return missing


def _pip(extra: str) -> str:
    root = course.root()
    if (root / "pyproject.toml").is_file():
        return f'in {root}: python -m pip install -c requirements.txt -e ".[{extra}]"'
    return f"python -m pip install {' '.join(_missing(extra))}"


def _show(report: Report) -> None:
    console = _console()
    console.print(Text(report.headline, style="bold"))
    for state, points, title, text in report.entries():
        console.print(Text.assemble((f"{state:15}", STYLES.get(state, "red")), f"  {title} ({points})"))
        for line in wrapped(text):
            console.print(Text(line), soft_wrap=True)
    if report.worked:
        console.print(Text(report.worked), soft_wrap=True)
    for remark in report.remarks:
        console.print(Text(f"Note: {remark}"), soft_wrap=True)


def _say(text: str) -> None:
    _console().print(Text(text), soft_wrap=True)


def _warn(message: str) -> None:
    Console(stderr=True).print(Text(message), soft_wrap=True)


def _fail(message: str) -> NoReturn:
    _warn(message)
    raise typer.Exit(2)


def _console() -> Console:
    return Console()  # made anew, so that it writes to the stdout of today
