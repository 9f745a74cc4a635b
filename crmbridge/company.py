"""A company at work: its files, its ledger, its two systems and its clock, passed to every flow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from crmbridge.agreement import Agreement, Teams, Versions
from crmbridge.clock import Clock, SystemClock
from crmbridge.connector import Factory, Names
from crmbridge.errors import ConfigError
from crmbridge.files import CompanyFiles, load, pick
from crmbridge.links import NO_URL, Links, open_links
from crmbridge.mapping.names import with_names
from crmbridge.mapping.own_stages import own_names, with_own_names
from crmbridge.mapping.rules import rules_of
from crmbridge.mapping.schema import FieldMap, SystemMap, two_of_one, two_spellings
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.model.authority import UNNAMED, Authority
from crmbridge.model.codec import canonical
from crmbridge.net.messages import CHANNELS, Sender, senders
from crmbridge.net.world_clock import WorldClock
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.registry import cannot_assign, config_of, stand
from crmbridge.settings import Settings, credentials, spelled_out, unknown_credentials
from crmbridge.store import Ledger, LedgerBudgets
from crmbridge.store.upgrade import Progress
from crmbridge.system import System
from crmbridge.vault import keeping

SIDES = ("marketing", "sales")
MESSAGES = "messages"
"""What is told to people: the outbox's third target, beside the two sides."""
TARGETS = (*SIDES, *(f"{MESSAGES}.{channel}" for channel in CHANNELS))
"""All that the outbox delivers to. Each way to people has lanes of its own: one that is down holds
up no other."""

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def other(side: str) -> str:
    """The other side of the wall."""
    return "sales" if side == "marketing" else "marketing"


HOSTS = ("MY_DOMAIN",)
"""Credentials that are no secret: where people look at records."""


@dataclass(slots=True, kw_only=True)
class Company:
    """Everything that a flow may touch. `systems` is by side; empty where no vendor is needed."""

    name: str
    mapping: MappingFile
    versions: Versions
    teams: Teams
    ledger: Ledger
    clock: Clock
    systems: Mapping[str, System] = field(default_factory=dict)
    budgets: Mapping[str, LedgerBudgets] = field(default_factory=dict)
    senders: Mapping[str, Sender] = field(default_factory=dict)
    """Ways to tell people something, by channel of the mapping."""
    links: Links | None = None
    """What makes links for people; `None` makes none, as where decisions are made anew."""
    no_links: str = NO_URL
    """Why no links are made, and what to do; empty where they are."""
    hosts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By side what of its credentials is no secret and stands in links to its records."""
    mapping_hash: str = field(init=False)
    """A short hash of the mapping, stored with each decision."""
    teams_hash: str = field(init=False)
    """A short hash of the teams file, but for who is sent a digest."""
    _told: dict[str, frozenset[str]] = field(init=False, repr=False)
    _written: frozenset[str] = field(init=False, repr=False)
    _rules: dict[str, Authority] = field(init=False, repr=False)
    shared: tuple[str, ...] = field(init=False, repr=False)
    """The facts that both sides tell, but for consent and the address, by name."""
    own_names: dict[str, dict[str, str]] = field(init=False, repr=False)
    """By side the names that some version gives stages there, each with its core stage."""

    def __post_init__(self) -> None:
        # limits say when to stop, and change no decision
        self.mapping_hash = digest(self.mapping.model_dump(mode="json", exclude={"limits"}))
        told = self.teams.model_dump(mode="json", by_alias=True, exclude={"digest"})
        self.teams_hash = digest(told)
        lines = {
            side: [line for person in spec.people for line in person.fields.items()]
            for side, spec in self.mapping.systems()
        }
        self._told = {
            side: frozenset(word for word, entry in some if entry.reads)
            for side, some in lines.items()
        }
        self._written = frozenset(
            word for some in lines.values() for word, entry in some if entry.writes
        )
        self._rules = rules_of(self.mapping)
        both = self._told["marketing"] & self._told["sales"]
        self.shared = tuple(sorted(both - {"opted_out", "email"}))
        self.own_names = {side: own_names(self.versions.all, side) for side in SIDES}

    @property
    def agreement(self) -> Agreement:
        """The version of the agreement that is in force at the company's present instant."""
        if len(self.versions.all) == 1:
            return self.versions.all[0]
        return self.versions.in_force(self.now())

    @property
    def definition(self) -> str:
        """The agreement in force, as written with each hand-off: version and short hash."""
        version = self.agreement.version
        return f"v{version}:{self.versions.hashes[version][:12]}"

    @property
    def exchange(self) -> Exchange:
        """How criteria on money convert: by the rates of the agreement in force."""
        return Exchange(currency=self.mapping.currency, rates=self.agreement.rates, zone=self.zone)

    def must_be_agreed(self) -> None:
        """Let nothing be written under an agreement that is not signed or not in force.

        Raises:
            ConfigError: what is missing, and what to do.
        """
        refuse_unsigned(self.name, self.versions, self.now())

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.mapping.zone)

    def now(self) -> datetime:
        """Business time: the instant of the piece of work in hand, else the clock's."""
        return _moment.get() or self.clock.now()

    @contextmanager
    def moment(self, at: datetime | None = None) -> Iterator[datetime]:
        """Let all that happens inside, in this thread, happen at one instant, by default now."""
        at = at or self.clock.now()
        token = _moment.set(at)
        try:
            yield at
        finally:
            _moment.reset(token)

    def reads(self, side: str, word: str) -> bool:
        """Whether a side tells us this word."""
        return word in self._told[side]

    def writes(self, word: str) -> bool:
        """Whether any side is told this word."""
        return word in self._written

    def rule(self, word: str) -> Authority:
        """Who may write a fact that both sides tell; what the mapping does not name is held."""
        return self._rules.get(word, UNNAMED)

    def shares(self, word: str) -> bool:
        """Whether both sides tell us this word, so that its rule decides between them."""
        return all(self.reads(side, word) for side in SIDES)

    def field_of(self, side: str, word: str) -> FieldMap | None:
        """The lead table's line for a word on one side; `None` when it has none."""
        return self.mapping.side(side).lead.fields.get(word)

    def renew_links(self, url: str) -> None:
        """Look at the key of links again: it may have been lost, replaced, or closed to others."""
        found = open_links(url, self.name, self.ledger.path)
        if found != (self.links, self.no_links):
            self.links, self.no_links = found

    def hang_up(self) -> None:
        """Close the connectors and the ways to people; the ledger stays open."""
        for system in self.systems.values():
            system.close()
        for sender in self.senders.values():
            sender.close()

    def close(self) -> None:
        """Close the connectors and the ledger."""
        self.hang_up()
        if isinstance(self.clock, WorldClock):
            self.clock.close()
        self.ledger.close()


def channel_target(channel: str) -> str:
    """The outbox's name for a way to people."""
    return f"{MESSAGES}.{channel}"


def bundle_target(channel: str) -> str:
    """The outbox's name for what waits until the hour is over, to be told by a way together.

    Nothing is sent from there: `flows.alert.bundle` makes one message of what waits.
    """
    return f"{channel_target(channel)}.bundle"


def channel_of(target: str) -> str:
    """The way to people behind a target's name; empty for a side."""
    kind, _, channel = target.partition(".")
    return channel if kind == MESSAGES else ""


def refuse_unsigned(company: str, versions: Versions, now: datetime) -> None:
    """Raise `ConfigError` when nothing may be written under the agreement in force."""
    if why := versions.why_not(now):
        raise ConfigError(
            f"{company}: {why}, so nothing is written. Read it with `crmbridge agreement show "
            f"--company {company}`; then each side signs with `crmbridge agreement approve "
            f'--company {company} --side marketing --name "…"`, and with `--side sales`.'
        )


def named(mapping: MappingFile) -> MappingFile:
    """A mapping in which every vendor object has one name, where its vendor has several.

    `contact`, `contacts` and `0-1` may be one object of a vendor's: records, cursors and tables
    must agree on what to call it. A side whose connector is not installed here stays as it is.

    Raises:
        ConfigError: two tables of people turn out to be about one object, or one object is
            written in two ways.
    """
    sides = {}
    for side, spec in mapping.systems():
        with suppress(ConfigError):
            factory = stand(side, spec.connector)
            if isinstance(factory, Names):
                sides[side] = with_names(spec, factory.canonical)
    made = mapping.model_copy(update=sides) if sides else mapping
    for side, spec in made.systems():
        if why := two_of_one(spec) or two_spellings(spec):
            raise ConfigError(f"mapping.toml {side}: {why}")
    return made


def digest(data: Any) -> str:
    """A short hash of JSON data, the same for the same data."""
    return sha256(canonical(data).encode()).hexdigest()[:16]


def unconnected(files: CompanyFiles, ledger: Ledger, clock: Clock, url: str = "") -> Company:
    """A company over a ledger, of whose vendors nothing can be asked.

    `url` is where people reach us, for links; none are made without.
    """
    mapping = with_own_names(named(files.mapping), files.versions.all)
    links, no_links = open_links(url, mapping.company, ledger.path)
    return Company(
        name=mapping.company,
        mapping=mapping,
        versions=files.versions,
        teams=files.teams,
        ledger=ledger,
        clock=clock,
        links=links,
        no_links=no_links,
    )


def build(
    files: CompanyFiles,
    ledger: Ledger,
    clock: Clock,
    secrets: Callable[[str], Mapping[str, str]],
    url: str = "",
) -> Company:
    """Build a company with its connectors; `secrets` gives the credentials of a side.

    It is asked for those of `messages` too, where the mapping has ways to tell people.

    Raises:
        ConfigError: a credential is missing, or a connector is not installed.
    """
    company = unconnected(files, ledger, clock, url)
    mapping = company.mapping
    systems: dict[str, System] = {}
    budgets: dict[str, LedgerBudgets] = {}
    faults: list[str] = []
    for side, spec in mapping.systems():
        try:
            factory = stand(side, spec.connector)
            budgets[side] = LedgerBudgets(
                ledger, mapping.company, side, _limits(factory.info.limits.budgets, spec)
            )
            given = secrets(side)
            systems[side] = _system(mapping, side, factory, given, budgets[side])
            keeping(systems[side].connector, ledger.path.parent, side, given)
        except ConfigError as error:
            faults.append(str(error))
    faults += cannot_assign(mapping, files.teams)
    if faults:
        for system in systems.values():
            system.close()
        raise ConfigError("\n".join(dict.fromkeys(faults)))
    company.systems, company.budgets = systems, budgets
    company.senders = _senders(mapping, files.teams, ledger, secrets)
    return company


def _system(
    mapping: MappingFile,
    side: str,
    factory: Factory,
    secrets: Mapping[str, str],
    budgets: LedgerBudgets,
) -> System:
    spec = mapping.side(side)
    if strange := unknown_credentials(mapping.company, side, secrets, factory.info.credentials):
        raise ConfigError("\n".join(strange))
    try:
        connector = factory(secrets, config_of(spec), budgets)
    except ConfigError as error:
        names = factory.info.credentials
        raise ConfigError(spelled_out(str(error), mapping.company, side, names)) from None
    return System(side, spec, connector, zone=ZoneInfo(mapping.zone), currency=mapping.currency)


def _senders(
    mapping: MappingFile,
    teams: Teams,
    ledger: Ledger,
    secrets: Callable[[str], Mapping[str, str]],
) -> dict[str, Sender]:
    digests = (way for one in teams.digest for way in one.channel)
    channels = dict.fromkeys((*mapping.messages.channels, *digests))
    if not channels:
        return {}
    beside = ledger.path.with_name("messages.txt")
    return senders(mapping.company, channels, secrets(MESSAGES), default_file=beside)


def _limits(budgets: Any, spec: SystemMap) -> Any:
    """The connector's quotas, with the company's own numbers where the mapping gives some."""
    return tuple(replace(one, calls=spec.limits.get(one.name, one.calls)) for one in budgets)


def open_clock(settings: Settings) -> Clock:
    """Business time as the settings say: an emulator's world clock, or this machine's."""
    return WorldClock(settings.clock) if settings.clock else SystemClock()


def open_company(
    settings: Settings,
    name: str = "",
    *,
    connect: bool = True,
    clock: Clock | None = None,
    progress: Progress | None = None,
) -> Company:
    """Open a company's files, ledger and, with `connect`, its systems.

    `name` defaults to the setting, then to the only company there is. Without `connect` no
    credential is needed, and nothing of a vendor can be asked. `progress` is told how far a ledger
    of an earlier layout is carried over.

    Raises:
        ConfigError: a wrong file, a missing credential.
        LedgerError: the ledger cannot be opened.
    """
    chosen = pick(settings.config, name or settings.company)
    files = load(settings.config, chosen)
    ledger = Ledger.open(settings.ledger_url(chosen), chosen, progress=progress)
    clock = clock or open_clock(settings)
    try:
        if not connect:
            return to_read(settings, files, ledger, clock)
        secrets = partial(credentials, chosen, secrets_dir=settings.secrets_dir)
        company = build(files, ledger, clock, secrets, settings.url)
    except Exception:
        ledger.close()
        raise
    company.hosts = _hosts(settings, chosen)
    return company


def to_read(settings: Settings, files: CompanyFiles, ledger: Ledger, clock: Clock) -> Company:
    """A company without its systems, that knows what people reach by links."""
    company = unconnected(files, ledger, clock, settings.url)
    company.hosts = _hosts(settings, company.name)
    return company


def _hosts(settings: Settings, name: str) -> dict[str, dict[str, str]]:
    known = {side: credentials(name, side, settings.secrets_dir) for side in SIDES}
    return {
        side: {word: text for word, text in one.items() if word in HOSTS}
        for side, one in known.items()
    }
