"""apiVersion and kind: present, known, still served."""

from functools import cache

from learn.cluster.api.conformance import validate_schema
from learn.cluster.api.removals import REMOVED
from learn.cluster.api.schema import definitions, schema_of
from learn.sandbox.diagnostics import Diagnostic
from learn.sandbox.edits import rename_key, replace_node
from learn.sandbox.foreign import find_foreign
from learn.sandbox.objects import ManifestObject
from learn.sandbox.spelling import edit_distance, nearest

_PREFERRED_SUFFIXES = ("v2", "v1")
_GROUP_SLIPS = 2
_FILES_OF_TOOLS = frozenset({("v1", "Config")})
"""Look like objects and are none: kubectl's own configuration."""
_DEPRECATED = {
    ("v1", "Endpoints"): ("1.33", "; use discovery.k8s.io/v1 EndpointSlice"),
    ("v1", "ComponentStatus"): ("1.19", ""),
}
"""Kinds still served: since when they are deprecated, and what the server's warning says to use."""


def check_kind(obj: ManifestObject, version: str) -> list[Diagnostic]:
    """What is wrong with the object's apiVersion and kind, at most one finding."""
    api_version, kind = obj.value.get("apiVersion"), obj.value.get("kind")
    misspelt = _misspelt_key(obj)
    if misspelt:
        return [misspelt]
    foreign = find_foreign(obj)
    if foreign:
        return [foreign]
    if not isinstance(kind, str) or not kind:
        return [_report(obj, "object-no-kind", "kind")]
    if not isinstance(api_version, str) or not api_version:
        homes = " か ".join(f"`apiVersion: {home}`" for home in homes_of(kind, version)[:2])
        return [
            _report(obj, "object-no-api-version", "apiVersion", suggestion=homes or "`apiVersion: …`の行")
        ]
    if schema_of(api_version, kind, version) is not None:
        return _deprecated(obj)
    return [_unknown(obj, api_version, kind, version)]


def _misspelt_key(obj: ManifestObject) -> Diagnostic | None:
    """A key that was meant to be apiVersion or kind."""
    for wanted in ("apiVersion", "kind"):
        if wanted in obj.value:
            continue
        for key in obj.value:
            if nearest(key, (wanted,)):
                span = obj.key_span((key,))
                params = {
                    "line": str(span.line),
                    "field": key,
                    "near": wanted,
                    "parent": "マニフェスト",
                    "english": f"error: error validating data: {wanted} not set",
                }
                return Diagnostic(
                    code="schema-unknown-field",
                    span=span,
                    path=(*obj.base, key),
                    params=params,
                    fix=rename_key(obj, (key,), wanted),
                    document=obj.document.index,
                )
    return None


def _unknown(obj: ManifestObject, api_version: str, kind: str, version: str) -> Diagnostic:
    english = f'error: resource mapping not found for name: "{obj.name}" namespace: "{obj.namespace}" from "manifest.yaml": no matches for kind "{kind}" in version "{api_version}"\nensure CRDs are installed first'
    common = {"kind": kind, "api_version": api_version, "english": english}
    removal = REMOVED.get((api_version, kind))
    if removal is not None:
        if not removal.instead:
            code, params = "api-removed-without-successor", {"removed": removal.removed_in, **common}
            return _report(obj, code, "apiVersion", **params)
        fits = not validate_schema({**obj.value, "apiVersion": removal.instead}, version=version)
        return _report(
            obj, "api-removed", "apiVersion", removal.instead if fits else None,
            instead=removal.instead, removed=removal.removed_in, **common,
        )  # fmt: skip
    if (api_version, kind) in _FILES_OF_TOOLS:
        return _report(obj, "object-unknown-kind", "kind", **common)
    homes = homes_of(kind, version)
    if homes and _is_near_group(api_version, homes, version):
        return _report(obj, "object-wrong-api-version", "apiVersion", homes[0], home=homes[0], **common)
    names = kinds_in(api_version, version)
    near = nearest(kind, names) if names else None
    if near:
        return _report(obj, "object-kind-typo", "kind", near, near=near, **common)
    if names:
        return _report(obj, "object-no-such-kind", "kind", **common)
    return _report(obj, "object-unknown-kind", "kind", **common)


def _is_near_group(api_version: str, homes: tuple[str, ...], version: str) -> bool:
    """Whether a built-in kind was meant: the group is built in, has no domain, or is nearly the kind's own."""
    group = api_version.rpartition("/")[0]
    if group in built_in_groups(version) or "." not in group:
        return True
    return any(edit_distance(group, home.rpartition("/")[0]) <= _GROUP_SLIPS for home in homes)


def _deprecated(obj: ManifestObject) -> list[Diagnostic]:
    since, use = _DEPRECATED.get((obj.api_version, obj.kind), ("", ""))
    if not since:
        return []
    english = f"Warning: {obj.api_version} {obj.kind} is deprecated in v{since}+{use}"
    params = {"kind": obj.kind, "api_version": obj.api_version, "deprecated": since, "english": english}
    return [_report(obj, "api-deprecated", "apiVersion", **params)]


@cache
def _homes(version: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for api_version, kind in definitions(version).kinds():
        found.setdefault(kind, []).append(api_version)
    return {kind: tuple(sorted(homes, key=_preference)) for kind, homes in found.items()}


def _preference(api_version: str) -> tuple[bool, str]:
    return not api_version.endswith(_PREFERRED_SUFFIXES), api_version


def homes_of(kind: str, version: str) -> tuple[str, ...]:
    """The apiVersions that serve a built-in kind, the stable ones first."""
    return _homes(version).get(kind, ())


@cache
def built_in_groups(version: str) -> frozenset[str]:
    """The API groups that Kubernetes itself serves; "" is the core group."""
    return frozenset(api_version.rpartition("/")[0] for api_version, _ in definitions(version).kinds())


@cache
def kinds_in(api_version: str, version: str) -> tuple[str, ...]:
    """The kinds of the built-in group of `api_version`; none for a group that is not built in."""
    group = api_version.rpartition("/")[0]
    return tuple(sorted({k for a, k in definitions(version).kinds() if a.rpartition("/")[0] == group}))


def _report(
    obj: ManifestObject, code: str, field: str, replacement: str | None = None, **params: str
) -> Diagnostic:
    span = obj.key_span(()) if field not in obj.value else obj.span((field,))
    fix = None
    if replacement is not None:
        _, node = obj.document.locate((*obj.base, field))
        fix = replace_node(obj, node, replacement)
    return Diagnostic(
        code=code,
        span=span,
        path=(*obj.base, field),
        params={"line": str(span.line), **params},
        fix=fix,
        document=obj.document.index,
    )
