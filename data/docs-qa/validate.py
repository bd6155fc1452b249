"""Check the eval set against the documentation that it asks about, and print what is in it.

    python data/docs-qa/validate.py

Everything that the card of `docs-qa` claims about the questions is checked here: each answer's evidence
stands word for word in its docstring, each unanswerable question's terms occur together in no docstring, a
paraphrase is one by a measure, and nobody chose which question is dev and which is test.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from roadbook import data, evals

FOLDER = Path(__file__).resolve().parent
FIELDS: dict[str, Any] = {
    **{"id": str, "question": str, "answers": list, "answerable": bool, "source": (str, type(None))},
    **{"evidence": (str, type(None)), "absent": list, "library": str, "kind": str, "paraphrased": bool},
    **{"split": str, "required_facts": list},
}
LIBRARIES = ("numpy", "pandas", "scikit-learn", "torch")
KINDS = {
    True: ("behaviour", "comparison", "default value", "error", "parameter", "return"),
    False: ("no such thing", "not stated", "other library", "other version"),
}
PARAPHRASE = 0.4
"""A question is paraphrased if at most this share of its content words occurs in its docstring."""
SALT, DEV_SHARE = "4", 0.4
"""The smallest whole number for which every stratum has five questions or more in dev and eight in test; it
was fixed before any system had seen a question."""


def questions() -> list[dict[str, Any]]:
    """Return the questions as they stand in the file."""
    lines = (FOLDER / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def corpus() -> dict[str, str]:
    """Return the searchable text of every docstring, its name and signature before it, by its public name."""
    table = data.load("docstrings")
    columns = zip(table["name"], table["signature"], table["docstring"], table["library"], strict=True)
    return {name: f"{library} {name} {signature} {text}" for name, signature, text, library in columns}


def one_line(text: str) -> str:
    return " ".join(text.split())


def problems(question: dict[str, Any], documents: dict[str, str]) -> list[str]:
    """Return what is wrong with one question, in words; nothing if it is sound."""
    q, found = question, []
    if set(q) != set(FIELDS):
        return [f"expected the fields {', '.join(FIELDS)}; got {', '.join(q)}"]
    if wrong := [f"{f}: a {type(q[f]).__name__}" for f, kind in FIELDS.items() if not isinstance(q[f], kind)]:
        return wrong
    if not re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", q["id"]):
        found.append("id: expected words joined by hyphens")
    if not q["question"].endswith("?") and not q["question"].endswith("."):
        found.append("question: expected a sentence")
    if q["kind"] not in KINDS[q["answerable"]]:
        found.append(f"kind: {q['kind']!r} does not fit")
    if q["split"] != evals.hash_split(q["id"], DEV_SHARE, SALT):
        found.append(f"split: the hash of the id does not say {q['split']}")
    return found + (answer_problems if q["answerable"] else decline_problems)(q, documents)


def answer_problems(q: dict[str, Any], documents: dict[str, str]) -> list[str]:
    """Return what is wrong with the answers and the evidence of an answerable question."""
    if q["source"] not in documents:
        return [f"source: {q['source']} is not in the corpus"]
    found, source = [], documents[q["source"]]
    if not source.startswith(q["library"] + " ") or q["library"] not in LIBRARIES:
        found.append(f"library: {q['source']} is not of {q['library']}")
    if one_line(q["evidence"]) not in one_line(source):
        found.append("evidence: not in the docstring")
    if len(q["evidence"].split()) > 25:
        found.append("evidence: longer than 25 words")
    if not q["answers"] or q["absent"] or not q["required_facts"]:
        found.append("expected answers and required_facts, and nothing absent")
    found += [
        f"answers: {answer!r} lacks a required fact"
        for answer in q["answers"]
        if not evals.states_facts(answer, q["required_facts"]) or evals.declines(answer)
    ]
    if evals.states_facts(q["question"], q["required_facts"]):
        found.append("required_facts: the question itself passes")
    overlap = evals.word_overlap(q["question"], source)
    if q["paraphrased"] != (overlap <= PARAPHRASE):
        found.append(f"paraphrased: the overlap is {overlap:.2f}")
    return found


def decline_problems(q: dict[str, Any], documents: dict[str, str]) -> list[str]:
    """Return what is wrong with an unanswerable question."""
    found = []
    if q["answers"] or q["source"] or q["evidence"] or q["required_facts"] or q["paraphrased"]:
        found.append("an unanswerable question has no answer, source, evidence, facts or paraphrase")
    if not q["absent"]:
        found.append("absent: expected the terms that occur together in no docstring")
    both = [n for n, text in documents.items() if all(t.lower() in text.lower() for t in q["absent"])]
    if both:
        found.append(f"absent: {' and '.join(q['absent'])} occur together in {', '.join(both[:3])}")
    return found


def strata(rows: list[dict[str, Any]]) -> dict[str, Counter[str]]:
    """Count dev and test of each library's answerable questions, and of the unanswerable ones."""
    counts: dict[str, Counter[str]] = {}
    for q in rows:
        counts.setdefault(q["library"] if q["answerable"] else "unanswerable", Counter())[q["split"]] += 1
    return counts


def set_problems(rows: list[dict[str, Any]]) -> list[str]:
    """Return what is wrong with the set as a whole."""
    found, n = [], len(rows)
    for field in ("id", "question"):
        twice = [value for value, count in Counter(q[field] for q in rows).items() if count > 1]
        found += [f"{field}: {value!r} occurs twice" for value in twice]
    answerable = sum(q["answerable"] for q in rows)
    if answerable < 50:
        found.append(f"expected at least 50 answerable questions, got {answerable}")
    if 5 * (n - answerable) < n:
        found.append(f"expected a fifth to be unanswerable, got {n - answerable} of {n}")
    if 3 * sum(q["paraphrased"] for q in rows) < n:
        found.append(f"expected a third to be paraphrased, got {sum(q['paraphrased'] for q in rows)} of {n}")
    if sum(q["split"] == "test" for q in rows) < 30:
        found.append("expected at least 30 questions in test")
    for name, parts in strata(rows).items():
        if parts["dev"] < 5 or parts["test"] < 8:
            found.append(f"{name}: expected 5 in dev and 8 in test, got {parts['dev']} and {parts['test']}")
    return found


def check() -> list[str]:
    """Return everything that is wrong with the set, each line with the question that it concerns."""
    rows, documents = questions(), corpus()
    return set_problems(rows) + [f"{q['id']}: {p}" for q in rows for p in problems(q, documents)]


def main() -> None:
    found, rows = check(), questions()
    if found:
        raise SystemExit("\n".join(found))
    for name, parts in sorted(strata(rows).items()):
        print(f"{name:<14}{parts['dev']:>4} dev{parts['test']:>4} test")
    paraphrased = sum(q["paraphrased"] for q in rows)
    unanswerable = sum(not q["answerable"] for q in rows)
    print(f"{len(rows)} questions, {unanswerable} unanswerable, {paraphrased} paraphrased: sound")


if __name__ == "__main__":
    main()
