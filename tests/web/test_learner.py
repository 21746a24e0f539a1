"""The cookie that tells one browser from another, and the row that it may come to name."""

from uuid import uuid4

import pytest
from django.core.signing import get_cookie_signer
from django.test import Client

from learn.progress.middleware import COOKIE, RENEW_AFTER_S, SALT
from learn.progress.models import Learner
from tests.web.pages import FIRST, nothing_is_kept, part_of, text_of

pytestmark = pytest.mark.django_db


def test_a_first_visit_gets_a_lasting_cookie_that_scripts_cannot_read():
    cookie = Client().get("/").cookies[COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert cookie["max-age"] >= 365 * 24 * 3600
    assert not cookie["secure"]


def test_over_https_the_cookie_never_travels_in_the_clear():
    assert Client().get("/", secure=True).cookies[COOKIE]["secure"]


def test_the_cookie_stays_the_same_from_page_to_page():
    browser = Client()
    browser.get("/")
    assert COOKIE not in browser.get(FIRST).cookies


def test_the_row_has_the_id_of_the_cookie(learner):
    learner.get("/")
    assert nothing_is_kept()
    learner.post(f"{FIRST}read/")
    assert str(Learner.objects.get().id) == learner.cookies[COOKIE].value.split(":")[0]


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param("", id="empty"),
        pytest.param("x" * 4000, id="long"),
        pytest.param(str(uuid4()), id="unsigned"),
        pytest.param(f"{uuid4()}:1xUaVF:WQfKhVYTrTmTmK6di4mxVpuupY_69xqfXYX8aSmcWok", id="another-key"),
        pytest.param("%00:%FF:\u00e9", id="bytes"),
        pytest.param(get_cookie_signer(salt=COOKIE + SALT).sign("not-a-uuid"), id="no-uuid"),
        pytest.param(get_cookie_signer(salt="another").sign(str(uuid4())), id="another-salt"),
    ],
)
def test_a_forged_or_broken_cookie_is_replaced(learner, forged):
    learner.cookies[COOKIE] = forged
    response = learner.get("/")
    assert response.status_code == 200
    fresh = response.cookies[COOKIE].value
    assert fresh != forged
    assert COOKIE not in learner.get("/").cookies


def test_a_cookie_cannot_be_bent_to_another_learner(learner, other_learner):
    other_learner.post(f"{FIRST}read/")
    victim = Learner.objects.get().id
    learner.get("/")
    signature = learner.cookies[COOKIE].value.partition(":")[2]
    learner.cookies[COOKIE] = f"{victim}:{signature}"
    assert "読み終えました" not in part_of(text_of(learner.get(FIRST)), "reading")


def test_an_old_cookie_is_renewed_with_the_same_id(learner, monkeypatch):
    learner.post(f"{FIRST}read/")
    before = learner.cookies[COOKIE].value
    monkeypatch.setattr("django.core.signing.time.time", lambda: 2_000_000_000 + RENEW_AFTER_S)
    response = learner.get(FIRST)
    assert "読み終えました" in part_of(text_of(response), "reading")
    after = response.cookies[COOKIE].value
    assert after != before
    assert after.split(":")[0] == before.split(":")[0]
