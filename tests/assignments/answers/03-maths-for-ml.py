# Answers that grade the grader of 03-maths-for-ml: see CONTRIBUTING.md.


# %% right principal-components: the smaller table turned over, one direction at a time
def principal_components(X, k):
    X = np.array(X, float)
    if X.ndim != 2 or X.shape[0] < 2 or X.shape[1] == 0 or np.isnan(X).any() or np.isinf(X).any():
        raise ValueError("X: need a finite table with two rows")
    if k < 1 or k > min(X.shape):
        raise ValueError("k is out of range")
    m = np.mean(X, axis=0)
    C = X - m
    U, s, _ = np.linalg.svd(C.T, full_matrices=False)
    parts = [-U[:, i] for i in range(k)]
    var = np.array([s[i] ** 2 for i in range(k)]) / (len(X) - 1)
    whole = np.sum(C**2) / (len(X) - 1)
    share = var / whole if whole else 0 * var
    return {
        "mean": m,
        "components": np.array(parts),
        "variances": var,
        "share": share,
        "scores": np.column_stack([C @ u for u in parts]),
    }


# %% right principal-components: scipy's svd, scores from the left vectors
import scipy.linalg


def principal_components(X, k):
    X = np.asarray(X, dtype=np.float64)
    if X.ndim != 2 or min(X.shape) < 1 or len(X) < 2 or not np.all(np.isfinite(X)):
        raise ValueError("X is not a table of finite numbers with two rows or more")
    if k not in range(1, min(X.shape) + 1):
        raise ValueError("k must be between 1 and the smaller side")
    mean = X.sum(axis=0) / len(X)
    U, S, Vt = scipy.linalg.svd(X - mean, full_matrices=False)
    energy = S**2
    return dict(
        mean=mean,
        components=Vt[:k],
        variances=energy[:k] / (len(X) - 1),
        share=energy[:k] / max(energy.sum(), np.finfo(float).tiny),
        scores=U[:, :k] * S[:k],
    )


# %% right principal-components: a triangle by QR first, then its singular values
def principal_components(X, k):
    X = np.array(X, dtype=float)
    if X.ndim != 2 or X.shape[0] < 2 or X.shape[1] < 1 or not np.isfinite(X).all():
        raise ValueError("X has to be a finite table of two rows or more")
    if not 0 < k <= min(X.shape):
        raise ValueError("k has to be between 1 and the smaller side")
    mean = X.mean(axis=0)
    X -= mean
    values, axes = np.linalg.svd(np.linalg.qr(X, mode="r"))[1:]
    variances = values**2 / (len(X) - 1)
    total = X.var(axis=0, ddof=1).sum()
    share = np.divide(variances, total, out=np.zeros_like(variances), where=total > 0)
    return {
        "mean": mean,
        "components": axes[:k],
        "variances": variances[:k],
        "share": share[:k],
        "scores": np.einsum("nd,kd->nk", X, axes[:k]),
    }


# %% wrong principal-components: not centred
# says: the mean was not subtracted
def principal_components(X, k):
    X = np.asarray(X, float)
    if X.ndim != 2 or len(X) < 2 or not X.size or not np.isfinite(X).all():
        raise ValueError("X")
    if not 1 <= k <= min(X.shape):
        raise ValueError("k")
    _, s, V = np.linalg.svd(X, full_matrices=False)
    var = s**2 / (len(X) - 1)
    return {"mean": X.mean(axis=0), "components": V[:k], "variances": var[:k], "share": var[:k] / var.sum(), "scores": X @ V[:k].T}


# %% wrong principal-components: divided by n
# says: divided by n
def principal_components(X, k):
    X = np.asarray(X, float)
    if X.ndim != 2 or len(X) < 2 or not X.size or not np.isfinite(X).all():
        raise ValueError("X")
    if not 1 <= k <= min(X.shape):
        raise ValueError("k")
    C = X - X.mean(axis=0)
    _, s, V = np.linalg.svd(C, full_matrices=False)
    var = s**2 / len(X)
    return {"mean": X.mean(axis=0), "components": V[:k], "variances": var[:k], "share": var[:k] / var.sum(), "scores": C @ V[:k].T}


# %% wrong principal-components: singular values taken for variances
# says: the singular value itself
# like: divided by n
#-    var = s**2 / len(X)
#-    return {"mean": X.mean(axis=0), "components": V[:k], "variances": var[:k], "share": var[:k] / var.sum(), "scores": C @ V[:k].T}
#+    return {"mean": X.mean(axis=0), "components": V[:k], "variances": s[:k], "share": s[:k] / s.sum(), "scores": C @ V[:k].T}


# %% wrong principal-components: the share of the kept directions only
# says: the kept
# like: divided by n
#-    var = s**2 / len(X)
#-    return {"mean": X.mean(axis=0), "components": V[:k], "variances": var[:k], "share": var[:k] / var.sum(), "scores": C @ V[:k].T}
#+    var = s[:k] ** 2 / (len(X) - 1)
#+    return {"mean": X.mean(axis=0), "components": V[:k], "variances": var, "share": var / var.sum(), "scores": C @ V[:k].T}


# %% wrong principal-components: eigenvectors of the covariance matrix
# says: squares that ratio
# visible: passes
def principal_components(X, k):
    X = np.asarray(X, float)
    if X.ndim != 2 or len(X) < 2 or not X.size or not np.isfinite(X).all():
        raise ValueError("X")
    if not 1 <= k <= min(X.shape):
        raise ValueError("k")
    C = X - X.mean(axis=0)
    values, vectors = np.linalg.eigh(C.T @ C / (len(X) - 1))
    var, V = values[::-1], vectors[:, ::-1].T
    share = var[:k] / var.sum() if var.sum() > 0 else np.zeros(k)
    return {"mean": X.mean(axis=0), "components": V[:k], "variances": var[:k], "share": share, "scores": C @ V[:k].T}


# %% wrong principal-components: columns of the transposed matrix taken for directions
# says: is a row of the matrix
# visible: passes
def principal_components(X, k):
    X = np.asarray(X, float)
    if X.ndim != 2 or len(X) < 2 or not X.size or not np.isfinite(X).all():
        raise ValueError("X")
    if not 1 <= k <= min(X.shape):
        raise ValueError("k")
    C = X - X.mean(axis=0)
    _, s, V = np.linalg.svd(C, full_matrices=len(X) < X.shape[1])
    var = s**2 / (len(X) - 1)
    D = V[:, :k].T
    D = D if D[0].prod() > 0 or X.shape[1] > 2 else D * np.array([[1, -1]])
    return {"mean": X.mean(axis=0), "components": D, "variances": var[:k], "share": var[:k] / var.sum(), "scores": C @ D.T}


# %% wrong principal-components: columns scaled to variance 1 first
# says: nothing else done to it
# visible: passes
def principal_components(X, k):
    X = np.asarray(X, float)
    if X.ndim != 2 or len(X) < 2 or not X.size or not np.isfinite(X).all():
        raise ValueError("X")
    if not 1 <= k <= min(X.shape):
        raise ValueError("k")
    C = X - X.mean(axis=0)
    scale = C.std(axis=0)
    scale[scale == 0] = 1
    Z = C / scale * np.sqrt((scale**2).mean())
    _, s, V = np.linalg.svd(Z, full_matrices=False)
    var = s**2 / (len(X) - 1)
    return {"mean": X.mean(axis=0), "components": V[:k], "variances": var[:k], "share": var[:k] / var.sum(), "scores": Z @ V[:k].T}


# %% wrong principal-components: the full matrix of left vectors
# says: needs n rows and n columns
# visible: passes
def principal_components(X, k):
    X = np.asarray(X, float)
    if X.ndim != 2 or len(X) < 2 or not X.size or not np.isfinite(X).all():
        raise ValueError("X")
    if not 1 <= k <= min(X.shape):
        raise ValueError("k")
    C = X - X.mean(axis=0)
    _, s, V = np.linalg.svd(C)
    var = s**2 / (len(X) - 1)
    total = var.sum()
    share = var[:k] / total if total > 0 else np.zeros(k)
    return {"mean": X.mean(axis=0), "components": V[:k], "variances": var[:k], "share": share, "scores": C @ V[:k].T}


# %% wrong principal-components: scores of rows that were not centred
# says: coordinates of the centred rows
# visible: passes
# like: not centred
#-    _, s, V = np.linalg.svd(X, full_matrices=False)
#+    C = X - X.mean(axis=0)
#+    _, s, V = np.linalg.svd(C, full_matrices=False)


# %% wrong principal-components: signs made positive in the directions alone
# says: signs included
# visible: passes
def principal_components(X, k):
    X = np.asarray(X, float)
    if X.ndim != 2 or len(X) < 2 or not X.size or not np.isfinite(X).all():
        raise ValueError("X")
    if not 1 <= k <= min(X.shape):
        raise ValueError("k")
    C = X - X.mean(axis=0)
    U, s, V = np.linalg.svd(C, full_matrices=False)
    signs = np.sign(V[np.arange(len(V)), np.abs(V).argmax(axis=1)])
    flipped = V * -signs[:, None]
    U = U * signs
    var = s**2 / (len(X) - 1)
    return {"mean": X.mean(axis=0), "components": flipped[:k], "variances": var[:k], "share": var[:k] / var.sum(), "scores": (U * s)[:, :k]}


# %% wrong principal-components: a table of equal rows divides by 0
# says: expected shares of 0
# visible: passes
# like: divided by n
#-    var = s**2 / len(X)
#+    var = s**2 / (len(X) - 1)


# %% wrong principal-components: scikit-learn does it
# says: sklearn.decomposition
# forbidden
from sklearn.decomposition import PCA


def principal_components(X, k):
    X = np.asarray(X, float)
    if X.ndim != 2 or len(X) < 2 or not X.size or not np.isfinite(X).all():
        raise ValueError("X")
    if not 1 <= k <= min(X.shape):
        raise ValueError("k")
    p = PCA(k, svd_solver="full").fit(X)
    total = X.var(axis=0, ddof=1).sum()
    share = p.explained_variance_ / total if total > 0 else np.zeros(k)
    return {"mean": p.mean_, "components": p.components_, "variances": p.explained_variance_, "share": share, "scores": p.transform(X)}


# %% right bayes-update: one reading at a time, in logarithms
import math


def update(prior, likelihood, seen):
    prior, L = [float(p) for p in np.ravel(prior)], np.array(likelihood, float)
    if not prior or any(not p >= 0 for p in prior) or not abs(sum(prior) - 1) < 1.000001e-6:
        raise ValueError("prior is no distribution")
    if L.ndim != 2 or L.shape[0] != len(prior) or any(not v >= 0 for v in L.ravel()):
        raise ValueError("likelihood does not fit")
    if any(not abs(row.sum() - 1) < 1.000001e-6 for row in L):
        raise ValueError("likelihood has a row that is no distribution")
    log = [math.log(p) if p else -math.inf for p in prior]
    for reading in np.ravel(seen).tolist():
        if reading != reading or reading != int(reading) or not 0 <= reading < L.shape[1]:
            raise ValueError("seen has an unknown reading")
        for i, row in enumerate(L):
            log[i] += math.log(row[int(reading)]) if row[int(reading)] else -math.inf
    top = max(log)
    if top == -math.inf:
        raise ValueError("seen is impossible")
    weights = [math.exp(v - top) for v in log]
    return np.array(weights) / sum(weights)


# %% right bayes-update: counts of readings, log-sum-exp by NumPy
def update(prior, likelihood, seen):
    prior, L, seen = np.asarray(prior, float), np.asarray(likelihood, float), np.asarray(seen, float)
    if prior.size == 0 or (prior < 0).any() or not np.isclose(prior.sum(), 1, rtol=0, atol=1e-6):
        raise ValueError("prior")
    if L.ndim != 2 or L.shape[0] != prior.size or (L < 0).any() or not np.allclose(L.sum(axis=1), 1, rtol=0, atol=1e-6):
        raise ValueError("likelihood")
    if ((seen % 1 != 0) | (seen < 0) | (seen >= L.shape[1])).any():
        raise ValueError("seen")
    counts = np.bincount(seen.astype(int), minlength=L.shape[1])
    used = counts > 0
    with np.errstate(divide="ignore"):
        log = np.log(prior) + (counts[used] * np.log(L[:, used])).sum(axis=1)
    total = np.logaddexp.reduce(log)
    if np.isneginf(total):
        raise ValueError("seen cannot happen")
    return np.exp(log - total)


# %% right bayes-update: a product of decimals, whose exponent has room for it
from decimal import Decimal


def update(prior, likelihood, seen):
    prior, table = np.asarray(prior, dtype=float), np.asarray(likelihood, dtype=float)
    if prior.ndim != 1 or not (prior >= 0).all() or not abs(prior.sum() - 1) <= 1e-6:
        raise ValueError("prior: probabilities, please")
    if table.ndim != 2 or len(table) != len(prior) or not (table >= 0).all():
        raise ValueError("likelihood: a row of probabilities for each class")
    if not (abs(table.sum(axis=1) - 1) <= 1e-6).all():
        raise ValueError("likelihood: each row sums to 1")
    readings = np.asarray(seen).tolist()
    if any(reading not in range(table.shape[1]) for reading in readings):
        raise ValueError("seen: a column's number, please")
    weights = []
    for p, row in zip(prior, table):
        weight = Decimal(float(p))
        factors = [Decimal(float(value)) for value in row]
        for reading in readings:
            weight *= factors[int(reading)]
        weights.append(weight)
    if not sum(weights):
        raise ValueError("seen: impossible")
    return np.array([float(weight / sum(weights)) for weight in weights])


# %% wrong bayes-update: the product of the probabilities
# says: fall below the smallest float
# visible: passes
def update(prior, likelihood, seen):
    prior, L, seen = np.asarray(prior, float), np.asarray(likelihood, float), np.asarray(seen, float)
    if prior.size == 0 or (prior < 0).any() or not np.isclose(prior.sum(), 1, rtol=0, atol=1e-6):
        raise ValueError("prior")
    if L.ndim != 2 or L.shape[0] != prior.size or (L < 0).any() or not np.allclose(L.sum(axis=1), 1, rtol=0, atol=1e-6):
        raise ValueError("likelihood")
    if not np.isin(seen, np.arange(L.shape[1])).all():
        raise ValueError("seen")
    w = prior * L[:, seen.astype(int)].prod(axis=1)
    if w.sum() == 0:
        raise ValueError("seen")
    return w / w.sum()


# %% wrong bayes-update: normalised after each reading, so that a class may fall to 0 and stay there
# says: does not come back
# visible: passes
def update(prior, likelihood, seen):
    prior, L, seen = np.asarray(prior, float), np.asarray(likelihood, float), np.asarray(seen, float)
    if prior.size == 0 or (prior < 0).any() or not np.isclose(prior.sum(), 1, rtol=0, atol=1e-6):
        raise ValueError("prior")
    if L.ndim != 2 or L.shape[0] != prior.size or (L < 0).any() or not np.allclose(L.sum(axis=1), 1, rtol=0, atol=1e-6):
        raise ValueError("likelihood")
    if not np.isin(seen, np.arange(L.shape[1])).all():
        raise ValueError("seen")
    p = prior / prior.sum()
    for reading in seen.astype(int):
        p = p * L[:, reading]
        if p.sum() == 0:
            raise ValueError("seen")
        p = p / p.sum()
    return p


# %% wrong bayes-update: a small number added before the logarithm
# says: not to be filled up
# visible: passes
def update(prior, likelihood, seen):
    prior, L, seen = np.asarray(prior, float), np.asarray(likelihood, float), np.asarray(seen, float)
    if prior.size == 0 or (prior < 0).any() or not np.isclose(prior.sum(), 1, rtol=0, atol=1e-6):
        raise ValueError("prior")
    if L.ndim != 2 or L.shape[0] != prior.size or (L < 0).any() or not np.allclose(L.sum(axis=1), 1, rtol=0, atol=1e-6):
        raise ValueError("likelihood")
    if not np.isin(seen, np.arange(L.shape[1])).all():
        raise ValueError("seen")
    log = np.log(prior + 1e-12) + np.log(L + 1e-12)[:, seen.astype(int)].sum(axis=1)
    w = np.exp(log - log.max())
    return w / w.sum()


# %% wrong bayes-update: counts times logarithms, 0 times minus infinity included
# says: 0 times minus infinity
# visible: passes
def update(prior, likelihood, seen):
    prior, L, seen = np.asarray(prior, float), np.asarray(likelihood, float), np.asarray(seen, float)
    if prior.size == 0 or (prior < 0).any() or not np.isclose(prior.sum(), 1, rtol=0, atol=1e-6):
        raise ValueError("prior")
    if L.ndim != 2 or L.shape[0] != prior.size or (L < 0).any() or not np.allclose(L.sum(axis=1), 1, rtol=0, atol=1e-6):
        raise ValueError("likelihood")
    if not np.isin(seen, np.arange(L.shape[1])).all():
        raise ValueError("seen")
    with np.errstate(all="ignore"):
        log = np.log(prior) + (np.log(L) * np.bincount(seen.astype(int), minlength=L.shape[1])).sum(axis=1)
        log = np.where(np.isnan(log) & (L[:, seen.astype(int)] == 0).any(axis=1), -np.inf, log)
        if log.max() == -np.inf:
            raise ValueError("seen")
        w = np.exp(log - log.max())
        return w / w.sum()


# %% wrong bayes-update: the prior left out
# says: the prior was left out
def update(prior, likelihood, seen):
    L, seen = np.asarray(likelihood, float), np.asarray(seen, int)
    log = np.log(L)[:, seen].sum(axis=1)
    w = np.exp(log - log.max())
    return w / w.sum()


# %% wrong bayes-update: not normalised
# says: nothing was divided by the sum
def update(prior, likelihood, seen):
    return np.asarray(prior, float) * np.asarray(likelihood, float)[:, np.asarray(seen, int)].prod(axis=1)


# %% wrong bayes-update: rows and columns of the table exchanged
# says: rows and columns of likelihood
def update(prior, likelihood, seen):
    w = np.asarray(prior, float) * np.asarray(likelihood, float).T[:, np.asarray(seen, int)].prod(axis=1)
    return w / w.sum()


# %% wrong bayes-update: a repeated reading counts once
# says: counts once
def update(prior, likelihood, seen):
    w = np.asarray(prior, float) * np.asarray(likelihood, float)[:, sorted(set(seen.tolist()))].prod(axis=1)
    return w / w.sum()


# %% wrong bayes-update: a negative reading counts from the end
# says: a reading of -1
# visible: passes
def update(prior, likelihood, seen):
    prior, L, seen = np.asarray(prior, float), np.asarray(likelihood, float), np.asarray(seen, float)
    if prior.size == 0 or (prior < 0).any() or not np.isclose(prior.sum(), 1, rtol=0, atol=1e-6):
        raise ValueError("prior")
    if L.ndim != 2 or L.shape[0] != prior.size or (L < 0).any() or not np.allclose(L.sum(axis=1), 1, rtol=0, atol=1e-6):
        raise ValueError("likelihood")
    if not np.isfinite(seen).all() or (seen % 1 != 0).any() or (seen >= L.shape[1]).any():
        raise ValueError("seen")
    with np.errstate(divide="ignore"):
        log = np.log(prior) + np.log(L)[:, seen.astype(int)].sum(axis=1)
    if log.max() == -np.inf:
        raise ValueError("seen")
    w = np.exp(log - log.max())
    return w / w.sum()


# %% wrong bayes-update: the largest logarithm not subtracted, and a floor under the sum
# says: for 5,000 readings
# visible: passes
def update(prior, likelihood, seen):
    prior, L, seen = np.asarray(prior, float), np.asarray(likelihood, float), np.asarray(seen, float)
    if prior.size == 0 or (prior < 0).any() or not np.isclose(prior.sum(), 1, rtol=0, atol=1e-6):
        raise ValueError("prior")
    if L.ndim != 2 or L.shape[0] != prior.size or (L < 0).any() or not np.allclose(L.sum(axis=1), 1, rtol=0, atol=1e-6):
        raise ValueError("likelihood")
    if not np.isin(seen, np.arange(L.shape[1])).all():
        raise ValueError("seen")
    with np.errstate(divide="ignore"):
        w = np.exp(np.log(prior) + np.log(L)[:, seen.astype(int)].sum(axis=1))
    return w / max(w.sum(), 1e-300)


# %% wrong bayes-update: scipy's log-sum-exp
# says: scipy.special
# forbidden
from scipy.special import logsumexp


def update(prior, likelihood, seen):
    prior, L, seen = np.asarray(prior, float), np.asarray(likelihood, float), np.asarray(seen, float)
    if prior.size == 0 or (prior < 0).any() or not np.isclose(prior.sum(), 1, rtol=0, atol=1e-6):
        raise ValueError("prior")
    if L.ndim != 2 or L.shape[0] != prior.size or (L < 0).any() or not np.allclose(L.sum(axis=1), 1, rtol=0, atol=1e-6):
        raise ValueError("likelihood")
    if not np.isin(seen, np.arange(L.shape[1])).all():
        raise ValueError("seen")
    with np.errstate(divide="ignore"):
        log = np.log(prior) + np.log(L)[:, seen.astype(int)].sum(axis=1)
    if log.max() == -np.inf:
        raise ValueError("seen")
    return np.exp(log - logsumexp(log))


# %% right gradient-check: a copy of w for each entry, the two branches of the stable loss
def check_gradient(w, X, y, gradient, step=1e-6):
    w, X, y, g = np.asarray(w, float), np.asarray(X, float), np.asarray(y, float), np.asarray(gradient, float)
    if X.ndim != 2 or 0 in X.shape or not np.isfinite(X).all():
        raise ValueError("X is no finite table")
    d = X.shape[1]
    if w.shape != (d,) or not np.isfinite(w).all():
        raise ValueError("w must fit the columns")
    if g.shape != (d,) or not np.isfinite(g).all():
        raise ValueError("gradient must fit the columns")
    if y.shape != (len(X),) or set(y.tolist()) - {0.0, 1.0}:
        raise ValueError("y must be 0 or 1 for each row")
    if step != step or step <= 0:
        raise ValueError("step must be positive")

    def loss(v):
        z = np.where(y == 1, -1.0, 1.0) * (X @ v)
        return float(np.mean(np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))))

    out = []
    for j in range(d):
        up, down = w.copy(), w.copy()
        up[j] += step
        down[j] -= step
        out.append((loss(up) - loss(down)) / 2 / step)
    out = np.array(out)
    a, b, c = (float(np.sqrt((v**2).sum())) for v in (g, out, g - out))
    return {"numerical": out, "error": 0.0 if a == b == 0 else c / max(a, b)}


# %% right gradient-check: all shifted weights at once, the difference row by row
def check_gradient(w, X, y, gradient, step=1e-6):
    w, X, y, gradient = (np.array(v, dtype=float) for v in (w, X, y, gradient))
    if X.ndim != 2 or X.size == 0 or np.isnan(X).any() or np.isinf(X).any():
        raise ValueError("X")
    if w.shape != (X.shape[1],) or not np.isfinite(w.sum()):
        raise ValueError("w")
    if y.shape != (X.shape[0],) or not ((y == 0) | (y == 1)).all():
        raise ValueError("y")
    if gradient.shape != w.shape or not np.isfinite(gradient.sum()):
        raise ValueError("gradient")
    if not (step > 0):
        raise ValueError("step")
    sign = (1 - 2 * y)[:, None]
    z = (X @ w)[:, None]
    up, down = np.logaddexp(0, sign * (z + step * X)), np.logaddexp(0, sign * (z - step * X))
    numerical = (up - down).mean(axis=0) / (2 * step)
    size = max(np.sqrt(gradient @ gradient), np.sqrt(numerical @ numerical))
    off = gradient - numerical
    return {"numerical": numerical, "error": float(np.sqrt(off @ off) / size) if size else 0.0}


# %% right gradient-check: PyTorch's loss in double precision
import torch


def check_gradient(w, X, y, gradient, step=1e-6):
    w, X, y, gradient = (np.array(v, dtype=float) for v in (w, X, y, gradient))
    if X.ndim != 2 or X.size == 0 or not np.isfinite(X).all():
        raise ValueError("X: a finite table, please")
    n, d = X.shape
    for name, array in {"w": w, "gradient": gradient}.items():
        if array.shape != (d,) or not np.isfinite(array).all():
            raise ValueError(f"{name}: {d} finite numbers, please")
    if y.shape != (n,) or set(y.tolist()) - {0, 1}:
        raise ValueError("y: 0 or 1 for each row, please")
    if not step > 0:
        raise ValueError("step: above 0, please")
    table, truth = torch.from_numpy(X), torch.from_numpy(y)

    def loss(weights):
        z = table @ torch.from_numpy(weights)
        return float(torch.nn.functional.binary_cross_entropy_with_logits(z, truth))

    numerical = np.empty(d)
    for j in range(d):
        up, down = w.copy(), w.copy()
        up[j], down[j] = w[j] + step, w[j] - step
        numerical[j] = (loss(up) - loss(down)) / (2 * step)
    larger = max(np.sum(gradient**2), np.sum(numerical**2)) ** 0.5
    error = np.sum((gradient - numerical) ** 2) ** 0.5 / larger if larger > 0 else 0.0
    return {"numerical": numerical, "error": error}


# %% wrong gradient-check: one-sided differences
# says: one a step up and one a step down
# visible: passes
def check_gradient(w, X, y, gradient, step=1e-6):
    w, X, y, gradient = (np.array(v, dtype=float) for v in (w, X, y, gradient))
    if not step > 0:
        raise ValueError("step")

    def loss(w):
        return np.logaddexp(0, (1 - 2 * y) * (X @ w)).mean()

    numerical = np.array([(loss(w + e) - loss(w)) / step for e in step * np.eye(len(w))])
    size = max(np.linalg.norm(gradient), np.linalg.norm(numerical))
    return {"numerical": numerical, "error": float(np.linalg.norm(gradient - numerical) / size)}


# %% wrong gradient-check: the formula in place of differences
# says: not the derivative
# visible: passes
def check_gradient(w, X, y, gradient, step=1e-6):
    w, X, y, gradient = (np.array(v, dtype=float) for v in (w, X, y, gradient))
    numerical = X.T @ (1 / (1 + np.exp(-X @ w)) - y) / len(y)
    size = max(np.linalg.norm(gradient), np.linalg.norm(numerical))
    return {"numerical": numerical, "error": float(np.linalg.norm(gradient - numerical) / size)}


# %% wrong gradient-check: divided by h, not by 2h
# says: by h in place of 2h
def check_gradient(w, X, y, gradient, step=1e-6):
    w, X, y, gradient = (np.array(v, dtype=float) for v in (w, X, y, gradient))

    def loss(w):
        return np.logaddexp(0, (1 - 2 * y) * (X @ w)).mean()

    numerical = np.array([(loss(w + e) - loss(w - e)) / step for e in step * np.eye(len(w))])
    size = max(np.linalg.norm(gradient), np.linalg.norm(numerical))
    return {"numerical": numerical, "error": float(np.linalg.norm(gradient - numerical) / size)}


# %% wrong gradient-check: log(1 + exp(z)) as it stands
# says: expected no warnings
# visible: passes
def check_gradient(w, X, y, gradient, step=1e-6):
    w, X, y, gradient = (np.array(v, dtype=float) for v in (w, X, y, gradient))
    if X.ndim != 2 or not X.size or not np.isfinite(X).all():
        raise ValueError("X")

    def loss(w):
        z = X @ w
        return (np.log(1 + np.exp(z)) - y * z).mean()

    numerical = np.array([(loss(w + e) - loss(w - e)) / (2 * step) for e in step * np.eye(len(w))])
    size = max(np.linalg.norm(gradient), np.linalg.norm(numerical))
    return {"numerical": numerical, "error": float(np.linalg.norm(gradient - numerical) / size) if size else 0.0}


# %% wrong gradient-check: probabilities clipped before the logarithm
# says: have no slope
# visible: passes
def check_gradient(w, X, y, gradient, step=1e-6):
    w, X, y, gradient = (np.array(v, dtype=float) for v in (w, X, y, gradient))

    def loss(w):
        z = np.clip(X @ w, -500, 500)
        p = np.clip(1 / (1 + np.exp(-z)), 1e-15, 1 - 1e-15)
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()

    numerical = np.array([(loss(w + e) - loss(w - e)) / (2 * step) for e in step * np.eye(len(w))])
    size = max(np.linalg.norm(gradient), np.linalg.norm(numerical))
    return {"numerical": numerical, "error": float(np.linalg.norm(gradient - numerical) / size) if size else 0.0}


# %% wrong gradient-check: the absolute error
# says: the larger of the two lengths
# visible: passes
def check_gradient(w, X, y, gradient, step=1e-6):
    w, X, y, gradient = (np.array(v, dtype=float) for v in (w, X, y, gradient))

    def loss(w):
        return np.logaddexp(0, (1 - 2 * y) * (X @ w)).mean()

    numerical = np.array([(loss(w + e) - loss(w - e)) / (2 * step) for e in step * np.eye(len(w))])
    return {"numerical": numerical, "error": float(np.linalg.norm(gradient - numerical)) / 1.039}


# %% wrong gradient-check: relative to the larger length or to 1
# says: the error is relative
# visible: passes
# like: the absolute error
#-    return {"numerical": numerical, "error": float(np.linalg.norm(gradient - numerical)) / 1.039}
#+    a, b = np.linalg.norm(gradient), np.linalg.norm(numerical)
#+    size = max(a, b) if max(a, b) > 0.01 else 1
#+    return {"numerical": numerical, "error": float(np.linalg.norm(gradient - numerical) / size)}


# %% wrong gradient-check: w moved in place, an array of integers stays where it is
# says: cannot hold w + 0.000001
# visible: passes
def check_gradient(w, X, y, gradient, step=1e-6):
    w = np.array(w)
    sign = 1 - 2 * np.asarray(y)

    def loss(w):
        return np.logaddexp(0, sign * (X @ w)).mean()

    numerical = np.zeros(len(w))
    for j in range(len(w)):
        old = w[j]
        w[j] = old + step
        up = loss(w)
        w[j] = old - step
        numerical[j] = (up - loss(w)) / (2 * step)
        w[j] = old
    size = max(np.linalg.norm(gradient), np.linalg.norm(numerical))
    return {"numerical": numerical, "error": float(np.linalg.norm(gradient - numerical) / size) if size else 0.0}


# %% wrong gradient-check: the weights stay shifted from one entry to the next
# says: one weight at a time
# visible: passes
def check_gradient(w, X, y, gradient, step=1e-6):
    w, X, y, gradient = (np.array(v, dtype=float) for v in (w, X, y, gradient))

    def loss(w):
        return np.logaddexp(0, (1 - 2 * y) * (X @ w)).mean()

    numerical = np.zeros(len(w))
    for j in range(len(w)):
        w[j] += step
        up = loss(w)
        w[j] -= 2 * step
        numerical[j] = (up - loss(w)) / (2 * step)
    size = max(np.linalg.norm(gradient), np.linalg.norm(numerical))
    return {"numerical": numerical, "error": float(np.linalg.norm(gradient - numerical) / size) if size else 0.0}


# %% wrong gradient-check: a step of 1e-12, since smaller is taken to be better
# says: a step of your own
# visible: passes
def check_gradient(w, X, y, gradient, step=1e-6):
    w, X, y, gradient = (np.array(v, dtype=float) for v in (w, X, y, gradient))
    h = 1e-12

    def loss(w):
        return np.logaddexp(0, (1 - 2 * y) * (X @ w)).mean()

    numerical = np.array([(loss(w + e) - loss(w - e)) / (2 * h) for e in h * np.eye(len(w))])
    size = max(np.linalg.norm(gradient), np.linalg.norm(numerical))
    return {"numerical": numerical, "error": float(np.linalg.norm(gradient - numerical) / size) if size else 0.0}


# %% wrong gradient-check: the step grows with the weight, as numerical libraries have it
# says: by the same step up and down
# visible: passes
# like: the solution
#-    numerical = np.array([(loss(w + e) - loss(w - e)) / (2 * step) for e in step * np.eye(len(w))])
#+    h = step * np.maximum(1, np.abs(w))
#+    numerical = np.array([(loss(w + e) - loss(w - e)) / (2 * e.sum()) for e in np.diag(h)])


# %% wrong gradient-check: scipy takes the differences
# says: scipy.optimize
# forbidden
from scipy.optimize import approx_fprime


def check_gradient(w, X, y, gradient, step=1e-6):
    w, X, y, gradient = (np.array(v, dtype=float) for v in (w, X, y, gradient))

    def loss(w):
        return np.logaddexp(0, (1 - 2 * y) * (X @ w)).mean()

    numerical = (approx_fprime(w, loss, step) + approx_fprime(w, loss, -step)) / 2
    size = max(np.linalg.norm(gradient), np.linalg.norm(numerical))
    return {"numerical": numerical, "error": float(np.linalg.norm(gradient - numerical) / size) if size else 0.0}


# %% right momentum: from the last two points, without a velocity
def descend(X, y, l2, learning_rate, momentum=0.0, n_steps=100):
    X, y = np.array(X, float), np.array(y, float)
    if X.ndim != 2 or 0 in X.shape or not np.isfinite(X).all():
        raise ValueError("X")
    if y.shape != (len(X),) or not np.isfinite(y).all():
        raise ValueError("y")
    for name, fine in (
        ("l2", l2 >= 0),
        ("learning_rate", learning_rate > 0),
        ("momentum", 0 <= momentum < 1),
        ("n_steps", n_steps >= 0),
    ):
        if not fine:
            raise ValueError(f"{name} is out of range")
    before = now = np.zeros(X.shape[1])
    losses = []
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(n_steps):
            r = X @ now - y
            losses.append(0.5 * np.mean(r**2) + 0.5 * l2 * np.sum(now**2))
            if not losses[-1] < np.inf:
                raise ValueError("learning_rate: diverged")
            g = (X * r[:, None]).mean(axis=0) + l2 * now
            before, now = now, now - learning_rate * g + momentum * (now - before)
        losses.append(0.5 * np.mean((X @ now - y) ** 2) + 0.5 * l2 * np.sum(now**2))
    if not np.isfinite(losses[-1]):
        raise ValueError("learning_rate: diverged at the end")
    return {"w": now, "losses": losses}


# %% right momentum: PyTorch's form, velocity without the rate; the loss by the normal equations
def descend(X, y, l2, learning_rate, momentum=0.0, n_steps=100):
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    if X.ndim != 2 or min(X.shape) == 0 or np.isnan(X).any() or np.isinf(X).any():
        raise ValueError("X has to be a finite table")
    if y.ndim != 1 or y.shape[0] != X.shape[0] or np.isnan(y).any() or np.isinf(y).any():
        raise ValueError("y has to fit")
    if not 0 <= l2:
        raise ValueError("l2 is negative")
    if not 0 < learning_rate:
        raise ValueError("learning_rate is not positive")
    if not (0 <= momentum and momentum < 1):
        raise ValueError("momentum is not in [0, 1)")
    if n_steps < 0:
        raise ValueError("n_steps is negative")
    n, d = X.shape
    w = np.zeros(d)
    b = np.zeros(d)

    def loss():
        with np.errstate(all="ignore"):
            value = (((X @ w - y) ** 2).mean() + l2 * (w**2).sum()) / 2
        if not np.isfinite(value):
            raise ValueError("learning_rate is too large")
        return float(value)

    losses = [loss()]
    for _ in range(n_steps):
        with np.errstate(all="ignore"):
            b = momentum * b + X.T @ (X @ w - y) / n + l2 * w
            w = w - learning_rate * b
        losses.append(loss())
    return {"w": w, "losses": np.array(losses)}


# %% wrong momentum: no momentum
# says: there is no momentum
def descend(X, y, l2, learning_rate, momentum=0.0, n_steps=100):
    w, losses = np.zeros(X.shape[1]), []
    for step in range(n_steps + 1):
        r = X @ w - y
        losses.append(0.5 * np.mean(r**2) + 0.5 * l2 * w @ w)
        if step < n_steps:
            w = w - learning_rate * (X.T @ r / len(y) + l2 * w)
    return {"w": w, "losses": np.array(losses)}


# %% wrong momentum: the gradient summed over rows
# says: summed over rows
def descend(X, y, l2, learning_rate, momentum=0.0, n_steps=100):
    w, v, losses = np.zeros(X.shape[1]), 0, []
    for step in range(n_steps + 1):
        r = X @ w - y
        losses.append(0.5 * np.mean(r**2) + 0.5 * l2 * w @ w)
        if step < n_steps:
            v = momentum * v - learning_rate * (X.T @ r + l2 * w)
            w = w + v
    return {"w": w, "losses": np.array(losses)}


# %% wrong momentum: the penalty is in the loss and not in the gradient
# says: the penalty has no gradient
# like: the gradient summed over rows
#-            v = momentum * v - learning_rate * (X.T @ r + l2 * w)
#+            v = momentum * v - learning_rate * X.T @ r / len(y)


# %% wrong momentum: an average of gradients, damped by 1 - momentum
# says: damped by 1
def descend(X, y, l2, learning_rate, momentum=0.0, n_steps=100):
    w, v, losses = np.zeros(X.shape[1]), 0, []
    for step in range(n_steps + 1):
        r = X @ w - y
        losses.append(0.5 * np.mean(r**2) + 0.5 * l2 * w @ w)
        if step < n_steps:
            v = momentum * v + (1 - momentum) * (X.T @ r / len(y) + l2 * w)
            w = w - learning_rate * v
    return {"w": w, "losses": np.array(losses)}


# %% wrong momentum: w moves by the old v
# says: moved by the old v
def descend(X, y, l2, learning_rate, momentum=0.0, n_steps=100):
    w, v, losses = np.zeros(X.shape[1]), np.zeros(X.shape[1]), []
    for step in range(n_steps + 1):
        r = X @ w - y
        losses.append(0.5 * np.mean(r**2) + 0.5 * l2 * w @ w)
        if step < n_steps:
            g = X.T @ r / len(y) + l2 * w
            w = w + v
            v = momentum * v - learning_rate * g
    return {"w": w, "losses": np.array(losses)}


# %% wrong momentum: Nesterov's form, the gradient a step ahead
# says: expected w = 1.52
def descend(X, y, l2, learning_rate, momentum=0.0, n_steps=100):
    w, v, losses = np.zeros(X.shape[1]), np.zeros(X.shape[1]), []
    for step in range(n_steps + 1):
        r = X @ w - y
        losses.append(0.5 * np.mean(r**2) + 0.5 * l2 * w @ w)
        if step < n_steps:
            ahead = w + momentum * v
            v = momentum * v - learning_rate * (X.T @ (X @ ahead - y) / len(y) + l2 * ahead)
            w = w + v
    return {"w": w, "losses": np.array(losses)}


# %% wrong momentum: losses without the penalty
# says: expected the losses 6.5
def descend(X, y, l2, learning_rate, momentum=0.0, n_steps=100):
    w, v, losses = np.zeros(X.shape[1]), 0, []
    for step in range(n_steps + 1):
        r = X @ w - y
        losses.append(0.5 * np.mean(r**2))
        if step < n_steps:
            v = momentum * v - learning_rate * (X.T @ r / len(y) + l2 * w)
            w = w + v
    return {"w": w, "losses": np.array(losses)}


# %% wrong momentum: what overflows is returned
# says: the loss overflows
# visible: passes
def descend(X, y, l2, learning_rate, momentum=0.0, n_steps=100):
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    w, v, losses = np.zeros(X.shape[1]), np.zeros(X.shape[1]), []
    with np.errstate(all="ignore"):
        for step in range(n_steps + 1):
            r = X @ w - y
            losses.append(0.5 * np.mean(r**2) + 0.5 * l2 * w @ w)
            if step < n_steps:
                v = momentum * v - learning_rate * (X.T @ r / len(y) + l2 * w)
                w = w + v
    return {"w": w, "losses": np.array(losses)}


# %% wrong momentum: looks at the weights, not at the loss, for an overflow
# says: the weights are not
# visible: passes
# like: what overflows is returned
#-            losses.append(0.5 * np.mean(r**2) + 0.5 * l2 * w @ w)
#+            losses.append(0.5 * np.mean(r**2) + 0.5 * l2 * w @ w)
#+            if not np.isfinite(w).all():
#+                raise ValueError("learning_rate")


# %% wrong momentum: stops as soon as the loss rises, and fills up
# says: exactly n_steps times
# visible: passes
def descend(X, y, l2, learning_rate, momentum=0.0, n_steps=100):
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    w, v, losses = np.zeros(X.shape[1]), np.zeros(X.shape[1]), []
    for step in range(n_steps + 1):
        r = X @ w - y
        losses.append(0.5 * np.mean(r**2) + 0.5 * l2 * w @ w)
        if step > 3 and (losses[-1] > losses[-2] or losses[-2] - losses[-1] < 0.05 * losses[-2]):
            losses += losses[-1:] * (n_steps - step)
            break
        if step < n_steps:
            v = momentum * v - learning_rate * (X.T @ r / len(y) + l2 * w)
            w = w + v
    return {"w": w, "losses": np.array(losses)}


# %% wrong momentum: arguments not looked at
# says: names X
# visible: passes
# like: what overflows is returned
#-            losses.append(0.5 * np.mean(r**2) + 0.5 * l2 * w @ w)
#+            losses.append(0.5 * np.mean(r**2) + 0.5 * l2 * w @ w)
#+            if not np.isfinite(losses[-1]):
#+                raise ValueError("learning_rate")


# %% wrong momentum: PyTorch's optimiser
# says: torch.optim
# forbidden
import torch


def descend(X, y, l2, learning_rate, momentum=0.0, n_steps=100):
    X, y = torch.tensor(np.asarray(X, float)), torch.tensor(np.asarray(y, float))
    w = torch.zeros(X.shape[1], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.SGD([w], lr=learning_rate, momentum=momentum)
    losses = []
    for step in range(n_steps + 1):
        loss = ((X @ w - y) ** 2).mean() / 2 + l2 * (w**2).sum() / 2
        losses.append(float(loss.detach()))
        if step < n_steps:
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return {"w": w.detach().numpy(), "losses": np.array(losses)}
