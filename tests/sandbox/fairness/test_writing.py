"""The other ways of writing a manifest: every style says the same, every form means no harm."""

import json
import random

import pytest

from learn.cluster.api.access import copy_json
from learn.sandbox.fairness.forms import (
    FORMS,
    all_defaults,
    other_labels,
    other_names,
    other_port_names,
    ports_by_name,
    ports_by_number,
)
from learn.sandbox.fairness.names import Fixed, fixed_by
from learn.sandbox.fairness.styles import drawn_style, written
from learn.sandbox.fairness.variants import variants
from learn.sandbox.pipeline import check

FREE = Fixed(names=frozenset(), labels=frozenset())

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "labels": {"app": "web", "tier": "front"}},
    "spec": {
        "containers": [
            {
                "name": "app",
                "image": "example.com/web:1.0",
                "command": ["sh", "-c", "echo '#1: on' && sleep 5"],
                "env": [{"name": "PORT", "value": "8080"}, {"name": "FLAG", "value": "on"}, {"name": "NONE", "value": ""}],
                "ports": [{"name": "http", "containerPort": 8080}],
                "livenessProbe": {"httpGet": {"path": "/healthz", "port": "http"}},
            }
        ]
    },
}  # fmt: skip
SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web"},
    "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "http"}]},
}
OBJECTS = [SERVICE, POD]


def changed_by(form, fixed=FREE):
    objects = copy_json(OBJECTS)
    form(objects, fixed, random.Random(1))
    return objects


@pytest.mark.parametrize("turn", range(80))
def test_every_style_says_the_same(turn):
    rng = random.Random(turn)
    report = check(written(OBJECTS, drawn_style(rng, turn), rng))
    assert [obj.value for obj in report.objects] == OBJECTS
    assert report.errors == ()


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_no_form_makes_an_error(form):
    report = check(written(changed_by(form), drawn_style(random.Random(1), 0), random.Random(1)))
    assert report.errors == ()


def test_variants_are_as_many_as_asked_and_all_different():
    texts = [each.text for each in variants(OBJECTS, FREE, random.Random(3), 100)]
    assert len(set(texts)) == 100


def test_variants_of_one_seed_are_the_same():
    once, again = (list(variants(OBJECTS, FREE, random.Random(3), 30)) for _ in range(2))
    assert once == again


def test_every_form_is_among_the_variants():
    used = {name for each in variants(OBJECTS, FREE, random.Random(3), 100) for name in each.forms}
    assert used == {form.__name__ for form in FORMS}


def test_a_port_is_renamed_wherever_it_is_used():
    service, pod = changed_by(other_port_names)
    (container,) = pod["spec"]["containers"]
    name = container["ports"][0]["name"]
    assert name != "http"
    assert container["livenessProbe"]["httpGet"]["port"] == name
    assert service["spec"]["ports"][0]["targetPort"] == name


def test_a_label_is_changed_wherever_it_is_selected_by():
    service, pod = changed_by(other_labels)
    assert service["spec"]["selector"] != {"app": "web"}
    assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()


def test_ports_by_number_and_by_name_lead_back():
    numbered = changed_by(ports_by_number)
    assert numbered[0]["spec"]["ports"][0]["targetPort"] == 8080
    ports_by_name(numbered, FREE, random.Random(1))
    assert numbered == OBJECTS


def test_defaults_are_written_out():
    probe = changed_by(all_defaults)[1]["spec"]["containers"][0]["livenessProbe"]
    assert (probe["periodSeconds"], probe["failureThreshold"]) == (10, 3)


def test_fixed_names_and_labels_stay():
    scenario = {
        "origin": "web",
        "manifests": [{"spec": {"selector": {"app": "web"}, "ports": [{"targetPort": "http"}]}}],
    }
    fixed = fixed_by(['c.name == "app"'], [json.dumps(scenario)])
    for form in (other_names, other_port_names):
        assert changed_by(form, fixed) == OBJECTS
    assert changed_by(other_labels, fixed)[1]["metadata"]["labels"]["app"] == "web"


def test_words_for_how_applications_behave_fix_no_name():
    scenario = {"images": {"example.com/web:1.0": {"listens": [{"port": 80, "protocol": "http"}]}}}
    assert "http" not in fixed_by([], [json.dumps(scenario)]).names
