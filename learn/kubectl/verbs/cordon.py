"""`kubectl cordon` and `kubectl uncordon` (staging/src/k8s.io/kubectl/pkg/cmd/drain/drain.go)."""

from __future__ import annotations

from learn.cluster.api.kinds import kind_of
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj, labels_of
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.lookup import SELECTOR, filter_of
from learn.kubectl.writes import DRY_RUN, DryRun, act, dry_run_of


def nodes_of(call: Call, verb: str) -> list[Obj]:
    """The nodes that are named or selected; missing ones are told.  Raises CommandError for none."""
    see = f"\nSee 'kubectl {verb} -h' for help and examples"
    if not call.args and not call.parsed.has("selector"):
        raise CommandError(f"error: USAGE: {verb} NODE [flags]{see}")
    if call.args and call.parsed.has("selector"):
        raise CommandError(f"error: cannot specify both a node name and a --selector option{see}")
    if call.parsed.has("selector"):
        wanted = filter_of(call).labels
        return [node for node in call.cluster.store.objects("Node") if wanted.matches(labels_of(node))]
    kind = kind_of("", "Node")
    assert kind is not None
    found = []
    for word in call.args:
        try:
            found.append(call.find(kind, word.removeprefix("node/").removeprefix("nodes/")))
        except ApiError as error:
            call.fail(error)
    return found


def set_unschedulable(call: Call, node: Obj, dry_run: DryRun, *, wanted: bool) -> None:
    """Cordon or uncordon one node, and say so."""
    name = node["metadata"]["name"]
    done = "cordoned" if wanted else "uncordoned"
    if bool((node.get("spec") or {}).get("unschedulable")) is wanted:
        call.print(f"node/{name} already {done}{dry_run.suffix}")
        return
    if dry_run is not DryRun.CLIENT:
        act(call, dry_run, "cordon" if wanted else "uncordon", node=name)
    call.print(f"node/{name} {done}{dry_run.suffix}")


def _cordon(call: Call) -> State | None:
    dry_run = dry_run_of(call)
    for node in nodes_of(call, "cordon"):
        set_unschedulable(call, node, dry_run, wanted=True)
    return None


def _uncordon(call: Call) -> State | None:
    dry_run = dry_run_of(call)
    for node in nodes_of(call, "uncordon"):
        set_unschedulable(call, node, dry_run, wanted=False)
    return None


CORDON = Command(
    path="cordon",
    start=_cordon,
    summary="ノードに新しいPodを置かないようにします",
    usage="cordon ノード",
    flags=(SELECTOR, DRY_RUN),
)
UNCORDON = Command(
    path="uncordon",
    start=_uncordon,
    summary="ノードに再びPodを置けるようにします",
    usage="uncordon ノード",
    flags=(SELECTOR, DRY_RUN),
)
