"""`kubectl apply`.

Source: staging/src/k8s.io/kubectl/pkg/cmd/apply/apply.go, patcher.go.
"""

from __future__ import annotations

import json
import re

from learn.cluster.api.apply import (
    ApplyResult,
    apply_three_way,
    is_applied,
    last_applied,
    missing_annotation_warning,
    prune_unknown,
    with_last_applied,
)
from learn.cluster.api.conformance import decode_error, strict_warnings, validate_schema
from learn.cluster.api.patch import PatchError
from learn.cluster.api.removals import deprecation_warning
from learn.cluster.errors import ApiError, bad_request, patch_refused
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.gotext import go_text
from learn.kubectl.lookup import FILE_FLAGS, SELECTOR, selected
from learn.kubectl.manifests import Source, namespace_of, read_sources
from learn.kubectl.writes import WRITE_FLAGS, DryRun, Problem, act, dry_run_of, print_done, tell_problems
from learn.kubectl.yamltext import to_json, to_yaml

VALIDATE = Flag(name="validate", bare="strict")
_VALIDATIONS = {"true": "strict", "strict": "strict", "warn": "warn", "false": "ignore", "ignore": "ignore"}


def start(call: Call) -> State | None:
    if call.args:
        raise CommandError(
            f"error: Unexpected args: [{' '.join(call.args)}]\nSee 'kubectl apply -h' for help and examples"
        )
    require_files(call)
    if call.parsed.is_on("force") and call.parsed.is_on("server-side"):
        raise CommandError("error: --force cannot be used with --server-side")
    if call.parsed.is_on("prune"):
        raise CommandError("error: --pruneは、このターミナルでは使えません。")
    dry_run = dry_run_of(call)
    if call.parsed.is_on("server-side") and dry_run is DryRun.CLIENT:
        raise CommandError(
            "error: --dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)"
        )
    sources = read_sources(call, validates=validation_of(call) != "ignore")
    if not sources:
        raise CommandError("error: no objects passed to apply")
    problems = []
    for source in sources:
        try:
            _apply(call, source, dry_run)
        except _Refused as refused:
            problems.append(refused.problem)
    if problems:
        tell_problems(call, problems)
    return None


class _Refused(Exception):
    def __init__(self, error: ApiError, doing: str) -> None:
        super().__init__(error.message)
        self.problem = Problem(error, doing)


def require_files(call: Call) -> None:
    if not call.parsed.has("filename") and not call.parsed.has("kustomize"):
        raise CommandError("error: must specify one of -f and -k")


def validation_of(call: Call) -> str:
    value = call.parsed.text("validate", "strict")
    if value not in _VALIDATIONS:
        raise CommandError(
            f'error: invalid - validate option "{value}"; must be one of: strict (or true), warn, ignore (or false)'
        )
    return _VALIDATIONS[value]


def decoded(call: Call, source: Source) -> Obj:
    """The object as the server takes it in.  Raises ApiError (BadRequest) for what it refuses to decode."""
    mode = validation_of(call)
    problems = list(validate_schema(source.obj, version=call.version))
    refused = decode_error(source.obj, problems, duplicates=source.duplicates, strict=mode == "strict")
    if refused:
        raise bad_request(refused)
    if mode == "warn":
        for text in strict_warnings(problems):
            call.warn(f"Warning: {text}")
    warning = deprecation_warning(source.obj["apiVersion"], source.obj["kind"], call.version)
    if warning:
        call.warn(f"Warning: {warning}")
    return source.obj if mode == "strict" else prune_unknown(source.obj, version=call.version)


def _apply(call: Call, source: Source, dry_run: DryRun) -> None:
    if not source.name:
        raise CommandError(_nameless(source))
    if call.parsed.is_on("server-side"):
        _apply_on_server(call, source, dry_run)
        return
    live = call.cluster.store.get(call.ref(source.kind, source.name, namespace_of(source) or None))
    if live is None:
        _create(call, source, dry_run)
        return
    if not is_applied(live):
        call.warn(missing_annotation_warning(source.kind.plural, source.name))
    result = _three_way(call, live, source)
    if result.is_unchanged:
        print_done(call, live, "unchanged", dry_run)
        return
    if dry_run is DryRun.CLIENT:
        print_done(call, result.result, "configured", dry_run)
        return
    _check_patch(call, source, result)
    lenient = validation_of(call) != "strict"
    changed = prune_unknown(result.result, version=call.version) if lenient else result.result
    try:
        updated = act(call, dry_run, "update", manifest=changed)
    except ApiError as error:
        raise _Refused(error, _patching(source, result)) from None
    print_done(call, updated, "configured", dry_run)


_UNMARSHAL = re.compile(r"json: cannot unmarshal .* of type (\S+)$")


def _check_patch(call: Call, source: Source, result: ApplyResult) -> None:
    """What the server says to a patch that does not decode (endpoints/handlers/patch.go).  Raises CommandError."""
    try:
        decoded(call, source)
    except ApiError as error:
        _, _, why = error.message.partition(f"cannot be handled as a {source.kind.kind}: ")
        if found := _UNMARSHAL.search(why):
            why = f"unrecognized type: {found[1]}"
        value = json.dumps(go_text(result.patch), ensure_ascii=False)
        raise CommandError(f"The request is invalid: patch: Invalid value: {value}: {why}") from None


def _three_way(call: Call, live: Obj, source: Source) -> ApplyResult:
    try:
        return apply_three_way(live, source.obj, version=call.version)
    except PatchError as error:
        raise _Refused(patch_refused(str(error)), f'error when patching "{source.path}"') from None


def _create(call: Call, source: Source, dry_run: DryRun) -> None:
    try:
        obj = with_last_applied(source.obj)
        if dry_run is not DryRun.CLIENT:
            kept = with_last_applied(decoded(call, source))
            kept["metadata"]["annotations"] = obj["metadata"]["annotations"]
            obj = act(call, dry_run, "create", manifest=kept)
    except ApiError as error:
        raise _Refused(error, f'error when creating "{source.path}"') from None
    print_done(call, obj, "created", dry_run)


def _apply_on_server(call: Call, source: Source, dry_run: DryRun) -> None:
    try:
        obj = act(
            call,
            dry_run,
            "apply",
            manifest=decoded(call, source),
            namespace=call.namespace,
            server_side=True,
            field_manager=call.parsed.text("field-manager") or "kubectl",
            force=call.parsed.is_on("force-conflicts"),
        )
    except ApiError as error:
        if error.message.startswith("Apply failed with "):
            raise CommandError(_conflict_text(error.message)) from None
        raise _Refused(error, "") from None
    print_done(call, obj, "serverside-applied", dry_run)


def _conflict_text(message: str) -> str:
    """Source: apply.go (the explanation after a conflict)."""
    return (
        f"error: {message}\n"
        "Please review the fields above--they currently have other managers. Here\n"
        "are the ways you can resolve this warning:\n"
        "* If you intend to manage all of these fields, please re-run the apply\n"
        "  command with the `--force-conflicts` flag.\n"
        "* If you do not intend to manage all of the fields, please edit your\n"
        "  manifest to remove references to the fields that should keep their\n"
        "  current managers.\n"
        "* You may co-own fields by updating your manifest to match the existing\n"
        "  value; in this case, you'll become the manager if the other manager(s)\n"
        "  stop managing the field (remove it from their configuration).\n"
        "See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts"
    )


def resource_text(source: Source, name: str) -> str:
    """`Resource: …, GroupVersionKind: …` and the line below it (resource.Info)."""
    kind = source.kind
    version = f"{kind.group}/{kind.version}"
    return (
        f'Resource: "{version}, Resource={kind.plural}", GroupVersionKind: "{version}, Kind={kind.kind}"\n'
        f'Name: "{name}", Namespace: "{namespace_of(source)}"'
    )


def _nameless(source: Source) -> str:
    return (
        f"error: error when retrieving current configuration of:\n{resource_text(source, '')}\n"
        f'from server for: "{source.path}": resource name may not be empty'
    )


def _patching(source: Source, result: ApplyResult) -> str:
    patch = to_json(result.patch, indent=None)
    return (
        f"error when applying patch:\n{patch}\nto:\n{resource_text(source, source.name)}\n"
        f'for: "{source.path}": error when patching "{source.path}"'
    )


def _view_last_applied(call: Call) -> State | None:
    for _, obj in selected(call, call.args):
        if not is_applied(obj):
            raise CommandError(
                f"error: no last-applied-configuration annotation found on resource: {obj['metadata']['name']}"
            )
        found = last_applied(obj)
        call.write(to_json(found) + "\n" if call.parsed.text("output") == "json" else to_yaml(found))
    return None


COMMAND = Command(
    path="apply",
    start=start,
    summary="マニフェストのとおりに作るか、変えます",
    usage="apply -f ファイル",
    flags=(
        *FILE_FLAGS,
        *WRITE_FLAGS,
        VALIDATE,
        SELECTOR,
        Flag(name="server-side", kind=Takes.BOOL),
        Flag(name="force-conflicts", kind=Takes.BOOL),
        Flag(name="force", kind=Takes.BOOL),
        Flag(name="grace-period", kind=Takes.INT),
        Flag(name="overwrite", kind=Takes.BOOL),
        Flag(name="prune", kind=Takes.BOOL),
        Flag(name="all", kind=Takes.BOOL),
        Flag(name="wait", kind=Takes.BOOL),
        Flag(name="timeout", kind=Takes.DURATION),
    ),
    children={
        "view-last-applied": Command(
            path="apply view-last-applied",
            start=_view_last_applied,
            summary="最後にapplyした内容を表示します",
            flags=(*FILE_FLAGS, SELECTOR, Flag(name="output", short="o"), Flag(name="all", kind=Takes.BOOL)),
        )
    },
)
