"""Keeps what students made from acting on the machine of the person who marks it.

nbgrader's formgrader shows answers and outputs as they are, within the Jupyter server: a script in an answer
could set every score. And its icon *Autograde* runs them there. A course's `nbgrader_config.py` names two
preprocessors against that. `Harmless` works on what is shown; the files in `autograded/` stay as they are.
"""

from __future__ import annotations

import re
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException

from roadbook.grading.feedback_page import Budget, is_image, sanitise

GAP = "\u200b"
"""Not seen, but `<` and a gap begin no tag, in Markdown as in HTML, and `]`, a gap and `(` no link."""
ACTIVE = re.compile(
    r"<|\](?=[(:])|\\(?=href)"
)  # tags; links, which may be scripts, and images; links in formulas


class Harmless(Preprocessor):
    """Leaves text, pictures as PNG and JPEG, and plain tables."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        self.budget = Budget(outputs=0)  # of this notebook: the sanitiser is slow for the worst HTML
        return super().preprocess(nb, resources)  # type: ignore[no-any-return, no-untyped-call]

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        if cell.cell_type != "code":
            if cell.metadata.get("nbgrader", {}).get("solution"):
                cell.source = ACTIVE.sub(rf"\g<0>{GAP}", cell.source)
            return cell, resources
        for output in cell.outputs:
            if "data" in output:
                shown = {kind: _shown(kind, value, self.budget) for kind, value in output.data.items()}
                shown = {kind: value for kind, value in shown.items() if value}
                output.data = shown or {"text/plain": "(an output that is not shown here)"}
                output.metadata = {}  # widths and heights go into the page unescaped
        return cell, resources


def _shown(kind: str, value: Any, budget: Budget) -> str:
    text = "".join(value) if isinstance(value, list) else value
    if not isinstance(text, str):
        return ""
    if kind == "text/html":
        return sanitise(text).replace("\\href", f"\\{GAP}href") if budget.takes(text) else ""
    if kind in ("image/png", "image/jpeg"):
        return text if is_image(re.sub(r"\s", "", text), kind) else ""
    return text if kind == "text/plain" else ""


class OnlyInTheSandbox(Preprocessor):
    """Refuses `nbgrader autograde`, before it has run or removed anything."""

    def __init__(self, **settings: Any) -> None:
        """Is called when a converter of nbgrader's sets up its exporter.

        Raises:
            NbGraderException: the converter is Autograde.
        """
        super().__init__(**settings)  # type: ignore[no-untyped-call]
        if isinstance(getattr(self.parent, "parent", None), Autograde):
            raise NbGraderException(
                "Nothing was run: this course is graded in a sandbox, by `python -m roadbook grade "
                "submitted/`. nbgrader itself would run students' code with your rights; if you want "
                "that, see the instructor guide, With stock nbgrader."
            )

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        return nb, resources
