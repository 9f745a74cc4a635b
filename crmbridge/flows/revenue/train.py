"""Models fitted to the company's own closed deals, and kept as versions (R6.10 to R6.15)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from crmbridge.agreement.revenue.models import FITTED
from crmbridge.company import Company
from crmbridge.flows.revenue.gather import closed, second
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.payload import FitMade
from crmbridge.policy.revenue.fitted.fit import Fit, Least, Model, NotEnough, fit
from crmbridge.policy.revenue.fitted.paths import Paths, fold, path_of
from crmbridge.policy.revenue.fitted.stored import of_data
from crmbridge.policy.revenue.journey import Window
from crmbridge.policy.revenue.touches import eligible
from crmbridge.store import books, schema
from crmbridge.store.table import Tx, chunks

MODELS: Mapping[str, Model] = {"markov": Model.MARKOV, "shapley": Model.SHAPLEY_RATE}
"""The agreement's words for the models that are fitted."""
BATCH = 500
"""Deals in hand at a time."""


def fits_of(tx: Tx) -> dict[str, Fit]:
    """Return the fit in force of each model that has one, by the agreement's word for it."""
    newest = {row.model: row for row in books.fits(tx)}  # they come in order
    return {model: of_data(row.data) for model, row in newest.items()}


def train(company: Company, first: date | None, last: date | None) -> dict[str, Fit | NotEnough]:
    """Fit the agreed models to the deals that were closed on these days; keeps nothing.

    Without days, all closed deals are taken, up to today.
    """
    agreed = company.agreement.attribution
    wanted = [name for name in agreed.posted if name in FITTED]
    today = company.now().astimezone(company.zone).date()
    window = Window(
        start=_second(company, first) if first else None,
        cutoff=_second(company, (last or today) + timedelta(days=1)) - 1,
    )
    paths = _paths(company, window)
    least = Least(won=agreed.min_won, closed=agreed.min_closed, channel=agreed.min_journeys)
    return {
        name: fit(
            paths,
            MODELS[name],
            window=window,
            on=today,
            order=agreed.markov_order,
            least=least,
        )
        for name in wanted
    }


def keep(company: Company, found: Sequence[tuple[str, Fit]]) -> None:
    """Keep fits, and have every deal credited anew by them."""
    with company.ledger.write("books") as tx:
        scene = Scene.open(company, tx)
        for name, one in found:
            told = FitMade(
                model=name, version=one.version, made=one.on, fit=one.data | {"hash": one.hash}
            )
            scene.decided(told, "", f"fit:{name}:{one.hash}:{scene.work.turn()}")
        scene.work.flush()
        books.mark_all(tx)


def _second(company: Company, day: date) -> int:
    return second(datetime.combine(day, time(), company.zone).astimezone(UTC))


def _paths(company: Company, window: Window) -> Paths:
    return fold(_journeys(company, window))


def _journeys(company: Company, window: Window) -> Iterator[tuple[Sequence[str], bool]]:
    """Yield the channels of each closed deal of the window, and whether it was won."""
    with company.ledger.dry("fit") as tx:
        asked = select(schema.deal.c.id).where(
            schema.deal.c.company == tx.company, schema.deal.c.state.in_(("won", "lost"))
        )
        for piece in chunks(tx.conn.execute(asked).scalars().all(), BATCH):
            for look in closed(Scene.open(company, tx), piece):
                at = second(look.at)
                if at <= window.cutoff and (window.start is None or at >= window.start):
                    points = eligible(look.points, look.window)
                    yield path_of(points), look.deal.state == "won"
