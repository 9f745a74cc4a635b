"""The funnel's company: acme's example with one definition that everybody meets at once."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from crmbridge.agreement import Agreement, Teams
from crmbridge.files import CompanyFiles, example
from crmbridge.mapping.schema import Mapping
from crmbridge.testing.funnel.data import Funnel
from crmbridge.testing.sandbox import unhurried

COMPANY, CURRENCY = "olist", "BRL"
OPEN_LIMIT = 80
"""Open leads a rep: the busiest fortnight fits into it, and some desks fill up all the same."""


def files(funnel: Funnel) -> CompanyFiles:
    """Make the company's files in memory, from the worked example that ships."""
    raw = {name: tomllib.loads(text.decode()) for name, text in example()}
    return CompanyFiles(
        folder=Path(COMPANY),
        mapping=unhurried(Mapping.model_validate(_mapping(raw["mapping.toml"]))),
        agreement=Agreement.model_validate(_agreement(raw["agreement.toml"])),
        teams=Teams.model_validate(_teams(funnel)),
    )


def _mapping(raw: dict[str, Any]) -> dict[str, Any]:
    raw |= {"company": COMPANY, "currency": CURRENCY, "zone": "UTC"}
    fields = raw["marketing"]["lead"]["fields"]
    fields["source"] = {"field": "crmbridge_origin", "way": "in"}
    return raw


def _agreement(raw: dict[str, Any]) -> dict[str, Any]:
    raw |= {"company": COMPANY, "zone": "UTC", "effective_from": "2017-01-01", "signed": []}
    raw["fields"] = {}
    raw["definition"] = {
        "op": "all",
        "of": [
            {"id": "permission", "field": "opted_out", "op": "is_false"},
            {"id": "email", "field": "email", "op": "is_set"},
            {"id": "not_internal", "field": "internal", "op": "is_false"},
            {"id": "no_open_deal", "field": "open_deal", "op": "is_false"},
            {"id": "no_customer", "field": "customer", "op": "is_false"},
        ],
    }
    return raw


def _teams(funnel: Funnel) -> dict[str, Any]:
    reps = [
        {"id": rep[:8], "email": f"{rep}@olist.example", "open_limit": OPEN_LIMIT}
        for rep in funnel.reps
    ]
    return {"company": COMPANY, "teams": [{"id": "sales", "reps": reps}]}
