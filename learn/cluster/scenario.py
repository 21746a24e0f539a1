"""A scenario as data: nodes, images, manifests, what happens when, and how long to look on.

Its file format is described in docs/scenarios.md; `scenario_from` reads it, `run` plays it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from learn.cluster.api.quantity import QuantityError, parse_json
from learn.cluster.api.versions import NEWEST, behaviour
from learn.cluster.apps import app_from
from learn.cluster.clock import DEFAULT_START, Clock
from learn.cluster.cluster import Cluster, RunEnd
from learn.cluster.engine import Limits
from learn.cluster.errors import ApiError
from learn.cluster.facts import facts
from learn.cluster.faults import KINDS
from learn.cluster.network.settings import read_settings
from learn.cluster.nodes import node_specs
from learn.cluster.objects import Obj

Step: TypeAlias = tuple[int, str, dict[str, Any]]

MAX_STEPS = 5_000
MAX_NODES = 5_000
MAX_SECONDS = 1_000_000_000


class ScenarioError(ValueError):
    """A scenario that cannot be read: an author's mistake, with the place in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What to run.  `steps` are `(at_ms, action, arguments)`; `windows` `(from_ms, to_ms)` by name.

    `origin` names a target whose first container start is t=0 of the steps; "" means the start of the run.
    """

    seed: int = 0
    version: str = NEWEST
    start: str = DEFAULT_START
    nodes: int | tuple[Mapping[str, Any], ...] = 3
    images: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    manifests: tuple[Obj, ...] = ()
    steps: tuple[Step, ...] = ()
    origin: str = ""
    duration_ms: int = 300_000
    windows: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A scenario that has been played: the cluster at its end, how it ended, its facts, and what was refused at the start."""

    scenario: Scenario
    cluster: Cluster
    end: RunEnd
    facts: Mapping[str, Any]
    refused: tuple[ApiError, ...] = ()


def run(scenario: Scenario, manifests: Sequence[Obj] = (), *, limits: Limits | None = None) -> Run:
    """Play a scenario, with further manifests (a learner's) applied after its own.

    The duration counts from the origin, too; a container that never starts ends the wait after as long again.
    """
    cluster, refused = begin(scenario, manifests, limits=limits)
    end = cluster.run_until(scenario.duration_ms)
    origin = cluster.steps.state["origin"]
    if origin and end.is_complete:
        end = cluster.run_until(origin + scenario.duration_ms)
    if end.is_complete:
        cluster.traffic.settle()
    return Run(
        scenario=scenario,
        cluster=cluster,
        end=end,
        facts=facts(cluster, scenario.windows),
        refused=refused,
    )


def begin(
    scenario: Scenario, manifests: Sequence[Obj] = (), *, limits: Limits | None = None
) -> tuple[Cluster, tuple[ApiError, ...]]:
    """The cluster of a scenario at t=0, with everything applied and every step set; and what was refused."""
    nodes = scenario.nodes if isinstance(scenario.nodes, int) else list(scenario.nodes)
    cluster = Cluster(
        seed=scenario.seed,
        nodes=nodes,
        images=scenario.images,
        version=scenario.version,
        start=scenario.start,
        settings=scenario.settings,
        limits=limits,
    )
    edges: list[Step] = [(edge, "count", {}) for bounds in scenario.windows.values() for edge in bounds]
    steps = sorted([*scenario.steps, *edges], key=lambda step: step[0])
    if steps or scenario.origin:
        cluster.act("schedule", steps=[list(step) for step in steps], started=scenario.origin)
    refused = []
    for manifest in [*scenario.manifests, *manifests]:
        try:
            cluster.act("apply", manifest=manifest)
        except ApiError as error:
            refused.append(error)
    return cluster, tuple(refused)


# -- reading -------------------------------------------------------------------------------------

_SHAPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "seed": (int, "整数"),
    "version": ((str, float), '文字列（"1.37"など）'),
    "start": (str, "日時の文字列"),
    "nodes": ((int, list, tuple), "ノードの数かリスト"),
    "images": (dict, "イメージの名前と内容の組"),
    "settings": (dict, "項目と値の組"),
    "manifests": ((list, tuple), "マニフェストのリスト"),
    "events": ((list, tuple), "出来事のリスト"),
    "origin": (str, "文字列"),
    "duration": ((int, float), "秒数"),
    "windows": (dict, "名前と、2つの秒数の組"),
    "questions": (dict, "名前と式の組"),
}
"""What each field of the file holds, and how an error names that."""


def scenario_from(data: Mapping[str, Any]) -> Scenario:
    """A Scenario from the data of its file.  Raises ScenarioError naming what is wrong and where."""
    given = _shaped(data)
    nodes = given.get("nodes", 3)
    if not 0 <= (nodes if isinstance(nodes, int) else len(nodes)) <= MAX_NODES:
        raise ScenarioError(f"nodes: 0から{MAX_NODES}台までにします。")
    try:
        node_specs(nodes)
        Clock(given.get("start", DEFAULT_START))
        behaviour(str(given.get("version", NEWEST)))
        for name, image in given.get("images", {}).items():
            app_from(name, image)
        read_settings(given.get("settings", {}))
    except (AttributeError, KeyError, TypeError, ValueError, QuantityError) as error:
        raise ScenarioError(str(error)) from error
    steps = [step for index, event in enumerate(given.get("events", ())) for step in _steps(index, event)]
    if len(steps) > MAX_STEPS:
        raise ScenarioError(f"events: {MAX_STEPS}件を超えています。")
    return Scenario(
        seed=given.get("seed", 0),
        version=str(given.get("version", NEWEST)),
        start=given.get("start", DEFAULT_START),
        nodes=nodes if isinstance(nodes, int) else tuple(nodes),
        images=given.get("images", {}),
        settings=given.get("settings", {}),
        manifests=tuple(given.get("manifests", ())),
        steps=tuple(sorted(steps, key=lambda step: step[0])),
        origin=given.get("origin", ""),
        duration_ms=_ms("duration", given.get("duration", 300)),
        windows={str(name): _window(name, bounds) for name, bounds in given.get("windows", {}).items()},
        questions={str(name): str(text) for name, text in given.get("questions", {}).items()},
    )


def _shaped(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that have a value, each of the right shape."""
    given = {name: value for name, value in data.items() if value is not None}
    unknown = sorted(str(name) for name in given.keys() - _SHAPES.keys())
    if unknown:
        raise ScenarioError(f"`{unknown[0]}`という項目はありません。書けるのは{'、'.join(_SHAPES)}です。")
    for name, value in given.items():
        wanted, words = _SHAPES[name]
        if isinstance(value, bool) or not isinstance(value, wanted):
            raise ScenarioError(f"{name}: {words}を書きます。")
    return given


def _ms(where: str, seconds: Any) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds < MAX_SECONDS:
        raise ScenarioError(f"{where}: 0以上の秒数を書きます（いまは{seconds!r}）。")
    return round(seconds * 1000)


def _window(name: str, bounds: Any) -> tuple[int, int]:
    if not isinstance(bounds, (list, tuple)) or len(bounds) != 2:
        raise ScenarioError(f"windows.{name}: 始まりと終わりの秒数を、2つ並べます。")
    return _ms(f"windows.{name}", bounds[0]), _ms(f"windows.{name}", bounds[1])


def _steps(index: int, event: Any) -> Iterable[Step]:
    """The steps of one event of a file; one with `every` gives many."""
    where = f"events[{index}]"
    if not isinstance(event, Mapping):
        raise ScenarioError(f"{where}: 項目と値の組を書きます。")
    rest = dict(event)
    at = _ms(where, rest.pop("at", 0))
    every, until = rest.pop("every", None), rest.pop("until", None)
    times = [at]
    if every is not None:
        step, last = _ms(where, every), _ms(where, until)
        if step <= 0 or (last - at) // step > MAX_STEPS:
            raise ScenarioError(f"{where}: `every`は0より大きく、回数は{MAX_STEPS}回までにします。")
        times = list(range(at, last, step))
        until = None
    verbs = [key for key in rest if key in _EVENTS]
    if len(verbs) != 1:
        raise ScenarioError(f"{where}: 次のうち、ちょうど1つを書きます。{'、'.join(sorted(_EVENTS))}")
    verb = verbs[0]
    subject = rest.pop(verb)
    try:
        steps = list(_EVENTS[verb](verb, subject, rest))
    except ScenarioError as error:
        raise ScenarioError(f"{where}: {error}") from error
    except (AttributeError, KeyError, TypeError, ValueError, QuantityError) as error:
        raise ScenarioError(f"{where}: {verb}: {error}") from error
    for time in times:
        for delay, action, arguments in steps:
            yield time + delay, action, arguments
        if until is not None:
            yield from _ending(verb, subject, _ms(where, until))


def _ending(verb: str, subject: Any, until_ms: int) -> Iterable[Step]:
    ends = {"nodeDown": "nodeUp", "stop": "resume"}
    if verb in ends:
        name = "node" if verb == "nodeDown" else "component"
        yield until_ms, ends[verb], {name: str(subject)}
    elif verb == "load":
        yield until_ms, "load", {"target": str(subject)}
    else:
        raise ScenarioError(f"{verb}: `until`を書けるのは、nodeDown、stop、loadだけです。`for`を使います。")


def _fault(verb: str, subject: Any, rest: dict[str, Any]) -> Iterable[Step]:
    """`hang: web`, with for (seconds), count, persist, namespace, and the fault's own arguments."""
    arguments = {"fault": verb, "target": str(subject), **rest}
    if "for" in arguments:
        arguments["for_ms"] = _ms(verb, arguments.pop("for"))
    yield 0, "inject", arguments


def _load(verb: str, subject: Any, rest: dict[str, Any]) -> Iterable[Step]:
    """`load: web` with rps or cpu; `for` ends it; `ramp: {to, over}` climbs step by step."""
    arguments = {"target": str(subject), **rest}
    lasts = arguments.pop("for", None)
    ramp = arguments.pop("ramp", None)
    if "cpu" in arguments:
        arguments["cpu"] = parse_json(arguments["cpu"]).milli_value()
    if ramp is None:
        yield 0, "load", arguments
    else:
        first, last, over = arguments.get("rps", 0), ramp["to"], int(ramp["over"])
        for second in range(over + 1):
            yield second * 1000, "load", {**arguments, "rps": first + (last - first) * second / max(1, over)}
    if lasts is not None:
        yield _ms(verb, lasts), "load", {"target": str(subject)}


def _named(name: str) -> Any:
    def steps(verb: str, subject: Any, rest: dict[str, Any]) -> Iterable[Step]:
        lasts = rest.pop("for", None)
        yield 0, verb, {name: str(subject), **rest}
        if lasts is not None:
            yield from _ending(verb, subject, _ms(verb, lasts))

    return steps


def _request(verb: str, subject: Any, rest: dict[str, Any]) -> Iterable[Step]:
    """`request: http://web` (or an object, see `network.targets`), with `from` and `count`."""
    count = int(rest.pop("count", 1))
    if not 0 < count <= MAX_STEPS:
        raise ValueError(f"countは1から{MAX_STEPS}までにします。")
    source = {"source": str(rest.pop("from"))} if "from" in rest else {}
    for _ in range(count):
        yield 0, "request", {"url": str(subject), **source, **rest}


def _cut(verb: str, subject: Any, rest: dict[str, Any]) -> Iterable[Step]:
    """`cut: [node/node-1, zone/zone-b]`, with `for`."""
    one, other = subject
    lasts = {"for_ms": _ms(verb, rest.pop("for"))} if "for" in rest else {}
    yield 0, "cut", {"one": str(one), "other": str(other), **lasts, **rest}


def _deploy(verb: str, subject: Any, rest: dict[str, Any]) -> Iterable[Step]:
    for manifest in subject if isinstance(subject, list) else [subject]:
        yield 0, "apply", {"manifest": manifest, **rest}


def _object(kind_and_name: Any, rest: dict[str, Any]) -> dict[str, Any]:
    """`web` (a Deployment) or `kind/name`."""
    kind, _, name = str(kind_and_name).rpartition("/")
    return {"kind": _KIND_WORDS.get(kind.lower(), kind), "name": name, **rest}


def _scale(verb: str, subject: Any, rest: dict[str, Any]) -> Iterable[Step]:
    replicas = int(rest.pop("to"))
    yield 0, "scale", {**_object(subject, rest), "replicas": replicas}


def _delete(verb: str, subject: Any, rest: dict[str, Any]) -> Iterable[Step]:
    yield (
        0,
        "deletePods" if "count" in rest else "delete",
        ({"target": str(subject), **rest} if "count" in rest else _object(subject, rest)),
    )


def _patch(verb: str, subject: Any, rest: dict[str, Any]) -> Iterable[Step]:
    patch = rest.pop("with")
    yield 0, "patch", {**_object(subject, rest), "patch": patch}


_KIND_WORDS = {
    "": "Deployment", "deployment": "Deployment", "deploy": "Deployment", "pod": "Pod", "po": "Pod",
    "service": "Service", "svc": "Service", "statefulset": "StatefulSet", "sts": "StatefulSet",
    "daemonset": "DaemonSet", "ds": "DaemonSet", "job": "Job", "cronjob": "CronJob", "replicaset": "ReplicaSet",
    "rs": "ReplicaSet", "configmap": "ConfigMap", "secret": "Secret", "hpa": "HorizontalPodAutoscaler",
    "ingress": "Ingress", "namespace": "Namespace", "pvc": "PersistentVolumeClaim",
}  # fmt: skip

_EVENTS = {
    **dict.fromkeys(KINDS, _fault),
    "load": _load,
    "deploy": _deploy,
    "scale": _scale,
    "delete": _delete,
    "patch": _patch,
    "request": _request,
    "cut": _cut,
    "flushRules": _named("node"),
    "drain": _named("node"),
    "cordon": _named("node"),
    "uncordon": _named("node"),
    "nodeDown": _named("node"),
    "nodeUp": _named("node"),
    "stop": _named("component"),
    "resume": _named("component"),
    "metric": _named("metric"),
    "nodeGroup": _named("name"),
}
