"""Make sure that a Chromium and a Japanese font are there for the browser tests."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

DEBIAN_PACKAGES = ["chromium", "fonts-noto-cjk"]


def chromium_path() -> str | None:
    """The system's Chromium, or None where Playwright's own is to be used."""
    return shutil.which("chromium")


def main() -> None:
    if os.geteuid() == 0 and Path("/etc/debian_version").exists():
        if chromium_path() and Path("/usr/share/fonts/opentype/noto").exists():
            return
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *DEBIAN_PACKAGES],
            check=True,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    elif not chromium_path():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


if __name__ == "__main__":
    main()
