"""Where a field belongs that stands at the wrong level."""

from learn.cluster.api.conformance import Problem
from learn.cluster.api.fielderror import Path
from learn.cluster.api.schema import Schema, Type

_SEARCH_DEPTH = 3


def home_of(field: str, problem: Problem, root: Schema) -> Path | None:
    """The nearest place that does have `field`: below this object, else beside or above it."""
    parent = problem.path[:-1]
    below = _below(field, problem.schema, _SEARCH_DEPTH)
    if below is not None:
        return (*parent, *below)
    for length in range(len(parent) - 1, -1, -1):
        above = root.at(parent[:length])
        if above is None:
            continue
        if above.type is Type.OBJECT and field in above.properties:
            return (*parent[:length], field)
        beside = _below(field, above, 2)
        if beside is not None:
            return (*parent[:length], *beside)
    return None


def _below(field: str, schema: Schema, depth: int) -> Path | None:
    """The shortest path under `schema` that ends in `field`; lists are entered at their first item."""
    level: list[tuple[Path, Schema]] = [((), schema)]
    for _ in range(depth):
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
                        return (*inner_path, field)
                    following.append((inner_path, inner))
        level = following
    return None
