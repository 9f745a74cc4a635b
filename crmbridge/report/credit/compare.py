"""What every rule model would credit, side by side: what is looked at before another is signed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from crmbridge.agreement.revenue.attribution import Attribution
from crmbridge.policy.revenue.agreed import agreed_model, without_close
from crmbridge.policy.revenue.bulk.credited import credited
from crmbridge.policy.revenue.bulk.packed import Packed, unpack
from crmbridge.policy.revenue.models import PRESETS, Model
from crmbridge.policy.revenue.positions import CLOSE, DEAL, FIRST, LEAD, NON_DIRECT
from crmbridge.report.credit.attribution import OF, Name, namer, shown
from crmbridge.report.credit.missing import missing, said_missing
from crmbridge.report.credit.scope import MEASURES, Scope
from crmbridge.report.frame.sheet import Chart, Column, Report, Sheet
from crmbridge.report.text import many
from crmbridge.store import book_reads, journeys
from crmbridge.store.book_reads import Days
from crmbridge.store.book_rows import PIPELINE
from crmbridge.store.credit_days import Of
from crmbridge.store.table import Tx

if TYPE_CHECKING:
    from crmbridge.policy.revenue.bulk.batch import Ints

_OWN = (FIRST, LEAD, DEAL, CLOSE, NON_DIRECT)
"""Positions that are no milestones of a lead."""
Sums = Mapping[str, Mapping[Name, int]]
"""Units in the company's currency, by model and name."""


def compare_report(tx: Tx, scope: Scope, *, of: str = "channel") -> Report:
    """Return what each rule model, agreed or not, gives each channel, campaign or piece of content.

    Deals count by the day of the win, or of the creation, as in the restated columns of
    `attribution_report`: the headline's column is the same there. Each column adds up to all deals.
    """
    agreed = scope.agreement.attribution
    found = {one: _sheet(tx, scope, OF[of], one) for one in MEASURES}
    return Report(
        name="compare",
        title=f"Rule models side by side, by {of}",
        company=scope.company,
        period=scope.period,
        sheets=tuple(sheet for sheet, _ in found.values()),
        notes=(
            f"{shown(agreed.headline)} is the model that both sides go by. Deals count by the day "
            "of the win, or of the creation, as it is known today.",
            *_not_kept(max(behind for _, behind in found.values())),
            *said_missing(missing(tx, scope)),
        ),
    )


def _not_kept(behind: int) -> Iterator[str]:
    if behind:
        yield (
            f"Not in it yet: {many(behind, 'deal')}, whose touches are read again with the next "
            "decision, by `crmbridge sync` or the daemon."
        )


def models_of(agreed: Attribution, measure: str) -> list[Model]:
    """All rule models: the headline first, then those of the agreement, then all others."""
    names = dict.fromkeys([agreed.headline, *agreed.posted, *agreed.custom, *PRESETS])
    found = filter(None, (agreed_model(agreed, name) for name in names))
    if measure != PIPELINE:
        return list(found)
    return list(filter(None, map(without_close, found)))


def _sheet(tx: Tx, scope: Scope, of: Of, measure: str) -> tuple[Sheet, int]:
    agreed = scope.agreement.attribution
    models = models_of(agreed, measure)
    sums = dict(summed(tx, models, measure, scope.days, scope.currency, of=of))
    titles = {one.name: shown(one.name) for one in models}
    if agreed.headline not in sums:  # it is fitted: only the books have what it credits
        rows = book_reads.credited(tx, measure, [agreed.headline], scope.days, of=of, when="day")
        mine = {
            (one.untouched, one.name): one.minor for one in rows if one.currency == scope.currency
        }
        sums = {agreed.headline: mine, **sums}
        titles = {agreed.headline: shown(agreed.headline), **titles}
    names = {name for one in sums.values() for name in one}
    first, named = next(iter(sums.values()), {}), namer(tx, of)
    order = sorted(names, key=lambda one: (one[0], -first.get(one, 0), one[1]))
    sheet = Sheet(
        name=measure,
        title=MEASURES[measure],
        columns=(
            Column(name="name", title="Content" if of == "asset" else of.capitalize()),
            *(Column(name=one, title=title, kind="money") for one, title in titles.items()),
        ),
        rows=tuple(
            (named(one), *(scope.money(sums[model].get(one, 0)) for model in titles))
            for one in order
        ),
        total=("all", *(scope.money(sum(sums[model].values())) for model in titles)),
        empty="Nothing is credited in this period.",
        chart=Chart(kind="bars", title=MEASURES[measure], x="name", y=tuple(titles)),
    )
    return sheet, journeys.missing(tx, measure, scope.days, scope.currency)


def summed(
    tx: Tx, models: Sequence[Model], measure: str, days: Days, currency: str, *, of: Of
) -> Iterator[tuple[str, dict[Name, int]]]:
    """Yield what each model gives each name, in units of a currency; what is nothing is absent.

    Touches are read and credited piece by piece: memory does not grow with their number.
    """
    milestones = sorted({one for model in models for one in model.weights} - set(_OWN))
    names = journeys.names(tx)
    adding = _Adding(of, models, milestones, max(names, default=0))
    for piece in journeys.stream(tx, measure, days, currency):
        adding.add(piece)
    for model in models:
        touched = enumerate(adding.touched[model.name].tolist())
        found = {(False, names[n]): minor for n, minor in touched if minor}
        nobody = adding.nobody[model.name].items()
        yield model.name, {**found, **{(True, why): minor for why, minor in nobody if minor}}


class _Adding:
    """Units by model: by the number of a name, and by why no touch has them."""

    def __init__(
        self, of: Of, models: Sequence[Model], milestones: Sequence[str], highest: int
    ) -> None:
        import numpy as np

        self._of, self._models, self._milestones = of, models, milestones
        self.touched: dict[str, Ints] = {
            one.name: np.zeros(highest + 1, np.int64) for one in models
        }
        self.nobody: dict[str, dict[str, int]] = {one.name: {} for one in models}

    def add(self, piece: Sequence[Packed]) -> None:
        """Credit some deals."""
        import numpy as np

        whole = unpack(piece, self._milestones)
        named, touch, deal = whole.named[self._of], 0, 0
        for batch, found in credited([whole.batch], self._models):
            here = named[touch : touch + len(batch.at)]
            why = whole.why[deal : deal + len(batch.minor)]
            touch, deal = touch + len(batch.at), deal + len(batch.minor)
            for model, one in found.items():
                np.add.at(self.touched[model], here, one.minor)
                self._nobody(model, why, one.none)

    def _nobody(self, model: str, why: Sequence[str], none: Ints) -> None:
        sums = self.nobody[model]
        places: Iterable[int] = none.nonzero()[0].tolist()
        for place in places:
            sums[why[place]] = sums.get(why[place], 0) + int(none[place])
