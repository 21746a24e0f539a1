"""YAML and JSON as kubectl prints them.

Source: sigs.k8s.io/yaml and its goyaml.v2 (encode.go stringv, resolve.go): keys sorted, lists not indented, text
with line breaks as a literal block, text that would read as something else in double quotes.
"""

import json
import re
from typing import Any

import yaml

from learn.sandbox.scalars import resolve_plain

_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_TIMESTAMP = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([Tt ]\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?.*)?")
_OLD_BOOLS = frozenset(["y", "Y", "n", "N"])
_STR, _PLAIN_TAG = "tag:yaml.org,2002:str", "tag:yaml.org,2002:null"


class _Dumper(yaml.CSafeDumper):
    """Every scalar brings its own style, so nothing is left to be resolved."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        return _STR if kind is yaml.ScalarNode else str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]  # untyped base


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = None
    if "\n" in value:
        style = "|"
    elif not _is_plain(value):
        style = '"'
    return dumper.represent_scalar(_STR, value, style)


def _is_plain(value: str) -> bool:
    if value in _OLD_BOOLS or _BASE_60.fullmatch(value) or _TIMESTAMP.fullmatch(value):
        return False
    return isinstance(resolve_plain(value), str)


def _scalar(dumper: _Dumper, value: Any) -> yaml.ScalarNode:
    return dumper.represent_scalar(_STR, json_scalar(value))


def json_scalar(value: Any) -> str:
    """A number, boolean or null as Go writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


_Dumper.add_representer(str, _text)
for _kind in (bool, int, float, type(None)):
    _Dumper.add_representer(_kind, _scalar)


def to_yaml(value: Any) -> str:
    text: str = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=False, sort_keys=True, allow_unicode=True, width=1_000_000
    )
    return text


_HTML = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def to_json(value: Any, *, indent: int | None = 4) -> str:
    """JSON with sorted keys; `<`, `>` and `&` escaped, as Go's encoder does."""
    separators = (",", ": ") if indent else (",", ":")
    text = json.dumps(value, indent=indent, sort_keys=True, ensure_ascii=False, separators=separators)
    return text.translate(_HTML)
