"""The installation's own prompts: each can be heard in every language of the file."""

from __future__ import annotations

from config.checks.view import View


def check_prompts(view: View) -> None:
    """Note prompts that lack a language, and texts for which there is no voice."""
    if not view.whole("languages"):
        return
    for id, texts in view.document.prompts.items():
        for language in view.document.languages:
            if view.prompts.has(id, language):
                continue
            if language not in texts:
                view.error(
                    ("prompts", id, "[key]"),
                    f"the prompt {id!r} has no text in {language}, expected one in every language",
                    f"or a recording {language}/{id}.wav in the prompts folder",
                )
            elif not view.prompts.can_speak(language):
                view.error(
                    ("prompts", id, language),
                    f"there is no voice that speaks {language}, expected a recording",
                    f"{language}/{id}.wav in the prompts folder",
                )
