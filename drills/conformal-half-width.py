"""Half width of a conformal interval

How far must an interval reach so that it holds nine days in ten? Write `half_width(errors, percent)` for m past errors and a whole number of percent: the size |error| of rank ⌈(m + 1) · percent / 100⌉, counted from 1 in rising order. If there are fewer than that many errors, no finite interval keeps the promise: return `float("inf")`.

```pycon
>>> half_width([-3.0, 1.0, 2.0, -1.0], 60)
2.0
```

The sizes are 1, 1, 2, 3, the rank is 5 · 0.6 = 3. Count in whole numbers: as a float, 100 · 0.55 is a little more than 55. Raise `ValueError` if there is no error, or `percent` is not from 1 to 99.
"""
# chapter: 10-project-forecast
# minutes: 8
# difficulty: medium


# %% stub
def half_width(errors: list[float], percent: int) -> float:
    """Return the size that covers a new error in so many of a hundred cases."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return half_width(*arguments)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = outcome([-3.0, 1.0, 2.0, -1.0], 60)
assert got == 2.0, (
    f"the example: expected 2.0, got {got!r}. Sizes without their signs, and m + 1: the new error is one of m + 1."
)
got = outcome([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], 90)
assert got == float("inf"), (
    f"eight errors, 90 %: expected inf, got {got!r}. Rank 9 of 8 is not there: the largest covers only 8 of 9."
)
got = outcome([float(k) for k in range(1, 10)], 90)
assert got == 9.0, (
    f"nine errors 1 to 9, 90 %: expected 9.0, got {got!r}. Rank 9 of 9 is there."
)
got = outcome([float(k) for k in range(1, 100)], 55)
assert got == 55.0, (
    f"errors 1 to 99, 55 %: expected 55.0, got {got!r}. In floats, 100 · 0.55 rounds up to 56."
)
for arguments in (([], 90), ([1.0], 0), ([1.0], 100)):
    got = outcome(*arguments)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"arguments {arguments}: expected ValueError, got {got!r}. Bad input is refused."
    )
rng = random.Random(10)
for m, percent in ((20, 80), (57, 95), (364, 90)):
    errors = [rng.gauss(0, 1) for _ in range(m)]
    got = outcome(errors, percent)
    rank = (
        sum(abs(e) <= got for e in errors) if isinstance(got, float) else None
    )
    expected = -(-(m + 1) * percent // 100)
    assert rank == expected, (
        f"{m} random errors, {percent} %: expected the size of rank {expected}, got that of rank {rank}"
    )

# %% hint
# `-(-a // b)` is a / b rounded up, in whole numbers.


# %% answer
def half_width(errors: list[float], percent: int) -> float:
    """Return the size that covers a new error in so many of a hundred cases."""
    if not errors or not 1 <= percent <= 99:
        raise ValueError("errors: at least one; percent: 1 to 99")
    rank = -(-(len(errors) + 1) * percent // 100)
    return (
        sorted(abs(e) for e in errors)[rank - 1]
        if rank <= len(errors)
        else float("inf")
    )


# %% wrong: the rank among m, not m + 1
# says: the largest covers only 8 of 9
def half_width(errors, percent):
    if not errors or not 1 <= percent <= 99:
        raise ValueError("errors")
    rank = -(-len(errors) * percent // 100)
    return sorted(abs(e) for e in errors)[rank - 1]


# %% wrong: signed errors
# says: Sizes without their signs
def half_width(errors, percent):
    if not errors or not 1 <= percent <= 99:
        raise ValueError("errors")
    rank = -(-(len(errors) + 1) * percent // 100)
    return sorted(errors)[rank - 1] if rank <= len(errors) else float("inf")


# %% wrong: too few errors give the largest
# says: Rank 9 of 8 is not there
def half_width(errors, percent):
    if not errors or not 1 <= percent <= 99:
        raise ValueError("errors")
    rank = min(len(errors), -(-(len(errors) + 1) * percent // 100))
    return sorted(abs(e) for e in errors)[rank - 1]


# %% wrong: the rank in floats
# says: rounds up to 56
import math


def half_width(errors, percent):
    if not errors or not 1 <= percent <= 99:
        raise ValueError("errors")
    rank = math.ceil((len(errors) + 1) * (percent / 100))
    return (
        sorted(abs(e) for e in errors)[rank - 1]
        if rank <= len(errors)
        else float("inf")
    )
