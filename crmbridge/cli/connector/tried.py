"""`crmbridge connector try` and `prove`: a connector on a real account, and under its contract."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from crmbridge.cli.connector.declared import Name
from crmbridge.cli.fail import FAILED
from crmbridge.cli.opening import ConfigFolder, settings_of
from crmbridge.cli.screen import line, lines, table
from crmbridge.connector import Connector, Factory
from crmbridge.errors import ConfigError
from crmbridge.files import load
from crmbridge.model.record import Record, Value, is_blank
from crmbridge.net.budget import LocalBudgets
from crmbridge.registry import config_of, connector
from crmbridge.report.text import shown
from crmbridge.settings import credentials, spelled_out
from crmbridge.testing import attempt
from crmbridge.testing.prove import Proof, account_of
from crmbridge.testing.prove import prove as proved
from crmbridge.testing.taped import OPENER, TRY, Place, play
from crmbridge.vault import keeping

MANY = 1_000

Set = Annotated[
    list[str] | None, typer.Option("--set", help="FIELD=VALUE, for --write and --echo; repeat it.")
]


def try_(
    name: Name,
    read: Annotated[str, typer.Option("--read", help="Read the first records of an object.")] = "",
    write: Annotated[
        str, typer.Option("--write", help="An object to write to; with --dry-run only.")
    ] = "",
    echo: Annotated[
        str,
        typer.Option("--echo", help="Write to a record of an object, read back, and put back."),
    ] = "",
    field: Annotated[
        list[str] | None, typer.Option("--field", help="A field to read; all if not given.")
    ] = None,
    set_: Set = None,
    ident: Annotated[str, typer.Option("--id", help="The record of --echo.")] = "",
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=MANY, help="Records that --read shows.")
    ] = 5,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent.")] = False,
    values: Annotated[
        bool, typer.Option("--values", help="Show values; without it only what they are.")
    ] = False,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", help="NAME=VALUE as in TOML, an option of the connector."),
    ] = None,
    company: Annotated[
        str,
        typer.Option(
            "--company",
            "-c",
            help="Take the credentials and options of this company's system; else those of "
            "CRMBRIDGE_TRY__<SIDE>__<NAME> and of --option.",
        ),
    ] = "",
    config: ConfigFolder = None,
) -> None:
    """Try a connector on a real account: read a little, or say or prove what a write does."""
    if sum(map(bool, (read, write, echo))) != 1:
        raise ConfigError("say what to try: one of --read OBJECT, --write OBJECT, --echo OBJECT")
    if write and not dry_run:
        raise ConfigError(
            "--write is for --dry-run alone; --echo writes to a record of yours and puts back what "
            "was there"
        )
    if echo and dry_run:
        raise ConfigError("--echo writes; use --write with --dry-run to write nothing")
    if echo and not ident:
        raise ConfigError("--echo needs the --id of a record that is yours to change")
    given = _pairs(set_, "--set")
    if (write or echo) and not given:
        raise ConfigError("give what to write: --set FIELD=VALUE, once for each field")
    with _connected(name, company, config, option) as found:
        if read:
            _read(found, read, field or (), limit, values=values)
        elif write:
            _plan(found, write, given, values=values)
        elif not _echo(found, echo, ident, given):
            raise typer.Exit(FAILED)


def prove(
    name: Name,
    account: Annotated[
        str,
        typer.Option(
            "--account", help="MODULE:NAME of what opens an account; the connector's own if not."
        ),
    ] = "",
    words: Annotated[
        str, typer.Option("-k", help="Only tests whose names match, as pytest has it.")
    ] = "",
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Name each test as it ends.")
    ] = False,
    first: Annotated[
        bool, typer.Option("--first", "-x", help="Stop at the first test that fails.")
    ] = False,
    recordings: Annotated[
        Path | None,
        typer.Option(
            "--recordings", help="Play what `connector record` kept in a folder, with no server."
        ),
    ] = None,
) -> None:
    """Run the contract of connectors for one of them, and say what its vendor does not tell."""
    connector(name)
    if recordings is None:
        found = proved(*account_of(name, account), words, verbose=verbose, first=first)
    else:
        place = Place(name=name, **account_of(name, account, OPENER)._asdict())
        found = play(place, recordings, words, verbose=verbose)
    proved_as(found)
    if not found.holds:
        raise typer.Exit(FAILED)


def proved_as(found: Proof) -> None:
    """Say what became of the contract's tests."""
    line("")
    line(f"{found.passed} tests of the contract passed, {len(found.failed)} failed.")
    lines(f"failed: {one}" for one in found.failed)
    if found.untold:
        line("Left out, because the connector or its vendor does not do it:")
        lines(f"  {count} x {why}" for why, count in sorted(found.untold.items()))


@contextmanager
def _connected(
    name: str, company: str, config: Any, options: Sequence[str] | None
) -> Iterator[Connector]:
    """A connector with credentials, closed in the end."""
    factory = connector(name)
    settings = settings_of(config, company)
    if company:
        if options:
            raise ConfigError(f"--option is not taken with --company: {company}'s files say it")
        side, told = _of_company(settings.config, company, name)
    else:
        company, side, told = TRY, side_given(factory, settings.secrets_dir), _options(options)
    secrets = credentials(company, side, settings.secrets_dir)
    found = _built(factory, company, side, secrets, told)
    keeping(found, settings.data_dir / company, side, secrets)
    try:
        yield found
    finally:
        found.close()


def side_given(factory: Factory, folder: Path | None) -> str:
    """The side whose credentials are given; the first that there can be where none are."""
    sides = sorted(side.value for side in factory.info.sides)
    return next((one for one in sides if credentials(TRY, one, folder)), sides[0])


def _built(
    factory: Factory,
    company: str,
    side: str,
    secrets: Mapping[str, str],
    config: Mapping[str, Any],
) -> Connector:
    info = factory.info
    try:
        return factory(secrets, config, LocalBudgets(info.limits.budgets))
    except ConfigError as error:
        raise ConfigError(spelled_out(str(error), company, side, info.credentials)) from None


def _of_company(folder: Any, company: str, name: str) -> tuple[str, dict[str, Any]]:
    """The side on which a company has the connector, and its options."""
    for side, spec in load(folder, company).mapping.systems():
        if spec.connector == name:
            return side, config_of(spec)
    raise ConfigError(f"{company} has no system with the connector {name!r}: leave out --company")


def _options(given: Sequence[str] | None) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for one in given or ():
        try:
            out |= tomllib.loads(one)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(
                f"--option {one}: write NAME=VALUE as in TOML, a text in quotes ({error})"
            ) from None
    return out


def _pairs(given: Sequence[str] | None, what: str) -> dict[str, str]:
    out = {}
    for one in given or ():
        name, sign, value = one.partition("=")
        if not sign or not name:
            raise ConfigError(f"{what} {one!r}: write FIELD=VALUE")
        out[name] = value
    return out


def _read(found: Connector, obj: str, fields: Sequence[str], limit: int, *, values: bool) -> None:
    records, more = attempt.some(found, obj, fields, limit)
    rows = [row for record in records for row in _rows(record, values=values)]
    table(("id", "field", "value"), rows, f"{obj} has no record that we can see.")
    if rows:
        many = "1 record" if len(records) == 1 else f"{len(records)} records"
        line(f"{many}{'; there are more' if more else ', and no more'}.")


def _rows(record: Record, *, values: bool) -> Iterator[tuple[str, str, str]]:
    at = shown(record.changed_at) if record.changed_at else "not told"
    yield record.id, "(changed at)", "deleted" if record.deleted else at
    for name, value in sorted(record.values.items()):
        yield "", name, shown(value) if values else _kind(value)


def _kind(value: Value) -> str:
    """What a value is, without it: it may be personal."""
    if is_blank(value):
        return "empty"
    if isinstance(value, str):
        return f"text, {len(value):,} characters"
    if isinstance(value, tuple):
        return f"{len(value)} choices"
    return type(value).__name__.lower()


def _plan(found: Connector, obj: str, given: Mapping[str, str], *, values: bool) -> None:
    plans = attempt.planned(found, obj, given)
    table(
        ("field", "type", "value" if values else "kind", "what"),
        [
            (one.name, one.type, shown(one.value) if values else _kind(one.value), one.said)
            for one in plans
        ],
        "Nothing would be sent.",
    )
    line("Nothing was written.")


def _echo(found: Connector, obj: str, ident: str, given: Mapping[str, str]) -> bool:
    told = attempt.echo(found, obj, ident, given)
    table(("field", "what became of it"), [(one.name, one.told) for one in told], "")
    return all(one.same and one.back for one in told)
