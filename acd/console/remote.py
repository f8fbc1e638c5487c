"""`acd reload` and `acd agent`: ask the running engine by its API."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote

import aiohttp
import msgspec
from yarl import URL

from acd.console.screen import out
from acd.errors import OperatorError
from config.settings import Settings

T = TypeVar("T")
TOKEN = "STROWGER_TOKEN"
PATIENCE = aiohttp.ClientTimeout(total=60.0)
"""A big routing file takes the engine some seconds to read."""


class _Taken(msgspec.Struct):
    revision: str


class _Agent(msgspec.Struct):
    agent: str
    name: str
    state: str
    reason: str | None
    pending: str | None


class _Item(msgspec.Struct):
    detail: str = ""


class _Problem(msgspec.Struct):
    detail: str = ""
    errors: list[_Item] | None = None


_TAKEN = msgspec.json.Decoder(_Taken)
_AGENT = msgspec.json.Decoder(_Agent)
_PROBLEM = msgspec.json.Decoder(_Problem)
_GOOD = (200, 201, 204)


async def reload(settings: Settings) -> None:
    """Let the engine read routing, customers and blacklist again; raise what it complains of."""
    taken = await _post(settings, "configuration/reload", None, "an admin's token", _TAKEN)
    out.print(f"taken over: revision {taken.revision}")


async def act(settings: Settings, agent: str, act: str, reason: str | None) -> None:
    """Log an agent in, pause him, ... and say what he is doing then; raise why that cannot be."""
    body = None if reason is None else {"reason": reason}
    path = f"agents/{quote(agent, safe='')}/{act}"
    now = await _post(settings, path, body, "a token of the agent or a supervisor", _AGENT)
    reason = "" if now.reason is None else f" ({now.reason})"
    pending = "" if now.pending is None else f", {now.pending} after the call"
    out.print(f"{now.agent} {now.name}: {now.state}{reason}{pending}")


async def _post(
    settings: Settings,
    path: str,
    body: dict[str, str] | None,
    token_of: str,
    answer_in: msgspec.json.Decoder[T],
) -> T:
    return await ask(settings, "POST", path, body=body, token_of=token_of, answer_in=answer_in)


async def ask(
    settings: Settings,
    method: str,
    path: str,
    *,
    token_of: str,
    answer_in: msgspec.json.Decoder[T],
    body: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> T:
    """Ask the running engine for something; raise OperatorError with what stands against it.

    `path` is quoted already. An empty answer counts as `null`. `token_of` says whose token is needed.
    """
    token = os.environ.get(TOKEN)
    if not token:
        raise OperatorError(f"{TOKEN} is not set: expected {token_of} (acd token create)")
    host = f"[{settings.api_host}]" if ":" in settings.api_host else settings.api_host
    url = f"http://{host}:{settings.api_port}/api/v1/{path}"
    try:
        async with (
            aiohttp.ClientSession(
                headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE
            ) as session,
            session.request(method, _url(url, query), json=body) as answer,
        ):
            text = await answer.text()
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise OperatorError(
            f"no engine answers at {url}: {str(error) or type(error).__name__}"
        ) from error
    try:
        if answer.status in _GOOD:
            return answer_in.decode(text if answer.status != 204 else "null")
        problem = _PROBLEM.decode(text)
    except msgspec.DecodeError as error:
        raise OperatorError(f"it is no engine that answers at {url}: {answer.status}") from error
    details = [item.detail for item in problem.errors or ()]
    raise OperatorError("\n".join(details or [problem.detail or str(answer.status)]))


def _url(url: str, query: Mapping[str, str] | None) -> URL:
    """Raises ValueError."""
    made = URL(url, encoded=True)
    return made if query is None else made.with_query(query)
