"""Nearest neighbours with a rule for ties

Write `classify(points, labels, query, k)`: the class of one query by the vote of its `k` nearest points (Euclidean). The rule, so that an audit can repeat it: order the points by distance, equal distances by position in the list; the first `k` vote; of classes with equally many votes, the one wins whose member comes first in that order.

```pycon
>>> classify([[0], [2], [3], [9]], ["b", "a", "a", "b"], [1], k=4)
'b'
```

All four vote, two each. The points `[0]` and `[2]` are equally near; the first in the list is a `"b"`. Raise `ValueError` unless `k` lies between 1 and the number of points.
"""
# chapter: 04-nearest-neighbours
# minutes: 8
# difficulty: medium


# %% stub
def classify(
    points: list[list[float]], labels: list, query: list[float], k: int
):
    """Return the class that most of the k nearest points have."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return classify(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = classify([[0], [10], [11]], ["near", "far", "far"], [1], 1)
assert got == "near", (
    f"k = 1, the nearest point is a 'near': expected 'near', got {got!r}. If yours is 'far', check that the order is ascending."
)
got = outcome([[3, 4], [0, 6], [0, 7]], ["x", "y", "y"], [0, 0], 1)
assert got == "x", (
    f"distances 5, 6 and 7: expected 'x', got {got!r}. By single coordinates or their sum (7, 6, 7) the order is another; use Euclid's distance."
)
got = outcome([[1], [2], [3], [50]], ["a", "b", "b", "a"], [0], 3)
assert got == "b", f"votes a, b, b: expected 'b', got {got!r}"
got = outcome([[3], [2], [1], [4]], [1, 1, 7, 7], [0], 4)
assert got == 7, (
    f"two votes for 1 and two for 7, the nearest of all is a 7: expected 7, got {got!r}. A tie goes to the nearest member, not to the smallest label."
)
got = outcome([[1], [2], [3], [4], [5]], ["a", "b", "c", "c", "b"], [0], 5)
assert got == "b", (
    f"nearest first the votes are a, b, c, c, b: expected 'b', got {got!r}. b and c are tied, and a is not among them, although it is the nearest."
)
got = outcome([[1], [-1]], ["z", "a"], [0], 1)
assert got == "z", (
    f"two points at the same distance, the first is a 'z': expected 'z', got {got!r}. Equal distances keep the order of the list; sorting pairs (distance, label) orders them by label."
)
for k in (0, 4):
    got = outcome([[1], [2], [3]], ["a", "b", "b"], [0], k)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"three points, k = {k}: expected ValueError, got {got!r}. A slice longer than the list passes without a word."
    )
rng = random.Random(0)
points = [[rng.random(), rng.random()] for _ in range(30)]
labels = [rng.choice("pqr") for _ in points]
renamed = [{"p": "z", "q": "y", "r": "x"}[label] for label in labels]
for _ in range(20):
    query, k = [rng.random(), rng.random()], rng.randint(1, 12)
    first, second = (
        classify(points, names, query, k) for names in (labels, renamed)
    )
    assert (first, second) in {("p", "z"), ("q", "y"), ("r", "x")}, (
        f"k = {k}: the answer was {first!r}, and after renaming p, q, r to z, y, x it was {second!r}. Renaming the classes must not change who wins."
    )

# %% hint
# Python's sort is stable: sorted by distance alone, equal ones keep their order. `Counter.most_common` gives of equal counts the one that it met first, and it meets the votes in your order.


# %% answer
from collections import Counter
from math import dist


def classify(
    points: list[list[float]], labels: list, query: list[float], k: int
):
    """Return the class that most of the k nearest points have."""
    if not 1 <= k <= len(points):
        raise ValueError(f"k must lie in 1 to {len(points)}, got {k}")
    order = sorted(range(len(points)), key=lambda i: dist(points[i], query))
    votes = Counter(labels[i] for i in order[:k])
    return votes.most_common(1)[0][0]  # of equal counts the first one met


# %% wrong: a tie goes to the smallest label
# says: not to the smallest label
from math import dist


def classify(points, labels, query, k):
    order = sorted(range(len(points)), key=lambda i: dist(points[i], query))
    votes = [labels[i] for i in order[:k]]
    return max(sorted(set(votes)), key=votes.count)


# %% wrong: pairs of distance and label are sorted
# says: sorting pairs (distance, label)
from collections import Counter
from math import dist


def classify(points, labels, query, k):
    pairs = sorted((dist(p, query), label) for p, label in zip(points, labels))
    return Counter(label for _, label in pairs[:k]).most_common(1)[0][0]


# %% wrong: in a tie the nearest point of all decides
# says: a is not among them
from collections import Counter
from math import dist


def classify(points, labels, query, k):
    order = sorted(range(len(points)), key=lambda i: dist(points[i], query))
    top = Counter(labels[i] for i in order[:k]).most_common(2)
    if len(top) == 2 and top[0][1] == top[1][1]:
        return labels[order[0]]
    return top[0][0]


# %% wrong: the farthest vote
# says: ascending
from collections import Counter
from math import dist


def classify(points, labels, query, k):
    order = sorted(
        range(len(points)), key=lambda i: dist(points[i], query), reverse=True
    )
    return Counter(labels[i] for i in order[:k]).most_common(1)[0][0]


# %% wrong: k is not checked
# says: A slice longer than the list
def classify(points, labels, query, k):
    def squared(i):
        return sum((a - b) ** 2 for a, b in zip(points[i], query))

    order = sorted(range(len(points)), key=squared)[: max(k, 1)]
    votes = [labels[i] for i in order]
    return max(votes, key=votes.count)
