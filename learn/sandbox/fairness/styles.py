"""The same objects as text in many styles: YAML in all its forms, JSON, comments, line ends."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

_STRING, _MAP, _SEQUENCE = (f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq"))
_PLAIN_TAGS = {
    bool: "tag:yaml.org,2002:bool",
    int: "tag:yaml.org,2002:int",
    float: "tag:yaml.org,2002:float",
    type(None): "tag:yaml.org,2002:null",
}
_ONE_LINE = 100_000
_COMMENTS = (
    "# 検査は10秒ごと（既定値）",
    "#- name: old",
    '#　全角の空白と「：」、"引用符"、[括弧] を含む注',
    "# TODO: {a: 1}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How objects are written; the default is plain block YAML, one document each."""

    flow: float = 0.0
    """Share of the maps and lists in flow style, 0 to 1."""
    quotes: tuple[str | None, ...] = (None,)
    """The quoting to choose from for each string, as PyYAML names it: None, ', ", |, >."""
    quoted_keys: bool = False
    shuffled_keys: bool = False
    anchors: bool = False
    """Whether equal maps are written once and referred to."""
    indent: int = 2
    indented_lists: bool = False
    comments: bool = False
    blank_lines: bool = False
    framed: bool = False
    """Whether every document has its `---` and `...`."""
    json: bool = False
    as_list: bool = False
    """Whether the objects are the items of one List."""
    crlf: bool = False
    final_newline: bool = True


PLAIN = Style()
_KNOWN: Sequence[Style] = (
    Style(shuffled_keys=True),
    Style(flow=0.4, shuffled_keys=True),
    Style(flow=1.0),
    Style(quotes=("'",)),
    Style(quotes=('"',), quoted_keys=True),
    Style(quotes=("|", ">", None)),
    Style(indent=4, indented_lists=True),
    Style(indented_lists=True, comments=True),
    Style(comments=True, blank_lines=True),
    Style(crlf=True),
    Style(anchors=True),
    Style(json=True),
    Style(as_list=True),
    Style(framed=True, final_newline=False),
)


def drawn_style(rng: random.Random, turn: int) -> Style:
    """Each known style in its turn, then mixtures."""
    if turn < len(_KNOWN):
        return _KNOWN[turn]
    blocks = rng.random() < 0.15
    return Style(
        flow=rng.choice((0.0, 0.2, 0.6, 1.0)),
        quotes=("|", ">", '"') if blocks else rng.choice(((None,), ("'", '"', None), ('"',))),
        quoted_keys=rng.random() < 0.2,
        shuffled_keys=rng.random() < 0.7,
        anchors=rng.random() < 0.2,
        indent=rng.choice((2, 2, 3, 4, 8)),
        indented_lists=rng.random() < 0.5,
        comments=not blocks and rng.random() < 0.4,
        blank_lines=not blocks and rng.random() < 0.3,
        framed=rng.random() < 0.2,
        json=rng.random() < 0.08,
        as_list=rng.random() < 0.25,
        crlf=rng.random() < 0.25,
        final_newline=rng.random() < 0.9,
    )


def written(objects: Sequence[dict[str, Any]], style: Style, rng: random.Random) -> str:
    """The objects as the text of a manifest.  Block scalars and comments do not go together."""
    documents = [{"apiVersion": "v1", "kind": "List", "items": list(objects)}] if style.as_list else objects
    if style.json:
        text = "\n---\n".join(json.dumps(each, ensure_ascii=False, indent=style.indent) for each in documents)
    else:
        text = _yaml(documents, style, rng)
    if style.comments and not style.json:
        text = _commented(text, rng)
    if style.blank_lines:
        text = "\n".join(line + "\n" * (rng.random() < 0.2) for line in text.split("\n"))
    text = text.rstrip("\n") + "\n" * style.final_newline
    return text.replace("\n", "\r\n") if style.crlf else text


class _Flush(yaml.SafeDumper):
    """Lists begin at the column of their key."""


class _Indented(yaml.SafeDumper):
    """Lists begin further in than their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _yaml(documents: Sequence[dict[str, Any]], style: Style, rng: random.Random) -> str:
    nodes = [_Nodes(style, rng).node(each) for each in documents]
    text: str = yaml.serialize_all(
        nodes,
        Dumper=_Indented if style.indented_lists else _Flush,
        indent=style.indent,
        width=_ONE_LINE,
        allow_unicode=True,
        explicit_start=True if style.framed or len(nodes) > 1 else None,
        explicit_end=True if style.framed else None,
    )
    return text


class _Nodes:
    """One document's nodes; with anchors, equal maps are the same node."""

    def __init__(self, style: Style, rng: random.Random) -> None:
        self._style, self._rng = style, rng
        self._seen: dict[str, yaml.Node] = {}

    def node(self, value: Any) -> yaml.Node:
        match value:
            case dict():
                return self._shared(value) if self._style.anchors and value else self._map(value)
            case list():
                items = [self.node(item) for item in value]
                return yaml.SequenceNode(_SEQUENCE, items, flow_style=self._is_flow())
            case str():
                return yaml.ScalarNode(_STRING, value, style=self._rng.choice(self._style.quotes))
        return yaml.ScalarNode(_PLAIN_TAGS[type(value)], json.dumps(value))

    def _shared(self, value: dict[str, Any]) -> yaml.Node:
        name = json.dumps(value, sort_keys=True)
        if name not in self._seen:
            self._seen[name] = self._map(value)
        return self._seen[name]

    def _map(self, value: dict[str, Any]) -> yaml.Node:
        entries = list(value.items())
        if self._style.shuffled_keys:
            self._rng.shuffle(entries)
        quote = self._rng.choice(('"', "'")) if self._style.quoted_keys else None
        pairs = [(yaml.ScalarNode(_STRING, key, style=quote), self.node(item)) for key, item in entries]
        return yaml.MappingNode(_MAP, pairs, flow_style=self._is_flow())

    def _is_flow(self) -> bool:
        return self._rng.random() < self._style.flow


def _commented(text: str, rng: random.Random) -> str:
    lines: list[str] = []
    for line in text.split("\n"):
        if rng.random() < 0.2:
            lines.append(" " * rng.randrange(8) + rng.choice(_COMMENTS))
        lines.append(f"{line}  {rng.choice(_COMMENTS)}" if line and rng.random() < 0.2 else line)
    return "\n".join(lines)
