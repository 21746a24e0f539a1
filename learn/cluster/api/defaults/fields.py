"""Small steps that every kind's defaulting is made of. They change the copy they are given."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, TypeAlias

from learn.cluster.api.quantity import QuantityError, parse_json

Object: TypeAlias = dict[str, Any]

_MILLI = -3


def sub(obj: Object, key: str) -> Object:
    """The object under a key, made if absent; what is not an object is answered with a stray one."""
    value = obj.get(key)
    if value is None:
        value = obj[key] = {}
    return value if isinstance(value, dict) else {}


def held(obj: Object, key: str) -> Object | None:
    """The object under a key if there is one."""
    value = obj.get(key)
    return value if isinstance(value, dict) else None


def held_all(obj: Object, key: str) -> Iterator[Object]:
    """The objects in a list, if it is one."""
    value = obj.get(key)
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield item


def set_text(obj: Object, key: str, value: str) -> None:
    """Fill in a string that is absent or empty."""
    if not obj.get(key) and obj.get(key) in (None, ""):
        obj[key] = value


def set_number(obj: Object, key: str, value: int) -> None:
    """Fill in a number that is absent or zero (a Go field without a pointer)."""
    current = obj.get(key)
    if current is None or (current == 0 and not isinstance(current, (bool, str))):
        obj[key] = value


def canonical_quantity(obj: Object, key: str) -> None:
    """Write the quantity under a key as the server prints it; leave what is not a quantity."""
    if key in obj:
        with suppress(QuantityError):
            obj[key] = str(parse_json(obj[key]))


def round_resources(obj: Object, key: str) -> None:
    """SetDefaults_ResourceList: each quantity at least milli units, in canonical form."""
    resources = obj.get(key)
    if isinstance(resources, dict):
        for name, value in resources.items():
            try:
                resources[name] = str(parse_json(value).rounded_up(_MILLI))
            except QuantityError:
                continue
