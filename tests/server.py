"""A real Hatoba server as `make run` starts it, for browser tests, benchmarks and Lighthouse."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


class Server:
    """granian serving Hatoba on a free port, with its own var folder and database."""

    def __init__(self, var: Path, *, workers: int = 2, env: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._workers = workers
        self._env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "learn.settings",
            "HATOBA_VAR_DIR": str(var),
            "HATOBA_LOCAL": "1",
            **(env or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def prepare(self) -> None:
        """Create the tables and collect the static files."""
        self.manage("migrate", "--verbosity", "0")
        self.manage("collectstatic", "--noinput", "--verbosity", "0")

    def start(self) -> None:
        """Serve, and return once the home page answers."""
        self._process = subprocess.Popen(
            [
                str(Path(sys.executable).with_name("granian")),
                *("--interface", "wsgi", "--workers", str(self._workers), "--blocking-threads", "4"),
                *("--host", "127.0.0.1", "--port", str(self.port), "--log-level", "warning"),
                "learn.wsgi:application",
            ],
            cwd=ROOT,
            env=self._env,
            start_new_session=True,
        )
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not answers(self.url + "/"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError("the server did not start; its messages are above")
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=15)
            self._process = None

    def kill(self) -> None:
        """End it without warning, with every worker, as a power cut does."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=15)
            self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def manage(self, *arguments: str) -> None:
        """Run `manage.py` beside the server, on its database."""
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=self._env, check=True)


@contextmanager
def running_server(var: Path, *, workers: int = 2, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    server = Server(var, workers=workers, env=env)
    server.prepare()
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def make_run(var: Path) -> Iterator[str]:
    """`make run` once it answers, as its address; Ctrl-C at the end, which make and every process of it hear."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    process = subprocess.Popen(
        ["make", "--silent", "run", f"PORT={port}"],
        cwd=ROOT,
        env={**os.environ, "HATOBA_VAR_DIR": str(var)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_hear_interrupts,
    )
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    try:
        while not answers(url + "/"):
            if process.poll() is not None:
                raise RuntimeError(f"make run ended with {process.returncode}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"make run did not answer within {START_TIMEOUT_SECONDS} s")
            time.sleep(0.02)
        yield url
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=15)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def _hear_interrupts() -> None:
    """A shell starts what it puts into the background deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
