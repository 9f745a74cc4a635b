"""The bare libraries, set up the way their own documents say, against a loopback server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce

from tests.stages.server import Server

MY_DOMAIN = "https://acme.my.salesforce.com"


@contextmanager
def bare_hubspot(server: Server, package: Any, api: str = "BasicApi") -> Iterator[Any]:
    """One API object of hubspot-api-client with its own defaults."""
    configuration = package.Configuration()
    configuration.host = server.url
    configuration.access_token = "key-1"
    client = package.ApiClient(configuration=configuration)
    try:
        yield getattr(package, api)(api_client=client)
    finally:
        client.rest_client.pool_manager.clear()


class PlainHttp(HTTPAdapter):
    """Takes TLS off, and sends My Domain to the server; changes nothing else."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._url = server.url

    def send(self, request: requests.PreparedRequest, *how: Any, **more: Any) -> Any:
        """Send over plain http."""
        url = (request.url or "").replace(f"{MY_DOMAIN}/", f"{self._url}/")
        request.url = url.replace("https://", "http://", 1)
        return super().send(request, *how, **more)


@contextmanager
def bare_session(server: Server) -> Iterator[requests.Session]:
    """A session of requests with its own defaults, https taken off."""
    with requests.Session() as session:
        session.mount("https://", PlainHttp(server))
        yield session


def bare_salesforce(session: requests.Session, *, login: bool = False) -> Any:
    """simple-salesforce with a token, or with credentials that it logs in with itself."""
    if login:
        return Salesforce(
            consumer_key="app", consumer_secret="hush", domain="acme.my", session=session
        )
    return Salesforce(session_id="hush", instance="acme.my.salesforce.com", session=session)
