"""One account of a vendor that a manifest describes: its calls, filled in and sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from crmbridge.errors import ConfigError
from crmbridge.kit.manifest import auth, template
from crmbridge.kit.manifest.codecs import Codecs
from crmbridge.kit.manifest.oauth import Oauth
from crmbridge.kit.manifest.shape import CallShape, ManifestShape
from crmbridge.kit.manifest.verdicts import Verdicts
from crmbridge.kit.rest import Rest
from crmbridge.model.limits import Limits
from crmbridge.net.auth import FetchedToken
from crmbridge.net.budget import Budgets
from crmbridge.net.call import Call

URGENT, READ, WRITE = 0, 2, 1
"""Priorities of calls. Source: DESIGN 9."""
LOGIN = 30.0
"""Seconds that opening a session may take, whatever the deadline of other calls is."""


class Told(NamedTuple):
    """What a vendor answered, and its own clock then."""

    data: Any
    date: datetime | None


class Account(Rest):
    """The calls of one account. Hooks of a manifest get it, for `rpc` and `ask`."""

    def __init__(
        self,
        spec: ManifestShape,
        credentials: Mapping[str, str],
        options: Mapping[str, Any],
        *,
        limits: Limits,
        budget: Budgets | None,
    ) -> None:
        self.spec, self.title = spec, spec.title
        names = {f"credentials.{name}": each for name, each in credentials.items() if each}
        self.names = names | {f"options.{name}": each for name, each in options.items()}
        self.codecs = Codecs(spec.codecs)
        self._verdicts = Verdicts(spec)
        self._params = auth.params(spec.auth, self.names)
        home = credentials.get("BASE_URL") or self._home()
        told = spec.auth.oauth
        self.oauth = Oauth(spec, told, credentials, home, limits=limits) if told else None
        super().__init__(
            home,
            version=spec.name,
            limits=limits,
            budget=budget,
            tokens=(
                FetchedToken(self.oauth.fetch)
                if self.oauth
                else auth.tokens(spec.auth, self.names, lambda: self)
            ),
            classify=self._verdicts.classify,
            quota=lambda headers: (),
            dress=auth.dress(spec.auth),
        )

    def close(self) -> None:
        """Close all connections."""
        super().close()
        if self.oauth:
            self.oauth.close()

    def _home(self) -> str:
        try:
            return template.text(self.spec.base_url, self.names)
        except LookupError as error:
            raise ConfigError(f"{self.title}: {error}; set it in the options") from None

    def rpc(self, method: str, params: list[Any], *, reads: bool = True) -> Any:
        """Call an RPC method and return its result; `reads` says that it changes nothing."""
        return self.ask(CallShape(rpc=method, params=params), {}, reads=reads)

    def ask(self, call: CallShape, names: template.Names, *, reads: bool, auth: bool = True) -> Any:
        """Make a call and return what was answered; see `tell`."""
        return self.tell(call, names, reads=reads, auth=auth).data

    def tell(
        self, call: CallShape, names: template.Names, *, reads: bool, auth: bool = True
    ) -> Told:
        """Make a call with the values of its placeholders.

        Raises what `Transport.send` raises, and the error that stands inside a good answer. A write
        whose answer is an error of the vendor's own was not done.
        """
        held = {**self.names, **names}
        method, path, body = call.method, call.path, call.body
        route = re.sub(r"\{[^{}]*\}", "*", path)
        if call.rpc and self.spec.rpc:
            named = template.text(call.rpc, held)
            own = {"rpc": named, "params": _list(template.fill(call.params, held))}
            held, body = {**held, **own}, self.spec.rpc.body
            method, path, route = "POST", self.spec.rpc.path, f"/{named}"
        params = template.fill(call.query, held) | self._params
        if auth and self.transport.tokens:
            self.transport.tokens.token()  # a login has a deadline of its own
        answer = self.send(
            Call(
                method=method,
                path=template.path(path, held),
                route=route,
                params=[pair for name, each in params.items() for pair in _pairs(name, each)],
                json=None if body is None else template.fill(body, held),
                expect=self.success,
                budgets=self.drawn(path),
                cost=call.cost,
                priority=READ if reads else WRITE,
                idempotent=reads,
                deadline=None if auth else LOGIN,
                auth=auth,
            )
        )
        error = self._verdicts.inside(answer.status, answer.headers, answer.data)
        if error is not None:
            raise error
        return Told(answer.data, answer.date)


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _pairs(name: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, list | tuple):
        return [pair for each in value for pair in _pairs(name, each)]
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return [(name, text)]
