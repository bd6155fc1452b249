# Answers that grade the grader of 19-eval-sets: see CONTRIBUTING.md.


# %% right answer-metrics: a regular expression for the articles, a loop over the references
def _words(text):
    text = unicodedata.normalize("NFKC", text).casefold()
    kept = []
    for character in text:
        if character in string.punctuation or unicodedata.category(character).startswith("P"):
            continue
        kept.append(character)
    return re.sub(r"\b(a|an|the)\b", " ", "".join(kept)).split()


def answer_metrics(answer, references):
    if isinstance(references, str):
        raise TypeError("references is a string: put it into a list")
    if not isinstance(answer, str):
        raise TypeError("answer is no string")
    best = {"exact_match": 0.0, "token_f1": 0.0}
    said = _words(answer)
    for reference in references if len(references) > 0 else [""]:
        wanted = _words(reference)
        left, common = list(wanted), 0
        for word in said:
            if word in left:
                left.remove(word)
                common += 1
        if len(said) == 0 or len(wanted) == 0:
            f1 = 1.0 if len(said) == len(wanted) else 0.0
        elif common == 0:
            f1 = 0.0
        else:
            precision, recall = common / len(said), common / len(wanted)
            f1 = 2 * precision * recall / (precision + recall)
        best["exact_match"] = max(best["exact_match"], 1.0 if said == wanted else 0.0)
        best["token_f1"] = max(best["token_f1"], f1)
    return best


# %% right answer-metrics: a translation table, the unanswerable questions first
def answer_metrics(answer, references):
    if type(references) is str:
        raise TypeError("expected a list as references")
    if not hasattr(answer, "casefold"):
        raise TypeError(f"answer: expected text, got {type(answer)}")

    def tokens(text):
        plain = unicodedata.normalize("NFKC", text).casefold()
        gone = {ord(c): None for c in set(plain) if unicodedata.category(c).startswith("P")}
        plain = plain.translate(gone | dict.fromkeys(map(ord, string.punctuation)))
        return tuple(w for w in plain.split() if w not in {"a", "an", "the"})

    said = tokens(answer)
    if not references:
        return {"exact_match": float(not said), "token_f1": float(not said)}
    exact, f1s = [], []
    for wanted in map(tokens, references):
        shared = sum(min(said.count(w), wanted.count(w)) for w in set(said))
        exact.append(said == wanted)
        f1s.append(2 * shared / (len(said) + len(wanted)) if said or wanted else 1.0)
    return {"exact_match": float(any(exact)), "token_f1": float(np.max(f1s))}


# %% wrong answer-metrics: only the first reference
# says: only the first reference counts
def answer_metrics(answer, references):
    if isinstance(references, str):
        raise TypeError("references")
    if not isinstance(answer, str):
        raise TypeError("answer")

    def tokens(text):
        text = unicodedata.normalize("NFKC", text).casefold()
        text = "".join(c for c in text if c not in string.punctuation and unicodedata.category(c)[0] != "P")
        return [w for w in text.split() if w not in ("a", "an", "the")]

    said, wanted = tokens(answer), tokens(references[0] if references else "")
    common = sum((Counter(said) & Counter(wanted)).values())
    f1 = 2 * common / (len(said) + len(wanted)) if said or wanted else 1.0
    return {"exact_match": float(said == wanted), "token_f1": f1}


# %% wrong answer-metrics: the references averaged
# says: references are averaged
def answer_metrics(answer, references):
    if isinstance(references, str):
        raise TypeError("references")
    if not isinstance(answer, str):
        raise TypeError("answer")

    def tokens(text):
        text = unicodedata.normalize("NFKC", text).casefold()
        text = "".join(c for c in text if c not in string.punctuation and unicodedata.category(c)[0] != "P")
        return [w for w in text.split() if w not in ("a", "an", "the")]

    said, f1s = tokens(answer), []
    wanted_ones = [tokens(r) for r in references] or [[]]
    for wanted in wanted_ones:
        common = sum((Counter(said) & Counter(wanted)).values())
        f1s.append(2 * common / (len(said) + len(wanted)) if said or wanted else 1.0)
    return {"exact_match": float(said in wanted_ones), "token_f1": float(np.mean(f1s))}


# %% wrong answer-metrics: the articles stay
# says: the articles stay
# like: the references averaged
#-        text = "".join(c for c in text if c not in string.punctuation and unicodedata.category(c)[0] != "P")
#-        return [w for w in text.split() if w not in ("a", "an", "the")]
#+        return "".join(c for c in text if c not in string.punctuation and unicodedata.category(c)[0] != "P").split()

#-    return {"exact_match": float(said in wanted_ones), "token_f1": float(np.mean(f1s))}
#+    return {"exact_match": float(said in wanted_ones), "token_f1": max(f1s)}


# %% wrong answer-metrics: sets of words
# says: keeps
# visible: passes
def answer_metrics(answer, references):
    if isinstance(references, str):
        raise TypeError("references")
    if not isinstance(answer, str):
        raise TypeError("answer")

    def tokens(text):
        text = unicodedata.normalize("NFKC", text).casefold()
        text = "".join(c for c in text if c not in string.punctuation and unicodedata.category(c)[0] != "P")
        return {w for w in text.split() if w not in ("a", "an", "the")}

    said, exact, f1 = tokens(answer), 0.0, 0.0
    for wanted in [tokens(r) for r in references] or [set()]:
        exact = max(exact, float(said == wanted))
        f1 = max(f1, 2 * len(said & wanted) / (len(said) + len(wanted)) if said or wanted else 1.0)
    return {"exact_match": exact, "token_f1": f1}


# %% wrong answer-metrics: every repetition counted as shared
# says: a word that the one has three times
# visible: passes
def answer_metrics(answer, references):
    if isinstance(references, str):
        raise TypeError("references")
    if not isinstance(answer, str):
        raise TypeError("answer")

    def tokens(text):
        text = unicodedata.normalize("NFKC", text).casefold()
        text = "".join(c for c in text if c not in string.punctuation and unicodedata.category(c)[0] != "P")
        return [w for w in text.split() if w not in ("a", "an", "the")]

    def f1(said, wanted):
        if not said or not wanted:
            return float(said == wanted)
        precision = sum(w in wanted for w in said) / len(said)
        recall = sum(w in said for w in wanted) / len(wanted)
        return 2 * precision * recall / (precision + recall) if precision else 0.0

    said, accepted = tokens(answer), [tokens(r) for r in references] or [[]]
    return {"exact_match": float(said in accepted), "token_f1": max(f1(said, w) for w in accepted)}


# %% wrong answer-metrics: lower case instead of case folding
# says: more than lower()
# visible: passes
def answer_metrics(answer, references):
    if isinstance(references, str):
        raise TypeError("references")
    if not isinstance(answer, str):
        raise TypeError("answer")

    def tokens(text):
        text = unicodedata.normalize("NFKC", text).lower()
        text = "".join(c for c in text if c not in string.punctuation and unicodedata.category(c)[0] != "P")
        return [w for w in text.split() if w not in ("a", "an", "the")]

    said, accepted = tokens(answer), [tokens(r) for r in references] or [[]]
    f1s = [2 * sum((Counter(said) & Counter(w)).values()) / max(1, len(said) + len(w)) for w in accepted]
    exact = float(said in accepted)
    return {"exact_match": exact, "token_f1": max([exact, *f1s])}


# %% wrong answer-metrics: SQuAD's script as it stands, for ASCII alone
# says: by NFKC
# visible: passes
# like: lower case instead of case folding
#-        text = unicodedata.normalize("NFKC", text).lower()
#-        text = "".join(c for c in text if c not in string.punctuation and unicodedata.category(c)[0] != "P")
#-        return [w for w in text.split() if w not in ("a", "an", "the")]
#+        text = "".join(c for c in text.casefold() if c not in string.punctuation)
#+        return re.sub(r"\b(a|an|the)\b", " ", text).split()


# %% wrong answer-metrics: punctuation replaced by a space
# says: nothing takes the place of punctuation
# visible: passes
# like: lower case instead of case folding
#-        text = unicodedata.normalize("NFKC", text).lower()
#-        text = "".join(c for c in text if c not in string.punctuation and unicodedata.category(c)[0] != "P")
#+        text = unicodedata.normalize("NFKC", text).casefold()
#+        text = "".join(" " if c in string.punctuation or unicodedata.category(c)[0] == "P" else c for c in text)


# %% wrong answer-metrics: articles cut out of words
# says: an article inside a word
def answer_metrics(answer, references):
    if isinstance(references, str):
        raise TypeError("references")
    if not isinstance(answer, str):
        raise TypeError("answer")

    def tokens(text):
        text = unicodedata.normalize("NFKC", text).casefold()
        text = "".join(c for c in text if c not in string.punctuation and unicodedata.category(c)[0] != "P")
        return text.replace("the", "").split()

    said, accepted = tokens(answer), [tokens(r) for r in references] or [[]]
    said = [w for w in said if w not in ("a", "an")]
    accepted = [[w for w in r if w not in ("a", "an")] for r in accepted]
    f1s = [2 * sum((Counter(said) & Counter(w)).values()) / max(1, len(said) + len(w)) for w in accepted]
    exact = float(said in accepted)
    return {"exact_match": exact, "token_f1": max([exact, *f1s])}


# %% wrong answer-metrics: all that is no word character goes
# says: a currency sign
# visible: passes
# like: lower case instead of case folding
#-        text = unicodedata.normalize("NFKC", text).lower()
#-        text = "".join(c for c in text if c not in string.punctuation and unicodedata.category(c)[0] != "P")
#-        return [w for w in text.split() if w not in ("a", "an", "the")]
#+        text = re.sub(r"[^\w\s]|_", "", unicodedata.normalize("NFKC", text).casefold())
#+        return re.sub(r"\b(a|an|the)\b", " ", text).split()


# %% wrong answer-metrics: the order of words ignored
# says: keeps the order
# visible: passes
def answer_metrics(answer, references):
    if isinstance(references, str):
        raise TypeError("references")
    if not isinstance(answer, str):
        raise TypeError("answer")

    def tokens(text):
        text = unicodedata.normalize("NFKC", text).casefold()
        text = "".join(c for c in text if c not in string.punctuation and unicodedata.category(c)[0] != "P")
        return Counter(w for w in text.split() if w not in ("a", "an", "the"))

    said, accepted = tokens(answer), [tokens(r) for r in references] or [Counter()]
    f1s = [2 * (said & w).total() / max(1, said.total() + w.total()) for w in accepted]
    exact = float(said in accepted)
    return {"exact_match": exact, "token_f1": max([exact, *f1s])}


# %% wrong answer-metrics: nothing said of an unanswerable question scores 0
# says: the empty answer is right
# visible: passes
# like: lower case instead of case folding
#-        text = unicodedata.normalize("NFKC", text).lower()
#+        text = unicodedata.normalize("NFKC", text).casefold()

#-    said, accepted = tokens(answer), [tokens(r) for r in references] or [[]]
#+    said, accepted = tokens(answer), [tokens(r) for r in references]


# %% wrong answer-metrics: a division by zero for empty answers
# says: ZeroDivisionError
# visible: passes
def answer_metrics(answer, references):
    if isinstance(references, str):
        raise TypeError("references")
    if not isinstance(answer, str):
        raise TypeError("answer")

    def tokens(text):
        text = unicodedata.normalize("NFKC", text).casefold()
        text = "".join(c for c in text if c not in string.punctuation and unicodedata.category(c)[0] != "P")
        return [w for w in text.split() if w not in ("a", "an", "the")]

    said, accepted = tokens(answer), [tokens(r) for r in references] or [[]]
    best = 0.0
    for wanted in accepted:
        common = sum((Counter(said) & Counter(wanted)).values())
        precision, recall = common / len(said), common / len(wanted)
        best = max(best, 2 * precision * recall / (precision + recall) if common else 0.0)
    return {"exact_match": float(said in accepted), "token_f1": best}


# %% wrong answer-metrics: a single string taken for a list
# says: a TypeError that names references
# visible: passes
# like: lower case instead of case folding
#-    if isinstance(references, str):
#-        raise TypeError("references")

#-        text = unicodedata.normalize("NFKC", text).lower()
#+        text = unicodedata.normalize("NFKC", text).casefold()


# %% wrong answer-metrics: the book's own functions
# says: may not be called here
# forbidden
from roadbook import evals


def answer_metrics(answer, references):
    return {"exact_match": evals.exact_match(answer, references), "token_f1": evals.token_f1(answer, references)}


# %% right slice-report: pandas groups, choice in a loop, percentiles
def slice_report(scores, slices, level=0.95, n_resamples=2000, seed=0):
    table = pd.Series(scores, dtype=float)
    if table.empty or table.isna().any():
        raise ValueError("scores: empty or NaN")
    if level <= 0 or level >= 1:
        raise ValueError("level outside (0, 1)")

    def row(by, name, values):
        rng = np.random.default_rng(seed)
        means = np.zeros(n_resamples)
        for i in range(n_resamples):
            means[i] = values[rng.integers(0, len(values), len(values))].mean()
        tail = 100 * (1 - level) / 2
        low, high = np.percentile(means, [tail, 100 - tail])
        return {
            "by": by, "slice": name, "n": len(values), "mean": values.mean(), "low": low, "high": high, "small": len(values) < 30,
        }  # fmt: skip

    rows = [row("all", "all", table.to_numpy())]
    for by in slices:
        if len(slices[by]) != len(table):
            raise ValueError(f"wrong number of labels for {by}")
        names = ["\0" if label is None else label for label in slices[by]]
        groups = {name: group.to_numpy() for name, group in table.groupby(np.array(names, dtype=object))}
        for name in sorted(groups, key=lambda g: "None" if g == "\0" else g):
            rows.append(row(by, None if name == "\0" else name, groups[name]))
    return pd.DataFrame(rows)


# %% right slice-report: multinomial counts, a generator for each slice by its name, order statistics
import zlib


def slice_report(scores, slices, level=0.95, n_resamples=2000, seed=0):
    if len(scores) == 0:
        raise ValueError("no scores")
    if any(s != s for s in scores):
        raise ValueError("NaN among the scores")
    if not (level > 0 and level < 1):
        raise ValueError("level")
    groups = {("all", "all"): list(scores)}
    for by, labels in slices.items():
        if len(labels) != len(scores):
            raise ValueError(by)
        for label in sorted({str(x) for x in labels}):
            groups[by, label] = [s for s, x in zip(scores, labels) if str(x) == label]
    columns = {name: [] for name in ("by", "slice", "n", "mean", "low", "high", "small")}
    for (by, label), values in groups.items():
        n = len(values)
        rng = np.random.default_rng([seed, zlib.crc32(f"{by}={label}".encode())])
        times = rng.multinomial(n, np.full(n, 1 / n), size=n_resamples)
        means = np.sort(times @ np.array(values, dtype=float) / n)
        columns["by"].append(by)
        columns["slice"].append(None if label == "None" else label)
        columns["n"].append(n)
        columns["mean"].append(sum(values) / n)
        columns["low"].append(means[int((1 - level) / 2 * n_resamples)])
        columns["high"].append(means[int(np.ceil((1 + level) / 2 * n_resamples)) - 1])
        columns["small"].append(bool(n < 30))
    return pd.DataFrame(columns)


# %% wrong slice-report: quantiles of the scores, not of means
# says: 0.1 that they are of the scores themselves
def slice_report(scores, slices, level=0.95, n_resamples=2000, seed=0):
    scores = np.asarray(scores, float)
    if not len(scores) or np.isnan(scores).any():
        raise ValueError("scores")
    if not 0 < level < 1:
        raise ValueError("level")
    parts = [("all", "all", scores)]
    for by, labels in slices.items():
        if len(labels) != len(scores):
            raise ValueError(by)
        for v in sorted(set(labels), key=str):
            parts.append((by, v, scores[[x == v for x in labels]]))
    rows = []
    for by, v, p in parts:
        low, high = np.quantile(p, [(1 - level) / 2, (1 + level) / 2])
        rows.append((by, v, len(p), p.mean(), low, high, len(p) < 30))
    return pd.DataFrame(rows, columns=["by", "slice", "n", "mean", "low", "high", "small"])


# %% wrong slice-report: mean and 1.96 standard errors
# says: 0.449 and 1.15
# like: quantiles of the scores, not of means
#-        low, high = np.quantile(p, [(1 - level) / 2, (1 + level) / 2])
#-        rows.append((by, v, len(p), p.mean(), low, high, len(p) < 30))
#+        half = 1.96 * p.std() / np.sqrt(len(p))
#+        rows.append((by, v, len(p), p.mean(), p.mean() - half, p.mean() + half, len(p) < 30))


# %% wrong slice-report: drawn without replacement
# says: draws are without replacement
# like: quantiles of the scores, not of means
#-        low, high = np.quantile(p, [(1 - level) / 2, (1 + level) / 2])
#+        rng = np.random.default_rng(seed)
#+        means = [rng.permutation(p).mean() for _ in range(n_resamples)]
#+        low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])


# %% wrong slice-report: the basic interval, mirrored at the mean
# says: mirrored at the mean
# like: quantiles of the scores, not of means
#-        low, high = np.quantile(p, [(1 - level) / 2, (1 + level) / 2])
#+        means = p[np.random.default_rng(seed).integers(len(p), size=(n_resamples, len(p)))].mean(axis=1)
#+        low, high = 2 * p.mean() - np.quantile(means, [(1 + level) / 2, (1 - level) / 2])


# %% wrong slice-report: a groupby that drops the items without a label
# says: a groupby drops them
# visible: passes
def slice_report(scores, slices, level=0.95, n_resamples=2000, seed=0):
    scores = pd.Series(scores, dtype=float)
    if not len(scores) or scores.isna().any():
        raise ValueError("scores")
    if not 0 < level < 1:
        raise ValueError("level")
    parts = [("all", "all", scores.to_numpy())]
    for by, labels in slices.items():
        if len(labels) != len(scores):
            raise ValueError(by)
        parts += [(by, v, g.to_numpy()) for v, g in scores.groupby(pd.Series(labels))]
    rows = []
    for by, v, p in parts:
        means = p[np.random.default_rng(seed).integers(len(p), size=(n_resamples, len(p)))].mean(axis=1)
        low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
        rows.append((by, v, len(p), p.mean(), low, high, len(p) < 30))
    return pd.DataFrame(rows, columns=["by", "slice", "n", "mean", "low", "high", "small"])


# %% wrong slice-report: 30 items called small
# says: 30 items are not fewer than 30
# visible: passes
# like: quantiles of the scores, not of means
#-        low, high = np.quantile(p, [(1 - level) / 2, (1 + level) / 2])
#-        rows.append((by, v, len(p), p.mean(), low, high, len(p) < 30))
#+        means = p[np.random.default_rng(seed).integers(len(p), size=(n_resamples, len(p)))].mean(axis=1)
#+        low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
#+        rows.append((by, v, len(p), p.mean(), low, high, len(p) <= 30))


# %% wrong slice-report: 1 - level cut off at each end
# says: Is a tenth cut off at each end
# visible: passes
# like: quantiles of the scores, not of means
#-        low, high = np.quantile(p, [(1 - level) / 2, (1 + level) / 2])
#+        means = p[np.random.default_rng(seed).integers(len(p), size=(n_resamples, len(p)))].mean(axis=1)
#+        low, high = np.quantile(means, [1 - level, level])


# %% wrong slice-report: as many items drawn as all have
# says: are as many items drawn as the slice has
# visible: passes
# like: quantiles of the scores, not of means
#-        low, high = np.quantile(p, [(1 - level) / 2, (1 + level) / 2])
#+        means = p[np.random.default_rng(seed).integers(len(p), size=(n_resamples, len(scores)))].mean(axis=1)
#+        low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])


# %% wrong slice-report: the level is always 0.95
# says: for 11 of 12 right and level 0.8
# visible: passes
# like: quantiles of the scores, not of means
#-        low, high = np.quantile(p, [(1 - level) / 2, (1 + level) / 2])
#+        means = p[np.random.default_rng(seed).integers(len(p), size=(n_resamples, len(p)))].mean(axis=1)
#+        low, high = np.quantile(means, [0.025, 0.975])


# %% wrong slice-report: one stream of random numbers for all slices
# says: one stream of random numbers
# visible: passes
# like: quantiles of the scores, not of means
#-        raise ValueError("level")
#+        raise ValueError("level")
#+    rng = np.random.default_rng(seed)

#-        low, high = np.quantile(p, [(1 - level) / 2, (1 + level) / 2])
#+        means = p[rng.integers(len(p), size=(n_resamples, len(p)))].mean(axis=1)
#+        low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])


# %% wrong slice-report: the seed not used
# says: two calls with the same arguments
# visible: passes
# like: quantiles of the scores, not of means
#-        low, high = np.quantile(p, [(1 - level) / 2, (1 + level) / 2])
#+        means = p[np.random.default_rng().integers(len(p), size=(n_resamples, len(p)))].mean(axis=1)
#+        low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])


# %% wrong slice-report: the mean of the slices' means as the overall mean
# says: for the example worked by hand
# like: quantiles of the scores, not of means
#-        low, high = np.quantile(p, [(1 - level) / 2, (1 + level) / 2])
#-        rows.append((by, v, len(p), p.mean(), low, high, len(p) < 30))
#+        means = p[np.random.default_rng(seed).integers(len(p), size=(n_resamples, len(p)))].mean(axis=1)
#+        low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
#+        rows.append([by, v, len(p), p.mean(), low, high, len(p) < 30])
#+    rows[0][3] = np.mean([row[3] for row in rows[1:]]) if len(rows) > 1 else rows[0][3]


# %% wrong slice-report: NaN left out of the means
# says: a ValueError whose message names scores
# visible: passes
# like: quantiles of the scores, not of means
#-    if not len(scores) or np.isnan(scores).any():
#+    if not len(scores):

#-        low, high = np.quantile(p, [(1 - level) / 2, (1 + level) / 2])
#+        p = p[~np.isnan(p)]
#+        means = p[np.random.default_rng(seed).integers(len(p), size=(n_resamples, len(p)))].mean(axis=1)
#+        low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])


# %% wrong slice-report: SciPy's bootstrap
# says: may not be called here
# forbidden
from scipy import stats


def slice_report(scores, slices, level=0.95, n_resamples=2000, seed=0):
    scores = np.asarray(scores, float)
    parts = [("all", "all", scores)]
    for by, labels in slices.items():
        for v in sorted(set(labels), key=str):
            parts.append((by, v, scores[[x == v for x in labels]]))
    rows = []
    for by, v, p in parts:
        interval = stats.bootstrap(
            (p,), np.mean, confidence_level=level, n_resamples=n_resamples, method="percentile", rng=seed
        ).confidence_interval
        rows.append((by, v, len(p), p.mean(), interval.low, interval.high, len(p) < 30))
    return pd.DataFrame(rows, columns=["by", "slice", "n", "mean", "low", "high", "small"])


# %% right cohen-kappa: plain counting, no arrays
def agreement(a, b):
    if len(a) == 0:
        raise ValueError("a is empty")
    if len(b) != len(a):
        raise ValueError(f"b has {len(b)} labels")
    labels = []
    for label in list(a) + list(b):
        if label not in labels:
            labels.append(label)
    counts = [[0] * len(labels) for _ in labels]
    for x, y in zip(a, b):
        counts[labels.index(x)][labels.index(y)] += 1
    n = len(a)
    observed = sum(counts[i][i] for i in range(len(labels))) / n
    chance = sum(sum(counts[i]) * sum(row[i] for row in counts) for i in range(len(labels))) / n**2
    kappa = (observed - chance) / (1 - chance) if chance < 1 else float("nan")
    return {"labels": labels, "counts": counts, "observed": observed, "chance": chance, "kappa": kappa}


# %% right cohen-kappa: codes and an outer product of shares
def agreement(a, b):
    if not a:
        raise ValueError("no labels in `a`")
    if len(a) != len(b):
        raise ValueError("`b` does not fit")
    code = {}
    for label in [*a, *b]:
        code.setdefault(label, len(code))
    table = np.zeros((len(code), len(code)), dtype=int)
    np.add.at(table, ([code[x] for x in a], [code[y] for y in b]), 1)
    expected = np.outer(table.sum(1), table.sum(0)) / len(a)
    disagree = ~np.eye(len(code), dtype=bool)
    by_chance = expected[disagree].sum()
    kappa = np.nan if by_chance == 0 else 1 - table[disagree].sum() / by_chance
    return {
        "labels": list(code),
        "counts": table,
        "observed": np.mean([x == y for x, y in zip(a, b)]),
        "chance": 1 - by_chance / len(a),
        "kappa": kappa,
    }


# %% wrong cohen-kappa: every label equally frequent
# says: equally frequent
def agreement(a, b):
    if not len(a):
        raise ValueError("a")
    if len(a) != len(b):
        raise ValueError("b")
    labels = list(dict.fromkeys([*a, *b]))
    pairs = Counter(zip(a, b))
    counts = [[pairs[i, j] for j in labels] for i in labels]
    observed, chance = np.trace(counts) / len(a), 1 / len(labels)
    kappa = np.nan if len(labels) == 1 else (observed - chance) / (1 - chance)
    return {"labels": labels, "counts": counts, "observed": observed, "chance": chance, "kappa": kappa}


# %% wrong cohen-kappa: both raters' labels pooled, which is Scott's pi
# says: labels are pooled
# like: every label equally frequent
#-    observed, chance = np.trace(counts) / len(a), 1 / len(labels)
#+    observed = np.trace(counts) / len(a)
#+    chance = sum((([*a, *b].count(x)) / (2 * len(a))) ** 2 for x in labels)


# %% wrong cohen-kappa: the division forgotten
# says: the division is missing
# like: every label equally frequent
#-    observed, chance = np.trace(counts) / len(a), 1 / len(labels)
#-    kappa = np.nan if len(labels) == 1 else (observed - chance) / (1 - chance)
#+    observed = np.trace(counts) / len(a)
#+    chance = sum(a.count(x) * b.count(x) for x in labels) / len(a) ** 2
#+    kappa = np.nan if len(labels) == 1 else observed - chance


# %% wrong cohen-kappa: rows and columns swapped
# says: rows and columns are swapped
def agreement(a, b):
    if not len(a):
        raise ValueError("a")
    if len(a) != len(b):
        raise ValueError("b")
    labels = list(dict.fromkeys([*a, *b]))
    pairs = Counter(zip(b, a))
    counts = [[pairs[i, j] for j in labels] for i in labels]
    observed = np.trace(counts) / len(a)
    chance = sum(a.count(x) * b.count(x) for x in labels) / len(a) ** 2
    kappa = np.nan if len(labels) == 1 else (observed - chance) / (1 - chance)
    return {"labels": labels, "counts": counts, "observed": observed, "chance": chance, "kappa": kappa}


# %% wrong cohen-kappa: labels sorted
# says: in order of appearance
# like: rows and columns swapped
#-    labels = list(dict.fromkeys([*a, *b]))
#-    pairs = Counter(zip(b, a))
#+    labels = sorted({*a, *b}, key=str)
#+    pairs = Counter(zip(a, b))


# %% wrong cohen-kappa: 1 where chance agrees always
# says: tells nothing about the raters
# visible: passes
# like: every label equally frequent
#-    observed, chance = np.trace(counts) / len(a), 1 / len(labels)
#-    kappa = np.nan if len(labels) == 1 else (observed - chance) / (1 - chance)
#+    observed = np.trace(counts) / len(a)
#+    chance = sum(a.count(x) * b.count(x) for x in labels) / len(a) ** 2
#+    kappa = 1.0 if chance == 1 else (observed - chance) / (1 - chance)


# %% wrong cohen-kappa: 0 / 0 left to NumPy, which warns
# says: without a warning
# visible: passes
def agreement(a, b):
    if not len(a):
        raise ValueError("a")
    if len(a) != len(b):
        raise ValueError("b")
    labels = list(dict.fromkeys([*a, *b]))
    pairs = Counter(zip(a, b))
    counts = np.array([[pairs[i, j] for j in labels] for i in labels])
    observed = np.trace(counts) / len(a)
    chance = np.sum(counts.sum(0) * counts.sum(1)) / len(a) ** 2
    kappa = np.divide(observed - chance, 1 - chance)
    return {"labels": labels, "counts": counts, "observed": observed, "chance": chance, "kappa": kappa}


# %% wrong cohen-kappa: negative values cut off
# says: negative there, and stays so
# visible: passes
def agreement(a, b):
    if not len(a):
        raise ValueError("a")
    if len(a) != len(b):
        raise ValueError("b")
    labels = list(dict.fromkeys([*a, *b]))
    pairs = Counter(zip(a, b))
    counts = [[pairs[i, j] for j in labels] for i in labels]
    observed = np.trace(counts) / len(a)
    chance = sum(a.count(x) * b.count(x) for x in labels) / len(a) ** 2
    kappa = np.nan if chance == 1 else (observed - chance) / (1 - chance)
    kappa = np.maximum(0, kappa)
    return {"labels": labels, "counts": counts, "observed": observed, "chance": chance, "kappa": kappa}


# %% wrong cohen-kappa: only the labels that a gave
# says: labels that only b gave
# visible: passes
# like: negative values cut off
#-    labels = list(dict.fromkeys([*a, *b]))
#+    labels = list(dict.fromkeys(a))

#-    kappa = np.maximum(0, kappa)


# %% wrong cohen-kappa: an array makes strings of the ints
# says: makes strings of the ints
# visible: passes
# like: negative values cut off
#-        raise ValueError("b")
#+        raise ValueError("b")
#+    both = np.array([*a, *b])
#+    a, b = both[: len(a)].tolist(), both[len(a) :].tolist()

#-    kappa = np.maximum(0, kappa)


# %% wrong cohen-kappa: lists of unlike lengths cut to the shorter
# says: a ValueError whose message names b
# visible: passes
def agreement(a, b):
    if not len(a):
        raise ValueError("a")
    n = min(len(a), len(b)) or 1
    a, b = a[:n], b[:n]
    labels = list(dict.fromkeys([*a, *b]))
    pairs = Counter(zip(a, b))
    counts = [[pairs[i, j] for j in labels] for i in labels]
    observed = np.trace(counts) / n
    chance = sum(a.count(x) * b.count(x) for x in labels) / n**2
    kappa = np.nan if chance == 1 else (observed - chance) / (1 - chance)
    return {"labels": labels, "counts": counts, "observed": observed, "chance": chance, "kappa": kappa}


# %% wrong cohen-kappa: scikit-learn's
# says: may not be called here
# forbidden
from sklearn.metrics import cohen_kappa_score, confusion_matrix


def agreement(a, b):
    labels = list(dict.fromkeys([*a, *b]))
    counts = confusion_matrix(a, b, labels=labels)
    observed = np.trace(counts) / len(a)
    chance = counts.sum(0) @ counts.sum(1) / len(a) ** 2
    return {
        "labels": labels, "counts": counts, "observed": observed, "chance": chance, "kappa": cohen_kappa_score(a, b),
    }  # fmt: skip


# %% right paired-comparison: a loop over resamples, questions as lists of indices
def compare(a, b, clusters=None, level=0.95, n_resamples=4000, seed=0):
    a, b = np.array(a, float), np.array(b, float)
    for name, scores in (("a", a), ("b", b)):
        if scores.size == 0 or scores.size != a.size or np.isnan(scores).any():
            raise ValueError(f"scores of {name} are missing or do not fit")
    if clusters is not None and len(clusters) != a.size:
        raise ValueError("clusters: wrong length")
    if level <= 0 or level >= 1:
        raise ValueError("level is no share")
    rng, gaps = np.random.default_rng(seed), b - a
    if clusters is None:
        groups = None
        units = a.size
    else:
        clusters = np.array(clusters)
        groups = [np.flatnonzero(clusters == c) for c in np.unique(clusters)]
        units = len(groups)
    means = []
    for _ in range(n_resamples):
        drawn = rng.integers(0, units, units)
        rows = drawn if groups is None else np.concatenate([groups[i] for i in drawn])
        means.append(gaps[rows].sum() / len(rows))
    low, high = np.percentile(np.round(means, 12), [50 * (1 - level), 50 * (1 + level)])
    verdict = "cannot tell" if units < 30 or low <= 0 <= high else "B" if low > 0 else "A"
    return {
        "n": a.size, "units": units, "difference": b.mean() - a.mean(), "low": low, "high": high,
        "wins": np.sum(b > a), "losses": np.sum(b < a), "verdict": verdict,
    }  # fmt: skip


# %% right paired-comparison: multinomial weights for sums and sizes
def compare(a, b, clusters=None, level=0.95, n_resamples=4000, seed=0):
    if len(a) < 1:
        raise ValueError("a has no scores")
    if len(b) != len(a):
        raise ValueError("b and its questions: another number than before")
    gap = pd.Series(np.asarray(b, float) - np.asarray(a, float))
    if np.isnan(a).any():
        raise ValueError("NaN in a")
    if np.isnan(b).any():
        raise ValueError("NaN in b")
    labels = list(range(len(a))) if clusters is None else list(clusters)
    if len(labels) != len(a):
        raise ValueError("clusters")
    if not (0 < level and level < 1):
        raise ValueError("level")
    parts = gap.groupby(pd.Series(labels)).agg(["sum", "count"]).to_numpy()
    m = len(parts)
    weights = np.random.default_rng(seed).multinomial(m, [1 / m] * m, size=n_resamples)
    totals = weights @ parts
    means = totals[:, 0] / totals[:, 1]
    low, high = (float(np.quantile(means, q)) for q in ((1 - level) / 2, (1 + level) / 2))
    verdict = "cannot tell"
    if m >= 30:
        verdict = {(True, False): "B", (False, True): "A"}.get((low > 0, high < 0), "cannot tell")
    return dict(
        n=len(a), units=m, difference=gap.mean(), low=low, high=high,
        wins=int(gap.gt(0).sum()), losses=int(gap.lt(0).sum()), verdict=verdict,
    )  # fmt: skip


# %% wrong paired-comparison: the two systems resampled separately
# says: two systems' questions are drawn separately
def compare(a, b, clusters=None, level=0.95, n_resamples=4000, seed=0):
    a, b = np.asarray(a, float), np.asarray(b, float)
    if not len(a) or np.isnan(a).any():
        raise ValueError("a")
    if len(b) != len(a) or np.isnan(b).any():
        raise ValueError("b")
    if clusters is not None and len(clusters) != len(a):
        raise ValueError("clusters")
    if not 0 < level < 1:
        raise ValueError("level")
    rng, n = np.random.default_rng(seed), len(a)
    means = b[rng.integers(n, size=(n_resamples, n))].mean(1) - a[rng.integers(n, size=(n_resamples, n))].mean(1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    verdict = "cannot tell" if n < 30 or low <= 0 <= high else "B" if low > 0 else "A"
    return {
        "n": n, "units": n, "difference": (b - a).mean(), "low": low, "high": high,
        "wins": sum(b > a), "losses": sum(b < a), "verdict": verdict,
    }  # fmt: skip


# %% wrong paired-comparison: A minus B
# says: A minus B
def compare(a, b, clusters=None, level=0.95, n_resamples=4000, seed=0):
    a, b = np.asarray(a, float), np.asarray(b, float)
    if not len(a) or np.isnan(a).any():
        raise ValueError("a")
    if len(b) != len(a) or np.isnan(b).any():
        raise ValueError("b")
    codes = np.arange(len(a)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    if len(codes) != len(a):
        raise ValueError("clusters")
    if not 0 < level < 1:
        raise ValueError("level")
    gaps = a - b
    sums, sizes = np.bincount(codes, gaps), np.bincount(codes)
    draws = np.random.default_rng(seed).integers(len(sums), size=(n_resamples, len(sums)))
    low, high = np.quantile(sums[draws].sum(1) / sizes[draws].sum(1), [(1 - level) / 2, (1 + level) / 2])
    verdict = "cannot tell" if len(sums) < 30 or low <= 0 <= high else "A" if low > 0 else "B"
    return {
        "n": len(a), "units": len(sums), "difference": gaps.mean(), "low": low, "high": high,
        "wins": sum(b > a), "losses": sum(b < a), "verdict": verdict,
    }  # fmt: skip


# %% wrong paired-comparison: quantiles of the gaps, not of their means
# says: quantiles are those of the gaps
def compare(a, b, clusters=None, level=0.95, n_resamples=4000, seed=0):
    a, b = np.asarray(a, float), np.asarray(b, float)
    if not len(a) or np.isnan(a).any():
        raise ValueError("a")
    if len(b) != len(a) or np.isnan(b).any():
        raise ValueError("b")
    if clusters is not None and len(clusters) != len(a):
        raise ValueError("clusters")
    if not 0 < level < 1:
        raise ValueError("level")
    units = len(a) if clusters is None else len(set(clusters))
    low, high = np.quantile(b - a, [(1 - level) / 2, (1 + level) / 2])
    verdict = "cannot tell" if units < 30 or low <= 0 <= high else "B" if low > 0 else "A"
    return {
        "n": len(a), "units": units, "difference": (b - a).mean(), "low": low, "high": high,
        "wins": sum(b > a), "losses": sum(b < a), "verdict": verdict,
    }  # fmt: skip


# %% wrong paired-comparison: a verdict from a handful of questions
# says: five questions support no verdict
# like: A minus B
#-    gaps = a - b
#+    gaps = b - a

#-    verdict = "cannot tell" if len(sums) < 30 or low <= 0 <= high else "A" if low > 0 else "B"
#+    verdict = "cannot tell" if low <= 0 <= high else "B" if low > 0 else "A"


# %% wrong paired-comparison: clusters ignored in the resampling
# says: a drawn cluster brings all its questions
# visible: passes
# like: quantiles of the gaps, not of their means
#-    low, high = np.quantile(b - a, [(1 - level) / 2, (1 + level) / 2])
#+    gaps = b - a
#+    means = gaps[np.random.default_rng(seed).integers(len(a), size=(n_resamples, len(a)))].mean(1)
#+    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])

#-        "n": len(a), "units": units, "difference": (b - a).mean(), "low": low, "high": high,
#+        "n": len(a), "units": units, "difference": gaps.mean(), "low": low, "high": high,


# %% wrong paired-comparison: every cluster counts the same, in the difference too
# says: mean over questions, not over clusters
# visible: passes
def compare(a, b, clusters=None, level=0.95, n_resamples=4000, seed=0):
    a, b = np.asarray(a, float), np.asarray(b, float)
    if not len(a) or np.isnan(a).any():
        raise ValueError("a")
    if len(b) != len(a) or np.isnan(b).any():
        raise ValueError("b")
    codes = np.arange(len(a)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    if len(codes) != len(a):
        raise ValueError("clusters")
    if not 0 < level < 1:
        raise ValueError("level")
    gaps = np.bincount(codes, b - a) / np.bincount(codes)
    means = gaps[np.random.default_rng(seed).integers(len(gaps), size=(n_resamples, len(gaps)))].mean(1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    verdict = "cannot tell" if len(gaps) < 30 or low <= 0 <= high else "B" if low > 0 else "A"
    return {
        "n": len(a), "units": len(gaps), "difference": gaps.mean(), "low": low, "high": high,
        "wins": sum(b > a), "losses": sum(b < a), "verdict": verdict,
    }  # fmt: skip


# %% wrong paired-comparison: divided by all questions, not by those drawn
# says: the mean is over the questions that were drawn
# visible: passes
# like: A minus B
#-    gaps = a - b
#-    sums, sizes = np.bincount(codes, gaps), np.bincount(codes)
#+    gaps = b - a
#+    sums = np.bincount(codes, gaps)

#-    low, high = np.quantile(sums[draws].sum(1) / sizes[draws].sum(1), [(1 - level) / 2, (1 + level) / 2])
#-    verdict = "cannot tell" if len(sums) < 30 or low <= 0 <= high else "A" if low > 0 else "B"
#+    low, high = np.quantile(sums[draws].sum(1) / len(a), [(1 - level) / 2, (1 + level) / 2])
#+    verdict = "cannot tell" if len(sums) < 30 or low <= 0 <= high else "B" if low > 0 else "A"


# %% wrong paired-comparison: questions counted for the rule of 30, not clusters
# says: it is clusters that are counted
# visible: passes
# like: A minus B
#-    gaps = a - b
#+    gaps = b - a

#-    verdict = "cannot tell" if len(sums) < 30 or low <= 0 <= high else "A" if low > 0 else "B"
#+    verdict = "cannot tell" if len(a) < 30 or low <= 0 <= high else "B" if low > 0 else "A"


# %% wrong paired-comparison: an interval that touches 0 taken for a win
# says: touches 0
# visible: passes
# like: A minus B
#-    gaps = a - b
#+    gaps = b - a

#-    verdict = "cannot tell" if len(sums) < 30 or low <= 0 <= high else "A" if low > 0 else "B"
#+    verdict = "cannot tell" if len(sums) < 30 or low < 0 < high or low == high == 0 else "B" if low >= 0 else "A"


# %% wrong paired-comparison: standard errors of the gaps
# says: No formula with standard errors
# visible: passes
# like: quantiles of the gaps, not of their means
#-    low, high = np.quantile(b - a, [(1 - level) / 2, (1 + level) / 2])
#+    gaps = b - a
#+    half = 1.96 * gaps.std() / np.sqrt(len(a))
#+    low, high = gaps.mean() - half, gaps.mean() + half
#+    if len(a) < 30:  # too few for the formula
#+        means = gaps[np.random.default_rng(seed).integers(len(a), size=(n_resamples, len(a)))].mean(1)
#+        low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])

#-        "n": len(a), "units": units, "difference": (b - a).mean(), "low": low, "high": high,
#+        "n": len(a), "units": units, "difference": gaps.mean(), "low": low, "high": high,


# %% wrong paired-comparison: questions with a missing score left out
# says: a ValueError whose message names a
# visible: passes
def compare(a, b, clusters=None, level=0.95, n_resamples=4000, seed=0):
    a, b = np.asarray(a, float), np.asarray(b, float)
    if not len(a):
        raise ValueError("a")
    if len(b) != len(a):
        raise ValueError("b")
    codes = np.arange(len(a)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    if len(codes) != len(a):
        raise ValueError("clusters")
    if not 0 < level < 1:
        raise ValueError("level")
    kept = ~np.isnan(b - a)
    a, b, codes = a[kept], b[kept], np.unique(codes[kept], return_inverse=True)[1]
    gaps = b - a
    sums, sizes = np.bincount(codes, gaps), np.bincount(codes)
    draws = np.random.default_rng(seed).integers(len(sums), size=(n_resamples, len(sums)))
    low, high = np.quantile(sums[draws].sum(1) / sizes[draws].sum(1), [(1 - level) / 2, (1 + level) / 2])
    verdict = "cannot tell" if len(sums) < 30 or low <= 0 <= high else "B" if low > 0 else "A"
    return {
        "n": len(a), "units": len(sums), "difference": gaps.mean(), "low": low, "high": high,
        "wins": sum(b > a), "losses": sum(b < a), "verdict": verdict,
    }  # fmt: skip


# %% wrong paired-comparison: always the same seed
# says: the argument is not used
# visible: passes
# like: A minus B
#-    gaps = a - b
#+    gaps = b - a

#-    draws = np.random.default_rng(seed).integers(len(sums), size=(n_resamples, len(sums)))
#+    draws = np.random.default_rng(42).integers(len(sums), size=(n_resamples, len(sums)))

#-    verdict = "cannot tell" if len(sums) < 30 or low <= 0 <= high else "A" if low > 0 else "B"
#+    verdict = "cannot tell" if len(sums) < 30 or low <= 0 <= high else "B" if low > 0 else "A"


# %% wrong paired-comparison: SciPy's paired bootstrap
# says: may not be called here
# forbidden
from scipy.stats import bootstrap


def compare(a, b, clusters=None, level=0.95, n_resamples=4000, seed=0):
    a, b = np.asarray(a, float), np.asarray(b, float)
    low, high = bootstrap(
        (b - a,), np.mean, confidence_level=level, n_resamples=n_resamples, method="percentile", rng=seed
    ).confidence_interval
    verdict = "cannot tell" if len(a) < 30 or low <= 0 <= high else "B" if low > 0 else "A"
    return {
        "n": len(a), "units": len(a), "difference": (b - a).mean(), "low": low, "high": high,
        "wins": sum(b > a), "losses": sum(b < a), "verdict": verdict,
    }  # fmt: skip
