"""Where the routing comes from: the files, read with what an installation's settings add to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from acd.core.routing import Routing
from acd.errors import OperatorError
from asterisk.prompts.catalogue import PROMPTS, VOICES
from asterisk.prompts.numbers import GRAMMAR
from asterisk.prompts.speak import known
from config.load import Loaded, load
from config.problems import ConfigErrors
from config.settings import Settings


class RoutingSource:
    """The routing files: the one named, and those that it includes."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self._path = path
        self._settings = settings
        self._folders: frozenset[Path] = frozenset()

    @classmethod
    def configured(cls, settings: Settings) -> RoutingSource:
        """That of the installation. Raises OperatorError where its file is missing."""
        path = settings.routing_file
        if not path.exists():
            raise OperatorError(
                f"there is no routing file {path.absolute()}: expected STROWGER_ROUTING_FILE to name it"
            )
        return cls(path, settings)

    def read(self) -> Loaded:
        """Read and check. Raises ConfigErrors; then the folders known so far stay watched too."""
        settings = self._settings
        try:
            loaded = load(
                self._path,
                prompts=self._prompts,
                unspoken=self._unspoken,
                voices=VOICES,
                node=settings.node,
                app=settings.ari_app,
            )
        except ConfigErrors as error:
            self._folders |= _folders(error.files)
            raise
        self._folders = _folders(loaded.files)
        return loaded

    def load(self) -> Routing:
        """The routing alone. Raises ConfigErrors."""
        return self.read().routing

    def folders(self) -> frozenset[Path]:
        """Where the files are, those that are links and those that the links lead to."""
        return self._folders

    def concerns(self, _change: object, path: str) -> bool:
        """Whether a changed file is one of ours, or may be included by one of ours."""
        return path.endswith((".yaml", ".yml"))

    def _prompts(self, languages: Collection[str]) -> Collection[str]:
        """The spoken ones, and an installation's own recordings that exist in every language."""
        try:
            return known(self._settings.prompts_dir, languages)
        except OSError as error:
            raise OperatorError(f"the own prompts cannot be listed: {error}") from error

    def _unspoken(self, languages: Collection[str]) -> Collection[str]:
        """Those for which there is no voice, and in which some prompt is not recorded either."""
        own = self._settings.prompts_dir
        return [each for each in languages if each not in VOICES and not _all_recorded(own / each)]


def _all_recorded(folder: Path) -> bool:
    try:
        recorded = {path.stem for path in folder.iterdir() if path.is_file()}
    except FileNotFoundError:
        return False
    except OSError as error:
        raise OperatorError(f"the own prompts cannot be listed: {error}") from error
    return PROMPTS.keys() - GRAMMAR.keys() <= recorded


def _folders(files: Iterable[Path]) -> frozenset[Path]:
    return frozenset(
        folder for path in files for folder in (path.absolute().parent, path.resolve().parent)
    )
