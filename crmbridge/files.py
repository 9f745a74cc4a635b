"""A company's folder: its files read, and what is wrong with them said so that it can be mended."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from crmbridge.agreement import Agreement, Finding, Teams, Versions, lint, problems
from crmbridge.agreement.in_force import clashes, faults_of_signatures, unsigned
from crmbridge.errors import ConfigError
from crmbridge.mapping.schema import Mapping
from crmbridge.policy.examples import faults as example_faults
from crmbridge.policy.examples import uncovered

Shape = TypeVar("Shape", bound=BaseModel)

NAMES = ("mapping.toml", "agreement.toml", "teams.toml")
VERSIONS = "agreements"
"""Folder beside the files with further versions of the agreement, a file each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFiles:
    """A company's files, read and checked against each other.

    `agreement` is agreement.toml, `others` are the further versions under agreements/.
    """

    folder: Path
    mapping: Mapping
    agreement: Agreement
    teams: Teams
    others: tuple[Agreement, ...] = ()

    @property
    def versions(self) -> Versions:
        """All versions of the agreement."""
        return Versions.of((self.agreement, *self.others))

    def findings(self) -> list[Finding]:
        """All that a person should look at, in every version: fatal findings first."""
        found: list[Finding] = []
        for version in (self.agreement, *self.others):
            found += lint(version, self.teams) + unsigned(version)
            found += example_faults(version, self.mapping.currency) + uncovered(version)
        return sorted(dict.fromkeys(found), key=lambda one: not one.fatal)


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
    others = [_read(path, Agreement, faults) for path in version_files(folder)]
    teams = _read(folder / "teams.toml", Teams, faults)
    more = tuple(one for one in others if one)
    if mapping and agreement and teams:
        for version in (agreement, *more):
            faults += _together(name, mapping, version, teams)
        faults += clashes([agreement, *more])
    if faults or not (mapping and agreement and teams):
        raise ConfigError("\n".join(dict.fromkeys(faults)))
    return CompanyFiles(
        folder=folder, mapping=mapping, agreement=agreement, teams=teams, others=more
    )


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
        with path.open("rb") as file:
            data = tomllib.load(file)
        return shape.model_validate(data)
    except FileNotFoundError:
        faults.append(f"{path}: no such file. `crmbridge init` writes an example of it.")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        faults.append(f"{path}: this is not TOML: {exc}")
    except ValidationError as exc:
        faults += [f"{path}: {line}" for line in problems(exc)]
    return None


def _together(name: str, mapping: Mapping, agreement: Agreement, teams: Teams) -> Iterator[str]:
    for file, company in (("mapping.toml", mapping.company), ("agreement.toml", agreement.company)):
        if company != name:
            yield f"{file}: company is {company!r}, but the folder is {name!r}: make them one"
    for track in sorted(agreement.tracks - set(mapping.tracks)):
        near = get_close_matches(track, mapping.tracks, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        yield f"mapping.toml: tracks has no line for {track!r}, which agreement.toml uses{hint}"
    for side, system in mapping.systems():
        for word, person in ((side, one) for one in system.people):
            reasons = person.status.reason.values.values() if person.status else ()
            for reason in sorted(set(reasons) - agreement.reasons):
                yield (
                    f"mapping.toml: {word} status reason {reason!r} has no row in the recycle "
                    "table of agreement.toml"
                )
    if agreement.zone != mapping.zone:
        yield (
            f"agreement.toml: zone is {agreement.zone!r}, but mapping.toml has {mapping.zone!r}: "
            "a company's days begin at one midnight"
        )
    yield from (finding.text for finding in lint(agreement, teams) if finding.fatal)
    yield from faults_of_signatures(agreement)


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
