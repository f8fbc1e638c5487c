"""Each kind of step, by what is said and pressed."""

from __future__ import annotations

from typing import Literal

import pytest

from ivr.interpreter import SILENT_STEPS, url_of
from ivr.model import (
    Branch,
    Case,
    Clock,
    Collect,
    CollectedIs,
    Condition,
    Digits,
    Exit,
    Finish,
    Flow,
    HangUp,
    HoursOpen,
    InList,
    LookUp,
    Menu,
    NextStep,
    Number,
    ReadAs,
    Record,
    Say,
    Sound,
    Step,
    Tape,
    TierIs,
    ToFlow,
    ToQueue,
    Tries,
)
from ivr.turns import (
    Elapsed,
    Input,
    LookedUp,
    PlainWorld,
    Played,
    Pressed,
    Recorded,
    RecordFailed,
)
from tests.unit.ivr.talk import Talk, values

ORDERS = ToQueue(queue="orders")
LOST = HangUp(served=False)
SERVED = HangUp()
TRIES = Tries(
    otherwise=LOST, invalid=(Sound(prompt="invalid"),), silence=(Sound(prompt="nothing"),), tries=3
)


def flow(**steps: Step) -> Flow:
    return Flow(name="f", start=next(iter(steps)), steps=steps)


def say(*prompts: str, go: Exit = SERVED, barge_in: bool = True) -> Say:
    return Say(parts=tuple(Sound(prompt=each) for each in prompts), go=go, barge_in=barge_in)


def step(name: str) -> NextStep:
    return NextStep(step=name)


MENU = Menu(
    parts=(Sound(prompt="menu"),),
    keys={"1": ORDERS, "2": step("bye"), "#": LOST},
    tries=TRIES,
    into="choice",
)
COLLECT = Collect(
    parts=(Sound(prompt="enter"),), into="order", go=SERVED, tries=TRIES, at_least=2, at_most=4
)


# --- saying


def test_what_is_said_to_the_end_leads_on() -> None:
    talk = Talk(flow(hello=say("welcome", "news", go=step("bye")), bye=say("goodbye")))
    talk.hears("welcome", "news").listens_to_the_end()
    talk.hears("goodbye").listens_to_the_end()
    talk.leaves(SERVED)
    assert talk.notes == [
        ("flow_step", "f", "hello"),
        ("flow_step", "f", "bye"),
        ("flow_left", "f", "served"),
    ]


def test_a_key_cuts_off_what_is_said_and_goes_along_to_the_menu() -> None:
    talk = Talk(
        flow(
            hello=say("welcome", go=step("news")),
            news=say("news", go=step("branch")),
            branch=Branch(cases=(), otherwise=step("menu")),
            menu=MENU,
            bye=say("goodbye"),
        )
    )
    talk.hears("welcome").presses("1").is_cut_off()
    talk.leaves(ORDERS, choice="1")


def test_a_wrong_key_that_cut_off_what_is_said_is_wrong_at_the_menu() -> None:
    talk = Talk(flow(hello=say("welcome", go=step("menu")), menu=MENU, bye=say("goodbye")))
    talk.hears("welcome").presses("7").is_cut_off().hears("invalid", "menu").presses("2").is_cut_off()
    talk.hears("goodbye")
    assert ("flow_wrong", "menu", "7", 1, 3) in talk.notes


def test_what_must_be_heard_is_not_cut_off() -> None:
    talk = Talk(
        flow(
            hello=say("welcome", go=step("law")),
            law=say("law", go=step("menu"), barge_in=False),
            menu=MENU,
            bye=say("goodbye"),
        )
    )
    talk.hears("welcome").presses("1").is_cut_off().hears("law").presses("1").nothing_else()
    talk.listens_to_the_end().hears("menu")


def test_a_tape_comes_between_what_is_said_around_it() -> None:
    parts = (Sound(prompt="you_said"), Tape(of="remark"), Tape(of="other"), Sound(prompt="thanks"))
    talk = Talk(flow(hear=Say(parts=parts, go=SERVED)), collected=(("remark", "4"),))
    talk.hears("you_said", tape="remark").listens_to_the_end().hears("thanks").listens_to_the_end()
    talk.leaves(SERVED, remark="4")


def test_a_key_cuts_off_all_that_is_left() -> None:
    parts = (Tape(of="remark"), Sound(prompt="thanks"))
    talk = Talk(flow(hear=Say(parts=parts, go=SERVED)), collected=(("remark", "4"),))
    talk.hears(tape="remark").presses("5").is_cut_off().leaves(SERVED, remark="4")


def test_numbers_digits_and_times_are_read_out() -> None:
    parts = (Number(value=21), Number(of="n"), Digits(text="40"), Digits(of="d"), Clock(), Clock(of="t"))
    talk = Talk(
        flow(tell=Say(parts=parts, go=SERVED)),
        PlainWorld(language="en", time=(8, 0)),
        collected=(("n", "3"), ("d", "7*"), ("t", "18:30")),
    )
    talk.hears(
        *("num_20", "num_1", "num_3", "num_4", "num_0", "num_7", "key_star"),
        *("num_8", "oclock", "clock_am", "num_6", "num_30", "clock_pm"),
    )


def test_what_was_never_collected_is_silent() -> None:
    parts = (Number(of="n"), Digits(of="n"), Clock(of="n"), Tape(of="n"))
    Talk(flow(tell=Say(parts=parts, go=SERVED))).leaves(SERVED)


# --- menus


def test_a_menu_is_heard_and_answered() -> None:
    talk = Talk(flow(menu=MENU, bye=say("goodbye")))
    talk.hears("menu").listens_to_the_end()
    assert talk.limit == 5.0
    talk.presses("1").leaves(ORDERS, choice="1")
    assert talk.limit is None
    assert ("flow_pressed", "menu", "1") in talk.notes


def test_silence_and_wrong_keys_count_together() -> None:
    talk = Talk(flow(menu=MENU, bye=say("goodbye")))
    talk.hears("menu").listens_to_the_end().stays_silent().hears("nothing", "menu")
    talk.listens_to_the_end().presses("9").hears("invalid", "menu")
    assert talk.limit is None
    talk.listens_to_the_end().stays_silent().leaves(LOST)
    assert [note[0] for note in talk.notes if note[0] != "flow_step"] == [
        "flow_silence", "flow_wrong", "flow_silence", "flow_left",
    ]  # fmt: skip


def test_a_menu_without_a_prompt_listens_at_once() -> None:
    bare = Menu(parts=(), keys={"1": ORDERS}, tries=Tries(otherwise=LOST, within=7.0, tries=2))
    talk = Talk(flow(menu=bare))
    assert talk.limit == 7.0
    talk.presses("5").presses("1").leaves(ORDERS)


def test_a_menu_entered_again_has_all_its_tries() -> None:
    talk = Talk(flow(menu=MENU, bye=say("goodbye", go=step("menu"))))
    talk.hears("menu").presses("9").is_cut_off().hears("invalid", "menu").presses("2").is_cut_off()
    talk.hears("goodbye").listens_to_the_end()
    talk.hears("menu").presses("9").is_cut_off().hears("invalid", "menu")
    assert talk.notes[-1] == ("flow_wrong", "menu", "9", 1, 3)


# --- collected input


@pytest.mark.parametrize("keys", ["12#", "1234"])
def test_input_ends_by_its_key_or_by_its_length(keys: str) -> None:
    talk = Talk(flow(order=COLLECT))
    talk.hears("enter").presses(keys[0]).is_cut_off()
    assert talk.limit == 3.0
    talk.presses(keys[1:]).leaves(SERVED, order=keys.rstrip("#"))
    assert talk.limit is None
    assert ("flow_collected", "order", "order", keys.rstrip("#")) in talk.notes


def test_input_ends_by_a_pause() -> None:
    talk = Talk(flow(order=COLLECT)).hears("enter").listens_to_the_end()
    talk.presses("123").stays_silent().leaves(SERVED, order="123")


@pytest.mark.parametrize(("keys", "entered"), [("1#", "1"), ("12*", "12*"), ("#", "")])
def test_too_few_digits_and_other_keys_are_asked_for_again(keys: str, entered: str) -> None:
    talk = Talk(flow(order=COLLECT)).hears("enter").listens_to_the_end()
    talk.presses(keys).hears("invalid", "enter")
    assert talk.notes[-1] == ("flow_wrong", "order", entered, 1, 3)
    talk.listens_to_the_end().presses("77#").leaves(SERVED, order="77")


def test_too_few_digits_after_a_pause_are_wrong_and_none_are_silence() -> None:
    talk = Talk(flow(order=COLLECT)).hears("enter").listens_to_the_end()
    talk.presses("1").stays_silent().hears("invalid", "enter")
    talk.listens_to_the_end().stays_silent().hears("nothing", "enter")
    talk.listens_to_the_end().stays_silent().leaves(LOST)


def test_without_a_key_that_ends_it_a_hash_is_wrong() -> None:
    open_end = Collect(parts=(), into="order", go=SERVED, tries=TRIES, at_most=2, ends_with=None)
    talk = Talk(flow(order=open_end)).presses("1#").hears("invalid").presses("1").is_cut_off()
    talk.presses("2").leaves(SERVED, order="12")


def test_the_hash_after_the_last_digit_means_nothing_any_more() -> None:
    fixed = Collect(parts=(), into="n", go=step("wait"), tries=TRIES, at_least=2, at_most=2)
    look = LookUp(
        url="http://x", keep={}, go=step("menu"), otherwise=LOST, parts=(Sound(prompt="wait"),)
    )
    menu = Menu(parts=(Sound(prompt="menu"),), keys={"1": ORDERS}, tries=TRIES)
    talk = Talk(flow(n=fixed, wait=look, menu=menu)).presses("12")
    talk.asks("http://x").hears("wait").presses("#").nothing_else()
    talk.listens_to_the_end().is_answered().hears("menu").presses("#").is_cut_off()
    talk.hears("invalid", "menu")


def test_it_is_waited_for_through_what_needs_no_key() -> None:
    fixed = Collect(parts=(), into="n", go=step("wait"), tries=TRIES, at_least=2, at_most=2)
    look = LookUp(url="http://x", keep={}, go=step("menu"), otherwise=LOST)
    menu = Menu(parts=(Sound(prompt="menu"),), keys={"1": ORDERS}, tries=TRIES)
    talk = Talk(flow(n=fixed, wait=look, menu=menu)).presses("12").asks("http://x").is_answered()
    talk.hears("menu").presses("#").nothing_else()
    talk.listens_to_the_end().presses("1").leaves(ORDERS, n="12")


def test_a_hash_that_is_a_choice_is_one() -> None:
    fixed = Collect(parts=(), into="n", go=step("menu"), tries=TRIES, at_least=2, at_most=2)
    talk = Talk(flow(n=fixed, menu=MENU, bye=say("goodbye"))).presses("12").hears("menu")
    talk.presses("#").is_cut_off().leaves(LOST, n="12", choice="#")


def test_a_key_typed_ahead_is_the_first_digit() -> None:
    talk = Talk(flow(hello=say("welcome", go=step("order")), order=COLLECT)).hears("welcome")
    talk.presses("1").is_cut_off().presses("2#").leaves(SERVED, order="12")


# --- branches

DAY = PlainWorld(caller="138", tier="vip", open_hours=frozenset({"day"}), lists=frozenset({"blacklist"}))


@pytest.mark.parametrize(
    ("condition", "holds", "words"),
    [
        (HoursOpen(hours="day"), True, "day is open"),
        (HoursOpen(hours="night"), False, ""),
        (HoursOpen(hours="night", open=False), True, "night is closed"),
        (HoursOpen(hours="day", open=False), False, ""),
        (TierIs(tiers=frozenset({"vip", "gold"})), True, "the tier is gold or vip"),
        (TierIs(tiers=frozenset({"gold"})), False, ""),
        (InList(list="blacklist"), True, "the caller is in blacklist"),
        (InList(list="do_not_call"), False, ""),
        (CollectedIs(name="n", values=frozenset({"12", "13"})), True, "n is 12 or 13"),
        (CollectedIs(name="n", prefixes=("1",)), True, "n begins with 1"),
        (
            CollectedIs(name="n", values=frozenset({"9"}), prefixes=("1", "2")),
            True,
            "n is 9 or begins with 1 or 2",
        ),
        (CollectedIs(name="n", values=frozenset({"1"})), False, ""),
        (CollectedIs(name="m", values=frozenset({"1"}), prefixes=("",)), False, ""),
    ],
)
def test_a_condition(condition: Condition, holds: bool, words: str) -> None:
    branch = Branch(cases=(Case(when=(condition,), go=ORDERS),), otherwise=LOST)
    talk = Talk(flow(branch=branch), DAY, collected=(("n", "12"),))
    talk.leaves(ORDERS if holds else LOST, n="12")
    told = (words, "queue orders") if holds else (None, "hung up")
    assert ("flow_branch", "branch", *told) in talk.notes


def test_all_conditions_of_a_case_must_hold_and_the_first_case_counts() -> None:
    day, vip = HoursOpen(hours="day"), TierIs(tiers=frozenset({"vip"}))
    branch = Branch(
        cases=(
            Case(when=(day, InList(list="do_not_call")), go=LOST),
            Case(when=(day, vip), go=ToFlow(flow="other")),
            Case(when=(day,), go=ORDERS),
        ),
        otherwise=SERVED,
    )
    talk = Talk(flow(branch=branch), DAY)
    talk.leaves(ToFlow(flow="other"))
    assert talk.notes[1:] == [
        ("flow_branch", "branch", "day is open and the tier is vip", "flow other"),
        ("flow_left", "f", "flow other"),
    ]


def test_a_circle_without_a_sound_is_left() -> None:
    talk = Talk(flow(a=Branch(cases=(), otherwise=step("b")), b=Say(parts=(), go=step("a"))))
    talk.leaves(LOST)
    assert talk.notes[-2:] == [("flow_stuck", "f", SILENT_STEPS), ("flow_left", "f", "hung up")]


# --- look-ups

LOOK = LookUp(
    url="http://shop/{order}?c={caller}&d={dialled}&x={unknown}",
    keep={"state": "status", "days": "days"},
    go=step("tell"),
    otherwise=ORDERS,
    within=1.5,
    parts=(Sound(prompt="wait"),),
)
TELL = Say(parts=(Number(of="days"),), go=SERVED)
SHOP = PlainWorld(caller="+8613", dialled="4001")
URL = "http://shop/7%2F8?c=%2B8613&d=4001&x="


def test_a_look_up_is_answered_before_its_prompt_is_over() -> None:
    talk = Talk(flow(look=LOOK, tell=TELL), SHOP, collected=(("order", "7/8"),))
    talk.asks(URL, 1.5).hears("wait").is_answered(status="sent", days="2", more="x").nothing_else()
    assert values(talk) == {"order": "7/8", "state": "sent", "days": "2"}
    talk.listens_to_the_end().hears("num_2").listens_to_the_end()
    talk.leaves(SERVED, order="7/8", state="sent", days="2")
    assert ("flow_looked_up", "look", (("state", "sent"), ("days", "2"))) in talk.notes


def test_a_look_up_is_answered_after_its_prompt() -> None:
    talk = Talk(flow(look=LOOK, tell=TELL), SHOP, collected=(("order", "7/8"),))
    talk.asks(URL, 1.5).hears("wait").listens_to_the_end().nothing_else()
    talk.presses("1").nothing_else()
    talk.is_answered(status="sent", days="2").hears("num_2")


def test_a_key_cuts_off_the_prompt_of_a_look_up_and_goes_no_further() -> None:
    talk = Talk(flow(look=LOOK, tell=TELL), SHOP, collected=(("order", "7/8"),))
    talk.asks(URL, 1.5).hears("wait").presses("1").is_cut_off().nothing_else()
    talk.is_answered(status="sent", days="2").hears("num_2")


def test_a_key_ends_the_prompt_of_a_look_up_that_has_been_answered() -> None:
    talk = Talk(flow(look=LOOK, tell=TELL), SHOP, collected=(("order", "7/8"),))
    talk.asks(URL, 1.5).hears("wait").is_answered(status="sent", days="2")
    talk.presses("1").is_cut_off().hears("num_2")


def test_two_prompts_while_it_is_looked_up() -> None:
    look = LookUp(
        url="http://x", keep={}, go=SERVED, otherwise=LOST, parts=(Tape(of="n"), Sound(prompt="wait"))
    )
    talk = Talk(flow(look=look), collected=(("n", "1"),)).asks("http://x").hears(tape="n")
    talk.listens_to_the_end().hears("wait").is_answered().listens_to_the_end().leaves(SERVED, n="1")


def test_a_look_up_that_fails() -> None:
    talk = Talk(flow(look=LOOK, tell=TELL), SHOP, collected=(("order", "7/8"),))
    talk.asks(URL, 1.5).hears("wait").listens_to_the_end().is_not_answered().leaves(ORDERS, order="7/8")
    assert ("flow_look_up_failed", "look", None) in talk.notes


def test_an_answer_without_a_field_keeps_nothing() -> None:
    talk = Talk(flow(look=LOOK, tell=TELL), SHOP, collected=(("order", "7/8"),))
    talk.asks(URL, 1.5).hears("wait").is_answered(status="sent").listens_to_the_end()
    talk.leaves(ORDERS, order="7/8")
    assert ("flow_look_up_failed", "look", "days") in talk.notes


@pytest.mark.parametrize(
    ("answered", "missing"),
    [
        ({"days": "abc", "tel": "138", "at": "8:05"}, "a number in days"),
        ({"days": "", "tel": "138", "at": "8:05"}, "a number in days"),
        ({"days": "2", "tel": "none", "at": "8:05"}, "digits in tel"),
        ({"days": "2", "tel": "138", "at": "soon"}, "a time of day in at"),
        ({"days": "2", "tel": "138"}, "at"),
        ({"days": "12.50", "tel": "+86 (138) 00", "at": "18:30"}, None),
    ],
)
def test_an_answer_that_cannot_be_read_out_is_none(
    answered: dict[str, str], missing: str | None
) -> None:
    read: dict[str, frozenset[ReadAs]] = {
        "d": frozenset({"number"}),
        "t": frozenset({"digits"}),
        "a": frozenset({"time"}),
    }
    keep = {"d": "days", "t": "tel", "a": "at"}
    look = LookUp(url="http://x", keep=keep, go=SERVED, otherwise=LOST, read=read)
    talk = Talk(flow(look=look)).asks("http://x").is_answered(**answered)
    if missing is None:
        talk.leaves(SERVED, d="12.50", t="+86 (138) 00", a="18:30")
    else:
        talk.leaves(LOST)
        assert ("flow_look_up_failed", "look", missing) in talk.notes


def test_a_value_cannot_become_another_part_of_the_address() -> None:
    template = "https://shop.example/o/{a}/x?y={b}"
    assert url_of(template, {"a": "../1?z=&", "b": "#中"}) == (
        "https://shop.example/o/..%2F1%3Fz%3D%26/x?y=%23%E4%B8%AD"
    )


def test_the_number_of_a_caller_who_hides_it_is_empty() -> None:
    look = LookUp(url="http://x/{caller}", keep={}, go=SERVED, otherwise=LOST)
    Talk(flow(look=look)).asks("http://x/").is_answered().leaves(SERVED)


def test_collected_values_do_not_replace_what_is_of_the_call() -> None:
    look = LookUp(url="http://x/{caller}", keep={}, go=SERVED, otherwise=LOST)
    Talk(flow(look=look), SHOP, collected=(("caller", "1"),)).asks("http://x/%2B8613")


# --- recordings

RECORD = Record(
    parts=(Sound(prompt="speak"),), into="remark", go=step("menu"), too_short=LOST, failed=ORDERS
)
REVIEW = Menu(parts=(Sound(prompt="review"),), keys={"1": SERVED, "2": step("record")}, tries=TRIES)


@pytest.mark.parametrize("early", [False, True])
def test_a_caller_is_recorded(early: bool) -> None:
    talk = Talk(flow(record=RECORD, menu=REVIEW)).hears("speak")
    talk = talk.presses("#").is_cut_off() if early else talk.listens_to_the_end()
    talk.records("remark").speaks_for(12.5).hears("review")
    assert ("flow_recorded", "record", 12.5) in talk.notes
    talk.presses("2").is_cut_off().hears("speak").listens_to_the_end()
    talk.records("remark").speaks_for(4.0).hears("review").presses("1").is_cut_off()
    talk.leaves(SERVED, remark="4")


def test_the_key_that_ended_a_recording_means_nothing_more() -> None:
    talk = Talk(flow(record=RECORD, menu=REVIEW)).hears("speak").listens_to_the_end()
    talk.records("remark").presses("#").nothing_else()
    talk.speaks_for(12.5, "digit").hears("review").presses("#").nothing_else()


def test_what_is_too_short_is_not_kept() -> None:
    talk = Talk(flow(record=RECORD, menu=REVIEW)).hears("speak").listens_to_the_end()
    talk.records("remark").speaks_for(1.9).leaves(LOST)
    assert ("flow_too_short", "record", 1.9, 2.0) in talk.notes


def test_what_cannot_be_recorded() -> None:
    talk = Talk(flow(record=RECORD, menu=REVIEW)).hears("speak").listens_to_the_end()
    talk.records("remark").cannot_be_recorded("no room").leaves(ORDERS)
    assert ("flow_not_recorded", "record", "no room") in talk.notes


def test_a_key_before_a_recording_is_not_part_of_it() -> None:
    bare = Record(parts=(), into="remark", go=Finish(how="said"), too_short=LOST, failed=LOST)
    talk = Talk(flow(hello=say("welcome", go=step("record")), record=bare)).hears("welcome")
    talk.presses("1").is_cut_off().records("remark").speaks_for(3.0, "length")
    talk.leaves(Finish(how="said"), remark="3")


# --- what comes too late

LATE: dict[Literal["playing", "listening", "asking", "recording"], tuple[Input, ...]] = {
    "playing": (
        Elapsed(), LookedUp(values=None), Recorded(seconds=9), RecordFailed(why="x"),
    ),
    "listening": (
        Played(), LookedUp(values=None), Recorded(seconds=9), RecordFailed(why="x"),
    ),
    "asking": (Elapsed(), Recorded(seconds=9), RecordFailed(why="x")),
    "recording": (Played(), Elapsed(), LookedUp(values=None), Pressed(digit="1")),
}  # fmt: skip


@pytest.mark.parametrize(
    ("doing", "given"), [(doing, given) for doing, inputs in LATE.items() for given in inputs]
)
def test_what_comes_too_late_means_nothing(
    doing: Literal["playing", "listening", "asking", "recording"], given: Input
) -> None:
    steps: dict[str, Step] = {
        "playing": say("welcome"),
        "listening": Menu(parts=(), keys={"2": LOST}, tries=TRIES),
        "asking": LookUp(url="http://x", keep={}, go=SERVED, otherwise=LOST),
        "recording": Record(parts=(), into="r", go=SERVED, too_short=LOST, failed=LOST),
    }
    talk = Talk(flow(only=steps[doing]))
    before = talk.session
    talk._untold.clear()
    talk.gives(given).nothing_else()
    assert before is not None
    assert before.doing == doing
    assert talk.session == before
