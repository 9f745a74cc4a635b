"""The base of every table of the agreement: unknown keys are errors, nothing changes later."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table of the file; errors do not repeat its values, which may be personal."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, hide_input_in_errors=True
    )
