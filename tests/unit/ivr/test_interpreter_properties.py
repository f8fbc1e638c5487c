"""Whatever happens in whatever flow: the interpreter answers, and nobody is lost or held for ever."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.load import load
from ivr.interpreter import begin, go_on
from ivr.model import Flow, ToFlow
from ivr.turns import (
    Elapsed,
    Input,
    Leave,
    Listen,
    LookedUp,
    PlainWorld,
    Play,
    Played,
    Pressed,
    Recorded,
    RecordFailed,
    Session,
    Stop,
    Turn,
)
from tests.unit.config.flow_documents import OWN, flows

INPUTS: st.SearchStrategy[Input] = st.one_of(
    st.just(Played()),
    st.builds(Pressed, digit=st.sampled_from("0123456789*#")),
    st.just(Elapsed()),
    st.builds(LookedUp, values=st.sampled_from([None, {}, {"a field": "8"}])),
    st.builds(Recorded, seconds=st.sampled_from([0.0, 1.0, 9.0]), ended_by=st.just("digit")),
    st.just(RecordFailed(why="no room")),
)
WORLDS = st.builds(
    PlainWorld,
    language=st.sampled_from(["zh-CN", "en", "fr"]),
    caller=st.sampled_from([None, "138"]),
    tier=st.sampled_from([None, "vip"]),
    open_hours=st.sampled_from([frozenset[str](), frozenset({"day", "night"})]),
    lists=st.sampled_from([frozenset[str](), frozenset({"blacklist"})]),
)
per_flow = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


BASE = """\
version: 1
timezone: Asia/Shanghai
languages: [zh-CN, en]
skills: [orders]
tiers: [vip, gold]
hours:
  day: {open: [mon-fri 09:00-18:00]}
  night: {open: [mon-fri 18:00-24:00]}
numbers:
  default: {queue: main}
agents:
  "1": {skills: {orders: 5}}
queues: {main: {}}
"""


def flows_of(folder: Path, document: dict[str, Any]) -> dict[str, Flow]:
    path = folder / "a.yaml"
    content = {"prompts": OWN, "flows": document}
    sections = [f"{name}: {json.dumps(each, ensure_ascii=False)}\n" for name, each in content.items()]
    path.write_text(BASE + "".join(sections), encoding="utf-8")
    return dict(load(path, today=date(2026, 11, 21)).routing.flows)


def left(turn: Turn) -> list[Leave]:
    return [action for action in turn.actions if isinstance(action, Leave)]


@per_flow
@given(
    document=flows(["main"]),
    inputs=st.lists(INPUTS, max_size=40),
    world=WORLDS,
)
def test_every_turn_makes_sense(
    tmp_path: Path, document: dict[str, Any], inputs: list[Input], world: PlainWorld
) -> None:
    """A caller is somewhere or has left, never both; what isn't played is not cut off; the time that is
    set is that of a step that listens."""
    for flow in flows_of(tmp_path, document).values():
        watch = Watch()
        turn = begin(flow, world)
        watch.look(flow, None, turn)
        for given_ in inputs:
            if turn.session is None:
                break
            turn = go_on(flow, turn.session, given_, world)
            watch.look(flow, given_, turn)


class Watch:
    """What is being played and waited for, by what was done so far."""

    def __init__(self) -> None:
        self.playing = False
        self.listening = False

    def look(self, flow: Flow, given: Input | None, turn: Turn) -> None:
        if isinstance(given, Played):
            self.playing = False
        if isinstance(given, Elapsed):
            self.listening = False
        for action in turn.actions:
            match action:
                case Stop():
                    assert self.playing
                    self.playing = False
                case Play():
                    assert not self.playing
                    self.playing = True
                case Listen(seconds=seconds):
                    self.listening = seconds is not None
        assert len(left(turn)) == (turn.session is None)
        if turn.session is not None:
            assert turn.session.step in flow.steps
            assert (turn.session.doing == "listening") == self.listening
            assert turn.session.doing != "playing" or self.playing


def _does_nothing(session: Session) -> Input:
    """What happens to a caller who neither presses nor speaks."""
    match session.doing:
        case "playing":
            return Played()
        case "listening":
            return Elapsed()
        case "asking":
            return LookedUp(values={"a field": "8"})
        case "recording":
            return Recorded(seconds=0.0, ended_by="silence")


@per_flow
@given(document=flows(["main"]), world=WORLDS)
def test_who_does_nothing_gets_out_of_every_flow_that_passed_the_check(
    tmp_path: Path, document: dict[str, Any], world: PlainWorld
) -> None:
    flows = flows_of(tmp_path, document)
    for start in flows.values():
        flow, turn, turns = start, begin(start, world), 0
        while turn.session is not None or isinstance(left(turn)[0].to, ToFlow):
            turns += 1
            assert turns < 5000, "he goes in a circle"
            if turn.session is not None:
                turn = go_on(flow, turn.session, _does_nothing(turn.session), world)
            else:
                to = left(turn)[0].to
                assert isinstance(to, ToFlow)
                flow = flows[to.flow]
                turn = begin(flow, world, collected=left(turn)[0].collected)
