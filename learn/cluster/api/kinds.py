"""Looking kinds up: by group and kind, by the names that kubectl takes, and what a release serves."""

from collections.abc import Iterable
from functools import cache

from learn.cluster.api.catalogue import KINDS, Kind, api_version, split_api_version
from learn.cluster.api.versions import NEWEST, SUPPORTED

__all__ = [
    "ALL_CATEGORY",
    "KINDS",
    "Kind",
    "api_version",
    "find_resource",
    "is_served",
    "kind_of",
    "served_versions",
    "split_api_version",
]

ALL_CATEGORY: tuple[str, ...] = (
    "Pod", "ReplicationController", "Service", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet",
    "HorizontalPodAutoscaler", "CronJob", "Job",
)  # fmt: skip
"""What `kubectl get all` asks for, in its order."""

_BY_GROUP_KIND = {(kind.group, kind.kind): kind for kind in KINDS}


def kind_of(group: str, kind: str) -> Kind | None:
    return _BY_GROUP_KIND.get((group, kind))


@cache
def served_versions(kind: Kind, version: str = NEWEST) -> tuple[str, ...]:
    """The API versions of a kind that a cluster of this release serves by default, preferred first.

    Alpha and beta versions that a published definition lists exist in the API; the defaults of a
    cluster switch them off, except those of add-ons.
    """
    from learn.cluster.api.schema import definitions  # loads the definitions only when asked

    if kind.addon or kind.verbs == ("create",):
        return kind.versions
    published = definitions(version)
    stable = (v for v in kind.versions if "alpha" not in v and "beta" not in v)
    return tuple(v for v in stable if published.of_kind(api_version(kind.group, v), kind.kind) is not None)


def is_served(api: str, kind: str, version: str = NEWEST) -> bool:
    """Whether objects can be written with this apiVersion and kind (add-ons counted as installed)."""
    group, name = split_api_version(api)
    known = kind_of(group, kind)
    return known is not None and version in SUPPORTED and name in served_versions(known, version)


def find_resource(name: str, kinds: Iterable[Kind] = KINDS) -> Kind | None:
    """What kubectl means by `po`, `pods`, `deployments.apps`, `deploy.v1.apps` or a kind in any case."""
    word, _, rest = name.lower().partition(".")
    candidates = [k for k in kinds if word in {k.plural, k.singular, *k.short}]
    if rest:
        candidates = [k for k in candidates if _in_group(k, rest)]
    return candidates[0] if candidates else None


def _in_group(kind: Kind, text: str) -> bool:
    """`apps`, `v1.apps`; a group may be shortened to how it begins, as kubectl allows."""
    version, _, group = text.partition(".")
    if version in kind.versions:
        return group == kind.group
    return bool(kind.group) and kind.group.startswith(text)
