"""Undo the balancing

A model was trained on a sample in which every one was kept, but only some of the zeros. Its probabilities are too high, and by how much is known. Write `undo(p, kept)`: for each probability in `p`, multiply its odds p / (1 − p) by `kept`, the share of zeros that stayed in the sample, and turn them back into a probability. 0 stays 0, and 1 stays 1.

```pycon
>>> undo([0.5, 0.75], 0.25)
[0.2, 0.42857142857142855]
```

0.5 has odds of 1; a quarter of the zeros stood for all of them, so the odds are ¼, and the probability is ¼ / (1 + ¼). Raise `ValueError` if a probability lies outside [0, 1], or `kept` is not above 0 and at most 1.
"""
# chapter: 08-features-and-imbalance
# minutes: 6
# difficulty: easy


# %% stub
def undo(p: list[float], kept: float) -> list[float]:
    """Return the probabilities of the world from those of the sample."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return undo(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return (
        isinstance(got, list)
        and len(got) == len(expected)
        and all(
            isinstance(a, (int, float)) and abs(a - b) < 1e-9
            for a, b in zip(got, expected)
        )
    )


got = undo([0.5, 0.75], 0.25)
assert near(got, [0.2, 3 / 7]), (
    f"the example: expected [0.2, 0.4286], got {got!r}. 0.125 in the first place would mean that the probability was multiplied and not the odds, 0.8 that the odds were divided."
)
got = outcome([0.0, 1.0], 0.1)
assert near(got, [0, 1]), (
    f"certain scores: expected [0, 1], got {got!r}. 1 has no finite odds; write it so that nothing is divided by 1 − p."
)
got = outcome([0.3, 0.6], 1)
assert near(got, [0.3, 0.6]), (
    f"all zeros kept: expected [0.3, 0.6] as they were, got {got!r}. kept = 1 is allowed and changes nothing."
)
for p, kept in (([0.5, 1.5], 0.5), ([-0.1], 0.5), ([0.5], 0), ([0.5], 1.5)):
    got = outcome(p, kept)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"p {p}, kept {kept}: expected ValueError, got {got!r}. What is no probability or no share is refused."
    )
rng = random.Random(4)
p = sorted(rng.random() for _ in range(30))
got = outcome(p, 0.02)
expected = [q * 0.02 / (q * 0.02 + 1 - q) for q in p]
assert near(got, expected) and got == sorted(got), (
    f"30 random probabilities, 2 % kept: expected {expected[0]:.5f} first, got {str(got)[:50]}. The order stays, the level falls."
)
ones, zeros, kept = 40, 9960, 0.04
sampled = ones / (ones + zeros * kept)
got = outcome([sampled], kept)
assert near(got, [0.004]), (
    f"40 ones, 9,960 zeros, of which 4 % are kept: the sample's rate {sampled:.4f} should give 0.004 back, got {got!r}."
)

# %% hint
# Odds of p · kept / (1 − p) as a probability: divide odds by 1 + odds, and multiply above and below by 1 − p. What is left is `q * kept / (q * kept + 1 - q)`.


# %% answer
def undo(p: list[float], kept: float) -> list[float]:
    """Return the probabilities of the world from those of the sample."""
    if not all(0 <= q <= 1 for q in p):
        raise ValueError("p: probabilities lie in [0, 1]")
    if not 0 < kept <= 1:
        raise ValueError("kept: a share above 0, at most 1")
    return [q * kept / (q * kept + 1 - q) for q in p]


# %% wrong: the probability multiplied
# says: and not the odds
def undo(p, kept):
    if not all(0 <= q <= 1 for q in p) or not 0 < kept <= 1:
        raise ValueError("range")
    return [q * kept for q in p]


# %% wrong: the odds divided
# says: odds were divided
def undo(p, kept):
    if not all(0 <= q <= 1 for q in p) or not 0 < kept <= 1:
        raise ValueError("range")
    return [q / (q + (1 - q) * kept) for q in p]


# %% wrong: divides by 1 − p
# says: nothing is divided by 1 − p
def undo(p, kept):
    if not all(0 <= q <= 1 for q in p) or not 0 < kept <= 1:
        raise ValueError("range")
    odds = [q / (1 - q) * kept for q in p]
    return [o / (1 + o) for o in odds]


# %% wrong: refuses that all are kept
# says: kept = 1 is allowed
def undo(p, kept):
    if not all(0 <= q <= 1 for q in p) or not 0 < kept < 1:
        raise ValueError("range")
    return [q * kept / (q * kept + 1 - q) for q in p]


# %% wrong: cuts off what is no probability
# says: is refused
def undo(p, kept):
    p = [min(max(q, 0), 1) for q in p]
    return [q * kept / (q * kept + 1 - q) for q in p]
