"""What the test cells of assignments use: a seed, and calls of a learner's function as if it were remote.

A test cell is written so that it may run in another process than the learner's code: it imports what it
uses, takes nothing from the notebook but the functions under test, and calls them through `call`.
Arguments and results are values (scalars, strings, lists, dicts, arrays, tables, detached tensors), and an
exception arrives as the name of its type and its message.
"""

from __future__ import annotations

import contextlib
import copy
import os
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Call:
    """What came of one call."""

    value: Any
    """What the function returned; None where it raised."""
    error: str
    """Name of the exception's type, `""` where none was raised."""
    message: str
    """The exception's message, `""` where none was raised."""
    fetch: Callable[[], tuple[Any, ...]] = field(repr=False)
    """Gets `arguments`: most tests do not look at them, and from another process they are a way to bring."""
    peak_bytes: int
    """Most memory, in bytes, that Python and NumPy held at once beyond what they held before the call;
    0 unless `memory=True` was asked for. PyTorch's own allocations are not counted."""
    warnings: tuple[str, ...]
    """The warnings that the call emitted, each as `Type: message`."""
    cpu_seconds: float
    """Processor time of the call, of all threads, in seconds. Compare it only with another call's, and
    only where a wrong answer takes several times as much."""

    @cached_property
    def arguments(self) -> tuple[Any, ...]:
        """The positional arguments as they are after the call: a changed one was changed by the function."""
        return self.fetch()

    @property
    def shown(self) -> str:
        """The outcome in a few words, for messages: the error, or the value cut to a line."""
        if self.error:
            return f"{self.error}: {self.message}"
        words = " ".join(repr(self.value).split())
        return words if len(words) <= 120 else words[:117] + "..."


def call(function: Callable[..., Any], *args: Any, memory: bool = False, **kwargs: Any) -> Call:
    """Call a learner's function with copies of the arguments and return what came of it.

    `NotImplementedError` is not caught: a stub ends the test at once.
    """
    remote = getattr(function, "__remote_call__", None)
    if remote is not None:  # the function runs in another process, as it does when a class is graded
        return remote(args, kwargs, memory)  # type: ignore[no-any-return]
    args, kwargs = copy.deepcopy(args), copy.deepcopy(kwargs)
    value, error, message, peak = None, "", "", 0
    caught: list[warnings.WarningMessage] = []
    if memory:
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
    began = time.process_time()
    try:
        with recorded_warnings() as caught:
            value = function(*args, **kwargs)
    except NotImplementedError:
        raise
    except Exception as err:
        error, message = type(err).__name__, str(err)
    finally:
        spent = time.process_time() - began
        if memory:
            peak = tracemalloc.get_traced_memory()[1] - before
            tracemalloc.stop()
    return Call(value, error, message, lambda: args, peak, told(caught), spent)


@contextlib.contextmanager
def recorded_warnings() -> Iterator[list[warnings.WarningMessage]]:
    """Collect the warnings of the code inside, each one, also where it was shown before."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


def told(caught: list[warnings.WarningMessage]) -> tuple[str, ...]:
    """Return the first hundred warnings in words."""
    return tuple(f"{each.category.__name__}: {each.message}" for each in caught[:100])


def seed() -> int:
    """Return the seed from which hidden tests draw their data: `ROADBOOK_SEED`, or 0 where it is not set."""
    return int(os.environ.get("ROADBOOK_SEED", "0"))
