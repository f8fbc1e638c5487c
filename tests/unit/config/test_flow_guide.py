"""docs/flows.md: what it shows is loaded and played."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.load import load
from ivr.model import HangUp, ToQueue
from ivr.turns import PlainWorld
from tests.unit.config.files import write
from tests.unit.ivr.talk import Talk

BLOCKS = re.findall(r"```yaml\n(.*?)```", Path("docs/flows.md").read_text(encoding="utf-8"), re.DOTALL)
BASE = """\
version: 1
timezone: Asia/Shanghai
languages: [zh-CN, en]
tiers: [vip, gold]
hours:
  tv: {open: [mon-sun 08:00-24:00]}
businesses:
  knives: {hours: tv}
agents:
  "1001": {}
queues: {orders: {}, complaints: {}, vip: {}, jewellery: {}}
voicemail:
  orders: {queue: orders}
"""
NUMBERS = "numbers:\n  default: {queue: orders}\n"


def flows_of(block: str, folder: Path) -> dict[str, Talk]:
    """The flows of a block; of each a call that has just begun."""
    sections = BASE + block + ("" if "numbers:" in block else NUMBERS)
    routing = load(write(folder, sections), prompts=None).routing
    return {
        name: Talk(flow, PlainWorld(language="en", caller="13800000001", open_hours=frozenset({"tv"})))
        for name, flow in routing.flows.items()
    }


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_is_good(tmp_path: Path, block: str) -> None:
    assert len(flows_of(block, tmp_path)) == block.count("\nflows:") + block.startswith("flows:")


def the(name: str, folder: Path, containing: str = "") -> Talk:
    """The flow of this name, in the block that contains a text."""
    (block,) = [each for each in BLOCKS if f"\n  {name}:\n" in each and containing in each]
    return flows_of(block, folder)[name]


def test_the_small_one(tmp_path: Path) -> None:
    talk = the("reception", tmp_path).hears("welcome").listens_to_the_end()
    talk.hears("main_menu").presses("*").is_cut_off().hears("main_menu").presses("2").is_cut_off()
    talk.hears("closed").listens_to_the_end().leaves(HangUp())


def test_saying(tmp_path: Path) -> None:
    talk = the("news", tmp_path).hears("welcome").presses("1").is_cut_off()
    talk.hears("recorded_for_training").presses("1").listens_to_the_end().leaves(HangUp())


def test_the_menu_and_its_defaults(tmp_path: Path) -> None:
    talk = the("main", tmp_path).hears("main_menu").listens_to_the_end().stays_silent()
    talk.hears("nothing_pressed", "main_menu").presses("7").is_cut_off()
    talk.hears("invalid_key", "main_menu").presses("1").is_cut_off()
    talk.leaves(ToQueue(queue="orders"), choice="1")


def test_collected_input(tmp_path: Path) -> None:
    talk = the("state", tmp_path, "at_least").hears("enter_order").presses("1").is_cut_off()
    talk.presses("23456#").hears("your_order", *(f"num_{digit}" for digit in range(1, 7)))


def test_a_secret_input(tmp_path: Path) -> None:
    talk = the("pay", tmp_path).hears("enter_card").listens_to_the_end().presses("4111111111111#")
    asked = "https://shop.example/pay/"
    talk.asks(f"{asked}4111111111111", shown=asked + 13 * "*").is_answered(paid="true")
    talk.leaves(HangUp(), "card", card="4111111111111", paid="true")
    assert not [each for each in talk.notes if "4111" in str(each)]


def test_the_branch(tmp_path: Path) -> None:
    talk = the("evening", tmp_path).hears("main_menu").presses("2").is_cut_off()
    talk.leaves(ToQueue(queue="complaints"), choice="2")
    talk = the("evening", tmp_path).hears("main_menu").presses("1").is_cut_off()
    talk.hears("enter_order").presses("8").is_cut_off().presses("812#")
    talk.leaves(ToQueue(queue="jewellery"), choice="1", order="8812")


def test_the_look_up(tmp_path: Path) -> None:
    talk = the("state", tmp_path, "look_up").hears("enter_order").presses("8").is_cut_off().presses("8#")
    talk.asks("https://shop.example/orders/88?caller=13800000001").hears("please_wait")
    talk.is_answered(days_left="2", status="sent").listens_to_the_end()
    talk.hears("on_its_way", "num_2")


def test_the_recording(tmp_path: Path) -> None:
    talk = the("remarks", tmp_path).hears("speak_now").listens_to_the_end().records("remark")
    talk.speaks_for(7.0).hears("you_said", tape="remark").listens_to_the_end()
    talk.leaves(HangUp(), remark="7")
