"""Playbooks of IVR flows: menus, input, branches, look-ups, and where callers go from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from acd.core import codes
from acd.core.callback_words import CallbackOpened, CallbackSource
from acd.core.commands import EndCause
from acd.core.events import (
    Blacklisted,
    ChannelsReconciled,
    Customer,
    LiveCall,
    NodeLost,
    PromptFailed,
)
from acd.core.facts import (
    CallEnded,
    CallMissed,
    CallOutcome,
    CallQueued,
    MissedReason,
    OfferMade,
    StaleEventSeen,
)
from acd.core.flow_words import (
    DialOutside,
    DropTape,
    FlowEntered,
    FlowLeft,
    LookedUp,
    LookUp,
    StartTape,
    TapeEnd,
    TapeFinished,
)
from acd.core.hours import OpeningHours
from acd.core.routing import (
    Business,
    CallerStartsWith,
    Effect,
    Ending,
    InBlacklist,
    NumberRoute,
    Routing,
    Rule,
    Then,
    Trunk,
)
from agents.model import PhoneState
from ivr.model import (
    Branch,
    Case,
    Clock,
    Collect,
    CollectedIs,
    Condition,
    Digits,
    Exit,
    Finish,
    Flow,
    HangUp,
    HoursOpen,
    InList,
    Menu,
    NextStep,
    Record,
    Say,
    Sound,
    TierIs,
    ToCallback,
    ToFlow,
    ToNumber,
    ToQueue,
    ToVoicemail,
    Tries,
)
from ivr.model import LookUp as LookUpStep
from tests.playbooks import callback_centre
from tests.playbooks.centre import CALLBACK, MENU, centre, flow_of, menu_first, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.seen import missed, outcome
from tests.playbooks.words import (
    arrived,
    end,
    hung_up,
    music,
    on_duty,
    outside_answered,
    outside_ended,
    phone,
    plays,
    pressed,
    prompt_over,
    ring,
    ringback,
    says,
    stops,
    talk,
)


def in_menu(flow: Flow | None = None, **changes: Any) -> Playbook:
    return on_duty(Playbook(menu_first(flow, **changes)), "1001") >> arrived()


def leads_to(to: Exit, **changes: Any) -> Playbook:
    """A caller whose flow says nothing and leads to this at once."""
    return in_menu(flow_of(Say(parts=(), go=to)), **changes)


# the menu


def test_a_digit_cuts_the_menu_off_and_leads_to_the_queue() -> None:
    play = on_duty(Playbook(menu_first()), "1001")
    play >> arrived() << plays("main-1", "choose")
    view = play.core.view_call("c1")
    assert view is not None
    assert view.state == "in_flow"
    play.after(3) >> pressed("1") << stops("main-1") << ring() << music()
    play.check()
    entered, left = play.last(FlowEntered), play.last(FlowLeft)
    assert (entered.flow, entered.purpose) == ("main", "ivr")
    assert (left.flow, left.exit, left.collected) == ("main", "queue orders", ())


def test_the_wait_counts_from_the_queue_and_the_place_from_the_arrival() -> None:
    play = on_duty(Playbook(menu_first()), "1001") >> phone("1001", PhoneState.IN_USE)
    play >> arrived("c1")
    play.after(10) >> arrived("c2", dialled="other") << music("c2")
    play.after(5) >> pressed("1") << stops("main-1") << music()
    assert play.last(CallQueued).placement.joined_at == play.now
    play.after(5) >> phone("1001") << ring("c1-o1")
    talk(play, "c1-o1") >> hung_up()
    assert play.last(CallEnded).wait == 5


def test_wrong_digits_and_silence_end_after_the_tries() -> None:
    play = in_menu()
    play >> pressed("7") << stops("main-1") << plays("main-2", "wrong", "choose")
    play >> prompt_over("main-1")
    play >> prompt_over("main-2")
    play.after(4.9).quiet()
    play.after(0.1) << end()
    play >> hung_up()
    assert outcome(play) is CallOutcome.IVR_LEFT
    assert missed(play) == [MissedReason.ABANDONED]
    words = [reason[1] for reason in play.last(FlowLeft).reasons]
    assert codes.FLOW_WRONG in words
    assert codes.FLOW_SILENCE in words


def test_served_by_the_flow() -> None:
    play = in_menu() >> pressed("9")
    play >> hung_up()
    assert outcome(play) is CallOutcome.SERVED
    assert not missed(play)
    assert play.last(FlowLeft).exit == "served"


def test_a_prompt_that_cannot_be_played_counts_as_played() -> None:
    play = in_menu() >> PromptFailed(call="c1", prompt="main-1", reason="no file")
    play.after(5) << plays("main-2", "choose")


def test_a_caller_who_hangs_up_before_he_was_asked_is_not_missed() -> None:
    play = in_menu() >> hung_up()
    assert outcome(play) is CallOutcome.IVR_LEFT
    assert not missed(play)
    assert play.last(FlowLeft).exit == "caller hung up"
    assert play.core.next_deadline() is not None  # midnight only: nothing is left of the call
    play.after(60).quiet()


def test_a_caller_who_hangs_up_when_asked_is_missed() -> None:
    play = in_menu() >> prompt_over("main-1") >> hung_up()
    assert missed(play) == [MissedReason.ABANDONED]
    assert outcome(play) is CallOutcome.IVR_LEFT


# what comes before the flow


def test_the_blacklist_comes_before_the_flow() -> None:
    rule = Rule(name="no", when=(InBlacklist(),), then=Effect(say="system_busy", end=True))
    play = Playbook(menu_first(rules=[rule]))
    play >> arrived(blacklisted=Blacklisted(reason="x", author="y")) << says("system_busy")
    play.check()
    assert not play.recorded(FlowEntered)


def test_what_rules_say_comes_before_the_flow() -> None:
    rule = Rule(name="hello", when=(), then=Effect(say="welcome"))
    play = Playbook(menu_first(rules=[rule]))
    play >> arrived() << says("welcome")
    play >> prompt_over("welcome") << plays("main-1", "choose")


def test_a_rule_that_names_a_queue_goes_past_the_flow() -> None:
    rule = Rule(name="direct", when=(), then=Effect(queue="orders"))
    play = on_duty(Playbook(menu_first(rules=[rule])), "1001") >> arrived()
    assert [call.state for call in play.core.view_calls()] == ["offered"]
    assert codes.PAST_FLOW in [reason[1] for reason in play.last(CallQueued).reasons]


def closed(ending: Ending, **changes: Any) -> Routing:
    never = OpeningHours(name="never", zone=menu_hours().zone, weekly=((),) * 7, closed={})
    shop = Business(name="shop", label="Shop", hours=never, when_closed=ending)
    return menu_first(
        businesses={"shop": shop},
        numbers={"4001": NumberRoute(number="4001", queue="orders", business="shop", flow="main")},
        **changes,
    )


def menu_hours() -> OpeningHours:
    always = tuple(((0, 86_400),) for _ in range(7))
    return OpeningHours(name="always", zone=ZoneInfo("Asia/Shanghai"), weekly=always, closed={})


def test_a_closed_business_may_have_a_flow_of_its_own() -> None:
    ending = Ending(say="closed", then=Then.FLOW, flow="main")
    play = Playbook(closed(ending)) >> arrived()
    play >> prompt_over("closed") << plays("main-1", "choose")
    play >> prompt_over("main-1") >> hung_up()
    assert outcome(play) is CallOutcome.CLOSED
    assert missed(play) == [MissedReason.CLOSED]


def test_a_closed_business_that_names_a_queue_goes_past_the_flow() -> None:
    ending = Ending(say=None, then=Then.QUEUE, queue="orders")
    play = on_duty(Playbook(closed(ending)), "1001") >> arrived()
    assert [call.state for call in play.core.view_calls()] == ["offered"]


# what flows ask about


@pytest.mark.parametrize(
    ("condition", "caller", "holds"),
    [
        (HoursOpen(hours="always"), {}, True),
        (HoursOpen(hours="always", open=False), {}, False),
        (HoursOpen(hours="gone"), {}, False),
        (TierIs(tiers=frozenset({"vip"})), {"customer": Customer(number="1", tier="vip")}, True),
        (TierIs(tiers=frozenset({"vip"})), {}, False),
        (InList(list="customers"), {"customer": Customer(number="1")}, True),
        (InList(list="customers"), {}, False),
        (InList(list="blacklist"), {"blacklisted": Blacklisted(reason="x", author="y")}, True),
        (InList(list="do_not_call"), {}, False),
    ],
)
def test_branches(condition: Condition, caller: Mapping[str, Any], holds: bool) -> None:
    branch = Branch(cases=(Case(when=(condition,), go=HangUp()),), otherwise=ToQueue(queue="orders"))
    play = Playbook(menu_first(flow_of(branch), hours={"always": menu_hours()}))
    play >> arrived(**caller)
    assert play.last(FlowLeft).exit == ("served" if holds else "queue orders")


def test_the_clock_is_that_of_the_routing() -> None:
    play = Playbook(menu_first(flow_of(Say(parts=(Clock(),), go=HangUp())))) >> arrived()
    said = next(line for line in reversed(play.story) if "PlayPrompt" in line)
    assert "'num_19', 'oclock', 'num_0', 'num_6'" in said


def test_collected_input_is_read_back_and_goes_along() -> None:
    other = replace(flow_of(Say(parts=(Digits(of="order"),), go=HangUp())), name="other")
    first = flow_of(
        Collect(
            parts=(Sound(prompt="order"),),
            into="order",
            at_least=2,
            at_most=4,
            go=ToFlow(flow="other"),
            tries=Tries(otherwise=HangUp(served=False)),
        )
    )
    play = in_menu(first, flows={"main": first, "other": other})
    play >> pressed("2") >> pressed("3") >> pressed("#") << plays("other-2", "num_2", "num_3")
    play.check()
    assert play.last(FlowLeft).collected == (("order", "23"),)
    assert [each.flow for each in play.recorded(FlowEntered)] == ["main", "other"]
    play >> prompt_over("other-2") << end()


# look-ups


SHOP = flow_of(
    LookUpStep(
        url="http://shop.test/orders?of={caller}",
        keep={"state": "state"},
        go=NextStep(step="2"),
        otherwise=ToQueue(queue="orders"),
        parts=(Sound(prompt="please_wait"),),
    ),
    Branch(
        cases=(Case(when=(CollectedIs(name="state", values=frozenset({"sent"})),), go=HangUp()),),
        otherwise=ToQueue(queue="orders"),
    ),
)
ASKS = LookUp(call="c1", url="http://shop.test/orders?of=13800000001", within=2.0)


def test_a_look_up_is_asked_while_he_hears_something() -> None:
    play = Playbook(menu_first(SHOP))
    play >> arrived() << ASKS << plays("main-1", "please_wait")
    play >> LookedUp(call="c1", values={"state": "sent", "more": "x"})
    play.quiet()
    play >> prompt_over("main-1") << end()
    play.check()
    assert play.last(FlowLeft).collected == (("state", "sent"),)
    play.after(10).quiet()


def test_a_look_up_that_failed_goes_on_otherwise() -> None:
    play = in_menu(SHOP) >> prompt_over("main-1")
    play >> LookedUp(call="c1", values=None) << ring() << music()


def test_a_look_up_of_which_nothing_is_heard_has_failed_too() -> None:
    play = in_menu(SHOP) >> prompt_over("main-1")
    play.after(2.9).quiet()
    play.after(0.1) << ring() << music()
    play >> LookedUp(call="c1", values={"state": "sent"})
    play.quiet()


def test_an_answer_that_comes_while_the_node_is_lost_waits_for_it() -> None:
    play = in_menu(SHOP) >> prompt_over("main-1") >> NodeLost(node="pbx1")
    play >> LookedUp(call="c1", values={"state": "sent"})
    play.after(10).quiet()
    live = LiveCall(arrived=arrived(), created_at=play.now)
    play >> ChannelsReconciled(node="pbx1", restarted=False, calls=(live,)) << end()


def test_an_answer_that_nobody_waits_for_is_passed_over() -> None:
    play = in_menu() >> LookedUp(call="c1", values={"state": "sent"})
    play.quiet()


# where flows lead


def test_skills_and_head_start_of_the_flow() -> None:
    rule = Rule(name="VIP", when=(CallerStartsWith(prefixes=("138",)),), then=Effect(head_start=60))
    to = ToQueue(queue="orders", needs=(("english", 2),), head_start=100)
    play = leads_to(to, rules=[rule])
    assert outcome_reason(play, codes.NOBODY)
    play = leads_to(replace(to, needs=()), rules=[rule])
    assert play.last(CallQueued).placement.head_start == 100
    play = leads_to(replace(to, needs=(), head_start=30), rules=[rule])
    assert play.last(CallQueued).placement.head_start == 60


def outcome_reason(play: Playbook, code: str) -> bool:
    why = play.core.why("c1")
    assert why is not None
    return code in [reason[1] for reason in why.trace]


def test_to_a_callback() -> None:
    play = leads_to(ToCallback()) >> hung_up()
    assert outcome(play) is CallOutcome.CALLBACK
    assert missed(play) == [MissedReason.IVR]


def test_who_asked_for_it_in_a_menu_is_called_back() -> None:
    flow = flow_of(Say(parts=(), go=ToCallback()))
    play = on_duty(Playbook(menu_first(flow, queues=[queue(callback=callback_centre.rule())])), "1001")
    play >> arrived() << end(cause=EndCause.BUSY)
    play >> hung_up()
    opened = play.last(CallbackOpened).callback
    assert (opened.number, opened.source, opened.queue) == (
        "13800000001",
        CallbackSource.IVR,
        "orders",
    )
    assert play.last(OfferMade).agent == "1001"


def test_the_end_of_a_dialogue_in_an_ivr_flow_has_served_him() -> None:
    play = leads_to(Finish(how="done")) >> hung_up()
    assert outcome(play) is CallOutcome.SERVED


def test_to_an_outside_number() -> None:
    play = Playbook(menu_first(flow_of(Say(parts=(), go=ToNumber(number="95555")))))
    play >> arrived() << DialOutside(call="c1", number="95555", trunk="out", caller_id=None, ring_s=30.0)
    play.check()
    view = play.core.view_call("c1")
    assert view is not None
    assert view.state == "outside"
    play >> outside_ended() << end()
    play >> hung_up()
    assert outcome(play) is CallOutcome.SERVED


def test_who_hangs_up_while_an_outside_number_rings_was_not_served() -> None:
    play = leads_to(ToNumber(number="95555"))
    play.after(10) >> hung_up()
    assert outcome(play) is CallOutcome.IVR_LEFT
    assert play.last(CallMissed).reason is MissedReason.ABANDONED


def test_who_hangs_up_after_an_outside_number_has_answered_was_served() -> None:
    play = leads_to(ToNumber(number="95555")) >> outside_answered() >> outside_answered()
    play.quiet()
    play >> hung_up()
    assert outcome(play) is CallOutcome.SERVED
    assert not play.recorded(CallMissed)
    told = [reason for reason in play.last(CallEnded).reasons if reason[1] == codes.OUTSIDE_ANSWERED]
    assert len(told) == 1


def test_an_outside_number_of_a_caller_who_is_elsewhere_is_stale() -> None:
    play = leads_to(ToNumber(number="95555")) >> outside_ended(answered=False) >> outside_answered()
    assert play.last(StaleEventSeen).subject == "c1"


def test_an_outside_number_that_is_not_reached_means_the_queue() -> None:
    play = leads_to(ToNumber(number="95555"))
    play >> outside_ended(answered=False) << ring() << ringback()
    talk(play) >> hung_up()
    assert outcome(play) is CallOutcome.ANSWERED


def test_without_a_trunk_that_dials_he_goes_to_the_queue() -> None:
    play = leads_to(ToNumber(number="95555"), trunks={"in": Trunk(name="in", match=("192.0.2.1",))})
    assert outcome_reason(play, codes.NO_TRUNK)
    assert [call.state for call in play.core.view_calls()] == ["offered"]


def test_a_flow_that_is_gone_means_the_queue() -> None:
    play = leads_to(ToFlow(flow="other"))
    assert outcome_reason(play, codes.FLOW_GONE)
    assert [call.state for call in play.core.view_calls()] == ["offered"]


def test_a_box_that_is_gone_means_the_queue() -> None:
    play = leads_to(ToVoicemail(box="other"))
    assert [call.state for call in play.core.view_calls()] == ["offered"]


def test_flows_in_a_circle_without_a_key_end_in_the_queue() -> None:
    play = leads_to(ToFlow(flow="main"))
    assert outcome_reason(play, codes.FLOW_LOOP)
    assert len(play.recorded(FlowEntered)) == 10
    assert [call.state for call in play.core.view_calls()] == ["offered"]


def test_a_key_begins_the_count_anew() -> None:
    again = Menu(
        parts=(Sound(prompt="again"),),
        keys={"1": ToFlow(flow="main")},
        tries=Tries(otherwise=HangUp(served=False)),
    )
    play = in_menu(flow_of(again))
    for _ in range(30):
        play >> pressed("1")
    assert len(play.recorded(FlowEntered)) == 31


# endings that lead into flows


MORE = Menu(
    parts=(Sound(prompt="more"),),
    keys={"1": ToQueue(queue="orders"), "2": ToCallback()},
    tries=Tries(otherwise=ToQueue(queue="orders"), tries=1),
)
INTO_FLOW = Ending(say=None, then=Then.FLOW, flow="main")


def timed_out(**changes: Any) -> Playbook:
    """A caller waited for 30 seconds in vain, and is asked what he wants."""
    routing = centre(
        queues=[queue(for_at_most=30, on_timeout=INTO_FLOW, on_nobody=INTO_FLOW, **changes)],
        flows={"main": flow_of(MORE)},
    )
    play = on_duty(Playbook(routing), "1001") >> phone("1001", PhoneState.IN_USE)
    return (play >> arrived()).after(30)


def test_a_time_out_may_lead_into_a_flow_and_back_by_a_key() -> None:
    play = timed_out()
    assert play.last(FlowEntered).flow == "main"
    play >> pressed("1") << stops("main-1") << music()
    play.after(30) << plays("main-2", "more")


def test_a_flow_that_leads_back_without_a_key_ends_in_a_callback() -> None:
    play = timed_out()
    play >> prompt_over("main-1")
    play.after(5) << end()
    play >> hung_up()
    assert outcome(play) is CallOutcome.TIMED_OUT
    assert missed(play) == [MissedReason.TIMED_OUT]
    assert codes.OVERFLOW_LOOP in [reason[1] for reason in play.last(CallEnded).reasons]


def test_who_waited_in_vain_is_missed_even_if_he_was_not_asked() -> None:
    play = timed_out() >> hung_up()
    assert outcome(play) is CallOutcome.TIMED_OUT
    assert missed(play) == [MissedReason.TIMED_OUT]


def test_nobody_there_may_lead_into_a_flow() -> None:
    routing = centre(
        queues=[queue(on_nobody=replace(INTO_FLOW, say="nobody"))], flows={"main": flow_of(MORE)}
    )
    play = Playbook(routing)
    play >> arrived() << says("nobody")
    play >> prompt_over("nobody") << plays("main-1", "more")
    play >> pressed("2") << stops("main-1") << end()
    play >> hung_up()
    assert missed(play) == [MissedReason.IVR]


def test_a_circle_of_flow_and_queue_without_a_key_ends_in_a_callback() -> None:
    routing = centre(
        queues=[queue(on_nobody=INTO_FLOW)],
        flows={"main": flow_of(Say(parts=(), go=ToQueue(queue="orders")))},
    )
    play = Playbook(routing) >> arrived()
    play >> hung_up()
    assert missed(play) == [MissedReason.NOBODY]


def test_an_ending_whose_flow_is_gone_means_a_callback() -> None:
    routing = centre(queues=[queue(on_nobody=replace(INTO_FLOW, flow="gone"))])
    play = Playbook(routing) >> arrived()
    play >> hung_up()
    assert outcome(play) is CallOutcome.NOBODY
    assert missed(play) == [MissedReason.NOBODY]


def test_a_full_queue_may_lead_into_a_flow() -> None:
    routing = centre(
        queues=[queue(at_most=1, on_full=INTO_FLOW)], flows={"main": flow_of(Say(parts=(), go=HangUp()))}
    )
    play = on_duty(Playbook(routing), "1001") >> phone("1001", PhoneState.IN_USE)
    play >> arrived("c1") >> arrived("c2") << end("c2", EndCause.BUSY)


# recordings in flows of one's own


SPEAKS = Record(
    parts=(Sound(prompt="your_name"),),
    into="name",
    go=HangUp(),
    too_short=HangUp(served=False),
    failed=HangUp(),
    beep=False,
)


def test_what_a_caller_says_is_named_by_its_file() -> None:
    play = in_menu(flow_of(SPEAKS))
    play >> prompt_over("main-1")
    tape = tape_of(play)
    play >> TapeFinished(call="c1", file=tape.file, seconds=4.5, ended_by=TapeEnd.DIGIT) << end()
    play.check()
    assert play.last(FlowLeft).collected == (("name", tape.file),)


def test_who_hangs_up_while_he_speaks() -> None:
    play = in_menu(flow_of(SPEAKS)) >> prompt_over("main-1")
    tape = tape_of(play)
    play >> TapeFinished(call="c1", file=tape.file, seconds=4.5, ended_by=TapeEnd.HUNG_UP)
    play.quiet()
    play >> hung_up()
    assert DropTape(file=tape.file) in play.said
    assert outcome(play) is CallOutcome.IVR_LEFT


def test_what_is_too_short_is_deleted() -> None:
    play = in_menu(flow_of(SPEAKS)) >> prompt_over("main-1")
    tape = tape_of(play)
    play >> TapeFinished(call="c1", file=tape.file, seconds=0.5, ended_by=TapeEnd.DIGIT)
    play << DropTape(file=tape.file) << end()


def test_a_recording_that_nobody_waits_for_is_deleted() -> None:
    play = in_menu()
    play >> TapeFinished(call="c1", file="x", seconds=4.5, ended_by=TapeEnd.DIGIT) << DropTape(file="x")
    play >> TapeFinished(call="c9", file="y", seconds=4.5, ended_by=TapeEnd.DIGIT) << DropTape(file="y")


def tape_of(play: Playbook) -> StartTape:
    """What was asked to be recorded last."""
    return [each for each in play.said if isinstance(each, StartTape)][-1]


# what a caller hears when his prompt has a queue behind it


def test_a_queue_that_ends_in_a_callback_as_ever() -> None:
    play = leads_to(ToQueue(queue="orders"), queues=[queue(needs=(("x", 1),), on_nobody=CALLBACK)])
    assert play.recorded(CallMissed)


def test_the_menu_is_told_in_the_why() -> None:
    play = in_menu()
    assert outcome_reason(play, codes.FLOW)
    assert MENU.keys.keys() == {"1", "9"}
