"""What a keyboard and a paste leave behind: found where YAML would misread it, left alone elsewhere."""

import pytest
import yaml

from learn.sandbox.edits import apply_fix
from learn.sandbox.pipeline import check
from tests.sandbox.corpus import MANIFESTS
from tests.sandbox.manifests import DEPLOYMENT, broken

NAME = "metadata:\n  name: web\n"


def slips(text):
    return [(d.code, d.span.line, d.span.column, d.span.length) for d in check(text).errors]


@pytest.mark.parametrize(
    ("before", "after", "slip"),
    [
        ("kind: Deployment", "kind：Deployment", ("text-fullwidth-colon", 2, 5, 1)),
        ("kind: Deployment", "kind： Deployment", ("text-fullwidth-colon", 2, 5, 1)),
        ("kind: Deployment", "kind:　Deployment", ("text-odd-space", 2, 6, 1)),
        ("kind: Deployment", "kind:\u00a0Deployment", ("text-odd-space", 2, 6, 1)),
        ("kind: Deployment", "kind: Deployment　", ("text-odd-space", 2, 17, 1)),
        ("kind: Deployment", "kind: Ｄｅｐｌｏｙｍｅｎｔ", ("text-fullwidth-letter", 2, 7, 10)),
        ("  replicas", "　replicas", ("yaml-indent-char", 8, 1, 1)),
        ("  replicas", " \u3000replicas", ("yaml-indent-char", 8, 2, 1)),
        ("  replicas", "\treplicas", ("yaml-indent-tab", 8, 1, 1)),
        ("replicas: 3", "replicas: ３", ("text-fullwidth-digit", 8, 13, 1)),
        ("replicas: 3", "replicas: 3 ＃ 3つ", ("text-fullwidth-hash", 8, 15, 1)),
        ("- name: web", "－ name: web", ("text-fullwidth-dash", 18, 7, 1)),
        ("- name: web", "ー name: web", ("text-fullwidth-dash", 18, 7, 1)),
        ("- name: web", "– name: web", ("text-fullwidth-dash", 18, 7, 1)),
        ("image: nginx:1.27", "image: “nginx:1.27”", ("text-fullwidth-quote", 19, 16, 1)),
        ("image: nginx:1.27", "image: 「nginx:1.27」", ("text-fullwidth-quote", 19, 16, 1)),
        ("image: nginx:1.27", "image: nginx–1.27", ("text-fullwidth-dash", 19, 21, 1)),
        (
            "image: nginx:1.27",
            "image: nginx:1.27\n        workingDir: “/my data”",
            ("text-fullwidth-quote", 20, 21, 1),
        ),
        ("image: nginx:1.27", "image: nginx\u00a0:1.27", ("text-odd-space", 19, 21, 1)),
        ("image: nginx:1.27", "image: nginx：1.27", ("text-fullwidth-colon", 19, 21, 1)),
        ("image: nginx:1.27", "image: nginx:1。27", ("text-fullwidth-symbol", 19, 23, 1)),
        ("image: nginx:1.27", "image: nginx\u200b:1.27", ("text-zero-width", 19, 21, 1)),
        (
            "image: nginx:1.27",
            "image: nginx:1.27\n        args: ［a, b］",
            ("text-fullwidth-bracket", 20, 15, 1),
        ),
        ("image: nginx:1.27", "image: nginx:1.27\n        args: [a、b]", ("text-fullwidth-comma", 20, 17, 1)),
        ("kind: Deployment", "```yaml\nkind: Deployment", ("text-markdown-fence", 2, 1, 7)),
        ("apiVersion", "$ cat web.yaml\napiVersion", ("text-shell-prompt", 1, 1, 14)),
        ("apiVersion", "cat <<EOF | kubectl apply -f -\napiVersion", ("text-shell-prompt", 1, 1, 30)),
        ("apiVersion", "me@host:~$ cat web.yaml\napiVersion", ("text-shell-prompt", 1, 1, 23)),
        ("apiVersion", "PS C:\\work> type web.yaml\napiVersion", ("text-shell-prompt", 1, 1, 25)),
        ("apiVersion", "deployment.apps/web created\napiVersion", ("text-command-output", 1, 1, 27)),
        ("apiVersion", "===\napiVersion", ("yaml-bad-separator", 1, 1, 3)),
        ("apiVersion", "———\napiVersion", ("text-fullwidth-dash", 1, 1, 3)),
        ("kind: Deployment", "kind: Deployment\n<<<<<<< HEAD", ("text-conflict-mark", 3, 1, 12)),
    ],
)
def test_slip_is_underlined_at_its_place(before, after, slip):
    assert slips(broken(before, after))[0] == slip


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("kind: Deployment", "kind：Deployment"),
        ("kind: Deployment", "kind：　Deployment"),
        ("- name: web", "－name: web"),
        ("- name: web", "－　name: web"),
        ("  replicas: 3", "　replicas：３"),
        ("    spec:\n", "　　spec：\n"),
        ("        image", "\t\t\t\timage"),
        ("      containers:", "　　　containers:"),
        ("image: nginx:1.27", "image： “nginx：１．２７”"),
        ("        ports:", "\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0ports:"),
        ("image: nginx:1.27", "image: nginx:1.27\n　"),
        ("replicas: 3", "replicas: 3\n\t"),
    ],
)
def test_applying_the_fixes_gives_a_sound_manifest(before, after):
    text = broken(before, after)
    for _ in range(6):
        errors = check(text).errors
        if not errors:
            break
        assert errors[0].fix, errors[0]
        text = apply_fix(text, errors[0].fix)
    assert check(text).errors == ()


@pytest.mark.parametrize(
    "text",
    [
        "# 説明：全角のコロンと“引用符”　です。\n",
        "data:\n  note: これは：例です\n",
        "data:\n  note: 「お知らせ」、１０時から\n",
        'data:\n  note: "ａｂｃ：１２３"\n',
        "data:\n  note: 'It’s fine'\n",
        "data:\n  script: |\n    echo 全角：　ok\n    \tindented by a tab\n    $ kubectl get pods\n    ```\n",
        "data:\n  folded: >-\n    “quoted”\n    ＃ not a comment\n",
        'data:\n  long: "first\n    second：third"\n',
        "data:\n  サーバー: ok\n",
        "data:\n  note: Don’t panic – it’s the Pod’s memory\n",
        "data:\n  note: three words\u00a0here\n",
        "data:\n  range: 1 – 5, or 3—4 of them\n",
        "data:\n  emoji: 👨‍👩‍👧 家族\n",
    ],
)
def test_prose_quotes_comments_and_block_scalars_are_left_alone(text):
    manifest = f"apiVersion: v1\nkind: ConfigMap\n{NAME}{text}"
    assert [
        code for code, *_ in slips(manifest) if code.startswith("text-") or code.startswith("yaml-")
    ] == []


@pytest.mark.parametrize("name", MANIFESTS)
def test_line_ends_of_windows_change_nothing(name):
    text = MANIFESTS[name]
    windows = text.replace("\n", "\r\n")
    assert [(d.code, d.span) for d in check(windows).diagnostics] == [
        (d.code, d.span) for d in check(text).diagnostics
    ]


def test_fix_keeps_the_line_ends_of_windows():
    text = broken("kind: Deployment", "kind：Deployment").replace("\n", "\r\n")
    fix = check(text).errors[0].fix
    assert fix and apply_fix(text, fix) == DEPLOYMENT.replace("\n", "\r\n")


def test_byte_order_mark_is_only_remarked_on():
    report = check("\ufeff" + DEPLOYMENT)
    assert report.errors == ()
    assert "text-bom" in [d.code for d in report.diagnostics]


def test_other_mistakes_are_found_behind_a_slip():
    text = broken("kind: Deployment", "kind：Deployment")
    found = [(d.code, d.span.line) for d in check(broken("replicas: 3", "replica: 3", text)).errors]
    assert found == [("text-fullwidth-colon", 2), ("schema-unknown-field", 8)]


def test_shift_jis_is_named_with_its_line():
    report = check(b"kind: Pod\n# " + "日本語".encode("cp932"))
    assert [(d.code, d.span.line) for d in report.diagnostics] == [("text-encoding", 2)]


def test_json_with_tabs_is_read():
    text = '{\n\t"apiVersion": "v1",\n\t"kind": "ConfigMap",\n\t"metadata": {\n\t\t"name": "a"\n\t}\n}\n'
    assert check(text).diagnostics == ()


@pytest.mark.parametrize("mark", ["{:3}  ", "{}: ", "{:>2} | "])
def test_line_numbers_are_one_finding_whose_fix_leaves_the_manifest(mark):
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\n"
    pasted = "".join(mark.format(n) + line + "\n" for n, line in enumerate(text.splitlines(), 1))
    (slip,) = check(pasted).errors
    assert slip.code == "text-line-number"
    assert apply_fix(pasted, slip.fix) == text


def test_all_that_was_pasted_along_goes_at_once():
    text = "```yaml\n$ cat web.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n```\n"
    slips = check(text).errors
    assert [slip.code for slip in slips] == [
        "text-markdown-fence",
        "text-shell-prompt",
        "text-markdown-fence",
    ]
    assert all(check(apply_fix(text, slip.fix)).errors == () for slip in slips)


def test_a_patch_is_read_as_what_it_leaves():
    text = (
        "@@ -1,4 +1,5 @@\n apiVersion: v1\n kind: ConfigMap\n metadata:\n-  name: a\n+  name: b\n+data: {}\n"
    )
    (slip,) = check(text).errors
    assert slip.code == "text-diff-mark"
    assert yaml.safe_load(apply_fix(text, slip.fix))["metadata"] == {"name": "b"}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (" apiVersion: v1\n kind: ConfigMap\n metadata:\n-  name: a\n+  name: b\n", {"name": "b"}),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata:\n-  name: a\n+  name: b\n", {"name": "b"}),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n+  namespace: b\n",
            {"name": "a", "namespace": "b"},
        ),
    ],
    ids=["with a margin", "without one", "added only"],
)
def test_part_of_a_patch_is_read_as_what_it_leaves(text, left):
    slip = check(text).errors[0]
    assert slip.code == "text-diff-mark"
    assert yaml.safe_load(apply_fix(text, slip.fix)) == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": left,
    }


def test_a_list_with_signs_in_it_is_no_patch():
    assert not [d for d in check("- +a\n- +b\n- -c\n").diagnostics if d.code == "text-diff-mark"]
