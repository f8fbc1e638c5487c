"""The survey, played without a centre."""

from __future__ import annotations

from asterisk.prompts.catalogue import PROMPTS as CATALOGUE
from ivr.model import Finish
from ivr.survey import DONE, PROMPTS, REFUSED, survey
from tests.unit.ivr.talk import Talk


def talk(remark: float | None = None) -> Talk:
    return Talk(survey(remark=remark)).hears("survey_satisfaction")


def test_both_questions() -> None:
    solved = talk().presses("5").is_cut_off().hears("survey_solved")
    thanks = solved.presses("2").is_cut_off().hears("survey_thanks").listens_to_the_end()
    thanks.leaves(Finish(how=DONE), satisfaction="5", solved="2")


def test_nothing_is_a_refusal() -> None:
    silent = talk().listens_to_the_end().stays_silent().hears("survey_satisfaction")
    silent.listens_to_the_end().stays_silent().leaves(Finish(how=REFUSED))


def test_wrong_keys_are_told_once() -> None:
    wrong = talk().presses("0").is_cut_off().hears("invalid_key", "survey_satisfaction")
    wrong.presses("6").is_cut_off().leaves(Finish(how=REFUSED))


def test_the_second_question_may_be_passed_over() -> None:
    solved = talk().presses("3").is_cut_off().hears("survey_solved")
    solved.listens_to_the_end().stays_silent().hears("survey_solved")
    solved.listens_to_the_end().stays_silent().hears("survey_thanks")
    solved.listens_to_the_end().leaves(Finish(how=DONE), satisfaction="3")


def remarking() -> Talk:
    solved = talk(30.0).presses("3").is_cut_off().hears("survey_solved").presses("1").is_cut_off()
    return solved.hears("survey_remark").listens_to_the_end().records("remark")


def test_a_remark() -> None:
    thanks = remarking().speaks_for(4).hears("survey_thanks").listens_to_the_end()
    thanks.leaves(Finish(how=DONE), satisfaction="3", solved="1", remark="4")


def test_no_remark() -> None:
    for talk in (remarking().speaks_for(0.5), remarking().cannot_be_recorded("no room")):
        talk.hears("survey_thanks").listens_to_the_end()
        talk.leaves(Finish(how=DONE), satisfaction="3", solved="1")


def test_every_prompt_is_there() -> None:
    assert set(PROMPTS) <= CATALOGUE.keys()
