"""What the descriptions of many kinds share: times, Events, Pod templates, quantities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from learn.cluster.clock import parse_timestamp
from learn.cluster.cluster import Cluster
from learn.cluster.objects import Obj, controller_of
from learn.kubectl.describe.writer import NONE, Writer
from learn.kubectl.duration import human_duration


@dataclass(frozen=True, slots=True)
class Scene:
    """The cluster that a description looks around in, and whether it ends with Events."""

    cluster: Cluster
    shows_events: bool = True

    @property
    def now_ms(self) -> int:
        return self.cluster.clock.start_ms + self.cluster.now

    @property
    def minor(self) -> int:
        return int(self.cluster.version.partition(".")[2])

    def age(self, timestamp: str | None) -> str:
        """How long ago; `<unknown>` without a time."""
        if not timestamp:
            return "<unknown>"
        return human_duration((self.now_ms - parse_timestamp(timestamp)) // 1000)

    def objects(self, kind: str, namespace: str | None = None) -> list[Obj]:
        return self.cluster.store.objects(kind, namespace)

    def owned(self, owner: Obj, kind: str) -> list[Obj]:
        """Objects of a kind that `owner` controls."""
        found = self.cluster.store.owned_by(owner["metadata"]["uid"], kind)
        return [obj for obj in found if (controller_of(obj) or {}).get("uid") == owner["metadata"]["uid"]]


def time_text(timestamp: str | None) -> str:
    """RFC 1123 with a numeric zone, in UTC: `Wed, 01 Apr 2026 00:00:00 +0000`."""
    if not timestamp:
        return "Mon, 01 Jan 0001 00:00:00 +0000"
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=parse_timestamp(timestamp) // 1000)
    return moment.strftime("%a, %d %b %Y %H:%M:%S +0000")


def head(out: Writer, obj: Obj, *, created: bool = False, name: bool = True) -> None:
    """Name, Namespace, [CreationTimestamp,] Labels, Annotations."""
    meta = obj["metadata"]
    if name:
        out.field("Name", meta["name"])
        out.field("Namespace", meta.get("namespace", ""))
    if created:
        out.field("CreationTimestamp", time_text(meta.get("creationTimestamp")))
    out.labels("Labels", meta.get("labels"))
    out.annotations("Annotations", meta.get("annotations"))


def yes(value: object) -> str:
    return "True" if value else "False"


def lower(value: object) -> str:
    return "true" if value else "false"


def controller_text(obj: Obj) -> str:
    owner = controller_of(obj)
    return f"{owner['kind']}/{owner['name']}" if owner else ""


def quantities(out: Writer, name: str, amounts: Mapping[str, Any] | None, level: int) -> None:
    """`Limits:` and its amounts, sorted; nothing without any."""
    if amounts:
        out.line(f"{name}:", level)
        for key in sorted(amounts):
            out.line(f"{key}:\t{amounts[key]}", level + 1)


def pods_status(scene: Scene, owner: Obj) -> dict[str, int]:
    """How many of the owner's Pods are Running, Pending, Succeeded, Failed."""
    counts = {"Running": 0, "Pending": 0, "Succeeded": 0, "Failed": 0}
    for pod in scene.owned(owner, "Pod"):
        phase = (pod.get("status") or {}).get("phase", "Pending")
        counts[phase] = counts.get(phase, 0) + 1
    return counts


def pods_status_line(counts: Mapping[str, int]) -> str:
    return (
        f"{counts['Running']} Running / {counts['Pending']} Waiting / "
        f"{counts['Succeeded']} Succeeded / {counts['Failed']} Failed"
    )


def reasons(out: Writer, found: Sequence[Obj]) -> None:
    """The Conditions table of workloads: Type, Status, Reason."""
    if found:
        out.line("Conditions:")
        out.table([("Type", "Status", "Reason"), ("----", "------", "------")])
        out.table([(f"{each['type']} ", each["status"], each.get("reason", "")) for each in found])


def events(scene: Scene, out: Writer, obj: Obj) -> None:
    """The Events about an object, oldest first."""
    if not scene.shows_events:
        return
    meta = obj["metadata"]
    found = [
        event for event in scene.objects("Event") if _is_about(event["involvedObject"], obj["kind"], meta)
    ]
    if not found:
        out.line(f"Events:\t{NONE}")
        return
    out.line("Events:")
    out.table([("Type", "Reason", "Age", "From", "Message"), ("----", "------", "----", "----", "-------")])
    for event in sorted(found, key=lambda event: event.get("lastTimestamp") or event.get("eventTime") or ""):
        out.table([_event_row(scene, event)])


def _is_about(involved: Obj, kind: str, meta: Obj) -> bool:
    if involved.get("kind") != kind or involved.get("name") != meta["name"]:
        return False
    if meta.get("namespace") and involved.get("namespace") != meta["namespace"]:
        return False
    uid = involved.get("uid")
    return kind == "Node" or not uid or not meta.get("uid") or bool(uid == meta["uid"])


def _event_row(scene: Scene, event: Obj) -> tuple[str, str, str, str, str]:
    source = event.get("source") or {}
    component = source.get("component") or event.get("reportingComponent") or ""
    message = str(event.get("message", "")).strip()
    if event["involvedObject"].get("fieldPath") and scene.minor >= 35:
        message = f"{event['involvedObject']['fieldPath']}: {message}"
    return event.get("type", ""), event.get("reason", ""), seen_text(scene, event), component, message


def seen_text(scene: Scene, event: Obj) -> str:
    """`4m59s`, or `3m21s (x6 over 4m11s)` for an Event that was repeated."""
    first = event.get("eventTime") or event.get("firstTimestamp")
    last = event.get("lastTimestamp") or first
    series = event.get("series")
    count = int(series["count"] if series else event.get("count") or 1)
    if series:
        last = series.get("lastObservedTime") or last
    if series or count > 1:
        return f"{scene.age(last)} (x{count} over {scene.age(first)})"
    return scene.age(first or last)
