"""Labels and selectors as `--labels`, `--selector` and `--aggregation-rule` take them."""

from __future__ import annotations

from learn.kubectl.errors import CommandError


def labels_of_text(text: str) -> dict[str, str]:
    """`a=b,c=d`.  Raises CommandError."""
    labels = {}
    for part in text.split(",") if text else ():
        key, equals, value = part.partition("=")
        if not equals:
            raise CommandError(f"error: unexpected label spec: {part}")
        labels[key] = value
    return labels
