"""Paths in Ingress and Gateway API rules."""


def elements(path: str) -> tuple[str, ...]:
    """Split a path at its slashes; a trailing slash makes no element."""
    return tuple(part for part in path.split("/") if part)


def is_element_prefix(prefix: str, path: str) -> bool:
    """
    Tell whether `path` begins with all elements of `prefix`: /foo covers /foo/bar, not /foobar.

    Source: staging/src/k8s.io/api/networking/v1/types.go, PathTypePrefix;
    Gateway API, apis/v1/httproute_types.go, PathMatchPathPrefix.
    """
    wanted = elements(prefix)
    return elements(path)[: len(wanted)] == wanted
