"""Plain Markdown patterns become rich forms, and a quiz that cannot be read is named."""

from __future__ import annotations

import logging
from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest
from docutils import nodes
from docutils.core import publish_doctree
from myst_parser.parsers.docutils_ import Parser
from roadbook_site import patterns

QUIZ = """## Check yourself

**1. Which one?**

- A. This.
- B. That, by `f(x)`.

<details><summary>Answer</summary>

B.

**A.** No, because.

**B.** Right, since.

</details>
"""


def read(text: str) -> nodes.document:
    tree: nodes.document = publish_doctree(
        f"# Page\n\n{text}", parser=Parser(), settings_overrides={"report_level": 5, "doctitle_xform": False}
    )
    return tree


class Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.words.append(record.getMessage())


def quizzed(text: str) -> tuple[str, list[str], dict[str, Any]]:
    metadata: dict[str, dict[str, Any]] = defaultdict(dict)
    app: Any = SimpleNamespace(env=SimpleNamespace(metadata=metadata))
    tree, heard, logger = read(text), Heard(), logging.getLogger("sphinx")
    logger.addHandler(heard)
    try:
        patterns.quizzes(app, tree, "chapters/x")
    finally:
        logger.removeHandler(heard)
    html = "".join(node.astext() for node in tree.findall(nodes.raw))
    # Where another test of this process has built a book, Sphinx writes the place before the words.
    words = [said.rpartition("WARNING: ")[2] for said in heard.words]
    return html, words, metadata["chapters/x"]


def test_quiz_becomes_a_fieldset() -> None:
    html, warnings, noted = quizzed(QUIZ)
    assert not warnings
    assert html.count("<fieldset") == html.count("</fieldset>") == 1
    assert html.count('type="radio"') == 2 and 'data-answer="B"' in html
    assert html.count("<details") == html.count("</details>") == 1
    assert noted == {"roadbook_uses": ["quiz"], "roadbook_items": {"quiz:chapters/x:1": "Which one?"}}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("- A. This.\n- B. That, by `f(x)`.", "Guess.", "expected a list of options right below it"),
        ("- B. That", "- C. That", "expected the options A, B in this order, got A, C"),
        ("- B. That", "- B: That", "expected a list of options right below it"),
        ("Answer</summary>", "Solution</summary>", "expected the fold '<details><summary>Answer</summary>'"),
        ("B.\n\n**A.**", "**A.**", "expected the fold to begin with the right letter, as in 'B.', got 'A."),
        ("B.\n\n**A.**", "D.\n\n**A.**", "the fold says that D is right, but there is no option D"),
        ("**B.** Right, since.", "", "its fold gives no reason for B"),
        (
            "**B.** Right, since.",
            "**B.** Right.\n\n**C.** No.",
            "its fold gives a reason for C, which is no option",
        ),
        ("**B.** Right", "**A.** Right", "there are two reasons for option A"),
        ("</details>", "", "is not closed by '</details>'"),
    ],
)
def test_quiz_that_cannot_be_read_is_named(old: str, new: str, words: str) -> None:
    assert old in QUIZ
    html, warnings, noted = quizzed(QUIZ.replace(old, new))
    assert len(warnings) == 1, warnings
    assert warnings[0].startswith("chapters/x: question 1 cannot become a quiz: ") and words in warnings[0]
    assert "<fieldset" not in html and not noted


def test_two_questions_of_one_number_are_named() -> None:
    again = QUIZ.partition("\n\n")[2]
    _, warnings, _ = quizzed(QUIZ + "\n" + again)
    assert [w.partition(": ")[2] for w in warnings] == [
        "question 1 cannot become a quiz: another question on this page has the same number"
    ]


def test_bold_numbered_text_elsewhere_is_left_alone() -> None:
    html, warnings, noted = quizzed("## Steps\n\n**1. Begin**\n\nThen go on.\n")
    assert not html and not warnings and not noted


def test_note_becomes_an_admonition_and_a_quotation_stays() -> None:
    tree = read("> **In production.** Watch *this*.\n\n> Only a quotation.\n")
    patterns.notes(tree)
    (note,) = tree.findall(nodes.admonition)
    assert note.children[0].astext() == "In production"
    assert note.children[1].astext() == "Watch this."
    assert len(list(tree.findall(nodes.block_quote))) == 1


def test_citation_leads_to_its_reference_and_back() -> None:
    tree = read(
        "As shown ([Cover and Hart, 1967](https://a.example/1)), and [again, 1967](https://a.example/1);"
        " not [1967 in words](https://b.example).\n\n"
        "## References\n\n- Cover and Hart, [Nearest](https://a.example/1), 1967: the bound.\n"
        "- Nobody, [Unused](https://c.example), 2000: nothing.\n"
    )
    patterns.citations(tree)
    cites = [r for r in tree.findall(nodes.reference) if "citation-link" in r["classes"]]
    assert [r["refid"] for r in cites] == ["ref-1", "ref-1"]
    item, unused = tree.findall(nodes.list_item)
    assert item["ids"] == ["ref-1"] and unused["ids"] == []
    back = "".join(node.astext() for node in item.findall(nodes.raw))
    assert 'href="#cite-1-1"' in back and 'href="#cite-1-2"' in back
    assert {i for node in tree.findall(nodes.inline) for i in node["ids"]} == {"cite-1-1", "cite-1-2"}
