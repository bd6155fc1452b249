"""The script that fetches Pyodide's packages, against a stand-in for their source.

The test machine cannot reach the real source, so what is proved here is that a right file is kept, a wrong one
is not, and what is said then.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from roadbook_site import bundle, packages

from roadbook import course


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def source(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    folder = tmp_path / "source"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


FILE = packages.File("numpy-2.whl", hashlib.sha256(b"the true wheel").hexdigest())


def test_right_file_is_kept_and_not_fetched_twice(source: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = source
    (folder / FILE.name).write_bytes(b"the true wheel")
    target = tmp_path / "there"
    assert packages.fetch([FILE], address, target) == (1, 14)
    assert (target / FILE.name).read_bytes() == b"the true wheel"
    (folder / FILE.name).unlink()
    assert packages.fetch([FILE], address, target) == (1, 0)


def test_changed_file_is_not_kept(source: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = source
    (folder / FILE.name).write_bytes(b"another wheel")
    target = tmp_path / "there"
    target.mkdir()
    (target / FILE.name).write_bytes(b"rotten")
    with pytest.raises(
        packages.PackageError, match=r"numpy-2\.whl has SHA-256 [0-9a-f]{64}, but Pyodide's lock"
    ):
        packages.fetch([FILE], address, target)
    assert list(target.iterdir()) == []


def test_missing_file_is_named(source: tuple[Path, str], tmp_path: Path) -> None:
    with pytest.raises(packages.PackageError, match=r"could not fetch http://.*/numpy-2\.whl: .*404"):
        packages.fetch([FILE], source[1], tmp_path / "there")


def test_lock_file_gives_packages_with_all_that_they_need() -> None:
    lock = packages.read_lock(course.root() / "node_modules/pyodide/pyodide-lock.json")
    names = [file.name.partition("-")[0] for file in packages.closure(lock, ["scikit-learn", "numpy"])]
    assert {"scikit_learn", "scipy", "numpy", "joblib", "threadpoolctl"} <= set(names)
    assert len(names) == len(set(names))
    assert all(len(file.sha256) == 64 for file in packages.closure(lock, ["pandas"]))
    with pytest.raises(packages.PackageError, match="no package 'torch'"):
        packages.closure(lock, ["torch"])


def test_build_serves_what_lies_in_its_folder_and_says_what_does_not(tmp_path: Path) -> None:
    modules = course.root() / "node_modules"
    (tmp_path / "node_modules").symlink_to(modules)
    app: Any = SimpleNamespace(srcdir=str(tmp_path))
    assert bundle.served(app, ())
    assert not bundle.served(app, ("numpy",))
    folder = bundle.packages_folder(app)
    folder.mkdir(parents=True)
    lock = packages.read_lock(modules / "pyodide/pyodide-lock.json")
    name = lock["numpy"]["file_name"]
    (folder / name).write_bytes(b"a wheel")
    assert bundle.served(app, ("numpy",))
    assert not bundle.served(app, ("pandas",)), "pandas needs more than NumPy"
    bundle.copy_pyodide(app, modules / "pyodide", tmp_path / "out")
    assert {p.name for p in (tmp_path / "out").iterdir()} == {*bundle.CORE, name}


def test_command_fetches_what_drills_need_and_fails_on_a_changed_file(
    source: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, address = source
    lock = packages.read_lock(course.root() / "node_modules/pyodide/pyodide-lock.json")
    (folder / lock["numpy"]["file_name"]).write_bytes(b"not NumPy")
    assert packages.main(["--from", address, "--to", str(tmp_path / "there")]) == 1
    assert "the file was changed on the way or at the source" in capsys.readouterr().err
    assert not list((tmp_path / "there").iterdir())
