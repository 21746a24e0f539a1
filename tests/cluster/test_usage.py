"""CPU and memory of a container, images as data, and what a container gets from other objects."""

import pytest

from learn.cluster.apps import App, AppError, Demand, app_from
from learn.cluster.environment import ConfigError, environment, volume_files
from learn.cluster.images import CATALOGUE, PullFailure, find_image
from learn.cluster.pods import qos_class
from learn.cluster.usage import cpu_between, memory_bytes, oom_at, used_milli, wanted_milli

MI = 1024 * 1024


def process(**more):
    return {"started": 0, "rps": 0, "cpu": 0, "request_us": 5_000, **more}


def test_cpu_follows_requests_and_is_cut_at_the_limit():
    app = App(idle_cpu_milli=10)
    assert wanted_milli(app, process(rps=100), 0) == 510
    assert used_milli(app, process(rps=100), 200, 0) == 200
    assert used_milli(app, process(rps=100), None, 0) == 510


def test_cpu_is_summed_over_demands_that_come_and_go():
    app = App(idle_cpu_milli=0, demands=(Demand(from_ms=1_000, until_ms=3_000, cpu_milli=500),))
    assert cpu_between(app, process(), None, 0, 10_000) == 500 * 2_000
    assert cpu_between(app, process(), None, 2_000, 2_500) == 500 * 500


def test_memory_is_base_leak_and_demand():
    app = App(
        memory=32 * MI, leak_per_second=MI, demands=(Demand(from_ms=5_000, until_ms=None, memory=10 * MI),)
    )
    assert memory_bytes(app, process(), 4_000) == 36 * MI
    assert memory_bytes(app, process(), 6_000) == 48 * MI


def limits(memory):
    return {"resources": {"limits": {"memory": memory}}}


@pytest.mark.parametrize(
    ("app", "spec", "due"),
    [
        (App(memory=32 * MI), limits("64Mi"), None),
        (App(memory=32 * MI), {}, None),
        (App(memory=65 * MI), limits("64Mi"), 0),
        (App(memory=64 * MI), limits("64Mi"), None),
        (App(memory=32 * MI, leak_per_second=MI), limits("64Mi"), 32_001),
        (
            App(memory=32 * MI, demands=(Demand(from_ms=7_000, until_ms=None, memory=40 * MI),)),
            limits("64Mi"),
            7_000,
        ),
        (
            App(memory=32 * MI, demands=(Demand(from_ms=7_000, until_ms=None, memory=30 * MI),)),
            limits("64Mi"),
            None,
        ),
    ],
)
def test_when_memory_passes_its_limit(app, spec, due):
    assert oom_at(app, process(), spec, {}, 0) == due


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        # ComputePodQOS
        ([{}], "BestEffort"),
        ([{"requests": {"cpu": "0"}}], "BestEffort"),
        ([{"requests": {"cpu": "1"}}], "Burstable"),
        ([{"limits": {"cpu": "1", "memory": "1Gi"}}], "Guaranteed"),
        (
            [{"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1", "memory": "1Gi"}}],
            "Guaranteed",
        ),
        ([{"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "500m"}}], "Burstable"),
        ([{"limits": {"cpu": "1", "memory": "1Gi"}}, {}], "Burstable"),
        ([{"limits": {"cpu": "1"}}], "Burstable"),
    ],
)
def test_quality_of_service(resources, expected):
    assert (
        qos_class({"containers": [{"name": str(i), "resources": r} for i, r in enumerate(resources)]})
        == expected
    )


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_image_of_the_catalogue_can_be_pulled(name):
    assert isinstance(find_image({}, name), App)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("nginx", True),
        ("nginx:1.27", True),
        ("docker.io/library/nginx:latest", True),
        ("nginx@sha256:" + "0" * 64, True),
        ("example.com/web:9.9", "NotFound"),
        ("nginxx:1", "pull access denied"),
        ("nowhere.test/web:1", "no such host"),
        ("Nginx", "invalid reference format"),
        ("", "invalid reference format"),
    ],
)
def test_which_images_there_are(name, found):
    image = find_image({}, name)
    if found is True:
        assert isinstance(image, App)
    else:
        assert isinstance(image, PullFailure)
        assert found in image.message


def test_an_exercise_brings_its_own_images_and_they_win():
    own = {"example.com/web:1.0": {"listens": [9000]}, "example.com/new": {"startSeconds": 1.5}}
    assert find_image(own, "example.com/web:1.0").listens[0].port == 9000
    assert find_image(own, "example.com/new:7").start_ms == 1_500


@pytest.mark.parametrize(
    "data",
    [
        {"listen": [1]},
        {"startSeconds": -1},
        {"startSeconds": "a"},
        {"memory": "x"},
        {"listens": [{"prt": 1}]},
        {"paths": {"/": {"stats": 1}}},
    ],
)
def test_an_image_that_cannot_be_read_is_an_authors_error(data):
    with pytest.raises(AppError):
        app_from("x", data)


class Objects:
    """The store as far as environments look."""

    def __init__(self, *objects):
        self.objects = {(o["kind"], o["metadata"]["name"]): o for o in objects}

    def find(self, kind, namespace, name):
        return self.objects.get((kind, name))


CONFIG = {"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"color": "red", "size": "3"}}
SECRET = {"kind": "Secret", "metadata": {"name": "s"}, "data": {"token": "aGVsbG8="}}
POD = {
    "metadata": {"name": "p", "namespace": "default", "uid": "u", "labels": {"app": "x"}, "annotations": {}},
    "spec": {"nodeName": "n1"},
    "status": {"podIP": "10.0.0.1"},
}


def source(field, **reference):
    return {"valueFrom": {field: reference}}


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ({"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "$(A)2"}]}, {"A": "1", "B": "12"}),
        ({"env": [{"name": "B", "value": "$(NONE)"}, {"name": "C", "value": "$$(A)"}]}, {"B": "$(NONE)", "C": "$(A)"}),
        ({"envFrom": [{"configMapRef": {"name": "c"}}]}, {"color": "red", "size": "3"}),
        ({"envFrom": [{"prefix": "P_", "secretRef": {"name": "s"}}]}, {"P_token": "hello"}),
        ({"envFrom": [{"configMapRef": {"name": "c"}}], "env": [{"name": "color", "value": "blue"}]}, {"color": "blue", "size": "3"}),
        ({"env": [{"name": "A", **source("configMapKeyRef", name="c", key="color")}]}, {"A": "red"}),
        ({"env": [{"name": "A", **source("secretKeyRef", name="s", key="token")}]}, {"A": "hello"}),
        ({"env": [{"name": "A", **source("configMapKeyRef", name="none", key="k", optional=True)}]}, {}),
        ({"env": [{"name": "A", **source("fieldRef", fieldPath="status.podIP")}]}, {"A": "10.0.0.1"}),
        ({"env": [{"name": "A", **source("fieldRef", fieldPath="metadata.labels['app']")}]}, {"A": "x"}),
        (
            {"resources": {"limits": {"cpu": "1500m"}}, "env": [{"name": "A", **source("resourceFieldRef", resource="limits.cpu")}]},
            {"A": "2"},
        ),
    ],
)  # fmt: skip
def test_environment(container, expected):
    assert environment(Objects(CONFIG, SECRET), POD, container) == expected


@pytest.mark.parametrize(
    ("container", "message"),
    [
        ({"envFrom": [{"configMapRef": {"name": "none"}}]}, 'configmap "none" not found'),
        ({"env": [{"name": "A", **source("secretKeyRef", name="none", key="k")}]}, 'secret "none" not found'),
        (
            {"env": [{"name": "A", **source("configMapKeyRef", name="c", key="k")}]},
            "couldn't find key k in ConfigMap default/c",
        ),
    ],
)
def test_what_is_missing_is_named(container, message):
    with pytest.raises(ConfigError) as error:
        environment(Objects(CONFIG, SECRET), POD, container)
    assert error.value.message == message


@pytest.mark.parametrize(
    ("volume", "files"),
    [
        ({"configMap": {"name": "c"}}, {"color": "red", "size": "3"}),
        ({"configMap": {"name": "c", "items": [{"key": "color", "path": "a/b"}]}}, {"a/b": "red"}),
        ({"secret": {"secretName": "s"}}, {"token": "hello"}),
        ({"secret": {"secretName": "none", "optional": True}}, {}),
        (
            {"downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]}},
            {"labels": 'app="x"'},
        ),
        (
            {"projected": {"sources": [{"configMap": {"name": "c"}}, {"secret": {"name": "s"}}]}},
            {"color": "red", "size": "3", "token": "hello"},
        ),
    ],
)
def test_files_of_volumes(volume, files):
    assert volume_files(Objects(CONFIG, SECRET), POD, {"name": "v", **volume}) == files
