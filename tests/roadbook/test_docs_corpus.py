"""The documentation corpus: its content, and the program that builds it, on a small made-up library."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import warnings
import zipfile
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from roadbook import course, data

LIBRARIES = ("numpy", "pandas", "scikit-learn", "torch")


@cache
def corpus() -> Any:
    return data.load("docstrings")


@cache
def build() -> ModuleType:
    path = course.root() / "data" / "docs_corpus" / "build.py"
    spec = importlib.util.spec_from_file_location("docs_corpus_build", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


# The corpus itself


def test_shape() -> None:
    table = corpus()
    assert list(table.columns) == ["library", "version", "name", "signature", "docstring"]
    assert table["name"].is_unique and not table.isna().any().any()
    counts = table["library"].value_counts()
    assert all(counts[library] > 1000 for library in LIBRARIES)
    assert (table["docstring"].str.len() >= build().SHORTEST).all()


def test_versions_are_those_of_the_wheels() -> None:
    versions = corpus().groupby("library")["version"].unique()
    for library in LIBRARIES:
        assert list(versions[library]) == [data.wheel(library).version]


def test_names_are_public() -> None:
    parts = corpus()["name"].str.split(".").explode()
    assert not parts.str.startswith("_").any() and "tests" not in set(parts)


@pytest.mark.parametrize(
    ("name", "signature", "words"),
    [
        ("numpy.concatenate", "concatenate(arrays, axis=0", "Join a sequence of arrays"),
        ("numpy.add", "add(x1, x2, /, out=None", "Add arguments element-wise"),
        ("numpy.log", "log(x, /", "Natural logarithm"),
        ("numpy.exp", "exp(x, /", "Calculate the exponential"),
        ("numpy.maximum", "maximum(x1, x2, /", "Element-wise maximum"),
        ("numpy.ndarray.reshape", "reshape(", "Returns an array containing the same data"),
        ("numpy.random.Generator.choice", "choice(a, size=None", "random sample"),
        ("numpy.zeros", "zeros(shape", "like : array_like"),
        ("pandas.read_csv", "read_csv(filepath_or_buffer", "comma-separated values"),
        ("pandas.DataFrame.merge", "merge(right, how='inner'", "database-style join"),
        ("pandas.DataFrame.head", "head(n=5)", "first `n` rows"),
        ("pandas.DataFrame.mean", "mean(axis=0", "mean of the values"),
        ("pandas.DataFrame.add", "add(other", "fill_value"),
        ("pandas.Series.str.split", "split(pat=None", "Split strings"),
        (
            "sklearn.neighbors.KNeighborsClassifier",
            "KNeighborsClassifier(n_neighbors=5",
            "k-nearest neighbors",
        ),
        ("sklearn.neighbors.KNeighborsClassifier.kneighbors", "kneighbors(X=None", "K-neighbors of a point"),
        ("sklearn.neighbors", "", "k-nearest neighbors"),
        ("torch.matmul", "matmul(input, other", "Matrix product of two tensors"),
        ("torch.Tensor.view", "view(*shape)", "same data"),
        ("torch.nn.Linear", "Linear(in_features, out_features", "linear transformation"),
        ("torch.nn.functional.scaled_dot_product_attention", "", "scaled dot product attention"),
        ("torch.optim.AdamW", "AdamW(params", "AdamW"),
        ("torch.linalg.svd", "", "singular value decomposition"),
    ],
)
def test_known_entries(name: str, signature: str, words: str) -> None:
    (row,) = corpus()[corpus()["name"] == name].to_dict("records")
    assert row["signature"].startswith(signature)
    assert words in row["docstring"]


def look_up(name: str) -> Any:
    """Return what a dotted name means in the imported libraries."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:end]))
        except ImportError:
            continue
        for part in parts[end:]:
            accessor = part in ("str", "cat", "dt", "plot", "sparse", "list", "struct")
            lookup = inspect.getattr_static if inspect.isclass(found) and not accessor else getattr
            found = lookup(found, part)
            if isinstance(found, classmethod | staticmethod):
                found = found.__func__
        return found
    raise LookupError(name)


@pytest.mark.parametrize("library", LIBRARIES)
def test_agrees_with_the_imported_library(library: str) -> None:
    module = importlib.import_module({"scikit-learn": "sklearn"}.get(library, library))
    installed = module.__version__.split("+")[0]
    if installed != data.wheel(library).version:
        pytest.skip(f"{library} {installed} is installed, the corpus is of {data.wheel(library).version}")
    rows = corpus()[corpus()["library"] == library]
    sample = rows.sample(200, random_state=0).to_dict("records")
    differ = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for row in sample:
            live = "".join((inspect.getdoc(look_up(row["name"])) or "").split())
            if "".join(row["docstring"].split()) not in live:
                differ.append(row["name"])
    assert len(differ) <= 6, differ  # 47 of all 7,536 differ


def test_values_copied_from_compiled_code() -> None:
    parsers = importlib.import_module("pandas._libs.parsers")
    assert set(build().COMPILED_VALUES["STR_NA_VALUES"]) == parsers.STR_NA_VALUES


# The program


def test_clean_is_cleandoc() -> None:
    texts = ["One.\n\n    Two\n      three\n    ", "  x", "", "\n    a\n\n\n    b\n  ", "a\tb\n\tc"]
    for text in texts:
        expected = "\n".join(line.rstrip() for line in inspect.cleandoc(text).split("\n"))
        assert build().clean(text) == expected.strip("\n")


TINY = {
    "__init__.py": '''
"""The tiny library."""
from typing import TYPE_CHECKING
from tiny._impl import make, Thing as Thing, twice
from tiny._impl import *
from . import sub
from ._compiled import magic
if TYPE_CHECKING:
    from tiny._impl import ForTypesOnly
from ._impl import removed
del removed
nickname = make
__all__ = ["make", "Thing", "twice", "magic", "nickname"] + sub.__all__
''',
    "_impl.py": '''
from tiny._tools import Appender, Substitution, doc
_shared = {"tail": "\\nSee the manual of %(what)s, which is long."}

def make(a, /, b: int = 1, *args, c="x", **kw) -> int:
    """Make one thing out of two, or more of them.

    Like this:
        Indented.
    """

@Substitution(what="things")
@Appender(_shared["tail"])
def twice(x):
    """Do the same thing twice, one after the other."""

class _Base:
    def inherited(self, k=1):
        """Come from a private class, and so stand here."""

    def _template(self):
        """Return {thing}, or nothing."""

    @doc(_template, thing="a wheel")
    def second(self): ...

class Thing(_Base):
    """A thing with an unusually long description."""
    def __init__(self, size, *, colour="red"): ...
    def _private(self):
        """Nobody should see this, whatever happens."""
    @property
    def area(self):
        """The area of the thing, in square metres."""
    @staticmethod
    def parse(text):
        """Make a thing of its description in text."""

class ForTypesOnly:
    """Exists for the type checker and nobody else."""

def removed():
    """Deleted from the public module again, so private."""
''',
    "sub.py": '''
from tiny._impl import Thing, make
from tiny._c import add_docstr
__all__ = ["fast", "late"]
common = {"out": "out: where the result goes"}
fast = add_docstr(None, r"""fast(x, *, out=None) -> Tensor

Compute it in compiled code.

{out}
""".format(**common))

def late(): ...
late.__doc__ = "This docstring is " + f"{common['out']} and later"
''',
    "tests/__init__.py": '"""Tests are not part of the public interface."""',
    "_tools.py": "",
}


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, str]]:
    with zipfile.ZipFile(tmp_path / "tiny.whl", "w") as archive:
        for path, source in TINY.items():
            archive.writestr(f"tiny/{path}", source)
    monkeypatch.setitem(build().LIBRARIES, "tiny", ("tiny", ["tiny"], []))
    monkeypatch.setattr(build(), "SHORTEST", 10)
    library = build().Library("tiny", "1.0", tmp_path / "tiny.whl")
    library.compiled_docs["magic"] = "magic(x)\n--\n\nDo it in C, quickly."
    return {row["name"]: row for row in build().rows_of(library)}


def test_names_are_followed_to_their_definition(rows: dict[str, dict[str, str]]) -> None:
    assert set(rows) == {
        *("tiny", "tiny.make", "tiny.twice", "tiny.magic", "tiny.sub.fast", "tiny.sub.late"),
        *("tiny.Thing", "tiny.Thing.area", "tiny.Thing.inherited", "tiny.Thing.parse", "tiny.Thing.second"),
    }


def test_signatures(rows: dict[str, dict[str, str]]) -> None:
    assert rows["tiny.make"]["signature"] == "make(a, /, b=1, *args, c='x', **kw)"
    assert rows["tiny.Thing"]["signature"] == "Thing(size, *, colour='red')"
    assert rows["tiny.Thing.inherited"]["signature"] == "inherited(k=1)"
    assert rows["tiny.Thing.parse"]["signature"] == "parse(text)"
    assert rows["tiny.Thing.area"]["signature"] == ""
    assert rows["tiny.magic"]["signature"] == "magic(x)"
    assert rows["tiny.sub.fast"]["signature"] == "fast(x, *, out=None) -> Tensor"


def test_docstrings_are_put_together(rows: dict[str, dict[str, str]]) -> None:
    assert rows["tiny.make"]["docstring"].endswith("of them.\n\nLike this:\n    Indented.")
    assert rows["tiny.twice"]["docstring"].endswith("See the manual of things, which is long.")
    assert rows["tiny.Thing.second"]["docstring"] == "Return a wheel, or nothing."
    assert rows["tiny.magic"]["docstring"] == "Do it in C, quickly."
    assert rows["tiny.sub.fast"]["docstring"] == "Compute it in compiled code.\n\nout: where the result goes"
    assert rows["tiny.sub.late"]["docstring"] == "This docstring is out: where the result goes and later"
