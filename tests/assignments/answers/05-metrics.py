# Answers that grade the grader of 05-metrics: see CONTRIBUTING.md.


# %% right roc-auc: average ranks by pandas
import pandas as pd


def roc_auc(y_true, scores):
    y, s = pd.Series(np.asarray(y_true, float)), pd.Series(np.asarray(scores, float))
    if len(y) == 0 or not y.isin([0, 1]).all() or y.nunique() != 2:
        raise ValueError("y_true needs zeros and ones, and both")
    if len(s) != len(y) or s.isna().any():
        raise ValueError("scores do not fit y_true")
    ranks = s.rank()
    n1 = y.sum()
    n0 = len(y) - n1
    return float((ranks[y == 1].sum() - n1 * (n1 + 1) / 2) / (n0 * n1))


# %% right roc-auc: the area under the curve, one corner a distinct score
def roc_auc(y_true, scores):
    y, s = np.array(y_true, float), np.array(scores, float)
    if y.size == 0 or np.isnan(y).any() or set(y) != {0.0, 1.0}:
        raise ValueError("y_true: two classes, 0 and 1")
    if s.shape != y.shape or np.isnan(s).any():
        raise ValueError("scores: one number a row, no NaN")
    values, code = np.unique(-s, return_inverse=True)
    tpr = np.r_[0, np.bincount(code, weights=y).cumsum()] / y.sum()
    fpr = np.r_[0, np.bincount(code, weights=1 - y).cumsum()] / (1 - y).sum()
    return float(((tpr[1:] + tpr[:-1]) / 2 * np.diff(fpr)).sum())


# %% right roc-auc: one positive at a time
def roc_auc(y_true, scores):
    y, s = np.asarray(y_true, float), np.asarray(scores, float)
    if len(y) == 0 or not all(v in (0, 1) for v in y) or y.min() == y.max():
        raise ValueError("y_true must have both classes")
    if len(s) != len(y) or any(v != v for v in s):
        raise ValueError("scores must have one number for each label")
    negative = s[y == 0]
    won = sum((negative < v).mean() + (negative == v).mean() / 2 for v in s[y == 1])
    return won / (y == 1).sum()


# %% wrong roc-auc: ties count as wrong
# says: counts as wrong
def roc_auc(y_true, scores):
    y, s = np.asarray(y_true, float), np.asarray(scores, float)
    if len(y) == 0 or not np.isin(y, (0, 1)).all() or len(set(y)) < 2:
        raise ValueError("y_true")
    if len(s) != len(y) or np.isnan(s).any():
        raise ValueError("scores")
    negative = np.sort(s[y == 0])
    return float(np.searchsorted(negative, s[y == 1], side="left").mean() / len(negative))


# %% wrong roc-auc: ranks by argsort of argsort, where the order of the rows breaks ties
# says: expected 0.75
def roc_auc(y_true, scores):
    y, s = np.asarray(y_true, float), np.asarray(scores, float)
    if len(y) == 0 or not np.isin(y, (0, 1)).all() or len(set(y)) < 2:
        raise ValueError("y_true")
    if len(s) != len(y) or np.isnan(s).any():
        raise ValueError("scores")
    ranks = np.argsort(np.argsort(s, kind="stable"), kind="stable") + 1
    n1 = y.sum()
    return float((ranks[y == 1].sum() - n1 * (n1 + 1) / 2) / (n1 * (len(y) - n1)))


# %% wrong roc-auc: every pair in one array
# says: an entry for every pair
# visible: passes
def roc_auc(y_true, scores):
    y, s = np.asarray(y_true, float), np.asarray(scores, float)
    if len(y) == 0 or not np.isin(y, (0, 1)).all() or len(set(y)) < 2:
        raise ValueError("y_true")
    if len(s) != len(y) or np.isnan(s).any():
        raise ValueError("scores")
    p, n = s[y == 1][:, None], s[y == 0]
    return float((p > n).mean() + (p == n).mean() / 2)


# %% wrong roc-auc: a Python loop over pairs
# says: Python loop over all pairs
# visible: passes
def roc_auc(y_true, scores):
    y, s = np.asarray(y_true, float), np.asarray(scores, float)
    if len(y) == 0 or not np.isin(y, (0, 1)).all() or len(set(y)) < 2:
        raise ValueError("y_true")
    if len(s) != len(y) or np.isnan(s).any():
        raise ValueError("scores")
    won, pairs = 0.0, 0
    for i in range(len(y)):
        for j in range(len(y)):
            if y[i] == 1 and y[j] == 0:
                pairs += 1
                if s[i] > s[j]:
                    won += 1
                elif s[i] == s[j]:
                    won += 0.5
    return won / pairs


# %% wrong roc-auc: folded, so that it is never below one half
# says: wrong way round
# visible: passes
import pandas as pd


def roc_auc(y_true, scores):
    y, s = pd.Series(np.asarray(y_true, float)), pd.Series(np.asarray(scores, float))
    if len(y) == 0 or not y.isin([0, 1]).all() or y.nunique() != 2:
        raise ValueError("y_true")
    if len(s) != len(y) or s.isna().any():
        raise ValueError("scores")
    n1 = y.sum()
    auc = (s.rank()[y == 1].sum() - n1 * (n1 + 1) / 2) / ((len(y) - n1) * n1)
    return float(max(auc, 1 - auc))


# %% wrong roc-auc: scores rounded before they are compared
# says: as scikit-learn has it
# visible: passes
import pandas as pd


def roc_auc(y_true, scores):
    y, s = pd.Series(np.asarray(y_true, float)), pd.Series(np.asarray(scores, float)).round(4)
    if len(y) == 0 or not y.isin([0, 1]).all() or y.nunique() != 2:
        raise ValueError("y_true")
    if len(s) != len(y) or s.isna().any():
        raise ValueError("scores")
    n1 = y.sum()
    return float((s.round(3).rank()[y == 1].sum() - n1 * (n1 + 1) / 2) / ((len(y) - n1) * n1))


# %% wrong roc-auc: a curve from 101 thresholds between 0 and 1
# says: for different scores
# visible: passes
def roc_auc(y_true, scores):
    y, s = np.asarray(y_true, float), np.asarray(scores, float)
    if len(y) == 0 or not np.isin(y, (0, 1)).all() or len(set(y)) < 2:
        raise ValueError("y_true")
    if len(s) != len(y) or np.isnan(s).any():
        raise ValueError("scores")
    grid = np.linspace(1, 0, 101)
    tpr = np.r_[0, [(s[y == 1] >= t).mean() for t in grid], 1]
    fpr = np.r_[0, [(s[y == 0] >= t).mean() for t in grid], 1]
    return float(((tpr[1:] + tpr[:-1]) / 2 * np.diff(fpr)).sum())


# %% wrong roc-auc: differences of scores as uint8 wrap around
# says: uint8
# visible: passes
def roc_auc(y_true, scores):
    y, s = np.asarray(y_true, float), np.asarray(scores)
    if len(y) == 0 or not np.isin(y, (0, 1)).all() or len(set(y)) < 2:
        raise ValueError("y_true")
    if len(s) != len(y) or np.isnan(s).any():
        raise ValueError("scores")
    negative = s[y == 0]
    won = [(v - negative > 0).mean() + (v == negative).mean() / 2 for v in s[y == 1]]
    return float(np.mean(won))


# %% wrong roc-auc: NaN for one class instead of an error
# says: no positive row
# visible: passes
import pandas as pd


def roc_auc(y_true, scores):
    y, s = pd.Series(np.asarray(y_true, float)), pd.Series(np.asarray(scores, float))
    if len(y) == 0 or not y.isin([0, 1]).all():
        raise ValueError("y_true")
    if len(s) != len(y) or s.isna().any():
        raise ValueError("scores")
    if y.nunique() < 2:
        return float("nan")
    n1 = y.sum()
    return float((s.rank()[y == 1].sum() - n1 * (n1 + 1) / 2) / ((len(y) - n1) * n1))


# %% wrong roc-auc: the error names the other argument
# says: names scores
# visible: passes
# like: average ranks by pandas
#-        raise ValueError("scores do not fit y_true")
#+        raise ValueError("y_true and its predictions differ in length, or one is missing")


# %% wrong roc-auc: scikit-learn
# says: may not be called
# forbidden
def roc_auc(y_true, scores):
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(y_true, scores))


# %% right calibration-error: digitize and bincount
def expected_calibration_error(y_true, p, n_bins=10):
    y_true, p = np.asarray(y_true, float), np.asarray(p, float)
    if n_bins < 1:
        raise ValueError("n_bins")
    if y_true.shape != p.shape or y_true.size == 0:
        raise ValueError("y_true and p must have the same length, at least 1: look at y_true")
    if not np.isin(y_true, [0, 1]).all():
        raise ValueError("y_true: 0 or 1")
    if np.isnan(p).any() or p.min() < 0 or p.max() > 1:
        raise ValueError("p outside [0, 1]")
    bins = np.digitize(p, np.linspace(0, 1, n_bins + 1)[1:-1])
    return float(np.abs(np.bincount(bins, weights=p) - np.bincount(bins, weights=y_true)).sum() / len(p))


# %% right calibration-error: a pandas groupby
import pandas as pd


def expected_calibration_error(y_true, p, n_bins=10):
    if n_bins < 1:
        raise ValueError("n_bins must be positive")
    if len(y_true) != len(p) or len(y_true) == 0:
        raise ValueError("y_true")
    table = pd.DataFrame({"y": np.asarray(y_true, float), "p": np.asarray(p, float)})
    if not table["y"].isin([0, 1]).all():
        raise ValueError("y_true")
    if not table["p"].between(0, 1).all():
        raise ValueError("each `p` is a probability")
    table["bin"] = np.floor(table["p"] * n_bins).clip(upper=n_bins - 1)
    bins = table.groupby("bin").agg(n=("y", "size"), y=("y", "mean"), p=("p", "mean"))
    return float(np.average((bins["p"] - bins["y"]).abs(), weights=bins["n"]))


# %% right calibration-error: a loop over bins
def expected_calibration_error(y_true, p, n_bins=10):
    y, q = [float(v) for v in y_true], [float(v) for v in p]
    if n_bins < 1:
        raise ValueError("n_bins")
    if not y or len(y) != len(q) or any(v not in (0.0, 1.0) for v in y):
        raise ValueError("y_true")
    if any(not 0 <= v <= 1 for v in q):
        raise ValueError("p")
    sums = [0.0] * n_bins
    for label, v in zip(y, q):
        sums[min(int(v * n_bins), n_bins - 1)] += v - label
    return sum(abs(s) for s in sums) / len(q)


# %% wrong calibration-error: the mean of the gaps without weights
# says: plain mean over bins
# visible: passes
def expected_calibration_error(y_true, p, n_bins=10):
    y, p = np.asarray(y_true, float), np.asarray(p, float)
    if n_bins < 1:
        raise ValueError("n_bins")
    if len(y) == 0 or len(y) != len(p) or not np.isin(y, (0, 1)).all():
        raise ValueError("y_true")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p")
    b = np.minimum((p * n_bins).astype(int), n_bins - 1)
    return float(np.mean([abs(p[b == i].mean() - y[b == i].mean()) for i in np.unique(b)]))


# %% wrong calibration-error: the accuracy of the class in place of the rate of ones
# says: not with the rate of ones
# visible: passes
# like: the mean of the gaps without weights
#-    return float(np.mean([abs(p[b == i].mean() - y[b == i].mean()) for i in np.unique(b)]))
#+    right = (p >= 0.5) == y
#+    return float(sum((b == i).mean() * abs(p[b == i].mean() - right[b == i].mean()) for i in np.unique(b)))


# %% wrong calibration-error: empty bins averaged in as zeros
# says: empty bin counts nothing
# visible: passes
# like: the mean of the gaps without weights
#-    return float(np.mean([abs(p[b == i].mean() - y[b == i].mean()) for i in np.unique(b)]))
#+    gaps = [abs(p[b == i].mean() - y[b == i].mean()) if (b == i).any() else 0.0 for i in range(n_bins)]
#+    return float(np.mean(gaps))


# %% wrong calibration-error: the largest gap
# says: the largest gap
# like: the mean of the gaps without weights
#-    return float(np.mean([abs(p[b == i].mean() - y[b == i].mean()) for i in np.unique(b)]))
#+    return float(max(abs(p[b == i].mean() - y[b == i].mean()) for i in np.unique(b)))


# %% wrong calibration-error: an edge belongs to the lower bin
# says: belongs to the upper one
# visible: passes
# like: the mean of the gaps without weights
#-    b = np.minimum((p * n_bins).astype(int), n_bins - 1)
#-    return float(np.mean([abs(p[b == i].mean() - y[b == i].mean()) for i in np.unique(b)]))
#+    b = np.clip(np.ceil(p * n_bins).astype(int) - 1, 0, n_bins - 1)
#+    return float(sum((b == i).mean() * abs(p[b == i].mean() - y[b == i].mean()) for i in np.unique(b)))


# %% wrong calibration-error: 1.0 in a bin of its own
# says: 1.0 belongs to the last bin
# visible: passes
# like: the mean of the gaps without weights
#-    b = np.minimum((p * n_bins).astype(int), n_bins - 1)
#-    return float(np.mean([abs(p[b == i].mean() - y[b == i].mean()) for i in np.unique(b)]))
#+    b = (p * n_bins).astype(int)
#+    return float(sum((b == i).mean() * abs(p[b == i].mean() - y[b == i].mean()) for i in np.unique(b)))


# %% wrong calibration-error: bins with equally many rows
# says: which bin
# visible: passes
def expected_calibration_error(y_true, p, n_bins=10):
    y, p = np.asarray(y_true, float), np.asarray(p, float)
    if n_bins < 1:
        raise ValueError("n_bins")
    if len(y) == 0 or len(y) != len(p) or not np.isin(y, (0, 1)).all():
        raise ValueError("y_true")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p")
    b = np.empty(len(p), int)
    b[np.argsort(p, kind="stable")] = np.arange(len(p)) * n_bins // len(p)
    return float(sum((b == i).mean() * abs(p[b == i].mean() - y[b == i].mean()) for i in np.unique(b)))


# %% wrong calibration-error: the middle of the bin in place of the mean prediction
# says: the middle of each bin stands for its mean
# like: the mean of the gaps without weights
#-    return float(np.mean([abs(p[b == i].mean() - y[b == i].mean()) for i in np.unique(b)]))
#+    mid = (b + 0.5) / n_bins
#+    return float(sum((b == i).mean() * abs(mid[b == i].mean() - y[b == i].mean()) for i in np.unique(b)))


# %% wrong calibration-error: squared gaps
# says: squared
# like: the mean of the gaps without weights
#-    return float(np.mean([abs(p[b == i].mean() - y[b == i].mean()) for i in np.unique(b)]))
#+    return float(sum((b == i).mean() * (p[b == i].mean() - y[b == i].mean()) ** 2 for i in np.unique(b)))


# %% wrong calibration-error: gaps with their signs, which cancel
# says: take the size of each gap
# visible: passes
# like: the mean of the gaps without weights
#-    return float(np.mean([abs(p[b == i].mean() - y[b == i].mean()) for i in np.unique(b)]))
#+    return float(abs(sum((b == i).mean() * (p[b == i].mean() - y[b == i].mean()) for i in np.unique(b))))


# %% wrong calibration-error: an error about probabilities that names no argument
# says: names p
# visible: passes
# like: digitize and bincount
#-        raise ValueError("p outside [0, 1]")
#+        raise ValueError("probabilities must lie in [0, 1]")


# %% wrong calibration-error: scikit-learn's bins
# says: may not be called
# forbidden
def expected_calibration_error(y_true, p, n_bins=10):
    y, p = np.asarray(y_true, float), np.asarray(p, float)
    if n_bins < 1:
        raise ValueError("n_bins")
    if len(y) == 0 or len(y) != len(p) or not np.isin(y, (0, 1)).all():
        raise ValueError("y_true")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p")
    from sklearn.calibration import calibration_curve

    rate, mean = calibration_curve(y, p, n_bins=n_bins)
    n = np.histogram(p, bins=n_bins, range=(0, 1))[0]
    return float((np.abs(rate - mean) * n[n > 0]).sum() / len(p))


# %% right cost-threshold: cumulative sums over the sorted rows
def cost_threshold(y_true, p, cost_false_alarm, cost_miss):
    y, p = np.asarray(y_true, float), np.asarray(p, float)
    if y.size == 0 or not np.isin(y, (0, 1)).all():
        raise ValueError("y_true must be 0 or 1")
    if p.shape != y.shape or np.isnan(p).any() or p.min() < 0 or p.max() > 1:
        raise ValueError("p must be probabilities, one a row")
    if np.isnan(cost_false_alarm) or cost_false_alarm < 0:
        raise ValueError("cost_false_alarm")
    if np.isnan(cost_miss) or cost_miss < 0:
        raise ValueError("cost_miss")
    values, code = np.unique(p, return_inverse=True)
    ones = np.bincount(code, weights=y)
    zeros = np.bincount(code, weights=1 - y)
    costs = cost_miss * np.r_[0, ones.cumsum()] + cost_false_alarm * np.r_[zeros[::-1].cumsum()[::-1], 0]
    best = len(costs) - 1 - costs[::-1].argmin()
    return float(np.r_[values, np.inf][best]), float(costs[best] / len(y))


# %% right cost-threshold: min over a list, the cost first, then the highest threshold
def cost_threshold(y_true, p, cost_false_alarm, cost_miss):
    y, p = np.asarray(y_true, float), np.asarray(p, float)
    if len(y) == 0 or not np.isin(y, (0, 1)).all():
        raise ValueError("y_true")
    if len(p) != len(y) or not ((p >= 0) & (p <= 1)).all():
        raise ValueError(f"p={p.tolist()} does not fit")
    for name, cost in (("cost_false_alarm", cost_false_alarm), ("cost_miss", cost_miss)):
        if not cost >= 0:
            raise ValueError(name)
    options = []
    for t in [*set(p.tolist()), float("inf")]:
        act = p >= t
        total = cost_false_alarm * int((act & (y == 0)).sum()) + cost_miss * int((~act & (y == 1)).sum())
        options.append((total, -t))
    total, t = min(options)
    return -t, total / len(y)


# %% wrong cost-threshold: the threshold of theory, whatever the probabilities
# says: computed from the costs alone
def cost_threshold(y_true, p, cost_false_alarm, cost_miss):
    y, p = np.asarray(y_true, float), np.asarray(p, float)
    if len(y) == 0 or not np.isin(y, (0, 1)).all():
        raise ValueError("y_true")
    if len(p) != len(y) or not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p")
    for name, cost in (("cost_false_alarm", cost_false_alarm), ("cost_miss", cost_miss)):
        if not cost >= 0:
            raise ValueError(name)
    t = cost_false_alarm / (cost_false_alarm + cost_miss)
    act = p >= t
    return float(t), float(cost_false_alarm * (act & (y == 0)).mean() + cost_miss * (~act & (y == 1)).mean())


# %% wrong cost-threshold: the two costs exchanged
# says: costs are exchanged
def cost_threshold(y_true, p, cost_false_alarm, cost_miss):
    y, p = np.asarray(y_true, float), np.asarray(p, float)
    if len(y) == 0 or not np.isin(y, (0, 1)).all():
        raise ValueError("y_true")
    if len(p) != len(y) or not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p")
    for name, cost in (("cost_false_alarm", cost_false_alarm), ("cost_miss", cost_miss)):
        if not cost >= 0:
            raise ValueError(name)
    best = None
    for t in [*np.unique(p), float("inf")]:
        act = p >= t
        cost = (cost_miss * (act & (y == 0)).sum() + cost_false_alarm * (~act & (y == 1)).sum()) / len(y)
        if best is None or cost <= best[1]:
            best = (t, cost)
    return float(best[0]), float(best[1])


# %% wrong cost-threshold: the sum and not the mean
# says: the sum and not the mean
# like: the two costs exchanged
#-        cost = (cost_miss * (act & (y == 0)).sum() + cost_false_alarm * (~act & (y == 1)).sum()) / len(y)
#+        cost = (cost_false_alarm * (act & (y == 0)).sum() + cost_miss * (~act & (y == 1)).sum())


# %% wrong cost-threshold: the action for p above the threshold
# says: p > threshold
# like: the two costs exchanged
#-        act = p >= t
#-        cost = (cost_miss * (act & (y == 0)).sum() + cost_false_alarm * (~act & (y == 1)).sum()) / len(y)
#+        act = p > t
#+        cost = (cost_false_alarm * (act & (y == 0)).sum() + cost_miss * (~act & (y == 1)).sum()) / len(y)


# %% wrong cost-threshold: of equally cheap ones the lowest
# says: the highest wins
# visible: passes
# like: the two costs exchanged
#-        cost = (cost_miss * (act & (y == 0)).sum() + cost_false_alarm * (~act & (y == 1)).sum()) / len(y)
#-        if best is None or cost <= best[1]:
#+        cost = (cost_false_alarm * (act & (y == 0)).sum() + cost_miss * (~act & (y == 1)).sum()) / len(y)
#+        if best is None or cost < best[1]:


# %% wrong cost-threshold: infinity forgotten
# says: never to act
# visible: passes
# like: the two costs exchanged
#-    for t in [*np.unique(p), float("inf")]:
#+    for t in np.unique(p):

#-        cost = (cost_miss * (act & (y == 0)).sum() + cost_false_alarm * (~act & (y == 1)).sum()) / len(y)
#+        cost = (cost_false_alarm * (act & (y == 0)).sum() + cost_miss * (~act & (y == 1)).sum()) / len(y)


# %% wrong cost-threshold: a grid of a hundred thresholds
# says: never to act
# visible: passes
# like: the two costs exchanged
#-    for t in [*np.unique(p), float("inf")]:
#+    for t in np.linspace(0, 1, 101):

#-        cost = (cost_miss * (act & (y == 0)).sum() + cost_false_alarm * (~act & (y == 1)).sum()) / len(y)
#+        cost = (cost_false_alarm * (act & (y == 0)).sum() + cost_miss * (~act & (y == 1)).sum()) / len(y)


# %% wrong cost-threshold: the best F1
# says: never to act
# visible: passes
def cost_threshold(y_true, p, cost_false_alarm, cost_miss):
    y, p = np.asarray(y_true, float), np.asarray(p, float)
    if len(y) == 0 or not np.isin(y, (0, 1)).all():
        raise ValueError("y_true")
    if len(p) != len(y) or not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p")
    for name, cost in (("cost_false_alarm", cost_false_alarm), ("cost_miss", cost_miss)):
        if not cost >= 0:
            raise ValueError(name)
    best = (float("inf"), -1.0)
    for t in np.unique(p):
        act = p >= t
        f1 = 2 * (act & (y == 1)).sum() / (act.sum() + (y == 1).sum())
        if f1 >= best[1]:
            best = (t, f1)
    act = p >= best[0]
    return float(best[0]), float(cost_false_alarm * (act & (y == 0)).mean() + cost_miss * (~act & (y == 1)).mean())


# %% wrong cost-threshold: rates in place of counts: costs per negative and per positive row
# says: three alarms at 2 cost more
# visible: passes
def cost_threshold(y_true, p, cost_false_alarm, cost_miss):
    y, p = np.asarray(y_true, float), np.asarray(p, float)
    if len(y) == 0 or not np.isin(y, (0, 1)).all():
        raise ValueError("y_true")
    if len(p) != len(y) or not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p")
    for name, cost in (("cost_false_alarm", cost_false_alarm), ("cost_miss", cost_miss)):
        if not cost >= 0:
            raise ValueError(name)
    best = (float("inf"), np.inf)
    for t in [float("inf"), *np.unique(p)[::-1]]:
        act = p >= t
        cost = cost_false_alarm * act[y == 0].sum() / max(1, (y == 0).sum()) + cost_miss * (~act[y == 1]).sum() / max(1, (y == 1).sum())
        if cost < best[1]:
            best = (t, cost)
    act = p >= best[0]
    return float(best[0]), float(cost_false_alarm * (act & (y == 0)).mean() + cost_miss * (~act & (y == 1)).mean())


# %% wrong cost-threshold: candidates times rows in one array
# says: candidates × rows
# visible: passes
def cost_threshold(y_true, p, cost_false_alarm, cost_miss):
    y, p = np.asarray(y_true, float), np.asarray(p, float)
    if len(y) == 0 or not np.isin(y, (0, 1)).all():
        raise ValueError("y_true")
    if len(p) != len(y) or not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p")
    for name, cost in (("cost_false_alarm", cost_false_alarm), ("cost_miss", cost_miss)):
        if not cost >= 0:
            raise ValueError(name)
    candidates = np.append(np.unique(p), np.inf)
    act = p >= candidates[:, None]
    costs = cost_false_alarm * (act & (y == 0)).sum(axis=1) + cost_miss * (~act & (y == 1)).sum(axis=1)
    best = np.flatnonzero(costs == costs.min())[-1]
    return float(candidates[best]), float(costs[best] / len(y))


# %% wrong cost-threshold: a negative cost taken as it is
# says: a false alarm at -1
# visible: passes
def cost_threshold(y_true, p, cost_false_alarm, cost_miss):
    y, p = np.asarray(y_true, float), np.asarray(p, float)
    if len(y) == 0 or not np.isin(y, (0, 1)).all():
        raise ValueError("y_true")
    if len(p) != len(y) or not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p")
    best = None
    for t in [*np.unique(p), float("inf")]:
        act = p >= t
        cost = (cost_false_alarm * (act & (y == 0)).sum() + cost_miss * (~act & (y == 1)).sum()) / len(y)
        if best is None or cost <= best[1]:
            best = (t, cost)
    return float(best[0]), float(best[1])


# %% wrong cost-threshold: an error about probabilities that names no argument
# says: names p
# visible: passes
# like: cumulative sums over the sorted rows
#-        raise ValueError("p must be probabilities, one a row")
#+        raise ValueError("expected as many probabilities as labels, each in [0, 1]")


# %% wrong cost-threshold: the book's version
# says: may not be called
# forbidden
def cost_threshold(y_true, p, cost_false_alarm, cost_miss):
    y, p = np.asarray(y_true, float), np.asarray(p, float)
    if len(y) == 0 or not np.isin(y, (0, 1)).all():
        raise ValueError("y_true")
    if len(p) != len(y) or not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p")
    for name, cost in (("cost_false_alarm", cost_false_alarm), ("cost_miss", cost_miss)):
        if not cost >= 0:
            raise ValueError(name)
    from roadbook import metrics

    return metrics.cost_threshold(y, p, cost_false_alarm, cost_miss)


# %% right slice-metrics: how often each group is drawn, as a multinomial
def slice_metrics(y_true, flagged, slice_of, group, n_resamples=2000, seed=0):
    y, f = np.asarray(y_true, float), np.asarray(flagged, float)
    slice_of, group = np.asarray(slice_of), np.asarray(group)
    if len(y) == 0 or not np.isin(y, (0, 1)).all():
        raise ValueError("y_true")
    if len(f) != len(y) or not np.isin(f, (0, 1)).all():
        raise ValueError("flagged")
    if len(slice_of) != len(y):
        raise ValueError("slice_of")
    if len(group) != len(y):
        raise ValueError("group")
    if n_resamples < 1:
        raise ValueError("n_resamples")
    nan = float("nan")

    def one(name, inside):
        Y, F = y[inside], f[inside]
        code = np.unique(group[inside], return_inverse=True)[1]
        sums = np.column_stack([np.bincount(code, weights=w) for w in (Y * F, F, Y)])
        rng = np.random.default_rng(seed)
        drawn = rng.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=n_resamples) @ sums
        row = {"slice": name, "n": len(Y), "positives": int(Y.sum())}
        for metric, k in (("precision", 1), ("recall", 2)):
            if not sums[:, k].any():
                row.update({metric: nan, f"{metric}_low": nan, f"{metric}_high": nan})
                continue
            used = drawn[drawn[:, k] > 0]
            low, high = np.percentile(used[:, 0] / used[:, k], [2.5, 97.5])
            row[metric] = float(sums[:, 0].sum() / sums[:, k].sum())
            row[f"{metric}_low"], row[f"{metric}_high"] = float(low), float(high)
        return row

    everything = [one("all", np.full(len(y), True))]
    return everything + [one(str(name), slice_of == name) for name in np.unique(slice_of)]


# %% right slice-metrics: pandas sums, a loop over resamples of sums
import pandas as pd


def slice_metrics(y_true, flagged, slice_of, group, n_resamples=2000, seed=0):
    y, f = np.asarray(y_true, float), np.asarray(flagged, float)
    slice_of, group = np.asarray(slice_of), np.asarray(group)
    if len(y) == 0 or not np.isin(y, (0, 1)).all():
        raise ValueError("y_true")
    if len(f) != len(y) or not np.isin(f, (0, 1)).all():
        raise ValueError("flagged")
    if len(slice_of) != len(y):
        raise ValueError("slice_of")
    if len(group) != len(y):
        raise ValueError("group")
    if n_resamples < 1:
        raise ValueError("n_resamples")
    table = pd.DataFrame({"hit": y * f, "f": f, "y": y, "slice": slice_of, "group": group})
    report = []
    parts = [("all", table), *sorted(table.groupby("slice"), key=lambda part: part[0])]
    for name, part in parts:
        rng = np.random.default_rng([seed, len(report)])
        sums = part.groupby("group")[["hit", "f", "y"]].sum().to_numpy()
        picks = rng.integers(len(sums), size=(n_resamples, len(sums)))
        totals = np.zeros((n_resamples, 3))
        for column in range(len(sums)):
            totals += sums[picks[:, column]]
        row = {"slice": name, "n": len(part), "positives": int(part["y"].sum())}
        for metric, k in (("precision", 1), ("recall", 2)):
            below = sums[:, k].sum()
            values = totals[totals[:, k] > 0]
            values = values[:, 0] / values[:, k]
            row[metric] = sums[:, 0].sum() / below if below else np.nan
            row[metric + "_low"] = np.quantile(values, 0.025) if below else np.nan
            row[metric + "_high"] = np.quantile(values, 0.975) if below else np.nan
        report.append(row)
    return report


# %% wrong slice-metrics: rows are drawn, not groups
# says: far too narrow
# visible: passes
# like: how often each group is drawn, as a multinomial
#-        code = np.unique(group[inside], return_inverse=True)[1]
#+        code = np.unique(np.arange(inside.sum()), return_inverse=True)[1]


# %% wrong slice-metrics: groups are drawn without replacement
# says: no width
# visible: passes
# like: how often each group is drawn, as a multinomial
#-        drawn = rng.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=n_resamples) @ sums
#+        drawn = sums[rng.permuted(np.tile(np.arange(len(sums)), (n_resamples, 1)), axis=1)].sum(axis=1)


# %% wrong slice-metrics: each metric is averaged over groups in the samples
# says: not a mean of the groups
# visible: passes
# like: how often each group is drawn, as a multinomial
#-            low, high = np.percentile(used[:, 0] / used[:, k], [2.5, 97.5])
#+            per_group = sums[sums[:, k] > 0]
#+            per_group = per_group[:, 0] / per_group[:, k]
#+            picks = rng.integers(len(per_group), size=(n_resamples, len(per_group)))
#+            low, high = np.percentile(per_group[picks].mean(axis=1), [2.5, 97.5])


# %% wrong slice-metrics: precision and recall exchanged
# says: expected precision
# visible: passes
# like: how often each group is drawn, as a multinomial
#-        for metric, k in (("precision", 1), ("recall", 2)):
#+        for metric, k in (("precision", 2), ("recall", 1)):


# %% wrong slice-metrics: a 90 % interval
# says: 95 % interval
# visible: passes
# like: how often each group is drawn, as a multinomial
#-            low, high = np.percentile(used[:, 0] / used[:, k], [2.5, 97.5])
#+            low, high = np.percentile(used[:, 0] / used[:, k], [5, 95])


# %% wrong slice-metrics: 0 where there is nothing to divide by
# says: expected NaN
# visible: passes
# like: how often each group is drawn, as a multinomial
#-    nan = float("nan")
#+    nan = 0.0


# %% wrong slice-metrics: samples without a positive count as 0
# says: expected recall_low 1.0
# like: how often each group is drawn, as a multinomial
#-            used = drawn[drawn[:, k] > 0]
#+            used = np.where(drawn[:, [k]] > 0, drawn, [[0, 1, 1]])


# %% wrong slice-metrics: slices in the order in which they appear
# says: sorted by name
# visible: passes
# like: how often each group is drawn, as a multinomial
#-    return everything + [one(str(name), slice_of == name) for name in np.unique(slice_of)]
#+    return everything + [one(str(name), slice_of == name) for name in dict.fromkeys(slice_of.tolist())]


# %% wrong slice-metrics: the intervals of all rows in every slice
# says: expected recall_low 1.0
# like: how often each group is drawn, as a multinomial
#-            used = drawn[drawn[:, k] > 0]
#+            whole = np.unique(group, return_inverse=True)[1]
#+            whole = np.column_stack([np.bincount(whole, weights=w) for w in (y * f, f, y)])
#+            used = whole[rng.integers(0, len(whole), size=(n_resamples, len(whole)))].sum(axis=1)
#+            used = used[used[:, k] > 0]


# %% wrong slice-metrics: positives counts the flagged rows
# says: positives
# visible: passes
# like: how often each group is drawn, as a multinomial
#-        row = {"slice": name, "n": len(Y), "positives": int(Y.sum())}
#+        row = {"slice": name, "n": len(Y), "positives": int(F.sum())}


# %% wrong slice-metrics: the seed is not used
# says: with the same seed
# visible: passes
# like: how often each group is drawn, as a multinomial
#-        rng = np.random.default_rng(seed)
#+        rng = np.random.default_rng()


# %% wrong slice-metrics: a slice called all replaces the row of all
# says: itself called all
# visible: passes
# like: how often each group is drawn, as a multinomial
#-    return everything + [one(str(name), slice_of == name) for name in np.unique(slice_of)]
#+    rest = [one(str(name), slice_of == name) for name in np.unique(slice_of)]
#+    return list({row["slice"]: row for row in everything + rest}.values())


# %% wrong slice-metrics: one error for two arguments, named after the first
# says: names group
# visible: passes
# like: how often each group is drawn, as a multinomial
#-    if len(slice_of) != len(y):
#-        raise ValueError("slice_of")
#-    if len(group) != len(y):
#-        raise ValueError("group")
#+    if len(slice_of) != len(y) or len(group) != len(y):
#+        raise ValueError("slice_of: one name a row")


# %% wrong slice-metrics: scikit-learn's metrics
# says: may not be called
# forbidden
def slice_metrics(y_true, flagged, slice_of, group, n_resamples=2000, seed=0):
    y, f = np.asarray(y_true, float), np.asarray(flagged, float)
    slice_of, group = np.asarray(slice_of), np.asarray(group)
    if len(y) == 0 or not np.isin(y, (0, 1)).all():
        raise ValueError("y_true")
    if len(f) != len(y) or not np.isin(f, (0, 1)).all():
        raise ValueError("flagged")
    if len(slice_of) != len(y):
        raise ValueError("slice_of")
    if len(group) != len(y):
        raise ValueError("group")
    if n_resamples < 1:
        raise ValueError("n_resamples")
    from sklearn.metrics import precision_score, recall_score

    return [{"slice": "all", "n": len(y), "precision": precision_score(y, f), "recall": recall_score(y, f)}]
