"""Server-side apply: who owns which field, conflicts, and the merge (structured-merge-diff, fieldmanager)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from learn.cluster.api.access import copy_json, map_at, maps_at, text_at
from learn.cluster.api.fieldsets import (
    FieldPath,
    FieldSet,
    fields_of,
    from_fields_v1,
    item_step,
    path_words,
    to_fields_v1,
)
from learn.cluster.api.schema import Schema, Type, schema_of
from learn.cluster.api.strategic import Object
from learn.cluster.api.versions import NEWEST


@dataclass(frozen=True, slots=True)
class Manager:
    """One entry of metadata.managedFields."""

    name: str
    operation: str
    """Apply or Update."""
    api_version: str
    fields: FieldSet
    time: str = ""
    subresource: str = ""

    @property
    def words(self) -> str:
        """`"kubectl-client-side-apply" using apps/v1 at 2026-03-01T09:00:00Z`; appliers by name only."""
        text = json.dumps(self.name)
        if self.subresource:
            text += f' with subresource "{self.subresource}"'
        if self.operation != "Update":
            return text
        return f"{text} using {self.api_version}" + (f" at {self.time}" if self.time else "")

    def entry(self) -> Object:
        entry: Object = {
            "manager": self.name,
            "operation": self.operation,
            "apiVersion": self.api_version,
            "time": self.time,
            "fieldsType": "FieldsV1",
            "fieldsV1": to_fields_v1(self.fields),
            "subresource": self.subresource,
        }
        return {key: value for key, value in entry.items() if value != ""}


@dataclass(frozen=True, slots=True)
class Conflict:
    manager: Manager
    path: FieldPath


class ApplyConflict(ValueError):
    """409: fields of the applied configuration belong to others and would change."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        self.conflicts = tuple(conflicts)
        super().__init__(conflict_message(conflicts))


def conflict_message(conflicts: Sequence[Conflict]) -> str:
    if len(conflicts) == 1:
        only = conflicts[0]
        return f"Apply failed with 1 conflict: conflict with {only.manager.words}: {path_words(only.path)}"
    lines = []
    for words in sorted({conflict.manager.words for conflict in conflicts}):
        lines.append(f"conflicts with {words}:")
        lines += [f"- {path_words(c.path)}" for c in conflicts if c.manager.words == words]
    return f"Apply failed with {len(conflicts)} conflicts: " + "\n".join(lines)


def managers_of(obj: Mapping[str, Any]) -> tuple[Manager, ...]:
    return tuple(
        Manager(
            text_at(entry, "manager"),
            text_at(entry, "operation"),
            text_at(entry, "apiVersion"),
            from_fields_v1(entry.get("fieldsV1")),
            text_at(entry, "time"),
            text_at(entry, "subresource"),
        )
        for entry in maps_at(map_at(obj, "metadata"), "managedFields")
    )


def with_managers(obj: Mapping[str, Any], managers: Sequence[Manager]) -> Object:
    """The object with its managedFields: appliers first, then by time and name; empty ones are dropped."""
    kept = [manager for manager in managers if manager.fields]
    kept.sort(key=lambda m: (m.operation != "Apply", m.time, m.name, m.api_version, m.subresource))
    metadata = {key: value for key, value in map_at(obj, "metadata").items() if key != "managedFields"}
    if kept:
        metadata["managedFields"] = [manager.entry() for manager in kept]
    return {**obj, "metadata": metadata}


def track_update(
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any],
    manager: str,
    *,
    time: str = "",
    subresource: str = "",
    version: str = NEWEST,
) -> Object:
    """Ownership after a create, update or patch: the writer owns what it changed; others lose it."""
    schema = schema_of(new.get("apiVersion"), new.get("kind"), version)
    after = fields_of(new, schema)
    before = fields_of(old, schema) if old is not None else frozenset()
    changed = frozenset(p for p in after if p not in before or value_at(new, p) != value_at(old or {}, p))
    others = managers_of(old) if old is not None else ()
    api_version = text_at(new, "apiVersion")
    own = (manager, "Update", api_version, subresource)
    mine: FieldSet = changed
    kept = []
    for other in others:
        if (other.name, other.operation, other.api_version, other.subresource) == own:
            mine |= other.fields & after
        else:
            fields = (other.fields & after) - changed
            kept.append(_with_fields(other, fields))
    unchanged = not changed and after == before
    stamp = next((o.time for o in others if o.name == manager), time) if unchanged else time
    kept.append(Manager(manager, "Update", api_version, mine, stamp, subresource))
    return with_managers(new, kept)


def _with_fields(manager: Manager, fields: FieldSet) -> Manager:
    return Manager(
        manager.name, manager.operation, manager.api_version, fields, manager.time, manager.subresource
    )


def server_side_apply(
    live: Mapping[str, Any] | None,
    config: Mapping[str, Any],
    manager: str,
    *,
    force: bool = False,
    time: str = "",
    version: str = NEWEST,
) -> Object:
    """The object after an apply of one manager's whole configuration. Raises ApplyConflict.

    Fields that the manager applied before and that nobody else owns are removed when they are left out.
    """
    schema = schema_of(config.get("apiVersion"), config.get("kind"), version)
    wanted = fields_of(config, schema)
    others, mine = _split(live, manager)
    base = dict(live) if live is not None else {}
    if not force:
        _check_conflicts(base, config, wanted, others)
    owned_by_others: FieldSet = frozenset().union(*(other.fields for other in others))
    gone = mine - wanted - owned_by_others
    merged = _merge(_without(copy_json(base), gone, schema), config, schema)
    kept = [_losing(other, base, config, wanted) for other in others]
    api_version = text_at(config, "apiVersion")
    unchanged = live is not None and merged == base and mine == wanted
    stamp = next((m.time for m in managers_of(base) if m.name == manager), time) if unchanged else time
    return with_managers(merged, [*kept, Manager(manager, "Apply", api_version, wanted, stamp)])


def _split(live: Mapping[str, Any] | None, manager: str) -> tuple[list[Manager], FieldSet]:
    others, mine = [], frozenset[FieldPath]()
    for entry in managers_of(live) if live is not None else ():
        if entry.name == manager and entry.operation == "Apply" and not entry.subresource:
            mine |= entry.fields
        else:
            others.append(entry)
    return others, mine


def _check_conflicts(
    live: Mapping[str, Any], config: Mapping[str, Any], wanted: FieldSet, others: Sequence[Manager]
) -> None:
    changed = {path for path in wanted if value_at(live, path) != value_at(config, path)}
    found = [
        Conflict(other, path)
        for other in others
        for path in sorted(other.fields & changed)
        if path[-1][0] != "k"
    ]
    if found:
        raise ApplyConflict(found)


def _losing(other: Manager, live: Mapping[str, Any], config: Mapping[str, Any], wanted: FieldSet) -> Manager:
    """A forced apply takes over what it changes; equal values are shared."""
    taken = {p for p in other.fields & wanted if value_at(live, p) != value_at(config, p) and p[-1][0] != "k"}
    return _with_fields(other, other.fields - taken)


_ABSENT = object()


def value_at(obj: Any, path: FieldPath) -> Any:
    """What stands at a path; a mark of its own where nothing does."""
    value = obj
    for sort, name in path:
        if sort == "f":
            value = value.get(name, _ABSENT) if isinstance(value, Mapping) else _ABSENT
        elif not isinstance(value, list):
            return _ABSENT
        else:
            key = json.loads(name)
            value = next((item for item in value if _is_item(item, key, sort)), _ABSENT)
        if value is _ABSENT:
            return _ABSENT
    return value


def _is_item(item: Any, key: Any, sort: str) -> bool:
    if sort == "v" or not isinstance(item, dict):
        return bool(item == key)
    return all(item[name] == value for name, value in key.items() if name in item)


def _without(value: Any, gone: FieldSet, schema: Schema | None, path: FieldPath = ()) -> Any:
    """The object without some fields; a map or item that this empties goes too."""
    if isinstance(value, dict):
        result = {}
        for key, item in value.items():
            below = (*path, ("f", key))
            if below in gone:
                continue
            kept = _without(item, gone, schema.child(key) if schema else None, below)
            if kept or not item:
                result[key] = kept
        return result
    if isinstance(value, list) and schema is not None and schema.list_type in {"map", "set"}:
        steps = [((*path, item_step(item, schema)), item) for item in value]
        return [_without(item, gone, schema.items, below) for below, item in steps if below not in gone]
    return value


def _merge(live: Any, config: Any, schema: Schema | None) -> Any:
    """The configuration over the live object: maps and keyed lists merge, the rest is replaced."""
    atomic = schema is not None and (schema.map_type == "atomic" or schema.type is Type.ANY)
    if isinstance(live, dict) and isinstance(config, Mapping) and not atomic:
        result = dict(live)
        for key, value in config.items():
            result[key] = _merge(live.get(key), value, schema.child(key) if schema else None)
        return result
    keyed = schema is not None and schema.list_type in {"map", "set"}
    if schema is not None and keyed and isinstance(live, list) and isinstance(config, list):
        return _merge_items(live, config, schema)
    return copy_json(config if not isinstance(config, Mapping) else dict(config))


def _merge_items(live: list[Any], config: list[Any], schema: Schema) -> list[Any]:
    """Live items keep their places; new ones follow."""
    wanted = {item_step(item, schema): item for item in config}
    result = []
    for item in live:
        step = item_step(item, schema)
        result.append(_merge(item, wanted.pop(step), schema.items) if step in wanted else item)
    return [*result, *map(copy_json, wanted.values())]
