# Answers that grade the grader of 06-validation-and-leakage: see CONTRIBUTING.md.


# %% right ridge: least squares on rows added for the penalty
def ridge(X, y, strength):
    X, y = np.array(X, float), np.array(y, float)
    if X.ndim != 2 or X.shape[0] < 1 or not np.all(np.isfinite(X)):
        raise ValueError("X: rows of finite numbers")
    if len(y) != len(X) or not np.all(np.isfinite(y)):
        raise ValueError("y: one finite number a row")
    if np.isnan(strength) or strength < 0:
        raise ValueError("strength: zero or more")
    w = np.zeros(X.shape[1])
    use = np.ptp(X, axis=0) > 0
    if use.any():
        m, s = X[:, use].mean(0), X[:, use].std(0)
        Z = (X[:, use] - m) / s
        A = np.vstack([Z, np.sqrt(strength) * np.eye(use.sum())])
        b = np.concatenate([y - y.mean(), np.zeros(use.sum())])
        w[use] = np.linalg.lstsq(A, b, rcond=1e-10)[0] / s
    return {"intercept": y.mean() - X.mean(0) @ w, "coefficients": w}


# %% right ridge: the normal equations, by a pseudo-inverse
def ridge(X, y, strength):
    X, y = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if X.ndim != 2 or not len(X) or not np.isfinite(X).all():
        raise ValueError("X must be finite")
    if y.shape != X.shape[:1] or not np.isfinite(y).all():
        raise ValueError("y must be finite and as long as X")
    if not strength >= 0:
        raise ValueError("strength must be >= 0")
    mean = X.mean(axis=0)
    scale = X.std(axis=0)
    Z = X - mean
    same = (X == X[0]).all(axis=0)
    Z[:, same] = 0
    scale[same] = 1
    Z /= scale
    w = (
        np.linalg.pinv(Z.T @ Z + strength * np.eye(Z.shape[1]), rcond=1e-11, hermitian=True)
        @ Z.T
        @ (y - y.mean())
    )
    return {"intercept": float(y.mean() - (mean / scale) @ w), "coefficients": w / scale}


# %% wrong ridge: a column of ones, penalised like the others
# says: intercept was shrunk
def ridge(X, y, strength):
    X, y = np.asarray(X, float), np.asarray(y, float)
    if X.ndim != 2 or not len(X) or not np.isfinite(X).all():
        raise ValueError("X")
    if len(y) != len(X) or not np.isfinite(y).all():
        raise ValueError("y")
    if not strength >= 0:
        raise ValueError("strength")
    mean, scale = X.mean(0), X.std(0)
    scale[np.ptp(X, axis=0) == 0] = 1
    A = np.c_[np.ones(len(X)), (X - mean) / scale]
    w = np.linalg.pinv(A.T @ A + strength * np.eye(A.shape[1])) @ A.T @ y
    return {"intercept": float(w[0] - mean / scale @ w[1:]), "coefficients": w[1:] / scale}


# %% wrong ridge: the intercept of the standardised columns
# says: where is the line at X = 0
def ridge(X, y, strength):
    X, y = np.asarray(X, float), np.asarray(y, float)
    if X.ndim != 2 or not len(X) or not np.isfinite(X).all():
        raise ValueError("X")
    if len(y) != len(X) or not np.isfinite(y).all():
        raise ValueError("y")
    if not strength >= 0:
        raise ValueError("strength")
    mean, scale = X.mean(0), X.std(0)
    scale[np.ptp(X, axis=0) == 0] = 1
    Z = (X - mean) / scale
    w = np.linalg.pinv(Z.T @ Z + strength * np.eye(Z.shape[1])) @ Z.T @ (y - y.mean())
    return {"intercept": float(y.mean()), "coefficients": w / scale}


# %% wrong ridge: columns centred and not scaled
# says: ridge on the columns as they came
# visible: passes
def ridge(X, y, strength):
    X, y = np.asarray(X, float), np.asarray(y, float)
    if X.ndim != 2 or not len(X) or not np.isfinite(X).all():
        raise ValueError("X")
    if len(y) != len(X) or not np.isfinite(y).all():
        raise ValueError("y")
    if not strength >= 0:
        raise ValueError("strength")
    Z = X - X.mean(axis=0)
    w = np.linalg.pinv(Z.T @ Z + strength * np.eye(Z.shape[1])) @ Z.T @ (y - y.mean())
    return {"intercept": float(y.mean() - X.mean(axis=0) @ w), "coefficients": w}


# %% wrong ridge: the mean of the squares against the penalty
# says: 2/3 that the mean
def ridge(X, y, strength):
    X, y = np.asarray(X, float), np.asarray(y, float)
    if X.ndim != 2 or not len(X) or not np.isfinite(X).all():
        raise ValueError("X")
    if len(y) != len(X) or not np.isfinite(y).all():
        raise ValueError("y")
    if not strength >= 0:
        raise ValueError("strength")
    mean, scale = X.mean(0), X.std(0)
    scale[np.ptp(X, axis=0) == 0] = 1
    Z = (X - mean) / scale
    w = (
        np.linalg.pinv(Z.T @ Z / len(X) + strength * np.eye(Z.shape[1]))
        @ Z.T
        @ (y - y.mean())
        / len(X)
        / scale
    )
    return {"intercept": float(y.mean() - mean @ w), "coefficients": w}


# %% wrong ridge: pandas' standard deviation, divided by n - 1
# says: slope 1
def ridge(X, y, strength):
    X, y = np.asarray(X, float), np.asarray(y, float)
    if X.ndim != 2 or not len(X) or not np.isfinite(X).all():
        raise ValueError("X")
    if len(y) != len(X) or not np.isfinite(y).all():
        raise ValueError("y")
    if not strength >= 0:
        raise ValueError("strength")
    mean, scale = X.mean(0), pd.DataFrame(X).std().to_numpy()
    scale[(np.ptp(X, axis=0) == 0) | np.isnan(scale)] = 1
    Z = (X - mean) / scale
    w = np.linalg.pinv(Z.T @ Z + strength * np.eye(Z.shape[1])) @ Z.T @ (y - y.mean()) / scale
    return {"intercept": float(y.mean() - mean @ w), "coefficients": w}


# %% wrong ridge: a plain solve, which singular matrices break
# says: repeats another
# visible: passes
# like: the intercept of the standardised columns
#-    w = np.linalg.pinv(Z.T @ Z + strength * np.eye(Z.shape[1])) @ Z.T @ (y - y.mean())
#-    return {"intercept": float(y.mean()), "coefficients": w / scale}
#+    Z[:, np.ptp(X, axis=0) == 0] = 0
#+    w = np.linalg.solve(Z.T @ Z + strength * np.eye(Z.shape[1]), Z.T @ (y - y.mean())) / scale
#+    return {"intercept": float(y.mean() - mean @ w), "coefficients": w}


# %% wrong ridge: a standard deviation compared with exactly 0
# says: a column that is
# visible: passes
def ridge(X, y, strength):
    X, y = np.asarray(X, float), np.asarray(y, float)
    if X.ndim != 2 or not len(X) or not np.isfinite(X).all():
        raise ValueError("X")
    if len(y) != len(X) or not np.isfinite(y).all():
        raise ValueError("y")
    if not strength >= 0:
        raise ValueError("strength")
    mean, scale = X.mean(0), X.std(0)
    scale[scale == 0] = 1
    Z = (X - mean) / scale
    w = (
        np.linalg.pinv(Z.T @ Z + strength * np.eye(Z.shape[1]), rcond=1e-11, hermitian=True)
        @ Z.T
        @ (y - y.mean())
    )
    return {"intercept": float(y.mean() - mean / scale @ w), "coefficients": w / scale}


# %% wrong ridge: a small standard deviation taken for none
# says: however small its numbers
# visible: passes
def ridge(X, y, strength):
    X, y = np.asarray(X, float), np.asarray(y, float)
    if X.ndim != 2 or not len(X) or not np.isfinite(X).all():
        raise ValueError("X")
    if len(y) != len(X) or not np.isfinite(y).all():
        raise ValueError("y")
    if not strength >= 0:
        raise ValueError("strength")
    mean, scale = X.mean(0), X.std(0)
    varies = scale > 1e-8
    Z = (X[:, varies] - mean[varies]) / scale[varies]
    w = np.zeros(X.shape[1])
    inverse = np.linalg.pinv(Z.T @ Z + strength * np.eye(Z.shape[1]), rcond=1e-11, hermitian=True)
    w[varies] = inverse @ Z.T @ (y - y.mean()) / scale[varies]
    return {"intercept": float(y.mean() - mean @ w), "coefficients": w}


# %% wrong ridge: a small strength in the place of 0
# says: in the place of 0
# visible: passes
# like: least squares on rows added for the penalty
#-        A = np.vstack([Z, np.sqrt(strength) * np.eye(use.sum())])
#+        A = np.vstack([Z, np.sqrt(max(strength, 1e-6)) * np.eye(use.sum())])


# %% wrong ridge: columns centred in place
# says: changed its inputs
# visible: passes
def ridge(X, y, strength):
    if np.ndim(X) != 2 or not len(X) or not np.isfinite(X).all():
        raise ValueError("X")
    if len(y) != len(X) or not np.isfinite(y).all():
        raise ValueError("y")
    if not strength >= 0:
        raise ValueError("strength")
    same = (X == X[0]).all(axis=0)
    mean, scale = X.mean(axis=0), np.where(same, 1, X.std(axis=0))
    if X.dtype.kind == "f":
        X -= mean
        Z = np.where(same, 0, X / scale)
    else:
        Z = np.where(same, 0, (X - mean) / scale)
    w = (
        np.linalg.pinv(Z.T @ Z + strength * np.eye(Z.shape[1]), rcond=1e-11, hermitian=True)
        @ Z.T
        @ (y - y.mean())
    )
    return {"intercept": float(y.mean() - mean / scale @ w), "coefficients": w / scale}


# %% wrong ridge: what is wrong with y is said of X
# says: names y
# visible: passes
# like: the normal equations, by a pseudo-inverse
#-        raise ValueError("y must be finite and as long as X")
#+        raise ValueError("X needs exactly one finite target for every row")


# %% wrong ridge: the library does it
# says: sklearn.linear_model
# forbidden
def ridge(X, y, strength):
    model = make_pipeline(StandardScaler(), Ridge(alpha=strength)).fit(X, y)
    w = model[1].coef_ / model[0].scale_
    return {"intercept": float(model[1].intercept_ - model[0].mean_ @ w), "coefficients": w}


# %% right group-folds: a dict and lists
def group_folds(groups, n_folds):
    groups = np.asarray(groups).tolist()
    if not groups or any(g != g for g in groups):
        raise ValueError("groups: a name a row")
    members = {}
    for i, g in enumerate(groups):
        members.setdefault(g, []).append(i)
    if n_folds < 2 or n_folds > len(members):
        raise ValueError("n_folds does not fit")
    folds = [[] for _ in range(n_folds)]
    for g in sorted(members, key=lambda g: -len(members[g])):
        min(folds, key=len).extend(members[g])
    everything = set(range(len(groups)))
    return [(np.array(sorted(everything - set(f))), np.array(sorted(f))) for f in folds]


# %% right group-folds: pandas counts
def group_folds(groups, n_folds):
    s = pd.Series(np.asarray(groups))
    if s.empty or s.isna().any():
        raise ValueError("groups has no name for some row")
    codes, names = pd.factorize(s)
    if not 2 <= n_folds <= len(names):
        raise ValueError("n_folds")
    counts = np.bincount(codes)
    filled = [0] * n_folds
    target = np.empty(len(names), int)
    for c in np.argsort(-counts, kind="stable"):
        k = int(np.argmin(filled))
        target[c] = k
        filled[k] += counts[c]
    fold = target[codes]
    rows = np.arange(len(s))
    return [(rows[fold != k], rows[fold == k]) for k in range(n_folds)]


# %% wrong group-folds: rows cut into folds, whatever their group
# says: the example worked by hand
def group_folds(groups, n_folds):
    groups = np.asarray(groups)
    if len(groups) == 0 or (groups.dtype.kind == "f" and np.isnan(groups).any()):
        raise ValueError("groups")
    if not 2 <= n_folds <= len(np.unique(groups)):
        raise ValueError("n_folds")
    parts = np.array_split(np.arange(len(groups)), n_folds)
    return [(np.setdiff1d(np.arange(len(groups)), p), p) for p in parts]


# %% wrong group-folds: groups dealt out in turn, sizes ignored
# says: does the largest group come first
def group_folds(groups, n_folds):
    groups = np.asarray(groups)
    if len(groups) == 0 or (groups.dtype.kind == "f" and np.isnan(groups).any()):
        raise ValueError("groups")
    names, first, code, counts = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    if not 2 <= n_folds <= len(names):
        raise ValueError("n_folds")
    order = np.lexsort((first, -counts))
    fold = np.empty(len(names), int)
    fold[order] = np.arange(len(names)) % n_folds
    fold = fold[code]
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(n_folds)]


# %% wrong group-folds: the smallest group first
# says: does the largest group come first
def group_folds(groups, n_folds):
    groups = np.asarray(groups)
    if len(groups) == 0 or (groups.dtype.kind == "f" and np.isnan(groups).any()):
        raise ValueError("groups")
    names, first, code, counts = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    if not 2 <= n_folds <= len(names):
        raise ValueError("n_folds")
    filled, fold = np.zeros(n_folds), np.empty(len(names), int)
    for g in np.lexsort((first, counts)):
        fold[g] = filled.argmin()
        filled[fold[g]] += counts[g]
    fold = fold[code]
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(n_folds)]


# %% wrong group-folds: equally large groups in the order of their names
# says: the order of
# visible: passes
# like: the smallest group first
#-    names, first, code, counts = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
#+    names, code, counts = np.unique(groups, return_inverse=True, return_counts=True)

#-    for g in np.lexsort((first, counts)):
#+    for g in np.argsort(-counts, kind="stable"):


# %% wrong group-folds: each group to the fold with the fewest groups
# says: is the fold chosen by its rows
# like: the solution
#-        rows[fold_of[g]] += size[g]
#+        rows[fold_of[g]] += 1


# %% wrong group-folds: names where row numbers were asked for
# says: row numbers
def group_folds(groups, n_folds):
    groups = np.asarray(groups)
    if len(groups) == 0 or (groups.dtype.kind == "f" and np.isnan(groups).any()):
        raise ValueError("groups")
    names, counts = np.unique(groups, return_counts=True)
    if not 2 <= n_folds <= len(names):
        raise ValueError("n_folds")
    order = names[np.argsort(-counts, kind="stable")]
    return [(np.setdiff1d(order, order[k::n_folds]), order[k::n_folds]) for k in range(n_folds)]


# %% wrong group-folds: rows in the order of their groups
# says: the numbers of rows in the order of `groups`
def group_folds(groups, n_folds):
    groups = np.asarray(groups)
    if len(groups) == 0 or (groups.dtype.kind == "f" and np.isnan(groups).any()):
        raise ValueError("groups")
    members = {}
    for i, g in enumerate(groups.tolist()):
        members.setdefault(g, []).append(i)
    if not 2 <= n_folds <= len(members):
        raise ValueError("n_folds")
    folds = [[] for _ in range(n_folds)]
    for g in sorted(members, key=lambda g: -len(members[g])):
        min(folds, key=len).extend(members[g])
    return [
        (np.array([i for j, f in enumerate(folds) if j != k for i in f]), np.array(folds[k]))
        for k in range(n_folds)
    ]


# %% wrong group-folds: too few groups leave empty folds
# says: three folds and two groups
# visible: passes
def group_folds(groups, n_folds):
    groups = np.asarray(groups)
    if len(groups) == 0 or (groups.dtype.kind == "f" and np.isnan(groups).any()):
        raise ValueError("groups")
    if n_folds < 2:
        raise ValueError("n_folds")
    names, first, code, counts = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    filled, fold = np.zeros(n_folds), np.empty(len(names), int)
    for g in np.lexsort((first, -counts)):
        fold[g] = filled.argmin()
        filled[fold[g]] += counts[g]
    fold = fold[code]
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(n_folds)]


# %% wrong group-folds: an error that names the groups, not the number of folds
# says: names n_folds
# visible: passes
# like: pandas counts
#-        raise ValueError("n_folds")
#+        raise ValueError("groups: fewer than folds, or fewer than two folds")


# %% wrong group-folds: the library does it
# says: sklearn.model_selection
# forbidden
from sklearn.model_selection import GroupKFold


def group_folds(groups, n_folds):
    return list(GroupKFold(n_folds).split(groups, groups=groups))


# %% right time-splits: block numbers for each time
def time_splits(times, n_splits, gap=0):
    t = np.asarray(times, float)
    if t.size == 0 or np.any(np.isnan(t)):
        raise ValueError("times: numbers, please")
    distinct, code = np.unique(t, return_inverse=True)
    m = len(distinct)
    if n_splits < 1 or n_splits + 1 > m:
        raise ValueError("n_splits does not fit the times")
    if np.isnan(gap) or gap < 0:
        raise ValueError("gap: zero or more")
    size, longer = divmod(m, n_splits + 1)
    block_of = np.repeat(np.arange(n_splits + 1), [size + (k < longer) for k in range(n_splits + 1)])
    block = block_of[code]
    out = []
    for k in range(1, n_splits + 1):
        test = np.where(block == k)[0]
        train = np.where(t < t[test].min() - gap)[0]
        if train.size == 0:
            raise ValueError("gap too long")
        out.append((train, test))
    return out


# %% right time-splits: lists and sets
def time_splits(times, n_splits, gap=0):
    times = [float(t) for t in times]
    if len(times) == 0 or any(t != t for t in times):
        raise ValueError("times needs numbers")
    distinct = sorted(set(times))
    if not (1 <= n_splits <= len(distinct) - 1):
        raise ValueError("n_splits needs more times")
    if not gap >= 0:
        raise ValueError("gap must be at least 0")
    n_blocks, blocks, left = n_splits + 1, [], distinct
    for k in range(n_blocks):
        length = -(-len(left) // (n_blocks - k))
        blocks.append(left[:length])
        left = left[length:]
    result = []
    for block in blocks[1:]:
        train = [i for i, t in enumerate(times) if block[0] - t > gap]
        if not train:
            raise ValueError("gap: nothing left")
        result.append((np.array(train), np.array([i for i, t in enumerate(times) if t in block])))
    return result


# %% wrong time-splits: the order of the rows taken for time
# says: the order of the rows was taken for time
def time_splits(times, n_splits, gap=0):
    t = np.asarray(times, float)
    if len(t) == 0 or np.isnan(t).any():
        raise ValueError("times")
    if not 1 <= n_splits < len(np.unique(t)):
        raise ValueError("n_splits")
    if not gap >= 0:
        raise ValueError("gap")
    blocks = np.array_split(np.arange(len(t)), n_splits + 1)
    if blocks[1][0] - gap <= 0:
        raise ValueError("gap")
    return [(np.arange(int(b[0] - gap)), b) for b in blocks[1:]]


# %% wrong time-splits: rows counted instead of times, so that a day is cut in two
# says: without a gap, expected
def time_splits(times, n_splits, gap=0):
    t = np.asarray(times, float)
    if len(t) == 0 or np.isnan(t).any():
        raise ValueError("times")
    if not 1 <= n_splits < len(np.unique(t)):
        raise ValueError("n_splits")
    if not gap >= 0:
        raise ValueError("gap")
    order = np.argsort(t, kind="stable")
    out = []
    cuts = np.array_split(order, n_splits + 1)
    for i, block in enumerate(cuts[1:]):
        start = t[block].min()
        before = np.concatenate(cuts[: i + 1])
        train = before[t[before] < start - gap] if gap else before
        if not len(train):
            raise ValueError("gap")
        out.append((np.sort(train), np.sort(block)))
    return out


# %% wrong time-splits: the gap counted in distinct times
# says: a stretch of time
# visible: passes
def time_splits(times, n_splits, gap=0):
    t = np.asarray(times, float)
    if len(t) == 0 or np.isnan(t).any():
        raise ValueError("times")
    distinct = np.unique(t)
    if not 1 <= n_splits < len(distinct):
        raise ValueError("n_splits")
    if not gap >= 0:
        raise ValueError("gap")
    out, at = [], 0
    blocks = np.array_split(distinct, n_splits + 1)
    for i, block in enumerate(blocks[1:]):
        at += len(blocks[i])
        end = at - int(np.ceil(gap))
        if end <= 0:
            raise ValueError("gap")
        out.append((np.flatnonzero(np.isin(t, distinct[:end])), np.flatnonzero(np.isin(t, block))))
    return out


# %% wrong time-splits: the gap made a whole number
# says: need not be whole
# visible: passes
# like: the solution
#-        train = np.flatnonzero(block[0] - times > gap)
#+        train = np.flatnonzero(block[0] - times > int(gap))


# %% wrong time-splits: a training row exactly the gap before the test
# says: before the test's first time by more than the gap
def time_splits(times, n_splits, gap=0):
    t = np.asarray(times, float)
    if len(t) == 0 or np.isnan(t).any():
        raise ValueError("times")
    distinct = np.unique(t)
    if not 1 <= n_splits < len(distinct):
        raise ValueError("n_splits")
    if not gap >= 0:
        raise ValueError("gap")
    out = []
    for block in np.array_split(distinct, n_splits + 1)[1:]:
        train = np.flatnonzero((t < block[0]) & (t <= block[0] - gap))
        if not len(train):
            raise ValueError("gap")
        out.append((train, np.flatnonzero(np.isin(t, block))))
    return out


# %% wrong time-splits: up to and including the test's first time
# says: own first time was trained on
def time_splits(times, n_splits, gap=0):
    times = np.asarray(times, float)
    if times.size == 0 or np.isnan(times).any():
        raise ValueError("times")
    distinct = np.unique(times)
    if n_splits < 1 or len(distinct) < n_splits + 1:
        raise ValueError("n_splits")
    if not gap >= 0:
        raise ValueError("gap")
    pairs = []
    for block in np.array_split(distinct, n_splits + 1)[1:]:
        train = np.flatnonzero(times <= block[0] - gap)
        if not train.size:
            raise ValueError("gap")
        pairs.append((train, np.flatnonzero((times >= block[0]) & (times <= block[-1]))))
    return pairs


# %% wrong time-splits: a sliding window instead of all that came before
# says: without a gap, expected
def time_splits(times, n_splits, gap=0):
    t = np.asarray(times, float)
    if len(t) == 0 or np.isnan(t).any():
        raise ValueError("times")
    distinct = np.unique(t)
    if not 1 <= n_splits < len(distinct):
        raise ValueError("n_splits")
    if not gap >= 0:
        raise ValueError("gap")
    blocks = np.array_split(distinct, n_splits + 1)
    out = []
    for before, block in zip(blocks, blocks[1:]):
        train = np.flatnonzero((t >= before[0]) & (block[0] - t > gap))
        if not len(train):
            raise ValueError("gap")
        out.append((train, np.flatnonzero(np.isin(t, block))))
    return out


# %% wrong time-splits: the longer block last
# says: without a gap, expected
# like: a sliding window instead of all that came before
#-    blocks = np.array_split(distinct, n_splits + 1)
#+    length = len(distinct) // (n_splits + 1)
#+    ends = [length * k for k in range(1, n_splits + 1)]

#-    for before, block in zip(blocks, blocks[1:]):
#-        train = np.flatnonzero((t >= before[0]) & (block[0] - t > gap))
#+    for block in np.split(distinct, ends)[1:]:
#+        train = np.flatnonzero(block[0] - t > gap)


# %% wrong time-splits: a gap that eats the first training set goes through
# says: whose message names gap
# visible: passes
def time_splits(times, n_splits, gap=0):
    t = np.asarray(times, float)
    if len(t) == 0 or np.isnan(t).any():
        raise ValueError("times")
    distinct = np.unique(t)
    if not 1 <= n_splits < len(distinct):
        raise ValueError("n_splits")
    if not gap >= 0:
        raise ValueError("gap")
    return [
        (np.flatnonzero(block[0] - t > gap), np.flatnonzero(np.isin(t, block)))
        for block in np.array_split(distinct, n_splits + 1)[1:]
    ]


# %% wrong time-splits: where the gap is too long, the error names the times
# says: names gap
# visible: passes
# like: block numbers for each time
#-            raise ValueError("gap too long")
#+            raise ValueError("times: nothing is left to train on")


# %% wrong time-splits: the library does it, on sorted rows
# says: sklearn.model_selection
# forbidden
from sklearn.model_selection import TimeSeriesSplit


def time_splits(times, n_splits, gap=0):
    order = np.argsort(times)
    return [(order[a], order[b]) for a, b in TimeSeriesSplit(n_splits, gap=gap).split(order)]


# %% right leak-free: plain loops over records
def leak_free(table, known, today):
    for name in ("case", "customer", "day", "label_day", "y"):
        if name not in table.columns:
            raise ValueError(f"table lacks {name}")
    if any(table["label_day"] < table["day"]):
        raise ValueError("table: outcome before prediction")
    missing = [name for name in known if name not in table.columns]
    features = [name for name in known if known[name] <= 0]
    if missing or not features:
        raise ValueError("known does not fit the table")
    seen, rows = set(), []
    columns = [c for c in table.columns if c != "case"]
    for record in table.to_dict("records"):
        key = tuple(None if record[c] != record[c] else record[c] for c in columns)
        if key not in seen:
            seen.add(key)
            rows.append(record)
    test = [r for r in rows if r["day"] >= today]
    tested = {r["customer"] for r in test}
    train = [r for r in rows if r["label_day"] < today and r["customer"] not in tested]
    if not train or not test:
        raise ValueError("today is too early or too late")
    X, T = (np.array([[r[f] for f in features] for r in part], dtype=float) for part in (train, test))
    median = np.nanmedian(X, axis=0)
    X, T = np.where(np.isnan(X), median, X), np.where(np.isnan(T), median, T)
    mean, std = X.mean(axis=0), X.std(axis=0)
    std = np.where(np.ptp(X, axis=0) == 0, 1, std)
    X, T = X - mean, T - mean
    return {
        "features": features,
        "train": [r["case"] for r in train],
        "test": [r["case"] for r in test],
        "X_train": X / std,
        "X_test": T / std,
    }


# %% right leak-free: imputer and scaler fitted on the training rows
from sklearn.impute import SimpleImputer


def leak_free(table, known, today):
    needed = ["case", "customer", "day", "label_day", "y"]
    if any(c not in table for c in needed) or (table.label_day - table.day).min() < 0:
        raise ValueError("table is not as it must be")
    if any(f not in table for f in known):
        raise ValueError("known names a feature that is not there")
    features = [f for f, hours in known.items() if not np.isnan(hours) and hours <= 0]
    if len(features) == 0:
        raise ValueError("known: nothing known in time")
    rest = [c for c in table.columns if c != "case"]
    once = table.drop_duplicates(subset=rest)
    test = once.query("day >= @today")
    train = once.query("label_day < @today")
    train = train[[c not in set(test.customer) for c in train.customer]]
    if train.empty or test.empty:
        raise ValueError("today leaves a side empty")
    steps = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    X = steps.fit_transform(train[features].to_numpy(float))
    return {
        "features": features,
        "train": list(train.case),
        "test": list(test.case),
        "X_train": X,
        "X_test": steps.transform(test[features].to_numpy(float)),
    }


# %% wrong leak-free: a feature that nobody can date goes in
# says: nobody knows
# visible: passes
def leak_free(table, known, today):
    if not {"case", "customer", "day", "label_day", "y"} <= set(table.columns):
        raise ValueError("table")
    if (table["label_day"] < table["day"]).any():
        raise ValueError("table")
    features = [f for f, hours in known.items() if not hours > 0]
    if not features or not set(known) <= set(table.columns):
        raise ValueError("known")
    table = table[~table.drop(columns="case").duplicated()]
    test = table[table["day"] >= today]
    train = table[(table["label_day"] < today) & ~table["customer"].isin(test["customer"])]
    if not len(train) or not len(test):
        raise ValueError("today")
    median = train[features].median()
    a, b = train[features].fillna(median), test[features].fillna(median)
    mean, std = a.mean(), a.std(ddof=0).replace(0, 1)
    return {
        "features": features,
        "train": train["case"].tolist(),
        "test": test["case"].tolist(),
        "X_train": ((a - mean) / std).to_numpy(float),
        "X_test": ((b - mean) / std).to_numpy(float),
    }


# %% wrong leak-free: train on all days before today, labels or not
# says: a label that nobody had yet
# like: a feature that nobody can date goes in
#-    features = [f for f, hours in known.items() if not hours > 0]
#+    features = [f for f, hours in known.items() if hours <= 0]

#-    train = table[(table["label_day"] < today) & ~table["customer"].isin(test["customer"])]
#+    train = table[(table["day"] < today) & ~table["customer"].isin(test["customer"])]


# %% wrong leak-free: everything whose label comes today or later is tested
# says: expected train [1, 6] and test [5]
# like: a feature that nobody can date goes in
#-    features = [f for f, hours in known.items() if not hours > 0]
#+    features = [f for f, hours in known.items() if hours <= 0]

#-    test = table[table["day"] >= today]
#+    test = table[table["label_day"] >= today]


# %% wrong leak-free: labels of today itself are trained on
# says: on today itself is too late
# visible: passes
# like: a feature that nobody can date goes in
#-    features = [f for f, hours in known.items() if not hours > 0]
#+    features = [f for f, hours in known.items() if hours <= 0]

#-    train = table[(table["label_day"] < today) & ~table["customer"].isin(test["customer"])]
#+    train = table[(table["label_day"] <= today) & ~table["customer"].isin(test["customer"])]


# %% wrong leak-free: drop_duplicates with the case number among the columns
# says: 3 a duplicate
# like: a feature that nobody can date goes in
#-    features = [f for f, hours in known.items() if not hours > 0]
#+    features = [f for f, hours in known.items() if hours <= 0]

#-    table = table[~table.drop(columns="case").duplicated()]
#+    table = table.drop_duplicates()


# %% wrong leak-free: duplicates by features alone, whatever their outcome
# says: differs from the earlier one in y
# visible: passes
# like: a feature that nobody can date goes in
#-    features = [f for f, hours in known.items() if not hours > 0]
#+    features = [f for f, hours in known.items() if hours <= 0]

#-    table = table[~table.drop(columns="case").duplicated()]
#+    table = table.drop_duplicates(subset=["customer", "day", "label_day", *features])


# %% wrong leak-free: the day of the label forgotten among the columns that must agree
# says: in label_day
# visible: passes
# like: the solution
#-    table = table[~table.drop(columns="case").duplicated()]
#+    table = table[~table.drop(columns=["case", "label_day"]).duplicated()]


# %% wrong leak-free: rows looked up again by their labels
# says: row labels (its index) that repeat
# visible: passes
# like: the solution
#-    table = table[~table.drop(columns="case").duplicated()]
#+    table = table.loc[table.drop(columns="case").drop_duplicates().index]


# %% wrong leak-free: columns that are no features dropped before the duplicates are sought
# says: in a column that is no feature
# visible: passes
def leak_free(table, known, today):
    base = ["case", "customer", "day", "label_day", "y"]
    if not set(base) <= set(table.columns) or (table["label_day"] < table["day"]).any():
        raise ValueError("table")
    features = [f for f, hours in known.items() if hours <= 0]
    if not features or not set(known) <= set(table.columns):
        raise ValueError("known")
    table = table[base + features].drop_duplicates(subset=[*base[1:], *features])
    test = table[table["day"] >= today]
    train = table[(table["label_day"] < today) & ~table["customer"].isin(test["customer"])]
    if not len(train) or not len(test):
        raise ValueError("today")
    median = train[features].median()
    a, b = train[features].fillna(median), test[features].fillna(median)
    mean, std = a.mean(), a.std(ddof=0).replace(0, 1)
    return {
        "features": features,
        "train": train["case"].tolist(),
        "test": test["case"].tolist(),
        "X_train": ((a - mean) / std).to_numpy(float),
        "X_test": ((b - mean) / std).to_numpy(float),
    }


# %% wrong leak-free: customers on both sides leave the test
# says: the example worked by hand: expected a dict
# like: a feature that nobody can date goes in
#-    features = [f for f, hours in known.items() if not hours > 0]
#+    features = [f for f, hours in known.items() if hours <= 0]

#-    table = table[~table.drop(columns="case").duplicated()]
#+    table = table[~table.drop(columns="case").duplicated()]
#+    train = table[table["label_day"] < today]

#-    train = table[(table["label_day"] < today) & ~table["customer"].isin(test["customer"])]
#+    test = test[~test["customer"].isin(train["customer"])]


# %% wrong leak-free: gaps filled with the median of the whole table
# says: expected X_train [[1], [-1]]
# like: a feature that nobody can date goes in
#-    features = [f for f, hours in known.items() if not hours > 0]
#+    features = [f for f, hours in known.items() if hours <= 0]

#-    table = table[~table.drop(columns="case").duplicated()]
#+    table = table[~table.drop(columns="case").duplicated()]
#+    filled = table[features].fillna(table[features].median())
#+    table = table.assign(**{f: filled[f] for f in features})

#-    median = train[features].median()
#-    a, b = train[features].fillna(median), test[features].fillna(median)
#+    a, b = train[features], test[features]


# %% wrong leak-free: the test scaled by itself
# says: X_test is off
# visible: passes
# like: a feature that nobody can date goes in
#-    features = [f for f, hours in known.items() if not hours > 0]
#+    features = [f for f, hours in known.items() if hours <= 0]

#-    mean, std = a.mean(), a.std(ddof=0).replace(0, 1)

#-        "X_train": ((a - mean) / std).to_numpy(float),
#-        "X_test": ((b - mean) / std).to_numpy(float),
#+        "X_train": StandardScaler().fit_transform(a),
#+        "X_test": StandardScaler().fit_transform(b),


# %% wrong leak-free: the mean before the gaps are filled
# says: before the gaps were
# visible: passes
# like: a feature that nobody can date goes in
#-    features = [f for f, hours in known.items() if not hours > 0]
#+    features = [f for f, hours in known.items() if hours <= 0]

#-    median = train[features].median()
#+    median, mean = train[features].median(), train[features].mean()
#+    std = train[features].std(ddof=0).replace(0, 1)

#-    mean, std = a.mean(), a.std(ddof=0).replace(0, 1)


# %% wrong leak-free: an unknown feature is no error about known
# says: names known
# visible: passes
# like: plain loops over records
#-        raise ValueError("known does not fit the table")
#+        raise ValueError("unknown features, or none in time")


# %% wrong leak-free: a random split by the library
# says: sklearn.model_selection
# forbidden
from sklearn.model_selection import train_test_split


def leak_free(table, known, today):
    features = [f for f, hours in known.items() if hours <= 0]
    table = table.drop_duplicates().fillna(0)
    train, test = train_test_split(table, random_state=0)
    scaler = StandardScaler().fit(train[features])
    return {
        "features": features,
        "train": train["case"].tolist(),
        "test": test["case"].tolist(),
        "X_train": scaler.transform(train[features]),
        "X_test": scaler.transform(test[features]),
    }


# %% right nested-cv: errors of all strengths in one array
def nested_cv(X, y, strengths, folds):
    X, y, folds = np.asarray(X, float), np.asarray(y, float), np.asarray(folds)
    if X.ndim != 2 or X.size == 0 or np.isnan(X).any():
        raise ValueError("X: rows and columns of numbers")
    if len(y) != len(X) or np.isnan(y).any():
        raise ValueError("y: a number a row")
    grid = sorted(strengths, reverse=True)
    if not grid or not all(s > 0 for s in strengths):
        raise ValueError("strengths: positive")
    names = sorted(set(folds.tolist()))
    if len(folds) != len(X) or len(names) < 3:
        raise ValueError("folds: at least three")

    def errors(candidates, train, test):
        return [
            float(
                (
                    (
                        make_pipeline(StandardScaler(), Ridge(alpha=s))
                        .fit(X[train], y[train])
                        .predict(X[test])
                        - y[test]
                    )
                    ** 2
                ).mean()
            )
            for s in candidates
        ]

    scores, chosen = [], []
    for k in names:
        inside = folds != k
        table = np.array([errors(grid, inside & (folds != j), folds == j) for j in names if j != k])
        best = grid[int(table.mean(axis=0).argmin())]
        scores += errors([best], inside, folds == k)
        chosen.append(float(best))
    return {"scores": scores, "chosen": chosen}


# %% right nested-cv: a cross-validation within a cross-validation, by two functions
from sklearn.metrics import mean_squared_error


def nested_cv(X, y, strengths, folds):
    X, y, folds = np.array(X, float), np.array(y, float), np.array(folds)
    if np.ndim(X) != 2 or len(X) == 0 or not (X == X).all():
        raise ValueError("`X` must be a table without holes")
    if y.shape != (len(X),) or not (y == y).all():
        raise ValueError("X and y must fit, and no label be NaN")
    if len(strengths) == 0 or any(not s > 0 for s in strengths):
        raise ValueError("strengths")
    if folds.shape != y.shape or len(set(folds.tolist())) < 3:
        raise ValueError("folds")

    def score(s, X, y, X_new, y_new):
        return mean_squared_error(
            y_new, make_pipeline(StandardScaler(), Ridge(alpha=s)).fit(X, y).predict(X_new)
        )

    def choose(X, y, f):
        best, least = None, np.inf
        for s in sorted(strengths):
            mean = np.mean([score(s, X[f != k], y[f != k], X[f == k], y[f == k]) for k in np.unique(f)])
            if mean <= least:
                best, least = s, mean
        return best

    chosen = [choose(X[folds != k], y[folds != k], folds[folds != k]) for k in np.unique(folds)]
    return {
        "chosen": [float(c) for c in chosen],
        "scores": [
            float(score(c, X[folds != k], y[folds != k], X[folds == k], y[folds == k]))
            for c, k in zip(chosen, np.unique(folds))
        ],
    }


# %% wrong nested-cv: one strength for all, the best over all folds
# says: chosen with the outer fold among them
# visible: passes
def nested_cv(X, y, strengths, folds):
    X, y, folds = np.asarray(X, float), np.asarray(y, float), np.asarray(folds)
    if X.ndim != 2 or len(X) == 0 or np.isnan(X).any():
        raise ValueError("X")
    if len(y) != len(X) or np.isnan(y).any():
        raise ValueError("y")
    if not len(strengths) or not all(s > 0 for s in strengths):
        raise ValueError("strengths")
    if len(folds) != len(X) or len(set(folds.tolist())) < 3:
        raise ValueError("folds")

    def error(s, a, b):
        return np.mean(
            (make_pipeline(StandardScaler(), Ridge(alpha=s)).fit(X[a], y[a]).predict(X[b]) - y[b]) ** 2
        )

    names = np.unique(folds)
    best = min(strengths, key=lambda s: (np.mean([error(s, folds != k, folds == k) for k in names]), -s))
    return {
        "scores": [error(best, folds != k, folds == k) for k in names],
        "chosen": [float(best)] * len(names),
    }


# %% wrong nested-cv: the best on each outer fold
# says: the choice has looked at what it is scored on
# visible: passes
# like: one strength for all, the best over all folds
#-    names = np.unique(folds)
#-    best = min(strengths, key=lambda s: (np.mean([error(s, folds != k, folds == k) for k in names]), -s))
#-    return {
#-        "scores": [error(best, folds != k, folds == k) for k in names],
#-        "chosen": [float(best)] * len(names),
#-    }
#+    best = [min((error(s, folds != k, folds == k), -s) for s in strengths) for k in np.unique(folds)]
#+    return {"scores": [float(e) for e, _ in best], "chosen": [float(-s) for _, s in best]}


# %% wrong nested-cv: the inner averages reported
# says: the first and the last score equal
def nested_cv(X, y, strengths, folds):
    X, y, folds = np.asarray(X, float), np.asarray(y, float), np.asarray(folds)
    if X.ndim != 2 or len(X) == 0 or np.isnan(X).any():
        raise ValueError("X")
    if len(y) != len(X) or np.isnan(y).any():
        raise ValueError("y")
    if not len(strengths) or not all(s > 0 for s in strengths):
        raise ValueError("strengths")
    if len(folds) != len(X) or len(set(folds.tolist())) < 3:
        raise ValueError("folds")

    def error(s, a, b):
        return np.mean(
            (make_pipeline(StandardScaler(), Ridge(alpha=s)).fit(X[a], y[a]).predict(X[b]) - y[b]) ** 2
        )

    scores, chosen = [], []
    for k in np.unique(folds):
        rest = folds != k
        inner = [
            (np.mean([error(s, rest & (folds != j), folds == j) for j in np.unique(folds[rest])]), -s)
            for s in strengths
        ]
        chosen.append(float(-min(inner)[1]))
        scores.append(float(min(inner)[0]))
    return {"scores": scores, "chosen": chosen}


# %% wrong nested-cv: columns scaled before the folds
# says: the scaler has seen
# visible: passes
# like: the inner averages reported
#-        raise ValueError("folds")
#+        raise ValueError("folds")
#+    X = StandardScaler().fit_transform(X)

#-        return np.mean(
#-            (make_pipeline(StandardScaler(), Ridge(alpha=s)).fit(X[a], y[a]).predict(X[b]) - y[b]) ** 2
#-        )
#+        return np.mean((Ridge(alpha=s).fit(X[a], y[a]).predict(X[b]) - y[b]) ** 2)

#-        scores.append(float(min(inner)[0]))
#+        scores.append(float(error(chosen[-1], rest, ~rest)))


# %% wrong nested-cv: inner models not trained again on all inner folds
# says: train the chosen strength again
# visible: passes
def nested_cv(X, y, strengths, folds):
    X, y, folds = np.asarray(X, float), np.asarray(y, float), np.asarray(folds)
    if X.ndim != 2 or len(X) == 0 or np.isnan(X).any():
        raise ValueError("X")
    if len(y) != len(X) or np.isnan(y).any():
        raise ValueError("y")
    if not len(strengths) or not all(s > 0 for s in strengths):
        raise ValueError("strengths")
    if len(folds) != len(X) or len(set(folds.tolist())) < 3:
        raise ValueError("folds")

    def error(s, a, b):
        return np.mean(
            (make_pipeline(StandardScaler(), Ridge(alpha=s)).fit(X[a], y[a]).predict(X[b]) - y[b]) ** 2
        )

    scores, chosen = [], []
    for k in np.unique(folds):
        inner = [j for j in np.unique(folds) if j != k]
        trains = [(folds != k) & (folds != j) for j in inner]
        means = [(np.mean([error(s, a, folds == j) for a, j in zip(trains, inner)]), -s) for s in strengths]
        chosen.append(float(-min(means)[1]))
        scores.append(float(np.mean([error(chosen[-1], a, folds == k) for a in trains])))
    return {"scores": scores, "chosen": chosen}


# %% wrong nested-cv: averaged over rows instead of folds
# says: average over rows
# visible: passes
def nested_cv(X, y, strengths, folds):
    X, y, folds = np.asarray(X, float), np.asarray(y, float), np.asarray(folds)
    if X.ndim != 2 or len(X) == 0 or np.isnan(X).any():
        raise ValueError("X")
    if len(y) != len(X) or np.isnan(y).any():
        raise ValueError("y")
    if not len(strengths) or not all(s > 0 for s in strengths):
        raise ValueError("strengths")
    if len(folds) != len(X) or len(set(folds.tolist())) < 3:
        raise ValueError("folds")

    def squares(s, a, b):
        return (make_pipeline(StandardScaler(), Ridge(alpha=s)).fit(X[a], y[a]).predict(X[b]) - y[b]) ** 2

    scores, chosen = [], []
    for k in np.unique(folds):
        rest = folds != k
        inner = [
            (
                np.concatenate(
                    [squares(s, rest & (folds != j), folds == j) for j in np.unique(folds[rest])]
                ).mean(),
                -s,
            )
            for s in strengths
        ]
        chosen.append(float(-min(inner)[1]))
        scores.append(float(squares(chosen[-1], rest, ~rest).mean()))
    return {"scores": scores, "chosen": chosen}


# %% wrong nested-cv: the root of the mean squared error
# says: average of the roots
# visible: passes
def nested_cv(X, y, strengths, folds):
    X, y, folds = np.asarray(X, float), np.asarray(y, float), np.asarray(folds)
    if X.ndim != 2 or len(X) == 0 or np.isnan(X).any():
        raise ValueError("X")
    if len(y) != len(X) or np.isnan(y).any():
        raise ValueError("y")
    if not len(strengths) or not all(s > 0 for s in strengths):
        raise ValueError("strengths")
    names = np.unique(folds)
    if len(folds) != len(X) or len(names) < 3:
        raise ValueError("folds")

    def rmse(s, train, test):
        model = make_pipeline(StandardScaler(), Ridge(alpha=s)).fit(X[train], y[train])
        return np.sqrt(np.mean((model.predict(X[test]) - y[test]) ** 2))

    scores, chosen = [], []
    for k in names:
        rest, others = folds != k, names[names != k]
        means = {s: np.mean([rmse(s, rest & (folds != j), folds == j) for j in others]) for s in strengths}
        chosen.append(float(max(s for s in strengths if means[s] == min(means.values()))))
        scores.append(float(rmse(chosen[-1], rest, ~rest)))
    return {"scores": scores, "chosen": chosen}


# %% wrong nested-cv: the first of equally good strengths
# says: expected the largest
# visible: passes
# like: the inner averages reported
#-            (np.mean([error(s, rest & (folds != j), folds == j) for j in np.unique(folds[rest])]), -s)
#+            np.mean([error(s, rest & (folds != j), folds == j) for j in np.unique(folds[rest])])

#-        chosen.append(float(-min(inner)[1]))
#-        scores.append(float(min(inner)[0]))
#+        chosen.append(float(strengths[int(np.argmin(inner))]))
#+        scores.append(float(error(chosen[-1], rest, ~rest)))


# %% wrong nested-cv: folds in the order in which they occur
# says: rising order of the fold numbers
# visible: passes
# like: the inner averages reported
#-    if len(folds) != len(X) or len(set(folds.tolist())) < 3:
#+    names = pd.unique(folds)
#+    if len(folds) != len(X) or len(names) < 3:

#-    for k in np.unique(folds):
#+    for k in names:

#-        scores.append(float(min(inner)[0]))
#+        scores.append(float(error(chosen[-1], rest, ~rest)))


# %% wrong nested-cv: an error about every row that names no argument
# says: names y
# visible: passes
# like: errors of all strengths in one array
#-        raise ValueError("y: a number a row")
#+        raise ValueError("every row needs a number")


# %% wrong nested-cv: the library's search
# says: sklearn.model_selection
# forbidden
from sklearn.model_selection import GridSearchCV, PredefinedSplit


def nested_cv(X, y, strengths, folds):
    scores, chosen = [], []
    for k in np.unique(folds):
        rest = folds != k
        search = GridSearchCV(
            make_pipeline(StandardScaler(), Ridge()),
            {"ridge__alpha": strengths},
            cv=PredefinedSplit(folds[rest]),
            scoring="neg_mean_squared_error",
        ).fit(X[rest], y[rest])
        chosen.append(float(search.best_params_["ridge__alpha"]))
        scores.append(float(np.mean((search.predict(X[~rest]) - y[~rest]) ** 2)))
    return {"scores": scores, "chosen": chosen}
