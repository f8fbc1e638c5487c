"""Shapes and names: each mistake is told where it is, with what was expected and what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.document import Document
from config.validation import keys_at
from tests.unit.config.files import check_mistakes, loaded, problems, text


def test_the_small_file_is_valid(tmp_path: Path) -> None:
    assert loaded(tmp_path, text()).routing.default_route.queue == "main"


@pytest.mark.parametrize(
    ("section", "content", "message"),
    [
        # values
        ("version", "version: §2", "version 2 is not known, expected 1"),
        ("version", "version: §true", "version True is not known, expected 1"),
        (
            "timezone",
            "timezone: §Asia/Shangai",
            "unknown time zone 'Asia/Shangai', expected one such as "
            "Asia/Shanghai, did you mean 'Asia/Shanghai'",
        ),
        ("timezone", "timezone: §8", "8 is not a time zone"),
        ("timezone", "timezone: §../etc/passwd", "unknown time zone '../etc/passwd'"),
        ("tiers", "tiers: §vip", "'vip' does not fit, expected a list"),
        ("tiers", "tiers: [§v ip]", "'v ip' does not fit, expected a name"),
        ("tiers", "tiers: [§2]", "2 is not quoted, expected a name"),
        ("languages", "languages: §[]", "a list is empty, expected at least one entry"),
        ("languages", "languages: [zh-CN, en, §english]", "'english' does not fit, expected a language"),
        (
            "pause_reasons",
            "pause_reasons: [§5]",
            '5 is not quoted, expected a text of 1 to 80 printable characters, write "5"',
        ),
        ("pause_reasons", 'pause_reasons: [§"a\\nb"]', r"'a\nb' does not fit, expected a text"),
        ("grades", "grades:\n  junior: {level: §11}", "11 is too big, expected at most 10"),
        ("grades", "grades:\n  junior: {level: §0}", "0 is too small, expected at least 1"),
        ("grades", "grades:\n  junior: {level: §high}", "'high' does not fit, expected a whole number"),
        ("grades", "grades:\n  junior: {level: §3.5}", "3.5 does not fit, expected a whole number"),
        ("grades", "grades:\n  junior: §3", "3 does not fit, expected a mapping (key: value)"),
        (
            "hours",
            "hours:\n  day: {open: [§mon 09:00]}",
            "'mon 09:00' is no opening time, expected days",
        ),
        ("hours", "hours:\n  day: {open: §[]}", "a list is empty"),
        ("hours", "hours:\n  day: {open: [mon 09:00-10:00], holidays: §XX}", "unknown country 'XX'"),
        (
            "hours",
            "hours:\n  day: {open: [mon 09:00-10:00], holidays: §cn}",
            "unknown country 'cn', expected "
            "the code of a country such as CN, or with its region such as DE-BY, did you mean 'CN'?",
        ),
        (
            "hours",
            "hours:\n  day: {open: [mon 09:00-10:00], holidays: §DE-XX}",
            "unknown region 'XX' of DE, expected one of: BB, BE",
        ),
        (
            "hours",
            "hours:\n  day: {open: [mon 09:00-10:00], holidays: §CN-XX}",
            "unknown region 'XX' of CN, expected one of: none",
        ),
        ("hours", "hours:\n  day: {open: [mon 09:00-10:00], holidays: §86}", "86 is not a country"),
        (
            "hours",
            "hours:\n  day: {open: [mon 09:00-10:00], closed_on: [§2027-13-01]}",
            "'2027-13-01' is not in the calendar",
        ),
        (
            "hours",
            "hours:\n  day: {open: [mon 09:00-10:00], closed_on: {§today: x}}",
            "'today' is not a date",
        ),
        (
            "hours",
            "hours:\n  day: {open: [mon 09:00-10:00], closed_on: §never}",
            "'never' does not fit, expected a mapping",
        ),
        (
            "queues",
            "queues:\n  main: {needs: {orders: 1}, ring: §20}",
            "20 has no unit, expected a duration such as 20s, 3m, 1h30m or 90d, write 20s for seconds",
        ),
        ("queues", "queues:\n  main: {needs: {orders: 1}, ring: §0s}", "'0s' is no time at all"),
        (
            "queues",
            "queues:\n  main: {groups: [vip, back], service_level: {target: §0.8}}",
            "0.8 has no %",
        ),
        (
            "queues",
            "queues:\n  main: {groups: [vip, back], strategy: §longest}",
            "'longest' does not fit, expected 'longest_idle', 'most_skilled'",
        ),
        ("queues", "queues:\n  main: {groups: [vip, back], waiting: {at_most: §0}}", "0 is too small"),
        (
            "queues",
            "queues:\n  main: {groups: [vip, back], waiting: {at_most: §'5'}}",
            "'5' does not fit, expected a whole number",
        ),
        (
            "queues",
            "queues:\n  main: {groups: [vip, back], no_answer: §{}}",
            "nothing or two things happen",
        ),
        (
            "queues",
            "queues:\n  main: {groups: [vip, back], refused: §{rest: 5s, pause: lunch}}",
            "nothing or two things happen to the agent, expected either pause or rest",
        ),
        ("queues", "queues:\n  main: {needs: §all}", "'all' does not fit, expected 'anyone'"),
        ("queues", "queues:\n  main: {needs: §{}}", "a mapping is empty, expected at least one entry"),
        (
            "queues",
            "queues:\n  §9th: {needs: {orders: 1}}\n  main: {groups: [vip, back]}",
            "'9th' does not fit, expected a name: a letter",
        ),
        # endings
        (
            "businesses",
            "businesses:\n  shop: {hours: day, when_closed: §voicemail}",
            "voicemail of which name? expected {voicemail: NAME}",
        ),
        (
            "businesses",
            "businesses:\n  shop: {hours: day, when_closed: §hangup}",
            "'hangup' is no ending, "
            "expected callback, goodbye, {queue: NAME}, {voicemail: NAME}, {flow: NAME} or "
            "{say: PROMPT, then: ...}",
        ),
        (
            "businesses",
            "businesses:\n  shop: {hours: day, when_closed: {say: closed, then: §callbak}}",
            "'callbak' is no ending, "
            "expected callback, goodbye, {queue: NAME}, {voicemail: NAME}, {flow: NAME} or "
            "{say: PROMPT, then: ...}, did you mean 'callback'?",
        ),
        (
            "businesses",
            "businesses:\n  shop: {hours: day, when_closed: §[callback]}",
            "['callback'] is no",
        ),
        (
            "businesses",
            "businesses:\n  shop: {hours: day, when_closed: {say: closed, then: §voicemail}}",
            "voicemail of which name?",
        ),
        (
            "businesses",
            "businesses:\n  shop: {hours: day, §when_closed: {say: closed}}",
            "businesses shop when_closed has no 'then', expected that key",
        ),
        (
            "businesses",
            "businesses:\n  shop: {hours: day, when_closed: {queue: main, §say: closed}}",
            "unknown key 'say' in businesses shop when_closed, expected one of flow, queue, voicemail",
        ),
        # names
        (
            "businesses",
            "businesses:\n  shop: {hours: §dya}",
            "unknown hours 'dya', expected hours of the section hours, did you mean 'day'?",
        ),
        (
            "businesses",
            "businesses:\n  shop: {hours: day, language: §fr}",
            "unknown language 'fr', expected a language of the list languages, known: en, zh-CN",
        ),
        (
            "businesses",
            "businesses:\n  shop: {hours: day, when_closed: {say: §closd, then: goodbye}}",
            "unknown prompt 'closd', expected the id of a prompt, did you mean 'closed'?",
        ),
        (
            "businesses",
            "businesses:\n  shop: {hours: day, when_closed: {queue: §mian}}",
            "unknown queue 'mian', expected a queue of the section queues, did you mean 'main'?",
        ),
        (
            "numbers",
            'numbers:\n  "100": {queue: main, business: §shopp}\n  default: {queue: main}',
            "unknown business 'shopp', expected a business of the section businesses, did you mean",
        ),
        (
            "numbers",
            "numbers:\n  default: {queue: §5}",
            '5 is not text, expected a queue of the section queues, write "5"',
        ),
        (
            "agents",
            'agents:\n  "1": {grade: §seniour, groups: [vip, back], skills: {orders: 3}}',
            "unknown grade 'seniour', expected a grade, did you mean 'senior'",
        ),
        (
            "agents",
            'agents:\n  "1": {groups: [vip, §bakc], skills: {orders: 3}}',
            "unknown group 'bakc', expected a group of the list groups, did you mean 'back'?",
        ),
        (
            "agents",
            'agents:\n  "1": {groups: [vip, back], skills: {§oders: 3}}',
            "unknown skill 'oders', expected a skill of the list skills, did you mean 'orders'?",
        ),
        (
            "agents",
            'agents:\n  "1": {grade: vip, groups: [vip, back], skills: [orders, §englisch]}',
            "unknown skill 'englisch'",
        ),
        (
            "queues",
            "queues:\n  main: {groups: [vip, back], no_answer: {pause: §lunsh}}",
            "unknown pause reason 'lunsh', expected one of the list pause_reasons, or of the system's "
            "own, "
            "did you mean 'lunch'?",
        ),
        (
            "queues",
            "queues:\n  main: {groups: [vip, back], waiting: {music: §jazz}}",
            "unknown music class 'jazz', expected a class of the section music, or default, "
            "known: default",
        ),
        (
            "queues",
            "queues:\n  main: {groups: [vip, back], strategy: fixed_order, order: ['1', §'3']}",
            "unknown agent '3', expected an agent of the section agents, known: 1, 2",
        ),
        (
            "rules",
            "rules:\n  - {name: a, when: {customer: {tier: §vpi}}, then: {tier: 1}}",
            "unknown tier 'vpi', expected a customer tier of the list tiers, did you mean 'vip'?",
        ),
        (
            "rules",
            "rules:\n  - {name: a, when: {customer: {tier: [vip, §godl]}}, then: {tier: 1}}",
            "unknown tier 'godl'",
        ),
        (
            "rules",
            "rules:\n  - {name: a, when: {dialled: [§'101']}, then: {tier: 1}}",
            "unknown number '101', expected a number of the section numbers, did you mean '100'?",
        ),
        (
            "rules",
            "rules:\n  - {name: a, when: {dialled: §100}, then: {tier: 1}}",
            '100 is not text, expected a number of the section numbers, write "100"',
        ),
        ("rules", "rules:\n  - {name: a, then: {first: {agent: §'7'}}}", "unknown agent '7'"),
        ("rules", "rules:\n  - {name: a, then: {say: §nothing, end: true}}", "unknown prompt 'nothing'"),
        # keys
        (
            "numbers",
            'numbers:\n  "100": {queue: main, §go: main}\n  default: {queue: main}',
            "unknown key 'go' in numbers 100, expected one of business, flow, language, queue, "
            "did you mean 'queue'?",
        ),
        (
            "numbers",
            'numbers:\n  "100": {queue: main, §ivr: menu}\n  default: {queue: main}',
            "unknown key 'ivr' in numbers 100, expected one of business, flow, language, queue, "
            "did you mean 'flow'?",
        ),
        (
            "numbers",
            'numbers:\n  "100": §{}\n  default: {queue: main}',
            "the number leads nowhere, expected a queue or a flow",
        ),
        (
            "numbers",
            'numbers:\n  §"a": {queue: main}\n  default: {queue: main}',
            "'a' does not fit, expected default or a number in quotes",
        ),
        (
            "queues",
            "queues:\n  main: {groups: [vip, back], §max_wait: 3m}",
            "unknown key 'max_wait' in queues main, expected one of callback, groups, name, needs",
        ),
        (
            "queues",
            "queues:\n  main: {groups: [vip, back], waiting: {§timeout: 3m}}",
            "unknown key 'timeout' in "
            "queues main waiting, expected one of announce, at_most, for_at_most, music, offers, "
            "did you mean 'for_at_most'?",
        ),
        (
            "queues",
            "queues:\n  main: {groups: [vip, back], widen: [{after: 20s, needs: anyone, §grups: x}]}",
            "unknown key 'grups' in main widen 1, expected one of after, groups, needs, "
            "did you mean 'groups'?",
        ),
        (
            "rules",
            "rules:\n  - {name: a, when: {caller: {§is: blacklist, in: blacklist}}, then: {tier: 1}}",
            "unknown key 'is' in 1 when caller, expected one of in, starts_with, withheld",
        ),
        ("extra", "§quees: {}", "unknown key 'quees' in the file, expected one of agents, businesses"),
        # rules
        ("rules", "rules:\n  - {name: a, when: §{}, then: {tier: 1}}", "no condition is given"),
        (
            "rules",
            "rules:\n  - {name: a, when: {caller: §{}}, then: {tier: 1}}",
            "no condition is given",
        ),
        (
            "rules",
            "rules:\n  - {name: a, then: §{}}",
            "the rule does nothing, expected at least one effect",
        ),
        ("rules", "rules:\n  - {name: a, then: {end: §false}}", "false does not fit, expected true"),
        ("rules", "rules:\n  - {name: a, then: {tier: §10}}", "10 is too big, expected at most 9"),
        ("rules", "rules:\n  - {name: a, then: {first: §{for: 5s}}}", "first names no target or two"),
        (
            "rules",
            "rules:\n  - {name: a, then: {first: §{group: vip, agent: last}}}",
            "first names no target",
        ),
        ("rules", "rules:\n  - {name: a, then: {first: {group: vip, for: §5}}}", "5 has no unit"),
        (
            "rules",
            "rules:\n  - {name: a, when: {caller: {starts_with: §138}}, then: {tier: 1}}",
            '138 is not quoted, expected a number in quotes such as "4008001001", write "138"',
        ),
        (
            "rules",
            "rules:\n  - {name: a, when: {caller: {starts_with: §[]}}, then: {tier: 1}}",
            "a list is empty",
        ),
        ("rules", "rules:\n  - §{when: {dialled: '100'}, then: {tier: 1}}", "rules 1 has no 'name'"),
        ("rules", "rules: §{}", "a mapping does not fit, expected a list"),
        ("rules", "rules:\n  - §hello", "'hello' does not fit, expected a mapping"),
        # people
        ("trunks", "trunks:\n  carrier: {match: [§10.0.0.256]}", "'10.0.0.256' is not an address ("),
        (
            "trunks",
            "trunks:\n  carrier: {match: §10.0.0.1/8}",
            "'10.0.0.1/8' is not an address (10.0.0.1/8 has "
            "host bits set), expected an IP address or network such as 192.0.2.1",
        ),
        ("trunks", "trunks:\n  carrier: {match: [§10]}", "10 is not an address"),
        ("trunks", "trunks:\n  §carrier: {}", "trunks carrier has no 'match'"),
        (
            "phones",
            "phones:\n  p1: {number: §13800000001}",
            "13800000001 is not quoted, expected a number in "
            'quotes such as "4008001001", write "13800000001"',
        ),
        (
            "phones",
            "phones:\n  p1: {number: §0138}",
            '0138 is not quoted, expected a number in quotes such as "4008001001", write "0138"',
        ),
        (
            "phones",
            "phones:\n  p1: {number: §'138-1'}",
            "'138-1' does not fit, expected a number in quotes",
        ),
        (
            "agents",
            'agents:\n  §"a b": {}\n  "1": {groups: [vip, back], skills: {orders: 3}}',
            "'a b' does not fit, expected an account such as",
        ),
        (
            "agents",
            'agents:\n  "1": {groups: [vip, back], endpoint: §"PJSIP/1,Local/2", skills: {orders: 3}}',
            "'PJSIP/1,Local/2' does not fit, expected what Asterisk dials, such as PJSIP/1001",
        ),
        (
            "agents",
            'agents:\n  "1": {groups: [vip, back], node: §"a b", skills: {orders: 3}}',
            "'a b' does not",
        ),
        (
            "agents",
            'agents:\n  "1": {groups: [vip, back], skills: §orders}',
            "'orders' does not fit, expected a",
        ),
        (
            "agents",
            'agents:\n  "1": {groups: [vip, back], weight: §0, skills: {orders: 3}}',
            "0 is too small",
        ),
    ],
)
def test_one_mistake_is_told_where_it_is(
    tmp_path: Path, section: str, content: str, message: str
) -> None:
    check_mistakes(tmp_path, text(**{section: content}), message)


@pytest.mark.parametrize("section", ["timezone", "languages", "numbers", "queues", "version"])
def test_a_section_that_is_missing(tmp_path: Path, section: str) -> None:
    told = [problem.message for problem in problems(tmp_path, text(**{section: ""}))]
    assert f"the section {section!r} is missing, expected it in the file" in told


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    content = text(
        tiers="tiers: §vip",
        businesses="businesses:\n  shop: {hours: §dya, when_closed: §voicemail}",
        numbers="numbers:\n  §100: {queue: main, §go: x}\n  default: {queue: §mian}",
        agents='agents:\n  "1": {grade: §seniour, §skils: [orders]}\n  "2": {groups: [vip, back]}',
        queues="queues:\n  main: {needs: {orders: 1}, §needs: {orders: 2}, ring: §20, §on_full: }",
    )
    check_mistakes(
        tmp_path, content,
        "'vip' does not fit", "unknown hours", "voicemail of which", "the key 100 is not quoted",
        "unknown key 'go'", "unknown queue 'mian'", "unknown grade", "unknown key 'skils'",
        "duplicate key 'needs'", "20 has no unit", "'on_full' has no value",
    )  # fmt: skip


def test_a_mistake_in_one_item_hides_no_impossible_combination_in_another(tmp_path: Path) -> None:
    content = text(
        queues="queues:\n  main: {groups: [vip, back], ring: §20}\n"
        "  other: {groups: [vip], waiting: {for_at_most: 10s}, "
        "widen: [{after: §20s, groups: [back]}]}",
        rules="rules:\n  - {name: §5, then: {tier: 1}}\n"
        "  - {name: all, then: {stop: true}}\n"
        "  - §{name: hidden, then: {tier: 1}}",
    )
    check_mistakes(
        tmp_path, content,
        "20 has no unit", "this step comes at 20s, when nobody waits", "5 is not quoted",
        "the rule 'hidden' is never reached: 'all' stops the rules",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("queue", "messages"),
    [
        (
            "{needs: {orders: 1}, ring: §3, widen: [{after: 20s, needs: {orders: §2}}]}",
            ("3 has no unit", "this step narrows: orders"),
        ),
        (
            "{needs: {orders: 1}, §rng: 3s, widen: [{after: 20s, needs: {orders: §2}}]}",
            ("unknown key 'rng'", "this step narrows: orders"),
        ),
        (
            "{needs: {orders: 1}, widen: [{after: §20, needs: {orders: §2}}]}",
            ("20 has no unit", "this step narrows: orders"),
        ),
        (
            "{needs: {orders: 2}, widen: [{after: 9s, needs: {orders: §3}}, {after: 9s, groups: §vip}]}",
            ("this step narrows: orders", "'vip' does not fit"),
        ),
        (
            "{needs: {orders: 1}, §order: ['1'], wrap_up: {for: §15}}",
            ("order has no effect", "15 has no unit"),
        ),
        # What depends on a mistake is not complained of too.
        ("{needs: {orders: 1}, strategy: §fixed, order: ['1']}", ("'fixed' does not fit",)),
        ("{§need: {orders: 1}, widen: [{after: 20s, needs: {orders: 2}}]}", ("unknown key 'need'",)),
        ("{needs: §orders, widen: [{after: 20s, needs: {orders: 2}}]}", ("'orders'",)),
        ("{needs: {orders: 9}, widen: [{after: 20s, needs: §x}]}", ("'x'",)),
        ("{needs: {orders: 9}, §widn: [{after: 20s, needs: anyone}]}", ("unknown key 'widn'",)),
        ("§3", ("3 does not fit",)),
    ],
)
def test_a_mistake_in_one_key_hides_nothing_in_the_same_queue(
    tmp_path: Path, queue: str, messages: tuple[str, ...]
) -> None:
    check_mistakes(tmp_path, text(queues=f"queues:\n  main: {queue}"), *messages)


def test_a_mistake_in_what_a_rule_does_does_not_hide_the_rest_of_it(tmp_path: Path) -> None:
    content = text(
        rules="rules:\n  - {name: out, when: {caller: {in: blacklist}}, "
        "then: {end: true, §tier: 1, head_start: §5}}\n"
        "  - {name: again, when: {caller: {in: blacklist}}, then: {head_start: §6}}"
    )
    check_mistakes(
        tmp_path, content,
        "tier has no effect in a rule that ends the call", "5 has no unit",
        "6 has no unit",  # without its only effect the second rule is nothing
    )  # fmt: skip


def test_a_section_without_a_value_is_told_once(tmp_path: Path) -> None:
    check_mistakes(tmp_path, text(rules="§rules:"), "'rules' has no value, give it one or leave it out")


def test_names_of_an_unreadable_section_are_not_called_unknown(tmp_path: Path) -> None:
    check_mistakes(tmp_path, text(groups="groups: §vip"), "'vip' does not fit, expected a list")


def test_the_keys_of_each_place_are_known() -> None:
    assert keys_at(()) == Document.model_fields.keys()
    assert keys_at(("queues", "x", "wrap_up")) == {"for", "extend"}
    then = {"queue", "voicemail", "flow"}
    assert keys_at(("queues", "x", "on_full", "<say>", "then", "<mapping>")) == then
    assert keys_at(("queues", "x", "on_full")) == {"say", "then"} | then
    assert keys_at(("flows", "f", "s", "<collect>")) >= {"collect", "say", "go", "between"}
    assert keys_at(("flows", "f", "s", "<keys>", "keys", "1", "<mapping>")) >= {"queue", "dial"}
    assert keys_at(("rules", 3, "when", "caller")) == {"in", "starts_with", "withheld"}
    assert keys_at(("queues", "x", "ring", "y")) == frozenset()
    assert keys_at(("nonsense", "x")) == frozenset()
