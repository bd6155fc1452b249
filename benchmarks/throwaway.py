"""Inside a throwaway sandbox of `threats.py`: be the rest of the machine, run stock nbgrader, and print, as
JSON, which of its steps took too long and which processes it has left. Standard library only."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def main(port: int, seconds: int, steps: list[str]) -> None:
    places: list[Any] = [("127.0.0.1", port), str(Path.cwd() / "socket"), f"\0roadbook-hostile-{port}"]
    servers = [socket.socket(), socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)]
    for server, place in zip(servers, places, strict=True):
        server.bind(place)
        server.listen()
    slow, nowhere = [], subprocess.DEVNULL  # and no pipe, which processes that are left would keep open
    for step in steps:
        command = [sys.executable, "-m", "nbgrader", *step.split(), "--ExecutePreprocessor.timeout=10"]
        try:
            subprocess.run(command, stdout=nowhere, stderr=nowhere, timeout=seconds, check=False)  # noqa: S603
        except subprocess.TimeoutExpired:
            slow.append(step.split()[0])
    time.sleep(0.5)  # kernels end a moment later
    left = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state = (folder / "stat").read_text().rsplit(") ", 1)[1][0]
            if int(folder.name) not in (1, os.getpid()) and state != "Z":
                left.append((folder / "comm").read_text().strip())
        except OSError:
            continue
    print(json.dumps({"left": [] if slow else left, "slow": slow}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
