"""YAML as a tree: places of keys and values, and everything that is not YAML told as such."""

from __future__ import annotations

import pytest
import yaml

from config.nodes import Mapping, Scalar, key_mark, locate, plain
from config.parsing import MAX_DEPTH, Unreadable, parse
from config.problems import Mark, Problems
from tests.unit.config.files import marks


@pytest.fixture(autouse=True, params=[yaml.CSafeLoader, yaml.SafeLoader], ids=["libyaml", "pure"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers read alike; the pure one is for where libyaml is missing."""
    monkeypatch.setattr("config.parsing.LOADER", request.param)


def tree(text: str) -> Mapping:
    problems = Problems()
    node = parse(text, "f", problems)
    assert problems.errors == []
    assert isinstance(node, Mapping)
    return node


def told(text: str) -> list[str]:
    """The problems of a text; a text with a mark has one, at the mark."""
    problems = Problems()
    try:
        parse(text.replace("§", ""), "f", problems)
    except Unreadable:
        assert problems.errors
    if "§" in text:
        assert [(each.line, each.column) for each in problems.errors] == marks(text)
    return [str(each).split(": ", 1)[1] for each in problems.errors]


def test_values_are_those_of_yaml_1_2() -> None:
    text = (
        "{a: no, b: 20:30, c: 12, d: -1.5, e: true, f: 'true', g: 2027-02-06, h: 0138, i: 1e3, "
        "j: .5, k: 0x10, l: '', m: +5, n: -, o: 'null'}"
    )
    assert plain(tree(text)) == {
        "a": "no", "b": "20:30", "c": 12, "d": -1.5, "e": True, "f": "true", "g": "2027-02-06",
        "h": 138, "i": 1000.0, "j": 0.5, "k": "0x10", "l": "", "m": 5, "n": "-", "o": "null",
    }  # fmt: skip


def test_digits_of_any_length_are_read() -> None:
    values = plain(tree(f"a: {'9' * 30}\nb: {'9' * 10_000}\nc: {'9' * 18}\n"))
    assert values["a"] == 1e30
    assert values["b"] == "9" * 10_000
    assert values["c"] == 999_999_999_999_999_999


def test_places_of_keys_and_values_and_items() -> None:
    root = tree("a:\n  b: [1, {c: 刀, d: 2}]\n")
    assert locate(root, ("a", "b", 1, "d"))[1] == Mark(file="f", line=2, column=20)
    assert key_mark(root, ("a", "b", 1, "d")) == Mark(file="f", line=2, column=17)
    assert key_mark(root, ("a", "b", 0)) == Mark(file="f", line=2, column=7)
    assert key_mark(root, ("a",)) == Mark(file="f", line=1, column=1)


def test_parts_of_a_path_that_lead_nowhere_are_passed_over() -> None:
    root = tree("a:\n  b: [1]\n")
    node, mark = locate(root, ("<tag>", "a", 5, "b", 7, "x"))
    assert mark == Mark(file="f", line=2, column=6)
    assert plain(node) == [1]
    assert isinstance(locate(root, ("a", "b", 0))[0], Scalar)


def test_an_anchor_may_be_used_again() -> None:
    assert plain(tree("a: &x {k: 1}\nb: *x\nc: [&y text, *y]\n*y : d\n")) == {
        "a": {"k": 1}, "b": {"k": 1}, "c": ["text", "text"], "text": "d",
    }  # fmt: skip


def test_nothing_is_nothing() -> None:
    assert parse("", "f", Problems()) is None
    assert parse("# only a comment\n", "f", Problems()) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\n§a: 2\n", "duplicate key 'a', expected each key once, the first is in line 1"),
        ("a: {b: 1, §b: 2}\n", "duplicate key 'b', expected each key once"),
        ("§4008: {}\n", 'the key 4008 is not quoted, expected text, write "4008"'),
        ("§true: {}\n", "the key true is not quoted"),
        ("§: 1\n", "a key is missing before the ':'"),
        ("§~: 1\n", "a key is missing before the ':'"),
        ("§a:\nb: 1\n", "'a' has no value, give it one or leave it out"),
        ("a: [1, §~]\n", "this item of the list has no value"),
        ("§<<: {a: 1}\n", "merge keys (<<) are not understood"),
        (
            "a: §!!python/object:os.system x\n",
            "the tag tag:yaml.org,2002:python/object:os.system is not",
        ),
        ("a: §!secret [x]\n", "the tag !secret is not understood, leave it out"),
        ("a: 1\n§---\nb: 2\n", "a second document begins"),
        ("a: §*nowhere\n", "the anchor 'nowhere' is not defined above"),
        ("a: &x [§*x]\n", "the anchor 'x' contains itself"),
        ("§[1, 2]: x\n", "a mapping or list stands where a key is expected"),
        ("a: &x [1]\n§*x : b\n", "an anchor to a mapping or list stands where a key is expected"),
        ("a: 1\n§\tb: 2\n", "a tab stands where YAML expects spaces, indent with spaces only"),
        ("a:\n §\t- b\n", "a tab stands where YAML expects spaces"),
        ("a: §@b\n", "this is not YAML: while scanning for the next token"),
        ("a: 'b\n", "this is not YAML: while scanning a quoted scalar"),
        ("a: [1\nb: 2\n", "this is not YAML: while parsing a flow sequence"),
        ("a: 1\n  b: 2\n", "this is not YAML: mapping values are not allowed"),
        ("%YAML 9.9\n---\na: 1\n", "this is not YAML"),
        ("a: {b: 1, §: 1}\n", "a key is missing before the ':'"),
        ("a: {§: 1}\n", "a key is missing before the ':'"),
        ("a:\n  §: 1\n", "a key is missing before the ':'"),
        ("a:\n  - b\n §- c\n", "this is not YAML: while parsing a block mapping"),
        ("§a: \x07\n", "this is not YAML from here on: unacceptable character"),
    ],
)
def test_what_cannot_be_read(text: str, message: str) -> None:
    found = told(text)
    assert len(found) == 1
    assert found[0].startswith(message), found[0]


@pytest.mark.parametrize("escape", ["\\U00110000", "\\UFFFFFFFF"])
def test_a_character_that_does_not_exist(escape: str) -> None:
    """libyaml has the place of the escape, the pure parser only that of what came before."""
    (message,) = told(f'a: "{escape}"\n')
    assert message.startswith("this is not YAML")


def test_all_duplicates_of_a_file_are_told() -> None:
    assert len(told("a: 1\n§a: 2\n§a: 3\nb: {c: 1, §c: 2}\n")) == 3


def test_a_value_that_belongs_to_a_bad_key_is_left_out() -> None:
    problems = Problems()
    node = parse("a: 1\na: 2\n<<: 5\n4: x\n", "f", problems)
    assert node is not None
    assert plain(node) == {"a": 1, "4": "x"}
    assert len(problems.errors) == 3


def test_billion_laughs_end_early() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    (message,) = told("\n".join(lines))
    assert message == "anchors stand for more than 100000 values"


def test_deep_nesting_ends_early() -> None:
    (message,) = told("a: " + "[" * 50_000)
    assert message == f"values are nested more than {MAX_DEPTH} deep"


def test_very_many_values_end_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.parsing.MAX_NODES", 50)
    (message,) = told("a: [" + "1, " * 60 + "]")
    assert message == "the file has more than 50 values"
