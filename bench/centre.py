"""A call centre to measure on: one Asterisk, agents' phones, and two ways to the same agents.

`STROWGER` is the number whose calls the engine distributes, `APP_QUEUE` the one whose calls Asterisk's
own queue does, with the same members on the same phones. No Answer() stands before either. Dialplan
and fallback queues are those that `acd provision` renders.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from asterisk.lab import sipp
from asterisk.lab.instance import AsteriskInstance, InstancePorts
from asterisk.lab.ports import PortBlock, free_ports
from asterisk.lab.root import Root
from asterisk.lab.sipp import CARRIER, SippRun
from asterisk.provision import INBOUND_CONTEXT, PHONES_CONTEXT, Site, phones_of, render
from bench.product import Engine
from config.load import load

STROWGER = "4008001001"
APP_QUEUE = "4008001009"
QUEUE_NAME = "orders"
LOG_IN = "*11"
NODE = "bench"
FIRST_AGENT = 1001
LOGIN_RATE_PER_S = 50

# Verbose lines cost Asterisk as much as a call's signalling, so neither side writes them.
LOGGER = "[general]\n[logfiles]\nmessages.log => notice,warning,error\n"

CARRIER_ENDPOINT = f"""\
[carrier]
type = endpoint
context = carrier
disallow = all
allow = alaw,ulaw
direct_media = no

[carrier]
type = identify
endpoint = carrier
match = {CARRIER}
"""

AGENT_ENDPOINT = """\
[{agent}]
type = endpoint
context = agents
aors = {agent}
disallow = all
allow = alaw,ulaw
direct_media = no

[{agent}]
type = aor
contact = sip:{agent}@127.0.0.1:{port}
"""

DIALPLAN = f"""\
[carrier]
exten = {APP_QUEUE},1,Queue(bench)
 same = n,Hangup()
include = {INBOUND_CONTEXT}

[agents]
include = {PHONES_CONTEXT}
"""

QUEUE = """\
[bench]
strategy = leastrecent
autofill = yes
retry = 1
timeout = 20
wrapuptime = 0
ringinuse = no
joinempty = yes
musicclass = default
"""

ROUTING = """\
version: 1
timezone: Asia/Shanghai
languages: [zh-CN, en]
skills: [orders]
groups: [vip]
tiers: [vip, gold]
businesses:
  knives: {{name: 刀具, campaign: late show}}
numbers:
  "{number}": {{business: knives, queue: orders}}
  default: {{queue: orders}}
agents:
{agents}
rules:
  - name: blacklist
    when: {{caller: {{in: blacklist}}}}
    then: {{say: system_busy, end: true}}
  - name: VIP
    when: {{customer: {{tier: [vip, gold]}}}}
    then: {{first: {{group: vip}}, head_start: 10m}}
  - name: returning customer
    when: {{customer: {{last_agent: {{within: 90d}}}}}}
    then: {{first: {{agent: last, for: 15s}}, head_start: 5m}}
queues:
  orders:
    needs: {{orders: 3}}
    widen:
      - {{after: 20s, needs: {{orders: 1}}}}
    strategy: longest_idle
    ring: 20s
    wrap_up: {{for: 0s}}
    service_level: {{within: 20s, target: 80%}}
    waiting: {{music: default, for_at_most: 1h}}
    on_timeout: callback
    on_nobody: callback
"""


@dataclass(slots=True, kw_only=True)
class Centre:
    """What stands while it is measured. Callers' numbers are never used twice: nobody returns."""

    root: Root
    ports: PortBlock
    asterisk: AsteriskInstance
    phones: Sequence[SippRun]
    agents: Sequence[str]
    engine: Engine
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _runs: Iterator[int] = field(default_factory=count)

    def callers(
        self, dialled: str, calls: int, rate_per_s: float, *, patience_ms: int = sipp.FOREVER_MS
    ) -> SippRun:
        """That many callers with numbers of their own, not started yet."""
        dialling = [(f"138{next(self._numbers):08}", dialled) for _ in range(calls)]
        return sipp.callers(
            self.root,
            f"callers{next(self._runs)}",
            self.ports,
            f"127.0.0.1:{self.asterisk.ports.sip}",
            dialling,
            rate_per_s=rate_per_s,
            patience_ms=patience_ms,
        )

    async def call(self, dialled: str, calls: int, rate_per_s: float) -> None:
        """Let callers call and wait until all were served."""
        run = self.callers(dialled, calls, rate_per_s)
        await run.start()
        await run.wait(60 + calls / rate_per_s)

    async def log_in(self, agents: Sequence[str] | None = None) -> None:
        """Agents dial the feature code on their phones: all, unless they are named."""
        run = sipp.callers(
            self.root,
            f"login{next(self._runs)}",
            self.ports,
            f"127.0.0.1:{self.asterisk.ports.sip}",
            [(agent, LOG_IN) for agent in (self.agents if agents is None else agents)],
            rate_per_s=LOGIN_RATE_PER_S,
            address="127.0.0.1",
        )
        await run.start()
        await run.wait()


@asynccontextmanager
async def centre(
    root: Root, *, talk_ms: Mapping[str, int], rtp_ports: int = 1600
) -> AsyncIterator[Centre]:
    """A running Asterisk and phones; the engine is configured, but not started.

    `talk_ms` tells by agent how long he talks; agents who talk equally long share a SIPp. Ports are
    taken anew for each run of callers, so a centre lasts for a few hundred of them.
    """
    with free_ports(rtp_ports + 1200) as ports:
        runs = {
            talk: sipp.agents(root, f"phones{talk}", ports, talk_ms=talk)
            for talk in sorted(set(talk_ms.values()))
        }
        where = {agent: runs[talk].port for agent, talk in talk_ms.items()}
        folder = root.scratch("bench")
        file = folder / "routing.yaml"
        file.write_text(routing(list(where)), encoding="utf-8")
        asterisk = AsteriskInstance(
            root, NODE, files(where, file), InstancePorts.of(ports, rtp=rtp_ports)
        )
        engine = Engine(folder / "engine", environment(asterisk, file, ports))
        try:
            for run in runs.values():
                await run.start()
            async with asterisk:
                yield Centre(
                    root=root,
                    ports=ports,
                    asterisk=asterisk,
                    phones=list(runs.values()),
                    agents=list(where),
                    engine=engine,
                )
        finally:
            await engine.stop()
            for run in runs.values():
                await run.kill()


def same_talk(agents: int, talk_ms: int) -> dict[str, int]:
    """So many agents who all talk equally long."""
    return {str(FIRST_AGENT + number): talk_ms for number in range(agents)}


def files(phones: Mapping[str, int], routing_file: Path) -> dict[str, str]:
    """Asterisk's configuration for phones (agent to port): as provisioned, but for the phones, whose
    contacts are static, and the queue to compare with."""
    made_of = load(routing_file, node=NODE).routing
    site = Site(node=NODE)
    passwords = dict.fromkeys(phones_of(made_of, site), "no-password")
    made = render(made_of, secrets=passwords, site=site)
    del made["pjsip.d/strowger.conf"]
    endpoints = [AGENT_ENDPOINT.format(agent=agent, port=port) for agent, port in phones.items()]
    members = "".join(f"member => PJSIP/{agent}\n" for agent in phones)
    return made | {
        "logger.conf": LOGGER,
        "pjsip.d/bench.conf": "\n".join([CARRIER_ENDPOINT, *endpoints]),
        "extensions.d/bench.conf": DIALPLAN,
        "queues.d/bench.conf": QUEUE + members,
    }


def routing(agents: Sequence[str]) -> str:
    """The routing YAML: every rule of the example, and agents who may all serve the queue."""
    people = "\n".join(
        f'  "{agent}": {{name: 坐席 {agent}, skills: {{orders: {3 + number % 8}}}'
        + (", groups: [vip]}" if number % 10 == 0 else "}")
        for number, agent in enumerate(agents)
    )
    return ROUTING.format(number=STROWGER, agents=people)


def environment(asterisk: AsteriskInstance, routing_file: Path, ports: PortBlock) -> dict[str, str]:
    """The STROWGER_ variables of an engine at this Asterisk."""
    return {
        "STROWGER_ROUTING_FILE": str(routing_file),
        "STROWGER_NODE": NODE,
        "STROWGER_ARI_URL": asterisk.ari_url.removesuffix("/ari"),
        "STROWGER_ARI_USER": asterisk.user,
        "STROWGER_ARI_PASSWORD": asterisk.password,
        "STROWGER_AMI_PORT": str(asterisk.ports.ami),
        "STROWGER_AMI_USER": asterisk.user,
        "STROWGER_AMI_SECRET": asterisk.password,
        "STROWGER_API_PORT": str(ports.take()),
    }
