"""Texts beyond the limits, and texts made to be expensive, get a clear answer."""

import pytest

from learn.sandbox.document import Limits
from learn.sandbox.pipeline import check

SIZE = Limits().bytes


def codes(text):
    return [d.code for d in check(text).diagnostics]


def test_text_of_exactly_the_limit_is_read():
    assert codes("#" * SIZE) == ["text-empty"]
    assert codes("#" * (SIZE + 1)) == ["text-too-long"]


def test_size_is_counted_in_bytes():
    assert codes("# " + "あ" * (SIZE // 3)) == ["text-too-long"]


def test_one_document_more_than_the_limit():
    document = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a%d}\n"
    assert "text-too-many-documents" not in codes("".join(document % i for i in range(100)))
    assert codes("".join(document % i for i in range(101))) == ["text-too-many-documents"]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused_before_it_can_hurt(opening):
    assert codes(opening * (SIZE // len(opening) - 1))[0] == "yaml-nested-too-deep"


def test_alias_bomb_is_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    assert codes("\n".join(lines))[0] == "yaml-alias-bomb"


def test_merge_bomb_is_refused():
    lines = ["a0: &a0 {k: x}"]
    lines += [f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 20)}]}}" for i in range(1, 9)]
    assert codes("\n".join(lines))[0] == "yaml-alias-bomb"


@pytest.mark.parametrize("cycle", ["a: &a [*a]", "a: &a {b: *a}", "a: &a {<<: *a}"])
def test_alias_cycles_are_refused(cycle):
    assert any(code.startswith("yaml-") for code in codes(cycle))


def test_thousands_of_findings_are_cut_short():
    report = check(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n"
        + "".join(f"  a{i}: 1\n" for i in range(3000))
    )
    assert len(report.diagnostics) == 201
    assert "report-shortened" in [d.code for d in report.diagnostics]


@pytest.mark.parametrize("text", ["", "\n\n", "---\n---\n", "# only a comment", "~", "---\nnull\n"])
def test_nothing_written_is_no_error(text):
    report = check(text)
    assert report.errors == ()
    assert [d.code for d in report.diagnostics] == ["text-empty"]


def test_one_bad_document_does_not_hide_the_others():
    report = check(
        "kind: [\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: 1}\n---\nkind: }\n"
    )
    found = [(d.span.line, d.code) for d in report.errors]
    assert found == [(1, "yaml-unclosed-bracket"), (6, "schema-unquoted-string"), (8, "yaml-stray-bracket")]
