"""Code and commands: Pygments classes, marked lines, a prompt that is not read aloud."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from urllib.parse import urlencode

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, Token, _TokenType

LANGUAGES = ("yaml", "json", "bash", "console", "dockerfile", "diff", "http", "text")
BLANK = "____"
OWN_TERMINAL = "/terminal/"
_HERE_DOCUMENT = re.compile(r"<<-?\s*[\"']?(\w+)")
_UNQUOTED = (Token.Literal.Scalar.Plain, Token.Name.Variable)
_NUMBER_OR_BOOL = re.compile(r"[-+]?\d+(?:\.\d+)?|true|false|null|~")
_LEXERS: dict[str, Lexer] = {
    name: get_lexer_by_name(name, stripnl=False, ensurenl=False) for name in LANGUAGES
}


def code_html(text: str, *, language: str, file: str = "", marked: frozenset[int] = frozenset()) -> str:
    """A block of code; ``marked`` holds the numbers (from 1) of the lines to point out."""
    lines = _highlighted_lines(text.rstrip("\n"), language)
    body = "".join(
        f'<mark class="line">{line}\n</mark>' if number in marked else f"{line}\n"
        for number, line in enumerate(lines, start=1)
    )
    caption = f"<figcaption>{escape(file)}</figcaption>" if file else ""
    return (
        f'<figure class="code" data-language="{language}">{caption}'
        f'<pre lang="en" translate="no" tabindex="0"><code>{body}</code></pre></figure>'
    )


def command_html(run: str, *, output: str = "", explain_html: str = "", terminal: str = OWN_TERMINAL) -> str:
    """A command with what it prints and, folded away, how to read that; ``terminal`` is where to try it, if anywhere."""
    parts = [_prompted(line, goes_on=goes_on) for line, goes_on in _lines_of(run)]
    if output:
        is_message = "\n" not in output.rstrip()
        parts.append(f"<samp{' data-wrap' if is_message else ''}>{escape(output.rstrip())}</samp>")
    figure = (
        f'<figure class="terminal" data-run="{escape(run)}">'
        f'<pre lang="en" translate="no" tabindex="0">{_NEWLINE.join(parts)}</pre>{_try_link(run, terminal)}</figure>'
    )
    if not explain_html:
        return figure
    return f'{figure}<details class="explain"><summary>読み解き</summary>{explain_html}</details>'


_NEWLINE = "\n"
_LONGEST_LINK = 2_000


def _try_link(run: str, terminal: str) -> str:
    """A link that puts the command into a terminal's input, where nothing runs by itself."""
    if not terminal or len(run) > _LONGEST_LINK:
        return ""
    address, words = f"{terminal}?{urlencode({'run': run})}#command", "ターミナルで試す"
    return f'<p class="try"><a href="{escape(address)}" data-line="{escape(run)}">{words}</a></p>'


def _lines_of(run: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether the shell still waits for the rest of a command then: a backslash, a here-document."""
    goes_on, end = False, ""
    for line in run.split("\n"):
        yield line, goes_on
        if end:
            end = "" if line.strip() == end else end
        elif opening := _HERE_DOCUMENT.search(line):
            end = opening[1]
        goes_on = bool(end) or line.endswith("\\")


def _prompted(line: str, *, goes_on: bool) -> str:
    prompt = "&gt;" if goes_on else "$"
    return f'<span class="prompt" aria-hidden="true">{prompt}</span> <kbd>{escape(line)}</kbd>'


def blank_segments(text: str, *, language: str) -> tuple[str, ...]:
    """The highlighted pieces of a text around its blanks (``____``), each well-formed by itself."""
    segments = [""]
    for token_type, value in _tokens(text, language):
        first, *others = value.split(BLANK)
        segments[-1] += _span(token_type, first)
        segments += [_span(token_type, piece) for piece in others]
    return tuple(segments)


def parse_line_numbers(text: str) -> frozenset[int]:
    """``4-6,9`` as line numbers. Raises ValueError for anything else."""
    numbers: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", part)
        if not match:
            raise ValueError(part)
        first = int(match[1])
        numbers.update(range(first, int(match[2] or first) + 1))
    return frozenset(numbers)


def _highlighted_lines(text: str, language: str) -> list[str]:
    """HTML of each line; no element crosses a line's end."""
    lines = [""]
    for token_type, value in _tokens(text, language):
        first, *others = value.split("\n")
        lines[-1] += _span(token_type, first)
        lines += [_span(token_type, piece) for piece in others]
    return lines


def _tokens(text: str, language: str) -> Iterable[tuple[_TokenType, str]]:
    return _LEXERS[language].get_tokens(text)


def _span(token_type: _TokenType, text: str) -> str:
    name = _css_class(token_type, text)
    return f'<span class="{name}">{escape(text)}</span>' if name and text else escape(text)


def _css_class(token_type: _TokenType, text: str) -> str:
    """Pygments' class; what YAML writes without quotes has none, so its look tells number from string."""
    if token_type in _UNQUOTED and _NUMBER_OR_BOOL.fullmatch(text):
        return "m"
    return STANDARD_TYPES.get(token_type, "s" if token_type in _UNQUOTED else "")
