"""Put the manifest exercises to the trial of fairness, and tell what came of it in Japanese."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import indent

from learn.authoring.tables import aligned
from learn.content.model import Exercise, Finding
from learn.sandbox.fairness.judging import Judge
from learn.sandbox.fairness.trial import ENOUGH_KILLED, ENOUGH_MUTANTS, Case, Trial, put_to_trial
from learn.sandbox.goals import compile_goals

_SHOWN = 5
"""Failing cases of an exercise that are printed with their text."""
_HEAD = ("演習", "書き換え", "受け入れ", "壊した版", "見つけた割合", "理由あり")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One exercise's trial; ``findings`` are empty where its goals are fair and strict."""

    exercise: Exercise
    trial: Trial
    findings: tuple[Finding, ...]


def tried(exercise: Exercise, *, seed: int, sample: int | None = None) -> Row:
    """The exercise's trial, whole or of a sample; too few mutants and needless excuses only show in the whole."""
    judge = Judge(goals=compile_goals(exercise.active_goals), runs=exercise.runs)
    excuses = [pattern for each in exercise.survivors for pattern in each.mutants]
    trial = put_to_trial(judge, exercise.solutions, excuses, seed=f"{seed} {exercise.id}", sample=sample)
    found = [*_unmet(exercise, trial)] if sample else [*_unmet(exercise, trial), *_unproven(exercise, trial)]
    return Row(exercise=exercise, trial=trial, findings=tuple(found))


def _unmet(exercise: Exercise, trial: Trial) -> Iterator[Finding]:
    if trial.rejected:
        message = f"正しい書き換え{len(trial.rejected)}件を受け入れません。目標の式か検査を直してください。"
        yield _finding(exercise, "unfair-goals", message)
    if trial.killed < ENOUGH_KILLED:
        message = (
            f"壊した版{len(trial.survivors)}件が目標を満たします。"
            "目標を厳しくするか、正しい解答なら「survivors」に理由を書いてください。"
        )
        yield _finding(exercise, "lax-goals", message)


def _unproven(exercise: Exercise, trial: Trial) -> Iterator[Finding]:
    if trial.mutants < ENOUGH_MUTANTS:
        message = f"壊した版が{trial.mutants}件しか作れません。{ENOUGH_MUTANTS}件以上になるように解答例を足してください。"
        yield _finding(exercise, "few-mutants", message)
    for survivors in exercise.survivors:
        for pattern in (each for each in survivors.mutants if each in trial.needless):
            message = f"「{pattern}」に当たる、目標を満たす版がありません。この行を消してください。"
            yield Finding(
                path=survivors.source.path,
                line=survivors.source.line,
                code="needless-excuse",
                message=message,
            )


def _finding(exercise: Exercise, code: str, message: str) -> Finding:
    return Finding(path=exercise.source.path, line=exercise.source.line, code=code, message=message)


def table(rows: Sequence[Row]) -> str:
    """One line per exercise, and the sums."""
    lines = [_HEAD, *(_cells(row.exercise.id, [row.trial]) for row in rows)]
    if len(rows) > 1:
        lines.append(_cells("合計", [row.trial for row in rows]))
    return aligned(lines)


def _cells(name: str, trials: Sequence[Trial]) -> tuple[str, ...]:
    variants, mutants = sum(each.variants for each in trials), sum(each.mutants for each in trials)
    accepted = 1 - sum(len(each.rejected) for each in trials) / max(1, variants)
    killed = 1 - sum(len(each.survivors) for each in trials) / max(1, mutants)
    excused = sum(each.excused for each in trials)
    return name, str(variants), f"{accepted:.1%}", str(mutants), f"{killed:.1%}", str(excused)


def failing_cases(row: Row) -> Iterator[str]:
    """The first cases that went wrong, each with its whole text; of the rest only how many there are."""
    trial = row.trial
    for case, verdict in trial.rejected[:_SHOWN]:
        yield _case(row, "受け入れない書き換え", case, f"（{'、'.join(verdict.reasons)}）")
    for case in trial.survivors[:_SHOWN]:
        yield _case(row, "目標を満たす壊した版", case, "")
    rest = max(0, len(trial.rejected) - _SHOWN) + max(0, len(trial.survivors) - _SHOWN)
    if rest:
        yield f"{row.exercise.id}：ほかに{rest}件あります。"


def _case(row: Row, what: str, case: Case, reasons: str) -> str:
    return f"{row.exercise.id}：{what}「{case.id}」{reasons}\n{indent(case.text, '    ')}"
