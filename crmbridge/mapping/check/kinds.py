"""Kinds of touches that the agreement credits and no line of the mapping makes."""

from __future__ import annotations

from collections.abc import Iterator

from crmbridge.agreement import Attribution
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.model.nearest import meant


def unmade(mapping: MappingFile, credit: Attribution) -> Iterator[str]:
    """Yield a line for each kind that the file of the agreement names and that never comes.

    What is there by default is passed over: the mapping need not have it. A kind under `leave_out`
    may well not come, and is told only where another has nearly its name.
    """
    made = _made(mapping)
    for key in ("touches", "converting", "leave_out"):
        words = getattr(credit, key) if key in credit.model_fields_set else ()
        for word in (word for word in words if word not in made):
            hint = meant(word, made, "")
            if hint or key != "leave_out":
                hint = hint or f"it makes {', '.join(made) or 'none'}"
                yield f"attribution.{key}: mapping.toml makes no touch of the kind {word!r}; {hint}"


def _made(mapping: MappingFile) -> list[str]:
    """The kinds of all touches and activities, sorted."""
    found = set()
    for _, system in mapping.systems():
        found |= {one.kind for one in system.touch.values()}
        found |= {one.kind or name for name, one in system.activity.items()}
    return sorted(found)
