"""Recall of an approximate search

An index that opens only some clusters may miss neighbours, so its quality is measured. Write `recall_at_k(found, true, k)`: the share of the `k` true neighbours that are among the first `k` found. Both are lists of ids, nearest first.

```pycon
>>> recall_at_k([7, 3, 9, 1], [3, 7, 1, 9], k=3)
0.6666666666666666
```

The first three found are 7, 3 and 9; of the true three, 3, 7 and 1, two are among them. Their order does not matter. The index may find fewer than `k`, or one id twice, which counts once; what it finds after place `k` does not count. Raise `ValueError` if `k` is less than 1 or larger than the number of true neighbours given.
"""
# chapter: 04-nearest-neighbours
# minutes: 3
# difficulty: easy


# %% stub
def recall_at_k(found: list, true: list, k: int) -> float:
    """Return the share of the k true neighbours among the first k found."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return recall_at_k(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return isinstance(got, (int, float)) and abs(got - expected) < 1e-9


got = recall_at_k([7, 3, 9, 1], [3, 7, 1, 9], 4)
assert near(got, 1), (
    f"the same four ids in another order, k = 4: expected 1.0, got {got!r}. Recall asks whether an id was found, not at which place."
)
got = outcome([7, 3, 9, 1], [3, 7, 1, 9], 3)
assert not near(got, 1), (
    f"found 7, 3, 9 of the true 3, 7, 1: expected 0.666…, got {got!r}. Cut both lists at k: neither the fourth found nor the fourth true one counts."
)
assert near(got, 2 / 3), (
    f"found 7, 3, 9 of the true 3, 7, 1: expected 0.666…, got {got!r}"
)
got = outcome([8, 9, 1, 2], [1, 2, 3, 4], 2)
assert near(got, 0), (
    f"found 8, 9, then 1, 2; true 1, 2; k = 2: expected 0.0, got {got!r}. What is found after place k does not count."
)
got = outcome([5], [5, 6, 7, 8], 4)
assert near(got, 0.25), (
    f"one id found, of four true ones: expected 0.25, got {got!r}. Divided by the number found it would be precision; recall divides by k."
)
got = outcome([5, 5, 5], [5, 6, 7], 3)
assert near(got, 1 / 3), (
    f"the id 5 found three times, of the true 5, 6, 7: expected 0.333…, got {got!r}. An id counts once, however often it comes."
)
got = outcome([], ["a", "b"], 2), outcome(["a", "b"], ["a", "b"], 1)
assert near(got[0], 0) and near(got[1], 1), (
    f"nothing found, k = 2: expected 0.0, got {got[0]!r}; the nearest found, k = 1: expected 1.0, got {got[1]!r}"
)
for k in (0, 3):
    got = outcome(["a"], ["a", "b"], k)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"two true neighbours, k = {k}: expected ValueError, got {got!r}. Only the true neighbours that are known can be asked for."
    )
rng = random.Random(5)
for _ in range(20):
    true = rng.sample(range(50), 10)
    found = true[:6] + rng.sample(range(50, 90), 4)
    rng.shuffle(found)
    got = outcome(found, true, 10)
    assert near(got, 0.6), (
        f"six of ten true neighbours found, in random order: expected 0.6, got {got!r}"
    )

# %% hint
# Two sets, their intersection, a division by `k`.


# %% answer
def recall_at_k(found: list, true: list, k: int) -> float:
    """Return the share of the k true neighbours among the first k found."""
    if not 1 <= k <= len(true):
        raise ValueError(f"k must lie in 1 to {len(true)}, got {k}")
    return len(set(found[:k]) & set(true[:k])) / k


# %% wrong: precision
# says: it would be precision
def recall_at_k(found, true, k):
    first = set(found[:k])
    return len(first & set(true[:k])) / len(first) if first else 0.0


# %% wrong: places are compared
# says: not at which place
def recall_at_k(found, true, k):
    return sum(f == t for f, t in zip(found[:k], true[:k])) / k


# %% wrong: the true list is not cut
# says: Cut both lists at k
def recall_at_k(found, true, k):
    return len(set(found[:k]) & set(true)) / k


# %% wrong: an id counts as often as it was found
# says: An id counts once
def recall_at_k(found, true, k):
    return sum(f in true[:k] for f in found[:k]) / k


# %% wrong: all that was found counts
# says: Cut both lists at k
def recall_at_k(found, true, k):
    if not 1 <= k <= len(true):
        raise ValueError(f"k: {k}")
    return len(set(found) & set(true[:k])) / k
