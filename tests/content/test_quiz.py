"""Grading: what a learner's answer becomes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learn.content.question import question_for, reveal
from learn.content.quiz import answer_from_fields, grade
from tests.content.factories import quiz_from

SINGLE = quiz_from("""
id: first-q1
type: single
question: どれですか。
choices:
  - {text: kubelet, correct: true, why: 動かします。}
  - {text: kube-proxy, why: 通信です。}
  - {text: etcd, why: 記録です。}
""")
MULTIPLE = quiz_from("""
id: first-q2
type: multiple
question: どれですか。
choices:
  - {text: a, correct: true, why: aの理由。}
  - {text: b, correct: true, why: bの理由。}
  - {text: c, why: cの理由。}
""")
TRUE_FALSE = quiz_from("""
id: first-q3
type: tf
question: 正しいですか。
answer: false
why: {true: 再起動の連鎖です。, false: そのとおりです。}
""")
NUMBER = quiz_from("""
id: first-q4
type: number
question: 何秒ですか。
unit: 秒
answer: 31
accept: [30, 31.5]
why: 足します。
mistakes:
  - {answer: 10, why: 1回では再起動しません。}
otherwise: 書き出しましょう。
""")
ORDER = quiz_from("""
id: first-q5
type: order
question: 並べてください。
items: [10秒, 20秒, 40秒]
why: 倍になります。
mistakes:
  - {order: [40秒, 20秒, 10秒], why: 逆です。}
otherwise: 見直しましょう。
""")
FILL = quiz_from("""
id: first-q6
type: fill
question: 書いてください。
language: yaml
text: |
  httpGet: {path: /healthz, ____: 8080}
  ____: 10
blanks:
  - label: ポートの項目名
    accept: [port]
    mistakes:
      - {answer: url, why: URLではありません。}
    otherwise: 調べる先です。
  - label: 間隔
    accept: [periodSeconds]
    otherwise: 間隔の項目です。
why: 合っています。
""")
MATCH = quiz_from("""
id: first-q7
type: match
question: 対応させてください。
options: ["1", "3", "10"]
items:
  - text: "`periodSeconds`"
    answer: "10"
    why: 10秒ごとです。
    mistakes:
      - {answer: "1", why: それはtimeoutSecondsです。}
  - {text: "`failureThreshold`", answer: "3", why: 3回です。}
otherwise: 見直す項目があります。
""")
QUIZZES = [SINGLE, MULTIPLE, TRUE_FALSE, NUMBER, ORDER, FILL, MATCH]


def ids(quiz, *texts):
    parts = getattr(quiz, "choices", None) or getattr(quiz, "items", ())
    return [next(part.id for part in parts if part.text == text) for text in texts]


def matched(**answers):
    options = {option.text: option.id for option in MATCH.options}
    return {item.id: options[answers[item.text]] for item in MATCH.items}


ANSWERS = [
    (SINGLE, ids(SINGLE, "kubelet")[0], True, ["動かします。"]),
    (SINGLE, ids(SINGLE, "etcd")[0], False, ["記録です。"]),
    (MULTIPLE, ids(MULTIPLE, "a", "b"), True, ["aの理由。", "bの理由。"]),
    (MULTIPLE, ids(MULTIPLE, "b", "a"), True, ["aの理由。", "bの理由。"]),
    (MULTIPLE, ids(MULTIPLE, "a"), False, ["aの理由。"]),
    (MULTIPLE, ids(MULTIPLE, "a", "c"), False, ["aの理由。", "cの理由。"]),
    (TRUE_FALSE, False, True, ["そのとおりです。"]),
    (TRUE_FALSE, True, False, ["再起動の連鎖です。"]),
    (NUMBER, "31", True, ["足します。"]),
    (NUMBER, "30", True, ["足します。"]),
    (NUMBER, "31.5", True, ["足します。"]),
    (NUMBER, " ３１ 秒 ", True, ["足します。"]),
    (NUMBER, "+31", True, ["足します。"]),
    (NUMBER, "31.6", False, ["書き出しましょう。"]),
    (NUMBER, "10秒", False, ["1回では再起動しません。"]),
    (NUMBER, "1,031", False, ["書き出しましょう。"]),
    (NUMBER, "−31", False, ["書き出しましょう。"]),
    (ORDER, ids(ORDER, "10秒", "20秒", "40秒"), True, ["", "", "", "倍になります。"]),
    (ORDER, ids(ORDER, "20秒", "10秒", "40秒"), False, ["", "", "", "見直しましょう。"]),
    (ORDER, ids(ORDER, "40秒", "20秒", "10秒"), False, ["", "", "", "逆です。"]),
    (FILL, ["port", "periodSeconds"], True, ["", "", "合っています。"]),
    (FILL, ["ＰＯＲＴ", " periodseconds "], True, ["", "", "合っています。"]),
    (FILL, ["URL", "periodSeconds"], False, ["URLではありません。", ""]),
    (FILL, ["host", "x"], False, ["調べる先です。", "間隔の項目です。"]),
    (MATCH, matched(periodSeconds="10", failureThreshold="3"), True, ["10秒ごとです。", "3回です。"]),
    (
        MATCH,
        matched(periodSeconds="1", failureThreshold="3"),
        False,
        ["それはtimeoutSecondsです。", "3回です。", "見直す項目があります。"],
    ),
    (
        MATCH,
        matched(periodSeconds="10", failureThreshold="1"),
        False,
        ["10秒ごとです。", "", "見直す項目があります。"],
    ),
]


@pytest.mark.parametrize(("quiz", "answer", "correct", "reasons"), ANSWERS)
def test_answer_gets_its_verdict_and_its_reasons(quiz, answer, correct, reasons):
    result = grade(quiz, answer)
    assert result.readable
    assert result.correct is correct
    given = [part.why_html for part in result.feedback] + ([result.why_html] if result.why_html else [])
    assert given == reasons


UNREADABLE = [
    (SINGLE, ""),
    (SINGLE, None),
    (SINGLE, "0123456789"),
    (MULTIPLE, []),
    (MULTIPLE, ["nobody"]),
    (MULTIPLE, "a"),
    (TRUE_FALSE, None),
    (TRUE_FALSE, "true"),
    (NUMBER, ""),
    (NUMBER, "三十一"),
    (NUMBER, "1e9"),
    (NUMBER, "NaN"),
    (NUMBER, "9" * 10_000),
    (NUMBER, 31),
    (ORDER, ids(ORDER, "10秒", "20秒")),
    (ORDER, ids(ORDER, "10秒", "10秒", "20秒")),
    (FILL, ["port"]),
    (FILL, ["port", "  "]),
    (FILL, ["port", "x\n" * 10_000]),
    (MATCH, {}),
    (MATCH, {item.id: "nothing" for item in MATCH.items}),
]


@pytest.mark.parametrize(("quiz", "answer"), UNREADABLE)
def test_empty_or_malformed_answer_is_no_attempt(quiz, answer):
    result = grade(quiz, answer)
    assert not result.readable
    assert not result.correct
    assert result.message.endswith("。")
    assert result.feedback == ()


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=8,
)


@settings(deadline=None)
@given(quiz=st.sampled_from(QUIZZES), answer=json_like)
def test_grading_is_total(quiz, answer):
    assert grade(quiz, answer).message


@settings(deadline=None)
@given(
    quiz=st.sampled_from(QUIZZES),
    answer=st.lists(st.sampled_from([part.id for quiz in (SINGLE, MULTIPLE, ORDER) for part in getattr(quiz, "choices", getattr(quiz, "items", ()))])),
)  # fmt: skip
def test_grading_known_ids_in_any_mix_is_total(quiz, answer):
    assert grade(quiz, answer).message


def test_partly_right_selection_says_that_more_applies():
    assert "ほかにも" in grade(MULTIPLE, ids(MULTIPLE, "a")).message
    assert "ほかにも" not in grade(MULTIPLE, ids(MULTIPLE, "a", "c")).message


def test_feedback_names_the_parts_that_are_right():
    result = grade(ORDER, ids(ORDER, "20秒", "10秒", "40秒"))
    assert [part.correct for part in result.feedback] == [False, False, True]
    result = grade(FILL, ["port", "x"])
    assert [(part.target, part.correct) for part in result.feedback] == [("0", True), ("1", False)]


FIELDS = [
    (SINGLE, {"choice": ["abc"]}, "abc"),
    (SINGLE, {}, ""),
    (MULTIPLE, {"choice": ["a", "b"]}, ["a", "b"]),
    (TRUE_FALSE, {"choice": ["false"]}, False),
    (TRUE_FALSE, {"choice": ["x"]}, None),
    (NUMBER, {"number": ["31"]}, "31"),
    (ORDER, {"item": ["a", "b", "c"]}, ["a", "b", "c"]),
    (FILL, {"blank": ["port", ""]}, ["port", ""]),
    (MATCH, {f"match-{MATCH.items[0].id}": ["x"]}, {MATCH.items[0].id: "x", MATCH.items[1].id: ""}),
]


@pytest.mark.parametrize(("quiz", "fields", "answer"), FIELDS)
def test_form_becomes_an_answer(quiz, fields, answer):
    assert answer_from_fields(quiz, fields) == answer


SECRETS = [
    (SINGLE, ["動かします", "通信です", "correct", "True"]),
    (MULTIPLE, ["理由", "correct", "True"]),
    (TRUE_FALSE, ["再起動", "そのとおり", "False", "answer"]),
    (NUMBER, ["31", "30", "足します", "書き出し"]),
    (ORDER, ["倍になります", "逆です", "見直し"]),
    (FILL, ["port", "periodSeconds", "URL", "調べる先", "合っています"]),
    (MATCH, ["10秒ごと", "3回です", "見直す", "timeoutSeconds"]),
]


@pytest.mark.parametrize(("quiz", "secrets"), SECRETS)
def test_question_does_not_hold_the_answer(quiz, secrets):
    shown = repr(question_for(quiz, seed="someone"))
    assert [secret for secret in secrets if secret in shown] == []


def test_ids_of_items_and_options_do_not_pair_them():
    assert not {item.id for item in MATCH.items} & {option.id for option in MATCH.options}


@pytest.mark.parametrize("quiz", QUIZZES, ids=lambda quiz: quiz.type)
def test_same_learner_sees_the_same_order(quiz):
    assert question_for(quiz, seed="someone") == question_for(quiz, seed="someone")


def test_learners_see_different_orders():
    orders = {tuple(choice.text for choice in question_for(SINGLE, seed=str(n)).choices) for n in range(50)}
    assert len(orders) == 6


def test_order_is_never_shown_solved():
    right = tuple(item.id for item in ORDER.items)
    shown = {tuple(item.id for item in question_for(ORDER, seed=str(n)).items) for n in range(50)}
    assert right not in shown
    assert len(shown) > 2


def test_shuffle_can_be_switched_off():
    quiz = quiz_from(
        "id: first-q1\ntype: single\nquestion: 何秒ですか。\nshuffle: false\nchoices:\n"
        + "".join(f"  - {{text: {n}秒, correct: {str(n == 3).lower()}, why: 理由。}}\n" for n in range(5))
    )
    assert [choice.text for choice in question_for(quiz, seed="x").choices] == [f"{n}秒" for n in range(5)]


def test_blanks_split_the_code_into_well_formed_pieces():
    segments = question_for(FILL, seed="x").segments_html
    assert len(segments) == 3
    for segment in segments:
        assert segment.count("<span") == segment.count("</span>")
    assert "____" not in "".join(segments)


REVEALED = [
    (SINGLE, ["kubelet"]),
    (MULTIPLE, ["a", "b"]),
    (TRUE_FALSE, ["誤り"]),
    (NUMBER, ["31秒"]),
    (ORDER, ["10秒", "20秒", "40秒"]),
    (FILL, ["<code>port</code>", "<code>periodSeconds</code>"]),
    (MATCH, ["10", "3"]),
]


@pytest.mark.parametrize(("quiz", "answers"), REVEALED)
def test_reveal_tells_the_right_answer(quiz, answers):
    assert [part.answer_html for part in reveal(quiz).parts] == answers
