"""The Nu HTML checker, which browsers' makers use, finds no error in any page."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from roadbook import course

CHECKER = course.root() / "node_modules/vnu-jar/build/dist/vnu.jar"
ALLOWED = {
    # The checker reads files, and takes the page's own address for another host.
    r"Resource violates Content Security Policy \(meta tag\)": "'self' is the site when it is served",
    # Data for a script is not run, and no policy speaks of it; it is the only kind in a page's text.
    r"Inline script violates Content Security Policy \(meta tag\)": 'type="application/json"',
    # Docutils wraps each heading with its text in a section; the levels h1, h2, h3 are right.
    r"Consider using the .h1. element as a top-level heading only": "the only h1 of the page",
    r"Article lacks heading": "its heading stands in the section within",
    r"Section lacks heading": "a label names it",
    r"The .main. role is unnecessary for element .main.": "Sphinx's search looks for it",
}


def test_the_checker_finds_no_error(built: Path) -> None:
    if shutil.which("java") is None:
        pytest.skip("the HTML checker needs Java, and there is none: apt-get install default-jre-headless")
    pages = [str(path) for path in built.rglob("*.html") if "_static" not in path.parts]
    done = subprocess.run(
        ["java", "-Xss4m", "-jar", str(CHECKER), "--format", "json", *pages], capture_output=True, text=True
    )
    messages = json.loads(done.stderr)["messages"]
    left = {
        f"{message['url'][-50:]}: {message['message']}: {message.get('extract', '')[:120]}"
        for message in messages
        if not any(re.match(words, message["message"]) for words in ALLOWED)
    }
    assert not left, "\n".join(sorted(left))
