"""`roadbook.features` against plain loops, scikit-learn's own checks and a model that was trained on other rates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import check_estimator

from roadbook import features

NAN = float("nan")


@pytest.mark.parametrize("period", [24, 7])
def test_cycles_passes_scikit_learns_checks(period: float) -> None:
    results = check_estimator(features.Cycles(period), on_skip=None)  # a check that fails raises
    assert sum(each["status"] == "passed" for each in results) > 40


def test_cycles_names_and_places() -> None:
    table = pd.DataFrame({"hour": [0, 6, 23], "other": [12, 18, 24]}, index=[4, 5, 6])
    got = features.Cycles(24).set_output(transform="pandas").fit_transform(table)
    assert list(got) == ["hour_sin", "hour_cos", "other_sin", "other_cos"] and list(got.index) == [4, 5, 6]
    assert np.allclose(got.loc[5], [1, 0, -1, 0]) and np.allclose(
        got.loc[6, ["other_sin", "other_cos"]], [0, 1]
    )
    with pytest.raises(ValueError, match="period"):
        features.Cycles(0).fit(table)


def by_loop(place: Any, scheduled: Any, left: Any, ask_place: Any, ask_at: Any, window: float) -> Any:
    found = []
    for name, at in zip(ask_place, ask_at, strict=True):
        due = [i for i, p in enumerate(place) if p == name and at - window <= scheduled[i] < at]
        found.append((len(due), sum(not left[i] < at for i in due)))
    return tuple(np.array(found).T)


def test_board_against_a_loop_and_blind_to_the_future() -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        place, asked = rng.choice(["a", "b"], size=200), rng.choice(["a", "b", "c"], size=50)
        scheduled, at = rng.integers(0, 1000, size=200), rng.integers(0, 1200, size=50)
        left = np.where(rng.random(200) < 0.2, NAN, scheduled + rng.integers(-10, 300, size=200))
        got = features.board(place, scheduled, left, asked, at, window=150)
        assert np.array_equal(got, by_loop(place, scheduled, left, asked, at, 150))
        later = np.where(left < 600, left, NAN)
        known = at <= 600
        assert np.array_equal(
            features.board(place, scheduled, later, asked[known], at[known], 150)[1], got[1][known]
        )


def test_prior_is_corrected_whether_rows_or_weights_changed_it() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200_000, 1))
    y = rng.random(200_000) < 1 / (1 + np.exp(4 - 1.5 * x[:, 0]))
    plain = LogisticRegression(C=1e6).fit(x, y).predict_proba(x)[:, 1]
    weighted = LogisticRegression(C=1e6, class_weight="balanced").fit(x, y).predict_proba(x)[:, 1]
    few = y | (rng.random(200_000) < 0.1)
    under = LogisticRegression(C=1e6).fit(x[few], y[few]).predict_proba(x)[:, 1]
    for scores, rate in ((weighted, 0.5), (under, y[few].mean())):
        got = features.correct_prior(scores, rate, y.mean())
        assert np.abs(got - plain).max() < 0.03 and got.mean() == pytest.approx(y.mean(), rel=0.03)
        assert features.correct_prior(got, y.mean(), rate) == pytest.approx(scores)
    assert features.correct_prior([0, 0.5, 1], 0.5, 0.1).tolist() == pytest.approx([0, 0.1, 1])


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda: features.correct_prior([1.5], 0.5, 0.1), "p"),
        (lambda: features.correct_prior([NAN], 0.5, 0.1), "p"),
        (lambda: features.correct_prior([0.5], 0.0, 0.1), "rate_in_training"),
        (lambda: features.correct_prior([0.5], 0.5, 1.0), "rate"),
        (lambda: features.board(["a"], [NAN], [1], ["a"], [1]), "scheduled"),
        (lambda: features.board(["a"], [1], [1, 2], ["a"], [1]), "left"),
        (lambda: features.board(["a"], [1], [1], ["a"], [NAN]), "ask_at"),
        (lambda: features.board(["a"], [1], [1], ["a"], [1], window=0), "window"),
    ],
)
def test_bad_arguments_are_named(function: Callable[[], Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}: "):
        function()
