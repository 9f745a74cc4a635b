"""A company's folder: its files read, and what is wrong with them said so that it can be mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from importlib import resources
from importlib.resources.abc import Traversable
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
from crmbridge.agreement.lint.whole import lint, strange_money
from crmbridge.agreement.versions.in_force import clashes, disorder, faults_of_signatures, unsigned
from crmbridge.errors import ConfigError
from crmbridge.mapping.schema import Mapping
from crmbridge.model.toml import parse
from crmbridge.policy.qualify.examples import faults as example_faults
from crmbridge.policy.qualify.examples import uncovered

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
            some += example_faults(version, self.mapping.currency) + uncovered(version)
            found += (replace(one, text=_in_file(one.text, path)) for one in some)
        found += disorder((self.agreement, *self.others))
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
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known) or 'none'}"
        raise ConfigError(f"{config}: no company {name!r}; {hint}")
    if len(known) == 1:
        return known[0]
    if not known:
        raise ConfigError(
            f"{config}: no company here. Run `crmbridge init`, or set CRMBRIDGE_CONFIG to the "
            "folder that holds yours."
        )
    raise ConfigError(f"{config}: choose one with --company: {', '.join(known)}")


def load(config: Path, name: str) -> CompanyFiles:
    """Read a company's folder whole.

    Raises:
        ConfigError: every fault of every file, a line each.
    """
    folder = config / name
    faults: list[str] = []
    mapping = _read(folder / "mapping.toml", Mapping, faults)
    agreement = _read(folder / "agreement.toml", Agreement, faults)
    others = {
        path: found
        for path in version_files(folder)
        if (found := _read(path, Agreement, faults)) is not None
    }
    teams = _read(folder / "teams.toml", Teams, faults)
    if not (mapping and agreement and teams):
        raise ConfigError("\n".join(dict.fromkeys(faults)))
    for path, version in ({folder / "agreement.toml": agreement} | others).items():
        some = [*_together(name, mapping, version, teams), *_changed(path, version)]
        if version is not agreement:
            some = [one.replace(" agreement.toml", f" {VERSIONS}/{path.name}") for one in some]
        faults += (_in_file(one, path if version is not agreement else None) for one in some)
    faults += clashes([agreement, *others.values()])
    if faults:
        raise ConfigError("\n".join(dict.fromkeys(faults)))
    return CompanyFiles(
        folder=folder,
        mapping=mapping,
        agreement=agreement,
        teams=teams,
        others=tuple(others.values()),
        paths={one.version: path for path, one in others.items()}
        | {agreement.version: folder / "agreement.toml"},
    )


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
        near = get_close_matches(track, mapping.tracks, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "add one, or another track in the row"
        yield f"mapping.toml: tracks has no line for {track!r}, which agreement.toml uses; {hint}"
    for place, reasons in _reasons(mapping):
        for reason in sorted(reasons - agreement.reasons):
            near = get_close_matches(reason, agreement.reasons, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "add it under [recycle.reasons]"
            yield (
                f"mapping.toml: {place} reason {reason!r} has no row in the recycle "
                f"table of agreement.toml; {hint}"
            )
    if agreement.zone != mapping.zone:
        yield (
            f"agreement.toml: zone is {agreement.zone!r}, but mapping.toml has {mapping.zone!r}: "
            "a company's days begin at one midnight"
        )
    yield from (finding.text for finding in lint(agreement, teams) if finding.fatal)


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
