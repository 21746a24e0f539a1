"""One field of a manifest changed as an edit of its text: comments, order and style stay as they were written."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import yaml

from learn.cluster.api.fielderror import Path
from learn.sandbox.diagnostics import Edit, Fix
from learn.sandbox.document import Document, Limits, Reader, TooDeep, compose
from learn.sandbox.edits import apply_fix, insertion, last_line
from learn.sandbox.objects import ManifestObject, objects_of
from learn.sandbox.repair_changes import Change, Named, Step


class _Entry(NamedTuple):
    """The place of an entry in a map or a list; `position` is -1 for one that is not there."""

    parent: yaml.Node
    position: int
    in_flow: bool


def changed(text: str, changes: Sequence[Change], limits: Limits) -> str | None:
    """The text with all changes made, additions first; None where one of them cannot be written."""
    for change in sorted(changes, key=lambda each: each.is_removal):
        done = _changed(text, change, limits)
        if done is None:
            return None
        text = done
    return text


def objects_in(text: str, limits: Limits) -> tuple[ManifestObject, ...]:
    """The objects of a text; none for one that cannot be read."""
    lines = text.split("\n")
    try:
        documents = [
            Reader(number, limits, lines).read(node) for number, node in enumerate(compose(text, limits), 1)
        ]
    except (yaml.YAMLError, TooDeep):
        return ()
    return tuple(obj for document in documents for obj in objects_of(document))


def _changed(text: str, change: Change, limits: Limits) -> str | None:
    if not change.path:
        before = f"{text.rstrip()}\n---\n" if text.strip() else ""
        return before + _block(change.value, text.split("\n")) + "\n"
    own = [o for o in objects_in(text, limits) if (o.kind, o.name) == (change.kind, change.name)]
    if not own:
        return None
    obj = own[0]
    found = _entry(obj, change.path)
    if found is None:
        return None
    entry, is_there = found
    lines = obj.document.lines
    if change.is_removal:
        edit = _removal(entry, lines) if is_there else None
    elif is_there:
        edit = _replacement(entry, change.value, lines)
    else:
        edit = _addition(entry, change.path[-1], change.value, lines)
    return None if edit is None else apply_fix(text, Fix(edits=(edit,)))


def _entry(obj: ManifestObject, path: Sequence[Step]) -> tuple[_Entry, bool] | None:
    """Where the last step of a path leads, and whether something is there; None if its parent is missing."""
    node, in_flow = _node_at(obj.document, obj.base)
    for step in path[:-1]:
        in_flow = in_flow or bool(getattr(node, "flow_style", False))
        index = _index(node, step)
        if index is None:
            return None
        node = _value(node, index)
    if not isinstance(node, (yaml.MappingNode, yaml.SequenceNode)):
        return None
    index = _index(node, path[-1])
    in_flow = in_flow or bool(node.flow_style)
    return _Entry(node, -1 if index is None else index, in_flow), index is not None


def _node_at(document: Document, path: Path) -> tuple[yaml.Node, bool]:
    node, in_flow = document.root, False
    for step in path:
        in_flow = in_flow or bool(getattr(node, "flow_style", False))
        index = _index(node, step)
        node = node if index is None else _value(node, index)
    return node, in_flow


def _index(node: yaml.Node, step: Step) -> int | None:
    if isinstance(node, yaml.MappingNode):
        return next((i for i, (key, _) in enumerate(node.value) if key.value == step), None)
    if not isinstance(node, yaml.SequenceNode):
        return None
    if isinstance(step, Named):
        return next((i for i, item in enumerate(node.value) if _name_of(item) == step.name), None)
    return step if isinstance(step, int) and step < len(node.value) else None


def _name_of(node: yaml.Node) -> str:
    if not isinstance(node, yaml.MappingNode):
        return ""
    return next((str(value.value) for key, value in node.value if key.value == "name"), "")


def _value(node: yaml.Node, index: int) -> yaml.Node:
    found = node.value[index]
    value: yaml.Node = found[1] if isinstance(found, tuple) else found
    return value


def _start(entry: _Entry, index: int) -> yaml.Mark:
    found = entry.parent.value[index]
    node: yaml.Node = found[0] if isinstance(found, tuple) else found
    return node.start_mark


# -- the three edits -------------------------------------------------------------------------------


def _replacement(entry: _Entry, value: Any, lines: Sequence[str]) -> Edit:
    old, start = _value(entry.parent, entry.position), _start(entry, entry.position)
    is_simple = isinstance(old, yaml.ScalarNode) and old.value and old.start_mark.line == old.end_mark.line
    if is_simple and not isinstance(value, (dict, list)):
        return _edit(
            old.start_mark,
            (old.end_mark.line, old.end_mark.column),
            _scalar(value, getattr(old, "style", None)),
        )
    key = entry.parent.value[entry.position][0].value if isinstance(entry.parent, yaml.MappingNode) else None
    if entry.in_flow:
        return _edit(start, (old.end_mark.line, old.end_mark.column), _flow(value, key))
    last = last_line(old)
    return _edit(start, (last, len(lines[last])), _indented(_keyed(value, key, lines), start.column))


def _addition(entry: _Entry, step: Step, value: Any, lines: Sequence[str]) -> Edit:
    parent = entry.parent
    key = step if isinstance(step, str) else None
    if not parent.value:
        brackets = "{%s}" if isinstance(parent, yaml.MappingNode) else "[%s]"
        end = (parent.end_mark.line, parent.end_mark.column)
        return _edit(parent.start_mark, end, brackets % _flow(value, key))
    last = _value(parent, len(parent.value) - 1)
    if entry.in_flow:
        return _inserted(last.end_mark.line, last.end_mark.column, f", {_flow(value, key)}")
    line, column = last_line(last), parent.start_mark.column
    dash = "- " if isinstance(parent, yaml.SequenceNode) else ""
    words = dash + _indented(_keyed(value, key, lines), len(dash))
    return _inserted(line, len(lines[line]), "\n" + " " * column + _indented(words, column))


def _removal(entry: _Entry, lines: Sequence[str]) -> Edit | None:
    """None for an only entry, without which its parent would mean something else."""
    count, index = len(entry.parent.value), entry.position
    if count == 1:
        return None
    start, node = _start(entry, index), _value(entry.parent, index)
    if entry.in_flow:
        if index + 1 < count:
            following = _start(entry, index + 1)
            return _edit(start, (following.line, following.column), "")
        before = _value(entry.parent, index - 1).end_mark
        return _edit(before, (node.end_mark.line, node.end_mark.column), "")
    if isinstance(entry.parent, yaml.MappingNode) and lines[start.line][: start.column].strip():
        following = _start(entry, index + 1)
        return _edit(start, (following.line, following.column), "")
    last = last_line(node)
    if last + 1 < len(lines):
        return Edit(line=start.line + 1, column=1, end_line=last + 2, end_column=1, text="")
    end = len(lines[last]) + 1
    return Edit(
        line=start.line, column=len(lines[start.line - 1]) + 1, end_line=last + 1, end_column=end, text=""
    )


def _inserted(line: int, column: int, text: str) -> Edit:
    """At a 0-based place."""
    return insertion(line, column, text).edits[0]


def _edit(start: yaml.Mark, end: tuple[int, int], text: str) -> Edit:
    return Edit(
        line=start.line + 1, column=start.column + 1, end_line=end[0] + 1, end_column=end[1] + 1, text=text
    )


# -- values as YAML --------------------------------------------------------------------------------


def _block(value: Any, lines: Sequence[str] = ()) -> str:
    """In block style; the innermost collections in flow style where the text writes some so."""
    flow = None if any("{" in line for line in lines) else False
    text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=flow)
    return text.removesuffix("...\n").rstrip("\n")


def _keyed(value: Any, key: str | None, lines: Sequence[str]) -> str:
    if key is None:
        return _block(value, lines)
    return _block({key: value}, lines if isinstance(value, (dict, list)) else ())


def _flow(value: Any, key: str | None = None) -> str:
    whole = value if key is None else {key: value}
    text = yaml.safe_dump(
        whole, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=True
    ).removesuffix("...\n")
    text = text.rstrip("\n")
    return text if key is None else text[1:-1]


def _scalar(value: Any, style: str | None) -> str:
    """In the quotes that were there, for a text that needs no escapes."""
    if isinstance(value, str) and style in ("'", '"') and not {"'", '"', "\\", "\n"} & set(value):
        return f"{style}{value}{style}"
    return _flow(value)


def _indented(text: str, column: int) -> str:
    """Every line but the first, moved to the right."""
    return text.replace("\n", "\n" + " " * column)
