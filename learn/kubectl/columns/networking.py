"""
Services, routes and policies in `kubectl get`.

Source: pkg/printers/internalversion/printers.go; additionalPrinterColumns of the Gateway API's CRDs.
"""

import json
from collections.abc import Sequence

from learn.cluster.api.labels import label_selector_text
from learn.kubectl.columns.model import NONE, Obj, age, columns, labels_text, more, name_of, status_of


@columns("NAME|TYPE|CLUSTER-IP|EXTERNAL-IP|PORT(S)|AGE", wide="SELECTOR")
def SERVICE(obj: Obj, now_ms: int) -> list[str]:
    spec = obj["spec"]
    kind = spec.get("type", "ClusterIP")
    return [
        name_of(obj),
        kind,
        spec.get("clusterIP") or NONE,
        external_ip(obj),
        service_ports(spec.get("ports") or ()),
        age(obj, now_ms),
        labels_text(spec.get("selector")),
    ]


def external_ip(service: Obj) -> str:
    """Return the EXTERNAL-IP of a Service."""
    spec = service["spec"]
    match spec.get("type", "ClusterIP"):
        case "ExternalName":
            return str(spec.get("externalName", ""))
        case "LoadBalancer":
            addresses = load_balancer_addresses(service)
            return ",".join([*addresses, *(spec.get("externalIPs") or ())]) or "<pending>"
        case _:
            return ",".join(spec.get("externalIPs") or ()) or NONE


def load_balancer_addresses(obj: Obj) -> list[str]:
    ingress = (status_of(obj).get("loadBalancer") or {}).get("ingress") or ()
    return sorted({item.get("ip") or item.get("hostname") or "" for item in ingress} - {""})


def service_ports(ports: object) -> str:
    shown = []
    for port in ports if isinstance(ports, (list, tuple)) else ():
        node_port = f":{port['nodePort']}" if port.get("nodePort") else ""
        shown.append(f"{port['port']}{node_port}/{port.get('protocol', 'TCP')}")
    return ",".join(shown) or NONE


@columns("NAME|ADDRESSTYPE|PORTS|ENDPOINTS|AGE")
def ENDPOINT_SLICE(obj: Obj, now_ms: int) -> list[str]:
    ports = [str(port.get("port") or port.get("name") or "*") for port in obj.get("ports") or ()]
    addresses = [address for item in obj.get("endpoints") or () for address in item["addresses"]]
    return [
        name_of(obj),
        obj.get("addressType", ""),
        more(ports, 3) or "<unset>",
        more(addresses, 3) or "<unset>",
        age(obj, now_ms),
    ]


@columns("NAME|ENDPOINTS|AGE")
def ENDPOINTS(obj: Obj, now_ms: int) -> list[str]:
    subsets = obj.get("subsets") or ()
    found = [text for subset in subsets for text in _subset_addresses(subset)]
    return [name_of(obj), more(found, 3) if subsets else NONE, age(obj, now_ms)]


def _subset_addresses(subset: Obj) -> list[str]:
    """`IP:PORT` of every ready address; the bare IP where a headless Service has no port."""
    ips = [address["ip"] for address in subset.get("addresses") or ()]
    ports = subset.get("ports") or ()
    return [host_port(ip, port["port"]) for port in ports for ip in ips] if ports else ips


def host_port(ip: str, port: object) -> str:
    """`10.244.1.5:80`, `[fd00::5]:80` (net.JoinHostPort)."""
    return f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"


@columns("NAME|CLASS|HOSTS|ADDRESS|PORTS|AGE")
def INGRESS(obj: Obj, now_ms: int) -> list[str]:
    spec = obj["spec"]
    rules = spec.get("rules") or ()
    return [
        name_of(obj),
        spec.get("ingressClassName") or NONE,
        _hosts([rule.get("host") or "" for rule in rules]),
        ",".join(load_balancer_addresses(obj)),
        "80, 443" if spec.get("tls") else "80",
        age(obj, now_ms),
    ]


def _hosts(hosts: Sequence[str]) -> str:
    """Three named hosts; what follows them is counted by rules (formatHosts)."""
    named = [host for host in hosts if host]
    shown = ",".join(named[:3]) or "*"
    third = [place for place, host in enumerate(hosts) if host][2:3]
    has_more = bool(third) and third[0] < len(hosts) - 1
    return f"{shown} + {len(hosts) - 3} more..." if has_more else shown


@columns("NAME|CONTROLLER|PARAMETERS|AGE")
def INGRESS_CLASS(obj: Obj, now_ms: int) -> list[str]:
    parameters = obj["spec"].get("parameters")
    shown = NONE
    if parameters:
        group = f".{parameters['apiGroup']}" if parameters.get("apiGroup") else ""
        shown = f"{parameters['kind']}{group}/{parameters['name']}"
    return [name_of(obj), obj["spec"].get("controller", ""), shown, age(obj, now_ms)]


@columns("NAME|POD-SELECTOR|AGE")
def NETWORK_POLICY(obj: Obj, now_ms: int) -> list[str]:
    return [name_of(obj), label_selector_text(obj["spec"].get("podSelector") or {}), age(obj, now_ms)]


@columns("NAME|CLASS|ADDRESS|PROGRAMMED|AGE")
def GATEWAY(obj: Obj, now_ms: int) -> list[str]:
    addresses = ",".join(item["value"] for item in status_of(obj).get("addresses") or ())
    spec = obj["spec"]
    return [
        name_of(obj),
        spec["gatewayClassName"],
        addresses,
        _condition(obj, "Programmed"),
        age(obj, now_ms),
    ]


@columns("NAME|CONTROLLER|ACCEPTED|AGE", wide="DESCRIPTION")
def GATEWAY_CLASS(obj: Obj, now_ms: int) -> list[str]:
    spec = obj["spec"]
    return [
        name_of(obj),
        spec["controllerName"],
        _condition(obj, "Accepted"),
        age(obj, now_ms),
        spec.get("description", ""),
    ]


@columns("NAME|HOSTNAMES|AGE")
def HTTP_ROUTE(obj: Obj, now_ms: int) -> list[str]:
    hostnames = obj["spec"].get("hostnames")
    return [name_of(obj), json.dumps(hostnames, separators=(",", ":")) if hostnames else "", age(obj, now_ms)]


def _condition(obj: Obj, kind: str) -> str:
    conditions = status_of(obj).get("conditions") or ()
    return next((item["status"] for item in conditions if item["type"] == kind), "")
