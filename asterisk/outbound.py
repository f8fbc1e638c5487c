"""Legs that we dial towards the outside: customers who are called back, and outside numbers for callers.

A customer's channel has the attempt's id; once he answers he is a caller like any other. That a phone
rings somewhere outside only the channel's own change of state tells, three further messages for each
call of the node: they are asked for only while a customer is being dialled, and for a while after a
connection. What was said over the one before may be done as late as that, and ring for nobody.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import count

from acd.core import events as e
from acd.core.callback_words import (
    AttemptOutcome,
    CancelDial,
    CustomerAnswered,
    CustomerRinging,
    DialCustomer,
    DialFailed,
)
from acd.core.flow_words import DialOutside, OutsideAnswered, OutsideEnded
from acd.core.numbering import E164, NUMBER
from acd.core.routing import Trunk
from asterisk.ari import events as ari
from asterisk.ari import requests
from asterisk.ari.errors import AriTimeout
from asterisk.ari.models import Channel
from asterisk.ari.protocol import Reply, Response
from asterisk.callers import Callers
from asterisk.hang_up import HangUp, HangUps, Later
from asterisk.inventory import is_customer
from asterisk.legs import CallerLeg, CustomerLeg, Legs, OutsideLeg
from asterisk.line import Line, lost
from asterisk.translate import (
    CUSTOMER,
    DIALLABLE,
    INVALID_NUMBER,
    NO_ROUTE,
    OUTSIDE,
    dial_outcome,
    shown_caller,
)

LATE_S = 60.0
"""So long after a connection Asterisk may still begin to dial for the one before."""


class Outbound:
    """Dials, and tells what becomes of it. `allowed` are the events that come anyhow."""

    def __init__(
        self,
        *,
        app: str,
        allowed: Iterable[str],
        line: Line,
        legs: Legs,
        callers: Callers,
        hang_ups: HangUps,
        trunks: Callable[[], Mapping[str, Trunk]],
        sink: Callable[[e.Event], None],
        later: Later,
    ) -> None:
        self._app = app
        self._allowed = tuple(allowed)
        self._line = line
        self._legs = legs
        self._callers = callers
        self._hang_ups = hang_ups
        self._trunks = trunks
        self._sink = sink
        self._later = later
        self._connections = 0
        self._expects_late = False
        self._numbers = count(1)

    def found(self) -> None:
        """After a connection, whose filter lets the usual events through only."""
        self._connections += 1
        self._expects_late = True
        self._watch(*self._allowed, ari.ChannelStateChange.__name__)
        self._later(LATE_S, partial(self._settled, self._connections))

    def tell_answered(self) -> None:
        """After an inventory was told: which of the outside numbers talk."""
        for leg in self._legs.outside.values():
            if leg.answered:
                self._sink(OutsideAnswered(call=leg.call))

    # Customers

    def dial(self, command: DialCustomer) -> None:
        """See acd.core.callback_words.DialCustomer."""
        attempt = command.attempt
        leg = CustomerLeg()
        if not self._watches():
            self._watch(*self._allowed, ari.ChannelStateChange.__name__)
        self._legs.customers[attempt] = leg
        request = requests.originate(
            endpoint=command.endpoint,
            app=self._app,
            app_args=f"{CUSTOMER},{command.number}",
            channel_id=attempt,
            caller_id=shown_caller(None, command.caller_id),
            timeout_s=max(1, math.ceil(command.ring_s)),
        )

        def on_reply(reply: Reply) -> None:
            if isinstance(reply, Response) or lost(reply):
                return
            self._line.failed("dial customer", reply)
            if self._legs.customers.get(attempt) is leg:
                if isinstance(reply, AriTimeout):  # it may still be done, and ring for nobody
                    self._hang_up(attempt)
                self._failed(attempt, AttemptOutcome.FAILED, 0)

        self._line.send(request, on_reply)

    def cancel(self, command: CancelDial) -> None:
        """See acd.core.callback_words.CancelDial."""
        attempt = command.attempt
        leg = self._legs.customers.get(attempt)
        if leg is None:
            if self._callers.get(attempt) is None:  # nothing will tell of its end
                self._hang_up(attempt)
                self._sink(DialFailed(attempt=attempt, outcome=AttemptOutcome.NO_ANSWER))
            return
        leg.cancelled = True

        def known() -> bool:
            return self._legs.customers.get(attempt) is leg

        def gone() -> None:
            if known():
                self.gone(attempt, 0)

        request = requests.hangup(attempt)
        self._hang_ups.ask(HangUp(request=request, what="hang up customer", needed=known, gone=gone))

    # Outside numbers

    def dial_outside(self, command: DialOutside) -> None:
        """See acd.core.flow_words.DialOutside. The caller hears that it rings."""
        call = command.call
        caller = self._callers.get(call)
        if caller is None:
            return
        trunk = self._trunks().get(command.trunk)
        number_fits = DIALLABLE.fullmatch(command.number) is not None
        if trunk is None or trunk.dial is None or not number_fits:
            cause = INVALID_NUMBER if not number_fits else NO_ROUTE
            self._sink(OutsideEnded(call=call, answered=False, cause=cause))
            return
        self._callers.answer(call, caller)
        self._callers.quieten(call, caller)
        self._line.tell(requests.ring(call), "ring back")
        channel = f"{call}-x{next(self._numbers)}"
        leg = self._legs.outside[channel] = OutsideLeg(call=call)
        caller.outside = channel
        request = requests.originate(
            endpoint=trunk.dial.replace(E164, command.number).replace(NUMBER, command.number),
            app=self._app,
            app_args=f"{OUTSIDE},{call}",
            channel_id=channel,
            originator=call,
            caller_id=shown_caller(None, command.caller_id),
            timeout_s=max(1, math.ceil(command.ring_s)),
        )

        def on_reply(reply: Reply) -> None:
            if isinstance(reply, Response) or lost(reply):
                return
            self._line.failed("dial outside", reply)
            if self._legs.outside.get(channel) is leg:
                if isinstance(reply, AriTimeout):
                    self._hang_up(channel)
                self.gone(channel, 0)

        self._line.send(request, on_reply)

    def caller_gone(self, caller: CallerLeg) -> None:
        """His outside party, or the dialling of it, has lost its purpose."""
        if caller.outside is not None and self._legs.outside.pop(caller.outside, None) is not None:
            self._hang_up(caller.outside)

    # What Asterisk tells

    def state_changed(self, event: ari.ChannelStateChange) -> None:
        """A channel rings, perhaps a customer's, perhaps for nobody who is here."""
        channel = event.channel
        leg = self._legs.customers.get(channel.id)
        if leg is None:
            if is_customer(channel) and self._callers.get(channel.id) is None:
                self._hang_up(channel.id)
        elif not leg.rings and channel.state == "Ringing":
            leg.rings = True
            self._sink(CustomerRinging(attempt=channel.id))

    def customer_answered(self, channel: Channel) -> None:
        """A customer picked up: he is a caller from now on."""
        attempt = channel.id
        if self._legs.customers.pop(attempt, None) is None:
            if self._callers.get(attempt) is None:  # an engine before this one dialled him
                self._hang_up(attempt)
            return
        self._unwatch()
        self._legs.callers[attempt] = CallerLeg(answered=True)
        self._sink(CustomerAnswered(attempt=attempt))

    def outside_answered(self, channel: Channel) -> None:
        """The outside number answered: join it with its caller."""
        leg = self._legs.outside.get(channel.id)
        if leg is None:
            self._hang_up(channel.id)
            return
        if leg.answered:
            return
        caller = self._callers.get(leg.call)
        if caller is None:
            del self._legs.outside[channel.id]
            self._hang_up(channel.id)
            return
        leg.answered = True
        self._sink(OutsideAnswered(call=leg.call))
        bridge = self._callers.make_bridge(leg.call, caller, channel.id)
        self._line.tell(requests.ring_stop(leg.call), "stop ring back")
        members = (leg.call, channel.id)
        self._line.send(requests.add_channels(bridge, members), partial(self._joined, channel.id, leg))

    def gone(self, channel: str, cause: int) -> bool:
        """A channel is gone: whether it was one of these."""
        customer = self._legs.customers.get(channel)
        if customer is not None:
            self._failed(channel, dial_outcome(cause, cancelled=customer.cancelled), cause)
            return True
        leg = self._legs.outside.pop(channel, None)
        if leg is None:
            return False
        caller = self._callers.get(leg.call)
        if caller is not None:
            caller.outside = None
            if leg.answered:
                if caller.joined == channel:
                    self._callers.drop_bridge(leg.call, caller)
            else:
                self._line.tell(requests.ring_stop(leg.call), "stop ring back")
            self._sink(OutsideEnded(call=leg.call, answered=leg.answered, cause=cause))
        return True

    def is_outside(self, channel: str) -> bool:
        """Whether this is the answered leg of an outside number."""
        leg = self._legs.outside.get(channel)
        return leg is not None and leg.answered

    # How it goes on

    def _joined(self, channel: str, leg: OutsideLeg, reply: Reply) -> None:
        if isinstance(reply, Response) or lost(reply):
            return
        self._line.failed("join outside", reply)
        if self._legs.outside.get(channel) is leg:
            self._hang_up(channel)

    def _failed(self, attempt: str, outcome: AttemptOutcome, cause: int) -> None:
        del self._legs.customers[attempt]
        self._unwatch()
        self._sink(DialFailed(attempt=attempt, outcome=outcome, cause=cause))

    def _settled(self, connection: int) -> None:
        """Nothing is to be expected any more of the connection before this one, if it lasts still."""
        if connection == self._connections:
            self._expects_late = False
            self._unwatch()

    def _watches(self) -> bool:
        return self._expects_late or bool(self._legs.customers)

    def _unwatch(self) -> None:
        if not self._watches():
            self._watch(*self._allowed)

    def _watch(self, *types: str) -> None:
        self._line.tell(requests.event_filter(self._app, types), "filter events")

    def _hang_up(self, channel: str) -> None:
        """Whatever answers to this name has no business there; nobody waits to be told of its end."""
        request = requests.hangup(channel)
        self._hang_ups.ask(
            HangUp(request=request, what="hang up", needed=lambda: True, gone=lambda: None)
        )
