"""`roadbook.services`: a server answers while it lives, on its own port, and is gone afterwards."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from roadbook import services


def application(word: str) -> FastAPI:
    app = FastAPI()

    @app.get("/")
    async def said() -> str:
        return word

    return app


def test_answers_until_it_is_stopped() -> None:
    with (
        services.LocalServer(application("one")) as first,
        services.LocalServer(application("two")) as second,
    ):
        assert first.address != second.address
        assert first.address.startswith("http://127.0.0.1:")
        assert [httpx.get(server.address).json() for server in (first, second)] == ["one", "two"]
    for server in (first, second):
        with pytest.raises(httpx.ConnectError):
            httpx.get(server.address)
        server.stop()  # once more is no error


def test_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    services.LocalServer(application("one")).stop()
    assert threading.active_count() <= before


def test_says_that_it_did_not_start() -> None:
    @contextlib.asynccontextmanager
    async def broken(_app: FastAPI) -> AsyncIterator[None]:
        raise OSError("no database")
        yield

    app = FastAPI(lifespan=broken)
    with pytest.raises(RuntimeError, match="did not start"):
        services.LocalServer(app, seconds=3)
