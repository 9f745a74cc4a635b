"""What is wrong with the signatures and the versions of an agreement, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crmbridge.agreement.finding import Finding, odd
from crmbridge.agreement.shape import Agreement
from crmbridge.agreement.signing import changed_since, missing_sides


def faults_of_signatures(agreement: Agreement) -> Iterator[str]:
    """Say that a version was changed after somebody signed it; it is refused (R3.5)."""
    sides = sorted({one.side for one in changed_since(agreement)})
    if sides:
        yield (
            f"agreement.toml: version {agreement.version} was changed after {' and '.join(sides)} "
            "had signed it. Put back what was signed; or make it a new version: raise `version`, "
            "set `effective_from`, take the lines under `signed` away, and let both sides sign "
            "again with `crmbridge agreement approve`."
        )


def unsigned(agreement: Agreement) -> list[Finding]:
    """Find sides that have not signed what the version says now."""
    if agreement.withdrawn:
        return []
    return [
        odd(
            f"signed: nobody of {side} has signed version {agreement.version}; until both sides "
            f"have, it is only planned with: crmbridge agreement approve --side {side}"
        )
        for side in missing_sides(agreement)
    ]


def clashes(agreements: Sequence[Agreement]) -> Iterator[str]:
    """Say which versions have one number, or begin on one day (drafts may, until signed)."""
    numbers: dict[int, int] = {}
    days: dict[object, int] = {}
    for one in agreements:
        numbers[one.version] = numbers.get(one.version, 0) + 1
        if one.withdrawn:
            continue
        other = days.setdefault(one.effective_from, one.version)
        if other != one.version:
            yield (
                f"agreement.toml: versions {other} and {one.version} both take effect on "
                f"{one.effective_from}: give one of them another day, or set `withdrawn = true`"
            )
    for number, count in numbers.items():
        if count > 1:
            yield (
                f"agreement.toml: {count} files say version = {number}: number them apart "
                "(agreement.toml, agreements/*.toml)"
            )
