"""A company with tables on one side and an emulated vendor on the other, from the how-to's page."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from crmbridge.files import CompanyFiles, load
from tests.stages.places import ACME, ROOT
from tests.stages.play import Play, ample, begun, example

PAGE = ROOT / "docs" / "howto" / "connect-tables.md"
MARKETING, SALES = (
    f"# ------------------------------------------------------------------ {one}"
    for one in ("marketing: HubSpot", "sales: Salesforce")
)
MESSAGES = "# ------------------------------------------------------------------ messages"


def blocks(kind: str) -> list[str]:
    """The blocks of one language on the page, in order."""
    return re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def files_with(folder: Path, change: Callable[[str], str]) -> CompanyFiles:
    """The worked example with another mapping."""
    home = folder / "config" / "acme"
    home.mkdir(parents=True)
    for one in ACME.iterdir():
        text = one.read_text(encoding="utf-8")
        (home / one.name).write_text(change(text) if one.name == "mapping.toml" else text, "utf-8")
    files = load(folder / "config", "acme")
    made = ample(files)
    # the quotas that a play is given are those of HubSpot and Salesforce
    own = {side: one for side, one in files.mapping.systems() if one.connector == "tables"}
    return replace(made, mapping=made.mapping.model_copy(update=own))


def on_the_page(text: str) -> str:
    """The mapping whose marketing side is that of the page."""
    system, tracks = blocks("toml")[:2]
    before, rest = text.replace('phone      = "latest"\n', "").split(MARKETING)
    _, rest = rest.split(SALES)
    return f"{before}{system}\n{SALES}{rest.split('[tracks]')[0]}{tracks}"


@contextmanager
def with_tables(files: CompanyFiles, folder: Path, side: str, **credentials: str) -> Iterator[Play]:
    """The company at work, nothing read yet; the emulators know the worked example."""
    told = {"BASE_URL": "", **credentials}
    environ = {f"CRMBRIDGE_ACME__{side.upper()}__{name}": one for name, one in told.items()}
    with begun(files, folder, world=example().mapping, **environ) as play:
        yield play


class Site:
    """The two tables of the page in a SQLite file, and what happens in them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"
        with closing(sqlite3.connect(path)) as db:
            db.executescript(blocks("sql")[0])

    def do(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.path)) as db:
            db.row_factory = sqlite3.Row
            rows = [dict(one) for one in db.execute(statement, values)]
            db.commit()
            return rows

    def registers(self, ident: int, email: str, at: str, **more: Any) -> None:
        row = {"id": ident, "email": email, "created_at": at, "updated_at": at, **more}
        marks = ", ".join("?" * len(row))
        self.do(f"INSERT INTO people ({', '.join(row)}) VALUES ({marks})", *row.values())

    def visits(self, person: int, page: str, at: str) -> None:
        self.do(
            "INSERT INTO touches (person_id, page, happened_at) VALUES (?, ?, ?)", person, page, at
        )

    def person(self, ident: int) -> dict[str, Any]:
        return self.do("SELECT * FROM people WHERE id = ?", ident)[0]
