"""`crmbridge emulate`: loopback stand-ins for vendors, in the foreground, on one world clock."""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any

import typer

from crmbridge.cli.opening import AsJson, ConfigFolder, settings_of
from crmbridge.cli.screen import document, line, lines
from crmbridge.cli.world import Wanted, named, of_world, shown, wanted
from crmbridge.errors import ConfigError
from crmbridge.files import CompanyFiles, load
from crmbridge.registry import connector, emulator
from crmbridge.testing.emulator import Remote, Server, World
from crmbridge.testing.pair import Pair
from crmbridge.testing.sandbox import Sandbox, box_of, one_of
from crmbridge.testing.world import TODAY, Populated, populate

MOST_PORT = 65_535
EXAMPLE = "acme"


def emulate(
    vendors: Annotated[
        list[str] | None,
        typer.Argument(help="One or more connectors by name; --world names its own."),
    ] = None,
    port: Annotated[
        int, typer.Option("--port", help="The first one's port, the next has the next; 0: any.")
    ] = 8081,
    company: Annotated[
        str,
        typer.Option(
            "--company", "-c", help="Whose variables to print: those of --world, or acme."
        ),
    ] = "",
    prepare: Annotated[
        bool,
        typer.Option(
            "--prepare", help="Give them the fields, lists, forms and users that its files name."
        ),
    ] = False,
    world: Annotated[
        str,
        typer.Option("--world", help="Fill them with this company, as if it had lived two years."),
    ] = "",
    people: Annotated[
        int | None, typer.Option("--people", help="People of --world; 200 if not given.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Which people of --world; 0 if not given.")
    ] = None,
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Serve emulated vendors on 127.0.0.1 until Ctrl-C, and say how to point crmbridge at them."""
    settings = settings_of(config)
    vendors = vendors or of_world(settings.config, world)
    if len(set(vendors)) < len(vendors):
        raise ConfigError("name each vendor once: one emulator stands for one account")
    asked = wanted(settings.config, vendors, world, company, people, seed)
    name = company or world or EXAMPLE
    server = _server(vendors, port)
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with server:
        filled = _fill(server, asked) if asked else None
        if prepare and not asked:
            _prepare(server.urls, load(settings.config, name))
        pair = Pair.of(asked.files.mapping) if asked else Pair.shipped()
        _say(server.urls, environment(server.urls, name), filled, pair, json=json)
        over.wait()


def _server(vendors: list[str], port: int) -> Server:
    """Emulators of the vendors on ports of their own, on one clock; they do not answer yet."""
    last = MOST_PORT - len(vendors) + 1
    if not 0 <= port <= last:
        raise ConfigError(f"--port {port}: give one from 1 to {last}, or 0 for any that is free")
    world = World()
    made = {name: emulator(name)(world) for name in vendors}
    try:
        return Server(made, world, port)
    except OSError as error:
        raise ConfigError(
            f"port {port} or one of the next {len(vendors) - 1} is taken: choose another --port"
        ) from error


def _fill(server: Server, asked: Wanted) -> Populated:
    """Let the company have lived; its clock begins on a fixed day and goes on from there."""
    server.world.set(TODAY)
    box = _box(server.urls, asked.files)
    box.at_marketing.prepare()
    box.at_sales.prepare()
    company = asked.files.mapping.company
    filled = populate(box, company, people=asked.people, seed=asked.seed)
    server.world.rate = 1.0
    return filled


def _prepare(urls: Mapping[str, str], files: CompanyFiles) -> None:
    """What `crmbridge` expects an administrator to have made in the real systems."""
    for side, spec in files.mapping.systems():
        if spec.connector in urls:
            with suppress(ConfigError):  # one that has no screens is prepared by hand
                remote = Remote(urls[spec.connector])
                one_of(side, spec.connector, remote, files.mapping, files.teams).prepare()


def _box(urls: Mapping[str, str], files: CompanyFiles) -> Sandbox:
    """Both emulators of a company."""
    pair = Pair.of(files.mapping)
    by_side = {side: urls[name] for side, name in pair.sides()}
    remotes = {side: Remote(url) for side, url in by_side.items()}
    return box_of(pair, by_side, remotes, files.mapping, files.teams)


def environment(urls: Mapping[str, str], company: str) -> dict[str, str]:
    """The variables that point a company's connectors at emulators; the first vendor of several
    that could stand on a side gets it.
    """
    env: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(urls, key=lambda one: len(connector(one).info.sides)):
        info = connector(name).info
        free = sorted(side.value for side in info.sides if side.value not in taken)
        if not free:
            continue
        taken.add(free[0])
        prefix = f"CRMBRIDGE_{company}__{free[0]}__".upper()
        told = emulator(name).credentials(urls[name])
        env |= {f"{prefix}{key}": value for key, value in told.items()}
    return env | {"CRMBRIDGE_CLOCK": next(iter(urls.values()))}


def _say(
    urls: Mapping[str, str],
    env: Mapping[str, Any],
    filled: Populated | None,
    pair: Pair,
    *,
    json: bool,
) -> None:
    if json:
        more = {"world": named(filled, pair)} if filled else {}
        document({"urls": dict(urls), "environment": dict(env)} | more)
        return
    if filled:
        shown(filled, pair)
    lines(f"{name} at {url}" for name, url in urls.items())
    line("Point crmbridge at them:")
    lines(f"export {name}={value}" for name, value in env.items())
    line("Ctrl-C ends them; nothing is kept.")
