"""The plain Markdown patterns of notebooks and pages, turned into their rich forms on the doctree.

Notes become admonitions, folds get a style, citations lead to their reference and back, quizzes become
fieldsets, and a line that sends the reader to a drill becomes a fold that brings the drill. The sources stay
plain: JupyterLab, Colab and GitHub show the same files without this.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from roadbook import drills

from .live import note_use, raw

logger = logging.getLogger(__name__)

QUESTION = re.compile(r"(\d+)\.\s")
TRY = re.compile(r"(?P<chapter>[\w-]+)-drills(\.md)?#(?P<drill>[\w-]+)$")
OPTION = re.compile(r"([A-Z])\.\s+")
LETTER = re.compile(r"([A-Z])\.")
CITATION = re.compile(r"^.{2,80}?,? \(?(1[89]|20)\d\d[a-z]?\)?$")

KINDS = {"warning": "warning", "careful": "warning", "in production": "tip", "note": "note"}
"""By the words in bold: which of the theme's looks a note gets. Others look like a note."""


def upgrade(app: Sphinx, doctree: nodes.document) -> None:
    """Rewrite one page."""
    docname = app.env.docname
    notes(doctree)
    tries(app, doctree, docname)
    quizzes(app, doctree, docname)
    folds(doctree)
    citations(doctree)


def _parts(node: nodes.Node) -> list[nodes.Node]:
    """A node's children without the empty texts that MyST leaves around bold words."""
    return [c for c in node.children if not (isinstance(c, nodes.Text) and not c.astext())]


def _first(node: nodes.Node | None) -> nodes.Node | None:
    return next(iter(_parts(node)), None) if node is not None else None


# ---- notes


def notes(doctree: nodes.document) -> None:
    """`> **Note.** …` becomes an admonition with the bold words as its title."""
    for quote in list(doctree.findall(nodes.block_quote)):
        first = quote.children[0] if quote.children else None
        if not isinstance(first, nodes.paragraph) or not first.children:
            continue
        bold = _first(first)
        if not isinstance(bold, nodes.strong):
            continue
        words = bold.astext().strip().rstrip(".:")
        first.remove(bold)
        following = _first(first)
        if isinstance(following, nodes.Text):
            first.replace(following, nodes.Text(following.astext().lstrip()))
        note = nodes.admonition(classes=[KINDS.get(words.lower(), "note"), "from-plain"])
        note.source, note.line = quote.source, quote.line
        note += nodes.title(words, words)
        if not first.astext().strip():
            quote.remove(first)
        note += quote.children
        quote.replace_self(note)


# ---- folds


def folds(doctree: nodes.document) -> None:
    """`<details>` stays what it is, and gets a class for its style."""
    for node in doctree.findall(nodes.raw):
        text = node.astext()
        if node.get("format") == "html" and text.lstrip().startswith("<details>"):
            node.replace_self(raw(text.replace("<details>", '<details class="fold">', 1)))


# ---- drills to try


def tries(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """`**Try it:** [title](NN-slug-drills.md#name)` becomes a fold into which `js/tries.js` brings the drill.

    The drill itself stays on its own page: a chapter's page carries no more than the fold and the link.
    """
    for paragraph in list(doctree.findall(nodes.paragraph)):
        parts = [part for part in _parts(paragraph) if part.astext().strip()]
        if not parts or not isinstance(parts[0], nodes.strong) or parts[0].astext() != "Try it:":
            continue
        target = TRY.search(_target(parts[1])) if len(parts) == 2 else None
        drill = _drill(target["drill"]) if target else None
        if target is None or drill is None or target["chapter"] != drill.chapter:
            logger.warning(
                "%s: expected '**Try it:** [title](NN-slug-drills.md#name)', where drills/name.py says "
                "'# chapter: NN-slug', got %r",
                docname,
                _target(parts[1]) if len(parts) > 1 else paragraph.astext(),
                location=paragraph,
                type="roadbook",
            )
            continue
        page = html.escape(f"{drill.chapter}-drills.html#drill-{drill.name}")
        paragraph.replace_self(
            raw(
                f'<details class="try-it" data-drill="{html.escape(drill.name)}"><summary>Try it: '
                f'{html.escape(drill.title)} <span class="try-facts">{drill.minutes} minutes, '
                f'{drill.difficulty}<span class="try-solved" hidden> · ✓ solved</span></span></summary>\n'
                f'<p class="try-link"><a href="{page}">On the page of drills</a> it runs and checks itself.'
                '</p><p class="try-status" role="status" aria-live="polite"></p></details>'
            )
        )
        note_use(app, docname, "tries")


def _target(link: nodes.Node) -> str:
    """Where a link leads, as it was written: MyST splits it into page and anchor."""
    if not isinstance(link, nodes.Element):
        return ""
    page, anchor = link.get("reftarget"), link.get("reftargetid")
    if page is None:
        return str(link.get("refuri", ""))
    return f"{page}#{anchor}" if isinstance(anchor, str) else str(page)


def _drill(name: str) -> drills.Drill | None:
    try:
        return drills.load(name)
    except drills.DrillError:
        return None


# ---- citations


def _references(doctree: nodes.document) -> nodes.section | None:
    for section in doctree.findall(nodes.section):
        title = section.next_node(nodes.title)
        if title is not None and title.parent is section and title.astext() == "References":
            return section
    return None


def _inside(node: nodes.Node, ancestor: nodes.Node) -> bool:
    parent = node.parent
    while parent is not None:
        if parent is ancestor:
            return True
        parent = parent.parent
    return False


def citations(doctree: nodes.document) -> None:
    """A link with author and year leads to the page's reference of the same address, and that leads back."""
    section = _references(doctree)
    if section is None:
        return
    sources: dict[str, nodes.list_item] = {}
    for item in section.findall(nodes.list_item):
        link = next((r for r in item.findall(nodes.reference) if r.get("refuri")), None)
        if link is not None:
            sources.setdefault(link["refuri"], item)
    places: dict[str, list[str]] = {}
    for link in list(doctree.findall(nodes.reference)):
        address = link.get("refuri")
        if address not in sources or _inside(link, section) or not CITATION.match(link.astext()):
            continue
        number = list(sources).index(address) + 1
        cited = places.setdefault(address, [])
        cited.append(f"cite-{number}-{len(cited) + 1}")
        inner = nodes.reference("", "", *link.children, internal=True, refid=f"ref-{number}")
        inner["classes"].append("citation-link")
        mark = nodes.inline("", "", inner, ids=[cited[-1]], classes=["cite"])
        link.replace_self(mark)
    for number, (address, item) in enumerate(sources.items(), 1):
        if address not in places:
            continue
        item["ids"].append(f"ref-{number}")
        back = "".join(
            f' <a class="cite-back" href="#{place}" aria-label="Back to citation {i} in the text">↩'
            f"{'' if len(places[address]) == 1 else f'<sup>{i}</sup>'}</a>"
            for i, place in enumerate(places[address], 1)
        )
        last = item.children[-1]
        (last if isinstance(last, nodes.paragraph) else item).append(raw(back))


# ---- quizzes


class NotAQuizError(ValueError):
    """A question is not in the form that CONTRIBUTING gives; the message says what is missing."""


@dataclass
class _Question:
    number: int
    words: list[nodes.Node]
    options: dict[str, list[nodes.Node]]
    """The letter, and the inline text after it."""
    answer: str
    reasons: dict[str, list[nodes.Node]]
    replaces: list[nodes.Node]
    """All that it replaces."""


def quizzes(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Bold numbered questions with lettered options and a fold `Answer` become fieldsets."""
    seen: set[int] = set()
    for paragraph in list(doctree.findall(nodes.paragraph)):
        match = _question_number(paragraph)
        if match is None or not (_under_check_yourself(paragraph) or _lettered(_after(paragraph, 1))):
            continue
        try:
            question = _read(paragraph, match)
            if question.number in seen:
                raise NotAQuizError("another question on this page has the same number")
        except NotAQuizError as error:
            # With `-W`, as `make book` builds, a warning fails the build.
            logger.warning(
                "%s: question %s cannot become a quiz: %s",
                docname,
                match,
                error,
                location=paragraph,
                type="roadbook",
            )
            continue
        seen.add(question.number)
        words = QUESTION.sub("", paragraph.astext(), count=1)
        _replace(question, docname)
        note_use(app, docname, "quiz", {f"quiz:{docname}:{question.number}": words})


def _question_number(paragraph: nodes.paragraph) -> int | None:
    parts = _parts(paragraph)
    if len(parts) != 1 or not isinstance(parts[0], nodes.strong):
        return None
    match = QUESTION.match(paragraph.astext())
    return int(match[1]) if match else None


def _under_check_yourself(node: nodes.Node) -> bool:
    parent = node.parent
    while parent is not None and not isinstance(parent, nodes.section):
        parent = parent.parent
    title = parent.next_node(nodes.title) if parent is not None else None
    return title is not None and title.astext() == "Check yourself"


def _after(node: nodes.Node, steps: int) -> nodes.Node | None:
    place = node.parent.index(node) + steps
    return node.parent.children[place] if place < len(node.parent.children) else None


def _lettered(node: nodes.Node | None) -> bool:
    return isinstance(node, nodes.bullet_list) and all(OPTION.match(item.astext()) for item in node.children)


def _is_raw(node: nodes.Node | None, start: str) -> bool:
    return isinstance(node, nodes.raw) and node.astext().strip().startswith(start)


def _read(paragraph: nodes.paragraph, number: int) -> _Question:
    options_list, fold = _after(paragraph, 1), _after(paragraph, 2)
    if options_list is None or not _lettered(options_list):
        raise NotAQuizError("expected a list of options right below it, each with its letter, as in '- A. …'")
    options: dict[str, list[nodes.Node]] = {}
    for item in options_list.children:
        first = item.children[0]
        if len(item.children) != 1 or not isinstance(first, nodes.paragraph):
            raise NotAQuizError("expected each option to be one line of text")
        letter, words = _without(OPTION, first)
        if letter in options:
            raise NotAQuizError(f"there are two options {letter}")
        options[letter] = words
    expected = [chr(ord("A") + i) for i in range(len(options))]
    if list(options) != expected or len(options) < 2:
        raise NotAQuizError(
            f"expected the options {', '.join(expected)} in this order, got {', '.join(options)}"
        )
    if not _is_raw(fold, "<details><summary>Answer</summary>"):
        raise NotAQuizError("expected the fold '<details><summary>Answer</summary>' right below the options")

    inside: list[nodes.Node] = []
    step = 3
    while not _is_raw(node := _after(paragraph, step), "</details>"):
        if node is None or isinstance(node, nodes.section):
            raise NotAQuizError("its fold 'Answer' is not closed by '</details>' on a line of its own")
        inside.append(node)
        step += 1
    answer, reasons = _reasons(inside, list(options))
    words = _parts(_parts(paragraph)[0])
    return _Question(number, words, options, answer, reasons, [paragraph, options_list, fold, *inside, node])


def _reasons(inside: list[nodes.Node], letters: list[str]) -> tuple[str, dict[str, list[nodes.Node]]]:
    first = inside[0].astext().strip() if inside else ""
    if not LETTER.fullmatch(first):
        raise NotAQuizError(
            f"expected the fold to begin with the right letter, as in 'B.', got {first[:40]!r}"
        )
    reasons: dict[str, list[nodes.Node]] = {}
    current: list[nodes.Node] | None = None
    for node in inside[1:]:
        bold = _first(node) if isinstance(node, nodes.paragraph) else None
        letter = LETTER.fullmatch(bold.astext().strip()) if isinstance(bold, nodes.strong) else None
        if letter is not None and bold is not None:
            if letter[1] in reasons:
                raise NotAQuizError(f"there are two reasons for option {letter[1]}")
            current = reasons.setdefault(letter[1], [])
            bold["classes"].append("quiz-reason-letter")  # hidden where the reason stands below its option
        if current is None:
            raise NotAQuizError("expected a reason for each option after the letter, as in '**A.** …'")
        current.append(node)
    if sorted(reasons) != letters:
        missing = [letter for letter in letters if letter not in reasons]
        odd = [letter for letter in reasons if letter not in letters]
        if odd:
            raise NotAQuizError(f"its fold gives a reason for {', '.join(odd)}, which is no option")
        raise NotAQuizError(f"its fold gives no reason for {', '.join(missing)}; write '**{missing[0]}.** …'")
    answer = first[0]
    if answer not in letters:
        raise NotAQuizError(f"the fold says that {answer} is right, but there is no option {answer}")
    return answer, reasons


def _without(pattern: re.Pattern[str], paragraph: nodes.paragraph) -> tuple[str, list[nodes.Node]]:
    """The letter at the paragraph's start, and the paragraph's children without it."""
    first, *rest = _parts(paragraph)
    match = pattern.match(first.astext() if isinstance(first, nodes.Text) else "")
    if match is None:
        raise NotAQuizError("expected each option to begin with its letter as plain text, as in '- A. …'")
    return match[1], [nodes.Text(first.astext()[match.end() :]), *rest]


def _inline(children: list[nodes.Node], name: str) -> nodes.inline:
    return nodes.inline("", "", *(child.deepcopy() for child in children), classes=[name])


def _replace(question: _Question, docname: str) -> None:
    number, page = question.number, html.escape(docname, quote=True)
    key = f"quiz-{number}"
    new: list[nodes.Node] = [
        raw(
            f'<fieldset class="quiz" id="{key}" data-page="{page}" data-number="{number}"'
            f' data-answer="{question.answer}"><legend>'
        ),
        _inline(question.words, "quiz-question"),
        raw("</legend>"),
    ]
    for letter, words in question.options.items():
        option = f"{key}-{letter}"
        new += [
            raw(
                f'<div class="quiz-option"><input type="radio" name="{key}" id="{option}" value="{letter}">'
                f'<label for="{option}"><span class="quiz-letter">{letter}.</span> '
            ),
            _inline(words, "quiz-text"),
            raw(f'</label><div class="quiz-reason" id="{option}-reason" hidden></div></div>'),
        ]
    new.append(
        raw(
            '<div class="quiz-do" hidden><button type="button" class="quiz-check">Check</button> '
            '<span class="quiz-status" role="status" aria-live="polite"></span></div>'
            f'<details class="fold quiz-answer"><summary>Answer</summary><p>{question.answer}.</p>'
        )
    )
    for letter, blocks in sorted(question.reasons.items()):
        new += [
            raw(f'<div data-option="{letter}">'),
            *(block.deepcopy() for block in blocks),
            raw("</div>"),
        ]
    new.append(raw("</details></fieldset>"))
    parent = question.replaces[0].parent
    place = parent.index(question.replaces[0])
    for old in question.replaces:
        parent.remove(old)
    parent[place:place] = new


def setup(app: Sphinx) -> None:
    """Called by the package's own `setup`."""
    app.connect("doctree-read", upgrade)
