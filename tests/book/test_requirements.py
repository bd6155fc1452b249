"""The pins are exact, consistent and importable."""

from __future__ import annotations

import importlib
import importlib.metadata
import re
import subprocess
import sys

import pytest

from roadbook import course

PINS = dict(
    line.split("==")
    for line in (course.root() / "requirements.txt").read_text(encoding="utf-8").split()
    if "==" in line
)
# What a distribution installs under no importable name, with the reason.
NOTHING_TO_IMPORT = {
    "pandas-stubs": "types only",
    "types-pyyaml": "types only",
    "polars-runtime-32": "the compiled half of polars, which imports it",
}


def test_pip_check_is_clean() -> None:
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_installed_versions_are_the_pinned_ones() -> None:
    installed = {name: importlib.metadata.version(name).split("+")[0] for name in PINS}
    assert installed == PINS


def modules_of(name: str) -> list[str]:
    distribution = importlib.metadata.distribution(name)
    files = [str(f) for f in distribution.files or []]
    top = distribution.read_text("top_level.txt")
    names = set(top.split()) if top else set()
    names |= {f.split("/")[0] for f in files if re.fullmatch(r"[A-Za-z_]\w*/__init__\.py", f)}
    names |= {f[:-3] for f in files if re.fullmatch(r"[A-Za-z]\w*\.py", f)}
    names |= {f.split("/")[0] for f in files if re.fullmatch(r"[A-Za-z]\w*/\w+\.py", f) and not names}
    deeper = {
        f.rsplit("/", 1)[0].replace("/", ".") for f in files if re.fullmatch(r"[a-z]+/\w+/__init__\.py", f)
    }
    compiled = {f.split(".")[0] for f in files if re.fullmatch(r"\w+(\.[\w-]+)?\.(so|pyd)", f)}
    if name == "argon2-cffi-bindings":
        return ["_argon2_cffi_bindings"]
    return sorted(n for n in names if not n.startswith("_") and n.isidentifier()) or sorted(deeper | compiled)


def test_every_pinned_package_imports() -> None:
    failed = {}
    for name in PINS:
        if name in NOTHING_TO_IMPORT:
            continue
        modules = modules_of(name)
        try:
            for module in modules[:1]:
                importlib.import_module(module)
        except Exception as err:
            failed[name] = f"{type(err).__name__}: {err}"
        if not modules:
            failed[name] = "no module found"
    assert not failed, failed


@pytest.mark.parametrize(
    "line", (course.root() / "requirements-colab.txt").read_text(encoding="utf-8").splitlines()
)
def test_colab_ranges_leave_its_own_packages_alone(line: str) -> None:
    name = re.split(r"[ @<>=]", line.strip("# "))[0].lower()
    assert name not in {"numpy", "pandas", "scikit-learn", "torch", "transformers", "matplotlib"}
    assert line.startswith("#") or ">=" in line or " @ " in line
