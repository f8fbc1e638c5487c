"""An evening on which a spot brings hundreds of callers to a few agents: callers who lose patience,
press keys, call again, answer when they are called back or don't; agents who answer and talk. The
clock is virtual; chance is seeded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from random import Random

from acd.core.callback_words import (
    AgentPrompted,
    AttemptCommitted,
    AttemptNotCommitted,
    AttemptOutcome,
    CallbackClosed,
    CallbackOpened,
    CancelDial,
    CommitAttempt,
    CustomerAnswered,
    CustomerRinging,
    DialCustomer,
    DialFailed,
    PromptAgent,
)
from acd.core.commands import (
    CancelRing,
    Command,
    ConnectCall,
    EndCall,
    PlayPrompt,
    Record,
    ReleaseAgent,
    RingAgent,
    StopPrompt,
)
from acd.core.dispatcher import Dispatcher
from acd.core.events import (
    AgentActed,
    AgentAnswered,
    AgentHungUp,
    AgentRinging,
    CallArrived,
    CallConnected,
    CallerHungUp,
    DigitPressed,
    Event,
    PhoneStateChanged,
    PromptFinished,
    RingFailed,
    RingFailure,
)
from acd.core.facts import CallAnswered, CallMissed
from acd.core.routing import Routing
from agents.model import AgentAct, PhoneState
from tests.simulation.hours_oracle import is_his_hour

AT_HOME, OUT, ELSEWHERE = "at home", "out", "on another line"
"""What a customer does when he is called: answers, hears nothing, is busy."""


class Evening:
    """The callers, the agents and their phones, around one core."""

    def __init__(self, routing: Routing, *, seed: int, start: float) -> None:
        self.routing = routing
        self.random = Random(seed)
        self.core = Dispatcher(routing, Random(seed))
        self.now = start
        self.numbered = count()
        self.to_come: list[tuple[float, int, Callable[[], None]]] = []
        self.calls: dict[str, str] = {}
        """Who is on the line, by channel: his number."""
        self.talking: set[str] = set()
        self.legs: dict[str, bool] = {}
        """The agents' legs: whether each was answered."""
        self.dialled: dict[str, DialCustomer] = {}
        self.manner: dict[str, str] = {}
        self.attempts: Counter[str] = Counter()
        self.dialled_at: list[float] = []
        self.missed: dict[str, str] = {}
        self.answered: set[str] = set()
        self.opened: set[str] = set()
        self.ends: dict[str, CallbackClosed] = {}
        for agent in routing.agents:
            self.tell(PhoneStateChanged(agent=agent, phone=PhoneState.FREE))
            self.tell(AgentActed(agent=agent, act=AgentAct.LOG_IN, by="test"))

    # time

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        heappush(self.to_come, (self.now + seconds, next(self.numbered), act))

    def run(self, until: float) -> None:
        """Let time pass until then, or until nothing is to come."""
        while True:
            due = self.core.next_deadline()
            act_at = self.to_come[0][0] if self.to_come else until
            at = min(act_at, until if due is None else due)
            if at >= until:
                return
            self.now = max(self.now, at)
            if due is not None and due <= act_at:
                self.hear(self.core.expire(self.now))
            else:
                heappop(self.to_come)[2]()

    def tell(self, event: Event) -> None:
        self.hear(self.core.handle(event, self.now))

    def hear(self, commands: list[Command]) -> None:
        for command in commands:
            self.obey(command)

    # callers

    def call(self, number: str, *, patience: float, again: float = 0.0, key: bool = False) -> None:
        """Somebody dials. `again`: with this likelihood he does so a second time when he gave up."""
        if number in self.calls.values():
            return
        call = f"c{next(self.numbered)}"
        self.calls[call] = number
        self.tell(CallArrived(call=call, node="pbx1", dialled="4001", caller=number))
        if key:
            self.later(patience / 2, lambda: self.presses(call))
        self.later(patience, lambda: self.gives_up(call, again))

    def presses(self, call: str) -> None:
        if call in self.calls and call not in self.talking:
            self.tell(DigitPressed(call=call, digit="1"))

    def gives_up(self, call: str, again: float) -> None:
        if call not in self.calls or call in self.talking:
            return
        number = self.calls[call]
        self.hangs_up(call)
        if self.random.random() < again:
            patience = self.random.expovariate(1 / 90)
            self.later(self.random.uniform(10, 120), lambda: self.call(number, patience=patience))

    def hangs_up(self, call: str) -> None:
        if self.calls.pop(call, None) is not None:
            self.talking.discard(call)
            self.tell(CallerHungUp(call=call))

    # the telephones

    def obey(self, command: Command) -> None:  # noqa: C901  one case for each command
        match command:
            case RingAgent(offer=offer):
                self.legs[offer] = False
                self.later(0.1, lambda: self.leg(offer, AgentRinging(offer=offer)))
                if self.random.random() < 0.95:
                    self.later(self.random.uniform(1, 6), lambda: self.picks_up(offer))
            case CancelRing(offer=offer):
                self.later(0.01, lambda: self.ring_over(offer))
            case ReleaseAgent(offer=offer):
                self.later(0.01, lambda: self.agent_over(offer))
            case ConnectCall(call=call, offer=offer):
                self.later(0.01, lambda: self.joined(call, offer))
            case PlayPrompt(call=call, prompt=prompt):
                self.later(4, lambda: self.played(call, prompt))
            case StopPrompt(call=call, prompt=prompt):
                self.later(0.01, lambda: self.played(call, prompt))
            case EndCall(call=call):
                self.later(0.01, lambda: self.hangs_up(call))
            case PromptAgent(offer=offer, prompt=prompt):
                heard = AgentPrompted(offer=offer, prompt=prompt)
                self.later(4, lambda: self.leg(offer, heard))
            case CommitAttempt(attempt=attempt):
                done = self.random.random() < 0.99
                why = AttemptNotCommitted(attempt=attempt.id, why="test")
                told = AttemptCommitted(attempt=attempt.id) if done else why
                self.later(0.005, lambda: self.tell(told))
            case DialCustomer():
                self.dials(command)
            case CancelDial(attempt=attempt):
                self.later(0.01, lambda: self.dial_over(attempt, AttemptOutcome.FAILED))
            case Record(fact=CallMissed(call=call, caller=str(caller))):
                self.missed[call] = caller
            case Record(fact=CallAnswered(call=call)):
                self.answered.add(call)
            case Record(fact=CallbackOpened(callback=callback)):
                self.opened.add(callback.id)
            case Record(fact=CallbackClosed() as closed):
                assert closed.callback not in self.ends
                self.ends[closed.callback] = closed
            case _:
                pass

    def leg(self, offer: str, event: Event) -> None:
        if offer in self.legs:
            self.tell(event)

    def picks_up(self, offer: str) -> None:
        if self.legs.get(offer) is False:
            self.legs[offer] = True
            self.tell(AgentAnswered(offer=offer))

    def ring_over(self, offer: str) -> None:
        if self.legs.pop(offer, None) is not None:
            self.tell(RingFailed(offer=offer, reason=RingFailure.CANCELLED))

    def agent_over(self, offer: str) -> None:
        if self.legs.pop(offer, None) is not None:
            self.tell(AgentHungUp(offer=offer))

    def joined(self, call: str, offer: str) -> None:
        if call not in self.calls or offer not in self.legs:
            return
        self.talking.add(call)
        self.tell(CallConnected(call=call, offer=offer))
        talk = self.random.lognormvariate(4.5, 0.6)
        agent_first = self.random.random() < 0.3
        self.later(talk, lambda: self.agent_over(offer) if agent_first else self.hangs_up(call))

    def played(self, call: str, prompt: str) -> None:
        if call in self.calls:
            self.tell(PromptFinished(call=call, prompt=prompt))

    def dials(self, command: DialCustomer) -> None:
        """What is checked at each dialling is what a customer could complain of."""
        attempt, number = command.attempt, command.number
        callback = attempt.rpartition("-a")[0]
        self.attempts[attempt] += 1
        assert self.attempts[attempt] == 1, "dialled twice"
        assert number not in self.calls.values(), "he waits, or talks"
        assert callback not in self.ends
        view = self.core.view_callback(callback)
        assert view is not None
        rule = self.routing.queues[view.callback.queue].callback
        assert view.callback.attempts <= rule.attempts
        assert is_his_hour(rule.hours, number, self.now), "outside his hours"
        self.dialled_at.append(self.now)
        self.dialled[attempt] = command
        self.later(1, lambda: self.customer_rings(attempt))
        how = self.manner.get(number, AT_HOME)
        if how == AT_HOME and self.random.random() < 0.15:
            how = OUT
        if how == ELSEWHERE:
            self.later(2, lambda: self.dial_over(attempt, AttemptOutcome.BUSY))
        elif how == OUT:
            self.later(command.ring_s, lambda: self.dial_over(attempt, AttemptOutcome.NO_ANSWER))
        else:
            self.later(self.random.uniform(3, 20), lambda: self.customer_answers(attempt))

    def customer_rings(self, attempt: str) -> None:
        if attempt in self.dialled:
            self.tell(CustomerRinging(attempt=attempt))

    def dial_over(self, attempt: str, outcome: AttemptOutcome) -> None:
        if self.dialled.pop(attempt, None) is not None:
            self.tell(DialFailed(attempt=attempt, outcome=outcome))

    def customer_answers(self, attempt: str) -> None:
        command = self.dialled.pop(attempt, None)
        if command is None or command.number in self.calls.values():
            return
        self.calls[attempt] = command.number
        self.tell(CustomerAnswered(attempt=attempt))
        self.later(60, lambda: self.gives_up(attempt, 0.0))
