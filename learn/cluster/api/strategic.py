"""Strategic merge patch: merging by the merge keys of the published types (strategicpatch/patch.go)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from learn.cluster.api.access import copy_json
from learn.cluster.api.schema import Schema, Type

Object: TypeAlias = dict[str, Any]

DIRECTIVE = "$patch"
RETAIN_KEYS = "$retainKeys"
DELETE_FROM = "$deleteFromPrimitiveList/"
ORDER = "$setElementOrder/"


class PatchError(ValueError):
    """A patch that cannot be applied, in the words of the server."""


@dataclass(frozen=True, slots=True)
class Merging:
    """Applying a patch to an object, or joining two patches into one."""

    to_object: bool = True

    def merge(self, original: Object, patch: Object, schema: Schema | None) -> Object:
        """mergeMap: `original` and `patch` belong to the caller and may be changed."""
        directive = patch.get(DIRECTIVE)
        if directive is not None:
            return _by_directive(directive, patch)
        self._retain_keys(original, patch)
        self._set_orders(original, patch, schema)
        for key, value in patch.items():
            if key.startswith(DELETE_FROM) and self.to_object:
                _delete_from(original, key.removeprefix(DELETE_FROM), value)
            else:
                self._merge_field(original, key, value, schema)
        return original

    def _merge_field(self, original: Object, key: str, value: Any, schema: Schema | None) -> None:
        if value is None:
            original.pop(key, None)
            if not self.to_object:
                original[key] = None
            return
        current = original.get(key)
        child, strategy, merge_key = field_strategy(schema, key)
        if isinstance(value, dict) and isinstance(current, dict) and strategy != "replace":
            original[key] = self.merge(current, value, child)
        elif isinstance(value, list) and isinstance(current, list) and strategy == "merge":
            original[key] = self.merge_lists(current, value, child, merge_key)
        else:
            original[key] = _without_directives(value) if self.to_object else value

    def _retain_keys(self, original: Object, patch: Object) -> None:
        kept = patch.pop(RETAIN_KEYS, None)
        if kept is None:
            return
        if not isinstance(kept, list):
            raise PatchError("invalid patch format of retainKeys")
        if not self.to_object:
            if original.get(RETAIN_KEYS, kept) != kept:
                raise PatchError("invalid patch format of retainKeys")
            original[RETAIN_KEYS] = kept
            return
        if any(key not in kept for key, value in patch.items() if value is not None):
            raise PatchError("patch content doesn't match retainKeys list")
        for key in [key for key in original if key not in kept]:
            del original[key]

    def _set_orders(self, original: Object, patch: Object, schema: Schema | None) -> None:
        for directive in [key for key in patch if key.startswith(ORDER)]:
            order = patch.pop(directive)
            if not isinstance(order, list):
                raise PatchError("invalid patch format of setElementOrder list")
            if not self.to_object and original.get(directive, order) != order:
                raise PatchError("invalid patch format of setElementOrder list")
            if not self.to_object:
                original[directive] = order
                continue
            key = directive.removeprefix(ORDER)
            child, _, merge_key = field_strategy(schema, key)
            self._ordered_field(original, patch, key, order, (child, merge_key))

    def _ordered_field(
        self,
        original: Object,
        patch: Object,
        key: str,
        order: list[Any],
        target: tuple[Schema | None, str],
    ) -> None:
        child, merge_key = target
        new = patch.pop(key, None)
        old = original.get(key)
        if isinstance(new, list):
            _check_ordered(new, order, merge_key)
            merged = self.merge_lists(copy_json(old) if isinstance(old, list) else [], new, child, merge_key)
        elif isinstance(old, list):
            merged = old
        else:
            return
        server = old if isinstance(old, list) else []
        original[key] = _arranged(merged, order, server, merge_key)

    def merge_lists(
        self, original: list[Any], patch: list[Any], child: Schema | None, merge_key: str
    ) -> list[Any]:
        """mergeSlice: items of the patch come first unless the order of the original speaks against it."""
        if not original and not patch:
            return original
        if any(isinstance(item, list) for item in (*original, *patch)):
            raise PatchError("lists of lists are not supported")
        if not any(isinstance(item, dict) for item in (*original, *patch)):
            merged = _unique([*original, *patch])
            return _arranged(merged, patch, original, "")
        before = list(original)
        items, replaced = _special(original, patch, merge_key, keep=not self.to_object)
        if replaced:
            return items
        plain = [item for item in patch if not (isinstance(item, dict) and DIRECTIVE in item)]
        merged = self._merge_items(items, plain if self.to_object else patch, child, merge_key)
        return _arranged(merged, patch, before, merge_key)

    def _merge_items(
        self, original: list[Any], patch: list[Any], child: Schema | None, merge_key: str
    ) -> list[Any]:
        for item in patch:
            value = key_value(item, merge_key)
            found = _index(original, value, merge_key)
            if found is None:
                original.append(_without_directives(item) if self.to_object else item)
            elif isinstance(original[found], dict):
                original[found] = self.merge(original[found], item, child)
        return original


def strategic_merge(original: Mapping[str, Any], patch: Mapping[str, Any], schema: Schema | None) -> Object:
    """The patched object; neither input is changed. Raises PatchError."""
    return Merging().merge(copy_json(dict(original)), copy_json(dict(patch)), schema)


def field_strategy(schema: Schema | None, key: str) -> tuple[Schema | None, str, str]:
    """Type of the items or of the map, the strategy (merge, replace or empty) and the merge key."""
    if schema is None:
        return None, "", ""
    if schema.type is Type.MAP:
        return schema.values, "", ""
    field = schema.properties.get(key)
    if field is None:
        return None, "", ""
    raw = schema.raw.get("properties", {}).get(key, {})
    strategies = str(raw.get("x-kubernetes-patch-strategy", "")).split(",")
    strategy = next((name for name in strategies if name in {"merge", "replace"}), "")
    return field.items or field, strategy, str(raw.get("x-kubernetes-patch-merge-key", ""))


def retains_keys(schema: Schema | None, key: str) -> bool:
    """Whether a map or the items of a list are a union of which only written fields stay (volumes)."""
    raw = schema.raw.get("properties", {}).get(key, {}) if schema is not None else {}
    return "retainKeys" in str(raw.get("x-kubernetes-patch-strategy", "")).split(",")


def _by_directive(directive: object, patch: Object) -> Object:
    if directive == "replace":
        return {key: value for key, value in patch.items() if key != DIRECTIVE}
    if directive == "delete":
        return {}
    shown = " ".join(f"{key}:{patch[key]}" for key in sorted(patch))
    raise PatchError(f"unknown patch type: {directive} in map: map[{shown}]")


def _delete_from(original: Object, key: str, values: object) -> None:
    if not isinstance(values, list):
        raise PatchError("invalid patch format of primitive list")
    current = original.get(key)
    if isinstance(current, list):
        original[key] = [item for item in current if not any(_same(item, value) for value in values)]


def _special(original: list[Any], patch: list[Any], merge_key: str, *, keep: bool) -> tuple[list[Any], bool]:
    """Items with a directive: `delete` takes items out; `replace` makes the patch the whole list."""
    replace = False
    for item in patch:
        directive = item.get(DIRECTIVE) if isinstance(item, dict) else None
        if directive is None or keep:
            continue
        if directive == "delete":
            value = key_value(item, merge_key)
            original = [other for other in original if not _has_key(other, merge_key, value)]
        elif directive == "replace":
            replace = True
        elif directive == "merge":
            raise PatchError("merging lists cannot yet be specified in the patch")
        else:
            _by_directive(directive, item)
    if replace:
        return [item for item in patch if not (isinstance(item, dict) and DIRECTIVE in item)], True
    return original, False


def key_value(item: object, merge_key: str) -> Any:
    if not isinstance(item, dict) or merge_key not in item:
        shown = f"map[{' '.join(f'{k}:{item[k]}' for k in sorted(item))}]" if isinstance(item, dict) else item
        raise PatchError(f"map: {shown} does not contain declared merge key: {merge_key}")
    return item[merge_key]


def _has_key(item: object, merge_key: str, value: Any) -> bool:
    return isinstance(item, dict) and merge_key in item and _same(item[merge_key], value)


def _same(left: Any, right: Any) -> bool:
    """Equal as JSON: a flag is no number."""
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _index(items: Sequence[Any], value: Any, merge_key: str) -> int | None:
    return next((i for i, item in enumerate(items) if _has_key(item, merge_key, value)), None)


def _unique(items: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if not any(_same(item, other) for other in found):
            found.append(item)
    return found


def _check_ordered(items: Sequence[Any], order: Sequence[Any], merge_key: str) -> None:
    """Every item of the patch must be named by the order, and in that order."""
    place = _placing(order, merge_key)
    kept = [i for i in items if not (isinstance(i, dict) and i.get(DIRECTIVE) == "delete")]
    if any(place(item) < 0 for item in kept if not (isinstance(item, dict) and DIRECTIVE in item)):
        raise PatchError("The order in patch list doesn't match $setElementOrder list")


def _placing(order: Sequence[Any], merge_key: str) -> Callable[[Any], int]:
    def place(item: Any) -> int:
        for index, other in enumerate(order):
            if merge_key and isinstance(item, dict):
                if merge_key in item and _has_key(other, merge_key, item[merge_key]):
                    return index
            elif _same(item, other):
                return index
        return -1

    return place


def _arranged(
    merged: Sequence[Any], wanted: Sequence[Any], server: Sequence[Any], merge_key: str
) -> list[Any]:
    """normalizeElementOrder: wanted items in their order, the others put between them as the server had them."""
    place, live = _placing(wanted, merge_key), _placing(server, merge_key)
    right = sorted((item for item in merged if place(item) >= 0), key=place)
    left = sorted((item for item in merged if place(item) < 0), key=live)
    result = []
    while left and right:
        first, second = live(left[0]), live(right[0])
        result.append(left.pop(0) if 0 <= first < second else right.pop(0))
    return [*result, *left, *right]


def _without_directives(value: Any) -> Any:
    """A new value as it is stored: no directives, no nulls."""
    if isinstance(value, dict):
        if value.get(DIRECTIVE) == "delete":
            return {}
        return {
            key: _without_directives(item)
            for key, item in value.items()
            if item is not None
            and key not in {DIRECTIVE, RETAIN_KEYS}
            and not key.startswith((DELETE_FROM, ORDER))
        }
    if isinstance(value, list):
        kept = (item for item in value if not (isinstance(item, dict) and DIRECTIVE in item))
        return [_without_directives(item) for item in kept]
    return value
