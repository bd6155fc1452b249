"""Mean and variance in one pass

A scaler has to be fitted on more rows than fit in memory. Write a class `Running` that is given numbers one at a time and knows mean and variance at any moment, without keeping the numbers. The variance is the population's (divided by n), as `StandardScaler` takes it.

```pycon
>>> r = Running()
>>> for x in [2, 4, 9]:
...     r.add(x)
>>> r.mean(), round(r.variance(), 3)
(5.0, 8.667)
```

Before the first number both are NaN; after one number the variance is 0. Numbers may be large with a small spread, such as 1,000,000,004 and 1,000,000,007: sums of squares lose them.
"""
# chapter: 04-nearest-neighbours
# minutes: 7
# difficulty: medium


# %% stub
class Running:
    """Mean and population variance of the numbers added so far."""

    def __init__(self) -> None:
        pass

    def add(self, x: float) -> None:
        """Take one number into account."""
        raise NotImplementedError("not written yet")

    def mean(self) -> float:
        """Return the mean, NaN if nothing was added."""
        raise NotImplementedError("not written yet")

    def variance(self) -> float:
        """Return the population variance, NaN if nothing was added."""
        raise NotImplementedError("not written yet")


# %% checks
import random


def fed(numbers):
    running = Running()
    for x in numbers:
        running.add(x)
    return running


def outcome(call):
    try:
        return call()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected, by=1e-9):
    return isinstance(got, (int, float)) and abs(got - expected) <= by


got = fed([2, 4, 9]).mean()
assert near(got, 5), f"mean of 2, 4, 9: expected 5.0, got {got!r}"
got = fed([2, 4, 9]).variance()
assert not near(got, 13), (
    f"variance of 2, 4, 9: expected 8.666…, got {got!r}. Divide by n, not by n − 1: the text asks for the population variance."
)
assert near(got, 26 / 3), (
    f"variance of 2, 4, 9: expected 8.666…, got {got!r}. In Welford's update one factor is the distance to the old mean, the other to the new one."
)
got = outcome(fed([7]).variance)
assert near(got, 0), (
    f"variance of the single number 7: expected 0.0, got {got!r}"
)
got = outcome(Running().mean), outcome(Running().variance)
assert all(isinstance(g, float) and g != g for g in got), (
    f"nothing added: expected NaN for mean and variance, got {got!r}"
)
got = fed(1e9 + x for x in (4, 7, 13, 16)).variance()
assert near(got, 22.5, 1e-6), (
    f"variance of 4, 7, 13, 16, each plus 1e9: expected 22.5, got {got!r}. The mean of squares less the squared mean subtracts two numbers near 1e18 that differ in their last digits."
)
one, other = fed([1, 2]), fed([10, 20, 60])
assert near(one.mean(), 1.5) and near(other.mean(), 30), (
    f"two objects at once: expected means 1.5 and 30.0, got {one.mean()!r} and {other.mean()!r}. State belongs on self, not on the class."
)
kept = [
    name
    for name, value in getattr(fed(range(100)), "__dict__", {}).items()
    if hasattr(value, "__len__") and len(value) > 10
]
assert not kept, (
    f"expected a few numbers as state, found {kept!r}, which grows with the data. Keep the count, the mean and one sum."
)
rng = random.Random(1)
numbers = [rng.gauss(3, 2) for _ in range(200)]
running = Running()
for n, x in enumerate(numbers, 1):
    running.add(x)
    mean = sum(numbers[:n]) / n
    variance = sum((y - mean) ** 2 for y in numbers[:n]) / n
    assert near(running.mean(), mean) and near(running.variance(), variance), (
        f"after {n} random numbers: expected mean {mean:.6f} and variance {variance:.6f}, got {running.mean()!r} and {running.variance()!r}"
    )

# %% hint
# Welford: `delta = x - mean`, then `mean += delta / n`, then `m2 += delta * (x - mean)` with the new mean. The variance is `m2 / n`.


# %% answer
import math


class Running:
    """Mean and population variance of the numbers added so far."""

    def __init__(self) -> None:
        self._n = 0
        self._mean = 0.0
        self._squares = 0.0  # sum of squared distances to the mean

    def add(self, x: float) -> None:
        """Take one number into account."""
        self._n += 1
        before = x - self._mean
        self._mean += before / self._n
        self._squares += before * (x - self._mean)

    def mean(self) -> float:
        """Return the mean, NaN if nothing was added."""
        return self._mean if self._n else math.nan

    def variance(self) -> float:
        """Return the population variance, NaN if nothing was added."""
        return self._squares / self._n if self._n else math.nan


# %% wrong: mean of squares less the squared mean
# says: subtracts two numbers near 1e18
import math


class Running:
    def __init__(self):
        self.n = self.total = self.squares = 0

    def add(self, x):
        self.n += 1
        self.total += x
        self.squares += x * x

    def mean(self):
        return self.total / self.n if self.n else math.nan

    def variance(self):
        if not self.n:
            return math.nan
        return self.squares / self.n - self.mean() ** 2


# %% wrong: divided by n − 1
# says: not by n − 1
class Running:
    def __init__(self):
        self.n, self.m, self.m2 = 0, 0.0, 0.0

    def add(self, x):
        self.n += 1
        delta = x - self.m
        self.m += delta / self.n
        self.m2 += delta * (x - self.m)

    def mean(self):
        return self.m if self.n else float("nan")

    def variance(self):
        return self.m2 / (self.n - 1) if self.n > 1 else float("nan")


# %% wrong: both factors from the old mean
# says: the other to the new one
class Running:
    def __init__(self):
        self.n, self.m, self.m2 = 0, 0.0, 0.0

    def add(self, x):
        self.n += 1
        delta = x - self.m
        self.m += delta / self.n
        self.m2 += delta * delta

    def mean(self):
        return self.m if self.n else float("nan")

    def variance(self):
        return self.m2 / self.n if self.n else float("nan")


# %% wrong: all numbers kept
# says: which grows with the data
import statistics


class Running:
    def __init__(self):
        self.numbers = []

    def add(self, x):
        self.numbers.append(x)

    def mean(self):
        if not self.numbers:
            return float("nan")
        return statistics.fmean(self.numbers)

    def variance(self):
        if not self.numbers:
            return float("nan")
        return statistics.pvariance(self.numbers)


# %% wrong: the state lies on the class
# says: State belongs on self
import math


class Running:
    n, m, m2 = 0, 0.0, 0.0

    def __init__(self):
        Running.n, Running.m, Running.m2 = 0, 0.0, 0.0

    def add(self, x):
        Running.n += 1
        delta = x - Running.m
        Running.m += delta / Running.n
        Running.m2 += delta * (x - Running.m)

    def mean(self):
        return Running.m if Running.n else math.nan

    def variance(self):
        return Running.m2 / Running.n if Running.n else math.nan
