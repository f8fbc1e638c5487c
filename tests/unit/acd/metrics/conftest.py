from __future__ import annotations

import pytest

from acd.metrics import Metrics
from tests.unit.acd.metrics.counted import ROUTING, FakeCentre


@pytest.fixture
def metrics() -> Metrics:
    metrics = Metrics(started_at=1000.0)
    metrics.configure(ROUTING)
    metrics.watch(FakeCentre())
    return metrics
