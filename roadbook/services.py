"""A web application that runs beside a notebook or a test, on a free port of this machine.

Chapters whose subject needs a server (an API of weather in chapter 01) start the real thing and stop it
again; nothing is reachable from outside.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Any


class LocalServer:
    """An ASGI application served by uvicorn in a thread of its own, from here until `stop`.

    Args:
        app: the application, for instance a `fastapi.FastAPI`.
        seconds: how long to wait for it to start or to stop.

    Raises:
        RuntimeError: it did not start in time.
    """

    def __init__(self, app: Any, seconds: float = 10.0) -> None:
        import uvicorn

        self.seconds = seconds
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="auto")
        self._server = uvicorn.Server(config)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        until = time.monotonic() + seconds
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > until:
                raise RuntimeError(f"the server did not start within {seconds:g} s") from self._error
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        """Where it answers, without a slash at the end."""

    def _run(self) -> None:
        try:
            self._server.run()
        except BaseException as error:  # uvicorn leaves by SystemExit where the application's start fails
            self._error = error

    def stop(self) -> None:
        """Stop it, letting requests that are under way finish. Stopping twice is no error."""
        self._server.should_exit = True
        self._thread.join(self.seconds)

    def __enter__(self) -> LocalServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
