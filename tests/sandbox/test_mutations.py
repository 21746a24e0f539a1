"""Sound manifests broken in known ways: the right line and code come first, and the fixes mend."""

from functools import cache

import pytest

from learn.sandbox.edits import apply_fix
from learn.sandbox.messages import Severity
from learn.sandbox.pipeline import Report, check
from tests.sandbox.corpus import MANIFESTS
from tests.sandbox.mutations import WAYS, Mutant, mutants_of

STRIDE = 5
"""Every fifth mutant is tried; 5 shares no factor with the number of ways that fit a line."""


@cache
def sample() -> list[tuple[Mutant, Report]]:
    mutants = [mutant for text in MANIFESTS.values() for mutant in mutants_of(text)]
    return [(mutant, check(mutant.text)) for mutant in mutants[::STRIDE]]


@pytest.mark.parametrize("name", MANIFESTS)
def test_sound_manifests_have_no_error_and_no_warning(name):
    assert [d.code for d in check(MANIFESTS[name]).diagnostics if d.severity is not Severity.ADVICE] == []


def test_thirty_ways_of_breaking_are_tried():
    assert len(WAYS) >= 30
    assert len({mutant.way for mutant, _ in sample()}) >= 30


def test_right_line_and_code_come_first():
    missed = [
        (mutant.way, sorted(mutant.lines), report.diagnostics[:1])
        for mutant, report in sample()
        if not (
            report.diagnostics
            and report.diagnostics[0].span.line in mutant.lines
            and report.diagnostics[0].code in mutant.codes
        )
    ]
    assert 1 - len(missed) / len(sample()) >= 0.98, missed[:10]


def test_offered_fixes_restore_a_valid_manifest():
    offered = [(m, r.diagnostics[0]) for m, r in sample() if r.diagnostics and r.diagnostics[0].fix]
    unmended = [
        (mutant.way, diagnostic.code, [d.code for d in check(apply_fix(mutant.text, diagnostic.fix)).errors])
        for mutant, diagnostic in offered
        if diagnostic.fix and check(apply_fix(mutant.text, diagnostic.fix)).errors
    ]
    assert len(offered) > len(sample()) / 2
    assert 1 - len(unmended) / len(offered) >= 0.95, unmended[:10]
