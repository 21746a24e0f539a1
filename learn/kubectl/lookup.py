"""Finding the objects that a command is about: by name, by selector, or from files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from learn.cluster.api.fieldselectors import FieldSelector, check_supported, parse_field_selector
from learn.cluster.api.kinds import Kind
from learn.cluster.api.labels import EVERYTHING, Selector
from learn.cluster.api.removals import deprecation_warning
from learn.cluster.api.selectors import SelectorError, parse_selector
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj, labels_of
from learn.kubectl.call import Call
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.resources import NO_NAME, Target, targets_of

SELECTOR = Flag(name="selector", short="l")
FIELD_SELECTOR = Flag(name="field-selector")
ALL_NAMESPACES = Flag(name="all-namespaces", short="A", kind=Takes.BOOL)
FILENAME = Flag(name="filename", short="f", kind=Takes.STRINGS)
RECURSIVE = Flag(name="recursive", short="R", kind=Takes.BOOL)
KUSTOMIZE = Flag(name="kustomize", short="k")
NO_FIELDS = FieldSelector()
FILE_FLAGS = (FILENAME, RECURSIVE, KUSTOMIZE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """`-l` and `--field-selector`."""

    labels: Selector = EVERYTHING
    fields: FieldSelector = NO_FIELDS

    def passes(self, obj: Obj) -> bool:
        return self.labels.matches(labels_of(obj)) and self.fields.matches(obj)

    def check(self, kind: Kind) -> None:
        """Raises CommandError for a field by which objects of the kind cannot be selected."""
        try:
            check_supported(self.fields, kind.group, kind.kind)
        except SelectorError as error:
            raise CommandError(_unmatched(kind, self.labels, self.fields, error)) from None


def filter_of(call: Call, kind: Kind | None = None) -> Filter:
    """Raises CommandError with the server's words (`kind` is what would be listed)."""
    labels, fields = call.parsed.text("selector"), call.parsed.text("field-selector")
    try:
        return Filter(labels=parse_selector(labels), fields=parse_field_selector(fields))
    except SelectorError as error:
        if kind is None:
            raise CommandError(f"error: {error}") from None
        raise CommandError(_unmatched(kind, labels, fields, error)) from None


def _unmatched(kind: Kind, labels: object, fields: object, error: SelectorError) -> str:
    """Source: cli-runtime pkg/resource/helper.go (EnhanceListError)."""
    return (
        f'Error from server (BadRequest): Unable to find "{kind.group}/{kind.version}, Resource={kind.plural}" that '
        f'match label selector "{labels}", field selector "{fields}": {error}'
    )


def listed(call: Call, kind: Kind, wanted: Filter | None = None) -> list[Obj]:
    """The objects of a kind that the namespace flags and selectors leave, sorted by namespace and name."""
    wanted = wanted or filter_of(call, kind)
    wanted.check(kind)
    namespace = call.namespace if kind.namespaced and not call.every_namespace else None
    objects = call.cluster.store.objects(kind.kind, namespace)
    return [obj for obj in objects if wanted.passes(obj)]


def selected(
    call: Call, args: Sequence[str], *, needs_name: bool = True, all_flag: bool = False
) -> list[tuple[Kind, Obj]]:
    """The existing objects that TYPE [NAME…], TYPE/NAME… or TYPE -l name; those missing are told and skipped.

    Raises CommandError when a type stands alone although a name is needed.
    """
    targets = targets_of(args)
    by_selector = call.parsed.has("selector") or call.parsed.has("field-selector")
    takes_all = by_selector or (all_flag and call.parsed.is_on("all"))
    if by_selector and any(target.name for target in targets):
        raise CommandError("error: name cannot be provided when a selector is specified")
    if needs_name and not takes_all and any(not target.name for target in targets):
        raise CommandError(NO_NAME)
    found: list[tuple[Kind, Obj]] = []
    for target in targets:
        found += _expanded(call, target)
    return found


def _expanded(call: Call, target: Target) -> list[tuple[Kind, Obj]]:
    if not target.name:
        return [(target.kind, obj) for obj in listed(call, target.kind)]
    try:
        return [(target.kind, call.find(target.kind, target.name))]
    except ApiError as error:
        call.fail(error)
        return []


def not_found(kind: Kind, name: str) -> str:
    return f'Error from server (NotFound): {kind.resource} "{name}" not found'


def nothing_found(call: Call, kinds: Sequence[Kind]) -> str:
    """`No resources found in dev namespace.`"""
    if call.every_namespace or not all(kind.namespaced for kind in kinds):
        return "No resources found"
    return f"No resources found in {call.namespace} namespace."


def warn_of_deprecation(call: Call, targets: Iterable[Target]) -> None:
    """What the server says about reading an API version that is on its way out."""
    for target in targets:
        text = deprecation_warning(target.kind.api_version, target.kind.kind, call.version)
        if text:
            call.warn_once(f"Warning: {text}")
