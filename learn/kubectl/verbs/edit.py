"""`kubectl edit`: asks for the browser's editor, then takes its text back.

Source: staging/src/k8s.io/kubectl/pkg/cmd/util/editor/editoptions.go.  The text that comes back stands in the
learner's folder; `--from-editor FILE` hands it over.  What is sent is the difference to the object as it was when
the editor was opened, so that what has changed meanwhile stays.
"""

from __future__ import annotations

import hashlib

import yaml

from learn.cluster.api.conformance import decode_error, validate_schema
from learn.cluster.api.schema import schema_of
from learn.cluster.api.strategicdiff import two_way_patch
from learn.cluster.errors import ApiError, bad_request
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, EditRequest, State
from learn.kubectl.errors import CommandError, error_text
from learn.kubectl.flags import Flag
from learn.kubectl.lookup import FILE_FLAGS
from learn.kubectl.manifests import yaml_words
from learn.kubectl.output import object_name, without_managed_fields
from learn.kubectl.targets import write_targets
from learn.kubectl.writes import WRITE_FLAGS, DryRun, act, dry_run_of, print_done
from learn.kubectl.yamltext import to_yaml

_HEADER = (
    "# Please edit the object below. Lines beginning with a '#' will be ignored,\n"
    "# and an empty file will abort the edit. If an error occurs while saving this file will be\n"
    "# reopened with the relevant failures.\n"
    "#\n"
)


def start(call: Call) -> State | None:
    found = write_targets(call, "edit")
    if not found:
        return None
    if len(found) > 1:
        raise CommandError("error: このターミナルでは、一度に1つのオブジェクトだけを編集できます。")
    _, obj = found[0]
    path = call.parsed.text("from-editor")
    if not path:
        argv = _again(call, obj)
        text = to_yaml(without_managed_fields(obj))
        call.files.write(_opened(argv[-1]), text)
        call.edit = EditRequest(name=object_name(obj), text=_HEADER + text, argv=argv)
        return None
    _save(call, obj, path)
    return None


def _again(call: Call, obj: Obj) -> tuple[str, ...]:
    namespace = obj["metadata"].get("namespace")
    where = ("-n", namespace) if namespace else ()
    digest = hashlib.sha256(object_name(obj).encode()).hexdigest()[:8]
    return ("edit", object_name(obj), *where, "--from-editor", f".kube/edit-{digest}.yaml")


def _opened(path: str) -> str:
    """Where the object stands as it was when the editor was opened."""
    return path.removesuffix(".yaml") + ".orig.yaml"


def _save(call: Call, obj: Obj, path: str) -> None:
    text = call.files.read(path)
    call.files.remove(path)
    body = "\n".join(line for line in (text or "").split("\n") if not line.startswith("#"))
    if not body.strip():
        call.warn("Edit cancelled, saved file was empty.")
        return
    try:
        edited = yaml.load(body, yaml.CSafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        told = f"error parsing edited-file: error converting YAML to JSON: {yaml_words(error)}"
        _reopen(call, obj, body, told)
        return
    original = yaml.load(
        call.files.read(_opened(path)) or to_yaml(without_managed_fields(obj)), yaml.CSafeLoader
    )
    call.files.remove(_opened(path))
    if edited == original:
        call.warn("Edit cancelled, no changes made.")
        return
    try:
        changed = _checked(call, edited)
        dry_run = dry_run_of(call)
        updated = _send(call, dry_run, original, changed)
    except ApiError as error:
        call.files.write(_opened(path), to_yaml(original))
        _reopen(call, obj, body, error_text(error, call.version))
        return
    print_done(call, updated, "edited", dry_run)


def _send(call: Call, dry_run: DryRun, original: Obj, changed: Obj) -> Obj:
    """Raises ApiError, CommandError for another object than the one that was opened."""
    if any(_identity(original, key) != _identity(changed, key) for key in ("apiVersion", "kind", "name")):
        raise CommandError("error: At least one of apiVersion, kind and name was changed")
    schema = schema_of(original["apiVersion"], original["kind"], call.version)
    is_builtin = schema is not None and schema.name.startswith("io.k8s.")
    meta = original["metadata"]
    patched: Obj = act(
        call,
        dry_run,
        "patch",
        kind=original["kind"],
        name=meta["name"],
        namespace=meta.get("namespace") or "default",
        patch=two_way_patch(original, changed, schema if is_builtin else None),
        patch_type="strategic" if is_builtin else "merge",
    )
    return patched


def _identity(obj: Obj, key: str) -> object:
    return obj["metadata"].get(key) if key == "name" else obj.get(key)


def _checked(call: Call, edited: object) -> Obj:
    if not isinstance(edited, dict) or not isinstance(edited.get("metadata"), dict):
        raise bad_request("Object 'Kind' is missing in the edited text")
    refused = decode_error(edited, validate_schema(edited, version=call.version))
    if refused:
        raise bad_request(refused)
    return edited


def _reopen(call: Call, obj: Obj, body: str, problem: str) -> None:
    """The editor again, with the failure on top as comments."""
    name = object_name(obj)
    comments = "".join(f"# {line}\n" for line in problem.splitlines())
    header = _HEADER + f"# {name.replace('/', ' ', 1)} was not valid:\n" + comments + "#\n"
    call.warn(f"error: {name} could not be saved: {problem}")
    call.exit_code = 1
    call.edit = EditRequest(name=name, text=header + body, argv=_again(call, obj))


COMMAND = Command(
    path="edit",
    start=start,
    summary="オブジェクトをエディターで編集します",
    usage="edit 種類/名前",
    flags=(*FILE_FLAGS, *WRITE_FLAGS, Flag(name="from-editor"), Flag(name="save-config")),
)
