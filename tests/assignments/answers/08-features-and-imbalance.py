# Answers that grade the grader of 08-features-and-imbalance: see CONTRIBUTING.md.


# %% right target-encode: loops and dicts
def target_encode(categories, y, folds, new, smoothing=20.0):
    names, values = [str(c) for c in categories], [float(v) for v in y]
    parts = [int(f) for f in folds]
    if len(values) != len(names) or any(v - v != 0 for v in values):
        raise ValueError("y: a finite number for each row")
    if len(parts) != len(names) or len(set(parts)) < 2:
        raise ValueError("folds: at least two")
    if smoothing < 0 or smoothing != smoothing:
        raise ValueError("smoothing")

    def table(rows):
        prior = sum(values[i] for i in rows) / len(rows)
        sums = {}
        for i in rows:
            total, count = sums.get(names[i], (0.0, 0))
            sums[names[i]] = (total + values[i], count + 1)
        return prior, {c: (s + smoothing * prior) / (k + smoothing) for c, (s, k) in sums.items()}

    tables = {f: table([i for i in range(len(names)) if parts[i] != f]) for f in set(parts)}
    old = [tables[f][1].get(c, tables[f][0]) for c, f in zip(names, parts)]
    prior, every = table(range(len(names)))
    return np.array(old), np.array([every.get(str(c), prior) for c in new])


# %% right target-encode: sums of all rows minus those of the own fold
def target_encode(categories, y, folds, new, smoothing=20.0):
    categories, y, folds = np.asarray(categories), np.asarray(y, float), np.asarray(folds)
    n = len(categories)
    if y.shape != (n,) or not np.isfinite(y).all():
        raise ValueError("categories and `y` must have the same length, all finite")
    if folds.shape != (n,) or folds.min() == folds.max():
        raise ValueError("folds")
    if not smoothing >= 0:
        raise ValueError("smoothing")
    names, c = np.unique(categories, return_inverse=True)
    ids, f = np.unique(folds, return_inverse=True)
    sums, counts = np.zeros((len(names), len(ids))), np.zeros((len(names), len(ids)))
    np.add.at(sums, (c, f), y)
    np.add.at(counts, (c, f), 1)
    s, k = sums.sum(1, keepdims=True) - sums, counts.sum(1, keepdims=True) - counts
    prior = s.sum(0) / k.sum(0)
    with np.errstate(invalid="ignore"):
        table = np.where(k + smoothing > 0, (s + smoothing * prior) / (k + smoothing), prior)
    table = np.where(k == 0, prior, table)
    whole = (sums.sum(1) + smoothing * y.mean()) / (counts.sum(1) + smoothing)
    lookup = dict(zip(names.tolist(), whole))
    return table[c, f], np.array([lookup.get(each, y.mean()) for each in np.asarray(new).tolist()])


# %% right target-encode: pandas groupby for each fold
import pandas as pd


def target_encode(categories, y, folds, new, smoothing=20.0):
    if len(y) != len(categories) or not np.isfinite(np.asarray(y, float)).all():
        raise ValueError("y must fit")
    if len(folds) != len(categories) or pd.Series(folds).nunique() < 2:
        raise ValueError("folds must fit")
    if not smoothing >= 0:
        raise ValueError("smoothing must not be negative")
    table = pd.DataFrame({"c": categories, "y": np.asarray(y, float), "f": folds})

    def learn(rows):
        g, prior = rows.groupby("c")["y"], rows["y"].mean()
        share = g.size() / (g.size() + smoothing)
        return share * g.mean() + (1 - share) * prior, prior

    old = pd.Series(0.0, index=table.index)
    for f, rows in table.groupby("f"):
        encoding, prior = learn(table[table["f"] != f])
        old[rows.index] = rows["c"].map(encoding).fillna(prior)
    encoding, prior = learn(table)
    return old.to_numpy(), encoding.reindex(list(new)).fillna(prior).to_numpy(float)


# %% wrong target-encode: from all rows, the row's own answer among them
# says: own fold were counted too
import pandas as pd


def target_encode(categories, y, folds, new, smoothing=20.0):
    y = np.asarray(y, float)
    if len(y) != len(categories) or not np.isfinite(y).all():
        raise ValueError("y")
    if len(folds) != len(categories) or len(set(folds)) < 2:
        raise ValueError("folds")
    if not smoothing >= 0:
        raise ValueError("smoothing")
    g = pd.Series(y).groupby(np.asarray(categories)).agg(["sum", "size"])
    e = (g["sum"] + smoothing * y.mean()) / (g["size"] + smoothing)
    return [np.array([e.get(c, y.mean()) for c in each]) for each in (categories, new)]


# %% wrong target-encode: leaves out the row, not its fold
# says: expected 0.75, 0.75, 0.5, 0.5
def target_encode(categories, y, folds, new, smoothing=20.0):
    categories, y = np.asarray(categories), np.asarray(y, float)
    if len(y) != len(categories) or not np.isfinite(y).all():
        raise ValueError("y")
    if len(folds) != len(categories) or len(set(folds)) < 2:
        raise ValueError("folds")
    if not smoothing >= 0:
        raise ValueError("smoothing")
    every = np.arange(len(y))

    def one(name, used):
        inside = used & (categories == name)
        prior, weight = y[used].mean(), inside.sum() + smoothing
        return (y[inside].sum() + smoothing * prior) / weight if weight else prior

    old = [one(c, every != i) for i, c in enumerate(categories)]
    return np.array(old), np.array([one(c, every >= 0) for c in new])


# %% wrong target-encode: the prior is the mean over all rows
# says: own fold included
# visible: passes
def target_encode(categories, y, folds, new, smoothing=20.0):
    categories, y, folds = np.asarray(categories), np.asarray(y, float), np.asarray(folds)
    if len(y) != len(categories) or not np.isfinite(y).all():
        raise ValueError("y")
    if len(folds) != len(categories) or len(set(folds)) < 2:
        raise ValueError("folds")
    if not smoothing >= 0:
        raise ValueError("smoothing")
    prior = y.mean()

    def one(name, used):
        inside = used & (categories == name)
        weight = inside.sum() + smoothing
        return (y[inside].sum() + smoothing * prior) / weight if weight else prior

    old = [one(c, folds != f) for c, f in zip(categories, folds)]
    return np.array(old), np.array([one(c, folds == folds) for c in new])


# %% wrong target-encode: one half where a category was never seen
# says: as expected
# visible: passes
# like: the prior is the mean over all rows
#-    prior = y.mean()

#-        weight = inside.sum() + smoothing
#-        return (y[inside].sum() + smoothing * prior) / weight if weight else prior
#+        if not inside.any():
#+            return 0.5
#+        return (y[inside].sum() + smoothing * y[used].mean()) / (inside.sum() + smoothing)


# %% wrong target-encode: no smoothing
# says: nothing was smoothed
# like: the prior is the mean over all rows
#-    prior = y.mean()

#-        weight = inside.sum() + smoothing
#-        return (y[inside].sum() + smoothing * prior) / weight if weight else prior
#+        return y[inside].mean() if inside.any() else y[used].mean()


# %% wrong target-encode: without smoothing, 0/0 for a category of one fold
# says: got NaN
# visible: passes
# like: the prior is the mean over all rows
#-    prior = y.mean()

#-        weight = inside.sum() + smoothing
#-        return (y[inside].sum() + smoothing * prior) / weight if weight else prior
#+        with np.errstate(invalid="ignore"):
#+            return np.float64(y[inside].sum() + smoothing * y[used].mean()) / (inside.sum() + smoothing)


# %% wrong target-encode: folds taken to be numbered from 0
# says: training rows are as expected
# visible: passes
def target_encode(categories, y, folds, new, smoothing=20.0):
    categories, y, folds = np.asarray(categories), np.asarray(y, float), np.asarray(folds)
    if len(y) != len(categories) or not np.isfinite(y).all():
        raise ValueError("y")
    if len(folds) != len(categories) or len(set(folds)) < 2:
        raise ValueError("folds")
    if not smoothing >= 0:
        raise ValueError("smoothing")

    def one(name, used):
        inside = used & (categories == name)
        prior, weight = y[used].mean(), inside.sum() + smoothing
        return (y[inside].sum() + smoothing * prior) / weight if weight else prior

    old = np.zeros(len(y))
    for f in range(len(set(folds))):
        rows = np.flatnonzero(folds == f)
        old[rows] = [one(c, folds != f) for c in categories[rows]]
    return old, np.array([one(c, folds == folds) for c in new])


# %% wrong target-encode: new rows get the mean of the folds' encodings
# says: encoded from all training rows
# visible: passes
def target_encode(categories, y, folds, new, smoothing=20.0):
    categories, y, folds = np.asarray(categories), np.asarray(y, float), np.asarray(folds)
    if len(y) != len(categories) or not np.isfinite(y).all():
        raise ValueError("y")
    if len(folds) != len(categories) or len(set(folds)) < 2:
        raise ValueError("folds")
    if not smoothing >= 0:
        raise ValueError("smoothing")

    def one(name, used):
        inside = used & (categories == name)
        prior, weight = y[used].mean(), inside.sum() + smoothing
        return (y[inside].sum() + smoothing * prior) / weight if weight else prior

    old = [one(c, folds != f) for c, f in zip(categories, folds)]
    k = np.unique(folds)
    return np.array(old), np.array([np.mean([one(c, folds == f) for f in k]) for c in new])


# %% wrong target-encode: y taken for 0 and 1, encodings cut off at 1
# says: numbers around 50
# visible: passes
# like: the prior is the mean over all rows
#-    prior = y.mean()

#-        weight = inside.sum() + smoothing
#-        return (y[inside].sum() + smoothing * prior) / weight if weight else prior
#+        prior, weight = y[used].mean(), inside.sum() + smoothing
#+        return min(1.0, (y[inside].sum() + smoothing * prior) / weight if weight else prior)


# %% wrong target-encode: NaN in y goes through
# says: NaN in y
# visible: passes
# like: new rows get the mean of the folds' encodings
#-    if len(y) != len(categories) or not np.isfinite(y).all():
#+    if len(y) != len(categories):

#-    k = np.unique(folds)
#-    return np.array(old), np.array([np.mean([one(c, folds == f) for f in k]) for c in new])
#+    return np.array(old), np.array([one(c, folds == folds) for c in new])


# %% wrong target-encode: a y of another length is some array
# says: whose message names y,
# visible: passes
# like: loops and dicts
#-        raise ValueError("y: a finite number for each row")
#+        raise ValueError("every array must hold a finite value for each category")


# %% wrong target-encode: scikit-learn's encoder
# says: may not be called
# forbidden
def target_encode(categories, y, folds, new, smoothing=20.0):
    from sklearn.model_selection import PredefinedSplit
    from sklearn.preprocessing import TargetEncoder

    encoder = TargetEncoder(smooth=smoothing, cv=PredefinedSplit(folds))
    old = encoder.fit_transform(np.asarray(categories)[:, None], y)[:, 0]
    return old, encoder.transform(np.asarray(new)[:, None])[:, 0]


# %% right class-weight: log-odds and a sigmoid
def decide(p, y_used, class_weight, base_rate, cost_false_alarm, cost_miss):
    p, y = np.array(p, float), np.array(y_used, float)
    if np.isnan(p).any() or p.min(initial=0) < 0 or p.max(initial=1) > 1:
        raise ValueError("p: probabilities")
    if not np.isin(y, (0, 1)).all() or len(np.unique(y)) < 2:
        raise ValueError("y_used: both classes")
    counts = np.bincount(y.astype(int))
    if class_weight is None:
        w = np.ones(2)
    elif isinstance(class_weight, str):
        if class_weight != "balanced":
            raise ValueError("class_weight")
        w = len(y) / (2 * counts)
    else:
        w = np.asarray(class_weight, float)
        if w.shape != (2,) or not np.isfinite(w).all() or (w <= 0).any():
            raise ValueError("class_weight")
    if not 0 < base_rate < 1:
        raise ValueError("base_rate")
    if not (np.isfinite(cost_false_alarm) and cost_false_alarm > 0):
        raise ValueError("cost_false_alarm")
    if not (np.isfinite(cost_miss) and cost_miss > 0):
        raise ValueError("cost_miss")
    shift = np.log(base_rate / (1 - base_rate)) - np.log(w[1] * counts[1] / (w[0] * counts[0]))
    with np.errstate(divide="ignore"):
        logit = np.log(p) - np.log(1 - p)
    q = 1 / (1 + np.exp(-(logit + shift)))
    t = cost_false_alarm / (cost_false_alarm + cost_miss)
    return {"p": q, "threshold": t, "act": q >= t}


# %% right class-weight: Bayes' rule with the two rates
def decide(p, y_used, class_weight, base_rate, cost_false_alarm, cost_miss):
    p = np.asarray(p, dtype=float)
    if not all(0 <= v <= 1 for v in p):
        raise ValueError("`p` must lie in [0, 1]")
    labels = [float(v) for v in y_used]
    if set(labels) != {0.0, 1.0}:
        raise ValueError("y_used")
    if class_weight is None or class_weight == "balanced":
        taught = 0.5 if class_weight else sum(labels) / len(labels)
    else:
        if isinstance(class_weight, str) or len(class_weight) != 2:
            raise ValueError("class_weight")
        if not all(w > 0 and w - w == 0 for w in class_weight):
            raise ValueError("class_weight")
        ones = class_weight[1] * labels.count(1.0)
        taught = ones / (ones + class_weight[0] * labels.count(0.0))
    if not 0 < base_rate < 1:
        raise ValueError("base_rate")
    if not (cost_false_alarm > 0 and cost_false_alarm - cost_false_alarm == 0):
        raise ValueError("cost_false_alarm")
    if not (cost_miss > 0 and cost_miss - cost_miss == 0):
        raise ValueError("cost_miss")
    up, down = p * base_rate / taught, (1 - p) * (1 - base_rate) / (1 - taught)
    corrected = up / (up + down)
    threshold = 1 / (1 + cost_miss / cost_false_alarm)
    return {"p": corrected, "threshold": threshold, "act": corrected >= threshold}


# %% wrong class-weight: the class weight left out
# says: class weight was left out
# visible: passes
def decide(p, y_used, class_weight, base_rate, cost_false_alarm, cost_miss):
    p, y = np.asarray(p, float), np.asarray(y_used, float)
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p")
    taught = (y == 1).sum() / (y == 0).sum()
    f = base_rate / (1 - base_rate) / taught
    q = p * f / (p * f + 1 - p)
    t = cost_false_alarm / (cost_false_alarm + cost_miss)
    return {"p": q, "threshold": t, "act": q >= t}


# %% wrong class-weight: the numbers of rows left out
# says: numbers of rows were left out
# visible: passes
def decide(p, y_used, class_weight, base_rate, cost_false_alarm, cost_miss):
    p, y = np.asarray(p, float), np.asarray(y_used, float)
    if class_weight == "balanced":
        class_weight = [len(y) / (2 * (y == 0).sum()), len(y) / (2 * (y == 1).sum())]
    w0, w1 = class_weight or (1, 1)
    f = base_rate / (1 - base_rate) / (w1 / w0)
    q = p * f / (p * f + 1 - p)
    t = cost_false_alarm / (cost_false_alarm + cost_miss)
    return {"p": q, "threshold": t, "act": q >= t}


# %% wrong class-weight: the two weights change places
# says: two weights changed places
# visible: passes
def decide(p, y_used, class_weight, base_rate, cost_false_alarm, cost_miss):
    p, y = np.asarray(p, float), np.asarray(y_used, float)
    n0, n1 = (y == 0).sum(), (y == 1).sum()
    if class_weight is None:
        w0 = w1 = 1
    elif class_weight == "balanced":
        w0, w1 = len(y) / (2 * n0), len(y) / (2 * n1)
    else:
        w1, w0 = class_weight
    f = base_rate / (1 - base_rate) / (w1 * n1 / (w0 * n0))
    q = p * f / (p * f + 1 - p)
    t = cost_false_alarm / (cost_false_alarm + cost_miss)
    return {"p": q, "threshold": t, "act": q >= t}


# %% wrong class-weight: probabilities scaled instead of odds
# says: probabilities were scaled
def decide(p, y_used, class_weight, base_rate, cost_false_alarm, cost_miss):
    p, y = np.asarray(p, float), np.asarray(y_used, float)
    q = np.clip(p * base_rate / y.mean(), 0, 1)
    t = cost_false_alarm / (cost_false_alarm + cost_miss)
    return {"p": q, "threshold": t, "act": q >= t}


# %% wrong class-weight: the factor upside down
# says: odds were divided
def decide(p, y_used, class_weight, base_rate, cost_false_alarm, cost_miss):
    p, y = np.asarray(p, float), np.asarray(y_used, float)
    taught = (y == 1).sum() / (y == 0).sum()
    f = taught / (base_rate / (1 - base_rate))
    q = p * f / (p * f + 1 - p)
    t = cost_false_alarm / (cost_false_alarm + cost_miss)
    return {"p": q, "threshold": t, "act": q >= t}


# %% wrong class-weight: the costs change places
# says: two costs changed places
def decide(p, y_used, class_weight, base_rate, cost_false_alarm, cost_miss):
    p, y = np.asarray(p, float), np.asarray(y_used, float)
    f = base_rate / (1 - base_rate) / ((y == 1).sum() / (y == 0).sum())
    q = p * f / (p * f + 1 - p)
    t = cost_miss / (cost_false_alarm + cost_miss)
    return {"p": q, "threshold": t, "act": q >= t}


# %% wrong class-weight: decides on the scores as the model gave them
# says: compared as the model gave them
def decide(p, y_used, class_weight, base_rate, cost_false_alarm, cost_miss):
    p, y = np.asarray(p, float), np.asarray(y_used, float)
    f = base_rate / (1 - base_rate) / ((y == 1).sum() / (y == 0).sum())
    q = p * f / (p * f + 1 - p)
    t = cost_false_alarm / (cost_false_alarm + cost_miss)
    return {"p": q, "threshold": t, "act": p >= t}


# %% wrong class-weight: odds of a certain score divide by zero
# says: a certain score stays certain
# visible: passes
def decide(p, y_used, class_weight, base_rate, cost_false_alarm, cost_miss):
    p, y = np.asarray(p, float), np.asarray(y_used, float)
    n0, n1 = (y == 0).sum(), (y == 1).sum()
    if class_weight is None:
        w0 = w1 = 1
    elif class_weight == "balanced":
        w0, w1 = 1 / n0, 1 / n1
    else:
        w0, w1 = class_weight
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = p / (1 - p) * base_rate / (1 - base_rate) / (w1 * n1 / (w0 * n0))
        q = odds / (1 + odds)
    t = cost_false_alarm / (cost_false_alarm + cost_miss)
    return {"p": q, "threshold": t, "act": q >= t}


# %% wrong class-weight: acts only above the threshold
# says: at the threshold, act
# visible: passes
def decide(p, y_used, class_weight, base_rate, cost_false_alarm, cost_miss):
    p, y = np.asarray(p, float), np.asarray(y_used, float)
    n0, n1 = (y == 0).sum(), (y == 1).sum()
    if class_weight is None:
        w0 = w1 = 1
    elif class_weight == "balanced":
        w0, w1 = 1 / n0, 1 / n1
    else:
        w0, w1 = class_weight
    f = base_rate / (1 - base_rate) / (w1 * n1 / (w0 * n0))
    q = p * f / (p * f + 1 - p)
    t = cost_false_alarm / (cost_false_alarm + cost_miss)
    return {"p": q, "threshold": t, "act": q > t}


# %% wrong class-weight: an unknown word for the class weight counts as none
# says: 'equal'
# visible: passes
def decide(p, y_used, class_weight, base_rate, cost_false_alarm, cost_miss):
    p, y = np.asarray(p, float), np.asarray(y_used, float)
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p")
    n0, n1 = (y == 0).sum(), (y == 1).sum()
    if n0 == 0 or n1 == 0 or n0 + n1 != len(y):
        raise ValueError("y_used")
    w0 = w1 = 1
    if class_weight == "balanced":
        w0, w1 = 1 / n0, 1 / n1
    elif isinstance(class_weight, list):
        w0, w1 = class_weight
        if not all(0 < w < np.inf for w in class_weight):
            raise ValueError("class_weight")
    f = base_rate / (1 - base_rate) / (w1 * n1 / (w0 * n0))
    q = p * f / (p * f + 1 - p)
    t = cost_false_alarm / (cost_false_alarm + cost_miss)
    return {"p": q, "threshold": t, "act": q >= t}


# %% wrong class-weight: a score above 1 goes through
# says: a score above 1
# visible: passes
def decide(p, y_used, class_weight, base_rate, cost_false_alarm, cost_miss):
    p, y = np.asarray(p, float), np.asarray(y_used, float)
    n0, n1 = (y == 0).sum(), (y == 1).sum()
    if n0 == 0 or n1 == 0 or n0 + n1 != len(y):
        raise ValueError("y_used")
    w0 = w1 = 1
    if class_weight == "balanced":
        w0, w1 = 1 / n0, 1 / n1
    elif class_weight is not None:
        w0, w1 = class_weight
    f = base_rate / (1 - base_rate) / (w1 * n1 / (w0 * n0))
    q = p * f / (p * f + 1 - p)
    t = cost_false_alarm / (cost_false_alarm + cost_miss)
    return {"p": q, "threshold": t, "act": q >= t}


# %% wrong class-weight: scores outside the range are told without their name
# says: whose message names p,
# visible: passes
# like: log-odds and a sigmoid
#-        raise ValueError("p: probabilities")
#+        raise ValueError("probabilities must lie in [0, 1]")


# %% wrong class-weight: the book's own functions
# says: may not be called
# forbidden
def decide(p, y_used, class_weight, base_rate, cost_false_alarm, cost_miss):
    from roadbook import features, metrics

    y = np.asarray(y_used)
    taught = 0.5 if class_weight == "balanced" else y.mean()
    q = features.correct_prior(p, taught, base_rate)
    t = metrics.bayes_threshold(cost_false_alarm, cost_miss)
    return {"p": q, "threshold": t, "act": q >= t}


# %% right known-counts: a plain loop with lists
def board(airport, scheduled, left, ask_airport, ask_at, window=180):
    n, m = len(airport), len(ask_airport)
    if len(scheduled) != n or any(s != s for s in scheduled):
        raise ValueError("scheduled")
    if len(left) != n:
        raise ValueError("left")
    if len(ask_at) != m or any(t != t for t in ask_at):
        raise ValueError("ask_at")
    if not window > 0:
        raise ValueError("window")
    by = {}
    for a, s, gone in zip(airport, scheduled, left):
        by.setdefault(str(a), []).append((s, gone))
    due, waiting = np.zeros(m, int), np.zeros(m, int)
    for name, rows in by.items():
        s, gone = np.array(rows, float).T
        for i in range(m):
            if str(ask_airport[i]) == name:
                inside = (s >= ask_at[i] - window) & (s < ask_at[i])
                due[i] = inside.sum()
                waiting[i] = (inside & ~(gone < ask_at[i])).sum()
    return {"due": due, "waiting": waiting}


# %% right known-counts: never is infinity, one mask for each question
def board(airport, scheduled, left, ask_airport, ask_at, window=180):
    airport, s = np.asarray(airport), np.asarray(scheduled, float)
    gone, at = np.asarray(left, float), np.asarray(ask_at, float)
    if s.shape != airport.shape or np.isnan(s).any():
        raise ValueError("scheduled")
    if gone.shape != airport.shape:
        raise ValueError("left")
    if at.shape != np.shape(ask_airport) or np.isnan(at).any():
        raise ValueError("ask_at")
    if np.isnan(window) or window <= 0:
        raise ValueError("window")
    gone = np.nan_to_num(gone, nan=np.inf)
    due, waiting = [], []
    for name, t in zip(ask_airport, at):
        inside = (airport == name) & (t - window <= s) & (s < t)
        due.append(np.count_nonzero(inside))
        waiting.append(np.count_nonzero(gone[inside] >= t))
    return {"due": np.array(due, dtype=int), "waiting": np.array(waiting, dtype=int)}


# %% wrong known-counts: waiting are the flights that never left
# says: nobody knew yet
# visible: passes
def board(airport, scheduled, left, ask_airport, ask_at, window=180):
    airport, s, gone = np.asarray(airport), np.asarray(scheduled), np.asarray(left, float)
    inside = [(airport == a) & (s >= t - window) & (s < t) for a, t in zip(ask_airport, ask_at)]
    due = [each.sum() for each in inside]
    return {
        "due": np.array(due, int),
        "waiting": np.array([np.isnan(gone[each]).sum() for each in inside], int),
    }


# %% wrong known-counts: flights that never left are not waiting
# says: counts as gone
def board(airport, scheduled, left, ask_airport, ask_at, window=180):
    airport, s, gone = np.asarray(airport), np.asarray(scheduled), np.asarray(left, float)
    inside = [(airport == a) & (s >= t - window) & (s < t) for a, t in zip(ask_airport, ask_at)]
    due = [each.sum() for each in inside]
    waiting = [(gone[each] >= t).sum() for each, t in zip(inside, ask_at)]
    return {"due": np.array(due, int), "waiting": np.array(waiting, int)}


# %% wrong known-counts: gone in the very minute
# says: very minute is still waiting
# visible: passes
# like: flights that never left are not waiting
#-    waiting = [(gone[each] >= t).sum() for each, t in zip(inside, ask_at)]
#+    waiting = [(~(gone[each] <= t)).sum() for each, t in zip(inside, ask_at)]


# %% wrong known-counts: waiting without the window
# says: from before the window
# visible: passes
def board(airport, scheduled, left, ask_airport, ask_at, window=180):
    airport, s, gone = np.asarray(airport), np.asarray(scheduled), np.asarray(left, float)
    due = [((airport == a) & (s >= t - window) & (s < t)).sum() for a, t in zip(ask_airport, ask_at)]
    waiting = [((airport == a) & (s < t) & ~(gone < t)).sum() for a, t in zip(ask_airport, ask_at)]
    return {"due": np.array(due, int), "waiting": np.array(waiting, int)}


# %% wrong known-counts: scheduled for the very minute is due
# says: scheduled for the very minute
def board(airport, scheduled, left, ask_airport, ask_at, window=180):
    airport, s, gone = np.asarray(airport), np.asarray(scheduled), np.asarray(left, float)
    inside = [(airport == a) & (s >= t - window) & (s <= t) for a, t in zip(ask_airport, ask_at)]
    due = [each.sum() for each in inside]
    waiting = [(~(gone[each] < t)).sum() for each, t in zip(inside, ask_at)]
    return {"due": np.array(due, int), "waiting": np.array(waiting, int)}


# %% wrong known-counts: the airports mixed
# says: airports were mixed
def board(airport, scheduled, left, ask_airport, ask_at, window=180):
    s, gone = np.asarray(scheduled), np.asarray(left, float)
    inside = [(s >= t - window) & (s < t) for t in ask_at]
    due = [each.sum() for each in inside]
    waiting = [(~(gone[each] < t)).sum() for each, t in zip(inside, ask_at)]
    return {"due": np.array(due, int), "waiting": np.array(waiting, int)}


# %% wrong known-counts: a binary search in rows that are not sorted
# says: in whatever order the rows stand
# visible: passes
def board(airport, scheduled, left, ask_airport, ask_at, window=180):
    airport, s, gone = np.asarray(airport), np.asarray(scheduled), np.asarray(left, float)
    due, waiting = [], []
    for a, t in zip(ask_airport, ask_at):
        times, out = s[airport == a], gone[airport == a]
        i, j = np.searchsorted(times, [t - window, t])
        due.append(max(j - i, 0))
        waiting.append((~(out[i:j] < t)).sum())
    return {"due": np.array(due, int), "waiting": np.array(waiting, int)}


# %% wrong known-counts: an array for every flight and question
# says: every flight and question
# visible: passes
def board(airport, scheduled, left, ask_airport, ask_at, window=180):
    airport, asked = np.asarray(airport)[:, None], np.asarray(ask_airport)
    s, gone, at = np.asarray(scheduled)[:, None], np.asarray(left, float)[:, None], np.asarray(ask_at)
    inside = (airport == asked) & (s >= at - window) & (s < at)
    return {"due": inside.sum(0), "waiting": (inside & ~(gone < at)).sum(0)}


# %% wrong known-counts: too few times of leaving go through
# says: too few times of leaving
# visible: passes
def board(airport, scheduled, left, ask_airport, ask_at, window=180):
    airport, s = np.asarray(airport), np.asarray(scheduled, float)
    gone, at = np.asarray(left, float), np.asarray(ask_at, float)
    if len(s) != len(airport) or np.isnan(s).any():
        raise ValueError("scheduled")
    if len(at) != len(ask_airport) or np.isnan(at).any():
        raise ValueError("ask_at")
    if not window > 0:
        raise ValueError("window")
    due, waiting = np.zeros(len(at), int), np.zeros(len(at), int)
    for i, (a, t) in enumerate(zip(ask_airport, at)):
        rows = np.flatnonzero((airport == a) & (s >= t - window) & (s < t))
        due[i] = len(rows)
        waiting[i] = (~(gone[rows[rows < len(gone)]] < t)).sum()
    return {"due": due, "waiting": waiting}


# %% wrong known-counts: a window of 0 counts nothing
# says: a window of 0
# visible: passes
def board(airport, scheduled, left, ask_airport, ask_at, window=180):
    airport, s = np.asarray(airport), np.asarray(scheduled, float)
    gone, at = np.asarray(left, float), np.asarray(ask_at, float)
    if len(s) != len(airport) or np.isnan(s).any():
        raise ValueError("scheduled")
    if len(gone) != len(airport):
        raise ValueError("left")
    if len(at) != len(ask_airport) or np.isnan(at).any():
        raise ValueError("ask_at")
    due, waiting = np.zeros(len(at), int), np.zeros(len(at), int)
    for i, (a, t) in enumerate(zip(ask_airport, at)):
        rows = np.flatnonzero((airport == a) & (s >= t - window) & (s < t))
        due[i] = len(rows)
        waiting[i] = (~(gone[rows] < t)).sum()
    return {"due": due, "waiting": waiting}


# %% wrong known-counts: the book's own function
# says: may not be called
# forbidden
def board(airport, scheduled, left, ask_airport, ask_at, window=180):
    from roadbook import features

    due, waiting = features.board(airport, scheduled, left, ask_airport, ask_at, window)
    return {"due": due, "waiting": waiting}


# %% right transformer: columns by pandas
import pandas as pd


class ClipQuantiles(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    def __init__(self, lower=0.01, upper=0.99):
        self.lower, self.upper = lower, upper

    def fit(self, X, y=None):
        if not (self.lower >= 0 and self.upper <= 1 and self.lower < self.upper):
            raise ValueError("0 <= lower < upper <= 1 is needed")
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan")
        self.bounds_ = pd.DataFrame(X).quantile([self.lower, self.upper]).to_numpy()
        return self

    def transform(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan", copy=True)
        low, high = self.bounds_
        X[X < low] = np.broadcast_to(low, X.shape)[X < low]
        X[X > high] = np.broadcast_to(high, X.shape)[X > high]
        return X

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


# %% right transformer: a message for each bound
# like: columns by pandas
#-        if not (self.lower >= 0 and self.upper <= 1 and self.lower < self.upper):
#-            raise ValueError("0 <= lower < upper <= 1 is needed")
#+        if not 0 <= self.lower <= 1:
#+            raise ValueError(f"lower must lie in [0, 1], got {self.lower}")
#+        if not self.lower < self.upper <= 1:
#+            raise ValueError(f"upper must lie above {self.lower} and in [0, 1], got {self.upper}")


# %% right transformer: check_array and names by hand
from sklearn.exceptions import NotFittedError
from sklearn.utils import check_array


class ClipQuantiles(TransformerMixin, BaseEstimator):
    def __init__(self, lower=0.01, upper=0.99):
        self.lower = lower
        self.upper = upper

    def fit(self, X, y=None):
        names = np.array(X.columns, dtype=object) if hasattr(X, "columns") else None
        A = check_array(X, dtype=float, ensure_all_finite="allow-nan")
        if not 0 <= self.lower < self.upper:
            raise ValueError(f"lower: {self.lower}")
        if self.upper > 1:
            raise ValueError(f"upper: {self.upper}")
        self.n_features_in_ = A.shape[1]
        vars(self).pop("feature_names_in_", None)
        if names is not None and all(isinstance(n, str) for n in names):
            self.feature_names_in_ = names
        self.bounds_ = [
            np.quantile(c[~np.isnan(c)], [self.lower, self.upper])
            if (~np.isnan(c)).any()
            else (-np.inf, np.inf)
            for c in A.T
        ]
        return self

    def transform(self, X):
        if not hasattr(self, "bounds_"):
            raise NotFittedError("call fit first")
        if hasattr(self, "feature_names_in_") and hasattr(X, "columns"):
            if list(X.columns) != list(self.feature_names_in_):
                raise ValueError("The feature names should match those that were passed during fit.")
        A = check_array(X, dtype=float, ensure_all_finite="allow-nan")
        if A.shape[1] != self.n_features_in_:
            expected = f"ClipQuantiles is expecting {self.n_features_in_} features as input"
            raise ValueError(f"X has {A.shape[1]} features, but {expected}")
        return np.column_stack([np.clip(c, *b) for c, b in zip(A.T, self.bounds_)])

    def get_feature_names_out(self, input_features=None):
        if input_features is not None:
            return np.asarray(input_features, dtype=object)
        if hasattr(self, "feature_names_in_"):
            return self.feature_names_in_
        return np.array([f"x{i}" for i in range(self.n_features_in_)], dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


# %% wrong transformer: bounds of whatever rows come
# says: bounds learned in fit
# visible: passes
class ClipQuantiles(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    def __init__(self, lower=0.01, upper=0.99):
        self.lower = lower
        self.upper = upper

    def fit(self, X, y=None):
        validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")
        return self

    def transform(self, X):
        X = validate_data(self, X, reset=False, dtype=float, ensure_all_finite="allow-nan")
        return np.clip(X, *np.nanquantile(X, [self.lower, self.upper], axis=0))


# %% wrong transformer: one pair of bounds for the whole table
# says: each column has its own bounds
# visible: passes
class ClipQuantiles(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    def __init__(self, lower=0.01, upper=0.99):
        self.lower = lower
        self.upper = upper

    def fit(self, X, y=None):
        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")
        self.bounds_ = np.nanquantile(X, [self.lower, self.upper])
        return self

    def transform(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=float, ensure_all_finite="allow-nan")
        return np.clip(X, *self.bounds_)


# %% wrong transformer: quantiles taken as percents
# says: taken as percents
class ClipQuantiles(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    def __init__(self, lower=0.01, upper=0.99):
        self.lower = lower
        self.upper = upper

    def fit(self, X, y=None):
        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")
        self.low_, self.high_ = (
            np.nanpercentile(X, self.lower, axis=0),
            np.nanpercentile(X, 100 - self.upper, axis=0),
        )
        return self

    def transform(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=float, ensure_all_finite="allow-nan")
        return np.clip(X, self.low_, self.high_)


# %% wrong transformer: fit returns nothing
# says: is to return self
class ClipQuantiles(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    def __init__(self, lower=0.01, upper=0.99):
        self.lower = lower
        self.upper = upper

    def fit(self, X, y=None):
        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")
        self.low_, self.high_ = np.nanquantile(X, [self.lower, self.upper], axis=0)

    def transform(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=float, ensure_all_finite="allow-nan")
        return np.clip(X, self.low_, self.high_)


# %% wrong transformer: a NaN spoils its column
# says: NaN to stay NaN
# visible: passes
# like: fit returns nothing
#-        self.low_, self.high_ = np.nanquantile(X, [self.lower, self.upper], axis=0)
#+        self.low_, self.high_ = np.quantile(X, [self.lower, self.upper], axis=0)
#+        return self


# %% wrong transformer: NaN refused
# says: a fit from the other values
# visible: passes
class ClipQuantiles(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    def __init__(self, lower=0.01, upper=0.99):
        self.lower = lower
        self.upper = upper

    def fit(self, X, y=None):
        X = validate_data(self, X, dtype=float)
        self.low_, self.high_ = np.quantile(X, [self.lower, self.upper], axis=0)
        return self

    def transform(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=float)
        return np.clip(X, self.low_, self.high_)


# %% wrong transformer: a column of NaN alone warns
# says: expected no warning
# visible: passes
# like: one pair of bounds for the whole table
#-        self.bounds_ = np.nanquantile(X, [self.lower, self.upper])
#+        self.low_, self.high_ = np.nanquantile(X, [self.lower, self.upper], axis=0)

#-        return np.clip(X, *self.bounds_)
#+        return np.clip(X, np.nan_to_num(self.low_, nan=-np.inf), np.nan_to_num(self.high_, nan=np.inf))


# %% wrong transformer: cuts off in place
# says: changed the array
# visible: passes
import warnings


class ClipQuantiles(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    def __init__(self, lower=0.01, upper=0.99):
        self.lower = lower
        self.upper = upper

    def fit(self, X, y=None):
        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            low, high = np.nanquantile(X, [self.lower, self.upper], axis=0)
        self.low_, self.high_ = np.nan_to_num(low, nan=-np.inf), np.nan_to_num(high, nan=np.inf)
        return self

    def transform(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=float, ensure_all_finite="allow-nan")
        return np.clip(X, self.low_, self.high_, out=X)


# %% wrong transformer: __init__ checks its arguments
# says: for fit to say
# visible: passes
# like: cuts off in place
#-    def __init__(self, lower=0.01, upper=0.99):
#+    def __init__(self, lower=0.01, upper=0.99):
#+        if not 0 <= lower < upper <= 1:
#+            raise ValueError(f"lower {lower}, upper {upper}")

#-        return np.clip(X, self.low_, self.high_, out=X)
#+        return np.clip(X, self.low_, self.high_)


# %% wrong transformer: NaN as a quantile passes the comparisons
# says: names lower or upper
# visible: passes
# like: cuts off in place
#-        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")
#+        if self.lower < 0 or self.upper > 1 or self.lower >= self.upper:
#+            raise ValueError(f"lower {self.lower}, upper {self.upper}")
#+        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")

#-        return np.clip(X, self.low_, self.high_, out=X)
#+        return np.clip(X, self.low_, self.high_)


# %% wrong transformer: __init__ makes floats of its arguments
# says: for fit to say
# visible: passes
# like: cuts off in place
#-        self.lower = lower
#-        self.upper = upper
#+        self.lower = float(lower)
#+        self.upper = float(upper)

#-        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")
#+        if not 0 <= self.lower < self.upper <= 1:
#+            raise ValueError(f"lower {self.lower}, upper {self.upper}")
#+        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")

#-        return np.clip(X, self.low_, self.high_, out=X)
#+        return np.clip(X, self.low_, self.high_)


# %% wrong transformer: parameters kept under other names
# says: under their own names
# visible: passes
import warnings


class ClipQuantiles(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    def __init__(self, lower=0.01, upper=0.99):
        self.quantiles = [lower, upper]

    def fit(self, X, y=None):
        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            low, high = np.nanquantile(X, self.quantiles, axis=0)
        self.low_, self.high_ = np.nan_to_num(low, nan=-np.inf), np.nan_to_num(high, nan=np.inf)
        return self

    def transform(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=float, ensure_all_finite="allow-nan")
        return np.clip(X, self.low_, self.high_)


# %% wrong transformer: fit overwrites the parameters with the bounds
# says: fit leaves them alone
# visible: passes
class ClipQuantiles(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    def __init__(self, lower=0.01, upper=0.99):
        self.lower = lower
        self.upper = upper
        self.q = [lower, upper]

    def fit(self, X, y=None):
        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")
        full = np.where(np.isnan(X).all(axis=0), 0, X)
        empty = np.isnan(X).all(axis=0)
        low, high = np.nanquantile(full, self.q, axis=0)
        self.lower, self.upper = np.where(empty, -np.inf, low), np.where(empty, np.inf, high)
        return self

    def transform(self, X):
        X = validate_data(self, X, reset=False, dtype=float, ensure_all_finite="allow-nan")
        return np.clip(X, self.lower, self.upper)


# %% wrong transformer: quantiles copied in __init__
# says: read the parameters in fit
# visible: passes
# like: parameters kept under other names
#-        self.quantiles = [lower, upper]
#+        self.lower = lower
#+        self.upper = upper
#+        self.q = [lower, upper]

#-            low, high = np.nanquantile(X, self.quantiles, axis=0)
#+            low, high = np.nanquantile(X, self.q, axis=0)


# %% wrong transformer: not fitted ends in an AttributeError
# says: expected NotFittedError
# visible: passes
# like: cuts off in place
#-        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")
#+        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")
#+        if not 0 <= self.lower < self.upper <= 1:
#+            raise ValueError("lower, upper")

#-        check_is_fitted(self)
#+        low, high = self.low_, self.high_

#-        return np.clip(X, self.low_, self.high_, out=X)
#+        return np.clip(X, low, high)


# %% wrong transformer: transform takes any number of columns for its own
# says: two columns after a fit on three
# visible: passes
# like: cuts off in place
#-        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")
#+        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")
#+        if not 0 <= self.lower < self.upper <= 1:
#+            raise ValueError("lower, upper")

#-        X = validate_data(self, X, reset=False, dtype=float, ensure_all_finite="allow-nan")
#-        return np.clip(X, self.low_, self.high_, out=X)
#+        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")
#+        k = X.shape[1]
#+        return np.clip(X, self.low_[:k], self.high_[:k])


# %% wrong transformer: tables turned into bare arrays
# says: get_feature_names_out
# visible: passes
# like: cuts off in place
#-        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")
#+        X = validate_data(self, np.array(X, dtype=float), dtype=float, ensure_all_finite="allow-nan")
#+        if not 0 <= self.lower < self.upper <= 1:
#+            raise ValueError("lower, upper")

#-        X = validate_data(self, X, reset=False, dtype=float, ensure_all_finite="allow-nan")
#-        return np.clip(X, self.low_, self.high_, out=X)
#+        X = validate_data(
#+            self, np.array(X, dtype=float), reset=False, dtype=float, ensure_all_finite="allow-nan"
#+        )
#+        return np.clip(X, self.low_, self.high_)


# %% wrong transformer: without the mixin that names the columns
# says: get_feature_names_out
# visible: passes
# like: cuts off in place
#-class ClipQuantiles(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
#+class ClipQuantiles(TransformerMixin, BaseEstimator):

#-        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")
#+        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")
#+        if not 0 <= self.lower < self.upper <= 1:
#+            raise ValueError("lower, upper")

#-        return np.clip(X, self.low_, self.high_, out=X)
#+        return np.clip(X, self.low_, self.high_)


# %% wrong transformer: winsorize
# says: may not be called
# forbidden
class ClipQuantiles(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    def __init__(self, lower=0.01, upper=0.99):
        self.lower = lower
        self.upper = upper

    def fit(self, X, y=None):
        validate_data(self, X, dtype=float)
        return self

    def transform(self, X):
        from scipy.stats.mstats import winsorize

        return np.asarray(winsorize(np.asarray(X, dtype=float), limits=(self.lower, 1 - self.upper), axis=0))
