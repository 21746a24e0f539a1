"""Field selectors: `status.phase=Running,spec.nodeName!=node-1` (apimachinery's fields/selector.go)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from learn.cluster.api.access import text_at
from learn.cluster.api.selectors import SelectorError

_OPERATORS = ("!=", "==", "=")
_COMMON = frozenset({"metadata.name", "metadata.namespace"})
_SUPPORTED = {
    ("", "Pod"): frozenset(
        {
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        }
    ),
    ("", "Node"): frozenset({"spec.unschedulable"}),
    ("", "Namespace"): frozenset({"status.phase", "name"}),
    ("", "Secret"): frozenset({"type"}),
    ("", "Service"): frozenset({"spec.clusterIP", "spec.type"}),
    ("", "ReplicationController"): frozenset({"status.replicas"}),
    ("", "Event"): frozenset(
        {
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        }
    ),
    ("apps", "ReplicaSet"): frozenset({"status.replicas"}),
    ("batch", "Job"): frozenset({"status.successful"}),
    ("certificates.k8s.io", "CertificateSigningRequest"): frozenset({"spec.signerName"}),
}
"""Fields besides the name and the namespace (pkg/apis/*/v1/conversion.go)."""


@dataclass(frozen=True, slots=True)
class FieldTerm:
    field: str
    value: str
    equal: bool

    def matches(self, fields: Mapping[str, str]) -> bool:
        """An absent field has the empty value."""
        return (fields.get(self.field, "") == self.value) is self.equal


@dataclass(frozen=True, slots=True)
class FieldSelector:
    terms: tuple[FieldTerm, ...] = ()

    def matches(self, obj: Mapping[str, Any]) -> bool:
        fields = {term.field: field_text(obj, term.field) for term in self.terms}
        return all(term.matches(fields) for term in self.terms)

    def __str__(self) -> str:
        return ",".join(
            f"{term.field}{'=' if term.equal else '!='}{_escaped(term.value)}" for term in self.terms
        )


def parse_field_selector(text: str) -> FieldSelector:
    """Terms sorted as written. Raises SelectorError."""
    terms = []
    for part in sorted(_split(text)):
        if not part:
            continue
        at = next(((i, op) for i in range(len(part)) for op in _OPERATORS if part.startswith(op, i)), None)
        if at is None:
            raise SelectorError(f"invalid selector: '{text}'; can't understand '{part}'")
        index, operator = at
        value = _unescaped(part[index + len(operator) :])
        terms.append(FieldTerm(part[:index], value, operator != "!="))
    return FieldSelector(tuple(terms))


def check_supported(selector: FieldSelector, group: str, kind: str) -> None:
    """Raises SelectorError for a field by which objects of the kind cannot be selected."""
    own = _SUPPORTED.get((group, kind))
    for term in selector.terms:
        if own is None and term.field not in _COMMON:
            known = 'only "metadata.name", "metadata.namespace"'
            raise SelectorError(f'"{term.field}" is not a known field selector: {known}')
        if own is not None and term.field not in own | _COMMON:
            raise SelectorError(f"field label not supported: {term.field}")


def field_text(obj: Mapping[str, Any], field: str) -> str:
    """The value that a field selector sees: text as it is, numbers and flags as text, else empty."""
    if field == "name":
        field = "metadata.name"
    if field == "source" and obj.get("kind") == "Event":
        source = obj.get("source")
        component = text_at(source, "component") if isinstance(source, dict) else ""
        return component or text_at(obj, "reportingComponent")
    value: Any = obj
    for name in field.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int():
            return str(value)
    return "false" if field in {"spec.unschedulable", "spec.hostNetwork"} else ""


def _split(text: str) -> list[str]:
    """Parts between commas that no backslash protects."""
    parts, start, escaped = [], 0, False
    for index, character in enumerate(text):
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == ",":
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


def _unescaped(value: str) -> str:
    plain, characters = "", iter(value)
    for character in characters:
        if character == "\\":
            following = next(characters, "")
            if not following or following not in "\\,=":
                raise SelectorError(f"invalid field selector: invalid escape sequence: \\{following}")
            plain += following
        elif character in ",=":
            detail = f"unescaped character in value: {ord(character)}"
            raise SelectorError(f"invalid field selector: {detail}")
        else:
            plain += character
    return plain


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(",", "\\,").replace("=", "\\=")
