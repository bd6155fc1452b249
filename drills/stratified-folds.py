"""Stratified folds

Cross-validation on rare classes needs folds that each get their share. Write `stratified_folds(labels, n_folds, seed)`: for every row the number of its fold, 0 to `n_folds` − 1. Shuffle the rows of each class with `random.Random(seed)` and deal them to the folds in turn, like cards; the next class goes on where the last one stopped, so that the folds stay equally large.

```pycon
>>> folds = stratified_folds(["ham"] * 6 + ["spam"] * 3, 3, seed=0)
>>> sorted(folds[:6]), sorted(folds[6:])
([0, 0, 1, 1, 2, 2], [0, 1, 2])
```

In each class, and among all rows, two folds differ by at most one row. The same seed gives the same folds, another seed others, and the list of labels stays as it was.
"""
# chapter: 04-nearest-neighbours
# minutes: 8
# difficulty: medium

# %% stub
import random


def stratified_folds(labels: list, n_folds: int, seed: int) -> list[int]:
    """Return the fold of every row, each class spread over all folds."""
    raise NotImplementedError("not written yet")


# %% checks
import random
from collections import Counter

labels = ["ham"] * 60 + ["spam"] * 9
before = list(labels)
folds = stratified_folds(labels, 3, 0)
assert isinstance(folds, list) and len(folds) == len(labels), (
    f"expected a list with one fold number for each of the 69 rows, got {type(folds).__name__} {str(folds)[:60]}"
)
assert set(folds) == {0, 1, 2}, (
    f"3 folds: expected the numbers 0, 1 and 2, got {sorted(set(folds), key=str)!r}"
)
assert labels == before, (
    "the list of labels was changed: shuffle a copy, or the positions"
)
spam = Counter(fold for fold, label in zip(folds, labels) if label == "spam")
assert sorted(spam.values()) == [3, 3, 3], (
    f"9 rows of 'spam' in 3 folds: expected 3 in each, got {dict(spam)!r}. A shuffle of all rows together leaves the rare class to luck; deal out each class on its own."
)
assert stratified_folds(labels, 3, 0) == folds, (
    "the same seed gave other folds the second time. Make random.Random(seed) inside the function; random.shuffle draws from the generator that all code shares."
)
different = [stratified_folds(labels, 3, seed) for seed in (1, 2, 3)]
assert any(other != folds for other in different), (
    "seeds 0, 1, 2 and 3 all gave the same folds: the rows of a class are dealt in the order of the list, without a shuffle. Files are often sorted by time or by writer."
)
many = [str(i // 4) for i in range(40)]
sizes = Counter(stratified_folds(many, 3, 0))
assert max(sizes.values()) - min(sizes.values()) <= 1, (
    f"ten classes of 4 rows in 3 folds: expected sizes 13, 13 and 14, got {sorted(sizes.values())!r}. If every class begins at fold 0, that fold gets all the odd cards; go on where the last class stopped."
)
state = random.getstate()
stratified_folds(labels, 5, 3)
assert random.getstate() == state, (
    "the shared random generator was moved: random.seed and random.shuffle change it for everybody. Use a random.Random(seed) of your own."
)
rng = random.Random(2)
for _ in range(20):
    labels = [rng.choice("aab") for _ in range(rng.randint(0, 40))]
    n_folds, seed = rng.randint(2, 6), rng.randint(0, 99)
    folds = stratified_folds(labels, n_folds, seed)
    for label in set(labels) | {None}:
        part = [f for f, x in zip(folds, labels) if label in (x, None)]
        counts = [part.count(fold) for fold in range(n_folds)]
        assert max(counts) - min(counts) <= 1 and len(folds) == len(labels), (
            f"{'all rows' if label is None else 'class ' + label} in {n_folds} folds: expected counts that differ by at most one, got {counts}"
        )

# %% hint
# Collect the positions of each class in a dict of lists, shuffle each list, lay them end to end. The row at place `i` of that line goes to fold `i % n_folds`.


# %% answer
import random


def stratified_folds(labels: list, n_folds: int, seed: int) -> list[int]:
    """Return the fold of every row, each class spread over all folds."""
    rng = random.Random(seed)
    rows_of: dict = {}
    for row, label in enumerate(labels):
        rows_of.setdefault(label, []).append(row)
    folds, card = [0] * len(labels), 0
    for rows in rows_of.values():
        rng.shuffle(rows)
        for row in rows:
            folds[row] = card % n_folds
            card += 1  # not reset: the next class goes on from here
    return folds


# %% wrong: all rows shuffled together
# says: leaves the rare class to luck
import random


def stratified_folds(labels, n_folds, seed):
    rows = list(range(len(labels)))
    random.Random(seed).shuffle(rows)
    folds = [0] * len(labels)
    for place, row in enumerate(rows):
        folds[row] = place % n_folds
    return folds


# %% wrong: every class begins at fold 0
# says: that fold gets all the odd cards
import random


def stratified_folds(labels, n_folds, seed):
    rng = random.Random(seed)
    folds = [0] * len(labels)
    for label in dict.fromkeys(labels):
        rows = [row for row, x in enumerate(labels) if x == label]
        rng.shuffle(rows)
        for place, row in enumerate(rows):
            folds[row] = place % n_folds
    return folds


# %% wrong: no shuffle
# says: without a shuffle
def stratified_folds(labels, n_folds, seed):
    order = sorted(range(len(labels)), key=lambda row: labels[row])
    folds = [0] * len(labels)
    for place, row in enumerate(order):
        folds[row] = place % n_folds
    return folds


# %% wrong: the seed is set for everybody
# says: the shared random generator was moved
import random


def stratified_folds(labels, n_folds, seed):
    random.seed(seed)
    folds, card = [0] * len(labels), 0
    for label in dict.fromkeys(labels):
        rows = [row for row, x in enumerate(labels) if x == label]
        random.shuffle(rows)
        for row in rows:
            folds[row] = card % n_folds
            card += 1
    return folds


# %% wrong: the seed is not used
# says: the same seed gave other folds
import random


def stratified_folds(labels, n_folds, seed):
    folds, card = [0] * len(labels), 0
    for label in dict.fromkeys(labels):
        rows = [row for row, x in enumerate(labels) if x == label]
        random.shuffle(rows)
        for row in rows:
            folds[row] = card % n_folds
            card += 1
    return folds
