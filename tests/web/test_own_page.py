"""A rep's own page: what they hold, a pause and more leads within teams.toml, and bad links."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from crmbridge.company import Company, open_company
from crmbridge.flows.operate.own_desk import OwnDesk, OwnLead, own_desk
from crmbridge.flows.owed.brief import Brief
from crmbridge.flows.reps.own_link import ends, fields_of, link_of
from crmbridge.links import ident
from crmbridge.settings import Settings
from crmbridge.web import serve
from crmbridge.web.board.frame import Frame
from crmbridge.web.own.app import DONE, words_of
from tests.routing.test_cli import two_in_line
from tests.stages.line import Desk
from tests.stages.texts import change
from tests.web.browser import PHONE, WIDE, window
from tests.web.site import Caller, caller, words


@dataclass
class Office:
    """A rep with their link, and the company as it is."""

    line: Desk
    company: Company
    at: Caller

    def link(self, rep: str = "ann") -> str:
        assert self.company.links is not None
        found = self.company.teams.rep(rep)
        assert found is not None
        return link_of(self.company.links, found, self.company.now()).removeprefix(
            "https://crm.example"
        )


@pytest.fixture
def org(monkeypatch: pytest.MonkeyPatch) -> str:
    """Sales' system is known to stand at a host, of which pages know."""
    monkeypatch.setenv("CRMBRIDGE_ACME__SALES__MY_DOMAIN", "acme.my.salesforce.com")
    return "https://acme.my.salesforce.com"


@pytest.fixture
def office(desk: Desk) -> Iterator[Office]:
    two_in_line(desk)
    settings = settings_of(desk, url="https://crm.example")
    company = open_company(settings, "acme", connect=False)
    site = serve(settings)
    try:
        with caller(site.url) as somebody:
            yield Office(desk, company, somebody)
    finally:
        site.stop()
        company.close()


def settings_of(desk: Desk, url: str = "") -> Settings:
    return Settings(
        config=Path(desk.env["CRMBRIDGE_CONFIG"]),
        data_dir=Path(desk.env["CRMBRIDGE_DATA_DIR"]),
        listen="127.0.0.1:0",
        clock=desk.env["CRMBRIDGE_CLOCK"],
        url=url,
    )


@pytest.fixture
def manager(office: Office) -> Iterator[Caller]:
    """Somebody at the dashboard of the company, on its own machine."""
    site = serve(settings_of(office.line))
    try:
        with caller(site.url) as somebody:
            yield somebody
    finally:
        site.stop()


def test_a_rep_fetches_what_waits_and_sees_what_they_hold(office: Office) -> None:
    link = office.link()
    before = office.at.text(link)
    assert "You hold no lead now." in before
    assert "2 leads wait in your team's line." in before
    answer = office.at.post(link, act="more", leads="5")
    assert "You have new leads." in words(answer.text)
    said = office.at.text(link)
    assert "Kern" in said
    assert "Lund" in said
    assert "on its way to the CRM" in said
    history = office.line.ok("history", "jo@buyer.example").out
    assert "given to ann, who asked for leads" in history
    office.line.ok("sync")
    assert "Call or write to them" in office.at.text(link)


def test_a_rep_calls_writes_and_opens_the_record_from_the_page(org: str, office: Office) -> None:
    link = office.link()
    office.at.post(link, act="more", leads="5")
    office.line.ok("sync")
    page = office.at.get(link).text
    assert 'href="mailto:jo@buyer.example"' in page
    assert f'href="{org}/00Q' in page


def desk_with(office: Office, **changed: Any) -> OwnDesk:
    rep = office.company.teams.rep("ann")
    assert rep is not None
    with office.company.moment(), office.company.ledger.read() as tx:
        return replace(own_desk(office.company, tx, rep), **changed)


def page_of(office: Office, desk: OwnDesk) -> str:
    found = words_of(desk, office.company.now(), office.company.zone)
    return (
        Frame().page("own.html.j2", found | {"csrf": "x", "zone": "z", "told": None}).body.decode()
    )


def test_a_lead_that_waits_for_another_team_stands_apart_and_says_no_more_than_that(
    office: Office,
) -> None:
    now = office.company.now()
    about = Brief(who="Jo Kern", phone="030 1", email="jo@x.example", why="Old news", talk="Hello")
    waits = OwnLead(
        lead="a" * 32,
        stage="qualified",
        brief=about,
        since=now,
        waits_for="Callers",
        waits_since=now - timedelta(days=27),
    )
    fine = page_of(office, desk_with(office, leads=(waits,)))
    assert "Jo Kern waits for Callers since 2026-02-08 10:00" in words(fine)
    assert "Nothing is to be done now: what you hold waits for another team" in words(fine)
    assert "You hold no lead now." not in words(fine)
    for part in ("tel:", "mailto:", "Old news", "Hello", "an operator was told"):
        assert part not in fine
    late = page_of(office, desk_with(office, leads=(replace(waits, told=True),)))
    assert "It has waited 27 days for Callers; an operator was told." in words(late)


def test_only_who_can_get_leads_is_offered_some(office: Office) -> None:
    """Two wait, and both are of Ann's team: Dev's has none, and Cat may fetch hot ones only."""
    assert 'value="more"' in office.at.get(office.link("ann")).text
    for rep, said in (
        ("dev", "No lead waits in your team's line."),
        ("cat", "2 leads wait in your team's line, and none of them is for you to fetch now."),
    ):
        page = office.at.get(office.link(rep)).text
        assert said in words(page)
        assert 'value="more"' not in page


@pytest.mark.parametrize(
    ("phone", "dial"),
    [
        ("+49 (0)30 258-1891", "tel:+49302581891"),
        ("030 / 258 1891 ext. 7", "tel:0302581891"),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_a_phone_is_dialled_by_its_digits(phone: str, dial: str) -> None:
    assert Brief(who="Jo", phone=phone).dial == dial


def test_an_address_brings_no_words_of_its_own_into_a_mail() -> None:
    assert Brief(who="Jo", email="a?bcc=x@evil.example").mail == "mailto:a%3Fbcc%3Dx@evil.example"
    assert Brief(who="Jo", email="").mail == ""


def test_a_rep_pauses_with_a_reason_that_the_manager_reads_and_ends_it(office: Office) -> None:
    link = office.link()
    said = words(office.at.post(link, act="pause", days="3", why="Fair in  Hanover").text)
    assert "Reason: Fair in Hanover." in said
    shown = office.line.ok("capacity", "show").out
    assert "paused by ann (own page)" in " ".join(shown.split())
    assert "Fair in Hanover" in " ".join(shown.split())
    refused = office.at.post(link, act="more", leads="1")
    assert (refused.status_code, "ann takes no leads now" in words(refused.text)) == (409, True)
    assert "You take leads again." in words(office.at.post(link, act="resume").text)


def test_a_manager_reads_on_the_page_today_why_a_rep_pauses_and_until_when(
    office: Office, manager: Caller
) -> None:
    office.at.post(office.link(), act="pause", days="3", why="Fair in Hanover")
    office.line.ok("capacity", "pause", "cat", "--by", "Mia Roth")
    said = manager.text("/c/acme/today")
    until = (office.company.now() + timedelta(days=3)).astimezone(office.company.zone)
    assert (
        f"Ann Becker: paused until {until:%Y-%m-%d %H:%M} on their own page "
        "(reason: Fair in Hanover), holds 0 of 25"
    ) in said
    assert "Cat Aydin: paused by Mia Roth, holds 0 of 10" in said


def test_the_first_lines_of_today_are_of_the_team_that_is_chosen(manager: Caller) -> None:
    assert "2 leads in line for sales." in manager.text("/c/acme/today")
    mine = manager.text("/c/acme/today?team=dach")
    assert "2 leads in line for Germany, Austria, Switzerland." in mine
    other = manager.text("/c/acme/today?team=international")
    assert "in line for sales" not in other
    assert "Nobody is in line for Everywhere else." in other
    assert "Nobody waits for this team." in other


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"act": "pause", "days": "11", "why": "x"}, "1 to 10 days"),
        ({"act": "pause", "days": "0", "why": "x"}, "1 to 10 days"),
        ({"act": "pause", "days": "soon", "why": "x"}, "1 to 10 days"),
        ({"act": "pause", "days": "9" * 5000, "why": "x"}, "1 to 10 days"),
        ({"act": "pause", "days": "2", "why": "  "}, "Say why"),
        ({"act": "resume"}, "is not paused"),
        ({"act": "fire everybody"}, "no such act"),
    ],
)
def test_what_a_rep_may_not_is_refused_with_the_reason(
    office: Office, form: dict[str, str], why: str
) -> None:
    answer = office.at.post(office.link(), **form)
    assert answer.status_code == 409
    assert why in words(answer.text)


@pytest.mark.parametrize("who", ["ann", "dach"])
def test_whom_the_manager_paused_only_the_manager_lets_back(office: Office, who: str) -> None:
    office.line.ok("capacity", "pause", who, "--by", "Mia")
    assert "paused by Mia." in office.at.text(office.link())
    csrf = ident(office.link().rpartition("/")[2])
    for form in ({"act": "resume"}, {"act": "pause", "days": "1", "why": "x"}, {"act": "resume"}):
        assert office.at.post(office.link(), csrf=csrf, **form).status_code == 409
    assert "paused by Mia" in " ".join(office.line.ok("capacity", "show").out.split())


def test_a_team_file_may_keep_both_from_reps(office: Office) -> None:
    path = office.line.file("teams.toml")
    change(
        path, 'id         = "ann"', 'id         = "ann"\nown_pause_days = 0\npull = { per_day = 0 }'
    )
    office.company = open_company(
        Settings(
            config=Path(office.line.env["CRMBRIDGE_CONFIG"]),
            data_dir=Path(office.line.env["CRMBRIDGE_DATA_DIR"]),
            url="https://crm.example",
            clock=office.line.env["CRMBRIDGE_CLOCK"],
        ),
        "acme",
        connect=False,
    )
    time.sleep(5.1)  # the files are looked at every five seconds
    said = office.at.text(office.link())
    assert "keeps pauses for themselves" in said
    assert "lets nobody in your place ask for more" in said
    office.company.close()


def test_links_that_open_nothing(office: Office) -> None:
    links, now = office.company.links, office.company.now()
    assert links is not None
    ann = office.company.teams.rep("ann")
    assert ann is not None
    good = links.token("rep", fields_of(ann), ends(now))
    for token, why in (
        (good[:-2] + "xx", "not complete"),
        (links.token("rep", fields_of(ann), now - timedelta(seconds=1)), "too old"),
        (links.token("rate", fields_of(ann), ends(now)), "for something else"),
        (links.token("rep", {"rep": "nobody"}, ends(now)), "works no leads here"),
        ("x", "not complete"),
    ):
        answer = office.at.get(f"/rep/{token}")
        assert answer.status_code == 403
        assert why in words(answer.text)
    assert office.at.get("/rep/x").status_code == 429
    assert office.at.get(f"/rep/{good}").status_code == 200
    assert office.at.http.head(office.at.url + f"/rep/{good}").status_code == 200


@pytest.mark.parametrize(
    ("now", "end"),
    [("2026-01-31", "2026-03-01"), ("2026-11-30", "2027-01-01"), ("2026-12-01", "2027-02-01")],
)
def test_a_link_is_good_until_the_month_after_next(now: str, end: str) -> None:
    assert (
        ends(datetime.fromisoformat(f"{now}T12:30:00+00:00")).isoformat() == f"{end}T00:00:00+00:00"
    )


def test_a_page_of_another_site_posts_nothing(office: Office) -> None:
    link = office.link()
    csrf = office.at.csrf(link)
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = office.at.http.post(
            office.at.url + link, data={"csrf": csrf, "act": "more"}, headers=headers
        )
        assert answer.status_code == 403
    assert office.at.http.post(office.at.url + link, data={"act": "more"}).status_code == 403
    assert "You hold no lead now." in office.at.text(link)


def test_the_page_is_good_in_a_browser(browser: Browser, office: Office) -> None:
    office.at.post(office.link(), act="more", leads="2")
    for dark, size in ((False, WIDE), (True, WIDE), (False, PHONE)):
        with window(browser, office.at.url, dark=dark, size=size) as seen:
            seen.go(office.link())
            seen.page.get_by_text("What they read").first.click()
            assert seen.faults() == []
            assert not seen.is_too_wide()
            assert (seen.said, seen.foreign) == ([], [])
    with window(browser, office.at.url) as seen:
        seen.go(office.link())
        seen.page.get_by_label("Why").fill("A fair")
        seen.page.get_by_role("button", name="Send me no new leads").click()
        seen.page.get_by_text("Reason: A fair").wait_for()
        told = DONE["paused"][1]
        assert told in (seen.page.text_content("main") or "")
        seen.page.reload()
        seen.page.get_by_text("Reason: A fair").wait_for()
        assert told not in (seen.page.text_content("main") or "")
