"""Causal attention on lists

Write `attention(q, k, v)`, scaled dot-product attention with a causal mask, without a library. `q`, `k` and `v` are lists of vectors: a query takes the mean of the values, weighted by the softmax over the keys of query · key / √d_head. The queries stand at the *last* positions of the keys: with as many queries as keys, query 0 sees key 0 only; with one query and a cache of five keys, it sees all five.

```pycon
>>> attention(q=[[1.0], [1.0]], k=[[0.0], [0.0]], v=[[4.0], [8.0]])
[[4.0], [6.0]]
```

There is at least one key and never more queries than keys. A value may have another width than a key. Scores may be in the thousands.
"""
# chapter: 13-attention
# minutes: 10
# difficulty: medium

# %% stub
import math


def attention(
    q: list[list[float]], k: list[list[float]], v: list[list[float]]
) -> list[list[float]]:
    """Return one mean of values for each query, under a causal mask."""
    raise NotImplementedError("not written yet")


# %% checks
import math
import random


def outcome(q, k, v):
    try:
        return attention(q, k, v)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return (
        isinstance(got, list)
        and len(got) == len(expected)
        and all(
            isinstance(row, list) and len(row) == len(wanted)
            for row, wanted in zip(got, expected)
        )
        and all(
            isinstance(x, (int, float)) and abs(x - y) < 1e-9
            for row, wanted in zip(got, expected)
            for x, y in zip(row, wanted)
        )
    )


def show(got):
    if isinstance(got, list) and all(isinstance(row, list) for row in got):
        return [
            [round(x, 4) if isinstance(x, float) else x for x in row]
            for row in got
        ]
    return repr(got)


log3 = math.log(3)
got = attention([[1.0], [1.0]], [[0.0], [0.0]], [[4.0], [8.0]])
assert not near(got, [[6], [6]]), (
    "two equal keys with values 4 and 8: expected [[4.0], [6.0]], got [[6.0], [6.0]]. Query 0 looked at key 1, which lies in its future: the mask is missing, or it sets the score to 0, which is a score like any other."
)
assert not near(got, [[2], [6]]), (
    "two equal keys with values 4 and 8: expected [[4.0], [6.0]], got [[2.0], [6.0]]. The weights of query 0 sum to a half: the mask belongs before the softmax, or the future has taken its share already."
)
assert not near(got, [[2], [10]]), (
    "two equal keys with values 4 and 8: expected [[4.0], [6.0]], got [[2.0], [10.0]]. The weights of a query sum to 1 over the keys; yours sum to 1 over the queries."
)
assert near(got, [[4], [6]]), (
    f"two equal keys with values 4 and 8: expected [[4.0], [6.0]], got {show(got)}"
)
got = outcome([[1.0]], [[0.0], [0.0], [0.0]], [[3.0], [6.0], [9.0]])
assert near(got, [[6]]), (
    f"one query and three equal keys, values 3, 6, 9: expected [[6.0]], got {show(got)}. The query is the last position and sees the whole cache; the mask shifts by n_keys − n_queries."
)
got = outcome([[2 * log3, 0, 0, 0]], [[0] * 4, [1, 0, 0, 0]], [[0.0], [8.0]])
assert not near(got, [[8 * 3**0.5 / (1 + 3**0.5)]]), (
    f"d_head = 4: expected [[6.0]], got {show(got)}. Divide the scores by the root of d_head, not by d_head."
)
assert near(got, [[6]]), (
    f"d_head = 4, scores 0 and log 3 after the scale, values 0 and 8: expected [[6.0]], got {show(got)}. Without the division by √d_head it would be 7.2."
)
got = outcome([[-1.0]], [[2.0], [3.0]], [[0.0], [1.0]])
assert near(got, [[1 / (1 + math.e)]]), (
    f"scores -2 and -3, values 0 and 1: expected [[0.2689]], got {show(got)}. All scores may be negative; a largest score that starts at 0 is wrong here."
)
got = outcome(
    [[0.0], [-5.0]], [[1.0], [2.0]], [[7.0, 1.0, 0.0], [9.0, 1.0, 0.0]]
)
assert isinstance(got, list) and got and near(got[:1], [[7, 1, 0]]), (
    f"keys of width 1, values of width 3: expected the first row [7.0, 1.0, 0.0], got {show(got)}. Query 0 sees key 0 alone, so it takes that value whole."
)
got = outcome([[2.0, 1.0]], [[3.0, 0.0]], [[4.0, 5.0, 6.0]])
assert near(got, [[4, 5, 6]]), (
    f"one query and one key: expected its value, [[4.0, 5.0, 6.0]], got {show(got)}"
)
got = outcome([[100.0]], [[90.0], [90.0]], [[1.0], [2.0]])
assert near(got, [[1.5]]), (
    f"scores 9000 and 9000: expected [[1.5]], got {show(got)}. Subtract the largest score before exp."
)
rng = random.Random(13)
q, k, v = (
    [[rng.gauss(0, 1) for _ in range(3)] for _ in range(5)] for _ in range(3)
)
got, cached = outcome(q, k, v), outcome(q[3:], k, v)
constant = outcome(q, k, [[1.0, 2.0]] * 5)
assert near(constant, [[1, 2]] * 5), (
    f"all values are [1, 2]: expected [1, 2] for every query, got {show(constant)}. The weights of a query must sum to 1 over the keys that it sees."
)
assert isinstance(got, list) and near(cached, got[3:]), (
    "the last two queries alone gave other rows than among all five: with a cache nothing may change"
)
later = outcome(q, k[:4] + [[9.0] * 3], v[:4] + [[9.0] * 3])
assert near(later[:4], got[:4]), (
    "another key and value at the last position changed earlier rows: the future leaks"
)

# %% hint
# Query `i` sees the keys up to position `i + n_keys - n_queries`. Cut the keys and values there, instead of writing a mask: `k[: i + offset + 1]`.


# %% answer
import math


def attention(
    q: list[list[float]], k: list[list[float]], v: list[list[float]]
) -> list[list[float]]:
    """Return one mean of values for each query, under a causal mask."""
    scale = 1 / math.sqrt(len(k[0]))
    offset = len(k) - len(q)  # the queries are the last positions
    rows = []
    for i, query in enumerate(q):
        seen = i + offset + 1  # cutting is the mask
        scores = [
            scale * sum(x * y for x, y in zip(query, key)) for key in k[:seen]
        ]
        top = max(scores)
        weights = [math.exp(score - top) for score in scores]
        total = sum(weights)
        rows.append(
            [
                sum(w * x for w, x in zip(weights, column)) / total
                for column in zip(*v[:seen])
            ]
        )
    return rows


# %% wrong: no mask
# says: the mask is missing
import math


def attention(q, k, v):
    rows = []
    for query in q:
        scores = [
            sum(x * y for x, y in zip(query, key)) / math.sqrt(len(key))
            for key in k
        ]
        top = max(scores)
        weights = [math.exp(s - top) for s in scores]
        total = sum(weights)
        rows.append(
            [sum(w * x for w, x in zip(weights, c)) / total for c in zip(*v)]
        )
    return rows


# %% wrong: the mask after the softmax
# says: the mask belongs before the softmax
import math


def attention(q, k, v):
    rows, offset = [], len(k) - len(q)
    for i, query in enumerate(q):
        scores = [
            sum(x * y for x, y in zip(query, key)) / math.sqrt(len(key))
            for key in k
        ]
        top = max(scores)
        weights = [math.exp(s - top) for s in scores]
        total = sum(weights)
        weights = [
            w / total if j <= i + offset else 0.0 for j, w in enumerate(weights)
        ]
        rows.append([sum(w * x for w, x in zip(weights, c)) for c in zip(*v)])
    return rows


# %% wrong: queries at the first positions
# says: the mask shifts
import math


def attention(q, k, v):
    rows = []
    for i, query in enumerate(q):
        scores = [
            sum(x * y for x, y in zip(query, key)) / math.sqrt(len(key))
            for key in k[: i + 1]
        ]
        top = max(scores)
        weights = [math.exp(s - top) for s in scores]
        total = sum(weights)
        rows.append(
            [sum(w * x for w, x in zip(weights, c)) / total for c in zip(*v)]
        )
    return rows


# %% wrong: divided by d_head
# says: not by d_head
import math


def attention(q, k, v):
    rows, offset = [], len(k) - len(q)
    for i, query in enumerate(q):
        seen = i + offset + 1
        scores = [
            sum(x * y for x, y in zip(query, key)) / len(key)
            for key in k[:seen]
        ]
        weights = [math.exp(s) for s in scores]
        total = sum(weights)
        rows.append(
            [sum(w * x for w, x in zip(weights, c)) / total for c in zip(*v)]
        )
    return rows


# %% wrong: not scaled
# says: Without the division by √d_head
import math


def attention(q, k, v):
    rows, offset = [], len(k) - len(q)
    for i, query in enumerate(q):
        scores = [
            sum(x * y for x, y in zip(query, key))
            for key in k[: i + offset + 1]
        ]
        top = max(scores)
        weights = [math.exp(s - top) for s in scores]
        total = sum(weights)
        rows.append(
            [sum(w * x for w, x in zip(weights, c)) / total for c in zip(*v)]
        )
    return rows


# %% wrong: exp without subtracting the largest score
# says: Subtract the largest score before exp
import math


def attention(q, k, v):
    rows, offset = [], len(k) - len(q)
    for i, query in enumerate(q):
        scores = [
            sum(x * y for x, y in zip(query, key)) / math.sqrt(len(key))
            for key in k[: i + offset + 1]
        ]
        weights = [math.exp(s) for s in scores]
        total = sum(weights)
        rows.append(
            [sum(w * x for w, x in zip(weights, c)) / total for c in zip(*v)]
        )
    return rows


# %% wrong: the softmax over the queries
# says: yours sum to 1 over the queries
import math


def attention(q, k, v):
    offset, scale = len(k) - len(q), math.sqrt(len(k[0]))
    columns = []
    for j, key in enumerate(k):
        scores = [
            sum(x * y for x, y in zip(query, key)) / scale
            if j <= i + offset
            else -math.inf
            for i, query in enumerate(q)
        ]
        weights = [math.exp(s - max(scores)) for s in scores]
        columns.append([w / sum(weights) for w in weights])
    return [
        [sum(w * x for w, x in zip(row, column)) for column in zip(*v)]
        for row in zip(*columns)
    ]


# %% wrong: masked scores set to 0
# says: or it sets the score to 0
import math


def attention(q, k, v):
    rows, offset = [], len(k) - len(q)
    for i, query in enumerate(q):
        scores = [
            sum(x * y for x, y in zip(query, key)) / math.sqrt(len(key))
            for key in k
        ]
        scores = [s if j <= i + offset else 0.0 for j, s in enumerate(scores)]
        weights = [math.exp(s - max(scores)) for s in scores]
        total = sum(weights)
        rows.append(
            [sum(w * x for w, x in zip(weights, c)) / total for c in zip(*v)]
        )
    return rows
