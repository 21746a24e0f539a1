"""A solution written in many other ways, all of which must pass."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from learn.cluster.api.access import copy_json
from learn.sandbox.fairness.forms import FORMS, Form
from learn.sandbox.fairness.names import Fixed, Object
from learn.sandbox.fairness.styles import drawn_style, written

_MIXTURES = 8
"""Sets of objects that more than one form has changed."""
_MIXED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """``forms`` are the names of the changes to the objects; the style of the text is drawn."""

    forms: tuple[str, ...]
    text: str


def variants(objects: Sequence[Object], fixed: Fixed, rng: random.Random, count: int) -> Iterator[Variant]:
    """``count`` different texts that say the same as ``objects``.

    There are few sets of objects and many styles, so that what runs of the same objects show is learnt once.
    """
    said = list(_said(objects, fixed, rng))
    rng.shuffle(said)
    seen: set[str] = set()
    turn = 0
    while len(seen) < count:
        forms, changed = said[turn % len(said)]
        text = written(changed, drawn_style(rng, turn), rng)
        turn += 1
        if text not in seen:
            seen.add(text)
            yield Variant(forms=forms, text=text)


def _said(
    objects: Sequence[Object], fixed: Fixed, rng: random.Random
) -> Iterator[tuple[tuple[str, ...], list[Object]]]:
    """The objects as they are, each form alone, and mixtures."""
    yield (), list(objects)
    mixtures = [sorted(rng.sample(FORMS, _MIXED), key=FORMS.index) for _ in range(_MIXTURES)]
    choices: list[Sequence[Form]] = [[form] for form in FORMS]
    for forms in choices + [list(mixture) for mixture in mixtures]:
        changed: list[Object] = copy_json(list(objects))
        for form in forms:
            form(changed, fixed, rng)
        if changed != list(objects):
            yield tuple(form.__name__ for form in forms), changed
