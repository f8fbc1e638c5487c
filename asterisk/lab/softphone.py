"""A real softphone without a screen: one baresip, driven over its control connection (ctrl_tcp).

What baresip 1.1 can and can't do decides the shape. One process is one phone: with several
accounts in a process it dials by the first that fits the domain, whichever was selected. Commands
act on the phone's current call, so a phone has one call at a time and refuses a second with 486.
An account is added by command once the control connection stands, so that no event is missed.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import TracebackType
from typing import Self

from asterisk.lab import program
from asterisk.lab.errors import PhoneTimeout, ToolFailed
from asterisk.lab.netstring import frame, read_frame
from asterisk.lab.ports import PortBlock
from asterisk.lab.root import Root
from asterisk.lab.rtptap import RtpTap

WITHIN_S = 10.0
CONNECT_EVERY_S = 0.02
RTP_PORTS = 10
CONFIG = (Path(__file__).parent / "baresip.conf").read_text(encoding="utf-8")


class PhoneCall:
    """One call as the phone sees it. The awaitables return at once for what has happened already,
    and raise `PhoneTimeout` with all that did happen if it does not happen in time."""

    def __init__(self, phone: Softphone, call_id: str, peer: str, display: str, heard: Path) -> None:
        self.id = call_id
        self.peer = peer
        self.display = display
        self.heard = heard
        """A WAV of what the phone was sent to hear, written when the call is closed."""
        self.reason: str | None = None
        """Why the call closed, such as `486 Busy Here` or `Connection reset by peer`."""
        self._phone = phone
        self._seen: list[str] = []
        self._news = asyncio.Condition()

    @property
    def caller(self) -> str:
        """The number of the far side."""
        return self.peer.removeprefix("sip:").split("@")[0]

    @property
    def is_closed(self) -> bool:
        """Whether the call is over."""
        return "CALL_CLOSED" in self._seen

    async def ringing(self, within_s: float = WITHIN_S) -> None:
        """The far side rings."""
        await self._until("CALL_RINGING", within_s)

    async def established(self, within_s: float = WITHIN_S) -> None:
        """The call is answered, by either side."""
        await self._until("CALL_ESTABLISHED", within_s)

    async def hearing(self, within_s: float = WITHIN_S) -> None:
        """The first sound (RTP) has come in."""
        await self._until("CALL_RTPESTAB", within_s)

    async def closed(self, within_s: float = WITHIN_S) -> str:
        """The call is over; why."""
        await self._until("CALL_CLOSED", within_s)
        return self.reason or ""

    async def answer(self) -> None:
        """Pick up, and wait until the call stands."""
        await self._phone.command("accept")
        await self.established()

    async def reject(self) -> None:
        """Refuse it while it rings (486, the only code that this baresip can give)."""
        await self.hangup()

    async def hangup(self) -> None:
        """End it, and wait for its end. After a call that the far side refused, baresip takes the next
        as its current one only when it rings: so it is told which one is meant."""
        await self._phone.command("callfind", self.id)
        await self._phone.command("hangup")
        await self.closed()

    async def dtmf(self, digits: str) -> None:
        """Press keys."""
        await self._phone.command("sndcode", digits)

    async def mute(self) -> None:
        """Say nothing from now on, or speak again."""
        await self._phone.command("mute")

    async def hold(self) -> None:
        """Put the far side on hold."""
        await self._phone.command("hold")

    async def resume(self) -> None:
        """Take the far side off hold."""
        await self._phone.command("resume")

    async def transfer(self, uri: str) -> None:
        """Hand the far side to `uri` without asking there first (REFER)."""
        await self._phone.command("transfer", uri)

    async def transfer_refused(self, within_s: float = WITHIN_S) -> None:
        """Wait until a transfer has failed."""
        await self._until("TRANSFER_FAILED", within_s)

    async def saw(self, event: str, reason: str) -> None:
        """Take note of an event of baresip's."""
        async with self._news:
            self._seen.append(event)
            if event == "CALL_CLOSED":
                self.reason = reason
            self._news.notify_all()

    async def _until(self, event: str, within_s: float) -> None:
        def over() -> bool:
            return event in self._seen or self.is_closed

        async with self._news:
            try:
                await asyncio.wait_for(self._news.wait_for(over), within_s)
            except TimeoutError as late:
                raise PhoneTimeout(self._story(f"no {event} within {within_s:g} s")) from late
        if event not in self._seen:
            raise PhoneTimeout(self._story(f"closed ({self.reason}) before {event}"))

    def _story(self, what: str) -> str:
        return f"{self._phone.name}'s call with {self.peer}: {what}; it saw {self._seen}"


class Softphone:
    """A phone that says a tone of `tone_hz` into every call; what it is sent to hear is kept.

    Its far sides can tell it by the tone (`asterisk.lab.tone`). Use it as an async context
    manager, or `start` and `stop` it.
    """

    def __init__(self, root: Root, name: str, ports: PortBlock, *, tone_hz: int = 440) -> None:
        self.name = name
        self.tone_hz = tone_hz
        self.folder = root.scratch(f"phone-{name}")
        self.output = self.folder / "output"
        # baresip takes the port after it too, for TLS.
        self.sip_port = ports.span(2).start
        self._control_port = ports.take()
        self._root = root
        self._calls: dict[str, PhoneCall] = {}
        self._incoming: asyncio.Queue[PhoneCall] = asyncio.Queue()
        self._registered: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._answers: asyncio.Queue[tuple[bool, str]] = asyncio.Queue()
        self.lamp: asyncio.Queue[str] = asyncio.Queue()
        """What Asterisk says of messages that wait, as often as it says it (RFC 3842)."""
        self._one_command = asyncio.Lock()
        self._account = ""
        self._rtp = rtp = ports.span(RTP_PORTS)
        values = {
            "sip_port": self.sip_port,
            "control_port": self._control_port,
            "rtp_first": rtp.start,
            "rtp_last": rtp.stop - 1,
            "tone_hz": tone_hz,
            "folder": root.inside(self.folder),
            "modules": root.inside(_modules(root)),
        }
        (self.folder / "config").write_text(CONFIG.format(**values), encoding="utf-8")
        (self.folder / "accounts").write_text("# added by command\n", encoding="utf-8")

    async def start(self) -> None:
        """Start it and connect to its control port."""
        self._tap = RtpTap(self._rtp)
        self._process = await program.start(
            self._root,
            ["baresip", "-f", self._root.inside(self.folder)],
            output=self.output,
            keyboard=True,
        )
        reader, self._writer = await self._connect()
        self._reading = asyncio.create_task(self._read(reader), name=f"phone {self.name}")

    async def stop(self) -> None:
        """Unregister, end its call and the program."""
        await program.stop(self._process)
        await self._reading
        self._writer.close()
        self._tap.close()

    async def kill(self) -> None:
        """End it as pulling its plug does: the far sides are not told."""
        self._process.kill()
        await self._process.wait()
        await self._reading
        self._writer.close()
        for call in self._calls.values():
            if not call.is_closed:
                self._tap.save(call.heard)
                await call.saw("CALL_CLOSED", "phone unplugged")
        self._tap.close()

    async def register(
        self,
        server: str,
        user: str,
        password: str,
        transport: str = "udp",
        within_s: float = WITHIN_S,
        *,
        lamp: bool = False,
    ) -> None:
        """Register `user` at `server` (host:port); raises `ToolFailed` with the refusal. With `lamp` it
        asks whether messages wait.

        A phone that has an account already is unplugged and started anew: baresip ends the old
        registration in the background, and might take the new one, of the same name, with it.
        """
        if self._account:
            await self.kill()
            await self.start()
        account = (
            f"<sip:{user}@{server};transport={transport}>;auth_user={user};auth_pass={password}"
            f";answermode=manual;regint=300;audio_codecs=pcma,pcmu;mwi={'yes' if lamp else 'no'}"
        )
        self._account = f"sip:{user}@{server}"
        self._registered = asyncio.Queue()
        await self.command("uanew", account)
        await self._registration(within_s)

    async def unregister(self) -> None:
        """Take the account away, if there is one; Asterisk hears of it a moment later."""
        if self._account:
            await self.command("uadel", self._account)
            self._account = ""

    async def dial(self, uri: str) -> PhoneCall:
        """Begin a call; await its `established`."""
        said = await self.command("dial", uri)
        return self._call(said.removeprefix("call id:").strip(), uri, "")

    async def incoming(self, within_s: float = WITHIN_S) -> PhoneCall:
        """The next call that rings at this phone."""
        try:
            return await asyncio.wait_for(self._incoming.get(), within_s)
        except TimeoutError as late:
            raise PhoneTimeout(f"No call rang at {self.name} within {within_s:g} s.") from late

    @property
    def is_silent(self) -> bool:
        """Whether no call has rung that was not yet taken by `incoming`."""
        return self._incoming.empty()

    async def command(self, name: str, parameters: str = "") -> str:
        """What baresip answers to a command of its menu."""
        async with self._one_command:
            self._send(name, parameters, token="answer")
            try:
                ok, said = await asyncio.wait_for(self._answers.get(), WITHIN_S)
            except TimeoutError as late:
                raise PhoneTimeout(f"{self.name} did not answer {name}.\n{self.tail()}") from late
        if not ok:
            raise ToolFailed(f"{self.name} refused {name} {parameters}: {said.strip()}")
        return said

    def tail(self) -> str:
        """The end of what baresip printed."""
        return program.tail(self.output)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with asyncio.timeout(WITHIN_S):
            while self._process.returncode is None:
                try:
                    return await asyncio.open_connection("127.0.0.1", self._control_port)
                except ConnectionRefusedError:
                    await asyncio.sleep(CONNECT_EVERY_S)
        raise ToolFailed(f"{self.name} did not start.\n{self.tail()}")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while True:
            try:
                message = json.loads(await read_frame(reader))
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            if message.get("event"):
                await self._event(message)
            elif message.get("token") == "answer":
                self._answers.put_nowait((message["ok"], message.get("data", "")))

    def _send(self, name: str, parameters: str, token: str) -> None:
        request = json.dumps({"command": name, "params": parameters, "token": token})
        self._writer.write(frame(request.encode()))

    async def _event(self, event: dict[str, str]) -> None:
        kind, about = event["type"], event.get("param", "")
        if kind in ("REGISTER_OK", "REGISTER_FAIL"):
            self._registered.put_nowait((kind, about))
        elif kind == "MWI_NOTIFY":
            self.lamp.put_nowait(about)
        if not event.get("id"):
            return
        call = self._call(event["id"], event["peeruri"], event.get("peerdisplayname", ""))
        if kind == "CALL_CLOSED":
            self._tap.save(call.heard)
        await call.saw(kind, about)
        if kind == "CALL_INCOMING":
            self._incoming.put_nowait(call)

    async def _registration(self, within_s: float) -> None:
        try:
            kind, said = await asyncio.wait_for(self._registered.get(), within_s)
        except TimeoutError as late:
            raise PhoneTimeout(f"{self.name} got no answer to its registration.") from late
        if kind == "REGISTER_FAIL":
            raise ToolFailed(f"{self.name} was not registered: {said}")

    def _call(self, call_id: str, peer: str, display: str) -> PhoneCall:
        if call_id not in self._calls:
            heard = self.folder / f"heard-{len(self._calls) + 1}.wav"
            self._calls[call_id] = PhoneCall(self, call_id, peer, display, heard)
        return self._calls[call_id]


def _modules(root: Root) -> Path:
    for pattern in ("usr/lib/baresip/modules", "usr/lib/*/baresip/modules"):
        if found := sorted(root.folder.glob(pattern)):
            return found[0]
    raise ToolFailed(f"There are no baresip modules below {root.folder}/usr/lib.")
