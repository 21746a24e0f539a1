"""What makes a workload hard to update, to spread or to clean up."""

from collections.abc import Iterator

from learn.cluster.api.access import int_at, map_at, text_at
from learn.sandbox.checks.registry import Finding, object_check, workload_check
from learn.sandbox.checks.world import Workload, World
from learn.sandbox.objects import ManifestObject


@object_check("pod-bare", "Pod")
def bare_pod(pod: ManifestObject, world: World) -> Iterator[Finding]:
    """Nothing brings a bare Pod back when its node is lost."""
    if not map_at(pod.value, "metadata").get("ownerReferences"):
        yield Finding(obj=pod, path=("kind",))


@object_check("replicas-single", "Deployment")
def single_replica(deployment: ManifestObject, world: World) -> Iterator[Finding]:
    """One Pod behind a Service: its loss is an outage."""
    spec = map_at(deployment.value, "spec")
    served = any(world.services_of(w) for w in world.workloads if w.obj is deployment)
    replicas = int_at(spec, "replicas")
    scaled = any(
        text_at(map_at(map_at(hpa.value, "spec"), "scaleTargetRef"), "name") == deployment.name
        for hpa in world.of("HorizontalPodAutoscaler")
    )
    if served and replicas in (None, 1) and not scaled:
        path = ("spec", "replicas") if replicas else ("spec",)
        yield Finding(obj=deployment, path=path, on_key=True)


@object_check("history-zero", "Deployment")
def history_zero(deployment: ManifestObject, world: World) -> Iterator[Finding]:
    """Without old ReplicaSets there is nothing to roll back to."""
    if int_at(map_at(deployment.value, "spec"), "revisionHistoryLimit") == 0:
        yield Finding(obj=deployment, path=("spec", "revisionHistoryLimit"))


@object_check("strategy-all-unavailable", "Deployment")
def all_unavailable(deployment: ManifestObject, world: World) -> Iterator[Finding]:
    """All Pods may stop at once during an update."""
    rolling = map_at(map_at(map_at(deployment.value, "spec"), "strategy"), "rollingUpdate")
    if rolling.get("maxUnavailable") == "100%":
        yield Finding(obj=deployment, path=("spec", "strategy", "rollingUpdate", "maxUnavailable"))


@object_check("strategy-recreate-served", "Deployment")
def recreate(deployment: ManifestObject, world: World) -> Iterator[Finding]:
    """Recreate stops everything before it starts anything."""
    strategy = map_at(map_at(deployment.value, "spec"), "strategy")
    if (
        text_at(strategy, "type") == "Recreate"
        and (int_at(map_at(deployment.value, "spec"), "replicas") or 1) > 1
    ):
        yield Finding(obj=deployment, path=("spec", "strategy", "type"))


@object_check("job-no-ttl", "Job")
def job_no_ttl(job: ManifestObject, world: World) -> Iterator[Finding]:
    """Finished Jobs and their Pods stay until someone deletes them."""
    if "ttlSecondsAfterFinished" not in map_at(job.value, "spec"):
        yield Finding(obj=job, path=("spec",), on_key=True)


@object_check("cronjob-overlap", "CronJob")
def cronjob_overlap(cronjob: ManifestObject, world: World) -> Iterator[Finding]:
    """The next run starts although the last one still works."""
    if "concurrencyPolicy" not in map_at(cronjob.value, "spec"):
        yield Finding(obj=cronjob, path=("spec", "schedule"))


@object_check("cronjob-no-time-zone", "CronJob")
def cronjob_no_timezone(cronjob: ManifestObject, world: World) -> Iterator[Finding]:
    """Without timeZone the schedule follows the clock of kube-controller-manager, usually UTC."""
    if "timeZone" not in map_at(cronjob.value, "spec"):
        yield Finding(obj=cronjob, path=("spec", "schedule"))


@workload_check("spread-unset")
def spread_unset(workload: Workload, world: World) -> Iterator[Finding]:
    """Many replicas, and nothing that keeps them on different nodes."""
    spread = workload.spec.get("topologySpreadConstraints") or map_at(workload.spec, "affinity").get(
        "podAntiAffinity"
    )
    if workload.obj.kind in ("Deployment", "StatefulSet") and workload.replicas >= 3 and not spread:
        yield Finding(
            obj=workload.obj, path=("spec", "replicas"), params={"replicas": str(workload.replicas)}
        )


@object_check("secret-plain-data", "Secret")
def secret_in_git(secret: ManifestObject, world: World) -> Iterator[Finding]:
    """Base64 hides nothing: whoever reads the manifest reads the secret."""
    if secret.value.get("data") or secret.value.get("stringData"):
        yield Finding(obj=secret, path=("kind",))
