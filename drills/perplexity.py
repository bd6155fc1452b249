"""Perplexity from logits

Write `perplexity(logits, targets)`: `logits` has one list of scores for each position, `targets` the id of the token that came there. The perplexity is exp of the mean over positions of −log *p*, where *p* is the softmax probability of the target.

```pycon
>>> round(perplexity([[0, 0, 0, 0], [5, 5, 5, 5]], [2, 0]), 6)
4.0
```

A model that finds four tokens equally likely has perplexity 4. Logits may be in the thousands, and a target may be so unlikely that its probability underflows to 0: stay with logarithms, log *p* = logit − log of the sum of exp. Raise `ValueError` if there is no position, or not one target for each.
"""
# chapter: 13-attention
# minutes: 6
# difficulty: medium

# %% stub
import math


def perplexity(logits: list[list[float]], targets: list[int]) -> float:
    """Return exp of the mean negative log-probability of the targets."""
    raise NotImplementedError("not written yet")


# %% checks
import math
import random


def outcome(*arguments):
    try:
        return perplexity(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return isinstance(got, (int, float)) and abs(got - expected) <= 1e-9 * max(
        1, expected
    )


got = perplexity([[0.0] * 4, [5.0] * 4], [2, 0])
assert not near(got, math.log(4)), (
    f"four equally likely tokens: expected 4.0, got {got!r}. That is the cross-entropy in nats; perplexity is exp of it."
)
assert not near(got, math.exp(2)), (
    f"four equally likely tokens: expected 4.0, got {got!r}. Logarithm and exponential must have the same base: log2 belongs to 2 ** …"
)
assert near(got, 4), f"four equally likely tokens: expected 4.0, got {got!r}"
got = outcome([[math.log(3), 0.0], [0.0, math.log(3)]], [0, 0])
assert not near(got, 2), (
    f"target probabilities 3/4 and 1/4: expected 2.3094…, got {got!r}. The mean is taken of log p, not of p."
)
assert not near(got, 8 / 3), (
    f"target probabilities 3/4 and 1/4: expected 2.3094…, got {got!r}. The mean is taken of log p; the mean of 1/p lets one bad position decide."
)
assert near(got, (16 / 3) ** 0.5), (
    f"target probabilities 3/4 and 1/4: expected 2.3094…, got {got!r}"
)
got = outcome([[2000.0, 2000.0]], [1])
assert near(got, 2), (
    f"logits 2000 and 2000: expected 2.0, got {got!r}. Subtract the largest logit before exp."
)
got = outcome([[0.0, 0.0]] * 2000, [0] * 2000)
assert near(got, 2), (
    f"2,000 positions with p = 1/2: expected 2.0, got {got!r}. The product of so many probabilities underflows; add logarithms."
)
got = outcome([[0.0, -800.0]] * 8, [1] + [0] * 7)
assert near(got, math.exp(100)), (
    f"one of eight targets has log p = -800: expected exp(100) = 2.688e43, got {got!r}. Its probability underflows to 0; compute log p as logit − log of the sum, without the probability in between."
)
for logits, targets in (([], []), ([[0.0, 0.0]] * 3, [0, 1])):
    got = outcome(logits, targets)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"{len(logits)} positions and {len(targets)} targets: expected ValueError, got {got!r}"
    )
rng = random.Random(7)
for _ in range(10):
    logits = [[rng.gauss(0, 2) for _ in range(5)] for _ in range(8)]
    targets = [rng.randrange(5) for _ in logits]
    shares = [
        math.exp(row[t]) / sum(math.exp(x) for x in row)
        for row, t in zip(logits, targets)
    ]
    expected = math.prod(shares) ** (-1 / 8)
    got = outcome(logits, targets)
    assert near(got, expected), (
        f"random logits: expected {expected:.6f}, one over the geometric mean of the target probabilities, got {got!r}"
    )

# %% hint
# For each row: `top + math.log(sum(math.exp(x - top) for x in row)) - row[target]` is −log p. Then a mean, then one `math.exp`.


# %% answer
import math


def perplexity(logits: list[list[float]], targets: list[int]) -> float:
    """Return exp of the mean negative log-probability of the targets."""
    if not logits or len(logits) != len(targets):
        raise ValueError(f"{len(logits)} positions, {len(targets)} targets")
    nats = 0.0
    for row, target in zip(logits, targets):
        top = max(row)
        log_sum = top + math.log(sum(math.exp(x - top) for x in row))
        nats += log_sum - row[target]
    return math.exp(nats / len(logits))


# %% wrong: the cross-entropy
# says: perplexity is exp of it
import math


def perplexity(logits, targets):
    total = 0.0
    for row, target in zip(logits, targets, strict=True):
        top = max(row)
        total -= row[target] - top
        total += math.log(sum(math.exp(x - top) for x in row))
    return total / len(logits)


# %% wrong: the mean of the probabilities
# says: not of p
import math


def perplexity(logits, targets):
    total = 0.0
    for row, target in zip(logits, targets):
        powers = [math.exp(x - max(row)) for x in row]
        total += powers[target] / sum(powers)
    return len(logits) / total


# %% wrong: the mean of each position's perplexity
# says: lets one bad position decide
import math


def perplexity(logits, targets):
    total = 0.0
    for row, target in zip(logits, targets):
        powers = [math.exp(x - max(row)) for x in row]
        total += sum(powers) / powers[target]
    return total / len(logits)


# %% wrong: log to the base 2, exp to the base e
# says: the same base
import math


def perplexity(logits, targets):
    total = 0.0
    for row, target in zip(logits, targets):
        powers = [math.exp(x - max(row)) for x in row]
        total -= math.log2(powers[target] / sum(powers))
    return math.exp(total / len(logits))


# %% wrong: the product of the probabilities
# says: The product of so many probabilities underflows
import math


def perplexity(logits, targets):
    if not logits or len(logits) != len(targets):
        raise ValueError("one target for each position")
    product = 1.0
    for row, target in zip(logits, targets):
        top = max(row)
        log_sum = top + math.log(sum(math.exp(x - top) for x in row))
        product *= math.exp(row[target] - log_sum)
    return product ** (-1 / len(logits))


# %% wrong: the probability in between
# says: without the probability in between
import math


def perplexity(logits, targets):
    total = 0.0
    for row, target in zip(logits, targets):
        powers = [math.exp(x - max(row)) for x in row]
        total -= math.log(powers[target] / sum(powers))
    return math.exp(total / len(logits))


# %% wrong: exp of raw logits
# says: Subtract the largest logit
import math


def perplexity(logits, targets):
    total = 0.0
    for row, target in zip(logits, targets):
        total += math.log(sum(math.exp(x) for x in row)) - row[target]
    return math.exp(total / len(logits))
