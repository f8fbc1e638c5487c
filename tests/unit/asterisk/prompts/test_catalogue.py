"""The texts themselves."""

from __future__ import annotations

from acd.core.acts import PROMPTS as OF_CODES
from acd.core.acts import REFUSED
from asterisk.prompts.catalogue import PROMPTS, VOICES
from config.names import PROMPTS as OF_ROUTING
from ivr import mailbox


def test_whatever_may_be_said_has_a_text_in_every_language() -> None:
    assert PROMPTS.keys() >= {*OF_ROUTING, *OF_CODES.values(), REFUSED, *mailbox.PROMPTS}
    for texts in PROMPTS.values():
        assert texts.keys() == VOICES.keys()
        assert all(texts.values())


def test_what_the_business_prescribed_is_said_word_for_word() -> None:
    assert PROMPTS["system_busy"]["zh-CN"] == "系统繁忙中,请您稍后再试"
    assert PROMPTS["all_busy_recorded"]["zh-CN"] == (
        "对不起,所有坐席全忙,您的电话已被记录,稍后将有专人为您回复,请勿重复拨打,感谢您的配合,谢谢,再见"
    )
