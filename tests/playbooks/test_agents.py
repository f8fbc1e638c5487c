"""Playbooks of what people ask for agents, of their counters, and of midnight."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from acd.core.commands import Announce, RefuseAct
from acd.core.facts import (
    AgentSessionEnded,
    AgentSessionStarted,
    AgentStateChanged,
    CallEnded,
    StaleEventSeen,
)
from acd.core.routing import WrapUp
from acd.core.views import AgentView
from agents.model import AgentAct, AgentState
from tests.playbooks.centre import centre, queue
from tests.playbooks.harness import START, Playbook
from tests.playbooks.words import act, agent_hung_up, arrived, hung_up, on_duty, phone, talk


def seen(play: Playbook, agent_id: str = "1001") -> AgentView:
    view = play.core.view_agent(agent_id)
    assert view is not None
    return view


def announce(prompt: str, language: str = "zh-CN") -> Announce:
    return Announce(channel="ch1", prompt=prompt, language=language)


def refuse(what: AgentAct, why: str, agent_id: str = "1001") -> RefuseAct:
    return RefuseAct(agent=agent_id, act=what, why=why)


def test_feature_codes_hear_what_was_done() -> None:
    play = Playbook(centre(queues=[queue(wrap_up=WrapUp(seconds=30, extend=10))]))
    play >> phone("1001")
    play >> act("1001", AgentAct.LOG_IN, channel="ch1") << announce("logged_in")
    play >> act("1001", AgentAct.PAUSE, channel="ch1", language="en") << announce("paused", "en")
    play >> act("1001", AgentAct.RESUME, channel="ch1") << announce("resumed")
    talk(play >> arrived()) >> agent_hung_up()
    play >> act("1001", AgentAct.EXTEND_WRAP_UP, channel="ch1") << announce("wrap_up_extended")
    play >> act("1001", AgentAct.END_WRAP_UP, channel="ch1") << announce("wrap_up_ended")
    play >> act("1001", AgentAct.LOG_OUT, channel="ch1") << announce("logged_out")


def test_what_cannot_be_is_refused_and_a_feature_code_hears_it() -> None:
    play = on_duty(Playbook(centre()), "1001")
    play >> act("1001", AgentAct.RESUME, channel="ch1")
    play << refuse(AgentAct.RESUME, "not paused") << announce("refused")


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (AgentAct.LOG_IN, "already logged in"),
        (AgentAct.RESUME, "not paused"),
        (AgentAct.END_WRAP_UP, "not in wrap-up"),
        (AgentAct.EXTEND_WRAP_UP, "not in wrap-up"),
    ],
)
def test_refusals_say_why(what: AgentAct, why: str) -> None:
    play = on_duty(Playbook(centre()), "1001")
    play >> act("1001", what) << refuse(what, why)


def test_unknown_agent_and_unknown_reason_are_refused() -> None:
    play = on_duty(Playbook(centre()), "1001")
    play >> act("9999", AgentAct.LOG_IN)
    play << refuse(AgentAct.LOG_IN, "there is no agent 9999", "9999")
    play >> act("1001", AgentAct.PAUSE, reason="nap")
    play << refuse(AgentAct.PAUSE, "there is no pause reason 'nap'; those configured: lunch, training")
    assert seen(play).state is AgentState.IDLE


def test_pause_without_a_reason_has_the_first_configured_one() -> None:
    play = on_duty(Playbook(centre()), "1001") >> act("1001", AgentAct.PAUSE)
    assert seen(play).reason == "lunch"
    none = on_duty(Playbook(centre(pause_reasons=())), "1001")
    none >> act("1001", AgentAct.PAUSE)
    assert seen(none).reason == "break"
    none >> act("1001", AgentAct.PAUSE, reason="nap")
    none << refuse(AgentAct.PAUSE, "there is no pause reason 'nap'; those configured: none")


def test_a_session_begins_and_ends() -> None:
    play = on_duty(Playbook(centre()), "1001")
    play.after(99) >> act("1001", AgentAct.LOG_OUT)
    started, ended = play.last(AgentSessionStarted), play.last(AgentSessionEnded)
    assert (started.at, ended.since, ended.at) == (START, START, START + 100)
    assert [fact.state for fact in play.recorded(AgentStateChanged)] == [
        AgentState.UNAVAILABLE,
        AgentState.IDLE,
        AgentState.OFFLINE,
    ]


def test_log_out_during_a_call_comes_after_it() -> None:
    play = on_duty(Playbook(centre()), "1001")
    talk(play >> arrived()) >> act("1001", AgentAct.LOG_OUT)
    assert (seen(play).state, seen(play).pending) == (AgentState.TALKING, "log_out")
    play >> agent_hung_up()
    assert seen(play).state is AgentState.OFFLINE


def test_counters_of_the_day_begin_anew_at_local_midnight() -> None:
    play = on_duty(Playbook(centre()), "1001")
    talk(play >> arrived())
    play.after(60) >> agent_hung_up()
    assert (seen(play).calls_today, seen(play).talk_today) == (1, 60)
    midnight = datetime(2026, 11, 19, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
    play.after(midnight - play.now - 1)
    assert seen(play).calls_today == 1
    play.after(1)
    assert (seen(play).calls_today, seen(play).talk_today) == (0, 0)
    assert play.core.next_deadline() == midnight + 86_400


def test_phone_of_nobody_here_is_noted_as_stale() -> None:
    play = Playbook(centre()) >> phone("trunk")
    play.quiet()
    play.check()
    assert play.last(StaleEventSeen).what == "agent unknown: phone"


def test_everybody_can_be_seen() -> None:
    play = on_duty(Playbook(centre()), "1001")
    assert [view.agent for view in play.core.view_agents()] == ["1001", "1002"]
    assert play.core.view_agent("9999") is None
    assert seen(play).logged_in_at == START


def test_talk_over_midnight_counts_from_midnight() -> None:
    midnight = START + 17_600  # 16:00 UTC, 00:00 in Shanghai
    play = on_duty(Playbook(centre(), start=midnight - 601), "1001")
    talk(play >> arrived()).after(1200)
    play >> hung_up() >> agent_hung_up()
    view = play.core.view_agent("1001")
    assert view is not None
    assert view.talk_today == 600
    assert play.last(CallEnded).talk == 1200


def test_agent_of_whom_nothing_is_known_is_offline_since_he_was_first_known_of() -> None:
    play = Playbook(centre()) >> phone("1002")
    view = play.core.view_agent("1001")
    assert view is not None
    assert (view.state, view.since) == (AgentState.OFFLINE, play.now)
