"""The closed set of transforms: what each takes, and what it refuses."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.mapping.transforms import TRANSFORMS, email, inward, outward
from crmbridge.model.record import Value


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        ("  Jo@Buyer.Example ", "jo@buyer.example"),
        ("o'brien+crm@x.example", "o'brien+crm@x.example"),
        ("jö@bücher.example", "jö@xn--bcher-kva.example"),
        ("", None),
        (None, None),
    ],
)
def test_an_address_is_brought_into_one_form(given_: Value, wanted: Value) -> None:
    assert email(given_) == wanted


@pytest.mark.parametrize(
    "text", ["a@b", "a@b.", "a b@c.de", "a@b@c.de", "a@b.de;c@d.de", "@b.de", "x" * 250 + "@b.de"]
)
def test_a_text_that_is_no_single_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match="not an e-mail address") as caught:
        email(text)
    assert text not in str(caught.value)


@given(st.text())
def test_an_address_in_its_form_stays_as_it_is(text: str) -> None:
    try:
        once = email(text)
    except ValueError:
        once = None
    assert email(once) == once


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("integer", "12", 12),
        ("integer", Decimal("12.0"), 12),
        ("integer", "", None),
        ("boolean", "Yes", True),
        ("boolean", "0", False),
        ("boolean", None, None),
        ("not", True, False),
        ("not", None, None),
        ("path", "https://a.example/demo/?x=1", "/demo"),
        ("path", "https://a.example", "/"),
        ("path", None, None),
        ("text", 5, "5"),
        ("lower", " ABC ", "abc"),
        ("", "As It Is", "As It Is"),
    ],
)
def test_a_transform_changes_a_vendors_value(name: str, value: Value, wanted: Value) -> None:
    assert inward(name, value) == wanted


@pytest.mark.parametrize(
    ("name", "value"), [("integer", "1.5"), ("integer", "many"), ("boolean", "perhaps")]
)
def test_a_transform_refuses_what_it_cannot_take(name: str, value: Value) -> None:
    with pytest.raises(ValueError, match=r"not|neither"):
        inward(name, value)


@pytest.mark.parametrize("value", ["nan", "Infinity", "-Infinity", "sNaN", "1e400"])
def test_a_number_that_is_no_number_is_refused_and_no_crash(value: str) -> None:
    with pytest.raises(ValueError, match="not"):
        inward("integer", value)


@pytest.mark.parametrize("value", ["http://[broken", "https://a.example:port/x", "//"])
def test_an_address_of_the_web_that_is_broken_is_refused_or_kept(value: str) -> None:
    try:
        shown = inward("path", value)
    except ValueError:
        shown = None
    assert shown is None or isinstance(shown, str)


@given(st.sampled_from(sorted(TRANSFORMS)), st.text() | st.booleans() | st.integers() | st.none())
def test_no_transform_raises_anything_but_a_value_error(name: str, value: Value) -> None:
    for way in (inward, outward):
        try:
            shown = way(name, value)
        except ValueError:
            continue
        assert shown is None or isinstance(shown, str | int | Decimal | bool)
