"""Clustered standard error

Forty flights of one stormy day say the same thing forty times. Write `clustered_error(saved, day)`: the standard error of the mean of `saved` if days are independent and flights of a day are not. With the mean s over n flights, and for each of the G days the sum D of its savings and its number m of flights, it is √(G / (G − 1) · Σ (D − s · m)²) / n.

```pycon
>>> clustered_error([3.0, 0.0, 0.0, -3.0], ["mon", "mon", "tue", "tue"])
1.5
```

The mean is 0, the days sum to 3 and −3: √(2 · 18) / 4. Raise `ValueError` if the lists differ in length, or there are fewer than two days.
"""
# chapter: 09-project-classifier
# minutes: 10
# difficulty: medium


# %% stub
def clustered_error(saved: list[float], day: list[str]) -> float:
    """Return the standard error of the mean over whole days."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return clustered_error(*arguments)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return isinstance(got, (int, float)) and abs(got - expected) < 1e-9


got = outcome([3.0, 0.0, 0.0, -3.0], ["mon", "mon", "tue", "tue"])
assert near(got, 1.5), (
    f"the example: expected 1.5, got {got!r}. Sum each day first; the days are the independent rows, and G / (G − 1) is 2 here."
)
got = outcome([1.0, 1.0, 1.0, 5.0], ["mon", "mon", "mon", "tue"])
assert near(got, 1.5), (
    f"three flights on one day, one on the other: expected 1.5, got {got!r}. A day counts by its flights: its sum is compared with s · m."
)
got = outcome([1.0, 1.0], ["mon", "tue"])
assert near(got, 0.0), f"two equal days: expected 0.0, got {got!r}"
got = outcome([0.0, 2.0], ["tue", "mon"])
assert near(got, 1.0), f"0 and 2 on two days: expected 1.0, got {got!r}"
for arguments in (
    ([], []),
    ([1.0, 2.0], ["mon"]),
    ([1.0, 2.0], ["mon", "mon"]),
):
    got = outcome(*arguments)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"arguments {arguments}: expected ValueError, got {got!r}. One day has no spread."
    )
rng = random.Random(9)
for _ in range(5):
    saved = [rng.gauss(1, 3) for _ in range(40)]
    day = [rng.choice("abcdefg") for _ in range(40)]
    s, names = sum(saved) / 40, sorted(set(day))
    squares = 0.0
    for name in names:
        mine = [v for v, d in zip(saved, day) if d == name]
        squares += (sum(mine) - s * len(mine)) ** 2
    g = len(names)
    expected = (g / (g - 1) * squares) ** 0.5 / 40
    got = outcome(saved, day)
    assert near(got, expected), (
        f"40 random flights on {g} days: expected {expected:.6f}, got {got!r}"
    )

# %% hint
# One pass collects for each day its sum and its count in two dicts.


# %% answer
def clustered_error(saved: list[float], day: list[str]) -> float:
    """Return the standard error of the mean over whole days."""
    sums: dict[str, float] = {}
    sizes: dict[str, int] = {}
    if len(saved) != len(day):
        raise ValueError("saved and day: a pair a flight")
    for value, name in zip(saved, day):
        sums[name] = sums.get(name, 0.0) + value
        sizes[name] = sizes.get(name, 0) + 1
    n, g = len(saved), len(sums)
    if g < 2:
        raise ValueError("day: at least two different days")
    s = sum(saved) / n
    squares = sum((sums[d] - s * sizes[d]) ** 2 for d in sums)
    return (g / (g - 1) * squares) ** 0.5 / n


# %% wrong: flights taken for independent
# says: the days are the independent rows
def clustered_error(saved, day):
    if len(saved) != len(day) or len(set(day)) < 2:
        raise ValueError("day")
    n, s = len(saved), sum(saved) / len(saved)
    return (sum((v - s) ** 2 for v in saved) / (n - 1) / n) ** 0.5


# %% wrong: without the factor for few days
# says: G / (G − 1) is 2 here
def clustered_error(saved, day):
    if len(saved) != len(day) or len(set(day)) < 2:
        raise ValueError("day")
    n, s, squares = len(saved), sum(saved) / len(saved), 0.0
    for name in set(day):
        mine = [v - s for v, d in zip(saved, day) if d == name]
        squares += sum(mine) ** 2
    return squares**0.5 / n


# %% wrong: the spread of the days' means
# says: A day counts by its flights
def clustered_error(saved, day):
    if len(saved) != len(day) or len(set(day)) < 2:
        raise ValueError("day")
    means = []
    for name in set(day):
        mine = [v for v, d in zip(saved, day) if d == name]
        means.append(sum(mine) / len(mine))
    g, m = len(means), sum(means) / len(means)
    return (sum((v - m) ** 2 for v in means) / (g - 1) / g) ** 0.5


# %% wrong: a single day has the error 0
# says: One day has no spread
def clustered_error(saved, day):
    if not saved or len(saved) != len(day):
        raise ValueError("day")
    n, g = len(saved), len(set(day))
    s, squares = sum(saved) / n, 0.0
    for name in set(day):
        mine = [v - s for v, d in zip(saved, day) if d == name]
        squares += sum(mine) ** 2
    return (g / max(g - 1, 1) * squares) ** 0.5 / n
