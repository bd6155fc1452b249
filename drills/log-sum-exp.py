"""Adding numbers known by their logarithms

Write `log_sum_exp(logs)`: from the logarithms of some numbers, the logarithm of their sum. Models work in logarithms because products of many probabilities are too small for a float, and then `math.exp(-2000)` is 0. The result must be right all the same. The logarithm of 0 is `-math.inf`.

```pycon
>>> log_sum_exp([0.0, -math.inf])
0.0
```

An empty list gives `-math.inf`, and so does one that holds nothing else: the sum is 0.
"""
# chapter: 03-maths-for-ml
# minutes: 5
# difficulty: easy

# %% stub
import math


def log_sum_exp(logs: list[float]) -> float:
    """Return the logarithm of the sum of the numbers with these logarithms."""
    raise NotImplementedError("not written yet")


# %% checks
import math
import random


def outcome(logs):
    try:
        return log_sum_exp(logs)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return isinstance(got, (int, float)) and (
        got == expected or abs(got - expected) < 1e-9
    )


logs = [math.log(2), math.log(3)]
got = outcome(logs)
assert near(got, math.log(5)), (
    f"the logarithms of 2 and 3: expected {math.log(5):.3f}, the logarithm of 5, got {got!r}. The numbers are added, not their logarithms, which would multiply them."
)
assert logs == [math.log(2), math.log(3)], (
    f"the list that was given was changed to {logs!r}: make a new one"
)
got = outcome([-2000.0, -2000.0])
assert near(got, -2000 + math.log(2)), (
    f"-2000 and -2000: expected {-2000 + math.log(2):.3f}, got {got!r}. exp(-2000) is 0 in a float: take the largest logarithm out of the sum and add it at the end."
)
got = outcome([1000.0, 1000.0])
assert near(got, 1000 + math.log(2)), (
    f"1000 and 1000: expected {1000 + math.log(2):.3f}, got {got!r}. exp(1000) overflows; subtract the largest logarithm before exp, whatever its sign."
)
got = outcome([-900.0, 0.0, 10.0])
assert near(got, 10 + math.log(1 + math.exp(-10))), (
    f"-900, 0 and 10: expected {10 + math.log(1 + math.exp(-10)):.6f}, got {got!r}. Subtract the largest, neither the first nor the smallest, and keep the terms beside it."
)
got = outcome([0.0, -math.inf])
assert near(got, 0.0), f"0 and -inf: expected 0.0, got {got!r}. exp(-inf) is 0."
got = outcome([-math.inf, -math.inf])
assert got == -math.inf, (
    f"-inf and -inf: expected -inf, got {got!r}. -inf - (-inf) is NaN; treat this case on its own."
)
got = outcome([])
assert got == -math.inf, f"no numbers: expected -inf, got {got!r}"
rng = random.Random(3)
for _ in range(20):
    numbers = [rng.random() for _ in range(rng.randint(1, 9))]
    got = outcome([math.log(x) for x in numbers])
    assert near(got, math.log(sum(numbers))), (
        f"the logarithms of {numbers!r}: expected {math.log(sum(numbers)):.6f}, got {got!r}"
    )

# %% hint
# With m the largest logarithm, the sum is exp(m) times the sum of exp(log − m). No exponent is above 0 then, and the largest term is 1.

# %% answer
import math


def log_sum_exp(logs: list[float]) -> float:
    """Return the logarithm of the sum of the numbers with these logarithms."""
    top = max(logs, default=-math.inf)
    if top == -math.inf:
        return top
    return top + math.log(sum(math.exp(log - top) for log in logs))


# %% wrong: exp, sum, log
# says: take the largest logarithm out
import math


def log_sum_exp(logs):
    total = sum(math.exp(log) for log in logs)
    return math.log(total) if total > 0 else -math.inf


# %% wrong: the logarithms are added
# says: which would multiply them
def log_sum_exp(logs):
    return sum(logs) if logs else float("-inf")


# %% wrong: the smallest is subtracted
# says: neither the first nor the smallest
import math


def log_sum_exp(logs):
    finite = [log for log in logs if log > -math.inf]
    if not finite:
        return -math.inf
    low = min(finite)
    return low + math.log(sum(math.exp(log - low) for log in finite))


# %% wrong: the largest stands for the sum
# says: The numbers are added
def log_sum_exp(logs):
    return max(logs, default=float("-inf"))


# %% wrong: all minus infinity gives NaN
# says: treat this case on its own
import math


def log_sum_exp(logs):
    if not logs:
        return -math.inf
    top = max(logs)
    return top + math.log(sum(math.exp(log - top) for log in logs))
