"""What the numbers in an agent's key mean, by strategy, for whoever puts a decision into words.

`free since` is an instant (UTC seconds), `talk today` seconds; `place` counts from 0. The smallest key
is chosen; `most_skilled` notes the sum of levels below zero for that reason. `weight` is no key: it
says how likely the draw was.
"""

from __future__ import annotations

from collections.abc import Mapping

from acd.core.routing import Strategy

KEY_PARTS: Mapping[Strategy, tuple[str, ...]] = {
    Strategy.LONGEST_IDLE: ("free since", "place"),
    Strategy.MOST_SKILLED: ("levels", "free since", "place"),
    Strategy.LEAST_SKILLED: ("levels", "free since", "place"),
    Strategy.FEWEST_CALLS: ("day", "calls today", "free since", "place"),
    Strategy.LEAST_TALK_TIME: ("day", "talk today", "free since", "place"),
    Strategy.ROUND_ROBIN: ("turn", "place"),
    Strategy.FIXED_ORDER: ("place",),
    Strategy.RANDOM: (),
    Strategy.WEIGHTED_RANDOM: ("weight",),
    Strategy.RING_ALL: ("free since", "place"),
}
