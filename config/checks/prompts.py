"""Which prompts there are without the file, by language."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from config.names import PROMPTS, PromptIds


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompts:
    """`there` are the prompts that are always there and those that are recorded; `voices` the languages
    in which a text can be spoken (None: in any)."""

    there: PromptIds = PROMPTS
    voices: Collection[str] | None = None

    def has(self, prompt: str, language: str) -> bool:
        """Whether a prompt is there in a language, without a text of the file."""
        if self.there is None:
            return True
        there = self.there([language]) if callable(self.there) else self.there
        return prompt in there

    def can_speak(self, language: str) -> bool:
        """Whether there is a voice for a language."""
        return self.voices is None or language in self.voices
