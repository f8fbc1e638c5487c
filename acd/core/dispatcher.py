"""The core's door: events in, commands out.

A deterministic function of the routing, the seed of `random` and the stream of events: the same three
give the same commands. It holds no clock; `now` (UTC seconds) comes with each event.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from acd.core import announcing, codes, looks, mailboxes, offers, staff, waiting
from acd.core.acts import Acts
from acd.core.callback_ledger import TIMER as callback_timer
from acd.core.callback_reports import CallbackReports
from acd.core.callbacks import Callbacks
from acd.core.calls import Calls
from acd.core.calls_table import CallEvent, CallState
from acd.core.commands import Command
from acd.core.deadlines import Deadline
from acd.core.events import (
    AgentActed,
    AgentAnswered,
    AgentHungUp,
    AgentRinging,
    CallArrived,
    CallConnected,
    CallerHungUp,
    ChannelsReconciled,
    ConfigReplaced,
    ConnectFailed,
    DigitPressed,
    Event,
    NodeLost,
    PhoneStateChanged,
    PromisesRestored,
    PromptFailed,
    PromptFinished,
    RecordingFailed,
    RecordingFinished,
    RecordingStarted,
    RingFailed,
    RingFailure,
    StateRestored,
)
from acd.core.floor import Floor
from acd.core.flow_actions import TIMER as TIMER_OF_FLOWS
from acd.core.flow_words import (
    LookedUp,
    OutsideAnswered,
    OutsideEnded,
    TapeFailed,
    TapeFinished,
)
from acd.core.message_words import MailboxDialled, Message, MessageActed, MessagesExpired
from acd.core.messages import Messages
from acd.core.midnight import last_midnight, next_midnight
from acd.core.offers_table import OfferEvent
from acd.core.past import PastCallsRestored
from acd.core.reconcile import Reconcile
from acd.core.reconfigure import Reconfigure
from acd.core.recordings import Recordings
from acd.core.restore import Restore
from acd.core.routing import Routing
from acd.core.tape_words import TapeFound
from acd.core.tapes import TapeListened, TapesExpired
from acd.core.views import AgentView, CallbackView, CallView, QueueView, WhyView
from ivr.turns import Pressed

if TYPE_CHECKING:
    from random import Random

MIDNIGHT = "midnight"
"""The kind of the deadline at which the agents' counters of the day begin at 0."""

_FAILURES = {
    RingFailure.NO_ANSWER: OfferEvent.UNANSWERED,
    RingFailure.REFUSED: OfferEvent.REFUSED,
    RingFailure.UNREACHABLE: OfferEvent.UNREACHABLE,
    RingFailure.CANCELLED: OfferEvent.LEG_ENDED,
}


class Dispatcher:
    """Decides what happens to every call and every agent of one pool."""

    def __init__(self, routing: Routing, random: Random) -> None:
        floor = self._floor = Floor(routing, random)
        callbacks = floor.callbacks = Callbacks(floor)
        floor.call_machine = Calls(floor)
        floor.offer_machine = offers.Offers(floor)
        floor.staff = staff.Staff(floor)
        recordings = floor.recordings = Recordings(floor)
        messages = floor.messages = Messages(floor)
        floor.mailboxes = mailboxes.Mailboxes(floor)
        flows = floor.call_machine.flows
        nodes = Reconcile(floor)
        self._reconfigure = Reconfigure(floor)
        self._started = False
        self._midnight_at: Deadline | None = None
        restore = Restore(floor)
        self._handlers: dict[type[Event], Callable[[Any], None]] = {
            CallArrived: self._call_arrived,
            CallerHungUp: self._caller_hung_up,
            AgentRinging: self._agent_ringing,
            AgentAnswered: self._agent_answered,
            RingFailed: self._ring_failed,
            CallConnected: self._call_connected,
            ConnectFailed: self._connect_failed,
            AgentHungUp: self._agent_hung_up,
            PromptFinished: self._prompt_over,
            PromptFailed: self._prompt_over,
            DigitPressed: self._digit_pressed,
            LookedUp: flows.looked_up,
            TapeFinished: flows.tape_finished,
            TapeFailed: flows.tape_failed,
            TapeFound: floor.call_machine.left_tapes.found,
            OutsideAnswered: flows.outside.answered,
            OutsideEnded: flows.outside.ended,
            RecordingStarted: recordings.started,
            RecordingFinished: recordings.finished,
            RecordingFailed: recordings.failed,
            PhoneStateChanged: self._phone_changed,
            AgentActed: Acts(floor).acted,
            MessageActed: messages.acted,
            MessagesExpired: messages.expired,
            TapeListened: floor.tapes.listened,
            TapesExpired: floor.tapes.expired,
            MailboxDialled: floor.mailboxes.dialled,
            NodeLost: nodes.lost,
            ChannelsReconciled: nodes.back,
            StateRestored: restore.restored,
            PromisesRestored: restore.promised,
            PastCallsRestored: self._past_calls,
            ConfigReplaced: self._config_replaced,
        }
        self._handlers.update(CallbackReports(floor).handlers)
        self._due: dict[str, Callable[[str], None]] = {
            waiting.TIMER: self._call_due,
            announcing.TIMER: floor.call_machine.waiting.announcing.timer_due,
            offers.TIMER: self._ring_due,
            TIMER_OF_FLOWS: flows.due,
            staff.TIMER: floor.staff.timer_due,
            mailboxes.TIMER: floor.mailboxes.timer_due,
            MIDNIGHT: self._midnight,
            callback_timer: callbacks.timer_due,
        }

    # the contract

    def handle(self, event: Event, now: float) -> list[Command]:
        """Decide on an event at `now`. Raises ImpossibleEventError for what cannot happen."""
        commands = self._begin(now)
        self._handlers[type(event)](event)
        return commands

    def next_deadline(self) -> float | None:
        """When `expire` is to be called, if no event comes before."""
        return self._floor.deadlines.next()

    def expire(self, now: float) -> list[Command]:
        """Do what has become due by `now`. What raises is due no more: asked again, the rest is done."""
        commands = self._begin(now)
        while (due := self._floor.deadlines.pop_due(now)) is not None:
            self._due[due.kind](due.subject)
        return commands

    def unfinished(self) -> list[Command]:
        """What had been decided when `handle` or `expire` raised: others may depend on it."""
        return self._floor.commands

    # what can be seen

    @property
    def secret_key(self) -> str | None:
        """For who keeps events: the secret input that the key of the last DigitPressed belonged to,
        `ivr.secrecy.NO_EFFECT` where any key would have done the same, else None."""
        return self._floor.secret_key

    @property
    def owed(self) -> Collection[str]:
        """The numbers of customers who are owed a callback, as they are just now."""
        return self._floor.callbacks.by_number.keys()

    @property
    def do_not_call(self) -> frozenset[str]:
        """The numbers that nobody may dial for a callback."""
        return frozenset(self._floor.do_not_call)

    def view_agents(self) -> list[AgentView]:
        """Every agent of the file, in its order."""
        return [looks.agent(each) for each in self._floor.roster]

    def view_agent(self, agent: str) -> AgentView | None:
        """One agent; None where there is none of that id."""
        found = self._floor.roster.get(agent)
        return None if found is None else looks.agent(found)

    def view_calls(self, queue: str | None = None) -> list[CallView]:
        """All calls, or those of one queue, in order of arrival."""
        return looks.calls(self._floor, queue)

    def view_call(self, call: str) -> CallView | None:
        """One call; None when it is gone."""
        found = self._floor.calls.get(call)
        return None if found is None else looks.call(found)

    def view_queues(self) -> list[QueueView]:
        """Every queue, in the order of the file."""
        return looks.queues(self._floor)

    def caller_of(self, offer: str) -> str | None:
        """The number of the caller who is offered; None: withheld, or there is no such offer."""
        found = self._floor.offers.get(offer)
        return None if found is None or found.call is None else found.call.arrived.caller

    def view_message(self, message: str) -> Message | None:
        """One voicemail message; None where there is none, or no more."""
        return self._floor.messages.get(message)

    def view_messages(self) -> list[Message]:
        """Every voicemail message whose file is not deleted, the oldest first."""
        return list(self._floor.messages.all())

    def view_boxes(self, agent: str) -> tuple[str, ...]:
        """The voicemail boxes that an agent may listen to."""
        return self._floor.messages.boxes_of(agent)

    def view_callbacks(self) -> list[CallbackView]:
        """Every open callback, in the order in which they were opened."""
        return [callback.view() for callback in self._floor.callbacks.open.values()]

    def open_callbacks(self) -> Mapping[str, int]:
        """How many callbacks are open, by queue: without making a view of each, there may be many."""
        return Counter(callback.now.queue for callback in self._floor.callbacks.open.values())

    def view_callback(self, callback: str) -> CallbackView | None:
        """One open callback; None when it is closed, or never was."""
        found = self._floor.callbacks.open.get(callback)
        return None if found is None else found.view()

    def why(self, call: str) -> WhyView | None:
        """Why a call stands where it stands; None when it is gone."""
        found = self._floor.calls.get(call)
        return None if found is None else looks.why(self._floor, found)

    def _begin(self, now: float) -> list[Command]:
        floor = self._floor
        floor.now = now
        commands: list[Command] = []
        floor.commands = commands
        if not self._started:
            self._started = True
            floor.roster.known_since(now)
            self._plan_midnight()
        return commands

    # events

    def _call_arrived(self, event: CallArrived) -> None:
        self._floor.call_machine.arrive(event, self._floor.now)

    def _caller_hung_up(self, event: CallerHungUp) -> None:
        call = self._floor.calls.get(event.call)
        if call is None:
            if self._floor.mailboxes.is_one(event.call):
                self._floor.mailboxes.hung_up(event.call)
            else:
                self._floor.call_machine.fire_unknown(event.call, CallEvent.HUNG_UP)
            return
        if call.state is not CallState.RELEASING:
            call.note(self._floor.now, codes.CALLER_HUNG_UP, call.state.value)
        self._floor.call_machine.fire(call, CallEvent.HUNG_UP)

    def _agent_ringing(self, event: AgentRinging) -> None:
        self._offer(event.offer, OfferEvent.RINGING)

    def _agent_answered(self, event: AgentAnswered) -> None:
        self._offer(event.offer, OfferEvent.ANSWERED)

    def _ring_failed(self, event: RingFailed) -> None:
        self._offer(event.offer, _FAILURES[event.reason])

    def _call_connected(self, event: CallConnected) -> None:
        self._offer(event.offer, OfferEvent.CONNECTED)

    def _connect_failed(self, event: ConnectFailed) -> None:
        offer = self._floor.offers.get(event.offer)
        if offer is not None and offer.call is not None:
            offer.call.note(self._floor.now, codes.CONNECT_FAILED, offer.agent.id, event.reason)
        self._offer(event.offer, OfferEvent.CONNECT_FAILED)

    def _agent_hung_up(self, event: AgentHungUp) -> None:
        offer = self._floor.offers.get(event.offer)
        if offer is not None and offer.call is not None:
            call = offer.call
            if event.blacklisted is not None:
                call.arrived = replace(call.arrived, blacklisted=event.blacklisted)
            call.note(self._floor.now, codes.AGENT_HUNG_UP, offer.agent.id)
        self._offer(event.offer, OfferEvent.HUNG_UP)

    def _offer(self, offer_id: str, event: OfferEvent) -> None:
        offer = self._floor.offers.get(offer_id)
        if offer is None:
            self._floor.offer_machine.fire_unknown(offer_id, event)
        else:
            self._floor.offer_machine.fire(offer, event)

    def _prompt_over(self, event: PromptFinished | PromptFailed) -> None:
        machine = self._floor.call_machine
        call = self._floor.calls.get(event.call)
        if call is None:
            menus, failed = self._floor.mailboxes, isinstance(event, PromptFailed)
            if menus.is_one(event.call):
                menus.prompt_over(event.call, event.prompt, failed=failed)
            else:
                machine.fire_unknown(event.call, CallEvent.PROMPT_STALE)
            return
        if isinstance(event, PromptFailed):
            call.note(self._floor.now, codes.PROMPT_FAILED, event.prompt, event.reason)
        playing = call.playing == event.prompt
        if playing and call.flows is not None:
            call.flows.unheard = isinstance(event, PromptFailed)
        machine.fire(call, CallEvent.PROMPT_DONE if playing else CallEvent.PROMPT_STALE)

    def _digit_pressed(self, event: DigitPressed) -> None:
        self._floor.secret_key = None
        call = self._floor.calls.get(event.call)
        if call is None:
            if self._floor.mailboxes.is_one(event.call):
                self._floor.mailboxes.digit(event.call, event.digit)
            else:
                self._floor.call_machine.fire_unknown(event.call, CallEvent.DIGIT)
        else:
            call.pressed = event.digit
            if call.flows is not None:
                call.flows.given = Pressed(digit=event.digit)
            self._floor.call_machine.fire(call, CallEvent.DIGIT)

    def _phone_changed(self, event: PhoneStateChanged) -> None:
        self._floor.staff.phone(event.agent, event.phone)

    def _past_calls(self, event: PastCallsRestored) -> None:
        if self._floor.estimates is not None:
            for call in event.calls:
                self._floor.estimates.learn(call)
            self._floor.estimates.keep(self._floor.routing.queues)

    def _config_replaced(self, event: ConfigReplaced) -> None:
        self._reconfigure.replaced(event)
        self._floor.roster.known_since(self._floor.now)
        self._plan_midnight()

    # deadlines

    def _call_due(self, call_id: str) -> None:
        self._floor.call_machine.waiting.timer_due(self._floor.calls[call_id])

    def _ring_due(self, offer_id: str) -> None:
        self._floor.offer_machine.timer_due(self._floor.offers[offer_id])

    def _midnight(self, _: str) -> None:
        self._floor.matching.new_day()
        self._plan_midnight()

    def _plan_midnight(self) -> None:
        floor = self._floor
        floor.deadlines.cancel(self._midnight_at)
        floor.day_began = last_midnight(floor.routing.timezone, floor.now)
        at = next_midnight(floor.routing.timezone, floor.now)
        self._midnight_at = floor.deadlines.schedule(at, MIDNIGHT, "")
