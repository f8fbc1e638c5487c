"""Making prompts, with stand-ins for espeak-ng and sox."""

from __future__ import annotations

import sys
import wave
from collections.abc import Sequence
from pathlib import Path

import pytest

from asterisk.prompts.catalogue import PROMPTS
from asterisk.prompts.numbers import GRAMMAR
from asterisk.prompts.speak import PromptError, Speaker, build, known

TEXTS = {"hello": {"zh-CN": "您好", "en": "Hello"}, "bye": {"zh-CN": "再见", "en": "Goodbye"}}

# Says its arguments and its input, as many bytes as sox would say samples.
FAKE = """
import sys
said = sys.stdin.buffer.read()
with open(sys.argv[1], "a", encoding="utf-8") as calls:
    calls.write(" ".join(sys.argv[2:]) + "\\n")
if b"silent" in said:
    sys.exit("cannot say that")
sys.stdout.buffer.write(said if sys.argv[2] == "espeak-ng" else said[:8].ljust(8))
"""


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    return tmp_path / "calls"


@pytest.fixture
def speaker(tmp_path: Path, calls: Path) -> Speaker:
    def command(argv: Sequence[str]) -> Sequence[str]:
        return [sys.executable, "-c", FAKE, str(calls), *argv]

    return Speaker(tmp_path / "cache", command)


def sound(path: Path) -> tuple[bytes, int]:
    with wave.open(str(path), "rb") as wav:
        assert (wav.getnchannels(), wav.getsampwidth()) == (1, 2)
        return wav.readframes(wav.getnframes()), wav.getframerate()


def test_every_prompt_is_spoken_in_every_language_and_both_rates(
    tmp_path: Path, speaker: Speaker, calls: Path
) -> None:
    said: list[str] = []
    build(tmp_path / "to", ["zh-CN", "en"], speaker=speaker, texts=TEXTS, report=said.append)
    folder = tmp_path / "to" / "zh-CN" / "strowger"
    assert {path.name for path in folder.iterdir()} == {
        "hello.wav", "hello.wav16", "bye.wav", "bye.wav16",
    }  # fmt: skip
    assert sound(folder / "hello.wav") == ("您好".encode().ljust(8), 8000)
    assert sound(folder / "hello.wav16")[1] == 16000
    assert sound(tmp_path / "to" / "en" / "strowger" / "bye.wav")[0] == b"Goodbye "
    assert any("-v cmn" in line for line in calls.read_text().splitlines())
    assert any("-v en" in line for line in calls.read_text().splitlines())
    assert len(said) == 2


def test_what_was_said_once_is_kept(tmp_path: Path, speaker: Speaker, calls: Path) -> None:
    for target in ("one", "two"):
        build(tmp_path / target, ["en"], speaker=speaker, texts=TEXTS)
        made = calls.read_text()
        calls.write_text("")
    assert made == ""
    changed = {"hello": {"en": "Hi"}}
    build(tmp_path / "two", ["en"], speaker=speaker, texts=changed)
    assert calls.read_text().count("espeak-ng") == 1
    assert sound(tmp_path / "two" / "en" / "strowger" / "hello.wav")[0] == b"Hi".ljust(8)


def test_own_recordings_go_before_and_may_add(tmp_path: Path, speaker: Speaker, calls: Path) -> None:
    own = tmp_path / "own"
    (own / "en").mkdir(parents=True)
    (own / "en" / "hello.mp3").write_bytes(b"recorded")
    (own / "en" / "news.wav").write_bytes(b"the news")
    build(tmp_path / "to", ["en"], speaker=speaker, texts=TEXTS, own=own)
    folder = tmp_path / "to" / "en" / "strowger"
    assert sound(folder / "hello.wav")[0] == b"recorded"
    assert sound(folder / "news.wav16")[0] == b"the news"
    assert sound(folder / "bye.wav")[0] == b"Goodbye "
    assert "-t mp3 -" in calls.read_text()
    assert known(own, ["en"]) >= {"news", "closed"}
    assert "news" not in known(own, ["en", "zh-CN"])
    assert known(None, []) == frozenset()


def test_texts_of_the_routing_file_are_spoken_too_and_go_before(
    tmp_path: Path, speaker: Speaker
) -> None:
    added = {"welcome": {"en": "Welcome", "zh-CN": "欢迎"}, "bye": {"en": "So long"}}
    build(tmp_path / "to", ["zh-CN", "en"], speaker=speaker, texts=TEXTS, added=added)
    english, chinese = (tmp_path / "to" / each / "strowger" for each in ("en", "zh-CN"))
    assert sound(english / "welcome.wav")[0] == b"Welcome".ljust(8)
    assert sound(english / "bye.wav")[0] == b"So long".ljust(8)
    assert sound(chinese / "bye.wav")[0] == "再见".encode().ljust(8)


def test_a_language_that_reads_numbers_by_digits_needs_no_other_words(
    tmp_path: Path, speaker: Speaker
) -> None:
    own = tmp_path / "own"
    (own / "fr").mkdir(parents=True)
    for name in PROMPTS.keys() - GRAMMAR.keys():
        (own / "fr" / f"{name}.wav").write_bytes(b"bonjour!")
    build(tmp_path / "to", ["fr"], speaker=speaker, own=own)
    made = {path.stem for path in (tmp_path / "to" / "fr" / "strowger").iterdir()}
    assert "num_7" in made
    assert made.isdisjoint(GRAMMAR)


def test_a_language_without_a_voice_needs_recordings(tmp_path: Path, speaker: Speaker) -> None:
    with pytest.raises(PromptError, match=r"no voice for the language 'fr', only for zh-CN, en"):
        build(tmp_path / "to", ["fr"], speaker=speaker, texts=TEXTS)
    own = tmp_path / "own"
    (own / "fr").mkdir(parents=True)
    for name in TEXTS:
        (own / "fr" / f"{name}.wav").write_bytes(b"bonjour!")
    build(tmp_path / "to", ["fr"], speaker=speaker, texts=TEXTS, own=own)
    assert sound(tmp_path / "to" / "fr" / "strowger" / "bye.wav")[0] == b"bonjour!"


def test_a_program_that_fails_is_told_with_its_words(tmp_path: Path, speaker: Speaker) -> None:
    with pytest.raises(PromptError, match=r"espeak-ng .*cannot say that"):
        speaker.spoken("silent", "en")
    assert not list((tmp_path / "cache").iterdir())


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    nowhere = Speaker(tmp_path / "cache", lambda argv: ["/no/such/program", *argv])
    with pytest.raises(PromptError, match="espeak-ng, which makes the prompts, cannot be run"):
        nowhere.spoken("Hello", "en")
