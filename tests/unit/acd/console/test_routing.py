"""`acd check`, `acd schema`, `acd explain` of a call that doesn't exist."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from asterisk.prompts.catalogue import PROMPTS
from tests.unit.acd.console.installation import Installation
from tests.unit.config.files import text, write

SHOP = text(
    numbers=(
        'numbers:\n  "100": {queue: main, business: shop}\n  "200": {queue: side}\n'
        "  default: {queue: main}"
    ),
    agents=(
        "agents:\n"
        '  "1": {skills: {orders: 5}, groups: [vip]}\n'
        '  "2": {skills: {orders: 2}, groups: [back]}'
    ),
    rules=(
        "rules:\n"
        "  - {name: black, when: {caller: {in: blacklist}}, then: {say: system_busy, end: true}}\n"
        "  - {name: VIP, when: {customer: {tier: vip}}, then: {first: {group: vip}, head_start: 10m}}\n"
        "  - name: again\n"
        "    when: {customer: {last_agent: {within: 90d}}}\n"
        "    then: {first: {agent: last, for: 15s}, head_start: 5m}"
    ),
    queues="queues:\n  main: {needs: {orders: 1}, groups: [vip, back]}\n  side: {needs: {orders: 4}}",
)
OPEN = ("--at", "2026-11-20 10:00")


@pytest.fixture
def shop(installation: Installation) -> Installation:
    installation.routing.write_text(SHOP, encoding="utf-8")
    return installation


def explained(shop: Installation, *arguments: str) -> str:
    return shop.good("explain", shop.routing, *arguments)


def test_a_good_file(installation: Installation) -> None:
    said = installation.good("check", installation.routing)
    assert said.startswith(
        f"{installation.routing}: good. 1 number, 0 rules, 1 queue, 2 agents; revision "
    )


def test_warnings_go_to_standard_error(installation: Installation) -> None:
    installation.routing.write_text(text(skills="skills: [orders, english, knitting]"))
    outcome = installation.acd("check", installation.routing)
    assert outcome.code == 0
    assert outcome.err.startswith(f"warning: {installation.routing}:4:")
    assert outcome.out.startswith(f"{installation.routing}: good.")


def test_all_that_is_wrong_with_a_file_is_told_at_once(installation: Installation) -> None:
    installation.routing.write_text("versoin: 1\nqueues: {}\nqueues: {}\n")
    said = installation.bad("check", installation.routing)
    assert f"{installation.routing}:1:1: " in said
    assert "did you mean 'version'?" in said
    assert f"{installation.routing}:3:1: duplicate key 'queues'" in said
    assert installation.good("check", write(installation.folder, text(), "good.yaml"))


@pytest.mark.parametrize("name", ["nowhere.yaml", "."])
def test_a_file_that_is_none(installation: Installation, name: str) -> None:
    assert "1:1: " in installation.bad("check", installation.folder / name)


def test_what_it_prints_is_a_file_again(installation: Installation) -> None:
    name = "'[bold]刀 :warning: [/]'"
    installation.routing.write_text(
        text(businesses=f"businesses:\n  shop: {{hours: day, name: {name}}}")
    )
    printed = installation.good("check", installation.routing, "--print")
    assert "[bold]刀 :warning: [/]" in printed
    again = write(installation.folder, printed, "again.yaml")
    assert installation.good("check", again, "--print").splitlines()[1:] == printed.splitlines()[1:]


def test_the_node_and_the_own_prompts_are_those_of_the_installation(installation: Installation) -> None:
    installation.set(node="pbx1", prompts_dir=installation.folder / "prompts")
    on_full = "on_full: {say: jingle, then: goodbye}"
    queues = f"queues:\n  main: {{needs: {{orders: 1}}, groups: [vip, back], {on_full}}}"
    installation.routing.write_text(text(queues=queues))
    told = {"zh-CN": "unknown prompt 'jingle'", "en": "the prompt 'jingle' is not recorded in en"}
    for language, complaint in told.items():
        assert complaint in installation.bad("check", installation.routing)
        folder = installation.folder / "prompts" / language
        folder.mkdir(parents=True)
        (folder / "jingle.wav").touch()
    printed = installation.good("check", installation.routing, "--print")
    assert "jingle" in printed
    assert "node: pbx1" in printed


def test_own_prompts_that_cannot_be_listed(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def listing(self: Path) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    folder = installation.folder / "prompts" / "en"
    folder.mkdir(parents=True)
    installation.set(prompts_dir=folder.parent)
    monkeypatch.setattr(Path, "iterdir", listing)
    assert "the own prompts cannot be listed" in installation.bad("check", installation.routing)


def test_the_schema_is_one(installation: Installation) -> None:
    assert json.loads(installation.good("schema"))["properties"]["queues"]


def test_a_call_in_opening_hours(shop: Installation) -> None:
    said = explained(shop, "--dialled", "100", "--caller", "138 0013 8000", *OPEN)
    assert "0.000 s  13800138000 dialled 100" in said
    assert "shop is open" in said
    assert "is chosen by longest_idle" in said


FLOW = """\
numbers:
  "100": {queue: main, business: shop, flow: f}
  default: {queue: main}
prompts:
  hello: {zh-CN: "您好", en: Hello}
flows:
  f:
    hello: {say: hello, keys: {"1": {queue: main}}, otherwise: hang_up}
"""


def test_a_call_into_a_flow_ends_with_a_hint_how_to_walk_through_it(shop: Installation) -> None:
    shop.routing.write_text(text(numbers=FLOW), encoding="utf-8")
    outcome = shop.acd("explain", shop.routing, "--dialled", "100", "--caller", "138 1", *OPEN)
    assert "100 is a number of business shop for flow f (without an engine, queue main)" in outcome.out
    assert outcome.err == (
        f"what he hears and may press there: acd ivr {shop.routing} f --dialled 100 "
        f"--caller '138 1' --at '{OPEN[1]}'\n"
    )
    closed = shop.acd("explain", shop.routing, "--dialled", "100", "--at", "2026-11-20 20:00")
    assert closed.err == ""


def test_a_call_when_it_is_closed(shop: Installation) -> None:
    assert "shop is closed" in explained(shop, "--dialled", "100", "--at", "2026-11-20 20:00")
    assert "shop is open" in explained(shop, "--dialled", "100", "--at", "2026-11-20T02:00:00+00:00")


def test_now_and_with_a_withheld_number(shop: Installation) -> None:
    assert "a caller with a withheld number dialled 999" in explained(shop, "--dialled", "999")


def test_a_vip_a_returning_customer_and_a_blacklisted_one(shop: Installation) -> None:
    caller = ("--dialled", "100", "--caller", "13800138000", *OPEN)
    assert "rule VIP matches" in explained(shop, *caller, "--tier", "vip")
    again = explained(shop, *caller, "--last-agent", "2")
    assert "last served by 2" in again
    assert "2 is chosen" in again
    late = explained(shop, *caller, "--last-agent", "2", "--last-agent-at", "2026-01-01 10:00")
    assert "rule again doesn't match" in late
    assert "rule black matches" in explained(shop, *caller, "--blacklisted")


def test_who_is_logged_in_and_who_is_busy(shop: Installation) -> None:
    caller = ("--dialled", "200", "--caller", "13800138000", *OPEN)
    assert "1 is chosen" in explained(shop, *caller)
    assert "nobody is logged in" in explained(shop, *caller, "--logged-in", "2")
    assert "nobody who may serve it is idle: 1 (" in explained(shop, *caller, "--busy", "1,")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--caller", "12a"), "'12a' is not a telephone number"),
        (("--at", "tomorrow"), "--at 'tomorrow': expected a time such as '2026-11-21 20:15'"),
        (("--tier", "vip"), "--tier and --last-agent describe a customer: expected --caller too"),
        (
            ("--caller", "138", "--tier", "tin"),
            "--tier 'tin': expected one of the tiers of the file: gold, vip",
        ),
        (("--caller", "138", "--last-agent", "9"), "9: expected agents of the file"),
        (("--busy", "1,8,9"), "8, 9: expected agents of the file"),
        (("--logged-in", "7"), "7: expected agents of the file"),
    ],
)
def test_calls_that_cannot_be_imagined(
    shop: Installation, arguments: tuple[str, ...], said: str
) -> None:
    assert shop.bad("explain", shop.routing, "--dialled", "100", *arguments).startswith(said)


def test_a_file_without_tiers_says_so(shop: Installation) -> None:
    shop.routing.write_text(text(tiers=""))
    arguments = ("--dialled", "100", "--caller", "138", "--tier", "vip")
    assert "tiers of the file: none is defined" in shop.bad("explain", shop.routing, *arguments)


def test_a_file_with_mistakes_explains_nothing(shop: Installation) -> None:
    shop.routing.write_text("x")
    assert f"{shop.routing}:1:1: " in shop.bad("explain", shop.routing, "--dialled", "100")


def test_a_file_without_a_number_dialled(installation: Installation) -> None:
    said = installation.bad("explain", installation.routing)
    assert f"{installation.routing} is a file: expected --dialled NUMBER too" in said


def test_a_language_in_which_nothing_can_be_said(installation: Installation) -> None:
    installation.set(prompts_dir=installation.folder / "prompts")
    installation.routing.write_text(text(languages="languages: [en, fr]", tiers="tiers: vip"))
    said = installation.bad("check", installation.routing)
    assert "the prompts in 'fr' can neither be spoken nor are they all recorded" in said
    assert "'vip' does not fit, expected a list" in said
    installation.routing.write_text(text(languages="languages: [en, fr]"))
    folder = installation.folder / "prompts" / "fr"
    folder.mkdir(parents=True)
    for prompt in list(PROMPTS)[1:]:
        (folder / f"{prompt}.wav").touch()
    assert "the prompts in 'fr'" in installation.bad("check", installation.routing)
    (folder / f"{next(iter(PROMPTS))}.wav").touch()
    installation.good("check", installation.routing)
