"""What the failure of a request means: counted, told to whoever asked, or nothing at all."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from asterisk.ari import requests
from asterisk.ari.errors import AriConnectionLost, AriNotConnected, AriTimeout
from asterisk.ari.models import Bridge
from asterisk.ari.protocol import Reply, Response
from asterisk.line import Line, lost
from tests.unit.asterisk.wire import Counts, Wire


class Asked:
    """A line, and what came of one question."""

    def __init__(self) -> None:
        self.wire, self.counts = Wire(), Counts()
        self.line = Line("pbx1", self.wire, self.counts)
        self.answers: list[list[Bridge]] = []
        self.refusals = 0

    def ask(self) -> None:
        self.line.ask(requests.list_bridges(), list[Bridge], self.answers.append, self.refused)

    def refused(self) -> None:
        self.refusals += 1


@pytest.fixture
def asked() -> Asked:
    return Asked()


def test_a_reply_is_for_who_sent_to_judge(asked: Asked) -> None:
    replies: list[Reply] = []
    asked.line.send(requests.answer("c1"), replies.append)
    asked.wire.refuse(404)
    assert len(replies) == 1
    assert asked.counts.refused == []


@pytest.mark.parametrize(("status", "lines"), [(500, 1), (409, 1), (404, 0)])
def test_a_refusal_is_counted_and_logged_unless_who_it_was_about_is_gone(
    asked: Asked, status: int, lines: int
) -> None:
    with capture_logs() as logged:
        asked.line.tell(requests.answer("c1"), "answer")
        asked.wire.refuse(status)
    assert asked.counts.refused == [("answer", status)]
    assert len(logged) == lines


def test_what_is_done_and_what_is_lost_is_not_counted(asked: Asked) -> None:
    for error in (AriConnectionLost(), AriNotConnected()):
        asked.line.tell(requests.answer("c1"), "answer")
        asked.wire.reply(error)
    asked.line.tell(requests.answer("c1"), "answer")
    asked.wire.ok()
    assert asked.counts.refused == []


def test_no_answer_in_time_is_counted_without_a_status(asked: Asked) -> None:
    asked.line.tell(requests.answer("c1"), "answer")
    asked.wire.reply(AriTimeout())
    assert asked.counts.refused == [("answer", 0)]


def test_an_answer_is_decoded(asked: Asked) -> None:
    asked.ask()
    asked.wire.ok('[{"id": "b1", "channels": ["c1"], "new": true}]')
    assert asked.answers == [[Bridge(id="b1", channels=["c1"])]]
    assert asked.refusals == 0


@pytest.mark.parametrize("body", ["", "{}", '[{"id": 1}]', "[" * 10])
def test_an_answer_that_makes_no_sense_is_bad_input(asked: Asked, body: str) -> None:
    asked.ask()
    asked.wire.ok(body)
    assert asked.counts.bad == [("ari", "unreadable_answer")]
    assert (asked.answers, asked.refusals) == ([], 1)


def test_a_refused_question_is_counted_and_told(asked: Asked) -> None:
    asked.ask()
    asked.wire.refuse(503)
    assert asked.counts.refused == [("GET bridges", 503)]
    assert (asked.answers, asked.refusals) == ([], 1)


def test_a_lost_question_is_settled_by_the_next_connection(asked: Asked) -> None:
    asked.ask()
    asked.wire.lose(AriConnectionLost())
    assert (asked.counts.refused, asked.answers, asked.refusals) == ([], [], 0)


def test_nobody_has_to_want_to_know_of_a_refusal(asked: Asked) -> None:
    asked.line.ask(requests.list_bridges(), list[Bridge], asked.answers.append)
    asked.wire.refuse(500)
    asked.line.ask(requests.list_bridges(), list[Bridge], asked.answers.append)
    asked.wire.ok("x")
    assert asked.answers == []


def test_bad_input_is_logged_with_its_details(asked: Asked) -> None:
    with capture_logs() as logged:
        asked.line.bad_input("malformed", what="x")
    assert logged == [
        {
            "event": "bad input from asterisk",
            "log_level": "warning",
            "node": "pbx1",
            "kind": "malformed",
            "what": "x",
        }
    ]
    assert asked.counts.bad == [("ari", "malformed")]


def test_lost_is_for_want_of_a_connection_only() -> None:
    assert lost(AriConnectionLost())
    assert lost(AriNotConnected())
    assert not lost(AriTimeout())
    assert not lost(Response(request_id="", status=200, body=""))
