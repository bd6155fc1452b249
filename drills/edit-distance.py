"""Edit distance

Write `edit_distance(a, b)`: the least number of steps that turn one text into the other, where a step inserts, deletes or replaces one character (Levenshtein). It measures how far a transcript or a corrected answer is from the reference.

```pycon
>>> edit_distance("kitten", "sitting")
3
```

Replace k by s, replace e by i, insert g. Two neighbouring letters exchanged are two steps. Texts may be empty, and as long as a few hundred characters: a plain recursion over all cases would take for ever.
"""
# chapter: 33-interviews-and-portfolio
# minutes: 8
# difficulty: medium


# %% stub
def edit_distance(a: str, b: str) -> int:
    """Return the least number of insertions, deletions and replacements."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(a, b):
    try:
        return edit_distance(a, b)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = edit_distance("cat", "car")
assert got == 1, (
    f"'cat' to 'car': expected 1, got {got!r}. A replacement is one step, not a deletion and an insertion."
)
got = outcome("same", "same")
assert got == 0, (
    f"'same' to 'same': expected 0, got {got!r}. Equal characters cost nothing."
)
got = outcome("", "abc"), outcome("abc", "")
assert got == (3, 3), (
    f"'' to 'abc' and back: expected 3 and 3, got {got!r}. The first row and column count 0, 1, 2, …: from nothing, each character is an insertion."
)
got = outcome("abcdef", "bcdefg")
assert got == 2, (
    f"'abcdef' to 'bcdefg': expected 2, got {got!r}. Delete the a, insert a g; comparing position by position would replace everything."
)
got = outcome("kitten", "sitting")
assert got == 3, f"'kitten' to 'sitting': expected 3, got {got!r}"
got = outcome("form", "from")
assert got == 2, (
    f"'form' to 'from': expected 2, got {got!r}. Exchanging neighbours is not one of the three steps; with it the distance is Damerau's."
)
got = outcome("sunday", "saturday")
assert got == 3, (
    f"'sunday' to 'saturday': expected 3, got {got!r}. A greedy walk from the left misses it; every cell of the table takes the least of its three neighbours."
)
got = outcome("Straße", "strasse")
assert got == 3, (
    f"'Straße' to 'strasse': expected 3, got {got!r}. Characters are compared as they are, capitals too."
)
rng = random.Random(33)
for _ in range(20):
    a, b, c = (
        "".join(rng.choices("ab", k=rng.randint(0, 7))) for _ in range(3)
    )
    ab, ba, ac, cb = (
        outcome(*pair) for pair in ((a, b), (b, a), (a, c), (c, b))
    )
    assert type(ab) is int and ab == ba and ab <= ac + cb, (
        f"{a!r}, {b!r}, {c!r}: expected a distance, a whole number alike both ways and no longer than the way round; got {ab!r}, {ba!r}, and {ac!r} + {cb!r}"
    )
    assert abs(len(a) - len(b)) <= ab <= max(len(a), len(b)), (
        f"{a!r} to {b!r}: expected between {abs(len(a) - len(b))} and {max(len(a), len(b))}, got {ab!r}"
    )
a = "".join(rng.choices("acgt", k=120))
b = a[:40] + a[43:80] + "t" + a[80:]
got = outcome(a, b)
assert got == 4, (
    f"120 letters, three deleted and one inserted: expected 4, got {got!r}"
)

# %% hint
# Row by row: the distance of two beginnings is the least of left + 1, above + 1, and above left + 0 or 1. Only the row before is needed.


# %% answer
def edit_distance(a: str, b: str) -> int:
    """Return the least number of insertions, deletions and replacements."""
    above = list(range(len(b) + 1))  # from nothing to each beginning of b
    for i, x in enumerate(a, start=1):
        row = [i]
        for j, y in enumerate(b, start=1):
            replaced = above[j - 1] + (x != y)
            row.append(min(row[-1] + 1, above[j] + 1, replaced))
        above = row
    return above[-1]


# %% wrong: position by position
# says: comparing position by position
def edit_distance(a, b):
    return sum(x != y for x, y in zip(a, b)) + abs(len(a) - len(b))


# %% wrong: a replacement costs two
# says: A replacement is one step
def edit_distance(a, b):
    above = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            if x == y:
                row.append(above[j - 1])
            else:
                row.append(1 + min(row[-1], above[j]))
        above = row
    return above[-1]


# %% wrong: the first row is zeros
# says: The first row and column count
def edit_distance(a, b):
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a, 1):
        for j, y in enumerate(b, 1):
            table[i][j] = min(
                table[i - 1][j] + 1,
                table[i][j - 1] + 1,
                table[i - 1][j - 1] + (x != y),
            )
    return table[-1][-1]


# %% wrong: exchanged neighbours are one step
# says: the distance is Damerau's
def edit_distance(a, b):
    table = [[i + j for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            table[i][j] = min(
                table[i - 1][j] + 1,
                table[i][j - 1] + 1,
                table[i - 1][j - 1] + (a[i - 1] != b[j - 1]),
            )
            if i > 1 and j > 1 and a[i - 2 : i] == b[j - 2 : j][::-1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


# %% wrong: a greedy walk
# says: A greedy walk from the left misses it
def edit_distance(a, b):
    i = j = steps = 0
    while i < len(a) and j < len(b):
        if a[i] == b[j]:
            i, j = i + 1, j + 1
        elif a[i + 1 : i + 2] == b[j] and len(a) - i >= len(b) - j:
            i, steps = i + 1, steps + 1
        elif b[j + 1 : j + 2] == a[i]:
            j, steps = j + 1, steps + 1
        else:
            i, j, steps = i + 1, j + 1, steps + 1
    return steps + len(a) - i + len(b) - j
