"""From Asterisk's words to the core's: pure functions, one per idea.

Channels are ours by what the rendered dialplan hands to `Stasis()`: `inbound,DNIS` for a caller,
`feature,CODE` for a phone that dialled a feature code, `agent` for a leg that we dialled,
`customer,NUMBER` for a customer whom we dialled, `outside,CALL` for an outside number for a caller.
"""

from __future__ import annotations

import re

from acd.core.callback_words import AttemptOutcome
from acd.core.events import CallArrived, RingFailure
from acd.numbers import caller_number, written_number
from agents.model import AgentAct, PhoneState
from asterisk.ari.models import CallerId, Channel

INBOUND = "inbound"
FEATURE = "feature"
AGENT = "agent"
CUSTOMER = "customer"
OUTSIDE = "outside"
FIRST = "first-"
"""How the id of an agent's channel begins who is dialled before the customer."""

FEATURE_CODES = {
    "*11": AgentAct.LOG_IN,
    "*12": AgentAct.LOG_OUT,
    "*13": AgentAct.PAUSE,
    "*14": AgentAct.RESUME,
    "*15": AgentAct.END_WRAP_UP,
    "*16": AgentAct.EXTEND_WRAP_UP,
}
"""What an agent dials on his phone to change his own state."""
MAILBOX_CODE = "*97"
"""What an agent dials to hear his messages."""

NAME_LENGTH = 80

DIALLABLE = re.compile(r"[+*#0-9]{1,40}", re.ASCII)
"""What may be dialled; nothing else may come into an endpoint's name."""

WITHHELD = frozenset({"", "anonymous", "unknown", "restricted", "unavailable", "private", "asterisk"})
"""What stands in the place of a number that the caller or his carrier does not show."""

BUSY_CAUSE, REJECTED_CAUSE = 17, 21
REFUSED_CAUSES = frozenset({BUSY_CAUSE, REJECTED_CAUSE})
"""Q.850: user busy (SIP 486, 600) and call rejected (403, 603)."""
NO_ANSWER_CAUSES = frozenset({18, 19, 102})
"""Q.850: no user responding, no answer, recovery on timer expiry."""
NO_ROUTE, INVALID_NUMBER = 3, 28
"""Q.850: there is no way to dial that, and no such number can be."""

PHONE_RINGS = frozenset({"RINGING", "RINGINUSE"})
DEVICE_STATES = {
    "NOT_INUSE": PhoneState.FREE,
    "INUSE": PhoneState.IN_USE,
    "BUSY": PhoneState.IN_USE,
    "ONHOLD": PhoneState.IN_USE,
    "RINGING": PhoneState.RINGING,
    "RINGINUSE": PhoneState.IN_USE,
    "UNAVAILABLE": PhoneState.UNREACHABLE,
    "INVALID": PhoneState.UNREACHABLE,
    "UNKNOWN": PhoneState.UNREACHABLE,
}


def leg_channel(offer: str, *, first: bool) -> str:
    """The id of an agent's channel. With `first` there is no caller yet: his channel's id would be the
    beginning of this one, and Asterisk refuses a new channel whose id is how a living one's begins."""
    return FIRST + offer if first else offer


def offer_of(channel_id: str) -> str:
    """The offer that an agent's channel is for."""
    return channel_id.removeprefix(FIRST)


def offer_channel(channel_id: str) -> str | None:
    """The call that an agent's leg was dialled for, or None where the channel isn't such a leg."""
    call, mark, number = offer_of(channel_id).rpartition("-o")
    return call if mark and number.isdigit() else None


def outside_channel(channel_id: str) -> str | None:
    """The call that an outside number was dialled for, or None where the channel isn't such a leg."""
    call, mark, number = channel_id.rpartition("-x")
    return call if mark and number.isdigit() else None


def bridge_of(call: str) -> str:
    """The id of the bridge in which a call meets its agent."""
    return f"{call}-b"


def call_of_bridge(bridge: str) -> str | None:
    """The call whose bridge this is, or None where it isn't one of ours."""
    return bridge[:-2] if bridge.endswith("-b") else None


def phone_of(channel_name: str) -> str:
    """The account a channel belongs to: `PJSIP/1001-0000002a` is 1001's."""
    return channel_name.partition("/")[2].rpartition("-")[0]


def display_name(raw: str) -> str | None:
    """A caller's name as we keep it: printable, one line, at most 80 characters."""
    if not raw:
        return None
    name = "".join(character for character in raw[: 4 * NAME_LENGTH] if character.isprintable())
    return name.strip()[:NAME_LENGTH] or None


def usable(caller: CallerId) -> bool:
    """Whether a caller id is withheld, or a number and a name that need not be cut or dropped."""
    if caller.number.lower() not in WITHHELD and caller_number(caller.number) is None:
        return False
    return (display_name(caller.name) or "") == caller.name.strip()


def arrived(channel: Channel, node: str, dialled: str) -> CallArrived:
    """A caller's channel as the core's event; the number dialled comes from the dialplan."""
    return CallArrived(
        call=channel.id,
        node=node,
        dialled=dialled[:NAME_LENGTH],
        caller=caller_number(channel.caller.number),
        caller_name=display_name(channel.caller.name),
        written=written_number(channel.caller.number),
    )


def ring_failure(cause: int, *, cancelled: bool) -> RingFailure:
    """Why an agent's leg that was never answered is gone."""
    if cancelled:
        return RingFailure.CANCELLED
    if cause in REFUSED_CAUSES:
        return RingFailure.REFUSED
    if cause in NO_ANSWER_CAUSES:
        return RingFailure.NO_ANSWER
    return RingFailure.UNREACHABLE


def dial_outcome(cause: int, *, cancelled: bool) -> AttemptOutcome:
    """What became of a customer's leg that was never answered."""
    if cancelled or cause in NO_ANSWER_CAUSES:
        return AttemptOutcome.NO_ANSWER
    if cause == BUSY_CAUSE:
        return AttemptOutcome.BUSY
    return AttemptOutcome.REFUSED if cause == REJECTED_CAUSE else AttemptOutcome.FAILED


def shown_caller(name: str | None, number: str | None) -> str | None:
    """The caller id for the agent's phone, as `"NAME" <NUMBER>`."""
    if number is None and name is None:
        return None
    quoted = (name or "").replace("\\", "").replace('"', "")
    return f'"{quoted}" <{number or "anonymous"}>'
