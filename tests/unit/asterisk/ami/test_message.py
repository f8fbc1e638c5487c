import pytest

from asterisk.ami.errors import AmiMissingHeader
from asterisk.ami.message import AmiMessage


def test_headers_are_found_in_any_case() -> None:
    message = AmiMessage({"Event": "Reload", "Module": "x.so"})
    assert message["module"] == message["MODULE"] == "x.so"
    assert message.event == "Reload"


def test_a_missing_header_is_an_error_that_says_which_and_where() -> None:
    with pytest.raises(AmiMissingHeader, match=r"Asterisk's Reload has no Status\."):
        AmiMessage({"Event": "Reload"})["Status"]
    with pytest.raises(AmiMissingHeader, match="Success has no Message"):
        AmiMessage({"Response": "Success"})["Message"]
    with pytest.raises(AmiMissingHeader, match="message has no X"):
        AmiMessage({})["X"]


def test_an_empty_header_is_there() -> None:
    message = AmiMessage({"Response": "Success", "Reason": ""})
    assert message["Reason"] == ""
    assert message.get("Reason") == ""
    assert message.get("Other") is None
    assert message.event is None


def test_a_header_may_come_more_than_once() -> None:
    message = AmiMessage({"Output": ["a", "b"], "None": []})
    assert message["Output"] == "a"
    assert message.all("output") == ("a", "b")
    assert message.all("Other") == ()
    assert message.get("None") is None


def test_it_shows_its_kind_and_names_but_no_values() -> None:
    assert repr(AmiMessage({"Event": "X", "Secret": "geheim"})) == "<AmiMessage X ['event', 'secret']>"
    assert repr(AmiMessage({})) == "<AmiMessage ? []>"
