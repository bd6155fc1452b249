"""Mutants of the reference solutions, made by Cosmic Ray, and the list of those that may survive."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

EQUIVALENT = Path(__file__).parent / "equivalent_mutants.yml"
# `is` for `==` is the same on small integers and short strings: CPython's caching would decide, not a test.
# Bit operations on floats and lists raise TypeError: they die whatever the tests are.
LEFT_OUT = (
    *("_Is", "_IsNot", "ExceptionReplacer", "RemoveDecorator", "VariableInserter", "VariableReplacer"),
    *("_BitOr", "_BitAnd", "_BitXor", "_LShift", "_RShift", "_Mod"),
)


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Yield (what changed, mutated source) for every mutant of a solution cell."""
    for name in sorted(operator_names()):
        if name.endswith(LEFT_OUT):
            continue
        operator = get_operator(name)()
        occurrence = 0
        while (mutated := mutate_code(source, operator, occurrence)) is not None:
            occurrence += 1
            if mutated != source:
                yield change(source, mutated), mutated


def change(old: str, new: str) -> str:
    """Describe a mutant by the lines that it changes: `old line  ->  new line`."""
    lines = list(difflib.ndiff(old.splitlines(), new.splitlines()))
    removed = " ".join(line[2:].strip() for line in lines if line.startswith("- "))
    added = " ".join(line[2:].strip() for line in lines if line.startswith("+ "))
    return f"{removed}  ->  {added}"


@cache
def equivalent(slug: str, task: str) -> dict[str, str]:
    """Return the mutants of a task that no test can kill, with the reason for each."""
    listed = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8")) or {}
    return {row["mutant"]: row["reason"] for row in listed.get(slug, {}).get(task, [])}
