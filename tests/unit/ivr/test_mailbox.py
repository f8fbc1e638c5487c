"""The menu of an agent's voicemail: what is heard, what each key does, at each moment."""

from __future__ import annotations

from typing import Any

import pytest

from ivr import mailbox
from ivr.mailbox import Do, Done, End, Entry, Heard, Session, Turn, Unplayable, begin, go_on
from ivr.turns import Elapsed, Listen, Play, Played, Pressed, Stop


def entry(id: str = "m1", **changes: Any) -> Entry:
    plain: dict[str, Any] = {
        "new": True,
        "caller": "138",
        "days_ago": 0,
        "clock": (10, 26),
        "tape": f"2026-11-18/{id}",
    }
    return Entry(id=id, **(plain | changes))


FROM = Play(sounds=("mailbox_from", "num_1", "num_3", "num_8", "num_10", "num_20", "num_6", "clock_am"))
TAPE = Play(sounds=("mailbox_message",), tape="2026-11-18/m1")
MENU = Play(sounds=("mailbox_menu",))
BYE = Play(sounds=("mailbox_no_more",))


def after(*inputs: Any, entries: tuple[Entry, ...] = (entry(),), language: str = "en") -> Turn:
    """The last turn of a dialogue."""
    turn = begin(entries, language)
    for each in inputs:
        assert turn.session is not None
        turn = go_on(turn.session, each)
    return turn


def key(digit: str) -> Pressed:
    return Pressed(digit=digit)


PLAYED = Played()
AT_TAPE = (PLAYED, PLAYED)
AT_MENU = (*AT_TAPE, PLAYED)
LISTENING = (*AT_MENU, PLAYED)


def test_without_messages_he_is_told_so_and_released() -> None:
    assert after(entries=()).actions == (Play(sounds=("mailbox_empty",)),)
    assert after(PLAYED, entries=()) == Turn(session=None, actions=(End(),))
    assert after(key("1"), entries=()).actions == ()


@pytest.mark.parametrize(
    ("entries", "language", "sounds"),
    [
        ((entry(), entry("m2")), "zh-CN", ("num_liang", "mailbox_new")),
        ((entry(), entry("m2", new=False)), "en", ("num_1", "mailbox_new", "num_1", "mailbox_old")),
        ((entry(new=False),), "en", ("num_1", "mailbox_old")),
    ],
)
def test_he_hears_how_many_there_are(
    entries: tuple[Entry, ...], language: str, sounds: tuple[str, ...]
) -> None:
    told = after(entries=entries, language=language).actions
    assert told == (Play(sounds=("mailbox_you_have", *sounds)),)


def test_who_and_when_then_the_message_then_the_menu() -> None:
    assert after(PLAYED).actions == (FROM,)
    assert after(*AT_TAPE).actions == (TAPE,)
    assert after(*AT_MENU).actions == (Heard(message="m1"), MENU)
    assert after(*LISTENING).actions == (Listen(seconds=6.0),)


@pytest.mark.parametrize(
    ("changes", "sounds"),
    [
        ({"caller": None}, ("mailbox_withheld",)),
        ({"days_ago": 1}, ("num_1", "num_3", "num_8", "mailbox_yesterday")),
        ({"days_ago": 3}, ("num_1", "num_3", "num_8", "num_3", "mailbox_days_ago")),
    ],
)
def test_withheld_numbers_and_older_days(changes: dict[str, Any], sounds: tuple[str, ...]) -> None:
    (play,) = after(PLAYED, entries=(entry(**changes),)).actions
    assert isinstance(play, Play)
    assert play.sounds[1 : 1 + len(sounds)] == sounds


def test_a_message_cut_off_by_a_key_was_heard_and_so_was_one_hung_up_in() -> None:
    assert after(*AT_TAPE, key("1")).actions == (Stop(), Heard(message="m1"), FROM)
    session = after(*AT_TAPE).session
    assert session is not None
    assert mailbox.hung_up(session) == (Heard(message="m1"),)
    early = after(PLAYED).session
    assert early is not None
    assert mailbox.hung_up(early) == ()


def test_what_cannot_be_played_was_not_heard() -> None:
    told = Play(sounds=("mailbox_unplayable", "mailbox_menu"))
    assert after(*AT_TAPE, Unplayable()).actions == (told,)
    assert after(Unplayable()).actions == (FROM,)


@pytest.mark.parametrize(
    ("digit", "act", "told"),
    [
        ("3", "close", "mailbox_closed"),
        ("4", "call_back", "mailbox_calling_back"),
        ("5", "take", "mailbox_taken"),
    ],
)
def test_acts_and_their_answers(digit: str, act: Any, told: str) -> None:
    asked = after(*LISTENING, key(digit))
    assert asked.actions == (Listen(seconds=None), Do(message="m1", act=act))
    assert after(*LISTENING, key(digit), key("2")).actions == ()
    assert after(*LISTENING, key(digit), PLAYED).actions == ()
    done = after(*LISTENING, key(digit), Done())
    assert done.actions == (Play(sounds=(told,)),)
    refused = after(*LISTENING, key(digit), Done(refused=True))
    assert refused.actions == (Play(sounds=("refused", "mailbox_menu")),)


def test_after_an_act_comes_the_next_message_at_once_by_a_key() -> None:
    two = (entry(), entry("m2"))
    done = (*LISTENING, key("3"), Done())
    nexts = [after(*done, PLAYED, entries=two), after(*done, key("9"), entries=two)]
    assert nexts[0].actions == (FROM,)
    assert nexts[1].actions == (Stop(), FROM)
    assert [turn.session.at for turn in nexts if turn.session is not None] == [1, 1]


def test_next_after_the_last_message_is_the_end() -> None:
    assert after(*AT_MENU, key("2")).actions == (Stop(), BYE)
    assert after(*AT_MENU, key("2"), key("1")).actions == ()
    assert after(*AT_MENU, key("2"), PLAYED) == Turn(session=None, actions=(End(),))


@pytest.mark.parametrize("inputs", [(), (PLAYED,), AT_MENU])
def test_hash_ends_it_at_any_time(inputs: tuple[Any, ...]) -> None:
    assert after(*inputs, key("#")) == Turn(session=None, actions=(Stop(), End()))


def test_any_key_skips_the_counting() -> None:
    assert after(key("7")).actions == (Stop(), FROM)


def test_unknown_keys_tell_the_menu_again_but_disturb_no_message() -> None:
    assert after(*AT_MENU, key("7")).actions == (Stop(), MENU)
    assert after(*LISTENING, key("7")).actions == (Listen(seconds=None), MENU)
    assert after(*AT_TAPE, key("7")).actions == ()


def test_silence_tells_the_menu_again_and_ends_at_last() -> None:
    once = (Elapsed(), PLAYED)
    assert after(*LISTENING, Elapsed()).actions == (MENU,)
    assert after(*LISTENING, *once, Elapsed()).actions == (MENU,)
    end = (*LISTENING, *once, *once, Elapsed())
    assert after(*end).actions == (Play(sounds=("mailbox_goodbye",)),)
    assert after(*end, PLAYED) == Turn(session=None, actions=(End(),))


def test_a_key_makes_patience_new() -> None:
    once = (Elapsed(), PLAYED)
    turn = after(*LISTENING, *once, *once, key("7"), PLAYED, Elapsed())
    assert turn.actions == (MENU,)


def test_what_comes_too_late_changes_nothing() -> None:
    for inputs, late in (((PLAYED,), Elapsed()), (AT_MENU, Done()), (LISTENING, PLAYED)):
        before = after(*inputs).session
        assert isinstance(before, Session)
        assert go_on(before, late) == Turn(session=before)


def dialled(number: str) -> tuple[Any, ...]:
    return (*LISTENING, key("6"), *(key(digit) for digit in number))


def test_forwarded_to_the_number_that_he_dials() -> None:
    assert after(*LISTENING, key("6")).actions == (
        Listen(seconds=None),
        Play(sounds=("mailbox_forward_to",)),
    )
    assert after(*LISTENING, key("6"), PLAYED).actions == (Listen(seconds=6.0),)
    assert after(*dialled("1")).actions == (Stop(), Listen(seconds=6.0))
    assert after(*dialled("10")).actions == (Listen(seconds=None), Listen(seconds=6.0))
    asked = after(*dialled("1002#"))
    do = Do(message="m1", act="forward", number="1002")
    assert asked.actions == (Listen(seconds=None), do)
    assert after(*dialled("1002#"), Done()).actions == (Play(sounds=("mailbox_forwarded",)),)
    refused = after(*dialled("1002#"), Done(refused=True))
    assert refused.actions == (Play(sounds=("refused", "mailbox_menu")),)


def test_the_keys_of_a_number_mean_nothing_else_and_the_next_number_begins_anew() -> None:
    again = after(*dialled("1234#"), Done(refused=True), key("6"), key("5"), key("#"))
    assert again.actions[-1] == Do(message="m1", act="forward", number="5")


def test_who_dials_no_number_hears_the_menu() -> None:
    assert after(*dialled("#")).actions == (Stop(), MENU)
    assert after(*dialled("10"), Elapsed()).actions == (MENU,)
    assert after(*dialled(""), PLAYED, Elapsed()).actions == (MENU,)


def test_a_number_without_end_is_cut_off() -> None:
    (_, do) = after(*dialled("7" * 99 + "#")).actions
    assert do == Do(message="m1", act="forward", number="7" * 32)
