"""Every row of the agents' table, each state it can lead to, and each pair that it doesn't list."""

from __future__ import annotations

from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.inputs import (
    Answer,
    CallOver,
    Decline,
    EndWrapUp,
    ExtendWrapUp,
    Input,
    LogIn,
    LogOut,
    Pause,
    PhoneChanged,
    Release,
    Reserve,
    RestOver,
    Resume,
    Ring,
    WrapUpOver,
)
from agents.model import AgentAct, AgentState, PhoneState
from agents.states import TABLE, IllegalTransition, Refused, Status, Unavailable, step

NOW = 100.0
IDLE = AgentState.IDLE
RESERVED = AgentState.RESERVED
RINGING = AgentState.RINGING
TALKING = AgentState.TALKING
WRAP_UP = AgentState.WRAP_UP
PAUSED = AgentState.PAUSED
OFFLINE = AgentState.OFFLINE
AWAY = AgentState.UNAVAILABLE
LUNCH = Pause(reason="lunch")
LOST = PhoneChanged(phone=PhoneState.UNREACHABLE)
BACK = PhoneChanged(phone=PhoneState.FREE)
BUSY = PhoneChanged(phone=PhoneState.IN_USE)
NO_PHONE = (Unavailable.PHONE_UNREACHABLE,)
TO_PAUSE = {"pending": AgentAct.PAUSE, "pending_reason": "lunch"}
TO_LEAVE = {"pending": AgentAct.LOG_OUT}
UNREACHABLE = {"phone": PhoneState.UNREACHABLE}


def at(state: AgentState, **changes: Any) -> Status:
    """An agent who has been in the state since 50, free since 40, logged in at 1, phone free."""
    status = Status(state=state, since=50.0, free_since=40.0, phone=PhoneState.FREE, logged_in_at=1.0)
    if state is PAUSED:
        status = status._replace(pause_reason="lunch")
    if state is WRAP_UP:
        status = status._replace(until=110.0, free_since=50.0)
    if state is OFFLINE:
        status = status._replace(logged_in_at=None)
    return status._replace(**changes)


def now(state: AgentState, **changes: Any) -> Status:
    """What `at` says, entered just now."""
    return at(state, **{"since": NOW, **changes})


def after_call(state: AgentState, **changes: Any) -> list[tuple[Status, Input, Status | None]]:
    """The ways out of a state by an input that ends a call or an offer, whatever is pending."""
    what: Input = changes.pop("what")
    free_since = changes.pop("free_since")
    fresh = {"free_since": free_since}
    paused = now(PAUSED, **fresh)
    return [
        (at(state), what, now(IDLE, **fresh)),
        (at(state, **UNREACHABLE), what, now(AWAY, unavailable=NO_PHONE, **fresh, **UNREACHABLE)),
        (at(state, **TO_PAUSE), what, paused),
        (at(state, **TO_LEAVE), what, now(OFFLINE, free_since=at(state).free_since)),
    ]


def in_call(state: AgentState) -> list[tuple[Status, Input, Status | None]]:
    """What holds in each state of a call: acts wait for its end, the phone is noted."""
    return [
        (at(state), LogIn(), None),
        (at(state, **TO_PAUSE), LogIn(), None),
        (at(state, **TO_LEAVE), LogIn(), at(state)),
        (at(state), Resume(), None),
        (at(state, **TO_LEAVE), Resume(), None),
        (at(state, **TO_PAUSE), Resume(), at(state)),
        (at(state), BUSY, at(state, phone=PhoneState.IN_USE)),
        (at(state), BACK, at(state)),
    ]


def asks_in_call(state: AgentState) -> list[tuple[Status, Input, Status | None]]:
    """A pause or log-out asked for in a call is pending; the last one counts."""
    return [
        (at(state), LogOut(), at(state, **TO_LEAVE)),
        (at(state, **TO_PAUSE), LogOut(), at(state, **TO_LEAVE)),
        (at(state, **TO_LEAVE), LogOut(), None),
        (at(state), LUNCH, at(state, **TO_PAUSE)),
        (at(state, **TO_LEAVE), LUNCH, at(state, **TO_PAUSE)),
        (at(state, **TO_PAUSE), LUNCH, None),
        (at(state, **TO_PAUSE), Pause(reason="tea"), at(state, **{**TO_PAUSE, "pending_reason": "tea"})),
        (at(state), EndWrapUp(), None),
        (at(state), ExtendWrapUp(), None),
    ]


def not_in_call(state: AgentState) -> list[tuple[Status, Input, Status | None]]:
    """What nobody who is logged in and in no call can ask for."""
    return [
        (at(state), LogIn(), None),
        (at(state), LogOut(), now(OFFLINE)),
        (at(state), EndWrapUp(), None),
        (at(state), ExtendWrapUp(), None),
    ]


RESTING: dict[str, Any] = {"unavailable": (Unavailable.RESTING,), "until": 130.0, "rest_until": 130.0}
BOTH = (Unavailable.PHONE_UNREACHABLE, Unavailable.RESTING)
DECLINED: list[tuple[Status, Input, Status | None]] = [
    row
    for state in (RESERVED, RINGING, TALKING)
    for row in [
        *after_call(state, what=Decline(), free_since=NOW),
        (at(state), Decline(rest=30.0), now(AWAY, free_since=NOW, **RESTING)),
        (
            at(state),
            Decline(pause_reason="no answer"),
            now(PAUSED, free_since=NOW, pause_reason="no answer"),
        ),
        (at(state, **TO_PAUSE), Decline(pause_reason="no answer"), now(PAUSED, free_since=NOW)),
        (at(state, **TO_PAUSE), Decline(rest=30.0), now(PAUSED, free_since=NOW, rest_until=130.0)),
        (at(state, **TO_LEAVE), Decline(pause_reason="no answer"), now(OFFLINE)),
    ]
]

ROWS: list[tuple[Status, Input, Status | None]] = [
    # offline
    (at(OFFLINE), LogIn(), now(IDLE, free_since=NOW, logged_in_at=NOW)),
    (
        at(OFFLINE, **UNREACHABLE),
        LogIn(),
        now(AWAY, free_since=NOW, logged_in_at=NOW, unavailable=NO_PHONE, **UNREACHABLE),
    ),
    (at(OFFLINE), LogOut(), None),
    (at(OFFLINE), LUNCH, None),
    (at(OFFLINE), Resume(), None),
    (at(OFFLINE), EndWrapUp(), None),
    (at(OFFLINE), ExtendWrapUp(), None),
    (at(OFFLINE), LOST, at(OFFLINE, **UNREACHABLE)),
    # idle
    *not_in_call(IDLE),
    (at(IDLE), LUNCH, now(PAUSED)),
    (at(IDLE), Resume(), None),
    (at(IDLE), Reserve(), now(RESERVED)),
    (at(IDLE), BACK, at(IDLE)),
    (at(IDLE), LOST, now(AWAY, unavailable=NO_PHONE, **UNREACHABLE)),
    (at(IDLE), BUSY, now(AWAY, unavailable=(Unavailable.PHONE_BUSY,), phone=PhoneState.IN_USE)),
    # unavailable
    *not_in_call(AWAY),
    (at(AWAY, **RESTING), LUNCH, now(PAUSED, rest_until=130.0)),
    (at(AWAY, unavailable=NO_PHONE), Resume(), None),
    (at(AWAY, unavailable=NO_PHONE, **UNREACHABLE), BACK, now(IDLE)),
    (
        at(AWAY, unavailable=NO_PHONE, **UNREACHABLE),
        BUSY,
        at(AWAY, unavailable=(Unavailable.PHONE_BUSY,), phone=PhoneState.IN_USE),
    ),
    (at(AWAY, **RESTING), LOST, at(AWAY, **{**RESTING, "unavailable": BOTH}, **UNREACHABLE)),
    (at(AWAY, **RESTING), RestOver(), now(IDLE)),
    (
        at(AWAY, **{**RESTING, "unavailable": BOTH}, **UNREACHABLE),
        RestOver(),
        at(AWAY, unavailable=NO_PHONE, **UNREACHABLE),
    ),
    # paused
    *not_in_call(PAUSED),
    (at(PAUSED), LUNCH, None),
    (at(PAUSED), Pause(reason="tea"), now(PAUSED, pause_reason="tea")),
    (at(PAUSED), Resume(), now(IDLE, free_since=NOW)),
    (at(PAUSED, rest_until=90.0), Resume(), now(IDLE, free_since=NOW)),
    (at(PAUSED, rest_until=130.0), Resume(), now(AWAY, free_since=NOW, **RESTING)),
    (at(PAUSED), LOST, at(PAUSED, **UNREACHABLE)),
    # reserved
    *in_call(RESERVED),
    *asks_in_call(RESERVED),
    (at(RESERVED, **TO_PAUSE), Ring(), now(RINGING, **TO_PAUSE)),
    (at(RESERVED, **TO_LEAVE), Answer(), now(TALKING, **TO_LEAVE)),
    *after_call(RESERVED, what=Release(), free_since=40.0),
    *DECLINED,
    # ringing
    *in_call(RINGING),
    *asks_in_call(RINGING),
    (at(RINGING), Answer(), now(TALKING)),
    *after_call(RINGING, what=Release(), free_since=40.0),
    # talking
    *in_call(TALKING),
    *asks_in_call(TALKING),
    *after_call(TALKING, what=Release(), free_since=40.0),
    *after_call(TALKING, what=CallOver(), free_since=NOW),
    (
        at(TALKING, **TO_PAUSE),
        CallOver(wrap_up=15.0, extend=30.0),
        now(WRAP_UP, free_since=NOW, until=115.0, extend=30.0, **TO_PAUSE),
    ),
    # wrap-up
    *in_call(WRAP_UP),
    (at(WRAP_UP, **TO_LEAVE), LUNCH, now(PAUSED, free_since=50.0)),
    (at(WRAP_UP), LogOut(), now(OFFLINE, free_since=50.0)),
    *after_call(WRAP_UP, what=EndWrapUp(), free_since=NOW),
    *after_call(WRAP_UP, what=WrapUpOver(), free_since=NOW),
    (at(WRAP_UP, extend=30.0), ExtendWrapUp(), at(WRAP_UP, until=140.0, extend=30.0, extended=True)),
    (at(WRAP_UP, extend=30.0, extended=True), ExtendWrapUp(), None),
    (at(WRAP_UP), ExtendWrapUp(), None),
]


@pytest.mark.parametrize(("before", "what", "expected"), ROWS)
def test_row(before: Status, what: Input, expected: Status | None) -> None:
    outcome = step(before, what, NOW)
    if expected is None:
        assert isinstance(outcome, Refused)
        assert outcome.why
    else:
        assert outcome == expected


def test_rows_are_tried_to_each_of_their_ends() -> None:
    tried = {
        (before.state, type(what), expected.state)
        for before, what, expected in ROWS
        if expected is not None
    }
    listed = {
        (state, what, to) for state, rows in TABLE.items() for what, row in rows.items() for to in row.to
    }
    assert tried == listed


def test_rows_that_only_refuse_are_tried() -> None:
    tried = {(before.state, type(what)) for before, what, expected in ROWS if expected is None}
    listed = {(state, what) for state, rows in TABLE.items() for what, row in rows.items() if not row.to}
    assert listed <= tried


SAMPLES: dict[type[Input], Input] = {
    LogIn: LogIn(),
    LogOut: LogOut(),
    Pause: LUNCH,
    Resume: Resume(),
    EndWrapUp: EndWrapUp(),
    ExtendWrapUp: ExtendWrapUp(),
    Reserve: Reserve(),
    Ring: Ring(),
    Answer: Answer(),
    Release: Release(),
    Decline: Decline(rest=5.0),
    CallOver: CallOver(wrap_up=5.0),
    WrapUpOver: WrapUpOver(),
    RestOver: RestOver(),
    PhoneChanged: LOST,
}
UNLISTED = [
    (state, what)
    for state, what in product(AgentState, SAMPLES.values())
    if type(what) not in TABLE[state]
]


def test_all_inputs_have_a_sample() -> None:
    assert set(SAMPLES) == set(get_args(Input))


@pytest.mark.parametrize(("state", "what"), UNLISTED)
def test_what_the_table_does_not_list_raises(state: AgentState, what: Input) -> None:
    with pytest.raises(IllegalTransition, match=f"{type(what).__name__} in state {state}") as raised:
        step(at(state), what, NOW)
    assert raised.value.state is state
    assert raised.value.what is type(what)


def test_an_unchanged_phone_leaves_the_very_same_status() -> None:
    for state in AgentState:
        before = at(state)
        assert step(before, BACK, NOW) is before


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (at(PAUSED), "lunch"),
        (at(AWAY, unavailable=BOTH), "phone_unreachable, resting"),
        (at(IDLE), None),
    ],
)
def test_the_reason_is_the_pause_or_what_makes_him_unavailable(
    status: Status, reason: str | None
) -> None:
    assert status.reason == reason


@given(st.lists(st.tuples(st.sampled_from(list(SAMPLES.values())), st.floats(0, 50)), max_size=40))
def test_whatever_happens_the_status_stays_sound(happened: list[tuple[Input, float]]) -> None:
    status = Status(phone=PhoneState.FREE)
    time = 0.0
    for what, later in happened:
        time += later
        if type(what) not in TABLE[status.state]:
            continue
        outcome = step(status, what, time)
        if isinstance(outcome, Refused):
            continue
        assert outcome.free_since >= status.free_since
        status = outcome
        assert (status.state is OFFLINE) is (status.logged_in_at is None)
        assert (status.state is PAUSED) is (status.pause_reason is not None)
        assert (status.state is AWAY) is bool(status.unavailable)
        assert status.pending is None or status.state in (RESERVED, RINGING, TALKING, WRAP_UP)
        assert status.until is None or status.state in (WRAP_UP, AWAY)
