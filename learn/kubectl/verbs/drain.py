"""`kubectl drain`.

Source: staging/src/k8s.io/kubectl/pkg/cmd/drain/drain.go, pkg/drain/drain.go, pkg/drain/filters.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from learn.cluster.api.labels import Selector
from learn.cluster.api.selectors import SelectorError, parse_selector
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj, controller_of, labels_of
from learn.cluster.pods import is_terminal
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import SELECTOR
from learn.kubectl.verbs.cordon import nodes_of, set_unschedulable
from learn.kubectl.writes import DRY_RUN, DryRun, dry_run_of

RETRY_MS = 5_000
_MIRROR = "kubernetes.io/config.mirror"

LOCAL = "cannot delete Pods with local storage (use --delete-emptydir-data to override)"
UNMANAGED = "cannot delete cannot delete Pods that declare no controller (use --force to override)"
DAEMON = "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)"
_LOCAL_WARNING = "deleting Pods with local storage"
_UNMANAGED_WARNING = "deleting Pods that declare no controller"
_DAEMON_WARNING = "ignoring DaemonSet-managed Pods"


def start(call: Call) -> State | None:
    dry_run = dry_run_of(call)
    nodes = nodes_of(call, "drain")
    if not nodes:
        return None
    for node in nodes:
        set_unschedulable(call, node, dry_run, wanted=True)
    names = [node["metadata"]["name"] for node in nodes]
    timeout = call.parsed.number("timeout", 0)
    state: State = {"nodes": names, "failed": [], "pods": None, "dry": dry_run.value}
    if timeout:
        state["until"] = call.cluster.now + timeout
    return step(call, state)


def step(call: Call, state: State) -> State | None:
    """Go on with the first node: begin it, try refused evictions again, see which Pods are gone."""
    while state["nodes"]:
        node = state["nodes"][0]
        if state["pods"] is None:
            state = _begin(call, state, node)
        if state["pods"]:
            state = _continue(call, state)
            if state["pods"]:
                return state
        if node not in {name for name, _ in state["failed"]}:
            call.print(f"node/{node} drained{DryRun(state['dry']).suffix}")
        state = {**state, "nodes": state["nodes"][1:], "pods": None}
    if state["failed"]:
        call.warn("There are pending nodes to be drained:")
        for name, _ in state["failed"]:
            call.warn(f" {name}")
        for _, problem in state["failed"]:
            call.warn(problem)
        call.exit_code = 1
    return None


def _pod_selector(call: Call) -> Selector:
    try:
        return parse_selector(call.parsed.text("pod-selector"))
    except SelectorError as error:
        raise CommandError(f"error: {error}") from None


def _begin(call: Call, state: State, node: str) -> State:
    """Sort the Pods of a node: those that go, and why the drain must be refused."""
    wanted = _pod_selector(call)
    pods_here = [pod for pod in call.cluster.store.pods_on(node) if wanted.matches(labels_of(pod))]
    chosen, refusals, warnings = _sorted_pods(call, pods_here)
    if refusals:
        text = ", ".join(f"{why}: {', '.join(names)}" for why, names in refusals.items())
        call.warn(f'error: unable to drain node "{node}" due to error: {text}, continuing command...')
        return {**state, "failed": [*state["failed"], [node, text]], "pods": []}
    if warnings:
        call.warn("Warning: " + "; ".join(f"{why}: {', '.join(names)}" for why, names in warnings.items()))
    pods = []
    for pod in chosen:
        meta = pod["metadata"]
        call.print(f"evicting pod {meta['namespace']}/{meta['name']}{DryRun(state['dry']).suffix}")
        if state["dry"] == DryRun.NONE.value:
            pods.append([meta["namespace"], meta["name"], meta["uid"], 0])
    return {**state, "pods": pods}


def _sorted_pods(
    call: Call, pods: Sequence[Obj]
) -> tuple[list[Obj], Mapping[str, list[str]], Mapping[str, list[str]]]:
    chosen: list[Obj] = []
    refusals: dict[str, list[str]] = {}
    warnings: dict[str, list[str]] = {}
    for pod in pods:
        name = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
        if _MIRROR in (pod["metadata"].get("annotations") or {}):
            continue
        refusal, warning, goes = _verdict(call, pod)
        if refusal:
            refusals.setdefault(refusal, []).append(name)
        if warning:
            warnings.setdefault(warning, []).append(name)
        if goes and not refusal:
            chosen.append(pod)
    return chosen, refusals, warnings


def _verdict(call: Call, pod: Obj) -> tuple[str, str, bool]:
    """(why the drain is refused, what is warned of, whether the Pod goes), filter by filter."""
    if is_terminal(pod):
        return "", "", True
    owner = controller_of(pod)
    if owner and owner["kind"] == "DaemonSet":
        if not call.parsed.is_on("ignore-daemonsets"):
            return DAEMON, "", False
        return "", _DAEMON_WARNING, False
    warning = ""
    if any(volume.get("emptyDir") is not None for volume in pod["spec"].get("volumes") or ()):
        if not (call.parsed.is_on("delete-emptydir-data")):
            return LOCAL, "", False
        warning = _LOCAL_WARNING
    if owner is None:
        if not call.parsed.is_on("force"):
            return UNMANAGED, "", False
        warning = warning or _UNMANAGED_WARNING
    return "", warning, True


def _continue(call: Call, state: State) -> State:
    """Evict what is due; tell which Pods are gone.  `pods` holds [namespace, name, uid, when to try]."""
    left = []
    retry: int | None = None
    now = call.cluster.now
    for namespace, name, uid, due in state["pods"]:
        pod = call.cluster.store.find("Pod", namespace, name)
        if pod is None or pod["metadata"]["uid"] != uid:
            call.print(f"pod/{name} evicted")
            continue
        if due >= 0 and now >= due:
            due = _evict(call, namespace, name, now)
            pod = call.cluster.store.find("Pod", namespace, name)
            if pod is None:
                call.print(f"pod/{name} evicted")
                continue
        if due > 0:
            retry = due if retry is None else min(retry, due)
        left.append([namespace, name, uid, due])
    if "until" in state and now >= state["until"] and left:
        raise CommandError(_timeout_text(state["nodes"][0], left))
    waits = [each for each in (retry, state.get("until")) if each is not None]
    state = {key: value for key, value in state.items() if key != "deadline"}
    return {**state, "pods": left, **({"deadline": min(waits)} if waits else {})}


def _timeout_text(node: str, left: Sequence[Sequence[object]]) -> str:
    problem = f'error when waiting for pod "{left[0][1]}" in namespace "{left[0][0]}" to terminate: global timeout reached'
    return (
        f'error: unable to drain node "{node}" due to error: {problem}, continuing command...\n'
        f"There are pending nodes to be drained:\n {node}\n{problem}"
    )


def _evict(call: Call, namespace: str, name: str, now: int) -> int:
    """Ask for an eviction; gives when to try again (-1: it was taken)."""
    try:
        if call.parsed.is_on("disable-eviction"):
            call.cluster.act("delete", kind="Pod", name=name, namespace=namespace)
        else:
            grace = call.parsed.number("grace-period", -1)
            call.cluster.act(
                "evict", name=name, namespace=namespace, grace_seconds=None if grace < 0 else grace
            )
    except ApiError as error:
        if error.code == 429:
            call.warn(
                f'error when evicting pods/"{name}" -n "{namespace}" (will retry after 5s): {error.message}'
            )
            return now + RETRY_MS
        if error.code == 404:
            return -1
        raise
    return -1


COMMAND = Command(
    path="drain",
    start=start,
    step=step,
    summary="ノードを空にします（cordonしてからPodを退避させます）",
    usage="drain ノード --ignore-daemonsets",
    flags=(
        SELECTOR,
        DRY_RUN,
        Flag(name="ignore-daemonsets", kind=Takes.BOOL),
        Flag(name="delete-emptydir-data", kind=Takes.BOOL),
        Flag(name="force", kind=Takes.BOOL),
        Flag(name="disable-eviction", kind=Takes.BOOL),
        Flag(name="grace-period", kind=Takes.INT),
        Flag(name="timeout", kind=Takes.DURATION),
        Flag(name="pod-selector"),
        Flag(name="skip-wait-for-delete-timeout", kind=Takes.INT),
        Flag(name="chunk-size", kind=Takes.INT),
    ),
)
