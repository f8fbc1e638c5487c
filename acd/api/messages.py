"""Voicemail messages over HTTP: listed, listened to, and what is done about them.

An agent's token is good for the boxes that its agent may listen to; whoever listens is remembered.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from acd.api.bodies import read_model, read_query
from acd.api.context import PRINCIPAL, Context
from acd.api.problems import Kind, Refusal, invalid, not_found
from acd.api.routes import PREFIX, Handler, Route, by, page_of, reply
from acd.api.schemas.base import Asked, PageOf
from acd.api.schemas.messages import (
    ForAgentIn,
    ForwardIn,
    MessageOut,
    MessagesQuery,
    MessageStoryOut,
)
from acd.api.schemas.problem import ErrorItem
from acd.api.sound import AUDIO, sound_of
from acd.archive import Role
from acd.core.message_words import Message, MessageAct, MessageActed, RefuseMessageAct
from acd.imports import unknown

_TAG: Final = "messages"
_PATH: Final = f"{PREFIX}/messages"


def _boxes(request: web.Request, context: Context) -> frozenset[str] | None:
    """The boxes that the asker may listen to; None: all of them."""
    principal = request[PRINCIPAL]
    if principal.role is not Role.AGENT:
        return None
    return frozenset(context.centre.view_boxes(principal.agent or ""))


def _demand_box(request: web.Request, context: Context, box: str) -> None:
    boxes = _boxes(request, context)
    if boxes is not None and box not in boxes:
        raise Refusal(403, Kind.FORBIDDEN, f"The box {box!r} is none of your agent's.")


async def _message(request: web.Request, context: Context) -> Message:
    """The message of the path, if the asker may listen to it. Refuses with 403, 404, 410."""
    id = request.match_info["id"]
    message = context.centre.view_message(id)
    if message is None:
        story = await context.archive.message(id)
        if story is None:
            raise not_found(f"There is no message {id[:100]!r}.")
        _demand_box(request, context, story.message.box)
        if story.message.deleted_at is None:
            detail = (
                f"The engine does not know the message {id[:100]!r}: the database was away when it "
                "started. After its next start it does."
            )
            raise Refusal(503, Kind.STORE_UNAVAILABLE, detail)
        raise Refusal(410, Kind.GONE, f"The message {id[:100]!r} is deleted: its time had come.")
    _demand_box(request, context, message.box)
    return message


def _out(message: Message) -> MessageOut:
    return MessageOut(
        message=message.id,
        call=message.call,
        box=message.box,
        caller=message.caller,
        business=message.business,
        queue=message.queue,
        language=message.language,
        left_at=message.left_at,
        seconds=message.seconds,
        state=message.state,
        agent=message.agent,
    )


async def list_messages(request: web.Request, context: Context) -> web.Response:
    """A page of messages."""
    query = read_query(request, MessagesQuery)
    where = query.where(_boxes(request, context), context.centre.routing.numbering)
    page = await context.archive.messages(where, limit=query.limit, cursor=query.cursor)
    return await page_of(MessageOut, page)


async def one_message(request: web.Request, context: Context) -> web.Response:
    """A message with its story; a deleted one too."""
    id = request.match_info["id"]
    await context.centre.settled()
    story = await context.archive.message(id)
    if story is None:
        raise not_found(f"There is no message {id[:100]!r}.")
    message = context.centre.view_message(id) or story.message
    _demand_box(request, context, message.box)
    return reply(MessageStoryOut.model_validate(story))


async def audio(request: web.Request, context: Context) -> web.StreamResponse:
    """The sound, whole or the bytes asked for; who listens is remembered."""
    message = await _message(request, context)
    sound, heard = await sound_of(request, context, message.file, f"the message {message.id!r}")
    principal = request[PRINCIPAL]
    if heard and context.listened.anew(principal.token, message.id):
        _do(request, context, MessageAct.HEAR, message.id, agent=principal.agent)
    return sound


def _do(
    request: web.Request,
    context: Context,
    act: MessageAct,
    message: str,
    *,
    agent: str | None = None,
    box: str | None = None,
) -> None:
    asked = MessageActed(message=message, act=act, by=by(request), agent=agent, box=box)
    for command in context.centre.submit(asked):
        if isinstance(command, RefuseMessageAct):
            raise Refusal(409, Kind.CONFLICT, f"This cannot be done: {command.why}.")


async def _after(context: Context, before: Message) -> web.Response:
    await context.centre.settled()
    return reply(_out(context.centre.view_message(before.id) or before))


def _for_agent(act: MessageAct) -> Handler:
    async def handle(request: web.Request, context: Context) -> web.Response:
        message = await _message(request, context)
        asked = await read_model(request, ForAgentIn, context.settings.body_bytes)
        principal = request[PRINCIPAL]
        if principal.role is Role.AGENT and asked.agent not in (None, principal.agent):
            raise Refusal(403, Kind.FORBIDDEN, "An agent's token is good for its own agent only.")
        agent = asked.agent or principal.agent
        if agent is None or context.centre.view_agent(agent) is None:
            detail = "No agent is named." if agent is None else f"There is no agent {agent!r}."
            raise invalid(detail, ErrorItem(pointer="/agent", detail=detail))
        _do(request, context, act, message.id, agent=agent)
        return await _after(context, message)

    return handle


async def forward(request: web.Request, context: Context) -> web.Response:
    """Put it into another box, as if it had been left there."""
    message = await _message(request, context)
    asked = await read_model(request, ForwardIn, context.settings.body_bytes)
    boxes = context.centre.routing.voicemail
    if asked.box not in boxes:
        detail = unknown("voicemail box", asked.box, boxes)
        raise invalid("There is no such box.", ErrorItem(pointer="/box", detail=detail))
    _do(request, context, MessageAct.FORWARD, message.id, box=asked.box)
    return await _after(context, message)


async def close(request: web.Request, context: Context) -> web.Response:
    """Nothing is to be done about it any more."""
    message = await _message(request, context)
    _do(request, context, MessageAct.CLOSE, message.id)
    return await _after(context, message)


async def give_back(request: web.Request, context: Context) -> web.Response:
    """It is nobody's any more."""
    message = await _message(request, context)
    _do(request, context, MessageAct.GIVE_BACK, message.id, agent=request[PRINCIPAL].agent)
    return await _after(context, message)


def _act_route(path: str, handle: Handler, summary: str, body: type[Asked] | None = None) -> Route:
    return Route(
        method="POST",
        path=f"{_PATH}/{{id}}/{path}",
        handle=handle,
        tag=_TAG,
        summary=summary,
        role=Role.AGENT,
        body=body,
        answer=MessageOut,
        problems=(404, 409, 410, 503) if body is None else (404, 409, 410, 413, 415, 422, 503),
    )


ROUTES: Final = (
    Route(
        method="GET",
        path=_PATH,
        handle=list_messages,
        tag=_TAG,
        summary="Voicemail messages, newest first; an agent's token shows those of his boxes",
        role=Role.AGENT,
        query=MessagesQuery,
        answer=PageOf[MessageOut],
        problems=(400, 422, 503),
    ),
    Route(
        method="GET",
        path=f"{_PATH}/{{id}}",
        handle=one_message,
        tag=_TAG,
        summary="One message, with who did what with it",
        role=Role.AGENT,
        answer=MessageStoryOut,
        problems=(404, 503),
    ),
    Route(
        method="GET",
        path=f"{_PATH}/{{id}}/audio",
        handle=audio,
        tag=_TAG,
        summary="The sound of a message, whole or in ranges; who listens is remembered",
        role=Role.AGENT,
        gives=AUDIO,
        problems=(404, 410, 503),
    ),
    _act_route("take", _for_agent(MessageAct.TAKE), "Say whose message it is from now on", ForAgentIn),
    _act_route("give-back", give_back, "Give a taken message back: anybody may call back for it again"),
    _act_route(
        "call-back", _for_agent(MessageAct.CALL_BACK), "Call its caller back, by this agent", ForAgentIn
    ),
    _act_route("close", close, "Close a message: nothing is to be done any more"),
    _act_route("forward", forward, "Put a message into another box", ForwardIn),
)
