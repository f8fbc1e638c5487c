"""Voicemail boxes: what they mean, and what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from acd.core.routing import Voicemail
from config.printing import printed
from tests.unit.config.files import check_mistakes, loaded, text, warnings


def boxes(*lines: str) -> str:
    """A file with these boxes, both queues' endings leading to the first."""
    return text(
        businesses="businesses:\n  shop: {hours: day, when_closed: {voicemail: box}}",
        voicemail="voicemail:\n" + "\n".join(f"  {line}" for line in lines),
    )


def built(folder: Path, line: str) -> Voicemail:
    return loaded(folder, boxes(line)).routing.voicemail["box"]


def test_a_box_of_a_queue_with_its_defaults(tmp_path: Path) -> None:
    assert built(tmp_path, "box: {queue: main}") == Voicemail(name="box", label="box", queue="main")


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    line = (
        "box: {name: 留言, agent: '1', greeting: goodbye, at_least: 2s, at_most: 1m, silence: 4s,"
        " review: false, lamp: {agents: ['2'], groups: [vip]}, keep_for: 30d,"
        " mail: desk+vm@example.org}"
    )
    assert built(tmp_path, line) == Voicemail(
        name="box",
        label="留言",
        greeting="goodbye",
        agent="1",
        lamp_of=("1", "2"),
        at_least=2,
        at_most=60,
        silence=4,
        review=False,
        keep_for=30 * 86_400,
        mail_to="desk+vm@example.org",
    )


@pytest.mark.parametrize(
    "line",
    [
        "box: {queue: main, lamp: {groups: [back]}, keep_for: forever}",
        "box: {agent: '2', review: false, mail: a@example.org}",
    ],
)
def test_what_is_printed_means_the_same(tmp_path: Path, line: str) -> None:
    routing = loaded(tmp_path, boxes(line)).routing
    again = loaded(tmp_path, printed(routing)).routing
    assert again.voicemail == routing.voicemail
    assert again.businesses == routing.businesses


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("box: §{}", "a box is that of a queue or that of an agent, expected either queue or agent"),
        ("box: §{queue: main, agent: '1'}", "a box is that of a queue or that of an agent"),
        ("box: {queue: §mian}", "unknown queue 'mian'"),
        ("box: {agent: §'3'}", "unknown agent '3'"),
        ("box: {queue: main, greeting: §helo}", "unknown prompt 'helo'"),
        ("box: {queue: main, lamp: §{}}", "nobody's lamp is named, expected agents or groups"),
        ("box: {queue: main, lamp: {groups: [vip, §vip]}}", "'vip' is given twice"),
        ("box: {queue: main, lamp: {agents: ['1', §'1']}}", "'1' is given twice"),
        ("box: {queue: main, mail: §orders}", "'orders' does not fit, expected an e-mail"),
        ("box: {queue: main, mail: §'a@b, c@d'}", "'a@b, c@d' does not fit, expected an e-mail"),
        ("box: {queue: main, at_most: §2h}", "a message of 2h is too long, expected at most 1h"),
        ("box: {queue: main, at_least: §3m}", "no message can be kept: at least 3m, at most 2m"),
        ("box: {queue: main, at_most: §2s}", "no message can be kept: at least 3s, at most 2s"),
        ("box: {queue: main, silence: §0.5s}", "0.5s of silence would end a message"),
        ("box: {queue: main, keep_for: §always}", "'always' is not a duration"),
    ],
)
def test_what_cannot_be(tmp_path: Path, line: str, message: str) -> None:
    check_mistakes(tmp_path, boxes(line), message)


def test_an_ending_may_name_only_boxes_that_there_are(tmp_path: Path) -> None:
    content = text(
        businesses="businesses:\n  shop: {hours: day, when_closed: {voicemail: §bax}}",
        voicemail="voicemail:\n  box: {queue: main}",
    )
    check_mistakes(tmp_path, content, "unknown voicemail box 'bax'")


def test_a_box_of_which_nobody_is_told_is_odd(tmp_path: Path) -> None:
    told = warnings(tmp_path, boxes("box: {queue: main}"))
    assert [each.partition(": ")[2] for each in told] == ["nobody is told of a message in this box"]
    for line in ("box: {queue: main, mail: a@b}", "box: {agent: '1'}"):
        assert warnings(tmp_path, boxes(line)) == []


def test_a_lamp_of_nobody_is_odd(tmp_path: Path) -> None:
    content = boxes("box: {queue: main, lamp: {groups: [empty]}}").replace(
        "groups: [vip, back]", "groups: [vip, back, empty]", 1
    )
    told = [each.partition(": ")[2] for each in warnings(tmp_path, content)]
    assert "nobody's lamp shows this box: its groups have no members" in told


def test_a_box_that_no_call_comes_to_is_odd_where_it_is_a_queues(tmp_path: Path) -> None:
    content = boxes("box: {agent: '1'}", "other: {queue: main, mail: a@b}", "own: {agent: '2'}")
    told = [each.partition(": ")[2] for each in warnings(tmp_path, content)]
    assert told == ["'other' is never used: no ending or flow leads to it"]
