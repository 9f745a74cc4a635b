"""Whose a deal is, by the evidence that there is of it (R6.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crmbridge.model.evidence import EXPLICIT, WEAK, Claim, Evidence, Sharing

_STRENGTH = {kind: place for place, kind in enumerate(Evidence)}


def owners(sharing: Sharing, claims: Iterable[Claim]) -> Mapping[str, Evidence]:
    """Return the people who share a deal, by id, each with the strongest evidence that counts."""
    counted = [one for one in claims if sharing.conversion or one.kind is not Evidence.CONVERSION]
    explicit = [one for one in counted if one.kind in EXPLICIT]
    found = {kind: [one for one in counted if one.kind is kind] for kind in WEAK}
    match sharing.people:
        case "implicit":
            return _strongest(found[Evidence.ACCOUNT])
        case "primary":
            return _strongest([one for one in explicit if one.primary] or explicit)
        case "explicit":
            return _strongest(explicit)
    return _strongest(explicit or found[Evidence.INFLUENCE] or found[Evidence.ACCOUNT])


def _strongest(claims: Iterable[Claim]) -> Mapping[str, Evidence]:
    out: dict[str, Evidence] = {}
    for one in sorted(claims, key=lambda claim: _STRENGTH[claim.kind]):
        out.setdefault(one.person, one.kind)
    return dict(sorted(out.items()))
