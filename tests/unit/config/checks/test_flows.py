"""What is wrong in a flow is told where it stands."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from config.load import load
from config.problems import ConfigErrors
from ivr.model import LookUp
from tests.unit.config.files import check_mistakes, loaded, text, warnings, write

PROMPTS = 'prompts:\n  hello: {zh-CN: "您好", en: Hello}\n'
NUMBERS = 'numbers:\n  "100": {queue: main, business: shop, flow: f}\n  default: {queue: main}'


def with_flows(flows: str, prompts: str = PROMPTS, numbers: str = NUMBERS, **more: str) -> str:
    return text(numbers=numbers, extra=f"{prompts}flows:\n{flows}", **more)


SAY = "{say: hello, go: served}"
KINDS = "expected one of keys, collect, cases, look_up, record"


@pytest.mark.parametrize(
    ("flows", "messages"),
    [
        # steps
        (
            "  f:\n    a: {say: hello, go: §secnd}\n    second: {say: hello, go: served}",
            [
                "unknown step 'secnd', expected one of this flow, callback, served, hang_up, or "
                "elsewhere as {queue: NAME}, did you mean 'second'?"
            ],
        ),
        (
            "  f:\n    a: {say: hello, keys: {'1': §x, '2': {queue: main}}, otherwise: §y}",
            ["unknown step 'x'", "unknown step 'y'"],
        ),
        (
            "  f:\n    a: {cases: [{when: {hours: {open: day}}, go: §hangup}], otherwise: served}",
            ["unknown step 'hangup', expected one of this flow, callback, served, hang_up"],
        ),
        (
            "  f:\n    a: {say: hello, go: served}\n    §served: {say: hello, go: served}",
            ["'served' has a meaning of its own, expected another name"],
        ),
        (
            "  f:\n    a: {say: hello, go: served}\n    §b: {say: hello, go: a}",
            [
                "the step 'b' is never reached, expected a step that leads to it, callers begin at 'a', "
                "the first step"
            ],
        ),
        ("  f: §{}", ["a mapping is empty, expected at least one entry"]),
        # ways out
        (
            "  f:\n    §a: {say: hello, keys: {'1': a, '2': b}, otherwise: b}\n"
            "    §b: {say: hello, go: a}",
            ["no way leads out of the menu 'a', expected one to", "no way leads out of the step 'b'"],
        ),
        (
            "  f:\n    a: {say: hello, keys: {'1': served}, otherwise: §a}",
            ["a caller who does nothing goes in a circle: a -> a, expected that it ends somewhere"],
        ),
        (
            "  f:\n    a: {look_up: 'http://x', go: served, otherwise: b}\n    b: {say: hello, go: §a}",
            ["a caller who does nothing goes in a circle: a -> b -> a"],
        ),
        (
            "  f:\n    a: {cases: [{when: {hours: {open: day}}, go: served}], otherwise: {flow: g}}\n"
            "  g:\n    b: {say: hello, go: §{flow: f}}",
            ["a caller who does nothing goes in a circle: f.a -> g.b -> f.a"],
        ),
        # names
        (
            "  f:\n    a: {say: §helo, go: served}",
            ["unknown prompt 'helo', expected the id of a prompt"],
        ),
        ("  f:\n    a: {say: hello, go: {queue: §man}}", ["unknown queue 'man'"]),
        (
            "  f:\n    a: {say: hello, go: {flow: §g}}",
            ["unknown flow 'g', expected a flow of the section"],
        ),
        (
            "  f:\n    a: {say: hello, go: {voicemail: §m}}",
            ["unknown voicemail box 'm', expected a box of the section voicemail"],
        ),
        (
            "  f:\n    a: {say: hello, go: {queue: main, needs: {§ordrs: 1}}}",
            ["unknown skill 'ordrs'"],
        ),
        (
            "  f:\n    a: {cases: [{when: {hours: {open: §dya}}, go: served}], otherwise: served}",
            ["unknown hours 'dya'"],
        ),
        (
            "  f:\n    a: {cases: [{when: {customer: {tier: §vpi}}, go: served}], otherwise: served}",
            ["unknown tier 'vpi'"],
        ),
        (
            "  f:\n    a: {cases: [{when: {caller: {in: §whitelist}}, go: served}], otherwise: served}",
            ["'whitelist' does not fit, expected 'blacklist', 'do_not_call' or 'customers'"],
        ),
        ("  f:\n    a: {say: hello, go: {dial: §'138'}}", ["no trunk dials out"]),
        # values
        (
            "  f:\n    a: {say: [hello, {number: §ordr}], go: b}\n"
            "    b: {say: hello, collect: order, go: served, otherwise: served}",
            [
                "unknown value 'ordr', expected one that a flow collects or looks up, did you mean "
                "'order'?"
            ],
        ),
        (
            "  f:\n    a: {say: {digits: §x}, go: b}\n"
            "    b: {say: [{time: §y}, {recording: §z}], go: c}\n"
            "    c: {cases: [{when: {collected: {§w: {is: '1'}}}, go: d}], otherwise: d}\n"
            "    d: {look_up: §'http://x/{v}?{caller}{dialled}', say: [{number: §u}], go: e, "
            "otherwise: e}\n"
            "    e: {say: hello, keys: {'1': g}, invalid: [{number: §t}], silence: [{number: §s}], "
            "otherwise: g}\n"
            "    g: {record: r, say: [{number: §q}, {number: r}], go: served, too_short: served, "
            "failed: served}",
            [f"unknown {'recording' if name == 'z' else 'value'} '{name}'" for name in "xyzwvutsq"],
        ),
        (
            "  f:\n    a: {say: {recording: §k}, go: b}\n"
            "    b: {say: hello, keys: {'1': served}, into: k, otherwise: served}",
            ["unknown recording 'k', expected one that a flow records, none is defined"],
        ),
        # shapes
        ("  f:\n    a: §hello", ["'hello' does not fit, expected a mapping"]),
        ("  f:\n    §a: {say: hello}", ["flows f a has no 'go', expected that key"]),
        ("  f:\n    a: {say: hello, go: served, §keyz: {}}", ["unknown key 'keyz' in flows f a"]),
        (
            "  f:\n    a: {say: hello, §kees: {'1': served}, otherwise: served}",
            [f"unknown key 'kees' in flows f a, {KINDS}, did you mean 'keys'?"],
        ),
        (
            "  f:\n    a: {say: hello, §collct: order, at_most: 5, go: served, otherwise: served}",
            [f"unknown key 'collct' in flows f a, {KINDS}, did you mean 'collect'?"],
        ),
        (
            "  f:\n    a: {§lookup: 'http://x', keep: {a: b}, go: served, otherwise: served}",
            [f"unknown key 'lookup' in flows f a, {KINDS}, did you mean 'look_up'?"],
        ),
        (
            "  f:\n    a: {§case: [{when: {hours: {open: day}}, go: served}], otherwise: served}",
            [f"unknown key 'case' in flows f a, {KINDS}, did you mean 'cases'?"],
        ),
        (
            "  f:\n    a: {say: hello, §press: {'1': served}, into: x, otherwise: served}",
            [f"unknown key 'press' in flows f a, {KINDS}, did you mean 'keys'?"],
        ),
        (
            "  f:\n    §a: {say: hello, otherwise: served}",
            [
                f"no key of flows f a says what kind of step it is, {KINDS}, "
                "did you mean 'keys' or 'collect' or 'look_up'?"
            ],
        ),
        (
            "  f:\n    a: {say: hello, go: served, §otherwise: served}",
            ["unknown key 'otherwise' in flows f a, expected one of barge_in, go, say"],
        ),
        (
            "  f:\n    a: {say: [hello, {§digit: '1'}], go: served}",
            [
                "unknown key 'digit' in flows f a say 2, expected one of number, digits, time, "
                "recording, did you mean 'digits'?"
            ],
        ),
        (
            "  f:\n    a: {say: {§x: 1}, go: served}",
            ["unknown key 'x' in flows f a say 1, expected one of number, digits, time, recording"],
        ),
        ("  f:\n    a: {§say: {}, go: served}", ["flows f a say 1 has no 'number', expected that key"]),
        (
            "  f:\n    a: {say: hello, go: §callbak}",
            [
                "unknown step 'callbak', expected one of this flow, callback, served, hang_up, or "
                "elsewhere as {queue: NAME}, did you mean 'callback'?"
            ],
        ),
        (
            "  f:\n    a: {say: hello, keys: {'1': served}, otherwise: served, §go: served}",
            ["unknown key 'go' in flows f a, expected one of into, invalid, keys"],
        ),
        (
            "  f:\n    a: {say: hello, keys: {§'12': served}, otherwise: served}",
            ["'12' does not fit, expected a key in quotes"],
        ),
        (
            "  f:\n    a: {say: hello, keys: {'1': §{}}, otherwise: served}",
            ["expected exactly one of queue, voicemail, flow and dial"],
        ),
        (
            "  f:\n    a: {say: hello, keys: {'1': §{queue: main, flow: f}}, otherwise: served}",
            ["expected exactly one of queue, voicemail, flow and dial"],
        ),
        (
            "  f:\n    a: {say: hello, keys: {'1': §{flow: f, head_start: 1m}}, otherwise: served}",
            ["needs and head_start have no effect without a queue"],
        ),
        (
            "  f:\n    a: {say: hello, go: §5}",
            ["5 is not quoted, expected a step of the flow, callback, served, hang_up, or elsewhere"],
        ),
        (
            "  f:\n    a: §{say: hello, collect: x, at_least: 5, at_most: 4, go: served, "
            "otherwise: served}",
            ["at least 5 digits are more than at most 4"],
        ),
        ("  f:\n    a: {say: §[], go: served}", ["a list is empty"]),
        (
            "  f:\n    a: §{record: r, at_least: 10s, at_most: 5s, go: served, too_short: served, "
            "failed: served}",
            ["at least 10s is as long as at most 5s, or longer, expected it shorter"],
        ),
        (
            "  f:\n    a: {record: r, at_most: §2h, silence: §2m, go: served, too_short: served, "
            "failed: served}",
            ["2h is too long, expected at most 1h", "2m is too long, expected at most 1m"],
        ),
        (
            "  f:\n    a: {look_up: 'http://x', within: §9999h, go: served, otherwise: served}",
            ["416d15h is too long, expected at most 1m"],
        ),
        (
            "  f:\n    a: {say: hello, collect: x, within: §11m, between: §61s, go: served, "
            "otherwise: served}",
            ["11m is too long, expected at most 10m", "1m1s is too long, expected at most 1m"],
        ),
        (
            "  f:\n    a: {say: {number: §1.5}, go: served}",
            ["1.5 does not fit, expected a whole number or the name of a collected value"],
        ),
        (
            "  f:\n    a: {say: {digits: §'a b'}, go: served}",
            ["'a b' does not fit, expected digits in quotes or the name"],
        ),
        (
            "  f:\n    a: {say: {time: §'08:00'}, go: served}",
            ["'08:00' does not fit, expected the name"],
        ),
        (
            "  f:\n    a: {cases: [{when: §{}, go: served}], otherwise: served}",
            ["no condition is given"],
        ),
        (
            "  f:\n    a: {say: hello, keys: {'1': served}, within: §5, otherwise: served}",
            ["5 has no unit"],
        ),
        # addresses
        (
            "  f:\n    a: {look_up: §'https://me:secret@shop/x', go: served, otherwise: served}",
            ["a user or password stands in this address, expected none: secrets never"],
        ),
        (
            "  f:\n    a: {look_up: §'ftp://shop/x', go: served, otherwise: served}",
            ["'ftp://shop/x' is not an address, expected an address such as"],
        ),
        (
            "  f:\n    a: {look_up: §'http://{caller}/x', go: served, otherwise: served}",
            ["'http://{caller}/x': fields such as {order} may stand in the path and the query only"],
        ),
        (
            "  f:\n    a: {look_up: §'http://shop/{1}', go: served, otherwise: served}",
            ["'http://shop/{1}' has a brace that belongs to no field"],
        ),
        ("  f:\n    a: {look_up: §5, go: served, otherwise: served}", ["5 is not an address"]),
        (
            "  f:\n    a: {look_up: §'http://shop:x/', go: served, otherwise: served}",
            ["'http://shop:x/' is not an address (Port could not be cast"],
        ),
    ],
)
def test_a_mistake(tmp_path: Path, flows: str, messages: list[str]) -> None:
    check_mistakes(tmp_path, with_flows(flows), *messages)


def test_prompts_need_every_language_of_the_file(tmp_path: Path) -> None:
    prompts = 'prompts:\n  §hello: {zh-CN: "您好"}\n  bye: {en: §"", §fr: Adieu}\n'
    check_mistakes(
        tmp_path,
        with_flows(f"  f:\n    a: {SAY}", prompts),
        "the prompt 'hello' has no text in en, expected one in every language, or a recording "
        "en/hello.wav in the prompts folder",
        "'' does not fit, expected a text of 1 to 1000 printable characters",
        "unknown language 'fr'",
    )
    check_mistakes(
        tmp_path,
        with_flows(f"  f:\n    a: {SAY}", "prompts:\n  hello: {zh-CN: §5, en: Hello}\n"),
        "5 is not quoted, expected a text",
    )


def recorded(languages: Collection[str]) -> Collection[str]:
    """jingle is recorded in both languages, hello in English, news in Chinese."""
    names = {"zh-CN": {"jingle", "news"}, "en": {"jingle", "hello"}}
    return set.intersection(*(names.get(each, set()) for each in languages))


def test_a_recording_goes_for_a_text(tmp_path: Path) -> None:
    content = with_flows(
        "  f:\n    a: {say: [hello, jingle], go: served}", 'prompts:\n  hello: {zh-CN: "您好"}\n'
    )
    assert load(write(tmp_path, content), prompts=recorded).routing.flows
    with pytest.raises(ConfigErrors) as caught:
        load(write(tmp_path, content.replace("jingle", "news")), prompts=recorded)
    assert [problem.message for problem in caught.value.problems] == [
        "the prompt 'news' is not recorded in en, expected it in every language of the file"
    ]
    with pytest.raises(ConfigErrors, match=r"unknown prompt 'jingel', .* did you mean 'jingle'"):
        load(write(tmp_path, content.replace("jingle", "jingel")), prompts=recorded)


def test_a_text_needs_a_voice(tmp_path: Path) -> None:
    content = with_flows(
        f"  f:\n    a: {SAY}", "prompts:\n  hello: {fr: Bonjour}\n", languages=("languages: [fr]")
    )
    assert load(write(tmp_path, content)).routing.flows
    with pytest.raises(ConfigErrors, match="there is no voice that speaks fr, expected a recording"):
        load(write(tmp_path, content), voices=["en"])


def test_where_nothing_is_known_of_prompts_nothing_is_said(tmp_path: Path) -> None:
    content = with_flows("  f:\n    a: {say: whatever, go: served}", "prompts:\n  hello: {en: Hi}\n")
    assert load(write(tmp_path, content), prompts=None).routing.flows


@pytest.mark.parametrize(
    ("flows", "queue"),
    [
        ("  f:\n    a: {say: hello, go: {queue: side}}", "side"),
        (
            "  f:\n    a: {say: hello, keys: {'1': {flow: g}, '2': {flow: f}}, otherwise: {flow: h}}\n"
            f"  g:\n    a: {SAY}\n"
            "  h:\n    a: {say: hello, go: {queue: side}}",
            "side",
        ),
    ],
)
def test_the_queue_of_a_number_is_the_first_that_its_flow_leads_to(
    tmp_path: Path, flows: str, queue: str
) -> None:
    numbers = 'numbers:\n  "100": {flow: f, business: shop}\n  default: {queue: main}'
    queues = "queues:\n  main: {groups: [vip]}\n  side: {groups: [vip]}"
    route = loaded(tmp_path, with_flows(flows, numbers=numbers, queues=queues)).routing.numbers["100"]
    assert (route.flow, route.queue) == ("f", queue)


def test_a_flow_that_leads_to_no_queue_needs_one_beside_it(tmp_path: Path) -> None:
    numbers = 'numbers:\n  "100": {flow: §f, business: shop}\n  default: {queue: main}'
    check_mistakes(
        tmp_path,
        with_flows(f"  f:\n    a: {SAY}", numbers=numbers),
        "the flow 'f' leads to no queue, expected one beside it: it serves the callers while the engine "
        "is away, such as {flow: f, queue: NAME}",
    )


def test_a_look_up_knows_as_what_its_fields_are_read_out_wherever_that_is(tmp_path: Path) -> None:
    flows = with_flows(
        "  f:\n    a: {look_up: 'http://x', keep: {d: days, s: state, t: tel}, go: b, "
        "otherwise: served}\n"
        "    b: {say: {number: d}, go: {flow: g}}\n"
        "  g:\n    a: {say: [{digits: d}, {digits: t}], go: b}\n"
        "    b: {say: [hello, {time: t}], go: {queue: main}}"
    )
    look = loaded(tmp_path, flows).routing.flows["f"].steps["a"]
    assert isinstance(look, LookUp)
    assert look.read == {"d": {"number", "digits"}, "t": {"digits", "time"}}


def test_endings_lead_into_flows(tmp_path: Path) -> None:
    queues = (
        "queues:\n  main: {groups: [vip], waiting: {for_at_most: 1m}, "
        "on_timeout: {say: hello, then: {flow: f}}, on_nobody: {flow: f}}"
    )
    queue = loaded(tmp_path, with_flows(f"  f:\n    a: {SAY}", queues=queues)).routing.queues["main"]
    assert (queue.on_timeout.say, queue.on_timeout.flow) == ("hello", "f")
    assert (queue.on_nobody.say, queue.on_nobody.flow) == (None, "f")
    check_mistakes(
        tmp_path,
        with_flows(
            f"  f:\n    a: {SAY}",
            queues="queues:\n  main: {groups: [vip], on_nobody: §{queue: main, flow: f}}",
        ),
        "expected exactly one of queue, voicemail and flow",
    )


@pytest.mark.parametrize("key", ["on_nobody", "on_full"])
def test_a_flow_may_not_lead_back_to_the_queue_that_could_not_serve(tmp_path: Path, key: str) -> None:
    flows = (
        "  f:\n    a: {say: hello, keys: {'1': served}, otherwise: {flow: g}}\n"
        "  g:\n    a: {say: hello, keys: {'1': {queue: main}}, otherwise: WAY}"
    )
    queues = (
        "queues:\n  main: {groups: [vip], waiting: {at_most: 5, for_at_most: 3m}, "
        "KEY: §{say: hello, then: {flow: f}}}"
    )
    back = flows.replace("WAY", "{queue: main}")
    check_mistakes(
        tmp_path,
        with_flows(back, queues=queues.replace("KEY", key)),
        "a caller who does nothing comes back by the flow 'f' to the queue 'main', where the same "
        "happens again, expected another way out of the flow",
    )
    out, waits = flows.replace("WAY", "callback"), queues.replace("KEY", "on_timeout")
    assert loaded(tmp_path, with_flows(out, queues=queues.replace("KEY", key))).routing
    assert loaded(tmp_path, with_flows(back, queues=waits)).routing  # he waits, and is asked again


@pytest.mark.parametrize("part", ["digits: x", "number: x", "time: x"])
def test_a_value_that_is_said_before_it_is_collected_is_odd(tmp_path: Path, part: str) -> None:
    early = (
        f"  f:\n    a: {{say: [hello, {{{part}}}], go: b}}\n"
        "    b: {say: hello, collect: x, go: c, otherwise: c}\n"
        f"    c: {SAY}"
    )
    (told,) = [each for each in warnings(tmp_path, with_flows(early)) if "not known" in each]
    assert told.endswith(
        ": 'x' is not known here: no way to this step collects, records or looks it up; "
        "nothing will be said of it"
    )
    again = early.replace("go: c,", "go: a,")  # he who comes back has entered it
    assert not [each for each in warnings(tmp_path, with_flows(again)) if "not known" in each]


@pytest.mark.parametrize(
    ("then", "odd"),
    [
        (
            "{say: [hello, {digits: pin}], go: served}",
            "'pin' is a secret input, and is read out here: a flight recording shows its digits",
        ),
        (
            "{cases: [{when: {collected: {pin: {is: '1'}}}, go: served}], otherwise: served}",
            "'pin' is a secret input, and is compared here: a flight recording shows its digits",
        ),
        (
            "{say: hello, collect: pin, go: served, otherwise: served}",
            "'pin' is a secret input elsewhere, expected secret: true here too",
        ),
        ("{look_up: 'https://x/{pin}', go: served, otherwise: served}", None),
        ("{say: [hello, {time: now}], go: served}", None),
    ],
)
def test_a_secret_that_does_not_stay_one_is_odd(tmp_path: Path, then: str, odd: str | None) -> None:
    flows = (
        "  f:\n    a: {say: hello, collect: pin, secret: true, go: b, otherwise: served}\n"
        f"    b: {then}"
    )
    told = [each.partition(": ")[2] for each in warnings(tmp_path, with_flows(flows))]
    assert [each for each in told if "secret" in each] == ([] if odd is None else [odd])
    in_the_open = with_flows(flows.replace("secret: true, ", ""))
    assert not [each for each in warnings(tmp_path, in_the_open) if "secret" in each]


def test_what_nothing_names_is_odd(tmp_path: Path) -> None:
    prompts = PROMPTS + '  spare: {zh-CN: "备", en: Spare}\n  goodbye: {zh-CN: "再", en: Bye}\n'
    flows = f"  f:\n    a: {SAY}\n  g:\n    a: {SAY}"
    content = with_flows(flows, prompts)
    assert [told.partition(": ")[2] for told in warnings(tmp_path, content)] == [
        "'spare' is never used: nobody hears it",
        "'g' is never used: no number, ending or flow leads to it",
    ]


def test_what_a_flow_names_is_used(tmp_path: Path) -> None:
    flows = (
        "  f:\n    a: {cases: [{when: {hours: {closed: night}}, go: {queue: side, "
        "needs: {english: 1}}}], otherwise: served}"
    )
    content = with_flows(
        flows,
        "",
        hours="hours:\n  day: {open: [mon 09:00-18:00]}\n  night: {open: [mon 20:00-21:00]}",
        queues="queues:\n  main: {groups: [vip]}\n  side: {groups: [vip, back]}",
        skills="skills: [orders, english]",
    )
    assert [told for told in warnings(tmp_path, content) if "never" in told] == [
        "4:10: the skill 'orders' is never asked for"
    ]
