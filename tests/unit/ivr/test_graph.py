"""What is found in a flow seen as a graph."""

from __future__ import annotations

import pytest

from ivr.graph import (
    Circle,
    brought,
    circles,
    edges,
    next_place,
    parts_of,
    reached,
    silent_exits,
    without_end,
)
from ivr.model import (
    Branch,
    Case,
    Collect,
    Exit,
    Flow,
    HangUp,
    LookUp,
    Menu,
    NextStep,
    Record,
    Say,
    Sound,
    Step,
    TierIs,
    ToFlow,
    ToQueue,
    Tries,
)

OUT = HangUp()
ORDERS = ToQueue(queue="orders")


def to(name: str) -> NextStep:
    return NextStep(step=name)


def say(go: Exit) -> Say:
    return Say(parts=(Sound(prompt="x"),), go=go)


def menu(otherwise: Exit, **keys: Exit) -> Menu:
    return Menu(
        parts=(Sound(prompt="m"),),
        keys={key.strip("_"): exit for key, exit in keys.items()},
        tries=Tries(otherwise=otherwise, invalid=(Sound(prompt="i"),), silence=(Sound(prompt="s"),)),
    )


def flows(**steps_of: dict[str, Step]) -> dict[str, Flow]:
    return {
        name: Flow(name=name, start=next(iter(steps)), steps=steps) for name, steps in steps_of.items()
    }


A, B, C, D = to("a"), to("b"), to("c"), to("d")
VIP = TierIs(tiers=frozenset({"vip"}))
TRIES = Tries(otherwise=C)


@pytest.mark.parametrize(
    ("step", "found"),
    [
        (say(A), [("", ("go",), A, "nothing")]),
        (
            menu(C, _1=A, _2=B),
            [
                ("1", ("keys", "1"), A, "input"),
                ("2", ("keys", "2"), B, "input"),
                ("otherwise", ("otherwise",), C, "nothing"),
            ],
        ),
        (
            Collect(parts=(), into="n", go=A, tries=TRIES),
            [("n", ("go",), A, "input"), ("otherwise", ("otherwise",), C, "nothing")],
        ),
        (
            Branch(cases=(Case(when=(VIP,), go=A),), otherwise=B),
            [
                ("the tier is vip", ("cases", 0, "go"), A, "nothing"),
                ("otherwise", ("otherwise",), B, "nothing"),
            ],
        ),
        (
            LookUp(url="", keep={}, go=A, otherwise=B),
            [("answered", ("go",), A, "nothing"), ("otherwise", ("otherwise",), B, "nothing")],
        ),
        (
            Record(parts=(), into="r", go=A, too_short=B, failed=C),
            [
                ("recorded", ("go",), A, "input"),
                ("too short", ("too_short",), B, "nothing"),
                ("failed", ("failed",), C, "nothing"),
            ],
        ),
    ],
)
def test_the_exits_of_a_step(step: Step, found: list[tuple[object, ...]]) -> None:
    assert [(edge.label, edge.key, edge.to, edge.by) for edge in edges(step)] == found


def test_what_may_be_heard() -> None:
    heard = [part.prompt for part in parts_of(menu(OUT, _1=A)) if isinstance(part, Sound)]
    assert heard == ["m", "i", "s"]
    assert parts_of(say(A)) == (Sound(prompt="x"),)
    assert parts_of(Branch(cases=(), otherwise=A)) == ()


def test_the_steps_that_are_reached() -> None:
    (flow,) = flows(
        f={
            "a": say(B),
            "b": menu(OUT, _1=A, _2=C, _3=to("nowhere"), _4=ToFlow(flow="d")),
            "c": say(B),
            "d": say(A),
        }
    ).values()
    assert reached(flow) == {"a", "b", "c"}


def test_where_an_exit_leads() -> None:
    there = flows(f={"a": say(OUT)}, g={"b": say(OUT)})
    assert next_place(there, "f", A) == ("f", "a")
    assert next_place(there, "f", ToFlow(flow="g")) == ("g", "b")
    assert next_place(there, "f", ToFlow(flow="x")) is None
    assert next_place(there, "f", ToQueue(queue="q")) is None


def test_steps_that_nobody_gets_out_of() -> None:
    there = flows(
        f={
            "a": menu(B, _1=C, _2=D),
            "b": menu(C, _1=C),
            "c": menu(B, _1=B),
            "d": say(ToFlow(flow="g")),
        },
        g={"x": menu(to("x"), _1=OUT), "y": say(ToFlow(flow="h"))},
        h={"z": say(ToFlow(flow="h"))},
    )
    assert without_end(there) == (("f", "b"), ("f", "c"), ("g", "y"), ("h", "z"))


def test_a_caller_who_does_nothing_must_get_out() -> None:
    there = flows(
        f={
            "a": menu(B, _1=A),
            "b": LookUp(url="", keep={}, go=OUT, otherwise=A),
        },
        g={"x": menu(to("x"), _1=OUT)},
    )
    assert circles(there) == (
        Circle(steps=(("f", "a"), ("f", "b")), closed_by=("otherwise",)),
        Circle(steps=(("g", "x"),), closed_by=("otherwise",)),
    )


def test_circles_through_other_flows_are_found_once() -> None:
    there = flows(
        f={"a": say(ToFlow(flow="g"))},
        g={"x": Branch(cases=(Case(when=(VIP,), go=OUT),), otherwise=ToFlow(flow="f"))},
        h={"y": say(ToFlow(flow="f"))},
    )
    assert circles(there) == (Circle(steps=(("f", "a"), ("g", "x")), closed_by=("otherwise",)),)


def test_going_back_by_a_key_or_by_speaking_is_no_circle() -> None:
    there = flows(
        f={
            "a": menu(OUT, _1=B, _2=A),
            "b": Collect(parts=(), into="n", go=A, tries=Tries(otherwise=C)),
            "c": Record(parts=(), into="r", go=A, too_short=OUT, failed=OUT),
        }
    )
    assert circles(there) == ()
    assert without_end(there) == ()


def test_a_recording_that_may_be_empty_needs_nobody_who_speaks() -> None:
    there = flows(f={"a": Record(parts=(), into="r", go=A, too_short=OUT, failed=OUT, at_least=0.0)})
    assert circles(there) == (Circle(steps=(("f", "a"),), closed_by=("go",)),)


def test_where_a_caller_who_does_nothing_leaves() -> None:
    there = flows(
        f={
            "a": Branch(cases=(Case(when=(VIP,), go=B), Case(when=(VIP,), go=ORDERS)), otherwise=B),
            "b": menu(ToFlow(flow="g"), _1=ToQueue(queue="other")),
        },
        g={"x": LookUp(url="", keep={}, go=ToFlow(flow="f"), otherwise=OUT)},
    )
    assert silent_exits(there, "f") == (ORDERS, OUT)


def test_ways_that_meet_again_are_no_circle() -> None:
    there = flows(
        f={
            "a": Branch(cases=(Case(when=(VIP,), go=B), Case(when=(VIP,), go=C)), otherwise=D),
            "b": say(D),
            "c": say(D),
            "d": say(OUT),
        }
    )
    assert circles(there) == ()


def test_a_step_that_is_not_there_hides_nothing() -> None:
    there = flows(f={"a": menu(to("nowhere"), _1=A)})
    assert circles(there) == ()
    assert without_end(there) == (("f", "a"),)


# what a caller brings


def test_values_are_brought_by_the_exits_that_give_them() -> None:
    asks = Collect(parts=(), into="x", go=B, tries=TRIES)
    keys = Menu(parts=(), keys={"1": D}, into="m", tries=Tries(otherwise=C))
    seen = LookUp(
        url="http://x", keep={"y": "y", "z": "z"}, go=ToFlow(flow="g"), otherwise=C, within=1.0
    )
    tape = Record(parts=(), into="r", go=C, too_short=OUT, failed=OUT)
    found = brought(
        flows(
            f={"a": asks, "b": keys, "c": say(OUT), "d": seen, "e": say(A)}, g={"a": tape, "c": say(OUT)}
        )
    )
    assert found == {
        ("f", "a"): frozenset(),
        ("f", "b"): {"x"},
        ("f", "c"): {"x", "m"},
        ("f", "d"): {"x", "m"},
        ("g", "a"): {"x", "m", "y", "z"},
        ("g", "c"): {"x", "m", "y", "z", "r"},
    }


def test_what_is_collected_on_the_way_round_is_brought_back() -> None:
    asks = Collect(parts=(), into="x", go=A, tries=Tries(otherwise=OUT))
    assert brought(flows(f={"a": say(B), "b": asks})) == {("f", "a"): {"x"}, ("f", "b"): {"x"}}


def test_a_menu_that_keeps_no_key_brings_nothing() -> None:
    assert brought(flows(f={"a": menu(B, _1=B), "b": say(OUT)}))["f", "b"] == frozenset()
