"""What is wrong with the signatures and the versions of an agreement, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crmbridge.agreement.finding import Finding, odd
from crmbridge.agreement.shape import Agreement
from crmbridge.agreement.versions.changed import differences
from crmbridge.agreement.versions.signed import changed_since, missing_sides, void_signatures


def faults_of_signatures(agreement: Agreement, was: Agreement | None = None) -> Iterator[str]:
    """Say that a version was changed after somebody signed it; it is refused (R3.5).

    `was` is what they signed, where a copy of it was kept: then the message names what changed.
    """
    sides = sorted({one.side for one in changed_since(agreement)})
    if sides:
        changed = f" Changed: {'; '.join(differences(was, agreement))}." if was else ""
        yield (
            f"agreement.toml: version {agreement.version} was changed after {' and '.join(sides)} "
            f"had signed it.{changed} Put back what was signed; or make it a new version: raise "
            "`version`, set `effective_from`, take the lines under `signed` away, and let both "
            "sides sign again with `crmbridge agreement approve`."
        )


def unsigned(agreement: Agreement, file: str = "") -> list[Finding]:
    """Find sides that have not signed what the version says now, and signatures that count not.

    `file` is its path where it is not the company's agreement.toml.
    """
    if agreement.withdrawn:
        return []
    command = " ".join(["crmbridge agreement approve", *([file] if file else [])])
    return [
        *(
            odd(
                f"signed: a signature for {side} is no owner's of that side, and does not count: "
                f"the name must stand under owners.{side}"
            )
            for side in dict.fromkeys(one.side for one in void_signatures(agreement))
        ),
        *(
            odd(
                f"signed: nobody in {side} has signed version {agreement.version}; until both "
                f'sides have, it is only planned. To sign: {command} --side {side} --name "…"'
            )
            for side in missing_sides(agreement)
        ),
    ]


def disorder(agreements: Sequence[Agreement]) -> list[Finding]:
    """Find versions that begin before one with a lower number, or that no version is left."""
    found = []
    standing = [one for one in agreements if not one.withdrawn]
    if not standing:
        found.append(odd("every version was withdrawn, so that nothing is written: make a new one"))
    for one in standing:
        later = [low for low in standing if low.version < one.version]
        last = max(later, key=lambda low: low.effective_from, default=one)
        if last.effective_from > one.effective_from:
            found.append(
                odd(
                    f"version {one.version} takes effect on {one.effective_from}, before version "
                    f"{last.version} does ({last.effective_from}), which then takes its place: "
                    "give the newer version the later day"
                )
            )
    return found


def clashes(agreements: Sequence[Agreement]) -> Iterator[str]:
    """Say which versions have one number, or begin on one day; drafts count, withdrawn ones not."""
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
