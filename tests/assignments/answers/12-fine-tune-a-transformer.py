# Answers that grade the grader of 12-fine-tune-a-transformer: see CONTRIBUTING.md.


# %% right byte-pairs: an index that moves by two, and a Counter
from collections import Counter


def join(tokens, pair, new):
    out, i = [], 0
    while i < len(tokens):
        if tuple(tokens[i : i + 2]) == tuple(pair):
            out.append(new)
            i += 2
        else:
            out.append(tokens[i])
            i += 1
    return out


def learn_merges(counts, n_merges):
    if n_merges < 0:
        raise ValueError(f"n_merges is {n_merges}")
    for word, n in counts.items():
        if n < 1:
            raise ValueError(f"counts: {word} occurs {n} times")
    words = [(list(word.encode("utf-8")), n) for word, n in counts.items()]
    merges = []
    for new in range(256, 256 + n_merges):
        seen = Counter()
        for tokens, n in words:
            for pair in zip(tokens, tokens[1:]):
                seen[pair] += n
        if not seen:
            return merges
        most = max(seen.values())
        best = min(pair for pair, n in seen.items() if n == most)
        merges.append(list(best))
        words = [(join(tokens, best, new), n) for tokens, n in words]
    return merges


def encode(text, merges):
    for i, pair in enumerate(merges):
        if min(pair) < 0 or max(pair) > 255 + i:
            raise ValueError(f"merges: number {i} uses a token that is not there yet")
    tokens = list(text.encode("utf-8"))
    for i, pair in enumerate(merges):
        tokens = join(tokens, pair, 256 + i)
    return tokens


# %% right byte-pairs: the lowest rank first, on the spot
def learn_merges(counts, n_merges):
    if n_merges < 0 or not all(n > 0 for n in counts.values()):
        raise ValueError("n_merges must not be negative" if n_merges < 0 else "counts must be positive")
    words = {word: bytearray(word, "utf-8") for word in counts}
    words = {word: [*b] for word, b in words.items()}
    merges = []
    while len(merges) < n_merges and any(len(tokens) > 1 for tokens in words.values()):
        seen = {}
        for word, tokens in words.items():
            for i in range(len(tokens) - 1):
                pair = tokens[i], tokens[i + 1]
                seen[pair] = seen.get(pair, 0) + counts[word]
        best = sorted(seen.items(), key=lambda item: (-item[1], item[0]))[0][0]
        merges.append(best)
        for tokens in words.values():
            i = 0
            while i < len(tokens) - 1:
                if (tokens[i], tokens[i + 1]) == best:
                    tokens[i : i + 2] = [255 + len(merges)]
                i += 1
    return merges


def encode(text, merges):
    ranks = {}
    for i, (a, b) in enumerate(merges):
        if not {a, b} <= set(range(256 + i)):
            raise ValueError("bad merges")
        ranks.setdefault((a, b), i)
    tokens = [*text.encode()]
    while True:
        found = [(ranks[pair], i) for i, pair in enumerate(zip(tokens, tokens[1:])) if pair in ranks]
        if not found:
            return tokens
        rank, i = min(found)
        tokens[i : i + 2] = [256 + rank]


# %% wrong byte-pairs: each word counted once
# says: or each word once
# like: an index that moves by two, and a Counter
#-                seen[pair] += n
#+                seen[pair] += 1


# %% wrong byte-pairs: of equal counts the first met
# says: not the one that was met first or last
# visible: passes
# like: an index that moves by two, and a Counter
#-        most = max(seen.values())
#-        best = min(pair for pair, n in seen.items() if n == most)
#+        best = seen.most_common(1)[0][0]


# %% wrong byte-pairs: of equal counts the largest pair
# says: not the one that was met first or last
# visible: passes
# like: an index that moves by two, and a Counter
#-        best = min(pair for pair, n in seen.items() if n == most)
#+        best = max(pair for pair, n in seen.items() if n == most)


# %% wrong byte-pairs: code points instead of bytes
# says: é has two of them
# visible: passes
# like: an index that moves by two, and a Counter
#-    words = [(list(word.encode("utf-8")), n) for word, n in counts.items()]
#+    words = [([ord(c) for c in word], n) for word, n in counts.items()]

#-    tokens = list(text.encode("utf-8"))
#+    tokens = [ord(c) for c in text]


# %% wrong byte-pairs: pairs are counted once and for all
# says: before the first merge only
# like: an index that moves by two, and a Counter
#-    merges = []
#-    for new in range(256, 256 + n_merges):
#-        seen = Counter()
#-        for tokens, n in words:
#-            for pair in zip(tokens, tokens[1:]):
#-                seen[pair] += n
#-        if not seen:
#-            return merges
#-        most = max(seen.values())
#-        best = min(pair for pair, n in seen.items() if n == most)
#-        merges.append(list(best))
#-        words = [(join(tokens, best, new), n) for tokens, n in words]
#-    return merges
#+    seen = Counter()
#+    for tokens, n in words:
#+        for pair in zip(tokens, tokens[1:]):
#+            seen[pair] += n
#+    return sorted(seen, key=lambda p: (-seen[p], p))[:n_merges]


# %% wrong byte-pairs: one long text
# says: words run into each other
# like: an index that moves by two, and a Counter
#-    words = [(list(word.encode("utf-8")), n) for word, n in counts.items()]
#+    words = [(list("".join(word * n for word, n in counts.items()).encode("utf-8")), 1)]


# %% wrong byte-pairs: overlapping pairs are counted once
# says: in a a a the pair a a occurs twice
# visible: passes
# like: an index that moves by two, and a Counter
#-            for pair in zip(tokens, tokens[1:]):
#-                seen[pair] += n
#+            i = 0
#+            while i + 1 < len(tokens):
#+                seen[tokens[i], tokens[i + 1]] += n
#+                i += 2 if tokens[i : i + 1] * 2 == tokens[i + 1 : i + 3] else 1


# %% wrong byte-pairs: only the first place is merged
# says: wherever it fits, not once
# visible: passes
# like: an index that moves by two, and a Counter
#-    for i, pair in enumerate(merges):
#-        tokens = join(tokens, pair, 256 + i)
#-    return tokens
#+    for i, pair in enumerate(merges):
#+        for at in range(len(tokens) - 1):
#+            if tokens[at : at + 2] == list(pair):
#+                tokens[at : at + 2] = [256 + i]
#+                break
#+    return tokens


# %% wrong byte-pairs: the longest token that fits
# says: made in the order in which they were learnt
# visible: passes
# like: an index that moves by two, and a Counter
#-    for i, pair in enumerate(merges):
#-        tokens = join(tokens, pair, 256 + i)
#-    return tokens
#+    spelling = {i: bytes([i]) for i in range(256)}
#+    for i, (a, b) in enumerate(merges):
#+        spelling[256 + i] = spelling[a] + spelling[b]
#+    rest, out = bytes(tokens), []
#+    while rest:
#+        best = max((t for t in spelling if rest.startswith(spelling[t])), key=lambda t: len(spelling[t]))
#+        out.append(best)
#+        rest = rest[len(spelling[best]) :]
#+    return out


# %% wrong byte-pairs: goes on when no pair is left
# says: learn_merges raised ValueError
# visible: passes
# like: an index that moves by two, and a Counter
#-        if not seen:
#-            return merges
#+


# %% wrong byte-pairs: bad merges are used
# says: expected a ValueError whose message names merges
# visible: passes
# like: an index that moves by two, and a Counter
#-        if min(pair) < 0 or max(pair) > 255 + i:
#+        if min(pair) < 0:


# %% wrong byte-pairs: the library encodes
# says: may not be called
# forbidden
# like: an index that moves by two, and a Counter
#-    tokens = list(text.encode("utf-8"))
#-    for i, pair in enumerate(merges):
#-        tokens = join(tokens, pair, 256 + i)
#-    return tokens
#+    from tokenizers.models import BPE
#+
#+    names = [chr(0x100 + i) for i in range(256)]
#+    joints = []
#+    for a, b in merges:
#+        joints.append((names[a], names[b]))
#+        names.append(names[a] + names[b])
#+    model = BPE(vocab={name: i for i, name in enumerate(names)}, merges=joints)
#+    return [t.id for t in model.tokenize("".join(names[b] for b in text.encode("utf-8")))]


# %% right collate: lists, padded one by one
def collate(rows, pad_id, max_length):
    if len(rows) == 0 or min(len(row) for row in rows) == 0:
        raise ValueError("rows: nothing to collate")
    if max_length < 2:
        raise ValueError(f"max_length {max_length} leaves no room for first and last token")
    cut = []
    for row in rows:
        row = list(row)
        if len(row) > max_length:
            row = row[: max_length - 1] + row[-1:]
        cut.append(row)
    longest = max(len(row) for row in cut)
    ids = [row + [pad_id] * (longest - len(row)) for row in cut]
    mask = [[1] * len(row) + [0] * (longest - len(row)) for row in cut]
    return {"input_ids": np.array(ids, dtype=np.int64), "attention_mask": np.array(mask, dtype=np.int64)}


# %% right collate: arrays filled row by row
def collate(rows, pad_id, max_length):
    if max_length <= 1:
        raise ValueError("max_length too small")
    lengths = [min(len(row), max_length) for row in rows]
    if not lengths or 0 in lengths:
        raise ValueError("empty rows")
    ids = np.ones((len(rows), max(lengths)), dtype=np.int64) * pad_id
    mask = np.zeros_like(ids)
    for i, (row, n) in enumerate(zip(rows, lengths)):
        ids[i, :n] = row[:n]
        ids[i, n - 1] = row[-1]
        mask[i, :n] = 1
    return {"input_ids": ids, "attention_mask": mask}


# %% wrong collate: padded to max_length
# says: as long as its longest row after cutting
# visible: passes
# like: lists, padded one by one
#-    longest = max(len(row) for row in cut)
#+    longest = max_length


# %% wrong collate: the last token is cut off
# says: the last token was cut off
# like: lists, padded one by one
#-            row = row[: max_length - 1] + row[-1:]
#+            row = row[:max_length]


# %% wrong collate: the mask is guessed from the padding's number
# says: the mask follows from the rows' lengths
# visible: passes
# like: lists, padded one by one
#-    mask = [[1] * len(row) + [0] * (longest - len(row)) for row in cut]
#+    mask = [[int(token != pad_id) for token in row] for row in ids]


# %% wrong collate: padded with zeros, whatever pad_id says
# says: padding has the number pad_id, not 0
# visible: passes
# like: arrays filled row by row
#-    ids = np.ones((len(rows), max(lengths)), dtype=np.int64) * pad_id
#+    ids = np.zeros((len(rows), max(lengths)), dtype=np.int64)


# %% wrong collate: as long as the longest row before cutting
# says: as long as its longest row after cutting
# like: lists, padded one by one
#-    longest = max(len(row) for row in cut)
#+    longest = max(len(row) for row in rows)


# %% wrong collate: padded on the left
# says: for the example worked by hand
# like: lists, padded one by one
#-    ids = [row + [pad_id] * (longest - len(row)) for row in cut]
#-    mask = [[1] * len(row) + [0] * (longest - len(row)) for row in cut]
#+    ids = [[pad_id] * (longest - len(row)) + row for row in cut]
#+    mask = [[0] * (longest - len(row)) + [1] * len(row) for row in cut]


# %% wrong collate: the mask is 1 at the padding
# says: expected the mask
# like: lists, padded one by one
#-    mask = [[1] * len(row) + [0] * (longest - len(row)) for row in cut]
#+    mask = [[0] * len(row) + [1] * (longest - len(row)) for row in cut]


# %% wrong collate: the rows of the caller are cut
# says: changed the rows
# visible: passes
# like: lists, padded one by one
#-        row = list(row)
#-        if len(row) > max_length:
#-            row = row[: max_length - 1] + row[-1:]
#+        if len(row) > max_length:
#+            row[max_length - 1 :] = row[-1:]


# %% wrong collate: an empty row is padded
# says: expected a ValueError whose message names rows
# visible: passes
# like: lists, padded one by one
#-    if len(rows) == 0 or min(len(row) for row in rows) == 0:
#+    if len(rows) == 0:


# %% wrong collate: PyTorch pads
# says: may not be called
# forbidden
# like: lists, padded one by one
#-    ids = [row + [pad_id] * (longest - len(row)) for row in cut]
#+    import torch
#+    from torch.nn.utils.rnn import pad_sequence
#+
#+    tensors = [torch.tensor(row) for row in cut]
#+    ids = pad_sequence(tensors, batch_first=True, padding_value=pad_id).numpy()


# %% right masked-mean: one text after the other
def masked_mean(states, mask):
    if states.ndim != 3:
        raise ValueError("states: three axes, please")
    if mask.shape != states.shape[:2]:
        raise ValueError("mask has another shape")
    if not ((mask == 0) | (mask == 1)).all():
        raise ValueError("mask: 0 and 1 only")
    out = np.empty((len(states), states.shape[2]), dtype=states.dtype)
    for i in range(len(states)):
        chosen = states[i][mask[i].astype(bool)]
        if len(chosen) == 0:
            raise ValueError(f"mask: text {i} is empty")
        out[i] = chosen.mean(axis=0)
    return out


# %% right masked-mean: einsum with padding set to zero
def masked_mean(states, mask):
    if len(states.shape) != 3:
        raise ValueError(f"states has the shape {states.shape}")
    n, length, d = states.shape
    if np.shape(mask) != (n, length) or set(np.unique(mask)) - {0, 1}:
        raise ValueError("mask has another shape or other values")
    weights = np.asarray(mask).astype(states.dtype)
    total = weights.sum(axis=1)
    if (total == 0).any():
        raise ValueError("mask: a text without tokens")
    clean = states.copy()
    clean[weights == 0] = 0
    return np.einsum("nld,nl->nd", clean, weights) / total[:, None]


# %% wrong masked-mean: padding enters the mean
# says: padding entered the mean
# like: one text after the other
#-        out[i] = chosen.mean(axis=0)
#+        out[i] = states[i].mean(axis=0)


# %% wrong masked-mean: divided by the length of the batch
# says: divided by the length of the batch
# like: einsum with padding set to zero
#-    return np.einsum("nld,nl->nd", clean, weights) / total[:, None]
#+    return np.einsum("nld,nl->nd", clean, weights) / length


# %% wrong masked-mean: padding multiplied away
# says: 0 times NaN is NaN
# visible: passes
# like: einsum with padding set to zero
#-    clean[weights == 0] = 0
#+


# %% wrong masked-mean: the first token stands for all
# says: only the first token counts
# like: one text after the other
#-        out[i] = chosen.mean(axis=0)
#+        out[i] = chosen[0]


# %% wrong masked-mean: the maximum
# says: the maximum was taken
# like: one text after the other
#-        out[i] = chosen.mean(axis=0)
#+        out[i] = chosen.max(axis=0)


# %% wrong masked-mean: the mask's ones are counted from the left
# says: with padding on the left
# visible: passes
# like: one text after the other
#-        chosen = states[i][mask[i].astype(bool)]
#+        chosen = states[i][: int(mask[i].sum())]


# %% wrong masked-mean: one count for the whole batch
# says: the number of its own tokens
# visible: passes
# like: einsum with padding set to zero
#-    return np.einsum("nld,nl->nd", clean, weights) / total[:, None]
#+    return np.einsum("nld,nl->nd", clean, weights) / (total.mean() if n else 1)


# %% wrong masked-mean: the states of the caller are changed
# says: changed the states
# visible: passes
# like: einsum with padding set to zero
#-    clean = states.copy()
#+    clean = states


# %% wrong masked-mean: float64 comes back
# says: expected a result of float32
# visible: passes
# like: einsum with padding set to zero
#-    weights = np.asarray(mask).astype(states.dtype)
#+    weights = np.asarray(mask).astype(float)


# %% wrong masked-mean: a text without a token gives NaN
# says: a text without a token
# visible: passes
# like: einsum with padding set to zero
#-    if (total == 0).any():
#-        raise ValueError("mask: a text without tokens")
#+    total = np.where(total == 0, np.nan, total)


# %% wrong masked-mean: every NaN becomes 0
# says: with NaN in the first number of a real token
# visible: passes
# like: einsum with padding set to zero
#-    clean = states.copy()
#+    clean = np.nan_to_num(states)


# %% wrong masked-mean: padding becomes NaN, and nanmean skips it
# says: only the mask says what is padding
# visible: passes
# like: einsum with padding set to zero
#-    clean = states.copy()
#-    clean[weights == 0] = 0
#-    return np.einsum("nld,nl->nd", clean, weights) / total[:, None]
#+    clean = np.where(weights[:, :, None] == 1, states, np.nan).astype(states.dtype)
#+    return np.nanmean(clean, axis=1)


# %% wrong masked-mean: NumPy's masked arrays
# says: may not be called
# forbidden
# like: einsum with padding set to zero
#-    return np.einsum("nld,nl->nd", clean, weights) / total[:, None]
#+    hidden = np.broadcast_to(weights[:, :, None] == 0, clean.shape)
#+    return np.ma.array(clean, mask=hidden).mean(axis=1).filled(0).astype(states.dtype)


# %% right is-it-real: all draws at once
def is_it_real(right_a, right_b, n_resamples=2000, seed=0):
    right_a = np.asarray(right_a, dtype=float)
    right_b = np.asarray(right_b, dtype=float)
    for name, right in (("right_a", right_a), ("right_b", right_b)):
        if right.ndim != 2 or right.size == 0:
            raise ValueError(f"{name}: seeds times rows, please")
        if not np.isin(right, [0.0, 1.0]).all():
            raise ValueError(f"{name} holds something that is neither 0 nor 1")
    if right_a.shape != right_b.shape:
        raise ValueError("right_b is of another shape")
    if n_resamples < 1:
        raise ValueError("n_resamples: at least one")
    gap = right_b - right_a
    n_seeds, n_rows = gap.shape
    rng = np.random.default_rng(seed)
    rows = rng.multinomial(n_rows, np.full(n_rows, 1 / n_rows), size=n_resamples)
    seeds = rng.multinomial(n_seeds, np.full(n_seeds, 1 / n_seeds), size=n_resamples)
    drawn = np.einsum("ks,sr,kr->k", seeds, gap, rows, optimize=True) / gap.size
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"difference": gap.mean().item(), "low": low.item(), "high": high.item()}


# %% right is-it-real: both models scored in each resample
def is_it_real(right_a, right_b, n_resamples=2000, seed=0):
    a, b = np.array(right_a), np.array(right_b)
    if len(a.shape) != 2 or min(a.shape) < 1 or not ((a == 0) | (a == 1)).all():
        raise ValueError("right_a is no table of 0 and 1")
    if a.shape != b.shape or not ((b == 0) | (b == 1)).all():
        raise ValueError("right_b is no table of 0 and 1 like the other")
    if n_resamples <= 0:
        raise ValueError("n_resamples <= 0")
    rng = np.random.RandomState(seed)
    rows = rng.randint(a.shape[1], size=(n_resamples, a.shape[1]))
    seeds = rng.randint(a.shape[0], size=(n_resamples, a.shape[0], 1))
    found = [b[s, r].mean() - a[s, r].mean() for s, r in zip(seeds, rows)]
    ends = [float(np.percentile(found, q)) for q in (2.5, 97.5)]
    return {"difference": float(b.mean() - a.mean()), "low": ends[0], "high": ends[1]}


# %% wrong is-it-real: A minus B
# says: that of A minus B
# like: all draws at once
#-    gap = right_b - right_a
#+    gap = right_a - right_b


# %% wrong is-it-real: the models' rows are drawn apart
# says: drawn apart
# like: both models scored in each resample
#-    found = [b[s, r].mean() - a[s, r].mean() for s, r in zip(seeds, rows)]
#+    others = rng.randint(a.shape[1], size=(n_resamples, a.shape[1]))
#+    found = [b[s, r].mean() - a[s, o].mean() for s, r, o in zip(seeds, rows, others)]


# %% wrong is-it-real: rows only
# says: draw seeds as well
# visible: passes
# like: both models scored in each resample
#-    seeds = rng.randint(a.shape[0], size=(n_resamples, a.shape[0], 1))
#+    seeds = [np.arange(a.shape[0])[:, None]] * n_resamples


# %% wrong is-it-real: seeds only
# says: for the example worked by hand, expected the interval
# like: both models scored in each resample
#-    rows = rng.randint(a.shape[1], size=(n_resamples, a.shape[1]))
#+    rows = [np.arange(a.shape[1])] * n_resamples


# %% wrong is-it-real: every answer drawn on its own
# says: draw a row once for all seeds
# visible: passes
# like: both models scored in each resample
#-    rows = rng.randint(a.shape[1], size=(n_resamples, a.shape[1]))
#-    seeds = rng.randint(a.shape[0], size=(n_resamples, a.shape[0], 1))
#-    found = [b[s, r].mean() - a[s, r].mean() for s, r in zip(seeds, rows)]
#+    cells = rng.randint(a.size, size=(n_resamples, a.size))
#+    a, b = a.ravel(), b.ravel()
#+    found = [b[c].mean() - a[c].mean() for c in cells]


# %% wrong is-it-real: other rows for each seed
# says: draw a row once for all seeds
# visible: passes
# like: both models scored in each resample
#-    rows = rng.randint(a.shape[1], size=(n_resamples, a.shape[1]))
#+    rows = rng.randint(a.shape[1], size=(n_resamples, *a.shape))


# %% wrong is-it-real: an interval of 90 %
# says: may be of 90 %
# visible: passes
# like: all draws at once
#-    low, high = np.quantile(drawn, [0.025, 0.975])
#+    low, high = np.quantile(drawn, [0.05, 0.95])


# %% wrong is-it-real: the interval of chance
# says: for the example worked by hand, expected the interval
# like: all draws at once
#-    low, high = np.quantile(drawn, [0.025, 0.975])
#+    low, high = np.quantile(drawn - gap.mean(), [0.025, 0.975])


# %% wrong is-it-real: the seed is not used
# says: the interval of 2000 resamples with seed 0
# visible: passes
# like: all draws at once
#-    rng = np.random.default_rng(seed)
#+    rng = np.random.default_rng()


# %% wrong is-it-real: a fixed seed
# says: does the function use it
# visible: passes
# like: all draws at once
#-    rng = np.random.default_rng(seed)
#+    rng = np.random.default_rng(0)


# %% wrong is-it-real: booleans cannot be subtracted
# says: numpy boolean subtract
# visible: passes
# like: all draws at once
#-    right_a = np.asarray(right_a, dtype=float)
#-    right_b = np.asarray(right_b, dtype=float)
#+    right_a, right_b = np.asarray(right_a), np.asarray(right_b)


# %% wrong is-it-real: 0 minus 1 is 255
# says: for uint8
# visible: passes
# like: all draws at once
#-    right_a = np.asarray(right_a, dtype=float)
#-    right_b = np.asarray(right_b, dtype=float)
#+    right_a, right_b = np.asarray(right_a) * 1, np.asarray(right_b) * 1


# %% wrong is-it-real: a bell curve in place of the resamples
# says: a bell curve stands for the resamples
# like: both models scored in each resample
#-    ends = [float(np.percentile(found, q)) for q in (2.5, 97.5)]
#-    return {"difference": float(b.mean() - a.mean()), "low": ends[0], "high": ends[1]}
#+    middle, half = float(b.mean() - a.mean()), 1.96 * float(np.std(found))
#+    return {"difference": middle, "low": middle - half, "high": middle + half}


# %% wrong is-it-real: NumPy's global generator is seeded
# says: may not be called
# forbidden
# like: both models scored in each resample
#-    rng = np.random.RandomState(seed)
#+    np.random.seed(seed)
#+    rng = np.random


# %% wrong is-it-real: arrays that do not fit are stretched
# says: names right_b
# visible: passes
# like: all draws at once
#-    if right_a.shape != right_b.shape:
#-        raise ValueError("right_b is of another shape")
#+    right_a, right_b = np.broadcast_arrays(right_a, right_b)


# %% wrong is-it-real: SciPy's bootstrap of the rows
# says: may not be called
# forbidden
def is_it_real(right_a, right_b, n_resamples=2000, seed=0):
    from scipy.stats import bootstrap

    gap = np.asarray(right_b, dtype=float) - np.asarray(right_a, dtype=float)
    found = bootstrap(
        (gap.mean(axis=0),),
        np.mean,
        n_resamples=n_resamples,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    ends = found.confidence_interval
    return {"difference": float(gap.mean()), "low": float(ends.low), "high": float(ends.high)}


# %% right frozen-and-tuned: the mode put back, then a copy
def pretrained(seed, dropout):
    return Encoder(seed, dropout)


def mean_vectors(encoder, batch):
    mask = batch["attention_mask"].unsqueeze(-1).float()
    states = encoder(batch["input_ids"], batch["attention_mask"])
    return (states * mask).sum(1) / mask.sum(1)


def frozen_and_tuned(encoder, train, test, C, steps, lr):
    labels = train["labels"]
    k = int(labels.max()) + 1
    if len(labels) != len(train["input_ids"]):
        raise ValueError(f"train: {len(labels)} labels for {len(train['input_ids'])} rows")
    if k < 3 or set(labels.tolist()) != set(range(k)):
        raise ValueError("train: a class is missing, or there are fewer than three")
    if (train["attention_mask"].sum(dim=1) == 0).any():
        raise ValueError("train: a text without a token")
    if (test["attention_mask"].sum(dim=1) == 0).any():
        raise ValueError("test: a text without a token")
    if C <= 0:
        raise ValueError(f"C is {C}")
    if lr <= 0:
        raise ValueError(f"lr is {lr}")
    if steps < 0:
        raise ValueError(f"steps is {steps}")

    was_training = encoder.training
    encoder.eval()
    with torch.no_grad():
        X = mean_vectors(encoder, train)
        X_test = mean_vectors(encoder, test)
    encoder.train(was_training)
    fitted = LogisticRegression(C=C, max_iter=1000).fit(X.numpy(), labels.numpy())
    head = nn.Linear(X.shape[1], k)
    head.weight.data = torch.tensor(fitted.coef_, dtype=torch.float32)
    head.bias.data = torch.tensor(fitted.intercept_, dtype=torch.float32)
    frozen = head(X_test).detach()

    model = copy.deepcopy(encoder)
    model.train()
    optimiser = torch.optim.SGD(list(model.parameters()) + list(head.parameters()), lr=lr)
    for _ in range(steps):
        optimiser.zero_grad()
        logits = head(mean_vectors(model, train))
        loss = F.cross_entropy(logits, labels)
        loss.backward()
        optimiser.step()
    model.eval()
    with torch.no_grad():
        tuned = head(mean_vectors(model, test))
    return {"frozen": frozen, "tuned": tuned, "encoder": model, "head": head}


# %% right frozen-and-tuned: weights as values, gradients by hand
def pretrained(seed, dropout):
    return Encoder(seed, dropout)


def logits_of(module, weights, W, b, batch):
    given = batch["input_ids"], batch["attention_mask"]
    states = torch.func.functional_call(module, weights, given)
    shares = given[1] / given[1].sum(dim=1, keepdim=True)
    return torch.einsum("nld,nl->nd", states, shares) @ W.T + b


def frozen_and_tuned(encoder, train, test, C, steps, lr):
    if C <= 0 or lr <= 0 or steps < 0:
        raise ValueError("C must be positive" if C <= 0 else "lr must be positive" if lr <= 0 else "steps < 0")
    y = train["labels"]
    k = len(set(y.tolist()))
    if y.shape != train["input_ids"].shape[:1] or k < 3 or sorted(set(y.tolist())) != [*range(k)]:
        raise ValueError("train has labels that do not fit")
    if min(m.sum() for m in train["attention_mask"]) < 1:
        raise ValueError("train has an empty text")
    if min(m.sum() for m in test["attention_mask"]) < 1:
        raise ValueError("test has an empty text")
    module = copy.deepcopy(encoder)
    module.eval()
    weights = dict(module.named_parameters())
    d = module(train["input_ids"][:1], train["attention_mask"][:1]).shape[2]
    with torch.no_grad():
        X = logits_of(module, weights, torch.eye(d), 0, train)
    W, b = torch.zeros(k, d, requires_grad=True), torch.zeros(k, requires_grad=True)
    newton = torch.optim.LBFGS(
        [W, b], max_iter=500, tolerance_grad=1e-7, tolerance_change=1e-10, line_search_fn="strong_wolfe"
    )

    def penalised():
        newton.zero_grad()
        value = C * F.cross_entropy(X @ W.T + b, y, reduction="sum") + 0.5 * (W * W).sum()
        value.backward()
        return value

    newton.step(penalised)
    W, b = W.detach(), b.detach()
    with torch.no_grad():
        frozen = logits_of(module, weights, W, b, test)
    module.train()
    free = [name for name, p in weights.items() if p.requires_grad]
    for _ in range(steps):
        leaves = [t.detach().requires_grad_() for t in (W, b, *(weights[name] for name in free))]
        now = weights | dict(zip(free, leaves[2:]))
        log_p = logits_of(module, now, *leaves[:2], train).log_softmax(dim=1)
        gradients = torch.autograd.grad(-log_p[range(len(y)), y].mean(), leaves)
        W, b, *moved = (leaf.detach() - lr * g for leaf, g in zip(leaves, gradients))
        weights = weights | dict(zip(free, moved))
    module.load_state_dict(weights)
    module.eval()
    head = nn.Linear(d, k)
    head.load_state_dict({"weight": W, "bias": b})
    with torch.no_grad():
        return {"frozen": frozen, "tuned": logits_of(module, weights, W, b, test), "encoder": module, "head": head}


# %% right frozen-and-tuned: a model of both, two copies
# like: the mode put back, then a copy
#-    was_training = encoder.training
#-    encoder.eval()
#-    with torch.no_grad():
#-        X = mean_vectors(encoder, train)
#-        X_test = mean_vectors(encoder, test)
#-    encoder.train(was_training)
#-    fitted = LogisticRegression(C=C, max_iter=1000).fit(X.numpy(), labels.numpy())
#-    head = nn.Linear(X.shape[1], k)
#+    class Classifier(nn.Module):
#+        def __init__(self, encoder, head):
#+            super().__init__()
#+            self.encoder, self.head = encoder, head
#+
#+        def forward(self, batch):
#+            return self.head(mean_vectors(self.encoder, batch))
#+
#+    still = copy.deepcopy(encoder).eval().requires_grad_(False)
#+    with torch.inference_mode():
#+        X = mean_vectors(still, train).numpy()
#+    fitted = LogisticRegression(C=C, max_iter=2000, solver="newton-cg").fit(X, labels.numpy())
#+    head = nn.Linear(X.shape[1], k)

#-    frozen = head(X_test).detach()
#-
#-    model = copy.deepcopy(encoder)
#-    model.train()
#-    optimiser = torch.optim.SGD(list(model.parameters()) + list(head.parameters()), lr=lr)
#-    for _ in range(steps):
#-        optimiser.zero_grad()
#-        logits = head(mean_vectors(model, train))
#-        loss = F.cross_entropy(logits, labels)
#-        loss.backward()
#-        optimiser.step()
#-    model.eval()
#-    with torch.no_grad():
#-        tuned = head(mean_vectors(model, test))
#-    return {"frozen": frozen, "tuned": tuned, "encoder": model, "head": head}
#+    first = Classifier(still, head)
#+    second = Classifier(copy.deepcopy(encoder), copy.deepcopy(head)).train()
#+    optimiser = torch.optim.SGD([p for p in second.parameters() if p.requires_grad], lr=lr)
#+    while steps:
#+        loss = nn.CrossEntropyLoss()(second(train), labels)
#+        loss.backward()
#+        optimiser.step()
#+        optimiser.zero_grad()
#+        steps -= 1
#+    second.eval()
#+    with torch.no_grad():
#+        return {
#+            "frozen": first(test),
#+            "tuned": second(test),
#+            "encoder": second.encoder,
#+            "head": second.head,
#+        }


# %% wrong frozen-and-tuned: dropout on where the vectors are made
# says: in training mode dropout is on
# visible: passes
# like: the mode put back, then a copy
#-    encoder.eval()
#-    with torch.no_grad():
#-        X = mean_vectors(encoder, train)
#+    with torch.no_grad():
#+        X = mean_vectors(encoder, train)


# %% wrong frozen-and-tuned: the encoder is left in evaluation mode
# says: is in the other now
# visible: passes
# like: the mode put back, then a copy
#-    encoder.train(was_training)
#+


# %% wrong frozen-and-tuned: the encoder that was given is tuned
# says: tune a copy
# visible: passes
# like: the mode put back, then a copy
#-    model = copy.deepcopy(encoder)
#+    model = encoder


# %% wrong frozen-and-tuned: a copy that shares its tensors
# says: tune a copy
# visible: passes
# like: the mode put back, then a copy
#-    model = copy.deepcopy(encoder)
#+    model = copy.copy(encoder)


# %% wrong frozen-and-tuned: the old weights are kept by reference
# says: tune a copy
# visible: passes
# like: the mode put back, then a copy
#-    model = copy.deepcopy(encoder)
#-    model.train()
#+    old = encoder.state_dict()
#+    model = encoder
#+    model.train()

#-        tuned = head(mean_vectors(model, test))
#+        tuned = head(mean_vectors(model, test))
#+    tuned_encoder = copy.deepcopy(model)
#+    encoder.load_state_dict(old)
#+    encoder.train(was_training)

#-    return {"frozen": frozen, "tuned": tuned, "encoder": model, "head": head}
#+    return {"frozen": frozen, "tuned": tuned, "encoder": tuned_encoder, "head": head}


# %% wrong frozen-and-tuned: the tuned route starts from a random head
# says: under tuned for the first test row
# like: the mode put back, then a copy
#-    model.train()
#+    model.train()
#+    head = nn.Linear(X.shape[1], k)


# %% wrong frozen-and-tuned: the optimiser has the head alone
# says: that the head alone was tuned
# like: the mode put back, then a copy
#-    optimiser = torch.optim.SGD(list(model.parameters()) + list(head.parameters()), lr=lr)
#+    optimiser = torch.optim.SGD(head.parameters(), lr=lr)


# %% wrong frozen-and-tuned: the optimiser has the encoder alone
# says: the encoder alone
# like: the mode put back, then a copy
#-    optimiser = torch.optim.SGD(list(model.parameters()) + list(head.parameters()), lr=lr)
#+    optimiser = torch.optim.SGD(model.parameters(), lr=lr)


# %% wrong frozen-and-tuned: the optimiser has the weights of the encoder that was copied
# says: that the head alone was tuned
# like: the mode put back, then a copy
#-    optimiser = torch.optim.SGD(list(model.parameters()) + list(head.parameters()), lr=lr)
#+    optimiser = torch.optim.SGD([*encoder.parameters(), *head.parameters()], lr=lr)


# %% wrong frozen-and-tuned: no gradient through the encoder
# says: that the head alone was tuned
# like: the mode put back, then a copy
#-        logits = head(mean_vectors(model, train))
#+        with torch.no_grad():
#+            vectors = mean_vectors(model, train)
#+        logits = head(vectors)


# %% wrong frozen-and-tuned: the vectors of the frozen route are used again
# says: that the head alone was tuned
# like: the mode put back, then a copy
#-        logits = head(mean_vectors(model, train))
#+        logits = head(X)


# %% wrong frozen-and-tuned: gradients never zeroed
# says: earlier steps were still there
# like: the mode put back, then a copy
#-        optimiser.zero_grad()
#+


# %% wrong frozen-and-tuned: gradients of the encoder never zeroed
# says: under tuned for the first test row
# like: the mode put back, then a copy
#-        optimiser.zero_grad()
#+        head.zero_grad()


# %% wrong frozen-and-tuned: a softmax before the loss
# says: a softmax runs before cross_entropy
# like: the mode put back, then a copy
#-        loss = F.cross_entropy(logits, labels)
#+        loss = F.cross_entropy(logits.softmax(dim=1), labels)


# %% wrong frozen-and-tuned: one model is asked for both at the end
# says: that these are the logits after tuning
# like: the mode put back, then a copy
#-    return {"frozen": frozen, "tuned": tuned, "encoder": model, "head": head}
#+    return {"frozen": tuned, "tuned": tuned, "encoder": model, "head": head}


# %% wrong frozen-and-tuned: the frozen route has the tuned head
# says: that the head had been tuned before
# like: the mode put back, then a copy
#-    frozen = head(X_test).detach()
#+

#-        tuned = head(mean_vectors(model, test))
#+        tuned = head(mean_vectors(model, test))
#+        frozen = head(X_test)


# %% wrong frozen-and-tuned: rows shuffled, labels not
# says: under tuned for the first test row
# like: the mode put back, then a copy
#-        logits = head(mean_vectors(model, train))
#+        order = torch.randperm(len(labels))
#+        shuffled = {name: train[name][order] for name in ("input_ids", "attention_mask")}
#+        logits = head(mean_vectors(model, shuffled))


# %% wrong frozen-and-tuned: the encoder gets no mask
# says: that tokens attended to padding
# like: the mode put back, then a copy
#-    states = encoder(batch["input_ids"], batch["attention_mask"])
#+    states = encoder(batch["input_ids"], torch.ones_like(batch["attention_mask"]))


# %% wrong frozen-and-tuned: padding in the mean
# says: that padding entered the mean
# like: the mode put back, then a copy
#-    return (states * mask).sum(1) / mask.sum(1)
#+    return states.mean(1)


# %% wrong frozen-and-tuned: a head without the intercepts
# says: that the head has no intercepts
# like: the mode put back, then a copy
#-    head.bias.data = torch.tensor(fitted.intercept_, dtype=torch.float32)
#+    head.bias.data.zero_()


# %% wrong frozen-and-tuned: vectors scaled to length 1
# says: under frozen for the first test row
# like: the mode put back, then a copy
#-    return (states * mask).sum(1) / mask.sum(1)
#+    return F.normalize((states * mask).sum(1), dim=1)


# %% wrong frozen-and-tuned: the copy takes over the mode
# says: while it is tuned, the copy is in training mode
# visible: passes
# like: the mode put back, then a copy
#-    model.train()
#+


# %% wrong frozen-and-tuned: tuned in evaluation mode
# says: while it is tuned, the copy is in training mode
# visible: passes
# like: the mode put back, then a copy
#-    model.train()
#+    model.eval()


# %% wrong frozen-and-tuned: predictions with dropout
# says: predict in evaluation mode
# visible: passes
# like: the mode put back, then a copy
#-    model.eval()
#+


# %% wrong frozen-and-tuned: the encoder that was given stays frozen
# says: requires_grad of the encoder that was given has changed
# visible: passes
# like: the mode put back, then a copy
#-    encoder.eval()
#+    encoder.eval()
#+    encoder.requires_grad_(False)

#-    model.train()
#+    model.train()
#+    model.requires_grad_(True)


# %% wrong frozen-and-tuned: frozen, and never thawed
# says: that the head alone was tuned
# like: the mode put back, then a copy
#-    encoder.eval()
#+    encoder.eval()
#+    encoder.requires_grad_(False)


# %% wrong frozen-and-tuned: embeddings that were frozen are thawed
# says: what is frozen stays so
# visible: passes
# like: the mode put back, then a copy
#-    model.train()
#+    model.train()
#+    for parameter in model.parameters():
#+        parameter.requires_grad = True


# %% wrong frozen-and-tuned: Adam instead of plain descent
# says: under tuned for the first test row
# like: the mode put back, then a copy
#-    optimiser = torch.optim.SGD(list(model.parameters()) + list(head.parameters()), lr=lr)
#+    optimiser = torch.optim.AdamW(list(model.parameters()) + list(head.parameters()), lr=lr)


# %% wrong frozen-and-tuned: predictions before the last step
# says: under tuned for the first test row
# like: the mode put back, then a copy
#-    for _ in range(steps):
#-        optimiser.zero_grad()
#+    for _ in range(steps):
#+        with torch.no_grad():
#+            tuned = head(mean_vectors(model, test))
#+        optimiser.zero_grad()

#-    model.eval()
#-    with torch.no_grad():
#-        tuned = head(mean_vectors(model, test))
#+    model.eval()
#+    if steps == 0:
#+        tuned = frozen


# %% wrong frozen-and-tuned: the tuned encoder goes out with the fitted head
# says: tuned is not what the returned encoder and head give
# visible: passes
# like: the mode put back, then a copy
#-    model = copy.deepcopy(encoder)
#+    fitted_head = copy.deepcopy(head)
#+    model = copy.deepcopy(encoder)

#-    return {"frozen": frozen, "tuned": tuned, "encoder": model, "head": head}
#+    return {"frozen": frozen, "tuned": tuned, "encoder": model, "head": fitted_head}


# %% wrong frozen-and-tuned: probabilities instead of logits
# says: under frozen for the first test row
# like: the mode put back, then a copy
#-    return {"frozen": frozen, "tuned": tuned, "encoder": model, "head": head}
#+    return {"frozen": frozen.softmax(1), "tuned": tuned.softmax(1), "encoder": model, "head": head}


# %% wrong frozen-and-tuned: a class that is missing goes unseen
# says: expected a ValueError whose message names train
# visible: passes
# like: the mode put back, then a copy
#-    if k < 3 or set(labels.tolist()) != set(range(k)):
#+    if k < 3:


# %% wrong frozen-and-tuned: a text without a token gives NaN
# says: with a test text without a token
# visible: passes
# like: the mode put back, then a copy
#-    if (test["attention_mask"].sum(dim=1) == 0).any():
#-        raise ValueError("test: a text without a token")
#+


# %% wrong frozen-and-tuned: the global generator is seeded
# says: may not be called
# forbidden
# like: the mode put back, then a copy
#-    model.train()
#+    model.train()
#+    torch.manual_seed(0)
