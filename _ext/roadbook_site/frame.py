"""The frame of a page: head, navigation, what may be loaded, and the files beside the pages.

Scripts and styles stand on a page only by name. Whatever Jupyter Book, the themes or extensions add by
themselves is dropped: it was 700 KB a page, and some of it came from other hosts. Kept is what a module
adds for this page, below `live/`, by `app.add_js_file` in its own `html-page-context` handler. A page that
runs WebAssembly in a worker says so by "live" or "tries" in `env.metadata[page]["roadbook_uses"]`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

from . import drawings, repairs

HERE = Path(__file__).parent
FONT = "overpass-700.woff2"
LOGO = (
    '<svg viewBox="0 0 32 32" aria-hidden="true"><rect class="sign" width="32" height="32" rx="7"/>'
    '<path class="sign-road sign-other" d="M11 16V8"/>'
    '<path class="sign-road" d="M11 25v-5c0-4 2-5.5 5.5-5.5H24m-4-4.2 4.2 4.2-4.2 4.2"/>'
    '<circle class="sign-start" cx="11" cy="25" r="3.2"/></svg>'
)
# Before the first paint, so that a dark page does not flash white. The only script that stands in a page.
MODE_SCRIPT = (
    "(()=>{let m=null;try{m=localStorage.getItem('roadbook-mode')}catch{}"
    "document.documentElement.dataset.theme="
    "m||(matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light')})()"
)
NOT_INDEXED = {"search", "404", "genindex"}


@dataclass
class Site:
    """What is the same on every page of one build."""

    repository: str
    branch: str
    colab: str
    binder: str
    base: str
    """The public address, with a slash at its end."""
    changed: dict[str, str] = field(default_factory=dict)
    commit: str = ""
    stamp: str = ""
    pages: dict[str, drawings.Card] = field(default_factory=dict)


def setup(app: Sphinx) -> None:
    app.add_html_theme("roadbook", str(HERE / "theme"))
    app.connect("config-inited", _own_options, priority=100)
    app.connect("builder-inited", _start)
    app.connect("html-collect-pages", _not_found)
    app.connect("html-page-context", _frame, priority=900)
    app.connect("build-finished", _finish)


def node_modules(app: Sphinx) -> Path:
    """Return the folder of the packages that package-lock.json pins."""
    folder = Path(app.srcdir) / "node_modules"
    if not (folder / "katex").is_dir():
        raise ExtensionError(
            f"expected the site's packages in {folder}: build with `make book`, or run `npm ci` first"
        )
    return folder


def _own_options(app: Sphinx, config: Config) -> None:
    """Take from Jupyter Book's options what this theme shows; Sphinx would warn of those it does not know."""
    given: dict[str, Any] = dict(config.html_theme_options)
    launch = given.get("launch_buttons", {})
    repository = str(given.get("repository_url", "")).rstrip("/")
    owner, _, name = urlsplit(repository).path.strip("/").partition("/")
    base = str(config.html_baseurl or f"https://{owner}.github.io/{name}/").rstrip("/") + "/"
    app._roadbook = Site(  # type: ignore[attr-defined]
        repository=repository,
        branch=str(given.get("repository_branch", "main")),
        colab=str(launch.get("colab_url", "")),
        binder=str(launch.get("binderhub_url", "")),
        base=base,
    )
    if config.html_theme == "roadbook":
        config["html_theme_options"] = {}
        config["html_use_index"] = False  # the book has a glossary; there is nothing to index by machine
        config["html_math_renderer"] = "katex"


def site(app: Sphinx) -> Site:
    found: Site = app._roadbook  # type: ignore[attr-defined]
    return found


def is_ours(app: Sphinx) -> bool:
    return app.builder.format == "html" and app.config.html_theme == "roadbook"


def _git(app: Sphinx, *words: str) -> str:
    command = ["git", "-C", str(app.srcdir), *words]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return ""  # an archive, or no git: pages then show no date


def _start(app: Sphinx) -> None:
    if not is_ours(app):
        return
    ours = site(app)
    ours.commit = _git(app, "rev-parse", "--short", "HEAD").strip()
    # A shallow clone has one commit, which would date every page: better no date.
    if _git(app, "rev-parse", "--is-shallow-repository").strip() == "false":
        date = ""
        for line in _git(app, "log", "--format=%x00%cs", "--name-only", "--relative").splitlines():
            if line.startswith("\0"):
                date = line[1:]
            elif line:
                ours.changed.setdefault(line, date)
    files = [path for path in HERE.rglob("*.*") if path.suffix in (".css", ".js")]
    contents = b"".join(path.read_bytes() for path in sorted(files) if path.is_file())
    ours.stamp = hashlib.sha256(contents).hexdigest()[:8]


def _not_found(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    if is_ours(app):
        body = (
            "<h1>No such page</h1><p>The address may be mistyped, or the page has moved. The contents list "
            'every page, and the <a href="search.html">search</a> finds words in them.</p>'
        )
        yield "404", {"title": "No such page", "body": body}, "page.html"


def _frame(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    if not is_ours(app):
        return
    ours, indexed = site(app), page not in NOT_INDEXED
    title = BeautifulSoup(context.get("title", ""), "html.parser").get_text()
    images = {name: Path(app.srcdir) / path for path, name in app.builder.images.items()}
    text = repairs.Page(context.get("body", ""), images)
    if page == app.config.root_doc:
        text.insert_before_first_section(drawings.roads(Path(app.srcdir)))
    if page == drawings.ROADMAP:
        text.name_chapter_rows()
    if not title:
        title = app.config.html_title
    part = _part_of(app, page)
    # A fold "Try it" brings a live box into the page.
    live = not {"live", "tries"}.isdisjoint(app.env.metadata.get(page, {}).get("roadbook_uses", ()))
    styles = _ours(context["css_files"])
    if text.has_formulas:
        styles.insert(0, "katex/katex.css")
    context.update(
        body=text.html(),
        page_style=text.style,
        title=title,
        html_title=app.config.html_title,
        description=text.description,
        indexed=indexed,
        canonical=ours.base + ("" if page == app.config.root_doc else f"{page}.html"),
        part=part,
        logo=LOGO,
        font=FONT,
        mode_script=MODE_SCRIPT,
        scripts=_ours(context["script_files"]),
        styles=styles,
        site_version=ours.stamp,
        version=version("roadbook"),
        commit=ours.commit,
        repository=ours.repository,
        changed=ours.changed.get(_source(app, page), ""),
        tools=_tools(app, page) if doctree is not None else None,
        csp=_policy(text.style, live=live),
    )
    if indexed:
        card = drawings.Card(title, part, text.first_figure)
        ours.pages[page] = card
        context["picture"] = f"{ours.base}_static/{card.path(page)}"
        context["picture_alt"] = f"The title of the page, {title}" + (
            ", and its first figure" if text.first_figure else ""
        )
    context["book_nav"] = _navigation(context["toctree"], text.sections)
    if page == "404":
        _from_the_root(context, urlsplit(ours.base).path)


def _ours(files: list[Any]) -> list[str]:
    names = [str(getattr(file, "filename", file)).removeprefix("_static/") for file in files]
    return [name for name in dict.fromkeys(names) if name.startswith("live/")]


def _source(app: Sphinx, page: str) -> str:
    return str(app.env.doc2path(page, base=False)) if page in app.env.found_docs else ""


def _part_of(app: Sphinx, page: str) -> str:
    """Return "1", "2" or "3": pages below a part's caption, and the exercises of its chapters."""
    for caption, docs in _parts(app):
        if page in docs:
            return "".join(re.findall(r"^Part (\d)", caption))
    return ""


def _parts(app: Sphinx) -> list[tuple[str, set[str]]]:
    parts = []
    for tree in app.env.tocs[app.config.root_doc].findall(lambda n: n.tagname == "toctree"):
        docs = {ref for _, ref in tree["entries"]}
        below = {d for ref in docs for d in app.env.toctree_includes.get(ref, [])}
        parts.append((str(tree["caption"] or ""), docs | below))
    return parts


def _tools(app: Sphinx, page: str) -> dict[str, str]:
    ours, source = site(app), _source(app, page)
    new_issue = f"{ours.repository}/issues/new?title=On%20{page}"
    tools = {
        "branch": ours.branch,
        "edit": f"{ours.repository}/edit/{ours.branch}/{source}",
        "issue": new_issue,
    }
    if source.endswith(".ipynb"):
        owner_and_name = urlsplit(ours.repository).path.strip("/")
        folder = owner_and_name.rpartition("/")[2]
        commands = [
            f"git clone --branch {ours.branch} {ours.repository}",
            f"cd {folder}",
            "make .venv/.learn",
        ]
        if source.startswith("exercises/"):
            slug = Path(source).stem
            commands.append(f".venv/bin/python -m roadbook start {slug.partition('-')[0]}")
            source_there = f"work/{slug}/{slug}.ipynb"
            # An exercise is solved in the learner's copy; the book's own would be edited in the clone.
            tools["edit"] = f"{ours.repository}/edit/{ours.branch}/solutions/{slug}/{slug}.ipynb"
        else:
            source_there = source
        commands.append(f".venv/bin/jupyter lab {source_there}")
        tools |= {
            "notebook": source,
            "commands": "\n".join(commands),
            "colab": f"{ours.colab}/github/{owner_and_name}/blob/{ours.branch}/{source}",
            "binder": f"{ours.binder}/v2/gh/{owner_and_name}/{ours.branch}?urlpath=lab/tree/{source}",
        }
    return tools


def _policy(style: str, *, live: bool) -> str:
    """Say what the page may load: its own files, and the scripts and styles in it by their hashes."""

    def hashed(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    script = ["script-src 'self'", hashed(MODE_SCRIPT)]
    rules = ["default-src 'none'", "base-uri 'none'", "form-action 'self'"]
    # connect-src: the search reads pages for the words around a hit, a live box fetches Python, and tools
    # that judge a page for its author read robots.txt from within it.
    rules += ["img-src 'self'", "font-src 'self'", "connect-src 'self'"]
    rules.append("style-src 'self'" + (f" {hashed(style)}" if style else ""))
    if live:
        script.append("'wasm-unsafe-eval'")
        # blob: the worker is made of text in the page, so that this policy binds it too; 'self': that text
        # loads worker.js
        rules.append("worker-src 'self' blob:")
    return "; ".join([*rules, " ".join(script)])


def _navigation(toctree: Callable[..., str], sections: list[tuple[str, str]]) -> str:
    """Return the contents of the book, with the sections of the current page below it."""
    tree = toctree(maxdepth=2, collapse=False, includehidden=True, titles_only=True)
    soup = BeautifulSoup(tree or "", "html.parser")
    for caption in soup.select("p.caption"):
        # Sphinx gives captions the role of headings without a level, which no reader can place.
        del caption["role"]
        del caption["class"]
        caption.string = caption.get_text()
        if found := re.match(r"Part (\d)", caption.get_text()):
            caption["data-part"] = found[1]
            following = caption.find_next_sibling("ul")
            if isinstance(following, Tag):
                following["data-part"] = found[1]
    for link in soup.select("a"):
        # Chapters that contain the current page are marked too; the page itself is the one with href "#".
        if link.get("href") == "#":
            link["class"] = "current"
        else:
            del link["class"]
    for tag in soup.select("ul, li"):
        del tag["class"]
    here = soup.select_one("a.current")
    if here is not None:
        here["aria-current"] = "page"
        if sections:
            listed = soup.new_tag("ul", attrs={"class": "sections"})
            for anchor, words in sections:
                item, link = soup.new_tag("li"), soup.new_tag("a", href=f"#{anchor}")
                link.string = words
                item.append(link)
                listed.append(item)
            here.insert_after(listed)
    return str(soup)


def _from_the_root(context: dict[str, Any], root: str) -> None:
    """Make the links of the 404 page absolute: it is shown at any depth."""
    pathto = context["pathto"]
    context["pathto"] = lambda name, kind=0: root + ("" if pathto(name, kind) == "#" else pathto(name, kind))
    for key in ("book_nav", "body"):
        context[key] = re.sub(r'href="(?![a-z]+:|#|/)', f'href="{root}', context[key])


def _finish(app: Sphinx, error: Exception | None) -> None:
    """Write what lies beside the pages: font, formulas' style, pictures of shared links, sitemap."""
    if error or not is_ours(app):
        return
    ours, out, packages = site(app), Path(app.outdir), node_modules(app)
    face = packages / "@fontsource/overpass/files/overpass-latin-700-normal.woff"
    shutil.copy(face.with_suffix(".woff2"), out / "_static" / FONT)
    katex = out / "_static/katex"
    others = shutil.ignore_patterns("*.woff", "*.ttf")
    shutil.copytree(packages / "katex/dist/fonts", katex / "fonts", dirs_exist_ok=True, ignore=others)
    style = (packages / "katex/dist/katex.min.css").read_text(encoding="utf-8")
    style = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)', "", style)  # woff2 is read everywhere
    (katex / "katex.css").write_text(style, encoding="utf-8")
    for page, card in ours.pages.items():
        drawings.draw_card(card, out / "_static" / card.path(page), face, app.config.html_title)
    urls = []
    for page in sorted(ours.pages):
        address = ours.base + ("" if page == app.config.root_doc else f"{page}.html")
        date = ours.changed.get(_source(app, page))
        urls.append(f"<url><loc>{address}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</url>")
    sitemap = "\n".join(urls)
    (out / "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{sitemap}\n</urlset>\n',
        encoding="utf-8",
    )
    (out / "robots.txt").write_text(
        f"User-agent: *\nAllow: /\nSitemap: {ours.base}sitemap.xml\n", encoding="utf-8"
    )
    (out / "site.json").write_text(json.dumps({"base": ours.base}) + "\n", encoding="utf-8")
