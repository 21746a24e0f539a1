"""Any other kind: its fields as they stand (GenericDescriber, smartLabelFor)."""

from __future__ import annotations

import re
from typing import Any

from learn.cluster.objects import Obj
from learn.kubectl.describe.common import Scene, events, head
from learn.kubectl.describe.writer import Writer
from learn.kubectl.yamltext import json_scalar

_SKIPPED = frozenset(
    {
        ".metadata.managedFields",
        ".metadata.name",
        ".metadata.namespace",
        ".metadata.labels",
        ".metadata.annotations",
    }
)
_ACRONYMS = frozenset({"API", "URL", "UID", "GUID"})
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z]|$|[^A-Za-z])|[A-Z]?[a-z]+|[A-Z]+|[^A-Za-z]+")


def describe_generic(scene: Scene, out: Writer, obj: Obj) -> None:
    head(out, obj)
    _content(out, obj, 0, "")
    events(scene, out, obj)


def _content(out: Writer, value: dict[str, Any], level: int, path: str) -> None:
    for field in sorted(value):
        inner = f"{path}.{field}"
        if inner in _SKIPPED:
            continue
        found = value[field]
        if isinstance(found, dict):
            out.line(f"{label(field)}:", level)
            _content(out, found, level + 1, inner)
        elif isinstance(found, list):
            out.line(f"{label(field)}:", level)
            for item in found:
                if isinstance(item, dict):
                    _content(out, item, level + 1, inner)
                else:
                    out.line(_text(item), level + 1)
        else:
            out.field(label(field), _text(found), level)


def _text(value: Any) -> str:
    return "<nil>" if value is None else json_scalar(value)


def label(field: str) -> str:
    """`apiVersion` as `API Version`, `resourceVersion` as `Resource Version`."""
    if not re.fullmatch(r"[^\W\d_]+(?:-[^\W\d_]*)*", field):
        return field
    words = []
    for word in _WORDS.findall(field):
        if word.upper() in _ACRONYMS:
            words.append(word.upper())
        else:
            words.append(word[0].upper() + word[1:] if word.islower() else word)
    return " ".join(words)
