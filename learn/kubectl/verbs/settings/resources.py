"""`kubectl set resources`."""

from __future__ import annotations

from learn.cluster.api.kinds import Kind
from learn.cluster.api.quantity import QuantityError
from learn.cluster.api.quantity import parse_json as parse_quantity
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.resources import NO_RESOURCES
from learn.kubectl.verbs.settings.common import FLAGS, change_each, pod_spec_of


def start(call: Call) -> State | None:
    if not call.args and not call.parsed.has("filename"):
        raise CommandError(NO_RESOURCES)
    wanted = {side: _amounts(call.parsed.text(side)) for side in ("limits", "requests")}
    if not any(wanted.values()):
        raise CommandError(
            "error: you must specify an update to requests or limits (in the form of --requests/--limits)"
        )
    pattern = call.parsed.text("containers") or "*"

    def change(obj: Obj, kind: Kind) -> None:
        chosen = [
            each for each in pod_spec_of(obj, kind).get("containers") or () if _matches(each["name"], pattern)
        ]
        if not chosen:
            raise CommandError(f"error: unable to find container named {pattern}")
        for container in chosen:
            resources = container.setdefault("resources", {})
            for side, amounts in wanted.items():
                if amounts:
                    resources[side] = {**(resources.get(side) or {}), **amounts}

    change_each(
        call,
        call.args,
        "set resources",
        "resource requirements updated",
        change,
        "failed to patch resources update to pod template",
    )
    return None


def _matches(name: str, pattern: str) -> bool:
    head, star, tail = pattern.partition("*")
    return name == pattern if not star else name.startswith(head) and name.endswith(tail)


def _amounts(text: str) -> dict[str, str]:
    found = {}
    for part in text.split(",") if text else ():
        name, equals, amount = part.partition("=")
        if not equals:
            raise CommandError(f"error: Invalid argument syntax {part}, expected <resource>=<value>")
        try:
            parse_quantity(amount)
        except QuantityError as error:
            raise CommandError(f"error: {error}") from None
        found[name] = amount
    return found


COMMAND = Command(
    path="set resources",
    start=start,
    summary="CPUとメモリの要求と上限を変えます",
    usage="set resources 種類/名前 --requests=cpu=100m,memory=64Mi",
    flags=(*FLAGS, Flag(name="limits"), Flag(name="requests"), Flag(name="containers", short="c")),
)
