"""Sets of fields as managedFields keeps them, and their FieldsV1 form (structured-merge-diff's fieldpath)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from learn.cluster.api.schema import Schema, Type

Step: TypeAlias = tuple[str, str]
"""`("f", name)` a field, `("k", json)` an item by its keys, `("v", json)` an item by its value."""
FieldPath: TypeAlias = tuple[Step, ...]
FieldSet: TypeAlias = frozenset[FieldPath]

_KEY_DEFAULTS = {"protocol": "TCP"}
"""Keys that may be left out: the published types carry no defaults."""
_UNOWNED = frozenset({"apiVersion", "kind", "status"})
"""What these hold is written by other doors: nobody owns it through the object itself."""
_UNOWNED_METADATA = frozenset(
    {
        "name",
        "namespace",
        "creationTimestamp",
        "selfLink",
        "uid",
        "generation",
        "managedFields",
        "resourceVersion",
    }
)


def fields_of(obj: Mapping[str, Any], schema: Schema | None) -> FieldSet:
    """Every field that an object sets, without those that nobody can own."""
    owned = {key: value for key, value in obj.items() if key not in _UNOWNED}
    return frozenset(path for path in _walk(owned, schema, ()) if not _is_system(path))


def _is_system(path: FieldPath) -> bool:
    if path[0] != ("f", "metadata"):
        return False
    return len(path) == 1 or path[1][1] in _UNOWNED_METADATA


def _walk(value: Any, schema: Schema | None, path: FieldPath) -> Iterator[FieldPath]:
    if isinstance(value, dict) and value and not _is_atomic(schema):
        if path and path[-1][0] == "k":
            yield path
        for key, item in value.items():
            yield from _walk(item, schema.child(key) if schema else None, (*path, ("f", key)))
        return
    if isinstance(value, list) and value and schema is not None and schema.list_type in {"map", "set"}:
        for item in value:
            yield from _walk(item, schema.items, (*path, item_step(item, schema)))
        return
    if path:
        yield path


def _is_atomic(schema: Schema | None) -> bool:
    return schema is not None and (schema.map_type == "atomic" or schema.type is Type.ANY)


def item_step(item: Any, schema: Schema) -> Step:
    """How an item of a list is told from the others: its keys (defaults filled in), or its value."""
    keys = schema.list_map_keys
    if not keys or not isinstance(item, dict):
        return "v", _compact(item)
    found = {key: item.get(key, _KEY_DEFAULTS.get(key)) for key in sorted(keys)}
    return "k", _compact({key: value for key, value in found.items() if value is not None})


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def path_words(path: FieldPath) -> str:
    """`.spec.template.spec.containers[name="app"].image`."""
    text = ""
    for sort, name in path:
        if sort == "f":
            text += f".{name}"
        elif sort == "k":
            keys = json.loads(name)
            text += "[" + ",".join(f"{key}={_compact(keys[key])}" for key in keys) + "]"
        else:
            text += f"[={name}]"
    return text


def to_fields_v1(fields: FieldSet) -> dict[str, Any]:
    """The nested form; a path that is owned and has owned fields below carries a `.`."""
    tree: dict[str, Any] = {}
    for path in sorted(fields):
        place = tree
        for sort, name in path:
            place = place.setdefault(f"{sort}:{name}", {})
        place["."] = {}
    return _without_lone_dots(tree)


def _without_lone_dots(tree: dict[str, Any]) -> dict[str, Any]:
    return {
        key: {} if set(value) <= {"."} else _without_lone_dots(value) if key != "." else {}
        for key, value in tree.items()
    }


def _is_step(sort: str, name: str) -> bool:
    if sort == "f":
        return True
    try:
        value = json.loads(name)
    except ValueError:
        return False
    return sort == "v" or (sort == "k" and isinstance(value, dict))


def from_fields_v1(tree: Any, path: FieldPath = ()) -> FieldSet:
    """The paths of a stored FieldsV1; anything that is not one counts as empty."""
    if not isinstance(tree, dict):
        return frozenset()
    found: set[FieldPath] = set()
    for key, value in tree.items():
        if key == ".":
            found.add(path)
            continue
        sort, colon, name = str(key).partition(":")
        if not colon or not _is_step(sort, name):
            continue
        step = (*path, (sort, name))
        found |= from_fields_v1(value, step) if value else {step}
    return frozenset(found)
