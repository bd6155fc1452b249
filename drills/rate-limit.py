"""Rate limit by a sliding window

A service lets each client have at most `limit` requests within any `seconds` seconds. Write `allowed(times, limit, seconds)`: for requests at these times, in order, say which are let through. A request is let through if fewer than `limit` requests *that were let through* lie within the `seconds` before it; one that is exactly `seconds` old no longer counts. Requests that are refused do not count.

```pycon
>>> allowed([0, 1, 2, 10], 2, 10)
[True, True, False, True]
```

At 10 the request at 0 no longer counts. Raise `ValueError` if `limit` is below 1, `seconds` is not above 0, or the times go back.
"""
# chapter: 01-production-python
# minutes: 12
# difficulty: medium


# %% stub
def allowed(times: list[float], limit: int, seconds: float) -> list[bool]:
    """Return for each request whether it is let through."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return allowed(*arguments)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = outcome([0, 1, 2], 2, 10)
assert got == [True, True, False], (
    f"allowed([0, 1, 2], 2, 10): expected [True, True, False], got {got!r}: the third is one too many."
)
got = outcome([0, 4, 8, 12], 1, 10)
assert got == [True, False, False, True], (
    f"allowed([0, 4, 8, 12], 1, 10): expected [True, False, False, True], got {got!r}: refused requests do not count."
)
got = outcome([0, 1, 2, 10], 2, 10)
assert got == [True, True, False, True], (
    f"allowed([0, 1, 2, 10], 2, 10): expected [True, True, False, True], got {got!r}: exactly 10 seconds after it, the request at 0 no longer counts."
)
got = outcome([0, 9, 11, 12], 2, 10)
assert got == [True, True, True, False], (
    f"allowed([0, 9, 11, 12], 2, 10): expected [True, True, True, False], got {got!r}: any 10 seconds, not those from 0 to 10 and from 10 to 20. At 12, those at 9 and 11 count."
)
got = outcome([3, 3, 3], 2, 1)
assert got == [True, True, False], (
    f"allowed([3, 3, 3], 2, 1): expected [True, True, False], got {got!r}: at one moment too, only so many."
)
got = outcome([], 2, 10)
assert got == [], f"allowed([], 2, 10): expected [], got {got!r}: no requests."
rng = random.Random(1)
times = sorted(rng.randrange(200) for _ in range(150))
kept, expected = [], []
for t in times:
    expected.append(sum(t - k < 7 for k in kept) < 3)
    if expected[-1]:
        kept.append(t)
got = outcome(times, 3, 7)
assert got == expected, (
    "150 random requests: a request counts from its own time until so many seconds later, if it was let through."
)
for arguments in (([0], 0, 10), ([0], 1, 0), ([0], 1, -1), ([5, 4], 1, 10)):
    got = outcome(*arguments)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"allowed{arguments}: expected ValueError, got {got!r}. A limit, a window or an order like this has no meaning."
    )

# %% hint
# Keep the times that were let through in a `collections.deque`. Before each decision, drop from its left those that are `seconds` old; what is left is what counts.


# %% answer
from collections import deque


def allowed(times: list[float], limit: int, seconds: float) -> list[bool]:
    """Return for each request whether it is let through."""
    if limit < 1 or seconds <= 0:
        raise ValueError("limit: at least 1; seconds: above 0")
    if any(later < earlier for earlier, later in zip(times, times[1:])):
        raise ValueError("times: in order")
    recent: deque[float] = deque()
    found = []
    for now in times:
        while recent and now - recent[0] >= seconds:
            recent.popleft()
        found.append(len(recent) < limit)
        if found[-1]:
            recent.append(now)
    return found


# %% wrong: fixed windows from zero
# says: any 10 seconds
def allowed(times, limit, seconds):
    if limit < 1 or seconds <= 0 or list(times) != sorted(times):
        raise ValueError("arguments")
    counts, found = {}, []
    for now in times:
        window = now // seconds
        found.append(counts.get(window, 0) < limit)
        if found[-1]:
            counts[window] = counts.get(window, 0) + 1
    return found


# %% wrong: refused requests count too
# says: refused requests do not count
def allowed(times, limit, seconds):
    if limit < 1 or seconds <= 0 or list(times) != sorted(times):
        raise ValueError("arguments")
    found, first = [], 0
    for i, now in enumerate(times):
        while now - times[first] >= seconds:
            first += 1
        found.append(i - first < limit)
    return found


# %% wrong: the end of the window counts
# says: no longer counts
def allowed(times, limit, seconds):
    if limit < 1 or seconds <= 0 or list(times) != sorted(times):
        raise ValueError("arguments")
    kept, found = [], []
    for now in times:
        kept = [t for t in kept if now - t <= seconds]
        found.append(len(kept) < limit)
        if found[-1]:
            kept.append(now)
    return found


# %% wrong: bad arguments are let through
# says: has no meaning
def allowed(times, limit, seconds):
    kept, found = [], []
    for now in times:
        while kept and now - kept[0] >= seconds:
            kept.pop(0)
        found.append(len(kept) < limit)
        if found[-1]:
            kept.append(now)
    return found
