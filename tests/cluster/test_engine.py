"""The clock: order, limits, randomness, and state as data."""

import json

import pytest

from learn.cluster.engine import Engine, LimitReached, Limits, Priority


def recording_engine(**settings):
    engine = Engine(**settings)
    seen = []
    engine.handlers["note"] = lambda *args: seen.append((engine.now, *args))
    return engine, seen


def test_timers_fire_by_time_then_priority_then_order_of_setting():
    engine, seen = recording_engine()
    engine.at(10, Priority.CONTROLLER, "note", "controller")
    engine.at(10, Priority.PROBE, "note", "probe")
    engine.at(10, Priority.ACTION, "note", "fault")
    engine.at(10, Priority.PROBE, "note", "second probe")
    engine.at(5, Priority.CONTROLLER, "note", "earlier")
    engine.run(10)
    assert seen == [(5, "earlier"), (10, "fault"), (10, "probe"), (10, "second probe"), (10, "controller")]


def test_run_includes_its_last_instant_and_leaves_the_clock_there():
    engine, seen = recording_engine()
    engine.at(7, 0, "note")
    engine.at(8, 0, "note")
    engine.run(7)
    assert (seen, engine.now, engine.next_due()) == ([(7,)], 7, 8)
    engine.run(20)
    assert (engine.now, engine.next_due()) == (20, None)


def test_a_timer_set_in_the_past_fires_now():
    engine, seen = recording_engine()
    engine.run(50)
    engine.at(10, 0, "note")
    engine.run(50)
    assert seen == [(50,)]


def test_a_cancelled_timer_does_not_fire():
    engine, seen = recording_engine()
    engine.cancel(engine.at(5, 0, "note", "first"))
    engine.at(5, 0, "note", "second")
    engine.run(5)
    assert seen == [(5, "second")]


@pytest.mark.parametrize(
    ("limits", "limit", "at_ms"),
    [
        (Limits(timers=25), "timers", 25),
        (Limits(virtual_ms=40), "virtual_ms", 0),
    ],
)
def test_a_limit_ends_the_run_and_says_which(limits, limit, at_ms):
    engine = Engine(limits=limits)
    engine.handlers["again"] = lambda: engine.after(1, 0, "again")
    engine.after(1, 0, "again")
    with pytest.raises(LimitReached) as reached:
        engine.run(1000)
    assert reached.value.limit == limit
    assert reached.value.at_ms in (at_ms, at_ms + 1)


def test_a_loop_that_takes_no_time_is_stopped():
    engine = Engine(limits=Limits(timers_per_instant=100))
    engine.handlers["again"] = lambda: engine.after(0, 0, "again")
    engine.after(3, 0, "again")
    with pytest.raises(LimitReached) as reached:
        engine.run(10)
    assert (reached.value.limit, reached.value.at_ms) == ("timers_per_instant", 3)


def test_restored_state_has_the_same_future():
    engine, seen = recording_engine(seed=4)
    for due in (30, 10, 20):
        engine.at(due, due % 3, "note", due, None, True, "x")
    engine.cancel(engine.at(15, 0, "note", "never"))
    engine.rng("a").random()
    engine.run(12)
    state = json.loads(json.dumps(engine.snapshot()))
    other, other_seen = recording_engine()
    other.restore(state)
    engine.run(99)
    other.run(99)
    assert other_seen == seen[1:]
    assert [engine.rng(name).random() for name in "ab"] == [other.rng(name).random() for name in "ab"]


def test_draws_of_one_stream_do_not_move_another():
    one, two = Engine(seed=1), Engine(seed=1)
    one.rng("noise").random()
    assert one.rng("names").random() == two.rng("names").random()
    assert Engine(seed=2).rng("names").random() != Engine(seed=1).rng("names").random()
