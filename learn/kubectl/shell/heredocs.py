"""Here-documents, taken out of a line before it is parsed: `cat <<EOF` becomes `cat < .document-0`.

The grammar drops blanks at the beginning of a document, overlooks an expansion behind blanks, and loses its way when
more follows `<<EOF` on the line.

Source: POSIX, "Shell Command Language", 2.7.4 (Here-Document).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

PLACE = ".document-"

_TOKEN = re.compile(
    r"""
    '[^']*' | "(?:\\.|[^"\\])*" | \\. | \$\(\([^\n]{0,200}?\)\) | <<<
    | (?P<mark> <<(?P<dash>-?)[ \t]*(?P<quote>['"\\]?)(?P<word>\w+)['"]? )
    | (?P<newline> \n )
    """,
    re.S | re.X,
)
_EXPANSION = re.compile(
    r"\\[$`\\\n]|\$\(\([^\n]{0,200}?\)\)|\$\(|\$\{[^}\n]{0,200}\}|\$[A-Za-z_]\w*|\$[?]|`[^`]*`", re.S
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """`is_raw`: its mark was quoted, so nothing in it is expanded."""

    text: str
    is_raw: bool


def take_out(line: str) -> tuple[str, tuple[Document, ...]]:
    """The line without its documents, and these in their order; one without an end reaches to the end of the line."""
    kept: list[str] = []
    documents: list[Document] = []
    waiting: list[re.Match[str]] = []
    position = 0
    while token := _TOKEN.search(line, position):
        end = token.end()
        if token["mark"]:
            kept += [line[position : token.start()], f"< {PLACE}{len(documents) + len(waiting)}"]
            waiting.append(token)
        else:
            kept.append(line[position:end])
        if token["newline"]:
            for mark in waiting:
                document, end = _document(line, end, mark)
                documents.append(document)
            waiting = []
        position = end
    documents += [Document(text="", is_raw=True) for _ in waiting]
    return "".join([*kept, line[position:]]), tuple(documents)


def _document(line: str, start: int, mark: re.Match[str]) -> tuple[Document, int]:
    """The document that begins at `start`, and where the line goes on."""
    found: list[str] = []
    position = start
    while position < len(line):
        newline = line.find("\n", position)
        end = len(line) if newline < 0 else newline + 1
        text, position = line[position:end], end
        text = text.lstrip("\t") if mark["dash"] else text
        if text.rstrip("\n") == mark["word"]:
            break
        found.append(text)
    return Document(text="".join(found), is_raw=bool(mark["quote"])), position


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text of a document in pieces: (plain text, False) or (an expansion as it is written, True)."""
    position = 0
    while match := _EXPANSION.search(text, position):
        yield text[position : match.start()], False
        end = _closing(text, match.start()) if match[0] == "$(" else match.end()
        if match[0].startswith("\\"):
            yield match[0][1:].replace("\n", ""), False
        else:
            yield text[match.start() : end], True
        position = end
    yield text[position:], False


def _closing(text: str, start: int) -> int:
    """Behind the `)` of the `$(` at `start`; the end of the text when there is none."""
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0 and text[place] == ")":
            return place + 1
    return len(text)
