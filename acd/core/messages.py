"""The machine of voicemail messages: what each row of `acd.core.messages_table` does, and the lamps.

A message comes in when its caller has kept it (`left`); then people do things with it. The
message-waiting lamp of an agent shows the open messages of all boxes that light it: his own, and those
of queues whose box names him; without those that another agent has taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from heapq import nsmallest
from typing import Final

from acd.core.callback_words import CallbackAsked, CallbackSource
from acd.core.floor import Floor
from acd.core.message_words import (
    DeliverMessage,
    Message,
    MessageAct,
    MessageActed,
    MessageChanged,
    MessageDeleted,
    MessageLeft,
    MessagesExpired,
    MessageState,
    RefuseMessageAct,
    SetLamp,
)
from acd.core.messages_table import MESSAGE_TABLE, MessageEvent
from acd.core.routing import Routing
from acd.core.tables import compiled

AT_ONCE: Final = 99
"""So many messages an agent hears of in one call."""
_DONE = (MessageState.CLOSED, MessageState.DELETED)


class Messages:
    """Drives every message through its table, and keeps the lamps as the messages are."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._rows = compiled("message", MESSAGE_TABLE, self)
        self._messages: dict[str, Message] = {}
        self._open: dict[str, dict[str, None]] = {}
        self._new: dict[str, int] = {}
        self._taken: dict[str, Counter[str | None]] = {}
        self._boxes_of: dict[str, tuple[str, ...]] = {}
        self._agents_of: dict[str, tuple[str, ...]] = {}
        self._shown: dict[str, tuple[str, int, int] | None] = {}
        """By agent: the node, new and old messages; None where nobody knows. Others' lamps are dark."""
        self._name_boxes(floor.routing)

    # what is there

    def get(self, message: str) -> Message | None:
        """A message whose file is not deleted."""
        return self._messages.get(message)

    def all(self) -> Iterable[Message]:
        """Every message whose file is not deleted, the oldest first."""
        return self._messages.values()

    def boxes_of(self, agent: str) -> tuple[str, ...]:
        """The boxes that an agent may listen to: his own and those that light his lamp."""
        return self._boxes_of.get(agent, ())

    def for_agent(self, agent: str) -> list[Message]:
        """What an agent may hear on his phone, in one call: new messages first, then open ones that
        nobody else has taken; the oldest first, and no more than anybody listens to."""
        found = (
            self._messages[each] for box in self.boxes_of(agent) for each in self._open.get(box, ())
        )
        his = (each for each in found if not self._taken_by_another(each, agent))
        return nsmallest(
            AT_ONCE, his, key=lambda each: (each.state is not MessageState.NEW, each.left_at, each.id)
        )

    # what happens

    def left(self, message: Message) -> None:
        """A caller has kept a message: remember it, send it, light the lamps."""
        self._floor.record(MessageLeft(at=self._floor.now, message=message))
        self._put(message)
        self._deliver(message)
        self._lamps_of(message.box)

    def acted(self, event: MessageActed) -> None:
        """Do what somebody asked for, or tell him why it cannot be."""
        why = self.ask(event)
        if why is not None:
            refusal = RefuseMessageAct(message=event.message, act=event.act, why=why)
            self._floor.commands.append(refusal)

    def ask(self, event: MessageActed) -> str | None:
        """Do what somebody asked for; why it cannot be, if it can't."""
        message = self._messages.get(event.message)
        state = MessageState.DELETED if message is None else message.state
        to, act, _ = self._rows[state][MessageEvent(event.act)]
        why: str | None = act(message, to, event)
        return why

    def expired(self, event: MessagesExpired) -> None:
        """The files of these are deleted."""
        for each in event.messages:
            message = self._messages.get(each)
            state = MessageState.DELETED if message is None else message.state
            _, act, name = self._rows[state][MessageEvent.EXPIRED]
            act(each, name)

    def restored(self, messages: Iterable[Message]) -> None:
        """What the store remembers. Lamps are set when their nodes are there."""
        for message in sorted(messages, key=lambda each: (each.left_at, each.id)):
            if message.state is not MessageState.DELETED and message.id not in self._messages:
                self._put(message)

    # lamps

    def configured(self) -> None:
        """A new routing is there: boxes may light others' lamps."""
        self._name_boxes(self._floor.routing)
        for agent in self._with_lamps():
            self._light(agent)

    def node_back(self, node: str) -> None:
        """A node is connected (again): lamps follow that could not be set. Those that show the right
        thing are left alone, dark ones of a new engine too: thousands at once would keep callers
        waiting."""
        for agent in self._with_lamps():
            found = self._floor.roster.get(agent)
            if found is not None and found.profile.node == node:
                self._light(agent)

    def light_again(self, agent: str) -> None:
        """Set the lamp of an agent who has logged in, whatever it showed."""
        if agent in self._boxes_of:
            self._shown[agent] = None
            self._light(agent)

    # acts of the table

    def change(self, message: Message, to: MessageState, asked: MessageActed) -> None:
        """Its state changes, and that is all."""
        self._become(replace(message, state=to), message, asked)

    def hear(self, message: Message, to: MessageState, asked: MessageActed) -> None:
        """An agent has listened to it. Somebody else's listening leaves it to the agents as it is."""
        state = message.state if asked.agent is None else to
        self._become(replace(message, state=state), message, asked)

    def give_back(self, message: Message, to: MessageState, asked: MessageActed) -> str | None:
        """It is nobody's any more. An agent gives back what is his own; others whatever they want."""
        if asked.agent is not None and self._taken_by_another(message, asked.agent):
            return f"{message.agent} has taken it"
        self._become(replace(message, state=to, agent=None), message, asked)
        return None

    def take(self, message: Message, to: MessageState, asked: MessageActed) -> str | None:
        """It is this agent's from now on."""
        if asked.agent is None or asked.agent not in self._floor.routing.agents:
            return _no_agent(asked)
        self._become(replace(message, state=to, agent=asked.agent), message, asked)
        return None

    def call_back(self, message: Message, to: MessageState, asked: MessageActed) -> str | None:
        """Open a callback to its caller, for this agent."""
        floor = self._floor
        if asked.agent is None or asked.agent not in floor.routing.agents:
            return _no_agent(asked)
        if self._taken_by_another(message, asked.agent):
            return f"{message.agent} has taken it"
        if message.agent != asked.agent and floor.callbacks.owed_for(message):
            return f"{message.agent} is calling back already"
        if message.caller is None:
            return "its caller withheld his number"
        if message.caller in floor.do_not_call:
            return "its caller does not want to be called: he is on the do-not-call list"
        self._become(replace(message, state=to, agent=asked.agent), message, asked)
        route = floor.routing.default_route
        floor.callbacks.promising.asked(
            CallbackAsked(
                id=f"{message.id}-{int(floor.now * 1000)}-cb",
                number=message.caller,
                queue=message.queue if message.queue in floor.desks else route.queue,
                by=asked.by,
                source=CallbackSource.VOICEMAIL,
                business=message.business,
                agent=asked.agent,
                language=message.language,
                message=message.id,
            )
        )
        return None

    def forward(self, message: Message, to: MessageState, asked: MessageActed) -> str | None:
        """It lies in another box now, as if it had been left there."""
        if asked.box is None or asked.box not in self._floor.routing.voicemail:
            return f"there is no voicemail box {asked.box}" if asked.box else "no box is named"
        if asked.box == message.box:
            return f"it lies in the box {message.box} already"
        forwarded = replace(message, state=to, agent=None, box=asked.box)
        self._become(forwarded, message, asked)
        self._deliver(forwarded)
        return None

    def refuse(self, message: Message, to: MessageState, asked: MessageActed) -> str:
        """Its state does not allow it."""
        if asked.act is MessageAct.GIVE_BACK and message.state in (MessageState.NEW, MessageState.HEARD):
            return "nobody has taken it"
        if message.state is MessageState.TAKEN:
            return f"{message.agent} has taken it already"
        if message.state is MessageState.CALLED_BACK:
            return f"{message.agent} is calling back already"
        return "it is closed"

    def unknown(self, message: None, to: MessageState, asked: MessageActed) -> str:
        """It is deleted, or never was."""
        return f"there is no message {asked.message}"

    def forget(self, message: str, row: str) -> None:
        """Its file is gone."""
        gone = self._messages.pop(message)
        self._uncount(gone)
        self._floor.record(MessageDeleted(message=message, at=self._floor.now))
        self._lamps_of(gone.box)

    def stale(self, message: str, row: str) -> None:
        """Lawful, and too late to matter."""
        self._floor.stale(row, message)

    # what acts are made of

    def _become(self, after: Message, before: Message, asked: MessageActed) -> None:
        floor = self._floor
        self._uncount(before)
        self._put(after)
        floor.record(
            MessageChanged(
                message=after.id,
                at=floor.now,
                act=asked.act,
                by=asked.by,
                state=after.state,
                box=after.box,
                agent=after.agent,
            )
        )
        for box in dict.fromkeys((before.box, after.box)):
            self._lamps_of(box)

    def _taken_by_another(self, message: Message, agent: str) -> bool:
        return message.state is MessageState.TAKEN and message.agent != agent

    def _deliver(self, message: Message) -> None:
        box = self._floor.routing.voicemail.get(message.box)
        if box is not None and box.mail_to is not None:
            self._floor.commands.append(DeliverMessage(message=message, to=box.mail_to))

    def _put(self, message: Message) -> None:
        self._messages[message.id] = message
        if message.state in _DONE:
            return
        self._open.setdefault(message.box, {})[message.id] = None
        if message.state is MessageState.NEW:
            self._new[message.box] = self._new.get(message.box, 0) + 1
        elif message.state is MessageState.TAKEN:
            self._taken.setdefault(message.box, Counter())[message.agent] += 1

    def _uncount(self, message: Message) -> None:
        if message.state in _DONE:
            return
        del self._open[message.box][message.id]
        if message.state is MessageState.NEW:
            self._new[message.box] -= 1
        elif message.state is MessageState.TAKEN:
            self._taken[message.box][message.agent] -= 1

    def _name_boxes(self, routing: Routing) -> None:
        self._agents_of = {
            name: tuple(dict.fromkeys((*box.lamp_of, *((box.agent,) if box.agent else ()))))
            for name, box in routing.voicemail.items()
        }
        self._boxes_of = _inverted(self._agents_of)

    def _with_lamps(self) -> list[str]:
        """Agents whose lamps are to shine, or may shine still."""
        return sorted(self._boxes_of.keys() | self._shown.keys())

    def _lamps_of(self, box: str) -> None:
        for agent in self._agents_of.get(box, ()):
            self._light(agent)

    def _light(self, agent: str) -> None:
        """Let his lamp show what there is, if it doesn't; on a node that is away, when it is back."""
        floor = self._floor
        found = floor.roster.get(agent)
        if found is None or found.profile.node in floor.lost:
            return
        boxes, node = self._boxes_of.get(agent, ()), found.profile.node
        new = sum(self._new.get(box, 0) for box in boxes)
        old = sum(len(self._open.get(box, ())) - self._others(box, agent) for box in boxes) - new
        if self._shown.get(agent, (node, 0, 0)) != (node, new, old):
            self._shown[agent] = node, new, old
            floor.commands.append(SetLamp(agent=agent, node=node, new=new, old=old))

    def _others(self, box: str, agent: str) -> int:
        """How many messages of a box others have taken."""
        taken = self._taken.get(box)
        return 0 if taken is None else taken.total() - taken[agent]


def _no_agent(asked: MessageActed) -> str:
    return f"there is no agent {asked.agent}" if asked.agent else "no agent is named"


def _inverted(agents_of: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    boxes_of: dict[str, tuple[str, ...]] = {}
    for box, agents in agents_of.items():
        for agent in agents:
            boxes_of[agent] = (*boxes_of.get(agent, ()), box)
    return boxes_of
