"""Let two systems answer the questions of `docs-qa`, and a small model judge what they said.

    python data/docs-qa/make_answers.py tune     # on dev alone: writes tuning.json
    python data/docs-qa/make_answers.py          # all questions, as tuned: answers.jsonl, judge.jsonl

`bm25` answers with a sentence of the documentation, found by words. `smollm2` reads the passages that BM25
finds and writes an answer. The judge, the same SmolLM2, reads a question, its reference and an answer, and
says yes or no. All is greedy, from pinned and hashed parts, one answer at a time; `provenance.json` says
with what, and on what date. Takes ten minutes on one core, and `tune` another fifteen.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import json
import platform
import re
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import torch

from roadbook import data, evals, models

FOLDER = Path(__file__).resolve().parent
MAX_NEW_TOKENS = 48
PASSAGE_WORDS = 90
"""A passage is cut here before the model reads it."""

INSTRUCTIONS = {
    "short": "Answer the question about a Python library in one short sentence from the documentation given.",
    "decline": (
        "Answer the question about a Python library in one short sentence from the documentation given. "
        "If the documentation does not contain the answer, say: The documentation does not say."
    ),
}
PROMPT = "{instruction}\n\nDocumentation:\n{passages}\n\nQuestion: {question}\nAnswer:"
JUDGE_PROMPT = (
    "Is the answer to the question correct? It is correct if it says the same as the reference.\n\n"
    "Question: {question}\nReference: {reference}\nAnswer: {answer}\n\nReply with Yes or No."
)
NO_ANSWER = "The documentation does not say."
"""The reference that the judge sees where a question is unanswerable."""

GRID: dict[str, list[dict[str, Any]]] = {
    "bm25": [{"unit": unit} for unit in ("sentence", "passage")],
    "smollm2": [{"k": k, "instruction": name} for name in INSTRUCTIONS for k in (1, 3, 5)],
}
"""What `tune` tries, on dev alone; the first of equals wins."""


# Finding ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Passage:
    """A stretch of one docstring: a paragraph, or what it says of one parameter."""

    name: str
    start: int
    end: int
    text: str
    """`docstring[start:end]`, its white space made single spaces."""


NO_PROSE = re.compile(r"^(Examples?|See Also|References)\b:{0,2}\s*$")
DIRECTIVE = re.compile(r"^(>>>|\.\.\.|\.\. [\w-]+::)")
UNDERLINE = re.compile(r"^\s*[-=~]{3,}\s*$")


def passages(name: str, docstring: str) -> list[Passage]:
    """Cut a docstring into passages; examples, references and lists of related functions are left out.

    A passage ends at an empty line, and where the next line stands further to the left than the last
    one did: there the text turns to another parameter.
    """
    found: list[Passage] = []
    start = end = position = 0
    first = last = 0  # indentation of the passage's first and last line
    skipping = False
    lines = docstring.splitlines(keepends=True)
    for number, line in enumerate(lines):
        bare = line.strip()
        indent = len(line) - len(line.lstrip())
        heading = number + 1 < len(lines) and UNDERLINE.match(lines[number + 1]) is not None
        if heading or NO_PROSE.match(bare):
            skipping = NO_PROSE.match(bare) is not None
        leave = not bare or skipping or heading or UNDERLINE.match(bare) or DIRECTIVE.match(bare)
        if end > start and (leave or (indent <= first and last > first)):
            found.append(_passage(name, docstring, start, end))
            start = end = 0
        if not leave:
            if end == start:
                start, first = position, indent
            end, last = position + len(line), indent
        position += len(line)
    if end > start:
        found.append(_passage(name, docstring, start, end))
    return found


def _passage(name: str, docstring: str, start: int, end: int) -> Passage:
    return Passage(name, start, end, " ".join(docstring[start:end].split()))


def sentences(passage: Passage, docstring: str) -> list[Passage]:
    """Cut a passage into sentences; the head of a parameter (`num : int, optional`) is one of its own."""
    text = docstring[passage.start : passage.end]
    cuts = {0, len(text)}
    lines = text.split("\n")
    if len(lines) > 1 and len(lines[1]) - len(lines[1].lstrip()) > len(lines[0]) - len(lines[0].lstrip()):
        cuts.add(len(lines[0]) + 1)
    cuts |= {m.end() for m in re.finditer(r"(?<=[a-z\d`'\")\]}*][.!?])\s+(?=[A-Z`'\"(\[:*])", text)}
    edges = sorted(cuts)
    parts = [(passage.start + a, passage.start + b) for a, b in pairwise(edges)]
    return [p for a, b in parts if (p := _passage(passage.name, docstring, a, b)).text]


ALIASES = {"np": "numpy", "pd": "pandas", "pytorch": "torch", "scikit": "sklearn"}
STOP_WORDS = frozenset(
    re.findall(
        "[a-z]+",
        """a an and are as at be but by can do does for from has have how i if in into is it its my of on or
        so that the them then there these this those to was were what when where which will with would you""",
    )
)


def words(text: str) -> list[str]:
    """Return the words that BM25 compares: names whole, from any dot on, and in parts; no stop words."""
    found: list[str] = []
    for token in re.findall(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*|\d+(?:\.\d+)?", text):
        names = (
            [ALIASES.get(name, name) for name in token.lower().split(".")] if token[0].isalpha() else [token]
        )
        found += [".".join(names[i:]) for i in range(len(names) - 1)]
        for name, written in zip(names, token.split("."), strict=False):
            parts = [p.lower() for p in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", written)]
            found += [name, *(ALIASES.get(p, p) for p in parts if p != written.lower())]
    return [w for w in found if w not in STOP_WORDS]


class Index:
    """BM25 over passages; each is found by its own words and by the name that it belongs to."""

    def __init__(self, parts: list[Passage]) -> None:
        self.parts = parts
        self.bm25 = bm25s.BM25(backend="numpy")
        self.bm25.index([words(f"{p.name} {p.text}") for p in parts], show_progress=False)

    def search(self, question: str, k: int) -> list[tuple[Passage, float]]:
        """Return the k best passages with their scores, best first; of equals the first in the corpus."""
        known = [w for w in words(question) if w in self.bm25.vocab_dict]
        scores = self.bm25.get_scores(known) if known else np.zeros(len(self.parts))
        best = np.argsort(-scores, kind="stable")[:k]
        return [(self.parts[i], float(scores[i])) for i in best]


@dataclass(frozen=True)
class Library:
    """The documentation, cut in both ways and indexed."""

    docstrings: dict[str, str]
    passages: Index
    sentences: Index

    def best_sentence(self, question: str, unit: str) -> Passage:
        """Return one sentence: the best of all, or the best of the best passage."""
        if unit == "sentence":
            return self.sentences.search(question, 1)[0][0]
        (passage, _), *_ = self.passages.search(question, 1)
        return Index(sentences(passage, self.docstrings[passage.name])).search(question, 1)[0][0]


def library() -> Library:
    """Cut and index the documentation corpus."""
    table = data.load("docstrings")
    docstrings = dict(zip(table["name"], table["docstring"], strict=True))
    parts = [p for name, text in docstrings.items() for p in passages(name, text)]
    single = [s for p in parts for s in sentences(p, docstrings[p.name])]
    return Library(docstrings, Index(parts), Index(single))


# Answering ----------------------------------------------------------------------------------------

Row = dict[str, Any]


def answer_bm25(question: Row, lib: Library, unit: str) -> Row:
    """Answer with the sentence that BM25 finds."""
    best = lib.best_sentence(question["question"], unit)
    return {"answer": best.text, "context": [[best.name, best.start, best.end]]}


def prompt(question: str, found: Iterable[Passage], instruction: str) -> str:
    """Return what the language model reads."""
    blocks = [f"{p.name}: {' '.join(p.text.split()[:PASSAGE_WORDS])}" for p in found]
    return PROMPT.format(instruction=INSTRUCTIONS[instruction], passages="\n".join(blocks), question=question)


def answer_smollm2(question: Row, lib: Library, k: int, instruction: str) -> Row:
    """Let the language model answer from the k passages that BM25 finds."""
    found = [p for p, _ in lib.passages.search(question["question"], k)]
    model = models.local_language_model()
    answer = model.generate(prompt(question["question"], found, instruction), MAX_NEW_TOKENS)
    return {"answer": answer, "context": [[p.name, p.start, p.end] for p in found]}


ANSWER: dict[str, Callable[..., Row]] = {"bm25": answer_bm25, "smollm2": answer_smollm2}


def judge(question: Row, answer: str) -> tuple[bool, float]:
    """Let the language model judge an answer: whether yes is likelier than no, and by which margin."""
    local = models.local_language_model()
    reference = " / ".join(question["answers"]) or NO_ANSWER
    text = local.tokenizer.apply_chat_template(
        models.as_messages(
            JUDGE_PROMPT.format(question=question["question"], reference=reference, answer=answer)
        ),
        tokenize=False,
        add_generation_prompt=True,
    )
    inputs = local.tokenizer(text, return_tensors="pt", add_special_tokens=False)
    with torch.inference_mode():
        logits = local.model(**inputs).logits[0, -1]  # (vocabulary,)
    yes, no = (max(float(logits[i]) for i in _token_ids(local.tokenizer, w)) for w in ("Yes", "No"))
    return yes > no, yes - no


def _token_ids(tokenizer: Any, word: str) -> list[int]:
    """Return the token of a word, written large and small, each of which is a single token."""
    ids = [tokenizer.encode(w, add_special_tokens=False) for w in (word, word.lower())]
    return [i[0] for i in ids if len(i) == 1]


# The runs -----------------------------------------------------------------------------------------


def questions() -> list[Row]:
    """Return the questions as they stand in the file."""
    return [json.loads(line) for line in (FOLDER / "questions.jsonl").read_text("utf-8").splitlines()]


def tune() -> None:
    """Try the grid on the dev questions and keep the best setting of each system in tuning.json.

    An answer scores if it passes the code checks of its question: `evals.correct_by_rules`.
    """
    dev, lib = [q for q in questions() if q["split"] == "dev"], library()
    tried: dict[str, list[Row]] = {}
    for system, answer in ANSWER.items():
        tried[system] = []
        for settings in GRID[system]:
            made = [answer(q, lib, **settings)["answer"] for q in dev]
            right = sum(
                evals.correct_by_rules(a, q["required_facts"]) for q, a in zip(dev, made, strict=True)
            )
            tried[system].append({"settings": settings, "right": right})
            print(system, settings, f"{right} of {len(dev)}", flush=True)
    chosen = {system: max(rows, key=lambda row: row["right"])["settings"] for system, rows in tried.items()}
    write_json("tuning.json", {"tuned_on": "dev", "questions": len(dev), "tried": tried, "chosen": chosen})


def run() -> None:
    """Answer all questions as tuned, judge all answers, and write down with what."""
    began, rows = time.perf_counter(), questions()
    chosen = json.loads((FOLDER / "tuning.json").read_text("utf-8"))["chosen"]
    lib = library()
    answers, verdicts = [], []
    for system in ANSWER:
        for q in rows:
            answers.append({"id": q["id"], "system": system, **ANSWER[system](q, lib, **chosen[system])})
    answered = time.perf_counter()
    by_id = {q["id"]: q for q in rows}
    for row in answers:
        correct, margin = judge(by_id[row["id"]], row["answer"])
        verdicts.append(
            {"id": row["id"], "system": row["system"], "correct": correct, "margin": round(margin, 3)}
        )
    judged = time.perf_counter()
    write_jsonl("answers.jsonl", answers)
    write_jsonl("judge.jsonl", verdicts)
    write_json("provenance.json", provenance(chosen, answered - began, judged - answered))


def provenance(chosen: Row, answering: float, judging: float) -> Row:
    """Return what the answers were made with."""
    packages = ("bm25s", "numpy", "tokenizers", "torch", "transformers")
    return {
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "command": "python data/docs-qa/make_answers.py",
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in packages},
        "threads": torch.get_num_threads(),
        "seconds": {"answering": round(answering), "judging": round(judging)},
        "corpus_sha256": data.data_set("docstrings").sha256,
        "questions_sha256": data.sha256_of(FOLDER / "questions.jsonl"),
        "model": models.LANGUAGE_MODEL,
        "model_gguf_sha256": models.GGUF_SHA256,
        "settings": chosen,
        "max_new_tokens": MAX_NEW_TOKENS,
        "passage_words": PASSAGE_WORDS,
        "prompt": PROMPT.replace("{instruction}", INSTRUCTIONS[chosen["smollm2"]["instruction"]]),
        "judge_prompt": JUDGE_PROMPT,
        "judge_reference_where_unanswerable": NO_ANSWER,
    }


def write_json(name: str, content: Any) -> None:
    (FOLDER / name).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_jsonl(name: str, rows: list[Row]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="?", choices=["run", "tune"], default="run")
    torch.set_num_threads(1)
    sys.exit({"run": run, "tune": tune}[parser.parse_args().what]())
