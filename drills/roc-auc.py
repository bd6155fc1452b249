"""ROC-AUC by ranks

The area under the ROC curve is the chance that a random positive scores above a random negative, a tie counted as half. Write `roc_auc(y_true, scores)` for labels 0 and 1. Comparing all pairs is right and too slow for a million rows; instead sort once, give every score its rank from 1 (equal scores share the mean of their ranks), and take (R − P(P + 1) / 2) / (P · N) with R the sum of the positives' ranks, P positives and N negatives.

```pycon
>>> roc_auc([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.8])
0.875
```

The ranks are 1, 2.5, 2.5, 4, so R = 6.5 and the area (6.5 − 3) / 4. Raise `ValueError` if one class is missing or the lists differ in length.
"""
# chapter: 05-metrics
# minutes: 9
# difficulty: medium


# %% stub
def roc_auc(y_true: list[int], scores: list[float]) -> float:
    """Return the area under the ROC curve, ties counted as half."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return roc_auc(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return isinstance(got, (int, float)) and abs(got - expected) < 1e-9


got = roc_auc([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4])
assert not near(got, 0), (
    f"every positive above every negative: expected 1.0, got {got!r}. The order is turned around: rank 1 belongs to the smallest score."
)
assert not near(got, 7 / 4), (
    f"every positive above every negative: expected 1.0, got {got!r}. Take off P(P + 1) / 2, the least that the ranks of P positives can sum to."
)
assert near(got, 1), (
    f"every positive above every negative: expected 1.0, got {got!r}. Ranks begin at 1."
)
got = outcome([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.8])
assert not near(got, 1) and not near(got, 0.75), (
    f"one of four pairs is tied: expected 0.875, got {got!r}. A tie counts as half: equal scores share the mean of their ranks, not the lowest, and not each its own."
)
assert near(got, 0.875), (
    f"one of four pairs is tied: expected 0.875, got {got!r}"
)
got = outcome([1, 1, 0, 0, 0], [0.5] * 5)
assert near(got, 0.5), (
    f"all scores equal: expected 0.5, got {got!r}. A constant score knows nothing; the order of the rows must not help it. Equal scores share the mean of their ranks."
)
got = outcome([0, 1, 0, 1, 0], [3, 3, 3, 1, 5])
assert near(got, 1 / 6), (
    f"labels 0 1 0 1 0, scores 3 3 3 1 5: expected 0.1666…, got {got!r}. Three equal scores share the mean of the three ranks."
)
got = outcome([1, 0, 0], [5, 1, 9])
assert near(got, 0.5), (
    f"one positive above one of two negatives: expected 0.5, got {got!r}. The rows come in any order."
)
for labels, scores in (
    ([1, 1], [0.2, 0.3]),
    ([0], [0.2]),
    ([0, 1, 1, 0], [1, 2, 3]),
):
    got = outcome(labels, scores)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"labels {labels}, scores {scores}: expected ValueError, got {got!r}. Without both classes there is no pair to compare."
    )
rng = random.Random(20)
for _ in range(20):
    labels = [0, 1] + [rng.randint(0, 1) for _ in range(18)]
    scores = [rng.randint(0, 9) / 8 for _ in labels]
    pairs = [
        (s > t) + 0.5 * (s == t)
        for s, x in zip(scores, labels)
        for t, y in zip(scores, labels)
        if x > y
    ]
    expected, got = sum(pairs) / len(pairs), outcome(labels, scores)
    assert near(got, expected), (
        f"random labels, many equal scores: expected {expected:.6f} by comparing all pairs, got {got!r}"
    )

# %% hint
# Sort the positions by score. Walk along; for a run of equal scores from place `i` up to (not including) `j`, counted from 0, each has the rank `(i + 1 + j) / 2`.


# %% answer
def roc_auc(y_true: list[int], scores: list[float]) -> float:
    """Return the area under the ROC curve, ties counted as half."""
    pairs = sorted(zip(scores, y_true, strict=True))
    positives = sum(y_true)
    negatives = len(pairs) - positives
    if not positives or not negatives:
        raise ValueError("y_true must hold both classes")
    rank_sum, start = 0.0, 0
    while start < len(pairs):
        stop = start
        while stop < len(pairs) and pairs[stop][0] == pairs[start][0]:
            stop += 1
        rank = (start + 1 + stop) / 2  # mean of start + 1 to stop
        rank_sum += rank * sum(label for _, label in pairs[start:stop])
        start = stop
    least = positives * (positives + 1) / 2
    return (rank_sum - least) / (positives * negatives)


# %% wrong: ranks by position, ties ignored
# says: A tie counts as half
def roc_auc(y_true, scores):
    order = sorted(range(len(scores)), key=lambda i: scores[i])
    p = sum(y_true)
    n = len(y_true) - p
    r = sum(rank for rank, i in enumerate(order, 1) if y_true[i])
    return (r - p * (p + 1) / 2) / (p * n)


# %% wrong: ties count as won
# says: A tie counts as half
def roc_auc(y_true, scores):
    up = [s for s, y in zip(scores, y_true) if y]
    down = [s for s, y in zip(scores, y_true) if not y]
    return sum(a >= b for a in up for b in down) / (len(up) * len(down))


# %% wrong: the least rank sum not taken off
# says: the least that the ranks
def roc_auc(y_true, scores):
    order = sorted(scores)
    p = sum(y_true)
    n = len(y_true) - p
    r = 0.0
    for s, y in zip(scores, y_true):
        if y:
            r += order.index(s) + (order.count(s) + 1) / 2
    return r / (p * n)


# %% wrong: rank 1 for the largest score
# says: rank 1 belongs to the smallest score
def roc_auc(y_true, scores):
    order = sorted(scores, reverse=True)
    p = sum(y_true)
    n = len(y_true) - p
    r = 0.0
    for s, y in zip(scores, y_true):
        if y:
            r += order.index(s) + (order.count(s) + 1) / 2
    return (r - p * (p + 1) / 2) / (p * n)


# %% wrong: equal scores share the lowest of their ranks
# says: share the mean of their ranks
def roc_auc(y_true, scores):
    order = sorted(scores)
    p = sum(y_true)
    n = len(y_true) - p
    r = sum(order.index(s) + 1 for s, y in zip(scores, y_true) if y)
    return (r - p * (p + 1) / 2) / (p * n)


# %% wrong: 0.5 where a class is missing
# says: there is no pair to compare
def roc_auc(y_true, scores):
    up = [s for s, y in zip(scores, y_true) if y]
    down = [s for s, y in zip(scores, y_true) if not y]
    if not up or not down:
        return 0.5
    won = sum((a > b) + (a == b) / 2 for a in up for b in down)
    return won / (len(up) * len(down))
