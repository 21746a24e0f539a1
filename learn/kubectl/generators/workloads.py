"""deployment, job, cronjob."""

from __future__ import annotations

from typing import Any

from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj
from learn.kubectl.call import Call
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag, Kind
from learn.kubectl.generators.common import Generator, container_name, metadata, only_name
from learn.kubectl.resources import targets_of


def _command(call: Call) -> list[str]:
    return [*call.args[1:], *(call.parsed.after_dashes or ())]


def _one_name(call: Call, command: str) -> str:
    if not call.args:
        only_name(call, command)
    if len(call.args) > 1 and call.parsed.after_dashes is None:
        only_name(call, command)
    return call.args[0]


def _deployment(call: Call) -> Obj:
    name = _one_name(call, "deployment")
    images, command = call.parsed.texts("image"), _command(call)
    if len(images) > 1 and command:
        raise CommandError("error: cannot specify multiple --image options and command")
    containers: list[Obj] = []
    for image in images:
        container: Obj = {"image": image, "name": container_name(image), "resources": {}}
        if command:
            container["command"] = command
        containers.append(container)
    port = call.parsed.number("port", -1)
    if port >= 0:
        containers[0]["ports"] = [{"containerPort": port}]
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(call, name, labels=labels),
        "spec": {
            "replicas": call.parsed.number("replicas", 1),
            "selector": {"matchLabels": labels},
            "strategy": {},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
        },
        "status": {},
    }


def _job(call: Call) -> Obj:
    name = _one_name(call, "job")
    image, source = call.parsed.text("image"), call.parsed.text("from")
    if bool(image) == bool(source):
        raise CommandError("error: either --image or --from must be specified")
    if source:
        return _from_cron_job(call, name, source)
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata(call, name),
        "spec": {"template": _template(name, image, _command(call), "Never")},
        "status": {},
    }


def _template(name: str, image: str, command: list[str], restart: str) -> Obj:
    container: Obj = {"image": image, "name": name, "resources": {}}
    if command:
        container["command"] = command
    return {"metadata": {}, "spec": {"containers": [container], "restartPolicy": restart}}


def _from_cron_job(call: Call, name: str, source: str) -> Obj:
    target = targets_of([source])[0]
    if target.kind.kind != "CronJob":
        raise CommandError(
            f"error: unknown object type *v1.{target.kind.kind}"
            if target.name
            else "error: from must be an existing cronjob"
        )
    try:
        cron = call.find(target.kind, target.name)
    except ApiError as error:
        raise CommandError(f"error: failed to get cronjob: {error.message}") from None
    template: dict[str, Any] = cron["spec"]["jobTemplate"]
    annotations = {"cronjob.kubernetes.io/instantiate": "manual"}
    own = template.get("metadata") or {}
    meta = metadata(call, name, labels=own.get("labels"))
    owner = {
        "apiVersion": "batch/v1",
        "controller": True,
        "kind": "CronJob",
        "name": cron["metadata"]["name"],
        "uid": cron["metadata"]["uid"],
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            **meta,
            "annotations": {**annotations, **(own.get("annotations") or {})},
            "ownerReferences": [owner],
        },
        "spec": template["spec"],
        "status": {},
    }


def _cron_job(call: Call) -> Obj:
    name = _one_name(call, "cronjob")
    restart = call.parsed.text("restart") or "OnFailure"
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": metadata(call, name),
        "spec": {
            "jobTemplate": {
                "metadata": {"name": name},
                "spec": {"template": _template(name, call.parsed.text("image"), _command(call), restart)},
            },
            "schedule": call.parsed.text("schedule"),
        },
        "status": {},
    }


GENERATORS = (
    Generator(
        name="deployment",
        aliases=("deploy",),
        build=_deployment,
        wrapping="failed to create deployment",
        summary="Deploymentを作ります",
        flags=(
            Flag(name="image", kind=Kind.STRINGS, required=True),
            Flag(name="replicas", short="r", kind=Kind.INT),
            Flag(name="port", kind=Kind.INT),
        ),
    ),
    Generator(
        name="job",
        build=_job,
        wrapping="failed to create job",
        summary="Jobを作ります",
        flags=(Flag(name="image"), Flag(name="from")),
    ),
    Generator(
        name="cronjob",
        aliases=("cj",),
        build=_cron_job,
        wrapping="failed to create cronjob",
        summary="CronJobを作ります",
        flags=(
            Flag(name="image", required=True),
            Flag(name="schedule", required=True),
            Flag(name="restart"),
        ),
    ),
)
