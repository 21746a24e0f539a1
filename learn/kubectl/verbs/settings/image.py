"""`kubectl set image`."""

from __future__ import annotations

from learn.cluster.api.kinds import Kind
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.resources import NO_RESOURCES, targets_of
from learn.kubectl.verbs.settings.common import FLAGS, change_each, pod_spec_of, split_assignments


def start(call: Call) -> State | None:
    names, pairs = split_assignments(call.args)
    if not names and not call.parsed.has("filename"):
        raise CommandError(NO_RESOURCES)
    if names:
        targets_of(names)
    if not pairs:
        raise CommandError("error: at least one image update is required")
    images = dict(pair.partition("=")[::2] for pair in pairs)
    if len(images) > 1 and "*" in images:
        raise CommandError(
            "error: all containers are already specified by *, but saw more than one container_name=container_image pairs"
        )

    def change(obj: Obj, kind: Kind) -> None:
        spec = pod_spec_of(obj, kind)
        containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
        for name, image in images.items():
            chosen = [each for each in containers if name in ("*", each["name"])]
            if not chosen:
                raise CommandError(f'error: unable to find container named "{name}"')
            for each in chosen:
                each["image"] = image

    change_each(
        call, names, "set image", "image updated", change, "failed to patch image update to pod template:"
    )
    return None


COMMAND = Command(
    path="set image",
    start=start,
    summary="コンテナのイメージを変えます",
    usage="set image 種類/名前 コンテナ=イメージ",
    flags=FLAGS,
)
