"""roadbook.gradients agrees with derivatives by hand, with PyTorch, and with chapter 03's assignment."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from roadbook import gradients
from tests.assignments import runner


def test_agrees_with_derivatives_by_hand() -> None:
    x = np.array([[0.3, -1.2], [2.0, 0.0]])
    found = gradients.numerical_gradient(lambda a: float(np.sin(a).sum()), x)
    assert np.allclose(found, np.cos(x), atol=1e-9)
    assert gradients.numerical_gradient(lambda a: float(a**3), 2).shape == ()
    ints = gradients.numerical_gradient(lambda a: float((a**2).sum()), [1, 2])
    assert np.allclose(ints, [2, 4])
    assert np.array_equal(x, [[0.3, -1.2], [2.0, 0.0]])


def test_a_long_step_shows_as_a_difference() -> None:
    cube = gradients.numerical_gradient(lambda a: float((a**3).sum()), [1.0], step=1.0)
    assert np.allclose(cube, [4.0])  # ((2³ - 0³) / 2, not 3


def test_agrees_with_pytorch() -> None:
    x = torch.randn(5, dtype=torch.float64, generator=torch.Generator().manual_seed(3), requires_grad=True)
    torch.logsumexp(x, dim=0).backward()
    assert x.grad is not None
    found = gradients.numerical_gradient(lambda a: float(np.log(np.exp(a).sum())), x.detach().numpy())
    assert gradients.relative_error(found, x.grad.numpy()) < 1e-8


def test_agrees_with_the_assignment() -> None:
    rng = np.random.default_rng(3)
    solved: dict[str, object] = {}
    work = runner.assignment("03-maths-for-ml")
    for source in (*work.prelude, work.tasks["gradient-check"].reference):
        exec(source, solved)
    X, w, claimed = rng.normal(size=(20, 4)), rng.normal(size=4), rng.normal(size=4)
    y = rng.integers(0, 2, size=20)
    ours = gradients.numerical_gradient(lambda v: float(np.logaddexp(0, (1 - 2 * y) * (X @ v)).mean()), w)
    theirs = solved["check_gradient"](w, X, y, claimed)  # type: ignore[operator]
    assert np.allclose(ours, theirs["numerical"], atol=1e-9)
    assert abs(gradients.relative_error(claimed, ours) - theirs["error"]) < 1e-8


def test_relative_error() -> None:
    assert gradients.relative_error([0, 0], [0, 0]) == 0.0
    assert gradients.relative_error([3, 4], [0, 0]) == 1.0
    assert np.isclose(gradients.relative_error([1e-9], [2e-9]), 0.5)


def test_errors_name_the_argument() -> None:
    with pytest.raises(ValueError, match="x must be finite"):
        gradients.numerical_gradient(lambda a: 0.0, [np.nan])
    with pytest.raises(ValueError, match="step"):
        gradients.numerical_gradient(lambda a: 0.0, [1.0], step=0)
    with pytest.raises(ValueError, match="b must have the shape"):
        gradients.relative_error([1, 2], [1])
