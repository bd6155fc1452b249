"""The best threshold by Gini impurity

Where should a classification tree cut a column? Write `best_threshold(x, y)` for numbers `x` and labels `y`. The Gini impurity of a group is 1 minus the sum of the squared shares of its classes; a cut at `t` sends `x <= t` to the left, and costs the impurities of the two sides, each weighted by its share of the rows. Return the threshold with the lowest cost. Thresholds lie half-way between neighbouring different values; of equal costs the lowest threshold counts. Return `None` if all values are the same.

```pycon
>>> best_threshold([1, 2, 3, 4], ["a", "a", "b", "a"])
2.5
```

At 2.5 the left side is pure and the right holds one b of two: ½ · 0 + ½ · 0.5 = 0.25. At 1.5 the cost is ¾ · 4/9 = 0.33, and at 3.5 the same. Raise `ValueError` if there are no rows or the lists differ in length.
"""
# chapter: 07-trees-and-boosting
# minutes: 10
# difficulty: medium


# %% stub
def best_threshold(x: list[float], y: list) -> float | None:
    """Return the threshold after which the two sides are purest, or None."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return best_threshold(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = best_threshold([1, 2, 3, 4], ["a", "a", "b", "a"])
assert got == 2.5, (
    f"the example: expected 2.5, got {got!r}. A threshold lies half-way between two neighbouring values, and each side counts by its share of the rows."
)
got = outcome([4, 1, 3, 2], ["a", "a", "b", "a"])
assert got == 2.5, (
    f"the example with its rows in another order: expected 2.5, got {got!r}. Sort the rows by x, labels with them."
)
got = outcome([1, 2, 3, 4, 5], [0, 0, 1, 0, 1])
assert got == 2.5, (
    f"labels 0 0 1 0 1: expected 2.5, got {got!r}. 2.5 costs 0.267, 4.5 costs 0.3: a pure side of one row is worth little."
)
got = outcome([1, 1, 1, 2, 2], [0, 1, 1, 1, 0])
assert got == 1.5, (
    f"values 1 1 1 2 2: expected 1.5, got {got!r}. Rows with the same value cannot be parted."
)
got = outcome([1, 2, 3], ["a", "b", "a"])
assert got == 1.5, (
    f"labels a b a: expected 1.5, got {got!r}. Both cuts cost the same, so the lowest threshold counts."
)
got = outcome([1, 2, 3, 4, 5], ["a", "b", "c", "c", "c"])
assert got == 2.5, (
    f"three classes: expected 2.5, got {got!r}. The shares of all classes are squared and summed."
)
got = outcome([7, 7, 7], [0, 1, 0])
assert got is None, (
    f"a column with one value: expected None, got {got!r}. There is no place to cut."
)
for x, y in (([], []), ([1, 2], [0]), ([1], [0, 1])):
    got = outcome(x, y)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"x {x}, y {y}: expected ValueError, got {got!r}. Bad input is refused, not split."
    )
rng = random.Random(7)
for n in (12, 30):
    x = [rng.randrange(20) / 2 for _ in range(n)]
    y = [rng.choice("abb") if v < 5 else rng.choice("abc") for v in x]
    costs = {}
    values = sorted(set(x))
    for a, b in zip(values, values[1:]):
        cost = 0.0
        for side in (
            [c for v, c in zip(x, y) if v <= a],
            [c for v, c in zip(x, y) if v > a],
        ):
            cost += len(side) - sum(
                side.count(c) ** 2 for c in set(side)
            ) / len(side)
        costs[(a + b) / 2] = round(cost, 9)
    expected = min(costs, key=costs.get)
    got = outcome(x, y)
    assert got == expected, (
        f"{n} random rows: expected {expected}, got {got!r}. Weigh each side's impurity by its rows, try every threshold."
    )

# %% hint
# Take each pair of neighbours of `sorted(set(x))`, and put the labels of the rows up to the first into one list and the others into another. A side with labels `s` costs `len(s) / n * (1 - sum of squared shares)`. Replace the best only if the new cost is lower by more than 1e-12.


# %% answer
def best_threshold(x: list[float], y: list) -> float | None:
    """Return the threshold after which the two sides are purest, or None."""
    if not x or len(x) != len(y):
        raise ValueError("x and y: one label a value, at least one")
    best, found = float("inf"), None
    values = sorted(set(x))
    for a, b in zip(values, values[1:]):
        cost = 0.0
        for side in (
            [c for v, c in zip(x, y) if v <= a],
            [c for v, c in zip(x, y) if v > a],
        ):
            shares = [side.count(c) / len(side) for c in set(side)]
            cost += len(side) / len(x) * (1 - sum(p * p for p in shares))
        if cost < best - 1e-12:
            best, found = cost, (a + b) / 2
    return found


# %% wrong: the value itself as threshold
# says: half-way between two neighbouring values
def best_threshold(x, y):
    if not x or len(x) != len(y):
        raise ValueError("rows")
    best, found = float("inf"), None
    for a in sorted(set(x))[:-1]:
        cost = 0.0
        for side in (
            [c for v, c in zip(x, y) if v <= a],
            [c for v, c in zip(x, y) if v > a],
        ):
            cost += len(side) - sum(
                side.count(c) ** 2 for c in set(side)
            ) / len(side)
        if cost < best - 1e-12:
            best, found = cost, a
    return found


# %% wrong: the rows are taken as they come
# says: Sort the rows by x
def best_threshold(x, y):
    if not x or len(x) != len(y):
        raise ValueError("rows")
    best, found = float("inf"), None
    for i in range(1, len(x)):
        if x[i - 1] == x[i]:
            continue
        cost = 0.0
        for side in (y[:i], y[i:]):
            cost += len(side) - sum(
                side.count(c) ** 2 for c in set(side)
            ) / len(side)
        if cost < best - 1e-12:
            best, found = cost, (x[i - 1] + x[i]) / 2
    return found


# %% wrong: the two sides count alike
# says: each side counts by its share of the rows
def best_threshold(x, y):
    if not x or len(x) != len(y):
        raise ValueError("rows")
    best, found = float("inf"), None
    values = sorted(set(x))
    for a, b in zip(values, values[1:]):
        left, right = (
            [c for v, c in zip(x, y) if v <= a],
            [c for v, c in zip(x, y) if v > a],
        )
        cost = 0.0
        for side, weight in ((left, 0.5), (right, 0.5)):
            cost += weight * (
                1 - sum((side.count(c) / len(side)) ** 2 for c in set(side))
            )
        if cost < best - 1e-12:
            best, found = cost, (a + b) / 2
    return found


# %% wrong: cuts between equal values
# says: cannot be parted
def best_threshold(x, y):
    if not x or len(x) != len(y):
        raise ValueError("rows")
    rows = sorted(zip(x, y), key=lambda r: r[0])
    x, y = [r[0] for r in rows], [r[1] for r in rows]
    best, found = float("inf"), None
    for i in range(1, len(x)):
        cost = 0.0
        for side in (y[:i], y[i:]):
            cost += len(side) - sum(
                side.count(c) ** 2 for c in set(side)
            ) / len(side)
        if cost < best - 1e-12:
            best, found = cost, (x[i - 1] + x[i]) / 2
    return found


# %% wrong: the last of equal cuts
# says: the lowest threshold counts
def best_threshold(x, y):
    if not x or len(x) != len(y):
        raise ValueError("rows")
    best, found = float("inf"), None
    values = sorted(set(x))
    for a, b in zip(values, values[1:]):
        cost = 0.0
        for side in (
            [c for v, c in zip(x, y) if v <= a],
            [c for v, c in zip(x, y) if v > a],
        ):
            cost += len(side) - sum(
                side.count(c) ** 2 for c in set(side)
            ) / len(side)
        if cost <= best + 1e-12:
            best, found = cost, (a + b) / 2
    return found


# %% wrong: bad input is split
# says: Bad input is refused
def best_threshold(x, y):
    best, found = float("inf"), None
    values = sorted(set(x))
    for a, b in zip(values, values[1:]):
        cost = 0.0
        for side in (
            [c for v, c in zip(x, y) if v <= a],
            [c for v, c in zip(x, y) if v > a],
        ):
            if side:
                cost += len(side) - sum(
                    side.count(c) ** 2 for c in set(side)
                ) / len(side)
        if cost < best - 1e-12:
            best, found = cost, (a + b) / 2
    return found
