"""`kubectl rollout status`.

Source: staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go.
"""

from __future__ import annotations

from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.changes import changes
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import FILE_FLAGS, SELECTOR
from learn.kubectl.revisions import revision_of
from learn.kubectl.targets import write_targets

_VIEWED = frozenset({"Deployment", "StatefulSet", "DaemonSet"})


def start(call: Call) -> State | None:
    if not call.args and not call.parsed.has("filename"):
        raise CommandError("error: required resource not specified")
    found = write_targets(call, "rollout status", needs_name=False)
    if not found:
        return None
    objects = [obj for _, obj in found]
    for obj in objects:
        _check(call, obj)
    timeout = call.parsed.number("timeout", 0)
    state: State = {
        "refs": [[obj["kind"], obj["metadata"]["namespace"], obj["metadata"]["name"]] for obj in objects],
        "seen": call.cluster.trace.last_id,
        "first": True,
    }
    if timeout:
        state["deadline"] = call.cluster.now + timeout
    return step(call, state)


def _check(call: Call, obj: Obj) -> None:
    if obj["kind"] not in _VIEWED:
        raise CommandError(f"error: no status viewer has been implemented for {obj['kind']}")
    strategy = (obj["spec"].get("updateStrategy") or {}).get("type")
    if obj["kind"] != "Deployment" and strategy == "OnDelete":
        raise CommandError("error: rollout status is only available for RollingUpdate strategy type")


def step(call: Call, state: State) -> State | None:
    """Tell the status of the object at every instant in which it changed; when it is done, go on to the next."""
    refs = list(state["refs"])
    seen = call.cluster.trace.last_id
    while refs:
        kind, namespace, name = refs[0]
        obj = call.cluster.store.find(kind, namespace, name)
        by_instant = {
            change.time_ms: change.obj
            for change in changes(call.cluster, state["seen"], frozenset({kind}))
            if change.ref.name == name and change.ref.namespace == namespace and not state["first"]
        }
        versions = list(by_instant.values())
        if state["first"] and obj is not None:
            versions = [obj]
        if obj is None:
            raise CommandError("error: object has been deleted")
        done = False
        for version in versions:
            text, done = status_text(version, call.parsed.number("revision", 0))
            call.write(text)
            if done:
                break
        if not call.parsed.is_on("watch", default=True):
            done = True
        if not done:
            if "deadline" in state and call.cluster.now >= state["deadline"]:
                raise CommandError("error: timed out waiting for the condition")
            return {**state, "refs": refs, "seen": seen, "first": False}
        refs = refs[1:]
        state = {**state, "first": True}
    return None


def status_text(obj: Obj, revision: int) -> tuple[str, bool]:
    """What is printed of one version of the object, and whether the rollout is over.  Raises CommandError."""
    match obj["kind"]:
        case "Deployment":
            return _deployment(obj, revision)
        case "StatefulSet":
            return _stateful_set(obj)
        case _:
            return _daemon_set(obj)


def _observed(obj: Obj) -> bool:
    status = obj.get("status") or {}
    return bool(obj["metadata"].get("generation", 0) <= status.get("observedGeneration", 0))


def _deployment(obj: Obj, revision: int) -> tuple[str, bool]:
    name, status = obj["metadata"]["name"], obj.get("status") or {}
    if revision > 0 and revision != revision_of(obj):
        raise CommandError(
            f"error: desired revision ({revision}) is different from the running revision ({revision_of(obj)})"
        )
    if not _observed(obj):
        return "Waiting for deployment spec update to be observed...\n", False
    for condition in status.get("conditions") or ():
        if condition["type"] == "Progressing" and condition.get("reason") == "ProgressDeadlineExceeded":
            raise CommandError(f'error: deployment "{name}" exceeded its progress deadline')
    wanted = obj["spec"].get("replicas", 1)
    total, updated = status.get("replicas", 0), status.get("updatedReplicas", 0)
    available = status.get("availableReplicas", 0)
    waiting = f'Waiting for deployment "{name}" rollout to finish: '
    if updated < wanted:
        return f"{waiting}{updated} out of {wanted} new replicas have been updated...\n", False
    if total > updated:
        return f"{waiting}{total - updated} old replicas are pending termination...\n", False
    if available < updated:
        return f"{waiting}{available} of {updated} updated replicas are available...\n", False
    return f'deployment "{name}" successfully rolled out\n', True


def _stateful_set(obj: Obj) -> tuple[str, bool]:
    spec, status = obj["spec"], obj.get("status") or {}
    if not status.get("observedGeneration") or not _observed(obj):
        return "Waiting for statefulset spec update to be observed...\n", False
    wanted, ready = spec.get("replicas", 1), status.get("readyReplicas", 0)
    if ready < wanted:
        return f"Waiting for {wanted - ready} pods to be ready...\n", False
    rolling = (spec.get("updateStrategy") or {}).get("rollingUpdate") or {}
    updated = status.get("updatedReplicas", 0)
    if rolling.get("partition") is not None:
        if updated < wanted - rolling["partition"]:
            return (
                f"Waiting for partitioned roll out to finish: {updated} out of {wanted - rolling['partition']} new pods "
                "have been updated...\n"
            ), False
        return f"partitioned roll out complete: {updated} new pods have been updated...\n", True
    if status.get("updateRevision") != status.get("currentRevision"):
        return (
            f"waiting for statefulset rolling update to complete {updated} pods at revision {status.get('updateRevision')}...\n"
        ), False
    current = status.get("currentReplicas", 0)
    return (
        f"statefulset rolling update complete {current} pods at revision {status.get('currentRevision')}...\n",
        True,
    )


def _daemon_set(obj: Obj) -> tuple[str, bool]:
    name, status = obj["metadata"]["name"], obj.get("status") or {}
    if not _observed(obj):
        return "Waiting for daemon set spec update to be observed...\n", False
    wanted, updated = status.get("desiredNumberScheduled", 0), status.get("updatedNumberScheduled", 0)
    available = status.get("numberAvailable", 0)
    waiting = f'Waiting for daemon set "{name}" rollout to finish: '
    if updated < wanted:
        return f"{waiting}{updated} out of {wanted} new pods have been updated...\n", False
    if available < wanted:
        return f"{waiting}{available} of {wanted} updated pods are available...\n", False
    return f'daemon set "{name}" successfully rolled out\n', True


COMMAND = Command(
    path="rollout status",
    start=start,
    step=step,
    summary="ロールアウトが終わるまで様子を表示します",
    usage="rollout status 種類/名前",
    flags=(
        *FILE_FLAGS,
        SELECTOR,
        Flag(name="watch", short="w", kind=Takes.BOOL),
        Flag(name="timeout", kind=Takes.DURATION),
        Flag(name="revision", kind=Takes.INT),
    ),
)
