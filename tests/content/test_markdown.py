"""Markdown of lessons to HTML: the closed vocabulary, Japanese line breaks, and attacks."""

import html.parser
import re

import pytest

from learn.content.model import Prose, Source
from learn.content.parse.body import Surroundings, parse_body
from learn.content.parse.problems import Problems
from learn.content.parse.words import Words
from learn.content.render.markdown import Renderer
from tests.content.factories import TARGETS


def body(text):
    words = Words(TARGETS, Problems())
    around = Surroundings(name="first", exercises={}, read_quiz=None, drawings={})
    parsed = parse_body(text, Source(path="lesson.md", line=1), around, words)
    return parsed, words.problems.in_order()


def rendered(text):
    parsed, findings = body(text)
    assert findings == ()
    return "".join(block.html for block in parsed.blocks if isinstance(block, Prose))


PROSE = [
    ("これは**「強調」**です", "<p>これは<strong>「強調」</strong>です</p>"),
    ("`a<b`です", "<p><code>a&lt;b</code>です</p>"),
    ("1行目。\n2行目。", "<p>1行目。2行目。</p>"),
    ("次の\n`port`は\n番号", "<p>次の<code>port</code>は番号</p>"),
    ("two\nwords", "<p>two\nwords</p>"),
    ("前\n- a\n- b", "<p>前</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
    ("- 長い\n  項目", "<ul>\n<li>長い項目</li>\n</ul>"),
    ("- a\n  - b", "<ul>\n<li>a<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>"),
    ("3. 三", '<ol start="3">\n<li>三</li>\n</ol>'),
    ("[表示](lesson:first)", '<p><a href="/courses/demo/first/">表示</a></p>'),
    ("[表示](exercise:first-1)", '<p><a href="/labs/first-1/">表示</a></p>'),
    (
        "[表示](lesson:later)へ",
        '<p><span class="planned">表示<span class="planned-note">（準備中）</span></span>へ</p>',
    ),
    ("[外](https://example.com/a?b=1)", '<p><a href="https://example.com/a?b=1">外</a></p>'),
    (
        "{{term:kubelet}}が",
        '<p><a class="term" data-term="kubelet" href="/glossary/kubelet/">kubelet</a>が</p>',
    ),
    (
        "{{term:kubelet|係}}",
        '<p><a class="term" data-term="kubelet" href="/glossary/kubelet/">係</a></p>',
    ),
    ("`{{term:none}}`", "<p><code>{{term:none}}</code></p>"),
    ("## 見出し\n本文", '<h2 id="見出し">見出し</h2>\n<p>本文</p>'),
    ("<b>太字</b>", "<p>&lt;b&gt;太字&lt;/b&gt;</p>"),
]


@pytest.mark.parametrize(("text", "expected"), PROSE)
def test_prose(text, expected):
    assert rendered(text) == expected


def test_table_is_a_group_and_aligns_without_style():
    html = rendered("| 項目 | 値 |\n|---|--:|\n| {{term:kubelet|係}} | `a|b` |")
    assert html.startswith('<div aria-label="表" class="table-wrap" role="group" tabindex="0"><table>')
    assert '<td data-align="right"><code>a|b</code></td>' in html
    assert ">係</a></td>" in html
    assert "style=" not in html


def test_heading_ids_are_stable_and_unique():
    parsed, _ = body("## 同じ名前\n\n### 同じ名前\n\n## `Pod`とは\n\n## …")
    assert [heading.id for heading in parsed.toc] == ["同じ名前", "同じ名前-2", "podとは", "section"]
    assert parsed.toc[2].html == "<code>Pod</code>とは"


CALLOUTS = [
    (
        ":::note\n短い。\n:::",
        '<aside class="callout" data-kind="note"><p class="callout-title">補足</p><p>短い。</p></aside>',
    ),
    (
        ":::pitfall `port`の罠\n注意。\n:::",
        '<aside class="callout" data-kind="pitfall"><p class="callout-title"><code>port</code>の罠</p>'
        "<p>注意。</p></aside>",
    ),
    (
        ":::deepdive 式\n中。\n:::",
        '<details class="callout" data-kind="deepdive"><summary class="callout-title">式</summary>'
        "<div><p>中。</p></div></details>",
    ),
]


@pytest.mark.parametrize(("text", "expected"), CALLOUTS)
def test_callout(text, expected):
    assert rendered(text) == expected


def test_callout_may_hold_code_and_end_before_prose():
    html = rendered(":::note\n前。\n\n```yaml\na: 1\n```\n:::\n後。")
    assert html.count('<figure class="code"') == 1
    assert html.endswith("</figure></aside>\n<p>後。</p>")


def test_code_marks_lines_and_names_the_file():
    html = rendered("```yaml file=web.yaml lines=2\na: 1\nb: 2\nc: 3\n```")
    assert '<figure class="code" data-language="yaml"><figcaption>web.yaml</figcaption>' in html
    assert '<pre lang="en" translate="no" tabindex="0"><code>' in html
    (marked,) = re.findall(r'<mark class="line">(.*?)</mark>', html, re.DOTALL)
    assert re.sub("<[^>]*>", "", marked) == "b: 2\n"


def test_fence_of_four_ticks_may_show_three():
    assert "```yaml\n" in rendered("````text\n```yaml\na: 1\n```\n````")


def test_command_shows_prompt_output_and_explanation():
    html = rendered(
        "```command\nrun: kubectl get pods -o wide | grep '<none>'\noutput: |\n  web <none>\nexplain: 値はありません。\n```"
    )
    assert '<span class="prompt" aria-hidden="true">$</span> <kbd>kubectl get pods' in html
    assert "<samp data-wrap>web &lt;none&gt;</samp>" in html
    assert html.endswith(
        '<details class="explain"><summary>読み解き</summary><p>値はありません。</p></details>'
    )


def test_output_in_columns_keeps_them_and_a_message_wraps():
    assert "<samp>NAME   READY\nweb    1/1</samp>" in rendered(
        "```command\nrun: kubectl get pods\noutput: |\n  NAME   READY\n  web    1/1\n```"
    )


def test_a_command_can_be_tried_unless_its_output_is_printed():
    bare, printed = "run: kubectl get nodes", "run: kubectl get pods\noutput: |\n  web   1/1"
    assert 'href="/terminal/?run=kubectl+get+nodes#command"' in rendered(f"```command\n{bare}\n```")
    assert "href" not in rendered(f"```command\n{printed}\n```")


def test_the_rest_of_a_command_has_no_prompt_of_its_own():
    html = rendered("```command\nrun: |\n  cat <<EOF > a\n  x\n  EOF\n  kubectl get \\\n    pods\n```")
    prompts = re.findall(r'class="prompt" aria-hidden="true">(\S+)</span> <kbd>(.*?)</kbd>', html)
    assert prompts == [
        ("$", "cat &lt;&lt;EOF &gt; a"),
        ("&gt;", "x"),
        ("&gt;", "EOF"),
        ("$", "kubectl get \\"),
        ("&gt;", "  pods"),
    ]


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<div\nonclick=alert(1)>a</div>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java\nscript:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](data:text/html,<script>alert(1)</script>)",
    "[a](//evil.example)",
    "[a](/admin/)",
    "[a](http://plain.example)",
    '[a](https://x.example/" onmouseover="alert(1))',
    "[a](https://x.example/'><script>alert(1)</script>)",
    '[a](https://x.example "t\\" onclick=alert(1)")',
    "[a]: javascript:alert(1)\n\n[a]",
    "<https://evil.example>",
    "<javascript:alert(1)>",
    "![a](javascript:alert(1))",
    "![a](https://x.example/i.png)",
    "{{term:<script>alert(1)</script>}}",
    "{{term:kubelet|<img src=x onerror=alert(1)>}}",
    "{{term:none|<script>alert(1)</script>}}",
    "`<script>alert(1)</script>`",
    "## <script>alert(1)</script>",
    '| a |\n|---|\n| <td style="x"> |',
    ":::note <script>alert(1)</script>\n<script>alert(1)</script>\n:::",
    "```yaml file=<script>alert(1)</script>\na: <b>\n```",
    '```yaml file="onclick=alert(1)\na: 1\n```',
    "```<script>\nx\n```",
    "```command\nrun: '\"><script>alert(1)</script>'\n```",
    "```diagram\nkind: flow\ntitle: <script>\nsummary: '\"><script>'\nnodes:\n  - {id: a, label: <script>}\n"
    "  - {id: b, label: b}\nedges:\n  - {from: a, to: b, label: <script>}\n```",
    "\x02wzxhzdk:0\x03 \x02amp\x03",
    "&lt;script&gt; &#60;script&#62;",
]


class Seen(html.parser.HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self):
        super().__init__()
        self.bad = []

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "img", "iframe", "object", "embed", "style", "link", "meta", "form", "base"):
            self.bad.append(tag)
        for name, value in attrs:
            is_link = name in ("href", "src", "action")
            if name.startswith("on") or name == "style":
                self.bad.append(name)
            elif is_link and not re.match(r"https://|/(courses|labs|glossary|terminal)/", value or ""):
                self.bad.append(value)


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_active_comes_through(text):
    parsed, _ = body(text)
    seen = Seen()
    seen.feed("".join(block.html for block in parsed.blocks if isinstance(block, Prose)))
    seen.feed("".join(heading.html for heading in parsed.toc))
    seen.feed(Renderer(TARGETS).inline(text).html)
    assert seen.bad == []
