"""The floor under any grader: the same cells and tests, one after the other in one process that is warm.

`python benchmarks/bare.py FOLDER ASSIGNMENT` prints, as JSON, the processor seconds of each submission in
FOLDER by student. No sandbox, no second process, no notebook machinery: whoever grades the class pays this.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from roadbook import course


def cells(instructor: dict[str, Any], answers: dict[str, str]) -> Iterator[str]:
    """Yield the code of the instructor's notebook with a student's answers in it, magics written as calls."""
    transform = TransformerManager().transform_cell
    for cell in instructor["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if cell["cell_type"] == "code" and name != "check":
            source = answers.get(name, "".join(cell["source"]))
            try:
                yield transform(source)
            except SyntaxError:
                yield source


def run(sources: list[str]) -> float:
    """Run cells and return the processor seconds that they took; what they raise is a student's matter."""
    gc.collect()
    names: dict[str, Any] = {"__name__": "__main__"}
    began = time.process_time()
    for source in sources:
        with contextlib.suppress(Exception):
            exec(compile(source, "<cell>", "exec"), names)  # noqa: S102  (the book's own test answers)
    return time.process_time() - began


def main(folder: Path, slug: str) -> None:
    instructor = json.loads(course.find(slug).solution.read_bytes())
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for _ in range(2):  # imports, and what libraries do at their first call
            run(list(cells(instructor, {})))
        spent = {}
        for path in sorted(folder.glob(f"*/{slug}/*.ipynb")):
            answers = {
                cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"])
                for cell in json.loads(path.read_bytes())["cells"]
                if cell["metadata"].get("nbgrader", {}).get("solution")
            }
            spent[path.parent.parent.name] = run(list(cells(instructor, answers)))
    print(json.dumps(spent))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
