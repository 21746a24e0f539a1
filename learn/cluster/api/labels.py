"""Labels and label selectors (apimachinery's labels package); `selectors` reads them from text."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from learn.cluster.api.access import as_map, list_at, maps_at, text_at, texts_at


class Operator(StrEnum):
    """How a requirement compares; `=` and `==` select the same but print as written."""

    IN = "in"
    NOT_IN = "notin"
    EQUALS = "="
    DOUBLE_EQUALS = "=="
    NOT_EQUALS = "!="
    EXISTS = "exists"
    DOES_NOT_EXIST = "!"
    GREATER_THAN = "gt"
    LESS_THAN = "lt"


_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+")
_POSITIVE = frozenset({Operator.IN, Operator.EQUALS, Operator.DOUBLE_EQUALS})
_NEGATIVE = frozenset({Operator.NOT_IN, Operator.NOT_EQUALS})


@dataclass(frozen=True, slots=True)
class Requirement:
    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        value = labels.get(self.key)
        if self.operator in _POSITIVE:
            return value is not None and value in self.values
        if self.operator in _NEGATIVE:
            return value is None or value not in self.values
        if self.operator is Operator.EXISTS:
            return value is not None
        if self.operator is Operator.DOES_NOT_EXIST:
            return value is None
        return _compares(self, value)

    def __str__(self) -> str:
        match self.operator:
            case Operator.EXISTS:
                return self.key
            case Operator.DOES_NOT_EXIST:
                return f"!{self.key}"
            case Operator.IN | Operator.NOT_IN:
                return f"{self.key} {self.operator} ({','.join(sorted(self.values))})"
            case Operator.GREATER_THAN:
                return f"{self.key}>{self.values[0]}"
            case Operator.LESS_THAN:
                return f"{self.key}<{self.values[0]}"
        return f"{self.key}{self.operator}{self.values[0]}"


def whole_number(text: str) -> int | None:
    """strconv.ParseInt to 64 bits: no blanks, no underscores."""
    number = int(text) if _WHOLE_NUMBER.fullmatch(text) and len(text) <= 20 else None
    return number if number is not None and -(2**63) <= number < 2**63 else None


def _compares(requirement: Requirement, value: str | None) -> bool:
    """Gt and Lt compare whole numbers; anything else matches nothing."""
    if value is None or len(requirement.values) != 1:
        return False
    number, bound = whole_number(value), whole_number(requirement.values[0])
    if number is None or bound is None:
        return False
    return number > bound if requirement.operator is Operator.GREATER_THAN else number < bound


@dataclass(frozen=True, slots=True)
class Selector:
    """All requirements must hold; none selects everything, `nothing` selects nothing."""

    requirements: tuple[Requirement, ...] = ()
    nothing: bool = False

    def matches(self, labels: Mapping[str, str]) -> bool:
        return not self.nothing and all(requirement.matches(labels) for requirement in self.requirements)

    @property
    def is_everything(self) -> bool:
        return not self.nothing and not self.requirements

    def __str__(self) -> str:
        return ",".join(str(requirement) for requirement in self.requirements)


EVERYTHING = Selector()
NOTHING = Selector(nothing=True)

_LABEL_SELECTOR_OPERATORS = {
    "In": Operator.IN,
    "NotIn": Operator.NOT_IN,
    "Exists": Operator.EXISTS,
    "DoesNotExist": Operator.DOES_NOT_EXIST,
}
_NODE_SELECTOR_OPERATORS = {
    **_LABEL_SELECTOR_OPERATORS,
    "Gt": Operator.GREATER_THAN,
    "Lt": Operator.LESS_THAN,
}


def from_map(labels: Mapping[str, str]) -> Selector:
    """A Service's or ReplicationController's selector: every pair must match."""
    return Selector(tuple(Requirement(key, Operator.EQUALS, (labels[key],)) for key in sorted(labels)))


def from_label_selector(selector: object) -> Selector:
    """LabelSelectorAsSelector: absent selects nothing, empty selects everything.

    An expression with an unknown operator makes the whole selector match nothing, as a server
    that rejects it would.
    """
    if not isinstance(selector, dict):
        return NOTHING
    labels = texts_at(selector, "matchLabels")
    requirements = [Requirement(key, Operator.IN, (labels[key],)) for key in sorted(labels)]
    for term in maps_at(selector, "matchExpressions"):
        requirement = _requirement(term, _LABEL_SELECTOR_OPERATORS)
        if requirement is None:
            return NOTHING
        requirements.append(requirement)
    return Selector(tuple(requirements))


def from_node_selector_term(expressions: Iterable[object]) -> Selector:
    """The matchExpressions of a node selector term, which also know Gt and Lt."""
    requirements = []
    for expression in expressions:
        requirement = _requirement(as_map(expression), _NODE_SELECTOR_OPERATORS)
        if requirement is None:
            return NOTHING
        requirements.append(requirement)
    return Selector(tuple(requirements))


def _requirement(term: Mapping[str, object], operators: Mapping[str, Operator]) -> Requirement | None:
    operator = operators.get(text_at(term, "operator"))
    values = tuple(value for value in list_at(term, "values") if isinstance(value, str))
    return Requirement(text_at(term, "key"), operator, values) if operator else None


def label_selector_text(selector: object) -> str:
    """FormatLabelSelector: `app=web,tier in (a,b)`, `<none>` when empty."""
    parsed = from_label_selector(selector)
    if parsed.nothing:
        return "<none>" if selector is None else "<error>"
    written = [
        f"{r.key}={r.values[0]}" if r.operator is Operator.IN and len(r.values) == 1 else str(r)
        for r in sorted(parsed.requirements, key=lambda r: r.key)
    ]
    return ",".join(written) or "<none>"
