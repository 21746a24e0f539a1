"""From a line to its syntax tree, within limits.

A chain of pipes costs the parser quadratic time and memory, so length and number of operators are bounded first.

The parser is only shown ASCII.  tree-sitter-bash looks characters up in the C library's table for bytes, beyond whose
end it reads for any other character: `{` before an emoji ends the whole process (tree-sitter-bash issue 337).  To bash
such characters are letters of a word, so capital letters stand in for their bytes, and every place in the tree is still
a place in the line.
"""

from __future__ import annotations

import re
from functools import cache

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from learn.kubectl.shell.errors import ShellError

MAX_LINE = 4096
MAX_OPERATORS = 100
MAX_BODY = 64 * 1024
_OPERATORS = re.compile(r"\|\||&&|\||&|;|\$\(|\(|\{|`|<|>")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_AS_LETTERS = bytes(byte if byte < 0x80 else ord("A") + byte % 26 for byte in range(256))


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bash.language()))


def check(line: str) -> None:
    """Raises ShellError for a line, with its here-documents, that is not even looked at."""
    if len(line) > MAX_LINE + MAX_BODY:
        raise ShellError(f"コマンドが長すぎます。ヒアドキュメントの本文を除いて{MAX_LINE}文字までです。")
    if _CONTROL.search(line):
        raise ShellError(
            "コマンドに制御文字が含まれているので、実行しませんでした。文字だけを貼り付け直してください。"
        )


def parse(line: str) -> tuple[Node, bytes]:
    """The tree of a line and the bytes that it points into.  Raises ShellError."""
    if len(line.encode(errors="replace")) > MAX_LINE:
        raise ShellError(f"コマンドが長すぎます。ヒアドキュメントの本文を除いて{MAX_LINE}バイトまでです。")
    if len(_OPERATORS.findall(_without_quoted(line))) > MAX_OPERATORS:
        raise ShellError(f"1行に使えるパイプや「;」「&&」などは、合わせて{MAX_OPERATORS}個までです。")
    source = line.encode(errors="replace")
    root = _parser().parse(source.translate(_AS_LETTERS)).root_node
    if root.has_error:
        raise ShellError(_complaint(root, source))
    return root, source


def _without_quoted(line: str) -> str:
    return re.sub(r"'[^']*'", "''", line)


def _complaint(root: Node, source: bytes) -> str:
    """Where the grammar stops."""
    wrong = _first_error(root)
    found = source[wrong.start_byte : wrong.end_byte] if wrong else b""
    text = found.decode(errors="replace").strip().split("\n")[0]
    if wrong is not None and wrong.is_missing:
        return f"コマンドの文法に誤りがあります。「{wrong.type}」が足りません。"
    near = f"「{text[:20]}」のあたりです。" if text else "引用符やかっこが閉じているかを確かめてください。"
    return f"コマンドの文法に誤りがあります。{near}"


def _first_error(root: Node) -> Node | None:
    todo = [root]
    while todo:
        node = todo.pop()
        if node.is_error or node.is_missing:
            return node
        todo += [child for child in reversed(node.children) if child.has_error or child.is_missing]
    return None
