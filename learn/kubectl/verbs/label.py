"""`kubectl label` and `kubectl annotate`.

Source: staging/src/k8s.io/kubectl/pkg/cmd/label/label.go, pkg/cmd/annotate/annotate.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from learn.cluster.api.names import label_value
from learn.cluster.objects import Obj, with_metadata
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import ALL_NAMESPACES, FIELD_SELECTOR, FILE_FLAGS, SELECTOR, selected
from learn.kubectl.resources import NO_NAME, NOTHING_SPECIFIED, kinds_of
from learn.kubectl.targets import write_targets
from learn.kubectl.writes import WRITE_FLAGS, dry_run_of, print_done, update

_FLAGS = (
    *FILE_FLAGS,
    *WRITE_FLAGS,
    SELECTOR,
    FIELD_SELECTOR,
    ALL_NAMESPACES,
    Flag(name="overwrite", kind=Takes.BOOL),
    Flag(name="all", kind=Takes.BOOL),
    Flag(name="list", kind=Takes.BOOL),
    Flag(name="local", kind=Takes.BOOL),
    Flag(name="resource-version"),
)


def _split(args: Sequence[str], what: str) -> tuple[tuple[str, ...], list[str]]:
    """Words up to the first `key=value` or `key-`, and the rest; `what` is told of a word after these.

    Source: staging/src/k8s.io/kubectl/pkg/cmd/util/helpers.go (GetResourcesAndPairs).
    """
    count = next((index for index, word in enumerate(args) if _is_pair(word)), len(args))
    for word in args[count:]:
        if not _is_pair(word):
            raise CommandError(f"error: all resources must be specified before {what} changes: {word}")
    return tuple(args[:count]), list(args[count:])


def _is_pair(word: str) -> bool:
    return "=" in word[1:] and not word.startswith("=") or (word.endswith("-") and word != "-")


def _label(call: Call) -> State | None:
    names, pairs = _split(call.args, "label")
    added, removed = _labels(pairs)
    if call.parsed.is_on("list"):
        for _, obj in write_targets(call, "label", names):
            for key, value in sorted((obj["metadata"].get("labels") or {}).items()):
                call.print(f"{key}={value}")
        return None
    if not added and not removed:
        _require_words(call, names)
        raise CommandError("error: at least one label update is required")
    _refuse_lone_type(call, names)
    dry_run = dry_run_of(call)
    for _, obj in _targets(call, names):
        old = obj["metadata"].get("labels") or {}
        if not call.parsed.is_on("overwrite"):
            _refuse_overwriting(old, added)
        for key in removed:
            if key not in old:
                call.print(f'label "{key}" not found.')
        labels = {**{k: v for k, v in old.items() if k not in removed}, **added}
        changed = _with(obj, "labels", labels)
        done = _done(old, labels, removed)
        if labels == old:
            print_done(call, obj, done, dry_run)
        else:
            print_done(call, update(call, dry_run, changed), done, dry_run)
    return None


def _done(old: Mapping[str, str], new: Mapping[str, str], removed: Sequence[str]) -> str:
    """Source: label.go (updateDataChangeMsg)."""
    if old == new:
        return "not labeled"
    return "unlabeled" if removed and len(new) < len(old) else "labeled"


def _labels(pairs: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    added: dict[str, str] = {}
    removed: list[str] = []
    for pair in pairs:
        if pair.endswith("-") and "=" not in pair:
            removed.append(pair[:-1])
            continue
        key, equals, value = pair.partition("=")
        if not equals or "=" in value:
            raise CommandError(f"error: invalid label spec: {pair}")
        for reason in label_value(value):
            raise CommandError(f"error: invalid label value: {_quoted(pair)}: {reason}")
        added[key] = value
    both = [key for key in added if key in removed]
    if both:
        raise CommandError("error: can not both modify and remove a label in the same command")
    return added, removed


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


def _refuse_overwriting(old: Mapping[str, str], added: Mapping[str, str]) -> None:
    clashes = [
        f"'{key}' already has a value ({old[key]}), and --overwrite is false"
        for key, value in added.items()
        if key in old and old[key] != value
    ]
    if len(clashes) == 1:
        raise CommandError(f"error: {clashes[0]}")
    if clashes:
        raise CommandError(f"error: [{', '.join(clashes)}]")


def _annotate(call: Call) -> State | None:
    names, pairs = _split(call.args, "annotation")
    added: dict[str, str] = {}
    removed: list[str] = []
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if equals:
            added[key] = value
        elif pair.endswith("-"):
            removed.append(pair[:-1])
        else:
            raise CommandError(f"error: invalid annotation format: {pair}")
    if call.parsed.is_on("list"):
        for _, obj in write_targets(call, "annotate", names):
            for key, value in sorted((obj["metadata"].get("annotations") or {}).items()):
                call.print(f"{key}={value}")
        return None
    if not added and not removed:
        _require_words(call, names)
        raise CommandError("error: at least one annotation update is required")
    _refuse_lone_type(call, names)
    dry_run = dry_run_of(call)
    for _, obj in _targets(call, names):
        old = obj["metadata"].get("annotations") or {}
        if not call.parsed.is_on("overwrite"):
            _refuse_reannotating(old, added)
        annotations = {**{k: v for k, v in old.items() if k not in removed}, **added}
        print_done(call, update(call, dry_run, _with(obj, "annotations", annotations)), "annotated", dry_run)
    return None


def _refuse_reannotating(old: Mapping[str, str], added: Mapping[str, str]) -> None:
    clashes = [
        f"'{key}' already has a value ({old[key]})"
        for key, value in added.items()
        if key in old and old[key] != value
    ]
    if clashes:
        raise CommandError(
            "error: --overwrite is false but found the following declared annotation(s): "
            + "; ".join(clashes)
        )


def _require_words(call: Call, names: tuple[str, ...]) -> None:
    if not names and not call.parsed.has("filename"):
        raise CommandError(NOTHING_SPECIFIED)


def _refuse_lone_type(call: Call, names: tuple[str, ...]) -> None:
    takes_all = call.parsed.is_on("all") or call.parsed.has("selector") or call.parsed.has("filename")
    if len(names) == 1 and "/" not in names[0] and not takes_all:
        kinds_of(names[0])
        raise CommandError(NO_NAME)


def _targets(call: Call, names: tuple[str, ...]) -> list[tuple[object, Obj]]:
    _require_words(call, names)
    if call.parsed.has("filename"):
        return list(write_targets(call, "label", names))
    return list(selected(call, names, all_flag=True))


def _with(obj: Obj, field: str, values: Mapping[str, str]) -> Obj:
    if values:
        return with_metadata(obj, **{field: dict(values)})
    meta = {key: value for key, value in obj["metadata"].items() if key != field}
    return {**obj, "metadata": meta}


LABEL = Command(
    path="label",
    start=_label,
    summary="ラベルを付けるか、外します",
    usage="label 種類 名前 キー=値",
    flags=_FLAGS,
)
ANNOTATE = Command(
    path="annotate",
    start=_annotate,
    summary="アノテーションを付けるか、外します",
    usage="annotate 種類 名前 キー=値",
    flags=_FLAGS,
)
