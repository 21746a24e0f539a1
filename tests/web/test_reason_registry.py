"""Every reason that a chain can name is real: take away what it claims, run again, and the effect is gone."""

import json
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from learn.labs.moments import moments_of
from learn.labs.reason_rules import REASONS
from learn.labs.reasons import explain
from learn.sandbox.runs import try_out
from tests.web.test_reasons import HANG, LOAD, SERVICE, UNREADY, WEB

IMAGE = "image: example.com/web:1.0"
KILLED = "の終了処理が始まりました"
RESTARTED = "が再起動しました"
PENDING = "置けるノードがありません"
NO_START = "コンテナを始められません"
LOST = "リクエストが失敗し始めました"
ANSWERED = "リクエストに応答しています"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A run with an effect, and the run without what the reason claims: another text, events or nodes."""

    effect: str
    second: int | None = None
    """When the effect happens, for a reason that decides no more than that."""
    text: str = WEB
    events: list[dict[str, object]] = field(default_factory=list)
    mended: str = ""
    without: list[dict[str, object]] | None = None
    service: dict[str, object] = field(default_factory=lambda: SERVICE)
    mended_service: dict[str, object] = field(default_factory=dict)
    nodes: object = 3
    mended_nodes: object = 3
    beside: list[dict[str, object]] = field(default_factory=list)
    """Other manifests of the scenario, which the run without has not."""
    line: str = ""
    """What stands in the line that decided, "" where no line of the manifest did."""


def with_image(extra: str) -> str:
    return WEB.replace(IMAGE, f"{IMAGE}\n        {extra}")


def with_spec(extra: str) -> str:
    return WEB.replace("      containers:\n", f"      {extra}\n      containers:\n")


def to(**fields: object) -> dict[str, object]:
    """The Service with other fields of its only port or its spec."""
    spec = dict(SERVICE["spec"])
    port = {**spec["ports"][0], **{k: v for k, v in fields.items() if k == "targetPort"}}
    rest = {k: v for k, v in fields.items() if k != "targetPort"}
    return {**SERVICE, "spec": {**spec, **rest, "ports": [port]}}


def hpa(target: int = 50, low: int = 1, high: int = 5, behavior: str = "{}") -> str:
    return (
        with_image("resources: {requests: {cpu: 100m}}")
        + f"""---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: web}}
spec:
  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}
  minReplicas: {low}
  maxReplicas: {high}
  behavior: {behavior}
  metrics:
  - type: Resource
    resource: {{name: cpu, target: {{type: Utilization, averageUtilization: {target}}}}}
"""
    )


SLOW = "{scaleUp: {stabilizationWindowSeconds: 60}}"
BUSY = {"at": 30, "load": "web", "rps": 60}
RISING = [{"at": 30, "load": "web", "rps": 30}, {"at": 75, "load": "web", "rps": 60}]
CRASH = {"at": 60, "crash": "web", "code": 3}
CRASHES = {"at": 30, "every": 5, "until": 120, "crash": "web", "code": 3}
NEVER_READY = WEB.replace("path: /ready, port: http", "path: /ready, port: 81")
TAINTED = [{"name": "node-1", "taints": [{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]}]
PORTS = WEB.replace("containerPort: 8080}", "containerPort: 8080, hostPort: 8080}").replace(
    "replicas: 1", "replicas: 4"
)
LIMITED = with_image("resources: {limits: {memory: 64Mi}}")
LEAK = {"at": 30, "leak": "web", "perSecond": "4Mi"}
CLAIM = with_spec("volumes: [{name: v, persistentVolumeClaim: {claimName: none}}]")
ELSEWHERE = (
    "affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
    "[{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: none}}}]}}"
)
SPREAD = (
    "topologySpreadConstraints: [{maxSkew: 1, topologyKey: rack, whenUnsatisfiable: DoNotSchedule, "
    "labelSelector: {matchLabels: {app: web}}}]"
)

NONE_MAPPED = with_spec("volumes: [{name: v, configMap: {name: none}}]")
NONE_READ = with_image("envFrom: [{configMapRef: {name: none}}]")
TWO = WEB.replace("replicas: 1", "replicas: 2")
HUNGRY = with_image("resources: {limits: {cpu: '2'}, requests: {cpu: '1'}}")
SAME_PORT = "example.com/echo:1.0"
TWICE = WEB.replace(
    "      - name: app\n", f"      - {{name: twin, image: '{SAME_PORT}'}}\n      - name: app\n"
)
IN_VAIN = "Podを作れません"
EVICT = {
    "at": 30,
    "patch": "Node/node-1",
    "with": {"spec": {"taints": [{"key": "gone", "value": "yes", "effect": "NoExecute"}]}},
}
BIG = """---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 1000
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: big}
spec:
  replicas: 0
  selector: {matchLabels: {app: big}}
  template:
    metadata: {labels: {app: big}}
    spec:
      priorityClassName: high
      containers:
      - {name: c, image: example.com/web:1.0, resources: {requests: {cpu: 3500m}}}
"""
URGENT = with_image("resources: {requests: {cpu: '1'}}") + BIG


def named(kind, name, version="v1", **fields):
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": "default"}, **fields}


def quota(**hard):
    return named("ResourceQuota", "q", spec={"hard": hard})


RESTRICTED = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "default", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
}
SMALL = named("LimitRange", "small", spec={"limits": [{"type": "Container", "max": {"cpu": "500m"}}]})

CASES = {
    "probe-failed": Case(effect=KILLED, events=[HANG], without=[], line="livenessProbe:"),
    "probe-succeeded": Case(
        effect="Podが準備完了になりました", mended=NEVER_READY, line="readinessProbe:"
    ),
    "killing": Case(
        effect=RESTARTED,
        events=[HANG],
        mended=WEB.replace("failureThreshold: 2", "failureThreshold: 50"),
        line="failureThreshold: 2",
    ),
    "ended": Case(effect=KILLED, events=[{"at": 60, "scale": "web", "to": 0}], without=[]),
    "exited": Case(effect=RESTARTED, events=[CRASH], without=[]),
    "start-problem": Case(
        effect="が終わりました（終了コード1）", text=TWICE, mended=TWICE.replace(SAME_PORT, "example.com/shipper:1.0")
    ),
    "oom": Case(effect="強制終了", text=LIMITED, events=[LEAK], mended=WEB, line="memory: 64Mi"),
    "restarted": Case(effect=RESTARTED, events=[CRASH], without=[]),
    "back-off": Case(effect="次の再起動を待っています", events=[CRASHES], without=[CRASH]),
    "fault": Case(effect=RESTARTED, events=[HANG], without=[]),
    "pod-ready": Case(effect="Serviceの宛先が1個になりました", mended=NEVER_READY),
    "pod-unready": Case(effect="Serviceの宛先が0個になりました", events=[UNREADY], without=[]),
    "endpoints": Case(effect=LOST, events=[{**LOAD, "at": 30}, UNREADY], without=[{**LOAD, "at": 30}]),
    "endpoints-unmatched": Case(
        effect=LOST, events=[{**LOAD, "at": 30}], service=to(selector={"app": "wep"}), mended_service=SERVICE
    ),
    "rules-synced": Case(effect=ANSWERED, events=[LOAD], mended=NEVER_READY),
    "answered": Case(effect=ANSWERED, events=[{**LOAD, "at": 30}], without=[]),
    "lost-no-endpoints": Case(effect=LOST, events=[{**LOAD, "at": 30}, UNREADY], without=[{**LOAD, "at": 30}]),
    "endpoints-port-name": Case(
        effect=LOST, events=[{**LOAD, "at": 30}], service=to(targetPort="none"), mended_service=SERVICE
    ),
    "lost-no-service": Case(
        effect=LOST, events=[{**LOAD, "at": 30}], service=named("Service", "other", spec=SERVICE["spec"]), mended_service=SERVICE
    ),
    "lost-port-not-served": Case(
        effect=LOST, events=[{**LOAD, "at": 30, "port": 8000}], without=[{**LOAD, "at": 30}]
    ),
    "lost-on-the-way": Case(
        effect=LOST,
        events=[{**LOAD, "at": 30}],
        beside=[named("NetworkPolicy", "none", "networking.k8s.io/v1", spec={"podSelector": {}, "policyTypes": ["Ingress"]})],
    ),
    "lost-not-listening": Case(
        effect=LOST, events=[{**LOAD, "at": 30}], service=to(targetPort=8081), mended_service=SERVICE
    ),
    "lost-unanswered": Case(effect=LOST, events=[{**LOAD, "at": 30}, HANG], without=[{**LOAD, "at": 30}]),
    "unschedulable": Case(effect=PENDING, text=with_image("resources: {requests: {cpu: '64'}}"), mended=WEB),
    "NodeResourcesFit": Case(
        effect=PENDING, text=with_image("resources: {requests: {cpu: '64'}}"), mended=WEB, line="cpu: '64'"
    ),
    "NodeAffinity": Case(
        effect=PENDING, text=with_spec("nodeSelector: {disk: ssd}"), mended=WEB, line="disk: ssd"
    ),
    "TaintToleration": Case(effect=PENDING, nodes=TAINTED, mended_nodes=3),
    "NodeUnschedulable": Case(
        effect=PENDING,
        nodes=1,
        mended_nodes=1,
        events=[{"at": 1, "cordon": "node-1"}, {"at": 5, "scale": "web", "to": 2}],
        without=[{"at": 5, "scale": "web", "to": 2}],
    ),
    "PodTopologySpread": Case(effect=PENDING, text=with_spec(SPREAD), mended=WEB, line="topologyKey: rack"),
    "InterPodAffinity": Case(effect=PENDING, text=with_spec(ELSEWHERE), mended=WEB, line="app: none"),
    "NodePorts": Case(effect=PENDING, text=PORTS, mended=PORTS.replace(", hostPort: 8080", ""), line="hostPort"),
    "other-filter": Case(effect=PENDING, text=CLAIM, mended=WEB),
    "image-pull": Case(
        effect=NO_START, text=WEB.replace("example.com/web:1.0", "ngnix:1.0"), mended=WEB, line="ngnix:1.0"
    ),
    "image-name": Case(
        effect=NO_START, text=WEB.replace("example.com/web:1.0", "example.com/Web:1.0"), mended=WEB, line="Web:1.0"
    ),
    "image-never": Case(
        effect=NO_START, text=with_image("imagePullPolicy: Never"), mended=WEB, line="imagePullPolicy: Never"
    ),
    "config-missing": Case(effect=NO_START, text=NONE_READ, mended=WEB, line="name: none"),
    "mount": Case(effect="ボリュームをマウントできません", text=NONE_MAPPED, mended=WEB, line="configMap: {name: none}"),
    "quota": Case(effect=IN_VAIN, text=TWO, beside=[quota(pods="1")]),
    "quota-unset": Case(effect=IN_VAIN, beside=[quota(**{"limits.cpu": "4"})], line="- name: app"),
    "limit-range": Case(effect=IN_VAIN, text=HUNGRY, beside=[SMALL], line="resources: {limits:"),
    "pod-security": Case(effect=IN_VAIN, beside=[RESTRICTED], line="spec:"),
    "service-account": Case(
        effect=IN_VAIN, text=with_spec("serviceAccountName: none"), mended=WEB, line="serviceAccountName: none"
    ),
    "refused": Case(effect=IN_VAIN, text=with_spec("priorityClassName: none"), mended=WEB, line="spec:"),
    "taint": Case(effect="退避させられます", events=[EVICT], without=[], nodes=1, mended_nodes=1),
    "preempted": Case(
        effect="場所を譲ります",
        text=URGENT,
        events=[{"at": 30, "scale": "big", "to": 1}],
        mended=URGENT.replace("      priorityClassName: high\n", ""),
        nodes=1,
        mended_nodes=1,
    ),
    "load": Case(effect="レプリカ数が1から", text=hpa(), events=[BUSY], without=[]),
    "hpa-metric": Case(
        effect="レプリカ数が1から",
        text=hpa(),
        events=[BUSY],
        mended=hpa(target=900),
        line="averageUtilization: 50",
    ),
    "hpa-limit": Case(
        effect="レプリカ数が1から3になりました", text=hpa(high=3), events=[BUSY], mended=hpa(), line="maxReplicas: 3"
    ),
    "hpa-stabilization": Case(
        effect="レプリカ数が1から4になりました",
        second=105,
        text=hpa(behavior=SLOW),
        events=RISING,
        mended=hpa(),
        line="stabilizationWindowSeconds: 60",
    ),
    "hpa-bounds": Case(
        effect="レプリカ数が1から3になりました", text=hpa(low=3), mended=hpa(low=1), line="minReplicas: 3"
    ),
}  # fmt: skip


def reasons_of(text, events, service, nodes, beside, case):
    """The reasons behind the first such effect; None where it does not happen."""
    scenario = {"duration": 200, "nodes": nodes, "manifests": [*beside, service], "events": events}
    trial = try_out(text, goals=[], runs=[SimpleNamespace(id="day", scenario=json.dumps(scenario))])
    run = trial.of("day").run
    moments = [each for each in moments_of(run) if case.second in (None, each.ms // 1000)]
    found = [each for each in moments if case.effect in each.text]
    return explain(run, found[0], trial.report.objects).reasons if found else None


def test_every_reason_has_a_counterfactual():
    assert set(CASES) == set(REASONS)


@pytest.mark.parametrize("code", CASES)
def test_without_what_a_reason_claims_its_effect_is_gone(code):
    case = CASES[code]
    reasons = reasons_of(case.text, case.events, case.service, case.nodes, case.beside, case)
    assert reasons is not None, "the effect does not happen"
    named = [each for each in reasons if each.code == code]
    assert named, [each.code for each in reasons]
    if case.line:
        lines = case.text.split("\n")
        assert any(each.line and case.line in lines[each.line - 1] for each in named), [
            (each.field, each.line) for each in named
        ]
    without = case.events if case.without is None else case.without
    service = case.mended_service or case.service
    assert reasons_of(case.mended or case.text, without, service, case.mended_nodes, [], case) is None
