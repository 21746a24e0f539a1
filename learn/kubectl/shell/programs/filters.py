"""Programs that read text and print text."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode

from learn.kubectl.shell.programs.options import inputs, read_options
from learn.kubectl.shell.terminal import Process, Program

_MAX_PATTERN = 200
_MAX_LINE = 4_000
_NESTED = re.compile(r"[+*}]\)?[+*{]|\([^)]*[+*][^)]*\)[+*{]")
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "e": "\x1b", "r": "\r"}


def _unescaped(text: str) -> str:
    return re.sub(r"\\([nt\\er])", lambda found: _ESCAPES[found[1]], text)


def _echo(process: Process) -> None:
    words, newline, escapes = list(process.args), "\n", False
    while words and re.fullmatch(r"-[neE]+", words[0]):
        flags = words.pop(0)
        newline = "" if "n" in flags else newline
        escapes = escapes or "e" in flags
    text = " ".join(words)
    process.write((_unescaped(text) if escapes else text) + newline)


def _printf(process: Process) -> None:
    if not process.args:
        process.complain("printf: usage: printf format [arguments]", 2)
        return
    pattern, values = _unescaped(process.args[0]), list(process.args[1:])
    places = len(re.findall(r"%-?\d*[sd]", pattern))
    out = ""
    while True:
        taken, values = values[: max(places, 1)], values[max(places, 1) :]
        for value in taken if places else ():
            pattern_one = re.search(r"%(-?\d*)[sd]", pattern)
            assert pattern_one is not None
            width = int(pattern_one[1] or 0)
            shown = value.ljust(-width) if width < 0 else value.rjust(min(width, 200))
            pattern = pattern[: pattern_one.start()] + shown.replace("%", "\0") + pattern[pattern_one.end() :]
        out += re.sub(r"%-?\d*[sd]", "", pattern).replace("%%", "%").replace("\0", "%")
        if not values or not places:
            break
        pattern = _unescaped(process.args[0])
    process.write(out)


def _cat(process: Process) -> None:
    options = read_options(process, "nAbsuEe")
    found = inputs(process, options.words) if options else None
    if options is None or found is None:
        return
    text = "".join(each for _, each in found)
    if "n" in options.letters:
        text = "".join(
            f"{number:>6}\t{line}" for number, line in enumerate(text.splitlines(keepends=True), 1)
        )
    process.write(text)


def _pattern(
    process: Process, text: str, *, fixed: bool, extended: bool, flags: int
) -> re.Pattern[str] | None:
    """A regular expression that cannot run for long; None after a complaint."""
    if len(text) > _MAX_PATTERN:
        process.complain(f"{process.argv[0]}: パターンが長すぎます。", 2)
        return None
    if fixed:
        return re.compile(re.escape(text), flags)
    if not extended:
        text = re.sub(r"\\([|+?(){}])|([|+?(){}])", lambda m: m[1] if m[1] else "\\" + m[2], text)
    for name, letters in (
        ("[:space:]", r"\s"),
        ("[:digit:]", r"\d"),
        ("[:alpha:]", "A-Za-z"),
        ("[:alnum:]", "A-Za-z0-9"),
    ):
        text = text.replace(name, letters)
    if _NESTED.search(text):
        process.complain(f"{process.argv[0]}: 繰り返しの中の繰り返しは、この端末では使えません。", 2)
        return None
    try:
        return re.compile(text, flags)
    except (re.error, RecursionError, OverflowError) as error:
        process.complain(f"{process.argv[0]}: パターンを読み取れません（{error}）。", 2)
        return None


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
    before = (
        int(values.get("B") or values.get("C") or 0)
        if (values.get("B") or values.get("C") or "0").isdecimal()
        else 0
    )
    after = (
        int(values.get("A") or values.get("C") or 0)
        if (values.get("A") or values.get("C") or "0").isdecimal()
        else 0
    )
    any_match = False
    for name, text in found:
        prefix = f"{name}:" if many and "h" not in letters else ""
        lines = text.splitlines()
        hits = [
            i
            for i, line in enumerate(lines)
            if bool(pattern.search(line[:_MAX_LINE])) is not ("v" in letters)
        ]
        any_match = any_match or bool(hits)
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


def _head(process: Process) -> None:
    options = read_options(process, "q", "nc")
    found = inputs(process, options.words) if options else None
    if options is None or found is None:
        return
    count = _count(process, options.values.get("n", "10"))
    if count is None:
        return
    for _, text in found:
        lines = text.splitlines(keepends=True)
        if "c" in options.values and options.values["c"].isdecimal():
            process.write(text[: int(options.values["c"])])
        else:
            process.write("".join(lines[:count]))


def _tail(process: Process) -> None:
    options = read_options(process, "qfF", "nc")
    if options is None:
        return
    start = options.values.get("n", "10")
    found = inputs(process, options.words)
    if found is None:
        return
    count = _count(process, start.removeprefix("+").removeprefix("-"))
    if count is None:
        return
    for _, text in found:
        lines = text.splitlines(keepends=True)
        process.write(
            "".join(lines[count - 1 :] if start.startswith("+") else lines[-count:] if count else [])
        )


def _count(process: Process, text: str) -> int | None:
    if re.fullmatch(r"-?\d{1,9}", text):
        return int(text)
    process.complain(f"{process.argv[0]}: invalid number of lines: ‘{text}’")
    return None


def _wc(process: Process) -> None:
    options = read_options(process, "lwcm")
    found = inputs(process, options.words) if options else None
    if options is None or found is None:
        return
    for name, text in found:
        counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text.encode()), "m": len(text)}
        wanted = [letter for letter in "lwcm" if letter in options.letters] or ["l", "w", "c"]
        if len(wanted) == 1:
            process.write(f"{counts[wanted[0]]}{' ' + name if name else ''}\n")
        else:
            process.write(
                "".join(f"{counts[letter]:>8}" for letter in wanted) + (f" {name}" if name else "") + "\n"
            )


def _sort(process: Process) -> None:
    options = read_options(process, "rnufhbV", "kt")
    found = inputs(process, options.words) if options else None
    if options is None or found is None:
        return
    lines = [line for _, text in found for line in text.splitlines()]
    field = re.match(r"\d+", options.values.get("k", ""))
    letters = options.letters | set(re.findall(r"[rn]", options.values.get("k", "")))

    def key(line: str) -> tuple[float, str]:
        value = line
        if field:
            parts = line.split(options.values.get("t") or None)
            value = parts[int(field[0]) - 1] if 0 < int(field[0]) <= len(parts) else ""
        number = re.match(r"\s*(-?\d+(?:\.\d+)?)", value) if "n" in letters or "h" in letters else None
        return (float(number[1]) if number else 0.0, value)

    ordered = sorted(lines, key=key, reverse="r" in letters)
    if "u" in letters:
        ordered = list(dict.fromkeys(ordered))
    process.write("".join(f"{line}\n" for line in ordered))


def _uniq(process: Process) -> None:
    options = read_options(process, "cdu")
    found = inputs(process, options.words[:1]) if options else None
    if options is None or found is None:
        return
    groups: list[tuple[str, int]] = []
    for line in found[0][1].splitlines():
        if groups and groups[-1][0] == line:
            groups[-1] = (line, groups[-1][1] + 1)
        else:
            groups.append((line, 1))
    for line, count in groups:
        if ("d" in options.letters and count < 2) or ("u" in options.letters and count > 1):
            continue
        process.write(f"{count:>7} {line}\n" if "c" in options.letters else f"{line}\n")


def _cut(process: Process) -> None:
    options = read_options(process, "s", "dfc")
    found = inputs(process, options.words) if options else None
    if options is None or found is None:
        return
    wanted = _ranges(options.values.get("f") or options.values.get("c") or "")
    if not wanted:
        process.complain("cut: you must specify a list of bytes, characters, or fields")
        return
    delimiter = options.values.get("d") or "\t"
    for _, text in found:
        for line in text.splitlines():
            if "c" in options.values:
                process.write(
                    "".join(letter for i, letter in enumerate(line, 1) if _within(i, wanted)) + "\n"
                )
            elif delimiter not in line:
                process.write("" if "s" in options.letters else f"{line}\n")
            else:
                parts = line.split(delimiter)
                process.write(
                    delimiter.join(part for i, part in enumerate(parts, 1) if _within(i, wanted)) + "\n"
                )


def _ranges(text: str) -> list[tuple[int, int]]:
    found = []
    for part in text.split(","):
        match = re.fullmatch(r"(\d{0,6})(-?)(\d{0,6})", part)
        if not match or not part or part == "-":
            return []
        low = int(match[1] or 1)
        found.append((low, int(match[3] or 10**6) if match[2] else low))
    return found


def _within(index: int, wanted: list[tuple[int, int]]) -> bool:
    return any(low <= index <= high for low, high in wanted)


def _tr(process: Process) -> None:
    options = read_options(process, "ds")
    if options is None or not options.words:
        process.complain("使い方：tr [-d] 文字 [文字]")
        return
    source = _letters(options.words[0])
    text = process.read_stdin()
    if "d" in options.letters:
        process.write(text.translate({ord(letter): None for letter in source}))
    elif len(options.words) > 1:
        target = _letters(options.words[1]) or " "
        table = {ord(letter): target[min(i, len(target) - 1)] for i, letter in enumerate(source)}
        process.write(text.translate(table))
    else:
        process.write(re.sub(rf"([{re.escape(source)}])\1+", r"\1", text))


def _letters(text: str) -> str:
    text = (
        _unescaped(text).replace("[:lower:]", "a-z").replace("[:upper:]", "A-Z").replace("[:space:]", " \n\t")
    )
    return re.sub(
        r"(.)-(.)", lambda m: "".join(map(chr, range(ord(m[1]), min(ord(m[2]), ord(m[1]) + 300) + 1))), text
    )


def _sed(process: Process) -> None:
    """`s/a/b/[g]`, `Np`, `N,Mp`, `/x/d`: what is written most."""
    options = read_options(process, "nEr", "e")
    if options is None:
        return
    words = list(options.words)
    script = options.values.get("e") or (words.pop(0) if words else "")
    found = inputs(process, words)
    if found is None:
        return
    lines = [line for _, text in found for line in text.splitlines()]
    quiet = "n" in options.letters
    if swap := re.fullmatch(r"s(.)(.*?)(?<!\\)\1(.*?)(?<!\\)\1([gip]*)", script):
        flags = re.IGNORECASE if "i" in swap[4] else 0
        pattern = _pattern(
            process, swap[2], fixed=False, extended=bool(options.letters & {"E", "r"}), flags=flags
        )
        if pattern is None:
            return
        with_ = swap[3].replace("\\" + swap[1], swap[1]).replace("&", r"\g<0>")
        try:
            lines = [pattern.sub(with_, line[:_MAX_LINE], count=0 if "g" in swap[4] else 1) for line in lines]
        except (re.error, IndexError):
            process.complain(f"sed: 置き換えを読み取れません：{script}", 1)
            return
    elif place := re.fullmatch(r"(\d+)(?:,(\d+|\$))?([pd])", script):
        low = int(place[1])
        high = len(lines) if place[2] == "$" else int(place[2] or low)
        inside = [low <= i <= high for i in range(1, len(lines) + 1)]
        keep = place[3] == "p"
        lines = (
            [line for line, hit in zip(lines, inside, strict=True) if hit is keep]
            if quiet or not keep
            else lines
        )
    elif drop := re.fullmatch(r"/(.*)/([pd])", script):
        pattern = _pattern(
            process, drop[1], fixed=False, extended=bool(options.letters & {"E", "r"}), flags=0
        )
        if pattern is None:
            return
        keep = drop[2] == "p"
        lines = [line for line in lines if bool(pattern.search(line[:_MAX_LINE])) is keep]
    else:
        process.complain(f"sed: この端末では使えない書き方です：{script}", 1)
        return
    process.write("".join(f"{line}\n" for line in lines))


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
        process.complain("awk: この端末では、awk '{print $1}'のような書き方だけが使えます。", 2)
        return
    texts = inputs(process, words[1:])
    if texts is None:
        return
    separator = _unescaped(options.values.get("F", "")) or None
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
    process.complain(f"awk: この端末では使えない条件です：{when}", 2)
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
                _unescaped(text) if not name else _awk_value(name, line, fields, number)
                for text, name in tokens
            )
        )
    return " ".join(parts)


def _base64(process: Process) -> None:
    options = read_options(process, "di", "w")
    if options is None:
        return
    found = inputs(process, options.words)
    if found is None:
        return
    text = "".join(each for _, each in found)
    if "d" not in options.letters:
        encoded = b64encode(text.encode()).decode()
        width = options.values.get("w", "76")
        size = int(width) if width.isdecimal() else 76
        lines = [encoded[i : i + size] for i in range(0, len(encoded), size)] if size else [encoded]
        process.write("\n".join(lines) + ("\n" if size else ""))
        return
    try:
        process.write(b64decode("".join(text.split()), validate=True).decode(errors="replace"))
    except (binascii.Error, ValueError):
        process.complain("base64: invalid input")


def _tee(process: Process) -> None:
    text = process.read_stdin()
    process.write(text)
    appends = "-a" in process.args
    for path in (word for word in process.args if not word.startswith("-")):
        old = (process.terminal.files.read(path) or "") if appends else ""
        process.terminal.files.write(path, old + text)


def _jq(process: Process) -> None:
    process.complain(
        "jqは、この端末では使えません。kubectlの-o jsonpath='{…}'か-o custom-columnsで取り出せます。", 127
    )


PROGRAMS = (
    Program(name="echo", start=_echo, summary="文字を表示します"),
    Program(name="printf", start=_printf, summary="形を指定して文字を表示します"),
    Program(name="cat", start=_cat, summary="ファイルの中身を表示します"),
    Program(name="less", start=_cat),
    Program(name="more", start=_cat),
    Program(name="grep", start=_grep, summary="パターンに合う行を表示します"),
    Program(name="egrep", start=_grep),
    Program(name="head", start=_head, summary="先頭の行を表示します"),
    Program(name="tail", start=_tail, summary="末尾の行を表示します"),
    Program(name="wc", start=_wc, summary="行、語、バイトを数えます"),
    Program(name="sort", start=_sort, summary="行を並べ替えます"),
    Program(name="uniq", start=_uniq, summary="続いた同じ行を1つにします"),
    Program(name="cut", start=_cut, summary="列を取り出します"),
    Program(name="tr", start=_tr, summary="文字を置き換えます"),
    Program(name="sed", start=_sed, summary="行を置き換えます（s/前/後/など）"),
    Program(name="awk", start=_awk, summary="列を取り出します（'{print $1}'など）"),
    Program(name="base64", start=_base64, summary="Base64に変換します。-dで戻します"),
    Program(name="tee", start=_tee, summary="表示しながらファイルに書きます"),
    Program(name="jq", start=_jq),
)
