"""The machine that is measured on, and what its processes take of it."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asterisk.lab.root import Root, asterisk_version

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def facts(root: Root | None) -> dict[str, Any]:
    """What somebody needs to know to compare figures with those of another machine."""
    version = asterisk_version(root) if root is not None else ()
    return {
        "cores": os.cpu_count(),
        "cpu": _cpu_model(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "asterisk": ".".join(map(str, version)) or None,
    }


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor()


def cpu_s(pid: int) -> float:
    """CPU seconds of a process so far, all its threads and both user and system time."""
    text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    after_name = text.rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS_PER_S


def resident_bytes(pid: int) -> int:
    """Memory of a process that is in RAM now."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How busy the whole machine has been since it started, in CPU seconds."""

    busy: float
    total: float

    @classmethod
    def now(cls) -> Load:
        """As /proc/stat says."""
        first = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:]
        ticks = [int(part) for part in first[:8]]
        idle = ticks[3] + ticks[4]
        return cls(busy=(sum(ticks) - idle) / TICKS_PER_S, total=sum(ticks) / TICKS_PER_S)

    def share_since(self, before: Load) -> float:
        """The busy share of all cores since then, 0 to 1."""
        spent = self.total - before.total
        return (self.busy - before.busy) / spent if spent else 0.0
