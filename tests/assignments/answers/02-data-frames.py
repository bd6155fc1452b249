# Answers that grade the grader of 02-data-frames: see CONTRIBUTING.md.


# %% right lookup: a dictionary, and one column at a time
def lookup(left, right, on):
    for c in on:
        if c not in left or c not in right:
            raise ValueError(f"column {c} is missing")
        if len(left) and len(right) and is_numeric(left[c]) != is_numeric(right[c]):
            raise ValueError(f"column {c}: text here, numbers there")
    rest = [c for c in right if c not in on]
    both = [c for c in rest if c in left]
    if both:
        raise ValueError(f"in both tables: {both}")
    whole = right[right[on].notna().all(axis=1)]
    if whole.duplicated(on).any():
        raise ValueError(f"right is not unique by {on}")
    numbers = {}
    for i, key in enumerate(zip(*(whole[c] for c in on))):
        numbers[key] = i
    picks = [numbers.get(key, -1) for key in zip(*(left[c] for c in on))]
    new = left.reset_index(drop=True)
    for c in rest:
        values = list(whole[c])
        new[c] = [values[i] if i >= 0 else None for i in picks]
    return new


def is_numeric(column):
    return pd.api.types.is_numeric_dtype(column)


# %% right lookup: codes of the keys, sorted, and a binary search
def lookup(left, right, on):
    for name in on:
        for table in (left, right):
            if name not in table.columns:
                raise ValueError(f"{name}: no such column")
        if len(left) > 0 and len(right) > 0:
            kinds = [table[name].dtype.kind in "iufb" for table in (left, right)]
            if kinds[0] != kinds[1]:
                raise ValueError(f"{name}: numbers against text")
    rest = [name for name in right.columns if name not in on]
    if set(rest) & set(left.columns):
        raise ValueError(f"{set(rest) & set(left.columns)}: in both")
    n = len(left)
    keys = pd.concat([left[on], right[on]], ignore_index=True)
    codes = keys.groupby(on, dropna=True, sort=False).ngroup().to_numpy()
    mine, theirs = codes[:n], codes[n:]
    known = np.flatnonzero(theirs >= 0)
    order = known[np.argsort(theirs[known], kind="stable")]
    sorted_codes = theirs[order]
    if (np.diff(sorted_codes) == 0).any():
        raise ValueError(f"right: keys {', '.join(on)} repeat")
    if len(order) == 0:
        found = np.full(n, -1)
    else:
        at = np.minimum(np.searchsorted(sorted_codes, mine), len(order) - 1)
        found = np.where((mine >= 0) & (sorted_codes[at] == mine), order[at], -1)
    brought = right[rest].set_axis(range(len(right)), axis=0).reindex(found)
    brought.index = range(n)
    result = left.copy()
    result.index = range(n)
    return pd.concat([result, brought], axis=1)


# %% wrong lookup: the last of several rows wins, silently
# says: expected a ValueError
# visible: passes
# like: a dictionary, and one column at a time
#-    if whole.duplicated(on).any():
#-        raise ValueError(f"right is not unique by {on}")


# %% wrong lookup: the promise is checked by the rows that come out, so only for the keys in use
# says: not about today's flights
# visible: passes
# like: a dictionary, and one column at a time
#-    whole = right[right[on].notna().all(axis=1)]
#+    whole = right[right[on].notna().all(axis=1)]
#+    used = set(zip(*(left[c] for c in on)))
#+    whole = whole[np.array([key in used for key in zip(*(whole[c] for c in on))], dtype=bool)]


# %% wrong lookup: rows that are equal throughout are thrown away before the check
# says: equal throughout
# visible: passes
# like: a dictionary, and one column at a time
#-    whole = right[right[on].notna().all(axis=1)]
#+    whole = right[right[on].notna().all(axis=1)].drop_duplicates()


# %% wrong lookup: missing keys match each other
# says: unknown is not equal to unknown
# visible: passes
# like: a dictionary, and one column at a time
#-    whole = right[right[on].notna().all(axis=1)]
#+    right = right.astype({c: object for c in on}).fillna({c: "none" for c in on}) if len(right) else right
#+    left_keys = left.astype({c: object for c in on}).fillna({c: "none" for c in on})
#+    whole = right.drop_duplicates(on, keep="last") if right[on].isin(["none"]).any(axis=None) else right

#-    picks = [numbers.get(key, -1) for key in zip(*(left[c] for c in on))]
#+    picks = [numbers.get(key, -1) for key in zip(*(left_keys[c] for c in on))]


# %% wrong lookup: a missing key in right counts as repeated
# says: keys with missing values on both sides
# visible: passes
# like: a dictionary, and one column at a time
#-    whole = right[right[on].notna().all(axis=1)]
#+    whole = right


# %% wrong lookup: flights without an aircraft are dropped
# says: stays
# like: a dictionary, and one column at a time
#-    return new
#+    return new[[i >= 0 for i in picks]].reset_index(drop=True)


# %% wrong lookup: only the first column of the key
# says: another row's weather
# visible: passes
# like: a dictionary, and one column at a time
#-    for i, key in enumerate(zip(*(whole[c] for c in on))):
#+    for i, key in enumerate(zip(whole[on[0]])):

#-    picks = [numbers.get(key, -1) for key in zip(*(left[c] for c in on))]
#+    picks = [numbers.get(key, -1) for key in zip(left[on[0]])]


# %% wrong lookup: the index of left is kept
# says: expected the index 0
# visible: passes
# like: a dictionary, and one column at a time
#-    new = left.reset_index(drop=True)
#+    new = left.copy()


# %% wrong lookup: the columns are added to the caller's table
# says: changed left
# visible: passes
# like: a dictionary, and one column at a time
#-    new = left.reset_index(drop=True)
#+    new = left
#+    new.reset_index(drop=True, inplace=True)


# %% wrong lookup: a column in both tables is overwritten
# says: seats in both tables
# visible: passes
# like: a dictionary, and one column at a time
#-    both = [c for c in rest if c in left]
#-    if both:
#-        raise ValueError(f"in both tables: {both}")


# %% wrong lookup: numbers and text are compared, and nothing matches
# says: numbers in left and text in right
# visible: passes
# like: a dictionary, and one column at a time
#-        if len(left) and len(right) and is_numeric(left[c]) != is_numeric(right[c]):
#-            raise ValueError(f"column {c}: text here, numbers there")


# %% wrong lookup: the error does not say which key
# says: names right, origin and hour
# visible: passes
# like: a dictionary, and one column at a time
#-        raise ValueError(f"right is not unique by {on}")
#+        raise ValueError("keys are not unique in right")


# %% wrong lookup: the columns of the key as one text
# says: not their texts
# visible: passes
# like: a dictionary, and one column at a time
#-    for i, key in enumerate(zip(*(whole[c] for c in on))):
#+    for i, key in enumerate(texts(whole, on)):

#-    picks = [numbers.get(key, -1) for key in zip(*(left[c] for c in on))]
#+    picks = [numbers.get(key, -1) for key in texts(left, on)]

#-def is_numeric(column):
#+def texts(table, on):
#+    rows = table[on].itertuples(index=False, name=None)
#+    return ["|".join(v if isinstance(v, str) else str(float(v or "nan")) for v in row) for row in rows]
#+
#+
#+def is_numeric(column):


# %% wrong lookup: numbers are compared as floats
# says: can be one float
# visible: passes
# like: a dictionary, and one column at a time
#-    for i, key in enumerate(zip(*(whole[c] for c in on))):
#+    for i, key in enumerate(zip(*(as_floats(whole[c]) for c in on))):

#-    picks = [numbers.get(key, -1) for key in zip(*(left[c] for c in on))]
#+    picks = [numbers.get(key, -1) for key in zip(*(as_floats(left[c]) for c in on))]

#-def is_numeric(column):
#+def as_floats(column):
#+    return column.astype(float) if is_numeric(column) else column
#+
#+
#+def is_numeric(column):


# %% wrong lookup: rows are found again by the labels of the index
# says: repeats its labels
# visible: passes
# like: the solution
#-    for number, key in enumerate(right[on].itertuples(index=False, name=None)):
#+    for number, key in zip(right.index, right[on].itertuples(index=False, name=None)):

#-    brought = right[others].reset_index(drop=True).reindex(found)  # there is no row -1
#+    brought = right[~right.index.duplicated()][others].reindex(found)


# %% wrong lookup: the error does not say which column
# says: names seats
# visible: passes
# like: a dictionary, and one column at a time
#-        raise ValueError(f"in both tables: {both}")
#+        raise ValueError("a column is in both tables")


# %% wrong lookup: the library's join
# says: may not be called
# forbidden
def lookup(left, right, on):
    return left.merge(right, on=on, how="left", validate="many_to_one")


# %% right as-known: one decision at a time, over a station's arrays
def as_known(decisions, records, max_age_minutes):
    if not max_age_minutes >= 0:
        raise ValueError("max_age_minutes")
    if decisions["station"].isna().any() or decisions["at"].isna().any():
        raise ValueError("decisions: something is missing")
    keys = records[["station", "observed", "published"]]
    if keys.isna().any().any() or keys.duplicated().any() or (keys["published"] < keys["observed"]).any():
        raise ValueError("records: missing, repeated or too early")
    result = np.full(len(decisions), np.nan)
    most = pd.Timedelta(minutes=max_age_minutes)
    ordered = records.sort_values(["observed", "published"])
    groups = {
        name: (rows["observed"].to_numpy(), rows["published"].to_numpy(), rows["value"].to_numpy())
        for name, rows in ordered.groupby("station")
    }
    for i, (station, at) in enumerate(zip(decisions["station"], decisions["at"])):
        rows = groups.get(station)
        if rows is None:
            continue
        observed, published, value = rows
        fit = np.flatnonzero(published <= at.to_datetime64())
        if len(fit):
            best = fit[-1]  # sorted by observation, then publication
            if at.to_datetime64() - observed[best] <= most.to_timedelta64():
                result[i] = value[best]
    return result


# %% right as-known: one pass through time, with the latest record of each station in hand
def as_known(decisions, records, max_age_minutes):
    if max_age_minutes != max_age_minutes or max_age_minutes < 0:
        raise ValueError(f"max_age_minutes is {max_age_minutes}")
    if decisions.isna().any(axis=None):
        raise ValueError("decisions has missing values")
    seen = set()
    events = []
    for station, observed, published, value in zip(
        *(records[c] for c in ("station", "observed", "published", "value"))
    ):
        if pd.isna(station) or pd.isna(observed) or pd.isna(published) or published < observed:
            raise ValueError("records: a bad row")
        if (station, observed, published) in seen:
            raise ValueError("records: a row twice")
        seen.add((station, observed, published))
        events.append((published.value, 0, observed.value, station, value))
    for row, (station, at) in enumerate(zip(decisions["station"], decisions["at"])):
        events.append((at.value, 1, row, station, None))
    latest, result = {}, np.full(len(decisions), np.nan)
    for when, kind, number, station, value in sorted(events, key=lambda e: e[:3]):
        if kind == 0:
            if station not in latest or number >= latest[station][0]:
                latest[station] = (number, value)
        elif station in latest and when - latest[station][0] <= max_age_minutes * 60_000_000_000:
            result[number] = latest[station][1]
    return result


# %% wrong as-known: by the time of observation: the future leaks in
# says: before it is published
# like: one decision at a time, over a station's arrays
#-        fit = np.flatnonzero(published <= at.to_datetime64())
#+        fit = np.flatnonzero(observed <= at.to_datetime64())


# %% wrong as-known: the record published last, though it is about the past
# says: the record published last is taken
# like: one decision at a time, over a station's arrays
#-    ordered = records.sort_values(["observed", "published"])
#+    ordered = records.sort_values(["published", "observed"])


# %% wrong as-known: corrections replace the originals before the join
# says: expected [10, 30, 30, nan]
# like: one decision at a time, over a station's arrays
#-    most = pd.Timedelta(minutes=max_age_minutes)
#+    most = pd.Timedelta(minutes=max_age_minutes)
#+    records = records.sort_values("published").drop_duplicates(["station", "observed"], keep="last")


# %% wrong as-known: corrections are thrown away
# says: corrected twice
# visible: passes
# like: one decision at a time, over a station's arrays
#-    most = pd.Timedelta(minutes=max_age_minutes)
#+    most = pd.Timedelta(minutes=max_age_minutes)
#+    records = records.sort_values("published").drop_duplicates(["station", "observed"], keep="first")


# %% wrong as-known: only records published strictly before
# says: only after the minute of its publication
# like: one decision at a time, over a station's arrays
#-        fit = np.flatnonzero(published <= at.to_datetime64())
#+        fit = np.flatnonzero(published < at.to_datetime64())


# %% wrong as-known: the age counts from publication
# says: differ from a plain loop
# visible: passes
# like: one decision at a time, over a station's arrays
#-            if at.to_datetime64() - observed[best] <= most.to_timedelta64():
#+            if at.to_datetime64() - published[best] <= most.to_timedelta64():


# %% wrong as-known: an age of exactly the maximum is too old
# says: differ from a plain loop
# visible: passes
# like: one decision at a time, over a station's arrays
#-            if at.to_datetime64() - observed[best] <= most.to_timedelta64():
#+            if at.to_datetime64() - observed[best] < most.to_timedelta64():


# %% wrong as-known: no maximum age
# says: differ from a plain loop
# visible: passes
# like: one decision at a time, over a station's arrays
#-            if at.to_datetime64() - observed[best] <= most.to_timedelta64():
#-                result[i] = value[best]
#+            result[i] = value[best]


# %% wrong as-known: any station will do
# says: differ from a plain loop
# visible: passes
# like: one decision at a time, over a station's arrays
#-    groups = {
#-        name: (rows["observed"].to_numpy(), rows["published"].to_numpy(), rows["value"].to_numpy())
#-        for name, rows in ordered.groupby("station")
#-    }
#+    groups = dict.fromkeys(
#+        decisions["station"], tuple(ordered[c].to_numpy() for c in ("observed", "published", "value"))
#+    )


# %% wrong as-known: values in the order of time
# says: expected [10, 30, 30, nan]
# like: one decision at a time, over a station's arrays
#-        raise ValueError("records: missing, repeated or too early")
#+        raise ValueError("records: missing, repeated or too early")
#+    decisions = decisions.sort_values("at")


# %% wrong as-known: the age in the seconds of a timedelta, which leave out its days
# says: A day has 1,440 minutes
# visible: passes
# like: one decision at a time, over a station's arrays
#-            if at.to_datetime64() - observed[best] <= most.to_timedelta64():
#+            if (at - pd.Timestamp(observed[best])).seconds <= max_age_minutes * 60:


# %% wrong as-known: every decision against every record in one array
# says: entry for every pair
# visible: passes
def as_known(decisions, records, max_age_minutes):
    if not max_age_minutes >= 0:
        raise ValueError("max_age_minutes")
    if decisions.isna().any(axis=None):
        raise ValueError("decisions")
    keys = ["station", "observed", "published"]
    if (
        records.isna().any(axis=None)
        or records.duplicated(keys).any()
        or (records["published"] < records["observed"]).any()
    ):
        raise ValueError("records")
    result = np.full(len(decisions), np.nan)
    if len(records) == 0 or len(decisions) == 0:
        return result
    records = records.sort_values(["observed", "published"])
    at, published = decisions["at"].to_numpy(), records["published"].to_numpy()
    stations = pd.factorize(np.append(records["station"], decisions["station"]))[0]
    fits = (published <= at[:, None]) & (stations[: len(records)] == stations[len(records) :, None])
    best = len(records) - 1 - fits[:, ::-1].argmax(axis=1)
    age = (at - records["observed"].to_numpy()[best]) / np.timedelta64(1, "m")
    good = fits.any(axis=1) & (age <= max_age_minutes)
    result[good] = records["value"].to_numpy()[best[good]]
    return result


# %% wrong as-known: records that cannot be are used
# says: published before it was observed
# visible: passes
# like: the solution
#-    if (records["published"] < records["observed"]).any():
#-        raise ValueError("records: one was published before it was observed")


# %% wrong as-known: the maximum age is cut to whole minutes
# says: max_age_minutes=0.5
# visible: passes
# like: the solution
#-        found = (last >= 0) & (age <= max_age_minutes)
#+        found = (last >= 0) & (age <= int(max_age_minutes))


# %% wrong as-known: values go to the labels of the index
# says: the row of its decision
# visible: passes
# like: the solution
#-    known = np.full(len(decisions), np.nan)
#+    known = pd.Series(np.nan, index=decisions.index)

#-        known[mine[found]] = rows["value"].to_numpy()[last[found]]
#-    return known
#+        values = pd.Series(rows["value"].to_numpy()[last[found]], index=decisions.index[mine[found]])
#+        known.update(values[~values.index.duplicated()])
#+    return known.to_numpy()


# %% wrong as-known: an error about a missing station that does not say in which table
# says: names decisions
# visible: passes
# like: one decision at a time, over a station's arrays
#-        raise ValueError("decisions: something is missing")
#+        raise ValueError("a station or a time is missing")


# %% wrong as-known: the library's as-of join
# says: may not be called
# forbidden
def as_known(decisions, records, max_age_minutes):
    left = decisions.reset_index(drop=True).reset_index().sort_values("at")
    right = records.sort_values("published")
    joined = pd.merge_asof(left, right, left_on="at", right_on="published", by="station")
    return joined.sort_values("index")["value"].to_numpy()


# %% right recent-delay: one flight at a time
def recent_delay(flights, window_minutes, lead_minutes):
    if not window_minutes > 0:
        raise ValueError("window_minutes")
    if not lead_minutes >= 0:
        raise ValueError("lead_minutes")
    if flights["origin"].isna().any() or flights["scheduled"].isna().any():
        raise ValueError("flights")
    planned = (flights["scheduled"] - pd.Timestamp(0)).dt.total_seconds().to_numpy() / 60
    delay = flights["dep_delay"].to_numpy(dtype=float)
    origin = pd.factorize(flights["origin"])[0]
    left = planned + delay
    number = np.arange(len(flights))
    result = np.full(len(flights), np.nan)
    for i in number:
        until = planned[i] - lead_minutes
        inside = (left >= until - window_minutes) & (left < until) & (origin == origin[i]) & (number != i)
        if inside.any():
            result[i] = delay[inside].mean()
    return result


# %% right recent-delay: departures and decisions in one list, sorted, with running sums
def recent_delay(flights, window_minutes, lead_minutes):
    if not (window_minutes > 0):
        raise ValueError(f"window_minutes {window_minutes}")
    if np.isnan(lead_minutes) or lead_minutes < 0:
        raise ValueError(f"lead_minutes {lead_minutes}")
    if flights[["origin", "scheduled"]].isnull().to_numpy().any():
        raise ValueError("flights with holes")
    table = flights.reset_index(drop=True)
    minute = pd.Timedelta(minutes=1)
    left = table["scheduled"] + table["dep_delay"] * minute
    decided = table["scheduled"] - lead_minutes * minute
    begun = decided - window_minutes * minute
    sums, counts = np.zeros(len(table)), np.zeros(len(table))
    gone = table[left.notna()].assign(left=left)
    for origin, rows in table.groupby("origin"):
        there = gone[gone["origin"] == origin].groupby("left")["dep_delay"].agg(["sum", "count"]).cumsum()
        if len(there) == 0:
            continue
        for time, sign in ((decided, 1), (begun, -1)):
            at = there.index.searchsorted(time[rows.index], side="left") - 1
            some = at >= 0
            sums[rows.index[some]] += sign * there["sum"].to_numpy()[at[some]]
            counts[rows.index[some]] += sign * there["count"].to_numpy()[at[some]]
    own = ((left >= begun) & (left < decided)).to_numpy()
    sums -= np.where(own, table["dep_delay"].fillna(0), 0)
    counts -= own
    result = np.full(len(table), np.nan)
    np.divide(sums, counts, out=result, where=counts > 0)
    return result


# %% wrong recent-delay: flights count from when they were to leave
# says: from when they were to leave
# like: one flight at a time
#-    left = planned + delay
#+    left = np.where(np.isnan(delay), np.nan, planned)


# %% wrong recent-delay: an empty window is no delay
# says: an empty window counts as no delay
# like: one flight at a time
#-    result = np.full(len(flights), np.nan)
#+    result = np.zeros(len(flights))


# %% wrong recent-delay: the window ends at the flight's own departure
# says: expected [nan, nan, 10]
# like: one flight at a time
#-        until = planned[i] - lead_minutes
#+        until = planned[i]


# %% wrong recent-delay: cancelled flights left on time
# says: differ from a plain loop
# visible: passes
# like: one flight at a time
#-    delay = flights["dep_delay"].to_numpy(dtype=float)
#+    delay = flights["dep_delay"].fillna(0).to_numpy(dtype=float)


# %% wrong recent-delay: from any airport
# says: differ from a plain loop
# visible: passes
# like: one flight at a time
#-        inside = (left >= until - window_minutes) & (left < until) & (origin == origin[i]) & (number != i)
#+        inside = (left >= until - window_minutes) & (left < until) & (number != i)


# %% wrong recent-delay: the flight itself counts
# says: itself
# visible: passes
# like: one flight at a time
#-        inside = (left >= until - window_minutes) & (left < until) & (origin == origin[i]) & (number != i)
#+        inside = (left >= until - window_minutes) & (left < until) & (origin == origin[i])


# %% wrong recent-delay: closed at both ends
# says: differ from a plain loop
# visible: passes
# like: one flight at a time
#-        inside = (left >= until - window_minutes) & (left < until) & (origin == origin[i]) & (number != i)
#+        inside = (left >= until - window_minutes) & (left <= until) & (origin == origin[i]) & (number != i)


# %% wrong recent-delay: open at both ends
# says: differ from a plain loop
# visible: passes
# like: one flight at a time
#-        inside = (left >= until - window_minutes) & (left < until) & (origin == origin[i]) & (number != i)
#+        inside = (left > until - window_minutes) & (left < until) & (origin == origin[i]) & (number != i)


# %% wrong recent-delay: everything before the decision, without a window
# says: differ from a plain loop
# visible: passes
# like: one flight at a time
#-        inside = (left >= until - window_minutes) & (left < until) & (origin == origin[i]) & (number != i)
#+        inside = (left < until) & (origin == origin[i]) & (number != i)


# %% wrong recent-delay: the median
# says: differ from a plain loop
# visible: passes
# like: one flight at a time
#-            result[i] = delay[inside].mean()
#+            result[i] = np.median(delay[inside])


# %% wrong recent-delay: no value for cancelled flights
# says: differ from a plain loop
# visible: passes
# like: one flight at a time
#-        if inside.any():
#+        if inside.any() and delay[i] == delay[i]:


# %% wrong recent-delay: values in the order of time
# says: differ from a plain loop
# visible: passes
# like: one flight at a time
#-        raise ValueError("flights")
#+        raise ValueError("flights")
#+    flights = flights.sort_values("scheduled")


# %% wrong recent-delay: minutes of the clock, without the date
# says: A day has 1,440 minutes
# visible: passes
# like: one flight at a time
#-    planned = (flights["scheduled"] - pd.Timestamp(0)).dt.total_seconds().to_numpy() / 60
#+    planned = (flights["scheduled"].dt.hour * 60 + flights["scheduled"].dt.minute).to_numpy()


# %% wrong recent-delay: every flight against every flight in one array
# says: entry for every pair
# visible: passes
def recent_delay(flights, window_minutes, lead_minutes):
    if window_minutes <= 0:
        raise ValueError("window_minutes")
    if lead_minutes < 0:
        raise ValueError("lead_minutes")
    if flights["origin"].isna().any() or flights["scheduled"].isna().any():
        raise ValueError("flights")
    planned = (flights["scheduled"] - pd.Timestamp(0)).dt.total_seconds().to_numpy() / 60
    delay, origin = flights["dep_delay"].to_numpy(dtype=float), pd.factorize(flights["origin"])[0]
    left, until = planned + delay, (planned - lead_minutes)[:, None]
    inside = (left >= until - window_minutes) & (left < until) & (origin == origin[:, None])
    inside &= ~np.eye(len(flights), dtype=bool)
    counts, sums = inside.sum(axis=1), np.array([delay[others].sum() for others in inside])
    result = np.full(len(flights), np.nan)
    result[counts > 0] = sums[counts > 0] / counts[counts > 0]
    return result


# %% wrong recent-delay: a negative lead looks into the future
# says: lead_minutes=-1
# visible: passes
# like: the solution
#-    if not lead_minutes >= 0:
#-        raise ValueError(f"lead_minutes must be at least 0, got {lead_minutes}")


# %% wrong recent-delay: flights with equal values count as the flight itself
# says: Each is another flight
# visible: passes
# like: one flight at a time
#-    number = np.arange(len(flights))
#+    number = pd.Series(list(zip(planned, delay.tolist()))).factorize()[0]
#+    result = np.full(len(flights), np.nan)

#-    result = np.full(len(flights), np.nan)
#-    for i in number:
#+    for i in range(len(flights)):

#-        inside = (left >= until - window_minutes) & (left < until) & (origin == origin[i]) & (number != i)
#+        inside = (left >= until - window_minutes) & (left < until) & (origin == origin[i]) & (number != number[i])


# %% wrong recent-delay: values go to the labels of the index
# says: the row of its flight
# visible: passes
# like: the solution
#-    recent = np.full(len(flights), np.nan)
#+    recent = dict.fromkeys(flights.index, np.nan)

#-        recent[rows[some]] = sums[some] / count[some]
#-    return recent
#+        recent.update(zip(flights.index[rows[some]], sums[some] / count[some]))
#+    return np.array([recent[label] for label in flights.index])


# %% wrong recent-delay: NaN slips through a comparison
# says: window_minutes=nan
# visible: passes
# like: the solution
#-    if not window_minutes > 0:
#+    if window_minutes <= 0:


# %% wrong recent-delay: a lead of NaN slips through a comparison
# says: lead_minutes=nan
# visible: passes
# like: the solution
#-    if not lead_minutes >= 0:
#+    if lead_minutes < 0:


# %% wrong recent-delay: one error for two arguments, named after the first
# says: names lead_minutes
# visible: passes
# like: one flight at a time
#-    if not window_minutes > 0:
#-        raise ValueError("window_minutes")
#-    if not lead_minutes >= 0:
#-        raise ValueError("lead_minutes")
#+    if not (window_minutes > 0 and lead_minutes >= 0):
#+        raise ValueError("window_minutes: above 0")


# %% wrong recent-delay: the other engine's rolling mean
# says: may not be called
# forbidden
def recent_delay(flights, window_minutes, lead_minutes):
    table = pl.from_pandas(flights).with_row_index().sort("scheduled")
    recent = (
        pl.col("dep_delay").rolling_mean_by("scheduled", f"{window_minutes}m", closed="left").over("origin")
    )
    return table.with_columns(recent=recent).sort("index")["recent"].to_numpy()


# %% right both-engines: sums and differences; joins in both
def with_pandas(flights, airlines, month):
    check(flights, airlines, month)
    rows = flights[flights["month"] == month].merge(airlines[["carrier", "name"]], on="carrier", how="left")
    rows["name"] = rows["name"].fillna(rows["carrier"]).fillna("unknown")
    rows["left"] = rows["dep_delay"].notna()
    rows["late"] = rows["dep_delay"] > 60
    report = (
        rows.groupby("name")
        .agg(planned=("name", "size"), left=("left", "sum"), late=("late", "sum"))
        .reset_index()
    )
    report["cancelled"] = report["planned"] - report["left"]
    report["late_share"] = report["late"] / report["left"]
    report = report.sort_values(by=["planned", "name"], ascending=[False, True]).reset_index(drop=True)
    return report[["name", "planned", "cancelled", "late_share"]]


def with_polars(flights, airlines, month):
    check(flights, airlines, month)
    names = airlines.select("carrier", "name")
    rows = flights.filter(pl.col("month") == month).join(names, on="carrier", how="left")
    rows = rows.with_columns(pl.col("name").fill_null(pl.col("carrier")).fill_null("unknown"))
    left, late = pl.col("dep_delay").is_not_null(), pl.col("dep_delay") > 60
    report = rows.group_by("name").agg(
        pl.len().alias("planned"),
        (~left).sum().alias("cancelled"),
        late.filter(left).mean().alias("late_share"),
    )
    return report.sort(["planned", "name"], descending=[True, False])


def check(flights, airlines, month):
    missing = {"month", "carrier", "dep_delay"} - set(flights.columns)
    if missing:
        raise ValueError(f"flights has no {sorted(missing)}")
    missing = {"carrier", "name"} - set(airlines.columns)
    if missing:
        raise ValueError(f"airlines has no {sorted(missing)}")
    codes = airlines["carrier"].to_list()
    if len(set(codes)) < len(codes):
        raise ValueError("airlines: a code twice")
    if month not in list(range(1, 13)):
        raise ValueError("month: 1 to 12")


# %% right both-engines: a loop over groups in pandas, SQL in Polars
def with_pandas(flights, airlines, month):
    refuse(flights, airlines, month)
    names = dict(zip(airlines["carrier"], airlines["name"]))
    groups = {}
    of_month = flights[flights["month"] == month]
    for carrier, delay in zip(of_month["carrier"], of_month["dep_delay"]):
        name = "unknown" if pd.isna(carrier) else names.get(carrier, carrier)
        groups.setdefault(name, []).append(delay)
    rows = []
    for name, delays in groups.items():
        left = [delay for delay in delays if not np.isnan(delay)]
        share = sum(delay > 60 for delay in left) / len(left) if left else np.nan
        rows.append((name, len(delays), len(delays) - len(left), share))
    rows.sort(key=lambda row: (-row[1], row[0]))
    return pd.DataFrame(rows, columns=["name", "planned", "cancelled", "late_share"])


def with_polars(flights, airlines, month):
    refuse(flights, airlines, month)
    query = """
        SELECT coalesce(a.name, f.carrier, 'unknown') AS name,
               count(*) AS planned,
               count(*) - count(f.dep_delay) AS cancelled,
               avg(CAST(f.dep_delay > 60 AS DOUBLE)) AS late_share
        FROM f LEFT JOIN a ON f.carrier = a.carrier
        GROUP BY coalesce(a.name, f.carrier, 'unknown')
        ORDER BY planned DESC, name
    """
    of_month = flights.filter(month=month).select("carrier", "dep_delay")
    return pl.SQLContext(f=of_month, a=airlines.select("carrier", "name")).execute(query, eager=True)


def refuse(flights, airlines, month):
    for column in ("month", "carrier", "dep_delay"):
        if column not in flights:
            raise ValueError(f"`flights` lacks `{column}`")
    for column in ("carrier", "name"):
        if column not in airlines:
            raise ValueError(f"`airlines` lacks `{column}`")
    codes = list(airlines["carrier"])
    if month not in range(1, 13):
        raise ValueError(f"month {month}")
    if any(codes.count(code) > 1 for code in codes):
        raise ValueError("airlines has a code twice")


# %% wrong both-engines: pandas says that a cancelled flight is not late
# says: counted as not late
# like: sums and differences; joins in both
#-    report["late_share"] = report["late"] / report["left"]
#+    report["late_share"] = report["late"] / report["planned"]


# %% wrong both-engines: missing codes disappear from pandas
# says: with_pandas, a carrier that is missing
# visible: passes
# like: sums and differences; joins in both
#-    rows["name"] = rows["name"].fillna(rows["carrier"]).fillna("unknown")
#+    rows["name"] = rows["name"].fillna(rows["carrier"])


# %% wrong both-engines: Polars fills a missing delay with 0
# says: with_polars, the example worked by hand
# like: sums and differences; joins in both
#-    rows = rows.with_columns(pl.col("name").fill_null(pl.col("carrier")).fill_null("unknown"))
#+    rows = rows.with_columns(pl.col("name").fill_null(pl.col("carrier")).fill_null("unknown"))
#+    rows = rows.with_columns(pl.col("dep_delay").fill_null(0))


# %% wrong both-engines: an inner join loses unknown codes
# says: with_polars, a carrier that is missing
# visible: passes
# like: sums and differences; joins in both
#-    rows = flights.filter(pl.col("month") == month).join(names, on="carrier", how="left")
#+    rows = flights.filter(pl.col("month") == month).join(names, on="carrier")


# %% wrong both-engines: unknown codes are all called unknown
# says: its flights stay, under the code
# visible: passes
# like: sums and differences; joins in both
#-    rows = rows.with_columns(pl.col("name").fill_null(pl.col("carrier")).fill_null("unknown"))
#+    rows = rows.with_columns(pl.col("name").fill_null("unknown"))


# %% wrong both-engines: grouped by code, so that a name has two rows
# says: two codes with one name
# visible: passes
# like: sums and differences; joins in both
#-        rows.groupby("name")
#+        rows.groupby(["name", rows["carrier"].fillna("")])

#-        .reset_index()
#+        .reset_index(level=0)


# %% wrong both-engines: sixty minutes is late
# says: 60 is not
# visible: passes
# like: sums and differences; joins in both
#-    rows["late"] = rows["dep_delay"] > 60
#+    rows["late"] = rows["dep_delay"] >= 60


# %% wrong both-engines: the month is forgotten in Polars
# says: February is in it
# like: sums and differences; joins in both
#-    rows = flights.filter(pl.col("month") == month).join(names, on="carrier", how="left")
#+    rows = flights.join(names, on="carrier", how="left")


# %% wrong both-engines: the plan comes back, not the table
# says: Collect a lazy frame
# like: sums and differences; joins in both
#-    return report.sort(["planned", "name"], descending=[True, False])
#+    return report.lazy().sort(["planned", "name"], descending=[True, False])


# %% wrong both-engines: cancelled flights are dropped first
# says: 2 planned that cancelled flights are not
# like: sums and differences; joins in both
#-    rows = flights[flights["month"] == month].merge(airlines[["carrier", "name"]], on="carrier", how="left")
#+    rows = flights[flights["month"] == month].merge(airlines[["carrier", "name"]], on="carrier", how="left")
#+    rows = rows.dropna(subset=["dep_delay"])


# %% wrong both-engines: airlines with as many flights stand in any order
# says: most planned first, then by name
# visible: passes
# like: sums and differences; joins in both
#-    return report.sort(["planned", "name"], descending=[True, False])
#+    return report.sort("name", descending=True).sort("planned", descending=True, maintain_order=True)


# %% wrong both-engines: NaN where Polars should say null
# says: NaN where it should be null
# visible: passes
# like: sums and differences; joins in both
#-        late.filter(left).mean().alias("late_share"),
#+        (late.sum() / left.sum()).alias("late_share"),


# %% wrong both-engines: a code twice multiplies the flights
# says: a code twice in airlines
# visible: passes
# like: sums and differences; joins in both
#-    if len(set(codes)) < len(codes):
#-        raise ValueError("airlines: a code twice")


# %% wrong both-engines: a month that is none gives an empty report
# says: month 0
# visible: passes
# like: sums and differences; joins in both
#-    if month not in list(range(1, 13)):
#-        raise ValueError("month: 1 to 12")


# %% wrong both-engines: a missing column is left to the libraries
# says: with_pandas, flights without the column month
# visible: passes
# like: sums and differences; joins in both
#-    missing = {"month", "carrier", "dep_delay"} - set(flights.columns)
#-    if missing:
#-        raise ValueError(f"flights has no {sorted(missing)}")
#-    missing = {"carrier", "name"} - set(airlines.columns)
#-    if missing:
#-        raise ValueError(f"airlines has no {sorted(missing)}")


# %% wrong both-engines: the error names the column and not the table
# says: names airlines and carrier
# visible: passes
# like: sums and differences; joins in both
#-        raise ValueError(f"airlines has no {sorted(missing)}")
#+        raise ValueError(f"no column {sorted(missing)}")


# %% wrong both-engines: an error about the month that does not name it
# says: names month
# visible: passes
# like: sums and differences; joins in both
#-        raise ValueError("month: 1 to 12")
#+        raise ValueError("expected a whole number from 1 to 12")


# %% wrong both-engines: one engine made out of the other
# says: may not be called
# forbidden
# like: sums and differences; joins in both
#-    check(flights, airlines, month)
#-    names = airlines.select("carrier", "name")
#-    rows = flights.filter(pl.col("month") == month).join(names, on="carrier", how="left")
#-    rows = rows.with_columns(pl.col("name").fill_null(pl.col("carrier")).fill_null("unknown"))
#-    left, late = pl.col("dep_delay").is_not_null(), pl.col("dep_delay") > 60
#-    report = rows.group_by("name").agg(
#-        pl.len().alias("planned"),
#-        (~left).sum().alias("cancelled"),
#-        late.filter(left).mean().alias("late_share"),
#-    )
#-    return report.sort(["planned", "name"], descending=[True, False])
#+    return pl.from_pandas(with_pandas(flights.to_pandas(), airlines.to_pandas(), month))
