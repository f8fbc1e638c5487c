"""What is done to a caller's channel itself: answering it, its music, its bridge."""

from __future__ import annotations

from acd.core.commands import StartWaiting
from asterisk.ari import requests
from asterisk.legs import CallerLeg, Legs
from asterisk.line import Line
from asterisk.translate import bridge_of


class Callers:
    """Each thing is done once, whoever asks for it."""

    def __init__(self, *, app: str, line: Line, legs: Legs) -> None:
        self._app = app
        self._line = line
        self._legs = legs

    def get(self, call: str) -> CallerLeg | None:
        """The caller's leg, where he is there."""
        return self._legs.callers.get(call)

    def answer(self, call: str, caller: CallerLeg) -> None:
        """Answer him unless he has been."""
        if not caller.answered:
            caller.answered = True
            self._line.tell(requests.answer(call), "answer")

    def quieten(self, call: str, caller: CallerLeg) -> None:
        """No more music."""
        if caller.music:
            caller.music = False
            self._line.tell(requests.moh_stop(call), "stop music")

    def wait(self, command: StartWaiting) -> None:
        """See acd.core.commands.StartWaiting."""
        caller = self.get(command.call)
        if caller is None:
            return
        self.answer(command.call, caller)
        caller.music = True
        request = requests.moh_start(command.call, moh_class=command.music)
        self._line.tell(request, "start music")

    def make_bridge(self, call: str, caller: CallerLeg, other: str) -> str:
        """The bridge in which he is to meet `other`; its id."""
        bridge = bridge_of(call)
        caller.joined = other
        if not caller.bridged:
            caller.bridged = True
            self._line.tell(requests.create_bridge(bridge, name=self._app), "create bridge")
        return bridge

    def drop_bridge(self, call: str, caller: CallerLeg) -> None:
        """Nobody is in it any more, or only one."""
        caller.joined = None
        if caller.bridged:
            caller.bridged = False
            caller.parted = True
            self._line.tell(requests.delete_bridge(bridge_of(call)), "drop bridge")
