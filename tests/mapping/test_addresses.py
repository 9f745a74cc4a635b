"""One address is one text, however it was typed, copied or shown."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crmbridge.mapping.addresses import each, normal

UNSEEN = (
    *"\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f",
    *"\u202a\u202e\u2060\u2066\u2069\ufe0f\ufeff",
)
PLAIN = st.text("abcdefghijklmnopqrstuvwxyz0123456789+_-", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("jo@buyer.example\u200b", "jo@buyer.example"),
        ("\ufeffjo@buyer.example", "jo@buyer.example"),
        ("jo\u00ad@buy\u2060er.example", "jo@buyer.example"),
        ("\u202ajo@buyer.example\u202c", "jo@buyer.example"),
        ("\u00a0 \tjo@buyer.example\u3000\r\n", "jo@buyer.example"),
        ("jo\uff20buyer\uff0eexample", "jo@buyer.example"),
        ("jo@buyer\u3002example", "jo@buyer.example"),
        ("\uff2a\uff2f@BUYER.example", "jo@buyer.example"),
        ("mailto:jo@buyer.example", "jo@buyer.example"),
        ("MailTo:jo@buyer.example?subject=Hello", "jo@buyer.example"),
        ("<jo@buyer.example>", "jo@buyer.example"),
        ("Jo Kern <mailto:jo@buyer.example>", "jo@buyer.example"),
        ("jo@b\u00fccher.example", "jo@xn--bcher-kva.example"),
        ("jo@B\u00dcCHER.example", "jo@xn--bcher-kva.example"),
        ("jo@bu\u0308cher.example", "jo@xn--bcher-kva.example"),
        ("jo@XN--BCHER-KVA.example", "jo@xn--bcher-kva.example"),
        ("Jo+News@buyer.example", "jo+news@buyer.example"),
        ("jo@under_score.example", "jo@under_score.example"),
    ],
)
def test_one_address_has_one_form(typed: str, wanted: str) -> None:
    assert normal(typed) == wanted


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("jan@buyer.example", "j\u0430n@buyer.example"),  # a Cyrillic a
        ("jo@buyer.example", "jo@b\u0443yer.example"),  # a Cyrillic u
        ("jo@buyer.example", "jo+news@buyer.example"),
        ("jo.kern@buyer.example", "jokern@buyer.example"),
        ("\u03bf@buyer.example", "o@buyer.example"),  # a Greek o
    ],
)
def test_look_alikes_stay_two_addresses(one: str, other: str) -> None:
    assert normal(one) != normal(other)


@pytest.mark.parametrize("text", ["", "\u200b", "jo", "jo@", "<>", "mailto:", "a@b.de, c@d.de"])
def test_what_is_no_single_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an e-mail address"):
        normal(text)


@given(PLAIN, PLAIN, st.lists(st.tuples(st.integers(0, 40), st.sampled_from(UNSEEN))))
def test_what_nobody_sees_changes_no_address(
    name: str, domain: str, put: list[tuple[int, str]]
) -> None:
    text = clean = f"{name}@{domain}.example"
    for place, unseen in put:
        text = text[:place] + unseen + text[place:]
    assert normal(text) == normal(clean) == clean


@given(st.text(max_size=8), st.text(max_size=8), st.sampled_from(["{}@{}.de", "<{}@{}.de>"]))
def test_a_form_that_was_found_stays_as_it_is(name: str, domain: str, form: str) -> None:
    text = form.format(name, domain)
    try:
        once = normal(text)
    except ValueError:
        once = ""
    assume(once)
    assert normal(once) == once
    assert each(once) == (once,)


@given(st.text())
def test_a_field_of_several_addresses_never_raises(text: str) -> None:
    assert isinstance(each(text), tuple)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("a@b.example;C@d.example", ("a@b.example", "c@d.example")),
        ("a@b.example, a@b.example;", ("a@b.example",)),
        (("a@b.example", "c@d.example"), ("a@b.example", "c@d.example")),
        ("nobody; a@b.example", ("a@b.example",)),
        (None, ()),
        ("", ()),
    ],
)
def test_a_field_of_several_addresses_gives_each_once(
    value: object, wanted: tuple[str, ...]
) -> None:
    assert each(value) == wanted
