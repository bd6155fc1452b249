"""Which axes a gradient is summed over

A bias of shape (64,) is added to activations of shape (50, 64): each of its entries acts in fifty places, so its gradient is the sum over the first axis. Write `summed_axes(shape, result)`: for an array of `shape` that was broadcast to the shape `result`, the axes of `result` over which the gradient is summed, in order, counted from 0.

```pycon
>>> summed_axes([64], [50, 64])
[0]
>>> summed_axes([3, 1], [2, 3, 4])
[0, 2]
```

Shapes are matched from the last axis; an axis is summed if it was added in front, or if it had length 1 and was stretched. Where both have length 1 nothing is summed. If `shape` cannot be broadcast to `result`, raise `ValueError`.
"""
# chapter: 11-pytorch
# minutes: 6
# difficulty: medium


# %% stub
def summed_axes(shape: list[int], result: list[int]) -> list[int]:
    """Return the axes of `result` that are summed, counted from 0."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(shape, result):
    try:
        return summed_axes(list(shape), list(result))
    except NotImplementedError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = outcome([64], [50, 64])
assert got == [0], (
    f"[64] to [50, 64]: expected [0], got {got!r}: the first axis was added in front."
)
got = outcome([3, 1], [2, 3, 4])
assert got == [0, 2], (
    f"[3, 1] to [2, 3, 4]: expected [0, 2], got {got!r}: one was added, and the last one stretched; axes are counted in the result."
)
got = outcome([4, 3], [4, 3])
assert got == [], (
    f"[4, 3] to [4, 3]: expected [], got {got!r}: nothing was stretched."
)
got = outcome([3], [3, 3])
assert got == [0], (
    f"[3] to [3, 3]: expected [0], got {got!r}: shapes are matched from the last axis, not the first."
)
got = outcome([1, 1], [1, 7])
assert got == [1], (
    f"[1, 1] to [1, 7]: expected [1], got {got!r}: the first axis has length 1 in both, so it was not stretched."
)
got = outcome([], [2, 3])
assert got == [0, 1], (
    f"[] to [2, 3]: expected [0, 1], got {got!r}: a single number is used everywhere."
)
for shape, result, why in (
    ([3], [4], "3 is not 1 and not 4"),
    ([4, 3], [3], "an axis cannot be taken away"),
    ([2], [2, 3], "the last axes are 2 and 3"),
    ([3, 4], [3, 1], "stretching goes one way only, from 1"),
):
    got = outcome(shape, result)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"{shape} to {result}: expected ValueError, got {got!r}: {why}. Shapes that do not fit are refused."
    )
rng = random.Random(6)
for _ in range(30):
    result = [rng.randint(2, 5) for _ in range(rng.randint(0, 4))]
    added = rng.randint(0, len(result))
    kept = [rng.random() < 0.5 for _ in result[added:]]
    shape = [n if keep else 1 for n, keep in zip(result[added:], kept)]
    expected = [
        *range(added),
        *(added + i for i, k in enumerate(kept) if not k),
    ]
    got = outcome(shape, result)
    assert got == expected, (
        f"{shape} to {result}: expected {expected}, got {got!r}"
    )

# %% hint
# Put ones in front of `shape` until it is as long as `result`, and remember how many. Then compare axis by axis.


# %% answer
def summed_axes(shape: list[int], result: list[int]) -> list[int]:
    """Return the axes of `result` that are summed, counted from 0."""
    added = len(result) - len(shape)
    if added < 0:
        raise ValueError("shape has more axes than result")
    axes = list(range(added))
    for axis, (n, m) in enumerate(zip(shape, result[added:]), start=added):
        if n != m:
            if n != 1:
                raise ValueError(f"axis {axis}: {n} does not stretch to {m}")
            axes.append(axis)
    return axes


# %% wrong: only the axes that were added
# says: the last one stretched
def summed_axes(shape, result):
    return list(range(len(result) - len(shape)))


# %% wrong: matched from the first axis
# says: the first axis was added in front
def summed_axes(shape, result):
    padded = list(shape) + [1] * (len(result) - len(shape))
    return [i for i, (n, m) in enumerate(zip(padded, result)) if n == 1 != m]


# %% wrong: every axis of length 1
# says: so it was not stretched
def summed_axes(shape, result):
    added = len(result) - len(shape)
    return list(range(added)) + [
        i + added for i, n in enumerate(shape) if n == 1
    ]


# %% wrong: counted in the array instead of in the result
# says: one was added, and the last one stretched
def summed_axes(shape, result):
    added = len(result) - len(shape)
    axes = [i for i, n in enumerate(shape) if n != result[i + added]]
    return sorted({*range(added), *axes})


# %% wrong: shapes that do not fit let through
# says: Shapes that do not fit are refused
def summed_axes(shape, result):
    added = len(result) - len(shape)
    return list(range(added)) + [
        i + added for i, n in enumerate(shape) if n == 1 != result[i + added]
    ]
