"""`kubectl config set`, `unset`, `set-cluster` and `set-credentials`: what writes single values of a kubeconfig."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag


def one_name(call: Call, verb: str) -> str:
    if len(call.args) != 1:
        raise CommandError(
            f"error: Unexpected args: [{' '.join(call.args)}]\nSee 'kubectl config {verb} -h' for help and examples"
        )
    return call.args[0]


def _set_entry(section: str, what: str, shown: str, flags: Sequence[str]) -> Callable[[Call], State | None]:
    """`set-cluster` and `set-credentials`: the entry of a name, made when there is none."""

    def start(call: Call) -> State | None:
        name = one_name(call, f"set-{'cluster' if what == 'cluster' else 'credentials'}")
        entry = call.config.entry(section, name)
        if entry is None:
            entry = {what: {}, "name": name}
            call.config.data.setdefault(section, []).append(entry)
        body = entry.setdefault(what, {})
        body.update({flag: call.parsed.text(flag) for flag in flags if call.parsed.has(flag)})
        call.config.save()
        call.print(f'{shown} "{name}" set.')
        return None

    return start


def _set_property(call: Call) -> State | None:
    if len(call.args) != 2:
        raise _unexpected(call, "set")
    holder, key = _holder(call, call.args[0], makes=True)
    holder[key] = call.args[1]
    call.config.save()
    call.print(f'Property "{call.args[0]}" set.')
    return None


def _unset_property(call: Call) -> State | None:
    if len(call.args) != 1:
        raise _unexpected(call, "unset")
    holder, key = _holder(call, call.args[0], makes=False)
    holder.pop(key, None)
    call.config.save()
    call.print(f'Property "{call.args[0]}" unset.')
    return None


def _unexpected(call: Call, verb: str) -> CommandError:
    shown = " ".join(call.args)
    return CommandError(
        f"error: Unexpected args: [{shown}]\nSee 'kubectl config {verb} -h' for help and examples"
    )


_TOP = frozenset({"current-context", "contexts", "clusters", "users", "preferences", "extensions"})


def _holder(call: Call, path: str, *, makes: bool) -> tuple[dict[str, Any], str]:
    """Where `current-context` or `contexts.NAME.namespace` is kept, and under which key."""
    section, dot, rest = path.partition(".")
    if not dot:
        if section not in _TOP:
            raise CommandError(f"error: unable to parse {path} after [] at api.Config")
        return call.config.data, section
    inner = {"contexts": "context", "clusters": "cluster", "users": "user"}.get(section)
    if inner is None:
        raise CommandError(f"error: unable to parse {path} at {section}: cannot find property")
    name, _, key = rest.rpartition(".")
    entry = call.config.entry(section, name or rest)
    if entry is None:
        if not makes:
            return {}, key
        if not name:
            raise CommandError(f"error: unable to parse {path} after [{rest}] at api.Config")
        entry = {inner: {}, "name": name}
        call.config.data.setdefault(section, []).append(entry)
    if name:
        body: dict[str, Any] = entry.setdefault(inner, {})
        return body, key
    call.config.data[section] = [each for each in call.config.entries(section) if each is not entry]
    return {}, rest


_CLUSTER_FLAGS = ("server", "certificate-authority", "tls-server-name", "proxy-url")
_USER_FLAGS = ("token", "username", "password", "client-certificate", "client-key")
COMMANDS = (
    Command(path="config set", start=_set_property, summary="設定の値を1つ変えます"),
    Command(path="config unset", start=_unset_property, summary="設定の値を1つ消します"),
    Command(
        path="config set-cluster",
        start=_set_entry("clusters", "cluster", "Cluster", _CLUSTER_FLAGS),
        summary="クラスターの設定を変えます",
        flags=tuple(Flag(name=name) for name in _CLUSTER_FLAGS),
    ),
    Command(
        path="config set-credentials",
        start=_set_entry("users", "user", "User", _USER_FLAGS),
        summary="ユーザーの設定を変えます",
        flags=tuple(Flag(name=name) for name in _USER_FLAGS),
    ),
)
