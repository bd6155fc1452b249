"""Seasonal naive forecast

The forecast that any model has to beat: what it was a season ago, as far as that is known. Write `seasonal_naive(history, season, horizon)`: for each of the `horizon` steps after the history, return the latest known value that lies a whole number of seasons before it. For a horizon longer than a season, the last season repeats.

```pycon
>>> seasonal_naive([5, 6, 7, 8], 3, 4)
[6, 7, 8, 6]
```

The fourth step would need the first one, which has not happened; so it takes the value one season earlier. Raise `ValueError` if `season` or `horizon` is under 1, or the history is shorter than a season.
"""
# chapter: 10-project-forecast
# minutes: 6
# difficulty: easy


# %% stub
def seasonal_naive(
    history: list[float], season: int, horizon: int
) -> list[float]:
    """Return the forecasts for the steps after the history."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return seasonal_naive(*arguments)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = outcome([5, 6, 7, 8], 3, 3)
assert got == [6, 7, 8], (
    f"history [5, 6, 7, 8], season 3: expected [6, 7, 8], got {got!r}. Each step repeats the value one season before it, counted from the end of the history."
)
got = outcome([5, 6, 7, 8], 3, 7)
assert got == [6, 7, 8, 6, 7, 8, 6], (
    f"seven steps: expected [6, 7, 8, 6, 7, 8, 6], got {got!r}. Beyond a season the last season repeats: what lies in the future is not known."
)
got = outcome([1, 2, 3, 4, 5, 6, 7, 8, 9], 3, 2)
assert got == [7, 8], (
    f"nine values, two steps: expected [7, 8], got {got!r}. The latest season that is known, not an earlier one."
)
for arguments in (([1, 2], 3, 1), ([1, 2], 0, 1), ([1, 2], 2, 0), ([], 1, 1)):
    got = outcome(*arguments)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"arguments {arguments}: expected ValueError, got {got!r}. Without a whole season nothing can be repeated."
    )
rng = random.Random(10)
for season, horizon in ((7, 20), (4, 3), (5, 5)):
    counts = [rng.randrange(100) for _ in range(23)]
    known = counts[:]
    for _ in range(horizon):
        known.append(known[-season])
    got = outcome(counts, season, horizon)
    assert got == known[23:], (
        f"23 random counts, season {season}, {horizon} steps: expected {known[23:]}, got {got!r}"
    )
mine = [1, 2, 3]
got = outcome(mine, 1, 2)
assert got == [3, 3] and mine == [1, 2, 3], (
    f"season 1: expected [3, 3] and the history as it was, got {got!r} and {mine}"
)

# %% hint
# The last season is `history[-season:]`; step h, counted from 0, takes its entry `h % season`.


# %% answer
def seasonal_naive(
    history: list[float], season: int, horizon: int
) -> list[float]:
    """Return the forecasts for the steps after the history."""
    if season < 1 or horizon < 1 or len(history) < season:
        raise ValueError(
            "season and horizon: at least 1; history: at least one season"
        )
    last = history[-season:]
    return [last[h % season] for h in range(horizon)]


# %% wrong: counted from the start of the history
# says: counted from the end of the history
def seasonal_naive(history, season, horizon):
    if season < 1 or horizon < 1 or len(history) < season:
        raise ValueError("season")
    return [history[h % season] for h in range(horizon)]


# %% wrong: the last value for every step
# says: the value one season before it
def seasonal_naive(history, season, horizon):
    if season < 1 or horizon < 1 or len(history) < season:
        raise ValueError("season")
    return [history[-1]] * horizon


# %% wrong: stops after one season
# says: Beyond a season the last season repeats
def seasonal_naive(history, season, horizon):
    if season < 1 or horizon < 1 or len(history) < season:
        raise ValueError("season")
    return history[-season:][:horizon]


# %% wrong: a short history is repeated all the same
# says: Without a whole season
def seasonal_naive(history, season, horizon):
    last = history[-season:]
    return [last[h % len(last)] for h in range(horizon)]
