"""Loading a routing file: all or nothing, and with all that is wrong at once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from acd.core.routing import Routing
from config.building import build
from config.checks import check
from config.checks.prompts import Prompts
from config.checks.view import View
from config.names import MUSIC, PROMPTS, PromptIds, gather
from config.problems import ConfigErrors, Problem, Problems
from config.reading import read
from config.validation import validate

DEFAULT_NODE = "asterisk"
"""The Asterisk node of agents for whom the file names none."""

DEFAULT_APP = "strowger"
"""The name of the Stasis application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A routing with the files that it came from (the one asked for first) and what is odd in it."""

    routing: Routing
    files: tuple[Path, ...]
    warnings: tuple[Problem, ...]


def load(
    path: Path | str,
    *,
    prompts: PromptIds = PROMPTS,
    music: Collection[str] | None = MUSIC,
    unspoken: Callable[[Collection[str]], Collection[str]] = lambda languages: (),
    voices: Collection[str] | None = None,
    node: str = DEFAULT_NODE,
    app: str = DEFAULT_APP,
    today: date | None = None,
) -> Loaded:
    """Read and check a routing file with all that it includes.

    `prompts` and `music` are the ids and classes that exist (None: whatever is named is taken for
    known), `unspoken` says which of some languages have no prompts, `voices` are the languages in which
    texts can be spoken (None: any), `node` is the Asterisk of agents without one, `app` the Stasis
    application, `today` the day from which holidays are computed.
    Raises ConfigErrors with every problem.
    """
    problems = Problems()
    source = read(Path(path), problems)
    if source is None:
        raise ConfigErrors(_in_order(problems.errors), (Path(path),))
    partial = validate(source.tree, gather(source.tree, prompts, music), problems)
    check(
        View(
            document=partial.document,
            tree=source.tree,
            problems=problems,
            broken=partial.broken,
            rule_numbers=partial.rule_numbers,
            unsure=partial.unsure,
            mistaken=partial.mistaken,
            unspoken=frozenset(unspoken(partial.document.languages)),
            prompts=Prompts(there=prompts, voices=voices),
        )
    )
    if problems.errors:
        raise ConfigErrors(_in_order(problems.errors), source.files)
    routing = build(
        partial.document,
        revision=source.revision,
        node=node,
        app=app,
        today=today or datetime.now(UTC).date(),
    )
    return Loaded(routing=routing, files=source.files, warnings=_in_order(problems.warnings))


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """Each problem once; the files in the order in which they were first complained of."""
    files = {problem.file: None for problem in problems}
    rank = {file: number for number, file in enumerate(files)}
    unique = dict.fromkeys(problems)
    return tuple(sorted(unique, key=lambda each: (rank[each.file], each.line, each.column)))
