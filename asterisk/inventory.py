"""What lives in our application on a node, found after a connection: the core's ChannelsReconciled.

Pure: from the lists that Asterisk gave to the event, the adapter's own view of the legs, and the
requests that clear away what belongs to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from acd.core.events import CallArrived, LiveCall, LiveOffer
from acd.numbers import caller_number, written_number
from agents.model import PhoneState
from asterisk.ari import requests
from asterisk.ari.models import Application, Bridge, Channel, Endpoint
from asterisk.ari.requests import Request
from asterisk.ari.timestamps import epoch_s
from asterisk.legs import AgentLeg, CallerLeg, CustomerLeg, OutsideLeg
from asterisk.taping import RECORDING, Tape, snooped
from asterisk.translate import (
    CUSTOMER,
    FEATURE,
    INBOUND,
    MAILBOX_CODE,
    arrived,
    call_of_bridge,
    offer_channel,
    offer_of,
    outside_channel,
    phone_of,
)
from recordings.naming import Side

ORIGINATED = "AppDial2"
"""What Asterisk calls the application of a channel that is being dialled."""


@dataclass(slots=True)
class Inventory:
    """The channels that are ours, as the core and as the adapter want to see them."""

    calls: list[LiveCall] = field(default_factory=list)
    offers: list[LiveOffer] = field(default_factory=list)
    callers: dict[str, CallerLeg] = field(default_factory=dict)
    agents: dict[str, AgentLeg] = field(default_factory=dict)
    customers: dict[str, CustomerLeg] = field(default_factory=dict)
    outside: dict[str, OutsideLeg] = field(default_factory=dict)
    tapes: dict[str, Tape] = field(default_factory=dict)
    litter: list[Request] = field(default_factory=list)


class Survey:
    """The answers to what is asked after a connection, until the last of them is here."""

    def __init__(self, *, restarted: bool = False) -> None:
        self.restarted = restarted
        self.application = Application(name="")
        self.bridges: list[Bridge] = []
        self.endpoints: list[Endpoint] = []

    def took_application(self, application: Application) -> None:
        self.application = application

    def took_bridges(self, bridges: list[Bridge]) -> None:
        self.bridges = bridges

    def took_endpoints(self, endpoints: list[Endpoint]) -> None:
        self.endpoints = endpoints


def phone_states(endpoints: Iterable[Endpoint], phones: Iterable[str]) -> list[tuple[str, PhoneState]]:
    """What each phone is: unknown to Asterisk, offline, in a call, or free."""
    known = {endpoint.resource: endpoint for endpoint in endpoints if endpoint.technology == "PJSIP"}
    return [(phone, _phone_state(known.get(phone))) for phone in phones]


def _phone_state(endpoint: Endpoint | None) -> PhoneState:
    if endpoint is None or endpoint.state != "online":
        return PhoneState.UNREACHABLE
    return PhoneState.IN_USE if endpoint.channel_ids else PhoneState.FREE


def take_inventory(
    *, app: Application, node: str, channels: Iterable[Channel], bridges: Iterable[Bridge]
) -> Inventory:
    """Sort the channels and bridges of a node. What is ours but of no use any more is litter.

    Other engines may be there, in applications of their own, with names of the same form.
    """
    found = Inventory()
    dialled, joined = frozenset(app.channel_ids), frozenset(app.bridge_ids)
    members = {
        bridge.id: frozenset(bridge.channels)
        for bridge in bridges
        if bridge.name == app.name or bridge.id in joined
    }
    shared: Mapping[str, frozenset[str]] = {
        call: inside
        for bridge, inside in members.items()
        if (call := call_of_bridge(bridge)) is not None
    }
    for channel in channels:
        ours = channel.id in dialled and _is_there(channel, app.name)
        if (call := offer_channel(channel.id)) is not None:
            if ours:
                _agent_leg(found, channel, call, shared.get(call, frozenset()))
        elif (call := outside_channel(channel.id)) is not None:
            if ours:
                found.outside[channel.id] = OutsideLeg(call=call, answered=_in_stasis(channel))
        elif _in_stasis(channel):
            _stasis_leg(found, channel, app.name, node, shared)
        elif ours and is_customer(channel):
            _ringing_customer(found, channel, node)
    _outside_pairs(found)
    for call, inside in shared.items():
        if len(inside) < 2 and call not in found.callers:
            found.litter.append(requests.delete_bridge(f"{call}-b"))
    return found


def is_customer(channel: Channel) -> bool:
    """Whether a channel that we had dialled is that of a customer who has not picked up yet."""
    leg = offer_channel(channel.id) or outside_channel(channel.id)
    return leg is None and channel.dialplan.app_name == ORIGINATED


def _in_stasis(channel: Channel) -> bool:
    return channel.dialplan.app_name == "Stasis"


def _is_there(leg: Channel, app: str) -> bool:
    """Whether a leg of ours is on its way to the application, or in it: not one that has left."""
    if _in_stasis(leg):
        return leg.dialplan.app_data.partition(",")[0] == app
    return leg.state != "Up" or leg.dialplan.app_name == ORIGINATED


def _agent_leg(found: Inventory, channel: Channel, call: str, inside: frozenset[str]) -> None:
    agent = phone_of(channel.name)
    answered = channel.state == "Up"
    offer = offer_of(channel.id)
    leg = AgentLeg(channel=channel.id, call=call, agent=agent, answered=answered)
    found.agents[offer] = leg
    found.offers.append(
        LiveOffer(
            offer=offer,
            call=call,
            agent=agent,
            answered=answered,
            connected=channel.id in inside and call in inside,
        )
    )


def _stasis_leg(
    found: Inventory,
    channel: Channel,
    app: str,
    node: str,
    shared: Mapping[str, frozenset[str]],
) -> None:
    of_app, _, rest = channel.dialplan.app_data.partition(",")
    if of_app != app:
        return
    kind, _, argument = rest.partition(",")
    if kind == FEATURE:
        found.litter.append(requests.hangup(channel.id))
        if argument == MAILBOX_CODE:  # whose end is to be told
            found.callers[channel.id] = CallerLeg(answered=True, mailbox=True)
    elif kind == RECORDING:
        _snoop(found, channel.id, argument)
    elif kind == INBOUND:
        live = LiveCall(
            arrived=arrived(channel, node, argument), created_at=epoch_s(channel.creationtime)
        )
        _caller(found, channel, live, shared)
    elif kind == CUSTOMER:
        _caller(found, channel, _dialled(channel, node, argument), shared)


def _caller(
    found: Inventory, channel: Channel, live: LiveCall, shared: Mapping[str, frozenset[str]]
) -> None:
    answered = channel.state == "Up"
    inside = shared.get(channel.id, frozenset())
    bridged = channel.id in inside
    # Whoever waits was given music; a stop too many does no harm, one too few does.
    found.callers[channel.id] = CallerLeg(
        answered=answered,
        music=answered and not bridged,
        bridged=channel.id in shared,
        joined=next((other for other in inside if _leg_for(other) == channel.id), None),
    )
    found.calls.append(live)


def _leg_for(channel_id: str) -> str | None:
    return offer_channel(channel_id) or outside_channel(channel_id)


def _dialled(channel: Channel, node: str, number: str, *, answered: bool = True) -> LiveCall:
    """A customer whom we dialled; what he is shown is the channel's caller, not he himself."""
    attempt = channel.id
    return LiveCall(
        arrived=CallArrived(
            call=attempt,
            node=node,
            dialled="",
            caller=caller_number(number),
            written=written_number(number),
        ),
        created_at=epoch_s(channel.creationtime),
        dialled_for=attempt,
        answered=answered,
    )


def _ringing_customer(found: Inventory, channel: Channel, node: str) -> None:
    leg = found.customers[channel.id] = CustomerLeg()
    leg.rings = channel.state == "Ringing"
    found.calls.append(_dialled(channel, node, "", answered=False))


def _outside_pairs(found: Inventory) -> None:
    """An outside leg whose caller is gone rings, or waits, for nobody."""
    for channel_id, leg in list(found.outside.items()):
        caller = found.callers.get(leg.call)
        if caller is None:
            del found.outside[channel_id]
            found.litter.append(requests.hangup(channel_id))
        else:
            caller.outside = channel_id


def _snoop(found: Inventory, channel_id: str, file: str) -> None:
    offer, side = snooped(channel_id) or ("", None)
    call = offer_channel(offer)
    if call is None or side is None:
        return
    tape = found.tapes.get(offer)
    if tape is None:
        tape = Tape(call=call, offer=offer, file=file, live=(), running=len(Side))
        found.tapes[offer] = tape
    tape.live.add(side)
