"""Gives every browser an id of its own, in a signed cookie, without touching the database."""

from collections.abc import Callable
from uuid import UUID, uuid4

from django.core.signing import BadSignature, SignatureExpired
from django.http import HttpRequest, HttpResponse

COOKIE = "hatoba_learner"
SALT = "learn.progress.learner"
MAX_AGE_S = 400 * 24 * 3600  # the longest life that browsers grant
RENEW_AFTER_S = 30 * 24 * 3600


class LearnerMiddleware:
    """
    Sets `request.learner_id` from the cookie. A visitor without one gets a new id; so does a forged or
    broken one, silently. A cookie is renewed while it is used, so that it never ends for a regular.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        learner_id, fresh = _learner_id(request)
        request.learner_id = learner_id or uuid4()  # type: ignore[attr-defined]  # see LearnerRequest
        response = self.get_response(request)
        if not fresh:
            response.set_signed_cookie(
                COOKIE,
                str(request.learner_id),  # type: ignore[attr-defined]
                salt=SALT,
                max_age=MAX_AGE_S,
                httponly=True,
                samesite="Lax",
                secure=request.is_secure(),
            )
        return response


def _learner_id(request: HttpRequest) -> tuple[UUID | None, bool]:
    """Return the id in the cookie, if it is ours, and whether the cookie may stay as it is."""
    try:
        return UUID(request.get_signed_cookie(COOKIE, salt=SALT, max_age=RENEW_AFTER_S)), True
    except SignatureExpired:
        return UUID(request.get_signed_cookie(COOKIE, salt=SALT)), False
    except (KeyError, BadSignature, ValueError):
        return None, False
