"""`kubectl delete` (staging/src/k8s.io/kubectl/pkg/cmd/delete/delete.go)."""

from __future__ import annotations

from learn.cluster.api.kinds import Kind
from learn.cluster.api.versions import behaviour
from learn.cluster.errors import ApiError, resource_name
from learn.cluster.objects import Obj, Ref
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import ALL_NAMESPACES, FIELD_SELECTOR, FILE_FLAGS, SELECTOR, filter_of, listed
from learn.kubectl.manifests import namespace_of, read_sources
from learn.kubectl.resources import NO_NAME, NO_RESOURCES, shown_kind, targets_of
from learn.kubectl.writes import DRY_RUN, DryRun, Problem, act, dry_run_of, tell_problems

_FORCED = (
    "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. "
    "The resource may continue to run on the cluster indefinitely."
)
_PROPAGATION = {
    "background": "Background",
    "foreground": "Foreground",
    "orphan": "Orphan",
    "true": "Background",
    "false": "Orphan",
}

Victim = tuple[Kind, Obj, str]
"""A kind, its object, and the file that named it ("" for none)."""


def start(call: Call) -> State | None:
    dry_run = dry_run_of(call)
    output = call.parsed.text("output")
    if output not in ("", "name"):
        raise CommandError(f"error: unexpected -o output mode: {output}. We only support '-o name'")
    cascade = _cascade(call)
    if cascade not in _PROPAGATION:
        raise CommandError(
            f'error: invalid cascade value ({cascade}). Must be "background", "foreground", or "orphan"'
        )
    grace = _grace(call)
    victims, problems = _victims(call)
    if call.parsed.is_on("interactive") and victims and not _confirmed(call, victims):
        return None
    if call.parsed.is_on("force") and grace == 0:
        call.warn(_FORCED)
    gone: list[Ref] = []
    for kind, obj, path in victims:
        ref = call.ref(kind, obj["metadata"]["name"], obj["metadata"].get("namespace"))
        try:
            if dry_run is not DryRun.CLIENT:
                act(
                    call, dry_run, "delete",
                    kind=kind.kind, name=ref.name, namespace=ref.namespace or "default",
                    grace_seconds=grace, propagation=_PROPAGATION[cascade],
                )  # fmt: skip
        except ApiError as error:
            problems.append(Problem(error, f'error when deleting "{path}"' if path else ""))
            continue
        _tell(call, kind, ref, dry_run)
        gone.append(ref)
    if problems:
        tell_problems(call, problems)
    elif not victims and not call.parsed.is_on("ignore-not-found"):
        call.print("No resources found")
    waits = call.parsed.is_on("wait", default=True) and not (call.parsed.is_on("force") and grace == 0)
    if not waits or dry_run is not DryRun.NONE:
        return None
    timeout = call.parsed.number("timeout", 0)
    uids = [obj["metadata"].get("uid", "") for _, obj, _ in victims]
    state: State = {"refs": [list(ref) for ref in gone], "uids": uids, "exit": call.exit_code}
    if timeout:
        state["deadline"] = call.cluster.now + timeout
    return step(call, state)


def step(call: Call, state: State) -> State | None:
    """Wait until everything is gone, or something else of the same name is there."""
    left = [Ref(*ref) for ref in state["refs"]]
    waiting = []
    for ref in left:
        obj = call.cluster.store.get(ref)
        if obj is not None and obj["metadata"].get("uid") in state["uids"]:
            waiting.append(ref)
    call.exit_code = call.exit_code or state["exit"]
    if not waiting:
        return None
    if "deadline" in state and call.cluster.now >= state["deadline"]:
        plural = resource_name(waiting[0].kind).partition(".")[0]
        raise CommandError(f"error: timed out waiting for the condition on {plural}/{waiting[0].name}")
    return {**state, "refs": [list(ref) for ref in waiting]}


def _cascade(call: Call) -> str:
    value = call.parsed.text("cascade", "background")
    replacement = {"true": "background", "false": "orphan"}.get(value)
    if replacement is None:
        return value
    call.warn(
        f"warning: --cascade={value} is deprecated (boolean value) and can be replaced with --cascade={replacement}."
    )
    return replacement


def _confirmed(call: Call, victims: list[Victim]) -> bool:
    """Whether `y` was piped in; there is nobody to type an answer."""
    call.print(f"You are about to delete the following {len(victims)} resource(s):")
    for kind, obj, _ in victims:
        call.print(f"{shown_kind(kind)}/{obj['metadata']['name']}")
    call.write("Do you want to continue? (y/n): ")
    if call.stdin.strip()[:1] in ("y", "Y"):
        return True
    call.print("deletion is cancelled")
    return False


def _grace(call: Call) -> int | None:
    if call.parsed.is_on("now"):
        if call.parsed.has("grace-period"):
            raise CommandError("error: --now and --grace-period cannot be specified together")
        if call.parsed.is_on("force"):
            raise CommandError(
                "error: --force and --grace-period greater than 0 cannot be specified together"
            )
        return 1
    seconds = call.parsed.number("grace-period", -1)
    if seconds == 0 and not call.parsed.is_on("force"):
        return 1
    if call.parsed.is_on("force") and seconds < 0:
        return 0
    if seconds > 0 and call.parsed.is_on("force"):
        raise CommandError("error: --force and --grace-period greater than 0 cannot be specified together")
    return None if seconds < 0 else seconds


def _victims(call: Call) -> tuple[list[Victim], list[Problem]]:
    if call.parsed.has("filename") or call.parsed.has("kustomize"):
        return _in_files(call)
    if not call.args:
        raise CommandError(NO_RESOURCES)
    targets = targets_of(call.args)
    takes_all = call.parsed.is_on("all") or call.parsed.has("selector") or call.parsed.has("field-selector")
    named = any(target.name for target in targets)
    if call.parsed.is_on("all") and call.parsed.has("selector"):
        raise CommandError("error: setting 'all' parameter but found a non empty selector. ")
    if named and takes_all:
        raise CommandError("error: name cannot be provided when a selector is specified")
    if not named and not takes_all:
        raise CommandError(NO_NAME)
    if named and call.every_namespace:
        raise CommandError("error: a resource cannot be retrieved by name across all namespaces")
    victims: list[Victim] = []
    problems: list[Problem] = []
    for kind, name in targets:
        if not name:
            victims += [(kind, obj, "") for obj in listed(call, kind, filter_of(call))]
            continue
        _find(call, kind, name, None, "", victims, problems)
    return victims, problems


def _in_files(call: Call) -> tuple[list[Victim], list[Problem]]:
    victims: list[Victim] = []
    problems: list[Problem] = []
    for source in read_sources(call):
        _find(call, source.kind, source.name, namespace_of(source) or None, source.path, victims, problems)
    return victims, problems


def _find(
    call: Call,
    kind: Kind,
    name: str,
    namespace: str | None,
    path: str,
    victims: list[Victim],
    problems: list[Problem],
) -> None:
    try:
        victims.append((kind, call.find(kind, name, namespace), path))
    except ApiError as error:
        if error.code != 404 or not call.parsed.is_on("ignore-not-found"):
            problems.append(Problem(error, f'error when deleting "{path}"' if path else ""))


def _tell(call: Call, kind: Kind, ref: Ref, dry_run: DryRun) -> None:
    if call.parsed.text("output") == "name":
        call.print(f"{shown_kind(kind)}/{ref.name}")
        return
    done = "force deleted" if call.parsed.is_on("force") and _grace(call) == 0 else "deleted"
    where = (
        f" from {ref.namespace} namespace"
        if kind.namespaced and behaviour(call.version).delete_names_namespace
        else ""
    )
    call.print(f'{shown_kind(kind)} "{ref.name}" {done}{where}{dry_run.suffix}')


COMMAND = Command(
    path="delete",
    start=start,
    step=step,
    summary="オブジェクトを削除します",
    usage="delete 種類 名前",
    flags=(
        *FILE_FLAGS,
        ALL_NAMESPACES,
        SELECTOR,
        FIELD_SELECTOR,
        DRY_RUN,
        Flag(name="output", short="o"),
        Flag(name="all", kind=Takes.BOOL),
        Flag(name="now", kind=Takes.BOOL),
        Flag(name="force", kind=Takes.BOOL),
        Flag(name="grace-period", kind=Takes.INT),
        Flag(name="wait", kind=Takes.BOOL),
        Flag(name="timeout", kind=Takes.DURATION),
        Flag(name="cascade", bare="background"),
        Flag(name="ignore-not-found", kind=Takes.BOOL),
        Flag(name="interactive", short="i", kind=Takes.BOOL),
        Flag(name="raw"),
    ),
)
