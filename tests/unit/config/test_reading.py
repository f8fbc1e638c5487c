"""Files: limits, encodings, includes; every problem names the file that it is in."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import load
from config.problems import ConfigErrors
from config.reading import MAX_BYTES
from tests.unit.config.files import SECTIONS, check_mistakes, text, write


def told(path: Path) -> list[str]:
    with pytest.raises(ConfigErrors) as caught:
        load(path)
    assert path in caught.value.files
    folder = f"{path.parent}/"
    return [str(problem).replace(folder, "") for problem in caught.value.problems]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert told(tmp_path / "a.yaml") == ["a.yaml:1:1: a.yaml cannot be read: No such file or directory"]


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    assert told(tmp_path / "d") == ["d:1:1: d is not a file, expected a YAML file"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "1:1: the file is empty, expected the sections of a routing"),
        (b"# nothing\n", "1:1: the file is empty"),
        (b"- a\n- b\n", "1:1: the file holds a list, expected sections (key: value)"),
        (b"hello\n", "1:1: the file holds a single value"),
        (b"~\n", "1:1: the file is empty"),
        (b"version: 1\nname: \xb5\xb6\n", "2:7: byte 0xb5 is not UTF-8, save as UTF-8"),
        ("version: 1\n".encode("utf-16"), "1:1: byte 0xff is not UTF-8"),
        (b"version: 1\na: \x07\n", "2:4: the character U+0007 is not allowed, expected text"),
        ("a: \u2028\n".encode(), "1:4: the character U+2028 is not allowed"),
        (b"a: [1\n", "2:1: this is not YAML"),
    ],
)
def test_a_file_that_is_no_routing(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.yaml").write_bytes(content)
    (found,) = told(tmp_path / "a.yaml")
    assert found.startswith(f"a.yaml:{message}")


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + text().encode())
    load(tmp_path / "a.yaml")


def test_line_ends_of_windows_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(text().replace("\n", "\r\n").encode())
    load(tmp_path / "a.yaml")


def test_a_huge_file_is_not_even_read(tmp_path: Path) -> None:
    huge = tmp_path / "a.yaml"
    with huge.open("wb") as stream:
        stream.truncate(100 * 1024 * 1024)
    assert told(huge) == ["a.yaml:1:1: a.yaml is too big, expected at most 4 MiB in all files"]


def test_the_limit_holds_for_all_files_together(tmp_path: Path) -> None:
    half = "#" * (MAX_BYTES // 2)
    write(tmp_path, half, "b.yaml")
    main = write(tmp_path, f"§include: [§b.yaml]\n{half}\n", "a.yaml")
    assert "a.yaml:1:11: b.yaml is too big, expected at most 4 MiB in all files" in told(main)


def test_included_sections_are_joined(tmp_path: Path) -> None:
    write(tmp_path, 'queues:\n  more: {}\nagents:\n  "9": {}\n', "queues/b.yaml")
    write(tmp_path, "queues:\n  other: {}\nskills: [spanish]\nversion: 1\n", "queues/a.yaml")
    loaded = load(write(tmp_path, text(include="include: ['queues/*.yaml']")))
    assert list(loaded.routing.queues) == ["main", "other", "more"]
    assert list(loaded.routing.agents) == ["1", "2", "9"]
    assert [file.relative_to(tmp_path).as_posix() for file in loaded.files] == [
        "routing.yaml", "queues/a.yaml", "queues/b.yaml",
    ]  # fmt: skip


def test_one_include_needs_no_list_and_may_have_an_absolute_path(tmp_path: Path) -> None:
    other = write(tmp_path, "queues:\n  more: {}\n", "elsewhere/b.yaml")
    for path in (f"{other.parent}/*.yaml", str(other)):
        assert "more" in load(write(tmp_path, text(include=f"include: {path}"))).routing.queues


def test_included_files_include_from_their_own_folder(tmp_path: Path) -> None:
    write(tmp_path, "include: deeper/c.yaml\n", "sub/b.yaml")
    write(tmp_path, "queues:\n  more: {}\n", "sub/deeper/c.yaml")
    assert "more" in load(write(tmp_path, text(include="include: sub/b.yaml"))).routing.queues


def test_each_mistake_names_its_own_file(tmp_path: Path) -> None:
    write(tmp_path, "queues:\n  b: {ring: 20}\n", "b.yaml")
    main = write(tmp_path, text(include="include: b.yaml", tiers="tiers: vip"))
    assert [line.split(": ", 1)[0] for line in told(main)] == ["routing.yaml:6:8", "b.yaml:2:13"]


@pytest.mark.parametrize(
    ("include", "message"),
    [
        ("[§b.yaml]", "{folder}/b.yaml cannot be read: No such file"),
        ("[§'*.yml']", "no file matches '*.yml' in {folder}"),
        ("[§5]", "5 is not a path, expected one such as queues/*.yaml"),
        ("[§{a: b}]", "a mapping is not a path"),
        ("[§'']", "'' is not a path"),
        ("§routing.yaml", "{folder}/routing.yaml includes itself, expected each file once"),
        ("[§'**b/*.yaml']", "'**b/*.yaml' is not a usable pattern"),
        ("[§.]", "{folder} is not a file"),
    ],
)
def test_an_include_that_leads_nowhere(tmp_path: Path, include: str, message: str) -> None:
    check_mistakes(tmp_path, text(include=f"include: {include}"), message.format(folder=tmp_path))


def test_a_path_with_a_null_byte(tmp_path: Path) -> None:
    check_mistakes(tmp_path, text(include='include: [§"a\\0b"]'), "'a\\x00b' is not a path")


def test_includes_that_go_in_a_circle(tmp_path: Path) -> None:
    write(tmp_path, "include: c.yaml\n", "b.yaml")
    write(tmp_path, "include: routing.yaml\n", "c.yaml")
    assert told(write(tmp_path, text(include="include: b.yaml"))) == [
        "c.yaml:1:10: routing.yaml includes itself, expected each file once"
    ]


def test_a_file_included_twice(tmp_path: Path) -> None:
    write(tmp_path, "tiers: [silver]\n", "b.yaml")
    found = told(write(tmp_path, text(include="include: [b.yaml, ./b.yaml]")))
    assert found == ["routing.yaml:20:19: b.yaml is included twice, expected each file once"]


def test_very_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.reading.MAX_FILES", 3)
    for number in range(5):
        write(tmp_path, f"tiers: [t{number}]\n", f"more/{number}.yaml")
    found = told(write(tmp_path, text(include="include: more/*.yaml")))
    assert found == ["routing.yaml:20:10: more than 3 files are included"]


def test_names_and_sections_given_in_two_files(tmp_path: Path) -> None:
    write(tmp_path, "queues:\n  main: {}\ntimezone: UTC\nagents: []\n", "b.yaml")
    main = write(tmp_path, text(include="include: b.yaml"))
    assert told(main) == [
        "b.yaml:2:3: duplicate key 'main' in queues, expected each key once, "
        "the first is routing.yaml:19",
        "b.yaml:3:1: 'timezone' is given twice, the first is routing.yaml:2",
        "b.yaml:4:1: 'agents' is given twice, the first is routing.yaml:15",
    ]  # fmt: skip


def test_the_revision_names_the_content(tmp_path: Path) -> None:
    first = load(write(tmp_path, text(), "a.yaml")).routing.revision
    assert load(write(tmp_path, text(), "a.yaml")).routing.revision == first
    assert load(write(tmp_path, text() + "# changed\n", "a.yaml")).routing.revision != first
    assert len(first) == 12


def test_the_small_file_of_these_tests_has_all_sections_that_are_needed() -> None:
    assert {"version", "timezone", "languages", "numbers", "queues"} <= SECTIONS.keys()
