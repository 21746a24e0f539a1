"""Values as Go prints them."""

from __future__ import annotations

import json
from typing import Any


def go_text(value: Any) -> str:
    """Go's `%v`."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{go_text(value[key])}' for key in sorted(value))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(go_text, value))}]"
    return str(value)


def go_syntax(value: Any) -> str:
    """Go's `%#v`, as it would stand in a program."""
    if value is None:
        return "interface {}(nil)"
    if isinstance(value, dict):
        items = ", ".join(f"{json.dumps(key)}:{go_syntax(value[key])}" for key in sorted(value))
        return f"map[string]interface {{}}{{{items}}}"
    if isinstance(value, list):
        return f"[]interface {{}}{{{', '.join(map(go_syntax, value))}}}"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return go_text(value)


def go_type(value: Any) -> str:
    """The type of a value from JSON in Go."""
    match value:
        case bool():
            return "bool"
        case str():
            return "string"
        case int() | float():
            return "float64"
        case list():
            return "[]interface {}"
    return "map[string]interface {}"
