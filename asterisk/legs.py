"""What the adapter keeps of the channels that are ours: just enough to translate."""

from __future__ import annotations

from typing import Literal


class CallerLeg:
    """A caller's channel: whether it was answered, hears music, has a bridge, plays a prompt, whether a
    phone is being dialled for it that does not ring yet, and whether it is to be told or was told that
    one rings. `joined` is the leg (an offer, or an outside number's) that shares the bridge with him, or
    is to. `outside` is the leg to an outside number that was dialled for him. `mailbox`: an agent's own
    phone, which listens to messages. `parted`: he has been in a bridge and played nothing since;
    `held` is a playback that was not asked for yet."""

    __slots__ = (
        "answered",
        "bridged",
        "dialling",
        "held",
        "joined",
        "mailbox",
        "music",
        "outside",
        "parted",
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
        mailbox: bool = False,
    ) -> None:
        self.answered = answered
        self.music = music
        self.bridged = bridged
        self.joined = joined
        self.mailbox = mailbox
        self.outside: str | None = None
        self.prompt: str | None = None
        self.playback: str | None = None
        self.held: str | None = None
        self.prompts = 0
        self.parted = False
        self.dialling = False
        self.ringback: Literal["due", "told"] | None = None


class AgentLeg:
    """A channel that we dialled towards an agent for a call. `playing` are the prompts that he hears, by
    playback; None where he is told nothing, and his keys mean nothing."""

    __slots__ = ("agent", "answered", "call", "cancelled", "channel", "playing")

    def __init__(self, *, channel: str, call: str, agent: str, answered: bool = False) -> None:
        self.channel = channel
        self.call = call
        self.agent = agent
        self.answered = answered
        self.cancelled = False
        self.playing: dict[str, str] | None = None


class CustomerLeg:
    """A channel that we dial towards a customer, until he answers: then he is a caller."""

    __slots__ = ("cancelled", "rings")

    def __init__(self) -> None:
        self.rings = False
        self.cancelled = False


class OutsideLeg:
    """A channel that we dialled towards an outside number for a caller."""

    __slots__ = ("answered", "call")

    def __init__(self, *, call: str, answered: bool = False) -> None:
        self.call = call
        self.answered = answered


class Legs:
    """All channels of ours on one node, by channel id; those of agents by offer.

    `announcing` maps to the playback's id, `dialled` from a phone to the leg that will ring there.
    """

    __slots__ = ("agents", "announcing", "callers", "customers", "dialled", "outside")

    def __init__(self) -> None:
        self.callers: dict[str, CallerLeg] = {}
        self.agents: dict[str, AgentLeg] = {}
        self.announcing: dict[str, str] = {}
        self.dialled: dict[str, str] = {}
        self.customers: dict[str, CustomerLeg] = {}
        self.outside: dict[str, OutsideLeg] = {}

    def channel_of(self, offer: str) -> str:
        """What the channel of an offer is called, while it is there."""
        leg = self.agents.get(offer)
        return offer if leg is None else leg.channel
