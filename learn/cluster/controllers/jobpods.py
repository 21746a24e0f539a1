"""The Pods of a Job as it makes them (pkg/controller/job/indexed_job_utils.go, job_controller.go manageJob)."""

from __future__ import annotations

from learn.cluster.controllers.jobrules import INDEX
from learn.cluster.controllers.replicas import pod_from
from learn.cluster.objects import Obj

INDEX_FAILURES = "batch.kubernetes.io/job-index-failure-count"
INDEX_IGNORED = "batch.kubernetes.io/job-index-ignored-failure-count"
LONGEST_GENERATE_NAME = 58


def job_pod(job: Obj) -> Obj:
    """A Pod of a Job without indexes."""
    return pod_from(job["spec"]["template"], job, generateName=f"{job['metadata']['name']}-")


def indexed_pod(job: Obj, index: int, *, failures: int = 0, ignored: int = 0) -> Obj:
    """The Pod of an index; where each index has a limit of its own, it says how often the index has failed before."""
    name, template = job["metadata"]["name"], job["spec"]["template"]
    meta = template.get("metadata") or {}
    ending = f"-{index}-"
    annotations = {**(meta.get("annotations") or {}), INDEX: str(index)}
    if job["spec"].get("backoffLimitPerIndex") is not None:
        annotations[INDEX_FAILURES] = str(failures)
        if ignored:
            annotations[INDEX_IGNORED] = str(ignored)
    pod = pod_from(
        template,
        job,
        generateName=name[: LONGEST_GENERATE_NAME - len(ending)] + ending,
        labels={**(meta.get("labels") or {}), INDEX: str(index)},
        annotations=annotations,
    )
    return {**pod, "spec": {**_with_index(template["spec"]), "hostname": f"{name}-{index}"}}


def _with_index(spec: Obj) -> Obj:
    """A Pod spec whose containers are told their index, unless they set the variable themselves."""
    source = {"fieldRef": {"apiVersion": "v1", "fieldPath": f"metadata.labels['{INDEX}']"}}
    env = {"name": "JOB_COMPLETION_INDEX", "valueFrom": source}

    def told(container: Obj) -> Obj:
        known = container.get("env") or ()
        is_set = any(each["name"] == env["name"] for each in known)
        return container if is_set else {**container, "env": [*known, env]}

    groups = [name for name in ("initContainers", "containers") if spec.get(name)]
    return {**spec, **{name: [told(each) for each in spec[name]] for name in groups}}
