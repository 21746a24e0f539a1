"""How fast pages are served and how much they weigh."""

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

from tests.bench.http import Client
from tests.bench.rows import Row
from tests.server import Server, make_run, running_server

LESSON = "/courses/probes/liveness-timing/"
PLAIN = "/bench/plain/"
ROUNDS = 7
SECONDS_PER_ROUND = 2.0
CLIENT_CORE, SERVER_CORE = 0, 1


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="hatoba-bench-") as folder:
        yield _start_seconds(Path(folder) / "start")
        with pinned_server(Path(folder) / "var") as (server, cookie):
            yield from _weights(server)
            yield _lesson_ratio(server, cookie)


def _start_seconds(var: Path) -> Row:
    """From `make run` to the first answer, once everything is installed, collected and migrated."""
    samples = [_seconds_to_answer(var) for _ in range(4)]
    return Row(name="start_seconds", value=median(samples[1:]), unit="s", goal="<= 5")


def _seconds_to_answer(var: Path) -> float:
    start = perf_counter()
    with make_run(var):
        return perf_counter() - start


def _lesson_ratio(server: Server, cookie: str) -> Row:
    """Requests per second of a lesson with progress over those of a ten-line template after one query."""
    client = Client(server.url, cookie)
    for path in (LESSON, PLAIN):
        client.requests_per_second(path, seconds=1)
    ratios = []
    for _ in range(ROUNDS):
        lesson = client.requests_per_second(LESSON, seconds=SECONDS_PER_ROUND)
        plain = client.requests_per_second(PLAIN, seconds=SECONDS_PER_ROUND)
        ratios.append(lesson / plain)
    return Row(name="lesson_page_vs_plain_view_ratio", value=median(ratios), unit="", goal=">= 0.5")


def _weights(server: Server) -> Iterator[Row]:
    """What a first visit to a lesson moves, compressed: the page and everything that it links."""
    client = Client(server.url)
    response, page = client.get(LESSON)
    assert response.headers["Content-Encoding"] == "gzip"
    total, scripts = len(page), 0
    html = client.get_text(LESSON)
    pending = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', html))
    seen: set[str] = set()
    while pending:
        path = pending.pop()
        seen.add(path)
        _, body = client.get(path)
        total += len(body)
        if path.endswith(".js"):
            scripts += len(body)
            imports = re.findall(r'(?:from|import)\s*\(?["\'](\.[^"\']+)["\']', client.get_text(path))
            pending |= {_joined(path, item) for item in imports} - seen
    yield Row(name="lesson_page_kb", value=total / 1000, unit="kB", goal="<= 100")
    yield Row(name="lesson_page_script_kb", value=scripts / 1000, unit="kB", goal="<= 30")


def _joined(path: str, relative: str) -> str:
    return os.path.normpath(os.path.join(os.path.dirname(path), relative))


class pinned_server:
    """A server with one worker on its own core, and the cookie of a learner who has some progress."""

    def __init__(self, var: Path) -> None:
        settings = {"DJANGO_SETTINGS_MODULE": "tests.bench.settings", "HATOBA_LOCAL": "0"}
        self._running = running_server(var, workers=1, env=settings)

    def __enter__(self) -> tuple[Server, str]:
        server = self._running.__enter__()
        os.sched_setaffinity(0, {CLIENT_CORE})
        for process in _tree(server.pid):
            os.sched_setaffinity(process, {SERVER_CORE})
        return server, _learner_with_progress(server)

    def __exit__(self, *error: object) -> None:
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
        self._running.__exit__(None, None, None)


def _tree(pid: int) -> list[int]:
    """The process, its children and every thread of theirs."""
    found = [int(name) for name in os.listdir(f"/proc/{pid}/task")]
    for task in list(found):
        children = Path(f"/proc/{pid}/task/{task}/children").read_text().split()
        for child in children:
            found += _tree(int(child))
    return found


def _learner_with_progress(server: Server) -> str:
    """Read the lesson and mark it as read, as a learner without JavaScript does; return the Cookie header."""
    client = Client(server.url)
    response, _ = client.get(LESSON)
    cookies = "; ".join(item.partition(";")[0] for item in response.headers.get_all("Set-Cookie", []))
    learner = Client(server.url, cookies)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', learner.get_text(LESSON))
    assert token is not None
    response, _ = learner.post(LESSON + "read/", {"csrfmiddlewaretoken": token.group(1)})
    if response.status not in (200, 302, 303):
        raise RuntimeError(f"marking the lesson as read answered {response.status}")
    return cookies
