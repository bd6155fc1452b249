"""A random sample of a stream

You want `n` of today's questions for labelling, each with the same chance, but they come one by one, nobody knows how many, and they do not fit in memory. Write `sample(stream, n, seed)`: go through the stream once and return a list of `n` of its items, or all if there are fewer. Keep the first `n`; afterwards the item with number i (from 1) enters with probability n / i, in place of one of those kept, each with the same chance. Use one `random.Random(seed)`.

```pycon
>>> kept = sample(iter(range(1_000)), 5, seed=0)
>>> len(kept), len(set(kept)), set(kept) <= set(range(1_000))
(5, 5, True)
```

The order of the result does not matter. The same seed gives the same sample.
"""
# chapter: 33-interviews-and-portfolio
# minutes: 7
# difficulty: medium

# %% stub
import random
from collections.abc import Iterable


def sample(stream: Iterable, n: int, seed: int) -> list:
    """Return n items of the stream, each with the same chance."""
    raise NotImplementedError("not written yet")


# %% checks
import random
from collections import Counter


def outcome(*arguments):
    try:
        return sample(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = sample(iter("abc"), 5, 0)
assert isinstance(got, list) and sorted(got, key=str) == ["a", "b", "c"], (
    f"three items, n = 5: expected all three, got {got!r}"
)
got = outcome(iter(range(100)), 10, 1)
assert isinstance(got, list) and len(got) == 10, (
    f"a hundred items from an iterator, n = 10: expected a list of 10, got {got!r}. A stream has no length and no positions."
)
assert len(set(map(str, got))) == 10 and set(got) <= set(range(100)), (
    f"expected ten different items of the stream, got {got!r}. An item that leaves is replaced; none is kept twice."
)
assert outcome(iter(range(100)), 10, 1) == got, (
    "the same seed gave another sample the second time. Draw from random.Random(seed), made inside the function."
)
state = random.getstate()
others = [str(outcome(iter(range(100)), 10, seed)) for seed in (2, 3, 4)]
assert random.getstate() == state, (
    "the shared random generator was moved: random.seed and random.randrange change it for everybody. Use a random.Random(seed) of your own."
)
assert len(set(others)) > 1, "three seeds gave the same sample: is it used?"
assert outcome(iter("abc"), 0, 0) == [], (
    f"n = 0: expected [], got {outcome(iter('abc'), 0, 0)!r}"
)


class Item:
    """Counts how many of its kind are held at the same time."""

    held = most = 0

    def __init__(self):
        Item.held += 1
        Item.most = max(Item.most, Item.held)

    def __del__(self):
        Item.held -= 1


kept = outcome((Item() for _ in range(500)), 3, 0)
assert Item.most <= 10, (
    f"a stream of 500 items, n = 3: expected a handful in memory at once, there were {Item.most}. list(stream) keeps everything, which is what a reservoir avoids."
)
trials, n = 3000, 2
counts = Counter(
    x for seed in range(trials) for x in sample(iter(range(8)), n, seed)
)
shares = [round(counts[x] / trials, 2) for x in range(8)]
words = f"8 items, n = 2, 3,000 samples: expected each item in about 0.25 of them, got shares {shares} in the order of the stream."
assert max(shares) < 0.9, (
    f"{words} One item never leaves: draw which of those kept is replaced."
)
assert not (shares[0] + shares[1] < 0.42 and shares[7] > 0.29), (
    f"{words} Late items come too often: the chance to enter has to fall as n / i."
)
assert all(0.21 <= share <= 0.29 for share in shares), (
    f"{words} With items numbered from 0, draw a place from randrange(i + 1), the new item included; keep it if the place is below n."
)

# %% hint
# With items numbered from 0: `place = rng.randrange(i + 1)`, and if `place < n`, the item goes to that place. One draw decides both whether it enters and whom it replaces.


# %% answer
import random
from collections.abc import Iterable


def sample(stream: Iterable, n: int, seed: int) -> list:
    """Return n items of the stream, each with the same chance."""
    rng = random.Random(seed)
    kept: list = []
    for i, item in enumerate(stream):
        if i < n:
            kept.append(item)
        else:
            place = rng.randrange(i + 1)  # below n with probability n / (i + 1)
            if place < n:
                kept[place] = item
    return kept


# %% wrong: the stream is kept whole
# says: list(stream) keeps everything
import random


def sample(stream, n, seed):
    items = list(stream)
    return random.Random(seed).sample(items, min(n, len(items)))


# %% wrong: the new item is not among the places
# says: the new item included
import random


def sample(stream, n, seed):
    rng, kept = random.Random(seed), []
    for i, item in enumerate(stream):
        if i < n:
            kept.append(item)
        elif n:
            place = rng.randrange(i)
            if place < n:
                kept[place] = item
    return kept


# %% wrong: a fixed chance to enter
# says: the chance to enter has to fall
import random


def sample(stream, n, seed):
    rng, kept = random.Random(seed), []
    for item in stream:
        if len(kept) < n:
            kept.append(item)
        elif n and rng.random() < 0.5:
            kept[rng.randrange(n)] = item
    return kept


# %% wrong: the first n
# says: three seeds gave the same sample
from itertools import islice


def sample(stream, n, seed):
    return list(islice(stream, n))


# %% wrong: always the same place is replaced
# says: One item never leaves
import random


def sample(stream, n, seed):
    rng, kept = random.Random(seed), []
    for i, item in enumerate(stream, 1):
        if i <= n:
            kept.append(item)
        elif rng.random() < n / i:
            kept[-1] = item
    return kept
