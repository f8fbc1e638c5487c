"""Playbooks of call-flow.md, 1.6: what waiting callers are told of their position and their wait."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.core import codes
from acd.core.callback_words import CallbackOpened, DoNotCallChanged
from acd.core.events import (
    ChannelsReconciled,
    ConfigReplaced,
    DigitPressed,
    LiveCall,
    NodeLost,
    RestoredAgent,
    RestoredCall,
    StateRestored,
)
from acd.core.facts import CallQueued, VisitOutcome
from acd.core.flow_words import WaitAnnounced, WaitMeasured
from acd.core.routing import (
    Ending,
    SetAside,
    Then,
    WaitOffer,
    WideningStep,
)
from agents.model import AgentAct, AgentState, PhoneState
from tests.playbooks.announced import TOLD, busy, cut, experienced, heard, number, told
from tests.playbooks.callback_centre import calling, rule, talking
from tests.playbooks.centre import NODE, agent, centre, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.words import (
    CALLER,
    act,
    agent_hung_up,
    answered,
    arrived,
    connect,
    connected,
    failed,
    hung_up,
    music,
    on_duty,
    phone,
    ring,
    ringing,
    says,
    stop_ringing,
    talk,
)

# position


def test_a_waiting_caller_is_told_his_position_and_hears_music_again() -> None:
    play = busy()
    play >> arrived("c0") >> arrived() << music()
    play.after(29.9).quiet()
    play.after(0.1) << told(*number(1), call="c0") << told(*number(2))
    play >> heard("c0") << music("c0")
    play >> heard() << music()
    assert [(each.call, each.position) for each in play.recorded(WaitAnnounced)] == [
        ("c0", 1),
        ("c1", 2),
    ]


def test_the_same_position_is_not_told_again_and_a_better_one_is() -> None:
    play = busy()
    play >> arrived("c0") >> arrived("c1") >> arrived("c2")
    play.after(30) >> heard("c0") >> heard("c1") >> heard("c2")
    play.after(60).quiet()
    play >> hung_up("c0")
    play.after(59).quiet()
    play.after(1) << told(*number(1), nth=2) << told(*number(2), call="c2", nth=2)


def test_a_caller_who_is_overtaken_is_not_told() -> None:
    play = busy()
    play >> arrived("c0") >> arrived("c1")
    play.after(30) >> heard("c0") >> heard("c1") >> hung_up("c0")
    play.after(60) >> heard("c1", 2)
    first = play.recorded(WaitAnnounced)
    assert [each.position for each in first if each.call == "c1"] == [2, 1]
    play.after(600).quiet()


def test_whoever_finds_an_agent_at_once_is_told_nothing() -> None:
    play = on_duty(Playbook(centre(queues=[queue(announcements=TOLD)])), "1001")
    play >> arrived() >> ringing()
    play.after(15) >> answered() >> connected()
    play.after(300)
    play.check()
    assert play.recorded(WaitAnnounced) == []
    assert play.recorded(WaitMeasured) == []


# cut off


def test_what_is_being_said_is_cut_off_when_an_agent_is_found() -> None:
    play = busy()
    play >> arrived()
    play.after(30) << told(*number(1))
    play >> phone("1001") << ring() << cut() << music()
    play >> heard()
    play >> ringing() >> answered() << connect()


def test_the_agent_does_not_answer_and_the_caller_is_told_later() -> None:
    play = busy()
    play >> arrived("c0") >> arrived("c1")
    play.after(30) >> heard("c0") >> heard("c1") >> phone("1001") << ring("c0-o1")
    play >> ringing("c0-o1")
    play.after(20) << stop_ringing("c0-o1")
    play >> failed("c0-o1")
    play.after(40)
    play.check()
    assert [each.position for each in play.recorded(WaitAnnounced)] == [1, 2]


def test_nothing_is_said_while_a_phone_rings_for_him() -> None:
    play = busy(ring=100)
    play >> arrived()
    play.after(20) >> phone("1001") << ring()
    play >> ringing()
    play.after(60).quiet()


def test_a_caller_who_goes_on_elsewhere_does_not_hear_the_rest() -> None:
    play = busy(for_at_most=32)
    play >> arrived()
    play.after(30) << told(*number(1))
    play.after(2) << cut() << says("all_busy_recorded")


def test_overflow_without_a_word_cuts_off_too() -> None:
    there = Ending(say=None, then=Then.QUEUE, queue="other")
    first = queue(announcements=TOLD, for_at_most=32, on_timeout=there)
    play = on_duty(Playbook(centre(queues=[first, queue("other")])), "1001")
    play >> phone("1001", PhoneState.IN_USE) >> arrived()
    play.after(30) << told(*number(1))
    play.after(2) << cut() << music()
    play.after(600).quiet()


def test_a_caller_who_hangs_up_leaves_nothing_behind() -> None:
    play = busy()
    play >> arrived()
    play.after(30) << told(*number(1))
    play >> hung_up()
    play.quiet()
    play.after(600).quiet()


def test_a_prompt_that_outlasts_the_interval_is_followed_by_music() -> None:
    play = busy(replace(TOLD, first=0.5, every=1))
    play >> arrived("c0") >> arrived("c1")
    play.after(0.5) << told(*number(1), call="c0") << told(*number(2))
    play >> hung_up("c0")
    play.after(30).quiet()
    play >> heard() << music()
    play.after(4).quiet()
    play.after(1) << told(*number(1), nth=2)


# the wait


def test_the_wait_is_told_in_minutes() -> None:
    play = experienced()
    for n in range(5):
        play >> arrived(f"c{n}")
    play.after(30)
    play << told(*number(1), "expected_wait", "one_minute", call="c0")
    play << told(*number(2), "expected_wait", "num_liang", "minutes", call="c1")
    play << told(*number(3), "expected_wait", "num_3", "minutes", call="c2")
    play << told(*number(4), "expected_wait", "num_4", "minutes", call="c3")
    play << told(*number(5), "expected_wait", "num_5", "minutes", call="c4")
    play.check()
    estimates = [each.estimate for each in play.recorded(WaitAnnounced)]
    assert estimates == pytest.approx([60, 120, 180, 240, 300])


def test_more_agents_make_it_shorter() -> None:
    play = experienced(TOLD, "1001", "1002")
    play >> arrived()
    play.after(30) << told(*number(1), "expected_wait", "less_than_a_minute")
    play.check()
    assert play.last(WaitAnnounced).estimate == pytest.approx(30)


def test_who_is_paused_serves_nobody() -> None:
    play = experienced(TOLD, "1001", "1002") >> act("1002", AgentAct.PAUSE, reason="lunch")
    play >> arrived()
    play.after(30)
    assert play.last(WaitAnnounced).estimate == pytest.approx(60)
    play >> act("1002", AgentAct.RESUME) >> phone("1002", PhoneState.IN_USE)


def test_a_long_wait_is_told_as_more_than() -> None:
    play = experienced(replace(TOLD, at_most=120))
    for n in range(4):
        play >> arrived(f"c{n}")
    play.after(30)
    last = [each for each in play.story if "while_waiting_1" in each][-1]
    assert "('expected_wait', 'more_than', 'num_liang', 'minutes')" in last.replace(
        "'you_are_number', 'num_4', 'in_the_queue', ", ""
    )


def test_a_longer_wait_is_never_told() -> None:
    """Two agents pause: the callers behind are nearer, but will wait longer. That they are nearer is
    all that they are told."""
    play = experienced(TOLD, "1001", "1002", "1003")
    for n in range(3):
        play >> arrived(f"c{n}")
    play.after(30)
    for n in range(3):
        play >> heard(f"c{n}")
    assert play.last(WaitAnnounced).estimate == pytest.approx(60)
    play >> act("1002", AgentAct.PAUSE, reason="lunch") >> act("1003", AgentAct.PAUSE, reason="lunch")
    play >> hung_up("c0")
    play.after(60)
    play << told(*number(1), call="c1", nth=2) << told(*number(2), call="c2", nth=2)
    play.check()
    assert [each.estimate for each in play.recorded(WaitAnnounced)][3:] == [None, None]


def test_the_wait_alone_is_told_when_it_is_shorter_by_enough() -> None:
    play = experienced()
    for n in range(3):
        play >> arrived(f"c{n}")
    play.after(30)
    for n in range(3):
        play >> heard(f"c{n}")
    on_duty(play, "1002")  # takes c0 ...
    play >> failed("c0-o1") >> phone("1002", PhoneState.IN_USE)
    play.after(60)
    play.check()
    rows = [(each.call, each.position) for each in play.recorded(WaitAnnounced)][3:]
    assert ("c2", 3) in rows
    assert ("c0", 1) not in rows
    sounds = [line for line in play.story if "while_waiting_2" in line and "PlayPrompt" in line]
    assert any("sounds=('expected_wait', 'num_liang', 'minutes')" in line for line in sounds)


def test_position_only_and_wait_only() -> None:
    play = experienced(replace(TOLD, estimate=False))
    play >> arrived()
    play.after(30) << told(*number(1))
    play = experienced(replace(TOLD, position=False))
    play >> arrived()
    play.after(30) << told("expected_wait", "one_minute")
    play = busy(replace(TOLD, position=False))
    play >> arrived()
    play.after(300)
    play.check()
    assert play.recorded(WaitAnnounced) == []


def test_widening_brings_more_agents() -> None:
    """One can serve him at once, after a minute another one, whom those before him may have too."""
    routing = centre(
        agents=[agent("1001", orders=5), agent("1002", groups=("back",))],
        queues=[
            queue(
                needs=(("orders", 3),),
                announcements=TOLD,
                widen=(WideningStep(after=60, groups=frozenset({"back"})),),
            )
        ],
    )
    play = on_duty(Playbook(routing), "1001", "1002")
    for n in range(12):
        talk(play >> arrived(f"e{n}"), f"e{n}-o1")
        play.after(60) >> agent_hung_up(f"e{n}-o1") >> hung_up(f"e{n}")
    for each in ("1001", "1002"):
        play >> phone(each, PhoneState.IN_USE)
    for n in range(4):
        play >> arrived(f"c{n}")
    play.after(30)
    estimates = [each.estimate for each in play.recorded(WaitAnnounced)]
    assert estimates == pytest.approx([30, 60, 90, 120], rel=0.01)


# measured


def test_the_first_wait_told_is_compared_with_what_happened() -> None:
    play = experienced()
    play >> arrived()
    play.after(30)
    told_at = play.now
    play >> heard()
    play.after(25) >> phone("1001") >> ringing()
    play.after(5)
    talk(play)
    fact = play.last(WaitMeasured)
    assert (fact.queue, fact.told_at, fact.at) == ("orders", told_at, play.now)
    assert fact.estimate == pytest.approx(60)
    assert fact.actual == pytest.approx(30)


def test_who_hangs_up_is_not_measured() -> None:
    play = experienced()
    play >> arrived()
    play.after(30) >> hung_up()
    assert play.recorded(WaitMeasured) == []


def test_the_story_says_what_was_told() -> None:
    play = experienced()
    play >> arrived()
    play.after(30)
    why = play.core.why("c1")
    assert why is not None
    last = why.trace[-1]
    assert last[1:4] == (codes.TOLD_WAIT, "orders", 1)


# around them


def test_a_lost_node_is_told_nothing_and_later_music_and_news() -> None:
    play = busy()
    play >> arrived()
    play.after(30) << told(*number(1))
    play >> NodeLost(node=NODE)
    play.after(120).quiet()
    live = LiveCall(arrived=arrived(), created_at=play.now - 150)
    back = ChannelsReconciled(
        node=NODE, restarted=False, calls=(live,), phones=(("1001", PhoneState.IN_USE),)
    )
    play >> back << music()
    play.after(60).quiet()


def test_a_lost_node_while_music_plays() -> None:
    play = busy()
    play >> arrived("c0") >> arrived()
    play.after(30) >> heard("c0") >> heard()
    play >> NodeLost(node=NODE)
    play.after(120).quiet()
    live = LiveCall(arrived=arrived(), created_at=play.now - 150)
    back = ChannelsReconciled(
        node=NODE, restarted=False, calls=(live,), phones=(("1001", PhoneState.IN_USE),)
    )
    play >> back
    play.after(60) << told(*number(1), nth=2)


def test_announcements_come_and_go_with_the_configuration() -> None:
    plain = centre(queues=[queue()])
    telling = centre(queues=[queue(announcements=TOLD)])
    play = on_duty(Playbook(plain), "1001") >> phone("1001", PhoneState.IN_USE)
    play >> arrived("c0") >> arrived()
    play.after(10) >> ConfigReplaced(routing=telling)
    play.after(20) << told(*number(1), call="c0") << told(*number(2))
    play >> heard("c0") >> heard() >> hung_up("c0") >> ConfigReplaced(routing=plain)
    play.after(300).quiet()


def test_a_stay_that_ends_is_counted_once() -> None:
    play = busy()
    play >> arrived() >> hung_up()
    assert VisitOutcome.ABANDONED in {getattr(each, "outcome", None) for each in play.facts}


def test_a_new_engine_knows_what_was_told() -> None:
    """As far as the stored story says: he hears of a better position only, and is measured."""
    first = experienced()
    first >> arrived("c0") >> arrived()
    first.after(30)
    seen = first.core.why("c1")
    assert seen is not None
    queued = next(each for each in first.recorded(CallQueued) if each.call == "c1")
    play = Playbook(first.core._floor.routing, start=first.now)
    on_duty_again = RestoredAgent(agent="1001", state=AgentState.IDLE, since=first.now)
    known = RestoredCall(
        arrived=arrived(),
        arrived_at=queued.at,
        placement=queued.placement,
        trace=(*seen.trace, (first.now, codes.TOLD_WAIT, "elsewhere", 9, None)),
    )
    before = replace(known, arrived=arrived("c0"), trace=known.trace)
    play >> StateRestored(agents=(on_duty_again,), calls=(before, known))
    live = tuple(LiveCall(arrived=arrived(each), created_at=queued.at) for each in ("c0", "c1"))
    play >> ChannelsReconciled(
        node=NODE, restarted=False, calls=live, phones=(("1001", PhoneState.IN_USE),)
    )
    play.after(60) << told(*number(1), call="c0")
    play >> heard("c0") << music("c0")
    play >> hung_up("c0")
    play.after(60) << told(*number(1))
    play >> heard() >> phone("1001")
    talk(play)
    assert play.last(WaitMeasured).told_at == first.now


def test_who_is_not_to_be_called_is_offered_no_callback() -> None:
    """He would hear that he is called back, lose his place, and never be called."""
    key = WaitOffer(key="1", then=Then.CALLBACK, say="mine", after=20, every=None)
    routing = calling(queues=[queue(offers=(key,), callback=rule())])
    play = on_duty(Playbook(routing), "1001") >> phone("1001", PhoneState.IN_USE)
    play >> DoNotCallChanged(number=CALLER, listed=True) >> arrived()
    play.after(25).quiet()
    play >> DigitPressed(call="c1", digit="1")
    play.quiet()
    play >> DoNotCallChanged(number=CALLER, listed=False) >> DigitPressed(call="c1", digit="1")
    play << says("callback_kept")
    assert play.last(CallbackOpened).callback.kept


def test_whom_we_had_called_did_not_wait() -> None:
    """The next caller is not told that his predecessor was served at once."""
    play = talking(calling(queues=[queue(callback=rule(), announcements=TOLD)]))
    play >> arrived("c7", caller="13900000077")
    play.after(30) << told(*number(1), call="c7")


def test_what_was_planned_before_a_reload_and_is_over_waits_for_its_next_turn() -> None:
    """An offer that is told once is not told late to those who have waited for long."""
    once = WaitOffer(key="1", then=Then.CALLBACK, say="mine", after=20, every=None)
    plain = centre(queues=[queue()])
    play = on_duty(Playbook(plain), "1001") >> phone("1001", PhoneState.IN_USE) >> arrived()
    play.after(50) >> ConfigReplaced(routing=centre(queues=[queue(offers=(once,))]))
    play.after(600).quiet()


def test_an_offer_that_came_due_while_a_phone_rang_is_told_afterwards() -> None:
    offer = WaitOffer(key="1", then=Then.CALLBACK, say="mine", after=20, every=None)
    aside = SetAside(rest=60)
    play = on_duty(Playbook(centre(queues=[queue(offers=(offer,), ring=20, no_answer=aside)])), "1001")
    play >> phone("1001", PhoneState.IN_USE) >> arrived()
    play.after(10) >> phone("1001") >> ringing()
    play.after(20) << stop_ringing()
    play >> failed()
    play.after(5) << told("mine")
