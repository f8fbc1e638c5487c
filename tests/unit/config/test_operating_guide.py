"""The operating guide lists every setting."""

from __future__ import annotations

import re
from pathlib import Path

from config.settings import PREFIX, Settings

GUIDE = Path(__file__).parents[3] / "docs" / "operating.md"


def test_every_setting_is_in_the_guide_and_no_other() -> None:
    listed = set(re.findall(r"^\| `(STROWGER_\w+)`", GUIDE.read_text(encoding="utf-8"), re.M))
    assert listed == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
