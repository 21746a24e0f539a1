"""service, ingress, poddisruptionbudget."""

from __future__ import annotations

import re
from collections.abc import Sequence

from learn.cluster.api.intstr import parse as parse_int_or_string
from learn.cluster.objects import Obj
from learn.kubectl.call import Call
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag, Kind
from learn.kubectl.generators.common import Generator, metadata, only_name

_RULE = re.compile(
    r"(?P<host>[\w*.-]*)(?P<path>/[^=]*)=(?P<service>[\w-]+):(?P<port>[\w-]+)(?P<tls>,tls(?:=(?P<secret>[\w.-]*))?)?"
)


def _service(kind: str) -> Generator:
    words = {
        "ClusterIP": "clusterip",
        "NodePort": "nodeport",
        "LoadBalancer": "loadbalancer",
        "ExternalName": "externalname",
    }

    def build(call: Call) -> Obj:
        name = only_name(call, f"service {words[kind]}")
        spec: Obj = {"selector": {"app": name}, "type": kind}
        if kind == "ExternalName":
            spec["externalName"] = call.parsed.text("external-name")
        else:
            spec["ports"] = []
        ports = [_port(text) for text in call.parsed.texts("tcp")]
        if not ports and kind not in ("ExternalName",) and call.parsed.text("clusterip") != "None":
            raise CommandError("error: at least one tcp port specifier must be provided")
        if ports:
            spec["ports"] = ports
        if call.parsed.number("node-port", 0) and ports:
            ports[0]["nodePort"] = call.parsed.number("node-port", 0)
        if call.parsed.text("clusterip"):
            spec["clusterIP"] = call.parsed.text("clusterip")
        return {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata(call, name, labels={"app": name}),
            "spec": {key: value for key, value in spec.items() if value != []},
            "status": {"loadBalancer": {}},
        }

    flags = [Flag(name="tcp", kind=Kind.STRINGS)]
    if kind == "NodePort":
        flags.append(Flag(name="node-port", kind=Kind.INT))
    if kind == "ClusterIP":
        flags.append(Flag(name="clusterip"))
    if kind == "ExternalName":
        flags.append(Flag(name="external-name", required=True))
    return Generator(
        name=words[kind],
        build=build,
        flags=flags,
        wrapping=f"failed to create {kind} service",
        summary=f"{kind}のServiceを作ります",
    )


def _port(text: str) -> Obj:
    """`80`, `80:8080`, `80:http`."""
    port, colon, target = text.partition(":")
    if not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise CommandError(
            f'error: strconv.Atoi: parsing "{port}": invalid syntax'
            if not port.isdecimal()
            else f"error: invalid port number: {port}"
        )
    name = f"{port}-{target}" if colon else port
    goal: int | str = int(port)
    if colon:
        goal = int(target) if target.isdecimal() else target
    return {"name": name, "port": int(port), "protocol": "TCP", "targetPort": goal}


def _ingress(call: Call) -> Obj:
    name = only_name(call, "ingress")
    rules, default = call.parsed.texts("rule"), call.parsed.text("default-backend")
    if not rules and not default:
        raise CommandError(
            "error: not enough information provided: every ingress has to either specify a default-backend (which catches all "
            "traffic) or a list of rules (which catch specific paths)"
        )
    spec: Obj = {}
    if call.parsed.text("class"):
        spec["ingressClassName"] = call.parsed.text("class")
    if default:
        service, colon, port = default.partition(":")
        if not colon:
            raise CommandError("error: default-backend should be in format servicename:serviceport")
        spec["defaultBackend"] = _backend(service, port)
    if rules:
        spec |= _rules(rules)
    meta = metadata(call, name)
    annotations = dict(word.partition("=")[::2] for word in call.parsed.texts("annotation"))
    if annotations:
        meta["annotations"] = annotations
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": meta,
        "spec": spec,
        "status": {"loadBalancer": {}},
    }


def _rules(texts: Sequence[str]) -> Obj:
    hosts: dict[str, list[Obj]] = {}
    tls: list[Obj] = []
    for text in texts:
        found = _RULE.fullmatch(text)
        if found is None:
            raise CommandError(
                f"error: rule {text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]"
            )
        path = found["path"]
        kind = "Prefix" if path.endswith("*") else "Exact"
        entry = {
            "backend": _backend(found["service"], found["port"]),
            "path": path.removesuffix("*") if path != "/*" else "/",
            "pathType": kind,
        }
        hosts.setdefault(found["host"], []).append(entry)
        if found["tls"]:
            block: Obj = {"hosts": [found["host"]]} if found["host"] else {}
            tls.append({**block, "secretName": found["secret"]} if found["secret"] else block)
    rules = [{**({"host": host} if host else {}), "http": {"paths": paths}} for host, paths in hosts.items()]
    return {"rules": rules, **({"tls": tls} if tls else {})}


def _backend(service: str, port: str) -> Obj:
    return {
        "service": {"name": service, "port": {"number": int(port)} if port.isdecimal() else {"name": port}}
    }


def _disruption_budget(call: Call) -> Obj:
    name = only_name(call, "poddisruptionbudget")
    selector = call.parsed.text("selector")
    least, most = call.parsed.text("min-available"), call.parsed.text("max-unavailable")
    if not selector:
        raise CommandError("error: a selector must be specified")
    if not least and not most:
        raise CommandError("error: one of min-available or max-unavailable must be specified")
    if least and most:
        raise CommandError("error: min-available and max-unavailable cannot be both specified")
    bound = (
        {"minAvailable": parse_int_or_string(least)}
        if least
        else {"maxUnavailable": parse_int_or_string(most)}
    )
    labels = dict(part.partition("=")[::2] for part in selector.split(","))
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(call, name),
        "spec": {**bound, "selector": {"matchLabels": labels}},
        "status": {"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0},
    }


SERVICES = tuple(_service(kind) for kind in ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"))
GENERATORS = (
    Generator(
        name="ingress",
        aliases=("ing",),
        build=_ingress,
        wrapping="failed to create ingress",
        summary="Ingressを作ります",
        flags=(
            Flag(name="class"),
            Flag(name="rule", kind=Kind.STRING_ARRAY),
            Flag(name="default-backend"),
            Flag(name="annotation", kind=Kind.STRING_ARRAY),
        ),
    ),
    Generator(
        name="poddisruptionbudget",
        aliases=("pdb",),
        build=_disruption_budget,
        wrapping="failed to create poddisruptionbudgets",
        summary="PodDisruptionBudgetを作ります",
        flags=(Flag(name="selector"), Flag(name="min-available"), Flag(name="max-unavailable")),
    ),
)
