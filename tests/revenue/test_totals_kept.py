"""Totals that are kept while leads, deals, roles and records change, against a count of all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmbridge.model.event import Content, Event, Kind
from crmbridge.store import Ledger, events
from crmbridge.store.projection import Workspace
from crmbridge.store.projection.recount import count_anew
from tests.stages.compare import remade
from tests.stages.counted import kept_and_counted
from tests.stages.ledgers import ledger_at

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LEADS, DEALS, RECORDS = "abc", "12", "123"
REPORTS = {"agreement": "1", "mapping": "m"}
PLAIN = ("engaged", "ready", "handed", "accepted", "qualified", "disqualified")
GIVEN = ("rejected", "returned")
ON_DEALS = ("opportunity", "deal_won", "deal_lost", "deal_reopened")

lead, deal = st.sampled_from(LEADS), st.sampled_from(DEALS)
OPS = st.one_of(
    st.tuples(st.just("step"), lead, st.sampled_from(PLAIN)),
    st.tuples(st.just("back"), lead, st.sampled_from(GIVEN), st.sampled_from(("", "no_fit", "x"))),
    st.tuples(st.just("on"), lead, st.sampled_from(ON_DEALS), deal),
    st.tuples(
        st.just("deal"),
        deal,
        st.sampled_from(("open", "won", "won", "lost")),
        st.sampled_from((None, 0, 100_01, -7)),
        st.sampled_from(("EUR", "USD")),
    ),
    st.tuples(st.just("role"), deal, st.sampled_from(RECORDS), st.booleans()),
    st.tuples(st.just("elsewhere"), deal, deal, st.sampled_from(RECORDS)),
    st.tuples(st.just("record"), lead, st.sampled_from(RECORDS), st.sampled_from(("WEB", "FAIR"))),
    st.tuples(st.just("credit"), lead, st.sampled_from("fg"), st.sampled_from("lm")),
    st.tuples(st.just("waits"), lead, st.sampled_from(("no_capacity", "below_bar"))),
    st.tuples(st.just("merge"), lead, lead),
)
STORIES = st.lists(st.lists(OPS, min_size=1, max_size=6), min_size=1, max_size=6)


Page = list[tuple[Any, ...]]
Pair = tuple[Any, Any]


class Story:
    """Pages of entries over three leads, two deals and three records."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.clock = ledger, count()
        self.into: dict[str, str] = {}

    def page(self, ops: Page) -> None:
        """Write one page."""
        with self.ledger.write("test") as tx:
            self.work = Workspace(tx)
            for kind, *said in ops:
                getattr(self, f"_{kind}")(*said)
            self.work.flush()

    def begin(self) -> None:
        """Let all leads be known, each with a record."""
        self.page([("step", one, "known") for one in LEADS])
        self.page([("record", *pair, "WEB") for pair in zip(LEADS, RECORDS, strict=True)])

    def _tell(self, lead: str, type_: str, said: Mapping[str, Any]) -> None:
        number = next(self.clock)
        at = NOW + timedelta(hours=number)
        content = Content.stored(type_, dict(said))
        self.work.emit(
            Event(
                kind=Kind.OBSERVED,
                at=at,
                recorded_at=at,
                key=f"{number}",
                lead=lead,
                source="test",
                content=content,
            )
        )

    def _living(self, lead: str) -> str:
        while lead in self.into:
            lead = self.into[lead]
        return lead

    def _step(self, lead: str, type_: str) -> None:
        self._tell(self._living(lead), type_, {})

    def _back(self, lead: str, type_: str, reason: str) -> None:
        self._tell(self._living(lead), type_, {"reason": reason})

    def _on(self, lead: str, type_: str, deal: str) -> None:
        self._tell(self._living(lead), type_, {"deal": f"sales:Opportunity:{deal}"})

    def _deal(self, deal: str, state: str, minor: int | None, currency: str) -> None:
        said = {"id": f"sales:Opportunity:{deal}", "state": state, "amount_minor": minor}
        self._tell("", "deal", {**said, "currency": currency, "reason": "", "precision": ""})

    def _role(self, deal: str, record: str, live: bool) -> None:
        self._says(f"{deal}-{record}", deal, record, live=live)

    def _elsewhere(self, one: str, deal: str, record: str) -> None:
        """A role of one id that stands on another deal now."""
        self._says(f"{one}-{record}", deal, record, live=False)

    def _says(self, ident: str, deal: str, record: str, *, live: bool) -> None:
        said = {"id": f"sales:Role:{ident}", "deal": f"sales:Opportunity:{deal}"}
        self._tell("", "role", {**said, "person": f"sales:Lead:{record}", "live": live})

    def _record(self, lead: str, record: str, source: str) -> None:
        said = {"ref": f"sales:Lead:{record}", "raw": {}, "values": {"source": source}}
        self._tell(self._living(lead), "sighting", {**said, "status": "", "changed_at": ""})

    def _credit(self, lead: str, first: str, last: str) -> None:
        said = {"first": first, "last": last, "deals": [], "first_refs": [], "last_refs": []}
        self._tell(self._living(lead), "credited", {**said, "cutoff": NOW.isoformat()})

    def _waits(self, lead: str, reason: str) -> None:
        self._tell(self._living(lead), "waits", {"reason": reason})

    def _merge(self, lead: str, loser: str) -> None:
        keeper, gone = self._living(lead), self._living(loser)
        if keeper == gone:
            return
        self._tell(keeper, "lead_merged", {"loser": gone, "identities": [], "why": "test"})
        self._tell(gone, "merged_away", {"into": keeper})
        self._tell(gone, "merged", {})
        self.into[gone] = keeper


def played(ledger: Ledger, pages: list[Page]) -> Iterator[Pair]:
    """Play a story; after each page, the totals that are kept and those of a count."""
    story = Story(ledger)
    story.begin()
    yield kept_and_counted(ledger)
    for ops in pages:
        story.page(ops)
        yield kept_and_counted(ledger)


def won(ledger: Ledger, *after: Page) -> list[Pair]:
    """A deal of two leads that is won, and what happens then; at last, what a rebuild makes."""
    steps = [(one, type_, "1") for one in "ab" for type_ in ("opportunity", "deal_won")]
    roles = [("role", "1", one, True) for one in "12"]
    first = [("deal", "1", "won", 100_01, "EUR"), *roles, *(("on", *one) for one in steps)]
    return [*played(ledger, [first, *after]), remade(ledger)]


@pytest.mark.parametrize(
    "after",
    [
        [("deal", "1", "open", 100_01, "EUR")],
        [("deal", "1", "won", 50_00, "EUR")],
        [("deal", "1", "won", 100_01, "USD")],
        [("deal", "1", "won", None, "EUR")],
        [("role", "1", "1", False)],
        [("role", "1", "1", False), ("role", "1", "2", False)],
        [("elsewhere", "2", "1", "1")],
        [("record", "c", "1", "FAIR")],
        [("record", "a", "1", "FAIR")],
        [("credit", "a", "f", "l")],
        [("merge", "a", "b")],
        [("merge", "c", "a")],
        [("on", "a", "deal_reopened", "1")],
    ],
    ids=str,
)
def test_whatever_changes_a_won_deal_or_its_leads_is_counted(ledger: Ledger, after: Page) -> None:
    for kept, counted in won(ledger, after):
        assert kept == counted


def test_a_role_that_is_gone_counts_when_its_record_goes_to_another_lead(ledger: Ledger) -> None:
    for kept, counted in won(ledger, [("role", "1", "1", False)], [("record", "c", "1", "WEB")]):
        assert kept == counted


def test_a_role_that_goes_to_another_deal_is_none_of_the_first_any_more(ledger: Ledger) -> None:
    for kept, counted in won(ledger, [("role", "1", "1", False)], [("elsewhere", "1", "2", "1")]):
        assert kept == counted


def test_a_deal_that_is_won_without_a_word_to_its_leads_makes_their_cycle_a_won_one(
    ledger: Ledger,
) -> None:
    listed = [("on", "a", "handed", "1"), ("on", "a", "opportunity", "1")]
    pages = [listed, [("deal", "1", "open", 5, "EUR")], [("deal", "1", "won", 5, "EUR")]]
    for kept, counted in played(ledger, pages):
        assert kept == counted


@settings(max_examples=60, deadline=None)
@given(pages=STORIES)
def test_after_each_page_the_totals_are_a_count_of_everything(
    tmp_path_factory: pytest.TempPathFactory, pages: list[Page]
) -> None:
    ledger = ledger_at(tmp_path_factory.mktemp("totals") / "ledger.db")
    try:
        for kept, counted in played(ledger, pages):
            assert kept == counted
        before, again = remade(ledger)
        assert before == again
        with ledger.write("test") as tx:
            count_anew(tx)
        assert remade(ledger)[0] == before
        with ledger.read() as tx:
            assert list(events.walk(tx))
    finally:
        ledger.close()
