"""Callers in a flow, in few words, for playbooks."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from acd.core.hours import OpeningHours
from ivr.model import Exit, Flow, Say
from tests.playbooks.centre import flow_of, menu_first
from tests.playbooks.harness import Playbook
from tests.playbooks.words import arrived, on_duty


def in_menu(flow: Flow | None = None, **changes: Any) -> Playbook:
    return on_duty(Playbook(menu_first(flow, **changes)), "1001") >> arrived()


def leads_to(to: Exit, **changes: Any) -> Playbook:
    """A caller whose flow says nothing and leads to this at once."""
    return in_menu(flow_of(Say(parts=(), go=to)), **changes)


def told_why(play: Playbook, code: str) -> bool:
    why = play.core.why("c1")
    assert why is not None
    return code in [reason[1] for reason in why.trace]


def menu_hours() -> OpeningHours:
    always = tuple(((0, 86_400),) for _ in range(7))
    return OpeningHours(name="always", zone=ZoneInfo("Asia/Shanghai"), weekly=always, closed={})
