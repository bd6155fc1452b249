"""The LMS's own file gets the scores, stays as it was otherwise, and nobody is guessed or dropped."""

from __future__ import annotations

import csv
import dataclasses
import zipfile
from pathlib import Path

import pytest

from roadbook.grading.collect import collect, lms_ids
from roadbook.grading.lms import Filled, LmsError, fill, write_grades
from roadbook.grading.result import Outcome, Status, TaskResult

SAMPLES = Path(__file__).parent / "samples"
SLUG = "91-tiny"


def outcome(
    student: str, points: float | None = 4.5, status: Status = "graded", reason: str = "", most: float = 6
) -> Outcome:
    task = TaskResult("mean", "mean-tests", "Task 1", points, most, "passed", "")
    tasks = [] if status in ("failed", "rejected") else [task]
    return Outcome(student, SLUG, status, reason, tasks)


def filled(
    tmp_path: Path, sample: str, outcomes: list[Outcome], **more: object
) -> tuple[Filled, dict[str, str]]:
    """Fill a sample; return what came of it, and which lines changed, each as it is now."""
    done = fill(SAMPLES / sample, outcomes, tmp_path / "out.csv", assignment=SLUG, **more)  # type: ignore[arg-type]
    before = (SAMPLES / sample).read_bytes().decode().splitlines(keepends=True)
    after = (tmp_path / "out.csv").read_bytes().decode().splitlines(keepends=True)
    assert len(before) == len(after)
    return done, {old: new for old, new in zip(before, after, strict=True) if old != new}


def left_out(done: Filled, side: str = "graded") -> dict[str, str]:
    return {left.who: left.reason for left in done.left_out if left.side == side}


# ---- Canvas


@pytest.mark.parametrize("sample", sorted(path.name for path in SAMPLES.glob("*.csv")))
def test_without_outcomes_nothing_changes(tmp_path: Path, sample: str) -> None:
    done, changed = filled(tmp_path, sample, [], column="5501")
    assert not changed and not done.students and done.left_out


def test_canvas_by_id(tmp_path: Path) -> None:
    ids = {
        "lovelaceada_101": "canvas:101",
        "x_102": "canvas:102",
        "小明王_103": "canvas:103",
        "silvaana_106": "canvas:106",
    }
    done, changed = filled(tmp_path, "canvas.csv", [outcome(student) for student in ids], ids=ids)
    assert done.students == sorted(ids) and not done.remarks and not left_out(done)
    assert list(changed.values()) == [
        '"Lovelace, Ada",101,S-101,ada.l,Group A,"likes ""quotes"", and commas",4.50,7.50,75.00,75.00\n',
        '"García Márquez, José",102,S-102,jgarcia,Group A,,4.50,,,\n',
        '"王, 小明",103,S-103,xwang,Group B,=1+1,4.50,,,\n',
        '"Silva, Ana",106,S-106,asilva2,Group B,,4.50,,,\n',
    ]
    others = left_out(done, "exported")
    assert set(others) == {
        "לבלייס, עדה (104)",
        "Silva, Ana (105)",
        "O'Brien-Smith, Pat (107)",
        '="=HYPERLINK(1)" (108)',
        "Student, Test (999)",
    }
    assert "test student" in others["Student, Test (999)"]


@pytest.mark.parametrize(
    ("student", "row"),
    [
        ("ADA.L", "101"),
        ("S-102", "102"),
        ("103", "103"),
        ("Ada Lovelace", "101"),
        ("lovelace_ada", "101"),
        ("Jose\u0301 Garci\u0301a Ma\u0301rquez", "102"),
        ("小明 王", "103"),
        ("王小明", "103"),
        ("Pat OBrien Smith", "107"),
        ("pat@example.edu", "107"),
    ],
)
def test_canvas_by_login_or_name(tmp_path: Path, student: str, row: str) -> None:
    done, changed = filled(tmp_path, "canvas.csv", [outcome(student)])
    assert done.students == [student]
    (line,) = changed
    assert f",{row}," in line


def test_canvas_never_guesses(tmp_path: Path) -> None:
    outcomes = [
        outcome(s)
        for s in ("Ana Silva", "Ada Lovelace", "ada.l", "Ada", "gone_7", "anon_x", "moodle", "", "“..”")
    ]
    ids = {"gone_7": "canvas:7", "anon_x": "canvas-anonymous:x", "moodle": "moodle:101"}
    done, changed = filled(tmp_path, "canvas.csv", outcomes, ids=ids)
    assert not changed and not done.students
    reasons = left_out(done)
    assert set(reasons) == {o.student for o in outcomes}
    assert "Silva, Ana (105), Silva, Ana (106)" in reasons["Ana Silva"]
    assert "another student fits the same row" in reasons["Ada Lovelace"] == reasons["ada.l"]
    assert (
        "canvas:7" in reasons["gone_7"]
        and "anonymously" in reasons["anon_x"]
        and "other LMS" in reasons["moodle"]
    )


def test_what_has_no_score_stays_empty(tmp_path: Path) -> None:
    outcomes = [
        outcome("101", status="failed", reason="the sandbox ran out of disk"),
        outcome("102", status="rejected", reason="no notebook"),
        outcome("103", points=None, status="needs_manual"),
        outcome("104"),
        outcome("105"),
        outcome("106", points=0),
    ]
    done, changed = filled(tmp_path, "canvas.csv", outcomes)
    assert list(changed.values()) == ['"Silva, Ana",106,S-106,asilva2,Group B,,0.00,,,\n']
    reasons = left_out(done)
    assert (
        reasons["101"] == "failed: the sandbox ran out of disk" and reasons["102"] == "rejected: no notebook"
    )
    assert (
        "a person has to mark" in reasons["103"]
        and "excuses" in reasons["104"]
        and "not assigned" in reasons["105"]
    )
    assert not {"101", "102", "103"} & {who.split("(")[1][:3] for who in left_out(done, "exported")}
    done, changed = filled(
        tmp_path, "canvas.csv", [outcome("103", points=1.5, status="needs_manual")], partial=True
    )
    assert done.students == ["103"] and ",1.50," in next(iter(changed.values()))


def test_late_penalty_is_taken_off(tmp_path: Path) -> None:
    _, changed = filled(tmp_path, "canvas.csv", [dataclasses.replace(outcome("101"), late_penalty=1.25)])
    assert ",3.25,7.50," in next(iter(changed.values()))


@pytest.mark.parametrize("column", ["5502", "Essay", "Essay (5502)"])
def test_canvas_column_by_name(tmp_path: Path, column: str) -> None:
    done, changed = filled(tmp_path, "canvas.csv", [outcome("101", most=10)], column=column)
    assert done.students and ",,4.50,75.00," in next(iter(changed.values()))


@pytest.mark.parametrize("column", ["Final Score", "Notes", "Section", "Tiny", "nothing"])
def test_canvas_columns_that_are_no_assignment(tmp_path: Path, column: str) -> None:
    with pytest.raises(
        LmsError, match=r"no column is .*: name one by --lms-column, of 91 Tiny \(5501\), Essay \(5502\)"
    ):
        filled(tmp_path, "canvas.csv", [outcome("101")], column=column)
    assert not (tmp_path / "out.csv").exists()


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("Student,ID,Section,91 Tiny (1),Tiny (2)\na,1,s,,\n")
    with pytest.raises(LmsError, match="more than one column"):
        fill(source, [outcome("1")], tmp_path / "out.csv", assignment=SLUG)
    assert fill(source, [outcome("1")], tmp_path / "out.csv", assignment=SLUG, column="2").students == ["1"]
    assert (tmp_path / "out.csv").read_text() == "Student,ID,Section,91 Tiny (1),Tiny (2)\na,1,s,,4.50\n"


def test_points_that_differ(tmp_path: Path) -> None:
    with pytest.raises(LmsError, match="8 points here and 6 in the LMS"):
        filled(tmp_path, "canvas.csv", [outcome("101", most=8)])
    done, changed = filled(tmp_path, "canvas.csv", [outcome("101", 4, most=8)], scale=True)
    assert ",3.00,7.50," in next(iter(changed.values()))
    assert done.remarks == ["scores were scaled: 8 points here are 6 in the LMS"]
    with pytest.raises(LmsError, match="different maximum"):
        filled(tmp_path, "canvas.csv", [outcome("101"), outcome("102", most=8)])
    (tmp_path / "ro.csv").write_text(
        "Student,ID,Section,91 Tiny (1)\n  Points Possible,,,(read only)\na,1,s,\n"
    )
    with pytest.raises(LmsError, match=r"cannot be filled: .* got \(read only\)"):
        fill(tmp_path / "ro.csv", [outcome("1")], tmp_path / "out.csv", assignment=SLUG)


def test_semicolons_decimal_commas_and_a_byte_order_mark(tmp_path: Path) -> None:
    done, changed = filled(
        tmp_path,
        "canvas-german.csv",
        [outcome("Zoë Groß"), outcome("lovelaceada_101")],
        ids={"lovelaceada_101": "canvas:101"},
    )
    assert done.students == ["Zoë Groß", "lovelaceada_101"]
    assert list(changed.values()) == [
        "Lovelace;Ada;101;ada.l;Gruppe A;4,50;7,50;75,00\r\n",
        "Groß;Zoë;102;zoe;Gruppe A;4,50;;\r\n",
    ]


def test_a_decimal_comma_between_commas_is_quoted(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(
        '"Student","ID","Section","91 Tiny (1)"\r\n"Points Possible","","","6,0"\r\n"é","1","s",""'.encode(
            "cp1252"
        )
    )
    fill(tmp_path / "in.csv", [outcome("É")], tmp_path / "out.csv", assignment=SLUG)
    assert (tmp_path / "out.csv").read_bytes().decode("cp1252").endswith('"é","1","s","4,50"')


# ---- Moodle


MOODLE = {
    "Ada Lovelace": "moodle:11",
    "Ana Silva_12": "moodle:12",
    "Ana Silva_13": "moodle:13",
    "Pat OBrien": "moodle:15",
}


def test_moodle_by_participant_and_name(tmp_path: Path) -> None:
    outcomes = [outcome(student, 1 + n) for n, student in enumerate(MOODLE)]
    done, changed = filled(tmp_path, "moodle.csv", outcomes, ids=MOODLE)
    assert done.students == list(MOODLE) and not left_out(done)
    grades = [line.split('grading",')[-1].split(",")[0] for line in changed.values()]
    assert (
        grades[:3] == ["1.00", "2.00", "3.00"]
        and ',"No submission",4.00,6.00,Yes,' in list(changed.values())[3]
    )
    assert set(left_out(done, "exported")) == {"王小明 (Participant 14)", "עדה לבלייס (Participant 16)"}


def test_moodle_by_mail_or_name(tmp_path: Path) -> None:
    done, changed = filled(
        tmp_path,
        "moodle.csv",
        [
            outcome("ANA@example.edu"),
            outcome("Lovelace, Ada"),
            outcome("לבלייס עדה"),
            outcome("עדה לבלייס"),
            outcome("Ana Silva"),
        ],
    )
    assert done.students == ["ANA@example.edu", "Lovelace, Ada", "עדה לבלייס"] and len(changed) == 3
    assert "several rows fit" in left_out(done)["Ana Silva"] and "no row" in left_out(done)["לבלייס עדה"]


def test_moodle_rows_that_must_not_be_filled(tmp_path: Path) -> None:
    ids = {
        "王小明": "moodle:14",
        "Group A": "moodle:11",
        "Ana Silva": "moodle:12",
        "Pat O'Brien": "moodle:99",
    }
    done, changed = filled(
        tmp_path,
        "moodle.csv",
        [outcome("王小明"), outcome("Group A"), outcome("Ana Silva", 6.5), outcome("Pat O'Brien")],
        ids=ids,
    )
    assert not changed
    reasons = left_out(done)
    assert "cannot be changed" in reasons["王小明"] and "moodle:11 and this name" in reasons["Group A"]
    assert "above the maximum 6" in reasons["Ana Silva"] and "moodle:99" in reasons["Pat O'Brien"]
    assert "Ada Lovelace (Participant 11)" in left_out(done, "exported")


def test_moodle_blind_marking(tmp_path: Path) -> None:
    ids = {"Teilnehmerin_11": "moodle:11", "Teilnehmerin_12": "moodle:12", "Gruppe 1": "moodle:11"}
    done, changed = filled(
        tmp_path, "moodle-blind.csv", [outcome(student, 3) for student in ids], ids=ids, scale=True
    )
    assert done.students == ["Teilnehmerin_11", "Teilnehmerin_12"] and set(left_out(done)) == {"Gruppe 1"}
    assert all(";50,00;100,00;" in line for line in changed.values()) and done.remarks


# ---- files


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfeS\x00t\x00",
        b"PK\x03\x04",
        b"Identifier,Grade,Scale\nParticipant 1,,Good\n",
        b"Identifikator,Bewertung\n",
        b"First name,Surname,ID number,Assignment: Tiny (Real)\n",
        b'Student,ID,Section,"91 Tiny (1)\na,1,s,\n',
    ],
)
def test_other_files_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "in.csv").write_bytes(data)
    with pytest.raises(LmsError, match="neither Canvas's gradebook"):
        fill(tmp_path / "in.csv", [outcome("a")], tmp_path / "out.csv", assignment=SLUG)
    with pytest.raises(LmsError, match="cannot be read"):
        fill(tmp_path / "none.csv", [], tmp_path / "out.csv", assignment=SLUG)
    assert not (tmp_path / "out.csv").exists()


def test_the_exported_file_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes((SAMPLES / "canvas.csv").read_bytes())
    with pytest.raises(LmsError, match="would replace"):
        fill(path, [outcome("101")], tmp_path / "." / "in.csv", assignment=SLUG)
    assert path.read_bytes() == (SAMPLES / "canvas.csv").read_bytes()


def test_rows_that_are_cut_short_and_empty_lines(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("Student,ID,Section,91 Tiny (1)\na,1\n\nb,2,s,\n\n")
    done = fill(tmp_path / "in.csv", [outcome("1"), outcome("2")], tmp_path / "out.csv", assignment=SLUG)
    assert done.students == ["2"] and "cut short" in left_out(done)["1"]
    assert (tmp_path / "out.csv").read_text() == "Student,ID,Section,91 Tiny (1)\na,1\n\nb,2,s,4.50\n\n"


def test_nothing_that_a_student_wrote_reaches_a_cell(tmp_path: Path) -> None:
    evil = "=cmd|' /C calc'!A0"
    outcomes = [outcome("101", reason=evil), outcome(evil), outcome("102", status="failed", reason=evil)]
    filled(tmp_path, "canvas.csv", outcomes)
    assert "calc" not in (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_a_large_class_is_quick(tmp_path: Path) -> None:
    rows = "".join(f'"Last{n}, First{n}",{n},S{n},l{n},s,\n' for n in range(1500))
    (tmp_path / "in.csv").write_text(f"Student,ID,SIS User ID,SIS Login ID,Section,Tiny (1)\n{rows}")
    done = fill(
        tmp_path / "in.csv",
        [outcome(f"First{n} Last{n}") for n in range(1500)],
        tmp_path / "out.csv",
        assignment=SLUG,
    )
    assert len(done.students) == 1500


# ---- grades.csv


def test_grades(tmp_path: Path) -> None:
    outcomes = [
        outcome("王 小明"),
        outcome("b", points=None, status="needs_manual", reason="a person marks task 3"),
        outcome("a", status="failed", reason="out of memory\r\n=1+1"),
        dataclasses.replace(outcome("a"), assignment="90-other", late_penalty=1),
        outcome("c", status="rejected", reason="no notebook"),
    ]
    write_grades(outcomes, tmp_path / "grades.csv")
    assert (tmp_path / "grades.csv").read_text(encoding="utf-8-sig").splitlines() == [
        "student,assignment,status,score,max_score,late_penalty,reason",
        "a,90-other,graded,3.5,6,1,",
        "a,91-tiny,failed,,,,out of memory =1+1",
        "b,91-tiny,needs_manual,0,6,0,a person marks task 3",
        "c,91-tiny,rejected,,,,no notebook",
        "王 小明,91-tiny,graded,4.5,6,0,",
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r=", "\n=", " =", "＝"])
def test_no_cell_is_a_formula(tmp_path: Path, start: str) -> None:
    write_grades([outcome(f"{start}1+1", reason=f'{start}HYPERLINK("x")')], tmp_path / "grades.csv")
    with (tmp_path / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        row = list(csv.reader(file))[1]
    assert row[0].startswith("'") and row[-1].startswith("'") and row[3] == "4.5"


def test_no_part_of_a_cell_is_a_cell_where_semicolons_separate(tmp_path: Path) -> None:
    """As for Excel in German or French."""
    write_grades([outcome("a", reason="no notebook, found x;=cmd|'/C calc'!A0;.pdf\t=1")], tmp_path / "g.csv")
    text = (tmp_path / "g.csv").read_text(encoding="utf-8-sig")
    assert not any(part.startswith("=") for part in text.replace("\t", ";").split(";"))


# ---- from the LMS's zip to its gradebook


@pytest.mark.parametrize(
    ("sample", "members", "filled_in"),
    [
        (
            "canvas.csv",
            [
                "lovelaceada_LATE_101_1_x.ipynb",
                "王小明_103_2_x.ipynb",
                "silvaana_105_3_x.ipynb",
                "silvaana_106_4_x.ipynb",
            ],
            ["lovelaceada_101", "silvaana_106", "王小明_103"],
        ),
        (
            "moodle.csv",
            [
                f"{name}_assignsubmission_file_/x.ipynb"
                for name in ("Ada Lovelace_11", "Ana Silva_12", "Ana Silva_13", "עדה לבלייס_16")
            ],
            ["Ada Lovelace", "Ana Silva_12", "Ana Silva_13", "עדה לבלייס"],
        ),
    ],
)
def test_from_zip_to_gradebook(tmp_path: Path, sample: str, members: list[str], filled_in: list[str]) -> None:
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        for name in members:
            archive.writestr(name, "{}")
    found = collect(tmp_path / "s.zip", [SLUG], tmp_path / "submitted")
    ids = lms_ids(tmp_path / "submitted", SLUG)
    assert ids == {s.student: s.lms_id for s in found} and len(found) == len(members)
    done, changed = filled(tmp_path, sample, [outcome(s.student) for s in found], ids=ids)
    assert done.students == filled_in and len(changed) == len(filled_in)
