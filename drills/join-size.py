"""How many rows a join will have

A join that multiplies rows can take all memory before anyone sees its result. Its size can be had from the keys alone. Write `join_size(left, right)` for two lists of keys: return the numbers of rows of the inner join and of the left join, as a tuple. Each row of the left table is paired with every row of the right table that has its key; the left join has one more row for each left row without a partner. `None` is a missing key and matches nothing, not even `None`.

```pycon
>>> join_size(["a", "a", "b", None], ["a", "a", "c", None])
(4, 6)
```

Two rows with `a` on each side make four pairs; `b` and the missing key find no partner and stay in the left join. Do not build the pairs: a million rows on each side must take about a second.
"""
# chapter: 02-data-frames
# minutes: 6
# difficulty: easy


# %% stub
def join_size(left: list, right: list) -> tuple[int, int]:
    """Return the numbers of rows of the inner and of the left join."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(left, right):
    try:
        return join_size(left, right)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = join_size(["a", "b"], ["b", "a"])
assert got == (2, 2), (
    f"each key once on both sides: expected (2, 2), got {got!r}."
)
got = outcome(["a", "a"], ["a", "a", "a"])
assert got == (6, 6), (
    f"a key twice on the left and three times on the right: expected (6, 6), got {got!r}. Every row meets every row: 2 · 3 pairs."
)
got = outcome(["a", "b", "b"], ["a", "c"])
assert got == (1, 3), (
    f"two left rows without a partner: expected (1, 3), got {got!r}. They stay in the left join; a right row without one does not."
)
got = outcome(["a", None, None], ["a", None])
assert got == (1, 3), (
    f"missing keys on both sides: expected (1, 3), got {got!r}. Unknown is not equal to unknown, and its rows stay in the left join."
)
got = outcome([0, "", 1], [0, "", ""])
assert got == (3, 4), (
    f"keys 0 and the empty text: expected (3, 4), got {got!r}. They are keys like others; only None is missing."
)
assert outcome([], ["a"]) == (0, 0) and outcome(["a"], []) == (0, 1), (
    "an empty left table gives (0, 0), an empty right one (0, number of left rows)."
)
got = outcome(["a"] * 30_000, ["a"] * 30_000)
assert got == (900_000_000, 900_000_000), (
    f"30,000 equal keys on each side: expected 900,000,000 pairs, got {got!r}. Count each key, and multiply the counts."
)
rng = random.Random(6)
for _ in range(20):
    left = [rng.choice([*"abcdef", None]) for _ in range(12)]
    right = [rng.choice([*"abcxyz", None]) for _ in range(9)]
    pairs = sum(a == b for a in left for b in right if a is not None)
    alone = sum(a is None or a not in right for a in left)
    got = outcome(left, right)
    assert got == (pairs, pairs + alone), (
        f"{left} and {right}: expected {(pairs, pairs + alone)}, got {got!r}."
    )

# %% hint
# `collections.Counter` of the right keys says how many partners a left row has. Sum that over the left rows; for the left join a row counts at least once.


# %% answer
from collections import Counter


def join_size(left: list, right: list) -> tuple[int, int]:
    """Return the numbers of rows of the inner and of the left join."""
    there = Counter(key for key in right if key is not None)
    partners = [there[key] for key in left]
    return sum(partners), sum(max(1, n) for n in partners)


# %% wrong: a row finds one partner at most
# says: Every row meets every row
def join_size(left, right):
    there = {key for key in right if key is not None}
    return sum(key in there for key in left), len(left)


# %% wrong: rows without a partner are lost from the left join
# says: They stay in the left join
from collections import Counter


def join_size(left, right):
    there = Counter(key for key in right if key is not None)
    pairs = sum(there[key] for key in left)
    return pairs, pairs


# %% wrong: rows without a partner of both sides are kept
# says: a right row without one does not
from collections import Counter


def join_size(left, right):
    a = Counter(key for key in left if key is not None)
    b = Counter(key for key in right if key is not None)
    pairs = sum(n * b[key] for key, n in a.items())
    alone = sum(key not in b for key in left) + sum(
        key not in a for key in right if key is not None
    )
    return pairs, pairs + alone


# %% wrong: missing keys match each other
# says: Unknown is not equal to unknown
from collections import Counter


def join_size(left, right):
    there = Counter(right)
    partners = [there[key] for key in left]
    return sum(partners), sum(max(1, n) for n in partners)


# %% wrong: missing keys are dropped from the left table
# says: its rows stay in the left join
from collections import Counter


def join_size(left, right):
    there = Counter(key for key in right if key is not None)
    partners = [there[key] for key in left if key is not None]
    return sum(partners), sum(max(1, n) for n in partners)


# %% wrong: zero and the empty text count as missing
# says: only None is missing
from collections import Counter


def join_size(left, right):
    there = Counter(key for key in right if key)
    partners = [there[key] if key else 0 for key in left]
    return sum(partners), sum(max(1, n) for n in partners)
