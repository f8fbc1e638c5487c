"""Which state changes are told: what a change carries has its queue and agent too."""

from __future__ import annotations

import pytest

from acd.api.filters import EventsQuery, Filter
from acd.core.facts import Fact
from acd.core.message_words import MessageLeft
from tests.contract import made_facts as made

LEFT = MessageLeft(at=1.0, message=made.message(agent="a001"))


@pytest.mark.parametrize(
    ("fact", "query", "told"),
    [
        (made.opened(), {"queues": "sales"}, True),
        (made.opened(), {"queues": "service"}, False),
        (made.opened(agent="a001"), {"agents": "a001"}, True),
        (made.opened(), {"agents": "a001"}, False),
        (made.opened(call="c1"), {"calls": "c1"}, True),
        (made.opened(call=None), {"calls": "c1"}, False),
        (made.closed(), {"queues": "sales", "agents": "a001"}, True),
        (made.attempt_ended(), {"queues": "sales"}, False),
        (LEFT, {"queues": "sales", "agents": "a001", "calls": "c1"}, True),
        (LEFT, {"types": "message_left"}, True),
        (LEFT, {"types": "callback_opened"}, False),
        (made.queued("c1"), {"queues": "sales", "calls": "c1"}, True),
        (made.survey(), {"queues": "sales"}, True),
    ],
)
def test_a_change_meets_conditions_by_what_it_is_about(
    fact: Fact, query: dict[str, str], told: bool
) -> None:
    assert Filter.of(EventsQuery(**query)).wants(fact) is told
