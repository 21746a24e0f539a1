"""Status objects: how the API server says no, and the line that kubectl makes of it."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from learn.cluster.api.fielderror import FieldError, quote
from learn.cluster.api.versions import NEWEST

Object: TypeAlias = dict[str, Any]


def invalid_status(
    group: str, kind: str, name: str, errors: Sequence[FieldError], *, version: str = NEWEST
) -> Object:
    """The 422 answer to an object that failed validation (apimachinery's NewInvalid)."""
    causes = [{"reason": str(e.type), "message": e.body(version), "field": e.field} for e in errors]
    texts = list(dict.fromkeys(error.text(version) for error in errors))
    joined = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    qualified = f"{kind}.{group}" if group else kind
    details: Object = {"name": name, "group": group, "kind": kind, "causes": causes}
    return failure(
        422,
        "Invalid",
        f"{qualified} {quote(name)} is invalid: {joined}",
        {key: value for key, value in details.items() if value},
    )


def failure(code: int, reason: str, message: str, details: Object | None = None) -> Object:
    """Any refusal as a Status object."""
    status: Object = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
    }
    if details:
        status["details"] = details
    return status | {"code": code}


def status_error(kind: str, name: str, errors: Iterable[FieldError], *, version: str = NEWEST) -> str:
    """kubectl's words for a refused object: one line for one error, a bullet list for several.

    `The Deployment "web" is invalid: spec.replicas: …`, without a newline at the end.
    """
    texts = list(dict.fromkeys(error.text(version) for error in errors))
    head = f"The {kind} {quote(name)} is invalid: "
    if len(texts) == 1:
        return head + texts[0]
    return "\n".join([head, *(f"* {text}" for text in texts)])
