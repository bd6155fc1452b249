"""Live exercises: the directives `{live} <drill>`, `{drills} <chapter>`, `{coding-round}` and `{progress}`.

A box is plain HTML that can be read and printed; `js/live.js` makes it run. The drill comes from
`drills/<drill>.py` by `roadbook.drills`, the one file that tests and pages share.
"""

from __future__ import annotations

import hashlib
import html
import json
from pathlib import Path
from string import Template
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from roadbook import drills

from . import bundle, frame

HERE = Path(__file__).parent
CODING_ROUND = "chapters/back/coding-round"
NOT_SEARCHED = "roadbook_not_searched"
"""The attribute of a node that the search is to pass over."""
NEW_NOTEBOOK = "https://colab.research.google.com/#create=true"


def raw(markup: str, *, searched: bool = True) -> nodes.raw:
    """HTML as it stands; its words are found by the search, or are not."""
    node = nodes.raw("", markup, format="html")
    node[NOT_SEARCHED] = not searched
    return node


def template(template_name: str, /, **values: str) -> str:
    """The HTML of `templates/<template_name>.html` with values in their places."""
    return Template((HERE / "templates" / f"{template_name}.html").read_text(encoding="utf-8")).substitute(
        values
    )


def note_use(app: Sphinx, docname: str, what: str, items: dict[str, str] | None = None) -> None:
    """Note that a page needs a script, and what a reader can finish there, each with its words."""
    kept = app.env.metadata[docname]
    kept.setdefault("roadbook_uses", [])
    if what not in kept["roadbook_uses"]:
        kept["roadbook_uses"].append(what)
    kept.setdefault("roadbook_items", {}).update(items or {})


class _Directive(SphinxDirective):
    def drill(self, name: str) -> drills.Drill:
        try:
            drill = drills.load(name)
        except drills.DrillError as error:
            raise self.error(str(error)) from error
        self.env.note_dependency(str(drills.folder() / f"{name}.py"))
        return drill

    def box(self, drill: drills.Drill) -> nodes.section:
        """A section with the drill's title, its text and its box."""
        section = nodes.section(ids=[f"drill-{drill.name}"], names=[f"drill-{drill.name}"])
        section += nodes.title(drill.title, drill.title)
        section += raw(
            f'<p class="live-facts">{drill.minutes} minutes, {drill.difficulty}'
            '<span class="live-solved" hidden> · ✓ solved</span></p>',
            searched=False,
        )
        # The mark stands above the box; the script finds it in the section.
        section += self.parse_text_to_nodes(drill.text)
        section += self._box(drill)
        note_use(self.env.app, self.env.docname, "live", {f"drill:{drill.name}": drill.title})
        return section

    def _box(self, drill: drills.Drill) -> list[nodes.Node]:
        app = self.env.app
        stub = drill.stub.rstrip() + "\n"
        data = {
            "name": drill.name,
            "title": drill.title,
            "minutes": drill.minutes,
            "stub": stub,
            "checks": drill.checks,
            "needs": list(drill.needs),
            "available": bundle.served(app, drill.needs),
        }
        address = f"{frame.site(app).base}{self.env.docname}.html#drill-{drill.name}"
        opening = template(
            "box",
            # "<" would let "</script>" or "<!--" in a check end the element.
            data=json.dumps(data).replace("<", "\\u003c"),
            name=html.escape(drill.name),
            title=html.escape(drill.title),
            stub=html.escape(stub),
            rows=str(max(4, stub.count("\n") + 1)),
            address=html.escape(address),
            packages=" and ".join("NumPy" if name == "numpy" else name for name in drill.needs),
        )
        answer = nodes.literal_block(drill.answer, drill.answer, language="python")
        hint = self.parse_text_to_nodes(drill.hint)
        for node in (answer, *hint):
            if isinstance(node, nodes.Element):
                node[NOT_SEARCHED] = True  # who searches for a word must not meet the answer
        colab = f'<a href="{NEW_NOTEBOOK}">New notebook in Colab</a>'
        return [
            raw(opening, searched=False),
            *hint,
            raw(
                '</details>\n<details class="live-answer"><summary>Worked answer</summary>\n', searched=False
            ),
            answer,
            raw(
                '</details>\n<p class="live-elsewhere"><button type="button" class="live-colab-copy">'
                f"Copy code and checks</button> {colab}</p></div>",
                searched=False,
            ),
        ]


class Live(_Directive):
    """`{live} <drill>`: one drill."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        return [self.box(self.drill(self.arguments[0]))]


class Drills(_Directive):
    """`{drills} <chapter>`: all drills of one chapter, as `all_drills` orders them."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        chapter = self.arguments[0]
        self.env.note_dependency(str(drills.folder()))
        names = [drill.name for drill in _all(self) if drill.chapter == chapter]
        if not names:
            raise self.error(f"no drill in {drills.folder()} says '# chapter: {chapter}'")
        return [self.box(self.drill(name)) for name in names]


def _all(directive: SphinxDirective) -> tuple[drills.Drill, ...]:
    try:
        return drills.all_drills()
    except drills.DrillError as error:
        raise directive.error(str(error)) from error


class CodingRound(_Directive):
    """`{coding-round}`: the clock, the results, and every drill."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(drills.folder()))
        panel = raw(template("round"))
        boxes = [self.box(self.drill(drill.name)) for drill in _all(self)]
        return [panel, *boxes]


class progress_list(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """Stands for the list of all drills and questions until every page has been read."""


class Progress(SphinxDirective):
    """`{progress}`: what there is to do, and what of it is done."""

    def run(self) -> list[nodes.Node]:
        note_use(self.env.app, self.env.docname, "progress")
        panel = raw(template("progress"))
        return [panel, progress_list()]


def fill_progress(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the list of all drills and questions where `{progress}` stood, chapter by chapter."""
    for place in list(doctree.findall(progress_list)):
        chapters: dict[str, list[str]] = {}
        seen: set[str] = set()
        for page, items in in_order(app).items():
            chapter = page.removesuffix("-drills")
            rows = chapters.setdefault(chapter if chapter in app.env.titles else page, [])
            words = app.env.metadata[page]["roadbook_items"]
            for item in items:
                if item not in seen:
                    seen.add(item)
                    rows.append(_progress_row(item, words[item], app.builder.get_relative_uri(docname, page)))
        parts = []
        for page, rows in chapters.items():
            if rows:
                title = html.escape(app.env.titles[page].astext())
                href = html.escape(app.builder.get_relative_uri(docname, page))
                parts.append(
                    f'<div class="progress-part"><p><a href="{href}"><strong>{title}</strong></a> '
                    '<span class="progress-part-sum"></span></p><ul class="progress-list">'
                )
                parts += [*rows, "</ul></div>"]
        # Every title stands on its own page too, which is the one to be found.
        place.replace_self(raw("\n".join(parts), searched=False))


def _progress_row(item: str, words: str, page: str) -> str:
    kind, _, name = item.partition(":")
    number = name.rpartition(":")[2]
    anchor, what = (f"drill-{name}", "Drill") if kind == "drill" else (f"quiz-{number}", f"Question {number}")
    return (
        f'<li class="progress-item" data-item="{html.escape(item, quote=True)}">'
        f'<span>{what}: <a href="{html.escape(page)}#{anchor}">{html.escape(_shortened(words))}</a></span> '
        '<span class="progress-state"></span></li>'
    )


def _shortened(words: str, room: int = 56) -> str:
    """The first words, as many as a row has room for."""
    words = " ".join(words.split())
    if len(words) <= room:
        return words
    return words[:room].rpartition(" ")[0].rstrip(",;:") + "\N{NO-BREAK SPACE}…"


def in_order(app: Sphinx) -> dict[str, list[str]]:
    """The items of each page, in the book's order; the coding round last, which repeats others' drills."""
    order: list[str] = []

    def walk(page: str) -> None:
        order.append(page)
        for child in app.env.toctree_includes.get(page, ()):
            if child not in order:
                walk(child)

    walk(str(app.config.root_doc))
    with_items = {
        page: list(kept["roadbook_items"])
        for page, kept in app.env.metadata.items()
        if kept.get("roadbook_items")
    }
    pages = [page for page in order if page in with_items]
    pages.sort(key=lambda page: page == CODING_ROUND)
    return {page: with_items[page] for page in pages}


def index_without_answers(app: Sphinx) -> None:
    """Keep answers, stubs, hints and marks out of the search; title, text and task of a drill stay in it."""
    if app.builder.format != "html":
        return
    index_page = app.builder.index_page  # type: ignore[attr-defined]

    def index(pagename: str, doctree: nodes.document, title: str) -> None:
        if app.env.metadata[pagename].get("roadbook_uses"):
            doctree = doctree.deepcopy()
            for node in list(doctree.findall(lambda n: isinstance(n, nodes.Element) and n.get(NOT_SEARCHED))):
                node.parent.remove(node)
        index_page(pagename, doctree, title)

    app.builder.index_page = index  # type: ignore[attr-defined]


def link_drills(app: Sphinx, doctree: nodes.document) -> None:
    """In a chapter with a page of drills, say so at the end of "Check yourself"."""
    docname = app.env.docname
    page = f"{docname}-drills"
    if page not in app.env.found_docs:
        return
    for section in doctree.findall(nodes.section):
        title = section.next_node(nodes.title)
        if title is None or title.parent is not section or title.astext() != "Check yourself":
            continue
        link = addnodes.pending_xref(
            "",
            nodes.inline("", "the drills of this chapter"),
            refdomain="std",
            reftype="doc",
            reftarget=f"/{page}",
            refdoc=docname,
            refexplicit=True,
            refwarn=True,
        )
        words = nodes.paragraph(
            "",
            "",
            nodes.Text("To write it yourself: "),
            link,
            nodes.Text(", which run and check themselves in the page."),
        )
        section += words
        return


def write_scripts(app: Sphinx, env: Any) -> list[str]:
    """Once every page has been read, write the scripts with the list of what there is to do."""
    if app.builder.format == "html":
        live = any("live" in kept.get("roadbook_uses", ()) for kept in env.metadata.values())
        stamp = bundle.build(app, in_order(app), live)
        # Pages link scripts by the site's stamp, so that no browser keeps an old one.
        ours = frame.site(app)
        ours.stamp = hashlib.sha256((ours.stamp + stamp).encode()).hexdigest()[:8]
    return []


def on_page(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    bundle.add_to_page(app, pagename, doctree)


def setup(app: Sphinx) -> None:
    """Called by the package's own `setup`."""
    app.add_directive("live", Live)
    app.add_directive("drills", Drills)
    app.add_directive("coding-round", CodingRound)
    app.add_directive("progress", Progress)
    app.add_node(progress_list)
    app.connect("builder-inited", index_without_answers)
    app.connect("doctree-read", link_drills)
    app.connect("env-updated", write_scripts)
    app.connect("doctree-resolved", fill_progress)
    app.connect("html-page-context", on_page)
