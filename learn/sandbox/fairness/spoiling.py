"""How single values are spoilt: the changes for each kind of field."""

from collections.abc import Iterator, Mapping
from typing import Any

from learn.cluster.api.fielderror import Path
from learn.sandbox.fairness.names import HANDLERS, PROBES

_PORTS = frozenset({"port", "targetPort", "containerPort", "nodePort"})
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "restartPolicy": ("Always", "OnFailure", "Never"),
    "protocol": ("UDP", "SCTP"),
    "type": ("ClusterIP", "NodePort", "ExternalName"),
    "scheme": ("HTTPS",),
}
_ASIDE = frozenset({"annotations", "apiVersion", "kind"})
_PROBE_FIELDS: Mapping[str, int] = {
    "initialDelaySeconds": 100,
    "timeoutSeconds": 40,
    "periodSeconds": 60,
    "failureThreshold": 40,
    "successThreshold": 30,
}


def is_aside(path: Path) -> bool:
    """Whether a path is of what no goal speaks of."""
    return path[-1] in _ASIDE


def changed(path: Path, value: Any) -> Iterator[tuple[str, Any]]:
    """Other values for the one at a path, each with a word for it."""
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    match value:
        case bool():
            yield "negated", not value
        case int():
            yield from _other_numbers(key, value)
        case str() if key in _CHOICES:
            yield from ((f"= {each}", each) for each in _CHOICES[key] if each != value)
            yield "in lower case", value.lower()
        case str():
            yield from _other_texts(key, value)
        case list():
            yield from _other_lists(key, value)


def _other_numbers(key: str, value: int) -> Iterator[tuple[str, Any]]:
    yield "quoted", str(value)
    yield "negative", -value
    if key in _PORTS:
        yield "+ 1", value + 1
        yield "+ 1000", value + 1000
        yield "= 8888", 8888
    elif key == "replicas":
        yield "= 0", 0
        yield "+ 1", value + 1
    else:
        yield "× 10", value * 10
        yield "× 4", value * 4
        yield "= 1", 1


def _other_texts(key: str, value: str) -> Iterator[tuple[str, Any]]:
    if value.isdigit():
        yield "+ 1", str(int(value) + 1)
        yield "unquoted", int(value)
        return
    yield "+ -x", f"{value}-x"
    yield "in capitals", value.upper()
    yield "empty", ""
    if value.startswith("/"):
        yield "= /", "/"
    if key in ("port", "targetPort"):
        yield "= 80", 80


def _other_lists(key: str, value: list[Any]) -> Iterator[tuple[str, Any]]:
    yield "empty", []
    if all(isinstance(item, str) for item in value):
        yield "as one text", " ".join(value)
        yield "as one word", [" ".join(value)]
        yield "reversed", value[::-1]
        yield "= true", ["true"]
    elif key != "env":
        yield "doubled", [*value, *value]


def handed_over(key: str | int, value: Any, holder: Any) -> Iterator[tuple[str, Any]]:
    """The same content under another key: another probe, another handler, another list of containers."""
    if key in PROBES:
        yield from ((other, value) for other in PROBES if other not in holder)
    elif key in HANDLERS:
        port = value.get("port", 80)
        others = {
            "httpGet": {"path": "/", "port": port},
            "tcpSocket": {"port": port},
            "grpc": {"port": port if isinstance(port, int) else 8080},
            "exec": {"command": ["true"]},
        }
        yield from ((other, new) for other, new in others.items() if other != key)
    elif key in ("containers", "initContainers"):
        other = "initContainers" if key == "containers" else "containers"
        if other in holder:
            yield other, [*holder[other], *value] if key == "containers" else [*value, *holder[other]]


def added(path: Path, value: Any) -> Iterator[tuple[str, Any]]:
    """Fields that spoil the map at a path when they are added."""
    if not isinstance(value, dict):
        return
    fields = {
        **(_PROBE_FIELDS if path[-1] in PROBES else {}),
        **({"host": "example.com", "scheme": "HTTPS"} if path[-1] == "httpGet" else {}),
        **({"host": "example.com"} if path[-1] == "tcpSocket" else {}),
        **({"service": "api"} if path[-1] == "grpc" else {}),
        **({"namespace": "other"} if path[1:] == ("metadata",) else {}),
        **({"extra": "yes"} if path[-1] in ("selector", "matchLabels") and _is_flat(value) else {}),
        **({"protocol": "UDP"} if "containerPort" in value or "targetPort" in value else {}),
    }
    yield from ((key, new) for key, new in fields.items() if key not in value)
    if path[-1] in PROBES and "failureThreshold" not in value:
        yield "failureThreshold", 1
    if path[-1] == "spec" and "ports" in value:
        yield "clusterIP", "None"


def _is_flat(value: Mapping[str, Any]) -> bool:
    return all(isinstance(each, str) for each in value.values())
