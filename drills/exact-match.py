"""Exact match against several references

A question can have several acceptable answers, or none: then it cannot be answered, and only silence is right. Write `exact_match(answer, references)`, 1.0 or 0.0, and `share_exact(answers, references)`, its mean over all questions. `normalise` is given; compare only what it returns.

```pycon
>>> exact_match("The float64.", ["float", "float64"])
1.0
>>> share_exact(["float64", "yes"], [["float64"], []])
0.5
```

An answer counts as silence if nothing is left of it. A single string as `references` is a mistake that would be compared letter by letter: raise `TypeError`. Raise `ValueError` if there are no questions, or not as many answers as lists of references.
"""
# chapter: 19-eval-sets
# minutes: 6
# difficulty: easy


# %% stub
def normalise(text: str) -> str:
    """Lower case, without . , ! ? and articles. Given: leave it as it is."""
    kept = "".join(c for c in text.lower() if c not in ".,!?")
    return " ".join(w for w in kept.split() if w not in {"a", "an", "the"})


def exact_match(answer: str, references: list[str]) -> float:
    """Return 1.0 if the answer is one of the references, else 0.0."""
    raise NotImplementedError("not written yet")


def share_exact(answers: list[str], references: list[list[str]]) -> float:
    """Return the mean of exact_match over all questions."""
    raise NotImplementedError("not written yet")


# %% checks
def outcome(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = exact_match("A ValueError.", ["the valueerror"])
assert got == 1, (
    f"'A ValueError.' and 'the valueerror': expected 1.0, got {got!r}. Normalise both, the reference too."
)
got = outcome(exact_match, "float64", ["float", "float64"])
assert got == 1, (
    f"'float64', references 'float' and 'float64': expected 1.0, got {got!r}. One match is enough; it need not be the first reference, and not all of them."
)
got = outcome(exact_match, "float64 or int", ["float64"])
assert got == 0, (
    f"'float64 or int', reference 'float64': expected 0.0, got {got!r}. The reference is contained in the answer, but exact match asks for equality."
)
got = outcome(exact_match, "float", ["float64"])
assert got == 0, (
    f"'float', reference 'float64': expected 0.0, got {got!r}. The answer is contained in the reference, but exact match asks for equality."
)
for answer, expected in (("", 1), (" . ", 1), ("yes", 0)):
    got = outcome(exact_match, answer, [])
    assert got == expected, (
        f"{answer!r} to a question without references: expected {float(expected)}, got {got!r}. It cannot be answered, so only silence is right."
    )
got = outcome(exact_match, "", ["yes"])
assert got == 0, f"silence where 'yes' was right: expected 0.0, got {got!r}"
got = outcome(exact_match, "f", "float")
assert isinstance(got, str) and got.startswith("TypeError"), (
    f"references = 'float': expected TypeError, got {got!r}. A string is a sequence of letters, and the loop over it finds the answer 'f'."
)
got = outcome(
    share_exact, ["yes", "no", "", "3"], [["Yes"], ["yes"], [], ["3", "three"]]
)
assert got == 0.75, (
    f"three of four right, one of them by silence: expected 0.75, got {got!r}. Every question counts, those without an answer too."
)
for answers, references in (([], []), (["a b", "c"], [["a b"]])):
    got = outcome(share_exact, answers, references)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"{len(answers)} answers, {len(references)} lists of references: expected ValueError, got {got!r}. zip would score the first ones and keep silent about the rest."
    )

# %% hint
# `references or [""]` turns "no reference" into "the empty answer is right". Then `any(...)`.


# %% answer
def normalise(text: str) -> str:
    """Lower case, without . , ! ? and articles. Given: leave it as it is."""
    kept = "".join(c for c in text.lower() if c not in ".,!?")
    return " ".join(w for w in kept.split() if w not in {"a", "an", "the"})


def exact_match(answer: str, references: list[str]) -> float:
    """Return 1.0 if the answer is one of the references, else 0.0."""
    if isinstance(references, str):
        raise TypeError("references must be a list of strings, not a string")
    said = normalise(answer)
    return float(any(said == normalise(r) for r in references or [""]))


def share_exact(answers: list[str], references: list[list[str]]) -> float:
    """Return the mean of exact_match over all questions."""
    if not answers or len(answers) != len(references):
        raise ValueError(f"{len(answers)} answers, {len(references)} questions")
    return sum(map(exact_match, answers, references)) / len(answers)


# %% wrong: the reference is not normalised
# says: Normalise both
def normalise(text):
    kept = "".join(c for c in text.lower() if c not in ".,!?")
    return " ".join(w for w in kept.split() if w not in {"a", "an", "the"})


def exact_match(answer, references):
    return float(normalise(answer) in references)


def share_exact(answers, references):
    return sum(map(exact_match, answers, references)) / len(answers)


# %% wrong: only the first reference
# says: it need not be the first
def normalise(text):
    kept = "".join(c for c in text.lower() if c not in ".,!?")
    return " ".join(w for w in kept.split() if w not in {"a", "an", "the"})


def exact_match(answer, references):
    if not references:
        return float(not normalise(answer))
    return float(normalise(answer) == normalise(references[0]))


def share_exact(answers, references):
    return sum(map(exact_match, answers, references)) / len(answers)


# %% wrong: a reference within the answer is enough
# says: contained in the answer
def normalise(text):
    kept = "".join(c for c in text.lower() if c not in ".,!?")
    return " ".join(w for w in kept.split() if w not in {"a", "an", "the"})


def exact_match(answer, references):
    return float(any(normalise(r) in normalise(answer) for r in references))


def share_exact(answers, references):
    return sum(map(exact_match, answers, references)) / len(answers)


# %% wrong: no reference, no match
# says: only silence is right
def normalise(text):
    kept = "".join(c for c in text.lower() if c not in ".,!?")
    return " ".join(w for w in kept.split() if w not in {"a", "an", "the"})


def exact_match(answer, references):
    return float(any(normalise(answer) == normalise(r) for r in references))


def share_exact(answers, references):
    return sum(map(exact_match, answers, references)) / len(answers)


# %% wrong: a string taken as a list
# says: A string is a sequence of letters
def normalise(text):
    kept = "".join(c for c in text.lower() if c not in ".,!?")
    return " ".join(w for w in kept.split() if w not in {"a", "an", "the"})


def exact_match(answer, references):
    wanted = {normalise(r) for r in references} or {""}
    return float(normalise(answer) in wanted)


def share_exact(answers, references):
    return sum(map(exact_match, answers, references)) / len(answers)


# %% wrong: questions without an answer are left out
# says: those without an answer too
def normalise(text):
    kept = "".join(c for c in text.lower() if c not in ".,!?")
    return " ".join(w for w in kept.split() if w not in {"a", "an", "the"})


def exact_match(answer, references):
    if isinstance(references, str):
        raise TypeError("references: a list, please")
    wanted = {normalise(r) for r in references} or {""}
    return float(normalise(answer) in wanted)


def share_exact(answers, references):
    scored = [exact_match(a, r) for a, r in zip(answers, references) if r]
    return sum(scored) / len(scored)
