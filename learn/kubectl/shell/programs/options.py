"""Short options of small programs: letters that stand together, some with a value."""

from __future__ import annotations

from typing import NamedTuple

from learn.kubectl.shell.terminal import Process


class Options(NamedTuple):
    """Letters that were given, values of those that take one, and the other words.

    Of several values for one letter the last counts, except of `-e`: patterns and commands, one a line.
    """

    letters: frozenset[str]
    values: dict[str, str]
    words: list[str]


def read_options(process: Process, letters: str, valued: str = "") -> Options | None:
    """None after a complaint about a letter that the program does not know.

    `-5` is read as the value of `n` where `n` takes one; `--` ends options.
    """
    found: set[str] = set()
    values: dict[str, str] = {}
    words: list[str] = []
    args = list(process.args)
    while args:
        word = args.pop(0)
        if word == "--":
            words += args
            break
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            letter = _LONG.get(name, "")
            if not letter or letter not in letters + valued:
                process.complain(f"{process.argv[0]}: unrecognized option '{word}'", 2)
                return None
            if letter in valued:
                _keep(values, letter, value if equals else (args.pop(0) if args else ""))
            else:
                found.add(letter)
        elif word.startswith("-") and len(word) > 1:
            if "n" in valued and word[1:].isdecimal():
                values["n"] = word[1:]
                continue
            rest = word[1:]
            while rest:
                letter, rest = rest[0], rest[1:]
                if letter in valued:
                    _keep(values, letter, rest or (args.pop(0) if args else ""))
                    rest = ""
                elif letter in letters:
                    found.add(letter)
                else:
                    process.complain(f"{process.argv[0]}: invalid option -- '{letter}'", 2)
                    return None
        else:
            words.append(word)
    return Options(frozenset(found), values, words)


def _keep(values: dict[str, str], letter: str, value: str) -> None:
    values[letter] = f"{values[letter]}\n{value}" if letter == "e" and "e" in values else value


_LONG = {
    "lines": "n",
    "bytes": "c",
    "decode": "d",
    "ignore-case": "i",
    "invert-match": "v",
    "count": "c",
    "line-number": "n",
    "quiet": "q",
    "only-matching": "o",
    "reverse": "r",
    "numeric-sort": "n",
    "unique": "u",
    "delimiter": "d",
    "fields": "f",
    "wrap": "w",
    "silent": "s",
    "insecure": "k",
    "head": "I",
    "include": "i",
    "output": "o",
    "request": "X",
    "header": "H",
    "max-time": "m",
    "write-out": "w",
    "verbose": "v",
    "data": "d",
    "location": "L",
    "fail": "f",
    "show-error": "S",
    "resolve": "R",
    "connect-timeout": "C",
}


def inputs(process: Process, paths: list[str]) -> list[tuple[str, str]] | None:
    """(name, text) of each file, or of standard input; None after a complaint about a missing one."""
    if not paths:
        return [("", process.read_stdin())]
    found = []
    for path in paths:
        if path == "-":
            found.append(("-", process.read_stdin()))
            continue
        text = process.terminal.files.read(path)
        if text is None:
            what = "Is a directory" if process.terminal.files.is_folder(path) else "No such file or directory"
            process.complain(f"{process.argv[0]}: {path}: {what}")
            continue
        found.append((path, text))
    return found if found or not paths else None
