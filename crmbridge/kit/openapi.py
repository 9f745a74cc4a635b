"""Stands under an SDK that was generated from an OpenAPI file, in the place of its HTTP client."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from crmbridge.errors import Refused
from crmbridge.net.call import Answer
from crmbridge.net.options import CallOptions, current


class Apis:
    """The API objects of an SDK, each made once and kept; an SDK takes it as its `api_factory`.

    `host` is the address under which the SDK knows the vendor, `call` is `Rest.call`.
    """

    def __init__(self, host: str, call: Callable[..., Answer]) -> None:
        self._host, self._call = host, call
        self._kept: dict[tuple[str, str], Any] = {}

    def __call__(self, package: Any, name: str, config: Mapping[str, Any]) -> Any:
        """Return an API object by its package and class, on our transport."""
        key = (package.__name__, name)
        if key not in self._kept:
            configuration = package.Configuration()
            configuration.access_token = config.get("access_token")
            configuration.host = self._host
            configuration.retries = False
            client = package.ApiClient(configuration=configuration)
            client.rest_client = RestClient(self._host, self._call)
            self._kept[key] = getattr(package, name)(api_client=client)
        return self._kept[key]


class RestClient:
    """Stands where the SDK has its own urllib3 client: the same methods, our transport."""

    def __init__(self, host: str, call: Callable[..., Answer]) -> None:
        self._host, self._call = host, call

    def request(
        self,
        method: str,
        url: str,
        query_params: Iterable[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        post_params: object = None,
        _preload_content: bool = True,
        _request_timeout: float | None = None,
    ) -> Any:
        """Send one request; return an `Answer`, or what the SDK needs to build its models."""
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" != self._host or post_params:
            raise Refused("a request that is no JSON call to its host", code="bad_call")
        options: CallOptions = current()
        answer = self._call(
            method,
            parts.path,
            body,
            list(query_params or ()),
            priority=options.priority,
            budgets=options.budgets,
            idempotent=options.idempotent,
            expect=options.expect,
            content=options.content,
            deadline=options.deadline or _request_timeout,
            route=options.route,
        )
        return SdkResponse(answer) if _preload_content else answer

    def GET(self, url: str, **how: Any) -> Any:
        """Send a GET."""
        return self.request("GET", url, **how)

    def HEAD(self, url: str, **how: Any) -> Any:
        """Send a HEAD."""
        return self.request("HEAD", url, **how)

    def DELETE(self, url: str, **how: Any) -> Any:
        """Send a DELETE."""
        return self.request("DELETE", url, **how)

    def POST(self, url: str, **how: Any) -> Any:
        """Send a POST."""
        return self.request("POST", url, **how)

    def PUT(self, url: str, **how: Any) -> Any:
        """Send a PUT."""
        return self.request("PUT", url, **how)

    def PATCH(self, url: str, **how: Any) -> Any:
        """Send a PATCH."""
        return self.request("PATCH", url, **how)


class SdkResponse:
    """An answer in the shape that the SDK's model builder reads."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.status = answer.status
        self.reason = ""
        self.data: Any = answer.body

    def getheaders(self) -> Mapping[str, str]:
        """Return the response headers."""
        return self.answer.headers

    def getheader(self, name: str, default: str | None = None) -> str | None:
        """Return one response header."""
        return self.answer.headers.get(name, default)
