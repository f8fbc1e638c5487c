"""The protocol without a socket: bytes in, bytes out."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.errors import OperatorError
from asterisk.agi.errors import AgiProtocolError, AgiValueError
from asterisk.agi.protocol import (
    MAX_COMMAND_BYTES,
    MAX_LINE_BYTES,
    MAX_LINES,
    AgiParser,
    Environment,
    HangupNotice,
    Received,
    Reply,
    encode,
)

OPENING = """agi_network: yes
agi_network_script: lookup?x=1
agi_request: agi://127.0.0.1:4573/lookup?x=1
agi_channel: PJSIP/1001-00000000
agi_uniqueid: 1795287334.14
agi_callerid: 13800138000
agi_calleridname: 坐席: 一
agi_extension: 4001
agi_arg_1: first
agi_arg_2:
agi_arg_3: third

"""


def parser() -> AgiParser:
    opened = AgiParser()
    opened.feed(b"\n")
    return opened


def reply_to(text: str) -> Received:
    [reply] = parser().feed(text.encode())
    return reply


def test_the_environment() -> None:
    [environment] = AgiParser().feed(OPENING.encode())
    assert isinstance(environment, Environment)
    assert environment.script == "lookup"
    assert environment.channel_id == "1795287334.14"
    assert environment.extension == "4001"
    assert environment.caller_number == "13800138000"
    assert environment["calleridname"] == "坐席: 一"
    assert environment.arguments == ("first", "", "third")


def test_a_caller_that_is_not_known_and_no_arguments() -> None:
    [environment] = AgiParser().feed(b"agi_callerid: unknown\n\n")
    assert isinstance(environment, Environment)
    assert environment.caller_number is None
    assert environment.arguments == ()
    with pytest.raises(AgiProtocolError, match="no agi_uniqueid"):
        _ = environment.channel_id


def test_bytes_may_come_in_any_pieces() -> None:
    pieces = AgiParser()
    received: list[Received] = []
    for byte in (OPENING + "200 result=1 (中)\nHANGUP\n").encode():
        received += pieces.feed(bytes([byte]))
    whole = AgiParser().feed((OPENING + "200 result=1 (中)\nHANGUP\n").encode())
    assert received == whole
    assert [type(one) for one in received] == [Environment, Reply, HangupNotice]


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("200 result=0", Reply(code=200, text="result=0", result="0")),
        ("200 result=-1\r", Reply(code=200, text="result=-1", result="-1")),
        ("200 result=", Reply(code=200, text="result=", result="")),
        (
            "200 result=1 (a) b (c))",
            Reply(code=200, text="result=1 (a) b (c))", result="1", data="a) b (c)"),
        ),
        ("200 result= (timeout)", Reply(code=200, text="result= (timeout)", data="timeout")),
        (
            "200 result=49 endpos=8000",
            Reply(code=200, text="result=49 endpos=8000", result="49", endpos=8000),
        ),
        ("510 Invalid or unknown command", Reply(code=510, text="Invalid or unknown command")),
        (
            "511 Command Not Permitted on a dead channel",
            Reply(code=511, text="Command Not Permitted on a dead channel"),
        ),
        ("520 Invalid command syntax.", Reply(code=520, text="Invalid command syntax.")),
    ],
)
def test_replies(line: str, reply: Reply) -> None:
    assert reply_to(line + "\n") == reply


def test_a_usage_of_several_lines_is_one_reply() -> None:
    text = "520-Invalid command syntax.  Proper usage follows:\nUsage: X\n y\n520 End of proper usage.\n"
    assert reply_to(text) == Reply(
        code=520, text="Invalid command syntax.  Proper usage follows:\nUsage: X\n y"
    )


def test_trying_is_no_reply_yet() -> None:
    assert reply_to("100 Trying...\n200 result=0\n") == Reply(code=200, text="result=0", result="0")


@pytest.mark.parametrize("line", ["GET / HTTP/1.1", "agi", "", ": x", "\x16\x03\x01"])
def test_what_is_no_environment_is_refused(line: str) -> None:
    with pytest.raises(AgiProtocolError):
        AgiParser().feed(f"agi_network: yes\n{line}x\n".encode())


@pytest.mark.parametrize("line", ["", "hello", "20 result=0", "2000 x", "200", "HANGUP now"])
def test_what_is_no_reply_is_refused(line: str) -> None:
    with pytest.raises(AgiProtocolError, match="no AGI reply"):
        parser().feed(line.encode() + b"\n")


def test_a_line_may_have_the_limit_and_not_more() -> None:
    longest = b"200 result=0 " + b"x" * (MAX_LINE_BYTES - 13)
    assert len(parser().feed(longest + b"\n")) == 1
    with pytest.raises(AgiProtocolError, match="A line of more than"):
        parser().feed(longest + b"xx\n")
    with pytest.raises(AgiProtocolError, match="A line of more than"):
        parser().feed(b"x" * (MAX_LINE_BYTES + 1))


def test_the_number_of_lines_is_limited() -> None:
    with pytest.raises(AgiProtocolError, match="environment of more"):
        AgiParser().feed(b"".join(b"agi_%d: x\n" % number for number in range(MAX_LINES + 1)))
    with pytest.raises(AgiProtocolError, match="reply of more"):
        parser().feed(b"520-Usage:\n" + b"x\n" * (MAX_LINES + 1))


def test_words_are_quoted() -> None:
    assert encode("ANSWER") == b"ANSWER\n"
    assert encode("SET VARIABLE", "X", 'a "b" \\ $c 中', "") == (
        'SET VARIABLE "X" "a \\"b\\" \\\\ $c 中" ""\n'.encode()
    )


@pytest.mark.parametrize("word", ["a\nEXEC System reboot", "\r", "\0", "\ud800", "x" * 2000])
def test_what_cannot_be_a_word_is_refused(word: str) -> None:
    with pytest.raises(AgiValueError) as refused:
        encode("SET VARIABLE", "X", word)
    assert isinstance(refused.value, OperatorError)


@pytest.mark.parametrize("verb", ["", "answer", "SET  VARIABLE", "SET VARIABLE X\n", 'EXEC "x"'])
def test_what_is_no_verb_is_refused(verb: str) -> None:
    with pytest.raises(AgiValueError, match="no AGI command"):
        encode(verb)


@given(st.lists(st.text(), max_size=4))
def test_no_word_can_be_more_than_one_word_of_one_line(words: list[str]) -> None:
    try:
        line = encode("X", *words)
    except AgiValueError:
        return
    assert line.count(b"\n") == 1
    assert len(line) <= MAX_COMMAND_BYTES + 1
    found = re.findall(r' "((?:[^"\\]|\\.)*)"', line.decode()[1:-1], flags=re.DOTALL)
    assert [re.sub(r"\\(.)", r"\1", one, flags=re.DOTALL) for one in found] == words


@given(st.binary())
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    for parsing in (AgiParser(), parser()):
        try:
            parsing.feed(data)
        except AgiProtocolError:
            continue
