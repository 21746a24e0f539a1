"""Programs that read text and print text."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence

from learn.kubectl.shell.programs.options import inputs, read_options
from learn.kubectl.shell.terminal import Process, Program

_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "e": "\x1b", "r": "\r"}


def unescaped(text: str) -> str:
    """`\\n`, `\\t` and their like as the letters that they stand for."""
    return re.sub(r"\\([nt\\er])", lambda found: _ESCAPES[found[1]], text)


def _echo(process: Process) -> None:
    words, newline, escapes = list(process.args), "\n", False
    while words and re.fullmatch(r"-[neE]+", words[0]):
        flags = words.pop(0)
        newline = "" if "n" in flags else newline
        escapes = escapes or "e" in flags
    text = " ".join(words)
    process.write((unescaped(text) if escapes else text) + newline)


def _printf(process: Process) -> None:
    if not process.args:
        process.complain("printf: usage: printf format [arguments]", 2)
        return
    pattern, values = unescaped(process.args[0]), list(process.args[1:])
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
        pattern = unescaped(process.args[0])
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
            process.has_enough = len(lines) >= count


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
        unescaped(text).replace("[:lower:]", "a-z").replace("[:upper:]", "A-Z").replace("[:space:]", " \n\t")
    )
    return re.sub(
        r"(.)-(.)", lambda m: "".join(map(chr, range(ord(m[1]), min(ord(m[2]), ord(m[1]) + 300) + 1))), text
    )


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
        "jqは、このターミナルでは使えません。kubectlの-o jsonpath='{…}'か-o custom-columnsで取り出せます。",
        127,
    )


def _always(args: Sequence[str]) -> bool:
    return True


def _has_no_words(args: Sequence[str]) -> bool:
    return not args


def _has_only_names(args: Sequence[str]) -> bool:
    """Without -a: a file that is written anew each time ends as it should."""
    return not any(word.startswith("-") for word in args)


PROGRAMS = (
    Program(name="echo", start=_echo, summary="文字を表示します"),
    Program(name="printf", start=_printf, summary="形を指定して文字を表示します"),
    Program(name="cat", start=_cat, summary="ファイルの中身を表示します", flows=_has_no_words),
    Program(name="less", start=_cat),
    Program(name="more", start=_cat),
    Program(name="head", start=_head, summary="先頭の行を表示します", flows=_always),
    Program(name="tail", start=_tail, summary="末尾の行を表示します"),
    Program(name="wc", start=_wc, summary="行、語、バイトを数えます"),
    Program(name="sort", start=_sort, summary="行を並べ替えます"),
    Program(name="uniq", start=_uniq, summary="続いた同じ行を1つにします"),
    Program(name="cut", start=_cut, summary="列を取り出します", flows=_always),
    Program(name="tr", start=_tr, summary="文字を置き換えます", flows=_always),
    Program(name="base64", start=_base64, summary="Base64に変換します。-dで戻します"),
    Program(name="tee", start=_tee, summary="表示しながらファイルに書きます", flows=_has_only_names),
    Program(name="jq", start=_jq),
)
