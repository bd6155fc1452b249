"""The eval function: scores of one answer, agreement of two judges, and reports that say how sure they are.

Chapter 19 builds these. A score takes an answer and its acceptable references and returns a number in
[0, 1]; no reference at all means that the question cannot be answered, and then the right answer is none.
Every interval is a percentile interval of a bootstrap over items, from a seed.
"""

from __future__ import annotations

import hashlib
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

SMALL = 30
"""A slice with fewer items shows its count and its interval, and supports no claim."""

DECLINES = re.compile(
    r"(\bnot|n't)\b.{0,40}\b(answer(ed)?|say|said|state[ds]?|mention(ed)?|specif(y|ied)|provided?|contain(ed)?"
    r"|document(ed)?|know|given|found|covered|listed|in the (context|documentation|docs|passages?|text))\b"
    r"|\b(cannot|can't|could not|unable to)\b.{0,30}\b(answer|say|tell|find|determine)\b"
    r"|\bno (information|mention|answer)\b|\bunknown\b",
    re.IGNORECASE,
)
"""Words by which an answer says that it has none. A rule of code: how often it errs is to be measured."""


# One answer ---------------------------------------------------------------------------------------


def normalise(text: str) -> str:
    """Bring an answer to the form in which SQuAD compares: lower case, no punctuation, no articles.

    On ASCII text this is SQuAD's own rule. Beyond ASCII, compatible characters are one (NFKC), case is
    folded, and every Unicode punctuation mark goes.
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    text = "".join(c for c in text if c not in string.punctuation and unicodedata.category(c)[0] != "P")
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def exact_match(answer: str, references: Sequence[str]) -> float:
    """Return 1.0 if the normalised answer equals a normalised reference, else 0.0.

    Args:
        answer: what a system said.
        references: acceptable answers; none means unanswerable, where only an empty answer matches.

    Raises:
        TypeError: `references` is a single string.
    """
    return max(float(normalise(answer) == normalise(r)) for r in _several(references))


def token_f1(answer: str, references: Sequence[str]) -> float:
    """Return the largest token F1 of the answer with a reference, in [0, 1], as SQuAD defines it.

    Tokens are the words of the normalised texts, counted as often as they occur. Where either text has no
    token, F1 is 1.0 if both have none, else 0.0.

    Args:
        answer: what a system said.
        references: acceptable answers; none means unanswerable, where only an empty answer scores.

    Raises:
        TypeError: `references` is a single string.
    """
    return max(_f1(normalise(answer).split(), normalise(r).split()) for r in _several(references))


def _several(references: Sequence[str]) -> Sequence[str]:
    if isinstance(references, str):
        raise TypeError("references: expected a list of strings, got a single string; write [reference]")
    return references if len(references) else [""]


def _f1(answer: list[str], reference: list[str]) -> float:
    if not answer or not reference:
        return float(answer == reference)
    common = sum((Counter(answer) & Counter(reference)).values())
    return 2 * common / (len(answer) + len(reference))


def semantic_similarity(
    answers: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    embed: Callable[[Sequence[str]], NDArray[np.float32]] | None = None,
) -> NDArray[np.float64]:
    """Return for each answer the largest cosine similarity with one of its references, in [0, 1].

    Negative similarities count as 0. An empty answer has nothing to compare: it scores 1.0 where there is
    no reference, else 0.0, as in `token_f1`.

    Args:
        answers: n answers.
        references: for each answer, its acceptable answers; none means unanswerable.
        embed: texts to vectors of length 1; by default MiniLM, `models.embed`.

    Returns:
        Array (n,).

    Raises:
        TypeError: the references of an answer are a single string.
        ValueError: `answers` and `references` differ in length.
    """
    if len(answers) != len(references):
        raise ValueError(f"references: expected {len(answers)} lists, one an answer, got {len(references)}")
    if embed is None:
        from roadbook import models

        embed = models.embed
    several = [_several(r) for r in references]
    texts = sorted({t for a, r in zip(answers, several, strict=True) for t in (a, *r) if t.strip()})
    row = {text: i for i, text in enumerate(texts)}
    vectors = embed(texts) if texts else np.zeros((0, 1), dtype=np.float32)  # (n_texts, d)
    scores = np.zeros(len(answers))
    for i, (answer, acceptable) in enumerate(zip(answers, several, strict=True)):
        known = [row[r] for r in acceptable if r.strip()]
        if not answer.strip():
            scores[i] = float(not known)
        elif known:
            scores[i] = np.clip((vectors[known] @ vectors[row[answer]]).max(), 0.0, 1.0)
    return scores


def states_facts(answer: str, required_facts: Sequence[str]) -> bool:
    """Return whether every required fact, a regular expression, is found in the answer (case ignored)."""
    return all(re.search(fact, answer, re.IGNORECASE) for fact in required_facts)


def declines(answer: str) -> bool:
    """Return whether an answer says, in the words of `DECLINES`, that it has none; an empty one does too."""
    return not answer.strip() or DECLINES.search(answer) is not None


def correct_by_rules(answer: str, required_facts: Sequence[str]) -> bool:
    """Return whether an answer passes the code checks: it states every required fact and does not decline.

    Where no fact is required the question is unanswerable, and the answer must decline.
    """
    if not required_facts:
        return declines(answer)
    return states_facts(answer, required_facts) and not declines(answer)


# The set ------------------------------------------------------------------------------------------

_STOP_WORDS = frozenset(
    re.findall(
        r"[a-z]+",
        """a about after all also am an and any are as at be because been before being between but by can
        could did do does doing each few for from further get gets had has have having he her
        here him his how i if in into is it its itself just may me more most much must my no
        nor not of off on once one only or other our out over own same shall she should so some
        such than that the their them then there these they this those through to too under
        until up upon very was way we were what when where whether which while who whom whose
        why will with would you your""",
    )
)
_LIBRARY_NAMES = frozenset(["numpy", "np", "pandas", "pd", "scikit", "learn", "sklearn", "pytorch", "torch"])


def content_words(text: str) -> list[str]:
    """Return the words of a text that carry content, in order: no stop words, no library's name, no endings.

    An identifier such as `equal_nan` counts as its parts. Endings go by a crude rule (`-s`, `-es`, `-ed`,
    `-ing`), enough to make `sorted`, `sorting` and `sorts` one word.
    """
    words = re.findall(r"[^\W\d_]+|\d+(?:[.,]\d+)*", text.lower())
    kept = [w for w in words if w not in _STOP_WORDS and w not in _LIBRARY_NAMES]
    return [_stem(w) for w in kept if len(w) > 1 or w[0].isdigit()]


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def word_overlap(question: str, source: str) -> float:
    """Return the share of a question's content words that occur in a source text, in [0, 1].

    A question of low overlap is a paraphrase: who searches by words will hardly find its source.

    Raises:
        ValueError: `question` has no content word.
    """
    words, found = content_words(question), set(content_words(source))
    if not words:
        raise ValueError(f"question: expected content words, found none in {question!r}")
    return sum(w in found for w in words) / len(words)


def hash_split(item: str, dev_share: float = 0.4, salt: str = "") -> str:
    """Return `"dev"` or `"test"` for an item's id, from its sha256 alone.

    Nobody chooses an item's part, and none moves when others are added or removed.

    Args:
        item: the id.
        dev_share: expected share of dev, in [0, 1].
        salt: put before the id; another salt gives another split.
    """
    position = int.from_bytes(hashlib.sha256((salt + item).encode()).digest()[:8], "big") / 2**64
    return "dev" if position < dev_share else "test"


# Reports ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Estimate:
    """A number with its interval and the count of items that it rests on."""

    value: float
    low: float
    high: float
    n: int


def bootstrap_mean(
    scores: Sequence[float], *, level: float = 0.95, n_resamples: int = 2000, seed: int = 0
) -> Estimate:
    """Return the mean of scores with a percentile bootstrap interval over items.

    Raises:
        ValueError: `scores` is empty or holds NaN, or `level` lies outside (0, 1).
    """
    values = _scores(scores, "scores")
    means = values[_resamples(len(values), n_resamples, seed)].mean(axis=1)  # (n_resamples,)
    low, high = _interval(means, level)
    return Estimate(float(values.mean()), low, high, len(values))


def slice_report(
    scores: Sequence[float],
    slices: Mapping[str, Sequence[Hashable]],
    *,
    level: float = 0.95,
    n_resamples: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the mean score of all items and of every slice, each with its count and bootstrap interval.

    Args:
        scores: n numbers.
        slices: n values for each way of slicing, by its name: `{"library": ["numpy", "torch", ...]}`.
        level: coverage that the intervals aim at.
        n_resamples: bootstrap samples of each slice.
        seed: of the bootstrap; a slice's interval does not depend on the other slices.

    Returns:
        Table with the columns `by`, `slice`, `n`, `mean`, `low`, `high`, `small`; the first row is all items,
        and `small` marks slices of fewer than 30 items, which support no claim.

    Raises:
        ValueError: `scores` is empty or holds NaN, or a slice has another length (the message names it).
    """
    import pandas as pd

    values = _scores(scores, "scores")
    groups: list[tuple[str, Hashable, NDArray[np.float64]]] = [("all", "all", values)]
    for by, labels in slices.items():
        if len(labels) != len(values):
            raise ValueError(f"{by}: expected {len(values)} values, one for each score, got {len(labels)}")
        members: dict[Hashable, list[int]] = {}
        for i, label in enumerate(labels):
            members.setdefault(label, []).append(i)
        groups += [(by, label, values[members[label]]) for label in sorted(members, key=str)]
    rows = []
    for by, label, part in groups:
        e = bootstrap_mean(part.tolist(), level=level, n_resamples=n_resamples, seed=seed)
        rows.append((by, label, e.n, e.value, e.low, e.high, e.n < SMALL))
    return pd.DataFrame(rows, columns=["by", "slice", "n", "mean", "low", "high", "small"])


def cohen_kappa(a: Sequence[Hashable], b: Sequence[Hashable]) -> float:
    """Return Cohen's kappa of two raters' labels for the same items: agreement beyond chance, at most 1.

    NaN where chance alone would agree always: both raters give every item one and the same label.

    Raises:
        ValueError: `a` and `b` differ in length or are empty; the message names `b` or `a`.
    """
    first, second = _codes(a, b)
    return float(_kappas(first[None], second[None])[0])


def kappa_interval(
    a: Sequence[Hashable],
    b: Sequence[Hashable],
    *,
    level: float = 0.95,
    n_resamples: int = 2000,
    seed: int = 0,
) -> Estimate:
    """Return Cohen's kappa with a percentile bootstrap interval over items.

    Resamples in which kappa is not defined are left out.

    Raises:
        ValueError: `a` and `b` differ in length or are empty, or `level` lies outside (0, 1).
    """
    first, second = _codes(a, b)
    rows = _resamples(len(first), n_resamples, seed)
    kappas = _kappas(first[rows], second[rows])
    low, high = _interval(kappas[~np.isnan(kappas)], level)
    return Estimate(cohen_kappa(a, b), low, high, len(first))


def _codes(a: Sequence[Hashable], b: Sequence[Hashable]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if len(a) == 0:
        raise ValueError("a: expected at least one label, got none")
    if len(a) != len(b):
        raise ValueError(f"b: expected {len(a)} labels, as many as a has, got {len(b)}")
    numbers: dict[Hashable, int] = {}
    first, second = ([numbers.setdefault(label, len(numbers)) for label in labels] for labels in (a, b))
    return np.asarray(first), np.asarray(second)


def _kappas(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float64]:
    """Kappa of each row of two arrays (n_rows, n_items) of label numbers."""
    observed = (first == second).mean(axis=1)
    chance = np.zeros(len(first))
    for label in range(int(max(first.max(), second.max())) + 1):
        chance += (first == label).mean(axis=1) * (second == label).mean(axis=1)
    certain = chance > 1 - 1e-12
    return np.where(certain, np.nan, (observed - chance) / np.where(certain, 1.0, 1 - chance))


@dataclass(frozen=True)
class Comparison:
    """How much better B is than A on the same items."""

    difference: float
    """Mean of B minus mean of A."""
    low: float
    high: float
    p_value: float
    """Two-sided: twice the share of bootstrap differences on the far side of zero, at most 1."""
    n: int
    wins: int
    """Items on which B scores higher."""
    losses: int


def paired_bootstrap(
    a: Sequence[float], b: Sequence[float], *, level: float = 0.95, n_resamples: int = 10_000, seed: int = 0
) -> Comparison:
    """Compare two systems by their scores on the same items, resampling items and not answers.

    Args:
        a: n scores of system A.
        b: n scores of system B, item by item.
        level: coverage that the interval of the difference aims at.
        n_resamples: bootstrap samples.
        seed: of the bootstrap.

    Raises:
        ValueError: scores are missing or NaN, or the lengths differ (the message names the argument).
    """
    first, second = _scores(a, "a"), _scores(b, "b")
    if len(first) != len(second):
        raise ValueError(f"b: expected {len(first)} scores, as many as a has, got {len(second)}")
    gaps = second - first
    means = gaps[_resamples(len(gaps), n_resamples, seed)].mean(axis=1)
    low, high = _interval(means, level)
    tail = min(int((means <= 0).sum()), int((means >= 0).sum()))
    return Comparison(
        difference=float(gaps.mean()),
        low=low,
        high=high,
        p_value=min(1.0, 2 * (tail + 1) / (n_resamples + 1)),
        n=len(gaps),
        wins=int((gaps > 0).sum()),
        losses=int((gaps < 0).sum()),
    )


def _scores(scores: Sequence[float], name: str) -> NDArray[np.float64]:
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 1 or len(values) == 0:
        raise ValueError(f"{name}: expected a list of at least one score, got shape {values.shape}")
    if np.isnan(values).any():
        raise ValueError(f"{name}: expected numbers, found NaN at {int(np.isnan(values).argmax())}")
    return values


def _resamples(n: int, n_resamples: int, seed: int) -> NDArray[np.int64]:
    return np.random.default_rng(seed).integers(0, n, size=(n_resamples, n))  # (n_resamples, n)


def _interval(values: NDArray[Any], level: float) -> tuple[float, float]:
    if not 0 < level < 1:
        raise ValueError(f"level: expected a number between 0 and 1, got {level}")
    if len(values) == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
