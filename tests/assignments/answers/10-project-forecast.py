# Answers that grade the grader of 10-project-forecast: see CONTRIBUTING.md.


# %% right rolling-origin: a while loop and slices of one array
def rolling_origin(n, first, horizon, gap, step, window=None):
    if first < 1:
        raise ValueError("first: at least one row must be known")
    if horizon < 1:
        raise ValueError("horizon: at least one row")
    if step < 1:
        raise ValueError("step: at least one row")
    if gap < 0:
        raise ValueError("gap: not negative")
    if window is not None and window < 1:
        raise ValueError("window: at least one row")
    if first + gap + horizon > n:
        raise ValueError("n: too few rows for a single block")
    rows, splits, known = np.arange(n), [], first
    while known + gap + horizon <= n:
        train = rows[:known] if window is None else rows[:known][-window:]
        splits.append((train, rows[known + gap :][:horizon]))
        known += step
    return splits


# %% right rolling-origin: lists of ints, the number of origins computed
def rolling_origin(n, first, horizon, gap, step, window=None):
    for name, value in {"first": first, "horizon": horizon, "step": step}.items():
        if value <= 0:
            raise ValueError(f"{name} is not positive")
    if gap < 0:
        raise ValueError("gap is negative")
    if window is not None and window <= 0:
        raise ValueError("window is not positive")
    many = (n - first - gap - horizon) // step + 1
    if many <= 0:
        raise ValueError("n is too small")
    found = []
    for i in range(many):
        end = first + i * step
        begin = max(end - (window or end), 0)
        found.append([list(range(begin, end)), [end + gap + j for j in range(horizon)]])
    return found


# %% wrong rolling-origin: the gap forgotten
# says: leaves the gap out
def rolling_origin(n, first, horizon, gap, step, window=None):
    for name, v, low in (
        ("first", first, 1),
        ("horizon", horizon, 1),
        ("step", step, 1),
        ("gap", gap, 0),
        ("window", window or 1 if window is None else window, 1),
    ):
        if v < low:
            raise ValueError(name)
    splits = []
    for known in range(first, n - gap - horizon + 1, step):
        start = 0 if window is None else max(0, known - window)
        splits.append((np.arange(start, known), np.arange(known, known + horizon)))
    if not splits:
        raise ValueError("n")
    return splits


# %% wrong rolling-origin: the gap taken from the training rows
# says: leaves the gap out or takes it from
def rolling_origin(n, first, horizon, gap, step, window=None):
    for name, v, low in (
        ("first", first, 1),
        ("horizon", horizon, 1),
        ("step", step, 1),
        ("gap", gap, 0),
        ("window", 1 if window is None else window, 1),
    ):
        if v < low:
            raise ValueError(name)
    splits = []
    for known in range(first, n - horizon + 1, step):
        start = 0 if window is None else max(0, known - window)
        splits.append((np.arange(start, known - gap), np.arange(known, known + horizon)))
    if not splits:
        raise ValueError("n")
    return splits


# %% wrong rolling-origin: a last block that is cut short is kept
# says: reaches beyond the data
# like: the gap taken from the training rows
#-    for known in range(first, n - horizon + 1, step):
#+    for known in range(first, n - gap, step):

#-        splits.append((np.arange(start, known - gap), np.arange(known, known + horizon)))
#+        splits.append((np.arange(start, known), np.arange(known + gap, min(n, known + gap + horizon))))


# %% wrong rolling-origin: the last block that just fits is missed
# says: the last that just fits
# visible: passes
# like: the gap taken from the training rows
#-    for known in range(first, n - horizon + 1, step):
#+    for known in range(first, n - gap - horizon, step):

#-        splits.append((np.arange(start, known - gap), np.arange(known, known + horizon)))
#+        splits.append((np.arange(start, known), np.arange(known + gap, known + gap + horizon)))


# %% wrong rolling-origin: the next origin is a horizon later
# says: split
# visible: passes
# like: the gap taken from the training rows
#-    for known in range(first, n - horizon + 1, step):
#+    for known in range(first, n - gap - horizon + 1, horizon):

#-        splits.append((np.arange(start, known - gap), np.arange(known, known + horizon)))
#+        splits.append((np.arange(start, known), np.arange(known + gap, known + gap + horizon)))


# %% wrong rolling-origin: the window is not used
# says: the last `window` of them
# visible: passes
def rolling_origin(n, first, horizon, gap, step, window=None):
    for name, v, low in (
        ("first", first, 1),
        ("horizon", horizon, 1),
        ("step", step, 1),
        ("gap", gap, 0),
        ("window", 1 if window is None else window, 1),
    ):
        if v < low:
            raise ValueError(name)
    ends = range(first, n - gap - horizon + 1, step)
    if not len(ends):
        raise ValueError("n")
    return [(np.arange(known), np.arange(known + gap, known + gap + horizon)) for known in ends]


# %% wrong rolling-origin: a window that counts from before the first row
# says: training rows
# visible: passes
# like: the window is not used
#-    return [(np.arange(known), np.arange(known + gap, known + gap + horizon)) for known in ends]
#+    rows = np.arange(n)
#+    return [
#+        (rows[known - window : known] if window else rows[:known], rows[known + gap : known + gap + horizon])
#+        for known in ends
#+    ]


# %% wrong rolling-origin: the gap's rows are trained on too
# says: expected training on rows
# like: the gap taken from the training rows
#-    for known in range(first, n - horizon + 1, step):
#-        start = 0 if window is None else max(0, known - window)
#-        splits.append((np.arange(start, known - gap), np.arange(known, known + horizon)))
#+    for known in range(first, n - gap - horizon + 1, step):
#+        begin = known + gap
#+        start = 0 if window is None else max(0, begin - window)
#+        splits.append((np.arange(start, begin), np.arange(begin, begin + horizon)))


# %% wrong rolling-origin: an empty list where nothing fits
# says: whose message names n as a word
# visible: passes
def rolling_origin(n, first, horizon, gap, step, window=None):
    for name, v, low in (
        ("first", first, 1),
        ("horizon", horizon, 1),
        ("step", step, 1),
        ("gap", gap, 0),
        ("window", 1 if window is None else window, 1),
    ):
        if v < low:
            raise ValueError(name)
    splits = []
    for known in range(first, n - gap - horizon + 1, step):
        start = 0 if window is None else max(0, known - window)
        splits.append((np.arange(start, known), np.arange(known + gap, known + gap + horizon)))
    return splits


# %% wrong rolling-origin: scikit-learn's splitter
# says: sklearn.model_selection
# forbidden
from sklearn.model_selection import TimeSeriesSplit


def rolling_origin(n, first, horizon, gap, step, window=None):
    for name, v, low in (
        ("first", first, 1),
        ("horizon", horizon, 1),
        ("step", step, 1),
        ("gap", gap, 0),
        ("window", 1 if window is None else window, 1),
    ):
        if v < low:
            raise ValueError(name)
    many = (n - first - gap - horizon) // step + 1
    if many < 1:
        raise ValueError("n")
    return list(
        TimeSeriesSplit(n_splits=many, test_size=horizon, gap=gap, max_train_size=window).split(np.zeros(n))
    )


# %% right known-features: a dictionary that is overwritten in order of publication
def known_features(records, origin, targets, lags):
    for name in ("series", "time", "known", "value"):
        if name not in records:
            raise ValueError(f"records has no column {name}")
    if records["time"].isna().any() or records["known"].isna().any():
        raise ValueError("records: a day is NaN")
    targets = [int(t) for t in targets]
    if not targets or any(t <= origin for t in targets):
        raise ValueError("targets must lie in the future")
    there = set(records["series"])
    for s in lags:
        if s not in there or any(lag < 0 for lag in lags[s]):
            raise ValueError(f"lags of {s}")
    rows = sorted(
        zip(records["known"], range(len(records)), records["series"], records["time"], records["value"])
    )
    state = {(s, int(time)): value for known, _, s, time, value in rows if known <= origin}
    table = {"target": targets}
    for s in lags:
        for lag in lags[s]:
            table[f"{s}_lag{lag}"] = [state.get((s, t - lag), float("nan")) for t in targets]
    return pd.DataFrame(table)


# %% right known-features: a merge with the last publication of each day
def known_features(records, origin, targets, lags):
    columns = ["series", "time", "known", "value"]
    if not set(columns) <= set(records) or records[["time", "known"]].isnull().to_numpy().any():
        raise ValueError("records is not what it must be")
    if len(targets) == 0 or np.min(targets) <= origin:
        raise ValueError("targets: at least one, after the origin")
    for name, steps in lags.items():
        if not (records["series"] == name).any() or any(np.array(steps) < 0):
            raise ValueError("lags do not fit the table")
    seen = records.loc[records["known"] <= origin, columns].reset_index(drop=True)
    seen["row"] = seen.index
    seen = seen.sort_values(["series", "time", "known", "row"]).groupby(["series", "time"]).tail(1)
    table = pd.DataFrame({"target": np.asarray(targets)})
    for name, steps in lags.items():
        mine = seen.loc[seen["series"] == name, ["time", "value"]]
        for lag in steps:
            wanted = pd.DataFrame({"time": table["target"] - lag})
            table[f"{name}_lag{lag}"] = wanted.merge(mine, how="left", on="time")["value"].astype(float)
    return table


# %% wrong known-features: joined by the day that a value is about
# says: published after the origin
def known_features(records, origin, targets, lags):
    if {"series", "time", "known", "value"} - set(records) or records[["time", "known"]].isna().any(
        axis=None
    ):
        raise ValueError("records")
    targets = np.asarray(targets)
    if not len(targets) or targets.min() <= origin:
        raise ValueError("targets")
    for s, steps in lags.items():
        if s not in set(records["series"]) or min(steps, default=0) < 0:
            raise ValueError("lags")
    seen = records.sort_values("known", kind="stable")
    table = pd.DataFrame({"target": targets})
    for s, steps in lags.items():
        latest = seen[seen["series"] == s].drop_duplicates("time", keep="last").set_index("time")["value"]
        for lag in steps:
            table[f"{s}_lag{lag}"] = latest.reindex(targets - lag).to_numpy(dtype=float)
    return table


# %% wrong known-features: filtered by time instead of by publication
# says: published after the origin
# like: joined by the day that a value is about
#-    seen = records.sort_values("known", kind="stable")
#+    seen = records[records["time"] <= origin].sort_values("known", kind="stable")


# %% wrong known-features: what is published on the day of the origin is left out
# says: in riders_lag9
# like: joined by the day that a value is about
#-    seen = records.sort_values("known", kind="stable")
#+    seen = records[records["known"] < origin].sort_values("known", kind="stable")


# %% wrong known-features: the first publication instead of the latest
# says: not the first
# visible: passes
# like: joined by the day that a value is about
#-    seen = records.sort_values("known", kind="stable")
#+    seen = records[records["known"] <= origin].sort_values("known", kind="stable")

#-        latest = seen[seen["series"] == s].drop_duplicates("time", keep="last").set_index("time")["value"]
#+        latest = seen[seen["series"] == s].drop_duplicates("time").set_index("time")["value"]


# %% wrong known-features: the last row of the table, without sorting by publication
# says: nor the last row of the table
# visible: passes
# like: joined by the day that a value is about
#-    seen = records.sort_values("known", kind="stable")
#+    seen = records[records["known"] <= origin]


# %% wrong known-features: revisions resolved before the origin is looked at
# says: expected [100, None]
# like: joined by the day that a value is about
#-    seen = records.sort_values("known", kind="stable")
#+    seen = records.sort_values("known", kind="stable").drop_duplicates(["series", "time"], keep="last")
#+    seen = seen[seen["known"] <= origin]

#-        latest = seen[seen["series"] == s].drop_duplicates("time", keep="last").set_index("time")["value"]
#+        latest = seen[seen["series"] == s].set_index("time")["value"]


# %% wrong known-features: a withdrawn count is passed over for the one before
# says: a withdrawn count is NaN
# visible: passes
# like: joined by the day that a value is about
#-    seen = records.sort_values("known", kind="stable")
#+    seen = records[records["known"] <= origin].dropna().sort_values("known", kind="stable")


# %% wrong known-features: what is missing is filled with the day before
# says: not the one before it
# like: joined by the day that a value is about
#-    seen = records.sort_values("known", kind="stable")
#+    seen = records[records["known"] <= origin].sort_values("known", kind="stable")

#-            table[f"{s}_lag{lag}"] = latest.reindex(targets - lag).to_numpy(dtype=float)
#+            table[f"{s}_lag{lag}"] = (
#+                latest.sort_index().reindex(targets - lag, method="ffill").to_numpy(dtype=float)
#+            )


# %% wrong known-features: lags counted from the origin
# says: in riders_lag7
# like: joined by the day that a value is about
#-    seen = records.sort_values("known", kind="stable")
#+    seen = records[records["known"] <= origin].sort_values("known", kind="stable")

#-            table[f"{s}_lag{lag}"] = latest.reindex(targets - lag).to_numpy(dtype=float)
#+            table[f"{s}_lag{lag}"] = float(latest.get(origin - lag, np.nan))


# %% wrong known-features: the targets come back sorted
# says: in their order
# visible: passes
# like: joined by the day that a value is about
#-    targets = np.asarray(targets)
#+    targets = np.sort(np.asarray(targets))

#-    seen = records.sort_values("known", kind="stable")
#+    seen = records[records["known"] <= origin].sort_values("known", kind="stable")


# %% wrong known-features: pandas' as-of join
# says: pandas.merge_asof
# forbidden
def known_features(records, origin, targets, lags):
    if {"series", "time", "known", "value"} - set(records) or records[["time", "known"]].isna().any(
        axis=None
    ):
        raise ValueError("records")
    targets = np.asarray(targets)
    if not len(targets) or targets.min() <= origin:
        raise ValueError("targets")
    for s, steps in lags.items():
        if s not in set(records["series"]) or min(steps, default=0) < 0:
            raise ValueError("lags")
    table = pd.DataFrame({"target": targets})
    for s, steps in lags.items():
        mine = records[records["series"] == s].sort_values("known", kind="stable")
        for lag in steps:
            wanted = pd.DataFrame({"known": np.int64(origin), "time": targets - lag})
            table[f"{s}_lag{lag}"] = pd.merge_asof(wanted, mine, on="known", by="time")["value"].to_numpy(
                float
            )
    return table


# %% right conformal-interval: whole ranks through fractions of a list
import math


def conformal_interval(forecast, past_errors, level, scale=None, past_scale=None, asymmetric=False):
    f, e = np.array(forecast, float), np.array(past_errors, float)
    if f.size == 0 or np.isnan(f).any():
        raise ValueError("forecast")
    if e.size == 0 or np.isnan(e).any():
        raise ValueError("past_errors")
    if level <= 0 or level >= 1:
        raise ValueError("level")
    if scale is None and past_scale is not None:
        raise ValueError("scale is missing")
    if past_scale is None and scale is not None:
        raise ValueError("past_scale is missing")
    s = np.ones_like(f) if scale is None else np.array(scale, float)
    p = np.ones_like(e) if past_scale is None else np.array(past_scale, float)
    if s.shape != f.shape or not (s > 0).all():
        raise ValueError("scale does not fit")
    if p.shape != e.shape or not (p > 0).all():
        raise ValueError("past_scale does not fit")
    values, m = sorted(e / p), e.size
    if not asymmetric:
        sizes = sorted(abs(v) for v in values)
        rank = math.ceil(round((m + 1) * level, 9))
        size = sizes[rank - 1] if rank <= m else math.inf
        return f - size * s, f + size * s
    low, high = (
        math.floor(round((m + 1) * (1 - level) / 2, 9)),
        math.ceil(round((m + 1) * (1 + level) / 2, 9)),
    )
    return f + (values[low - 1] if low else -math.inf) * s, f + (
        values[high - 1] if high <= m else math.inf
    ) * s


# %% right conformal-interval: partition, and a helper for a rank
def conformal_interval(forecast, past_errors, level, scale=None, past_scale=None, asymmetric=False):
    forecast, past_errors = np.asarray(forecast, float), np.asarray(past_errors, float)
    if not len(forecast) or not (forecast == forecast).all():
        raise ValueError("forecast: numbers, please")
    m = len(past_errors)
    if not m or not (past_errors == past_errors).all():
        raise ValueError("past_errors: numbers, please")
    if not (level > 0 and level < 1):
        raise ValueError("level: a share")
    if (scale is None) != (past_scale is None):
        raise ValueError("scale is missing" if scale is None else "past_scale is missing")
    if scale is None:
        scale, past_scale = np.ones(len(forecast)), np.ones(m)
    if len(scale) != len(forecast) or not min(scale) > 0 or np.isnan(scale).any():
        raise ValueError("scale must be positive")
    if len(past_scale) != m or not min(past_scale) > 0 or np.isnan(past_scale).any():
        raise ValueError("past_scale must be positive")

    def ranked(values, rank):
        if rank < 1:
            return -np.inf
        return np.inf if rank > m else np.partition(values, rank - 1)[rank - 1]

    z = past_errors / past_scale
    if asymmetric:
        below = int(np.round((m + 1) * (1 - level) / 2, 9))
        low, high = ranked(z, below), -ranked(-z, below)
        return forecast + scale * low, forecast + scale * high
    half = ranked(np.abs(z), -int(-np.round((m + 1) * level, 9) // 1))
    return forecast - scale * half, forecast + scale * half


# %% wrong conformal-interval: rank of m instead of m + 1
# says: a rank too low
def conformal_interval(forecast, past_errors, level, scale=None, past_scale=None, asymmetric=False):
    forecast, errors = np.asarray(forecast, float), np.asarray(past_errors, float)
    if not len(forecast) or np.isnan(forecast).any():
        raise ValueError("forecast")
    if not len(errors) or np.isnan(errors).any():
        raise ValueError("past_errors")
    if not 0 < level < 1:
        raise ValueError("level")
    if scale is None and past_scale is None:
        scale, past_scale = np.ones(len(forecast)), np.ones(len(errors))
    for name, v, n in (("past_scale", past_scale, len(errors)), ("scale", scale, len(forecast))):
        if v is None or len(v) != n or not np.all(np.asarray(v) > 0):
            raise ValueError(name)
    z, m = errors / past_scale, len(errors)
    tail = (1 - level) / 2 if asymmetric else 1 - level
    v = np.concatenate([[-np.inf], np.sort(z if asymmetric else np.abs(z)), [np.inf]])
    high = v[int(np.ceil(round(m * (1 - tail) - 0.4, 9)))]
    low = v[int(np.floor(round(m * tail, 9)))] if asymmetric else -high
    return forecast + low * scale, forecast + high * scale


# %% wrong conformal-interval: too few errors give the largest one
# says: Too few errors
# visible: passes
# like: rank of m instead of m + 1
#-    v = np.concatenate([[-np.inf], np.sort(z if asymmetric else np.abs(z)), [np.inf]])
#-    high = v[int(np.ceil(round(m * (1 - tail) - 0.4, 9)))]
#-    low = v[int(np.floor(round(m * tail, 9)))] if asymmetric else -high
#+    v = np.sort(z if asymmetric else np.abs(z))
#+    high = v[min(m, int(np.ceil(round((m + 1) * (1 - tail), 9)))) - 1]
#+    low = v[max(1, int(np.floor(round((m + 1) * tail, 9)))) - 1] if asymmetric else -high


# %% wrong conformal-interval: the product is not rounded
# says: rounded
# visible: passes
# like: rank of m instead of m + 1
#-    high = v[int(np.ceil(round(m * (1 - tail) - 0.4, 9)))]
#-    low = v[int(np.floor(round(m * tail, 9)))] if asymmetric else -high
#+    high = v[int(np.ceil((m + 1) * (1 - tail)))]
#+    low = v[int(np.floor((m + 1) * tail))] if asymmetric else -high


# %% wrong conformal-interval: only the upper product is rounded
# says: rounded
# visible: passes
# like: the solution
#-    low = padded[int(np.floor(np.round((m + 1) * tail, 9)))] if asymmetric else -high
#+    low = padded[int(np.floor((m + 1) * tail))] if asymmetric else -high


# %% wrong conformal-interval: the errors are subtracted
# says: would subtract the errors
# like: rank of m instead of m + 1
#-    high = v[int(np.ceil(round(m * (1 - tail) - 0.4, 9)))]
#-    low = v[int(np.floor(round(m * tail, 9)))] if asymmetric else -high
#-    return forecast + low * scale, forecast + high * scale
#+    high = v[int(np.ceil(round((m + 1) * (1 - tail), 9)))]
#+    low = v[int(np.floor(round((m + 1) * tail, 9)))] if asymmetric else -high
#+    return forecast - high * scale, forecast - low * scale


# %% wrong conformal-interval: both tails get the whole of 1 - level
# says: asymmetric: expected 7 and 12
# like: rank of m instead of m + 1
#-    z, m = errors / past_scale, len(errors)
#-    tail = (1 - level) / 2 if asymmetric else 1 - level
#+    z, m, tail = errors / past_scale, len(errors), 1 - level

#-    high = v[int(np.ceil(round(m * (1 - tail) - 0.4, 9)))]
#-    low = v[int(np.floor(round(m * tail, 9)))] if asymmetric else -high
#+    high = v[int(np.ceil(round((m + 1) * (1 - tail), 9)))]
#+    low = v[int(np.floor(round((m + 1) * tail, 9)))] if asymmetric else -high


# %% wrong conformal-interval: the scale divides and never multiplies back
# says: by whose scale
# visible: passes
# like: rank of m instead of m + 1
#-    high = v[int(np.ceil(round(m * (1 - tail) - 0.4, 9)))]
#-    low = v[int(np.floor(round(m * tail, 9)))] if asymmetric else -high
#-    return forecast + low * scale, forecast + high * scale
#+    high = v[int(np.ceil(round((m + 1) * (1 - tail), 9)))]
#+    low = v[int(np.floor(round((m + 1) * tail, 9)))] if asymmetric else -high
#+    return forecast + low, forecast + high


# %% wrong conformal-interval: past errors scaled by the mean of the past scales
# says: by whose scale
# visible: passes
# like: rank of m instead of m + 1
#-    z, m = errors / past_scale, len(errors)
#+    z, m = errors / np.mean(past_scale), len(errors)

#-    high = v[int(np.ceil(round(m * (1 - tail) - 0.4, 9)))]
#-    low = v[int(np.floor(round(m * tail, 9)))] if asymmetric else -high
#+    high = v[int(np.ceil(round((m + 1) * (1 - tail), 9)))]
#+    low = v[int(np.floor(round((m + 1) * tail, 9)))] if asymmetric else -high


# %% wrong conformal-interval: the asymmetric one takes sizes too
# says: asymmetric: expected 7 and 12
def conformal_interval(forecast, past_errors, level, scale=None, past_scale=None, asymmetric=False):
    forecast, errors = np.asarray(forecast, float), np.asarray(past_errors, float)
    if not len(forecast) or np.isnan(forecast).any():
        raise ValueError("forecast")
    if not len(errors) or np.isnan(errors).any():
        raise ValueError("past_errors")
    if not 0 < level < 1:
        raise ValueError("level")
    if scale is None and past_scale is None:
        scale, past_scale = np.ones(len(forecast)), np.ones(len(errors))
    for name, v, n in (("past_scale", past_scale, len(errors)), ("scale", scale, len(forecast))):
        if v is None or len(v) != n or not np.all(np.asarray(v) > 0):
            raise ValueError(name)
    v = np.append(np.sort(np.abs(errors / past_scale)), np.inf)
    half = v[int(np.ceil(round((len(errors) + 1) * level, 9))) - 1] * np.asarray(scale)
    return forecast - half, forecast + half


# %% wrong conformal-interval: an interpolated quantile
# says: numpy.quantile
# forbidden
def conformal_interval(forecast, past_errors, level, scale=None, past_scale=None, asymmetric=False):
    half = np.quantile(np.abs(past_errors), level)
    return forecast - half, forecast + half


# %% right forecast-report: plain NumPy, one slice at a time
from scipy.stats import t as student


def forecast_report(y, forecast, baseline, low, high, slice_of, block, naive_error, level):
    y = np.array(y, float)
    if y.size == 0:
        raise ValueError("y is empty")
    arrays = [y]
    for name, values in (
        ("y", y),
        ("forecast", forecast),
        ("baseline", baseline),
        ("low", low),
        ("high", high),
    ):
        values = np.array(values, float)
        if values.shape != y.shape or np.isnan(values).any():
            raise ValueError(f"{name} does not fit")
        arrays.append(values)
    _, y, f, b, lo, hi = arrays
    if len(slice_of) != len(y):
        raise ValueError("slice_of does not fit")
    if len(block) != len(y):
        raise ValueError("block does not fit")
    if np.any(lo > hi):
        raise ValueError("low is above high")
    if np.isnan(naive_error) or naive_error <= 0:
        raise ValueError("naive_error")
    if not (level > 0 and level < 1):
        raise ValueError("level")
    slice_of, block = np.array([str(s) for s in slice_of]), np.array(block)
    found = []
    for name in ["all"] + sorted(set(slice_of)):
        m = np.ones(len(y), bool) if name == "all" and not found else slice_of == name
        d = np.abs(y - b)[m] - np.abs(y - f)[m]
        g = np.array([d[block[m] == k].mean() for k in np.unique(block[m])])
        n = len(g)
        half = student.ppf(0.975, n - 1) * g.std(ddof=1) / n**0.5 if n > 1 else float("nan")
        miss = np.clip(lo - y, 0, None)[m] + np.clip(y - hi, 0, None)[m]
        found.append(
            {
                "slice": str(name),
                "n": int(m.sum()),
                "mae": float(np.abs(y - f)[m].mean()),
                "mase": float(np.abs(y - f)[m].mean() / naive_error),
                "gain": float(g.mean()),
                "gain_low": float(g.mean() - half),
                "gain_high": float(g.mean() + half),
                "coverage": float(((lo <= y) & (y <= hi))[m].mean()),
                "width": float((hi - lo)[m].mean()),
                "interval_score": float((hi - lo)[m].mean() + 2 / (1 - level) * miss.mean()),
            }
        )
    return found


# %% right forecast-report: one grouped table
import math


def forecast_report(y, forecast, baseline, low, high, slice_of, block, naive_error, level):
    from scipy import stats

    given = dict(
        y=y, forecast=forecast, baseline=baseline, low=low, high=high, slice_of=slice_of, block=block
    )
    if not len(y):
        raise ValueError("y: nothing to report")
    for name, values in given.items():
        if len(values) != len(y):
            raise ValueError(f"{name}: wrong length")
        if name not in ("slice_of", "block") and pd.Series(values).isna().any():
            raise ValueError(f"{name}: NaN")
    if not naive_error > 0:
        raise ValueError("naive_error: positive, please")
    if not 0 < level < 1:
        raise ValueError("level: a share, please")
    d = pd.DataFrame(given)
    if (d.low > d.high).any():
        raise ValueError("low: above high")
    d["e"] = (d.y - d.forecast).abs()
    d["g"] = (d.y - d.baseline).abs() - d.e
    d["w"] = d.high - d.low
    d["c"] = d.y.between(d.low, d.high)
    d["s"] = d.w + ((d.low - d.y).clip(lower=0) + (d.y - d.high).clip(lower=0)) / ((1 - level) / 2)
    rows = []
    for name, part in [("all", d), *d.groupby("slice_of", sort=True)]:
        means = part.groupby("block").g.mean().tolist()
        b, center = len(means), sum(means) / len(means)
        half = float("nan")
        if b > 1:
            half = stats.t.isf(0.025, b - 1) * math.sqrt(sum((v - center) ** 2 for v in means) / (b - 1) / b)
        rows.append(
            dict(
                slice=name,
                n=len(part),
                mae=part.e.mean(),
                mase=part.e.mean() / naive_error,
                gain=center,
                gain_low=center - half,
                gain_high=center + half,
                coverage=part.c.mean(),
                width=part.w.mean(),
                interval_score=part.s.mean(),
            )
        )
    return rows


# %% wrong forecast-report: the gain as baseline's error on all rows, not by blocks
# says: means of blocks first
# visible: passes
def forecast_report(y, forecast, baseline, low, high, slice_of, block, naive_error, level):
    from scipy import stats

    given = {"y": y, "forecast": forecast, "baseline": baseline, "low": low, "high": high}
    given = {k: np.asarray(v, float) for k, v in given.items()}
    y, forecast, baseline, low, high = given.values()
    if not len(y):
        raise ValueError("y")
    for name, v in given.items():
        if len(v) != len(y) or np.isnan(v).any():
            raise ValueError(name)
    for name, v in (("slice_of", slice_of), ("block", block)):
        if len(v) != len(y):
            raise ValueError(name)
    if (low > high).any():
        raise ValueError("low")
    if not naive_error > 0:
        raise ValueError("naive_error")
    if not 0 < level < 1:
        raise ValueError("level")
    names, block, report = np.asarray(slice_of), np.asarray(block), []
    for name in ["all", *np.unique(names).tolist()]:
        i = np.full(len(y), True) if not report else names == name
        e = np.abs(y - forecast)[i]
        d = pd.Series(np.abs(y - baseline)[i] - e)
        g = d.groupby(block[i]).mean()
        half = stats.t.ppf(0.975, len(g) - 1) * g.std() / len(g) ** 0.5
        out = np.maximum(low - y, 0)[i] + np.maximum(y - high, 0)[i]
        inside = ((low <= y) & (y <= high))[i]
        row = {
            "slice": name,
            "n": int(i.sum()),
            "mae": e.mean(),
            "mase": e.mean() / naive_error,
            "gain": d.mean(),
        }
        row |= {"gain_low": g.mean() - half, "gain_high": g.mean() + half, "coverage": inside.mean()}
        row |= {
            "width": (high - low)[i].mean(),
            "interval_score": ((high - low)[i] + 2 / (1 - level) * out).mean(),
        }
        report.append({k: v if k in ("slice", "n") else float(v) for k, v in row.items()})
    return report


# %% wrong forecast-report: the gain with its sign reversed
# says: positive where the forecast is better
# like: the gain as baseline's error on all rows, not by blocks
#-        d = pd.Series(np.abs(y - baseline)[i] - e)
#+        d = pd.Series(e - np.abs(y - baseline)[i])

#-            "gain": d.mean(),
#+            "gain": g.mean(),


# %% wrong forecast-report: an interval over days, not over blocks
# says: over √B blocks
# visible: passes
# like: the gain as baseline's error on all rows, not by blocks
#-        half = stats.t.ppf(0.975, len(g) - 1) * g.std() / len(g) ** 0.5
#+        half = stats.t.ppf(0.975, len(d) - 1) * d.std() / len(d) ** 0.5

#-            "gain": d.mean(),
#+            "gain": g.mean(),


# %% wrong forecast-report: 1.96 for any number of blocks
# says: t with B − 1 degrees of freedom
# visible: passes
# like: the gain as baseline's error on all rows, not by blocks
#-        half = stats.t.ppf(0.975, len(g) - 1) * g.std() / len(g) ** 0.5
#+        half = 1.96 * g.std() / len(g) ** 0.5

#-            "gain": d.mean(),
#+            "gain": g.mean(),


# %% wrong forecast-report: the standard deviation divided by B
# says: t with B − 1 degrees of freedom
# visible: passes
# like: the gain as baseline's error on all rows, not by blocks
#-        half = stats.t.ppf(0.975, len(g) - 1) * g.std() / len(g) ** 0.5
#+        half = stats.t.ppf(0.975, len(g) - 1) * g.std(ddof=0) / len(g) ** 0.5

#-            "gain": d.mean(),
#+            "gain": g.mean(),


# %% wrong forecast-report: an end does not count as inside
# says: a value on an end is inside
# visible: passes
# like: the gain as baseline's error on all rows, not by blocks
#-        inside = ((low <= y) & (y <= high))[i]
#+        inside = ((low < y) & (y < high))[i]

#-            "gain": d.mean(),
#+            "gain": g.mean(),


# %% wrong forecast-report: misses above the interval cost nothing
# says: on either side
# visible: passes
# like: the gain as baseline's error on all rows, not by blocks
#-        out = np.maximum(low - y, 0)[i] + np.maximum(y - high, 0)[i]
#+        out = np.maximum(low - y, 0)[i]

#-            "gain": d.mean(),
#+            "gain": g.mean(),


# %% wrong forecast-report: 1 / α for each unit outside
# says: the width, and 2 / α
# like: the gain as baseline's error on all rows, not by blocks
#-            "gain": d.mean(),
#+            "gain": g.mean(),

#-            "interval_score": ((high - low)[i] + 2 / (1 - level) * out).mean(),
#+            "interval_score": ((high - low)[i] + 1 / (1 - level) * out).mean(),


# %% wrong forecast-report: the scaled error divides by the baseline's error
# says: which is given
# like: the gain as baseline's error on all rows, not by blocks
#-            "mase": e.mean() / naive_error,
#-            "gain": d.mean(),
#+            "mase": e.mean() / np.abs(y - baseline)[i].mean(),
#+            "gain": g.mean(),


# %% wrong forecast-report: percentage errors
# says: expected mae
# like: the gain as baseline's error on all rows, not by blocks
#-        e = np.abs(y - forecast)[i]
#+        e = np.abs(1 - forecast / y)[i]

#-            "gain": d.mean(),
#+            "gain": g.mean(),


# %% wrong forecast-report: low above high is accepted
# says: whose message names low
# visible: passes
# like: the gain as baseline's error on all rows, not by blocks
#-    if (low > high).any():
#-        raise ValueError("low")

#-            "gain": d.mean(),
#+            "gain": g.mean(),


# %% wrong forecast-report: scikit-learn's mean absolute error
# says: sklearn.metrics
# forbidden
# like: the gain as baseline's error on all rows, not by blocks
#-    from scipy import stats
#+    from scipy import stats
#+    from sklearn.metrics import mean_absolute_error

#-            "mase": e.mean() / naive_error,
#-            "gain": d.mean(),
#+            "mase": mean_absolute_error(y[i], forecast[i]) / naive_error,
#+            "gain": g.mean(),
