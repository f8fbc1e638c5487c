"""What works on the database: `acd calls`, `acd explain CALL`, `acd import`, `acd token`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import pytest

from acd.api.secrets import hash_secret
from acd.archive import Archive, Role
from acd.core import codes
from acd.core.facts import Fact
from acd.runtime.tasks import TaskKeeper
from acd.storage.store import open_archive, open_store
from tests.contract.made_facts import START, ended, entered, whole_call
from tests.unit.acd.console.installation import Installation

T = TypeVar("T")
REASONS = (
    (START, codes.ENTERED, "4008001001", "13800000001", "pbx"),
    (START + 1.5, codes.ANSWERED, "a001"),
    (START + 2.0, "of_tomorrow", "[bold]", 3),
)


def store(installation: Installation, facts: Sequence[Fact]) -> None:
    """Put facts into the installation's database, as an engine does."""

    async def write() -> None:
        settings = installation.settings()
        keeper = TaskKeeper()
        async with open_store(
            settings.secret("database_url"), spool=settings.spool_dir, keeper=keeper
        ) as opened:
            opened.journal.take(facts)
            await opened.journal.written()
        await keeper.close()

    asyncio.run(write())
    installation.said()


def table(said: str) -> list[list[str]]:
    """The cells of a table, its head first."""
    lines = [line for line in said.splitlines() if line[0] in "│┃"]
    return [[cell.strip() for cell in line.replace("┃", "│").split("│")[1:-1]] for line in lines]


def ask(installation: Installation, question: Callable[[Archive], Awaitable[T]]) -> T:
    """What the installation's database knows."""

    async def read() -> T:
        async with open_archive(installation.settings().secret("database_url")) as archive:
            return await question(archive)

    return asyncio.run(read())


def test_calls_before_there_was_any(installation: Installation) -> None:
    store(installation, ())
    (heads,) = table(installation.good("calls"))
    assert heads == ["arrived (UTC)", "dialled", "caller", "queue", "agent", "wait", "outcome", "call"]


def test_calls_and_the_story_of_one(installation: Installation) -> None:
    store(
        installation,
        [
            *whole_call("c1"),
            entered("c2", START + 5, caller=None, dialled="[/x]"),
        ],
    )
    _, *rows = table(installation.good("calls"))
    assert rows == [
        ["2026-11-21 16:31:30", "[/x]", "withheld", "", "", "", "lives", "c2"],
        [
            *["2026-11-21 16:31:25", "4008001001", "13800000001"],
            *["sales", "a001", "12.2 s", "answered", "c1"],
        ],
    ]
    assert table(installation.good("calls", "--limit", "1"))[1:] == rows[:1]
    story = installation.good("explain", "c1")
    assert story.startswith("c1: 13800000001 dialled 4008001001 at 2026-11-21 ")
    assert "UTC: answered\n" in story
    other = installation.good("explain", "c2")
    assert other.startswith("c2: a withheld number dialled [/x] at ")
    assert "UTC: not ended\n" in other


def test_a_story_that_another_version_wrote(installation: Installation) -> None:
    store(installation, [entered("c4", START), ended("c4", START + 60, reasons=REASONS)])
    _, *lines = installation.good("explain", "c4").splitlines()
    assert [line.strip() for line in lines] == [
        "0.000 s  13800000001 dialled 4008001001 on pbx",
        "1.500 s  answered a001",
        "2.000 s  of_tomorrow [bold] 3",
    ]


def test_a_call_that_is_not_there(installation: Installation) -> None:
    store(installation, ())
    assert installation.bad("explain", "c9") == (
        "call 'c9' is not in the database; `acd calls` lists the latest\n"
    )


@pytest.mark.parametrize("limit", ["0", "1001", "x"])
def test_a_list_too_long(installation: Installation, limit: str) -> None:
    assert "--limit" in installation.bad("calls", "--limit", limit)


def test_customers_are_imported(installation: Installation) -> None:
    file = installation.folder / "customers.csv"
    file.write_text(
        "number,name,tier,last_agent,last_order_at\n"
        "+86 138-0013-8000,李,vip,1,2026-01-02 10:00\n"
        "13900139000,,,,\n",
        encoding="utf-8",
    )
    said = installation.good("import", "customers", file)
    assert said.startswith("2 customers imported\n")
    assert "`acd reload`" in said
    customer = ask(installation, lambda archive: archive.customer("8613800138000"))
    assert customer is not None
    assert (customer.name, customer.tier, customer.last_agent) == ("李", "vip", "1")


def test_a_blacklist_is_imported_with_its_author(installation: Installation) -> None:
    file = installation.folder / "blacklist.csv"
    file.write_text("number,reason\n13800138000,prank\n")
    outcome = installation.acd("import", "blacklist", file, "--author", "boss")
    assert outcome.out.startswith("1 blacklist entry imported\n")
    assert "reading" in outcome.err
    (entry,) = ask(installation, lambda archive: archive.blacklist(limit=9)).items
    assert (entry.number, entry.reason, entry.author) == ("13800138000", "prank", "boss")


def test_a_do_not_call_list_is_imported(installation: Installation) -> None:
    file = installation.folder / "list.csv"
    file.write_text("number,reason\n13800138000,asked\n13900139000,asked too\n")
    said = installation.good("import", "do-not-call", file)
    assert said.startswith("2 do-not-call entries imported\n")
    page = ask(installation, lambda archive: archive.do_not_call(limit=9))
    assert {(entry.number, entry.author) for entry in page.items} == {
        ("13800138000", "import"),
        ("13900139000", "import"),
    }


def test_nothing_is_imported_from_a_file_with_mistakes(installation: Installation) -> None:
    file = installation.folder / "customers.csv"
    file.write_text("number,tier\n13800138000,vip\n12a,vip\n13900139000,tin\n13800138000,\n")
    said = installation.bad("import", "customers", file)
    assert f"{file}: nothing was imported\n" in said
    assert "line 3: number: '12a' is not a telephone number" in said
    assert "line 4: tier: unknown tier 'tin'" in said
    assert "line 5: number: 13800138000 stands in line 2 already" in said
    assert ask(installation, lambda archive: archive.customers(tier=None, limit=9)).items == []


def test_of_very_many_mistakes_some_are_shown(installation: Installation) -> None:
    file = installation.folder / "blacklist.csv"
    file.write_text("number,reason\n" + "x,y\n" * 130)
    said = installation.bad("import", "blacklist", file)
    assert said.count("line ") == 100
    assert "... and 30 more" in said


def test_files_that_cannot_be_imported(installation: Installation) -> None:
    nowhere = installation.folder / "nowhere.csv"
    assert f"{nowhere}: No such file or directory" in installation.bad("import", "customers", nowhere)
    assert "Is a directory" in installation.bad("import", "blacklist", installation.folder)
    assert "'agents' is not one of" in installation.bad("import", "agents", nowhere)
    empty = installation.folder / "empty.csv"
    empty.touch()
    assert "line 1: empty; a header expected" in installation.bad("import", "customers", empty)


def test_the_life_of_a_token(installation: Installation) -> None:
    secret = installation.good("token", "create", "[/wall]", "--role", "supervisor").strip()
    installation.good("token", "create", "phone 1", "--role", "agent", "--agent", "1")
    first, second = ask(installation, lambda archive: archive.tokens())
    assert (first.name, first.role, first.agent) == ("[/wall]", Role.SUPERVISOR, None)
    assert (second.role, second.agent) == (Role.AGENT, "1")
    found = ask(installation, lambda archive: archive.find_token(hash_secret(secret)))
    assert found is not None
    assert found.id == first.id

    listed = installation.good("token", "list")
    assert "[/wall]" in listed
    assert "phone 1" in listed
    assert secret not in listed

    said = installation.good("token", "revoke", first.id)
    assert said.startswith(f"token {first.id} revoked\n")
    assert "within 5 seconds" in said
    assert "expected the id of a token that is not revoked" in installation.bad(
        "token", "revoke", first.id
    )
    assert ask(installation, lambda archive: archive.find_token(hash_secret(secret))) is None


@pytest.mark.parametrize(
    "arguments", [("--role", "agent"), ("--role", "admin", "--agent", "1001"), ("--agent", "1001")]
)
def test_only_an_agents_token_names_an_agent(
    installation: Installation, arguments: tuple[str, ...]
) -> None:
    said = installation.bad("token", "create", "x", *arguments)
    assert said == "--agent ID goes with --role agent, and only with it\n"


def test_a_token_that_never_was(installation: Installation) -> None:
    store(installation, ())
    assert installation.bad("token", "revoke", "7").startswith("token 7: ")
    assert "is not one of" in installation.bad("token", "create", "x", "--role", "king")


@pytest.mark.parametrize(
    "command", [("calls",), ("explain", "c1"), ("token", "list"), ("token", "revoke", "1")]
)
def test_who_only_asks_makes_no_database(installation: Installation, command: tuple[str, ...]) -> None:
    said = installation.bad(*command)
    assert f"there is no database {installation.folder}/var/strowger.db" in said
    assert "STROWGER_DATA_DIR" in said
    assert not (installation.folder / "var").exists()


def test_a_token_for_an_agent_who_is_not_there(installation: Installation) -> None:
    said = installation.bad("token", "create", "x", "--role", "agent", "--agent", "9999")
    assert said == "--agent: unknown agent '9999'\n"
    installation.routing.unlink()
    said = installation.bad("token", "create", "x", "--role", "agent", "--agent", "1")
    assert "STROWGER_ROUTING_FILE" in said
    installation.good("token", "create", "x", "--role", "admin")


def test_a_name_in_use_until_it_is_revoked(installation: Installation) -> None:
    installation.good("token", "create", "wall")
    assert "a token named 'wall' exists" in installation.bad("token", "create", "wall")
    (first,) = ask(installation, lambda archive: archive.tokens())
    installation.good("token", "revoke", first.id)
    installation.good("token", "create", "wall")


@pytest.mark.parametrize("command", [("import", "customers", "x.csv"), ("provision", "--dry-run")])
def test_without_the_routing_file_its_setting_is_named(
    installation: Installation, command: tuple[str, ...]
) -> None:
    installation.routing.unlink()
    said = installation.bad(*command)
    assert said == (
        f"there is no routing file {installation.routing}: expected STROWGER_ROUTING_FILE to name it\n"
    )
