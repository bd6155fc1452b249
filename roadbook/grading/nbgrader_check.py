"""nbgrader's own converters over a temporary course: `python -m roadbook.grading.nbgrader_check FOLDER`.

A process of its own, because nbgrader changes the working directory, logs and signal handlers. It reads
`FOLDER/job.json` (see `Job`) and writes `FOLDER/result.json` (see `Result`).
"""

from __future__ import annotations

import json
import logging
import os
import sys
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Any

STUDENT = "learner"


@dataclass(frozen=True)
class Job:
    """What is to be graded."""

    assignment: str
    source: dict[str, Any]
    """The instructor's notebook, with the cells of `roadbook.grading.student`."""
    submission: dict[str, Any]
    """The same, with the learner's answers."""
    stubs: dict[str, str]
    """By task, what an answer is replaced by when it has killed or blocked the process."""
    record: str
    """The file to which `student` writes."""
    timeout: int
    """Seconds that a cell may run."""


@dataclass
class Result:
    """What came of it."""

    points: dict[str, tuple[float, float]] = field(default_factory=dict)
    """By grade_id: points, and points at most."""
    stopped: dict[str, str] = field(default_factory=dict)
    """By task: `killed`, or `timed out` where an interrupt did not help either."""
    record: list[dict[str, Any]] = field(default_factory=list)
    """The lines that `student` wrote in the last run."""


def grade(folder: Path, job: Job) -> Result:
    """Grade one submission. A task whose code ends or blocks the process costs a further run, without it.

    Raises:
        nbgrader.converters.base.NbGraderException: nbgrader could not grade it, for a reason of its own.
    """
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from nbgrader.api import Base, Gradebook
    from nbgrader.converters import Autograde, GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.preprocessors import Execute, IgnorePattern, SaveAutoGrades
    from sqlalchemy import create_engine
    from traitlets.config import Config

    stops: list[str] = []

    class Watched(Execute):  # type: ignore[misc]  # nbgrader is untyped
        """Remembers why the process was lost; nbgrader logs it as one failure among others."""

        def preprocess(self, nb: Any, resources: Any) -> Any:
            try:
                return super().preprocess(nb, resources)
            except DeadKernelError:
                stops.append("killed")
                raise
            except CellTimeoutError:
                stops.append("timed out")
                raise

    config = Config()
    config.CourseDirectory.root = str(folder)
    config.CourseDirectory.course_id = "roadbook"
    config.CourseDirectory.assignment_id = job.assignment
    config.CourseDirectory.student_id = STUDENT
    config.Autograde.autograde_preprocessors = [Watched, IgnorePattern, SaveAutoGrades]
    config.Watched.timeout = job.timeout
    config.Watched.shutdown_kernel = "immediate"  # there is nothing to save
    log = logging.getLogger("roadbook.grading")
    coursedir = CourseDirectory(config=config, log=log)

    # Tables that exist keep nbgrader from asking alembic, a second's work, for the version of a new database.
    Base.metadata.create_all(bind=create_engine(coursedir.db_url))
    _write(folder / "source" / job.assignment, job.assignment, job.source)
    GenerateAssignment(coursedir=coursedir, config=config, log=log).start()

    result = Result()
    record = Path(job.record)
    while True:
        _write(folder / "submitted" / STUDENT / job.assignment, job.assignment, job.submission)
        record.write_text("", encoding="utf-8")
        stops.clear()
        failure = None
        try:
            Autograde(coursedir=coursedir, config=config, log=log, force=True).start()
        except NbGraderException as error:
            failure = error
        lines = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
        result.record = lines
        if failure is None:
            break
        phases = [line["task"] for line in lines if "error" not in line]
        if not stops or not phases or phases[-1] in result.stopped:
            raise failure
        result.stopped[phases[-1]] = stops[-1]
        for cell in job.submission["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == phases[-1]:
                cell["source"] = job.stubs[phases[-1]]

    with Gradebook(coursedir.db_url, "roadbook") as gradebook:
        for notebook in gradebook.find_submission(job.assignment, STUDENT).notebooks:
            for score in notebook.grades:
                result.points[score.name] = (score.score, score.max_score)
    return result


def _write(folder: Path, name: str, notebook: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def main() -> None:
    """Grade the job of the folder that is named on the command line; the log goes to stderr."""
    # jsonschema checks IRIs with this. No notebook has any, and its import takes longer than all the rest.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    # nbgrader's own __init__ imports its server's extensions, which nothing here needs.
    if spec := find_spec("nbgrader"):
        sys.modules["nbgrader"] = module_from_spec(spec)
    from roadbook.notebooks import ENVIRONMENT

    os.environ.update(ENVIRONMENT)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    folder = Path(sys.argv[1])
    result = grade(folder, Job(**json.loads((folder / "job.json").read_text(encoding="utf-8"))))
    (folder / "result.json").write_text(json.dumps(asdict(result)), encoding="utf-8")


if __name__ == "__main__":
    main()
