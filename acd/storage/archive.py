"""The Archive port over SQL: one short transaction for each request."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.archive import (
    BlacklistEntry,
    CallFilter,
    Page,
    Role,
    StoredCall,
    StoredMissedCall,
    StoredStory,
    TokenRecord,
)
from acd.core.events import Customer
from acd.reached import (
    CallbackFilter,
    CallbackStory,
    DoNotCallEntry,
    StoredCallback,
    StoredSurvey,
    StoredTape,
    SurveyFilter,
    SurveyGroup,
    SurveySummary,
    WaitErrors,
)
from acd.storage import (
    call_records,
    callback_records,
    directory_records,
    message_records,
    missed_records,
    survey_records,
    tape_records,
    token_records,
)
from acd.storage.database import changing, reading
from acd.storage.number_lists import BLACKLIST, DO_NOT_CALL
from acd.voicemail import MessageFilter, MessageStory, StoredMessage


class SqlArchive:
    """See acd.archive.Archive."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def calls(
        self, where: CallFilter, *, limit: int, cursor: str | None = None
    ) -> Page[StoredCall]:
        async with reading(self._engine) as connection:
            return await call_records.read_calls(connection, where, limit, cursor)

    async def story(self, call: str) -> StoredStory | None:
        async with reading(self._engine) as connection:
            return await call_records.read_story(connection, call)

    async def missed_calls(
        self, *, state: str | None, business: str | None, limit: int, cursor: str | None = None
    ) -> Page[StoredMissedCall]:
        async with reading(self._engine) as connection:
            return await missed_records.read_missed_calls(connection, state, business, limit, cursor)

    async def close_missed_call(self, id: int, *, why: str, at: float) -> bool:
        async with changing(self._engine) as connection:
            return await missed_records.close_missed_call(connection, id, why, at)

    async def customers(
        self, *, tier: str | None, limit: int, cursor: str | None = None
    ) -> Page[Customer]:
        async with reading(self._engine) as connection:
            return await directory_records.read_customers(connection, tier, limit, cursor)

    async def customer(self, number: str) -> Customer | None:
        async with reading(self._engine) as connection:
            return await directory_records.read_customer(connection, number)

    async def put_customers(self, customers: Iterable[Customer]) -> int:
        async with changing(self._engine) as connection:
            return await directory_records.put_customers(connection, customers)

    async def delete_customer(self, number: str) -> bool:
        async with changing(self._engine) as connection:
            return await directory_records.delete_customer(connection, number)

    async def blacklist(self, *, limit: int, cursor: str | None = None) -> Page[BlacklistEntry]:
        async with reading(self._engine) as connection:
            return await BLACKLIST.read(connection, limit, cursor)

    async def put_blacklist(self, entries: Iterable[BlacklistEntry]) -> int:
        async with changing(self._engine) as connection:
            return await BLACKLIST.put(connection, entries)

    async def delete_blacklist(self, number: str) -> bool:
        async with changing(self._engine) as connection:
            return await BLACKLIST.delete(connection, number)

    async def callbacks(
        self, where: CallbackFilter, *, limit: int, cursor: str | None = None
    ) -> Page[StoredCallback]:
        async with reading(self._engine) as connection:
            return await callback_records.read_callbacks(connection, where, limit, cursor)

    async def callback(self, callback: str) -> CallbackStory | None:
        async with reading(self._engine) as connection:
            return await callback_records.read_callback(connection, callback)

    async def messages(
        self, where: MessageFilter, *, limit: int, cursor: str | None = None
    ) -> Page[StoredMessage]:
        async with reading(self._engine) as connection:
            return await message_records.read_messages(connection, where, limit, cursor)

    async def message(self, message: str) -> MessageStory | None:
        async with reading(self._engine) as connection:
            return await message_records.read_message(connection, message)

    async def do_not_call(self, *, limit: int, cursor: str | None = None) -> Page[DoNotCallEntry]:
        async with reading(self._engine) as connection:
            return await DO_NOT_CALL.read(connection, limit, cursor)

    async def put_do_not_call(self, entries: Iterable[DoNotCallEntry]) -> int:
        async with changing(self._engine) as connection:
            return await DO_NOT_CALL.put(connection, entries)

    async def delete_do_not_call(self, number: str) -> bool:
        async with changing(self._engine) as connection:
            return await DO_NOT_CALL.delete(connection, number)

    async def surveys(
        self, where: SurveyFilter, *, limit: int, cursor: str | None = None
    ) -> Page[StoredSurvey]:
        async with reading(self._engine) as connection:
            return await survey_records.read_surveys(connection, where, limit, cursor)

    async def survey(self, call: str) -> StoredSurvey | None:
        async with reading(self._engine) as connection:
            return await survey_records.read_survey(connection, call)

    async def tape(self, file: str) -> StoredTape | None:
        async with reading(self._engine) as connection:
            return await tape_records.read_tape(connection, file)

    async def tapes_made_until(
        self, until: float, *, limit: int, after: tuple[float, str] | None = None
    ) -> Sequence[StoredTape]:
        async with reading(self._engine) as connection:
            return await tape_records.read_kept(connection, until, limit, after)

    async def files_named(self, files: Collection[str]) -> frozenset[str]:
        """See `acd.stray_files.Records`."""
        async with reading(self._engine) as connection:
            return await tape_records.read_named(connection, files)

    async def survey_summary(self, where: SurveyFilter, by: SurveyGroup) -> Sequence[SurveySummary]:
        async with reading(self._engine) as connection:
            return await survey_records.read_summary(connection, where, by)

    async def wait_errors(self, *, since: float | None, until: float | None) -> Sequence[WaitErrors]:
        async with reading(self._engine) as connection:
            return await survey_records.read_wait_errors(connection, since, until)

    async def create_token(
        self, *, name: str, role: Role, agent: str | None, secret_hash: bytes, at: float
    ) -> TokenRecord:
        async with changing(self._engine) as connection:
            return await token_records.create_token(connection, name, role, agent, secret_hash, at)

    async def find_token(self, secret_hash: bytes) -> TokenRecord | None:
        async with reading(self._engine) as connection:
            return await token_records.find_token(connection, secret_hash)

    async def tokens(self) -> Sequence[TokenRecord]:
        async with reading(self._engine) as connection:
            return await token_records.read_tokens(connection)

    async def revoke_token(self, id: int, at: float) -> bool:
        async with changing(self._engine) as connection:
            return await token_records.revoke_token(connection, id, at)

    async def ping(self) -> None:
        async with reading(self._engine) as connection:
            await connection.execute(text("SELECT 1"))
