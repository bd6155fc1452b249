"""What a page of the site weighs and how Lighthouse scores it, beside the book in Jupyter Book's own theme.

    .venv/bin/python benchmarks/site.py --runs 5

needs `make book`, Chromium and Node. Both builds are served on this machine, compressed. Lighthouse's
figures depend on the load of the machine: run it on a quiet one. It is no test, and nothing fails on it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "_ext"))

from playwright.sync_api import sync_playwright  # noqa: E402
from roadbook_site.serve import serving  # noqa: E402

PAGES = [
    "index",
    "chapters/foundations/04-nearest-neighbours",
    "chapters/llm-project/13-attention",
    "chapters/llm-project/19-eval-sets",
]
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
KINDS = ["document", "stylesheet", "script", "font"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]


def with_the_default_theme(folder: Path) -> Path:
    """Build the same pages with Jupyter Book as it comes; the directives of our extension show as text."""
    for name in ("_toc.yml", "index.md", "chapters", "exercises", "data"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("*.jsonl"))
        else:
            shutil.copy(source, folder / name)
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    del config["sphinx"]["local_extensions"], config["sphinx"]["config"]["html_theme"]
    config["html"] = {"use_repository_button": True, "use_issues_button": True, "use_edit_page_button": True}
    (folder / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    program = Path(sys.executable).parent / "jupyter-book"
    subprocess.run([str(program), "build", str(folder), "--quiet"], check=True, capture_output=True)  # noqa: S603
    built = folder / "_build/html"
    if not (built / f"{PAGES[-1]}.html").is_file():  # Jupyter Book ends well even where Sphinx failed
        raise SystemExit("the book did not build with Jupyter Book's own theme")
    return built


def weigh(address: str, pages: list[str]) -> dict[str, dict[str, float]]:
    """Return kilobytes over the wire on a first visit, by kind, with images apart."""
    weights = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for page in pages:
            tab = browser.new_context().new_page()
            sums = dict.fromkeys([*KINDS, "image", "elsewhere"], 0.0)
            requests = []
            tab.on("request", lambda request, seen=requests: seen.append(request))
            tab.goto(f"{address}{page}.html", wait_until="load")
            tab.wait_for_timeout(1500)
            for request in requests:
                if not request.url.startswith(address):
                    sums["elsewhere"] += 1
                elif request.response() is not None:
                    kind = request.resource_type if request.resource_type in sums else "script"
                    sums[kind] += int(request.response().headers.get("content-length", 0)) / 1000
            weights[page] = sums
        browser.close()
    return weights


def every_page(site: Path) -> list[str]:
    found = (path.relative_to(site) for path in site.rglob("*.html") if "_static" not in path.parts)
    return sorted(path.with_suffix("").as_posix() for path in found)


def score(address: str, page: str, device: str, runs: int) -> list[float]:
    """Return the median of each category's score, in percent."""
    folder = ROOT / "benchmarks/lighthouse"
    if not (folder / "node_modules/lighthouse").is_dir():
        subprocess.run(["npm", "ci", "--loglevel=error"], cwd=folder, check=True)  # noqa: S607
    scores: list[list[float]] = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as profile:
            flags = " ".join(["--headless=new", f"--user-data-dir={profile}", *FLAGS])
            command = ["node", "node_modules/lighthouse/cli/index.js", f"{address}{page}.html", "--quiet"]
            command += ["--output=json", f"--chrome-path={CHROMIUM}", f"--chrome-flags={flags}"]
            command += [f"--only-categories={','.join(CATEGORIES)}", "--no-enable-error-reporting"]
            command += ["--preset=desktop"] if device == "desktop" else []
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True)  # noqa: S603
            if done.returncode:
                raise SystemExit(f"Lighthouse failed on {page}:\n{done.stderr[-2000:]}")
            report = json.loads(done.stdout)
            scores.append([report["categories"][name]["score"] * 100 for name in CATEGORIES])
    return [statistics.median(column) for column in zip(*scores, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--runs", type=int, default=5, help="Lighthouse runs of which the median counts; 0: none"
    )
    parser.add_argument("--site", type=Path, default=ROOT / "_build/html", help="the built book")
    parser.add_argument("--ours-only", action="store_true", help="leave the default theme out")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        builds = {"ours": given.site}
        if not given.ours_only:
            builds["default theme"] = with_the_default_theme(Path(folder))
        print("Kilobytes over the wire on a first visit (gzip)\n")
        print("| build | page | HTML | styles | scripts | fonts | sum | images | requests elsewhere |")
        print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
        for build, site in builds.items():
            with serving(site) as address:
                weights = weigh(address, every_page(site) if build == "ours" else PAGES)
            for page, sums in weights.items():
                parts = [sums[kind] for kind in KINDS]
                numbers = [
                    f"{number:.0f}" for number in [*parts, sum(parts), sums["image"], sums["elsewhere"]]
                ]
                print(f"| {build} | {page} | {' | '.join(numbers)} |", flush=True)
        if given.runs:
            print(f"\nLighthouse, median of {given.runs}: {', '.join(CATEGORIES)}\n")
            print("| build | page | phone | desktop |")
            print("|---|---|---|---|")
            for page in PAGES:
                for build, site in builds.items():
                    with serving(site) as address:
                        cells = [score(address, page, device, given.runs) for device in ("phone", "desktop")]
                    words = [" / ".join(f"{number:.0f}" for number in cell) for cell in cells]
                    print(f"| {build} | {page} | {' | '.join(words)} |", flush=True)


if __name__ == "__main__":
    main()
