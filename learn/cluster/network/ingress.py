"""
Which backend an Ingress controller chooses for a request.

Rules: Kubernetes documentation, concepts/services-networking/ingress; staging/src/k8s.io/api/networking/v1/types.go.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from learn.cluster.network.hostnames import ingress_host_matches, specificity, without_port
from learn.cluster.network.paths import is_element_prefix

Ingress = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class IngressMatch:
    """The rule that took a request; `field` is the backend's place in the Ingress."""

    namespace: str
    name: str
    host: str
    path: str
    path_type: str
    backend: Mapping[str, Any]
    field: str


def path_matches(path_type: str, rule_path: str, path: str) -> bool:
    """
    Tell whether a rule's path covers a request's.

    ImplementationSpecific is read as ingress-nginx does without `use-regex`: a prefix of the text, so that
    /foo covers /foobar as well (internal/ingress/controller/location.go leaves such a location as it is).
    """
    match path_type:
        case "Exact":
            return path == rule_path
        case "ImplementationSpecific":
            return path.startswith(rule_path)
    return is_element_prefix(rule_path, path)


def match_ingress(ingresses: Iterable[Ingress], host: str, path: str) -> IngressMatch | None:
    """
    Return the rule that serves `path` on `host`, or None where the controller answers 404 itself.

    The most specific host is chosen first and answers alone, whatever paths it has (IngressRule); then
    the longest path wins, then Exact over Prefix, then the oldest Ingress.  A default backend serves what
    no rule takes.
    """
    name = without_port(host)
    ordered = sorted(ingresses, key=_age)
    of_host = [
        match
        for match in (match for ingress in ordered for match in _rules(ingress))
        if ingress_host_matches(match.host, name)
    ]
    nearest = max((specificity(match.host) for match in of_host), default=None)
    candidates = [
        match
        for match in of_host
        if specificity(match.host) == nearest and path_matches(match.path_type, match.path, path)
    ]
    if candidates:
        return max(candidates, key=_precedence)
    return next((match for ingress in ordered for match in _default_backend(ingress)), None)


def _age(ingress: Ingress) -> tuple[str, str, str]:
    metadata = ingress["metadata"]
    return metadata.get("creationTimestamp") or "", metadata.get("namespace", ""), metadata["name"]


def _precedence(match: IngressMatch) -> tuple[int, bool, bool]:
    """The longest path, a final slash aside; of equal ones Exact, then Prefix."""
    length = len(match.path.rstrip("/"))
    return length, match.path_type == "Exact", match.path_type == "Prefix"


def _rules(ingress: Ingress) -> Iterator[IngressMatch]:
    for rule_index, rule in enumerate(ingress["spec"].get("rules") or ()):
        host = rule.get("host") or ""
        for path_index, path in enumerate((rule.get("http") or {}).get("paths") or ()):
            yield _match(
                ingress,
                host=host,
                path=path.get("path") or "/",
                path_type=path.get("pathType") or "ImplementationSpecific",
                backend=path["backend"],
                field=f"spec.rules[{rule_index}].http.paths[{path_index}]",
            )


def _default_backend(ingress: Ingress) -> Iterator[IngressMatch]:
    if backend := ingress["spec"].get("defaultBackend"):
        yield _match(
            ingress, host="", path="/", path_type="Prefix", backend=backend, field="spec.defaultBackend"
        )


def _match(
    ingress: Ingress, *, host: str, path: str, path_type: str, backend: Mapping[str, Any], field: str
) -> IngressMatch:
    metadata = ingress["metadata"]
    return IngressMatch(
        namespace=metadata.get("namespace", "default"),
        name=metadata["name"],
        host=host.lower(),
        path=path,
        path_type=path_type,
        backend=backend,
        field=field,
    )
