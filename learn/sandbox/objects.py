"""The Kubernetes objects of a manifest: one per document, or one per item of a List."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from learn.cluster.api.access import map_at, text_at
from learn.cluster.api.fielderror import Path
from learn.sandbox.diagnostics import Span
from learn.sandbox.document import Document

TEMPLATE_PATHS: Mapping[str, Path] = {
    "Pod": (),
    "Deployment": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Where each kind keeps its Pod template; a Pod is its own."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ManifestObject:
    """One object: its plain data, and where in the text it stands.

    `base` is the path of the object inside its document: () or ("items", 2).
    """

    document: Document
    base: Path
    value: dict[str, Any]

    @property
    def api_version(self) -> str:
        return text_at(self.value, "apiVersion")

    @property
    def kind(self) -> str:
        return text_at(self.value, "kind")

    @property
    def name(self) -> str:
        """metadata.name, else metadata.generateName."""
        metadata = map_at(self.value, "metadata")
        return text_at(metadata, "name") or text_at(metadata, "generateName")

    @property
    def namespace(self) -> str:
        """metadata.namespace as written; "" where the manifest leaves it open."""
        return text_at(map_at(self.value, "metadata"), "namespace")

    def span(self, path: Path) -> Span:
        """Where the value at `path` of this object stands."""
        return self.document.span((*self.base, *path))

    def key_span(self, path: Path) -> Span:
        """Where the key at `path` of this object stands."""
        return self.document.key_span((*self.base, *path))


def objects_of(document: Document) -> Iterator[ManifestObject]:
    """The document's object, or the items of a List (`List`, `PodList`), which may be nested."""
    if isinstance(document.value, dict):
        yield from _unfold(document, (), document.value)


def _unfold(document: Document, base: Path, value: dict[str, Any]) -> Iterator[ManifestObject]:
    kind, items = text_at(value, "kind"), value.get("items")
    if kind == "List" and items is None:
        return
    if not (kind.endswith("List") and isinstance(items, list)):
        yield ManifestObject(document=document, base=base, value=value)
        return
    for index, item in enumerate(items):
        if isinstance(item, dict):
            typed = item if kind == "List" or "kind" in item else _typed_item(value, item)
            yield from _unfold(document, (*base, "items", index), typed)


def _typed_item(parent: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """An item of a typed list gets the kind that the list implies, as the API's own lists leave it out."""
    return {"apiVersion": text_at(parent, "apiVersion"), "kind": text_at(parent, "kind")[:-4], **item}


def templates_of(obj: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The Pod template of an object as `{kind, name, namespace, labels, spec}`; none for other kinds."""
    path = TEMPLATE_PATHS.get(text_at(obj, "kind"))
    if path is None:
        return []
    template: Mapping[str, Any] = obj
    for step in path:
        template = map_at(template, str(step))
    if not isinstance(template.get("spec"), dict):
        return []
    metadata = map_at(obj, "metadata")
    return [
        {
            "kind": text_at(obj, "kind"),
            "name": text_at(metadata, "name"),
            "namespace": text_at(metadata, "namespace"),
            "labels": dict(map_at(map_at(template, "metadata"), "labels")),
            "spec": template["spec"],
        }
    ]
