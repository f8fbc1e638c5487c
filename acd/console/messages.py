"""`acd messages`: voicemail messages as the database knows them, and where their files are."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.table import Table

from acd.console.screen import out
from acd.console.store import CALL_ID_WIDTH, existing
from acd.core.message_words import MessageState
from acd.errors import OperatorError
from acd.message_files import OutsideTheFolder, path_of
from acd.voicemail import MessageFilter
from config.settings import Settings


async def list_messages(
    settings: Settings, *, box: str | None, state: MessageState | None, agent: str | None, limit: int
) -> None:
    """The latest messages, newest first."""
    boxes = None if box is None else frozenset({box})
    where = MessageFilter(boxes=boxes, state=state, agent=agent)
    async with existing(settings) as archive:
        page = await archive.messages(where, limit=limit)
    table = Table("left (UTC)", "box", "caller", "length", "state", "agent")
    table.add_column("message", overflow="fold", min_width=CALL_ID_WIDTH)
    for message in page.items:
        table.add_row(
            datetime.fromtimestamp(message.left_at, UTC).strftime("%Y-%m-%d %H:%M:%S"),
            message.box,
            message.caller or "withheld",
            f"{message.seconds:.0f} s",
            message.state if message.deleted_at is None else MessageState.DELETED.value,
            message.agent or "",
            message.message,
        )
    out.print(table)


async def show_path(settings: Settings, message: str) -> None:
    """Where the sound of a message is, alone on its line: `play $(acd messages --path ID)`."""
    async with existing(settings) as archive:
        story = await archive.message(message)
    if story is None:
        raise OperatorError(f"there is no message {message!r}; `acd messages` shows the latest")
    if story.message.deleted_at is not None:
        raise OperatorError(f"the message {message!r} is deleted: its time had come")
    try:
        path = path_of(settings.recordings_dir, story.message.file)
    except OutsideTheFolder as error:
        raise OperatorError(str(error)) from error
    if not path.is_file():
        raise OperatorError(
            f"the file {path} is not there: expected STROWGER_RECORDINGS_DIR to name the folder where "
            "Asterisk keeps recordings"
        )
    out.print(str(path), soft_wrap=True, highlight=False, markup=False)
