"""A scripted Asterisk with channels, bridges, endpoints and a time since which it runs."""

from __future__ import annotations

import json
from typing import Any

from tests.unit.asterisk.ari.fake_asterisk import FakeAsterisk, Wire, response

NOON = "2026-11-21T12:00:00.000+0000"
NOON_S = 1795262400.0
APPLICATION = "applications/strowger"


def caller(id: str, dialled: str, *, app: str = "strowger", state: str = "Up") -> dict[str, Any]:
    """The channel of somebody who came in over a trunk and is in our application."""
    return {
        "id": id,
        "name": "PJSIP/carrier-00000001",
        "state": state,
        "creationtime": NOON,
        "caller": {"name": "Li", "number": "13800138000"},
        "dialplan": {"app_name": "Stasis", "app_data": f"{app},inbound,{dialled}"},
    }


def leg(id: str, agent: str, *, state: str = "Up") -> dict[str, Any]:
    """The channel towards an agent's phone, which we dialled."""
    return {
        "id": id,
        "name": f"PJSIP/{agent}-00000002",
        "state": state,
        "creationtime": NOON,
        "dialplan": {"app_name": "AppDial2", "app_data": "(Outgoing Line)"},
    }


def phone(agent: str, state: str = "online", *channels: str) -> dict[str, Any]:
    return {"technology": "PJSIP", "resource": agent, "state": state, "channel_ids": list(channels)}


def started(channel: dict[str, Any], *args: str) -> str:
    """The event of a channel that enters the application."""
    return json.dumps({"type": "StasisStart", "timestamp": NOON, "args": args, "channel": channel})


def device(name: str, state: str) -> str:
    """The event of a device that changes."""
    return json.dumps(
        {
            "type": "DeviceStateChanged",
            "timestamp": NOON,
            "device_state": {"name": name, "state": state},
        }
    )


class Node(FakeAsterisk):
    """All channels are the application's. `refuses` maps a path to the status with which it is refused,
    `garbles` a path to its answer; requests to what is `silent` get no answer."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[str, list[dict[str, Any]]] = {"channels": [], "bridges": [], "endpoints": []}
        self.refuses: dict[str, int] = {}
        self.garbles: dict[str, str] = {}
        self.silent: set[str] = set()
        self.seen: list[str] = []
        self.respond = self._answer
        self.boots(NOON)

    def boots(self, at: str) -> None:
        """From now on it is an Asterisk that runs since then."""
        known = {"system": {"version": self.version}, "status": {"startup_time": at}}
        self.info = (200, json.dumps(known))

    def _answer(self, wire: Wire) -> str | None:
        path = wire["uri"]
        self.seen.append(f"{wire['method']} {path}")
        if path in self.silent:
            return None
        if path in self.refuses:
            return response(wire, self.refuses[path], '{"message":"no"}')
        if path in self.garbles:
            return response(wire, 200, self.garbles[path])
        if wire["method"] == "GET" and path == APPLICATION:
            ids = [channel["id"] for channel in self.lists["channels"]]
            known = {"name": "strowger", "channel_ids": ids}
            return response(wire, 200, json.dumps(known))
        if wire["method"] == "GET" and path in self.lists:
            return response(wire, 200, json.dumps(self.lists[path]))
        return response(wire)

    def answer(self, wire: Wire) -> str:
        """The answer to a request that got none so far."""
        self.silent.discard(wire["uri"])
        answer = self._answer(wire)
        assert answer is not None
        return answer
