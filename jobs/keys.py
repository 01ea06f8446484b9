"""The operator's keys: one file, mode 0600, outside every table.

It holds a root secret, from which the hash keys are derived by purpose, and the sealing keys by version. Hash keys
never rotate: `person_id`, `identity_hash` and every other hash that tables are joined by hang on them. Sealing keys
do: each seal names its version, the newest one seals, and an older one is kept until it seals nothing any more.

In the sandbox the root is derived from the city's seed, so that two demos are equal; such keys are marked, and refused
as soon as the operator is anybody else.
"""

import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jobs.errors import CreditFileError

BLOCK = 64
"""Block length of SHA-256 in bytes."""

KEY_BYTES = 32
"""AES-256, and the output of SHA-256."""

FIRST = 1
"""Version of the first sealing key, and of blobs that name none."""


def _derived(root: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"creditfile/{purpose}".encode()).derive(root)


@dataclass(frozen=True)
class Keys:
    """A root secret with what is derived from it by purpose, and the sealing keys by version; never shown."""

    root: bytes = field(repr=False)
    is_sandbox: bool = False
    seals: Mapping[int, bytes] = field(default_factory=dict, repr=False)

    def hash_key(self, purpose: str) -> bytes:
        """Return the key of one purpose: `link` for numbers, `person` for ids, `bank:<code>:match`, ..."""
        return _derived(self.root, purpose)

    @property
    def seal_version(self) -> int:
        """Return the version that seals now: the newest."""
        return max(self.seals)

    @property
    def seal_key(self) -> bytes:
        """Return the key that seals now."""
        return self.seals[self.seal_version]

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
        is_sandbox = seed is not None
        root = sha256(f"creditfile sandbox {seed}".encode()).digest() if is_sandbox else secrets.token_bytes(KEY_BYTES)
        first = _derived(root, "seal") if is_sandbox else secrets.token_bytes(KEY_BYTES)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = _written(place, Keys(root, is_sandbox, {FIRST: first}))
        try:
            os.link(part, place)
        except FileExistsError:  # a process beside us was first: its keys are the lake's
            pass
        finally:
            part.unlink()
    return _read(place)


def load(lake: Path, role: str) -> Keys:
    """Return the lake's keys, made on first use.

    Raises:
        CreditFileError: CF-9101 if they are a sandbox's and the operator is not one; CF-9104 if the file is damaged.
    """
    keys = _read(path(lake)) if path(lake).exists() else make(lake)
    if keys.is_sandbox and role != "sandbox":
        raise CreditFileError("CF-9101", where=str(path(lake)), undone="Nothing was read or written.")
    return keys


def renew(lake: Path) -> Keys:
    """Draw the next sealing key beside the one in use; nothing to do if a rotation that was cut off has done so.

    It is on the disk before anything is sealed by it.
    """
    keys = _read(path(lake))
    if len(keys.seals) > 1:
        return keys
    following = {**keys.seals, keys.seal_version + 1: secrets.token_bytes(KEY_BYTES)}
    return _replace(path(lake), Keys(keys.root, keys.is_sandbox, following))


def retire(lake: Path) -> Keys:
    """Forget all sealing keys but the newest: what is still sealed by another can never be opened again.

    What a disk's freed blocks or a backup keep of the file before is for whoever runs them to erase. A first key of the
    sandbox, or of the time before versions, follows from the root: retiring it ends its use, not its existence.
    """
    keys = _read(path(lake))
    return _replace(path(lake), Keys(keys.root, keys.is_sandbox, {keys.seal_version: keys.seal_key}))


def _replace(place: Path, keys: Keys) -> Keys:
    """Put another file in the place of this one: half a key file would be the end of the vault."""
    _written(place, keys).replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return keys


def _written(place: Path, keys: Keys) -> Path:
    """Write keys to a new file beside their place, through to the disk; readable by its owner alone."""
    descriptor, name = tempfile.mkstemp(".part", dir=place.parent)
    with os.fdopen(descriptor, "w") as out:
        json.dump(_stated(keys), out)
        out.flush()
        os.fsync(out.fileno())
    return Path(name)


def _stated(keys: Keys) -> dict[str, Any]:
    seals = {str(version): key.hex() for version, key in sorted(keys.seals.items())}
    return {"root": keys.root.hex(), "is_sandbox": keys.is_sandbox, "seals": seals}


def _read(place: Path) -> Keys:
    """Read a key file; one made before there were versions has the first sealing key derived from its root."""
    try:
        stated = json.loads(place.read_text())
        root = bytes.fromhex(stated["root"])
        seals = {int(version): bytes.fromhex(key) for version, key in stated.get("seals", {}).items()}
        is_sandbox = bool(stated["is_sandbox"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CreditFileError("CF-9104", where=str(place), undone="Nothing was read or written.") from None
    return Keys(root, is_sandbox, seals or {FIRST: _derived(root, "seal")})
