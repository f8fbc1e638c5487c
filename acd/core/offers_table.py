"""The offer's table: everything that can change the state of an offer is in this file.

An offer is one ringing of one agent for one call, and lives exactly as long as the agent's leg:

- `held`: the agent is kept free for the customer of a callback who is dialled before him; his phone is
  not rung yet, so there is no leg.
- `reserved`: the agent is chosen and his phone was told to ring.
- `ringing`: it rings.
- `answered`: he picked up; caller and agent are being joined.
- `connected`: they talk.
- `cancelled`: the offer is over (what became of it is recorded, the caller has gone on), but the phone
  may ring a moment longer. Until the leg is gone the agent can't be rung again: a phone that is rung
  while it is told to stop would answer "busy", or twice.
- `told`: an agent who answered for a callback hears why nobody comes; then he is released.
- `released`: the same after an answer: the leg was told to hang up.
- `over`: the end; the offer is forgotten. The state stands for every unknown offer too.

The races of a call centre are rows here: an agent who picks up in the moment in which his ringing is
cancelled (`cancelled` + `answered`), the second answer of a ring_all (the same row: the others were
cancelled by the first), a caller who hangs up while being joined (`answered` + `caller_gone`), a join
that succeeds after it no longer matters (`released` + `connected`), a pair that an outage has parted
and that cannot be joined again (`connected` + `connect_failed`). Where a cancelling and an answer
cross on their way, the leg's end may be reported as either (`cancelled` + `hung_up`, `released` +
`leg_ended`): it is gone, and that is all that counts.

`timed_out` is the core's own deadline; `unanswered`, `refused`, `unreachable` and `leg_ended` are the
four ways in which the telephone system says that a leg ended without an answer. Each row says the next
state and the one thing to do (a method of `acd.core.offers.Offers`). What a state does not list cannot
happen, and raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from acd.core.tables import Row


class OfferState(StrEnum):
    """How far an offer has come."""

    HELD = "held"
    RESERVED = "reserved"
    RINGING = "ringing"
    ANSWERED = "answered"
    CONNECTED = "connected"
    CANCELLED = "cancelled"
    TOLD = "told"
    RELEASED = "released"
    OVER = "over"


class OfferEvent(StrEnum):
    """What can happen to an offer, in the table's words."""

    RINGING = "ringing"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    LEG_ENDED = "leg_ended"
    CONNECTED = "connected"
    CONNECT_FAILED = "connect_failed"
    HUNG_UP = "hung_up"
    PROMPTED = "prompted"

    TIMED_OUT = "timed_out"
    CALLER_GONE = "caller_gone"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"
    RUNG = "rung"
    DECLINED = "declined"
    DISMISSED = "dismissed"


S = OfferState
E = OfferEvent

OFFER_TABLE: Final[Mapping[OfferState, Mapping[OfferEvent, Row[OfferState]]]] = {
    S.HELD: {
        E.RUNG: Row(S.RESERVED, "ring"),
        E.WITHDRAWN: Row(S.OVER, "spared"),
        E.PROMPTED: Row(S.HELD, "stale"),
    },
    S.RESERVED: {
        E.RINGING: Row(S.RINGING, "ringing"),
        E.ANSWERED: Row(S.ANSWERED, "answered"),
        E.UNANSWERED: Row(S.OVER, "unanswered"),
        E.REFUSED: Row(S.OVER, "refused"),
        E.UNREACHABLE: Row(S.OVER, "unreachable"),
        E.LEG_ENDED: Row(S.OVER, "lost"),
        E.TIMED_OUT: Row(S.CANCELLED, "timed_out"),
        E.CALLER_GONE: Row(S.CANCELLED, "caller_gone"),
        E.TAKEN: Row(S.CANCELLED, "taken"),
        E.WITHDRAWN: Row(S.CANCELLED, "withdrawn"),
    },
    S.RINGING: {
        E.RINGING: Row(S.RINGING, "nothing"),
        E.ANSWERED: Row(S.ANSWERED, "answered"),
        E.UNANSWERED: Row(S.OVER, "unanswered"),
        E.REFUSED: Row(S.OVER, "refused"),
        E.UNREACHABLE: Row(S.OVER, "unreachable"),
        E.LEG_ENDED: Row(S.OVER, "lost"),
        E.TIMED_OUT: Row(S.CANCELLED, "timed_out"),
        E.CALLER_GONE: Row(S.CANCELLED, "caller_gone"),
        E.TAKEN: Row(S.CANCELLED, "taken"),
        E.WITHDRAWN: Row(S.CANCELLED, "withdrawn"),
    },
    S.ANSWERED: {
        E.RINGING: Row(S.ANSWERED, "stale"),
        E.CONNECTED: Row(S.CONNECTED, "connected"),
        E.CONNECT_FAILED: Row(S.RELEASED, "connect_failed"),
        E.CALLER_GONE: Row(S.RELEASED, "caller_gone_answered"),
        E.HUNG_UP: Row(S.OVER, "agent_lost"),
        E.PROMPTED: Row(S.ANSWERED, "prompted"),
        E.DECLINED: Row(S.RELEASED, "declined"),
        E.DISMISSED: Row(S.TOLD, "dismissed"),
        E.WITHDRAWN: Row(S.RELEASED, "withdrawn_answered"),
    },
    S.CONNECTED: {
        E.CONNECTED: Row(S.CONNECTED, "stale"),
        E.CONNECT_FAILED: Row(S.RELEASED, "parted"),
        E.CALLER_GONE: Row(S.RELEASED, "release"),
        E.HUNG_UP: Row(S.OVER, "talk_over"),
        E.PROMPTED: Row(S.CONNECTED, "stale"),
    },
    S.CANCELLED: {
        E.RINGING: Row(S.CANCELLED, "stale"),
        E.ANSWERED: Row(S.RELEASED, "late_answer"),
        E.UNANSWERED: Row(S.OVER, "settle"),
        E.REFUSED: Row(S.OVER, "settle"),
        E.UNREACHABLE: Row(S.OVER, "settle"),
        E.LEG_ENDED: Row(S.OVER, "settle"),
        E.HUNG_UP: Row(S.OVER, "settle"),
        E.PROMPTED: Row(S.CANCELLED, "stale"),
    },
    S.TOLD: {
        E.PROMPTED: Row(S.RELEASED, "told"),
        E.RINGING: Row(S.TOLD, "stale"),
        E.CONNECTED: Row(S.TOLD, "stale"),
        E.CONNECT_FAILED: Row(S.TOLD, "stale"),
        E.HUNG_UP: Row(S.OVER, "settle"),
    },
    S.RELEASED: {
        E.PROMPTED: Row(S.RELEASED, "stale"),
        E.CONNECTED: Row(S.RELEASED, "stale"),
        E.CONNECT_FAILED: Row(S.RELEASED, "stale"),
        E.HUNG_UP: Row(S.OVER, "settle"),
        E.LEG_ENDED: Row(S.OVER, "settle"),
    },
    S.OVER: {
        E.RINGING: Row(S.OVER, "stale"),
        E.ANSWERED: Row(S.OVER, "stray_answer"),
        E.UNANSWERED: Row(S.OVER, "stale"),
        E.REFUSED: Row(S.OVER, "stale"),
        E.UNREACHABLE: Row(S.OVER, "stale"),
        E.LEG_ENDED: Row(S.OVER, "stale"),
        E.CONNECTED: Row(S.OVER, "stale"),
        E.CONNECT_FAILED: Row(S.OVER, "stale"),
        E.HUNG_UP: Row(S.OVER, "stale"),
        E.PROMPTED: Row(S.OVER, "stale"),
    },
}
