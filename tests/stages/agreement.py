"""The worked example's agreement as data to be changed, read, signed and found wrong."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from crmbridge.agreement import Agreement, Teams, fingerprint, problems
from crmbridge.agreement.lint.whole import lint
from tests.stages.places import ACME

OWNERS = {"marketing": "Dana Ortiz", "sales": "Priya Raman"}
"""Who signs for each side."""


def raw(name: str = "agreement.toml") -> dict[str, Any]:
    """One of the example's files as data."""
    return tomllib.loads((ACME / name).read_text(encoding="utf-8"))


def leaf(agreed: dict[str, Any], ident: str) -> dict[str, Any]:
    """One criterion of the definition, to be changed in its place."""
    for part in agreed["definition"]["of"]:
        for one in part.get("of", [part]):
            if one.get("id") == ident:
                found: dict[str, Any] = one
                return found
    raise LookupError(ident)


def faults_of(shape: type[BaseModel], data: Any) -> list[str]:
    """What a person is told whose file has not this shape."""
    with pytest.raises(ValidationError) as caught:
        shape.model_validate(data)
    return problems(caught.value)


def findings(agreed: dict[str, Any], teams: Teams | None = None) -> list[tuple[bool, str]]:
    """What the lint finds in an agreement beside the example's teams, and whether it is fatal."""
    beside = teams or Teams.model_validate(raw("teams.toml"))
    return [(one.fatal, one.text) for one in lint(Agreement.model_validate(agreed), beside)]


def signed(
    data: dict[str, Any], day: date, sides: tuple[str, ...] = ("marketing", "sales")
) -> Agreement:
    """An agreement that these sides have signed as it is."""
    data["signed"] = []
    hashed = fingerprint(Agreement.model_validate(data))
    data["signed"] = [
        {"side": side, "name": OWNERS[side], "on": day, "hash": hashed} for side in sides
    ]
    return Agreement.model_validate(data)


def next_version(folder: Path, number: int = 2, day: str = "2026-07-01") -> Path:
    """A copy of a company's agreement as the guide says to make one: number, day, unsigned."""
    text = (folder / "agreement.toml").read_text(encoding="utf-8")
    start, rest = text.split("signed = [", 1)
    text = start + "signed = []" + rest.split("\n]", 1)[1]
    text = text.replace("version        = 1", f"version        = {number}")
    text = text.replace("effective_from = 2026-01-01", f"effective_from = {day}")
    path = folder / "agreements" / f"v{number}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
