"""No line, however odd, raises, hangs or reaches beyond the learner's folder."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learn.cluster.cluster import Cluster
from learn.kubectl import run
from learn.kubectl.files import MAX_FILES


@pytest.fixture(scope="module")
def cluster():
    return Cluster(seed=1)


@pytest.mark.parametrize(
    "line",
    [
        ":(){ :|:& };:",
        "a" * 1_000_000,
        "echo " + "x" * 1_000_000,
        "a|" * 2_000 + "a",
        "echo a;" * 3_000,
        "$(" * 500 + "echo" + ")" * 500,
        "echo " + "$(echo " * 60 + "x" + ")" * 60,
        "while true; do :; done",
        "while true; do kubectl get pods; done",
        "for i in $(seq 1000); do for j in $(seq 1000); do echo x; done; done",
        "for i in {1..100000}; do echo; done",
        "echo \x00\x01\x02",
        "\x1b[2J",
        "cat <<EOF\n" + "x" * 1_000_000 + "\nEOF",
        "echo $((9**9**9**9))",
        "echo $((1<<99999999))",
        "printf '%999999999s' x",
        "seq 1000000000",
        "grep '(a+)+$' <<EOF\n" + "a" * 50 + "!\nEOF",
        "if",
        "echo 'unclosed",
        "((((((((((",
        "}",
        "coproc x",
        "select x in a; do :; done",
        "exec 3<>/dev/tcp/127.0.0.1/80",
        "{\U00031860",
        "echo {\U0001f600,\U0010ffff}",
    ],
)
def test_ends_in_a_message(cluster, line):
    result = run(line, cluster, {}, max_wait_ms=10_000)
    assert result.exit_code != 0 or len(result.output) < 600_000
    assert len(result.stderr) < 2_000


@pytest.mark.parametrize(
    "line", ["while true; do :; done", ":(){ :|:& };:", "a|" * 2_000 + "a", "echo " + "x" * 5_000]
)
def test_the_message_is_japanese(cluster, line):
    message = run(line, cluster, {}).stderr
    assert message.startswith("bash: ") and message.rstrip().endswith("。")


@pytest.mark.parametrize("path", ["/etc/passwd", "../../etc/passwd", "~/../x", "/home/learner/../other"])
def test_nothing_outside_the_folder_is_read_or_written(cluster, path):
    files = {}
    assert "No such file" in run(f"cat {path}", cluster, files).stderr
    refused = run(f"echo x > {path}", cluster, files)
    assert refused.exit_code != 0 and files == {}


def test_the_folder_has_limits(cluster):
    files = {f"f{number}": "x" for number in range(MAX_FILES)}
    assert "個まで" in run("echo x > more", cluster, files).stderr
    assert "more" not in files
    assert run("echo y > f0", cluster, files).exit_code == 0


def test_output_beyond_the_limit_is_cut_off(cluster):
    files = {"big": "x" * 200_000}
    result = run("cat big big big big", cluster, files)
    assert "出力が多すぎる" in result.stderr
    assert len(result.stdout) < 600_000


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("echo {あ,い} \U0001f600", "{あ,い} \U0001f600\n"),
        ("cat <<終\na\n始\n終", "a\n始\n"),
        ("[[ 港 == 港 ]] && echo 同じ", "同じ\n"),
        ("echo 波止場>船; cat 船", "波止場\n"),
    ],
)
def test_characters_beyond_ascii_are_letters(cluster, line, printed):
    assert run(line, cluster, {}).stdout == printed


@pytest.mark.parametrize("line", ["名=x", "echo $名", "for 名 in a; do echo; done"])
def test_names_of_variables_are_ascii(cluster, line):
    assert "名前「名」" in run(line, cluster, {}).stderr


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_answered(line):
    run(line, _CLUSTER, {"f": "a b\n"}, max_wait_ms=100)


_WORDS = ["kubectl", "get", "pods", "-o", "yaml", "|", ";", "&&", "$(", ")", "'", '"', "<<EOF", "\n", "for", "in", "do",
          "done", "-l", "=", "{", "}", "$x", ">", "f", "describe", "delete", "--all", "node", "-f", "-", "`", "*", "&", "[", "]"]  # fmt: skip


@given(st.lists(st.sampled_from(_WORDS), max_size=14).map(" ".join))
@settings(max_examples=300, deadline=None)
def test_any_mix_of_shell_words_is_answered(line):
    run(line, _CLUSTER, {"f": "a b\n"}, max_wait_ms=100)


_CLUSTER = Cluster(seed=2)
