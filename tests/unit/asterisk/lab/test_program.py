"""Programs as children: what they print is kept, and they end when told or when we end."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

from asterisk.lab import program
from asterisk.lab.root import Root

HERE = Root(folder=Path("/"))


async def test_output_is_appended(tmp_path: Path) -> None:
    output = tmp_path / "printed"
    for word in ("one", "two"):
        process = await program.start(HERE, ["sh", "-c", f"echo {word}; echo $X"],
                                      output=output, env=["X=yes"])  # fmt: skip
        assert await process.wait() == 0
    assert output.read_text() == "one\nyes\ntwo\nyes\n"
    assert program.tail(output, 2) == "two\nyes"
    assert program.tail(tmp_path / "none") == ""


async def test_a_program_is_asked_to_end_first(tmp_path: Path) -> None:
    script = "trap 'echo bye; exit 0' TERM; echo up; while :; do read -r line || sleep 0.01; done"
    process = await program.start(
        HERE, ["bash", "-c", script], output=tmp_path / "printed", keyboard=True
    )
    while "up" not in program.tail(tmp_path / "printed"):
        os.sched_yield()
    assert process.stdin
    process.stdin.close()
    await program.stop(process)
    assert process.returncode == 0
    assert program.tail(tmp_path / "printed") == "up\nbye"
    await program.stop(process)


async def test_one_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    process = await program.start(
        HERE, ["bash", "-c", "trap '' TERM; echo up; read -r x; sleep 60"],
        output=tmp_path / "printed", keyboard=True,
    )  # fmt: skip
    while "up" not in program.tail(tmp_path / "printed"):
        os.sched_yield()
    await program.stop(process, within_s=0.05)
    assert process.returncode == -9


PARENT = """
import asyncio, os, sys
from pathlib import Path
from asterisk.lab import program
from asterisk.lab.root import Root

async def main():
    here = Root(folder=Path("/"))
    child = await program.start(here, ["sleep", "60"], output=Path(sys.argv[1]))
    print(child.pid, flush=True)
    sys.stdin.readline()
    os.kill(os.getpid(), 9)

asyncio.run(main())
"""


def test_a_child_ends_with_its_parent(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "printed")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as parent:  # fmt: skip
        assert parent.stdin
        assert parent.stdout
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.stdin.write("\n")
        parent.stdin.close()
        ended, _, _ = select.select([child], [], [], 10)
        os.close(child)
    assert ended
