"""
`make lighthouse`: home, a lesson and an exercise under Lighthouse's default mobile settings.

Each page is measured three times and judged by the median; the scores go to build/lighthouse.json.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from tests.install_browser import chromium_path
from tests.server import ROOT, running_server

PAGES = {
    "home": "/",
    "lesson": "/courses/probes/liveness-timing/",
    "exercise": "/labs/liveness-timing-1/",
}
GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100}
RUNS = 3
OUTPUT = ROOT / "build" / "lighthouse.json"


def browser_path() -> str:
    if path := chromium_path():
        return path
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def measure(url: str, report: Path) -> dict[str, float]:
    """Return one run's scores, 0 to 100."""
    flags = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
    subprocess.run(
        [
            *("npx", "--prefix", "tests/lighthouse", "lighthouse", url, "--quiet"),
            *(f"--chrome-flags={flags}", f"--only-categories={','.join(GOALS)}"),
            *("--output=json", f"--output-path={report}"),
        ],
        cwd=ROOT,
        env={**os.environ, "CHROME_PATH": browser_path()},
        check=True,
    )
    categories = json.loads(report.read_text())["categories"]
    return {name: categories[name]["score"] * 100 for name in GOALS}


def main() -> int:
    scores: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="hatoba-lighthouse-") as folder:
        report = Path(folder) / "report.json"
        with running_server(Path(folder) / "var") as server:
            for page, path in PAGES.items():
                runs = [measure(server.url + path, report) for _ in range(RUNS)]
                scores[page] = {name: median(run[name] for run in runs) for name in GOALS}
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(scores, indent=2) + "\n")
    for page, page_scores in scores.items():
        print(
            f"{page:10}", *(f"{name} {score:.0f} (goal {GOALS[name]})" for name, score in page_scores.items())
        )
    met = all(score >= GOALS[name] for page in scores.values() for name, score in page.items())
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
