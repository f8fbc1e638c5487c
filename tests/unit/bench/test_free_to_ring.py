"""Which two messages at an agent's phone are a hanging up and the next ring."""

from __future__ import annotations

import pytest

from asterisk.lab.siptap import SipMessage
from bench.free_to_ring import free_to_ring_s

ASTERISK, PHONE, OTHER, CALLERS = 5060, 6001, 6002, 7000


def sent(at: float, source: int, target: int, start: str, call_id: str) -> SipMessage:
    return SipMessage(
        at=at,
        source_port=source,
        target_port=target,
        start=f"{start} sip:x@127.0.0.1 SIP/2.0",
        call_id=call_id,
        from_user="x",
    )


def test_the_next_invite_at_the_same_phone_counts() -> None:
    delays = free_to_ring_s(
        [
            sent(1.0, ASTERISK, PHONE, "INVITE", "a"),
            sent(2.0, PHONE, ASTERISK, "BYE", "a"),
            sent(2.1, ASTERISK, OTHER, "INVITE", "b"),
            sent(2.5, ASTERISK, PHONE, "INVITE", "c"),
        ],
        [PHONE, OTHER],
    )
    assert delays == [0.5]


def test_repetitions_neither_begin_nor_end_anything() -> None:
    delays = free_to_ring_s(
        [
            sent(1.0, ASTERISK, PHONE, "INVITE", "a"),
            sent(2.0, PHONE, ASTERISK, "BYE", "a"),
            sent(2.1, ASTERISK, PHONE, "INVITE", "a"),
            sent(2.2, PHONE, ASTERISK, "BYE", "a"),
            sent(2.5, ASTERISK, PHONE, "INVITE", "b"),
            sent(2.6, PHONE, ASTERISK, "BYE", "a"),
            sent(3.0, ASTERISK, PHONE, "INVITE", "b"),
            sent(4.0, ASTERISK, PHONE, "INVITE", "c"),
        ],
        [PHONE],
    )
    assert delays == [0.5]


def test_callers_and_what_asterisk_hangs_up_do_not_count() -> None:
    delays = free_to_ring_s(
        [
            sent(1.0, CALLERS, ASTERISK, "BYE", "a"),
            sent(1.1, ASTERISK, PHONE, "BYE", "b"),
            sent(1.2, PHONE, ASTERISK, "SIP/2.0 200 OK", "b"),
            sent(1.5, ASTERISK, PHONE, "INVITE", "c"),
        ],
        [PHONE],
    )
    assert delays == []


@pytest.mark.parametrize("talks", [1, 3])
def test_each_call_after_the_first_has_its_delay(talks: int) -> None:
    messages = [sent(0.0, ASTERISK, PHONE, "INVITE", "0")]
    for number in range(talks):
        at = number + 1.0
        messages.append(sent(at, PHONE, ASTERISK, "BYE", str(number)))
        messages.append(sent(at + 0.25, ASTERISK, PHONE, "INVITE", str(number + 1)))
    assert free_to_ring_s(messages, [PHONE]) == [0.25] * talks
