"""What is counted of callbacks, voicemail, surveys and flows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.core.callback_words import AttemptOutcome, CallbackOutcome, CallbackSource
from acd.core.facts import Fact
from acd.core.flow_words import SurveyOutcome
from acd.core.message_words import MessageLeft, MessageNotLeft, NoMessage
from acd.metrics import Metrics
from tests.contract import made_facts as made
from tests.unit.acd.metrics.counted import ANSWERED, ENDED, ENTERED, value

OPENED = made.opened(queue="orders", source=CallbackSource.KEY)
CLOSED = made.closed(queue="orders")
NOT_LEFT = MessageNotLeft(call="c1", at=1.0, box="orders", why=NoMessage.NO_ROOM)
ASKED = made.survey(queue="orders")
REFUSED = replace(ASKED, outcome=SurveyOutcome.REFUSED, satisfaction=None, solved=None)


@pytest.mark.parametrize(
    ("fact", "name", "labels", "expected"),
    [
        (OPENED, "callbacks_opened_total", {"queue": "orders", "source": "key"}, 1),
        (made.opened(), "callbacks_opened_total", {"queue": "other", "source": "abandoned"}, 1),
        (CLOSED, "callbacks_closed_total", {"queue": "orders", "outcome": "answered"}, 1),
        (CLOSED, "callback_reached_seconds_sum", {"queue": "orders"}, 100),
        (made.corrected(queue="orders"), "callbacks_corrected_total", {"queue": "orders"}, 1),
        (
            replace(CLOSED, outcome=CallbackOutcome.EXPIRED),
            "callback_reached_seconds_count",
            {"queue": "orders"},
            0,
        ),
        (
            made.attempt_ended(outcome=AttemptOutcome.UNKNOWN),
            "callback_attempts_total",
            {"outcome": "unknown"},
            1,
        ),
        (MessageLeft(at=1.0, message=made.message()), "messages_left_total", {"box": "orders"}, 1),
        (
            MessageLeft(at=1.0, message=made.message(box="1001")),
            "messages_left_total",
            {"box": "other"},
            1,
        ),
        (NOT_LEFT, "messages_not_left_total", {"box": "orders", "why": "no_room"}, 1),
        (ASKED, "surveys_total", {"queue": "orders", "result": "answered"}, 1),
        (ASKED, "survey_satisfaction_sum", {"queue": "orders"}, 4),
        (ASKED, "survey_satisfaction_bucket", {"queue": "orders", "le": "3.0"}, 0),
        (ASKED, "survey_solved_total", {"queue": "orders", "solved": "yes"}, 1),
        (replace(ASKED, solved=False), "survey_solved_total", {"queue": "orders", "solved": "no"}, 1),
        (REFUSED, "surveys_total", {"queue": "orders", "result": "refused"}, 1),
        (replace(REFUSED, queue=None), "surveys_total", {"queue": "other", "result": "refused"}, 1),
        (made.flow_entered(), "flows_entered_total", {"flow": "main"}, 1),
        (made.flow_left(), "flows_left_total", {"flow": "main", "exit": "queue sales"}, 1),
    ],
)
def test_a_fact_moves_its_metric(
    metrics: Metrics, fact: Fact, name: str, labels: dict[str, str], expected: float
) -> None:
    metrics.take((fact,))
    assert value(metrics, f"strowger_{name}", **labels) == expected


def test_what_is_configured_exists_from_nought(metrics: Metrics) -> None:
    for name, labels in (
        ("callbacks_opened_total", {"queue": "service", "source": "voicemail"}),
        ("callbacks_closed_total", {"queue": "service", "outcome": "expired"}),
        ("callback_reached_seconds_count", {"queue": "service"}),
        ("callback_attempts_total", {"outcome": "busy"}),
        ("messages_left_total", {"box": "orders"}),
        ("messages_not_left_total", {"box": "orders", "why": "too_short"}),
    ):
        assert value(metrics, f"strowger_{name}", **labels) == 0


def test_open_callbacks_are_read_at_the_scrape(metrics: Metrics) -> None:
    assert value(metrics, "strowger_callbacks_open", queue="orders") == 3
    assert value(metrics, "strowger_callbacks_open", queue="service") == 0
    assert value(metrics, "strowger_callbacks_open", queue="other") == 2


def test_calls_that_we_make_count_in_no_rate_of_those_who_called(metrics: Metrics) -> None:
    dialled = replace(ENTERED, call="cb1-1", callback="cb1")
    metrics.take((dialled, replace(ANSWERED, call="cb1-1", callback="cb1")))
    metrics.take((replace(ENDED, call="cb1-1"),))
    knives = {"number": "400", "business": "knives"}
    assert value(metrics, "strowger_calls_entered_total", **knives) == 0
    assert value(metrics, "strowger_calls_ended_total", **knives, outcome="answered") == 0
    assert value(metrics, "strowger_queue_calls_answered_total", queue="orders") == 0
    assert value(metrics, "strowger_queue_talk_seconds_sum", queue="orders") == 88
    metrics.take((replace(ENDED, call="cb1-1"),))  # an id that comes again is another's
    assert value(metrics, "strowger_calls_ended_total", **knives, outcome="answered") == 1
