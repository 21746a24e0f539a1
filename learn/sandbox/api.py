"""What the API server itself would refuse, mapped to places in the text and to Japanese words.

The rules are the simulator's own (`cluster.api.validation`), so the two never disagree.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any

from learn.cluster.api.access import map_at
from learn.cluster.api.defaults import apply_defaults
from learn.cluster.api.fielderror import ErrorType, FieldError, GoValue, Path
from learn.cluster.api.schema import schema_of
from learn.cluster.api.validation import validate
from learn.sandbox.api_rules import ROWS
from learn.sandbox.diagnostics import Diagnostic, Fix
from learn.sandbox.edits import replace_scalar, unquote_scalar
from learn.sandbox.objects import ManifestObject
from learn.sandbox.spelling import nearest

_COMPILED = tuple(
    (code, re.compile(kind), re.compile(path), re.compile(detail)) for code, kind, path, detail in ROWS
)
_MOST_REFUSALS = 501
_LONGEST_PREFIX, _SUFFIX = 58, "x7k2m"
"""How the API server builds a name: names.SimpleNameGenerator of k8s.io/apiserver."""
_QUOTED = re.compile(r'"([^"]*)"')
_PORT_NAMES = frozenset({"network-policy-port", "probe-port-name", "service-target-port-invalid"})
"""Where digits in quotes are read as the name of a port."""
_NUMBERS = re.compile(r"-?\d[\d.]*[A-Za-z]*")
_TITLES = {
    ErrorType.NOT_FOUND: "Not found",
    ErrorType.REQUIRED: "Required",
    ErrorType.DUPLICATE: "Duplicate",
    ErrorType.INVALID: "Invalid",
    ErrorType.NOT_SUPPORTED: "Unsupported",
    ErrorType.FORBIDDEN: "Forbidden",
    ErrorType.TOO_LONG: "Too long",
    ErrorType.TOO_MANY: "Too many",
    ErrorType.INTERNAL: "Internal",
    ErrorType.TYPE_INVALID: "Invalid",
}


def check_api(obj: ManifestObject, version: str, covered: Collection[Path]) -> list[Diagnostic]:
    """The server's refusals, without those that only follow from what the schema stage has said.

    Nothing is known of the rules for a kind without a schema. `covered` holds the paths that stage has spoken about, including the places where misspelt and
    misplaced fields belong.
    """
    if schema_of(obj.api_version, obj.kind, version) is None:
        return []
    errors = validate(_named(apply_defaults(obj.value, version=version)), version=version)
    if any("volumes" in error.path for error in errors):
        errors = [error for error in errors if error.type is not ErrorType.NOT_FOUND]
    around = frozenset(path[:length] for path in covered for length in range(1, len(path)))
    refusals = (error for error in errors if not _follows(obj, error, covered, around))
    return _once([_diagnose(obj, error, version) for error in islice(refusals, _MOST_REFUSALS)])


def _named(value: dict[str, Any]) -> dict[str, Any]:
    """The object with the name that the server makes of its generateName, before it validates."""
    metadata = value.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("name") or not metadata.get("generateName"):
        return value
    name = f"{str(metadata['generateName'])[:_LONGEST_PREFIX]}{_SUFFIX}"
    return {**value, "metadata": {**metadata, "name": name}}


def _once(found: list[Diagnostic]) -> list[Diagnostic]:
    """One finding per code and place, with all that the server says about it.

    What is called invalid only because of something inside it is left out.
    """
    kept: dict[tuple[str, Path], Diagnostic] = {}
    for diagnostic in found:
        key = diagnostic.code, diagnostic.path
        if key in kept:
            english = f"{kept[key].english}\n{diagnostic.english}"
            diagnostic = replace(kept[key], params={**kept[key].params, "english": english})
        kept[key] = diagnostic
    inside = {path[:length] for _, path in kept for length in range(len(path))}
    return [d for d in kept.values() if not (d.code == "api-invalid" and d.path in inside)]


def _follows(
    obj: ManifestObject, error: FieldError, covered: Collection[Path], around: Collection[Path]
) -> bool:
    """Whether the refusal only follows from what the schema stage has said.

    That is so when it spoke about this place, about one inside it or around it; and what names
    something else cannot be judged while a part of the object is unreadable. `around` holds every
    place that has a covered one inside.
    """
    if not covered:
        return False
    if error.type is ErrorType.NOT_FOUND or "`selector` does not match" in error.detail:
        return True
    return any(
        place in around or any(place[:length] in covered for length in range(1, len(place) + 1))
        for place in (error.path, _steps(obj.value, error.path))
    )


_GATES = (
    (re.compile(r".*tolerations\.operator"), {"Gt", "Lt"}, "TaintTolerationComparisonOperators"),
    (re.compile(r".*restartPolicyRules\.action"), {"RestartAllContainers"}, "RestartAllContainersOnContainerExits"),
    (re.compile(r"spec\.(?:.*\.spec\.)?resources\.limits\.pids"), {"pids"}, "PerPodPIDLimit"),
)  # fmt: skip
"""What a server refuses unless a feature gate is on: path without indexes, values, the gate."""


def _gate_of(where: str, value: object) -> str:
    """The feature gate that makes a refused value right, "" where none does."""
    return next((gate for path, values, gate in _GATES if value in values and path.fullmatch(where)), "")


def _diagnose(obj: ManifestObject, error: FieldError, version: str) -> Diagnostic:
    path = _steps(obj.value, error.path)
    names = [str(step) for step in error.path if isinstance(step, str)]
    gate = _gate_of(".".join(names), error.value) if isinstance(error.value, str) else ""
    value = _plain(error.value)
    span = obj.span(path)
    allowed = _QUOTED.findall(error.detail) if error.type is ErrorType.NOT_SUPPORTED else []
    code = "feature-gate-off" if gate else code_of(_TITLES[error.type], ".".join(names), error.detail)
    return Diagnostic(
        code=code,
        span=span,
        path=(*obj.base, *path, *error.path[len(path) :]),
        params={
            "line": str(span.line),
            "kind": obj.kind,
            "field": ".".join(names) or obj.kind,
            "leaf": names[-1] if names else obj.kind,
            "value": _short(value),
            "allowed": "、".join(f"`{name}`" for name in allowed),
            "limit": (_NUMBERS.findall(error.detail) or ["0"])[-1],
            "detail": error.detail,
            "gate": gate,
            "selector": _pairs(obj.value, "spec", "selector", "matchLabels"),
            "labels": _pairs(obj.value, "spec", "template", "metadata", "labels"),
            "english": f'The {obj.kind} "{obj.name}" is invalid: {error.text(version)}',
        },
        fix=_certain_fix(obj, code, path, value, allowed) if path == error.path else None,
        document=obj.document.index,
    )


def _certain_fix(obj: ManifestObject, code: str, path: Path, value: object, allowed: list[str]) -> Fix | None:
    """The edit that leaves no choice: a word of the list misspelt, a number in quotes, a lost zero."""
    if not isinstance(value, (str, int)):
        return None
    meant = nearest(str(value), allowed)
    if meant:
        return replace_scalar(obj, _item_of(obj, path, value), meant)
    if code in _PORT_NAMES and str(value).isdigit():
        return unquote_scalar(obj, path)
    if code == "volume-mode-range" and re.fullmatch("[0-7]{3}", str(value)):
        return replace_scalar(obj, path, f"0{value}")
    return None


def _item_of(obj: ManifestObject, path: Path, value: object) -> Path:
    """The place of the value, which the server may name by the list that holds it."""
    items: Any = obj.value
    for step in path:
        items = items[step]
    return (*path, items.index(value)) if isinstance(items, list) and value in items else path


def _plain(value: object) -> object:
    """What a message calls the value; of an object told apart by its type, that type."""
    if isinstance(value, GoValue):
        value = value.json
    return value.get("Type", value) if isinstance(value, dict) else value


@lru_cache(maxsize=1024)
def code_of(title: str, path: str, detail: str) -> str:
    """The code of a refusal: error title, path without indexes, the server's detail."""
    return next(
        code
        for code, kind, where, what in _COMPILED
        if kind.match(title) and where.fullmatch(path) and what.search(detail)
    )


_WRITTEN_AS = {"requests": "limits", "data": "stringData", "clusterIPs": "clusterIP"}
"""Fields that the server fills from another one, which is the one in the text."""


def _steps(value: Any, path: Path) -> Path:
    """The part of the path that stands in the text; defaults do not."""
    found: list[str | int] = []
    for step in path:
        if isinstance(value, dict) and step not in value and _WRITTEN_AS.get(str(step)) in value:
            step = _WRITTEN_AS[str(step)]
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            break
        found.append(step)
    return tuple(found)


def _pairs(value: Any, *path: str) -> str:
    """The labels at `path` as `app: web, tier: front`."""
    for step in path:
        value = map_at(value, step)
    return _short(", ".join(f"{key}: {text}" for key, text in value.items())) or "（なし）"


def _short(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"
