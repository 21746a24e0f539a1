"""Fixes as text edits, and the pure function that applies one."""

import re

import yaml

from learn.cluster.api.fielderror import Path
from learn.sandbox.diagnostics import Edit, Fix
from learn.sandbox.document import Document, line_starts
from learn.sandbox.objects import ManifestObject


def apply_fix(text: str, fix: Fix) -> str:
    """The text with all edits of `fix` made. A byte order mark, which no position counts, is dropped."""
    text = text.removeprefix("\ufeff")
    starts = line_starts(text)
    parts: list[str] = []
    done = 0
    for edit in fix.edits:
        start = starts[edit.line - 1] + edit.column - 1
        parts += (text[done:start], edit.text)
        done = starts[edit.end_line - 1] + edit.end_column - 1
    return "".join((*parts, text[done:]))


def insertion(line: int, column: int, text: str) -> Fix:
    """Insert `text` at a 0-based place."""
    return Fix(
        edits=(Edit(line=line + 1, column=column + 1, end_line=line + 1, end_column=column + 1, text=text),)
    )


def line_replacement(line: int, before: str, after: str) -> Fix:
    """Write `after` for the whole 0-based line, which reads `before`."""
    return Fix(
        edits=(Edit(line=line + 1, column=1, end_line=line + 1, end_column=len(before) + 1, text=after),)
    )


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


def replace_scalar(obj: ManifestObject, path: Path, text: str) -> Fix | None:
    """Write `text` for a scalar, quotes and all."""
    _, node = obj.document.locate((*obj.base, *path))
    return replace_node(obj, node, text) if isinstance(node, yaml.ScalarNode) else None


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
    line = start.line + 1
    edit = Edit(line=line, column=start.column + 1, end_line=line, end_column=end.column + 1, text=text)
    return Fix(edits=(edit,))


_KEY_AND_VALUE = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*:(?!//)(?=\S)")


def split_keys(document: Document, path: Path) -> Fix | None:
    """Put the missing space after each colon of `name:web`, which reads as one string."""
    _, node = document.locate(path)
    if not isinstance(node, yaml.ScalarNode) or node.style not in (None, ""):
        return None
    words = node.value.split()
    if not all(_KEY_AND_VALUE.match(word) for word in words):
        return None
    return _insert_after(document, node, _KEY_AND_VALUE, " ") if words else None


def add_colon(document: Document, path: Path) -> Fix | None:
    """Put the missing colon after the first word of a plain scalar on one line."""
    _, node = document.locate(path)
    if not isinstance(node, yaml.ScalarNode) or node.style not in (None, ""):
        return None
    start, end = node.start_mark, node.end_mark
    word = re.match(r"[A-Za-z][A-Za-z0-9_./-]* ", document.lines[start.line][start.column :])
    if word is None or start.line != end.line:
        return None
    return insertion(start.line, start.column + word.end() - 1, ":")


def split_dashes(document: Document, path: Path) -> Fix | None:
    """Put the missing space after each hyphen of `-web`, which reads as one string."""
    _, node = document.locate(path)
    if not isinstance(node, yaml.ScalarNode) or node.style not in (None, ""):
        return None
    words = node.value.split()
    if not all(re.match(r"-[A-Za-z0-9\"'/]", word) for word in words):
        return None
    return _insert_after(document, node, re.compile("-"), " ")


def _insert_after(document: Document, node: yaml.Node, pattern: re.Pattern[str], text: str) -> Fix | None:
    """Insert `text` after what `pattern` matches at the start of each line of a plain scalar."""
    edits = []
    for line in range(node.start_mark.line, node.end_mark.line + 1):
        content = document.lines[line]
        start = (
            node.start_mark.column
            if line == node.start_mark.line
            else len(content) - len(content.lstrip(" "))
        )
        match = pattern.match(content, start)
        if match is None:
            return None
        column = match.end() + 1
        edits.append(Edit(line=line + 1, column=column, end_line=line + 1, end_column=column, text=text))
    return Fix(edits=tuple(edits))


def list_of_map(document: Document, path: Path) -> Fix | None:
    """Make a block mapping the only item of a list: a dash before its first key, the rest two deeper."""
    _, node = document.locate(path)
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        return None
    first, last = node.start_mark.line, last_line(node)
    if document.lines[first][: node.start_mark.column].strip():
        return None
    edits = []
    for line in range(first, last + 1):
        if document.lines[line].strip():
            column = node.start_mark.column + 1 if line == first else 1
            text = "- " if line == first else "  "
            edits.append(Edit(line=line + 1, column=column, end_line=line + 1, end_column=column, text=text))
    return Fix(edits=tuple(edits))


def map_of_list(document: Document, path: Path) -> Fix | None:
    """Take the dash off the only item of a block list."""
    _, node = document.locate(path)
    if (
        not isinstance(node, yaml.SequenceNode)
        or node.flow_style
        or not isinstance(node.value[0], yaml.MappingNode)
    ):
        return None
    mark, item = node.start_mark, node.value[0].start_mark
    if mark.line != item.line:
        return None
    edit = Edit(
        line=mark.line + 1,
        column=mark.column + 1,
        end_line=mark.line + 1,
        end_column=item.column + 1,
        text=" " * (item.column - mark.column),
    )
    return Fix(edits=(edit,))


def last_line(node: yaml.Node) -> int:
    """The last line that a block node itself covers; its end mark stands at what follows."""
    while isinstance(node, (yaml.MappingNode, yaml.SequenceNode)) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    end = node.end_mark
    return (
        int(end.line if end.column > 0 else end.line - 1)
        if end.line > node.start_mark.line
        else int(end.line)
    )
