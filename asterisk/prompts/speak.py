"""Prompts as sound files: spoken by espeak-ng, or an installation's own recordings.

Each prompt becomes LANGUAGE/strowger/ID.wav (8 kHz) and ID.wav16 (16 kHz, for wideband calls),
mono, 16 bits, which is where and how Asterisk looks for `sound:strowger/ID`. Own recordings, in
any format that sox reads, are LANGUAGE/ID.SUFFIX in their folder, and go before the spoken ones.
"""

from __future__ import annotations

import hashlib
import subprocess
import wave
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from acd.errors import OperatorError
from asterisk.prompts.catalogue import PROMPTS, VOICES
from asterisk.prompts.numbers import GRAMMAR

FOLDER = "strowger"
NOTHING: Mapping[str, Mapping[str, str]] = {}
RATES_HZ = {".wav": 8_000, ".wav16": 16_000}
RECIPE = 1
"""Another number makes all cached sounds anew."""
WORDS_A_MINUTE = "165"
LEVEL_DB = "-3"

Report = Callable[[str], None]
Command = Callable[[Sequence[str]], Sequence[str]]
"""How a program is run where the tools are: `asterisk.lab.root.Root.command`, or as it is."""


class PromptError(OperatorError):
    """A prompt cannot be made."""


class Speaker:
    """Makes sound files and keeps them in `cache`, by what is said and the voice that says it."""

    def __init__(self, cache: Path, command: Command) -> None:
        self._cache = cache
        self._command = command

    def spoken(self, text: str, language: str) -> dict[str, Path]:
        """The text in the voice of a language; the file of each suffix."""
        voice = VOICES.get(language)
        if voice is None:
            raise PromptError(
                f"There is no voice for the language {language!r}, only for {', '.join(VOICES)}: "
                f"its prompts have to be recordings in a folder {language}."
            )
        source = f"{voice} {WORDS_A_MINUTE} {text}".encode()

        def speak() -> bytes:
            argv = ["espeak-ng", "-b", "1", "-v", voice, "-s", WORDS_A_MINUTE, "--stdin", "--stdout"]
            return self._run(argv, text.encode())

        return self._converted(source, speak, "wav")

    def recorded(self, recording: Path) -> dict[str, Path]:
        """An installation's own recording; the file of each suffix."""
        content = recording.read_bytes()
        return self._converted(content, lambda: content, recording.suffix.removeprefix("."))

    def _converted(self, key: bytes, sound: Callable[[], bytes], kind: str) -> dict[str, Path]:
        digest = hashlib.sha256(b"%d %s %s " % (RECIPE, kind.encode(), LEVEL_DB.encode()) + key)
        files = {suffix: self._cache / (digest.hexdigest()[:24] + suffix) for suffix in RATES_HZ}
        if not all(file.exists() for file in files.values()):
            self._cache.mkdir(parents=True, exist_ok=True)
            content = sound()
            for suffix, file in files.items():
                write_wav(file, self._samples(content, kind, RATES_HZ[suffix]), RATES_HZ[suffix])
        return files

    def _samples(self, content: bytes, kind: str, rate_hz: int) -> bytes:
        """Raw samples: in a pipe sox cannot say in a WAV's header how long it is."""
        raw = ["-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-L"]
        argv = ["sox", "-V1", "-t", kind, "-", *raw, "-r", str(rate_hz), "-", "norm", LEVEL_DB]
        return self._run(argv, content)

    def _run(self, argv: Sequence[str], content: bytes) -> bytes:
        try:
            done = subprocess.run(self._command(argv), input=content, capture_output=True, check=False)
        except OSError as error:
            raise PromptError(f"{argv[0]}, which makes the prompts, cannot be run: {error}") from error
        if done.returncode or not done.stdout:
            said = done.stderr.decode(errors="replace").strip()
            raise PromptError(f"{' '.join(argv[:5])} made no sound: {said or done.returncode}")
        return done.stdout


def build(
    target: Path,
    languages: Sequence[str],
    *,
    speaker: Speaker,
    own: Path | None = None,
    report: Report = lambda line: None,
    texts: Mapping[str, Mapping[str, str]] = PROMPTS,
    added: Mapping[str, Mapping[str, str]] = NOTHING,
) -> None:
    """Put all prompts of these languages under `target`, a folder of Asterisk's sounds.

    `own` has an installation's recordings, which replace spoken prompts and may add others. `added`
    are the texts of its routing file, which replace those that are always there. A language whose
    numbers are read by their digits needs no words for more. Raises `PromptError` where a prompt can
    neither be spoken nor is recorded.
    """
    texts = {**texts, **{prompt: {**texts.get(prompt, {}), **mine} for prompt, mine in added.items()}}
    for language in languages:
        folder = target / language / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        recordings = _recordings(own, language)
        needed = texts.keys() if language in VOICES else texts.keys() - GRAMMAR.keys()
        report(f"Prompts in {language}: {len(needed)} texts, {len(recordings)} recordings")
        for prompt in sorted(needed | recordings.keys()):
            files = (
                speaker.recorded(recordings[prompt])
                if prompt in recordings
                else speaker.spoken(texts[prompt].get(language, ""), language)
            )
            for suffix, file in files.items():
                _place(file, folder / (prompt + suffix))


def known(own: Path | None, languages: Collection[str]) -> frozenset[str]:
    """The ids of all prompts that there are in every one of the languages."""
    sets = [PROMPTS.keys() | _recordings(own, language).keys() for language in languages]
    return frozenset.intersection(*map(frozenset, sets)) if sets else frozenset()


def write_wav(path: Path, samples: bytes, rate_hz: int) -> None:
    """Raw 16-bit mono samples as a WAV, whole or not at all."""
    half = path.with_name(path.name + ".half")
    with wave.open(str(half), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(rate_hz)
        wav.writeframes(samples)
    half.replace(path)


def _recordings(own: Path | None, language: str) -> dict[str, Path]:
    if own is None or not (own / language).is_dir():
        return {}
    return {path.stem: path for path in sorted((own / language).iterdir()) if path.is_file()}


def _place(file: Path, target: Path) -> None:
    """Copied by way of a second name, so that a call that plays it now is not disturbed."""
    half = target.with_name(target.name + ".half")
    half.write_bytes(file.read_bytes())
    half.replace(target)
