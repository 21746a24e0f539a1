"""Full-width letters, as Japanese keyboards leave them, read as half-width ones outside quotes."""

from __future__ import annotations

from typing import NamedTuple

_OFFSET = 0xFEE0
_IDEOGRAPHIC_SPACE = "\u3000"


class Normalized(NamedTuple):
    """The line as it is run, and the words that were changed."""

    line: str
    changed: tuple[str, ...]


def _half(letter: str) -> str:
    if letter == _IDEOGRAPHIC_SPACE:
        return " "
    return chr(ord(letter) - _OFFSET) if "\uff01" <= letter <= "\uff5e" else letter


def to_half_width(line: str) -> Normalized:
    """Only the first line is changed: what follows may be the body of a here-document."""
    first, newline, rest = line.partition("\n")
    result, quote = "", ""
    changed: list[str] = []
    word = ""
    for letter in first:
        if quote:
            result += letter
            quote = "" if letter == quote else quote
            continue
        half = _half(letter)
        if half != letter and half != " ":
            word += letter
        elif word:
            changed.append(word)
            word = ""
        if half in "'\"" and half == letter:
            quote = half
        result += half
    if word:
        changed.append(word)
    if _IDEOGRAPHIC_SPACE in first and result != first:
        changed.append("　")
    return Normalized(result + newline + rest, tuple(dict.fromkeys(changed)))


def notice(changed: tuple[str, ...]) -> str:
    """What is said about it."""
    words = "".join(f"「{word}」" for word in changed if word.strip("　"))
    if not words:
        return "全角の空白を半角として読み取りました。"
    return f"全角の{words}を半角として読み取りました。"
