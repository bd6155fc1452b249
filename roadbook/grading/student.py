"""The process in which a student's code runs: `python -m roadbook.grading.student`, or a sandbox's fork.

It reads requests from one file and answers on another (frames of `roadbook.grading.boundary`): run a cell,
call a function, read an attribute. It holds no test, no expected value and no score, so whatever the code
does to it, it can only change what its own functions return. What protects the machine from it is
`roadbook.grading.sandbox`; here are the limits that an honest student needs: on output and on time.
"""

from __future__ import annotations

import contextlib
import io
import linecache
import os
import signal
import sys
import threading
import time
import tracemalloc
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import IO, Any

from roadbook import testing
from roadbook.grading import boundary, forbidden

MESSAGE = 2000  # characters of an error's message that are kept
ITEM = 100  # characters as which an output counts besides its text


class OutputLimit(BaseException):
    """An answer printed or displayed more than any reader wants. Not an `Exception`, so that no
    `except Exception` of the answer hides it."""


class Outputs:
    """The outputs of one cell in nbformat's form, up to a limit."""

    def __init__(self) -> None:
        self.limit = 0
        self.clear()

    def clear(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.left = self.limit

    def take(self, size: int) -> bool:
        """Account for output of this size; say whether it is to be kept.

        Raises:
            OutputLimit: it is more than the limit.
        """
        self.left -= size
        if self.left < 0:
            raise OutputLimit(
                f"Your code printed more than {self.limit // 1000} kB and was stopped: remove print() calls."
            )
        return True

    def stream(self, name: str, text: str) -> None:
        room = max(self.left, 0)
        if text[:room]:
            if self.items and self.items[-1].get("name") == name:
                self.items[-1]["text"].append(text[:room])
            else:
                self.items.append({"output_type": "stream", "name": name, "text": [text[:room]]})
                self.take(ITEM)
        self.take(len(text))

    def display(self, kind: str, data: dict[str, Any]) -> None:
        kept = {mime: value for mime, value in data.items() if isinstance(value, str)}
        self.take(ITEM + sum(map(len, kept.values())))
        item: dict[str, Any] = {"output_type": kind, "data": kept, "metadata": {}}
        self.items.append(item | ({"execution_count": None} if kind == "execute_result" else {}))

    def all(self) -> list[dict[str, Any]]:
        return [item | {"text": "".join(item["text"])} if "text" in item else item for item in self.items]


class _Stream(io.TextIOBase):
    """`sys.stdout` and `sys.stderr`."""

    encoding = "utf-8"

    def __init__(self, outputs: Outputs, name: str) -> None:
        self.outputs, self.stream = outputs, name
        self.buffer = _Bytes(self)

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() expects a str, got {type(text).__name__}")
        self.outputs.stream(self.stream, text)
        return len(text)

    def writable(self) -> bool:
        return True


class _Bytes(io.RawIOBase):
    """`sys.stdout.buffer`."""

    def __init__(self, text: _Stream) -> None:
        self.text = text

    def write(self, data: Any, /) -> int:
        self.text.write(bytes(data).decode("utf-8", "replace"))
        return len(data)

    def writable(self) -> bool:
        return True


def make_shell() -> Any:
    """Return this process's IPython shell, without history, prompts and colours; magics and displays work."""
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    outputs = Outputs()

    class Publisher(DisplayPublisher):
        def publish(self, data: dict[str, Any], *_: Any, **__: Any) -> None:
            outputs.display("display_data", data)

    class Hook(DisplayHook):
        def write_output_prompt(self) -> None: ...
        def finish_displayhook(self) -> None: ...

        def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
            outputs.display("execute_result", format_dict)

    class Shell(InteractiveShell):
        def showtraceback(self, *_: Any, **__: Any) -> None:
            """`Student.describe` describes errors; IPython's own picture costs more than most answers."""

        showsyntaxerror = showtraceback

        def init_virtualenv(self) -> None: ...

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.display_pub_class = Publisher
    config.InteractiveShell.displayhook_class = Hook
    config.InteractiveShell.cache_size = 0
    config.InteractiveShell.colors = "nocolor"
    shell: Any = Shell.instance(config=config, display_pub_class=Publisher, displayhook_class=Hook)
    shell.roadbook_outputs = outputs
    return shell


class Student:
    """Answers the requests of the tests."""

    def __init__(self, shell: Any, output_limit: int) -> None:
        self.shell = shell
        self.outputs: Outputs = shell.roadbook_outputs
        self.outputs.limit = output_limit
        self.kept: list[Any] = []  # objects that the tests hold a handle of
        self.passed: dict[int, list[Any]] = {}  # by call, its arguments, until the tests forget it
        self.written: dict[str, tuple[list[str], int]] = {}
        """By answer as IPython runs it: its lines as written, and how many blank ones IPython drops."""
        self.after: dict[str, dict[str, Any]] = {}
        """By task, the notebook's names as they were after its answer."""
        self.task = ""  # whose names are in place
        self.dropped = 0  # blank lines at the top of the answer that runs
        self.awaited = False
        self.operations = {"cell": self.cell, "call": self.call, "get": self.get, "arguments": self.arguments}
        shell.events.register("pre_run_cell", self._before_cell)

    def serve(self, requests: IO[bytes], replies: IO[bytes]) -> None:
        """Answer requests until the other side goes."""
        sys.stdout, sys.stderr = _Stream(self.outputs, "stdout"), _Stream(self.outputs, "stderr")
        while True:
            try:
                request, blobs = boundary.receive(requests)
            except boundary.ClosedError:
                return
            answer: list[boundary.Blob] = []
            try:
                reply = self.operations[request["op"]](request, blobs, answer)
                boundary.send(replies, {**reply, "number": request["number"]}, answer)
            except Exception as error:  # a value that cannot be sent is the call's result too
                boundary.send(replies, {"error": self.describe(error), "number": request["number"]}, [])

    def cell(
        self, request: dict[str, Any], _blobs: list[boundary.Blob], _answer: list[boundary.Blob]
    ) -> dict[str, Any]:
        """Run a cell and reply with its error, if it had one, and its outputs."""
        self.awaited = request["answer"]
        self.outputs.clear()
        if request["answer"]:
            forbidden.enter(request["task"], request["forbidden"])
        try:
            with time_limit(request["seconds"]):
                result = self.shell.run_cell(request["source"], store_history=False)
            error = result.error_before_exec or result.error_in_exec
        except BaseException as raised:  # by the code, outside IPython's own care: an exit, an output limit
            error = raised
        finally:
            forbidden.leave()
        described = None if error is None else self.describe(error, syntax=request["answer"])
        if request["answer"]:
            self.task = request["task"]
            self.after[self.task] = dict(self.shell.user_ns)
        return {"error": described, "outputs": self.outputs.all()}

    def call(
        self, request: dict[str, Any], blobs: list[boundary.Blob], answer: list[boundary.Blob]
    ) -> dict[str, Any]:
        """Call a function by name, or a kept object, and reply with what came of it.

        All answers are run before the first test, so that none of them can show what a test of another
        passed in; the names are then put back as they were after the task's own answer.
        """
        self.outputs.clear()
        if request["task"] != self.task:
            self.task = request["task"]
            self.shell.user_ns.clear()
            self.shell.user_ns.update(self.after[self.task])
        if "name" in request:
            if request["name"] not in self.shell.user_ns:
                return {"missing": request["name"]}
            function = self.shell.user_ns[request["name"]]
        else:
            function = self.kept[request["object"]]
        args = boundary.decode(request["args"], blobs, self._kept)
        kwargs = boundary.decode(request["kwargs"], blobs, self._kept)
        for call in request["forget"]:
            self.passed.pop(call, None)
        self.passed[request["call"]] = args
        reply: dict[str, Any] = {}
        caught: list[Any] = []
        if request.get("trace"):
            tracemalloc.start()
        began = time.process_time()
        try:
            with time_limit(request["seconds"]), testing.recorded_warnings() as caught:
                value = function(*args, **kwargs)
        except BaseException as error:
            reply["error"] = self.describe(error)
            reply["stop"] = not isinstance(error, Exception)
        else:
            reply["value"] = boundary.encode(value, answer, self._keep)
        reply["warnings"] = [each[:MESSAGE] for each in testing.told(caught)]
        reply["cpu"] = time.process_time() - began
        if request.get("trace"):
            reply["peak"] = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return reply

    def arguments(
        self, request: dict[str, Any], _blobs: list[boundary.Blob], answer: list[boundary.Blob]
    ) -> dict[str, Any]:
        """Reply with the arguments of a call as they are now."""
        return {"value": boundary.encode(self.passed[request["call"]], answer, self._keep)}

    def get(
        self, request: dict[str, Any], _blobs: list[boundary.Blob], answer: list[boundary.Blob]
    ) -> dict[str, Any]:
        """Read an attribute of a kept object."""
        try:
            with time_limit(request["seconds"]):
                value = getattr(self.kept[request["object"]], request["attribute"])
        except BaseException as error:
            return {"error": self.describe(error), "stop": not isinstance(error, Exception)}
        return {"value": boundary.encode(value, answer, self._keep)}

    def _keep(self, value: Any) -> int:
        self.kept.append(value)
        return len(self.kept) - 1

    def _kept(self, number: int, _type: str, _shown: str) -> Any:
        return self.kept[number]

    def _before_cell(self, info: Any) -> None:
        if self.awaited:
            self.awaited = False
            source = getattr(info, "transformed_cell", None)  # Colab's IPython 7 does not tell it
            source = (source or self.shell.transform_cell(info.raw_cell)).strip()
            lines = info.raw_cell.splitlines()
            dropped = next((i for i, line in enumerate(lines) if line.strip()), 0)
            self.written[source] = (lines, dropped)
            self.dropped = dropped

    def describe(self, error: BaseException, syntax: bool = False) -> dict[str, Any]:
        """Put an error in plain data: its type, message, and where in the student's own cell it arose.

        `line` is 0 where no line of an answer had a part in it.
        """
        line, text = self._own_line(error.__traceback__)
        try:
            message = str(error)
        except Exception:
            message = ""
        if isinstance(error, SyntaxError):
            message = str(error.msg)
            if not line and syntax:
                line, text = (error.lineno or 0) + self.dropped, (error.text or "").strip()
        described = {"type": type(error).__name__, "message": message[:MESSAGE], "line": line, "text": text}
        if isinstance(error, NameError) and error.name:
            described["name"] = str(error.name)
        return described

    def _own_line(self, traceback: TracebackType | None) -> tuple[int, str]:
        """Return number and text of the innermost line of the answer cell, `(0, "")` if there is none."""
        found = (0, "")
        while traceback is not None:
            run = "".join(linecache.getlines(traceback.tb_frame.f_code.co_filename)).strip()
            if run and run in self.written:
                lines, dropped = self.written[run]
                number = traceback.tb_lineno + dropped
                found = (number, lines[number - 1].strip() if number <= len(lines) else "")
            traceback = traceback.tb_next
        return found


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise KeyboardInterrupt in the code inside after this time.

    For code that means well, which learns in which line it was. Other code the tests wait for only so long.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if hasattr(signal, "setitimer"):
        previous = signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, previous)
    else:  # Windows
        import _thread

        timer = threading.Timer(seconds, _thread.interrupt_main)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def silence() -> None:
    """Send what C code or a child process writes, past sys.stdout, nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def limit_memory(size: int) -> None:
    """Let this process hold at most so many bytes; only Linux can enforce it.

    RLIMIT_DATA and not RLIMIT_AS: PyTorch reserves address space that it never uses.
    """
    if sys.platform == "linux":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        size = min(size, hard) if hard >= 0 else size
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def main(output_limit: int, memory: int) -> None:
    """Serve over stdin and stdout, as a process without a sandbox."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    student = Student(make_shell(), output_limit)
    silence()  # not before: what fails until here is for the log
    limit_memory(memory)
    student.serve(requests, replies)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
