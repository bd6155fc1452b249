"""Bootstrap interval of a mean

A score without an interval supports no claim. Write `bootstrap_interval(scores, seed, n_resamples, level)`: draw as many scores as there are, *with* replacement, and take their mean; do so `n_resamples` times; sort the means and leave out the share (1 − `level`) / 2 at each end. Return the smallest and the largest of those that remain. All randomness comes from one `random.Random(seed)`.

```pycon
>>> low, high = bootstrap_interval([0.0] * 60 + [1.0] * 40, seed=0)
>>> 0.27 < low < 0.35 and 0.45 < high < 0.53
True
```

The same seed gives the same interval. Raise `ValueError` without scores, or if `level` is not between 0 and 1 (such as 95).
"""
# chapter: 19-eval-sets
# minutes: 7
# difficulty: medium

# %% stub
import random


def bootstrap_interval(
    scores: list[float],
    seed: int,
    n_resamples: int = 1000,
    level: float = 0.95,
) -> tuple[float, float]:
    """Return the percentile interval of the mean of scores."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments, **options):
    try:
        return bootstrap_interval(*arguments, **options)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def pair(got):
    return (
        isinstance(got, (tuple, list))
        and len(got) == 2
        and all(isinstance(g, (int, float)) for g in got)
    )


got = bootstrap_interval([0.0, 1.0, 1.0, 0.0], 0, 200)
assert pair(got) and got[0] <= got[1], (
    f"expected two numbers, low and high, got {got!r}"
)
got = outcome([0.25] * 20, 1, 100)
assert pair(got) and all(abs(g - 0.25) < 1e-9 for g in got), (
    f"twenty scores of 0.25: expected (0.25, 0.25), got {got!r}. Every resample has the mean 0.25; it holds as many scores as there are, and the mean divides by that number."
)
scores = [0.0] * 60 + [1.0] * 40
before = list(scores)
got = bootstrap_interval(scores, 0)
assert pair(got) and got[0] != got[1], (
    f"60 zeros and 40 ones: expected about (0.31, 0.50), got {got!r}. Drawn without replacement every resample is the whole list again: use rng.choices. If yours are drawn with it, you leave out too much: 2.5 % at each end, not 47.5 %."
)
assert tuple(got) != (0.0, 1.0), (
    f"60 zeros and 40 ones: expected about (0.31, 0.50), got {got!r}. That is the spread of single scores; the interval is that of means."
)
assert got[1] - got[0] > 0.1, (
    f"60 zeros and 40 ones: expected about (0.31, 0.50), got {got!r}, which is too narrow. Draw as many scores as there are, and leave out 2.5 % of the means at each end."
)
assert 0.27 < got[0] < 0.35 and 0.45 < got[1] < 0.53, (
    f"60 zeros and 40 ones: expected about (0.31, 0.50), got {got!r}. Sort the means, and look at both ends of the level."
)
assert scores == before, "the list of scores was changed: leave it as it is"
assert len({tuple(bootstrap_interval(scores, 0, 50)) for _ in range(3)}) == 1, (
    "the same seed gave different intervals. Draw from random.Random(seed), made inside the function."
)
state = random.getstate()
others = [bootstrap_interval(scores, seed, 50) for seed in range(1, 6)]
assert random.getstate() == state, (
    "the shared random generator was moved: random.seed and random.choices change it for everybody. Use a random.Random(seed) of your own."
)
assert len(set(map(tuple, others))) > 1, (
    f"five seeds gave the same interval, {others[0]!r}: the seed is not used"
)
wide, narrow = got, outcome(scores, 0, 300, 0.5)
assert pair(narrow) and wide[0] < narrow[0] <= narrow[1] < wide[1], (
    f"level 0.5 inside level 0.95: expected a narrower interval than {wide!r}, got {narrow!r}. The level is an argument, not always 0.95."
)
assert 0.355 < narrow[0] < 0.385 and 0.415 < narrow[1] < 0.445, (
    f"60 zeros and 40 ones, level 0.5: expected about (0.37, 0.43), got {narrow!r}. A quarter of the means is left out at each end."
)
for values, level in (([], 0.95), ([1.0, 2.0], 95), ([1.0], 1.0), ([1.0], 0.0)):
    got = outcome(values, 0, 50, level)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"{len(values)} scores, level {level}: expected ValueError, got {got!r}"
    )

# %% hint
# `rng.choices(scores, k=len(scores))` draws with replacement. With `cut = round(n_resamples * (1 - level) / 2)` the interval is `means[cut]` to `means[-1 - cut]`.


# %% answer
import random


def bootstrap_interval(
    scores: list[float],
    seed: int,
    n_resamples: int = 1000,
    level: float = 0.95,
) -> tuple[float, float]:
    """Return the percentile interval of the mean of scores."""
    if not scores or not 0 < level < 1:
        raise ValueError(f"{len(scores)} scores, level {level}")
    rng = random.Random(seed)
    n = len(scores)
    means = sorted(
        sum(rng.choices(scores, k=n)) / n for _ in range(n_resamples)
    )
    cut = round(n_resamples * (1 - level) / 2)
    return means[cut], means[-1 - cut]


# %% wrong: drawn without replacement
# says: Drawn without replacement
import random


def bootstrap_interval(scores, seed, n_resamples=1000, level=0.95):
    rng, n = random.Random(seed), len(scores)
    means = sorted(sum(rng.sample(scores, n)) / n for _ in range(n_resamples))
    cut = int(n_resamples * (1 - level) / 2)
    return means[cut], means[n_resamples - 1 - cut]


# %% wrong: the interval of single scores
# says: the spread of single scores
import random


def bootstrap_interval(scores, seed, n_resamples=1000, level=0.95):
    rng = random.Random(seed)
    drawn = sorted(rng.choice(scores) for _ in range(n_resamples))
    cut = int(n_resamples * (1 - level) / 2)
    return drawn[cut], drawn[n_resamples - 1 - cut]


# %% wrong: the level taken for the tail
# says: you leave out too much
import random


def bootstrap_interval(scores, seed, n_resamples=1000, level=0.95):
    rng, n = random.Random(seed), len(scores)
    means = sorted(
        sum(rng.choices(scores, k=n)) / n for _ in range(n_resamples)
    )
    cut = int(n_resamples * level / 2)
    return means[cut], means[n_resamples - 1 - cut]


# %% wrong: the shared generator seeded
# says: the shared random generator was moved
import random


def bootstrap_interval(scores, seed, n_resamples=1000, level=0.95):
    random.seed(seed)
    n = len(scores)
    means = sorted(
        sum(random.choices(scores, k=n)) / n for _ in range(n_resamples)
    )
    cut = int(n_resamples * (1 - level) / 2)
    return means[cut], means[n_resamples - 1 - cut]


# %% wrong: 95 % whatever was asked for
# says: The level is an argument
import random


def bootstrap_interval(scores, seed, n_resamples=1000, level=0.95):
    if not scores or not 0 < level < 1:
        raise ValueError("scores or level")
    rng, n = random.Random(seed), len(scores)
    means = sorted(
        sum(rng.choices(scores, k=n)) / n for _ in range(n_resamples)
    )
    return (
        means[int(0.025 * n_resamples)],
        means[int(0.975 * n_resamples) - 1],
    )


# %% wrong: the tail halved twice
# says: A quarter of the means is left out
import random


def bootstrap_interval(scores, seed, n_resamples=1000, level=0.95):
    if not scores or not 0 < level < 1:
        raise ValueError("scores or level")
    rng, n = random.Random(seed), len(scores)
    means = sorted(
        sum(rng.choices(scores, k=n)) / n for _ in range(n_resamples)
    )
    cut = int(n_resamples * (1 - level) / 4)
    return means[cut], means[-1 - cut]


# %% wrong: means not sorted
# says: two numbers, low and high
import random


def bootstrap_interval(scores, seed, n_resamples=1000, level=0.95):
    rng, n = random.Random(seed), len(scores)
    means = [sum(rng.choices(scores, k=n)) / n for _ in range(n_resamples)]
    cut = int(n_resamples * (1 - level) / 2)
    return means[cut], means[n_resamples - 1 - cut]
