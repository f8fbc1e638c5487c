"""Recordings of talks: which are begun, and what became of them.

A recording lives in the telephone system and ends with the agent's leg, whatever becomes of this
engine. So nothing is kept of it here: each event says what it is about, and may come after the call
has ended.
"""

from __future__ import annotations

from typing import Any

from acd.core import codes
from acd.core.call import Call
from acd.core.commands import StartRecording
from acd.core.events import RecordingFailed, RecordingFinished, RecordingStarted
from acd.core.facts import RecordingBegan, RecordingEnded, RecordingOutcome
from acd.core.floor import Floor
from acd.core.offer import Offer
from acd.core.records import Reason
from recordings.naming import file_of


class Recordings:
    """Begins recordings, and turns what is told of them into facts."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def talk_began(self, call: Call, offer: Offer) -> None:
        """Caller and agent hear each other: record them where their business wants it."""
        floor = self._floor
        business = floor.routing.businesses.get(call.business or "")
        if business is None or not business.record:
            return
        file = file_of(at=floor.now, agent=offer.agent.id, talk=offer.id)
        floor.commands.append(StartRecording(call=call.id, offer=offer.id, file=file))

    def started(self, event: RecordingStarted) -> None:
        """It is being recorded."""
        self._floor.record(
            RecordingBegan(
                call=event.call,
                offer=event.offer,
                file=event.file,
                at=self._floor.now,
                reasons=self._noted(event.call, codes.RECORDING, event.file),
            )
        )

    def finished(self, event: RecordingFinished) -> None:
        """It was recorded from beginning to end."""
        reasons = self._noted(event.call, codes.RECORDED, event.seconds)
        self._ended(event, RecordingOutcome.RECORDED, event.seconds, None, reasons)

    def failed(self, event: RecordingFailed) -> None:
        """It is not recorded, or no longer. The call knows nothing of it."""
        failure = event.failure.value
        reasons = self._noted(event.call, codes.NOT_RECORDED, failure, event.detail)
        self._ended(event, RecordingOutcome(failure), None, event.detail, reasons)

    def _ended(
        self,
        event: RecordingFinished | RecordingFailed,
        outcome: RecordingOutcome,
        seconds: float | None,
        detail: str | None,
        reasons: tuple[Reason, ...],
    ) -> None:
        self._floor.record(
            RecordingEnded(
                call=event.call,
                offer=event.offer,
                file=event.file,
                at=self._floor.now,
                outcome=outcome,
                seconds=seconds,
                detail=detail,
                reasons=reasons,
            )
        )

    def _noted(self, call_id: str, code: str, *arguments: Any) -> tuple[Reason, ...]:
        """The reasons that the fact carries: where the call has ended, this one by itself."""
        call = self._floor.calls.get(call_id)
        if call is None:
            return ((self._floor.now, code, *arguments),)
        call.note(self._floor.now, code, *arguments)
        return call.untold()
