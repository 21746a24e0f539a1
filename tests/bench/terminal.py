"""How fast the terminal answers: the first prompt, one command, and a full room."""

import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from statistics import median, quantiles

from tests.bench.http import Client, text_of
from tests.bench.rows import Row
from tests.bench.web import _tree
from tests.server import Server, running_server

PAGE, RUN = "/terminal/", "/terminal/run/"
CREATE = "kubectl create deployment web --image=example.com/web:1.0 --replicas=4"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
SAMPLES = 60
LEARNERS, EVERY_S, ROUNDS = 200, 3.0, 4
CLIENT_CORE, SERVER_CORE = 0, 1


def rows() -> Iterator[Row]:
    with _server(workers=1) as server:
        yield from _one_learner(server)
    with _server(workers=2) as server:
        yield from _a_full_room(server)


@contextmanager
def _server(*, workers: int) -> Iterator[Server]:
    with (
        tempfile.TemporaryDirectory(prefix="hatoba-bench-") as folder,
        running_server(Path(folder), workers=workers, env={"HATOBA_LOCAL": "0"}) as server,
    ):
        yield server


class Learner:
    """Types into one terminal, as the page's script does."""

    def __init__(self, server: Server) -> None:
        client = Client(server.url)
        response, _ = client.get(PAGE)
        cookies = [header.partition(";")[0] for header in response.headers.get_all("Set-Cookie", [])]
        self._client = Client(server.url, "; ".join(cookies))
        self._form = dict(HIDDEN.findall(self._client.get_text(PAGE)))

    def run(self, line: str) -> float:
        """Give the milliseconds of one round trip; raises RuntimeError when the answer is no success."""
        fields = {**self._form, "do": "run", "line": line}
        start = time.perf_counter()
        response, body = self._client.post(RUN, fields, headers={"HX-Request": "true"})
        spent = (time.perf_counter() - start) * 1000
        if response.status != 200:
            raise RuntimeError(f"{line!r} was answered by {response.status}")
        self._form.update(HIDDEN.findall(text_of(response, body)))
        return spent


def _one_learner(server: Server) -> Iterator[Row]:
    os.sched_setaffinity(0, {CLIENT_CORE})
    for process in _tree(server.pid):
        os.sched_setaffinity(process, {SERVER_CORE})
    try:
        prompts = [_first_prompt_ms(server) for _ in range(9)]
        yield Row(name="terminal_first_prompt_ms", value=median(prompts), unit="ms", goal="<= 50")
        learner = Learner(server)
        learner.run(CREATE)
        spent = _cpu_ms(server.pid)
        samples = [learner.run("kubectl get pods") for _ in range(SAMPLES)]
        spent = _cpu_ms(server.pid) - spent
        yield Row(name="terminal_command_p95_ms", value=_p95(samples), unit="ms", goal="<= 40")
        yield Row(name="terminal_command_cpu_ms", value=spent / SAMPLES, unit="ms")
    finally:
        os.sched_setaffinity(0, range(os.cpu_count() or 1))


def _first_prompt_ms(server: Server) -> float:
    """A new learner's page and their first command, which makes the cluster."""
    client = Client(server.url)
    start = time.perf_counter()
    client.get(PAGE)
    opened = (time.perf_counter() - start) * 1000
    return opened + Learner(server).run("kubectl get nodes")


def _a_full_room(server: Server) -> Iterator[Row]:
    """Every learner sends a command each three seconds, evenly spread, for four rounds."""
    learners = [Learner(server) for _ in range(LEARNERS)]
    samples: list[float] = []
    failures: list[str] = []
    began = time.monotonic() + 1

    def work(place: int) -> None:
        for turn in range(ROUNDS):
            due = began + turn * EVERY_S + place * EVERY_S / LEARNERS
            time.sleep(max(due - time.monotonic(), 0))
            try:
                samples.append(learners[place].run(CREATE if turn == 0 else "kubectl get pods"))
            except (RuntimeError, OSError, HTTPException) as error:
                failures.append(str(error))

    threads = [threading.Thread(target=work, args=(place,)) for place in range(LEARNERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    yield Row(name="terminal_200_learners_p95_ms", value=_p95(samples), unit="ms", goal="<= 300")
    yield Row(name="terminal_200_learners_failed", value=len(failures), unit="", goal="<= 0")


def _cpu_ms(pid: int) -> float:
    """What the server and its workers have computed so far; says more than the clock on a machine that others use."""
    nanoseconds = (int(Path(f"/proc/{task}/schedstat").read_text().split()[0]) for task in _tree(pid))
    return sum(nanoseconds) / 1_000_000


def _p95(samples: list[float]) -> float:
    return quantiles(samples, n=20)[-1]
