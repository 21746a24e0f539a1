"""The manifest check: the stages in order, stopping where later ones would mislead."""

from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from learn.cluster.api.defaults import apply_defaults
from learn.cluster.api.versions import NEWEST
from learn.sandbox.api import check_api
from learn.sandbox.checks import World, run_checks
from learn.sandbox.diagnostics import Diagnostic, sort_diagnostics
from learn.sandbox.document import Document, Limits, Reader, TooDeep, compose
from learn.sandbox.goals import CompiledGoal, GoalResult, GoalState, evaluate_goals
from learn.sandbox.kinds import check_kind
from learn.sandbox.layout import Judge, Score, blame_layout
from learn.sandbox.messages import Severity
from learn.sandbox.objects import ManifestObject, objects_of, templates_of
from learn.sandbox.reading import read
from learn.sandbox.schema import check_schema
from learn.sandbox.words import value_kind

_LOST_BY_REPEATING = frozenset({"mount-unknown-volume"})
"""What a repeated key may cause, as the later value hides the earlier one."""
_UNREADABLE = ("text-", "yaml-", "schema-", "object-", "document-", "api-removed")
DEFAULT_LIMITS = Limits()
_JUDGED_CHARACTERS = 200_000
_JUDGING_OVERHEAD = 200
_MOST_FINDINGS = 200


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
    def counts(self) -> dict[Severity, int]:
        """How many findings of each severity, the gravest first."""
        return {severity: sum(d.severity is severity for d in self.diagnostics) for severity in Severity}

    @property
    def passed(self) -> bool:
        """No error, and every goal that can be evaluated is met."""
        return not self.errors and all(g.state in (GoalState.MET, GoalState.WAITING) for g in self.goals)


def check(
    text: str | bytes,
    *,
    goals: Sequence[CompiledGoal] = (),
    version: str = NEWEST,
    limits: Limits = DEFAULT_LIMITS,
) -> Report:
    """Read a manifest and say everything that is wrong with it. Never raises for any text.

    Bytes are read as UTF-8.

    `goals` come from `compile_goals`. `version` is one of `cluster.api.versions.SUPPORTED`;
    ValueError for any other.
    """
    judge = _judge(version, limits)
    reading = read(text, limits, judge)
    objects = tuple(obj for document in reading.documents for obj in objects_of(document))
    found = [d for document in reading.documents for d in _check_root(document)]
    merged = {d.document for d in reading.diagnostics if d.code == "yaml-missing-separator"}
    for obj in objects:
        if obj.document.index not in merged:
            found.extend(_check_object(obj, version))
    repeated = {d.document for d in reading.diagnostics if d.code == "yaml-duplicate-key"}
    found = [d for d in found if d.document not in repeated or d.code not in _LOST_BY_REPEATING]
    found = [*reading.diagnostics, *(d for d in found if d.span.line not in reading.moved)]
    if reading.complete and _is_unreadable(found):
        found = (
            blame_layout("\n".join(reading.documents[0].lines), found, judge) if reading.documents else found
        )
    if reading.complete and not _is_unreadable(found):
        found.extend(run_checks(World(objects)))
    diagnostics = _shortened(sort_diagnostics(found))
    return Report(
        version=version,
        documents=reading.documents,
        objects=objects,
        diagnostics=diagnostics,
        goals=_evaluate(goals, objects, diagnostics, version),
    )


def _shortened(found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """At most `_MOST_FINDINGS`, with a word about the rest."""
    if len(found) <= _MOST_FINDINGS:
        return found
    last = found[_MOST_FINDINGS - 1]
    params = {"limit": str(_MOST_FINDINGS), "line": str(last.span.line)}
    return (
        *found[:_MOST_FINDINGS],
        Diagnostic(code="report-shortened", span=last.span, params=params, document=last.document),
    )


def _check_object(obj: ManifestObject, version: str) -> list[Diagnostic]:
    """Kind, schema, and the API server's own rules, each knowing what the one before has said."""
    kind = check_kind(obj, version)
    schema = check_schema(obj, version)
    return [*kind, *schema.diagnostics, *check_api(obj, version, schema.covered)]


def _judge(version: str, limits: Limits) -> Judge:
    """How well a text reads, for choosing between fixes. Once it has read enough, nothing scores well."""
    allowance = _JUDGED_CHARACTERS

    def judge(text: str) -> Score:
        nonlocal allowance
        allowance -= len(text.lstrip("\n")) + _JUDGING_OVERHEAD
        if allowance < 0:
            return 2, 0
        try:
            nodes = list(compose(text, limits))
        except TooDeep as error:
            return 1, -(error.line + 1)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            return 1, -(mark.line + 1 if mark else 0)
        lines = text.split("\n")
        readers = [Reader(1, limits, lines) for _ in nodes]
        documents = [reader.read(node) for reader, node in zip(readers, nodes, strict=True)]
        objects = [obj for document in documents for obj in objects_of(document)]
        unreadable = sum(len(_check_root(document)) for document in documents)
        unreadable += sum(len(reader.problems) for reader in readers)
        return 0, unreadable + sum(len(_check_object(obj, version)) for obj in objects)

    return judge


def _check_root(document: Document) -> list[Diagnostic]:
    if isinstance(document.value, dict) or document.value is None:
        return []
    params = {"found": value_kind(document.value)}
    span = document.node_span(document.root)
    return [Diagnostic(code="document-not-object", span=span, params=params, document=document.index)]


def _is_unreadable(diagnostics: Sequence[Diagnostic]) -> bool:
    """Whether an error makes the objects unlike what the writer meant, so that more would mislead."""
    return any(d.severity is Severity.ERROR and d.code.startswith(_UNREADABLE) for d in diagnostics)


def _evaluate(
    goals: Sequence[CompiledGoal],
    objects: Sequence[ManifestObject],
    diagnostics: Sequence[Diagnostic],
    version: str,
) -> tuple[GoalResult, ...]:
    """The goals' results; unknown where an error makes the objects unlike what the writer meant."""
    if not goals:
        return ()
    if _is_unreadable(diagnostics):
        return tuple(
            GoalResult(id=goal.goal.id, state=GoalState.UNKNOWN if goal.program else GoalState.WAITING)
            for goal in goals
        )
    values = [apply_defaults(obj.value, version=version) for obj in objects]
    return evaluate_goals(goals, values, [t for value in values for t in templates_of(value)])
