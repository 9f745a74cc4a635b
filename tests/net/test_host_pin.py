"""The second bar: even a call whose path was not checked goes to no other host."""

from __future__ import annotations

import pytest

from crmbridge.errors import Refused
from crmbridge.model.limits import Limits
from crmbridge.net.call import Call
from crmbridge.net.transport import Transport

LIMITS = Limits(read_page=1, write_batch=1, budgets=())


@pytest.mark.parametrize("base", ["https://api.example.com", "https://api.example.com:8443"])
@pytest.mark.parametrize(
    "path",
    [
        "@evil.example/x",
        ":pass@evil.example/x",
        ".evil.example/x",
        "evil.example/x",
        "0.evil.example/",
        "@127.0.0.1:80/x",
        "@[::1]/x",
    ],
)
def test_a_path_that_changes_the_host_is_not_sent(base: str, path: str) -> None:
    transport = Transport(base, limits=LIMITS)
    # a Call's own check stands before it in `send`; here the bar behind it stands alone
    with pytest.raises(Refused) as refused:
        transport._request(Call(method="GET", path=path), "token")
    assert refused.value.code == "bad_call"
    with pytest.raises(Refused):
        transport.send(Call(method="GET", path=path))
    transport.close()


def test_a_path_of_the_host_is_a_request_to_it() -> None:
    transport = Transport("https://api.example.com", limits=LIMITS)
    request = transport._request(Call(method="GET", path="/crm/v3/objects"), "token")
    assert str(request.url) == "https://api.example.com/crm/v3/objects"
    transport.close()
