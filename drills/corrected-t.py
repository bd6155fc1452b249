"""The corrected t statistic

Two models were compared on k folds, and the folds share their training rows. Write `corrected_t(differences, n_train, n_test)`: the mean of the differences divided by √((1/k + n_test / n_train) · s²), where s² is their variance, divided by k − 1. This is the corrected resampled t statistic of Nadeau and Bengio.

```pycon
>>> round(corrected_t([1.0, 2.0, 3.0, 2.0], n_train=80, n_test=20), 3)
3.464
```

The mean is 2, s² is 2/3, and 1/4 + 20/80 is 1/2: 2 / √(1/3). Where all differences are equal, s² is 0: return 0.0 if they are 0, else infinity with the sign of the mean. Raise `ValueError` if there are fewer than two differences or a number of rows is not positive.
"""
# chapter: 06-validation-and-leakage
# minutes: 6
# difficulty: easy


# %% stub
def corrected_t(differences: list[float], n_train: int, n_test: int) -> float:
    """Return the t statistic of a mean over folds that share rows."""
    raise NotImplementedError("not written yet")


# %% checks
import math
import random


def outcome(*arguments):
    try:
        return corrected_t(*arguments)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return isinstance(got, (int, float)) and abs(got - expected) < 1e-9 * max(
        1, abs(expected)
    )


got = outcome([1.0, 2.0, 3.0, 2.0], 80, 20)
assert near(got, 12**0.5), (
    f"the example: expected {12**0.5:.4f}, got {got!r}. 4.8990 would be the plain t statistic; 4 that the variance was divided by k; 6 that the root was forgotten."
)
got = outcome([-1.0, -2.0, -3.0, -2.0], 80, 20)
assert near(got, -(12**0.5)), (
    f"the example with its signs turned: expected {-(12**0.5):.4f}, got {got!r}. The sign stays."
)
d = [0.3, 0.1, -0.2, 0.4, 0.0]
values = [outcome(d * times, 90, 10) for times in (1, 200)]
assert (
    all(isinstance(v, float) for v in values) and values[1] < 2 * values[0]
), (
    f"five differences and the same two hundred times: got {values}. Repeating the folds must not make the statistic grow without bound: n_test / n_train does not shrink with k."
)
for differences, expected in (
    ([0.0, 0.0, 0.0], 0.0),
    ([0.5, 0.5], math.inf),
    ([-2.0, -2.0, -2.0], -math.inf),
):
    got = outcome(differences, 9, 1)
    assert got == expected, (
        f"differences {differences}: expected {expected}, got {got!r}. No spread: nothing to divide by."
    )
for arguments, what in (
    (([], 9, 1), "no difference"),
    (([0.4], 9, 1), "one difference"),
    (([1.0, 2.0], 0, 1), "n_train 0"),
    (([1.0, 2.0], 9, -1), "n_test -1"),
):
    got = outcome(*arguments)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"{what}: expected ValueError, got {got!r}. A test on such input is refused."
    )
rng = random.Random(3)
for k, n_train, n_test in ((2, 50, 50), (10, 900, 100), (30, 10, 40)):
    d = [rng.gauss(0.2, 1) for _ in range(k)]
    mean = sum(d) / k
    variance = sum((x - mean) ** 2 for x in d) / (k - 1)
    expected = mean / math.sqrt((1 / k + n_test / n_train) * variance)
    got = outcome(d, n_train, n_test)
    assert near(got, expected), (
        f"{k} random differences, {n_train} and {n_test} rows: expected {expected:.6f}, got {got!r}."
    )

# %% hint
# `mean = sum(d) / k`, `variance = sum((x - mean) ** 2 for x in d) / (k - 1)`. Look at the variance before you divide.

# %% answer
import math


def corrected_t(differences: list[float], n_train: int, n_test: int) -> float:
    """Return the t statistic of a mean over folds that share rows."""
    k = len(differences)
    if k < 2 or n_train <= 0 or n_test <= 0:
        raise ValueError("differences: at least two; rows: positive numbers")
    mean = sum(differences) / k
    variance = sum((d - mean) ** 2 for d in differences) / (k - 1)
    if variance == 0:
        return math.copysign(math.inf, mean) if mean else 0.0
    return mean / math.sqrt((1 / k + n_test / n_train) * variance)


# %% wrong: the plain t statistic
# says: plain t statistic
def corrected_t(differences, n_train, n_test):
    k = len(differences)
    if k < 2 or n_train <= 0 or n_test <= 0:
        raise ValueError("input")
    mean = sum(differences) / k
    variance = sum((d - mean) ** 2 for d in differences) / (k - 1)
    if variance == 0:
        return float("inf") * (1 if mean > 0 else -1) if mean else 0.0
    return mean / (variance / k) ** 0.5


# %% wrong: the variance divided by k
# says: divided by k
def corrected_t(differences, n_train, n_test):
    k = len(differences)
    if k < 2 or n_train <= 0 or n_test <= 0:
        raise ValueError("input")
    mean = sum(differences) / k
    variance = sum((d - mean) ** 2 for d in differences) / k
    if variance == 0:
        return float("inf") * (1 if mean > 0 else -1) if mean else 0.0
    return mean / ((1 / k + n_test / n_train) * variance) ** 0.5


# %% wrong: the whole factor divided by k
# says: without bound
def corrected_t(differences, n_train, n_test):
    k = len(differences)
    if k < 2 or n_train <= 0 or n_test <= 0:
        raise ValueError("input")
    mean = sum(differences) / k
    variance = sum((d - mean) ** 2 for d in differences) / (k - 1)
    if variance == 0:
        return float("inf") * (1 if mean > 0 else -1) if mean else 0.0
    return mean / ((1 + 4 * n_test / n_train) / k * variance) ** 0.5


# %% wrong: the size without the sign
# says: The sign stays
def corrected_t(differences, n_train, n_test):
    k = len(differences)
    if k < 2 or n_train <= 0 or n_test <= 0:
        raise ValueError("input")
    mean = sum(differences) / k
    variance = sum((d - mean) ** 2 for d in differences) / (k - 1)
    if variance == 0:
        return float("inf") if mean else 0.0
    return abs(mean) / ((1 / k + n_test / n_train) * variance) ** 0.5


# %% wrong: equal differences divide by zero
# says: nothing to divide by
def corrected_t(differences, n_train, n_test):
    k = len(differences)
    if k < 2 or n_train <= 0 or n_test <= 0:
        raise ValueError("input")
    mean = sum(differences) / k
    variance = sum((d - mean) ** 2 for d in differences) / (k - 1)
    return mean / ((1 / k + n_test / n_train) * variance) ** 0.5


# %% wrong: one difference is tested
# says: refused
def corrected_t(differences, n_train, n_test):
    k = len(differences)
    if n_train <= 0 or n_test <= 0:
        raise ValueError("input")
    mean = sum(differences) / max(k, 1)
    variance = sum((d - mean) ** 2 for d in differences) / max(k - 1, 1)
    if variance == 0:
        return float("inf") * (1 if mean > 0 else -1) if mean else 0.0
    return mean / ((1 / k + n_test / n_train) * variance) ** 0.5
