"""What the API server itself would refuse, mapped to places in the text and to Japanese words.

The rules are the simulator's own (`cluster.api.validation`), so the two never disagree.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any

from learn.cluster.api.defaults import apply_defaults
from learn.cluster.api.fielderror import ErrorType, FieldError, Path
from learn.cluster.api.schema import schema_of
from learn.cluster.api.validation import validate
from learn.sandbox.api_rules import ROWS
from learn.sandbox.diagnostics import Diagnostic
from learn.sandbox.objects import ManifestObject

_COMPILED = tuple(
    (code, re.compile(kind), re.compile(path), re.compile(detail)) for code, kind, path, detail in ROWS
)
_MOST_REFUSALS = 501
_QUOTED = re.compile(r'"([^"]*)"')
_NUMBERS = re.compile(r"-?\d[\d.]*[A-Za-z]*")
_TITLES = {
    ErrorType.NOT_FOUND: "Not found",
    ErrorType.REQUIRED: "Required",
    ErrorType.DUPLICATE: "Duplicate",
    ErrorType.INVALID: "Invalid",
    ErrorType.NOT_SUPPORTED: "Unsupported",
    ErrorType.FORBIDDEN: "Forbidden",
    ErrorType.TOO_LONG: "Too long",
    ErrorType.TOO_MANY: "Too many",
    ErrorType.INTERNAL: "Internal",
    ErrorType.TYPE_INVALID: "Invalid",
}


def check_api(obj: ManifestObject, version: str, covered: Collection[Path]) -> list[Diagnostic]:
    """The server's refusals, without those that only follow from what the schema stage has said.

    Nothing is known of the rules for a kind without a schema. `covered` holds the paths that stage has spoken about, including the places where misspelt and
    misplaced fields belong.
    """
    if schema_of(obj.api_version, obj.kind, version) is None:
        return []
    errors = validate(apply_defaults(obj.value, version=version), version=version)
    if any("volumes" in error.path for error in errors):
        errors = [error for error in errors if error.type is not ErrorType.NOT_FOUND]
    around = frozenset(path[:length] for path in covered for length in range(1, len(path)))
    refusals = (error for error in errors if not _follows(obj, error, covered, around))
    return _once([_diagnose(obj, error, version) for error in islice(refusals, _MOST_REFUSALS)])


def _once(found: list[Diagnostic]) -> list[Diagnostic]:
    """One finding per code and place, with all that the server says about it."""
    kept: dict[tuple[str, Path], Diagnostic] = {}
    for diagnostic in found:
        key = diagnostic.code, diagnostic.path
        if key in kept:
            english = f"{kept[key].english}\n{diagnostic.english}"
            diagnostic = replace(kept[key], params={**kept[key].params, "english": english})
        kept[key] = diagnostic
    return list(kept.values())


def _follows(
    obj: ManifestObject, error: FieldError, covered: Collection[Path], around: Collection[Path]
) -> bool:
    """Whether the refusal only follows from what the schema stage has said.

    That is so when it spoke about this place, about one inside it or around it; and what names
    something else cannot be judged while a part of the object is unreadable. `around` holds every
    place that has a covered one inside.
    """
    if not covered:
        return False
    if error.type is ErrorType.NOT_FOUND or "`selector` does not match" in error.detail:
        return True
    return any(
        place in around or any(place[:length] in covered for length in range(1, len(place) + 1))
        for place in (error.path, _steps(obj.value, error.path))
    )


def _diagnose(obj: ManifestObject, error: FieldError, version: str) -> Diagnostic:
    path = _steps(obj.value, error.path)
    names = [str(step) for step in error.path if isinstance(step, str)]
    span = obj.span(path)
    allowed = _QUOTED.findall(error.detail) if error.type is ErrorType.NOT_SUPPORTED else []
    return Diagnostic(
        code=code_of(_TITLES[error.type], ".".join(names), error.detail),
        span=span,
        path=(*obj.base, *error.path),
        params={
            "line": str(span.line),
            "kind": obj.kind,
            "field": ".".join(names) or obj.kind,
            "leaf": names[-1] if names else obj.kind,
            "value": _short(error.value),
            "allowed": "、".join(f"`{name}`" for name in allowed),
            "limit": (_NUMBERS.findall(error.detail) or ["0"])[-1],
            "detail": error.detail,
            "english": f'The {obj.kind} "{obj.name}" is invalid: {error.text(version)}',
        },
        document=obj.document.index,
    )


@lru_cache(maxsize=1024)
def code_of(title: str, path: str, detail: str) -> str:
    """The code of a refusal: error title, path without indexes, the server's detail."""
    return next(
        code
        for code, kind, where, what in _COMPILED
        if kind.match(title) and where.fullmatch(path) and what.search(detail)
    )


def _steps(value: Any, path: Path) -> Path:
    """The part of the path that stands in the text; defaults do not."""
    found: list[str | int] = []
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            break
        found.append(step)
    return tuple(found)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"
