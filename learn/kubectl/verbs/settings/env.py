"""`kubectl set env`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from learn.cluster.api.kinds import Kind
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.resources import NOTHING_SPECIFIED, targets_of
from learn.kubectl.targets import write_targets
from learn.kubectl.verbs.settings.common import FLAGS, change_each, pod_spec_of, split_assignments

_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
_NAME_RULE = (
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', "
    "and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', "
    f"regex used for validation is '{_NAME.pattern}')"
)


def start(call: Call) -> State | None:
    names, pairs = split_assignments(call.args)
    pairs = [*pairs, *call.parsed.texts("env")]
    if not names and not call.parsed.has("filename"):
        raise CommandError(NOTHING_SPECIFIED)
    source = call.parsed.text("from")
    if call.parsed.is_on("list"):
        _list(call, names)
        return None
    if names:
        targets_of(names)
    added = [*_from_source(call, source), *(_variable(pair) for pair in pairs if not pair.endswith("-"))]
    removed = [pair[:-1] for pair in pairs if pair.endswith("-") and "=" not in pair]
    pattern = call.parsed.text("containers") or "*"

    def change(obj: Obj, kind: Kind) -> None:
        containers = pod_spec_of(obj, kind).get("containers") or ()
        chosen = [each for each in containers if pattern in ("*", each["name"])]
        if not chosen:
            name = obj["metadata"]["name"]
            call.warn(f'Warning: {kind.kind}/{name} does not have any containers matching "{pattern}"')
        for container in chosen:
            _change(container, added, removed)

    change_each(call, names, "set env", "env updated", change)
    return None


def _change(container: Obj, added: Sequence[Obj], removed: Sequence[str]) -> None:
    env: list[Any] = [each for each in container.get("env") or () if each["name"] not in removed]
    for variable in added:
        place = next((i for i, each in enumerate(env) if each["name"] == variable["name"]), None)
        if place is None:
            env.append(variable)
        else:
            env[place] = variable
    if env:
        container["env"] = env
    else:
        container.pop("env", None)


def _variable(pair: str) -> Obj:
    name, _, value = pair.partition("=")
    if _NAME.fullmatch(name) is None:
        raise CommandError(f'error: "{name}" is not a valid key name: {_NAME_RULE}')
    return {"name": name, "value": value}


def _from_source(call: Call, source: str) -> list[Obj]:
    """The keys of a ConfigMap or Secret as references."""
    if not source:
        return []
    target = targets_of([source])[0]
    field = {"ConfigMap": "configMapKeyRef", "Secret": "secretKeyRef"}.get(target.kind.kind)
    if field is None:
        raise CommandError(f"error: unsupported resource specified in --from: *v1.{target.kind.kind}")
    try:
        data = call.find(target.kind, target.name).get("data") or {}
    except ApiError as error:
        raise CommandError(f"Error from server ({error.reason}): {error.message}") from None
    keys = call.parsed.texts("keys")
    prefix = call.parsed.text("prefix")
    found = []
    for key in sorted(data):
        if keys and key not in keys:
            continue
        name = re.sub(r"[^A-Za-z0-9_]", "_", key).upper()
        if name != key:
            call.warn(f"Warning: key {key} transferred to {name}")
        found.append({"name": prefix + name, "valueFrom": {field: {"key": key, "name": target.name}}})
    return found


def _list(call: Call, names: tuple[str, ...]) -> None:
    for kind, obj in write_targets(call, "set env", names):
        for container in pod_spec_of(obj, kind).get("containers") or ():
            call.print(f"# {kind.kind} {obj['metadata']['name']}, container {container['name']}")
            for variable in container.get("env") or ():
                _list_one(call, variable)


def _list_one(call: Call, variable: Obj) -> None:
    source = variable.get("valueFrom")
    if not source:
        call.print(f"{variable['name']}={variable.get('value', '')}")
    elif key := source.get("configMapKeyRef"):
        call.print(f"# {variable['name']} from configmap {key['name']}, key {key['key']}")
    elif key := source.get("secretKeyRef"):
        call.print(f"# {variable['name']} from secret {key['name']}, key {key['key']}")
    elif field := source.get("fieldRef"):
        call.print(f"# {variable['name']} from field path {field.get('fieldPath', '')}")
    else:
        resource = source.get("resourceFieldRef") or {}
        call.print(f"# {variable['name']} from resource field {resource.get('resource', '')}")


COMMAND = Command(
    path="set env",
    start=start,
    summary="環境変数を変えます",
    usage="set env 種類/名前 名前=値",
    flags=(
        *FLAGS,
        Flag(name="containers", short="c"),
        Flag(name="env", short="e", kind=Takes.STRING_ARRAY),
        Flag(name="from"),
        Flag(name="keys", kind=Takes.STRINGS),
        Flag(name="prefix"),
        Flag(name="list", kind=Takes.BOOL),
        Flag(name="overwrite", kind=Takes.BOOL),
    ),
)
