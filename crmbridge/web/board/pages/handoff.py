"""Hand-off: who is late and why, clocks kept and broken, what became of leads, and fairness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from crmbridge.flows.scene.reps import Reps
from crmbridge.report.behind.standing import Late
from crmbridge.report.fairness import fairness
from crmbridge.report.frame.sheet import Report, Sheet
from crmbridge.report.frame.words import told
from crmbridge.report.handoff import CAUSES, handoff
from crmbridge.report.reps import reps
from crmbridge.report.text import capital, many
from crmbridge.store.table import Tx
from crmbridge.web.board.frame import Answer, clock
from crmbridge.web.board.pages.figures import WHOLE, Shown, figures_page, question, sooner
from crmbridge.web.board.pages.lead_rows import owner_name, people
from crmbridge.web.board.pages.links import ALL, CLOCKS, FAIRNESS, REPS, linker
from crmbridge.web.board.pages.lists import MOST_LATE, WHY, late_now, late_spot
from crmbridge.web.board.pages.sources import records
from crmbridge.web.board.visit import Page, Visit

PARTS = {"": "Clocks", "reps": "Reps and teams", "fairness": "Fairness"}
RULES = {"": CLOCKS, "reps": REPS, "fairness": FAIRNESS}
MOST_SHOWN = 20
"""Late leads that the page shows itself."""
MOST_NAMED = 5
"""Reps that the first line names."""
MOST_WORST = 3
"""Reps with whom most clocks ran out that are named."""


def show(visit: Visit) -> Response:
    """Show the page."""
    of = visit.query.word("of") if visit.query.word("of") in PARTS else ""

    def count() -> Shown:
        with visit.company.ledger.read() as tx:
            return _MAKERS[of](visit, tx)

    shown = visit.counted(f"handoff {of}", count)
    late, first = ([], []) if of else _late(visit)
    if shown is not None and first:
        shown = Shown(reports=shown.reports, answers=[*first, *shown.answers])
    return figures_page(
        visit,
        shown,
        title="The hand-off to sales",
        link=linker(visit, RULES[of]),
        teams=True,
        tabs=[(title, visit.to("handoff", of=name), name == of) for name, title in PARTS.items()],
        template="handoff.html.j2",
        late=late[:MOST_SHOWN],
        late_more=visit.to("leads", what="late") if len(late) > MOST_SHOWN else "",
    )


def _late(visit: Visit) -> tuple[list[Any], list[Answer]]:
    """Who is late right now, read fresh, and the first line about it."""
    with visit.company.ledger.read() as tx:
        found = late_now(visit, tx)
        rows = people(visit, tx, [late_spot(one) for one in found[: MOST_SHOWN + 1]])
        loaded = Reps.load(visit.company, tx)
    return rows, [_who_is_late(visit, loaded, found)]


def _who_is_late(visit: Visit, loaded: Reps, found: Sequence[Late]) -> Answer:
    if visit.company.agreement.sla is None and not found:
        return Answer(
            text="Nobody is late: the agreement has no clocks.",
            tone="wait",
            more="Both sides agree on them under [sla] in agreement.toml, and sign it.",
        )
    if not found:
        return Answer(text="Nobody is late right now.", tone="good")
    leads = len({one.lead for one in found})
    whose = Counter(
        owner_name(visit, loaded, rep) or "nobody"
        for rep, _ in {(one.rep, one.lead) for one in found}
    )
    named = ", ".join(
        f"{n} with {name}"
        for name, n in sorted(whose.items(), key=lambda it: (-it[1], it[0]))[:MOST_NAMED]
    )
    causes = Counter(CAUSES[one.cause] for one in found)
    cause, n = max(sorted(causes.items()), key=lambda it: it[1])
    more = "at least " if len(found) >= MOST_LATE else ""
    since = clock(found[0].due.astimezone(visit.company.zone))
    verb = "is" if leads == 1 else "are"
    return Answer(
        text=f"{more.capitalize()}{many(leads, 'lead')} {verb} late: {named}.",
        tone="bad",
        more=f"Over longest: since {since}. Why: {WHY.get(cause, cause)} ({n} of {len(found)} "
        "clocks).",
        href=visit.to("leads", what="late"),
        link="See who, and why",
    )


def _clocks(visit: Visit, tx: Tx) -> Shown:
    report = handoff(tx, visit.company, question(visit))
    found = list(_kept(report.sheets[0]))
    return Shown(reports=[report], answers=[*found, *_with_whom(visit, report)])


def _with_whom(visit: Visit, report: Report) -> Iterator[Answer]:
    """Answer with whom most clocks ran out, and why: also on a day on which nobody is late."""
    sheets = {one.name: one for one in report.sheets}
    over, due = Counter[str](), Counter[str]()
    for row in records(sheets["reps"]) if "reps" in sheets else ():
        over[str(row["rep"])] += row["breached"]
        due[str(row["rep"])] += row["due"]
    most = [(rep, n) for rep, n in over.most_common(MOST_WORST) if n]
    if not most:
        return
    called = visit.company.teams.called
    named = ", ".join(f"{called(rep) or rep} ({n:,} of {due[rep]:,})" for rep, n in most)
    yield Answer(
        text=f"Most clocks ran out with {named}.",
        more=_because(sheets["causes"]) if "causes" in sheets else "",
    )


def _because(causes: Sheet) -> str:
    """Why clocks ran out, the most frequent cause first."""
    titles = {one.name: one.title for one in causes.columns if one.kind == "count"}
    found = Counter({name: sum(row[name] for row in records(causes)) for name in titles})
    return f"Why: {', '.join(f'{titles[name]} ({n:,})' for name, n in found.most_common() if n)}."


def _kept(sheet: Sheet) -> Iterator[Answer]:
    """Answer for each clock how often it ran out."""
    rows = [row for row in records(sheet) if row["team"] == ALL]
    for row in rows:
        name = str(row["clock"])
        part = row["share"]
        share = f", {told(part, _column(sheet, 'share'))}" if part is not None else ""
        half = row["median"]
        median = f"Half were done within {_time(half)}." if half is not None else ""
        yield Answer(
            text=f"{capital(name)}, of what was handed over in these days: {row['breached']:,} of "
            f"{row['due']:,} clocks ran out{share}.",
            more=median,
        )
    if not rows:
        yield Answer(text="Nothing was handed over in these days.", tone="wait")


def _time(hours: Any) -> str:
    """Business hours as people say them."""
    minutes = round(60 * float(hours))
    if minutes < _LONG:
        return many(minutes, "business minute")
    return f"{float(hours):.1f} business hours"


_LONG = 100
"""From so many minutes on people say hours."""


def _column(sheet: Sheet, name: str) -> Any:
    return sheet.columns[sheet.index(name)]


def _reps(visit: Visit, tx: Tx) -> Shown:
    rep_of = Reps.load(visit.company, tx).rep_of
    report = reps(tx, visit.company, question(visit), rep_of)
    sheets = tuple(sooner(one, "rep", "open", "breaches") for one in report.sheets)
    return Shown(reports=[replace(report, sheets=sheets)], answers=list(_became(report)))


def _became(report: Report) -> Iterator[Answer]:
    rows = records(report.sheets[1])
    given = sum(row["given"] for row in rows)
    if not given:
        yield Answer(text="Sales was given nothing in these days.", tone="wait")
        return
    took, back = (sum(row[name] for row in rows) for name in ("accepted", "rejected"))
    yield Answer(
        text=f"Of {many(given, 'lead')}, sales took on {took:,}, and gave back {back:,} before.",
        more=f"Deals won: {sum(row['won'] for row in rows):,}; lost: "
        f"{sum(row['lost'] for row in rows):,}.",
    )


def _fair(visit: Visit, tx: Tx) -> Shown:
    report = fairness(tx, visit.company, question(visit))
    return Shown(reports=[report], answers=list(_parts(visit, report)))


def _parts(visit: Visit, report: Report) -> Iterator[Answer]:
    """Answer who was given most above and most below their part."""
    rows = [row for row in records(report.sheets[0]) if row["difference"] is not None]
    if not rows:
        yield Answer(text="No lead was given out in these days.", tone="wait")
        return
    ends = (max(rows, key=_difference), min(rows, key=_difference))
    if all(abs(_difference(row)) < 1 for row in ends):
        yield Answer(text="Every rep was given their part, to within one lead.", tone="good")
        return
    said = [
        f"{visit.company.teams.called(row['rep'])} was given {row['given']:,}, expected were "
        f"{float(row['expected']):.1f}"
        for row in ends
    ]
    yield Answer(
        text=f"Furthest from their part: {'; '.join(said)}.",
        more="Whose desk was full, or who lacks a skill, may be given less: that is no mistake.",
    )


def _difference(row: dict[str, Any]) -> float:
    return float(row["difference"])


_MAKERS = {"": _clocks, "reps": _reps, "fairness": _fair}

HANDOFF = Page(name="handoff", title="Hand-off", show=show, words=("of", WHOLE))
