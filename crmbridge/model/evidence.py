"""What says whose a deal is, and who shares it by the agreement (R6.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

PeoplePolicy = Literal["explicit", "hybrid", "implicit", "primary"]


class Evidence(StrEnum):
    """What says that somebody is on a deal, the strongest first.

    `conversion`: their lead was converted into it. `role`: they have a role on it. `contact`: the
    deal names them itself. `influence`: they answered a campaign that the vendor counts towards
    it. `account`: they belonged to its account when it was won, or belong to it while it is open.
    """

    CONVERSION = "conversion"
    ROLE = "role"
    CONTACT = "contact"
    INFLUENCE = "influence"
    ACCOUNT = "account"


EXPLICIT = frozenset({Evidence.CONVERSION, Evidence.ROLE, Evidence.CONTACT})
"""Somebody said of this person that they are on this deal."""
CONVERTED, NAMED = "conversion", "on"
"""What stands for the object of roles of which no vendor has a record: a conversion told of them,
or the deal names the person itself."""
_MADE_OF = {CONVERTED: Evidence.CONVERSION, NAMED: Evidence.CONTACT}
WEAK = frozenset({Evidence.INFLUENCE, Evidence.ACCOUNT})
"""Nobody said so: it follows from something else."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A piece of evidence that a person (any id of ours) is on a deal."""

    person: str
    kind: Evidence
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """Who shares a deal, as the agreement has it.

    `explicit`: those with explicit evidence. `hybrid`: those if any; else those with influence;
    else the account's people. `implicit`: the account's people, all of them. `primary`: those
    whose role is the primary one; else as `explicit`. A conversion is explicit evidence only
    where `conversion` is set.
    """

    people: PeoplePolicy = "hybrid"
    conversion: bool = True


def evidence_of(obj: str, said: str) -> Evidence:
    """Return what a role is evidence of, by what was said of it or by its record's object."""
    return Evidence(said) if said else _MADE_OF.get(obj, Evidence.ROLE)
