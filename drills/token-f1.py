"""Token F1

Write `token_f1(answer, reference)` as SQuAD scores an answer. First bring both texts to the same form: lower case; every character of `string.punctuation` dropped, nothing in its place; the words *a*, *an* and *the* dropped; split at white space. Then F1 is 2 · common / (words of the answer + words of the reference), where a word that occurs in both is common as often as it occurs in the text that has fewer of it.

```pycon
>>> token_f1("It raises a ValueError, by default.", "The ValueError")
0.3333333333333333
```

If either text has no word left, the score is 1.0 when both have none and 0.0 otherwise.
"""
# chapter: 19-eval-sets
# minutes: 7
# difficulty: medium

# %% stub
import string
from collections import Counter


def token_f1(answer: str, reference: str) -> float:
    """Return the F1 of the words that answer and reference share."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(*arguments):
    try:
        return token_f1(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def near(got, expected):
    return isinstance(got, (int, float)) and abs(got - expected) < 1e-9


got = token_f1("axis zero", "axis one two")
assert not near(got, 1 / 2) and not near(got, 1 / 3), (
    f"'axis zero' and 'axis one two', one word in common: expected 0.4, got {got!r}. That is precision or recall alone; F1 divides twice the common words by the words of both texts."
)
assert near(got, 0.4), (
    f"'axis zero' and 'axis one two', one word in common: expected 0.4, got {got!r}"
)
got = outcome("It raises a ValueError, by default.", "The ValueError")
assert near(got, 1 / 3), (
    f"'It raises a ValueError, by default.' and 'The ValueError': expected 0.333…, got {got!r}. Lower case comes first, or 'The' is no article; then commas and full stops go, then the articles."
)
got = outcome("very very good", "very good good")
assert not near(got, 1), (
    f"'very very good' and 'very good good': expected 0.666…, got {got!r}. Sets forget how often a word occurs; Counter remembers."
)
assert near(got, 2 / 3), (
    f"'very very good' and 'very good good': expected 0.666…, got {got!r}. A word is common as often as the text has it that has fewer: one 'very' and one 'good'."
)
got = outcome("red", "blue")
assert near(got, 0), (
    f"nothing in common: expected 0.0, got {got!r}. Precision and recall are both 0, and their harmonic mean divides by zero."
)
got = outcome("equal_nan", "equal nan")
assert near(got, 0), (
    f"'equal_nan' and 'equal nan': expected 0.0, got {got!r}. Punctuation is dropped and nothing takes its place, so the first is the one word 'equalnan'."
)
got = outcome("panda theory", "pnd ory")
assert near(got, 0), (
    f"'panda theory' and 'pnd ory': expected 0.0, got {got!r}. Articles are dropped as whole words, not as letters within one."
)
for answer, reference, expected in (
    ("", "", 1),
    ("The.", "", 1),
    ("", "yes", 0),
    ("yes", "a", 0),
):
    got = outcome(answer, reference)
    assert near(got, expected), (
        f"{answer!r} and {reference!r}: expected {float(expected)}, got {got!r}. Where a text has no word left, the score is 1.0 if both have none, else 0.0."
    )
rng = random.Random(16)
for _ in range(20):
    one, other = (
        " ".join(rng.choices(["Red", "blue!", "the", "green"], k=6)) + " x"
        for _ in range(2)
    )
    got, back, itself = (
        outcome(one, other),
        outcome(other, one),
        outcome(one, one),
    )
    assert near(itself, 1) and near(
        got, back if isinstance(back, float) else -1
    ), (
        f"{one!r} and {other!r}: expected the same score both ways and 1.0 with itself, got {got!r}, {back!r} and {itself!r}"
    )

# %% hint
# A helper `words(text)` does the four steps. `Counter(a) & Counter(b)` keeps of each word the smaller count.


# %% answer
import string
from collections import Counter


def _words(text: str) -> list[str]:
    kept = "".join(c for c in text.lower() if c not in string.punctuation)
    return [word for word in kept.split() if word not in {"a", "an", "the"}]


def token_f1(answer: str, reference: str) -> float:
    """Return the F1 of the words that answer and reference share."""
    said, wanted = _words(answer), _words(reference)
    if not said or not wanted:
        return float(said == wanted)
    common = (Counter(said) & Counter(wanted)).total()
    return 2 * common / (len(said) + len(wanted))


# %% wrong: sets instead of counts
# says: Sets forget how often
import string


def token_f1(answer, reference):
    def words(text):
        text = "".join(c for c in text.lower() if c not in string.punctuation)
        return {w for w in text.split() if w not in ("a", "an", "the")}

    said, wanted = words(answer), words(reference)
    if not said or not wanted:
        return float(said == wanted)
    return 2 * len(said & wanted) / (len(said) + len(wanted))


# %% wrong: articles before lower case
# says: Lower case comes first
import re
import string
from collections import Counter


def token_f1(answer, reference):
    def words(text):
        text = re.sub(r"\b(a|an|the)\b", " ", text).lower()
        return "".join(c for c in text if c not in string.punctuation).split()

    said, wanted = words(answer), words(reference)
    if not said or not wanted:
        return float(said == wanted)
    common = sum((Counter(said) & Counter(wanted)).values())
    return 2 * common / (len(said) + len(wanted))


# %% wrong: a space for every punctuation mark
# says: nothing takes its place
import string
from collections import Counter


def token_f1(answer, reference):
    def words(text):
        for mark in string.punctuation:
            text = text.replace(mark, " ")
        return [w for w in text.lower().split() if w not in ("a", "an", "the")]

    said, wanted = words(answer), words(reference)
    if not said or not wanted:
        return float(said == wanted)
    common = sum((Counter(said) & Counter(wanted)).values())
    return 2 * common / (len(said) + len(wanted))


# %% wrong: articles cut out of words
# says: not as letters within one
import string
from collections import Counter


def token_f1(answer, reference):
    def words(text):
        text = "".join(c for c in text.lower() if c not in string.punctuation)
        for article in ("the", "an", "a"):
            text = text.replace(article, "")
        return text.split()

    said, wanted = words(answer), words(reference)
    if not said or not wanted:
        return float(said == wanted)
    common = sum((Counter(said) & Counter(wanted)).values())
    return 2 * common / (len(said) + len(wanted))


# %% wrong: the harmonic mean of two zeros
# says: divides by zero
import string
from collections import Counter


def token_f1(answer, reference):
    def words(text):
        text = "".join(c for c in text.lower() if c not in string.punctuation)
        return [w for w in text.split() if w not in ("a", "an", "the")]

    said, wanted = words(answer), words(reference)
    common = sum((Counter(said) & Counter(wanted)).values())
    precision, recall = common / len(said), common / len(wanted)
    return 2 * precision * recall / (precision + recall)


# %% wrong: empty texts score 0
# says: Where a text has no word left
import string
from collections import Counter


def token_f1(answer, reference):
    def words(text):
        text = text.lower().translate(str.maketrans("", "", string.punctuation))
        return [w for w in text.split() if w not in ("a", "an", "the")]

    said, wanted = words(answer), words(reference)
    common = sum(min(said.count(w), wanted.count(w)) for w in set(said))
    if common == 0:
        return 0.0
    return 2 * common / (len(said) + len(wanted))
