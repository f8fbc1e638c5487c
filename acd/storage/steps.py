"""The statements of a batch by name."""

from __future__ import annotations

from enum import IntEnum


class Step(IntEnum):
    """The statements of a batch, in the order in which they run: rows before what changes them."""

    CALL_ENTERED = 0
    CALL_PROGRESS = 1
    CALL_ENDED = 2
    VISIT_JOINED = 3
    VISIT_LEFT = 4
    OFFER_MADE = 5
    OFFER_ENDED = 6
    EVENTS = 7
    AGENT_STATES = 8
    SESSION_STARTED = 9
    SESSION_ENDED = 10
    AGENT_SESSION = 11
    AGENT_NOW = 12
    MISSED = 13
    MISSED_CALLBACK = 14
    MISSED_ANSWERED = 15
    SERVED = 16
    ROUTING = 17
    RECORDING_BEGAN = 18
    RECORDING_ENDED = 19
    CALLBACK_OPENED = 20
    CALLBACK_MOVED = 21
    CALLBACK_CHANGED = 22
    ATTEMPT_MADE = 23
    ATTEMPT_ENDED = 24
    CALLBACK_CLOSED = 25
    MISSED_CALLED_BACK = 26
    MESSAGE_LEFT = 27
    MESSAGE_CHANGED = 28
    MESSAGE_CHANGES = 29
    MESSAGE_DELETED = 30
    MESSAGE_NOT_LEFT = 31
    SURVEY = 32
    WAIT_ANNOUNCED = 33
    WAIT_MEASURED = 34
    FLOW_ENTERED = 35
    FLOW_LEFT = 36
    AGENT_PENDING = 37
    MISSED_CORRECTED = 38
    TAPE_MADE = 39
    TAPE_HEARD = 40
    TAPE_DELETED = 41
    WRITTEN = 42
