"""An interface's bad days on the wire: answers that strike, by their numbers in the fault matrix, from page two on.

What passes strikes a few requests one after the other and is over; what an office must be asked about stays.
"""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from fastapi import Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

PAGES = frozenset({"F21", "F22", "F23", "F24", "F25", "F26", "F27", "F28", "F30"})
"""Faults that show between pages; an office showing one hands out short pages, so that a small city has several."""

BURST = (500, 502, 503)
JSON = "application/json"


class Unended(Response):
    """An answer that is begun, or not even that, and never ended: the office hangs up, or stays silent."""

    def __init__(self, body: bytes, *, is_silent: bool = False, size: int | None = None) -> None:
        super().__init__(body, media_type=JSON, headers={"Content-Length": str(size)} if size is not None else None)
        if size is None:
            del self.headers["content-length"]
        self._is_silent = is_silent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what there is, and do not say that it was all."""
        if self.body:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": bytes(self.body), "more_body": True})
        while self._is_silent and (await receive())["type"] != "http.disconnect":
            pass


def problem(status: int, title: str, **headers: str) -> JSONResponse:
    """Answer with a problem in JSON."""
    return JSONResponse({"title": title, "status": status}, status, headers=headers)


def struck(faults: frozenset[str], number: int, page: str) -> Response | None:
    """Return what is answered to an office's request of this number instead of a page, or None on a good day."""
    if "F20" in faults and number <= len(BURST):
        return problem(BURST[number - 1], "out of order", **{"Retry-After": "0"})
    if number < 2:
        return None
    body = page.encode()
    for fault, answers in PASSING.items():
        if fault in faults and number - 2 < len(answers):
            return answers[number - 2](body)
    for fault, answer in STAYING.items():
        if fault in faults:
            return answer(body)
    return None


def _asks_to_wait(stated: Callable[[], str]) -> Callable[[bytes], Response]:
    return lambda _: problem(429, "too many requests", **{"Retry-After": stated()})


def _soon() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)


def _drip(body: bytes) -> Response:
    async def one_by_one() -> AsyncIterator[bytes]:
        for at in range(len(body)):
            yield body[at : at + 1]
            await asyncio.sleep(1)

    return StreamingResponse(one_by_one(), media_type=JSON)


def _half_packed(body: bytes) -> Response:
    packed = gzip.compress(body)
    return Response(packed[: len(packed) // 2], media_type=JSON, headers={"Content-Encoding": "gzip"})


def _ambiguous(body: bytes) -> Response:
    return Response(body.replace(b'{"items":[{', b'{"items":[{"operation_code":"D",', 1), media_type=JSON)


PASSING: dict[str, tuple[Callable[[bytes], Response], ...]] = {
    "F21": (_asks_to_wait(lambda: "1"), _asks_to_wait(_soon), _asks_to_wait(lambda: "1000000000")),
    "F22": (
        _drip,
        lambda _: Unended(b"", is_silent=True),
        lambda body: Unended(body[: len(body) // 2], is_silent=True),
    ),
    "F23": (
        lambda body: Unended(body[: len(body) // 2]),
        lambda body: Unended(body, size=len(body) + 100),
        lambda body: Response(body[: len(body) // 2], media_type=JSON),
        _half_packed,
    ),
}
STAYING: dict[str, Callable[[bytes], Response]] = {
    "F25": lambda _: problem(403, "client locked"),
    "F27": lambda _: HTMLResponse("<html><form action=/login>user <input name=u></form></html>"),
    "F28": lambda _: RedirectResponse("http://169.254.169.254/latest/meta-data/", 302),
    "F30": _ambiguous,
}
