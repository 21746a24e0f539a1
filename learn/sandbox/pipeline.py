"""The manifest check: the stages in order, stopping where later ones would mislead."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from learn.cluster.api.defaults import apply_defaults
from learn.cluster.api.versions import NEWEST
from learn.sandbox.diagnostics import Diagnostic, Span, sort_diagnostics
from learn.sandbox.document import Document, Limits, Reader, TooDeep, compose
from learn.sandbox.goals import CompiledGoal, GoalResult, GoalState, evaluate_goals
from learn.sandbox.kinds import check_kind
from learn.sandbox.lexical import find_control_char, scan
from learn.sandbox.messages import Severity
from learn.sandbox.objects import ManifestObject, objects_of, templates_of
from learn.sandbox.schema import check_schema
from learn.sandbox.words import value_kind
from learn.sandbox.yaml_errors import diagnose_yaml_error

_DOCUMENT_START = re.compile(r"^---(?=[ \t\r\n]|$)", re.MULTILINE)
_UNREADABLE = ("text-", "yaml-", "schema-", "object-", "document-", "api-removed")
DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything the check has to say about one text."""

    version: str
    documents: tuple[Document, ...]
    objects: tuple[ManifestObject, ...]
    diagnostics: tuple[Diagnostic, ...]
    goals: tuple[GoalResult, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR)

    @property
    def passed(self) -> bool:
        """No error, and every goal that can be evaluated is met."""
        return not self.errors and all(g.state in (GoalState.MET, GoalState.WAITING) for g in self.goals)


def check(
    text: str,
    *,
    goals: Sequence[CompiledGoal] = (),
    version: str = NEWEST,
    limits: Limits = DEFAULT_LIMITS,
) -> Report:
    """Read a manifest and say everything that is wrong with it. Never raises for any text.

    `goals` come from `compile_goals`. `version` is one of `cluster.api.versions.SUPPORTED`;
    ValueError for any other.
    """
    documents, found = _read(text, limits)
    objects = tuple(obj for document in documents for obj in objects_of(document))
    for document in documents:
        found.extend(_check_root(document))
    for obj in objects:
        found.extend(check_kind(obj, version))
        found.extend(check_schema(obj, version))
    diagnostics = sort_diagnostics(found)
    return Report(
        version=version,
        documents=tuple(documents),
        objects=objects,
        diagnostics=diagnostics,
        goals=_evaluate(goals, objects, diagnostics, version),
    )


def _read(text: str, limits: Limits) -> tuple[list[Document], list[Diagnostic]]:
    """The documents that can be read, and what stands in the way of the others."""
    if len(text) > limits.bytes or len(text.encode(errors="replace")) > limits.bytes:
        limit = str(limits.bytes // 1024)
        return [], [Diagnostic(code="text-too-long", span=Span(line=1, column=1), params={"limit": limit})]
    control = find_control_char(text)
    if control:
        return [], [control]
    slips = scan(text)
    try:
        nodes = list(compose(text.removeprefix("\ufeff"), limits))
    except (yaml.YAMLError, TooDeep) as error:
        return [], slips or [_unreadable(error, text, limits)]
    if slips := _without_harmless(slips):
        return [], slips
    if len(nodes) > limits.documents:
        params = {"limit": str(limits.documents)}
        return [], [Diagnostic(code="text-too-many-documents", span=Span(line=1, column=1), params=params)]
    return _read_nodes(nodes, limits)


def _without_harmless(slips: list[Diagnostic]) -> list[Diagnostic]:
    """Tabs in a text that YAML accepts stand where it takes them for spaces."""
    return [slip for slip in slips if slip.code != "yaml-indent-tab"]


def _unreadable(error: yaml.YAMLError | TooDeep, text: str, limits: Limits) -> Diagnostic:
    if isinstance(error, TooDeep):
        span = Span(line=error.line + 1, column=error.column + 1)
        return Diagnostic(code="yaml-nested-too-deep", span=span, params={"limit": str(limits.depth)})
    return diagnose_yaml_error(error, text, document=1)


def _read_nodes(nodes: list[yaml.Node], limits: Limits) -> tuple[list[Document], list[Diagnostic]]:
    documents: list[Document] = []
    found: list[Diagnostic] = []
    for node in nodes:
        if _is_empty(node):
            continue
        reader = Reader(len(documents) + 1, limits)
        documents.append(reader.read(node))
        found.extend(reader.problems)
    if not documents:
        found.append(Diagnostic(code="text-empty", span=Span(line=1, column=1)))
    return documents, found


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.value == "" and not node.style


def _check_root(document: Document) -> list[Diagnostic]:
    if isinstance(document.value, dict) or document.value is None:
        return []
    params = {"found": value_kind(document.value)}
    span = document.node_span(document.root)
    return [Diagnostic(code="document-not-object", span=span, params=params, document=document.index)]


def _evaluate(
    goals: Sequence[CompiledGoal],
    objects: Sequence[ManifestObject],
    diagnostics: Sequence[Diagnostic],
    version: str,
) -> tuple[GoalResult, ...]:
    """The goals' results; unknown where an error makes the objects unlike what the writer meant."""
    if any(d.severity is Severity.ERROR and d.code.startswith(_UNREADABLE) for d in diagnostics):
        return tuple(
            GoalResult(id=goal.goal.id, state=GoalState.UNKNOWN if goal.program else GoalState.WAITING)
            for goal in goals
        )
    values = [apply_defaults(obj.value, version=version) for obj in objects]
    return evaluate_goals(goals, values, [t for value in values for t in templates_of(value)])
