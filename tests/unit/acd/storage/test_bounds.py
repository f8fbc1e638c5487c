from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.storage.bounds import demand, demand_optional, fit, fit_optional, storable
from acd.storage.errors import ValueRefused


@pytest.mark.parametrize(
    ("text", "fitting"),
    [
        ("abc", "abc"),
        ("", ""),
        ("abcdefgh", "abcde"),
        ("王王王王王王", "王王王王王"),
        ("a\0b", "a\ufffdb"),
        ("a\ud800b", "a?b"),
        ("\r\n'\"", "\r\n'\""),
    ],
)
def test_what_comes_with_a_call_is_made_to_fit(text: str, fitting: str) -> None:
    assert fit(text, 5) == fitting


@given(st.text(alphabet=st.characters(), max_size=20))
def test_what_fits_is_valid_and_fits_again_unchanged(text: str) -> None:
    fitting = fit(text, 10)
    assert len(fitting) <= 10
    assert "\0" not in fitting
    assert fitting.encode().decode() == fitting
    assert fit(fitting, 10) == fitting == storable(fitting)


def test_nothing_stays_nothing() -> None:
    assert fit_optional(None, 5) is None
    assert fit_optional("abcdef", 5) == "abcde"
    assert demand_optional("name", None, 5) is None
    assert demand_optional("name", "abc", 5) == "abc"


def test_what_a_person_writes_is_kept_or_refused() -> None:
    assert demand("name", "王芳", 5) == "王芳"
    with pytest.raises(ValueRefused, match="name has 6 characters; at most 5"):
        demand("name", "abcdef", 5)
    for text in ("a\0", "a\udfff"):
        with pytest.raises(ValueRefused, match="cannot be stored"):
            demand("name", text, 5)
