"""Which channels, campaigns and content are credited with what, by the agreed models."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from crmbridge.model.spelled import plain
from crmbridge.report.agreement.revenue import TITLES, title
from crmbridge.report.credit.missing import missing, said_missing
from crmbridge.report.credit.scope import MEASURES, Scope, days_of
from crmbridge.report.frame.period import Period
from crmbridge.report.frame.sheet import Chart, Column, Report, Row, Sheet
from crmbridge.store import book_reads, campaigns
from crmbridge.store.book_reads import Credited, When
from crmbridge.store.credit_days import Of
from crmbridge.store.table import Tx

OF: Mapping[str, Of] = {"channel": "channel", "campaign": "campaign", "content": "asset"}
"""What credit may be added up by, in the words of people."""
WHY = {
    "no_people": "(no touch: nobody is known on the deal)",
    "no_touch": "(no touch: its people have none)",
    "sales_only": "(no touch: sales alone was in contact)",
    "all_after_close": "(no touch: all came after the close)",
    "outside_window": "(no touch: all came before the window)",
    "no_position": "(no touch holds a position of the model)",
}
"""Why no touch is credited with a deal."""
NONE = {"campaign": "(no campaign)", "asset": "(no content)", "channel": "(no channel)"}


def attribution_report(tx: Tx, scope: Scope, *, of: str = "channel") -> Report:
    """Return what is credited to each channel, campaign or piece of content, for both measures.

    The headline stands twice: as it was posted in the period (`books`, which never change), and by
    the day of the win or the creation as all is known today (`restated`). First touch, linear and
    the other agreed models stand beside it restated. Each column adds up to all deals.
    """
    sheets = [_sheet(tx, scope, OF[of], measure) for measure in MEASURES]
    sheets += [
        sheet for measure in MEASURES if (sheet := _cut(tx, scope, OF[of], measure)) is not None
    ]
    agreed = scope.agreement.attribution
    return Report(
        name="attribution",
        title=f"Credit by {of}",
        company=scope.company,
        period=scope.period,
        sheets=tuple(sheets),
        notes=(
            f"{shown(agreed.headline)} is the model that both sides go by. Books are what was "
            "posted on these days, corrections included, and never change; the other columns are "
            "by the day of the win, or of the creation, as it is known today.",
            *said_missing(missing(tx, scope)),
        ),
    )


def shown(model: str) -> str:
    """A model's name as people read it."""
    return title(model).lower() if model in TITLES else model.replace("_", " ")


def _sheet(tx: Tx, scope: Scope, of: Of, measure: str) -> Sheet:
    agreed = scope.agreement.attribution
    there = book_reads.models(tx, measure)
    others = [one for one in agreed.posted if one != agreed.headline and one in there]
    named = namer(tx, of)
    columns = [
        _table(tx, scope, of, measure, [agreed.headline], "posted", scope.period),
        _table(tx, scope, of, measure, agreed.posted, "day", scope.period),
    ]
    titles = [
        Column(name="name", title=of.capitalize() if of != "asset" else "Content"),
        Column(name="books", title=f"{shown(agreed.headline)}, books", kind="money"),
        Column(name="restated", title=f"{shown(agreed.headline)}, restated", kind="money"),
        *(Column(name=one, title=shown(one), kind="money") for one in others),
    ]
    parts = [(columns[0], agreed.headline), (columns[1], agreed.headline)]
    parts += [(columns[1], one) for one in others]
    if before := scope.beside():
        earlier = _table(tx, scope, of, measure, [agreed.headline], "day", before)
        parts.append((earlier, agreed.headline))
        titles.append(Column(name="before", title=f"restated, {before}", kind="money"))
    names = {name for found, model in parts for name in found.get(model, {})}
    rank = columns[1].get(agreed.headline, {})
    order = sorted(names, key=lambda one: (one[0], -rank.get(one, 0), one[1]))
    return Sheet(
        name=measure,
        title=MEASURES[measure],
        columns=tuple(titles),
        rows=tuple(
            (
                named(one),
                *(scope.money(found.get(model, {}).get(one, 0)) for found, model in parts),
            )
            for one in order
        ),
        total=("all", *(scope.money(sum(found.get(m, {}).values())) for found, m in parts)),
        empty="Nothing is credited in this period.",
        chart=Chart(kind="bars", title=MEASURES[measure], x="name", y=("restated",)),
    )


Name = tuple[bool, str]
"""Whether no touch is credited, and the name, or why."""


def _table(
    tx: Tx,
    scope: Scope,
    of: Of,
    measure: str,
    models: Sequence[str],
    when: When,
    period: Period,
) -> dict[str, dict[Name, int]]:
    """Units in the company's currency, by model and name."""
    found = book_reads.credited(tx, measure, models, days_of(period), of=of, when=when)
    out: dict[str, dict[Name, int]] = defaultdict(dict)
    for row in found:
        if row.currency == scope.currency:
            out[row.model][row.untouched, row.name] = row.minor
    return dict(out)


def namer(tx: Tx, of: Of) -> Callable[[Name], str]:
    """Return how a name is shown: of a campaign as people call it, of nobody why."""
    known = campaigns.names(tx) if of == "campaign" else {}

    def name(one: Name) -> str:
        untouched, text = one
        if untouched:
            return WHY.get(text, text)
        return known.get(text, "") or plain(text) or NONE[of]

    return name


def _cut(tx: Tx, scope: Scope, of: Of, measure: str) -> Sheet | None:
    """The headline, restated, by week, month, quarter or year: a row a part and name."""
    if not scope.by:
        return None
    headline = scope.agreement.attribution.headline
    first = book_reads.first_day(tx, measure)
    named = namer(tx, of)
    found = book_reads.by_day(tx, measure, headline, scope.days, of=of)
    rows: list[Row] = []
    for part in scope.buckets(first):
        mine = _added_up(scope, (rows for day, rows in found.items() if day in part.period))
        for one in sorted(mine, key=lambda name: (name[0], -mine[name], name[1])):
            rows.append((part.label, named(one), scope.money(mine[one])))
    return Sheet(
        name=f"{measure}_by_{scope.by}",
        title=f"{MEASURES[measure]} by {scope.by}, {shown(headline)}, restated",
        columns=(
            Column(name="period", title=scope.by.capitalize()),
            Column(name="name", title=of.capitalize() if of != "asset" else "Content"),
            Column(name="restated", title=shown(headline), kind="money"),
        ),
        rows=tuple(rows),
    )


def _added_up(scope: Scope, days: Iterable[Iterable[Credited]]) -> dict[Name, int]:
    """Units in the company's currency by name; what adds up to nothing is absent."""
    found: dict[Name, int] = defaultdict(int)
    for rows in days:
        for row in rows:
            if row.currency == scope.currency:
                found[row.untouched, row.name] += row.minor
    return {name: minor for name, minor in found.items() if minor}
