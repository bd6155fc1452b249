"""The last value known at a moment

A training table may hold only what was known when each decision was made. Write `as_of(decisions, known_at, values)`: for each time in `decisions`, the value that became known last, at or before that time; `None` if nothing was known yet. `known_at` is in ascending order and may hold equal times; of values that became known at one time, the later in the list counts. `decisions` come in any order, and the result has their order.

```pycon
>>> as_of([8, 10, 14], [9, 10, 12], ["rain", "snow", "clear"])
[None, 'snow', 'clear']
```

At 8 nothing is known, at 10 the snow is, at 14 the sky has been clear since 12. Raise `ValueError` if `known_at` and `values` differ in length or `known_at` is not in ascending order. Take time in proportion to log n for a decision: `bisect` is there for it.
"""
# chapter: 02-data-frames
# minutes: 6
# difficulty: easy


# %% stub
def as_of(decisions: list[int], known_at: list[int], values: list) -> list:
    """Return for each decision the value that became known last."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return as_of(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = as_of([8, 14], [9, 10, 12], ["rain", "snow", "clear"])
assert got == [None, "clear"], (
    f"decisions at 8 and 14: expected [None, 'clear'], got {got!r}. Before the first value nothing is known: index −1 is the last."
)
got = outcome([10], [9, 10, 12], ["rain", "snow", "clear"])
assert got == ["snow"], (
    f"a decision at 10, where the snow becomes known: expected ['snow'], got {got!r}. At or before."
)
got = outcome([11], [9, 10, 12], ["rain", "snow", "clear"])
assert got == ["snow"], (
    f"a decision at 11, between 10 and 12: expected ['snow'], got {got!r}. The nearest value may be of the future."
)
got = outcome([10], [9, 10, 10], ["rain", "snow", "clear"])
assert got == ["clear"], (
    f"two values at 10: expected ['clear'], got {got!r}. Of equal times the later in the list counts."
)
got = outcome([12, 9], [9, 12], ["rain", "clear"])
assert got == ["clear", "rain"], (
    f"decisions at 12 and 9: expected ['clear', 'rain'], got {got!r}. The result has the order of the decisions."
)
assert outcome([], [9], ["rain"]) == [] and outcome([9], [], []) == [None], (
    "no decisions give [], and nothing ever known gives [None]."
)
for times, values in (([9, 10], ["rain"]), ([10, 9], ["rain", "snow"])):
    got = outcome([11], times, values)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"known_at {times}, values {values}: expected ValueError, got {got!r}. A binary search in unsorted times finds something, silently."
    )
rng = random.Random(3)
for _ in range(20):
    times = sorted(rng.randrange(30) for _ in range(15))
    asked = [rng.randrange(-2, 33) for _ in range(15)]
    expected = [
        ([None] + [i for i, t in enumerate(times) if t <= a])[-1] for a in asked
    ]
    got = outcome(asked, times, list(range(15)))
    assert got == expected, (
        f"known_at {times}, decisions {asked}: expected {expected}, got {got!r}."
    )

# %% hint
# `bisect_right(known_at, t)` is the number of times at or before t. The value wanted is the one before that place, if there is one.


# %% answer
from bisect import bisect_right


def as_of(decisions: list[int], known_at: list[int], values: list) -> list:
    """Return for each decision the value that became known last."""
    if len(known_at) != len(values) or known_at != sorted(known_at):
        raise ValueError("known_at must ascend, with a value for each time")
    places = [bisect_right(known_at, t) for t in decisions]
    return [values[place - 1] if place else None for place in places]


# %% wrong: the last value where nothing is known yet
# says: index −1 is the last
from bisect import bisect_right


def as_of(decisions, known_at, values):
    if len(known_at) != len(values) or known_at != sorted(known_at):
        raise ValueError("known_at")
    return [
        values[bisect_right(known_at, t) - 1] if values else None
        for t in decisions
    ]


# %% wrong: strictly before
# says: At or before
from bisect import bisect_left


def as_of(decisions, known_at, values):
    if len(known_at) != len(values) or known_at != sorted(known_at):
        raise ValueError("known_at")
    places = [bisect_left(known_at, t) for t in decisions]
    return [values[place - 1] if place else None for place in places]


# %% wrong: the next value, from the future
# says: The nearest value may be of the future
from bisect import bisect_left


def as_of(decisions, known_at, values):
    if len(known_at) != len(values) or known_at != sorted(known_at):
        raise ValueError("known_at")
    found = []
    for t in decisions:
        if not known_at or t < known_at[0]:
            found.append(None)
        else:
            found.append(values[min(bisect_left(known_at, t), len(values) - 1)])
    return found


# %% wrong: of equal times the first
# says: the later in the list counts
from bisect import bisect_left, bisect_right


def as_of(decisions, known_at, values):
    if len(known_at) != len(values) or known_at != sorted(known_at):
        raise ValueError("known_at")
    found = []
    for t in decisions:
        place = bisect_right(known_at, t)
        found.append(
            values[bisect_left(known_at, known_at[place - 1])]
            if place
            else None
        )
    return found


# %% wrong: unsorted times are searched
# says: finds something, silently
from bisect import bisect_right


def as_of(decisions, known_at, values):
    places = [bisect_right(known_at, t) for t in decisions]
    return [values[place - 1] if place else None for place in places]
