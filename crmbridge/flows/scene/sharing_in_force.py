"""The rule by which won deals are shared, and the rates: kept, and watched for a change."""

from __future__ import annotations

from datetime import datetime

from crmbridge.company import Company, digest
from crmbridge.model.codec import instant
from crmbridge.store import anew, books, cursors, sharing
from crmbridge.store.projection.recount import share_anew
from crmbridge.store.table import Tx

CREDIT = "credit_rules_in_force"
"""Row of the ledger's facts: a hash of what the agreement last said of credit."""
RATES = "rates_in_force"
"""Row of the ledger's facts: a hash of the rates by which money was last converted."""


def keep_sharing(company: Company) -> None:
    """Have the ledger share won deals as the agreement in force says, before more is read."""
    with company.ledger.read() as tx:
        if _is_kept(company, tx):
            return
    with company.ledger.write("share") as tx:
        note_sharing(company, tx, company.now())


def note_sharing(company: Company, tx: Tx, now: datetime) -> None:
    """Share all deals anew by another rule, and look at all leads anew under other rates."""
    if not _is_kept(company, tx):
        sharing.keep(tx, company.agreement.attribution.sharing, company.mapping.zone)
        cursors.mark(tx, ((one, now, "another sharing") for one in share_anew(tx)))
    _note_credit_rules(company, tx)
    rates = digest([one.model_dump(mode="json", by_alias=True) for one in company.agreement.rates])
    if anew.note(tx, RATES, rates, "other rates", instant(now)):
        books.mark_foreign(tx, company.mapping.currency)


def _note_credit_rules(company: Company, tx: Tx) -> None:
    """Have all deals credited anew where the agreement says otherwise how touches share them."""
    rules = credit_rules(company)
    if cursors.get_meta(tx, CREDIT) != rules:
        cursors.put_meta(tx, CREDIT, rules)
        books.mark_all(tx)


def credit_rules(company: Company) -> str:
    """What the agreement says of credit, as a short hash: the version that credit is posted by."""
    agreed = company.agreement.attribution.model_dump(mode="json", by_alias=True)
    agreed.pop("people")  # who shares a deal is seen in its people
    return digest([agreed, company.mapping.currency])[:12]


def _is_kept(company: Company, tx: Tx) -> bool:
    return sharing.is_kept(tx, company.agreement.attribution.sharing, company.mapping.zone)
