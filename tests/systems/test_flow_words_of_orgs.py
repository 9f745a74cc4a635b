"""A word that one org has a meaning for and another one not: each is asked about for itself."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

from crmbridge.files import CompanyFiles
from crmbridge.mapping.schema import Mapping
from tests.stages.rest import holds, rest
from tests.systems.orgs import SAM, US, orgs, with_orgs

ICE, MOON = "On ice", "Moon phase"


def known_in(company: CompanyFiles, *names: str) -> CompanyFiles:
    """The company whose mapping has a meaning for both words in some orgs."""
    data: dict[str, Any] = copy.deepcopy(company.mapping.model_dump(mode="json"))
    for name in names:
        status = data[name]["lead"]["status"]
        status["types"][ICE] = "ongoing"
        status["reason"]["values"][MOON] = "bad_timing"
    return replace(company, mapping=Mapping.model_validate(data))


def test_what_one_org_knows_answers_for_no_other(acme: CompanyFiles, tmp_path: Path) -> None:
    company = with_orgs(acme)
    with orgs(company, tmp_path) as made:
        with made.at(company) as play:
            play.go_live()
            play.american()
            play.american("pat@buyer.example")
            play.on()
            ice = {"MasterLabel": ICE, "SortOrder": 9, "IsConverted": False}
            play.us.seed(LeadStatus=[ice])
            field = "Rejection_Reason__c"
            play.us.act("add_picklist_value", object="Lead", field=field, value=MOON)
            ident = play.one(play.us, SAM)["Id"]
            play.us.act("edit", object="Lead", id=ident, fields={"Status": ICE})
            play.give_back(play.us, "pat@buyer.example", MOON)
            play.on()
            rows = {one.kind: one for one in holds(play)}
            assert set(rows) == {"unmapped_status", "unmapped_reason"}
            assert f"[{US}.lead.status] types" in rows["unmapped_status"].advice
            assert f"[{US}.lead.status.reason] values" in rows["unmapped_reason"].advice
        with made.at(known_in(company, "sales")) as play:
            rest(play)
            assert {one.kind for one in holds(play)} == {"unmapped_status", "unmapped_reason"}
        with made.at(known_in(company, "sales", US)) as play:
            rest(play)
            assert not holds(play)
