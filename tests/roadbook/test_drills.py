"""Every drill is judged by its own answers: the right one passes, each wrong one fails in the words it should."""

from __future__ import annotations

import ast
import difflib
import doctest
import itertools
import random
import re
import time
from pathlib import Path

import pytest

from roadbook import course, drills
from roadbook.drills import Drill, DrillError

DRILLS = drills.all_drills()
WRONG = [(drill, wrong) for drill in DRILLS for wrong in drill.wrong]
PURE = {
    "bisect",
    "codecs",
    "collections",
    "heapq",
    "itertools",
    "math",
    "random",
    "re",
    "statistics",
    "string",
}
"""The standard modules that drills use: all work in the page, and none touches files, threads or a network."""
NOT_IN_THE_PAGE = {"open", "input", "print", "exec", "eval", "breakpoint", "__import__"}
OTHERS = dict(
    re.findall(
        r"^## (\S+)\n\n```python\n(.+?)^```$",
        Path(__file__).with_name("other_answers.md").read_text(encoding="utf-8"),
        re.M | re.S,
    )
)
ERROR = re.compile(r"\w*(Error|Exception|Iteration): ")
WIDTH = 80


@pytest.fixture(params=DRILLS, ids=lambda drill: drill.name)
def drill(request: pytest.FixtureRequest) -> Drill:
    chosen: Drill = request.param
    return chosen


def test_answer_passes_and_is_quick(drill: Drill) -> None:
    seconds = []
    for _ in range(2):  # the second time nothing is imported any more
        start = time.process_time()
        assert drills.attempt(drill, drill.answer) is None
        seconds.append(time.process_time() - start)
    assert min(seconds) < 0.3


def test_an_answer_written_differently_passes(drill: Drill) -> None:
    assert drill.name in OTHERS, "other_answers.md: expected a second right answer"
    assert drills.attempt(drill, OTHERS[drill.name]) is None


@pytest.mark.parametrize(("drill", "wrong"), WRONG, ids=[f"{d.name}: {w.title}" for d, w in WRONG])
def test_wrong_answer_fails_in_its_words(drill: Drill, wrong: drills.Wrong) -> None:
    message = drills.attempt(drill, wrong.source)
    assert message is not None, "every check passed"
    assert wrong.says in message
    assert not ERROR.match(message), "a check was ended by an error before it could say what was wrong"


def test_stub_fails_in_words(drill: Drill) -> None:
    """As its own error, which the page turns into the line where to begin."""
    assert str(drills.attempt(drill, drill.stub)).startswith("NotImplementedError: not written yet")


@pytest.mark.parametrize(
    "body", ["pass", "return None", "return []", "return 'text'", "return 0.5", "return {}", "return [None]"]
)
def test_a_bland_answer_fails_in_words(drill: Drill, body: str) -> None:
    """A result of another type ends no check with a TypeError that the learner would take for their own."""
    code = ast.parse(drill.stub)
    for node in ast.walk(code):
        if isinstance(node, ast.FunctionDef):
            node.body = ast.parse(body if node.name != "__init__" else "pass").body
    message = drills.attempt(drill, ast.unparse(code))
    assert message is not None
    assert not ERROR.match(message)


def test_worked_example_is_true(drill: Drill) -> None:
    names: dict[str, object] = {}
    exec(drill.answer, names)
    parts = re.findall(r"^```pycon\n(.+?)^```$", drill.text, re.M | re.S)
    assert len(parts) == 1, "expected one worked example, fenced as pycon"
    example = doctest.DocTestParser().get_doctest(parts[0], names, drill.name, None, None)
    said: list[str] = []
    failures = doctest.DocTestRunner(verbose=False).run(example, out=said.append).failed
    assert not failures, "".join(said)


def test_stub_answer_and_wrong_ones_offer_the_same(drill: Drill) -> None:
    assert signatures(drill.stub), "the stub defines nothing"
    assert signatures(drill.answer) == signatures(drill.stub)
    for wrong in drill.wrong:
        assert arguments(wrong.source) == arguments(drill.stub), wrong.title


def signatures(source: str) -> list[str]:
    """What code offers: public functions and, of classes, public methods, with arguments and result."""
    found = []
    for prefix, node in public(source):
        returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        found.append(f"{prefix}{node.name}({ast.unparse(node.args)}){returns}")
    return found


def arguments(source: str) -> list[tuple[str, list[str]]]:
    """The same by names alone: wrong answers are written without types, as people write them."""
    return [(prefix + node.name, [a.arg for a in node.args.args]) for prefix, node in public(source)]


def names(source: str) -> list[str]:
    return [f"{prefix}{node.name}" for prefix, node in public(source)]


def public(source: str) -> list[tuple[str, ast.FunctionDef]]:
    found = []
    for node in ast.parse(source).body:
        inner = [(f"{node.name}.", m) for m in node.body] if isinstance(node, ast.ClassDef) else [("", node)]
        found += [(p, n) for p, n in inner if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")]
    return found


def test_functions_have_docstrings_and_types(drill: Drill) -> None:
    for source in (drill.stub, drill.answer):
        for _, node in public(source):
            assert ast.get_docstring(node), node.name
        assert max(map(len, source.splitlines())) <= WIDTH
    for wrong in drill.wrong:
        assert max(map(len, wrong.source.splitlines())) <= WIDTH, wrong.title


def test_checks_say_what_they_expect(drill: Drill) -> None:
    checks = [node for node in ast.walk(ast.parse(drill.checks)) if isinstance(node, ast.Assert)]
    assert 6 <= len(checks) <= 16
    for check in checks:
        assert check.msg is not None, f"a check without a message: {ast.unparse(check)}"
    assert "random.Random(" in drill.checks or "default_rng(" in drill.checks or drill.name in WITHOUT_LUCK


WITHOUT_LUCK = {"exact-match", "kv-cache"}
"""Drills whose cases are all written out: a seeded draw would show nothing more."""


def test_code_runs_in_the_page(drill: Drill) -> None:
    """No import that Pyodide's core lacks, no file, no input, no randomness without a seed in the checks."""
    for source in (drill.stub, drill.checks, drill.answer, *(wrong.source for wrong in drill.wrong)):
        for node in ast.walk(ast.parse(source)):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            modules += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            assert {m.partition(".")[0] for m in modules} <= PURE | set(drill.needs), modules
            if isinstance(node, ast.Name):
                assert node.id not in NOT_IN_THE_PAGE
    assert not re.search(
        r"\brandom\.(random|choice|choices|shuffle|sample|randint|randrange)\(", drill.checks
    )


def test_the_shared_generator_changes_no_verdict(drill: Drill) -> None:
    for seed in (1, 2):
        random.seed(seed)
        assert drills.attempt(drill, drill.answer) is None


def test_checks_and_answer_do_not_share_names(drill: Drill) -> None:
    """A learner's helper may be called what a helper of the checks is called."""
    defined = [n.name for n in ast.parse(drill.checks).body if isinstance(n, ast.FunctionDef)]
    theirs = "\n\n".join(f"def {name}():\n    raise SystemExit" for name in defined)
    assert drills.attempt(drill, f"{theirs}\n\n{drill.answer}") is None


def test_text_is_plain_and_short(drill: Drill) -> None:
    prose = re.sub(r"^```pycon\n.+?^```$", "", drill.text, flags=re.M | re.S)
    for text in (prose, drill.hint):
        outside = re.sub(r"`[^`]*`", "", text)
        assert not re.search(r"```|:::|^\.\. |\{[a-z-]+\}|[<>$\\]|^#|\[[^\]]*\]\(", outside, re.M), outside
    for name in names(drill.stub):
        assert name.rpartition(".")[2] in drill.text or "Given" in drill.stub
    assert len(drill.title) <= 50 and not drill.title.endswith(".")
    assert 15 <= len(prose.split()) <= 150
    assert len(drill.hint.split()) <= 60


def test_metadata(drill: Drill) -> None:
    assert 3 <= drill.minutes <= 12
    planned = (course.root() / "chapters/front/skill-map.md").read_text(encoding="utf-8")
    assert drill.taught is not None or f"`{drill.chapter}`" in planned
    assert len(drill.wrong) >= 3
    assert len({wrong.title for wrong in drill.wrong}) == len(drill.wrong)


def test_no_two_drills_are_alike() -> None:
    for one, other in itertools.combinations(DRILLS, 2):
        assert one.title != other.title
        assert set(names(one.stub)) != set(names(other.stub)) or one.needs != other.needs
        for a, b in ((one.answer, other.answer), (one.text, other.text)):
            ratio = difflib.SequenceMatcher(None, a.split(), b.split(), autojunk=False).ratio()
            assert ratio < 0.6, f"{one.name} and {other.name} are much the same"


def test_there_is_enough_to_practise() -> None:
    assert len(DRILLS) >= 25
    for chapter in course.chapters():
        assert sum(drill.taught == chapter for drill in DRILLS) >= 3, chapter.slug
    assert any(drill.needs == ("numpy",) for drill in DRILLS)


def test_in_the_order_of_the_book_and_easy_ones_first() -> None:
    keys = [(d.chapter, drills.DIFFICULTIES.index(d.difficulty), d.minutes) for d in DRILLS]
    assert keys == sorted(keys)


def test_every_file_of_the_folder_is_a_drill() -> None:
    assert {p.stem for p in drills.folder().iterdir() if p.suffix == ".py"} == {d.name for d in DRILLS}


# The reader of drills -----------------------------------------------------------------------------

SMALL = '''\
"""Twice

Write `twice(x)`.
"""
# chapter: 04-nearest-neighbours
# minutes: 3
# difficulty: easy
# needs: numpy pandas


# %% stub
def twice(x):
    raise NotImplementedError("not written yet")


# %% checks
assert twice(2) == 4, f"expected 4, got {twice(2)}"

# %% hint
# Think of
# addition.


# %% answer
def twice(x):
    return x + x


# %% wrong: squared
# says: expected 4
def twice(x):
    return x**3
'''


def test_parse_reads_all_parts() -> None:
    drill = drills.parse(SMALL, "twice")
    assert (drill.name, drill.title, drill.text) == ("twice", "Twice", "Write `twice(x)`.")
    assert (drill.chapter, drill.minutes, drill.difficulty) == ("04-nearest-neighbours", 3, "easy")
    assert drill.needs == ("numpy", "pandas")
    assert drill.stub.startswith("def twice(x):\n") and drill.stub.endswith('yet")')
    assert drill.checks == 'assert twice(2) == 4, f"expected 4, got {twice(2)}"'
    assert drill.hint == "Think of\naddition."
    assert drill.answer == "def twice(x):\n    return x + x"
    assert drill.wrong == (drills.Wrong("squared", "expected 4", "def twice(x):\n    return x**3"),)
    assert drill.taught is not None and drill.taught.slug == "04-nearest-neighbours"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"""Twice\n\nWrite `twice(x)`.\n"""', "", "docstring at the top"),
        ("\n\nWrite `twice(x)`.\n", "", "docstring at the top"),
        ("return x + x", "return x +", "line .* is not Python"),
        ("# %% hint", "# %% tip", "no section is called '# %% tip'"),
        ("# %% wrong: squared", "# %% wrong", "no section is called '# %% wrong'"),
        ("# %% checks", "# %% stub", "'# %% stub' stands there twice"),
        ("# %% hint\n# Think of\n# addition.\n", "", "'# %% hint' is missing"),
        ("# Think of\n# addition.\n", "", "'# %% hint' is empty"),
        ("# Think of", "think = 1", "comment lines only"),
        (SMALL[SMALL.index("# %% wrong") :], "", "at least one wrong answer"),
        ("# says: expected 4\n", "", "expected '# says:"),
        ("# minutes: 3\n", "", "'# minutes: …' is missing"),
        ("# minutes: 3", "# minutes: three", "minutes: expected a whole number .* got 'three'"),
        ("# minutes: 3", "# minutes: 3\n# minutes: 4", "'# minutes:' stands there twice"),
        ("# minutes: 3", "# time: 3", "a key of chapter, minutes"),
        ("# difficulty: easy", "# difficulty: simple", "easy, medium, hard, got 'simple'"),
        ("# chapter: 04-nearest-neighbours", "# chapter: 4", "expected NN-words"),
        ("# needs: numpy pandas", "# needs: torch", "needs: .* got 'torch'"),
    ],
)
def test_parse_says_what_is_amiss(old: str, new: str, words: str) -> None:
    assert old in SMALL
    with pytest.raises(DrillError, match=words) as error:
        drills.parse(SMALL.replace(old, new, 1), "twice")
    assert str(error.value).startswith("drills/twice.py: ")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(drills, "folder", lambda: tmp_path)
    (tmp_path / "twice.py").write_text(SMALL, encoding="utf-8")
    return tmp_path


def test_load(folder: Path) -> None:
    assert drills.load("twice") == drills.parse(SMALL, "twice")
    assert drills.all_drills() == (drills.load("twice"),)


@pytest.mark.parametrize("name", ["thrice", "", "../twice", "Twice", "twice.py"])
def test_load_says_what_there_is(folder: Path, name: str) -> None:
    with pytest.raises(DrillError, match="there are: twice"):
        drills.load(name)


def test_a_planned_chapter_teaches_nothing_yet() -> None:
    assert drills.parse(SMALL.replace("04-nearest-neighbours", "99-later"), "twice").taught is None


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("def twice(x): return 2 * x", None),
        ("def twice(x): return 5", "expected 4, got 5"),
        ("def twice(x): return x / 0", "ZeroDivisionError: division by zero"),
        ("def double(x): return 2 * x", "NameError: name 'twice' is not defined"),
        ("def twice(x)", "SyntaxError: "),
        ("def twice(x): return twice(x)", "RecursionError: "),
    ],
)
def test_attempt(answer: str, message: str | None) -> None:
    got = drills.attempt(drills.parse(SMALL, "twice"), answer)
    assert got == message if message is None else str(got).startswith(message)


def test_attempt_names_a_check_without_words() -> None:
    drill = drills.parse(SMALL.replace(', f"expected 4, got {twice(2)}"', ""), "twice")
    assert drills.attempt(drill, "def twice(x): return 5") == "a check failed without a message"
