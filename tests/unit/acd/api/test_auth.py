"""Who may ask what: dead tokens, wrong roles, and how soon a revoked token is dead."""

from __future__ import annotations

import asyncio

import pytest

from acd.api.app import ROUTES
from acd.api.auth import Authenticator
from acd.api.routes import Route
from acd.api.secrets import LONGEST, hash_secret, new_secret
from acd.archive import Role, TokenRecord
from acd.errors import StoreUnavailable
from tests.unit.acd.api.fakes import FakeArchive
from tests.unit.acd.api.house import ADMIN, READONLY, SECRETS, House, bearer

AGENTS = "/api/v1/agents"
FILLED = {
    "callback": "cb1",
    "agent": "1001",
    "queue": "orders",
    "call": "c1",
    "number": "13800138000",
    "id": "7",
}


def filled(path: str) -> str:
    return path.replace(":[0-9]{1,18}", "").format(**FILLED)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Bearer '; DROP TABLE tokens; --",
        f"Bearer {'x' * (LONGEST + 1)}",
        "Bearer \udcff\udcfe",
        f"Basic {SECRETS[Role.ADMIN]}",
        SECRETS[Role.ADMIN],
    ],
)
async def test_without_a_living_token_nothing_is_told(house: House, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    async with house.session.get(house.url + AGENTS, headers=headers) as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"].startswith('Bearer realm="strowger"')
        assert response.content_type == "application/problem+json"
        assert (await response.json(content_type=None))["type"] == "urn:strowger:problem:bad-token"
    assert house.counted("strowger_bad_input_total", source="api", kind="bad-token") == 1
    assert house.counted("strowger_requests_failed_total", what="api", status="401") == 1


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_every_route_demands_its_role(house: House, route: Route) -> None:
    path = filled(route.path)
    if route.role is None:
        if route.path != "/metrics":
            assert (await house.ask(route.method, path))[0] in (200, 503)
        return
    assert (await house.ask(route.method, path))[0] == 401
    roles = list(Role)
    for role in roles[: roles.index(route.role)]:
        status, body = await house.ask(route.method, path, headers=bearer(role))
        assert status == 403
        assert f"needs the role {route.role.value}" in body["detail"]
    status, _ = await house.ask(route.method, path, headers=bearer(route.role))
    assert status not in (401, 403)


async def test_a_token_is_looked_up_once_in_a_while(house: House) -> None:
    for _ in range(5):
        assert (await house.ask("GET", AGENTS, headers=READONLY))[0] == 200
    assert house.archive.look_ups == 1


async def test_a_revoked_token_is_dead_at_once(house: House) -> None:
    assert (await house.ask("GET", AGENTS, headers=READONLY))[0] == 200
    (readonly,) = (r.id for r in house.archive.token_records.values() if r.role is Role.READONLY)
    assert (await house.ask("DELETE", f"/api/v1/tokens/{readonly}", headers=ADMIN))[0] == 204
    assert (await house.ask("GET", AGENTS, headers=READONLY))[0] == 401
    assert (await house.ask("DELETE", f"/api/v1/tokens/{readonly}", headers=ADMIN))[0] == 404


async def test_a_token_unknown_to_an_unreachable_database_is_not_refused_for_good(
    house: House,
) -> None:
    house.archive.down = True
    assert (await house.ask("GET", AGENTS, headers=READONLY))[0] == 503
    house.archive.down = False
    assert (await house.ask("GET", AGENTS, headers=READONLY))[0] == 200


async def test_what_was_found_is_believed_for_a_while_only() -> None:
    archive = FakeArchive()
    id = archive.add_token("secret", "x", Role.READONLY)
    now = 0.0
    authenticator = Authenticator(archive, keep=5.0, clock=lambda: now)
    assert await authenticator.principal("secret") is not None
    await archive.revoke_token(id, 0.0)
    now = 4.9
    assert await authenticator.principal("secret") is not None
    now = 5.0
    assert await authenticator.principal("secret") is None
    assert await authenticator.principal("secret") is None
    assert archive.look_ups == 3


class SlowArchive(FakeArchive):
    """Finds a token, and takes its time to say so."""

    def __init__(self) -> None:
        super().__init__()
        self.found = asyncio.Event()
        self.go_on = asyncio.Event()

    async def find_token(self, secret_hash: bytes) -> TokenRecord | None:
        record = await super().find_token(secret_hash)
        self.found.set()
        await self.go_on.wait()
        return record


async def test_a_token_revoked_while_it_is_looked_up_is_not_kept() -> None:
    archive = SlowArchive()
    id = archive.add_token("secret", "x", Role.READONLY)
    authenticator = Authenticator(archive, keep=1000.0)
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(authenticator.principal("secret"))
        await archive.found.wait()
        await archive.revoke_token(id, 0.0)
        authenticator.forget()
        archive.go_on.set()
    assert asking.result() is not None
    assert await authenticator.principal("secret") is None


async def test_only_so_many_look_ups_are_kept() -> None:
    archive = FakeArchive()
    authenticator = Authenticator(archive, keep=1000.0)
    for n in range(1001):
        archive.add_token(f"s{n}", f"t{n}", Role.READONLY)
        await authenticator.principal(f"s{n}")
    look_ups = archive.look_ups
    await authenticator.principal("s1000")
    assert archive.look_ups == look_ups
    await authenticator.principal("s0")
    assert archive.look_ups == look_ups + 1


def test_secrets_are_long_random_and_known_by_their_beginning() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(secret.startswith("acd_") and len(secret) == 47 for secret in secrets)
    assert len(hash_secret("x")) == 32


async def test_without_the_database_a_known_token_is_good_for_an_hour() -> None:
    archive = FakeArchive()
    archive.add_token("secret", "x", Role.READONLY)
    now = 0.0
    authenticator = Authenticator(archive, keep=5.0, clock=lambda: now)
    assert await authenticator.principal("secret") is not None
    archive.down = True
    now = 3604.9
    assert await authenticator.principal("secret") is not None
    with pytest.raises(StoreUnavailable):
        await authenticator.principal("another")
    now = 3605.0
    with pytest.raises(StoreUnavailable):
        await authenticator.principal("secret")
