"""``exercise.yaml`` and the manifests beside it to an Exercise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from learn.content.model import (
    Exercise,
    ExerciseType,
    Goal,
    Mistake,
    Question,
    ScenarioRun,
    Solution,
    Survivors,
    WaitsFor,
)
from learn.content.parse.body import parse_fragment
from learn.content.parse.fields import JSON, Fields, compose_fields
from learn.content.parse.forecast import read_forecast, with_places
from learn.content.parse.scenario import read_run, scenario_data, scenario_text
from learn.content.parse.words import Words
from learn.content.render.code import OWN_TERMINAL

EXERCISE_FILE = "exercise.yaml"
START_FILE = "start.yaml"
_DEFAULT_FILE = "manifest.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseFolder:
    """The files of an exercise by their path in its folder; ``path`` is relative to the lessons folder."""

    path: str
    files: Mapping[str, str]

    @property
    def id(self) -> str:
        return self.path.rpartition("/")[2]


def parse_exercise(folder: ExerciseFolder, lesson_id: str, number: int, words: Words) -> Exercise | None:
    """The exercise of a folder, the ``number``-th of its lesson; None if anything in it is wrong."""
    path = f"{folder.path}/{EXERCISE_FILE}"
    earlier = len(words.problems)
    fields = compose_fields(folder.files[EXERCISE_FILE], path=path, first_line=1, problems=words.problems)
    if fields is None:
        return None
    kind = fields.one_of("type", list(ExerciseType))
    exercise = (
        _Reader(folder, fields, words).exercise(ExerciseType(kind), lesson_id, number) if kind else None
    )
    if kind:
        fields.close()
    return exercise if len(words.problems) == earlier else None


class _Reader:
    def __init__(self, folder: ExerciseFolder, fields: Fields, words: Words) -> None:
        self._folder = folder
        self._fields = fields
        self._words = words
        self._named = {EXERCISE_FILE, START_FILE}

    def exercise(self, kind: ExerciseType, lesson_id: str, number: int) -> Exercise:
        fields = self._fields
        exercise_id = fields.identifier()
        if exercise_id != self._folder.id:
            self._report("id", "bad-id", f"「id」はフォルダー名と同じ「{self._folder.id}」にします。")
        title = self._words.phrase(fields.text("title"), fields.source_of("title"))
        is_manifest = kind is ExerciseType.MANIFEST
        waits_for = None if is_manifest else _waits_for(fields)
        is_terminal = kind is ExerciseType.TERMINAL and waits_for is None
        is_forecast = kind is ExerciseType.PREDICT and waits_for is None
        has_goals = is_manifest or is_terminal
        runs = self._runs() if is_manifest else ()
        exercise = Exercise(
            id=exercise_id,
            lesson_id=lesson_id,
            number=number,
            type=kind,
            title_html=title.html,
            title=title.text,
            minutes=fields.minutes(),
            waits_for=waits_for,
            file=(fields.optional_text("file") if is_manifest else "") or _DEFAULT_FILE,
            task_html=self._fragment("task", is_terminal=is_terminal),
            runs=runs,
            goals=self._goals(runs, is_terminal=is_terminal) if has_goals else (),
            hints_html=self._hints() if has_goals else (),
            start=self._start() if is_manifest else "",
            scenario=self._scenario() if is_terminal else "",
            solutions=self._solutions(is_terminal=is_terminal) if has_goals else (),
            mistakes=self._mistakes(is_terminal=is_terminal) if has_goals else (),
            survivors=self._survivors() if is_manifest else (),
            debrief_html=self._fragment("debrief", is_terminal=is_terminal) if "debrief" in fields else "",
            forecast=read_forecast(fields, self._words) if is_forecast else None,
            source=fields.source_of("id"),
        )
        self._check_stray_files()
        return exercise

    def _fragment(self, key: str, *, is_terminal: bool) -> str:
        text, source = self._fields.text(key), self._fields.text_source(key)
        name, own = f"{self._folder.id}-{key}", f"/labs/{self._folder.id}/"
        terminal = own if is_terminal else OWN_TERMINAL
        return with_places(
            text, lambda plain: parse_fragment(plain, source, name, self._words, terminal=terminal)
        )

    def _scenario(self) -> str:
        """The cluster that a terminal begins with."""
        scenario = self._fields.mapping("scenario") if "scenario" in self._fields else None
        data = scenario_data(scenario) if scenario else {}
        if scenario:
            scenario.close()
        return scenario_text(data)

    def _runs(self) -> tuple[ScenarioRun, ...]:
        """The runs, each a scenario on top of the one that all of them share."""
        shared: dict[str, JSON] = {}
        if "scenario" in self._fields and (scenario := self._fields.mapping("scenario")):
            shared = scenario_data(scenario)
            scenario.close()
        runs = tuple(read_run(run, shared, self._words) for run in self._fields.mappings("runs"))
        if len({run.id for run in runs}) < len(runs):
            self._report("runs", "duplicate-id", "同じ「id」の実行が2つあります。")
        if shared and not runs:
            self._report("scenario", "missing-field", "「scenario」を使う「runs」がありません。")
        return runs

    def _goals(self, runs: tuple[ScenarioRun, ...], *, is_terminal: bool) -> tuple[Goal, ...]:
        entries = self._fields.mappings("goals", required=True)
        goals = tuple(_goal(entry, self._words, is_terminal=is_terminal) for entry in entries)
        if len({goal.id for goal in goals}) < len(goals):
            self._report("goals", "duplicate-id", "同じ「id」の目標が2つあります。")
        if goals and all(goal.waits_for for goal in goals):
            self._report("goals", "no-active-goal", "待たない目標（waits_forのない目標）が1つ以上要ります。")
        known = {run.id for run in runs}
        for goal in goals:
            if goal.run and goal.run not in known:
                message = f"目標「{goal.id}」の実行「{goal.run}」が「runs」にありません。"
                self._words.problems.add(goal.source, "unknown-run", message)
        for run in runs:
            if run.id not in {goal.run for goal in goals}:
                message = f"実行「{run.id}」を使う目標がありません。"
                self._words.problems.add(run.source, "unused-run", message)
        return goals

    def _hints(self) -> tuple[str, ...]:
        source = self._fields.source_of("hints")
        return tuple(self._words.inline(hint, source) for hint in self._fields.texts("hints", required=True))

    def _start(self) -> str:
        if START_FILE not in self._folder.files:
            self._words.problems.add(
                self._fields.source, "missing-file", "開始時のマニフェスト「start.yaml」がありません。"
            )
        return self._folder.files.get(START_FILE, "")

    def _solutions(self, *, is_terminal: bool) -> tuple[Solution, ...]:
        read = _script_solution if is_terminal else self._solution
        return tuple(read(entry, self._words) for entry in self._fields.mappings("solutions"))

    def _solution(self, fields: Fields, words: Words) -> Solution:
        file, text = self._file(fields)
        title = words.phrase(fields.text("title"), fields.source_of("title"))
        fields.close()
        return Solution(file=file, title_html=title.html, title=title.text, text=text, source=fields.source)

    def _mistakes(self, *, is_terminal: bool) -> tuple[Mistake, ...]:
        read = _script_mistake if is_terminal else self._mistake
        return tuple(read(entry, self._words) for entry in self._fields.mappings("mistakes"))

    def _mistake(self, fields: Fields, words: Words) -> Mistake:
        file, text = self._file(fields)
        hint = words.inline(fields.text("hint"), fields.source_of("hint"))
        raises = fields.text("raises")
        fields.close()
        return Mistake(file=file, text=text, raises=raises, when="", hint_html=hint, source=fields.source)

    def _survivors(self) -> tuple[Survivors, ...]:
        return tuple(_survivors(entry) for entry in self._fields.mappings("survivors"))

    def _file(self, fields: Fields) -> tuple[str, str]:
        file = fields.text("file")
        if file and file not in self._folder.files:
            fields.problems.add(fields.source_of("file"), "missing-file", f"ファイル「{file}」がありません。")
        if file in self._named:
            message = f"ファイル「{file}」は、すでに使われています。"
            fields.problems.add(fields.source_of("file"), "duplicate-file", message)
        self._named.add(file)
        return file, self._folder.files.get(file, "")

    def _check_stray_files(self) -> None:
        for file in sorted(set(self._folder.files) - self._named):
            message = f"ファイル「{file}」が、exercise.yamlのどこにも出てきません。"
            self._words.problems.add(self._fields.source, "stray-file", message)

    def _report(self, key: str, code: str, message: str) -> None:
        self._words.problems.add(self._fields.source_of(key), code, message)


def _survivors(fields: Fields) -> Survivors:
    mutants, reason = fields.texts("mutants", required=True), fields.text("reason")
    fields.close()
    return Survivors(mutants=tuple(mutants), reason=reason, source=fields.source)


def _script_solution(fields: Fields, words: Words) -> Solution:
    """Commands, one to a line."""
    title = words.phrase(fields.text("title"), fields.source_of("title"))
    text = fields.text("commands")
    fields.close()
    return Solution(file="", title_html=title.html, title=title.text, text=text, source=fields.source)


def _script_mistake(fields: Fields, words: Words) -> Mistake:
    mistake = Mistake(
        file="",
        text=fields.text("commands"),
        raises=fields.text("raises"),
        when=fields.text("when"),
        hint_html=words.inline(fields.text("hint"), fields.source_of("hint")),
        source=fields.source,
    )
    fields.close()
    return mistake


def _goal(fields: Fields, words: Words, *, is_terminal: bool) -> Goal:
    statement = words.phrase(fields.text("statement"), fields.source_of("statement"))
    waits_for = None if is_terminal else _waits_for(fields)
    has_message = "messageExpression" in fields
    goal = Goal(
        id=fields.identifier(),
        statement_html=statement.html,
        statement=statement.text,
        expression="" if waits_for else fields.text("expression"),
        message="" if waits_for else fields.text("message"),
        message_expression="" if waits_for else fields.optional_text("messageExpression"),
        run="" if waits_for or is_terminal else fields.optional_text("run"),
        question=_question(fields, words) if is_terminal and "question" in fields else None,
        waits_for=waits_for,
        source=fields.source_of("id"),
        expression_source=fields.text_source("expression"),
        message_expression_source=fields.text_source("messageExpression") if has_message else None,
    )
    fields.close()
    return goal


def _question(fields: Fields, words: Words) -> Question:
    """`question`, the `choices` if it has any, and an `example` of a right answer."""
    phrase = words.phrase(fields.text("question"), fields.source_of("question"))
    choices, example = fields.texts("choices"), fields.text("example")
    if choices and example not in choices:
        message = "「example」には、「choices」の1つをそのまま書きます。"
        fields.problems.add(fields.source_of("example"), "bad-field", message)
    return Question(html=phrase.html, text=phrase.text, choices=choices, example=example)


def _waits_for(fields: Fields) -> WaitsFor | None:
    if "waits_for" not in fields:
        return None
    value = fields.one_of("waits_for", list(WaitsFor))
    return WaitsFor(value) if value else None
