"""Hypothesis draws the same examples in every run, so that what is red is red for everybody; others each
time in the long form (STROWGER_LONG, see `make check-long`)."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("same", derandomize=True)
settings.load_profile("default" if os.environ.get("STROWGER_LONG") else "same")
