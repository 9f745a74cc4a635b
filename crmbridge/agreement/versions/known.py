"""All versions of a company's agreement, and which of them is in force at an instant (R3.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time

from crmbridge.agreement.shape import Agreement
from crmbridge.agreement.versions.signed import fingerprint, missing_sides


def starts(agreement: Agreement) -> datetime:
    """Return when a version takes effect: 00:00 of its day in the company's zone, in UTC."""
    return datetime.combine(agreement.effective_from, time(), agreement.tz).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """A company's versions by the day from which they hold; there is always at least one."""

    all: tuple[Agreement, ...]
    hashes: Mapping[int, str]
    """Version number -> fingerprint."""
    approved: tuple[Agreement, ...]
    """Those that both sides signed as they are, and that were not withdrawn."""

    @classmethod
    def of(cls, agreements: Iterable[Agreement]) -> Versions:
        """Order versions and check their signatures."""
        ordered = tuple(sorted(agreements, key=lambda one: (one.effective_from, one.version)))
        hashes = {one.version: fingerprint(one) for one in ordered}
        approved = tuple(
            one
            for one in ordered
            if not one.withdrawn and not missing_sides(one, hashes[one.version])
        )
        return cls(all=ordered, hashes=hashes, approved=approved)

    def in_force(self, at: datetime) -> Agreement:
        """Return the version by which a lead is judged at an instant.

        It is the newest approved one that has begun. Before there is one, the newest draft that
        has begun stands in for it, else the first draft: enough to plan with, and `why_not` says
        why nothing may be written under it.
        """
        open_ones = tuple(one for one in self.all if not one.withdrawn) or self.all
        for choice in (self.approved, open_ones):
            begun = [one for one in choice if starts(one) <= at]
            if begun:
                return begun[-1]
        return (self.approved or open_ones)[0]

    def next_start(self, at: datetime) -> datetime | None:
        """Return when the version after the one in force takes effect, `None` if none waits."""
        return min((s for one in self.approved if (s := starts(one)) > at), default=None)

    def why_not(self, at: datetime) -> str:
        """Say why nothing may be written under the version in force; empty when it may."""
        found = self.in_force(at)
        name = f"version {found.version} of the agreement"
        if found.withdrawn:
            return f"{name} was withdrawn, and there is no other"
        missing = missing_sides(found, self.hashes[found.version])
        if missing:
            return f"{name} is not signed by {' and '.join(missing)}"
        if starts(found) > at:
            return f"{name} takes effect only on {found.effective_from}"
        return ""

    def status(self, version: Agreement, at: datetime) -> str:
        """Name a version's state: draft, proposed, approved, effective, superseded, withdrawn."""
        if version.withdrawn:
            return "withdrawn"
        missing = missing_sides(version, self.hashes[version.version])
        if missing:
            return "proposed" if len(missing) == 1 else "draft"
        if starts(version) > at:
            return "approved"
        return "effective" if version is self.in_force(at) else "superseded"

    def numbered(self, number: int) -> Agreement | None:
        """Return the version with a number, or `None`."""
        return next((one for one in self.all if one.version == number), None)
