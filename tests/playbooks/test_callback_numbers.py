"""Playbooks of customers whose number is written in several ways, in a centre that says how."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from acd.core.callback_words import CallbackOutcome, DialCustomer, DoNotCallChanged, PromptAgent
from acd.core.commands import RingAgent
from acd.core.numbering import Numbering
from acd.core.routing import CallerStartsWith, CallingHours, Effect, Routing, Rule, Trunk
from agents.model import PhoneState
from tests.playbooks.callback_centre import (
    calling,
    committed,
    how_it_stands,
    outcome,
    pressed,
    rule,
    said,
    wish,
)
from tests.playbooks.centre import queue
from tests.playbooks.harness import Playbook
from tests.playbooks.words import answered, arrived, hung_up, on_duty, phone, ringing

CHINA = Numbering("CN")
HIS = "+8613900000001"
LONDONER = "+442079460000"
NINE_TO_NINE = CallingHours(zone="Asia/Shanghai", zones=(("+44", "Europe/London"), ("+1", "UTC")))
TEN = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()


def chinese(dial: str = "PJSIP/{number}@carrier", **changes: object) -> Routing:
    trunk = Trunk(name="carrier", match=("192.0.2.1",), dial=dial)
    callback = rule(hours=NINE_TO_NINE, agent_first=False)
    found = calling(queues=[queue(callback=callback)], numbering=CHINA)
    return replace(found, trunks={"carrier": trunk}, **changes)  # type: ignore[arg-type]


def endpoint_for(number: str, dial: str, at: float = TEN) -> str:
    play = on_duty(Playbook(chinese(dial), start=at), "1001") >> wish(number=number)
    play >> committed("w1-a1")
    return str(said(play, DialCustomer)[0].endpoint)


def test_a_londoner_is_not_called_at_night() -> None:
    play = on_duty(Playbook(chinese(), start=TEN), "1001") >> wish(number=LONDONER)
    assert how_it_stands(play, "w1") == "planned"
    due = datetime.fromtimestamp(
        play.core.view_callbacks()[0].callback.due_at, ZoneInfo("Europe/London")
    )
    assert (due.hour, due.minute) == (9, 0)


def test_a_mobile_phone_at_home_is_no_american() -> None:
    play = on_duty(Playbook(chinese(), start=TEN), "1001") >> wish(number="+8613800000001")
    assert how_it_stands(play, "w1") == "committing"


def test_the_trunk_is_given_the_number_as_the_country_dials_it() -> None:
    evening = TEN + 8 * 3600
    assert endpoint_for(HIS, "PJSIP/{number}@carrier") == "PJSIP/13900000001@carrier"
    assert endpoint_for(LONDONER, "PJSIP/{number}@carrier", evening) == "PJSIP/00442079460000@carrier"
    assert endpoint_for(LONDONER, "PJSIP/{e164}@carrier", evening) == f"PJSIP/{LONDONER}@carrier"


def test_the_agent_sees_and_hears_the_number_as_people_here_write_it() -> None:
    routing = chinese()
    agent_first = replace(routing.queues["orders"], callback=rule())
    play = on_duty(Playbook(replace(routing, queues={"orders": agent_first})), "1001")
    play >> wish(number=HIS)
    assert said(play, RingAgent)[0].caller == "13900000001"
    play >> ringing("w1-a1-o1") >> answered("w1-a1-o1")
    sounds = said(play, PromptAgent)[0].sounds
    assert sounds[1:4] == ("num_yao", "num_3", "num_9")
    play >> pressed("*", "w1-a1-o1")


def test_agents_see_a_callers_number_as_it_came() -> None:
    play = on_duty(Playbook(chinese()), "1001") >> arrived(caller=HIS, written="013900000001")
    assert said(play, RingAgent)[0].caller == "013900000001"


def test_rules_ask_for_beginnings_in_either_form() -> None:
    for number, prefix, matches in (
        (HIS, "139", True),
        (HIS, "+86", True),
        (LONDONER, "0044", True),
        (HIS, "86", False),
    ):
        emergency = Rule(name="these", when=(CallerStartsWith(prefixes=(prefix,)),), then=Effect(tier=1))
        play = Playbook(chinese(rules=(emergency,))) >> arrived(caller=number)
        assert (play.core.view_calls()[0].tier == 1) is matches, (number, prefix)


def test_listing_one_writing_ends_what_is_owed_to_another() -> None:
    play = on_duty(Playbook(chinese()), "1001") >> phone("1001", PhoneState.IN_USE)
    play >> arrived(caller=CHINA.canonical("013900000001")) >> hung_up()
    play >> DoNotCallChanged(number=CHINA.canonical("008613900000001"), listed=True)
    assert outcome(play) is CallbackOutcome.DO_NOT_CALL
