"""The fault proxy: it passes calls on, counts them, fails them by rule and keeps the true key."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator

import httpx
import pytest

from crmbridge.testing.contract import Fault, Trouble
from crmbridge.testing.proxy import Proxy
from crmbridge.testing.upstream import Asked, Told


class Echo:
    """A vendor that keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.came = threading.Event()

    def ask(self, asked: Asked) -> Told:
        self.asked.append(asked)
        self.came.set()
        return Told(
            status=200, headers={"content-type": "application/json"}, body=b'{"done": true}'
        )


def kind(asked: Asked) -> str:
    return "write" if asked.method == "POST" else "read"


@pytest.fixture
def vendor() -> Echo:
    return Echo()


@pytest.fixture
def proxy(vendor: Echo) -> Iterator[Proxy]:
    with Proxy(vendor, kind=kind, swap={"made-up": "true-key"}, slow=0.3) as one:
        yield one


@pytest.fixture
def client(proxy: Proxy) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=proxy.url, trust_env=False) as one:
        yield one


def test_a_call_is_passed_on_with_the_true_credential_and_counted(
    vendor: Echo, proxy: Proxy, client: httpx.Client
) -> None:
    packed = base64.b64encode(b"7:made-up").decode()
    client.post("/a?b=c%20d", content=b"body", headers={"authorization": "Bearer made-up"})
    client.get("/a", headers={"authorization": f"Session {packed}"})
    assert proxy.calls == 2
    first, second = vendor.asked
    assert (first.method, first.path, first.body) == ("POST", "/a?b=c%20d", b"body")
    assert first.headers["authorization"] == "Bearer true-key"
    scheme, inner = second.headers["authorization"].split()
    assert (scheme, base64.b64decode(inner)) == ("Session", b"7:true-key")


def test_what_a_person_does_is_neither_counted_nor_failed(vendor: Echo, proxy: Proxy) -> None:
    proxy.fault([Fault(trouble=Trouble.FORBIDDEN, on="write")])
    told = proxy.ask(Asked(method="POST", path="/x", headers={"authorization": "bearer made-up"}))
    assert (told.status, proxy.calls) == (200, 0)
    assert vendor.asked[0].headers["authorization"] == "bearer true-key"


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (Trouble.UNAUTHORISED, 401),
        (Trouble.FORBIDDEN, 403),
        (Trouble.NOT_FOUND, 404),
        (Trouble.THROTTLED, 429),
        (Trouble.SERVER_ERROR, 500),
        (Trouble.UNAVAILABLE, 503),
    ],
)
def test_a_refusal_comes_instead_of_the_work_or_after_it(
    vendor: Echo, proxy: Proxy, client: httpx.Client, trouble: Trouble, status: int
) -> None:
    proxy.fault([Fault(trouble=trouble, on="read", retry_after=7)])
    answer = client.get("/a")
    assert (answer.status_code, answer.headers["retry-after"], vendor.asked) == (status, "7", [])
    proxy.fault([Fault(trouble=trouble, on="read", after=True)])
    assert client.get("/a").status_code == status
    assert len(vendor.asked) == 1


def test_a_rule_leaves_calls_of_another_kind_and_counts_its_own(
    proxy: Proxy, client: httpx.Client
) -> None:
    proxy.fault([Fault(trouble=Trouble.UNAVAILABLE, on="write", skip=1, times=1)])
    told = [client.post("/a").status_code for _ in range(3)]
    assert told == [200, 503, 200]
    assert client.get("/a").status_code == 200
    proxy.fault([])
    assert client.post("/a").status_code == 200


@pytest.mark.parametrize("after", [False, True])
def test_a_broken_answer_is_broken(
    vendor: Echo, proxy: Proxy, client: httpx.Client, *, after: bool
) -> None:
    proxy.fault([Fault(trouble=Trouble.RESET, on="read", after=after)])
    with pytest.raises(httpx.TransportError):
        client.get("/a")
    proxy.fault([Fault(trouble=Trouble.TRUNCATED, on="read", after=after)])
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/a")
    proxy.fault([Fault(trouble=Trouble.HTML, on="read", after=after)])
    assert client.get("/a").headers["content-type"] == "text/html"
    assert len(vendor.asked) == (3 if after else 0)


def test_a_slow_vendor_does_the_work_though_the_client_died(
    vendor: Echo, proxy: Proxy, client: httpx.Client
) -> None:
    proxy.fault([Fault(trouble=Trouble.SLOW, on="write")])
    with pytest.raises(httpx.TimeoutException):
        client.post("/a", timeout=0.05)
    assert vendor.asked == []
    assert vendor.came.wait(5)
