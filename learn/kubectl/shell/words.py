"""Words with their expansions filled in, split and matched against the learner's folder."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from learn.kubectl.files import HOME
from learn.kubectl.shell.errors import ShellError
from learn.kubectl.shell.terminal import Terminal

_ARITHMETIC: Mapping[type, Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: lambda left, right: int(left / right),
    ast.Mod: lambda left, right: left - int(left / right) * right,
}
_LARGEST = 2**63


def expand(word: list[list[Any]], terminal: Terminal, registers: Mapping[str, str], status: int) -> list[str]:
    """The fields that a word comes to: none for an empty variable without quotes, several for a split one."""
    fields: list[str] = []
    current: str | None = None
    globs = False
    for place, (kind, value, quoted) in enumerate(word):
        text = part_text(kind, value, terminal, registers, status)
        if kind == "text" and not quoted and place == 0 and (text == "~" or text.startswith("~/")):
            text = HOME + text[1:]
        if kind in ("text", "glob") or quoted:
            current = (current or "") + text
            globs = globs or kind == "glob"
            continue
        pieces = text.split()
        if text[:1].isspace() and current is not None:
            fields.append(current)
            current = None
        for index, piece in enumerate(pieces):
            if index:
                fields.append(current or "")
                current = None
            current = (current or "") + piece
        if pieces and text[-1:].isspace():
            fields.append(current or "")
            current = None
    if current is not None:
        fields.append(current)
    return [name for each in fields for name in _matched(each, terminal)] if globs else fields


def expand_one(word: list[list[Any]], terminal: Terminal, registers: Mapping[str, str], status: int) -> str:
    """A word as one text, as in an assignment or a here-document."""
    return "".join(part_text(kind, value, terminal, registers, status) for kind, value, _ in word)


def part_text(kind: str, value: Any, terminal: Terminal, registers: Mapping[str, str], status: int) -> str:
    match kind:
        case "var":
            return terminal.variable(value) or ""
        case "default":
            name, fallback = value
            return terminal.variable(name) or expand_one(fallback, terminal, registers, status)
        case "reg":
            return registers.get(value, "")
        case "status":
            return str(status)
        case "sum":
            return str(_sum(value, terminal))
    return str(value)


def _matched(pattern: str, terminal: Terminal) -> list[str]:
    """Files of the folder that a pattern names; the pattern itself when there are none."""
    found = [
        path
        for path in sorted(terminal.files.texts)
        if path.count("/") == pattern.count("/") and not path.startswith(".") and fnmatchcase(path, pattern)
    ]
    return found or [pattern]


def _sum(text: str, terminal: Terminal) -> int:
    """`$((…))`: whole numbers, variables, + - * / % and parentheses."""
    filled = re.sub(
        r"\$?\{?([A-Za-z_]\w*)\}?", lambda found: str(_number(terminal.variable(found[1]) or "0")), text
    )
    try:
        tree = ast.parse(filled.strip().replace("/", "//"), mode="eval")
        return _value(tree.body, 0)
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError, MemoryError):
        raise ShellError(f"計算できない式です：$(({text}))") from None


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,18}", text.strip()) else 0


def _value(node: ast.AST, depth: int) -> int:
    if depth > 50:
        raise ValueError("too deep")
    match node:
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            result = value
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            result = -_value(inner, depth + 1)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            result = _ARITHMETIC[type(op)](_value(left, depth + 1), _value(right, depth + 1))
        case _:
            raise ValueError("not a sum")
    if abs(result) > _LARGEST:
        raise ValueError("too large")
    return result
