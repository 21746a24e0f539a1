"""What a ConfigMap or a Secret holds."""

from collections.abc import Iterator

import yaml

from learn.cluster.api.access import map_at
from learn.sandbox.checks.registry import Finding, object_check
from learn.sandbox.checks.world import World
from learn.sandbox.edits import insertion
from learn.sandbox.objects import ManifestObject


@object_check("data-lines-folded", "ConfigMap", "Secret")
def lines_folded(obj: ManifestObject, world: World) -> Iterator[Finding]:
    """A file written below its name without `|`: YAML joins its lines with spaces (flow folding, YAML 1.2 §7.3.3)."""
    for field in ("data", "stringData"):
        for name in map_at(obj.value, field):
            key, node = obj.document.locate((*obj.base, field, name))
            if not isinstance(key, yaml.ScalarNode) or not isinstance(node, yaml.ScalarNode):
                continue
            colon, start, end = key.end_mark, node.start_mark, node.end_mark
            if node.style in (None, "") and start.line == colon.line + 1 and end.line > start.line:
                fix = insertion(colon.line, colon.column + 1, " |")
                params = {"key": name[:80]}
                yield Finding(obj=obj, path=(field, name), params=params, on_key=True, fix=fix)
