"""Announcements as sounds."""

from __future__ import annotations

import pytest

from acd.core.routing import Then, WaitOffer
from acd.core.telling import OFFERS, news, offered
from asterisk.prompts.catalogue import PROMPTS


@pytest.mark.parametrize(
    ("estimate", "said"),
    [
        (0.0, ("less_than_a_minute",)),
        (59.9, ("less_than_a_minute",)),
        (60.0, ("one_minute",)),
        (89.0, ("one_minute",)),
        (90.0, ("num_2", "minutes")),
        (1230.0, ("num_20", "num_1", "minutes")),
        (1800.0, ("num_30", "minutes")),
        (1801.0, ("more_than", "num_30", "minutes")),
    ],
)
def test_waits_in_english(estimate: float, said: tuple[str, ...]) -> None:
    assert news(None, estimate, "en", 1800.0) == ("expected_wait", *said)


def test_a_short_limit() -> None:
    assert news(None, 50.0, "en", 30.0) == ("expected_wait", "more_than", "one_minute")


def test_position_and_wait_in_chinese() -> None:
    assert news(12, 120.0, "zh-CN", 1800.0) == (
        "you_are_number",
        "num_10",
        "num_2",
        "in_the_queue",
        "expected_wait",
        "num_liang",
        "minutes",
    ) or news(12, 120.0, "zh-CN", 1800.0)[1:2] == ("num_12",)


def test_nothing_new() -> None:
    assert news(None, None, "en", 1800.0) == ()


@pytest.mark.parametrize(("key", "sound"), [("1", "num_1"), ("*", "key_star"), ("#", "key_hash")])
def test_the_systems_prompts_are_followed_by_the_key(key: str, sound: str) -> None:
    offer = WaitOffer(key=key, then=Then.CALLBACK, say="offer_callback")
    assert offered(offer) == ("offer_callback", sound)


def test_own_prompts_say_their_key_themselves() -> None:
    assert offered(WaitOffer(key="1", then=Then.CALLBACK, say="mine")) == ("mine",)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_sound_is_in_the_catalogue(language: str) -> None:
    sounds = {"callback_kept", *OFFERS.values(), "key_star", "key_hash"}
    for position in (1, 2, 10, 11, 20, 21, 100, 101, 999):
        for estimate in (10.0, 60.0, 60.0 * position):
            sounds |= set(news(position, estimate, language, 3600.0))
    assert {sound for sound in sounds if language not in PROMPTS[sound]} == set()
