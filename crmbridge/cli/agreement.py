"""`crmbridge agreement show`, `list`, `diff`, `test` and `approve`: what both sides have agreed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from crmbridge.agreement import Agreement, Versions, fingerprint, missing_sides
from crmbridge.agreement.signing import SIDES
from crmbridge.cli.approving import (
    keep_copy,
    may_sign,
    must_go_together,
    odd_in,
    signed_text,
    standing,
    write_over,
    wrong,
)
from crmbridge.cli.fail import DONE, FAILED
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, settings_of
from crmbridge.cli.screen import document, line, lines, table
from crmbridge.company import open_clock
from crmbridge.errors import ConfigError
from crmbridge.files import about, load, pick, read_agreement, read_teams
from crmbridge.model.toml import decoded
from crmbridge.net.world_clock import WorldClock
from crmbridge.policy.qualify.examples import Tried, try_all, uncovered
from crmbridge.report.agreement import page
from crmbridge.report.agreement_diff import changes
from crmbridge.settings import Settings

File = Annotated[
    Path | None,
    typer.Argument(help="A file with a version; without it, the company's in force."),
]


def folder_of(settings: Settings, company: str) -> Path:
    """The folder of the company meant. Raises `ConfigError`."""
    return settings.config / pick(settings.config, company or settings.company)


def present(settings: Settings) -> datetime:
    """The company's present instant, asked once."""
    clock = open_clock(settings)
    try:
        return clock.now()
    finally:
        if isinstance(clock, WorldClock):
            clock.close()


def show(
    file: File = None,
    version: Annotated[int, typer.Option("--version", help="A version by its number.")] = 0,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Print an agreement as a page that both sides can read and sign."""
    settings = settings_of(config, company)
    now = present(settings)
    found, versions = _chosen(settings, company, file, version, now)
    status, hashed = versions.status(found, now), fingerprint(found)
    if json:
        told = found.model_dump(mode="json", by_alias=True, exclude_unset=True)
        document({"status": status, "hash": hashed, "agreement": told})
    else:
        lines(page(found, status, hashed))


def _chosen(
    settings: Settings, company: str, file: Path | None, number: int, now: datetime
) -> tuple[Agreement, Versions]:
    if file is not None:
        found = read_agreement(file)
        return found, _versions_with(settings, company, found)
    files = load(settings.config, folder_of(settings, company).name)
    versions = files.versions
    if not number:
        return versions.in_force(now), versions
    wanted = versions.numbered(number)
    if wanted is None:
        known = ", ".join(str(one.version) for one in versions.all)
        raise ConfigError(f"there is no version {number}; there are: {known}")
    return wanted, versions


def _versions_with(settings: Settings, company: str, found: Agreement) -> Versions:
    """The company's versions where this is one of them, else this one alone."""
    try:
        versions = load(settings.config, folder_of(settings, company).name).versions
    except ConfigError:
        return Versions.of([found])
    same = versions.hashes.get(found.version) == fingerprint(found)
    return versions if same else Versions.of([found])


def list_(
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """List all versions of a company's agreement: state, day, signatures, file."""
    settings = settings_of(config, company)
    now = present(settings)
    files = load(settings.config, folder_of(settings, company).name)
    versions = files.versions
    rows = [
        {
            "version": one.version,
            "state": versions.status(one, now),
            "effective_from": one.effective_from.isoformat(),
            "signed": [
                side
                for side in SIDES
                if side not in missing_sides(one, versions.hashes[one.version])
            ],
            "hash": versions.hashes[one.version],
            "file": str(files.paths[one.version]),
        }
        for one in versions.all
    ]
    if json:
        document({"versions": rows})
        return
    table(
        ("version", "state", "from", "signed by", "hash", "file"),
        [
            (
                str(row["version"]),
                str(row["state"]),
                str(row["effective_from"]),
                ", ".join(row["signed"]) or "nobody",  # type: ignore[arg-type]
                str(row["hash"])[:12],
                str(row["file"]),
            )
            for row in rows
        ],
        "No version.",
    )


def diff_(
    old: Annotated[str, typer.Argument(help="A version's number, or a file.")],
    new: Annotated[str, typer.Argument(help="A version's number, or a file.")],
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Say in words what changes from one version to another."""
    settings = settings_of(config, company)
    before, after = (_named(settings, company, one) for one in (old, new))
    found = changes(before, after)
    if json:
        document({"changes": [asdict(one) for one in found]})
        return
    line(f"From version {before.version} to version {after.version}:")
    lines([f"  {one}" for one in found] or ["  nothing changes"])


def _named(settings: Settings, company: str, word: str) -> Agreement:
    if not word.isdigit():
        return read_agreement(Path(word))
    now = present(settings)
    return _chosen(settings, company, None, int(word), now)[0]


def try_(
    file: File = None,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> int:
    """Try the examples inside an agreement."""
    settings = settings_of(config, company)
    path = _path(settings, company, file)
    found = read_agreement(path)
    tried, gaps = try_all(found, _currency(settings, company)), uncovered(found)
    faults = _faults(settings, company, found, path)
    if json:
        document(
            {
                "tests": [_tried(one) for one in tried],
                "passed": all(one.passed for one in tried),
                "untried": [one.text for one in gaps],
                "faults": faults,
            }
        )
    else:
        lines(_trial_lines(tried))
        lines(f"fault: {one}" for one in faults)
        lines(f"look: {about(path, one.text)}" for one in gaps)
    return DONE if not faults and all(one.passed for one in tried) else FAILED


def _faults(settings: Settings, company: str, found: Agreement, path: Path) -> list[str]:
    """What is wrong in a version beside its examples; nothing where no teams can be read."""
    try:
        teams = read_teams(folder_of(settings, company))
    except ConfigError:
        return []
    return [about(path, one) for one in wrong(found, teams)]


def _currency(settings: Settings, company: str) -> str:
    """The company's currency, if its folder can be read; a draft may lie anywhere."""
    try:
        return load(settings.config, folder_of(settings, company).name).mapping.currency
    except ConfigError:
        return ""


def _tried(one: Tried) -> dict[str, object]:
    found = one.judged
    return {
        "name": one.name,
        "expect": one.expect,
        "passed": one.passed,
        "why": one.why,
        "engagement": str(found.scores.points),
        "grade": found.scores.grade,
        "rating": found.scores.rating,
        "criteria": found.verdict.explain(),
    }


def _trial_lines(tried: list[Tried]) -> Iterator[str]:
    for one in tried:
        scores = one.judged.scores
        said = "ok  " if one.passed else "FAIL"
        yield (
            f"{said}  {one.name}: {'ready' if one.judged.verdict.ready else 'not ready'} "
            f"(engagement {round(scores.points)}, grade {scores.grade}, "
            f"{scores.rating})"
        )
        if one.why:
            yield f"      {one.why}"
    failed = sum(not one.passed for one in tried)
    yield (
        f"{len(tried)} examples, {failed} failed"
        if failed
        else f"{len(tried)} examples, all as expected"
    )


def _path(settings: Settings, company: str, file: Path | None) -> Path:
    return file or folder_of(settings, company) / "agreement.toml"


def approve(
    side: Annotated[str, typer.Option("--side", help="marketing or sales.")],
    name: Annotated[str, typer.Option("--name", help="Who signs, as under [owners].")],
    file: File = None,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Sign a version for one side; refused while a check or an example fails."""
    settings = settings_of(config, company)
    path = _path(settings, company, file)
    found = read_agreement(path)
    folder = folder_of(settings, company)
    may_sign(found, read_teams(folder), side, name, path)
    must_go_together(folder, path)
    now = present(settings)
    today = now.astimezone(found.tz).date()
    text = signed_text(decoded(path.read_bytes()), found, side, name, today)
    write_over(path, text)
    signed = read_agreement(path)
    keep_copy(path, text, signed)
    missing = missing_sides(signed)
    if json:
        data = {"file": str(path), "version": signed.version, "hash": fingerprint(signed)}
        document(data | {"side": side, "missing": list(missing)})
        return
    hashed, versions = fingerprint(signed)[:12], _versions_with(settings, company, signed)
    line(f"Signed version {signed.version} for {side}, in {path.name}; hash {hashed}.")
    if missing:
        line(f"Still to sign: {' and '.join(missing)}.")
        lines(f"look: {one}" for one in odd_in(signed, versions))
    else:
        line(f"Both sides have signed. {standing(signed, versions, now)}")
