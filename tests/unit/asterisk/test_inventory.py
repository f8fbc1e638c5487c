"""What lives on a node after a connection, sorted."""

from __future__ import annotations

from acd.core.events import CallArrived, LiveCall, LiveOffer
from agents.model import PhoneState
from asterisk.ari.models import Application, Bridge, CallerId, Channel, Dialplan, Endpoint
from asterisk.inventory import Inventory, Survey, phone_states, take_inventory

CREATED = "2026-11-21T12:00:00.500+0000"
CREATED_AT = 1795262400.5


def channel(id: str, name: str, app_data: str = "", *, state: str = "Up") -> Channel:
    return Channel(
        id=id,
        name=name,
        state=state,
        creationtime=CREATED,
        caller=CallerId(number="+86 138 0013 8000"),
        dialplan=Dialplan(app_name="Stasis" if app_data else "AppDial2", app_data=app_data),
    )


def inventory(channels: list[Channel], bridges: list[Bridge] | None = None) -> Inventory:
    app = Application(
        name="acd",
        channel_ids=[each.id for each in channels if not each.id.startswith("x")],
        bridge_ids=["c1-b"],
    )
    return take_inventory(app=app, node="n1", channels=channels, bridges=bridges or [])


def test_a_waiting_caller_is_a_call_with_its_channels_age() -> None:
    found = inventory([channel("c1", "PJSIP/carrier-1", "acd,inbound,4008001001")])
    arrived = CallArrived(
        call="c1", node="n1", dialled="4008001001", caller="8613800138000", written="+8613800138000"
    )
    assert found.calls == [LiveCall(arrived=arrived, created_at=CREATED_AT)]
    leg = found.callers["c1"]
    assert (leg.answered, leg.music, leg.bridged) == (True, True, False)
    assert leg.joined is None


def test_a_talking_pair() -> None:
    found = inventory(
        [
            channel("c1", "PJSIP/carrier-1", "acd,inbound,4008001001"),
            channel("c1-o2", "PJSIP/1001-2"),
        ],
        [Bridge(id="c1-b", channels=["c1", "c1-o2"]), Bridge(id="foreign", channels=["x"])],
    )
    assert found.offers == [
        LiveOffer(offer="c1-o2", call="c1", agent="1001", answered=True, connected=True)
    ]
    leg = found.callers["c1"]
    assert (leg.answered, leg.music, leg.bridged) == (True, False, True)
    assert leg.joined == "c1-o2"
    assert found.litter == []


def test_a_leg_that_rings_is_not_answered() -> None:
    found = inventory([channel("c1-o1", "PJSIP/1001-2", state="Ringing")])
    assert found.offers == [
        LiveOffer(offer="c1-o1", call="c1", agent="1001", answered=False, connected=False)
    ]
    assert not found.agents["c1-o1"].answered


def test_what_belongs_to_nobody_is_cleared_away() -> None:
    found = inventory(
        [channel("f1", "PJSIP/1001-3", "acd,feature,*11")],
        [Bridge(id="gone-b", name="acd", channels=[])],
    )
    assert [str(request) for request in found.litter] == [
        "DELETE channels/f1",
        "DELETE bridges/gone-b",
    ]


def test_other_peoples_channels_are_left_alone() -> None:
    found = inventory(
        [
            channel("x", "PJSIP/9-1", "another,inbound,1"),
            channel("xy", "PJSIP/9-2"),
            channel("z", "PJSIP/9-3", "acd,whatever"),
        ]
    )
    assert found == Inventory()


def test_another_engines_talks_are_left_alone() -> None:
    found = inventory(
        [
            channel("x1", "PJSIP/carrier-1", "another,inbound,1"),
            channel("x1-o1", "PJSIP/1001-2", "another,agent"),
            channel("x2-o1", "PJSIP/1002-2", state="Ringing"),
        ],
        [
            Bridge(id="x1-b", name="another", channels=["x1", "x1-o1"]),
            Bridge(id="x9-b", name="another", channels=[]),
        ],
    )
    assert found == Inventory()


def test_a_leg_of_ours_whose_caller_is_gone_is_found() -> None:
    found = inventory(
        [
            channel("c7-o1", "PJSIP/1001-2", "acd,agent"),
            channel("c8-o1", "PJSIP/1002-2", state="Ringing"),
        ],
        [Bridge(id="c7-b", name="acd", channels=["c7-o1"])],
    )
    assert [(offer.offer, offer.answered) for offer in found.offers] == [
        ("c7-o1", True),
        ("c8-o1", False),
    ]
    assert [str(request) for request in found.litter] == ["DELETE bridges/c7-b"]


def test_a_leg_that_has_left_the_application_is_nobodys() -> None:
    gone = Channel(
        id="c1-o1",
        name="PJSIP/1001-2",
        state="Up",
        creationtime=CREATED,
        dialplan=Dialplan(app_name="Dial", app_data="PJSIP/1002"),
    )
    assert inventory([gone]) == Inventory()


def test_phones_from_the_list_of_endpoints() -> None:
    survey = Survey()
    survey.took_endpoints(
        [
            Endpoint(technology="PJSIP", resource="1001", state="online"),
            Endpoint(technology="PJSIP", resource="1002", state="online", channel_ids=["c"]),
            Endpoint(technology="PJSIP", resource="1003", state="offline"),
            Endpoint(technology="IAX2", resource="1004", state="online"),
        ]
    )
    assert phone_states(survey.endpoints, ["1001", "1002", "1003", "1004"]) == [
        ("1001", PhoneState.FREE),
        ("1002", PhoneState.IN_USE),
        ("1003", PhoneState.UNREACHABLE),
        ("1004", PhoneState.UNREACHABLE),
    ]


def test_a_customer_whom_we_dial_and_who_rings_still() -> None:
    found = inventory([channel("cb-1-a1", "PJSIP/carrier-2", state="Ringing")])
    (live,) = found.calls
    assert (live.dialled_for, live.answered, live.created_at) == ("cb-1-a1", False, CREATED_AT)
    assert live.arrived == CallArrived(call="cb-1-a1", node="n1", dialled="", caller=None)
    assert found.customers["cb-1-a1"].rings
    assert (found.callers, found.litter) == ({}, [])


def test_a_customer_who_has_answered_and_talks_with_an_agent_who_was_first() -> None:
    found = inventory(
        [
            channel("c1", "PJSIP/carrier-2", "acd,customer,13800138000"),
            channel("first-c1-o1", "PJSIP/1001-2", "acd,agent"),
        ],
        [Bridge(id="c1-b", channels=["c1", "first-c1-o1"])],
    )
    (live,) = found.calls
    assert (live.dialled_for, live.answered) == ("c1", True)
    assert live.arrived == CallArrived(call="c1", node="n1", dialled="", caller="13800138000")
    assert found.offers == [
        LiveOffer(offer="c1-o1", call="c1", agent="1001", answered=True, connected=True)
    ]
    assert found.agents["c1-o1"].channel == "first-c1-o1"
    assert found.callers["c1"].joined == "first-c1-o1"


def test_a_caller_and_the_outside_number_with_which_he_talks() -> None:
    found = inventory(
        [
            channel("c1", "PJSIP/carrier-1", "acd,inbound,4008001001"),
            channel("c1-x1", "PJSIP/carrier-2", "acd,outside,c1"),
        ],
        [Bridge(id="c1-b", channels=["c1", "c1-x1"])],
    )
    assert [live.arrived.call for live in found.calls] == ["c1"]
    caller = found.callers["c1"]
    assert (caller.outside, caller.joined, caller.bridged, caller.music) == (
        "c1-x1",
        "c1-x1",
        True,
        False,
    )
    assert found.outside["c1-x1"].answered
    assert found.litter == []


def test_an_outside_number_that_rings_for_a_caller_or_for_nobody() -> None:
    found = inventory(
        [
            channel("c1", "PJSIP/carrier-1", "acd,inbound,4008001001"),
            channel("c1-x1", "PJSIP/carrier-2", state="Ringing"),
            channel("c2-x1", "PJSIP/carrier-3", state="Ringing"),
            channel("x3-x1", "PJSIP/carrier-4", state="Ringing"),
        ]
    )
    assert not found.outside["c1-x1"].answered
    assert set(found.outside) == {"c1-x1"}
    assert [str(request) for request in found.litter] == ["DELETE channels/c2-x1"]


def test_an_agent_who_hears_his_messages_is_hung_up_and_his_end_is_told() -> None:
    found = inventory([channel("f1", "PJSIP/1001-3", "acd,feature,*97")])
    assert found.callers["f1"].mailbox
    assert found.calls == []
    assert [str(request) for request in found.litter] == ["DELETE channels/f1"]
