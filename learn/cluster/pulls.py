"""Image pulls: from the policy to the back-off (pkg/kubelet/images/image_manager.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from learn.cluster.engine import Priority
from learn.cluster.images import PullFailure
from learn.cluster.metrics import IMAGE as METRICS_SERVER
from learn.cluster.objects import Obj
from learn.cluster.pods import container_field, container_spec
from learn.cluster.restarts import Backoff, after_restart, go_duration, may_restart_at

if TYPE_CHECKING:
    from learn.cluster.kubelet import Kubelet, Record

PULL_MS = 2_000
CHECK_MS = 400
"""How long the registry takes to say that an image at hand is the newest (policy Always)."""

SHOWN_MS = 1_000
"""How long a failed attempt is shown as ErrImagePull before the wait for the next one is."""

PRELOADED = frozenset({METRICS_SERVER})
"""Images that nodes have from their installation."""

IMAGE_SIZE = 52_428_800


def pull_policy(spec: Obj) -> str:
    """As defaulted: Always for `latest` or no tag, else IfNotPresent."""
    if spec.get("imagePullPolicy"):
        return str(spec["imagePullPolicy"])
    name = str(spec.get("image") or "").rpartition("/")[2]
    is_latest = "@" not in name and (":" not in name or name.endswith(":latest"))
    return "Always" if is_latest else "IfNotPresent"


class Pulls:
    """The images of every node; state lies in the kubelet's `nodes` and in the containers' `pull`."""

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.engine = kubelet.engine

    def node(self, name: str) -> dict[str, Any]:
        """What the kubelet remembers of a node: its images, the pulls under way, how many addresses it gave out."""
        nodes: dict[str, dict[str, Any]] = self.kubelet.state["nodes"]
        return nodes.setdefault(name, {"images": {}, "pulls": {}, "busy": 0, "ip": 0})

    def has_image(self, record: Record, pod: Obj, name: str) -> bool:
        """Whether the container's image is at hand; if not, the pull goes on (`starting`) or must wait."""
        container = record["containers"][name]
        spec = container_spec(pod, name)
        image = str(spec.get("image") or "")
        found = self.kubelet.app(image)
        if isinstance(found, PullFailure) and found.reason == "InvalidImageName":
            self._invalid(record, pod, name, found)
            return False
        if container["pull"] == "done":
            container["pull"] = None
            return True
        policy = pull_policy(spec)
        node = self.node(record["node"])
        present = image in node["images"] or image in PRELOADED
        if present and policy != "Always":
            suffix = self.kubelet.texts.image_present_suffix
            text = f'Container image "{image}" already present on machine{suffix}'
            self.kubelet.tell(pod, "Normal", "Pulled", text, container=name)
            return True
        if policy == "Never":
            text = f'Container image "{image}" is not present with pull policy of Never'
            if container["reason"] != "ErrImageNeverPull":
                self.kubelet.tell(pod, "Warning", "ErrImageNeverPull", text, container=name)
                field = container_field(pod, name, "imagePullPolicy")
                never = "Error: ErrImageNeverPull"
                self.kubelet.tell(pod, "Warning", "Failed", never, container=name, field=field)
            self.kubelet.containers.wait(container, "ErrImageNeverPull", text)
            return False
        if self._is_backing_off(record, pod, name, image):
            return False
        self._begin(record, pod, name, image, present=present)
        return False

    def _invalid(self, record: Record, pod: Obj, name: str, found: PullFailure) -> None:
        container = record["containers"][name]
        if container["reason"] != "InvalidImageName":
            self.kubelet.tell(pod, "Warning", "InspectFailed", found.message, container=name)
            field = container_field(pod, name, "image")
            self.kubelet.tell(
                pod, "Warning", "Failed", "Error: InvalidImageName", container=name, field=field
            )
        self.kubelet.containers.wait(container, "InvalidImageName", found.message)

    def _begin(self, record: Record, pod: Obj, name: str, image: str, *, present: bool) -> None:
        """Ask the registry; pulls of one node go one after the other, one image is pulled once for all."""
        node = self.node(record["node"])
        self.kubelet.tell(pod, "Normal", "Pulling", f'Pulling image "{image}"', container=name)
        now = self.engine.now
        if present:
            due = now + CHECK_MS
        elif node["pulls"].get(image, 0) > now:
            due = node["pulls"][image]
        else:
            due = max(now, node["busy"]) + PULL_MS
            node["busy"] = node["pulls"][image] = due
        record["starting"] = name
        record["pull_started"] = now
        self.engine.at(due, Priority.PROCESS, "kubelet.pulled", record["uid"], name)

    def finished(self, record: Record, pod: Obj, name: str) -> None:
        """The registry has answered."""
        if record["starting"] != name:
            return
        record["starting"] = ""
        container = record["containers"][name]
        image = str(container_spec(pod, name)["image"])
        found = self.kubelet.app(image)
        if isinstance(found, PullFailure):
            self._failed(record, pod, name, image, found)
        else:
            self.node(record["node"])["images"][image] = True
            self.node(record["node"])["pulls"].pop(image, None)
            took = go_duration(self.engine.now - record["pull_started"])
            text = f'Successfully pulled image "{image}" in {took} ({took} including waiting). Image size: {IMAGE_SIZE} bytes.'
            self.kubelet.tell(pod, "Normal", "Pulled", text, container=name)
            container["pull"] = "done"
        if "deletionTimestamp" in pod["metadata"]:
            return
        self.kubelet.sync(record, pod)

    def _failed(self, record: Record, pod: Obj, name: str, image: str, found: PullFailure) -> None:
        container = record["containers"][name]
        now = self.engine.now
        known = container["pull"]
        backoff = after_restart(Backoff(*known[:2]) if known else None, now, now)
        container["pull"] = [*backoff, now]
        text = f'Failed to pull image "{image}": {found.message}'
        field = container_field(pod, name, "image")
        self.kubelet.tell(pod, "Warning", "Failed", text, container=name, field=field)
        self.kubelet.tell(pod, "Warning", "Failed", "Error: ErrImagePull", container=name, field=field)
        self.kubelet.containers.wait(container, "ErrImagePull", found.message)
        self.engine.after(SHOWN_MS, Priority.KUBELET, "kubelet.retry", record["uid"])

    def _is_backing_off(self, record: Record, pod: Obj, name: str, image: str) -> bool:
        container = record["containers"][name]
        if not isinstance(container["pull"], list):
            return False
        delay, decided, failed = container["pull"]
        due = may_restart_at(Backoff(delay, decided), failed)
        now = self.engine.now
        if now >= due:
            return False
        if now < failed + SHOWN_MS or container["reason"] == "ImagePullBackOff":
            return True
        cause = container["message"]
        self.kubelet.tell(pod, "Normal", "BackOff", f'Back-off pulling image "{image}"', container=name)
        self.kubelet.tell(pod, "Warning", "Failed", "Error: ImagePullBackOff", container=name)
        text = f'Back-off pulling image "{image}": ErrImagePull: {cause}'
        self.kubelet.containers.wait(container, "ImagePullBackOff", text)
        self.engine.at(due, Priority.KUBELET, "kubelet.retry", record["uid"])
        return True
