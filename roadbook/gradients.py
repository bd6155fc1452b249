"""Derivatives by differences, with which chapter 03 and later ones check the gradients that they derive.

Source: W. Press and others, "Numerical Recipes" (3rd edition, 2007), section 5.7: the error of a central
difference has a part that grows with the square of the step and a part, from rounding, that grows as the
step falls. In float64 they balance near the cube root of the machine's epsilon, 6e-6 times the scale of x.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def numerical_gradient(function: Callable[[Floats], float], x: npt.ArrayLike, step: float = 1e-6) -> Floats:
    """Return the gradient of a function at `x` by central differences, one entry of `x` at a time.

    Args:
        function: takes an array shaped like `x`, returns a number; called twice for each entry.
        x: array of any shape; it is copied, as float64.
        step: how far each entry is moved up and down.

    Raises:
        ValueError: `x` is not finite or `step` is not above 0.
    """
    point = np.array(x, dtype=float)
    if not np.isfinite(point).all():
        raise ValueError("x must be finite")
    if not step > 0:
        raise ValueError(f"step must be above 0, got {step}")
    gradient = np.empty_like(point)
    for index in np.ndindex(point.shape):
        values = []
        for move in (step, -step):
            moved = point.copy()
            moved[index] += move
            values.append(float(function(moved)))
        gradient[index] = (values[0] - values[1]) / (2 * step)
    return gradient


def relative_error(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Return the length of a - b over the larger of the two lengths, 0.0 where both are zero.

    Raises:
        ValueError: `b` has another shape than `a`.
    """
    first, second = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if first.shape != second.shape:
        raise ValueError(f"b must have the shape {first.shape} of a, got {second.shape}")
    size = max(np.linalg.norm(first), np.linalg.norm(second))
    return float(np.linalg.norm(first - second) / size) if size > 0 else 0.0
