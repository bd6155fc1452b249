"""What goes through the model with a KV cache

To write `n_new` tokens after a prompt, the model runs once on the whole prompt and then once on each new token alone; the cache remembers keys and values. Write `passes(prompt, n_new)`: a list with, for each run, the positions that go in and the number of keys that they can look at, the new ones included. And write `cache_bytes(prompt, n_new, layers, kv_heads, d_head, size)`: the bytes that the cache takes after the last run, one key and one value of `size` bytes a number for each layer, head and position. `prompt` is the number of tokens in the prompt.

```pycon
>>> passes(3, 3)
[([0, 1, 2], 3), ([3], 4), ([4], 5)]
>>> cache_bytes(3, 3, layers=2, kv_heads=1, d_head=8, size=2)
320
```

The last new token is never put in: nothing is asked of it. For `n_new` = 0 there is no run, and the cache is empty.
"""
# chapter: 13-attention
# minutes: 7
# difficulty: medium


# %% stub
def passes(prompt: int, n_new: int) -> list[tuple[list[int], int]]:
    """Return for each run the positions that go in and the keys they see."""
    raise NotImplementedError("not written yet")


def cache_bytes(
    prompt: int, n_new: int, layers: int, kv_heads: int, d_head: int, size: int
) -> int:
    """Return the bytes of the cache after the last run."""
    raise NotImplementedError("not written yet")


# %% checks
def plain(got):
    """Lists and tuples alike."""
    return [
        (list(run[0]), run[1])
        if isinstance(run, (list, tuple))
        and len(run) == 2
        and isinstance(run[0], (list, tuple, range))
        else run
        for run in (got if isinstance(got, (list, tuple)) else [got])
    ]


def outcome(*arguments):
    try:
        return cache_bytes(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = plain(passes(3, 1))
assert got == [([0, 1, 2], 3)], (
    f"prompt of 3, one new token: expected [([0, 1, 2], 3)], got {got!r}. The run on the prompt already gives the first new token, so one run is enough."
)
got = plain(passes(3, 3))
assert len(got) != 4, (
    f"prompt of 3, three new tokens: expected 3 runs, got 4: {got!r}. The last new token need not go through the model."
)
assert not (len(got) > 1 and got[1] == ([0], 4)), (
    f"second run after a prompt of 3: expected ([3], 4), got {got[1]!r}. A new token stands behind the cache: its position is the cache's length, not 0."
)
assert not (len(got) > 1 and got[1] == ([0, 1, 2, 3], 4)), (
    f"second run after a prompt of 3: expected ([3], 4), got {got[1]!r}. That is generation without a cache; the old positions need not go in again."
)
assert not (len(got) > 1 and got[1][1:] in ((1,), (3,))), (
    f"second run after a prompt of 3: expected ([3], 4), got {got[1]!r}. The new token sees the three in the cache and itself."
)
assert got == [([0, 1, 2], 3), ([3], 4), ([4], 5)], (
    f"prompt of 3, three new tokens: expected [([0, 1, 2], 3), ([3], 4), ([4], 5)], got {got!r}"
)
got = passes(5, 0)
assert got == [], f"no new token: expected no run, [], got {got!r}"
for prompt, n_new in ((1, 1), (1, 6), (7, 4)):
    got = plain(passes(prompt, n_new))
    assert len(got) == n_new and all(
        isinstance(run, tuple) and run[0] and run[1] == run[0][-1] + 1
        for run in got
    ), (
        f"prompt of {prompt}, {n_new} new: expected {n_new} runs, each with as many keys as there are positions up to its last one, got {got!r}"
    )
    positions = [position for run in got for position in run[0]]
    assert positions == list(range(prompt + n_new - 1)), (
        f"prompt of {prompt}, {n_new} new: expected every position from 0 to {prompt + n_new - 2} to go in exactly once, got {positions!r}"
    )
got = outcome(3, 3, 2, 1, 8, 2)
assert got != 160, (
    f"5 positions, 2 layers, 1 head of width 8, 2 bytes: expected 320, got {got!r}. A key and a value are kept for each position: twice."
)
assert got != 384, (
    f"prompt of 3, three new tokens: expected 320 bytes for 5 positions, got {got!r}, which is 6 positions. The last token never went in."
)
assert got == 320, (
    f"5 positions, 2 layers, 1 head of width 8, 2 bytes: expected 320, got {got!r}"
)
got = outcome(8000, 193, 32, 8, 128, 2)
assert got == 2**30, (
    f"Llama 3 8B with 8,192 positions in the cache: expected 1 GiB = {2**30} bytes, got {got!r}. Count key-value heads, and every position after the prompt too."
)
got = outcome(5, 0, 2, 2, 4, 4)
assert got == 0, f"no run, so an empty cache: expected 0 bytes, got {got!r}"

# %% hint
# Run 0 puts in `range(prompt)`; run `i` after it puts in the one position `prompt + i - 1`. In all, `prompt + n_new - 1` positions end up in the cache.


# %% answer
def passes(prompt: int, n_new: int) -> list[tuple[list[int], int]]:
    """Return for each run the positions that go in and the keys they see."""
    runs = [(list(range(prompt)), prompt)]  # prefill gives the first token
    runs += [([t], t + 1) for t in range(prompt, prompt + n_new - 1)]
    return runs[:n_new]


def cache_bytes(
    prompt: int, n_new: int, layers: int, kv_heads: int, d_head: int, size: int
) -> int:
    """Return the bytes of the cache after the last run."""
    positions = prompt + n_new - 1 if n_new else 0
    return 2 * layers * kv_heads * d_head * positions * size


# %% wrong: every new token starts at position 0
# says: its position is the cache's length
def passes(prompt, n_new):
    runs = [(list(range(prompt)), prompt)]
    for i in range(1, n_new):
        runs.append(([0], prompt + i))
    return runs[:n_new]


def cache_bytes(prompt, n_new, layers, kv_heads, d_head, size):
    return 2 * layers * kv_heads * d_head * (prompt + n_new - 1) * size


# %% wrong: the last token goes in too
# says: one run is enough
def passes(prompt, n_new):
    runs = [(list(range(prompt)), prompt)]
    for i in range(n_new):
        runs.append(([prompt + i], prompt + i + 1))
    return runs


def cache_bytes(prompt, n_new, layers, kv_heads, d_head, size):
    return 2 * layers * kv_heads * d_head * (prompt + n_new) * size


# %% wrong: no cache at all
# says: generation without a cache
def passes(prompt, n_new):
    return [(list(range(prompt + i)), prompt + i) for i in range(n_new)]


def cache_bytes(prompt, n_new, layers, kv_heads, d_head, size):
    return 2 * layers * kv_heads * d_head * (prompt + n_new - 1) * size


# %% wrong: the new token does not see itself
# says: the three in the cache and itself
def passes(prompt, n_new):
    runs = [(list(range(prompt)), prompt)]
    for i in range(1, n_new):
        runs.append(([prompt + i - 1], prompt + i - 1))
    return runs[:n_new]


def cache_bytes(prompt, n_new, layers, kv_heads, d_head, size):
    return 2 * layers * kv_heads * d_head * (prompt + n_new - 1) * size


# %% wrong: keys counted, values forgotten
# says: A key and a value
def passes(prompt, n_new):
    runs = [(list(range(prompt)), prompt)] if n_new else []
    for position in range(prompt, prompt + n_new - 1):
        runs.append(([position], position + 1))
    return runs


def cache_bytes(prompt, n_new, layers, kv_heads, d_head, size):
    return layers * kv_heads * d_head * (prompt + n_new - 1) * size


# %% wrong: the last token counted in the cache
# says: The last token never went in
def passes(prompt, n_new):
    runs = [(list(range(prompt)), prompt)] if n_new else []
    for position in range(prompt, prompt + n_new - 1):
        runs.append(([position], position + 1))
    return runs


def cache_bytes(prompt, n_new, layers, kv_heads, d_head, size):
    return 2 * layers * kv_heads * d_head * (prompt + n_new) * size
