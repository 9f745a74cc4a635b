"""The pages of a company, in the order in which they are listed."""

from __future__ import annotations

from crmbridge.web.board.pages.agreement import AGREEMENT
from crmbridge.web.board.pages.attention import ATTENTION
from crmbridge.web.board.pages.content import CONTENT_PAGE
from crmbridge.web.board.pages.contribution import CONTRIBUTION
from crmbridge.web.board.pages.handoff import HANDOFF
from crmbridge.web.board.pages.leads import LEADS
from crmbridge.web.board.pages.loop import LOOP_PAGE
from crmbridge.web.board.pages.meeting import MEETING
from crmbridge.web.board.pages.sources import SOURCES
from crmbridge.web.board.pages.sync import SYNC
from crmbridge.web.board.pages.today import TODAY
from crmbridge.web.board.visit import Page

PAGES: tuple[Page, ...] = (
    *(TODAY, LOOP_PAGE, SOURCES, CONTRIBUTION, HANDOFF, CONTENT_PAGE),
    *(ATTENTION, SYNC, LEADS, AGREEMENT, MEETING),
)
FIRST = TODAY.name
