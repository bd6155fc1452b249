"""Every hand-in of a class is found, told to its student, and refused alone where it cannot be taken."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import unicodedata
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from roadbook.grading import collect as module
from roadbook.grading import intake
from roadbook.grading.collect import CollectError, Submission, collect, lms_ids
from tests.grading import tiny

SLUG = tiny.SLUG
NOTEBOOK = json.dumps(tiny.notebook({"mean": tiny.MEAN}))
OTHER = json.dumps(tiny.v4.new_notebook(cells=[tiny.v4.new_code_cell("1 + 1")]))


@pytest.fixture(autouse=True)
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.build(tmp_path / "course", monkeypatch)


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    return tmp_path / "submitted"


def lay(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def pack(path: Path, files: Mapping[str, str | bytes]) -> Path:
    path.write_bytes(packed(files))
    return path


def packed(files: Mapping[str, str | bytes]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            info = zipfile.ZipInfo(name)
            info.filename = name  # ZipInfo mends some names
            archive.writestr(info, text, zipfile.ZIP_DEFLATED)
    return memory.getvalue()


def reasons(found: list[Submission]) -> dict[str, str]:
    return {s.student: s.reason for s in found}


def texts(found: list[Submission]) -> dict[str, str]:
    return {s.student: s.path.read_text(encoding="utf-8") for s in found if s.path}


# ---- nbgrader's tree


def test_students_of_any_script(submitted: Path) -> None:
    names = [
        "Ada King Lovelace",
        "José",
        unicodedata.normalize("NFD", "Renée"),
        "王小明",
        "סמדר",
        "علي\u200cرضا",
        "-x",
        "a'b;c",
    ]
    lay(submitted, {f"{name}/{SLUG}/{SLUG}.ipynb": NOTEBOOK for name in names})
    found = collect(submitted, [SLUG])
    assert reasons(found) == dict.fromkeys(sorted(names), "")
    assert all(s.path == submitted / s.student / SLUG / f"{SLUG}.ipynb" for s in found)
    assert all((s.lms_id, s.late, s.timestamp) == ("", None, None) for s in found)


def test_only_the_assignments_asked_for_are_found(submitted: Path) -> None:
    lay(submitted, {f"a/{SLUG}/x.ipynb": OTHER, "a/92-more/x.ipynb": OTHER, "b/92-more/x.ipynb": OTHER})
    assert [(s.student, s.assignment) for s in collect(submitted, [SLUG])] == [("a", SLUG)]
    both = [(s.student, s.assignment) for s in collect(submitted, [SLUG, "92-more"])]
    assert both == [("a", SLUG), ("a", "92-more"), ("b", "92-more")]


@pytest.mark.parametrize(
    ("files", "taken"),
    [
        (["renamed (final) v2.ipynb", "data.csv", "plot.png"], "renamed (final) v2.ipynb"),
        ([f"{SLUG}.ipynb", "other.ipynb"], f"{SLUG}.ipynb"),
        ([f"{SLUG.upper()} (1).ipynb", "other.ipynb"], f"{SLUG.upper()} (1).ipynb"),
        ([f"{SLUG}.ipynb", f"{SLUG}-1.ipynb"], f"{SLUG}.ipynb"),
        ([f"{SLUG}.ipynb.txt"], f"{SLUG}.ipynb.txt"),
        ([f"{SLUG}.ipynb", f"old/{SLUG}.ipynb"], f"{SLUG}.ipynb"),
        ([".ipynb_checkpoints/a-checkpoint.ipynb", "a.ipynb", "__MACOSX/._a.ipynb", "._a.ipynb"], "a.ipynb"),
        (["other.ipynb", "mine.IPYNB"], "mine.IPYNB"),
        (["deep/down/mine.ipynb"], "deep/down/mine.ipynb"),
    ],
)
def test_the_notebook_of_several_files(submitted: Path, files: list[str], taken: str) -> None:
    lay(submitted / "a" / SLUG, {name: OTHER if "other" in name else NOTEBOOK for name in files})
    (found,) = collect(submitted, [SLUG])
    assert found.path == submitted / "a" / SLUG / taken, found.reason


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([], "empty"),
        (
            ["work.pdf", "data.csv"],
            "no notebook: expected a file that ends in .ipynb, found data.csv, work.pdf",
        ),
        (["work.zip"], "found work.zip"),
        (["one.ipynb", "two.ipynb"], "which notebook to take: one.ipynb, two.ipynb"),
        (["other 1.ipynb", "other 2.ipynb"], f"name one {SLUG}.ipynb"),
        ([f"{n}.ipynb" for n in range(60)], "60"),
        ([".ipynb_checkpoints/a-checkpoint.ipynb"], "empty"),
    ],
)
def test_no_notebook_or_too_many(submitted: Path, files: list[str], says: str) -> None:
    (submitted / "a" / SLUG).mkdir(parents=True)
    lay(submitted / "a" / SLUG, {name: OTHER if "other" in name else NOTEBOOK for name in files})
    lay(submitted, {f"b/{SLUG}/x.ipynb": NOTEBOOK})
    a, b = collect(submitted, [SLUG])
    assert a.path is None and says in a.reason
    assert b.path and not b.reason


def test_broken_candidates_are_not_recognised(submitted: Path) -> None:
    broken = [
        "{",
        "[" * 100_000,
        "[]",
        "{}",
        '{"cells": 3}',
        '{"cells": [1, {"source": {}}]}',
        "1" * 5000,
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    ]
    lay(
        submitted / "a" / SLUG, {"x.ipynb": NOTEBOOK, **{f"{n}.ipynb": text for n, text in enumerate(broken)}}
    )
    (found,) = collect(submitted, [SLUG])
    assert found.path and found.path.name == "x.ipynb", found.reason


def test_large_candidates_are_not_read(submitted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(submitted / "a" / SLUG, {"x.ipynb": NOTEBOOK, "y.ipynb": NOTEBOOK + " " * 100_000})
    monkeypatch.setattr(module, "MAX_RECOGNISED", 100_000)
    (found,) = collect(submitted, [SLUG])
    assert found.path and found.path.name == "x.ipynb"


def test_files_larger_than_a_notebook_may_be(submitted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(submitted, {f"a/{SLUG}/x.ipynb": " " * 3_000_000})
    monkeypatch.setattr(intake, "MAX_BYTES", 2_000_000)
    assert reasons(collect(submitted, [SLUG])) == {
        "a": "x.ipynb is larger than 2 MB: clear its outputs, then save it"
    }


def test_links_are_never_followed(submitted: Path, tmp_path: Path) -> None:
    secret = lay(
        tmp_path / "secret", {f"{SLUG}/{SLUG}.ipynb": NOTEBOOK, "timestamp.txt": "2000-01-01 00:00:00 UTC"}
    )
    lay(submitted, {f"honest/{SLUG}/x.ipynb": NOTEBOOK, f"time/{SLUG}/x.ipynb": NOTEBOOK})
    for student in ("file", "pair"):
        (submitted / student / SLUG).mkdir(parents=True)
        (submitted / student / SLUG / f"{SLUG}.ipynb").symlink_to(secret / SLUG / f"{SLUG}.ipynb")
    lay(submitted, {f"pair/{SLUG}/x.ipynb": NOTEBOOK})
    (submitted / "folder").mkdir()
    (submitted / "folder" / SLUG).symlink_to(secret / SLUG)
    (submitted / "whole").symlink_to(secret)
    (submitted / "time" / SLUG / "timestamp.txt").symlink_to(secret / "timestamp.txt")
    (submitted / "loop").mkdir()
    (submitted / "loop" / SLUG).symlink_to(submitted)
    found = reasons(collect(submitted, [SLUG]))
    assert not found.pop("honest")
    assert set(found) == {"file", "pair", "folder", "whole", "time", "loop"}
    assert all("symbolic link" in reason for reason in found.values())


def test_what_is_no_file(submitted: Path) -> None:
    lay(submitted, {f"folder/{SLUG}/x.ipynb/y.txt": ""})
    (submitted / "pipe" / SLUG).mkdir(parents=True)
    os.mkfifo(submitted / "pipe" / SLUG / "x.ipynb")
    found = reasons(collect(submitted, [SLUG]))
    assert "not a regular file" in found["pipe"] and "no notebook" in found["folder"]


def test_names_that_are_not_utf8_or_hold_control_characters(submitted: Path) -> None:
    bad = [b"caf\xe9", b"a\nb", b"a\x1b[31mb", "a\u202eb".encode(), b"x" * 201]
    for name in bad:
        path = os.fsencode(submitted) + b"/" + name + b"/" + SLUG.encode()
        Path(os.fsdecode(path)).mkdir(parents=True)
        Path(os.fsdecode(path + b"/x.ipynb")).write_text(NOTEBOOK)
    lay(submitted, {f"good/{SLUG}/readme.txt": ""})
    Path(os.fsdecode(os.fsencode(submitted) + f"/good/{SLUG}/".encode() + b"caf\xe9.ipynb")).write_text(
        NOTEBOOK
    )
    found = collect(submitted, [SLUG])
    assert len(found) == len(bad) + 1
    good = next(s for s in found if s.student == "good")
    assert good.path and good.path.read_text() == NOTEBOOK
    for submission in found:
        assert submission is good or (submission.path is None and "name" in submission.reason)
        text = submission.student + submission.reason
        assert text.encode() and text.isprintable(), "can be written to a file and shown in a terminal"


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-03-01 23:59:30.25 UTC\n", datetime(2026, 3, 1, 23, 59, 30, 250_000)),
        ("2026-03-01 12:00:00 Europe/Berlin", datetime(2026, 3, 1, 11)),
        ("2026-03-01 12:00", datetime(2026, 3, 1, 12)),
        ("2026-03-01T12:00:00+02:00", datetime(2026, 3, 1, 10)),
        ("", None),
    ],
)
def test_timestamp_as_nbgrader_reads_it(submitted: Path, text: str, time: datetime | None) -> None:
    lay(submitted / "a" / SLUG, {"x.ipynb": NOTEBOOK, "timestamp.txt": text})
    (found,) = collect(submitted, [SLUG])
    assert found.path and found.timestamp == time


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "2026-13-45 00:00 UTC",
        "2026-03-01 12:00 /etc/passwd",
        "2026-03-01 12:00 ../../etc/passwd",
        "9" * 900,
        "2026" * 999,
        "\x00",
    ],
)
def test_a_timestamp_that_is_none(submitted: Path, text: str) -> None:
    lay(submitted / "a" / SLUG, {"x.ipynb": NOTEBOOK, "timestamp.txt": text})
    (found,) = collect(submitted, [SLUG])
    assert found.path is None and found.reason.startswith("timestamp.txt")


def test_loose_files_are_named(submitted: Path) -> None:
    lay(
        submitted,
        {
            "loose.ipynb": NOTEBOOK,
            "a/x.ipynb": NOTEBOOK,
            f"b/{SLUG}/x.ipynb": NOTEBOOK,
            "b/y.ipynb": NOTEBOOK,
            "notes.txt": "",
        },
    )
    found = reasons(collect(submitted, [SLUG]))
    assert set(found) == {"", "a", "b"} and not found["b"]
    assert "found loose.ipynb" in found[""] and "found x.ipynb" in found["a"]


def test_sources_that_cannot_be_collected(tmp_path: Path, submitted: Path) -> None:
    whole = packed({f"x_1_2_{n}.ipynb": NOTEBOOK for n in range(3)})
    for name, data in {"cut.zip": whole[: len(whole) // 2], "text.zip": b"<html>", "empty.zip": b""}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(CollectError, match=r"is not a zip, or was cut short .* Download it again"):
            collect(tmp_path / name, [SLUG], submitted)
    with pytest.raises(CollectError, match="there is no"):
        collect(tmp_path / "nothing.zip", [SLUG], submitted)
    with pytest.raises(CollectError, match="expected the names"):
        collect(submitted, [])
    with pytest.raises(CollectError, match="say where that is"):
        collect(pack(tmp_path / "c.zip", {"x_1_2_y.ipynb": NOTEBOOK}), [SLUG])
    assert not submitted.exists()


# ---- Canvas


def test_canvas(tmp_path: Path, submitted: Path) -> None:
    source = pack(
        tmp_path / "submissions.zip",
        {
            f"lovelaceada_101_9001_{SLUG}.ipynb": NOTEBOOK,
            f"garcíajosé_LATE_102_9002_{SLUG}-1.ipynb": NOTEBOOK,
            f"小明王_103_9003_{SLUG}.ipynb": OTHER,
            "obrienpat_104_9004_plot_1_2.png": b"x",
            "obrienpat_104_9005_my work_12_34_5.ipynb": NOTEBOOK,
            "textonly_105_text.html": "<p>",
            "linkonly_LATE_106_link.html": "<p>",
            "a_b_107_9007_x.ipynb": NOTEBOOK,
            "LATE_anon_Xy3aZ_9008_x.ipynb": NOTEBOOK,
            "anon_Ab1cD_9009_12_x.ipynb": NOTEBOOK,
            "index.html": "",
            "strange.ipynb": NOTEBOOK,
        },
    )
    found = collect(source, [SLUG], submitted)
    by_name = {s.student: s for s in found}
    assert {s.student: (s.lms_id, s.late) for s in found if s.path} == {
        "lovelaceada_101": ("canvas:101", False),
        "garcíajosé_102": ("canvas:102", True),
        "小明王_103": ("canvas:103", False),
        "obrienpat_104": ("canvas:104", False),
        "a_b_107": ("canvas:107", False),
        "anon_Xy3aZ": ("canvas-anonymous:Xy3aZ", True),
        "anon_Ab1cD": ("canvas-anonymous:Ab1cD", False),
    }
    assert all(s.path == submitted / s.student / SLUG / f"{SLUG}.ipynb" for s in found if s.path)
    assert texts(found)["小明王_103"] == OTHER
    assert "text or link typed into Canvas" in by_name["textonly_105"].reason
    assert by_name["linkonly_106"].late and "no notebook" in by_name["linkonly_106"].reason
    assert "strange.ipynb" in by_name[""].reason
    assert collect(submitted, [SLUG]) == [s for s in found if s.student], "the folder tells the same"
    assert lms_ids(submitted, SLUG)["小明王_103"] == "canvas:103" and not lms_ids(submitted, "92-more")


def test_canvas_newest_version_wins(tmp_path: Path, submitted: Path) -> None:
    first, second = tiny.notebook({"mean": "first"}), tiny.notebook({"mean": "second"})
    source = pack(
        tmp_path / "s.zip",
        {
            f"a_1_90_{SLUG}-2.ipynb": json.dumps(second),
            f"a_1_89_{SLUG}.ipynb": json.dumps(first),
            "b_2_91_mine.ipynb": json.dumps(first),
            "b_2_100_mine-1.ipynb": json.dumps(second),
            "c_3_92_one.ipynb": NOTEBOOK,
            "c_3_93_two.ipynb": NOTEBOOK,
        },
    )
    found = collect(source, [SLUG], submitted)
    assert texts(found) == {"a_1": json.dumps(second), "b_2": json.dumps(second)}
    assert "one.ipynb, two.ipynb" in reasons(found)["c_3"]


def test_canvas_one_id_with_two_names(tmp_path: Path, submitted: Path) -> None:
    """A student who calls themselves `x_12` would hand in for user 12."""
    source = pack(
        tmp_path / "s.zip",
        {"x_12_5_7_y.ipynb": NOTEBOOK, "victim_12_9_y.ipynb": NOTEBOOK, "z_3_4_y.ipynb": NOTEBOOK},
    )
    found = reasons(collect(source, [SLUG], submitted))
    assert "canvas:12" in found["x_12"] and "canvas:12" in found["victim_12"] and not found["z_3"]


def test_students_cannot_pass_as_another_by_a_file_name(tmp_path: Path, submitted: Path) -> None:
    canvas = {
        "me_1_2_victim_3_4_x.ipynb": NOTEBOOK,
        "me_1_5_Foo_9_assignsubmission_file_x.txt": "",
        f"me_1_6_Victim_{SLUG}_x.txt": "",
    }
    assert [s.student for s in collect(pack(tmp_path / "c.zip", canvas), [SLUG], submitted)] == ["me_1"]
    moodle = {
        f"Me Too_1_assignsubmission_file_/Victim/{SLUG}/x.ipynb": NOTEBOOK,
        "Me Too_1_assignsubmission_file_/victim_3_4_x.txt": "",
        f"Me Two_2_assignsubmission_file_/Victim_3_assignsubmission_file_/{SLUG}.ipynb": NOTEBOOK,
        "Me Flat_4_assignsubmission_file_victim_3_4_x.ipynb": NOTEBOOK,
    }
    found = collect(pack(tmp_path / "m.zip", moodle), [SLUG], submitted)
    assert reasons(found) == {"Me Flat": "", "Me Too": "", "Me Two": ""}


def test_names_written_without_saying_how(tmp_path: Path, submitted: Path) -> None:
    """Canvas writes UTF-8 without the flag; an old Windows writes its own code page."""
    data = packed({"aa_1_2_x.ipynb": NOTEBOOK, "bb_3_4_x.ipynb": NOTEBOOK})
    data = data.replace(b"aa_1", "é_1".encode()).replace(b"bb_3", b"\x81\x81_3")
    (tmp_path / "s.zip").write_bytes(data)
    found = collect(tmp_path / "s.zip", [SLUG], submitted)
    assert texts(found) == {"é_1": NOTEBOOK, "üü_3": NOTEBOOK}


def test_own_zip(tmp_path: Path, submitted: Path) -> None:
    link = zipfile.ZipInfo(f"{SLUG}.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    inside: dict[str, str | bytes] = {
        "__MACOSX/._x.ipynb": "",
        "work/x.ipynb": NOTEBOOK,
        "work/.ipynb_checkpoints/x.ipynb": "",
        "work/d.csv": "",
    }
    hands = {
        "good": packed(inside),
        "old": packed({"café\\x.ipynb": NOTEBOOK}),
        "none": packed({"a.txt": ""}),
        "nested": packed({"b.zip": packed(inside)}),
        "link": memory.getvalue(),
        "escape": packed({"../../../x.ipynb": NOTEBOOK}),
        "absolute": packed({"/etc/x.ipynb": NOTEBOOK}),
        "drive": packed({"C:\\x.ipynb": NOTEBOOK}),
        "cut": packed(inside)[:-30],
        "html": b"<html>",
        "many": packed({f"{n}.txt": "" for n in range(module.MAX_OWN_MEMBERS + 1)}),
        "two": packed({"a.ipynb": NOTEBOOK, "b.ipynb": NOTEBOOK}),
    }
    files = {f"{name}_{n}_{n}_work.zip": data for n, (name, data) in enumerate(hands.items(), 1)}
    found = collect(pack(tmp_path / "s.zip", files), [SLUG], submitted)
    said = {s.student.split("_")[0]: s.reason for s in found}
    assert not said.pop("good") and not said.pop("old")
    expected = {
        "none": "found a.txt",
        "nested": "found b.zip",
        "link": "is a link",
        "escape": "out of the zip",
        "absolute": "out of the zip",
        "drive": "out of the zip",
        "cut": "cut short",
        "html": "is not a zip",
        "many": "more than 5,000",
        "two": "a.ipynb, b.ipynb",
    }
    assert set(said) == set(expected)
    for name, words in expected.items():
        assert words in said[name], name
    assert {p.name for p in submitted.rglob("*") if p.is_file()} == {"lms.json", f"{SLUG}.ipynb"}
    assert not list(tmp_path.rglob("x.ipynb"))


# ---- Moodle


@pytest.mark.parametrize("end", ["_", ""])
def test_moodle_folders(tmp_path: Path, submitted: Path, end: str) -> None:
    files = {
        f"Ada Lovelace_11_assignsubmission_file{end}/my notebook.ipynb": NOTEBOOK,
        f"Ada Lovelace_11_assignsubmission_onlinetext{end}/onlinetext.html": "<p>",
        f"Ana Silva_12_assignsubmission_file{end}/x.ipynb": NOTEBOOK,
        f"Ana Silva_13_assignsubmission_file{end}/x.ipynb": OTHER,
        f"王小明_14_assignsubmission_file{end}/deep/x.ipynb": NOTEBOOK,
        f"עדה לבלייס_15_assignsubmission_file{end}/x.docx": "",
        f"Only Text_16_assignsubmission_onlinetext{end}/x.ipynb": NOTEBOOK,
        f"Default group_assignsubmission_file{end}/x.ipynb": NOTEBOOK,
    }
    found = collect(pack(tmp_path / "m.zip", files), [SLUG], submitted)
    assert {s.student: s.lms_id for s in found if s.path} == {
        "Ada Lovelace": "moodle:11",
        "Ana Silva_12": "moodle:12",
        "Ana Silva_13": "moodle:13",
        "王小明": "moodle:14",
        "Default group": "",
    }
    assert texts(found)["Ana Silva_13"] == OTHER
    refused = {s.student: s.reason for s in found if s.reason}
    assert "found x.docx" in refused["עדה לבלייס"] and "onlinetext typed into Moodle" in refused["Only Text"]
    assert collect(submitted, [SLUG]) == found
    assert all(s.late is None for s in found)


def test_moodle_without_folders(tmp_path: Path, submitted: Path) -> None:
    files = {
        f"Ada Lovelace_11_assignsubmission_file_{SLUG}.ipynb": NOTEBOOK,
        "Ada Lovelace_11_assignsubmission_onlinetext_onlinetext.html": "",
        "Bo_12_assignsubmission_file_a_b_1_2.ipynb": NOTEBOOK,
    }
    found = collect(pack(tmp_path / "m.zip", files), [SLUG], submitted)
    assert {s.student: s.lms_id for s in found if s.path} == {"Ada Lovelace": "moodle:11", "Bo": "moodle:12"}


def test_a_namesake_that_comes_later_stays_another(tmp_path: Path, submitted: Path) -> None:
    ana = {"Ana Silva_12_assignsubmission_file_/x.ipynb": NOTEBOOK}
    both = {**ana, "Ana Silva_13_assignsubmission_file_/x.ipynb": OTHER}
    collect(pack(tmp_path / "m.zip", ana), [SLUG], submitted)
    found = collect(pack(tmp_path / "m.zip", both), [SLUG], submitted)
    assert texts(found) == {"Ana Silva": NOTEBOOK, "Ana Silva_13": OTHER}
    assert collect(pack(tmp_path / "m.zip", both), [SLUG], submitted) == found


@pytest.mark.parametrize("name", ["..", ".", ".hidden", "a\nb", "lms.json", "x" * 201, "a\u202eb", "😀" * 70])
def test_names_of_an_lms_that_cannot_be_folders(tmp_path: Path, submitted: Path, name: str) -> None:
    files = {
        f"{name}_1_assignsubmission_file_/x.ipynb": NOTEBOOK,
        "Bo_2_assignsubmission_file_/x.ipynb": NOTEBOOK,
    }
    found = collect(pack(tmp_path / "m.zip", files), [SLUG], submitted)
    assert texts(found) == {"Bo": NOTEBOOK}
    assert len(found) == 2 and found[1].student.startswith("“") and "name" in found[1].reason
    assert len(found[1].student.encode()) < 120  # reports make a folder of it
    assert collect(submitted, [SLUG]) == found[:1]
    assert {p.name for p in submitted.iterdir()} == {"Bo", "lms.json"}


def test_names_that_are_too_long_stay_apart(tmp_path: Path, submitted: Path) -> None:
    names = [f"{'y' * 300}{end}{'z' * 300}" for end in "ab"]
    files = {f"{name}_{i}_assignsubmission_file_/x.ipynb": NOTEBOOK for i, name in enumerate(names, 1)}
    assert len({one.student for one in collect(pack(tmp_path / "m.zip", files), [SLUG], submitted)}) == 2


# ---- all zips


@pytest.mark.parametrize("around", ["", "submitted/", "course/submitted/"])
def test_zip_of_the_tree(tmp_path: Path, submitted: Path, around: str) -> None:
    files = {
        f"{around}Ada L/{SLUG}/x.ipynb": NOTEBOOK,
        f"{around}Ada L/{SLUG}/timestamp.txt": "2026-03-01 12:00:00 UTC",
        f"{around}Ada L/92-more/x.ipynb": OTHER,
        f"{around}王/{SLUG}/": "",
        f"{around}lms.json": '{"91-tiny": {"Ada L": {"id": "canvas:666"}}}',
        "__MACOSX/._x.ipynb": "",
    }
    found = collect(pack(tmp_path / "t.zip", files), [SLUG], submitted)
    assert [(s.student, s.lms_id, s.timestamp) for s in found] == [
        ("Ada L", "", datetime(2026, 3, 1, 12)),
        ("王", "", None),
    ]
    assert "no notebook" in found[1].reason
    assert collect(submitted, [SLUG]) == found


def test_a_folder_around_an_lms_zip(tmp_path: Path, submitted: Path) -> None:
    files = {"s/ada_1_2_x.ipynb": NOTEBOOK, "s/bo_3_4_x.ipynb": NOTEBOOK}
    assert [s.lms_id for s in collect(pack(tmp_path / "c.zip", files), [SLUG], submitted)] == [
        "canvas:1",
        "canvas:3",
    ]
    files = {"s/Ada_1_assignsubmission_file_/x.ipynb": NOTEBOOK}
    assert [s.lms_id for s in collect(pack(tmp_path / "m.zip", files), [SLUG], submitted)] == ["moodle:1"]


def test_an_lms_zip_that_a_browser_has_unpacked(tmp_path: Path, submitted: Path) -> None:
    source = lay(tmp_path / "s", {"ada_LATE_1_2_x.ipynb": NOTEBOOK, "bo_3_4_x.ipynb": NOTEBOOK})
    (source / "eve_5_6_x.ipynb").symlink_to("/etc/passwd")
    lay(source, {f"tree/{SLUG}/x.ipynb": NOTEBOOK})
    with pytest.raises(CollectError, match="say where that is"):
        collect(source, [SLUG])
    found = collect(source, [SLUG], submitted)
    assert texts(found) == {"ada_1": NOTEBOOK, "bo_3": NOTEBOOK, "tree": NOTEBOOK} and found[0].late
    assert not (submitted / "tree").exists(), "what is a tree is left where it is"
    assert "symbolic link" in reasons(found)["eve_5"]


def test_bad_members_do_not_affect_others(tmp_path: Path, submitted: Path) -> None:
    def member(name: str, mode: int = 0, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name)
        info.external_attr, info.compress_type = mode << 16, method
        return info

    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(member("good_1_1_x.ipynb"), NOTEBOOK)
        archive.writestr(member("link_2_2_x.ipynb", stat.S_IFLNK | 0o777), "/etc/passwd")
        archive.writestr(member("device_3_3_x.ipynb", stat.S_IFCHR | 0o777), "")
        archive.writestr(member("twice_4_4_x.ipynb"), NOTEBOOK)
        archive.writestr(member("twice_4_4_x.ipynb"), OTHER)
        archive.writestr(member("lzma_5_5_x.ipynb", method=zipfile.ZIP_LZMA), NOTEBOOK)
        archive.writestr(member("bomb_6_6_x.ipynb"), b" " * 30_000_000)
        archive.writestr(member("damaged_7_7_x.ipynb", method=zipfile.ZIP_STORED), "DAMAGE ME")
        archive.writestr(member("secret_8_8_x.ipynb", method=zipfile.ZIP_STORED), "ENCRYPTED")
        for name in (
            "../up_9_9_x.ipynb",
            "/root_9_9_x.ipynb",
            "C:\\drive_9_9_x.ipynb",
            f"a/{SLUG}/../../x.ipynb",
        ):
            archive.writestr(member(name), NOTEBOOK)
        archive.writestr(member("last_9_9_x.ipynb"), NOTEBOOK)
    data = bytearray(path.read_bytes().replace(b"DAMAGE ME", b"damage me"))
    for signature, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.rfind(
            signature, 0, data.find(b"secret_8", 0 if signature == b"PK\3\4" else data.find(b"PK\1\2"))
        )
        data[at + flags] |= 1
    path.write_bytes(data)
    found = reasons(collect(path, [SLUG], submitted))
    assert not found["good_1"] and not found["last_9"]
    for student, words in {
        "link_2": "is a link or a device",
        "device_3": "is a link or a device",
        "twice_4": "stands 2 times",
        "lzma_5": "packed by a method",
        "bomb_6": "more than 200 times its size",
        "damaged_7": "damaged in the zip (Bad CRC-32",
        "secret_8": "encrypted",
        "": "x.ipynb (has a path that leads out of the zip)",
    }.items():
        assert words in found.pop(student), student
    assert set(found) == {"good_1", "last_9"}
    assert {p.parent.parent.name for p in tmp_path.rglob("*.ipynb") if "course" not in p.parts} == {
        "good_1",
        "last_9",
    }


def test_a_size_that_the_zip_understates(
    tmp_path: Path, submitted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytearray(packed({"a_1_2_x.ipynb": " " * 100_000, "b_3_4_x.ipynb": NOTEBOOK}))
    for signature, size in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        at = data.find(signature)
        data[at + size : at + size + 4] = (50).to_bytes(4, "little")
    (tmp_path / "s.zip").write_bytes(data)
    found = reasons(collect(tmp_path / "s.zip", [SLUG], submitted))
    assert "damaged" in found["a_1"] and not found["b_3"]


def test_limits(tmp_path: Path, submitted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = pack(
        tmp_path / "s.zip", {"a_1_2_x.ipynb": NOTEBOOK, "a_1_3_y.ipynb": NOTEBOOK, "b_3_4_x.ipynb": NOTEBOOK}
    )
    monkeypatch.setattr(module, "MAX_TOTAL", len(NOTEBOOK))
    found = reasons(collect(source, [SLUG], submitted))
    assert "got 2, or more than" in found["a_1"] and not found["b_3"]
    monkeypatch.setattr(intake, "MAX_BYTES", 100)
    assert all(
        "larger than" in reason
        for reason in reasons(collect(source, [SLUG], submitted)).values()
        if "2," not in reason
    )
    monkeypatch.setattr(module, "MAX_MEMBERS", 2)
    with pytest.raises(CollectError, match="3 files, more than 2"):
        collect(source, [SLUG], submitted)


def test_which_assignment_an_export_answers(tmp_path: Path, submitted: Path) -> None:
    files = {
        "a_1_2_x.ipynb": NOTEBOOK,
        "b_3_4_x.ipynb": NOTEBOOK,
        "c_5_6_x.ipynb": OTHER,
        "d_7_8_x.ipynb": "{",
    }
    found = collect(pack(tmp_path / "s.zip", files), [SLUG, "92-more"], submitted)
    assert {(s.assignment, s.reason) for s in found} == {(SLUG, "")} and len(found) == 4
    with pytest.raises(CollectError, match="does not show which assignment"):
        collect(pack(tmp_path / "s.zip", {"c_5_6_x.ipynb": OTHER}), [SLUG, "92-more"], submitted)
    found = collect(tmp_path / "s.zip", [SLUG, "92-more"], submitted, recognise=lambda cells: "92-more")
    assert [s.assignment for s in found] == ["92-more"]


# ---- collecting again


def test_collecting_again(tmp_path: Path, submitted: Path) -> None:
    source = pack(tmp_path / "s.zip", {"a_1_2_x.ipynb": NOTEBOOK, "b_3_4_x.ipynb": NOTEBOOK})
    first = collect(source, [SLUG], submitted)
    assert collect(source, [SLUG], submitted) == first
    # a hands in anew, b a file that cannot be read
    again = collect(pack(source, {"a_LATE_1_5_x-1.ipynb": OTHER, "b_3_6_x.docx": ""}), [SLUG], submitted)
    assert texts(again) == {"a_1": OTHER} and again[0].late
    assert "found x.docx" in reasons(again)["b_3"]
    assert collect(submitted, [SLUG]) == again, (
        "the earlier notebook of b is not graded in the new one's place"
    )
    assert (submitted / "b_3" / SLUG / f"{SLUG}.ipynb.earlier").read_text() == NOTEBOOK
    # the instructor puts one there by hand
    lay(submitted, {f"b_3/{SLUG}/mended.ipynb": NOTEBOOK})
    by_hand = collect(submitted, [SLUG])[1]
    assert by_hand.path and not by_hand.reason and by_hand.lms_id == "canvas:3"


def test_what_did_not_come_from_a_zip_is_never_overwritten(tmp_path: Path, submitted: Path) -> None:
    mine = submitted / "a_1" / SLUG / f"{SLUG}.ipynb"
    lay(submitted, {f"a_1/{SLUG}/{SLUG}.ipynb": OTHER})
    (submitted / "b_3").symlink_to(tmp_path)
    source = pack(tmp_path / "s.zip", {"a_1_2_x.ipynb": NOTEBOOK, "b_3_4_x.ipynb": NOTEBOOK})
    for _ in range(2):
        found = reasons(collect(source, [SLUG], submitted))
        assert "did not come from a zip" in found["a_1"] and "symbolic link" in found["b_3"]
        assert mine.read_text() == OTHER and not (tmp_path / SLUG).exists()


def test_a_student_cannot_write_the_ids(submitted: Path) -> None:
    entry = {"id": "canvas:666", "name": "x", "late": False, "reason": ""}
    forged = json.dumps({SLUG: {"a": entry}})
    lay(submitted, {f"a/{SLUG}/x.ipynb": NOTEBOOK, f"a/{SLUG}/lms.json": forged, "a/lms.json": forged})
    assert [(s.lms_id, s.late) for s in collect(submitted, [SLUG])] == [("", None)]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"x": 1}', '{"x": {"a": {}}}', '{"x": {"a": 3}}'])
def test_damaged_ids(submitted: Path, text: str) -> None:
    lay(submitted, {f"a/{SLUG}/x.ipynb": NOTEBOOK, "lms.json": text})
    with pytest.raises(CollectError, match=r"lms\.json is damaged"):
        collect(submitted, [SLUG])


def test_any_damage_to_a_zip_is_a_clear_error(tmp_path: Path, submitted: Path) -> None:
    own = packed({"x.ipynb": NOTEBOOK})
    whole = packed({"a_1_2_x.ipynb": NOTEBOOK, "b_3_4_x.zip": own, "c_5_6_x.ipynb": OTHER})
    random = Random(3)
    fates = set()
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(random.randint(1, 4)):
            at = (
                random.randrange(len(data) - 700, len(data))
                if random.random() < 0.7
                else random.randrange(len(data))
            )
            data[at] = random.randrange(256)
        (tmp_path / "s.zip").write_bytes(data)
        try:
            fates.add(min(len(collect(tmp_path / "s.zip", [SLUG], submitted)), 1))
        except CollectError:
            fates.add(2)
        shutil.rmtree(submitted, ignore_errors=True)
    assert {1, 2} <= fates
