"""What a signature covers, and which sides have signed what the agreement says now (R3.5)."""

from __future__ import annotations

import hashlib

from crmbridge.agreement.shape import Agreement
from crmbridge.agreement.signing import SIDES, UNSIGNED, Signature
from crmbridge.model.codec import canonical


def fingerprint(agreement: Agreement) -> str:
    """Hash all that is agreed, as it is written, without the signatures under it.

    SHA-256 of canonical JSON, in hex. Keys that the file leaves out are left out here, so that a
    newer crmbridge with more keys does not void a signature. `definition_hash` is the narrower
    hash of R3.5.
    """
    body = agreement.model_dump(
        mode="json", by_alias=True, exclude_unset=True, exclude=set(UNSIGNED)
    )
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def same_person(one: str, other: str) -> bool:
    """Whether two names are one, whatever their case and spacing."""
    return one.casefold().split() == other.casefold().split()


def missing_sides(agreement: Agreement, hashed: str = "") -> tuple[str, ...]:
    """Return the sides without a signature on what the agreement says now.

    `hashed` is its `fingerprint`, if the caller has it. A signature counts where it is an owner's
    of its side, and nobody signs for both sides.
    """
    hashed = hashed or fingerprint(agreement)
    good = standing(agreement, hashed)
    marketing, sales = ([one.name for one in good if one.side == side] for side in SIDES)
    other = [name for name in sales if not all(same_person(name, one) for one in marketing)]
    done = {"marketing": marketing, "sales": other if marketing else sales}
    return tuple(side for side in SIDES if not done[side])


def standing(agreement: Agreement, hashed: str) -> tuple[Signature, ...]:
    """Return the signatures under the present text by owners of their side."""
    return tuple(
        one
        for one in agreement.signed
        if one.hash == hashed and one.name in agreement.owners.of(one.side)
    )


def void_signatures(agreement: Agreement) -> tuple[Signature, ...]:
    """Return the signatures under the present text by people who are no owners of their side."""
    hashed = fingerprint(agreement)
    good = standing(agreement, hashed)
    return tuple(one for one in agreement.signed if one.hash == hashed and one not in good)


def changed_since(agreement: Agreement) -> tuple[Signature, ...]:
    """Return the signatures under another text than the agreement's present one."""
    hashed = fingerprint(agreement)
    return tuple(one for one in agreement.signed if one.hash and one.hash != hashed)
