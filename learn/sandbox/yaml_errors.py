"""A parser's complaint turned into a diagnostic."""

import yaml

from learn.sandbox.diagnostics import Diagnostic, Span


def diagnose_yaml_error(
    error: yaml.YAMLError, text: str, *, document: int, line_offset: int = 0
) -> Diagnostic:
    """The diagnostic for what stopped the parser, at the place that a human would mend."""
    mark = getattr(error, "problem_mark", None)
    line = (mark.line if mark else 0) + line_offset + 1
    column = (mark.column if mark else 0) + 1
    problem = str(getattr(error, "problem", None) or error)
    return Diagnostic(
        code="yaml-syntax",
        span=Span(line=line, column=column),
        params={"line": str(line), "problem": problem},
        document=document,
    )
