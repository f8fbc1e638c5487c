"""The protocol as a conversation: messages in, messages out, no socket."""

import json
from typing import Any

import pytest

from acd.errors import TelephonyError
from asterisk.ari import requests as rq
from asterisk.ari.errors import (
    AriConflict,
    AriConnectionLost,
    AriError,
    AriGone,
    AriOverloaded,
    AriTimeout,
    AriUnreadable,
    refusal,
)
from asterisk.ari.events import (
    EVENT_TYPES,
    LEAN_EVENT_TYPES,
    ChannelDestroyed,
    DeviceStateChanged,
    StasisStart,
)
from asterisk.ari.models import AsteriskInfo, Channel
from asterisk.ari.protocol import AriCounters, AriProtocol, Malformed, Reply, Response

CHANNEL = {
    "id": "1795287334.14",
    "name": "PJSIP/anonymous-00000008",
    "state": "Ring",
    "protocol_id": "1-26232@127.0.0.1",
    "caller": {"name": "c", "number": "1380000"},
    "connected": {"name": "", "number": ""},
    "accountcode": "",
    "dialplan": {
        "context": "default",
        "exten": "4001",
        "priority": 1,
        "app_name": "Stasis",
        "app_data": "acd,4001",
    },
    "creationtime": "2026-11-21T18:55:42.933+0000",
    "language": "en",
}
COMMON = {
    "timestamp": "2026-11-21T18:55:42.933+0000",
    "asterisk_id": "02:fc:00:00:00:01",
    "application": "acd",
}


def event(kind: str, **fields: Any) -> bytes:
    # As Asterisk does at times: the type is not the first key.
    return json.dumps({**fields, "type": kind, **COMMON}).encode()


def answer(request_id: str, status: int = 200, body: str | None = None, **more: Any) -> bytes:
    message = {
        "type": "RESTResponse",
        "transaction_id": "",
        "request_id": request_id,
        "status_code": status,
        "reason_phrase": "Some Reason",
        "uri": "x",
        **COMMON,
        **more,
    }
    if body is not None:
        message |= {"content_type": "application/json", "message_body": body}
    return json.dumps(message).encode()


class Conversation:
    """A protocol, and all that it said."""

    def __init__(self, *, timeout_s: float = 10.0, max_waiting: int = 100) -> None:
        self.counters = AriCounters()
        self.malformed: list[Malformed] = []
        self.replies: dict[str, Reply] = {}
        self.protocol = AriProtocol(
            timeout_s=timeout_s,
            max_waiting=max_waiting,
            counters=self.counters,
            on_malformed=self.malformed.append,
        )

    def ask(self, request: rq.Request, now_s: float = 0.0) -> str:
        """Send a request and return its id."""

        def on_reply(reply: Reply) -> None:
            assert request_id not in self.replies, "answered twice"
            self.replies[request_id] = reply

        message = json.loads(self.protocol.request(request, on_reply, now_s))
        request_id: str = message["request_id"]
        return request_id


@pytest.fixture
def talk() -> Conversation:
    return Conversation()


def test_a_request_on_the_wire(talk: Conversation) -> None:
    request = rq.originate(endpoint="PJSIP/1", app="acd", channel_id="a", variables={"X": "中"})
    wire = json.loads(talk.protocol.request(request, print, 0.0))
    assert wire == {
        "type": "RESTRequest",
        "transaction_id": "",
        "request_id": "1",
        "method": "POST",
        "uri": "channels",
        "query_strings": [
            {"name": "endpoint", "value": "PJSIP/1"},
            {"name": "app", "value": "acd"},
            {"name": "appArgs", "value": ""},
            {"name": "channelId", "value": "a"},
            {"name": "timeout", "value": "30"},
        ],
        "content_type": "application/json",
        "message_body": '{"variables":{"X":"中"}}',
    }


def test_a_request_without_body_has_no_content_type(talk: Conversation) -> None:
    wire = json.loads(talk.protocol.request(rq.answer("c"), print, 0.0))
    assert "content_type" not in wire
    assert "message_body" not in wire


def test_answers_find_their_requests_in_any_order(talk: Conversation) -> None:
    first, second = talk.ask(rq.answer("a")), talk.ask(rq.list_channels())
    assert talk.protocol.waiting == 2
    assert talk.protocol.receive(answer(second, body=json.dumps([CHANNEL]))) is None
    assert talk.protocol.receive(answer(first, 204)) is None
    assert talk.protocol.waiting == 0
    listed, answered = talk.replies[second], talk.replies[first]
    assert isinstance(listed, Response)
    assert isinstance(answered, Response)
    assert [channel.id for channel in listed.read(list[Channel])] == ["1795287334.14"]
    assert (answered.status, answered.body) == (204, "")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, AriError), (404, AriGone), (409, AriConflict), (422, AriError), (500, AriError)],
)
def test_a_refusal_has_the_class_of_its_status(
    talk: Conversation, status: int, kind: type[AriError]
) -> None:
    asked = talk.ask(rq.answer("a"))
    talk.protocol.receive(answer(asked, status, '{"message":"Channel not found"}'))
    reply = talk.replies[asked]
    assert type(reply) is kind
    assert (reply.status, reply.reason) == (status, "Channel not found")
    assert str(reply) == f"POST channels/a/answer: {status} Channel not found"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('{"error":"Allocation failed"}', "Allocation failed"),
        ("not json", "Some Reason"),
        ("{}", "Some Reason"),
        (None, "Some Reason"),
    ],
)
def test_a_refusal_says_what_asterisk_said(talk: Conversation, body: str | None, reason: str) -> None:
    asked = talk.ask(rq.answer("a"))
    talk.protocol.receive(answer(asked, 500, body))
    reply = talk.replies[asked]
    assert isinstance(reply, AriError)
    assert reply.reason == reason


def test_an_answer_nobody_waits_for_is_counted(talk: Conversation) -> None:
    asked = talk.ask(rq.answer("a"))
    talk.protocol.receive(answer(asked, 204))
    talk.protocol.receive(answer(asked, 204))
    talk.protocol.receive(answer("4711", 204))
    assert talk.counters.unmatched_replies == 2
    assert talk.malformed == []


def test_a_request_expires_at_its_deadline_and_its_late_answer_is_dropped() -> None:
    talk = Conversation(timeout_s=10.0)
    first, second = talk.ask(rq.answer("a"), now_s=1.0), talk.ask(rq.answer("b"), now_s=2.0)
    assert talk.protocol.next_deadline() == 11.0
    talk.protocol.expire(10.9)
    assert talk.replies == {}
    talk.protocol.expire(11.0)
    assert list(talk.replies) == [first]
    expired = talk.replies[first]
    assert isinstance(expired, AriTimeout)
    assert str(expired) == "POST channels/a/answer: no answer in 10 s"
    assert talk.protocol.next_deadline() == 12.0
    talk.protocol.receive(answer(first, 204))
    assert talk.counters.unmatched_replies == 1
    talk.protocol.expire(12.0)
    assert isinstance(talk.replies[second], AriTimeout)
    assert talk.protocol.next_deadline() is None
    assert talk.counters.timeouts == 2


def test_a_lost_socket_fails_all_that_wait_once(talk: Conversation) -> None:
    asked = [talk.ask(rq.answer(name)) for name in "abc"]
    lost = AriConnectionLost()
    talk.protocol.abandon(lost)
    assert [talk.replies[one] for one in asked] == [lost] * 3
    talk.protocol.abandon(lost)
    assert talk.protocol.waiting == 0


def test_a_callback_may_ask_again_while_its_request_fails(talk: Conversation) -> None:
    retried: list[Reply] = []

    def on_reply(reply: Reply) -> None:
        talk.protocol.request(rq.answer("again"), retried.append, 20.0)

    talk.protocol.request(rq.answer("a"), on_reply, 0.0)
    talk.protocol.expire(10.0)
    assert talk.protocol.waiting == 1
    assert talk.protocol.next_deadline() == 30.0


def test_too_many_waiting_requests_are_refused() -> None:
    talk = Conversation(max_waiting=2)
    first = talk.ask(rq.answer("a"))
    talk.ask(rq.answer("b"))
    with pytest.raises(AriOverloaded):
        talk.ask(rq.answer("c"))
    talk.protocol.receive(answer(first, 204))
    talk.ask(rq.answer("c"))
    assert talk.counters.requests == 3


def test_events_are_decoded_to_their_types(talk: Conversation) -> None:
    started = talk.protocol.receive(event("StasisStart", channel=CHANNEL, args=["4001"]))
    destroyed = talk.protocol.receive(
        event("ChannelDestroyed", channel=CHANNEL, cause=17, cause_txt="User busy", tech_cause=486)
    )
    device = talk.protocol.receive(
        event("DeviceStateChanged", device_state={"name": "PJSIP/1001", "state": "INUSE"})
    )
    assert isinstance(started, StasisStart)
    assert started.channel.caller.number == "1380000"
    assert started.args == ["4001"]
    assert isinstance(destroyed, ChannelDestroyed)
    assert (destroyed.cause, destroyed.tech_cause) == (17, 486)
    assert isinstance(device, DeviceStateChanged)
    assert device.device_state.state == "INUSE"
    assert talk.counters.events == 3


def test_the_lean_filter_lets_only_known_events_through() -> None:
    assert set(LEAN_EVENT_TYPES) <= EVENT_TYPES


def test_unknown_events_are_counted_by_type_and_do_no_harm(talk: Conversation) -> None:
    assert talk.protocol.receive(event("ChannelVarset", variable="X", value="1")) is None
    assert talk.protocol.receive(event("ChannelVarset", variable="X", value="1")) is None
    assert talk.counters.unknown_events == {"ChannelVarset": 2}
    assert talk.malformed == []


def test_the_count_of_unknown_events_is_bounded(talk: Conversation) -> None:
    for number in range(500):
        talk.protocol.receive(event(f"Unknown{number}"))
    talk.protocol.receive(event("Unknown7"))
    assert len(talk.counters.unknown_events) == 101
    assert talk.counters.unknown_events["(others)"] == 400
    assert talk.counters.unknown_events["Unknown7"] == 2


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"garbage",
        b"\xff\xfe",
        b"{}",
        b"[]",
        b"null",
        b'{"type":null}',
        b'{"type":"StasisStart"}',
        b'{"type":"StasisStart","channel":{"id":5}}',
        b'{"type":"ChannelDestroyed","channel":null,"cause":"x"}',
        b'{"type":"RESTResponse","request_id":"1"}',
        b'{"type":"StasisStart","channel":' + b'{"a":' * 100_000,
        b'{"type":"StasisStart","name":"\xe4\xb8"}',
    ],
    ids=range(13),
)
def test_a_malformed_message_is_reported_and_the_next_is_understood(
    talk: Conversation, message: bytes
) -> None:
    assert talk.protocol.receive(message) is None
    assert talk.counters.malformed == 1
    [malformed] = talk.malformed
    assert malformed.why
    assert len(malformed.excerpt) <= 200
    assert isinstance(talk.protocol.receive(event("StasisStart", channel=CHANNEL)), StasisStart)


def test_a_caller_id_may_be_anything(talk: Conversation) -> None:
    number = "'; DROP TABLE calls; --<script>" + "9" * 4000
    channel = {**CHANNEL, "caller": {"name": "\u0000\U0001f600", "number": number}}
    started = talk.protocol.receive(event("StasisStart", channel=channel))
    assert isinstance(started, StasisStart)
    assert started.channel.caller.number == number


def test_an_answer_of_another_form_than_expected_is_an_error() -> None:
    response = Response(request_id="1", status=200, body='{"system":{"version":22}}')
    with pytest.raises(AriUnreadable, match="cannot be read"):
        response.read(AsteriskInfo)
    with pytest.raises(AriUnreadable):
        Response(request_id="1", status=204).read(AsteriskInfo)


def test_every_error_is_the_far_sides() -> None:
    assert isinstance(refusal(404, "gone", "GET x"), TelephonyError)
    assert str(AriOverloaded()).startswith("Too many requests")
