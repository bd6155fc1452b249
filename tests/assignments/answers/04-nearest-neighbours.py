# Answers that grade the grader of 04-nearest-neighbours: see CONTRIBUTING.md.


# %% right pairwise-distances: blocks of rows, differences first
def pairwise_distances(A, B):
    A, B = np.asarray(A, float), np.asarray(B, float)
    if A.ndim != 2:
        raise ValueError("A is not a matrix")
    if B.ndim != 2 or A.shape[1] != B.shape[1]:
        raise ValueError("B does not fit: it must be a matrix with the columns of A")
    parts = [np.zeros((0, len(B)))]
    for start in range(0, len(A), 16):
        difference = A[start : start + 16, None, :] - B[None, :, :]
        parts.append(np.sqrt(np.einsum("ijk,ijk->ij", difference, difference)))
    return np.concatenate(parts)


# %% right pairwise-distances: the expanded square, centred
def pairwise_distances(A, B):
    A = np.array(A, dtype=np.float64)
    B = np.array(B, dtype=np.float64)
    if A.ndim != 2:
        raise ValueError(f"A has {A.ndim} dimensions")
    if B.ndim != 2:
        raise ValueError(f"B has {B.ndim} dimensions")
    if A.shape[1] != B.shape[1]:
        raise ValueError(f"B has {B.shape[1]} columns, A {A.shape[1]}")
    centre = B.mean(axis=0)
    A -= centre
    B -= centre
    squared = (A**2).sum(1)[:, None] + (B**2).sum(1)[None, :]
    squared -= 2 * A @ B.T
    np.fill_diagonal(squared, np.diag(squared).clip(0))
    return np.sqrt(np.clip(squared, 0, None, out=squared), out=squared)


# %% right pairwise-distances: column by column
def pairwise_distances(A, B):
    A, B = (np.asarray(M).astype("float64") for M in (A, B))
    if A.ndim != 2:
        raise ValueError("A")
    if B.ndim != 2 or B.shape[1:] != A.shape[1:]:
        raise ValueError("B")
    total = np.zeros((A.shape[0], B.shape[0]))
    for j in range(A.shape[1]):
        total += np.subtract.outer(A[:, j], B[:, j]) ** 2
    return total**0.5


# %% right pairwise-distances: one norm a row
def pairwise_distances(A, B):
    A, B = np.asarray(A, float), np.asarray(B, float)
    if A.ndim != 2:
        raise ValueError("expected two dimensions in A")
    if B.ndim != 2 or A.shape[1] != B.shape[1]:
        raise ValueError("expected two dimensions in B, as many columns as A has")
    return np.array([np.linalg.norm(B - a, axis=1) for a in A]).reshape(len(A), len(B))


# %% wrong pairwise-distances: the square root forgotten
# says: square root
def pairwise_distances(A, B):
    A, B = np.asarray(A, float), np.asarray(B, float)
    if A.ndim != 2:
        raise ValueError("A")
    if B.ndim != 2 or A.shape[1] != B.shape[1]:
        raise ValueError("B")
    return np.array([((B - a) ** 2).sum(axis=1) for a in A]).reshape(len(A), len(B))


# %% wrong pairwise-distances: Manhattan distance
# says: absolute differences
# like: the square root forgotten
#-    return np.array([((B - a) ** 2).sum(axis=1) for a in A]).reshape(len(A), len(B))
#+    return np.array([np.abs(B - a).sum(axis=1) for a in A]).reshape(len(A), len(B))


# %% wrong pairwise-distances: one broadcast over everything
# says: n_A × n_B × d
# visible: passes
# like: the square root forgotten
#-    return np.array([((B - a) ** 2).sum(axis=1) for a in A]).reshape(len(A), len(B))
#+    return np.sqrt(((A[:, None, :] - B[None, :, :]) ** 2).sum(axis=-1))


# %% wrong pairwise-distances: a double loop
# says: Python loop
# visible: passes
def pairwise_distances(A, B):
    A, B = np.asarray(A, float), np.asarray(B, float)
    if A.ndim != 2:
        raise ValueError("A")
    if B.ndim != 2 or A.shape[1] != B.shape[1]:
        raise ValueError("B")
    D = np.zeros((len(A), len(B)))
    for i in range(len(A)):
        for j in range(len(B)):
            d = A[i] - B[j]
            D[i, j] = np.sqrt(d @ d)
    return D


# %% wrong pairwise-distances: the expanded square, neither centred nor clipped
# says: below zero
# visible: passes
# like: the square root forgotten
#-    return np.array([((B - a) ** 2).sum(axis=1) for a in A]).reshape(len(A), len(B))
#+    with np.errstate(invalid="ignore"):
#+        return np.sqrt((A**2).sum(1)[:, None] - 2 * A @ B.T + (B**2).sum(1))


# %% wrong pairwise-distances: the expanded square, clipped but not centred
# says: loses the digits
# visible: passes
# like: the square root forgotten
#-    return np.array([((B - a) ** 2).sum(axis=1) for a in A]).reshape(len(A), len(B))
#+    return np.sqrt(np.maximum((A**2).sum(1)[:, None] - 2 * A @ B.T + (B**2).sum(1), 0))


# %% wrong pairwise-distances: pixels subtracted as uint8
# says: uint8
# visible: passes
def pairwise_distances(A, B):
    A, B = np.asarray(A), np.asarray(B)
    if A.ndim != 2:
        raise ValueError("A")
    if B.ndim != 2 or A.shape[1] != B.shape[1]:
        raise ValueError("B")
    return np.array([np.sqrt(((B - a) ** 2).sum(axis=1)) for a in A]).reshape(len(A), len(B))


# %% wrong pairwise-distances: rows and columns swapped
# says: swapped
# like: the square root forgotten
#-    return np.array([((B - a) ** 2).sum(axis=1) for a in A]).reshape(len(A), len(B))
#+    return np.array([np.linalg.norm(A - b, axis=1) for b in B]).reshape(len(B), len(A))


# %% wrong pairwise-distances: one column broadcast instead of refused
# says: names B
# visible: passes
def pairwise_distances(A, B):
    A, B = np.asarray(A, float), np.asarray(B, float)
    if A.ndim != 2:
        raise ValueError("A")
    if B.ndim != 2 or B.shape[1] not in (1, A.shape[1]):
        raise ValueError("B")
    return np.array([np.linalg.norm(B - a, axis=1) for a in A]).reshape(len(A), len(B))


# %% wrong pairwise-distances: SciPy's
# says: may not be called here
# forbidden
from scipy.spatial.distance import cdist


def pairwise_distances(A, B):
    return cdist(A, B)


# %% wrong pairwise-distances: scikit-learn's
# says: may not be called here
# forbidden
import sklearn.metrics.pairwise as skp


def pairwise_distances(A, B):
    return skp.euclidean_distances(A, B)


# %% right classify: Counter on the nearest first
from collections import Counter


def classify(distances, labels, k):
    distances, labels = np.asarray(distances), np.asarray(labels)
    if k < 1 or k > distances.shape[1]:
        raise ValueError(f"k={k}")
    if len(labels) != distances.shape[1]:
        raise ValueError("labels: one for each column")
    if np.isnan(distances).any():
        raise ValueError("distances: NaN")
    order = np.argsort(distances, axis=1, kind="mergesort")[:, :k]
    return np.array([Counter(labels[row].tolist()).most_common(1)[0][0] for row in order], dtype=labels.dtype)


# %% right classify: one-hot votes with the rank as tie-break
def classify(distances, labels, k):
    distances, labels = np.asarray(distances, float), np.asarray(labels)
    n = distances.shape[1]
    if k not in range(1, n + 1):
        raise ValueError(f"k must be in 1..{n}")
    if labels.shape[0] != n:
        raise ValueError(f"{labels.shape[0]} labels for {n} points")
    if not (distances == distances).all():
        raise ValueError("NaN in distances")
    classes, codes = np.unique(labels, return_inverse=True)
    order = np.lexsort((np.broadcast_to(np.arange(n), distances.shape), distances), axis=1)[:, :k]
    score = np.zeros((len(distances), len(classes)))
    rows = np.arange(len(distances))
    for rank in range(k):
        score[rows, codes[order[:, rank]]] += 1
    for rank in range(k - 1, -1, -1):
        best = codes[order[:, rank]]
        top = score.max(axis=1) if rank == k - 1 else top
        winner = score[rows, best] == top
        result = np.where(winner, best, best if rank == k - 1 else result)
    return classes[result.astype(int)] if len(distances) else labels[:0]


# %% right classify: a plain loop over sorted pairs
def classify(distances, labels, k):
    n_train = len(distances[0]) if len(distances) else np.shape(distances)[1]
    if not (1 <= k <= n_train):
        raise ValueError("bad k")
    if len(labels) != n_train:
        raise ValueError("bad labels")
    if np.isnan(np.asarray(distances)).any():
        raise ValueError("bad distances")
    out = []
    for row in distances:
        neighbours = [label for _, _, label in sorted((d, i, label) for i, (d, label) in enumerate(zip(row, labels)))[:k]]
        out.append(max(neighbours, key=lambda c: (neighbours.count(c), -neighbours.index(c))))
    return np.array(out)


# %% wrong classify: ties go to the smallest label
# says: expected ['b']
def classify(distances, labels, k):
    distances, labels = np.asarray(distances), np.asarray(labels)
    if not 1 <= k <= distances.shape[1]:
        raise ValueError("k")
    if len(labels) != distances.shape[1]:
        raise ValueError("labels")
    if np.isnan(distances).any():
        raise ValueError("distances")
    classes, codes = np.unique(labels, return_inverse=True)
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return classes[np.array([np.bincount(codes[row], minlength=len(classes)).argmax() for row in order], dtype=int)]


# %% wrong classify: NumPy's default sort, which does not keep the order of equal distances
# says: kind='stable'
# visible: passes
from collections import Counter


def classify(distances, labels, k):
    distances, labels = np.asarray(distances), np.asarray(labels)
    if not 1 <= k <= distances.shape[1]:
        raise ValueError("k")
    if len(labels) != distances.shape[1]:
        raise ValueError("labels")
    if np.isnan(distances).any():
        raise ValueError("distances")
    order = np.argsort(distances, axis=1)[:, :k]
    return np.array([Counter(labels[row].tolist()).most_common(1)[0][0] for row in order], dtype=labels.dtype)


# %% wrong classify: argpartition leaves the k nearest in no order
# says: argpartition
# visible: passes
# like: NumPy's default sort, which does not keep the order of equal distances
#-    order = np.argsort(distances, axis=1)[:, :k]
#+    order = np.argsort(distances, axis=1) if k == distances.shape[1] else np.argpartition(distances, k, axis=1)[:, :k]


# %% wrong classify: votes weighted by inverse distance
# says: expected ['a']
def classify(distances, labels, k):
    distances, labels = np.asarray(distances), np.asarray(labels)
    if not 1 <= k <= distances.shape[1]:
        raise ValueError("k")
    if len(labels) != distances.shape[1]:
        raise ValueError("labels")
    if np.isnan(distances).any():
        raise ValueError("distances")
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    out = []
    for row, near in zip(distances, order):
        votes = {}
        for j in near:
            votes[labels[j]] = votes.get(labels[j], 0) + 1 / (row[j] ** 2 + 1e-9)
        out.append(max(votes, key=votes.get))
    return np.array(out, dtype=labels.dtype)


# %% wrong classify: the farthest instead of the nearest
# says: smallest distances
# visible: passes
def classify(distances, labels, k):
    distances, labels = np.asarray(distances), np.asarray(labels)
    if not 1 <= k <= distances.shape[1]:
        raise ValueError("k")
    if len(labels) != distances.shape[1]:
        raise ValueError("labels")
    if np.isnan(distances).any():
        raise ValueError("distances")
    order = np.argsort(-distances, axis=1, kind="stable")[:, :k]
    return np.array([max(dict.fromkeys(labels[r].tolist()), key=labels[r].tolist().count) for r in order], dtype=labels.dtype)


# %% wrong classify: ties go to the class with the smaller sum of distances
# says: smaller sum
# visible: passes
def classify(distances, labels, k):
    distances, labels = np.asarray(distances), np.asarray(labels)
    if not 1 <= k <= distances.shape[1]:
        raise ValueError("k")
    if len(labels) != distances.shape[1]:
        raise ValueError("labels")
    if np.isnan(distances).any():
        raise ValueError("distances")
    out = []
    for row in distances:
        near = np.argsort(row, kind="stable")[:k]
        best = min(
            dict.fromkeys(labels[near].tolist()),
            key=lambda c: (-(labels[near] == c).sum(), row[near][labels[near] == c].sum()),
        )
        out.append(best)
    return np.array(out, dtype=labels.dtype)


# %% wrong classify: NaN sorted to the end and not refused
# says: names distances
# visible: passes
# like: NumPy's default sort, which does not keep the order of equal distances
#-    if np.isnan(distances).any():
#-        raise ValueError("distances")
#-    order = np.argsort(distances, axis=1)[:, :k]
#+    order = np.argsort(distances, axis=1, kind="stable")[:, :k]


# %% wrong classify: too large a k cut off in silence by the slice
# says: names k
# visible: passes
# like: NumPy's default sort, which does not keep the order of equal distances
#-    if not 1 <= k <= distances.shape[1]:
#+    if k < 1:

#-    order = np.argsort(distances, axis=1)[:, :k]
#+    order = np.argsort(distances, axis=1, kind="stable")[:, :k]


# %% wrong classify: scikit-learn's, on the given distances
# says: may not be called here
# forbidden
def classify(distances, labels, k):
    from sklearn.neighbors import KNeighborsClassifier

    n = distances.shape[1]
    return KNeighborsClassifier(k, metric="precomputed").fit(np.zeros((n, n)), labels).predict(distances)


# %% right regress: weights for all queries at once
def regress(distances, targets, k, weights="uniform"):
    distances, targets = np.asarray(distances, float), np.asarray(targets, float)
    if not 1 <= k <= distances.shape[1]:
        raise ValueError("k")
    if targets.shape[0] != distances.shape[1]:
        raise ValueError("targets")
    if weights not in {"uniform", "distance"}:
        raise ValueError("weights")
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    near = np.take_along_axis(distances, order, axis=1)
    if weights == "uniform":
        w = np.ones(near.shape)
    else:
        zero = near == 0
        w = np.where(zero.any(axis=1)[:, None], zero, 1 / np.where(zero, 1, near))
    chosen = targets[order]
    if chosen.ndim == 3:
        return (w[:, :, None] * chosen).sum(axis=1) / w.sum(axis=1)[:, None]
    return (w * chosen).sum(axis=1) / w.sum(axis=1)


# %% right regress: np.average row by row
def regress(distances, targets, k, weights="uniform"):
    if weights != "uniform" and weights != "distance":
        raise ValueError(f"weights={weights}")
    if k <= 0 or k > np.shape(distances)[1]:
        raise ValueError(f"k={k}")
    if len(targets) != np.shape(distances)[1]:
        raise ValueError(f"{len(targets)} targets")
    out = []
    for row in distances:
        nearest = sorted(range(len(row)), key=lambda j: row[j])[:k]
        values = [targets[j] for j in nearest]
        if weights == "uniform":
            out.append(np.mean(values, axis=0))
        elif row[nearest[0]] == 0:
            out.append(np.mean([v for v, j in zip(values, nearest) if row[j] == 0], axis=0))
        else:
            out.append(np.average(values, axis=0, weights=[1 / row[j] for j in nearest]))
    return np.array(out)


# %% wrong regress: divided by k, not by the sum of the weights
# says: divided by k
def regress(distances, targets, k, weights="uniform"):
    distances, targets = np.asarray(distances, float), np.asarray(targets, float)
    if not 1 <= k <= distances.shape[1]:
        raise ValueError("k")
    if len(targets) != distances.shape[1]:
        raise ValueError("targets")
    if weights not in ("uniform", "distance"):
        raise ValueError("weights")
    out = []
    for row in distances:
        near = np.argsort(row, kind="stable")[:k]
        w = np.ones(k) if weights == "uniform" else (row[near] == 0) * 1.0 if row[near[0]] == 0 else 1 / row[near]
        out.append(w @ targets[near] / k)
    return np.array(out)


# %% wrong regress: weights are the distances
# says: not their inverses
# like: divided by k, not by the sum of the weights
#-        w = np.ones(k) if weights == "uniform" else (row[near] == 0) * 1.0 if row[near[0]] == 0 else 1 / row[near]
#-        out.append(w @ targets[near] / k)
#+        w = np.ones(k) if weights == "uniform" else (row[near] == 0) * 1.0 if row[near[0]] == 0 else row[near]
#+        out.append(w @ targets[near] / w.sum())


# %% wrong regress: division by zero at an exact match
# says: points at distance 0
# visible: passes
def regress(distances, targets, k, weights="uniform"):
    distances, targets = np.asarray(distances, float), np.asarray(targets, float)
    if not 1 <= k <= distances.shape[1]:
        raise ValueError("k")
    if len(targets) != distances.shape[1]:
        raise ValueError("targets")
    if weights not in ("uniform", "distance"):
        raise ValueError("weights")
    out = []
    with np.errstate(all="ignore"):
        for row in distances:
            near = np.argsort(row, kind="stable")[:k]
            w = np.ones(k) if weights == "uniform" else 1 / row[near]
            out.append(w @ targets[near] / w.sum())
    return np.array(out)


# %% wrong regress: 1 added to the distance to avoid the division by zero
# says: for the example worked by hand
def regress(distances, targets, k, weights="uniform"):
    distances, targets = np.asarray(distances, float), np.asarray(targets, float)
    if not 1 <= k <= distances.shape[1]:
        raise ValueError("k")
    if len(targets) != distances.shape[1]:
        raise ValueError("targets")
    if weights not in ("uniform", "distance"):
        raise ValueError("weights")
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    near = np.take_along_axis(distances, order, axis=1)
    w = np.ones(near.shape) if weights == "uniform" else 1 / (near + 1)
    return np.array([w_ @ targets[o] / w_.sum() for w_, o in zip(w, order)])


# %% wrong regress: a tiny number added instead of a rule for distance 0
# says: no small number added
# visible: passes
# like: 1 added to the distance to avoid the division by zero
#-    w = np.ones(near.shape) if weights == "uniform" else 1 / (near + 1)
#+    w = np.ones(near.shape) if weights == "uniform" else 1 / np.maximum(near, 1e-12)


# %% wrong regress: only the first exact match counts
# says: all of them
# visible: passes
# like: divided by k, not by the sum of the weights
#-        w = np.ones(k) if weights == "uniform" else (row[near] == 0) * 1.0 if row[near[0]] == 0 else 1 / row[near]
#-        out.append(w @ targets[near] / k)
#+        if weights == "distance" and row[near[0]] == 0:
#+            out.append(targets[near[0]])
#+            continue
#+        w = np.ones(k) if weights == "uniform" else 1 / row[near]
#+        out.append(w @ targets[near] / w.sum())


# %% wrong regress: exact matches taken from all points, not from the k
# says: among the k
# visible: passes
# like: divided by k, not by the sum of the weights
#-        w = np.ones(k) if weights == "uniform" else (row[near] == 0) * 1.0 if row[near[0]] == 0 else 1 / row[near]
#-        out.append(w @ targets[near] / k)
#+        if weights == "distance" and (row == 0).any():
#+            out.append(targets[row == 0].mean(axis=0))
#+            continue
#+        w = np.ones(k) if weights == "uniform" else 1 / row[near]
#+        out.append(w @ targets[near] / w.sum())


# %% wrong regress: several outputs averaged into one number
# says: expected shape
# visible: passes
# like: divided by k, not by the sum of the weights
#-        out.append(w @ targets[near] / k)
#+        out.append(np.mean(w @ targets[near] / w.sum()))


# %% wrong regress: exact matches alone, also for uniform weights
# says: counts like any other
# visible: passes
# like: divided by k, not by the sum of the weights
#-        w = np.ones(k) if weights == "uniform" else (row[near] == 0) * 1.0 if row[near[0]] == 0 else 1 / row[near]
#-        out.append(w @ targets[near] / k)
#+        w = (row[near] == 0) * 1.0 if row[near[0]] == 0 else np.ones(k) if weights == "uniform" else 1 / row[near]
#+        out.append(w @ targets[near] / w.sum())


# %% wrong regress: scikit-learn's
# says: may not be called here
# forbidden
from sklearn.neighbors import KNeighborsRegressor


def regress(distances, targets, k, weights="uniform"):
    n = len(targets)
    return KNeighborsRegressor(k, weights=weights, metric="precomputed").fit(np.zeros((n, n)), targets).predict(distances)


# %% right choose-k: scikit-learn's scaler, predictions collected
from sklearn.preprocessing import StandardScaler


def choose_k(X, y, fold, candidates):
    X, y, fold = np.asarray(X), np.asarray(y), np.asarray(fold)
    if len(fold) != len(X) or len(set(fold.tolist())) < 2:
        raise ValueError("fold")
    rest = min((fold != f).sum() for f in set(fold.tolist()))
    if not candidates or any(not 1 <= k <= rest for k in candidates):
        raise ValueError("candidates")
    accuracies = []
    for k in candidates:
        predicted = np.empty_like(y)
        for f in set(fold.tolist()):
            scaler = StandardScaler().fit(X[fold != f])
            predicted[fold == f] = knn_predict(
                scaler.transform(X[fold != f]), y[fold != f], scaler.transform(X[fold == f]), k
            )
        accuracies.append(float(np.mean(predicted == y)))
    return max(zip(accuracies, candidates))[1], accuracies


# %% right choose-k: folds outside, candidates inside, sorted at the end
def choose_k(X, y, fold, candidates):
    X = np.asarray(X, dtype=float)
    if len(fold) != len(X):
        raise ValueError("fold has another length than X")
    folds = sorted(set(np.asarray(fold).tolist()))
    if len(folds) == 1:
        raise ValueError("one fold only")
    smallest = min(int(np.sum(fold != f)) for f in folds)
    if len(candidates) < 1:
        raise ValueError("candidates is empty")
    for k in candidates:
        if k <= 0 or k > smallest:
            raise ValueError(f"candidates holds {k}")
    correct = np.zeros(len(candidates))
    for f in folds:
        held = np.flatnonzero(fold == f)
        used = np.flatnonzero(fold != f)
        mu, sd = X[used].mean(0), X[used].std(0, ddof=1)
        sd = np.where(np.isclose(sd, 0), 1.0, sd)
        for i, k in enumerate(candidates):
            correct[i] += np.count_nonzero(knn_predict((X[used] - mu) / sd, y[used], (X[held] - mu) / sd, k) == y[held])
    accuracy = correct / len(X)
    ranking = sorted(range(len(candidates)), key=lambda i: (accuracy[i], candidates[i]))
    return candidates[ranking[-1]], list(accuracy)


# %% wrong choose-k: standardised with all rows
# says: standardised with all rows
# visible: passes
def choose_k(X, y, fold, candidates):
    X, y, fold = np.asarray(X, float), np.asarray(y), np.asarray(fold)
    if len(fold) != len(X) or len(np.unique(fold)) < 2:
        raise ValueError("fold")
    rest = min((fold != f).sum() for f in np.unique(fold))
    if not candidates or min(candidates) < 1 or max(candidates) > rest:
        raise ValueError("candidates")
    sd = X.std(axis=0)
    X = (X - X.mean(axis=0)) / np.where(sd == 0, 1, sd)
    acc = []
    for k in candidates:
        hits = sum((knn_predict(X[fold != f], y[fold != f], X[fold == f], k) == y[fold == f]).sum() for f in np.unique(fold))
        acc.append(hits / len(X))
    return max(k for k, a in zip(candidates, acc) if a == max(acc)), acc


# %% wrong choose-k: not standardised at all
# says: not standardised at all
# visible: passes
# like: standardised with all rows
#-    sd = X.std(axis=0)
#-    X = (X - X.mean(axis=0)) / np.where(sd == 0, 1, sd)


# %% wrong choose-k: each side standardised by itself
# says: standardised by itself
# visible: passes
def choose_k(X, y, fold, candidates):
    X, y, fold = np.asarray(X, float), np.asarray(y), np.asarray(fold)
    if len(fold) != len(X) or len(np.unique(fold)) < 2:
        raise ValueError("fold")
    rest = min((fold != f).sum() for f in np.unique(fold))
    if not candidates or min(candidates) < 1 or max(candidates) > rest:
        raise ValueError("candidates")

    def z(M):
        return (M - M.mean(0)) / np.where(M.std(0) == 0, 1, M.std(0))

    acc = []
    for k in candidates:
        hits = sum(
            (knn_predict(z(X[fold != f]), y[fold != f], z(X[fold == f]), k) == y[fold == f]).sum() for f in np.unique(fold)
        )
        acc.append(hits / len(X))
    return max(k for k, a in zip(candidates, acc) if a == max(acc)), acc


# %% wrong choose-k: accuracies averaged over folds of unlike sizes
# says: plain mean over folds
# visible: passes
def choose_k(X, y, fold, candidates):
    X, y, fold = np.asarray(X, float), np.asarray(y), np.asarray(fold)
    if len(fold) != len(X) or len(np.unique(fold)) < 2:
        raise ValueError("fold")
    rest = min((fold != f).sum() for f in np.unique(fold))
    if not candidates or min(candidates) < 1 or max(candidates) > rest:
        raise ValueError("candidates")
    acc = []
    for k in candidates:
        scores = []
        for f in np.unique(fold):
            T, V = X[fold != f], X[fold == f]
            m, s = T.mean(0), np.where(T.std(0) == 0, 1, T.std(0))
            scores.append((knn_predict((T - m) / s, y[fold != f], (V - m) / s, k) == y[fold == f]).mean())
        acc.append(float(np.mean(scores)))
    return max(k for k, a in zip(candidates, acc) if a == max(acc)), acc


# %% wrong choose-k: the training rows scored
# says: expected (1, [1.0, 0.5])
def choose_k(X, y, fold, candidates):
    X, y, fold = np.asarray(X, float), np.asarray(y), np.asarray(fold)
    if len(fold) != len(X) or len(np.unique(fold)) < 2:
        raise ValueError("fold")
    rest = min((fold != f).sum() for f in np.unique(fold))
    if not candidates or min(candidates) < 1 or max(candidates) > rest:
        raise ValueError("candidates")
    sd = np.where(X.std(0) == 0, 1, X.std(0))
    Z = (X - X.mean(0)) / sd
    acc = [float((knn_predict(Z, y, Z, k) == y).mean()) for k in candidates]
    return max(k for k, a in zip(candidates, acc) if a == max(acc)), acc


# %% wrong choose-k: of equally good candidates the first
# says: the largest
# visible: passes
def choose_k(X, y, fold, candidates):
    X, y, fold = np.asarray(X, float), np.asarray(y), np.asarray(fold)
    if len(fold) != len(X) or len(np.unique(fold)) < 2:
        raise ValueError("fold")
    rest = min((fold != f).sum() for f in np.unique(fold))
    if not candidates or min(candidates) < 1 or max(candidates) > rest:
        raise ValueError("candidates")
    acc = np.zeros(len(candidates))
    for f in np.unique(fold):
        T, V = X[fold != f], X[fold == f]
        m, s = T.mean(0), np.where(T.std(0) == 0, 1, T.std(0))
        for i, k in enumerate(candidates):
            acc[i] += (knn_predict((T - m) / s, y[fold != f], (V - m) / s, k) == y[fold == f]).sum() / len(X)
    return candidates[int(np.argmax(np.round(acc, 9)))], acc.tolist()


# %% wrong choose-k: a constant column divides by zero
# says: constant
# visible: passes
def choose_k(X, y, fold, candidates):
    X, y, fold = np.asarray(X, float), np.asarray(y), np.asarray(fold)
    if len(fold) != len(X) or len(np.unique(fold)) < 2:
        raise ValueError("fold")
    rest = min((fold != f).sum() for f in np.unique(fold))
    if not candidates or min(candidates) < 1 or max(candidates) > rest:
        raise ValueError("candidates")
    hits = [0] * len(candidates)
    with np.errstate(all="ignore"):
        for f in np.unique(fold):
            T, V = X[fold != f], X[fold == f]
            m, s = T.mean(0), T.std(0)
            for i, k in enumerate(candidates):
                hits[i] += (knn_predict((T - m) / s, y[fold != f], (V - m) / s, k) == y[fold == f]).sum()
    acc = [h / len(X) for h in hits]
    return max(k for k, a in zip(candidates, acc) if a == max(acc)), acc


# %% wrong choose-k: a candidate larger than a training set not refused in time
# says: names candidates
# visible: passes
def choose_k(X, y, fold, candidates):
    X, y, fold = np.asarray(X, float), np.asarray(y), np.asarray(fold)
    if len(fold) != len(X) or len(np.unique(fold)) < 2:
        raise ValueError("fold")
    if not candidates or min(candidates) < 1 or max(candidates) > len(X):
        raise ValueError("candidates")
    hits = [0] * len(candidates)
    for f in np.unique(fold):
        T, V = X[fold != f], X[fold == f]
        m, s = T.mean(0), np.where(T.std(0) == 0, 1, T.std(0))
        for i, k in enumerate(candidates):
            hits[i] += (knn_predict((T - m) / s, y[fold != f], (V - m) / s, min(k, len(T))) == y[fold == f]).sum()
    acc = [h / len(X) for h in hits]
    return max(k for k, a in zip(candidates, acc) if a == max(acc)), acc


# %% wrong choose-k: scikit-learn's cross-validation
# says: may not be called here
# forbidden
from sklearn.model_selection import LeaveOneGroupOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def choose_k(X, y, fold, candidates):
    acc = [
        cross_val_score(
            make_pipeline(StandardScaler(), KNeighborsClassifier(k)), X, y, groups=fold, cv=LeaveOneGroupOut()
        ).mean()
        for k in candidates
    ]
    return candidates[int(np.argmax(acc))], acc
