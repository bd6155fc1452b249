"""Pinball loss

A roster for the 75 % quantile is judged by a loss that minds shortage three times as much as idleness. Write `pinball_loss(y, q, level)` for outcomes `y` and predicted quantiles `q`: where y lies above q, a row costs level · (y − q), otherwise (1 − level) · (q − y). Return the mean over rows.

```pycon
>>> pinball_loss([10.0, 10.0], [8.0, 14.0], 0.75)
1.25
```

Two short cost 1.5, four too many cost 1. Raise `ValueError` if there are no rows, the lists differ in length, or `level` is not between 0 and 1 (0 and 1 themselves are not).
"""
# chapter: 10-project-forecast
# minutes: 5
# difficulty: easy


# %% stub
def pinball_loss(y: list[float], q: list[float], level: float) -> float:
    """Return the mean loss of predicted quantiles."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return pinball_loss(*arguments)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return isinstance(got, (int, float)) and abs(got - expected) < 1e-9


got = outcome([10.0], [8.0], 0.75)
assert near(got, 1.5), (
    f"one row, 2 short, level 0.75: expected 1.5, got {got!r}. Short of what came costs `level`: a high quantile minds being too low."
)
got = outcome([10.0], [14.0], 0.75)
assert near(got, 1.0), (
    f"one row, 4 too many, level 0.75: expected 1.0, got {got!r}. Above what came costs 1 − level, and no loss is negative."
)
got = outcome([10.0, 10.0], [8.0, 14.0], 0.75)
assert near(got, 1.25), (
    f"the example: expected 1.25, got {got!r}. The mean over rows, not the sum."
)
got = outcome([3.0, 4.0], [3.0, 4.0], 0.9)
assert near(got, 0.0), (
    f"quantiles that are the outcome itself: expected 0.0, got {got!r}"
)
for arguments in (
    ([], [], 0.5),
    ([1.0], [1.0, 2.0], 0.5),
    ([1.0], [2.0], 0.0),
    ([1.0], [2.0], 1.0),
    ([1.0], [2.0], 75),
):
    got = outcome(*arguments)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"arguments {arguments}: expected ValueError, got {got!r}. Bad input is refused, not scored."
    )
rng = random.Random(10)
for level in (0.05, 0.5, 0.9):
    y, q = ([rng.gauss(0, 5) for _ in range(50)] for _ in range(2))
    expected = (
        sum(max(level * (a - b), (level - 1) * (a - b)) for a, b in zip(y, q))
        / 50
    )
    got = outcome(y, q, level)
    assert near(got, expected), (
        f"50 random rows, level {level}: expected {expected:.6f}, got {got!r}"
    )

# %% hint
# With the difference d = y − q the loss is the larger of level · d and (level − 1) · d.


# %% answer
def pinball_loss(y: list[float], q: list[float], level: float) -> float:
    """Return the mean loss of predicted quantiles."""
    if not y or len(y) != len(q) or not 0 < level < 1:
        raise ValueError("y and q: a pair a row; level: between 0 and 1")
    return sum(
        max(level * (a - b), (level - 1) * (a - b)) for a, b in zip(y, q)
    ) / len(y)


# %% wrong: the two sides exchanged
# says: a high quantile minds being too low
def pinball_loss(y, q, level):
    if not y or len(y) != len(q) or not 0 < level < 1:
        raise ValueError("rows")
    return sum(
        (1 - level) * (a - b) if a > b else level * (b - a)
        for a, b in zip(y, q)
    ) / len(y)


# %% wrong: idleness as a negative loss
# says: no loss is negative
def pinball_loss(y, q, level):
    if not y or len(y) != len(q) or not 0 < level < 1:
        raise ValueError("rows")
    return sum(
        level * (a - b) if a > b else (1 - level) * (a - b)
        for a, b in zip(y, q)
    ) / len(y)


# %% wrong: the sum
# says: The mean over rows
def pinball_loss(y, q, level):
    if not y or len(y) != len(q) or not 0 < level < 1:
        raise ValueError("rows")
    return sum(
        max(level * (a - b), (level - 1) * (a - b)) for a, b in zip(y, q)
    )


# %% wrong: bad input is scored
# says: Bad input is refused
def pinball_loss(y, q, level):
    return sum(
        max(level * (a - b), (level - 1) * (a - b)) for a, b in zip(y, q)
    ) / max(1, len(y))
