"""Callers in the flow of the example: as they would meet it, without a PBX."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from config.load import load
from ivr.model import Flow, HangUp, ToQueue, ToVoicemail
from ivr.turns import PlainWorld
from tests.unit.ivr.talk import Talk

DAY = PlainWorld(
    language="zh-CN", caller="13800000001", dialled="4008001000", open_hours=frozenset({"tv"})
)


@pytest.fixture(scope="module")
def service() -> Flow:
    path = Path("config/examples/tv-shopping.yaml")
    return load(path, prompts=None, today=date(2026, 11, 21)).routing.flows["service"]


def test_he_listens_and_orders(service: Flow) -> None:
    talk = Talk(service, DAY)
    talk.hears("welcome").listens_to_the_end()
    talk.hears("main_menu").listens_to_the_end()
    talk.presses("1")
    talk.leaves(ToQueue(queue="orders"))


def test_who_knows_the_menu_waits_for_nothing(service: Flow) -> None:
    Talk(service, DAY).hears("welcome").presses("3").is_cut_off().leaves(ToQueue(queue="complaints"))


def test_a_vip_is_not_asked(service: Flow) -> None:
    talk = Talk(service, replace(DAY, tier="vip")).hears("welcome").listens_to_the_end()
    talk.leaves(ToQueue(queue="orders", head_start=300.0))


def test_at_night_he_leaves_a_message(service: Flow) -> None:
    talk = Talk(service, replace(DAY, open_hours=frozenset())).hears("welcome").listens_to_the_end()
    talk.leaves(ToVoicemail(box="complaints"))


def test_he_asks_for_his_order_and_is_served(service: Flow) -> None:
    talk = Talk(service, DAY)
    talk.hears("welcome").presses("2").is_cut_off()
    talk.hears("ask_order").listens_to_the_end()
    talk.presses("8800123#")
    talk.asks("http://127.0.0.1:8080/orders/8800123?caller=13800000001").hears("please_wait")
    talk.is_answered(days="12").nothing_else()
    talk.listens_to_the_end().hears("order_arrives_in", "num_12").listens_to_the_end()
    talk.leaves(HangUp(served=True), order="8800123", days="12")


def test_the_shop_does_not_answer(service: Flow) -> None:
    talk = Talk(service, DAY)
    talk.hears("welcome").presses("2").is_cut_off().hears("ask_order").presses("8").is_cut_off()
    talk.presses("800123#").asks("http://127.0.0.1:8080/orders/8800123?caller=13800000001")
    talk.hears("please_wait").is_not_answered().listens_to_the_end()
    talk.leaves(ToQueue(queue="orders"), order="8800123")


def test_he_mistypes_his_order(service: Flow) -> None:
    talk = Talk(service, DAY)
    talk.hears("welcome").presses("2").is_cut_off().hears("ask_order").listens_to_the_end()
    talk.presses("88#").hears("invalid_entry", "ask_order").listens_to_the_end()
    talk.presses("88").stays_silent().hears("invalid_entry", "ask_order").listens_to_the_end()
    talk.stays_silent()
    talk.leaves(ToQueue(queue="orders"))


def test_who_does_nothing_is_put_through_after_the_third_time(service: Flow) -> None:
    talk = Talk(service, DAY).hears("welcome").listens_to_the_end().hears("main_menu")
    talk.listens_to_the_end().stays_silent().hears("nothing_pressed", "main_menu")
    talk.listens_to_the_end().stays_silent().hears("nothing_pressed", "main_menu")
    talk.listens_to_the_end().stays_silent()
    talk.leaves(ToQueue(queue="reception"))


def test_wrong_keys_and_silence_are_one_count(service: Flow) -> None:
    talk = Talk(service, DAY).hears("welcome").listens_to_the_end().hears("main_menu")
    talk.presses("9").is_cut_off().hears("invalid_key", "main_menu").listens_to_the_end()
    talk.stays_silent().hears("nothing_pressed", "main_menu").presses("#").is_cut_off()
    talk.leaves(ToQueue(queue="reception"))


def test_he_hears_the_menu_again(service: Flow) -> None:
    talk = Talk(service, DAY).hears("welcome").listens_to_the_end()
    talk.hears("main_menu").presses("*").is_cut_off().hears("main_menu").presses("0").is_cut_off()
    talk.leaves(ToQueue(queue="reception"))
