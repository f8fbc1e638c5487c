"""Secret inputs: who is told of their digits, and who is not."""

from __future__ import annotations

import pytest

from ivr.model import (
    Branch,
    Case,
    Clock,
    Collect,
    CollectedIs,
    Digits,
    Exit,
    Flow,
    HangUp,
    HoursOpen,
    LookUp,
    Menu,
    NextStep,
    Number,
    Part,
    Record,
    Say,
    Sound,
    Step,
    Tape,
    Tries,
)
from ivr.secrecy import NO_EFFECT, UNSAID, decisive, secrets
from tests.unit.ivr.talk import Talk

SERVED = HangUp()
LOST = HangUp(served=False)
TRIES = Tries(otherwise=LOST, invalid=(Sound(prompt="invalid"),))


def card(go: Exit = SERVED, *, secret: bool = True) -> Collect:
    return Collect(
        parts=(Sound(prompt="enter"),), into="card", go=go, tries=TRIES, at_least=4, secret=secret
    )


def flow(**steps: Step) -> Flow:
    return Flow(name="pay", start=next(iter(steps)), steps=steps)


def told(talk: Talk) -> str:
    """All that stands in the story of the call."""
    return " ".join(map(str, talk.notes))


def test_the_story_knows_how_many_digits_were_entered() -> None:
    talk = Talk(flow(card=card())).hears("enter").listens_to_the_end().presses("41*")
    talk.hears("invalid", "enter").listens_to_the_end().presses("41#")
    talk.hears("invalid", "enter").listens_to_the_end().presses("41112222#")
    talk.leaves(SERVED, "card", card="41112222")
    assert ("flow_wrong", "card", "***", 1, 3) in talk.notes
    assert ("flow_wrong", "card", "**", 2, 3) in talk.notes
    assert ("flow_collected", "card", "card", "********") in talk.notes
    assert "41" not in told(talk)


def test_what_is_no_secret_is_told() -> None:
    talk = Talk(flow(card=card(secret=False))).hears("enter").listens_to_the_end().presses("4111#")
    talk.leaves(SERVED, card="4111")
    assert ("flow_collected", "card", "card", "4111") in talk.notes
    assert set(talk.secret_keys) == {None}


def test_a_look_up_is_given_it_and_may_say_it_back() -> None:
    look = LookUp(url="http://x/{card}/{pin}", keep={"card": "number"}, go=SERVED, otherwise=LOST)
    talk = Talk(flow(card=card(NextStep(step="look")), look=look), collected=(("pin", "1/2"),))
    talk.hears("enter").listens_to_the_end().presses("4111#")
    talk.asks("http://x/4111/1%2F2", shown="http://x/****/1%2F2").is_answered(number="411122")
    talk.leaves(SERVED, "card", pin="1/2", card="411122")
    assert talk.notes[-2] == ("flow_looked_up", "look", (("card", "******"),))


def test_the_reason_of_a_branch_does_not_say_it() -> None:
    case = Case(when=(CollectedIs(name="card", values=frozenset({"4111"})),), go=SERVED)
    which = Branch(cases=(case,), otherwise=LOST)
    talk = Talk(flow(card=card(NextStep(step="which")), which=which))
    talk.hears("enter").listens_to_the_end().presses("4111#").leaves(SERVED, "card", card="4111")
    assert ("flow_branch", "which", "card is one that is asked for", "served") in talk.notes
    assert "4111" not in told(talk)


@pytest.mark.parametrize(
    ("part", "sounds"),
    [
        (Digits(of="card"), ["num_4", "num_1", "num_1", "num_2"]),
        (Number(of="card"), ["num_4", "num_thousand", "num_1", "num_hundred", "num_12"]),
    ],
)
def test_who_reads_it_out_does_not_write_it_down(part: Part, sounds: list[str]) -> None:
    hear = Say(parts=(Sound(prompt="you_said"), part, Digits(text="7")), go=SERVED)
    talk = Talk(flow(card=card(NextStep(step="hear")), hear=hear)).hears("enter").listens_to_the_end()
    talk.presses("4112#").hears("you_said", *sounds, "num_7", shown=("you_said", UNSAID, "num_7"))


def test_what_was_brought_along_stays_secret() -> None:
    hear = Say(parts=(Digits(of="card"), Tape(of="remark")), go=NextStep(step="card"))
    brought = (("card", "41"), ("remark", "4"))
    talk = Talk(flow(hear=hear, card=card(secret=False)), collected=brought, secret=frozenset({"card"}))
    talk.hears("num_4", "num_1", tape="remark", shown=(UNSAID,)).listens_to_the_end()
    talk.hears("enter").listens_to_the_end().presses("4111#")
    talk.leaves(SERVED, "card", card="4111", remark="4")
    assert "4111" not in told(talk)


def test_a_secret_that_was_not_entered_is_as_silent_as_any() -> None:
    hear = Say(parts=(Sound(prompt="you_said"), Digits(of="card")), go=SERVED)
    Talk(flow(hear=hear), secret=frozenset({"card"})).hears("you_said")


# --- which keys a recording of events may keep as any other


def test_every_key_of_it_is_known_as_one_also_the_one_typed_ahead() -> None:
    hello = Say(parts=(Sound(prompt="welcome"),), go=NextStep(step="card"))
    talk = Talk(flow(hello=hello, card=card())).hears("welcome").presses("4").is_cut_off()
    talk.presses("111#").leaves(SERVED, "card", card="4111")
    assert talk.secret_keys == ["card"] * 5


def test_keys_without_effect_can_be_any() -> None:
    """Somebody types his number before he is asked, or goes on typing while it is looked up."""
    law = Say(parts=(Sound(prompt="law"),), go=NextStep(step="look"), barge_in=False)
    wait = (Sound(prompt="wait"),)
    look = LookUp(url="http://x", keep={}, go=NextStep(step="menu"), otherwise=LOST, parts=wait)
    menu = Menu(parts=(), keys={"1": SERVED}, tries=TRIES)
    talk = Talk(flow(law=law, look=look, menu=menu)).hears("law").presses("41").listens_to_the_end()
    talk.asks("http://x").hears("wait").presses("1").is_cut_off().presses("2").is_answered()
    talk.presses("1").leaves(SERVED)
    assert talk.secret_keys == [NO_EFFECT] * 4 + [None]


def test_names_of_secrets_and_of_values_on_which_something_depends() -> None:
    case = Case(when=(HoursOpen(hours="tv"), CollectedIs(name="a")), go=SERVED)
    heard = (Clock(of="e"), Tape(of="z"))
    steps: dict[str, Step] = {
        "one": card(),
        "two": Branch(cases=(case,), otherwise=LOST),
        "three": Say(parts=(Digits(of="b"), Digits(text="1"), Clock()), go=SERVED),
        "four": Menu(parts=(Number(of="c"),), keys={}, tries=Tries(otherwise=LOST, silence=heard)),
        "five": Record(parts=(Digits(of="d"),), into="r", go=SERVED, too_short=LOST, failed=LOST),
        "six": LookUp(url="{z}", keep={}, go=SERVED, otherwise=LOST, parts=(Number(of="f"),)),
    }
    assert decisive([flow(**steps), flow(seven=card(secret=False))]) == set("abcdef")
    assert secrets([flow(**steps)]) == {"card"}
    assert secrets([flow(seven=card(secret=False))]) == set()
