"""BM25

BM25 scores how well a document answers a query by words, and is the baseline that a vector search has to beat. Write `bm25(query, documents)`: one score for each document; query and documents are lists of words. A query word adds idf · f · (k1 + 1) / (f + k1 · (1 − b + b · length / mean length)), where f is how often it occurs in the document and idf = log(1 + (N − n + 0.5) / (n + 0.5)), N the number of documents, n of those with the word.

```pycon
>>> documents = [["sort", "axis"], ["sort", "sort", "list", "order"], ["mean"]]
>>> [round(score, 4) for score in bm25(["sort"], documents)]
[0.5023, 0.5461, 0.0]
```

A word that stands twice in the query adds twice; a word that no document has adds nothing. Documents may be empty; without documents there are no scores.
"""
# chapter: 16-chunking-and-hybrid-retrieval
# minutes: 9
# difficulty: medium

# %% stub
import math


def bm25(
    query: list[str],
    documents: list[list[str]],
    k1: float = 1.5,
    b: float = 0.75,
) -> list[float]:
    """Return the BM25 score of every document."""
    raise NotImplementedError("not written yet")


# %% checks
import math
import random


def outcome(*arguments):
    try:
        return bm25(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return (
        isinstance(got, list)
        and len(got) == len(expected)
        and all(isinstance(g, (int, float)) for g in got)
        and all(abs(g - e) < 1e-9 for g, e in zip(got, expected))
    )


got = bm25(["x"], [["x"], ["y"], ["z"]])
assert not near(got, [math.log(2.5 / 1.5), 0, 0]), (
    f"'x' in one of three documents: expected [0.9808…, 0.0, 0.0], got {got!r}. The idf has a 1 inside the logarithm: log(1 + 2.5 / 1.5)."
)
assert near(got, [math.log(1 + 2.5 / 1.5), 0, 0]), (
    f"'x' in one of three documents of length 1: expected [0.9808…, 0.0, 0.0], got {got!r}. With f = 1 and mean length the fraction is 1."
)
got = outcome(["x"], [["x"], ["x"], ["x"]])
assert near(got, [math.log(1 + 0.5 / 3.5)] * 3), (
    f"'x' in all of three documents: expected 0.1335… for each, got {got!r}. A word that stands everywhere says little, but a match never makes a score negative."
)
got = outcome(["x"], [["x", "x"], ["x", "y"], ["z", "z"]])
idf = math.log(1 + 1.5 / 2.5)
assert not near(got, [2 * idf, idf, 0]), (
    f"'x' twice, once and not at all: expected [0.6714…, 0.4700…, 0.0], got {got!r}. The second occurrence counts for less than the first; without the fraction this is TF-IDF."
)
assert not near(got, [5 / 3.5 * math.log(4 / 3.5)] * 2 + [0]), (
    f"'x' twice, once and not at all: expected [0.6714…, 0.4700…, 0.0], got {got!r}. n counts documents that have the word, not occurrences."
)
assert near(got, [idf * 5 / 3.5, idf, 0]), (
    f"'x' twice, once and not at all: expected [0.6714…, 0.4700…, 0.0], got {got!r}. n counts documents that have the word, not how often it occurs in all."
)
got = outcome(["x"], [["x"], ["x", "y", "y"], ["z", "z"]])
assert isinstance(got, list) and len(got) == 3 and got[0] > got[1], (
    f"'x' once in a document of 1 and once in one of 3 words: expected a higher score for the short one, got {got!r}. Divide the length by the mean length."
)
assert near(
    got, [idf * 2.5 / (1 + 1.5 * 0.625), idf * 2.5 / (1 + 1.5 * 1.375), 0]
), (
    f"lengths 1, 3 and 2, 'x' once in the first two: expected [0.6064…, 0.3836…, 0.0], got {got!r}. The mean length is 2, over all documents."
)
got = outcome(["x", "nowhere", "x"], [["x"], ["y"], ["z"]])
assert near(got, [2 * math.log(1 + 2.5 / 1.5), 0, 0]), (
    f"query 'x nowhere x': expected [1.9616…, 0.0, 0.0], got {got!r}. Each occurrence in the query adds, and an unknown word adds 0."
)
got = outcome(["x"], [["xylophone"], ["x"]])
assert near(got, [0, math.log(1 + 1.5 / 1.5)]), (
    f"'x' against 'xylophone' and 'x': expected [0.0, 0.6931…], got {got!r}. Words are compared whole."
)
assert outcome(["x"], []) == [] and near(outcome(["x"], [[], []]), [0, 0]), (
    f"no documents: expected [], got {outcome(['x'], [])!r}; two empty ones: expected [0.0, 0.0], got {outcome(['x'], [[], []])!r}. The mean length of nothing must not be divided by."
)
rng = random.Random(16)
documents = [rng.choices("abcdef", k=rng.randint(1, 9)) for _ in range(12)]
one, other, both = (outcome(list(q), documents) for q in ("ab", "cd", "abcd"))
assert isinstance(both, list) and near(
    both, [x + y for x, y in zip(one, other)]
), "the scores of a query of four words must be the sums of those of its halves"
flat = outcome(["a"], documents, 1.5, 0.0)
alike = {d.count("a"): round(s, 9) for d, s in zip(documents, flat)}
assert all(
    round(s, 9) == alike[d.count("a")] for d, s in zip(documents, flat)
), f"with b = 0 the length of a document must not matter, got {flat!r}"

# %% hint
# For each word of the query compute n and idf once, then go through the documents and add to their scores.


# %% answer
import math


def bm25(
    query: list[str],
    documents: list[list[str]],
    k1: float = 1.5,
    b: float = 0.75,
) -> list[float]:
    """Return the BM25 score of every document."""
    scores = [0.0] * len(documents)
    total = sum(map(len, documents))
    if total == 0:
        return scores
    mean_length = total / len(documents)
    for word in query:
        counts = [document.count(word) for document in documents]
        n = sum(f > 0 for f in counts)
        idf = math.log(1 + (len(documents) - n + 0.5) / (n + 0.5))
        for i, f in enumerate(counts):
            length = len(documents[i]) / mean_length
            scores[i] += idf * f * (k1 + 1) / (f + k1 * (1 - b + b * length))
    return scores


# %% wrong: no 1 inside the logarithm
# says: The idf has a 1 inside
import math


def bm25(query, documents, k1=1.5, b=0.75):
    mean = sum(map(len, documents)) / len(documents)
    scores = []
    for d in documents:
        score = 0.0
        for word in query:
            f, n = d.count(word), sum(word in other for other in documents)
            idf = math.log((len(documents) - n + 0.5) / (n + 0.5))
            norm = k1 * (1 - b + b * len(d) / mean)
            score += idf * f * (k1 + 1) / (f + norm)
        scores.append(score)
    return scores


# %% wrong: TF-IDF
# says: this is TF-IDF
import math


def bm25(query, documents, k1=1.5, b=0.75):
    scores = []
    for d in documents:
        score = 0.0
        for word in query:
            n = sum(word in other for other in documents)
            idf = math.log(1 + (len(documents) - n + 0.5) / (n + 0.5))
            score += idf * d.count(word)
        scores.append(score)
    return scores


# %% wrong: occurrences counted instead of documents
# says: n counts documents
import math


def bm25(query, documents, k1=1.5, b=0.75):
    mean = sum(map(len, documents)) / len(documents)
    scores = []
    for d in documents:
        score = 0.0
        for word in query:
            f, n = d.count(word), sum(o.count(word) for o in documents)
            idf = math.log(1 + max(len(documents) - n + 0.5, 0.5) / (n + 0.5))
            norm = k1 * (1 - b + b * len(d) / mean)
            score += idf * f * (k1 + 1) / (f + norm)
        scores.append(score)
    return scores


# %% wrong: the length left out
# says: Divide the length by the mean length
import math


def bm25(query, documents, k1=1.5, b=0.75):
    scores = []
    for d in documents:
        score = 0.0
        for word in query:
            f, n = d.count(word), sum(word in other for other in documents)
            idf = math.log(1 + (len(documents) - n + 0.5) / (n + 0.5))
            score += idf * f * (k1 + 1) / (f + k1)
        scores.append(score)
    return scores


# %% wrong: a set of query words
# says: Each occurrence in the query adds
import math


def bm25(query, documents, k1=1.5, b=0.75):
    mean = sum(map(len, documents)) / max(len(documents), 1) or 1
    scores = []
    for d in documents:
        score = 0.0
        for word in set(query):
            f, n = d.count(word), sum(word in other for other in documents)
            idf = math.log(1 + (len(documents) - n + 0.5) / (n + 0.5))
            norm = k1 * (1 - b + b * len(d) / mean)
            score += idf * f * (k1 + 1) / (f + norm)
        scores.append(score)
    return scores


# %% wrong: parts of words match
# says: Words are compared whole
import math


def bm25(query, documents, k1=1.5, b=0.75):
    mean = sum(map(len, documents)) / max(len(documents), 1) or 1
    texts, scores = [" ".join(d) for d in documents], []
    for d, text in zip(documents, texts):
        score = 0.0
        for word in query:
            f, n = text.count(word), sum(word in other for other in texts)
            idf = math.log(1 + (len(documents) - n + 0.5) / (n + 0.5))
            norm = k1 * (1 - b + b * len(d) / mean)
            score += idf * f * (k1 + 1) / (f + norm)
        scores.append(score)
    return scores


# %% wrong: divided by a mean length of 0
# says: must not be divided by
import math


def bm25(query, documents, k1=1.5, b=0.75):
    mean = sum(map(len, documents)) / len(documents)
    scores = []
    for d in documents:
        score = 0.0
        for word in query:
            f, n = d.count(word), sum(word in other for other in documents)
            idf = math.log(1 + (len(documents) - n + 0.5) / (n + 0.5))
            norm = k1 * (1 - b + b * len(d) / mean)
            score += idf * f * (k1 + 1) / (f + norm)
        scores.append(score)
    return scores
