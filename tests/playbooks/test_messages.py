"""Voicemail messages: what people do with them, and the lamps that follow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from acd.core.callback_words import (
    CallbackAct,
    CallbackActed,
    CallbackClosed,
    CallbackOpened,
    CallbackOutcome,
    CallbackSource,
    DoNotCallChanged,
)
from acd.core.events import ChannelsReconciled, ConfigReplaced, NodeLost, StateRestored
from acd.core.facts import StaleEventSeen
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
from acd.core.messages import AT_ONCE
from acd.core.messages_table import MESSAGE_TABLE, MessageEvent
from acd.core.routing import Routing, Voicemail
from agents.model import AgentAct
from tests.playbooks.centre import NODE, agent, centre
from tests.playbooks.harness import START, Playbook
from tests.playbooks.words import act as agent_acts

ORDERS = Voicemail(name="orders", label="Orders", queue="orders", lamp_of=("1001", "1002"))
OWN = Voicemail(name="own", label="Agent 1001", agent="1001")
MAILED = Voicemail(name="mailed", label="Mailed", queue="orders", mail_to="orders@example.org")


def desk(*boxes: Voicemail) -> Routing:
    return centre(voicemail={box.name: box for box in boxes or (ORDERS, OWN, MAILED)})


def message(id: str = "m1", **changes: Any) -> Message:
    plain = Message(
        id=id,
        call="c1",
        box="orders",
        caller="13800000001",
        business=None,
        queue="orders",
        language="zh-CN",
        left_at=START - 60,
        seconds=12.0,
        file=f"2026-11-18/{id}",
    )
    return replace(plain, **changes)


def remembering(*messages: Message, routing: Routing | None = None) -> Playbook:
    """A centre whose engine finds these messages in its store, its Asterisk connected."""
    play = Playbook(routing or desk())
    play >> StateRestored(agents=(), calls=(), messages=messages)
    play >> ChannelsReconciled(node=NODE, restarted=False)
    return play


def act(what: MessageAct, id: str = "m1", **more: Any) -> MessageActed:
    return MessageActed(message=id, act=what, by="api:desk", **more)


def refuse(what: MessageAct, why: str, id: str = "m1") -> RefuseMessageAct:
    return RefuseMessageAct(message=id, act=what, why=why)


def lamp(agent: str, new: int, old: int = 0) -> SetLamp:
    return SetLamp(agent=agent, node=NODE, new=new, old=old)


def changed(play: Playbook, what: MessageAct, state: MessageState, **more: Any) -> MessageChanged:
    plain: dict[str, Any] = {"message": "m1", "box": "orders", "agent": None, "by": "api:desk"}
    return MessageChanged(at=play.now, act=what, state=state, **(plain | more))


def state(play: Playbook, id: str = "m1") -> MessageState:
    found = play.core.view_message(id)
    assert found is not None
    return found.state


def leave(play: Playbook, kept: Message) -> Playbook:
    """A caller has kept a message: the dialogue with him says so to the machine of messages."""
    play.check()
    play.core._floor.now = play.now
    play.core._floor.commands = []
    play.core._floor.messages.left(kept)
    play._hear(play.core._floor.commands)
    return play


@pytest.mark.parametrize(
    ("begin", "event"), [(begin, event) for begin, rows in MESSAGE_TABLE.items() for event in rows]
)
def test_every_row_leads_where_the_table_says(begin: MessageState, event: MessageEvent) -> None:
    taken = begin in (MessageState.TAKEN, MessageState.CALLED_BACK)
    play = remembering(message(state=begin, agent="1001" if taken else None))
    if event is MessageEvent.EXPIRED:
        play >> MessagesExpired(messages=("m1",))
    else:
        play >> act(MessageAct(event), agent="1001", box="own")
    found = play.core.view_message("m1")
    row = MESSAGE_TABLE[begin][event]
    assert (MessageState.DELETED if found is None else found.state) is row.to
    refused = row.do in ("refuse", "unknown")
    assert any("RefuseMessageAct" in line for line in play.story[-2:]) is refused


def test_a_message_lights_the_lamps_of_its_box_and_is_sent() -> None:
    play = remembering()
    leave(play, message()) << MessageLeft(at=play.now, message=message())
    play << lamp("1001", 1) << lamp("1002", 1)
    leave(play, message("m2", box="own")) << lamp("1001", 2)
    mailed = message("m3", box="mailed")
    leave(play, mailed) << DeliverMessage(message=mailed, to="orders@example.org")
    play.check()
    assert [each.id for each in play.core.view_messages()] == ["m1", "m2", "m3"]


def test_heard_taken_called_back_closed() -> None:
    play = remembering(message())
    play >> act(MessageAct.HEAR, agent="1002") << changed(play, MessageAct.HEAR, MessageState.HEARD)
    play << lamp("1001", 0, 1) << lamp("1002", 0, 1)
    play >> act(MessageAct.TAKE, agent="1001")
    play << changed(play, MessageAct.TAKE, MessageState.TAKEN, agent="1001") << lamp("1002", 0, 0)
    play >> act(MessageAct.HEAR) << changed(play, MessageAct.HEAR, MessageState.TAKEN, agent="1001")
    play >> act(MessageAct.CALL_BACK, agent="1001")
    play << changed(play, MessageAct.CALL_BACK, MessageState.CALLED_BACK, agent="1001")
    play << lamp("1002", 0, 1)
    play >> act(MessageAct.CLOSE)
    play << changed(play, MessageAct.CLOSE, MessageState.CLOSED, agent="1001")
    play << lamp("1001", 0, 0) << lamp("1002", 0, 0)
    play >> act(MessageAct.HEAR) << changed(play, MessageAct.HEAR, MessageState.CLOSED, agent="1001")
    play.check()


def test_calling_back_opens_a_callback_for_that_agent_alone() -> None:
    """The queue of the message may be gone; and who asks twice is owed one call."""
    play = remembering(message(business="shop"), message("m2", caller="139", queue="gone"))
    play >> act(MessageAct.CALL_BACK, agent="1001") >> act(MessageAct.CALL_BACK, "m2", agent="1002")
    first, second = (each.callback for each in play.recorded(CallbackOpened))
    assert (first.number, first.queue, first.agent) == ("13800000001", "orders", "1001")
    assert (first.source, first.message) == (CallbackSource.VOICEMAIL, "m1")
    assert (first.business, first.language) == ("shop", "zh-CN")
    assert (second.number, second.queue, second.agent) == ("139", "orders", "1002")
    play.after(1)
    play >> act(MessageAct.CALL_BACK, agent="1002")
    assert play.story[-1].endswith("why='1001 is calling back already')")
    play >> act(MessageAct.CALL_BACK, agent="1001")
    assert play.last(CallbackClosed).outcome is CallbackOutcome.MERGED


def test_when_the_callback_is_over_another_agent_may_call_back() -> None:
    play = remembering(message())
    play >> act(MessageAct.CALL_BACK, agent="1001")
    owed = play.last(CallbackOpened).callback
    play >> CallbackActed(callback=owed.id, act=CallbackAct.CLOSE, by="api:desk", reason="he came by")
    play.after(1)
    play >> act(MessageAct.CALL_BACK, agent="1002")
    assert play.last(CallbackOpened).callback.agent == "1002"


def test_a_supervisor_who_listens_leaves_the_message_new() -> None:
    play = remembering(message())
    play >> act(MessageAct.HEAR) << changed(play, MessageAct.HEAR, MessageState.NEW)
    play.check()


def test_what_was_taken_can_be_given_back_by_who_took_it_and_by_a_supervisor() -> None:
    play = remembering(message(state=MessageState.TAKEN, agent="1001"))
    play >> act(MessageAct.GIVE_BACK, agent="1002") << refuse(MessageAct.GIVE_BACK, "1001 has taken it")
    play >> act(MessageAct.GIVE_BACK, agent="1001")
    play << changed(play, MessageAct.GIVE_BACK, MessageState.HEARD) << lamp("1002", 0, 1)
    play >> act(MessageAct.GIVE_BACK) << refuse(MessageAct.GIVE_BACK, "nobody has taken it")
    play >> act(MessageAct.TAKE, agent="1002")
    play << changed(play, MessageAct.TAKE, MessageState.TAKEN, agent="1002") << lamp("1001", 0, 0)
    play >> act(MessageAct.GIVE_BACK)
    play << changed(play, MessageAct.GIVE_BACK, MessageState.HEARD) << lamp("1001", 0, 1)
    play.check()


def test_the_lamp_of_who_has_not_taken_it_counts_it_no_more() -> None:
    play = remembering(message(), message("m2"))
    play >> act(MessageAct.TAKE, agent="1001")
    play << changed(play, MessageAct.TAKE, MessageState.TAKEN, agent="1001")
    play << lamp("1001", 1, 1) << lamp("1002", 1, 0)
    play.check()


def test_who_does_not_want_to_be_called_is_not_called_back() -> None:
    play = remembering(message())
    play >> DoNotCallChanged(number="13800000001", listed=True)
    play >> act(MessageAct.CALL_BACK, agent="1001")
    why = "its caller does not want to be called: he is on the do-not-call list"
    play << refuse(MessageAct.CALL_BACK, why)
    play.check()
    assert state(play) is MessageState.NEW


def test_what_is_taken_only_its_agent_calls_back_for() -> None:
    play = remembering(message())
    play >> act(MessageAct.TAKE, agent="1001")
    play >> act(MessageAct.TAKE, agent="1002") << refuse(MessageAct.TAKE, "1001 has taken it already")
    play >> act(MessageAct.CALL_BACK, agent="1002")
    play << refuse(MessageAct.CALL_BACK, "1001 has taken it")
    assert state(play) is MessageState.TAKEN
    play >> act(MessageAct.CALL_BACK, agent="1001") >> act(MessageAct.TAKE, agent="1002")
    play << refuse(MessageAct.TAKE, "1001 is calling back already")
    play.check()


@pytest.mark.parametrize(
    "what", [MessageAct.TAKE, MessageAct.CALL_BACK, MessageAct.CLOSE, MessageAct.FORWARD]
)
def test_what_is_closed_stays_closed(what: MessageAct) -> None:
    play = remembering(message(state=MessageState.CLOSED))
    play >> act(what, agent="1001", box="own") << refuse(what, "it is closed")
    play.check()
    assert state(play) is MessageState.CLOSED


@pytest.mark.parametrize("what", list(MessageAct))
def test_what_is_not_there_is_refused(what: MessageAct) -> None:
    play = remembering()
    play >> act(what, "m9") << refuse(what, "there is no message m9", "m9")
    play.check()


def test_who_takes_it_or_calls_back_must_be_an_agent_and_the_number_known() -> None:
    play = remembering(message(), message("m2", caller=None))
    play >> act(MessageAct.TAKE) << refuse(MessageAct.TAKE, "no agent is named")
    play >> act(MessageAct.TAKE, agent="9999") << refuse(MessageAct.TAKE, "there is no agent 9999")
    play >> act(MessageAct.CALL_BACK) << refuse(MessageAct.CALL_BACK, "no agent is named")
    play >> act(MessageAct.CALL_BACK, agent="9999")
    play << refuse(MessageAct.CALL_BACK, "there is no agent 9999")
    play >> act(MessageAct.CALL_BACK, "m2", agent="1001")
    play << refuse(MessageAct.CALL_BACK, "its caller withheld his number", "m2")
    play.check()
    assert [state(play, each) for each in ("m1", "m2")] == [MessageState.NEW, MessageState.NEW]


def test_forwarded_it_is_new_in_another_box() -> None:
    play = remembering(message(), routing=desk(replace(ORDERS, lamp_of=("1002",)), OWN, MAILED))
    play >> act(MessageAct.TAKE, agent="1002")
    play >> act(MessageAct.FORWARD, box="own")
    play << changed(play, MessageAct.FORWARD, MessageState.NEW, box="own")
    play << lamp("1002", 0) << lamp("1001", 1)
    play >> act(MessageAct.FORWARD, box="mailed")
    play << lamp("1001", 0)
    play << DeliverMessage(message=message(box="mailed"), to="orders@example.org")
    play.check()


def test_where_it_cannot_be_forwarded_to() -> None:
    play = remembering(message())
    play >> act(MessageAct.FORWARD) << refuse(MessageAct.FORWARD, "no box is named")
    play >> act(MessageAct.FORWARD, box="x")
    play << refuse(MessageAct.FORWARD, "there is no voicemail box x")
    play >> act(MessageAct.FORWARD, box="orders")
    play << refuse(MessageAct.FORWARD, "it lies in the box orders already")
    play.check()


def test_expired_messages_are_forgotten() -> None:
    play = remembering(message(), message("m2", state=MessageState.CLOSED))
    play >> MessagesExpired(messages=("m1", "m2", "m9"))
    play << MessageDeleted(message="m1", at=play.now) << MessageDeleted(message="m2", at=play.now)
    play << StaleEventSeen(at=play.now, what="message deleted: expired", subject="m9")
    play << lamp("1001", 0) << lamp("1002", 0)
    play.check()
    assert play.core.view_messages() == []
    assert play.core.view_message("m1") is None


def test_dark_lamps_of_a_new_engine_are_left_alone() -> None:
    play = remembering(message("m1", box="own"))
    play << lamp("1001", 1)
    play >> ChannelsReconciled(node=NODE, restarted=False)
    play.quiet().check()


def test_lamps_are_set_when_the_node_is_there_and_when_it_is_back() -> None:
    play = Playbook(desk())
    restored = (message(), message("m2", box="own"), message("m3", state=MessageState.DELETED))
    play >> StateRestored(agents=(), calls=(), messages=restored)
    play.quiet()
    play >> ChannelsReconciled(node=NODE, restarted=False)
    play << lamp("1001", 2) << lamp("1002", 1)
    play >> NodeLost(node=NODE) >> act(MessageAct.HEAR, agent="1001")
    play.quiet()
    play >> ChannelsReconciled(node="another", restarted=False)
    play.quiet()
    play >> ChannelsReconciled(node=NODE, restarted=True)
    play << lamp("1001", 1, 1) << lamp("1002", 0, 1)
    play.check()
    assert len(play.core.view_messages()) == 2


def test_a_message_that_is_known_is_not_taken_up_twice() -> None:
    play = remembering(message())
    play >> StateRestored(agents=(), calls=(), messages=(message(),))
    play >> ChannelsReconciled(node=NODE, restarted=False)
    play.quiet()
    play >> act(MessageAct.HEAR, agent="1001") << lamp("1001", 0, 1) << lamp("1002", 0, 1)
    play.check()


def test_who_logs_in_sees_his_lamp() -> None:
    play = remembering(message(box="own"))
    play >> agent_acts("1001", AgentAct.LOG_IN) << lamp("1001", 1)
    play >> agent_acts("1001", AgentAct.LOG_IN)
    play.check()
    play = remembering(routing=desk(OWN))
    play >> agent_acts("1002", AgentAct.LOG_IN)
    play.quiet().check()


def test_a_new_file_lights_other_lamps() -> None:
    play = remembering(message())
    play >> ConfigReplaced(routing=desk(replace(ORDERS, lamp_of=("1002", "9999")), OWN))
    play << lamp("1001", 0)
    play >> ConfigReplaced(routing=desk(OWN)) << lamp("1002", 0)
    play >> ConfigReplaced(routing=desk(OWN, ORDERS)) << lamp("1001", 1) << lamp("1002", 1)
    moved = replace(desk(OWN, ORDERS), agents={"1001": agent("1001", node="b"), "1002": agent("1002")})
    play >> ConfigReplaced(routing=moved)
    play << SetLamp(agent="1001", node="b", new=1, old=0)
    play >> ConfigReplaced(routing=desk(OWN))
    play << lamp("1001", 0) << lamp("1002", 0)
    play.check()
    assert play.core.view_boxes("1001") == ("own",)
    assert play.core.view_boxes("1002") == ()


def test_what_an_agent_may_hear_on_his_phone() -> None:
    play = remembering(
        message("m1", state=MessageState.HEARD),
        message("m2", left_at=START - 20),
        message("m3", box="own", left_at=START - 30),
        message("m4", state=MessageState.TAKEN, agent="1002"),
        message("m5", state=MessageState.TAKEN, agent="1001", left_at=START - 90),
        message("m6", state=MessageState.CLOSED),
        message("m7", box="mailed"),
    )
    heard = [each.id for each in play.core._floor.messages.for_agent("1001")]
    assert heard == ["m3", "m2", "m5", "m1"]
    assert play.core._floor.messages.for_agent("9999") == []


def test_no_more_messages_are_told_of_in_one_call_than_anybody_listens_to() -> None:
    kept = [message(f"m{n}", left_at=START - n) for n in range(AT_ONCE + 5)]
    heard = remembering(*kept).core._floor.messages.for_agent("1001")
    assert [each.left_at for each in heard] == sorted(each.left_at for each in kept)[:AT_ONCE]
