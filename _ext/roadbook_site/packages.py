"""Fetch Pyodide's official packages for the drills that need one: for the workflow that publishes the site.

    .venv/bin/python _ext/roadbook_site/packages.py [--from URL] [--to FOLDER]

The packages and their hashes stand in the lock file of the pinned npm package `pyodide`. A file is kept only
if its SHA-256 is the one that stands there; a build that finds the files in `_build/pyodide-packages/` serves
them itself, and a build without them says so in the box.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OFFICIAL = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"


class PackageError(RuntimeError):
    """A package is unknown, could not be fetched, or is not what the lock file says."""


@dataclass(frozen=True)
class File:
    """One file of one package."""

    name: str
    sha256: str


def read_lock(path: Path) -> dict[str, Any]:
    """Return the packages of Pyodide's lock file, by name."""
    packages: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["packages"]
    return packages


def closure(lock: dict[str, Any], needs: Iterable[str]) -> tuple[File, ...]:
    """Return the files of these packages and of all that they depend on, each once, by name.

    Raises:
        PackageError: a package does not stand in the lock file.
    """
    found: dict[str, File] = {}
    waiting = list(needs)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        if name not in lock:
            raise PackageError(f"Pyodide has no package {name!r}; its lock file lists what there is")
        found[name] = File(lock[name]["file_name"], lock[name]["sha256"])
        waiting += lock[name]["depends"]
    return tuple(sorted(found.values(), key=lambda file: file.name))


def fetch(files: Iterable[File], source: str, target: Path) -> tuple[int, int]:
    """Fetch what is missing or differs; return how many files are there and how many bytes came.

    Raises:
        PackageError: a file could not be fetched, or its hash is not the lock file's. It is then not kept.
    """
    target.mkdir(parents=True, exist_ok=True)
    there = moved = 0
    for file in files:
        path = target / file.name
        there += 1
        if path.is_file() and _sha256(path.read_bytes()) == file.sha256:
            continue
        path.unlink(missing_ok=True)
        address = source + file.name
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 (the caller's address)
                content = answer.read()
        except (urllib.error.URLError, TimeoutError) as error:
            raise PackageError(
                f"could not fetch {address}: {error}; try again, or name another source with --from"
            ) from error
        got = _sha256(content)
        if got != file.sha256:
            raise PackageError(
                f"{address} has SHA-256 {got}, but Pyodide's lock file says {file.sha256}: the file was "
                "changed on the way or at the source, and is not kept"
            )
        partial = path.with_suffix(path.suffix + ".part")
        partial.write_bytes(content)
        partial.replace(path)
        moved += len(content)
    return there, moved


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Fetch what the book's drills need."""
    from roadbook import course, drills

    root = course.root()
    parser = argparse.ArgumentParser(description="Fetch Pyodide's packages for the drills that need one.")
    parser.add_argument(
        "--from", dest="source", help="where the files lie (default: Pyodide's own publication)"
    )
    parser.add_argument("--to", type=Path, default=root / "_build" / "pyodide-packages")
    options = parser.parse_args(arguments)
    pyodide = root / "node_modules" / "pyodide"
    if not pyodide.is_dir():
        print(f"expected Pyodide in {pyodide}, found none; run `npm ci` first", file=sys.stderr)
        return 1
    version = json.loads((pyodide / "package.json").read_text(encoding="utf-8"))["version"]
    source = (options.source or OFFICIAL.format(version=version)).rstrip("/") + "/"
    needs = sorted({name for drill in drills.all_drills() for name in drill.needs})
    try:
        files, moved = fetch(closure(read_lock(pyodide / "pyodide-lock.json"), needs), source, options.to)
    except PackageError as error:
        print(error, file=sys.stderr)
        return 1
    wanted = ", ".join(needs) or "none: no drill asks for one"
    print(f"packages for drills: {wanted}; {files} files in {options.to}, {moved:,} bytes fetched")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
