"""A visit to a page: whose company, who is there, what they ask, and what the page may use."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from crmbridge.company import Company
from crmbridge.flows.operate.names import Names
from crmbridge.report.frame.period import Period
from crmbridge.store import held
from crmbridge.web.board.access import Access, Session
from crmbridge.web.board.companies import Companies, stamp_of
from crmbridge.web.board.frame import Frame, Tone, clock
from crmbridge.web.board.kept import Figures
from crmbridge.web.board.query import PERIODS, Query, period

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What all pages share."""

    companies: Companies
    access: Access
    frame: Frame = field(default_factory=Frame)
    figures: Figures = field(default_factory=Figures)
    trials: Figures = field(default_factory=Figures)
    """What may take minutes, such as a backtest: other figures do not wait for it."""
    names: dict[str, Names] = field(default_factory=dict)
    """By company what finds its leads by name."""

    def close(self) -> None:
        """Stop counting, and close the ledgers."""
        self.figures.close()
        self.trials.close()
        self.companies.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of a company: `name` stands in its address, `title` in the list of pages."""

    name: str
    title: str
    show: Callable[[Visit], Response]
    words: tuple[str, ...] = ()
    """Further words of its address, beside `days` and `team`."""
    looks: bool = False
    """Its forms only look something up, so that who may not operate can send them, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request for a page. `form` is what was posted, empty for a look."""

    board: Board
    pages: Sequence[Page]
    page: Page
    company: Company
    session: Session
    query: Query
    request: Request
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def period(self) -> Period:
        """The days that are asked for."""
        return period(self.company, self.query)

    def to(self, page: str, rest: str = "", **words: str) -> str:
        """The address of another page of this company, for the same days and team."""
        kept = Query(days=self.query.days, team=self.query.team).but(**words)
        return f"/c/{self.company.name}/{page}{f'/{rest}' if rest else ''}{kept}"

    @property
    def rest(self) -> str:
        """What stands in the address behind the page's name."""
        return str(self.request.path_params.get("rest", ""))

    @property
    def here(self) -> str:
        """This page's address, with all that is asked."""
        return f"/c/{self.company.name}/{self.page.name}{self.query.but()}"

    def counted(self, name: str, count: Callable[[], T], **key: Hashable) -> T | None:
        """Figures for what is asked here, `None` while they are counted for the first time.

        The page then says as of when the oldest of its figures are.
        """
        now = self.company.now()
        found = self.board.figures.get(
            (self.company.name, name, self.query.days, self.query.team, *sorted(key.items())),
            stamp_of(self.company),
            # at the instant and in the zone of this visit
            partial(copy_context().run, lambda: (now, count())),
        )
        if found is None:
            return None
        at, value = found
        self.request.state.as_of = min(at, getattr(self.request.state, "as_of", at))
        return value

    def render(
        self,
        template: str,
        words: Mapping[str, Any] | None = None,
        *,
        status: int = 200,
        told: tuple[Tone, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Answer with a template that extends `base.html.j2`; `told` is what an act came to."""
        base: dict[str, Any] = {
            "title": self.page.title,
            "company": self.company.name,
            "companies": self.board.companies.names(),
            "fault": self.board.companies.fault_of(self.company.name),
            "session": self.session,
            "can_leave": self.board.access.needs_token,
            "nav": self._nav(),
            "query": self.query,
            "periods": self._periods(),
            "teams": (),
            "as_of": clock(self._as_of.astimezone(self.company.zone)),
            "zone": self.company.mapping.zone,
            "told": {"tone": told[0], "text": told[1]} if told else None,
        }
        return self.board.frame.page(template, base | dict(words or {}), status, headers)

    @property
    def _as_of(self) -> datetime:
        return getattr(self.request.state, "as_of", None) or self.company.now()

    def counting(self, **words: Any) -> Response:
        """Answer that figures are being counted; the browser comes again by itself."""
        return self.render_soon("counting.html.j2", words)

    def render_soon(self, template: str, words: Mapping[str, Any]) -> Response:
        """Answer with a page of which a part is being counted; the browser comes again."""
        return self.render(template, words, status=202, headers={"Refresh": "2"})

    def teams(self) -> list[tuple[str, str]]:
        """The teams to choose from: id and name."""
        return [(one.id, one.name or one.id) for one in self.company.teams.teams]

    def _periods(self) -> list[tuple[str, str]]:
        known = list(PERIODS.items())
        if self.query.days not in PERIODS:
            known.insert(0, (self.query.days, str(self.period)))
        return known

    def _nav(self) -> list[dict[str, Any]]:
        with self.company.ledger.read() as tx:
            waits = sum(held.counts(tx).values())
        return [
            {
                "href": self.to(one.name),
                "title": one.title,
                "here": one.name == self.page.name,
                "count": waits if one.name == "attention" else 0,
            }
            for one in self.pages
            if one.title
        ]
