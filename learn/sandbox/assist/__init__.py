"""What an editor asks about a manifest that is still being written: completion, documentation, outline, format."""

from learn.sandbox.assist.completion import Completion, Suggestion, complete
from learn.sandbox.assist.documentation import Documentation, describe
from learn.sandbox.assist.format import format_manifest
from learn.sandbox.assist.outline import OutlineItem, outline

__all__ = [
    "Completion",
    "Documentation",
    "OutlineItem",
    "Suggestion",
    "complete",
    "describe",
    "format_manifest",
    "outline",
]
