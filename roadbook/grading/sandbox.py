"""The sandbox for a class of notebooks that nobody has read: bubblewrap, and one new process for each.

One bubblewrap holds a parent process (`python -m roadbook.grading.sandbox`), which imports what the
assignment imports and then only forks: no network, no view of other files, a read-only system. A fork for a
student's code takes process, mount, ipc and network namespaces of its own, a new /tmp and /proc and resource
limits, drops all capabilities, and loses the system calls that nothing but an attack needs. Where the grader
runs as root, each fork has a user id and a cgroup of its own besides; elsewhere it has a user namespace of
its own, and the parent watches its memory. The fork for the tests (`roadbook.grading.tests`) has the same
except for the process and network namespaces, because it measures the student's process.

The parent imports and never computes: a process that has run several threads does not fork well.

Sources: bwrap(1), namespaces(7), capabilities(7), cgroups(7), prctl(2), clone(2), seccomp(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import gc
import importlib
import itertools
import json
import os
import platform
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, NoReturn

from roadbook import course
from roadbook.grading import boundary

with contextlib.suppress(ImportError):  # Windows has no sandbox, but learners check by the same engine
    import resource

FIRST_UID = 64_000
"""Where the grader runs as root: the student's process of slot n has FIRST_UID + 2n, its tests one more."""
MB = 2**20
SETTINGS = Path("/proc/sys")
CLONE = {"x86_64": 56, "aarch64": 220}
"""The number of the system call clone, by machine."""
NEW_MOUNTS, NEW_IPC, NEW_PIDS, NEW_NETWORK = 0x0002_0000, 0x0800_0000, 0x2000_0000, 0x4000_0000
COUNTED = ("RssAnon", "RssShmem", "VmSwap", "VmPTE")  # of a process's memory: page tables too, files not
READ_ONLY, NOSUID, NODEV, NOEXEC, REC, PRIVATE = 1, 2, 4, 8, 0x4000, 1 << 18
SET_DEATH_SIGNAL, SET_SECCOMP, DROP_BOUNDING, NO_NEW_PRIVILEGES, AMBIENT, CLEAR_ALL = 1, 22, 24, 38, 47, 4
REFUSED = """
    unshare setns mount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig fsmount fspick
    mount_setattr name_to_handle_at open_by_handle_at
    ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd keyctl add_key request_key
    bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register lookup_dcookie
    init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff acct quotactl
    syslog settimeofday clock_settime adjtimex clock_adjtime memfd_create memfd_secret shmget
"""
"""System calls that fail with EPERM: computing needs none of them, and kernels have had holes there."""
NEW_USERS = 0x1000_0000
ROOM = 128 * MB  # that an answer has at least, beyond what the parent holds already
THREADED = ("polars",)  # start threads where they are imported: each fork imports them by itself
SEED = 80_917  # of the global random generators, one that no test is likely to ask for
WATCH = 0.25  # seconds between two looks at the memory of a student's processes, where no cgroup bounds it


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    seconds: float = 60
    """Wall time of one cell or call."""
    total_seconds: float = 600
    """Wall time of the whole submission."""
    memory: int = 4096 * MB
    """Bytes, of all its processes together."""
    processes: int = 64
    """Processes and threads."""
    disk: int = 256 * MB
    """Bytes in /tmp, the one place where it may write."""
    output: int = 200_000
    """Characters that one cell may print or display."""


class SandboxError(Exception):
    """The sandbox cannot be built or has broken; the message says what is missing and how to get it."""


@dataclass(frozen=True)
class Usage:
    """What a process used, as the kernel counted it."""

    cpu_seconds: float
    peak_bytes: int


# In the grader ------------------------------------------------------------------------------------------


def why_not() -> str:
    """Return what keeps the sandbox from working on this machine, and the cure; `""` if nothing does."""
    try:
        Sandbox([], Limits()).close()
    except SandboxError as error:
        return str(error)
    return ""


def _lacking() -> str:
    """Return why bubblewrap does not run here, and the cure; `""` if it does."""
    if sys.platform != "linux" or platform.machine() not in CLONE:
        return f"the sandbox needs Linux on x86_64 or aarch64, this is {sys.platform} on {platform.machine()}"
    if shutil.which("bwrap") is None:
        return "bubblewrap is missing; install it: sudo apt-get install -y bubblewrap"
    try:
        import pyseccomp  # noqa: F401
    except ImportError:
        return "pyseccomp is missing; install it: python -m pip install pyseccomp"
    except (RuntimeError, OSError):  # it looks for the library when it is imported
        return "libseccomp is missing; install it: sudo apt-get install -y libseccomp2"
    trial = subprocess.run(  # noqa: S603
        [*_bubblewrap([]), "/bin/true"], capture_output=True, text=True, timeout=60
    )
    if trial.returncode == 0:
        return ""
    said = (trial.stderr.strip().splitlines() or ["no message"])[-1]
    for name, good in (
        ("kernel/apparmor_restrict_unprivileged_userns", "0"),  # Ubuntu 23.10 and later
        ("kernel/unprivileged_userns_clone", "1"),  # Debian before 11
        ("user/max_user_namespaces", "15000"),
    ):
        setting = SETTINGS / name
        blocked = (
            setting.is_file()
            and setting.read_text().strip() in ("0", "1")
            and (setting.read_text().strip() != good)
        )
        if blocked:
            key = name.replace("/", ".")
            return (
                f"this system lets no ordinary user make namespaces ({said}); allow it: "
                f"sudo sysctl -w {key}={good} (and to keep it: "
                f"echo {key}={good} | sudo tee /etc/sysctl.d/60-roadbook.conf)"
            )
    return f"bubblewrap cannot build a sandbox here: {said}"


class Sandbox:
    """Forks pairs of processes, one for a student's code and one for the tests. Safe to use from threads.

    Args:
        modules: what the parent imports, so that forks need not.
        limits: for each submission.
        visible: files and folders that code inside may read, besides the system and the packages.
        unsafe: leave out bubblewrap and all namespaces; only resource limits stay.

    Raises:
        SandboxError: this machine cannot build the sandbox, or the parent did not start.
    """

    def __init__(
        self, modules: Sequence[str], limits: Limits, visible: Sequence[Path] = (), *, unsafe: bool = False
    ) -> None:
        self.limits, self.unsafe = limits, unsafe
        if not unsafe and (reason := _lacking()):
            raise SandboxError(reason)
        self.cgroups = None if unsafe else Cgroups.make(limits)
        self.lock = threading.Lock()
        self.control, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        settings = {
            "modules": list(modules),
            "limits": asdict(limits),
            "uids": os.getuid() == 0 and not unsafe,
            "isolated": not unsafe,
            "private": str(_private()),
        }
        command = [
            sys.executable,
            "-m",
            "roadbook.grading.sandbox",
            str(inside.fileno()),
            json.dumps(settings),
        ]
        self.process = subprocess.Popen(  # noqa: S603
            command if unsafe else [*_bubblewrap(visible), *command],
            pass_fds=[inside.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            # Bubblewrap's own variables, which what runs inside can read, hold nothing of the instructor's.
            env={**(os.environ if unsafe else {"PATH": os.environ["PATH"]}), **environment(_private())},
            start_new_session=True,  # Ctrl-C is for the grader
        )
        inside.close()
        try:
            self._answer()  # ready: everything is imported
        except SandboxError:
            self.close()
            raise

    @property
    def broken(self) -> bool:
        """Whether the parent has ended."""
        return self.process.poll() is not None

    @property
    def features(self) -> list[str]:
        """The protections that are on."""
        if self.unsafe:
            return ["unsafe"]
        own = ["own-uid"] if os.getuid() == 0 else []
        memory = "cgroups" if self.cgroups else "memory-watch"
        return ["bubblewrap", "namespaces", "seccomp", "rlimits", memory, *own]

    def start(self, slot: int) -> Pair:
        """Fork the processes of one submission. Two that run at the same time have different slots.

        Raises:
            SandboxError: the parent has ended.
        """
        student_end, tests_end = socket.socketpair()
        ours, theirs = socket.socketpair()
        with student_end, tests_end, theirs, contextlib.ExitStack() as opened:
            entries = [] if self.cgroups is None else self.cgroups.entries(slot, opened)
            student = self._ask({"op": "student", "slot": slot}, [student_end.fileno(), *entries])["pid"]
            tests = self._ask(
                {"op": "tests", "slot": slot, "student": student}, [tests_end.fileno(), theirs.fileno()]
            )["pid"]
        return Pair(self, student, tests, ours)

    def _ask(self, request: dict[str, Any], descriptors: Sequence[int] = ()) -> dict[str, Any]:
        with self.lock:
            try:
                socket.send_fds(self.control, [json.dumps(request).encode()], list(descriptors))
                return self._answer()
            except OSError as error:
                raise SandboxError(f"the sandbox's parent process has ended: {error.strerror}") from None

    def _answer(self) -> dict[str, Any]:
        data = self.control.recv(65536)
        if not data:
            said = b""
            if self.process.stderr is not None:  # what is there: another process may hold its other end
                os.set_blocking(self.process.stderr.fileno(), False)
                said = (self.process.stderr.read() or b"")[-2000:]
            raise SandboxError(
                f"the sandbox's parent process has ended: {said.decode(errors='replace').strip()}"
            )
        reply: dict[str, Any] = json.loads(data)
        if "error" in reply:
            raise SandboxError(reply["error"])
        return reply

    def close(self) -> None:
        """End the parent, and with it every process in the sandbox."""
        with self.lock:
            self.control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.process.kill()
        self.process.wait()
        if self.process.stderr is not None:
            self.process.stderr.close()
        if self.cgroups is not None:
            self.cgroups.remove()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Pair:
    """The two processes of one submission."""

    def __init__(self, sandbox: Sandbox, student: int, tests: int, connection: socket.socket) -> None:
        self.sandbox, self.student, self.tests, self.connection = sandbox, student, tests, connection
        self.ended = threading.Event()
        if sandbox.cgroups is None and not sandbox.unsafe:
            threading.Thread(target=self._watch, daemon=True).start()
        self.jobs: IO[bytes] = connection.makefile("wb")
        self.events: IO[bytes] = connection.makefile("rb")

    def run(self, job: dict[str, Any], seconds: Callable[[], float]) -> Iterator[dict[str, Any]]:
        """Yield the events of a job: see `roadbook.grading.tests.Examiner.run`.

        Args:
            seconds: says how long the next event may take.

        Raises:
            TimeoutError: it took longer.
            roadbook.grading.boundary.BoundaryError: the process of the tests has ended.
        """
        self.connection.settimeout(seconds())
        boundary.send(self.jobs, job, [])
        while True:
            self.connection.settimeout(seconds())
            event, _ = boundary.receive(self.events)
            if event["event"] == "peak":
                answer = self.sandbox._ask({"op": "peak", "pid": self.student, "begin": event["begin"]})
                boundary.send(self.jobs, answer, [])
                continue
            yield event
            if event["event"] in ("end", "lost"):
                return

    def _watch(self) -> None:
        """Kill the student's processes when they hold too much together."""
        limit = {"op": "watch", "pid": self.student, "bytes": self.sandbox.limits.memory}
        with contextlib.suppress(SandboxError):  # who runs the job will see it too
            while not self.ended.wait(WATCH):
                self.sandbox._ask(limit)

    def end(self) -> Usage:
        """Kill both processes, with all that the student's has started, and return what they used."""
        self.ended.set()
        for file in (self.jobs, self.events):
            with contextlib.suppress(OSError):
                file.close()
        self.connection.close()
        used = [self.sandbox._ask({"op": "end", "pid": pid}) for pid in (self.student, self.tests)]
        return Usage(sum(each["cpu"] for each in used), used[0]["peak"])


NUMBERS = itertools.count(1)


class Cgroups:
    """A cgroup for each slot, version 1 or 2, where the grader runs as root and the kernel lets it."""

    def __init__(self, folders: dict[str, Path], limits: Limits) -> None:
        self.folders, self.limits = folders, limits
        self.name = f"roadbook-{os.getpid()}-{next(NUMBERS)}"  # no other sandbox of this process has it
        self.made: list[Path] = []

    @classmethod
    def make(cls, limits: Limits) -> Cgroups | None:
        """Return the cgroups of this run; None where there are none to be had: not root, or not mounted."""
        base = Path("/sys/fs/cgroup")
        if os.getuid() != 0:
            return None
        if (base / "cgroup.controllers").is_file():
            folders = {"": base}
            with contextlib.suppress(OSError):
                (base / "cgroup.subtree_control").write_text("+memory +pids")
                (base / "cgroup.subtree_control").write_text("+cpu")
        else:
            folders = {"memory": base / "memory", "pids": base / "pids"}
            if (base / "cpu").is_dir():
                folders["cpu"] = base / "cpu"
        for base in folders.values():
            for old in base.glob("roadbook-*-*"):  # of a grader that was killed
                with contextlib.suppress(OSError):
                    if not Path(f"/proc/{old.name.split('-')[1]}").exists():
                        old.rmdir()
        groups = cls(folders, limits)
        try:
            with contextlib.ExitStack() as opened:
                groups.entries(0, opened)
        except OSError:
            groups.remove()
            return None
        return groups

    def entries(self, slot: int, opened: contextlib.ExitStack) -> list[int]:
        """Return file descriptors; a process that writes 0 to each is in the slot's cgroups.

        Raises:
            OSError: the cgroup cannot be made.
        """
        files = []
        for controller, base in self.folders.items():
            folder = base / f"{self.name}-{slot}"
            if folder not in self.made:
                folder.mkdir(exist_ok=True)
                self.made.append(folder)
                settings = {
                    "cpu": {},  # a group's share of the processor, whatever number of processes it has
                    "memory": {"memory.limit_in_bytes": self.limits.memory},
                    "pids": {"pids.max": self.limits.processes},
                    "": {"memory.max": self.limits.memory, "pids.max": self.limits.processes},
                }[controller]
                for name, value in settings.items():
                    (folder / name).write_text(str(value))
                with contextlib.suppress(OSError):  # a kernel without accounting of swap has no such file
                    swap = "memory.swap.max" if controller == "" else "memory.memsw.limit_in_bytes"
                    (folder / swap).write_text("0" if controller == "" else str(self.limits.memory))
            files.append(opened.enter_context((folder / "cgroup.procs").open("w")).fileno())
        return files

    def remove(self) -> None:
        for folder in self.made:
            with contextlib.suppress(OSError):
                folder.rmdir()
        self.made.clear()


def environment(home: Path) -> dict[str, str]:
    """Return the variables under which submissions run, the same on every machine: no network, one thread."""
    from roadbook.notebooks import ENVIRONMENT

    return {
        **ENVIRONMENT,
        "HF_DATASETS_OFFLINE": "1",
        "HF_HUB_OFFLINE": "1",
        "IPYTHONDIR": str(home / ".ipython"),
        "JE_ARROW_MALLOC_CONF": "background_thread:false",  # pyarrow's, a thread in the parent that forks
        "NBGRADER_EXECUTION": "autograde",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TRANSFORMERS_OFFLINE": "1",
    }


def _packages() -> list[Path]:
    return [Path(sys.prefix), Path(sys.base_prefix), Path(__file__).resolve().parents[1]]


def _private() -> Path:
    """Return the one folder where each process may write: /tmp, unless the packages themselves lie there."""
    hidden = any(path.resolve().is_relative_to("/tmp") for path in _packages())  # noqa: S108
    return Path("/var/tmp" if hidden else "/tmp")  # noqa: S108


def _bubblewrap(visible: Sequence[Path]) -> list[str]:
    """Return the command line of bubblewrap, up to the command that it is to run."""
    from roadbook import data

    root = course.root()
    private = _private()
    book = [root / "_toc.yml", root / "_config.yml", root / "exercises", root / "data", data.cache_dir()]
    shown = [path.resolve() for path in (*_packages(), *book, *visible) if path.exists()]
    shown = [path for path in shown if not path.is_relative_to("/usr")]
    parents = sorted({parent for path in shown for parent in path.parents} - {Path("/")})
    arguments = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    # Not --die-with-parent: for the kernel the parent is the thread that started it, and threads end. The
    # parent process inside ends when the grader does, because its socket closes then.
    arguments += ["--new-session", "--clearenv", "--cap-drop", "ALL"]
    if os.getuid() == 0:
        needed = (
            "SETUID",
            "SETGID",
            "SYS_ADMIN",
            "KILL",
            "DAC_OVERRIDE",
            "SYS_PTRACE",
            "SETPCAP",
            "NET_ADMIN",
        )
        arguments += [part for name in needed for part in ("--cap-add", f"CAP_{name}")]
    else:
        arguments += ["--unshare-user", "--cap-add", "ALL"]  # all that a namespace of its own gives
    arguments += ["--ro-bind", "/usr", "/usr", "--perms", "0755", "--dir", "/etc"]
    for name in ("bin", "lib", "lib64", "sbin"):
        old = Path("/") / name
        if old.is_symlink():
            arguments += ["--symlink", str(old.readlink()), str(old)]
        elif old.is_dir():
            arguments += ["--ro-bind", str(old), str(old)]
    for name in ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime"):
        arguments += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    arguments += ["--proc", "/proc", "--dev", "/dev", "--size", str(64 * MB), "--tmpfs", str(private)]
    for parent in parents:
        arguments += ["--perms", "0755", "--dir", str(parent)]
    for path in shown:
        arguments += ["--ro-bind", str(path), str(path)]
    variables = environment(private) | {
        "HOME": str(private),
        "MPLCONFIGDIR": str(private / ".matplotlib"),
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "ROADBOOK_CACHE": str(data.cache_dir()),
        "TMPDIR": str(private),
    }
    for name, value in sorted(variables.items()):
        arguments += ["--setenv", name, value]
    return ["bwrap", *arguments, "--remount-ro", "/", "--remount-ro", "/dev", "--chdir", str(private), "--"]


# In the parent ------------------------------------------------------------------------------------------


class _Parent:
    """What runs inside bubblewrap and forks."""

    def __init__(self, control: socket.socket, settings: dict[str, Any]) -> None:
        self.control = control
        self.limits = Limits(**settings["limits"])
        self.isolated, self.uids, self.private = settings["isolated"], settings["uids"], settings["private"]
        for name in settings["modules"]:
            if name.partition(".")[0] in THREADED:
                continue
            with contextlib.suppress(Exception):  # the cell that needs it will say that it is missing
                importlib.import_module(name)
        if "numpy" in sys.modules:
            importlib.import_module("numpy.random")  # NumPy itself loads it late; `reproducible` needs it
        from roadbook.grading import student, tests

        self.tests, self.silence = tests, student.silence
        self.student = student.Student(student.make_shell(), self.limits.output)
        self.libc = ctypes.PyDLL(None, use_errno=True)  # holds the interpreter's lock, as os.fork does
        self.maps = {"setgroups": "deny"}
        self.maps |= {
            "uid_map": f"{os.getuid()} {os.getuid()} 1",
            "gid_map": f"{os.getgid()} {os.getgid()} 1",
        }
        self.students: set[int] = set()
        self.filter = refusing(REFUSED.split()) if self.isolated else b""
        first_use()
        reproducible()
        others = (task for task in Path("/proc/self/task").iterdir() if task.name != str(os.getpid()))
        if threads := sorted(task.joinpath("comm").read_text().strip() for task in others):
            raise SandboxError(
                f"an import has started threads ({', '.join(threads)}): such a process cannot fork; "
                "the package that starts them belongs in THREADED in roadbook/grading/sandbox.py"
            )
        if (held := own_data()) + ROOM > self.limits.memory:  # else honest answers would end in a MemoryError
            raise SandboxError(
                f"a submission may hold {self.limits.memory // MB} MB, and what its assignment imports takes "
                f"{held // MB} of them: give --memory-limit {(held + 2 * ROOM) // MB} or more"
            )
        # What IPython fills on its first cell is filled here, once for all forks.
        self.student.cell(
            {"source": "pass", "task": "", "answer": True, "forbidden": ["os"], "seconds": 60}, [], []
        )
        if self.isolated:
            self.rehearse()
        gc.collect()
        gc.freeze()

    def rehearse(self) -> None:
        """Shut in one process of each kind. Within a container the kernel may allow bubblewrap, and refuse
        the namespaces or the /proc within it that a submission needs.

        Raises:
            SandboxError: it cannot be done here; else every submission would fail, each for itself.
        """
        for op, ends in (("student", 1), ("tests", 2)):
            ours, theirs = socket.socketpair()
            with ours, theirs:
                pid = self.fork({"op": op, "slot": 0, "rehearsal": True}, [theirs.fileno()] * ends)
                theirs.close()
                said = ours.recv(2000).decode()
            os.waitpid(pid, 0)
            if said != "shut in":
                raise SandboxError(
                    f"this machine refuses what a submission's process needs ({said or 'it was killed'}). "
                    "Within a container, run it with --privileged, or grade on the machine itself."
                )

    def serve(self) -> None:
        """Answer requests until the grader goes."""
        self.reply({"ready": True})
        while True:
            data, descriptors, _, _ = socket.recv_fds(self.control, 65536, 8)
            if not data:
                return
            request = json.loads(data)
            if request["op"] in ("student", "tests"):
                pid = self.fork(request, descriptors)
                self.students |= {pid} if request["op"] == "student" else set()
                for descriptor in descriptors:
                    os.close(descriptor)
                self.reply({"pid": pid})
            elif request["op"] == "peak":
                self.reply({"bytes": self.tests.peak_of(request["pid"], request["begin"])})
            elif request["op"] == "watch":
                if request["pid"] in self.students and self.held(request["pid"]) > request["bytes"]:
                    os.kill(request["pid"], signal.SIGKILL)
                self.reply({})
            elif request["op"] == "end":
                with contextlib.suppress(ProcessLookupError):
                    os.kill(request["pid"], signal.SIGKILL)
                _, _, used = os.wait4(request["pid"], 0)
                self.students.discard(request["pid"])
                self.reply({"cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss * 1024})

    def reply(self, message: dict[str, Any]) -> None:
        self.control.send(json.dumps(message).encode())

    def held(self, pid: int) -> int:
        """Return the bytes that the processes of a student's namespace hold, files not counted."""
        total = 0
        with contextlib.suppress(OSError):
            own = Path(f"/proc/{pid}/ns/pid").readlink()
            for folder in Path("/proc").iterdir():
                with contextlib.suppress(OSError):  # it has ended since
                    if folder.name.isdecimal() and (folder / "ns/pid").readlink() == own:
                        held = self.tests.memory_of(int(folder.name))
                        total += sum(held.get(name, 0) for name in COUNTED)
        return total

    def fork(self, request: dict[str, Any], descriptors: list[int]) -> int:
        """Fork a process into new namespaces and return its id. In the child this does not return."""
        student = request["op"] == "student"
        if not self.isolated:
            pid = os.fork()
        else:
            flags = signal.SIGCHLD | NEW_MOUNTS | NEW_IPC | (NEW_PIDS | NEW_NETWORK if student else 0)
            if not self.uids:
                flags |= NEW_USERS  # in which this process's children are counted apart from its siblings'
            # clone(2) itself, for namespaces that are new with the process; around it, what os.fork does
            ctypes.pythonapi.PyOS_BeforeFork()
            pid = self.libc.syscall(CLONE[platform.machine()], flags, None, None, None, None)
            if pid == 0:
                ctypes.pythonapi.PyOS_AfterFork_Child()
            else:
                ctypes.pythonapi.PyOS_AfterFork_Parent()
        if pid < 0:
            raise OSError(ctypes.get_errno(), "the sandbox cannot fork")
        if pid == 0:
            self.child(request, descriptors)
        return int(pid)

    def child(self, request: dict[str, Any], descriptors: list[int]) -> NoReturn:
        """Be the new process: shut in first, then useful."""
        try:
            student = request["op"] == "student"
            for descriptor in descriptors[1 if student else 2 :]:
                os.write(descriptor, b"0")  # into the cgroup
            used = descriptors[: 1 if student else 2]
            self.shut_in(FIRST_UID + 2 * request["slot"] + (not student), student)
            if "rehearsal" in request:
                os.write(descriptors[0], b"shut in")
                os._exit(0)
            os.closerange(3, min(used))
            os.closerange(max(used) + 1, 1024)
            for descriptor in range(min(used) + 1, max(used)):
                if descriptor not in used:
                    with contextlib.suppress(OSError):
                        os.close(descriptor)
            self.silence()  # the parent's own lead to the grader
            connection = socket.socket(fileno=descriptors[0])
            if student:
                self.be_student(connection)
            else:
                self.be_tests(connection, socket.socket(fileno=descriptors[1]), request["student"])
        except BaseException as error:
            if "rehearsal" in request:
                os.write(descriptors[0], f"{error}"[:2000].encode())
            if os.environ.get("ROADBOOK_SANDBOX_DEBUG"):
                import traceback

                traceback.print_exc()
            os._exit(1)
        os._exit(0)

    def be_student(self, connection: socket.socket) -> None:
        random.seed(SEED)  # Python seeds it anew in each fork; the others are as in the parent
        self.student.serve(connection.makefile("rb"), connection.makefile("wb"))

    def be_tests(self, to_student: socket.socket, to_grader: socket.socket, student: int) -> None:
        random.seed(SEED)
        jobs, events = to_grader.makefile("rb"), to_grader.makefile("wb")
        job, _ = boundary.receive(jobs)
        os.environ["ROADBOOK_SEED"] = str(job["seed"])
        peer = _SocketPeer(to_student, jobs, events, student, self.tests.cpu_of)
        remote = self.tests.Remote(peer, job["seconds"])
        self.tests.Examiner(remote, lambda event: boundary.send(events, event, [])).run(job)

    def shut_in(self, uid: int, student: bool) -> None:
        """Give up all that this process does not need. Whatever fails raises: half a sandbox is none.

        Raises:
            OSError: the kernel refuses one of the steps.
        """
        limits = self.limits
        own = {
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_FSIZE: limits.disk,
            resource.RLIMIT_NOFILE: 256,
            resource.RLIMIT_DATA: limits.memory,
            resource.RLIMIT_CPU: int(limits.total_seconds) + 1,
        }
        if self.isolated:
            self.call("prctl", SET_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)
            if not self.uids:
                for file, text in self.maps.items():
                    Path(f"/proc/self/{file}").write_text(text)
            if student:
                loopback_up()
            self.call("mount", None, b"/", None, REC | PRIVATE, None)
            for place, size in ((self.private.encode(), limits.disk), (b"/dev/shm", 64 * MB)):
                options = f"size={size},mode=1777,nr_inodes=20000".encode()
                self.call("mount", b"tmpfs", place, b"tmpfs", NOSUID | NODEV, options)
            if student:
                # Read-only: a process may otherwise reset the peak of its own memory.
                self.call("mount", b"proc", b"/proc", b"proc", READ_ONLY | NOSUID | NODEV | NOEXEC, None)
                options = b"newinstance,ptmxmode=0666,mode=620,max=64"  # terminals that no sibling opens
                self.call("mount", b"devpts", b"/dev/pts", b"devpts", NOSUID | NOEXEC, options)
            own[resource.RLIMIT_NPROC] = limits.processes
        os.setsid()
        for name, value in own.items():
            hard = resource.getrlimit(name)[1]
            value = min(value, hard) if hard >= 0 else value
            resource.setrlimit(name, (value, value))
        if self.uids:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            for capability in range(64):  # while this process may
                if self.libc.prctl(DROP_BOUNDING, capability, 0, 0, 0):
                    break
            os.setresuid(uid, uid, uid)
            self.call("prctl", SET_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)  # a new user id has cleared it
        if self.isolated:
            self.call("prctl", AMBIENT, CLEAR_ALL, 0, 0, 0)
            header = (ctypes.c_uint32 * 2)(0x2008_0522, 0)
            self.call("capset", header, (ctypes.c_uint32 * 6)())
            self.call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
            program = _Program(len(self.filter) // 8, self.filter)
            self.call("prctl", SET_SECCOMP, 2, ctypes.byref(program), 0, 0)  # 2: SECCOMP_MODE_FILTER
            os.umask(0o077)
            work = Path(self.private) / "work"
            work.mkdir()
            os.chdir(work)

    def call(self, name: str, *arguments: Any) -> None:
        if getattr(self.libc, name)(*arguments):
            code = ctypes.get_errno()
            raise OSError(code, f"{name}{arguments[:3]}: {os.strerror(code)}")


def loopback_up() -> None:
    """In a new network namespace, let a process talk to itself: see netdevice(7), SIOCSIFFLAGS."""
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        up_and_running = 0x1 | 0x40
        fcntl.ioctl(connection, 0x8914, struct.pack("16sh22x", b"lo", up_and_running))


class _Program(ctypes.Structure):
    """struct sock_fprog of linux/filter.h."""

    _fields_ = (("len", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def refusing(names: Sequence[str]) -> bytes:
    """Return a seccomp filter, in the kernel's form, that refuses these calls and new user namespaces."""
    import pyseccomp as seccomp

    refused, made = seccomp.ERRNO(errno.EPERM), seccomp.SyscallFilter(seccomp.ALLOW)
    for name in names:
        made.add_rule(refused, name)
    made.add_rule(refused, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, NEW_USERS, NEW_USERS))
    # Its flags lie in memory, where a filter cannot look; glibc falls back to clone.
    made.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    made.add_rule(
        refused, "socket", seccomp.Arg(0, seccomp.GT, socket.AF_INET6)
    )  # packet, netlink, vsock ...
    with tempfile.TemporaryFile() as file:
        made.export_bpf(file)
        file.seek(0)
        return file.read()


class _SocketPeer:
    """The connection between the two forks of a submission: see `roadbook.grading.tests.Peer`."""

    def __init__(
        self, connection: socket.socket, jobs: IO[bytes], events: IO[bytes], pid: int, cpu_of: Any
    ) -> None:
        self.connection, self.jobs, self.events, self.pid, self.cpu_of = connection, jobs, events, pid, cpu_of
        self.requests: IO[bytes] = connection.makefile("wb")
        self.replies: IO[bytes] = connection.makefile("rb")

    def wait(self, seconds: float) -> None:
        self.connection.settimeout(seconds)

    def cpu(self) -> float | None:
        return self.cpu_of(self.pid)  # type: ignore[no-any-return]

    def peak(self, begin: bool) -> int | None:
        """Ask the sandbox's parent, which alone may look."""
        boundary.send(self.events, {"event": "peak", "begin": begin}, [])
        answer, _ = boundary.receive(self.jobs)
        return answer["bytes"]  # type: ignore[no-any-return]


def own_data() -> int:
    """Return the bytes of this process that `RLIMIT_DATA` counts; 0 where the system does not say."""
    with contextlib.suppress(OSError), Path("/proc/self/status").open() as file:
        return next((int(line.split()[1]) * 1024 for line in file if line.startswith("VmData:")), 0)
    return 0


def reproducible() -> None:
    """Put the global random generators in the same state for every submission and every run."""
    random.seed(SEED)
    for name, seed in (("numpy.random", "seed"), ("torch", "manual_seed")):
        if name in sys.modules:
            getattr(sys.modules[name], seed)(SEED)


def first_use() -> None:
    """Let libraries do what they do at their first call and then remember: it takes each fork longer.

    scikit-learn looks through all installed packages and all loaded libraries, about 35 ms. It does so on
    two numbers, in one thread.
    """
    if "sklearn" in sys.modules:
        from sklearn.neighbors import KNeighborsClassifier

        KNeighborsClassifier(1, algorithm="brute").fit([[0.0], [1.0]], [0, 1]).predict([[0.0]])


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    try:
        _Parent(control, json.loads(sys.argv[2])).serve()
    except SandboxError as error:
        control.send(json.dumps({"error": str(error)}).encode())


if __name__ == "__main__":
    main()
