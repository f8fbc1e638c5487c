"""`acd reload`: asks the running engine by its API."""

from __future__ import annotations

import os

import aiohttp

from acd.console.screen import out
from acd.errors import OperatorError
from config.settings import Settings

TOKEN = "STROWGER_TOKEN"


async def reload(settings: Settings) -> None:
    """Let the engine read routing, customers and blacklist again; raise what it complains of."""
    token = os.environ.get(TOKEN)
    if not token:
        raise OperatorError(f"{TOKEN} is not set: expected an admin's token (acd token create)")
    url = f"http://{settings.api_host}:{settings.api_port}/api/v1/configuration/reload"
    try:
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session,
            session.post(url) as answer,
        ):
            body = await answer.json()
    except (aiohttp.ClientError, ValueError) as error:
        raise OperatorError(f"no engine answers at {url}: {error}") from error
    if answer.status != 200:
        details = [item.get("detail", "") for item in body.get("errors", ())]
        raise OperatorError("\n".join(details or [body.get("detail", str(answer.status))]))
    out.print(f"taken over: revision {body['revision']}", markup=False)
