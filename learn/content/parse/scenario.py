"""The runs of an exercise: a scenario as plain data, kept as JSON text."""

from __future__ import annotations

import json
from collections.abc import Mapping

from learn.content.model import ScenarioRun
from learn.content.parse.fields import JSON, Fields
from learn.content.parse.words import Words

_SCENARIO_FIELDS = (
    "nodes",
    "images",
    "manifests",
    "events",
    "origin",
    "duration",
    "windows",
    "settings",
    "seed",
    "version",
    "start",
)


def read_run(fields: Fields, shared: Mapping[str, JSON], words: Words) -> ScenarioRun:
    """One run, on top of the scenario that all runs share."""
    title = words.phrase(fields.text("title"), fields.source_of("title"))
    run = ScenarioRun(
        id=fields.identifier(),
        title_html=title.html,
        title=title.text,
        scenario=scenario_text({**shared, **scenario_data(fields)}),
        source=fields.source_of("id"),
    )
    fields.close()
    return run


def scenario_data(fields: Fields) -> dict[str, JSON]:
    """The fields of a scenario that are given."""
    given = {key: fields.data(key) for key in _SCENARIO_FIELDS}
    return {key: value for key, value in given.items() if value is not None}


def scenario_text(data: Mapping[str, JSON]) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True)
