"""Odoo behind the connector protocol: what it is, what a company can set, and who uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib.resources import files
from typing import Any, ClassVar

from crmbridge.connector import Account, Info, Place, Side, User, Wants
from crmbridge.errors import Unavailable
from crmbridge.kit import consent, envelope
from crmbridge.kit.made import Case, Made
from crmbridge.kit.options import Number, Table, Text, applied, option, parsed
from crmbridge.model.limits import Limits
from crmbridge.model.offer import Deletes, Feed, Key, Object, Role

from .client import LEAD, OPTED_OUT, RIGHTS, Client, Reader
from .writes import BATCH, Load, opt_out

LIMITS = Limits(read_page=500, write_batch=BATCH, budgets=())
"""Odoo publishes no quotas; the sizes are choices of ours, a second or so of its work."""
_ENDS = {
    LEAD: ("won_status", ["won"], ["won", "lost"]),
    "sale.order": ("state", ["sale"], ["sale", "cancel"]),
}
MADE = {
    obj: {
        "is_won": Made(kind="bool", cases=((True, {name: won}), (False, {}))),
        "is_closed": Made(kind="bool", cases=((True, {name: ended}), (False, {}))),
    }
    for obj, (name, won, ended) in _ENDS.items()
}
_STATUS = ("won_status", "won"), ("won_status", "lost"), ("type", "opportunity"), ("type", "lead")
_CASES: list[Case] = [(value, {name: [value]}) for name, value in _STATUS]
_CASES.insert(2, ("archived", {"active": [False]}))
MADE[LEAD]["status"] = Made(kind="enum", cases=_CASES)
OBJECTS = tuple(
    Object(
        name=name, roles=frozenset(map(Role, roles.split())), feed=Feed.WINDOW,
        deletes=Deletes.LIVE_IDS, key=key, note=note,
    )
    for name, roles, key, note in (
        (LEAD, "person deal", Key.EXTERNAL, "Of two that are merged, one is gone without a word."),
        ("sale.order", "deal", Key.NONE, "It is there where Sales is installed."),
        ("mail.activity", "activity", Key.NONE, "It is done on a day, without a time."),
        ("res.users", "rep", Key.NONE, ""),
        ("", "touch product campaign member firm", Key.NONE, ""),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a company can set; `overlap_seconds` is how long one of Odoo's transactions may last."""

    page_size: int = option(Number(least=10, most=2_000), 500)
    overlap_seconds: int = option(Number(least=1, most=86_400), 900)
    language: str = option(Text(), "en_US")
    company: int = option(Number(least=1, most=1_000_000_000), 1)
    key_field: str = option(Text(), "x_crmbridge_id")
    limits: Mapping[str, Any] = option(
        Table({"timeout": Number(least=0, most=600, whole=False, above=True)}), {}
    )


class Odoo(
    envelope.Reconciling, envelope.Reaching, envelope.Finding, envelope.Following, envelope.Auditing
):
    """One database of Odoo 19. Raises `ConfigError` for a missing credential or a wrong option."""

    info: ClassVar[Info] = Info(
        name="odoo",
        title="Odoo",
        sides=frozenset({Side.SALES}),
        limits=LIMITS,
        credentials={
            "API_KEY": "My Preferences, Security, Add API Key, of the user for crmbridge",
            "BASE_URL": "the address of your Odoo, such as https://acme.odoo.com",
            "DATABASE": "the name of its database, where one address has several",
        },
        record_url="{BASE_URL}/odoo/{obj}/{id}",
        default_map=files(__package__).joinpath("defaults.toml").read_text(encoding="utf-8"),
        objects=OBJECTS,
    )

    def __init__(
        self, credentials: Mapping[str, str], config: Mapping[str, Any], budget: Any
    ) -> None:
        options = parsed(Options, "Odoo", config)
        self.limits = applied(LIMITS, {}, options.limits.get("timeout", LIMITS.timeout))
        context = {"active_test": False, "tz": "UTC", "lang": options.language}
        context["allowed_company_ids"] = [options.company]
        client = self._bridge = self._client = Client(
            credentials, self.limits, budget, options.key_field, context, MADE
        )
        reader = Reader(client, options.page_size, timedelta(seconds=options.overlap_seconds))
        self.reads, self.reconciles, self.reaches = (
            reader.read,
            reader.stamps,
            reader.back.reach_back,
        )
        self.describes = lambda obj: tuple(client.renew(obj).fields.values())
        self.finds, self.follows = reader.find, client.along
        way = consent.OptOuts(
            vendor="Odoo", obj=LEAD, field=OPTED_OUT, email="email_from", key=options.key_field,
            send=partial(opt_out, client), find=reader.find, lost="MissingError",
            address=lambda one: one.strip().lower(), for_all=frozenset(RIGHTS),
        )  # fmt: skip
        self.writes = lambda obj, rows: consent.written(way, obj, rows, partial(Load, client, obj))

    @staticmethod
    def check_config(config: Mapping[str, Any]) -> None:
        """Raise `ConfigError` for a wrong option; see `Configures`."""
        parsed(Options, "Odoo", config)

    def place(self) -> Place:
        """Return the database, by its name and the second in which it was made; see `Placed`."""
        made = [
            str(one["create_date"])
            for one in self._client.rows("res.company", [("id", "=", 1)], "create_date")
        ]
        if not made:
            raise Unavailable("Odoo shows no company; try again")
        own = f"{self._client.database} {made[0]}".strip()
        return Place(id=own.replace(" ", "_"), sandbox=False, what="database", where="")

    def audits(self, wants: Wants) -> Account:
        """Return the currency, and the users who have the addresses; see `Audits`."""
        money = self._client.rows("res.company", [("id", "=", 1)], "currency_id")
        by = ["|", ("email", "in", wants.emails), ("id", "in", [*map(int, wants.users)])]
        told = self._client.rows("res.users", by, "email", "active", "share", *wants.of_users)
        return Account(
            currency=str(money[0]["currency_id"][1]) if money else "",
            users=tuple(
                User(
                    id=str(one["id"]),
                    email=one["email"] or "",
                    active=one["active"],
                    able=not one["share"],
                )
                for one in told
            ),
        )
