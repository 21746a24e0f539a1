"""The clusters that the golden transcripts run on."""

from functools import cache
from pathlib import Path

import yaml

from learn.cluster.cluster import Cluster

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "kubectl"
NOW = "2026-04-01T00:10:00Z"

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: nginx, image: "nginx:1.27", ports: [{containerPort: 80}], resources: {requests: {cpu: 100m, memory: 64Mi}}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""


@cache
def _objects(file: str) -> tuple[dict, ...]:
    return tuple(yaml.load_all((GOLDEN / file).read_text(encoding="utf-8"), yaml.CSafeLoader))


def objects(version: str) -> Cluster:
    """Written-out objects at a date; nothing moves."""
    return Cluster.from_objects(_objects("objects.yaml"), now=NOW, version=version)


def more(version: str) -> Cluster:
    """Rarer objects at that date."""
    return Cluster.from_objects(_objects("more.yaml"), now=NOW, version=version)


def empty(version: str) -> Cluster:
    """Three nodes a minute after their start."""
    cluster = Cluster(seed=7, version=version)
    cluster.run_for(60_000)
    return cluster


def web(version: str) -> Cluster:
    """A Deployment of three Pods behind a Service, a minute old."""
    cluster = Cluster(seed=7, version=version)
    cluster.apply(WEB)
    cluster.run_for(60_000)
    return cluster


CLUSTERS = {"objects": objects, "more": more, "empty": empty, "web": web}
