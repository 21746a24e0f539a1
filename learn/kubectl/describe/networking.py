"""Services, EndpointSlices, Ingresses, NetworkPolicies and their neighbours."""

from __future__ import annotations

from collections.abc import Sequence

from learn.cluster.api.labels import label_selector_text
from learn.cluster.objects import Obj
from learn.kubectl.columns.model import labels_text
from learn.kubectl.columns.networking import host_port
from learn.kubectl.describe.common import Scene, events, head
from learn.kubectl.describe.writer import NONE, Writer

UNSET = "<unset>"
SHOWN_ENDPOINTS = 3


def describe_service(scene: Scene, out: Writer, obj: Obj) -> None:
    spec, status = obj["spec"], obj.get("status") or {}
    head(out, obj)
    out.field("Selector", labels_text(spec.get("selector")))
    out.field("Type", spec.get("type", "ClusterIP"))
    if spec.get("ipFamilyPolicy"):
        out.field("IP Family Policy", spec["ipFamilyPolicy"])
    out.field("IP Families", ",".join(spec.get("ipFamilies") or ()) or NONE)
    out.field("IP", spec.get("clusterIP", ""))
    out.field("IPs", ",".join(spec.get("clusterIPs") or ()) or NONE)
    for name, value in (
        ("External IPs", ",".join(spec.get("externalIPs") or ())),
        ("Desired LoadBalancer IP", spec.get("loadBalancerIP")),
        ("External Name", spec.get("externalName")),
        ("LoadBalancer Ingress", _balancers(status)),
    ):
        if value:
            out.field(name, value)
    slices = slices_of(scene, obj["metadata"]["namespace"], obj["metadata"]["name"])
    for port in spec.get("ports") or ():
        _port(scene, out, port, slices)
    out.field("Session Affinity", spec.get("sessionAffinity", ""))
    for name, value in (
        ("External Traffic Policy", spec.get("externalTrafficPolicy")),
        ("Internal Traffic Policy", spec.get("internalTrafficPolicy")),
        ("HealthCheck NodePort", spec.get("healthCheckNodePort")),
        ("LoadBalancer Source Ranges", ",".join(spec.get("loadBalancerSourceRanges") or ())),
        ("Traffic Distribution", spec.get("trafficDistribution")),
    ):
        if value:
            out.field(name, value)
    events(scene, out, obj)


def _balancers(status: Obj) -> str:
    found = (status.get("loadBalancer") or {}).get("ingress") or ()
    return ", ".join(
        each["ip"] + (f" ({each['ipMode']})" if each.get("ipMode") else "")
        if each.get("ip")
        else each.get("hostname", "")
        for each in found
    )


def _port(scene: Scene, out: Writer, port: Obj, slices: Sequence[Obj]) -> None:
    protocol, name = port.get("protocol", "TCP"), port.get("name") or UNSET
    out.line(f"Port:\t{name}\t{port['port']}/{protocol}")
    out.line(f"TargetPort:\t{port.get('targetPort', port['port'])}/{protocol}")
    if port.get("appProtocol") and scene.minor >= 34:
        out.field("AppProtocol", port["appProtocol"])
    if port.get("nodePort"):
        out.line(f"NodePort:\t{name}\t{port['nodePort']}/{protocol}")
    out.field("Endpoints", endpoints_text(slices, port.get("name") or ""))


def slices_of(scene: Scene, namespace: str, service: str) -> list[Obj]:
    return [
        each
        for each in scene.objects("EndpointSlice", namespace)
        if (each["metadata"].get("labels") or {}).get("kubernetes.io/service-name") == service
    ]


def endpoints_text(slices: Sequence[Obj], port_name: str) -> str:
    """Ready addresses of one port: three, and how many more; `<none>` without any slice."""
    if not slices:
        return NONE
    found = []
    for each in slices:
        ready = [
            endpoint["addresses"][0]
            for endpoint in each.get("endpoints") or ()
            if (endpoint.get("conditions") or {}).get("ready") is not False
        ]
        if not each.get("ports"):
            found += ready
        for port in each.get("ports") or ():
            if (port.get("name") or "") == port_name:
                found += [host_port(address, port.get("port")) for address in ready]
    shown = ",".join(found[:SHOWN_ENDPOINTS])
    more = len(found) - SHOWN_ENDPOINTS
    return f"{shown} + {more} more..." if more > 0 else shown


def describe_endpoints(scene: Scene, out: Writer, obj: Obj) -> None:
    head(out, obj)
    out.line("Subsets:")
    for subset in obj.get("subsets") or ():
        for name, key in (("Addresses", "addresses"), ("NotReadyAddresses", "notReadyAddresses")):
            out.field(name, ",".join(each["ip"] for each in subset.get(key) or ()) or NONE, 1)
        if subset.get("ports"):
            out.line("Ports:", 1)
            rows = [(p.get("name") or UNSET, p["port"], p.get("protocol", "TCP")) for p in subset["ports"]]
            out.table([("Name", "Port", "Protocol"), ("----", "----", "--------"), *rows], 2)
        out.line()
    events(scene, out, obj)


def describe_endpoint_slice(scene: Scene, out: Writer, obj: Obj) -> None:
    head(out, obj)
    out.field("AddressType", obj.get("addressType", ""))
    if not obj.get("ports"):
        out.line("Ports: <unset>")
    else:
        out.line("Ports:")
        rows = [
            (p.get("name") or UNSET, UNSET if p.get("port") is None else p["port"], p.get("protocol", "TCP"))
            for p in obj["ports"]
        ]
        out.table([("Name", "Port", "Protocol"), ("----", "----", "--------"), *rows])
    if not obj.get("endpoints"):
        out.line("Endpoints: <none>")
    else:
        out.line("Endpoints:")
        for endpoint in obj["endpoints"]:
            _endpoint(out, endpoint)
    events(scene, out, obj)


def _endpoint(out: Writer, endpoint: Obj) -> None:
    out.field("- Addresses", ", ".join(endpoint.get("addresses") or ()) or NONE, 1)
    out.line("Conditions:", 2)
    ready = (endpoint.get("conditions") or {}).get("ready")
    out.field("Ready", UNSET if ready is None else str(bool(ready)).lower(), 3)
    out.field("Hostname", endpoint.get("hostname") or UNSET, 2)
    if target := endpoint.get("targetRef"):
        out.field("TargetRef", f"{target.get('kind', '')}/{target.get('name', '')}", 2)
    out.field("NodeName", endpoint.get("nodeName") or UNSET, 2)
    out.field("Zone", endpoint.get("zone") or UNSET, 2)


def describe_ingress(scene: Scene, out: Writer, obj: Obj) -> None:
    meta, spec = obj["metadata"], obj["spec"]
    namespace = meta["namespace"]
    out.field("Name", meta["name"])
    out.labels("Labels", meta.get("labels"))
    out.field("Namespace", namespace)
    out.field("Address", _addresses(obj))
    out.field("Ingress Class", spec.get("ingressClassName") or NONE)
    default = (
        _backend(scene, namespace, spec["defaultBackend"]) if spec.get("defaultBackend") else "<default>"
    )
    out.field("Default backend", default)
    if spec.get("tls"):
        out.line("TLS:")
        for each in spec["tls"]:
            hosts = ",".join(each.get("hosts") or ())
            out.line(
                f"{each['secretName']} terminates {hosts}"
                if each.get("secretName")
                else f"SNI routes {hosts}",
                1,
            )
    out.line("Rules:")
    out.table([("Host", "Path", "Backends"), ("----", "----", "--------")])
    rules = [rule for rule in spec.get("rules") or () if rule.get("http")]
    for rule in rules:
        out.line(f"{rule.get('host') or '*'}\t", 1)
        for path in rule["http"].get("paths") or ():
            out.line(f"\t{path.get('path', '')} \t{_backend(scene, namespace, path['backend'])}", 2)
    if not rules:
        out.line(f"*\t*\t{default}", 1)
    out.annotations("Annotations", meta.get("annotations"))
    events(scene, out, obj)


def _addresses(obj: Obj) -> str:
    found = ((obj.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    return ",".join(sorted({each.get("ip") or each.get("hostname") or "" for each in found} - {""}))


def _backend(scene: Scene, namespace: str, backend: Obj) -> str:
    if resource := backend.get("resource"):
        group = resource.get("apiGroup") or NONE
        return f"APIGroup: {group}, Kind: {resource.get('kind', '')}, Name: {resource.get('name', '')}"
    service = backend.get("service") or {}
    port = service.get("port") or {}
    shown = f"{service.get('name', '')}:{port.get('number') or port.get('name', '')}"
    found = scene.cluster.store.find("Service", namespace, service.get("name", ""))
    if found is None:
        return f'{shown} (<error: services "{service.get("name", "")}" not found>)'
    name = next(
        (
            each.get("name") or ""
            for each in found["spec"].get("ports") or ()
            if each["port"] == port.get("number") or (port.get("name") and each.get("name") == port["name"])
        ),
        "",
    )
    return f"{shown} ({endpoints_text(slices_of(scene, namespace, service['name']), name)})"


def describe_ingress_class(scene: Scene, out: Writer, obj: Obj) -> None:
    meta, spec = obj["metadata"], obj.get("spec") or {}
    out.field("Name", meta["name"])
    out.labels("Labels", meta.get("labels"))
    out.annotations("Annotations", meta.get("annotations"))
    out.field("Controller", spec.get("controller", ""))
    if parameters := spec.get("parameters"):
        out.line("Parameters:")
        for name, key in (("APIGroup", "apiGroup"), ("Kind", "kind"), ("Name", "name")):
            if parameters.get(key):
                out.field(name, parameters[key], 1)
    events(scene, out, obj)


def describe_network_policy(scene: Scene, out: Writer, obj: Obj) -> None:
    spec = obj["spec"]
    meta = obj["metadata"]
    out.field("Name", meta["name"])
    out.field("Namespace", meta["namespace"])
    out.field("Created on", _created(meta.get("creationTimestamp", "")))
    out.labels("Labels", meta.get("labels"))
    out.annotations("Annotations", meta.get("annotations"))
    out.line("Spec:")
    selector = spec.get("podSelector") or {}
    everything = not selector.get("matchLabels") and not selector.get("matchExpressions")
    text = "<none> (Allowing the specific traffic to all pods in this namespace)"
    out.line(f"PodSelector:     {text if everything else label_selector_text(selector)}", 1)
    types = spec.get("policyTypes") or ()
    for kind, key, peers in (("Ingress", "ingress", "from"), ("Egress", "egress", "to")):
        if kind in types:
            out.line(f"Allowing {key} traffic:", 1)
            _rules(out, spec.get(key) or (), key, peers)
        else:
            out.line(f"Not affecting {key} traffic", 1)
    out.line(f"Policy Types: {', '.join(types) or NONE}", 1)


def _created(timestamp: str) -> str:
    """Go's default text of a time in UTC."""
    return timestamp.replace("T", " ").replace("Z", " +0000 UTC")


def _rules(out: Writer, rules: Sequence[Obj], direction: str, peers: str) -> None:
    if not rules:
        out.line(f"<none> (Selected pods are isolated for {direction} connectivity)", 2)
        return
    for index, rule in enumerate(rules):
        _rule_ports(out, rule.get("ports") or ())
        title = peers.capitalize()
        if not rule.get(peers):
            end = "source" if peers == "from" else "destination"
            out.line(f"{title}: <any> (traffic not restricted by {end})", 2)
        for peer in rule.get(peers) or ():
            out.line(f"{title}:", 2)
            _peer(out, peer)
        if index != len(rules) - 1:
            out.line("----------", 2)


def _rule_ports(out: Writer, ports: Sequence[Obj]) -> None:
    if not ports:
        out.line("To Port: <any> (traffic allowed to all ports)", 2)
    for port in ports:
        protocol, number = port.get("protocol", "TCP"), port.get("port", "<nil>")
        if port.get("endPort") is None:
            out.line(f"To Port: {number}/{protocol}", 2)
        else:
            out.line(f"To Port Range: {number}-{port['endPort']}/{protocol}", 2)


def _peer(out: Writer, peer: Obj) -> None:
    for name, key in (("NamespaceSelector", "namespaceSelector"), ("PodSelector", "podSelector")):
        if peer.get(key) is not None:
            out.line(f"{name}: {label_selector_text(peer[key])}", 3)
    if block := peer.get("ipBlock"):
        out.line("IPBlock:", 3)
        out.line(f"CIDR: {block.get('cidr', '')}", 4)
        out.line(f"Except: {', '.join(block.get('except') or ())}", 4)
