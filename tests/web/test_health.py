"""What an operator's probe is told."""

from django.db import OperationalError

from learn.progress.models import Learner


def test_a_server_with_its_database_is_healthy(learner):
    response = learner.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


def test_a_probe_is_not_sent_to_https(learner, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert learner.get("/healthz").status_code == 200
    assert learner.get("/").status_code == 301


def test_a_lost_database_is_told_without_a_trace(learner, monkeypatch):
    def unreachable():
        raise OperationalError("connection refused by 10.0.0.7")

    monkeypatch.setattr(Learner.objects, "exists", unreachable)
    response = learner.get("/healthz")
    assert response.status_code == 503
    assert b"10.0.0.7" not in response.content
