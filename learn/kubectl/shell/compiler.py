"""From a syntax tree to instructions: a flat list that can stop and go on at any place.

| instruction | what it does |
|---|---|
| `exec` words redirects assignments | run a program, or only set variables |
| `capture` / `captured` register | collect standard output / keep it as a substitution |
| `pipe` / `unpipe` | what was collected becomes standard input / it ends |
| `divert` redirects / `restore` | redirect everything in between |
| `jump` `ok` `fail` place | go there, always or by the last status |
| `not` | turn the status round |
| `loop` slot words / `next` slot name place | the values of a `for`, and the next of them |
| `background` | the next program does not hold the line up |
| `isolate` / `rejoin` | a subshell: variables are put back at its end |

A word is a list of parts: `[kind, value, is_quoted]` with kind text, glob, var, default, reg, status or sum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tree_sitter import Node

from learn.kubectl.shell.errors import ShellError
from learn.kubectl.shell.heredocs import PLACE, take_out
from learn.kubectl.shell.syntax import check, parse
from learn.kubectl.shell.wordcompiler import MAX_DEPTH, UNSERVED, Instruction, Word, WordCompiler


def compile_line(line: str) -> list[Instruction]:
    """Raises ShellError for what cannot be read or is not served."""
    check(line)
    commands, documents = take_out(line)
    root, source = parse(commands)
    compiler = Compiler(source, documents)
    compiler.statements(root.children, 0)
    return compiler.code


class Compiler(WordCompiler):
    # -- statements ------------------------------------------------------------------------------

    def statements(self, nodes: list[Node], depth: int) -> None:
        for index, node in enumerate(nodes):
            if not node.is_named or node.type == "comment":
                continue
            following = nodes[index + 1] if index + 1 < len(nodes) else None
            if following is not None and following.type == "&":
                self._emit("background")
            self.statement(node, depth)

    def statement(self, node: Node, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise ShellError(f"コマンドの入れ子が深すぎます。{MAX_DEPTH}段までにしてください。")
        compile_node = _STATEMENTS.get(node.type)
        if compile_node is None:
            raise ShellError(
                f"{UNSERVED.get(node.type, '「' + node.type + '」という書き方')}は、このターミナルでは使えません。"
            )
        compile_node(self, node, depth + 1)

    def command(self, node: Node, depth: int, redirects: list[Any] | None = None) -> None:
        assignments: list[Any] = []
        words: list[Word] = []
        own: list[Any] = list(redirects or [])
        for child in node.children:
            match child.type:
                case "variable_assignment":
                    assignments.append(self.assignment(child, depth))
                case "command_name":
                    words.append(self.word(child.children[0] if child.children else child, depth))
                case "file_redirect":
                    own.append(self.file_redirect(child, depth))
                case "herestring_redirect":
                    own.append(self.herestring(child, depth))
                case _ if child.is_named:
                    words.append(self.word(child, depth))
        self._emit("exec", words, own, assignments)

    def assignment(self, node: Node, depth: int) -> list[Any]:
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        if name is None or name.type != "variable_name" or (value is not None and value.type == "array"):
            raise ShellError("配列は、このターミナルでは使えません。")
        return [self._name(name), self.word(value, depth) if value is not None else []]

    def assignments(self, node: Node, depth: int) -> None:
        nodes = [node] if node.type == "variable_assignment" else node.children
        found = [self.assignment(each, depth) for each in nodes if each.type == "variable_assignment"]
        self._emit("exec", [], [], found)

    def declaration(self, node: Node, depth: int) -> None:
        """`export A=b`, `export A`."""
        words: list[Word] = [[["text", self._text(node.children[0]), True]]]
        for child in node.children[1:]:
            if child.type == "variable_assignment":
                name, value = self.assignment(child, depth)
                words.append([["text", f"{name}=", True], *[[kind, part, True] for kind, part, _ in value]])
            elif child.is_named:
                words.append(self.word(child, depth))
        self._emit("exec", words, [], [])

    def pipeline(self, node: Node, depth: int) -> None:
        self._pipe([child for child in node.children if child.is_named], depth)

    def _pipe(self, parts: list[Node], depth: int) -> None:
        """`a | b && c`: the grammar takes `b && c` for the end of the pipe, the shell only `b`."""
        last = parts[-1]
        if last.type == "list":
            self._pipe([*parts[:-1], last.children[0]], depth)
            self._then(last, depth)
        elif last.type == "pipeline":
            self._pipe([*parts[:-1], *(child for child in last.children if child.is_named)], depth)
        else:
            self._piped(parts, depth)

    def _piped(self, parts: list[Node], depth: int) -> None:
        negated = parts[0].type == "negated_command"
        for index, part in enumerate(parts):
            if index < len(parts) - 1:
                self._emit("capture")
            if index == 0 and negated:
                self.statement(next(child for child in part.children if child.is_named), depth)
            else:
                self.statement(part, depth)
            if index < len(parts) - 1:
                self._emit("pipe")
        for _ in parts[1:]:
            self._emit("unpipe")
        if negated:
            self._emit("not")

    def chain(self, node: Node, depth: int) -> None:
        self.statement(node.children[0], depth)
        self._then(node, depth)

    def _then(self, node: Node, depth: int) -> None:
        """The right side of `&&` and `||`."""
        place = self._emit("fail" if node.children[1].type == "&&" else "ok", 0)
        self.statement(node.children[2], depth)
        self.code[place][1] = len(self.code)

    def negated(self, node: Node, depth: int) -> None:
        self.statement(next(child for child in node.children if child.is_named), depth)
        self._emit("not")

    def compound(self, node: Node, depth: int) -> None:
        self.statements(node.children, depth)

    def subshell(self, node: Node, depth: int) -> None:
        self._emit("isolate")
        self.statements(node.children, depth)
        self._emit("rejoin")

    # -- redirections ----------------------------------------------------------------------------

    def redirected(self, node: Node, depth: int) -> None:
        body = node.child_by_field_name("body")
        files = [child for child in node.children if child.type == "file_redirect"]
        if any(child.type == "heredoc_redirect" for child in node.children):
            raise ShellError(f"{UNSERVED['heredoc_redirect']}は、このターミナルでは使えません。")
        redirects = [self.file_redirect(child, depth) for child in files]
        strings = [child for child in node.children if child.type == "herestring_redirect"]
        redirects += [self.herestring(child, depth) for child in strings]
        if body is None:
            self._emit("exec", [], redirects, [])
        elif body.type == "command":
            self.command(body, depth, redirects)
        else:
            self._emit("divert", redirects)
            self.statement(body, depth)
            self._emit("restore")

    def file_redirect(self, node: Node, depth: int) -> list[Any]:
        """[operator, file descriptor, word]."""
        descriptor = node.child_by_field_name("descriptor")
        target = node.child_by_field_name("destination")
        operator = next(child.type for child in node.children if not child.is_named)
        if target is None:
            raise ShellError("リダイレクト先のファイル名がありません。")
        number = self._text(descriptor) if descriptor is not None else ""
        place = self._text(target).removeprefix(PLACE)
        if operator == "<" and place.isdecimal() and int(place) < len(self._documents):
            return ["<<", number, self.document(self._documents[int(place)], depth)]
        return [operator, number, self.word(target, depth)]

    def herestring(self, node: Node, depth: int) -> list[Any]:
        """`<<< word`: the word and a newline as standard input."""
        word = next(child for child in node.children if child.is_named)
        return ["<<", "", [*self.word(word, depth), ["text", "\n", True]]]

    # -- conditions and loops --------------------------------------------------------------------

    def for_loop(self, node: Node, depth: int) -> None:
        name = node.child_by_field_name("variable")
        body = node.child_by_field_name("body")
        if name is None or body is None:
            raise ShellError("for文の書き方に誤りがあります。")
        words = [self.word(child, depth) for child in node.children_by_field_name("value")]
        slot = str(len(self.code))
        self._emit("loop", slot, words)
        top = self._emit("next", slot, self._name(name), 0)
        self.statements(body.children, depth)
        self._emit("jump", top)
        self.code[top][3] = len(self.code)

    def while_loop(self, node: Node, depth: int) -> None:
        body = node.child_by_field_name("body")
        conditions = [child for child in node.children_by_field_name("condition") if child.is_named]
        if body is None or not conditions:
            raise ShellError("while文の書き方に誤りがあります。")
        top = len(self.code)
        self.statements(conditions, depth)
        leave = self._emit("ok" if self._text(node).startswith("until") else "fail", 0)
        self.statements(body.children, depth)
        self._emit("jump", top)
        self.code[leave][1] = len(self.code)
        self._emit("succeed")

    def if_statement(self, node: Node, depth: int) -> None:
        ends: list[int] = []
        skip = self.branch(node, depth)
        for child in node.children:
            if child.type == "elif_clause":
                ends.append(self._emit("jump", 0))
                self.code[skip][1] = len(self.code)
                skip = self.branch(child, depth)
            elif child.type == "else_clause":
                ends.append(self._emit("jump", 0))
                self.code[skip][1] = len(self.code)
                skip = -1
                self.statements(child.children, depth)
        if skip >= 0:
            ends.append(self._emit("jump", 0))
            self.code[skip][1] = len(self.code)
            self._emit("succeed")
        for end in ends:
            self.code[end][1] = len(self.code)

    def branch(self, node: Node, depth: int) -> int:
        """Condition and body of `if` or `elif`; gives the place of the jump past it."""
        place = next(i for i, child in enumerate(node.children) if child.type == "then")
        self.statements(node.children[:place], depth)
        skip = self._emit("fail", 0)
        inside = [c for c in node.children[place + 1 :] if c.type not in ("elif_clause", "else_clause")]
        self.statements(inside, depth)
        return skip

    def test(self, node: Node, depth: int) -> None:
        """`[ … ]` and `[[ … ]]` as the program `test`."""
        words: list[Word] = [[["text", "test", True]]]
        self._test_words(node, words, depth)
        self._emit("exec", words, [], [])

    def _test_words(self, node: Node, words: list[Word], depth: int) -> None:
        for child in node.children:
            if child.type in ("[", "]", "[[", "]]"):
                continue
            if child.type in ("binary_expression", "unary_expression", "negation_expression"):
                self._test_words(child, words, depth)
            elif child.is_named and child.type != "test_operator":
                words.append(self.word(child, depth))
            else:
                words.append([["text", self._text(child), True]])


_STATEMENTS: Mapping[str, Callable[[Compiler, Node, int], None]] = {
    "command": Compiler.command,
    "variable_assignment": Compiler.assignments,
    "variable_assignments": Compiler.assignments,
    "declaration_command": Compiler.declaration,
    "unset_command": Compiler.declaration,
    "pipeline": Compiler.pipeline,
    "list": Compiler.chain,
    "negated_command": Compiler.negated,
    "compound_statement": Compiler.compound,
    "do_group": Compiler.compound,
    "subshell": Compiler.subshell,
    "redirected_statement": Compiler.redirected,
    "for_statement": Compiler.for_loop,
    "while_statement": Compiler.while_loop,
    "if_statement": Compiler.if_statement,
    "test_command": Compiler.test,
}
