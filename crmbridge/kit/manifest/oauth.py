"""Access tokens of a manifest by OAuth 2: client credentials, or a refresh token that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crmbridge.connector import Vault
from crmbridge.errors import ConfigError
from crmbridge.kit.manifest.shape import ManifestShape, OauthShape
from crmbridge.kit.oauth import Grant, Refresh
from crmbridge.model.limits import Limits

if TYPE_CHECKING:
    from crmbridge.net.transport import Transport

CLIENT, SECRET, REFRESH, ADDRESS = "CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN", "TOKEN_URL"
NAMES = {"client": (CLIENT, SECRET), "refresh": (CLIENT, SECRET, REFRESH)}
"""The credentials of each kind."""


class Oauth:
    """Fetches the access tokens of one account from the vendor's own place for them.

    That is the credential TOKEN_URL, else the manifest's `url`, else `home`, the account's address.
    """

    def __init__(
        self,
        spec: ManifestShape,
        told: OauthShape,
        credentials: Mapping[str, str],
        home: str,
        *,
        limits: Limits,
    ) -> None:
        self._spec, self._told, self._limits = spec, told, limits
        self._credentials = credentials
        self._home = credentials.get(ADDRESS) or self._told.url or home
        self._vault: Vault | None = None
        self._transport: Transport | None = None

    def __repr__(self) -> str:
        return f"Oauth({self._spec.name})"

    def keep(self, vault: Vault) -> None:
        """Take the place where changed refresh tokens are kept."""
        self._vault = vault

    def fetch(self) -> str:
        """Return a fresh access token; raises `AuthFailed` when the vendor gives none."""
        return self._grant().fetch(self._way())

    def close(self) -> None:
        """Close all connections."""
        if self._transport is not None:
            self._transport.close()

    def _grant(self) -> Grant | Refresh:
        title, client = self._spec.title, self._credentials.get(CLIENT, "")
        secret = self._credentials.get(SECRET, "")
        if self._spec.auth.kind == "client":
            return Grant(
                vendor=title,
                path=self._told.path,
                audience=self._home,
                client=client,
                secret=secret,
                scope=self._told.scope,
            )
        if self._vault is None:
            raise ConfigError(f"{title}: there is no place to keep its refresh token")
        return Refresh(
            vendor=title, path=self._told.path, client=client, secret=secret, vault=self._vault
        )

    def _way(self) -> Transport:
        if self._transport is None:
            from crmbridge.net.transport import Transport  # as in `kit.rest`

            self._transport = Transport(self._home, limits=self._limits)
        return self._transport
