"""``python manage.py forget_learners``: delete what is kept about learners who do not come any more."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from learn.progress.middleware import MAX_AGE_S
from learn.progress.retention import forget_learners, learners_gone_since

COOKIE_DAYS = MAX_AGE_S // (24 * 3600)


class Command(BaseCommand):
    help = "長いあいだ何もしていない学習者の記録を消します。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days",
            type=int,
            default=COOKIE_DAYS,
            help=f"何日のあいだ記録が増えていない学習者を消すか（既定はCookieの期限の{COOKIE_DAYS}日）。",
        )
        parser.add_argument("--dry-run", action="store_true", help="人数だけを示し、何も消しません。")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["days"] < 1:
            raise CommandError("--daysには1以上の数を書きます。")
        since = timezone.now() - timedelta(days=options["days"])
        if options["dry_run"]:
            self.stdout.write(f"消す対象は{learners_gone_since(since).count()}人です。")
        else:
            self.stdout.write(f"{forget_learners(since)}人の記録を消しました。")
