"""What a live exercise costs a reader: seconds from Run to the result, and the bytes that come over the wire.

    make book && .venv/bin/python benchmarks/live.py [FOLDER]

FOLDER is the built site, `_build/html` unless named. Headless Chromium on this machine, the site behind
`_ext/roadbook_site/serve.py` (gzip, no delay): what is measured is unpacking, compiling and running, not a
network. Medians of five.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "_ext"))

from roadbook_site.serve import serving  # noqa: E402

from roadbook import drills  # noqa: E402

PAGE = "chapters/foundations/04-nearest-neighbours-drills.html"
DRILL = drills.load("recall-at-k")
TIMES = 5


def timed_run(page: Page, code: str) -> float:
    """Seconds from the press on Run until the page shows the result."""
    box = page.locator(f"#drill-{DRILL.name} .live")
    box.scroll_into_view_if_needed()
    box.locator(".cm-content").fill(code)
    begun = time.perf_counter()
    box.locator(".live-run").click()
    box.page.wait_for_selector(f"#drill-{DRILL.name} .live[data-result]", timeout=120_000)
    took = time.perf_counter() - begun
    if box.get_attribute("data-result") != "pass":
        sys.exit(f"the answer of {DRILL.name} failed: {box.locator('.live-status').inner_text()}")
    return took


def counted(context: BrowserContext) -> dict[str, int]:
    """Bytes as they come, apart for Python and for the rest of the page."""
    moved = {"page": 0, "python": 0}

    def add(address: str, size: int) -> None:
        moved["python" if "/pyodide/" in address or "worker.js" in address else "page"] += size

    context.on(
        "requestfinished",
        lambda r: add(r.url, sum(map(r.sizes().get, ("responseBodySize", "responseHeadersSize")))),
    )  # type: ignore[arg-type]
    return moved


def visit(browser: Browser, address: str) -> dict[str, float]:
    """One reader: first Run, second Run, a Run after a loop was stopped, a Run after coming back."""
    context = browser.new_context()
    moved = counted(context)
    page = context.new_page()
    page.goto(address + PAGE, wait_until="networkidle")
    found: dict[str, float] = {"page, kB": moved["page"] / 1000}
    found["first Run, s"] = timed_run(page, DRILL.answer)
    page.wait_for_load_state("networkidle")
    found["Python, kB"] = moved["python"] / 1000
    found["second Run, s"] = timed_run(page, DRILL.answer + "\n")
    page.reload(wait_until="networkidle")
    found["first Run after a reload, s"] = timed_run(page, DRILL.answer)
    context.close()
    return found


def main() -> None:
    site = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "_build" / "html"
    if not (site / PAGE).is_file():
        sys.exit("build the book first: make book")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not chromium:
        sys.exit("expected Chromium on PATH, found none")
    with serving(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        visit(browser, address)  # the server compresses each file once
        visits = [visit(browser, address) for _ in range(TIMES)]
        browser.close()
    for name in visits[0]:
        values = [v[name] for v in visits]
        print(f"{name:30} {statistics.median(values):9.2f}   ({min(values):.2f} to {max(values):.2f})")


if __name__ == "__main__":
    main()
