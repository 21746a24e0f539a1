"""Commands with their exact outputs and exit codes: tests/golden/kubectl/*.txt."""

import pytest

from tests.kubectl.transcripts import transcripts

ALL = transcripts()


@pytest.mark.parametrize("transcript", ALL, ids=lambda each: each.path.stem)
def test_commands_print_what_was_reviewed(transcript, update_golden):
    played = transcript.played()
    if update_golden:
        transcript.path.write_text(played, encoding="utf-8")
    assert played == transcript.path.read_text(encoding="utf-8")


def test_the_table_has_at_least_300_commands():
    assert sum(len(each.commands) for each in ALL) >= 300
