"""Manifest text composed into documents whose every value knows its place in the text.

Nothing is constructed: tags never run code, and values come from Kubernetes' own scalar rules.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from learn.cluster.api.fielderror import Path
from learn.sandbox.diagnostics import Diagnostic, Span
from learn.sandbox.escapes import hide_escapes, restore_escapes
from learn.sandbox.scalars import key_text, resolve_plain, resolve_tagged

_PLAIN, _QUOTED, _COLLECTION = "plain", "quoted", "collection"
_BREAKS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_COMMENT_FOR_VALUE = re.compile(r" *: +(#[^\s#!]\S*)")
_MERGE = "<<"
_MOST_PROBLEMS = 500
_TEMPLATE_ENGLISH = "error converting YAML to JSON: yaml: invalid map key: map[interface {}]interface {}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on a text, so that no input can cost more than a moment."""

    bytes: int = 64 * 1024
    documents: int = 100
    depth: int = 100
    values: int = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One YAML document: its JSON `value`, and the node tree that knows where everything stands.

    `index` counts from 1.
    """

    index: int
    root: yaml.Node
    value: Any
    lines: Sequence[str]

    def locate(self, path: Path) -> tuple[yaml.Node | None, yaml.Node]:
        """The key node (None for a list item or the root) and the value node at `path`.

        Where the path leads nowhere, the deepest existing ancestor answers.
        """
        key, node = None, self.root
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            key, node = found
        return key, node

    def span(self, path: Path) -> Span:
        """Where the value at `path` stands: a scalar itself, a collection's key or first line."""
        key, node = self.locate(path)
        if key is not None and not (
            isinstance(node, yaml.ScalarNode) and node.end_mark.index > node.start_mark.index
        ):
            return self.node_span(key)
        return self.node_span(node)

    def key_span(self, path: Path) -> Span:
        """Where the key at `path` stands; a list item answers with its own place."""
        key, node = self.locate(path)
        return self.node_span(node if key is None else key)

    def node_span(self, node: yaml.Node) -> Span:
        """The part of `node` on its first line; a block mapping answers with its first key."""
        if isinstance(node, yaml.MappingNode) and node.value and not node.flow_style:
            node = node.value[0][0]
        start, end = node.start_mark, node.end_mark
        length = end.column - start.column if start.line == end.line else 1
        return Span(line=start.line + 1, column=start.column + 1, length=max(length, 1))


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode):
        return (None, node.value[step]) if isinstance(step, int) and step < len(node.value) else None
    if not isinstance(node, yaml.MappingNode):
        return None
    merged = None
    for key, value in node.value:
        if _is_merge(key):
            merged = merged or _child_of_merge(value, step)
        elif _key_of(key) == step:
            return key, value
    return merged


def _child_of_merge(node: yaml.Node, step: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
    for source in node.value if isinstance(node, yaml.SequenceNode) else [node]:
        found = _child(source, step) if isinstance(source, yaml.MappingNode) else None
        if found:
            return found
    return None


class _NodeLoader(yaml.CSafeLoader):
    """Composes nodes; leaves the reading of scalars to `scalars`."""

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: Any) -> str:
        if kind is not yaml.ScalarNode:
            return _COLLECTION
        return _PLAIN if implicit[0] else _QUOTED

    def descend_resolver(self, current_node: yaml.Node | None, current_index: Any) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


class TooDeep(Exception):
    """Nesting beyond the limit, found at a 0-based line and column."""

    def __init__(self, line: int, column: int) -> None:
        super().__init__(line, column)
        self.line, self.column = line, column


def compose(text: str, limits: Limits) -> Iterator[yaml.Node]:
    """The document nodes of `text`.

    Raises yaml.YAMLError for text that is not YAML, `TooDeep` before the composer's own recursion could hurt.
    """
    if _deepest_possible(text) > limits.depth:
        _refuse_depth(text, limits.depth)
    readable = hide_escapes(text)
    loader = _NodeLoader(readable)
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is not None:
                if readable is not text:
                    restore_escapes(node)
                yield node
    finally:
        loader.dispose()


def _deepest_possible(text: str) -> int:
    """An upper bound on nesting: block collections need a new column each (lists may share their key's)."""
    longest_indent = max((len(m[0]) for m in re.finditer(r"^[ ?-]+", text, re.MULTILINE)), default=0)
    return longest_indent + 2 + text.count("[") + text.count("{")


def _refuse_depth(text: str, depth: int) -> None:
    level = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            level += 1
            if level > depth and event.start_mark is not None:
                raise TooDeep(event.start_mark.line, event.start_mark.column)
        elif isinstance(event, yaml.CollectionEndEvent):
            level -= 1


class Reader:
    """Turns one document's nodes into JSON values, collecting what Kubernetes would refuse or lose."""

    def __init__(self, index: int, limits: Limits, lines: Sequence[str]) -> None:
        self.problems: list[Diagnostic] = []
        self._index, self._limits, self._lines = index, limits, lines
        self._budget = limits.values

    def read(self, root: yaml.Node) -> Document:
        """The document; `problems` then holds what was found on the way."""
        try:
            value = self._value(root, (), 0)
        except _Unreadable as stop:
            value = None
            self._report(stop.code, stop.node, (), english=stop.english)
        return Document(index=self._index, root=root, value=value, lines=self._lines)

    def _value(self, node: yaml.Node, path: Path, depth: int) -> Any:
        self._budget -= 1
        if self._budget < 0:
            raise _Unreadable("yaml-alias-bomb", node)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if depth > self._limits.depth:
            raise _Unreadable("yaml-alias-cycle", node)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, i), depth + 1) for i, item in enumerate(node.value)]
        return self._mapping(node, path, depth) if isinstance(node, yaml.MappingNode) else None

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        if node.tag == _PLAIN:
            value = resolve_plain(node.value)
        elif node.tag == _QUOTED:
            return node.value
        else:
            value = resolve_tagged(node.tag, node.value, quoted=node.style in ("'", '"', "|", ">"))
        if isinstance(value, float) and not math.isfinite(value):
            self._report("yaml-not-finite", node, path, value=node.value)
            return None
        return value

    def _mapping(self, node: yaml.MappingNode, path: Path, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        places: dict[str, yaml.Node] = {}
        merges: list[yaml.Node] = []
        for key_node, value_node in node.value:
            if _is_merge(key_node):
                merges.append(value_node)
                continue
            key = _key_of(key_node)
            if key is None:
                if isinstance(key_node, yaml.MappingNode):
                    raise _Unreadable("yaml-template", node, _TEMPLATE_ENGLISH)
                self._report("yaml-key-not-text", key_node, path)
                continue
            if key in places:
                line = str(places[key].start_mark.line + 1)
                self._report("yaml-duplicate-key", key_node, (*path, key), key=key, first=line)
            places[key] = key_node
            result[key] = self._value(value_node, (*path, key), depth + 1)
            if result[key] is None:
                self._note_comment(key, key_node, path)
        for merge in merges:
            self._merge(merge, result, path, depth)
        return result

    def _note_comment(self, key: str, node: yaml.Node, path: Path) -> None:
        """Report a value that is empty because it starts like a comment: `color: #ff0000`."""
        end = node.end_mark
        line = self._lines[end.line] if end.line < len(self._lines) else ""
        comment = _COMMENT_FOR_VALUE.match(line, end.column)
        if comment is not None:
            self._report("yaml-value-commented", node, (*path, key), key=key, found=comment[1][:40])

    def _merge(self, node: yaml.Node, into: dict[str, Any], path: Path, depth: int) -> None:
        for source in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            value = self._value(source, path, depth + 1)
            if not isinstance(value, dict):
                self._report("yaml-merge-not-map", source, path)
                continue
            for key, inherited in value.items():
                into.setdefault(key, inherited)

    def _report(self, code: str, node: yaml.Node, path: Path, **params: str) -> None:
        if len(self.problems) > _MOST_PROBLEMS:
            return
        start, end = node.start_mark, node.end_mark
        length = end.column - start.column if start.line == end.line else 1
        line = start.line + 1
        span = Span(line=line, column=start.column + 1, length=max(length, 1))
        self.problems.append(
            Diagnostic(
                code=code,
                span=span,
                path=path,
                params={"line": str(line), "limit": str(self._limits.values), **params},
                document=self._index,
            )
        )


class _Unreadable(Exception):
    """The document has no value that later stages could use."""

    def __init__(self, code: str, node: yaml.Node, english: str = "") -> None:
        super().__init__(code)
        self.code, self.node, self.english = code, node, english


def _is_merge(key: yaml.Node) -> bool:
    return bool(key.value == _MERGE and key.tag == _PLAIN)


def _key_of(node: yaml.Node) -> str | None:
    if not isinstance(node, yaml.ScalarNode):
        return None
    if node.tag == _PLAIN:
        return key_text(resolve_plain(node.value), node.value)
    if node.tag == _QUOTED:
        return str(node.value)
    return key_text(resolve_tagged(node.tag, node.value, quoted=bool(node.style)), node.value)


def line_starts(text: str) -> list[int]:
    """The index at which each line starts, lines counted as YAML counts them."""
    return [0, *(match.end() for match in _BREAKS.finditer(text))]
