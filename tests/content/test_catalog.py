import pytest

from learn.content.catalog import load_catalog, read_catalog
from learn.content.model import ExerciseBlock, LessonErrors, Prose, QuizBlock, StepKind, WaitsFor
from tests.content.factories import COURSE, EXERCISE, LESSON, SAMPLE, broken_files, sample_files


@pytest.fixture(scope="module")
def catalog():
    return load_catalog(SAMPLE)


def test_course_holds_its_lessons_and_what_is_planned(catalog):
    (course,) = catalog.courses
    assert (course.id, course.number, course.url) == ("demo", 1, "/courses/demo/")
    assert [lesson.id for lesson in course.lessons] == ["first"]
    assert [planned.id for planned in course.planned] == ["later"]


def test_lesson_carries_its_front_matter(catalog):
    lesson = catalog.lessons["first"]
    assert lesson.code == "HTB 01-01"
    assert lesson.url == "/courses/demo/first/"
    assert (lesson.title, lesson.title_html) == ("はじめてのPod", "はじめての<code>Pod</code>")
    assert lesson.minutes == 10
    assert lesson.prerequisites == ("later",)
    assert lesson.followups[0].lesson_id == "later"
    assert lesson.references[0].url == "https://kubernetes.io/docs/concepts/workloads/pods/"
    assert [(heading.level, heading.id) for heading in lesson.toc] == [(2, "動かす")]


def test_blocks_keep_the_order_of_the_file(catalog):
    kinds = [type(block) for block in catalog.lessons["first"].blocks]
    assert kinds == [Prose, QuizBlock, Prose, ExerciseBlock, Prose]


def test_lookups_find_everything_by_id(catalog):
    assert catalog.quizzes["first-q1"].lesson_id == "first"
    assert catalog.exercises["first-1"].lesson_id == "first"
    assert catalog.terms_by_id["pod"].name == "Pod"
    assert [lesson.id for lesson in catalog.lessons_by_term["pod"]] == ["first"]
    assert catalog.lessons_by_term["kubelet"] == ()


def test_terms_stand_in_the_order_of_their_readings(catalog):
    assert [term.id for term in catalog.terms] == ["kubelet", "pod"]


def test_waiting_goal_is_shown_but_blocks_nothing(catalog):
    exercise = catalog.exercises["first-1"]
    assert exercise.is_available
    assert [goal.id for goal in exercise.active_goals] == ["has-pod"]
    assert [goal.waits_for for goal in exercise.waiting_goals] == [WaitsFor.SIMULATOR]


def test_steps_are_reading_quizzes_and_exercises(catalog):
    steps = catalog.lessons["first"].steps
    assert [(step.kind, step.id) for step in steps] == [
        (StepKind.READING, "first"),
        (StepKind.QUIZ, "first-q1"),
        (StepKind.EXERCISE, "first-1"),
    ]


def test_exercise_that_waits_is_no_step():
    files = sample_files()
    folder = EXERCISE.rpartition("/")[0]
    files = {path: text for path, text in files.items() if not path.startswith(folder)}
    files[EXERCISE] = (
        "id: first-1\ntype: terminal\ntitle: 端末\nminutes: 5\ntask: 打ちます。\nwaits_for: terminal\n"
    )
    catalog, findings = read_catalog(files)
    assert findings == ()
    assert not catalog.exercises["first-1"].is_available
    assert [step.kind for step in catalog.lessons["first"].steps] == [StepKind.READING, StepKind.QUIZ]


def test_neighbours_cross_courses():
    files = sample_files()
    files["02-more/course.yaml"] = "id: more\ntitle: 次\nsummary: 次のコースです。\n"
    second = files[LESSON].replace("id: first\n", "id: second\n").replace("first-q1", "second-q1")
    files["02-more/01-second/lesson.md"] = second.replace("{{exercise:first-1}}\n", "")
    catalog, findings = read_catalog(files)
    assert findings == ()
    first, second = catalog.lessons["first"], catalog.lessons["second"]
    assert catalog.previous_lesson(first) is None
    assert catalog.next_lesson(first) is second
    assert catalog.previous_lesson(second) is first
    assert catalog.next_lesson(second) is None


def test_course_without_lessons_is_announced():
    files = sample_files()
    files["02-more/course.yaml"] = (
        "id: more\ntitle: 次\nsummary: 次のコースです。\nplanned:\n  - {id: next, title: 次}\n"
    )
    catalog, findings = read_catalog(files)
    assert findings == ()
    assert catalog.courses[1].lessons == ()
    assert catalog.planned["next"].title == "次"


def test_one_broken_lesson_leaves_the_others_readable():
    catalog, findings = read_catalog(broken_files(LESSON, "minutes: 10", "minutes: 十"))
    assert catalog.lessons == {}
    assert catalog.courses[0].id == "demo"
    assert [finding.code for finding in findings] == ["bad-field"]


def test_loading_a_broken_folder_raises_every_finding_at_once(tmp_path):
    for path, text in broken_files(LESSON, "{{term:kubelet}}", "{{term:kubelt}}").items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / COURSE).write_text("id: demo\ntitle: 見本\n", encoding="utf-8")
    with pytest.raises(LessonErrors) as caught:
        load_catalog(tmp_path)
    assert {finding.code for finding in caught.value.findings} >= {"unknown-term", "missing-field"}
    assert f"lessons/{COURSE}:1: 項目「summary」が必要です。" in str(caught.value)


def test_file_in_another_encoding_is_named(tmp_path):
    (tmp_path / "01-demo").mkdir()
    (tmp_path / COURSE).write_bytes("title: 見本".encode("cp932"))
    with pytest.raises(LessonErrors, match="UTF-8"):
        load_catalog(tmp_path)
