"""k nearest neighbours, as chapter 04 builds it.

Sources: T. Cover and P. Hart, "Nearest neighbor pattern classification", IEEE Transactions on Information
Theory 13 (1967); T. Hastie, R. Tibshirani and J. Friedman, "The Elements of Statistical Learning" (2009),
section 13.3.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def pairwise_distances(A: npt.ArrayLike, B: npt.ArrayLike, block_rows: int = 256) -> Floats:
    """Return the Euclidean distance from every row of A to every row of B.

    Uses |a - b|² = |a|² - 2ab + |b|² on data centred on the mean of B, a block of rows of A at a time, so
    that beyond the result it holds two arrays of (block_rows, n_B). Centring keeps the cancellation in that
    sum small where all points lie far from the origin.

    Args:
        A: (n_A, d) array.
        B: (n_B, d) array.
        block_rows: rows of A handled at once.

    Returns:
        (n_A, n_B) array of distances, never negative, in the units of the columns.

    Raises:
        ValueError: A or B is not two-dimensional, or their numbers of columns differ.
    """
    a, b = _matrix(A, "A"), _matrix(B, "B")
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"A and B must have the same columns, got A with {a.shape[1]}, B with {b.shape[1]}")
    distances = np.empty((len(a), len(b)))
    if distances.size == 0:
        return distances
    centre = b.mean(axis=0)
    a, b = a - centre, b - centre
    b_squared = (b**2).sum(axis=1)
    for start in range(0, len(a), block_rows):
        block = a[start : start + block_rows]
        squared = (block**2).sum(axis=1)[:, None] - 2 * (block @ b.T) + b_squared
        distances[start : start + block_rows] = np.sqrt(np.maximum(squared, 0))  # rounding can go below 0
    return distances


def nearest(distances: npt.ArrayLike, k: int) -> npt.NDArray[np.int64]:
    """Return the columns of the k smallest distances of each row, nearest first; equal ones by column.

    Args:
        distances: (n_query, n_train) array.
        k: number of neighbours, 1 to n_train.

    Returns:
        (n_query, k) array of column indices.

    Raises:
        ValueError: distances is not two-dimensional or holds NaN, or k is out of its range.
    """
    distances = _matrix(distances, "distances")
    if np.isnan(distances).any():
        raise ValueError("distances must not hold NaN")
    if not 1 <= k <= distances.shape[1]:
        raise ValueError(f"k must lie between 1 and the {distances.shape[1]} training points, got {k}")
    return np.argsort(distances, axis=1, kind="stable")[:, :k]


def classify(distances: npt.ArrayLike, labels: npt.ArrayLike, k: int) -> npt.NDArray[Any]:
    """Return for each query the class that most of its k nearest neighbours have.

    Of classes with equally many votes, the one wins whose nearest member is nearest.

    Args:
        distances: (n_query, n_train) array.
        labels: (n_train,) array of classes.
        k: number of neighbours.

    Returns:
        (n_query,) array of classes.

    Raises:
        ValueError: as `nearest`, or labels and distances do not fit.
    """
    labels = np.asarray(labels)
    neighbours = nearest(distances, k)
    if labels.shape != (np.shape(distances)[1],):
        raise ValueError(f"labels must have shape ({np.shape(distances)[1]},), got {labels.shape}")
    classes, codes = np.unique(labels, return_inverse=True)
    votes = np.eye(len(classes), dtype=int)[codes[neighbours]].sum(axis=1)  # (n_query, n_classes)
    tied = votes == votes.max(axis=1, keepdims=True)
    # Of the neighbours whose class is among the winners, the first is the nearest: argmax finds it.
    first = np.take_along_axis(tied, codes[neighbours], axis=1).argmax(axis=1)
    return np.asarray(labels[neighbours[np.arange(len(neighbours)), first]])


def regress(
    distances: npt.ArrayLike,
    targets: npt.ArrayLike,
    k: int,
    weights: Literal["uniform", "distance"] = "uniform",
) -> Floats:
    """Return for each query the mean target of its k nearest neighbours.

    With weights="distance" a neighbour counts by the inverse of its distance; where some of the k lie at
    distance 0, only those count.

    Args:
        distances: (n_query, n_train) array.
        targets: (n_train,) or (n_train, n_outputs) array.
        k: number of neighbours.
        weights: "uniform" or "distance".

    Returns:
        (n_query,) or (n_query, n_outputs) array, in the units of targets.

    Raises:
        ValueError: as `nearest`, or targets and distances do not fit, or weights is neither of the two.
    """
    targets = np.asarray(targets, dtype=float)
    if weights not in ("uniform", "distance"):
        raise ValueError(f'weights must be "uniform" or "distance", got {weights!r}')
    neighbours = nearest(distances, k)
    if len(targets) != np.shape(distances)[1]:
        raise ValueError(f"targets must have {np.shape(distances)[1]} rows, got {len(targets)}")
    near = np.take_along_axis(np.asarray(distances, dtype=float), neighbours, axis=1)
    if weights == "uniform":
        w = np.ones_like(near)
    else:
        exact = near == 0
        with np.errstate(divide="ignore"):
            w = np.where(exact.any(axis=1, keepdims=True), exact, 1 / near)
    w /= w.sum(axis=1, keepdims=True)
    return np.asarray(np.einsum("qk,qk...->q...", w, targets[neighbours]))


def _matrix(values: npt.ArrayLike, name: str) -> Floats:
    array = np.asarray(values, dtype=float)
    if array.ndim != 2:
        raise ValueError(f"{name} must be two-dimensional, got shape {array.shape}")
    return array
