"""Orgs whose leads are owned by others than people found by their address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from crmbridge.agreement import Teams
from crmbridge.files import CompanyFiles
from crmbridge.mapping.schema import Mapping as MappingFile
from tests.stages.play import Play, at_work, example

QUEUES: Mapping[str, Any] = {"object": "Group", "name": "Name", "when": {"Type": "Queue"}}
ANN = {"id": "ann", "name": "Ann Becker", "email": "ann.becker@acme.example", "open_limit": 20}
BOB = {"id": "bob", "name": "Bob Lindner", "email": "bob.lindner@acme.example", "open_limit": 20}


def company(
    *reps: Mapping[str, Any], sales: Mapping[str, Any] | None = None, **team: Any
) -> CompanyFiles:
    """The worked example with other reps in one team, and further tables of its sales system."""
    files = example()
    teams = Teams.model_validate(
        {"company": "acme", "teams": [{"id": "sales", "manager": "mia@acme.example", "reps": reps}]}
        | team
    )
    raw = files.mapping.model_dump(exclude_unset=True)
    raw["sales"] = merged(raw["sales"], {"queue": QUEUES, **(sales or {})})
    return replace(files, teams=teams, mapping=MappingFile.model_validate(raw))


def merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """One table with the lines of another in it."""
    out = dict(one)
    for key, value in other.items():
        inner = out.get(key)
        if isinstance(value, Mapping) and isinstance(inner, Mapping):
            out[key] = merged(inner, value)
        else:
            out[key] = value
    return out


@contextmanager
def org(folder: Path, *reps: Mapping[str, Any], **more: Any) -> Iterator[Play]:
    """Such a company at work."""
    with at_work(company(*reps, **more), folder) as play:
        yield play


def queue(play: Play, name: str) -> str:
    """The id of a queue of the org, which is made where there is none."""
    found = [one["Id"] for one in play.sf("Group") if one["Name"] == name]
    if not found:
        play.box.sales.seed(Group=[{"Name": name, "Type": "Queue"}])
        found = [one["Id"] for one in play.sf("Group") if one["Name"] == name]
    return str(found[0])


def user(play: Play, email: str) -> str:
    """The id of the user with an address."""
    (found,) = [one["Id"] for one in play.sf("User") if one["Email"] == email]
    return str(found)
