"""The metrics of callbacks, voicemail, surveys and flows."""

from __future__ import annotations

from typing import Final

from acd.metrics.family import Family

_REACHED: Final = (60.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 14400.0, 43200.0, 86400.0, 172800.0)

CALLBACKS_OPENED: Final = Family(
    kind="counter",
    name="strowger_callbacks_opened_total",
    help="Customers who are to be called back, by where that comes from: abandoned, key, api, ...",
    labels=("queue", "source"),
)
CALLBACKS_CLOSED: Final = Family(
    kind="counter",
    name="strowger_callbacks_closed_total",
    help="Callbacks that came to their end, by how: answered, own_call, expired, merged, ...",
    labels=("queue", "outcome"),
)
CALLBACKS_CORRECTED: Final = Family(
    kind="counter",
    name="strowger_callbacks_corrected_total",
    help="Callbacks counted as answered that turned out to be to the wrong number.",
    labels=("queue",),
)
CALLBACK_ATTEMPTS: Final = Family(
    kind="counter",
    name="strowger_callback_attempts_total",
    help="Diallings of customers that ended, by how: answered, busy, no_answer, withdrawn, unknown, ...",
    labels=("outcome",),
)
CALLBACK_REACHED: Final = Family(
    kind="histogram",
    name="strowger_callback_reached_seconds",
    help="Time from the opening of a callback until its customer talked with an agent.",
    labels=("queue",),
    buckets=_REACHED,
)
CALLBACKS_OPEN: Final = Family(
    kind="gauge",
    name="strowger_callbacks_open",
    help="Customers of the queue who are still to be called back.",
    labels=("queue",),
    live=True,
)
MESSAGES_LEFT: Final = Family(
    kind="counter",
    name="strowger_messages_left_total",
    help="Voicemail messages that callers left, by box.",
    labels=("box",),
)
MESSAGES_NOT_LEFT: Final = Family(
    kind="counter",
    name="strowger_messages_not_left_total",
    help="Callers who were to leave a message and left none, by why: too_short, hung_up, no_room, ...",
    labels=("box", "why"),
)
SURVEYS: Final = Family(
    kind="counter",
    name="strowger_surveys_total",
    help="Callers who were asked about their call: answered, refused or cut_off.",
    labels=("queue", "result"),
)
SATISFACTION: Final = Family(
    kind="histogram",
    name="strowger_survey_satisfaction",
    help="Satisfaction from 1 to 5, as callers said it: sum / count is the mean.",
    labels=("queue",),
    buckets=(1.0, 2.0, 3.0, 4.0, 5.0),
)
SOLVED: Final = Family(
    kind="counter",
    name="strowger_survey_solved_total",
    help="What callers said to whether their matter was solved: yes or no.",
    labels=("queue", "solved"),
)
FLOWS_ENTERED: Final = Family(
    kind="counter",
    name="strowger_flows_entered_total",
    help="Callers who came into an IVR flow, the voicemail dialogue or the survey.",
    labels=("flow",),
)
FLOWS_LEFT: Final = Family(
    kind="counter",
    name="strowger_flows_left_total",
    help="Callers who left it, by where to.",
    labels=("flow", "exit"),
)

REACH: Final[tuple[Family, ...]] = tuple(
    value for value in list(globals().values()) if isinstance(value, Family)
)
