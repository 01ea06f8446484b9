"""The operator's keys: one file, mode 0600, outside every table.

In the sandbox they are derived from the city's seed, so that two demos are equal; such keys are marked, and refused
as soon as the operator is anybody else.
"""

import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jobs.errors import CreditFileError

BLOCK = 64
"""Block length of SHA-256 in bytes."""


@dataclass(frozen=True)
class Keys:
    """A root secret and what is derived from it by purpose; never shown."""

    root: bytes = field(repr=False)
    is_sandbox: bool = False

    def hash_key(self, purpose: str) -> bytes:
        """Return the key of one purpose: `link` for numbers, `person` for ids, `bank:<code>:match`, ..."""
        return HKDF(SHA256(), 32, salt=None, info=f"creditfile/{purpose}".encode()).derive(self.root)

    @property
    def seal_key(self) -> bytes:
        """Return the key that seals identities."""
        return self.hash_key("seal")

    def keyed(self, purpose: str, message: str) -> str:
        """Return the same keyed hash that `jobs.hashing.keyed` gives in Spark."""
        return hmac.new(self.hash_key(purpose), message.encode(), sha256).hexdigest()[:32]


def pads(key: bytes) -> tuple[bytes, bytes]:
    """Return HMAC's inner and outer block of a key (RFC 2104), for two nested hashes inside Spark."""
    block = key.ljust(BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def path(lake: Path) -> Path:
    """Return where a lake's keys lie."""
    return lake / "keys" / "keys.json"


def make(lake: Path, seed: int | None = None) -> Keys:
    """Make the lake's keys if it has none: derived from a seed for the sandbox, else from the system's randomness."""
    place = path(lake)
    if not place.exists():
        root = sha256(f"creditfile sandbox {seed}".encode()).digest() if seed is not None else secrets.token_bytes(32)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            json.dump({"root": root.hex(), "is_sandbox": seed is not None}, out)
    return _read(place)


def load(lake: Path, role: str) -> Keys:
    """Return the lake's keys, made on first use; CF-9101 if they are a sandbox's and the operator is not one."""
    keys = _read(path(lake)) if path(lake).exists() else make(lake)
    if keys.is_sandbox and role != "sandbox":
        raise CreditFileError("CF-9101", where=str(path(lake)), undone="Nothing was read or written.")
    return keys


def _read(place: Path) -> Keys:
    stated = json.loads(place.read_text())
    return Keys(bytes.fromhex(stated["root"]), bool(stated["is_sandbox"]))
