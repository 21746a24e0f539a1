"""What a Japanese keyboard and a careless paste leave in a text, found before it is read as YAML.

Only what YAML would read as something else is reported: comments, quoted strings, block scalars
and Japanese prose are left alone.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

from learn.sandbox.code_text import BLANK, code_lines
from learn.sandbox.diagnostics import Diagnostic, Edit, Fix, Span
from learn.sandbox.pasted import may_be_pasted, pasted_lines

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_INVISIBLE = "\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\x85"
_LOOK_ALIKES = {
    "text-fullwidth-colon": {"：": ":", "︰": ":", "﹕": ":"},
    "text-fullwidth-dash": dict.fromkeys("－ー−―–—‐‑‒﹣ｰ─━", "-"),
    "text-fullwidth-quote": {**dict.fromkeys("“”„‟＂″「」『』", '"'), **dict.fromkeys("‘’‚‛＇′", "'")},
    "text-fullwidth-bracket": dict(zip("［］｛｝【】（）＜＞〈〉", "[]{}[]()<><>", strict=True)),
    "text-fullwidth-comma": dict.fromkeys("，、､", ","),
    "text-fullwidth-hash": {"＃": "#", "♯": "#"},
    "text-fullwidth-digit": {chr(0xFF10 + n): str(n) for n in range(10)},
    "text-fullwidth-letter": {
        **{chr(0xFF21 + n): chr(ord("A") + n) for n in range(26)},
        **{chr(0xFF41 + n): chr(ord("a") + n) for n in range(26)},
    },
    "text-fullwidth-symbol": dict(
        zip("．。／＿＝＊＆｜＠％＋！？；～￥＼＾｀＄・", "../_=*&|@%+!?;~\\\\^`$/", strict=True)
    ),
}
_DASHES = frozenset(_LOOK_ALIKES["text-fullwidth-dash"]) | {"-"}
_CURLY = frozenset("“”„‟‘’‚‛′″")
_WESTERN = _CURLY | frozenset("–—―‐‑‒−")
_MOST_SLIPS = 1000
_CODE_OF = {char: code for code, table in _LOOK_ALIKES.items() for char in table}
_PLAIN_OF = {char: plain for table in _LOOK_ALIKES.values() for char, plain in table.items()}
_TRANSLATION = str.maketrans(_PLAIN_OF)
_LOOK_ALIKE = re.compile("[" + re.escape("".join(_PLAIN_OF)) + "]")
_SUSPECT = re.compile(f"[{_SPACES}{_INVISIBLE}{re.escape(''.join(_PLAIN_OF))}\t]")
_INDENT = re.compile(f"[ \t{_SPACES}]+")
_SPACE_RUN = re.compile(f"[{_SPACES}]+")
_INVISIBLE_RUN = re.compile(f"[{_INVISIBLE}]+")
_PIECE = re.compile(rf"(?:(?!: |:$|{BLANK}|  )[^\[\]{{}},])+")
_KEY_COLON = re.compile(r"\s*(?:[-－ー]\s*)*[A-Za-z][A-Za-z0-9_./-]*\s*(：)")


def find_control_char(text: str) -> Diagnostic | None:
    """The first character that no YAML may hold."""
    match = _CONTROL.search(text)
    if match is None:
        return None
    line = text.count("\n", 0, match.start()) + 1
    column = match.start() - (text.rfind("\n", 0, match.start()) + 1) + 1
    params = {"line": str(line), "char": f"U+{ord(match[0]):04X}"}
    return Diagnostic(code="text-control-char", span=Span(line=line, column=column), params=params)


def lines_of(slips: list[Diagnostic]) -> frozenset[int]:
    """The lines that the slips speak of or their fixes change."""
    changed = {edit.line for slip in slips if slip.fix for edit in slip.fix.edits}
    return frozenset(changed | {slip.span.line for slip in slips})


def scan(text: str, *, indent_width: int = 2) -> list[Diagnostic]:
    """Every slip of the keyboard in the text, in text order, each with its fix.

    Tabs are reported only as indentation of a line that holds something. `indent_width` is the number
    of spaces that replaces a tab or a wide space there.
    """
    suspicious = not text.isascii() or "\t" in text
    pasted = may_be_pasted(text)
    if not suspicious and not pasted:
        return []
    lines = text.split("\n")
    code = [masked for _, masked in code_lines(lines)]
    found = pasted_lines(lines, code) if pasted else []
    spoken = lines_of(found)
    for number, line in enumerate(code, 1):
        if len(found) > _MOST_SLIPS:
            break
        if suspicious and number not in spoken and _SUSPECT.search(line):
            found.extend(_scan_line(number, line, indent_width))
    return found


def _scan_line(number: int, code: str, width: int) -> Iterator[Diagnostic]:
    indent = _INDENT.match(code)
    start = indent.end() if indent else 0
    if indent:
        yield from _scan_indent(number, indent[0], width if start < len(code) else 0)
    if start < len(code):
        yield from _scan_spaces(number, code, start)
    yield from _scan_invisible(number, code)
    yield from _scan_look_alikes(number, code, start)


def _scan_indent(number: int, indent: str, width: int) -> Iterator[Diagnostic]:
    if not indent.strip(" "):
        return
    tab = indent.find("\t")
    code = "yaml-indent-tab" if tab >= 0 else "yaml-indent-char"
    first = next(i for i, char in enumerate(indent) if char != " ")
    span = Span(line=number, column=first + 1, length=len(indent) - first)
    wide = {char: " " * width for char in indent if char not in " \u00a0\u202f"}
    fixed = "".join(wide.get(char, " ") for char in indent) if width else ""
    name = "全角の空白" if "\u3000" in indent else "改行しない空白などの特殊な空白"
    yield _slip(code, span, [_edit(number, 0, len(indent), fixed)], name=name)


def _scan_spaces(number: int, code: str, start: int) -> Iterator[Diagnostic]:
    """Spaces that YAML does not take for spaces, after a colon or dash, or at the end of a value."""
    for match in _SPACE_RUN.finditer(code, start):
        before, after = code[: match.start()].rstrip(" "), code[match.end() :].strip(" ")
        is_separator = before.endswith((":", "-", "：", "－", ",")) or not after.strip(BLANK)
        if not (is_separator or _is_ascii_around(code, match)):
            continue
        at_end = not after.strip(BLANK)
        replacement = " " if after or not at_end else ""
        name = "全角の空白" if "\u3000" in match[0] else "改行しない空白などの特殊な空白"
        span = Span(line=number, column=match.start() + 1, length=len(match[0]))
        yield _slip(
            "text-odd-space", span, [_edit(number, match.start(), match.end(), replacement)], name=name
        )


def _is_ascii_around(code: str, match: re.Match[str]) -> bool:
    """Whether the space stands inside one word of ASCII; prose may hold spaces of any kind."""
    value = code.rpartition(": ")[2].strip(" -")
    return " " not in value and _SPACE_RUN.sub("", code).translate(_TRANSLATION).replace(BLANK, "").isascii()


def _scan_invisible(number: int, code: str) -> Iterator[Diagnostic]:
    for match in _INVISIBLE_RUN.finditer(code):
        if not (code[match.start() - 1 : match.start()] + code[match.end() : match.end() + 1]).isascii():
            continue  # a joiner inside an emoji or a word of another script
        span = Span(line=number, column=match.start() + 1, length=len(match[0]))
        name = f"U+{ord(match[0][0]):04X}"
        yield _slip("text-zero-width", span, [_edit(number, match.start(), match.end(), "")], char=name)


def _scan_look_alikes(number: int, code: str, start: int) -> Iterator[Diagnostic]:
    """Full-width characters in text that is otherwise ASCII, one finding per class and line."""
    runs: dict[str, list[tuple[int, str]]] = {}
    for position, char in _slips_in(code, start):
        runs.setdefault(_CODE_OF[char], []).append((position, char))
    for name, places in runs.items():
        edits = [_edit(number, p, p + 1, _replacement(code, p, char)) for p, char in places]
        first, char = places[0]
        span = Span(line=number, column=first + 1, length=_run_length(places))
        yield _slip(name, span, edits, found=char, wanted=_PLAIN_OF[char])


def _slips_in(code: str, start: int) -> list[tuple[int, str]]:
    slipped = _ascii_but_for_slips(code)
    places = {
        m.start(): m[0] for m in _LOOK_ALIKE.finditer(code, start) if _is_slip(code, m.start(), slipped)
    }
    key = _KEY_COLON.match(code)
    if key:
        places[key.start(1)] = "："
    return sorted(places.items())


def _ascii_but_for_slips(code: str) -> list[tuple[int, int]]:
    """The stretches between separators whose words are ASCII but for look-alikes, so that prose is left alone."""
    return [
        piece.span()
        for piece in _PIECE.finditer(code)
        if _SPACE_RUN.sub("", piece[0]).translate(_TRANSLATION).isascii()
    ]


def _is_slip(code: str, position: int, stretches: list[tuple[int, int]]) -> bool:
    if code[position] in "＃♯":
        return not code[:position].strip() or code[position - 1] in " \u3000"
    index = bisect_right(stretches, (position, len(code))) - 1
    if index < 0 or position >= stretches[index][1]:
        return False
    start, end = stretches[index]
    return code[position] not in _WESTERN or _is_structural(code, position, code[start:end].strip())


def _is_structural(code: str, position: int, words: str) -> bool:
    """Whether a curly quote or dash, which Western prose uses too, stands where YAML has its own."""
    if " " not in words:
        return True
    return words[0] in _CURLY if code[position] in _CURLY else not code[:position].strip()


def _replacement(code: str, position: int, char: str) -> str:
    """The ASCII form, with the space that a colon, dash or comma needs after it."""
    plain = _PLAIN_OF[char]
    following = code[position + 1 : position + 2]
    if plain == ":" and following and following not in f" {BLANK}" and _KEY_COLON.match(code):
        match = _KEY_COLON.match(code)
        return ": " if match and match.start(1) == position and following not in "\u3000\u00a0" else ":"
    if plain == "-" and set(code.strip()) <= _DASHES:
        return plain
    if plain == "-" and not code[:position].strip(" -－ー\u3000") and following not in ("", " ", "\u3000"):
        return "- "
    return plain


def _run_length(places: list[tuple[int, str]]) -> int:
    length = 1
    while length < len(places) and places[length][0] == places[0][0] + length:
        length += 1
    return length


def _edit(line: int, start: int, end: int, text: str) -> Edit:
    return Edit(line=line, column=start + 1, end_line=line, end_column=end + 1, text=text)


def _slip(code: str, span: Span, edits: list[Edit], **params: str) -> Diagnostic:
    return Diagnostic(
        code=code, span=span, params={"line": str(span.line), **params}, fix=Fix(edits=tuple(edits))
    )
