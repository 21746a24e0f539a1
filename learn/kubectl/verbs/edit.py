"""`kubectl edit`: asks for the browser's editor, then takes its text back.

Source: staging/src/k8s.io/kubectl/pkg/cmd/util/editor/editoptions.go.  The text that comes back stands in the
learner's folder; `--from-editor FILE` hands it over.
"""

from __future__ import annotations

import hashlib

import yaml

from learn.cluster.api.conformance import decode_error, validate_schema
from learn.cluster.errors import ApiError, bad_request
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, EditRequest, State
from learn.kubectl.errors import CommandError, error_text
from learn.kubectl.flags import Flag
from learn.kubectl.lookup import FILE_FLAGS
from learn.kubectl.output import object_name
from learn.kubectl.targets import write_targets
from learn.kubectl.writes import WRITE_FLAGS, act, dry_run_of, print_done
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
        raise CommandError("error: この端末では、一度に1つのオブジェクトだけを編集できます。")
    _, obj = found[0]
    path = call.parsed.text("from-editor")
    if not path:
        text = _HEADER + to_yaml(obj)
        call.edit = EditRequest(name=object_name(obj), text=text, argv=_again(call, obj))
        return None
    _save(call, obj, path)
    return None


def _again(call: Call, obj: Obj) -> tuple[str, ...]:
    namespace = obj["metadata"].get("namespace")
    where = ("-n", namespace) if namespace else ()
    digest = hashlib.sha256(object_name(obj).encode()).hexdigest()[:8]
    return ("edit", object_name(obj), *where, "--from-editor", f".kube/edit-{digest}.yaml")


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
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        _reopen(
            call,
            obj,
            body,
            f"error parsing edited-file: error converting YAML to JSON: yaml: {line}{getattr(error, 'problem', '')}",
        )
        return
    original = yaml.load(to_yaml(obj), yaml.CSafeLoader)
    if edited == original:
        call.warn("Edit cancelled, no changes made.")
        return
    try:
        changed = _checked(call, edited)
        dry_run = dry_run_of(call)
        updated = act(call, dry_run, "update", manifest=changed)
    except ApiError as error:
        _reopen(call, obj, body, error_text(error, call.version))
        return
    print_done(call, updated, "edited", dry_run)


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
