"""Rows on both sides of a split

Before you believe a score, ask what the test shares with the training. Write `overlap(train, test, keys)`: rows are dicts, `keys` names the fields that make two rows the same case. Return the share of test rows whose values in all these fields occur together in some training row.

```pycon
>>> train = [{"id": 1, "user": "ann", "day": 3}, {"id": 2, "user": "bob", "day": 5}]
>>> test = [{"id": 7, "user": "ann", "day": 3}, {"id": 8, "user": "ann", "day": 5}]
>>> overlap(train, test, ["user", "day"]), overlap(train, test, ["user"]), overlap(train, test, ["id"])
(0.5, 1.0, 0.0)
```

With user and day together one of two test rows is a copy; by user alone both are known; by their numbers none, which is how copies hide. A missing value (`None`, or a float NaN) equals a missing value of either kind. Raise `ValueError` if `test` or `keys` is empty, or a row lacks one of the keys. Look each test row up once, however long the training list is.
"""
# chapter: 06-validation-and-leakage
# minutes: 8
# difficulty: medium


# %% stub
def overlap(train: list[dict], test: list[dict], keys: list[str]) -> float:
    """Return the share of test rows that training rows repeat."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return overlap(*arguments)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"


train = [{"id": 1, "user": "ann", "day": 3}, {"id": 2, "user": "bob", "day": 5}]
test = [{"id": 7, "user": "ann", "day": 3}, {"id": 8, "user": "ann", "day": 5}]
got = outcome(train, test, ["user", "day"])
assert got == 0.5, (
    f"by user and day: expected 0.5, got {got!r}. ann on day 5 is in no training row: the values must occur together in one row."
)
got = outcome(train, test + test[:1], ["user", "day"])
assert isinstance(got, float) and abs(got - 2 / 3) < 1e-12, (
    f"with a test row twice: expected {2 / 3:.4f}, got {got!r}. It is the share of the test rows, each counted."
)
assert (
    outcome(train, test, ["id"]) == 0.0
    and outcome(train, test, ["user"]) == 1.0
), (
    f"by id and by user: expected 0.0 and 1.0, got {outcome(train, test, ['id'])!r} and {outcome(train, test, ['user'])!r}. Only the keys count."
)
got = outcome(
    [{"a": 1, "b": "2"}], [{"a": 12, "b": ""}, {"a": 1, "b": 2}], ["a", "b"]
)
assert got == 0.0, (
    f"1 and '2' against 12 and '', and against 1 and 2: expected 0.0, got {got!r}. Values are compared, not their text."
)
nan = float("nan")
got = outcome(
    [{"a": nan, "b": 1}, {"a": None, "b": 2}],
    [{"a": float("nan"), "b": 1}, {"a": nan, "b": 2}, {"a": 0, "b": 1}],
    ["a", "b"],
)
assert isinstance(got, float) and abs(got - 2 / 3) < 1e-12, (
    f"missing values: expected {2 / 3:.4f}, got {got!r}. NaN does not equal itself: give all missing values one sign."
)
assert outcome([], test, ["user"]) == 0.0, (
    f"nothing to train on: expected 0.0, got {outcome([], test, ['user'])!r}. No training row, no overlap."
)
for arguments, what in (
    ((train, [], ["user"]), "no test rows"),
    ((train, test, []), "no keys"),
    ((train, test, ["name"]), "a key that no row has"),
    ((train, [{"id": 3, "day": 5}], ["user"]), "a test row without the key"),
):
    got = outcome(*arguments)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"{what}: expected ValueError, got {got!r}. A check that cannot look is refused, not passed."
    )


class Counted(int):
    compared = 0

    def __eq__(self, other):
        Counted.compared += 1
        return isinstance(other, Counted) and int(self) == int(other)

    def __hash__(self):
        return hash(int(self))


rng = random.Random(1)
many = [{"x": Counted(i)} for i in rng.sample(range(10_000), 600)]
some = [{"x": Counted(i)} for i in rng.sample(range(10_000), 600)]
expected = len({int(r["x"]) for r in many} & {int(r["x"]) for r in some}) / 600
Counted.compared = 0
got = outcome(many, some, ["x"])
assert got == expected, (
    f"600 random rows: expected {expected:.4f}, got {got!r}."
)
assert Counted.compared < 50_000, (
    f"600 by 600 rows: values were compared {Counted.compared} times. Put the training rows into a set and look each test row up."
)

# %% hint
# Make a tuple of each row's values in the order of `keys`, with one sign for every missing value (`v is None or v != v`). A set of the training tuples answers each look-up.


# %% answer
def overlap(train: list[dict], test: list[dict], keys: list[str]) -> float:
    """Return the share of test rows that training rows repeat."""
    if (
        not test
        or not keys
        or any(key not in row for row in train + test for key in keys)
    ):
        raise ValueError(
            "test and keys must not be empty, and each row needs all keys"
        )

    def case(row):
        return tuple(
            None if row[key] is None or row[key] != row[key] else row[key]
            for key in keys
        )

    seen = {case(row) for row in train}
    return sum(case(row) in seen for row in test) / len(test)


# %% wrong: each field looked up on its own
# says: together in one row
def overlap(train, test, keys):
    if (
        not test
        or not keys
        or any(key not in row for row in train + test for key in keys)
    ):
        raise ValueError("rows")

    def sign(v):
        return None if v is None or v != v else v

    seen = {key: {sign(row[key]) for row in train} for key in keys}
    return sum(
        all(sign(row[key]) in seen[key] for key in keys) for row in test
    ) / len(test)


# %% wrong: different cases counted, not rows
# says: each counted
def overlap(train, test, keys):
    if (
        not test
        or not keys
        or any(key not in row for row in train + test for key in keys)
    ):
        raise ValueError("rows")
    seen, asked = (
        {tuple(row[key] for key in keys) for row in part}
        for part in (train, test)
    )
    return len(seen & asked) / len(asked)


# %% wrong: values joined as text
# says: not their text
def overlap(train, test, keys):
    if (
        not test
        or not keys
        or any(key not in row for row in train + test for key in keys)
    ):
        raise ValueError("rows")
    seen = {"".join(str(row[key]) for key in keys) for row in train}
    return sum(
        "".join(str(row[key]) for key in keys) in seen for row in test
    ) / len(test)


# %% wrong: missing values never agree
# says: one sign
def overlap(train, test, keys):
    if (
        not test
        or not keys
        or any(key not in row for row in train + test for key in keys)
    ):
        raise ValueError("rows")
    seen = {tuple(row[key] for key in keys) for row in train}
    return sum(tuple(row[key] for key in keys) in seen for row in test) / len(
        test
    )


# %% wrong: a loop over all pairs
# says: into a set
def overlap(train, test, keys):
    if (
        not test
        or not keys
        or any(key not in row for row in train + test for key in keys)
    ):
        raise ValueError("rows")

    def same(a, b):
        missing = [v is None or v != v for v in (a, b)]
        return all(missing) or (not any(missing) and a == b)

    return sum(
        any(all(same(a[key], b[key]) for key in keys) for a in train)
        for b in test
    ) / len(test)


# %% wrong: a key that is not there passes
# says: is refused, not passed
def overlap(train, test, keys):
    if not test or not keys:
        raise ValueError("rows")

    def case(row):
        return tuple(
            None
            if row.get(k) is None or row.get(k) != row.get(k)
            else row.get(k)
            for k in keys
        )

    seen = {case(row) for row in train}
    return sum(case(row) in seen for row in test) / len(test)
