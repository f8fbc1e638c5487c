"""Every builder against the path, query and body of Asterisk's REST documentation."""

import json

import pytest

from asterisk.ari import requests as rq
from asterisk.ari.requests import Query, Request


@pytest.mark.parametrize(
    ("request_", "method", "uri", "query"),
    [
        (rq.answer("1.2"), "POST", "channels/1.2/answer", ()),
        (rq.ring("c"), "POST", "channels/c/ring", ()),
        (rq.ring_stop("c"), "DELETE", "channels/c/ring", ()),
        (rq.moh_start("c"), "POST", "channels/c/moh", ()),
        (rq.moh_start("c", moh_class="jazz"), "POST", "channels/c/moh", (("mohClass", "jazz"),)),
        (rq.moh_stop("c"), "DELETE", "channels/c/moh", ()),
        (
            rq.play("c", playback_id="p", media=["sound:a", "sound:b"], language="zh"),
            "POST",
            "channels/c/play/p",
            (("media", "sound:a,sound:b"), ("lang", "zh")),
        ),
        (
            rq.play("c", playback_id="p", media=["sound:a"]),
            "POST",
            "channels/c/play/p",
            (("media", "sound:a"),),
        ),
        (rq.stop_playback("p"), "DELETE", "playbacks/p", ()),
        (rq.hangup("c"), "DELETE", "channels/c", (("reason_code", "16"),)),
        (rq.hangup("c", cause=17), "DELETE", "channels/c", (("reason_code", "17"),)),
        (rq.continue_in_dialplan("c"), "POST", "channels/c/continue", ()),
        (
            rq.continue_in_dialplan("c", context="x", extension="s", priority=2),
            "POST",
            "channels/c/continue",
            (("context", "x"), ("extension", "s"), ("priority", "2")),
        ),
        (
            rq.move("c", app="other", app_args="a,b"),
            "POST",
            "channels/c/move",
            (("app", "other"), ("appArgs", "a,b")),
        ),
        (rq.list_channels(), "GET", "channels", ()),
        (rq.get_variable("c", "X"), "GET", "channels/c/variable", (("variable", "X"),)),
        (
            rq.set_variable("c", "X", "1"),
            "POST",
            "channels/c/variable",
            (("variable", "X"), ("value", "1")),
        ),
        (rq.get_channel("1.2/x"), "GET", "channels/1.2%2Fx", ()),
        (rq.get_application("acd"), "GET", "applications/acd", ()),
        (rq.create_bridge("b"), "POST", "bridges/b", (("type", "mixing"), ("name", ""))),
        (
            rq.add_channels("b", ["c", "d"]),
            "POST",
            "bridges/b/addChannel",
            (("channel", "c,d"),),
        ),
        (
            rq.remove_channels("b", ["c"]),
            "POST",
            "bridges/b/removeChannel",
            (("channel", "c"),),
        ),
        (
            rq.record_bridge("b", name="r", max_duration_s=60),
            "POST",
            "bridges/b/record",
            (("name", "r"), ("format", "wav"), ("maxDurationSeconds", "60"), ("ifExists", "fail")),
        ),
        (rq.delete_bridge("b"), "DELETE", "bridges/b", ()),
        (rq.list_bridges(), "GET", "bridges", ()),
        (
            rq.subscribe("acd", ["deviceState:PJSIP/1", "endpoint:PJSIP/1"]),
            "POST",
            "applications/acd/subscription",
            (("eventSource", "deviceState:PJSIP/1,endpoint:PJSIP/1"),),
        ),
        (
            rq.unsubscribe("acd", ["bridge:b"]),
            "DELETE",
            "applications/acd/subscription",
            (("eventSource", "bridge:b"),),
        ),
        (rq.list_device_states(), "GET", "deviceStates", ()),
        (rq.get_device_state("PJSIP/1"), "GET", "deviceStates/PJSIP%2F1", ()),
        (rq.list_endpoints(), "GET", "endpoints", ()),
        (rq.asterisk_info(), "GET", "asterisk/info", ()),
        (rq.dial("c"), "POST", "channels/c/dial", (("timeout", "30"),)),
        (
            rq.dial("c", caller_id="o", timeout_s=5),
            "POST",
            "channels/c/dial",
            (("timeout", "5"), ("caller", "o")),
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, Request) else "",
)
def test_builds(request_: Request, method: str, uri: str, query: Query) -> None:
    assert (request_.method, request_.uri, request_.query) == (method, uri, query)
    assert request_.body is None


def test_originate_with_everything() -> None:
    request = rq.originate(
        endpoint="PJSIP/1001",
        app="acd",
        app_args="agent,7",
        channel_id="a1",
        originator="c1",
        caller_id="中 <138>",
        timeout_s=20,
        variables={"X": 'é"'},
    )
    assert (request.method, request.uri) == ("POST", "channels")
    assert dict(request.query) == {
        "endpoint": "PJSIP/1001",
        "app": "acd",
        "appArgs": "agent,7",
        "channelId": "a1",
        "timeout": "20",
        "originator": "c1",
        "callerId": "中 <138>",
    }
    assert json.loads(request.body or "") == {"variables": {"X": 'é"'}}


def test_originate_and_create_leave_out_what_is_not_given() -> None:
    plain = rq.originate(endpoint="e", app="acd", channel_id="a", formats="alaw")
    created = rq.create(endpoint="e", app="acd", channel_id="a", originator="c", variables={"A": "1"})
    assert plain.body is None
    assert "originator" not in dict(plain.query)
    assert dict(plain.query)["formats"] == "alaw"
    assert created.uri == "channels/create"
    assert dict(created.query)["originator"] == "c"
    assert json.loads(created.body or "") == {"variables": {"A": "1"}}
    assert rq.create(endpoint="e", app="acd", channel_id="a").body is None


def test_the_event_filter_always_lets_answers_through() -> None:
    request = rq.event_filter("acd", ["StasisStart", "RESTResponse", "StasisStart"])
    assert (request.method, request.uri) == ("PUT", "applications/acd/eventFilter")
    assert json.loads(request.body or "") == {
        "allowed": [{"type": "RESTResponse"}, {"type": "StasisStart"}]
    }


@pytest.mark.parametrize("hostile", ["../../asterisk/x", "a b", "x?app=1", "#", "中", "a%2Fb", "\r\n"])
def test_an_id_can_never_leave_its_segment(hostile: str) -> None:
    uri = rq.answer(hostile).uri
    assert uri.count("/") == 2
    assert not set(uri) & set(" ?#\r\n")
    assert uri.isascii()


def test_a_request_says_what_it_is_without_its_query() -> None:
    request = rq.set_variable("c", "CALLERID(num)", "13800138000")
    assert str(request) == "POST channels/c/variable"
