"""Client-side apply: the last-applied annotation and the patch that kubectl computes from three states."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from learn.cluster.api.access import copy_json, map_at, text_at, texts_at
from learn.cluster.api.patch import MERGE_PATCH, STRATEGIC_PATCH, merge_patch, strategic_merge
from learn.cluster.api.schema import Schema, Type, schema_of
from learn.cluster.api.strategic import Object, PatchError
from learn.cluster.api.strategicdiff import three_way_patch
from learn.cluster.api.versions import NEWEST

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass(frozen=True, slots=True)
class ApplyResult:
    """What an apply sends and what comes of it, before the server's defaults and checks."""

    patch: Object
    media_type: str
    result: Object

    @property
    def is_unchanged(self) -> bool:
        return not self.patch


def last_applied_text(manifest: Mapping[str, Any]) -> str:
    """The annotation's value: the manifest as compact JSON with sorted keys, without the annotation itself."""
    annotations = {
        k: v for k, v in map_at(map_at(manifest, "metadata"), "annotations").items() if k != LAST_APPLIED
    }
    metadata = {**map_at(manifest, "metadata"), "annotations": annotations}
    text = json.dumps(
        {**manifest, "metadata": metadata}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text + "\n"


def with_last_applied(manifest: Mapping[str, Any]) -> Object:
    """The manifest as apply sends it: with the annotation that remembers it."""
    result = copy_json(dict(manifest))
    metadata = result.get("metadata")
    result["metadata"] = metadata = dict(metadata) if isinstance(metadata, dict) else {}
    annotations = metadata.get("annotations")
    kept = dict(annotations) if isinstance(annotations, dict) else {}
    metadata["annotations"] = {**kept, LAST_APPLIED: last_applied_text(manifest)}
    return result  # type: ignore[no-any-return]  # a copy of a dict is a dict


def last_applied(live: Mapping[str, Any]) -> Object:
    """What the last apply wrote; empty for an object that was made otherwise."""
    text = texts_at(map_at(live, "metadata"), "annotations").get(LAST_APPLIED, "")
    try:
        value = json.loads(text) if text else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def is_applied(live: Mapping[str, Any]) -> bool:
    return LAST_APPLIED in texts_at(map_at(live, "metadata"), "annotations")


def missing_annotation_warning(resource: str, name: str) -> str:
    """kubectl's warning about an object that apply did not make; `resource` is `deployments`."""
    return (
        f"Warning: resource {resource}/{name} is missing the {LAST_APPLIED} annotation which is required by "
        "kubectl apply. kubectl apply should only be used on resources created declaratively by either "
        "kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically."
    )


def apply_three_way(
    live: Mapping[str, Any], manifest: Mapping[str, Any], *, version: str = NEWEST
) -> ApplyResult:
    """The patch from file, live object and last-applied annotation, and the object that it makes.

    Raises PatchError for a list item without its merge key or a patch that changes name or kind.
    """
    modified = with_last_applied(manifest)
    original = last_applied(live)
    schema = schema_of(live.get("apiVersion"), live.get("kind"), version)
    if schema is not None and schema.name.startswith("io.k8s."):
        patch = three_way_patch(original, modified, live, schema)
        result = strategic_merge(live, patch, schema)
        media = STRATEGIC_PATCH
    else:
        patch = three_way_merge_patch(original, modified, live)
        result = merge_patch(live, patch)
        media = MERGE_PATCH
    _check_identity(patch, live)
    return ApplyResult(patch, media, result)


def _check_identity(patch: Object, live: Mapping[str, Any]) -> None:
    """A patch may not change apiVersion, kind or name (kubectl's preconditions)."""
    name = text_at(map_at(patch, "metadata"), "name")
    changed = [key for key in ("apiVersion", "kind") if key in patch and patch[key] != live.get(key)]
    if changed or (name and name != text_at(map_at(live, "metadata"), "name")):
        raise PatchError("At least one of apiVersion, kind and name was changed")


def three_way_merge_patch(
    original: Mapping[str, Any], modified: Mapping[str, Any], current: Mapping[str, Any]
) -> Object:
    """CreateThreeWayJSONMergePatch: for custom resources, lists are replaced as a whole."""
    return {
        **_merged_nulls(original, modified),
        **_merge(_nulls(original, modified), _changes(current, modified)),
    }


def _merged_nulls(original: Mapping[str, Any], modified: Mapping[str, Any]) -> Object:
    return {key: None for key in original if key not in modified}


def _nulls(original: Mapping[str, Any], modified: Mapping[str, Any]) -> Object:
    """Nulls for what the file no longer has."""
    patch = _merged_nulls(original, modified)
    for key, value in original.items():
        new = modified.get(key)
        if isinstance(value, dict) and isinstance(new, dict):
            inner = _nulls(value, new)
            if inner:
                patch[key] = inner
    return patch


def _changes(current: Mapping[str, Any], modified: Mapping[str, Any]) -> Object:
    patch: Object = {}
    for key, value in modified.items():
        if key not in current:
            patch[key] = copy_json(value)
        elif isinstance(value, dict) and isinstance(current[key], dict):
            inner = _changes(current[key], value)
            if inner:
                patch[key] = inner
        elif value != current[key]:
            patch[key] = copy_json(value)
    return patch


def _merge(left: Object, right: Object) -> Object:
    """Two merge patches as one; nulls of the first stay unless the second writes the field."""
    result = dict(left)
    for key, value in right.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = _merge(result[key], value) if both else value
    return result


def prune_unknown(obj: Mapping[str, Any], *, version: str = NEWEST) -> Object:
    """The object without the fields that its type does not have, as the server stores it."""
    schema = schema_of(obj.get("apiVersion"), obj.get("kind"), version)
    pruned = _pruned(obj, schema) if schema is not None else copy_json(dict(obj))
    return pruned if isinstance(pruned, dict) else {}


def _pruned(value: Any, schema: Schema | None) -> Any:
    if schema is None or schema.open:
        return copy_json(value)
    if isinstance(value, dict) and schema.type is Type.OBJECT:
        fields = schema.properties
        return {key: _pruned(item, fields[key]) for key, item in value.items() if key in fields}
    if isinstance(value, dict) and schema.type is Type.MAP:
        return {key: _pruned(item, schema.values) for key, item in value.items()}
    if isinstance(value, list) and schema.type is Type.ARRAY:
        return [_pruned(item, schema.items) for item in value]
    return copy_json(value)
