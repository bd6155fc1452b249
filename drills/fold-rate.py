"""A rate from the other folds

Replace each category by its rate of ones, but never by its own answer. Write `fold_rates(names, y, folds, smoothing)`: for each row take the rows of all *other* folds, and return (ones of the row's category there + smoothing · prior) / (rows of the category there + smoothing), where the prior is the share of ones among those other rows. A category that does not occur there gets the prior.

```pycon
>>> fold_rates(["a", "a", "a", "b"], [1, 0, 1, 0], [0, 0, 1, 1], 1)
[0.75, 0.75, 0.5, 0.5]
```

The first row sees the rows three and four: the prior is ½, "a" occurs once with a one, (1 + ½) / 2. Raise `ValueError` if the lists differ in length or name fewer than two folds.
"""
# chapter: 08-features-and-imbalance
# minutes: 10
# difficulty: medium


# %% stub
def fold_rates(
    names: list[str], y: list[int], folds: list[int], smoothing: float
) -> list[float]:
    """Return for each row its category's smoothed rate in the other folds."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return fold_rates(*arguments)
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


got = fold_rates(["a", "a", "a", "b"], [1, 0, 1, 0], [0, 0, 1, 1], 1)
assert near(got, [0.75, 0.75, 0.5, 0.5]), (
    f"the example: expected [0.75, 0.75, 0.5, 0.5], got {got!r}. 0.625 in the first place would mean that the row's own fold is counted too."
)
got = outcome(["a", "b", "a", "b"], [1, 1, 0, 0], [3, 3, 8, 8], 0)
assert near(got, [0, 0, 1, 1]), (
    f"no smoothing, folds 3 and 8: expected [0, 0, 1, 1], got {got!r}. Each row sees the other fold only, and a fold may have any name."
)
got = outcome(["a", "b", "c", "c"], [1, 0, 1, 1], [0, 0, 1, 1], 0)
assert near(got, [1, 1, 0.5, 0.5]), (
    f"categories that occur in one fold only, no smoothing: expected [1, 1, 0.5, 0.5], got {got!r}. A category that the other folds do not have gets their share of ones."
)
got = outcome(["a", "a", "a"], [0, 1, 1], [0, 1, 1], 2)
assert near(got, [1, 0, 0]), (
    f"zero in fold 0, ones in fold 1: expected [1, 0, 0], got {got!r}. The prior comes from the other folds as well, not from all rows."
)
for arguments in (
    (["a", "b"], [1], [0, 1], 1),
    (["a", "b"], [1, 0], [0], 1),
    (["a", "b"], [1, 0], [4, 4], 1),
    ([], [], [], 1),
):
    got = outcome(*arguments)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"{arguments}: expected ValueError, got {got!r}. Lists of different lengths, or a single fold, are refused."
    )
rng = random.Random(8)
for smoothing in (0.5, 10):
    names = [rng.choice("abcd") for _ in range(60)]
    y = [int(rng.random() < (0.2 if n == "a" else 0.6)) for n in names]
    folds = [rng.choice([1, 2, 5]) for _ in range(60)]
    expected = []
    for name, fold in zip(names, folds):
        others = [i for i in range(60) if folds[i] != fold]
        prior = sum(y[i] for i in others) / len(others)
        same = [y[i] for i in others if names[i] == name]
        expected.append(
            (sum(same) + smoothing * prior) / (len(same) + smoothing)
        )
    got = outcome(names, y, folds, smoothing)
    assert near(got, expected), (
        f"60 random rows in three folds, smoothing {smoothing}: expected {expected[0]:.4f} first, got {str(got)[:60]}. The prior counts as many rows as the smoothing says."
    )

# %% hint
# For each row: `others = [i for i in range(len(y)) if folds[i] != fold]`. Their mean is the prior; then count those of `others` with the row's name. Without any and without smoothing you would divide by 0: return the prior.


# %% answer
def fold_rates(
    names: list[str], y: list[int], folds: list[int], smoothing: float
) -> list[float]:
    """Return for each row its category's smoothed rate in the other folds."""
    if not len(names) == len(y) == len(folds) or len(set(folds)) < 2:
        raise ValueError("a name, a label and a fold a row, two folds or more")
    rates = []
    for name, fold in zip(names, folds):
        others = [i for i in range(len(y)) if folds[i] != fold]
        prior = sum(y[i] for i in others) / len(others)
        same = [y[i] for i in others if names[i] == name]
        weight = len(same) + smoothing
        rate = (sum(same) + smoothing * prior) / weight if weight else prior
        rates.append(rate)
    return rates


# %% wrong: from all rows
# says: own fold is counted too
def fold_rates(names, y, folds, smoothing):
    if not len(names) == len(y) == len(folds) or len(set(folds)) < 2:
        raise ValueError("rows")
    prior, rates = sum(y) / len(y), []
    for name in names:
        same = [y[i] for i in range(len(y)) if names[i] == name]
        rates.append((sum(same) + smoothing * prior) / (len(same) + smoothing))
    return rates


# %% wrong: folds numbered from 0
# says: a fold may have any name
def fold_rates(names, y, folds, smoothing):
    if not len(names) == len(y) == len(folds) or len(set(folds)) < 2:
        raise ValueError("rows")
    rates = [0.0] * len(y)
    for fold in range(len(set(folds))):
        others = [i for i in range(len(y)) if folds[i] != fold]
        prior = sum(y[i] for i in others) / len(others)
        for row in range(len(y)):
            if folds[row] == fold:
                same = [y[i] for i in others if names[i] == names[row]]
                weight = len(same) + smoothing
                rates[row] = (
                    (sum(same) + smoothing * prior) / weight
                    if weight
                    else prior
                )
    return rates


# %% wrong: 0 for a category that the other folds do not have
# says: gets their share of ones
def fold_rates(names, y, folds, smoothing):
    if not len(names) == len(y) == len(folds) or len(set(folds)) < 2:
        raise ValueError("rows")
    rates = []
    for name, fold in zip(names, folds):
        others = [i for i in range(len(y)) if folds[i] != fold]
        prior = sum(y[i] for i in others) / len(others)
        same = [y[i] for i in others if names[i] == name]
        weight = len(same) + smoothing
        rates.append(
            (sum(same) + smoothing * prior) / weight if weight else 0.0
        )
    return rates


# %% wrong: the prior of all rows
# says: not from all rows
def fold_rates(names, y, folds, smoothing):
    if not len(names) == len(y) == len(folds) or len(set(folds)) < 2:
        raise ValueError("rows")
    rates, every = [], sum(y) / len(y)
    for name, fold in zip(names, folds):
        others = [i for i in range(len(y)) if folds[i] != fold]
        same = [y[i] for i in others if names[i] == name]
        prior = every if same else sum(y[i] for i in others) / len(others)
        weight = len(same) + smoothing
        rates.append(
            (sum(same) + smoothing * prior) / weight if weight else prior
        )
    return rates


# %% wrong: a single fold goes through
# says: or a single fold, are refused
def fold_rates(names, y, folds, smoothing):
    if not len(names) == len(y) == len(folds):
        raise ValueError("rows")
    rates = []
    for name, fold in zip(names, folds):
        others = [i for i in range(len(y)) if folds[i] != fold]
        prior = sum(y[i] for i in others) / max(1, len(others))
        same = [y[i] for i in others if names[i] == name]
        weight = len(same) + smoothing
        rates.append(
            (sum(same) + smoothing * prior) / weight if weight else prior
        )
    return rates
