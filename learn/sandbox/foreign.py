"""YAML files of other tools, which people keep next to their manifests."""

from learn.sandbox.diagnostics import Diagnostic
from learn.sandbox.objects import ManifestObject

_KUSTOMIZE = frozenset(
    {
        "bases",
        "components",
        "configMapGenerator",
        "helmCharts",
        "patches",
        "patchesJson6902",
        "patchesStrategicMerge",
        "resources",
        "secretGenerator",
    }
)
_KUSTOMIZE_MORE = frozenset(
    {
        "buildMetadata",
        "commonAnnotations",
        "commonLabels",
        "configurations",
        "crds",
        "generatorOptions",
        "generators",
        "helmGlobals",
        "images",
        "labels",
        "metadata",
        "namePrefix",
        "nameSuffix",
        "namespace",
        "openapi",
        "replacements",
        "replicas",
        "sortOptions",
        "transformers",
        "validators",
        "vars",
    }
)
_COMPOSE = frozenset({"services"})
_COMPOSE_MORE = frozenset({"configs", "include", "name", "networks", "secrets", "version", "volumes"})
_TOOLS = (
    ("document-kustomization", _KUSTOMIZE, _KUSTOMIZE_MORE),
    ("document-compose", _COMPOSE, _COMPOSE_MORE),
)
"""The code, the fields of which a file of the tool has at least one, and what else it may have."""


def find_foreign(obj: ManifestObject) -> Diagnostic | None:
    """The finding on what is a file of kustomize or Docker Compose and no object at all."""
    if "apiVersion" in obj.value or "kind" in obj.value:
        return None
    for code, own, more in _TOOLS:
        if obj.value.keys() & own and obj.value.keys() <= own | more:
            first = next(iter(obj.value))
            span = obj.key_span((first,))
            return Diagnostic(
                code=code,
                span=span,
                path=(*obj.base, first),
                params={"line": str(span.line), "field": first},
                document=obj.document.index,
            )
    return None
