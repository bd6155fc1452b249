"""One-hot with rare and unknown values

One column for each value breaks on the first value that training never had, and gives a column to values seen once. Write `one_hot(train, new, least)`: the values that occur at least `least` times in `train` get a column each, in alphabetical order; all others share one last column. Return the rows for `new`, each a list of 0 and 1 with exactly one 1; a value that training never had goes into the last column too.

```pycon
>>> one_hot(["JFK"] * 4 + ["LGA"] * 4 + ["ISP"], ["LGA", "ISP", "BOS"], 3)
[[0, 1, 0], [0, 0, 1], [0, 0, 1]]
```

JFK and LGA have columns; ISP is rare and BOS unknown. The last column is always there. Raise `ValueError` if `train` is empty or `least` is under 1.
"""
# chapter: 08-features-and-imbalance
# minutes: 8
# difficulty: easy


# %% stub
def one_hot(train: list[str], new: list[str], least: int) -> list[list[int]]:
    """Return a row of 0 and 1 for each new value; the last column: other."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return one_hot(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


train = ["JFK"] * 4 + ["LGA"] * 4 + ["ISP"]
got = one_hot(train, ["LGA", "ISP", "BOS"], 3)
assert got == [[0, 1, 0], [0, 0, 1], [0, 0, 1]], (
    f"the example: expected [[0, 1, 0], [0, 0, 1], [0, 0, 1]], got {got!r}. Rare and unknown values share the last column."
)
got = outcome(["b", "a", "b", "a"], ["a", "b"], 1)
assert got == [[1, 0, 0], [0, 1, 0]], (
    f"trained on b, a, b, a: expected [[1, 0, 0], [0, 1, 0]], got {got!r}. The columns stand in alphabetical order, and the last one is there even if nothing is rare."
)
got = outcome(["a", "a", "b", "b", "b"], ["a", "c"], 2)
assert got == [[1, 0, 0], [0, 0, 1]], (
    f"a twice, b three times, at least 2: expected [[1, 0, 0], [0, 0, 1]], got {got!r}. Two times are at least two."
)
got = outcome(["a", "a"], ["b", "b", "b"], 2)
assert got == [[0, 1], [0, 1], [0, 1]], (
    f"b is frequent among the new rows only: expected [[0, 1], [0, 1], [0, 1]], got {got!r}. What has a column is decided by training."
)
got = outcome(["a", "b"], ["a", "z"], 5)
assert got == [[1], [1]], (
    f"all values rare: expected [[1], [1]], got {got!r}. Then the last column is the only one."
)
got = outcome(["a"], [], 1)
assert got == [], f"no new rows: expected [], got {got!r}."
for arguments in (([], ["a"], 1), (["a"], ["a"], 0)):
    got = outcome(*arguments)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"{arguments}: expected ValueError, got {got!r}. Nothing to learn from, or a bound under 1, is refused."
    )
rng = random.Random(2)
train = [rng.choice("aabbbcdefg") for _ in range(40)]
new = [rng.choice("abcdefghi") for _ in range(20)]
columns = sorted(v for v in set(train) if train.count(v) >= 4)
got = outcome(train, new, 4)
expected = [[int(v == c) for c in columns] for v in new]
expected = [row + [int(1 not in row)] for row in expected]
assert got == expected, (
    f"40 random letters, at least 4 times: expected {expected[0]} first, got {str(got)[:60]}. A row has exactly one 1."
)

# %% hint
# `sorted(v for v in set(train) if train.count(v) >= least)` are the columns (a Counter counts faster). A row is all 0 but for one place: the value's own, or the last.


# %% answer
from collections import Counter


def one_hot(train: list[str], new: list[str], least: int) -> list[list[int]]:
    """Return a row of 0 and 1 for each new value; the last column: other."""
    if not train or least < 1:
        raise ValueError("train must not be empty, least at least 1")
    columns = sorted(v for v, n in Counter(train).items() if n >= least)
    place = {value: i for i, value in enumerate(columns)}
    rows = []
    for value in new:
        row = [0] * (len(columns) + 1)
        row[place.get(value, len(columns))] = 1
        rows.append(row)
    return rows


# %% wrong: zeros for what is unknown
# says: share the last column
def one_hot(train, new, least):
    if not train or least < 1:
        raise ValueError("train, least")
    columns = sorted(v for v in set(train) if train.count(v) >= least)
    return [[int(v == c) for c in columns] for v in new]


# %% wrong: columns in the order in which they were met
# says: alphabetical order
def one_hot(train, new, least):
    if not train or least < 1:
        raise ValueError("train, least")
    columns = [v for v in dict.fromkeys(train) if train.count(v) >= least]
    rows = [[int(v == c) for c in columns] for v in new]
    return [row + [int(1 not in row)] for row in rows]


# %% wrong: more than least times
# says: Two times are at least two
def one_hot(train, new, least):
    if not train or least < 1:
        raise ValueError("train, least")
    columns = sorted(v for v in set(train) if train.count(v) > least)
    rows = [[int(v == c) for c in columns] for v in new]
    return [row + [int(1 not in row)] for row in rows]


# %% wrong: counts the new rows with the old
# says: decided by training
def one_hot(train, new, least):
    if not train or least < 1:
        raise ValueError("train, least")
    every = train + new
    columns = sorted(v for v in set(every) if every.count(v) >= least)
    rows = [[int(v == c) for c in columns] for v in new]
    return [row + [int(1 not in row)] for row in rows]


# %% wrong: an empty training set goes through
# says: is refused
def one_hot(train, new, least):
    columns = sorted(v for v in set(train) if train.count(v) >= least)
    rows = [[int(v == c) for c in columns] for v in new]
    return [row + [int(1 not in row)] for row in rows]
