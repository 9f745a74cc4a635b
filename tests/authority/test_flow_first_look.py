"""What two records say that were never weighed against each other is decided by the rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.operate.find import find_lead
from crmbridge.flows.operate.parting import join_leads
from crmbridge.flows.read.pull import pull
from crmbridge.store.projection import Workspace
from tests.authority.stage import ruled
from tests.stages.places import JO
from tests.stages.play import at_work, begun
from tests.stages.rest import holds, later, rebuilds_equal, rest

HOME = "jo.private@home.example"
LONG = "A" * 300  # Salesforce's Company holds 255


@pytest.mark.parametrize(
    ("rule", "phones"),
    [
        ("marketing", ("+49 1", "+49 1")),
        ("sales", ("+49 2", "+49 2")),
        ("hold", ("+49 1", "+49 2")),
        ("fill_if_empty", ("+49 1", "+49 2")),
        ("off", ("+49 1", "+49 2")),
    ],
)
@pytest.mark.parametrize("keeper", ["marketing", "sales"])
def test_two_halves_that_a_person_joins_are_decided_by_the_rule(
    acme: CompanyFiles, tmp_path: Path, rule: str, phones: tuple[str, str], keeper: str
) -> None:
    with at_work(ruled(acme, phone=rule), tmp_path) as play:
        play.contact(JO, lastname="Kern", phone="+49 1")
        fields = {"LastName": "Kern", "Company": "B", "Email": HOME, "Phone": "+49 2"}
        play.box.sales.seed(Lead=[fields])
        play.later(minutes=5)
        rest(play)
        with play.company.ledger.read() as tx:
            halves = [find_lead(play.company, tx, one) for one in (JO, HOME)]
        first, second = halves if keeper == "marketing" else halves[::-1]
        join_leads(play.company, first, second, by="ann", why="she said so")
        play.later(minutes=5)
        rest(play)
        (record,) = play.sf()
        assert (play.person(JO)["phone"], record["Phone"]) == phones
        asked = [one.op for one in holds(play) if one.kind == "conflict"]
        assert asked == (["phone"] if rule == "hold" else [])
        assert rebuilds_equal(play)


@pytest.mark.parametrize("order", [("marketing", "sales"), ("sales", "marketing")])
def test_a_text_and_its_cut_form_are_one_whichever_was_read_first(
    acme: CompanyFiles, tmp_path: Path, order: tuple[str, str]
) -> None:
    with begun(ruled(acme, account="hold"), tmp_path) as play:
        play.contact(JO, lastname="Kern", company=LONG)
        play.box.sales.seed(Lead=[{"LastName": "Kern", "Company": LONG[:255], "Email": JO}])
        for side in order:
            pull(play.company, side, sleep=lambda _s: None)
        play.go_live()
        later(play)
        assert play.person(JO)["company"] == LONG
        assert play.lead(JO)["Company"] == LONG[:255]
        assert not holds(play)


@pytest.mark.parametrize("order", [("marketing", "sales"), ("sales", "marketing")])
def test_under_once_the_earlier_of_two_values_is_the_first_whichever_was_read_first(
    acme: CompanyFiles, tmp_path: Path, order: tuple[str, str]
) -> None:
    with begun(ruled(acme, title="once"), tmp_path) as play:
        play.box.sales.seed(
            Lead=[{"LastName": "Kern", "Company": "B", "Email": JO, "Title": "Chief"}]
        )
        play.later(hours=1)
        play.contact(JO, lastname="Kern", jobtitle="Head")
        for side in order:
            pull(play.company, side, sleep=lambda _s: None)
        play.go_live()
        later(play)
        assert (play.person(JO)["jobtitle"], play.lead(JO)["Title"]) == ("Head", "Chief")
        with play.company.ledger.read() as tx:
            ident = find_lead(play.company, tx, JO)
            assert Workspace(tx).state(ident).value("title") == "Chief"
        assert not holds(play)


def test_choices_and_spaces_are_no_dispute(acme: CompanyFiles, tmp_path: Path) -> None:
    with begun(ruled(acme, title="hold", country="hold"), tmp_path) as play:
        play.contact(JO, lastname="Kern", jobtitle="Head ", country="")
        play.box.sales.seed(
            Lead=[{"LastName": "Kern", "Company": "B", "Email": JO, "Title": "Head"}]
        )
        play.go_live()
        later(play)
        assert not holds(play)
