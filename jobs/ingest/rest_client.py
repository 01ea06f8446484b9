"""One REST office: a token, and single pages fetched whole or not at all.

The office's answers are foreign input: no redirect is followed, no size or time is unbounded, and nothing of a body
or a header enters a message.
"""

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import cache
from ipaddress import ip_address
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from jobs.errors import CreditFileError
from jobs.ingest.bodies import pieces
from jobs.ingest.order import Order
from jobs.ingest.pages import Page, limit_error, read_page, shape_error
from jobs.ingest.patience import Interrupted, attempts
from jobs.ingest.stored import Whole

PAGE_BYTES = 32 * 1024 * 1024
TOKEN_BYTES = 64 * 1024
TOKEN_FORM = re.compile(r"\A[\x21-\x7e]+\Z")


class Office:
    """The endpoint of one order, asked with this client's credential."""

    def __init__(self, order: Order) -> None:
        self._order, self._patience = order, order.patience
        self._url = order.endpoint.url.rstrip("/")
        self._token: str | None = None
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(self._patience.read, connect=self._patience.connect),
            follow_redirects=False,
            verify=trusted(),
            trust_env=not _is_loopback(self._url),  # a proxy must not be asked for an office on this machine
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            event_hooks={"request": [self._stay_at_home]},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def page(self, path: str, query: Mapping[str, str | int], into: Whole, where: str) -> Page:
        """Fetch one page into a file and look at it; a try that broke off leaves nothing of itself.

        Raises:
            CreditFileError: the CF-11xx that says why there is no page.
        """
        try:
            async for attempt in attempts(self._patience):
                with attempt:
                    async with self._bounded(where):
                        await self._with_token(path, query, into, where)
                    return read_page(into.flush(), where)
        except Interrupted as spent:
            raise spent.error(where) from None
        raise AssertionError("a last try either returns or raises")

    async def _with_token(self, path: str, query: Mapping[str, str | int], into: Whole, where: str) -> None:
        """Ask with the present token and, if it has expired, once more with a fresh one and the same cursor."""
        for is_second in (False, True):
            if self._token is None or is_second:
                self._token = await self._new_token(where)
            if await self._get(path, query, into, where):
                return
        raise CreditFileError("CF-1105", where=where, undone="Nothing was landed.")

    async def _get(self, path: str, query: Mapping[str, str | int], into: Whole, where: str) -> bool:
        """Stream one answer to its file; False if the token is not accepted."""
        bearer = {"Authorization": f"Bearer {self._token}"}
        async with self._client.stream("GET", self._url + path, params=dict(query), headers=bearer) as answer:
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                return False
            self._refuse_bad_status(answer, where)
            into.restart()
            async for piece in pieces(answer, where):
                into.write(piece)
                if into.bytes > PAGE_BYTES:
                    raise limit_error("page larger than 32 MiB", where)
        return True

    async def _new_token(self, where: str) -> str:
        endpoint = self._order.endpoint
        secret = endpoint.client_secret.get_secret_value() if endpoint.client_secret else ""
        url = self._url + str(self._order.source.server.properties["token_path"])
        login = httpx.BasicAuth(endpoint.client_id or "", secret)
        grant = {"grant_type": "client_credentials"}
        body = b""
        async with self._client.stream("POST", url, data=grant, auth=login) as answer:
            if answer.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED):
                raise self._credential_refused(where)
            self._refuse_bad_status(answer, where)
            async for piece in pieces(answer, where):
                body += piece
                if len(body) > TOKEN_BYTES:
                    raise limit_error("token answer larger than 64 KiB", where)
        try:
            token = json.loads(body)["access_token"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise shape_error("token answer holds no token", where) from None
        if not isinstance(token, str) or not TOKEN_FORM.match(token):
            raise shape_error("token answer holds no token", where)
        return token

    def _refuse_bad_status(self, answer: httpx.Response, where: str) -> None:
        status = answer.status_code
        if answer.is_redirect or 300 <= status < 400:
            what = f"{status} to {_direction(self._url, answer.next_request)}"
            raise CreditFileError("CF-1109", what=what, where=where, undone="Nothing was landed.")
        if status == httpx.codes.TOO_MANY_REQUESTS:
            raise Interrupted("CF-1102", "status 429", self._asked_wait(answer))
        if status >= 500:
            raise Interrupted("CF-1101", f"status {status}", self._asked_wait(answer))
        if status == httpx.codes.FORBIDDEN:
            raise self._credential_refused(where)
        if status != httpx.codes.OK:
            raise shape_error(f"status {status}", where)
        kind = answer.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
            raise shape_error("content type is not JSON", where)

    async def _stay_at_home(self, request: httpx.Request) -> None:
        """Let no request leave for another origin than the endpoint's, whatever a path has made of the URL."""
        if _origin(str(request.url)) != _origin(self._url):
            what = "request to another host"
            raise CreditFileError("CF-1109", what=what, where=self._order.place, undone="Nothing was landed.")

    def _credential_refused(self, where: str) -> CreditFileError:
        """Name the credential's id, so that its holder knows which to renew; never its value."""
        what = f"client {self._order.endpoint.client_id}"
        return CreditFileError("CF-1106", what=what, where=where, undone="Nothing was landed.")

    def _asked_wait(self, answer: httpx.Response) -> float | None:
        """Read Retry-After, as seconds or as a date, and cap it: an office may not park us for years."""
        stated = answer.headers.get("retry-after", "").strip()
        if not stated:
            return None
        if stated.isascii() and stated.isdecimal():
            seconds = float(stated)
        else:
            try:
                until = parsedate_to_datetime(stated)
            except (ValueError, OverflowError):
                return None
            until = until if until.tzinfo else until.replace(tzinfo=UTC)
            seconds = (until - self._order.clock.now()).total_seconds()
        return min(max(seconds, 0.0), self._patience.retry_after_limit)

    @asynccontextmanager
    async def _bounded(self, where: str) -> AsyncIterator[None]:
        """Hold one try under its own deadline (a byte a second never trips a read timeout) and name its failure."""
        try:
            async with asyncio.timeout(self._patience.page) as limit:
                yield
        except TimeoutError:
            if not limit.expired():
                raise
            raise Interrupted("CF-1103", f"no whole answer within {self._patience.page:g} s") from None
        except httpx.ConnectTimeout:
            raise Interrupted("CF-1101", "no connection in time") from None
        except httpx.TimeoutException:
            raise Interrupted("CF-1103", f"silent for {self._patience.read:g} s") from None
        except httpx.ConnectError as failed:
            if _is_certificate(failed):
                raise CreditFileError("CF-1110", where=where, undone="Nothing was landed.") from None
            raise Interrupted("CF-1101", "no connection") from None
        except (httpx.TransportError, httpx.DecodingError):
            raise Interrupted("CF-1104", "connection broke off") from None


@cache
def trusted() -> ssl.SSLContext:
    """Return the authorities this machine trusts: offices' certificates seldom come from the public web's."""
    return ssl.create_default_context()


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _direction(home: str, redirected: httpx.Request | None) -> str:
    """Say where a redirect wanted to lead, in words of ours: its address is foreign text."""
    if redirected is None:
        return "no address"
    here, there = urlsplit(home), redirected.url
    if there.host != here.hostname:
        return "another host"
    if there.scheme == "http" and here.scheme == "https":
        return "plain HTTP"
    return "another place" if _origin(str(there)) == _origin(home) else "another host"


def _is_certificate(failed: BaseException | None) -> bool:
    """Look for a refused certificate behind a failed connection: trying again would not cure it."""
    while failed is not None:
        if isinstance(failed, ssl.SSLCertVerificationError):
            return True
        failed = failed.__cause__ or failed.__context__
    return False


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
