"""One request on its way through the emulated API, and the answers that handlers give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.hubspot.emulator.errors import invalid
from connectors.hubspot.emulator.portal import Portal
from connectors.hubspot.emulator.store import Store
from crmbridge.testing.emulator import Note, Request, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request with its path taken apart: `version` as v3 or 2026-09, `parts` by name."""

    portal: Portal
    request: Request
    version: str
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """The object that the path names. Raises `Problem` 400."""
        return self.portal.store(self.parts["object"])

    def json(self) -> dict[str, Any]:
        """Read the body as a JSON object. Raises `Problem` 400."""
        body = self.any_json()
        if not isinstance(body, dict):
            raise invalid("Invalid input JSON: expected an object")
        return body

    def any_json(self) -> Any:
        """Read the body as JSON. Raises `Problem` 400."""
        try:
            return self.request.json()
        except ValueError:
            raise invalid("Invalid input JSON on line 1, column 1") from None

    def inputs(self, most: int) -> list[dict[str, Any]]:
        """Read the `inputs` of a batch. Raises `Problem` 400 for too many, or another shape."""
        inputs = self.json().get("inputs")
        if not isinstance(inputs, list) or not all(isinstance(one, dict) for one in inputs):
            raise invalid("Invalid input JSON: inputs must be an array of objects")
        if len(inputs) > most:
            raise invalid(f"The maximum number of inputs supported in a batch request is {most}")
        return inputs

    def names(self, parameter: str) -> list[str]:
        """Read a list parameter, given repeatedly or with commas."""
        given = self.request.query.get(parameter, ())
        return [name for text in given for name in text.split(",") if name]

    def number(self, parameter: str, default: int, most: int) -> int:
        """Read a positive number from the query. Raises `Problem` 400."""
        text = self.request.one(parameter, str(default))
        if not text.isdigit() or not 1 <= int(text) <= most:
            raise invalid(f"{parameter} must be from 1 to {most}, but was {text}")
        return int(text)

    def after(self) -> int:
        """Read `after` as a number, 0 when absent. Raises `Problem` 400."""
        text = self.request.one("after") or "0"
        if not text.isdigit():
            raise invalid(f"Invalid after: {text}")
        return int(text)


def reply(
    body: Any = None,
    *,
    status: int = 200,
    object: str = "",
    rows: int = 0,
    committed: bool = False,
    ops: Sequence[str] = (),
) -> Response:
    """Return an answer with its audit note."""
    note = Note(object=object, rows=rows, committed=committed, ops=tuple(ops))
    return Response(status=status, body=body, note=note)


def traces(inputs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the trace ids of a batch's inputs."""
    return [str(one["objectWriteTraceId"]) for one in inputs if one.get("objectWriteTraceId")]


def next_page(after: str, path: str) -> dict[str, Any]:
    """Return a paging block; the link names another API version, as the vendor's own may.

    Source: hubspot.md 1.1: never follow it.
    """
    link = f"https://api.vendor.example/crm/objects/v3/{path}?after={after}"
    return {"next": {"after": after, "link": link}}
