"""Late, or not known

A label has three values. Write `late_labels(landed, due, now)` for flights that have left. `landed` holds the minute at which each reached the gate, or None if there is no record; `due` the minute at which it should have. What happens after `now` is not known: a landing after `now` counts as no record. Return a list: for a known landing 1 if it came more than 30 minutes after `due`, else 0. Without a record, 1 if at `now` more than 30 minutes have passed since `due`, else None, since it may still come in time.

```pycon
>>> late_labels([100, 140, None, None], [90, 100, 60, 125], 150)
[0, 1, 1, None]
```

The third is 90 minutes overdue, whatever became of it; the fourth only 25. Raise `ValueError` if the lists differ in length.
"""
# chapter: 09-project-classifier
# minutes: 6
# difficulty: easy


# %% stub
def late_labels(
    landed: list[float | None], due: list[float], now: float
) -> list[int | None]:
    """Return 1, 0 or None for each flight, as known at `now`."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return late_labels(*arguments)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = outcome([100, 140], [90, 100], 150)
assert got == [0, 1], (
    f"landed 10 and 40 minutes after due: expected [0, 1], got {got!r}"
)
got = outcome([130], [100], 150)
assert got == [0], (
    f"landed exactly 30 minutes after due: expected [0], got {got!r}. Late is more than 30."
)
got = outcome([None], [60], 150)
assert got == [1], (
    f"no record, 90 minutes overdue: expected [1], got {got!r}. A flight that never came is late for its passengers, not missing."
)
got = outcome([None, None], [125, 120], 150)
assert got == [None, None], (
    f"no record, 25 and 30 minutes overdue: expected [None, None], got {got!r}. They may still come in time."
)
got = outcome([170], [140], 150)
assert got == [None], (
    f"a landing at 170, asked at 150: expected [None], got {got!r}. What happens after `now` is not known."
)
got = outcome([170], [100], 150)
assert got == [1], f"due 100, still out at 150: expected [1], got {got!r}"
got = outcome([0], [0], 150)
assert got == [0], (
    f"landed at minute 0: expected [0], got {got!r}. 0 is a minute, not a missing one."
)
got = outcome([1, 2], [1], 150)
assert isinstance(got, str) and got.startswith("ValueError"), (
    f"two landings, one due: expected ValueError, got {got!r}"
)
rng = random.Random(9)
due = [rng.randint(0, 200) for _ in range(40)]
landed = [rng.choice([None, d + rng.randint(-20, 90)]) for d in due]
expected = []
for came, planned in zip(landed, due):
    known = came is not None and came <= 150
    overdue = (came if known else 150) > planned + 30
    expected.append(1 if overdue else 0 if known else None)
got = outcome(landed, due, 150)
assert got == expected, f"40 random flights: expected {expected}, got {got!r}"

# %% hint
# First decide whether the landing is known at `now`; the rest is two comparisons with due + 30.


# %% answer
def late_labels(
    landed: list[float | None], due: list[float], now: float
) -> list[int | None]:
    """Return 1, 0 or None for each flight, as known at `now`."""
    if len(landed) != len(due):
        raise ValueError("landed and due: a pair a flight")
    labels: list[int | None] = []
    for came, planned in zip(landed, due):
        if came is not None and came <= now:
            labels.append(int(came > planned + 30))
        else:
            labels.append(1 if now > planned + 30 else None)
    return labels


# %% wrong: without a record, always unknown
# says: late for its passengers
def late_labels(landed, due, now):
    if len(landed) != len(due):
        raise ValueError("rows")
    known = [c is not None and c <= now for c in landed]
    return [
        int(c > d + 30) if k else None for c, d, k in zip(landed, due, known)
    ]


# %% wrong: without a record, always late
# says: They may still come in time
def late_labels(landed, due, now):
    if len(landed) != len(due):
        raise ValueError("rows")
    known = [c is not None and c <= now for c in landed]
    return [int(c > d + 30) if k else 1 for c, d, k in zip(landed, due, known)]


# %% wrong: a landing after now is used
# says: after `now` is not known
def late_labels(landed, due, now):
    if len(landed) != len(due):
        raise ValueError("rows")
    return [
        (1 if now > d + 30 else None) if c is None else int(c > d + 30)
        for c, d in zip(landed, due)
    ]


# %% wrong: late from 30 minutes on
# says: Late is more than 30
def late_labels(landed, due, now):
    if len(landed) != len(due):
        raise ValueError("rows")
    labels = []
    for c, d in zip(landed, due):
        if c is not None and c <= now:
            labels.append(int(c >= d + 30))
        else:
            labels.append(1 if now > d + 30 else None)
    return labels
