"""The base of every table of the agreement: unknown keys are errors, nothing changes later."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict


class Table(BaseModel):
    """A table of the file; errors do not repeat its values, which may be personal."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, hide_input_in_errors=True
    )


def known_zone(name: str) -> str:
    """Return the name of a time zone. Raises ValueError when there is none of that name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"no time zone {name!r}; write it as in 'Europe/Berlin' (IANA)") from None
    return name


Zone = Annotated[str, AfterValidator(known_zone)]
