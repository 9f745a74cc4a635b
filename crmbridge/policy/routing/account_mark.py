"""The mark under which an account is looked up by its name."""

from __future__ import annotations

from hashlib import sha256

from crmbridge.model.record import Value
from crmbridge.policy.definition.values import fold


def account_mark(name: Value) -> str:
    """Return the hash under which an account is looked up; empty for no name.

    Names are the same when criteria on text would find them so (R3.1).
    """
    text = name if isinstance(name, str) else ""
    folded = fold(text)
    return sha256(folded.encode("utf-8", "surrogatepass")).hexdigest() if folded else ""
