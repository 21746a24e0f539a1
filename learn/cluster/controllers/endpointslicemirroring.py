"""Turns Endpoints that somebody wrote by hand into EndpointSlices (pkg/controller/endpointslicemirroring).

Only for Services without a selector; kube-proxy and DNS read slices alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv6Address

from learn.cluster.api import names
from learn.cluster.api.access import as_map
from learn.cluster.controllers.base import Controller, KeysOf, own_key, split_key
from learn.cluster.controllers.endpointslice import MANAGED_LABEL, SERVICE_NAME
from learn.cluster.objects import Obj, is_deleting, labels_of, owner_reference, ref_of
from learn.cluster.store import Notice

MANAGED_BY = "endpointslicemirroring-controller.k8s.io"
SKIP_LABEL = "endpointslice.kubernetes.io/skip-mirror"
LEADER_ANNOTATION = "control-plane.alpha.kubernetes.io/leader"
MAX_ADDRESSES = 1_000
_NOT_COPIED = (
    "endpoints.kubernetes.io/last-change-trigger-time",
    "kubectl.kubernetes.io/last-applied-configuration",
)


def should_mirror(endpoints: Obj) -> bool:
    """Whether Endpoints are meant as such, and not to be left alone."""
    annotations = as_map(endpoints["metadata"].get("annotations"))
    return labels_of(endpoints).get(SKIP_LABEL) != "true" and LEADER_ANNOTATION not in annotations


def mirrored(endpoints: Obj) -> tuple[list[Obj], int]:
    """The slices for Endpoints, one per set of ports and kind of address, and how many addresses are too many.

    A slice has `addressType`, `endpoints` and `ports`; at most `MAX_ADDRESSES` of each subset are taken.
    """
    found: dict[tuple[str, str], Obj] = {}
    skipped = 0
    for subset in endpoints.get("subsets") or ():
        ports = [_port(each) for each in subset.get("ports") or ()]
        listed = [(each, True) for each in subset.get("addresses") or ()]
        listed += [(each, False) for each in subset.get("notReadyAddresses") or ()]
        skipped += max(0, len(listed) - MAX_ADDRESSES)
        for address, ready in listed[:MAX_ADDRESSES]:
            parsed = names.parse_ip(address.get("ip") or "")
            if parsed is None:
                continue
            kind = "IPv6" if isinstance(parsed, IPv6Address) else "IPv4"
            slice_ = found.setdefault(
                (kind, repr(ports)), {"addressType": kind, "endpoints": [], "ports": ports}
            )
            slice_["endpoints"].append(_endpoint(address, str(parsed), ready))
    return [found[key] for key in sorted(found)], skipped


def _port(port: Mapping[str, object]) -> Obj:
    made: Obj = {
        "name": port.get("name") or "",
        "port": port.get("port"),
        "protocol": port.get("protocol") or "TCP",
    }
    return {**made, "appProtocol": port["appProtocol"]} if port.get("appProtocol") else made


def _endpoint(address: Mapping[str, object], ip: str, ready: bool) -> Obj:
    made: Obj = {"addresses": [ip], "conditions": {"ready": ready}}
    return made | {key: address[key] for key in ("targetRef", "nodeName", "hostname") if address.get(key)}


class EndpointSliceMirroringController(Controller):
    name = "endpointslicemirroring"

    def watches(self) -> Mapping[str, KeysOf]:
        return {"Service": own_key, "Endpoints": own_key, "EndpointSlice": self._of_slice}

    def _of_slice(self, notice: Notice) -> Iterable[str]:
        """A slice of ours that someone else deleted is made again."""
        labels = labels_of(notice.obj)
        if notice.new is not None or labels.get(MANAGED_LABEL) != MANAGED_BY:
            return ()
        return (f"{notice.ref.namespace}/{labels.get(SERVICE_NAME, '')}",)

    def reconcile(self, key: str) -> None:
        namespace, name = split_key(key)
        endpoints = self.store.find("Endpoints", namespace, name)
        service = self.store.find("Service", namespace, name)
        slices = [
            each
            for each in self.store.objects("EndpointSlice", namespace)
            if labels_of(each).get(SERVICE_NAME) == name and labels_of(each).get(MANAGED_LABEL) == MANAGED_BY
        ]
        wanted: list[Obj] = []
        if (
            endpoints is not None
            and service is not None
            and should_mirror(endpoints)
            and not is_deleting(endpoints)
            and not service["spec"].get("selector")
        ):
            wanted, skipped = mirrored(endpoints)
            self._warn(endpoints, skipped)
        for slice_ in slices[len(wanted) :]:
            self.api.delete(ref_of(slice_))
        for index, made in enumerate(wanted):
            assert endpoints is not None
            self._write(endpoints, made, slices[index] if index < len(slices) else None)

    def _write(self, endpoints: Obj, made: Obj, known: Obj | None) -> None:
        meta = endpoints["metadata"]
        labels = {**labels_of(endpoints), SERVICE_NAME: meta["name"], MANAGED_LABEL: MANAGED_BY}
        annotations = {
            key: value for key, value in as_map(meta.get("annotations")).items() if key not in _NOT_COPIED
        }
        metadata = {
            "namespace": meta["namespace"],
            "labels": labels,
            **({"annotations": annotations} if annotations else {}),
            "ownerReferences": [owner_reference(endpoints)],
        }
        obj: Obj = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", **made}
        if known is not None and known["addressType"] == made["addressType"]:
            metadata["name"] = known["metadata"]["name"]
            self.api.update({**obj, "metadata": metadata}, trusted=True, field="subsets")
            return
        if known is not None:
            self.api.delete(ref_of(known))
        metadata["generateName"] = f"{meta['name']}-"
        self.api.create({**obj, "metadata": metadata}, trusted=True, field="subsets")

    def _warn(self, endpoints: Obj, skipped: int) -> None:
        if skipped:
            text = (
                f"A max of {MAX_ADDRESSES} addresses can be mirrored to EndpointSlices per Endpoints subset. "
                f"{skipped} addresses were skipped"
            )
            source = "endpoint-slice-mirroring-controller"
            self.events.record(
                endpoints, "Warning", "TooManyAddressesToMirror", text, source=source, field="subsets"
            )
