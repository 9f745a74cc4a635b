"""A company with HubSpot's emulator on one side and Odoo on the other, from the how-to's page."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from crmbridge.files import CompanyFiles, load
from crmbridge.testing.sandbox import always_open, unhurried
from crmbridge.testing.upstream import Asked
from tests.odoo.account import KEY, OdooAccount
from tests.stages.places import ACME, ROOT

PAGE = ROOT / "docs" / "howto" / "connect-odoo.md"
SALES = "# ------------------------------------------------------------------ sales: Salesforce"
MESSAGES = "# ------------------------------------------------------------------ messages"
NAMES = 'x_name     = { field = "firstname", rest = "lastname", way = "in" }\n'
REASONS = ("Bad timing", "No budget", "No answer", "No fit")


def blocks(kind: str) -> list[str]:
    """The blocks of one language on the page, in order."""
    return re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def mapped(text: str, deal: str = "") -> str:
    """The worked example with the page's sales side; `deal` is another table of deals."""
    before, rest = text.split(SALES)
    before = before.replace("email      = {", f"{NAMES}email      = {{", 1)
    before = re.sub(r'(?m)^(first_name|last_name) *= "sales"\n', "", before)
    sales = blocks("toml")[0]
    if deal:
        kept, _, others = sales.partition("[sales.deal]")
        sales = f"{kept}{deal}\n[sales.rep]{others.partition('[sales.rep]')[2]}"
    return f"{before}{sales}\n{MESSAGES}{rest.split(MESSAGES)[1]}"


def write_files(folder: Path, deal: str = "", *, large: bool = False) -> Path:
    """Write the company's files into a folder of companies, and return that.

    A `large` one has reps without a limit, and may change all its leads at once.
    """
    home = folder / "config" / "acme"
    home.mkdir(parents=True)
    for one in ACME.iterdir():
        text = one.read_text(encoding="utf-8")
        if one.name == "mapping.toml":
            text = mapped(text, deal)
        if large and one.name == "teams.toml":
            text = re.sub(r"(?m)^(open_limit *=) *\d+", r"\1 500", text)
        if large and one.name == "mapping.toml":
            text = re.sub(r"(?m)^(share *=) *\d+", r"\1 100", text)
            text = re.sub(r"(pass|day) = \d+", r"\1 = 9000", text)
        (home / one.name).write_text(text, "utf-8")
    return folder / "config"


def company(config: Path) -> CompanyFiles:
    """The company, without hurry."""
    files = load(config, "acme")
    agreement = files.agreement.model_copy(update={"sla": None})
    return replace(
        files, mapping=unhurried(files.mapping), teams=always_open(files.teams), agreement=agreement
    )


def credentials(account: OdooAccount) -> dict[str, str]:
    """The company's variables that lead to Odoo."""
    own = {"API_KEY": KEY, "BASE_URL": account.proxy.url}
    return {f"CRMBRIDGE_ACME__SALES__{name}": value for name, value in own.items()}


class Screens:
    """What salespeople and an administrator do in Odoo."""

    def __init__(self, account: OdooAccount, files: CompanyFiles) -> None:
        self.account, self.do = account, account.do
        self.furnish(files)

    def now(self) -> datetime:
        """The server's time, to the second."""
        told = self.account.proxy.ask(Asked(method="GET", path="/web/health"))
        return parsedate_to_datetime(told.headers["date"])

    def furnish(self, files: CompanyFiles) -> None:
        """Make the page's fields, the reasons and the reps, where they are not there."""
        everyone = self.do("mail.blacklist", "search", domain=[], context={"active_test": False})
        self.do("mail.blacklist", "unlink", ids=everyone)
        (lead,) = self.do("ir.model", "search", domain=[["model", "=", "crm.lead"]])
        for one in json.loads(blocks("json")[0])["vals_list"]:
            row = {name: value for name, value in one.items() if name != "model"}
            named = [["model", "=", one["model"]], ["name", "=", row["name"]]]
            self._once("ir.model.fields", named, {**row, "model_id": lead})
        self.reasons = {
            name: self._once("crm.lost.reason", [["name", "=", name]], {"name": name})
            for name in REASONS
        }
        for rep in files.teams.reps:
            if rep.email:
                row = {"name": rep.name or rep.id, "login": rep.email, "email": rep.email}
                self._once("res.users", [["login", "=", rep.email]], row)

    def _once(self, model: str, domain: list[Any], row: dict[str, Any]) -> int:
        found = self.do(model, "search", domain=domain, context={"active_test": False})
        return int((found or self.do(model, "create", vals_list=[row]))[0])

    def leads(self, *fields: str) -> list[dict[str, Any]]:
        """All leads by id."""
        context = {"active_test": False}
        rows = self.do(
            "crm.lead", "search_read", domain=[], fields=fields, order="id", context=context
        )
        return list(rows)

    def lead(self, email: str, *fields: str) -> dict[str, Any]:
        """The one lead of an address."""
        (found,) = [
            one
            for one in self.leads("email_normalized", *fields)
            if one["email_normalized"] == email
        ]
        return found

    def accept(self, *ids: int) -> None:
        self.do("crm.lead", "convert_opportunity", ids=list(ids), partner=False)

    def lose(self, *ids: int, reason: str = "") -> None:
        named = {"lost_reason_id": self.reasons[reason]} if reason else {}
        self.do("crm.lead", "action_set_lost", ids=list(ids), **named)

    def win(self, ident: int, amount: str) -> None:
        self.do("crm.lead", "write", ids=[ident], vals={"expected_revenue": float(amount)})
        self.do("crm.lead", "action_set_won", ids=[ident])

    def merge(self, *ids: int) -> None:
        self.do("crm.lead", "merge_opportunity", ids=list(ids))

    def edit(self, ident: int, **values: Any) -> None:
        self.do("crm.lead", "write", ids=[ident], vals=values)

    def delete(self, *ids: int) -> None:
        self.do("crm.lead", "unlink", ids=list(ids))

    def call(self, ident: int) -> None:
        """Log a call as done."""
        (model,) = self.do("ir.model", "search", domain=[["model", "=", "crm.lead"]])
        row = {"res_model_id": model, "res_id": ident, "summary": "Call"}
        made = self.do("mail.activity", "create", vals_list=[row])
        self.do("mail.activity", "action_feedback", ids=made, feedback="They called back.")

    def sell(self, ident: int, amount: str) -> None:
        """Confirm an order of one thing for an opportunity."""
        (buyer,) = self.do("res.partner", "create", vals_list=[{"name": "Vogel Pumpen"}])
        (pump,) = self.do("product.product", "create", vals_list=[{"name": "Pump"}])
        line = {"product_id": pump, "product_uom_qty": 1, "price_unit": float(amount)}
        row = {"partner_id": buyer, "opportunity_id": ident, "order_line": [[0, 0, line]]}
        order = self.do("sale.order", "create", vals_list=[row])
        self.do("sale.order", "action_confirm", ids=order)

    def opt_out(self, email: str) -> None:
        self.do("mail.blacklist", "create", vals_list=[{"email": email}])
