"""Every reason that a chain of causes can name, and the rule of Kubernetes behind it."""

from collections.abc import Mapping
from dataclasses import dataclass

from learn.cluster.objects import Ref

_HPA_URL = "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/"
_PROBES_URL = (
    "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What Kubernetes does in such a case, and the page that says so."""

    text: str
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A sentence without its full stop and its key in `REASONS`.

    `ref` and `field` name the object and the path that decided, where the entry itself does not.
    """

    code: str
    text: str
    ref: Ref | None = None
    field: str = ""


_KILL = Rule(
    text="`failureThreshold`回続けて失敗すると、kubeletはコンテナを終了し、`restartPolicy`に従います。",
    title="Configure Liveness, Readiness and Startup Probes",
    url=_PROBES_URL,
)
_RESTART = Rule(
    text="終わったコンテナは、同じPodの中で再起動されます。2回目からは10秒、20秒と待ちが延びます。",
    title="Pod Lifecycle",
    url="https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy",
)
_READY = Rule(
    text="Podは、すべてのコンテナが動き、Readiness Probeに成功している間だけ準備完了です。",
    title="Pod readiness",
    url="https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-conditions",
)
_ENDPOINTS = Rule(
    text="Serviceの宛先になるのは、`selector`に合い、準備完了であるPodだけです。",
    title="EndpointSlices",
    url="https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#conditions",
)
_TARGET_PORT = Rule(
    text="Serviceは`port`で受けたリクエストを、Podの`targetPort`へ渡します。書かなければ`port`と同じ番号です。",
    title="Service: Port definitions",
    url="https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
)
_REQUESTS = Rule(
    text="Serviceへのリクエストは、転送ルールにある宛先のどれかに届きます。宛先がなければ失われます。",
    title="Virtual IPs and Service Proxies",
    url="https://kubernetes.io/docs/reference/networking/virtual-ips/",
)
_SCHEDULING = Rule(
    text="スケジューラーは、条件を満たすノードだけを候補にします。1つもなければPodはPendingのままです。",
    title="Kubernetes Scheduler",
    url="https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/",
)
_IMAGES = Rule(
    text="kubeletは、`image`に書いた名前のままレジストリから取得します。失敗すると、間隔を延ばしながら繰り返します。",
    title="Images",
    url="https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff",
)
_MEMORY = Rule(
    text="使うメモリが`limits.memory`を超えると、コンテナのプロセスは強制終了されます。",
    title="Resource Management for Pods and Containers",
    url="https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
)
_HPA = Rule(
    text="HPAは15秒ごとに、いまのレプリカ数×（いまの値÷目標の値）を切り上げた数を求めます。",
    title="Horizontal Pod Autoscaling",
    url=f"{_HPA_URL}#algorithm-details",
)
_HPA_LIMITS = Rule(
    text="求めた数は、`minReplicas`から`maxReplicas`までに収め、増減の速さの上限と安定化の期間にも従います。",
    title="Configurable scaling behavior",
    url=f"{_HPA_URL}#configurable-scaling-behavior",
)

_VOLUMES = Rule(
    text="kubeletは、ボリュームがすべてそろってからコンテナを始めます。そろうまで、間隔を延ばしながら繰り返します。",
    title="Volumes",
    url="https://kubernetes.io/docs/concepts/storage/volumes/",
)
_CONFIG = Rule(
    text="環境変数が指すConfigMapやSecretがそろわないと、コンテナは始まりません。",
    title="Configure a Pod to Use a ConfigMap",
    url="https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/#restrictions",
)
_QUOTA = Rule(
    text="使う量の合計がResourceQuotaの上限を超えるものは、作るときに断られます。上限がある資源は、コンテナごとの量も要ります。",
    title="Resource Quotas",
    url="https://kubernetes.io/docs/concepts/policy/resource-quotas/",
)
_LIMIT_RANGE = Rule(
    text="LimitRangeの範囲に収まらないPodは、作るときに断られます。",
    title="Limit Ranges",
    url="https://kubernetes.io/docs/concepts/policy/limit-range/",
)
_POD_SECURITY = Rule(
    text="Namespaceのラベルが定める基準を満たさないPodは、作るときに断られます。",
    title="Pod Security Admission",
    url="https://kubernetes.io/docs/concepts/security/pod-security-admission/",
)
_ADMISSION = Rule(
    text="APIサーバーは、書き方が正しくても、決まりに合わないPodを受け付けません。",
    title="Admission Control in Kubernetes",
    url="https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/",
)
_TAINTS = Rule(
    text="`NoExecute`のtaintを許容しないPodは、そのノードから退避させられます。",
    title="Taints and Tolerations",
    url="https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/",
)
_PREEMPTION = Rule(
    text="置けるノードがないと、スケジューラーは優先度の低いPodを終わらせて場所を空けます。",
    title="Pod Priority and Preemption",
    url="https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/",
)

REASONS: Mapping[str, Rule | None] = {
    "probe-failed": None,
    "probe-succeeded": None,
    "killing": _KILL,
    "ended": None,
    "exited": None,
    "start-problem": None,
    "oom": _MEMORY,
    "restarted": _RESTART,
    "back-off": _RESTART,
    "fault": None,
    "pod-ready": _READY,
    "pod-unready": _READY,
    "endpoints": _ENDPOINTS,
    "endpoints-unmatched": _ENDPOINTS,
    "endpoints-port-name": _TARGET_PORT,
    "rules-synced": None,
    "answered": _REQUESTS,
    "lost-no-endpoints": _REQUESTS,
    "lost-no-service": _REQUESTS,
    "lost-port-not-served": _TARGET_PORT,
    "lost-not-listening": _TARGET_PORT,
    "lost-on-the-way": _REQUESTS,
    "lost-unanswered": _REQUESTS,
    "unschedulable": _SCHEDULING,
    "NodeResourcesFit": _SCHEDULING,
    "NodeAffinity": _SCHEDULING,
    "TaintToleration": _SCHEDULING,
    "NodeUnschedulable": _SCHEDULING,
    "PodTopologySpread": _SCHEDULING,
    "InterPodAffinity": _SCHEDULING,
    "NodePorts": _SCHEDULING,
    "other-filter": _SCHEDULING,
    "image-pull": _IMAGES,
    "image-name": _IMAGES,
    "image-never": _IMAGES,
    "config-missing": _CONFIG,
    "mount": _VOLUMES,
    "quota": _QUOTA,
    "quota-unset": _QUOTA,
    "limit-range": _LIMIT_RANGE,
    "pod-security": _POD_SECURITY,
    "service-account": _ADMISSION,
    "refused": _ADMISSION,
    "taint": _TAINTS,
    "preempted": _PREEMPTION,
    "load": None,
    "hpa-metric": _HPA,
    "hpa-limit": _HPA_LIMITS,
    "hpa-stabilization": _HPA_LIMITS,
    "hpa-bounds": _HPA_LIMITS,
}
"""Every reason that a chain can name, with its rule. Each has a counterfactual among the tests."""
