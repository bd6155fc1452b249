"""Calibration error by bins

A forecast that says 0.3 should come true three times in ten. Write `calibration_error(y_true, p, n_bins)` for labels 0 and 1 and probabilities: put each probability into one of `n_bins` bins of equal width over [0, 1] (on an inner edge into the upper bin, 1.0 into the last), take for each bin in use the distance between the mean probability and the share of ones, and return the mean distance, weighted by the bins' numbers of rows.

```pycon
>>> calibration_error([0, 1, 1, 1], [0.25, 0.25, 0.875, 0.875], 2)
0.1875
```

The lower bin says 0.25 and sees 0.5, the upper says 0.875 and sees 1. Raise `ValueError` if there are no rows, the lists differ in length, or a probability lies outside [0, 1].
"""
# chapter: 05-metrics
# minutes: 8
# difficulty: medium


# %% stub
def calibration_error(y_true: list[int], p: list[float], n_bins: int) -> float:
    """Return the gap between forecast and rate, averaged over bins by rows."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return calibration_error(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return isinstance(got, (int, float)) and abs(got - expected) < 1e-9


got = calibration_error([0, 1, 1, 1], [0.25, 0.25, 0.875, 0.875], 2)
assert near(got, 0.1875), (
    f"the example: expected 0.1875, got {got!r}. ½ · 0.25 + ½ · 0.125: the share of ones in the bin is compared, not the label of each row."
)
got = outcome([1, 0, 0, 0], [0.875, 0.125, 0.125, 0.125], 2)
assert near(got, 0.125), (
    f"both bins off by 0.125: expected 0.125, got {got!r}. One says too little and one too much: take the size of each gap before you add."
)
got = outcome([1, 0, 0, 0], [0.625, 0.25, 0.25, 0.25], 2)
assert near(got, 0.28125), (
    f"one row off by 0.375, three by 0.25: expected 0.28125, got {got!r}. A bin counts by its rows."
)
got = outcome([1, 0], [0.5, 0.375], 2)
assert near(got, 0.4375), (
    f"0.5 and 0.375 with two bins: expected 0.4375, got {got!r}. An inner edge belongs to the upper bin."
)
got = outcome([0, 1], [1.0, 0.875], 4)
assert near(got, 0.4375), (
    f"1.0 and 0.875 with four bins: expected 0.4375, got {got!r}. 1.0 belongs to the last bin, not to one of its own."
)
for labels, probabilities in (
    ([], []),
    ([0, 1], [0.5]),
    ([0, 1], [0.5, 1.5]),
    ([0, 1], [-0.5, 0.5]),
):
    got = outcome(labels, probabilities, 4)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"labels {labels}, probabilities {probabilities}: expected ValueError, got {got!r}. Bad input is refused, not scored."
    )
rng = random.Random(5)
for n_bins in (1, 3, 7):
    p = [rng.random() for _ in range(40)]
    y = [int(rng.random() < q * q) for q in p]
    expected = 0.0
    for b in range(n_bins):
        rows = [i for i in range(40) if b <= p[i] * n_bins < b + 1]
        if rows:
            gap = sum(p[i] for i in rows) - sum(y[i] for i in rows)
            expected += abs(gap) / 40
    got = outcome(y, p, n_bins)
    assert near(got, expected), (
        f"40 random rows in {n_bins} bins: expected {expected:.6f}, got {got!r}. An empty bin counts nothing."
    )

# %% hint
# The number of a bin is `min(int(q * n_bins), n_bins - 1)`. Weighted by its rows, a bin's gap is the size of (sum of its probabilities − sum of its labels), divided by all rows.


# %% answer
def calibration_error(y_true: list[int], p: list[float], n_bins: int) -> float:
    """Return the gap between forecast and rate, averaged over bins by rows."""
    if not p or len(y_true) != len(p) or not all(0 <= q <= 1 for q in p):
        raise ValueError("y_true and p: a label and a probability a row")
    gaps = [0.0] * n_bins  # in each bin: sum of probabilities - ones
    for y, q in zip(y_true, p):
        gaps[min(int(q * n_bins), n_bins - 1)] += q - y
    return sum(abs(gap) for gap in gaps) / len(p)


# %% wrong: the gap of each row
# says: not the label of each row
def calibration_error(y_true, p, n_bins):
    if not p or len(y_true) != len(p) or not all(0 <= q <= 1 for q in p):
        raise ValueError("rows")
    return sum(abs(q - y) for y, q in zip(y_true, p)) / len(p)


# %% wrong: the gaps keep their signs and cancel
# says: take the size of each gap
def calibration_error(y_true, p, n_bins):
    if not p or len(y_true) != len(p) or not all(0 <= q <= 1 for q in p):
        raise ValueError("rows")
    bins = {}
    for y, q in zip(y_true, p):
        bins.setdefault(min(int(q * n_bins), n_bins - 1), []).append(q - y)
    return abs(sum(sum(gaps) for gaps in bins.values())) / len(p)


# %% wrong: the plain mean over bins
# says: A bin counts by its rows
def calibration_error(y_true, p, n_bins):
    if not p or len(y_true) != len(p) or not all(0 <= q <= 1 for q in p):
        raise ValueError("rows")
    bins = {}
    for y, q in zip(y_true, p):
        bins.setdefault(min(int(q * n_bins), n_bins - 1), []).append(q - y)
    return sum(abs(sum(g)) / len(g) for g in bins.values()) / len(bins)


# %% wrong: an edge belongs to the lower bin
# says: An inner edge belongs to the upper bin
def calibration_error(y_true, p, n_bins):
    if not p or len(y_true) != len(p) or not all(0 <= q <= 1 for q in p):
        raise ValueError("rows")
    gaps = {}
    for y, q in zip(y_true, p):
        b = max(0, -int(-q * n_bins // 1) - 1)
        gaps[b] = gaps.get(b, 0) + q - y
    return sum(abs(g) for g in gaps.values()) / len(p)


# %% wrong: 1.0 gets a bin of its own
# says: 1.0 belongs to the last bin
def calibration_error(y_true, p, n_bins):
    if not p or len(y_true) != len(p) or not all(0 <= q <= 1 for q in p):
        raise ValueError("rows")
    gaps = {}
    for y, q in zip(y_true, p):
        b = int(q * n_bins)
        gaps[b] = gaps.get(b, 0) + q - y
    return sum(abs(g) for g in gaps.values()) / len(p)


# %% wrong: bad input is scored
# says: Bad input is refused
def calibration_error(y_true, p, n_bins):
    gaps = {}
    for y, q in zip(y_true, p):
        b = max(0, min(int(q * n_bins), n_bins - 1))
        gaps[b] = gaps.get(b, 0) + q - y
    return sum(abs(g) for g in gaps.values()) / max(1, len(p))
