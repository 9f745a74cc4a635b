"""Signing a version of an agreement: what stands in the way, and the signature in the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import tomlkit
from tomlkit.items import Array

from crmbridge.agreement import Agreement, Teams, Versions, changed_since, fingerprint, starts
from crmbridge.agreement.lint.revenue import wrong_targets
from crmbridge.agreement.lint.scoring import idle_rules, wrong_fit
from crmbridge.agreement.lint.whole import lint
from crmbridge.agreement.signing import SIDES
from crmbridge.agreement.versions.in_force import disorder
from crmbridge.agreement.versions.signed import same_person
from crmbridge.errors import ConfigError
from crmbridge.files import VERSIONS, about, copy_path, load
from crmbridge.policy.qualify.examples import faults
from crmbridge.policy.stages.reach import unreachable


def may_sign(agreement: Agreement, teams: Teams, side: str, name: str, path: Path) -> None:
    """Raise `ConfigError` with all that stands between a person and their signature in a file."""
    if side not in SIDES:
        raise ConfigError(f"--side is marketing or sales, not {side!r}")
    reasons = [about(path, one) for one in _reasons(agreement, teams, side, name)]
    if reasons:
        raise ConfigError("\n".join(["Not signed:", *reasons]))


def _reasons(agreement: Agreement, teams: Teams, side: str, name: str) -> Iterator[str]:
    names = agreement.owners.of(side)
    if name not in names:
        known = ", ".join(names) or "nobody yet: add who may sign"
        yield f"{name!r} is no owner of {side}; [owners] names {known}"
    if agreement.withdrawn:
        yield (
            f"version {agreement.version} was withdrawn: take `withdrawn = true` away, or copy it "
            "to a version with a new number"
        )
    for one in agreement.signed:
        if one.side != side and same_person(one.name, name) and one.hash:
            yield f"{name!r} signed for {one.side} already: the other side signs by itself"
    if changed_since(agreement):
        yield (
            "the file was changed after somebody signed it: put back what was signed, or take the "
            "lines under `signed` away, so that both sides sign the new text"
        )
    yield from wrong(agreement, teams)
    yield from (one.text for one in faults(agreement))


def wrong(agreement: Agreement, teams: Teams) -> Iterator[str]:
    """Say what must be mended in a version before anybody signs, its examples aside."""
    found = [one.text for one in lint(agreement, teams) if one.fatal]
    yield from found or (one.text for one in unreachable(agreement))


def must_go_together(folder: Path, path: Path) -> None:
    """Raise `ConfigError` where a version does not go with the company's other files.

    Such as a number or a day that another version has, or a reason of mapping.toml without a row.
    A file that lies elsewhere is not the company's yet, and is not compared.
    """
    if path.resolve().parent not in (folder.resolve(), (folder / VERSIONS).resolve()):
        return
    try:
        load(folder.parent, folder.name)
    except ConfigError as exc:
        raise ConfigError(f"Not signed:\n{exc}") from None


def odd_in(agreement: Agreement, versions: Versions) -> Iterator[str]:
    """Say what the other side should look at before it signs: the day, points, targets."""
    number = f"version {agreement.version} takes"
    found = [
        *(one for one in disorder(versions.all) if number in one.text),
        *wrong_fit(agreement),
        *idle_rules(agreement),
        *wrong_targets(agreement),
    ]
    yield from (one.text.removeprefix("agreement.toml: ") for one in found if not one.fatal)


def signed_text(text: str, agreement: Agreement, side: str, name: str, on: date) -> str:
    """Return a file's text with one more signature in it; all else stays, comments too."""
    document = tomlkit.parse(text)
    row = tomlkit.inline_table()
    row.update({"side": side, "name": name, "on": on, "hash": fingerprint(agreement)})
    kept = [one for one in agreement.signed if one.hash and one.side != side]
    rows = document.get("signed")
    if not isinstance(rows, Array):
        raise ConfigError("signed: write it as a list, `signed = []`, above the first [table]")
    wanted = {(one.side, one.name) for one in kept}
    for number in reversed(range(len(rows))):
        if (rows[number]["side"], rows[number]["name"]) not in wanted:
            del rows[number]
    rows.append(row)
    rows.multiline(True)
    made = tomlkit.dumps(document)
    # its own new lines end as Unix ends them
    return made.replace("\r\n", "\n").replace("\n", "\r\n") if "\r\n" in text else made


def unsigned_text(text: str) -> str:
    """Return a file's text without signatures."""
    document = tomlkit.parse(text)
    document["signed"] = tomlkit.array()
    return tomlkit.dumps(document)


def write_signed(path: Path, text: str, agreement: Agreement) -> None:
    """Write a signed text into its file and a copy beside it: both, or neither.

    By the copy a later change of the file can be named. Both have the line ends of the text.

    Raises:
        OSError: one of them cannot be written; the file is as it was.
    """
    copy = copy_path(path, agreement.version, fingerprint(agreement))
    copy.parent.mkdir(exist_ok=True)
    before = copy.read_bytes() if copy.exists() else None
    drafts: list[Path] = []
    try:
        for one in (copy, path):  # what can fail, a full disk too, does before anything is replaced
            drafts.append(one.with_suffix(".toml.new"))
            drafts[-1].write_text(text, encoding="utf-8", newline="")
        drafts[0].replace(copy)
        try:
            drafts[1].replace(path)
        except OSError:
            _put_back(copy, before)
            raise
    finally:
        for draft in drafts:
            with suppress(OSError):
                draft.unlink()


def _put_back(copy: Path, before: bytes | None) -> None:
    with suppress(OSError):
        if before is None:
            copy.unlink()
        else:
            copy.write_bytes(before)


def standing(signed: Agreement, versions: Versions, now: datetime) -> str:
    """Say what becomes of a version that both sides have signed; `versions` are the company's."""
    if starts(signed) > now:
        return f"It takes effect on {signed.effective_from} 00:00."
    holds = versions.in_force(now)
    if holds.version == signed.version:
        return f"Its day, {signed.effective_from}, has begun: it is in force."
    return (
        f"It is not in force: version {holds.version} takes effect later, on "
        f"{holds.effective_from}. To let this one hold, give it a later day; that needs new "
        "signatures."
    )
