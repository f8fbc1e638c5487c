"""Bad input: a clear error in one form, a count, and never more read than the limit."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from acd.api.settings import ApiSettings
from acd.archive import Role
from acd.errors import OperatorError
from tests.unit.acd.api.house import ADMIN, READONLY, SECRETS, SUPERVISOR, House, serve

PAUSE = "/api/v1/agents/1001/pause"
MiB = 1024 * 1024


@pytest.mark.parametrize("path", ["/", "/api/v1", "/api/v1/agent", "/api/v2/agents", "/<b>"])
async def test_an_unknown_route_is_refused_in_the_one_form(house: House, path: str) -> None:
    async with house.session.get(house.url + path) as response:
        assert response.status == 404
        assert response.content_type == "application/problem+json"
        body = await response.json(content_type=None)
    assert body.keys() == {"type", "title", "status", "detail"}
    assert (body["title"], body["status"]) == ("Not Found", 404)


async def test_a_wrong_method_says_which_are_right(house: House) -> None:
    async with house.session.delete(house.url + "/api/v1/agents", headers=ADMIN) as response:
        assert response.status == 405
        assert response.headers["Allow"] == "GET"
        body = await response.json(content_type=None)
    assert body["type"] == "urn:strowger:problem:method-not-allowed"


@pytest.mark.parametrize("data", [b"{", b"nonsense", b'{"reason": "lunch"', b"\xff\xfe", b"[" * 10_000])
async def test_malformed_json_is_a_bad_request(house: House, data: bytes) -> None:
    headers = SUPERVISOR | {"Content-Type": "application/json"}
    status, body = await house.ask("POST", PAUSE, headers=headers, data=data)
    assert (status, body["type"]) == (400, "urn:strowger:problem:bad-request")
    assert house.centre.events == []
    assert house.counted("strowger_bad_input_total", source="api", kind="bad-request") == 1


async def test_json_that_is_no_object_does_not_fit(house: House) -> None:
    for data in (b"[]", b'"lunch"', b"5", b"null"):
        headers = SUPERVISOR | {"Content-Type": "application/json"}
        status, body = await house.ask("POST", PAUSE, headers=headers, data=data)
        assert (status, body["type"]) == (422, "urn:strowger:problem:invalid")


async def test_a_form_is_not_json(house: House) -> None:
    status, _ = await house.ask("POST", PAUSE, headers=SUPERVISOR, data={"reason": "lunch"})
    assert status == 415


async def test_a_body_of_just_the_limit_is_read_and_one_byte_more_is_not() -> None:
    async with serve(ApiSettings(body_bytes=100)) as house:
        headers = SUPERVISOR | {"Content-Type": "application/json"}
        data = json.dumps({"reason": "lunch"}).encode().ljust(100)
        assert (await house.ask("POST", PAUSE, headers=headers, data=data))[0] == 200
        status, body = await house.ask("POST", PAUSE, headers=headers, data=data + b" ")
        assert (status, body["type"]) == (413, "urn:strowger:problem:too-large")


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 9000 + b"\r\n\r\n", "8190 bytes"),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", "8190 bytes"),
        (b"GET /health/live HTTP/1.1\r\nHost x\r\n\r\n", "no HTTP request"),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", "no HTTP request"),
    ],
    ids=["header", "line", "colon", "tls"],
)
async def test_what_is_no_request_is_refused_in_the_one_form(
    house: House, request_: bytes, said: str
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(request_)
    async with asyncio.timeout(30):
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    assert head.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 "))
    assert b"Content-Type: application/problem+json" in head
    assert b"Cache-Control: no-store" in head
    problem = json.loads(body)
    assert (problem["type"], problem["status"]) == ("urn:strowger:problem:bad-request", 400)
    assert said in problem["detail"]
    assert house.counted("strowger_bad_input_total", source="api", kind="bad-request") == 1


async def test_a_defect_of_ours_has_the_one_form_too(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise LookupError("secret detail")

    monkeypatch.setattr(house.centre, "view_agents", broken)
    async with house.session.get(house.url + "/api/v1/agents", headers=READONLY) as response:
        assert (response.status, response.content_type) == (500, "application/problem+json")
        text = await response.text()
    assert json.loads(text)["type"] == "urn:strowger:problem:defect"
    assert "secret detail" not in text
    assert "secret detail" in caplog.text


class Poster:
    """A raw client that goes on sending until it is answered or cut off."""

    def __init__(self, house: House, path: str, *headers: str) -> None:
        self._house = house
        token = SECRETS[Role.ADMIN]
        lines = [f"POST {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", *headers]
        self._head = "\r\n".join([*lines, "", ""]).encode()
        self.sent = 0

    async def post(self, chunks: AsyncIterator[bytes]) -> bytes:
        """All that came back. `sent` counts what went out until then."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._house.port)
        writer.write(self._head)
        answer = asyncio.ensure_future(_read_all(reader))
        try:
            async for chunk in chunks:
                if answer.done():
                    break
                writer.write(chunk)
                await writer.drain()
                self.sent += len(chunk)
        except ConnectionError:
            pass
        finally:
            result = await answer
            writer.close()
        return result


async def _read_all(reader: asyncio.StreamReader) -> bytes:
    """What came until the other side closed or cut the connection."""
    received = b""
    with suppress(ConnectionError):
        while chunk := await reader.read(65536):
            received += chunk
    return received


async def megabytes(count: int, *, chunked: bool) -> AsyncIterator[bytes]:
    block = b" " * MiB
    for _ in range(count):
        yield b"%x\r\n%b\r\n" % (MiB, block) if chunked else block


@pytest.mark.parametrize("path", [PAUSE, "/api/v1/agents/1001/log-in", "/api/v1/customers/import"])
async def test_a_hundred_announced_megabytes_are_refused_at_once(house: House, path: str) -> None:
    poster = Poster(house, path, "Content-Type: text/csv", f"Content-Length: {100 * MiB}")
    answer = await poster.post(megabytes(0, chunked=False))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"type":"urn:strowger:problem:too-large"' in answer
    assert house.counted("strowger_requests_failed_total", what="api", status="413") == 1


async def test_a_hundred_megabytes_in_chunks_are_not_kept(house: House) -> None:
    poster = Poster(house, PAUSE, "Content-Type: application/json", "Transfer-Encoding: chunked")
    answer = await poster.post(megabytes(100_000, chunked=True))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert poster.sent < 100_000 * MiB
    assert (await house.ask("GET", "/api/v1/agents", headers=READONLY))[0] == 200


async def test_a_client_that_asks_first_need_not_send(house: House) -> None:
    length = f"Content-Length: {100 * MiB}"
    poster = Poster(house, PAUSE, length, "Content-Type: application/json", "Expect: 100-continue")
    answer = await poster.post(megabytes(0, chunked=False))
    assert answer.startswith(b"HTTP/1.1 413 ")


async def test_a_client_that_asks_first_with_little_may_send(house: House) -> None:
    headers = SUPERVISOR | {"Content-Type": "application/json"}
    status, _ = await house.ask("POST", PAUSE, headers=headers, data=b"{}", expect100=True)
    assert status == 200


async def test_a_compressed_bomb_counts_as_what_it_becomes(house: House) -> None:
    headers = SUPERVISOR | {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    bomb = gzip.compress(b" " * (20 * MiB))
    assert len(bomb) < MiB
    status, _ = await house.ask("POST", PAUSE, headers=headers, data=bomb)
    assert status == 413


async def test_a_body_that_cannot_be_decompressed_is_a_bad_request(house: House) -> None:
    headers = SUPERVISOR | {"Content-Type": "application/json", "Content-Encoding": "deflate"}
    data = zlib.compress(b"{}" * 1000)[:-30] + b"nonsense" * 10
    status, body = await house.ask("POST", PAUSE, headers=headers, data=data)
    assert (status, body["type"]) == (400, "urn:strowger:problem:bad-request")


async def test_a_client_that_leaves_in_the_middle_does_no_harm(house: House) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", house.port)
    token = SECRETS[Role.ADMIN]
    writer.write(
        f"POST {PAUSE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{".encode()
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await house.ask("GET", "/api/v1/agents", headers=READONLY))[0] == 200
    assert house.centre.events == []


async def test_what_the_archive_refuses_is_the_askers_fault(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise OperatorError("This value cannot be stored.")

    monkeypatch.setattr(house.archive, "put_customers", refuse)
    status, body = await house.ask("PUT", "/api/v1/customers/110", headers=ADMIN, json={})
    assert (status, body["type"]) == (422, "urn:strowger:problem:invalid")
    assert body["detail"] == "This value cannot be stored."
    assert house.centre.customers == {}


async def test_a_broken_handshake_is_no_stream(house: House) -> None:
    headers = READONLY | {"Upgrade": "websocket", "Connection": "Upgrade"}
    status, _ = await house.ask("GET", "/api/v1/events", headers=headers)
    assert status == 426
