"""Waits between attempts

A service is overloaded. Write `waits(draws, base, cap, budget)`: the seconds to wait after the first failed attempt, the second, and so on. After attempt a (1, 2, …) the longest wait is `base` · 2^(a − 1), but never more than `cap`; the wait is that times the next number of `draws`, each of which lies in [0, 1). Stop, without it, before the wait with which the sum would exceed `budget`, or when there are no more draws.

```pycon
>>> waits([0.5, 0.5, 0.5, 0.5], 1, 3, 100)
[0.5, 1.0, 1.5, 1.5]
>>> waits([0.5, 0.5, 0.5, 0.5], 1, 3, 2)
[0.5, 1.0]
```

Without chance all clients would come back together; without the cap the tenth wait would be measured in minutes. Raise `ValueError` if `base`, `cap` or `budget` is below 0.
"""
# chapter: 01-production-python
# minutes: 8
# difficulty: easy


# %% stub
def waits(
    draws: list[float], base: float, cap: float, budget: float
) -> list[float]:
    """Return the waits after attempt 1, 2, ..., within the budget."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return waits(*arguments)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return (
        isinstance(got, list)
        and len(got) == len(expected)
        and all(
            isinstance(a, (int, float)) and abs(a - b) < 1e-9
            for a, b in zip(got, expected)
        )
    )


got = outcome([0.5, 0.5, 0.5, 0.5], 1, 100, 100)
assert near(got, [0.5, 1.0, 2.0, 4.0]), (
    f"waits([0.5, 0.5, 0.5, 0.5], 1, 100, 100): expected [0.5, 1.0, 2.0, 4.0], got {got!r}: the longest wait is base after the first attempt, and doubles."
)
got = outcome([0.5, 0.5, 0.5, 0.5], 1, 3, 100)
assert near(got, [0.5, 1.0, 1.5, 1.5]), (
    f"waits([0.5, 0.5, 0.5, 0.5], 1, 3, 100): expected [0.5, 1.0, 1.5, 1.5], got {got!r}: the cap bounds the longest wait."
)
got = outcome([0.25, 0.75, 0.0], 2, 100, 100)
assert near(got, [0.5, 3.0, 0.0]), (
    f"waits([0.25, 0.75, 0.0], 2, 100, 100): expected [0.5, 3.0, 0.0], got {got!r}: each wait is the longest one times its own draw."
)
got = outcome([0.5, 0.5, 0.5, 0.5], 1, 3, 2)
assert near(got, [0.5, 1.0]), (
    f"waits([0.5, 0.5, 0.5, 0.5], 1, 3, 2): expected [0.5, 1.0], got {got!r}: a wait that would exceed the budget is not begun, and none after it."
)
got = outcome([0.5, 0.5, 0.5], 1, 100, 3.5)
assert near(got, [0.5, 1.0, 2.0]), (
    f"waits([0.5, 0.5, 0.5], 1, 100, 3.5): expected [0.5, 1.0, 2.0], got {got!r}: a sum equal to the budget does not exceed it."
)
got = outcome([0.5, 0.75, 0.25], 1, 100, 1.5)
assert near(got, [0.5]), (
    f"waits([0.5, 0.75, 0.25], 1, 100, 1.5): expected [0.5], got {got!r}: stop at the first that does not fit, though a later one would."
)
got = outcome([], 1, 3, 10)
assert near(got, []), (
    f"waits([], 1, 3, 10): expected [], got {got!r}: no draws, no waits."
)
got = outcome([0.5], 1, 3, 0)
assert near(got, []), (
    f"waits([0.5], 1, 3, 0): expected [], got {got!r}: no budget, no waits."
)
rng = random.Random(4)
draws = [rng.random() for _ in range(12)]
expected = [draws[i] * (0.25 * 2**i if i < 5 else 6.0) for i in range(12)]
got = outcome(draws, 0.25, 6, 1000)
assert near(got, expected), (
    "12 random draws with base 0.25 and cap 6: the longest waits are 0.25, 0.5, 1, 2, 4, and 6 from then on."
)
for arguments in (([0.5], -1, 3, 10), ([0.5], 1, -3, 10), ([0.5], 1, 3, -10)):
    got = outcome(*arguments)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"waits{arguments}: expected ValueError, got {got!r}. A time below 0 is a mistake of the caller."
    )

# %% hint
# `enumerate(draws)` gives a − 1 for attempt a. Keep the sum beside the list, and `break` before you append.


# %% answer
def waits(
    draws: list[float], base: float, cap: float, budget: float
) -> list[float]:
    """Return the waits after attempt 1, 2, ..., within the budget."""
    if base < 0 or cap < 0 or budget < 0:
        raise ValueError("base, cap and budget: at least 0")
    found: list[float] = []
    for failed, draw in enumerate(draws):
        wait = draw * min(cap, base * 2**failed)
        if sum(found) + wait > budget:
            break
        found.append(wait)
    return found


# %% wrong: the exponent begins at one
# says: base after the first attempt
def waits(draws, base, cap, budget):
    if base < 0 or cap < 0 or budget < 0:
        raise ValueError("times")
    found = []
    for attempt, draw in enumerate(draws, start=1):
        wait = draw * min(cap, base * 2**attempt)
        if sum(found) + wait > budget:
            break
        found.append(wait)
    return found


# %% wrong: the cap bounds the wait, not its range
# says: the cap bounds the longest wait
def waits(draws, base, cap, budget):
    if base < 0 or cap < 0 or budget < 0:
        raise ValueError("times")
    found = []
    for failed, draw in enumerate(draws):
        wait = min(cap, draw * base * 2**failed)
        if sum(found) + wait > budget:
            break
        found.append(wait)
    return found


# %% wrong: a wait beyond the budget is skipped, not the end
# says: stop at the first that does not fit
def waits(draws, base, cap, budget):
    if base < 0 or cap < 0 or budget < 0:
        raise ValueError("times")
    found = []
    for failed, draw in enumerate(draws):
        wait = draw * min(cap, base * 2**failed)
        if sum(found) + wait <= budget:
            found.append(wait)
    return found


# %% wrong: the budget is looked at too late
# says: is not begun
def waits(draws, base, cap, budget):
    if base < 0 or cap < 0 or budget < 0:
        raise ValueError("times")
    found = []
    for failed, draw in enumerate(draws):
        found.append(draw * min(cap, base * 2**failed))
        if sum(found) > budget:
            break
    return found


# %% wrong: the last wait grows, chance left out
# says: its own draw
def waits(draws, base, cap, budget):
    if base < 0 or cap < 0 or budget < 0:
        raise ValueError("times")
    found, most = [], base / 2
    for draw in draws:
        wait = min(cap / 2, most)
        if sum(found) + wait > budget:
            break
        found.append(wait)
        most *= 2
    return found
