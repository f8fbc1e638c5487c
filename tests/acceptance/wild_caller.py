"""A caller who says what he likes: SIP by hand, for headers that no decent phone would send."""

from __future__ import annotations

import asyncio
import re
import secrets
from types import TracebackType
from typing import Self

from asterisk.lab.sipp import CARRIER

SDP = (
    "v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
    "m=audio 9 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
)
INVITE = (
    "INVITE sip:{dialled}@127.0.0.1:{sip} SIP/2.0\r\n"
    "Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{id}i\r\n"
    "From: {sender};tag={id}\r\n"
    "To: <sip:{dialled}@127.0.0.1:{sip}>\r\n"
    "Call-ID: {id}\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n"
    "Contact: <sip:carrier@{host}:{port}>\r\n"
    "Content-Type: application/sdp\r\nContent-Length: {length}\r\n\r\n{sdp}"
)
WITHIN = (
    "{method} sip:127.0.0.1:{sip} SIP/2.0\r\n"
    "Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{id}{method}\r\n"
    "From: {sender};tag={id}\r\n{to}\r\n"
    "Call-ID: {id}\r\nCSeq: {number} {method}\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)
OK = "SIP/2.0 200 OK\r\n{copied}Content-Length: 0\r\n\r\n"


class WildCaller(asyncio.DatagramProtocol):
    """One call from the carrier's address. `sender` is the From header without its tag, any bytes
    (as Latin-1). Use it as an async context manager: the call ends with it."""

    def __init__(self, sip_port: int, sender: str, dialled: str) -> None:
        self._target = ("127.0.0.1", sip_port)
        self._values: dict[str, object] = {
            "sip": sip_port, "sender": sender, "dialled": dialled, "host": CARRIER,
            "id": secrets.token_hex(8),
        }  # fmt: skip
        self._to = ""
        self._final: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.DatagramTransport | None = None

    async def answered(self, within_s: float = 15.0) -> int:
        """The final answer to the INVITE: 200, or the code of the refusal."""
        return await asyncio.wait_for(asyncio.shield(self._final), within_s)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(CARRIER, 0))
        self._transport = transport
        self._values["port"] = transport.get_extra_info("sockname")[1]
        sdp = SDP.format(host=CARRIER)
        self._send(INVITE.format(**self._values, length=len(sdp), sdp=sdp))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._final.done() and self._final.result() == 200:
            self._say("BYE", 2)
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, _: object) -> None:
        text = data.decode("latin-1")
        if found := re.match(r"SIP/2\.0 (\d+)", text):
            self._replied(int(found[1]), text)
        elif not text.startswith("ACK"):
            copied = "".join(
                f"{line}\r\n"
                for line in text.split("\r\n")
                if line.startswith(("Via:", "From:", "To:", "Call-ID:", "CSeq:"))
            )
            self._send(OK.format(copied=copied))

    def _replied(self, code: int, text: str) -> None:
        if code < 200 or "INVITE" not in re.findall(r"^CSeq: .*$", text, re.MULTILINE)[0]:
            return
        self._to = re.findall(r"^To: [^\r]*", text, re.MULTILINE)[0]
        self._say("ACK", 1)
        if not self._final.done():
            self._final.set_result(code)

    def _say(self, method: str, number: int) -> None:
        self._send(WITHIN.format(**self._values, to=self._to, method=method, number=number))

    def _send(self, text: str) -> None:
        if self._transport is not None:
            self._transport.sendto(text.encode("latin-1"), self._target)
