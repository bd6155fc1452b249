"""The maintainer's tools: run, format and release notebooks (`python -m roadbook.notebooks --help`).

`make run`, `make format`, `make release` and `make configure` call these, and the tests use the same
functions, so that what is published is what is tested.
"""

from __future__ import annotations

import base64
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import nbformat
import typer
import yaml

from roadbook import course

ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "OMP_NUM_THREADS": "1",  # the tests run two notebooks side by side
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that wait must not take the other notebook's core
    "PYTHONHASHSEED": "0",
    "ROADBOOK_CHECK": "off",  # the last cell of an exercise checks it; that is not wanted while CI runs it
    "TOKENIZERS_PARALLELISM": "false",
    "TZ": "UTC",
}
"""The one environment in which notebooks are run, by `make run` and by the tests."""

OTHER_NUMERICS = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "MKL_CBWR": "AVX2",
    "OMP_NUM_THREADS": "2",
}
"""Other instructions and summation orders: a stored number that changes under them shows too many digits."""

SETUP = """\
import sys
from importlib.util import find_spec

if "google.colab" in sys.modules and find_spec("roadbook") is None:  # elsewhere this cell does nothing
    %pip install -q -r https://raw.githubusercontent.com/{repository}/{tag}/requirements-colab.txt
"""

PALETTE_ERROR = 8
"""Of 255 steps of a colour, how far a stored figure's pixel may lie from the drawn one."""

CELL_METADATA = ("mystnb", "nbgrader", "roadbook", "tags")
COLAB = re.compile(r"https://colab\.research\.google\.com/github/[\w.-]+/[\w.-]+/blob/[\w.-]+/")

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)


def published() -> tuple[str, str]:
    """Return the public repository, as `owner/name`, and the tag or branch, as `_config.yml` has them."""
    config = yaml.safe_load((course.root() / "_config.yml").read_text(encoding="utf-8"))
    return config["repository"]["url"].removeprefix("https://github.com/"), config["repository"]["branch"]


def setup_cell() -> str:
    """Return the source of the set-up cell that every notebook carries."""
    repository, tag = published()
    return SETUP.format(repository=repository, tag=tag).rstrip("\n")


def colab_link(path: Path) -> str:
    """Return the address that opens a notebook of the book in Colab."""
    repository, tag = published()
    where = path.resolve().relative_to(course.root()).as_posix()
    return f"https://colab.research.google.com/github/{repository}/blob/{tag}/{where}"


def all_notebooks() -> list[Path]:
    """Return the notebooks that people write, chapters and solutions, in the order of the book."""
    return [path for c in course.chapters() for path in (c.notebook, c.solution) if path.is_file()]


def is_setup(cell: Any) -> bool:
    return cell.cell_type == "code" and '"google.colab" in sys.modules' in cell.source


def normalise(notebook: Any, *, keep_outputs: bool) -> Any:
    """Bring a notebook to the form in which the repository stores it, in place, and return it.

    No editor's metadata; the fixed kernel; unique cell ids; the set-up cell of today, put second where there
    is none; execution counts that only number the cells (nbval takes outputs without one for a mistake).
    """
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},  # myst-nb warns without it
        }
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    if not any(is_setup(cell) for cell in notebook.cells):
        notebook.cells.insert(1, nbformat.v4.new_code_cell('"google.colab" in sys.modules'))
    seen: set[str] = set()
    ran = 0
    for index, cell in enumerate(notebook.cells):
        cell.metadata = nbformat.from_dict({k: cell.metadata[k] for k in CELL_METADATA if k in cell.metadata})
        if cell.get("id") is None or cell.id in seen:
            cell.id = f"cell-{index:03d}"
        seen.add(cell.id)
        cell.source = cell.source.strip("\n")
        if cell.cell_type != "code":
            cell.pop("attachments", None)
            continue
        if is_setup(cell):
            cell.source = setup_cell()
            cell.metadata.tags = ["remove-cell"]  # on the page it would be noise before the first sentence
        ran += 1
        cell.execution_count = ran if keep_outputs else None
        cell.outputs = [clean_output(o, cell.execution_count) for o in cell.outputs] if keep_outputs else []
    return notebook


def clean_output(output: Any, count: int | None) -> Any:
    if "execution_count" in output:
        output.execution_count = count
    if "metadata" in output:
        output.metadata = nbformat.from_dict({})
    return output


def format_notebook(path: Path) -> None:
    """Write a notebook in its stored form: see `normalise`; the code is formatted by ruff."""
    notebook = nbformat.read(path, as_version=4)
    keep = "solutions" not in path.resolve().relative_to(course.root()).parts
    nbformat.write(normalise(notebook, keep_outputs=keep), path)
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "ruff", "format", "--quiet", str(path)],
        check=True,
        cwd=course.root(),
    )


def execute(path: Path, extra: dict[str, str] | None = None, *, allow_errors: bool = False) -> Any:
    """Run a notebook in a new kernel under `ENVIRONMENT` and return it with its outputs.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed, unless `allow_errors`.
    """
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=300,
        resources={"metadata": {"path": str(path.parent)}},
        allow_errors=allow_errors,
        coalesce_streams=True,  # on a busy machine a line and its end arrive apart
    )
    with client.setup_kernel(env={**os.environ, **ENVIRONMENT, **(extra or {})}):
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
    return notebook


def smaller(png: str) -> str:
    """Return a base64 PNG with a palette in place of full colour: a third of the size, and looks the same.

    An image of more colours than a palette holds, such as a photograph, is returned as it is.
    """
    from PIL import Image, ImageChops

    full = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    few = full.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    apart = ImageChops.difference(full, few.convert("RGB"))
    if apart.point(lambda step: step > PALETTE_ERROR).getbbox():
        return png
    file = io.BytesIO()
    few.save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def release_to(folder: Path, slugs: list[str], root: Path | None = None) -> None:
    """Let nbgrader write the student versions of assignments into `folder/<slug>/<slug>.ipynb`.

    The sources are those of the book, or of the course folder `root`.
    """
    for slug in slugs:
        done = subprocess.run(  # noqa: S603
            [
                *(sys.executable, "-m", "nbgrader", "generate_assignment", slug),
                *("--force", "--no-db", "--log-level=WARN"),
                f"--CourseDirectory.release_directory={folder}",
            ],
            cwd=root or course.root(),
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"nbgrader could not release {slug}:\n{done.stdout}{done.stderr}")


@app.command()
def run(paths: list[Path]) -> None:
    """Execute notebooks in place under the fixed environment, then format them."""
    for path in paths:
        notebook = execute(path)
        for data in (o.data for c in notebook.cells for o in c.get("outputs", []) if "data" in o):
            if "image/png" in data:
                data["image/png"] = smaller(data["image/png"])
        nbformat.write(notebook, path)
        format_notebook(path)
        typer.echo(f"ran {path}")


@app.command("format")
def format_command(paths: Annotated[list[Path] | None, typer.Argument()] = None) -> None:
    """Bring notebooks (all, if none is named) to the form in which the repository stores them."""
    for path in paths or all_notebooks():
        format_notebook(path)


@app.command()
def release(slugs: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Regenerate the student versions in exercises/ from solutions/."""
    wanted = slugs or [c.slug for c in course.chapters() if c.solution.is_file()]
    release_to(course.root() / "exercises", wanted)
    typer.echo(f"released {', '.join(wanted)} to exercises/")


@app.command()
def configure(repository: str, tag: Annotated[str, typer.Argument()] = "main") -> None:
    """Set the public address (owner/name) and tag, and rewrite what is derived from them."""
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise typer.BadParameter(f"expected owner/name, got {repository!r}")
    root = course.root()
    old_repository, old_tag = published()
    config = root / "_config.yml"
    text = config.read_text(encoding="utf-8")
    text = text.replace(f"https://github.com/{old_repository}", f"https://github.com/{repository}")
    config.write_text(text.replace(f"branch: {old_tag}", f"branch: {tag}"), encoding="utf-8")
    for name in ("README.md", "CITATION.cff", "requirements-colab.txt", "index.md"):
        page = root / name
        derived = page.read_text(encoding="utf-8").replace(
            f"github.com/{old_repository}", f"github.com/{repository}"
        )
        page.write_text(derived.replace(f"{repository}@{old_tag}", f"{repository}@{tag}"), encoding="utf-8")
    for path in all_notebooks():
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            cell.source = COLAB.sub(
                f"https://colab.research.google.com/github/{repository}/blob/{tag}/", cell.source
            )
        nbformat.write(notebook, path)
        format_notebook(path)
    release()
    typer.echo(f"the book's public address is https://github.com/{repository} at {tag}")


if __name__ == "__main__":
    app()
