"""What an Event says about its cause: images, ConfigMaps and volumes, refusals of the API server, evictions."""

import re
from collections.abc import Callable, Mapping

from learn.cluster.api.access import map_at, maps_at, text_at
from learn.cluster.facts import name_of
from learn.cluster.objects import Obj, Ref, controller_of
from learn.cluster.scenario import Run
from learn.cluster.trace import TraceEntry
from learn.labs.moments import short_name
from learn.labs.reason_rules import Told
from learn.sandbox.objects import TEMPLATE_PATHS

_PULL = re.compile(r'Failed to pull image "([^"]+)"')
_MISSING = re.compile(r'(configmap|secret) "([^"]+)" not found')
_MISSING_KEY = re.compile(
    r"couldn't find key (\S+) in (ConfigMap|Secret) \S+/(\S+)|non-existent config key: (\S+)"
)
_VOLUME = re.compile(r'failed for volume "([^"]+)"')
_EXCEEDED = re.compile(r"exceeded quota: ([^,]+), requested: (.+), used: (.+), limited: (.+)")
_UNSET = re.compile(r"failed quota: ([^:]+): must specify (\S+) for: ")
_RANGE = re.compile(r"((?:minimum|maximum) \S+ usage per|max limit to request ratio per) .+")
_ACCOUNT = re.compile(r'serviceaccount "([^"]+)" not found')
_PREEMPTOR = re.compile(r"Preempted by pod (\S+)")


def of_event(run: Run, entry: TraceEntry) -> Told | None:
    """What an Event tells of its cause; None for one that only says what else is seen."""
    teller = _TELLERS.get(entry.data["reason"])
    return teller(run, entry) if teller else None


# -- containers and volumes ------------------------------------------------------------------------


def _failed(run: Run, entry: TraceEntry) -> Told | None:
    message = entry.data["message"]
    if match := _PULL.match(message):
        text = f"イメージ`{match[1]}`を取得できませんでした。この名前とタグのイメージが、レジストリに見つかりません"
        return Told(code="image-pull", text=text)
    if "InvalidImageName" in message:
        return Told(code="image-name", text="`image`の書き方が、イメージの名前として読み取れません")
    if "ErrImageNeverPull" in message:
        text = "ノードにイメージがありません。`imagePullPolicy: Never`のため、取得もしません"
        return Told(code="image-never", text=text)
    if missing := _missing(message):
        text = f"{missing}、コンテナを始められません"
        return Told(code="config-missing", text=text, field=_reader(_as_it_was(run, entry), message))
    return None


def _reader(pod: Obj | None, message: str) -> str:
    """The field of a Pod by which a container reads the object that a message names; "" for none."""
    for index, container in enumerate(maps_at(pod["spec"], "containers") if pod else ()):
        for field in ("envFrom", "env"):
            for number, each in enumerate(maps_at(container, field)):
                sources = (map_at(each, "valueFrom") or each).values()
                names = [text_at(source, "name") for source in sources if isinstance(source, Mapping)]
                if any(re.search(rf"[\"/]{re.escape(name)}(?![\w.-])", message) for name in names if name):
                    return f"spec.containers[{index}].{field}[{number}]"
    return ""


def _as_it_was(run: Run, entry: TraceEntry) -> Obj | None:
    """The object of an entry just before it."""
    versions = run.cluster.trace.versions(entry.ref)
    return next((each.obj for each in reversed(versions) if each.entry < entry.id and each.obj), None)


def _missing(message: str) -> str:
    """What a Pod refers to and is not there, up to 「ため」; "" if that is not it."""
    if match := _MISSING.search(message):
        kind = {"configmap": "ConfigMap", "secret": "Secret"}[match[1]]
        return f"{kind}`{match[2]}`が見つからないため"
    if match := _MISSING_KEY.search(message):
        place = f"{match[2]}`{match[3]}`" if match[2] else "ConfigMapかSecret"
        return f"{place}に`{match[1] or match[4]}`というキーがないため"
    return ""


def _unmounted(run: Run, entry: TraceEntry) -> Told:
    message = entry.data["message"]
    match = _VOLUME.search(message)
    missing = _missing(message) or f"実際の表示は「{message}」で"
    name = f"`{match[1]}`" if match else ""
    pod = _as_it_was(run, entry)
    volumes = maps_at(pod["spec"], "volumes") if pod else []
    index = next((i for i, each in enumerate(volumes) if match and each.get("name") == match[1]), None)
    field = "" if index is None else f"spec.volumes[{index}]"
    return Told(code="mount", text=f"{missing}、ボリューム{name}を用意できません", field=field)


def _backed_off(run: Run, entry: TraceEntry) -> Told | None:
    if not entry.data["message"].startswith("Back-off restarting"):
        return None
    return Told(code="back-off", text="終了が続いたため、間隔を空けてから再起動します")


# -- refusals of the API server --------------------------------------------------------------------


def _uncreated(run: Run, entry: TraceEntry) -> Told:
    """Why no Pod could be made, with the field of whatever makes them."""
    message = entry.data["message"]
    if match := _EXCEEDED.search(message):
        text = (
            f"ResourceQuota`{match[1]}`の上限を超えるため、Podを作れませんでした"
            f"（要求{match[2]}、使用中{match[3]}、上限{match[4]}）"
        )
        ref = Ref("ResourceQuota", entry.ref.namespace, match[1])
        return Told(code="quota", text=text, ref=ref, field="spec.hard")
    maker = _maker(run, entry.ref)
    spec = ".".join((*(str(step) for step in TEMPLATE_PATHS.get(maker.kind, ())), "spec"))
    if match := _UNSET.search(message):
        text = f"ResourceQuota`{match[1]}`があるため、コンテナに`{match[2]}`を書かないとPodを作れません"
        return Told(code="quota-unset", text=text, ref=maker, field=f"{spec}.containers[0].resources")
    if match := _RANGE.search(message):
        text = f"LimitRangeの範囲に収まらないため、Podを作れませんでした。実際の表示は「{match[0]}」です"
        return Told(code="limit-range", text=text, ref=maker, field=f"{spec}.containers[0].resources")
    if "violates PodSecurity" in message:
        text = "Namespaceが求めるPodの安全の基準を満たさないため、Podを作れませんでした。"
        shown = message[message.index("violates") :]
        return Told(code="pod-security", text=f"{text}実際の表示は「{shown}」です", ref=maker, field=spec)
    if match := _ACCOUNT.search(message):
        text = f"ServiceAccount`{match[1]}`が見つからないため、Podを作れませんでした"
        return Told(code="service-account", text=text, ref=maker, field=f"{spec}.serviceAccountName")
    shown = message.partition(" is forbidden: ")[2] or message
    text = f"APIサーバーがPodを受け付けませんでした。実際の表示は「{shown}」です"
    return Told(code="refused", text=text, ref=maker, field=spec)


def _maker(run: Run, ref: Ref) -> Ref:
    """The object that a learner writes: the controller of a ReplicaSet, else the object itself."""
    obj = next((each.obj for each in run.cluster.trace.versions(ref) if each.obj is not None), None)
    owner = controller_of(obj) if obj else None
    return Ref(owner["kind"], ref.namespace, owner["name"]) if owner else ref


# -- evictions ---------------------------------------------------------------------------------------


def _evicted(run: Run, entry: TraceEntry) -> Told | None:
    pod = _as_it_was(run, entry)
    if pod is None or not entry.data["message"].startswith("Marking for deletion"):
        return None
    name = pod["spec"]["nodeName"]
    node = run.cluster.trace.object_at(Ref("Node", "", name), entry.time_ms)
    taints = "、".join(f"`{_taint(each)}`" for each in _no_execute(node))
    text = f"Podが許容していないtaint（{taints}）が、ノード`{name}`にあります"
    return Told(code="taint", text=text, field="spec.tolerations")


def _no_execute(node: Obj | None) -> list[Mapping[str, object]]:
    taints = maps_at(map_at(node, "spec"), "taints") if node else []
    return [each for each in taints if each.get("effect") == "NoExecute"]


def _taint(taint: Mapping[str, object]) -> str:
    value = f"={taint['value']}" if taint.get("value") else ""
    return f"{taint['key']}{value}:{taint['effect']}"


def _preempted(run: Run, entry: TraceEntry) -> Told:
    match = _PREEMPTOR.search(entry.data["message"])
    pods = run.cluster.trace.objects_at(entry.time_ms, "Pod")
    found = next((pod for pod in pods if match and pod["metadata"]["uid"] == match[1]), None)
    meta = found["metadata"] if found else {}
    name = (
        f"Pod`{short_name(name_of(Ref('Pod', meta['namespace'], meta['name'])))}`" if found else "ほかのPod"
    )
    text = f"Pod`{short_name(name_of(entry.ref))}`は、優先度の高い{name}に場所を譲るために終わります"
    return Told(code="preempted", text=text, field="spec.priorityClassName")


_TELLERS: Mapping[str, Callable[[Run, TraceEntry], Told | None]] = {
    "Failed": _failed,
    "BackOff": _backed_off,
    "FailedMount": _unmounted,
    "FailedCreate": _uncreated,
    "TaintManagerEviction": _evicted,
    "Preempted": _preempted,
}
