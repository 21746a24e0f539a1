"""grep, sed and awk: the part of them that is written most, with patterns that cannot run for long."""

from __future__ import annotations

import re
from collections.abc import Sequence

from learn.kubectl.shell.programs.filters import unescaped
from learn.kubectl.shell.programs.options import inputs, read_options
from learn.kubectl.shell.terminal import Process, Program

_MAX_PATTERN = 200
_MAX_LINE = 4_000
_MAX_HITS = 1_000_000
_NESTED = re.compile(r"[+*}]\)?[+*{]|\([^)]*[+*][^)]*\)[+*{]")


def _pattern(
    process: Process, text: str, *, fixed: bool, extended: bool, flags: int
) -> re.Pattern[str] | None:
    """A regular expression that cannot run for long, any of several a line; None after a complaint."""
    if len(text) > _MAX_PATTERN:
        process.complain(f"{process.argv[0]}: パターンが長すぎます。", 2)
        return None
    each = (_translated(part, fixed=fixed, extended=extended) for part in text.split("\n"))
    text = "|".join(f"(?:{part})" for part in each) if "\n" in text else next(each)
    if not fixed and _NESTED.search(text):
        process.complain(f"{process.argv[0]}: 繰り返しの中の繰り返しは、このターミナルでは使えません。", 2)
        return None
    try:
        return re.compile(text, flags)
    except (re.error, RecursionError, OverflowError) as error:
        process.complain(f"{process.argv[0]}: パターンを読み取れません（{error}）。", 2)
        return None


def _translated(text: str, *, fixed: bool, extended: bool) -> str:
    """A POSIX pattern as Python writes it."""
    if fixed:
        return re.escape(text)
    if not extended:
        text = re.sub(r"\\([|+?(){}])|([|+?(){}])", lambda m: m[1] if m[1] else "\\" + m[2], text)
    for name, letters in (
        ("[:space:]", r"\s"),
        ("[:digit:]", r"\d"),
        ("[:alpha:]", "A-Za-z"),
        ("[:alnum:]", "A-Za-z0-9"),
    ):
        text = text.replace(name, letters)
    return text


def _grep(process: Process) -> None:
    options = read_options(process, "ivcnqoEwFhHlxsP", "eABCm")
    if options is None:
        return
    words = list(options.words)
    text = options.values.get("e") or (words.pop(0) if words else None)
    if text is None:
        process.complain("使い方：grep [オプション] パターン [ファイル]", 2)
        return
    letters = options.letters
    extended = "E" in letters or "P" in letters or process.argv[0] == "egrep"
    flags = re.IGNORECASE if "i" in letters else 0
    pattern = _pattern(process, text, fixed="F" in letters, extended=extended, flags=flags)
    found = inputs(process, words) if pattern else None
    if pattern is None or found is None:
        return
    if "w" in letters or "x" in letters:
        wrapped = rf"\b(?:{pattern.pattern})\b" if "w" in letters else rf"^(?:{pattern.pattern})$"
        pattern = re.compile(wrapped, flags)
    _print_matches(process, pattern, found, letters, options.values, many=len(words) > 1)


def _print_matches(
    process: Process,
    pattern: re.Pattern[str],
    found: list[tuple[str, str]],
    letters: frozenset[str],
    values: dict[str, str],
    *,
    many: bool,
) -> None:
    before = _count(values.get("B") or values.get("C"), 0)
    after = _count(values.get("A") or values.get("C"), 0)
    most = _count(values.get("m"), _MAX_HITS)
    any_match = False
    for name, text in found:
        prefix = f"{name}:" if many and "h" not in letters else ""
        lines = text.splitlines()
        hits = [
            i
            for i, line in enumerate(lines)
            if bool(pattern.search(line[:_MAX_LINE])) is not ("v" in letters)
        ][:most]
        any_match = any_match or bool(hits)
        process.has_enough = any_match and (
            "q" in letters or ("m" in values and len(hits) == most and not after)
        )
        if "q" in letters:
            continue
        if "c" in letters:
            process.write(f"{prefix}{len(hits)}\n")
        elif "l" in letters:
            process.write(f"{name}\n" if hits else "")
        elif "o" in letters:
            for i in hits:
                for match in pattern.finditer(lines[i][:_MAX_LINE]):
                    process.write(f"{prefix}{match[0]}\n" if match[0] else "")
        else:
            shown = sorted(
                {j for i in hits for j in range(max(0, i - before), min(len(lines), i + after + 1))}
            )
            for i in shown:
                number = f"{i + 1}{':' if i in hits else '-'}" if "n" in letters else ""
                process.write(f"{prefix}{number}{lines[i]}\n")
    process.exit_code = max(process.exit_code, 0 if any_match else 1)


def _count(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else default


def _sed(process: Process) -> None:
    """`s/a/b/[g]`, `Np`, `N,Mp`, `/x/d`: what is written most; several commands by `-e`, one after the other."""
    options = read_options(process, "nEr", "e")
    if options is None:
        return
    words = list(options.words)
    script = options.values.get("e") or (words.pop(0) if words else "")
    found = inputs(process, words)
    if found is None:
        return
    lines: list[str] | None = [line for _, text in found for line in text.splitlines()]
    for command in script.split("\n"):
        lines = _edited(process, command, lines, options.letters) if lines is not None else None
    process.write("".join(f"{line}\n" for line in lines or ()))


def _edited(process: Process, script: str, lines: list[str], letters: frozenset[str]) -> list[str] | None:
    """The lines after one command of sed; None after a complaint."""
    quiet, extended = "n" in letters, bool(letters & {"E", "r"})
    if swap := re.fullmatch(r"s(.)(.*?)(?<!\\)\1(.*?)(?<!\\)\1([gip]*)", script):
        flags = re.IGNORECASE if "i" in swap[4] else 0
        pattern = _pattern(process, swap[2], fixed=False, extended=extended, flags=flags)
        if pattern is None:
            return None
        with_ = swap[3].replace("\\" + swap[1], swap[1]).replace("&", r"\g<0>")
        try:
            return [pattern.sub(with_, line[:_MAX_LINE], count=0 if "g" in swap[4] else 1) for line in lines]
        except (re.error, IndexError):
            process.complain(f"sed: 置き換えを読み取れません：{script}", 1)
            return None
    if place := re.fullmatch(r"(\d+)(?:,(\d+|\$))?([pd])", script):
        low = int(place[1])
        high = len(lines) if place[2] == "$" else int(place[2] or low)
        keep = place[3] == "p"
        if keep and not quiet:
            return lines
        return [line for i, line in enumerate(lines, 1) if (low <= i <= high) is keep]
    if drop := re.fullmatch(r"/(.*)/([pd])", script):
        pattern = _pattern(process, drop[1], fixed=False, extended=extended, flags=0)
        if pattern is None:
            return None
        return [line for line in lines if bool(pattern.search(line[:_MAX_LINE])) is (drop[2] == "p")]
    process.complain(f"sed: このターミナルでは使えない書き方です：{script}", 1)
    return None


def _awk(process: Process) -> None:
    """`{print $1, $3}`, with `NR==2`, `NR>1`, `/pattern/` or `$2=="x"` before it."""
    options = read_options(process, "", "Fv")
    if options is None:
        return
    words = list(options.words)
    found = (
        re.fullmatch(r"\s*(?P<when>[^{}]*?)\s*(?:\{\s*print\s*(?P<what>[^{}]*?)\s*;?\s*\})?\s*", words[0])
        if words
        else None
    )
    if found is None or (not found["when"] and found["what"] is None):
        process.complain("awk: このターミナルでは、awk '{print $1}'のような書き方だけが使えます。", 2)
        return
    texts = inputs(process, words[1:])
    if texts is None:
        return
    separator = unescaped(options.values.get("F", "")) or None
    lines = [line for _, text in texts for line in text.splitlines()]
    for number, line in enumerate(lines, 1):
        fields = line.split(separator)
        chosen = _awk_chosen(process, found["when"] or "", line, fields, number)
        if chosen is None:
            return
        if chosen:
            process.write(_awk_print(found["what"] or "", line, fields, number) + "\n")


def _awk_chosen(process: Process, when: str, line: str, fields: list[str], number: int) -> bool | None:
    if not when:
        return True
    if match := re.fullmatch(r"(!?)/(.*)/", when):
        pattern = _pattern(process, match[2], fixed=False, extended=True, flags=0)
        return None if pattern is None else bool(pattern.search(line[:_MAX_LINE])) is not bool(match[1])
    if match := re.fullmatch(r"(NR|NF|\$\d{1,3})\s*(==|!=|>=|<=|>|<|~)\s*\"?([^\"]*)\"?", when):
        left = _awk_value(match[1], line, fields, number)
        return _awk_compare(left, match[2], match[3])
    process.complain(f"awk: このターミナルでは使えない条件です：{when}", 2)
    return None


def _awk_compare(left: str, operator: str, right: str) -> bool:
    if operator == "~":
        return right.strip("/") in left
    numeric = re.fullmatch(r"-?\d{1,15}(\.\d+)?", left) and re.fullmatch(r"-?\d{1,15}(\.\d+)?", right)
    a: float | str = float(left) if numeric else left
    b: float | str = float(right) if numeric else right
    order = (a > b) - (a < b)  # type: ignore[operator]  # both are numbers, or both texts
    return {
        "==": order == 0,
        "!=": order != 0,
        ">": order > 0,
        "<": order < 0,
        ">=": order >= 0,
        "<=": order <= 0,
    }[operator]


def _awk_value(name: str, line: str, fields: list[str], number: int) -> str:
    if name == "NR":
        return str(number)
    if name == "NF":
        return str(len(fields))
    if name == "$NF":
        return fields[-1] if fields else ""
    index = int(name[1:])
    return line if index == 0 else fields[index - 1] if index <= len(fields) else ""


def _awk_print(what: str, line: str, fields: list[str], number: int) -> str:
    if not what:
        return line
    parts = []
    for argument in re.findall(r"(?:\"(?:\\.|[^\"\\])*\"|[^,\"])+", what):
        tokens = re.findall(r"\"((?:\\.|[^\"\\])*)\"|(\$NF|\$\d{1,3}|NR|NF)", argument)
        parts.append(
            "".join(
                unescaped(text) if not name else _awk_value(name, line, fields, number)
                for text, name in tokens
            )
        )
    return " ".join(parts)


def _goes_by_lines(args: Sequence[str]) -> bool:
    """grep that prints lines or nothing, not how many there are."""
    return not any(re.match(r"-[a-zA-Z]*[clABC]|--", word) for word in args)


def _knows_no_end(args: Sequence[str]) -> bool:
    """An awk program without END, a sed program without the last line."""
    return not any("END" in word or "$p" in word or "$!" in word or "$d" in word for word in args)


PROGRAMS = (
    Program(name="grep", start=_grep, summary="パターンに合う行を表示します", flows=_goes_by_lines),
    Program(name="egrep", start=_grep, flows=_goes_by_lines),
    Program(name="sed", start=_sed, summary="行を置き換えます（s/前/後/など）", flows=_knows_no_end),
    Program(name="awk", start=_awk, summary="列を取り出します（'{print $1}'など）", flows=_knows_no_end),
)
