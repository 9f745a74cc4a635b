"""What is said of products, campaigns, members and accounts, in one line each."""

from __future__ import annotations

import pytest

from crmbridge.model.lead import Ref
from crmbridge.model.payload import (
    AccountSeen,
    Belongs,
    CampaignSeen,
    MemberSeen,
    Payload,
    ProductSeen,
)
from crmbridge.report.explain.lines import told


def ref(obj: str, ident: str) -> Ref:
    return Ref(system="sales", obj=obj, id=ident)


FAIR, JO = ref("Campaign", "7"), ref("Contact", "3")
SEATS = {"id": ref("Line", "1"), "deal": ref("Opportunity", "6"), "changed_at": None}
LINES = {
    "sales:Contact:3 belongs to sales:Account:1": Belongs(person=JO, account=ref("Account", "1")),
    "sales:Contact:3 belongs to no account any more": Belongs(person=JO, account=None),
    "account Buyer": AccountSeen(id=ref("Account", "1"), live=True, changed_at=None, name="Buyer"),
    "account sales:Account:1 is gone": AccountSeen(
        id=ref("Account", "1"), live=False, changed_at=None
    ),
    "campaign Fair": CampaignSeen(id=FAIR, live=True, changed_at=None, name="Fair"),
    "sales:Contact:3 is in sales:Campaign:7 (Sent)": MemberSeen(
        id=ref("M", "1"), campaign=FAIR, person=JO, live=True, changed_at=None, status="Sent"
    ),
    "sales:Contact:3 is no longer in sales:Campaign:7": MemberSeen(
        id=ref("M", "1"), campaign=FAIR, person=JO, live=False, changed_at=None
    ),
    "product Seats, on sales:Opportunity:6": ProductSeen(**SEATS, live=True, name="Seats"),  # type: ignore[arg-type]
    "product sales:Line:1 is gone, on sales:Opportunity:6": ProductSeen(**SEATS, live=False),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("line", LINES)
def test_each_has_its_line(line: str) -> None:
    said: Payload = LINES[line]
    assert told(said) == line
