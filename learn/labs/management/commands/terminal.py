"""`manage.py terminal`: the learners' terminal on a real one, or a script of it from standard input."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from learn.cluster.api.versions import NEWEST, SUPPORTED
from learn.cluster.cluster import Cluster
from learn.cluster.scenario import ScenarioError, begin, scenario_from
from learn.kubectl import Result, Terminal, interrupt, resume, start, terminal
from learn.labs.management.commands.simulate import read_scenario

STEP_MS = 1_000
LONGEST_WAIT_MS = 3_600_000
WARM_UP_MS = 30_000


class Command(BaseCommand):
    """Commands from standard input run one by one; `exit` ends, and so does the end of the input.

    Exit status: that of the last command; 2 when the scenario cannot be read.
    """

    help = "シミュレーターのターミナルを開きます。標準入力からコマンドを渡すと、1つずつ実行します。"
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scenario", metavar="FILE", help="はじめのクラスターを書いたシナリオ（YAML）")
        parser.add_argument(
            "--kubernetes-version",
            default=NEWEST,
            choices=SUPPORTED,
            metavar="V",
            help="Kubernetesのバージョン",
        )
        parser.add_argument("--seed", type=int, default=0, help="シード（同じ数なら同じ結果になります）")

    def handle(self, *args: Any, **options: Any) -> None:
        cluster = _cluster(options)
        there = terminal(cluster)
        interactive = sys.stdin.isatty()
        code = 0
        for line in _lines(there, interactive=interactive):
            if line.strip() in ("exit", "logout") and not there.node:
                break
            if not interactive:
                self.stdout.write(there.prompt + line)
            code = self._run(there, line, interactive=interactive)
            if not interactive and code:
                self.stdout.write(f"[終了コード {code}]")
        if code:
            sys.exit(code)

    def _run(self, there: Terminal, line: str, *, interactive: bool) -> int:
        result = start(there, line)
        self._show(result)
        waited = 0
        while (pending := result.pending) is not None:
            try:
                result = resume(there, pending, for_ms=STEP_MS)
            except KeyboardInterrupt:
                result = interrupt(there, pending)
            waited += result.elapsed_ms
            self._show(result)
            if not interactive and waited >= LONGEST_WAIT_MS and result.pending is not None:
                result = interrupt(there, result.pending)
                self._show(result)
        if result.edit is not None:
            self.stdout.write(f"編集する内容（{result.edit.name}）:\n{result.edit.text}")
        return result.exit_code

    def _show(self, result: Result) -> None:
        for stream, text in result.printed:
            (self.stdout if stream == "out" else self.stderr).write(text, ending="")


def _lines(there: Terminal, *, interactive: bool) -> Iterator[str]:
    """Lines as they are typed; a here-document is read up to its end."""
    while True:
        try:
            line = input(there.prompt) if interactive else sys.stdin.readline()
        except (EOFError, KeyboardInterrupt):
            return
        if not interactive and not line:
            return
        line = line.rstrip("\n")
        for word in _here_document_ends(line):
            for following in iter(lambda: input("> ") if interactive else sys.stdin.readline(), ""):
                body = following.rstrip("\n")
                line += "\n" + body
                if body.strip() == word:
                    break
        if line.strip():
            yield line


def _here_document_ends(line: str) -> list[str]:
    """The words that end the here-documents which a line begins."""
    parts = line.split("<<")[1:]
    words = [part.lstrip("-").strip().split()[0] for part in parts if part.lstrip("-").strip()]
    return [word.strip("'\"") for word in words]


def _cluster(options: dict[str, Any]) -> Cluster:
    """The cluster of the scenario, or three empty nodes; raises CommandError."""
    version, seed = options["kubernetes_version"], options["seed"]
    if not options["scenario"]:
        cluster = Cluster(seed=seed, version=version)
        cluster.run_for(WARM_UP_MS)
        return cluster
    path = Path(options["scenario"])
    try:
        scenario = scenario_from({"seed": seed, "version": version, **read_scenario(path)})
        cluster, refused = begin(scenario)
    except ScenarioError as error:
        raise CommandError(f"{path}: {error}", returncode=2) from error
    if refused:
        raise CommandError(f"{path}: マニフェストを適用できません（{refused[0].message}）。", returncode=2)
    cluster.run_for(WARM_UP_MS)
    return cluster
