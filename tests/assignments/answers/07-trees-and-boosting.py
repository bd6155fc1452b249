# Answers that grade the grader of 07-trees-and-boosting: see CONTRIBUTING.md.


# %% right best-split: running sums in a Python loop
def best_split(X, y, min_samples_leaf=1, sample_weight=None):
    X, y = np.array(X, float), np.array(y, float)
    if X.ndim != 2 or 0 in X.shape or np.isnan(X).any():
        raise ValueError("X: a table, please")
    n = len(X)
    if len(y) != n or np.isnan(y).any():
        raise ValueError("X and y do not fit, or NaN in y")
    w = np.ones(n) if sample_weight is None else np.array(sample_weight, float)
    if len(w) != n or not (w > 0).all():
        raise ValueError("sample_weight: one positive number a row")
    if min_samples_leaf < 1:
        raise ValueError("min_samples_leaf")
    if np.ptp(y) == 0:
        return None
    y = y - np.average(y, weights=w)
    W, S = w.sum(), (w * y).sum()
    impurity = (w * y * y).sum() / W
    tried = []
    for j in range(X.shape[1]):
        order = np.argsort(X[:, j], kind="stable")
        x, wy, ww = X[order, j].tolist(), (w * y)[order].tolist(), w[order].tolist()
        a = b = 0.0
        for i in range(n - 1):
            a, b = a + wy[i], b + ww[i]
            if x[i] != x[i + 1] and min_samples_leaf <= i + 1 <= n - min_samples_leaf:
                gain = (a * a / b + (S - a) ** 2 / (W - b) - S * S / W) / W
                tried.append((gain, j, (x[i] + x[i + 1]) / 2))
    if not tried or max(tried)[0] <= 1e-9 * impurity:
        return None
    limit = max(tried)[0] - 1e-9 * impurity
    gain, j, t = next(t for t in tried if t[0] > limit)
    return {"feature": j, "threshold": t, "decrease": gain}


# %% right best-split: the variances of both sides from running means
import pandas as pd


def best_split(X, y, min_samples_leaf=1, sample_weight=None):
    X, y = np.asarray(X, float), np.asarray(y, float)
    if X.ndim != 2 or X.size == 0 or np.isnan(X).any():
        raise ValueError("X")
    if y.shape != (len(X),) or np.isnan(y).any():
        raise ValueError("`y` must hold a number for each row")
    w = np.ones(len(X)) if sample_weight is None else np.asarray(sample_weight, float)
    if w.shape != y.shape or np.isnan(w).any() or w.min() <= 0:
        raise ValueError("sample_weight")
    if min_samples_leaf < 1:
        raise ValueError("min_samples_leaf")
    y = y - y[0]
    y = y - (w @ y) / w.sum()
    impurity = float(w @ y**2 / w.sum())
    rows = []
    for j in range(X.shape[1]):
        t = pd.DataFrame({"x": X[:, j], "w": w, "wy": w * y, "wyy": w * y * y, "n": 1})
        t = t.groupby("x").sum().cumsum()
        values = t.index.to_numpy()
        left, whole = t.iloc[:-1], t.iloc[-1]
        right = whole - left
        sides = [side["wyy"] - side["wy"] ** 2 / side["w"] for side in (left, right)]
        gain = impurity - (sides[0] + sides[1]) / whole["w"]
        ok = (left["n"] >= min_samples_leaf) & (right["n"] >= min_samples_leaf)
        frame = pd.DataFrame({"gain": gain.to_numpy(), "t": (values[1:] + values[:-1]) / 2, "j": j})
        rows.append(frame[ok.to_numpy()])
    table = pd.concat(rows)
    if not len(table) or impurity == 0 or table["gain"].max() <= 1e-9 * impurity:
        return None
    first = table[table["gain"] > table["gain"].max() - 1e-9 * impurity].iloc[0]
    return {"feature": int(first["j"]), "threshold": float(first["t"]), "decrease": float(first["gain"])}


# %% wrong best-split: the two sides count alike
# says: the two sides count alike
def best_split(X, y, min_samples_leaf=1, sample_weight=None):
    X, y = np.asarray(X, float), np.asarray(y, float)
    best = None
    for j in range(X.shape[1]):
        values = np.unique(X[:, j])
        for t in (values[1:] + values[:-1]) / 2:
            left = X[:, j] <= t
            if min(left.sum(), (~left).sum()) < min_samples_leaf:
                continue
            gain = y.var() - (y[left].var() + y[~left].var()) / 2
            if gain > 1e-12 and (best is None or gain > best["decrease"] + 1e-12):
                best = {"feature": j, "threshold": float(t), "decrease": float(gain)}
    return best


# %% wrong best-split: the threshold is the left value
# says: half-way between two
def best_split(X, y, min_samples_leaf=1, sample_weight=None):
    X, y = np.asarray(X, float), np.asarray(y, float)
    y = y - y.mean()
    best = None
    for j in range(X.shape[1]):
        order = np.argsort(X[:, j], kind="stable")
        x, s = X[order, j], np.cumsum(y[order])
        for i in range(len(y) - 1):
            n = i + 1
            if x[i] == x[i + 1] or min(n, len(y) - n) < min_samples_leaf:
                continue
            gain = (s[i] ** 2 / n + s[i] ** 2 / (len(y) - n)) / len(y)
            if gain > 1e-12 and (best is None or gain > best["decrease"] + 1e-12):
                best = {"feature": j, "threshold": float(x[i]), "decrease": float(gain)}
    return best


# %% wrong best-split: sums of squares, not means
# says: sums of squares are compared
# like: the threshold is the left value
#-            gain = (s[i] ** 2 / n + s[i] ** 2 / (len(y) - n)) / len(y)
#+            gain = s[i] ** 2 / n + s[i] ** 2 / (len(y) - n)

#-                best = {"feature": j, "threshold": float(x[i]), "decrease": float(gain)}
#+                best = {"feature": j, "threshold": float(x[i] + x[i + 1]) / 2, "decrease": float(gain)}


# %% wrong best-split: cuts between equal values
# says: cannot be parted
# visible: passes
def best_split(X, y, min_samples_leaf=1, sample_weight=None):
    X, y = np.asarray(X, float), np.asarray(y, float)
    n_all = len(y)
    w = np.ones(n_all) if sample_weight is None else np.asarray(sample_weight, float)
    y = y - np.average(y, weights=w)
    best, limit = None, 1e-9 * np.average(y**2, weights=w)
    for j in range(X.shape[1]):
        order = np.argsort(X[:, j], kind="stable")
        x, s, c = X[order, j], np.cumsum((w * y)[order]), np.cumsum(w[order])
        for i in range(min_samples_leaf - 1, n_all - min_samples_leaf):
            gain = s[i] ** 2 * (1 / c[i] + 1 / (c[-1] - c[i])) / c[-1]
            if gain > (best["decrease"] if best else 0) + limit:
                best = {"feature": j, "threshold": float(x[i] + x[i + 1]) / 2, "decrease": float(gain)}
    return best


# %% wrong best-split: more rows than min_samples_leaf
# says: exactly that many is enough
# visible: passes
def best_split(X, y, min_samples_leaf=1, sample_weight=None):
    X, y = np.asarray(X, float), np.asarray(y, float)
    if min_samples_leaf == 1:
        min_samples_leaf = 0
    y = y - y.mean()
    best, limit = None, 1e-9 * np.mean(y**2)
    for j in range(X.shape[1]):
        order = np.argsort(X[:, j], kind="stable")
        x, s = X[order, j], np.cumsum(y[order])
        for i in range(len(y) - 1):
            n = i + 1
            if x[i] == x[i + 1] or min(n, len(y) - n) <= min_samples_leaf:
                continue
            gain = (s[i] ** 2 / n + s[i] ** 2 / (len(y) - n)) / len(y)
            if gain > (best["decrease"] if best else 0) + limit:
                best = {"feature": j, "threshold": float(x[i] + x[i + 1]) / 2, "decrease": float(gain)}
    return best


# %% wrong best-split: the weights only scale the target
# says: counts in the means
# visible: passes
def best_split(X, y, min_samples_leaf=1, sample_weight=None):
    X, y = np.asarray(X, float), np.asarray(y, float)
    if sample_weight is not None:
        y = y * np.asarray(sample_weight, float)
    if np.ptp(y) == 0:
        return None
    y = y - y.mean()
    best, limit = None, 1e-9 * np.mean(y**2)
    for j in range(X.shape[1]):
        order = np.argsort(X[:, j], kind="stable")
        x, s = X[order, j], np.cumsum(y[order])
        for i in range(len(y) - 1):
            n = i + 1
            if x[i] == x[i + 1] or min(n, len(y) - n) < min_samples_leaf:
                continue
            gain = (s[i] ** 2 / n + s[i] ** 2 / (len(y) - n)) / len(y)
            if gain > (best["decrease"] if best else 0) + limit:
                best = {"feature": j, "threshold": float(x[i] + x[i + 1]) / 2, "decrease": float(gain)}
    return best


# %% wrong best-split: min_samples_leaf counts weight
# says: a row is one row
# visible: passes
def best_split(X, y, min_samples_leaf=1, sample_weight=None):
    X, y = np.asarray(X, float), np.asarray(y, float)
    w = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, float)
    y = y - np.average(y, weights=w)
    best, limit = None, 1e-9 * np.average(y**2, weights=w)
    for j in range(X.shape[1]):
        order = np.argsort(X[:, j], kind="stable")
        x, s, c = X[order, j], np.cumsum((w * y)[order]), np.cumsum(w[order])
        for i in range(len(y) - 1):
            if x[i] == x[i + 1] or min(c[i], c[-1] - c[i]) < min_samples_leaf:
                continue
            gain = s[i] ** 2 * (1 / c[i] + 1 / (c[-1] - c[i])) / c[-1]
            if gain > (best["decrease"] if best else 0) + limit:
                best = {"feature": j, "threshold": float(x[i] + x[i + 1]) / 2, "decrease": float(gain)}
    return best


# %% wrong best-split: the last of equal splits
# says: expected column 1 at
# visible: passes
# like: min_samples_leaf counts weight
#-            if x[i] == x[i + 1] or min(c[i], c[-1] - c[i]) < min_samples_leaf:
#+            if x[i] == x[i + 1] or min(i + 1, len(y) - i - 1) < min_samples_leaf:

#-            if gain > (best["decrease"] if best else 0) + limit:
#+            if gain > max(best["decrease"] - limit if best else 0, limit):


# %% wrong best-split: the largest to the last digit
# says: in the sixteenth digit
# visible: passes
# like: min_samples_leaf counts weight
#-            if x[i] == x[i + 1] or min(c[i], c[-1] - c[i]) < min_samples_leaf:
#+            if x[i] == x[i + 1] or min(i + 1, len(y) - i - 1) < min_samples_leaf:

#-            gain = s[i] ** 2 * (1 / c[i] + 1 / (c[-1] - c[i])) / c[-1]
#-            if gain > (best["decrease"] if best else 0) + limit:
#+            gain = (s[i] ** 2 / c[i] + (s[-1] - s[i]) ** 2 / (c[-1] - c[i])) / c[-1]
#+            if gain > (best["decrease"] if best else limit):


# %% wrong best-split: squares summed without subtracting the mean
# says: has lost its digits
# visible: passes
def best_split(X, y, min_samples_leaf=1, sample_weight=None):
    X, y = np.asarray(X, float), np.asarray(y, float)
    w = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, float)
    W, S, Q = w.sum(), w @ y, w @ y**2
    impurity = Q / W - (S / W) ** 2
    best = None
    for j in range(X.shape[1]):
        order = np.argsort(X[:, j], kind="stable")
        x, s, c = X[order, j], np.cumsum((w * y)[order]), np.cumsum(w[order])
        q = np.cumsum((w * y * y)[order])
        for i in range(len(y) - 1):
            if x[i] == x[i + 1] or min(i + 1, len(y) - i - 1) < min_samples_leaf:
                continue
            left = q[i] / c[i] - (s[i] / c[i]) ** 2
            right = (Q - q[i]) / (W - c[i]) - ((S - s[i]) / (W - c[i])) ** 2
            gain = impurity - c[i] / W * left - (1 - c[i] / W) * right
            if gain > (best["decrease"] if best else 0) + max(1e-9 * impurity, 1e-12):
                best = {"feature": j, "threshold": float(x[i] + x[i + 1]) / 2, "decrease": float(gain)}
    return best


# %% wrong best-split: every threshold looks at all rows
# says: sort once
# visible: passes
def best_split(X, y, min_samples_leaf=1, sample_weight=None):
    X, y = np.asarray(X, float), np.asarray(y, float)
    w = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, float)
    if np.ptp(y) == 0:
        return None
    y = y - np.average(y, weights=w)
    impurity = np.average(y**2, weights=w)
    best = None
    for j in range(X.shape[1]):
        values = np.unique(X[:, j])
        for t in (values[1:] + values[:-1]) / 2:
            left = X[:, j] <= t
            if min(left.sum(), (~left).sum()) < min_samples_leaf:
                continue
            gain = impurity
            for side in (left, ~left):
                mean = np.average(y[side], weights=w[side])
                gain -= w[side].sum() / w.sum() * np.average((y[side] - mean) ** 2, weights=w[side])
            if gain > (best["decrease"] if best else 0) + 1e-9 * impurity:
                best = {"feature": j, "threshold": float(t), "decrease": float(gain)}
    return best


# %% wrong best-split: bad input is searched
# says: whose message names
# visible: passes
# like: min_samples_leaf counts weight
#-    w = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, float)
#+    w = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, float)
#+    if np.ptp(y) == 0:
#+        return None

#-            if x[i] == x[i + 1] or min(c[i], c[-1] - c[i]) < min_samples_leaf:
#+            if x[i] == x[i + 1] or min(i + 1, len(y) - i - 1) < min_samples_leaf:


# %% wrong best-split: a target that does not fit is some array
# says: whose message names y,
# visible: passes
# like: running sums in a Python loop
#-        raise ValueError("X and y do not fit, or NaN in y")
#+        raise ValueError("an array has a wrong length or holds NaN")


# %% wrong best-split: every complaint is about X
# says: whose message names y,
# visible: passes
# like: running sums in a Python loop
#-        raise ValueError("X and y do not fit, or NaN in y")
#+        raise ValueError("X: a table, please")


# %% wrong best-split: a tree of depth 1
# says: may not be called
# forbidden
def best_split(X, y, min_samples_leaf=1, sample_weight=None):
    tree = DecisionTreeRegressor(max_depth=1, min_samples_leaf=min_samples_leaf, random_state=0)
    tree = tree.fit(X, y, sample_weight=sample_weight).tree_
    if tree.node_count == 1:
        return None
    shares = tree.weighted_n_node_samples[1:] / tree.weighted_n_node_samples[0]
    gain = tree.impurity[0] - shares @ tree.impurity[1:]
    return {"feature": int(tree.feature[0]), "threshold": float(tree.threshold[0]), "decrease": float(gain)}


# %% right boost: the trees are kept, then summed
def boost(X, y, X_new, n_rounds, learning_rate=0.1):
    X, X_new, y = np.asarray(X), np.asarray(X_new), np.asarray(y, float)
    if X.ndim != 2 or 0 in X.shape or np.isnan(X).any():
        raise ValueError("X: rows and columns without NaN, please")
    if X.shape[0] != y.shape[0]:
        raise ValueError("y and X differ in length")
    if np.isnan(y).any():
        raise ValueError("NaN in y")
    if X.shape[1] != X_new.shape[1] or np.isnan(X_new).any():
        raise ValueError("X_new has other columns, or NaN")
    if n_rounds < 0:
        raise ValueError("n_rounds < 0")
    if not (learning_rate > 0):
        raise ValueError("learning_rate <= 0")
    trees, rest = [], y - y.mean()
    for _ in range(n_rounds):
        trees.append(small_tree(X, rest))
        rest = rest - learning_rate * trees[-1].predict(X)
    new = [t.predict(X_new) for t in trees] if len(X_new) else [np.zeros(0)] * n_rounds
    steps = np.array(new).reshape(n_rounds, len(X_new)) * learning_rate
    return y.mean() + np.concatenate([np.zeros((1, len(X_new))), steps.cumsum(axis=0)])


# %% right boost: trees of its own, old and new rows in one table
def boost(X, y, X_new, n_rounds, learning_rate=0.1):
    n = len(X)
    if n == 0 or len(np.shape(X)) != 2 or np.shape(X)[1] == 0:
        raise ValueError(f"X must be a table, got shape {np.shape(X)}")
    if len(y) != n:
        raise ValueError(f"expected `y` to have {n} entries")
    if np.shape(X_new)[1] != np.shape(X)[1]:
        raise ValueError("X_new: columns")
    for name, values in (("X", X), ("y", y), ("X_new", X_new)):
        if not np.isfinite(values).all():
            raise ValueError(f"{name} must be finite")
    if n_rounds < 0 or int(n_rounds) != n_rounds:
        raise ValueError("n_rounds")
    if learning_rate != learning_rate or learning_rate <= 0:
        raise ValueError("learning_rate")
    both = np.vstack([X, X_new])
    stages = [np.full(len(both), np.mean(y))]
    for _ in range(n_rounds):
        tree = DecisionTreeRegressor(max_depth=2, min_samples_leaf=10, random_state=0)
        tree.fit(both[:n], y - stages[-1][:n])
        stages.append(stages[-1] + learning_rate * tree.predict(both))
    return np.array(stages)[:, n:]


# %% wrong boost: each tree is fitted to y
# says: the tree was fitted to y itself
def boost(X, y, X_new, n_rounds, learning_rate=0.1):
    stages = [np.full(len(X_new), np.mean(y))]
    for _ in range(n_rounds):
        stages.append(stages[-1] + learning_rate * small_tree(X, y).predict(X_new))
    return np.array(stages)


# %% wrong boost: the residual with the wrong sign
# says: the residual has the wrong sign
def boost(X, y, X_new, n_rounds, learning_rate=0.1):
    fitted = np.full(len(X), np.mean(y))
    stages = [np.full(len(X_new), np.mean(y))]
    for _ in range(n_rounds):
        tree = small_tree(X, fitted - y)
        fitted = fitted + learning_rate * tree.predict(X)
        stages.append(stages[-1] + learning_rate * tree.predict(X_new))
    return np.array(stages)


# %% wrong boost: no learning rate
# says: the learning rate is not used
def boost(X, y, X_new, n_rounds, learning_rate=0.1):
    fitted = np.full(len(X), np.mean(y))
    stages = [np.full(len(X_new), np.mean(y))]
    for _ in range(n_rounds):
        tree = small_tree(X, y - fitted)
        fitted = fitted + tree.predict(X)
        stages.append(stages[-1] + tree.predict(X_new))
    return np.array(stages)


# %% wrong boost: starts from zero
# says: expected row 0 to be the mean
def boost(X, y, X_new, n_rounds, learning_rate=0.1):
    fitted = np.zeros(len(X))
    stages = [np.zeros(len(X_new))]
    for _ in range(n_rounds):
        tree = small_tree(X, y - fitted)
        fitted = fitted + learning_rate * tree.predict(X)
        stages.append(stages[-1] + learning_rate * tree.predict(X_new))
    return np.array(stages)


# %% wrong boost: the start is left out
# says: a row for the start and one for each round
def boost(X, y, X_new, n_rounds, learning_rate=0.1):
    fitted, new = np.full(len(X), np.mean(y)), np.full(len(X_new), np.mean(y))
    stages = []
    for _ in range(n_rounds):
        tree = small_tree(X, y - fitted)
        fitted = fitted + learning_rate * tree.predict(X)
        new = new + learning_rate * tree.predict(X_new)
        stages.append(new)
    return np.array(stages)


# %% wrong boost: only the last tree's residual
# says: what is missing after all rounds before it
# visible: passes
def boost(X, y, X_new, n_rounds, learning_rate=0.1):
    stages = [np.full(len(X_new), np.mean(y))]
    fitted = np.full(len(X), np.mean(y))
    for _ in range(n_rounds):
        tree = small_tree(X, y - fitted)
        fitted = tree.predict(X)
        stages.append(stages[-1] + learning_rate * tree.predict(X_new))
    return np.array(stages)


# %% wrong boost: full steps on the training rows, small ones on the new
# says: each with its learning rate
# visible: passes
# like: no learning rate
#-        stages.append(stages[-1] + tree.predict(X_new))
#+        stages.append(stages[-1] + learning_rate * tree.predict(X_new))


# %% wrong boost: residuals from the start in each round
# says: what is missing after all rounds before it
# visible: passes
def boost(X, y, X_new, n_rounds, learning_rate=0.1):
    tree = small_tree(X, y - np.mean(y))
    step = learning_rate * tree.predict(X_new)
    return np.array([np.mean(y) + r * step for r in range(n_rounds + 1)])


# %% wrong boost: a learning rate that shrinks round by round
# says: each with its learning rate
# visible: passes
def boost(X, y, X_new, n_rounds, learning_rate=0.1):
    fitted = np.full(len(X), np.mean(y))
    stages = [np.full(len(X_new), np.mean(y))]
    for r in range(n_rounds):
        tree = small_tree(X, y - fitted)
        fitted = fitted + learning_rate ** (r + 1) * tree.predict(X)
        stages.append(stages[-1] + learning_rate ** (r + 1) * tree.predict(X_new))
    return np.array(stages)


# %% wrong boost: the residuals are written into y
# says: changed its inputs
# visible: passes
def boost(X, y, X_new, n_rounds, learning_rate=0.1):
    if len(y) != len(X):
        raise ValueError("y")
    stages = [np.full(len(X_new), np.mean(y))]
    y -= y.mean()
    for _ in range(n_rounds):
        tree = small_tree(X, y)
        y -= learning_rate * tree.predict(X)
        stages.append(stages[-1] + learning_rate * tree.predict(X_new))
    return np.array(stages)


# %% wrong boost: scikit-learn refuses an empty table of new rows
# says: for no new rows
# visible: passes
# like: the residual with the wrong sign
#-        tree = small_tree(X, fitted - y)
#+        tree = small_tree(X, y - fitted)


# %% wrong boost: bad input is boosted
# says: whose message names
# visible: passes
def boost(X, y, X_new, n_rounds, learning_rate=0.1):
    fitted = np.full(len(X), np.mean(y))
    stages = [np.full(len(X_new), np.mean(y))]
    for _ in range(n_rounds):
        tree = small_tree(X, y - fitted)
        fitted = fitted + learning_rate * tree.predict(X)
        new = tree.predict(X_new) if len(X_new) else np.zeros(0)
        stages.append(stages[-1] + learning_rate * new)
    return np.array(stages)


# %% wrong boost: NaN in X goes to the tree, which takes it
# says: NaN in X,
# visible: passes
# like: the trees are kept, then summed
#-    if X.ndim != 2 or 0 in X.shape or np.isnan(X).any():
#+    if X.ndim != 2 or 0 in X.shape:


# %% wrong boost: a short target is some array
# says: whose message names y,
# visible: passes
# like: the trees are kept, then summed
#-        raise ValueError("y and X differ in length")
#+        raise ValueError("the arrays differ in length")


# %% wrong boost: an error about the training rows names the new ones
# says: whose message names X,
# visible: passes
# like: the trees are kept, then summed
#-        raise ValueError("X: rows and columns without NaN, please")
#+        raise ValueError("X_train or X_new: rows and columns without NaN, please")


# %% wrong boost: scikit-learn's
# says: may not be called
# forbidden
def boost(X, y, X_new, n_rounds, learning_rate=0.1):
    from sklearn.ensemble import GradientBoostingRegressor

    model = GradientBoostingRegressor(
        n_estimators=n_rounds, learning_rate=learning_rate, max_depth=2, min_samples_leaf=10, random_state=0
    ).fit(X, y)
    return np.array([np.full(len(X_new), np.mean(y)), *model.staged_predict(X_new)])


# %% right early-stop: a counter and the best loss
def early_stop(losses, patience, min_delta=0.0):
    losses = [float(loss) for loss in losses]
    if not losses or any(loss != loss for loss in losses):
        raise ValueError("losses: numbers, at least one")
    if patience < 1:
        raise ValueError("patience < 1")
    if min_delta != min_delta or min_delta < 0:
        raise ValueError("min_delta < 0")
    best, best_round, waited = losses[0], 1, 0
    for r, loss in enumerate(losses[1:], 2):
        if loss < best - min_delta:
            best, best_round, waited = loss, r, 0
        else:
            waited += 1
            if waited >= patience:
                return {"best_round": best_round, "rounds_run": r, "stopped_early": True}
    return {"best_round": best_round, "rounds_run": len(losses), "stopped_early": False}


# %% right early-stop: from one improving round to the next
def early_stop(losses, patience, min_delta=0.0):
    x = np.array(losses, float)
    if x.size < 1 or np.isnan(x).any():
        raise ValueError("losses")
    if not patience >= 1:
        raise ValueError("patience")
    if not min_delta >= 0:
        raise ValueError("min_delta")
    i = 0
    while True:
        better = np.flatnonzero(x[i + 1 : i + 1 + patience] < x[i] - min_delta)
        if len(better):
            i += 1 + int(better[0])
        elif i + patience < len(x):
            return {"best_round": i + 1, "rounds_run": i + 1 + patience, "stopped_early": True}
        else:
            return {"best_round": i + 1, "rounds_run": len(x), "stopped_early": False}


# %% wrong early-stop: the smallest of all losses
# says: rounds after the stop were looked at
def early_stop(losses, patience, min_delta=0.0):
    best, waited, run = losses[0], 0, len(losses)
    for r, loss in enumerate(losses[1:], 2):
        if loss < best - min_delta:
            best, waited = loss, 0
        else:
            waited += 1
        if waited == patience:
            run = r
            break
    return {"best_round": int(np.argmin(losses)) + 1, "rounds_run": run, "stopped_early": waited == patience}


# %% wrong early-stop: rounds counted from 0
# says: 1 that rounds are counted from 0
def early_stop(losses, patience, min_delta=0.0):
    best, best_round, waited = losses[0], 0, 0
    for r, loss in enumerate(losses[1:], 1):
        if loss < best - min_delta:
            best, best_round, waited = loss, r, 0
        else:
            waited += 1
        if waited == patience:
            return {"best_round": best_round, "rounds_run": r + 1, "stopped_early": True}
    return {"best_round": best_round, "rounds_run": len(losses), "stopped_early": False}


# %% wrong early-stop: a gain of exactly min_delta counts
# says: exactly min_delta counts
def early_stop(losses, patience, min_delta=0.0):
    best, best_round, waited = losses[0], 1, 0
    for r, loss in enumerate(losses[1:], 2):
        if loss <= best - min_delta:
            best, best_round, waited = loss, r, 0
        else:
            waited += 1
        if waited == patience:
            return {"best_round": best_round, "rounds_run": r, "stopped_early": True}
    return {"best_round": best_round, "rounds_run": len(losses), "stopped_early": False}


# %% wrong early-stop: one round late
# says: patience is used up one round late
def early_stop(losses, patience, min_delta=0.0):
    best, best_round, waited = losses[0], 1, 0
    for r, loss in enumerate(losses[1:], 2):
        if loss < best - min_delta:
            best, best_round, waited = loss, r, 0
        else:
            waited += 1
        if waited > patience:
            return {"best_round": best_round, "rounds_run": r, "stopped_early": True}
    return {"best_round": best_round, "rounds_run": len(losses), "stopped_early": False}


# %% wrong early-stop: compared with the round before
# says: not with the round before
# visible: passes
def early_stop(losses, patience, min_delta=0.0):
    best_round, waited = 1, 0
    for r in range(2, len(losses) + 1):
        if losses[r - 1] < losses[r - 2] - min_delta:
            best_round, waited = r, 0
        else:
            waited += 1
        if waited == patience:
            return {"best_round": best_round, "rounds_run": r, "stopped_early": True}
    return {"best_round": best_round, "rounds_run": len(losses), "stopped_early": False}


# %% wrong early-stop: each lower loss becomes the reference
# says: expected best_round, rounds_run, stopped_early
# visible: passes
def early_stop(losses, patience, min_delta=0.0):
    best, best_round, waited = losses[0], 1, 0
    for r, loss in enumerate(losses[1:], 2):
        if loss < best - min_delta:
            best_round, waited = r, 0
        else:
            waited += 1
        best = min(best, loss)
        if waited == patience:
            return {"best_round": best_round, "rounds_run": r, "stopped_early": True}
    return {"best_round": best_round, "rounds_run": len(losses), "stopped_early": False}


# %% wrong early-stop: the count never starts afresh
# says: start the count afresh
# visible: passes
# like: a gain of exactly min_delta counts
#-        if loss <= best - min_delta:
#-            best, best_round, waited = loss, r, 0
#+        if loss < best - min_delta:
#+            best, best_round = loss, r


# %% wrong early-stop: min_delta as a share of the loss
# says: expected best_round, rounds_run, stopped_early
# visible: passes
# like: a gain of exactly min_delta counts
#-        if loss <= best - min_delta:
#+        if loss < best - min_delta * abs(losses[0]) / 8:


# %% wrong early-stop: stopped_early only where rounds were left over
# says: also at the end
# visible: passes
# like: one round late
#-        if waited > patience:
#-            return {"best_round": best_round, "rounds_run": r, "stopped_early": True}
#+        if waited == patience:
#+            return {"best_round": best_round, "rounds_run": r, "stopped_early": r < len(losses)}


# %% wrong early-stop: bad input is gone through
# says: whose message names
# visible: passes
# like: a gain of exactly min_delta counts
#-        if loss <= best - min_delta:
#+        if loss < best - min_delta:


# %% wrong early-stop: before round 1 the best loss is infinite
# says: Round 1 always improves, whatever
# visible: passes
# like: a counter and the best loss
#-    best, best_round, waited = losses[0], 1, 0
#-    for r, loss in enumerate(losses[1:], 2):
#+    best, best_round, waited = float("inf"), 0, 0
#+    for r, loss in enumerate(losses, 1):


# %% wrong early-stop: LightGBM's callback
# says: may not be called
# forbidden
def early_stop(losses, patience, min_delta=0.0):
    import lightgbm

    rule = lightgbm.early_stopping(patience, verbose=False, min_delta=min_delta)
    return {"best_round": 1, "rounds_run": len(losses), "stopped_early": rule.enabled}


# %% right compare: scipy's interval, one model at a time
from scipy.stats import t as student


def compare(scores, baseline, test_share, higher_is_better=True, level=0.95, smallest_gain=0.0):
    if len(scores) < 2 or len({len(v) for v in scores.values()}) != 1:
        raise ValueError("scores: two models with the same folds")
    k = len(next(iter(scores.values())))
    if k < 2 or np.isnan(np.array(list(scores.values()), float)).any():
        raise ValueError("scores: two folds, no NaN")
    if baseline not in scores:
        raise ValueError("baseline is not there")
    if not test_share > 0 or not test_share < 1:
        raise ValueError("test_share")
    if not level > 0 or not level < 1:
        raise ValueError("level")
    if smallest_gain != smallest_gain or smallest_gain < 0:
        raise ValueError("smallest_gain")
    others = [name for name in scores if name != baseline]
    confidence = 1 - (1 - level) / len(others)
    report = []
    for name in others:
        d = np.array(scores[name], float) - np.array(scores[baseline], float)
        d = d if higher_is_better else -d
        spread = np.sqrt(d.var(ddof=1) * (1 / k + test_share / (1 - test_share)))
        low, high = d.mean(), d.mean()
        if spread > 0:
            low, high = student.interval(confidence, k - 1, loc=d.mean(), scale=spread)
        if -smallest_gain <= low and high <= smallest_gain:
            word = "as good"
        elif low > smallest_gain:
            word = "better"
        elif high < -smallest_gain:
            word = "worse"
        else:
            word = "undecided"
        report.append(
            {"model": name, "difference": float(d.mean()), "low": float(low), "high": float(high), "verdict": word}
        )
    return report


# %% right compare: a table of differences
import pandas as pd
from scipy import stats


def compare(scores, baseline, test_share, higher_is_better=True, level=0.95, smallest_gain=0.0):
    lengths = [len(v) for v in scores.values()]
    if len(lengths) < 2 or min(lengths) < 2 or min(lengths) < max(lengths):
        raise ValueError("scores must be rectangular, 2 x 2 or more")
    table = pd.DataFrame(scores, dtype=float)
    if table.isna().any(axis=None):
        raise ValueError("scores holds NaN")
    if baseline not in table:
        raise ValueError("baseline")
    for name, value in (("test_share", test_share), ("level", level)):
        if not 0 < value < 1:
            raise ValueError(name)
    if not smallest_gain >= 0:
        raise ValueError("smallest_gain")
    sign = 1 if higher_is_better else -1
    d = sign * table.drop(columns=baseline).sub(table[baseline], axis=0)
    k, m = d.shape
    t = stats.t.isf((1 - level) / (2 * m), k - 1)
    half = t * d.std() * (1 / k + test_share / (1 - test_share)) ** 0.5
    result = pd.DataFrame({"difference": d.mean(), "low": d.mean() - half, "high": d.mean() + half})
    result["verdict"] = "undecided"
    result.loc[result["low"] > smallest_gain, "verdict"] = "better"
    result.loc[result["high"] < -smallest_gain, "verdict"] = "worse"
    small = (result["low"] >= -smallest_gain) & (result["high"] <= smallest_gain)
    result.loc[small, "verdict"] = "as good"
    return result.rename_axis("model").reset_index().to_dict("records")


# %% wrong compare: the correction is missing
# says: the correction is missing
from scipy import stats


def compare(scores, baseline, test_share, higher_is_better=True, level=0.95, smallest_gain=0.0):
    out = []
    for name in scores:
        if name != baseline:
            d = np.array(scores[name]) - np.array(scores[baseline])
            d = d if higher_is_better else -d
            t = stats.t.ppf(1 - (1 - level) / (len(scores) - 1) / 2, len(d) - 1)
            h = t * d.std(ddof=1) / np.sqrt(len(d))
            low, high = d.mean() - h, d.mean() + h
            word = "better" if low > smallest_gain else "worse" if high < -smallest_gain else "undecided"
            out.append({"model": name, "difference": d.mean(), "low": low, "high": high, "verdict": word})
    return out


# %% wrong compare: the normal quantile
# says: the quantile is the normal one
# like: the correction is missing
#-            t = stats.t.ppf(1 - (1 - level) / (len(scores) - 1) / 2, len(d) - 1)
#-            h = t * d.std(ddof=1) / np.sqrt(len(d))
#+            z = stats.norm.ppf(1 - (1 - level) / (len(scores) - 1) / 2)
#+            h = z * d.std(ddof=1) * np.sqrt(1 / len(d) + test_share / (1 - test_share))


# %% wrong compare: NumPy's standard deviation as it comes
# says: that s divides by k
# like: the correction is missing
#-            h = t * d.std(ddof=1) / np.sqrt(len(d))
#+            h = t * d.std() * np.sqrt(1 / len(d) + test_share / (1 - test_share))


# %% wrong compare: the spread of each model, not of the differences
# says: expected 0.03 ±
from scipy import stats


def compare(scores, baseline, test_share, higher_is_better=True, level=0.95, smallest_gain=0.0):
    out = []
    for name in scores:
        if name != baseline:
            a, b = np.array(scores[baseline]), np.array(scores[name])
            d = (b.mean() - a.mean()) * (1 if higher_is_better else -1)
            t = stats.t.ppf(1 - (1 - level) / (len(scores) - 1) / 2, len(a) - 1)
            s = np.sqrt(a.var(ddof=1) + b.var(ddof=1))
            h = t * s * np.sqrt(1 / len(a) + test_share / (1 - test_share))
            low, high = d - h, d + h
            word = "better" if low > smallest_gain else "worse" if high < -smallest_gain else "undecided"
            out.append({"model": name, "difference": d, "low": low, "high": high, "verdict": word})
    return out


# %% wrong compare: each interval at the full level
# says: are each wider than one alone
# visible: passes
# like: the correction is missing
#-            t = stats.t.ppf(1 - (1 - level) / (len(scores) - 1) / 2, len(d) - 1)
#-            h = t * d.std(ddof=1) / np.sqrt(len(d))
#+            t = stats.t.ppf((1 + level) / 2, len(d) - 1)
#+            h = t * d.std(ddof=1) * np.sqrt(1 / len(d) + test_share / (1 - test_share))


# %% wrong compare: the share is taken from the number of folds
# says: depends on test_share
# visible: passes
# like: the correction is missing
#-            h = t * d.std(ddof=1) / np.sqrt(len(d))
#+            h = t * d.std(ddof=1) * np.sqrt(1 / len(d) + 1 / (len(d) - 1))


# %% wrong compare: the correction for a quarter of the rows, whatever the share
# says: expected difference, low, high
# visible: passes
# like: the correction is missing
#-            h = t * d.std(ddof=1) / np.sqrt(len(d))
#+            h = t * d.std(ddof=1) * np.sqrt(1 / len(d) + 1 / 3)


# %% wrong compare: errors are compared as if they were gains
# says: Positive still means better
# visible: passes
from scipy import stats


def compare(scores, baseline, test_share, higher_is_better=True, level=0.95, smallest_gain=0.0):
    out = []
    for name in scores:
        if name != baseline:
            d = np.array(scores[name]) - np.array(scores[baseline])
            t = stats.t.ppf(1 - (1 - level) / (len(scores) - 1) / 2, len(d) - 1)
            h = t * d.std(ddof=1) * np.sqrt(1 / len(d) + test_share / (1 - test_share))
            low, high = d.mean() - h, d.mean() + h
            word = "better" if low > smallest_gain else "worse" if high < -smallest_gain else "undecided"
            if not higher_is_better:
                word = {"better": "worse", "worse": "better"}.get(word, word)
            out.append({"model": name, "difference": d.mean(), "low": low, "high": high, "verdict": word})
    return out


# %% wrong compare: the ends change signs and keep their names
# says: low is the smaller end
# visible: passes
from scipy import stats


def compare(scores, baseline, test_share, higher_is_better=True, level=0.95, smallest_gain=0.0):
    out, sign = [], 1 if higher_is_better else -1
    for name in scores:
        if name != baseline:
            d = np.array(scores[name]) - np.array(scores[baseline])
            t = stats.t.ppf(1 - (1 - level) / (len(scores) - 1) / 2, len(d) - 1)
            h = t * d.std(ddof=1) * np.sqrt(1 / len(d) + test_share / (1 - test_share))
            low, high = sign * (d.mean() - h), sign * (d.mean() + h)
            word = "better" if low > smallest_gain else "worse" if high < -smallest_gain else "undecided"
            row = {"model": name, "difference": sign * d.mean(), "low": low, "high": high, "verdict": word}
            out.append(row)
    return out


# %% wrong compare: what is not significant is as good
# says: that is not equality
# visible: passes
# like: the correction is missing
#-            h = t * d.std(ddof=1) / np.sqrt(len(d))
#+            h = t * d.std(ddof=1) * np.sqrt(1 / len(d) + test_share / (1 - test_share))

#-            word = "better" if low > smallest_gain else "worse" if high < -smallest_gain else "undecided"
#+            word = "better" if low > smallest_gain else "worse" if high < -smallest_gain else "as good"


# %% wrong compare: smallest_gain is held against the mean
# says: smaller than the smallest that matters
# visible: passes
from scipy import stats


def compare(scores, baseline, test_share, higher_is_better=True, level=0.95, smallest_gain=0.0):
    out = []
    for name in scores:
        if name != baseline:
            d = np.array(scores[name]) - np.array(scores[baseline])
            d = d if higher_is_better else -d
            t = stats.t.ppf(1 - (1 - level) / (len(scores) - 1) / 2, len(d) - 1)
            h = t * d.std(ddof=1) * np.sqrt(1 / len(d) + test_share / (1 - test_share))
            low, high = d.mean() - h, d.mean() + h
            word = "undecided"
            if low > 0 and d.mean() > smallest_gain:
                word = "better"
            elif high < 0 and d.mean() < -smallest_gain:
                word = "worse"
            elif -smallest_gain <= low and high <= smallest_gain:
                word = "as good"
            out.append({"model": name, "difference": d.mean(), "low": low, "high": high, "verdict": word})
    return out


# %% wrong compare: as good comes after better
# says: no difference that it holds would matter
# visible: passes
# like: smallest_gain is held against the mean
#-            if low > 0 and d.mean() > smallest_gain:
#+            if low > smallest_gain:

#-            elif high < 0 and d.mean() < -smallest_gain:
#+            elif high < -smallest_gain:

#-            elif -smallest_gain <= low and high <= smallest_gain:
#+            elif low <= 0 <= high and max(-low, high) <= smallest_gain:


# %% wrong compare: bad input is compared
# says: whose message names
# visible: passes
# like: smallest_gain is held against the mean
#-            if low > 0 and d.mean() > smallest_gain:
#+            if low > smallest_gain:

#-            elif high < 0 and d.mean() < -smallest_gain:
#+            elif high < -smallest_gain:

#-            elif -smallest_gain <= low and high <= smallest_gain:
#+            elif low >= -smallest_gain and high <= smallest_gain:


# %% wrong compare: scipy's paired test
# says: may not be called
# forbidden
from scipy import stats


def compare(scores, baseline, test_share, higher_is_better=True, level=0.95, smallest_gain=0.0):
    out = []
    for name in scores:
        if name != baseline:
            test = stats.ttest_rel(scores[name], scores[baseline])
            low, high = test.confidence_interval(level)
            word = "better" if low > smallest_gain else "worse" if high < -smallest_gain else "undecided"
            out.append({"model": name, "difference": (low + high) / 2, "low": low, "high": high, "verdict": word})
    return out
