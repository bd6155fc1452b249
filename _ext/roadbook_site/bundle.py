"""Scripts, styles and Pyodide's core, put into the output and linked on the pages that use them.

They do not lie in `_static`, because Jupyter Book puts every script and style from there on every page.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

HERE = Path(__file__).parent
CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
"""What Pyodide fetches to start Python without packages, its lock file among them."""

SCRIPTS = ("live", "tries", "quiz", "marks", "progress")


def node_modules(app: Sphinx) -> Path:
    """Return the folder of the npm packages that `package-lock.json` pins."""
    folder = Path(app.srcdir) / "node_modules"
    for package in ("esbuild", "pyodide", "@codemirror/view"):
        if not (folder / package).is_dir():
            raise ExtensionError(f"expected {package} in {folder}, found none; run `npm ci`, or `make book`")
    return folder


def pyodide_version(modules: Path) -> str:
    return str(json.loads((modules / "pyodide" / "package.json").read_text(encoding="utf-8"))["version"])


def packages_folder(app: Sphinx) -> Path:
    """Where `packages.py` puts Pyodide's official packages, if the build is to serve them."""
    return Path(app.srcdir) / "_build" / "pyodide-packages"


def served(app: Sphinx, needs: tuple[str, ...]) -> bool:
    """Say whether this build serves all files that the packages consist of."""
    if not needs:
        return True
    from .packages import closure, read_lock

    lock = read_lock(node_modules(app) / "pyodide" / "pyodide-lock.json")
    folder = packages_folder(app)
    return all((folder / file.name).is_file() for file in closure(lock, needs))


def build(app: Sphinx, items: dict[str, list[str]], live: bool) -> str:
    """Write the scripts and styles, and Pyodide's core where some page has a live box; return their hash."""
    modules = node_modules(app)
    target = Path(app.outdir) / "_static" / "live"
    target.mkdir(parents=True, exist_ok=True)
    listed = Path(app.doctreedir) / "roadbook-items.json"
    listed.write_text(json.dumps(items, sort_keys=True), encoding="utf-8")
    version = pyodide_version(modules)
    core = modules / "pyodide"
    size = sum((core / name).stat().st_size for name in CORE if name.endswith((".wasm", ".zip", ".json")))
    wire = sum(_over_the_wire(core / name) for name in CORE)
    common = [
        f"--alias:roadbook-items={listed}",
        "--bundle",
        "--minify",
        "--charset=utf8",
        "--target=es2022",
        "--legal-comments=eof",
        "--entry-names=[name]",
        "--log-level=warning",
        f"--outdir={target}",
    ]
    worker_version = ""
    if live:
        # A module, because Pyodide imports itself.
        _esbuild(modules, [str(HERE / "js" / "worker.js"), "--format=esm", "--loader:.py=text", *common])
        worker_version = hashlib.sha256((target / "worker.js").read_bytes()).hexdigest()[:8]
        copy_pyodide(app, core, Path(app.outdir) / "_static" / "pyodide" / version)
    defines = {
        "PYODIDE_VERSION": version,
        "PYODIDE_BYTES": size,
        "PYODIDE_WIRE": wire,
        "WORKER_VERSION": worker_version,
    }
    # Classic scripts, because browsers load no modules from a file:// address.
    pages = [str(HERE / "js" / f"{name}.js") for name in SCRIPTS if live or name not in ("live", "tries")]
    styles = [str(path) for path in sorted((HERE / "css").glob("*.css"))]
    defined = [f"--define:{name}={json.dumps(value)}" for name, value in defines.items()]
    _esbuild(modules, [*pages, *styles, "--format=iife", *defined, *common])
    _write_licences(modules, target / "licences.txt")
    written = sorted(path for path in target.iterdir() if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in written)).hexdigest()


def _over_the_wire(path: Path) -> int:
    """What a server sends that compresses, as those of static sites do; an archive is sent as it is."""
    content = path.read_bytes()
    return len(content) if path.suffix == ".zip" else len(gzip.compress(content, 6))


def _write_licences(modules: Path, target: Path) -> None:
    """What the bundled packages ask for: their notices, beside the bundle."""
    said = ["Pyodide: Mozilla Public License 2.0, https://github.com/pyodide/pyodide. Python: PSF licence."]
    for pattern in ("@codemirror/*", "@lezer/*", "@marijn/*", "style-mod", "w3c-keyname", "crelt"):
        for folder in sorted(modules.glob(pattern)):
            for licence in sorted(folder.glob("LICENSE*")):
                name = folder.relative_to(modules).as_posix()
                said.append(f"{name}:\n{licence.read_text(encoding='utf-8').strip()}")
    target.write_text("\n\n".join(said) + "\n", encoding="utf-8")


def _esbuild(modules: Path, arguments: list[str]) -> None:
    command = ["node", str(modules / "esbuild" / "bin" / "esbuild"), *arguments]
    # NODE_PATH: the sources may lie elsewhere than the packages (a build of a copy of the book)
    done = subprocess.run(  # noqa: S603 (our own arguments)
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NODE_PATH": str(modules)},
    )
    if done.returncode:
        raise ExtensionError(f"esbuild could not bundle the scripts of the site:\n{done.stderr}")


def copy_pyodide(app: Sphinx, core: Path, target: Path) -> None:
    """Copy Pyodide's core, and the packages that this build is to serve."""
    target.mkdir(parents=True, exist_ok=True)
    sources = [core / name for name in CORE]
    folder = packages_folder(app)
    if folder.is_dir():
        sources += sorted(folder.iterdir())
    for source in sources:
        copy = target / source.name
        if not copy.is_file() or copy.stat().st_size != source.stat().st_size:
            shutil.copyfile(source, copy)


def add_to_page(app: Sphinx, docname: str, doctree: Any) -> None:
    """Link scripts and styles on this page alone (Sphinx does so for what is added while it makes a page)."""
    uses = app.env.metadata[docname].get("roadbook_uses", ()) if docname in app.env.metadata else ()
    app.add_css_file("live/patterns.css")
    app.add_js_file("live/marks.js", loading_method="defer")
    for name in ("live", "tries", "quiz", "progress"):
        if name in uses:
            app.add_js_file(f"live/{name}.js", loading_method="defer")
    if "live" in uses or "progress" in uses:
        app.add_css_file("live/live.css")
