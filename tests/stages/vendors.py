"""Short words for what people do at the two emulated vendors."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from crmbridge.testing.sandbox import Sandbox
from tests.stages.places import FORM

KEEN = {
    "firstname": "Grete",
    "lastname": "Vogel",
    "company": "Vogel Pumpen",
    "country": "Germany",
    "jobtitle": "Head of Marketing",
    "numberofemployees": "250",
    "industry": "MACHINERY",
}
"""What marketing knows of somebody who meets the definition."""


class Vendors:
    """Whoever has a sandbox has these words for it."""

    box: Sandbox

    def later(self, **delta: float) -> None:
        self.box.advance(timedelta(**delta))

    def contact(self, email: str, **properties: Any) -> str:
        self.box.marketing.seed(contacts=[{"properties": {"email": email, **properties}}])
        return next(
            one["id"]
            for one in self.box.marketing.state("contacts")
            if one["properties"].get("email") == email
        )

    def form(self, email: str, page: str = "https://acme.example/demo") -> None:
        self.box.marketing.act(verb="submit_form", formId=FORM, email=email, pageUrl=page)

    def keen(self, email: str) -> None:
        """A person who meets the definition and asks for a demo."""
        self.contact(email, **KEEN)
        self.form(email)

    def written(self) -> Counter[str]:
        """Requests that changed records at the vendors, by route."""
        rows = [*self.box.sales.audit(), *self.box.marketing.audit()]
        return Counter(
            row["route"] for row in rows if row["committed"] and "token" not in row["route"]
        )

    def sf(self, obj: str = "Lead") -> list[dict[str, Any]]:
        return self.box.sales.state(obj)

    def lead(self, email: str) -> dict[str, Any]:
        (found,) = [one for one in self.sf() if (one.get("Email") or "").lower() == email]
        return found

    def person(self, email: str) -> dict[str, Any]:
        (found,) = [
            one
            for one in self.box.marketing.state("contacts")
            if one["properties"].get("email") == email and not one.get("archived")
        ]
        return dict(found["properties"]) | {"id": found["id"], "lists": found["lists"]}
