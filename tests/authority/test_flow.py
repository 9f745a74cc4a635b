"""Rules per field, of a company at work between two servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.explain import explain
from crmbridge.flows.operate.find import find_lead
from crmbridge.flows.operate.plan import apply, plan
from crmbridge.flows.read.pull import pull
from crmbridge.report.explain.whole import text
from crmbridge.testing.sandbox import sandbox
from tests.authority.stage import ruled, with_line, without
from tests.stages.places import AL, JO, START
from tests.stages.play import Play, at_work, opened
from tests.stages.rest import edit, holds, kinds, later, ready, rebuilds_equal, rest, retouch

Open = Callable[..., AbstractContextManager[Play]]


@pytest.fixture
def under(acme: CompanyFiles, tmp_path: Path) -> Open:
    """The company at work under these rules."""
    return lambda **rules: at_work(ruled(acme, **rules), tmp_path)


def both(play: Play, property_: str, field: str, email: str = JO) -> tuple[Any, Any]:
    """What the two systems hold of a field; nothing is `None`."""
    return play.person(email).get(property_) or None, play.lead(email).get(field) or None


def ours(play: Play, word: str, email: str = JO) -> Any:
    """What our lead has."""
    with play.company.ledger.read() as tx:
        told = explain(play.company, tx, find_lead(play.company, tx, email))
    return next((one["value"] for one in told["facts"] if one["fact"] == word), None)


def test_fill_if_empty_fills_and_never_writes_over(under: Open) -> None:
    with under(phone="fill_if_empty") as play:
        ready(play, "jo", phone="+49 1")
        assert both(play, "phone", "Phone") == ("+49 1", "+49 1")
        edit(play, JO, Phone="+49 2")
        later(play)
        assert both(play, "phone", "Phone") == ("+49 1", "+49 2")
        assert ours(play, "phone") == "+49 2"
        retouch(play, JO, phone="+49 3")
        later(play)
        assert both(play, "phone", "Phone") == ("+49 3", "+49 2")
        retouch(play, JO, phone="")
        later(play)
        assert both(play, "phone", "Phone") == ("+49 2", "+49 2")
        assert not kinds(play)
        assert rebuilds_equal(play)


def test_under_once_the_first_value_stands_and_later_changes_go_nowhere(under: Open) -> None:
    with under(title="once") as play:
        ready(play, "jo", jobtitle="Head")
        edit(play, JO, Title="Chief")
        later(play)
        assert both(play, "jobtitle", "Title") == ("Head", "Chief")
        retouch(play, JO, jobtitle="Boss")
        later(play)
        assert both(play, "jobtitle", "Title") == ("Boss", "Chief")
        assert ours(play, "title") == "Head"
        edit(play, JO, Title=None)
        later(play)
        assert both(play, "jobtitle", "Title") == ("Boss", "Head")
        assert not kinds(play)
        assert rebuilds_equal(play)


def test_under_off_a_field_is_read_and_written_to_neither_side(under: Open) -> None:
    with under(country="off", account="off") as play:
        ready(play, "jo", country="Norway")
        assert both(play, "country", "Country") == ("Norway", None)
        assert play.lead(JO)["Company"] == "[not given]"
        edit(play, JO, Country="Sweden", Company="Real")
        later(play)
        assert both(play, "country", "Country") == ("Norway", "Sweden")
        assert both(play, "company", "Company") == ("Buyer", "Real")
        assert ours(play, "country") == "Sweden"
        assert not kinds(play)


def test_our_own_default_is_filled_like_an_empty_field(under: Open) -> None:
    with under(account="fill_if_empty") as play:
        play.contact(JO)
        play.form(JO)
        rest(play)
        assert play.lead(JO)["Company"] == "[not given]"
        retouch(play, JO, company="Real GmbH")
        later(play)
        assert both(play, "company", "Company") == ("Real GmbH", "Real GmbH")
        retouch(play, JO, company="Other")
        later(play)
        assert both(play, "company", "Company") == ("Other", "Real GmbH")


@contextmanager
def shared_later(acme: CompanyFiles, path: Path, rule: str, *, look: bool = True) -> Iterator[Play]:
    """Sales has titles of its own from before the mapping shared them; then it does."""
    full = ruled(acme, title=rule)
    before = without(full, "sales", "lead", "title")
    with sandbox(full.mapping, full.teams, at=START) as box:
        with opened(before, box, path / "ledger.db") as company:
            play = Play(company=company, box=box)
            play.go_live()
            ready(play, "jo", "al", jobtitle="Head")
            edit(play, JO, Title="Chief")
            later(play)
            assert both(play, "jobtitle", "Title") == ("Head", "Chief")
        with opened(full, box, path / "ledger.db") as company:
            play = Play(company=company, box=box)
            if look:
                later(play)
            yield play


@pytest.mark.parametrize(
    ("rule", "jo"),
    [
        ("marketing", ("Head", "Head")),
        ("sales", ("Chief", "Chief")),
        ("hold", ("Head", "Chief")),
        ("fill_if_empty", ("Head", "Chief")),
        ("off", ("Head", "Chief")),
    ],
)
def test_a_field_that_is_shared_since_the_mapping_changed_is_decided_by_its_rule(
    acme: CompanyFiles, tmp_path: Path, rule: str, jo: tuple[str, str]
) -> None:
    with shared_later(acme, tmp_path, rule) as play:
        assert both(play, "jobtitle", "Title") == jo
        assert both(play, "jobtitle", "Title", AL) == ("Head", None if rule == "off" else "Head")
        assert [one.op for one in holds(play)] == (["title"] if rule == "hold" else [])


def test_a_plan_writes_over_no_field_that_was_never_read(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with shared_later(acme, tmp_path, "marketing", look=False) as play:
        fields = {one["field"] for write in plan(play.company).writes for one in write["changes"]}
        assert "Title" not in fields


def test_a_line_that_only_went_out_is_weighed_by_its_rule_once_it_comes_in(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    out = with_line(acme, "sales", "lead", "title", field="Title", way="out", only_if_empty=True)
    with sandbox(acme.mapping, acme.teams, at=START) as box:
        with opened(out, box, tmp_path / "ledger.db") as company:
            play = Play(company=company, box=box)
            play.go_live()
            ready(play, "jo", jobtitle="Head")
            edit(play, JO, Title="Chief")
            later(play)
        with opened(ruled(acme, title="sales"), box, tmp_path / "ledger.db") as company:
            play = Play(company=company, box=box)
            later(play)
            assert both(play, "jobtitle", "Title") == ("Chief", "Chief")


def test_what_somebody_entered_between_a_plan_and_its_apply_is_not_written_over(
    under: Open,
) -> None:
    with under(phone="fill_if_empty") as play:
        ready(play, "jo", "al")
        retouch(play, JO, phone="+49 1")
        retouch(play, AL, phone="+49 1", jobtitle="Head")
        play.later(minutes=5)
        look_only(play)
        saved = plan(play.company).to_json()
        edit(play, JO, Phone="+49 2")
        edit(play, AL, Title="Chief")
        play.later(minutes=5)
        apply(play.company, saved, sleep=lambda _s: None)
        assert both(play, "phone", "Phone") == ("+49 1", "+49 2")
        assert play.lead(AL)["Title"] == "Chief"
        later(play)
        assert both(play, "phone", "Phone") == ("+49 1", "+49 2")
        assert both(play, "jobtitle", "Title", AL) == ("Chief", "Chief")
        assert both(play, "phone", "Phone", AL) == ("+49 1", "+49 1")


def look_only(play: Play) -> None:
    """Read both systems and decide nothing."""
    for side in ("marketing", "sales"):
        pull(play.company, side, sleep=lambda _s: None)


def test_plan_and_explanation_name_the_rule_behind_a_write(under: Open) -> None:
    with under(phone="latest") as play:
        ready(play, "jo", phone="+49 1", jobtitle="Head")
        edit(play, JO, Phone="+49 2")
        retouch(play, JO, jobtitle="Chief")
        play.later(minutes=5)
        look_only(play)
        rules = {
            one["field"]: one["rule"]
            for write in plan(play.company).writes
            for one in write["changes"]
        }
        assert rules["phone"].endswith("; authority.phone = latest: sales alone changed it")
        assert rules["Title"].endswith("; authority.title = sales: marketing alone changed it")
        rest(play)
        with play.company.ledger.read() as tx:
            told = explain(play.company, tx, find_lead(play.company, tx, JO))
        said = [one["rule"] for write in told["writes"] for one in write["changes"]]
        assert any("authority.phone = latest" in one for one in said)
        fact = next(one for one in told["facts"] if one["fact"] == "phone")
        assert (fact["authority"], fact["agreed"]) == ("latest", "+49 2")
        line = next(one for one in text(told) if "phone = +49 2" in one)
        assert "; rule latest, last alike in both: +49 2" in line
