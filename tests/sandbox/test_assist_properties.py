"""Whatever is being written, the editor gets an answer, and laying a text out changes nothing but its layout."""

from hypothesis import given, settings
from hypothesis import strategies as st

from learn.sandbox.assist import complete, describe, format_manifest, outline
from tests.sandbox.corpus import MANIFESTS

SCRAPS = st.sampled_from(
    ["apiVersion: v1", "kind: Pod", "spec:", "  containers:", "- ", "  ", "\n", "\n---\n", ": ", "#", "|", ">-", '"']
    + ["'", "[", "{", "}", "]", "name: web", "&a", "*a", "\t", "：", "　", "\u2028", "\r", "𠮷", "%", "? ", "<<: "]
)  # fmt: skip
TEXTS = st.lists(SCRAPS, max_size=40).map("".join)
PLACES = st.tuples(st.integers(-2, 60), st.integers(-2, 60))


@given(text=TEXTS, place=PLACES)
@settings(max_examples=300, deadline=None)
def test_every_text_and_place_has_an_answer(text, place):
    completion = complete(text, *place)
    assert all(
        suggestion.insert.strip("- ").startswith(suggestion.label) for suggestion in completion.suggestions
    )
    field = describe(text, *place)
    assert field is None or field.line == place[0]
    lines = text.count("\n") + 1
    assert all(1 <= item.line <= lines for item in outline(text))


@given(text=TEXTS)
@settings(max_examples=300, deadline=None)
def test_layout_settles(text):
    formatted = format_manifest(text)
    assert formatted is None or format_manifest(formatted) == formatted


@given(name=st.sampled_from(sorted(MANIFESTS)), cut=st.integers(0, 1500))
@settings(max_examples=150, deadline=None)
def test_a_manifest_cut_anywhere_has_an_answer_at_its_end(name, cut):
    text = MANIFESTS[name][:cut]
    last = text.split("\n")[-1]
    completion = complete(text, text.count("\n") + 1, len(last) + 1)
    assert 1 <= completion.column <= len(last) + 1
