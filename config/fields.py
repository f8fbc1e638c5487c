"""The types of single values in the routing YAML, for pydantic: read, checked, and told to editors."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from ipaddress import ip_network
from typing import Annotated, Any, TypeAlias, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from acd.core.numbering import is_country
from config import scalars
from config.holiday_dates import country_code
from config.names import WHERE, Names
from config.reading import is_file_pattern
from config.scalars import Unfit, WeekSpan, shown

T = TypeVar("T")

UNFIT = "unfit"
UNKNOWN = "unknown"
MISSPELLED = "misspelled"


def refuse(message: str, hint: str | None = None) -> PydanticCustomError:
    """The error that carries a finished message through pydantic."""
    return PydanticCustomError(UNFIT, "{message}", {"message": message, "hint": hint})


def reads(read: Callable[[object], Any]) -> PlainValidator:
    """A validator from a function that raises Unfit."""

    def validate(value: object) -> Any:
        try:
            return read(value)
        except Unfit as error:
            raise refuse(error.message, error.hint) from error

    return PlainValidator(validate)


def named(kind: str, *others: str) -> PlainValidator:
    """A validator for a name of a kind that the file defines (or one of `others`)."""

    def validate(value: object, info: ValidationInfo) -> str:
        if not isinstance(value, str):
            raise refuse(
                f"{shown(value)} is not text, expected {WHERE[kind]}",
                f'write "{value}"' if isinstance(value, int | float) else None,
            )
        known = info.context.candidates(kind) if isinstance(info.context, Names) else None
        if known is not None and value not in known and value not in others:
            raise PydanticCustomError(UNKNOWN, "unknown", {"kind": kind, "name": value})
        return value

    return PlainValidator(validate)


def _matching(pattern: str, expected: str) -> Callable[[object], str]:
    compiled = re.compile(pattern, re.ASCII)

    def read(value: object) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            raise Unfit(f"{shown(value)} is not quoted, expected {expected}", f'write "{shown(value)}"')
        if not isinstance(value, str) or compiled.fullmatch(value) is None:
            raise Unfit(f"{shown(value)} does not fit, expected {expected}")
        return value

    return read


def _text(value: object) -> str:
    expected = "expected a text of 1 to 80 printable characters"
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise Unfit(f"{shown(value)} is not quoted, {expected}", f'write "{shown(value)}"')
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= 80 or not value.isprintable():
        raise Unfit(f"{shown(value)} does not fit, {expected}")
    return value


def _prompt_text(value: object) -> str:
    expected = "expected a text of 1 to 1000 printable characters"
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise Unfit(f"{shown(value)} is not quoted, {expected}", f'write "{shown(value)}"')
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= 1000 or not value.isprintable():
        raise Unfit(f"{shown(value)} does not fit, {expected}")
    return value


def _or_name(fits: Callable[[object], bool], expected: str) -> Callable[[object], Any]:
    """Reads a value of its own, or the name of one that a flow has collected."""
    name = re.compile(NAME_PATTERN, re.ASCII)

    def read(value: object) -> Any:
        if fits(value) or (isinstance(value, str) and name.fullmatch(value)):
            return value
        raise Unfit(f"{shown(value)} does not fit, expected {expected} or the name of a collected value")

    return read


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**12


def _is_dialled(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(scalars.DIALLED_PATTERN, value, re.ASCII) is not None


def _url(value: object) -> str:
    """The address of a look-up. Fields may stand in its path and query only, where a value can do no
    harm; a password may not stand in it."""
    expected = "expected an address such as https://shop.example/orders/{order}"
    if not isinstance(value, str) or not value.isprintable() or " " in value or len(value) > 500:
        raise Unfit(f"{shown(value)} is not an address, {expected}")
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise Unfit(f"{shown(value)} is not an address ({error}), {expected}") from error
    if "@" in parts.netloc:
        raise Unfit(
            "a user or password stands in this address, expected none: secrets never stand in the file",
            "let a proxy on the engine's machine add them",
        )
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise Unfit(f"{shown(value)} is not an address, {expected}")
    if "{" in parts.netloc or "}" in parts.netloc or parts.fragment:
        raise Unfit(f"{shown(value)}: fields such as {{order}} may stand in the path and the query only")
    if re.search("[{}]", URL_FIELD.sub("", value)):
        raise Unfit(f"{shown(value)} has a brace that belongs to no field, {expected}")
    return value


def _positive(read: Callable[[object], float]) -> Callable[[object], float]:
    def positive(value: object) -> float:
        seconds = read(value)
        if seconds <= 0:
            raise Unfit(f"{shown(value)} is no time at all, expected more than 0s")
        return seconds

    return positive


def up_to(longest: str) -> AfterValidator:
    """Bounds a duration."""
    limit = scalars.duration(longest)

    def bounded(seconds: float) -> float:
        if seconds > limit:
            raise refuse(f"{scalars.duration_text(seconds)} is too long, expected at most {longest}")
        return seconds

    return AfterValidator(bounded)


def _zone(value: object) -> str:
    expected = "expected the name of a time zone such as Asia/Shanghai"
    if not isinstance(value, str):
        raise Unfit(f"{shown(value)} is not a time zone, {expected}")
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise PydanticCustomError(UNKNOWN, "unknown", {"kind": "time zone", "name": value}) from error
    return value


def _network(value: object) -> str:
    expected = "expected an IP address or network such as 192.0.2.1 or 192.0.2.0/24"
    if not isinstance(value, str):
        raise Unfit(f"{shown(value)} is not an address, {expected}")
    try:
        return str(ip_network(value)) if "/" in value else str(ip_network(value).network_address)
    except ValueError as error:
        raise Unfit(f"{shown(value)} is not an address ({error}), {expected}") from error


def _file_pattern(value: object) -> str:
    if not isinstance(value, str) or not is_file_pattern(value):
        raise Unfit(f"{shown(value)} is not a path, expected one such as queues/*.yaml")
    return value


def _one_or_more(value: object) -> object:
    return value if isinstance(value, list) else [value]


class _OrOne:
    """Tells editors that a list's only item may stand without the list."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        array = handler(schema)
        return {"anyOf": [array["items"], array]}


NAME_PATTERN = r"^[A-Za-z][A-Za-z0-9_-]{0,39}$"
ACCOUNT_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"
NUMBER_KEY_PATTERN = r"^(default|\+?[0-9*#]{1,40})$"
LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
ENDPOINT_PATTERN = r"^[A-Za-z0-9]+/[A-Za-z0-9_.@:/+-]{1,80}$"
DIAL_PATTERN = r"^[A-Za-z0-9]+/[A-Za-z0-9_.@:/+-]{0,60}\{(number|e164)\}[A-Za-z0-9_.@:/+-]{0,60}$"
PREFIX_PATTERN = r"^\+?[0-9]{1,15}$"
CLOCK_PATTERN = r"^[0-9]{2}:[0-9]{2}$"
NODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$"
MAIL_PATTERN = r"^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)*$"
KEY_PATTERN = r"^[0-9*#]$"
FOLDER_PATTERN = r"^[A-Za-z0-9_./-]{1,200}$"
URL_FIELD = re.compile(r"\{([A-Za-z][A-Za-z0-9_-]{0,39})\}", re.ASCII)


def _dialled_from(value: object) -> str:
    if not isinstance(value, str) or not is_country(value):
        near = isinstance(value, str) and is_country(value.upper())
        raise Unfit(
            f"{shown(value)} is no country whose numbers are known, expected a code such as CN",
            f"did you mean '{value.upper()}'?" if near and isinstance(value, str) else None,
        )
    return value


def _string(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


Duration: TypeAlias = Annotated[float, reads(scalars.duration), _string(scalars.DURATION_PATTERN, "20s")]
PositiveDuration: TypeAlias = Annotated[
    float, reads(_positive(scalars.duration)), _string(scalars.DURATION_PATTERN, "20s")
]
Percent: TypeAlias = Annotated[float, reads(scalars.percent), _string(scalars.PERCENT_PATTERN, "80%")]
Day: TypeAlias = Annotated[
    date, reads(scalars.calendar_date), _string(scalars.DATE_PATTERN, "2027-02-06")
]
OpenSpan: TypeAlias = Annotated[
    WeekSpan, reads(scalars.week_span), _string(scalars.OPEN_PATTERN, "mon-fri 08:00-20:00")
]
Text: TypeAlias = Annotated[
    str, reads(_text), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 80})
]
Name: TypeAlias = Annotated[
    str,
    reads(
        _matching(NAME_PATTERN, "a name: a letter, then up to 39 letters, digits, '_' or '-' (a-z, A-Z)")
    ),
    _string(NAME_PATTERN, "orders"),
]
Account: TypeAlias = Annotated[
    str,
    reads(
        _matching(ACCOUNT_PATTERN, "an account such as \"1001\": 1 to 40 letters, digits, '_' or '-'")
    ),
    _string(ACCOUNT_PATTERN, "1001"),
]
Dialled: TypeAlias = Annotated[
    str,
    reads(_matching(scalars.DIALLED_PATTERN, 'a number in quotes such as "4008001001"')),
    _string(scalars.DIALLED_PATTERN, "4008001001"),
]
NumberKey: TypeAlias = Annotated[
    str,
    reads(_matching(NUMBER_KEY_PATTERN, 'default or a number in quotes such as "4008001001"')),
    _string(NUMBER_KEY_PATTERN, "4008001001"),
]
Language: TypeAlias = Annotated[
    str,
    reads(_matching(LANGUAGE_PATTERN, "a language such as en or zh-CN")),
    _string(LANGUAGE_PATTERN, "zh-CN"),
]
Endpoint: TypeAlias = Annotated[
    str,
    reads(_matching(ENDPOINT_PATTERN, "what Asterisk dials, such as PJSIP/1001")),
    _string(ENDPOINT_PATTERN, "PJSIP/1001"),
]
DialString: TypeAlias = Annotated[
    str,
    reads(_matching(DIAL_PATTERN, "what Asterisk dials, such as PJSIP/{number}@carrier")),
    _string(DIAL_PATTERN, "PJSIP/{number}@carrier"),
]
NumberPrefix: TypeAlias = Annotated[
    str,
    reads(_matching(PREFIX_PATTERN, 'the beginning of numbers in quotes such as "+44"')),
    _string(PREFIX_PATTERN, "+44"),
]
ClockTime: TypeAlias = Annotated[int, reads(scalars.clock), _string(CLOCK_PATTERN, "09:00")]
Node: TypeAlias = Annotated[
    str,
    reads(_matching(NODE_PATTERN, "the name of an Asterisk node")),
    _string(NODE_PATTERN, "asterisk"),
]
Zone: TypeAlias = Annotated[
    str, reads(_zone), WithJsonSchema({"type": "string", "examples": ["Asia/Shanghai"]})
]
Network: TypeAlias = Annotated[
    str, reads(_network), WithJsonSchema({"type": "string", "examples": ["192.0.2.1"]})
]
FilePattern: TypeAlias = Annotated[
    str, reads(_file_pattern), WithJsonSchema({"type": "string", "examples": ["queues/*.yaml"]})
]
Country: TypeAlias = Annotated[
    str, reads(country_code), WithJsonSchema({"type": "string", "examples": ["CN"]})
]
DialledFrom: TypeAlias = Annotated[
    str, reads(_dialled_from), WithJsonSchema({"type": "string", "examples": ["CN"]})
]
Level: TypeAlias = Annotated[int, Field(ge=1, le=10, description="from 1 (lowest) to 10")]
PromptText: TypeAlias = Annotated[
    str, reads(_prompt_text), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 1000})
]
Key: TypeAlias = Annotated[
    str,
    reads(_matching(KEY_PATTERN, 'a key in quotes: "0" to "9", "*" or "#"')),
    _string(KEY_PATTERN, "1"),
]
StepName: TypeAlias = Annotated[
    str,
    reads(
        _matching(
            NAME_PATTERN, "a step of the flow, callback, served, hang_up, or elsewhere as {queue: NAME}"
        )
    ),
    _string(NAME_PATTERN, "menu"),
]
CollectedName: TypeAlias = Annotated[
    str, reads(_matching(NAME_PATTERN, "the name of a collected value")), _string(NAME_PATTERN, "order")
]
NumberOrName: TypeAlias = Annotated[
    int | str,
    reads(_or_name(_is_whole, "a whole number")),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": NAME_PATTERN}]}),
]
DigitsOrName: TypeAlias = Annotated[
    str,
    reads(_or_name(_is_dialled, "digits in quotes")),
    WithJsonSchema({"type": "string", "pattern": f"{scalars.DIALLED_PATTERN}|{NAME_PATTERN}"}),
]
Url: TypeAlias = Annotated[
    str,
    reads(_url),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^https?://[^@/? ]+([/?][^ ]*)?$",
            "examples": ["https://shop.example/{order}"],
        }
    ),
]

_NAME = WithJsonSchema({"type": "string"})
QueueName: TypeAlias = Annotated[str, named("queue"), _NAME]
BusinessName: TypeAlias = Annotated[str, named("business"), _NAME]
HoursName: TypeAlias = Annotated[str, named("hours"), _NAME]
SkillName: TypeAlias = Annotated[str, named("skill"), _NAME]
GroupName: TypeAlias = Annotated[str, named("group"), _NAME]
AgentId: TypeAlias = Annotated[str, named("agent"), _NAME]
AgentIdOrLast: TypeAlias = Annotated[str, named("agent", "last"), _NAME]
GradeName: TypeAlias = Annotated[str, named("grade"), _NAME]
TierName: TypeAlias = Annotated[str, named("tier"), _NAME]
LanguageName: TypeAlias = Annotated[str, named("language"), _NAME]
PauseReason: TypeAlias = Annotated[str, named("pause reason"), _NAME]
Prompt: TypeAlias = Annotated[str, named("prompt"), _NAME]
PromptOrNothing: TypeAlias = Annotated[str, named("prompt", "nothing"), _NAME]
Music: TypeAlias = Annotated[str, named("music class"), _NAME]
Folder: TypeAlias = Annotated[
    str,
    reads(
        _matching(
            FOLDER_PATTERN,
            "a folder such as /var/lib/asterisk/jazz: letters, digits, '_', '.', '-', '/'",
        )
    ),
    _string(FOLDER_PATTERN, "/var/lib/asterisk/jazz"),
]
TrunkName: TypeAlias = Annotated[str, named("trunk"), _NAME]
NumberName: TypeAlias = Annotated[str, named("number"), _NAME]
MailAddress: TypeAlias = Annotated[
    str,
    reads(_matching(MAIL_PATTERN, "an e-mail address such as orders@example.org")),
    _string(MAIL_PATTERN, "orders@example.org"),
]
FlowName: TypeAlias = Annotated[str, named("flow"), _NAME]
VoicemailName: TypeAlias = Annotated[str, named("voicemail box"), _NAME]

OneOrMore: TypeAlias = Annotated[list[T], BeforeValidator(_one_or_more), Field(min_length=1), _OrOne()]
