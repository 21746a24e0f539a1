"""The page of an exercise: write, check, hints, back to the start, solutions."""

import json
import re

import pytest
from django.test import Client

from learn.progress.models import ExerciseCheck, ExerciseDraft, HintOpened
from tests.web.pages import HTMX, LAB, hidden_fields, nothing_is_kept, part_of, text_of

pytestmark = pytest.mark.django_db

BROKEN = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers: [\n"


@pytest.fixture
def exercise(catalog):
    return catalog.exercises["first-1"]


def check(client, text, **headers):
    return client.post(f"{LAB}check/", {"text": text}, headers=headers or None)


def editor_text(html):
    return re.search(r'<textarea[^>]*name="text"[^>]*>\n(.*?)</textarea>', html, re.DOTALL)[1]


def hint(client, number, text="", **headers):
    return client.post(f"{LAB}hint/", {"text": text, "hint": number}, headers=headers or None)


def open_hints(client, count, text):
    for number in range(1, count + 1):
        hint(client, number, text)


def test_it_shows_goals_manifest_and_an_empty_result(learner, exercise):
    html = text_of(learner.get(LAB))
    assert len(re.findall(r"<h1\b", html)) == 1
    goals = part_of(html, "goals")
    assert goals.count("未確認") == 2
    assert "Podが動き続ける" in goals and "準備中" in goals
    assert editor_text(html) == exercise.start
    assert "ここに結果が現れます。" in part_of(html, "result")


def test_a_correct_manifest_solves_it(learner, exercise):
    for solution in exercise.solutions:
        html = text_of(check(learner, solution.text, **HTMX))
        assert "目標をすべて達成しました。" in part_of(html, "result")
        assert part_of(html, "goals").count("達成</span>") == 2
        assert "ラベルは、まとめて選ぶための印です。" in part_of(html, "next")
        assert "次のレッスン：2つめのレッスン" in part_of(html, "next")


def test_the_answer_to_htmx_never_holds_the_editor(learner, exercise):
    html = text_of(check(learner, exercise.start, **HTMX))
    assert "<html" not in html and "<textarea" not in html
    for part in ("goals", "next"):
        assert re.search(rf'id="{part}"[^>]*hx-swap-oob="true"', html)


def test_an_unmet_goal_says_what_was_observed(learner, exercise):
    html = text_of(check(learner, exercise.start, **HTMX))
    goals = part_of(html, "goals")
    assert "目標 1 / 2" in goals
    assert 'ラベル<code translate="no">app</code>がありません。' in goals
    assert "達成した目標は2つのうち1です。</div>" in html


def test_a_problem_says_what_where_why_and_how(learner):
    html = text_of(check(learner, BROKEN, **HTMX))
    result = part_of(html, "result")
    for word in ("直すところ", "どこか", "なぜか", "どう直すか", "実際の表示", 'href="#L'):
        assert word in result
    assert part_of(html, "goals").count("未確認") == 2
    marks = json.loads(re.search(r'<script id="diagnostics"[^>]*>(.*?)</script>', result)[1])
    assert {"line", "severity", "message"} == set(marks[0])
    assert f"直すところが1件、{marks[0]['line']}行目です。</div>" in html


def fix_key(html):
    return re.search(r'name="fix" value="([^"]+)"', part_of(html, "result"))[1]


def test_a_problem_is_mended_without_javascript(learner):
    text = BROKEN.replace("[\n", "[]\n").replace("spec:", "sepc:")
    check(learner, text)
    key = fix_key(text_of(learner.get(LAB)))
    html = text_of(learner.post(f"{LAB}check/", {"text": text, "fix": key}))
    assert editor_text(html) == text.replace("sepc:", "spec:")
    assert "5行目を直しました。" in html
    assert [each.text for each in ExerciseCheck.objects.all()] == [text]
    assert editor_text(text_of(learner.get(LAB))) == text.replace("sepc:", "spec:")


def test_what_is_mended_already_is_left_alone(learner):
    html = text_of(learner.post(f"{LAB}check/", {"text": "kind: Pod\n", "fix": "schema-unknown-field:5:1"}))
    assert editor_text(html) == "kind: Pod\n"
    assert "そこは、もう直っています。" in html


def test_advice_on_a_solution_is_folded_below_the_success(learner, exercise):
    result = part_of(text_of(check(learner, exercise.solutions[0].text, **HTMX)), "result")
    above, fold, folded = result.partition('<details class="advice"><summary>参考 ')
    assert fold and "目標をすべて達成しました。" in above
    assert 'class="diagnostic"' not in above
    assert folded.count('data-severity="info"') == int(folded.split("件")[0])


def test_a_problem_is_never_folded_with_the_advice(learner):
    result = part_of(text_of(check(learner, BROKEN, **HTMX)), "result")
    assert 'data-severity="error"' in result.partition('<details class="advice">')[0]


def test_the_task_comes_before_the_goals(learner):
    html = text_of(learner.get(LAB))
    assert html.index('id="task"') < html.index('id="goals"')


def test_without_htmx_the_page_shows_the_text_and_its_result(learner):
    response = check(learner, BROKEN)
    assert response.status_code == 302
    assert response["Location"] == f"{LAB}#result"
    html = text_of(learner.get(LAB))
    assert editor_text(html) == BROKEN
    assert "どう直すか" in part_of(html, "result")


def test_the_result_comes_back_with_the_text_another_day(learner, exercise):
    check(learner, exercise.solutions[0].text)
    html = text_of(learner.get(LAB))
    assert "目標をすべて達成しました。" in part_of(html, "result")


def test_a_text_changed_since_its_check_has_no_result(learner, exercise):
    check(learner, exercise.solutions[0].text)
    learner.post(f"{LAB}draft/", {"text": "kind: Pod\n"})
    html = text_of(learner.get(LAB))
    assert editor_text(html) == "kind: Pod\n"
    assert "ここに結果が現れます。" in part_of(html, "result")
    assert "この演習は完了しています。" in part_of(html, "next")


def test_line_ends_of_a_textarea_are_those_of_the_file(learner, exercise):
    check(learner, exercise.start.replace("\n", "\r\n"))
    assert ExerciseDraft.objects.get().text == exercise.start


def test_every_checked_text_is_kept_once(learner, exercise):
    for text in (exercise.start, BROKEN, exercise.start, exercise.solutions[0].text):
        check(learner, text)
    kept = ExerciseCheck.objects.order_by("id").values_list("text", "solved")
    assert list(kept) == [(exercise.start, False), (BROKEN, False), (exercise.solutions[0].text, True)]


def test_an_exercise_once_solved_stays_solved(learner, exercise):
    check(learner, exercise.solutions[0].text)
    html = text_of(check(learner, BROKEN, **HTMX))
    assert "解答例</h2>" in part_of(html, "next")
    assert "完了" in part_of(text_of(learner.get("/courses/harbor/first/")), "exercise-first-1")


def test_a_fault_of_ours_keeps_the_text_and_blames_nobody(learner, exercise, monkeypatch):
    def broken(*arguments, **options):
        raise RuntimeError("a fault of ours")

    text = exercise.solutions[0].text + "# 今日の分\n"
    with monkeypatch.context() as patch:
        patch.setattr("learn.labs.outcome.try_out", broken)
        response = check(learner, text, **HTMX)
        assert response.status_code == 200
        assert "目標を確かめられませんでした。" in part_of(text_of(response), "result")
        assert "正解" not in text_of(response)
        page = text_of(learner.get(LAB))
        assert "目標を確かめられませんでした。" in part_of(page, "result")
        assert editor_text(page) == text
    kept = ExerciseCheck.objects.get()
    assert (kept.text, kept.solved) == (text, None)
    check(learner, text)
    kept.refresh_from_db()
    assert kept.solved is True


def test_a_draft_is_kept_quietly(learner):
    response = learner.post(f"{LAB}draft/", {"text": "kind: Pod"})
    assert (response.status_code, response.content) == (204, b"")
    assert editor_text(text_of(learner.get(LAB))) == "kind: Pod"


def test_the_untouched_start_is_nothing_worth_keeping(learner, exercise):
    assert learner.post(f"{LAB}draft/", {"text": exercise.start}).status_code == 204
    assert nothing_is_kept()


def test_text_is_shown_as_text(learner):
    text = "# </textarea><script>alert(1)</script>\n"
    learner.post(f"{LAB}draft/", {"text": text})
    html = text_of(learner.get(LAB))
    assert "<script>alert" not in html
    assert "&lt;/textarea&gt;" in html


def test_a_text_that_begins_with_an_empty_line_keeps_it(learner):
    learner.post(f"{LAB}draft/", {"text": "\n\nkind: Pod"})
    assert editor_text(text_of(learner.get(LAB))) == "\n\nkind: Pod"


def test_the_back_button_may_bring_back_what_was_typed(learner):
    assert "no-store" not in learner.get(LAB)["Cache-Control"]


def test_hints_open_one_at_a_time(learner, exercise):
    page = part_of(text_of(learner.get(LAB)), "hints")
    assert "ヒント 0 / 4" in page and exercise.hints_html[0] not in page
    html = text_of(hint(learner, 1, exercise.start, **HTMX))
    assert "<html" not in html
    assert exercise.hints_html[0] not in html
    html = text_of(hint(learner, 2, exercise.start, **HTMX))
    assert exercise.hints_html[0] in html and exercise.hints_html[1] not in html
    assert hidden_fields(part_of(html, "hints"))["hint"] == "3"


def test_the_answer_to_a_hint_goes_where_the_hints_are(learner):
    assert hint(learner, 1, **HTMX)["HX-Retarget"] == "#hints"


def test_pressing_twice_opens_one_hint(learner):
    for _ in range(2):
        assert hint(learner, 1).status_code == 302
    assert HintOpened.objects.count() == 1


@pytest.mark.parametrize("number", ["", "2", "0", "-1", "99", "x"])
def test_hints_cannot_be_skipped(learner, number, exercise):
    hint(learner, number, exercise.start)
    assert nothing_is_kept()


def test_taking_a_hint_does_not_lose_what_was_written(learner):
    hint(learner, 1, "kind: Pod\n")
    assert editor_text(text_of(learner.get(LAB))) == "kind: Pod\n"


def test_solutions_open_after_the_last_hint(learner, exercise):
    assert "metadata" not in part_of(text_of(learner.get(LAB)), "next")
    open_hints(learner, 3, exercise.start)
    assert "labels:" not in part_of(text_of(learner.get(LAB)), "next")
    html = text_of(hint(learner, 4, exercise.start, **HTMX))
    assert "labels:" in part_of(html, "next")
    assert "この演習は完了しています。" not in html


def test_going_back_to_the_start_can_be_undone(learner, exercise):
    response = learner.post(f"{LAB}reset/", {"text": "kind: Pod\n"})
    assert response.status_code == 302
    html = text_of(learner.get(LAB))
    assert editor_text(html) == exercise.start
    assert "開始時のマニフェストに戻しました。" in html
    learner.post(f"{LAB}undo/", {"text": exercise.start})
    html = text_of(learner.get(LAB))
    assert editor_text(html) == "kind: Pod\n"
    assert "開始時のマニフェストに戻しました。" not in html


def test_going_back_from_the_start_keeps_nothing(learner, exercise):
    learner.post(f"{LAB}reset/", {"text": exercise.start})
    learner.post(f"{LAB}undo/", {"text": exercise.start})
    assert nothing_is_kept()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("あ" * 22_000, "マニフェストが長すぎます。"),
        ("a: b\n" * 200_000, "マニフェストが長すぎます。"),
        ("a: \0", "NUL"),
    ],
    ids=["just over", "1 MB", "nul"],
)
@pytest.mark.parametrize("action", ["check", "reset", "hint"])
def test_a_text_that_cannot_be_taken_stays_on_the_page(learner, action, text, message):
    response = learner.post(f"{LAB}{action}/", {"text": text, "hint": "1"})
    assert response.status_code == 422
    html = text_of(response)
    assert message in html
    assert editor_text(html) == text
    assert nothing_is_kept()
    part = learner.post(f"{LAB}{action}/", {"text": text, "hint": "1"}, headers=HTMX)
    assert (part.status_code, part["HX-Retarget"]) == (422, "#result")
    assert message in part_of(text_of(part), "result")
    assert "<textarea" not in text_of(part)


def test_a_draft_that_cannot_be_taken_says_why(learner):
    response = learner.post(f"{LAB}draft/", {"text": "あ" * 30_000})
    assert response.status_code == 422
    assert "マニフェストが長すぎます。" in text_of(response)


def test_a_request_without_a_text_overwrites_nothing(learner):
    learner.post(f"{LAB}draft/", {"text": "kind: Pod\n"})
    for action in ("check", "reset", "hint"):
        assert learner.post(f"{LAB}{action}/", {"hint": "1"}).status_code == 422
    assert learner.post(f"{LAB}draft/", {}).status_code == 422
    assert editor_text(text_of(learner.get(LAB))) == "kind: Pod\n"


def test_a_body_beyond_every_limit_is_refused(learner):
    response = check(learner, "a" * 3_000_000)
    assert response.status_code == 400
    assert "大きすぎます" in text_of(response)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ufeffkind: Pod",
        "a: &a [*a]",
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"b{i}: &b{i} [*a,*a,*a,*a,*a,*a,*a,*a]\n" for i in range(50)),
        "[" * 20_000,
        "- " * 20_000,
        "---\n" * 9_000,
        "kind: [Pod]\nmetadata: 3\n",
        "!!python/object/apply:os.system ['id']",
        "\x07\x1b[31m",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
        "kind：Pod\u3000",
    ],
)
def test_any_text_gets_a_result(learner, text):
    response = check(learner, text, **HTMX)
    assert response.status_code == 200
    assert 'class="diagnostic"' in part_of(text_of(response), "result")


def test_an_exercise_that_waits_shows_its_task(learner, catalog):
    html = text_of(learner.get("/labs/first-2/"))
    assert "準備中" in html and "ターミナル" in html
    assert "Podの一覧を表示します。" in html
    assert "<textarea" not in html


@pytest.mark.parametrize("exercise_id", ["first-2", "nothing"])
@pytest.mark.parametrize("action", ["check", "draft", "hint", "reset", "undo"])
def test_what_cannot_be_solved_takes_no_text(learner, exercise_id, action):
    assert learner.post(f"/labs/{exercise_id}/{action}/", {"text": "kind: Pod"}).status_code == 404
    assert nothing_is_kept()


def test_unknown_exercises_are_not_found(learner):
    assert learner.get("/labs/nothing/").status_code == 404


def test_learners_never_see_each_others_texts(learner, other_learner, exercise):
    check(learner, exercise.solutions[0].text)
    hint(learner, 1, exercise.solutions[0].text)
    html = text_of(other_learner.get(LAB))
    assert editor_text(html) == exercise.start
    assert "ヒント 0 / 4" in html
    assert "labels:" not in part_of(html, "next")


def test_a_foreign_site_cannot_check(exercise):
    browser = Client(enforce_csrf_checks=True)
    token = hidden_fields(text_of(browser.get(LAB)))["csrfmiddlewaretoken"]
    assert check(browser, exercise.start).status_code == 403
    assert nothing_is_kept()
    assert check(browser, exercise.start, **{"X-CSRFToken": token}).status_code == 302


def test_the_page_takes_few_queries(learner, exercise, django_assert_max_num_queries):
    check(learner, exercise.solutions[0].text)
    with django_assert_max_num_queries(4):
        learner.get(LAB)


def test_ids_are_unique_when_everything_is_open(learner, exercise):
    hint(learner, 1, exercise.start)
    hint(learner, 2, exercise.start)
    check(learner, exercise.solutions[0].text)
    ids = re.findall(r'\bid="([^"]+)"', text_of(learner.get(LAB)))
    assert len(ids) == len(set(ids))
