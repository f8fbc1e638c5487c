"""How good the announced wait is: over a week with rush hours, and in a steady state.

Compared at the very moment of each caller's first announcement, by those who were answered then:

- app_queue's formula: the rolling average of waits, less what the caller has waited already;
- the delay of the head of the line alone: the caller who waits longest will be served next, so it
  takes about as long as he has waited;
- in the steady state, the oracle: the same sum with the true rates.

The week is that of a shop with television spots: three numbers and a hotline in English, agents with
several skills in shifts, talk times that change over the day, VIPs with a head start, widening, rings
that nobody answers. Patience and talk times are not those that the formula assumes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import cos, exp, log, pi, sqrt
from random import Random
from statistics import fmean
from typing import Any

from acd.core.estimates import expected_wait
from acd.core.routing import (
    Announcements,
    CustomerTierIs,
    Effect,
    Ending,
    NumberRoute,
    Queue,
    Routing,
    Rule,
    Then,
    WideningStep,
    WrapUp,
)
from agents.model import AgentProfile
from asterisk.lab.root import Root
from bench.estimate_centre import NODE, Centre, Demand, Shift, Told
from bench.figures import Figure, Outcome

BETTER_THAN_APP_QUEUE = 0.30
WITHIN_OF_ORACLE = 1.10

HOUR = 3600.0
DAY = 24 * HOUR
FEWER = 0.7
"""Of the callers of the first week."""
WEEK = 7 * DAY
SEED = 11
GOODBYE = Ending(say=None, then=Then.GOODBYE)
TELL = Announcements(first=10.0, every=60.0, better_by=60.0)

STEADY_AGENTS = 20
STEADY_TALK = 180.0
STEADY_WRAP_UP = 20.0
STEADY_PATIENCE = 300.0
STEADY_RING = 4.0
STEADY_LOAD = 1.05
STEADY_S = 4 * DAY
STEADY_WARM_S = 0.25 * DAY


async def measure(_root: Root, _rounds: int, say: Callable[[str], None]) -> Outcome:
    """Both, once: everything is drawn from a seed, so rounds would all be the same."""
    say("estimate: a simulated week, the same with fewer callers, four days of steady state")
    return outcome(week(), week(load=FEWER), steady())


def outcome(rush: Centre, fewer: Centre, calm: Centre) -> Outcome:
    """The errors beside those of the others."""
    told = [each for each in rush.told.values() if each.actual is not None]
    mae = {name: mean_error(told, name) for name in ("ours", "rolling", "head")}
    told_fewer = [each for each in fewer.told.values() if each.actual is not None]
    mae_fewer = {name: mean_error(told_fewer, name) for name in ("ours", "rolling", "head")}
    settled = [
        each
        for each in calm.told.values()
        if each.actual is not None and each.at > min(t.at for t in calm.told.values()) + STEADY_WARM_S
    ]
    ours = root_mean_square(error(each, each.ours) for each in settled)
    oracle = root_mean_square(error(each, known(each)) for each in settled)
    rolling = root_mean_square(error(each, each.rolling) for each in settled)
    return Outcome(
        figures=[
            Figure(
                key="mae_s",
                label=f"week with rush hours: mean absolute error, {len(told)} callers",
                value=mae["ours"],
                unit="s",
                compared=f"app_queue {mae['rolling']:.1f} s, head of line {mae['head']:.1f} s",
            ),
            Figure(
                key="better_than_app_queue",
                label="better than app_queue's rolling average by",
                value=1.0 - mae["ours"] / mae["rolling"],
                target=BETTER_THAN_APP_QUEUE,
                smaller=False,
            ),
            Figure(
                key="better_than_head_of_line",
                label="better than the head of the line's delay by",
                value=1.0 - mae["ours"] / mae["head"],
            ),
            Figure(
                key="bias_s",
                label="told too much (+) or too little (-) on average",
                value=-fmean(error(each, each.ours) for each in told),
                unit="s",
                compared=f"mean wait after the announcement {fmean(_actual(t) for t in told):.1f} s",
            ),
            Figure(
                key="fewer.better_than_app_queue",
                label=f"with {1 - FEWER:.0%} fewer callers, better than app_queue's by",
                value=1.0 - mae_fewer["ours"] / mae_fewer["rolling"],
                compared=f"{mae_fewer['ours']:.1f} s, app_queue {mae_fewer['rolling']:.1f} s, "
                f"head of line {mae_fewer['head']:.1f} s",
                target=BETTER_THAN_APP_QUEUE,
                smaller=False,
            ),
            Figure(
                key="rmse_to_oracle",
                label=f"steady state: RMSE beside the oracle's, {len(settled)} callers",
                value=ours / oracle,
                unit="times",
                compared=f"{ours:.1f} s, oracle {oracle:.1f} s, app_queue {rolling:.1f} s",
                target=WITHIN_OF_ORACLE,
            ),
        ],
        raw={
            "week": _summary(rush, told),
            "fewer": _summary(fewer, told_fewer),
            "steady": {"calls": calm.arrived, "answered": calm.answered},
        },
    )


def _summary(centre: Centre, told: Sequence[Told]) -> dict[str, Any]:
    return {
        "seed": SEED,
        "calls": centre.arrived,
        "answered": centre.answered,
        "queues": {name: _queue_errors(told, name) for name in centre.routing.queues},
    }


def _queue_errors(told: Sequence[Told], queue: str) -> dict[str, float]:
    mine = [each for each in told if each.queue == queue]
    return {"told": len(mine)} | {
        name: round(mean_error(mine, name), 2) for name in ("ours", "rolling", "head") if mine
    }


def error(told: Told, estimate: float) -> float:
    """What happened less what was told, in seconds."""
    return _actual(told) - estimate


def _actual(told: Told) -> float:
    assert told.actual is not None, "only callers who were answered are compared"
    return told.actual


def mean_error(told: Iterable[Told], whose: str) -> float:
    """The mean absolute error of `ours`, `rolling` or `head`."""
    return fmean(abs(error(each, getattr(each, whose))) for each in told)


def root_mean_square(errors: Iterable[float]) -> float:
    """In the unit of the errors."""
    return sqrt(fmean(each * each for each in errors))


def known(told: Told) -> float:
    """What somebody who knows the true rates of the steady state would have told."""
    handling = STEADY_RING + STEADY_TALK + STEADY_WRAP_UP
    return expected_wait(told.position - 1, STEADY_AGENTS, 1.0 / handling, 1.0 / STEADY_PATIENCE)


# --- the week


def week(seed: int = SEED, seconds: float = WEEK, load: float = 1.0) -> Centre:
    """A week of a shop with television spots, with so many times the callers."""
    random = Random(seed)
    agents = _agents(random)
    demands = [
        _demand("4001", 0.030, 150.0, load, ((10.0, 0.9), (14.0, 0.7), (20.0, 1.1), (21.5, 0.8))),
        _demand("4002", 0.021, 170.0, load, ((11.0, 0.5), (16.0, 0.6), (20.5, 0.9))),
        _demand("4003", 0.014, 260.0, load, ((12.0, 0.15),)),
        _demand("4004", 0.0045, 200.0, load, ((20.2, 0.08),)),
    ]
    shifts = [shift for n, agent in enumerate(agents) for shift in _shifts(agent.id, n, random)]
    centre = Centre(_routing(agents), demands, shifts, seed, unanswered=0.03)
    centre.run(seconds)
    return centre


def _agents(random: Random) -> list[AgentProfile]:
    """48 people: most sell one thing or both, some serve customers, a few speak English."""
    agents = []
    for n in range(48):
        skills = {}
        if n % 3 != 2:
            skills["knives"] = random.randint(3, 9)
        if n % 3 != 0:
            skills["jewels"] = random.randint(3, 9)
        if n % 4 == 1:
            skills["service"] = random.randint(2, 9)
        if n % 8 == 3:
            skills["english"] = random.randint(3, 9)
        agents.append(_agent(str(1001 + n), skills))
    return agents


def _agent(agent_id: str, skills: dict[str, int]) -> AgentProfile:
    return AgentProfile(
        id=agent_id, name=agent_id, endpoint=f"PJSIP/{agent_id}", node=NODE, skills=skills
    )


def _shifts(agent: str, n: int, random: Random) -> list[Shift]:
    """Early, late or in the evening, with a break, not quite on time; one or two days off."""
    begin = (8.0, 12.0, 16.0)[n % 3]
    shifts = []
    for day in range(7):
        if (n + day) % 7 < 1 + n % 2:
            continue
        start = day * DAY + (begin + random.uniform(-0.1, 0.3)) * HOUR
        pause = start + random.uniform(3.0, 5.0) * HOUR
        shifts.append(Shift(agent=agent, begin=start, end=pause))
        shifts.append(
            Shift(
                agent=agent,
                begin=pause + random.uniform(0.4, 0.7) * HOUR,
                end=start + random.uniform(7.5, 8.0) * HOUR,
            )
        )
    return shifts


def _demand(
    dialled: str, base: float, talk_s: float, load: float, spots: tuple[tuple[float, float], ...]
) -> Demand:
    """Callers between 8 and 24 with a hump at noon and in the evening, and a spot's callers within
    minutes after it (hour of the day, callers per second at its height)."""

    def rate(at: float) -> float:
        hour = at % DAY / HOUR
        if not 8.2 <= hour < 23.5:
            return 0.0
        hump = 1.0 + 0.5 * exp(-(((hour - 11.5) / 1.5) ** 2)) + 0.8 * exp(-(((hour - 20.5) / 1.5) ** 2))
        found = base * hump
        for begin, height in spots:
            since = (hour - begin) * 60.0
            if 0.0 <= since < 20.0:
                found += height * min(1.0, since) * exp(-since / 3.0)
        return load * found

    def talk(random: Random, at: float) -> float:
        """Log-normal with a variation of 0.7; longer at night."""
        mean = talk_s * (1.0 - 0.15 * cos(2 * pi * (at % DAY) / DAY + 0.6))
        sigma = sqrt(log(1 + 0.7**2))
        return random.lognormvariate(log(mean) - sigma * sigma / 2, sigma)

    def patience(random: Random) -> float:
        return random.weibullvariate(420.0, 1.2)

    highest = load * (base * 2.5 + max(height for _, height in spots))
    return Demand(dialled=dialled, rate=rate, at_most=highest, talk=talk, patience=patience, vip=0.05)


def _routing(agents: Sequence[AgentProfile]) -> Routing:
    queues = [
        _queue("knives", widen=(WideningStep(after=60.0, needs=(("knives", 1),)),), level=4),
        _queue("jewels", widen=(WideningStep(after=90.0, needs=(("jewels", 1),)),), level=4),
        _queue("service", widen=(), level=1),
        _queue("english", widen=(), level=1),
    ]
    vip = Rule(name="VIP", when=(CustomerTierIs(tiers=frozenset({"vip"})),), then=Effect(head_start=300))
    return _centre(agents, queues, rules=(vip,))


def _queue(name: str, *, widen: tuple[WideningStep, ...], level: int) -> Queue:
    return Queue(
        name=name,
        label=name,
        needs=((name, level),),
        widen=widen,
        wrap_up=WrapUp(seconds=20.0),
        on_timeout=GOODBYE,
        on_nobody=GOODBYE,
        on_full=GOODBYE,
        announcements=TELL,
    )


def _centre(agents: Sequence[AgentProfile], queues: Sequence[Queue], **more: Any) -> Routing:
    numbers = [NumberRoute(number=str(4001 + n), queue=each.name) for n, each in enumerate(queues)]
    return Routing(
        revision="bench",
        timezone="UTC",
        languages=("en",),
        businesses={},
        numbers={route.number or "": route for route in numbers},
        default_route=NumberRoute(number=None, queue=queues[0].name),
        agents={agent.id: agent for agent in agents},
        rules=more.pop("rules", ()),
        queues={queue.name: queue for queue in queues},
        tiers=frozenset({"vip"}),
    )


# --- the steady state


def steady(seed: int = SEED, seconds: float = STEADY_S) -> Centre:
    """One skill, always the same rates, everything exponential: what the formula assumes."""
    agents = [_agent(str(1001 + n), {"orders": 5}) for n in range(STEADY_AGENTS)]
    handling = STEADY_RING + STEADY_TALK + STEADY_WRAP_UP
    per_second = STEADY_LOAD * STEADY_AGENTS / handling
    demand = Demand(
        dialled="4001",
        rate=lambda at: per_second,
        at_most=per_second,
        talk=lambda random, at: random.expovariate(1.0 / STEADY_TALK),
        patience=lambda random: random.expovariate(1.0 / STEADY_PATIENCE),
    )
    shifts = [Shift(agent=agent.id, begin=0.0, end=seconds) for agent in agents]
    queue = _queue("orders", widen=(), level=1)
    ring = (STEADY_RING, STEADY_RING)
    centre = Centre(_centre(agents, [queue]), [demand], shifts, seed, ring=ring)
    centre.run(seconds)
    return centre
