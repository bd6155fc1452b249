# Answers that grade the grader of 09-project-classifier: see CONTRIBUTING.md.


# %% right outcomes: a plain loop over dicts
def outcomes(tracks, hours, rise, until):
    if not {"storm", "time", "wind"} <= set(tracks.columns):
        raise ValueError("tracks: storm, time and wind are needed")
    if hours <= 0:
        raise ValueError("hours: above 0")
    if rise <= 0:
        raise ValueError("rise: above 0")
    mine = {}
    for storm, time, wind in zip(tracks["storm"], tracks["time"], tracks["wind"]):
        if pd.isna(storm) or pd.isna(time) or pd.isna(wind) or time in mine.get(storm, {}):
            raise ValueError("tracks: a value is missing, or a report stands there twice")
        if time > until:
            raise ValueError("until: there are later reports")
        mine.setdefault(storm, {})[time] = wind
    labels = []
    for storm, time, wind in zip(tracks["storm"], tracks["time"], tracks["wind"]):
        reports, then = mine[storm], time + hours
        if then in reports:
            labels.append(1.0 if reports[then] - wind >= rise else 0.0)
        elif then > until or any(t > then for t in reports):
            labels.append(float("nan"))
        else:
            labels.append(0.0)
    return np.array(labels)


# %% right outcomes: a merge with the reports moved back
def outcomes(tracks, hours, rise, until):
    for column in ("storm", "time", "wind"):
        if column not in tracks or tracks[column].isnull().any():
            raise ValueError(f"tracks: {column}")
    if tracks[["storm", "time"]].duplicated().any():
        raise ValueError("tracks: two reports at one time")
    if hours <= 0 or rise <= 0:
        raise ValueError(f"{'hours' if hours <= 0 else 'rise'} is not positive")
    if len(tracks) and until < tracks["time"].max():
        raise ValueError("until is too early")
    moved = tracks[["storm", "time", "wind"]].rename(columns={"wind": "later"})
    moved["time"] -= hours
    joined = tracks[["storm", "time", "wind"]].merge(moved, on=["storm", "time"], how="left")
    joined["last"] = joined.groupby("storm")["time"].transform("max")
    then = joined["time"] + hours
    y = (joined["later"] >= joined["wind"] + rise).astype(float)
    y[joined["later"].isna() & ((then > until) | (joined["last"] > then))] = np.nan
    return y.to_numpy()


# %% wrong outcomes: a rise of exactly 30 does not count
# says: at least 30 is asked
# like: a plain loop over dicts
#-            labels.append(1.0 if reports[then] - wind >= rise else 0.0)
#+            labels.append(1.0 if reports[then] - wind > rise else 0.0)


# %% wrong outcomes: storms that ended are dropped
# says: an ended storm has not risen
# like: a plain loop over dicts
#-            labels.append(0.0)
#+            labels.append(float("nan"))


# %% wrong outcomes: what is not known yet is a no
# says: 0 would be a guess
# like: a plain loop over dicts
#-        elif then > until or any(t > then for t in reports):
#+        elif any(t > then for t in reports):


# %% wrong outcomes: a gap is a no
# says: nothing is to be guessed
# like: a plain loop over dicts
#-        elif then > until or any(t > then for t in reports):
#+        elif then > until:


# %% wrong outcomes: the strongest wind on the way
# says: exactly
# visible: passes
# like: a plain loop over dicts
#-            labels.append(1.0 if reports[then] - wind >= rise else 0.0)
#+            most = max(w for t, w in reports.items() if time <= t <= then)
#+            labels.append(1.0 if most - wind >= rise else 0.0)


# %% wrong outcomes: what happens at until is not known
# says: not known
# like: a plain loop over dicts
#-        elif then > until or any(t > then for t in reports):
#+        elif then >= until or any(t > then for t in reports):


# %% wrong outcomes: until taken from the storm's own last report
# says: an ended storm has not risen
# like: a plain loop over dicts
#-        elif then > until or any(t > then for t in reports):
#+        elif then > max(reports) or any(t > then for t in reports):


# %% wrong outcomes: the last report is the last row
# says: Its storm's reports
# visible: passes
# like: a plain loop over dicts
#-        elif then > until or any(t > then for t in reports):
#+        elif then > until or list(reports)[-1] > then:


# %% wrong outcomes: the labels in the order of storms and times
# says: in the order of the rows
# visible: passes
# like: a merge with the reports moved back
#-    moved = tracks[["storm", "time", "wind"]].rename(columns={"wind": "later"})
#+    tracks = tracks.sort_values(["storm", "time"])
#+    moved = tracks[["storm", "time", "wind"]].rename(columns={"wind": "later"})


# %% wrong outcomes: joined by the hour alone
# says: another storm
# like: the solution
#-    wind = tracks.set_index(["storm", "time"])["wind"]
#-    later = wind.reindex(pd.MultiIndex.from_arrays([storm, then])).to_numpy(dtype=float)
#+    wind = tracks.drop_duplicates("time").set_index("time")["wind"]
#+    later = wind.reindex(then).to_numpy(dtype=float)


# %% wrong outcomes: the next report in place of the one a day later
# says: exactly
# visible: passes
# like: the solution
#-    wind = tracks.set_index(["storm", "time"])["wind"]
#-    later = wind.reindex(pd.MultiIndex.from_arrays([storm, then])).to_numpy(dtype=float)
#+    ordered = tracks.sort_values(["storm", "time"])
#+    following = ordered.groupby("storm")[["time", "wind"]].shift(-1).reindex(tracks.index)
#+    later = following["wind"].where(following["time"] >= then).to_numpy(dtype=float)
#+    later = np.where(following["time"] > then, np.nan, later)


# %% wrong outcomes: the tables' columns are changed
# says: left as it was
# visible: passes
# like: a merge with the reports moved back
#-    moved = tracks[["storm", "time", "wind"]].rename(columns={"wind": "later"})
#+    tracks["then"] = tracks["time"] + hours
#+    moved = tracks[["storm", "time", "wind"]].rename(columns={"wind": "later"})


# %% wrong outcomes: two reports at one time are let through
# says: two reports of one storm at one time
# visible: passes
# like: a merge with the reports moved back
#-    if tracks[["storm", "time"]].duplicated().any():
#-        raise ValueError("tracks: two reports at one time")
#+    tracks = tracks.drop_duplicates(["storm", "time"])


# %% wrong outcomes: the nearest later report by an as-of join
# says: pandas.merge_asof
# forbidden
def outcomes(tracks, hours, rise, until):
    asked = tracks.assign(then=tracks["time"] + hours, row=range(len(tracks))).sort_values("then")
    reports = tracks[["storm", "time", "wind"]].rename(columns={"time": "then", "wind": "later"})
    found = pd.merge_asof(asked, reports.sort_values("then"), on="then", by="storm", direction="forward")
    found = found.sort_values("row")
    y = (found["later"] - found["wind"] >= rise).astype(float)
    y[found["later"].isna() & (found["then"] > until)] = np.nan
    return y.to_numpy()


# %% right score: one row at a time
def score(rows, model):
    if not isinstance(rows, pd.DataFrame):
        raise TypeError("rows: a DataFrame")
    terms = model.get("terms", {})
    if model.get("intercept") is None or len(terms) == 0:
        raise ValueError("model: intercept and terms")
    if any(t["scale"] <= 0 for t in terms.values()):
        raise ValueError("model: a scale is not positive")
    for name in terms:
        if name not in rows:
            raise ValueError(f"rows: {name} is absent")
        if rows[name].dtype.kind not in "iufb":
            raise TypeError(f"{name} holds no numbers")
    p, why = [], []
    for values in zip(*(rows[name] for name in terms)):
        bad = [n for n, v in zip(terms, values) if not terms[n]["low"] <= v <= terms[n]["high"]]
        why.append(", ".join(bad))
        if bad:
            p.append(float("nan"))
            continue
        z = model["intercept"]
        for v, t in zip(values, terms.values()):
            z += t["weight"] * (v - t["mean"]) / t["scale"]
        p.append(1 / (1 + np.exp(-np.clip(z, -500, 500))))
    return pd.DataFrame({"p": p, "why": why}, index=rows.index)


# %% right score: a matrix, and tanh for the logistic function
def score(rows, model):
    if type(rows) is not pd.DataFrame:
        raise TypeError("rows is not a table")
    if "intercept" not in model:
        raise ValueError("the model lacks its intercept")
    terms = pd.DataFrame(model.get("terms") or {}).T
    if terms.empty or not (terms["scale"] > 0).all():
        raise ValueError("the model has no terms, or a scale that is not above 0")
    absent = [c for c in terms.index if c not in rows.columns]
    if absent:
        raise ValueError(f"rows lacks {', '.join(absent)}")
    for c in terms.index:
        if not pd.api.types.is_numeric_dtype(rows[c]):
            raise TypeError(f"the column {c} is no number")
    X = rows[list(terms.index)].astype(float).to_numpy()
    low, high, mean, scale, weight = (
        terms[k].to_numpy(float) for k in ("low", "high", "mean", "scale", "weight")
    )
    bad = ~((X >= low) & (X <= high))
    Z = (np.where(bad, mean, X) - mean) / scale
    p = (1 + np.tanh((model["intercept"] + Z @ weight) / 2)) / 2
    p[bad.any(axis=1)] = np.nan
    names = np.array(terms.index, dtype=object)
    return pd.DataFrame({"p": p, "why": [", ".join(names[b]) for b in bad]}, index=rows.index)


# %% wrong score: exp of any number
# says: exp overflows
# visible: passes
# like: the solution
#-    small = np.exp(-np.abs(log_odds))  # never above 1
#-    p = np.where(log_odds >= 0, 1, small) / (1 + small)
#+    p = 1 / (1 + np.exp(-log_odds))


# %% wrong score: columns by their place
# says: by name
# visible: passes
# like: a matrix, and tanh for the logistic function
#-    X = rows[list(terms.index)].astype(float).to_numpy()
#+    X = rows.select_dtypes("number").astype(float).to_numpy()[:, : len(terms)]


# %% wrong score: values outside are clipped
# says: has seen no wind above 165
# like: a matrix, and tanh for the logistic function
#-    bad = ~((X >= low) & (X <= high))
#-    Z = (np.where(bad, mean, X) - mean) / scale
#+    bad = np.isnan(X)
#+    Z = (np.clip(np.where(bad, mean, X), low, high) - mean) / scale


# %% wrong score: the first bad row ends the call
# says: expected a DataFrame
# like: the solution
#-        for i in np.flatnonzero(~known):
#-            why[i].append(name)
#+        if not known.all():
#+            raise ValueError(f"rows: {name} is outside")


# %% wrong score: missing values slip through the comparison
# says: All columns that are missing or outside
# visible: passes
# like: a matrix, and tanh for the logistic function
#-    bad = ~((X >= low) & (X <= high))
#+    bad = (X < low) | (X > high)


# %% wrong score: only the first reason
# says: All columns that are missing or outside
# visible: passes
# like: the solution
#-            why[i].append(name)
#+            why[i] = why[i] or [name]


# %% wrong score: the smallest and largest value refused
# says: low and high themselves are inside
# visible: passes
# like: the solution
#-        known = (x >= term["low"]) & (x <= term["high"])  # False for NaN, too
#+        known = (x > term["low"]) & (x < term["high"])


# %% wrong score: a new index
# says: the index
# visible: passes
# like: one row at a time
#-    return pd.DataFrame({"p": p, "why": why}, index=rows.index)
#+    return pd.DataFrame({"p": p, "why": why})


# %% wrong score: refused rows are left out
# says: a row for each row
# like: the solution
#-    return pd.DataFrame({"p": np.where(why == "", p, np.nan), "why": why}, index=rows.index)
#+    return pd.DataFrame({"p": np.where(why == "", p, np.nan), "why": why}, index=rows.index).dropna()


# %% wrong score: text is made to numbers
# says: TypeError
# visible: passes
# like: the solution
#-        if not pd.api.types.is_numeric_dtype(rows[name]):
#-            raise TypeError(f"rows: column {name} must hold numbers, got {rows[name].dtype}")
#-        x = rows[name].to_numpy(dtype=float)
#+        x = pd.to_numeric(rows[name], errors="coerce").to_numpy(dtype=float)


# %% wrong score: the intercept forgotten
# says: the intercept was left out
# like: one row at a time
#-        z = model["intercept"]
#+        z = 0.0


# %% wrong score: scaled in place
# says: left as it was
# visible: passes
# like: the solution
#-    log_odds, why = np.full(len(rows), float(model["intercept"])), [[] for _ in range(len(rows))]
#+    for name in set(model["terms"]) & set(rows.columns):
#+        if rows[name].dtype.kind in "iu":
#+            rows[name] = rows[name].astype(float)
#+    log_odds, why = np.full(len(rows), float(model["intercept"])), [[] for _ in range(len(rows))]


# %% wrong score: the library's logistic function
# says: scipy.special
# forbidden
def score(rows, model):
    from scipy.special import expit

    terms = model["terms"]
    z, why = np.full(len(rows), float(model["intercept"])), [""] * len(rows)
    for name, t in terms.items():
        x = rows[name].to_numpy(float)
        z += t["weight"] * (x - t["mean"]) / t["scale"]
        why = [w or (name if not t["low"] <= v <= t["high"] else "") for w, v in zip(why, x)]
    p = np.where(np.array(why) == "", expit(z), np.nan)
    return pd.DataFrame({"p": p, "why": why}, index=rows.index)


# %% right evaluation-report: a group-by over blocks
def evaluation_report(y, p, threshold, rule, slice_of, block, miss):
    given = {"y": y, "p": p, "rule": rule, "slice_of": slice_of, "block": block}
    sizes = {name: len(values) for name, values in given.items()}
    for name, size in sizes.items():
        if size != sizes["y"] or size == 0:
            raise ValueError(f"{name}: {size} values")
    table = pd.DataFrame({name: np.asarray(values) for name, values in given.items()})
    for name in ("y", "rule"):
        table[name] = table[name].astype(float)
        if not table[name].isin([0.0, 1.0]).all():
            raise ValueError(f"{name}: 0 and 1 only")
    if not table["p"].between(0, 1).all():
        raise ValueError("p: between 0 and 1")
    if not (threshold >= 0 and threshold <= 1):
        raise ValueError("threshold: between 0 and 1")
    if not miss > 0:
        raise ValueError("miss: above 0")
    if (table["slice_of"] == "all").any():
        raise ValueError("slice_of: the name all is taken")

    def cost(acts):
        return acts * (1 - table["y"]) + miss * (1 - acts) * table["y"]

    table["cost_rule"] = cost(table["rule"])
    table["cost_model"] = cost((table["p"] >= threshold).astype(float))
    table["saved"] = table["cost_rule"] - table["cost_model"]
    found = []
    for name, part in [("all", table), *table.groupby("slice_of")]:
        s, sums = part["saved"].mean(), part.groupby("block")["saved"].agg(["sum", "size"])
        m = len(sums)
        if m == 1:
            low = high = float("nan")
        else:
            variance = ((sums["sum"] - s * sums["size"]) ** 2).sum() * m / (m - 1) / len(part) ** 2
            low, high = stats.t.interval(0.95, m - 1, loc=s, scale=np.sqrt(variance)) if variance else (s, s)
        events = int(part["y"].sum())
        enough = events >= 30
        found.append(
            {
                "slice": name,
                "n": len(part),
                "events": events,
                "blocks": m,
                "predicted": part["p"].mean(),
                "observed": part["y"].mean(),
                "cost_rule": part["cost_rule"].mean(),
                "cost_model": part["cost_model"].mean(),
                "saving": s,
                "low": low,
                "high": high,
                "claim": "better" if enough and low > 0 else "worse" if enough and high < 0 else "none",
            }
        )
    return pd.DataFrame(found)


# %% right evaluation-report: plain Python
def evaluation_report(y, p, threshold, rule, slice_of, block, miss):
    y = [float(v) for v in y]
    if not y or any(v not in (0.0, 1.0) for v in y):
        raise ValueError("y")
    for name, values in (("p", p), ("rule", rule), ("slice_of", slice_of), ("block", block)):
        if len(values) != len(y):
            raise ValueError(f"{name} has another length")
    if any(not 0 <= v <= 1 for v in p):
        raise ValueError("p")
    if any(v != 0 and v != 1 for v in rule):
        raise ValueError("rule")
    if not 0 <= threshold <= 1:
        raise ValueError("threshold")
    if not miss > 0:
        raise ValueError("miss")
    slice_of, block = [str(s) for s in slice_of], [str(b) for b in block]
    if "all" in slice_of:
        raise ValueError("slice_of")
    found = []
    for name in ["all"] + sorted(set(slice_of)):
        mine = [i for i in range(len(y)) if name == "all" or slice_of[i] == name]
        n, a, b, d, size = len(mine), 0.0, 0.0, {}, {}
        for i in mine:
            first = miss * y[i] * (1 - int(rule[i])) + (1 - y[i]) * int(rule[i])
            second = (1 - y[i]) if p[i] >= threshold else miss * y[i]
            a, b = a + first, b + second
            d[block[i]] = d.get(block[i], 0.0) + first - second
            size[block[i]] = size.get(block[i], 0) + 1
        s, groups, events = (a - b) / n, len(d), sum(y[i] for i in mine)
        half = float("nan")
        if groups > 1:
            squares = sum((d[g] - s * size[g]) ** 2 for g in d)
            half = stats.t.ppf(0.975, groups - 1) * (squares * groups / (groups - 1)) ** 0.5 / n
        claim = "none"
        if events >= 30:
            claim = "better" if s - half > 0 else "worse" if s + half < 0 else "none"
        predicted, observed = sum(p[i] for i in mine) / n, events / n
        found.append(
            [name, n, int(events), groups, predicted, observed, a / n, b / n, s, s - half, s + half, claim]
        )
    names = "slice n events blocks predicted observed cost_rule cost_model saving low high claim"
    return pd.DataFrame(found, columns=names.split())


# %% wrong evaluation-report: rows taken for independent
# says: taken for independent
# like: the solution
#-            spread = np.sqrt(many / (many - 1) * ((sums - saving * sizes) ** 2).sum()) / len(saved)
#-            half = stats.t.ppf(0.975, many - 1) * spread
#+            half = stats.t.ppf(0.975, len(saved) - 1) * saved.std(ddof=1) / np.sqrt(len(saved))


# %% wrong evaluation-report: the mean over blocks
# says: weighs blocks by their rows
# visible: passes
# like: the solution
#-            spread = np.sqrt(many / (many - 1) * ((sums - saving * sizes) ** 2).sum()) / len(saved)
#+            spread = (sums / sizes).std(ddof=1) / np.sqrt(many)


# %% wrong evaluation-report: above the threshold, not from it
# says: reaches the threshold
# visible: passes
# like: the solution
#-    of_rule, of_model = (np.where(acts, 1 - y, miss * y) for acts in (rule == 1, p >= threshold))
#+    of_rule, of_model = (np.where(acts, 1 - y, miss * y) for acts in (rule == 1, p > threshold))


# %% wrong evaluation-report: the model's cost less the rule's
# says: the rule's cost less the model's
# visible: passes
# like: the solution
#-        saved = (of_rule - of_model)[here]
#+        saved = (of_model - of_rule)[here]


# %% wrong evaluation-report: acting costs 1 whenever it is done
# says: everything else 0
# like: the solution
#-    of_rule, of_model = (np.where(acts, 1 - y, miss * y) for acts in (rule == 1, p >= threshold))
#+    of_rule, of_model = (np.where(acts, 1, miss * y) for acts in (rule == 1, p >= threshold))


# %% wrong evaluation-report: 1.96 for any number of blocks
# says: 1.96 in place of t
# like: the solution
#-            half = stats.t.ppf(0.975, many - 1) * spread
#+            half = 1.96 * spread


# %% wrong evaluation-report: without the factor for few blocks
# says: expected -19.06
# like: the solution
#-            spread = np.sqrt(many / (many - 1) * ((sums - saving * sizes) ** 2).sum()) / len(saved)
#+            spread = np.sqrt(((sums - saving * sizes) ** 2).sum()) / len(saved)


# %% wrong evaluation-report: all blocks counted in each slice
# says: the blocks that occur in the slice
# visible: passes
# like: the solution
#-        code = np.unique(block[here], return_inverse=True)[1]
#+        code = np.append(np.unique(block, return_inverse=True)[1][here], len(set(block.tolist())) - 1)
#+        saved = np.append(saved, 0.0)

#-        sums, sizes = np.bincount(code, weights=saved), np.bincount(code)
#+        sums, sizes = np.bincount(code, weights=saved), np.bincount(code[:-1], minlength=code[-1] + 1)
#+        saved = saved[:-1]


# %% wrong evaluation-report: claims from few events
# says: better or worse need 30 events
# visible: passes
# like: the solution
#-        if events >= 30 and (saving - half > 0 or saving + half < 0):
#+        if saving - half > 0 or saving + half < 0:


# %% wrong evaluation-report: thirty rows are taken for thirty events
# says: better or worse need 30 events
# visible: passes
# like: the solution
#-        if events >= 30 and (saving - half > 0 or saving + half < 0):
#+        if len(saved) >= 30 and (saving - half > 0 or saving + half < 0):


# %% wrong evaluation-report: slices in the order in which they come
# says: in this order
# visible: passes
# like: the solution
#-    names = sorted(set(slice_of.tolist()))
#+    names = list(dict.fromkeys(slice_of.tolist()))


# %% wrong evaluation-report: the book's interval by bootstrap
# says: roadbook.metrics
# forbidden
# like: a group-by over blocks
#-        s, sums = part["saved"].mean(), part.groupby("block")["saved"].agg(["sum", "size"])
#+        from roadbook import metrics
#+
#+        e = metrics.ratio_interval(part["saved"], np.ones(len(part)), part["block"])
#+        s, sums = part["saved"].mean(), part.groupby("block")["saved"].agg(["sum", "size"])

#-            low, high = stats.t.interval(0.95, m - 1, loc=s, scale=np.sqrt(variance)) if variance else (s, s)
#+            low, high = e.low, e.high


# %% right decide: a loop over records
def decide(report, least):
    for column in ("slice", "events", "saving", "low", "high"):
        if column not in report:
            raise ValueError(f"report: no column {column}")
    if not least >= 0:
        raise ValueError("least: 0 or more")
    rows = report.to_dict("records")
    totals = [row for row in rows if row["slice"] == "all"]
    if len(totals) != 1:
        raise ValueError("report: one row must be all")
    if totals[0]["high"] < least:
        return {"decision": "keep the rule", "except": []}
    if totals[0]["low"] > least:
        losing = [
            r["slice"] for r in rows if r["slice"] != "all" and r["events"] >= 30 and r["high"] < 0
        ]
        return {"decision": "adopt with exceptions" if losing else "adopt", "except": losing}
    return {"decision": "measure longer", "except": []}


# %% right decide: indexed by slice
def decide(report, least):
    if not {"slice", "events", "saving", "low", "high"}.issubset(report.columns):
        raise ValueError("report lacks a column")
    table = report.set_index("slice")
    if list(table.index).count("all") != 1:
        raise ValueError("report needs one row for all")
    if np.isnan(least) or least < 0:
        raise ValueError("least is negative")
    total, others = table.loc["all"], table.drop(index="all")
    result = {"decision": "measure longer", "except": []}
    if total["high"] < least:
        result["decision"] = "keep the rule"
    elif total["low"] > least:
        result["except"] = list(others.index[(others["events"] > 29) & others["high"].lt(0)])
        result["decision"] = "adopt" + " with exceptions" * bool(result["except"])
    return result


# %% wrong decide: by the saving itself
# says: The saving of 0.05 alone decides nothing
# like: a loop over records
#-    if totals[0]["low"] > least:
#+    if totals[0]["saving"] > least:


# %% wrong decide: few events suffice
# says: supports no claim
# like: a loop over records
#-            r["slice"] for r in rows if r["slice"] != "all" and r["events"] >= 30 and r["high"] < 0
#+            r["slice"] for r in rows if r["slice"] != "all" and r["high"] < 0


# %% wrong decide: slices that lose on average
# says: the interval of c holds 0
# like: a loop over records
#-            r["slice"] for r in rows if r["slice"] != "all" and r["events"] >= 30 and r["high"] < 0
#+            r["slice"] for r in rows if r["slice"] != "all" and r["events"] >= 30 and r["saving"] < 0


# %% wrong decide: a saving above 0 is enough
# says: least 0.03
# like: a loop over records
#-    if totals[0]["low"] > least:
#+    if totals[0]["low"] > 0:


# %% wrong decide: the rule stays whenever the gain is not sure
# says: measure longer
# like: a loop over records
#-    return {"decision": "measure longer", "except": []}
#+    return {"decision": "keep the rule", "except": []}


# %% wrong decide: exceptions whatever the decision
# says: no exceptions
# like: indexed by slice
#-    result = {"decision": "measure longer", "except": []}
#+    result = {"decision": "measure longer", "except": []}
#+    result["except"] = list(others.index[(others["events"] > 29) & others["high"].lt(0)])

#-        result["except"] = list(others.index[(others["events"] > 29) & others["high"].lt(0)])
#-        result["decision"] = "adopt" + " with exceptions" * bool(result["except"])
#+        result["decision"] = "adopt" + " with exceptions" * bool(result["except"])


# %% wrong decide: surely negative instead of surely below what it costs
# says: expected keep the rule
# visible: passes
# like: a loop over records
#-    if totals[0]["high"] < least:
#+    if totals[0]["high"] < 0:


# %% wrong decide: more than thirty events
# says: Only slices with 30 events
# visible: passes
# like: indexed by slice
#-        result["except"] = list(others.index[(others["events"] > 29) & others["high"].lt(0)])
#+        result["except"] = list(others.index[(others["events"] > 30) & others["high"].lt(0)])


# %% wrong decide: exceptions sorted by name
# says: in the order of the report
# visible: passes
# like: a loop over records
#-        return {"decision": "adopt with exceptions" if losing else "adopt", "except": losing}
#+        return {"decision": "adopt with exceptions" if losing else "adopt", "except": sorted(losing)}


# %% wrong decide: the first row is taken for all
# says: expected
# visible: passes
# like: the solution
#-    low, high = total["low"].item(), total["high"].item()
#+    low, high = report["low"].iloc[0], report["high"].iloc[0]


# %% wrong decide: an interval of NaN adopts
# says: expected measure longer
# visible: passes
# like: the solution
#-    if not low > least:
#+    if low <= least:


# %% wrong decide: conditions as text
# says: pandas.DataFrame.query
# forbidden
def decide(report, least):
    if not least >= 0:
        raise ValueError("least")
    total = report.query("slice == 'all'")
    if len(total) != 1:
        raise ValueError("report")
    if total["high"].iloc[0] < least:
        return {"decision": "keep the rule", "except": []}
    if not total["low"].iloc[0] > least:
        return {"decision": "measure longer", "except": []}
    names = report.query("slice != 'all' and events >= 30 and high < 0")["slice"].tolist()
    return {"decision": "adopt with exceptions" if names else "adopt", "except": names}
