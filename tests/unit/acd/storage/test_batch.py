from __future__ import annotations

from collections.abc import Sequence

from acd.core.facts import Fact, PhoneSeen, StaleEventSeen
from acd.storage.batch import Batch, Row
from acd.storage.statements import Step
from agents.model import AgentState, PhoneState
from tests.contract import made_facts as made
from tests.contract.made_facts import START


def steps(facts: Sequence[Fact], first_seq: int = 1) -> dict[Step, list[Row]]:
    batch = Batch()
    for seq, fact in enumerate(facts, first_seq):
        batch.add(seq, fact)
    found = batch.steps(42)
    assert [step for step, _ in found] == sorted(step for step, _ in found)
    return dict(found)


def test_a_call_that_begins_and_ends_in_one_batch_is_one_row_of_each_kind() -> None:
    rows = steps(made.whole_call("c1"))
    assert {step: len(found) for step, found in rows.items()} == {
        Step.CALL_ENTERED: 1,
        Step.VISIT_JOINED: 2,
        Step.OFFER_MADE: 2,
        Step.EVENTS: 1,
        Step.AGENT_STATES: 6,
        Step.SESSION_STARTED: 1,
        Step.SESSION_ENDED: 1,
        Step.AGENT_SESSION: 2,
        Step.AGENT_NOW: 2,
        Step.MISSED_ANSWERED: 1,
        Step.SERVED: 1,
        Step.RECORDING_BEGAN: 1,
        Step.RECORDING_ENDED: 1,
        Step.WRITTEN: 1,
    }
    *known, direction, callback = rows[Step.CALL_ENTERED][0]
    assert all(value is not None for value in known)
    assert (direction, callback) == ("in", None)


def test_what_goes_on_in_a_later_batch_changes_the_row() -> None:
    rows = steps(made.whole_call("c1")[13:])
    assert {step: len(found) for step, found in rows.items()} == {
        Step.CALL_PROGRESS: 1,
        Step.CALL_ENDED: 1,
        Step.VISIT_LEFT: 1,
        Step.OFFER_ENDED: 1,
        Step.EVENTS: 1,
        Step.AGENT_STATES: 2,
        Step.SESSION_ENDED: 1,
        Step.AGENT_SESSION: 1,
        Step.AGENT_NOW: 1,
        Step.MISSED_ANSWERED: 1,
        Step.SERVED: 1,
        Step.RECORDING_BEGAN: 1,
        Step.RECORDING_ENDED: 1,
        Step.WRITTEN: 1,
    }


def test_queueing_and_being_answered_are_one_change() -> None:
    rows = steps([made.queued("c1"), made.answered("c1")])
    assert rows[Step.CALL_PROGRESS] == [
        ["sales", "en", "a001", "c1-o2", START + 12.5, True, 12.25, "c1"]
    ]


def test_only_the_last_state_of_an_agent_counts_for_now() -> None:
    rows = steps(
        [
            made.changed("a", 1.0, AgentState.RESERVED, AgentState.IDLE),
            made.changed("b", 1.0, AgentState.IDLE, AgentState.OFFLINE),
            made.changed("a", 2.0, AgentState.PAUSED, AgentState.RESERVED, reason="lunch"),
        ]
    )
    assert rows[Step.AGENT_NOW] == [
        ("a", "paused", 2.0, "lunch", None, None, False),
        ("b", "idle", 1.0, None, None, None, False),
    ]
    assert [row[2] for row in rows[Step.AGENT_STATES]] == [1, 2, 3]


def test_the_batch_notes_how_far_its_writer_is() -> None:
    watchers_only: list[Fact] = [
        PhoneSeen(agent="a", at=1.0, phone=PhoneState.FREE),
        StaleEventSeen(at=1.0, what="late", subject="c1"),
    ]
    assert steps(watchers_only, 100) == {Step.WRITTEN: [(42, 101)]}


def test_facts_without_reasons_make_no_row_of_reasons() -> None:
    assert Step.EVENTS not in steps([made.entered("c1"), made.ended("c1", reasons=())])
