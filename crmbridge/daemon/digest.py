"""Monday's digests: counted once, written for each person who is owed one, put into the outbox."""

from __future__ import annotations

from crmbridge.company import Company
from crmbridge.flows.digest.send import due, send
from crmbridge.report.digest.gather import gather
from crmbridge.report.digest.person import Link, issue, no_link
from crmbridge.store.outbox import Op

PAGES = {"reasons": "loop?of=back"}
"""Pages of the dashboard that have another name than what they tell of."""


def post(company: Company, link: Link | None = None) -> list[Op]:
    """Put the digests that are due into the outbox; return the messages.

    It may be called as often as one likes: who was sent theirs is passed over, and most calls look
    for a few keys and end.
    """
    with company.moment() as now:
        owed = due(company)
        if not owed.people:
            return []
        with company.ledger.read() as tx:
            items = gather(tx, company, owed.week, now)
            issues = [
                issue(tx, company, one, owed.week, items, link or links_of(company))
                for one in owed.people
            ]
        return send(company, issues)


def links_of(company: Company) -> Link:
    """The addresses of the company's pages, where it has an address for people."""
    links = company.links
    if links is None:
        return no_link
    return lambda page: links.page(f"c/{company.name}/{PAGES.get(page, page)}")
