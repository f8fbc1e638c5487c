"""An agent's hanging up to the next waiting caller's INVITE at his phone, beside app_queue.

Five agents, each on a phone of his own, so that both moments are told from the port; talk times spread
over 0.6 to 1.9 s; 80 callers wait before the first agent comes free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from statistics import median

from asterisk.lab.root import Root
from asterisk.lab.siptap import SipMessage, SipTap
from bench.centre import APP_QUEUE, FIRST_AGENT, STROWGER, Centre, centre
from bench.figures import Figure, Outcome, percentile, spread

TALK_MS = (600, 925, 1250, 1575, 1900)
WAITING = 80
CALLERS = WAITING + len(TALK_MS)
ARRIVE_PER_S = 200
FASTER_TARGET, P99_TARGET_MS = 50.0, 15.0


async def measure(root: Root, rounds: int, say: Callable[[str], None]) -> Outcome:
    """Both sides in turns; the engine runs only in its own turns."""
    talk_ms = {str(FIRST_AGENT + number): talk for number, talk in enumerate(TALK_MS)}
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    async with centre(root, talk_ms=talk_ms) as at:
        for number in range(1, rounds + 1):
            await at.engine.start()
            await at.log_in()
            ours.append(await _turn(at, STROWGER))
            await at.engine.stop()
            theirs.append(await _turn(at, APP_QUEUE))
            say(
                f"free_to_ring {number}/{rounds}: p50 {ours[-1][0]:.2f} p99 {ours[-1][1]:.2f} ms "
                f"beside app_queue's {theirs[-1][0]:.0f} and {theirs[-1][1]:.0f} ms"
            )
    return _outcome(ours, theirs)


async def _turn(at: Centre, dialled: str) -> tuple[float, float]:
    """The p50 and p99 in milliseconds."""
    sip = at.asterisk.ports.sip
    async with SipTap([sip]) as tap:
        run = at.callers(dialled, CALLERS, ARRIVE_PER_S)
        await run.start()
        await run.wait(120)
    delays = [s * 1e3 for s in free_to_ring_s(tap.messages, {phone.port for phone in at.phones})]
    if len(delays) != WAITING:
        raise AssertionError(f"{WAITING} waited, but {len(delays)} were rung for after another.")
    return percentile(delays, 0.5), percentile(delays, 0.99)


def free_to_ring_s(messages: Iterable[SipMessage], phones: Iterable[int]) -> list[float]:
    """From each BYE that a phone (its port) sends to the next INVITE that it gets.

    Repetitions of either don't count.
    """
    free: dict[int, float] = {}
    seen: set[tuple[str, str]] = set()
    ports = frozenset(phones)
    delays = []
    for message in messages:
        kind = message.start.partition(" ")[0]
        if kind not in ("BYE", "INVITE") or (kind, message.call_id) in seen:
            continue
        if kind == "BYE" and message.source_port in ports:
            free[message.source_port] = message.at
        elif kind == "INVITE" and message.target_port in free:
            delays.append(message.at - free.pop(message.target_port))
        seen.add((kind, message.call_id))
    return delays


def _outcome(ours: list[tuple[float, float]], theirs: list[tuple[float, float]]) -> Outcome:
    p50, p99 = [turn[0] for turn in ours], [turn[1] for turn in ours]
    their_p50, their_p99 = [turn[0] for turn in theirs], [turn[1] for turn in theirs]
    figures = [
        Figure(
            key="p50_times_faster",
            label="free to ring, p50",
            value=median(their_p50) / median(p50),
            unit="times faster",
            compared=f"{median(p50):.2f} ms, app_queue {median(their_p50):.0f} ms",
            target=FASTER_TARGET,
            smaller=False,
            noise=spread(their_p50, p50),
        ),
        Figure(
            key="p99_ms",
            label="free to ring, p99",
            value=median(p99),
            unit="ms",
            compared=f"app_queue {median(their_p99):.0f} ms",
            target=P99_TARGET_MS,
            noise=f"{min(p99):.1f} to {max(p99):.1f}",
        ),
    ]
    raw = {
        "strowger": {"p50_ms": p50, "p99_ms": p99},
        "app_queue": {"p50_ms": their_p50, "p99_ms": their_p99},
    }
    return Outcome(figures=figures, raw=raw)
