"""The optional powers of connectors: how each is recognised, and what it is to a user."""

from __future__ import annotations

from typing import Any

POWERS = {
    "read_many": "reads several objects in fewer calls than one each",
    "find": "looks records up past its change feed, so that nobody is made twice",
    "find_many": "looks several objects up in fewer calls than one each",
    "read_deleted": "lists deletions that the change feed hides",
    "stamps": "lists all ids that live, for the daily comparison",
    "reach_back": "can be told that its change feed lags",
    "along": "reads fields of a record's parents, such as the name of a campaign",
    "enroll": "puts people on nurture tracks and takes them off",
    "credit": "keeps records of which campaigns led to a deal",
    "place": "says whether an account is for trying things out",
    "audit": "names the rights that a credential lacks, the users and the currency",
    "check_config": "checks its options before any call",
}
"""Methods of the optional protocols in `crmbridge.connector`."""


def powers_of(factory: Any) -> list[str]:
    """Return the methods of the powers that a connector's class has, in the order above."""
    return [name for name in POWERS if callable(getattr(factory, name, None))]
