"""`roadbook.evals` against independent implementations, its edge cases, and its promises of uncertainty."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from roadbook import evals


def squad_normalise(text: str) -> str:
    """SQuAD's rule, written anew from its description."""
    text = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return " ".join(w for w in re.sub(r"\b(a|an|the)\b", " ", text).split())


def squad_f1(answer: str, reference: str) -> float:
    a, r = squad_normalise(answer).split(), squad_normalise(reference).split()
    if not a or not r:
        return float(a == r)
    same = sum(min(count, Counter(r)[word]) for word, count in Counter(a).items())
    if same == 0:
        return 0.0
    precision, recall = same / len(a), same / len(r)
    return 2 * precision * recall / (precision + recall)


def ascii_texts(n: int) -> list[str]:
    rng = np.random.default_rng(5)
    words = ["the", "a", "An", "mean", "Mean.", "NaN", "axis=0", "(none)", "--", "other", "theme", ""]
    return [" ".join(rng.choice(words, size=rng.integers(0, 7))) for _ in range(n)]


def test_metrics_are_squad_s_on_ascii() -> None:
    for answer, reference in zip(ascii_texts(300), reversed(ascii_texts(300)), strict=True):
        assert evals.normalise(answer) == squad_normalise(answer)
        assert evals.token_f1(answer, [reference]) == pytest.approx(squad_f1(answer, reference))
        same = squad_normalise(answer) == squad_normalise(reference)
        assert evals.exact_match(answer, [reference]) == float(same)


def test_metrics_take_the_best_reference() -> None:
    assert evals.exact_match("A quarter.", ["0.25", "a quarter"]) == 1.0
    assert evals.token_f1("the value is 25 %", ["0.25", "25 %"]) == pytest.approx(2 / 4)
    assert evals.token_f1("x x y", ["x y y"]) == pytest.approx(2 / 3)


@pytest.mark.parametrize("score", [evals.exact_match, evals.token_f1])
def test_metrics_without_references_want_silence(score: object) -> None:
    assert callable(score)
    assert score("", []) == 1.0
    assert score(" The. ", []) == 1.0
    assert score("ten", []) == 0.0
    assert score("", ["ten"]) == 0.0
    with pytest.raises(TypeError, match="references"):
        score("ten", "ten")


def test_normalise_folds_unicode() -> None:
    assert evals.normalise("The ﬁnal “VALUE” — Straße") == "final value strasse"
    assert evals.normalise("１０％") == "10"
    assert evals.normalise("cafe\u0301") == evals.normalise("café")


def test_declines_and_facts() -> None:
    for text in (
        "",
        " ",
        "The documentation does not say.",
        "I don't know.",
        "It is not specified in the docs",
    ):
        assert evals.declines(text), text
    for text in (
        "No",
        "The data is centered but not scaled.",
        "It returns None.",
        "a number that is not negative",
    ):
        assert not evals.declines(text), text
    assert evals.states_facts("NaN and a RuntimeWarning", [r"\bnan\b", "runtimewarning"])
    assert not evals.states_facts("NaN", [r"\bnan\b", "runtimewarning"])
    assert evals.correct_by_rules("No, it is not scaled.", [r"\bno\b"])
    assert not evals.correct_by_rules("No, the documentation does not say.", [r"\bno\b"])
    assert evals.correct_by_rules("The documentation does not say.", [])
    assert not evals.correct_by_rules("It is 10.", [])


def test_word_overlap_counts_content_words_without_endings() -> None:
    assert evals.content_words("Does numpy.clip sort the sorted values?") == ["clip", "sort", "sort", "valu"]
    assert evals.word_overlap("Which bins are counted?", "It counts values in each bin.") == 1.0
    assert evals.word_overlap("Which buckets are tallied?", "It counts values in each bin.") == 0.0
    with pytest.raises(ValueError, match="question"):
        evals.word_overlap("what is it?", "text")


def test_hash_split_is_stable_and_near_its_share() -> None:
    ids = [f"question-{i}" for i in range(4000)]
    parts = [evals.hash_split(i, 0.4) for i in ids]
    assert parts == [evals.hash_split(i, 0.4) for i in ids]
    assert abs(parts.count("dev") / 4000 - 0.4) < 0.03
    assert {evals.hash_split(i, 0.0) for i in ids} == {"test"}
    assert {evals.hash_split(i, 1.0) for i in ids} == {"dev"}
    moved = sum(evals.hash_split(i, 0.4, salt="1") != p for i, p in zip(ids, parts, strict=True))
    assert 0.4 < moved / 4000 < 0.56


def test_bootstrap_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng, covered = np.random.default_rng(0), 0
    for run in range(300):
        sample = (rng.random(60) < 0.3).astype(float)
        e = evals.bootstrap_mean(sample.tolist(), n_resamples=400, seed=run)
        covered += e.low <= 0.3 <= e.high
    assert 0.88 <= covered / 300 <= 0.99


def test_slice_report() -> None:
    scores = [1.0, 0.0] * 30 + [1.0] * 5
    slices: dict[str, Sequence[Hashable]] = {
        "library": ["numpy"] * 60 + ["torch"] * 5,
        "answerable": [True] * 65,
    }
    report = evals.slice_report(scores, slices)
    assert report[["by", "slice", "n", "small"]].to_numpy().tolist() == [
        ["all", "all", 65, False],
        ["library", "numpy", 60, False],
        ["library", "torch", 5, True],
        ["answerable", True, 65, False],
    ]
    assert report["mean"].tolist() == pytest.approx([35 / 65, 0.5, 1.0, 35 / 65])
    assert ((report["low"] <= report["mean"]) & (report["mean"] <= report["high"])).all()
    alone = evals.slice_report(scores[:60], {}).iloc[0]
    assert report.iloc[1][["mean", "low", "high"]].tolist() == alone[["mean", "low", "high"]].tolist()
    with pytest.raises(ValueError, match="library"):
        evals.slice_report([1.0], {"library": []})
    with pytest.raises(ValueError, match="scores"):
        evals.slice_report([1.0, float("nan")], {})


def test_kappa_is_scikit_learn_s() -> None:
    rng = np.random.default_rng(1)
    for labels in (2, 3, 5):
        for _ in range(50):
            a, b = rng.integers(0, labels, size=(2, 40))
            assert evals.cohen_kappa(a.tolist(), b.tolist()) == pytest.approx(cohen_kappa_score(a, b))
    assert evals.cohen_kappa(["x", "y"], ["x", "y"]) == 1.0
    assert evals.cohen_kappa([True, False], [False, True]) == -1.0
    assert np.isnan(evals.cohen_kappa([1, 1], [1, 1]))
    assert evals.cohen_kappa([1, 1, 0], [1, 1, 1]) == 0.0  # a judge that always says yes
    with pytest.raises(ValueError, match=r"^b:"):
        evals.cohen_kappa([1], [1, 0])
    with pytest.raises(ValueError, match=r"^a:"):
        evals.cohen_kappa([], [])


def test_kappa_interval_holds_kappa_and_narrows() -> None:
    rng = np.random.default_rng(2)
    a = rng.integers(0, 2, size=800)
    b = np.where(rng.random(800) < 0.8, a, 1 - a)
    many = evals.kappa_interval(a.tolist(), b.tolist())
    few = evals.kappa_interval(a[:50].tolist(), b[:50].tolist())
    assert many.low < many.value < many.high
    assert many.value == evals.cohen_kappa(a.tolist(), b.tolist())
    assert many.high - many.low < (few.high - few.low) / 2
    assert np.isnan(evals.kappa_interval([1, 1], [1, 1]).low)
    with pytest.raises(ValueError, match="level"):
        evals.kappa_interval([1, 0], [1, 0], level=95)


def test_paired_bootstrap() -> None:
    a = [0.0] * 20 + [1.0] * 20
    better = evals.paired_bootstrap(a, [1.0] * 10 + a[10:])
    assert (better.difference, better.n, better.wins, better.losses) == (0.25, 40, 10, 0)
    assert better.low > 0
    assert better.p_value < 0.01
    same = evals.paired_bootstrap(a, a)
    assert (same.difference, same.low, same.high, same.p_value) == (0.0, 0.0, 0.0, 1.0)
    back = evals.paired_bootstrap([1.0] * 10 + a[10:], a)
    assert (back.low, back.high) == pytest.approx((-better.high, -better.low))
    with pytest.raises(ValueError, match=r"^b:"):
        evals.paired_bootstrap(a, a[:-1])


def test_paired_bootstrap_is_sharper_than_two_intervals() -> None:
    rng = np.random.default_rng(3)
    hard = rng.random(100)
    a = (hard + rng.normal(0, 0.05, 100) > 0.5).astype(float)
    b = (hard + rng.normal(0, 0.05, 100) > 0.4).astype(float)
    paired = evals.paired_bootstrap(a.tolist(), b.tolist())
    apart = [evals.bootstrap_mean(s.tolist()) for s in (a, b)]
    assert paired.high - paired.low < 0.7 * sum(e.high - e.low for e in apart) / 2 * np.sqrt(2)


def test_paired_bootstrap_raises_false_alarms_as_often_as_it_says() -> None:
    rng, alarms = np.random.default_rng(4), 0
    for run in range(300):
        a, b = (rng.random((2, 60)) < 0.4).astype(float)
        alarms += evals.paired_bootstrap(a.tolist(), b.tolist(), n_resamples=400, seed=run).p_value < 0.05
    assert alarms / 300 < 0.1


def test_similarity_is_that_of_the_nearest_reference() -> None:
    vectors = {"east": [1.0, 0.0], "north-east": [0.6, 0.8], "north": [0.0, 1.0], "west": [-1.0, 0.0]}

    def embed(texts: Sequence[str]) -> np.ndarray:
        return np.array([vectors[t] for t in texts], dtype=np.float32)

    scores = evals.semantic_similarity(
        ["east", "east", "west", "", "", "east"],
        [["north", "north-east"], ["east"], ["east"], [], ["east"], []],
        embed=embed,
    )
    assert scores == pytest.approx([0.6, 1.0, 0.0, 1.0, 0.0, 0.0], abs=1e-6)
    assert evals.semantic_similarity(["", ""], [[], ["x"]]).tolist() == [1.0, 0.0], "no model is needed"
    with pytest.raises(TypeError, match="references"):
        evals.semantic_similarity(["east"], ["north"], embed=embed)
    with pytest.raises(ValueError, match="references: expected 2"):
        evals.semantic_similarity(["east", "west"], [["north"]], embed=embed)


def test_similarity_knows_a_paraphrase() -> None:
    near, far = evals.semantic_similarity(
        ["It raises a ValueError.", "The mean of the column."], [["a ValueError is raised"]] * 2
    )
    assert near > 0.8 > 0.4 > far
