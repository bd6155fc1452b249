"""Boosting with stumps

The smallest tree asks one question. Write `boost(x, y, rounds, rate)` for numbers `x` and targets `y`. Start from the mean of `y`. In each round take the residuals, find the threshold after which their squared distances from the means of the two sides sum to the least, and add `rate` times the mean residual of its side to each prediction. Thresholds lie between neighbouring different values of `x`; of equal sums the lowest threshold counts. Return the predictions for `x`, in the order of `x`.

```pycon
>>> boost([1, 2, 3, 4], [0, 0, 4, 8], 1, 0.5)
[1.5, 1.5, 4.5, 4.5]
```

The mean is 3, the residuals are -3, -3, 1 and 5. Cut between 2 and 3: the means are -3 and 3, and half of them is added. A column with one value has no threshold; the predictions stay. Raise `ValueError` if there are no rows, the lists differ in length, or `rounds` is negative.
"""
# chapter: 07-trees-and-boosting
# minutes: 12
# difficulty: hard


# %% stub
def boost(
    x: list[float], y: list[float], rounds: int, rate: float
) -> list[float]:
    """Return the predictions for x after the rounds."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return boost(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return (
        isinstance(got, list)
        and len(got) == len(expected)
        and all(
            isinstance(g, (int, float)) and abs(g - e) < 1e-9
            for g, e in zip(got, expected)
        )
    )


got = boost([1, 2, 3, 4], [0, 0, 4, 8], 0, 0.5)
assert near(got, [3, 3, 3, 3]), (
    f"no rounds: expected the mean, 3, four times, got {got!r}."
)
got = outcome([1, 2, 3, 4], [0, 0, 4, 8], 1, 0.5)
assert near(got, [1.5, 1.5, 4.5, 4.5]), (
    f"the example: expected [1.5, 1.5, 4.5, 4.5], got {got!r}. Add rate times the mean residual, residuals being target minus prediction."
)
got = outcome([1, 2, 3, 4], [0, 0, 4, 8], 2, 0.5)
assert near(got, [11 / 12, 11 / 12, 47 / 12, 6.25]), (
    f"the example with two rounds: expected [0.9167, 0.9167, 3.9167, 6.25], got {got!r}. The second round fits the residuals of the first round's predictions, not the old ones."
)
got = outcome([4, 2, 1, 3], [8, 0, 0, 4], 1, 0.5)
assert near(got, [4.5, 1.5, 1.5, 4.5]), (
    f"the example with its rows in another order: expected [4.5, 1.5, 1.5, 4.5], got {got!r}. Predictions come in the order of x."
)
got = outcome([1, 1, 1, 2], [0, 6, 6, 6], 1, 1.0)
assert near(got, [4, 4, 4, 6]), (
    f"values 1 1 1 2: expected [4, 4, 4, 6], got {got!r}. Rows with the same value stay on one side."
)
got = outcome([5, 5], [1, 3], 3, 0.5)
assert near(got, [2, 2]), (
    f"a column with one value: expected [2, 2], got {got!r}. Without a threshold nothing is added."
)
got = outcome([1, 2, 3], [0, 3, 0], 1, 1.0)
assert near(got, [0, 1.5, 1.5]), (
    f"targets 0 3 0: expected [0, 1.5, 1.5], got {got!r}. Both cuts leave the same, so the lowest threshold counts."
)
for arguments in (
    ([], [], 1, 0.5),
    ([1, 2], [1], 1, 0.5),
    ([1, 2], [1, 2], -1, 0.5),
):
    got = outcome(*arguments)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"boost{arguments}: expected ValueError, got {got!r}. Bad input is refused."
    )
rng = random.Random(11)
x = [rng.randrange(30) / 4 for _ in range(25)]
y = [round(v * v / 8 + rng.uniform(-1, 1), 3) for v in x]
expected = [sum(y) / 25] * 25
for done in range(12):
    got = outcome(x, y, done, 0.3)
    assert near(got, expected), (
        f"25 random rows, {done} rounds: the predictions differ. Each round looks for its own threshold, on what is missing now."
    )
    rest = [b - p for b, p in zip(y, expected)]
    best, cut = float("inf"), 0
    for t in sorted(set(x))[:-1]:
        total = 0.0
        for inside in (True, False):
            side = [r for v, r in zip(x, rest) if (v <= t) == inside]
            total += sum((r - sum(side) / len(side)) ** 2 for r in side)
        if total < best - 1e-9:
            best, cut = total, t
    means = {}
    for inside in (True, False):
        side = [r for v, r in zip(x, rest) if (v <= cut) == inside]
        means[inside] = sum(side) / len(side)
    expected = [p + 0.3 * means[v <= cut] for p, v in zip(expected, x)]

# %% hint
# Write a helper that takes `x` and the residuals and returns the best split value and the two means. In the loop: residuals, helper, `p + rate * (left if v <= cut else right)`. Replace the best only if the new sum is lower by more than 1e-9.


# %% answer
def boost(
    x: list[float], y: list[float], rounds: int, rate: float
) -> list[float]:
    """Return the predictions for x after the rounds."""
    if not x or len(x) != len(y) or rounds < 0:
        raise ValueError(
            "x and y: a target a value, at least one; rounds: 0 or more"
        )
    predictions = [sum(y) / len(y)] * len(y)
    for _ in range(rounds):
        rest = [target - p for target, p in zip(y, predictions)]
        best = None
        for cut in sorted(set(x))[:-1]:
            left = [r for v, r in zip(x, rest) if v <= cut]
            right = [r for v, r in zip(x, rest) if v > cut]
            a, b = sum(left) / len(left), sum(right) / len(right)
            error = sum((r - a) ** 2 for r in left) + sum(
                (r - b) ** 2 for r in right
            )
            if best is None or error < best[0] - 1e-9:
                best = error, cut, a, b
        if best is not None:
            _, cut, a, b = best
            predictions = [
                p + rate * (a if v <= cut else b)
                for p, v in zip(predictions, x)
            ]
    return predictions


# %% wrong: the residual with the wrong sign
# says: residuals being target minus prediction
def boost(x, y, rounds, rate):
    if not x or len(x) != len(y) or rounds < 0:
        raise ValueError("input")
    predictions = [sum(y) / len(y)] * len(y)
    for _ in range(rounds):
        rest = [p - target for target, p in zip(y, predictions)]
        best = None
        for cut in sorted(set(x))[:-1]:
            left = [r for v, r in zip(x, rest) if v <= cut]
            right = [r for v, r in zip(x, rest) if v > cut]
            a, b = sum(left) / len(left), sum(right) / len(right)
            error = sum((r - a) ** 2 for r in left) + sum(
                (r - b) ** 2 for r in right
            )
            if best is None or error < best[0] - 1e-9:
                best = error, cut, a, b
        if best is not None:
            _, cut, a, b = best
            predictions = [
                p + rate * (a if v <= cut else b)
                for p, v in zip(predictions, x)
            ]
    return predictions


# %% wrong: always the first round's residuals
# says: not the old ones
def boost(x, y, rounds, rate):
    if not x or len(x) != len(y) or rounds < 0:
        raise ValueError("input")
    mean = sum(y) / len(y)
    rest = [target - mean for target in y]
    best = None
    for cut in sorted(set(x))[:-1]:
        left = [r for v, r in zip(x, rest) if v <= cut]
        right = [r for v, r in zip(x, rest) if v > cut]
        a, b = sum(left) / len(left), sum(right) / len(right)
        error = sum((r - a) ** 2 for r in left) + sum(
            (r - b) ** 2 for r in right
        )
        if best is None or error < best[0] - 1e-9:
            best = error, cut, a, b
    if best is None:
        return [mean] * len(y)
    return [
        mean + rounds * rate * (best[2] if v <= best[1] else best[3]) for v in x
    ]


# %% wrong: the predictions come back sorted by x
# says: in the order of x
def boost(x, y, rounds, rate):
    if not x or len(x) != len(y) or rounds < 0:
        raise ValueError("input")
    rows = sorted(zip(x, y))
    x, y = [r[0] for r in rows], [r[1] for r in rows]
    predictions = [sum(y) / len(y)] * len(y)
    for _ in range(rounds):
        rest = [target - p for target, p in zip(y, predictions)]
        best = None
        for cut in sorted(set(x))[:-1]:
            left = [r for v, r in zip(x, rest) if v <= cut]
            right = [r for v, r in zip(x, rest) if v > cut]
            a, b = sum(left) / len(left), sum(right) / len(right)
            error = sum((r - a) ** 2 for r in left) + sum(
                (r - b) ** 2 for r in right
            )
            if best is None or error < best[0] - 1e-9:
                best = error, cut, a, b
        if best is not None:
            _, cut, a, b = best
            predictions = [
                p + rate * (a if v <= cut else b)
                for p, v in zip(predictions, x)
            ]
    return predictions


# %% wrong: cuts between equal values
# says: stay on one side
def boost(x, y, rounds, rate):
    if not x or len(x) != len(y) or rounds < 0:
        raise ValueError("input")
    order = sorted(range(len(x)), key=lambda i: x[i])
    predictions = [sum(y) / len(y)] * len(y)
    for _ in range(rounds):
        rest = [target - p for target, p in zip(y, predictions)]
        best = None
        for i in range(1, len(x)):
            left, right = (
                [rest[j] for j in order[:i]],
                [rest[j] for j in order[i:]],
            )
            a, b = sum(left) / len(left), sum(right) / len(right)
            error = sum((r - a) ** 2 for r in left) + sum(
                (r - b) ** 2 for r in right
            )
            if best is None or error < best[0] - 1e-9:
                best = error, i, a, b
        if best is not None:
            for place, j in enumerate(order):
                predictions[j] += rate * (
                    best[2] if place < best[1] else best[3]
                )
    return predictions


# %% wrong: the last of equal cuts
# says: the lowest threshold counts
def boost(x, y, rounds, rate):
    if not x or len(x) != len(y) or rounds < 0:
        raise ValueError("input")
    predictions = [sum(y) / len(y)] * len(y)
    for _ in range(rounds):
        rest = [target - p for target, p in zip(y, predictions)]
        best = None
        for cut in sorted(set(x))[:-1]:
            left = [r for v, r in zip(x, rest) if v <= cut]
            right = [r for v, r in zip(x, rest) if v > cut]
            a, b = sum(left) / len(left), sum(right) / len(right)
            error = sum((r - a) ** 2 for r in left) + sum(
                (r - b) ** 2 for r in right
            )
            if best is None or error <= best[0] + 1e-9:
                best = error, cut, a, b
        if best is not None:
            _, cut, a, b = best
            predictions = [
                p + rate * (a if v <= cut else b)
                for p, v in zip(predictions, x)
            ]
    return predictions
