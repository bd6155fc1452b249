"""Cheapest minute

A desk acts from some delay on. Write `cheapest_minute(delay, late, miss)`: of the whole minutes 0 to 60, the one from which acting was cheapest on past flights. Acting for a flight that is not late costs 1, not acting for a late one costs `miss`. Of equally cheap minutes return the smallest.

```pycon
>>> cheapest_minute([0, 10, 20, 30], [0, 0, 1, 1], 3)
11
```

From 11 minutes on the desk acts for 20 and 30 alone, which costs nothing; 20 would be as cheap, but is not the smallest. Raise `ValueError` if there are no flights, the lists differ in length, or `miss` is not above 0.
"""
# chapter: 09-project-classifier
# minutes: 8
# difficulty: easy


# %% stub
def cheapest_minute(delay: list[float], late: list[int], miss: float) -> int:
    """Return the delay from which acting costs least."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return cheapest_minute(*arguments)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = outcome([0, 10, 20, 30], [0, 0, 1, 1], 3)
assert got == 11, (
    f"the example: expected 11, got {got!r}. Of equally cheap minutes the smallest: 11 to 20 cost nothing."
)
got = outcome([5, 5, 5, 5], [0, 0, 0, 1], 2)
assert got == 6, (
    f"one late of four with 5 minutes, miss 2: expected 6, got {got!r}. Three needless actions cost 3, one miss costs 2: both errors count, at their price."
)
got = outcome([5, 5, 5], [0, 0, 1], 3)
assert got == 0, (
    f"one late of three with 5 minutes, miss 3: expected 0, got {got!r}. Two needless actions cost 2, one miss costs 3: both errors at their price."
)
got = outcome([40, 40], [1, 1], 3)
assert got == 0, f"all late: expected 0, got {got!r}"
got = outcome([60, 60, 59], [1, 1, 0], 3)
assert got == 60, (
    f"late at 60, not at 59: expected 60, got {got!r}. The desk acts at the minute itself, and 60 is a candidate."
)
for arguments in (([], [], 3), ([1], [0, 1], 3), ([1], [1], 0)):
    got = outcome(*arguments)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"arguments {arguments}: expected ValueError, got {got!r}. Bad input is refused."
    )
rng = random.Random(9)
for _ in range(5):
    delay = [rng.randint(-5, 70) for _ in range(60)]
    late = [int(d + rng.gauss(0, 15) > 30) for d in delay]
    costs = []
    for x in range(61):
        total = 0.0
        for d, one in zip(delay, late):
            if d >= x and not one:
                total += 1
            if d < x and one:
                total += 2.5
        costs.append(total)
    expected = costs.index(min(costs))
    got = outcome(delay, late, 2.5)
    assert got == expected, (
        f"60 random flights: expected {expected}, got {got!r}"
    )

# %% hint
# Write the cost of one minute as a function; min takes a key, and the first of equals wins.


# %% answer
def cheapest_minute(delay: list[float], late: list[int], miss: float) -> int:
    """Return the delay from which acting costs least."""
    if not delay or len(delay) != len(late) or not miss > 0:
        raise ValueError("delay and late: a pair a flight; miss: above 0")

    def cost(x: int) -> float:
        return sum(
            (1 - one) if d >= x else miss * one for d, one in zip(delay, late)
        )

    return min(range(61), key=cost)


# %% wrong: the largest of equals
# says: the smallest
def cheapest_minute(delay, late, miss):
    if not delay or len(delay) != len(late) or not miss > 0:
        raise ValueError("rows")

    def cost(x):
        return sum((1 - e) if d >= x else miss * e for d, e in zip(delay, late))

    return min(range(60, -1, -1), key=cost)


# %% wrong: errors counted, not priced
# says: at their price
def cheapest_minute(delay, late, miss):
    if not delay or len(delay) != len(late) or not miss > 0:
        raise ValueError("rows")

    def cost(x):
        return sum((1 - e) if d >= x else e for d, e in zip(delay, late))

    return min(range(61), key=cost)


# %% wrong: acts only above the minute
# says: expected 11
def cheapest_minute(delay, late, miss):
    if not delay or len(delay) != len(late) or not miss > 0:
        raise ValueError("rows")

    def cost(x):
        return sum((1 - e) if d > x else miss * e for d, e in zip(delay, late))

    return min(range(61), key=cost)


# %% wrong: 60 is left out
# says: 60 is a candidate
def cheapest_minute(delay, late, miss):
    if not delay or len(delay) != len(late) or not miss > 0:
        raise ValueError("rows")

    def cost(x):
        return sum((1 - e) if d >= x else miss * e for d, e in zip(delay, late))

    return min(range(60), key=cost)
