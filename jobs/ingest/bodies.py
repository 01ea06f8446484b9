"""The bytes of an answer as the office meant them: as sent, or unpacked in pieces that cannot burst the memory.

httpx unpacks by itself, but takes a packed stream that ends early for a whole one, and a small packed chunk for
whatever it grows to.
"""

import zlib
from collections.abc import AsyncIterator

import httpx

from jobs.ingest.pages import shape_error
from jobs.ingest.patience import Interrupted

PIECE_BYTES = 256 * 1024
GZIP = 16 + zlib.MAX_WBITS


async def pieces(answer: httpx.Response, where: str) -> AsyncIterator[bytes]:
    """Yield an answer's body piece by piece.

    Raises:
        Interrupted: CF-1104 if a packed body is damaged or ends before its end.
        CreditFileError: CF-1108 for a packing that was not asked for and is not gzip.
    """
    packing = answer.headers.get("content-encoding", "identity").strip().lower()
    if packing == "identity":
        async for chunk in answer.aiter_raw():
            yield chunk
    elif packing in ("gzip", "x-gzip"):
        async for chunk in _unpacked(answer):
            yield chunk
    else:
        raise shape_error("content encoding was not asked for", where)


async def _unpacked(answer: httpx.Response) -> AsyncIterator[bytes]:
    stream = zlib.decompressobj(GZIP)
    async for chunk in answer.aiter_raw():
        while chunk:
            try:
                piece = stream.decompress(chunk, PIECE_BYTES)
            except zlib.error:
                raise Interrupted("CF-1104", "gzip is damaged") from None
            if stream.unused_data:
                raise Interrupted("CF-1104", "gzip goes on after its end")
            chunk = stream.unconsumed_tail
            if piece:
                yield piece
    if not stream.eof:
        raise Interrupted("CF-1104", "gzip ends early")
