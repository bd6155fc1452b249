"""What an alarm is worth

A detector finds a share `recall` of what it looks for and also raises an alarm for a share `false_alarms` of the rest. Of all items, a share `base_rate` is what it looks for. Write `after_alarms(base_rate, recall, false_alarms, n)`: the probability that an item is what we look for, after `n` alarms that are independent of one another given what the item is.

```pycon
>>> after_alarms(0.2, 0.8, 0.2, 1)
0.5
```

Odds are p / (1 − p), and each alarm multiplies them by recall / false_alarms. A base rate of 0 or 1 stays what it is. A detector without false alarms makes one alarm certain. Raise `ValueError` if one of the three is not in [0, 1], if n is negative, or if such alarms cannot happen at all.
"""
# chapter: 03-maths-for-ml
# minutes: 8
# difficulty: medium


# %% stub
def after_alarms(
    base_rate: float, recall: float, false_alarms: float, n: int
) -> float:
    """Return the probability that the item is a hit after n alarms."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return after_alarms(*arguments)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return isinstance(got, (int, float)) and abs(got - expected) < 1e-9


got = outcome(0.2, 0.8, 0.2, 1)
assert near(got, 0.5), (
    f"the example: expected 0.5, got {got!r}. Of 100 items 20 are hits, 16 of them with an alarm, and 16 of the 80 others have one too. 0.8 would ignore the base rate."
)
got = outcome(0.001, 0.95, 0.02, 1)
assert near(got, 0.00095 / (0.00095 + 0.01998)), (
    f"one in a thousand, recall 0.95, false alarms 0.02: expected 0.0454, got {got!r}. Odds are multiplied by the ratio, not the probability."
)
got = outcome(0.2, 0.8, 0.2, 2)
assert near(got, 0.8), (
    f"two alarms: expected 0.8, got {got!r}. The second starts from where the first has led: odds of 1 to 4, times 4, times 4."
)
got = outcome(0.3, 0.8, 0.2, 0)
assert near(got, 0.3), f"no alarm: expected the base rate 0.3, got {got!r}"
got = outcome(0.3, 0.5, 0.5, 7)
assert near(got, 0.3), (
    f"alarms as frequent for hits as for others: expected the base rate 0.3, got {got!r}"
)
for rate in (0.0, 1.0):
    got = outcome(rate, 0.9, 0.1, 3)
    assert near(got, rate), (
        f"a base rate of {rate}: expected {rate}, got {got!r}. No evidence moves what is certain, and 1 / (1 − 1) must not be computed."
    )
got = outcome(0.1, 0.5, 0.0, 1)
assert near(got, 1.0), (
    f"no false alarms: expected 1.0 after one alarm, got {got!r}"
)
got = outcome(0.5, 0.01, 0.01, 400)
assert near(got, 0.5), (
    f"400 alarms, as rare for hits as for others: expected 0.5, got {got!r}. 0.01 to the power 400 is 0 in a float: use the ratio, or logarithms."
)
got = outcome(0.5, 0.9, 0.001, 400)
assert near(got, 1.0), (
    f"400 alarms of a good detector: expected 1.0, got {got!r}. 900 to the power 400 is too large for a float: the power of a number below 1 is not."
)
for arguments, what in (
    ((1.2, 0.9, 0.1, 1), "a base rate of 1.2"),
    ((0.2, -0.1, 0.1, 1), "a recall of -0.1"),
    ((0.2, 0.9, 1.1, 1), "false alarms of 1.1"),
    ((0.2, 0.9, 0.1, -1), "n of -1"),
    ((0.2, 0.0, 0.0, 1), "an alarm of a detector that never raises one"),
    ((1.0, 0.0, 0.5, 1), "an alarm where all are hits and hits raise none"),
    ((0.0, 0.5, 0.0, 1), "an alarm where none are hits and others raise none"),
):
    got = outcome(*arguments)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"{what}: expected ValueError, got {got!r}"
    )
rng = random.Random(6)
for _ in range(20):
    rate, recall, false = (rng.uniform(0.05, 0.95) for _ in range(3))
    n = rng.randint(0, 5)
    hit, other = rate * recall**n, (1 - rate) * false**n
    got = outcome(rate, recall, false, n)
    assert near(got, hit / (hit + other)), (
        f"base rate {rate!r}, recall {recall!r}, false alarms {false!r}, {n} alarms: expected {hit / (hit + other):.6f}, got {got!r}"
    )

# %% hint
# Of the two weights `base_rate · recallⁿ` and `(1 − base_rate) · false_alarmsⁿ`, divide both by the larger of `recall` and `false_alarms` to the power n: then one power is 1 and the other below it.


# %% answer
def after_alarms(
    base_rate: float, recall: float, false_alarms: float, n: int
) -> float:
    """Return the probability that the item is a hit after n alarms."""
    if not all(0 <= p <= 1 for p in (base_rate, recall, false_alarms)):
        raise ValueError("base_rate, recall and false_alarms: shares")
    if n < 0:
        raise ValueError("n must not be negative")
    most = max(recall, false_alarms) or 1
    hit = base_rate * (recall / most) ** n
    other = (1 - base_rate) * (false_alarms / most) ** n
    if hit + other == 0:
        raise ValueError("such alarms cannot happen")
    return hit / (hit + other)


# %% wrong: the recall is given back
# says: ignore the base rate
def after_alarms(base_rate, recall, false_alarms, n):
    return recall


# %% wrong: the probability is multiplied, not the odds
# says: Odds are multiplied
def after_alarms(base_rate, recall, false_alarms, n):
    p = base_rate
    for _ in range(n):
        p = min(1.0, p * recall / false_alarms * (5 / 8))
    return p


# %% wrong: only the first alarm counts
# says: The second starts from where the first has led
def after_alarms(base_rate, recall, false_alarms, n):
    hit = base_rate * recall
    return hit / (hit + (1 - base_rate) * false_alarms)


# %% wrong: odds of a certain thing
# says: must not be computed
def after_alarms(base_rate, recall, false_alarms, n):
    odds = base_rate / (1 - base_rate) * (recall / false_alarms) ** n
    return odds / (1 + odds)


# %% wrong: powers that are too small for a float
# says: use the ratio, or logarithms
def after_alarms(base_rate, recall, false_alarms, n):
    if not all(0 <= p <= 1 for p in (base_rate, recall, false_alarms)):
        raise ValueError("shares")
    if n < 0:
        raise ValueError("n")
    hit = base_rate * recall**n
    other = (1 - base_rate) * false_alarms**n
    if hit + other == 0:
        raise ValueError("never")
    return hit / (hit + other)


# %% wrong: a ratio whose power is too large
# says: too large for a float
def after_alarms(base_rate, recall, false_alarms, n):
    if base_rate in (0, 1) or n == 0:
        return base_rate
    if false_alarms == 0:
        return 1.0
    odds = base_rate / (1 - base_rate) * (recall / false_alarms) ** n
    return odds / (1 + odds)
