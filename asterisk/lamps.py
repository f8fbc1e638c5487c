"""The message-waiting lamps of the agents' phones.

Asterisk's own way for other programs to say how many messages there are (res_mwi_external, and ARI's
mailboxes upon it) excludes app_voicemail, and Debian builds Asterisk without it. What every Asterisk has
is the application MinivmMWI: a Local channel goes through a line of the rendered dialplan that runs it.
The phones' SIP NOTIFY is Asterisk's business from there on, also when a phone registers later.
"""

from __future__ import annotations

from acd.core.message_words import SetLamp
from asterisk.ari import requests
from asterisk.line import Line

CONTEXT = "strowger-lamps"
DOMAIN = "strowger"
AGENT, NEW, OLD = "STROWGER_AGENT", "STROWGER_NEW", "STROWGER_OLD"
AT_MOST = 9_999
"""More is not told: no phone shows it."""
WITHIN_S = 5


def mailbox(agent: str) -> str:
    """What Asterisk calls an agent's mailbox."""
    return f"{agent}@{DOMAIN}"


class Lamps:
    """Tells Asterisk what each lamp is to show, and again where Asterisk itself began anew."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._shown: dict[str, tuple[int, int]] = {}

    def show(self, command: SetLamp) -> None:
        """See acd.core.message_words.SetLamp."""
        counts = min(command.new, AT_MOST), min(command.old, AT_MOST)
        self._shown[command.agent] = counts
        self._tell(command.agent, *counts)

    def show_again(self) -> None:
        """An Asterisk that has just started knows of no message."""
        for agent, counts in self._shown.items():
            if counts != (0, 0):
                self._tell(agent, *counts)

    def _tell(self, agent: str, new: int, old: int) -> None:
        request = requests.run_dialplan(
            endpoint=f"Local/s@{CONTEXT}",
            context=CONTEXT,
            variables={AGENT: agent, NEW: str(new), OLD: str(old)},
            timeout_s=WITHIN_S,
        )
        self._line.tell(request, "set lamp")
