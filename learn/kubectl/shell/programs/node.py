"""A node's shell: `ssh node-1`, and what one looks at there."""

from __future__ import annotations

import shlex

from learn.cluster.errors import ApiError
from learn.cluster.network.iptables_text import list_table, save
from learn.kubectl.shell.terminal import Process, Program


def _ssh(process: Process) -> None:
    from learn.kubectl.shell.lines import run_now

    words = [word for word in process.args if not word.startswith("-")]
    if not words:
        process.complain("使い方：ssh ノード [コマンド]", 255)
        return
    name = words[0].rpartition("@")[2]
    if process.terminal.cluster.store.find("Node", "", name) is None:
        process.complain(f"ssh: Could not resolve hostname {name}: Name or service not known", 255)
        return
    if process.terminal.cluster.is_stopped(f"node/{name}"):
        process.complain(f"ssh: connect to host {name} port 22: No route to host", 255)
        return
    process.terminal.memory["node"] = name
    rest = process.args[process.args.index(words[0]) + 1 :]
    if not rest:
        process.write(
            f"ノード{name}のシェルに入りました。iptables、iptables-save、curlが使えます。exitで戻ります。\n"
        )
        return
    found = run_now(process.terminal, rest[0] if len(rest) == 1 else shlex.join(rest))
    process.terminal.memory["node"] = ""
    process.printed += found.printed
    process.exit_code = found.exit_code


def _iptables(process: Process) -> None:
    table, action, chain = "nat" if "nat" in process.args else "filter", "", None
    words = list(process.args)
    while words:
        word = words.pop(0)
        if word in ("-t", "--table") and words:
            table = words.pop(0)
        elif word in ("-L", "--list", "-F", "--flush", "-S"):
            action = {"--list": "-L", "--flush": "-F"}.get(word, word)
            if words and not words[0].startswith("-"):
                chain = words.pop(0)
        elif word.startswith("-") and set(word[1:]) <= set("nvLx") and "L" in word:
            action = "-L"
            if words and not words[0].startswith("-"):
                chain = words.pop(0)
    if table not in ("nat", "filter"):
        process.complain(f"iptables v1.8.9 (nf_tables): can't initialize iptables table `{table}'", 3)
        return
    if action not in ("-L", "-F", "-S"):
        process.complain(
            "このターミナルのiptablesでは、-L（一覧）、-S（規則の形）、-F（消去）だけが使えます。", 2
        )
        return
    _act(process, table, action, chain)


def _act(process: Process, table: str, action: str, chain: str | None) -> None:
    node, cluster = process.terminal.node, process.terminal.cluster
    if action == "-F":
        try:
            cluster.act("flushRules", node=node, table=table, chain=chain or "")
        except ApiError:
            process.complain("iptables: No chain/target/match by that name.")
        return
    rules = cluster.proxy.chains(node)
    found = rules.nat if table == "nat" else rules.filter
    try:
        if action == "-L":
            process.write(list_table(found, chain))
        else:
            lines = save(found).splitlines()
            process.write(
                "".join(
                    f"{line}\n"
                    for line in lines
                    if line.startswith("-A") and (chain is None or f"-A {chain} " in line)
                )
            )
    except KeyError:
        process.complain("iptables: No chain/target/match by that name.")


def _iptables_save(process: Process) -> None:
    rules = process.terminal.cluster.proxy.chains(process.terminal.node)
    args = process.args
    table = args[args.index("-t") + 1] if "-t" in args and args.index("-t") + 1 < len(args) else ""
    tables = [each for each in (rules.filter, rules.nat) if table in ("", each.name)]
    process.write(save(*tables))


def _hostname(process: Process) -> None:
    process.write(f"{process.terminal.node or 'hatoba'}\n")


def _whoami(process: Process) -> None:
    process.write("root\n" if process.terminal.node else "learner\n")


PROGRAMS = (
    Program(name="ssh", start=_ssh, summary="ノードのシェルに入ります（例：ssh node-1）", on_node=False),
    Program(
        name="iptables",
        start=_iptables,
        summary="パケットの規則を表示します（-t nat -L -n）",
        at_home=False,
        cost=20,
    ),
    Program(
        name="iptables-save", start=_iptables_save, summary="規則をすべて表示します", at_home=False, cost=20
    ),
    Program(name="hostname", start=_hostname, summary="このターミナルのホスト名を表示します"),
    Program(name="whoami", start=_whoami, summary="自分のユーザー名を表示します"),
)
