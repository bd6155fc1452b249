"""Distance matrix on lists

Write `distances(A, B)`: the Euclidean distance from every point of `A` to every point of `B`, as a list with one row for each point of `A`. Points are lists of numbers.

```pycon
>>> distances([[0, 0], [1, 1]], [[3, 4]])
[[5.0], [3.605551275463989]]
```

`A` or `B` may be empty. Points that differ in length have no distance: raise `ValueError`. Coordinates may be large and nearly equal, as times in seconds are; subtract before you square.
"""
# chapter: 04-nearest-neighbours
# minutes: 4
# difficulty: easy


# %% stub
def distances(A: list[list[float]], B: list[list[float]]) -> list[list[float]]:
    """Return the Euclidean distances, one row for each point of A."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(A, B):
    try:
        return distances(A, B)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return isinstance(got, (int, float)) and abs(got - expected) < 1e-9


got = distances([[0, 0], [1, 1]], [[3, 4]])
assert isinstance(got, list) and all(isinstance(row, list) for row in got), (
    f"expected a list of rows, each a list of distances, got {got!r}"
)
assert [len(row) for row in got] == [1, 1], (
    f"two points against one: expected 2 rows of 1 distance, got {got!r}. One row for each point of A, in it one entry for each point of B."
)
assert got[0] is not got[1], (
    f"expected [[5.0], [3.6055…]], got {got!r}: both rows are one and the same list. [[0] * n] * m repeats a reference, not a row."
)
assert not near(got[0][0], 25), (
    f"from [0, 0] to [3, 4]: expected 5.0, got {got[0][0]!r}, the squared distance. The square root is missing."
)
assert not near(got[0][0], 7), (
    f"from [0, 0] to [3, 4]: expected 5.0, got {got[0][0]!r}. The sum of absolute differences is the Manhattan distance; Euclid squares."
)
assert near(got[0][0], 5) and near(got[1][0], 13**0.5), (
    f"expected [[5.0], [3.6055…]], got {got!r}"
)
got = outcome([[0.0], [1.0], [5.0]], [[0.0], [2.0]])
assert got == [[0, 2], [1, 1], [5, 3]], (
    f"A = [[0], [1], [5]], B = [[0], [2]]: expected [[0, 2], [1, 1], [5, 3]], got {got!r}"
)
got = outcome([[1e8 + 0.5]], [[1e8]])
assert isinstance(got, list) and near(got[0][0], 0.5), (
    f"from [100000000.5] to [100000000.0]: expected [[0.5]], got {got!r}. Expanding the square to a² − 2ab + b² subtracts large numbers that agree in nearly all digits; subtract the coordinates first."
)
got = outcome([[1, 2, 3]], [[1, 2]])
assert isinstance(got, str) and got.startswith("ValueError"), (
    f"a point of length 3 and one of length 2: expected ValueError, got {got!r}. zip stops silently at the shorter one; zip(…, strict=True) does not."
)
assert outcome([], [[1, 2]]) == [] and outcome([[1, 2]], []) == [[]], (
    f"empty A: expected [], got {outcome([], [[1, 2]])!r}; empty B: expected [[]], got {outcome([[1, 2]], [])!r}"
)
rng = random.Random(4)
A, B = (
    [[rng.uniform(-9, 9) for _ in range(5)] for _ in range(n)] for n in (6, 7)
)
there, back = distances(A, B), distances(B, A)
assert all(
    near(there[i][j], back[j][i]) for i in range(len(A)) for j in range(len(B))
), "random points: the distance from a to b differs from that from b to a"

# %% hint
# One comprehension inside another: for each `a` a row, in the row for each `b` the root of a sum of squares. `math.dist` is what you are rebuilding.


# %% answer
def distances(A: list[list[float]], B: list[list[float]]) -> list[list[float]]:
    """Return the Euclidean distances, one row for each point of A."""

    def distance(a: list[float], b: list[float]) -> float:
        return sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5

    return [[distance(a, b) for b in B] for a in A]


# %% wrong: the square root forgotten
# says: square root is missing
def distances(A, B):
    return [[sum((x - y) ** 2 for x, y in zip(a, b)) for b in B] for a in A]


# %% wrong: Manhattan distance
# says: Manhattan
def distances(A, B):
    return [[sum(abs(x - y) for x, y in zip(a, b)) for b in B] for a in A]


# %% wrong: one list used for every row
# says: one and the same list
def distances(A, B):
    table = [[0.0] * len(B)] * len(A)
    for i, a in enumerate(A):
        for j, b in enumerate(B):
            table[i][j] = sum((x - y) ** 2 for x, y in zip(a, b)) ** 0.5
    return table


# %% wrong: the expanded square, as in NumPy
# says: agree in nearly all digits
def distances(A, B):
    def dot(a, b):
        return sum(x * y for x, y in zip(a, b, strict=True))

    return [
        [max(dot(a, a) - 2 * dot(a, b) + dot(b, b), 0) ** 0.5 for b in B]
        for a in A
    ]


# %% wrong: zip cuts the longer point
# says: zip stops silently
def distances(A, B):
    table = []
    for a in A:
        row = []
        for b in B:
            row.append(sum((x - y) ** 2 for x, y in zip(a, b)) ** 0.5)
        table.append(row)
    return table
