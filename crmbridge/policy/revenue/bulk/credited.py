"""The credit of very many deals in cents, batch by batch: as the exact models have it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmbridge.policy.revenue.bulk.batch import CHUNK, Batch
from crmbridge.policy.revenue.bulk.decay import by_age
from crmbridge.policy.revenue.bulk.live import Live
from crmbridge.policy.revenue.bulk.positions import by_position
from crmbridge.policy.revenue.models import NONE, Model, credit
from crmbridge.policy.revenue.split import split

if TYPE_CHECKING:
    from crmbridge.policy.revenue.bulk.batch import Flags, Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """What a model gives: `minor` to each touch of a batch, `none` to nobody of each deal.

    Both are in minor units; of each deal they add up to its amount.
    """

    minor: Ints
    none: Ints


def credited(
    batches: Iterable[Batch], models: Sequence[Model], *, touches: int = CHUNK
) -> Iterator[tuple[Batch, Mapping[str, Credited]]]:
    """Yield each batch, cut to so many touches at most, with what each model gives, by its name.

    Equal to `split(minor, credit(...))` of each deal to the cent. One batch is held at a time, so
    memory does not grow with their number. A touch outside its deal's window has 0.
    """
    for whole in batches:
        for batch in whole.chunks(touches):
            live = Live(batch)
            yield batch, {model.name: _credited(model, batch, live) for model in models}


def _credited(model: Model, batch: Batch, live: Live) -> Credited:
    import numpy as np

    minor, none = np.zeros(len(batch.at), np.int64), batch.minor.copy()
    if not len(live.deals):
        return Credited(minor=minor, none=none)
    cents, nobody, large = _cents(model, live)
    minor[live.touches] = np.where(batch.minor[live.deals] < 0, -1, 1)[live.deal] * cents
    none[live.deals] = np.where(nobody, batch.minor[live.deals], 0)
    for place in live.deals[large].tolist():
        _exactly(model, batch, place, minor, none)
    return Credited(minor=minor, none=none)


def _cents(model: Model, live: Live) -> tuple[Ints, Flags, Flags]:
    if not model.half_life_days:
        return by_position(model, live)
    cents, large = by_age(model.half_life_days, live)
    return cents, large & False, large


def _exactly(model: Model, batch: Batch, place: int, minor: Ints, none: Ints) -> None:
    """Fill in a deal whose numbers are too large for 63 bits, from the exact models."""
    parts = split(int(batch.minor[place]), credit(model, *batch.deal(place)))
    none[place] = parts.pop(NONE, 0)
    for ident, cents in parts.items():
        minor[int(batch.first[place]) + int(ident)] = cents
