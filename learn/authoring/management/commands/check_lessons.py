"""``python manage.py check_lessons``: everything an author should mend."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from learn.authoring.fairness import Row, failing_cases, table, tried
from learn.authoring.kept import KeptRuns
from learn.authoring.lessons import read_lessons
from learn.authoring.report import LessonReport, check_lessons
from learn.content.model import Exercise, ExerciseType


class Command(BaseCommand):
    help = "教材を調べます。すべての演習を実行し、直すところをファイルと行で示します。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="結果をJSONで出力します。")
        parser.add_argument(
            "--fairness",
            action="store_true",
            help="解答例を書き換えた版と壊した版で、目標の公平さを調べます。",
        )
        parser.add_argument("--exercise", metavar="ID", help="--fairnessで調べる演習（省くとすべて）。")
        parser.add_argument("--seed", type=int, default=0, help="--fairnessの乱数の種（既定は0）。")
        parser.add_argument(
            "--sample",
            type=int,
            metavar="N",
            help="--fairnessで、演習ごとに書き換えと壊した版をN件ずつ調べます。",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["fairness"]:
            self._try_fairness(options["exercise"], options["seed"], options["sample"])
            return
        run = KeptRuns(settings.HATOBA_VAR_DIR / "check_lessons")
        report = check_lessons(settings.HATOBA_LESSONS_DIR, run)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
        else:
            self._write(report)
        if report.findings:
            sys.exit(1)

    def _try_fairness(self, exercise_id: str | None, seed: int, sample: int | None) -> None:
        if sample is not None and sample < 1:
            raise CommandError("--sampleには1以上の数を書きます。")
        rows: list[Row] = []
        for exercise in _manifest_exercises(exercise_id):
            row = tried(exercise, seed=seed, sample=sample)
            rows.append(row)
            for case in failing_cases(row):
                self.stdout.write(case)
        self.stdout.write(table(rows))
        found = [finding for row in rows for finding in row.findings]
        for finding in found:
            self.stdout.write(str(finding))
        if found:
            self.stdout.write(f"直すところが{len(found)}件あります（乱数の種は{seed}）。")
            sys.exit(1)
        self.stdout.write("どの演習も、正しい書き換えを受け入れ、壊した版を見分けます。")

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


def _manifest_exercises(exercise_id: str | None) -> list[Exercise]:
    lessons = read_lessons(settings.HATOBA_LESSONS_DIR)
    if lessons.broken:
        raise CommandError("\n".join(map(str, lessons.broken)))
    exercises = [each for each in lessons.catalog.exercises.values() if each.type is ExerciseType.MANIFEST]
    chosen = [each for each in exercises if exercise_id in (None, each.id)]
    if not chosen:
        raise CommandError(f"マニフェストの演習「{exercise_id}」がありません。")
    return chosen
