"""What cannot be right although each value is: combinations that make no sense, and what is odd."""

from __future__ import annotations

from config.checks.callbacks import check_callbacks
from config.checks.flows import check_flows
from config.checks.hours import check_hours
from config.checks.music import check_music
from config.checks.numbering import check_numbering
from config.checks.own_prompts import check_prompts
from config.checks.people import check_people
from config.checks.queues import check_queues
from config.checks.rules import check_rules
from config.checks.unused import check_unused
from config.checks.view import View
from config.checks.voicemail import check_voicemail
from config.checks.waiting import check_waiting


def check(view: View) -> None:
    """Note every combination that cannot be, and everything that is odd."""
    check_people(view)
    check_hours(view)
    check_queues(view)
    check_rules(view)
    check_prompts(view)
    check_flows(view)
    check_voicemail(view)
    check_waiting(view)
    check_music(view)
    check_callbacks(view)
    check_numbering(view)
    check_unused(view)
