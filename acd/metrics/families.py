"""Every metric that Strowger exposes, as data: what the engine counts and what the docs list.

Names follow Prometheus: base units (seconds, ratios), counters end in `_total`. Labels are bounded:
queues, numbers and businesses are the configured ones (every other number is "other"), the rest are
closed lists or capped.
"""

from __future__ import annotations

from typing import Final

from acd.metrics.family import Family
from acd.metrics.reach_families import REACH

_WAIT: Final = (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0)
_ERROR: Final = (5.0, 10.0, 20.0, 30.0, 60.0, 90.0, 120.0, 180.0, 300.0, 600.0)
_RING: Final = (1.0, 2.0, 3.0, 5.0, 8.0, 10.0, 15.0, 20.0, 30.0, 60.0)
_TALK: Final = (10.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0)
_WRAP_UP: Final = (5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 120.0, 300.0, 600.0)
_DECISION: Final = (5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 5e-3, 2.5e-2, 0.1)
_LAG: Final = (5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 1.0, 5.0)

# --- by number dialled

CALLS_ENTERED: Final = Family(
    kind="counter",
    name="strowger_calls_entered_total",
    help="Calls that reached the centre, once it is clear that they are not blacklisted ones.",
    labels=("number", "business"),
)
CALLS_ENDED: Final = Family(
    kind="counter",
    name="strowger_calls_ended_total",
    help="Calls that ended, by how: answered, abandoned, timed_out, blacklisted, closed, ...",
    labels=("number", "business", "outcome"),
)
CALLS_ABANDONED_SHORT: Final = Family(
    kind="counter",
    name="strowger_calls_abandoned_short_total",
    help="Ended calls whose callers hung up before the short-abandon threshold; they count in no rate.",
    labels=("number", "business"),
)
CALLS_MISSED: Final = Family(
    kind="counter",
    name="strowger_calls_missed_total",
    help="Callers who are to be called back, by why.",
    labels=("number", "business", "reason"),
)

# --- recordings

RECORDINGS: Final = Family(
    kind="counter",
    name="strowger_recordings_total",
    help="Talks that were to be recorded, by what became of it: recorded, no_room, failed, ...",
    labels=("outcome",),
)

# --- by queue

QUEUE_ENTERED: Final = Family(
    kind="counter",
    name="strowger_queue_calls_entered_total",
    help="Calls that took a place in the queue.",
    labels=("queue",),
)
QUEUE_LEFT: Final = Family(
    kind="counter",
    name="strowger_queue_calls_left_total",
    help="Calls whose stay in the queue ended, by how.",
    labels=("queue", "outcome"),
)
QUEUE_ANSWERED: Final = Family(
    kind="counter",
    name="strowger_queue_calls_answered_total",
    help="Calls of the queue that an agent answered.",
    labels=("queue",),
)
QUEUE_WITHIN: Final = Family(
    kind="counter",
    name="strowger_queue_calls_answered_within_service_level_total",
    help="Calls of the queue answered within its service level's threshold.",
    labels=("queue",),
)
QUEUE_ABANDONED: Final = Family(
    kind="counter",
    name="strowger_queue_calls_abandoned_total",
    help="Callers who hung up while waiting, short ones apart.",
    labels=("queue",),
)
QUEUE_ABANDONED_SHORT: Final = Family(
    kind="counter",
    name="strowger_queue_calls_abandoned_short_total",
    help="Callers who hung up before the short-abandon threshold; they count in no rate.",
    labels=("queue",),
)
QUEUE_WIDENED: Final = Family(
    kind="counter",
    name="strowger_queue_calls_widened_total",
    help="Widening steps taken by waiting calls.",
    labels=("queue",),
)
QUEUE_WAIT: Final = Family(
    kind="histogram",
    name="strowger_queue_wait_seconds",
    help="Time from entering the queue to its end, by result: answered, abandoned, other.",
    labels=("queue", "result"),
    buckets=_WAIT,
)
OFFERS: Final = Family(
    kind="counter",
    name="strowger_queue_offers_total",
    help="Ringings of an agent for a call of the queue, by how they ended.",
    labels=("queue", "outcome"),
)
RING: Final = Family(
    kind="histogram",
    name="strowger_queue_ring_seconds",
    help="How long an agent's phone rang for a call of the queue.",
    labels=("queue",),
    buckets=_RING,
)
TALK: Final = Family(
    kind="histogram",
    name="strowger_queue_talk_seconds",
    help="Talk time of answered calls of the queue.",
    labels=("queue",),
    buckets=_TALK,
)
WRAP_UP: Final = Family(
    kind="histogram",
    name="strowger_queue_wrap_up_seconds",
    help="Wrap-up after calls of the queue.",
    labels=("queue",),
    buckets=_WRAP_UP,
)
WAIT_ANNOUNCED: Final = Family(
    kind="counter",
    name="strowger_queue_wait_announcements_total",
    help="Announcements of position or expected wait to callers who waited in the queue.",
    labels=("queue",),
)
WAIT_ERROR: Final = Family(
    kind="histogram",
    name="strowger_queue_wait_estimate_error_seconds",
    help="How far the first wait told to an answered caller was from what happened, either way.",
    labels=("queue",),
    buckets=_ERROR,
)
WAIT_OVER: Final = Family(
    kind="counter",
    name="strowger_queue_wait_estimate_over_seconds_total",
    help="Seconds by which first waits told were too long, in sum.",
    labels=("queue",),
)
WAIT_UNDER: Final = Family(
    kind="counter",
    name="strowger_queue_wait_estimate_under_seconds_total",
    help="Seconds by which first waits told were too short, in sum.",
    labels=("queue",),
)
WAITING: Final = Family(
    kind="gauge",
    name="strowger_queue_waiting_calls",
    help="Calls that wait in the queue now.",
    labels=("queue",),
    live=True,
)
RINGING: Final = Family(
    kind="gauge",
    name="strowger_queue_ringing_calls",
    help="Calls of the queue for which an agent is being rung now.",
    labels=("queue",),
    live=True,
)
TALKING: Final = Family(
    kind="gauge",
    name="strowger_queue_talking_calls",
    help="Calls of the queue that talk with an agent now.",
    labels=("queue",),
    live=True,
)
LONGEST_WAIT: Final = Family(
    kind="gauge",
    name="strowger_queue_longest_wait_seconds",
    help="The longest wait among the calls that wait in the queue now.",
    labels=("queue",),
    live=True,
)
QUEUE_AGENTS: Final = Family(
    kind="gauge",
    name="strowger_queue_agents",
    help="Agents who could serve the queue now: logged_in, and idle among them.",
    labels=("queue", "state"),
    live=True,
)
SERVICE_LEVEL_THRESHOLD: Final = Family(
    kind="gauge",
    name="strowger_queue_service_level_threshold_seconds",
    help="The queue's configured service level: answered within so many seconds.",
    labels=("queue",),
    live=True,
)
SERVICE_LEVEL_TARGET: Final = Family(
    kind="gauge",
    name="strowger_queue_service_level_target_ratio",
    help="The queue's configured service level: this share of its calls, from 0 to 1.",
    labels=("queue",),
    live=True,
)

# --- agents

AGENTS: Final = Family(
    kind="gauge",
    name="strowger_agents",
    help="Configured agents by state now.",
    labels=("state",),
    live=True,
)
AGENT_SECONDS: Final = Family(
    kind="counter",
    name="strowger_agent_state_seconds_total",
    help="Time that all agents together have spent in a state since the engine started.",
    labels=("state",),
    live=True,
)

# --- the engine

CONNECTED: Final = Family(
    kind="gauge",
    name="strowger_connected",
    help="1 while the connection (ari) is up.",
    labels=("what",),
)
EVENT_LAG: Final = Family(
    kind="histogram",
    name="strowger_event_lag_seconds",
    help="Time from Asterisk's timestamp on an event to its being taken.",
    buckets=_LAG,
)
DECISION: Final = Family(
    kind="histogram",
    name="strowger_decision_seconds",
    help="Time that the core took to decide on an event, by the event's kind.",
    labels=("kind",),
    buckets=_DECISION,
)
MAILBOX: Final = Family(
    kind="gauge",
    name="strowger_mailbox_depth",
    help="Events that wait for a decision.",
)
JOURNAL: Final = Family(
    kind="gauge",
    name="strowger_journal_depth",
    help="Facts taken and not yet in the database, those in the spool included.",
)
SPOOLING: Final = Family(
    kind="gauge",
    name="strowger_spool_active",
    help="1 while facts go to the spool on disk because the database is away.",
)
RELOADS: Final = Family(
    kind="counter",
    name="strowger_config_reloads_total",
    help="Attempts to take over a changed routing file: taken or refused.",
    labels=("result",),
)
RELOAD_OK: Final = Family(
    kind="gauge",
    name="strowger_config_last_reload_successful",
    help="1 unless the last attempt to take over a routing file was refused.",
)
RELOAD_TIME: Final = Family(
    kind="gauge",
    name="strowger_config_last_reload_success_timestamp_seconds",
    help="When a routing file was last taken over (Unix time).",
)
ROUTING: Final = Family(
    kind="gauge",
    name="strowger_routing_info",
    help="1, with the revision of the running routing configuration.",
    labels=("revision",),
    live=True,
)
BAD_INPUT: Final = Family(
    kind="counter",
    name="strowger_bad_input_total",
    help="Malformed input by source (ari, api, core, mail, yaml, import) and kind.",
    labels=("source", "kind"),
)
REQUESTS_FAILED: Final = Family(
    kind="counter",
    name="strowger_requests_failed_total",
    help="Requests refused or failed, by whose (ari, api, ...) and status.",
    labels=("what", "status"),
)
STALE_EVENTS: Final = Family(
    kind="counter",
    name="strowger_stale_events_total",
    help="Events that lawfully came too late to matter, by the row of the state table.",
    labels=("what",),
)

_OURS: Final = [value for value in list(globals().values()) if isinstance(value, Family)]
ALL: Final[tuple[Family, ...]] = (*_OURS, *REACH)
