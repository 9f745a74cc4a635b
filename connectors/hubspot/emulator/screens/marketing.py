"""A marketing portal in a play: people, their visits and what marketing does with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.hubspot.emulator.screens.past import HubSpotPast
from connectors.hubspot.emulator.screens.portal import Portal
from crmbridge.testing.emulator import iso
from crmbridge.testing.replaced import replaced
from crmbridge.testing.screens import Entry, MarketingScreens, Visit

_FOR_PLAY = (
    (
        r"(?m)^(owner_email  = .*)$",
        r"\1\n"
        'team         = { field = "crmbridge_team", way = "out" }\n'
        'own_stage    = { field = "crmbridge_own_stage", way = "out" }',
    ),
    (
        r'(?m)^(asset_via = "path")$',
        '\\1\nchannel   = "field.came_by"   # a hidden field: by what this visit came',
    ),
)
"""Two words more, and by what each visit came."""


class HubSpotMarketing(Portal, MarketingScreens):
    """Marketing in HubSpot."""

    past = HubSpotPast

    @classmethod
    def for_play(cls, text: str) -> str:
        """See `Screens.for_play`."""
        for pattern, wanted in _FOR_PLAY:
            text = replaced(text, pattern, wanted, __name__)
        return text

    def enter(self, entries: Sequence[Entry]) -> None:
        """See `MarketingScreens.enter`."""
        self.remote.seed(
            contacts=[
                {"properties": self.properties(one.words), "createdAt": iso(one.at)}
                for one in entries
            ]
        )

    def ids(self) -> dict[str, str]:
        """See `MarketingScreens.ids`."""
        rows = self.remote.state("contacts")
        return {one["properties"].get("email", ""): one["id"] for one in rows}

    def visit(self, visit: Visit) -> str:
        """See `MarketingScreens.visit`: the first form of the mapping is sent."""
        told = self.properties(visit.words)
        told.pop("email", None)
        made = self.remote.act(
            "submit_form",
            formId=next(iter(self.forms)),
            email=visit.email,
            pageUrl=visit.page,
            values=told | dict(visit.hidden),
        )
        return str(made["id"])

    def visited(self, visits: Sequence[Visit]) -> None:
        """See `MarketingScreens.visited`."""
        self.remote.seed(form_submissions=[self._past(one) for one in visits])

    def _past(self, visit: Visit) -> dict[str, Any]:
        form, address = next(iter(self.forms.items()))
        values = {address: visit.email, **visit.hidden}
        if visit.at is None:
            raise ValueError("a visit of the past needs its instant")
        return {
            "formId": form,
            "submittedAt": iso(visit.at),
            "values": [{"name": name, "value": value} for name, value in values.items()],
            "pageUrl": visit.page,
        }

    def opt_out(self, email: str) -> None:
        """See `MarketingScreens.opt_out`."""
        self.remote.act("opt_out", email=email)

    def merge(self, primary: str, other: str) -> str:
        """See `MarketingScreens.merge`."""
        return str(self.remote.act("merge", primary=primary, other=other)["id"])

    def edit(self, id: str, words: Mapping[str, str]) -> None:
        """See `MarketingScreens.edit`."""
        told = self.properties(words)
        self.remote.act("edit", object="contacts", id=id, properties=told)
