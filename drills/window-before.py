"""A mean over the time before

"How late were the flights of the last hour?" is a feature only if the flight itself is not in it. Write `mean_before(times, values, span)`: for each row, the mean of the values of rows whose time t lies in the window [own time − span, own time): the beginning belongs to it, the own time does not, nor does any other row of that same time. `None` where the window is empty. `times` is in any order, and the result has the order of the rows.

```pycon
>>> mean_before([10, 20, 20, 30], [4, 8, 2, 6], 10)
[None, 4.0, 4.0, 5.0]
```

The row at 30 sees both rows at 20, whose mean is 5; the rows at 20 see the one at 10 and not each other. Raise `ValueError` if the lists differ in length or `span` is not above 0.
"""
# chapter: 02-data-frames
# minutes: 8
# difficulty: medium


# %% stub
def mean_before(
    times: list[int], values: list[float], span: int
) -> list[float | None]:
    """Return for each row the mean of the values in the span before it."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return mean_before(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = mean_before([10, 13], [4, 8], 5)
assert got != [4.0, 6.0], (
    f"times 10 and 13, values 4 and 8: got {got!r}. The row itself is not in its window: it would predict itself."
)
assert got == [None, 4.0], (
    f"times 10 and 13, values 4 and 8, span 5: expected [None, 4.0], got {got!r}. An empty window has no mean, not even 0."
)
got = outcome([10, 20, 20, 30], [4, 8, 0, 6], 20)
assert got == [None, 4.0, 4.0, 4.0], (
    f"two rows at 20: expected [None, 4.0, 4.0, 4.0], got {got!r}. Rows of the same time do not see each other."
)
got = outcome([10, 20], [4, 8], 10)
assert got == [None, 4.0], (
    f"times 10 and 20, span 10: expected [None, 4.0], got {got!r}. The beginning belongs to the window."
)
got = outcome([10, 100], [4, 8], 10)
assert got == [None, None], (
    f"times 10 and 100, span 10: expected [None, None], got {got!r}. The window is one of time, not of rows."
)
got = outcome([20, 10], [8, 4], 10)
assert got == [4.0, None], (
    f"times 20 and 10: expected [4.0, None], got {got!r}. Time decides, not the place in the list, and the result has the order of the rows."
)
assert outcome([], [], 5) == [], "no rows: expected []"
for arguments in (([1, 2], [1], 5), ([1], [1], 0), ([1], [1], -5)):
    got = outcome(*arguments)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"times, values, span {arguments}: expected ValueError, got {got!r}. Bad input is refused."
    )
rng = random.Random(4)
for _ in range(20):
    times = [rng.randrange(40) for _ in range(25)]
    values = [rng.randrange(20) for _ in range(25)]
    got = outcome(times, values, 7)
    for i in range(25):
        inside = [v for t, v in zip(times, values) if 0 < times[i] - t <= 7]
        expected = sum(inside) / len(inside) if inside else None
        assert isinstance(got, list) and got[i] == expected, (
            f"25 random rows, the one at {times[i]}: expected {expected}, got {got!r:.80}."
        )

# %% hint
# For a row at time u, the window begins at u − span, which belongs to it, and ends before u. A range that leaves out u leaves out the row itself and its ties.


# %% answer
def mean_before(
    times: list[int], values: list[float], span: int
) -> list[float | None]:
    """Return for each row the mean of the values in the span before it."""
    if len(times) != len(values) or span <= 0:
        raise ValueError("a value for each time, and a span above 0")
    means = []
    for own in times:
        inside = [
            value for t, value in zip(times, values) if own - span <= t < own
        ]
        means.append(sum(inside) / len(inside) if inside else None)
    return means


# %% wrong: the row is in its own window
# says: it would predict itself
def mean_before(times, values, span):
    if len(times) != len(values) or span <= 0:
        raise ValueError("span")
    means = []
    for own in times:
        inside = [v for t, v in zip(times, values) if own - span <= t <= own]
        means.append(sum(inside) / len(inside))
    return means


# %% wrong: an empty window is 0
# says: not even 0
def mean_before(times, values, span):
    if len(times) != len(values) or span <= 0:
        raise ValueError("span")
    means = []
    for own in times:
        inside = [v for t, v in zip(times, values) if own - span <= t < own]
        means.append(sum(inside) / max(1, len(inside)))
    return means


# %% wrong: only the row itself is left out, not its ties
# says: Rows of the same time do not see each other
def mean_before(times, values, span):
    if len(times) != len(values) or span <= 0:
        raise ValueError("span")
    means = []
    for i, own in enumerate(times):
        inside = [
            v
            for j, (t, v) in enumerate(zip(times, values))
            if j != i and own - span <= t <= own
        ]
        means.append(sum(inside) / len(inside) if inside else None)
    return means


# %% wrong: the beginning is left out
# says: The beginning belongs to the window
def mean_before(times, values, span):
    if len(times) != len(values) or span <= 0:
        raise ValueError("span")
    means = []
    for own in times:
        inside = [v for t, v in zip(times, values) if own - span < t < own]
        means.append(sum(inside) / len(inside) if inside else None)
    return means


# %% wrong: everything before, without a span
# says: one of time, not of rows
def mean_before(times, values, span):
    if len(times) != len(values) or span <= 0:
        raise ValueError("span")
    means = []
    for own in times:
        inside = [v for t, v in zip(times, values) if t < own]
        means.append(sum(inside) / len(inside) if inside else None)
    return means


# %% wrong: only rows that stand before it in the list
# says: not the place in the list
def mean_before(times, values, span):
    if len(times) != len(values) or span <= 0:
        raise ValueError("span")
    means = []
    for i, own in enumerate(times):
        inside = [
            v for t, v in zip(times[:i], values[:i]) if own - span <= t < own
        ]
        means.append(sum(inside) / len(inside) if inside else None)
    return means
