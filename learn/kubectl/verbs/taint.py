"""`kubectl taint` (staging/src/k8s.io/kubectl/pkg/cmd/taint/taint.go, utils.go)."""

from __future__ import annotations

from collections.abc import Sequence

from learn.cluster.api.kinds import find_resource
from learn.cluster.api.names import label_value, qualified_name
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import SELECTOR, selected
from learn.kubectl.resources import NO_NAME, kind_of
from learn.kubectl.writes import WRITE_FLAGS, dry_run_of, print_done, update

_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


def start(call: Call) -> State | None:
    names, specs = _split(call.args)
    if not names:
        raise CommandError("error: one or more resources must be specified as <resource> <name>")
    if not specs:
        raise CommandError("error: at least one taint update is required")
    word = names[0].partition("/")[0]
    if find_resource(word) is None:
        raise CommandError(f'the server doesn\'t have a resource type "{word}"')
    if kind_of(word).kind != "Node":
        raise CommandError(f"error: invalid resource type {word}, only node types are supported")
    takes_all = call.parsed.is_on("all") or call.parsed.has("selector")
    if len(names) == 1 and "/" not in names[0] and not takes_all:
        raise CommandError(NO_NAME)
    added, removed = _parse(specs)
    dry_run = dry_run_of(call)
    for _, node in selected(call, names, all_flag=True):
        taints, done = _changed(call, node, added, removed)
        spec = {key: value for key, value in (node.get("spec") or {}).items() if key != "taints"}
        changed = {**node, "spec": {**spec, "taints": taints} if taints else spec}
        print_done(call, update(call, dry_run, changed), done, dry_run)
    return None


def _split(args: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    for index, word in enumerate(args):
        if index and ("=" in word or ":" in word or word.endswith("-")):
            return tuple(args[:index]), list(args[index:])
    return tuple(args), []


_SEE = "\nSee 'kubectl taint -h' for help and examples"


def _parse(specs: Sequence[str]) -> tuple[list[Obj], list[Obj]]:
    added: list[Obj] = []
    removed: list[Obj] = []
    for spec in specs:
        if spec.endswith("-"):
            removed.append(_taint(spec[:-1], spec, needs_effect=False))
        else:
            added.append(_taint(spec, spec, needs_effect=True))
    _refuse_doubles(added, removed)
    return added, removed


def _refuse_doubles(added: Sequence[Obj], removed: Sequence[Obj]) -> None:
    for index, taint in enumerate(added):
        if any(_same(taint, each) for each in added[:index]):
            shown = f"{{{taint['key']} {taint.get('value', '')} {taint['effect']} <nil>}}"
            raise CommandError(f"error: duplicated taints with the same key and effect: {shown}{_SEE}")
    both = [each for each in added if any(_covers(taint, each) for taint in removed)]
    if both:
        shown = ",".join(f"{each['key']}={each['effect']}" for each in both)
        raise CommandError(
            f"error: can not both modify and remove the following taint(s) in the same command: {shown}"
        )


def _covers(removed: Obj, added: Obj) -> bool:
    return bool(removed["key"] == added["key"] and removed.get("effect", added["effect"]) == added["effect"])


def _taint(text: str, spec: str, *, needs_effect: bool) -> Obj:
    pair, colon, effect = text.partition(":")
    key, equals, value = pair.partition("=")
    if ":" in effect or "=" in value:
        raise CommandError(f"error: invalid taint spec: {spec}{_SEE}")
    for reason in qualified_name(key if colon else pair):
        raise CommandError(f"error: invalid taint spec: {spec}, {reason}{_SEE}")
    for reason in label_value(value):
        raise CommandError(f"error: invalid taint spec: {spec}, {reason}{_SEE}")
    if needs_effect and not colon:
        raise CommandError(f"error: invalid taint spec: {spec}{_SEE}")
    if colon and effect not in _EFFECTS:
        raise CommandError(f"error: invalid taint effect: {effect}, unsupported taint effect{_SEE}")
    taint: Obj = {"key": key}
    if effect:
        taint["effect"] = effect
    return {**taint, "value": value} if equals and value else taint


def _changed(call: Call, node: Obj, added: Sequence[Obj], removed: Sequence[Obj]) -> tuple[list[Obj], str]:
    """The new taints, and what was done to the node."""
    old = list((node.get("spec") or {}).get("taints") or ())
    clashing = [taint["key"] for taint in added if any(_same(taint, each) for each in old)]
    if clashing and not call.parsed.is_on("overwrite"):
        raise CommandError(
            f"error: node {node['metadata']['name']} already has {', '.join(dict.fromkeys(clashing))} taint(s) with same effect(s) and --overwrite is false"
        )
    kept = old
    for taint in removed:
        left = [
            each
            for each in kept
            if each["key"] != taint["key"] or ("effect" in taint and each.get("effect") != taint["effect"])
        ]
        if len(left) == len(kept):
            effect = f":{taint['effect']}" if "effect" in taint else ""
            raise CommandError(f'error: taint "{taint["key"]}{effect}" not found')
        kept = left
    kept = [each for each in kept if not any(_same(taint, each) for taint in added)]
    done = "untainted" if not added else "modified" if (clashing or removed) else "tainted"
    return [*added, *kept], done


def _same(left: Obj, right: Obj) -> bool:
    return bool(left["key"] == right["key"] and left.get("effect") == right.get("effect"))


COMMAND = Command(
    path="taint",
    start=start,
    summary="ノードにtaintを付けるか、外します",
    usage="taint nodes 名前 キー=値:効果",
    flags=(
        *WRITE_FLAGS,
        SELECTOR,
        Flag(name="overwrite", kind=Takes.BOOL),
        Flag(name="all", kind=Takes.BOOL),
    ),
)
