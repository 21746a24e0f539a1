"""The timeline of a run: what it shows at an instant, with and without htmx, and what it says when there is none."""

import re
from html import unescape

import pytest

from learn.library import get_catalog
from learn.progress.actions import digest
from tests.web.pages import HTMX, nothing_is_kept, part_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_lessons")]

LAB = "/labs/liveness-timing-1/"


@pytest.fixture
def exercise():
    return get_catalog().exercises["liveness-timing-1"]


def solution(exercise, name):
    return next(each.text for each in exercise.solutions if name in each.file)


def check(client, text, **headers):
    return client.post(f"{LAB}check/", {"text": text}, headers=headers or None)


def timeline_of(html):
    return unescape(re.sub(r"<[^>]+>", "", part_of(html, "timeline")))


def sentence_of(html):
    return re.search(r'<p class="timeline-sentence">(.*?)</p>', html)[1]


def test_it_invites_before_anything_was_checked(learner):
    assert "ここに時間の流れが現れます。" in timeline_of(text_of(learner.get(LAB)))


def test_a_check_brings_the_timeline_of_the_run(learner, exercise):
    html = text_of(check(learner, solution(exercise, "period-10"), **HTMX))
    assert re.search(r'id="timeline"[^>]*hx-swap-oob="true"', html)
    shown = timeline_of(html)
    assert "71秒。appの終了処理が始まりました。Liveness Probeが2回続けて失敗したためです。" in shown
    assert "web    0/1" in shown
    assert "style=" not in part_of(html, "timeline")


def test_each_run_names_the_goals_that_it_misses_with_what_was_seen(learner, exercise):
    late = next(each.text for each in exercise.mistakes if "initial-delay" in each.file)
    missed = timeline_of(text_of(check(learner, late, **HTMX)))
    assert "この実行で達成していない目標" in missed and "いま終了処理が始まるのは101秒です。" in missed
    assert "達成していない目標" not in timeline_of(text_of(learner.get(LAB, {"run": "blips"})))


@pytest.mark.parametrize(
    ("second", "sentence", "pods"),
    [
        (0, "0秒。appが動き始めました。同じときにほか2件。", "1/1     Running     0"),
        (65, "65秒。直前の変化は61秒です。appのLiveness Probeが失敗しました。", "1/1     Running   0"),
        (80, "80秒。直前の変化は72秒です。appが再起動しました（1回目）。同じときにほか2件。", "1/1     Running   1 (9s ago)"),
        (9999, "150秒。直前の変化は72秒です。appが再起動しました（1回目）。同じときにほか2件。", "1 (79s ago)"),
    ],
)  # fmt: skip
def test_every_instant_has_its_sentence_and_its_objects(learner, exercise, second, sentence, pods):
    check(learner, solution(exercise, "period-10"))
    html = text_of(learner.get(LAB, {"run": "hang", "t": second}))
    assert sentence_of(html) == sentence
    assert re.sub(r" +", " ", pods) in re.sub(r" +", " ", timeline_of(html))


def test_buttons_lead_from_change_to_change_without_htmx(learner, exercise):
    check(learner, solution(exercise, "period-10"))
    html = text_of(learner.get(LAB, {"run": "hang", "t": 60}))
    seen = []
    while found := re.search(r'id="timeline-later"[^>]*href="([^"#]+)#timeline"', html):
        html = text_of(learner.get(unescape(found[1])))
        seen.append(int(sentence_of(html).partition("秒")[0]))
    assert seen == [61, 71, 72]


def test_moving_in_time_swaps_the_instant_and_leaves_the_slider(learner, exercise):
    check(learner, solution(exercise, "period-10"))
    of = digest(solution(exercise, "period-10"))
    answer = learner.get(LAB, {"run": "hang", "t": 61, "of": of}, headers={**HTMX, "HX-Target": "moment"})
    html = text_of(answer)
    assert sentence_of(html).startswith("61秒。")
    assert "timeline-slider" not in html and "<textarea" not in html
    assert re.search(r'id="timeline-drawing"[^>]*hx-swap-oob="true"', html)
    assert "Cookie" in answer["Vary"]


def test_the_timeline_stays_with_the_text_that_was_run(learner, exercise):
    of = digest(solution(exercise, "period-10"))
    check(learner, solution(exercise, "period-10"))
    learner.post(f"{LAB}draft/", {"text": "kind: Pod\n"})
    html = text_of(learner.get(LAB, {"run": "hang", "t": 71, "of": of}))
    assert "Liveness Probeが2回続けて失敗したためです" in sentence_of(html)


def test_a_stranger_sees_no_run(learner, other_learner, exercise):
    check(learner, solution(exercise, "period-10"))
    of = digest(solution(exercise, "period-10"))
    html = text_of(other_learner.get(LAB, {"run": "hang", "t": 71, "of": of}, headers=HTMX))
    assert "timeline-sentence" not in html
    assert "この実行は残っていません。" in html


@pytest.mark.parametrize("query", [{"t": "x"}, {"t": "-1"}, {"t": "9" * 40}, {"run": "none"}, {"of": "'\""}])
def test_nonsense_in_the_address_is_as_good_as_nothing(learner, exercise, query):
    check(learner, solution(exercise, "period-10"))
    answer = learner.get(LAB, query)
    assert answer.status_code == 200
    assert sentence_of(text_of(answer)).startswith("71秒。")


def test_a_manifest_with_errors_is_not_run_and_the_page_says_so(learner):
    html = text_of(
        check(learner, "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {contaners: []}\n", **HTMX)
    )
    assert "直すところがあるため、動かしていません。" in timeline_of(html)


def test_a_run_that_reaches_a_limit_is_explained(learner, exercise):
    text = solution(exercise, "period-10").replace("replicas: 1", "replicas: 5000")
    html = text_of(check(learner, text, **HTMX))
    assert "実行を止めました。Podが100個を超えました。" in timeline_of(html)
    assert "実行を止めました。" in part_of(html, "goals")


def test_a_fault_of_ours_is_never_a_wrong_answer(learner, exercise, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError

    monkeypatch.setattr("learn.labs.playback.timeline", broken)
    html = text_of(check(learner, solution(exercise, "defaults"), **HTMX))
    assert "時間の流れを描けませんでした。こちらの不具合です。" in timeline_of(html)
    assert "目標をすべて達成しました。" in part_of(html, "result")


def test_the_table_tells_every_change(learner, exercise):
    html = text_of(check(learner, solution(exercise, "period-10"), **HTMX))
    table = part_of(html, "timeline").partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr><td>(.*?)</td><td[^>]*>(.*?)</td><td>(.*?)</td></tr>", table)
    assert ("60秒", "web-…-fhvgj", '<code translate="no">app</code>が固まり、応答しなくなりました') in rows
    assert len(rows) == 12


def test_looking_keeps_nothing(learner):
    learner.get(LAB, {"run": "hang", "t": 5}, headers=HTMX)
    assert nothing_is_kept()
