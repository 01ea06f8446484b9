"""A department's REST interface: OAuth2 client credentials, cursor pages, a declared total, and its bad days."""

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse

from jobs.city.offices.listing import CursorError, Listing, Window, utc
from jobs.city.offices.troubles import PAGES, problem, struck
from schemas import Source

LIMIT = 1000
"""Most records on a page."""

SHORT = 50
"""Most records on a page of an office with a fault between pages."""


class Tokens:
    """Issued tokens with their ends; under F24 a token also wears out after two pages."""

    def __init__(self, client_id: str, client_secret: str, seconds: float, pages: int | None) -> None:
        self.client_id, self._secret, self.seconds, self._pages = client_id, client_secret, seconds, pages
        self._issued: dict[str, tuple[float, int]] = {}
        self.count = 0

    def issue(self, authorization: str) -> str | None:
        """Return a new token for the right id and secret, else None."""
        kind, _, encoded = authorization.partition(" ")
        try:
            stated = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            return None
        if kind.lower() != "basic" or not hmac.compare_digest(stated, f"{self.client_id}:{self._secret}".encode()):
            return None
        token = secrets.token_urlsafe(24)
        self._issued[token] = (time.monotonic() + self.seconds, 0)
        self.count += 1
        return token

    def accepts(self, authorization: str) -> bool:
        """Say whether a bearer token is still good for one page."""
        kind, _, token = authorization.partition(" ")
        ends, used = self._issued.get(token, (0.0, 0))
        if kind.lower() != "bearer" or time.monotonic() >= ends or (self._pages is not None and used >= self._pages):
            return False
        self._issued[token] = (ends, used + 1)
        return True


class Office:
    """One source's office; `app` is what a server serves."""

    def __init__(
        self,
        source: Source,
        folder: Path,
        client: tuple[str, str],
        *,
        token_seconds: float,
        faults: frozenset[str],
    ) -> None:
        self.source, self.faults = source.name, faults
        self.tokens = Tokens(*client, token_seconds, 2 if "F24" in faults else None)
        self.requests = 0
        self._limit = SHORT if faults & PAGES else LIMIT
        self.app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        self.app.post("/oauth/token")(self._token())
        for item in source.objects:
            self.app.get(source.server.path_of(item.name))(self._listed(item.name, folder / item.name))

    def _token(self) -> Callable[..., object]:
        async def token(request: Request, authorization: Annotated[str, Header()] = "") -> Response:
            form = parse_qs((await request.body()).decode("utf-8", "replace"))
            if form.get("grant_type") != ["client_credentials"]:
                return JSONResponse({"error": "unsupported_grant_type"}, 400)
            issued = self.tokens.issue(authorization)
            if issued is None:
                return JSONResponse({"error": "invalid_client"}, 401, headers={"WWW-Authenticate": "Basic"})
            body = {"access_token": issued, "token_type": "bearer", "expires_in": max(1, int(self.tokens.seconds))}
            return JSONResponse(body, headers={"Cache-Control": "no-store"})

        return token

    def _listed(self, name: str, folder: Path) -> Callable[..., Response]:
        """Return what answers for one record type."""
        # an invented office: its cursors are signed against mistakes, and are the same bytes whenever it is opened
        listing = Listing(folder, hashlib.sha256(f"{self.source}{name}".encode()).digest())
        return partial(self._records, listing)

    def _records(
        self,
        listing: Listing,
        updated_before: str,
        updated_since: str | None = None,
        limit: int = LIMIT,
        cursor: str | None = None,
        authorization: Annotated[str, Header()] = "",
    ) -> Response:
        self.requests += 1
        if not self.tokens.accepts(authorization):
            return problem(401, "token expired", **{"WWW-Authenticate": 'Bearer error="invalid_token"'})
        try:
            window = Window(utc(updated_since, ""), utc(updated_before, ""), min(max(1, limit), self._limit))
            page = listing.page(window, cursor)
        except CursorError:
            return problem(400, "cursor not valid")
        except ValueError:
            return problem(400, "instants are ISO 8601 with zone")
        following = cursor if "F26" in self.faults and cursor else page.next_cursor
        quoted = "null" if following is None else f'"{following}"'
        body = f'{{"items":[{",".join(page.items)}],"next_cursor":{quoted},"total":{page.total}}}'
        return struck(self.faults, self.requests, body) or Response(body, media_type="application/json")
