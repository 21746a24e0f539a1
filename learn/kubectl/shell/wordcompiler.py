"""The words of a syntax tree as lists of parts; a command substitution becomes instructions of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from tree_sitter import Node

from learn.kubectl.shell.errors import ShellError
from learn.kubectl.shell.heredocs import Document, pieces
from learn.kubectl.shell.syntax import parse

Instruction: TypeAlias = list[Any]
Word: TypeAlias = list[list[Any]]

MAX_DEPTH = 30
MAX_INSTRUCTIONS = 3_000
UNSERVED = {
    "function_definition": "関数の定義",
    "case_statement": "case文",
    "c_style_for_statement": "for ((…))の形の繰り返し",
    "process_substitution": "プロセス置換（<(…)）",
    "array": "配列",
    "subscript": "配列",
    "heredoc_redirect": "この形のヒアドキュメント",
}


class WordCompiler:
    """Collects instructions; `statements` is what the inside of a substitution is compiled by."""

    def __init__(self, source: bytes, documents: Sequence[Document]) -> None:
        self._source = source
        self._documents = documents
        self.code: list[Instruction] = []
        self._registers = 0

    def statements(self, nodes: list[Node], depth: int) -> None:
        raise NotImplementedError

    def _emit(self, *instruction: Any) -> int:
        if len(self.code) >= MAX_INSTRUCTIONS:
            raise ShellError("コマンドが複雑すぎるので、実行しませんでした。何行かに分けてください。")
        self.code.append(list(instruction))
        return len(self.code) - 1

    def _text(self, node: Node) -> str:
        return self._source[node.start_byte : node.end_byte].decode(errors="replace")

    def _name(self, node: Node) -> str:
        name = self._text(node)
        if not name.isascii():
            raise ShellError(f"変数の名前「{name}」を、英字、数字、「_」だけの名前に変えてください。")
        return name

    def word(self, node: Node, depth: int) -> Word:
        if depth > MAX_DEPTH:
            raise ShellError(f"コマンドの入れ子が深すぎます。{MAX_DEPTH}段までにしてください。")
        match node.type:
            case (
                "word"
                | "number"
                | "variable_name"
                | "file_descriptor"
                | "test_operator"
                | "regex"
                | "extglob_pattern"
            ):
                return self._plain(node, depth)
            case "raw_string":
                return [["text", self._text(node)[1:-1], True]]
            case "ansi_c_string":
                return [["text", _ansi(self._text(node)[2:-1]), True]]
            case "string":
                return self._string(node, depth) or [["text", "", True]]
            case "concatenation":
                return [part for child in node.children for part in self.word(child, depth)]
            case "simple_expansion" | "expansion" | "command_substitution" | "arithmetic_expansion":
                return [self.expansion(node, depth, quoted=False)]
            case "brace_expression":
                return self._braces(node)
            case "process_substitution" | "array":
                raise ShellError(f"{UNSERVED[node.type]}は、このターミナルでは使えません。")
        return [["text", self._text(node), False]]

    def _plain(self, node: Node, depth: int) -> Word:
        if node.children:
            return [part for child in node.children for part in self.word(child, depth)]
        text = self._text(node)
        plain = re.sub(r"\\(.)", r"\1", text, flags=re.S)
        if "\\" not in text and re.search(r"[*?\[]", text):
            return [["glob", plain, False]]
        return [["text", plain, "\\" in text]]

    def _string(self, node: Node, depth: int) -> Word:
        """Text and expansions inside double quotes; gaps between nodes are text."""
        found: Word = []
        position = node.start_byte + 1
        for child in node.children:
            if child.type not in _EXPANSIONS:
                continue
            found += self._quoted_text(position, self._start(child))
            found.append(self.expansion(child, depth, quoted=True))
            position = child.end_byte
        return [*found, *self._quoted_text(position, node.end_byte - 1)]

    def document(self, document: Document, depth: int) -> Word:
        """The text of a here-document as one word."""
        if document.is_raw:
            return [["text", document.text, True]]
        found: Word = []
        for text, is_expansion in pieces(document.text):
            if is_expansion:
                found += self._fragment(f'"{text}"', depth)
            elif text:
                found.append(["text", text, True])
        return found

    def _fragment(self, text: str, depth: int) -> Word:
        """A word that stands by itself."""
        root, source = parse(f": {text}")
        outer, self._source = self._source, source
        try:
            return self.word(root.children[0].children[1], depth)
        finally:
            self._source = outer

    def _start(self, node: Node) -> int:
        """Where an expansion begins: the grammar counts the blanks before it as its own."""
        text = self._source[node.start_byte : node.end_byte]
        return node.start_byte + len(text) - len(text.lstrip())

    def _quoted_text(self, start: int, end: int) -> Word:
        text = self._source[start:end].decode(errors="replace")
        text = re.sub(r'\\([$`"\\\n])', lambda found: "" if found[1] == "\n" else found[1], text)
        return [["text", text, True]] if text else []

    def expansion(self, node: Node, depth: int, *, quoted: bool) -> list[Any]:
        match node.type:
            case "command_substitution":
                self._registers += 1
                register = str(self._registers)
                self._emit("capture")
                self.statements([child for child in node.children if child.is_named], depth + 1)
                self._emit("captured", register)
                return ["reg", register, quoted]
            case "arithmetic_expansion":
                return ["sum", self._text(node).lstrip()[3:-2], quoted]
        names = [child for child in node.children if child.type in ("variable_name", "special_variable_name")]
        if not names:
            raise ShellError(f"「{self._text(node)}」という書き方は、このターミナルでは使えません。")
        name = self._name(names[0])
        rest = node.children[node.children.index(names[0]) + 1 : -1] if node.type == "expansion" else []
        if not rest:
            return ["status", "", quoted] if name == "?" else ["var", name, quoted]
        if self._text(rest[0]) not in (":-", "-") or node.children[1] != names[0]:
            raise ShellError(f"「{self._text(node)}」という書き方は、このターミナルでは使えません。")
        fallback = [part for child in rest[1:] for part in self.word(child, depth + 1)]
        return ["default", [name, fallback], quoted]

    def _braces(self, node: Node) -> Word:
        found = re.fullmatch(r"\{(-?\d+)\.\.(-?\d+)\}", self._text(node))
        if not found:
            return [["text", self._text(node), False]]
        first, last = int(found[1]), int(found[2])
        step = 1 if last >= first else -1
        if abs(last - first) > 1000:
            raise ShellError("{…}で作れる数は1000個までです。")
        return [["split", " ".join(str(n) for n in range(first, last + step, step)), False]]


_EXPANSIONS = frozenset({"simple_expansion", "expansion", "command_substitution", "arithmetic_expansion"})
_ANSI = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"', "r": "\r", "e": "\x1b", "0": "\0"}


def _ansi(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ANSI.get(found[1], found[0]), text)
