"""Metrics of a binary classifier, and how sure we are of them, as chapter 05 builds them.

`y_true` holds 0 and 1 (or booleans), `p` probabilities, `scores` any numbers that rank; all have shape (n,).
A bad argument gets a `ValueError` whose message starts with its name. Every interval is a percentile interval
of a bootstrap over *groups*, rows that stand or fall together such as the flights of one day, from a seed.

Sources: T. Fawcett, "An introduction to ROC analysis" (2006), for the curve and its ties; M. Pakdaman
Naeini and others, "Obtaining well calibrated probabilities using Bayesian binning" (2015), for the
calibration error; C. Elkan, "The foundations of cost-sensitive learning" (2001), for the threshold.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from roadbook.evals import SMALL, Estimate

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]


# Ranking ------------------------------------------------------------------------------------------


def roc_auc(y_true: npt.ArrayLike, scores: npt.ArrayLike) -> float:
    """Return the share of pairs, one positive and one negative, in which the positive has the higher score.

    A pair with equal scores counts half. Sorts once: n · log n, and no array of pairs.

    Args:
        y_true: (n,) of 0 and 1, both present.
        scores: (n,) finite numbers; a higher one speaks for 1.

    Raises:
        ValueError: an argument is empty, of another length, not finite or not 0 and 1, or `y_true` holds
            one class only.
    """
    y, s = _labels(y_true), _numbers(scores, "scores")
    _fit(y, s, "scores")
    n_positive = int(y.sum())
    if n_positive in (0, len(y)):
        raise ValueError(f"y_true: expected both classes, got {len(y)} times {int(y[0])}")
    negative = np.sort(s[~y])
    below = np.searchsorted(negative, s[y], side="left")  # negatives under each positive
    not_above = np.searchsorted(negative, s[y], side="right")  # and those that tie with it
    return float((below + not_above).sum() / 2 / n_positive / len(negative))


def average_precision(y_true: npt.ArrayLike, scores: npt.ArrayLike) -> float:
    """Return the precision at each threshold, averaged with the recall gained there as weight.

    Rows of equal score enter together, as in `sklearn.metrics.average_precision_score`: nothing is
    interpolated, and the order of the rows does not matter.

    Raises:
        ValueError: as `roc_auc`; here `y_true` needs at least one positive.
    """
    y, s = _labels(y_true), _numbers(scores, "scores")
    _fit(y, s, "scores")
    if not y.any():
        raise ValueError("y_true: expected at least one positive, got none")
    order = np.argsort(-s, kind="stable")
    last_of_tie = np.append(np.flatnonzero(np.diff(s[order])), len(s) - 1)
    hits = y[order].cumsum()[last_of_tie]  # positives among the rows flagged at each threshold
    precision = hits / (last_of_tie + 1)
    return float((precision * np.diff(hits, prepend=0)).sum() / y.sum())


# Calibration --------------------------------------------------------------------------------------


def reliability(y_true: npt.ArrayLike, p: npt.ArrayLike, n_bins: int = 10) -> pd.DataFrame:
    """Return what a reliability diagram shows: a row for each of `n_bins` equal bins that holds a prediction.

    A probability on an inner edge belongs to the upper bin, 1.0 to the last.

    Returns:
        Table with the columns `n`, `predicted` (mean probability) and `observed` (share of ones), by bin.

    Raises:
        ValueError: an argument is empty or of another length, `y_true` is not 0 and 1, a probability lies
            outside [0, 1] or is NaN, or `n_bins` is under 1.
    """
    import pandas as pd

    y, q = _labels(y_true), _probabilities(p)
    _fit(y, q, "p")
    if n_bins < 1:
        raise ValueError(f"n_bins: expected at least 1, got {n_bins}")
    edges = np.arange(1, n_bins) / n_bins
    table = pd.DataFrame({"bin": np.digitize(q, edges), "predicted": q, "observed": y.astype(float)})
    grouped = table.groupby("bin")
    return grouped.mean().assign(n=grouped.size())[["n", "predicted", "observed"]]


def expected_calibration_error(y_true: npt.ArrayLike, p: npt.ArrayLike, n_bins: int = 10) -> float:
    """Return the mean gap between predicted probability and observed rate over bins, weighted by their rows.

    Raises:
        ValueError: as `reliability`.
    """
    bins = reliability(y_true, p, n_bins)
    gaps = (bins["predicted"] - bins["observed"]).abs()
    return float((gaps * bins["n"]).sum() / bins["n"].sum())


# Thresholds ---------------------------------------------------------------------------------------


def bayes_threshold(cost_false_alarm: float, cost_miss: float) -> float:
    """Return the probability from which acting is cheaper on average, if the probabilities can be believed.

    Both costs count against the right decision for the same row.

    Raises:
        ValueError: a cost is negative or not finite, or both are 0.
    """
    alarm, miss = _costs(cost_false_alarm, cost_miss)
    return alarm / (alarm + miss)


def mean_cost(
    y_true: npt.ArrayLike, acted: npt.ArrayLike, cost_false_alarm: float, cost_miss: float
) -> float:
    """Return the mean cost of a row, where `acted` says for which rows the action was taken.

    Raises:
        ValueError: an argument is empty or of another length, is not 0 and 1, or a cost is as it must not be.
    """
    y, a = _labels(y_true), _labels(acted, "acted")
    _fit(y, a, "acted")
    alarm, miss = _costs(cost_false_alarm, cost_miss)
    return float(alarm * (a & ~y).mean() + miss * (y & ~a).mean())


def cost_threshold(
    y_true: npt.ArrayLike, p: npt.ArrayLike, cost_false_alarm: float, cost_miss: float
) -> tuple[float, float]:
    """Return the threshold with the least cost on these rows, and that cost per row.

    The action is taken where p ≥ threshold. The candidates are the probabilities that occur and infinity,
    which never acts; of equally cheap ones the highest wins, because it acts least.

    Raises:
        ValueError: as `mean_cost`, or a probability lies outside [0, 1] or is NaN.
    """
    y, q = _labels(y_true), _probabilities(p)
    _fit(y, q, "p")
    alarm, miss = _costs(cost_false_alarm, cost_miss)
    candidates, row = np.unique(q, return_inverse=True)  # rising
    ones = np.bincount(row, weights=y)
    zeros = np.bincount(row, weights=~y)
    misses = np.append(0, ones.cumsum())  # ones below each candidate; below infinity, all of them
    alarms = np.append(zeros[::-1].cumsum()[::-1], 0)
    costs = (alarm * alarms + miss * misses) / len(y)
    cheap = np.flatnonzero(np.isclose(costs, costs.min(), rtol=1e-12, atol=0))[-1]
    return float(np.append(candidates, np.inf)[cheap]), float(costs[cheap])


# How sure -----------------------------------------------------------------------------------------


def ratio_interval(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    groups: npt.ArrayLike | None = None,
    *,
    level: float = 0.95,
    n_resamples: int = 2000,
    seed: int = 0,
) -> Estimate:
    """Return sum(numerator) / sum(denominator) with a bootstrap interval over groups of rows.

    Rates, precision, recall and mean costs are such ratios; so is the difference of two systems' costs.
    The rows of each group are summed first, so that a resample costs as much as there are groups. Resamples
    whose denominator is 0 are left out.

    Args:
        numerator: (n,) numbers.
        denominator: (n,) numbers, none negative.
        groups: (n,) names; rows of one group are drawn together. None: each row is its own group.
        level: coverage that the interval aims at.
        n_resamples: bootstrap samples.
        seed: of the bootstrap.

    Returns:
        The ratio, with NaN where the denominator is 0, and the sum of the denominator, rounded, as its `n`.

    Raises:
        ValueError: an argument is empty, of another length or not finite, or `level` lies outside (0, 1).
    """
    above, below = _numbers(numerator, "numerator"), _numbers(denominator, "denominator")
    if len(below) != len(above):
        raise ValueError(f"denominator: expected {len(above)} numbers like numerator, got {len(below)}")
    if below.min() < 0:
        raise ValueError(f"denominator: expected none below 0, got {below.min()}")
    if not 0 < level < 1:
        raise ValueError(f"level: expected a number between 0 and 1, got {level}")
    code = _group_codes(groups, len(above))
    sums: Floats = np.column_stack([np.bincount(code, w) for w in (above, below)]).astype(
        float
    )  # (n_groups, 2)
    total = sums.sum(axis=0)
    if total[1] == 0:
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    drawn = _draw(sums, n_resamples, seed)  # (n_resamples, 2)
    drawn = drawn[drawn[:, 1] > 0]
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], [(1 - level) / 2, (1 + level) / 2])
    return Estimate(float(total[0] / total[1]), float(low), float(high), round(float(total[1])))


def slice_metrics(
    y_true: npt.ArrayLike,
    flagged: npt.ArrayLike,
    slices: Mapping[str, npt.ArrayLike],
    groups: npt.ArrayLike | None = None,
    *,
    level: float = 0.95,
    n_resamples: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Return precision and recall of all rows and of every slice, with counts and bootstrap intervals.

    Args:
        y_true: (n,) of 0 and 1.
        flagged: (n,) of 0 and 1: the rows for which the action is taken.
        slices: n values for each way of slicing, by its name: `{"month": [10, 10, 11, ...]}`.
        groups: (n,) names; rows of one group are drawn together, as in `ratio_interval`.
        level: coverage that the intervals aim at.
        n_resamples: bootstrap samples of each slice.
        seed: of the bootstrap; a slice's interval does not depend on the other slices.

    Returns:
        Table with the columns `by`, `slice`, `n`, `positives`, `precision`, `precision_low`,
        `precision_high`, `recall`, `recall_low`, `recall_high`, `small`; the first row is all rows. A metric
        without a denominator is NaN. `small` marks slices with fewer than 30 positives: their recall
        supports no claim.

    Raises:
        ValueError: an argument is empty or of another length (the message names it, or the way of slicing).
    """
    import pandas as pd

    y, f = _labels(y_true), _labels(flagged, "flagged")
    _fit(y, f, "flagged")
    code = _group_codes(groups, len(y))
    parts: list[tuple[str, Hashable, npt.NDArray[np.bool_]]] = [("all", "all", np.ones(len(y), dtype=bool))]
    for by, values in slices.items():
        names = np.asarray(values)
        if names.shape != y.shape:
            raise ValueError(f"{by}: expected {len(y)} values, one a row, got shape {names.shape}")
        parts += [(by, name, names == name) for name in np.unique(names).tolist()]
    rows = []
    for by, name, inside in parts:
        hit = y[inside] & f[inside]
        found = []
        for below in (f[inside], y[inside]):
            e = ratio_interval(hit, below, code[inside], level=level, n_resamples=n_resamples, seed=seed)
            found += [e.value, e.low, e.high]
        positives = int(y[inside].sum())
        rows.append((by, name, int(inside.sum()), positives, *found, positives < SMALL))
    metrics = [f"{m}{end}" for m in ("precision", "recall") for end in ("", "_low", "_high")]
    return pd.DataFrame(rows, columns=["by", "slice", "n", "positives", *metrics, "small"])


def _draw(sums: Floats, n_resamples: int, seed: int) -> Floats:
    """Return the sums of `n_resamples` bootstrap samples of the rows of sums, shape (n_groups, n_columns).

    Equal rows are drawn as one kind with its count: a sample of rows of 0 and 1 costs next to nothing.
    """
    rng = np.random.default_rng(seed)
    kinds, counts = np.unique(sums, axis=0, return_counts=True)
    step = max(1, 4_000_000 // len(kinds))  # resamples held at once
    sizes = [min(step, n_resamples - start) for start in range(0, n_resamples, step)]
    shares = counts / counts.sum()
    return np.concatenate([rng.multinomial(len(sums), shares, size=size) @ kinds for size in sizes])


# Arguments ----------------------------------------------------------------------------------------


def _numbers(values: npt.ArrayLike, name: str) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name}: expected at least one number in one dimension, got shape {array.shape}")
    if not np.isfinite(array).all():
        where = int(np.argmin(np.isfinite(array)))
        raise ValueError(f"{name}: expected finite numbers, got {array[where]} at {where}")
    return array


def _labels(values: npt.ArrayLike, name: str = "y_true") -> npt.NDArray[np.bool_]:
    array = _numbers(values, name)
    if not np.isin(array, (0, 1)).all():
        raise ValueError(f"{name}: expected 0 and 1 only, got {array[~np.isin(array, (0, 1))][0]:g}")
    ones: npt.NDArray[np.bool_] = array == 1
    return ones


def _probabilities(values: npt.ArrayLike) -> Floats:
    array = _numbers(values, "p")
    if array.min() < 0 or array.max() > 1:
        raise ValueError(f"p: expected probabilities in [0, 1], got {array.min():g} to {array.max():g}")
    return array


def _fit(y: npt.NDArray[np.bool_], other: npt.NDArray[Any], name: str) -> None:
    if len(other) != len(y):
        raise ValueError(f"{name}: expected {len(y)} values like y_true, got {len(other)}")


def _costs(cost_false_alarm: float, cost_miss: float) -> tuple[float, float]:
    for name, cost in (("cost_false_alarm", cost_false_alarm), ("cost_miss", cost_miss)):
        if not (np.isfinite(cost) and cost >= 0):
            raise ValueError(f"{name}: expected a finite number, not negative, got {cost}")
    if cost_false_alarm == cost_miss == 0:
        raise ValueError("cost_miss: expected one of the two costs above 0, got 0 and 0")
    return float(cost_false_alarm), float(cost_miss)


def _group_codes(groups: npt.ArrayLike | None, n: int) -> npt.NDArray[np.int64]:
    if groups is None:
        return np.arange(n)
    array = np.asarray(groups)
    if array.shape != (n,):
        raise ValueError(f"groups: expected {n} names, one a row, got shape {array.shape}")
    return np.unique(array, return_inverse=True)[1].astype(np.int64)
