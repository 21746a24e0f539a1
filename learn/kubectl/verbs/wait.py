"""`kubectl wait` (staging/src/k8s.io/kubectl/pkg/cmd/wait/)."""

from __future__ import annotations

from typing import Any

from learn.cluster.api.kinds import kind_of as kind_named
from learn.cluster.errors import ApiError, resource_name
from learn.cluster.objects import KINDS, Obj, Ref
from learn.kubectl import jsonpath
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import ALL_NAMESPACES, FIELD_SELECTOR, FILE_FLAGS, SELECTOR, listed
from learn.kubectl.manifests import namespace_of, read_sources
from learn.kubectl.output import object_name
from learn.kubectl.resources import NO_NAME, NO_RESOURCES, shown_kind, targets_of

_DEFAULT_MS = 30_000
_WEEK_MS = 7 * 24 * 3_600_000


def start(call: Call) -> State | None:
    condition = _condition(call.parsed.text("for"))
    timeout = call.parsed.number("timeout", _DEFAULT_MS)
    refs = _refs(call, condition)
    if not refs and not call.exit_code:
        if condition[0] == "delete":
            return None
        raise CommandError("error: no matching resources found")
    deadline = call.cluster.now + (_WEEK_MS if timeout < 0 else timeout)
    state: State = {"refs": [list(ref) for ref in refs], "deadline": deadline, "exit": call.exit_code}
    return step(call, state)


def _condition(text: str) -> tuple[str, str, str]:
    """(delete|create|condition|jsonpath, name or path, value).  Raises CommandError."""
    lower = text.lower()
    if lower in ("delete", "create"):
        return lower, "", ""
    if lower.startswith("condition="):
        name, _, value = text[len("condition=") :].partition("=")
        return "condition", name, value or "true"
    if lower.startswith("jsonpath="):
        return _json_path(text[len("jsonpath=") :])
    raise CommandError(f'error: unrecognized condition: "{text}"')


def _json_path(text: str) -> tuple[str, str, str]:
    closing = text.find("}")
    if not text.startswith("{") or closing < 0:
        path, equals, value = text.partition("=")
    else:
        path, rest = text[: closing + 1], text[closing + 1 :]
        equals, value = rest[:1], rest[1:]
    if equals and path and not value:
        raise CommandError(
            "error: jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3"
        )
    if not path:
        raise CommandError(
            "error: jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'"
        )
    try:
        jsonpath.find(path, {})
    except jsonpath.JSONPathError as error:
        raise CommandError(f"error: {error}") from None
    return "jsonpath", path, value.strip("'\"")


def _refs(call: Call, condition: tuple[str, str, str]) -> list[Ref]:
    if call.parsed.has("filename"):
        sources = read_sources(call)
        return [call.ref(each.kind, each.name, namespace_of(each) or None) for each in sources]
    if not call.args:
        raise CommandError(NO_RESOURCES)
    targets = targets_of(call.args)
    takes_all = any(call.parsed.has(name) for name in ("selector", "field-selector", "all"))
    found: list[Ref] = []
    for kind, name in targets:
        if name:
            ref = call.ref(kind, name)
            if call.cluster.store.get(ref) is None and condition[0] not in ("delete", "create"):
                try:
                    call.cluster.api.get(ref)
                except ApiError as error:
                    call.fail(error)
                continue
            if call.cluster.store.get(ref) is not None or condition[0] == "create":
                found.append(ref)
        elif takes_all:
            found += [
                call.ref(kind, obj["metadata"]["name"], obj["metadata"].get("namespace"))
                for obj in listed(call, kind)
            ]
        else:
            raise CommandError(NO_NAME)
    return found


def step(call: Call, state: State) -> State | None:
    """Look at the objects in their order; tell those that have come so far."""
    condition = _condition(call.parsed.text("for"))
    refs = [Ref(*ref) for ref in state["refs"]]
    call.exit_code = state["exit"]
    while refs:
        obj = call.cluster.store.get(refs[0])
        if not _is_met(condition, obj):
            break
        shown = object_name(obj) if obj is not None else _gone_name(refs[0])
        call.print(f"{shown} condition met")
        refs = refs[1:]
    if not refs:
        return None
    if call.cluster.now >= state["deadline"]:
        for ref in refs:
            shown = f"{resource_name(ref.kind).partition('.')[0]}/{ref.name}"
            where = "" if call.parsed.text("for") == "create" else f" on {shown}"
            call.fail(f"error: timed out waiting for the condition{where}")
        return None
    return {**state, "refs": [list(ref) for ref in refs]}


def _gone_name(ref: Ref) -> str:
    known = KINDS.get(ref.kind)
    kind = kind_named(known.group if known else "", ref.kind)
    return f"{shown_kind(kind) if kind else ref.kind.lower()}/{ref.name}"


def _is_met(condition: tuple[str, str, str], obj: Obj | None) -> bool:
    what, name, value = condition
    if what == "delete":
        return obj is None
    if obj is None:
        return False
    match what:
        case "create":
            return True
        case "condition":
            return _has_condition(obj, name, value)
    try:
        found = jsonpath.find(name, obj)
    except jsonpath.JSONPathError:
        return False
    if not value:
        return bool(found)
    return len(found) == 1 and _text(found[0]) == value


def _has_condition(obj: Obj, name: str, value: str) -> bool:
    status = obj.get("status") or {}
    generation = obj["metadata"].get("generation")
    for each in status.get("conditions") or ():
        if str(each.get("type", "")).lower() != name.lower():
            continue
        observed = each.get("observedGeneration", status.get("observedGeneration"))
        if generation and observed and observed < generation:
            return False
        return str(each.get("status", "")).lower() == value.lower()
    return False


def _text(value: Any) -> str:
    return jsonpath.text_of(value)


COMMAND = Command(
    path="wait",
    start=start,
    step=step,
    summary="条件が満たされるまで待ちます",
    usage="wait 種類/名前 --for=condition=Ready",
    flags=(
        *FILE_FLAGS,
        ALL_NAMESPACES,
        SELECTOR,
        FIELD_SELECTOR,
        Flag(name="for"),
        Flag(name="timeout", kind=Takes.DURATION),
        Flag(name="all", kind=Takes.BOOL),
        Flag(name="output", short="o"),
    ),
)
