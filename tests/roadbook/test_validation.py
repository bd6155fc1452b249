"""`roadbook.validation` against plain loops and scikit-learn, its bad arguments, and what its interval is worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nbformat
import numpy as np
import pytest
from scipy import stats
from sklearn.model_selection import GroupKFold, TimeSeriesSplit

from roadbook import course, validation

NAN = float("nan")


def rows(splits: list[Any]) -> list[tuple[list[int], list[int]]]:
    return [(train.tolist(), test.tolist()) for train, test in splits]


def test_group_folds_by_hand() -> None:
    found = rows(validation.group_folds(["b", "a", "a", "c", "a", "c"], 2))
    assert found == [([0, 3, 5], [1, 2, 4]), ([1, 2, 4], [0, 3, 5])]


@pytest.mark.parametrize("n_folds", [2, 3, 5])
def test_group_folds_keep_groups_whole_and_folds_even(n_folds: int) -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        groups = rng.permutation(np.repeat(np.arange(12), rng.integers(1, 20, size=12)))
        splits = validation.group_folds(groups, n_folds)
        assert np.array_equal(np.sort(np.concatenate([test for _, test in splits])), np.arange(len(groups)))
        for train, test in splits:
            assert not set(groups[train]) & set(groups[test])
            assert len(train) + len(test) == len(groups)
        theirs = [len(test) for _, test in GroupKFold(n_folds).split(groups, groups=groups)]
        assert sorted(len(test) for _, test in splits) == sorted(theirs)


def test_time_splits_by_hand() -> None:
    times = [3, 1, 2, 2, 5, 4]
    assert rows(validation.time_splits(times, 2)) == [([1, 2, 3], [0, 5]), ([0, 1, 2, 3, 5], [4])]
    assert rows(validation.time_splits(times, 2, gap=1)) == [([1], [0, 5]), ([0, 1, 2, 3], [4])]


def test_time_splits_agree_with_scikit_learn_where_each_row_has_its_time() -> None:
    order = np.random.default_rng(0).permutation(40)
    for gap in (0, 3):
        ours = validation.time_splits(np.arange(40), 4, gap=gap)
        for (train, test), (train_, test_) in zip(
            ours, TimeSeriesSplit(4, gap=gap).split(order), strict=True
        ):
            assert train.tolist() == train_.tolist() and test.tolist() == test_.tolist()
        shuffled = validation.time_splits(order, 4, gap=gap)
        for (train, test), (train_, test_) in zip(ours, shuffled, strict=True):
            assert set(train) == set(order[train_]) and set(test) == set(order[test_])


def test_time_splits_look_forward() -> None:
    rng = np.random.default_rng(1)
    times = rng.integers(0, 60, size=500) / 2
    for gap in (0, 0.5, 4):
        for train, test in validation.time_splits(times, 3, gap):
            assert times[test].min() - times[train].max() > gap
            assert not set(times[train]) & set(times[test])


def test_corrected_interval_by_its_formula() -> None:
    d = np.array([0.1, 0.3, 0.2, 0.4])
    e = validation.corrected_interval(d, n_train=90, n_test=10)
    half = stats.t.ppf(0.975, 3) * d.std(ddof=1) * (1 / 4 + 1 / 9) ** 0.5
    assert (e.value, e.low, e.high, e.n) == pytest.approx((0.25, 0.25 - half, 0.25 + half, 4))
    narrow = validation.corrected_interval(d, 90, 10, level=0.5)
    assert e.low < narrow.low < narrow.value < narrow.high < e.high


def test_repeating_folds_does_not_make_the_interval_vanish() -> None:
    rng = np.random.default_rng(0)
    few, many = rng.normal(size=10), rng.normal(size=10_000)
    width = [e.high - e.low for e in (validation.corrected_interval(d, 90, 10) for d in (few, many))]
    assert width[1] == pytest.approx(2 * 1.96 * (1 / 9) ** 0.5, rel=0.03) and width[1] < width[0]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: validation.group_folds([], 2), "groups"),
        (lambda: validation.group_folds([["a"], ["b"]], 2), "groups"),
        (lambda: validation.group_folds([1, NAN], 2), "groups"),
        (lambda: validation.group_folds(["a", "b"], 1), "n_folds"),
        (lambda: validation.group_folds(["a", "b"], 3), "n_folds"),
        (lambda: validation.time_splits([], 1), "times"),
        (lambda: validation.time_splits([1, NAN], 1), "times"),
        (lambda: validation.time_splits([1, 1, 2], 2), "n_splits"),
        (lambda: validation.time_splits([1, 2, 3], 0), "n_splits"),
        (lambda: validation.time_splits([1, 2, 3], 2, -1), "gap"),
        (lambda: validation.time_splits([1, 2, 3], 2, NAN), "gap"),
        (lambda: validation.time_splits([1, 2, 3], 2, 1), "gap"),
        (lambda: validation.corrected_interval([1], 9, 1), "differences"),
        (lambda: validation.corrected_interval([1, NAN], 9, 1), "differences"),
        (lambda: validation.corrected_interval([1, 2], 0, 1), "n_train"),
        (lambda: validation.corrected_interval([1, 2], 9, -1), "n_test"),
        (lambda: validation.corrected_interval([1, 2], 9, 1, level=1), "level"),
    ],
)
def test_bad_arguments_are_named(call: Callable[[], object], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        call()


def test_the_chapter_computes_the_same() -> None:
    """The splitters that the notebook defines, on data that it does not have."""
    cells = nbformat.read(course.find("06").notebook, as_version=4).cells
    namespace: dict[str, Any] = {"np": np}
    for cell in cells:
        if cell.cell_type == "code" and cell.source.startswith("def "):
            exec(cell.source.split("\n\n\n")[0], namespace)
    rng = np.random.default_rng(2)
    groups, times = rng.integers(0, 9, size=80), rng.integers(0, 30, size=80)
    assert rows(namespace["group_folds"](groups, 3)) == rows(validation.group_folds(groups, 3))
    assert rows(namespace["time_splits"](times, 4, 2)) == rows(validation.time_splits(times, 4, 2))
