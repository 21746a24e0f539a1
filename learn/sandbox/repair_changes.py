"""What would have to change in one manifest to make it like another: single fields, each on its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from learn.sandbox.objects import ManifestObject


class Named(NamedTuple):
    """The item of a list whose `name` this is."""

    name: str


Step = str | int | Named


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of one object: to be `value`, or to be gone. An empty `path` adds the whole object."""

    kind: str
    name: str
    path: tuple[Step, ...]
    value: Any = None
    is_removal: bool = False


def changes_between(mine: Sequence[ManifestObject], theirs: Sequence[ManifestObject]) -> Iterator[Change]:
    """The changes that make `mine` like `theirs`, in their order; objects that only `mine` has stay."""
    for wanted in theirs:
        own = _counterpart(wanted, mine, theirs)
        if own is None:
            yield Change(kind=wanted.kind, name=wanted.name, path=(), value=wanted.value)
        else:
            yield from _differences(own, own.value, wanted.value, ())


def _counterpart(
    wanted: ManifestObject, mine: Sequence[ManifestObject], theirs: Sequence[ManifestObject]
) -> ManifestObject | None:
    """The object of the same kind and name, else the only one of its kind on both sides."""
    same_kind = [obj for obj in mine if obj.kind == wanted.kind]
    same_name = [obj for obj in same_kind if obj.name == wanted.name]
    if same_name:
        return same_name[0]
    is_only = sum(obj.kind == wanted.kind for obj in theirs) == len(same_kind) == 1
    return same_kind[0] if is_only else None


def _differences(own: ManifestObject, mine: Any, theirs: Any, path: tuple[Step, ...]) -> Iterator[Change]:
    if isinstance(mine, dict) and isinstance(theirs, dict):
        yield from _of_maps(own, mine, theirs, path)
    elif isinstance(mine, list) and isinstance(theirs, list) and _names(mine) and _names(theirs):
        mine_by_name = {Named(item["name"]): item for item in mine}
        theirs_by_name = {Named(item["name"]): item for item in theirs}
        yield from _of_maps(own, mine_by_name, theirs_by_name, path)
    elif isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        for index, (each, wanted) in enumerate(zip(mine, theirs, strict=True)):
            yield from _differences(own, each, wanted, (*path, index))
    elif mine != theirs or type(mine) is not type(theirs):
        yield _change(own, path, theirs)


def _of_maps(
    own: ManifestObject, mine: Mapping[Any, Any], theirs: Mapping[Any, Any], path: tuple[Step, ...]
) -> Iterator[Change]:
    for key, wanted in theirs.items():
        if key in mine:
            yield from _differences(own, mine[key], wanted, (*path, key))
        else:
            yield _change(own, (*path, key), wanted)
    for key in mine:
        if key not in theirs:
            yield _change(own, (*path, key), None, is_removal=True)


def _change(own: ManifestObject, path: tuple[Step, ...], value: Any, *, is_removal: bool = False) -> Change:
    return Change(kind=own.kind, name=own.name, path=path, value=value, is_removal=is_removal)


def _names(items: Sequence[Any]) -> bool:
    """Whether every item has a name of its own."""
    names = [item.get("name") if isinstance(item, dict) else None for item in items]
    return all(isinstance(name, str) for name in names) and len(set(names)) == len(names) > 0
