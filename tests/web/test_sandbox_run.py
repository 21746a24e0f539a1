"""The sandbox's run: any manifest in the simulator, by page loads, from an address that holds it all."""

import re
from html import unescape

import pytest

from learn import kubectl
from learn.cluster.api.versions import NEWEST
from learn.cluster.cluster import Cluster
from learn.labs.sandbox_examples import EXAMPLES, WEB
from learn.labs.sandbox_sharing import packed
from tests.web.pages import HTMX, nothing_is_kept, part_of, text_of

PAGE = "/sandbox/"
RUN = "/sandbox/run/"
BROKEN = WEB.replace("replicas: 3", "replicaz: 3")
UNHEALTHY = WEB.replace("              path: /\n", "              path: /missing\n")
JOBLESS = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n"


def run(client, text, **query):
    return text_of(client.get(RUN, {"of": packed(text)} | query))


def words(html):
    return unescape(re.sub(r"<[^>]+>", "", html))


def test_the_button_leads_to_the_run_by_page_load_and_by_htmx(learner):
    page = text_of(learner.get(PAGE, {"example": "web"}))
    assert 'name="run" value="1"' in page
    response = learner.post(PAGE, {"text": WEB, "run": "1"})
    assert response.status_code == 302
    assert response["Location"].startswith(f"{RUN}?run=300-{NEWEST}&of=")
    assert learner.post(PAGE, {"text": WEB, "run": "1"}, headers=HTMX)["HX-Redirect"] == response["Location"]
    followed = text_of(learner.get(response["Location"]))
    assert followed.count("<h1") == 1


def test_the_run_shows_time_objects_reasons_and_the_manifest(learner):
    page = run(learner, UNHEALTHY)
    shown = words(part_of(page, "timeline"))
    assert "kubectl get deployments" in shown
    assert "kubectl get pods" in shown
    assert "0/1" in shown
    assert 'id="timeline-drawing"' in page
    assert "style=" not in part_of(page, "timeline")
    line = next(number for number, each in enumerate(UNHEALTHY.split("\n"), 1) if "/missing" in each)
    assert f'<li id="L{line}"><code>              path: /missing</code></li>' in page


def test_the_address_names_the_instant_and_a_part_is_that_instant(learner):
    page = run(learner, WEB, t="0", run=f"60-{NEWEST}")
    assert "0秒。" in words(re.search(r'<p class="timeline-sentence">.*?</p>', page)[0])
    part = text_of(learner.get(RUN, {"of": packed(WEB), "run": f"60-{NEWEST}", "t": "60"}, headers=HTMX))
    assert "<h1" not in part
    assert 'data-second="60"' in part
    assert part.count('id="announcer"') == 1


@pytest.mark.parametrize("seconds", ["60", "300", "1800", "3600"])
def test_a_duration_can_be_chosen(learner, seconds):
    page = run(learner, WEB, run=f"{seconds}-{NEWEST}")
    assert re.search(rf'run={seconds}-[^"]*" aria-current="true"', page)
    assert f'max="{seconds}"' in page


@pytest.mark.parametrize("word", ["", "x", "5-1.37", "300-9.9", "9" * 40])
def test_nonsense_conditions_count_as_the_usual_ones(learner, word):
    assert 'max="300"' in run(learner, WEB, run=word, t="-1")


def test_what_was_filled_in_is_told(learner):
    text = WEB.replace("nginx:1.27", "ghcr.io/team/api:v3").replace(
        "  name: web\n  labels", "  name: web\n  namespace: shop\n  labels", 1
    )
    page = run(learner, text)
    assert "ghcr.io/team/api:v3" in page and "代わりに動かしました" in page
    assert "名前空間<code" in page and "先に作っておきました" in page
    assert "取得できません" in run(learner, WEB.replace("nginx:1.27", "ngnix:1.27"))


def test_a_manifest_with_errors_is_not_run_and_says_so(learner):
    page = run(learner, BROKEN)
    assert "直すところが1件あるため、動かしていません。" in page
    assert 'id="timeline"' not in page
    assert f"{PAGE}?t={packed(BROKEN)}" in page


def test_there_may_be_nothing_to_run(learner):
    assert "動かすオブジェクトがありません。" in run(learner, JOBLESS)


def test_a_run_that_would_take_too_much_ends_with_a_word(learner):
    assert "Podが100個を超えました。" in run(learner, WEB.replace("replicas: 3", "replicas: 5000"))


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_text_is_told_where_it_was_sent(learner, text):
    response = learner.post(PAGE, {"text": text, "run": "1"})
    assert response.status_code == 422
    assert "動かすマニフェストがありません。" in text_of(response)


def test_a_text_too_long_for_an_address_is_told_and_kept(learner):
    noise = "".join(f"# {i * i * 7919 % 1_000_003}\n" for i in range(3000))
    response = learner.post(PAGE, {"text": WEB + noise, "run": "1"})
    assert response.status_code == 422
    assert "マニフェストが長いため、シミュレーターでは動かせません。" in text_of(response)
    assert "replicas: 3" in text_of(response)


@pytest.mark.parametrize("query", [{}, {"of": "!!!"}, {"of": "AAAA"}])
def test_an_address_without_a_manifest_leads_to_the_sandbox(learner, query):
    response = learner.get(RUN, query)
    assert response.status_code == 302
    assert response["Location"] == PAGE


@pytest.mark.parametrize("slug", EXAMPLES)
def test_every_example_can_be_asked_for(learner, slug):
    assert "シミュレーターで動かした結果" in run(learner, EXAMPLES[slug].text)


def test_text_of_the_manifest_is_escaped(learner):
    page = run(learner, WEB.replace("name: web\n", "name: web # <script>alert(1)</script>\n", 1))
    assert "<script>alert(1)" not in page


def test_nothing_is_kept(learner):
    run(learner, WEB)
    assert nothing_is_kept()


def test_the_terminal_opens_with_the_command_that_applies_the_text(learner):
    url = unescape(re.search(r'href="(/terminal/[^"]+)">ターミナルで試す', run(learner, WEB))[1])
    line = unescape(
        re.search(r'<textarea id="command"[^>]*>\n(.*?)</textarea>', text_of(learner.get(url)), re.DOTALL)[1]
    )
    assert line.startswith("kubectl apply -f - <<'EOF'\napiVersion: apps/v1\n")
    answer = kubectl.run(line, Cluster())
    assert "deployment.apps/web created" in answer.stdout


def test_a_long_text_has_no_way_to_the_terminal(learner):
    assert "ターミナルで試す" not in run(learner, WEB + "# x\n" * 600)
