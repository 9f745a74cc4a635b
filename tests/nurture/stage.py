"""What the tests of nurture share: a company with rules, and tracks that are lists and values."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from crmbridge.agreement import Agreement, fingerprint
from crmbridge.files import CompanyFiles, read_agreement
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.report.nurture import tracks
from tests.stages.agreement import OWNERS, raw, signed
from tests.stages.places import ACME
from tests.stages.play import Play, begun

BUYERS: dict[str, Any] = {
    "name": "buyers",
    "track": "buy",
    "stages": ["engaged"],
    "when": {
        "id": "evaluates",
        "field": "buying_stage",
        "op": "at_least",
        "value": "evaluation",
    },
}
READERS: dict[str, Any] = {
    "name": "paper readers",
    "track": "learn",
    "stages": ["known", "engaged"],
    "when": {"id": "reads", "field": "touches", "op": "count_ge", "value": {"count": 1}},
}
EVERYBODY: dict[str, Any] = {"name": "everybody", "track": "all", "stages": ["known", "engaged"]}
LISTS = {"learn": "Nurture: learn", "buy": "Nurture: buy", "all": "Nurture: all"}
BOTH = {
    "learn": {"list": "Nurture: learn", "value": "learning"},
    "buy": {"value": "buying"},
    "all": "Nurture: all",
    "timing": {"list": "Nurture: bad timing", "value": "bad_timing"},
}
PAPER, WEBINAR, DEMO = (
    f"https://acme.example/{one}" for one in ("paper/a", "webinar/live", "demo/now")
)


def agreement_of(*rules: Mapping[str, Any], version: int = 1, start: str = "") -> Agreement:
    """The example's agreement with these rules, signed; it runs no clock of a hand-off."""
    data = raw()
    data.pop("sla", None)
    data["version"] = version
    if start:
        data["effective_from"] = date.fromisoformat(start)
    if rules:
        data["nurture"] = [dict(one) for one in rules]
    return signed(data, date(2025, 12, 1))


def mapping_of(acme: CompanyFiles, tracks: Mapping[str, Any]) -> MappingFile:
    """The example's mapping with further tracks."""
    data = acme.mapping.model_dump(mode="json", by_alias=True)
    data["tracks"] |= tracks
    return MappingFile.model_validate(data)


def nurturing(
    acme: CompanyFiles,
    *rules: Mapping[str, Any],
    tracks: Mapping[str, Any] = LISTS,
    others: Sequence[Agreement] = (),
) -> CompanyFiles:
    """The worked example with rules of nurture."""
    return replace(
        acme,
        agreement=agreement_of(*rules),
        mapping=mapping_of(acme, tracks),
        others=tuple(others),
    )


@contextmanager
def tended(
    acme: CompanyFiles, folder: Path, *rules: Mapping[str, Any], **more: Any
) -> Iterator[Play]:
    """A company with rules of nurture that writes from now on."""
    with begun(nurturing(acme, *rules, **more), folder) as play:
        play.go_live()
        yield play


def on(play: Play, email: str) -> list[str]:
    """The lists that a person is on, by name."""
    names = {str(one["listId"]): one["name"] for one in play.box.marketing.state("lists")}
    return sorted(names[str(one)] for one in play.person(email)["lists"])


def value(play: Play, email: str) -> str:
    """What the property for the track holds of a person."""
    return str(play.person(email).get("crmbridge_track") or "")


def reader(play: Play, email: str) -> None:
    """Somebody who reads a paper and no more."""
    play.contact(email, firstname="Jo", lastname="Kern", company="Buyer")
    play.form(email, PAPER)


def row(play: Play, track: str, within: int = 90) -> dict[str, Any]:
    """What the report says of a track."""
    today = play.company.now().astimezone(play.company.zone).date()
    with play.company.ledger.read() as tx:
        found = tracks(tx, play.company.agreement, today, within)
    return next(one for one in found if one["track"] == track)


RULES = """
[[nurture]]
name   = "buyers"
track  = "buy"
stages = ["engaged"]
when   = { id = "evaluates", field = "buying_stage", op = "at_least", value = "evaluation" }

[[nurture]]
name   = "paper readers"
track  = "learn"
stages = ["known", "engaged"]
when   = { id = "reads", field = "touches", op = "count_ge", value = { count = 1 } }
"""
TRACKS = """
learn = { list = "Nurture: learn", value = "learning" }
buy   = { value = "buying" }
"""


def written_in(config: Path, rules: str = RULES, tracks: str = TRACKS) -> Path:
    """Put the worked example's folder there, with rules in its signed agreement; returns it."""
    folder = config / "acme"
    if not folder.exists():
        shutil.copytree(ACME, folder)
    path = folder / "agreement.toml"
    head, rest = path.read_text(encoding="utf-8").split("signed = [", 1)
    text = "signed = []" + rest.split("\n]", 1)[1] + rules
    path.write_text(head + text, encoding="utf-8")
    hashed = fingerprint(read_agreement(path))
    names = [
        f'{{ side = "{side}", name = "{name}", on = 2025-12-15, hash = "{hashed}" }}'
        for side, name in OWNERS.items()
    ]
    text = text.replace("signed = []", f"signed = [\n  {', '.join(names)},\n]", 1)
    path.write_text(head + text, encoding="utf-8")
    mapping = folder / "mapping.toml"
    said = mapping.read_text(encoding="utf-8")
    mapping.write_text(said.replace("\n[tracks]\n", f"\n[tracks]{tracks}", 1), encoding="utf-8")
    return folder
