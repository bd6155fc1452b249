"""The eval set `docs-qa`: its questions hold what their card says, and its answers are those of the questions."""

from __future__ import annotations

import importlib.util
import json
import sys
from types import ModuleType
from typing import Any

import pytest

from roadbook import course, data, evals, models

FOLDER = course.root() / "data" / "docs-qa"
SYSTEMS = ("bm25", "smollm2")


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"docs_qa_{name}", FOLDER / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def validate() -> ModuleType:
    return script("validate")


@pytest.fixture(scope="module")
def make_answers() -> ModuleType:
    return script("make_answers")


def test_the_questions_are_sound(validate: ModuleType) -> None:
    assert validate.check() == []


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("evidence", "numpy.var divides by a banana", "evidence: not in the docstring"),
        ("source", "numpy.banana", "source: numpy.banana is not in the corpus"),
        ("answers", ["42"], "answers: '42' lacks a required fact"),
        ("question", "Does numpy.var divide by N?", "required_facts: the question itself passes"),
        ("paraphrased", True, "paraphrased: the overlap is"),
        ("library", "pandas", "library: numpy.var is not of pandas"),
        ("kind", "other version", "kind: 'other version' does not fit"),
        ("split", "train", "split: the hash of the id does not say train"),
    ],
)
def test_a_spoilt_question_is_found(validate: ModuleType, field: str, value: object, words: str) -> None:
    (question,) = (q for q in validate.questions() if q["id"] == "numpy-var-divisor")
    assert any(p.startswith(words) for p in validate.problems({**question, field: value}, validate.corpus()))


def test_a_question_that_the_corpus_answers_is_no_unanswerable_one(validate: ModuleType) -> None:
    (question,) = (q for q in validate.questions() if q["id"] == "torch-adam-patience")
    spoilt = {**question, "absent": ["ReduceLROnPlateau", "patience"]}
    assert any("occur together in" in p for p in validate.problems(spoilt, validate.corpus()))


def test_every_question_has_one_answer_and_one_verdict_of_each_system(validate: ModuleType) -> None:
    expected = [(system, q["id"]) for system in SYSTEMS for q in validate.questions()]
    for name in ("answers.jsonl", "judge.jsonl"):
        assert [(row["system"], row["id"]) for row in rows(name)] == expected
    assert all(row["correct"] == (row["margin"] > 0) for row in rows("judge.jsonl") if row["margin"])


def test_contexts_are_stretches_of_the_corpus() -> None:
    table = data.load("docstrings")
    docstrings = dict(zip(table["name"], table["docstring"], strict=True))
    for row in rows("answers.jsonl"):
        texts = [docstrings[name][start:end] for name, start, end in row["context"]]
        assert texts and all(text.strip() for text in texts)
        if row["system"] == "bm25":
            assert row["answer"] == " ".join(texts[0].split())


def test_answers_were_made_from_what_lies_here() -> None:
    made = json.loads((FOLDER / "provenance.json").read_text(encoding="utf-8"))
    assert made["corpus_sha256"] == data.data_set("docstrings").sha256
    assert made["questions_sha256"] == data.sha256_of(FOLDER / "questions.jsonl")
    assert made["model_gguf_sha256"] == models.GGUF_SHA256
    tuning = json.loads((FOLDER / "tuning.json").read_text(encoding="utf-8"))
    assert made["settings"] == tuning["chosen"]
    dev = sum(q["split"] == "dev" for q in rows("questions.jsonl"))
    assert tuning["tuned_on"] == "dev"
    assert tuning["questions"] == dev
    for system, grid in tuning["tried"].items():
        assert max(grid, key=lambda tried: tried["right"])["settings"] == tuning["chosen"][system]


def test_passages_are_paragraphs_and_parameters(make_answers: ModuleType) -> None:
    text = (
        "Return a sum.\n\nParameters\n----------\na : array\n    Input. It may\n    be long.\naxis : int\n"
        "    Which axis.\n\nExamples\n--------\nNot this.\n\nNotes\n-----\nSlow.\n>>> nor(this)\n"
    )
    found = make_answers.passages("f", text)
    assert [p.text for p in found] == [
        "Return a sum.",
        "a : array Input. It may be long.",
        "axis : int Which axis.",
        "Slow.",
    ]
    assert all(p.text == " ".join(text[p.start : p.end].split()) for p in found)
    cut = make_answers.sentences(found[1], text)
    assert [s.text for s in cut] == ["a : array", "Input.", "It may be long."]


def test_words_split_identifiers(make_answers: ModuleType) -> None:
    assert make_answers.words("np.drop_duplicates of the DataFrame") == [
        *("numpy.drop_duplicates", "numpy", "drop_duplicates", "drop", "duplicates"),
        *("dataframe", "data", "frame"),
    ]
    assert make_answers.words("utils.clip_ takes 2.5")[:3] == ["utils.clip_", "utils", "clip_"]


def test_search_finds_by_name_and_by_text(make_answers: ModuleType) -> None:
    parts = [make_answers.Passage("f.g", 0, 1, "Default is 50."), make_answers.Passage("f.h", 0, 1, "Slow.")]
    index = make_answers.Index(parts)
    assert index.search("what is the default of g?", 1)[0][0] is parts[0]
    assert index.search("is h slow?", 2)[0][0] is parts[1]
    assert [p for p, _ in index.search("nothing known", 2)] == parts


def test_labels_cover_exactly_the_answers() -> None:
    labels, answers = data.load("docs-qa-labels"), data.load("docs-qa-answers")
    assert [(r["id"], r["system"]) for r in labels] == [(r["id"], r["system"]) for r in answers]
    flags = ("first", "second", "first_unsure", "second_unsure")
    assert all(isinstance(r[flag], bool) for r in labels for flag in flags)
    assert all(0 < len(r["why"].split()) <= 10 for r in labels)


def test_the_card_s_numbers_are_those_of_the_files() -> None:
    card, labels, questions = data.card("docs-qa"), rows("labels.jsonl"), data.load("docs-qa-questions")
    first, second = [r["first"] for r in labels], [r["second"] for r in labels]
    assert first == second and evals.cohen_kappa(first, second) == 1.0
    n, right = len(labels), sum(first)
    assert f"agree on all {n} answers, {right} correct and {n - right} incorrect: kappa 1.0" in card
    unsure = [sum(r[f"{p}_unsure"] for r in labels) for p in ("first", "second")]
    both = sum(r["first_unsure"] and r["second_unsure"] for r in labels)
    assert unsure[0] == unsure[1]
    assert f"Each marked {unsure[0]} rows as unsure, {both} of them the same" in card
    by_system = [sum(r["first"] for r in labels if r["system"] == s) for s in SYSTEMS]
    assert f"{right} answers, {by_system[0]} of `bm25` and {by_system[1]} of `smollm2`" in card
    answerable, paraphrased = (sum(q[field] for q in questions) for field in ("answerable", "paraphrased"))
    dev = sum(q["split"] == "dev" for q in questions)
    assert f"{len(questions)} questions: {answerable} answerable, {len(questions) - answerable} (" in card
    assert f"{paraphrased} (37 %) paraphrased; {dev} dev, {len(questions) - dev} test" in card
    assert all(
        data.data_set(f"docs-qa-{f}").sha256 in card for f in ("questions", "answers", "judge", "labels")
    )
