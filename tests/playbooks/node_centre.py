"""A node that is lost and comes back, in few words, for playbooks."""

from __future__ import annotations

from typing import Any

from acd.core.events import CallArrived, ChannelsReconciled, LiveCall, LiveOffer, NodeLost
from agents.model import PhoneState
from tests.playbooks.centre import NODE, centre, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.words import on_duty

LOST = NodeLost(node=NODE)


FREE = (("1001", PhoneState.FREE),)


def back(*calls: CallArrived, **more: Any) -> ChannelsReconciled:
    """The node is back with these calls."""
    listed = tuple(LiveCall(arrived=each, created_at=0.0) for each in calls)
    return ChannelsReconciled(node=more.pop("node", NODE), calls=listed, **({"restarted": False} | more))


def leg(offer: str = "c1-o1", agent_id: str = "1001", how: str = "ringing") -> LiveOffer:
    return LiveOffer(
        offer=offer,
        call=offer.rsplit("-", 1)[0],
        agent=agent_id,
        answered=how != "ringing",
        connected=how == "connected",
    )


def one(**changes: Any) -> Playbook:
    return on_duty(Playbook(centre(queues=[queue(**changes)])), "1001")
