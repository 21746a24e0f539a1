"""`kubectl logs`.

Source: staging/src/k8s.io/kubectl/pkg/cmd/logs/logs.go, polymorphichelpers/logsforobject.go; the server's refusals:
pkg/registry/core/pod/strategy.go, pkg/kubelet/kubelet_pods.go (validateContainerLogStatus).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from learn.cluster.clock import parse_timestamp
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.containers import (
    container_names,
    default_container,
    init_names,
    log_lines,
    one_pod,
    pods_behind,
)
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import SELECTOR, listed, nothing_found
from learn.kubectl.resources import kind_of, one_target

_USAGE = (
    "error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\n"
    "POD or TYPE/NAME is a required argument for the logs command\n"
    "See 'kubectl logs -h' for help and examples"
)
_HAVING_PODS = frozenset(
    {"DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "Service", "StatefulSet"}
)
_SELECTOR_TAIL = 10
_MAX_FOLLOWED = 5


class Source(NamedTuple):
    """One container whose log is printed."""

    pod: Obj
    container: str


def start(call: Call) -> State | None:
    _check_flags(call)
    sources = _sources(call)
    if sources is None:
        return None
    seen: dict[str, list[int]] = {}
    for source in sources:
        lines = _first_lines(call, source)
        _print(call, source, lines)
        everything = log_lines(call.cluster, source.pod, source.container)
        seen[_key(source)] = _mark(everything)
    if not call.parsed.is_on("follow"):
        return None
    return step(call, {"seen": seen, "sources": [_key(source) for source in sources]})


def _key(source: Source) -> str:
    meta = source.pod["metadata"]
    return f"{meta['namespace']}/{meta['name']}/{meta['uid']}/{source.container}"


def _mark(lines: Sequence[tuple[int, str]]) -> list[int]:
    """The instant of the last line, and how many lines it has."""
    last = lines[-1][0] if lines else -1
    return [last, sum(1 for ms, _ in lines if ms == last)]


def step(call: Call, state: State) -> State | None:
    """Print what the containers have said since; over when none of them runs any longer."""
    seen = dict(state["seen"])
    goes_on = False
    for key in state["sources"]:
        namespace, name, uid, container = key.split("/")
        pod = call.cluster.store.find("Pod", namespace, name)
        if pod is None or pod["metadata"]["uid"] != uid:
            continue
        source = Source(pod, container)
        lines = log_lines(call.cluster, pod, container)
        last, count = seen[key]
        same = [each for each in lines if each[0] == last]
        fresh = [*same[count:], *(each for each in lines if each[0] > last)]
        _print(call, source, fresh)
        if lines:
            seen[key] = _mark(lines)
        goes_on = goes_on or "running" in _state(pod, container) or not _state(pod, container)
    if not goes_on:
        return None
    # A line of a log is no change of an object, so every instant may bring one.
    return {**state, "seen": seen, "deadline": call.cluster.engine.next_due()}


def _check_flags(call: Call) -> None:
    """Raises CommandError for flags that contradict each other (LogsOptions.Validate)."""
    container = call.parsed.text("container") or "".join(call.args[1:2])
    if call.parsed.is_on("all-containers") and container:
        raise CommandError(
            f"error: --all-containers=true should not be specified with container name {container}"
        )
    if call.parsed.has("limit-bytes") and call.parsed.number("limit-bytes", 0) < 1:
        raise CommandError("error: --limit-bytes must be greater than 0")
    if call.parsed.has("since") and call.parsed.has("since-time"):
        raise CommandError("error: at most one of `sinceTime` or `sinceSeconds` may be specified")
    if call.parsed.number("tail", -1) < -1:
        raise CommandError("error: --tail must be greater than or equal to -1")


def _sources(call: Call) -> list[Source] | None:
    if call.parsed.has("selector"):
        if call.args:
            raise CommandError(
                "error: only a selector (-l) or a POD name is allowed\nSee 'kubectl logs -h' for help and examples"
            )
        return _selected(call)
    if not call.args:
        raise CommandError(_USAGE)
    if len(call.args) > 2:
        raise CommandError(_USAGE)
    container = call.parsed.text("container")
    if len(call.args) == 2:
        if container:
            raise CommandError("error: only one of -c or an inline [CONTAINER] arg is allowed")
        container = call.args[1]
    pods = _pods(call)
    found = [source for pod in pods for source in _containers(call, pod, container)]
    return found


def _selected(call: Call) -> list[Source] | None:
    kind = kind_of("pods")
    pods = listed(call, kind)
    if not pods:
        call.warn(nothing_found(call, [kind]))
        return None
    limit = call.parsed.number("max-log-requests", _MAX_FOLLOWED)
    if call.parsed.is_on("follow") and len(pods) > limit:
        raise CommandError(
            f"error: you are attempting to follow {len(pods)} log streams, but maximum allowed concurrency is {limit}, "
            "use --max-log-requests to increase the limit"
        )
    container = call.parsed.text("container")
    return [source for pod in pods for source in _containers(call, pod, container)]


def _pods(call: Call) -> list[Obj]:
    target = one_target(call.args)
    if target.kind.kind == "Pod":
        try:
            return [call.find(target.kind, target.name)]
        except ApiError as error:
            raise _missing(call, error) from None
    try:
        obj = call.find(target.kind, target.name)
    except ApiError as error:
        raise _missing(call, error) from None
    if target.kind.kind not in _HAVING_PODS:
        shown = f"*v1.{target.kind.kind}"
        raise CommandError(f"error: cannot get the logs from {shown}: selector for {shown} not implemented")
    if not (obj.get("spec") or {}).get("selector"):
        raise CommandError(f"error: cannot get the logs from *v1.{target.kind.kind}: selector is empty")
    if call.parsed.is_on("all-pods"):
        return pods_behind(call, target.kind, obj)
    pods = pods_behind(call, target.kind, obj)
    chosen = one_pod(call, target.kind, obj)
    if len(pods) > 1:
        call.warn(f"Found {len(pods)} pods, using pod/{chosen['metadata']['name']}")
    return [chosen]


def _missing(call: Call, error: ApiError) -> CommandError:
    return CommandError(
        f'error: error from server (NotFound): {error.message} in namespace "{call.namespace}"'
    )


def _containers(call: Call, pod: Obj, container: str) -> list[Source]:
    if call.parsed.is_on("all-containers"):
        return [Source(pod, name) for name in (*init_names(pod), *container_names(pod))]
    if not container:
        return [Source(pod, default_container(call, pod))]
    if container not in (*container_names(pod), *init_names(pod)):
        raise CommandError(f"error: container {container} is not valid for pod {pod['metadata']['name']}")
    return [Source(pod, container)]


def _state(pod: Obj, container: str) -> Obj:
    status = pod.get("status") or {}
    for each in (*(status.get("containerStatuses") or ()), *(status.get("initContainerStatuses") or ())):
        if each["name"] == container:
            return each.get("state") or {}
    return {}


def _first_lines(call: Call, source: Source) -> list[tuple[int, str]]:
    """The lines that there are, after `--since` and `--tail`.  Raises CommandError (BadRequest)."""
    previous = call.parsed.is_on("previous")
    name = source.pod["metadata"]["name"]
    lines = log_lines(call.cluster, source.pod, source.container, previous=previous)
    if previous:
        if not _has_ended_before(source):
            raise _refused(f'previous terminated container "{source.container}" in pod "{name}" not found')
    elif not lines:
        _refuse_waiting(call, source)
    return _cut(call, lines)


def _has_ended_before(source: Source) -> bool:
    status = source.pod.get("status") or {}
    for each in (*(status.get("containerStatuses") or ()), *(status.get("initContainerStatuses") or ())):
        if each["name"] == source.container:
            return bool((each.get("lastState") or {}).get("terminated"))
    return False


def _refuse_waiting(call: Call, source: Source) -> None:
    pod, name = source.pod, source.pod["metadata"]["name"]
    if not pod["spec"].get("nodeName"):
        return
    waiting = _state(pod, source.container).get("waiting")
    if waiting is None:
        return
    reason = waiting.get("reason", "")
    if reason in ("ErrImagePull", "ImagePullBackOff"):
        reason = "trying and failing to pull image"
    elif reason == "CrashLoopBackOff":
        return
    raise _refused(f'container "{source.container}" in pod "{name}" is waiting to start: {reason}')


def _refused(message: str) -> CommandError:
    return CommandError(f"Error from server (BadRequest): {message}")


def _cut(call: Call, lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    if call.parsed.has("since"):
        since = call.cluster.now - call.parsed.number("since", 0)
        lines = [each for each in lines if each[0] >= since]
    if call.parsed.has("since-time"):
        try:
            instant = parse_timestamp(call.parsed.text("since-time")) - call.cluster.clock.start_ms
        except ValueError as error:
            raise CommandError(f"error: {error}") from None
        lines = [each for each in lines if each[0] >= instant]
    default = _SELECTOR_TAIL if call.parsed.has("selector") else -1
    tail = call.parsed.number("tail", default)
    if tail == 0:
        return []
    return lines if tail < 0 else lines[-tail:]


def _print(call: Call, source: Source, lines: Sequence[tuple[int, str]]) -> None:
    prefix = ""
    if call.parsed.is_on("prefix") or call.parsed.is_on("all-pods"):
        prefix = f"[pod/{source.pod['metadata']['name']}/{source.container}] "
    for ms, text in lines:
        stamp = (
            call.cluster.clock.micro_timestamp(ms)[:-1] + "000Z " if call.parsed.is_on("timestamps") else ""
        )
        call.print(f"{prefix}{stamp}{text}")


COMMAND = Command(
    path="logs",
    start=start,
    step=step,
    summary="コンテナのログを表示します",
    usage="logs Pod名 [-c コンテナ]",
    flags=(
        SELECTOR,
        Flag(name="follow", short="f", kind=Takes.BOOL),
        Flag(name="previous", short="p", kind=Takes.BOOL),
        Flag(name="container", short="c"),
        Flag(name="tail", kind=Takes.INT),
        Flag(name="since", kind=Takes.DURATION),
        Flag(name="since-time"),
        Flag(name="timestamps", kind=Takes.BOOL),
        Flag(name="prefix", kind=Takes.BOOL),
        Flag(name="all-containers", kind=Takes.BOOL),
        Flag(name="all-pods", kind=Takes.BOOL),
        Flag(name="max-log-requests", kind=Takes.INT),
        Flag(name="limit-bytes", kind=Takes.INT),
        Flag(name="ignore-errors", kind=Takes.BOOL),
        Flag(name="pod-running-timeout", kind=Takes.DURATION),
    ),
)
