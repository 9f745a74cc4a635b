"""Marketing forms and what was submitted on them."""

from __future__ import annotations

import itertools
from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.hubspot.emulator.errors import Problem
from connectors.hubspot.emulator.values import stamp


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Submission:
    """One submission; orders by time, then by arrival."""

    at: int
    order: int
    values: tuple[tuple[str, str], ...]
    page: str = ""
    contact: str = ""

    def shown(self) -> dict[str, Any]:
        """Return the vendor's own shape (legacy v1: times in ms)."""
        return {
            "conversionId": f"00000000-0000-4000-8000-{self.order:012d}",
            "submittedAt": self.at,
            "values": [
                {"name": name, "value": value, "objectTypeId": "0-1"} for name, value in self.values
            ],
            "pageUrl": self.page,
        }


@dataclass(slots=True, kw_only=True)
class Form:
    """One form and its submissions, oldest first."""

    id: str
    name: str
    created: int
    submissions: list[Submission]

    def shown(self) -> dict[str, Any]:
        """Return the vendor's own shape."""
        return {
            "id": self.id,
            "name": self.name,
            "formType": "hubspot",
            "createdAt": stamp(self.created),
            "updatedAt": stamp(self.created),
            "archived": False,
            "fieldGroups": [],
        }


class Forms:
    """The forms of a portal, by id."""

    def __init__(self) -> None:
        self.by_id: dict[str, Form] = {}
        self._order = itertools.count(1)

    def add(self, given: Mapping[str, Any], now: int) -> Form:
        """Add a form from `{id, name}`; one that exists keeps its submissions."""
        id = str(given["id"])
        name = str(given.get("name") or id)
        old = self.by_id.get(id)
        kept = old.submissions if old else []
        self.by_id[id] = Form(id=id, name=name, created=now, submissions=kept)
        return self.by_id[id]

    def get(self, id: str) -> Form:
        """Return a form. Raises `Problem` 404."""
        if id not in self.by_id:
            raise Problem(404, f"No form found with guid '{id}'", "OBJECT_NOT_FOUND")
        return self.by_id[id]

    def submit(
        self, form: Form, values: Sequence[tuple[str, str]], *, at: int, page: str, contact: str
    ) -> Submission:
        """Store a submission."""
        made = Submission(
            at=at, order=next(self._order), values=tuple(values), page=page, contact=contact
        )
        insort(form.submissions, made)
        return made

    def page(self, form: Form, limit: int, after: str) -> tuple[list[Submission], str]:
        """Return submissions newest first, and the text that asks for those after them."""
        newest = form.submissions[::-1]
        if after:
            at, _, order = after.partition("-")
            mark = (int(at), int(order))
            newest = [one for one in newest if (one.at, one.order) < mark]
        page = newest[:limit]
        more = len(newest) > limit
        return page, f"{page[-1].at}-{page[-1].order}" if more else ""
