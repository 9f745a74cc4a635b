"""One place of the mapping that names a vendor's field, and what it asks of that field."""

from __future__ import annotations

from dataclasses import dataclass

from crmbridge.mapping.schema import Scalar

TIME = frozenset({"date", "datetime"})
TRUTH = frozenset({"bool"})
NUMBER = frozenset({"number"})
COUNT = frozenset({"number", "text"})
"""Types of a field with a count; forms know text alone."""
PERSON = frozenset({"ref", "multi", "text"})
"""Types of a field that holds ids; a vendor without a type of its own for them has text."""
USER = PERSON | NUMBER
"""Types of a field with the id of a user, which may be a number."""
WORDS = frozenset({"text", "enum", "ref"})
ANY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What the mapping does with one field of an object.

    `table` and `line` say where it stands. `kinds` are the types that will do, none for any.
    `named` are vendor's values that the file names; `sent` says that they are written. `longest` is
    the length of the longest text that is written, in characters, `largest` the largest number that
    is at all likely, 0 for none, and `decimals` its digits behind the point. `exact` are values
    that a filter compares with.
    """

    table: str
    line: str
    obj: str
    field: str
    kinds: frozenset[str] = ANY
    unique: bool = False
    writes: bool = False
    longest: int = 0
    largest: int = 0
    decimals: int = 0
    named: tuple[str, ...] = ()
    sent: bool = False
    ours: tuple[str, ...] = ()
    """Words of ours that are written as they are."""
    exact: tuple[Scalar, ...] = ()
    fatal: bool = False
    consent: bool = False
    beside: bool = False
    """A value of a field that another line names: that one says when the field is missing."""
    otherwise: str = ""
    """What to do when the field is missing and no name is near."""
