"""The lessons folder with every finding that needs no run."""

from dataclasses import dataclass
from pathlib import Path

from learn.content.catalog import read_catalog, read_files
from learn.content.lint import lint
from learn.content.model import Catalog, Finding, LessonErrors


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """``catalog`` lacks what is ``broken``; ``untidy`` lessons work, but their authors should mend them."""

    catalog: Catalog
    broken: tuple[Finding, ...]
    untidy: tuple[Finding, ...]


def read_lessons(root: Path) -> Lessons:
    """Read and check the files below ``root``."""
    try:
        files = read_files(root)
    except LessonErrors as errors:
        return Lessons(catalog=Catalog(courses=(), terms=()), broken=errors.findings, untidy=())
    catalog, broken = read_catalog(files)
    return Lessons(catalog=catalog, broken=broken, untidy=lint(files, catalog))
