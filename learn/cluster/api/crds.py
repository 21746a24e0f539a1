"""Structural schemas of the custom resources that lessons teach."""

from learn.cluster.api.schema import Schema


def crd_schema(api_version: str, kind: str, version: str) -> Schema | None:
    """The type of a custom resource known here, or None."""
    return None
