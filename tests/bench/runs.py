"""How long it takes to check and run an exercise's manifest: the whole request, each time with another text."""

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from learn.content.model import Exercise
from tests.bench.http import Client
from tests.bench.rows import Row
from tests.bench.web import pinned_server

REQUESTS = 20
WARM = 2


def rows() -> Iterator[Row]:
    """One informing row per exercise, then the slowest held to its goal."""
    with (
        tempfile.TemporaryDirectory(prefix="hatoba-bench-") as folder,
        pinned_server(Path(folder)) as (server, cookie),
    ):
        client = Client(server.url, cookie)
        slowest = 0.0
        for exercise in _exercises():
            samples = _samples(client, exercise)
            p95 = quantiles(samples, n=20)[-1]
            slowest = max(slowest, p95)
            yield Row(name=f"run_http_ms[{exercise.id}]", value=median(samples), unit="ms")
            yield Row(name=f"run_http_p95_ms[{exercise.id}]", value=p95, unit="ms")
    yield Row(name="run_http_p95_ms", value=slowest, unit="ms", goal="<= 250")


def _exercises() -> list[Exercise]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.settings")
    import django

    django.setup()
    from learn.library import get_catalog

    return [each for each in get_catalog().exercises.values() if each.runs and each.is_available]


def _samples(client: Client, exercise: Exercise) -> list[float]:
    """Milliseconds of one request each: check, runs, goals and timeline of a solution, or of the start.

    Equal manifests are played once, so each has an annotation of its own.
    """
    page = client.get_text(exercise.url)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    texts = [exercise.start, *(each.text for each in exercise.solutions)]
    found = []
    for number in range(REQUESTS + WARM):
        fields = {"csrfmiddlewaretoken": token[1], "text": _different(texts[number % len(texts)], number)}
        start = perf_counter()
        response, _ = client.post(f"{exercise.url}check/", fields, headers={"HX-Request": "true"})
        found.append((perf_counter() - start) * 1000)
        if response.status != 200:
            raise RuntimeError(f"{exercise.url}check/ answered {response.status}")
    return found[WARM:]


def _different(text: str, number: int) -> str:
    """The manifest with an annotation of its own on its first object."""
    annotation = f"annotations: {{bench: 'x{number}'}}"
    return text.replace("metadata:\n", f"metadata:\n  {annotation}\n", 1)
