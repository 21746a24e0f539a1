"""After success: what the common mistakes would have led to, and the manifest for a real cluster."""

import re
from html import unescape

import pytest

from learn.labs.debrief import debrief_for
from learn.labs.real_cluster import AGNHOST, real_manifest
from learn.library import get_catalog
from learn.sandbox.pipeline import check
from tests.web.pages import part_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_lessons")]

LAB = "/labs/liveness-timing-1/"
MANIFESTS = [each for each in get_catalog().exercises.values() if each.type == "manifest"]


def words(html):
    return unescape(re.sub(r"<[^>]+>", "", html))


@pytest.fixture
def solution():
    return get_catalog().exercises["liveness-timing-1"].solutions[0].text


def solved_page(client, text):
    return text_of(client.post(f"{LAB}check/", {"text": text}, follow=True))


def test_the_mistakes_are_told_with_what_their_runs_showed(learner, solution):
    told = words(part_of(solved_page(learner, solution), "next"))
    assert "4秒の瞬断で再起動します。連続回数を増やしましょう。" in told
    assert "動かした結果：いまは、正常なコンテナが300秒の間に" in told


def test_they_are_not_told_before_success(learner, solution):
    page = solved_page(learner, solution.replace("livenessProbe", "readinessProbe"))
    assert "よくある誤りなら" not in page
    assert "kind create" not in page


@pytest.mark.parametrize("exercise", MANIFESTS, ids=lambda each: each.id)
def test_every_exercise_has_a_word_and_mistakes_that_lead_to_something(exercise):
    found = debrief_for(exercise, exercise.solutions[0].text, is_passing=False).avoided
    assert exercise.debrief_html
    assert len(found) == len(exercise.mistakes)
    assert all(each.told and each.why and each.lines for each in found)


def test_the_manifest_is_a_file_with_an_image_that_can_be_pulled(learner, solution):
    page = solved_page(learner, solution)
    address = unescape(re.search(r'href="(/labs/liveness-timing-1/manifest/[^"]+)"', page)[1])
    answer = learner.get(address)
    assert answer["Content-Disposition"] == 'attachment; filename="web.yaml"'
    text = answer.content.decode()
    assert AGNHOST in text and "example.com" not in text
    assert "kind create cluster --name hatoba" in page


def test_nobody_else_gets_the_manifest(learner, other_learner, solution):
    page = solved_page(learner, solution)
    address = unescape(re.search(r'href="(/labs/liveness-timing-1/manifest/[^"]+)"', page)[1])
    assert other_learner.get(address).status_code == 404
    assert learner.get(f"{LAB}manifest/").status_code == 404


@pytest.mark.parametrize("exercise", MANIFESTS, ids=lambda each: each.id)
def test_every_solution_stays_a_manifest_without_errors(exercise):
    for solution in exercise.solutions:
        text, left = real_manifest(solution.text)
        assert not check(text).errors
        assert all(image in text for image in left)
        assert text.count("example.com/") == sum(text.count(image) for image in left)


CONTAINER = """
apiVersion: v1
kind: Pod
metadata: {{name: web}}
spec:
  containers:
  - name: web
    image: example.com/web:1.0
    ports: [{{containerPort: 8080}}]
    {0}
"""
GRPC = "Probe: {grpc: {port: 9090, service: %s}}"


@pytest.mark.parametrize(
    ("fields", "args"),
    [
        pytest.param(
            "", ["netexec", "--http-port=8080", "--udp-port=8080"], id="healthz-needs-the-udp-server"
        ),
        pytest.param(
            f"liveness{GRPC % 'live'}",
            ["grpc-health-checking", "--port=9090", "--http-port=19000", "--service=live"],
            id="the-service-that-a-probe-names",
        ),
        pytest.param(f"liveness{GRPC % 'live'}\n    readiness{GRPC % 'ready'}", None, id="two-services"),
        pytest.param(
            "livenessProbe: {exec: {command: [cat, /tmp/alive]}}", None, id="a-command-of-the-image"
        ),
    ],
)
def test_the_image_that_takes_a_containers_place_answers_its_probes(fields, args):
    text, left = real_manifest(CONTAINER.format(fields))
    container = check(text).objects[0].value["spec"]["containers"][0]
    assert container.get("args") == args
    assert left == (() if args else ("example.com/web:1.0",))
