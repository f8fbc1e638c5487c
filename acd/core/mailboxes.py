"""Agents who listen to their voicemail on their phones: runs `ivr.mailbox` on their channels.

Such a channel is no call: it has no place in a queue, counts nowhere, and nothing of it is a fact but
what the agent did with the messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from acd.core.commands import Announce, EndCall, PlayPrompt, StopPrompt
from acd.core.deadlines import Deadline
from acd.core.floor import Floor
from acd.core.message_words import (
    MailboxDialled,
    Message,
    MessageAct,
    MessageActed,
    MessageState,
)
from acd.core.numbering import readable
from acd.core.routing import Routing
from ivr import mailbox
from ivr.turns import Elapsed, Listen, Play, Played, Pressed, Stop

TIMER = "mailbox"
"""The kind of the deadline until which an agent's key is waited for."""
BY = "phone"
"""Who acted, where an agent did it with his phone; his id is added."""


@dataclass(slots=True, kw_only=True)
class _Visit:
    """One channel. `session` is None when it was told to hang up. `playing` is the number of what is
    being played, `played` how much was."""

    agent: str
    node: str
    language: str
    session: mailbox.Session | None = None
    playing: str | None = None
    played: int = 0
    timer: Deadline | None = None


class Mailboxes:
    """Drives the dialogue of every agent who dialled his voicemail."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._visits: dict[str, _Visit] = {}

    def dialled(self, event: MailboxDialled) -> None:
        """An agent dialled the feature code; nobody else has a mailbox."""
        floor = self._floor
        language = event.language or floor.routing.languages[0]
        agent = floor.roster.get(event.agent)
        if agent is None or agent.leaving:
            refusal = Announce(channel=event.channel, prompt="refused", language=language)
            floor.commands.append(refusal)
            return
        if event.channel in self._visits:
            floor.stale("mailbox known: dialled", event.channel)
            return
        visit = _Visit(agent=agent.id, node=agent.profile.node, language=language)
        self._visits[event.channel] = visit
        entries = [self._entry(each) for each in floor.messages.for_agent(agent.id)]
        self._take(event.channel, visit, mailbox.begin(entries, language))

    def is_one(self, channel: str) -> bool:
        """Whether a dialogue goes on there."""
        return channel in self._visits

    def prompt_over(self, channel: str, prompt: str, *, failed: bool) -> None:
        """Something was played, or could not be."""
        visit = self._visits[channel]
        if visit.playing == prompt:
            visit.playing = None
            self._hand_in(channel, visit, mailbox.Unplayable() if failed else Played())

    def digit(self, channel: str, digit: str) -> None:
        """A key was pressed."""
        self._hand_in(channel, self._visits[channel], Pressed(digit=digit))

    def hung_up(self, channel: str) -> None:
        """He is gone."""
        visit = self._visits.pop(channel)
        self._floor.deadlines.cancel(visit.timer)
        if visit.session is not None:
            for action in mailbox.hung_up(visit.session):
                self._do(channel, visit, action)

    def timer_due(self, channel: str) -> None:
        """He pressed nothing."""
        visit = self._visits[channel]
        visit.timer = None
        self._hand_in(channel, visit, Elapsed())

    def node_back(self, node: str) -> None:
        """What was pressed and played meanwhile nobody knows: he may dial again."""
        for channel, visit in list(self._visits.items()):
            if visit.node == node:
                self._floor.deadlines.cancel(visit.timer)
                del self._visits[channel]
                self._floor.commands.append(EndCall(call=channel))

    def _hand_in(self, channel: str, visit: _Visit, given: mailbox.Input) -> None:
        if visit.session is not None:
            self._take(channel, visit, mailbox.go_on(visit.session, given))

    def _take(self, channel: str, visit: _Visit, turn: mailbox.Turn) -> None:
        visit.session = turn.session
        for action in turn.actions:
            self._do(channel, visit, action)

    def _do(self, channel: str, visit: _Visit, action: mailbox.Action) -> None:
        floor = self._floor
        match action:
            case Play() if action.tape is not None and not self._may_hear(visit):
                self._hand_in(channel, visit, mailbox.Unplayable())
            case Play():
                visit.played += 1
                visit.playing = f"mailbox-{visit.played}"
                floor.commands.append(
                    PlayPrompt(
                        call=channel,
                        prompt=visit.playing,
                        language=visit.language,
                        sounds=action.sounds,
                        tape=action.tape,
                    )
                )
            case Stop():
                assert visit.playing is not None, "only what is being played is cut off"
                floor.commands.append(StopPrompt(call=channel, prompt=visit.playing))
                visit.playing = None
            case Listen():
                floor.deadlines.cancel(visit.timer)
                visit.timer = None
                if action.seconds is not None:
                    due = floor.now + action.seconds
                    visit.timer = floor.deadlines.schedule(due, TIMER, channel)
            case mailbox.Heard():
                self._act(visit, action.message, MessageAct.HEAR)
            case mailbox.Do():
                why = self._act(visit, action.message, MessageAct(action.act), action.number)
                self._hand_in(channel, visit, mailbox.Done(refused=why is not None))
            case mailbox.End():
                floor.commands.append(EndCall(call=channel))
            case _:
                assert_never(action)

    def _may_hear(self, visit: _Visit) -> bool:
        """Whether the message that he is at has neither been deleted meanwhile nor gone to others."""
        assert visit.session is not None, "something is to be played in it"
        messages, entry = self._floor.messages, visit.session.entries[visit.session.at]
        message = messages.get(entry.id)
        return message is not None and message.box in messages.boxes_of(visit.agent)

    def _act(self, visit: _Visit, message: str, act: MessageAct, number: str = "") -> str | None:
        by, box = f"{BY}:{visit.agent}", _box_of(self._floor.routing, number)
        asked = MessageActed(message=message, act=act, by=by, agent=visit.agent, box=box)
        return self._floor.messages.ask(asked)

    def _entry(self, message: Message) -> mailbox.Entry:
        zone = ZoneInfo(self._floor.routing.timezone)
        left = datetime.fromtimestamp(message.left_at, zone)
        today = datetime.fromtimestamp(self._floor.now, zone).date()
        return mailbox.Entry(
            id=message.id,
            new=message.state is MessageState.NEW,
            caller=message.caller and readable(self._floor.routing.numbering, message.caller),
            days_ago=max(0, (today - left.date()).days),
            clock=(left.hour, left.minute),
            tape=message.file,
        )


def _box_of(routing: Routing, number: str) -> str | None:
    """The box that is meant by a number dialled: that of the agent; that of this name; or that of the
    queue which callers of this number come to."""
    boxes = routing.voicemail.values()
    for box in boxes:
        if number and number in (box.agent, box.name):
            return box.name
    route = routing.numbers.get(number)
    return next((box.name for box in boxes if route is not None and box.queue == route.queue), None)
