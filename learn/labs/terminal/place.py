"""Whose terminal, and which of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from learn.content.model import Exercise
from learn.labs.terminal.session import Session, exercise_session, new_session
from learn.progress.models import Terminal

_ADDRESSES = ("run", "complete", "start-over", "bring-back", "journal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A learner's own terminal, or the one in which they work on an exercise."""

    learner_id: UUID
    exercise: Exercise | None = None

    @property
    def exercise_id(self) -> str:
        return self.exercise.id if self.exercise else ""

    @property
    def terminals(self) -> QuerySet[Terminal]:
        """The one in use, then one that was set aside."""
        rows = Terminal.objects.filter(learner_id=self.learner_id, exercise_id=self.exercise_id)
        return rows.order_by("-number")

    @property
    def url(self) -> str:
        return self.exercise.url if self.exercise else reverse("labs:terminal")

    @property
    def addresses(self) -> dict[str, str]:
        """Where the page's forms go, by what they do."""
        prefix, args = ("labs:practice", [self.exercise_id]) if self.exercise else ("labs:terminal", [])
        found = {name.replace("-", "_"): reverse(f"{prefix}-{name}", args=args) for name in _ADDRESSES}
        return {**found, "page": self.url}

    def begin(self, seed: int) -> Session:
        """A new cluster; that of an exercise is the same for everybody."""
        return exercise_session(self.exercise.scenario) if self.exercise else new_session(seed)
