"""`--sort-by`: the client sorts what it received.

Source: staging/src/k8s.io/kubectl/pkg/cmd/get/sorter.go (isLess), fvbommel/sortorder (NaturalLess).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from learn.cluster.api.quantity import try_parse
from learn.cluster.objects import Obj
from learn.kubectl import jsonpath
from learn.kubectl.errors import CommandError


def sort_objects(objects: Sequence[Obj], expression: str) -> list[Obj]:
    """Sorted by the value at a path, those without one first.  Raises CommandError."""
    path = expression.strip("'\"")
    try:
        shown = jsonpath.relaxed(path)
        values = [jsonpath.find(path, obj) for obj in objects]
    except jsonpath.JSONPathError as error:
        raise CommandError(f"error: {error}") from None
    if objects and not any(values):
        raise CommandError(f'error: couldn\'t find any field with path "{shown}" in the list of objects')
    firsts = [found[0] if found else None for found in values]
    key = _key(firsts)
    order = sorted(range(len(objects)), key=lambda index: key(firsts[index]))
    return [objects[index] for index in order]


def _key(values: Sequence[Any]) -> Callable[[Any], tuple[bool, Any]]:
    present = [value for value in values if value is not None]
    if all(isinstance(value, (int, float)) for value in present):
        return lambda value: (value is not None, value or 0)
    if all(isinstance(value, str) and try_parse(value) is not None for value in present):
        return lambda value: (value is not None, _amount(value))
    return lambda value: (value is not None, natural_key(str(value)))


def _amount(value: Any) -> float:
    quantity = try_parse(value) if value is not None else None
    return quantity.as_float() if quantity is not None else 0.0


def natural_key(text: str) -> list[tuple[int, int, str]]:
    """Digits compare as numbers."""
    parts = re.split(r"(\d+)", text)
    return [(0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts if part]
