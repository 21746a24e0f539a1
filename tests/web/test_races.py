"""Two workers, many connections, the same button: what a learner did is recorded once."""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest

from tests.server import Server
from tests.web.pages import hidden_fields, part_of

PARALLEL = 8


class Browser:
    """One learner's cookies over as many connections as wanted."""

    def __init__(self, server: Server) -> None:
        self._netloc = urlsplit(server.url).netloc
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> str:
        return self._send("GET", path)[1]

    def post_at_once(self, path: str, fields: Mapping[str, str]) -> list[int]:
        with ThreadPoolExecutor(PARALLEL) as pool:
            sent = [pool.submit(self._send, "POST", path, urlencode(fields)) for _ in range(PARALLEL)]
            return [each.result()[0] for each in sent]

    def _send(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        connection = HTTPConnection(self._netloc, timeout=30)
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        for header in response.headers.get_all("Set-Cookie", []):
            name, _, value = header.partition(";")[0].partition("=")
            self._cookies[name] = value
        text = response.read().decode()
        connection.close()
        return response.status, text


@pytest.fixture
def browser(server: Server) -> Browser:
    return Browser(server)


def test_one_answer_sent_eight_times_is_one_attempt(browser):
    lesson = "/courses/probes/liveness-timing/"
    page = browser.get(lesson)
    quiz_id, unit = re.search(r'id="quiz-([a-z0-9-]+)-number"[^>]*>([^<]*)', page).groups()
    form = hidden_fields(part_of(page, f"quiz-{quiz_id}"))
    fields = {**form, "number": f"987654{unit}"}
    assert browser.post_at_once(f"/quizzes/{quiz_id}/answer/", fields) == [302] * PARALLEL
    assert "これまでの回答：1回" in part_of(browser.get(lesson), f"quiz-{quiz_id}")


def test_a_first_text_checked_eight_times_at_once_is_kept(browser):
    lab = "/labs/liveness-timing-1/"
    form = hidden_fields(browser.get(lab))
    fields = {**form, "text": "kind: Pod\n# 同時に確かめる\n"}
    assert browser.post_at_once(f"{lab}check/", fields) == [302] * PARALLEL
    assert "# 同時に確かめる" in browser.get(lab)


def test_a_hint_pressed_eight_times_at_once_opens_one(browser):
    lab = "/labs/liveness-timing-1/"
    form = hidden_fields(browser.get(lab))
    assert form["hint"] == "1"
    assert browser.post_at_once(f"{lab}hint/", {**form, "text": "kind: Pod\n"}) == [302] * PARALLEL
    assert hidden_fields(browser.get(lab))["hint"] == "2"
