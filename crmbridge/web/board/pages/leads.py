"""Leads: one that is found or followed, shown whole, or those that a figure is made of."""

from __future__ import annotations

from starlette.responses import Response

from crmbridge.web.board.pages.lead import lead_page
from crmbridge.web.board.pages.leads_behind import behind
from crmbridge.web.board.pages.leads_found import found, start
from crmbridge.web.board.pages.lists import WORDS
from crmbridge.web.board.visit import Page, Visit


def show(visit: Visit) -> Response:
    """Show a lead, what a search found, or a list."""
    if "q" in visit.form:
        return found(visit)
    if visit.rest:
        return lead_page(visit)
    start(visit)
    return behind(visit)


LEADS = Page(name="leads", title="Leads", show=show, words=(*WORDS, "p", "all"), looks=True)
