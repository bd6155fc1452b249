"""roadbook.neighbours agrees with SciPy and scikit-learn, and with chapter 04's assignment."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.neighbors import KNeighborsRegressor

from roadbook import neighbours
from tests.assignments import runner


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(4)


@pytest.mark.parametrize("offset", [0, 1e6])
def test_distances_agree_with_scipy(rng: np.random.Generator, offset: float) -> None:
    A, B = offset + rng.normal(size=(300, 5)), offset + rng.normal(size=(40, 5))
    assert np.allclose(neighbours.pairwise_distances(A, B, block_rows=64), cdist(A, B), atol=1e-6)
    assert neighbours.pairwise_distances(A[:0], B).shape == (0, 40)


def test_agrees_with_the_assignment(rng: np.random.Generator) -> None:
    """The solution of each task and the package's function give the same on the same data."""
    solved: dict[str, object] = {}
    work = runner.assignment("04-nearest-neighbours")
    for source in (*work.prelude, *(task.reference for task in work.tasks.values())):
        exec(source, solved)
    A, B = rng.normal(size=(30, 3)), rng.normal(size=(50, 3))
    labels, targets = rng.integers(0, 3, 50), rng.normal(size=(50, 2))
    D = neighbours.pairwise_distances(A, B)
    assert np.allclose(D, solved["pairwise_distances"](A, B))  # type: ignore[operator]
    few = np.round(D)  # many equal distances
    for k in (1, 4, 50):
        assert np.array_equal(neighbours.classify(few, labels, k), solved["classify"](few, labels, k))  # type: ignore[operator]
        for weights in ("uniform", "distance"):
            ours = neighbours.regress(few, targets, k, weights)
            assert np.allclose(ours, solved["regress"](few, targets, k, weights))  # type: ignore[operator]


def test_regress_agrees_with_scikit_learn(rng: np.random.Generator) -> None:
    X, Q, y = rng.normal(size=(50, 3)), rng.normal(size=(9, 3)), rng.normal(size=50)
    ours = neighbours.regress(neighbours.pairwise_distances(Q, X), y, 4, "distance")
    assert np.allclose(ours, KNeighborsRegressor(4, weights="distance").fit(X, y).predict(Q))


def test_errors_name_the_argument() -> None:
    D = np.ones((2, 3))
    with pytest.raises(ValueError, match="k must lie"):
        neighbours.nearest(D, 4)
    with pytest.raises(ValueError, match="distances must not hold NaN"):
        neighbours.nearest(np.full((2, 3), np.nan), 1)
    with pytest.raises(ValueError, match="labels"):
        neighbours.classify(D, [1, 2], 1)
    with pytest.raises(ValueError, match="targets"):
        neighbours.regress(D, [1, 2], 1)
    with pytest.raises(ValueError, match="weights"):
        neighbours.regress(D, [1, 2, 3], 1, "inverse")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="B with 2"):
        neighbours.pairwise_distances(D, np.ones((2, 2)))
    with pytest.raises(ValueError, match="A must be two-dimensional"):
        neighbours.pairwise_distances(np.ones(3), D)
