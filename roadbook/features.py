"""Features of the moment of decision, and probabilities after resampling, as chapter 08 builds them.

A bad argument gets a `ValueError` whose message starts with its name.

Sources: M. Saerens, P. Latinne and C. Decaestecker, "Adjusting the outputs of a classifier to new a priori
probabilities" (2002), for the change of the odds; C. Elkan, "The foundations of cost-sensitive learning"
(2001), for the same in terms of resampling.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


def board(
    place: npt.ArrayLike,
    scheduled: npt.ArrayLike,
    left: npt.ArrayLike,
    ask_place: npt.ArrayLike,
    ask_at: npt.ArrayLike,
    window: float = 180,
) -> tuple[Counts, Counts]:
    """Return how many departures were due before a moment, and how many of them were still waiting then.

    Due at a moment are the departures of the place with moment − window ≤ scheduled < moment; waiting are
    those of them that leave at the moment, later, or never. What happens from the moment on changes nothing.

    Args:
        place: (n,) names.
        scheduled: (n,) minutes.
        left: (n,) minutes, NaN where nothing ever left.
        ask_place: (m,) names.
        ask_at: (m,) minutes, the moments.
        window: minutes.

    Returns:
        Two arrays of shape (m,): due, waiting.

    Raises:
        ValueError: an argument has another length, a time other than in `left` is NaN, or `window` is not
            above 0.
    """
    places, asked = np.asarray(place), np.asarray(ask_place)
    s, gone, at = (np.asarray(times, dtype=np.float64) for times in (scheduled, left, ask_at))
    for times, name, n in (
        (s, "scheduled", len(places)),
        (gone, "left", len(places)),
        (at, "ask_at", len(asked)),
    ):
        if times.shape != (n,) or (name != "left" and np.isnan(times).any()):
            raise ValueError(f"{name}: expected {n} minutes, got shape {times.shape}, or NaN among them")
    if not window > 0:
        raise ValueError(f"window: expected minutes above 0, got {window}")
    due, waiting = np.zeros(len(at), dtype=np.int64), np.zeros(len(at), dtype=np.int64)
    for name in np.unique(asked):
        here = np.flatnonzero(places == name)
        here = here[np.argsort(s[here], kind="stable")]
        rows = np.flatnonzero(asked == name)
        moments, which = np.unique(at[rows], return_inverse=True)  # flights of an hour ask the same
        first, end = (np.searchsorted(s[here], moments - back) for back in (window, 0))
        there = [int((gone[here[a:b]] < t).sum()) for a, b, t in zip(first, end, moments, strict=True)]
        due[rows] = (end - first)[which]
        waiting[rows] = (end - first - np.array(there, dtype=np.int64))[which]
    return due, waiting


def correct_prior(p: npt.ArrayLike, rate_in_training: float, rate: float) -> Floats:
    """Return probabilities for a world with another share of ones than the model was trained on.

    The odds are multiplied by the ratio of the two rates' odds. With class weights the rate in training is
    the weighted share of ones, for `class_weight="balanced"` ½.

    Args:
        p: (n,) probabilities as the model gives them; 0 and 1 stay.
        rate_in_training: share of ones that the model saw, by weight.
        rate: share of ones where it is used.

    Raises:
        ValueError: a probability lies outside [0, 1] or is NaN, or a rate is not strictly between 0 and 1.
    """
    q = np.asarray(p, dtype=np.float64)
    if not ((q >= 0) & (q <= 1)).all():
        raise ValueError("p: expected probabilities in [0, 1]")
    for name, share in (("rate_in_training", rate_in_training), ("rate", rate)):
        if not 0 < share < 1:
            raise ValueError(f"{name}: expected a share between 0 and 1, got {share}")
    ones = q * rate / rate_in_training
    zeros = (1 - q) * (1 - rate) / (1 - rate_in_training)
    corrected: Floats = ones / (ones + zeros)
    return corrected


class Cycles(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Place each value on a circle: a column becomes its sine and cosine, with one turn a `period`.

    So 23 h lies beside 0 h, as far from it as 0 h from 1 h.

    Args:
        period: length of a turn in the unit of the columns, above 0; 24 for hours.
    """

    def __init__(self, period: float = 24.0) -> None:
        self.period = period

    def fit(self, X: Any, y: Any = None) -> Cycles:
        """Check the table and remember its columns; nothing else is learned."""
        validate_data(self, X, dtype=np.float64)
        if not self.period > 0:
            raise ValueError(f"period: expected a length above 0, got {self.period}")
        return self

    def transform(self, X: Any) -> Floats:
        """Return sine and cosine of each column, side by side: (n, 2d)."""
        check_is_fitted(self, "n_features_in_")
        X = validate_data(self, X, reset=False, dtype=np.float64)
        turn = 2 * np.pi * X / self.period
        pairs: Floats = np.stack([np.sin(turn), np.cos(turn)], axis=2).reshape(len(X), -1)
        return pairs

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """Return `hour_sin`, `hour_cos` for a column `hour`."""
        names = super().get_feature_names_out(input_features)
        return np.array([f"{name}_{part}" for name in names for part in ("sin", "cos")], dtype=object)
