"""A kept fit, read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from crmbridge.errors import UNREADABLE
from crmbridge.model.codec import canonical
from crmbridge.policy.revenue.fitted.fit import FORMAT, Fit, Fitted, Least, Model
from crmbridge.policy.revenue.fitted.paths import Tally
from crmbridge.policy.revenue.journey import Window


def from_json(text: str) -> Fit:
    """Read back what `Fit.to_json` wrote, however its JSON is spaced.

    Raises:
        ValueError: the text is no fit, of another format, or not what its hash was made of.
    """
    try:
        data = json.loads(text)
    except UNREADABLE as error:
        raise ValueError(f"no fitted model can be read: {error}") from error
    return of_data(data)


def of_data(told: Mapping[str, Any]) -> Fit:
    """Read back the same as JSON's types, with the hash that it was kept with.

    Raises:
        ValueError: as `from_json`.
    """
    try:
        data = dict(told)
        stated = data.pop("hash")
        if data["format"] != FORMAT:
            raise ValueError(f"a fit of format {data['format']}: this crmbridge reads {FORMAT}")
        found = _read(data)
    except UNREADABLE as error:
        raise ValueError(f"no fitted model can be read: {error}") from error
    if canonical(found.data) != canonical(data) or found.hash != stated:
        raise ValueError("a fitted model differs from what its hash was made of: fit it again")
    return found


def _read(data: dict[str, Any]) -> Fit:
    start, cutoff = data["window"]
    won, closed, channel = data["least"]
    return Fit(
        model=Model(data["model"]),
        order=data["order"],
        window=Window(start=start, cutoff=cutoff),
        on=date.fromisoformat(data["on"]),
        least=Least(won=won, closed=closed, channel=channel),
        seen=Tally(*data["seen"]),
        channels={name: _fitted(*row) for name, row in data["channels"].items()},
        merged=tuple(data["merged"]),
    )


def _fitted(share: str, value: str, won: int, lost: int) -> Fitted:
    return Fitted(share=Decimal(share), value=Decimal(value), seen=Tally(won, lost))
