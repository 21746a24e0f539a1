"""What the API server answers when it refuses: a code, a reason, and its own words."""

from __future__ import annotations

from collections.abc import Sequence

from learn.cluster.api.fielderror import FieldError, required
from learn.cluster.api.ownership import ApplyConflict
from learn.cluster.api.patch import UNSUPPORTED_MEDIA_TYPE
from learn.cluster.api.versions import NEWEST
from learn.cluster.objects import KINDS, Ref, group_of


class ApiError(Exception):
    """A refused request (metav1.Status): HTTP `code`, `reason`, `message` and, for Invalid, `causes`."""

    def __init__(self, code: int, reason: str, message: str, causes: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.causes = tuple(causes)


def resource_name(kind: str, api_version: str = "") -> str:
    """`deployments.apps`; `pods` in the core group; a guess for kinds that are not known."""
    known = KINDS.get(kind)
    plural, group = (known.plural, known.group) if known else (kind.lower() + "s", group_of(api_version))
    return f"{plural}.{group}" if group else plural


def kind_name(kind: str, api_version: str = "") -> str:
    """`Deployment.apps`; `Pod` in the core group."""
    known = KINDS.get(kind)
    group = known.group if known else group_of(api_version)
    return f"{kind}.{group}" if group else kind


def not_found(ref: Ref) -> ApiError:
    return ApiError(404, "NotFound", f'{resource_name(ref.kind)} "{ref.name}" not found')


def already_exists(ref: Ref) -> ApiError:
    return ApiError(409, "AlreadyExists", f'{resource_name(ref.kind)} "{ref.name}" already exists')


def conflict(ref: Ref) -> ApiError:
    return ApiError(
        409,
        "Conflict",
        f'Operation cannot be fulfilled on {resource_name(ref.kind)} "{ref.name}": the object has been '
        "modified; please apply your changes to the latest version and try again",
    )


def apply_conflict(conflicts: ApplyConflict) -> ApiError:
    """apimachinery's NewApplyConflict: somebody else owns fields that an apply would change."""
    return ApiError(409, "Conflict", str(conflicts))


def forbidden(kind: str, name: str, why: str) -> ApiError:
    return ApiError(403, "Forbidden", f'{resource_name(kind)} "{name}" is forbidden: {why}')


def bad_request(message: str) -> ApiError:
    return ApiError(400, "BadRequest", message)


def patch_refused(message: str) -> ApiError:
    """A patch that cannot be applied: of an unknown kind for this object, or malformed."""
    if message == UNSUPPORTED_MEDIA_TYPE:
        return ApiError(415, "UnsupportedMediaType", message)
    return ApiError(400, "BadRequest", message)


def internal(message: str) -> ApiError:
    """apimachinery's NewInternalError."""
    return ApiError(500, "InternalError", f"Internal error occurred: {message}")


def too_many_requests(message: str) -> ApiError:
    return ApiError(429, "TooManyRequests", message)


def invalid(kind: str, name: str, errors: Sequence[FieldError], version: str = NEWEST) -> ApiError:
    """apimachinery's NewInvalid: one error stands alone, several in brackets, equal ones once."""
    texts = list(dict.fromkeys(error.text(version) for error in errors))
    body = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    return ApiError(422, "Invalid", f'{kind_name(kind)} "{name}" is invalid: {body}', errors)


def invalid_name_required(kind: str) -> ApiError:
    """A manifest without name and generateName."""
    error = required(("metadata", "name"), "name or generateName is required")
    return invalid(kind, "", [error])
