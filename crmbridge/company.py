"""A company at work: its files, its ledger, its systems and its clock, passed to every flow."""

from __future__ import annotations

from collections import Counter
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
from crmbridge.model.side import Side
from crmbridge.model.target import MESSAGES as MESSAGES
from crmbridge.model.target import bundle_target as bundle_target
from crmbridge.model.target import channel_of as channel_of
from crmbridge.model.target import channel_target as channel_target
from crmbridge.net.messages import CHANNELS, Sender, senders
from crmbridge.net.world_clock import WorldClock
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.registry import cannot_assign, config_of, stand
from crmbridge.settings import Settings, credentials, spelled_out, unknown_credentials
from crmbridge.store import Ledger, LedgerBudgets
from crmbridge.store.upgrade import Progress
from crmbridge.system import System
from crmbridge.vault import keeping

WAYS = tuple(channel_target(channel) for channel in CHANNELS)
"""The ways to people. Each has lanes of its own: one that is down holds up no other."""

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


HOSTS = ("MY_DOMAIN",)
"""Credentials that are no secret: where people look at records."""


@dataclass(slots=True, kw_only=True)
class Company:
    """Everything that a flow may touch. `systems` is by name; empty where no vendor is needed."""

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
    """By system what of its credentials is no secret and stands in links to its records."""
    mapping_hash: str = field(init=False)
    """A short hash of the mapping, stored with each decision."""
    teams_hash: str = field(init=False)
    """A short hash of the teams file, but for who is sent a digest."""
    _told: dict[str, frozenset[str]] = field(init=False, repr=False)
    _written: frozenset[str] = field(init=False, repr=False)
    _rules: dict[str, Authority] = field(init=False, repr=False)
    shared: tuple[str, ...] = field(init=False, repr=False)
    """The facts that several systems tell, but for consent and the address, by name."""
    own_names: dict[str, dict[str, str]] = field(init=False, repr=False)
    """By system the names that some version gives stages there, each with its core stage."""

    def __post_init__(self) -> None:
        # limits say when to stop, and change no decision
        self.mapping_hash = digest(self.mapping.model_dump(mode="json", exclude={"limits"}))
        told = self.teams.model_dump(mode="json", by_alias=True, exclude={"digest"})
        self.teams_hash = digest(told)
        lines = {
            name: [line for person in spec.people for line in person.fields.items()]
            for name, spec in self.mapping.systems()
        }
        self._told = {
            name: frozenset(word for word, entry in some if entry.reads)
            for name, some in lines.items()
        }
        self._written = frozenset(
            word for some in lines.values() for word, entry in some if entry.writes
        )
        self._rules = rules_of(self.mapping)
        told_by = Counter(word for words in self._told.values() for word in words)
        several = {word for word, many in told_by.items() if many > 1}
        self.shared = tuple(sorted(several - {"opted_out", "email"}))
        self.own_names = {
            name: own_names(self.versions.all, side) for name, side in self.mapping.sides.items()
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its systems, the homes of marketing and of sales before further ones."""
        return self.mapping.names

    @property
    def targets(self) -> tuple[str, ...]:
        """All that the outbox delivers to: the systems, and the ways to people."""
        return (*self.names, *WAYS)

    def home(self, side: Side) -> str:
        """The system of a side where new records are made and results are written."""
        return self.mapping.home(side)

    def stands(self, system: str, side: Side) -> bool:
        """Whether a system stands on a side."""
        return self.mapping.side_of(system) is side

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

    def reads(self, system: str, word: str) -> bool:
        """Whether a system tells us this word."""
        return word in self._told.get(system, ())

    def writes(self, word: str) -> bool:
        """Whether any system is told this word."""
        return word in self._written

    def rule(self, word: str) -> Authority:
        """Who may write a fact that several tell; what the mapping does not name is held."""
        return self._rules.get(word, UNNAMED)

    def shares(self, word: str) -> bool:
        """Whether several systems tell us this word, so that its rule decides between them."""
        return sum(word in told for told in self._told.values()) > 1

    def field_of(self, system: str, word: str) -> FieldMap | None:
        """The lead table's line for a word of one system; `None` when it has none."""
        return self.mapping.system(system).lead.fields.get(word)

    def renew_links(self, url: str) -> None:
        """Look at the key of links again: it may have been lost, replaced, or closed to others."""
        found = open_links(url, self.name, self.ledger.home)
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
    must agree on what to call it. A system whose connector is not installed here stays as it is.

    Raises:
        ConfigError: two tables of people turn out to be about one object, or one object is
            written in two ways.
    """
    found: dict[str, SystemMap] = {}
    for name, spec in mapping.systems():
        with suppress(ConfigError):
            factory = stand(mapping, name)
            if isinstance(factory, Names):
                found[name] = with_names(spec, factory.canonical)
    made = mapping.replaced(found)
    for name, spec in made.systems():
        if why := two_of_one(spec) or two_spellings(spec):
            raise ConfigError(f"mapping.toml {name}: {why}")
    return made


def digest(data: Any) -> str:
    """A short hash of JSON data, the same for the same data."""
    return sha256(canonical(data).encode()).hexdigest()[:16]


def unconnected(files: CompanyFiles, ledger: Ledger, clock: Clock, url: str = "") -> Company:
    """A company over a ledger, of whose vendors nothing can be asked.

    `url` is where people reach us, for links; none are made without.
    """
    mapping = with_own_names(named(files.mapping), files.versions.all)
    links, no_links = open_links(url, mapping.company, ledger.home)
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
    """Build a company with its connectors; `secrets` gives the credentials of a system.

    It is asked for those of `messages` too, where the mapping has ways to tell people.

    Raises:
        ConfigError: a credential is missing, or a connector is not installed.
    """
    company = unconnected(files, ledger, clock, url)
    mapping = company.mapping
    systems: dict[str, System] = {}
    budgets: dict[str, LedgerBudgets] = {}
    faults: list[str] = []
    for name, spec in mapping.systems():
        try:
            factory = stand(mapping, name)
            budgets[name] = LedgerBudgets(
                ledger, mapping.company, name, _limits(factory.info.limits.budgets, spec)
            )
            given = secrets(name)
            systems[name] = _system(mapping, name, factory, given, budgets[name])
            keeping(systems[name].connector, ledger.home, name, given)
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
    name: str,
    factory: Factory,
    secrets: Mapping[str, str],
    budgets: LedgerBudgets,
) -> System:
    spec = mapping.system(name)
    if strange := unknown_credentials(mapping.company, name, secrets, factory.info.credentials):
        raise ConfigError("\n".join(strange))
    try:
        connector = factory(secrets, config_of(spec), budgets)
    except ConfigError as error:
        names = factory.info.credentials
        raise ConfigError(spelled_out(str(error), mapping.company, name, names)) from None
    return System(name, spec, connector, zone=ZoneInfo(mapping.zone), currency=mapping.currency)


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
    file = ledger.home / "messages.txt"
    return senders(mapping.company, channels, secrets(MESSAGES), default_file=file)


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
    url, home = settings.ledger_url(chosen), settings.home(chosen)
    ledger = Ledger.open(url, chosen, progress=progress, home=home)
    clock = clock or open_clock(settings)
    try:
        if not connect:
            return to_read(settings, files, ledger, clock)
        secrets = partial(credentials, chosen, secrets_dir=settings.secrets_dir)
        company = build(files, ledger, clock, secrets, settings.url)
    except Exception:
        ledger.close()
        raise
    company.hosts = _hosts(settings, company)
    return company


def to_read(settings: Settings, files: CompanyFiles, ledger: Ledger, clock: Clock) -> Company:
    """A company without its systems, that knows what people reach by links."""
    company = unconnected(files, ledger, clock, settings.url)
    company.hosts = _hosts(settings, company)
    return company


def _hosts(settings: Settings, company: Company) -> dict[str, dict[str, str]]:
    known = {name: credentials(company.name, name, settings.secrets_dir) for name in company.names}
    return {
        name: {word: text for word, text in one.items() if word in HOSTS}
        for name, one in known.items()
    }
