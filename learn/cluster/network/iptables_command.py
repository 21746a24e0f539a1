"""
The commands `iptables` and `iptables-save` as they are typed on a node.

Only what shows and empties chains is known: -t, -L, -S, -F, -n, -v and --line-numbers.
Source: iptables 1.8, iptables(8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from learn.cluster.network.iptables_rules import NodeRules, Table
from learn.cluster.network.iptables_text import list_table, save

NO_CHAIN = "iptables: No chain/target/match by that name.\n"
TABLES = ("filter", "nat", "mangle", "raw", "security")
_FLAGS = {"-n", "--numeric", "-v", "--verbose", "-x", "--exact", "-w", "--wait"}
_ACTIONS = {
    "-L": "list",
    "--list": "list",
    "-S": "save",
    "--list-rules": "save",
    "-F": "flush",
    "--flush": "flush",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a command prints and how it ends; `flush` names a table and chain ("" for all) that it empties."""

    code: int = 0
    out: str = ""
    err: str = ""
    flush: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    action: str = ""
    table: str = "filter"
    chain: str = ""
    numbers: bool = False


def run(argv: Sequence[str], rules: NodeRules) -> Result:
    """Run `iptables …` or `iptables-save …` over the rules of a node; argv[0] is the program."""
    if argv[0].rpartition("/")[2] == "iptables-save":
        return _save(argv[1:], rules)
    asked = _parse(argv[1:])
    if isinstance(asked, Result):
        return asked
    table = _table(asked.table, rules)
    if table is None:
        missing = f"can't initialize iptables table `{asked.table}': Table does not exist"
        return Result(code=3, err=f"iptables: {missing} (do you need to insmod?)\n")
    if asked.chain and asked.chain not in table.chains:
        return Result(code=1, err=NO_CHAIN)
    match asked.action:
        case "list":
            text = list_table(table, asked.chain or None)
            return Result(out=_numbered(text) if asked.numbers else text)
        case "save":
            return Result(out=_listed(table, asked.chain))
        case "flush":
            return Result(flush=(asked.table, asked.chain))
    return Result(
        code=2,
        err="iptables: no command specified\nTry `iptables -h' or 'iptables --help' for more information.\n",
    )


def _parse(words: Sequence[str]) -> _Asked | Result:
    action, table, chain, numbers = "", "filter", "", False
    rest = [each for word in words for each in _split(word)]
    index = 0
    while index < len(rest):
        word = rest[index]
        index += 1
        if word in ("-t", "--table") and index < len(rest):
            table, index = rest[index], index + 1
        elif word in _ACTIONS:
            action = _ACTIONS[word]
            if index < len(rest) and not rest[index].startswith("-"):
                chain, index = rest[index], index + 1
        elif word == "--line-numbers":
            numbers = True
        elif word not in _FLAGS:
            text = f"iptables: this simulator does not know '{word}'; it knows -t, -L, -S, -F, -n and -v\n"
            return Result(code=2, err=text)
    return _Asked(action=action, table=table, chain=chain, numbers=numbers)


def _split(word: str) -> list[str]:
    """-nL is -n -L; -Ln likewise."""
    if len(word) > 2 and word[0] == "-" and word[1] != "-":
        return [f"-{letter}" for letter in word[1:]]
    return [word]


def _table(name: str, rules: NodeRules) -> Table | None:
    if name not in TABLES:
        return None
    return {"nat": rules.nat, "filter": rules.filter}.get(name, Table(name, {}))


def _save(words: Sequence[str], rules: NodeRules) -> Result:
    names = [words[index + 1] for index, word in enumerate(words[:-1]) if word in ("-t", "--table")]
    if not names:
        return Result(out=save(rules.filter, rules.nat))
    table = _table(names[0], rules)
    if table is None:
        return Result(code=1, err=f"iptables-save: unknown table '{names[0]}'\n")
    return Result(out=save(table) if table.chains else "")


def _listed(table: Table, chain: str) -> str:
    """`iptables -S`: the lines of iptables-save, with policies and new chains written as commands."""
    lines = []
    for line in save(table).splitlines():
        if line.startswith(":"):
            name, policy = line[1:].split()[:2]
            if chain in ("", name):
                lines.append(f"-P {name} ACCEPT" if policy == "ACCEPT" else f"-N {name}")
        elif line.startswith("-A ") and chain in ("", line.split()[1]):
            lines.append(line)
    return "".join(f"{line}\n" for line in lines)


def _numbered(text: str) -> str:
    """Add the rule numbers of `--line-numbers`."""
    lines, number = [], 0
    for line in text.splitlines():
        if line.startswith("Chain "):
            number = 0
            lines.append(line)
        elif line.startswith("target "):
            lines.append(f"num  {line}")
        elif line:
            number += 1
            lines.append(f"{number:<4} {line}")
        else:
            lines.append(line)
    return "".join(f"{line}\n" for line in lines)
