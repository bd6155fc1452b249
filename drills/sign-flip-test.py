"""A test by flipping signs

Two models were scored on the same rows. If neither is better, each row's difference could as well have had the other sign. Write `p_value(a, b)`: go through all 2ⁿ ways of giving signs to the n differences `b - a`, and return the share in which the size of the sum is at least that of the observed sum. Both directions count, and the observed signs are one of the ways.

```pycon
>>> p_value([0, 0, 0], [1, 1, 1])
0.25
```

Of eight ways, two reach a sum of size 3: all plus and all minus. Scores are whole numbers and n is at most 12. Raise `ValueError` if there are no rows or the lists differ in length.
"""
# chapter: 12-fine-tune-a-transformer
# minutes: 8
# difficulty: medium


# %% stub
def p_value(a: list[int], b: list[int]) -> float:
    """Return the two-sided p-value of the sign-flip test on paired scores."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return p_value(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return isinstance(got, (int, float)) and abs(got - expected) < 1e-9


got = p_value([0, 0, 0], [1, 1, 1])
assert near(got, 0.25), (
    f"the example: expected 0.25, got {got!r}. Both directions count: all plus and all minus, 2 of 8."
)
got = outcome([1, 1, 1], [0, 0, 0])
assert near(got, 0.25), (
    f"the example with a and b exchanged: expected 0.25, got {got!r}. The size of the sum counts, not its sign."
)
got = outcome([0, 0, 1], [1, 1, 0])
assert near(got, 1.0), (
    f"differences 1, 1, -1: expected 1.0, got {got!r}. Every way gives a sum of size at least 1, ties with the observed sum included."
)
got = outcome([5, 0, 0, 0], [5, 1, 1, 1])
assert near(got, 0.25), (
    f"three gains and a row without difference: expected 0.25, got {got!r}. A zero changes nothing: it doubles all ways alike."
)
got = outcome([0, 0, 0], [4, 1, 1])
assert near(got, 0.25), (
    f"differences 4, 1, 1: expected 0.25, got {got!r}. The differences themselves get signs; to count winners only forgets their sizes."
)
got = outcome([0, 0, 0], [4, 1, -1])
assert near(got, 0.75), (
    f"differences 4, 1, -1: expected 0.75, got {got!r}. The sizes matter: 4 + 1 - 1, 4 - 1 + 1 and 4 + 1 + 1 reach 4, and so do their mirrors: 6 of 8."
)
got = outcome([2, 2], [2, 2])
assert near(got, 1.0), f"no difference at all: expected 1.0, got {got!r}."
for a, b in (([], []), ([1, 2], [1])):
    got = outcome(a, b)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"a={a}, b={b}: expected ValueError, got {got!r}. Rows that have no partner cannot be compared."
    )
rng = random.Random(7)
for _ in range(5):
    a, b = ([rng.randint(0, 3) for _ in range(8)] for _ in range(2))
    gaps = [y - x for x, y in zip(a, b)]
    sums = [0]
    for gap in gaps:
        sums = [s + gap for s in sums] + [s - gap for s in sums]
    expected = sum(abs(s) >= abs(sum(gaps)) for s in sums) / len(sums)
    got = outcome(a, b)
    assert near(got, expected), (
        f"differences {gaps}: expected {expected}, got {got!r}"
    )

# %% hint
# `itertools.product((1, -1), repeat=n)` gives all ways. Compare the sizes of the sums with `>=`, so that the observed way counts itself.


# %% answer
from itertools import product


def p_value(a: list[int], b: list[int]) -> float:
    """Return the two-sided p-value of the sign-flip test on paired scores."""
    if not a or len(a) != len(b):
        raise ValueError("a and b: a pair of scores a row")
    gaps = [y - x for x, y in zip(a, b)]
    ways = list(product((1, -1), repeat=len(gaps)))
    sums = [sum(s * gap for s, gap in zip(way, gaps)) for way in ways]
    return sum(abs(s) >= abs(sum(gaps)) for s in sums) / len(sums)


# %% wrong: one direction only
# says: Both directions count
from itertools import product


def p_value(a, b):
    if not a or len(a) != len(b):
        raise ValueError("rows")
    gaps = [y - x for x, y in zip(a, b)]
    ways = list(product((1, -1), repeat=len(gaps)))
    sums = [sum(s * g for s, g in zip(way, gaps)) for way in ways]
    return sum(s >= sum(gaps) for s in sums) / len(sums)


# %% wrong: ties do not count
# says: 2 of 8
from itertools import product


def p_value(a, b):
    if not a or len(a) != len(b):
        raise ValueError("rows")
    gaps = [y - x for x, y in zip(a, b)]
    ways = list(product((1, -1), repeat=len(gaps)))
    sums = [sum(s * g for s, g in zip(way, gaps)) for way in ways]
    return sum(abs(s) > abs(sum(gaps)) for s in sums) / len(sums)


# %% wrong: the sign test, which counts winners
# says: The sizes matter
from math import comb


def p_value(a, b):
    if not a or len(a) != len(b):
        raise ValueError("rows")
    gaps = [y - x for x, y in zip(a, b) if x != y]
    n, wins = len(gaps), sum(g > 0 for g in gaps)
    far = abs(2 * wins - n)
    return sum(comb(n, k) for k in range(n + 1) if abs(2 * k - n) >= far) / 2**n


# %% wrong: lists of unequal length are cut
# says: Rows that have no partner
from itertools import product


def p_value(a, b):
    gaps = [y - x for x, y in zip(a, b)]
    ways = list(product((1, -1), repeat=len(gaps)))
    sums = [sum(s * g for s, g in zip(way, gaps)) for way in ways]
    return sum(abs(s) >= abs(sum(gaps)) for s in sums) / len(sums)
