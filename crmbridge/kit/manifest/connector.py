"""Makes a connector's class of the manifest in a package."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from importlib.resources import files
from importlib.util import find_spec
from typing import Any, ClassVar

from crmbridge.connector import Account as AccountSays
from crmbridge.connector import Info, Place, User, Vault, Wants
from crmbridge.errors import ConfigError
from crmbridge.kit import envelope
from crmbridge.kit.manifest import load, template, where, writing
from crmbridge.kit.manifest.account import Account
from crmbridge.kit.manifest.oauth import ADDRESS
from crmbridge.kit.manifest.options import Options, limits_of, shape_of
from crmbridge.kit.manifest.reading import Reader
from crmbridge.kit.manifest.shape import FEEDS, KEYS, AuditShape, ManifestShape, ObjectShape
from crmbridge.kit.manifest.thing import Thing
from crmbridge.kit.options import listed
from crmbridge.model.limits import Limits
from crmbridge.model.offer import Deletes, Key, Object
from crmbridge.model.record import Page, Row, Written
from crmbridge.net.budget import Budgets
from crmbridge.net.shape import readable


class Manifested(envelope.Reaching, envelope.Finding):
    """One account of a vendor that a manifest describes; `of` makes the class of each vendor.

    The keys of `config` are those of `shape_of`. A wrong one raises `ConfigError`, and so does a
    missing credential.
    """

    manifest: ClassVar[ManifestShape]
    prepare: ClassVar[tuple[writing.Prepare, ...]] = ()
    """The hook of the package, in a tuple: none, or one."""

    def __init__(
        self,
        credentials: Mapping[str, str],
        config: Mapping[str, Any] | None = None,
        budget: Budgets | None = None,
    ) -> None:
        spec = self.manifest
        options = Options(spec, config or {})
        _must_have(spec, credentials)
        limits: Limits = options.limits
        self.limits = limits
        account = Account(spec, credentials, options.own, limits=limits, budget=budget)
        self._bridge = self._account = account
        things = {
            name: Thing(account, name, _with(one, options.own), options.key_field)
            for name, one in spec.objects.items()
        }
        reader = self._reader = Reader(things, options.page, options.overlap)
        self.describes = lambda obj: reader.thing(obj).fields()
        self.reads, self.finds = reader.read, reader.find
        self.reaches = reader.back.reach_back
        self.writes = partial(self._write, min(spec.limits.batch, limits.write_batch))

    @classmethod
    def check_config(cls, config: Mapping[str, Any]) -> None:
        """Raise `ConfigError` for a wrong option; see `Configures`."""
        Options(cls.manifest, config)

    def place(self) -> Place:
        """Return the account's id; nobody can say that it is a sandbox. See `Placed`."""
        spec, account = self.manifest.check, self._account
        with readable(account.title, "its account"):
            data = account.ask(spec, {}, reads=True)
            told = {
                name: where.value(data, name.removeprefix("answer/"))
                for name in template.placeholders(spec.id)
                if name.startswith("answer/")
            }
            held = {name: each for name, each in told.items() if each is not None}
            found = template.text(spec.id, {**account.names, **held})
        return Place(id=found, sandbox=False, what=spec.what, where=spec.where)

    def _write(self, batch: int, obj: str, rows: Sequence[Row]) -> list[Written]:
        hook = self.prepare[0] if self.prepare else None
        return writing.write(self._reader.thing(obj), self._reader, rows, batch, hook)


class Listing(Manifested, envelope.Reconciling):
    """The same for a vendor that lists an object in the order of ids."""

    def reconciles(self, obj: str, since: str | None) -> Iterator[Page]:
        """Yield ids and stamps of what there is; see `Reconciles.stamps`."""
        return self._reader.stamps(obj, since)


class Audited(Manifested, envelope.Auditing):
    """The same for a vendor whose account can say of users and currency."""

    def audits(self, wants: Wants) -> AccountSays:
        """Return users and currency; see `Audits.audit`."""
        return _audit(self._account, self._reader, wants)


class Rotating(Manifested):
    """The same for a vendor whose refresh token changes when it is used."""

    def keep(self, vault: Vault) -> None:
        """Take the place where it is kept; see `Rotates`."""
        if self._account.oauth:
            self._account.oauth.keep(vault)


def of(package: str) -> type[Manifested]:
    """Return the connector of a package: `manifest.toml`, `defaults.toml`, and perhaps `hooks.py`.

    Raises:
        ConfigError: a fault of the manifest, with file, table and key.
    """
    folder = files(package)
    name = f"{package.replace('.', '/')}/manifest.toml"
    spec = load.read(name, folder.joinpath("manifest.toml").read_bytes())
    defaults = folder.joinpath("defaults.toml").read_text(encoding="utf-8")
    hooks: tuple[writing.Prepare, ...] = ()
    if find_spec(f"{package}.hooks"):
        hooks = (importlib.import_module(f"{package}.hooks").prepare,)
    return made(spec, defaults, hooks, package)


def made(
    spec: ManifestShape,
    defaults: str = "",
    hooks: tuple[writing.Prepare, ...] = (),
    module: str = __name__,
) -> type[Manifested]:
    """Return the connector's class of a manifest that was read; `defaults` is its default map."""
    held = {"manifest": spec, "prepare": hooks, "info": info(spec, defaults), "__doc__": spec.title}
    return type(spec.title.replace(" ", ""), _bases(spec), {**held, "__module__": module})


def _bases(spec: ManifestShape) -> tuple[type[Manifested], ...]:
    """The powers that a manifest gives: what a class cannot do is no method of it."""
    able: dict[type[Manifested], bool] = {
        Audited: spec.audit is not None,
        Listing: any(one.read.ordered for one in spec.objects.values()),
        Rotating: spec.auth.kind == "refresh",
    }
    return tuple(power for power, has in able.items() if has) or (Manifested,)


def info(spec: ManifestShape, defaults: str = "") -> Info:
    """Return what a manifest declares, in the protocol's words."""
    return Info(
        name=spec.name,
        title=spec.title,
        sides=frozenset(spec.sides),
        limits=limits_of(spec),
        credentials=spec.credentials,
        default_map=defaults,
        field_word=spec.field_word,
        record_url=spec.record_url,
        consent_back=spec.consent_back,
        options=listed(shape_of(spec)),
        proved=spec.proved,
        objects=tuple(_offered(name, one) for name, one in spec.objects.items()),
    )


def _offered(name: str, one: ObjectShape) -> Object:
    return Object(
        name=name,
        roles=frozenset(one.roles),
        feed=FEEDS[one.feed],
        deletes=Deletes(one.deletes),
        key=KEYS[one.key.how] if one.key else Key.NONE,
        note=one.note,
    )


def _must_have(spec: ManifestShape, credentials: Mapping[str, str]) -> None:
    """Raise `ConfigError` for a credential that is not there, with where a person finds it."""
    spared = {ADDRESS} | ({"BASE_URL"} if spec.base_url else set())
    for name, hint in spec.credentials.items():
        if not credentials.get(name) and name not in spared:
            raise ConfigError(f"{spec.title}: set {name}: {hint}")


def _with(one: ObjectShape, options: Mapping[str, Any]) -> ObjectShape:
    """Return an object whose fields have the options in their place; without them a field is not
    there.
    """
    names = {f"options.{name}": each for name, each in options.items()}
    fields = {}
    for name, field in one.fields.items():
        if field.has:
            found = template.fill(field.has, names)
            if found is template.ABSENT:
                continue
            field = field.model_copy(update={"has": str(found)})
        fields[name] = field
    return one.model_copy(update={"fields": fields})


def _audit(account: Account, reader: Reader, wants: Wants) -> AccountSays:
    """Return the users with one of the wanted addresses, and the account's currency."""
    spec: AuditShape = account.spec.audit or AuditShape()
    currency = ""
    if spec.currency:
        told = where.value(account.ask(spec.currency, {}, reads=True), spec.currency_at)
        currency = told if isinstance(told, str) else ""
    if spec.users is None:
        return AccountSays(currency=currency)
    told_of = spec.users
    fields = [one for one in (told_of.email, told_of.active, *wants.of_users) if one]
    emails = {each.lower() for each in wants.emails}
    users = []
    for page in reader.read(told_of.object, fields, None):
        for record in page.records:
            email = str(record.values.get(told_of.email) or "")
            if email.lower() in emails or record.id in wants.users:
                active = not told_of.active or record.values.get(told_of.active) is True
                users.append(User(email=email, id=record.id, active=active, values=record.values))
    return AccountSays(currency=currency, users=tuple(users))
