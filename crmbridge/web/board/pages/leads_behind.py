"""The leads that a figure is made of, fifty at a time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response

from crmbridge.agreement.stages import ORDER, name_of
from crmbridge.errors import ConfigError
from crmbridge.model.nearest import meant
from crmbridge.report.behind.spots import Spot
from crmbridge.report.behind.standing import in_stage
from crmbridge.report.text import capital, many
from crmbridge.report.work.legs import LEGS
from crmbridge.store import leads, totals
from crmbridge.web.board.frame import plain
from crmbridge.web.board.pages.lead_rows import deals, people
from crmbridge.web.board.pages.lists import LABELS, SAID, Kind, kind_of
from crmbridge.web.board.query import Query
from crmbridge.web.board.visit import Visit

SIZE = 50
"""Leads of a page."""


def behind(visit: Visit) -> Response:
    """Show the leads behind a figure, or what there is to choose from."""
    what = visit.query.word("what")
    if not what:
        return _overview(visit)
    if what in ORDER and not visit.query.word("stage"):
        if what not in _ALSO_FIGURES:
            return _of_stage(visit, what)
    elif what == "stage":
        return _of_stage(visit, visit.query.word("stage"))
    kind = kind_of(what)
    found = _found(visit, kind)
    words = {"title": kind.title, "intro": _intro(visit, kind), **_filters(visit, kind)}
    if found is None:
        return visit.counting(**words)
    return _list(visit, kind, found, words)


_ALSO_FIGURES = ("handed", "accepted")
"""Stages by whose names figures are asked for, too; these are meant by `stage` alone."""


def _found(visit: Visit, kind: Kind) -> list[Spot] | None:
    def find() -> list[Spot]:
        with visit.company.ledger.read() as tx:
            return kind.find(visit, tx)

    if kind.fresh:
        return find()
    key = {name: text for name, text in visit.query.more if name not in ("after", "before")}
    return visit.counted("leads", find, **key)


def _filters(visit: Visit, kind: Kind) -> dict[str, Any]:
    kept = tuple((name, text) for name, text in visit.query.more if name not in _PLACES)
    return {
        "query": replace(visit.query, more=kept),
        "teams": visit.teams() if kind.teams else (),
        "filtered": kind.dated or kind.teams,
        "dated": kind.dated,
    }


_PLACES = ("after", "before")


def _intro(visit: Visit, kind: Kind) -> str:
    """What was asked for beside the list's title, in words."""
    told = [
        f"{LABELS[name]}: {plain(_in_words(visit, name, text))}."
        for name, text in visit.query.more
        if name in LABELS
    ]
    if kind.dated and visit.query.days != "all":
        told.append(f"Days: {visit.period}.")
    return " ".join(told)


def _in_words(visit: Visit, name: str, text: str) -> str:
    """A word of an address as people say it."""
    if name in ("whose", "rep"):
        return visit.company.teams.called(text)
    if name == "leg" and text in LEGS:
        return LEGS[text][0]
    return SAID.get(text, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A page of a list: what it has, whether there is more on either side, and its first number."""

    spots: Sequence[Spot]
    first: int
    is_first: bool
    is_last: bool


def cut(found: Sequence[Spot], after: str, before: str, size: int = SIZE) -> Cut:
    """Cut the page behind a place out of a list, or the one that ends before another.

    Raises:
        ConfigError: a place that is none.
    """
    start = bisect_right(found, _place(after), key=_key) if after else 0
    if before:
        start = max(0, bisect_left(found, _place(before), key=_key) - size)
    some = found[start : start + size]
    end = start + len(some)
    return Cut(spots=some, first=start + 1, is_first=start == 0, is_last=end >= len(found))


def _key(one: Spot) -> tuple[int, str, int]:
    return one.after, one.ident, one.n


def place_of(one: Spot) -> str:
    """A place in a list, as an address names it."""
    return f"{one.after}~{one.n}~{one.ident}"


def _place(text: str) -> tuple[int, str, int]:
    after, _, rest = text.partition("~")
    n, _, ident = rest.partition("~")
    numbers = (n, after.removeprefix("-"))
    if not ident or not all(one.isdecimal() and len(one) < 20 for one in numbers):
        raise ConfigError("This address is not whole: go back to the figure, and follow it again")
    return int(after), ident, int(n)


def _list(visit: Visit, kind: Kind, found: list[Spot], words: dict[str, Any]) -> Response:
    page = cut(found, visit.query.word("after"), visit.query.word("before"))
    with visit.company.ledger.read() as tx:
        rows = (deals if kind.of_deals else people)(visit, tx, page.spots)
    often = len({one.ident for one in found}) < len(found)
    thing = "deal" if kind.of_deals else kind.thing if often else "lead"
    told = {
        "rows": rows,
        "of_deals": kind.of_deals,
        "counted": _counted(len(found), page, thing),
        "often": often,
        "before": "" if page.is_first else _to(visit, before=place_of(page.spots[0])),
        "after": "" if page.is_last else _to(visit, after=place_of(page.spots[-1])),
    }
    return visit.render("leads.html.j2", words | told)


def _counted(whole: int, page: Cut, thing: str) -> str:
    if not page.spots or (page.is_first and page.is_last):
        return f"{many(whole, thing)}."
    last = page.first + len(page.spots) - 1
    return f"{many(whole, thing)}, of which {page.first:,} to {last:,} are shown here."


def _to(visit: Visit, **place: str) -> str:
    words = {**dict.fromkeys(_PLACES, ""), **place}
    return f"/c/{visit.company.name}/leads{visit.query.but(**words)}"


def _of_stage(visit: Visit, stage: str) -> Response:
    """The leads that are in a stage now, by id: each page is read alone, however many there are."""
    if stage not in ORDER:
        raise ConfigError(f"There is no stage {stage!r}; {meant(stage, ORDER, ', '.join(ORDER))}")
    after, before = (_ident(visit.query.word(one)) for one in _PLACES)
    with visit.company.ledger.read() as tx:
        found, whole = in_stage(tx, stage, SIZE + 1, after=after, before=before)
        more = len(found) > SIZE
        some = found[-SIZE:] if before else found[:SIZE]
        rows = people(visit, tx, some)
    name = name_of(visit.company.agreement.stages, stage)
    back, on = (more, True) if before else (bool(after), more)
    told = {
        "title": f"Leads in stage {name} now",
        "rows": rows,
        "counted": f"{many(whole, 'lead')}."
        if whole <= SIZE
        else f"{many(whole, 'lead')}, {len(rows)} of which are shown here.",
        "before": _to(visit, before=some[0].ident) if some and back else "",
        "after": _to(visit, after=some[-1].ident) if some and on else "",
    }
    return visit.render("leads.html.j2", {"query": Query(), **told})


def _ident(text: str) -> str:
    if text and not (len(text) == leads.ID_DIGITS and set(text) <= set("0123456789abcdef")):
        raise ConfigError("This address is not whole: go back to the first page of the list")
    return text


def _overview(visit: Visit) -> Response:
    with visit.company.ledger.read() as tx:
        stages = totals.by_stage(tx)
    lists = [
        ("Leads that wait for sales", visit.to("leads", what="waiting")),
        ("Leads that sales has not answered in time", visit.to("leads", what="late")),
    ]
    told = {
        "title": "Leads",
        "intro": "Find a lead, or follow a figure of any page to the leads behind it.",
        "stages": list(_stages(visit, stages)),
        "lists": lists,
    }
    return visit.render("leads_start.html.j2", told)


def _stages(visit: Visit, counts: dict[str, int]) -> Iterator[dict[str, Any]]:
    for stage in ORDER:
        if n := counts.get(stage, 0):
            name = name_of(visit.company.agreement.stages, stage)
            href = visit.to("leads", what="stage", stage=stage)
            yield {"name": capital(name), "count": f"{n:,}", "href": href}
