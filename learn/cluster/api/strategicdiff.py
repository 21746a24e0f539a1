"""Making strategic merge patches from two or three states of an object (strategicpatch/patch.go)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from learn.cluster.api.access import copy_json
from learn.cluster.api.schema import Schema
from learn.cluster.api.strategic import (
    DELETE_FROM,
    DIRECTIVE,
    ORDER,
    RETAIN_KEYS,
    Merging,
    Object,
    PatchError,
    field_strategy,
    key_value,
    retains_keys,
)


@dataclass(frozen=True, slots=True)
class Differing:
    """What a diff looks at: for an apply, changes are taken against one state and deletions against another."""

    deletions: bool = True
    changes: bool = True
    orders: bool = True
    retain_keys: bool = False

    def maps(self, original: Mapping[str, Any], modified: Mapping[str, Any], schema: Schema | None) -> Object:
        patch: Object = {}
        for key, old in original.items():
            if key not in modified:
                if self.deletions:
                    patch[key] = None
                continue
            self._field(patch, key, old, modified[key], schema)
        if self.changes:
            patch |= {key: copy_json(value) for key, value in modified.items() if key not in original}
        if self.retain_keys and modified:
            cleared = any(value is not None and key not in modified for key, value in original.items())
            if patch or cleared:
                patch[RETAIN_KEYS] = sorted(modified)
        return patch

    def _field(self, patch: Object, key: str, old: Any, new: Any, schema: Schema | None) -> None:
        child, strategy, merge_key = field_strategy(schema, key)
        below = replace(self, retain_keys=retains_keys(schema, key))
        if isinstance(old, dict) and isinstance(new, dict) and strategy != "replace":
            inner = below.maps(old, new, child)
            if inner:
                patch[key] = inner
        elif isinstance(old, list) and isinstance(new, list) and strategy == "merge":
            below._lists(patch, key, old, new, child, merge_key)
        elif self.changes and not _equal(old, new):
            patch[key] = copy_json(new)

    def _lists(
        self,
        patch: Object,
        key: str,
        old: list[Any],
        new: list[Any],
        child: Schema | None,
        merge_key: str,
    ) -> None:
        if not old:
            if new and self.changes:
                patch[key] = copy_json(new)
            return
        if any(isinstance(item, list) for item in (*old, *new)):
            raise PatchError("lists of lists are not supported")
        if any(isinstance(item, dict) for item in (*old, *new)):
            items, order = self._objects(old, new, child, merge_key)
        else:
            items, removed, order = self._scalars(old, new)
            if removed:
                patch[DELETE_FROM + key] = removed
        if items:
            patch[key] = items
        if order:
            patch[ORDER + key] = order

    def _objects(
        self, old: list[Any], new: list[Any], child: Schema | None, merge_key: str
    ) -> tuple[list[Any], list[Any]]:
        """Changed and new items in the new order, then what is deleted; and the order to keep."""
        before = {_sortable(key_value(item, merge_key)): item for item in old}
        after = {_sortable(key_value(item, merge_key)): item for item in new}
        items = []
        for name, item in after.items():
            if name not in before:
                if self.changes:
                    items.append(copy_json(item))
                continue
            inner = self.maps(before[name], item, child)
            if inner:
                items.append({**inner, merge_key: item[merge_key]})
        if self.deletions:
            gone = sorted(name for name in before if name not in after)
            items += [{merge_key: before[name][merge_key], DIRECTIVE: "delete"} for name in gone]
        moved = list(before) != list(after)
        ordered = self.orders and (
            (self.changes and (bool(items) or moved)) or (self.deletions and bool(items))
        )
        return items, [{merge_key: item[merge_key]} for item in new] if ordered else []

    def _scalars(self, old: list[Any], new: list[Any]) -> tuple[list[Any], list[Any], list[Any]]:
        before = {_sortable(item) for item in old}
        after = {_sortable(item): item for item in new}
        added = [item for name, item in after.items() if name not in before] if self.changes else []
        removed: list[Any] = []
        if self.deletions:
            gone = {_sortable(item): item for item in old if _sortable(item) not in after}
            removed = [gone[name] for name in sorted(gone)]
        ordered = self.orders and (bool(removed) or (self.changes and not _equal(old, new)))
        return added, removed, list(new) if ordered else []


def _equal(left: Any, right: Any) -> bool:
    """Equal as JSON: `1` is neither `true` nor `"1"`."""
    if left != right:
        return False
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def _sortable(value: Any) -> str:
    """How upstream compares merge keys and items: their `%v` text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def two_way_patch(original: Mapping[str, Any], modified: Mapping[str, Any], schema: Schema | None) -> Object:
    """CreateTwoWayMergePatch: what turns the original into the modified object."""
    return Differing().maps(original, modified, schema)


def three_way_patch(
    original: Mapping[str, Any],
    modified: Mapping[str, Any],
    current: Mapping[str, Any],
    schema: Schema | None,
) -> Object:
    """CreateThreeWayMergePatch: changes against the live object, deletions against what was applied last.

    `original` is what the last apply wrote, `modified` the file now, `current` the live object.
    """
    delta = Differing(deletions=False).maps(current, modified, schema)
    deletions = Differing(changes=False).maps(original, modified, schema)
    return Merging(to_object=False).merge(deletions, delta, schema)


def conflicts(left: Any, right: Any, schema: Schema | None = None, merge_key: str = "") -> bool:
    """Whether two patches set the same field to different values (MergingMapsHaveConflicts)."""
    if isinstance(left, dict) and isinstance(right, dict):
        if left.get(DIRECTIVE) != right.get(DIRECTIVE):
            return True
        return any(_field_conflicts(key, left[key], right[key], schema) for key in left if key in right)
    if isinstance(left, list) and isinstance(right, list):
        return _list_conflicts(left, right, schema, merge_key)
    return not _equal(left, right)


def _field_conflicts(key: str, left: Any, right: Any, schema: Schema | None) -> bool:
    if key == DIRECTIVE:
        return False
    child, strategy, merge_key = field_strategy(schema, key.rpartition("/")[2])
    if isinstance(left, list) and isinstance(right, list) and strategy != "merge":
        return not _equal(left, right)
    return conflicts(left, right, child, merge_key)


def _list_conflicts(left: list[Any], right: list[Any], schema: Schema | None, merge_key: str) -> bool:
    maps: Sequence[Any] = [item for item in (*left, *right) if isinstance(item, dict)]
    if not merge_key or not maps:
        return bool(maps) and not _equal(left, right)
    others = {_sortable(item.get(merge_key)): item for item in right if isinstance(item, dict)}
    return any(
        _sortable(item.get(merge_key)) in others
        and conflicts(item, others[_sortable(item.get(merge_key))], schema, merge_key)
        for item in left
        if isinstance(item, dict)
    )
