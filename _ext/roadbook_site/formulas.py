"""Mathematics, set by KaTeX while the book is built: no page carries an engine for it."""

from __future__ import annotations

import json
import subprocess
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from . import frame

SETTER = Path(__file__).with_name("formulas.mjs")


class _KaTeX:
    """One Node process for all formulas of a build: it starts with the first and ends with the build."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def set(self, app: Sphinx, formula: str, *, display: bool) -> str:
        if self._process is None:
            command = ["node", str(SETTER), str(frame.node_modules(app) / "katex/dist/katex.mjs")]
            self._process = subprocess.Popen(  # noqa: S603
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101
        self._process.stdin.write(json.dumps({"formula": formula, "display": display}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"error": "node ended"}')
        if "error" in answer:
            raise ExtensionError(f"KaTeX cannot set {formula!r}: {answer['error']}")
        return str(answer["html"])

    def close(self, app: Sphinx, error: Exception | None) -> None:
        if self._process is not None:
            assert self._process.stdin is not None  # noqa: S101
            self._process.stdin.close()
            self._process.wait(10)


def setup(app: Sphinx) -> None:
    katex = _KaTeX()

    def inline(self: HTML5Translator, node: nodes.Element) -> None:
        self.body.append(katex.set(app, node.astext(), display=False))
        raise nodes.SkipNode

    def block(self: HTML5Translator, node: nodes.Element) -> None:
        number = get_node_equation_number(self, node) if node.get("number") else ""
        anchor = f' id="{escape(node["ids"][0])}"' if node.get("ids") else ""
        label = f'<span class="equation-number">({number})</span>' if number else ""
        formula = katex.set(app, node.astext(), display=True)
        self.body.append(f'<div class="math-block" tabindex="0"{anchor}>{label}{formula}</div>\n')
        raise nodes.SkipNode

    app.add_html_math_renderer("katex", (inline, None), (block, None))
    app.connect("build-finished", katex.close)
