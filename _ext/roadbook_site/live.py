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
NEW_NOTEBOOK = "https://colab.research.google.com/#create=true"


def raw(markup: str) -> nodes.raw:
    """HTML as it stands."""
    return nodes.raw("", markup, format="html")


def template(template_name: str, /, **values: str) -> str:
    """The HTML of `templates/<template_name>.html` with values in their places."""
    return Template((HERE / "templates" / f"{template_name}.html").read_text(encoding="utf-8")).substitute(
        values
    )


def note_use(app: Sphinx, docname: str, what: str, items: list[str] | None = None) -> None:
    """Note that a page needs a script, and what a reader can finish there."""
    kept = app.env.metadata[docname]
    kept.setdefault("roadbook_uses", [])
    if what not in kept["roadbook_uses"]:
        kept["roadbook_uses"].append(what)
    kept.setdefault("roadbook_items", []).extend(items or [])


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
            '<span class="live-solved" hidden> · ✓ solved</span></p>'
        )
        # The mark stands above the box; the script finds it in the section.
        section += self.parse_text_to_nodes(drill.text)
        section += self._box(drill)
        note_use(self.env.app, self.env.docname, "live", [f"drill:{drill.name}"])
        return section

    def _box(self, drill: drills.Drill) -> list[nodes.Node]:
        app = self.env.app
        stub = drill.stub.rstrip() + "\n"
        data = {
            "name": drill.name,
            "title": drill.title,
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
        colab = f'<a href="{NEW_NOTEBOOK}">New notebook in Colab</a>'
        return [
            raw(opening),
            *self.parse_text_to_nodes(drill.hint),
            raw('</details>\n<details class="live-answer"><summary>Worked answer</summary>\n'),
            answer,
            raw(
                '</details>\n<p class="live-elsewhere"><button type="button" class="live-colab-copy">'
                f"Copy code and checks</button> {colab}</p></div>"
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
    """Put the list of all drills and questions where `{progress}` stood."""
    for place in list(doctree.findall(progress_list)):
        parts: list[str] = []
        seen: set[str] = set()
        for page, items in in_order(app).items():
            rows = []
            for item in items:
                if item in seen:
                    continue
                seen.add(item)
                kind, _, name = item.partition(":")
                target = app.builder.get_relative_uri(docname, page)
                if kind == "drill":
                    words, anchor = drills.load(name).title, f"drill-{name}"
                else:
                    number = name.rpartition(":")[2]
                    words, anchor = f"Question {number}", f"quiz-{number}"
                rows.append(
                    f'<li class="progress-item" data-item="{html.escape(item, quote=True)}">'
                    f'<a href="{html.escape(target)}#{anchor}">{html.escape(words)}</a> '
                    '<span class="progress-state"></span></li>'
                )
            if rows:
                title = html.escape(app.env.titles[page].astext())
                href = html.escape(app.builder.get_relative_uri(docname, page))
                parts.append(
                    f'<p><a href="{href}"><strong>{title}</strong></a></p><ul class="progress-list">'
                )
                parts += [*rows, "</ul>"]
        place.replace_self(raw("\n".join(parts)))


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
    app.connect("doctree-read", link_drills)
    app.connect("env-updated", write_scripts)
    app.connect("doctree-resolved", fill_progress)
    app.connect("html-page-context", on_page)
