"""Byte-pair merges

A tokenizer learns its vocabulary by merging, again and again, the pair of neighbouring tokens that occurs most often. Write `merge(tokens, pair)`: the tokens with every occurrence of the pair joined, from left to right, no token used twice. Then write `learn(words, n_merges)`: `words` maps each word to how often it occurs; start from letters, count pairs within words, each as often as its word occurs, and return the merges in order. Of equally frequent pairs take the alphabetically first; stop early when no pair is left.

```pycon
>>> merge(["a", "a", "a", "b"], ("a", "a"))
['aa', 'a', 'b']
>>> learn({"low": 5, "lot": 2, "to": 4}, 2)
[('l', 'o'), ('lo', 'w')]
```

The pair l, o occurs 5 + 2 = 7 times.
"""
# chapter: 12-fine-tune-a-transformer
# minutes: 10
# difficulty: hard

# %% stub
from collections import Counter


def merge(tokens: list[str], pair: tuple[str, str]) -> list[str]:
    """Return the tokens with every occurrence of the pair joined."""
    raise NotImplementedError("not written yet")


def learn(words: dict[str, int], n_merges: int) -> list[tuple[str, str]]:
    """Return the merges that byte-pair encoding learns, in order."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def plain(got):
    """Pairs as tuples, whether they came as tuples or lists."""
    if not isinstance(got, list):
        return got
    return [tuple(p) if isinstance(p, (list, tuple)) else p for p in got]


tokens = ["l", "o", "w", "l", "o"]
got = merge(tokens, ("l", "o"))
assert got == ["lo", "w", "lo"], (
    f"l o w l o, pair (l, o): expected ['lo', 'w', 'lo'], got {got!r}. Every occurrence is joined, not only the first."
)
assert tokens == ["l", "o", "w", "l", "o"], (
    f"the list that was given was changed to {tokens!r}: return a new one"
)
got = outcome(merge, ["a", "a", "a", "b"], ("a", "a"))
assert got == ["aa", "a", "b"], (
    f"a a a b, pair (a, a): expected ['aa', 'a', 'b'], got {got!r}. After a match move on by two, or a token is used twice."
)
got = outcome(merge, ["xl", "o", "l", "ow"], ("l", "o"))
assert got == ["xl", "o", "l", "ow"], (
    f"xl o l ow, pair (l, o): expected no change, got {got!r}. Tokens are compared whole; replacing in a joined string finds parts of tokens."
)
got = outcome(merge, ["b", "a"], ("a", "b"))
assert got == ["b", "a"], (
    f"b a, pair (a, b): expected no change, got {got!r}. The order matters."
)
got = plain(outcome(learn, {"ab": 3, "ba": 3, "a": 9}, 1))
assert got == [("a", "b")], (
    f"ab 3, ba 3, a 9: expected [('a', 'b')], got {got!r}. Words do not touch: no pair reaches from one to the next, nor over the copies of a word."
)
got = plain(outcome(learn, {"low": 1, "lot": 1, "to": 4}, 1))
assert got == [("t", "o")], (
    f"low 1, lot 1, to 4: expected [('t', 'o')], got {got!r}. A pair counts as often as its word occurs: (t, o) 4 times, (l, o) twice."
)
got = plain(outcome(learn, {"low": 5, "lot": 2, "to": 4}, 2))
assert got == [("l", "o"), ("lo", "w")], (
    f"low 5, lot 2, to 4: expected [('l', 'o'), ('lo', 'w')], got {got!r}. After a merge count again, on the merged tokens."
)
got = plain(outcome(learn, {"zy": 2, "yx": 2, "cd": 1}, 1))
assert got == [("y", "x")], (
    f"zy 2, yx 2: expected [('y', 'x')], got {got!r}. Of equally frequent pairs the alphabetically first is taken, not the one that was met first."
)
got = plain(outcome(learn, {"aab": 1}, 9))
assert got == [("a", "a"), ("aa", "b")], (
    f"aab, nine merges asked for: expected [('a', 'a'), ('aa', 'b')], got {got!r}. When every word is one token there is no pair left: stop."
)
assert outcome(learn, {}, 3) == [] and outcome(learn, {"ab": 1}, 0) == [], (
    "no words, or no merges asked for: expected []"
)
rng = random.Random(12)
words = {"".join(rng.choices("abc", k=6)): rng.randint(1, 9) for _ in range(8)}
got = plain(outcome(learn, words, 5))
assert isinstance(got, list) and len(got) == 5, (
    f"eight words of six letters, five merges: expected 5, got {got!r}"
)
split = {word: list(word) for word in words}
for step, pair in enumerate(got, 1):
    counts = {}
    for word, parts in split.items():
        for seen in zip(parts, parts[1:]):
            counts[seen] = counts.get(seen, 0) + words[word]
    best = min(counts, key=lambda p: (-counts[p], p))
    assert pair == best, (
        f"random words, merge {step}: expected {best!r}, which occurs {counts[best]} times, got {pair!r} with {counts.get(pair, 0)}"
    )
    split = {word: merge(parts, pair) for word, parts in split.items()}

# %% hint
# In `merge` walk with an index that moves by two after a match. In `learn` keep each word as a list of tokens and count with `zip(tokens, tokens[1:])`; `min` with the key (minus count, pair) settles equal counts.


# %% answer
from collections import Counter


def merge(tokens: list[str], pair: tuple[str, str]) -> list[str]:
    """Return the tokens with every occurrence of the pair joined."""
    merged, i = [], 0
    while i < len(tokens):
        if tuple(tokens[i : i + 2]) == pair:
            merged.append(tokens[i] + tokens[i + 1])
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


def learn(words: dict[str, int], n_merges: int) -> list[tuple[str, str]]:
    """Return the merges that byte-pair encoding learns, in order."""
    split = {word: list(word) for word in words}
    merges: list[tuple[str, str]] = []
    while len(merges) < n_merges:
        counts: Counter[tuple[str, str]] = Counter()
        for word, tokens in split.items():
            for pair in zip(tokens, tokens[1:]):
                counts[pair] += words[word]
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        split = {word: merge(tokens, best) for word, tokens in split.items()}
    return merges


# %% wrong: overlapping matches
# says: After a match move on by two
def merge(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if tuple(tokens[i : i + 2]) == pair:
            merged.append(tokens[i] + tokens[i + 1])
            i += 1 if tokens[i + 1 : i + 3] == list(pair) else 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


def learn(words, n_merges):
    return []


# %% wrong: replaced in a joined string
# says: finds parts of tokens
def merge(tokens, pair):
    return " ".join(tokens).replace(" ".join(pair), "".join(pair)).split()


def learn(words, n_merges):
    return []


# %% wrong: each word counted once
# says: A pair counts as often as its word occurs
from collections import Counter


def merge(tokens, pair):
    merged = []
    for token in tokens:
        if merged and (merged[-1], token) == pair:
            merged[-1] += token
        else:
            merged.append(token)
    return merged


def learn(words, n_merges):
    split, merges = [list(word) for word in words], []
    for _ in range(n_merges):
        counts = Counter(p for w in split for p in zip(w, w[1:]))
        if not counts:
            break
        merges.append(min(counts, key=lambda p: (-counts[p], p)))
        split = [merge(w, merges[-1]) for w in split]
    return merges


# %% wrong: pairs are counted once and for all
# says: After a merge count again
from collections import Counter


def merge(tokens, pair):
    merged = []
    for token in tokens:
        if merged and (merged[-1], token) == pair:
            merged[-1] += token
        else:
            merged.append(token)
    return merged


def learn(words, n_merges):
    counts = Counter()
    for word, n in words.items():
        for pair in zip(word, word[1:]):
            counts[pair] += n
    return sorted(counts, key=lambda p: (-counts[p], p))[:n_merges]


# %% wrong: one long text
# says: Words do not touch
from collections import Counter


def merge(tokens, pair):
    merged = []
    for token in tokens:
        if merged and (merged[-1], token) == pair:
            merged[-1] += token
        else:
            merged.append(token)
    return merged


def learn(words, n_merges):
    text = [c for word, n in words.items() for c in word * n]
    merges = []
    for _ in range(n_merges):
        counts = Counter(zip(text, text[1:]))
        if not counts:
            break
        merges.append(min(counts, key=lambda p: (-counts[p], p)))
        text = merge(text, merges[-1])
    return merges


# %% wrong: of equal counts the first met
# says: not the one that was met first
from collections import Counter


def merge(tokens, pair):
    merged = []
    for token in tokens:
        if merged and (merged[-1], token) == pair:
            merged[-1] += token
        else:
            merged.append(token)
    return merged


def learn(words, n_merges):
    split, merges = {word: list(word) for word in words}, []
    for _ in range(n_merges):
        counts = Counter()
        for word, tokens in split.items():
            for pair in zip(tokens, tokens[1:]):
                counts[pair] += words[word]
        merges.append(counts.most_common(1)[0][0])
        split = {
            word: merge(tokens, merges[-1]) for word, tokens in split.items()
        }
    return merges
