"""A company with an emulated HubSpot and a real Tryton, by the mapping of the how-to's page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select

from crmbridge.files import CompanyFiles, load
from crmbridge.store.schema import ref
from tests.stages.places import ACME, ROOT
from tests.stages.play import Play, ample, begun, example
from tests.tables.company import MESSAGES, SALES
from tests.tryton.server import BRIDGE, PASSWORD, Tryton

PAGE = ROOT / "docs" / "howto" / "connect-tryton.md"


def blocks() -> list[str]:
    """The mapping on the page: its sales half, and the line of the other."""
    return re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def on_the_page(text: str) -> str:
    """The worked example whose sales side is that of the page."""
    system, line = blocks()
    before, rest = text.split(SALES)
    before = before.replace('first_name = "firstname"\n', f'first_name = "firstname"\n{line}')
    for word in ("first_name", "last_name"):
        vendor = word.replace("_", "")
        before = before.replace(
            f'{word} {" " * (word == "last_name")}= "{vendor}"',
            f'{word} = {{ field = "{vendor}", way = "in" }}',
        )
    cut = before.index("[authority]"), before.index("# ----", before.index("[authority]"))
    return f"{before[: cut[0]]}{before[cut[1] :]}{system}\n{MESSAGES}{rest.split(MESSAGES)[1]}"


def files_of(folder: Path) -> CompanyFiles:
    """The worked example with that mapping."""
    home = folder / "config" / "acme"
    home.mkdir(parents=True)
    for one in ACME.iterdir():
        text = one.read_text(encoding="utf-8")
        made = on_the_page(text) if one.name == "mapping.toml" else text
        (home / one.name).write_text(made, "utf-8")
    files = load(folder / "config", "acme")
    made = ample(files)
    mapping = made.mapping.model_copy(update={"sales": files.mapping.sales})
    return replace(made, mapping=mapping)


@contextmanager
def with_tryton(folder: Path, server: Tryton) -> Iterator[Play]:
    """The company at work, nothing read yet; its reps are employees of Tryton."""
    files = files_of(folder)
    server.clear()
    there = {row["party."]["email"] for row in employees(server)}
    names = {one.email: one.name or one.id for one in files.teams.reps if one.email}
    server.employees({email: name for email, name in names.items() if email not in there})
    told = {
        "BASE_URL": server.url,
        "DATABASE": "crm",
        "USERNAME": BRIDGE,
        "PASSWORD": PASSWORD,
    }
    environ = {f"CRMBRIDGE_ACME__SALES__{name}": one for name, one in told.items()}
    now = datetime.now(UTC).replace(microsecond=0)
    with begun(files, folder, at=now, world=example().mapping, **environ) as play:
        yield play


def employees(server: Tryton) -> list[dict[str, Any]]:
    asked = [[], 0, None, None, ["party.email"]]
    found: list[dict[str, Any]] = server.rpc("model.company.employee.search_read", *asked)
    return found


def sells(server: Tryton, ident: str, amount: Decimal) -> None:
    """A rep turns an opportunity into a sale, and the customer confirms it."""
    (row,) = server.rpc("model.sale.opportunity.read", [int(ident)], ["party", "state"])
    address = {"addresses": [["create", [{"street": "Am Markt 1", "city": "Bremen"}]]]}
    server.rpc("model.party.party.write", [row["party"]], address)
    if row["state"] == "lead":
        server.step("opportunity", ident)
    server.step("convert", ident)
    (row,) = server.rpc("model.sale.opportunity.read", [int(ident)], ["sales"])
    price = {"__class__": "Decimal", "decimal": str(amount)}
    line = {"type": "line", "quantity": 1.0, "unit_price": price, "description": "Pump"}
    server.rpc("model.sale.sale.write", row["sales"], {"lines": [["create", [line]]]})
    server.rpc("model.sale.sale.quote", row["sales"])
    server.rpc("model.sale.sale.confirm", row["sales"])


def by_email(server: Tryton) -> dict[str, dict[str, Any]]:
    """All opportunities by the address of their party."""
    fields = ("party.email", "party.name", "state", "employee", "reference", "amount", "comment")
    rows = server.opportunities(*fields, "lost_reason", "party.categories", "description")
    return {
        row["party."]["email"]: {**row["party."], "party": row["party."]["id"], **row, "id": own}
        for own, row in rows.items()
    }


def lost_refs(play: Play) -> set[str]:
    """The ids of opportunities that are gone, as the ledger knows."""
    query = select(ref.c.id).where(ref.c.system == "sales", ~ref.c.live)
    with play.company.ledger.read() as tx:
        return set(tx.conn.execute(query).scalars())
