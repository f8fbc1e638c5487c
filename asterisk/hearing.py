"""What Asterisk's events mean to the core."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from acd.core import events as e
from acd.core.message_words import MailboxDialled
from agents.model import PhoneState
from asterisk.ari import events as ari
from asterisk.ari import requests
from asterisk.ari.models import Channel
from asterisk.callers import Callers
from asterisk.legs import CallerLeg, Legs
from asterisk.line import Line
from asterisk.outbound import Outbound
from asterisk.phones import Phones
from asterisk.playing import Playing
from asterisk.ringback import Ringback
from asterisk.tapes import Tapes
from asterisk.taping import RECORDING, Taping
from asterisk.translate import (
    CUSTOMER,
    DEVICE_STATES,
    FEATURE,
    FEATURE_CODES,
    INBOUND,
    MAILBOX_CODE,
    OUTSIDE,
    PHONE_RINGS,
    arrived,
    offer_of,
    phone_of,
    ring_failure,
    usable,
)

Sink = Callable[[e.Event], None]

NORMAL_CLEARING = 16
"""Q.850: somebody hung up."""


class Hearing:
    """Translates events of channels that are ours; whatever else comes is dropped or turned away."""

    def __init__(
        self,
        *,
        line: Line,
        legs: Legs,
        callers: Callers,
        phones: Phones,
        taping: Taping,
        tapes: Tapes,
        playing: Playing,
        outbound: Outbound,
        sink: Sink,
    ) -> None:
        self._line = line
        self._legs = legs
        self._callers = callers
        self._ringback = Ringback(line, legs)
        self._phones = phones
        self._taping = taping
        self._tapes = tapes
        self._playing = playing
        self._outbound = outbound
        self._sink = sink

    def translate(self, event: ari.Event) -> None:
        translation = self._TRANSLATIONS.get(type(event))
        if translation is not None:
            translation(self, event)

    def _started(self, event: ari.StasisStart) -> None:
        channel = event.channel
        offer = offer_of(channel.id)
        leg = self._legs.agents.get(offer)
        if leg is not None:
            if not leg.answered:
                leg.answered = True
                self._sink(e.AgentAnswered(offer=offer))
            return
        kind, argument = (*event.args, "", "")[:2]
        if kind == INBOUND:
            if channel.id not in self._legs.callers:
                self._legs.callers[channel.id] = CallerLeg(answered=channel.state == "Up")
                if not usable(channel.caller):
                    self._line.bad_input("caller_id", channel=channel.id)
                self._sink(arrived(channel, self._line.node, argument))
        elif kind == FEATURE:
            self._feature(channel, argument)
        elif kind == RECORDING:
            self._taping.snoop_started(channel)
        elif kind == CUSTOMER:
            self._outbound.customer_answered(channel)
        elif kind == OUTSIDE:
            self._outbound.outside_answered(channel)
        else:
            self._line.bad_input("unknown_channel", channel=channel.id, args=event.args)
            self._line.tell(requests.hangup(channel.id), "hang up")

    def _feature(self, channel: Channel, code: str) -> None:
        if code == MAILBOX_CODE:
            self._mailbox(channel)
            return
        act = FEATURE_CODES.get(code)
        if act is None:
            self._line.bad_input("unknown_feature", code=code[:20])
            self._line.tell(requests.hangup(channel.id), "hang up")
            return
        self._sink(
            e.AgentActed(
                agent=phone_of(channel.name),
                act=act,
                by="phone",
                channel=channel.id,
                language=channel.language or None,
            )
        )

    def _mailbox(self, channel: Channel) -> None:
        """An agent wants to hear his messages; to us he is then a caller like any other."""
        self._legs.callers[channel.id] = CallerLeg(answered=channel.state == "Up", mailbox=True)
        self._sink(
            MailboxDialled(
                agent=phone_of(channel.name), channel=channel.id, language=channel.language or None
            )
        )

    def _ended(self, event: ari.ChannelDestroyed) -> None:
        self.gone(event.channel.id, event.cause)

    def _left(self, event: ari.StasisEnd) -> None:
        """Whoever leaves the application is no longer ours, wherever his channel goes: a transferred one
        lives on. What becomes of legs that were never answered, ChannelDestroyed alone says."""
        channel = event.channel.id
        leg = self._legs.agents.get(offer_of(channel))
        if (
            channel in self._legs.callers
            or (leg is not None and leg.answered)
            or self._outbound.is_outside(channel)
        ):
            self.gone(channel, NORMAL_CLEARING)
        elif self._legs.announcing.pop(channel, None) is None:
            self._taping.snoop_ended(event)

    def _recording_ended(self, event: ari.RecordingFinished | ari.RecordingFailed) -> None:
        if not self._tapes.ended(event):
            self._taping.recording_ended(event)

    def gone(self, channel: str, cause: int) -> None:
        caller = self._legs.callers.pop(channel, None)
        if caller is not None:
            self._tapes.gone(channel)
            self._callers.drop_bridge(channel, caller)
            self._outbound.caller_gone(caller)
            self._sink(e.CallerHungUp(call=channel, cause=cause))
            return
        offer = offer_of(channel)
        leg = self._legs.agents.pop(offer, None)
        if leg is None:
            if not self._outbound.gone(channel, cause):
                self._legs.announcing.pop(channel, None)
            return
        self._phones.leg_ended(leg.agent)
        caller = self._legs.callers.get(leg.call)
        if leg.answered:
            if caller is not None and caller.joined == channel:
                self._callers.drop_bridge(leg.call, caller)
            self._sink(e.AgentHungUp(offer=offer, cause=cause))
        else:
            reason = ring_failure(cause, cancelled=leg.cancelled)
            self._sink(e.RingFailed(offer=offer, reason=reason, cause=cause))

    def _digit(self, event: ari.ChannelDtmfReceived) -> None:
        channel, digit = event.channel.id, event.digit
        if channel not in self._legs.callers:
            self._playing.agent_pressed(offer_of(channel), digit)
        elif not self._tapes.pressed(channel, digit):
            self._sink(e.DigitPressed(call=channel, digit=digit))

    def _played(self, event: ari.PlaybackFinished) -> None:
        self._playing.finished(event)

    def _state_changed(self, event: ari.ChannelStateChange) -> None:
        self._outbound.state_changed(event)

    def _rings(self, phone: str) -> None:
        offer = self._legs.dialled.pop(phone, "")
        leg = self._legs.agents.get(offer)
        if leg is not None and not leg.answered:
            self._sink(e.AgentRinging(offer=offer))
            self._ringback.rings(leg.call)

    def _device_changed(self, event: ari.DeviceStateChanged) -> None:
        technology, _, phone = event.device_state.name.partition("/")
        if technology == "PJSIP":
            said = event.device_state.state
            if said in PHONE_RINGS:
                self._rings(phone)
            self._phones.changed(phone, DEVICE_STATES.get(said, PhoneState.UNREACHABLE))

    _TRANSLATIONS: ClassVar[dict[type, Callable[[Hearing, Any], None]]] = {
        ari.StasisStart: _started,
        ari.StasisEnd: _left,
        ari.ChannelDestroyed: _ended,
        ari.ChannelDtmfReceived: _digit,
        ari.ChannelStateChange: _state_changed,
        ari.PlaybackFinished: _played,
        ari.RecordingFinished: _recording_ended,
        ari.RecordingFailed: _recording_ended,
        ari.DeviceStateChanged: _device_changed,
    }
