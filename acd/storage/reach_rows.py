"""From the facts of callbacks, messages, surveys, waits and flows to rows; see `acd.storage.batch`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from acd.core import callback_words as cb
from acd.core import flow_words as w
from acd.core import message_words as m
from acd.core.facts import Fact
from acd.core.tapes import TapeDeleted, TapeHeard, TapeMade
from acd.storage.bounds import ID, NAME, NUMBER, TEXT, fit, fit_optional
from acd.storage.codec import encode_text
from acd.storage.steps import Step

if TYPE_CHECKING:
    from acd.storage.batch import Batch, Row

OWN_CALL: Final = "done by the customer's own call"
"""Why a missed call is closed when its caller was answered on a later call."""
REACHED: Final = "reached by a callback"


def callback_row(callback: cb.Callback) -> Row:
    """Of Step.CALLBACK_OPENED."""
    return (
        fit(callback.id, ID),
        fit(callback.number, NUMBER),
        fit_optional(callback.business, NAME),
        fit(callback.queue, NAME),
        fit(callback.dialled, NUMBER),
        callback.source.value,
        callback.created_at,
        callback.due_at,
        fit_optional(callback.call, ID),
        fit_optional(callback.agent, ID),
        fit_optional(callback.message, ID),
        callback.attempts,
        fit_optional(callback.note, TEXT),
        encode_text(callback),
    )


def attempt_row(attempt: cb.Attempt) -> Row:
    """Of Step.ATTEMPT_MADE."""
    return (
        fit(attempt.id, ID),
        fit(attempt.callback, ID),
        attempt.number_of,
        fit(attempt.number, NUMBER),
        fit_optional(attempt.agent, ID),
        attempt.made_at,
    )


def _callback_opened(batch: Batch, seq: int, fact: cb.CallbackOpened) -> None:
    callback = fact.callback
    batch.append(Step.CALLBACK_OPENED, callback_row(callback))
    if callback.call is not None:
        batch.append(Step.MISSED_CALLBACK, (fit(callback.id, ID), fit(callback.call, ID)))


def _callback_changed(batch: Batch, seq: int, fact: cb.CallbackChanged) -> None:
    why = fit(fact.why, TEXT)
    if fact.now is not None:
        batch.append(Step.CALLBACK_CHANGED, (*callback_row(fact.now), why))
    else:
        row = (fact.due_at, fact.attempts, why, fit(fact.callback, ID))
        batch.append(Step.CALLBACK_MOVED, row)


def _attempt_ended(batch: Batch, seq: int, fact: cb.AttemptEnded) -> None:
    attempt = fit(fact.attempt, ID)
    batch.append(
        Step.ATTEMPT_ENDED,
        (
            attempt,
            fit(fact.callback, ID),
            fit_optional(fact.agent, ID),
            fact.at,
            fact.outcome.value,
            fact.ring,
        ),
    )
    batch.note(seq, attempt, fact.at, fact.reasons)


def _callback_closed(batch: Batch, seq: int, fact: cb.CallbackClosed) -> None:
    callback = fit(fact.callback, ID)
    call = fit_optional(fact.call, ID)
    outcome = fact.outcome.value
    batch.append(
        Step.CALLBACK_CLOSED,
        (
            callback,
            fit_optional(fact.business, NAME),
            fit(fact.queue, NAME),
            fact.source.value,
            fact.at - fact.waited,
            call,
            fact.attempts,
            fact.at,
            outcome,
            fit_optional(fact.agent, ID),
            fit_optional(fact.by, TEXT),
            fit_optional(fact.reason, TEXT),
        ),
    )
    if call is not None:
        why = fit(_why(fact), TEXT)
        batch.append(Step.MISSED_CALLED_BACK, ("closed", fact.at, why, outcome, callback, call))


def _callback_corrected(batch: Batch, seq: int, fact: cb.CallbackCorrected) -> None:
    end = fact.end
    _callback_closed(batch, seq, end)
    if end.call is not None:
        why, call = fit(_why(end), TEXT), fit(end.call, ID)
        row = (why, end.outcome.value, fit(end.callback, ID), call)
        batch.append(Step.MISSED_CORRECTED, row)


def _why(fact: cb.CallbackClosed) -> str:
    """As a missed call tells its end."""
    if fact.outcome is cb.CallbackOutcome.OWN_CALL:
        return OWN_CALL
    if fact.outcome is cb.CallbackOutcome.ANSWERED:
        return REACHED
    told = "callback: " + fact.outcome.value.replace("_", " ")
    by = "" if fact.by is None else f" ({fact.by})"
    return told + by + ("" if fact.reason is None else f": {fact.reason}")


def _message_left(batch: Batch, seq: int, fact: m.MessageLeft) -> None:
    message = fact.message
    batch.append(
        Step.MESSAGE_LEFT,
        (
            fit(message.id, ID),
            fit(message.call, ID),
            fit(message.box, NAME),
            fit_optional(message.caller, NUMBER),
            fit_optional(message.business, NAME),
            fit_optional(message.queue, NAME),
            fit(message.language, NAME),
            message.left_at,
            message.seconds,
            fit(message.file, TEXT),
            message.state.value,
            fit_optional(message.agent, ID),
        ),
    )


def _message_not_left(batch: Batch, seq: int, fact: m.MessageNotLeft) -> None:
    batch.append(
        Step.MESSAGE_NOT_LEFT,
        (
            fit(fact.call, ID),
            fact.at,
            fit(fact.box, NAME),
            fact.why.value,
            fit_optional(fact.detail, TEXT),
        ),
    )


def _message_changed(batch: Batch, seq: int, fact: m.MessageChanged) -> None:
    message, box = fit(fact.message, ID), fit(fact.box, NAME)
    state, agent = fact.state.value, fit_optional(fact.agent, ID)
    batch.append(Step.MESSAGE_CHANGED, (state, box, agent, fact.at, message))
    by = fit(fact.by, TEXT)
    batch.append(Step.MESSAGE_CHANGES, (message, seq, fact.at, fact.act.value, by, state, box, agent))


def _message_deleted(batch: Batch, seq: int, fact: m.MessageDeleted) -> None:
    batch.append(Step.MESSAGE_DELETED, (fact.at, fit(fact.message, ID)))


def _survey(batch: Batch, seq: int, fact: w.SurveyGoesOn | w.SurveyTaken) -> None:
    """One row for each survey, from its beginning on."""
    batch.append(
        Step.SURVEY,
        (
            fit(fact.call, ID),
            fact.asked_at,
            fit_optional(fact.caller, NUMBER),
            fit_optional(fact.business, NAME),
            fit_optional(fact.queue, NAME),
            fit_optional(fact.agent, ID),
            fact.satisfaction,
            fact.solved,
            fit_optional(fact.remark, TEXT),
            fact.outcome.value if isinstance(fact, w.SurveyTaken) else None,
        ),
    )


def _tape_made(batch: Batch, seq: int, fact: TapeMade) -> None:
    batch.append(
        Step.TAPE_MADE,
        (
            fit(fact.file, TEXT),
            fit(fact.call, ID),
            fact.at,
            fit(fact.flow, NAME),
            fit(fact.name, NAME),
            fact.seconds,
        ),
    )


def _tape_heard(batch: Batch, seq: int, fact: TapeHeard) -> None:
    row = (fit(fact.file, TEXT), seq, fit(fact.call, ID), fact.at, fit(fact.by, TEXT))
    batch.append(Step.TAPE_HEARD, row)


def _tape_deleted(batch: Batch, seq: int, fact: TapeDeleted) -> None:
    batch.append(Step.TAPE_DELETED, (fact.at, fit(fact.file, TEXT)))


def _wait_announced(batch: Batch, seq: int, fact: w.WaitAnnounced) -> None:
    batch.append(
        Step.WAIT_ANNOUNCED,
        (fit(fact.call, ID), fact.at, fit(fact.queue, NAME), fact.position, fact.estimate),
    )


def _wait_measured(batch: Batch, seq: int, fact: w.WaitMeasured) -> None:
    batch.append(
        Step.WAIT_MEASURED,
        (
            fit(fact.call, ID),
            fact.told_at,
            fit(fact.queue, NAME),
            fact.estimate,
            fact.actual,
            fact.at,
        ),
    )


def _flow_entered(batch: Batch, seq: int, fact: w.FlowEntered) -> None:
    call = fit(fact.call, ID)
    batch.append(Step.FLOW_ENTERED, (call, seq, fit(fact.flow, NAME), fit(fact.purpose, NAME), fact.at))
    batch.note(seq, call, fact.at, fact.reasons)


def _flow_left(batch: Batch, seq: int, fact: w.FlowLeft) -> None:
    call = fit(fact.call, ID)
    batch.append(
        Step.FLOW_LEFT,
        (
            fact.at,
            fit(fact.exit, TEXT),
            encode_text(fact.collected),
            call,
            fit(fact.flow, NAME),
            seq,
        ),
    )
    batch.note(seq, call, fact.at, fact.reasons)


REACH: Final[dict[type[Fact], Callable[[Batch, int, Any], None]]] = {
    cb.CallbackOpened: _callback_opened,
    cb.CallbackChanged: _callback_changed,
    cb.AttemptEnded: _attempt_ended,
    cb.CallbackClosed: _callback_closed,
    cb.CallbackCorrected: _callback_corrected,
    m.MessageLeft: _message_left,
    m.MessageNotLeft: _message_not_left,
    m.MessageChanged: _message_changed,
    m.MessageDeleted: _message_deleted,
    w.SurveyGoesOn: _survey,
    TapeMade: _tape_made,
    TapeHeard: _tape_heard,
    TapeDeleted: _tape_deleted,
    w.SurveyTaken: _survey,
    w.WaitAnnounced: _wait_announced,
    w.WaitMeasured: _wait_measured,
    w.FlowEntered: _flow_entered,
    w.FlowLeft: _flow_left,
}
