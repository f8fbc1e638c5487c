"""What is rendered for Asterisk, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from acd.core.routing import (
    Business,
    CustomerPhone,
    Ending,
    NumberRoute,
    Queue,
    Routing,
    Strategy,
    Then,
    Trunk,
    WideningStep,
    WrapUp,
)
from agents.model import AgentProfile
from asterisk.provision import (
    MODULES,
    STRATEGIES,
    TEMPLATES,
    ProvisionError,
    Site,
    label,
    phones_of,
    render,
)

SITE = Site(node="pbx")
CALLBACK = Ending(say="all_busy_recorded", then=Then.CALLBACK)


def agent(id: str, *, groups: tuple[str, ...] = (), node: str = "pbx", **skills: int) -> AgentProfile:
    return AgentProfile(
        id=id,
        name=f"Agent {id}",
        endpoint=f"PJSIP/{id}",
        node=node,
        skills=skills,
        groups=frozenset(groups),
    )


def queue(name: str, **changes: Any) -> Queue:
    plain = Queue(
        name=name, label=name, needs=(), on_timeout=CALLBACK, on_nobody=CALLBACK, on_full=CALLBACK
    )
    return replace(plain, **changes)


def routing(**changes: Any) -> Routing:
    agents = [agent("1001", orders=8), agent("1002", orders=2), agent("1003", groups=("late",))]
    plain = Routing(
        revision="r",
        timezone="UTC",
        languages=("zh-CN", "en"),
        businesses={},
        numbers={"4001": NumberRoute(number="4001", queue="orders")},
        default_route=NumberRoute(number=None, queue="orders"),
        agents={profile.id: profile for profile in agents},
        rules=(),
        queues={"orders": queue("orders")},
    )
    return replace(plain, **changes)


def files(of: Routing, site: Site = SITE) -> dict[str, str]:
    return render(of, secrets={phone: f"secret-{phone}" for phone in phones_of(of, site)}, site=site)


def section(text: str, name: str, kind: str | None = None) -> dict[str, str]:
    """The values of a section, of those of that name the one with `type = kind`."""
    for part in re.split(r"^(?=\[)", text, flags=re.MULTILINE):
        head, *lines = part.splitlines()
        values = dict(line.split(" = ", 1) for line in lines if " = " in line)
        if head == f"[{name}]" and kind in (None, values.get("type")):
            return values
    raise AssertionError(f"no section {name} of type {kind} in:\n{text}")


def members(of: Routing, name: str = "orders") -> list[str]:
    part = files(of)["queues.d/strowger.conf"].split(f"[strowger-{name}]")[1].split("[")[0]
    return re.findall(r"^member => (.*)$", part, re.MULTILINE)


def steps(of: Routing, context: str) -> list[str]:
    part = files(of)["extensions.d/strowger.conf"].split(f"[{context}]")[1]
    return re.split(r"^\[", part, flags=re.MULTILINE)[0].strip().splitlines()


def test_files_and_modules_go_together() -> None:
    assert files(routing()).keys() == {
        "pjsip.d/strowger.conf",
        "extensions.d/strowger.conf",
        "queues.d/strowger.conf",
        "queuerules.d/strowger.conf",
        "musiconhold.d/strowger.conf",
    }
    assert MODULES == ("res_pjsip", "pbx_config", "res_musiconhold", "app_queue")


def test_no_placeholder_is_left() -> None:
    for text in files(routing(trunks={"t": Trunk(name="t", match=("192.0.2.0/24",))})).values():
        assert not re.search(r"@[a-z_]+@", text)


def test_every_template_is_used() -> None:
    used = (Path(__file__).parents[3] / "asterisk" / "provision.py").read_text(encoding="utf-8")
    for template in TEMPLATES.glob("*.conf"):
        assert f'"{template.name}"' in used


def test_an_agents_phone() -> None:
    text = files(routing())["pjsip.d/strowger.conf"]
    endpoint = section(text, "1001", "endpoint")
    assert endpoint["context"] == "strowger-phones"
    assert endpoint["callerid"] == '"Agent 1001" <1001>'
    assert "device_state_busy_at" not in endpoint  # a ringing phone would be said to be busy
    assert endpoint["allow_transfer"] == "no"
    assert endpoint["allow"] == "alaw,ulaw"
    assert "transport" not in endpoint
    assert "media_address" not in endpoint
    assert section(text, "1001", "auth")["password"] == "secret-1001"
    assert section(text, "1001", "aor")["max_contacts"] == "1"


def test_the_site_decides_on_media_and_codecs() -> None:
    site = Site(node="pbx", codecs=("alaw", "opus"), media_address="127.0.0.1", nat=False, qualify_s=0)
    text = files(routing(), site)["pjsip.d/strowger.conf"]
    endpoint = section(text, "1001", "endpoint")
    assert endpoint["allow"] == "alaw,opus"
    assert endpoint["media_address"] == "127.0.0.1"
    assert endpoint["bind_rtp_to_media_address"] == "yes"
    assert endpoint["rewrite_contact"] == endpoint["rtp_symmetric"] == "no"
    assert section(text, "1001", "aor")["qualify_frequency"] == "0"


def test_agents_of_another_node_have_no_phone_here() -> None:
    of = routing(agents={"1001": agent("1001"), "2001": agent("2001", node="other")})
    assert phones_of(of, SITE) == ("1001",)
    assert "2001" not in "".join(files(of).values())


def test_a_customers_phone_dials_in_like_a_caller() -> None:
    phone = CustomerPhone(id="demo", name="顾客", number="13800000001")
    of = routing(phones={"demo": phone})
    endpoint = section(files(of)["pjsip.d/strowger.conf"], "demo", "endpoint")
    assert endpoint["context"] == "strowger-inbound"
    assert endpoint["callerid"] == '"顾客" <13800000001>'


def test_a_trunk_is_known_by_its_addresses() -> None:
    of = routing(trunks={"carrier": Trunk(name="carrier", match=("192.0.2.1", "198.51.100.0/24"))})
    text = files(of)["pjsip.d/strowger.conf"]
    assert section(text, "carrier", "endpoint")["context"] == "strowger-inbound"
    assert "match = 192.0.2.1\nmatch = 198.51.100.0/24\n" in text


def test_a_trunk_that_dials_can_be_named_in_what_is_dialled() -> None:
    match = ("192.0.2.1", "198.51.100.0/24", "sip.example.net")
    dials = Trunk(name="carrier", match=match, dial="PJSIP/{number}@carrier")
    text = files(routing(trunks={"carrier": dials}))["pjsip.d/strowger.conf"]
    assert section(text, "carrier", "endpoint")["aors"] == "carrier"
    contacts = "contact = sip:192.0.2.1\ncontact = sip:sip.example.net\n"
    assert f"[carrier]\ntype = aor\n{contacts}\n" in text


@pytest.mark.parametrize(
    "trunk",
    [
        Trunk(name="carrier", match=("192.0.2.1",)),
        Trunk(name="carrier", match=("192.0.2.0/24",), dial="PJSIP/carrier/sip:{number}@192.0.2.9"),
    ],
)
def test_a_trunk_that_does_not_dial_by_its_name_has_no_contact(trunk: Trunk) -> None:
    text = files(routing(trunks={"carrier": trunk}))["pjsip.d/strowger.conf"]
    assert "contact =" not in text.split("[1001]")[0]
    assert "aors" not in section(text, "carrier", "endpoint")


def test_agents_phones_have_a_lamp_and_customers_phones_none() -> None:
    phone = CustomerPhone(id="demo", name="Demo", number="13800000001")
    of = routing(phones={"demo": phone})
    text = files(of)["pjsip.d/strowger.conf"]
    endpoint = section(text, "1001", "endpoint")
    assert endpoint["mailboxes"] == "1001@strowger"
    assert endpoint["voicemail_extension"] == "*97"
    assert endpoint["mwi_subscribe_replaces_unsolicited"] == "yes"
    assert section(text, "1001", "aor")["mailboxes"] == "1001@strowger"
    for kind in ("endpoint", "aor"):
        assert "mailboxes" not in section(text, "demo", kind)
    assert steps(of, "strowger-lamps") == [
        "exten => s,1,MinivmMWI(${STROWGER_AGENT}@strowger,0,${STROWGER_NEW},${STROWGER_OLD})",
        " same => n,Hangup()",
    ]


@pytest.mark.parametrize("then", [Then.VOICEMAIL, Then.FLOW])
def test_what_only_the_engine_can_do_is_not_tried_while_it_is_away(then: Then) -> None:
    orders = queue(
        "orders", on_full=Ending(say=None, then=then), on_nobody=Ending(say="nobody", then=then)
    )
    lines = steps(routing(queues={"orders": orders}), "strowger-queue-orders")
    assert lines[lines.index(" same => n(full),NoOp()") + 1 :] == [
        " same => n,Playback(strowger/system_busy)",
        " same => n,Hangup()",
        " same => n(nobody),NoOp()",
        " same => n,Playback(strowger/nobody)",
        " same => n,Hangup()",
    ]


def test_a_number_with_a_flow_goes_to_its_queue_while_the_engine_is_away() -> None:
    route = NumberRoute(number="4001", queue="orders", flow="menu")
    lines = steps(routing(numbers={"4001": route}), "strowger-inbound")
    at = lines.index("exten => 4001,1,Stasis(strowger,inbound,${EXTEN})")
    assert lines[at + 3] == " same => n,Goto(strowger-queue-orders,s,1)"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('坐席; "一" <1>', "坐席 一 1"),
        ("a\nb\tc", "a b c"),
        ("back\\slash, comma | pipe", "back slash  comma   pipe"),
        ("[brackets]", "[brackets]"),
        (";;", ""),
    ],
)
def test_names_for_people_lose_what_would_end_a_value(name: str, shown: str) -> None:
    assert " ".join(label(name).split()) == " ".join(shown.split())
    assert not set(label(name)) & set('";<>\\\n,|')


def test_numbers_lead_to_their_queues_in_their_language() -> None:
    of = routing(
        queues={"orders": queue("orders"), "other": queue("other")},
        businesses={
            "shop": Business(name="shop", label="Shop", hours=None, when_closed=CALLBACK, language="en")
        },
        numbers={
            "4001": NumberRoute(number="4001", queue="orders", business="shop"),
            "4002": NumberRoute(number="4002", queue="orders", business="shop", language="zh-CN"),
            "4003": NumberRoute(number="4003", queue="orders"),
        },
        default_route=NumberRoute(number=None, queue="other"),
    )
    lines = steps(of, "strowger-inbound")
    for number, name, language in (
        ("4001", "orders", "en"),
        ("4002", "orders", "zh-CN"),
        ("4003", "orders", "zh-CN"),
        ("_[+*#0-9]!", "other", "zh-CN"),
        ("s", "other", "zh-CN"),
    ):
        at = lines.index(f"exten => {number},1,Stasis(strowger,inbound,${{EXTEN}})")
        assert lines[at + 1 : at + 5] == [
            ' same => n,GotoIf($["${STASISSTATUS}" != "FAILED"]?done)',
            f" same => n,Set(CHANNEL(language)={language})",
            f" same => n,Goto(strowger-queue-{name},s,1)",
            " same => n(done),Hangup()",
        ]


def test_calls_go_to_the_application_of_the_installation() -> None:
    lines = steps(routing(app="acd"), "strowger-inbound")
    assert "exten => s,1,Stasis(acd,inbound,${EXTEN})" in lines


def test_agents_dial_codes_and_each_other() -> None:
    lines = steps(routing(), "strowger-phones")
    for code in ("*11", "*12", "*13", "*14", "*15", "*16", "*97"):
        assert f"exten => {code},1,Stasis(strowger,feature,${{EXTEN}})" in lines
    assert "exten => 1002,hint,PJSIP/1002" in lines
    assert "exten => 1002,1,Dial(PJSIP/1002,60)" in lines


def test_members_have_the_penalty_of_the_step_that_lets_them_in() -> None:
    step = WideningStep(after=20, needs=(("orders", 1),))
    later = WideningStep(after=60.4, groups=frozenset({"late"}))
    of = routing(queues={"orders": queue("orders", needs=(("orders", 3),), widen=(step, later))})
    assert members(of) == [
        "PJSIP/1001,1,Agent 1001",
        "PJSIP/1002,2,Agent 1002",
        "PJSIP/1003,3,Agent 1003",
    ]
    rules = files(of)["queuerules.d/strowger.conf"]
    assert "[strowger-orders]\npenaltychange => 20,2\npenaltychange => 60,3\n" in rules
    assert "[strowger-anyone]\n" in rules


def test_who_can_never_serve_is_no_member() -> None:
    of = routing(queues={"orders": queue("orders", needs=(("orders", 3),))})
    assert members(of) == ["PJSIP/1001,1,Agent 1001"]


@pytest.mark.parametrize(
    ("strategy", "order"),
    [
        (Strategy.MOST_SKILLED, ["1001", "1002"]),
        (Strategy.LEAST_SKILLED, ["1002", "1001"]),
        (Strategy.FIXED_ORDER, ["1002", "1001"]),
    ],
)
def test_where_app_queue_rings_in_order_the_members_stand_in_it(
    strategy: Strategy, order: list[str]
) -> None:
    orders = queue("orders", needs=(("orders", 1),), strategy=strategy, order=("1002", "1001"))
    of = routing(queues={"orders": orders})
    assert section(files(of)["queues.d/strowger.conf"], "strowger-orders")["strategy"] == "linear"
    assert [line.split(",")[0] for line in members(of)] == [f"PJSIP/{id}" for id in order]


def test_every_strategy_has_its_nearest() -> None:
    assert STRATEGIES.keys() == set(Strategy)


def test_the_limits_of_a_queue() -> None:
    orders = queue(
        "orders", ring=15.4, wrap_up=WrapUp(seconds=10), at_most=500, for_at_most=180.0, music="jazz"
    )
    of = routing(queues={"orders": orders, "plain": queue("plain")})
    text = files(of)["queues.d/strowger.conf"]
    values = section(text, "strowger-orders")
    assert (values["timeout"], values["wrapuptime"], values["maxlen"]) == ("15", "10", "500")
    assert values["musicclass"] == "jazz"
    assert values["autofill"] == "yes"
    assert section(text, "strowger-plain")["maxlen"] == "0"
    assert " same => n,Queue(strowger-orders,,,,180)" in steps(of, "strowger-queue-orders")
    assert " same => n,Queue(strowger-plain,,,,)" in steps(of, "strowger-queue-plain")


def test_music_that_has_a_folder_is_rendered_and_other_music_is_asterisks_own() -> None:
    of = routing(music={"jazz": "/srv/music/jazz", "lounge": None, "blues": "blues"})
    text = files(of)["musiconhold.d/strowger.conf"]
    jazz = {"mode": "files", "directory": "/srv/music/jazz", "sort": "alpha"}
    assert section(text, "jazz") == jazz
    assert section(text, "blues") == jazz | {"directory": "blues"}
    assert "lounge" not in text


def test_asterisk_knows_new_music_before_the_queues_name_it() -> None:
    assert MODULES.index("res_musiconhold") < MODULES.index("app_queue")


def test_endings_say_their_prompt_and_hand_over_or_hang_up() -> None:
    orders = queue(
        "orders",
        on_timeout=Ending(say="goodbye", then=Then.GOODBYE),
        on_full=Ending(say=None, then=Then.QUEUE, queue="other"),
        on_nobody=Ending(say="nobody", then=Then.QUEUE, queue="other"),
    )
    lines = steps(routing(queues={"orders": orders, "other": queue("other")}), "strowger-queue-orders")
    at = lines.index(" same => n(timeout),NoOp()")
    assert lines[at + 1 :] == [
        " same => n,Playback(strowger/goodbye)",
        " same => n,Hangup()",
        " same => n(full),NoOp()",
        " same => n,Goto(strowger-queue-other,s,1)",
        " same => n(nobody),NoOp()",
        " same => n,Playback(strowger/nobody)",
        " same => n,Goto(strowger-queue-other,s,1)",
    ]
    # As often as there are queues, so that two that hand over to each other come to an end.
    assert " same => n,GotoIf($[${STROWGER_QUEUES} > 2]?bye)" in lines


BAD = "x\nexten => s,1,System(evil)"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"app": "a,b"}, "name of the Stasis application 'a,b'"),
        ({"queues": {BAD: queue(BAD)}}, "queue name 'x"),
        ({"queues": {"a b": queue("a b")}}, "queue name 'a b'"),
        ({"queues": {"q": queue("q", music="x;y")}}, "music class 'x;y'"),
        ({"music": {"x]": None}}, "music class 'x]'"),
        ({"music": {"x": "/a;b"}}, "music folder '/a;b'"),
        ({"languages": ("en)",)}, "language 'en)'"),
        ({"agents": {"1]": agent("1]")}}, "account '1]'"),
        ({"agents": {"1": replace(agent("1"), endpoint="PJSIP/1&PJSIP/2")}}, "endpoint 'PJSIP/1&"),
        ({"numbers": {"_X.": NumberRoute(number="_X.", queue="orders")}}, "number '_X.'"),
        ({"phones": {"p": CustomerPhone(id="p", name="", number="1>")}}, "number '1>'"),
        ({"trunks": {"t]": Trunk(name="t]", match=())}}, "trunk name 't]'"),
        ({"trunks": {"t": Trunk(name="t", match=("1.2.3.4\nx=y",))}}, "address of trunk t"),
        (
            {"trunks": {"t": Trunk(name="t", match=(), dial="PJSIP/{number}@x,evil")}},
            "dial of trunk t 'PJSIP/{number}@x,evil'",
        ),
        ({"trunks": {"t": Trunk(name="t", match=(), dial="PJSIP/5")}}, "dial of trunk t"),
        ({"trunks": {"1001": Trunk(name="1001", match=())}}, "'1001' is both a trunk and a phone"),
        (
            {"queues": {"q": queue("q", on_full=Ending(say="a)b", then=Then.GOODBYE))}},
            "prompt 'a)b'",
        ),
    ],
)
def test_what_would_break_the_configuration_is_refused(changes: Mapping[str, object], told: str) -> None:
    with pytest.raises(ProvisionError, match=re.escape(told)):
        files(routing(**changes))


@pytest.mark.parametrize("password", [None, "", "short", "has a space in it", "semi;colon;here"])
def test_a_password_that_is_none_is_refused(password: str | None) -> None:
    secrets = {} if password is None else {"1001": password}
    with pytest.raises(ProvisionError, match="1001 has no password") as raised:
        render(routing(agents={"1001": agent("1001")}), secrets=secrets, site=SITE)
    assert password is None or not password or password not in str(raised.value)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ProvisionError) as raised:
        render(routing(app="a b", languages=("x y",)), secrets={}, site=SITE)
    assert len(raised.value.problems) == 5
