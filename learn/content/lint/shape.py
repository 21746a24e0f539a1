"""How much of everything: callouts, hints, solutions, mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from learn.content.model import Catalog, Exercise, ExerciseType, Finding, Mistake, Solution, Source
from learn.content.parse.blocks import Callout, CalloutKind, ProseText, RawBlock, split_blocks
from learn.content.parse.frontmatter import split_front_matter
from learn.content.parse.lesson import LESSON_FILE
from learn.content.parse.problems import Problems

MAX_CALLOUTS = 3
MAX_NOTE_SENTENCES = 3
MAX_SUMMARY_LINES = 3
MIN_SOLUTIONS = 2
MIN_MISTAKES = 3
HINTS = range(2, 4)


def shape_findings(files: Mapping[str, str], catalog: Catalog) -> Iterator[Finding]:
    """What lessons and exercises have too much or too little of."""
    for path, text in files.items():
        if path.endswith(f"/{LESSON_FILE}"):
            yield from _lesson_findings(path, text)
    for exercise in catalog.exercises.values():
        if exercise.type is not ExerciseType.PREDICT and exercise.is_available:
            yield from _exercise_findings(exercise)


def _lesson_findings(path: str, text: str) -> Iterator[Finding]:
    parts = split_front_matter(text, path=path, problems=Problems())
    if parts is None:
        return
    blocks = split_blocks(parts.body, path=path, first_line=parts.body_line, problems=Problems())
    callouts = [block for block in blocks if isinstance(block, Callout)]
    others = [callout for callout in callouts if callout.kind is not CalloutKind.SUMMARY]
    for callout in others[MAX_CALLOUTS:]:
        message = f"コールアウトは、まとめを除いて1レッスンに{MAX_CALLOUTS}つまでです。"
        yield _finding(callout.source, "too-many-callouts", message)
    for callout in others:
        if callout.kind is CalloutKind.NOTE and _words(callout).count("。") > MAX_NOTE_SENTENCES:
            yield _finding(callout.source, "long-callout", f"補足は{MAX_NOTE_SENTENCES}文までです。")
    yield from _summary_findings(Source(path=path, line=1), blocks)


def _summary_findings(top: Source, blocks: tuple[RawBlock, ...]) -> Iterator[Finding]:
    summaries = [b for b in blocks if isinstance(b, Callout) and b.kind is CalloutKind.SUMMARY]
    if len(summaries) != 1 or blocks[-1] is not summaries[0]:
        where = summaries[0].source if summaries else top
        yield _finding(where, "summary", "レッスンの最後に、まとめ（:::summary）を1つだけ書きます。")
    for summary in summaries:
        lines = [line for line in _words(summary).split("\n") if re.match(r"[-*+] ", line)]
        if not 1 <= len(lines) <= MAX_SUMMARY_LINES:
            message = f"まとめは、{MAX_SUMMARY_LINES}行以内の箇条書きで書きます。"
            yield _finding(summary.source, "summary", message)


def _words(callout: Callout) -> str:
    return "\n".join(block.text for block in callout.blocks if isinstance(block, ProseText))


def _exercise_findings(exercise: Exercise) -> Iterator[Finding]:
    here = exercise.source
    if len(exercise.solutions) < MIN_SOLUTIONS:
        message = f"解答例は、考え方の異なるものが{MIN_SOLUTIONS}つ以上要ります。"
        yield _finding(here, "few-solutions", message)
    if len(exercise.mistakes) < MIN_MISTAKES:
        yield _finding(here, "few-mistakes", f"典型的な誤りは{MIN_MISTAKES}つ以上要ります。")
    if len(exercise.hints_html) not in HINTS:
        yield _finding(here, "hints", f"ヒントは{HINTS[0]}〜{HINTS[-1]}段階で書きます。")
    yield from _twin_findings(exercise)


def _twin_findings(exercise: Exercise) -> Iterator[Finding]:
    """Manifests, or scripts, that say the same, whatever their comments and empty lines."""
    seen = {_essence(exercise.start): "start.yaml"}
    manifests: tuple[Solution | Mistake, ...] = (*exercise.solutions, *exercise.mistakes)
    for manifest in manifests:
        essence = _essence(manifest.text)
        if essence in seen:
            message = f"「{_name(manifest)}」は「{seen[essence]}」と同じ内容です。"
            yield _finding(manifest.source, "same-manifest", message)
        seen.setdefault(essence, _name(manifest))


def _name(manifest: Solution | Mistake) -> str:
    return manifest.file or (manifest.title if isinstance(manifest, Solution) else manifest.raises)


def _essence(text: str) -> str:
    return "\n".join(
        line.rstrip() for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")
    )


def _finding(source: Source, code: str, message: str) -> Finding:
    return Finding(path=source.path, line=source.line, code=code, message=message)
