"""The rule by which won deals are shared, and the rates: kept, and watched for a change."""

from __future__ import annotations

from datetime import datetime

from crmbridge.company import Company, digest
from crmbridge.model.codec import instant
from crmbridge.store import anew, cursors, sharing
from crmbridge.store.projection.recount import share_anew
from crmbridge.store.table import Tx

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
    rates = digest([one.model_dump(mode="json", by_alias=True) for one in company.agreement.rates])
    anew.note(tx, RATES, rates, "other rates", instant(now))


def _is_kept(company: Company, tx: Tx) -> bool:
    return sharing.is_kept(tx, company.agreement.attribution.sharing, company.mapping.zone)
