"""The three kinds of patch that the API server takes: strategic, JSON merge and JSON Patch."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from learn.cluster.api.access import copy_json
from learn.cluster.api.schema import Schema, schema_of
from learn.cluster.api.strategic import Object, PatchError, strategic_merge
from learn.cluster.api.versions import NEWEST

__all__ = [
    "JSON_PATCH",
    "MERGE_PATCH",
    "STRATEGIC_PATCH",
    "UNSUPPORTED_MEDIA_TYPE",
    "PatchError",
    "apply_patch",
    "json_patch",
    "merge_patch",
    "strategic_merge",
]

STRATEGIC_PATCH = "application/strategic-merge-patch+json"
MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
UNSUPPORTED_MEDIA_TYPE = (
    "the body of the request was in an unknown format - accepted media types include: "
    "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
)
"""The 415 answer to a strategic patch of a custom resource."""

Container: TypeAlias = dict[str, Any] | list[Any]


def apply_patch(obj: Mapping[str, Any], patch: Any, media_type: str, *, version: str = NEWEST) -> Object:
    """The patched object, a new one; fields that no schema knows are still in it. Raises PatchError."""
    if media_type == JSON_PATCH:
        if not isinstance(patch, list):
            raise PatchError("json: cannot unmarshal object into Go value of type jsonpatch.Patch")
        patched = json_patch(obj, patch)
        if not isinstance(patched, dict):
            raise PatchError("the patched document is not an object")
        return patched
    if not isinstance(patch, dict):
        raise PatchError(
            f"json: cannot unmarshal {_json_word(patch)} into Go value of type map[string]interface {{}}"
        )
    if media_type == MERGE_PATCH:
        merged: Object = merge_patch(obj, patch)
        return merged
    schema = schema_of(obj.get("apiVersion"), obj.get("kind"), version)
    if schema is None or not _is_builtin(schema):
        raise PatchError(UNSUPPORTED_MEDIA_TYPE)
    return strategic_merge(obj, patch, schema)


def _is_builtin(schema: Schema) -> bool:
    return schema.name.startswith("io.k8s.")


def _json_word(value: Any) -> str:
    return {list: "array", str: "string", bool: "bool"}.get(type(value), "number")


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7386: maps merge, null deletes, anything else replaces."""
    if not isinstance(patch, dict):
        return copy_json(patch)
    result = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return copy_json(result)


def json_patch(document: Any, operations: Sequence[Any]) -> Any:
    """RFC 6902, with the messages of the library that the server uses. Raises PatchError."""
    root = {"": copy_json(dict(document) if isinstance(document, Mapping) else document)}
    for operation in operations:
        if not isinstance(operation, dict):
            raise PatchError("json: cannot unmarshal array into Go value of type jsonpatch.Operation")
        name = operation.get("op")
        run = _OPERATIONS.get(name) if isinstance(name, str) else None
        if run is None:
            raise PatchError(f"Unexpected kind: {name if isinstance(name, str) else 'unknown'}")
        if not isinstance(operation.get("path"), str):
            raise PatchError(
                f'{name} operation does not apply: operation missing "path" field: missing value'
            )
        run(root, operation)
    return root[""]


def _find(root: Object, path: str) -> tuple[Container | None, str]:
    """The container that a pointer leads to and the key in it; no container if a step is missing."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")]
    if not path:
        return root, ""
    value: Any = root[""]
    for step in steps[1:-1]:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list):
            index = _index(value, step)
            value = value[index] if index is not None else None
        else:
            return None, steps[-1]
    return (value, steps[-1]) if isinstance(value, (dict, list)) else (None, steps[-1])


def _index(items: list[Any], step: str) -> int | None:
    """A place in a list; negative ones count from the end, as the library allows."""
    digits = step.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        return None
    index = int(step)
    return index if -len(items) <= index < len(items) else None


def _value(container: Container | None, key: str) -> tuple[Any, bool]:
    if isinstance(container, dict):
        return container.get(key), key in container
    index = _index(container, key) if isinstance(container, list) else None
    return (container[index], True) if isinstance(container, list) and index is not None else (None, False)


def _add(root: Object, operation: Mapping[str, Any]) -> None:
    path = operation["path"]
    _insert(root, path, copy_json(operation.get("value")), "add")


def _insert(root: Object, path: str, value: Any, name: str) -> None:
    container, key = _find(root, path)
    if container is None:
        raise PatchError(f'{name} operation does not apply: doc is missing path: "{path}": missing value')
    if isinstance(container, dict):
        container[key] = value
    elif key == "-":
        container.append(value)
    else:
        digits = key.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()):
            detail = f"value was not a proper array index: '{key}': strconv.Atoi: parsing \"{key}\": invalid syntax"
            raise PatchError(f"error in {name} for path: '{path}': {detail}")
        index = int(key) if int(key) >= 0 else len(container) + 1 + int(key)
        if not 0 <= index <= len(container):
            detail = f"Unable to access invalid index: {key}: invalid index referenced"
            raise PatchError(f"error in {name} for path: '{path}': {detail}")
        container.insert(index, value)


def _remove(root: Object, operation: Mapping[str, Any]) -> None:
    path = operation["path"]
    container, key = _find(root, path)
    if container is None:
        raise PatchError(f'remove operation does not apply: doc is missing path: "{path}": missing value')
    if isinstance(container, dict):
        if key not in container:
            detail = f"Unable to remove nonexistent key: {key}: missing value"
            raise PatchError(f"error in remove for path: '{path}': {detail}")
        del container[key]
        return
    index = _index(container, key)
    if index is None:
        detail = f"Unable to access invalid index: {key}: invalid index referenced"
        raise PatchError(f"error in remove for path: '{path}': {detail}")
    del container[index]


def _replace(root: Object, operation: Mapping[str, Any]) -> None:
    path = operation["path"]
    container, key = _find(root, path)
    if container is None:
        raise PatchError(f"replace operation does not apply: doc is missing path: {path}: missing value")
    if not _value(container, key)[1]:
        raise PatchError(f"replace operation does not apply: doc is missing key: {path}: missing value")
    if isinstance(container, dict):
        container[key] = copy_json(operation.get("value"))
    else:
        container[_index(container, key) or 0] = copy_json(operation.get("value"))


def _test(root: Object, operation: Mapping[str, Any]) -> None:
    path = operation["path"]
    container, key = _find(root, path)
    if container is None:
        raise PatchError(f"test operation does not apply: is missing path: {path}: missing value")
    value, _ = _value(container, key)
    wanted = operation.get("value")
    if value != wanted or isinstance(value, bool) != isinstance(wanted, bool):
        raise PatchError(f"testing value {path} failed: test failed")


def _source(root: Object, operation: Mapping[str, Any], name: str) -> tuple[str, Any]:
    origin = operation.get("from")
    if not isinstance(origin, str):
        raise PatchError(f'{name} operation does not apply: operation missing "from" field: missing value')
    container, key = _find(root, origin)
    if container is None:
        raise PatchError(
            f"{name} operation does not apply: doc is missing from path: {origin}: missing value"
        )
    value, found = _value(container, key)
    if not found:
        detail = f"Unable to get nonexistent key: {key}: missing value"
        raise PatchError(f"error in {name} for path: '{key}': {detail}")
    return origin, value


def _move(root: Object, operation: Mapping[str, Any]) -> None:
    origin, value = _source(root, operation, "move")
    _remove(root, {"path": origin})
    _insert(root, operation["path"], value, "move")


def _copy(root: Object, operation: Mapping[str, Any]) -> None:
    _, value = _source(root, operation, "copy")
    _insert(root, operation["path"], copy_json(value), "copy")


_OPERATIONS: Mapping[str, Callable[[Object, Mapping[str, Any]], None]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "test": _test,
    "move": _move,
    "copy": _copy,
}
