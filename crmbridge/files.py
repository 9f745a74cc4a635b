"""A company's folder: its files read, and what is wrong with them said so that it can be mended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import combinations
from pathlib import Path
from shlex import quote
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from crmbridge.agreement import (
    Agreement,
    Finding,
    Teams,
    Versions,
    changed_since,
    fingerprint,
    problems,
)
from crmbridge.agreement.finding import odd
from crmbridge.agreement.lint.whole import lint, strange_money
from crmbridge.agreement.versions.in_force import clashes, disorder, faults_of_signatures, unsigned
from crmbridge.agreement.versions.locked import faults_of_locks
from crmbridge.errors import ConfigError
from crmbridge.mapping.check.kinds import unmade
from crmbridge.mapping.check.owners import out_of_reach, unfound, unqualified, unserved
from crmbridge.mapping.goes_to import wrong_criteria
from crmbridge.mapping.own_stages import faults as faults_of_calls
from crmbridge.mapping.rules import faults_of_rules
from crmbridge.mapping.schema import Mapping
from crmbridge.model.nearest import meant
from crmbridge.model.toml import parse
from crmbridge.policy.qualify.examples import faults as example_faults
from crmbridge.policy.qualify.examples import uncovered
from crmbridge.policy.stages.reach import unreachable

Shape = TypeVar("Shape", bound=BaseModel)

NAMES = ("mapping.toml", "agreement.toml", "teams.toml")
VERSIONS = "agreements"
"""Folder beside the files with further versions of the agreement, a file each."""
SIGNED = "signed"
"""Folder beside a version's file with copies of what was signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFiles:
    """A company's files, read and checked against each other.

    `agreement` is agreement.toml, `others` are the further versions under agreements/, and `paths`
    says where each version lies.
    """

    folder: Path
    mapping: Mapping
    agreement: Agreement
    teams: Teams
    others: tuple[Agreement, ...] = ()
    paths: dict[int, Path] = field(default_factory=dict)

    @property
    def versions(self) -> Versions:
        """All versions of the agreement."""
        return Versions.of((self.agreement, *self.others))

    def findings(self) -> list[Finding]:
        """All that a person should look at, in every version: fatal findings first."""
        found: list[Finding] = []
        for version in (self.agreement, *self.others):
            path = self.paths.get(version.version) if version is not self.agreement else None
            some = lint(version, self.teams) + unsigned(version, quote(str(path)) if path else "")
            some += strange_money(version, self.mapping.currency)
            some += map(odd, unmade(self.mapping, version.attribution))
            some += example_faults(version, self.mapping.currency) + uncovered(version)
            found += (replace(one, text=_in_file(one.text, path)) for one in some)
        found += disorder((self.agreement, *self.others))
        for looked in (unqualified, unserved, out_of_reach):
            found += (Finding(text=text, fatal=False) for text in looked(self.mapping, self.teams))
        return sorted(dict.fromkeys(found), key=lambda one: not one.fatal)


def _in_file(text: str, path: Path | None) -> str:
    """A message about agreement.toml as one about the file that it is about."""
    return text if path is None else about(path, text)


def about(path: Path, text: str) -> str:
    """A message about agreement.toml as one about the version's file that it is about."""
    if path.name == "agreement.toml" or not text.startswith("agreement.toml: "):
        return text
    place = f"{VERSIONS}/{path.name}" if path.parent.name == VERSIONS else path.name
    return f"{place}: {text.removeprefix('agreement.toml: ')}"


def companies(config: Path) -> list[str]:
    """Names of the companies in a config folder, sorted; empty when there is none."""
    if not config.is_dir():
        return []
    return sorted(one.name for one in config.iterdir() if (one / "mapping.toml").is_file())


def pick(config: Path, name: str) -> str:
    """The company to work on: the named one, else the only one there is.

    Raises:
        ConfigError: no such company, none at all, or several to choose from.
    """
    known = companies(config)
    if name in known:
        return name
    if name:
        hint = meant(name, known, f"there are: {', '.join(known) or 'none'}")
        raise ConfigError(f"{config}: no company {name!r}; {hint}")
    if len(known) == 1:
        return known[0]
    if not known:
        raise ConfigError(
            f"{config}: no company here. Run `crmbridge init`, or set CRMBRIDGE_CONFIG to the "
            "folder that holds yours."
        )
    raise ConfigError(f"{config}: choose one with --company: {', '.join(known)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """A folder's files by kind; of the agreement agreement.toml first, then further versions."""

    mapping: Mapping
    agreements: dict[Path, Agreement]
    teams: Teams


def load(config: Path, name: str) -> CompanyFiles:
    """Read a company's folder whole.

    Raises:
        ConfigError: every fault of every file, a line each.
    """
    folder = config / name
    faults: list[str] = []
    found = _found(folder, faults)
    if not faults:
        parts = _Parts(**found)
        faults += _disagreements(folder, parts)
        if not faults:
            return _whole(folder, parts)
    raise ConfigError("\n".join(dict.fromkeys(faults)))


def load_again(
    config: Path, name: str, before: CompanyFiles, now: datetime
) -> tuple[CompanyFiles, list[str]]:
    """Read a company's folder again, and return what holds from `now` on, and what is refused.

    A file that is wrong is refused with its faults, a line each, and the one from before stays;
    the others count if they go together with it. An agreement that is not signed is no fault:
    the one from before stays in force until it is.
    """
    folder, faults = config / name, list[str]()
    fresh, old = _found(folder, faults), _parts_of(before)
    if "agreements" in fresh and _waits(fresh["agreements"].values(), before.versions, now):
        del fresh["agreements"]
    for number in range(len(fresh), 0, -1):
        for some in combinations(fresh, number):
            mixed = replace(old, **{one: fresh[one] for one in some})
            wrong = _disagreements(folder, mixed)
            if not wrong:
                return _whole(folder, mixed), list(dict.fromkeys(faults))
            faults += wrong if number == len(fresh) else []
    return before, list(dict.fromkeys(faults))


def with_mapping(files: CompanyFiles, before: CompanyFiles) -> CompanyFiles:
    """Return files with the mapping from before, or all from before if they do not go together."""
    mixed = replace(files, mapping=before.mapping)
    return before if _disagreements(mixed.folder, _parts_of(mixed)) else mixed


def _waits(new: Iterable[Agreement], before: Versions, now: datetime) -> bool:
    """Whether nothing may be written under new versions yet, and it may under those from before.

    A version that was changed after somebody signed it is no draft, but a fault.
    """
    versions = Versions.of(new)
    if any(changed_since(one) for one in versions.all):
        return False
    return bool(versions.why_not(now)) and not before.why_not(now)


def _found(folder: Path, faults: list[str]) -> dict[str, Any]:
    """The parts that can be read, by name, and the faults of the others."""
    paths = [folder / "agreement.toml", *version_files(folder)]
    mapping = _read(folder / "mapping.toml", Mapping, faults)
    versions = {path: _read(path, Agreement, faults) for path in paths}
    teams = _read(folder / "teams.toml", Teams, faults)
    agreements = versions if all(versions.values()) else None
    found = {"mapping": mapping, "agreements": agreements, "teams": teams}
    return {name: part for name, part in found.items() if part is not None}


def _parts_of(files: CompanyFiles) -> _Parts:
    versions = (files.agreement, *files.others)
    agreements = {files.paths[one.version]: one for one in versions}
    return _Parts(mapping=files.mapping, agreements=agreements, teams=files.teams)


def _whole(folder: Path, parts: _Parts) -> CompanyFiles:
    agreement, *others = parts.agreements.values()
    return CompanyFiles(
        folder=folder,
        mapping=parts.mapping,
        agreement=agreement,
        teams=parts.teams,
        others=tuple(others),
        paths={one.version: path for path, one in parts.agreements.items()},
    )


def _disagreements(folder: Path, parts: _Parts) -> list[str]:
    """What files that can be read say against each other, and against their signatures."""
    first = folder / "agreement.toml"
    faults = [f"mapping.toml: {one}" for one in faults_of_rules(parts.mapping)]
    for path, version in parts.agreements.items():
        some = [
            *_together(folder.name, parts.mapping, version, parts.teams),
            *_changed(path, version),
            *faults_of_locks(version, list(parts.agreements.values())),
        ]
        if path != first:
            some = [one.replace(" agreement.toml", f" {VERSIONS}/{path.name}") for one in some]
        faults += (_in_file(one, path if path != first else None) for one in some)
    return [*faults, *clashes(list(parts.agreements.values()))]


def _changed(path: Path, agreement: Agreement) -> Iterator[str]:
    copies = (signed_copy(path, one.hash) for one in changed_since(agreement))
    yield from faults_of_signatures(agreement, next((one for one in copies if one), None))


def copy_path(path: Path, version: int, hashed: str) -> Path:
    """Where the copy of what was signed in a version's file lies."""
    return path.parent / SIGNED / f"v{version}-{hashed[:12]}.toml"


def signed_copy(path: Path, hashed: str) -> Agreement | None:
    """Return the text that was signed under a hash, `None` when no true copy of it was kept."""
    for copy in sorted((path.parent / SIGNED).glob(f"*-{hashed[:12]}.toml")):
        found = _read(copy, Agreement, [])
        if found is not None and fingerprint(found) == hashed:
            return found
    return None


def read_teams(folder: Path) -> Teams:
    """Read a company's teams by themselves.

    Raises:
        ConfigError: every fault of their shape, a line each.
    """
    faults: list[str] = []
    found = _read(folder / "teams.toml", Teams, faults)
    if found is None:
        raise ConfigError("\n".join(faults))
    return found


def version_files(folder: Path) -> list[Path]:
    """Files of further versions of a company's agreement, by name."""
    return sorted((folder / VERSIONS).glob("*.toml"))


Marks = tuple[tuple[str, int, int, int], ...]
"""Of each file its path, number on the disk, time of change in ns, and size; zeros for none."""


def marks(folder: Path) -> Marks:
    """Return what tells a change of a company's files, at the cost of a look at each."""
    return tuple(_mark(path) for path in _watched(folder))


def _watched(folder: Path) -> Iterator[Path]:
    yield from (folder / name for name in NAMES)
    yield from version_files(folder)
    for place in (folder, folder / VERSIONS):
        yield from sorted((place / SIGNED).glob("*.toml"))


def _mark(path: Path) -> tuple[str, int, int, int]:
    try:
        seen = path.stat()
    except OSError:
        return (str(path), 0, 0, 0)
    return (str(path), seen.st_ino, seen.st_mtime_ns, seen.st_size)


def read_agreement(path: Path) -> Agreement:
    """Read one version of an agreement by itself, whoever signed it.

    Raises:
        ConfigError: every fault of its shape, a line each.
    """
    faults: list[str] = []
    found = _read(path, Agreement, faults)
    if found is None:
        raise ConfigError("\n".join(faults))
    return found


def _read(path: Path, shape: type[Shape], faults: list[str]) -> Shape | None:
    try:
        data = parse(path.read_bytes())
        try:
            return shape.model_validate(data)
        except ValidationError as exc:
            faults += [f"{path}: {line}" for line in problems(exc, data)]
        except RecursionError:
            faults.append(f"{path}: its tables lie in each other too deep to be read")
    except FileNotFoundError:
        faults.append(f"{path}: no such file. `crmbridge init` writes an example of it.")
    except OSError as exc:
        faults.append(f"{path}: cannot be read: {exc.strerror}")
    except ValueError as exc:
        faults.append(f"{path}: {exc}")
    return None


def _together(name: str, mapping: Mapping, agreement: Agreement, teams: Teams) -> Iterator[str]:
    for file, company in (("mapping.toml", mapping.company), ("agreement.toml", agreement.company)):
        if company != name:
            yield f"{file}: company is {company!r}, but the folder is {name!r}: make them one"
    for track in sorted(agreement.tracks - set(mapping.tracks)):
        hint = meant(track, mapping.tracks, "add one, or name another track there")
        yield f"mapping.toml: tracks has no line for {track!r}, which agreement.toml uses; {hint}"
    for place, reasons in _reasons(mapping):
        for reason in sorted(reasons - agreement.reasons):
            hint = meant(reason, agreement.reasons, "add it under [recycle.reasons]")
            yield (
                f"mapping.toml: {place} reason {reason!r} has no row in the recycle "
                f"table of agreement.toml; {hint}"
            )
    if agreement.zone != mapping.zone:
        yield (
            f"agreement.toml: zone is {agreement.zone!r}, but mapping.toml has {mapping.zone!r}: "
            "a company's days begin at one midnight"
        )
    yield from unfound(mapping, teams)
    yield from wrong_criteria(mapping.goes_to, agreement.types)
    yield from faults_of_calls(mapping, agreement)
    wrong = [finding.text for finding in lint(agreement, teams) if finding.fatal]
    # who can enter a stage is only looked at where its criteria can be read
    yield from wrong or (finding.text for finding in unreachable(agreement))


def _reasons(mapping: Mapping) -> Iterator[tuple[str, set[str]]]:
    """Every place that gives reasons of ours for a vendor's values."""
    for side, system in mapping.systems():
        for status in (one.status for one in system.people if one.status):
            yield f"{side} status", {*status.reason.values.values(), *status.reason_of.values()}
        if system.deal:
            yield f"{side} deal", set(system.deal.reason.values.values())


def example() -> Iterator[tuple[str, bytes]]:
    """Yield the worked example's files (name, content), as they travel in the package."""
    folder = _example_folder()
    for name in NAMES:
        yield name, folder.joinpath(name).read_bytes()


def _example_folder() -> Traversable:
    packed = resources.files("crmbridge").joinpath("examples", "acme")
    if packed.is_dir():
        return packed
    return Path(__file__).resolve().parent.parent / "mappings" / "acme"


def schema(file: str) -> dict[str, Any]:
    """The JSON schema of one of the files, for editors."""
    shapes: dict[str, type[BaseModel]] = {
        "mapping.toml": Mapping,
        "agreement.toml": Agreement,
        "teams.toml": Teams,
    }
    return shapes[file].model_json_schema()
