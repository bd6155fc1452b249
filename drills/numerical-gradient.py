"""A gradient by central differences

Write `numerical_gradient(f, x, step)`: for a function of a list of numbers and a point `x`, the list of its slopes, each by moving one number a step up and a step down: (f(up) − f(down)) / (2 · step). With it you check the gradients that you derive. `x` stays as it was.

```pycon
>>> numerical_gradient(lambda x: x[0] * x[1], [3.0, 5.0], 0.5)
[5.0, 3.0]
```

Raise `ValueError` if the step is not above 0. A function of no numbers has an empty gradient.
"""
# chapter: 03-maths-for-ml
# minutes: 6
# difficulty: easy


# %% stub
def numerical_gradient(f, x: list[float], step: float = 1e-6) -> list[float]:
    """Return the slopes of f at x by central differences."""
    raise NotImplementedError("not written yet")


# %% checks
import math
import random


def outcome(*arguments):
    try:
        return numerical_gradient(*arguments)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected, margin=1e-6):
    return (
        isinstance(got, list)
        and len(got) == len(expected)
        and all(isinstance(g, (int, float)) for g in got)
        and all(abs(g - e) < margin for g, e in zip(got, expected))
    )


got = outcome(lambda x: x[0] * x[1], [3.0, 5.0], 0.5)
assert near(got, [5, 3]), (
    f"x0 · x1 at (3, 5): expected [5.0, 3.0], got {got!r}. One number moves at a time, and the step up and the step down are 2 · step apart."
)
got = outcome(lambda x: x[0] ** 2, [1.0], 0.5)
assert near(got, [2]), (
    f"the square at 1 with a step of 0.5: expected [2.0], got {got!r}. For a square the error of a one-sided difference is the step, that of a central one is 0."
)
got = outcome(lambda x: x[0] ** 3, [1.0], 1.0)
assert near(got, [4]), (
    f"the cube at 1 with a step of 1: expected [4.0], (8 − 0) / 2, got {got!r}. Use the step that is given."
)
got = outcome(lambda x: x[0] ** 2 + 10 * x[1] ** 2, [1, 2])
assert near(got, [2, 40], 1e-4), (
    f"x0² + 10 · x1² at (1, 2): expected about [2, 40], got {got!r}"
)
point = [1 / 3, 2 / 3]
outcome(lambda x: x[0] + x[1], point)
assert point == [1 / 3, 2 / 3], (
    f"the list [1 / 3, 2 / 3] that was given was changed to {point!r}: move a copy. A step added and taken away again leaves its rounding."
)
kept = []


def remember(x):
    kept.append(tuple(x))
    return sum(x)


numerical_gradient(remember, [1.0, 2.0], 0.25)
seen = sorted(kept)
assert seen == [(0.75, 2.0), (1.0, 1.75), (1.0, 2.25), (1.25, 2.0)], (
    f"the points at (1, 2) with a step of 0.25: expected four calls, one number moved in each, got {seen!r}. A number that was moved must be back in its place before the next one moves."
)
for step in (0, -0.1):
    got = outcome(lambda x: x[0], [1.0], step)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"a step of {step}: expected ValueError, got {got!r}"
    )
got = outcome(lambda x: 1.0, [], 0.1)
assert got == [], f"no numbers: expected [], got {got!r}"
rng = random.Random(4)
for _ in range(10):
    x = [rng.uniform(-2, 2) for _ in range(4)]
    got = outcome(lambda v: sum(math.sin(a) for a in v), x)
    assert near(got, [math.cos(a) for a in x]), (
        f"the sum of sines at {x!r}: expected the cosines, got {got!r}"
    )

# %% hint
# For each place i make two lists, `x[:i] + [x[i] + step] + x[i + 1:]` and the same with minus.


# %% answer
def numerical_gradient(f, x: list[float], step: float = 1e-6) -> list[float]:
    """Return the slopes of f at x by central differences."""
    if not step > 0:
        raise ValueError("step must be above 0")
    slopes = []
    for i in range(len(x)):
        up, down = list(x), list(x)
        up[i] += step
        down[i] -= step
        slopes.append((f(up) - f(down)) / (2 * step))
    return slopes


# %% wrong: one-sided
# says: the error of a one-sided difference
def numerical_gradient(f, x, step=1e-6):
    if not step > 0:
        raise ValueError("step")
    slopes = []
    for i in range(len(x)):
        up = list(x)
        up[i] += step
        slopes.append((f(up) - f(list(x))) / step)
    return slopes


# %% wrong: divided by one step
# says: 2 · step apart
def numerical_gradient(f, x, step=1e-6):
    if not step > 0:
        raise ValueError("step")
    slopes = []
    for i in range(len(x)):
        up, down = list(x), list(x)
        up[i] += step
        down[i] -= step
        slopes.append((f(up) - f(down)) / step)
    return slopes


# %% wrong: a step of its own
# says: Use the step that is given
def numerical_gradient(f, x, step=1e-6):
    if not step > 0:
        raise ValueError("step")
    slopes = []
    for i in range(len(x)):
        up, down = list(x), list(x)
        up[i] += 1e-5
        down[i] -= 1e-5
        slopes.append((f(up) - f(down)) / 2e-5)
    return slopes


# %% wrong: the given list is moved and put back by adding again
# says: leaves its rounding
def numerical_gradient(f, x, step=1e-6):
    if not step > 0:
        raise ValueError("step")
    slopes = []
    for i in range(len(x)):
        x[i] += step
        up = f(x)
        x[i] -= 2 * step
        slopes.append((up - f(x)) / (2 * step))
        x[i] += step
    return slopes


# %% wrong: all numbers move together
# says: One number moves at a time
def numerical_gradient(f, x, step=1e-6):
    if not step > 0:
        raise ValueError("step")
    up, down = [a + step for a in x], [a - step for a in x]
    return [(f(up) - f(down)) / (2 * step) for _ in x]


# %% wrong: a moved number stays moved
# says: One number moves at a time
def numerical_gradient(f, x, step=1e-6):
    if not step > 0:
        raise ValueError("step")
    x, slopes = list(x), []
    for i in range(len(x)):
        x[i] += step
        up = f(x)
        x[i] -= 2 * step
        slopes.append((up - f(x)) / (2 * step))
    return slopes
