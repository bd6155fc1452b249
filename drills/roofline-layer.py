"""What bounds a layer

A linear layer multiplies a (batch, n_in) array by (n_in, n_out) weights. On a chip with `peak` operations a second and `bandwidth` bytes a second it takes at least the larger of two times: that of its arithmetic and that of moving its numbers. Write `layer_time(batch, n_in, n_out, peak, bandwidth, size)`; `size` is the number of bytes of one number (4 for float32, 2 for bfloat16). Return the time in seconds and what bounds it, `"arithmetic"` or `"memory"`.

```pycon
>>> layer_time(1, 1000, 1000, 1e9, 1e8, 4)
(0.04008, 'memory')
```

Each product counts two operations, a multiplication and an addition: 2 · batch · n_in · n_out. Input, weights and output are moved once each. Here 2,000,000 operations take 0.002 s, and 1,002,000 numbers of 4 bytes 0.04008 s. Where both take the same time, say `"arithmetic"`.
"""
# chapter: 11-pytorch
# minutes: 5
# difficulty: easy


# %% stub
def layer_time(
    batch: int,
    n_in: int,
    n_out: int,
    peak: float,
    bandwidth: float,
    size: int,
) -> tuple[float, str]:
    """Return the least time in seconds, and what bounds it."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def near(got, seconds, bound):
    return (
        isinstance(got, (tuple, list))
        and len(got) == 2
        and isinstance(got[0], (int, float))
        and abs(got[0] / seconds - 1) < 1e-9
        and got[1] == bound
    )


got = layer_time(1, 1000, 1000, 1e9, 1e8, 4)
assert near(got, 0.04008, "memory"), (
    f"the example: expected (0.04008, 'memory'), got {got!r}. Input, weights and output move: 1,002,000 numbers of 4 bytes."
)
got = layer_time(1000, 1000, 1000, 1e9, 1e8, 4)
assert near(got, 2.0, "arithmetic"), (
    f"a batch of 1,000: expected (2.0, 'arithmetic'), got {got!r}. 2,000,000,000 operations at 1e9 a second; moving goes on meanwhile, so the times are not added."
)
got = layer_time(1, 1000, 1000, 1e9, 1e8, 2)
assert near(got, 0.02004, "memory"), (
    f"the example with numbers of 2 bytes: expected (0.02004, 'memory'), got {got!r}. Half the bytes take half the time where memory is the bound."
)
got = layer_time(64, 10, 500, 1e9, 1e8, 4)
assert near(got, 0.0015056, "memory"), (
    f"64 rows, 10 in, 500 out: expected (0.0015056, 'memory'), got {got!r}. 640 + 5,000 + 32,000 numbers: a wide output counts."
)
got = layer_time(4, 4, 4, 1e3, 1.5e3, 4)
assert near(got, 0.128, "arithmetic"), (
    f"both times 0.128 s: expected (0.128, 'arithmetic'), got {got!r}. The task says which word stands for a tie."
)
rng = random.Random(2)
for _ in range(30):
    batch, n_in, n_out = (rng.randint(1, 300) for _ in range(3))
    peak, bandwidth, size = (
        1e12,
        rng.choice([1e10, 1e11]),
        rng.choice([1, 2, 4]),
    )
    work = 2 * batch * n_in * n_out / peak
    move = (batch * (n_in + n_out) + n_in * n_out) * size / bandwidth
    expected = (work, "arithmetic") if work >= move else (move, "memory")
    got = layer_time(batch, n_in, n_out, peak, bandwidth, size)
    assert near(got, *expected), (
        f"layer_time({batch}, {n_in}, {n_out}, {peak:g}, {bandwidth:g}, {size}): expected {expected}, got {got!r}"
    )

# %% hint
# Two times, `operations / peak` and `size * numbers / bandwidth`, and the larger of them.


# %% answer
def layer_time(
    batch: int,
    n_in: int,
    n_out: int,
    peak: float,
    bandwidth: float,
    size: int,
) -> tuple[float, str]:
    """Return the least time in seconds, and what bounds it."""
    arithmetic = 2 * batch * n_in * n_out / peak
    numbers = batch * n_in + n_in * n_out + batch * n_out
    memory = size * numbers / bandwidth
    bound = "memory" if memory > arithmetic else "arithmetic"
    return max(arithmetic, memory), bound


# %% wrong: the two times added
# says: the times are not added
def layer_time(batch, n_in, n_out, peak, bandwidth, size):
    arithmetic = 2 * batch * n_in * n_out / peak
    memory = size * (batch * n_in + n_in * n_out + batch * n_out) / bandwidth
    if memory > arithmetic:
        return memory, "memory"
    return arithmetic + memory, "arithmetic"


# %% wrong: the weights alone are moved
# says: Input, weights and output move
def layer_time(batch, n_in, n_out, peak, bandwidth, size):
    arithmetic = 2 * batch * n_in * n_out / peak
    memory = size * n_in * n_out / bandwidth
    bound = "memory" if memory > arithmetic else "arithmetic"
    return max(arithmetic, memory), bound


# %% wrong: the output is not moved
# says: Input, weights and output move
def layer_time(batch, n_in, n_out, peak, bandwidth, size):
    arithmetic = 2 * batch * n_in * n_out / peak
    memory = size * (batch * n_in + n_in * n_out) / bandwidth
    bound = "memory" if memory > arithmetic else "arithmetic"
    return max(arithmetic, memory), bound


# %% wrong: one operation for each product
# says: 2,000,000,000 operations
def layer_time(batch, n_in, n_out, peak, bandwidth, size):
    arithmetic = batch * n_in * n_out / peak
    memory = size * (batch * n_in + n_in * n_out + batch * n_out) / bandwidth
    bound = "memory" if memory > arithmetic else "arithmetic"
    return max(arithmetic, memory), bound


# %% wrong: float32 whatever is asked
# says: Half the bytes take half the time
def layer_time(batch, n_in, n_out, peak, bandwidth, size):
    arithmetic = 2 * batch * n_in * n_out / peak
    memory = 4 * (batch * n_in + n_in * n_out + batch * n_out) / bandwidth
    bound = "memory" if memory > arithmetic else "arithmetic"
    return max(arithmetic, memory), bound
