"""What can be counted of the definition of done, chapter by chapter: see CONTRIBUTING.md."""

from __future__ import annotations

import json
import re
import statistics
from typing import Any

import nbformat
import pytest

from roadbook import course, notebooks

CHAPTERS = course.chapters()
SECTIONS = (
    *("Where it goes wrong", "What it costs", "In an interview", "Check yourself"),
    *("Recap", "Next", "References"),
)


def words(text: str) -> int:
    return len(re.findall(r"[A-Za-z][A-Za-z'’-]*", text))


def missing(chapter: course.Chapter) -> list[str]:
    """Return what a chapter still lacks, in words; an empty list where nothing is missing."""
    absent = [p for p in (chapter.notebook, chapter.solution, chapter.exercise) if not p.is_file()]
    if absent:
        return [f"the notebook {path.relative_to(course.root())}" for path in absent]
    notebook = nbformat.read(chapter.notebook, as_version=4)
    prose = [c.source for c in notebook.cells if c.cell_type == "markdown"]
    code = [c for c in notebook.cells if c.cell_type == "code"]
    text = "\n".join(prose)
    lacks = []

    def need(condition: object, what: str) -> None:
        if not condition:
            lacks.append(what)

    need(
        prose and re.match(r"# \S", prose[0]) and "**You will be able to**" in prose[0],
        "a first cell with title and outcomes",
    )
    need(2 < len(re.findall(r"^- ", prose[0], re.M)) < 7, "three to six outcomes")
    need(notebooks.colab_link(chapter.notebook) in prose[0], "the Colab link in the first cell")
    need(
        f"exercises/{chapter.slug}/{chapter.slug}.ipynb" in prose[0],
        "a link to the exercise in the first cell",
    )
    headings = re.findall(r"^## (.+)$", text, re.M)
    need(
        [h for h in headings if h in SECTIONS] == list(SECTIONS),
        f"the closing sections in order: {', '.join(SECTIONS)}",
    )
    need(1500 <= words(text) <= 3000, f"1,500 to 3,000 words, not {words(text)}")
    lines = [sum(1 for line in c.source.splitlines() if line.strip()) for c in code]
    need(12 <= len(code) <= 36, f"12 to 35 code cells besides the set-up cell, not {len(code) - 1}")
    need(statistics.median(lines) <= 4.5, f"a median cell of at most 4 lines, not {statistics.median(lines)}")
    need(max(lines) <= 25, f"no cell over 25 lines, not {max(lines)}")
    kinds = "".join("c" if c.cell_type == "code" else "m" for c in notebook.cells)
    need("ccc" not in kinds, "prose between code cells: three in a row somewhere")

    figures = [c for c in code if any("image/png" in o.get("data", {}) for o in c.outputs)]
    need(3 <= len(figures) <= 6, f"3 to 6 figures, not {len(figures)}")
    for cell in figures:
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        need(
            words(alt) >= 8 and not re.search(r"\.(png|svg)|^(image|figure)\b", alt, re.I),
            f"alt text for {cell.source[:40]!r}",
        )
    outputs = [o for c in code for o in c.outputs]
    need(not [o for o in outputs if o.output_type == "error"], "no error in a stored output")
    need(not [o for o in outputs if o.get("name") == "stderr"], "no stderr in a stored output")
    need(len(json.dumps(outputs)) < 250 * 1024, f"less output than {len(json.dumps(outputs)) // 1024} KB")
    for output in outputs:
        shown = output.get("text") or output.get("data", {}).get("text/plain", "")
        need(
            not re.search(r"\d\.\d{4,}", shown) or "image/png" in output.get("data", {}),
            f"at most three digits in {shown[:50]!r}",
        )

    quiz = text[text.find("## Check yourself") : text.find("## Recap")]
    questions = re.split(r"^\*\*\d+\. ", quiz, flags=re.M)[1:]
    need(4 <= len(questions) <= 6, f"four to six questions, not {len(questions)}")
    for question in questions:
        options = re.findall(r"^- ([A-F])\. ", question, re.M)
        reasons = re.findall(r"^\*\*([A-F])\.\*\* ", question, re.M)
        need(len(options) >= 3 and options == reasons, f"a reason for each option of {question[:40]!r}")
        need(
            re.search(r"<summary>Answer</summary>\s+[A-F]\.", question),
            f"the letter of the answer to {question[:40]!r}",
        )
    need(
        text.count("<details>") - len(questions) >= 2, "two or three interview questions with folded answers"
    )
    references = text[text.find("## References") :]
    cited = set(re.findall(r"\]\((https://[^)\s]+)\)", text[: text.find("## References")])) - set(
        notebooks.COLAB.findall(text)
    )
    need(
        not {c for c in cited if "colab" not in c and c not in references},
        f"under References: {[c for c in cited if 'colab' not in c and c not in references]}",
    )

    joined = "\n".join(c.source for c in code if not notebooks.is_setup(c))
    need(not re.search(r"sys\.path|^\s*[!%]\s*pip", joined, re.M), "no sys.path edits and no pip")
    need(
        not re.search(r"np\.random\.(seed|rand|randn|randint|normal|choice)\(", joined),
        "np.random.default_rng only",
    )
    need(
        not re.search(r":::|\{(note|warning|tip|figure|doc|ref|cite)[}:`]", text),
        "plain Markdown, no directive",
    )
    need("plotting.style()" in joined, "the house style for figures")
    lacks += around(chapter)
    return lacks


def around(chapter: course.Chapter) -> list[str]:
    """What the rest of the book must have for a chapter."""
    root = course.root()
    skills = (root / "chapters/front/skill-map.md").read_text(encoding="utf-8")
    roadmap = (root / "chapters/front/roadmap.md").read_text(encoding="utf-8")
    lacks = [] if f"{chapter.slug}.ipynb" in roadmap else ["a link on the roadmap page"]
    for cell in nbformat.read(chapter.solution, as_version=4).cells:
        meta: Any = cell.metadata.get("nbgrader", {})
        if meta.get("grade"):
            task = meta["grade_id"].removesuffix("-tests")
            if not re.search(rf"\| `{chapter.slug}` \| .*`{task}`.* \| written \|", skills):
                lacks.append(f"a row of the skill map that is proved by `{task}`")
    return lacks


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda c: c.slug)
def test_nothing_is_missing(chapter: course.Chapter) -> None:
    lacks = missing(chapter)
    assert not lacks, f"{chapter.slug} still lacks:\n- " + "\n- ".join(lacks)


def test_skill_map_names_chapters_of_the_roadmap() -> None:
    root = course.root()
    roadmap = (root / "chapters/front/roadmap.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (.+?) \| `(\d\d-[a-z0-9-]+)` \| (.+?) \| (written|planned) \|$",
        (root / "chapters/front/skill-map.md").read_text(encoding="utf-8"),
        re.M,
    )
    written = {c.slug for c in course.chapters()}
    assert {slug[:2] for _, slug, _, _ in rows} == {f"{n:02}" for n in range(1, 34)}, (
        "a chapter without a skill"
    )
    for skill, slug, task, status in rows:
        assert (status == "written") == (slug in written), f"{skill}: {slug} is {status}"
        assert task.strip() and slug[3:].split("-")[0] in roadmap.lower(), (
            f"{skill}: {slug} is not on the roadmap"
        )
