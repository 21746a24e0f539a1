"""YAML with the line of every value, read by name and type.

The text is composed, never loaded, so each problem points at its true line. A
reader asks for the fields it knows; `Fields.close` reports the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeAlias, TypeVar

import yaml

from learn.content.model import Source
from learn.content.parse.problems import Problems

T = TypeVar("T")
JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"

_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,9})?")
_BOOLEANS = {"true": True, "false": False}


class Fields:
    """The fields of one YAML mapping.

    Every accessor reports what is missing or misshapen to ``problems`` and then
    returns an empty value, so that one reading finds everything.
    """

    def __init__(self, node: yaml.MappingNode, path: str, first_line: int, problems: Problems) -> None:
        self._path = path
        self._first_line = first_line
        self._start = node.start_mark.line
        self.problems = problems
        self._values: dict[str, yaml.Node] = {}
        self._keys: dict[str, yaml.Node] = {}
        self._asked: set[str] = set()
        for key, value in node.value:
            self._enter(key, value)

    def _enter(self, key: yaml.Node, value: yaml.Node) -> None:
        if not isinstance(key, yaml.ScalarNode):
            self.problems.add(self._source(key), "yaml-key", "項目名は文字列で書きます。")
        elif key.value in self._values:
            self.problems.add(self._source(key), "duplicate-key", f"項目「{key.value}」が2回あります。")
        else:
            self._keys[key.value], self._values[key.value] = key, value

    def _source(self, node: yaml.Node) -> Source:
        return Source(path=self._path, line=self._first_line + node.start_mark.line)

    @property
    def source(self) -> Source:
        return Source(path=self._path, line=self._first_line + self._start)

    def source_of(self, key: str) -> Source:
        """Where the key stands; the mapping itself if the key is missing."""
        return self._source(self._keys[key]) if key in self._keys else self.source

    def text_source(self, key: str) -> Source:
        """Where the text of a key begins: below the ``|`` or ``>`` of a block."""
        node = self._values.get(key)
        if node is None:
            return self.source
        start = self._source(node)
        is_block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
        return Source(path=start.path, line=start.line + 1) if is_block else start

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def _get(self, key: str, *, required: bool) -> yaml.Node | None:
        self._asked.add(key)
        node = self._values.get(key)
        if node is None and required:
            self.problems.add(self.source, "missing-field", f"項目「{key}」が必要です。")
        return node

    def _misshapen(self, node: yaml.Node, key: str, wanted: str) -> None:
        self.problems.add(self._source(node), "bad-field", f"「{key}」は{wanted}で書きます。")

    def _scalar(self, node: yaml.Node, key: str) -> str:
        if isinstance(node, yaml.ScalarNode) and (value := str(node.value).strip()):
            return value
        self._misshapen(node, key, "空でない文字列")
        return ""

    def text(self, key: str) -> str:
        node = self._get(key, required=True)
        return self._scalar(node, key) if node else ""

    def optional_text(self, key: str) -> str:
        """The text, or the empty string if the field is left out."""
        node = self._get(key, required=False)
        return self._scalar(node, key) if node else ""

    def identifier(self, key: str = "id") -> str:
        value = self.text(key)
        if value and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
            message = f"「{key}」は英小文字と数字を「-」でつないで書きます（例：pod-basics）。"
            self.problems.add(self.source_of(key), "bad-id", message)
        return value

    def https_url(self, key: str) -> str:
        value = self.text(key)
        if value and not re.fullmatch(r"https://[^\s\"<>]+", value):
            self.problems.add(self.source_of(key), "broken-link", f"「{key}」はhttps://で始めます。")
        return value

    def one_of(self, key: str, allowed: Sequence[str]) -> str:
        value = self.text(key)
        if value and value not in allowed:
            self.problems.add(
                self.source_of(key), "bad-field", f"「{key}」は{'、'.join(allowed)}のどれかです。"
            )
        return value if value in allowed else ""

    def minutes(self) -> int:
        """How long something takes: a whole number from 1."""
        value = self.text("minutes")
        if re.fullmatch(r"[1-9]\d{0,3}", value):
            return int(value)
        if value:
            self._misshapen(self._values["minutes"], "minutes", "1以上の整数")
        return 0

    def number(self, key: str) -> Decimal:
        node = self._get(key, required=True)
        return self._decimal(node, key) if node else Decimal(0)

    def numbers(self, key: str) -> tuple[Decimal, ...]:
        """A list of numbers; empty if the field is left out."""
        return tuple(self._decimal(node, key) for node in self._items(key, required=False))

    def _decimal(self, node: yaml.Node, key: str) -> Decimal:
        if isinstance(node, yaml.ScalarNode) and _NUMBER.fullmatch(node.value):
            return Decimal(node.value)
        self._misshapen(node, key, "数値")
        return Decimal(0)

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """true or false; required unless there is a default."""
        node = self._get(key, required=default is None)
        if node is None:
            return bool(default)
        if isinstance(node, yaml.ScalarNode) and node.value in _BOOLEANS:
            return _BOOLEANS[node.value]
        self._misshapen(node, key, "trueまたはfalse")
        return bool(default)

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        return tuple(self._scalar(node, key) for node in self._items(key, required=required))

    def text_rows(self, key: str) -> tuple[tuple[str, ...], ...]:
        """A required list of lists of texts."""
        rows = []
        for node in self._items(key, required=True):
            if isinstance(node, yaml.SequenceNode):
                rows.append(tuple(self._scalar(cell, key) for cell in node.value))
            else:
                self._misshapen(node, key, "リストのリスト")
        return tuple(rows)

    def mapping(self, key: str) -> Fields | None:
        """The fields under a required key."""
        node = self._get(key, required=True)
        return self._mapping(node, key) if node else None

    def mappings(self, key: str, *, required: bool = False) -> tuple[Fields, ...]:
        nodes = self._items(key, required=required)
        return tuple(fields for node in nodes if (fields := self._mapping(node, key)))

    def _mapping(self, node: yaml.Node, key: str) -> Fields | None:
        if isinstance(node, yaml.MappingNode):
            return Fields(node, self._path, self._first_line, self.problems)
        self._misshapen(node, key, "「項目: 値」の形")
        return None

    def _items(self, key: str, *, required: bool) -> list[yaml.Node]:
        node = self._get(key, required=required)
        if node is None:
            return []
        if isinstance(node, yaml.SequenceNode) and (node.value or not required):
            return list(node.value)
        self._misshapen(node, key, "1つ以上の要素を持つリスト" if required else "リスト")
        return []

    def data(self, key: str) -> JSON:
        """The plain data under a key, whatever its shape; None if it is left out."""
        node = self._get(key, required=False)
        if node is None:
            return None
        try:
            value: JSON = yaml.constructor.SafeConstructor().construct_document(node)
            json.dumps(value, allow_nan=False)
        except (yaml.constructor.ConstructorError, TypeError, ValueError, RecursionError):
            self._misshapen(node, key, "文字列、数値、リスト、「項目: 値」だけ")
            return None
        return value

    def close(self) -> None:
        """Report every field that nobody asked for."""
        for key, node in self._keys.items():
            if key not in self._asked:
                known = "、".join(sorted(self._asked))
                message = f"項目「{key}」はここでは使えません。使えるのは{known}です。"
                self.problems.add(self._source(node), "unknown-field", message)


def compose_fields(text: str, *, path: str, first_line: int, problems: Problems) -> Fields | None:
    """The fields of a YAML document that is one mapping; ``first_line`` is its line in the file."""
    return _compose(
        text, path, first_line, problems, lambda node: _one_mapping(node, path, first_line, problems)
    )


def compose_list(text: str, *, path: str, problems: Problems) -> tuple[Fields, ...]:
    """The entries of a YAML document that is a list of mappings."""
    found = _compose(text, path, 1, problems, lambda node: _list_of_mappings(node, path, problems))
    return found or ()


def _compose(
    text: str, path: str, first_line: int, problems: Problems, read: Callable[[yaml.Node | None], T | None]
) -> T | None:
    try:
        return read(yaml.compose(text, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        line = first_line + _error_line(error)
        message = (
            f"YAMLとして読めません（{error.problem or error.context}）。字下げと記号を確かめてください。"
        )
        problems.add(Source(path=path, line=line), "yaml", message)
    except yaml.YAMLError as error:
        message = f"YAMLとして読めません（{error}）。"
        problems.add(Source(path=path, line=first_line), "yaml", message)
    return None


def _error_line(error: yaml.MarkedYAMLError) -> int:
    """The line (from 0) to look at: where an unclosed quote or bracket opens, else where reading stopped."""
    context = error.context or ""
    opens = error.context_mark if "quoted" in context or "flow" in context else None
    mark = opens or error.problem_mark or error.context_mark
    return mark.line if mark else 0


def _one_mapping(node: yaml.Node | None, path: str, first_line: int, problems: Problems) -> Fields | None:
    if isinstance(node, yaml.MappingNode):
        return Fields(node, path, first_line, problems)
    problems.add(Source(path=path, line=first_line), "yaml", "「項目: 値」の形で書きます。")
    return None


def _list_of_mappings(node: yaml.Node | None, path: str, problems: Problems) -> tuple[Fields, ...]:
    if not isinstance(node, yaml.SequenceNode):
        problems.add(Source(path=path, line=1), "yaml", "「- 項目: 値」のリストの形で書きます。")
        return ()
    entries = []
    for item in node.value:
        if isinstance(item, yaml.MappingNode):
            entries.append(Fields(item, path, 1, problems))
        else:
            line = item.start_mark.line + 1
            problems.add(Source(path=path, line=line), "yaml", "「項目: 値」の形で書きます。")
    return tuple(entries)
