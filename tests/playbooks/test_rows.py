"""Every row of the calls' and the offers' tables, each reached by a playbook of its own.

A playbook here brings a call or an offer into the row's state by ordinary events, and then lets the
row's event happen. What the row leads to in detail is told by the other playbooks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from acd.core.callbacks_table import CALLBACK_TABLE, CallbackEvent, CallbackState
from acd.core.calls_table import CALL_TABLE, CallEvent, CallState
from acd.core.events import (
    CallArrived,
    ChannelsReconciled,
    DigitPressed,
    LiveCall,
    LiveOffer,
    NodeLost,
    RestoredCall,
    RingFailure,
    StateRestored,
)
from acd.core.facts import StaleEventSeen
from acd.core.flow_words import LookedUp
from acd.core.offers_table import OFFER_TABLE, OfferEvent, OfferState
from acd.core.routing import Announcements, Effect, Ending, Routing, Rule, Strategy, Then
from acd.core.tables import ImpossibleEventError
from agents.model import AgentState, PhoneState
from ivr.model import Flow, Say, ToNumber
from tests.playbooks.callback_rows import CALLBACK_CALLS, CALLBACK_OFFERS, CALLBACKS
from tests.playbooks.centre import GOODBYE, agent, asking, centre, flow_of, menu_first, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.rows import watched
from tests.playbooks.test_voicemail_restart import found, gone, speaking
from tests.playbooks.words import (
    agent_hung_up,
    answered,
    arrived,
    connect_failed,
    connected,
    failed,
    hung_up,
    on_duty,
    outside_answered,
    outside_ended,
    phone,
    prompt_over,
    ringing,
    talk,
)

WELCOME = [Rule(name="one", when=(), then=Effect(say="welcome"))]
LIMITED = centre(queues=[queue(for_at_most=30, on_timeout=GOODBYE)])
OVERFLOWING = centre(
    queues=[
        queue("orders", for_at_most=30, on_timeout=Ending(say=None, then=Then.QUEUE, queue="b")),
        queue("b"),
    ]
)
TELLING = centre(queues=[queue(announcements=Announcements(first=5))])
RING_ALL = centre(queues=[queue(strategy=Strategy.RING_ALL)])
FAR = centre(agents=[agent("1001", node="pbx2")])


# calls, by state


def entering() -> Playbook:
    """A call that the store knows, but no place of it."""
    play = Playbook(centre())
    restored = RestoredCall(arrived=arrived(), arrived_at=play.now)
    return play >> StateRestored(agents=(), calls=(restored,))


def announcing() -> Playbook:
    return on_duty(Playbook(centre(rules=WELCOME)), "1001") >> arrived()


def waiting(routing: Routing | None = None) -> Playbook:
    play = on_duty(Playbook(routing or centre()), "1001") >> phone("1001", PhoneState.IN_USE)
    return play >> arrived()


def offered(routing: Routing | None = None) -> Playbook:
    return on_duty(Playbook(routing or centre()), "1001", "1002") >> arrived()


def connecting() -> Playbook:
    return offered() >> answered()


def talking() -> Playbook:
    return talk(offered())


def leaving() -> Playbook:
    return Playbook(centre()) >> arrived()


def releasing() -> Playbook:
    return leaving() >> prompt_over("all_busy_recorded")


def back(
    play: Playbook, *calls: CallArrived, offers: tuple[LiveOffer, ...] = (), **more: Any
) -> Playbook:
    listed = tuple(LiveCall(arrived=each, created_at=play.now) for each in calls or (arrived(),))
    return play >> ChannelsReconciled(node="pbx1", restarted=False, calls=listed, offers=offers, **more)


def lost_and_back(play: Playbook, offers: tuple[LiveOffer, ...] = ()) -> Playbook:
    return back(play >> NodeLost(node="pbx1"), offers=offers)


def died(play: Playbook) -> Playbook:
    return play >> ChannelsReconciled(node="pbx1", restarted=True)


def live(how: str) -> tuple[LiveOffer, ...]:
    return (
        LiveOffer(
            offer="c1-o1",
            call="c1",
            agent="1001",
            answered=how != "ringing",
            connected=how == "connected",
        ),
    )


def digit(play: Playbook) -> Playbook:
    return play >> DigitPressed(call="c1", digit="1")


def stray(play: Playbook) -> Playbook:
    return play >> prompt_over("another")


def restored_and_adopted() -> Playbook:
    play = Playbook(centre())
    restored = RestoredCall(arrived=arrived(), arrived_at=play.now)
    play >> StateRestored(agents=(), calls=(restored,))
    return back(play, offers=live("connected"))


def test_entering_call_hears_nothing_of_its_keys() -> None:
    """No event can come while a call is being decided on, except after a restart."""
    with watched() as taken:
        digit(entering())
    assert ("call", CallState.ENTERING, CallEvent.DIGIT) in taken


CALLS: dict[tuple[CallState, CallEvent], Callable[[], Playbook]] = {
    (CallState.ENTERING, CallEvent.ANNOUNCED): announcing,
    (CallState.ENTERING, CallEvent.JOINED): waiting,
    (CallState.ENTERING, CallEvent.SENT_AWAY): leaving,
    (CallState.ENTERING, CallEvent.RELEASED): lambda: (
        Playbook(centre(queues=[queue(on_nobody=GOODBYE)])) >> arrived()
    ),
    (CallState.ENTERING, CallEvent.ADOPTED): restored_and_adopted,
    (CallState.ENTERING, CallEvent.NODE_BACK): lambda: back(entering()),
    (CallState.ENTERING, CallEvent.HUNG_UP): lambda: entering() >> hung_up(),
    (CallState.ENTERING, CallEvent.CUT_OFF): lambda: died(entering()),
    (CallState.ENTERING, CallEvent.DIGIT): lambda: digit(entering()),
    (CallState.ANNOUNCING, CallEvent.PROMPT_DONE): lambda: announcing() >> prompt_over("welcome"),
    (CallState.ANNOUNCING, CallEvent.NODE_BACK): lambda: lost_and_back(announcing()),
    (CallState.ANNOUNCING, CallEvent.HUNG_UP): lambda: announcing() >> hung_up(),
    (CallState.ANNOUNCING, CallEvent.CUT_OFF): lambda: died(announcing()),
    (CallState.ANNOUNCING, CallEvent.PROMPT_STALE): lambda: stray(announcing()),
    (CallState.ANNOUNCING, CallEvent.DIGIT): lambda: digit(announcing()),
    (CallState.WAITING, CallEvent.FOUND): lambda: waiting() >> phone("1001"),
    (CallState.WAITING, CallEvent.MOVED): lambda: waiting(OVERFLOWING).after(30),
    (CallState.WAITING, CallEvent.SENT_AWAY): lambda: waiting(
        centre(queues=[queue(for_at_most=30)])
    ).after(30),
    (CallState.WAITING, CallEvent.RELEASED): lambda: waiting(LIMITED).after(30),
    (CallState.WAITING, CallEvent.NODE_BACK): lambda: lost_and_back(waiting()),
    (CallState.WAITING, CallEvent.ADOPTED): lambda: lost_and_back(waiting(), live("connected")),
    (CallState.WAITING, CallEvent.HUNG_UP): lambda: waiting() >> hung_up(),
    (CallState.WAITING, CallEvent.CUT_OFF): lambda: died(waiting()),
    (CallState.WAITING, CallEvent.PROMPT_STALE): lambda: stray(waiting()),
    (CallState.WAITING, CallEvent.PROMPT_DONE): lambda: (
        waiting(TELLING).after(5) >> prompt_over("while_waiting_1")
    ),
    (CallState.WAITING, CallEvent.DIGIT): lambda: digit(waiting()),
    (CallState.OFFERED, CallEvent.FOUND): lambda: offered(RING_ALL),
    (CallState.OFFERED, CallEvent.UNANSWERED): lambda: offered() >> failed(),
    (CallState.OFFERED, CallEvent.ANSWERED): connecting,
    (CallState.OFFERED, CallEvent.NODE_BACK): lambda: lost_and_back(offered(), live("ringing")),
    (CallState.OFFERED, CallEvent.HUNG_UP): lambda: offered() >> hung_up(),
    (CallState.OFFERED, CallEvent.CUT_OFF): lambda: died(offered()),
    (CallState.OFFERED, CallEvent.PROMPT_STALE): lambda: stray(offered()),
    (CallState.OFFERED, CallEvent.DIGIT): lambda: digit(offered()),
    (CallState.CONNECTING, CallEvent.CONNECTED): talking,
    (CallState.CONNECTING, CallEvent.UNCONNECTED): lambda: connecting() >> connect_failed(),
    (CallState.CONNECTING, CallEvent.NODE_BACK): lambda: lost_and_back(connecting(), live("answered")),
    (CallState.CONNECTING, CallEvent.HUNG_UP): lambda: connecting() >> hung_up(),
    (CallState.CONNECTING, CallEvent.CUT_OFF): lambda: died(connecting()),
    (CallState.CONNECTING, CallEvent.PROMPT_STALE): lambda: stray(connecting()),
    (CallState.CONNECTING, CallEvent.DIGIT): lambda: digit(connecting()),
    (CallState.TALKING, CallEvent.AGENT_LEFT): lambda: talking() >> agent_hung_up(),
    (CallState.TALKING, CallEvent.NODE_BACK): lambda: lost_and_back(talking(), live("connected")),
    (CallState.TALKING, CallEvent.HUNG_UP): lambda: talking() >> hung_up(),
    (CallState.TALKING, CallEvent.CUT_OFF): lambda: died(talking()),
    (CallState.TALKING, CallEvent.PROMPT_STALE): lambda: stray(talking()),
    (CallState.TALKING, CallEvent.DIGIT): lambda: digit(talking()),
    (CallState.LEAVING, CallEvent.PROMPT_DONE): releasing,
    (CallState.LEAVING, CallEvent.NODE_BACK): lambda: lost_and_back(leaving()),
    (CallState.LEAVING, CallEvent.HUNG_UP): lambda: leaving() >> hung_up(),
    (CallState.LEAVING, CallEvent.CUT_OFF): lambda: died(leaving()),
    (CallState.LEAVING, CallEvent.PROMPT_STALE): lambda: stray(leaving()),
    (CallState.LEAVING, CallEvent.DIGIT): lambda: digit(leaving()),
    (CallState.RELEASING, CallEvent.NODE_BACK): lambda: lost_and_back(releasing()),
    (CallState.RELEASING, CallEvent.HUNG_UP): lambda: releasing() >> hung_up(),
    (CallState.RELEASING, CallEvent.CUT_OFF): lambda: died(releasing()),
    (CallState.RELEASING, CallEvent.PROMPT_STALE): lambda: stray(releasing()),
    (CallState.RELEASING, CallEvent.DIGIT): lambda: digit(releasing()),
    (CallState.GONE, CallEvent.HUNG_UP): lambda: Playbook(centre()) >> hung_up(),
    (CallState.GONE, CallEvent.PROMPT_STALE): lambda: stray(Playbook(centre())),
    (CallState.GONE, CallEvent.DIGIT): lambda: digit(Playbook(centre())),
}


# calls in flows


def in_flow(flow: Flow | None = None) -> Playbook:
    return on_duty(Playbook(menu_first(flow)), "1001") >> arrived()


def outside() -> Playbook:
    return in_flow(flow_of(Say(parts=(), go=ToNumber(number="95555"))))


def surveyed() -> Playbook:
    play = on_duty(Playbook(asking()), "1001", "1002") >> arrived()
    return talk(play) >> agent_hung_up()


CALLS |= {
    (CallState.ENTERING, CallEvent.TO_FLOW): in_flow,
    (CallState.TALKING, CallEvent.TO_FLOW): surveyed,
    (CallState.IN_FLOW, CallEvent.PROMPT_DONE): lambda: in_flow() >> prompt_over("main-1"),
    (CallState.IN_FLOW, CallEvent.PROMPT_STALE): lambda: stray(in_flow()),
    (CallState.IN_FLOW, CallEvent.DIGIT): lambda: digit(in_flow()),
    (CallState.IN_FLOW, CallEvent.TOLD): lambda: (in_flow() >> prompt_over("main-1")).after(5),
    (CallState.IN_FLOW, CallEvent.NODE_BACK): lambda: lost_and_back(in_flow()),
    (CallState.IN_FLOW, CallEvent.FLOW_LEFT): lambda: digit(in_flow()),
    (CallState.IN_FLOW, CallEvent.PUT_THROUGH): outside,
    (CallState.IN_FLOW, CallEvent.HUNG_UP): lambda: in_flow() >> hung_up(),
    (CallState.IN_FLOW, CallEvent.CUT_OFF): lambda: died(in_flow()),
    (CallState.OUTSIDE, CallEvent.OUTSIDE_ANSWERED): lambda: outside() >> outside_answered(),
    (CallState.OUTSIDE, CallEvent.OUTSIDE_ENDED): lambda: outside() >> outside_ended(),
    (CallState.OUTSIDE, CallEvent.NODE_BACK): lambda: lost_and_back(outside()),
    (CallState.OUTSIDE, CallEvent.HUNG_UP): lambda: outside() >> hung_up(),
    (CallState.OUTSIDE, CallEvent.CUT_OFF): lambda: died(outside()),
    (CallState.OUTSIDE, CallEvent.PROMPT_STALE): lambda: stray(outside()),
    (CallState.OUTSIDE, CallEvent.DIGIT): lambda: digit(outside()),
    (CallState.RELEASING, CallEvent.OUTSIDE_ENDED): lambda: (
        outside() >> outside_ended() >> outside_ended()
    ),
    (CallState.GONE, CallEvent.OUTSIDE_ANSWERED): lambda: Playbook(centre()) >> outside_answered(),
    (CallState.GONE, CallEvent.OUTSIDE_ENDED): lambda: Playbook(centre()) >> outside_ended(),
}


CALLS |= {
    (CallState.ENTERING, CallEvent.HUNG_UP_UNSEEN): lambda: speaking() >> gone() >> found(),
    (CallState.ENTERING, CallEvent.CUT_OFF_UNSEEN): lambda: (
        speaking() >> gone(restarted=True) >> found()
    ),
    (CallState.ENTERING, CallEvent.PUT_THROUGH): lambda: back(entering(), outside=("c1",)),
    (CallState.ANNOUNCING, CallEvent.PUT_THROUGH): lambda: back(announcing(), outside=("c1",)),
    (CallState.WAITING, CallEvent.PUT_THROUGH): lambda: back(waiting(), outside=("c1",)),
}


def answered_late(start: Callable[[], Playbook]) -> Callable[[], Playbook]:
    return lambda: start() >> LookedUp(call="c1", values=None)


for told_late, begun in {
    CallState.ENTERING: entering,
    CallState.ANNOUNCING: announcing,
    CallState.WAITING: waiting,
    CallState.OFFERED: offered,
    CallState.CONNECTING: connecting,
    CallState.TALKING: talking,
    CallState.OUTSIDE: outside,
    CallState.LEAVING: leaving,
    CallState.RELEASING: releasing,
    CallState.GONE: lambda: Playbook(centre()),
}.items():
    CALLS[told_late, CallEvent.TOLD] = answered_late(begun)


# offers, by state


def rings() -> Playbook:
    return offered() >> ringing()


def cancelled() -> Playbook:
    return offered() >> hung_up()


def released() -> Playbook:
    return talking() >> hung_up()


def withdrawn(*, rung: bool) -> Playbook:
    """An agent on a lost node rings for a caller on another one for too long."""
    play = on_duty(Playbook(FAR), "1001") >> arrived()
    if rung:
        play >> ringing()
    return (play >> NodeLost(node="pbx2")).after(20)


def taken(*, rung: bool) -> Playbook:
    play = offered(RING_ALL)
    if rung:
        play >> ringing("c1-o2")
    return play >> answered("c1-o1")


def breaking(start: Callable[[], Playbook], reason: RingFailure) -> Callable[[], Playbook]:
    return lambda: start() >> failed(reason=reason)


def over() -> Playbook:
    return Playbook(centre())


S, F = OfferState, OfferEvent
BROKEN = {
    F.UNANSWERED: RingFailure.NO_ANSWER,
    F.REFUSED: RingFailure.REFUSED,
    F.UNREACHABLE: RingFailure.UNREACHABLE,
    F.LEG_ENDED: RingFailure.CANCELLED,
}

OFFERS: dict[tuple[OfferState, OfferEvent], Callable[[], Playbook]] = {
    (S.RESERVED, F.RINGING): rings,
    (S.RESERVED, F.ANSWERED): connecting,
    (S.RESERVED, F.TIMED_OUT): lambda: offered().after(20),
    (S.RESERVED, F.CALLER_GONE): cancelled,
    (S.RESERVED, F.TAKEN): lambda: taken(rung=False),
    (S.RESERVED, F.WITHDRAWN): lambda: withdrawn(rung=False),
    (S.RINGING, F.RINGING): lambda: rings() >> ringing(),
    (S.RINGING, F.ANSWERED): lambda: rings() >> answered(),
    (S.RINGING, F.TIMED_OUT): lambda: rings().after(20),
    (S.RINGING, F.CALLER_GONE): lambda: rings() >> hung_up(),
    (S.RINGING, F.TAKEN): lambda: taken(rung=True),
    (S.RINGING, F.WITHDRAWN): lambda: withdrawn(rung=True),
    (S.ANSWERED, F.RINGING): lambda: connecting() >> ringing(),
    (S.ANSWERED, F.CONNECTED): talking,
    (S.ANSWERED, F.CONNECT_FAILED): lambda: connecting() >> connect_failed(),
    (S.ANSWERED, F.CALLER_GONE): lambda: connecting() >> hung_up(),
    (S.ANSWERED, F.HUNG_UP): lambda: connecting() >> agent_hung_up(),
    (S.CONNECTED, F.CONNECTED): lambda: talking() >> connected(),
    (S.CONNECTED, F.CONNECT_FAILED): lambda: talking() >> connect_failed(),
    (S.CONNECTED, F.CALLER_GONE): released,
    (S.CONNECTED, F.HUNG_UP): lambda: talking() >> agent_hung_up(),
    (S.CANCELLED, F.RINGING): lambda: cancelled() >> ringing(),
    (S.CANCELLED, F.ANSWERED): lambda: cancelled() >> answered(),
    (S.CANCELLED, F.HUNG_UP): lambda: cancelled() >> agent_hung_up(),
    (S.RELEASED, F.CONNECTED): lambda: connecting() >> hung_up() >> connected(),
    (S.RELEASED, F.CONNECT_FAILED): lambda: connecting() >> hung_up() >> connect_failed(),
    (S.RELEASED, F.HUNG_UP): lambda: released() >> agent_hung_up(),
    (S.RELEASED, F.LEG_ENDED): lambda: released() >> failed(),
    (S.OVER, F.RINGING): lambda: over() >> ringing(),
    (S.OVER, F.ANSWERED): lambda: over() >> answered(),
    (S.OVER, F.CONNECTED): lambda: over() >> connected(),
    (S.OVER, F.CONNECT_FAILED): lambda: over() >> connect_failed(),
    (S.OVER, F.HUNG_UP): lambda: over() >> agent_hung_up(),
}
for state, start in (
    (S.RESERVED, offered),
    (S.RINGING, rings),
    (S.CANCELLED, cancelled),
    (S.OVER, over),
):
    for event, reason in BROKEN.items():
        OFFERS[state, event] = breaking(start, reason)


CALLS |= CALLBACK_CALLS
OFFERS |= CALLBACK_OFFERS


def test_every_row_has_a_playbook() -> None:
    assert set(CALLBACKS) == {(s, e) for s, rows in CALLBACK_TABLE.items() for e in rows}
    assert set(CALLS) == {(s, e) for s, rows in CALL_TABLE.items() for e in rows}
    assert set(OFFERS) == {(s, e) for s, rows in OFFER_TABLE.items() for e in rows}


@pytest.mark.parametrize("row", CALLS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_row_of_calls(row: tuple[CallState, CallEvent]) -> None:
    with watched() as taken:
        CALLS[row]().check()
    assert ("call", *row) in taken


@pytest.mark.parametrize("row", CALLBACKS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_row_of_callbacks(row: tuple[CallbackState, CallbackEvent]) -> None:
    with watched() as taken:
        CALLBACKS[row]().check()
    assert ("callback", *row) in taken


@pytest.mark.parametrize("row", OFFERS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_row_of_offers(row: tuple[OfferState, OfferEvent]) -> None:
    with watched() as taken:
        OFFERS[row]().check()
    assert ("offer", *row) in taken


STALE = [
    *(("call", row) for row in CALLS if CALL_TABLE[row[0]][row[1]].do == "stale"),
    *(("offer", row) for row in OFFERS if OFFER_TABLE[row[0]][row[1]].do in ("stale", "late_answer")),
]


@pytest.mark.parametrize(("machine", "row"), STALE, ids=str)
def test_stale_rows_are_recorded_by_name(machine: str, row: Any) -> None:
    play = CALLS[row]() if machine == "call" else OFFERS[row]()
    assert play.last(StaleEventSeen).what == f"{machine} {row[0]}: {row[1]}"


def test_what_no_row_lists_raises() -> None:
    with pytest.raises(ImpossibleEventError, match="offer 'c1-o1': 'hung_up' cannot happen in state"):
        offered() >> agent_hung_up()
    with pytest.raises(ImpossibleEventError, match="'leg_ended' cannot happen in state 'connected'"):
        talking() >> failed()
    machine = talking().core._floor.call_machine
    with pytest.raises(
        ImpossibleEventError, match="call 'nobody': 'found' cannot happen in state 'gone'"
    ):
        machine.fire_unknown("nobody", CallEvent.FOUND)
    with pytest.raises(ImpossibleEventError, match="'taken' cannot happen in state 'over'"):
        talking().core._floor.offer_machine.fire_unknown("nobody", OfferEvent.TAKEN)
    play = waiting()
    with pytest.raises(ImpossibleEventError) as raised:
        play.core._floor.call_machine.fire(play.core._floor.calls["c1"], CallEvent.ANSWERED)
    error = raised.value
    assert (error.machine, error.state, error.event) == ("call", "waiting", "answered")
    view = play.core.view_agent("1001")
    assert view is not None
    assert view.state is AgentState.UNAVAILABLE
