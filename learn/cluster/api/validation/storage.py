"""Validation of PersistentVolumeClaims, PersistentVolumes and StorageClasses."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api.fielderror import FieldError, Path


def validate_claim_spec(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    return []
