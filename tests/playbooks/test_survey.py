"""Playbooks of the survey: after the agent has hung up, some callers are asked."""

from __future__ import annotations

from typing import Any

import pytest

from acd.core import codes
from acd.core.commands import PlayPrompt
from acd.core.events import (
    AgentHungUp,
    Blacklisted,
    ChannelsReconciled,
    ConfigReplaced,
    ConnectFailed,
    LiveCall,
    NodeLost,
    StateRestored,
)
from acd.core.facts import AgentStateChanged, CallEnded, CallMissed, CallOutcome
from acd.core.flow_words import (
    DropTape,
    FlowEntered,
    StartTape,
    SurveyGoesOn,
    SurveyOutcome,
    SurveyTaken,
    TapeEnd,
    TapeFinished,
)
from acd.core.routing import NumberRoute, SurveyRule, WrapUp
from agents.model import AgentState
from tests.playbooks import callback_centre
from tests.playbooks.centre import MENU, agent, asking, flow_of, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.words import (
    agent_hung_up,
    arrived,
    end,
    hung_up,
    on_duty,
    plays,
    pressed,
    prompt_over,
    stops,
    talk,
)

ANSWERED, REFUSED, CUT_OFF = SurveyOutcome
EVERYBODY = SurveyRule(share=1.0)
REMARK = SurveyRule(share=1.0, remark=60.0)


def talked(rule: SurveyRule = EVERYBODY, **caller: Any) -> Playbook:
    """A caller talks with 1001."""
    routing = asking(rule, queues=[queue(wrap_up=WrapUp(seconds=10))])
    return talk(on_duty(Playbook(routing), "1001") >> arrived(**caller))


def asked(rule: SurveyRule = EVERYBODY) -> Playbook:
    return talked(rule) >> agent_hung_up()


def test_all_questions_answered() -> None:
    play = talked()
    play.after(60) >> agent_hung_up() << plays("survey-1", "survey_satisfaction")
    play >> pressed("4") << stops("survey-1") << plays("survey-2", "survey_solved")
    play >> pressed("1") << stops("survey-2") << plays("survey-3", "survey_thanks")
    play.after(5) >> prompt_over("survey-3") << end()
    play >> hung_up()
    taken = play.last(SurveyTaken)
    assert (taken.call, taken.agent, taken.queue, taken.business) == ("c1", "1001", "orders", "shop")
    assert (taken.satisfaction, taken.solved, taken.remark, taken.outcome) == (4, True, None, ANSWERED)
    ended = play.last(CallEnded)
    assert (ended.outcome, ended.talk, ended.agent) == (CallOutcome.ANSWERED, 60.0, "1001")
    assert not play.recorded(CallMissed)
    assert codes.SURVEYED in [reason[1] for reason in ended.reasons]
    assert play.last(FlowEntered).purpose == "survey"


def test_after_a_menu() -> None:
    routing = asking(
        numbers={"4001": NumberRoute(number="4001", queue="orders", business="shop", flow="main")},
        flows={"main": flow_of(MENU)},
    )
    play = on_duty(Playbook(routing), "1001") >> arrived() >> pressed("1")
    talk(play) >> agent_hung_up() << plays("survey-2", "survey_satisfaction")
    play >> pressed("3") >> hung_up()
    assert play.last(SurveyTaken).satisfaction == 3


def test_the_agent_is_free_meanwhile() -> None:
    play = asked()
    assert play.last(AgentStateChanged).state is AgentState.WRAP_UP
    play.after(10)
    assert play.last(AgentStateChanged).state is AgentState.IDLE
    view = play.core.view_call("c1")
    assert view is not None
    assert view.state == "in_flow"


def test_wrong_keys_are_told() -> None:
    play = asked()
    play >> pressed("9") << stops("survey-1") << plays("survey-2", "invalid_key", "survey_satisfaction")
    play >> pressed("0") << stops("survey-2") << end()
    play.check()
    assert play.last(SurveyTaken).outcome is REFUSED


def test_silence_refuses() -> None:
    play = asked() >> prompt_over("survey-1")
    play.after(5) << plays("survey-2", "survey_satisfaction")
    play >> prompt_over("survey-2")
    play.after(5) << end()
    play.check()
    assert (play.last(SurveyTaken).satisfaction, play.last(SurveyTaken).outcome) == (None, REFUSED)


def test_hanging_up_at_once_refuses() -> None:
    play = asked() >> hung_up()
    assert play.last(SurveyTaken).outcome is REFUSED
    assert play.last(CallEnded).outcome is CallOutcome.ANSWERED
    assert not play.recorded(CallMissed)


def test_hanging_up_later_keeps_what_was_said() -> None:
    play = asked() >> pressed("5") >> hung_up()
    taken = play.last(SurveyTaken)
    assert (taken.satisfaction, taken.solved, taken.outcome) == (5, None, ANSWERED)


def test_not_solved() -> None:
    play = asked() >> pressed("1") >> pressed("2") >> hung_up()
    assert play.last(SurveyTaken).solved is False


def test_a_remark() -> None:
    play = asked(REMARK) >> pressed("5") >> pressed("1")
    play >> prompt_over("survey-3")
    tape = next(each for each in play.said if isinstance(each, StartTape))
    assert tape.at_most == 60.0
    play >> TapeFinished(call="c1", file=tape.file, seconds=8.0, ended_by=TapeEnd.SILENCE)
    play >> prompt_over("survey-4") << end()
    play.check()
    assert play.last(SurveyTaken).remark == tape.file


def test_a_remark_that_is_too_short_is_none() -> None:
    play = asked(REMARK) >> pressed("5") >> pressed("1") >> prompt_over("survey-3")
    tape = next(each for each in play.said if isinstance(each, StartTape))
    play >> TapeFinished(call="c1", file=tape.file, seconds=0.4, ended_by=TapeEnd.HUNG_UP)
    play >> hung_up() << DropTape(file=tape.file)
    play.check()
    assert play.last(SurveyTaken).remark is None


def test_a_customer_who_was_called_back_is_asked_too() -> None:
    shop = asking().businesses
    numbers = {"4001": NumberRoute(number="4001", queue="orders", business="shop")}
    play = callback_centre.talking(callback_centre.calling(businesses=shop, numbers=numbers))
    play.after(30) >> agent_hung_up(callback_centre.OFFER)
    play << plays("survey-1", "survey_satisfaction", call=callback_centre.ATTEMPT)
    for digit in "51":
        play >> pressed(digit, callback_centre.ATTEMPT)
    play >> hung_up(callback_centre.ATTEMPT)
    taken = play.last(SurveyTaken)
    assert (taken.call, taken.caller) == (callback_centre.ATTEMPT, "13800000001")
    assert (taken.satisfaction, taken.solved, taken.agent) == (5, True, "1001")


def test_each_answer_is_told_at_once() -> None:
    play = asked(REMARK)
    asked_at = play.now
    assert [said(each) for each in play.recorded(SurveyGoesOn)] == [(None, None, None)]
    play.after(5) >> pressed("5")
    play.after(5) >> pressed("1") >> prompt_over("survey-3")
    file = taped(play, seconds=8.0)
    play >> prompt_over("survey-4")
    told = play.recorded(SurveyGoesOn)
    assert [said(each) for each in told[1:]] == [(5, None, None), (5, True, None), (5, True, file)]
    assert [each.at - asked_at for each in told] == [0.0, 5.0, 10.0, 10.0]
    assert {each.asked_at for each in told} == {play.last(SurveyTaken).asked_at} == {asked_at}
    assert len(play.recorded(SurveyTaken)) == 1


def said(fact: SurveyGoesOn | SurveyTaken) -> tuple[int | None, bool | None, str | None]:
    return fact.satisfaction, fact.solved, fact.remark


def taped(play: Playbook, seconds: float) -> str:
    """The caller speaks his remark. Gives its file."""
    tape = [each for each in play.said if isinstance(each, StartTape)][-1]
    play >> TapeFinished(call="c1", file=tape.file, seconds=seconds, ended_by=TapeEnd.SILENCE)
    return tape.file


def lost_and_back(play: Playbook) -> Playbook:
    """His node is lost, and back with him."""
    play >> NodeLost(node="pbx1")
    live = LiveCall(arrived=arrived(), created_at=play.now)
    return play >> ChannelsReconciled(node="pbx1", restarted=False, calls=(live,))


def test_what_was_said_before_an_outage_counts_until_it_is_said_anew() -> None:
    play = asked(REMARK) >> pressed("5") >> pressed("2") >> prompt_over("survey-3")
    first = taped(play, seconds=8.0)
    lost_and_back(play)
    play >> pressed("4")
    assert said(play.last(SurveyGoesOn)) == (4, False, first)
    play >> pressed("1") >> prompt_over(plays_last(play))
    second = taped(play, seconds=9.0)
    assert said(play.last(SurveyGoesOn)) == (4, True, second)
    assert [each.file for each in play.said if isinstance(each, DropTape)] == [first]
    assert len({first, second}) == 2


def plays_last(play: Playbook) -> str:
    return [each.prompt for each in play.said if isinstance(each, PlayPrompt)][-1]


# who is asked


def survived(play: Playbook) -> bool:
    """Whether the caller is asked once the agent has hung up."""
    play >> agent_hung_up()
    return bool(play.recorded(FlowEntered))


def test_nobody_where_no_share_is_asked() -> None:
    assert not survived(talked(SurveyRule()))


def test_the_caller_who_hangs_up_himself_is_not_asked() -> None:
    play = talked() >> hung_up()
    assert not play.recorded(FlowEntered)


def test_never_the_blacklisted() -> None:
    assert not survived(talked(blacklisted=Blacklisted(reason="x", author="y")))


def test_never_who_is_blacklisted_during_the_talk() -> None:
    play = talked()
    play >> AgentHungUp(offer="c1-o1", blacklisted=Blacklisted(reason="x", author="y")) << end()
    play.check()
    assert not play.recorded(FlowEntered)


def test_never_who_withholds_his_number() -> None:
    assert not survived(talked(caller=None))


def call_again(play: Playbook, call: str, **caller: Any) -> Playbook:
    """The same or another caller calls, talks, and the agent hangs up."""
    play.after(20)
    talk(play >> arrived(call, **caller), f"{call}-o1")
    return play >> agent_hung_up(f"{call}-o1")


def test_never_twice_within_the_time() -> None:
    play = asked(SurveyRule(share=1.0, not_within=3600.0)) >> hung_up()
    call_again(play, "c2") >> hung_up("c2")
    assert len(play.recorded(FlowEntered)) == 1
    call_again(play, "c3", caller="139") >> hung_up("c3")
    assert len(play.recorded(FlowEntered)) == 2
    play.after(3600)
    call_again(play, "c4") >> hung_up("c4")
    assert len(play.recorded(FlowEntered)) == 3


def test_who_was_asked_is_remembered_after_a_restart() -> None:
    routing = asking()
    play = Playbook(routing)
    surveyed = (("139", play.now - 10.0), ("13800000001", play.now - 20.0))
    play >> StateRestored(agents=(), calls=(), surveyed=surveyed)
    play >> ChannelsReconciled(node="pbx1", restarted=False)
    on_duty(play, "1001")
    talk(play >> arrived()) >> agent_hung_up()
    assert not play.recorded(FlowEntered)


def test_what_the_store_remembers_later_does_not_hide_who_was_asked_meanwhile() -> None:
    play = asked(SurveyRule(share=1.0, not_within=3600.0)) >> hung_up()
    surveyed = (("13800000001", play.now - 3590.0), ("139", play.now - 10.0))
    play.core._floor.call_machine.flows.surveys.restored(surveyed)
    call_again(play, "c2") >> hung_up("c2")
    call_again(play, "c3", caller="139") >> hung_up("c3")
    assert len(play.recorded(FlowEntered)) == 1


def test_so_many_numbers_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("acd.core.survey.MOST_REMEMBERED", 1)
    play = asked() >> hung_up()
    call_again(play, "c2", caller="139") >> hung_up("c2")
    call_again(play, "c3") >> hung_up("c3")
    assert len(play.recorded(FlowEntered)) == 3


def test_about_the_share_is_asked() -> None:
    play = on_duty(Playbook(asking(SurveyRule(share=0.25))), "1001")
    for n in range(400):
        call_again(play, f"c{n}", caller=f"138{n:08}") >> hung_up(f"c{n}")
    assert 70 <= len(play.recorded(FlowEntered)) <= 130


def test_nobody_on_a_node_that_is_lost() -> None:
    routing = asking(agents=[agent("1001", node="pbx2")])
    play = talk(on_duty(Playbook(routing), "1001") >> arrived())
    play >> NodeLost(node="pbx1") >> agent_hung_up()
    assert not play.recorded(FlowEntered)


def test_who_was_parted_by_a_fault_is_not_asked() -> None:
    play = talked() >> ConnectFailed(call="c1", offer="c1-o1", reason="gone")
    assert not play.recorded(FlowEntered)


def test_questions_go_on_when_the_business_is_gone() -> None:
    play = asked() >> ConfigReplaced(routing=asking(businesses={}, numbers={}))
    play >> pressed("5") >> hung_up()
    assert play.last(SurveyTaken).satisfaction == 5


def test_cut_off_keeps_what_was_said() -> None:
    play = asked() >> pressed("5") >> ChannelsReconciled(node="pbx1", restarted=True)
    taken = play.last(SurveyTaken)
    assert (taken.satisfaction, taken.outcome) == (5, ANSWERED)
    assert play.last(CallEnded).outcome is CallOutcome.ANSWERED
    assert not play.recorded(CallMissed)


def test_cut_off_before_anything_was_said_is_no_refusal() -> None:
    play = asked() >> ChannelsReconciled(node="pbx1", restarted=True)
    assert [each.outcome for each in play.recorded(SurveyTaken)] == [CUT_OFF]


def test_back_from_a_lost_node_it_begins_anew() -> None:
    play = asked() >> NodeLost(node="pbx1")
    live = LiveCall(arrived=arrived(), created_at=play.now)
    (
        play
        >> ChannelsReconciled(node="pbx1", restarted=False, calls=(live,))
        << stops("survey-1")
        << plays("survey-2", "survey_satisfaction")
    )


def test_an_agent_who_went_while_the_node_was_lost() -> None:
    play = talked() >> NodeLost(node="pbx1")
    live = LiveCall(arrived=arrived(), created_at=play.now)
    play >> ChannelsReconciled(node="pbx1", restarted=False, calls=(live,))
    assert play.recorded(FlowEntered)
