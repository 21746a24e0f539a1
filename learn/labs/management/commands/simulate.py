"""`manage.py simulate`: play a scenario file and answer its questions."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError

from learn.cluster.engine import LimitReached
from learn.cluster.scenario import Run, ScenarioError, run, scenario_from
from learn.sandbox.goals import CompiledGoal, GoalError, GoalSpec, compile_goals

_MAX_BYTES = 1_000_000
_UNSHOWN_KINDS = frozenset({"Event", "Lease"})


class Command(BaseCommand):
    """Exit status: 0 when the run reached its end, 1 when a limit ended it, 2 for a file that cannot be read."""

    help = "シナリオを仮想の時間で実行し、質問の答えと、起きたことの要約を表示します。"
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "scenario", metavar="SCENARIO.yaml", help="シナリオのファイル（docs/scenarios.md）"
        )
        parser.add_argument("--json", action="store_true", help="答え、事実、要約をJSONで出力します")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["scenario"])
        data = read_scenario(path)
        try:
            scenario = scenario_from(data)
            questions = compile_goals(
                GoalSpec(id=name, expression=f"dyn({text})", run="scenario")
                for name, text in scenario.questions.items()
            )
            done = run(scenario)
        except (ScenarioError, GoalError) as error:
            raise CommandError(f"{path}: {error}", returncode=2) from error
        except LimitReached as reached:
            raise CommandError(
                f"{path}: {_limit_text(reached.limit, reached.value, reached.at_ms)}"
            ) from reached
        report = summary(done, _answers(done, questions))
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
        else:
            for line in _lines(report):
                self.stdout.write(line)
        if not done.end.is_complete:
            sys.exit(1)


def read_scenario(path: Path) -> Mapping[str, Any]:
    """The data of a scenario file, with the manifests that it names by file read in."""
    data = _load(path)
    if not isinstance(data, dict):
        raise CommandError(f"{path}: シナリオは、項目を並べたYAMLで書きます。", returncode=2)
    manifests: list[Any] = []
    listed = data.get("manifests") or []
    for each in listed if isinstance(listed, list) else [listed]:
        if isinstance(each, str) and "\n" not in each:
            manifests += _documents(path.parent / each)
        elif isinstance(each, str):
            manifests += _parsed(path, each)
        else:
            manifests.append(each)
    return {**data, "manifests": [each for each in manifests if each is not None]}


def _load(path: Path) -> Any:
    documents = _documents(path)
    return documents[0] if documents else None


def _documents(path: Path) -> list[Any]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path}: 読めません（{error.strerror}）。", returncode=2) from error
    if len(content) > _MAX_BYTES:
        raise CommandError(f"{path}: 大きすぎます（上限は{_MAX_BYTES}バイト）。", returncode=2)
    return _parsed(path, content)


def _parsed(path: Path, content: str | bytes) -> list[Any]:
    try:
        return list(yaml.load_all(content, yaml.CSafeLoader))
    except yaml.YAMLError as error:
        raise CommandError(f"{path}: YAMLとして読めません。{error}", returncode=2) from error


def _answers(done: Run, questions: tuple[CompiledGoal, ...]) -> dict[str, Any]:
    """The value of every question, over the final objects (`cluster`) and the facts (`facts`)."""
    cluster = [obj for ref, obj in done.cluster.store if ref.kind not in _UNSHOWN_KINDS]
    values = {
        "objects": list(done.scenario.manifests),
        "templates": [],
        "cluster": cluster,
        "facts": done.facts,
    }
    plain = json.loads(json.dumps(values, default=str))
    return {question.goal.id: question.program.eval(data=plain).plain_value() for question in questions}


def summary(done: Run, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What the command prints: answers, facts, how the run ended, and how much happened of each kind."""
    changes: dict[str, int] = {}
    for entry in done.cluster.trace.entries:
        changes[entry.change] = changes.get(entry.change, 0) + 1
    return {
        "answers": dict(answers),
        "facts": done.facts,
        "end": {"ms": done.end.now_ms, "limit": done.end.limit, "bound": done.end.bound},
        "refused": [{"reason": error.reason, "message": error.message} for error in done.refused],
        "trace": {
            "entries": len(done.cluster.trace.entries),
            "digest": done.cluster.trace.digest(),
            "changes": dict(sorted(changes.items())),
        },
    }


def _limit_text(limit: str, bound: int, at_ms: int) -> str:
    return f"{at_ms / 1000:g}秒で、上限（{limit}={bound}）に達したため止めました。"


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    for refusal in report["refused"]:
        yield f"APIサーバーが受け付けませんでした。{refusal['message']}"
    for name, answer in report["answers"].items():
        yield f"{name}: {json.dumps(answer, ensure_ascii=False)}"
    facts = report["facts"]
    for app, series in facts["ready"].items():
        steps = "、".join(f"{step['ms'] / 1000:g}秒から{step['count']}" for step in series)
        yield f"Readyの数 {app}: {steps or '0のまま'}"
    for each in facts["restarts"]:
        yield f"再起動 {each['pod']}/{each['container']}: {each['ms'] / 1000:g}秒（{each['reason']}、終了コード{each['exitCode']}）"
    for target, counts in facts["requests"].items():
        yield f"リクエスト {target}: 送信{counts['sent']}、失敗{counts['failed']}"
    end = report["end"]
    if end["limit"]:
        yield _limit_text(end["limit"], end["bound"], end["ms"])
    yield f"{end['ms'] / 1000:g}秒まで実行しました（トレース{report['trace']['entries']}件）。"
