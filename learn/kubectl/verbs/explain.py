"""`kubectl explain`, from the published schemas' descriptions.

Source: staging/src/k8s.io/kubectl/pkg/explain/v2/templates/plaintext.tmpl.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from learn.cluster.api.kinds import KINDS, find_resource, split_api_version
from learn.cluster.api.schema import Schema, Type, schema_of
from learn.kubectl.call import Call, Command, State
from learn.kubectl.enums import words_of
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes

_NOTHING_NAMED = (
    'error: You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of '
    "supported resources."
)
_FORMATS = ("plaintext", "plaintext-openapiv2")
_WIDTH = 76
_FIELD_WIDTH = 78
_MAX_LINES = 20_000
_MOST_WORDS = 4


def start(call: Call) -> State | None:
    if not call.args:
        raise CommandError(_NOTHING_NAMED)
    if len(call.args) > 1:
        raise CommandError("error: We accept only this format: explain RESOURCE")
    word, fields = _type_and_fields(call.args[0])
    kind = find_resource(word)
    if kind is None:
        raise CommandError(f'the server doesn\'t have a resource type "{word}"')
    output = call.parsed.text("output") or "plaintext"
    if output not in _FORMATS:
        raise CommandError(f"error: unrecognized format: {output}")
    wanted = call.parsed.text("api-version") or kind.api_version
    group, version = split_api_version(wanted)
    schema = schema_of(wanted, kind.kind, call.version)
    if schema is None:
        resource = f"{group}/{version}, Resource={kind.plural}"
        if any(split_api_version(each.api_version) == (group, version) for each in KINDS):
            raise CommandError(f"error: GVR ({resource}) not found in OpenAPI schema")
        raise CommandError(f'error: couldn\'t find resource for "{resource}"')
    if group:
        call.print(f"GROUP:      {group}")
    call.print(f"KIND:       {kind.kind}")
    call.print(f"VERSION:    {version}")
    call.print()
    _explain(call, schema, fields)
    return None


def _type_and_fields(text: str) -> tuple[str, list[str]]:
    """`deployments.apps.spec` is `deployments.apps` and `spec` (SplitAndParseResourceRequestWithMatchingPrefix)."""
    word, *fields = text.split(".")
    for kind in KINDS:
        group = kind.group.split(".")
        if kind.group and fields[: len(group)] == group and word in (kind.plural, kind.singular, *kind.short):
            return f"{word}.{kind.group}", fields[len(group) :]
    return word, fields


def _explain(call: Call, schema: Schema, fields: list[str]) -> None:
    texts = [schema.description]
    found: Schema | None = schema
    words: tuple[str, ...] = ()
    for name in fields:
        words = _words(_fields_of(found), name)
        found, texts = _step(found, name) if found else (None, [])
        if found is None:
            raise CommandError(f'error: field "{fields[-1]}" does not exist')
    assert found is not None
    if fields:
        call.print(f"FIELD: {fields[-1]} <{type_name(found)}>")
        call.print("".join(["ENUM:", *(f"\n    {word}" for word in words), "\n"]) if words else "\n")
    call.print("DESCRIPTION:")
    call.print(_wrapped("".join(f"{text}\n" for text in texts if text) or "<empty>", _WIDTH, "    "))
    lines = list(_field_list(_fields_of(found), 1, (), recursive=call.parsed.is_on("recursive")))
    if lines:
        call.print("FIELDS:")
        call.write("".join(lines[:_MAX_LINES]))
    call.print()


def _step(schema: Schema, name: str) -> tuple[Schema | None, list[str]]:
    """The type of a field and its descriptions: its own, then those of the types behind it."""
    around = _fields_of(schema)
    if around is None or name not in around.properties:
        return None, []
    child = around.properties[name]
    own = around.raw["properties"][name].get("description", "")
    return child, [str(own), *(each for each in _descriptions(child) if each != own)]


def _descriptions(schema: Schema) -> Iterator[str]:
    if schema.name:
        yield schema.description
    if schema.items is not None:
        yield from _descriptions(schema.items)
    elif schema.values is not None:
        yield from _descriptions(schema.values)


def _fields_of(schema: Schema | None) -> Schema | None:
    """The struct behind lists and maps; None for a type without fields."""
    while schema is not None and schema.type is not Type.OBJECT:
        schema = schema.items or schema.values
    return schema


def type_name(schema: Schema) -> str:
    """`string`, `[]Container`, `map[string]string`, `PodSpec`."""
    match schema.type:
        case Type.ARRAY:
            return "[]" + (type_name(schema.items) if schema.items else "Object")
        case Type.MAP:
            return "map[string]" + (type_name(schema.values) if schema.values else "Object")
        case Type.QUANTITY:
            return "Quantity"
        case Type.INT_OR_STRING:
            return "IntOrString"
        case Type.OBJECT | Type.ANY:
            return schema.short_name or "Object"
    return str(schema.type)


def _field_list(
    schema: Schema | None, level: int, path: tuple[str, ...], *, recursive: bool
) -> Iterator[str]:
    if schema is None or (schema.name and schema.name in path):
        return
    pad = "  " * level
    for name in sorted(schema.properties):
        child = schema.properties[name]
        required = " -required-" if name in schema.required else ""
        yield f"{pad}{name}\t<{type_name(child)}>{required}\n"
        words = _words(schema, name)
        if words:
            more = ", ...." if len(words) > _MOST_WORDS else ""
            yield f"{pad}enum: {', '.join(words[:_MOST_WORDS])}{more}\n"
        if recursive:
            yield from _field_list(_fields_of(child), level + 1, (*path, schema.name), recursive=True)
        else:
            text = schema.field_description(name) or "<no description>"
            yield _wrapped(text, _FIELD_WIDTH - len(pad), pad + "  ") + "\n\n"


def _words(around: Schema | None, name: str) -> tuple[str, ...]:
    """The words that a field takes; a custom resource's schema lists its own."""
    if around is None or name in ("apiVersion", "kind"):
        return ()
    child = around.properties.get(name)
    own = child.enum if child is not None else ()
    return tuple(str(word) or '""' for word in own if word is not None) or words_of(around.short_name, name)


def _wrapped(text: str, width: int, pad: str) -> str:
    """Each line broken at `width`, every line behind `pad`, an empty last one too."""
    lines: list[str] = []
    for line in text.split("\n"):
        lines += textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""]
    return "\n".join(pad + line for line in lines)


COMMAND = Command(
    path="explain",
    start=start,
    summary="種類とフィールドの説明（英語の原文）を表示します",
    usage="explain 種類[.フィールド…]",
    flags=(
        Flag(name="recursive", kind=Takes.BOOL),
        Flag(name="api-version"),
        Flag(name="output"),
    ),
)
