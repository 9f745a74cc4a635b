"""A system whose table is taken out while writes for it wait: nothing waits for ever in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.decide import decide
from crmbridge.flows.held.answers import resolve, retry
from crmbridge.flows.operate.plan import plan
from crmbridge.flows.read.pull import pull
from crmbridge.flows.scene.record_link import link
from crmbridge.model.lead import Ref
from crmbridge.store import outbox
from tests.stages.rest import holds, kinds, rebuilds_equal, rest
from tests.systems.orgs import SAM, US, Orgs, TwoOrgs, orgs, with_orgs


def left(made: Orgs, company: CompanyFiles) -> None:
    """Somebody opts out and somebody is given to a rep, and nothing of it is sent yet."""
    with made.at(company) as play:
        play.american()
        play.go_live()
        rest(play)
        play.box.marketing.act("opt_out", email=SAM)
        play.american("pat@buyer.example")
        play.later(minutes=5)
        for name in play.company.names:
            pull(play.company, name, sleep=lambda _s: None)
        decide(play.company)
        assert waits(play)


def waits(play: TwoOrgs) -> int:
    with play.company.ledger.read() as tx:
        return outbox.pending(tx, US)


@pytest.fixture
def company(acme: CompanyFiles) -> CompanyFiles:
    return with_orgs(acme)


def test_what_waits_for_a_system_that_is_gone_is_one_piece_of_held_work(
    acme: CompanyFiles, company: CompanyFiles, tmp_path: Path
) -> None:
    with orgs(company, tmp_path) as made:
        left(made, company)
        with made.at(acme) as play:
            rest(play)
            (row,) = [one for one in holds(play) if one.kind == "system_gone"]
            assert (row.op, row.detail["opt_outs"]) == (US, 1)
            assert row.detail["writes"] == waits(play)
            assert (
                f"{row.detail['writes']} writes wait for sales_us, 1 of them opt-outs" in row.advice
            )
            assert not [one for one in plan(play.company).writes if one["system"] == US]
            rest(play)
            assert retry(play.company, row.id).stays
            assert [one for one in holds(play) if one.kind == "system_gone"] == [row]
            resolve(play.company, row.id)
            rest(play)
            assert not waits(play)
            assert not kinds(play)
            assert rebuilds_equal(play)


def test_what_waited_goes_on_when_the_table_is_back(
    acme: CompanyFiles, company: CompanyFiles, tmp_path: Path
) -> None:
    with orgs(company, tmp_path) as made:
        left(made, company)
        with made.at(acme) as play:
            rest(play)
        with made.at(company) as play:
            rest(play)
            assert play.one(play.us, SAM)["HasOptedOutOfEmail"] is True
            assert not waits(play)
            assert not kinds(play)


def test_a_hand_off_to_a_system_that_is_gone_goes_to_another(
    acme: CompanyFiles, company: CompanyFiles, tmp_path: Path
) -> None:
    with orgs(company, tmp_path) as made:
        left(made, company)
        with made.at(acme) as play:
            rest(play)
            assert play.one(play.box.sales, "pat@buyer.example")["Status"] == "Open - Not Contacted"
            assert play.told(SAM)["side"] == "sales"
            assert rebuilds_equal(play)


def test_a_record_of_a_system_that_is_gone_has_no_link(
    acme: CompanyFiles, company: CompanyFiles, tmp_path: Path
) -> None:
    with orgs(company, tmp_path) as made, made.at(acme) as play:
        ref = Ref(system=US, obj="Lead", id="1")
        assert link(play.company, ref, lambda _: {}) == ""
