"""Takes the scores back to the class: into the gradebook that Canvas or Moodle exported, and `grades.csv`.

The LMS's own file is kept byte for byte but for the cells of one column, and a cell is filled only where
there can be no doubt whose it is. Everybody else, on either side, is listed.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from roadbook.grading.result import Outcome

NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
TITLE_AND_ID = re.compile(r"(?P<title>.*) \((?P<id>\d+)\)", re.S)  # a column of an assignment in Canvas
LOGINS = 3  # how many columns name a person uniquely
FORMULA = tuple("=+-@\t＝＋－＠")  # what a spreadsheet may take for the beginning of a formula


class LmsError(Exception):
    """The exported file cannot be filled; nothing was written. The message says what to do."""


@dataclass(frozen=True)
class LeftOut:
    """One student who got no score in the file."""

    side: Literal["graded", "exported"]
    """`graded`: we have a submission, it was not written. `exported`: the file has a row, we have nothing."""
    who: str
    """Our name of the student, or the LMS's."""
    reason: str


@dataclass(frozen=True)
class Filled:
    """What was written and what was not; everybody is in one of the two lists."""

    students: list[str]
    left_out: list[LeftOut]
    remarks: list[str]
    """What else there is to know: that scores were scaled."""


@dataclass
class _Person:
    """One row of the exported file."""

    row: int
    shown: str
    id: str
    logins: list[str]
    """What names the person uniquely, the surest first."""
    names: set[str]
    """Keys of the person's name; empty where the file names nobody."""
    locked: str = ""
    """Why the cell must not be filled."""


@dataclass
class _Table:
    """A CSV file as it is written: each cell with its quotes, and what ends it."""

    rows: list[list[str]]
    ends: list[list[str]]
    delimiter: str
    encoding: str
    header: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.header = [_value(cell).strip() for cell in self.rows[0]]

    def get(self, row: int, title: str) -> str:
        """Return the value of a cell; `""` where there is no such column, or the row is short."""
        column = self.header.index(title) if title in self.header else len(self.header)
        return self.at(row, column)

    def at(self, row: int, column: int) -> str:
        cells = self.rows[row]
        return _value(cells[column]).strip() if column < len(cells) else ""

    def text(self) -> str:
        pairs = (zip(*both, strict=True) for both in zip(self.rows, self.ends, strict=True))
        return "".join(cell + end for pair in pairs for cell, end in pair)


def fill(
    exported: Path,
    outcomes: Iterable[Outcome],
    out: Path,
    *,
    assignment: str,
    ids: Mapping[str, str] | None = None,
    column: str = "",
    scale: bool = False,
    partial: bool = False,
) -> Filled:
    """Write the scores of one assignment into a copy of the LMS's exported gradebook.

    A student is matched by the LMS's id where `ids` has one, and by nothing else then; in Moodle the name
    must agree with it, because in its zips a group's number looks like a participant's. Otherwise by the
    first of these that any row has: in Canvas SIS login, SIS user id, id, name; in Moodle e-mail address,
    user name, ID number, full name. Names are compared without case, punctuation and the order of first and
    last name. A student whom two rows fit, and two students who fit one row, are left out.

    Failed and rejected submissions get no score, and what the file says of them stays.

    Args:
        exported: Canvas's gradebook or Moodle's grading worksheet, as CSV.
        out: the copy, to be uploaded to the LMS.
        assignment: its outcomes are taken, others are not looked at.
        ids: `Submission.lms_id` by student, see `collect.lms_ids`.
        column: Canvas's column by title, id or both, where its title is not the assignment's name.
        scale: where the LMS counts another number of points, scale the scores to it; otherwise refuse.
        partial: write what submissions that wait for a person have so far, too.

    Raises:
        LmsError: it is no such file, the column cannot be told or filled, or the points differ.
    """
    table = _read(exported)
    if out.exists() and out.samefile(exported):
        raise LmsError(f"{out.name} would replace the exported file: name another for the result.")
    taken = sorted((o for o in outcomes if o.assignment == assignment), key=lambda o: o.student)
    canvas = _is_canvas(table.header)
    target = (
        _canvas_column(table, column or assignment, bool(column)) if canvas else table.header.index("Grade")
    )
    people = _canvas_people(table, target) if canvas else _moodle_people(table, target)
    possible = _possible(table, target, canvas)
    statuses = ("graded", "needs_manual") if partial else ("graded",)
    factor, remarks = _factor([o for o in taken if o.status in statuses], possible, scale)
    matches = {o.student: _match(o.student, (ids or {}).get(o.student, ""), people, canvas) for o in taken}
    claims = Counter(match.row for match in matches.values() if isinstance(match, _Person))
    comma = any("," in cell for cell in _numbers(table, target, canvas))
    filled, left_out = [], []
    for outcome in taken:
        match, score = matches[outcome.student], outcome.score * factor
        if outcome.status not in statuses:
            reason = f"{outcome.status}: {outcome.reason or 'a person has to mark a part of it'}"
        elif isinstance(match, str):
            reason = match
        elif claims[match.row] > 1:
            reason = f"another student fits the same row, {match.shown}"
        elif not canvas and possible is not None and score > possible + 0.005:
            reason = f"its score {score:.2f} is above the maximum {possible:g}, and Moodle would skip it"
        elif reason := match.locked:
            pass
        else:
            text = f"{score:.2f}".replace(".", "," if comma else ".")
            quoted = table.delimiter in text or table.rows[match.row][target].startswith('"')
            table.rows[match.row][target] = f'"{text}"' if quoted else text
            filled.append(outcome.student)
            continue
        left_out.append(LeftOut("graded", outcome.student, reason))
    for person in people:
        if not claims[person.row]:
            test = "studenttest" in person.names and canvas
            reason = "probably Canvas's test student" if test else "no submission of this student is known"
            left_out.append(LeftOut("exported", person.shown, reason))
    _write(out, table.text().encode(table.encoding))
    return Filled(filled, left_out, remarks)


def write_grades(outcomes: Iterable[Outcome], out: Path) -> None:
    """Write `grades.csv`: a line an outcome, by student and assignment; UTF-8 with the mark that Excel needs.

    The score of a failed or rejected submission is empty; that of one that waits for a person is what it has
    so far. Text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    memory = io.StringIO()
    writer = csv.writer(memory, lineterminator="\n")
    writer.writerow(["student", "assignment", "status", "score", "max_score", "late_penalty", "reason"])
    for outcome in sorted(outcomes, key=lambda o: (o.student, o.assignment)):
        scored = outcome.status in ("graded", "needs_manual")
        numbers = [outcome.score, outcome.max_score, outcome.late_penalty]
        writer.writerow(
            [
                _guarded(outcome.student),
                _guarded(outcome.assignment),
                outcome.status,
                *(f"{number:g}" if scored else "" for number in numbers),
                _guarded(outcome.reason),
            ]
        )
    _write(out, memory.getvalue().encode("utf-8-sig", "replace"))


# ---- the exported file -------------------------------------------------------------------------------


def _read(exported: Path) -> _Table:
    try:
        data = exported.read_bytes()
    except OSError as error:
        raise LmsError(f"{exported} cannot be read: {error.strerror}.") from None
    # what the LMSs write; what Excel saves in western Europe
    for encoding in ("utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        for delimiter in ",;\t":
            table = _parse(text, delimiter, encoding)
            if table and (_is_canvas(table.header) or _is_moodle(table.header)):
                return table
    raise LmsError(
        f"{exported.name} is neither Canvas's gradebook (columns Student, ID, Section, …) nor Moodle's "
        "grading worksheet (Identifier, Grade, Maximum Grade, …). Export it as CSV, not as Excel; in Moodle "
        "let the assignment be graded in points, and set the language to English before you download the "
        "worksheet and until you have uploaded it."
    )


def _is_canvas(header: list[str]) -> bool:
    return header[:1] in (["Student"], ["LastName"]) and {"ID", "Section"} <= set(header)


def _is_moodle(header: list[str]) -> bool:
    return {"Identifier", "Grade", "Maximum Grade"} <= set(header)


def _parse(text: str, delimiter: str, encoding: str) -> _Table | None:
    """Return the cells as they are written; None where the quotes do not pair with this delimiter."""
    plain = rf'[^"{delimiter}\r\n][^{delimiter}\r\n]*'
    cell = re.compile(rf'("[^"]*(?:""[^"]*)*"|{plain}|)({delimiter}|\r\n|\r|\n|\Z)')
    rows: list[list[str]] = [[]]
    ends: list[list[str]] = [[]]
    at = 0
    while at < len(text) or (ends[-1] and ends[-1][-1] == delimiter):
        found = cell.match(text, at)
        if found is None:
            return None
        if ends[-1] and ends[-1][-1] != delimiter:
            rows.append([])
            ends.append([])
        rows[-1].append(found[1])
        ends[-1].append(found[2])
        at = found.end()
    return _Table(rows, ends, delimiter, encoding)


def _value(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell


def _canvas_column(table: _Table, wanted: str, exact: bool) -> int:
    """Return the number of the column; `exact`: as the instructor wrote it, else by the assignment's name."""
    hits, titles = [], []
    for number, header in enumerate(table.header):
        found = TITLE_AND_ID.fullmatch(header)
        if not found or number <= table.header.index("Section"):
            continue
        titles.append(header)
        same = wanted in (header, found["title"], found["id"])
        if same or (not exact and _key(found["title"]) in (_key(wanted), _key(wanted[3:]))):
            hits.append(number)
    if len(hits) != 1:
        many = "more than one column is" if hits else "no column is"
        raise LmsError(
            f"{many} {wanted!r}: name one by --lms-column, of {', '.join(titles) or 'none'} (the number in "
            "brackets will do)."
        )
    return hits[0]


def _canvas_people(table: _Table, target: int) -> list[_Person]:
    people = []
    for row in range(1, len(table.rows)):
        name, id = table.get(row, "Student"), table.get(row, "ID")
        if table.header[0] == "LastName":
            name = f"{table.get(row, 'LastName')}, {table.get(row, 'FirstName')}"
        if not id and (not _key(name) or _is_points(table, row)):  # says which scores are hidden
            continue
        logins = [table.get(row, title) for title in ("SIS Login ID", "SIS User ID", "ID")]
        locked = {"EX": "Canvas excuses this student", "N/A": "it is not assigned to this student in Canvas"}
        reason = _short(table, row, target) or locked.get(table.at(row, target), "")
        people.append(_Person(row, f"{name} ({id})", id, logins, _names(name), reason))
    return people


def _moodle_people(table: _Table, target: int) -> list[_Person]:
    people = []
    for row in range(1, len(table.rows)):
        identifier, name = table.get(row, "Identifier"), table.get(row, "Full name")
        if not identifier and not name:
            continue
        number = re.search(r"\d*$", identifier)
        id = number[0] if number else ""
        logins = [table.get(row, title) for title in ("Email address", "Username", "ID number")]
        # a worksheet without names is one of blind marking; its zip calls everybody "Participant"
        blind = "Full name" not in table.header
        names = {_key(identifier.removesuffix(id))} if blind else _names(name)
        changeable = table.get(row, "Grade can be changed").casefold() != "no"
        reason = "" if changeable else "Moodle says that this grade cannot be changed"
        reason = _short(table, row, target) or reason
        people.append(_Person(row, f"{name} ({identifier})".strip(), id, logins, names, reason))
    return people


def _short(table: _Table, row: int, target: int) -> str:
    return "" if target < len(table.rows[row]) else "its row in the file is cut short"


def _is_points(table: _Table, row: int) -> bool:
    return table.at(row, 0).startswith("Points Possible")


def _numbers(table: _Table, target: int, canvas: bool) -> list[str]:
    """Return cells that hold numbers as this LMS writes them."""
    rows = range(1, len(table.rows))
    points = [
        table.at(row, column) for row in rows if _is_points(table, row) for column in range(len(table.header))
    ]
    grades = [table.at(row, target) for row in rows]
    most = [] if canvas else [table.get(row, "Maximum Grade") for row in rows]
    return [cell for cell in [*points, *grades, *most] if NUMBER.fullmatch(cell)]


def _possible(table: _Table, target: int, canvas: bool) -> float | None:
    """Return the points that the LMS counts for the assignment; None where the file does not say."""
    rows = range(1, len(table.rows))
    if canvas:
        said = {table.at(row, target) for row in rows if _is_points(table, row)} - {""}
    else:
        said = {table.get(row, "Maximum Grade") for row in rows} - {""}
    numbers = {float(text.replace(",", ".")) for text in said if NUMBER.fullmatch(text)}
    if len(numbers) > 1 or (said and not numbers):
        found = ", ".join(sorted(said))
        raise LmsError(
            f"{table.header[target]!r} cannot be filled: expected one number of points, got {found}."
        )
    return numbers.pop() if numbers else None


def _factor(scored: list[Outcome], possible: float | None, scale: bool) -> tuple[float, list[str]]:
    """Return what scores are multiplied by, and what there is to say about it."""
    ours = {round(outcome.max_score, 6) for outcome in scored}
    if len(ours) > 1:
        raise LmsError(f"the submissions have different maximum scores ({ours}): grade them all again.")
    if possible is None or not ours or abs(possible - min(ours)) < 0.005:
        return 1.0, []
    points = min(ours)
    if not scale or not points or not possible:
        raise LmsError(
            f"the assignment has {points:g} points here and {possible:g} in the LMS: change them there and "
            "export again, or add --lms-scale."
        )
    return possible / points, [f"scores were scaled: {points:g} points here are {possible:g} in the LMS"]


# ---- who is who --------------------------------------------------------------------------------------


def _match(student: str, lms_id: str, people: list[_Person], canvas: bool) -> _Person | str:
    """Return the one row of this student, or why there is none."""
    if lms_id:
        lms, _, id = lms_id.partition(":")
        if lms == "canvas-anonymous":
            return "Canvas graded anonymously: turn that off, download the submissions again"
        if (lms == "canvas") != canvas:
            return f"was handed in through the other LMS ({lms_id})"
        hits = [person for person in people if person.id == id]
        if not canvas:
            key = _key(student.removesuffix(f"_{id}"))
            hits = [person for person in hits if key in person.names]
        if len(hits) == 1:
            return hits[0]
        return f"several rows have the id {lms_id}" if hits else f"no row has the id {lms_id} and this name"
    login, names = student.casefold(), _names(student)
    rules = [[p for p in people if p.logins[n].casefold() == login] for n in range(LOGINS)]
    rules.append([person for person in people if names & person.names])
    for hits in rules if names else []:
        if len(hits) == 1:
            return hits[0]
        if hits:
            return f"several rows fit: {', '.join(person.shown for person in hits[:5])}"
    return "no row has this login or name"


def _names(name: str) -> set[str]:
    """Return the keys of a name: as it stands, and with what follows a comma first."""
    last, _, first = name.partition(",")
    return {_key(name), _key(f"{first} {last}")} - {""}


def _key(name: str) -> str:
    """Return the letters, marks and digits of a name, which is all that both LMSs keep in a file's name."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c)[0] in "LMN")


def _guarded(text: str) -> str:
    line = re.sub(r"[\r\n]+", " ", text)
    line = f"'{line}" if line.lstrip(" ").startswith(FORMULA) else line
    return line.translate({ord(";"): ",", ord("\t"): " "})  # what separates cells where a comma does not


def _write(out: Path, data: bytes) -> None:
    part = out.with_name(f".{out.name}.part")
    try:
        part.write_bytes(data)
        part.replace(out)
    except OSError as error:
        raise LmsError(f"{out} cannot be written: {error.strerror}.") from None
