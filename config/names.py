"""The names that a routing file defines, by kind, so that each use of one can be checked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from config.nodes import Mapping as MappingNode
from config.nodes import Node, Scalar, Sequence

PromptIds: TypeAlias = Collection[str] | Callable[[Collection[str]], Collection[str]] | None
"""The prompts that there are, or those that there are in all of some languages; None: nobody knows."""

PROMPTS = frozenset(
    {
        "system_busy",
        "all_busy_recorded",
        "closed",
        "goodbye",
        "unknown_number",
        "nobody",
        "leave_message",
        "invalid_key",
        "invalid_entry",
        "nothing_pressed",
        "please_wait",
        "you_are_number",
        "in_the_queue",
        "expected_wait",
        "minutes",
        "one_minute",
        "less_than_a_minute",
        "more_than",
        "offer_callback",
        "offer_voicemail",
        "offer_queue",
        "offer_flow",
        "callback_kept",
        "callback_to",
        "customer_busy",
        "customer_no_answer",
        "customer_failed",
    }
)
"""The prompts that are always there."""
MUSIC = frozenset({"default"})
"""The music classes that are always there."""
GRADE_LEVELS: Mapping[str, int] = {"junior": 3, "intermediate": 5, "senior": 8, "vip": 10}
"""The grades that are always there, with the level of the skills that an agent only lists."""
SYSTEM_PAUSE_REASONS = ("no answer", "refused")
"""Pause reasons that the system gives, and that no agent may choose."""

WHERE = {
    "queue": "a queue of the section queues",
    "business": "a business of the section businesses",
    "hours": "hours of the section hours",
    "skill": "a skill of the list skills",
    "group": "a group of the list groups",
    "agent": "an agent of the section agents",
    "grade": "a grade",
    "tier": "a customer tier of the list tiers",
    "language": "a language of the list languages",
    "pause reason": "one of the list pause_reasons, or of the system's own",
    "prompt": "the id of a prompt",
    "music class": "a class of the section music, or default",
    "number": "a number of the section numbers",
    "flow": "a flow of the section flows",
    "voicemail box": "a box of the section voicemail",
    "trunk": "a trunk of the section trunks",
}
_SECTIONS = {
    "queue": "queues",
    "business": "businesses",
    "hours": "hours",
    "agent": "agents",
    "grade": "grades",
    "number": "numbers",
    "skill": "skills",
    "group": "groups",
    "tier": "tiers",
    "language": "languages",
    "pause reason": "pause_reasons",
    "flow": "flows",
    "voicemail box": "voicemail",
    "trunk": "trunks",
    "music class": "music",
}
_ALWAYS = {"grade": frozenset(GRADE_LEVELS), "pause reason": frozenset(SYSTEM_PAUSE_REASONS)}
_NEVER = {"number": frozenset({"default"})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """`known` maps a kind to its names; a kind is missing where its section is unreadable. `prompts`
    tells which prompts there are in all of some languages."""

    known: Mapping[str, frozenset[str]]
    prompts: Callable[[Collection[str]], Collection[str]] | None = None

    def candidates(self, kind: str) -> frozenset[str] | None:
        """All names of a kind, or None where they cannot be known."""
        return self.known.get(kind)

    def lacking(self, prompt: str) -> tuple[str, ...]:
        """The languages in which a prompt is not recorded that is recorded in others of the file."""
        if self.prompts is None:
            return ()
        languages = sorted(self.known.get("language", ()))
        lacking = tuple(each for each in languages if prompt not in self.prompts([each]))
        return lacking if len(lacking) < len(languages) else ()


def gather(tree: MappingNode, prompts: PromptIds, music: Collection[str] | None) -> Names:
    """The names defined in a file, its mistakes elsewhere notwithstanding."""
    known: dict[str, frozenset[str]] = {}
    for kind, section in _SECTIONS.items():
        node = tree.entries[section][1] if section in tree.entries else None
        names = _names(node)
        if names is not None:
            known[kind] = (names | _ALWAYS.get(kind, frozenset())) - _NEVER.get(kind, frozenset())
    by_language = prompts if callable(prompts) else None
    if callable(prompts):
        languages = known.get("language")
        prompts = prompts(languages) if languages else None
    own = _names(tree.entries["prompts"][1]) if "prompts" in tree.entries else frozenset()
    if prompts is not None and own is not None:
        known["prompt"] = frozenset(prompts) | own
    if music is None:
        known.pop("music class", None)
    elif "music class" in known:
        known["music class"] |= frozenset(music)
    return Names(known=known, prompts=by_language)


def _names(node: Node | None) -> frozenset[str] | None:
    if node is None:
        return frozenset()
    if isinstance(node, MappingNode):
        return frozenset(node.entries)
    if isinstance(node, Sequence):
        return frozenset(item.text for item in node.items if isinstance(item, Scalar))
    return None
