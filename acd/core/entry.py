"""The entry of a call: number, ending rules, opening hours, the other rules; then its queue or its end.

Pure: a decision is made of the routing, the call and the moment, and leaves a reason for each step.
The order is that of docs' call flow: the number's route (or the default), the leading run of ending
rules (such as a blacklist), the opening hours of the business, the remaining rules from top to bottom.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from acd.core import codes
from acd.core.events import CallArrived, Customer
from acd.core.facts import CallOutcome
from acd.core.records import Reason
from acd.core.requirement import merged
from acd.core.routing import Business, Ending, FirstTarget, Needs, NumberRoute, Routing, Then
from acd.core.rules import CompiledRule, Subject, compile_rule

_RELEASE = Ending(say=None, then=Then.GOODBYE)


@dataclass(slots=True)
class Admission:
    """What the entry decided for a call.

    `ending` is set when the call does not come to a queue; `outcome` then says why. Otherwise it hears
    `prompts` and goes into `flow`, or joins `queue`. A queue that a rule or a closed business names goes
    past the flow of the number. `firsts` have their last agent resolved.
    """

    queue: str
    business: str | None
    campaign: str | None
    language: str
    tier: int = 0
    head_start: float = 0.0
    needs: Needs = ()
    firsts: tuple[FirstTarget, ...] = ()
    prompts: list[str] = field(default_factory=list)
    ending: Ending | None = None
    outcome: CallOutcome | None = None
    reasons: list[Reason] = field(default_factory=list)
    flow: str | None = None

    def to_queue(self, queue: str, at: float) -> None:
        """Something else than the number names the queue."""
        self.queue = queue
        if self.flow is not None:
            self.reasons.append((at, codes.PAST_FLOW, self.flow, queue))
            self.flow = None


class Entry:
    """The entry as one routing defines it. Made anew when the routing is replaced."""

    def __init__(self, routing: Routing) -> None:
        self._routing = routing
        rules = [compile_rule(rule) for rule in routing.rules]
        leading = next((n for n, rule in enumerate(rules) if not rule.effect.end), len(rules))
        self._gates = tuple(rules[:leading])
        self._rules = tuple(rules[leading:])

    def decide(self, arrived: CallArrived, at: float) -> Admission:
        """Decide what becomes of a call that arrived at `at` (UTC seconds)."""
        reasons: list[Reason] = [(at, codes.ENTERED, arrived.dialled, arrived.caller, arrived.node)]
        route = self._route(arrived.dialled, at, reasons)
        business = self._routing.businesses[route.business] if route.business is not None else None
        admission = Admission(
            route.queue,
            route.business,
            business.campaign if business else None,
            route.language or (business and business.language) or self._routing.languages[0],
            reasons=reasons,
            flow=route.flow,
        )
        customer = arrived.customer
        if customer is not None:
            reasons.append((at, codes.CUSTOMER, customer.tier, customer.last_agent))
        subject = Subject(
            arrived.dialled, route.business, arrived.caller, customer, arrived.blacklisted, at
        )
        if arrived.caller is not None and self._routing.numbering is not None:
            subject.national = self._routing.numbering.dialled(arrived.caller)
        if self._turned_away(admission, subject) or self._closed(admission, business, at):
            return admission
        self._apply(admission, subject)
        return admission

    def _route(self, dialled: str, at: float, reasons: list[Reason]) -> NumberRoute:
        route = self._routing.numbers.get(dialled)
        if route is None:
            route = self._routing.default_route
            reason: Reason = (at, codes.DEFAULT_ROUTE, dialled, route.queue)
        else:
            reason = (at, codes.NUMBER, dialled, route.business, route.queue)
        reasons.append(reason if route.flow is None else (*reason, route.flow))
        return route

    def _turned_away(self, admission: Admission, subject: Subject) -> bool:
        for rule in self._gates:
            why = rule.why_not(subject)
            if why is None:
                _end(admission, rule, subject.at)
                return True
            admission.reasons.append((subject.at, codes.NO_RULE, rule.name, why))
        return False

    def _closed(self, admission: Admission, business: Business | None, at: float) -> bool:
        """Whether the business's hours end the call. A closed business may name a queue instead."""
        if business is None or business.hours is None:
            return False
        is_open, why = business.hours.status(at)
        admission.reasons.append((at, codes.OPEN if is_open else codes.CLOSED, business.name, why))
        if is_open:
            return False
        ending = business.when_closed
        if ending.then is Then.QUEUE and ending.queue is not None:
            admission.reasons.append((at, codes.OVERFLOW, admission.queue, ending.queue))
            admission.to_queue(ending.queue, at)
            if ending.say is not None:
                admission.prompts.append(ending.say)
            return False
        admission.ending, admission.outcome = ending, CallOutcome.CLOSED
        return True

    def _apply(self, admission: Admission, subject: Subject) -> None:
        at, reasons = subject.at, admission.reasons
        head_starts: list[tuple[str, float]] = []
        for n, rule in enumerate(self._rules):
            why = rule.why_not(subject)
            if why is not None:
                reasons.append((at, codes.NO_RULE, rule.name, why))
                continue
            if rule.effect.end:
                _end(admission, rule, at)
                return
            reasons.append((at, codes.RULE, rule.name, rule.adds))
            if rule.effect.head_start:
                head_starts.append((rule.name, rule.effect.head_start))
            self._add(admission, rule, subject)
            if rule.effect.stop:
                reasons.append((at, codes.RULES_STOPPED, rule.name, len(self._rules) - n - 1))
                break
        if head_starts:
            admission.head_start = max(seconds for _, seconds in head_starts)
            reasons.append((at, codes.HEAD_START, admission.head_start, tuple(head_starts)))

    def _add(self, admission: Admission, rule: CompiledRule, subject: Subject) -> None:
        """Add a rule's effect, head starts apart. A later queue or language replaces an earlier one."""
        effect = rule.effect
        if effect.say is not None:
            admission.prompts.append(effect.say)
        if effect.first is not None:
            first = self._resolved(effect.first, rule, subject, admission.reasons)
            if first is not None:
                admission.firsts += (first,)
        admission.tier = max(admission.tier, effect.tier)
        if effect.needs:
            admission.needs = merged(admission.needs, effect.needs)
        if effect.queue is not None:
            admission.to_queue(effect.queue, subject.at)
        admission.language = effect.language or admission.language

    def _resolved(
        self, first: FirstTarget, rule: CompiledRule, subject: Subject, reasons: list[Reason]
    ) -> FirstTarget | None:
        """The target with the last agent's name in it; None where there is nobody of that name."""
        if not first.last_agent:
            return first
        agent = last_agent(subject.customer)
        if agent is None or agent not in self._routing.agents:
            reasons.append((subject.at, codes.NO_LAST_AGENT, rule.name, agent))
            return None
        return FirstTarget(agent=agent, hold=first.hold)


def last_agent(customer: Customer | None) -> str | None:
    """Who served the caller last, as far as the directory knows."""
    return customer.last_agent if customer is not None else None


def _end(admission: Admission, rule: CompiledRule, at: float) -> None:
    admission.reasons.append((at, codes.RULE, rule.name, rule.adds))
    admission.ending = Ending(say=rule.effect.say, then=Then.GOODBYE) if rule.effect.say else _RELEASE
    admission.outcome = CallOutcome.BLACKLISTED if rule.blacklist else CallOutcome.RULE
