"""``glossary/terms.yaml`` to terms."""

from __future__ import annotations

import re

from learn.content.model import Confusion, Term
from learn.content.parse.body import parse_fragment
from learn.content.parse.fields import Fields
from learn.content.parse.words import Words

GLOSSARY_FILE = "glossary/terms.yaml"
_KATAKANA = re.compile(r"[ァ-ヶー・]+")


def parse_terms(entries: tuple[Fields, ...], words: Words) -> tuple[Term, ...]:
    """The terms in the order of their readings."""
    terms = [_term(entry, words) for entry in entries]
    seen: set[str] = set()
    for term in terms:
        if term.id in seen:
            words.problems.add(term.source, "duplicate-id", f"用語のid「{term.id}」が2回使われています。")
        seen.add(term.id)
    return tuple(sorted(terms, key=lambda term: (term.reading, term.id)))


def _term(fields: Fields, words: Words) -> Term:
    term_id, name = fields.identifier(), fields.text("name")
    summary = words.phrase(fields.text("summary"), fields.source_of("summary"))
    reading = fields.text("reading")
    if reading and not _KATAKANA.fullmatch(reading):
        message = "「reading」は並べ替えに使う読みです。カタカナで書きます。"
        words.problems.add(fields.source_of("reading"), "bad-field", message)
    body = fields.optional_text("body")
    source = fields.text_source("body")
    term = Term(
        id=term_id,
        name=name,
        english=fields.text("english"),
        reading=reading,
        summary_html=summary.html,
        summary=summary.text,
        body_html=parse_fragment(body, source, f"term-{term_id}", words) if body else "",
        confused_with=tuple(_confusion(entry, words) for entry in fields.mappings("confused_with")),
        synonyms=fields.texts("synonyms"),
        reference_url=fields.https_url("url") if "url" in fields else "",
        source=fields.source,
    )
    fields.close()
    return term


def _confusion(fields: Fields, words: Words) -> Confusion:
    term_id = fields.text("term")
    if term_id and term_id not in words.targets.terms:
        words.problems.add(fields.source_of("term"), "unknown-term", f"用語「{term_id}」がありません。")
    difference = words.inline(fields.text("difference"), fields.source_of("difference"))
    fields.close()
    return Confusion(term_id=term_id, difference_html=difference)
