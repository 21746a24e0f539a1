"""Whether texts pass an exercise: each goes through the real check, equal objects run once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from learn.cluster.api.defaults import apply_defaults
from learn.sandbox.goals import CompiledGoal, GoalState
from learn.sandbox.pipeline import check
from learn.sandbox.runs import ScenarioSource, try_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Why a text does not pass: codes of its errors, else the ids of its unmet goals; empty if it passes."""

    reasons: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """The goals and runs of one exercise, and what the runs of each set of objects have shown."""

    goals: Sequence[CompiledGoal]
    runs: Sequence[ScenarioSource]
    _known: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def verdict(self, text: str) -> Verdict:
        """The verdict that the exercise page would give."""
        report = check(text, goals=[each for each in self.goals if not each.goal.run])
        if report.errors:
            return Verdict(reasons=tuple(each.code for each in report.errors))
        unmet = tuple(each.id for each in report.goals if each.state is not GoalState.MET)
        if unmet or not report.objects:
            return Verdict(reasons=unmet or ("no-objects",))
        stored = [apply_defaults(obj.value, version=report.version) for obj in report.objects]
        key = json.dumps(stored, sort_keys=True)
        if key not in self._known:
            self._known[key] = self._unmet_when_run(text)
        return Verdict(reasons=self._known[key])

    def _unmet_when_run(self, text: str) -> tuple[str, ...]:
        about_runs = [each for each in self.goals if each.goal.run]
        goals = try_out(text, goals=about_runs, runs=self.runs).report.goals
        return tuple(each.id for each in goals if each.state is not GoalState.MET)
