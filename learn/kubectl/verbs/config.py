"""`kubectl config` (staging/src/k8s.io/kubectl/pkg/cmd/config/)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from learn.cluster.api.access import copy_json
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.groups import group
from learn.kubectl.output import OUTPUT_FLAGS, format_of, printer_for
from learn.kubectl.tables import render_table
from learn.kubectl.verbs import properties
from learn.kubectl.verbs.properties import one_name
from learn.kubectl.yamltext import to_yaml


def _get_contexts(call: Call) -> State | None:
    names = [str(each.get("name", "")) for each in call.config.entries("contexts")]
    if call.args:
        for name in call.args:
            if name not in names:
                call.fail(f"error: context {name} not found")
        names = [name for name in names if name in call.args]
    if call.parsed.text("output") == "name":
        call.write("".join(f"{name}\n" for name in sorted(names)))
        return None
    rows = []
    for name in sorted(names):
        body = (call.config.entry("contexts", name) or {}).get("context") or {}
        mark = "*" if name == call.config.data.get("current-context") else ""
        rows.append([mark, name, body.get("cluster", ""), body.get("user", ""), body.get("namespace", "")])
    header = ["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"]
    call.write(render_table(rows if call.parsed.is_on("no-headers") else [header, *rows]))
    return None


def _current_context(call: Call) -> State | None:
    name = call.config.data.get("current-context")
    if not name:
        raise CommandError("error: current-context is not set")
    call.print(str(name))
    return None


def _use_context(call: Call) -> State | None:
    name = one_name(call, "use-context")
    if call.config.entry("contexts", name) is None:
        raise CommandError(f'error: no context exists with the name: "{name}"')
    call.config.data["current-context"] = name
    call.config.save()
    call.print(f'Switched to context "{name}".')
    return None


def _set_context(call: Call) -> State | None:
    current = call.parsed.is_on("current")
    if current and call.args:
        raise CommandError("error: you cannot specify both a context name and --current")
    if current:
        name = str(call.config.data.get("current-context") or "")
        if not name:
            raise CommandError("error: no current context is set")
    else:
        if not call.args:
            raise CommandError("error: you must specify a non-empty context name or --current")
        name = one_name(call, "set-context")
    entry = call.config.entry("contexts", name)
    done = "modified" if entry else "created"
    if entry is None:
        entry = {"context": {}, "name": name}
        call.config.data.setdefault("contexts", []).append(entry)
    body = entry.setdefault("context", {})
    for flag in ("cluster", "user", "namespace"):
        if call.parsed.has(flag):
            body[flag] = call.parsed.text(flag)
    call.config.save()
    call.print(f'Context "{name}" {done}.')
    return None


def _delete(section: str, what: str) -> Callable[[Call], State | None]:
    def start(call: Call) -> State | None:
        name = one_name(call, f"delete-{what}")
        if call.config.entry(section, name) is None:
            raise CommandError(f"error: cannot delete {what} {name}, not in /home/learner/.kube/config")
        call.config.data[section] = [
            each for each in call.config.entries(section) if each.get("name") != name
        ]
        if what == "context" and call.config.data.get("current-context") == name:
            call.warn(
                'warning: this removed your active context, use "kubectl config use-context" to select a different one'
            )
        call.config.save()
        call.print(f"deleted {what} {name} from /home/learner/.kube/config")
        return None

    return start


def _rename_context(call: Call) -> State | None:
    if len(call.args) != 2:
        raise CommandError(
            f"error: Unexpected args: [{' '.join(call.args)}]\nSee 'kubectl config rename-context -h' for help and examples"
        )
    old, new = call.args
    entry = call.config.entry("contexts", old)
    if entry is None:
        raise CommandError(
            f'error: cannot rename the context "{old}", it\'s not in /home/learner/.kube/config'
        )
    if call.config.entry("contexts", new):
        raise CommandError(
            f'error: cannot rename the context "{old}", the context "{new}" already exists in /home/learner/.kube/config'
        )
    entry["name"] = new
    if call.config.data.get("current-context") == old:
        call.config.data["current-context"] = new
    call.config.save()
    call.print(f'Context "{old}" renamed to "{new}".')
    return None


def _view(call: Call) -> State | None:
    data: dict[str, Any] = copy_json(call.config.data)
    if call.parsed.is_on("minify"):
        call.config.require_context()
        body = call.config.current
        data["contexts"] = [
            each for each in call.config.entries("contexts") if each.get("name") == call.config.context
        ]
        data["clusters"] = [
            each for each in data.get("clusters", []) if each.get("name") == body.get("cluster")
        ]
        data["users"] = [each for each in data.get("users", []) if each.get("name") == body.get("user")]
    if not call.parsed.is_on("raw"):
        _redact(data)
    name, argument = format_of(call)
    call.write(printer_for(call, name, argument)(data) if name and name != "yaml" else to_yaml(data))
    return None


def _redact(data: Any) -> None:
    """Certificates as DATA+OMITTED, tokens and passwords as REDACTED."""
    if isinstance(data, list):
        for each in data:
            _redact(each)
    if not isinstance(data, dict):
        return
    for key, value in data.items():
        if key in ("certificate-authority-data", "client-certificate-data", "client-key-data"):
            data[key] = "DATA+OMITTED"
        elif key in ("token", "password"):
            data[key] = "REDACTED"
        else:
            _redact(value)


def _names(section: str) -> Callable[[Call], State | None]:
    def start(call: Call) -> State | None:
        call.write(
            render_table([["NAME"], *([str(each.get("name", ""))] for each in call.config.entries(section))])
        )
        return None

    return start


_CHILDREN = (
    *properties.COMMANDS,
    Command(
        path="config get-contexts",
        start=_get_contexts,
        summary="コンテキストを一覧にします",
        flags=(Flag(name="output", short="o"), Flag(name="no-headers", kind=Takes.BOOL)),
    ),
    Command(path="config current-context", start=_current_context, summary="今のコンテキストを表示します"),
    Command(
        path="config use-context", start=_use_context, summary="コンテキストを切り替えます", aliases=("use",)
    ),
    Command(
        path="config set-context",
        start=_set_context,
        summary="コンテキストの設定を変えます",
        flags=(Flag(name="current", kind=Takes.BOOL), Flag(name="cluster"), Flag(name="user")),
    ),
    Command(path="config rename-context", start=_rename_context, summary="コンテキストの名前を変えます"),
    Command(
        path="config delete-context", start=_delete("contexts", "context"), summary="コンテキストを削除します"
    ),
    Command(
        path="config delete-cluster",
        start=_delete("clusters", "cluster"),
        summary="クラスターの設定を削除します",
    ),
    Command(path="config delete-user", start=_delete("users", "user"), summary="ユーザーの設定を削除します"),
    Command(path="config get-clusters", start=_names("clusters"), summary="クラスターを一覧にします"),
    Command(path="config get-users", start=_names("users"), summary="ユーザーを一覧にします"),
    Command(
        path="config view",
        start=_view,
        summary="設定を表示します",
        flags=(
            *OUTPUT_FLAGS,
            Flag(name="minify", kind=Takes.BOOL),
            Flag(name="raw", kind=Takes.BOOL),
            Flag(name="flatten", kind=Takes.BOOL),
        ),
    ),
)
COMMAND = group(
    "config",
    "接続先（コンテキスト）とNamespaceの設定を扱います",
    {child.path.partition(" ")[2]: child for child in _CHILDREN},
)
