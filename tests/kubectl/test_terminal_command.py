"""`manage.py terminal`: a script of commands from standard input is a test."""

import io

import pytest
from django.core.management import CommandError, call_command


def played(monkeypatch, script, *arguments):
    monkeypatch.setattr("sys.stdin", io.StringIO(script))
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("terminal", *arguments, stdout=out, stderr=err, no_color=True)
    except SystemExit as end:
        code = end.code
    return out.getvalue(), err.getvalue(), code


def test_a_script_runs_line_by_line(monkeypatch):
    script = "cat <<EOF | kubectl apply -f -\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\nEOF\nkubectl get cm c -o name\n"
    out, err, code = played(monkeypatch, script)
    assert "configmap/c created\n" in out and "configmap/c\n" in out
    assert (err, code) == ("", 0)


def test_a_failure_shows_its_exit_code_and_ends_with_the_last_one(monkeypatch):
    out, err, code = played(monkeypatch, "kubectl get pod nope\nfalse\n")
    assert out.count("[終了コード 1]") == 2
    assert (err, code) == ('Error from server (NotFound): pods "nope" not found\n', 1)


def test_exit_ends_the_script(monkeypatch):
    out, _, code = played(monkeypatch, "exit\necho never\n")
    assert "never" not in out and code == 0


def test_a_scenario_sets_the_cluster_up(monkeypatch, tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text("nodes: 1\nmanifests:\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: shop}\n")
    out, _, _ = played(
        monkeypatch, "kubectl get ns shop -o name; kubectl get nodes -o name\n", "--scenario", str(path)
    )
    assert "namespace/shop\nnode/node-1\n" in out and "node-2" not in out


@pytest.mark.parametrize("text", ["nodes: [", "what: 1", "- 1"])
def test_a_scenario_that_cannot_be_read_is_refused(monkeypatch, tmp_path, text):
    path = tmp_path / "s.yaml"
    path.write_text(text)
    with pytest.raises(CommandError) as refused:
        played(monkeypatch, "", "--scenario", str(path))
    assert refused.value.returncode == 2
