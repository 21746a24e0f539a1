"""Validation of custom resources against their structural schema, worded as apiextensions does."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.conformance import Departure, Problem, validate_schema
from learn.cluster.api.crds import crd_schema
from learn.cluster.api.fielderror import (
    ErrorType,
    FieldError,
    Path,
    duplicate,
    invalid,
    not_supported,
    path_text,
    required,
)
from learn.cluster.api.schema import Type
from learn.cluster.api.validation.gateway import validate_gateway_api
from learn.cluster.api.validation.metadata import validate_metadata

_QUESTIONS = frozenset(
    {
        "TokenReview",
        "SubjectAccessReview",
        "LocalSubjectAccessReview",
        "SelfSubjectAccessReview",
        "SelfSubjectRulesReview",
        "SelfSubjectReview",
    }
)
"""Kinds that are answered and never stored, so that they need no name."""


def validate_by_schema(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, version: str
) -> list[FieldError]:
    """Metadata rules for any object, and the schema's for custom resources that are known here."""
    schema = crd_schema(str(obj.get("apiVersion")), str(obj.get("kind")), version)
    form = names.dns_subdomain if schema is not None else names.path_segment
    is_question = obj.get("kind") in _QUESTIONS
    errors = [] if is_question else validate_metadata(obj, old, form, is_built_in=False)
    if schema is not None:
        errors += _duplicates(obj, schema.raw, ())
        problems = validate_schema(obj, schema=schema, version=version)
        errors += [error for error in map(_error, problems) if error is not None]
        if schema.name.startswith("gateway.networking.k8s.io/"):
            errors += validate_gateway_api(obj)
    return errors


def _error(problem: Problem) -> FieldError | None:
    """One departure in the server's words; unknown fields are pruned, not refused."""
    path, value, schema = problem.path, problem.value, problem.schema
    where = path_text(path)
    match problem.departure:
        case Departure.UNKNOWN_FIELD:
            return None
        case Departure.MISSING_FIELD:
            return required(path)
        case Departure.NOT_ALLOWED:
            return not_supported(path, value, [str(name) for name in schema.enum])
        case Departure.BAD_PATTERN:
            return invalid(path, value, f"{where} in body should match '{schema.raw['pattern']}'")
        case Departure.OUT_OF_RANGE:
            return invalid(path, value, _bound_text(problem, where))
        case Departure.BAD_SIZE:
            return _size_error(problem, where)
    return FieldError(ErrorType.TYPE_INVALID, path, _type_word(value), _type_text(problem, where))


def _duplicates(value: Any, raw: Mapping[str, Any], path: Path) -> list[FieldError]:
    """Items that may stand only once: of sets by value, of maps by their keys."""
    errors: list[FieldError] = []
    if isinstance(value, dict):
        for name, inner in raw.get("properties", {}).items():
            errors += _duplicates(value.get(name), inner, (*path, name))
    elif isinstance(value, list) and raw.get("type") == "array":
        seen: list[Any] = []
        for index, item in enumerate(value):
            identity = _identity(item, raw)
            if identity is not None and identity in seen:
                errors.append(duplicate((*path, index), identity))
            seen.append(identity)
            errors += _duplicates(item, raw["items"], (*path, index))
    return errors


def _identity(item: Any, raw: Mapping[str, Any]) -> Any:
    """What tells an item of a set or of a map from the others, None where nothing does."""
    match raw.get("x-kubernetes-list-type"):
        case "set":
            return item
        case "map" if isinstance(item, dict):
            keys = raw["x-kubernetes-list-map-keys"]
            return {key: item[key] for key in keys if key in item} or None
    return None


def _bound_text(problem: Problem, where: str) -> str:
    low = problem.schema.raw.get("minimum")
    if low is not None and problem.value < low:
        return f"{where} in body should be greater than or equal to {low}"
    return f"{where} in body should be less than or equal to {problem.schema.raw.get('maximum')}"


def _size_error(problem: Problem, where: str) -> FieldError:
    raw, size = problem.schema.raw, len(problem.value)
    if problem.schema.type is Type.ARRAY:
        if size > raw.get("maxItems", size):
            detail = f"must have at most {raw['maxItems']} items"
            return FieldError(ErrorType.TOO_MANY, problem.path, size, detail)
        return invalid(
            problem.path, size, f"{where} in body should have at least {raw.get('minItems')} items"
        )
    if size > raw.get("maxLength", size):
        detail = f"may not be more than {raw['maxLength']} bytes"
        return FieldError(ErrorType.TOO_LONG, problem.path, "", detail)
    detail = f"{where} in body should be at least {raw.get('minLength')} chars long"
    return invalid(problem.path, problem.value, detail)


def _type_word(value: object) -> str:
    match value:
        case bool():
            return "boolean"
        case str():
            return "string"
        case int():
            return "integer"
        case float():
            return "number"
        case list():
            return "array"
    return "object"


def _type_text(problem: Problem, where: str) -> str:
    wanted = problem.schema.type
    word = "object" if wanted is Type.MAP else str(wanted)
    return f'{where} in body must be of type {word}: "{_type_word(problem.value)}"'
