"""What `iptables -L -n` and `iptables-save` print of a table, as iptables v1.8.9 does."""

import re

from learn.cluster.network.iptables_rules import ANYWHERE, Rule, Table

PROTOCOL_NUMBERS = {"all": 0, "tcp": 6, "udp": 17, "sctp": 132}
BUILT_IN = {
    "nat": ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
    "filter": ("INPUT", "FORWARD", "OUTPUT"),
}


def list_table(table: Table, chain: str | None = None) -> str:
    """
    Return what `iptables -t <table> -L [chain] -n` prints.

    Raises KeyError for a chain that the table does not have.
    """
    names = [chain] if chain is not None else list(table.chains)
    references = _references(table)
    blocks = []
    for name in names:
        built_in = name in BUILT_IN[table.name]
        title = "policy ACCEPT" if built_in else f"{references.get(name, 0)} references"
        rows = [f"Chain {name} ({title})", "target     prot opt source               destination         "]
        rows += [_listed(rule) for rule in table.chains[name]]
        blocks.append("\n".join(rows) + "\n")
    return "\n".join(blocks)


def save(*tables: Table) -> str:
    """Return what `iptables-save` prints, without its comments of time."""
    lines = []
    for table in tables:
        lines.append(f"*{table.name}")
        for name in table.chains:
            lines.append(f":{name} {'ACCEPT' if name in BUILT_IN[table.name] else '-'} [0:0]")
        lines += [_saved(name, rule) for name, rules in table.chains.items() for rule in rules]
        lines.append("COMMIT")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Write a string as xtables_save_string does."""
    return '"' + re.sub(r"""(["'\\])""", r"\\\1", text) + '"'


def _references(table: Table) -> dict[str, int]:
    counts: dict[str, int] = {}
    for rules in table.chains.values():
        for rule in rules:
            counts[rule.target] = counts.get(rule.target, 0) + 1
    return counts


def _listed(rule: Rule) -> str:
    columns = (
        f"{rule.target:<9}  {PROTOCOL_NUMBERS[rule.protocol]:<4} -- "
        f"{_listed_address(rule.source)} {_listed_address(rule.destination)} "
    )
    details = [f"/* {rule.comment} */"] if rule.comment else []
    details += [text for _, text in (*rule.matches, *rule.options)]
    return f"{columns} {' '.join(details)}" if details else columns


def _listed_address(address: str) -> str:
    bare = address.removeprefix("!")
    return f"{'!' if bare != address else ' '}{bare:<19}"


def _saved(chain: str, rule: Rule) -> str:
    parts = [f"-A {chain}"]
    for flag, address in (("-s", rule.source), ("-d", rule.destination)):
        if address != ANYWHERE:
            negation = "! " if address.startswith("!") else ""
            bare = address.lstrip("!")
            parts.append(f"{negation}{flag} {bare if '/' in bare else bare + '/32'}")
    if rule.protocol != "all":
        parts.append(f"-p {rule.protocol}")
    if rule.comment:
        is_plain = re.fullmatch(r"[-_0-9A-Za-z]+", rule.comment)
        parts.append(f"-m comment --comment {rule.comment if is_plain else _quoted(rule.comment)}")
    parts += [text for text, _ in rule.matches]
    if rule.target:
        parts.append(f"-j {rule.target}")
    parts += [text for text, _ in rule.options]
    return " ".join(parts)
