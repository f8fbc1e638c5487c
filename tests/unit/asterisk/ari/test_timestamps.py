from datetime import UTC, datetime

import pytest

from asterisk.ari.timestamps import epoch_s

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("timestamp", "seconds"),
    [
        ("2026-11-21T12:00:00.000+0000", 0.0),
        ("2026-11-21T12:00:59.372+0000", 59.372),
        ("2026-11-21T12:01:00.001+0000", 60.001),
        ("2026-11-21T20:00:01.500+0800", 1.5),
        ("2026-11-21T07:30:01.500-0430", 1.5),
    ],
)
def test_seconds(timestamp: str, seconds: float) -> None:
    assert epoch_s(timestamp) == pytest.approx(NOON + seconds, abs=1e-6)


@pytest.mark.parametrize("garbage", ["", "now", "2026-11-21", "2026-11-21T12:00:xx.000+0000"])
def test_what_is_no_timestamp_is_a_value_error(garbage: str) -> None:
    with pytest.raises(ValueError, match=r"isoformat|convert"):
        epoch_s(garbage)
