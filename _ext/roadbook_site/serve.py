"""Serve a built site as its host does: below its path, compressed, with its 404 page.

`python _ext/roadbook_site/serve.py _build/html 8000`; tests, benchmarks and the PDF use `serving`.
"""

from __future__ import annotations

import gzip
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMPRESSED = {".html", ".js", ".mjs", ".css", ".json", ".svg", ".wasm", ".txt", ".xml"}


@lru_cache(maxsize=512)
def compressed(path: Path, changed: float) -> bytes:
    return gzip.compress(path.read_bytes(), 6)


class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site = Path()
    base = "/"

    def log_message(self, *words: object) -> None:
        pass

    def do_GET(self) -> None:
        address = unquote(urlsplit(self.path).path)
        if address == "/" != self.base:
            self.send_response(302)
            self.send_header("Location", self.base)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        path = (self.site / address.removeprefix(self.base).lstrip("/")).resolve()
        if path.is_dir():
            path /= "index.html"
        status = 200
        if not address.startswith(self.base) or not path.is_file() or self.site not in path.parents:
            status, path = 404, self.site / "404.html"
        squeeze = path.suffix in COMPRESSED and "gzip" in self.headers.get("Accept-Encoding", "")
        if not path.is_file():  # a site without a page for it
            body, squeeze = b"not found", False
        elif squeeze:
            body = compressed(path, path.stat().st_mtime)
        else:
            body = path.read_bytes()
        self.send_response(status)
        kinds = {".wasm": "application/wasm", ".mjs": "text/javascript", ".woff2": "font/woff2"}
        self.send_header("Content-Type", kinds.get(path.suffix) or self.guess_type(path))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        if squeeze:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(site: Path, port: int = 0) -> Iterator[str]:
    """Serve in a thread; give the site's address, with a slash at its end."""
    listed = site / "site.json"
    base = "/"
    if listed.is_file():
        base = urlsplit(json.loads(listed.read_text(encoding="utf-8"))["base"]).path
    handler = type("Bound", (Handler,), {"site": site.resolve(), "base": base})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{base}"
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    with serving(Path(sys.argv[1]), int(sys.argv[2])) as address:
        print(f"Open {address}; stop with Ctrl-C.")
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
