"""The book's one Sphinx extension: its theme, the repairs to its pages, rich patterns, live exercises.

frame.py      the theme's page: what stands in the head, what may be loaded, sitemap, 404
repairs.py    what is done to the text of a page when it is written
formulas.py   mathematics, set by KaTeX when the book is built
drawings.py   the road on the landing page, the picture that a shared link shows
theme/        template, style and the one small script of every page
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx calls this; each module sets up its own part."""
    for name in ("frame", "formulas", "patterns", "live"):
        if find_spec(f"{__name__}.{name}"):
            import_module(f"{__name__}.{name}").setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": False}  # one KaTeX process, one list of pages
