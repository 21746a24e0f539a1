"""Departures from the published schemas, told with their place, the likely cause and a fix.

`cluster.api.conformance` finds them; here each becomes a diagnostic. Unknown fields are always
errors, as with kubectl's `--validate=strict`.
"""

import re
from dataclasses import dataclass
from typing import Any

from learn.cluster.api.conformance import Departure, Problem, decode_error, validate_schema
from learn.cluster.api.fielderror import Path, path_text
from learn.cluster.api.schema import Schema, Type, schema_of
from learn.sandbox.confusions import confusion_of
from learn.sandbox.diagnostics import Diagnostic, Fix
from learn.sandbox.edits import (
    add_colon,
    list_of_map,
    map_of_list,
    quote_scalar,
    rename_key,
    replace_scalar,
    split_dashes,
    split_keys,
    unquote_scalar,
)
from learn.sandbox.homes import holds, home_of
from learn.sandbox.moves import move_field
from learn.sandbox.nesting import not_indented, torn_item
from learn.sandbox.objects import ManifestObject
from learn.sandbox.spelling import abbreviated, nearest
from learn.sandbox.words import SCHEMA_TYPE_NAMES, value_kind

_MOST_PROBLEMS = 501
_MOST_SEARCHES = 40
_TOLD_TOGETHER = frozenset({"schema-not-indented", "schema-torn-item"})
"""Codes whose one fix mends several departures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaFindings:
    """What the schema stage says about an object.

    `covered` holds the paths it has spoken about, and those where misspelt and misplaced fields belong.
    """

    diagnostics: tuple[Diagnostic, ...] = ()
    covered: frozenset[Path] = frozenset()


_NOTHING = SchemaFindings()


def check_schema(obj: ManifestObject, version: str) -> SchemaFindings:
    """The object's departures from its schema; none for a kind that is not known here.

    A required field that stands there misspelt is not missing. What a status lacks is nobody's
    mistake: the cluster writes it, and it is ignored on apply.
    """
    schema = schema_of(obj.api_version, obj.kind, version)
    problems = validate_schema(obj.value, schema=schema, version=version) if schema else []
    if schema is None or not problems:
        return _NOTHING
    found: list[Diagnostic] = []
    covered: set[Path] = set()
    for problem in problems[:_MOST_PROBLEMS]:
        if problem.departure is Departure.MISSING_FIELD and (
            problem.path[0] == "status" or problem.path in covered
        ):
            continue
        diagnostic, home = _diagnose(obj, problem, schema, search=len(found) < _MOST_SEARCHES)
        covered.update((problem.path, home))
        if diagnostic.code not in _TOLD_TOGETHER or diagnostic.fix not in [d.fix for d in found]:
            found.append(diagnostic)
    return SchemaFindings(diagnostics=tuple(found), covered=frozenset(covered))


def _diagnose(
    obj: ManifestObject, problem: Problem, root: Schema, *, search: bool
) -> tuple[Diagnostic, Path]:
    """The diagnostic, and the path that the value was probably meant for."""
    match problem.departure:
        case Departure.UNKNOWN_FIELD:
            return _unknown_field(obj, problem, root, search=search)
        case Departure.MISSING_FIELD:
            return _missing_field(obj, problem)
        case Departure.WRONG_TYPE:
            return _wrong_type(obj, problem), problem.path
    return _bad_value(obj, problem), problem.path


def _unknown_field(
    obj: ManifestObject, problem: Problem, root: Schema, *, search: bool
) -> tuple[Diagnostic, Path]:
    *parent, field = problem.path
    english = f'strict decoding error: unknown field "{problem.field}"'
    params = {"field": str(field), "parent": _place(tuple(parent), obj), "english": english}
    siblings = _value_at(obj.value, tuple(parent))
    absent = [name for name in problem.schema.properties if name not in siblings]
    near = nearest(str(field), absent)
    home = home_of(str(field), problem, root, obj.value) if search and not near else None
    if home is None or _is_taken_beside(obj, home, tuple(parent)):
        near = near or abbreviated(str(field), absent)
    code, fix, meant = "schema-undefined-field", None, problem.path
    if str(field).startswith("-") and str(field)[1:].isidentifier():
        code, fix = "yaml-missing-space-dash", rename_key(obj, problem.path, f"- {str(field)[1:]}")
        params["value"] = str(field)
    elif near:
        meant = (*parent, near)
        fits = _fits(problem.value, problem.schema.properties[near])
        code, fix = "schema-unknown-field", rename_key(obj, problem.path, near) if fits else None
        params["near"] = near
    elif stray := not_indented(obj, problem):
        code, fix, meant = "schema-not-indented", stray.fix, (*parent, stray.owner)
        params["owner"] = stray.owner
    elif confusion := confusion_of(obj, problem):
        code, fix = confusion.code, confusion.fix
        params.update(confusion.params)
        meant = (*parent, params["instead"].partition(".")[0]) if "instead" in params else meant
    elif home is not None:
        code = "schema-misplaced-field" if len(home) > 1 else "schema-misplaced-root-field"
        meant, fix = home, move_field(obj, problem.path, home)
        params["home"] = path_text(home)
    return _at(obj, code, obj.key_span(problem.path), problem.path, fix, **params), meant


def _is_taken_beside(obj: ManifestObject, home: Path, parent: Path) -> bool:
    """Whether the level just above `parent` has the field already, so that another one was meant."""
    return home[:-1] == parent[:-1] and holds(_value_at(obj.value, home[:-1]), home[-1])


def _fits(value: Any, schema: Schema) -> bool:
    """Whether a value has the kind of shape that the type wants."""
    match schema.type:
        case Type.OBJECT | Type.MAP:
            return isinstance(value, dict)
        case Type.ARRAY:
            return isinstance(value, list)
        case Type.ANY:
            return True
    return not isinstance(value, (dict, list))


def _missing_field(obj: ManifestObject, problem: Problem) -> tuple[Diagnostic, Path]:
    *parent, field = problem.path
    present = field in _value_at(obj.value, tuple(parent))
    span, fix, meant = obj.key_span(problem.path if present else tuple(parent)), None, problem.path
    code = "schema-empty-field" if present else "schema-missing-field"
    if torn := None if present else torn_item(obj, problem.path):
        code, span, fix, meant = "schema-torn-item", torn.span, torn.fix, torn.path
    english = f'The {obj.kind} "{obj.name}" is invalid: {problem.field}: Required value'
    place = _place(tuple(parent), obj)
    found = _at(obj, code, span, problem.path, fix, field=str(field), parent=place, english=english)
    return found, meant


def _wrong_type(obj: ManifestObject, problem: Problem) -> Diagnostic:
    wanted, found = problem.schema.type, problem.value
    code, fix = _cause(obj, problem)
    confusion = None if fix else confusion_of(obj, problem)
    if confusion is not None:
        code, fix = confusion.code, confusion.fix
    span, value = obj.span(problem.path), _written(obj, problem.path)
    if code == "yaml-missing-space-dash" and isinstance(found, dict):
        value = next(iter(found))
        span = obj.key_span((*problem.path, value))
    return _at(
        obj,
        code,
        span,
        problem.path,
        fix,
        field=_place(problem.path, obj),
        found=value_kind(found),
        value=value,
        **{
            "key": _written(obj, problem.path).partition(" ")[0],
            "wanted": SCHEMA_TYPE_NAMES[wanted],
            "english": decode_error(obj.value, [problem]) or "",
            **(confusion.params if confusion else {}),
        },
    )


def _cause(obj: ManifestObject, problem: Problem) -> tuple[str, Fix | None]:
    """What probably led to a value of the wrong type, and the fix where that is certain."""
    wanted, found = problem.schema.type, problem.value
    at = (*obj.base, *problem.path)
    match found:
        case bool() if wanted is Type.STRING:
            return "schema-bool-word", quote_scalar(obj, problem.path)
        case int() | float() if wanted is Type.STRING and problem.schema.raw.get("format") == "byte":
            return "schema-bad-base64", None
        case int() | float() if wanted is Type.STRING:
            return "schema-unquoted-string", quote_scalar(obj, problem.path)
        case str() if _reads_as(found, wanted):
            return "schema-quoted-value", unquote_scalar(obj, problem.path)
        case str() if wanted in (Type.OBJECT, Type.MAP):
            fix = split_keys(obj.document, at)
            if fix:
                return "yaml-missing-space", fix
            key = found.split()[0] if found.strip() else ""
            known = problem.schema.type is Type.MAP or key in problem.schema.properties
            fix = add_colon(obj.document, at) if known and len(found.split()) > 1 else None
            return ("yaml-missing-colon", fix) if fix else ("schema-wrong-type", None)
        case str() if wanted is Type.ARRAY:
            fix = split_dashes(obj.document, at)
            return ("yaml-missing-space-dash", fix) if fix else ("schema-scalar-not-list", None)
        case dict() if wanted is Type.ARRAY and _glued(found, problem.schema):
            first = next(iter(found))
            return "yaml-missing-space-dash", rename_key(obj, (*problem.path, first), f"- {first[1:]}")
        case dict() if wanted is Type.ARRAY:
            fix = list_of_map(obj.document, at) if _is_item(found, problem.schema) else None
            return "schema-missing-dash", fix
        case list() if wanted in (Type.OBJECT, Type.MAP):
            return "schema-extra-dash", map_of_list(obj.document, at) if len(found) == 1 else None
        case int() | float() if wanted is Type.ARRAY:
            return "schema-scalar-not-list", None
    return "schema-wrong-type", None


def _glued(value: dict[str, Any], schema: Schema) -> bool:
    """Whether a hyphen without its space became part of the only key."""
    names = schema.items.properties if schema.items is not None else {}
    return len(value) == 1 and next(iter(value)).startswith("-") and next(iter(value))[1:] in names


def _is_item(value: dict[str, Any], schema: Schema) -> bool:
    """Whether a mapping has only fields of the list's items."""
    return (
        schema.items is not None
        and schema.items.type is Type.OBJECT
        and value.keys() <= schema.items.properties.keys()
    )


def _reads_as(text: str, wanted: Type) -> bool:
    match wanted:
        case Type.INTEGER:
            return re.fullmatch(r"-?(0|[1-9]\d{0,17})", text, re.ASCII) is not None
        case Type.NUMBER:
            return re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", text, re.ASCII) is not None
        case Type.BOOLEAN:
            return text in ("true", "false")
    return False


_VALUE_CODES = {
    Departure.OUT_OF_RANGE: "schema-number-out-of-range",
    Departure.NOT_ALLOWED: "schema-value-not-allowed",
    Departure.BAD_QUANTITY: "schema-bad-quantity",
    Departure.BAD_BASE64: "schema-bad-base64",
    Departure.BAD_TIME: "schema-bad-time",
    Departure.BAD_PATTERN: "schema-bad-pattern",
    Departure.BAD_SIZE: "schema-bad-size",
}


_UNIT = re.compile(r"([0-9]+(?:\.[0-9]+)?) *(m|k|K|M|G|T|Ki|Mi|Gi|Ti|ki|mi|gi|ti|KI|MI|GI|TI)? *B?")
_UNITS = {"K": "k", **{unit: unit.title() for unit in ("ki", "mi", "gi", "ti", "KI", "MI", "GI", "TI")}}


def _meant_quantity(text: str) -> str:
    """The quantity that was certainly meant by a number with its unit apart, in another case or with a B."""
    match = _UNIT.fullmatch(text.strip())
    if match is None or (match[2] is None and "B" in text):
        return ""
    unit = match[2] or ""
    return match[1] + _UNITS.get(unit, unit)


def _bad_value(obj: ManifestObject, problem: Problem) -> Diagnostic:
    if problem.departure is Departure.BAD_QUANTITY and isinstance(problem.value, (dict, list)):
        return _wrong_type(obj, problem)
    allowed = [str(value) for value in problem.schema.enum]
    fix = None
    if problem.departure is Departure.BAD_QUANTITY and (meant := _meant_quantity(str(problem.value))):
        fix = replace_scalar(obj, problem.path, meant)
    return _at(
        obj,
        _VALUE_CODES[problem.departure],
        obj.span(problem.path),
        problem.path,
        fix,
        field=_place(problem.path, obj),
        value=_written(obj, problem.path),
        allowed="、".join(f"`{value}`" for value in allowed),
        english=decode_error(obj.value, [problem]) or _unsupported(obj, problem, allowed),
    )


def _unsupported(obj: ManifestObject, problem: Problem, allowed: list[str]) -> str:
    names = ", ".join(f'"{value}"' for value in allowed)
    pattern = problem.schema.raw.get("pattern")
    rule = f": {problem.field} in body should match '{pattern}'" if pattern else ""
    detail = f": supported values: {names}" if names else rule
    title = "Unsupported value" if names else "Invalid value"
    return f'The {obj.kind} "{obj.name}" is invalid: {problem.field}: {title}: "{problem.value}"{detail}'


def _at(obj: ManifestObject, code: str, span: Any, path: Path, fix: Fix | None, **params: str) -> Diagnostic:
    return Diagnostic(
        code=code,
        span=span,
        path=(*obj.base, *path),
        params={"line": str(span.line), **params},
        fix=fix,
        document=obj.document.index,
    )


def _place(path: Path, obj: ManifestObject) -> str:
    """How a sentence names a place: its path without indexes, or the kind for the object itself."""
    names = [str(step) for step in path if isinstance(step, str)]
    return ".".join(names) if names else obj.kind


def _value_at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _written(obj: ManifestObject, path: Path) -> str:
    """A scalar as it stands in the text, cut to a readable length."""
    _, node = obj.document.locate((*obj.base, *path))
    text = node.value if isinstance(node.value, str) else ""
    return text if len(text) <= 40 else text[:39] + "…"
