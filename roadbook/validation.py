"""Splits that imitate deployment, and what a difference over folds is worth, as chapter 06 builds them.

A split is a pair of arrays of row numbers, `(train, test)`, each in rising order: scikit-learn takes lists of
such pairs as `cv`. A bad argument gets a `ValueError` whose message starts with its name.

Sources: C. Nadeau and Y. Bengio, "Inference for the generalization error" (2003), for the corrected variance;
R. Bouckaert and E. Frank, "Evaluating the replicability of significance tests" (2004), for repeated folds.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from roadbook.evals import Estimate

Rows = npt.NDArray[np.intp]
Split = tuple[Rows, Rows]


def group_folds(groups: npt.ArrayLike, n_folds: int) -> list[Split]:
    """Cut rows into folds of about equal size so that no group is on both sides of a split.

    The groups go from the largest to the smallest (equally large ones in the order of their first row), each
    to the fold with the fewest rows so far. No randomness: the same groups give the same folds.

    Args:
        groups: (n,) names of the rows' groups.
        n_folds: number of folds, from 2 to the number of groups.

    Raises:
        ValueError: `groups` is empty or holds NaN, or `n_folds` is out of range.
    """
    g = np.asarray(groups)
    if g.ndim != 1 or not len(g):
        raise ValueError(f"groups: expected a name for each row, got shape {g.shape}")
    if g.dtype.kind == "f" and np.isnan(g).any():
        raise ValueError("groups: expected no NaN")
    names, first, group, size = np.unique(g, return_index=True, return_inverse=True, return_counts=True)
    if not 2 <= n_folds <= len(names):
        raise ValueError(f"n_folds: expected 2 to {len(names)}, the number of groups, got {n_folds}")
    fold_of, rows = np.zeros(len(names), dtype=np.intp), np.zeros(n_folds, dtype=np.intp)
    for k in np.lexsort((first, -size)):
        fold_of[k] = rows.argmin()
        rows[fold_of[k]] += size[k]
    fold = fold_of[group]
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(n_folds)]


def time_splits(times: npt.ArrayLike, n_splits: int, gap: float = 0) -> list[Split]:
    """Test on one block of time after another, each time training on what lies before it.

    The distinct times are cut into `n_splits + 1` blocks of neighbours, as equally long as possible, the
    longer ones first. The first is only trained on. Rows may come in any order; those of one time stay
    together.

    Args:
        times: (n,) numbers, for instance days.
        n_splits: number of test blocks.
        gap: a row is trained on if its time lies before the test block by more than this, in the unit of
            `times`: the time until a label is known.

    Raises:
        ValueError: `times` is empty or holds NaN, there are too few times for the splits, or `gap` is
            negative or leaves a split nothing to train on.
    """
    t = np.asarray(times, dtype=np.float64)
    if t.ndim != 1 or not len(t) or np.isnan(t).any():
        raise ValueError("times: expected a number for each row, without NaN")
    distinct = np.unique(t)
    if not 1 <= n_splits < len(distinct):
        raise ValueError(f"n_splits: expected 1 to {len(distinct) - 1} for these times, got {n_splits}")
    if not gap >= 0:
        raise ValueError(f"gap: expected a number that is not negative, got {gap}")
    splits = []
    for block in np.array_split(distinct, n_splits + 1)[1:]:
        train = np.flatnonzero(block[0] - t > gap)
        if not len(train):
            raise ValueError(f"gap: expected one that leaves rows before {block[0]:g}, got {gap}")
        splits.append((train, np.flatnonzero((t >= block[0]) & (t <= block[-1]))))
    return splits


def corrected_interval(
    differences: npt.ArrayLike, n_train: float, n_test: float, *, level: float = 0.95
) -> Estimate:
    """Return the mean difference of two models over folds, with the interval of the corrected t-test.

    Training sets of folds overlap, so their scores are not independent, and std / √k is too short. Nadeau and
    Bengio put √(1/k + n_test / n_train) in place of √(1/k): a rule of thumb that holds up in experiments, not
    an unbiased estimate (there is none). It speaks of models trained on n_train rows drawn like these.

    Args:
        differences: (k,) differences in score, one for each fold; of repeated cross-validation, of all folds.
        n_train: rows that each model was trained on (for uneven folds their mean).
        n_test: rows that each was tested on.
        level: coverage that the interval aims at.

    Raises:
        ValueError: there are fewer than two differences or one is not finite, a number of rows is not
            positive, or `level` lies outside (0, 1).
    """
    from scipy import stats

    d = np.asarray(differences, dtype=np.float64)
    if d.ndim != 1 or len(d) < 2 or not np.isfinite(d).all():
        raise ValueError("differences: expected at least two finite numbers")
    for name, value in (("n_train", n_train), ("n_test", n_test)):
        if not value > 0:
            raise ValueError(f"{name}: expected a positive number, got {value}")
    if not 0 < level < 1:
        raise ValueError(f"level: expected a number between 0 and 1, got {level}")
    half = stats.t.ppf((1 + level) / 2, len(d) - 1) * d.std(ddof=1) * np.sqrt(1 / len(d) + n_test / n_train)
    mean = float(d.mean())
    return Estimate(mean, float(mean - half), float(mean + half), len(d))
