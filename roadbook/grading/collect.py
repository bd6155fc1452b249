"""Finds what a class handed in: nbgrader's own folders, or a zip as Canvas or Moodle exports it.

Four sources, one way through: each is listed as files, each file is told to a student by its place or its
name, and of each student's files one notebook is chosen. Nothing that a student named is ever used as a
path: what comes out of a zip is written as `<into>/<student>/<assignment>/<assignment>.ipynb`.

How students are named: by their folder in nbgrader's tree; `lastfirst_<user id>` as Canvas begins its file
names (`anon_<id>` where it graded anonymously); the full name in Moodle, `Full Name_<participant>` where
two share one. `<into>/lms.json` keeps the LMS's ids for the way back (`lms.py`). It lies above the
students' folders, because what lies inside them a student may have written.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import stat
import struct
import sys
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from roadbook.grading import intake

MAX_RECOGNISED = 20_000_000  # bytes of a notebook that is opened only to see which assignment it answers
MAX_TOTAL = 1_000_000_000  # bytes that all notebooks of one student, or of their zip, may unpack to
MAX_MEMBERS = 50_000  # files in an LMS's zip
MAX_OWN_MEMBERS = 5_000  # files in a zip that a student made
MAX_NOTEBOOKS = 50  # candidates of one student
MAX_RATIO, RATIO_FROM = 200, 20_000_000  # printed numbers pack about 5 to 1; small files harm nobody
MAX_NAME = 200  # bytes of a student's name as a folder; file systems take 255
DEPTH = 6  # folders below the source that are looked into
# what zipfile raises for a file that is damaged, or that somebody wrote to harm
DAMAGED = (zipfile.BadZipFile, ValueError, OSError, RuntimeError, OverflowError, struct.error)

NOTEBOOK = (".ipynb", ".ipynb.txt", ".ipynb.json")  # the last two are what browsers make of a download
# Canvas, lib/content_zipper.rb: name, LATE, user id, attachment id (it grows with every upload), file name.
# Typed text and links have no attachment.
_CANVAS_FILE = r"(?:(?P<file>\d+)_(?P<rest>.+)|(?P<text>(?:text|link)\.html))"
CANVAS = re.compile(rf"(?P<name>.*?)_(?P<late>LATE_)?(?P<id>\d+)_{_CANVAS_FILE}", re.S)
CANVAS_ANONYMOUS = re.compile(
    rf"(?P<late>LATE_)?(?P<name>anon)_(?P<id>[0-9A-Za-z]{{5}})_{_CANVAS_FILE}", re.S
)
# Moodle, mod/assign/classes/downloader.php: it takes underscores out of names. A folder, or (without
# folders) the beginning of the file's name; "Default group" has no number.
MOODLE = re.compile(
    r"(?P<name>[^_]+)(?:_(?P<id>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<rest>.*))?", re.S
)
VERSION = re.compile(r"(?:-\d+| ?\(\d+\))$")  # `-1` by Canvas, ` (1)` by browsers
# nbgrader gives the zone to dateutil, which would open a file of that name: no absolute or upward paths
TIMESTAMP = re.compile(r"[\d:.T-]+(?: [\d:.]+)?(?: ?(?:[A-Za-z]+(?:/[A-Za-z_]+)*|[+-]\d\d:?\d\d))?")


class CollectError(Exception):
    """The source as a whole cannot be collected; the message says what was expected and what to do."""


class _RejectedError(Exception):
    """One file or one student's files cannot be taken; the message is the reason."""


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment. A student and an assignment occur once in a list."""

    student: str
    """Can be a folder's name. `""` for the one entry, always rejected, of the files that cannot be told to a
    student; in “quotation marks” a name that cannot be taken as it is, always rejected too."""
    assignment: str
    path: Path | None
    """The notebook, a regular file that has not been read; None where there is none. The name may hold
    bytes that are not UTF-8: open it, do not print it."""
    lms_id: str = ""
    """`canvas:<user id>`, `canvas-anonymous:<id>` or `moodle:<participant>`; `""` for nbgrader's tree."""
    late: bool | None = None
    """What the LMS says; None where it says nothing."""
    timestamp: datetime | None = None
    """From `timestamp.txt`, in UTC without a zone, as nbgrader has it."""
    reason: str = ""
    """Why it is rejected, in one line; `""` where it is not."""


@dataclass(frozen=True)
class _File:
    parts: tuple[str, ...]
    """Its place in the source; once it is told to a student, in that student's folder, which is `()`."""
    size: int
    read: Callable[[int], bytes]
    """Returns the content; raises _RejectedError where it is larger than that many bytes, or damaged."""
    problem: str = ""
    """Why it must not be read."""
    outside: bool = False
    """Its path points out of the zip: its parts say nothing."""
    folder: bool = False
    path: Path | None = None
    order: int = 0
    """Canvas's attachment id: of two versions the newer has the greater one."""

    @property
    def name(self) -> str:
        return self.parts[-1] if self.parts else ""

    @property
    def is_notebook(self) -> bool:
        return not self.folder and self.name.lower().endswith(NOTEBOOK)

    @property
    def is_zip(self) -> bool:
        return not self.folder and self.name.lower().endswith(".zip")

    @property
    def stem(self) -> str:
        """The name without its ending, in small letters."""
        return re.sub(r"\.(?:ipynb(?:\.txt|\.json)?|zip)$", "", self.name.casefold())

    @property
    def base(self) -> str:
        """The stem without the number that Canvas or a browser gave a version."""
        return VERSION.sub("", self.stem)


@dataclass
class _Hand:
    """All that one student handed in for one assignment."""

    lms: str
    """`canvas`, `canvas-anonymous`, `moodle`, or `""`."""
    name: str
    id: str
    assignment: str
    """`""` until it is known."""
    files: list[_File] = field(default_factory=list)
    late: bool | None = None
    student: str = ""

    @property
    def lms_id(self) -> str:
        return f"{self.lms}:{self.id}" if self.id else ""


Recognise = Callable[[list[intake.Cell]], str | None]


def _which(cells: list[intake.Cell]) -> str | None:
    chapter = intake.which(cells)
    return chapter.slug if chapter else None


def collect(
    source: Path, assignments: Sequence[str], into: Path | None = None, recognise: Recognise = _which
) -> list[Submission]:
    """Find what was handed in for these assignments, sorted by student and assignment.

    Args:
        source: nbgrader's `submitted/`, a zip of it, or what Canvas or Moodle exports, as a zip or unpacked.
        assignments: names as `04-nearest-neighbours`. An LMS's zip answers one: of several that is the one
            that most of its notebooks are recognised as.
        into: the course's `submitted/`; needed for all but nbgrader's tree, which is left where it is.
        recognise: says which assignment a notebook answers, where names do not tell.

    Raises:
        CollectError: the source, or `lms.json`, is not what it should be; nothing can be collected.
    """
    if not assignments:
        raise CollectError("expected the names of one or more assignments, got none.")
    if source.is_dir():
        return _collect(list(_in_folder(source)), source, assignments, into, recognise)
    if not source.is_file():
        raise CollectError(f"there is no {source}: expected the folder submitted/ or an LMS's zip.")
    try:
        with _opened(source, source.name) as archive:
            files = _unwrap(list(_in_zip(archive, MAX_MEMBERS)), assignments)
            return _collect(files, source, assignments, into, recognise)
    except _RejectedError as error:
        raise CollectError(f"{error}. Download it again.") from None


def lms_ids(submitted: Path, assignment: str) -> dict[str, str]:
    """Return the LMS's ids (see `Submission.lms_id`) of an assignment's students, from `lms.json`.

    Raises:
        CollectError: `lms.json` is damaged.
    """
    known = _ledger(submitted).get(assignment, {})
    return {student: entry["id"] for student, entry in known.items() if entry["id"]}


def _collect(
    files: list[_File], source: Path, assignments: Sequence[str], into: Path | None, recognise: Recognise
) -> list[Submission]:
    hands, strays = _hands(files, assignments)
    exported = any(hand.lms for hand in hands)
    tree = source.is_dir() and not exported
    into = source if tree else into
    if into is None:
        raise CollectError(f"{source.name} is unpacked into the course's submitted/: say where that is.")
    ledger = _ledger(into)
    answered = assignments[0] if len(assignments) == 1 else ""
    if exported:
        answered = answered or _most(hands, assignments, recognise, source)
        for hand in hands:
            hand.assignment = hand.assignment or answered
    _name(hands, ledger)
    owners = Counter((hand.lms_id, hand.assignment) for hand in hands if hand.lms_id)
    found: dict[tuple[str, str], Submission] = {}
    for hand in hands:
        known = ledger.get(hand.assignment, {}).get(hand.student, {})
        here = source.is_dir() and not hand.lms
        ours = bool(known) and not known["reason"]
        path, timestamp, reason = None, None, _bad_name(hand.student)
        student = _stand_in(hand.student) if reason else hand.student
        try:
            if reason:
                raise _RejectedError(reason)
            if owners[hand.lms_id, hand.assignment] > 1:
                raise _RejectedError(f"several names go with {hand.lms_id}: look it up in the LMS")
            timestamp = _timestamp(hand)
            file = _choose(hand, hand.files, recognise, packed=not here)
            path = file.path if here else _write(hand, file, into, ours)
        except _RejectedError as error:
            reason = str(error)
        if here and known:
            hand.late = known["late"]
            if not any(file.is_notebook for file in hand.files):
                reason = known["reason"] or reason
        elif not here and student == hand.student:
            entry = {"id": hand.lms_id, "name": hand.name, "late": hand.late, "reason": reason}
            ledger.setdefault(hand.assignment, {})[student] = entry
            if reason and ours:
                _set_aside(into, hand)
        lms_id = known.get("id", "") if here else hand.lms_id
        key = (student, hand.assignment)
        found[key] = Submission(*key, path, lms_id, hand.late, timestamp, reason)
    if tree:  # of what was rejected when it came out of a zip no folder tells
        for assignment in assignments:
            for student, entry in ledger.get(assignment, {}).items():
                if entry["reason"]:
                    key = (student, assignment)
                    gone = Submission(*key, None, entry["id"], entry["late"], reason=entry["reason"])
                    found.setdefault(key, gone)
    elif ledger:
        text = json.dumps(ledger, ensure_ascii=False, indent=1, sort_keys=True)
        _replace(into / "lms.json", text.encode())
    for student, reason in _loose(strays).items():
        found.setdefault((student, answered), Submission(student, answered, None, reason=reason))
    return [found[key] for key in sorted(found)]


# ---- the files of a source ---------------------------------------------------------------------------


def _in_folder(root: Path) -> Iterator[_File]:
    for folder, folders, names in os.walk(root):  # links to folders are listed, never entered
        parts = Path(folder).relative_to(root).parts
        folders[:] = sorted(name for name in folders if not _hidden(name))
        for name in [*folders, *sorted(names)]:
            path = Path(folder) / name
            status = path.lstat()
            is_folder = stat.S_ISDIR(status.st_mode)
            problem = ""
            if stat.S_ISLNK(status.st_mode):
                problem = "is a symbolic link, which is not followed: put the file itself there"
            elif not is_folder and not stat.S_ISREG(status.st_mode):
                problem = "is not a regular file"
            elif not is_folder and status.st_size > intake.MAX_BYTES:
                problem = _too_large(status.st_size)
            if not _hidden(name):
                read = _reader(path)
                yield _File((*parts, name), status.st_size, read, problem, folder=is_folder, path=path)
        if len(parts) >= DEPTH:
            folders.clear()


def _reader(path: Path) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        try:
            with path.open("rb") as file:
                return _bounded(file.read(limit + 1), limit)
        except OSError as error:
            raise _RejectedError(f"{intake.shown(path.name)} cannot be read ({error.strerror})") from None

    return read


def _in_zip(archive: zipfile.ZipFile, most: int) -> Iterator[_File]:
    members = archive.infolist()
    if len(members) > most:
        raise _RejectedError(f"the zip holds {len(members):,} files, more than {most:,}")
    times = Counter(member.filename for member in members)
    for member in members:
        name = _decoded(member)
        parts = tuple(unicodedata.normalize("NFC", part) for part in re.split(r"[/\\]", name))
        folder = parts[-1] == ""
        parts = parts[:-1] if folder else parts
        kind = stat.S_IFMT(member.external_attr >> 16)
        outside = (
            not parts
            or any(part in ("", ".", "..") for part in parts)
            or bool(re.match(r"[A-Za-z]:", name))
            or "\0" in member.orig_filename
        )
        if outside:
            problem = "has a path that leads out of the zip"
        elif kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            problem = "is a link or a device, not a file"
        elif member.flag_bits & 0x1:
            problem = "is encrypted: hand it in without a password"
        elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            problem = "is packed by a method that is not read here: expected an ordinary zip"
        elif times[member.filename] > 1:
            problem = f"stands {times[member.filename]} times in the zip"
        elif member.file_size > intake.MAX_BYTES:
            problem = _too_large(member.file_size)
        elif member.file_size > max(RATIO_FROM, MAX_RATIO * member.compress_size):
            problem = f"unpacks to more than {MAX_RATIO} times its size: clear the outputs, then save it"
        else:
            problem = ""
        if outside or not any(_hidden(part) for part in parts):
            read = _member_reader(archive, member)
            yield _File(parts, member.file_size, read, problem, outside=outside, folder=folder)


def _member_reader(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        try:
            with archive.open(member) as file:
                return _bounded(file.read(limit + 1), limit)  # what the zip says of the size may be untrue
        except (*DAMAGED, zlib.error, EOFError) as error:
            raise _RejectedError(
                f"{intake.shown(Path(_decoded(member)).name)} is damaged in the zip "
                f"({intake.shown(str(error))})"
            ) from None

    return read


def _decoded(member: zipfile.ZipInfo) -> str:
    """Return the name: Canvas and macOS write UTF-8 without saying so, and old Windows cp437."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return member.filename


def _opened(file: Path | io.BytesIO, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except DAMAGED as error:
        raise _RejectedError(
            f"{intake.shown(name)} is not a zip, or was cut short ({intake.shown(str(error))})"
        ) from None


def _unwrap(files: list[_File], assignments: Sequence[str]) -> list[_File]:
    """Take off folders around everything, as `submitted/` or what a zip that was packed again has."""
    while True:
        inside = [file for file in files if not file.outside and len(file.parts) > file.folder]
        tops = {file.parts[0] for file in inside}
        if len(tops) != 1 or MOODLE.fullmatch(min(tops)):
            return files
        if any(len(file.parts) < 2 or file.parts[1] in assignments for file in inside):
            return files
        files = [f if f.outside else replace(f, parts=f.parts[1:]) for f in files if f.outside or f.parts[1:]]


# ---- who handed in what ------------------------------------------------------------------------------


def _hands(files: Iterable[_File], assignments: Sequence[str]) -> tuple[list[_Hand], list[_File]]:
    """Tell each file to a student; also return the files for which that cannot be done."""
    hands: dict[tuple[str, ...], _Hand] = {}
    strays = []

    def give(file: _File, lms: str, name: str, id: str = "", assignment: str = "") -> _Hand:
        hand = hands.setdefault((lms, name, id, assignment), _Hand(lms, name, id, assignment))
        hand.files.append(file)
        return hand

    for file in files:
        top, rest = file.parts[0] if file.parts else "", file.parts[1:]
        moodle = MOODLE.fullmatch(top)
        canvas = CANVAS_ANONYMOUS.fullmatch(top) or CANVAS.fullmatch(top)
        if file.outside:
            strays.append(file)
        elif moodle and (file.folder or rest or moodle["rest"]):
            place = rest if file.folder or rest else (moodle["rest"],)
            if moodle["kind"] != "file" and not file.folder:
                place = (f"{moodle['kind']} typed into Moodle",)
            give(replace(file, parts=place), "moodle", moodle["name"].strip(), moodle["id"] or "")
        elif canvas and not rest and not file.folder:
            lms = "canvas-anonymous" if canvas.re is CANVAS_ANONYMOUS else "canvas"
            place = (canvas["rest"] or "text or link typed into Canvas",)
            file = replace(file, parts=place, order=int(canvas["file"] or 0))
            hand = give(file, lms, canvas["name"], canvas["id"])
            hand.late = bool(hand.late or canvas["late"])
        elif rest and rest[0] in assignments:
            give(replace(file, parts=rest[1:]), "", top, assignment=rest[0])
        elif file.path and file.path.is_symlink() and not rest:  # in the place of a student's folder
            for assignment in assignments:
                give(replace(file, parts=()), "", top, assignment=assignment)
        elif (file.is_notebook or file.is_zip) and len(rest) < 2:
            strays.append(file)
    return list(hands.values()), strays


def _loose(strays: list[_File]) -> dict[str, str]:
    """Return what to say, by student, of files that lie where none is expected; `""` for no student."""
    said: dict[str, list[str]] = {}
    for file in strays:
        student = file.parts[0] if len(file.parts) == 2 and not file.outside else ""
        student = "" if _bad_name(student) else student
        said.setdefault(student, []).append(_said(file.name, file))
    expected = "expected <student>/<assignment>/<notebook>, or names as Canvas or Moodle gives them; found "
    return {student: expected + _listed(names) for student, names in said.items()}


def _most(hands: list[_Hand], assignments: Sequence[str], recognise: Recognise, source: Path) -> str:
    """Return the assignment that most notebooks of an LMS's export answer; two dozen are enough to see it."""
    notebooks = [file for hand in hands if hand.lms for file in hand.files if file.is_notebook]
    votes = Counter(_recognised(file, recognise) for file in notebooks[:24])
    ranked = [(count, name) for name, count in votes.items() if name in assignments]
    best = sorted(ranked, reverse=True)[:2]
    if not best or (len(best) == 2 and best[0][0] == best[1][0]):
        raise CollectError(f"{source.name} does not show which assignment it answers: name one.")
    return str(best[0][1])


def _name(hands: list[_Hand], ledger: dict[str, Any]) -> None:
    """Give each student a name: the same as last time; never one for two."""
    shared = Counter((hand.name, hand.assignment) for hand in hands)
    for hand in hands:
        known = ledger.get(hand.assignment, {})
        before = {entry["id"]: student for student, entry in known.items() if entry["id"]}
        if hand.lms == "moodle":
            other = known.get(hand.name, {}).get("id", hand.lms_id) != hand.lms_id
            twice = other or shared[hand.name, hand.assignment] > 1
            hand.student = before.get(hand.lms_id) or (f"{hand.name}_{hand.id}" if twice else hand.name)
        else:
            hand.student = f"{hand.name}_{hand.id}" if hand.lms else hand.name


def _bad_name(name: str) -> str:
    """Return why this cannot be a student's name and folder, `""` if it can."""
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "the student's name is not UTF-8: rename the folder"
    if any(intake.odd(c) for c in name):
        return "the student's name holds control characters: rename the folder"
    if not name.strip() or name.startswith(".") or "/" in name or "\\" in name or name == "lms.json":
        return f"{intake.shown(name)} cannot be a student's name: rename the folder"
    return f"the student's name is longer than {MAX_NAME} bytes" if size > MAX_NAME else ""


def _stand_in(name: str) -> str:
    """Return what stands for a name that cannot be a folder's: harmless, short, and nobody else's."""
    shown = intake.shown(name, sys.maxsize)
    if len(shown.encode()) <= 80:
        return f"“{shown}”"
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"“{shown.encode()[:80].decode(errors='ignore')}… {digest}”"


# ---- which of a student's files it is ----------------------------------------------------------------


def _choose(hand: _Hand, files: list[_File], recognise: Recognise, packed: bool) -> _File:
    """Return the notebook: by its name, else the only one that is recognised. `packed`: look into zips too.

    Raises:
        _RejectedError: there is none, or it cannot be told which.
    """
    for file in files:
        if not file.parts and file.problem:
            raise _RejectedError(f"{intake.shown(hand.name)} {file.problem}")
    notebooks = [file for file in files if file.is_notebook]
    zips = _first([file for file in files if file.is_zip], "")
    if packed and len(zips) == 1 and not notebooks:
        return _choose(hand, _own_zip(zips[0]), recognise, packed=False)
    if not notebooks:
        names = [intake.shown(file.name) for file in files if not file.folder]
        what = f"found {_listed(names)}" if names else "the folder is empty or cannot be read"
        raise _RejectedError(f"no notebook: expected a file that ends in .ipynb, {what}")
    if len(notebooks) > MAX_NOTEBOOKS or sum(file.size for file in notebooks) > MAX_TOTAL:
        raise _RejectedError(f"expected one notebook, got {len(notebooks)}, or more than {MAX_TOTAL:,} bytes")
    slug = hand.assignment.casefold()
    named = _first([file for file in notebooks if slug in (file.stem, file.base)], slug)
    chosen = notebooks if len(notebooks) == 1 else named
    if len(chosen) != 1:
        answers = [file for file in named or notebooks if _recognised(file, recognise) == hand.assignment]
        chosen = _first(answers, slug)
    if len(chosen) != 1:
        listed = _listed([_said("/".join(file.parts), file) for file in notebooks])
        raise _RejectedError(
            f"cannot tell which notebook to take: {listed}; name one {hand.assignment}.ipynb"
        )
    if chosen[0].problem:
        raise _RejectedError(f"{intake.shown(chosen[0].name)} {chosen[0].problem}")
    return chosen[0]


def _first(files: list[_File], slug: str) -> list[_File]:
    """Return the newest of Canvas's `name.ipynb`, `name-1.ipynb`; else the least deep, best named ones."""
    if len({file.base for file in files}) == 1 and all(file.order for file in files):
        return [max(files, key=lambda file: file.order)]
    rank = [(len(file.parts), file.stem != slug) for file in files]
    return [file for file, own in zip(files, rank, strict=True) if own == min(rank)]


def _own_zip(file: _File) -> list[_File]:
    """Return the files of a zip that a student handed in; zips inside it are not opened."""
    if file.problem:
        raise _RejectedError(f"{intake.shown(file.name)} {file.problem}")
    data = file.read(intake.MAX_BYTES)
    # Counted before zipfile makes an object of each: a zip of 200 MB can list four million.
    if data.count(b"PK\x01\x02") > MAX_OWN_MEMBERS:
        raise _RejectedError(f"{intake.shown(file.name)} holds more than {MAX_OWN_MEMBERS:,} files")
    return list(_in_zip(_opened(io.BytesIO(data), file.name), MAX_OWN_MEMBERS))


def _recognised(file: _File, recognise: Recognise) -> str | None:
    if file.problem:
        return None
    try:
        content = json.loads(file.read(MAX_RECOGNISED))
        return recognise(intake.read(content)) if isinstance(content, dict) else None
    except (_RejectedError, intake.IntakeError, ValueError, RecursionError):
        return None


def _timestamp(hand: _Hand) -> datetime | None:
    """Return what `timestamp.txt` says, read as nbgrader reads it: none if it is empty.

    Raises:
        _RejectedError: it is no time, where nbgrader too gives up on the submission.
    """
    file = next((file for file in hand.files if file.parts == ("timestamp.txt",) and not hand.lms), None)
    if file is None:
        return None
    from nbgrader.utils import parse_utc  # slow, and only nbgrader's tree needs it

    try:
        if file.problem:
            raise ValueError(file.problem)
        text = file.read(1_000).decode("utf-8").strip()
        if text and not TIMESTAMP.fullmatch(text):
            raise ValueError(text)
        time: datetime | None = parse_utc(text) if text else None
        return time
    except (_RejectedError, ValueError, OverflowError) as error:
        raise _RejectedError(
            f"timestamp.txt: expected a time as 2026-01-31 23:59:00 UTC, got {intake.shown(str(error))}"
        ) from None


# ---- writing -----------------------------------------------------------------------------------------


def _write(hand: _Hand, file: _File, into: Path, ours: bool) -> Path:
    """Write the notebook, and nbgrader's timestamp, into the student's folder.

    Raises:
        _RejectedError: it cannot be read, or what is there did not come from a zip (not `ours`).
        CollectError: the folder cannot be written.
    """
    data = file.read(intake.MAX_BYTES)
    path = into / hand.student / hand.assignment / f"{hand.assignment}.ipynb"
    if (into / hand.student).is_symlink() or path.parent.is_symlink() or path.is_symlink():
        raise _RejectedError(f"the folder {hand.student} is or holds a symbolic link, which is not followed")
    if not ours and path.is_file() and path.read_bytes() != data:
        raise _RejectedError(f"{path.name} is there already and did not come from a zip: move it away")
    _replace(path, data)
    for other in hand.files:
        if other.parts == ("timestamp.txt",) and not hand.lms:
            _replace(path.with_name("timestamp.txt"), other.read(1_000))
    return path


def _set_aside(into: Path, hand: _Hand) -> None:
    """Keep an earlier notebook under a name that is not graded: the student replaced it, if by a bad one."""
    path = into / hand.student / hand.assignment / f"{hand.assignment}.ipynb"
    if path.is_file() and not path.parent.is_symlink():
        path.replace(path.with_name(f"{path.name}.earlier"))


def _replace(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        raise CollectError(f"{path} cannot be written: {error.strerror}.") from None


def _ledger(into: Path) -> dict[str, Any]:
    """Return `lms.json`: by assignment, by student, `id`, `name`, `late` and `reason`."""
    path = into / "lms.json"
    try:
        ledger: dict[str, Any] = json.loads(path.read_bytes())
        fields = {"id", "name", "late", "reason"}
        if all(set(entry) == fields for students in ledger.values() for entry in students.values()):
            return ledger
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError, TypeError):
        pass
    raise CollectError(f"{path} is damaged: delete it, then collect the LMS's zips again.")


# ---- words -------------------------------------------------------------------------------------------


def _hidden(name: str) -> bool:
    """Checkpoints, and what macOS adds; not a Moodle student whose name begins with a dot."""
    return (name.startswith(".") or name == "__MACOSX") and not MOODLE.fullmatch(name)


def _bounded(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise _RejectedError(_too_large(len(data)))
    return data


def _too_large(size: int) -> str:
    return f"is larger than {min(size, intake.MAX_BYTES) // 1_000_000} MB: clear its outputs, then save it"


def _said(name: str, file: _File) -> str:
    return intake.shown(name) + (f" ({file.problem})" if file.problem else "")


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(sorted(names)[:5]) + more
