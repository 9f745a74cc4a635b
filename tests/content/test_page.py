"""The page over a real socket: what a person sees, what is kept, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.read.observe.merges import join
from crmbridge.flows.scene.scene import Scene
from crmbridge.links import Links
from crmbridge.model.payload import Erased
from crmbridge.settings import Settings
from crmbridge.web import serve
from crmbridge.web.board.companies import OpenedAlready
from crmbridge.web.tries import LINKS as MOST
from tests.content.stage import (
    KEY,
    LATER,
    LEAD,
    PIECE,
    REP,
    Site,
    company_in,
    given,
    known,
    site_of,
    token,
)
from tests.signals.stage import agreed
from tests.stages.kept import is_rebuilt
from tests.stages.places import START


@pytest.fixture
def site(acme: CompanyFiles, tmp_path: Path) -> Iterator[Site]:
    with site_of(company_in(acme, tmp_path)) as made:
        yield made


class Labels(HTMLParser):
    """The fields of a page and what labels them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[str, dict[str, str | None]] = {}
        self.labels: set[str | None] = set()
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append(tag)
        if tag == "label":
            self.labels.add(told["for"])
        if tag in ("input", "textarea"):
            self.fields[str(told["id"])] = told


def test_a_prospect_rates_and_is_thanked(site: Site) -> None:
    page = site.get(token())
    assert page.status_code == 200
    assert PIECE in page.text
    assert "How useful was it to you?" in page.text
    assert given(site.company) == []
    thanks = site.post(token(), {"stars": "5", "comment": "Just right.\r\nMore!"})
    assert (thanks.status_code, "Thank you" in thanks.text) == (200, True)
    (row,) = given(site.company)
    assert (row.content, row.side, row.rater, row.lead) == (PIECE, "prospect", LEAD, LEAD)
    assert (row.stars, row.comment, row.at) == (5, "Just right.\nMore!", START)
    assert is_rebuilt(site.company)


def test_a_rep_rates_by_their_id_and_never_in_the_leads_name(site: Site) -> None:
    assert "in a talk with a buyer" in site.get(token(rep=REP)).text
    assert site.post(token(rep=REP), {"stars": "2"}).status_code == 200
    (row,) = given(site.company)
    assert (row.side, row.rater, row.lead, row.stars, row.comment) == ("sales", REP, LEAD, 2, "")


def test_every_field_has_a_label_and_the_page_needs_no_script(site: Site) -> None:
    found = Labels(site.get(token()).text)
    assert found.fields.keys() == {*(f"stars-{n}" for n in range(1, 6)), "comment"}
    assert found.labels == found.fields.keys()
    assert {"fieldset", "legend", "h1", "main", "button"} <= set(found.tags)
    assert "script" not in found.tags
    radios = [one for one in found.fields.values() if one.get("type") == "radio"]
    assert [one["value"] for one in radios] == ["1", "2", "3", "4", "5"]
    assert {one["name"] for one in radios} == {"stars"}


def test_the_headers_are_strict_and_there_is_no_cookie(site: Site) -> None:
    for answer in (site.get(token()), site.post(token()), site.get("nonsense")):
        assert answer.headers["content-security-policy"] == (
            "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; "
            "base-uri 'none'"
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
        assert answer.history == []


def test_the_style_is_served_beside_the_page_and_asks_for_nothing_more(site: Site) -> None:
    (href,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', site.get(token()).text)
    style = site.get(href)
    assert style.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in style.text
    assert "url(" not in style.text
    assert "@import" not in style.text


def test_opening_a_link_never_rates_however_often(site: Site) -> None:
    for _ in range(3):
        assert site.get(token(), Purpose="prefetch").status_code == 200
    assert site.browser.head(f"{site.served.url}/rate/{token()}").status_code == 200
    assert given(site.company) == []


def test_a_link_rates_once_and_a_reload_says_so(site: Site) -> None:
    assert site.post(token(), {"stars": "5"}).status_code == 200
    again = site.post(token(), {"stars": "1"})
    assert (again.status_code, "rated already" in again.text) == (409, True)
    assert "rated already" in site.get(token()).text
    assert [one.stars for one in given(site.company)] == [5]


def test_of_many_posts_at_once_one_is_kept(site: Site) -> None:
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda n: site.post(token(), {"stars": str(n % 5 + 1)}), range(8)))
    assert sorted(one.status_code for one in codes) == [200, *[409] * 7]
    assert len(given(site.company)) == 1


def test_a_newer_link_replaces_what_its_owner_said_before(site: Site) -> None:
    site.post(token(), {"stars": "5", "comment": "First."})
    site.post(token(days=3), {"stars": "1"})
    (row,) = given(site.company)
    assert (row.stars, row.comment) == (1, "")
    assert is_rebuilt(site.company)


def refused(site: Site, text: str, status: int, words: str) -> None:
    for answer in (site.get(text), site.post(text)):
        assert answer.status_code == status
        assert words in answer.text
        assert text not in answer.text
    assert given(site.company) == []


def test_a_forged_link_is_refused(site: Site) -> None:
    for text in ("nonsense", token()[:-2], token() + "x", "a.b", "%00", "x" * 5_000):
        answer = site.get(text)
        assert answer.status_code == 404, text
        assert site.post(text).status_code == 404
    refused(site, Links("", "acme", bytes(32)).token("rate", {}, LATER), 404, "was changed")


def test_an_expired_link_is_refused(site: Site) -> None:
    old = Links("", "acme", KEY).token("rate", {"l": LEAD, "p": "x", "s": "prospect"}, START)
    refused(site, old, 410, "too old")


def test_a_foreign_link_is_refused(site: Site) -> None:
    refused(site, Links("", "globex", KEY).token("rate", {}, LATER), 404, "for something else")
    refused(site, Links("", "acme", KEY).token("sign", {}, LATER), 404, "for something else")


def test_a_link_to_what_is_no_more_is_too_old(site: Site) -> None:
    refused(site, token(piece="A piece of long ago"), 410, "too old")
    refused(site, token(rep="left-long-ago"), 410, "too old")
    stranger = token(lead="f" * 32)
    assert site.post(stranger).status_code == 410
    assert given(site.company) == []


@pytest.mark.parametrize("stars", ["0", "6", "x", "", "-1", "4.0", "٤", "1e0", " 4", "04"])
def test_stars_that_are_none_are_asked_for_again_and_the_comment_stays(
    site: Site, stars: str
) -> None:
    answer = site.post(token(), {"stars": stars, "comment": "</textarea><b>Hi"})
    assert answer.status_code == 422
    assert "Choose one of the five." in answer.text
    assert "&lt;/textarea&gt;&lt;b&gt;Hi" in answer.text
    assert given(site.company) == []


def test_two_ratings_in_one_post_and_none_are_no_rating(site: Site) -> None:
    assert site.post(token(), {"stars": ["1", "5"]}).status_code == 422
    assert site.post(token(), {"comment": "x"}).status_code == 422
    assert given(site.company) == []


def test_a_comment_is_cut_and_one_of_100_kb_is_not_read(site: Site) -> None:
    assert site.post(token(), {"stars": "3", "comment": "y" * 100_000}).status_code == 413
    assert given(site.company) == []
    assert site.post(token(), {"stars": "3", "comment": "ÿ" * 4_000}).status_code == 200
    assert given(site.company)[0].comment == "ÿ" * 2_000


def test_hidden_signs_of_a_comment_are_left_out(site: Site) -> None:
    nasty = "\x1b[31mRed\x00 \u202etxt\ud800 a\tb\n\n\n\n<script>alert(1)</script> "
    site.post(token(), {"stars": "3", "comment": nasty.encode("utf-8", "replace").decode()})
    (row,) = given(site.company)
    assert row.comment == "[31mRed   txt? a b\n\n<script>alert(1)</script>"


def test_a_post_of_another_site_is_refused(site: Site) -> None:
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec_Fetch_Site": "cross-site", "Origin": "null"},
        {"Sec_Fetch_Site": "same-site", "Origin": "https://crm.example"},
        {"Sec_Fetch_Site": "same-origin", "Origin": "https://crm.example.evil.example"},
        {"Origin": "http://["},
        {"Origin": "http://[]"},
        {"Origin": "http://[::1"},
        {"Origin": "file://"},
        {"Origin": "nonsense"},
    ):
        assert site.post(token(), **headers).status_code == 403, headers
    assert given(site.company) == []


def test_an_origin_without_a_host_is_foreign_also_where_we_have_no_name(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    company = company_in(acme, tmp_path)
    served = serve(Settings(listen="127.0.0.1:0"), companies=OpenedAlready(company))
    try:
        for origin in ("file://", "nonsense", "http://["):
            url = f"{served.url}/rate/{token()}"
            headers = {"Origin": origin}
            answer = httpx.post(url, data={"stars": "4"}, headers=headers, trust_env=False)
            assert answer.status_code == 403, origin
    finally:
        served.stop()
        company.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "same-origin", "Origin": "null"},
        {"Origin": "https://crm.example", "Host": "localhost"},
        {"Origin": "https://crm.example", "Host": "crm.example"},
        {"Origin": "null"},
    ],
)
def test_a_post_of_our_own_page_is_taken_behind_a_proxy_too(
    site: Site, headers: dict[str, str]
) -> None:
    assert site.post(token(), **headers).status_code == 200


def test_what_is_no_form_is_refused(site: Site) -> None:
    url = f"{site.served.url}/rate/{token()}"
    assert site.browser.post(url, json={"stars": 4}).status_code == 415
    assert site.browser.post(url, files={"stars": b"4"}).status_code == 415
    assert site.post(token(), {f"x{n}": "1" for n in range(50)}).status_code == 400
    assert site.browser.put(url).status_code == 405
    assert given(site.company) == []


def test_it_answers_to_the_host_of_its_own_address_and_to_no_other(site: Site) -> None:
    assert site.get(token(), Host="crm.example").status_code == 200
    assert site.get(token(), Host="evil.example").status_code == 421


def test_whoever_tries_links_has_to_wait(site: Site) -> None:
    for n in range(MOST):
        assert site.get(f"guess{n}").status_code == 404
    late = site.get("guess")
    assert (late.status_code, late.headers["retry-after"]) == (429, "60")
    assert site.post(token()).status_code == 429


NASTY = ["<script>alert('x')</script>", '"><img src=x onerror=alert(1)>', "x" * 300, "{{ 7*7 }}"]


@pytest.mark.parametrize("title", NASTY)
def test_a_title_is_text_whatever_it_holds(acme: CompanyFiles, tmp_path: Path, title: str) -> None:
    entry = acme.agreement.content[0].model_copy(update={"title": title})
    files = agreed(acme, content=(entry,))
    with site_of(company_in(files, tmp_path)) as site:
        for page in (site.get(token(piece=title)), site.post(token(piece=title))):
            assert page.status_code == 200
            assert not {"script", "img"} & set(Labels(page.text).tags)
            assert title.replace("&", "&amp;").split("<")[0][:300] in page.text
        assert given(site.company)[0].content == title


def test_a_company_without_links_refuses_all(acme: CompanyFiles, tmp_path: Path) -> None:
    with site_of(company_in(acme, tmp_path, links=None)) as site:
        assert site.post(token()).status_code == 410


@pytest.mark.of_file
def test_a_ledger_that_is_gone_is_told_as_for_now(site: Site) -> None:
    path = site.company.ledger.path
    path.rename(path.with_name("moved.db"))
    answer = site.post(token())
    assert answer.status_code in (200, 503)
    assert "Traceback" not in answer.text


def test_of_who_was_forgotten_nothing_is_kept(site: Site) -> None:
    with site.company.ledger.write("test") as tx:
        scene = Scene.open(site.company, tx)
        scene.observed(Erased(), LEAD, "erased", START)
        scene.work.flush()
    assert site.post(token()).status_code == 410
    assert given(site.company) == []


SPEC = "Specification sheet with integration plan"


def test_two_leads_that_are_one_have_one_rating(site: Site) -> None:
    other = "e" * 32
    known(site.company, other)
    site.post(token(), {"stars": "5"})
    site.post(token(other), {"stars": "1"})
    site.post(token(other, piece=SPEC))
    site.post(token(other, rep=REP), {"stars": "3"})
    with site.company.ledger.write("test") as tx:
        scene = Scene.open(site.company, tx)
        join(scene, other, LEAD, "test")
        scene.work.flush()
    found = {(one.content, one.side): (one.rater, one.lead) for one in given(site.company)}
    assert found == {
        (PIECE, "prospect"): (LEAD, LEAD),
        (SPEC, "prospect"): (LEAD, LEAD),
        (PIECE, "sales"): (REP, LEAD),
    }
    assert is_rebuilt(site.company)
    site.post(token(other, days=1), {"stars": "2"})
    mine = [one for one in given(site.company) if (one.content, one.side) == (PIECE, "prospect")]
    assert [(one.rater, one.stars) for one in mine] == [(LEAD, 2)]
