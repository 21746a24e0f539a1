"""No object, however odd, makes a rule raise: each field may hold anything that JSON has."""

import random
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learn.cluster.api.access import copy_json
from learn.cluster.api.admission import with_default_tolerations, with_priority, with_service_account
from learn.cluster.api.allocation import allocate, taken_by
from learn.cluster.api.apply import apply_three_way, prune_unknown
from learn.cluster.api.conformance import decode_error, validate_schema
from learn.cluster.api.defaults import apply_defaults
from learn.cluster.api.limitranges import apply_limit_range, limit_range_violations
from learn.cluster.api.ownership import ApplyConflict, server_side_apply, track_update
from learn.cluster.api.patch import merge_patch
from learn.cluster.api.podsecurity import violations
from learn.cluster.api.quotas import quota_refusal, usage
from learn.cluster.api.schema import Schema, Type, definitions, schema_of
from learn.cluster.api.strategic import PatchError, strategic_merge
from learn.cluster.api.validation import validate

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 80, 1 << 40, 1.5, "", "a", "A b", "1", "100%", "1Gi", "None", "Always", [], [None], [[]], {}, {"a": 1},
)  # fmt: skip
KINDS = sorted(k for k in definitions().kinds() if not k[1].endswith("List"))
CUSTOM = [
    ("gateway.networking.k8s.io/v1", "Gateway"),
    ("gateway.networking.k8s.io/v1", "HTTPRoute"),
    ("autoscaling.k8s.io/v1", "VerticalPodAutoscaler"),
    ("example.com/v1", "Widget"),
]


def odd_value(schema: Schema | None, chance: random.Random, depth: int = 0) -> Any:
    """A value shaped as the schema says most of the time, and anything else the rest of it."""
    if schema is None or depth > 9 or chance.random() < 0.12:
        return chance.choice(ODD)
    match schema.type:
        case Type.OBJECT:
            names = [name for name in schema.properties if chance.random() < 0.5]
            return {name: odd_value(schema.properties[name], chance, depth + 1) for name in names}
        case Type.ARRAY:
            return [odd_value(schema.items, chance, depth + 1) for _ in range(chance.randrange(3))]
        case Type.MAP:
            return {key: odd_value(schema.values, chance, depth + 1) for key in ("a", "B c")}
        case Type.INTEGER:
            return chance.choice((0, 1, -1, 80, 70000))
        case Type.BOOLEAN:
            return chance.random() < 0.5
    return chance.choice(("", "a", "A b", "80", "50%", "1Gi", *map(str, schema.enum)))


def odd_object(api_version: str, kind: str, seed: int) -> dict[str, Any]:
    chance = random.Random(seed)
    value = odd_value(schema_of(api_version, kind), chance)
    value = value if isinstance(value, dict) else {"spec": value, "metadata": chance.choice(ODD)}
    return {**value, "apiVersion": api_version, "kind": kind}


@pytest.mark.parametrize(("api_version", "kind"), [*KINDS, *CUSTOM])
def test_defaults_and_checks_take_any_object(api_version: str, kind: str) -> None:
    for seed in range(6):
        obj, old = odd_object(api_version, kind, seed), odd_object(api_version, kind, seed + 100)
        before = copy_json(obj)
        filled = apply_defaults(obj, version="1.33")
        for error in (*validate(filled), *validate(filled, old=apply_defaults(old))):
            assert error.text("1.37")
            assert error.text("1.32")
        decode_error(obj, validate_schema(obj))
        prune_unknown(obj)
        assert obj == before


@pytest.mark.parametrize("kind", ["Pod", "Service", "LimitRange", "ResourceQuota", "PersistentVolumeClaim"])
def test_admission_takes_any_object(kind: str) -> None:
    for seed in range(40):
        obj = odd_object("v1", kind, seed)
        other = odd_object("v1", "LimitRange" if kind == "Pod" else kind, seed + 1)
        assert isinstance(with_default_tolerations(obj), dict)
        assert isinstance(with_service_account(obj, other, "a"), dict)
        apply_limit_range(obj, other)
        limit_range_violations(obj, other)
        violations(obj, "restricted")
        usage(obj)
        quota_refusal(other, obj)
        allocate(obj, taken_by([other]), old=other)
        if not isinstance(obj.get("spec"), dict) or "priorityClassName" not in obj["spec"]:
            with_priority({**obj, "spec": {}}, [other])


@pytest.mark.parametrize(
    ("api_version", "kind"), [("apps/v1", "Deployment"), ("v1", "Pod"), ("v1", "Service"), *CUSTOM]
)
def test_patches_take_any_object(api_version: str, kind: str) -> None:
    schema = schema_of(api_version, kind)
    for seed in range(30):
        live, new = odd_object(api_version, kind, seed), odd_object(api_version, kind, seed + 50)
        before = copy_json(live)
        merge_patch(live, new)
        for attempt in (partial(strategic_merge, live, new, schema), partial(apply_three_way, live, new)):
            try:
                attempt()
            except PatchError as error:
                assert str(error)
        tracked = track_update(None, live, "one")
        try:
            server_side_apply(tracked, new, "two")
        except ApplyConflict as error:
            assert str(error).startswith("Apply failed with ")
        assert live == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150)
@given(st.sampled_from(KINDS), JSON, JSON)
def test_any_json_in_place_of_metadata_and_spec(kind: tuple[str, str], metadata: Any, spec: Any) -> None:
    obj = {"apiVersion": kind[0], "kind": kind[1], "metadata": metadata, "spec": spec}
    for error in validate(apply_defaults(obj)):
        assert error.text()
