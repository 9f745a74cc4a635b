"""Calls to an Odoo as its screens make them, and the fields that the contract needs there."""

from __future__ import annotations

import json
from typing import Any

from crmbridge.testing.contract.account import SENTINELS
from crmbridge.testing.proxy import Proxy
from crmbridge.testing.upstream import Asked

LEAD = "crm.lead"
KEY = f"made-up-{SENTINELS[2]}"
OWN = {
    "x_crmbridge_id": "char",
    "x_text": "text",
    "x_at": "datetime",
    "x_flag": "boolean",
    "x_rate": "float",
    "x_size": "integer",
}
HARD = "  <b>Öl & Co</b> 😀 “x”\n\n\tend;\u00a0a\\b 'q'  "

TEXTS = {
    "x_text": (HARD,),
    "description": (HARD, "<p>no\nparagraph</p>\n", "&lt; &amp;"),
    "contact_name": ("<b>Öl</b> & Co", "😀 x", "  two  blanks  ", "o'Brien \\ “x”"),
}
"""By field, texts that are hard to keep."""


def kind(asked: Asked) -> str:
    """Whether a call carries leads, as the contract's faults want to know."""
    carries = {"web_search_read": "read", "load": "write"}
    _, _, _, model, method = asked.path.split("/")
    return carries.get(method, "") if model == "crm.lead" else ""


class Calls:
    """What people and an administrator do, past the faults and uncounted."""

    proxy: Proxy

    @staticmethod
    def asked(model: str, method: str, key: str, **named: Any) -> Asked:
        """Return a call as the screens make it."""
        headers = {"authorization": f"bearer {key}", "content-type": "application/json"}
        path = f"/json/2/{model}/{method}"
        return Asked(method="POST", path=path, headers=headers, body=json.dumps(named).encode())

    def do(self, model: str, method: str, **named: Any) -> Any:
        """Do what a person does in the screens."""
        told = self.proxy.ask(self.asked(model, method, KEY, **named))
        assert told.status == 200, told.body.decode()[:500]
        return json.loads(told.body)

    def provision(self) -> None:
        """Create fields of our own, as an administrator would."""
        leads = self.do("ir.model", "search", domain=[["model", "=", LEAD]])
        named = [["model", "=", LEAD], ["name", "in", list(OWN)]]
        found = self.do("ir.model.fields", "search_read", domain=named, fields=["name"])
        new = set(OWN) - {one["name"] for one in found}
        rows = [
            {"model_id": leads[0], "name": name, "ttype": OWN[name], "field_description": name}
            for name in sorted(new)
        ]
        if rows:
            self.do("ir.model.fields", "create", vals_list=rows)

    def leaver(self) -> tuple[str, str]:
        gone = [["login", "=", "leaver@example.com"]]
        found = self.do("res.users", "search", domain=gone, context={"active_test": False})
        left = {"name": "Lea Ver", "login": "leaver@example.com", "active": False}
        return "user_id", str((found or self.do("res.users", "create", vals_list=[left]))[0])
