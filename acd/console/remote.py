"""`acd reload`: asks the running engine by its API."""

from __future__ import annotations

import os

import aiohttp
import msgspec

from acd.console.screen import out
from acd.errors import OperatorError
from config.settings import Settings

TOKEN = "STROWGER_TOKEN"
PATIENCE = aiohttp.ClientTimeout(total=60.0)
"""A big routing file takes the engine some seconds to read."""


class _Taken(msgspec.Struct):
    revision: str


class _Item(msgspec.Struct):
    detail: str = ""


class _Problem(msgspec.Struct):
    detail: str = ""
    errors: list[_Item] | None = None


_TAKEN = msgspec.json.Decoder(_Taken)
_PROBLEM = msgspec.json.Decoder(_Problem)


async def reload(settings: Settings) -> None:
    """Let the engine read routing, customers and blacklist again; raise what it complains of."""
    token = os.environ.get(TOKEN)
    if not token:
        raise OperatorError(f"{TOKEN} is not set: expected an admin's token (acd token create)")
    host = f"[{settings.api_host}]" if ":" in settings.api_host else settings.api_host
    url = f"http://{host}:{settings.api_port}/api/v1/configuration/reload"
    try:
        async with (
            aiohttp.ClientSession(
                headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE
            ) as session,
            session.post(url) as answer,
        ):
            text = await answer.text()
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise OperatorError(
            f"no engine answers at {url}: {str(error) or type(error).__name__}"
        ) from error
    try:
        if answer.status == 200:
            out.print(f"taken over: revision {_TAKEN.decode(text).revision}")
            return
        problem = _PROBLEM.decode(text)
    except msgspec.DecodeError as error:
        raise OperatorError(f"it is no engine that answers at {url}: {answer.status}") from error
    details = [item.detail for item in problem.errors or ()]
    raise OperatorError("\n".join(details or [problem.detail or str(answer.status)]))
