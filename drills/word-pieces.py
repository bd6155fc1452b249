"""Pieces of a word

BERT's tokenizer knows a fixed list of pieces and never learns another. Write `pieces(word, vocabulary)`, which cuts a word as it does: take the longest piece that the word begins with, then the longest that the rest begins with, and so on. A piece that continues a word stands in the vocabulary with `##` before it. If at some point no piece fits, the whole word becomes `["[UNK]"]`, whatever was found before.

```pycon
>>> pieces("unaffable", {"un", "una", "##aff", "##able", "##a"})
['[UNK]']
>>> pieces("unaffable", {"un", "##aff", "##able", "##a"})
['un', '##aff', '##able']
```

In the first example the longest beginning is una, and no piece continues with ffable: the search does not go back to try un. An empty word has no pieces.
"""
# chapter: 12-fine-tune-a-transformer
# minutes: 8
# difficulty: medium


# %% stub
def pieces(word: str, vocabulary: set[str]) -> list[str]:
    """Return the pieces of a word, the longest first from the left."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(word, vocabulary):
    try:
        return pieces(word, vocabulary)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = pieces("unaffable", {"un", "##aff", "##able", "##a"})
assert got == ["un", "##aff", "##able"], (
    f"the second example: expected ['un', '##aff', '##able'], got {got!r}. Of all pieces that fit the longest is taken, and what continues a word is looked up with ##."
)
got = outcome("unaffable", {"un", "una", "##aff", "##able", "##a"})
assert got == ["[UNK]"], (
    f"the first example: expected ['[UNK]'], got {got!r}. The longest beginning is una; there is no way back, and one failure makes the whole word unknown."
)
got = outcome("able", {"##able", "##a"})
assert got == ["[UNK]"], (
    f"able with ##able: expected ['[UNK]'], got {got!r}. A piece with ## cannot begin a word."
)
got = outcome("abab", {"ab"})
assert got == ["[UNK]"], (
    f"abab with ab: expected ['[UNK]'], got {got!r}. A piece without ## cannot continue a word."
)
got = outcome("aaa", {"a", "##a"})
assert got == ["a", "##a", "##a"], (
    f"aaa: expected ['a', '##a', '##a'], got {got!r}. Every piece after the first bears ##."
)
got = outcome("tensor", {"tensor", "ten", "##sor"})
assert got == ["tensor"], (
    f"tensor: expected ['tensor'], got {got!r}. A word that is known whole is one piece."
)
got = outcome("", {"a"})
assert got == [], f"an empty word: expected [], got {got!r}. It has no pieces."
rng = random.Random(12)
vocabulary = {"a", "b", "##a", "##b"}
vocabulary |= {
    rng.choice(("", "##")) + "".join(rng.choices("ab", k=3)) for _ in range(6)
}
for _ in range(20):
    word = "".join(rng.choices("ab", k=rng.randint(1, 9)))
    expected, at = [], 0
    while at < len(word):
        ends = [
            end
            for end in range(at + 1, len(word) + 1)
            if ("##" if at else "") + word[at:end] in vocabulary
        ]
        expected.append(("##" if at else "") + word[at : ends[-1]])
        at = ends[-1]
    got = outcome(word, vocabulary)
    assert got == expected, (
        f"{word} with {sorted(vocabulary)}: expected {expected!r}, got {got!r}"
    )

# %% hint
# Keep the place where the rest begins. Try the ends from the word's end downwards; the first piece that the vocabulary has is the longest.


# %% answer
def pieces(word: str, vocabulary: set[str]) -> list[str]:
    """Return the pieces of a word, the longest first from the left."""
    found: list[str] = []
    start = 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary:
                found.append(piece)
                start = end
                break
        else:
            return ["[UNK]"]
    return found


# %% wrong: the shortest piece that fits
# says: Of all pieces that fit the longest is taken
def pieces(word, vocabulary):
    found, start = [], 0
    while start < len(word):
        for end in range(start + 1, len(word) + 1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary:
                found.append(piece)
                start = end
                break
        else:
            return ["[UNK]"]
    return found


# %% wrong: only the rest is unknown
# says: one failure makes the whole word unknown
def pieces(word, vocabulary):
    found, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary:
                found.append(piece)
                start = end
                break
        else:
            return [*found, "[UNK]"]
    return found


# %% wrong: another way is tried
# says: there is no way back
def pieces(word, vocabulary):
    def cut(rest, prefix):
        if not rest:
            return []
        for end in range(len(rest), 0, -1):
            if prefix + rest[:end] in vocabulary:
                after = cut(rest[end:], "##")
                if after is not None:
                    return [prefix + rest[:end], *after]
        return None

    found = cut(word, "")
    return ["[UNK]"] if found is None else found


# %% wrong: a continuing piece may begin a word
# says: cannot begin a word
def pieces(word, vocabulary):
    found, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            part = word[start:end]
            if "##" + part in vocabulary or (not start and part in vocabulary):
                found.append("##" + part if start else part)
                start = end
                break
        else:
            return ["[UNK]"]
    return found
