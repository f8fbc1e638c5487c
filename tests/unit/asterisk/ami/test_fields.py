import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.errors import OperatorError
from asterisk.ami.errors import AmiValueError
from asterisk.ami.fields import MAX_LINE_BYTES, checked_fields, checked_text


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("x\r\nAction: Originate", "line break"),
        ("x\n", "line break"),
        ("\r", "line break"),
        ("a\0b", "NUL"),
        ("\ud800", "Unicode"),
        ("x" * MAX_LINE_BYTES, "too long"),
        ("中" * 340, "too long"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_the_fields_name(value: str, why: str) -> None:
    with pytest.raises(AmiValueError, match=why) as refused:
        checked_fields({"Reason": value})
    assert refused.value.field == "Reason"
    assert "Reason" in str(refused.value)
    assert isinstance(refused.value, OperatorError)


@pytest.mark.parametrize("name", ["", "A: b\r\nX", "A b", "Ä", "1", "Action", "actionid", "CommandID"])
def test_what_is_no_name_of_a_field_is_refused(name: str) -> None:
    with pytest.raises(AmiValueError, match="not the name of a field"):
        checked_fields({name: "x"})


def test_each_of_several_values_is_checked() -> None:
    assert checked_fields({"Variable": ["a=1", "b=2"]}) == {"Variable": ["a=1", "b=2"]}
    with pytest.raises(AmiValueError) as refused:
        checked_fields({"Variable": ["a=1", "b=2\r\nAction: x"]})
    assert refused.value.field == "Variable"


def test_a_line_of_just_the_limit_is_let_through() -> None:
    value = "x" * (MAX_LINE_BYTES - len("Reason: "))
    assert checked_text("Reason", value) == value
    with pytest.raises(AmiValueError):
        checked_text("Reason", value + "x")


@given(st.text())
def test_whatever_is_let_through_is_one_line(value: str) -> None:
    try:
        line = f"Reason: {checked_text('Reason', value)}".encode()
    except AmiValueError:
        return
    assert not set(line) & {0, 10, 13}
    assert len(line) <= MAX_LINE_BYTES
