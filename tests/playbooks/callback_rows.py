"""Every row of the callbacks' table, and the rows of calls and offers that callbacks bring, each
reached by a playbook of its own. tests/playbooks/test_rows.py takes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from acd.core.callback_words import CallbackAct, RestoredCallback
from acd.core.callbacks_table import CallbackEvent, CallbackState
from acd.core.calls_table import CallEvent, CallState
from acd.core.events import (
    CallConnected,
    ChannelsReconciled,
    ConnectFailed,
    DigitPressed,
    LiveCall,
    LiveOffer,
    NodeLost,
    StateRestored,
)
from acd.core.offers_table import OfferEvent, OfferState
from acd.core.routing import WideningStep
from tests.playbooks.callback_centre import (
    ATTEMPT,
    OFFER,
    acted,
    asked,
    calling,
    committed,
    committing,
    customer_rings,
    dial_failed,
    dialling,
    joining,
    missed,
    not_committed,
    picked_up,
    pressed,
    rings,
    rule,
    rung,
    talking,
    told,
    wish,
)
from tests.playbooks.callback_memory import UNFINISHED, owed
from tests.playbooks.centre import NODE, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.words import agent_hung_up, arrived, failed, hung_up, prompt_over, ringing

Start: TypeAlias = Callable[[], Playbook]


def planned() -> Playbook:
    return dialling() >> dial_failed()


def held() -> Playbook:
    return missed() >> arrived("c2")


def first() -> Playbook:
    return rung(calling(callback=rule(agent_first=False)))


def cancelling() -> Playbook:
    return dialling() >> arrived("c2")


def unclear() -> Playbook:
    restored = RestoredCallback(callback=owed(), unfinished=UNFINISHED)
    return Playbook(calling()) >> StateRestored(agents=(), calls=(), callbacks=(restored,))


def back(
    play: Playbook, *, leg: str | None = None, customer: bool = False, rings: bool = False
) -> Playbook:
    live = LiveCall(
        arrived=arrived(ATTEMPT), created_at=play.now, dialled_for=ATTEMPT, answered=not rings
    )
    legs = LiveOffer(
        offer=OFFER, call=ATTEMPT, agent="1001", answered=True, connected=leg == "connected"
    )
    return play >> ChannelsReconciled(
        node=NODE,
        restarted=False,
        calls=(live,) if customer or rings else (),
        offers=(legs,) if leg else (),
    )


def lost_and_back(play: Playbook, *, leg: str | None = None, rings: bool = False) -> Playbook:
    return back(play >> NodeLost(node=NODE), leg=leg, rings=rings)


def closed(play: Playbook) -> Playbook:
    return play >> acted(CallbackAct.CLOSE)


def called(play: Playbook, call: str = "c5") -> Playbook:
    return play >> arrived(call)


def widening() -> Playbook:
    step = WideningStep(after=60, groups=frozenset({"back"}))
    play = missed(calling(queues=[queue(needs=(), widen=(step,), callback=rule())]))
    return play.after(60)


S, E = CallbackState, CallbackEvent

CALLBACKS: dict[tuple[CallbackState, CallbackEvent], Start] = {
    (S.PLANNED, E.DUE): lambda: planned().after(300),
    (S.PLANNED, E.CALLED): lambda: called(planned()),
    (S.PLANNED, E.CALL_OVER): planned,
    (S.PLANNED, E.MOVED): lambda: planned() >> acted(CallbackAct.RETRY_NOW),
    (S.PLANNED, E.DROPPED): lambda: closed(planned()),
    (S.DUE, E.FOUND): rung,
    (S.DUE, E.AGENT_HELD): first,
    (S.DUE, E.CALLED): held,
    (S.DUE, E.DUE): widening,
    (S.DUE, E.MOVED): lambda: missed() >> acted(CallbackAct.RETRY_NOW),
    (S.DUE, E.DROPPED): lambda: closed(missed()),
    (S.HELD, E.CALLED): lambda: called(held()),
    (S.HELD, E.CALL_OVER): lambda: held() >> hung_up("c2"),
    (S.HELD, E.MOVED): lambda: held() >> hung_up("c2"),
    (S.HELD, E.DROPPED): lambda: closed(held()),
    (S.OFFERED, E.AGENT_ANSWERED): asked,
    (S.OFFERED, E.AGENT_LOST): lambda: rung() >> failed(OFFER),
    (S.OFFERED, E.UNTRACED): lambda: lost_and_back(rung()),
    (S.ASKED, E.AGENT_TOLD): committing,
    (S.ASKED, E.AGENT_LOST): lambda: asked() >> agent_hung_up(OFFER),
    (S.ASKED, E.UNTRACED): lambda: lost_and_back(asked(), leg="answered"),
    (S.COMMITTING, E.COMMITTED): dialling,
    (S.COMMITTING, E.NOT_COMMITTED): lambda: committing() >> not_committed(),
    (S.COMMITTING, E.AGENT_TOLD): lambda: asked() >> pressed("#") >> told(),
    (S.COMMITTING, E.AGENT_LOST): lambda: committing() >> agent_hung_up(OFFER),
    (S.COMMITTING, E.UNTRACED): lambda: lost_and_back(committing(), leg="answered"),
    (S.DIALLING, E.RINGING): customer_rings,
    (S.DIALLING, E.PICKED_UP): lambda: dialling() >> picked_up(),
    (S.DIALLING, E.FAILED): planned,
    (S.DIALLING, E.UNTRACED): lambda: lost_and_back(dialling()),
    (S.DIALLING, E.AGENT_TOLD): lambda: asked() >> pressed("#") >> committed() >> told(),
    (S.DIALLING, E.AGENT_LOST): lambda: dialling() >> agent_hung_up(OFFER),
    (S.RINGING, E.RINGING): lambda: customer_rings() >> rings(),
    (S.RINGING, E.PICKED_UP): joining,
    (S.RINGING, E.FAILED): lambda: customer_rings() >> dial_failed(),
    (S.RINGING, E.UNTRACED): lambda: lost_and_back(customer_rings()),
    (S.RINGING, E.AGENT_TOLD): lambda: asked() >> pressed("#") >> committed() >> rings() >> told(),
    (S.RINGING, E.AGENT_LOST): lambda: customer_rings() >> agent_hung_up(OFFER),
    (S.JOINING, E.JOINED): talking,
    (S.JOINING, E.CUSTOMER_LEFT): lambda: joining() >> hung_up(ATTEMPT),
    (S.JOINING, E.CALL_OVER): lambda: joining() >> hung_up(ATTEMPT),
    (S.JOINING, E.RINGING): lambda: joining() >> rings(),
    (S.JOINING, E.PICKED_UP): lambda: joining() >> picked_up(),
    (S.JOINING, E.FAILED): lambda: joining() >> dial_failed(),
    (S.TALKING, E.CUSTOMER_LEFT): lambda: talking() >> hung_up(ATTEMPT),
    (S.TALKING, E.CALL_OVER): lambda: talking() >> hung_up(ATTEMPT),
    (S.TALKING, E.RINGING): lambda: talking() >> rings(),
    (S.TALKING, E.PICKED_UP): lambda: talking() >> picked_up(),
    (S.TALKING, E.FAILED): lambda: talking() >> dial_failed(),
    (S.CANCELLING, E.RINGING): lambda: cancelling() >> rings(),
    (S.CANCELLING, E.PICKED_UP): lambda: cancelling() >> picked_up(),
    (S.CANCELLING, E.FAILED): lambda: cancelling() >> dial_failed(),
    (S.CANCELLING, E.UNTRACED): lambda: lost_and_back(cancelling()),
    (S.UNCLEAR, E.JOINED): lambda: back(unclear(), leg="connected", customer=True),
    (S.UNCLEAR, E.UNTRACED): lambda: back(unclear()),
    (S.UNCLEAR, E.RINGING): lambda: back(unclear(), rings=True) >> rings(),
    (S.UNCLEAR, E.PICKED_UP): lambda: back(unclear(), customer=True),
    (S.UNCLEAR, E.FAILED): lambda: back(unclear(), rings=True) >> dial_failed(),
    (S.CLOSED, E.COMMITTED): lambda: Playbook(calling()) >> committed(),
    (S.CLOSED, E.NOT_COMMITTED): lambda: Playbook(calling()) >> not_committed(),
    (S.CLOSED, E.RINGING): lambda: Playbook(calling()) >> rings(),
    (S.CLOSED, E.PICKED_UP): lambda: Playbook(calling()) >> picked_up(),
    (S.CLOSED, E.FAILED): lambda: Playbook(calling()) >> dial_failed(),
}


def then(start: Start, act: Callable[[Playbook], Playbook]) -> Start:
    return lambda: act(start())


for state, start in (
    (S.OFFERED, rung),
    (S.ASKED, asked),
    (S.COMMITTING, committing),
    (S.DIALLING, dialling),
    (S.RINGING, customer_rings),
    (S.JOINING, joining),
    (S.TALKING, talking),
    (S.CANCELLING, cancelling),
    (S.UNCLEAR, unclear),
):
    CALLBACKS[state, E.CALLED] = then(start, called)
    if state is not S.TALKING:
        CALLBACKS[state, E.MOVED] = then(start, lambda play: play >> wish())
    CALLBACKS[state, E.DROPPED] = then(start, closed)


def restored_and_adopted() -> Playbook:
    return back(unclear(), leg="connected", customer=True)


C, K = CallState, CallEvent

CALLBACK_CALLS: dict[tuple[CallState, CallEvent], Start] = {
    (C.DIALLED, K.ANSWERED): asked,
    (C.DIALLED, K.UNANSWERED): lambda: rung() >> failed(OFFER),
    (C.DIALLED, K.REACHED): joining,
    (C.DIALLED, K.REACHED_ALONE): lambda: first() >> committed() >> picked_up(),
    (C.DIALLED, K.NOT_REACHED): planned,
    (C.DIALLED, K.RELEASED): lambda: cancelling() >> picked_up(),
    (C.DIALLED, K.ADOPTED): restored_and_adopted,
    (C.DIALLED, K.NODE_BACK): lambda: lost_and_back(cancelling(), rings=True),
    (C.DIALLED, K.HUNG_UP): lambda: lost_and_back(dialling()),
    (C.DIALLED, K.CUT_OFF): lambda: (
        dialling() >> NodeLost(node=NODE) >> ChannelsReconciled(node=NODE, restarted=True)
    ),
    (C.DIALLED, K.PROMPT_STALE): lambda: rung() >> prompt_over("any", ATTEMPT),
    (C.DIALLED, K.DIGIT): lambda: rung() >> DigitPressed(call=ATTEMPT, digit="1"),
}


def rung_first() -> Playbook:
    return first() >> committed() >> picked_up()


def dismissed() -> Playbook:
    return dialling() >> dial_failed()


L, F = OfferState, OfferEvent

CALLBACK_OFFERS: dict[tuple[OfferState, OfferEvent], Start] = {
    (L.HELD, F.RUNG): rung_first,
    (L.HELD, F.WITHDRAWN): lambda: first() >> committed() >> dial_failed(),
    (L.HELD, F.PROMPTED): lambda: first() >> told(),
    (L.ANSWERED, F.PROMPTED): committing,
    (L.ANSWERED, F.DECLINED): lambda: asked() >> pressed("*"),
    (L.ANSWERED, F.DISMISSED): dismissed,
    (L.ANSWERED, F.WITHDRAWN): lambda: called(asked()),
    (L.CONNECTED, F.PROMPTED): lambda: talking() >> told(),
    (L.CANCELLED, F.PROMPTED): lambda: called(rung()) >> told(),
    (L.TOLD, F.PROMPTED): lambda: dismissed() >> told(prompt="customer_no_answer"),
    (L.TOLD, F.RINGING): lambda: dismissed() >> ringing(OFFER),
    (L.TOLD, F.CONNECTED): lambda: dismissed() >> CallConnected(call=ATTEMPT, offer=OFFER),
    (L.TOLD, F.CONNECT_FAILED): lambda: (
        dismissed() >> ConnectFailed(call=ATTEMPT, offer=OFFER, reason="test")
    ),
    (L.TOLD, F.HUNG_UP): lambda: dismissed() >> agent_hung_up(OFFER),
    (L.RELEASED, F.PROMPTED): lambda: called(asked()) >> told(),
    (L.OVER, F.PROMPTED): lambda: Playbook(calling()) >> told(),
}
