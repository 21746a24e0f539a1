"""A broken course never starts: the checks without runs, as Django system checks."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from learn.authoring.lessons import read_lessons
from learn.content.model import Finding


@register()
def check_lesson_files(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Errors for files that cannot become lessons, warnings for their words and shape."""
    lessons = read_lessons(settings.HATOBA_LESSONS_DIR)
    broken: list[CheckMessage] = [Error(str(each), id=_id(each)) for each in lessons.broken]
    return broken + [Warning(str(each), id=_id(each)) for each in lessons.untidy]


def _id(finding: Finding) -> str:
    return f"authoring.{finding.code}"
