"""The request that views receive after the middleware."""

from uuid import UUID

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class LearnerRequest(HttpRequest):
    """`learner_id` is that of the cookie; whether a Learner row exists is the database's to say."""

    learner_id: UUID
    htmx: HtmxDetails
