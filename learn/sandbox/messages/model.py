"""The shape of a message: the parts that every diagnostic code must have."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters. Errors stop goals; warnings and advice never do."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"

    @property
    def rank(self) -> int:
        return _RANKS[self]

    @property
    def label(self) -> str:
        return _LABELS[self]


_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.ADVICE: 2}
_LABELS = {Severity.ERROR: "直すところ", Severity.WARNING: "確かめるところ", Severity.ADVICE: "参考"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Words of one code, with `{name}` for each parameter.

    `english` is what kubectl or the cluster prints; "" says that Kubernetes itself stays silent.
    """

    severity: Severity
    what: str
    why: str
    cure: str
    english: str = ""
    lesson: str | None = None


def error(what: str, why: str, cure: str, english: str = "", lesson: str | None = None) -> Message:
    """A message of severity ERROR."""
    return Message(severity=Severity.ERROR, what=what, why=why, cure=cure, english=english, lesson=lesson)


def refusal(what: str, why: str, cure: str, lesson: str | None = None) -> Message:
    """A message of severity ERROR on what the API server refuses in its own words, the parameter `english`."""
    return error(what, why, cure, "{english}", lesson)


def warning(what: str, why: str, cure: str, english: str = "", lesson: str | None = None) -> Message:
    """A message of severity WARNING."""
    return Message(severity=Severity.WARNING, what=what, why=why, cure=cure, english=english, lesson=lesson)


def advice(what: str, why: str, cure: str, english: str = "", lesson: str | None = None) -> Message:
    """A message of severity ADVICE."""
    return Message(severity=Severity.ADVICE, what=what, why=why, cure=cure, english=english, lesson=lesson)
