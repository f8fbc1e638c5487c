"""The prompts that are always there, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from asterisk.prompts.numbers import DIGITS, GRAMMAR

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
    "leave_message": {
        "zh-CN": "请在提示音后留言,结束请按井号键",
        "en": "Please leave a message after the tone. Press hash when you have finished.",
    },
    "message_review": {
        "zh-CN": "保存留言请按1,试听请按2,重新录音请按3,保存并要求回电请按4",
        "en": (
            "To keep your message press 1. To hear it, 2. To record it again, 3. "
            "To keep it and be called back, 4."
        ),
    },
    "message_again": {
        "zh-CN": "请在提示音后重新留言,结束请按井号键",
        "en": "Please say your message again after the tone. Press hash when you have finished.",
    },
    "message_saved": {
        "zh-CN": "您的留言已保存,谢谢,再见",
        "en": "Your message has been saved. Thank you, goodbye.",
    },
    "message_call_back": {
        "zh-CN": "您的留言已保存,稍后将有专人给您回电,谢谢,再见",
        "en": "Your message has been saved, and we will call you back. Thank you, goodbye.",
    },
    "message_too_short": {
        "zh-CN": "您的留言太短,未能保存。您的电话已被记录,稍后将有专人给您回电,再见",
        "en": (
            "Your message was too short to be kept. Your call has been recorded, and we will "
            "call you back. Goodbye."
        ),
    },
    "message_failed": {
        "zh-CN": "对不起,留言未能保存。您的电话已被记录,稍后将有专人给您回电,再见",
        "en": (
            "Sorry, your message could not be saved. Your call has been recorded, and we will "
            "call you back. Goodbye."
        ),
    },
    "mailbox_empty": {"zh-CN": "您没有留言,再见", "en": "You have no messages. Goodbye."},
    "mailbox_you_have": {"zh-CN": "您有", "en": "You have"},
    "mailbox_new": {"zh-CN": "条新留言", "en": "new,"},
    "mailbox_old": {"zh-CN": "条未处理的留言", "en": "not dealt with yet."},
    "mailbox_from": {"zh-CN": "来自", "en": "From"},
    "mailbox_withheld": {"zh-CN": "未显示号码", "en": "a withheld number,"},
    "mailbox_yesterday": {"zh-CN": "昨天", "en": "yesterday at"},
    "mailbox_days_ago": {"zh-CN": "天前", "en": "days ago at"},
    "mailbox_message": {"zh-CN": "留言内容", "en": "The message."},
    "mailbox_menu": {
        "zh-CN": "重听请按1,下一条请按2,关闭请按3,回电请按4,由我处理请按5,转交请按6,结束请按井号键",
        "en": (
            "To hear it again press 1. Next, 2. To close it, 3. To call back, 4. "
            "To take it, 5. To forward it, 6. To end, hash."
        ),
    },
    "mailbox_forward_to": {
        "zh-CN": "请输入接收人或队列的号码,以井号键结束",
        "en": "Dial the number of the agent or queue, then hash.",
    },
    "mailbox_forwarded": {"zh-CN": "留言已转交", "en": "The message is forwarded."},
    "mailbox_closed": {"zh-CN": "留言已关闭", "en": "The message is closed."},
    "mailbox_calling_back": {
        "zh-CN": "将为您回拨,请挂机等候",
        "en": "You will be connected with the caller. Please hang up and wait.",
    },
    "mailbox_taken": {"zh-CN": "留言已由您处理", "en": "The message is yours."},
    "mailbox_unplayable": {"zh-CN": "此留言无法播放", "en": "This message cannot be played."},
    "mailbox_no_more": {"zh-CN": "没有更多留言,再见", "en": "There are no more messages. Goodbye."},
    "mailbox_goodbye": {"zh-CN": "再见", "en": "Goodbye."},
    "survey_satisfaction": {
        "zh-CN": "请您对本次服务的满意程度评分,1为很不满意,5为非常满意,请按1到5",
        "en": ("How satisfied were you with this call? Press 1 for not at all, up to 5 for very much."),
    },
    "survey_solved": {
        "zh-CN": "您的问题解决了吗?已解决请按1,未解决请按2",
        "en": "Was your question solved? If it was, press 1. If not, press 2.",
    },
    "survey_remark": {
        "zh-CN": "如果您有其他意见,请在提示音后留言,结束请按井号键,没有请挂机",
        "en": (
            "If there is anything else that you want to tell us, please say it after the tone and press "
            "hash. Otherwise just hang up."
        ),
    },
    "survey_thanks": {
        "zh-CN": "感谢您的评价,再见",
        "en": "Thank you for your answers. Goodbye.",
    },
    "invalid_key": {
        "zh-CN": "您的输入有误,请重新输入",
        "en": "That is not one of the choices.",
    },
    "invalid_entry": {
        "zh-CN": "您输入的号码有误,请重新输入",
        "en": "That number is not complete, or not right.",
    },
    "nothing_pressed": {"zh-CN": "您没有按键", "en": "You have not pressed a key."},
    "you_are_number": {"zh-CN": "您现在排在第", "en": "You are number"},
    "in_the_queue": {"zh-CN": "位", "en": "in the queue."},
    "expected_wait": {"zh-CN": "预计等待时间", "en": "The expected wait is"},
    "minutes": {"zh-CN": "分钟", "en": "minutes."},
    "one_minute": {"zh-CN": "一分钟", "en": "one minute."},
    "less_than_a_minute": {"zh-CN": "不到一分钟", "en": "less than a minute."},
    "more_than": {"zh-CN": "超过", "en": "more than"},
    "offer_callback": {
        "zh-CN": "如需保留您的排队位置并由我们给您回电,请按",
        "en": "To be called back and keep your place, press",
    },
    "offer_voicemail": {"zh-CN": "如需留言,请按", "en": "To leave a message, press"},
    "offer_queue": {"zh-CN": "如需转到其他坐席,请按", "en": "To be served by somebody else, press"},
    "offer_flow": {"zh-CN": "如需返回菜单,请按", "en": "For the menu, press"},
    "callback_kept": {
        "zh-CN": "我们已保留您的排队位置,轮到您时会给您回电,请勿重复拨打,谢谢,再见",
        "en": (
            "We keep your place and call you back when it is your turn. Please don't dial again. "
            "Thank you, goodbye."
        ),
    },
    "callback_to": {"zh-CN": "您将回拨的号码是", "en": "You are about to call back"},
    "customer_busy": {"zh-CN": "客户正忙", "en": "The customer is busy."},
    "customer_no_answer": {"zh-CN": "客户无人接听", "en": "The customer does not answer."},
    "customer_failed": {"zh-CN": "无法接通客户", "en": "The customer could not be reached."},
    "please_wait": {"zh-CN": "请稍候", "en": "One moment, please."},
    **DIGITS,
    **GRAMMAR,
}
"""By prompt id and language."""
