"""How endpoints are shared out over EndpointSlices (staging/src/k8s.io/endpointslice reconciler.go)."""

from collections.abc import Collection, Mapping, Sequence

from learn.cluster.api.access import as_map
from learn.cluster.objects import Obj

MAX_ENDPOINTS = 100


def fill(
    existing: Sequence[Sequence[Obj]],
    wanted: Mapping[str, Obj],
    limit: int = MAX_ENDPOINTS,
    relabelled: Collection[int] = (),
) -> list[list[Obj]]:
    """Endpoints shared out over slices with as few writes as may be (reconcileByPortMapping).

    Those that stay keep their slice.  New ones go to slices that change anyway (`relabelled` are indexes of
    such), the fullest first; what is left goes into one unchanged slice that holds it all, else into new slices.
    `wanted` is by Pod uid.  Gives one list per existing slice (perhaps empty), then those of new slices.
    """
    left = dict(wanted)
    slices: list[list[Obj]] = []
    for old in existing:
        uids = [as_map(endpoint.get("targetRef")).get("uid", "") for endpoint in old]
        slices.append([left.pop(uid) for uid in uids if uid in left])
    rest = list(left.values())
    same = {index for index, old in enumerate(existing) if list(old) == slices[index]}
    changing = [i for i in range(len(slices)) if slices[i] and (i not in same or i in relabelled)]
    for index in sorted(changing, key=lambda i: -len(slices[i])):
        room = limit - len(slices[index])
        slices[index] += rest[:room]
        rest = rest[room:]
    unchanged = sorted(same - set(changing))
    while rest:
        chosen = _slice_to_fill([len(slices[i]) for i in unchanged], len(rest), limit)
        if chosen is None:
            slices.append(rest[:limit])
            rest = rest[limit:]
        else:
            slices[unchanged[chosen]] += rest
            rest = []
    return slices


def _slice_to_fill(lengths: Sequence[int], count: int, limit: int) -> int | None:
    """getSliceToFill: the slice that `count` more leave closest to full."""
    fitting = [index for index, length in enumerate(lengths) if count < limit and length + count <= limit]
    return max(fitting, key=lambda index: lengths[index], default=None)
