"""A Hypothesis state machine over voicemail messages: people act, listen on their phones, files change,
connections break, engines die; what is stored, the lamps, and what is played must agree with each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from acd.core.commands import Command, EndCall, PlayPrompt, Record, StopPrompt
from acd.core.dispatcher import Dispatcher
from acd.core.events import (
    CallerHungUp,
    ChannelsReconciled,
    ConfigReplaced,
    DigitPressed,
    Event,
    NodeLost,
    PromptFailed,
    PromptFinished,
    StateRestored,
)
from acd.core.message_words import (
    MailboxDialled,
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
from acd.core.routing import Routing, Voicemail
from tests.playbooks.centre import agent, centre
from tests.playbooks.test_messages import message

NODES = ("a", "b")
AGENTS = {"1001": agent("1001", node="a"), "1002": agent("1002", node="b")}
OTHERS = {"1001": agent("1001", node="b"), "1003": agent("1003", node="a")}
BOXES = ("orders", "own", "gone")


def plan(*, agents: Any = AGENTS, lamp_of: tuple[str, ...] = ("1001", "1002")) -> Routing:
    boxes = {
        "orders": Voicemail(name="orders", label="", queue="orders", lamp_of=lamp_of),
        "own": Voicemail(name="own", label="", agent="1001", mail_to="own@example.org"),
    }
    return replace(centre(voicemail=boxes), agents=agents)


PLANS = (
    plan(),
    plan(lamp_of=("1002",)),
    plan(agents=OTHERS, lamp_of=("1003", "1001")),
    replace(plan(), voicemail={}),
)
DONE = (MessageState.CLOSED, MessageState.DELETED)


class Line:
    """An agent's channel in his mailbox: whose it is, and what is playing there."""

    def __init__(self, agent: str) -> None:
        self.agent = agent
        self.playing: list[str] = []
        self.told_to_end = False


class Messages(RuleBasedStateMachine):
    """One core, and what store, phones and lamps make of what it says."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_795_000_000.0
        self.routing = PLANS[0]
        self.core = Dispatcher(self.routing, Random(1))
        self.lost: set[str] = set()
        self.stored: dict[str, Message] = {}
        self.lamps: dict[str, tuple[str, int, int]] = {}
        self.lines: dict[str, Line] = {}
        self.count = 0
        self.hear(StateRestored(agents=(), calls=()))
        for node in NODES:
            self.hear(ChannelsReconciled(node=node, restarted=False))

    # what the core says

    def hear(self, event: Event) -> list[Command]:
        commands = self.core.handle(event, self.now)
        self.take(commands)
        return commands

    def take(self, commands: Sequence[Command]) -> None:
        for command in commands:
            match command:
                case Record(fact=MessageLeft(message=left)):
                    assert left.id not in self.stored
                    self.stored[left.id] = left
                case Record(fact=MessageChanged() as fact):
                    before = self.stored[fact.message]
                    assert before.state not in DONE or fact.act is MessageAct.HEAR
                    self.stored[fact.message] = replace(
                        before, state=fact.state, box=fact.box, agent=fact.agent
                    )
                case Record(fact=MessageDeleted(message=id)):
                    del self.stored[id]
                case SetLamp():
                    assert command.node not in self.lost
                    shown = command.node, command.new, command.old
                    assert self.lamps.get(command.agent) != shown, "it shows that already"
                    self.lamps[command.agent] = shown
                case PlayPrompt():
                    line = self.lines[command.call]
                    assert not line.playing or line.playing[-1].startswith("stopped")
                    line.playing.append(command.prompt)
                    if command.tape is not None:
                        (played,) = [m for m in self.stored.values() if m.file == command.tape]
                        assert played.box in self.core.view_boxes(line.agent)
                case StopPrompt():
                    line = self.lines[command.call]
                    assert line.playing[-1] == command.prompt
                    line.playing[-1] = f"stopped {command.prompt}"
                case EndCall():
                    self.lines[command.call].told_to_end = True

    # what may happen

    @rule(box=st.sampled_from(BOXES), caller=st.sampled_from(("138", None)))
    def somebody_leaves_one(self, box: str, caller: str | None) -> None:
        self.count += 1
        id = f"m{self.count}"
        floor = self.core._floor
        floor.now, floor.commands = self.now, []
        left = message(id, box=box, caller=caller, left_at=self.now, file=id)
        floor.messages.left(left)
        self.take(floor.commands)

    @rule(
        number=st.integers(1, 12),
        act=st.sampled_from(MessageAct),
        who=st.sampled_from(("1001", "1002", "1003", None)),
        box=st.sampled_from((*BOXES, None)),
    )
    def somebody_acts(self, number: int, act: MessageAct, who: str | None, box: str | None) -> None:
        id = f"m{number}"
        before = self.stored.get(id)
        commands = self.hear(MessageActed(message=id, act=act, by="test", agent=who, box=box))
        refused = any(isinstance(each, RefuseMessageAct) for each in commands)
        if refused:
            assert self.stored.get(id) == before
            assert act is not MessageAct.HEAR or before is None
        elif act is MessageAct.TAKE:
            assert before is not None
            assert before.state in (MessageState.NEW, MessageState.HEARD)
            assert self.stored[id].agent == who
        elif act is MessageAct.CALL_BACK:
            assert before is not None
            assert before.caller is not None
            assert before.state is not MessageState.TAKEN or before.agent == who

    @rule(numbers=st.lists(st.integers(1, 12), max_size=4))
    def their_time_has_come(self, numbers: list[int]) -> None:
        self.hear(MessagesExpired(messages=tuple(f"m{number}" for number in numbers)))
        assert not self.stored.keys() & {f"m{number}" for number in numbers}

    @rule(who=st.sampled_from(("1001", "1002", "1003")))
    def an_agent_dials(self, who: str) -> None:
        profile = self.routing.agents.get(who)
        if profile is None or profile.node in self.lost:
            return
        self.count += 1
        channel = f"ch{self.count}"
        self.lines[channel] = Line(who)
        self.hear(MailboxDialled(agent=who, channel=channel))

    @precondition(lambda self: self.lines)
    @rule(data=st.data(), digit=st.sampled_from("123345#*"))
    def he_presses(self, data: st.DataObject, digit: str) -> None:
        self.hear(DigitPressed(call=self.some_line(data), digit=digit))

    @precondition(lambda self: self.lines)
    @rule(data=st.data(), fails=st.sampled_from((False, False, False, True)))
    def a_prompt_is_over(self, data: st.DataObject, fails: bool) -> None:
        channel = self.some_line(data)
        playing = self.lines[channel].playing
        if not playing:
            return
        prompt = playing.pop(0).removeprefix("stopped ")
        if fails:
            self.hear(PromptFailed(call=channel, prompt=prompt, reason="no file"))
        else:
            self.hear(PromptFinished(call=channel, prompt=prompt))

    @precondition(lambda self: self.lines)
    @rule(data=st.data())
    def he_hangs_up(self, data: st.DataObject) -> None:
        channel = self.some_line(data)
        self.hear(CallerHungUp(call=channel))
        del self.lines[channel]

    @rule(seconds=st.sampled_from((1.0, 7.0, 30.0)))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.take(self.core.expire(self.now))

    @rule(new=st.sampled_from(PLANS))
    def the_file_changes(self, new: Routing) -> None:
        self.routing = new
        self.hear(ConfigReplaced(routing=new))

    @rule(node=st.sampled_from(NODES))
    def a_connection_breaks(self, node: str) -> None:
        if node not in self.lost:
            self.lost.add(node)
            self.hear(NodeLost(node=node))

    @rule(node=st.sampled_from(NODES))
    def it_is_back(self, node: str) -> None:
        self.lost.discard(node)
        self.hear(ChannelsReconciled(node=node, restarted=False))

    @rule()
    def the_engine_dies(self) -> None:
        """The next one knows what was stored; lamps shine as they did, channels hang up."""
        self.core = Dispatcher(self.routing, Random(1))
        self.lost = set(NODES)
        self.lines.clear()
        self.hear(StateRestored(agents=(), calls=(), messages=tuple(self.stored.values())))
        for agent_id, (node, new, old) in list(self.lamps.items()):
            if (new, old) == (0, 0) or self.counts(agent_id) != (0, 0):
                del self.lamps[agent_id]
            else:  # it had gone dark where no connection was: nobody sets that until he logs in
                self.lamps[agent_id] = node, 0, 0
        for node in NODES:
            self.it_is_back(node)

    def some_line(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.lines)))

    # what must always hold

    def counts(self, who: str) -> tuple[int, int]:
        boxes = [
            name for name, box in self.routing.voicemail.items() if who in (*box.lamp_of, box.agent)
        ]
        opened = [m for m in self.stored.values() if m.box in boxes and m.state not in DONE]
        new = sum(m.state is MessageState.NEW for m in opened)
        return new, len(opened) - new

    @invariant()
    def the_store_knows_what_the_core_knows(self) -> None:
        assert {each.id: each for each in self.core.view_messages()} == self.stored

    @invariant()
    def lamps_show_what_is_in_the_boxes(self) -> None:
        for who, profile in self.routing.agents.items():
            if profile.node not in self.lost:
                _, *shown = self.lamps.get(who, (profile.node, 0, 0))
                assert tuple(shown) == self.counts(who), who

    @invariant()
    def whoever_listens_hears_something_or_is_waited_for(self) -> None:
        """A dialogue that waits for nothing would never end."""
        for channel, line in self.lines.items():
            visit = self.core._floor.mailboxes._visits.get(channel)
            if visit is None or line.told_to_end:
                assert line.told_to_end
            else:
                assert (visit.playing is not None) != (visit.timer is not None)


Messages.TestCase.settings = settings(
    max_examples=80,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestMessages: Callable[..., Any] = pytest.mark.timeout(300)(Messages.TestCase)
