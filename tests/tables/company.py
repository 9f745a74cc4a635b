"""A company with tables on one side and an emulated vendor on the other, from the how-to's page."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from crmbridge.files import CompanyFiles, load
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.state import LeadState
from crmbridge.store.schema import ref
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
    """Tables in a SQLite file, those of the page by default, and what happens in them."""

    def __init__(self, path: Path, schema: str = "") -> None:
        self.path = path
        self.url = f"sqlite:///{path}"
        with closing(sqlite3.connect(path)) as db:
            db.executescript(schema or blocks("sql")[0])

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


def lead_of(play: Play, site: Site, ident: int) -> LeadState:
    """What the ledger says of the lead whose row of the site has our key."""
    with play.company.ledger.read() as tx:
        return Scene.open(play.company, tx).work.state(site.person(ident)["crmbridge_id"])


def gone(play: Play) -> set[str]:
    """The ids of the people of marketing whose rows are gone, as the ledger knows."""
    query = select(ref.c.id).where(ref.c.system == "marketing", ~ref.c.live)
    with play.company.ledger.read() as tx:
        return set(tx.conn.execute(query).scalars())


SINK = """
[sales]
connector = "tables"
every     = 300

[sales.options]
write = true

[sales.options.tables.leads]
file    = "leads.csv"
stamp   = "changed"
types   = { opted_out = "bool", created = "datetime", score = "decimal" }

[sales.options.tables.callers]

[sales.lead]
object  = "leads"
key     = "crmbridge_id"
created = "created"
owner   = "caller"

[sales.lead.fields]
email      = { field = "email", via = "email" }
first_name = "first_name"
last_name  = "last_name"
account    = "company"
title      = "title"
phone      = "phone"
country    = "country"
opted_out  = { field = "opted_out", via = "boolean" }
engagement = { field = "score", way = "out" }

[sales.lead.status]
field = "status"
types = { "to call" = "open", "in talks" = "ongoing", "bought" = "won", "no" = "lost" }

[sales.lead.status.reason]
field  = "why_not"
values = { "later" = "bad_timing", "no money" = "no_budget_now" }

[sales.lead.handoff]
status  = "to call"
why_not = "clear"

[sales.rep]
object = "callers"
email  = "email"

"""


def into_a_file(text: str) -> str:
    """The mapping whose sales side is a list of calls in a folder."""
    before, rest = text.split(SALES)
    return f"{before}{SINK}{MESSAGES}{rest.split(MESSAGES)[1]}"


class CallList:
    """A list of leads that callers work through in a spreadsheet."""

    HEADER = (
        "id;crmbridge_id;email;first_name;last_name;company;title;phone;country;opted_out;score;"
        "caller;status;why_not;created;changed"
    )

    def __init__(self, folder: Path, callers: Mapping[str, str]) -> None:
        self.folder = folder
        self.folder.mkdir()
        self.path = folder / "leads.csv"
        self.path.write_text(self.HEADER + "\n", encoding="utf-8-sig")
        lines = [f"{ident},{email}\n" for ident, email in callers.items()]
        (folder / "callers.csv").write_text("id,email\n" + "".join(lines), encoding="utf-8")

    def rows(self) -> list[dict[str, str]]:
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, delimiter=";"))

    def says(self, email: str, **cells: str) -> None:
        rows = [one | cells if one["email"] == email else one for one in self.rows()]
        new = self.folder / "edited"
        with new.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, self.HEADER.split(";"), delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
        new.rename(self.path)


WAREHOUSE = """
[sales]
connector = "tables"
every     = 300

[sales.options.tables.leads]
stamp = "loaded_at"

[sales.options.tables.deals]
stamp = "loaded_at"

[sales.options.tables.campaigns]

[sales.lead]
object  = "leads"
created = "created_at"

[sales.lead.fields]
email     = { field = "email", way = "in", via = "email" }
last_name = { field = "last_name", way = "in" }
account   = { field = "company", way = "in" }
opted_out = { field = "opted_out", way = "in" }

[sales.deal]
object   = "deals"
amount   = "amount"
currency = "currency"
created  = "created_at"
closed   = "closed_on"
is_won   = "won"
is_closed = "closed"
people   = { lead_id = "leads" }

[sales.campaign]
object   = "campaigns"
name     = "name"
channel  = "channel"
cost     = "cost"
currency = "currency"
starts   = "starts"
ends     = "ends"

"""
WAREHOUSE_TABLES = """
CREATE TABLE leads (
  id INTEGER PRIMARY KEY, email TEXT, last_name TEXT, company TEXT, opted_out BOOLEAN,
  created_at TIMESTAMP, loaded_at TIMESTAMP NOT NULL);
CREATE TABLE deals (
  id INTEGER PRIMARY KEY, lead_id INTEGER REFERENCES leads (id), amount DECIMAL(12, 2),
  currency TEXT, created_at TIMESTAMP, closed_on DATE, won BOOLEAN, closed BOOLEAN,
  loaded_at TIMESTAMP NOT NULL);
CREATE TABLE campaigns (
  id INTEGER PRIMARY KEY, name TEXT, channel TEXT, cost DECIMAL(12, 2), currency TEXT,
  starts DATE, ends DATE);
"""


def into_a_warehouse(text: str) -> str:
    """The mapping whose sales side is a warehouse that can only be read."""
    before, rest = text.split(SALES)
    before = before[: before.index("[authority]")] + before[before.index(MARKETING) :]
    return f"{before}{WAREHOUSE}{MESSAGES}{rest.split(MESSAGES)[1]}"
