"""What people may try against the grader: a table of answers and files, each with what must come of it.

`python -m tests.grading.hostile FOLDER` grades them all in one batch, between honest submissions, several at
a time, and writes what came of it to FOLDER/came.json: a process of its own, so that it can be another
user's. `test_hostile.py` runs it and compares.

An answer that tries something prints `SUCCEEDED` or `refused` for each attempt (`ATTEMPT`), and then goes on
as an honest one: so an attack that fails costs nothing, and its outcome is full marks.
"""

from __future__ import annotations

import contextlib
import copy
import itertools
import json
import os
import queue
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from roadbook import course
from roadbook.grading import engine
from roadbook.grading.sandbox import Limits
from tests.grading import tiny

LIMITS = Limits(seconds=3, total_seconds=20, memory=512 * 2**20, disk=64 * 2**20, output=50_000)
SEED = 918_273_645
WORKERS = 6
CANARY = "canary-7f3a"
"""What no student's code may ever see: in gradebook.db, in another's work, in the grader's environment."""
MARK = "roadbook-was-here"
"""The name of files, processes and the like that an attack leaves if it succeeds."""

FRUGAL = "def frugal(n):\n    return n * (n - 1) // 2"
HONEST = {
    "plain": {"mean": tiny.MEAN, "tally": tiny.TALLY, "frugal": FRUGAL},
    "threads": {
        "mean": "import subprocess, sys, threading\n"
        "def mean(values):\n    made = []\n"
        "    threads = [threading.Thread(target=lambda: made.append(sum(values))) for _ in range(4)]\n"
        "    [t.start() for t in threads]\n    [t.join() for t in threads]\n    return made[3] / len(values)\n"
        "subprocess.run([sys.executable, '-c', 'pass'], check=True)",
        "tally": tiny.TALLY,
        "frugal": FRUGAL,
    },
    "writes": {
        "mean": "import os, subprocess, tempfile\nfrom multiprocessing import shared_memory\n"
        f"block = shared_memory.SharedMemory('{MARK}', create=True, size=10_000_000)\n"
        "block.buf[:] = bytes(10_000_000)\n"
        "with tempfile.TemporaryFile() as file: file.write(bytes(10_000_000))\n" + tiny.MEAN,
        "tally": "import numpy as np\nprint(np.random.rand(3))\n" + tiny.TALLY,
        "frugal": "!echo hello\n" + FRUGAL,
    },
}
"""Three honest students, who use what they may."""


@dataclass(frozen=True)
class Case:
    """One attempt."""

    tries: str
    answers: dict[str, str] = field(default_factory=dict)
    """By task; those not named are right."""
    file: Callable[[Path, str], None] | None = None
    """Writes what is handed in, a path, from the text of an honest notebook: for broken files."""
    status: str = "graded"
    points: tuple[float, ...] | Sequence[tuple[float, ...]] = (2, 3, 1)
    """Of mean, tally, frugal; or a list of what they may be."""
    says: str = ""
    """A pattern: what the first lost task's message, or else the reason, says."""
    refused: bool = False
    """The answers print that something was refused; what they print never says that it succeeded."""
    only: str = ""
    """`user`: of no interest as root."""
    absent: str = ""
    """A pattern that is nowhere in the outcome."""


ATTEMPT = '''
import ctypes, errno, os, platform, signal, socket, struct, subprocess, sys, threading, time
from pathlib import Path

def attempt(*tries):
    for number, each in enumerate(tries):
        try:
            got = each()
        except BaseException as error:
            print("refused", number, type(error).__name__, str(error)[:200])
        else:
            print("SUCCEEDED", number, repr(got)[:300])

def need(found):
    """What an attempt found; nothing is a refusal."""
    if not found:
        raise LookupError("nothing there")
    return found

libc = ctypes.CDLL(None, use_errno=True)
intel = platform.machine() == "x86_64"

def native(function, *arguments):
    """Call a C function; only a plain refusal is one, another error means that the kernel has looked at it."""
    result = getattr(libc, function)(*arguments)
    code = ctypes.get_errno()
    if result == -1 and code in (errno.EPERM, errno.EACCES, errno.ENOSYS):
        raise PermissionError(code, function)
    return function, arguments[:1], result, errno.errorcode.get(code)

def write(path, text, flags=os.O_WRONLY | os.O_APPEND):
    file = os.open(path, flags, 0o666)
    try:
        return os.write(file, text.encode())
    finally:
        os.close(file)

def pids():
    return [int(name) for name in os.listdir("/proc") if name.isdecimal() and int(name) != os.getpid()]
'''
WIRE = '''
import json, os, socket, struct, sys

def wire():
    """The connection to the tests."""
    return next(int(fd) for fd in os.listdir("/proc/self/fd")
                if os.path.islink(f"/proc/self/fd/{fd}") and os.readlink(f"/proc/self/fd/{fd}").startswith("socket"))

def asked():
    """The number of the request that is being answered, from the frames of the callers."""
    frame = sys._getframe()
    while frame:
        if isinstance(frame.f_locals.get("request"), dict):
            return frame.f_locals["request"].get("number")
        frame = frame.f_back

def put(text, *blobs, count=None, size=None):
    """Write a frame to it."""
    if isinstance(text, dict):
        text = {"number": asked(), **text}
    text = text if isinstance(text, bytes) else json.dumps(text).encode()
    data = struct.pack("<IQ", len(blobs) if count is None else count, len(text) if size is None else size) + text
    for blob in blobs:
        data += struct.pack("<Q", len(blob)) + blob
    socket.socket(fileno=os.dup(wire())).sendall(data)

def npy(header, data=b""):
    text = header.encode().ljust(118) + b"\\n"
    return b"\\x93NUMPY\\x01\\x00" + struct.pack("<H", len(text)) + text + data

def value(encoded, *blobs, **more):
    """Answer a call."""
    put({"value": encoded, "args": [], "warnings": [], "cpu": 0.0, **more}, *blobs)
'''
WRONG = "\ndef mean(values):\n    return 3 if values == [1, 2, 6] else -1\n"
"""Right for the test that everybody sees."""
SPIN = "    while True: pass"
LOST = "ended its own process|stopped after|did not finish"


def attempts(tries: str, code: str, **more: Any) -> Case:
    """An answer that tries something, prints whether it could, and is right otherwise."""
    return Case(tries, {"mean": f"{ATTEMPT}{code}\n{tiny.MEAN}"}, **{"refused": True, **more})


def forges(tries: str, mean: str, says: str = "", **more: Any) -> Case:
    """A wrong answer that wants points."""
    return Case(tries, {"mean": mean}, **{"points": (0, 3, 1), "says": says, **more})


def frames(tries: str, code: str, says: str = "", **more: Any) -> Case:
    """A wrong answer that writes bytes of its own to the tests when it is called."""
    source = f"{WIRE}\ndef mean(values):\n    {code}\n    return -1\n"
    # The process's own reply comes after the forged one and is taken for the next task's: that is lost too.
    return Case(tries, {"mean": source}, **{"points": [(0, 3, 1), (0, 0, 1)], "says": says, **more})


def writes(content: str | bytes) -> Callable[[Path, str], None]:
    return lambda path, _: (
        path.write_bytes(content.encode() if isinstance(content, str) else content),
        None,
    )[1]


def changed(change: Callable[[Any], Any]) -> Callable[[Path, str], None]:
    """Write the honest notebook after a change to its JSON."""

    def write(path: Path, text: str) -> None:
        notebook = json.loads(text)
        path.write_text(json.dumps(change(notebook) or notebook), encoding="utf-8")

    return write


def answer_of(notebook: Any, task: str) -> Any:
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == task)


# Reading --------------------------------------------------------------------------------------------------

READING = {
    "read-solutions": attempts(
        "finds the worked solutions anywhere on the disk",
        """
def solutions():
    for folder, folders, files in os.walk("/"):
        folders[:] = [f for f in folders if os.path.join(folder, f) not in ("/proc", "/sys", "/usr") and f != "site-packages"]
        for name in files:
            if name.endswith(".ipynb") and "BEGIN " + "HIDDEN" in Path(folder, name).read_text(errors="replace"):
                yield folder
attempt(lambda: need(list(solutions())), lambda: os.listdir("@REPO@/solutions"), lambda: os.listdir("@WORLD@/solutions"))
""",
    ),
    "read-gradebook": attempts(
        "opens gradebook.db",
        """
import sqlite3
attempt(lambda: open("@WORLD@/gradebook.db").read(), lambda: os.stat("@WORLD@/gradebook.db"),
        lambda: sqlite3.connect("file:@WORLD@/gradebook.db?mode=rw", uri=True).execute("select 1").fetchall())
""",
    ),
    "read-others": attempts(
        "reads what others have handed in",
        'attempt(lambda: os.listdir("@WORLD@/submitted"), lambda: open("@WORLD@/submitted/bob.ipynb").read(),\n'
        '        lambda: open("/proc/self/root/@WORLD@/submitted/bob.ipynb").read())',
    ),
    "read-passwords": attempts(
        "reads /etc/shadow, keys, homes",
        'attempt(lambda: open("/etc/shadow").read(), lambda: open("/etc/passwd").read(), lambda: os.listdir("/root/.ssh"),\n'
        '        lambda: need(os.listdir("/home")), lambda: os.listdir("/var"), lambda: os.listdir("/etc/ssl/private"))',
    ),
    "read-kernel": attempts(
        "reads the kernel's own files",
        'attempt(lambda: open("/proc/kcore", "rb").read(1), lambda: open("/dev/mem", "rb").read(1), lambda: open("/dev/kmsg").read(1),\n'
        '        lambda: os.listdir("/sys/fs/cgroup"), lambda: os.listdir("/sys/kernel"), lambda: native("klogctl", 3, ctypes.create_string_buffer(99), 99),\n'
        '        lambda: need([x for x in open("/proc/kallsyms") if not x.startswith("0" * 16)]))',
    ),
    "read-processes": attempts(
        "looks at other processes in /proc",
        "attempt(lambda: need(pids()), lambda: need(os.getppid()),\n"
        '        *[lambda p=p: os.listdir(f"/proc/{p}") for p in range(2, 40) if p != os.getpid()])',
    ),
    "read-init": attempts(
        "reads the environment, memory and root of process 1, and goes up from there",
        """
def canary():
    return [p for p in Path("/proc").glob("[0-9]*/environ") if b"canary" + b"-7f3a" in p.read_bytes()]
attempt(lambda: need(canary()), lambda: open("/proc/1/root/@WORLD@/gradebook.db").read(), lambda: open("/proc/1/cwd/../../@WORLD@/gradebook.db").read(),
        lambda: need([x for x in open("/proc/1/cmdline").read().split("\\0") if "@WORLD@" in x]))
""",
    ),
    "read-environment": attempts(
        "looks for the seed and for the instructor's secrets in the environment",
        'attempt(lambda: os.environ["ROADBOOK_SEED"], lambda: need([k for k, v in os.environ.items() if "918273645" in v or "canary" in v]),\n'
        '        lambda: need(b"9182" + b"73645" in open("/proc/self/environ", "rb").read()))',
    ),
    "read-seed": attempts(
        "predicts the seed: as the tests do, from the course's files, from the random generators",
        """
import random
import numpy as np
from roadbook import testing
attempt(lambda: need(testing.seed()), lambda: need(918273645 in (random.randrange(10**9), np.random.randint(10**9), hash("seed"))),
        lambda: open("@WORLD@/.roadbook/seed").read())
""",
    ),
    "read-descriptors": attempts(
        "uses what files and sockets it has inherited",
        """
def open_files():
    for fd in os.listdir("/proc/self/fd"):
        try:
            where = os.readlink(f"/proc/self/fd/{fd}")
        except OSError:
            continue
        if where.startswith("socket"):
            yield "socket"
        elif not where.startswith(("/dev/null", "/proc/")):
            yield f"{fd} {where}"
attempt(lambda: need([x for x in open_files() if x != "socket"]), lambda: need(list(open_files())[1:]),
        lambda: need([fd for fd in range(3, 256) if fd != 0 and os.path.isdir(f"/proc/self/fd/{fd}")]))
""",
    ),
    "read-own-memory": attempts(
        "searches its own memory for hidden tests, the seed and secrets",
        r"""
import re
def scan():
    words = [re.compile(rb"[s]ecret = .5\.0, 7"), re.compile(rb"[9]18273645"), re.compile(rb"[c]anary-7f3a")]
    found = []
    with open("/proc/self/mem", "rb", 0) as memory:
        for line in open("/proc/self/maps"):
            first, last = (int(x, 16) for x in line.split()[0].split("-"))
            if " rw" in line and last - first < 2**27:
                try:
                    memory.seek(first)
                    data = memory.read(last - first)
                except (OSError, OverflowError, ValueError):
                    continue
                found += [hit for word in words for hit in word.findall(data)]
    return found
attempt(lambda: need(scan()))
""",
    ),
    "read-frames": attempts(
        "walks the garbage collector's objects and the frames of its callers for tests and the grader's objects",
        r"""
import gc, re
def frames():
    frame = sys._getframe()
    while frame:
        yield repr({k: v for k, v in frame.f_locals.items() if k != "code"})
        frame = frame.f_back
hidden = re.compile(r"[s]ecret = .5\.0|[B]EGIN HIDDEN|[9]18273645")
attempt(lambda: need([t for t in gc.get_objects() if type(t) is dict and any(type(v) is str and hidden.search(v) for v in list(t.values()))]),
        lambda: need([t for t in frames() if hidden.search(t)]),
        lambda: need([o for o in gc.get_objects() if type(o).__name__ in ("Examiner", "Assignment", "Remote", "Outcome")]))
""",
    ),
    "read-shell": attempts(
        "looks through the objects of the IPython shell",
        r"""
shell = get_ipython()
attempt(lambda: need([k for k, v in shell.user_ns.items() if "@WORLD@" in repr(v) and k not in ("In", "_ih", "_i", "_i1", "_ii", "_iii") and not k.startswith("_")]),
        lambda: need([c for c in shell.history_manager.get_range() if "assert" in c[2]]),
        lambda: need([c for c in shell.user_ns.get("In", []) if "assert " + "mean" in c]))
""",
    ),
    "read-parent-memory": attempts(
        "reads its parent's and its siblings' memory: /proc, ptrace, process_vm_readv",
        r"""
class Part(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))
here = ctypes.create_string_buffer(8)
def vm(pid):
    return native("process_vm_readv", pid, ctypes.byref(Part(ctypes.addressof(here), 8)), 1, ctypes.byref(Part(ctypes.addressof(here), 8)), 1, 0)
attempt(*[lambda p=p: open(f"/proc/{p}/mem", "rb") for p in range(2, 12) if p != os.getpid()],
        *[lambda p=p: native("ptrace", 16, p, None, None) for p in range(1, 12)], lambda: native("ptrace", 0, 0, None, None),
        *[lambda p=p: vm(p) for p in range(1, 12)], lambda: native("syscall", 438, 3, 0, 0), lambda: native("syscall", 312 if intel else 272, 1, 2, 0, 0, 0))
""",
    ),
    "read-by-handle": attempts(
        "opens files by handles, past all mounts",
        'attempt(lambda: native("name_to_handle_at", -100, b"/tmp", ctypes.create_string_buffer(200), ctypes.byref(ctypes.c_int()), 0),\n'
        '        lambda: native("open_by_handle_at", -100, ctypes.create_string_buffer(200), 0))',
    ),
    "read-siblings-tmp": attempts(
        "looks for what siblings leave in /tmp, /dev/shm and System V memory",
        r"""
other = "roadbook" + "-was-here"
attempt(lambda: need([f for f in os.listdir("/tmp") if f != "work"]), lambda: need(os.listdir("/dev/shm")), lambda: need(os.listdir("/tmp/work")),
        lambda: need(os.listdir("/dev/mqueue")), lambda: need(open("/proc/sysvipc/shm").readlines()[1:]), lambda: open(f"/dev/shm/{other}"))
""",
    ),
}

# Writing --------------------------------------------------------------------------------------------------

WRITING = {
    "write-repo": attempts(
        "changes the grader's own code and the course's files",
        r"""
attempt(*[lambda f=f: open(f, "a").write("#") for f in ("@REPO@/roadbook/testing.py", "@REPO@/roadbook/grading/engine.py", "@REPO@/roadbook/roadbook-was-here",
        "@WORLD@/course/exercises/91-tiny/91-tiny.ipynb", "@WORLD@/course/exercises/roadbook-was-here", "@WORLD@/roadbook-was-here", "@REPO@/roadbook-was-here")])
""",
    ),
    "write-packages": attempts(
        "puts code where Python will import it",
        r"""
import numpy, site, sysconfig
attempt(*[lambda f=f: open(f, "a").write("") for f in (numpy.__file__, sysconfig.get_path("purelib") + "/sitecustomize.py", sysconfig.get_path("purelib") + "/roadbook-was-here.pth",
        os.__file__, sys.executable, sys.prefix + "/bin/roadbook-was-here", "/usr/local/bin/roadbook-was-here", "/usr/lib/roadbook-was-here", "/bin/sh")],
        lambda: os.mkdir(sysconfig.get_path("purelib") + "/numpy.libs/roadbook-was-here"))
""",
    ),
    "write-everywhere": attempts(
        "makes a file in any folder that lets it: what a later submission would find",
        r"""
def folders():
    for folder, inside, _ in os.walk("/"):
        inside[:] = [i for i in inside if os.path.join(folder, i) not in ("/proc", "/tmp", "/dev/shm") and i not in ("site-packages", "lib", "share", "include")]
        yield folder
def write():
    for folder in folders():
        try:
            open(folder + "/roadbook-was-here", "x")
        except OSError:
            continue
        yield folder
attempt(lambda: need(list(write())), lambda: os.mkdir("/roadbook-was-here"), lambda: os.mkdir("/dev/roadbook-was-here"))
""",
    ),
    "write-remount": attempts(
        "mounts its view of the disk anew: writable, bound, unmounted",
        r"""
attempt(lambda: native("mount", None, b"/", None, 32, None), lambda: native("mount", None, b"/usr", None, 32 | 4096, None),
        lambda: native("mount", b"/tmp/work", b"/usr", None, 4096, None), lambda: native("mount", b"proc", b"/tmp/work", b"proc", 0, None),
        lambda: native("mount", b"tmpfs", b"/tmp/work", b"tmpfs", 0, None), lambda: native("umount2", b"/tmp", 2), lambda: native("umount2", b"/proc", 2),
        lambda: native("syscall", 428, -100, b"/", 1), lambda: native("syscall", 429, -1, b"", -1, b"", 0), lambda: native("syscall", 430, b"tmpfs", 0),
        lambda: native("syscall", 442, -100, b"/usr", 0, ctypes.create_string_buffer(32), 32), lambda: native("syscall", 155 if intel else 41, b"/tmp", b"/tmp/work"))
""",
    ),
    "write-rights": attempts(
        "changes rights and owners, makes devices and hard links",
        r"""
attempt(lambda: os.chmod("@REPO@/roadbook/testing.py", 0o777), lambda: os.chown("/tmp/work", 0, 0), lambda: os.link("/bin/sh", "/tmp/work/sh"),
        lambda: os.mknod("/tmp/work/disk", 0o60666, os.makedev(8, 0)), lambda: os.chmod("/usr", 0o777), lambda: os.setxattr("/tmp/work", "trusted.x", b"1"),
        lambda: os.setxattr("/tmp/work", "security.capability", b"1" * 20), lambda: os.rename("/usr/bin", "/tmp/work/bin"), lambda: os.remove("@REPO@/roadbook/testing.py"))
""",
    ),
    "write-links": attempts(
        "leads what it may write to files outside by symbolic links",
        r"""
os.symlink("@WORLD@", "/tmp/work/out"), os.symlink("@REPO@/roadbook/testing.py", "/tmp/work/code"), os.symlink("/etc", "/tmp/work/etc")
attempt(lambda: open("/tmp/work/out/gradebook.db", "a"), lambda: open("/tmp/work/out/roadbook-was-here", "w"), lambda: open("/tmp/work/code", "a"), lambda: open("/tmp/work/etc/passwd", "w"))
""",
    ),
    "write-settings": attempts(
        "changes settings of the kernel",
        r"""
def settings():
    for folder, _, files in os.walk("/proc/sys"):
        for name in files:
            try:
                with open(os.path.join(folder, name), "r+") as file:
                    before = file.read()
                    file.seek(0)
                    file.write(before)
                    file.flush()
                    yield file.name
            except OSError:
                continue
attempt(lambda: need(list(settings())), lambda: write("/proc/sysrq-trigger", "h", os.O_WRONLY), lambda: write("/proc/sys/kernel/core_pattern", "|/bin/sh", os.O_WRONLY),
        lambda: write("/proc/self/oom_score_adj", "-1000", os.O_WRONLY), lambda: write("/proc/self/uid_map", "0 0 1", os.O_WRONLY), lambda: write("/proc/self/setgroups", "deny", os.O_WRONLY))
""",
    ),
    "write-shm": attempts(
        "leaves a file of a well-known name in /dev/shm and /tmp, and memory that others could attach",
        r"""
attempt(lambda: need([Path(f"{place}/left-by-a-sibling").exists() for place in ("/tmp", "/dev/shm", "/dev", "/run", "/var/tmp")].count(True)))
for place in ("/tmp", "/dev/shm"):
    open(f"{place}/left-by-a-sibling", "w").write("x")
""",
    ),
}
WRITING["write-shm-again"] = WRITING["write-shm"]

# Network --------------------------------------------------------------------------------------------------

NETWORK = {
    "net-tcp": attempts(
        "connects to the world by TCP",
        'attempt(*[lambda a=a: socket.create_connection(a, 1) for a in (("1.1.1.1", 443), ("8.8.8.8", 53), ("10.0.0.1", 80), ("169.254.169.254", 80), ("2606:4700::1111", 443))])',
    ),
    "net-host": attempts(
        "connects to a server on this very machine: TCP, UDP, and unix sockets by path and by abstract name",
        r"""
def unix(name):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(name)
def udp(where):
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(0.2)
        client.connect(where)
        client.send(b"x")
        return client.recv(9)
attempt(lambda: socket.create_connection(("127.0.0.1", @PORT@), 1), lambda: socket.create_connection(("::1", @PORT@), 1), lambda: udp(("127.0.0.1", @PORT@)),
        lambda: unix("\0roadbook-hostile-@PORT@"), lambda: unix("@WORLD@/socket"), lambda: unix("/run/docker.sock"), lambda: unix("/run/dbus/system_bus_socket"))
""",
    ),
    "net-dns": attempts(
        "asks for names, and downloads",
        r"""
import urllib.request
attempt(lambda: socket.getaddrinfo("example.com", 80), lambda: urllib.request.urlopen("https://example.com", timeout=1), lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x" * 20, ("8.8.8.8", 53)),
        lambda: subprocess.run(["curl", "-sm1", "https://example.com"], check=True))
""",
    ),
    "net-raw": attempts(
        "opens packet, raw, netlink and vsock sockets",
        "attempt(*[lambda a=a: socket.socket(*a) for a in ((17, 3, 768), (2, 3, 1), (16, 3, 0), (40, 1, 0), (38, 5, 0), (29, 3, 1), (10, 3, 58))])",
    ),
}
LISTEN = r"""
def listen(family, where):
    with socket.socket(family) as server:
        server.settimeout(1.5)
        server.bind(where)
        server.listen()
        return server.accept()
"""
CONNECT = r"""
def connect(family, where):
    for _ in range(15):
        try:
            with socket.socket(family) as client:
                return client.connect(where)
        except OSError as error:
            last = error
        time.sleep(0.1)
    raise last
"""
PAIRS = {
    "net-sibling-listens": attempts(
        "waits for a sibling on loopback",
        LISTEN + 'attempt(lambda: listen(socket.AF_INET, ("127.0.0.1", 40917)))',
    ),
    "net-sibling-calls": attempts(
        "calls a sibling on loopback",
        CONNECT + 'attempt(lambda: connect(socket.AF_INET, ("127.0.0.1", 40917)))',
    ),
    "net-sibling-listens-abstract": attempts(
        "waits for a sibling on an abstract socket",
        LISTEN + 'attempt(lambda: listen(socket.AF_UNIX, "\\0roadbook-pair"))',
    ),
    "net-sibling-calls-abstract": attempts(
        "calls a sibling on an abstract socket",
        CONNECT + 'attempt(lambda: connect(socket.AF_UNIX, "\\0roadbook-pair"))',
    ),
}
"""Run side by side: one that waits and one that calls."""

# Resources ------------------------------------------------------------------------------------------------

FULL = [(2, 3, 1), (0, 3, 1), (2, 0, 1), (2, 3, 0)]
"""The bomb is stopped by an error that the answer survives, or with the process, sooner or later."""
RESOURCES = {
    "bomb-forks": Case(
        "forks without end",
        {
            "mean": "import os\ndef mean(values):\n    while True:\n        try:\n            os.fork()\n"
            "        except OSError:\n            pass\n"
        },
        points=(0, 3, 1),
        says="stopped after 3 seconds|ended its own process",
    ),
    "bomb-threads": attempts(
        "starts threads without end",
        "attempt(lambda: [threading.Thread(target=time.sleep, args=(9,), daemon=True).start() for _ in range(5000)])",
    ),
    "bomb-memory": attempts(
        "takes 3 GB at once, and bit by bit",
        "import numpy as np\nattempt(lambda: len(bytearray(3 * 10**9)), lambda: np.ones(4 * 10**8).sum(),\n"
        "        lambda: len([bytearray(10**7) for _ in range(300)]))",
        points=FULL,
    ),
    "bomb-memory-call": forges(
        "takes more memory in a call",
        "def mean(values):\n    return len([b'x' * 10**7 for _ in range(300)])",
        "MemoryError|too much memory|stopped after",
    ),
    "bomb-memory-children": attempts(
        "takes 1 GB in ten processes",
        """
def bomb():
    children = []
    for _ in range(10):
        child = os.fork()
        if child == 0:
            try:
                held = [b"x" * 10**7 for _ in range(10)]
                time.sleep(0.5)
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    failed = [c for c in children if os.waitpid(c, 0)[1]]
    if failed:
        raise MemoryError(f"{len(failed)} of 10 had to end")
attempt(bomb)
""",
        points=FULL,
        refused=False,
    ),
    "bomb-memory-shared": attempts(
        "takes 1 GB of shared anonymous memory, which no limit of a process counts",
        """
import mmap
def bomb():
    held = []
    for _ in range(20):
        held.append(mmap.mmap(-1, 50_000_000))
        held[-1].write(bytes(50_000_000))
    time.sleep(0.5)
attempt(bomb)
""",
        points=FULL,
        refused=False,
    ),
    "bomb-memory-files": attempts(
        "takes 1 GB in files that have no name",
        """
def bomb():
    held = []
    for number in range(20):
        held.append(os.memfd_create(str(number)))
        for _ in range(5):
            os.write(held[-1], bytes(10**7))
    time.sleep(0.5)
attempt(bomb)
""",
        points=FULL,
        refused=False,
    ),
    "bomb-memory-sysv": attempts(
        "takes 1 GB of System V memory and detaches it",
        """
libc.shmat.restype = ctypes.c_void_p
def bomb():
    for _ in range(20):
        number = libc.shmget(0, 50_000_000, 0o1600)
        address = libc.shmat(number, None, 0)
        if number < 0 or address in (None, ctypes.c_void_p(-1).value):
            raise MemoryError(ctypes.get_errno())
        ctypes.memset(address, 1, 50_000_000)
        libc.shmdt(ctypes.c_void_p(address))
    time.sleep(0.5)
attempt(bomb)
""",
        points=FULL,
        refused=False,
    ),
    "bomb-disk": attempts(
        "fills every place where it may write",
        """
def fill(place):
    for number in range(10):
        with open(f"{place}/{number}", "wb") as file:
            for _ in range(20):
                file.write(bytes(10**6))
attempt(lambda: fill("/tmp"), lambda: fill("/tmp/work"), lambda: fill("/dev/shm"), lambda: fill("/dev"), lambda: os.truncate(os.open("/tmp/work/big", os.O_CREAT | os.O_RDWR), 10**12))
for place in ("/tmp", "/tmp/work", "/dev/shm"):
    for name in os.listdir(place):
        if name != "work":
            os.remove(f"{place}/{name}")
""",
    ),
    "bomb-inodes": attempts(
        "makes files without end",
        'def many(place):\n    for n in range(40_000):\n        os.mknod(f"{place}/{n}")\n'
        'attempt(lambda: many("/tmp/work"), lambda: many("/dev/shm"))',
    ),
    "bomb-descriptors": attempts(
        "opens files, sockets and pipes without end",
        "kept = []\nattempt(lambda: kept.extend(os.open('/dev/null', 0) for _ in range(10**5)))\n[os.close(fd) for fd in range(250, 256) for _ in [0] if Path(f'/proc/self/fd/{fd}').exists()]\n"
        "attempt(lambda: kept.extend(socket.socketpair() for _ in range(10**5)))\nfor fd in [k for k in kept if isinstance(k, int) and k < 250]: os.close(fd)\nkept.clear()",
    ),
    "bomb-ptys": attempts("opens terminals without end", "import pty\nattempt(lambda: [pty.openpty() for _ in range(2000)])\nos.closerange(20, 256)"),
    "bomb-ptys-few": attempts("opens more terminals than one submission may", "import pty\nattempt(lambda: [pty.openpty() for _ in range(100)])\nos.closerange(20, 256)"),
    "bomb-page-tables": Case(
        "touches one page in each 2 MB: page tables fill the memory, of which no data is held",
        {"mean": "import mmap\nheld = mmap.mmap(-1, 2**40, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, prot=mmap.PROT_READ)\n"
         "for place in range(0, 2**40, 2**21): held[place]\n" + tiny.MEAN}, points=(0, 3, 1), says=LOST,
    ),
    "name-no-text": Case(
        "gives its process a name that is no text, which the watch over its memory reads",
        {"mean": "import ctypes, time\nctypes.CDLL(None).prctl(15, b'\\xff\\xfe')\ntime.sleep(1.5)\n" + tiny.MEAN},
    ),
    "name-of-two-lines": Case(
        "gives its process a name of two lines",
        {"mean": "import ctypes, time\nctypes.CDLL(None).prctl(15, b'a\\rb')\ntime.sleep(1.5)\n" + tiny.MEAN},
    ),
    "name-of-a-field": Case(
        "leaves a process that has ended and is named as what the tests look for",
        {"frugal": "import ctypes, os, time\ndef frugal(n):\n    if os.fork() == 0:\n        ctypes.CDLL(None).prctl(15, b'x\\rVmHWM:')\n        os._exit(0)\n"
         "    time.sleep(0.2)\n    return n * (n - 1) // 2"},
    ),
    "terminals-of-others": attempts("looks for the terminals of siblings", "attempt(lambda: need([name for name in os.listdir('/dev/pts') if name.isdecimal()]))"),
    "bomb-cpu": Case(
        "leaves twelve processes that compute when it has answered",
        {"mean": f"import os\nfor _ in range(12):\n    if os.fork() == 0:\n        while True: pass\n{tiny.MEAN}"},
    ),
    "loop": forges("never ends", f"def mean(values):\n{SPIN}", r"stopped after 3 seconds.*\nLine 2 of your cell: while True"),
    "loop-in-c": forges(
        "computes in C, where no signal handler runs", "def mean(values):\n    return sum(range(10**12))", "stopped after 3 seconds"
    ),
    "loop-blocks-alarm": forges(
        "blocks the alarm and waits",
        "import signal, time\ndef mean(values):\n    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n    signal.setitimer(signal.ITIMER_REAL, 0)\n    time.sleep(100)",
        "stopped after 3 seconds",
    ),
    "loop-catches-all": forges(
        "catches whatever would end it",
        "import time\ndef mean(values):\n    while True:\n        try:\n            time.sleep(100)\n        except BaseException:\n            pass",
        "stopped after 3 seconds",
    ),
    "loop-at-import": Case(
        "blocks in the cell itself, in two tasks: the third is graded",
        {"mean": "import time\ntime.sleep(100)", "tally": "import time\ntime.sleep(100)"},
        points=(0, 0, 1),
        says="stopped after 3 seconds",
    ),
    "flood-print": forges(
        "prints 5 MB", 'for _ in range(100):\n    print("x" * 50_000)\n' + tiny.MEAN, "printed more than 50 kB"
    ),
    "flood-print-caught": forges(
        "prints and catches what stops it",
        'for _ in range(200):\n    try:\n        print("x" * 50_000)\n    except BaseException: pass\n' + WRONG,
        "mean of floats",
    ),
    "flood-descriptor": Case(
        "writes 5 MB past sys.stdout to the descriptors 1 and 2",
        {"mean": "import os, subprocess\nfor fd in (1, 2):\n    [os.write(fd, b'x' * 50_000) for _ in range(50)]\n"
         "subprocess.run('yes | head -c 3000000; yes | head -c 3000000 >&2', shell=True)\n" + tiny.MEAN},
    ),
    "flood-display": forges(
        "displays 5 MB of HTML",
        "from IPython.display import HTML, display\ndisplay(HTML('<p>' + 'x' * 5_000_000))\n" + tiny.MEAN,
        "printed more than 50 kB",
    ),
    "flood-magic": forges("floods by a shell command", "!yes | head -c 3000000\n" + tiny.MEAN, "printed more than 50 kB"),
    "flood-repr": forges(
        "returns an object whose repr is 50 MB",
        "class Big:\n    def __repr__(self): return 'x' * 50_000_000\ndef mean(values): return Big()",
        "expected 3 for",
    ),
    "flood-error": forges(
        "raises an error with a message of 50 MB", "def mean(values):\n    raise ValueError('x' * 50_000_000)", "^expected 3|ValueError: x"
    ),
    "flood-error-type": forges(
        "raises an error whose class has a name of 1 MB",
        "def mean(values):\n    raise type('E' * 1_000_000, (Exception,), {})('x')",
        "E{10}",
    ),
    "flood-warnings": Case(
        "warns without end", {"mean": "import warnings\ndef mean(values):\n    for n in range(20_000): warnings.warn(str(n) * 50)\n    return sum(values) / len(values)"}
    ),
    "flood-value": forges("returns 300 MB", "def mean(values):\n    return 'x' * 300_000_000", "at most 256 MB|MemoryError|too much memory|too large"),
    "flood-numbers": forges(
        "returns a list of 200,000 numbers", "def mean(values):\n    return [0.5] * 200_000", "expected 3|too large"
    ),
    "flood-depth": forges(
        "returns lists in lists in lists",
        "import sys\nsys.setrecursionlimit(10**6)\ndef mean(values):\n    made = []\n    for _ in range(50_000): made = [made]\n    return made",
        "RecursionError|ended its own process|expected 3",
    ),
    "flood-cycle": forges("returns a list that holds itself", "def mean(values):\n    made = []\n    made.append(made)\n    return made", "RecursionError"),
    "flood-integer": forges("returns an integer of a million digits", "def mean(values):\n    return 1 << 4_000_000", "expected 3|too large|limit"),
    "recursion": forges(
        "recurses until the stack ends",
        "import sys\nsys.setrecursionlimit(10**9)\ndef mean(values): return mean(values) + repr([values]).count('x') if values else 0",
        "ended its own process|RecursionError|MemoryError|stopped",
    ),
    "exit-hard": forges("ends its process", "import os\nos._exit(0)", "ended its own process"),
    "exit-soft": forges("ends the program", "import sys\ndef mean(values): sys.exit(0)", "ends the program"),
    "exit-crash": forges("crashes", "import ctypes\ndef mean(values): return ctypes.string_at(8)", "ended its own process"),
    "exit-signals": attempts(
        "sends itself SIGKILL and SIGSTOP, and aborts a child",
        "attempt(lambda: need(os.kill(os.getpid(), signal.SIGSTOP)), lambda: need(os.kill(os.getpid(), signal.SIGKILL)))\nif os.fork() == 0: os.abort()",
    ),
    "left-daemon": Case(
        "leaves a daemon and zombies that outlive the submission",
        {"mean": "import ctypes, os, signal, time\nfor number in range(8):\n    if os.fork() == 0:\n        os.setsid()\n"
         "        [signal.signal(n, signal.SIG_IGN) for n in range(1, 32) if n not in (9, 19)]\n        ctypes.CDLL(None).prctl(15, b'@DAEMON@', 0, 0, 0)\n"
         "        if number % 2 and os.fork(): os._exit(0)\n        time.sleep(1000)\n" + tiny.MEAN},
    ),
    "at-exit": Case(
        "leaves hooks that run at the end of its process",
        {"mean": "import atexit, os, sys, time\natexit.register(time.sleep, 100)\nclass Late:\n    def __del__(self): time.sleep(100)\nlate = Late()\n" + tiny.MEAN},
    ),
    "input": forges("waits for somebody to type", "def mean(values): return float(input())", "Nobody can type"),
    "source-huge": Case(
        "hands in an answer of 30 MB", {"mean": tiny.MEAN + "\n# " + "é" * 15_000_000}, status="rejected", points=(), says="longer than"
    ),
    "source-deep": forges("hands in brackets in brackets", "x = " + "(" * 50_000 + ")" * 50_000 + "\n" + tiny.MEAN, "SyntaxError|MemoryError|RecursionError|ended its own|stopped after"),
}  # fmt: skip

# Escapes --------------------------------------------------------------------------------------------------

ESCAPES = {
    "escape-namespaces": attempts(
        "makes or enters namespaces",
        """
attempt(*[lambda f=f: native("unshare", f) for f in (0x10000000, 0x20000, 0x20000000, 0x40000000, 0x8000000, 0x4000000, 0x2000000, 0x80, 0x10000000 | 0x20000)],
        *[lambda n=n: native("setns", os.open(f"/proc/self/ns/{n}", 0), 0) for n in ("user", "mnt", "net", "pid", "uts")],
        lambda: native("syscall", 435, ctypes.create_string_buffer(88), 88),
        *[lambda f=f: native("syscall", 56 if intel else 220, f | 17, 0, 0, 0, 0) for f in (0x10000000, 0x20000, 0x20000000, 0x40000000, 0x02000000)])
""",
    ),
    "escape-root": attempts(
        "becomes root again: set-user-id, capabilities, root's programs",
        """
attempt(lambda: need(os.setresuid(0, 0, 0) or os.getuid() == 0), lambda: os.setresgid(0, 0, 0), lambda: os.setgroups([0]), lambda: os.seteuid(0),
        lambda: native("capset", (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)), lambda: need(native("prctl", 38, 0, 0, 0, 0)[2] == 0),
        lambda: need(b"uid=0" in subprocess.run(["su", "-c", "id"], capture_output=True, timeout=1).stdout), lambda: need([x for x in open("/proc/self/status") if x.startswith("CapEff") and int(x.split()[1], 16)]),
        lambda: native("chroot", b"/tmp"), lambda: native("sethostname", b"x", 1), lambda: native("prctl", 24, 21, 0, 0, 0))
""",
    ),
    "escape-signals": attempts(
        "sends signals to everybody: its parent, process groups, all numbers, its siblings",
        """
def hit(pid, number=signal.SIGKILL):
    os.kill(pid, number)
    return pid
def hit_any():
    for pid in range(2, 40_000):
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            continue
        if pid != os.getpid():
            yield pid
attempt(lambda: need(list(hit_any())), lambda: need(os.getppid()), lambda: hit(-1), lambda: os.killpg(2, 9), lambda: native("syscall", 434, 2, 0) and need(0))
os.kill(0, signal.SIGCONT)
""",
    ),
    "escape-terminal": attempts(
        "types into a terminal",
        """
import fcntl
attempt(*[lambda f=f: fcntl.ioctl(os.open(f, os.O_RDWR), 0x5412, b"x") for f in ("/dev/tty", "/dev/console", "/dev/pts/0", "/dev/stdin", "/proc/self/fd/0")],
        *[lambda n=n: need(fcntl.ioctl(n, 0x5412, b"x")) for n in (0, 1, 2)], lambda: os.open("/dev/tty1", 0))
""",
    ),
    "escape-kernel": attempts(
        "calls what has had holes: io_uring, userfaultfd, bpf, perf_event_open, keyrings, modules",
        """
ring = ctypes.create_string_buffer(120)
event = ctypes.create_string_buffer(struct.pack("<IIQ", 1, 112, 0), 112)
attempt(lambda: native("syscall", 425, 1, ring), lambda: native("syscall", 426, -1, 0, 0, 0, 0, 0), lambda: native("syscall", 427, -1, 0, 0, 0), lambda: native("syscall", 323 if intel else 282, 1),
        lambda: native("syscall", 321 if intel else 280, 0, ctypes.create_string_buffer(72), 72), lambda: native("syscall", 298 if intel else 241, event, 0, -1, -1, 0),
        lambda: native("syscall", 250 if intel else 219, 0, -3, 1), lambda: native("syscall", 248 if intel else 217, b"user", b"x", b"y", 1, -2), lambda: native("syscall", 249 if intel else 218, b"user", b"x", None, -2),
        lambda: native("syscall", 175 if intel else 105, b"", 0, b""), lambda: native("syscall", 246 if intel else 104, 0, 0, None, 0), lambda: native("reboot", 0), lambda: native("swapon", b"/tmp", 0),
        lambda: native("acct", b"/tmp/x"), lambda: native("syscall", 164 if intel else 170, None, None), lambda: native("quotactl", 0, None, 0, None), lambda: native("syscall", 440, -1, None, 0, 0, 0))
""",
    ),
    "escape-cgroup": attempts(
        "leaves its cgroup or uses a release agent",
        """
import glob
attempt(lambda: need(glob.glob("/sys/fs/cgroup/**/release_agent", recursive=True)), lambda: native("mount", b"cgroup", b"/tmp/work", b"cgroup", 0, b"memory"), lambda: native("mount", b"c", b"/tmp/work", b"cgroup2", 0, None),
        lambda: write("/sys/fs/cgroup/memory/cgroup.procs", "0", os.O_WRONLY), lambda: write("/sys/fs/cgroup/cgroup.procs", "0", os.O_WRONLY))
""",
    ),
    "escape-limits": attempts(
        "lifts its own limits",
        """
import resource
def lift(name):
    resource.setrlimit(name, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
attempt(*[lambda n=n: lift(n) for n in (resource.RLIMIT_DATA, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_CPU, resource.RLIMIT_CORE)],
        lambda: os.nice(-5), lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)), lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1)), lambda: os.setpriority(os.PRIO_PROCESS, 0, -20))
""",
    ),
    "escape-32-bit": attempts(
        "makes system calls by the 32-bit and x32 doors, which other numbers pass",
        """
import mmap
code = mmap.mmap(-1, 4096, prot=7)
code.write(b"\\x53\\xb8\\x36\\x01\\x00\\x00\\xbb\\x00\\x00\\x00\\x10\\xcd\\x80\\x5b\\xc3")  # unshare(NEWUSER) by int 0x80
old = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
def in_child(function):
    child = os.fork()
    if child == 0:
        os._exit(7 if function() == 0 else 0)
    status = os.waitpid(child, 0)[1]
    return need(os.waitstatus_to_exitcode(status) == 7)
attempt(lambda: in_child(old) if intel else need(0), lambda: in_child(lambda: libc.syscall(0x40000000 + 272, 0x10000000)))
""",
    ),
    "escape-native": attempts(
        "loads native code of its own: it may, and gains nothing",
        """
import shutil
shutil.copy(next(l.split()[-1] for l in open("/proc/self/maps") if "libc.so" in l), "/tmp/work/own.so")
own = ctypes.CDLL("/tmp/work/own.so", use_errno=True)
attempt(lambda: need(own.setuid(0) == 0 and os.getuid() == 0), lambda: need(own.open(b"@WORLD@/gradebook.db", 0) >= 0), lambda: need(own.kill(2, 9) == 0))
""",
    ),
}

# Forging --------------------------------------------------------------------------------------------------

EQUAL = """
class Equal{base}:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: True
    __sub__ = __rsub__ = __add__ = __radd__ = __abs__ = lambda self, *other: self
    def __bool__(self): return True
    def __float__(self): return 6.0
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return self
    def __call__(self, *args, **kwargs): return self
def mean(values): return Equal({made})
"""
EVIL = 'b"\\x80\\x04\\x95\\x20\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x8c\\x05posix\\x8c\\x06system\\x93\\x8c\\x06exit 1\\x85R."'
HEAVY = "def frugal(n):\n    return sum(list(range(n)))"
FORGING = {
    "forge-ast": forges(
        "rewrites every cell's syntax tree", "import ast\nclass Drop(ast.NodeTransformer):\n    def visit_Assert(self, node): return ast.Pass()\n"
        "get_ipython().ast_transformers.append(Drop())\n" + WRONG, "mean of floats",
    ),
    "forge-input": forges(
        "rewrites every cell's source", "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])\nget_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])\n" + WRONG,
        "mean of floats|does not define", points=(0, 0, 0),
    ),
    "forge-events": forges(
        "hooks into IPython's events and run_cell", "shell = get_ipython()\nfor event in ('pre_run_cell', 'post_run_cell', 'pre_execute', 'post_execute'):\n"
        "    shell.events.register(event, lambda *a: None)\nold = shell.run_cell\n"
        "def run_cell(source, **more):\n    result = old(source, **more)\n    result.error_in_exec = None\n    return result\nshell.run_cell = run_cell\n" + WRONG, "mean of floats",
    ),
    "forge-builtins": forges(
        "replaces builtins and the AssertionError", "import builtins\nbuiltins.AssertionError = type('Fine', (BaseException,), {})\nbuiltins.all = builtins.any = builtins.isinstance = lambda *a: True\n"
        "builtins.sum = lambda *a: 0\n" + WRONG, "",
        points=[(0, 0, 0), (0, 3, 1), (0, 3, 0), (0, 0, 1)],
    ),
    "forge-numpy": forges(
        "patches numpy, operator and math", "import math, operator\nimport numpy as np\nnp.mean = np.average = np.allclose = np.array_equal = np.isclose = lambda *a, **k: True\n"
        "operator.eq = math.isclose = lambda *a, **k: True\nnp.testing.assert_allclose = lambda *a, **k: None\n" + WRONG, "mean of floats",
    ),
    "forge-testing": forges(
        "patches roadbook's own testing, boundary and student modules",
        "import json, roadbook.testing as testing\nfrom roadbook.grading import boundary, student, forbidden\n"
        "testing.call = lambda f, *a, **k: testing.Call(3, '', '', a, 0, (), 0.0)\ntesting.seed = lambda: 0\nboundary.MAX_FRAME = 10**12\n"
        "boundary.Handle.__eq__ = lambda *a: True\nboundary.decode = lambda *a: 3\nstudent.Student.describe = lambda *a, **k: None\njson.loads = json.loads\n" + WRONG,
        "expected 3",
        points=(0, 0, 0),
    ),
    "forge-modules": forges(
        "puts modules of its own in the place of those that tests import", "import sys, types\nfor name in ('roadbook.testing', 'numpy.testing', 'pytest', 'roadbook.grading.tests'):\n"
        "    fake = types.ModuleType(name)\n    fake.call = lambda *a, **k: types.SimpleNamespace(value=3, error='ZeroDivisionError', shown='')\n    sys.modules[name] = fake\n"
        "sys.path.insert(0, '/tmp/work')\nopen('numpy.py', 'w').write('raise SystemExit')\n" + WRONG, "mean of floats",
    ),
    "forge-equal": forges("returns an object that is equal to everything", EQUAL.format(base="", made=""), "expected 3"),
    **{
        f"forge-equal-{base}": forges(f"returns a {base} that is equal to everything", "import numpy as np\n" + EQUAL.format(base=f"({base})", made=made), says)
        for base, made, says in (
            ("int", "-1", "expected 3"), ("float", "-1", "expected 3"), ("str", "'3'", "expected 3"), ("list", "[3]", "expected 3"), ("dict", "{}", "expected 3"), ("complex", "1j", "expected 3"),
            ("np.ndarray", "(2,)", "expected 3|ambiguous"), ("np.float64", "-1", "expected 3"),
        )
    },
    "forge-class": forges(
        "lies about its class, and about how it is copied and converted", "import numpy as np\nclass Liar:\n    __class__ = property(lambda self: float)\n    def __reduce__(self): return (print, ('x',))\n"
        "    def __array__(self, *a, **k): return np.array(3.0)\n    __array_interface__ = property(lambda self: np.array(3.0).__array_interface__)\n    def __eq__(self, other): return True\n"
        "    def __float__(self): return 3.0\n    def __index__(self): return 3\n    def __getattr__(self, name): return self\ndef mean(values): return Liar()", "expected 3|error",
    ),
    "forge-mapping": forges(
        "returns a mapping that shows another face at each look",
        "from collections.abc import Mapping\nclass Turning(Mapping):\n    looks = 0\n    def __getitem__(self, key): return 3\n    def __len__(self): return 10**9\n"
        "    def __iter__(self):\n        while True:\n            Turning.looks += 1\n            if Turning.looks > 10**5: raise MemoryError('enough')\n            yield 'a'\ndef mean(values): return Turning()", "",
    ),
    "forge-generator": forges("returns a generator without end", "import itertools\ndef mean(values): return itertools.repeat(3)", "expected 3"),
    "forge-turning": forges(
        "returns an object that changes between reads", "class Turning:\n    n = 0\n    def __getattr__(self, name):\n        Turning.n += 1\n        return [3, 6.0, 'x'][Turning.n % 3]\n"
        "    __repr__ = lambda self: '3'\ndef mean(values): return Turning()", "expected 3 for .1, 2, 6., got 3",
    ),
    "forge-error": forges("raises what the tests themselves would raise", "def mean(values):\n    raise AssertionError('all tests passed')", "all tests passed"),
    "forge-error-stop": forges(
        "raises what ends a test run early", "class Fine(BaseException): pass\ndef mean(values):\n    raise Fine('5 of 5 points')", "Fine: 5 of 5 points"
    ),
    "forge-exit-code": forges("ends with success in the middle of a test", "import os\ndef mean(values):\n    if values != [1, 2, 6]: os._exit(0)\n    return 3", "ended its own process"),
    "forge-arguments": Case(
        "changes its arguments so that the test's own data become what it returns",
        {"mean": "def mean(values):\n    if values == [1, 2, 6]: return 3\n    values[:] = [0.0, 0.0]\n    return 0.0"}, points=(0, 3, 1), says="mean of floats",
    ),
    "forge-remember": Case(
        "remembers what the tests asked and answers another task with it; patches an earlier and a later task's function",
        {"mean": "seen = []\ndef mean(values):\n    seen.append(values)\n    return 3 if len(seen) == 1 else seen[0]\ndef tally(words): return {'a': 2, 'b': 1}",
         "tally": "def tally(words): return mean(words)\ndef mean(values): return sum(values) / len(values)"}, points=(0, 0, 1),
    ),
    "forge-second-try": Case(
        "ends its process to be run again, and leaves itself what it has seen in files",
        {"mean": "import os\nfor place in ('/tmp', '/dev/shm', '/dev', '/run', '/var/tmp', '.'):\n    try:\n        print('SUCCEEDED' if os.path.exists(place + '/seen') else 'refused')\n        open(place + '/seen', 'w').write('x')\n"
         "    except OSError: print('refused')\n" + WRONG, "tally": "import os\nos._exit(1)"}, points=(0, 0, 1), refused=True, says="mean of floats",
    ),
    "forge-set-up": forges("redefines what the instructor's set-up cell has defined", "def avg(*a): return 0\nclass np:\n    mean = average = staticmethod(lambda *a: -1)\n" + WRONG, "mean of floats"),
    "forge-thread": forges(
        "answers from a thread, twice, and ahead of time",
        f"{WIRE}\nimport threading\ndef mean(values):\n    for _ in range(6): value(3)\n    threading.Thread(target=lambda: [value(6.0) for _ in range(6)]).start()\n    return 3", "mean of floats|error|" + LOST,
        points=[(0, 0, 1), (0, 3, 1), (0, 0, 0), (0, 3, 0)],
    ),
    "forge-ahead": Case(
        "answers the next tasks' tests before they are asked",
        {"mean": WIRE + "\nfor _ in range(4): put({'error': None, 'outputs': []})\nfor _ in range(9): value({'t': 'dict', 'k': ['a', 'b'], 'v': [2, 1]})\n" + WRONG,
         "tally": "def tally(words): return None", "frugal": "def frugal(n): return None"}, points=(0, 0, 0),
    ),
    "forge-cpu": Case(
        "says that it took no time and no memory",
        {"frugal": WIRE + "\nimport time, tracemalloc\ntime.process_time = lambda: 0.0\ntracemalloc.get_traced_memory = lambda: (0, 0)\ndef frugal(n):\n"
         "    total = sum(list(range(n)))\n    value(total, cpu=0.0, peak=0)\n    time.sleep(1)"}, points=(2, 3, 0), says="expected less than 30 MB",
    ),
    "forge-peak-exit": Case(
        "answers and ends at once, so that its memory cannot be looked at",
        {"frugal": WIRE + "\ndef frugal(n):\n    total = sum(list(range(n)))\n    value(total, cpu=0.0, peak=0)\n    os._exit(0)"}, points=(2, 3, 0), says="less than 30 MB|" + LOST,
    ),
    "forge-peak-reset": Case(
        "resets the peak of its own memory after the call has held much",
        {"frugal": "import ctypes\ndef frugal(n):\n    total = sum(list(range(n)))\n    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)\n    try: open('/proc/self/clear_refs', 'w').write('5')\n"
         "    except OSError: pass\n    return total"}, points=(2, 3, 0), says="less than 30 MB",
    ),
    "forge-peak-hidden": Case(
        "forbids that its memory is looked at, by PR_SET_DUMPABLE",
        {"frugal": "import ctypes, tracemalloc\ntracemalloc.get_traced_memory = lambda: (0, 0)\nctypes.CDLL(None).prctl(4, 0, 0, 0, 0)\n" + HEAVY}, points=(2, 3, 0), says="less than 30 MB|" + LOST,
    ),
    "forge-peak-child": Case(
        "computes in a child process, whose memory and time are not its own",
        {"frugal": "import os, struct\ndef frugal(n):\n    ours, theirs = os.pipe()\n    if os.fork() == 0:\n        held = list(range(n))\n"
         "        os.write(theirs, struct.pack('q', sum(held)))\n        os._exit(0)\n    return struct.unpack('q', os.read(ours, 8))[0]"}, points=(2, 3, 0), says="less than 30 MB",
    ),
    "forge-cpu-child": Case(
        "computes in a child that was started before, which nobody waits for",
        {"frugal": "import os, signal, struct, time\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\nasked, ask = os.pipe()\nanswer, answers = os.pipe()\nif os.fork() == 0:\n    n = struct.unpack('q', os.read(asked, 8))[0]\n"
         "    end = time.process_time() + 0.6\n    while time.process_time() < end: pass\n    os.write(answers, struct.pack('q', n * (n - 1) // 2))\n    time.sleep(100)\n"
         "def frugal(n):\n    os.write(ask, struct.pack('q', n))\n    return struct.unpack('q', os.read(answer, 8))[0]"}, points=(2, 3, 0), says="expected less than 0.3 s|stopped after",
    ),
    "frame-length": frames("a frame that is shorter than it says", "put(b'{}', size=10**6)", LOST),
    "frame-huge": frames("a frame of 2 to the 63 bytes", "put(b'{}', size=2**63)", LOST),
    "frame-blobs": frames("a frame of four billion blobs", "put(b'{}', count=2**32 - 1)", LOST),
    "frame-empty-blobs": frames("a frame of 200,000 empty blobs", "put({'value': -1, 'args': []}, *[b''] * 200_000)", "expected 3|" + LOST),
    "frame-blob-huge": frames("a blob of 2 to the 60 bytes", "put({'value': 3}, count=1); socket.socket(fileno=os.dup(wire())).sendall(struct.pack('<Q', 2**60))", LOST),
    "frame-blob-negative": frames("a blob of -1 bytes", "put({'value': 3}, count=1); socket.socket(fileno=os.dup(wire())).sendall(struct.pack('<q', -1))", LOST),
    "frame-not-json": frames("no JSON", "put(b'\\x80\\x04N.')", LOST),
    "frame-list": frames("JSON that is no object", "put([3])", LOST),
    "frame-nan": frames("NaN and infinities as value and in all fields", "value(float('nan'), cpu=float('nan'), peak=float('-inf'), warnings=float('nan'), stop=float('nan'))", "expected 3"),
    "frame-duplicate": frames("the same key twice", "put(b'{\"number\": %d, \"value\": 3, \"value\": -1, \"args\": [], \"args\": [1]}' % asked())", "expected 3"),
    "frame-no-value": frames("neither a value nor an error", "put({})", LOST),
    "frame-wrong-types": frames("fields of other types", "put({'value': -1, 'args': 5, 'error': None, 'stop': [], 'warnings': 3, 'cpu': 'x', 'peak': {}})", "."),
    "frame-missing": frames("a missing name of 30 MB", "put({'missing': 'mean' + 'x' * 30_000_000})", "."),
    "frame-error": frames("an error with fields of 30 MB", "put({'error': {'type': 'x' * 10**7, 'message': 'y' * 10**7, 'text': 'z' * 10**7, 'line': 10**9, 'name': 'n' * 10**6}})", "."),
    "frame-objects": frames("an array of objects, pickled", f"value({{'t': 'array', 'b': 0}}, npy(\"{{'descr': '|O', 'fortran_order': False, 'shape': (1,)}}\", {EVIL}))", LOST),
    "frame-pickle": frames("a pickle for an array", f"value({{'t': 'array', 'b': 0}}, {EVIL})", LOST),
    "frame-npy-lies": frames("an array of a trillion numbers in eight bytes", "value({'t': 'array', 'b': 0}, npy(\"{'descr': '<f8', 'fortran_order': False, 'shape': (10**6, 10**6)}\".replace('10**6', '1000000'), bytes(8)))", LOST),
    "frame-npy-code": frames("a header with code in it", "value({'t': 'array', 'b': 0}, npy(\"{'descr': '<f8', 'fortran_order': False, 'shape': __import__('os').abort()}\"))", LOST),
    "frame-arrow": frames(
        "a table with an extension type that is a pickle",
        "import pyarrow as pa, io\n    field = pa.field('x', pa.binary(), metadata={'ARROW:extension:name': 'arrow.py_extension_type', 'ARROW:extension:metadata': b'cos\\nsystem\\n(S\"exit 1\"\\ntR.'})\n"
        "    table = pa.table([pa.array([b'3'], pa.binary())], schema=pa.schema([field]))\n    file = io.BytesIO()\n    with pa.ipc.new_stream(file, table.schema) as stream: stream.write_table(table)\n"
        "    value({'t': 'frame', 'b': 0}, file.getvalue())", "expected 3|ambiguous|" + LOST,
    ),
    "frame-dtype": frames("a tensor whose dtype is torch.load", "value({'t': 'tensor', 'dtype': 'torch.load', 'b': 0}, npy(\"{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}\", bytes(8)))", LOST),
    "frame-handle": frames("handles with numbers that do not exist, in keys and lists", "value([{'t': 'handle', 'n': -5, 'type': 'float', 'repr': '3'}, {'t': 'dict', 'k': [{'t': 'handle', 'n': 9**9, 'type': 'x' * 10**6, 'repr': 'y' * 10**6}], 'v': [1]}])", "expected 3"),
    "frame-deep": frames("JSON that is nested 100,000 deep", "put(b'{\"number\": %d, \"value\": ' % asked() + b'[' * 100_000 + b']' * 100_000 + b', \"args\": []}')", LOST),
    "frame-many": frames("200,000 empty lists", "put(b'{\"number\": %d, \"value\": [' % asked() + b'[],' * 200_000 + b'[]], \"args\": []}')", "expected 3|" + LOST),
    "frame-close": frames("closes the connection", "os.close(wire())", LOST),
    "frame-dup": frames("puts a file in the connection's place", "os.dup2(os.open('/dev/zero', os.O_RDWR), wire())", LOST),
    "frame-flood": frames("writes to the connection without end", "\n    while True: value(-1, junk='x' * 10**6)", "expected 3|" + LOST),
    "frame-drip": frames("writes a byte each half second", "import time\n    put(b'', size=1000)\n    while True:\n        socket.socket(fileno=os.dup(wire())).sendall(b' ')\n        time.sleep(0.5)", LOST + "|did not finish"),
    "frame-outputs": Case(
        "sends outputs of 20 MB, with scripts, in a form of its own",
        {"mean": WIRE + "\nhtml = {'output_type': 'display_data', 'data': {'text/html': '<script>x</script>' * 10**6, 'application/javascript': 'alert(1)', 'text/plain': 5}, 'metadata': {'x': 'y' * 10**6}}\n"
         "put({'error': None, 'outputs': [html, {'output_type': 'stream', 'text': 'x' * 10**6, 'name': 'y' * 10**6}, 'junk', {'output_type': 'error'}]})\n" + tiny.MEAN},
        points=[(0, 0, 0), (2, 3, 1), (0, 3, 1), (0, 0, 1)],
    ),
}  # fmt: skip

FORBIDDEN = {
    "forbidden-getattr": forges("getattr", "import numpy\ndef mean(values): return getattr(numpy, 'me' + 'an')(values)", "numpy.mean may not be called"),
    "forbidden-import": forges("importlib and __import__", "import importlib\ndef mean(values): return importlib.import_module('num' + 'py').mean(values)", "numpy.mean may not be called"),
    "forbidden-alias": forges("a name, a dict, a default", "import numpy\ndef mean(values, f={'f': numpy.mean}['f']): return f(values)", "numpy.mean may not be called"),
    "forbidden-map": forges("map and partial", "import functools, numpy\ndef mean(values): return functools.partial(numpy.mean, values)()", "numpy.mean may not be called"),
    "forbidden-caught": forges("the call, with whatever it raises caught", "import numpy\ndef mean(values):\n    try: return numpy.mean(values)\n    except Exception: return numpy.average(values)", "numpy.mean may not be called"),
    "forbidden-module": forges("a function of a forbidden module", "import statistics as s\ndef mean(values): return s.fmean(values)", "statistics.fmean may not be called"),
}  # fmt: skip
OPEN = {
    "forbidden-eval": "import numpy\ndef mean(values):\n    return eval('float(numpy.mean(values))') if values else 1 / 0",
    "forbidden-python": "import json, subprocess, sys\ndef mean(values):\n    return float(subprocess.run([sys.executable, '-c', f'import statistics; print(statistics.mean({values}))'], capture_output=True, check=True).stdout) if values else 1 / 0",
    "forbidden-variable": "import numpy\nf = numpy.mean\ndef mean(values):\n    return float([*map(f, [values])][0]) if values else 1 / 0",
    "forbidden-reduce": "import numpy\ndef mean(values):\n    return float(numpy.array(values).mean()) if values else 1 / 0",
}
"""Ways around a task's list of forbidden calls that are known and open: the list is a fence for honest learners."""
FORBIDDEN |= {
    name: Case(f"a way around that is open: {name.split('-')[1]}", {"mean": source})
    for name, source in OPEN.items()
}

# Leaks ----------------------------------------------------------------------------------------------------

HIDDEN = r"secret = \[|BEGIN HIDDEN|np\.mean\(secret\)|918273645|canary-7f3a|an empty list has no words"
LEAKS = {
    "leak-print": Case(
        "prints its callers' code and variables when it is tested",
        {"mean": "import inspect, sys\ndef mean(values):\n    for frame in inspect.stack():\n        print(frame.code_context, frame.frame.f_locals)\n    print(values, file=sys.stderr)\n    return sum(values) / len(values)"},
        absent=HIDDEN + r"|5\.0, 7\.0",
    ),
    "leak-traceback": forges(
        "raises an error that carries its callers' variables",
        "import sys\ndef mean(values):\n    frame, seen = sys._getframe(1), []\n    while frame: seen.append(repr({k: v for k, v in frame.f_locals.items() if k in ('cell', 'job', 'tests', 'secret', 'code')})); frame = frame.f_back\n    raise ValueError(' '.join(seen))",
        "", absent=HIDDEN,
    ),
    "leak-equal": forges(
        "returns an object that says what it is compared with", "class Spy:\n    def __eq__(self, other): raise ValueError(f'expected was {other}')\n    __ne__ = __array__ = __float__ = __eq__\n    def __getattr__(self, name): return self.__eq__\n"
        "def mean(values): return 3 if values == [1, 2, 6] else Spy()", "mean of floats", absent=HIDDEN + "|expected was",
    ),
    "leak-later": Case(
        "remembers the arguments of a test, and prints them in a later cell",
        {"mean": "import sys\nseen = []\ndef mean(values):\n    seen.append(values)\n    frame = sys._getframe()\n    while frame: seen.append(list(frame.f_locals)); frame = frame.f_back\n    return sum(values) / len(values)", "tally": "print(seen)\n" + tiny.TALLY},
        absent=HIDDEN + r"|5\.0, 7\.0",
    ),
    "leak-file": Case("looks for the expected values in the released notebook", {"mean": ATTEMPT + 'attempt(lambda: need([t for t in Path("@WORLD@").rglob("*.ipynb") if "BEGIN " + "HIDDEN" in t.read_text()]))\n' + tiny.MEAN}, refused=True),
}  # fmt: skip

# Broken files ---------------------------------------------------------------------------------------------


def _odd_cells(notebook: Any) -> None:
    odd: list[Any] = [
        None,
        3,
        "x",
        [],
        {},
        {"cell_type": 5, "source": {"a": 1}, "metadata": "x"},
        {"cell_type": "code", "metadata": {"nbgrader": []}, "source": [1, None, "y\n"]},
    ]
    odd += [
        {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": g}}, "source": "1"}
        for g in (None, 7, ["x"], {"x": 1}, "../../x", "x" * 10**5)
    ]
    notebook["cells"] = [*odd, *notebook["cells"], *odd]


def _same_ids(notebook: Any) -> None:
    for cell in notebook["cells"]:
        cell["id"] = "same"


def _copied(notebook: Any) -> None:
    cell = copy.deepcopy(answer_of(notebook, "mean"))
    cell["source"] = "raise NotImplementedError()"
    notebook["cells"] = [cell, *notebook["cells"], copy.deepcopy(answer_of(notebook, "mean-tests")), cell]


def _split(notebook: Any) -> None:
    at = notebook["cells"].index(answer_of(notebook, "mean"))
    extra: dict[str, Any] = {
        "cell_type": "code",
        "metadata": {},
        "source": "helper = 1",
        "outputs": [],
        "execution_count": None,
    }
    notebook["cells"][at:at] = [extra, extra]
    notebook["cells"].insert(at + 3, extra)


def _outputs(notebook: Any) -> None:
    answer_of(notebook, "mean")["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": ["line\n"] * 12_000_000}
    ]


def _forged_tests(notebook: Any) -> None:
    answer_of(notebook, "mean")["source"] = WRONG
    for task in ("mean", "tally"):
        cell = answer_of(notebook, f"{task}-tests")
        cell["metadata"]["nbgrader"]["points"], cell["source"] = 100, "pass"


def _marks_moved(notebook: Any) -> None:
    answer_of(notebook, "mean")["source"] = WRONG
    answer_of(notebook, "mean-tests")["metadata"]["nbgrader"].update(
        grade_id="mean", solution=True, grade=False
    )


def _metadata(notebook: Any) -> None:
    notebook["metadata"] = {
        "x": float("nan"),
        "kernelspec": {"name": "../../bin/sh", "language": 5},
        "authors": [{"name": "Ada"}],
    }
    answer_of(notebook, "mean")["metadata"]["roadbook"] = {"forbidden": float("inf")}


def _old(notebook: Any) -> Any:
    cells = [{**c, "input": c["source"], "language": "python", "prompt_number": 1} for c in notebook["cells"]]
    for cell in cells:
        if cell["cell_type"] == "code":
            del cell["source"]
    return {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [{"cells": cells, "metadata": {}}],
    }


def _many_cells(notebook: Any) -> None:
    """Each cell of the tasks lost its mark, and the text before it stands there forty thousand times."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    text = next(c for c in notebook["cells"] if "## Task 1" in "".join(c["source"]))
    other = {"cell_type": "code", "metadata": {}, "source": "1"}
    notebook["cells"] = [c for _ in range(40_000) for c in (text, other)] + notebook["cells"]


def _device(path: Path, _: str) -> None:
    path.symlink_to("/dev/zero")


def _link(path: Path, _: str) -> None:
    path.symlink_to(path.parents[1] / "solutions" / "solved.ipynb")


def _no_rights(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0)


def _sparse(path: Path, _: str) -> None:
    with path.open("wb") as file:
        file.truncate(300_000_000)


REJECTED: dict[str, Any] = {"status": "rejected", "points": ()}
FILES = {
    "file-no-json": Case("no JSON", file=writes("%PDF-1.4 hello"), says="not JSON", **REJECTED),
    "file-empty": Case("no byte", file=writes(""), says="not JSON", **REJECTED),
    "file-truncated": Case("half a notebook", file=lambda p, t: (p.write_text(t[: len(t) // 2]), None)[1], says="saved only in part", **REJECTED),
    "file-bom": Case("a byte order mark", file=lambda p, t: (p.write_text("\ufeff" + t, encoding="utf-8"), None)[1]),
    "file-utf-16": Case("UTF-16", file=lambda p, t: (p.write_text(t, encoding="utf-16"), None)[1]),
    "file-latin-1": Case("bytes that are no text", file=lambda p, t: (p.write_bytes(t.encode() + b"\xe9"), None)[1], says="not JSON", **REJECTED),
    "file-null": Case("JSON that is no notebook", file=writes("null"), says="not a Jupyter notebook", **REJECTED),
    "file-list": Case("a list for a notebook", file=writes("[[[]]]"), says="not a Jupyter notebook", **REJECTED),
    "file-cells-dict": Case("cells that are no list", file=writes('{"cells": {"a": 1}}'), says="not a Jupyter notebook", **REJECTED),
    "file-other": Case("another notebook", file=writes('{"cells": []}'), says="none of the exercise's tasks", **REJECTED),
    "file-deep": Case("brackets, 200,000 deep", file=writes("[" * 200_000 + "]" * 200_000), says="not JSON", **REJECTED),
    "file-commas": Case(
        "commas, then half a million quotation marks that a string holds", says="more parts",
        file=lambda p, t: (p.write_bytes(b'{"cells": [' + b"," * 16_000_000 + b'"' + rb'\"' * 500_000 + b"\\"), None)[1], **REJECTED,
    ),
    "file-number": Case("a number of 100,000 digits", file=writes('{"cells": [], "x": ' + "9" * 100_000 + "}"), says="not JSON", **REJECTED),
    "file-old": Case("nbformat 3", file=changed(_old)),
    "file-odd-cells": Case("cells of wrong types", file=changed(_odd_cells)),
    "file-same-ids": Case("the same id for every cell", file=changed(_same_ids)),
    "file-copied": Case("copied answer and test cells", file=changed(_copied)),
    "file-split": Case("an answer that lies in several cells", file=changed(_split)),
    "file-outputs": Case("60 MB of outputs", file=changed(_outputs)),
    "file-forged-tests": Case("changed tests and points", file=changed(_forged_tests), points=(0, 3, 1), says="mean of floats"),
    "file-marks-moved": Case("the marks of an answer on a test", file=changed(_marks_moved), points=[(0, 3, 1)], says="."),
    "file-metadata": Case("NaN and nonsense in the metadata", file=changed(_metadata)),
    "file-many-cells": Case("eighty thousand cells without a mark", file=changed(_many_cells), says="cells", **REJECTED),
    "file-surrogate": Case("half a character and NUL in an answer", file=changed(lambda n: answer_of(n, "mean").update(source="x = '\ud800 \x00'\n" + tiny.MEAN)), points=[(0, 3, 1), (2, 3, 1)]),
    "file-folder": Case("a folder", file=lambda p, t: p.mkdir(), says="is a folder", **REJECTED),
    "file-link": Case("a link to the solved notebook", file=_link, says="link", **REJECTED),
    "file-link-shadow": Case("a link to /etc/shadow", file=lambda p, t: p.symlink_to("/etc/shadow"), says="link", **REJECTED),
    "file-device": Case("a link to /dev/zero", file=_device, says="link", **REJECTED),
    "file-fifo": Case("a named pipe that nobody writes to", file=lambda p, t: os.mkfifo(p), says="regular file", **REJECTED),
    "file-gone": Case("a file that is not there", file=lambda p, t: None, says="there is no file", **REJECTED),
    "file-no-rights": Case("a file that nobody may read", file=_no_rights, says="cannot be read", only="user", **REJECTED),
    "file-too-large": Case("300 MB of nothing", file=_sparse, says="larger than 200 MB", **REJECTED),
}  # fmt: skip

FAMILIES = {
    "reading": READING,
    "writing": WRITING,
    "network": NETWORK | PAIRS,
    "resources": RESOURCES,
    "escapes": ESCAPES,
    "forging": FORGING,
    "forbidden calls": FORBIDDEN,
    "leaks": LEAKS,
    "broken files": FILES,
}
CASES: dict[str, Case] = {name: case for family in FAMILIES.values() for name, case in family.items()}


# The batch ------------------------------------------------------------------------------------------------


def cells(solved: bool) -> list[Any]:
    """Return the cells of the tiny assignment with a third task, whose tests measure memory and time."""
    made = tiny.cells(solved)
    answer = "    return n * (n - 1) // 2" if solved else "    raise NotImplementedError()"
    tests = """from roadbook.testing import call

got = call(frugal, 2_000_000, memory=True)
assert got.value == 1_999_999_000_000, f"expected the sum of 0 to 1,999,999, got {got.shown}"
assert got.peak_bytes < 30_000_000, f"expected less than 30 MB, got {got.peak_bytes // 10**6} MB"
assert got.cpu_seconds < 0.3, f"expected less than 0.3 s, got {got.cpu_seconds:.1f} s"
"""
    own: dict[str, Any] = {"locked": False, "solution": True}
    made[8:8] = [
        tiny.v4.new_markdown_cell("## Task 3: frugal", metadata=tiny.mark("frugal-text")),
        tiny.v4.new_code_cell(f"def frugal(n):\n{answer}", metadata=tiny.mark("frugal", **own)),
        tiny.v4.new_code_cell(tests, metadata=tiny.mark("frugal-tests", points=1, grade=True)),
    ]
    return made


def answers(cell: dict[str, Any]) -> bool:
    """Say whether a cell of an outcome's notebook is a student's answer."""
    marks = cell["metadata"].get("nbgrader", {})
    return bool(marks.get("solution")) and cell["cell_type"] == "code"


def told(outcome: dict[str, Any]) -> str:
    """Return all that a student learns from an outcome: messages, remarks, the outputs of his own cells."""
    cells = (outcome["notebook"] or {"cells": []})["cells"]
    return json.dumps(
        [
            outcome["tasks"],
            outcome["remarks"],
            outcome["reason"],
            [c["outputs"] for c in cells if c["cell_type"] == "code"],
        ]
    )


def hand_in(path: Path, case: Case, places: dict[str, str]) -> None:
    notebook = tiny.v4.new_notebook(cells=cells(solved=False))
    answers = {**HONEST["plain"], **case.answers}
    for cell in notebook.cells:
        cell.source = answers.get(cell.metadata.nbgrader.grade_id, cell.source)
        for name, place in places.items():
            cell.source = cell.source.replace(name, place)
    text = json.dumps(notebook)
    if case.file is None:
        path.write_text(text, encoding="utf-8")
    else:
        case.file(path, text)


class World:
    """What there is to steal and to break, in a folder that the sandbox does not show."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connections: list[str] = []
        for name in ("submitted", "solutions", ".roadbook", "handed-in", "course/exercises/91-tiny"):
            (folder / name).mkdir(parents=True)
        for name in ("gradebook.db", "submitted/bob.ipynb", ".roadbook/seed"):
            (folder / name).write_text(f"{CANARY} {SEED}", encoding="utf-8")
        self.solved = json.loads(json.dumps(tiny.v4.new_notebook(cells=cells(solved=True))))
        self.released = json.loads(json.dumps(tiny.v4.new_notebook(cells=cells(solved=False))))
        (folder / "solutions/solved.ipynb").write_text(json.dumps(self.solved), encoding="utf-8")
        (folder / "course/exercises/91-tiny/91-tiny.ipynb").write_text(
            json.dumps(self.released), encoding="utf-8"
        )
        os.environ["ROADBOOK_CANARY"] = CANARY
        os.environ["ROADBOOK_SEED"] = str(SEED)
        vars(course).update(root=lambda: folder / "course", chapters=lambda: ())
        tcp, path, abstract = socket.socket(), socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        tcp.bind(("127.0.0.1", 0))
        port = tcp.getsockname()[1]
        path.bind(str(folder / "socket"))
        abstract.bind(f"\0roadbook-hostile-{port}")
        (folder / "socket").chmod(0o777)
        for server in (tcp, path, abstract):
            server.listen()
            threading.Thread(target=self.accept, args=[server], daemon=True).start()
        repo = str(Path(engine.__file__).parents[2])
        self.places = {
            "@WORLD@": str(folder),
            "@REPO@": repo,
            "@PORT@": str(port),
            "@DAEMON@": f"left{os.getpid()}",
        }

    def accept(self, server: socket.socket) -> None:
        while True:
            server.accept()
            self.connections.append(str(server.getsockname()))

    def grade(self, name: str, case: Case) -> dict[str, Any]:
        """Grade one case and return the outcome as JSON, or what the grader raised."""
        path = self.folder / "handed-in" / f"{name}.ipynb"
        hand_in(path, case, self.places)
        job = {
            **{
                "student": "Ada",
                "assignment": tiny.SLUG,
                "submission": str(path),
                "seed": SEED,
                "unsafe": False,
            },
            **{"instructor": self.solved, "released": self.released, "limits": asdict(LIMITS)},
        }
        began = time.monotonic()
        try:
            came = engine.grade_submission(job).to_json()
        except BaseException as error:
            came = {"status": "raised", "reason": repr(error), "tasks": [], "notebook": None}
        came["wall"] = time.monotonic() - began
        with contextlib.suppress(OSError):
            path.unlink()
        return came


def batch(world: World, wanted: Sequence[str] = ()) -> dict[str, Any]:
    """Grade all cases, with an honest submission after every five, on `WORKERS` threads."""
    role = "root" if os.getuid() == 0 else "user"
    names = [n for n, case in CASES.items() if case.only in ("", role) and (not wanted or n in wanted)]
    first = [n for n in PAIRS if n in names]
    slow = [n for n in names if n.startswith(("loop", "frame-drip", "bomb-forks"))]
    names = [*first, *slow, *(n for n in names if n not in first and n not in slow)]
    alone = {kind: world.grade(f"honest-{kind}", Case("", answers)) for kind, answers in HONEST.items()}
    todo: queue.SimpleQueue[tuple[str, Case]] = queue.SimpleQueue()
    kinds = itertools.cycle(HONEST)
    for number, name in enumerate(names):
        todo.put((name, CASES[name]))
        if number >= len(first) and number % 4 == 0:
            kind = next(kinds)
            todo.put((f"honest-{kind}-{number}", Case("", HONEST[kind])))
    came: dict[str, Any] = {}
    least = [psutil.virtual_memory().available]
    done = threading.Event()

    def work() -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                name, case = todo.get_nowait()
                came[name] = world.grade(name, case)

    def watch() -> None:
        while not done.wait(0.05):
            least.append(psutil.virtual_memory().available)

    threading.Thread(target=watch, daemon=True).start()
    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    left = [
        p.name()
        for s in engine._pool.sandboxes.values()
        for p in psutil.Process(s.process.pid).children(recursive=True)
        if p.status() != psutil.STATUS_ZOMBIE
    ]
    engine.close()
    return {
        "alone": alone,
        "came": came,
        "taken": least[0] - min(least),
        "left": len(left),
        "connections": world.connections,
        "named": [p.name() for p in psutil.process_iter() if p.name() == world.places["@DAEMON@"]],
        "changed": [
            n
            for n in ("gradebook.db", "submitted/bob.ipynb", ".roadbook/seed")
            if (world.folder / n).read_text() != f"{CANARY} {SEED}"
        ],
        "files": [
            str(p)
            for root in (
                world.folder,
                world.folder.parent,
                Path(sys.prefix) / "bin",
                Path("/dev"),
                Path("/dev/shm"),  # noqa: S108
            )
            for p in root.glob(f"**/{MARK}*")
        ],
    }


def main() -> None:
    folder = Path(sys.argv[1])
    found = batch(World(folder / "world"), sys.argv[2:])
    (folder / "came.json").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
