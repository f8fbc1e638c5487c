"""Prompts: played to their end, cut off, and what an agent is told before he talks."""

from __future__ import annotations

import pytest

from acd.core import commands as c
from acd.core import events as e
from acd.core.callback_words import AgentPressed, AgentPrompted, PromptAgent
from asterisk.ari import events as ari
from asterisk.playing import PARTED_S
from tests.unit.asterisk.conversation import CALL, OFFER, Play, channel, destroyed, played


def test_a_prompt_is_played_to_its_end(play: Play) -> None:
    play.caller_arrives()
    play.does(c.StartWaiting(call=CALL, music="default"))
    assert play.does(c.PlayPrompt(call=CALL, prompt="closed", language="zh-CN")) == [
        f"DELETE channels/{CALL}/moh",
        f"POST channels/{CALL}/play/{CALL}-p1",
    ]
    play.wire.all_ok()
    assert play.hears(played(f"{CALL}-p1", CALL)) == [e.PromptFinished(call=CALL, prompt="closed")]
    assert play.hears(played(f"{CALL}-p1", CALL)) == []


def test_a_prompt_that_fails_says_so(play: Play) -> None:
    play.caller_arrives()
    prompt = c.PlayPrompt(call=CALL, prompt="closed", language="en")
    play.does(prompt)
    play.wire.ok()
    play.wire.refuse(500, "no such file")
    assert play.told() == [
        e.PromptFailed(call=CALL, prompt="closed", reason="request: 500 no such file")
    ]
    play.does(prompt)
    play.wire.all_ok()
    assert play.hears(played(f"{CALL}-p2", CALL, "failed")) == [
        e.PromptFailed(call=CALL, prompt="closed", reason="playback failed")
    ]


def test_a_prompt_is_cut_off(play: Play) -> None:
    play.caller_arrives()
    stop = c.StopPrompt(call=CALL, prompt="closed")
    assert play.does(stop) == []
    play.does(c.PlayPrompt(call=CALL, prompt="closed", language="en"))
    assert play.does(stop) == [f"DELETE playbacks/{CALL}-p1"]


def test_what_is_told_after_a_talk_waits_until_the_bridge_is_left(play: Play) -> None:
    play.connected()
    play.hears(destroyed(OFFER))
    play.wire.said()
    first, second = (c.PlayPrompt(call=CALL, prompt=name, language="en") for name in ("one", "two"))
    assert play.does(first) == []
    assert play.time_passes() == PARTED_S
    assert play.wire.said() == [f"POST channels/{CALL}/play/{CALL}-p1"]
    play.hears(played(f"{CALL}-p1", CALL))
    assert play.does(second) == [f"POST channels/{CALL}/play/{CALL}-p2"]


def test_what_was_not_played_yet_after_a_talk_is_cut_off_at_once(play: Play) -> None:
    play.connected()
    play.hears(destroyed(OFFER))
    play.wire.said()
    play.does(c.PlayPrompt(call=CALL, prompt="one", language="en"))
    assert play.does(c.StopPrompt(call=CALL, prompt="one")) == []
    assert play.told() == [e.PromptFinished(call=CALL, prompt="one")]
    play.time_passes()
    assert play.does(c.StopPrompt(call=CALL, prompt="one")) == []


def test_several_sounds_and_what_was_recorded_are_one_prompt(play: Play) -> None:
    play.caller_arrives()
    sounds = ("num_2", "num_1")
    play.doing.execute(c.PlayPrompt(call=CALL, prompt="x", language="en", sounds=sounds, tape="f/1"))
    media = "sound:strowger/num_2,sound:strowger/num_1,recording:messages/f/1"
    assert play.wire.last_query() == {"media": media, "lang": "en"}
    play.doing.execute(c.PlayPrompt(call=CALL, prompt="x", language="en", tape="f/1"))
    assert play.wire.last_query()["media"] == "recording:messages/f/1"


def tell() -> PromptAgent:
    return PromptAgent(offer=OFFER, prompt="whom", sounds=(), language="en")


def told(prompt: str = "whom") -> AgentPrompted:
    return AgentPrompted(offer=OFFER, prompt=prompt)


def test_an_agent_is_told_something_and_presses_a_key(play: Play) -> None:
    play.caller_arrives()
    play.agent_answers()
    pressed = ari.ChannelDtmfReceived(channel=channel(OFFER), digit="1")
    assert play.hears(pressed) == []
    play.doing.execute(tell())
    assert play.wire.last_query() == {"media": "sound:strowger/whom", "lang": "en"}
    play.wire.all_ok()
    play.wire.said()
    assert play.hears(pressed) == [AgentPressed(offer=OFFER, digit="1")]
    assert play.wire.said() == [f"DELETE playbacks/{OFFER}-pwhom"]
    assert play.hears(played(f"{OFFER}-pwhom", OFFER)) == [told()]
    assert play.hears(played(f"{OFFER}-pwhom", OFFER)) == []
    assert play.hears(pressed) == [AgentPressed(offer=OFFER, digit="1")]
    play.does(c.ConnectCall(call=CALL, offer=OFFER))
    assert play.hears(pressed) == []


@pytest.mark.parametrize("rings", [True, False])
def test_an_agent_who_cannot_hear_has_been_told(play: Play, rings: bool) -> None:
    if rings:
        play.caller_arrives()
        play.agent_rings()
        play.wire.said()
    assert play.does(tell()) == []
    assert play.told() == [told()]


def test_what_cannot_be_played_to_an_agent_counts_as_told(play: Play) -> None:
    play.caller_arrives()
    play.agent_answers()
    play.does(tell())
    play.wire.refuse(500)
    assert play.told() == [told()]
    assert play.counts.refused == [("prompt agent", 500)]


def test_what_is_played_is_cut_off_before_a_hang_up(play: Play) -> None:
    """Or Asterisk warned of it as of one that cannot be played."""
    play.caller_arrives()
    play.agent_answers()
    play.does(c.PlayPrompt(call=CALL, prompt="closed", language="en"))
    play.does(tell())
    release, end = c.ReleaseAgent(offer=OFFER), c.EndCall(call=CALL)
    assert play.does(release) == [f"DELETE playbacks/{OFFER}-pwhom", f"DELETE channels/{OFFER}"]
    assert play.does(end) == [f"DELETE playbacks/{CALL}-p1", f"DELETE channels/{CALL}"]


def test_what_was_not_played_yet_is_not_cut_off_before_a_hang_up(play: Play) -> None:
    play.connected()
    play.hears(destroyed(OFFER))
    play.wire.said()
    play.does(c.PlayPrompt(call=CALL, prompt="one", language="en"))
    assert play.does(c.EndCall(call=CALL)) == [f"DELETE channels/{CALL}"]
