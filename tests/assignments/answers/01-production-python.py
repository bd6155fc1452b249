# Answers that grade the grader of 01-production-python: see CONTRIBUTING.md.


# %% right read-flights: by hand, a rule a field
import json
import math
import re
from datetime import datetime, timezone


def read_flights(lines):
    def number(v, low, high):
        return not isinstance(v, bool) and isinstance(v, (int, float)) and math.isfinite(v) and low <= v <= high

    def time(v):
        try:
            return isinstance(v, str) and datetime.fromisoformat(v).tzinfo is not None
        except ValueError:
            return False

    rules = {
        "carrier": ("a code such as UA or 9E", lambda v, r: isinstance(v, str) and re.fullmatch("[A-Z0-9]{2}", v)),
        "flight": ("1 to 9999", lambda v, r: isinstance(v, int) and number(v, 1, 9999)),
        "origin": ("a New York airport", lambda v, r: v in ("EWR", "JFK", "LGA")),
        "dest": (
            "another airport",
            lambda v, r: isinstance(v, str) and re.fullmatch("[A-Z]{3}", v) and v != r.get("origin"),
        ),
        "scheduled": ("ISO 8601 with offset", lambda v, r: time(v)),
        "dep_delay": ("-120 to 3000 or null", lambda v, r: v is None or number(v, -120, 3000)),
    }
    flights, problems = [], []
    for n, line in enumerate(lines, 1):
        if line.strip() == "":
            continue
        try:
            record = json.loads(line)
            assert isinstance(record, dict)
        except (ValueError, AssertionError):
            problems.append(f"line {n}: record: expected an object in braces, got {line[:40]!r}")
            continue
        bad = []
        for name, (what, fine) in rules.items():
            if name not in record:
                bad.append(f"line {n}: {name}: expected {what}, got nothing")
            elif not fine(record[name], record):
                bad.append(f"line {n}: {name}: expected {what}, got {json.dumps(record[name])}")
        for name in sorted(set(record) - set(rules)):
            bad.append(f"line {n}: {name}: expected a field that we know, got {json.dumps(record[name])}")
        if not bad:
            utc = datetime.fromisoformat(record["scheduled"]).astimezone(timezone.utc)
            flights.append({**record, "scheduled": utc.isoformat().replace("+00:00", "Z")})
        problems.extend(bad)
    return {"flights": flights, "problems": problems}


# %% right read-flights: one TypeAdapter a field
import json
from datetime import timezone
from typing import Annotated, Literal, Optional

from pydantic import AwareDatetime, Field, StringConstraints, TypeAdapter, ValidationError

FIELDS = {
    "carrier": Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2}$")],
    "flight": Annotated[int, Field(ge=1, le=9999)],
    "origin": Literal["EWR", "JFK", "LGA"],
    "dest": Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")],
    "scheduled": AwareDatetime,
    "dep_delay": Optional[Annotated[float, Field(ge=-120, le=3000)]],
}
READERS = {name: TypeAdapter(kind) for name, kind in FIELDS.items()}


def read_flights(lines):
    result = {"flights": [], "problems": []}
    for i in range(len(lines)):
        if not lines[i].strip():
            continue
        try:
            came = json.loads(lines[i])
        except json.JSONDecodeError:
            came = None
        if type(came) is not dict:
            result["problems"] += [f"line {i + 1}: record: expected an object, got something else"]
            continue
        flight, problems = {}, []
        for name, reader in READERS.items():
            try:
                flight[name] = reader.validate_json(json.dumps(came[name]), strict=True)
                if name == "dest" and came[name] == came.get("origin"):
                    raise KeyError
                if name == "scheduled" and came[name].isdigit():
                    raise KeyError
            except (ValidationError, KeyError):
                got = json.dumps(came[name]) if name in came else "nothing"
                problems.append(f"line {i + 1}: {name}: expected {FIELDS[name]}, got {got}")
        for name in sorted(came):
            if name not in FIELDS:
                problems.append(f"line {i + 1}: {name}: expected none such, got {json.dumps(came[name])}")
        if problems:
            result["problems"] += problems
        else:
            flight["scheduled"] = f"{flight['scheduled'].astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
            result["flights"].append(flight)
    return result


# %% wrong read-flights: Pydantic as it comes, which turns text into numbers
# says: line 2: flight
import json
from datetime import timezone
from typing import Literal, Optional

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator


class Flight(BaseModel):
    model_config = ConfigDict(extra="forbid")
    carrier: str = Field(pattern="^[A-Z0-9]{2}$")
    flight: int = Field(ge=1, le=9999)
    origin: Literal["EWR", "JFK", "LGA"]
    dest: str = Field(pattern="^[A-Z]{3}$")
    scheduled: AwareDatetime
    dep_delay: Optional[float] = Field(ge=-120, le=3000)


def read_flights(lines):
    flights, problems = [], []
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            f = Flight.model_validate_json(line)
            flights.append({**f.model_dump(), "scheduled": f"{f.scheduled.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"})
        except ValidationError as error:
            for e in error.errors():
                got = "nothing" if e["type"] == "missing" else json.dumps(e["input"])
                problems.append(f"line {n}: {(*e['loc'], 'record')[0]}: expected {e['msg']}, got {got}")
    return {"flights": flights, "problems": problems}


# %% wrong read-flights: unknown fields are ignored
# says: under a new name
# visible: passes
# like: Pydantic as it comes, which turns text into numbers
#-    model_config = ConfigDict(extra="forbid")
#+    model_config = ConfigDict(strict=True)

#-    dep_delay: Optional[float] = Field(ge=-120, le=3000)
#+    dep_delay: Optional[float] = Field(ge=-120, le=3000)
#+
#+    @field_validator("dest")
#+    @classmethod
#+    def other(cls, v, info):
#+        if v == info.data.get("origin"):
#+            raise ValueError("same")
#+        return v


# %% wrong read-flights: each field by itself, so that nobody compares dest with origin
# says: dest "EWR"
# visible: passes
# like: Pydantic as it comes, which turns text into numbers
#-from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator
#+from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

#-    model_config = ConfigDict(extra="forbid")
#+    model_config = ConfigDict(strict=True, extra="forbid")


# %% wrong read-flights: the first bad line ends it all
# says: a bad line is reported, not raised
from typing import Literal, Optional

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Flight(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    carrier: str = Field(pattern="^[A-Z0-9]{2}$")
    flight: int = Field(ge=1, le=9999)
    origin: Literal["EWR", "JFK", "LGA"]
    dest: str = Field(pattern="^[A-Z]{3}$")
    scheduled: AwareDatetime
    dep_delay: Optional[float] = Field(ge=-120, le=3000)


def read_flights(lines):
    flights = [Flight.model_validate_json(line).model_dump(mode="json") for line in lines if line.strip()]
    return {"flights": flights, "problems": []}


# %% wrong read-flights: only the first problem of a line
# says: line 2: dep_delay
import json
import math
import re
from datetime import datetime, timezone


def read_flights(lines):
    def number(v, low, high):
        return not isinstance(v, bool) and isinstance(v, (int, float)) and math.isfinite(v) and low <= v <= high

    flights, problems = [], []
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            r = json.loads(line)
        except ValueError:
            problems.append(f"line {n}: record: expected JSON, got {line}")
            continue
        name = ""
        if not isinstance(r.get("flight"), int) or not number(r["flight"], 1, 9999):
            name = "flight"
        elif "dep_delay" not in r or not (r["dep_delay"] is None or number(r["dep_delay"], -120, 3000)):
            name = "dep_delay"
        if name:
            problems.append(f"line {n}: {name}: expected a number, got {json.dumps(r[name]) if name in r else 'nothing'}")
        else:
            utc = datetime.fromisoformat(r["scheduled"]).astimezone(timezone.utc)
            flights.append({**r, "scheduled": utc.isoformat().replace("+00:00", "Z")})
    return {"flights": flights, "problems": problems}


# %% wrong read-flights: lines counted from 0
# says: Lines count from 1
import json
import math
import re
from datetime import datetime, timezone


def read_flights(lines):
    flights, problems = [], []
    for n, line in enumerate(lines):
        r = json.loads(line)
        bad = []
        if not isinstance(r.get("flight"), int) or isinstance(r["flight"], bool) or not 1 <= r["flight"] <= 9999:
            bad.append(f"line {n}: flight: expected 1 to 9999, got {json.dumps(r.get('flight'))}")
        if "dep_delay" not in r:
            bad.append(f"line {n}: dep_delay: expected minutes or null, got nothing")
        problems += bad
        if not bad:
            utc = datetime.fromisoformat(r["scheduled"]).astimezone(timezone.utc)
            flights.append({**r, "scheduled": utc.isoformat().replace("+00:00", "Z")})
    return {"flights": flights, "problems": problems}


# %% wrong read-flights: the offset is dropped, not converted
# says: its time in UTC
import json
from typing import Literal, Optional

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError


class Flight(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    carrier: str = Field(pattern="^[A-Z0-9]{2}$")
    flight: int = Field(ge=1, le=9999)
    origin: Literal["EWR", "JFK", "LGA"]
    dest: str = Field(pattern="^[A-Z]{3}$")
    scheduled: AwareDatetime
    dep_delay: Optional[float] = Field(ge=-120, le=3000)


def read_flights(lines):
    flights, problems = [], []
    for n, line in enumerate(lines, 1):
        try:
            f = Flight.model_validate_json(line)
            flights.append({**f.model_dump(), "scheduled": f.scheduled.strftime("%Y-%m-%dT%H:%M:%SZ")})
        except ValidationError as error:
            for e in error.errors():
                got = "nothing" if e["type"] == "missing" else json.dumps(e["input"])
                problems.append(f"line {n}: {(*e['loc'], 'record')[0]}: expected {e['msg']}, got {got}")
    return {"flights": flights, "problems": problems}


# %% wrong read-flights: a default where a field is missing
# says: a field that is missing is not null
# like: Pydantic as it comes, which turns text into numbers
#-from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator
#+from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

#-    model_config = ConfigDict(extra="forbid")
#+    model_config = ConfigDict(strict=True, extra="forbid")

#-    dep_delay: Optional[float] = Field(ge=-120, le=3000)
#+    dep_delay: Optional[float] = Field(None, ge=-120, le=3000)


# %% wrong read-flights: blank lines are removed before the lines are counted
# says: blank lines between
# visible: passes
import json
from datetime import timezone
from typing import Literal, Optional

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator


class Flight(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    carrier: str = Field(pattern="^[A-Z0-9]{2}$")
    flight: int = Field(ge=1, le=9999)
    origin: Literal["EWR", "JFK", "LGA"]
    dest: str = Field(pattern="^[A-Z]{3}$")
    scheduled: AwareDatetime
    dep_delay: Optional[float] = Field(ge=-120, le=3000)

    @field_validator("dest")
    @classmethod
    def other(cls, v, info):
        if v == info.data.get("origin"):
            raise ValueError("same")
        return v


def read_flights(lines):
    flights, problems, order = [], [], [*Flight.model_fields]
    for n, line in enumerate([line for line in lines if line.strip()], 1):
        try:
            f = Flight.model_validate_json(line)
            flights.append({**f.model_dump(), "scheduled": f"{f.scheduled.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"})
        except ValidationError as error:
            known = [e for e in error.errors() if e["loc"][:1] and e["loc"][0] in order]
            rest = sorted((e for e in error.errors() if e not in known), key=lambda e: e["loc"])
            for e in known + rest:
                got = "nothing" if e["type"] == "missing" else json.dumps(e["input"])
                problems.append(f"line {n}: {(*e['loc'], 'record')[0]}: expected {e['msg']}, got {got}")
    return {"flights": flights, "problems": problems}


# %% wrong read-flights: a comparison that NaN slips through, and true for a number
# says: with flight true
# visible: passes
import json
import re
from datetime import datetime, timezone


def read_flights(lines):
    def time(v):
        try:
            return datetime.fromisoformat(v).tzinfo is not None
        except (TypeError, ValueError):
            return False

    flights, problems = [], []
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            r = json.loads(line)
        except ValueError:
            r = None
        if not isinstance(r, dict):
            problems.append(f"line {n}: record: expected an object, got {line}")
            continue
        fine = {
            "carrier": isinstance(r.get("carrier"), str) and bool(re.fullmatch("[A-Z0-9]{2}", r["carrier"])),
            "flight": isinstance(r.get("flight"), int) and 1 <= r["flight"] <= 9999,
            "origin": r.get("origin") in ("EWR", "JFK", "LGA"),
            "dest": isinstance(r.get("dest"), str)
            and bool(re.fullmatch("[A-Z]{3}", r["dest"]))
            and r["dest"] != r.get("origin"),
            "scheduled": time(r.get("scheduled")),
            "dep_delay": "dep_delay" in r
            and (
                r["dep_delay"] is None
                or (isinstance(r["dep_delay"], (int, float)) and not (r["dep_delay"] < -120 or r["dep_delay"] > 3000))
            ),
        }
        fine.update({name: False for name in sorted(set(r) - set(fine))})
        bad = [name for name in fine if not fine[name]]
        for name in bad:
            got = json.dumps(r[name]) if name in r else "nothing"
            problems.append(f"line {n}: {name}: expected something else, got {got}")
        if not bad:
            utc = datetime.fromisoformat(r["scheduled"]).astimezone(timezone.utc)
            flights.append({**r, "scheduled": utc.isoformat().replace("+00:00", "Z")})
    return {"flights": flights, "problems": problems}


# %% wrong read-flights: capitals of any script
# says: dest "\u00c4\u00d6\u00dc"
# visible: passes
# like: by hand, a rule a field
#-            lambda v, r: isinstance(v, str) and re.fullmatch("[A-Z]{3}", v) and v != r.get("origin"),
#+            lambda v, r: isinstance(v, str) and len(v) == 3 and v.isalpha() and v.isupper() and v != r.get("origin"),


# %% wrong read-flights: a dollar sign, which lets a last end of line through
# says: dest "IAH\n"
# visible: passes
# like: by hand, a rule a field
#-            lambda v, r: isinstance(v, str) and re.fullmatch("[A-Z]{3}", v) and v != r.get("origin"),
#+            lambda v, r: isinstance(v, str) and re.match("[A-Z]{3}$", v) and v != r.get("origin"),


# %% wrong read-flights: Pydantic's times, which may be seconds written as text
# says: seconds since 1970
# visible: passes
# like: one TypeAdapter a field
#-                if name == "scheduled" and came[name].isdigit():
#-                    raise KeyError
#+


# %% wrong read-flights: lines run as Python
# says: builtins.eval may not be called
# forbidden
def read_flights(lines):
    flights, problems = [], []
    for n, line in enumerate(lines, 1):
        try:
            flights.append(eval(line, {"null": None, "true": True, "false": False}))
        except SyntaxError:
            problems.append(f"line {n}: record: expected an object, got {line}")
    return {"flights": flights, "problems": problems}


# %% right choose-runway: complex numbers, and a masked array
def choose_runway(speed, direction, headings, limit):
    v, d, h = np.array(speed, float), np.array(direction, float), np.array(headings, float)
    if np.any(v < 0):
        raise ValueError("speed: negative")
    if v.shape != d.shape:
        raise ValueError("direction: another shape")
    if len(h) == 0:
        raise ValueError("headings: none")
    if np.isnan(limit) or limit < 0:
        raise ValueError("limit: not below 0")
    unknown = np.isnan(d)
    d[unknown] = 0.0
    wind = v.reshape(-1, 1) * np.exp(1j * np.radians(d.reshape(-1, 1) - h.reshape(1, -1)))
    head, cross = wind.real.copy(), np.abs(wind.imag)
    head[unknown] = 0.0
    cross[unknown] = np.repeat(v[unknown][:, None], len(h), axis=1)
    head = np.ma.masked_array(head, mask=~(cross <= limit))
    return np.where(head.mask.all(axis=1), -1, head.filled(-1e300).argmax(axis=1)).astype(int)


# %% right choose-runway: a loop over the few runways, not over the hours
def choose_runway(speed, direction, headings, limit):
    speed, direction = np.asarray(speed, float), np.asarray(direction, float)
    if (speed < 0).sum():
        raise ValueError("speed is negative somewhere")
    if speed.shape != direction.shape:
        raise ValueError("direction does not fit")
    if not len(headings):
        raise ValueError("headings are missing")
    if not (limit >= 0):
        raise ValueError("limit is no limit")
    chosen = np.full(len(speed), -1)
    best = np.full(len(speed), -np.inf)
    for j, heading in enumerate(headings):
        angle = np.pi * (direction - heading) / 180
        cross = np.where(np.isnan(direction), speed, np.abs(speed * np.sin(angle)))
        head = np.where(np.isnan(direction), 0, speed * np.cos(angle))
        better = (cross <= limit) & (head > best)
        chosen[better] = j
        best[better] = head[better]
    return chosen


# %% wrong choose-runway: the loop, as it was
# says: takes longer than the loop
# visible: passes
import math


def choose_runway(speed, direction, headings, limit):
    if (np.asarray(speed) < 0).any():
        raise ValueError("speed")
    if np.shape(direction) != np.shape(speed):
        raise ValueError("direction")
    if len(headings) == 0:
        raise ValueError("headings")
    if not limit >= 0:
        raise ValueError("limit")
    chosen = []
    for i in range(len(speed)):
        best, best_head = -1, -math.inf
        for j in range(len(headings)):
            if math.isnan(direction[i]):
                head, cross = 0.0, speed[i]
            else:
                angle = math.radians(direction[i] - headings[j])
                head, cross = speed[i] * math.cos(angle), speed[i] * abs(math.sin(angle))
            if cross <= limit and head > best_head:
                best, best_head = j, head
        chosen.append(best)
    return np.array(chosen, dtype=int)


# %% wrong choose-runway: NumPy inside, but an hour at a time
# says: takes longer than the loop
# visible: passes
def choose_runway(speed, direction, headings, limit):
    speed, direction, headings = (np.asarray(a, float) for a in (speed, direction, headings))
    if (speed < 0).any():
        raise ValueError("speed")
    if speed.shape != direction.shape:
        raise ValueError("direction")
    if not len(headings):
        raise ValueError("headings")
    if not limit >= 0:
        raise ValueError("limit")

    def one(v, d):
        angle = np.deg2rad(d - headings)
        head, cross = v * np.cos(angle), v * np.abs(np.sin(angle))
        if np.isnan(d):
            head, cross = np.zeros(len(headings)), np.full(len(headings), v)
        return np.where(cross <= limit, head, -np.inf).argmax() if (cross <= limit).any() else -1

    return np.array([one(v, d) for v, d in zip(speed, direction)], dtype=int)


# %% wrong choose-runway: an error about the limit that does not name it
# says: names limit
# visible: passes
# like: complex numbers, and a masked array
#-        raise ValueError("limit: not below 0")
#+        raise ValueError("a crosswind must not be below 0")


# %% wrong choose-runway: numpy.vectorize
# says: numpy.vectorize may not be called
# forbidden
def choose_runway(speed, direction, headings, limit):
    def one(v, d):
        head = v * np.cos(np.radians(d - headings))
        cross = v * np.abs(np.sin(np.radians(d - headings)))
        head[cross > limit] = -np.inf
        return head.argmax() if (cross <= limit).any() else -1

    return np.vectorize(one)(speed, direction)


# %% wrong choose-runway: degrees taken for radians
# says: expected [1, 0, 0, -1]
def choose_runway(speed, direction, headings, limit):
    speed, direction, headings = (np.asarray(a, float) for a in (speed, direction, headings))
    if (speed < 0).any():
        raise ValueError("speed")
    if speed.shape != direction.shape:
        raise ValueError("direction")
    if not len(headings):
        raise ValueError("headings")
    if not limit >= 0:
        raise ValueError("limit")
    angle = direction[:, None] - headings
    unknown = np.isnan(direction)
    head, cross = speed[:, None] * np.cos(angle), speed[:, None] * np.abs(np.sin(angle))
    head[unknown], cross[unknown] = 0, speed[unknown, None]
    head[~(cross <= limit)] = -np.inf
    return np.where(np.isinf(head).all(axis=1), -1, head.argmax(axis=1))


# %% wrong choose-runway: no size of the crosswind, so that wind from the left is always within the limit
# says: differ from the loop
# visible: passes
# like: degrees taken for radians
#-    angle = direction[:, None] - headings
#+    angle = np.deg2rad(direction[:, None] - headings)

#-    head, cross = speed[:, None] * np.cos(angle), speed[:, None] * np.abs(np.sin(angle))
#+    head, cross = speed[:, None] * np.cos(angle), speed[:, None] * np.sin(angle)


# %% wrong choose-runway: the least crosswind wins, not the most headwind
# says: differ from the loop
# visible: passes
def choose_runway(speed, direction, headings, limit):
    speed, direction, headings = (np.asarray(a, float) for a in (speed, direction, headings))
    if (speed < 0).any():
        raise ValueError("speed")
    if speed.shape != direction.shape:
        raise ValueError("direction")
    if not len(headings):
        raise ValueError("headings")
    if not limit >= 0:
        raise ValueError("limit")
    angle = np.deg2rad(direction[:, None] - headings)
    cross = np.where(np.isnan(direction)[:, None], speed[:, None], speed[:, None] * np.abs(np.sin(angle)))
    return np.where((cross <= limit).any(axis=1), np.where(np.isnan(cross), 1e9, cross).argmin(axis=1), -1)


# %% wrong choose-runway: refused runways get a headwind of 0, which beats a tailwind
# says: expected [1, 0, 0, -1]
def choose_runway(speed, direction, headings, limit):
    speed, direction, headings = (np.asarray(a, float) for a in (speed, direction, headings))
    if (speed < 0).any():
        raise ValueError("speed")
    if speed.shape != direction.shape:
        raise ValueError("direction")
    if not len(headings):
        raise ValueError("headings")
    if not limit >= 0:
        raise ValueError("limit")
    angle = np.deg2rad(direction[:, None] - headings)
    unknown = np.isnan(direction)
    head, cross = speed[:, None] * np.cos(angle), speed[:, None] * np.abs(np.sin(angle))
    head[unknown], cross[unknown] = 0, speed[unknown, None]
    allowed = cross <= limit
    best = np.where(allowed, head, 0).argmax(axis=1)
    return np.where(allowed.any(axis=1), best, -1)


# %% wrong choose-runway: an hour without direction is refused
# says: -1 at the third
# like: degrees taken for radians
#-    angle = direction[:, None] - headings
#-    unknown = np.isnan(direction)
#+    angle = np.deg2rad(direction[:, None] - headings)

#-    head[unknown], cross[unknown] = 0, speed[unknown, None]


# %% wrong choose-runway: the gaps are filled in the caller's array
# says: changed its arguments
# visible: passes
# like: degrees taken for radians
#-    speed, direction, headings = (np.asarray(a, float) for a in (speed, direction, headings))

#-    angle = direction[:, None] - headings
#-    unknown = np.isnan(direction)
#+    unknown = np.isnan(direction)
#+    direction[unknown] = 0
#+    angle = np.deg2rad(direction[:, None] - headings)


# %% wrong choose-runway: shapes are left to broadcasting
# says: names direction
# visible: passes
def choose_runway(speed, direction, headings, limit):
    speed, direction, headings = (np.asarray(a, float) for a in (speed, direction, headings))
    if (speed < 0).any():
        raise ValueError("speed")
    if not len(headings):
        raise ValueError("headings")
    if not limit >= 0:
        raise ValueError("limit")
    angle = np.deg2rad(direction[:, None] - headings)
    known = ~np.isnan(direction)[:, None]
    head = np.where(known, speed[:, None] * np.cos(angle), 0)
    cross = np.where(known, speed[:, None] * np.abs(np.sin(angle)), speed[:, None])
    allowed = cross <= limit
    return np.where(allowed.any(axis=1), np.where(allowed, head, -np.inf).argmax(axis=1), -1)


# %% right fetch-all: workers that take from a queue
async def fetch_all(service, keys, limit, attempts=4, base=0.5, cap=8.0, *, rng):
    if limit < 1:
        raise ValueError("limit is too small")
    if attempts < 1:
        raise ValueError("attempts is too small")
    if not base >= 0:
        raise ValueError("base: zero or more")
    if not cap >= 0:
        raise ValueError("cap: zero or more")
    queue, done, results, failures = asyncio.Queue(), asyncio.Event(), {}, {}
    for key in set(keys):
        queue.put_nowait((key, 1))

    later = set()

    async def put_back(key, attempt, seconds):
        await asyncio.sleep(seconds)
        queue.put_nowait((key, attempt))

    async def worker():
        while True:
            key, attempt = await queue.get()
            pause = 0
            try:
                answer = await service.get(key)
                reason, again = str(answer.status), answer.status in {429, 500, 502, 503, 504}
                pause = answer.retry_after
                if answer.status == 200:
                    results[key] = answer.body
            except ConnectionError as error:
                reason, again = repr(error), True
            if key not in results:
                if again and attempt < attempts:
                    wait = pause + rng.random() * min(cap, base * 2.0 ** (attempt - 1))
                    later.add(asyncio.create_task(put_back(key, attempt + 1, wait)))
                else:
                    failures[key] = reason
            if len(results) + len(failures) == len(set(keys)):
                done.set()

    workers = [asyncio.create_task(worker()) for _ in range(limit)]
    if keys:
        await done.wait()
    for each in workers:
        each.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    return results, failures


def rehearse_fetch(plan, keys, seed=0, **settings):
    return rehearse(fetch_all, plan, keys, seed, settings)


# %% right fetch-all: a task group, and the outcome of each key as a pair
async def fetch_all(service, keys, limit, attempts=4, base=0.5, cap=8.0, *, rng):
    if limit <= 0:
        raise ValueError(f"limit={limit}")
    if attempts <= 0:
        raise ValueError(f"attempts={attempts}")
    for name, seconds in {"base": base, "cap": cap}.items():
        if seconds != seconds or seconds < 0:
            raise ValueError(f"{name}={seconds}")
    bound = asyncio.BoundedSemaphore(limit)

    async def once(key):
        async with bound:
            try:
                return await service.get(key)
            except ConnectionError as error:
                return error

    async def one(key):
        most = base
        for left in reversed(range(attempts)):
            came = await once(key)
            if isinstance(came, ConnectionError):
                reason, least = f"broken: {came}", 0
            elif came.status == 200:
                return True, came.body
            elif came.status not in (429, 500, 502, 503, 504):
                return False, f"refused with {came.status}"
            else:
                reason, least = f"gave up at {came.status}", came.retry_after
            if left:
                await asyncio.sleep(least + rng.uniform(0, min(most, cap)))
                most *= 2
        return False, reason

    async with asyncio.TaskGroup() as group:
        tasks = {key: group.create_task(one(key)) for key in sorted(set(keys))}
    outcomes = {key: task.result() for key, task in tasks.items()}
    return (
        {key: text for key, (fine, text) in outcomes.items() if fine},
        {key: text for key, (fine, text) in outcomes.items() if not fine},
    )


def rehearse_fetch(plan, keys, seed=0, **settings):
    return rehearse(fetch_all, plan, keys, seed, settings)


# %% wrong fetch-all: one after the other
# says: two at a time
async def fetch_all(service, keys, limit, attempts=4, base=0.5, cap=8.0, *, rng):
    if limit < 1 or attempts < 1:
        raise ValueError("limit and attempts")
    results, failures = {}, {}
    for key in dict.fromkeys(keys):
        for attempt in range(attempts):
            wait = 0
            try:
                answer = await service.get(key)
                if answer.status == 200:
                    results[key] = answer.body
                    failures.pop(key, None)
                    break
                failures[key] = str(answer.status)
                if answer.status not in (429, 500, 502, 503, 504):
                    break
                wait = answer.retry_after
            except ConnectionError as error:
                failures[key] = str(error)
            if attempt + 1 < attempts:
                await asyncio.sleep(wait + rng.uniform(0, min(cap, base * 2**attempt)))
    return results, failures


def rehearse_fetch(plan, keys, seed=0, **settings):
    return rehearse(fetch_all, plan, keys, seed, settings)


# %% wrong fetch-all: all at once
# says: at a time
async def fetch_all(service, keys, limit, attempts=4, base=0.5, cap=8.0, *, rng):
    if limit < 1 or attempts < 1:
        raise ValueError("limit and attempts")
    results, failures = {}, {}

    async def one(key):
        for attempt in range(attempts):
            wait = 0
            try:
                answer = await service.get(key)
                if answer.status == 200:
                    results[key] = answer.body
                    failures.pop(key, None)
                    return
                failures[key] = str(answer.status)
                if answer.status not in (429, 500, 502, 503, 504):
                    return
                wait = answer.retry_after
            except ConnectionError as error:
                failures[key] = str(error)
            if attempt + 1 < attempts:
                await asyncio.sleep(wait + rng.uniform(0, min(cap, base * 2**attempt)))

    await asyncio.gather(*(one(key) for key in dict.fromkeys(keys)))
    return results, failures


def rehearse_fetch(plan, keys, seed=0, **settings):
    return rehearse(fetch_all, plan, keys, seed, settings)


# %% wrong fetch-all: in batches of the limit
# says: when a whole batch is done
# visible: passes
# like: all at once
#-    await asyncio.gather(*(one(key) for key in dict.fromkeys(keys)))
#+    todo = list(dict.fromkeys(keys))
#+    for start in range(0, len(todo), limit):
#+        await asyncio.gather(*(one(key) for key in todo[start : start + limit]))


# %% wrong fetch-all: a place is held while its key waits
# says: must hold no place
# visible: passes
async def fetch_all(service, keys, limit, attempts=4, base=0.5, cap=8.0, *, rng):
    if limit < 1:
        raise ValueError("limit")
    if attempts < 1:
        raise ValueError("attempts")
    results, failures, places = {}, {}, asyncio.Semaphore(limit)

    async def one(key):
        async with places:
            for attempt in range(attempts):
                wait = 0
                try:
                    answer = await service.get(key)
                    if answer.status == 200:
                        results[key] = answer.body
                        failures.pop(key, None)
                        return
                    failures[key] = str(answer.status)
                    if answer.status not in (429, 500, 502, 503, 504):
                        return
                    wait = answer.retry_after
                except ConnectionError as error:
                    failures[key] = str(error)
                if attempt + 1 < attempts:
                    await asyncio.sleep(wait + rng.uniform(0, min(cap, base * 2**attempt)))

    await asyncio.gather(*(one(key) for key in dict.fromkeys(keys)))
    return results, failures


def rehearse_fetch(plan, keys, seed=0, **settings):
    return rehearse(fetch_all, plan, keys, seed, settings)


# %% wrong fetch-all: backoff without chance
# says: all waited alike
# visible: passes
# like: all at once
#-    if limit < 1 or attempts < 1:
#-        raise ValueError("limit and attempts")
#-    results, failures = {}, {}
#+    if limit < 1:
#+        raise ValueError("limit")
#+    if attempts < 1:
#+        raise ValueError("attempts")
#+    results, failures, places = {}, {}, asyncio.Semaphore(limit)

#-                answer = await service.get(key)
#+                async with places:
#+                    answer = await service.get(key)

#-                await asyncio.sleep(wait + rng.uniform(0, min(cap, base * 2**attempt)))
#+                await asyncio.sleep(wait + min(cap, base * 2**attempt))


# %% wrong fetch-all: the exponent begins one too high
# says: how does it grow
# visible: passes
async def fetch_all(service, keys, limit, attempts=4, base=0.5, cap=8.0, *, rng):
    if limit < 1:
        raise ValueError("limit")
    if attempts < 1:
        raise ValueError("attempts")
    results, failures, places = {}, {}, asyncio.Semaphore(limit)

    async def one(key):
        for attempt in range(1, attempts + 1):
            wait = 0
            try:
                async with places:
                    answer = await service.get(key)
                if answer.status == 200:
                    results[key] = answer.body
                    failures.pop(key, None)
                    return
                failures[key] = str(answer.status)
                if answer.status not in (429, 500, 502, 503, 504):
                    return
                wait = answer.retry_after
            except ConnectionError as error:
                failures[key] = str(error)
            if attempt < attempts:
                await asyncio.sleep(wait + rng.uniform(0, min(cap, base * 2**attempt)))

    await asyncio.gather(*(one(key) for key in dict.fromkeys(keys)))
    return results, failures


def rehearse_fetch(plan, keys, seed=0, **settings):
    return rehearse(fetch_all, plan, keys, seed, settings)


# %% wrong fetch-all: everything but 200 is tried again
# says: failure at once
# like: the exponent begins one too high
#-        for attempt in range(1, attempts + 1):
#+        for attempt in range(attempts):

#-                if answer.status not in (429, 500, 502, 503, 504):
#+                if answer.status == 404:

#-            if attempt < attempts:
#+            if attempt + 1 < attempts:


# %% wrong fetch-all: a broken connection ends everything
# says: expected two dicts and no error
# visible: passes
async def fetch_all(service, keys, limit, attempts=4, base=0.5, cap=8.0, *, rng):
    if limit < 1:
        raise ValueError("limit")
    if attempts < 1:
        raise ValueError("attempts")
    results, failures, places = {}, {}, asyncio.Semaphore(limit)

    async def one(key):
        for attempt in range(attempts):
            async with places:
                answer = await service.get(key)
            if answer.status == 200:
                results[key] = answer.body
                failures.pop(key, None)
                return
            failures[key] = str(answer.status)
            if answer.status not in (429, 500, 502, 503, 504):
                return
            if attempt + 1 < attempts:
                await asyncio.sleep(answer.retry_after + rng.uniform(0, min(cap, base * 2**attempt)))

    await asyncio.gather(*(one(key) for key in dict.fromkeys(keys)))
    return results, failures


def rehearse_fetch(plan, keys, seed=0, **settings):
    return rehearse(fetch_all, plan, keys, seed, settings)


# %% wrong fetch-all: waits after the last attempt too
# says: waited
# visible: passes
# like: the exponent begins one too high
#-        for attempt in range(1, attempts + 1):
#+        for attempt in range(attempts):

#-            if attempt < attempts:
#-                await asyncio.sleep(wait + rng.uniform(0, min(cap, base * 2**attempt)))
#+            await asyncio.sleep(wait + rng.uniform(0, min(cap, base * 2**attempt)))


# %% wrong fetch-all: what the service asks for is not heard
# says: retry_after is the least
# visible: passes
# like: the exponent begins one too high
#-        for attempt in range(1, attempts + 1):
#-            wait = 0
#+        for attempt in range(attempts):

#-                wait = answer.retry_after

#-            if attempt < attempts:
#-                await asyncio.sleep(wait + rng.uniform(0, min(cap, base * 2**attempt)))
#+            if attempt + 1 < attempts:
#+                await asyncio.sleep(rng.uniform(0, min(cap, base * 2**attempt)))


# %% wrong fetch-all: a random generator of its own
# says: draw from rng only
# visible: passes
# like: the exponent begins one too high
#-        for attempt in range(1, attempts + 1):
#+        for attempt in range(attempts):

#-            if attempt < attempts:
#-                await asyncio.sleep(wait + rng.uniform(0, min(cap, base * 2**attempt)))
#+            if attempt + 1 < attempts:
#+                await asyncio.sleep(wait + random.uniform(0, min(cap, base * 2**attempt)))


# %% wrong fetch-all: one error for two arguments, named after the first
# says: names attempts
# visible: passes
# like: workers that take from a queue
#-    if limit < 1:
#-        raise ValueError("limit is too small")
#-    if attempts < 1:
#-        raise ValueError("attempts is too small")
#+    if limit < 1 or attempts < 1:
#+        raise ValueError("limit is too small")


# %% wrong fetch-all: a negative time is taken as it is
# says: names base
# visible: passes
# like: workers that take from a queue
#-    if not base >= 0:
#-        raise ValueError("base: zero or more")
#-    if not cap >= 0:
#-        raise ValueError("cap: zero or more")


# %% wrong fetch-all: NaN slips through a comparison
# says: nan
# visible: passes
# like: workers that take from a queue
#-    if not base >= 0:
#+    if base < 0:

#-    if not cap >= 0:
#+    if cap < 0:


# %% wrong fetch-all: no wait at all is refused
# says: expected two dicts and no error
# visible: passes
# like: workers that take from a queue
#-    if not base >= 0:
#+    if not base > 0:


# %% wrong fetch-all: waits by time.sleep
# says: time.sleep may not be called
# forbidden
import time


async def fetch_all(service, keys, limit, attempts=4, base=0.5, cap=8.0, *, rng):
    results, failures, places = {}, {}, asyncio.Semaphore(limit)

    async def one(key):
        for attempt in range(attempts):
            async with places:
                answer = await service.get(key)
            if answer.status == 200:
                results[key] = answer.body
                return
            time.sleep(rng.uniform(0, base * 2**attempt))
        failures[key] = str(answer.status)

    await asyncio.gather(*map(one, keys))
    return results, failures


def rehearse_fetch(plan, keys, seed=0, **settings):
    return rehearse(fetch_all, plan, keys, seed, settings)


# %% right cases: the fewest that do
def cases():
    return [
        [959, 759, -120],
        [0, 2359, -1],
        [1, 0, -1],
        [800, 559, 1319],
        [5, 2400, -5],
        [600, None, None],
        [600, 660, "ValueError"],
        [1260, None, "ValueError"],
        [600, 2401, "ValueError"],
        [600, -1, "ValueError"],
        [2330, 130, 120],
    ]


# %% right cases: sorted by what they are about
def cases():
    usual = [[1859, 1901, 2], [1455, 1450, -5]]
    midnight = [[2355, 15, 20], [10, 2350, -20], [2200, 2400, 120], [2345, 0, 15]]
    far = [[1200, 1000, -120], [1201, 1000, 1319]]
    broken = [[time, None, "ValueError"] for time in (1160, 2401)] + [[1200, time, "ValueError"] for time in (-30, 1175)]
    return usual + midnight + far + broken + [[1234, None, None]] + [[1100, 1060, "ValueError"]]


# %% wrong cases: no flight across midnight
# says: midnight
# visible: passes
def cases():
    return [
        [745, 830, 45],
        [1200, 1155, -5],
        [1000, 800, -120],
        [2300, 2400, 60],
        [1000, None, None],
        [1000, 1060, "ValueError"],
        [1060, 1100, "ValueError"],
        [1000, 2401, "ValueError"],
        [-1, 1000, "ValueError"],
    ]


# %% wrong cases: midnight in one direction only
# says: the other way round
# visible: passes
# like: no flight across midnight
#-        [1200, 1155, -5],
#-        [1000, 800, -120],
#+        [1200, 1155, -5],
#+        [2350, 10, 20],
#+        [1000, 800, -120],
#+        [1000, 759, 1319],


# %% wrong cases: late flights only
# says: before their time
# visible: passes
# like: no flight across midnight
#-        [1200, 1155, -5],
#-        [1000, 800, -120],
#+        [2350, 10, 20],


# %% wrong cases: the ends of the range are not tried
# says: the very ends
# visible: passes
# like: no flight across midnight
#-        [1000, 800, -120],
#+        [2350, 10, 20],
#+        [5, 2355, -10],
#+        [1000, 801, -119],
#+        [1000, 730, 1290],


# %% wrong cases: nothing that is no clock time
# says: no clock time
# visible: passes
def cases():
    return [
        [745, 830, 45],
        [1200, 1155, -5],
        [2350, 10, 20],
        [5, 2355, -10],
        [1000, 800, -120],
        [1000, 759, 1319],
        [2300, 2400, 60],
        [1000, None, None],
    ]


# %% wrong cases: the 60th minute is not tried, only the 75th
# says: no clock time
# visible: passes
# like: nothing that is no clock time
#-        [1000, None, None],
#+        [1000, None, None],
#+        [1000, 1075, "ValueError"],
#+        [1099, 1100, "ValueError"],
#+        [1000, 2401, "ValueError"],
#+        [-1, 1000, "ValueError"],


# %% wrong cases: cancelled flights forgotten
# says: cancelled
# visible: passes
# like: nothing that is no clock time
#-        [1000, None, None],
#+        [1000, 1060, "ValueError"],
#+        [1060, 1100, "ValueError"],
#+        [1000, 2401, "ValueError"],
#+        [-1, 1000, "ValueError"],


# %% wrong cases: midnight is 2400 and never 0, as in the data
# says: takes for false
# visible: passes
# like: the solution
#-        [2300, 0, 60],
#+        [2358, 2400, 2],


# %% wrong cases: what is no clock time stands beside one that is
# says: where a flight is cancelled
# visible: passes
# like: the solution
#-        [1060, None, "ValueError"],
#+        [1060, 1100, "ValueError"],


# %% wrong cases: an expected value with the sign of a delay the wrong way round
# says: is wrong by the rules
def cases():
    return [[745, 830, 45], [1200, 1155, 5], [2350, 10, 20]]


# %% wrong cases: every quarter of an hour
# says: 1 to 14 cases
def cases():
    times = [100 * h + m for h in range(24) for m in (0, 15, 30, 45)]
    return [[s, s, 0] for s in times]


# %% wrong cases: expected values by datetime
# says: datetime.datetime may not be called
# forbidden
from datetime import datetime


def cases():
    def minutes(s, a):
        return (datetime(2013, 1, 1, a // 100, a % 100) - datetime(2013, 1, 1, s // 100, s % 100)).seconds // 60

    return [[s, a, minutes(s, a)] for s, a in ((745, 830), (1150, 1205), (2350, 2359))]
