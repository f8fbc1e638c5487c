"""The words of which numbers, digits and times of day are made up; `ivr.saying` puts them together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_CHINESE = "零一二三四五六七八九"
_ENGLISH = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def _below_twenty(value: int) -> Mapping[str, str]:
    ten = "十" if value >= 10 else ""
    rest = _CHINESE[value % 10] if value % 10 or value == 0 else ""
    return {"zh-CN": ten + rest, "en": _ENGLISH[value]}


DIGITS: Final[Mapping[str, Mapping[str, str]]] = {
    **{f"num_{value}": _below_twenty(value) for value in range(10)},
    "num_minus": {"zh-CN": "负", "en": "minus"},
    "num_point": {"zh-CN": "点", "en": "point"},
    "key_star": {"zh-CN": "星号", "en": "star"},
    "key_hash": {"zh-CN": "井号", "en": "hash"},
}
"""What every language needs: any number can be read by its digits."""

GRAMMAR: Final[Mapping[str, Mapping[str, str]]] = {
    **{f"num_{value}": _below_twenty(value) for value in range(10, 20)},
    **{
        f"num_{tens}0": {"zh-CN": f"{_CHINESE[tens]}十", "en": word}
        for tens, word in enumerate(_TENS, start=2)
    },
    "num_hundred": {"zh-CN": "百", "en": "hundred"},
    "num_thousand": {"zh-CN": "千", "en": "thousand"},
    "num_million": {"zh-CN": "百万", "en": "million"},
    "num_billion": {"zh-CN": "十亿", "en": "billion"},
    "num_wan": {"zh-CN": "万", "en": "ten thousand"},
    "num_yi": {"zh-CN": "亿", "en": "hundred million"},
    "num_liang": {"zh-CN": "两", "en": "two"},
    "num_yao": {"zh-CN": "幺", "en": "one"},
    "num_oh": {"zh-CN": "零", "en": "oh"},
    "oclock": {"zh-CN": "点", "en": "o'clock"},
    "clock_minutes": {"zh-CN": "分", "en": "minutes"},
    "clock_am": {"zh-CN": "上午", "en": "a m"},
    "clock_pm": {"zh-CN": "下午", "en": "p m"},
}
"""What the languages need whose numbers are read as words; see `ivr.saying`."""
