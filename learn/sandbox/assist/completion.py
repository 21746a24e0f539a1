"""What can be written at the caret: the keys of the schema, or the values of a field."""

import re
from dataclasses import dataclass

from learn.cluster.api.crds import KNOWN_KINDS
from learn.cluster.api.schema import Schema, Type, definitions, schema_of
from learn.cluster.api.versions import NEWEST
from learn.sandbox.assist.place import Place, is_list_of_objects, place_at
from learn.sandbox.assist.summaries import COMMON_KINDS, KINDS, summary_of
from learn.sandbox.assist.values import values_of
from learn.sandbox.words import SCHEMA_TYPE_NAMES

_REST_OF_KEY = re.compile(r"[\w./-]*:")
_TOP_KEYS = ("apiVersion", "kind", "metadata", "spec")
_LAST_KEYS = frozenset({"status", "managedFields", "creationTimestamp", "generation", "resourceVersion", "uid",
                        "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"})  # fmt: skip
"""Fields that the cluster writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One choice. `insert` is what it writes, which may go on over several lines; `detail` is a word or two."""

    label: str
    insert: str
    detail: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """The choices at a caret; they replace the text from `column` (from 1) up to the caret."""

    column: int
    suggestions: tuple[Suggestion, ...]


def complete(text: str, line: int, column: int, *, version: str = NEWEST) -> Completion:
    """What can be written at a caret (line and column from 1). Never raises for any text or place.

    All choices of the place come, whatever letters are typed already: the editor narrows them.
    """
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        return Completion(column=column, suggestions=())
    place = place_at(lines, line - 1, min(max(column - 1, 0), len(lines[line - 1])))
    if place is None:
        return Completion(column=column, suggestions=())
    behind = lines[line - 1][place.start + len(place.prefix) :]
    has_colon = _REST_OF_KEY.match(behind) is not None
    return Completion(column=place.start + 1, suggestions=tuple(_suggestions(place, version, has_colon)))


def _suggestions(place: Place, version: str, has_colon: bool) -> list[Suggestion]:
    if not place.is_key and place.path in (("kind",), ("apiVersion",)):
        return _kinds(place, version) if place.path == ("kind",) else _api_versions(place, version)
    root = schema_of(place.api_version, place.kind, version)
    if root is None:
        return _top_keys(place) if place.is_key and not place.path else []
    if not place.is_key:
        return _values(root, place)
    schema = root.at(place.path)
    if schema is None:
        return []
    if is_list_of_objects(schema) and schema.items is not None:
        return _keys(schema.items, place, has_colon, dash="- ")
    if schema.type is Type.OBJECT:
        return _keys(schema, place, has_colon)
    return _values(root, place)


def _keys(schema: Schema, place: Place, has_colon: bool, dash: str = "") -> list[Suggestion]:
    """The mapping's fields that are not there yet: required ones first, then those that people write most."""
    names = [name for name in schema.properties if name not in place.siblings or name == place.prefix]
    indent = " " * (place.column + len(dash))
    found = []
    for name in sorted(names, key=lambda name: _rank(schema, name)):
        field = schema.properties[name]
        found.append(
            Suggestion(
                label=name,
                insert=dash + name + ("" if has_colon else _after_key(field, indent)),
                detail="必須"
                if name in schema.required
                else SCHEMA_TYPE_NAMES[field.type].partition("（")[0],
                summary=summary_of(schema.short_name, name),
            )
        )
    return found


def _rank(schema: Schema, name: str) -> tuple[int, str]:
    if name in schema.required:
        return 0, name
    if name in _LAST_KEYS:
        return 3, name
    return (1 if summary_of(schema.short_name, name) else 2), name


def _after_key(field: Schema, indent: str) -> str:
    """What follows a key: its colon, and the beginning of the line where its value is written."""
    match field.type:
        case Type.OBJECT | Type.MAP:
            return f":\n{indent}  "
        case Type.ARRAY:
            return f":\n{indent}  - "
    return ": "


def _top_keys(place: Place) -> list[Suggestion]:
    types = {"metadata": ":\n  ", "spec": ":\n  "}
    return [
        Suggestion(label=name, insert=name + types.get(name, ": "), summary=summary_of("", name))
        for name in _TOP_KEYS
        if name not in place.siblings
    ]


def _values(root: Schema, place: Place) -> list[Suggestion]:
    return [Suggestion(label=value, insert=value) for value in values_of(root, place.path)]


def _kinds(place: Place, version: str) -> list[Suggestion]:
    """The kinds of the apiVersion that is written, else every kind; the common ones first."""
    known = [home for home in sorted(_known(version), key=_newest_first) if _is_written(home[1])]
    homes: dict[str, str] = {}
    for api_version, kind in known:
        homes.setdefault(kind, api_version)
    named = {kind for api_version, kind in known if api_version == place.api_version}
    chosen = sorted(named or homes, key=lambda kind: (kind not in COMMON_KINDS, kind))
    return [
        Suggestion(label=kind, insert=kind, detail=homes[kind], summary=KINDS.get(kind, ""))
        for kind in chosen
    ]  # fmt: skip


def _is_written(kind: str) -> bool:
    """Whether people write the kind into manifests; lists, options and reviews only travel on the wire."""
    return not kind.endswith(("List", "Options", "Review", "Status", "Event"))


def _api_versions(place: Place, version: str) -> list[Suggestion]:
    """Those that serve the kind that is written, else all; stable ones first, the newest of a group first."""
    known = sorted(_known(version), key=_newest_first)
    homes = [api for api, kind in known if kind == place.kind] or [api for api, _ in known]
    return [Suggestion(label=api, insert=api) for api in dict.fromkeys(homes)]


def _known(version: str) -> frozenset[tuple[str, str]]:
    return definitions(version).kinds() | KNOWN_KINDS


def _newest_first(home: tuple[str, str]) -> tuple[bool, str, int]:
    group, _, version = home[0].rpartition("/")
    major = re.match(r"v(\d+)", version)
    return "alpha" in version or "beta" in version, group, -int(major[1]) if major else 0
