"""`roadbook.check()`, the last cell of an exercise: finds the notebook, checks it, shows the report."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from roadbook import __version__, course, progress
from roadbook.grading import intake
from roadbook.grading.check import CheckError, check
from roadbook.grading.intake import IntakeError


def show_check(name: str | None) -> None:
    """Check the notebook in which this runs, or the saved exercise of that name, and display the report."""
    try:
        chapter = intake.find(name) if name else None
        source: Path | Mapping[str, Any]
        if "google.colab" in sys.modules:
            source = _colab()
            book = f"version {__version__} of the book"
            said = f"Checked this notebook as it is on the screen, by {book}."
        else:
            source = file = _saved(chapter)
            saved = datetime.fromtimestamp(file.stat().st_mtime).strftime("%H:%M:%S")
            said = (
                f"Checked {file} as saved at {saved}. "
                "If you changed something since, save the notebook and run this cell again."
            )
        chapter = chapter or intake.which(intake.read(source))
        if chapter is None:
            raise IntakeError(
                'this notebook holds no exercise of the book; name one, as in roadbook.check("04").'
            )
        report = check(chapter, source)
    except (IntakeError, CheckError, OSError) as error:
        print(f"Not checked: {error}")
        return
    print(said)
    _display(report)
    if "google.colab" not in sys.modules:  # a machine there is gone tomorrow
        try:
            for remark in progress.record(report):
                print(remark)
        except OSError as error:
            print(f"The score could not be kept in {progress.folder()}: {error.strerror}.")


def _colab() -> Mapping[str, Any]:
    """Ask Colab's page for the notebook, which has no file on this machine."""
    from google.colab import _message

    try:
        notebook = _message.blocking_request("get_ipynb")["ipynb"]
    except Exception as error:  # Colab documents neither the call nor its errors
        raise IntakeError(
            f"Colab did not hand over the notebook ({type(error).__name__}); run this cell again, or "
            "download the notebook and run `python -m roadbook check FILE` on it."
        ) from error
    if not isinstance(notebook, Mapping):
        raise IntakeError("Colab did not hand over the notebook; run this cell again.")
    return notebook


def _saved(chapter: course.Chapter | None) -> Path:
    """Return the file of the notebook in which this runs: Jupyter and VS Code tell; else `start`'s copy."""
    told = [os.environ.get("JPY_SESSION_NAME"), _user_namespace().get("__vsc_ipynb_file__")]
    places = [Path(each) for each in told if isinstance(each, str) and each.endswith(".ipynb")]
    if chapter is not None:
        places += [Path.cwd() / f"{chapter.slug}.ipynb", progress.notebook(chapter)]
    found = [place for place in places if place.is_file()]
    if not found:
        raise IntakeError(
            "the file of this notebook was not found; save it, then run in a terminal: "
            "`python -m roadbook check FILE`."
        )
    # A check may also stand in another notebook than the exercise.
    return next(
        (place for place in found if chapter and intake.which(intake.read(place)) == chapter), found[0]
    )


def _user_namespace() -> dict[str, Any]:
    if "IPython" not in sys.modules:
        return {}
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    return shell.user_ns if shell is not None else {}


def _display(report: Any) -> None:
    if _user_namespace():
        from IPython.display import display

        display(report)
    else:
        print(report)
