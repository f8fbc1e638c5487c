"""Playbooks of secret input: a caller types the number of his card, and only the web service is told."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from acd.core import events
from acd.core.commands import Record
from acd.core.dispatcher import Dispatcher
from acd.core.explain import text_of
from acd.core.flow_words import FlowEntered, FlowLeft, LookedUp, LookUp
from acd.core.routing import Routing
from ivr.model import Collect, Digits, HangUp, NextStep, Say, Sound, ToFlow, Tries
from ivr.model import LookUp as LookUpStep
from tests.playbooks.centre import flow_of, menu_first
from tests.playbooks.harness import Playbook
from tests.playbooks.words import arrived, end, hung_up, on_duty, pressed, prompt_over

CARD = "4111111111111111"
LOST = HangUp(served=False)
ASK = Collect(
    parts=(Sound(prompt="enter_card"),),
    into="card",
    go=NextStep(step="2"),
    tries=Tries(otherwise=LOST),
    at_least=13,
    at_most=19,
    secret=True,
)
LOOK = LookUpStep(url="https://shop.test/pay/{card}", keep={}, go=ToFlow(flow="thanks"), otherwise=LOST)
PAY = flow_of(ASK, LOOK)
THANKS = replace(flow_of(Say(parts=(Sound(prompt="goodbye"),), go=HangUp())), name="thanks")
CENTRE = replace(menu_first(PAY), flows={"main": PAY, "thanks": THANKS})


def paying() -> Playbook:
    return on_duty(Playbook(CENTRE), "1001")


def enters(play: Playbook, keys: str) -> Playbook:
    for key in keys:
        play >> pressed(key)
    return play


def told(play: Playbook) -> str:
    """All that is stored of the call, and all that can be asked about it."""
    why = play.core.why("c1")
    trace = [] if why is None else [text_of(reason) for reason in why.trace]
    return " ".join([*map(str, play.facts), *trace])


def test_the_web_service_is_told_the_card_and_nobody_else() -> None:
    play = paying() >> arrived() >> prompt_over("main-1")
    enters(play, CARD + "#") << LookUp(call="c1", url=f"https://shop.test/pay/{CARD}", within=2.0)
    assert "at 1: enters card ****************" in told(play)
    play >> LookedUp(call="c1", values={})
    left = play.last(FlowLeft)
    assert (left.exit, left.collected) == ("flow thanks", (("card", 16 * "*"),))
    assert play.last(FlowEntered).flow == "thanks"
    play >> prompt_over("thanks-2") << end()
    play >> hung_up()
    assert play.last(FlowLeft).collected == (("card", 16 * "*"),)
    assert CARD[:4] not in told(play)


@pytest.mark.parametrize("goes", ["after the question", "in the middle of it"])
def test_who_hangs_up_before_the_end_has_told_nobody(goes: str) -> None:
    play = paying() >> arrived() >> prompt_over("main-1")
    enters(play, CARD + "#" * (goes == "after the question"))
    play >> hung_up()
    assert play.last(FlowLeft).exit == "caller hung up"
    assert CARD[:4] not in told(play)


def test_too_few_digits_are_not_told_either() -> None:
    play = paying() >> arrived() >> prompt_over("main-1")
    enters(play, "4111#")
    assert "at 1: **** is no answer" in told(play)
    assert "4111" not in told(play)


def test_who_hears_it_read_out_does_not_find_it_in_the_story() -> None:
    tell = Say(parts=(Sound(prompt="your_card"), Digits(of="card")), go=HangUp())
    play = on_duty(Playbook(menu_first(flow_of(ASK, tell))), "1001") >> arrived()
    enters(play >> prompt_over("main-1"), CARD + "#")
    assert "your_card (secret)" in told(play)
    assert "num_4" not in told(play)


def test_with_other_digits_the_core_decides_the_same() -> None:
    """So a flight recording need not keep them."""

    def decided(routing: Routing, digits: str) -> list[object]:
        core = Dispatcher(routing, Random(1))
        happened: list[events.Event] = [arrived(), prompt_over("main-1"), *map(pressed, digits)]
        happened += [LookedUp(call="c1", values={}), hung_up()]
        commands = [each for event in happened for each in core.handle(event, 100.0)]
        return [each for each in commands if isinstance(each, Record)]

    assert decided(CENTRE, CARD + "#") == decided(CENTRE, 16 * "0" + "#")


def test_which_input_a_key_belongs_to_is_known() -> None:
    play = paying() >> arrived() >> pressed("4")
    assert play.core.secret_key == "card"
    play >> pressed("1", call="c9")
    assert play.core.secret_key is None
