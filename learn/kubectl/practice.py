"""A terminal exercise: the cluster it begins with, a script played on it, and how it stands against its goals."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from learn.cluster.cluster import Cluster
from learn.cluster.engine import Limits
from learn.cluster.pastfacts import facts_since_start
from learn.cluster.scenario import ScenarioError, begin, scenario_from
from learn.kubectl import interrupt, resume, start, terminal
from learn.sandbox.goals import CompiledGoal, GoalResult, GoalState
from learn.sandbox.runs import plain, shown_objects

NOT_ANSWERED = "まだ答えていません。"
GAP_MS = 1_000
"""A script's next line comes a second after the end of the one before."""

LONGEST_WAIT_MS = 60_000
"""What waits longer than this in a script (`get -w`, `logs -f`) is ended by Ctrl-C."""

RUNNING = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A command line, what it printed, its exit code (None while it waits) and when it began."""

    line: str
    output: str
    exit_code: int | None
    at_ms: int

    def as_value(self) -> dict[str, Any]:
        """A command as goals see it."""
        code = RUNNING if self.exit_code is None else self.exit_code
        return {"line": self.line, "output": self.output, "exitCode": code, "ms": self.at_ms}


def opened(scenario: str, *, limits: Limits | None = None) -> Cluster:
    """The cluster of a scenario (JSON text) after its `duration`, as a learner first sees it.

    Raises ScenarioError for a scenario that cannot be read, is refused, or does not come to its end.
    """
    source = scenario_from(json.loads(scenario))
    cluster, refused = begin(source, limits=limits)
    if refused:
        raise ScenarioError(f"APIサーバーが受け付けませんでした。{refused[0].message}")
    end = cluster.run_until(source.duration_ms)
    if not end.is_complete:
        raise ScenarioError(f"上限（{end.limit}）に達したため止まりました。")
    return cluster


def play(cluster: Cluster, script: str) -> tuple[Ran, ...]:
    """Run the lines of a script one by one, as a learner would; a here-document is one line."""
    files: dict[str, str] = {}
    memory: dict[str, Any] = {}
    ran = []
    for line in script_lines(script):
        there = terminal(cluster, files, memory)
        at_ms = cluster.now
        result = start(there, line)
        if result.pending is not None:
            result = result.followed_by(resume(there, result.pending, for_ms=LONGEST_WAIT_MS))
        if result.pending is not None:
            result = result.followed_by(interrupt(there, result.pending))
        ran.append(Ran(line=line, output=result.output, exit_code=result.exit_code, at_ms=at_ms))
        cluster.run_for(GAP_MS)
    return tuple(ran)


def script_lines(script: str) -> Iterator[str]:
    """Lines, without the empty ones; one that ends in a backslash or opens a here-document takes those after it."""
    whole: list[str] = []
    end = ""
    for line in script.split("\n"):
        whole.append(line)
        if end:
            if line.strip() != end:
                continue
            end = ""
        elif line.endswith("\\"):
            continue
        elif "<<" in line:
            end = line.partition("<<")[2].lstrip("-").split()[0].strip("'\"")
            continue
        if "".join(whole).strip():
            yield "\n".join(whole)
        whole = []
    if "".join(whole).strip():
        yield "\n".join(whole)


def values_now(cluster: Cluster, past: Mapping[str, Any], commands: Iterable[Ran]) -> dict[str, Any]:
    """The variables of goals: every object, the facts since the start (`past` is kept with a snapshot), the commands."""
    return plain(
        {
            "cluster": shown_objects(cluster),
            "facts": facts_since_start(past, cluster),
            "commands": [each.as_value() for each in commands],
        }
    )


def judge(
    goals: Sequence[CompiledGoal], values: Mapping[str, Any], answers: Mapping[str, str | None]
) -> tuple[GoalResult, ...]:
    """How each goal stands; `answers` has an entry, empty before an answer, for each goal that asks for one."""
    return tuple(_judged(goal, values, answers) for goal in goals)


def _judged(goal: CompiledGoal, values: Mapping[str, Any], answers: Mapping[str, str | None]) -> GoalResult:
    answer = read_answer(answers.get(goal.goal.id) or "")
    if goal.goal.id in answers and not answer:
        return GoalResult(id=goal.goal.id, state=GoalState.UNMET, message=NOT_ANSWERED)
    return goal.evaluate({**values, "answer": answer})


def read_answer(text: str) -> str:
    """An answer as goals compare it: full-width letters as half-width, spaces as one, none around it."""
    return " ".join(unicodedata.normalize("NFKC", text).split())
