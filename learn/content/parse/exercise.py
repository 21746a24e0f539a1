"""``exercise.yaml`` and the manifests beside it to an Exercise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from learn.content.model import Exercise, ExerciseType, Goal, Mistake, ScenarioRun, Solution, WaitsFor
from learn.content.parse.body import parse_fragment
from learn.content.parse.fields import JSON, Fields, compose_fields
from learn.content.parse.forecast import read_forecast, with_places
from learn.content.parse.scenario import read_run, scenario_data
from learn.content.parse.words import Words

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
        is_forecast = kind is ExerciseType.PREDICT and "waits_for" not in fields
        runs = self._runs() if is_manifest else ()
        goals = self._goals(runs) if is_manifest else ()
        exercise = Exercise(
            id=exercise_id,
            lesson_id=lesson_id,
            number=number,
            type=kind,
            title_html=title.html,
            title=title.text,
            minutes=fields.minutes(),
            waits_for=None if is_manifest or is_forecast else _waits_for(fields, required=True),
            file=(fields.optional_text("file") if is_manifest else "") or _DEFAULT_FILE,
            task_html=self._fragment("task"),
            runs=runs,
            goals=goals,
            hints_html=self._hints() if is_manifest else (),
            start=self._start() if is_manifest else "",
            solutions=self._solutions() if is_manifest else (),
            mistakes=self._mistakes() if is_manifest else (),
            debrief_html=self._fragment("debrief")
            if kind is not ExerciseType.TERMINAL and "debrief" in fields
            else "",
            forecast=read_forecast(fields, self._words) if is_forecast else None,
            source=fields.source_of("id"),
        )
        self._check_stray_files()
        return exercise

    def _fragment(self, key: str) -> str:
        text, source = self._fields.text(key), self._fields.text_source(key)
        return with_places(
            text, lambda plain: parse_fragment(plain, source, f"{self._folder.id}-{key}", self._words)
        )

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

    def _goals(self, runs: tuple[ScenarioRun, ...]) -> tuple[Goal, ...]:
        goals = tuple(_goal(goal, self._words) for goal in self._fields.mappings("goals", required=True))
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

    def _solutions(self) -> tuple[Solution, ...]:
        return tuple(self._solution(entry) for entry in self._fields.mappings("solutions"))

    def _solution(self, fields: Fields) -> Solution:
        file, text = self._file(fields)
        title = self._words.phrase(fields.text("title"), fields.source_of("title"))
        fields.close()
        return Solution(file=file, title_html=title.html, title=title.text, text=text, source=fields.source)

    def _mistakes(self) -> tuple[Mistake, ...]:
        return tuple(self._mistake(entry) for entry in self._fields.mappings("mistakes"))

    def _mistake(self, fields: Fields) -> Mistake:
        file, text = self._file(fields)
        hint = self._words.inline(fields.text("hint"), fields.source_of("hint"))
        raises = fields.text("raises")
        fields.close()
        return Mistake(file=file, text=text, raises=raises, hint_html=hint, source=fields.source)

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


def _goal(fields: Fields, words: Words) -> Goal:
    statement = words.phrase(fields.text("statement"), fields.source_of("statement"))
    waits_for = _waits_for(fields, required=False)
    has_message = "messageExpression" in fields
    goal = Goal(
        id=fields.identifier(),
        statement_html=statement.html,
        statement=statement.text,
        expression="" if waits_for else fields.text("expression"),
        message="" if waits_for else fields.text("message"),
        message_expression="" if waits_for else fields.optional_text("messageExpression"),
        run="" if waits_for else fields.optional_text("run"),
        waits_for=waits_for,
        source=fields.source_of("id"),
        expression_source=fields.text_source("expression"),
        message_expression_source=fields.text_source("messageExpression") if has_message else None,
    )
    fields.close()
    return goal


def _waits_for(fields: Fields, *, required: bool) -> WaitsFor | None:
    if "waits_for" not in fields and not required:
        return None
    value = fields.one_of("waits_for", list(WaitsFor))
    return WaitsFor(value) if value else None
