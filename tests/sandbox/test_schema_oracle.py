"""The schema walker's verdicts against an independent JSON Schema engine on thousands of seeded mutants."""

import json
import random
from copy import deepcopy
from functools import cache
from importlib.resources import files

import jsonschema_rs
import pytest

from learn.cluster.api.conformance import Departure, Problem, validate_schema
from learn.cluster.api.schema import definitions
from learn.cluster.api.versions import NEWEST
from learn.sandbox.pipeline import check
from tests.sandbox.corpus import MANIFESTS

COMPARED = {Departure.UNKNOWN_FIELD, Departure.WRONG_TYPE, Departure.MISSING_FIELD, Departure.NOT_ALLOWED}
"""What JSON Schema can see. Ranges by format, quantities, Base64 and times are the walker's own."""
VALUES = ("x", 7, 1.5, True, [], {}, ["x"], {"x": 1})


@cache
def oracle(api_version: str, kind: str) -> jsonschema_rs.Draft202012Validator:
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{NEWEST}.0-local-strict"
    defs = json.loads((folder / "_definitions.json").read_bytes())["$defs"]
    schema = definitions(NEWEST).of_kind(api_version, kind)
    assert schema is not None
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{schema.name}", "$defs": defs})


def objects() -> list[dict]:
    return [obj.value for text in MANIFESTS.values() for obj in check(text).objects]


def places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def mutate(obj: dict, rng: random.Random) -> dict:
    """One field renamed, removed, added, or given a value of any type."""
    mutant = deepcopy(obj)
    path = rng.choice([p for p in places(mutant) if p and p[0] not in ("apiVersion", "kind")])
    parent = mutant
    for step in path[:-1]:
        parent = parent[step]
    match rng.randrange(4):
        case 0 if isinstance(parent, dict):
            parent[str(path[-1]) + "x"] = parent.pop(path[-1])
        case 1:
            del parent[path[-1]]
        case 2 if isinstance(parent, dict):
            parent["extra"] = rng.choice(VALUES)
        case _:
            parent[path[-1]] = rng.choice(VALUES)
    return mutant


def is_comparable(problem: Problem) -> bool:
    by_type = problem.departure is Departure.BAD_QUANTITY and not isinstance(problem.value, str)
    return problem.departure in COMPARED or by_type


@pytest.mark.parametrize("seed", range(4))
def test_walker_and_json_schema_agree(seed):
    rng = random.Random(seed)
    disagreements, broken = [], 0
    for obj in objects():
        engine = oracle(obj["apiVersion"], obj["kind"])
        for _ in range(60):
            mutant = mutate(obj, rng)
            problems = [p for p in validate_schema(mutant) if is_comparable(p)]
            broken += bool(problems)
            if bool(problems) == engine.is_valid(mutant):
                disagreements.append((mutant["kind"], [(p.departure, p.field) for p in problems]))
    assert broken > 100
    assert disagreements == []
