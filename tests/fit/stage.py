"""Administrators of both vendors, who make fields, change them and take them away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from connectors.hubspot.emulator.vendor import TOKEN
from crmbridge.files import CompanyFiles
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.store.held import Held
from tests.stages.play import Play, begun
from tests.stages.rest import holds, rest

LONG = "A" * 300
Lines = dict[str, Any]


def with_lines(
    files: CompanyFiles, sales: Lines | None = None, marketing: Lines | None = None, **more: Any
) -> CompanyFiles:
    """The same company with further lines in its lead tables."""
    raw = files.mapping.model_dump(mode="json", exclude_defaults=True)
    raw["sales"]["lead"]["fields"] |= sales or {}
    raw["marketing"]["lead"]["fields"] |= marketing or {}
    raw |= more
    return replace(files, mapping=MappingFile.model_validate(raw))


@contextmanager
def about(
    files: CompanyFiles, folder: Path, sales: Lines | None = None, marketing: Lines | None = None
) -> Iterator[Play]:
    """A company with further lines, whose vendors have none of those fields yet."""
    wider = with_lines(files, sales, marketing)
    with begun(wider, folder, world=files.mapping) as play:
        yield play


def field(play: Play, name: str, kind: str = "string", **more: Any) -> None:
    """An administrator of sales makes a field of leads, or makes it another."""
    play.box.sales.act("add_field", object="Lead", field={"name": name, "type": kind, **more})


def prop(play: Play, name: str, kind: str, field_type: str = "text", *options: str) -> None:
    """A marketer makes a property of contacts."""
    made = [{"label": one, "value": one} for one in options]
    told = {"name": name, "label": name, "type": kind, "fieldType": field_type, "options": made}
    play.box.marketing.seed(**{"properties/contacts": [told]})


def hubspot(play: Play, method: str, path: str, body: Any = None) -> None:
    """Call HubSpot as its settings screens do."""
    url = f"{play.box.urls['marketing']}/crm/v3/properties/contacts{path}"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    httpx.request(method, url, json=body, headers=headers, timeout=10).raise_for_status()


def archived(play: Play, name: str) -> None:
    """A marketer deletes a property."""
    hubspot(play, "DELETE", f"/{name}")


def restored(play: Play, name: str, kind: str = "string", field_type: str = "text") -> None:
    """A marketer makes the property anew."""
    made = {"name": name, "label": name, "type": kind, "fieldType": field_type}
    hubspot(play, "POST", "", made | {"groupName": "contactinformation"})


def on(play: Play, **delta: float) -> None:
    """Some time later, at rest."""
    play.later(**(delta or {"minutes": 5}))
    rest(play)


def writes(play: Play) -> int:
    """Requests that changed records so far."""
    return sum(play.written().values())


def quiet(play: Play) -> None:
    """Nothing more is written."""
    before = play.written()
    for _ in range(3):
        on(play, hours=3)
    assert play.written() == before


def causes(play: Play, kind: str = "") -> list[Held]:
    """What is held by cause now."""
    return [row for row in holds(play) if not row.lead and kind in ("", row.kind)]
