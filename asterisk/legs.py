"""What the adapter keeps of the channels that are ours: just enough to translate."""

from __future__ import annotations

from typing import Literal


class CallerLeg:
    """A caller's channel: whether it was answered, hears music, has a bridge, plays a prompt, whether a
    phone is being dialled for it that does not ring yet, and whether it is to be told or was told that
    one rings. `joined` is the offer whose leg shares the bridge with him, or is to."""

    __slots__ = (
        "answered",
        "bridged",
        "dialling",
        "joined",
        "music",
        "playback",
        "prompt",
        "prompts",
        "ringback",
    )

    def __init__(
        self,
        *,
        answered: bool = False,
        music: bool = False,
        bridged: bool = False,
        joined: str | None = None,
    ) -> None:
        self.answered = answered
        self.music = music
        self.bridged = bridged
        self.joined = joined
        self.prompt: str | None = None
        self.playback: str | None = None
        self.prompts = 0
        self.dialling = False
        self.ringback: Literal["due", "told"] | None = None


class AgentLeg:
    """A channel that we dialled towards an agent for a call."""

    __slots__ = ("agent", "answered", "call", "cancelled")

    def __init__(self, *, call: str, agent: str, answered: bool = False) -> None:
        self.call = call
        self.agent = agent
        self.answered = answered
        self.cancelled = False


class Legs:
    """All channels of ours on one node, by channel id.

    `announcing` maps to the playback's id, `dialled` from a phone to the leg that will ring there.
    """

    __slots__ = ("agents", "announcing", "callers", "dialled")

    def __init__(self) -> None:
        self.callers: dict[str, CallerLeg] = {}
        self.agents: dict[str, AgentLeg] = {}
        self.announcing: dict[str, str] = {}
        self.dialled: dict[str, str] = {}
