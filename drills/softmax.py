"""A softmax that does not overflow

Write `softmax(scores)`: for a list of scores, the weights exp(score) / sum of all exp(score). Scores of a network may be in the thousands, and `math.exp(1000)` is an error; subtracting the largest score from all changes no weight. A masked score is `-math.inf`.

```pycon
>>> softmax([0, 0, -math.inf])
[0.5, 0.5, 0.0]
```

Where every score is minus infinity there is nothing to look at: all weights are 0. An empty list gives an empty list.
"""
# chapter: 13-attention
# minutes: 4
# difficulty: easy

# %% stub
import math


def softmax(scores: list[float]) -> list[float]:
    """Return weights that sum to 1, or to 0 if all scores are -inf."""
    raise NotImplementedError("not written yet")


# %% checks
import math
import random


def outcome(scores):
    try:
        return softmax(scores)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return (
        isinstance(got, list)
        and len(got) == len(expected)
        and all(isinstance(g, (int, float)) for g in got)
        and all(abs(g - e) < 1e-9 for g, e in zip(got, expected))
    )


scores = [0.0, math.log(3)]
got = softmax(scores)
assert near(got, [0.25, 0.75]), (
    f"scores 0 and log 3: expected [0.25, 0.75], got {got!r}. The weights are in proportion to exp(score), here 1 to 3."
)
assert scores == [0.0, math.log(3)], (
    f"the list that was given was changed to {scores!r}: make a new one"
)
got = outcome([-1.0, -1.0])
assert near(got, [0.5, 0.5]), (
    f"scores -1 and -1: expected [0.5, 0.5], got {got!r}"
)
got = outcome([1000.0, 1000.0 + math.log(3)])
assert near(got, [0.25, 0.75]), (
    f"scores 1000 and 1000 + log 3: expected [0.25, 0.75], got {got!r}. Only differences matter; subtract the largest score before exp. Clipping the scores would make them equal."
)
got = outcome([-1000.0, -1000.0])
assert near(got, [0.5, 0.5]), (
    f"scores -1000 and -1000: expected [0.5, 0.5], got {got!r}. exp(-1000) is 0 in floating point, and 0 / 0 is no weight; subtract the largest score, whatever its sign."
)
got = outcome([-3000.0, 0.0, 0.0])
assert near(got, [0, 0.5, 0.5]), (
    f"scores -3000, 0, 0: expected [0.0, 0.5, 0.5], got {got!r}. Subtract the largest score, not the mean or the smallest: then no exponent is above 0."
)
got = outcome([0.0, -math.inf, 0.0])
assert near(got, [0.5, 0, 0.5]), (
    f"scores 0, -inf, 0: expected [0.5, 0.0, 0.5], got {got!r}"
)
got = outcome([-math.inf, -math.inf])
assert near(got, [0, 0]), (
    f"scores -inf and -inf: expected [0.0, 0.0], got {got!r}. -inf - (-inf) is NaN, which spreads through every later layer; treat this row on its own."
)
got = outcome([])
assert got == [], f"no scores: expected [], got {got!r}"
rng = random.Random(3)
for _ in range(20):
    scores = [rng.gauss(0, 5) for _ in range(rng.randint(1, 9))]
    got, shifted = outcome(scores), outcome([s + 7.5 for s in scores])
    total = sum(math.exp(s) for s in scores)
    assert near(got, [math.exp(s) / total for s in scores]), (
        f"random scores: expected weights in proportion to exp(score) that sum to 1, got {got!r} for {scores!r}"
    )
    assert near(shifted, got), (
        "adding 7.5 to all scores changed the weights; it must not"
    )

# %% hint
# `top = max(scores)`, then `math.exp(s - top)`: the largest exponent is 0, and what underflows to 0 was negligible. Ask first whether `top` is minus infinity.


# %% answer
import math


def softmax(scores: list[float]) -> list[float]:
    """Return weights that sum to 1, or to 0 if all scores are -inf."""
    top = max(scores, default=-math.inf)
    if top == -math.inf:
        return [0.0] * len(scores)
    powers = [math.exp(score - top) for score in scores]  # at most 1
    total = sum(powers)
    return [power / total for power in powers]


# %% wrong: nothing subtracted
# says: subtract the largest score before exp
import math


def softmax(scores):
    powers = [math.exp(s) for s in scores]
    return [p / sum(powers) for p in powers]


# %% wrong: scores clipped to a safe range
# says: Clipping the scores would make them equal
import math


def softmax(scores):
    powers = [math.exp(min(max(s, -500), 500)) for s in scores]
    total = sum(powers)
    return [p / total for p in powers]


# %% wrong: the mean subtracted
# says: not the mean or the smallest
import math


def softmax(scores):
    mean = sum(scores) / len(scores) if scores else 0
    powers = [math.exp(s - mean) for s in scores]
    total = sum(powers)
    return [p / total for p in powers]


# %% wrong: the largest absolute score subtracted
# says: whatever its sign
import math


def softmax(scores):
    top = max((abs(s) for s in scores), default=0)
    powers = [math.exp(s - top) for s in scores]
    total = sum(powers)
    return [p / total for p in powers]


# %% wrong: a row without keys becomes NaN
# says: treat this row on its own
import math


def softmax(scores):
    if not scores:
        return []
    top = max(scores)
    powers = [math.exp(s - top) for s in scores]
    total = sum(powers)
    return [p / total for p in powers]
