"""What the tests of expansion share: a company that sells to its customers again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from crmbridge.agreement import Agreement, Teams
from crmbridge.files import CompanyFiles
from crmbridge.mapping.schema import Mapping
from tests.stages.agreement import raw, signed
from tests.stages.places import JO
from tests.stages.play import Play, at_work
from tests.stages.rest import ready, rest

MAY = [
    {"id": "x_permission", "field": "opted_out", "op": "is_false", "if_missing": "fail"},
    {"id": "x_email", "field": "email", "op": "is_set"},
    {
        "op": "none",
        "of": [{"id": "x_own", "field": "internal", "op": "is_true", "if_missing": "fail"}],
    },
]
ASKS = {"id": "x_asks", "field": "hand_raise_at", "op": "within_last", "value": {"days": 7}}
LACKS = {
    "id": "lacks_service",
    "field": "products_won",
    "op": "has_none",
    "value": ["Service plan"],
}


def agreed(*more: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The example's agreement with a definition of customers who are to be sold to again."""
    data = raw()
    data.pop("sla", None)
    data["definition"]["expansion"] = {"op": "all", "of": [*MAY, ASKS, *more]}
    return data | changed


def sold_again(*more: dict[str, Any], tracks: bool = False) -> Agreement:
    data = agreed(*more)
    if tracks:
        data["recycle"]["reasons"]["bad_timing"]["expansion_track"] = "customers"
    return signed(data, date(2025, 12, 1))


def teams() -> Teams:
    """Nina sells to who has bought nothing, Carl to customers."""
    reps = {
        one: {"id": one, "email": f"{one}@acme.example", "open_limit": 9}
        for one in ("nina", "carl")
    }
    return Teams.model_validate(
        {
            "company": "acme",
            "teams": [
                {"id": "new", "reps": [reps["nina"]]},
                {"id": "care", "takes": {"motion": ["expansion"]}, "reps": [reps["carl"]]},
            ],
        }
    )


def mapped(acme: CompanyFiles, *, products: bool = False) -> Mapping:
    data = acme.mapping.model_dump(by_alias=True, exclude_unset=True)
    data["tracks"]["customers"] = "Nurture: customers"
    if products:
        data["sales"]["product"] = {
            "object": "OpportunityLineItem",
            "deal": "OpportunityId",
            "name": "Product2.Name",
            "code": "ProductCode",
        }
    return Mapping.model_validate(data)


@contextmanager
def selling(
    acme: CompanyFiles, path: Path, agreement: Agreement, *, products: bool = False
) -> Iterator[Play]:
    mapping = mapped(acme, products=products)
    files = replace(acme, agreement=agreement, teams=teams(), mapping=mapping)
    with at_work(files, path) as play:
        yield play


def buys(play: Play, email: str = JO) -> str:
    """Somebody asks, is converted and buys; returns the id of the deal."""
    ready(play, email.partition("@")[0])
    rest(play)
    made = play.box.sales.act("convert", id=play.lead(email)["Id"], opportunity={"Amount": 1000})
    rest(play)
    play.later(days=10)
    play.box.sales.act("close_deal", id=made["opportunityId"], won=True)
    rest(play)
    return str(made["opportunityId"])


def owner_of(play: Play, user: str) -> str:
    found = [one for one in play.sf("User") if one["Id"] == user]
    return str(found[0]["Email"]).partition("@")[0]
