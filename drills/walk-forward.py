"""Walk-forward splits

A forecast is tested by moving forward. Write `walk_forward(days, first, length, gap)` for a list of day numbers, one for each row, in any order. The first test block starts on day `first` and holds `length` days, the next starts where it ended, and so on up to the last day. A row is trained on if its day lies before the block's first day by more than `gap`. Return a list of pairs (rows to train on, rows to test on), as lists of rising row numbers. A block without test rows is left out.

```pycon
>>> walk_forward([3, 1, 4, 2, 3, 6], first=3, length=2, gap=1)
[([1], [0, 2, 4]), ([0, 1, 3, 4], [5])]
```

The first block holds the days 3 and 4, and with the gap only day 1 may be learnt from. Raise `ValueError` if `length` is under 1, `gap` is negative, or a block with test rows has nothing to train on.
"""
# chapter: 06-validation-and-leakage
# minutes: 10
# difficulty: medium


# %% stub
def walk_forward(
    days: list[int], first: int, length: int, gap: int
) -> list[tuple[list[int], list[int]]]:
    """Return (train, test) row numbers, block after block of days."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return [
            (list(train), list(test))
            for train, test in walk_forward(*arguments)
        ]
    except NotImplementedError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = outcome([3, 1, 4, 2, 3, 6], 3, 2, 0)
assert got == [([1, 3], [0, 2, 4]), ([0, 1, 2, 3, 4], [5])], (
    f"the example without a gap: expected [([1, 3], [0, 2, 4]), ([0, 1, 2, 3, 4], [5])], got {got!r}. A block is a stretch of days, wherever its rows stand, and all earlier days are trained on."
)
got = outcome([3, 1, 4, 2, 3, 6], 3, 2, 1)
assert got == [([1], [0, 2, 4]), ([0, 1, 3, 4], [5])], (
    f"the example: expected [([1], [0, 2, 4]), ([0, 1, 3, 4], [5])], got {got!r}. Before the block's first day by more than the gap: with a gap of 1, day 2 is too late for a block that starts on day 3."
)
got = outcome([1, 9, 1], 2, 3, 0)
assert got == [([0, 2], [1])], (
    f"days 1, 9, 1 from day 2 on in blocks of 3: expected [([0, 2], [1])], got {got!r}. Blocks without rows are left out, and the search goes on to the last day."
)
got = outcome([1, 9], 7, 3, 5)
assert got == [([0], [1])], (
    f"days 1 and 9, first block from day 7, gap 5: expected [([0], [1])], got {got!r}. The gap counts from the block's first day, not from its first row."
)
for arguments, what in (
    (([1, 2], 2, 0, 0), "length 0"),
    (([1, 2], 2, 1, -1), "gap -1"),
    (([1, 2], 2, 1, 1), "a gap that leaves nothing to train on"),
):
    got = outcome(*arguments)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"{what}: expected ValueError, got {got!r}. What cannot be a validation is refused."
    )
rng = random.Random(6)
for first, length, gap in ((10, 7, 0), (12, 3, 2), (20, 30, 9)):
    days = [rng.randrange(60) for _ in range(80)] + [0]
    expected, start = [], first
    while start <= max(days):
        test = [
            i for i, day in enumerate(days) if start <= day < start + length
        ]
        if test:
            expected.append(
                ([i for i, day in enumerate(days) if day < start - gap], test)
            )
        start += length
    got = outcome(days, first, length, gap)
    assert got == expected, (
        f"81 random days, first={first}, length={length}, gap={gap}: {len(expected)} blocks, and the rows of some are not as the text says."
    )

# %% hint
# Let `start` run from `first` in steps of `length` up to the largest day. The test rows have `start <= day < start + length`, the training rows `start - day > gap`.


# %% answer
def walk_forward(
    days: list[int], first: int, length: int, gap: int
) -> list[tuple[list[int], list[int]]]:
    """Return (train, test) row numbers, block after block of days."""
    if length < 1 or gap < 0:
        raise ValueError("length: at least 1; gap: not negative")
    pairs = []
    for start in range(first, max(days) + 1, length):
        train = [i for i, day in enumerate(days) if start - day > gap]
        test = [
            i for i, day in enumerate(days) if start <= day < start + length
        ]
        if test and not train:
            raise ValueError("gap: nothing to train on")
        if test:
            pairs.append((train, test))
    return pairs


# %% wrong: the order of the rows taken for time
# says: wherever its rows stand
def walk_forward(days, first, length, gap):
    if length < 1 or gap < 0:
        raise ValueError("length or gap")
    pairs = []
    for start in range(first, len(days), length):
        train = list(range(max(start - gap, 0)))
        if not train:
            raise ValueError("gap")
        pairs.append(
            (train, list(range(start, min(start + length, len(days)))))
        )
    return pairs


# %% wrong: the day at the gap is trained on
# says: by more than the gap
def walk_forward(days, first, length, gap):
    if length < 1 or gap < 0:
        raise ValueError("length or gap")
    pairs = []
    for start in range(first, max(days) + 1, length):
        train = [
            i
            for i, day in enumerate(days)
            if day < start and day <= start - gap
        ]
        test = [
            i for i, day in enumerate(days) if start <= day < start + length
        ]
        if test and not train:
            raise ValueError("gap")
        if test:
            pairs.append((train, test))
    return pairs


# %% wrong: it stops at the first empty block
# says: the search goes on
def walk_forward(days, first, length, gap):
    if length < 1 or gap < 0:
        raise ValueError("length or gap")
    pairs, start = [], first
    while True:
        train = [i for i, day in enumerate(days) if start - day > gap]
        test = [
            i for i, day in enumerate(days) if start <= day < start + length
        ]
        if not test:
            return pairs
        if not train:
            raise ValueError("gap")
        pairs.append((train, test))
        start += length


# %% wrong: a window as long as the block, not all that came before
# says: all earlier days are trained on
def walk_forward(days, first, length, gap):
    if length < 1 or gap < 0:
        raise ValueError("length or gap")
    pairs = []
    for start in range(first, max(days) + 1, length):
        train = [
            i for i, day in enumerate(days) if gap < start - day <= gap + length
        ]
        test = [
            i for i, day in enumerate(days) if start <= day < start + length
        ]
        if test and not train:
            raise ValueError("gap")
        if test:
            pairs.append((train, test))
    return pairs


# %% wrong: nothing to train on goes through
# says: refused
def walk_forward(days, first, length, gap):
    if length < 1 or gap < 0:
        raise ValueError("length or gap")
    pairs = []
    for start in range(first, max(days) + 1, length):
        train = [i for i, day in enumerate(days) if start - day > gap]
        test = [
            i for i, day in enumerate(days) if start <= day < start + length
        ]
        if test:
            pairs.append((train, test))
    return pairs
