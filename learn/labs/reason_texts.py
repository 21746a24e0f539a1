"""What each link of a chain of causes says: one entry of `REASONS` each."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from learn.cluster.facts import name_of
from learn.cluster.pods import is_ready
from learn.cluster.scenario import Run
from learn.cluster.trace import TraceEntry
from learn.labs.moments import PROBES, exited_text, failed_probes, fault_text, killing_text, short_name
from learn.labs.reason_events import of_event
from learn.labs.reason_rules import Told
from learn.labs.reason_services import of_endpoints, of_rules, of_traffic

_OBSERVED: Sequence[tuple[str, str]] = (
    (r"deadline exceeded|timed out", "`timeoutSeconds`の間に応答がありませんでした"),
    (r"connection refused", "接続を断られました。そのポートでは待ち受けていません"),
    (r"statuscode: (\d+)", "HTTP {0}が返りました"),
    (r"HTTP response to HTTPS", "HTTPのサーバーへHTTPSで接続しました"),
    (r"no such host", "ホスト名を解決できませんでした"),
    (r"NOT_SERVING", "gRPCの状態がNOT_SERVINGでした"),
    (r"no such file|not found|No such file", "コマンドかファイルが見つかりません"),
)
_FILTERS: Mapping[str, str] = {
    "NodeResourcesFit": "空きが足りません",
    "NodeAffinity": "`nodeSelector`か`nodeAffinity`に合いません",
    "TaintToleration": "許容していないtaintがあります",
    "NodeUnschedulable": "新しいPodを受け付けていません",
    "PodTopologySpread": "分散の条件に合いません",
    "InterPodAffinity": "ほかのPodとの近さの条件に合いません",
    "NodePorts": "ホストのポートが使われています",
}
_LIMITS: Mapping[str, str] = {
    "TooManyReplicas": "`maxReplicas`の{maximum}までに収めました",
    "TooFewReplicas": "`minReplicas`の{minimum}より少なくしません",
    "ScaleUpLimit": "一度に増やせる数の上限までに収めました",
    "ScaleDownLimit": "一度に減らせる数の上限までに収めました",
}


def told(run: Run, entry: TraceEntry) -> Told | None:
    """What an entry says to a learner; None for what only machines care about."""
    teller = _TELLERS.get(entry.change)
    return teller(run, entry) if teller else None


def _probe(run: Run, entry: TraceEntry) -> Told:
    data = entry.data
    name = f"`{data['container']}`の{PROBES[data['probe']]}"
    if data["success"]:
        return Told(code="probe-succeeded", text=f"{name}が成功しました")
    times = f"（続けて{data['run']}回目）" if data["run"] > 1 else ""
    return Told(code="probe-failed", text=f"{name}が失敗しました{times}。{_observed(data['text'])}")


def _observed(text: str) -> str:
    for pattern, words in _OBSERVED:
        if match := re.search(pattern, text):
            return words.format(*match.groups())
    return "コマンドが0以外の終了コードで終わりました"


def _killing(run: Run, entry: TraceEntry) -> Told:
    return Told(code="killing" if failed_probes(run, entry) else "ended", text=killing_text(run, entry))


def _exited(run: Run, entry: TraceEntry) -> Told:
    return Told(code="exited", text=exited_text(entry.data))


def _started(run: Run, entry: TraceEntry) -> Told | None:
    restarts = entry.data["restarts"]
    if not restarts:
        return None
    return Told(code="restarted", text=f"`{entry.data['container']}`が再起動しました（{restarts}回目）")


def _fault(run: Run, entry: TraceEntry) -> Told:
    return Told(code="fault", text=f"{fault_text(entry.data)}（この演習の条件です）")


def _action(run: Run, entry: TraceEntry) -> Told | None:
    if entry.data.get("verb") != "load":
        return None
    rate = round(entry.data.get("rps") or 0)
    return Told(
        code="load", text=f"`{entry.ref.name}`への負荷が毎秒{rate}件になりました（この演習の条件です）"
    )


def _status(run: Run, entry: TraceEntry) -> Told | None:
    if entry.ref.kind != "Pod":
        return None
    versions = run.cluster.trace.versions(entry.ref)
    for before, now in zip(versions, versions[1:], strict=False):
        if now.entry == entry.id and before.obj and now.obj:
            was, is_now = is_ready(before.obj), is_ready(now.obj)
            name = f"Pod`{short_name(name_of(entry.ref))}`が準備完了"
            if was != is_now:
                code, end = ("pod-ready", "になりました") if is_now else ("pod-unready", "ではなくなりました")
                return Told(code=code, text=name + end)
    return None


# -- decisions -------------------------------------------------------------------------------------


def _decision(run: Run, entry: TraceEntry) -> Told | None:
    data = entry.data
    rule = str(data.get("rule", ""))
    if rule == "schedule":
        pod = short_name(name_of(entry.ref))
        text = f"Pod`{pod}`は、どのノードにも置けませんでした。実際の表示は「{data['message']}」です"
        return Told(code="unschedulable", text=text)
    if rule == "oom":
        return Told(code="oom", text=f"`{data['container']}`の使うメモリが、`limits.memory`を超えました")
    if rule == "start":
        return Told(code="start-problem", text=_start_problem(data["container"], data["text"]))
    if rule.startswith("hpa-"):
        return _scaling(rule, data)
    if "reasons" in data:
        words = _FILTERS.get(rule, "条件に合いません")
        nodes = data.get("nodes") or ()
        where = f"ノード{'、'.join(f'`{node}`' for node in nodes)}" if nodes else "候補のノード"
        text = f"{where}は、{words}（{'、'.join(data['reasons'])}）"
        return Told(code=rule if rule in _FILTERS else "other-filter", text=text)
    return None


def _start_problem(container: str, problem: str) -> str:
    name = f"`{container}`"
    if match := re.search(r":(\d+): bind: address already in use", problem):
        return f"{name}は始めてすぐ終わりました。同じPodのほかのコンテナが、{match[1]}番で待ち受けています"
    if match := re.search(r"environment variable (\S+) is not set", problem):
        return f"{name}は始めてすぐ終わりました。環境変数`{match[1]}`がありません"
    if match := re.search(r"error: (\S+): no such file", problem):
        return f"{name}は始めてすぐ終わりました。ファイル`{match[1]}`がありません"
    return f"{name}は始めてすぐ終わりました。ログには「{problem}」と出ています"


def _scaling(rule: str, data: Mapping[str, Any]) -> Told | None:
    match rule:
        case "hpa-metric":
            text = f"HPAが求めたレプリカ数は{data['replicas']}です。計算は「{data['text']}」です"
        case "hpa-limit":
            words = _LIMITS.get(data["reason"], "上限と下限の間に収めました").format_map(data)
            text = f"HPAは{data['wanted']}を{data['replicas']}にしました。{words}"
        case "hpa-stabilization":
            text = (
                f"HPAは{data['wanted']}ではなく{data['replicas']}を選びました。"
                f"安定化の期間（{data['seconds']}秒）の間の値に従います"
            )
        case "hpa-bounds":
            text = f"いまの{data['current']}が範囲の外にあるため、HPAは{data['replicas']}にしました"
        case _:
            return None
    return Told(code=rule, text=text)


_TELLERS: Mapping[str, Callable[[Run, TraceEntry], Told | None]] = {
    "probe": _probe,
    "container-killing": _killing,
    "container-exited": _exited,
    "container-started": _started,
    "fault": _fault,
    "action": _action,
    "created": of_endpoints,
    "updated": of_endpoints,
    "rules-synced": of_rules,
    "traffic": of_traffic,
    "status": _status,
    "decision": _decision,
    "event": of_event,
}
