"""`manage.py check_manifest`: output and exit status."""

import io
import json
import sys

import pytest
from django.core.management import CommandError, call_command

from tests.sandbox.manifests import DEPLOYMENT, broken


def run(*args, stdin=None, monkeypatch=None):
    if stdin is not None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
    out = io.StringIO()
    try:
        call_command("check_manifest", *args, stdout=out)
    except SystemExit as stop:
        return stop.code, out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "good.yaml").write_text(DEPLOYMENT, encoding="utf-8")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "bad.yml").write_text(broken("replicas: 3", "replica: 3"), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("kind：", encoding="utf-8")
    return tmp_path


def test_sound_file_ends_with_0(folder):
    status, output = run(str(folder / "good.yaml"))
    assert status == 0
    assert output.endswith("good.yaml: 参考2件。\n")


def test_error_ends_with_1_and_is_told_in_japanese(folder):
    status, output = run(str(folder / "deep" / "bad.yml"))
    assert status == 1
    assert "bad.yml:8:3: 直すところ: `replica`という項目はありません [schema-unknown-field]" in output
    assert "どう直すか: `replica`を`replicas`に直します。" in output


def test_folder_is_searched_for_manifests(folder):
    status, output = run(str(folder), "--json")
    files = {json.loads(line)["file"] for line in output.splitlines()}
    assert status == 1
    assert files == {str(folder / "good.yaml"), str(folder / "deep" / "bad.yml")}


def test_json_lines_hold_everything(folder):
    _, output = run(str(folder / "deep" / "bad.yml"), "--json")
    first = json.loads(output.splitlines()[0])
    assert {
        "file", "document", "line", "column", "length", "severity", "code", "path", "message", "english", "fix"
    } <= first.keys()  # fmt: skip
    assert (first["line"], first["column"], first["length"], first["code"]) == (
        8,
        3,
        7,
        "schema-unknown-field",
    )
    assert first["fix"] == [{"line": 8, "column": 3, "end_line": 8, "end_column": 10, "text": "replicas"}]


def test_standard_input(monkeypatch):
    status, output = run("-", stdin="kind：Pod".encode(), monkeypatch=monkeypatch)
    assert status == 1
    assert output.startswith("-:1:5: 直すところ: コロンが全角になっています")


def test_version_is_chosen(monkeypatch):
    text = b"apiVersion: v1\nkind: Service\nmetadata: {name: 1web}\nspec: {ports: [{port: 80}]}\n"
    assert run("-", stdin=text, monkeypatch=monkeypatch)[0] == 0
    assert run("-", "--kubernetes-version", "1.36", stdin=text, monkeypatch=monkeypatch)[0] == 1


@pytest.mark.parametrize("source", ["missing.yaml", "empty"])
def test_unreadable_source_ends_with_2(tmp_path, source):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CommandError) as caught:
        run(str(tmp_path / source))
    assert caught.value.returncode == 2


def test_unknown_version_is_refused():
    with pytest.raises(CommandError, match="9.9"):
        run("-", "--kubernetes-version", "9.9")
