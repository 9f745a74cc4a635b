"""A company whose sales work in Odoo, with the mapping of the how-to's page.

Each story runs on what a real server answered, and on the server itself where one is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from crmbridge.flows.operate.survey import survey
from crmbridge.flows.operate.turn import arm
from crmbridge.testing.recorded import Recording
from tests.odoo.company import Screens, blocks, company, credentials, write_files
from tests.odoo.recordings import CUTS, URL, played, replayed, save, served
from tests.stages.places import AL, JO
from tests.stages.play import Play, begun, example

SERVERS = ["recorded", pytest.param("served", marks=pytest.mark.slow)] if URL else ["recorded"]


@pytest.fixture(scope="module")
def fresh() -> Iterator[Recording]:
    recording = Recording(CUTS)
    yield recording
    save("company", recording)


class Stage:
    """A company at work, nothing read yet, and Odoo's screens."""

    def __init__(self, play: Play, screens: Screens) -> None:
        self.play, self.screens = play, screens

    def live(self) -> None:
        self.play.turn()
        arm(self.play.company)

    def goes_on(self, **delta: float) -> None:
        self.play.later(**delta)
        self.play.turn(2)


@pytest.fixture(params=SERVERS)
def stage(request: pytest.FixtureRequest, tmp_path: Path, fresh: Recording) -> Iterator[Stage]:
    scene = request.node.name.partition("[")[0]
    live = request.param == "served"
    deal = blocks("toml")[1] if "orders" in scene else ""
    with ExitStack() as stack:
        way: Any = served(fresh, scene) if live else replayed(played("company"), scene)
        account = stack.enter_context(way)
        files = company(write_files(tmp_path, deal))
        screens = Screens(account, files)
        told = credentials(account)
        play = begun(files, tmp_path, at=screens.now(), world=example().mapping, **told)
        yield Stage(stack.enter_context(play), screens)


def test_a_lead_is_handed_over_comes_back_with_a_reason_and_is_handed_over_again(
    stage: Stage,
) -> None:
    play, odoo = stage.play, stage.screens
    faults = [str(one) for one in survey(play.company, "sales")]
    assert [one for one in faults if "currency is 'EUR'" not in one] == []
    stage.live()
    play.keen(JO)
    play.turn(2)
    (lead,) = odoo.leads("contact_name", "name", "type", "x_crmbridge_id", "user_id", "description")
    assert (lead["contact_name"], lead["name"]) == ("Grete Vogel", "Vogel Pumpen")
    assert lead["x_crmbridge_id"] == play.person(JO)["crmbridge_id"]
    assert lead["user_id"][1] in {rep.name for rep in play.company.teams.reps}
    before = odoo.leads("write_date")
    stage.goes_on(minutes=20)
    assert odoo.leads("write_date") == before  # what we wrote ourselves is no news
    odoo.lose(lead["id"], reason="Bad timing")
    stage.goes_on(hours=3)
    person = play.person(JO)
    assert (person["lifecyclestage"], person["crmbridge_reason"]) == ("lead", "bad_timing")
    assert person["lists"]
    stage.goes_on(days=120)
    play.form(JO)
    stage.goes_on(minutes=20)
    lead = odoo.lead(JO, "active", "type", "lost_reason_id", "won_status")
    assert (lead["active"], lead["type"], lead["won_status"]) == (True, "lead", "pending")
    assert not lead["lost_reason_id"]


def test_an_opportunity_that_is_won_brings_its_revenue_home(stage: Stage) -> None:
    play, odoo = stage.play, stage.screens
    stage.live()
    play.keen(JO)
    play.turn(2)
    lead = odoo.lead(JO)
    odoo.accept(lead["id"])
    stage.goes_on(hours=2)
    assert play.person(JO)["lifecyclestage"] in {"salesqualifiedlead", "opportunity"}
    odoo.win(lead["id"], "4999.90")
    stage.goes_on(hours=2)
    person = play.person(JO)
    assert (person["lifecyclestage"], person["crmbridge_won_amount"]) == ("customer", "4999.90")
    assert person["crmbridge_won_currency"] == "USD"
    odoo.win(lead["id"], "5100.00")
    stage.goes_on(hours=2)
    assert play.person(JO)["crmbridge_won_amount"] == "5100.00"


def test_an_opt_out_is_heard_from_the_blacklist_and_put_on_it(stage: Stage) -> None:
    play, odoo = stage.play, stage.screens
    stage.live()
    for email in (JO, AL):
        play.keen(email)
    play.turn(2)
    odoo.opt_out(JO)
    play.box.marketing.act("opt_out", email=AL)
    stage.goes_on(minutes=20)
    assert play.person(JO)["hs_email_optout"] == "true"
    assert odoo.lead(AL, "is_blacklisted")["is_blacklisted"]


def test_what_odoo_s_own_assignment_does_is_nobody_s_word(stage: Stage) -> None:
    play, odoo = stage.play, stage.screens
    stage.live()
    play.keen(JO)
    play.turn(2)
    lead = odoo.lead(JO)
    code = f"env['crm.lead'].browse({lead['id']}).sudo().with_user(1).convert_opportunity(False)"
    (model,) = odoo.do("ir.model", "search", domain=[["model", "=", "crm.lead"]])
    row = {"name": "As the assignment", "model_id": model, "state": "code", "code": code}
    action = odoo.do("ir.actions.server", "create", vals_list=[row])
    odoo.do("ir.actions.server", "run", ids=action)
    assert odoo.lead(JO, "type", "write_uid")["type"] == "opportunity"
    stage.goes_on(hours=2)
    assert play.person(JO)["lifecyclestage"] == "marketingqualifiedlead"


def test_orders_instead_of_estimates_bring_home_what_was_sold_without_taxes(stage: Stage) -> None:
    play, odoo = stage.play, stage.screens
    stage.live()
    play.keen(JO)
    play.turn(2)
    lead = odoo.lead(JO)
    odoo.accept(lead["id"])
    odoo.edit(lead["id"], expected_revenue=9999.0)
    stage.goes_on(hours=2)
    assert not play.person(JO).get("crmbridge_won_amount")
    odoo.sell(lead["id"], "1250.40")
    (order,) = odoo.do("sale.order", "search_read", domain=[["opportunity_id", "=", lead["id"]]])
    assert order["amount_total"] > order["amount_untaxed"]
    stage.goes_on(hours=2)
    person = play.person(JO)
    assert (person["lifecyclestage"], person["crmbridge_won_amount"]) == ("customer", "1250.40")
