"""Goals about behaviour: the manifest is run against scenarios and judged by what happens."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Protocol

from learn.cluster.api.defaults import apply_defaults
from learn.cluster.cluster import Cluster
from learn.cluster.engine import LimitReached, Limits
from learn.cluster.errors import ApiError
from learn.cluster.scenario import Run, run, scenario_from
from learn.sandbox.goals import CompiledGoal, GoalResult, GoalState
from learn.sandbox.objects import templates_of
from learn.sandbox.pipeline import Report, check

RUN_LIMITS = Limits(
    objects=4_000,
    pods=100,
    timers=20_000,
    timers_per_instant=10_000,
    trace_entries=6_000,
    virtual_ms=24 * 3_600_000,
)
"""Bounds of one run of an exercise, chosen so that a few runs together stay below two seconds of CPU."""

_LIMIT_REASONS: Mapping[str, str] = {
    "pods": "Podが{bound}個を超えました。",
    "objects": "オブジェクトが{bound}個を超えました。",
}
_TOO_MUCH = "起きることが多すぎました。再起動や作り直しが繰り返されていないかを見直します。"

_UNSHOWN_KINDS = frozenset({"Event", "Lease"})


class ScenarioSource(Protocol):
    """What is needed of an exercise's run: its name, and its scenario as JSON text."""

    @property
    def id(self) -> str: ...
    @property
    def scenario(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One run of a manifest. `run` is empty, and `stopped` tells why, when it could not even begin."""

    id: str
    run: Run | None
    stopped: str = ""
    """Why the run ended before its time, in Japanese; "" for a run to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A manifest checked and run; `report.goals` holds every goal, in the order in which they were given."""

    report: Report
    played: tuple[Played, ...]

    def of(self, run_id: str) -> Played | None:
        return next((each for each in self.played if each.id == run_id), None)


def try_out(text: str, *, goals: Sequence[CompiledGoal], runs: Sequence[ScenarioSource]) -> Trial:
    """Check a manifest, then run it against each scenario unless it has errors.

    Goals that name a run are unknown without one. Never raises for any text; an exception is a fault of
    ours (in the simulator or a scenario) and must never count against the learner.
    """
    report = check(text, goals=[goal for goal in goals if not goal.goal.run])
    results = {result.id: result for result in report.goals}
    about_runs = [goal for goal in goals if goal.goal.run]
    played: tuple[Played, ...] = ()
    if report.errors or not report.objects:
        results |= {g.goal.id: GoalResult(id=g.goal.id, state=GoalState.UNKNOWN) for g in about_runs}
    else:
        written = [obj.value for obj in report.objects]
        played = tuple(play(each.id, each.scenario, _as_json(written)) for each in runs)
        results |= {each.id: each for each in _judged(about_runs, played, written, report.version)}
    ordered = tuple(results[goal.goal.id] for goal in goals)
    return Trial(report=replace(report, goals=ordered), played=played)


@lru_cache(maxsize=48)
def play(run_id: str, scenario: str, manifests: str) -> Played:
    """Run manifests (JSON text of a list) against a scenario (JSON text); equal inputs are run once.

    Raises ScenarioError for a scenario that cannot be read.
    """
    source = scenario_from(json.loads(scenario))
    try:
        done = run(source, json.loads(manifests), limits=RUN_LIMITS)
    except LimitReached as reached:
        return Played(id=run_id, run=None, stopped=_limit_text(reached.limit, reached.value, reached.at_ms))
    if done.refused:
        return Played(id=run_id, run=done, stopped=_refusal_text(done.refused[0]))
    if not done.end.is_complete:
        at_ms = done.end.now_ms - (done.cluster.steps.state["origin"] or 0)
        return Played(id=run_id, run=done, stopped=_limit_text(done.end.limit, done.end.bound, at_ms))
    return Played(id=run_id, run=done)


def _limit_text(limit: str, bound: int, at_ms: int) -> str:
    reason = _LIMIT_REASONS.get(limit, _TOO_MUCH).format(bound=bound)
    return f"{max(0, at_ms) // 1000}秒で実行を止めました。{reason}"


def _refusal_text(error: ApiError) -> str:
    return f"APIサーバーが受け付けませんでした。実際の表示は「{error}」です。"


def _judged(
    goals: Iterable[CompiledGoal],
    played: Sequence[Played],
    written: Sequence[dict[str, Any]],
    version: str,
) -> Iterable[GoalResult]:
    objects = [apply_defaults(value, version=version) for value in written]
    manifest = {"objects": objects, "templates": [t for value in objects for t in templates_of(value)]}
    outcomes = {each.id: each for each in played}
    seen: dict[str, dict[str, Any]] = {}
    for goal in goals:
        outcome = outcomes[goal.goal.run]
        if outcome.run is None or outcome.stopped:
            yield GoalResult(id=goal.goal.id, state=GoalState.UNMET, message=outcome.stopped)
            continue
        if outcome.id not in seen:
            seen[outcome.id] = plain({**manifest, **outcome_values(outcome.run)})
        yield goal.evaluate(seen[outcome.id])


def outcome_values(done: Run) -> dict[str, Any]:
    """The variables `cluster` (every object at the end, but Events and Leases) and `facts`."""
    return {"cluster": shown_objects(done.cluster), "facts": done.facts}


def shown_objects(cluster: Cluster) -> list[dict[str, Any]]:
    """Every object but Events and Leases."""
    return [obj for ref, obj in cluster.store if ref.kind not in _UNSHOWN_KINDS]


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Data that the CEL library takes: dicts, lists and scalars only."""
    data: dict[str, Any] = json.loads(json.dumps(values))
    return data


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
