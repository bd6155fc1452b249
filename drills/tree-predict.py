"""One row through a tree

A fitted tree is data. Here a leaf is a number, and an inner node is a tuple `(feature, threshold, missing_left, left, right)`. Write `predict(tree, row)`: at a node go left if `row[feature] <= threshold`, else right, until a leaf. A missing value, `None` or NaN, goes left where `missing_left` is true, else right. That is how XGBoost and LightGBM treat missing values: the direction was learned in training.

```pycon
>>> tree = (0, 1500.0, True, 120.0, (1, 1984.5, False, 180.0, 260.0))
>>> predict(tree, [1500.0, 2000])
120.0
>>> predict(tree, [1600.0, None])
260.0
```

1500 is at most 1500, so it goes left; a row without the second value goes right there. Raise `ValueError` if the row is too short for a feature that the way asks for.
"""
# chapter: 07-trees-and-boosting
# minutes: 5
# difficulty: easy


# %% stub
def predict(tree, row: list) -> float:
    """Return the leaf that the row reaches."""
    raise NotImplementedError("not written yet")


# %% checks
import random

NAN = float("nan")


def outcome(*arguments):
    try:
        return predict(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


tree = (0, 1500.0, True, 120.0, (1, 1984.5, False, 180.0, 260.0))
got = predict(tree, [1600.0, 1990])
assert got == 260.0, (
    f"row [1600.0, 1990]: expected 260.0, got {got!r}. At each inner node one question, until a leaf."
)
got = outcome(tree, [1500.0, 2000])
assert got == 120.0, (
    f"row [1500.0, 2000]: expected 120.0, got {got!r}. A value equal to the threshold goes left."
)
for nothing in (None, NAN):
    got = outcome(tree, [nothing, 1950])
    assert got == 120.0, (
        f"row [{nothing}, 1950]: expected 120.0, got {got!r}. A missing value goes left where missing_left is true."
    )
    got = outcome(tree, [1600.0, nothing])
    assert got == 260.0, (
        f"row [1600.0, {nothing}]: expected 260.0, got {got!r}. A missing value goes right where missing_left is false."
    )
got = outcome((0, 1.0, False, 5.0, 7.0), [0])
assert got == 5.0, (
    f"the value 0 with threshold 1: expected 5.0, got {got!r}. Zero is a value, not a missing one."
)
got = outcome(3.5, [1, 2])
assert got == 3.5, f"a tree that is one leaf: expected 3.5, got {got!r}."
got = outcome((0, 1.0, True, 2.0, (5, 0.0, True, 3.0, 4.0)), [0.5])
assert got == 2.0, (
    f"a short row whose way never asks for column 5: expected 2.0, got {got!r}. Only the nodes on the way matter."
)
got = outcome((0, 1.0, True, 2.0, (5, 0.0, True, 3.0, 4.0)), [1.5])
assert isinstance(got, str) and got.startswith("ValueError"), (
    f"a row too short for column 5: expected ValueError, got {got!r}. A column that is not there is not a missing value."
)
rng = random.Random(2)


def grown(depth):
    if depth == 0 or rng.random() < 0.2:
        return round(rng.uniform(-9, 9), 2)
    return (
        rng.randrange(3),
        rng.randrange(8),
        rng.random() < 0.5,
        grown(depth - 1),
        grown(depth - 1),
    )


for _ in range(60):
    node = tree = grown(5)
    row = [
        rng.choice([None, NAN, rng.randrange(8), rng.uniform(0, 8)])
        for _ in range(3)
    ]
    while isinstance(node, tuple):
        value = row[node[0]]
        known = value is not None and value == value
        node = node[3] if (value <= node[1] if known else node[2]) else node[4]
    got = outcome(tree, row)
    assert got == node, (
        f"a random tree and the row {row}: expected {node}, got {got!r}."
    )

# %% hint
# NaN is the one value that is not equal to itself. Loop while `isinstance(node, tuple)`; unpack the five parts; decide `left` or `right`; that is the next node.


# %% answer
def predict(tree, row: list) -> float:
    """Return the leaf that the row reaches."""
    while isinstance(tree, tuple):
        feature, threshold, missing_left, left, right = tree
        if feature >= len(row):
            raise ValueError(f"the row has no column {feature}")
        value = row[feature]
        if value is None or value != value:
            tree = left if missing_left else right
        else:
            tree = left if value <= threshold else right
    return tree


# %% wrong: only strictly smaller values go left
# says: equal to the threshold goes left
def predict(tree, row):
    while isinstance(tree, tuple):
        feature, threshold, missing_left, left, right = tree
        if feature >= len(row):
            raise ValueError("short")
        value = row[feature]
        if value is None or value != value:
            tree = left if missing_left else right
        else:
            tree = left if value < threshold else right
    return tree


# %% wrong: NaN is compared, and is never at most anything
# says: goes left where missing_left is true
def predict(tree, row):
    while isinstance(tree, tuple):
        feature, threshold, missing_left, left, right = tree
        if feature >= len(row):
            raise ValueError("short")
        value = row[feature]
        if value is None:
            tree = left if missing_left else right
        else:
            tree = left if value <= threshold else right
    return tree


# %% wrong: missing values always go left
# says: goes right where missing_left is false
def predict(tree, row):
    while isinstance(tree, tuple):
        feature, threshold, missing_left, left, right = tree
        if feature >= len(row):
            raise ValueError("short")
        value = row[feature]
        if value is None or value != value:
            tree = left
        else:
            tree = left if value <= threshold else right
    return tree


# %% wrong: zero counts as missing
# says: Zero is a value
def predict(tree, row):
    while isinstance(tree, tuple):
        feature, threshold, missing_left, left, right = tree
        if feature >= len(row):
            raise ValueError("short")
        value = row[feature]
        if not value or value != value:
            tree = left if missing_left else right
        else:
            tree = left if value <= threshold else right
    return tree


# %% wrong: a column that is not there counts as missing
# says: not a missing value
def predict(tree, row):
    while isinstance(tree, tuple):
        feature, threshold, missing_left, left, right = tree
        value = row[feature] if feature < len(row) else None
        if value is None or value != value:
            tree = left if missing_left else right
        else:
            tree = left if value <= threshold else right
    return tree


# %% wrong: all of the tree is asked whether the row is long enough
# says: Only the nodes on the way
def predict(tree, row):
    if not isinstance(tree, tuple):
        return tree
    feature, threshold, missing_left, left, right = tree
    if feature >= len(row):
        raise ValueError("short")
    sides = [predict(side, row) for side in (left, right)]
    value = row[feature]
    if value is None or value != value:
        return sides[0] if missing_left else sides[1]
    return sides[0] if value <= threshold else sides[1]
