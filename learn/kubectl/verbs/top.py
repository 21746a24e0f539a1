"""`kubectl top` (staging/src/k8s.io/kubectl/pkg/cmd/top/, pkg/metricsutil/metrics_printer.go)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from learn.cluster.api.quantity import try_parse
from learn.cluster.api.times import MILLISECOND, duration_text
from learn.cluster.errors import ApiError
from learn.cluster.metrics import PodUsage, metrics_of
from learn.cluster.objects import Obj, labels_of
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.groups import group
from learn.kubectl.lookup import ALL_NAMESPACES, FIELD_SELECTOR, SELECTOR, filter_of, listed
from learn.kubectl.resources import kind_of
from learn.kubectl.tables import render_table

_YOUNG_MS = 120_000
_MIB = 1024 * 1024
_SORTS = ("", "cpu", "memory")
_FLAGS = (
    SELECTOR,
    Flag(name="sort-by"),
    Flag(name="no-headers", kind=Takes.BOOL),
    Flag(name="use-protocol-buffers", kind=Takes.BOOL),
)

Usage = tuple[int, int]
"""CPU in billionths of a core, memory in bytes."""


def _require_metrics(call: Call) -> None:
    try:
        metrics_of(call.cluster).require()
    except ApiError as error:
        if error.code == 503:
            raise CommandError(f"Error from server (ServiceUnavailable): {error.message}") from None
        raise CommandError("error: Metrics API not available") from None


def _cpu(nano: int) -> str:
    return f"{-(-nano // 1_000_000)}m"


def _memory(size: int) -> str:
    return f"{size // _MIB}Mi"


def _sort_key(call: Call) -> Callable[[Usage], int] | None:
    wanted = call.parsed.text("sort-by")
    if wanted not in _SORTS:
        raise CommandError("error: --sort-by accepts only cpu or memory")
    if not wanted:
        return None
    index = 0 if wanted == "cpu" else 1
    return lambda usage: -usage[index]


def _print(call: Call, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    shown = rows if call.parsed.is_on("no-headers") else [header, *rows]
    call.write(render_table(shown, pads_last=True))


# -- pods ----------------------------------------------------------------------------------------


def _pods(call: Call) -> State | None:
    key = _sort_key(call)
    if call.args and (call.parsed.has("selector") or call.parsed.has("field-selector")):
        raise CommandError("error: only one of NAME or selector can be provided")
    _require_metrics(call)
    kind = kind_of("pods")
    pods = [call.find(kind, name) for name in call.args] if call.args else listed(call, kind)
    usages = metrics_of(call.cluster).pod_usages(pods)
    if not usages:
        _explain_nothing(call, pods)
        return None
    if key:
        usages = sorted(usages, key=lambda usage: key(_total(usage)))
    containers = call.parsed.is_on("containers")
    rows = [row for usage in usages for row in _rows(call, usage, containers=containers)]
    header = ["NAMESPACE"] if call.every_namespace else []
    header += ["POD", "NAME"] if containers else ["NAME"]
    if call.parsed.is_on("sum"):
        rows += _sum_rows(call, usages, len(header))
    _print(call, [*header, "CPU(cores)", "MEMORY(bytes)"], rows)
    return None


def _total(usage: PodUsage) -> Usage:
    values = list(usage.containers.values())
    return sum(cpu for cpu, _ in values), sum(memory for _, memory in values)


def _rows(call: Call, usage: PodUsage, *, containers: bool) -> list[list[str]]:
    start = [usage.namespace] if call.every_namespace else []
    if containers:
        return [
            [*start, usage.name, name, _cpu(cpu), _memory(memory)]
            for name, (cpu, memory) in sorted(usage.containers.items())
        ]
    cpu, memory = _total(usage)
    return [[*start, usage.name, _cpu(cpu), _memory(memory)]]


def _sum_rows(call: Call, usages: Sequence[PodUsage], columns: int) -> list[list[str]]:
    totals = [_total(usage) for usage in usages]
    blanks = [""] * columns
    cpu, memory = sum(t[0] for t in totals), sum(t[1] for t in totals)
    return [[*blanks, "________", "________"], [*blanks, _cpu(cpu), _memory(memory)]]


def _explain_nothing(call: Call, pods: Sequence[Obj]) -> None:
    """Without a value: nothing there, too early, or an old Pod without one."""
    if not pods:
        where = "" if call.every_namespace else f" in {call.namespace} namespace."
        call.warn(f"No resources found{where}")
        return
    for pod in pods:
        age = call.cluster.now - call.cluster.clock.ms(pod["metadata"]["creationTimestamp"])
        if age > _YOUNG_MS:
            name = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
            raise CommandError(f"error: Metrics not available for pod {name}, age: {_go_duration(age)}")
    raise CommandError("error: metrics not available yet")


def _go_duration(ms: int) -> str:
    return duration_text(ms * MILLISECOND)


# -- nodes ---------------------------------------------------------------------------------------


def _nodes(call: Call) -> State | None:
    key = _sort_key(call)
    if call.args and call.parsed.has("selector"):
        raise CommandError("error: only one of NAME or selector can be provided")
    _require_metrics(call)
    wanted = filter_of(call).labels
    kind = kind_of("nodes")
    nodes = (
        [call.find(kind, name) for name in call.args]
        if call.args
        else [node for node in call.cluster.store.objects("Node") if wanted.matches(labels_of(node))]
    )
    usages = metrics_of(call.cluster).node_usages()
    known = [(node, usages[node["metadata"]["name"]]) for node in nodes if node["metadata"]["name"] in usages]
    if not known:
        raise CommandError("error: metrics not available yet")
    if key:
        known = sorted(known, key=lambda pair: key(pair[1]))
    else:
        known = sorted(known, key=lambda pair: str(pair[0]["metadata"]["name"]))
    rows = [_node_row(call, node, usage) for node, usage in known]
    for node in nodes:
        if node["metadata"]["name"] not in usages:
            rows.append([node["metadata"]["name"], "<unknown>", "<unknown>", "<unknown>", "<unknown>"])
    old = int(call.version.partition(".")[2]) <= 31
    percents = ("CPU%", "MEMORY%") if old else ("CPU(%)", "MEMORY(%)")
    _print(call, ["NAME", "CPU(cores)", percents[0], "MEMORY(bytes)", percents[1]], rows)
    return None


def _node_row(call: Call, node: Obj, usage: Usage) -> list[str]:
    status = node.get("status") or {}
    whole = status.get("capacity" if call.parsed.is_on("show-capacity") else "allocatable") or {}
    cpu, memory = try_parse(whole.get("cpu")), try_parse(whole.get("memory"))
    milli = -(-usage[0] // 1_000_000)
    cpu_share = milli * 100 // cpu.milli_value() if cpu and cpu.milli_value() else 0
    memory_share = usage[1] * 100 // memory.value() if memory and memory.value() else 0
    return [node["metadata"]["name"], _cpu(usage[0]), f"{cpu_share}%", _memory(usage[1]), f"{memory_share}%"]


COMMAND = group(
    "top",
    "CPUとメモリの使用量を表示します",
    {
        "node": Command(
            path="top node",
            start=_nodes,
            aliases=("nodes", "no"),
            summary="ノードの使用量を表示します",
            usage="top node [名前]",
            flags=(
                *_FLAGS,
                Flag(name="show-capacity", kind=Takes.BOOL),
                Flag(name="show-swap", kind=Takes.BOOL),
            ),
        ),
        "pod": Command(
            path="top pod",
            start=_pods,
            aliases=("pods", "po"),
            summary="Podの使用量を表示します",
            usage="top pod [名前]",
            flags=(
                *_FLAGS,
                ALL_NAMESPACES,
                FIELD_SELECTOR,
                Flag(name="containers", kind=Takes.BOOL),
                Flag(name="sum", kind=Takes.BOOL),
                Flag(name="show-swap", kind=Takes.BOOL),
            ),
        ),
    },
)
