"""Fixes as text edits, and the pure function that applies one."""

import yaml

from learn.cluster.api.fielderror import Path
from learn.sandbox.diagnostics import Edit, Fix
from learn.sandbox.document import line_starts
from learn.sandbox.objects import ManifestObject


def apply_fix(text: str, fix: Fix) -> str:
    """The text with all edits of `fix` made."""
    starts = line_starts(text)
    for edit in reversed(fix.edits):
        start = starts[edit.line - 1] + edit.column - 1
        end = starts[edit.end_line - 1] + edit.end_column - 1
        text = text[:start] + edit.text + text[end:]
    return text


def rename_key(obj: ManifestObject, path: Path, name: str) -> Fix | None:
    """Write `name` for the key at `path`."""
    key, _ = obj.document.locate((*obj.base, *path))
    return replace_node(obj, key, name) if isinstance(key, yaml.ScalarNode) else None


def quote_scalar(obj: ManifestObject, path: Path) -> Fix | None:
    """Put an unquoted scalar into double quotes, so that it is read as a string."""
    _, node = obj.document.locate((*obj.base, *path))
    if not isinstance(node, yaml.ScalarNode) or node.style not in (None, "") or not node.value:
        return None
    return replace_node(obj, node, f'"{node.value}"')


def unquote_scalar(obj: ManifestObject, path: Path) -> Fix | None:
    """Take the quotes off a scalar."""
    _, node = obj.document.locate((*obj.base, *path))
    if not isinstance(node, yaml.ScalarNode) or node.style not in ("'", '"'):
        return None
    return replace_node(obj, node, node.value)


def replace_node(obj: ManifestObject, node: yaml.Node, text: str) -> Fix | None:
    """Write `text` for a node that stands on one line, None for any other."""
    start, end = node.start_mark, node.end_mark
    if start.line != end.line:
        return None
    line = start.line + obj.document.line_offset + 1
    edit = Edit(line=line, column=start.column + 1, end_line=line, end_column=end.column + 1, text=text)
    return Fix(edits=(edit,))
