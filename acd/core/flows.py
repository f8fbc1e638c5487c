"""Callers in flows: carries what happens to a caller to his flow, and carries out what the flow says.

A flow is walked by `ivr.interpreter`; here its actions become commands and events become its inputs.
The voicemail dialogue and the survey are flows too, begun by the core itself; what their ends mean is
told by `acd.core.voicemail` and `acd.core.survey`.

When a flow is left for a queue, the caller joins it then: his wait counts from there, his place from
his arrival at the centre. Whoever comes to no end of a flow is not lost:

- A caller who hangs up in an IVR flow, or is released by it unserved, ends as `ivr_left`. He is a missed
  call if he had been asked for something or had pressed a key, in whatever flow; who hangs up before
  that has told nothing yet. Who hangs up while the outside number still rings to which a flow has put
  him through ends alike, and is missed in any case. So does one whom a flow would release as served,
  where the last that was to be played to him could not be. One whom an ending led here after he had
  waited (timed out, nobody, full) is a missed call of that reason in any case; his call ends as that.
- After a restart of the engine, or when his node was lost meanwhile and something was being played or
  recorded, he begins the flow anew: what he had entered is gone, a recording that was going on is
  deleted. Who is asked about his talk keeps what he has said, and is not asked on after a restart.
- A flow or box that is configured no more, and a chain of flows without a key, end in the queue of the
  number dialled, or, where an ending had led here, in a callback.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Final

from acd.core import codes
from acd.core.call import Call
from acd.core.call_facts import WAITED_IN_VAIN
from acd.core.calls_table import CallEvent, CallState
from acd.core.facts import CallOutcome, MissedReason
from acd.core.flow_actions import FlowActions
from acd.core.flow_words import DropTape, FlowEntered, FlowLeft, TapeEnd, TapeFailed, TapeFinished
from acd.core.flow_words import LookedUp as LookedUpEvent
from acd.core.outside import Outside
from acd.core.passage import CallWorld, Collected, Passage, inside, passage_of
from acd.core.requirement import merged
from acd.core.routing import Ending, Then, Voicemail
from acd.core.survey import Surveys
from acd.core.voicemail import Voicemails
from ivr import turns
from ivr.interpreter import begin, go_on
from ivr.model import (
    Destination,
    Finish,
    Flow,
    HangUp,
    ToCallback,
    ToFlow,
    ToNumber,
    ToQueue,
    ToVoicemail,
)
from ivr.notes import exit_words
from ivr.secrecy import shown
from ivr.turns import Elapsed, LookedUp, Played, Recorded, RecordFailed

if TYPE_CHECKING:
    from acd.core.calls import Calls
    from acd.core.floor import Floor

LONGEST_CHAIN: Final = 10
"""So many flows may follow one another without a key."""

CALLER_HUNG_UP: Final = "caller hung up"
CUT_OFF: Final = "cut off"
NOT_HEARD: Final = "not heard"


class Flows:
    """Leads callers through flows."""

    def __init__(self, floor: Floor, calls: Calls) -> None:
        self._floor = floor
        self._calls = calls
        self.voicemail = Voicemails(floor, calls)
        self.surveys = Surveys(floor, calls)
        self.outside = Outside(floor, calls)
        self._actions = FlowActions(floor)
        self._leads: dict[type[Destination], Callable[[Call, Passage, Any, Collected], None]] = {
            ToQueue: self._to_queue,
            ToVoicemail: self._to_flow,
            ToFlow: self._to_flow,
            ToNumber: self._to_number,
            ToCallback: self._to_callback,
            HangUp: self._hang_up,
            Finish: self._finish,
        }

    # going in

    def bind(self, call: Call, to: ToFlow | ToVoicemail, came_by: CallOutcome | None = None) -> Passage:
        """A flow or box is where the call goes next. `came_by`: see `Passage`."""
        passage = passage_of(call)
        passage.bound, passage.came_by = to, came_by
        return passage

    def by_ending(self, call: Call, ending: Ending, outcome: CallOutcome) -> None:
        """An ending leads into a flow or to a box; a queue that the call waited in it has left."""
        to: ToFlow | ToVoicemail = ToFlow(flow=ending.flow or "")
        if ending.then is Then.VOICEMAIL:
            to = ToVoicemail(box=ending.voicemail or "")
        self.bind(call, to, outcome)
        if call.state is CallState.WAITING:
            self._calls.fire(call, CallEvent.MOVED)
        if ending.say is not None:
            self._calls.announce(call, (ending.say,))
        else:
            self.go(call)

    def go(self, call: Call, brought: Collected = ()) -> None:
        """Let an entering call into the flow or box that it is bound for."""
        passage = call.flows
        assert passage is not None
        assert passage.bound is not None, "only who is bound for a flow goes there"
        to, passage.bound = passage.bound, None
        flow, box = self._found(to)
        if flow is None:
            call.note(self._floor.now, codes.FLOW_GONE, exit_words(to))
            self.astray(call, passage)
            return
        passage.chain += 1
        if passage.chain > LONGEST_CHAIN:
            call.note(self._floor.now, codes.FLOW_LOOP, flow.name, LONGEST_CHAIN)
            self.astray(call, passage)
            return
        passage.enter(flow, box, brought)
        self._calls.fire(call, CallEvent.TO_FLOW)

    def survey(self, call: Call) -> None:
        """The agent has hung up: ask the caller about his talk."""
        passage_of(call).enter(self.surveys.flow(call))
        self._calls.fire(call, CallEvent.TO_FLOW)

    def begin(self, call: Call) -> None:
        """He is in the flow: its first step."""
        passage, flow = inside(call)
        floor = self._floor
        call.note(floor.now, codes.FLOW, flow.name, flow.purpose)
        floor.record(
            FlowEntered(
                call=call.id,
                at=floor.now,
                flow=flow.name,
                purpose=flow.purpose,
                reasons=call.untold(),
            )
        )
        self._begin(call, passage, flow)

    # what happens to a caller in a flow

    def played(self, call: Call) -> None:
        """What was played is over."""
        call.playing, call.hears = None, ""
        self._tell(call, Played())

    def pressed(self, call: Call) -> None:
        """He pressed a key."""
        passage, _ = inside(call)
        passage.asked = passage.chose = True
        passage.chain = 0
        self._calls.waiting.announcing.acted(call)
        self.told(call)

    def told(self, call: Call) -> None:
        """Something that his flow waits for has come."""
        passage, _ = inside(call)
        given, passage.given = passage.given, None
        assert given is not None, "whoever is told something is given it"
        self._tell(call, given)

    def looked_up(self, event: LookedUpEvent) -> None:
        """A look-up was answered."""
        call = self._floor.calls.get(event.call)
        passage = None if call is None else call.flows
        if passage is not None and not passage.asking:
            passage = None
        self._bring(event.call, passage, LookedUp(values=event.values))

    def tape_finished(self, event: TapeFinished) -> None:
        """A recording of a caller is over. One that nobody waits for any more is deleted."""
        passage, name = self._taken(event.call, event.file)
        if passage is None:
            if self.voicemail.keeps_unasked(self._floor.calls.get(event.call), event):
                return
            self._floor.commands.append(DropTape(file=event.file))
        else:
            passage.tapes[name] = (event.file, event.seconds)
            self._taped(event, passage, name)
            if event.ended_by is TapeEnd.HUNG_UP:
                return  # CallerHungUp comes next, and tells what becomes of it
        self._bring(event.call, passage, Recorded(seconds=event.seconds, ended_by=_ENDS[event.ended_by]))

    def _taped(self, event: TapeFinished, passage: Passage, name: str) -> None:
        flow = passage.flow
        if flow is not None and flow.purpose != "voicemail":
            self._floor.tapes.made(
                event.call, event.file, flow=flow.name, name=name, seconds=event.seconds
            )

    def tape_failed(self, event: TapeFailed) -> None:
        """A caller could not be recorded."""
        passage, name = self._taken(event.call, event.file)
        if passage is not None:
            passage.failure = event.failure
            self._broke_off(self._floor.calls[event.call], passage, name, event)
        self._bring(event.call, passage, RecordFailed(why=f"{event.failure}: {event.detail}"))

    def _broke_off(self, call: Call, passage: Passage, name: str, event: TapeFailed) -> None:
        """Only a message is any use where it ends too soon; what is in the file of others is deleted."""
        if passage.box is None:
            self._floor.commands.append(DropTape(file=event.file))
            return
        passage.tapes[name] = (event.file, event.seconds)
        self.voicemail.broke_off(call, passage)

    def due(self, call_id: str) -> None:
        """The time to press something is over, or a look-up did not even say that it is late."""
        call = self._floor.calls[call_id]
        passage, _ = inside(call)
        passage.timer = None
        self._bring(call_id, passage, LookedUp(values=None) if passage.asking else Elapsed())

    def node_back(self, call: Call) -> None:
        """His node was lost and is back: what was played or recorded meanwhile, nobody knows."""
        passage, flow = inside(call)
        if call.playing is None and passage.taping is None:
            held, passage.held = passage.held, None
            if held is not None:
                self._tell(call, held)
            return
        self._actions.stop(call, passage, turns.Stop())
        if passage.kept is not None:  # to be told so was all that was left
            self._tell(call, Played())
            return
        self._actions.stop_tape(call, passage, turns.StopTape())
        call.note(self._floor.now, codes.FLOW_AGAIN, flow.name)
        if flow.purpose != "survey":
            self._drop_tapes(passage)
        self._floor.deadlines.cancel(passage.timer)
        passage.timer = None
        passage.enter(flow, passage.box, passage.brought)
        self._begin(call, passage, flow)

    def hung_up(self, call: Call) -> None:
        """He hung up in the flow. Says what becomes of his call."""
        passage, flow = inside(call)
        self._over(call, passage, flow, CALLER_HUNG_UP, tuple(passage.collected().items()))
        if flow.purpose == "survey":
            self.surveys.ended(call, passage, passage.collected())
            outcome = CallOutcome.ANSWERED
        elif flow.purpose == "voicemail":
            outcome = self.voicemail.hung_up(call, passage)
        else:
            outcome = self.unserved(call, passage)
        self._calls.finish(call, outcome)

    def cut_off(self, call: Call, row: str) -> None:
        """His Asterisk died under him. A message that was finished is kept."""
        passage, flow = inside(call)
        self._over(call, passage, flow, CUT_OFF, tuple(passage.collected().items()))
        if flow.purpose == "survey":
            self._calls.finish(call, CallOutcome.ANSWERED)
        elif flow.purpose == "voicemail" and self.voicemail.keeps(passage):
            self._calls.finish(call, self.voicemail.hung_up(call, passage))
        else:
            self._drop_tapes(passage)
            self._calls.cut_off(call, row)

    # actions of flows

    def _begin(self, call: Call, passage: Passage, flow: Flow) -> None:
        world = CallWorld(self._floor, call)
        self._do(call, passage, begin(flow, world, collected=passage.brought, secret=passage.secret))

    def _tell(self, call: Call, given: turns.Input) -> None:
        """Let the flow go on. While his node is lost it waits: nothing could be played to him."""
        passage, flow = inside(call)
        if call.node in self._floor.lost:
            passage.held = passage.held or given
            return
        if isinstance(given, LookedUp):
            passage.asking = False
            self._actions.listen(call, passage, turns.Listen(seconds=None))
        assert passage.session is not None, "whoever is in a flow stands at a step"
        world = CallWorld(self._floor, call)
        turn = go_on(flow, passage.session, given, world)
        self._floor.secret_key = turn.secret_key
        self._do(call, passage, turn)

    def _do(self, call: Call, passage: Passage, turn: turns.Turn) -> None:
        passage.session = turn.session
        if turn.session is not None:
            passage.secret = turn.session.secret
            if passage.box is not None:
                self.voicemail.goes_on(call, passage, turn.session.step)
        for action in turn.actions:
            if isinstance(action, turns.Leave):
                self._leave(call, passage, action)
            else:
                self._actions.carry_out(call, passage, action)
        if turn.session is not None and passage.flow is not None and passage.flow.purpose == "survey":
            self.surveys.goes_on(call, passage)

    # leaving

    def _leave(self, call: Call, passage: Passage, action: turns.Leave) -> None:
        _, flow = inside(call)
        passage.secret = action.secret
        served = isinstance(action.to, HangUp) and action.to.served
        exit_ = NOT_HEARD if served and passage.unheard else exit_words(action.to)
        if exit_ == NOT_HEARD:
            call.note(self._floor.now, codes.UNHEARD)
        self._over(call, passage, flow, exit_, action.collected)
        self._leads[type(action.to)](call, passage, action.to, action.collected)

    def _over(self, call: Call, passage: Passage, flow: Flow, exit_: str, collected: Collected) -> None:
        """He is in the flow no more. A recording is told by its file; an IVR flow keeps those that were
        said to their end and long enough."""
        floor = self._floor
        floor.deadlines.cancel(passage.timer)
        passage.timer = None
        call.playing, call.hears = None, ""
        if flow.purpose == "ivr":
            self._drop_tapes(passage, but={name for name, _ in collected})
        files = {name: file for name, (file, _) in passage.tapes.items()}
        told = shown(collected, passage.secret)
        floor.record(
            FlowLeft(
                call=call.id,
                at=floor.now,
                flow=flow.name,
                exit=exit_,
                collected=tuple((name, files.get(name, value)) for name, value in told),
                reasons=call.untold(),
            )
        )

    def _to_queue(self, call: Call, passage: Passage, to: ToQueue, collected: Collected) -> None:
        """A queue that he has been in already must have been chosen by key, or it would never end."""
        self._calls.fire(call, CallEvent.FLOW_LEFT)
        if to.queue in call.seen and not passage.chose:
            call.note(self._floor.now, codes.OVERFLOW_LOOP, to.queue)
            self._call_back(call, passage.came_by or CallOutcome.IVR_LEFT)
            return
        call.queue = to.queue
        call.needs = merged(call.needs, to.needs)
        if to.head_start > call.head_start:
            call.head_start = to.head_start
            flow = inside(call)[1].name
            of = ((f"flow {flow}", to.head_start),)
            call.note(self._floor.now, codes.HEAD_START, to.head_start, of)
        passage.came_by, passage.chose = None, False
        self._calls.waiting.join(call)

    def _to_flow(
        self, call: Call, passage: Passage, to: ToFlow | ToVoicemail, collected: Collected
    ) -> None:
        self._calls.fire(call, CallEvent.FLOW_LEFT)
        passage.bound = to
        self.go(call, collected)

    def _to_number(self, call: Call, passage: Passage, to: ToNumber, collected: Collected) -> None:
        trunk = self.outside.trunk()
        if trunk is None:
            call.note(self._floor.now, codes.NO_TRUNK, to.number)
            self._calls.fire(call, CallEvent.FLOW_LEFT)
            self.astray(call, passage)
            return
        passage.outside = (to.number, trunk)
        self._calls.fire(call, CallEvent.PUT_THROUGH)

    def _to_callback(self, call: Call, passage: Passage, to: ToCallback, collected: Collected) -> None:
        self._calls.fire(call, CallEvent.FLOW_LEFT)
        self._call_back(call, CallOutcome.CALLBACK)

    def _hang_up(self, call: Call, passage: Passage, to: HangUp, collected: Collected) -> None:
        self._calls.fire(call, CallEvent.FLOW_LEFT)
        if to.served and not passage.unheard:
            call.decided = CallOutcome.SERVED
        else:
            passage.asked = passage.asked or to.served
            call.decided = self.unserved(call, passage)
        self._calls.fire(call, CallEvent.RELEASED)

    def _finish(self, call: Call, passage: Passage, to: Finish, collected: Collected) -> None:
        """The end of a dialogue that the core had begun; an IVR flow that ends so has served him."""
        _, flow = inside(call)
        self._calls.fire(call, CallEvent.FLOW_LEFT)
        if flow.purpose == "voicemail":
            call.decided = self.voicemail.finished(call, passage, to.how)
        elif flow.purpose == "survey":
            self.surveys.ended(call, passage, dict(collected))
        else:
            call.decided = CallOutcome.SERVED
        self._calls.fire(call, CallEvent.RELEASED)

    # what these are made of

    def _found(self, to: ToFlow | ToVoicemail) -> tuple[Flow | None, Voicemail | None]:
        routing = self._floor.routing
        if isinstance(to, ToFlow):
            return routing.flows.get(to.flow), None
        box = routing.voicemail.get(to.box)
        return (None, None) if box is None else (self.voicemail.flow(box), box)

    def astray(self, call: Call, passage: Passage) -> None:
        """There is no way on in flows: the queue, or what the ending that led here would else mean."""
        if passage.came_by is None:
            self._calls.waiting.join(call)
        else:
            self._call_back(call, passage.came_by)

    def _call_back(self, call: Call, outcome: CallOutcome) -> None:
        self._calls.send_away(call, Ending(say=None, then=Then.CALLBACK), outcome)

    def unserved(self, call: Call, passage: Passage) -> CallOutcome:
        """A caller whom an IVR flow did not serve: whether he is missed, and how his call ends."""
        came_by = passage.came_by
        if came_by in WAITED_IN_VAIN:
            self._calls.record_missed(call, WAITED_IN_VAIN[came_by])
        elif passage.asked:
            closed = came_by is CallOutcome.CLOSED
            self._calls.record_missed(call, MissedReason.CLOSED if closed else MissedReason.ABANDONED)
        return came_by or CallOutcome.IVR_LEFT

    def _taken(self, call_id: str, file: str) -> tuple[Passage | None, str]:
        """The passage of the call that was being recorded into this file until now, and under which
        name; None where no call was."""
        call = self._floor.calls.get(call_id)
        passage = None if call is None else call.flows
        if passage is None or passage.taping is None or passage.taping[1] != file:
            return None, ""
        name, passage.taping = passage.taping[0], None
        return passage, name

    def _drop_tapes(self, passage: Passage, but: Collection[str] = ()) -> None:
        for name in [name for name in passage.tapes if name not in but]:
            self._floor.commands.append(DropTape(file=passage.tapes.pop(name)[0]))

    def _bring(self, call_id: str, passage: Passage | None, given: turns.Input) -> None:
        """Give something to a call's flow; where nobody waits for it (None) it came too late."""
        call = self._floor.calls.get(call_id)
        if call is None:
            self._calls.fire_unknown(call_id, CallEvent.TOLD)
        elif passage is None and call.state is CallState.IN_FLOW:
            self._floor.stale("call in_flow: told", call_id)
        else:
            if passage is not None:
                passage.given = given
            self._calls.fire(call, CallEvent.TOLD)


_ENDS: Final[dict[TapeEnd, Any]] = {
    TapeEnd.DIGIT: "digit",
    TapeEnd.SILENCE: "silence",
    TapeEnd.LENGTH: "length",
    TapeEnd.STOPPED: "stopped",
    TapeEnd.HUNG_UP: "stopped",
}
