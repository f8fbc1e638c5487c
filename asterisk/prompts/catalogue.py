"""The prompts that are always there, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

VOICES: Final[Mapping[str, str]] = {"zh-CN": "cmn", "en": "en"}
"""espeak-ng's voice for each language in which the prompts are written."""

PROMPTS: Final[Mapping[str, Mapping[str, str]]] = {
    "system_busy": {
        "zh-CN": "系统繁忙中,请您稍后再试",
        "en": "The system is busy. Please try again later.",
    },
    "all_busy_recorded": {
        "zh-CN": (
            "对不起,所有坐席全忙,您的电话已被记录,稍后将有专人为您回复,"
            "请勿重复拨打,感谢您的配合,谢谢,再见"
        ),
        "en": (
            "Sorry, all agents are busy. Your call has been recorded, and someone will call you "
            "back shortly. Please don't dial again. Thank you, goodbye."
        ),
    },
    "closed": {
        "zh-CN": "您好,现在是非工作时间,请您在工作时间来电,谢谢,再见",
        "en": "Hello. We are closed now. Please call again during our opening hours. Goodbye.",
    },
    "goodbye": {
        "zh-CN": "感谢您的来电,再见",
        "en": "Thank you for calling. Goodbye.",
    },
    "unknown_number": {
        "zh-CN": "您拨打的号码不存在,请核对后再拨",
        "en": "The number you have dialled does not exist. Please check it and dial again.",
    },
    "nobody": {
        "zh-CN": "对不起,现在没有坐席为您服务,请您稍后再拨,再见",
        "en": "Sorry, there is nobody here to take your call. Please call again later. Goodbye.",
    },
    "logged_in": {"zh-CN": "您已登录", "en": "You are logged in."},
    "logged_out": {"zh-CN": "您已退出", "en": "You are logged out."},
    "paused": {"zh-CN": "您已暂停接听", "en": "You are paused."},
    "resumed": {"zh-CN": "您已恢复接听", "en": "You are taking calls again."},
    "wrap_up_ended": {"zh-CN": "话后处理已结束", "en": "Your wrap-up has ended."},
    "wrap_up_extended": {"zh-CN": "话后处理已延长", "en": "Your wrap-up has been extended."},
    "refused": {"zh-CN": "现在不能进行此操作", "en": "This is not possible now."},
}
"""By prompt id and language."""
