"""Author checks that need no run: how much, in which words, and which facts have grown old."""

from collections.abc import Iterator, Mapping

from learn.content.lint.passages import passages_of
from learn.content.lint.shape import shape_findings
from learn.content.lint.wording import wording_findings
from learn.content.model import Catalog, Finding


def lint(files: Mapping[str, str], catalog: Catalog) -> tuple[Finding, ...]:
    """Every finding in files that could be read, in file order."""
    found = {*_findings(files), *shape_findings(files, catalog)}
    return tuple(sorted(found, key=lambda finding: (finding.path, finding.line, finding.code)))


def _findings(files: Mapping[str, str]) -> Iterator[Finding]:
    for path, text in files.items():
        for passage in passages_of(path, text):
            yield from wording_findings(passage)
