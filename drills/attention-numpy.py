"""Attention with NumPy

Write `attention(q, k, v, mask)` for arrays with any leading dimensions, such as `(batch, heads, seq, d_head)`. `mask` is None or boolean and broadcasts to the scores, `(..., n_queries, n_keys)`; True means that the query may look at the key. A key that is hidden has weight exactly 0, and a query that may look at nothing gets zeros.

```pycon
>>> q, k = np.ones((1, 2)), np.zeros((3, 2))
>>> v = np.array([[3.0], [6.0], [90.0]])
>>> attention(q, k, v, np.array([[True, True, False]]))
array([[4.5]])
```

Scores may be of any finite size. The result has shape `(..., n_queries, d_value)`, and the arguments stay as they were.
"""
# chapter: 13-attention
# minutes: 8
# difficulty: medium
# needs: numpy

# %% stub
import numpy as np


def attention(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray | None = None
) -> np.ndarray:
    """Return for each query the mean of the values that it attends to."""
    raise NotImplementedError("not written yet")


# %% checks
import numpy as np


def outcome(*arguments):
    try:
        with np.errstate(all="ignore"):
            return attention(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return (
        isinstance(got, np.ndarray)
        and got.shape == np.shape(expected)
        and np.allclose(got, expected, rtol=0, atol=1e-9)
    )


def show(got):
    return got.round(4).tolist() if isinstance(got, np.ndarray) else repr(got)


values = np.array([[3.0], [6.0], [90.0]])
got = attention(np.ones((1, 2)), np.zeros((3, 2)), values)
assert not near(got, [[99]]), (
    "three equal keys with values 3, 6, 90: expected [[33.0]], got [[99.0]]. Each weight is 1: the softmax runs over the queries, of which there is one. It belongs on the last axis, the keys."
)
assert near(got, [[33]]), (
    f"three equal keys with values 3, 6, 90: expected [[33.0]], got {show(got)}"
)
mask = np.array([[True, True, False]])
got = outcome(np.ones((1, 2)), np.zeros((3, 2)), values, mask)
assert not near(got, [[90]]), (
    "values 3, 6, 90, mask [True, True, False]: expected [[4.5]], got [[90.0]]. True means may look, as in F.scaled_dot_product_attention; nn.MultiheadAttention means the opposite."
)
assert near(got, [[4.5]]), (
    f"values 3, 6, 90, mask [True, True, False]: expected [[4.5]], got {show(got)}. Put -inf before the softmax; zeros after it leave weights that do not sum to 1."
)
key = np.array([[0.0] * 4, [np.log(3), 0, 0, 0]])
got = outcome(np.array([[2.0, 0, 0, 0]]), key, np.array([[0.0], [8.0]]))
assert near(got, [[6]]), (
    f"d_head = 4, scores 0 and log 3 after the scale: expected [[6.0]], got {show(got)}. Divide by the root of d_head, which is the last axis."
)
nothing = np.array([[False, False, False], [True, False, False]])
got = outcome(np.ones((2, 2)), np.zeros((3, 2)), values, nothing)
assert near(got, [[0], [3]]), (
    f"query 0 may look at nothing, query 1 at the value 3: expected [[0.0], [3.0]], got {show(got)}. A row of -inf alone gives NaN, and one of -1e9 alone the mean of everything that is hidden."
)
far = np.array([[-3e9], [1e9]])
got = outcome(
    np.ones((1, 1)), far, np.array([[5.0], [7.0]]), np.array([[True, False]])
)
assert near(got, [[5]]), (
    f"a visible key of score -3e9 and a hidden one: expected [[5.0]], got {show(got)}. -1e9 is no mask when scores are lower; use -np.inf, and subtract the largest score before np.exp."
)
rng = np.random.default_rng(13)
q, k, v = (rng.normal(size=(2, 3, n, 4)) for n in (5, 6, 6))
visible = rng.random((2, 1, 5, 6)) < 0.6
visible[..., 0] = True
copies = [x.copy() for x in (q, k, v, visible)]
got = outcome(q, k, v, visible)
assert isinstance(got, np.ndarray) and got.shape == (2, 3, 5, 4), (
    f"q (2, 3, 5, 4), k and v (2, 3, 6, 4): expected shape (2, 3, 5, 4), got {got.shape if isinstance(got, np.ndarray) else repr(got)}. k.T turns all axes around; swap only the last two."
)
assert all(np.array_equal(a, b) for a, b in zip((q, k, v, visible), copies)), (
    "an argument was changed: write into new arrays"
)
for b, h in np.ndindex(2, 3):
    for i in range(5):
        seen = visible[b, 0, i]
        weights = np.exp(k[b, h][seen] @ q[b, h, i] / 2)
        wanted = weights @ v[b, h][seen] / weights.sum()
        assert near(got[b, h, i], wanted), (
            f"batch {b}, head {h}, query {i}: expected {show(wanted)}, got {show(got[b, h, i])}. Each head of each text has a softmax of its own."
        )

# %% hint
# `np.where(mask, scores, -np.inf)`, then the largest score of each row with `keepdims=True`. Where that is minus infinity put 0 in its place: the row of exponentials is then all 0, and so is its sum.


# %% answer
import numpy as np


def attention(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray | None = None
) -> np.ndarray:
    """Return for each query the mean of the values that it attends to."""
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)  # a query that sees nothing
    weights = np.exp(scores - top)  # (..., n_queries, n_keys)
    total = weights.sum(axis=-1, keepdims=True)
    return weights / np.where(total == 0, 1, total) @ v


# %% wrong: the softmax over the queries
# says: It belongs on the last axis
import numpy as np


def attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-2, keepdims=True))
    return weights / weights.sum(axis=-2, keepdims=True) @ v


# %% wrong: the mask read the other way round
# says: True means may look
import numpy as np


def attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, -np.inf, scores)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ v


# %% wrong: a row without keys becomes NaN
# says: A row of -inf alone gives NaN
import numpy as np


def attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ v


# %% wrong: minus a billion as mask
# says: one of -1e9 alone the mean of everything
import numpy as np


def attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -1e9)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ v


# %% wrong: all axes turned around
# says: swap only the last two
import numpy as np


def attention(q, k, v, mask=None):
    scores = q @ k.T / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    weights = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = weights.sum(axis=-1, keepdims=True)
    return weights / np.where(total == 0, 1, total) @ v


# %% wrong: divided by d_head
# says: the root of d_head
import numpy as np


def attention(q, k, v, mask=None):
    scores = np.einsum("...qd,...kd->...qk", q, k) / q.shape[-1]
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ v
