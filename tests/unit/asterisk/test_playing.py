"""Prompts: played to their end, cut off, and what an agent is told before he talks."""

from __future__ import annotations

import pytest

from acd.core import commands as c
from acd.core import events as e
from acd.core.callback_words import AgentPressed, AgentPrompted, PromptAgent
from asterisk.ari import events as ari
from asterisk.ari.errors import AriConnectionLost
from asterisk.playing import LEAVES_S, PARTED_S
from tests.unit.asterisk.conversation import CALL, OFFER, Play, channel, destroyed, played

ASKS = "GET channels/{}/variable"
STAYS, LEAVES = '{"value":"0"}', '{"value":"1"}'


def left(id: str) -> ari.StasisEnd:
    return ari.StasisEnd(channel=channel(id))


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
    assert play.wire.said() == [ASKS.format(CALL)]
    play.wire.ok(STAYS)
    assert play.told() == [
        e.PromptFailed(call=CALL, prompt="closed", reason="request: 500 no such file")
    ]
    assert in_doubt(play) == []
    assert play.wire.last_query() == {"variable": "CHANNEL(checkhangup)"}
    play.wire.ok(STAYS)
    assert play.told() == [FAILED]


FAILED = e.PromptFailed(call=CALL, prompt="closed", reason="playback failed")


def in_doubt(play: Play) -> list[e.Event]:
    """A caller was to hear something, and Asterisk says that it failed. What of it is told at once."""
    if CALL not in play.legs.callers:
        play.caller_arrives()
    play.doing.execute(c.PlayPrompt(call=CALL, prompt="closed", language="en"))
    play.wire.all_ok()
    return play.hears(played(f"{CALL}-p{play.legs.callers[CALL].prompts}", CALL, "failed"))


@pytest.mark.parametrize("answer", [None, LEAVES])
def test_who_hangs_up_in_a_prompt_has_hung_up_and_nothing_failed(play: Play, answer: str | None) -> None:
    """The order of the real Asterisk: the playback fails, then the channel is gone."""
    assert in_doubt(play) == []
    if answer is not None:
        play.wire.ok(answer)
    assert play.hears(left(CALL)) == [e.CallerHungUp(call=CALL, cause=16)]
    if answer is None:
        play.wire.refuse(404)
    else:
        play.time_passes()
    assert play.told() == []


def test_a_prompt_that_is_refused_as_he_hangs_up_has_not_failed(play: Play) -> None:
    play.caller_arrives()
    play.does(c.PlayPrompt(call=CALL, prompt="closed", language="en"))
    play.wire.ok()
    play.wire.refuse(409, "Channel not in Stasis application")
    play.wire.refuse(404)
    assert play.hears(left(CALL)) == [e.CallerHungUp(call=CALL, cause=16)]
    play.time_passes()
    assert play.told() == []


@pytest.mark.parametrize("answer", [LEAVES, '{"value":""}', "{}"])
def test_who_does_not_go_after_all_was_not_told(play: Play, answer: str) -> None:
    in_doubt(play)
    play.wire.ok(answer)
    assert play.told() == []
    assert play.time_passes() == LEAVES_S
    assert play.told() == [FAILED]


def test_of_whom_asterisk_says_nothing_is_told_after_a_while(play: Play) -> None:
    in_doubt(play)
    play.wire.refuse(500)
    assert play.told() == []
    play.time_passes()
    assert play.told() == [FAILED]


def test_what_has_failed_before_something_else_was_played_matters_no_more(play: Play) -> None:
    in_doubt(play)
    play.does(c.PlayPrompt(call=CALL, prompt="goodbye", language="en"))
    play.wire.ok(STAYS)
    assert play.told() == []
    play.wire.all_ok()
    finished = e.PromptFinished(call=CALL, prompt="goodbye")
    assert play.hears(played(f"{CALL}-p2", CALL)) == [finished]


def test_a_connection_that_goes_in_between_leaves_it_to_the_next(play: Play) -> None:
    in_doubt(play)
    play.wire.lose(AriConnectionLost("gone"))
    assert play.told() == []
    assert play.again == []


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
    assert play.wire.said() == [ASKS.format(OFFER)]
    play.wire.ok(STAYS)
    assert play.told() == [told()]
    assert play.counts.refused == [("prompt agent", 500)]


def test_an_agent_who_hangs_up_while_he_is_told_was_not_told(play: Play) -> None:
    play.caller_arrives()
    play.agent_answers()
    play.does(tell())
    play.wire.all_ok()
    assert play.hears(played(f"{OFFER}-pwhom", OFFER, "failed")) == []
    assert play.hears(left(OFFER)) == [e.AgentHungUp(offer=OFFER, cause=16)]
    play.wire.refuse(404)
    assert play.told() == []


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
