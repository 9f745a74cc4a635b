"""Which hosts may be spoken to, and how they prove who they are."""

from __future__ import annotations

import ipaddress
import ssl
from typing import Literal

import httpx

from crmbridge.errors import ConfigError


def checked_base(base_url: str) -> httpx.URL:
    """Return a base URL that may be used, else raise `ConfigError`."""
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, TypeError):
        raise ConfigError("BASE_URL: not a URL; expected https://host") from None
    if url.userinfo or url.query or url.fragment or not url.host:
        raise ConfigError("BASE_URL: give scheme, host and perhaps a port, no more")
    if url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host)):
        return url
    raise ConfigError(
        f"BASE_URL: {url.host} needs https; plain http is accepted on this machine's loopback only"
    )


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's loopback."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def tls_context(base: httpx.URL, verify: ssl.SSLContext | Literal[True]) -> ssl.SSLContext:
    """Return the context that verifies a host; raises `ConfigError` for one that would not."""
    if isinstance(verify, ssl.SSLContext):
        if verify.verify_mode != ssl.CERT_REQUIRED or not verify.check_hostname:
            raise ConfigError("TLS: certificate and host name are always verified")
        return verify
    if base.scheme == "http":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.create_ssl_context(verify=True, trust_env=False)
