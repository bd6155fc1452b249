"""Top-k and top-p

Sampling from all tokens lets rare nonsense through. Write `keep_likely(probabilities, k, p)`, which returns the list with all other tokens set to 0 and the kept ones divided by their sum. First keep the `k` most likely tokens (of equal ones the lower id) and rescale them to sum 1. Of those, most likely first, keep the fewest whose sum reaches `p`: the token that crosses the line is kept.

```pycon
>>> keep_likely([0.125, 0.5, 0.25, 0.125], k=4, p=0.6)
[0.0, 0.6666666666666666, 0.3333333333333333, 0.0]
```

One token always stays, also with `p` = 0. `k` may be larger than the number of tokens; raise `ValueError` if it is less than 1.
"""
# chapter: 13-attention
# minutes: 8
# difficulty: medium


# %% stub
def keep_likely(probabilities: list[float], k: int, p: float) -> list[float]:
    """Return the probabilities after top-k and then top-p, rescaled."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return keep_likely(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return (
        isinstance(got, list)
        and len(got) == len(expected)
        and all(isinstance(g, (int, float)) for g in got)
        and all(abs(g - e) < 1e-9 for g, e in zip(got, expected))
    )


given = [0.125, 0.5, 0.25, 0.125]
got = keep_likely(given, 4, 0.6)
assert not near(got, [0, 1, 0, 0]), (
    f"0.125, 0.5, 0.25, 0.125 with p = 0.6: expected ids 1 and 2, got {got!r}. 0.5 alone does not reach 0.6; the token that crosses the line is kept."
)
assert not near(got, [0, 0.5, 0.25, 0]), (
    f"0.125, 0.5, 0.25, 0.125 with p = 0.6: expected [0.0, 0.666…, 0.333…, 0.0], got {got!r}. What is left must sum to 1 again."
)
assert near(got, [0, 2 / 3, 1 / 3, 0]), (
    f"0.125, 0.5, 0.25, 0.125 with p = 0.6: expected [0.0, 0.666…, 0.333…, 0.0], got {got!r}. The sum runs from the most likely token down, and the result stands in the order of the ids."
)
assert given == [0.125, 0.5, 0.25, 0.125], (
    f"the list that was given was changed to {given!r}: make a new one"
)
got = outcome([0.25, 0.25, 0.25, 0.25], 2, 1.0)
assert near(got, [0.5, 0.5, 0, 0]), (
    f"four equal tokens, k = 2: expected [0.5, 0.5, 0.0, 0.0], got {got!r}. A threshold at the second largest value lets all four through; count tokens, the lower id first."
)
got = outcome([0.5, 0.5, 0.0], 3, 0.5)
assert near(got, [1, 0, 0]), (
    f"0.5, 0.5, 0 with p = 0.5: expected [1.0, 0.0, 0.0], got {got!r}. The first token reaches 0.5 exactly, and no further one is needed."
)
got = outcome([0.25, 0.375, 0.375], 2, 0.5)
assert near(got, [0, 1, 0]), (
    f"0.25, 0.375, 0.375 with k = 2 and p = 0.5: expected [0.0, 1.0, 0.0], got {got!r}. After top-k the two are 0.5 each, so the first reaches p; rescale between the two steps."
)
got = outcome([0.25, 0.5, 0.25], 9, 0.0)
assert near(got, [0, 1, 0]), (
    f"p = 0: expected the most likely token alone, [0.0, 1.0, 0.0], got {got!r}"
)
got = outcome([0.25, 0.5, 0.25], 9, 1.0)
assert near(got, [0.25, 0.5, 0.25]), (
    f"k = 9, p = 1, three tokens: expected nothing to change, got {got!r}"
)
got = outcome([0.5, 0.5], 0, 1.0)
assert isinstance(got, str) and got.startswith("ValueError"), (
    f"k = 0: expected ValueError, got {got!r}"
)
rng = random.Random(8)
for _ in range(20):
    raw = [rng.random() for _ in range(8)]
    probabilities = [x / sum(raw) for x in raw]
    k, p = rng.randint(1, 8), rng.uniform(0.1, 0.95)
    got = outcome(probabilities, k, p)
    kept = sorted(probabilities, reverse=True)[:k]
    size = next(
        n for n in range(1, k + 1) if sum(kept[:n]) >= p * sum(kept) or n == k
    )
    expected = [
        x / sum(kept[:size]) if x >= kept[size - 1] else 0
        for x in probabilities
    ]
    assert near(got, expected), (
        f"random probabilities, k = {k}, p = {p:.2f}: expected {size} kept tokens that sum to 1 in proportion to what they were, got {got!r}"
    )

# %% hint
# Sort the ids by falling probability (the sort is stable), cut at `k`, then walk down the list and add up until `p` times the sum of the `k` is reached. That saves the first rescaling.


# %% answer
def keep_likely(probabilities: list[float], k: int, p: float) -> list[float]:
    """Return the probabilities after top-k and then top-p, rescaled."""
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    ids = range(len(probabilities))
    likely = sorted(ids, key=lambda i: -probabilities[i])[:k]
    goal = p * sum(probabilities[i] for i in likely)
    kept, total = set(), 0.0
    for i in likely:
        kept.add(i)
        total += probabilities[i]
        if total >= goal:
            break
    return [
        x / total if i in kept else 0.0 for i, x in enumerate(probabilities)
    ]


# %% wrong: the token that crosses the line is dropped
# says: the token that crosses the line is kept
def keep_likely(probabilities, k, p):
    order = sorted(range(len(probabilities)), key=lambda i: -probabilities[i])
    kept, total = [], 0.0
    for i in order[:k]:
        if kept and total + probabilities[i] > p:
            break
        kept.append(i)
        total += probabilities[i]
    return [
        x / total if i in kept else 0.0 for i, x in enumerate(probabilities)
    ]


# %% wrong: not rescaled
# says: must sum to 1 again
def keep_likely(probabilities, k, p):
    order = sorted(range(len(probabilities)), key=lambda i: -probabilities[i])
    result, total = [0.0] * len(probabilities), 0.0
    for i in order[:k]:
        result[i] = probabilities[i]
        total += probabilities[i]
        if total >= p:
            break
    return result


# %% wrong: a threshold at the k-th value
# says: count tokens
def keep_likely(probabilities, k, p):
    threshold = sorted(probabilities, reverse=True)[:k][-1]
    left = [x if x >= threshold else 0.0 for x in probabilities]
    left = [x / sum(left) for x in left]
    order = sorted(range(len(left)), key=lambda i: -left[i])
    kept, total = set(), 0.0
    for i in order:
        kept.add(i)
        total += left[i]
        if total >= p:
            break
    return [x / total if i in kept else 0.0 for i, x in enumerate(left)]


# %% wrong: top-p on the probabilities before top-k
# says: rescale between the two steps
def keep_likely(probabilities, k, p):
    order = sorted(range(len(probabilities)), key=lambda i: -probabilities[i])
    kept, total = set(), 0.0
    for i in order[:k]:
        kept.add(i)
        total += probabilities[i]
        if total >= p:
            break
    return [
        x / total if i in kept else 0.0 for i, x in enumerate(probabilities)
    ]


# %% wrong: one token more than needed
# says: no further one is needed
def keep_likely(probabilities, k, p):
    order = sorted(range(len(probabilities)), key=lambda i: -probabilities[i])
    likely = order[:k]
    all_k = sum(probabilities[i] for i in likely)
    kept, total = set(), 0.0
    for i in likely:
        if total > p * all_k:
            break
        kept.add(i)
        total += probabilities[i]
    return [
        x / total if i in kept else 0.0 for i, x in enumerate(probabilities)
    ]


# %% wrong: summed in the order of the ids
# says: from the most likely token down
def keep_likely(probabilities, k, p):
    kept, total = set(), 0.0
    for i, x in enumerate(probabilities):
        kept.add(i)
        total += x
        if total >= p:
            break
    return [
        x / total if i in kept else 0.0 for i, x in enumerate(probabilities)
    ]
