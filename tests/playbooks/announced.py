"""Queues that tell their callers how long they wait, for playbooks: the words and the centres."""

from __future__ import annotations

from typing import Any

from acd.core.commands import PlayPrompt, StopPrompt
from acd.core.routing import Announcements
from agents.model import PhoneState
from tests.playbooks.centre import agent, centre, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.words import agent_hung_up, arrived, hung_up, on_duty, phone, prompt_over, talk

TOLD = Announcements(first=30, every=60, better_by=60, at_most=1800)


def told(*sounds: str, call: str = "c1", nth: int = 1) -> PlayPrompt:
    return PlayPrompt(call=call, prompt=f"while_waiting_{nth}", language="zh-CN", sounds=sounds)


def number(position: int) -> tuple[str, ...]:
    return ("you_are_number", f"num_{position}", "in_the_queue")


def cut(call: str = "c1", nth: int = 1) -> StopPrompt:
    return StopPrompt(call=call, prompt=f"while_waiting_{nth}")


def heard(call: str = "c1", nth: int = 1) -> Any:
    return prompt_over(f"while_waiting_{nth}", call)


def busy(announcements: Announcements = TOLD, **changes: Any) -> Playbook:
    """One agent, who is on the phone privately."""
    play = on_duty(Playbook(centre(queues=[queue(announcements=announcements, **changes)])), "1001")
    return play >> phone("1001", PhoneState.IN_USE)


def experienced(announcements: Announcements = TOLD, *agents: str, **changes: Any) -> Playbook:
    """Agents who have handled calls of a minute each; then all are on the phone privately."""
    staff = agents or ("1001",)
    everybody = [agent(each) for each in ("1001", "1002", "1003")]
    play = Playbook(centre(agents=everybody, queues=[queue(announcements=announcements, **changes)]))
    on_duty(play, *staff)
    for n in range(12):
        for each in staff:
            call = f"e{n}-{each}"
            talk(play >> arrived(call), f"{call}-o1")
        play.after(60)
        for each in staff:
            play >> agent_hung_up(f"e{n}-{each}-o1") >> hung_up(f"e{n}-{each}")
    for each in staff:
        play >> phone(each, PhoneState.IN_USE)
    return play
