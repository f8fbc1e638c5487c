"""Callbacks of an engine that died, and of nodes that were away.

An attempt that was committed and has no outcome was made, as far as anybody can know: nobody is dialled
a second time for it. Once its node has been asked, the customer's channel is found talking with an
agent, and the talk goes on; or it is found by itself, and is hung up; or it is not there. In the last
two cases the outcome is unknown, and the next attempt follows the retry rule. Where its node is not
configured any more, or stays away for too long, it is the same. Until then, and while his phone still
rings, nobody dials his number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.core.callback import OpenCallback, Verdict
from acd.core.callback_words import CallbackOutcome, CancelDial, RestoredCallback
from acd.core.callbacks_table import CallbackEvent, CallbackState
from acd.core.calls_table import CallEvent, CallState
from acd.core.commands import EndCall
from acd.core.events import ChannelsReconciled, LiveCall
from acd.core.facts import CallOutcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acd.core.call import Call
    from acd.core.floor import Floor

TRACEABLE: Final = 3600.0
"""Seconds for which a node that is away is waited for, to learn what became of an attempt: nobody can
tell meanwhile whether the customer talks."""

_DIALLED = (CallbackState.DIALLING, CallbackState.RINGING, CallbackState.CANCELLING)


class CallbackRecovery:
    """Takes up callbacks, and settles their attempts with what lives on a node."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def restored(self, owed: Iterable[RestoredCallback]) -> None:
        """Take up what the store remembers; the calls have been taken up before."""
        callbacks = self._floor.callbacks
        calls = {call.callback: call for call in self._floor.calls.values() if call.callback is not None}
        for remembered in owed:
            if remembered.callback.id not in callbacks.open:
                self._restore(remembered, calls.get(remembered.callback.id))

    def late(self, owed: Iterable[RestoredCallback]) -> None:
        """The same where the store was away when the engine started. One that has been opened meanwhile
        for the same customer stands for both; nodes that are there have been asked already, and what
        was dialled by an engine before was not known to this one."""
        callbacks = self._floor.callbacks
        for callback in list(callbacks.open.values()):  # the list has come only now, too
            self._drop_listed(callback)
        for remembered in owed:
            promise = remembered.callback
            if promise.id in callbacks.open or callbacks.promising.merged(promise):
                continue
            callback = self._restore(remembered, None)
            is_there = self._node(callback) not in self._floor.lost
            if callback.state is CallbackState.UNCLEAR and is_there:
                callbacks.fire(callback, CallbackEvent.UNTRACED)

    def settle(self, event: ChannelsReconciled) -> None:
        """The talks that go on have been found; what is left of attempts on this node is over."""
        callbacks = self._floor.callbacks
        for live in event.calls:
            if live.dialled_for is not None:
                self._found(live, live.dialled_for)
        for callback in list(callbacks.open.values()):
            if callback.state is CallbackState.UNCLEAR and not self._is_awaited(callback):
                callbacks.fire(callback, CallbackEvent.UNTRACED)

    def _is_awaited(self, callback: OpenCallback) -> bool:
        """Whether something will be told of its attempt: its node is away, or his phone is being
        silenced."""
        call = callback.call
        if call is not None:
            return call.state is CallState.DIALLED
        return self._node(callback) in self._floor.lost

    def _restore(self, remembered: RestoredCallback, call: Call | None) -> OpenCallback:
        floor, callbacks = self._floor, self._floor.callbacks
        callback = OpenCallback(remembered.callback)
        callbacks.add(callback)
        # No offer may have the name of one of an engine before; in a millisecond there was one at most.
        callback.offers = 1 + max(0, int(1000 * (floor.now - callback.now.created_at)))
        attempt = callback.attempt = remembered.unfinished
        if attempt is not None:
            callback.change(attempts=max(callback.now.attempts, attempt.number_of))
            callbacks.attempts[attempt.id] = callback
            callback.state = CallbackState.UNCLEAR
        if call is not None and (attempt is not None or call.answered_at is not None):
            self._take_up(callback, call)
        self._drop_listed(callback)
        if callback.state is CallbackState.UNCLEAR:
            callbacks.arm(callback, floor.now + TRACEABLE)
            if callback.call is None:
                callbacks.unclear(callback)
        elif callback.state is CallbackState.PLANNED:
            callbacks.begin(callback)
        return callback

    def _drop_listed(self, callback: OpenCallback) -> None:
        """Whoever was put on the do-not-call list while no engine was there to be told."""
        if callback.now.number in self._floor.do_not_call:
            self._floor.callbacks.drop(callback, Verdict(CallbackOutcome.DO_NOT_CALL))

    def _take_up(self, callback: OpenCallback, call: Call) -> None:
        """The customer had picked up."""
        callback.call = call
        call.offers_made = max(call.offers_made, callback.offers)
        self._floor.callbacks.attempts[call.id] = callback
        call.business, call.language = callback.now.business, callback.now.language
        if call.answered_at is None:
            call.missed = True
            if call.state is not CallState.DIALLED:
                callback.state = CallbackState.JOINING
        elif callback.attempt is not None:
            self._floor.callbacks.fire(callback, CallbackEvent.JOINED)
        else:
            callback.state, call.missed = CallbackState.TALKING, False
            callback.reached_by = call.offer.agent.id if call.offer is not None else None

    def _found(self, live: LiveCall, attempt: str) -> None:
        """A channel that we had dialled lives."""
        floor, callbacks = self._floor, self._floor.callbacks
        call, callback = floor.calls.get(attempt), callbacks.attempts.get(attempt)
        if callback is not None and callback.state in _DIALLED:
            if live.answered:
                callbacks.attempted(attempt, CallbackEvent.PICKED_UP)
            elif callback.state is CallbackState.CANCELLING:
                floor.commands.append(CancelDial(attempt=attempt))
        elif callback is not None and callback.state is CallbackState.UNCLEAR and _unseen(call):
            self._with_nobody(callback, live, attempt)
        elif call is not None and call.state is CallState.DIALLED:
            call.decided = CallOutcome.ABANDONED  # he picked up under an engine before
            floor.call_machine.fire(call, CallEvent.RELEASED)
        elif call is None:
            self._hang_up(live, attempt)

    def _with_nobody(self, callback: OpenCallback, live: LiveCall, attempt: str) -> None:
        """Nobody saw him pick up, and he talks with nobody: his phone is silenced, or he is released."""
        floor, callbacks = self._floor, self._floor.callbacks
        if callback.call is None:
            callbacks.found_channel(callback, live)
        if live.answered:
            callbacks.attempted(attempt, CallbackEvent.PICKED_UP)
            return
        floor.commands.append(CancelDial(attempt=attempt))
        callbacks.arm(callback, floor.now + TRACEABLE)

    def _hang_up(self, live: LiveCall, attempt: str) -> None:
        if live.answered:
            self._floor.commands.append(EndCall(call=attempt))
        else:
            self._floor.commands.append(CancelDial(attempt=attempt))

    def _node(self, callback: OpenCallback) -> str:
        """Where its unfinished attempt was dialled: on the node of its agent's phone."""
        attempt = callback.attempt
        agent = self._floor.roster.get(attempt.agent or "") if attempt is not None else None
        return callback.now.node if agent is None else agent.profile.node


def _unseen(call: Call | None) -> bool:
    """Whether the store does not know that he had picked up."""
    return call is None or not call.picked_up
