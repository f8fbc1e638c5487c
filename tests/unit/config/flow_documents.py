"""Random valid flows, as they are written: every step is reached, and whoever does nothing gets out."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from config.names import PROMPTS

OWN = {
    "hello": {"zh-CN": "您好", "en": "Hello"},
    "menu_1": {"zh-CN": "按1", "en": "Press: \"1\"; or '2'."},
}
ALL = sorted({*PROMPTS, *OWN})
DURATIONS = st.sampled_from(["1s", "2.5s", "1m"])


@st.composite
def flows(draw: st.DrawFn, queues: list[str]) -> dict[str, Any]:
    """One to three flows; the exits to other flows lead to those further down."""
    names = ["reception", "evening", "x-1"][: draw(st.integers(1, 3))]
    return {name: draw(flow(queues, names[index + 1 :])) for index, name in enumerate(names)}


def out(queues: list[str], below: list[str]) -> st.SearchStrategy[Any]:
    """Ways out of a flow."""
    queue = st.fixed_dictionaries(
        {"queue": st.sampled_from(queues)},
        optional={"needs": st.just({"orders": 1}), "head_start": DURATIONS},
    )
    more = [st.fixed_dictionaries({"flow": st.sampled_from(below)})] if below else []
    return st.one_of(st.sampled_from(["callback", "served", "hang_up"]), queue, *more)


def said() -> st.SearchStrategy[Any]:
    part = st.one_of(
        st.sampled_from(ALL),
        st.sampled_from(
            [
                {"number": 21}, {"number": -3}, {"number": "kept"}, {"digits": "40*#"},
                {"digits": "kept"}, {"time": "now"}, {"time": "kept"}, {"recording": "tape"},
            ]
        ),
    )  # fmt: skip
    return part | st.lists(part, min_size=1, max_size=3)


@st.composite
def flow(draw: st.DrawFn, queues: list[str], below: list[str]) -> dict[str, Any]:
    count = draw(st.integers(1, 6))
    names = [f"s{number}" for number in range(count)]
    steps = {name: draw(step(names, index, queues, below)) for index, name in enumerate(names)}
    # What the steps may name is collected in every flow, at its end.
    return {
        **steps,
        "collects": {"say": "hello", "collect": "kept", "go": "records", "otherwise": "records"},
        "records": {"record": "tape", "go": "served", "too_short": "callback", "failed": "hang_up"},
    }


@st.composite
def step(
    draw: st.DrawFn, names: list[str], index: int, queues: list[str], below: list[str]
) -> dict[str, Any]:
    following = names[index + 1] if index + 1 < len(names) else "collects"
    outside = out(queues, below)
    later = st.sampled_from([*names[index + 1 :], "collects", "records"]) | outside
    anywhere = st.sampled_from(names) | later
    waits = {"within": DURATIONS, "tries": st.integers(1, 5), "silence": said(), "invalid": said()}
    kinds: list[st.SearchStrategy[dict[str, Any]]] = [
        st.fixed_dictionaries(
            {"say": said(), "go": st.just(following)}, optional={"barge_in": st.booleans()}
        ),
        st.fixed_dictionaries(
            {
                "say": said(),
                "keys": st.dictionaries(st.sampled_from("0123456789*#"), anywhere, min_size=1),
                "otherwise": st.just(following),
            },
            optional={**waits, "into": st.sampled_from(["kept", "choice"])},
        ),
        st.fixed_dictionaries(
            {"say": said(), "collect": st.just("kept"), "go": anywhere, "otherwise": st.just(following)},
            optional={
                **waits,
                "at_least": st.integers(1, 4),
                "at_most": st.integers(4, 40),
                "ends_with": st.sampled_from(["#", "*", "nothing"]),
                "between": DURATIONS,
                "secret": st.booleans(),
            },
        ),
        st.fixed_dictionaries(
            {
                "cases": st.lists(case(later), min_size=1, max_size=3).map(_reached),
                "otherwise": st.just(following),
            }
        ),
        st.fixed_dictionaries(
            {
                "look_up": st.sampled_from(
                    ["http://127.0.0.1:8080/x", "https://shop.example/{kept}?a={caller}&b={dialled}"]
                ),
                "go": st.just(following),
                "otherwise": later,
            },
            optional={"keep": st.just({"kept": "a field"}), "say": said(), "within": DURATIONS},
        ),
        st.fixed_dictionaries(
            {
                "record": st.just("tape"),
                "go": anywhere,
                "too_short": st.just(following),
                "failed": later,
            },
            optional={
                "say": said(),
                "beep": st.booleans(),
                "at_least": st.sampled_from(["0.5s", "3s"]),
                "at_most": st.sampled_from(["4s", "2m", "1h"]),
                "silence": DURATIONS,
                "ends_with": st.sampled_from(["#", "*"]),
            },
        ),
    ]
    return draw(st.one_of(kinds))


def _reached(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without those that an earlier one covers."""
    kept: list[dict[str, Any]] = []
    for each in cases:
        if not any(_covers(earlier["when"], each["when"]) for earlier in kept):
            kept.append(each)
    return kept


def _covers(earlier: dict[str, Any], later: dict[str, Any]) -> bool:
    return all(
        key in later and (later[key] == wanted or (key == "customer" and "gold" in wanted["tier"]))
        for key, wanted in earlier.items()
    )


@st.composite
def case(draw: st.DrawFn, go: st.SearchStrategy[Any]) -> dict[str, Any]:
    when = st.fixed_dictionaries(
        {},
        optional={
            "hours": st.sampled_from([{"open": "day"}, {"closed": "night"}]),
            "customer": st.sampled_from([{"tier": "vip"}, {"tier": ["vip", "gold"]}]),
            "caller": st.sampled_from([{"in": "blacklist"}, {"in": "do_not_call"}, {"in": "customers"}]),
            "collected": st.just({"kept": {"is": ["1", "2"], "starts_with": "9"}})
            | st.just({"kept": {"starts_with": ["7", "8"]}}),
        },
    )
    return {"when": draw(when.filter(bool)), "go": draw(go)}
