"""How fast the manifest check is: alone, beside kubernetes_validate, and as a whole request."""

import gc
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import kubernetes_validate
import yaml

from learn.cluster.api.versions import NEWEST, SUPPORTED
from learn.sandbox.pipeline import check
from tests.bench.http import Client
from tests.bench.manifests import manifests, sixty_lines
from tests.bench.rows import Row
from tests.bench.web import pinned_server

REQUESTS = 200
ROUNDS = 5


def rows() -> Iterator[Row]:
    yield from _schema_rows()
    yield _ratio()
    yield _thousand()
    with (
        tempfile.TemporaryDirectory(prefix="hatoba-bench-") as folder,
        pinned_server(Path(folder)) as (server, cookie),
    ):
        yield _http(Client(server.url, cookie))


_LOAD = """
import json, os, sys, time
import learn.sandbox.pipeline
from learn.cluster.api.schema import definitions
def resident():
    pages = int(open("/proc/self/statm").read().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6
before, start = resident(), time.perf_counter()
loaded = definitions(sys.argv[1])
for api_version, kind in sorted(loaded.kinds()):
    loaded.of_kind(api_version, kind)
print(json.dumps([(time.perf_counter() - start) * 1000, resident() - before]))
"""


def _schema_rows() -> Iterator[Row]:
    """A version's schemas, read in a fresh process with every kind compiled: the slowest and the largest."""
    loads, sizes = [], []
    for version in SUPPORTED:
        samples = [_loaded(version) for _ in range(3)]
        loads.append(median(ms for ms, _ in samples))
        sizes.append(median(mb for _, mb in samples))
    yield Row(name="schema_load_ms", value=max(loads), unit="ms", goal="<= 200")
    yield Row(name="schema_mb", value=max(sizes), unit="MB", goal="<= 30")


def _loaded(version: str) -> tuple[float, float]:
    command = [sys.executable, "-c", _LOAD, version]
    ms, mb = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return ms, mb


def _ratio() -> Row:
    """All our stages, from the text on, against kubernetes_validate.validate() of the parsed object; warm."""
    texts = manifests(count=22)
    objects = [yaml.safe_load(text) for text in texts]

    def ours() -> None:
        for text in texts:
            check(text)

    def theirs() -> None:
        for obj in objects:
            kubernetes_validate.validate(obj, NEWEST, strict=True)

    ratios = [_seconds(theirs) / _seconds(ours) for _ in range(ROUNDS)]
    return Row(name="check_vs_kubernetes_validate_ratio", value=median(ratios), unit="", goal=">= 15")


def _thousand() -> Row:
    texts = manifests(count=1000)

    def ours() -> None:
        for text in texts:
            check(text)

    samples = [_seconds(ours) * 1000 for _ in range(ROUNDS)]
    return Row(name="check_1000_manifests_ms", value=median(samples), unit="ms", goal="<= 500")


def _seconds(work: Callable[[], Any]) -> float:
    gc.collect()
    start = perf_counter()
    work()
    return perf_counter() - start


def _http(client: Client) -> Row:
    """The whole request of the sandbox page's check for a 60-line manifest, each time another text."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get_text("/sandbox/"))
    assert token is not None
    samples = []
    for number in range(REQUESTS + 10):
        fields = {"csrfmiddlewaretoken": token[1], "text": sixty_lines(number)}
        start = perf_counter()
        response, _ = client.post("/sandbox/", fields)
        samples.append((perf_counter() - start) * 1000)
        if response.status != 200:
            raise RuntimeError(f"/sandbox/ answered {response.status}")
    return Row(name="check_http_p95_ms", value=quantiles(samples[10:], n=20)[-1], unit="ms", goal="<= 60")
