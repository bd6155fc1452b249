"""Precision, recall and F1

Write `precision_recall_f1(y_true, y_pred, positive)` for two lists of labels and the label that counts as positive. Precision is the share of predicted positives that are positive, recall the share of positives that were predicted, F1 their harmonic mean, 2PR / (P + R). A share of nothing is 0.0.

```pycon
>>> said = ["spam", "ham", "spam", "spam"]
>>> precision_recall_f1(["spam", "spam", "ham", "ham"], said, "spam")
(0.3333333333333333, 0.5, 0.4)
```

Labels may be anything that can be compared: strings, numbers, also 0 as the positive one. Raise `ValueError` if the lists differ in length.
"""
# chapter: 05-metrics
# minutes: 5
# difficulty: easy


# %% stub
def precision_recall_f1(
    y_true: list, y_pred: list, positive
) -> tuple[float, float, float]:
    """Return precision, recall and F1 of the positive label."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return precision_recall_f1(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return (
        isinstance(got, (tuple, list))
        and len(got) == len(expected)
        and all(isinstance(g, (int, float)) for g in got)
        and all(abs(g - e) < 1e-9 for g, e in zip(got, expected))
    )


truth, said = ["s", "s", "h", "h"], ["s", "h", "s", "s"]
got = precision_recall_f1(truth, said, "s")
assert isinstance(got, (tuple, list)) and len(got) == 3, (
    f"expected three numbers, precision, recall and F1, got {got!r}"
)
assert not near(got[:2], (1 / 2, 1 / 3)), (
    f"expected precision 0.333… and recall 0.5, got {got!r}. They are swapped: precision divides by what was predicted, recall by what is there."
)
assert not near(got[2:], (5 / 12,)), (
    f"precision 0.333… and recall 0.5: expected F1 0.4, got {got[2]!r}. F1 is the harmonic mean, not the arithmetic one."
)
assert near(got, (1 / 3, 1 / 2, 0.4)), (
    f"one hit, three predicted, two there: expected (0.333…, 0.5, 0.4), got {got!r}"
)
got = outcome(["s", "h", "h", "h"], ["s", "h", "h", "h"], "s")
assert near(got, (1, 1, 1)), (
    f"all labels right: expected (1.0, 1.0, 1.0), got {got!r}"
)
got = outcome(["s"] + ["h"] * 9, ["h"] * 10, "s")
assert near(got, (0, 0, 0)), (
    f"nothing predicted positive: expected (0.0, 0.0, 0.0), got {got!r}. A share of nothing is 0.0 here, and no division by zero; that nine of ten labels are right is accuracy."
)
got = outcome(["h", "h"], ["s", "h"], "s")
assert near(got, (0, 0, 0)), (
    f"no positive there: expected (0.0, 0.0, 0.0), got {got!r}"
)
got = outcome([0, 0, 0, 1], [0, 0, 1, 1], 0)
assert near(got, (1, 2 / 3, 0.8)), (
    f"positive = 0, truth 0 0 0 1, predicted 0 0 1 1: expected (1.0, 0.666…, 0.8), got {got!r}. Compare with the positive label; what Python takes as true says nothing."
)
got = outcome(["s", "h", "s"], ["s"], "s")
assert isinstance(got, str) and got.startswith("ValueError"), (
    f"three labels and one prediction: expected ValueError, got {got!r}. zip would leave two labels out and report a better recall."
)
rng = random.Random(19)
for _ in range(20):
    truth = [rng.choice("abc") for _ in range(30)]
    said = [rng.choice("abc") for _ in range(30)]
    one, other = outcome(truth, said, "a"), outcome(said, truth, "a")
    assert near(one, (other[1], other[0], other[2])), (
        f"truth and prediction exchanged: expected precision and recall to change places and F1 to stay, got {one!r} and {other!r}"
    )

# %% hint
# Three counts are enough: hits (both positive), predicted positives, positives. F1 is then 2 · hits / (predicted + positives).


# %% answer
def precision_recall_f1(
    y_true: list, y_pred: list, positive
) -> tuple[float, float, float]:
    """Return precision, recall and F1 of the positive label."""
    pairs = list(zip(y_true, y_pred, strict=True))
    hits = sum(t == positive and p == positive for t, p in pairs)
    predicted = sum(p == positive for _, p in pairs)
    actual = sum(t == positive for t, _ in pairs)

    def share(part: float, whole: float) -> float:
        return part / whole if whole else 0.0

    return (
        share(hits, predicted),
        share(hits, actual),
        share(2 * hits, predicted + actual),
    )


# %% wrong: precision and recall swapped
# says: They are swapped
def precision_recall_f1(y_true, y_pred, positive):
    hits = sum(t == p == positive for t, p in zip(y_true, y_pred))
    precision = hits / y_true.count(positive)
    recall = hits / y_pred.count(positive)
    return precision, recall, 2 * precision * recall / (precision + recall)


# %% wrong: F1 as the plain mean
# says: not the arithmetic one
def precision_recall_f1(y_true, y_pred, positive):
    hits = sum(t == p == positive for t, p in zip(y_true, y_pred))
    precision = hits / max(y_pred.count(positive), 1)
    recall = hits / max(y_true.count(positive), 1)
    return precision, recall, (precision + recall) / 2


# %% wrong: division by zero
# says: no division by zero
def precision_recall_f1(y_true, y_pred, positive):
    hits = sum(t == p == positive for t, p in zip(y_true, y_pred))
    precision = hits / y_pred.count(positive)
    recall = hits / y_true.count(positive)
    return precision, recall, 2 * precision * recall / (precision + recall)


# %% wrong: zip cuts the longer list
# says: zip would leave two labels out
def precision_recall_f1(y_true, y_pred, positive):
    tp = fp = fn = 0
    for t, p in zip(y_true, y_pred):
        tp += t == positive and p == positive
        fp += t != positive and p == positive
        fn += t == positive and p != positive
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    f1 = 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0
    return precision, recall, f1


# %% wrong: the positive label read as true
# says: what Python takes as true
def precision_recall_f1(y_true, y_pred, positive):
    positive = positive or 1
    tp = fp = fn = 0
    for t, p in zip(y_true, y_pred, strict=True):
        tp += t == positive and p == positive
        fp += t != positive and p == positive
        fn += t == positive and p != positive
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    f1 = 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0
    return precision, recall, f1
