"""Arrows between the packages of `learn` point inward only (ARCHITECTURE.md)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

LEARN = Path(__file__).resolve().parent.parent / "learn"
CORES = {"content", "cluster", "kubectl", "sandbox", "review"}
DOORS = {"ui", "library", "env"}
ALLOWED = {
    "content": set(),
    "cluster": set(),
    "review": set(),
    "sandbox": {"cluster"},
    "kubectl": {"cluster", "sandbox"},
    "ui": set(),
    "library": {"content"},
    "env": set(),
    "settings": {"env"},
    "urls": set(),
    "wsgi": {"library", "cluster", "kubectl"},
    "progress": {"content", *DOORS},
    "courses": {"content", "progress", *DOORS},
    "labs": {"content", "sandbox", "cluster", "kubectl", "progress", *DOORS},
    "authoring": {"content", "sandbox", "cluster", "kubectl", *DOORS},
}


def imported_modules(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted module) for every import, wherever it stands in the file."""
    package = ["learn", *path.relative_to(LEARN).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = [*base, *((node.module or "").split(".") if node.module else [])]
            yield node.lineno, ".".join(stem)
            for alias in node.names:
                yield node.lineno, ".".join([*stem, alias.name])


def part_of(path: Path) -> str:
    return path.relative_to(LEARN).parts[0].removesuffix(".py")


def python_files() -> list[Path]:
    return sorted(path for path in LEARN.rglob("*.py") if path != LEARN / "__init__.py")


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(LEARN)))
def test_imports_follow_the_arrows(path):
    part = part_of(path)
    strays = []
    for line, module in imported_modules(path):
        names = module.split(".")
        if part in CORES and names[0] in {"django", "csp", "django_htmx"}:
            strays.append(f"{path}:{line} imports {module}: a core does not know Django")
        if names[0] == "learn" and len(names) > 1 and names[1] not in ALLOWED[part] | {part}:
            strays.append(f"{path}:{line} imports {module}: {part} may not import {names[1]}")
    assert strays == []


def test_every_package_has_its_arrows():
    parts = {part_of(path) for path in python_files()}
    assert parts <= set(ALLOWED), "name the new package and what it may import in ALLOWED"


@pytest.mark.parametrize("core", sorted(CORES))
def test_a_core_never_prints_nor_reads_the_clock(core):
    banned = {
        ("time", "time"),
        ("time", "monotonic"),
        ("datetime", "now"),
        ("date", "today"),
        ("datetime", "utcnow"),
    }
    strays = []
    for path in sorted((LEARN / core).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            match node.func:
                case ast.Name(id="print"):
                    strays.append(f"{path}:{node.lineno} prints")
                case ast.Attribute(value=ast.Name(id=owner), attr=name) if (owner, name) in banned:
                    strays.append(f"{path}:{node.lineno} reads the clock")
    assert strays == []
