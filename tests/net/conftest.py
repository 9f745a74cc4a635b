"""Servers, transports and bridges for the tests of the network, all closed afterwards."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crmbridge.model.limits import Limits
from crmbridge.net.transport import Transport
from tests.stages.server import Script, Seen, Server, Step, http

if TYPE_CHECKING:
    from connectors.hubspot.bridge import HubSpotBridge
    from connectors.salesforce.bridge import SalesforceBridge

LIMITS = Limits(read_page=100, write_batch=100, budgets=(), timeout=5.0, body=1_000_000)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


Serve = Callable[..., Server]


@pytest.fixture
def serve(stack: ExitStack) -> Serve:
    """Start a server on a script, or one that always answers with the given steps."""

    def start(*steps: Step, script: Script | None = None, context: Any = None) -> Server:
        return stack.enter_context(Server(script or (lambda seen, number: steps), context))

    return start


Connect = Callable[..., Transport]


@pytest.fixture
def connect(stack: ExitStack) -> Connect:
    """Build a transport to a server, with a deadline of five seconds and a cap of a megabyte."""

    def build(server: Server, url: str = "", **how: Any) -> Transport:
        return stack.enter_context(
            closing(Transport(url or server.url, **({"limits": LIMITS} | how)))
        )

    return build


@pytest.fixture
def hubspot(stack: ExitStack) -> Callable[..., HubSpotBridge]:
    """Build our HubSpot bridge to a server."""
    from connectors.hubspot.bridge import HubSpotBridge

    def build(server: Server, **how: Any) -> HubSpotBridge:
        credentials = {"ACCESS_TOKEN": "key-1", "BASE_URL": server.url}
        return stack.enter_context(
            closing(HubSpotBridge(credentials, **({"limits": LIMITS} | how)))
        )

    return build


TOKEN_PATH = "/services/oauth2/token"


def with_tokens(script: Script, host: str = "x") -> Script:
    """Answer the token endpoint with token-1, token-2, … and leave the rest to a script."""
    count = iter(range(1, 1_000_000))

    def answer(seen: Seen, number: int) -> Any:
        if seen.target == TOKEN_PATH:
            body = f'{{"access_token": "token-{next(count)}", "instance_url": "https://{host}"}}'
            return [http(200, body)]
        return script(seen, number)

    return answer


@pytest.fixture
def salesforce(stack: ExitStack) -> Callable[..., SalesforceBridge]:
    """Build our Salesforce bridge to a server that answers the token endpoint."""
    from connectors.salesforce.bridge import SalesforceBridge

    def build(server: Server, **how: Any) -> SalesforceBridge:
        credentials = {
            "MY_DOMAIN": "acme.my.salesforce.com",
            "CLIENT_ID": "app",
            "CLIENT_SECRET": "hush",
            "BASE_URL": server.url,
        }
        return stack.enter_context(
            closing(SalesforceBridge(credentials, **({"limits": LIMITS} | how)))
        )

    return build


def calls(server: Server) -> list[Seen]:
    """The requests that a server saw, logins apart."""
    return [seen for seen in server.seen if seen.target != TOKEN_PATH]


def trusting(pem: str) -> ssl.SSLContext:
    """A client context that trusts one certificate."""
    return ssl.create_default_context(cadata=pem)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


def tls(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
