"""Checks across objects and of good practice. Importing this package registers them all."""

from learn.sandbox.checks import (
    clashes,
    commands,
    configuration,
    disruption,
    health,
    images,
    operations,
    policies,
    ports,
    references,
    resources,
    routes,
    scaling,
    scheduling,
    security,
    services,
)
from learn.sandbox.checks.registry import run_checks
from learn.sandbox.checks.world import World

__all__ = [
    "World",
    "clashes",
    "commands",
    "configuration",
    "disruption",
    "health",
    "images",
    "operations",
    "policies",
    "ports",
    "references",
    "resources",
    "routes",
    "run_checks",
    "scaling",
    "scheduling",
    "security",
    "services",
]
