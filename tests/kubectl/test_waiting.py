"""Lines that wait: step by step they print what they print in one go, from JSON, and Ctrl-C ends them."""

import json

import pytest

from learn.cluster.cluster import Cluster
from learn.kubectl import Pending, interrupt, resume, run, start, terminal

CREATE = "kubectl create deployment web --image=nginx:1.27 --replicas=3"


def new_cluster() -> Cluster:
    cluster = Cluster(seed=3)
    cluster.run_for(30_000)
    run(CREATE, cluster)
    return cluster


@pytest.mark.parametrize(
    "line",
    [
        "kubectl rollout status deploy/web",
        "kubectl wait deploy/web --for=condition=Available",
        "for i in 1 2 3; do sleep 2; kubectl get deploy web --no-headers; done",
        "kubectl rollout status deploy/web | tail -1 && kubectl delete deploy web",
        "kubectl rollout status deploy/web | tee log | grep -m2 Waiting && cat log",
        "x=$(kubectl rollout status deploy/web | grep nothing | cut -c1); echo $? $x",
        "kubectl drain node-1 --force; kubectl uncordon node-1",
    ],
)
def test_small_steps_through_json_and_restored_clusters_give_the_same_output(line):
    whole = run(line, new_cluster())
    cluster, files, memory = new_cluster(), {}, {}
    result = start(terminal(cluster, files, memory), line)
    output, elapsed = result.output, result.elapsed_ms
    for _ in range(2_000):
        if result.pending is None:
            break
        pending = Pending(state=json.loads(json.dumps(result.pending.as_json())))
        cluster = Cluster.restore(json.loads(json.dumps(cluster.snapshot())))
        result = resume(terminal(cluster, files, memory), pending, for_ms=400)
        output += result.output
        elapsed += result.elapsed_ms
    assert (output, result.exit_code, elapsed) == (whole.output, whole.exit_code, whole.elapsed_ms)


def test_a_command_ends_at_the_instant_of_its_last_change():
    cluster = new_cluster()
    began = cluster.now
    run("kubectl rollout status deploy/web", cluster)
    done = cluster.get("Deployment", "web")["status"]["conditions"]
    ready = max(cluster.clock.ms(each["lastUpdateTime"]) for each in done)
    assert began < cluster.now and cluster.now // 1000 == ready // 1000


def test_a_watch_goes_on_until_it_is_interrupted():
    cluster = new_cluster()
    there = terminal(cluster)
    first = start(there, "kubectl get pods -w")
    later = resume(there, first.pending, for_ms=60_000)
    assert later.pending is not None
    assert later.stdout.count("Running") == 3
    ended = interrupt(there, later.pending)
    assert (ended.pending, ended.exit_code, ended.output) == (None, 130, "^C\n")


def test_what_a_pipe_has_collected_is_shown_after_ctrl_c():
    cluster = new_cluster()
    there = terminal(cluster)
    first = start(there, "kubectl get pods -w | grep -c Running; echo never")
    later = resume(there, first.pending, for_ms=30_000)
    ended = interrupt(there, later.pending)
    assert ended.stdout == "^C\n3\n"
    assert ended.exit_code == 130


def test_filters_behind_a_watch_show_each_line_as_it_comes():
    cluster = new_cluster()
    there = terminal(cluster)
    first = start(there, "kubectl get pods -w | grep Running | awk '{print $3}' && echo never")
    later = resume(there, first.pending, for_ms=60_000)
    assert (later.stdout, later.pending is None) == ("Running\n" * 3, False)
    ended = interrupt(there, later.pending)
    assert (ended.stdout, ended.exit_code) == ("^C\n", 130)


def test_watch_redraws_the_screen():
    cluster = new_cluster()
    there = terminal(cluster)
    first = start(there, "watch -n 5 kubectl get deploy")
    assert first.clears
    later = resume(there, first.pending, for_ms=20_000)
    assert later.clears
    assert later.stdout.count("Every 5.0s") == 1
    assert "3/3" in later.stdout


def test_time_passes_only_for_lines_that_wait():
    cluster = new_cluster()
    assert run("kubectl get pods; echo hi", cluster).elapsed_ms == 0
    assert run("sleep 1.5", cluster).elapsed_ms == 1_500


def test_an_edit_asks_for_the_editor_and_takes_the_text_back():
    cluster, files = new_cluster(), {}
    asked = run("kubectl edit deploy web", cluster, files).edit
    assert asked is not None and asked.text.startswith("# Please edit the object below.")
    path = asked.argv[-1]
    files[path] = asked.text.replace("replicas: 3", "replicas: 5", 1)
    done = run(["kubectl", *asked.argv], cluster, files)
    assert done.stdout == "deployment.apps/web edited\n"
    assert cluster.get("Deployment", "web")["spec"]["replicas"] == 5


def test_a_wrong_edit_comes_back_with_its_reason():
    cluster, files = new_cluster(), {}
    asked = run("kubectl edit deploy web", cluster, files).edit
    files[asked.argv[-1]] = asked.text.replace("replicas: 3", "replicas: -3", 1)
    refused = run(["kubectl", *asked.argv], cluster, files)
    assert refused.exit_code == 1
    assert '# The Deployment "web" is invalid: spec.replicas' in refused.edit.text
    assert "replicas: -3" in refused.edit.text


def test_an_unchanged_edit_is_cancelled():
    cluster, files = new_cluster(), {}
    asked = run("kubectl edit deploy web", cluster, files).edit
    files[asked.argv[-1]] = asked.text
    assert run(["kubectl", *asked.argv], cluster, files).stderr == "Edit cancelled, no changes made.\n"


def test_an_edit_leaves_alone_what_has_changed_while_the_editor_was_open():
    cluster, files = new_cluster(), {}
    asked = run("kubectl edit deploy web", cluster, files).edit
    cluster.run_for(5_000)
    run("kubectl scale deploy web --replicas=4; kubectl label deploy web a=b", cluster, files)
    files[asked.argv[-1]] = asked.text.replace("image: nginx:1.27", "image: nginx:1.28")
    assert run(["kubectl", *asked.argv], cluster, files).stdout == "deployment.apps/web edited\n"
    web = cluster.get("Deployment", "web")
    assert web["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:1.28"
    assert (web["spec"]["replicas"], web["metadata"]["labels"]["a"]) == (4, "b")
    assert files == {}


def test_an_edit_of_the_name_is_refused():
    cluster, files = new_cluster(), {}
    asked = run("kubectl edit deploy web", cluster, files).edit
    files[asked.argv[-1]] = asked.text.replace("  name: web\n", "  name: shop\n", 1)
    refused = run(["kubectl", *asked.argv], cluster, files)
    assert (refused.stderr, refused.exit_code) == (
        "error: At least one of apiVersion, kind and name was changed\n",
        1,
    )
