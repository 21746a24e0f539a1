"""The small part of `sh` that containers in manifests use, compiled to steps that can stop and go on.

A script becomes a flat list of instructions, so the place where it stands is one number and the process that
runs it is plain data.  Known: lists with `;` `&&` `||`, `if`, `while`, `until`, `for` over words, `exit`,
variables, output to a file.  What is not known ends the script like a syntax error does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

Instruction: TypeAlias = tuple[str, ...]

MAX_INSTRUCTIONS = 2_000
MAX_SCRIPT = 20_000
_TOKEN = re.compile(
    r"""\s*(?:(?P<comment>\#[^\n]*)|(?P<op>&&|\|\||;;|;|\n|\||&|\(|\)|>>|2>&1|2>|>|<)"""
    r"""|(?P<word>(?:'[^']*'|"(?:\\.|[^"\\])*"|\$\([^)]*\)|\\.|[^\s;&|()<>'"])+))""",
    re.X,
)
_SEPARATORS = frozenset({";", "\n", "&"})
_CLOSERS = frozenset({"done", "do", "then", "else", "elif", "fi", "}", ")"})


class ScriptError(ValueError):
    """The text is not in the part of the shell that is known."""


class Script(NamedTuple):
    """Instructions: `run` words…, `redirect` file mode, `jump` to, `ok` to (status 0), `fail` to, `set` name value."""

    instructions: tuple[Instruction, ...]


@lru_cache(maxsize=256)
def compile_script(text: str) -> Script:
    """The instructions of a script.  Raises ScriptError."""
    if len(text) > MAX_SCRIPT:
        raise ScriptError("the script is too long")
    parser = _Parser(_tokens(text))
    parser.parse_list(frozenset())
    if parser.peek() is not None:
        raise ScriptError(f"syntax error near {parser.peek()!r}")
    return Script(tuple(parser.code))


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    position = 0
    # A line break is a separator; other blanks are not.
    text = text.replace("\\\n", " ")
    while position < len(text):
        blank = re.compile(r"[ \t\r]*").match(text, position)
        position = blank.end() if blank else position
        if position >= len(text):
            break
        if text[position] == "\n":
            found.append(("op", "\n"))
            position += 1
            continue
        match = _TOKEN.match(text, position)
        if match is None or match.end() == position:
            raise ScriptError(f"syntax error near {text[position : position + 10]!r}")
        position = match.end()
        if match["op"]:
            found.append(("op", match["op"]))
        elif match["word"]:
            found.append(("word", match["word"]))
    return found


class _Parser:
    def __init__(self, tokens: Sequence[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.position = 0
        self.code: list[Instruction] = []
        self.depth = 0

    def peek(self) -> str | None:
        return self.tokens[self.position][1] if self.position < len(self.tokens) else None

    def take(self) -> tuple[str, str]:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def emit(self, *instruction: str) -> int:
        if len(self.code) >= MAX_INSTRUCTIONS:
            raise ScriptError("the script is too long")
        self.code.append(instruction)
        return len(self.code) - 1

    def skip_separators(self) -> None:
        while self.peek() in _SEPARATORS:
            self.position += 1

    def parse_list(self, closers: frozenset[str]) -> None:
        self.depth += 1
        if self.depth > 30:
            raise ScriptError("the script is nested too deeply")
        self.skip_separators()
        while self.peek() is not None and self.peek() not in closers:
            if self.peek() in _CLOSERS:
                raise ScriptError(f"syntax error near {self.peek()!r}")
            self.parse_and_or()
            self.skip_separators()
        self.depth -= 1

    def parse_and_or(self) -> None:
        self.parse_pipeline()
        while self.peek() in ("&&", "||"):
            jump = self.emit("fail" if self.take()[1] == "&&" else "ok", "")
            self.skip_separators()
            self.parse_pipeline()
            self.code[jump] = (self.code[jump][0], str(len(self.code)))

    def parse_pipeline(self) -> None:
        negate = self.peek() == "!"
        if negate:
            self.take()
        self.parse_command()
        while self.peek() == "|":
            self.take()
            self.skip_separators()
            self.parse_command()
        if negate:
            self.emit("not")

    def expect(self, word: str) -> None:
        if self.peek() != word:
            raise ScriptError(f"syntax error: expected {word!r}")
        self.take()

    def parse_command(self) -> None:
        match self.peek():
            case None:
                raise ScriptError("syntax error: unexpected end")
            case "while" | "until":
                self.parse_loop()
            case "for":
                self.parse_for()
            case "if":
                self.parse_if()
            case "{":
                self.take()
                self.parse_list(frozenset({"}"}))
                self.expect("}")
            case "(":
                self.take()
                self.parse_list(frozenset({")"}))
                self.expect(")")
            case _:
                self.parse_simple()

    def parse_loop(self) -> None:
        leave = "fail" if self.take()[1] == "while" else "ok"
        start = len(self.code)
        self.parse_list(frozenset({"do"}))
        self.expect("do")
        out = self.emit(leave, "")
        self.parse_list(frozenset({"done"}))
        self.expect("done")
        self.emit("jump", str(start))
        self.code[out] = (leave, str(len(self.code)))

    def parse_for(self) -> None:
        self.take()
        name = self.take()[1]
        self.expect("in")
        words: list[str] = []
        while self.peek() is not None and self.peek() not in _SEPARATORS:
            words += _sequence(self.take()[1])
        self.skip_separators()
        self.expect("do")
        body = self.position
        for word in words or [""]:
            self.position = body
            if words:
                self.emit("set", name, word)
            self.parse_list(frozenset({"done"}))
        self.expect("done")

    def parse_if(self) -> None:
        self.take()
        self.parse_list(frozenset({"then"}))
        self.expect("then")
        otherwise = self.emit("fail", "")
        self.parse_list(frozenset({"else", "elif", "fi"}))
        end = self.emit("jump", "")
        self.code[otherwise] = ("fail", str(len(self.code)))
        if self.peek() == "elif":
            self.parse_if()
        else:
            if self.peek() == "else":
                self.take()
                self.parse_list(frozenset({"fi"}))
            self.expect("fi")
        self.code[end] = ("jump", str(len(self.code)))

    def parse_simple(self) -> None:
        words: list[str] = []
        redirect: tuple[str, str] | None = None
        while self.position < len(self.tokens):
            kind, text = self.tokens[self.position]
            if kind == "word":
                words.append(text)
                self.position += 1
            elif text in (">", ">>", "2>", "<"):
                self.position += 1
                if self.position >= len(self.tokens):
                    raise ScriptError("syntax error: unexpected end")
                file = self.take()[1]
                if text in (">", ">>"):
                    redirect = (file, "a" if text == ">>" else "w")
            elif text == "2>&1":
                self.position += 1
            else:
                break
        if not words:
            raise ScriptError(f"syntax error near {self.peek()!r}")
        if redirect:
            self.emit("redirect", *redirect)
        if len(words) == 1 and (assigned := _ASSIGNMENT.fullmatch(words[0])):
            self.emit("set", assigned[1], assigned[2])
        else:
            self.emit("run", *words)


_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.S)
_SEQ = re.compile(r"\$\(seq (\d+)(?: (\d+))?\)")


def _sequence(word: str) -> list[str]:
    """`$(seq 1 5)` written out; another word stands for itself."""
    match = _SEQ.fullmatch(word)
    if not match:
        return [word]
    first, last = (1, int(match[1])) if match[2] is None else (int(match[1]), int(match[2]))
    if last - first > 200:
        raise ScriptError("the loop is too long")
    return [str(number) for number in range(first, last + 1)]


_PART = re.compile(r"""'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|([^'"\\]+)""", re.S)
_VARIABLE = re.compile(
    r"\$\(([^)]*)\)|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$([A-Za-z_][A-Za-z0-9_]*|\?|\$)"
)


def expand(word: str, variables: Mapping[str, str]) -> str:
    """A word with its quotes removed and its variables filled in; `$(hostname)` and `$(date)` are variables too."""

    def value(match: re.Match[str]) -> str:
        command, braced, default, bare = match.groups()
        if command is not None:
            return variables.get(f"$({command.strip()})", "")
        name = braced or bare
        return variables.get(name) or default or ""

    parts = []
    for single, double, escaped, plain in _PART.findall(word):
        if single:
            parts.append(single)
        elif escaped:
            parts.append(escaped)
        else:
            parts.append(_VARIABLE.sub(value, re.sub(r'\\(["\\$`])', r"\1", double) if double else plain))
    return "".join(parts)


def shell_text(command: Sequence[str]) -> str | None:
    """The script in `sh -c SCRIPT` and its like; None for a command that is no shell."""
    if not command or command[0].rpartition("/")[2] not in ("sh", "bash", "ash", "dash"):
        return None
    for index, word in enumerate(command[1:], 1):
        if re.fullmatch(r"-[a-z]*c[a-z]*", word):
            return command[index + 1] if index + 1 < len(command) else ""
    return ""
