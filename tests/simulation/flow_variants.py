"""Flows, voicemail boxes and a survey for the simulation: every kind of step and of exit."""

from __future__ import annotations

from typing import Final

from acd.core.routing import Business, Ending, SurveyRule, Then, Trunk, Voicemail
from ivr.model import (
    Branch,
    Case,
    Collect,
    CollectedIs,
    Flow,
    HangUp,
    LookUp,
    Menu,
    NextStep,
    Record,
    Say,
    Sound,
    ToCallback,
    ToFlow,
    ToNumber,
    ToQueue,
    ToVoicemail,
    Tries,
)

INTO_FLOW: Final = Ending(say="sorry", then=Then.FLOW, flow="more")
TO_BOX: Final = Ending(say=None, then=Then.VOICEMAIL, voicemail="english")

BOXES: Final = {
    "orders": Voicemail(name="orders", label="Orders", queue="orders"),
    "english": Voicemail(name="english", label="English", review=False),
}

SHOP: Final = Business(
    name="shop",
    label="Shop",
    hours=None,
    when_closed=Ending(say=None, then=Then.GOODBYE),
    survey=SurveyRule(share=0.5, not_within=60.0, remark=5.0),
)

TRUNKS: Final = {
    "in": Trunk(name="in", match=("192.0.2.1",)),
    "out": Trunk(name="out", match=("192.0.2.2",), dial="PJSIP/{number}@out"),
}

_UNSERVED: Final = Tries(otherwise=HangUp(served=False), tries=2)

_MAIN: Final = Flow(
    name="main",
    start="hello",
    steps={
        "hello": Say(parts=(Sound(prompt="hello"),), go=NextStep(step="menu")),
        "menu": Menu(
            parts=(Sound(prompt="menu"),),
            keys={
                "1": NextStep(step="order"),
                "2": ToVoicemail(box="orders"),
                "4": NextStep(step="ask"),
                "5": ToNumber(number="95555"),
                "9": ToFlow(flow="more"),
            },
            tries=_UNSERVED,
        ),
        "order": Collect(
            parts=(Sound(prompt="order"),),
            into="order",
            at_most=2,
            go=NextStep(step="ask"),
            tries=_UNSERVED,
        ),
        "ask": LookUp(
            url="http://shop.test/{order}",
            keep={"state": "state"},
            go=NextStep(step="known"),
            otherwise=ToQueue(queue="orders", head_start=20.0),
            parts=(Sound(prompt="please_wait"),),
        ),
        "known": Branch(
            cases=(Case(when=(CollectedIs(name="state", values=frozenset({"sent"})),), go=HangUp()),),
            otherwise=ToNumber(number="95555"),
        ),
    },
)

_MORE: Final = Flow(
    name="more",
    start="menu",
    steps={
        "menu": Menu(
            parts=(),
            keys={
                "1": ToQueue(queue="reception", needs=(("orders", 2),)),
                "2": ToCallback(),
                "9": NextStep(step="say"),
            },
            tries=Tries(otherwise=ToQueue(queue="orders"), tries=1),
        ),
        "say": Record(
            parts=(Sound(prompt="say"),),
            into="wish",
            go=ToFlow(flow="main"),
            too_short=ToQueue(queue="gone"),
            failed=ToVoicemail(box="gone"),
        ),
    },
)

FLOWS: Final = {"main": _MAIN, "more": _MORE}
