"""``python manage.py check_predictions``: every predict question for many seeds."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from learn.authoring.predictions import Tally, tally
from learn.library import get_catalog

_ROW = "{:24} {:>6} {:>8} {:>8} {:>8} {:>8}  {}"


class Command(BaseCommand):
    help = (
        "予想の演習のすべての問いを、多くの種で出題し、正解があること、選択肢が重ならないことを確かめます。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seeds", type=int, default=10_000, help="1つの演習に使う種の数（既定は10000）")

    def handle(self, *args: Any, **options: Any) -> None:
        exercises = [each for each in get_catalog().exercises.values() if each.forecast]
        self.stdout.write(_ROW.format("exercise", "asked", "seeds", "draws", "met", "fair", ""))
        tallies = [tally(each, each.forecast, options["seeds"]) for each in exercises if each.forecast]
        for each in tallies:
            self._write(each)
        if not all(each.is_sound for each in tallies):
            sys.exit(1)

    def _write(self, each: Tally) -> None:
        state = "ok" if each.is_sound else "直すところがあります。"
        numbers = (each.questions, each.seeds, each.combinations, each.simulated, each.fair)
        self.stdout.write(_ROW.format(each.exercise, *numbers, state))
        for failure in each.failures[:5]:
            self.stdout.write(f"  {failure}")
