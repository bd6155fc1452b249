"""What came of one submission, as plain data: what workers hand to the writer, the journal and the report."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

Status = Literal["graded", "needs_manual", "failed", "rejected"]


@dataclass(frozen=True)
class TaskResult:
    """One task of one submission."""

    name: str
    """The answer cell's grade_id."""
    tests: str
    """The test cell's grade_id, which bears the points; `""` for a task that a person marks."""
    title: str
    points: float | None
    """None where a person has to mark it."""
    max_points: float
    state: str
    """A `roadbook.grading.feedback.State`, or `written`, where a person has to mark it."""
    message: str
    """What failed, in words for the student; `""` for a passed task."""


@dataclass(frozen=True)
class Outcome:
    """One submission, graded or not. JSON by `to_json`, back by `from_json`."""

    student: str
    assignment: str
    status: Status
    """`failed`: the grader could not finish, through no fault of the student's (never a silent 0).
    `rejected`: what was handed in cannot be read as this assignment."""
    reason: str
    """Why it is not simply `graded`, in one line; `""` otherwise."""
    tasks: list[TaskResult] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    """What there is to say about the notebook as a whole."""
    notebook: dict[str, Any] | None = None
    """The instructor's notebook with the student's answers and the outputs, as for `autograded/`."""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    """User and system time of the student's and the tests' processes."""
    peak_bytes: int = 0
    """Most memory that the student's process held."""
    sandbox: list[str] = field(default_factory=list)
    """The protections that were on, for example `bubblewrap`, `cgroup-memory`; `["unsafe"]` for none."""
    late_penalty: float = 0.0
    """Points taken off because it was handed in late; only the gradebook knows them."""

    @property
    def score(self) -> float:
        """Sum of the points given so far, less the late penalty; tasks that wait for a person count 0."""
        return max(0.0, sum(task.points or 0.0 for task in self.tasks) - self.late_penalty)

    @property
    def max_score(self) -> float:
        return sum(task.max_points for task in self.tasks)

    def to_json(self) -> dict[str, Any]:
        shallow = {f.name: getattr(self, f.name) for f in fields(self)}  # asdict copies the whole notebook
        return {**shallow, "tasks": [asdict(task) for task in self.tasks]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Outcome:
        return cls(**{**data, "tasks": [TaskResult(**task) for task in data["tasks"]]})
