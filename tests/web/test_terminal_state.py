"""A terminal's state goes through one compressed piece and comes back as it was."""

import pytest

from learn import kubectl
from learn.labs.terminal.session import StateUnreadable, new_session, pack, unpack


def test_a_session_comes_back_and_goes_on_the_same_way():
    session = new_session(3)
    kubectl.start(
        session.terminal, "kubectl create deployment web --image=nginx --replicas=2; echo hi > note"
    )
    other = unpack(pack(session))
    assert other.folder == session.folder == {"note": "hi\n"}
    for each in (session, other):
        each.cluster.run_for(30_000)
    assert other.cluster.objects("Pod") == session.cluster.objects("Pod")


def test_numbers_beyond_64_bits_and_half_letters_do_not_lose_a_terminal():
    session = new_session(3)
    session.folder["half"] = "\ud800 letter"
    session.memory["number"] = 10**30
    back = unpack(pack(session))
    assert back.folder["half"] == "? letter"
    assert back.memory["number"] == pytest.approx(10**30)


@pytest.mark.parametrize("packed", [b"", b"nonsense", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_what_is_no_state_is_said_to_be_none(packed):
    with pytest.raises(StateUnreadable):
        unpack(packed)
