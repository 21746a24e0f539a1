"""``python manage.py check_lessons``: everything an author should mend."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from learn.authoring.kept import KeptRuns
from learn.authoring.report import LessonReport, check_lessons


class Command(BaseCommand):
    help = "教材を調べます。すべての演習を実行し、直すところをファイルと行で示します。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="結果をJSONで出力します。")

    def handle(self, *args: Any, **options: Any) -> None:
        run = KeptRuns(settings.HATOBA_VAR_DIR / "check_lessons")
        report = check_lessons(settings.HATOBA_LESSONS_DIR, run)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
        else:
            self._write(report)
        if report.findings:
            sys.exit(1)

    def _write(self, report: LessonReport) -> None:
        for finding in report.findings:
            self.stdout.write(str(finding))
        self.stdout.write(
            f"コース{report.courses}、レッスン{report.lessons}、クイズ{report.quizzes}、"
            f"演習{report.exercises}（解答例{report.solutions}、誤り{report.mistakes}）、用語{report.terms}"
        )
        self.stdout.write(
            f"準備中：演習{report.waiting.exercises}、目標{report.waiting.goals}、"
            f"誤り{report.waiting.mistakes}、レッスン{report.planned.lessons}（そこへのリンク{report.planned.links}）"
        )
        if report.findings:
            self.stdout.write(f"直すところが{len(report.findings)}件あります。上から順に直してください。")
        else:
            self.stdout.write("直すところはありません。")
