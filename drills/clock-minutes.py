"""Minutes late, across midnight

Flight data write clock times as numbers: 517 for 5:17, 5 for five past midnight, and 2400 as well as 0 for midnight. The date is not given. Write `minutes_late(scheduled, actual)`: the minutes from the one to the other, negative for an early departure. No flight leaves more than two hours early, so the result lies from -120 to 1319, and that settles the day.

```pycon
>>> minutes_late(745, 830)
45
>>> minutes_late(2350, 10)
20
```

Raise `ValueError` for a number that is no clock time: below 0, above 2400, or with more than 59 minutes.
"""
# chapter: 01-production-python
# minutes: 8
# difficulty: easy


# %% stub
def minutes_late(scheduled: int, actual: int) -> int:
    """Return the minutes from scheduled to actual, two clock times HHMM."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return minutes_late(*arguments)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = outcome(745, 830)
assert got == 45, (
    f"minutes_late(745, 830): expected 45, got {got!r}: an hour has 60 minutes, the numbers cannot be subtracted as they stand."
)
got = outcome(1200, 1155)
assert got == -5, (
    f"minutes_late(1200, 1155): expected -5, got {got!r}: five minutes early."
)
got = outcome(2350, 10)
assert got == 20, (
    f"minutes_late(2350, 10): expected 20, got {got!r}: it left after midnight, on the next day."
)
got = outcome(5, 2355)
assert got == -10, (
    f"minutes_late(5, 2355): expected -10, got {got!r}: it left before midnight, on the day before."
)
got = outcome(2300, 2400)
assert got == 60, (
    f"minutes_late(2300, 2400): expected 60, got {got!r}: 2400 is midnight."
)
got = outcome(600, 1900)
assert got == 780, (
    f"minutes_late(600, 1900): expected 780, got {got!r}: thirteen hours late is late, not eleven hours early."
)
got = outcome(1000, 800)
assert got == -120, (
    f"minutes_late(1000, 800): expected -120, got {got!r}: two hours early is the earliest."
)
got = outcome(1000, 759)
assert got == 1319, (
    f"minutes_late(1000, 759): expected 1319, got {got!r}: what would be over two hours early is very late."
)
rng = random.Random(3)
for _ in range(200):
    start, late = rng.randrange(1440), rng.randrange(-120, 1320)
    end = (start + late) % 1440
    times = [m // 60 * 100 + m % 60 for m in (start, end)]
    got = outcome(*times)
    assert got == late, (
        f"minutes_late({times[0]}, {times[1]}): expected {late}, got {got!r}."
    )
for scheduled, actual in (
    (1060, 1100),
    (1000, 1175),
    (-1, 100),
    (1000, 2401),
    (2500, 100),
):
    got = outcome(scheduled, actual)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"minutes_late({scheduled}, {actual}): expected ValueError, got {got!r}. One of the two is no clock time."
    )

# %% hint
# Minutes since midnight are `t // 100 * 60 + t % 100`. To bring any difference d into the 1440 minutes from -120 on: `(d + 120) % 1440 - 120`.


# %% answer
def minutes_late(scheduled: int, actual: int) -> int:
    """Return the minutes from scheduled to actual, two clock times HHMM."""
    for time in (scheduled, actual):
        if not 0 <= time <= 2400 or time % 100 > 59:
            raise ValueError(f"{time} is no clock time")
    minutes = [time // 100 * 60 + time % 100 for time in (scheduled, actual)]
    return (minutes[1] - minutes[0] + 120) % 1440 - 120


# %% wrong: the numbers are subtracted
# says: an hour has 60 minutes
def minutes_late(scheduled, actual):
    for time in (scheduled, actual):
        if not 0 <= time <= 2400 or time % 100 > 59:
            raise ValueError(time)
    return actual - scheduled


# %% wrong: the day never changes
# says: on the next day
def minutes_late(scheduled, actual):
    for time in (scheduled, actual):
        if not 0 <= time <= 2400 or time % 100 > 59:
            raise ValueError(time)
    return (
        (actual // 100 - scheduled // 100) * 60 + actual % 100 - scheduled % 100
    )


# %% wrong: every negative difference is the next day
# says: five minutes early
def minutes_late(scheduled, actual):
    for time in (scheduled, actual):
        if not 0 <= time <= 2400 or time % 100 > 59:
            raise ValueError(time)
    return (
        (actual // 100 - scheduled // 100) * 60 + actual % 100 - scheduled % 100
    ) % 1440


# %% wrong: half a day each way
# says: thirteen hours late
def minutes_late(scheduled, actual):
    for time in (scheduled, actual):
        if not 0 <= time <= 2400 or time % 100 > 59:
            raise ValueError(time)
    late = (actual // 100 - scheduled // 100) * 60
    late += actual % 100 - scheduled % 100
    return (late + 720) % 1440 - 720


# %% wrong: anything is a clock time
# says: no clock time
def minutes_late(scheduled, actual):
    late = (actual // 100 - scheduled // 100) * 60
    late += actual % 100 - scheduled % 100
    return (late + 120) % 1440 - 120
