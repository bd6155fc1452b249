"""NDCG

When relevance has grades, a good ranking puts the high ones first. Write `ndcg(gains, k)`: `gains` are the grades of all documents in the order in which they were ranked. DCG@k is the sum over the first `k` ranks of gain / log2(rank + 1), ranks from 1; NDCG divides it by the DCG@k of the best order of *all* the gains.

```pycon
>>> round(ndcg([1, 0, 3], k=2), 4)
0.2754
```

The ranking gets 1 / log2(2) = 1, and the best order, 3 and 1, gets 3.631. If every gain is 0, the result is 0.0. `k` may exceed the number of documents; raise `ValueError` if it is less than 1.
"""
# chapter: 17-reranking
# minutes: 5
# difficulty: easy

# %% stub
import math


def ndcg(gains: list[float], k: int) -> float:
    """Return the DCG of the first k over that of the best order."""
    raise NotImplementedError("not written yet")


# %% checks
import math
import random


def outcome(*arguments):
    try:
        return ndcg(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return isinstance(got, (int, float)) and abs(got - expected) < 1e-9


got = ndcg([3, 2, 1, 0], 4)
assert not near(got, 3 + 2 / math.log2(3) + 0.5), (
    f"gains 3 2 1 0, the best order: expected 1.0, got {got!r}. That is the DCG; divide it by that of the best order."
)
assert near(got, 1), f"gains 3 2 1 0, the best order: expected 1.0, got {got!r}"
gains = [0, 1]
got = outcome(gains, 2)
assert near(got, 1 / math.log2(3)), (
    f"gains 0 1: expected 0.6309…, got {got!r}. Rank 1 is divided by log2(2) = 1 and rank 2 by log2(3); log2(rank) alone is 0 at rank 1."
)
assert gains == [0, 1], (
    f"the gains were changed to {gains!r}: list.sort works in place, sorted does not"
)
got = outcome([1, 0, 3], 2)
assert not near(got, 1), (
    f"gains 1 0 3, k = 2: expected 0.2754…, got {got!r}. The best order is that of all gains, also of those that the ranking put behind k: sort first, then cut."
)
assert near(got, 1 / (3 + 1 / math.log2(3))), (
    f"gains 1 0 3, k = 2: expected 0.2754…, got {got!r}. What stands behind rank k adds nothing to the ranking's DCG; the gain is the grade itself, not 2 ** grade − 1."
)
got = outcome([0, 2], 9)
assert near(got, 1 / math.log2(3)), (
    f"gains 0 2, k = 9: expected 0.6309…, got {got!r}"
)
got = outcome([0, 0, 0], 3)
assert near(got, 0), (
    f"all gains 0: expected 0.0, got {got!r}. The best order has a DCG of 0 too, and 0 / 0 has to be decided."
)
got = outcome([1, 2], 0)
assert isinstance(got, str) and got.startswith("ValueError"), (
    f"k = 0: expected ValueError, got {got!r}"
)
rng = random.Random(18)
for _ in range(20):
    gains = [rng.randint(0, 3) for _ in range(8)] + [1]
    k = rng.randint(1, 9)
    got, tenfold = outcome(gains, k), outcome([10 * g for g in gains], k)
    best = outcome(sorted(gains, reverse=True), k)
    assert isinstance(got, float) and 0 <= got <= 1 + 1e-9 and near(best, 1), (
        f"gains {gains}, k = {k}: expected a number from 0 to 1, and 1.0 for the best order, got {got!r} and {best!r}"
    )
    assert near(tenfold, got), (
        f"gains {gains}, k = {k}: ten times the gains changed the result from {got!r} to {tenfold!r}; the ratio must stay"
    )

# %% hint
# A helper `dcg(gains)` with `enumerate(gains, start=1)`, called on `gains[:k]` and on `sorted(gains, reverse=True)[:k]`.


# %% answer
import math


def _dcg(gains: list[float]) -> float:
    return sum(g / math.log2(rank + 1) for rank, g in enumerate(gains, start=1))


def ndcg(gains: list[float], k: int) -> float:
    """Return the DCG of the first k over that of the best order."""
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    best = _dcg(sorted(gains, reverse=True)[:k])
    return _dcg(gains[:k]) / best if best > 0 else 0.0


# %% wrong: cut before sorting
# says: sort first, then cut
import math


def ndcg(gains, k):
    first = gains[:k]
    best = sorted(first, reverse=True)
    dcg = sum(g / math.log2(i + 2) for i, g in enumerate(first))
    ideal = sum(g / math.log2(i + 2) for i, g in enumerate(best))
    return dcg / ideal if ideal else 0.0


# %% wrong: not normalised
# says: divide it by that of the best order
import math


def ndcg(gains, k):
    return sum(g / math.log2(i + 2) for i, g in enumerate(gains[:k]))


# %% wrong: log2 of the rank
# says: log2(rank) alone is 0 at rank 1
import math


def ndcg(gains, k):
    def dcg(values):
        return sum(
            g / (math.log2(rank) if rank > 1 else 1)
            for rank, g in enumerate(values[:k], 1)
        )

    return dcg(gains) / dcg(sorted(gains, reverse=True))


# %% wrong: 0 divided by 0
# says: 0 / 0 has to be decided
import math


def ndcg(gains, k):
    def dcg(values):
        return sum(g / math.log2(i + 2) for i, g in enumerate(values[:k]))

    return dcg(gains) / dcg(sorted(gains, reverse=True))


# %% wrong: two to the power of the grade
# says: not 2 ** grade − 1
import math


def ndcg(gains, k):
    def dcg(values):
        return sum(
            (2**g - 1) / math.log2(i + 2) for i, g in enumerate(values[:k])
        )

    best = dcg(sorted(gains, reverse=True))
    return dcg(gains) / best if best else 0.0


# %% wrong: the list is sorted in place
# says: list.sort works in place
import math


def ndcg(gains, k):
    dcg = sum(g / math.log2(i + 2) for i, g in enumerate(gains[:k]))
    gains.sort(reverse=True)
    best = sum(g / math.log2(i + 2) for i, g in enumerate(gains[:k]))
    return dcg / best if best else 0.0
