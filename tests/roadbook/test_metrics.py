"""`roadbook.metrics` against scikit-learn and plain loops, its bad arguments, and the coverage of its intervals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nbformat
import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_score, recall_score, roc_auc_score

from roadbook import course, evals, metrics

NAN = float("nan")


def sample(seed: int, n: int = 400, ties: bool = False) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    p = rng.beta(1, 6, size=n)
    y = rng.random(n) < p
    y[:2] = (True, False)
    return y, p.round(1) if ties else p


@pytest.mark.parametrize("ties", [False, True])
def test_ranking_agrees_with_scikit_learn(ties: bool) -> None:
    for seed in range(20):
        y, p = sample(seed, ties=ties)
        assert metrics.roc_auc(y, p) == pytest.approx(roc_auc_score(y, p), abs=1e-12)
        assert metrics.average_precision(y, p) == pytest.approx(average_precision_score(y, p), abs=1e-12)


def test_ranking_does_not_depend_on_order_or_scale() -> None:
    y, p = sample(3, ties=True)
    shuffled = np.random.default_rng(0).permutation(len(y))
    for metric in (metrics.roc_auc, metrics.average_precision):
        assert metric(y[shuffled], p[shuffled]) == pytest.approx(metric(y, p), abs=1e-12)
        assert metric(y, 1000 * p - 5) == pytest.approx(metric(y, p), abs=1e-12)
    assert metrics.roc_auc(y, -p) == pytest.approx(1 - metrics.roc_auc(y, p), abs=1e-12)
    assert metrics.roc_auc([0, 1, 1], [5, 5, 5]) == 0.5
    assert metrics.average_precision([1, 1], [5, 5]) == 1.0


def by_loop(y: Any, p: Any, n_bins: int) -> float:
    total = 0.0
    for b in range(n_bins):
        inside = [i for i, q in enumerate(p) if min(int(q * n_bins), n_bins - 1) == b]
        if inside:
            total += len(inside) * abs(np.mean(p[inside]) - np.mean(y[inside]))
    return total / len(p)


def test_calibration_error_against_a_loop() -> None:
    for n_bins in (1, 2, 8, 16):  # edges that binary floats hold exactly
        y, p = sample(n_bins)
        assert metrics.expected_calibration_error(y, p, n_bins) == pytest.approx(by_loop(y, p, n_bins))
    assert metrics.expected_calibration_error([0, 1, 1, 1], [0.1, 0.3, 0.9, 0.9], 2) == pytest.approx(0.2)


def test_bins_of_a_reliability_diagram() -> None:
    bins = metrics.reliability([0, 1, 1, 0], [0.0, 0.5, 1.0, 0.3], n_bins=10)
    assert bins.index.tolist() == [0, 3, 5, 9] and bins["n"].tolist() == [1, 1, 1, 1]
    assert bins["observed"].tolist() == [0, 0, 1, 1]
    y, p = sample(0, n=100_000)
    assert metrics.expected_calibration_error(y, p) < 0.01
    assert metrics.expected_calibration_error(y, np.minimum(1, 2 * p)) > 0.05


def cheapest(y: Any, p: Any, alarm: float, miss: float) -> tuple[float, float]:
    costs = {t: metrics.mean_cost(y, p >= t, alarm, miss) for t in [*np.unique(p), np.inf]}
    least = min(costs.values())
    return max(t for t, c in costs.items() if c <= least * (1 + 1e-12)), least


def test_cost_threshold_against_all_candidates() -> None:
    for seed in range(10):
        y, p = sample(seed, n=60, ties=seed % 2 == 0)
        for alarm, miss in ((1, 9), (5, 1), (0, 1), (1, 0), (300.5, 1200.25)):
            got = metrics.cost_threshold(y, p, alarm, miss)
            expected = cheapest(y, p, alarm, miss)
            assert got[0] == expected[0] and got[1] == pytest.approx(expected[1])
    assert metrics.cost_threshold([0, 0], [0.2, 0.4], 1, 9) == (np.inf, 0.0)


def test_cost_threshold_comes_to_the_one_of_theory() -> None:
    y, p = sample(1, n=200_000)
    best, cost = metrics.cost_threshold(y, p, 1, 9)
    assert metrics.bayes_threshold(1, 9) == 0.1 and abs(best - 0.1) < 0.03
    assert metrics.mean_cost(y, p >= 0.1, 1, 9) < 1.01 * cost


def test_intervals_by_row_and_by_group() -> None:
    rng = np.random.default_rng(0)
    hits = rng.random(300) < 0.3
    rows = metrics.ratio_interval(hits, np.ones(300))
    assert rows.value == pytest.approx(hits.mean()) and rows.n == 300
    assert rows.high - rows.low == pytest.approx(2 * 1.96 * (0.21 / 300) ** 0.5, rel=0.15)
    # ten copies of each row carry no news: drawn together, they leave the interval as wide as it was
    copies = metrics.ratio_interval(np.repeat(hits, 10), np.ones(3000), np.repeat(np.arange(300), 10))
    assert copies.high - copies.low == pytest.approx(rows.high - rows.low, rel=0.1)
    alone = metrics.ratio_interval(np.repeat(hits, 10), np.ones(3000))
    assert alone.high - alone.low < 0.5 * (rows.high - rows.low)
    assert metrics.ratio_interval(hits, np.ones(300)) == rows, "the same seed gives the same interval"
    assert metrics.ratio_interval(hits, np.ones(300), seed=1) != rows


def test_intervals_cover_what_they_promise() -> None:
    covered = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        rate = rng.beta(2, 8, size=60).repeat(20)  # 60 groups of 20 rows with a rate of their own
        e = metrics.ratio_interval(
            rng.random(1200) < rate, np.ones(1200), np.arange(60).repeat(20), n_resamples=500, seed=seed
        )
        covered += e.low <= 0.2 <= e.high
    assert 0.88 <= covered / 200 <= 0.99, covered


def test_slices() -> None:
    y, p = sample(5, n=2000)
    flagged = p > 0.2
    airport = np.array(["EWR", "JFK"])[np.random.default_rng(1).integers(0, 2, size=2000)]
    hour = np.where(np.arange(2000) < 60, 5, 17)
    table = metrics.slice_metrics(y, flagged, {"airport": airport, "hour": hour}, np.arange(2000) // 20)
    assert table["slice"].tolist() == ["all", "EWR", "JFK", 5, 17]
    for _, row in table.iterrows():
        inside = {"all": np.full(2000, True), "airport": airport == row["slice"]}.get(
            row["by"], hour == row["slice"]
        )
        assert row["n"] == inside.sum() and row["positives"] == y[inside].sum()
        assert row["precision"] == pytest.approx(precision_score(y[inside], flagged[inside]))
        assert row["recall"] == pytest.approx(recall_score(y[inside], flagged[inside]))
        assert row["precision_low"] <= row["precision"] <= row["precision_high"]
        assert row["small"] == (row["positives"] < evals.SMALL)
    alone = metrics.slice_metrics(y, flagged, {"airport": airport}, np.arange(2000) // 20)
    assert alone.equals(table.iloc[:3]), "an interval must not depend on the other slices"


def test_a_metric_without_denominator_is_nan() -> None:
    table = metrics.slice_metrics([0, 0, 1], [0, 0, 1], {"part": ["a", "a", "b"]})
    silent = table[table["slice"] == "a"].iloc[0]
    assert np.isnan(silent[["precision", "precision_low", "recall", "recall_high"]].astype(float)).all()
    assert silent["positives"] == 0 and silent["small"]


TWO: list[tuple[Callable[..., object], str]] = [
    (metrics.roc_auc, "scores"),
    (metrics.average_precision, "scores"),
    (metrics.expected_calibration_error, "p"),
    (lambda y, p: metrics.cost_threshold(y, p, 1, 9), "p"),
    (lambda y, p: metrics.slice_metrics(y, p, {}), "flagged"),
    (lambda y, p: metrics.mean_cost(y, p, 1, 9), "acted"),
]


@pytest.mark.parametrize(("metric", "second"), TWO)
def test_bad_arguments_are_named(metric: Callable[..., object], second: str) -> None:
    for y, other, name in (
        ([], [], "y_true"),
        ([[0, 1]], [0, 1], "y_true"),
        ([0, 2], [0, 1], "y_true"),
        ([0, NAN], [0, 1], "y_true"),
        ([0, 1], [0], second),
        ([0, 1], [], second),
        ([0, 1], [0, NAN], second),
        ([0, 1], [[0], [1]], second),
    ):
        with pytest.raises(ValueError, match=f"^{name}: expected"):
            metric(y, other)


def test_one_class_only() -> None:
    for y in ([0, 0], [1, 1]):
        with pytest.raises(ValueError, match=r"^y_true: expected both classes"):
            metrics.roc_auc(y, [0.1, 0.2])
    with pytest.raises(ValueError, match=r"^y_true: expected at least one positive"):
        metrics.average_precision([0, 0], [0.1, 0.2])


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: metrics.expected_calibration_error([0, 1], [0.1, 1.2]), "p"),
        (lambda: metrics.expected_calibration_error([0, 1], [-0.1, 0.2]), "p"),
        (lambda: metrics.expected_calibration_error([0, 1], [0.1, 0.2], 0), "n_bins"),
        (lambda: metrics.cost_threshold([0, 1], [0.1, 1.2], 1, 9), "p"),
        (lambda: metrics.cost_threshold([0, 1], [0.1, 0.2], -1, 9), "cost_false_alarm"),
        (lambda: metrics.cost_threshold([0, 1], [0.1, 0.2], 1, NAN), "cost_miss"),
        (lambda: metrics.bayes_threshold(0, 0), "cost_miss"),
        (lambda: metrics.ratio_interval([1, 1], [1]), "denominator"),
        (lambda: metrics.ratio_interval([1, 1], [1, -1]), "denominator"),
        (lambda: metrics.ratio_interval([], []), "numerator"),
        (lambda: metrics.ratio_interval([1, 1], [1, 1], ["a"]), "groups"),
        (lambda: metrics.ratio_interval([1, 1], [1, 1], level=1), "level"),
        (lambda: metrics.slice_metrics([0, 1], [0, 1], {"month": [10]}), "month"),
    ],
)
def test_other_bad_arguments_are_named(call: Callable[[], object], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        call()


def test_the_chapter_computes_the_same() -> None:
    """The functions that the notebook defines, on data that it does not have."""
    cells = nbformat.read(course.find("05").notebook, as_version=4).cells
    namespace: dict[str, Any] = {"np": np}
    for cell in cells:
        if cell.cell_type == "code" and cell.source.startswith("def "):
            exec(cell.source.split("\n\n\n")[0], namespace)
    y, p = sample(9, ties=True)
    assert namespace["average_precision"](y, p) == pytest.approx(metrics.average_precision(y, p))
    assert namespace["roc_auc"](y, p) == pytest.approx(metrics.roc_auc(y, p))
    assert namespace["calibration_error"](y, p, 8) == pytest.approx(
        metrics.expected_calibration_error(y, p, 8)
    )
    assert namespace["mean_cost"](y, p >= 0.2, 1, 9) == pytest.approx(metrics.mean_cost(y, p >= 0.2, 1, 9))
    day = np.arange(400) // 10
    mine = namespace["interval_by"](day, p, np.ones(400))
    theirs = metrics.ratio_interval(p, np.ones(400), day)
    assert np.allclose(mine, (theirs.low, theirs.high), atol=0.01)
