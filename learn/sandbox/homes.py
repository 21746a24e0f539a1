"""Where a field belongs that stands at the wrong level."""

from typing import Any

from learn.cluster.api.conformance import Problem
from learn.cluster.api.fielderror import Path
from learn.cluster.api.schema import Schema, Type

_SEARCH_DEPTH = 3


def home_of(field: str, problem: Problem, root: Schema, value: Any) -> Path | None:
    """The nearest place that does have `field`: below its object, else beside or above it.

    `root` and `value` are the schema and the data of the whole object.
    """
    parent = problem.path[:-1]
    below = _below(field, problem.schema, _SEARCH_DEPTH, _value_at(value, parent))
    if below is not None:
        return (*parent, *below)
    for length in range(len(parent) - 1, -1, -1):
        above = root.at(parent[:length])
        if above is None:
            continue
        if above.type is Type.OBJECT and field in above.properties:
            return (*parent[:length], field)
        beside = _below(field, above, 2, _value_at(value, parent[:length]))
        if beside is not None:
            return (*parent[:length], *beside)
    return None


def _below(field: str, schema: Schema, depth: int, value: Any) -> Path | None:
    """The shortest path under `schema` that ends in `field`; lists are entered at their first item.

    Of paths with as many steps, the one whose levels stand there already, or that `type` beside it names.
    """
    level: list[tuple[Path, Schema]] = [((), schema)]
    for _ in range(depth):
        found: list[Path] = []
        following: list[tuple[Path, Schema]] = []
        for path, owner in level:
            if owner.type is not Type.OBJECT:
                continue
            for name, child in owner.properties.items():
                if name == "status":
                    continue
                inner, inner_path = child, (*path, name)
                if child.type is Type.ARRAY and child.items is not None:
                    inner, inner_path = child.items, (*path, name, 0)
                if inner.type is Type.OBJECT:
                    if field in inner.properties:
                        found.append((*inner_path, field))
                    following.append((inner_path, inner))
        if found:
            return min(found, key=lambda path: _strangeness(path, value))
        level = following
    return None


def _strangeness(path: Path, value: Any) -> tuple[int, bool]:
    """How many levels of `path` are not in `value`, and whether no `type` there names the first of them."""
    for length, step in enumerate(path[:-1]):
        if not holds(value, step):
            chosen = value.get("type") if isinstance(value, dict) else None
            return len(path) - length, str(chosen).lower() != str(step).lower()
        value = value[step]
    return 0, False


def holds(value: Any, step: str | int) -> bool:
    """Whether a mapping has this key, or a list this item."""
    if isinstance(step, int):
        return isinstance(value, list) and step < len(value)
    return isinstance(value, dict) and step in value


def _value_at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value
