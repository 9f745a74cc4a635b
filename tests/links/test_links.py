"""Links that people click: signed, of one kind and company, good for a time, and opaque."""

from __future__ import annotations

import base64
import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.errors import ConfigError, LinkRefused
from crmbridge.links import LONGEST, NO_URL, Links, company_of, ident, key_at, open_links

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=90)
BASE = "https://crm.example"
LINKS = Links(BASE, "acme", bytes(range(32)))
FIELDS = {"p": "7fd1c0", "s": "prospect"}


def token(links: Links = LINKS) -> str:
    return links.token("rate", FIELDS, LATER)


def why(links: Links, kind: str, text: str, now: datetime = NOW) -> str:
    with pytest.raises(LinkRefused) as refused:
        links.read(kind, text, now)  # type: ignore[arg-type]
    assert len(text) < 9 or text not in str(refused.value)
    return refused.value.why


def test_a_link_gives_its_fields_back() -> None:
    url = LINKS.make("rate", FIELDS, LATER)
    start, _, text = url.rpartition("/")
    assert start == f"{BASE}/rate"
    assert LINKS.read("rate", text, NOW) == FIELDS
    assert company_of(text) == "acme"
    assert url == LINKS.make("rate", dict(reversed(FIELDS.items())), LATER)
    assert len(url) < 255


def test_its_id_is_its_own_and_tells_nothing() -> None:
    other = LINKS.token("rate", FIELDS, LATER + timedelta(days=1))
    assert len(ident(token())) == 32
    assert ident(token()) == ident(token()) != ident(other)


def test_a_link_is_good_until_its_instant_and_not_at_it() -> None:
    assert LINKS.read("rate", token(), LATER - timedelta(seconds=1)) == FIELDS
    assert why(LINKS, "rate", token(), LATER) == "expired"


def test_a_link_of_another_kind_or_company_is_refused() -> None:
    assert why(LINKS, "rep", token()) == "foreign"
    neighbour = Links(BASE, "globex", LINKS.key)  # the same ledger, the same key
    assert why(neighbour, "rate", token()) == "foreign"
    assert why(LINKS, "rate", token(neighbour)) == "foreign"
    assert why(Links(BASE, "acme", bytes(32)), "rate", token()) == "forged"


def rewritten(**more: object) -> str:
    """A token whose text somebody changed, with the code that it had."""
    body, _, mac = token().partition(".")
    told = json.loads(base64.urlsafe_b64decode(body + "==")) | more
    text = base64.urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode())
    return f"{text.decode().rstrip('=')}.{mac}"


def test_what_somebody_changed_is_refused() -> None:
    assert why(LINKS, "rate", rewritten(e=int(LATER.timestamp()) + 1)) == "forged"
    assert why(LINKS, "rate", rewritten(f={"p": "other"})) == "forged"
    assert why(LINKS, "rep", rewritten(k="rep")) == "forged"
    assert why(LINKS, "rate", rewritten(c="globex")) == "foreign"


ODD = ["", ".", "a.b", "no dot", token()[:-1], f"{token()}A", f"{token()}.x", f" {token()}"]
ODD += ["x" * LONGEST + ".y", "e30.AAAA", "W10.AAAA", "bnVsbA.AAAA", "Ly8.__", "é.ü"]
ODD += [rewritten(e="soon"), rewritten(e=True), rewritten(e=10**30), rewritten(e=-(10**30))]
ODD += [rewritten(f=[]), rewritten(f={"p": 1}), rewritten(c=1), rewritten(k=None), rewritten(x=1)]


@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_token_is_refused(odd: str) -> None:
    assert why(LINKS, "rate", odd) == "forged"


@given(st.text())
def test_no_text_at_all_does_more_than_be_refused(text: str) -> None:
    assert why(LINKS, "rate", f"{text}.") == "forged"


@given(st.integers(0, len(token()) - 1), st.sampled_from("AZaz09-_"))
def test_no_other_letter_makes_a_token(place: int, letter: str) -> None:
    changed = token()[:place] + letter + token()[place + 1 :]
    if changed != token():
        with pytest.raises(LinkRefused):
            LINKS.read("rate", changed, NOW)


def test_a_page_lies_under_the_address_and_the_key_is_not_shown() -> None:
    under = Links("https://a.example/crm", "acme", LINKS.key)
    assert under.page("funnel") == under.page("/funnel") == "https://a.example/crm/funnel"
    assert "key" not in repr(under)
    assert repr(LINKS.key) not in repr(LINKS)


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "links.key"
    key = key_at(path)
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert key_at(path) == key
    assert [one.name for one in tmp_path.iterdir()] == ["links.key"]


def test_processes_that_make_a_key_at_once_have_one(tmp_path: Path) -> None:
    found: list[bytes] = []
    start = threading.Barrier(8)

    def make() -> None:
        start.wait()
        found.append(key_at(tmp_path / "links.key"))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_key_that_others_may_read_is_refused_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "links.key"
    key_at(path)
    path.chmod(0o640)
    with pytest.raises(ConfigError, match=r"mode 640\).*chmod 600"):
        key_at(path)


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "links.key"
    path.touch(0o600)
    with pytest.raises(ConfigError, match="0 bytes, not 32"):
        key_at(path)


def test_without_an_address_no_key_is_made_and_the_reason_is_told(tmp_path: Path) -> None:
    assert open_links("", "acme", tmp_path) == (None, NO_URL)
    assert list(tmp_path.iterdir()) == []


def test_where_no_key_can_lie_no_links_are_made_and_the_reason_is_told(tmp_path: Path) -> None:
    made, reason = open_links(BASE, "acme", tmp_path / "gone")
    assert made is None
    assert "cannot be read or made" in reason
    made, reason = open_links(f"{BASE}/", "acme", tmp_path)
    assert (made and made.base, reason) == (BASE, "")
