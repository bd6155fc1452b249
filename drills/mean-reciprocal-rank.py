"""Mean reciprocal rank

Where one right document is enough, what counts is how soon it comes. Write `mean_reciprocal_rank(rankings, relevant)`: for each query take 1 / rank of the *first* relevant id in its ranking (ranks from 1), 0 if there is none, and return the mean over all queries. `relevant` has one set of ids for each ranking.

```pycon
>>> mean_reciprocal_rank([["x", "a"], ["b", "c"], ["y"]], [{"a"}, {"b", "c"}, {"d"}])
0.5
```

The three queries give 1/2, 1 and 0. Raise `ValueError` without queries, or if the lists differ in length.
"""
# chapter: 17-reranking
# minutes: 4
# difficulty: easy


# %% stub
def mean_reciprocal_rank(
    rankings: list[list[str]], relevant: list[set[str]]
) -> float:
    """Return the mean over queries of 1 / rank of the first relevant id."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return mean_reciprocal_rank(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return isinstance(got, (int, float)) and abs(got - expected) < 1e-9


got = mean_reciprocal_rank([["x", "y", "a", "z"]], [{"a"}])
assert not near(got, 1 / 2), (
    f"the relevant id at rank 3: expected 0.333…, got {got!r}. Ranks begin at 1."
)
assert not near(got, 3), (
    f"the relevant id at rank 3: expected 0.333…, got {got!r}. That is the rank; its reciprocal is asked for."
)
assert near(got, 1 / 3), (
    f"the relevant id at rank 3: expected 0.333…, got {got!r}"
)
got = outcome([["a", "b"]], [{"a", "b"}])
assert near(got, 1), (
    f"two relevant ids at ranks 1 and 2: expected 1.0, got {got!r}. Only the first relevant one counts."
)
got = outcome([["x", "a"], ["y"]], [{"a"}, {"d"}])
assert near(got, 0.25), (
    f"found at rank 2, and not found: expected 0.25, got {got!r}. A query whose document was not found counts as 0; it is not left out."
)
got = outcome([["a"], ["x", "y", "z", "b"]], [{"a"}, {"b"}])
assert near(got, 0.625), (
    f"ranks 1 and 4: expected 0.625, got {got!r}. Take the mean of the reciprocals, not the reciprocal of the mean rank."
)
got = outcome([["x", "b"]], [{"a", "b"}])
assert near(got, 0.5), (
    f"relevant a and b, only b found, at rank 2: expected 0.5, got {got!r}. Any relevant id will do."
)
got = outcome([[], ["a"]], [{"a"}, set()])
assert near(got, 0), (
    f"an empty ranking, and a query without relevant ids: expected 0.0, got {got!r}"
)
for rankings, relevant in (([], []), ([["a"], ["b"]], [{"a"}])):
    got = outcome(rankings, relevant)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"{len(rankings)} rankings, {len(relevant)} sets: expected ValueError, got {got!r}"
    )
rng = random.Random(17)
for _ in range(10):
    ranks = [rng.randint(1, 9) for _ in range(6)]
    rankings = [["x"] * (r - 1) + ["a"] + ["b"] * (9 - r) for r in ranks]
    got, expected = (
        outcome(rankings, [{"a", "b"}] * 6),
        sum(1 / r for r in ranks) / 6,
    )
    assert near(got, expected), (
        f"first relevant ids at ranks {ranks}: expected {expected:.6f}, got {got!r}"
    )

# %% hint
# `next((1 / rank for rank, item in enumerate(ranking, start=1) if item in wanted), 0.0)` is the value of one query.


# %% answer
def mean_reciprocal_rank(
    rankings: list[list[str]], relevant: list[set[str]]
) -> float:
    """Return the mean over queries of 1 / rank of the first relevant id."""
    if not rankings:
        raise ValueError("rankings must hold at least one query")
    total = 0.0
    for ranking, wanted in zip(rankings, relevant, strict=True):
        for rank, item in enumerate(ranking, start=1):
            if item in wanted:
                total += 1 / rank
                break
    return total / len(rankings)


# %% wrong: rank counted from 0
# says: Ranks begin at 1
def mean_reciprocal_rank(rankings, relevant):
    total = 0.0
    for ranking, wanted in zip(rankings, relevant):
        for rank, item in enumerate(ranking):
            if item in wanted:
                total += 1 / max(rank, 1)
                break
    return total / len(rankings)


# %% wrong: all relevant ids are summed
# says: Only the first relevant one counts
def mean_reciprocal_rank(rankings, relevant):
    total = 0.0
    for ranking, wanted in zip(rankings, relevant):
        for rank, item in enumerate(ranking, 1):
            if item in wanted:
                total += 1 / rank
    return total / len(rankings)


# %% wrong: queries without a hit are left out
# says: it is not left out
def mean_reciprocal_rank(rankings, relevant):
    values = []
    for ranking, wanted in zip(rankings, relevant):
        for rank, item in enumerate(ranking, 1):
            if item in wanted:
                values.append(1 / rank)
                break
    return sum(values) / len(values) if values else 0.0


# %% wrong: the reciprocal of the mean rank
# says: not the reciprocal of the mean rank
def mean_reciprocal_rank(rankings, relevant):
    ranks = []
    for ranking, wanted in zip(rankings, relevant):
        places = [r for r, item in enumerate(ranking, 1) if item in wanted]
        ranks.append(places[0] if places else float("inf"))
    if float("inf") in ranks:
        return sum(1 / r for r in ranks) / len(ranks)
    return len(ranks) / sum(ranks)


# %% wrong: an arbitrary relevant id is looked up
# says: Any relevant id will do
def mean_reciprocal_rank(rankings, relevant):
    total = 0.0
    for ranking, wanted in zip(rankings, relevant):
        first = min(wanted, default=None)
        if first in ranking:
            total += 1 / (ranking.index(first) + 1)
    return total / len(rankings)
