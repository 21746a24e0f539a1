"""Published types, departures from them, strict decoding, kinds and versions."""

import pytest

from learn.cluster.api.conformance import Departure, decode_error, validate_schema
from learn.cluster.api.crds import schema_from_crd
from learn.cluster.api.kinds import (
    ALL_CATEGORY,
    KINDS,
    find_resource,
    is_served,
    kind_of,
    served_versions,
    split_api_version,
)
from learn.cluster.api.removals import REMOVED, deprecation_warning, hpa_to_v1, hpa_to_v2, no_matches
from learn.cluster.api.schema import Type, definitions, schema_of, walk
from learn.cluster.api.versions import SUPPORTED, behaviour
from tests.cluster.api.objects import container, plain, pod, workload


@pytest.mark.parametrize("version", SUPPORTED)
def test_every_published_kind_is_in_the_table_of_kinds(version: str) -> None:
    review = {"TokenRequest", "SelfSubjectReview", "Scale", "Eviction", "APIGroup", "APIVersions", "Status"}
    for api_version, kind in definitions(version).kinds():
        group, name = split_api_version(api_version)
        if kind.endswith("List") or kind in review:
            continue
        known = kind_of(group, kind)
        assert known is not None, (api_version, kind)
        assert name in known.versions


def test_fields_carry_type_merge_key_and_description() -> None:
    schema = schema_of("apps/v1", "Deployment")
    assert schema is not None
    containers = schema.at(("spec", "template", "spec", "containers"))
    assert containers is not None
    assert (containers.type, containers.merge_key, containers.list_map_keys) == (
        Type.ARRAY,
        "name",
        ("name",),
    )
    replicas = schema.at(("spec", "replicas"))
    assert replicas is not None
    assert replicas.type is Type.INTEGER
    assert "desired pods" in replicas.description
    assert schema.at(("spec", "nothing")) is None


def test_custom_resources_have_a_type_too() -> None:
    route = schema_of("gateway.networking.k8s.io/v1", "HTTPRoute")
    assert route is not None
    assert route.at(("spec", "rules", 0, "backendRefs", 0, "weight")) is not None
    assert schema_of("example.com/v1", "Widget") is None
    assert schema_of(1, None) is None


def test_a_learners_own_crd_gives_a_type() -> None:
    fields = {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}
    version = {
        "name": "v1",
        "served": True,
        "schema": {"openAPIV3Schema": {"type": "object", "properties": fields}},
    }
    crd = {"spec": {"group": "example.com", "names": {"kind": "Widget"}, "versions": [version]}}
    schema = schema_from_crd(crd, "v1", "1.37")
    assert schema is not None
    found = [
        p.path for p in validate_schema({"metadata": {"name": "a"}, "spec": {"size": "x"}}, schema=schema)
    ]
    assert found == [("spec", "size")]
    assert schema_from_crd(crd, "v2", "1.37") is None


def test_walk_visits_every_value_with_its_type() -> None:
    schema = schema_of("v1", "Pod")
    assert schema is not None
    seen = {path: found.type for path, _, found in walk(pod(), schema)}
    assert seen["spec", "containers", 0, "image"] is Type.STRING
    assert seen["metadata", "name"] is Type.STRING


@pytest.mark.parametrize(
    ("obj", "departure", "path"),
    [
        (container(imagee="x"), Departure.UNKNOWN_FIELD, ("spec", "containers", 0, "imagee")),
        (container(ports="80"), Departure.WRONG_TYPE, ("spec", "containers", 0, "ports")),
        (plain("Pod", spec={"containers": [{}]}), Departure.MISSING_FIELD, ("spec", "containers", 0, "name")),
    ],
)  # fmt: skip
def test_departures_name_the_field(
    obj: dict[str, object], departure: Departure, path: tuple[str | int, ...]
) -> None:
    assert (departure, path) in [(found.departure, found.path) for found in validate_schema(obj)]


def test_unknown_fields_are_refused_by_strict_decoding() -> None:
    bad = container(imagee="x")
    text = decode_error(bad, validate_schema(bad))
    assert text is not None
    assert 'strict decoding error: unknown field "spec.containers[0].imagee"' in text


def test_valid_objects_depart_nowhere() -> None:
    assert list(validate_schema(workload("Deployment"))) == []


@pytest.mark.parametrize(
    ("word", "resource"),
    [("po", "pods"), ("deploy", "deployments.apps"), ("Deployment.v1.apps", "deployments.apps"), ("ing", "ingresses.networking.k8s.io"),
     ("hpa", "horizontalpodautoscalers.autoscaling"), ("events", "events"), ("gtw", "gateways.gateway.networking.k8s.io"), ("vpa", "verticalpodautoscalers.autoscaling.k8s.io")],
)  # fmt: skip
def test_finds_a_resource_by_any_of_its_names(word: str, resource: str) -> None:
    found = find_resource(word)
    assert found is not None
    assert found.resource == resource


def test_no_kind_has_a_name_twice() -> None:
    assert len({(kind.group, kind.kind) for kind in KINDS}) == len(KINDS)
    assert {kind.kind for kind in KINDS if "all" in kind.categories} == set(ALL_CATEGORY)


def test_beta_versions_are_not_served_by_default() -> None:
    assert is_served("apps/v1", "Deployment")
    assert not is_served("extensions/v1beta1", "Ingress")
    assert not is_served("storage.k8s.io/v1beta1", "VolumeAttributesClass")
    attributes = kind_of("storage.k8s.io", "VolumeAttributesClass")
    assert attributes is not None
    assert (served_versions(attributes, "1.33"), served_versions(attributes, "1.34")) == ((), ("v1",))


def test_removed_versions_say_what_to_write() -> None:
    assert REMOVED["extensions/v1beta1", "Ingress"].instead == "networking.k8s.io/v1"
    assert (
        no_matches("extensions/v1beta1", "Ingress")
        == 'no matches for kind "Ingress" in version "extensions/v1beta1"'
    )
    assert "EndpointSlice" in deprecation_warning("v1", "Endpoints", "1.33")
    assert deprecation_warning("v1", "Endpoints", "1.32") == ""


@pytest.mark.parametrize(("api_version", "kind"), REMOVED)
def test_nothing_removed_is_served(api_version: str, kind: str) -> None:
    assert not is_served(api_version, kind, "1.32")


def test_autoscaling_v1_converts_to_v2_and_back() -> None:
    spec = {"minReplicas": 1, "maxReplicas": 3, "targetCPUUtilizationPercentage": 70}
    old = plain("HorizontalPodAutoscaler", "autoscaling/v1", spec=spec)
    new = hpa_to_v2(old)
    assert new["spec"]["metrics"][0]["resource"]["target"] == {
        "type": "Utilization",
        "averageUtilization": 70,
    }
    assert hpa_to_v1(new) == old


def test_behaviour_depends_on_the_version() -> None:
    assert not behaviour("1.33").json_values_in_errors
    assert behaviour("1.34").json_values_in_errors
    with pytest.raises(ValueError, match="unsupported Kubernetes version"):
        behaviour("1.20")
