"""Cohen's kappa

A judge that says "good" to everything agrees with the labels whenever they are good. Write `kappa(a, b)` for two raters' labels of the same items: (observed − chance) / (1 − chance). Observed is the share of items with the same label; chance is the sum over labels of (share of that label in `a`) × (its share in `b`).

```pycon
>>> kappa(["yes", "yes", "no", "no"], ["yes", "no", "no", "no"])
0.5
```

Observed is 3/4 and chance 1/2 · 1/4 + 1/2 · 3/4 = 1/2. There may be more than two labels, and some that only one rater uses. Where chance is 1 (both give every item one and the same label) kappa is not defined: return NaN. Raise `ValueError` if the lists are empty or differ in length.
"""
# chapter: 19-eval-sets
# minutes: 6
# difficulty: easy


# %% stub
def kappa(a: list, b: list) -> float:
    """Return the agreement of two raters beyond chance."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return kappa(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return isinstance(got, (int, float)) and abs(got - expected) < 1e-9


got = kappa(["y", "y", "n", "n", "n"], ["y", "n", "n", "n", "n"])
assert not near(got, 0.8), (
    f"four of five labels agree: expected 0.5454…, got {got!r}. That is the observed agreement; take off what chance would reach."
)
assert not near(got, 0.8 - 0.56), (
    f"observed 0.8, chance 0.56: expected 0.5454…, got {got!r}. Divide by 1 − chance, the most that chance leaves open."
)
assert not near(got, 0.6), (
    f"observed 0.8, chance 0.56: expected 0.5454…, got {got!r}. Chance is not one half for two labels: it follows from how often each rater gives each label."
)
assert not near(got, (0.8 - 0.08) / 0.92), (
    f"observed 0.8, chance 0.56: expected 0.5454…, got {got!r}. Raters agree by chance on 'n' as well: sum over all labels."
)
assert not near(got, (0.8 - 0.58) / 0.42), (
    f"observed 0.8, chance 0.56: expected 0.5454…, got {got!r}. Each rater has shares of their own: 2/5 · 1/5 + 3/5 · 4/5, not the squares of pooled shares."
)
assert near(got, 6 / 11), (
    f"observed 0.8, chance 0.56: expected 0.5454…, got {got!r}"
)
got = outcome(["y"] * 9 + ["n"], ["y"] * 10)
assert near(got, 0), (
    f"one rater always says 'y', the other nine times in ten: expected 0.0, got {got!r}. Ninety per cent agreement, all of it chance."
)
got = outcome([0, 1, 0, 1], [1, 0, 1, 0])
assert near(got, -1), (
    f"labels 0 1 0 1 and 1 0 1 0: expected -1.0, got {got!r}. Kappa may be negative: they disagree more than chance would."
)
got = outcome(["a", "b", "c", "c"], ["a", "b", "c", "d"])
assert near(got, 2 / 3), (
    f"labels a b c c and a b c d: expected 0.666…, got {got!r}. Any number of labels; one that a rater never gives has the share 0."
)
got = outcome(["y"] * 3, ["y"] * 3)
assert isinstance(got, float) and got != got, (
    f"both say 'y' to everything: expected NaN, got {got!r}. 0 / 0 is neither perfect agreement nor none."
)
for a, b in (([], []), (["y", "n"], ["y"])):
    got = outcome(a, b)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"{len(a)} and {len(b)} labels: expected ValueError, got {got!r}"
    )
rng = random.Random(6)
for _ in range(20):
    a, b = ([rng.choice("xyz") for _ in range(12)] for _ in range(2))
    got, back, itself = outcome(a, b), outcome(b, a), outcome(a, a)
    assert near(itself, 1) and isinstance(got, float) and near(back, got), (
        f"random labels: expected 1.0 of a rater with themselves and the same either way, got {itself!r}, {got!r} and {back!r}"
    )

# %% hint
# `Counter(a)` and `Counter(b)` give 0 for a label that they have not seen. Chance is the sum of their products over n².


# %% answer
import math
from collections import Counter


def kappa(a: list, b: list) -> float:
    """Return the agreement of two raters beyond chance."""
    if not a or len(a) != len(b):
        raise ValueError(f"{len(a)} labels against {len(b)}")
    n = len(a)
    observed = sum(x == y for x, y in zip(a, b)) / n
    in_a, in_b = Counter(a), Counter(b)
    by_chance = sum(in_a[label] * in_b[label] for label in in_a)
    if by_chance == n * n:  # in whole numbers, so exactly
        return math.nan
    chance = by_chance / n**2
    return (observed - chance) / (1 - chance)


# %% wrong: the observed agreement
# says: take off what chance would reach
def kappa(a, b):
    return sum(x == y for x, y in zip(a, b)) / len(a)


# %% wrong: chance is one over the number of labels
# says: Chance is not one half
def kappa(a, b):
    observed = sum(x == y for x, y in zip(a, b)) / len(a)
    chance = 1 / len(set(a) | set(b))
    return (observed - chance) / (1 - chance)


# %% wrong: pooled shares, which is Scott's pi
# says: Each rater has shares of their own
def kappa(a, b):
    n = len(a)
    observed = sum(x == y for x, y in zip(a, b)) / n
    both = a + b
    chance = sum((both.count(x) / (2 * n)) ** 2 for x in set(both))
    return (observed - chance) / (1 - chance)


# %% wrong: chance of the first label only
# says: sum over all labels
def kappa(a, b):
    n, positive = len(a), a[0]
    observed = sum(x == y for x, y in zip(a, b)) / n
    chance = a.count(positive) / n * b.count(positive) / n
    return (observed - chance) / (1 - chance)


# %% wrong: not divided
# says: Divide by 1 − chance
def kappa(a, b):
    n = len(a)
    observed = sum(x == y for x, y in zip(a, b)) / n
    chance = sum(a.count(x) * b.count(x) for x in set(a)) / n**2
    return observed - chance


# %% wrong: never below zero
# says: Kappa may be negative
def kappa(a, b):
    n = len(a)
    observed = sum(x == y for x, y in zip(a, b)) / n
    chance = sum(a.count(x) * b.count(x) for x in set(a)) / n**2
    return max(0.0, (observed - chance) / (1 - chance))


# %% wrong: 1.0 where chance is 1
# says: neither perfect agreement nor none
def kappa(a, b):
    n = len(a)
    observed = sum(x == y for x, y in zip(a, b)) / n
    chance = sum(a.count(x) * b.count(x) for x in set(a)) / n**2
    return 1.0 if chance == 1 else (observed - chance) / (1 - chance)
