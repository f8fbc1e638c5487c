"""What callers and agents are told: prompts, and what was recorded.

Asterisk fails a playback whose channel hangs up, as one that cannot be played, and tells of that before
it tells that the channel is gone. So of each that fails it is asked whether the channel is about to go:
then its end alone is told, and nobody takes him who hung up for one who could not be told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from acd.core import commands as c
from acd.core import events as e
from acd.core.callback_words import AgentPressed, AgentPrompted, PromptAgent
from asterisk.ari import events as ari
from asterisk.ari import requests
from asterisk.ari.errors import AriUnreadable
from asterisk.ari.models import Variable
from asterisk.ari.protocol import Reply, Response
from asterisk.ari.requests import Request
from asterisk.callers import Callers
from asterisk.hang_up import Later
from asterisk.legs import AgentLeg, CallerLeg, Legs
from asterisk.line import Line, lost
from asterisk.translate import offer_of
from recordings.naming import file_of_message

PROMPTS_FOLDER = "strowger"
PARTED_S = 0.4
"""After a talk Asterisk (22.10) may send nothing of what is played at once on the channel that is left:
seen in two of five cases, and in none of six after this pause."""

HANGS_UP = "CHANNEL(checkhangup)"
"""1 from the moment that a channel is to end; it is so before a playback on it fails for that."""
FAILED = "failed"
"""The state of a playback that could not be played, or not to its end."""
LEAVES_S = 5.0
"""So long the end of a channel is waited for that is to end, or of which Asterisk says nothing: it comes
within milliseconds."""


class Playing:
    """Plays, cuts off, and says when it is over. One playback may have several sounds: Asterisk tells of
    its end once, and fails it where the last of them does."""

    def __init__(
        self,
        *,
        line: Line,
        legs: Legs,
        callers: Callers,
        sink: Callable[[e.Event], None],
        later: Later | None = None,
    ) -> None:
        self._line = line
        self._later = later or (lambda s, call: asyncio.get_running_loop().call_later(s, call))
        self._legs = legs
        self._callers = callers
        self._sink = sink

    def play(self, command: c.PlayPrompt) -> None:
        """See acd.core.commands.PlayPrompt."""
        call = command.call
        caller = self._callers.get(call)
        if caller is None:
            return
        self._callers.answer(call, caller)
        self._callers.quieten(call, caller)
        caller.prompts += 1
        playback = f"{call}-p{caller.prompts}"
        caller.playback, caller.prompt = playback, command.prompt

        def on_reply(reply: Reply) -> None:
            if isinstance(reply, Response) or lost(reply):
                return
            self._line.failed("play prompt", reply)
            self._caller_heard_nothing(call, caller, playback, str(reply))

        media = [f"recording:{file_of_message(command.tape)}"] if command.tape else []
        sounds = command.sounds or (() if media else (command.prompt,))
        request = _play(call, playback, sounds, command.language, media)
        if not caller.parted:
            self._line.send(request, on_reply)
            return
        caller.parted, caller.held = False, playback

        def ask() -> None:
            if caller.held == playback and self._callers.get(call) is caller:
                caller.held = None
                self._line.send(request, on_reply)

        self._later(PARTED_S, ask)

    def stop(self, command: c.StopPrompt) -> None:
        """See acd.core.commands.StopPrompt."""
        caller = self._callers.get(command.call)
        if caller is None or caller.playback is None or caller.prompt != command.prompt:
            return
        if caller.held == caller.playback:
            caller.held = caller.playback = caller.prompt = None
            self._sink(e.PromptFinished(call=command.call, prompt=command.prompt))
            return
        self._line.tell(requests.stop_playback(caller.playback), "stop prompt")

    def before_hang_up(self, leg: CallerLeg | AgentLeg) -> None:
        """Cut off what is being played: of a playback that a hang-up ends Asterisk warns in its log that
        it has failed, as of one that could not be played."""
        if isinstance(leg, AgentLeg):
            self._cut_off(leg)
        elif leg.playback is not None and leg.held != leg.playback:
            self._line.tell(requests.stop_playback(leg.playback), "stop prompt")

    def announce(self, command: c.Announce) -> None:
        """See acd.core.commands.Announce."""
        channel, playback = command.channel, f"{command.channel}-a"
        self._legs.callers.pop(channel, None)  # a mailbox that nobody may hear
        self._legs.announcing[channel] = playback
        self._line.tell(requests.answer(channel), "answer")

        def on_reply(reply: Reply) -> None:
            if not isinstance(reply, Response) and not lost(reply):
                self._line.failed("announce", reply)
                self._legs.announcing.pop(channel, None)
                self._line.tell(requests.hangup(channel), "hang up")

        self._line.send(_play(channel, playback, (command.prompt,), command.language), on_reply)

    # Agents

    def tell_agent(self, command: PromptAgent) -> None:
        """See acd.core.commands.PromptAgent."""
        offer = command.offer
        leg = self._legs.agents.get(offer)
        if leg is None or not leg.answered:
            self._sink(AgentPrompted(offer=offer, prompt=command.prompt))
            return
        playing = leg.playing = leg.playing or {}
        playback = f"{leg.channel}-p{command.prompt}"
        playing[playback] = command.prompt

        def on_reply(reply: Reply) -> None:
            if not isinstance(reply, Response) and not lost(reply):
                self._line.failed("prompt agent", reply)
                self._agent_heard_nothing(offer, leg, playback)

        sounds = command.sounds or (command.prompt,)
        self._line.send(_play(leg.channel, playback, sounds, command.language), on_reply)

    def agent_pressed(self, offer: str, digit: str) -> None:
        """An agent's key cuts off what he is told."""
        leg = self._legs.agents.get(offer)
        if leg is None or leg.playing is None:
            return
        self._cut_off(leg)
        self._sink(AgentPressed(offer=offer, digit=digit))

    def hush_agent(self, leg: AgentLeg) -> None:
        """He is joined with a caller: he is told nothing more, and his keys mean nothing now."""
        if leg.playing is not None:
            self._cut_off(leg)
            leg.playing = None

    def _cut_off(self, leg: AgentLeg) -> None:
        for playback in leg.playing or ():
            self._line.tell(requests.stop_playback(playback), "stop prompt")

    def _agent_heard(self, offer: str, leg: AgentLeg, playback: str) -> None:
        prompt = (leg.playing or {}).pop(playback, None)
        if prompt is not None:
            self._sink(AgentPrompted(offer=offer, prompt=prompt))

    # What Asterisk tells

    def finished(self, event: ari.PlaybackFinished) -> None:
        """Something was played, to the end or until it was cut off."""
        playback = event.playback
        target = playback.target_uri.partition(":")[2]
        if self._legs.announcing.get(target) == playback.id:
            self._line.tell(requests.hangup(target), "hang up")
            return
        offer = offer_of(target)
        leg = self._legs.agents.get(offer)
        if leg is not None:
            over = self._agent_heard_nothing if playback.state == FAILED else self._agent_heard
            over(offer, leg, playback.id)
            return
        caller = self._callers.get(target)
        if caller is None or caller.playback != playback.id or caller.prompt is None:
            return
        if playback.state == FAILED:
            self._caller_heard_nothing(target, caller, playback.id, "playback failed")
            return
        prompt, caller.prompt, caller.playback = caller.prompt, None, None
        self._sink(e.PromptFinished(call=target, prompt=prompt))

    # What fails, and whether that is all

    def _caller_heard_nothing(self, call: str, caller: CallerLeg, playback: str, reason: str) -> None:
        def there() -> bool:
            return self._callers.get(call) is caller and caller.playback == playback

        def failed() -> None:
            prompt, caller.prompt, caller.playback = caller.prompt, None, None
            self._sink(e.PromptFailed(call=call, prompt=prompt or "", reason=reason))

        self._unless_gone(call, there, failed)

    def _agent_heard_nothing(self, offer: str, leg: AgentLeg, playback: str) -> None:
        def there() -> bool:
            return self._legs.agents.get(offer) is leg and playback in (leg.playing or {})

        self._unless_gone(leg.channel, there, partial(self._agent_heard, offer, leg, playback))

    def _unless_gone(self, channel: str, there: Callable[[], bool], failed: Callable[[], None]) -> None:
        """Say that something `failed`, if who was to hear it is `there` still and stays."""

        def on_reply(reply: Reply) -> None:
            if lost(reply) or not there():
                return
            if isinstance(reply, Response) and _stays(reply):
                failed()
            else:
                self._later(LEAVES_S, lambda: failed() if there() else None)

        if there():
            self._line.send(requests.get_variable(channel, HANGS_UP), on_reply)


def _stays(answer: Response) -> bool:
    try:
        return answer.read(Variable).value == "0"
    except AriUnreadable:
        return False


def _play(
    channel: str,
    playback: str,
    sounds: tuple[str, ...],
    language: str,
    further: list[str] | None = None,
) -> Request:
    """Prompts lie among Asterisk's sounds, as LANGUAGE/strowger/PROMPT.wav."""
    media = [f"sound:{PROMPTS_FOLDER}/{sound}" for sound in sounds] + (further or [])
    return requests.play(channel, playback_id=playback, media=media, language=language)
