"""One example per diagnostic code: an input, and everything that the check says about it."""

import re
from pathlib import Path

import pytest

from learn.cluster.api.versions import NEWEST
from learn.sandbox.diagnostics import Diagnostic
from learn.sandbox.edits import apply_fix
from learn.sandbox.messages import MESSAGES
from learn.sandbox.pipeline import Report, check

GOLDEN = Path(__file__).parent.parent / "golden" / "sandbox"
EXAMPLES = sorted(GOLDEN.glob("*.yaml"))


def check_file(path: Path) -> Report:
    """The report on a file; a first line `# kubernetes: 1.36` chooses the version."""
    data = path.read_bytes()
    match = re.match(rb"# kubernetes: ([\d.]+)\n", data)
    return check(data, version=match[1].decode() if match else NEWEST)


def render(report: Report) -> str:
    return "\n".join(line for diagnostic in report.diagnostics for line in lines_of(diagnostic)) + "\n"


def lines_of(diagnostic: Diagnostic) -> list[str]:
    span = diagnostic.span
    data = diagnostic.as_json()
    lines = [
        f"{span.line}:{span.column}+{span.length} {diagnostic.severity.label} {diagnostic.code} {data['path']}".rstrip()
    ]
    lines += [
        f"  何が起きたか  {diagnostic.what}",
        f"  なぜか        {diagnostic.why}",
        f"  どう直すか    {diagnostic.cure}",
    ]
    if diagnostic.english:
        lines.append("  実際の表示    " + diagnostic.english.replace("\n", "\n                "))
    if diagnostic.lesson:
        lines.append(f"  レッスン      {diagnostic.lesson}")
    for edit in diagnostic.fix.edits if diagnostic.fix else ():
        lines.append(
            f"  修正          {edit.line}:{edit.column}-{edit.end_line}:{edit.end_column} {edit.text!r}"
        )
    return lines


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_full_output_is_as_reviewed(example, update_golden):
    expected = example.with_suffix(".txt")
    output = render(check_file(example))
    if update_golden:
        expected.write_text(output, encoding="utf-8")
    assert output == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_shows_its_code(example):
    assert example.stem in [d.code for d in check_file(example).diagnostics]


@pytest.mark.parametrize("code", MESSAGES)
def test_every_code_has_an_example(code):
    assert (GOLDEN / f"{code}.yaml").exists()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_fixes_of_the_examples_remove_what_they_mend(example):
    report = check_file(example)
    if example.stem == "text-encoding":
        assert report.diagnostics[0].fix is None
        return
    text = example.read_bytes().decode()
    for diagnostic in report.diagnostics:
        if diagnostic.fix:
            mended = check(apply_fix(text, diagnostic.fix), version=report.version)
            same = [
                d
                for d in mended.diagnostics
                if (d.code, d.span, d.path) == (diagnostic.code, diagnostic.span, diagnostic.path)
            ]
            assert same == []
