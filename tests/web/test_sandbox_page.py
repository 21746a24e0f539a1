"""The sandbox page and what the editor asks: any manifest, nothing kept, everything works by page loads."""

import html
import json
import re

import pytest
from django.test import Client

from learn.cluster.api.versions import NEWEST, SUPPORTED
from learn.labs.forms import MAX_TEXT_BYTES
from learn.labs.sandbox_examples import EXAMPLES
from learn.labs.sandbox_sharing import NotShared, packed, unpacked
from tests.web.pages import HTMX, nothing_is_kept, text_of

PAGE = "/sandbox/"
TYPO = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: web\n      imag: nginx:1.27\n"
WIDE = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name： web\n"


def editor_text(page: str) -> str:
    return html.unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)[1])


def fix_key(page: str) -> str:
    return html.unescape(re.search(r'name="fix" value="([^"]+)"', page)[1])


def test_an_empty_sandbox_offers_examples_and_complains_about_nothing(learner):
    page = text_of(learner.get(PAGE))
    assert page.count("<h1") == 1
    assert all(f"?example={slug}" in page for slug in EXAMPLES)
    assert 'class="diagnostic"' not in page
    assert editor_text(page) == ""


@pytest.mark.parametrize(
    ("slug", "heading"),
    [
        ("web", "結果"),
        ("cron", "結果"),
        ("keyboard", "結果 直すところ"),
        ("levels", "結果 直すところ"),
        ("labels", "結果 確かめるところ"),
    ],
)
def test_an_example_opens_with_its_result(learner, slug, heading):
    page = text_of(learner.get(PAGE, {"example": slug}))
    assert editor_text(page) == EXAMPLES[slug].text
    found = re.search(r'id="result-title">(\D*?)( \d+件.*?)?</h2>', page)
    assert found[1] == heading


def test_a_check_shows_where_why_and_how(learner):
    page = text_of(learner.post(PAGE, {"text": TYPO}))
    result = page.partition('id="result"')[2]
    assert '<a href="#L8">8行目</a>' in result
    for words in ("どこか", "なぜか", "どう直すか", "実際の表示", "直すところ 1件"):
        assert words in result
    assert editor_text(page) == TYPO


def test_htmx_gets_the_result_alone_and_one_announcement(learner):
    part = text_of(learner.post(PAGE, {"text": TYPO}, headers=HTMX))
    assert "<textarea" not in part
    assert part.count('id="announcer"') == 1
    live = text_of(learner.post(PAGE, {"text": TYPO, "live": "1"}, headers=HTMX))
    assert "announcer" not in live
    assert 'class="diagnostic"' in live


def test_a_fix_is_made_without_javascript(learner):
    key = fix_key(text_of(learner.post(PAGE, {"text": TYPO})))
    page = text_of(learner.post(PAGE, {"text": TYPO, "fix": key}))
    assert editor_text(page) == TYPO.replace("imag:", "image:")
    assert "8行目を直しました。" in page
    again = text_of(learner.post(PAGE, {"text": TYPO.replace("imag:", "image:"), "fix": key}))
    assert "もう直っています" in again


def test_layout_without_javascript(learner):
    page = text_of(learner.post(PAGE, {"text": "a:\n    b: 1\n", "format": "1"}))
    assert editor_text(page) == "a:\n  b: 1\n"
    assert "字下げをそろえました" in page
    broken = text_of(learner.post(PAGE, {"text": "a: [\n", "format": "1"}))
    assert editor_text(broken) == "a: [\n"
    assert "字下げをそろえられませんでした" in broken


def test_the_version_decides_what_is_known(learner):
    assert [f">{version}</option>" in text_of(learner.get(PAGE)) for version in SUPPORTED] == [True] * len(
        SUPPORTED
    )
    page = text_of(learner.post(PAGE, {"text": TYPO, "version": SUPPORTED[0]}))
    assert f"<option selected>{SUPPORTED[0]}</option>" in page
    assert learner.post(PAGE, {"text": TYPO, "version": "9.9"}).status_code == 422


def test_a_link_holds_the_text_and_the_version(learner):
    response = learner.post(PAGE, {"text": TYPO, "version": SUPPORTED[0], "share": "1"})
    assert response.status_code == 302
    page = text_of(learner.get(response.url.partition("#")[0]))
    assert editor_text(page) == TYPO
    assert f"<option selected>{SUPPORTED[0]}</option>" in page
    assert "http://testserver/sandbox/?t=" in page


@pytest.mark.parametrize(
    "shared", ["%%%", "あ", "AAAA", packed("a: 1\n")[:-3], packed("a" * (MAX_TEXT_BYTES + 1))]
)
def test_a_broken_link_says_so(learner, shared):
    page = text_of(learner.get(PAGE, {"t": shared}))
    assert "共有リンクが途中で切れている" in page
    with pytest.raises(NotShared):
        unpacked(shared)


@pytest.mark.parametrize("text", ["", "a: 1\n", "名前：値\r\n", "𠮷" * 1000, TYPO])
def test_what_is_packed_is_unpacked(text):
    assert unpacked(packed(text)) == text


def test_a_text_too_long_for_a_link_stays_on_the_page(learner):
    text = "".join(f"k{number}: {number * 7919}\n" for number in range(4000))
    page = text_of(learner.post(PAGE, {"text": text, "share": "1"}))
    assert "リンクに入りません" in page
    assert editor_text(page) == text


def test_a_text_over_the_limit_is_refused_and_kept(learner):
    text = "#" * (MAX_TEXT_BYTES + 1)
    response = learner.post(PAGE, {"text": text})
    assert response.status_code == 422
    assert editor_text(text_of(response)) == text
    assert learner.post(f"{PAGE}check/", {"text": text}).status_code == 422


def test_nothing_that_a_visitor_does_makes_a_row(learner):
    learner.get(PAGE, {"example": "web"})
    learner.post(PAGE, {"text": TYPO})
    for name in ("check", "format"):
        learner.post(f"{PAGE}{name}/", {"text": TYPO})
    for name in ("complete", "describe"):
        learner.post(f"{PAGE}{name}/", {"text": TYPO, "line": 8, "column": 7})
    assert nothing_is_kept()


def test_markup_in_a_manifest_is_text(learner):
    page = text_of(
        learner.post(PAGE, {"text": "kind: <script>alert(1)</script>\napiVersion: v1\n</textarea><b>\n"})
    )
    assert "<script>alert" not in page
    assert "</textarea><b>" not in page


def test_the_editor_gets_places_words_and_fixes(learner):
    reply = learner.post(f"{PAGE}check/", {"text": "\r\n".join(TYPO.split("\n"))}).json()
    (found,) = [each for each in reply["diagnostics"] if each["severity"] == "error"]
    assert (found["line"], found["column"], found["length"]) == (8, 7, 4)
    assert found["fix"] == [{"line": 8, "column": 7, "end_line": 8, "end_column": 11, "text": "image"}]
    assert found["code"] == "schema-unknown-field"
    assert all(found[name] for name in ("what", "why", "cure", "english", "key", "message"))
    assert not any("`" in found[name] for name in ("what", "why", "cure", "message"))
    assert reply["outline"] == [{"line": 1, "kind": "Pod", "name": "web"}]


def test_the_editor_gets_completion_documentation_and_layout(learner):
    place = {"text": TYPO, "line": 8, "column": 11}
    reply = learner.post(f"{PAGE}complete/", place).json()
    assert reply["column"] == 7
    assert "image" in [each["label"] for each in reply["suggestions"]]
    field = learner.post(f"{PAGE}describe/", {**place, "line": 7}).json()["field"]
    assert field["path"] == "spec.containers[0].name"
    assert learner.post(f"{PAGE}describe/", {**place, "line": 99}).json() == {"field": None}
    assert learner.post(f"{PAGE}format/", {"text": "a:\n    b: 1"}).json() == {"text": "a:\n  b: 1\n"}
    assert learner.post(f"{PAGE}format/", {"text": "a: ["}).json() == {"text": None}


@pytest.mark.parametrize("name", ["complete", "describe"])
@pytest.mark.parametrize("place", [{}, {"line": "x", "column": "1"}, {"line": "0", "column": "1"}])
def test_a_place_that_is_none_is_refused(learner, name, place):
    response = learner.post(f"{PAGE}{name}/", {"text": TYPO, **place})
    assert response.status_code == 422
    assert json.loads(response.content)["error"]


@pytest.mark.parametrize("name", ["", "check/", "complete/", "describe/", "format/"])
def test_a_post_needs_the_token(db, name):
    assert Client(enforce_csrf_checks=True).post(f"{PAGE}{name}", {"text": TYPO}).status_code == 403


@pytest.mark.parametrize(
    "text", ["", "\x00", "\ufeff" + TYPO, "{" * 500, "- " * 500, "a: &a [*a]\n", WIDE, "🎉: 🎉\n"]
)
def test_no_text_breaks_the_page(learner, text):
    for name in ("", "check/", "format/"):
        assert learner.post(f"{PAGE}{name}", {"text": text}).status_code in (200, 422)
    for name in ("complete/", "describe/"):
        assert learner.post(f"{PAGE}{name}", {"text": text, "line": 1, "column": 2}).status_code in (200, 422)


def test_the_header_leads_here(learner):
    page = text_of(learner.get(PAGE))
    assert '<a href="/sandbox/" aria-current="page">サンドボックス</a>' in page
    assert '<a href="/sandbox/">サンドボックス</a>' in text_of(learner.get("/"))
    assert f"<option selected>{NEWEST}</option>" in page
