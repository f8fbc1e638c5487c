"""The values of a row must stand in the order in which the compiled text asks for them."""

from __future__ import annotations

import pytest
from sqlalchemy import Dialect, make_url

from acd.storage.batch import Batch
from acd.storage.statements import Step, compile_statements
from tests.unit.acd.storage.test_codec import FACTS

DIALECTS = [make_url(url).get_dialect()() for url in ("sqlite+aiosqlite://", "postgresql+asyncpg://")]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_step_has_its_statement_and_every_row_its_length(dialect: Dialect) -> None:
    statements = compile_statements(dialect)
    assert set(statements) == set(Step)
    seen: set[Step] = set()
    for size in (1, len(FACTS)):
        for start in range(0, len(FACTS), size):
            batch = Batch()
            for seq, fact in enumerate(FACTS[start : start + size], 1):
                batch.add(seq, fact)
            for step, rows in batch.steps(1):
                seen.add(step)
                assert {len(row) for row in rows} == {len(statements[step].columns)}
    assert seen == set(Step) - {Step.ATTEMPT_MADE}  # that one is the commits'


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_both_databases_ask_for_the_same_values_in_the_same_order(dialect: Dialect) -> None:
    ours = {step: statement.columns for step, statement in compile_statements(dialect).items()}
    assert ours[Step.CALL_PROGRESS] == (
        "queue",
        "language",
        "agent",
        "offer",
        "answered_at",
        "within_service_level",
        "wait",
        "call",
    )
    assert ours[Step.CALL_ENDED] == (
        "ended_at",
        "outcome",
        "queue",
        "agent",
        "wait",
        "talk",
        "short",
        "call",
    )
    assert ours[Step.MISSED_ANSWERED] == (
        "state",
        "closed_at",
        "call",
        "closed_why_by_callback",
        "closed_why",
        "of_call",
        "outcome_by_callback",
        "outcome",
        "caller",
        "business",
        "at",
    )
    others = compile_statements(DIALECTS[0])
    assert ours == {step: statement.columns for step, statement in others.items()}


def test_no_value_of_a_fact_ever_stands_in_the_text() -> None:
    for dialect in DIALECTS:
        for statement in compile_statements(dialect).values():
            assert "'" not in statement.sql.replace("''", "")
