"""Phones' states without the echo of our own calls, and what they say for a moment after one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from agents.model import PhoneState
from asterisk.phones import SETTLE_S, Phones

FREE, RINGING, IN_USE, GONE = (
    PhoneState.FREE,
    PhoneState.RINGING,
    PhoneState.IN_USE,
    PhoneState.UNREACHABLE,
)


class Planned:
    """A call for later, which may be called off."""

    def __init__(self, delay: float, call: Callable[[], None]) -> None:
        assert delay == SETTLE_S
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        self.call = None


class Desk:
    """Phones whose time the test moves; what they reported."""

    def __init__(self) -> None:
        self.reported: list[tuple[str, PhoneState]] = []
        self.planned: list[Planned] = []
        self.phones = Phones(lambda *news: self.reported.append(news), later=self._plan)

    def _plan(self, delay: float, call: Callable[[], None]) -> Planned:
        self.planned.append(Planned(delay, call))
        return self.planned[-1]

    def time_passes(self) -> None:
        planned, self.planned = self.planned, []
        for each in planned:
            if each.call is not None:
                each.call()

    def told(self) -> list[tuple[str, PhoneState]]:
        told, self.reported[:] = self.reported.copy(), []
        return told


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.phones.reset([("1", FREE), ("2", FREE)], busy=[])
    return desk


def test_only_changes_are_told(desk: Desk) -> None:
    for state in (FREE, IN_USE, IN_USE, FREE, GONE):
        desk.phones.changed("1", state)
    assert desk.told() == [("1", IN_USE), ("1", FREE), ("1", GONE)]


def test_what_is_known_after_a_connection(desk: Desk) -> None:
    desk.phones.reset([("1", IN_USE), ("2", IN_USE), ("3", GONE)], busy=["1", "3"])
    assert desk.phones.known() == (("1", FREE), ("2", IN_USE), ("3", GONE))
    assert desk.told() == []


def test_who_is_new_again_is_told_what_was_told_before(desk: Desk) -> None:
    desk.phones.meet("1", FREE)
    desk.phones.meet("1", FREE)
    assert desk.told() == [("1", FREE), ("1", FREE)]


def test_our_own_leg_is_no_news_but_its_phones_death_is(desk: Desk) -> None:
    desk.phones.leg_began("1")
    desk.phones.changed("1", RINGING)
    desk.phones.changed("1", IN_USE)
    assert desk.told() == []
    desk.phones.changed("1", GONE)
    assert desk.told() == [("1", GONE)]


def test_a_leg_that_ends_with_the_phone_free_settles_at_once(desk: Desk) -> None:
    desk.phones.leg_began("1")
    desk.phones.changed("1", FREE)
    desk.phones.leg_ended("1")
    assert desk.planned == []


def test_a_phone_that_is_free_a_moment_later_was_never_busy(desk: Desk) -> None:
    desk.phones.leg_began("1")
    desk.phones.changed("1", IN_USE)
    desk.phones.leg_ended("1")
    desk.phones.changed("1", RINGING)
    desk.phones.changed("1", FREE)
    desk.time_passes()
    assert desk.told() == []


def test_a_phone_that_stays_in_use_is_believed_in_the_end(desk: Desk) -> None:
    desk.phones.leg_began("1")
    desk.phones.changed("1", IN_USE)
    desk.phones.leg_ended("1")
    assert desk.told() == []
    desk.time_passes()
    assert desk.told() == [("1", IN_USE)]
    desk.phones.changed("1", FREE)
    assert desk.told() == [("1", FREE)]


def test_a_second_leg_keeps_the_phone_ours(desk: Desk) -> None:
    desk.phones.leg_began("1")
    desk.phones.leg_began("1")
    desk.phones.changed("1", IN_USE)
    desk.phones.leg_ended("1")
    assert desk.planned == []
    desk.phones.leg_ended("1")
    assert len(desk.planned) == 1
    desk.time_passes()
    assert desk.told() == [("1", IN_USE)]


def test_a_leg_that_begins_while_the_last_one_settles(desk: Desk) -> None:
    desk.phones.leg_began("1")
    desk.phones.changed("1", IN_USE)
    desk.phones.leg_ended("1")
    desk.phones.leg_began("1")
    desk.time_passes()
    assert desk.told() == []
    desk.phones.leg_ended("1")
    desk.phones.leg_ended("1")
    assert len([each for each in desk.planned if each.call]) == 1


def test_a_new_connection_forgets_what_was_settling(desk: Desk) -> None:
    desk.phones.leg_began("1")
    desk.phones.changed("1", IN_USE)
    desk.phones.leg_ended("1")
    desk.phones.reset([("1", FREE)], busy=[])
    desk.time_passes()
    assert desk.told() == []
    assert desk.phones.known() == (("1", FREE),)


def test_a_leg_to_a_phone_that_nobody_knows(desk: Desk) -> None:
    desk.phones.leg_ended("9")
    desk.phones.leg_began("9")
    desk.phones.leg_ended("9")
    assert desk.told() == []
    assert desk.planned == []


async def test_settling_takes_real_time_by_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asterisk.phones.SETTLE_S", 0.001)
    reported: asyncio.Queue[tuple[str, PhoneState]] = asyncio.Queue()
    phones = Phones(lambda *news: reported.put_nowait(news))
    phones.reset([("1", FREE)], busy=["1"])
    phones.changed("1", IN_USE)
    phones.leg_ended("1")
    assert reported.empty()
    assert await reported.get() == ("1", IN_USE)
