"""``python manage.py check_predictions``: every predict question for many seeds."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from learn.authoring.predictions import Tally, tally
from learn.authoring.tables import aligned
from learn.library import get_catalog

_HEAD = ("演習", "問い", "種", "数の組", "出た組", "使える組", "判定")
_SHOWN = 5
"""Faults of an exercise that are printed."""


class Command(BaseCommand):
    help = (
        "予想の演習のすべての問いを、多くの種で出題し、正解があること、選択肢が重ならないことを確かめます。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seeds", type=int, default=10_000, help="1つの演習に使う種の数（既定は10000）")

    def handle(self, *args: Any, **options: Any) -> None:
        exercises = [each for each in get_catalog().exercises.values() if each.forecast]
        tallies = [tally(each, each.forecast, options["seeds"]) for each in exercises if each.forecast]
        self.stdout.write(aligned([_HEAD, *map(_cells, tallies)]))
        for each in tallies:
            for failure in each.failures[:_SHOWN]:
                self.stdout.write(f"{each.exercise}：{failure}")
        if not all(each.is_sound for each in tallies):
            sys.exit(1)
        self.stdout.write("どの問いにも正解があり、選択肢が重なりません。")


def _cells(each: Tally) -> tuple[str, ...]:
    numbers = (each.questions, each.seeds, each.combinations, each.simulated, each.fair)
    return each.exercise, *map(str, numbers), "よい" if each.is_sound else "直す"
