"""Reciprocal rank fusion

BM25 and a vector search score on scales that cannot be added; their ranks can. Write `fuse(rankings, k)`: each ranking is a list of ids, best first; an id gets 1 / (`k` + rank) from every ranking that holds it, ranks counted from 1, and nothing from the others. Return the ids, highest sum first, of equal sums in alphabetical order.

```pycon
>>> fuse([["a", "b", "c"], ["b", "d"]])
['b', 'a', 'd', 'c']
```

An id comes once in the result, and an id that one ranking holds is in it too. If a ranking repeats an id, only its best rank counts (the places behind keep their numbers).
"""
# chapter: 16-chunking-and-hybrid-retrieval
# minutes: 5
# difficulty: easy


# %% stub
def fuse(rankings: list[list[str]], k: int = 60) -> list[str]:
    """Return all ids by their summed reciprocal ranks, best first."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return fuse(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


rankings = [["a", "b", "c"], ["b", "d"]]
got = fuse(rankings)
assert isinstance(got, list) and all(isinstance(g, str) for g in got), (
    f"expected a list of ids, got {got!r}"
)
assert set(got) == set("abcd"), (
    f"rankings a b c and b d: expected the ids a, b, c and d, got {got!r}. An id that only one ranking holds is in the result too."
)
assert got != ["c", "d", "a", "b"], (
    f"rankings a b c and b d: expected ['b', 'a', 'd', 'c'], got {got!r}. The highest sum comes first."
)
assert got == ["b", "a", "d", "c"], (
    f"rankings a b c and b d: expected ['b', 'a', 'd', 'c'], got {got!r}. b is in both, and the sum grows with every ranking that holds an id; the best rank alone forgets that."
)
assert rankings == [["a", "b", "c"], ["b", "d"]], (
    f"the rankings were changed to {rankings!r}"
)
got = outcome([["z", "a"], ["y", "a"], ["z", "y"]], 0)
assert got == ["z", "y", "a"], (
    f"k = 0, rankings z a, y a and z y: expected ['z', 'y', 'a'] with sums 2, 1.5 and 1, got {got!r}. If it failed by a division by zero, ranks were counted from 0."
)
got = outcome([["p", "q", "y"], ["p", "y"], ["m"]], 0)
assert got == ["p", "m", "y", "q"], (
    f"k = 0, rankings p q y, p y and m: expected ['p', 'm', 'y', 'q'] with sums 2, 1, 0.833… and 0.5, got {got!r}. k is an argument, not always 60; with 60 a second mention outweighs a first place."
)
got = outcome([["q", "x", "y"], ["x", "q", "y"], ["m"]], 1)
assert got == ["q", "x", "m", "y"], (
    f"k = 1, rankings q x y, x q y and m: expected ['q', 'x', 'm', 'y'] with sums 0.833…, 0.833…, 0.5 and 0.5, got {got!r}. Equal sums go by the alphabet."
)
got = outcome([["p", "a", "b", "c"], ["p", "b", "a"], ["c"], ["c"], ["c"]], 1)
assert got == ["c", "p", "a", "b"], (
    f"c at rank 4 of one ranking and rank 1 of three: expected ['c', 'p', 'a', 'b'], got {got!r}. Sums grow with every ranking that holds an id; a mean rank would forget that."
)
got = outcome([["a", "b", "a", "a"], ["b"], ["c", "d", "a"]], 60)
assert got == ["b", "a", "c", "d"], (
    f"a at ranks 1, 3 and 4 of one ranking: expected ['b', 'a', 'c', 'd'], got {got!r}. A repeated id counts once in a ranking, at its best rank."
)
assert outcome([]) == [] and outcome([[], ["a"]]) == ["a"], (
    f"no rankings: expected [], got {outcome([])!r}; an empty one and ['a']: expected ['a'], got {outcome([[], ['a']])!r}"
)
rng = random.Random(2)
ids = [f"d{i}" for i in range(10)]
for _ in range(10):
    rankings = [rng.sample(ids, 7) for _ in range(3)]
    sums = {
        i: sum(1 / (60 + r.index(i) + 1) for r in rankings if i in r)
        for i in ids
    }
    expected = sorted(
        (i for i in ids if sums[i]), key=lambda i: (-round(sums[i], 12), i)
    )
    got = outcome(rankings)
    assert isinstance(got, list) and [
        round(sums.get(i, 0), 12) for i in got
    ] == [round(sums[i], 12) for i in expected], (
        f"rankings {rankings!r}: expected {expected!r}, got {got!r}"
    )

# %% hint
# A dict of sums; for each ranking go through it with `enumerate(…, start=1)`. Sort the ids by the pair (minus the sum, id).


# %% answer
def fuse(rankings: list[list[str]], k: int = 60) -> list[str]:
    """Return all ids by their summed reciprocal ranks, best first."""
    sums: dict[str, float] = {}
    for ranking in rankings:
        seen = set()
        for rank, item in enumerate(ranking, start=1):
            if item not in seen:
                seen.add(item)
                sums[item] = sums.get(item, 0.0) + 1 / (k + rank)
    return sorted(sums, key=lambda item: (-sums[item], item))


# %% wrong: ranks counted from 0
# says: ranks were counted from 0
def fuse(rankings, k=60):
    sums = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking):
            sums[item] = sums.get(item, 0) + 1 / (k + rank)
    return sorted(sums, key=lambda item: (-sums[item], item))


# %% wrong: only ids that all rankings hold
# says: An id that only one ranking holds
def fuse(rankings, k=60):
    common = set.intersection(*map(set, rankings))
    return sorted(
        common,
        key=lambda i: (-sum(1 / (k + r.index(i) + 1) for r in rankings), i),
    )


# %% wrong: lowest sum first
# says: The highest sum comes first
def fuse(rankings, k=60):
    sums = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, 1):
            sums[item] = sums.get(item, 0) + 1 / (k + rank)
    return sorted(sums, key=lambda item: sums[item])


# %% wrong: equal sums as they came
# says: Equal sums go by the alphabet
def fuse(rankings, k=60):
    sums = {}
    for ranking in reversed(rankings):
        for rank, item in enumerate(ranking, 1):
            sums[item] = sums.get(item, 0) + 1 / (k + rank)
    return sorted(sums, key=lambda item: -sums[item])


# %% wrong: the best rank instead of the sum
# says: the best rank alone forgets that
def fuse(rankings, k=60):
    best = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, 1):
            best[item] = min(rank, best.get(item, rank))
    return sorted(best, key=lambda item: (best[item], item))


# %% wrong: k is not used
# says: k is an argument
def fuse(rankings, k=60):
    sums = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, 1):
            sums[item] = sums.get(item, 0) + 1 / (60 + rank)
    return sorted(sums, key=lambda item: (-sums[item], item))


# %% wrong: a repeated id counts each time
# says: A repeated id counts once
def fuse(rankings, k=60):
    sums = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, 1):
            sums[item] = sums.get(item, 0) + 1 / (k + rank)
    return sorted(sums, key=lambda item: (-sums[item], item))
