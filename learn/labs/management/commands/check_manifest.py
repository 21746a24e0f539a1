"""`manage.py check_manifest`: the manifest check on the command line."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from learn.cluster.api.versions import NEWEST, SUPPORTED
from learn.sandbox.diagnostics import Diagnostic
from learn.sandbox.pipeline import Report, check

_SUFFIXES = (".yaml", ".yml", ".json")
_STANDARD_INPUT = "-"


class Command(BaseCommand):
    """Exit status: 0 without errors, 1 with errors, 2 when the input cannot be read."""

    help = "マニフェストを確かめ、直すところを日本語で表示します。"
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "sources", nargs="+", metavar="FILE|DIR|-", help="ファイル、フォルダー、-（標準入力）"
        )
        parser.add_argument("--json", action="store_true", help="1件を1行のJSONで出力します")
        parser.add_argument(
            "--kubernetes-version",
            default=NEWEST,
            choices=SUPPORTED,
            metavar="V",
            help=f"確かめるKubernetesのバージョン（{SUPPORTED[0]}〜{NEWEST}、既定は{NEWEST}）",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        failed = False
        for source in options["sources"]:
            for name, data in _read(source):
                report = check(data, version=options["kubernetes_version"])
                failed = failed or bool(report.errors)
                for line in _json_lines(name, report) if options["json"] else _text_lines(name, report):
                    self.stdout.write(line)
        if failed:
            sys.exit(1)


def _read(source: str) -> Iterator[tuple[str, bytes]]:
    """(name, content) of a file, of each manifest below a folder, or of standard input."""
    if source == _STANDARD_INPUT:
        yield source, sys.stdin.buffer.read()
        return
    path = Path(source)
    files = (
        sorted(p for p in path.rglob("*") if p.suffix in _SUFFIXES and p.is_file())
        if path.is_dir()
        else [path]
    )
    if not files:
        raise CommandError(f"{source}: マニフェスト（.yaml、.yml、.json）がありません。", returncode=2)
    for file in files:
        try:
            yield str(file), file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file}: 読めません（{error.strerror}）。", returncode=2) from error


def _json_lines(name: str, report: Report) -> Iterator[str]:
    for diagnostic in report.diagnostics:
        yield json.dumps({"file": name, **diagnostic.as_json()}, ensure_ascii=False)


def _text_lines(name: str, report: Report) -> Iterator[str]:
    for diagnostic in report.diagnostics:
        yield from _describe(name, diagnostic)
    counts = "、".join(f"{severity.label}{count}件" for severity, count in report.counts.items() if count)
    yield f"{name}: {counts or '問題は見つかりませんでした'}。"


def _describe(name: str, diagnostic: Diagnostic) -> Iterator[str]:
    span = diagnostic.span
    yield f"{name}:{span.line}:{span.column}: {diagnostic.severity.label}: {diagnostic.what} [{diagnostic.code}]"
    yield f"    なぜか: {diagnostic.why}"
    yield f"    どう直すか: {diagnostic.cure}"
    if diagnostic.english:
        first = diagnostic.english.splitlines()[0]
        yield f"    実際の表示: {first}"
