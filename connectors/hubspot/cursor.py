"""Where a read of HubSpot stands, as the text that the ledger keeps for us."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from crmbridge.errors import ConfigError

LIST, SEARCH, FORM, ARCHIVED, FULL = "list", "search", "form", "archived", "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """One position.

    `hi` is the watermark that finished reads have reached and `run` the one that the read under
    way will reach, both in epoch milliseconds of the vendor's clock, 0 for none. `last` is the
    vendor's own text of the place inside the run: the last record id, or its `after`. `due` is how
    many records the vendor said lie behind that place, `short` how often in a row it said so and
    gave none; `held` is the watermark-to-be of the first look since when it does, 0 for none.
    """

    mode: str
    hi: int = 0
    run: int = 0
    last: str = ""
    due: int = 0
    short: int = 0
    held: int = 0

    def text(self) -> str:
        """Return the cursor as text."""
        return json.dumps({"v": 1, **asdict(self)}, separators=(",", ":"))


def parse(text: str | None, *modes: str) -> Cursor:
    """Return a cursor from its text; none, or the first of `modes`, is the very beginning.

    Raises `ConfigError` for text that is no cursor of these modes.
    """
    if text is None:
        return Cursor(mode=modes[0])
    try:
        data = json.loads(text)
        cursor = Cursor(
            mode=str(data["mode"]),
            hi=int(data["hi"]),
            run=int(data["run"]),
            last=str(data["last"]),
            due=int(data.get("due", 0)),
            short=int(data.get("short", 0)),
            held=int(data.get("held", 0)),
        )
    except (ValueError, KeyError, TypeError):
        raise ConfigError("a HubSpot cursor cannot be read; run a backfill of the object") from None
    if cursor.mode not in modes:
        raise ConfigError(
            f"a HubSpot cursor of kind {cursor.mode!r} came where {' or '.join(modes)} is read; "
            "run a backfill of the object"
        )
    return cursor
