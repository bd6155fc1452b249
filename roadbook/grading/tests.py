"""The process in which an assignment's tests run: `python -m roadbook.grading.tests`, or a sandbox's fork.

Test cells run here as they stand in the notebook, each in a clean namespace, in which the student's names
stand for calls into the student's process. The only things that come from there are values and errors,
so hidden tests and expected values never meet the code that they judge.

It reads a job from one file, and writes an event for each task (frames of `roadbook.grading.boundary`) to
another; see `Examiner.run`.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import secrets
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import IO, Any, Protocol

from roadbook import testing
from roadbook.grading import boundary

GRACE = 2.0
"""Seconds beyond its limit for which a student's process is waited for: the limit itself is raised there."""
HIDDEN = -1
"""The memory of a process that has ended, or keeps it from being measured."""


class Lost(BaseException):
    """The student's process has ended, or answers no more. Not an `Exception`: no test may go on."""


class Stopped(BaseException):
    """The student's code was stopped: a forbidden call, too much output, an exit, a time-out."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


class Peer(Protocol):
    """The connection to a student's process, and what can be measured of it from outside."""

    requests: IO[bytes]
    replies: IO[bytes]

    def wait(self, seconds: float) -> None:
        """From now on, a reply may take so long; then the connection breaks."""

    def cpu(self) -> Any:
        """Processor time: see `cpu_of`."""

    def peak(self, begin: bool) -> int | None:
        """Begin or end a measurement of memory: see `peak_of`."""


class Remote:
    """A student's process as the tests see it."""

    def __init__(self, peer: Peer, seconds: float) -> None:
        self.peer = peer
        self.seconds = seconds
        self.task = ""  # whose tests are run
        self.raised: dict[str, Any] | None = None  # by the last call
        self.calls = 0
        self.forgotten: list[int] = []  # calls whose arguments no test can ask for any more

    def ask(
        self, request: dict[str, Any], blobs: list[boundary.Blob]
    ) -> tuple[dict[str, Any], list[boundary.Blob]]:
        """Send a request and return the reply.

        Raises:
            Lost: none came in time, or what came is none.
        """
        patience, began = self.seconds + GRACE, time.monotonic()
        number = secrets.randbits(60)  # drawn, so that no reply can be sent before it is asked for
        try:
            self.peer.wait(patience)
            more = {"number": number, "seconds": self.seconds}
            boundary.send(self.peer.requests, {**request, **more}, blobs)
            reply, answer = boundary.receive(self.peer.replies)
            if reply.get("number") != number:
                raise boundary.BoundaryError("expected the reply to this request, got another")
            return reply, answer
        except (OSError, ValueError, boundary.BoundaryError):  # ValueError: a file that is closed
            late = time.monotonic() - began >= patience
            raise Lost("timed out" if late else "killed") from None

    def cell(self, **request: Any) -> dict[str, Any]:
        """Run a cell; return its error, if any, and its outputs, checked for their types only."""
        reply, _ = self.ask({"op": "cell", **request}, [])
        error, outputs = reply.get("error"), reply.get("outputs")
        return {
            "error": None if error is None else _error(error),
            "outputs": outputs if isinstance(outputs, list) else [],
        }

    def function(self, name: str) -> RemoteFunction:
        return RemoteFunction(self, name)

    def call(
        self, target: dict[str, Any], args: tuple[Any, ...], kwargs: dict[str, Any], memory: bool
    ) -> testing.Call:
        """Call what the target names, with copies of the arguments.

        Raises:
            NotImplementedError: the function raised it: a stub.
            Stopped: the code was stopped.
            NameError: there is no such function.
        """
        blobs: list[boundary.Blob] = []
        self.calls += 1
        request = {
            **{"op": "call", "task": self.task, "call": self.calls, "forget": [*self.forgotten]},
            **target,
            "args": boundary.encode(list(args), blobs),
            "kwargs": boundary.encode(kwargs, blobs),
        }
        self.forgotten.clear()
        held = self.peer.peak(begin=True) if memory else None
        request["trace"] = memory and held is None
        before: dict[int, float] | None = self.peer.cpu()
        reply, answer = self.ask(request, blobs)
        after: dict[int, float] | None = self.peer.cpu()
        peak = self.peer.peak(begin=False) if held is not None else None
        if HIDDEN in (held, peak) or after == {}:
            raise Lost("killed")  # what a process says of itself is not asked instead
        if "missing" in reply:
            name = str(reply["missing"])[:200]
            raise NameError(f"name {name!r} is not defined", name=name)
        self.raised = error = _error(reply["error"]) if "error" in reply else None
        if error is not None and reply.get("stop"):
            raise Stopped(error)
        if error is not None and error["type"] == "NotImplementedError":
            raise NotImplementedError(error["message"])
        try:
            value = self.decode(reply["value"], answer) if error is None else None
        except (KeyError, boundary.BoundaryError, MemoryError):
            raise Lost("killed") from None
        own_cpu, own_peak = reply.get("cpu"), reply.get("peak")
        made = testing.Call(
            value=value,
            error=error["type"] if error else "",
            message=error["message"] if error else "",
            fetch=functools.partial(self.arguments, self.calls),
            peak_bytes=max(peak - held, 0)
            if peak is not None and held is not None
            else (own_peak if isinstance(own_peak, int) else 0),
            warnings=tuple(map(str, said)) if isinstance(said := reply.get("warnings"), list) else (),
            cpu_seconds=sum(max(spent - before.get(each, 0.0), 0.0) for each, spent in after.items())
            if after is not None and before is not None
            else (own_cpu if isinstance(own_cpu, float) else 0.0),
        )
        weakref.finalize(made, self.forgotten.append, self.calls)
        return made

    def arguments(self, call: int) -> tuple[Any, ...]:
        """Return the positional arguments of a call as they are now, at the other side."""
        reply, blobs = self.ask({"op": "arguments", "call": call}, [])
        try:
            return tuple(self.decode(reply["value"], blobs))
        except (KeyError, TypeError, boundary.BoundaryError, MemoryError):
            raise Lost("killed") from None

    def decode(self, data: Any, blobs: list[boundary.Blob]) -> Any:
        return boundary.decode(
            data, blobs, lambda number, kind, shown: RemoteObject(self, number, kind, shown)
        )

    def get(self, number: int, name: str) -> Any:
        reply, blobs = self.ask({"op": "get", "object": number, "attribute": name}, [])
        if "error" in reply:
            raise _as_exception(_error(reply["error"]))
        try:
            return self.decode(reply["value"], blobs)
        except (KeyError, boundary.BoundaryError):
            raise Lost("killed") from None


class RemoteFunction:
    """Stands for a function or class of the student's, by its name."""

    def __init__(self, remote: Remote, name: str) -> None:
        self._remote, self._name = remote, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _value(self.__remote_call__(args, kwargs, False), self._remote)

    def __remote_call__(self, args: tuple[Any, ...], kwargs: dict[str, Any], memory: bool) -> testing.Call:
        """What `roadbook.testing.call` calls."""
        return self._remote.call({"name": self._name}, args, kwargs, memory)

    def __repr__(self) -> str:
        return f"<the student's {self._name}>"


class RemoteObject(boundary.Handle):
    """Stands for an object of the student's that is no value: attributes, methods and calls go there."""

    def __init__(self, remote: Remote, number: int, kind: str, shown: str) -> None:
        super().__init__(number, kind, shown)
        self._remote = remote

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _value(self.__remote_call__(args, kwargs, False), self._remote)

    def __remote_call__(self, args: tuple[Any, ...], kwargs: dict[str, Any], memory: bool) -> testing.Call:
        return self._remote.call({"object": self.number}, args, kwargs, memory)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # copying, pickling and the like are not for the other side
            raise AttributeError(name)
        return self._remote.get(self.number, name)


def _value(call: testing.Call, remote: Remote) -> Any:
    if remote.raised is not None:
        raise _as_exception(remote.raised)
    return call.value


def _as_exception(error: dict[str, Any]) -> Exception:
    """No class crosses the boundary, only its name and the message."""
    made: type[Exception] = type(error["type"], (Exception,), {})
    return made(error["message"])


def _error(data: Any) -> dict[str, Any]:
    """Return an error as `student.Student.describe` makes it, whatever the process sent."""
    data = data if isinstance(data, dict) else {}
    line = data.get("line")
    error = {name: str(data.get(name, ""))[:2000] for name in ("type", "message", "text")}
    error["type"] = error["type"] if error["type"].isidentifier() else "Error"
    named = {"name": str(data["name"])[:200]} if "name" in data else {}
    return {**error, "line": line if isinstance(line, int) else 0, **named}


class Examiner:
    """Runs one submission: the cells in the student's process, the tests here."""

    def __init__(self, remote: Remote, events: Callable[[dict[str, Any]], None]) -> None:
        self.remote = remote
        self.events = events

    def run(self, job: dict[str, Any]) -> None:
        """Go through the cells in their order and send an event for each that matters.

        Args:
            job: `cells`, a list of `{"role": "set-up" | "answer" | "tests", "task", "source"}`, with
                `forbidden` for answers and `functions` for tests, `skip` where a test is not to be run;
                `output`, the characters that a cell may print.

        Events: `{"event": "begin", "task", "phase"}` before a cell;
        `{"event": "ran", "task", "phase", "error", "outputs"}` after a student's cell;
        `{"event": "tested", "task", "passed", "error"}`; `{"event": "lost", "why"}` and nothing more where
        the student's process is lost; `{"event": "end"}`.
        """
        for cell in job["cells"]:
            task, role = cell["task"], cell["role"]
            self.events({"event": "begin", "task": task, "phase": role})
            try:
                if role == "tests":
                    if not cell.get("skip"):
                        self.events({"event": "tested", "task": task, **self.test(cell)})
                else:
                    reply = self.remote.cell(
                        task=task,
                        source=cell["source"],
                        answer=role == "answer",
                        forbidden=cell.get("forbidden", []),
                    )
                    # `student.Outputs` sends less
                    if len(json.dumps(reply["outputs"])) > 8 * job.get("output", 200_000):
                        reply["outputs"] = []
                    self.events({"event": "ran", "task": task, "phase": role, **reply})
            except Lost as lost:
                self.events({"event": "lost", "why": str(lost)})
                return
        self.events({"event": "end"})

    def test(self, cell: dict[str, Any]) -> dict[str, Any]:
        """Run a test cell and return whether it passed, and its error if not."""
        names = {name: self.remote.function(name) for name in cell["functions"]}
        error: dict[str, Any] | None = None
        self.remote.task, self.remote.raised = cell["task"], None
        try:
            code = compile(cell["source"], f"<tests of {cell['task']}>", "exec")
            exec(code, {"__name__": "tests", **names})  # noqa: S102
        except Lost:
            raise
        except Stopped as stopped:
            error = stopped.error
        except BaseException as raised:
            error = {"type": type(raised).__name__, "message": str(raised)[:2000], "line": 0, "text": ""}
            if isinstance(raised, NameError) and raised.name:
                error["name"] = raised.name
            during = self.remote.raised
            if during is not None and isinstance(raised, NotImplementedError):
                error |= {"line": during["line"], "text": during["text"]}
            elif during is not None and isinstance(raised, AssertionError):
                error["during"] = during
            elif during is not None and during["type"] == error["type"]:  # raised there, not caught by `call`
                error |= {"line": during["line"], "text": during["text"]}
        return {"passed": error is None, "error": error}


class ChildPeer:
    """A student's process that this one starts, without a sandbox: the learner's own code on the learner's
    own machine."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        assert self.process.stdin is not None and self.process.stdout is not None  # noqa: S101
        self.requests, self.replies = self.process.stdin, self.process.stdout
        self.timer: threading.Timer | None = None

    def wait(self, seconds: float) -> None:
        if self.timer is not None:
            self.timer.cancel()
        self.timer = threading.Timer(seconds, self.process.kill)
        self.timer.daemon = True
        self.timer.start()

    def cpu(self) -> dict[int, float] | None:
        return cpu_of(self.process.pid)

    def peak(self, begin: bool) -> int | None:
        return peak_of(self.process.pid, begin)


def cpu_of(pid: int) -> dict[int, float] | None:
    """Return the processor seconds of a process and its descendants by their ids, all threads together;
    under 0, of those that have ended and were waited for. `{}` for a process that has ended; None where it
    cannot be known.

    Linux makes a clock id of a process id: see clock_getcpuclockid(3).
    """
    if sys.platform != "linux":
        return None
    spent: dict[int, float] = {}
    try:
        spent[pid] = time.clock_gettime((~pid << 3) | 2)
        spent[0] = sum(map(int, _stat(pid)[13:15])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return {}
    for each in _descendants(pid):
        with contextlib.suppress(OSError):  # it has ended since
            spent[each] = time.clock_gettime((~each << 3) | 2)
    return spent


_begun: dict[int, dict[int, int]] = {}
"""Measurements of memory that have begun: by student's process, bytes by process."""


def peak_of(pid: int, begin: bool) -> int | None:
    """Begin or end a measurement of a process's memory.

    Returns:
        bytes that the process holds (begin), or that it held at most since then, with what its descendants
        took: see proc(5), VmRSS, VmHWM and clear_refs. `HIDDEN` if that cannot be seen for this process;
        None if for none on this system.
    """
    try:
        if begin:
            _reset(pid)
            for each in _descendants(pid):
                with contextlib.suppress(FileNotFoundError, ProcessLookupError, KeyError):
                    memory_of(each)["VmRSS"]  # of one that has ended there is none
                    _reset(each)
            _begun[pid] = _sizes(pid, "VmRSS")
            return _begun[pid][pid]
        before = _begun.pop(pid)
        return before[pid] + sum(
            max(size - before.get(each, 0), 0) for each, size in _sizes(pid, "VmHWM").items()
        )
    except (OSError, KeyError, ValueError):
        try:
            _reset(os.getpid())
        except OSError:
            return None
        return HIDDEN


def _reset(pid: int) -> None:
    with open(f"/proc/{pid}/clear_refs", "w") as file:  # noqa: PTH123
        file.write("5")


def _sizes(pid: int, name: str) -> dict[int, int]:
    """Return the memory of a process and its descendants by id. Of those that have ended it is what they
    touched, by their page faults; under 0, all that were waited for."""
    page = os.sysconf("SC_PAGE_SIZE")
    found = {pid: memory_of(pid)[name], 0: int(_stat(pid)[8]) * page}
    for each in _descendants(pid):
        with contextlib.suppress(OSError):  # it was waited for since
            found[each] = int(_stat(each)[7]) * page
            with contextlib.suppress(KeyError):
                found[each] = memory_of(each)[name]
    return found


def _descendants(pid: int) -> Iterator[int]:
    """Yield the processes that descend from one: see proc(5), children."""
    tasks: list[str] = []
    children = ""
    with contextlib.suppress(OSError):  # each by itself: tasks that come and go hide no others
        tasks = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208
    for task in tasks:
        with contextlib.suppress(OSError):
            children += _read(f"/proc/{pid}/task/{task}/children")
    for child in map(int, children.split()):
        yield child
        yield from _descendants(child)


def memory_of(pid: int) -> dict[str, int]:
    """Return what /proc/PID/status tells in kB, in bytes by name: VmHWM, RssAnon and others."""
    lines = _read(f"/proc/{pid}/status").split("\n")[1:]  # the first holds a name that the process chose
    fields = (line.split() for line in lines if line.endswith(" kB"))
    return {name.rstrip(":"): int(size) * 1024 for name, size, _ in fields}


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the third on, `state`."""
    return _read(f"/proc/{pid}/stat").rpartition(")")[2].split()


def _read(path: str) -> str:
    with open(path, "rb", 0) as file:  # noqa: PTH123  (at every call: pathlib takes three times as long)
        return file.read().decode(errors="replace")


def main() -> None:
    """Run the job that comes on stdin, with a student's process of our own; the events go to stdout."""
    jobs = os.fdopen(os.dup(0), "rb")
    events = os.fdopen(os.dup(1), "wb")
    from roadbook.grading.student import silence

    job, _ = boundary.receive(jobs)
    peer = ChildPeer(job["command"], dict(os.environ))
    silence()
    os.environ["ROADBOOK_SEED"] = str(job["seed"])
    sys.stdout = sys.stderr = io.StringIO()
    try:
        Examiner(Remote(peer, job["seconds"]), lambda event: boundary.send(events, event, [])).run(job)
    finally:
        peer.process.kill()


if __name__ == "__main__":
    main()
