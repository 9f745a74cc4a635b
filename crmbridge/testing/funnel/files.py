"""The funnel's company: acme's files whole, moved to Brazil, with reps made from Olist's."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from crmbridge.agreement import Agreement
from crmbridge.agreement.signing import SIDES
from crmbridge.agreement.versions.signed import fingerprint
from crmbridge.files import CompanyFiles, example
from crmbridge.mapping.schema import Mapping
from crmbridge.testing.funnel.data import ZONE, Funnel
from crmbridge.testing.funnel.reps import teams
from crmbridge.testing.pair import Pair
from crmbridge.testing.sandbox import out_of_reach, unhurried

COMPANY, CURRENCY = "olist", "BRL"
BEGIN = date(2017, 1, 1)
"""From when on the agreement is in force; the first lead is of June 2017."""


def files(funnel: Funnel, pair: Pair | None = None) -> CompanyFiles:
    """Make the company's files in memory, from the worked example that ships.

    `pair` are its connectors; a side that is not the example's is what its emulator offers.
    """
    texts = {name: text.decode() for name, text in example()}
    texts["mapping.toml"] = (pair or Pair.shipped()).mapping(texts["mapping.toml"])
    raw = {name: tomllib.loads(text) for name, text in texts.items()}
    return CompanyFiles(
        folder=Path(COMPANY),
        mapping=unhurried(Mapping.model_validate(_mapping(raw["mapping.toml"]))),
        agreement=_agreement(raw["agreement.toml"]),
        teams=teams(funnel, raw["teams.toml"], COMPANY),
    )


def _mapping(raw: dict[str, Any]) -> dict[str, Any]:
    raw |= {"company": COMPANY, "currency": CURRENCY, "zone": ZONE.key}
    fields = raw["marketing"]["lead"]["fields"]
    fields["source"] = {"field": "crmbridge_origin", "way": "in"}
    # a look a week brings back in one pass whoever went idle in it
    raw["limits"] = out_of_reach()
    return raw


def _agreement(raw: dict[str, Any]) -> Agreement:
    """Acme's agreement, signed anew: only whose it is, where and from when on differs."""
    raw |= {"company": COMPANY, "zone": ZONE.key, "effective_from": BEGIN, "signed": []}
    made = Agreement.model_validate(raw)
    signed = [
        {"side": side, "name": made.owners.of(side)[0], "on": BEGIN, "hash": fingerprint(made)}
        for side in SIDES
    ]
    return Agreement.model_validate(raw | {"signed": signed})
